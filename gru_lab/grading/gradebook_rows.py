"""One assignment in nbgrader's database: its rows, read once, so that a class takes seconds."""

import contextlib
from datetime import UTC, datetime
from pathlib import Path

import nbformat
from nbgrader import api, utils
from sqlalchemy import select

from gru_lab.grading import exports, marking_page
from gru_lab.grading.gradebook_marks import graded_cell, is_another, is_asked_again

__all__ = ["Rows"]


class Rows:
    """The rows of an Assignment, found or made: `enter` changes them, the session writes them."""

    def __init__(self, session, asked):
        self.session, self.asked = session, asked
        self.assignment = self._one(api.Assignment, name=asked.number) or self._add(
            api.Assignment(name=asked.number, course_id=exports.COURSE_ID)
        )
        its_notebook = {"name": Path(asked.file).stem, "assignment_id": self.assignment.id}
        self.notebook = self._one(api.Notebook, **its_notebook) or self._add(
            api.Notebook(**its_notebook, kernelspec="{}")
        )
        self.cells = self._cells()
        self.students = {row.id: row for row in self._all(api.Student)}
        handed_in = self._all(api.SubmittedAssignment, assignment_id=self.assignment.id)
        self.submissions = {row.student_id: row for row in handed_in}
        notebooks = self._all(api.SubmittedNotebook, notebook_id=self.notebook.id)
        self.notebooks = {row.assignment_id: row for row in notebooks}
        mine = api.SubmittedNotebook.notebook_id == self.notebook.id
        self.answers = {
            (kind, row.notebook_id, row.cell_id): row
            for kind in (api.Grade, api.Comment)
            for row in session.scalars(select(kind).join(kind.notebook).where(mine))
        }

    def enter(self, folder, record, results, points, earlier):
        """Write a submission; returns (how many of its answers wait for a person, {grade_id: comment} of those that a
        person marked or spoke of before they changed).

        folder: nbgrader's name of the student. results, points: for each question, in order; None: a person gives the
        points. earlier: {grade_id: marking_page.Earlier} up to now. What a person has put in stays as it is.
        """
        student = self._get(self.students, folder, api.Student, id=folder)
        if not student.email and folder != record.student:
            # Formgrader escapes this, but not names; in brackets it is no formula in the table that nbgrader exports
            student.email = f"({marking_page.plain(record.student)[:126]})"
        new = {"assignment_id": self.assignment.id, "student_id": folder}
        submission = self._get(self.submissions, folder, api.SubmittedAssignment, **new)
        submission.timestamp = _utc(record.handed_in)
        new = {"notebook_id": self.notebook.id, "assignment_id": submission.id}
        notebook = self._get(self.notebooks, submission.id, api.SubmittedNotebook, **new)
        waiting, outdated = 0, {}
        for item, result, given in zip(self.asked.items, results, points, strict=True):
            grade = self._answer(api.Grade, notebook.id, self.cells[api.GradeCell, graded_cell(item)].id)
            comment = self._answer(api.Comment, notebook.id, self.cells[api.SolutionCell, item.grade_id].id)
            old = _enter_answer(item, result, given, earlier.get(item.grade_id), grade, comment)
            waiting += grade.needs_manual_grade
            if old is not None:
                outdated[item.grade_id] = old
        return waiting, outdated

    def take_out(self, folder):
        """Forget a submission of a student who has handed in nothing after all, if nobody has put anything into it."""
        submission = self.submissions.get(folder)
        if submission is None:
            return
        notebook = self.notebooks.get(submission.id)
        answers = [key for key in self.answers if notebook and key[1] == notebook.id]
        put_in = ("manual_score", "extra_credit", "manual_comment")
        if any(getattr(self.answers[key], name, None) is not None for key in answers for name in put_in):
            return
        for row in (*(self.answers.pop(key) for key in answers), notebook, submission):
            if row is not None:
                self.session.delete(row)
        del self.submissions[folder]
        self.notebooks.pop(submission.id, None)

    def _cells(self):
        """{(kind, grade_id): row}. Source cells that are there stay: nbgrader's own hold the hidden tests."""
        kinds = api.GradeCell, api.SolutionCell, api.SourceCell
        rows = {(kind, row.name): row for kind in kinds for row in self._all(kind, notebook_id=self.notebook.id)}
        for cell in map(nbformat.from_dict, self.asked.cells):
            about = cell.metadata.get("nbgrader")
            for kind, fields in _kinds(cell, about) if about else ():
                new = {"name": about.grade_id, "notebook_id": self.notebook.id, **fields}
                row = self._get(rows, (kind, about.grade_id), kind, **new)
                if kind is api.GradeCell:
                    row.max_score = fields["max_score"]
        return rows

    def _answer(self, kind, notebook, cell):
        return self._get(self.answers, (kind, notebook, cell), kind, notebook_id=notebook, cell_id=cell)

    def _get(self, rows, key, kind, **new):
        if key not in rows:
            rows[key] = self._add(kind(**new))
        return rows[key]

    def _add(self, row):
        row.id = row.id or api.new_uuid()  # known before it is written, so that a class is written at once
        self.session.add(row)
        return row

    def _all(self, kind, **fields):
        return self.session.scalars(select(kind).filter_by(**fields))

    def _one(self, kind, **fields):
        return self._all(kind, **fields).one_or_none()


def _enter_answer(item, result, points, earlier, grade, comment):
    """Bring two rows up to date. Returns None where what a person put in stands, else their old comment or ""."""
    another = is_another(item, earlier, result, points, grade, comment)
    asked_again = another or is_asked_again(grade)
    marked = grade.manual_score is not None
    old_mark = asked_again and (marked or grade.extra_credit is not None)
    said = comment.manual_comment or ""
    kept = bool(earlier and said and said == earlier.old_comment) and not (marked and not asked_again)
    grade.auto_score, comment.auto_comment = points, marking_page.comment(result)
    # an old mark stays in its box, where Formgrader asks whether it still holds
    grade.needs_manual_grade = old_mark or (points is None and not marked)
    old_comment = said if another or kept else ""
    return old_comment if old_mark or old_comment else None


def _kinds(cell, about):
    """(kind of row, its columns) that nbgrader keeps for a cell of the notebook as it is handed out."""
    if about.grade:
        yield api.GradeCell, {"max_score": float(about.points), "cell_type": cell.cell_type}
    if about.solution:
        yield api.SolutionCell, {}
    locked, checksum = utils.is_locked(cell), utils.compute_checksum(cell)
    yield (
        api.SourceCell,
        {"cell_type": cell.cell_type, "locked": locked, "source": cell.source, "checksum": checksum},
    )


def _utc(handed_in):
    """nbgrader's time of a submission: UTC without saying so; None if the text is no time."""
    with contextlib.suppress(ValueError, OverflowError):
        return datetime.fromisoformat(handed_in).astimezone(UTC).replace(tzinfo=None)
    return None
