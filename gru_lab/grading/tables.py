"""Records and scores as CSV files: for people, and for the systems that marks are kept in.

A mark that a person must still give is an empty cell, never a nought, and so is a total without it: `Score.mark` goes
into every table. What students wrote into a cell stays text: no spreadsheet takes it for a formula.
"""

import csv
import io
import re

from gru_lab.grading.audience import for_student
from gru_lab.grading.names import feedback_file
from gru_lab.grading.roster import Person
from gru_lab.grading.writing import write_whole

__all__ = [
    "Person",
    "canvas",
    "cell",
    "grades",
    "gradescope",
    "moodle",
    "questions",
    "write_csv",
]

LONGEST = 2_000  # characters of a cell
# Where a spreadsheet would start a formula: at the beginning, or after a semicolon, which divides cells where the comma
# is the decimal sign; blanks and characters without width before it do not help. ＝＋－＠ are the full-width ones.
_FORMULA = re.compile(
    r"(^|;)(?=[\s\u00ad\u200b-\u200f\u2060\ufeff'\"]*[=+\-@＝＋－＠−﹢﹣﹦﹫].)"
)  # a lone "-" is none
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")
_PARTICIPANT = re.compile(r"Participant \d+")  # whom only Moodle knows
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def cell(value):
    """What goes into one cell: numbers as they are, None as nothing, text that no spreadsheet takes for a formula."""
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return "" if value is None else value
    text = str(value)
    armed = text[:1] in ("\t", "\r", "\n", "\0")
    text = _CONTROL.sub(" ", text if len(text) <= LONGEST else text[: LONGEST - 1] + "…")
    text = _FORMULA.sub(r"\1'", text)
    return f"'{text}" if armed and not text.startswith("'") else text


def write_csv(path, header, rows, excel=False):
    """Write a table whole or not at all. excel: with the mark that Excel needs to read UTF-8. Raises NotWritten."""
    write_whole(path, _text([header, *rows]), encoding="utf-8-sig" if excel else "utf-8")


def _text(rows):
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n", quoting=csv.QUOTE_NONNUMERIC)
    writer.writerows([cell(value) for value in row] for row in rows)
    return buffer.getvalue()


def grades(path, records, scores, people=None):
    """grades.csv, a row for each record. scores: those of the records, in the same order."""
    names = list(dict.fromkeys(question for score in scores for question in score.at_most))
    header = ["student", "name", "email", "assignment", "file", "handed in", *names]
    header += [
        "earned so far",
        "days late",
        "penalty",
        "total",
        "maximum",
        "state",
        "to mark by hand",
        "problem",
        "feedback",
        "notes",
    ]
    rows = []
    for record, score in zip(records, scores, strict=True):
        person = _person(people, record.student)
        row = [record.student, person.name, person.email, record.assignment, record.file, record.handed_in]
        row += [score.points.get(name) for name in names]
        has_any = any(value is not None for value in score.points.values())
        row += [
            score.earned if has_any else None,
            None if score.absent else score.days_late,
            score.penalty if has_any else None,
        ]
        row += [score.mark, score.maximum, score.state, ", ".join(score.to_mark)]
        rows.append(
            [*row, record.problem, feedback_file(record.student), " ".join(map(str, (*record.notes, *score.notes)))]
        )
    write_csv(path, header, rows, excel=True)


def questions(path, records, scores):
    """questions.csv, a row for each question of each record, but of those who handed in nothing."""
    header = ["student", "assignment", "question", "status", "share", "points", "at most", "diagnosis", "reason"]
    header += ["says", "seconds", "notes"]
    rows = []
    for record, score in zip(records, scores, strict=True):
        for one in () if score.absent else record.results:
            row = [record.student, record.assignment, one.question, one.status, one.share, score.points[one.question]]
            row += [one.points, one.diagnosis, one.reason, one.says, one.seconds, " ".join(map(str, one.notes))]
            rows.append(row)
    write_csv(path, header, rows, excel=True)


def canvas(path, title, scores, people=None):
    """For Canvas's gradebook import: `Student, ID, SIS User ID, SIS Login ID, Section`, then the assignment.

    title: the assignment's name in Canvas, best with its number, as Canvas exports it: "Exercises 6 (1234)"; any other
    name makes a new assignment. Canvas finds a student by ID, else SIS User ID, else SIS Login ID, else name. The
    second row holds the points possible.
    """
    rows = [["    Points Possible", "", "", "", "", max((score.maximum for score in scores), default=0)]]
    for score in scores:
        person = _person(people, score.student)
        is_theirs = score.student in (person.canvas_id, person.id_number, person.email)  # the id is no login then
        login = person.login or ("" if is_theirs else score.student)
        row = [person.name or score.student, person.canvas_id, person.id_number, login]
        rows.append([*row, person.section, score.mark])
    write_csv(path, ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", title], rows)


def moodle(path, title, scores, people=None, comments=None):
    """For Moodle's grade import (Grades, Import, CSV file), where columns are matched by hand in a form.

    Map "Email address" or "ID number" to the user, the column `title` to the grade item. "Identifier" is that of
    Moodle's grading worksheet. comments: {student: {question: what a person wrote}}, for the column "Feedback".
    """
    rows = []
    for score in scores:
        person = _person(people, score.student)
        is_moodles = bool(_PARTICIPANT.fullmatch(score.student))
        number = person.id_number or ("" if is_moodles or score.student == person.email else score.student)
        identifier = person.participant or (score.student if is_moodles else "")
        row = [identifier, person.name or score.student, number, person.email]
        rows.append([*row, score.mark, _summary(score, (comments or {}).get(score.student, {}))])
    write_csv(path, ["Identifier", "Full name", "ID number", "Email address", title, "Feedback"], rows)


def gradescope(path, scores, people=None):
    """By email, with the columns of Gradescope's own download of marks.

    Gradescope documents no import of marks from a table (its roster takes names and emails, its autograders write a
    results.json each); this file is for merging with what is downloaded there.
    """
    rows = []
    for score in scores:
        person = _person(people, score.student)
        has_address = bool(_ADDRESS.fullmatch(score.student))
        number = person.id_number or ("" if has_address else score.student)
        email = person.email or (score.student if has_address else "")
        rows.append([person.name or score.student, number, email, person.section, score.mark, score.maximum])
    write_csv(path, ["Name", "SID", "Email", "Sections", "Total Score", "Max Points"], rows)


def _person(people, student):
    return (people or {}).get(student, Person())


def _summary(score, comments):
    """A line for the student: the points, and what a person wrote about them."""
    written = [f"On {name}: {' '.join(text.split())}" for name, text in comments.items()]
    if score.absent or score.state == "unread":
        return " ".join([score.problem, *written])
    given = [
        f"{name}: to be marked" if value is None else f"{name}: {value:g} of {score.at_most[name]:g}"
        for name, value in score.points.items()
    ]
    said = (note.removesuffix(".") for note in for_student(score.notes))
    return ". ".join(["; ".join(given), *said, *written])
