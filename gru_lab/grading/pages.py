"""What all pages for people share: one style, no script, and nothing that a student wrote can act or hide.

Every text is escaped by the templates; characters that cannot be seen, or that turn the direction of writing, are shown
by their number; everything is bounded.
"""

import base64
import functools
import hashlib
import unicodedata
from pathlib import Path

import jinja2
from markupsafe import Markup

from gru_lab.grading.assignments import UnknownAssignment, assignment
from gru_lab.grading.scores import moment

__all__ = ["LONGEST_CODE", "heading", "number_of", "render", "time_words", "titles", "visible"]

LONGEST_CODE = 20_000  # characters
_UNSEEN = {"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"}
# in English whatever the language of the machine
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December")  # fmt: skip
_JOINERS = "\u200c\u200d"  # Persian, Indian scripts and emoji need them


def visible(text):
    """The text with every unseen character but line breaks and tabs as ⟨U+202E⟩."""
    return "".join(
        f"⟨U+{ord(one):04X}⟩" if one not in "\n\t" + _JOINERS and unicodedata.category(one) in _UNSEEN else one
        for one in text
    )


def render(template, **values):
    """A page as a text: self-contained, with a policy that lets nothing but its own style in."""
    css = (_folder() / "page.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    csp = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return _environment().get_template(template).render(css=Markup(css), csp=csp, **values)


def number_of(count, one, many=""):
    """1 answer, 2 answers, 1,000 answers."""
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"


def time_words(text, beside=""):
    """An ISO 8601 time as people read it: "Friday 20 November 2026, 23:59 (UTC+01:00)"; as it is, if it is none.

    beside: a time that it is compared with; then both are told in that one's time zone.
    """
    try:
        time = moment(text)
        time = time.astimezone(moment(beside).tzinfo) if beside else time
    except (ValueError, OverflowError):
        return text
    offset = time.strftime("%z")
    zone = "UTC" if offset == "+0000" else f"UTC{offset[:3]}:{offset[3:5]}"
    return f"{_DAYS[time.weekday()]} {time.day} {_MONTHS[time.month - 1]} {time.year}, {time:%H:%M} ({zone})"


def titles(number):
    """{question: title} of an assignment; {} where there is no such assignment."""
    try:
        return {item.question.id: item.question.title for item in assignment(number).items}
    except UnknownAssignment:
        return {}


def heading(number):
    """The assignment's title, as its notebook gives it."""
    try:
        return assignment(number).title
    except UnknownAssignment:
        return f"Assignment {visible(str(number))[:20]}"


def _folder():
    return Path(__file__).with_name("templates")


@functools.cache
def _environment():
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_folder()),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        finalize=lambda value: visible(value) if isinstance(value, str) and not hasattr(value, "__html__") else value,
    )
    environment.filters |= {"short": _short, "code": _code, "points": lambda value: f"{value:g}"}
    environment.globals["number_of"] = number_of
    return environment


def _short(text, most):
    text = str(text)
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _code(source):
    return str(source)[:LONGEST_CODE].replace("\r\n", "\n")
