"""What a student wrote into cells that nobody had made for an answer, text or code, and the question that it stands at.

Such a text cell is nobody's code: it is never run, and shown to whoever marks. A cell belongs to a question by its
name, or by where it stands: below a cell of that question and above the next one's. What was handed out is nobody's
own, nor is a harmless change to it: bold letters in a question, other numbers in a cell of numbers to try.
"""

import re
from dataclasses import dataclass

from gru_lab.grading.cells import defined, grade_id, tidy

__all__ = ["Own", "added_at", "own_cells", "written_for"]

MOST_SHOWN, LONGEST_SHOWN = 20, 10_000  # cells at a question, and characters of them together
CUT = "\n… (cut here; the notebook has the rest)"


@dataclass(frozen=True)
class Own:
    """A cell. place: the grade_id of its question. text: what of it was not handed out. shown: that, or all of the cell
    where a part would be hard to read."""

    place: str
    text: str
    shown: str
    is_code: bool


def own_cells(cells, assignment):
    """[Own, …] of all Cells of a notebook, in order; a cell that holds the answer to some question is none."""
    given = _HandedOut(assignment)
    found, here = [], ""
    for cell in cells:
        name = given.name_of(cell)
        here = _place(name) if _place(name) in given.places else here
        text = given.taken_out_of(cell, name)
        if text:
            shown = text if name in given.texts else cell.source.strip()
            found.append(Own(here, text, shown, cell.is_code))
    return found


def written_for(item, own):
    """What stands in text cells for an Item, in one piece; "" where there is nothing."""
    return "\n\n".join(one.text for one in own if one.place == item.grade_id and not one.is_code)


def added_at(item, own):
    """(("text" or "code", what to show of a cell), …) of those that stand at an Item, the first ones if there are
    many."""
    found, left = [], LONGEST_SHOWN
    for one in [one for one in own if one.place == item.grade_id][:MOST_SHOWN]:
        if left > 0:
            shown = one.shown if len(one.shown) <= left else one.shown[:left] + CUT
            found.append(("code" if one.is_code else "text", shown))
            left -= len(shown)
    return tuple(found)


class _HandedOut:
    """The cells of an Assignment, by their names and by what they say, as metadata may be anybody's."""

    def __init__(self, assignment):
        sources = {_name(cell): cell["source"] for cell in assignment.cells}
        self.texts = {_name(cell): cell["source"] for cell in assignment.cells if cell["cell_type"] != "code"}
        self.codes = {name: source for name, source in sources.items() if name not in self.texts}
        self.by_text = {_squeezed(source): name for name, source in self.texts.items()}
        self.by_code = {tidy(source): name for name, source in self.codes.items()}
        self.places = {item.grade_id for item in assignment.items}
        self.answers = {item.answer for item in assignment.items}

    def said(self, cell):
        """The name of the cell that says the same, or None."""
        return self.by_code.get(cell.tidy) if cell.is_code else self.by_text.get(_squeezed(cell.source))

    def name_of(self, cell):
        """Which of the handed-out cells this one is, or was; "" if none."""
        names = (self.said(cell), cell.grade_id, cell.id)
        return next((name for name in names if name in self.texts or name in self.codes), "")

    def taken_out_of(self, cell, name):
        """What a cell holds beside what was handed out; "" where it answers a question in code."""
        if self.said(cell) or (cell.is_code and (self._answers(cell, name) or self._tries(cell, name))):
            return ""
        if name in self.texts:
            return _without(self.texts[name], cell.source, _words)
        return _without(self.codes.get(name, ""), cell.source, str.strip)

    def _answers(self, cell, name):
        return name in self.places or not self.answers.isdisjoint(cell.defines)

    def _tries(self, cell, name):
        """Is it a handed-out set-up in which nothing but values has changed?"""
        if name not in self.codes or name.endswith("-test"):
            return False
        values = set(defined(self.codes[name])) - set(defined(self.codes[name], functions_only=True))
        return set(cell.defines) <= values


def _name(cell):
    return grade_id(cell["metadata"]) or cell.get("id", "")


def _place(name):
    return name.removesuffix("-text").removesuffix("-test")


def _squeezed(text):
    return " ".join(text.split())


def _words(line):
    """What a line says, however it is set."""
    return tuple(re.findall(r"[^\W_]+", line)) or line.strip()


def _without(given, text, key):
    """`text` without the lines that were there."""
    there = {key(line) for line in given.splitlines()}
    return "\n".join(line for line in text.splitlines() if key(line) not in there).strip()
