"""One page for each student: what each answer earned and why, in their own words and numbers, without a script."""

from dataclasses import dataclass
from pathlib import Path

from gru_lab.grading.pages import LONGEST_CODE, heading, render, titles
from gru_lab.grading.record import MEANING, Result
from gru_lab.grading.writing import write_whole

__all__ = ["STATUS_WORDS", "WORDS", "page", "words", "write_feedback"]

ROWS = 40
# status -> its mark, in words, its tone. The mark differs where the tone does: never colour alone.
STATUS_WORDS = {
    "right": ("✓", "right", "good"),
    "wrong": ("✗", "not right yet", "bad"),
    "not attempted": ("○", "not attempted", ""),
    "raised": ("✗", "ended with an error", "bad"),
    "stopped": ("✗", "stopped: it took too long", "bad"),
    "ended itself": ("✗", "ended Python itself", "bad"),
    "out of memory": ("✗", "out of memory", "bad"),
    "not found": ("?", "no answer found", "bad"),
    "by hand": ("…", "a person marks this", "wait"),
    "not graded": ("?", "not graded", "wait"),
}
PARTLY = ("◐", "partly right", "bad")
MARKED = ("✎", "marked by a person", "wait")
WORDS = (STATUS_WORDS["right"], PARTLY, *list(STATUS_WORDS.values())[1:], MARKED)  # in the order that pages list them


@dataclass(frozen=True)
class _Answer:
    """One question, as the page shows it."""

    result: Result
    title: str
    mark: str
    word: str
    tone: str
    means: str
    points: str
    rows: tuple
    cut: int


def page(record, score):
    """The HTML page of a Record and its Score."""
    known = titles(record.assignment)
    answers = [_answer(result, score, known.get(result.question, "")) for result in record.results]
    return render("feedback.html", title=heading(record.assignment), record=record, score=score, answers=answers)


def write_feedback(folder, records, scores, safe_name):
    """Write feedback/<safe name>.html below `folder`, one for each record. Returns {student: path}.

    safe_name: student -> a file name that every system takes, another for each student. Raises NotWritten.
    """
    paths = {}
    for record, score in zip(records, scores, strict=True):
        paths[record.student] = Path(folder, "feedback", f"{safe_name(record.student)}.html")
        write_whole(paths[record.student], page(record, score))
    return paths


def words(result, score):
    """(mark, words, tone) for what became of one answer: one of WORDS."""
    if result.question in score.by_hand:
        return MARKED
    return PARTLY if result.status == "wrong" and score.points[result.question] else STATUS_WORDS[result.status]


def _answer(result, score, title):
    mark, word, tone = words(result, score)
    given, at_most = score.points[result.question], score.at_most[result.question]
    points = f"{at_most:g} points, not marked yet" if given is None else f"{given:g} of {at_most:g} points"
    means = "" if result.says or result.question in score.by_hand else MEANING[result.status]
    cut = LONGEST_CODE if len(result.source) > LONGEST_CODE else 0
    return _Answer(result, title, mark, word, tone, means, points, result.rows[:ROWS], cut)
