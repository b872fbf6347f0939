"""One page for a class: what needs a person comes first, then how each question went, hints at shared work last."""

import statistics
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

from gru_lab.grading import feedback
from gru_lab.grading.attention import Student, kinds, problems, student
from gru_lab.grading.doubts import mostly_not_found, strangers
from gru_lab.grading.lateness import times
from gru_lab.grading.pages import heading, render, titles
from gru_lab.grading.record import NOTHING, Record
from gru_lab.grading.scores import Score
from gru_lab.grading.similarity import CAUTION
from gru_lab.grading.totals import Bar, totals
from gru_lab.grading.writing import write_whole

__all__ = ["page", "write_report"]

MOST_ROWS = 500  # of one table
MOST_STUDENTS = 5_000  # of the list of all
MOST_MISTAKES = 5  # of one question


@dataclass(frozen=True)
class _Row:
    """A student in the list of all. total: as text. is_open: a person must still add to it."""

    student: Student
    total: str
    state: str
    is_open: bool = False


@dataclass(frozen=True)
class _Mistake:
    name: str
    count: int
    says: str


@dataclass(frozen=True)
class _Question:
    """mean: of points over points at most, from 0 to 1; None while no answer has points. others: answers with a rarer
    diagnosis, nameless: wrong ones without any."""

    id: str
    title: str
    bars: tuple
    marked: int
    mean: float | None
    mistakes: tuple
    others: int
    nameless: int


@dataclass(frozen=True)
class _Hint:
    question: str
    share: float
    students: tuple


def page(number, records, scores, hints=None, people=None, pages=None, policy=None, quoted=()):
    """The report of a class as HTML. number: of the assignment. scores: those of the records, in the same order.

    hints: what `similarity.hints` found; None says that nobody looked. people: {student: roster.Person}, the roster.
    pages: {student: their feedback's path from the report's folder, with "/"}. policy: the Policy of the scores.
    quoted: what `similarity.quoting` found.
    """
    called = {record.student: student(record, people, pages) for record in records}
    missing = [Record(one, number, problem=NOTHING) for one in sorted(set(people or {}) - set(called))]
    called |= {record.student: student(record, people, pages) for record in missing}
    records, scores = [*records, *missing], [*scores, *(Score(one.student, number, absent=True) for one in missing)]
    everybody = list(zip(records, scores, strict=True))
    handed_in = [(record, score) for record, score in everybody if not score.absent]
    graded = [score for _, score in handed_in]
    found = [one for record, score in handed_in for one in problems(record, score, called[record.student])]
    absent = [called[score.student] for score in scores if score.absent]
    return render(
        "report.html",
        title=heading(number),
        number=number,
        count=len(handed_in),
        complete=sum(score.complete for score in graded),
        late=sum(score.days_late > 0 for score in graded),
        unread=sum(score.state == "unread" for score in graded),
        waiting=_waiting(graded)[:MOST_ROWS],
        on_roster=len(people or {}),
        absent=absent[:MOST_ROWS],
        absent_count=len(absent),
        problems=kinds(found, MOST_ROWS),
        mostly_not_found=mostly_not_found(records),
        strangers=[called[one.student] for one in strangers(records, people)],
        times=times([record for record, _ in handed_in], graded, policy) if handed_in else None,
        called=called,
        most=MOST_ROWS,
        problem_students=len({one.student.id for one in found}),
        students=[_row(called[score.student], score) for score in scores[:MOST_STUDENTS]],
        student_count=len(scores),
        questions=_questions(handed_in, titles(number)),
        time=_time(records),
        totals=totals(graded),
        caution=CAUTION,
        quoted=[_hint(hint, called) for hint in quoted[:MOST_ROWS]],
        hints=None if hints is None else [_hint(hint, called) for hint in hints[:MOST_ROWS]],
    )


def write_report(folder, number, records, scores, *rest, **more):
    """Write report.html into `folder`, as for `page`. Returns its path. Raises NotWritten."""
    path = Path(folder, "report.html")
    write_whole(path, page(number, records, scores, *rest, **more))
    return path


def _waiting(scores):
    """[(question, how many answers a person must still mark)], without what could not be read at all"""
    counts = Counter(question for score in scores if score.state == "to mark" for question in score.to_mark)
    return sorted(counts.items(), key=lambda one: (len(one[0]), one[0]))  # 6.4 before 6.10


def _row(who, score):
    if score.mark is None and score.state != "to mark":
        return _Row(who, "–", score.state)
    return _Row(who, f"{score.total:g} of {score.maximum:g}", score.state, is_open=score.mark is None)


def _hint(hint, called):
    return _Hint(hint.question, hint.share, tuple(called.get(one) or Student(one, "", "") for one in hint.students))


# ---------------------------------------------------------------------------------------------- questions


def _questions(pairs, known):
    answers = defaultdict(list)
    for record, score in pairs:
        for result in record.results:
            answers[result.question].append((result, score))
    order = [*known, *sorted(answers.keys() - known.keys())]
    return [_question(name, known.get(name, ""), answers[name]) for name in order if name in answers]


def _question(name, title, answers):
    counts = Counter(feedback.words(result, score) for result, score in answers)
    bars = tuple(
        Bar(label, count, 100 * count / len(answers), mark, tone)
        for mark, label, tone in feedback.WORDS
        if (count := counts[mark, label, tone])
    )
    shares = [
        score.points[name] / score.at_most[name]
        for _, score in answers
        if score.points[name] is not None and score.at_most[name]
    ]
    mistakes = _mistakes(result for result, _ in answers if result.diagnosis and result.status != "right")
    return _Question(
        id=name,
        title=title,
        bars=bars,
        marked=len(shares),
        mean=statistics.fmean(shares) if shares else None,
        mistakes=mistakes[:MOST_MISTAKES],
        others=sum(one.count for one in mistakes[MOST_MISTAKES:]),
        nameless=sum(result.status == "wrong" and not result.diagnosis for result, _ in answers),
    )


def _mistakes(results):
    """The most common ones first, each with the sentence that it is most often told in."""
    says = defaultdict(Counter)
    for result in results:
        says[result.diagnosis][result.reason or result.says] += 1
    found = [_Mistake(name, told.total(), told.most_common(1)[0][0]) for name, told in says.items()]
    return tuple(sorted(found, key=lambda one: (-one.count, one.name)))


# ---------------------------------------------------------------------------------------------- time


def _time(records):
    """A sentence; "" where no time was taken."""
    seconds = [record.seconds for record in records if record.seconds > 0]
    if not seconds:
        return ""
    parts = (sum(seconds), statistics.median(seconds), max(seconds))
    return "{} for all submissions together; {} for a typical one, {} for the slowest.".format(*map(_duration, parts))


def _duration(seconds):
    if seconds < 60:
        return f"{seconds:.2g} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"
