"""The site's chapters as one PDF for paper: one long page made of their pages, printed by Chromium.

    python course.py book --pdf      # build/book/html/gated-recurrent-units.pdf

What is printed is what the site shows: formulas drawn by MathJax, widgets drawn from their saved states. It is one page
for all and not one PDF each, joined: so links between chapters, the outline and the tags for screen readers hold.
"""

import html
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from bs4 import BeautifulSoup
from pypdf import PdfReader
from tqdm import tqdm

__all__ = ["NAME", "NotPrinted", "edition", "print_pdf"]

NAME = "gated-recurrent-units.pdf"
TITLE = "Gated Recurrent Units"
MINUTES = 15  # for one step in the browser; all of them take one on a laptop
SCALE = 0.75  # a widget needs a screen's width for its labels, and gets it when everything is printed smaller
WIDTH = 877  # CSS pixels between the margins of A4 at that scale
STATES = 'script[type="application/vnd.jupyter.widget-state+json"]'
# Nothing on paper can be clicked, and how a page is run is said once, on the first.
NOT_ON_PAPER = "a.headerlink, .admonition.tip, button"

# Waits for formulas, pictures and widgets, and counts widgets that failed. A formula becomes a picture, still made of
# lines, with its TeX as text alternative: Chromium hands an image's alternative on to the readers of a PDF, no other's.
DRAW = """async () => {
    await window.MathJax.startup.promise;
    for (const svg of document.querySelectorAll("mjx-container > svg")) {
        const image = new Image();
        image.alt = svg.closest(".math").dataset.tex;
        image.style.cssText = svg.style.cssText;
        for (const side of ["width", "height"]) image.style[side] = svg.getAttribute(side);
        svg.style.color = getComputedStyle(svg).color;
        image.src = `data:image/svg+xml,${encodeURIComponent(new XMLSerializer().serializeToString(svg))}`;
        svg.parentElement.replaceChildren(image);
    }
    await document.fonts.ready;
    await Promise.all([...document.images].map((image) => image.decode()));
    const places = [...document.querySelectorAll('script[type="application/vnd.jupyter.widget-view+json"]')];
    while (places.some((place) => !place.nextElementSibling?.hasChildNodes()))
        await new Promise((done) => setTimeout(done, 50));
    await new Promise((done) => setTimeout(done, 500)); // a widget fits itself to its width once more
    for (const { nextElementSibling: widget } of places) widget.replaceWith(widget.cloneNode(true)); // and now no more
    return places.filter((place) => place.nextElementSibling.tagName === "P").length;
}"""
# Laid out anew each time: what Chromium keeps of one print moves pages in the next.
NUMBER = """(pages) => {
    for (const link of document.querySelectorAll(".contents-page a"))
        link.querySelector(".page").textContent = pages[link.hash.slice(1)];
    document.body.style.display = "none";
    document.body.offsetHeight;
    document.body.style.display = "";
}"""


class NotPrinted(RuntimeError):
    """There is no PDF; the message says why."""


def print_pdf(browser, site, folder, contents, release):
    """Print the chapters of the built `site` into its file NAME, say so on its first page, and return the PDF's path.

    browser: playwright's. folder: where the long page is kept. contents: the Course. release: the version.
    Raises NotPrinted when the browser gives up, or cannot draw a widget.
    """
    page, unfinished = folder / "edition.html", folder / NAME
    with tqdm(total=6, bar_format="PDF {bar:20} {n}/{total} {desc}") as bar:

        def step(what):
            bar.set_description_str(what, refresh=False)
            bar.update()

        step("joins the pages")
        page.write_text(edition(site, contents, release), encoding="utf-8")
        step("draws formulas and widgets")
        paper = browser.new_page(viewport={"width": WIDTH, "height": 900}, color_scheme="light")
        paper.set_default_timeout(MINUTES * 60_000)
        paper.emulate_media(media="print")
        paper.goto(page.as_uri())
        if lost := paper.evaluate(DRAW):
            raise NotPrinted(f"{lost} of the widgets in {page} cannot be drawn; open it in a browser to see which")
        form = {"prefer_css_page_size": True, "print_background": True, "outline": True, "tagged": True, "scale": SCALE}
        numbers = None
        for turn in ("prints", "numbers the contents, prints again", *["a page has moved, prints again"] * 2):
            step(turn)  # Chromium's CSS cannot say on which page a heading is: printed once, it can be read
            paper.pdf(path=unfinished, **form)
            found = _page_numbers(unfinished)
            if found == numbers:
                break
            numbers = found
            paper.evaluate(NUMBER, numbers)
        else:
            raise NotPrinted("the chapters stand on other pages each time they are printed")
        bar.update(bar.total - bar.n)
        paper.close()
    unfinished.replace(site / NAME)
    _link(site)
    return site / NAME


def _page_numbers(pdf):
    """{anchor: page} for each place in the file `pdf` that something links to."""
    reader = PdfReader(pdf)
    pages = {name: reader.get_destination_page_number(place) for name, place in reader.named_destinations.items()}
    return {name.removeprefix("/"): page + 1 for name, page in pages.items() if page is not None}


def _link(site):
    """The link to the PDF on the site's first page, where book/index.md keeps a place for it."""
    pdf, index = site / NAME, site / "index.html"
    size = f"{len(PdfReader(pdf).pages)} pages of A4, {pdf.stat().st_size / 1e6:.0f} MB"
    words = f'<p><strong>You want it on paper.</strong> <a href="{NAME}">All chapters as a PDF</a>: {size}.</p>'
    text = index.read_text(encoding="utf-8")
    index.write_text(text.replace("<!-- pdf -->", words), encoding="utf-8")


def edition(site, contents, release):
    """The HTML of one page that holds the chapters of `site` in order, with a title page and a list of contents."""
    pages = [site / "chapters" / f"{chapter.path.stem}.html" for chapter in contents.present]
    pages.append(site / "chapters" / "glossary.html")
    inside = {page.stem for page in pages}
    articles, rules, head = [], [], ""
    for page in pages:
        soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
        head = head or _head(soup, page, site)
        article = _article(soup, page, inside)
        title = article.h1.get_text().strip().replace("\\", "").replace('"', "”")  # it becomes a string of CSS
        rules.append(f'@page p{page.stem} {{ @top-right {{ content: "{title}" }} }}')
        article["style"] = f"page: p{page.stem}"
        articles.append(str(article))
        articles += map(str, soup.select(STATES))
    return "\n".join(
        [
            '<!doctype html><html lang="en" data-theme="light"><head><meta charset="utf-8">',
            f"<title>{html.escape(TITLE)}</title>{head}<style>{''.join(rules)}</style></head>",
            '<body class="edition"><main class="bd-main"><div class="bd-content"><div class="bd-article-container">',
            _front(contents, release),
            *articles,
            "</div></div></main></body></html>",
        ]
    )


def _head(soup, page, site):
    """The styles and scripts that the page's content needs, by their full addresses; none of the theme's scripts."""
    kept = [f'<link rel="stylesheet" href="{(site / "_static" / "edition.css").as_uri()}">']
    for tag in soup.head.find_all(["link", "script"]):
        source = tag.get("href") if tag.name == "link" else tag.get("src", "")
        if tag.name == "link" and "stylesheet" in tag.get("rel", []):
            tag["href"] = urljoin(page.as_uri(), source)
        elif "mathjax" in source or "static_host" in source:
            tag["src"] = urljoin(page.as_uri(), source)
        elif not (tag.string or "").lstrip().startswith("window.MathJax"):
            continue
        kept.append(str(tag))
    return "".join([*kept[1:], kept[0]])


def _article(soup, page, inside):
    """The page's article, with ids and links that are right where many articles stand in one page."""
    article = soup.select_one("article.bd-article")
    for tag in article.select(NOT_ON_PAPER):
        tag.decompose()
    for tag in article.find_all(id=True):
        tag["id"] = f"{page.stem}--{tag['id']}"
    article.h1["id"] = page.stem
    for tag in article.select(".math"):
        tag["data-tex"] = tag.get_text().strip().removeprefix("\\(").removesuffix("\\)").strip()
    for tag in article.find_all(src=True):
        tag["src"] = urljoin(page.as_uri(), tag["src"])
    for link in article.find_all("a", href=True):
        to = urlsplit(urljoin(page.as_uri(), link["href"]))
        if to.scheme != "file":
            continue
        stem = Path(unquote(to.path)).stem
        if stem in inside:
            link["href"] = f"#{stem}--{unquote(to.fragment)}" if to.fragment else f"#{stem}"
        else:
            link.unwrap()  # to a page of the site that is no chapter
    return article


def _front(contents, release):
    """The title page and the list of contents, by parts."""
    parts: dict[str, list[tuple[str, str]]] = {}
    for chapter in contents.present:
        parts.setdefault(chapter.part, []).append((chapter.path.stem, f"{chapter.number} · {chapter.title}"))
    parts["More"] = [("glossary", "Glossary")]
    lists = ""
    for part, rows in parts.items():
        items = (
            f'<li><a href="#{stem}"><span>{html.escape(title)}</span><span class="page"></span></a></li>'
            for stem, title in rows
        )
        lists += f'<p class="part">{html.escape(part)}</p><ul>{"".join(items)}</ul>'
    return (
        f'<header class="title-page"><h1>{TITLE}</h1><p>A course: from four numbers of a story to a trained model</p>'
        f"<p>Version {html.escape(release)} · code under BSD-3-Clause, text under CC BY 4.0</p>"
        "<p>Printed from the course's notebooks. There the code runs, answers are checked, and the drawings of the "
        "cell can be moved: <code>python course.py lab</code> in the course's folder.</p></header>"
        f'<nav class="contents-page"><h1>Contents</h1>{lists}</nav>'
    )
