"""The notebook that Formgrader shows to whoever marks: ours, with the student's answers and our verdicts as plain text.

Cells and their metadata come from the assignment as it was handed out. From the student comes text only, in code cells,
which are shown and never run; from us text outputs. So nothing of a student's acts in an instructor's browser.
"""

import json
import re
import textwrap
from dataclasses import dataclass

from gru_lab.grading.record import MEANING

__all__ = ["Earlier", "comment", "earlier", "is_same", "page", "plain", "write"]

WIDTH = 90  # characters of a line of sentences
OLD = "gru_lab_old"  # in the metadata of a cell: what a person said of the answer before this one
LONGEST = 20_000  # characters of an answer; more is nobody's reading, and slow to colour
CHANGED = (
    "MARKED BY HAND BEFORE, and the answer has changed since: the old mark and comment count no more.\n"
    "Give a mark again, or keep the old one with the button Resolve."
)
# Control characters, halves of characters, and marks that change the direction of text: shown by their number.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]"
)


@dataclass(frozen=True)
class Earlier:
    """What a page shows of an answer. old_comment: what a person wrote beside the answer before this one, or ""."""

    answer: str
    old_comment: str = ""


def plain(text):
    """`text` such that it can be written to any file and hides nothing: ESC becomes the four characters \\x1b."""
    text = str(text)
    if len(text) > LONGEST:
        text = f"{text[:LONGEST]}\n# … {len(text) - LONGEST:,} more characters are not shown here"
    text = text.replace("\r\n", "\n")
    return _UNSEEN.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def comment(result):
    """The sentence beside an answer: status, what it says, why. None where a person is to write one.

    nbgrader's feedback reads comments as Markdown, so there are no angle brackets in it.
    """
    if result.status == "by hand" and result.says in ("", MEANING["by hand"]) and not result.reason:
        return None
    said = " ".join(filter(None, (*_meaning(result), result.says, result.reason)))
    return plain(said).replace("<", "‹").replace(">", "›")


def _meaning(result):
    """What its status means, unless what it says tells that and more."""
    meaning = MEANING[result.status]
    is_told = result.status not in ("right", "wrong") and bool(result.says)
    return [] if is_told or result.says.startswith(meaning) else [meaning]


def page(asked, record, results, outdated=None):
    """The notebook of one submission, as nbformat's dict. results: one for each question, in order.

    outdated: {grade_id: comment or ""}, what a person marked or said before the answer changed.
    """
    by_id, outdated = {}, outdated or {}
    for item, result in zip(asked.items, results, strict=True):
        by_id[item.grade_id] = {"cell_type": "code", "source": _shown(item, result), "outputs": []}
        lines = [CHANGED] if item.grade_id in outdated else []
        by_id[f"{item.grade_id}-test"] = {"outputs": [_output("\n".join([*lines, _verdict(item, result)]))]}
    first = {"cell_type": "code", "id": "submission", "metadata": {}, "source": _whole(record)}
    cells = [{**first, "outputs": [_output(_about(record))]}, *asked.cells]
    cells = [{**cell, **by_id.get(_grade_id(cell), {})} for cell in cells]
    for cell in cells:
        if _grade_id(cell) in outdated:
            cell["metadata"] = {**cell["metadata"], OLD: {"comment": outdated[_grade_id(cell)]}}
    for cell in cells:
        if cell["cell_type"] == "code":
            cell |= {"execution_count": None, "outputs": cell.get("outputs", [])}
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    return {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


def _shown(item, result):
    """An answer as Formgrader shows it, and below it what was added where there is none."""
    source = plain(result.source)
    parts = [_folded(source) if item.by_hand else source]
    for kind, text in result.added:
        text = _folded(plain(text)) if kind == "text" else plain(text)
        parts.append(f"# --- not graded: a cell of {kind} that was added at this question ---\n{text}")
    return "\n\n".join(filter(None, parts))


def _folded(text):
    """Sentences such that no line is long: Formgrader cuts it off."""
    return "\n".join(one for line in text.split("\n") for one in textwrap.wrap(line, WIDTH) or [""])


def _grade_id(cell):
    return cell["metadata"].get("nbgrader", {}).get("grade_id")


def _output(text):
    return {"output_type": "stream", "name": "stdout", "text": text + "\n"}


def _whole(record):
    if not record.problem:
        return "# the submission as a whole"
    # One line each: a comment has no end but the line's.
    said = plain(record.problem).replace("\n", " ")
    return f"# NOTHING TO SHOW: this submission could not be read.\n# {said}\n# The report says which file it is."


def _about(record):
    """Not whose it is, nor its file, which says so: Formgrader hides names until somebody asks for them."""
    lines = [f"handed in: {record.handed_in}"] if record.handed_in else []
    return plain("\n".join([*lines, *record.notes]) or "nothing to note")


def _verdict(item, result):
    lines = [f"{result.status} · {result.share:.0%} of {item.question.points} points", *_meaning(result)]
    if item.by_hand:
        lines = [f"{result.status} · {item.question.points} points", *_meaning(result), "A good answer says:"]
        lines += [f"  {number}. {point}" for number, point in enumerate(item.question.guide, start=1)]
    lines += [
        result.says,
        result.reason,
        *(f"{label}: {text}" if label else f"    {text}" for label, text in result.rows),
    ]
    return plain("\n".join(filter(None, [*lines, *result.remarks, *result.notes])))


def earlier(path):
    """{grade_id: Earlier} of a page that was written before; {} if there is none that can be read."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        return {
            cell["metadata"]["nbgrader"]["grade_id"]: Earlier(
                cell["source"], str(cell["metadata"].get(OLD, {}).get("comment", ""))
            )
            for cell in cells
            if cell["metadata"].get("nbgrader", {}).get("solution")
        }
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return {}


def is_same(item, answer, result):
    """Is `answer`, of a page, the answer of a Result? Where the lines of a written one end makes no difference."""
    now = _shown(item, result)
    return "".join(answer.split()) == "".join(now.split()) if item.by_hand else answer == now


def write(path, notebook):
    """Write a page as a whole: nobody ever finds half of one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    new.write_text(json.dumps(notebook, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")
    new.replace(path)
