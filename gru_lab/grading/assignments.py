"""What was asked: the assignments are the course's exercises, one for each chapter, "01" to "20"."""

import ast
import functools
import json
import re
from dataclasses import dataclass
from pathlib import Path

from gru_lab.checks.finding import find
from gru_lab.checks.question import Code, Written

__all__ = ["Assignment", "Item", "UnknownAssignment", "assignment", "numbers"]

_CALL = re.compile(r"^check\.(\w+)\((.*)\)$", re.MULTILINE)


class UnknownAssignment(Exception):
    """There is no such assignment; the message lists those that there are."""


@dataclass(frozen=True)
class Item:
    """One question of an assignment. answer: the name that holds it after the cells have run. grade_id: nbgrader's name
    of its solution cell. stub: that cell as it is handed out."""

    question: object
    answer: str
    grade_id: str
    stub: str

    @property
    def is_code(self):
        return isinstance(self.question, Code)

    @property
    def by_hand(self):
        return isinstance(self.question, Written)


@dataclass(frozen=True)
class Assignment:
    """number: "06". file: the exercise's file name. cells: those of the notebook as it is handed out, as nbformat's
    dicts with `source` in one piece. items: its questions, in order."""

    number: str
    title: str
    file: str
    cells: tuple
    items: tuple

    @property
    def points(self):
        return sum(item.question.points for item in self.items)


def folder():
    """Where the exercises lie: in an installed package beside this file, else in the repository."""
    packaged = Path(__file__).with_name("exercises")
    return packaged if packaged.is_dir() else Path(__file__).resolve().parents[2] / "exercises"


def numbers():
    """The assignments that there are, in order: ("01", …)."""
    return tuple(path.name[:2] for path in sorted(folder().glob("[0-9][0-9]_*.ipynb")))


@functools.cache
def assignment(number):
    """The Assignment of a chapter, given as "06", "6" or 6. Raises UnknownAssignment."""
    wanted = str(number).strip().zfill(2)
    if wanted not in numbers():
        there = ", ".join(numbers()) or "none: the exercises are missing from this installation"
        raise UnknownAssignment(f"there is no assignment {str(number)!r}; there are {there}")
    path = next(folder().glob(f"{wanted}_*.ipynb"))
    cells = tuple(
        {**cell, "source": "".join(cell["source"])} for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
    )
    title = cells[0]["source"].partition("\n")[0].removeprefix("# ")
    return Assignment(wanted, title, path.name, cells, tuple(_items(cells)))


def _items(cells):
    by_grade_id = {_nbgrader(cell).get("grade_id"): cell for cell in cells}
    for cell in cells:
        called = _CALL.search(cell["source"]) if _nbgrader(cell).get("grade_id", "").endswith("-test") else None
        if called:
            *first, answer = (argument.strip() for argument in called[2].split(","))
            question = find(ast.literal_eval(first[0]) if first else called[1])
            grade_id = _nbgrader(cell)["grade_id"].removesuffix("-test")
            yield Item(question, answer, grade_id, by_grade_id[grade_id]["source"])


def _nbgrader(cell):
    return cell.get("metadata", {}).get("nbgrader", {})
