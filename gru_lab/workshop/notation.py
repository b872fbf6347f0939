"""The course's symbols as a table. Data: gru_lab/notation.toml."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Symbol", "load", "table"]

FILE = Path(__file__).resolve().parents[1] / "notation.toml"


@dataclass(frozen=True)
class Symbol:
    """One row: the symbol on the page, in code, its name, its meaning, its shape, and the chapter that explains it."""

    latex: str
    code: str
    name: str
    meaning: str
    shape: str
    chapter: int


def load(file=FILE):
    """All symbols, in the order of the table. TypeError for an entry with a missing or an unknown key."""
    return [Symbol(**entry) for entry in tomllib.loads(Path(file).read_text(encoding="utf-8"))["symbol"]]


def table(course, symbols=None):
    """The notation as a Markdown table; a symbol's name links to the chapter that explains it, where that is there."""
    files = {chapter.number: chapter.file for chapter in course.present}
    rows = ["| symbol | in code | what it is | shape |", "|:--|:--|:--|:--|"]
    for symbol in load() if symbols is None else symbols:
        name = f"[{symbol.name}]({files[symbol.chapter]})" if symbol.chapter in files else symbol.name
        written = ", ".join(f"${part.strip()}$" for part in symbol.latex.split(","))
        code = ", ".join(f"`{part.strip()}`" for part in symbol.code.split(","))
        shape = f"`{symbol.shape}`".replace(" ", "\N{NO-BREAK SPACE}") if symbol.shape else ""
        rows.append(f"| {written} | {code} | **{name}**: {symbol.meaning} | {shape} |")
    return "\n".join(rows)
