"""Results in nbgrader's gradebook: Formgrader shows them, and a person marks the written answers there.

A course folder holds gradebook.db, and for each submission a notebook, autograded/STUDENT/NN/NAME.ipynb, to look at.
What a person has put in, points, extra credit and comments, is never written over; `gradebook_marks` reads it. Who
handed in nothing has no row: there is nothing to mark. Nothing goes into submitted/: there Formgrader counts no
submissions, and `nbgrader autograde`, which runs them with your rights, finds none to run.
"""

from pathlib import Path

from gru_lab.grading import exports, marking_page
from gru_lab.grading.assignments import assignment as find_assignment
from gru_lab.grading.gradebook_file import GradebookProblem, problems_said, writing
from gru_lab.grading.gradebook_marks import by_hand, page_of
from gru_lab.grading.gradebook_rows import Rows
from gru_lab.grading.names import safe_name
from gru_lab.grading.record import Result
from gru_lab.grading.scores import BY_A_PERSON

__all__ = ["GradebookProblem", "by_hand", "update"]


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
        with writing(course) as connection:
            for number in sorted(entries):
                asked = find_assignment(number)
                rows = Rows(connection, asked)
                for student, (record, points) in entries[number].items():
                    folder, results = safe_name(student), _results(asked, record)
                    if record.absent:
                        rows.take_out(folder)
                        continue
                    page = page_of(course, student, asked)
                    points = [points.get(one.question, _points(one)) for one in results]
                    waits, outdated = rows.enter(folder, record, results, points, marking_page.earlier(page))
                    waiting += waits
                    pages.append((page, asked, record, results, outdated))
                rows.save()
        for page, *content in pages:
            marking_page.write(page, marking_page.page(*content))
    return waiting


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
