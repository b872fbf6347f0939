"""The errata: where the article is loose, what is true, and the chapter that shows it. Data: gru_lab/errata.toml."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

import nbformat

__all__ = ["BOX_HEADING", "Erratum", "box_anchor", "load", "table"]

FILE = Path(__file__).resolve().parents[1] / "errata.toml"
BOX_HEADING = re.compile(r"^## (Where the article is loose.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Erratum:
    """One point. `chapters`: the numbers of the chapters whose box shows it."""

    section: str
    article: str
    truth: str
    chapters: tuple


def load(file=FILE):
    """All errata, in the order of the article. TypeError for an entry with a missing or an unknown key."""
    entries = tomllib.loads(Path(file).read_text(encoding="utf-8"))["erratum"]
    return [Erratum(**{**entry, "chapters": tuple(entry["chapters"])}) for entry in entries]


def table(course, errata=None):
    """The errata as a Markdown table; each links to the cell that proves it, in the chapters that are there."""
    rows = ["| section | the article | what is true | shown in |", "|:--|:--|:--|:--|"]
    for erratum in load() if errata is None else errata:
        shown = ", ".join(_link(course, number) for number in erratum.chapters)
        rows.append(f"| {erratum.section} | {erratum.article} | {erratum.truth} | {shown} |")
    return "\n".join(rows)


def box_anchor(notebook):
    """The address, within its page, of a notebook's box "Where the article is loose"; None when it has none."""
    for cell in notebook.cells:
        heading = BOX_HEADING.search(cell.source) if cell.cell_type == "markdown" else None
        if heading:
            return heading.group(1).strip().replace(" ", "-")
    return None


def _link(course, number):
    chapter = next((chapter for chapter in course.chapters if chapter.number == number), None)
    if chapter is None:
        raise ValueError(f"errata.toml names chapter {number}, which is not in chapters/course.toml")
    if not chapter.exists:
        return f"chapter {number} (not there yet)"
    anchor = box_anchor(nbformat.read(chapter.path, as_version=4))
    if anchor is None:
        raise ValueError(
            f'errata.toml names chapter {number}, and {chapter.file} has no "## Where the article is loose"'
        )
    return f"[chapter {number}]({chapter.file}#{anchor})"
