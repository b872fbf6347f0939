"""What in a class's results a person should look at, and who is in the class: the first half of the report."""

from collections import defaultdict
from dataclasses import dataclass
from urllib.parse import quote

from gru_lab.checks.verdict import NOT_FINISHED
from gru_lab.grading.notebooks import OF_ANOTHER
from gru_lab.grading.record import MEANING

__all__ = ["KINDS", "Kind", "Problem", "Student", "how_many", "kinds", "problems", "student"]

BY_RULE = "It has its points by rule, mostly none. Look whether that is fair; points given in Formgrader count instead."
# What says more about the notebook or its reading than about an answer, in this order: {kind: (words, what it counts)}.
KINDS = {
    "not graded": ("not graded", "It has no points until a person gives them, in Formgrader."),
    "marked before": (
        "marked by hand before, and changed since",
        "The old mark and comment count no more: a written answer waits for a new mark, any other has its points by "
        "the program. Formgrader asks for a mark; its button Resolve keeps the old one.",
    ),
    "ended itself": ("ended Python itself", BY_RULE),
    "not found": ("no answer found", BY_RULE),
    "added": (
        "not attempted, and cells were added beside it",
        f"Perhaps the answer stands in them: its page shows them, and so does Formgrader. {BY_RULE}",
    ),
    "raise left": ("a raise line that was left in", f"It keeps the whole answer from being tried. {BY_RULE}"),
    "no package": (
        "a package that is not there",
        f"One import keeps the whole cell from running, perhaps one that it has no need of. {BY_RULE}",
    ),
    "no Python": ("a cell that is no Python", f"One slip keeps the whole cell from running. {BY_RULE}"),
}
CHANGED = "Marked by hand before; the answer has changed since."
_NO_PYTHON = ("SyntaxError", "IndentationError", "TabError")


@dataclass(frozen=True)
class Student:
    """How a student is named on the page, and where their own page lies ("" if nowhere)."""

    id: str
    name: str
    link: str


@dataclass(frozen=True)
class Problem:
    """where: the questions, or "everything". file: where it came from, if nothing of it could be read."""

    student: Student
    where: str
    kind: str
    reason: str
    file: str = ""


@dataclass(frozen=True)
class Kind:
    """Problems of the same kind. count: of all of them, rows: those that are shown."""

    what: str
    means: str
    count: int
    rows: tuple


def student(record, people, pages):
    """The Student of a record. people: {student: roster.Person}, pages: {student: path}, or None."""
    person = (people or {}).get(record.student)
    link = quote((pages or {}).get(record.student, ""), errors="surrogatepass")
    return Student(record.student, (person.name if person else "") or record.name, link)


def problems(record, score, who):
    """The Problems of a submission: one if it could not be graded; else one for each kind and reason."""
    if score.state == "unread" or not record.results:
        return [
            Problem(who, "everything", "not graded", record.problem or "No question of it was looked at.", record.file)
        ]
    another = next((note for note in record.notes if note.startswith(OF_ANOTHER)), "")
    found = defaultdict(list)
    if score.outdated:
        found["marked before", CHANGED] = list(score.outdated)
    for result in record.results:
        if result.question not in score.by_hand and (kind := _kind(result)):
            waits = kind == "not found" and result.question in score.to_mark
            said = another if kind == "not found" and another else _reason(result)
            found["not graded" if waits else kind, said].append(result.question)
    return [Problem(who, ", ".join(names), kind, reason) for (kind, reason), names in found.items()]


def how_many(pairs):
    """How many of the (Record, Score) a person should look at, as the report counts them."""
    return sum(bool(problems(record, score, None)) for record, score in pairs)


def kinds(found, most):
    """The Kinds of Problems, of each at most `most`."""
    by_kind = {kind: [one for one in found if one.kind == kind] for kind in KINDS}
    return [Kind(*KINDS[kind], len(rows), tuple(rows[:most])) for kind, rows in by_kind.items() if rows]


def _kind(result):
    if result.status == "raised" and any(text.startswith(_NO_PYTHON) for _, text in result.rows):
        return "no Python"
    if result.status == "raised" and any(text.startswith("ModuleNotFoundError") for _, text in result.rows):
        return "no package"
    if result.status == "raised" and result.says == NOT_FINISHED.says:
        return "raise left"
    if result.status == "not attempted" and result.added:
        return "added"
    return result.status if result.status in KINDS else ""


def _reason(result):
    said = [text for label, text in result.rows if label == "it says"] if result.status == "raised" else []
    return " ".join(said) or result.reason or result.says or MEANING[result.status]
