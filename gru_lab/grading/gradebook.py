"""Results in nbgrader's gradebook: Formgrader shows them, and a person marks the written answers there.

A course folder holds gradebook.db, and for each submission a notebook, autograded/STUDENT/NN/NAME.ipynb, to look at.
What a person has put in, points, extra credit and comments, is never written over. Who handed in nothing has no row:
there is nothing to mark. Nothing goes into submitted/: there Formgrader counts no submissions, and `nbgrader
autograde`, which runs them with your rights, finds none to run.
"""

from pathlib import Path

from nbgrader import api
from sqlalchemy import select

from gru_lab.grading import exports, marking_page
from gru_lab.grading.assignments import assignment as find_assignment
from gru_lab.grading.gradebook_file import GradebookProblem, database, problems_said, reading, writing
from gru_lab.grading.gradebook_rows import Rows, graded_cell
from gru_lab.grading.names import safe_name
from gru_lab.grading.record import Result
from gru_lab.grading.scores import BY_A_PERSON

__all__ = ["GradebookProblem", "manual_comments", "manual_marks", "update"]


def update(course, records, scores=None):
    """Write records into the course folder `course`, made if missing. Returns how many answers wait for a person.

    scores: one for each record, whose `points` is {question: points, or None where a person gives them}, without what a
    person gave; default: a question's points times the share that came out right. Of two records for the same student
    and assignment the last one counts. The database changes as a whole or not at all; notebooks are written after it,
    so an update that was interrupted is completed by another. Raises GradebookProblem, UnknownAssignment.
    """
    course, records = Path(course), list(records)
    given = [score.points for score in scores] if scores else [{}] * len(records)
    entries = {}
    for record, points in zip(records, given, strict=True):
        entries.setdefault(find_assignment(record.assignment).number, {})[record.student] = record, points
    with problems_said(course):
        _make_folder(course, entries)
        pages, waiting = [], 0
        with writing(course) as session:
            for number in sorted(entries):
                asked = find_assignment(number)
                rows = Rows(session, asked)
                for student, (record, points) in entries[number].items():
                    folder, results = safe_name(student), _results(asked, record)
                    if record.absent:
                        rows.take_out(folder)
                        continue
                    page = course / "autograded" / folder / number / asked.file
                    points = [points.get(one.question, _points(one)) for one in results]
                    waiting += rows.enter(folder, record, results, points, marking_page.answers(page))
                    pages.append((page, asked, record, results))
        for page, *content in pages:
            marking_page.write(page, marking_page.page(*content))
    return waiting


def manual_marks(course, assignment, scores):
    """What a person decided in Formgrader: {student: {question: points}}, extra credit included.

    scores: of the students that are asked about, without what a person gave: extra credit is added to their points, not
    to what the gradebook holds of an earlier policy. {} if there is no gradebook yet. Raises GradebookProblem,
    UnknownAssignment.
    """
    by_program, found = {score.student: score.points for score in scores}, {}
    columns = (api.Grade.manual_score, api.Grade.extra_credit)
    for student, question, given, extra in _read(course, assignment, by_program, api.Grade, columns):
        points = by_program[student].get(question) if given is None else given
        # extra credit alone counts for nothing, as in nbgrader: the answer still waits for its points
        if points is not None and (given is not None or extra is not None):
            found.setdefault(student, {})[question] = points + (extra or 0.0)
    return found


def manual_comments(course, assignment, students):
    """What a person wrote beside an answer in Formgrader: {student: {question: text}}; it may hold any characters."""
    found = {}
    for student, question, text in _read(course, assignment, students, api.Comment, [api.Comment.manual_comment]):
        if text and text.strip():
            found.setdefault(student, {})[question] = text
    return found


def _read(course, assignment, students, kind, columns):
    """(student, question, *values of columns) for each row of `kind`, Grade or Comment, of these students."""
    asked, found = find_assignment(assignment), []
    if not database(course).is_file():
        return found
    wanted = (
        select(api.SubmittedAssignment.student_id, api.BaseCell.name, *columns)
        .join_from(kind, kind.cell)
        .join(kind.notebook)
        .join(api.SubmittedNotebook.assignment)
        .join(api.SubmittedAssignment.assignment)
        .where(api.Assignment.name == asked.number)
    )
    questions = {cell: item.question.id for item in asked.items for cell in (graded_cell(item), item.grade_id)}
    names = {safe_name(student): student for student in students}
    with reading(course) as session:
        for folder, cell, *values in session.execute(wanted):
            if folder in names and cell in questions:
                found.append((names[folder], questions[cell], *values))
    return found


def _make_folder(course, numbers):
    for number in numbers:
        (course / "source" / number).mkdir(parents=True, exist_ok=True)  # Formgrader lists what has a folder here
    config = course / "nbgrader_config.py"
    if not config.exists():
        course.mkdir(parents=True, exist_ok=True)
        config.write_text(exports.NBGRADER_CONFIG, encoding="utf-8", newline="\n")


def _results(asked, record):
    """A Result for each question, in order; where the record has none, one that says so."""
    given = {result.question: result for result in record.results}
    reason = record.problem or "The record of this submission says nothing about this question."
    return [
        given.get(item.question.id) or Result(item.question.id, "not graded", item.question.points, reason=reason)
        for item in asked.items
    ]


def _points(result):
    return None if result.status in BY_A_PERSON else round(result.points * result.share, 6)
