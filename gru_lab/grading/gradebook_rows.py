"""One assignment in nbgrader's database: its rows, read once, so that a class takes seconds."""

import contextlib
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from gru_lab.grading import exports, marking_page
from gru_lab.grading.gradebook_file import Table
from gru_lab.grading.gradebook_marks import graded_cell, is_another, is_asked_again, is_touched

__all__ = ["Rows"]


class Rows:
    """The rows of an Assignment, found or made: `enter` changes them, `save` writes them."""

    def __init__(self, connection, asked):
        self.asked, table = asked, partial(Table, connection)
        assignments = table("assignment", "name = ?", asked.number)
        self.assignment = _one(assignments, name=asked.number, course_id=exports.COURSE_ID)
        name = Path(asked.file).stem
        notebooks = table("notebook", "name = ? AND assignment_id = ?", name, self.assignment.id)
        self.notebook = _one(notebooks, name=name, assignment_id=self.assignment.id, kernelspec="{}")
        mine, here = "notebook_id = ?", self.notebook.id
        self.base_cells, self.points = table("base_cell", mine, here), table("grade_cells")
        self.solutions, self.students = table("solution_cells"), table("student")
        self.submissions = table("submitted_assignment", "assignment_id = ?", self.assignment.id)
        self.notebooks = table("submitted_notebook", mine, here)
        theirs = f"notebook_id IN (SELECT id FROM submitted_notebook WHERE {mine})"
        self.answers = {kind: table(kind, theirs, here) for kind in ("grade", "comment")}
        self.tables = [assignments, notebooks, self.base_cells, self.points, self.solutions, self.students]
        self.tables += [self.submissions, self.notebooks, *self.answers.values()]
        self.cells = self._cells()
        self.by_student, self.by_submission = self.submissions.by("student_id"), self.notebooks.by("assignment_id")
        self.by_place = {kind: rows.by("notebook_id", "cell_id") for kind, rows in self.answers.items()}

    def save(self):
        for table in self.tables:
            table.save()

    def enter(self, folder, record, results, points, earlier):
        """Write a submission; returns (how many of its answers wait for a person, {grade_id: comment} of those that a
        person marked or spoke of before they changed).

        folder: nbgrader's name of the student. results, points: for each question, in order; None: a person gives the
        points. earlier: {grade_id: marking_page.Earlier} up to now. What a person has put in stays as it is.
        """
        student = self.students.rows.get(folder) or self.students.add(id=folder)
        if not student.email and folder != record.student:
            # Formgrader escapes this, but not names; in brackets it is no formula in the table that nbgrader exports
            student.email = f"({marking_page.plain(record.student)[:126]})"
        submission = self.by_student.get(folder)
        if submission is None:
            submission = self.submissions.add(assignment_id=self.assignment.id, student_id=folder)
            self.by_student[folder] = submission
        submission.timestamp = _utc(record.handed_in)
        notebook = self.by_submission.get(submission.id)
        if notebook is None:
            notebook = self.notebooks.add(notebook_id=self.notebook.id, assignment_id=submission.id, flagged=False)
            self.by_submission[submission.id] = notebook
        waiting, outdated = 0, {}
        for item, result, given in zip(self.asked.items, results, points, strict=True):
            grade = self._answer("grade", notebook.id, self.cells["GradeCell", graded_cell(item)].id)
            comment = self._answer("comment", notebook.id, self.cells["SolutionCell", item.grade_id].id)
            old = _enter_answer(item, result, given, earlier.get(item.grade_id), grade, comment)
            waiting += grade.needs_manual_grade
            if old is not None:
                outdated[item.grade_id] = old
        return waiting, outdated

    def take_out(self, folder):
        """Forget a submission of a student who has handed in nothing after all, if nobody has put anything into it."""
        submission = self.by_student.get(folder)
        if submission is None:
            return
        notebook = self.by_submission.get(submission.id)
        theirs = [
            (kind, place)
            for kind, rows in self.by_place.items()
            for place in rows
            if notebook and place[0] == notebook.id
        ]
        if any(is_touched(self.by_place[kind][place]) for kind, place in theirs):
            return
        for kind, place in theirs:
            self.answers[kind].remove(self.by_place[kind].pop(place))
        if notebook:
            self.notebooks.remove(self.by_submission.pop(submission.id))
        self.submissions.remove(self.by_student.pop(folder))

    def _cells(self):
        """{(kind, grade_id): row} of the cells that carry points or hold an answer. (nbgrader's third kind, the source
        as it was handed out, is for its own autograde.)"""
        rows = self.base_cells.by("type", "name")
        for cell in self.asked.cells:
            about = cell["metadata"].get("nbgrader", {})
            name = about.get("grade_id")
            if about.get("grade"):
                base = self._cell(rows, "GradeCell", name)
                points = self.points.rows.get(base.id) or self.points.add(id=base.id, cell_type=cell["cell_type"])
                points.max_score = float(about["points"])
            if about.get("solution"):
                base = self._cell(rows, "SolutionCell", name)
                if base.id not in self.solutions.rows:
                    self.solutions.add(id=base.id)
        return rows

    def _cell(self, rows, kind, name):
        if (kind, name) not in rows:
            rows[kind, name] = self.base_cells.add(name=name, notebook_id=self.notebook.id, type=kind)
        return rows[kind, name]

    def _answer(self, kind, notebook, cell):
        rows = self.by_place[kind]
        if (notebook, cell) not in rows:
            rows[notebook, cell] = self.answers[kind].add(notebook_id=notebook, cell_id=cell)
        return rows[notebook, cell]


def _one(table, **values):
    """The only row of a table read with a condition, or a new one."""
    return next(iter(table.rows.values()), None) or table.add(**values)


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


def _utc(handed_in):
    """nbgrader's time of a submission: UTC without saying so, as SQLAlchemy writes it; None if the text is no time."""
    with contextlib.suppress(ValueError, OverflowError):
        return datetime.fromisoformat(handed_in).astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
    return None
