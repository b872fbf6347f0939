"""A notebook as somebody handed it in -> the code to run, and which cell answers what.

Cells are found by nbgrader's metadata, then by the cell's id, then by the name that they define.
"""

import re
from collections import Counter
from dataclasses import dataclass, field, replace

from gru_lab.grading import assignments
from gru_lab.grading.audience import ForGrader
from gru_lab.grading.cells import Unreadable, all_cells, defined, grade_id, tidy
from gru_lab.grading.own_cells import added_at, own_cells, written_for

__all__ = ["OF_ANOTHER", "Answer", "Reading", "Unreadable", "read"]

OF_ANOTHER = "No cell of this exercise is in the notebook"  # a note begins so; whoever sums up looks for it

# what the cells of an exercise, and the headings in it, are called
_NAME, _HEADING = re.compile(r"exercise-(\d{1,2})-\d"), re.compile(r"#+ Exercise (\d{1,2})\.\d")


@dataclass
class Answer:
    """The cell that answers one question. cell: its number among the cells to run, or None. source: its text.

    names: under which the answer may be found after the cells have run, the one asked for first. blank: the cell is as
    it was handed out. notes: how it was found, where that was not as usual. added: other cells of the
    student's own that stand at the question, as `own_cells.added_at` has them.
    """

    cell: int | None = None
    source: str = ""
    names: tuple = ()
    blank: bool = False
    notes: tuple = ()
    added: tuple = ()


@dataclass
class Reading:
    """cells: [(number, Python code)] to run in order, the assignment's own `setup` cells first. answers: {question id:
    Answer}. torch: some cell names it. notes: sentences about the whole file."""

    cells: list = field(default_factory=list)
    setup: int = 0
    answers: dict = field(default_factory=dict)
    torch: bool = False
    notes: tuple = ()


def read(data, assignment):
    """The Reading of a notebook's bytes for an `Assignment`. Raises Unreadable."""
    found, notes = all_cells(data)
    trusted = [cell for cell in assignment.cells if cell["cell_type"] == "code"]
    setup = [cell["source"] for cell in trusted if "nbgrader" not in cell["metadata"]]
    tests = {tidy(cell["source"]) for cell in trusted if grade_id(cell["metadata"]).endswith("-test")}
    # tests are known by what they say: metadata may be anybody's
    mine = [cell for cell in found if cell.is_code and cell.tidy not in tests]
    reading = Reading(list(enumerate(setup)), len(setup), notes=notes)
    left_out = {number for number, cell in enumerate(mine) if cell.tidy in ("", *map(tidy, setup))}
    own = own_cells(found, assignment)
    for item in assignment.items:
        answer, stubs = _answer(item, mine)
        left_out |= stubs
        answer.cell = None if answer.cell is None else answer.cell + reading.setup
        if item.by_hand:
            answer = _with_text(answer, written_for(item, own))
        reading.answers[item.question.id] = replace(answer, added=added_at(item, own))
    if not any(answer.blank or answer.source for answer in reading.answers.values()):
        reading.notes += _of_another(found, assignment)
    reading.cells += [(n + reading.setup, cell.python) for n, cell in enumerate(mine) if n not in left_out]
    reading.torch = any(re.search(r"\btorch\b", source) for _, source in reading.cells)
    return reading


def _answer(item, cells):
    """(Answer, numbers of the cells that must not run): `cell` counts in `cells`."""
    stub = tidy(item.stub)
    sure = [i for i, cell in enumerate(cells) if item.grade_id in (cell.grade_id, cell.id)]
    by_name = [i for i, cell in enumerate(cells) if i not in sure and item.answer in cell.defines]
    blanks = [i for i in (*sure, *by_name) if cells[i].tidy == stub]
    written = [i for i in sure if i not in blanks and cells[i].tidy]
    elsewhere = [i for i in by_name if i not in blanks]
    if not written and not elsewhere:
        return _no_answer(item, cells, sure, blanks), set()
    chosen, names, notes = _choose(item, cells, written, elsewhere)
    # A stub below the answer would take its place; so would one above it, where the answer has another name.
    stubs = {i for i in blanks if i > chosen or item.answer not in cells[chosen].defines}
    return Answer(chosen, cells[chosen].source, names, notes=notes), stubs


def _no_answer(item, cells, sure, blanks):
    if blanks:
        number = max(blanks)
        changed = cells[number].source.split() != item.stub.split()
        notes = ("Only comments were written there.",) if changed else ()
        return Answer(number, cells[number].source, (item.answer,), blank=True, notes=notes)
    if sure:
        return Answer(blank=True, names=(item.answer,), notes=("There is no code in the cell.",))
    return Answer(names=(item.answer,), notes=_looked_for(item))


def _choose(item, cells, written, elsewhere):
    """(number of the cell that answers, names to look for, notes)."""
    if not written:
        return max(elsewhere), (item.answer,), (ForGrader("The cell was found by the name that it defines."),)
    chosen = max(written)
    names: tuple[str, ...] = (item.answer,)
    notes: tuple[str, ...] = ()
    if len(written) > 1:
        notes += (f"{len(written)} cells answer this question; the last one was graded.",)
    if item.answer in cells[chosen].defines:
        if max(elsewhere, default=-1) > chosen:
            notes += (f"{item.answer} is defined again in a later cell; what it was at the end was graded.",)
    elif elsewhere:
        return max(elsewhere), names, (*notes, "The answer was found in another cell, by its name.")
    else:
        others = [n for n in defined(cells[chosen].python, item.is_code) if n not in defined(item.stub)]
        if len(others) == 1:
            names = (item.answer, others[0])
            notes += (f"It should be called {item.answer}; {others[0][:60]} was graded in its place.",)
    return chosen, names, notes


def _with_text(answer, text):
    """The Answer with what stands in text cells, too."""
    if not text:
        return answer
    if answer.cell is not None and not answer.blank:
        more = ("More was written in a text cell.",)
        return replace(answer, source=f"{answer.source}\n\n{text}", notes=(*answer.notes, *more))
    comments = answer.notes if answer.blank and answer.source else ()
    source = f"{answer.source}\n\n{text}" if comments else text
    return replace(answer, source=source, blank=True, notes=(*comments, "It was written in a text cell."))


def _of_another(cells, asked):
    """A note, if cells were handed out with another exercise, and none with this one."""
    counts = Counter(filter(None, map(_number_of, cells)))
    if asked.number in counts or not counts:
        return ()
    which = f"those in it are of '{assignments.assignment(counts.most_common(1)[0][0]).title}'"
    return (f"{OF_ANOTHER}: {which}. Ask whether you may still hand in the right notebook.",)


def _number_of(cell):
    """Of the exercise that a cell was handed out with, or ""."""
    found = _NAME.match(cell.grade_id or cell.id) or (not cell.is_code and _HEADING.match(cell.source))
    number = found[1].zfill(2) if found else ""
    return number if number in assignments.numbers() else ""


def _looked_for(item):
    kind = "function" if item.is_code else "value"
    return (f"No cell defines the {kind} {item.answer}, and the cell made for it is gone.",)
