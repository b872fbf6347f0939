"""Read Markdown and HTML as a reader sees them: words, headings, sections, links, images, equations."""

import html.parser
import re
from dataclasses import dataclass, field
from typing import cast

import mistune

__all__ = ["Prose", "github_anchor", "jupyter_anchor", "read", "read_html"]

# What a mathematics renderer takes out before Markdown is read; code first, so that a dollar inside it is left alone.
CODE_OR_MATHS = re.compile(
    r"(?P<code>^(?P<fence>```+|~~~+)[^\n]*\n.*?^(?P=fence)[ \t]*$|(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`))"
    r"|(?P<display>\$\$.+?\$\$|\\begin\{(?P<name>[a-z]+\*?)\}.*?\\end\{(?P=name)\})"
    r"|(?P<inline>(?<!\\)\$(?!\s)[^$\n]+?(?:\n[^$\n]+?)*(?<!\s)\$)",
    re.DOTALL | re.MULTILINE,
)
HELD = re.compile("\ue000([0-9]+)\ue001")  # private characters: no author types them
GENERATED = re.compile(r"<!-- (\w+):start -->.*?<!-- \1:end -->", re.DOTALL)
WORD = re.compile(r"\w+(?:['’.,\-]\w+)*")

_markdown = mistune.create_markdown(renderer="ast", plugins=["table", "task_lists", "strikethrough"])


@dataclass
class Prose:
    """What one or more Markdown cells say.

    headings: (level, text) in order. sections: {level-2 heading: its text}. text: all that is read, without code
    blocks, equations and HTML tags. links: targets. images: (target, alternative text or None). displays: LaTeX of the
    display equations. words: how many a reader reads; a formula is one.
    """

    headings: list = field(default_factory=list)
    sections: dict = field(default_factory=dict)
    links: list = field(default_factory=list)
    images: list = field(default_factory=list)
    displays: list = field(default_factory=list)
    text: str = ""

    @property
    def words(self):
        return len(WORD.findall(self.text))


def read(sources, generated=True):
    """The `Prose` of the Markdown texts `sources`. generated=False leaves out what stands between generated markers."""
    prose, section = Prose(), ""
    for source in sources:
        held: list[str] = []

        def hold(match, held=held):
            if match["code"]:
                return match["code"]
            if match["display"]:
                prose.displays.append(match["display"].removeprefix("$$").removesuffix("$$").strip())
            held.append(match.group())
            return f"\ue000{len(held) - 1}\ue001"

        plain = CODE_OR_MATHS.sub(hold, source if generated else GENERATED.sub("", source))
        for token in cast(list[dict], _markdown(plain)):  # a text, from renderers other than this one
            if token["type"] == "heading":
                title = _back(_text(token), held)
                prose.headings.append((token["attrs"]["level"], title))
                if token["attrs"]["level"] == 2:
                    section = title
            said = HELD.sub("formula", _text(token)) + "\n"
            prose.sections[section] = prose.sections.get(section, "") + said
            prose.text += said
            _collect(token, prose)
    return prose


def read_html(text):
    """(links, images) of a piece of HTML; an image is (source, alternative text or None)."""
    reader = _Tags()
    reader.feed(text)
    return reader.links, reader.images


def jupyter_anchor(heading):
    """The address of a heading in JupyterLab 4: its text with hyphens for spaces."""
    return heading.replace(" ", "-")


def github_anchor(heading):
    """The address of a heading in a Markdown file on code hosts: lower case, no punctuation, hyphens for spaces."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


class _Tags(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.links, self.images = [], []

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "a" and attributes.get("href"):
            self.links.append(attributes["href"])
        if tag == "img":
            self.images.append((attributes.get("src", ""), attributes.get("alt")))
        if tag == "svg":  # an inline drawing: named by a label, or hidden from readers of text on purpose
            hidden = attributes.get("aria-hidden") == "true"
            self.images.append(("svg", "decoration" if hidden else attributes.get("aria-label")))


def _back(text, held):
    return HELD.sub(lambda match: held[int(match[1])], text)


def _text(token):
    if token["type"] in ("block_code", "block_html", "inline_html"):
        return ""
    if token["type"] in ("softbreak", "linebreak"):
        return " "
    if "children" in token:
        between = " " if token["type"] in ("list", "table_head", "table_body", "table_row", "table") else ""
        return between.join(_text(child) for child in token["children"]) + (
            " " if token["type"] in ("list_item", "table_cell", "block_quote", "paragraph") else ""
        )
    return token.get("raw", "")


def _collect(token, prose):
    kind = token["type"]
    if kind == "link":
        prose.links.append(token["attrs"]["url"])
    elif kind == "image":
        prose.images.append((token["attrs"]["url"], _text(token) or None))
    elif kind in ("block_html", "inline_html"):
        links, images = read_html(token["raw"])
        prose.links += links
        prose.images += images
    for child in token.get("children", ()):
        _collect(child, prose)
