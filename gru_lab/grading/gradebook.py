"""Results in nbgrader's gradebook: Formgrader shows them, and a person marks the written answers there.

A course folder holds gradebook.db, and for each submission autograded/STUDENT/NN/NOTEBOOK.ipynb, which Formgrader shows.
What a person has put in, points, extra credit and comments, is never written over.
"""

import contextlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import nbformat
from nbgrader import api, dbutil, utils
from sqlalchemy import create_engine, exc, select, text
from sqlalchemy.orm import Session

from gru_lab.grading import exports, marking_page
from gru_lab.grading.assignments import assignment as find_assignment
from gru_lab.grading.record import Result

__all__ = ["GradebookProblem", "Updated", "manual_comments", "manual_marks", "update"]

WAIT_S = 5  # for another program that writes into the same database
UNREAD = ("not found", "not graded")  # no program has judged the answer: a person looks, so that it is no silent zero

# nbgrader lets people edit every column that it has; which student a folder belongs to must not depend on that.
_OUR_TABLE = "CREATE TABLE IF NOT EXISTS gru_lab_student (folder TEXT PRIMARY KEY, student TEXT NOT NULL)"


class GradebookProblem(Exception):
    """The gradebook cannot be read or written; the message says why and what to do. Nothing was changed in it."""


@dataclass(frozen=True)
class Updated:
    """How many submissions were written, and how many answers now wait for a person."""

    submissions: int
    waiting: int


def update(course, records, scores=None, *, safe_name):
    """Write records into the course folder `course`, made if missing. Returns an Updated.

    scores: (record, result) -> points; default: the cell's points times result.share. safe_name: student -> the name of
    a folder, another one for each student. Of two records for the same student and assignment the last one counts.
    The database changes as a whole or not at all; notebooks are written after it, so an update that was interrupted is
    completed by another. Raises GradebookProblem, UnknownAssignment.
    """
    course = Path(course)
    records = {(record.assignment, record.student): record for record in records}
    folders = _folders({student for _, student in records}, safe_name)
    with _errors(course):
        _make_folder(course, {number for number, _ in records})
        pages = []
        with _session(course) as session:
            for student, folder in folders.items():
                session.execute(
                    text("INSERT OR REPLACE INTO gru_lab_student VALUES (:folder, :student)"),
                    {"folder": folder, "student": marking_page.plain(student)},
                )
            waiting = 0
            for number in sorted({number for number, _ in records}):
                book = _Book(session, find_assignment(number))
                for record in (record for (of, _), record in records.items() if of == number):
                    path = course / "autograded" / folders[record.student] / number / book.assignment.file
                    results = _results(book.assignment, record)
                    waiting += book.enter(folders[record.student], record, results, marking_page.answers(path), scores)
                    pages.append((path, book.assignment, record, results))
        for path, asked, record, results in pages:
            marking_page.write(path, marking_page.page(asked, record, results))
    return Updated(len(records), waiting)


def manual_marks(course, assignment):
    """What a person decided in Formgrader: {student: {question: points}}, extra credit included; {} if there is none."""
    changed = (api.Grade.manual_score.is_not(None)) | (api.Grade.extra_credit.is_not(None))
    return _read(course, assignment, api.Grade, api.Grade.score, changed)


def manual_comments(course, assignment):
    """What a person wrote beside an answer in Formgrader: {student: {question: text}}; it may hold any characters."""
    return _read(course, assignment, api.Comment, api.Comment.manual_comment, api.Comment.manual_comment.is_not(None))


def _read(course, number, kind, column, condition):
    course, asked, found = Path(course), find_assignment(number), {}
    if not (course / "gradebook.db").is_file():
        return found
    questions = {item.grade_id: item.question.id for item in asked.items}
    wanted = (
        select(api.SubmittedAssignment.student_id, api.BaseCell.name, column)
        .select_from(kind)
        .join(api.BaseCell, api.BaseCell.id == kind.cell_id)
        .join(api.SubmittedNotebook, api.SubmittedNotebook.id == kind.notebook_id)
        .join(api.SubmittedAssignment, api.SubmittedAssignment.id == api.SubmittedNotebook.assignment_id)
        .join(api.Assignment, api.Assignment.id == api.SubmittedAssignment.assignment_id)
        .where(api.Assignment.name == asked.number, condition)
    )
    with _errors(course), _session(course) as session:
        students = dict(session.execute(text("SELECT folder, student FROM gru_lab_student")).all())
        for folder, cell, value in session.execute(wanted):
            question = questions.get(cell.removesuffix("-test"))
            if question and value != "":
                found.setdefault(students.get(folder, folder), {})[question] = value
    return found


def _folders(students, safe_name):
    """{student: folder}; two students never share one, on a file system that ignores case either."""
    folders = {student: safe_name(student) for student in sorted(students)}
    taken = {}
    for student, folder in folders.items():
        other = taken.setdefault(folder.casefold(), student)
        if other != student:
            raise GradebookProblem(f"two students have the same folder {folder!r}: {other!r} and {student!r}")
        if folder in ("", ".", "..") or len(folder) > 128 or any(mark in folder for mark in "/\\\0"):
            raise GradebookProblem(f"{folder!r} is no name for a folder")
    return folders


def _results(asked, record):
    """A Result for each question, in order; where the record has none, one that says so."""
    given = {result.question: result for result in record.results}
    reason = record.problem or "The record of this submission says nothing about this question."
    return [
        given.get(item.question.id) or Result(item.question.id, "not graded", item.question.points, reason=reason)
        for item in asked.items
    ]


# ---------------------------------------------------------------------------------------------- one assignment


class _Book:
    """One assignment in the database: its rows, read once, so that a class takes seconds."""

    def __init__(self, session, asked):
        self.session, self.assignment = session, asked
        row = _one(session, api.Assignment, name=asked.number)
        self.row = row or _add(session, api.Assignment(name=asked.number, course_id=exports.COURSE_ID))
        name = Path(asked.file).stem
        self.notebook = _one(session, api.Notebook, name=name, assignment_id=self.row.id) or _add(
            session, api.Notebook(name=name, assignment_id=self.row.id, kernelspec="{}")
        )
        self.points = {}
        self.cells = self._cells()
        students = select(api.Student).options()
        self.students = {student.id: student for student in session.scalars(students)}
        self.submissions = {
            row.student_id: row
            for row in session.scalars(select(api.SubmittedAssignment).filter_by(assignment_id=self.row.id))
        }
        self.notebooks = {
            row.assignment_id: row
            for row in session.scalars(select(api.SubmittedNotebook).filter_by(notebook_id=self.notebook.id))
        }
        self.rows = {}
        for kind in (api.Grade, api.Comment):
            mine = select(kind).join(api.SubmittedNotebook, api.SubmittedNotebook.id == kind.notebook_id)
            for row in session.scalars(mine.where(api.SubmittedNotebook.notebook_id == self.notebook.id)):
                self.rows[kind, row.notebook_id, row.cell_id] = row

    def _cells(self):
        """{(kind, grade_id): id}. Source cells that are there stay: nbgrader's own hold the hidden tests."""
        there = {}
        for kind in (api.GradeCell, api.SolutionCell, api.SourceCell):
            for row in self.session.scalars(select(kind).filter_by(notebook_id=self.notebook.id)):
                there[kind, row.name] = row
        for cell in map(nbformat.from_dict, self.assignment.cells):
            about = cell.metadata.get("nbgrader")
            if not about:
                continue
            same = {"name": about["grade_id"], "notebook_id": self.notebook.id}
            new = {}
            if about["grade"]:
                self.points[about["grade_id"]] = float(about["points"])
                new[api.GradeCell] = {"max_score": float(about["points"]), "cell_type": cell.cell_type}
            if about["solution"]:
                new[api.SolutionCell] = {}
            new[api.SourceCell] = {
                "cell_type": cell.cell_type,
                "locked": utils.is_locked(cell),
                "source": cell.source,
                "checksum": utils.compute_checksum(cell),
            }
            for kind, fields in new.items():
                key = kind, about["grade_id"]
                if key not in there:
                    there[key] = _add(self.session, kind(**same, **fields))
                elif kind is api.GradeCell:
                    there[key].max_score = fields["max_score"]
        return {key: row.id for key, row in there.items()}

    def enter(self, folder, record, results, earlier, scores):
        """Write one submission; how many of its answers wait for a person. earlier: {grade_id: answer} up to now."""
        if folder not in self.students:
            self.students[folder] = _add(self.session, api.Student(id=folder))
        student = self.students[folder]
        if not student.email and folder != record.student:
            student.email = marking_page.plain(record.student)[:128]  # pages show it as text only, unlike the names
        submission = self.submissions.get(folder)
        if not submission:
            submission = api.SubmittedAssignment(assignment_id=self.row.id, student_id=folder)
            self.submissions[folder] = _add(self.session, submission)
        submission.timestamp = _utc(record.handed_in)
        notebook = self.notebooks.get(submission.id)
        if not notebook:
            notebook = api.SubmittedNotebook(notebook_id=self.notebook.id, assignment_id=submission.id)
            self.notebooks[submission.id] = _add(self.session, notebook)
        waiting = 0
        for item, result in zip(self.assignment.items, results, strict=True):
            graded = item.grade_id if item.by_hand else f"{item.grade_id}-test"
            grade = self._row(api.Grade, notebook.id, self.cells[api.GradeCell, graded])
            comment = self._row(api.Comment, notebook.id, self.cells[api.SolutionCell, item.grade_id])
            before = grade.auto_score
            answer = marking_page.plain(result.source)
            if result.status == "by hand":
                grade.auto_score = None
            else:
                share = self.points[graded] * result.share
                grade.auto_score = float(scores(record, result)) if scores else round(share, 6)
            read = result.status in UNREAD or (item.by_hand and result.status != "not attempted")
            changed = before != grade.auto_score or earlier.get(item.grade_id, answer) != answer
            if grade.manual_score is None:
                settled = grade.needs_manual_grade is False and not changed  # somebody has seen it and left it
                grade.needs_manual_grade = read and not (settled and grade.auto_score is not None)
            elif changed:
                grade.needs_manual_grade = True  # the mark stays; Formgrader asks whether it still holds
            comment.auto_comment = marking_page.comment(result)
            waiting += bool(grade.needs_manual_grade)
        return waiting

    def _row(self, kind, notebook, cell):
        key = kind, notebook, cell
        if key not in self.rows:
            new = {"needs_manual_grade": None} if kind is api.Grade else {}
            self.rows[key] = _add(self.session, kind(notebook_id=notebook, cell_id=cell, **new))
        return self.rows[key]


def _one(session, kind, **fields):
    return session.scalars(select(kind).filter_by(**fields)).one_or_none()


def _add(session, row):
    row.id = row.id or api.new_uuid()  # known before it is written, so that all of a class can be written at once
    session.add(row)
    return row


def _utc(handed_in):
    """nbgrader's time of a submission: UTC without saying so; None if the text is no time."""
    with contextlib.suppress(ValueError, OverflowError):
        return datetime.fromisoformat(handed_in).astimezone(UTC).replace(tzinfo=None)
    return None


# ---------------------------------------------------------------------------------------------- the database


def _make_folder(course, numbers):
    for number in numbers:
        (course / "source" / number).mkdir(parents=True, exist_ok=True)  # Formgrader lists what has a folder here
    config = course / "nbgrader_config.py"
    if not config.exists():
        config.write_text(exports.NBGRADER_CONFIG, encoding="utf-8", newline="\n")


@contextlib.contextmanager
def _session(course):
    """A transaction on gradebook.db, with nbgrader's tables in it: all of it or nothing."""
    engine = create_engine(f"sqlite:///{(course / 'gradebook.db').resolve().as_posix()}?timeout={WAIT_S}")
    try:
        with engine.connect() as connection:
            connection.execute(text("BEGIN IMMEDIATE"))  # now or never: no other program writes in between
            _create_tables(connection)
            with Session(connection, autoflush=False) as session:
                yield session
                session.flush()
            connection.commit()
    finally:
        engine.dispose()


def _create_tables(connection):
    from alembic.script import ScriptDirectory  # as nbgrader does, but without its command, which may not be on PATH

    new = not connection.dialect.has_table(connection, "assignment")
    if new:
        api.Base.metadata.create_all(connection)
        head = ScriptDirectory(dbutil.ALEMBIC_DIR).get_current_head()
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
        connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": head})
    connection.execute(text(_OUR_TABLE))
    connection.execute(text("INSERT OR IGNORE INTO course (id) VALUES (:id)"), {"id": exports.COURSE_ID})


@contextlib.contextmanager
def _errors(course):
    try:
        yield
    except exc.DatabaseError as problem:
        file = course / "gradebook.db"
        if "locked" in str(problem.orig):
            what = "another program is writing into it, perhaps nbgrader or Formgrader. Wait for it, then run this again"
        else:
            what = f"{problem.orig}. If another version of nbgrader made it, run `nbgrader db upgrade` in its folder"
        raise GradebookProblem(f"{file}: {what}") from problem
    except OSError as problem:
        raise GradebookProblem(f"cannot write {problem.filename}: {problem.strerror}") from problem
