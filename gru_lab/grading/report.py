"""One page for a class: what needs a person comes first, then how each question went, hints at shared work last."""

import statistics
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from gru_lab.grading import feedback
from gru_lab.grading.pages import heading, render, titles
from gru_lab.grading.record import MEANING
from gru_lab.grading.similarity import CAUTION
from gru_lab.grading.totals import Bar, totals
from gru_lab.grading.writing import write_whole

__all__ = ["NEEDS_A_PERSON", "page", "write_report"]

# Statuses that say more about the notebook or its reading than about an answer: somebody should look, in this order.
NEEDS_A_PERSON = ("not graded", "ended itself", "not found")
MOST_ROWS = 500  # of one table
MOST_MISTAKES = 5  # of one question


@dataclass(frozen=True)
class _Student:
    """How a student is named on the page, and where their own page lies ("" if nowhere)."""

    id: str
    name: str
    link: str


@dataclass(frozen=True)
class _Problem:
    student: _Student
    where: str
    status: str
    reason: str


@dataclass(frozen=True)
class _Kind:
    """Problems with the same status. count: of all of them, rows: those that are shown."""

    what: str
    count: int
    rows: tuple


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


def page(number, records, scores, hints=None, people=None, pages=None):
    """The report of a class as HTML. number: of the assignment. scores: those of the records, in the same order.

    hints: what `similarity.hints` found; None says that nobody looked. people: {student: tables.Person}, the roster.
    pages: {student: their feedback's path from the report's folder, with "/"}.
    """
    pairs = list(zip(records, scores, strict=True))
    called = {record.student: _student(record.student, people, pages) for record in records}
    problems = [one for record, score in pairs for one in _problems(record, score, called[record.student])]
    absent = sorted(set(people or {}) - set(called))
    return render(
        "report.html",
        title=heading(number),
        number=number,
        count=len(records),
        complete=sum(score.complete for score in scores),
        late=sum(score.days_late > 0 for score in scores),
        waiting=_waiting(scores)[:MOST_ROWS],
        on_roster=len(people or {}),
        absent=[_student(student, people, {}) for student in absent[:MOST_ROWS]],
        absent_count=len(absent),
        problems=_kinds(problems),
        problem_students=len({one.student.id for one in problems}),
        questions=_questions(pairs, titles(number)),
        time=_time(records),
        totals=totals(scores),
        caution=CAUTION,
        hints=None if hints is None else [_hint(hint, called, people, pages) for hint in hints[:MOST_ROWS]],
    )


def write_report(folder, number, records, scores, hints=None, people=None, pages=None):
    """Write report.html into `folder`, as for `page`. Returns its path. Raises NotWritten."""
    path = Path(folder, "report.html")
    write_whole(path, page(number, records, scores, hints, people, pages))
    return path


def _waiting(scores):
    """[(question, how many answers a person must still mark)]"""
    counts = Counter(question for score in scores for question in score.to_mark)
    return sorted(counts.items(), key=lambda one: (len(one[0]), one[0]))  # 6.4 before 6.10


def _student(student, people, pages):
    person = (people or {}).get(student)
    link = quote((pages or {}).get(student, ""), errors="surrogatepass")
    return _Student(student, person.name if person else "", link)


def _hint(hint, called, people, pages):
    return _Hint(
        hint.question,
        hint.share,
        tuple(called.get(student) or _student(student, people, pages) for student in hint.students),
    )


# ---------------------------------------------------------------------------------------------- problems


def _problems(record, score, student):
    """One for a submission that could not be graded; else one for each status and reason, with its questions."""
    if record.problem or not record.results:
        return [_Problem(student, "everything", "not graded", record.problem or "No question of it was looked at.")]
    found = defaultdict(list)
    for result in record.results:
        if result.status in NEEDS_A_PERSON and result.question not in score.by_hand:
            found[result.status, result.reason or result.says or MEANING[result.status]].append(result.question)
    return [_Problem(student, ", ".join(names), status, reason) for (status, reason), names in found.items()]


def _kinds(problems):
    by_status = {status: [one for one in problems if one.status == status] for status in NEEDS_A_PERSON}
    return [
        _Kind(feedback.STATUS_WORDS[status][1], len(rows), tuple(rows[:MOST_ROWS]))
        for status, rows in by_status.items()
        if rows
    ]


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
