"""A person marks in nbgrader's Formgrader what our grading left to them, and a second update keeps it."""

import pytest

from gru_lab.grading import gradebook
from gru_lab.grading.assignments import assignment
from gru_lab.grading.names import safe_name
from gru_lab.grading.record import NOTHING, Record, Result
from gru_lab.grading.scores import Policy, score

from .lab import start_lab

pytest.importorskip("nbgrader.server_extensions.formgrader")
NOTEBOOK = assignment("06").file.removesuffix(".ipynb")
ACTS = "<script>window.hacked = 1</script><img src=x onerror='window.hacked = 2'></pre>\x1b[31m \u202e"
STUDENTS = "Anna Meier", "ben", "cleo", "unread", f"../../{ACTS}"
DAMAGED = "The file is damaged: it is no JSON."


def record(student, gru="A reset gate lets go of what no longer matters.", right=True, text=""):
    """A submission of exercise 6 whose first question is right or wrong, and whose other texts hold `text`."""
    results = []
    for place, item in enumerate(assignment("06").items):
        fields = {"status": "right", "share": 1.0, "source": f"# {item.question.id}\n{text}"}
        if item.by_hand:
            fields = {"status": "by hand", "source": f"{item.answer} = {gru!r}{text}"}
        elif not (right or place):
            fields |= {
                "status": "wrong",
                "share": 0.5,
                "says": f"Two of four rows are right.{text}",
                "remarks": (text,),
            }
        results.append(Result(item.question.id, points=item.question.points, **fields))
    return Record(student, "06", handed_in="2026-11-27T12:00:00+00:00", notes=(text,), results=tuple(results))


def records():
    *plain, hostile = STUDENTS
    unread = Record("unread", "06", problem=DAMAGED)
    readable = [record(student, right=student != "ben") for student in plain if student != "unread"]
    return [*readable, unread, record(hostile, right=False, text=ACTS), Record("absent", "06", problem=NOTHING)]


@pytest.fixture(scope="module")
def formgrader(browser, tmp_path_factory):
    """(the course folder, the address of Formgrader, and that of a page which logs a browser in)"""
    course = tmp_path_factory.mktemp("course")
    gradebook.update(course, records())
    with start_lab(course) as server:
        yield course, f"{server.url}/formgrader", f"{server.url}/login?token={server.token}"


def open_submissions(page, address):
    """The list of submissions, with the students' names."""
    page.goto(f"{address}/gradebook/06/{NOTEBOOK}")
    page.locator("#main-table tr .name-hidden").nth(2 * len(STUDENTS) - 1).wait_for()
    page.get_by_text("Show All Names").click()


def errors(page):
    """Without those of MathJax, which Formgrader gets from elsewhere, so that it is missing without a network."""
    return [error for error in page.errors if "MathJax" not in error and "/mathjax/" not in error]


def wait_for_marks(page, given):
    """Formgrader asks for points and for comments after the page is there, each on its own: until then its fields are
    empty, without a placeholder, and nothing that is typed into them is kept. given: the program's points for 6.4."""
    page.locator(f"#exercise-6-4-test[placeholder='{given}']").wait_for()
    page.locator("#exercise-6-7-comment[placeholder]").wait_for()


def test_a_mark_given_in_the_browser_stays(formgrader, page):
    course, address, login = formgrader
    page.goto(login)
    open_submissions(page, address)
    assert sorted(page.locator("a.name-shown").all_inner_texts()) == sorted(map(safe_name, STUDENTS))
    assert page.locator(".needs-manual-grade .glyphicon-ok").count() == len(STUDENTS)

    page.locator("a.name-shown", has_text="ben").click()
    points = page.locator("#exercise-6-7")
    points.wait_for()
    wait_for_marks(page, 1.5)
    assert page.get_by_text("Two of four rows are right.").first.is_visible()
    assert page.get_by_text("A good answer says:").is_visible()
    with page.expect_response(lambda answer: "/api/grade/" in answer.url and answer.request.method == "PUT"):
        points.fill("2.5")
        points.blur()
    comment = page.locator("#exercise-6-7-comment")
    with page.expect_response(lambda answer: "/api/comment/" in answer.url and answer.request.method == "PUT"):
        comment.fill("Say <b>which</b> candidate.")
        comment.blur()

    # now all of Ben's code is right; a written answer of three others waits, and all four of the one that is unread
    assert gradebook.update(course, [*records(), record("ben")]) == 3 + 4
    found = gradebook.by_hand(course, "06", [score(one, Policy()) for one in records()])
    assert found.marks == {"ben": {"6.7": 2.5}}
    assert found.comments == {"ben": {"6.7": "Say <b>which</b> candidate."}}
    page.reload()
    wait_for_marks(page, 3)
    assert (points.input_value(), comment.input_value()) == ("2.5", "Say <b>which</b> candidate.")
    assert errors(page) == []


def test_an_unread_submission_shows_why_and_an_absent_student_is_not_there(formgrader, page):
    _, address, login = formgrader
    page.goto(login)
    open_submissions(page, address)
    assert page.get_by_text("absent").count() == 0
    page.locator("a.name-shown", has_text="unread").click()
    page.locator("#exercise-6-4-test").wait_for()
    whole = page.get_by_text("NOTHING TO SHOW").first
    assert whole.is_visible() and page.get_by_text(DAMAGED).first.is_visible()
    assert whole.bounding_box()["y"] < page.locator("#exercise-6-4-test").bounding_box()["y"]


def test_what_a_student_wrote_does_nothing_in_the_browser(formgrader, page):
    _, address, login = formgrader
    page.goto(login)
    for where in ("manage_assignments", "manage_students", "manage_submissions/06", "gradebook"):
        page.goto(f"{address}/{where}")
        page.locator("#main-table tr td a").first.wait_for()
        assert page.evaluate("window.hacked") is None
    open_submissions(page, address)
    page.locator("a.name-shown", has_text=safe_name(STUDENTS[-1])).click()
    wait_for_marks(page, 1.5)
    assert page.get_by_text("window.hacked = 1").first.is_visible()
    assert page.evaluate("window.hacked") is None and page.locator("img[src=x]").count() == 0
    assert errors(page) == []


def test_a_mark_of_an_answer_that_has_changed_is_kept_by_resolve_alone(formgrader, page):
    course, address, login = formgrader
    page.goto(login)
    open_submissions(page, address)
    page.locator("a.name-shown", has_text="cleo").click()
    points, resolve = page.locator("#exercise-6-7"), page.get_by_role("button", name="Resolve").locator("visible=true")
    wait_for_marks(page, 3)
    with page.expect_response(lambda answer: "/api/grade/" in answer.url and answer.request.method == "PUT"):
        points.fill("1")
        points.blur()
    changed = record("cleo", gru="The candidate may start anew. " * 20)

    def marks():
        return gradebook.by_hand(course, "06", [score(changed, Policy())], [changed]).marks

    gradebook.update(course, [changed])
    page.reload()
    wait_for_marks(page, 3)
    assert marks() == {} and points.input_value() == "1" and resolve.count() == 1
    assert page.get_by_text("MARKED BY HAND BEFORE").is_visible()
    code = page.locator("pre", has_text="The candidate may start anew.").last
    assert code.evaluate("pre => pre.scrollWidth <= pre.clientWidth")  # nothing of a sentence is cut off
    with page.expect_response(lambda answer: "/api/grade/" in answer.url and answer.request.method == "PUT"):
        resolve.click()
    assert marks() == {"cleo": {"6.7": 1}}
