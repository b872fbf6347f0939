"""A gradebook for tests: submissions of exercise 6, what Formgrader does to them, what nbgrader then reads."""

from nbconvert.exporters import HTMLExporter
from nbgrader.api import Gradebook
from nbgrader.server_extensions.formgrader import handlers
from traitlets.config import Config

from gru_lab.grading import exports, gradebook, gradebook_file
from gru_lab.grading.assignments import assignment
from gru_lab.grading.names import safe_name
from gru_lab.grading.record import NOTHING, Record, Result
from gru_lab.grading.scores import Policy, Score, score

FILE = "06_reset_gate"
WRITTEN = "exercise-6-7"


def record(student, number="06", written="It lets go.", changes=(), **more):
    """A submission that is right, but for {question: fields of its Result} in `changes`."""
    results = []
    for item in assignment(number).items:
        fields = {"status": "right", "share": 1.0, "source": f"answer to {item.question.id}"}
        if item.by_hand:
            fields = {"status": "by hand", "source": written}
        fields |= dict(changes).get(item.question.id, {})
        results.append(Result(item.question.id, points=item.question.points, **fields))
    return Record(student, number, handed_in="2026-11-27T12:00:00+02:00", results=tuple(results), **more)


def opened(course):
    return Gradebook(f"sqlite:///{gradebook_file.database(course)}", exports.COURSE_ID)


def grades(course, student, number="06"):
    """{grade_id: (auto, manual, extra, waits)}, as nbgrader's API has them."""
    with opened(course) as book:
        notebook = book.find_submission_notebook(assignment(number).file[:-6], number, safe_name(student))
        return {
            grade.name: (grade.auto_score, grade.manual_score, grade.extra_credit, grade.needs_manual_grade)
            for grade in notebook.grades
        }


def mark(course, student, cell, manual_score=None, extra_credit=None, comment=None):
    """What Formgrader does when a person gives points or writes a comment."""
    with opened(course) as book:
        grade = book.find_grade(cell, FILE, "06", safe_name(student))
        grade.manual_score, grade.extra_credit = manual_score, extra_credit
        grade.needs_manual_grade = grade.manual_score is None and grade.auto_score is None
        if comment is not None:
            book.find_comment(cell.removesuffix("-test"), FILE, "06", safe_name(student)).manual_comment = comment
        book.db.commit()


def resolve(course, student, cell):
    """What Formgrader does when a person presses Resolve, which keeps the mark that is there."""
    with opened(course) as book:
        book.find_grade(cell, FILE, "06", safe_name(student)).needs_manual_grade = False
        book.db.commit()


def read_back(course, *records):
    """What a person decided about these submissions."""
    return gradebook.by_hand(course, "06", [score(one, Policy()) for one in records], records)


def marks_in(course, number, students, **points):
    """What a person decided, where the program gave `points`, {question: points}, to everybody."""
    points = {"6.4": 3, "6.5": 3, "6.6": 2, "6.7": None} | {name.replace("_", "."): one for name, one in points.items()}
    scores = [Score(student, number, points) for student in students]
    return gradebook.by_hand(course, number, scores).marks


def shown(course, student, number="06"):
    """The page of a submission as Formgrader makes it."""
    config = Config()
    config.HTMLExporter.template_name = "formgrade"
    config.HTMLExporter.extra_template_basedirs = [handlers.template_path]
    file = assignment(number).file
    about = {"assignment_id": number, "notebook_id": file[:-6], "index": 0, "total": 1, "base_url": ""}
    about |= {"submission_id": "1", "student": safe_name(student), "notebook_path": "x"}
    path = course / "autograded" / safe_name(student) / number / file
    return HTMLExporter(config=config).from_filename(str(path), resources=about)[0]


def absent(student):
    return Record(student, "06", problem=NOTHING, results=[Result("6.4", "not graded", 3, says=NOTHING)])
