"""The glossary and the index of symbols: a notebook generated from gru_lab/glossary.toml and gru_lab/notation.toml."""

import tomllib
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import nbformat

from gru_lab.workshop import notation
from gru_lab.workshop.normalise import KERNELSPEC, LANGUAGE_INFO

__all__ = ["NOTEBOOK", "Term", "anchor", "build", "load"]

FILE = Path(__file__).resolve().parents[1] / "glossary.toml"
NOTEBOOK = "glossary.ipynb"

ABOUT = """# Glossary and index of symbols

Every word and every letter that the course explains, with the chapter that explains it. The first use of a word in its
chapter links here."""


@dataclass(frozen=True)
class Term:
    """One word: its meaning, and the number of the chapter that explains it first."""

    term: str
    meaning: str
    chapter: int

    @property
    def heading(self):
        return self.term[0].upper() + self.term[1:]


def load(file=FILE):
    """All terms. TypeError for an entry with a missing or an unknown key, ValueError when they are out of order."""
    terms = [Term(**entry) for entry in tomllib.loads(Path(file).read_text(encoding="utf-8"))["term"]]
    for before, after in pairwise(terms):
        if before.term.lower() >= after.term.lower():
            raise ValueError(f'{Path(file).name}: "{after.term}" stands after "{before.term}"; sort by the alphabet')
    return terms


def anchor(term):
    """Where a link to this term leads: JupyterLab's address of its heading in the glossary."""
    return f"{NOTEBOOK}#{term.heading.replace(' ', '-')}"


def build(course, terms=None):
    """The whole notebook, with links to the chapters that are there."""
    files = {chapter.number: chapter for chapter in course.present}
    entries = []
    for term in load() if terms is None else terms:
        chapter = files.get(term.chapter)
        where = f" → [{chapter.number} · {chapter.title}]({chapter.file})" if chapter else ""
        entries.append(f"### {term.heading}\n\n{term.meaning}{where}")
    cells = {
        "about": ABOUT,
        "symbols": "## Symbols\n\n" + notation.table(course),
        "words": "## Words\n\n" + "\n\n".join(entries),
    }
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": KERNELSPEC, "language_info": LANGUAGE_INFO})
    for name, text in cells.items():
        cell = nbformat.v4.new_markdown_cell(text)
        cell.id = name
        notebook.cells.append(cell)
    return notebook
