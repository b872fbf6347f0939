"""One page for each student: what each answer earned and why, in their own words and numbers, without a script."""

from dataclasses import dataclass
from pathlib import Path

from gru_lab.grading.audience import for_student
from gru_lab.grading.names import feedback_file
from gru_lab.grading.pages import LONGEST_CODE, heading, render, time_words, titles
from gru_lab.grading.record import MEANING, Result
from gru_lab.grading.writing import write_whole

__all__ = ["MARKED", "STATUS_WORDS", "WORDS", "page", "words", "write_feedback"]

ROWS = 40
NOTES = 20
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
HALF = "A call with the right numbers that writes into its input counts half."
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
    says: str
    notes: list
    comment: str
    is_prose: bool


def page(record, score, name="", comments=None):
    """The HTML page of a Record and its Score. name: the student's, besides the id. comments: {question: what a person
    wrote about the answer}."""
    known, comments = titles(record.assignment), comments or {}
    shown = [one for one in record.results if score.state not in ("absent", "unread") or one.question in comments]
    answers = [_answer(one, score, known.get(one.question, ""), comments.get(one.question, "")) for one in shown]
    return render(
        "feedback.html",
        title=heading(record.assignment),
        record=record,
        score=score,
        answers=answers,
        notes=for_student((*record.notes, *score.notes))[:NOTES],
        name=name if name != record.student else "",
        due=time_words(score.due),
        handed_in=time_words(record.handed_in, score.due),
    )


def write_feedback(folder, records, scores, people=None, comments=None):
    """Write each `names.feedback_file` below `folder`, one for each record. Returns {student: path}.

    people: {student: roster.Person}. comments: {student: {question: what a person wrote}}. Raises NotWritten.
    """
    paths = {}
    for record, score in zip(records, scores, strict=True):
        paths[record.student] = Path(folder, feedback_file(record.student))
        person = (people or {}).get(record.student)
        about = (person.name if person else "", (comments or {}).get(record.student))
        write_whole(paths[record.student], page(record, score, *about))
    return paths


def words(result, score):
    """(mark, words, tone) for what became of one answer: one of WORDS."""
    if result.question in score.by_hand:
        return MARKED
    return PARTLY if result.status == "wrong" and score.points[result.question] else STATUS_WORDS[result.status]


def _answer(result, score, title, comment):
    mark, word, tone = words(result, score)
    given, at_most = score.points[result.question], score.at_most[result.question]
    points = f"{at_most:g} points, not marked yet" if given is None else f"{given:g} of {at_most:g} points"
    by_hand = result.question in score.by_hand
    means = "" if result.says or by_hand else MEANING[result.status]
    # once a person has marked it, it is no longer true that one will; why it is unread stands at the top of the page
    is_said = result.says == score.problem or (by_hand and result.says == MEANING[result.status])
    half = (HALF,) if result.diagnosis == "input changed" and given and not by_hand else ()
    cut = LONGEST_CODE if len(result.source) > LONGEST_CODE else 0
    return _Answer(
        result=result,
        title=title,
        mark=mark,
        word=word,
        tone=tone,
        means=means,
        points=points,
        rows=result.rows[:ROWS],
        cut=cut,
        says="" if is_said else result.says,
        notes=[*half, *(note for note in for_student(result.notes) if note != result.says)][:NOTES],
        comment=comment,
        is_prose=result.status == "by hand",
    )
