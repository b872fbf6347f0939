"""What a person put into nbgrader's gradebook, and whether it was about the answer that is there now.

A mark and a comment are about an answer. Once that has changed they count no more: the gradebook keeps both, Formgrader
asks for the answer again, and what a person says then counts.
"""

from gru_lab.grading import marking_page
from gru_lab.grading.assignments import assignment as find_assignment
from gru_lab.grading.gradebook_file import Table, database, reading
from gru_lab.grading.names import safe_name
from gru_lab.grading.scores import ByHand

__all__ = ["by_hand", "graded_cell", "is_another", "is_asked_again", "is_touched", "page_of"]


def graded_cell(item):
    """The grade_id of the cell that carries the points of an Item."""
    return item.grade_id if item.by_hand else f"{item.grade_id}-test"


def page_of(course, student, asked):
    """Where the notebook lies that Formgrader shows of a submission."""
    return course / "autograded" / safe_name(student) / asked.number / asked.file


def is_asked_again(grade):
    """Does a row of points that has some wait for a person nevertheless? Then they were about another answer."""
    return bool(grade.needs_manual_grade) and not (grade.manual_score is None and grade.auto_score is None)


def is_another(item, earlier, result, points, grade, comment):
    """Is this answer another than the one that the gradebook tells of? earlier: a `marking_page.Earlier`, or None.

    So it is too when the same text does something else, since a cell that it needs has changed. Other points alone are
    another policy, which takes nothing from what a person said.
    """
    if earlier and not marking_page.is_same(item, earlier.answer, result):
        return True
    return grade.auto_score != points and comment.auto_comment != marking_page.comment(result)


def by_hand(course, assignment, scores, records=()):
    """The `scores.ByHand` of a class; an empty one if there is no gradebook yet.

    scores: of the students that are asked about, without what a person gave: extra credit is added to their points, not
    to what the gradebook holds of an earlier policy. records: their submissions now; without them an answer is taken to
    be as it was when the gradebook was last brought up to date. Raises GradebookProblem, UnknownAssignment.
    """
    asked, found = find_assignment(assignment), ByHand()
    if not database(course).is_file():
        return found
    students = {safe_name(score.student): score for score in scores}
    now = {record.student: record for record in records if not record.absent}
    with reading(course) as connection:
        for folder, rows in _rows(connection, asked).items():
            if folder in students:
                _read(course, asked, students[folder], now.get(students[folder].student), rows, found)
    return found


def _read(course, asked, score, record, rows, found):
    """Add what a person put into one student's `rows` to `found`."""
    student, earlier = score.student, marking_page.earlier(page_of(course, score.student, asked))
    results = {result.question: result for result in record.results} if record else {}
    for item in asked.items:
        grade, comment = rows.get(("grade", graded_cell(item))), rows.get(("comment", item.grade_id))
        if grade is None or comment is None:
            continue
        question, before, result = item.question.id, earlier.get(item.grade_id), results.get(item.question.id)
        points, said = score.points.get(question), comment.manual_comment or ""
        another = bool(result) and is_another(item, before, result, points, grade, comment)
        asked_again = another or is_asked_again(grade)
        old_mark = asked_again and (grade.manual_score is not None or grade.extra_credit is not None)
        old_comment = bool(said.strip()) and (another or not _stands(said, before, grade))
        if old_mark or old_comment:
            found.outdated[student] = (*found.outdated.get(student, ()), question)
        mark = None if old_mark else _mark(grade, points)
        if mark is not None:
            found.marks.setdefault(student, {})[question] = mark
        if said.strip() and not old_comment:
            found.comments.setdefault(student, {})[question] = said


def _stands(said, before, grade):
    """Is a comment newer than the answer, or has a mark been given since that carries it?"""
    marked = grade.manual_score is not None and not grade.needs_manual_grade
    return marked or before is None or said != before.old_comment


def _mark(grade, points):
    """What a person decided, or None. Extra credit alone counts for nothing, as in nbgrader, while there are no points
    that it could be added to: the answer still waits."""
    given = points if grade.manual_score is None else grade.manual_score
    if given is None or (grade.manual_score is None and grade.extra_credit is None):
        return None
    return given + (grade.extra_credit or 0.0)


def _rows(connection, asked):
    """{student's folder: {("grade" or "comment", name of the cell): row}} of those into whose rows a person has put
    anything."""
    handed_in = (
        "FROM submitted_notebook AS notebook"
        " JOIN submitted_assignment AS submission ON submission.id = notebook.assignment_id"
        " JOIN assignment ON assignment.id = submission.assignment_id WHERE assignment.name = ?"
    )
    whose = dict(connection.execute(f"SELECT notebook.id, submission.student_id {handed_in}", [asked.number]))
    of_these = f"notebook_id IN (SELECT notebook.id {handed_in})"
    cells = Table(connection, "base_cell").rows
    found, put_in = {}, set()
    for kind in ("grade", "comment"):
        for row in Table(connection, kind, of_these, asked.number).rows.values():
            folder = whose[row.notebook_id]
            found.setdefault(folder, {})[kind, cells[row.cell_id].name] = row
            if is_touched(row):
                put_in.add(folder)
    return {folder: rows for folder, rows in found.items() if folder in put_in}


def is_touched(row):
    """Has a person put anything into a row of points, or of comments?"""
    return any(getattr(row, name, None) is not None for name in ("manual_score", "extra_credit", "manual_comment"))
