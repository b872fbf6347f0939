"""The pages that grading writes, in a real browser: axe, the console, what is asked of a network, a narrow window."""

import pytest

from gru_lab.grading import feedback, report, similarity, tables
from gru_lab.grading.record import MEANING, NOTHING, Record, Result
from gru_lab.grading.scores import Policy, score

LONG = "a_name_without_an_end_" * 30
RUN = "document.title = 'ran'"
NASTY = f'</pre></style><script>{RUN}</script><img src=http://127.0.0.1:9/x onerror="{RUN}">'


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """{"feedback" or "report": the path of a page} that shows every status, long lines, and text that attacks."""
    folder = tmp_path_factory.mktemp("results")
    results = [
        Result(
            f"6.{number}", status, 3, 0.5, NASTY, LONG, (("came in", LONG),), (LONG,), "z turned", f"{LONG}\n{NASTY}"
        )
        for number, status in enumerate(MEANING, start=4)
    ]
    records = [
        Record("ada", "06", LONG, handed_in="2026-11-21T10:00:00+00:00", results=tuple(results), seconds=2.5),
        Record(LONG, "06", NASTY, problem=LONG, notes=(NASTY,)),
        Record("bob", "06", results=tuple(results[:2])),
        Record("none", "06", problem=NOTHING, results=tuple(results[:2])),
        Record("typo", "06", results=(Result("6.4", "raised", 3, rows=(("it says", f"SyntaxError: {LONG}"),)),)),
    ]
    policy = Policy(due="2026-11-20T23:59+00:00", percent_per_day=10)
    scores = [score(record, policy) for record in records]
    people = {"ada": tables.Person(NASTY), "absent": tables.Person(LONG)}
    comments = {"ada": {"6.4": f"{LONG}\n\n{NASTY}", "6.12": LONG}}
    paths = feedback.write_feedback(folder, records, scores, people, comments)
    hints = [similarity.Hint("6.4", ("ada", LONG), 0.8)]
    pages = {student: path.relative_to(folder).as_posix() for student, path in paths.items()}
    path = report.write_report(folder, "06", records, scores, hints, people, pages)
    return {"feedback": paths["ada"], "report": path}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["feedback", "report"])
def test_a_page_is_clean_still_and_fits(written, open_page, name, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python").Axe()
    page = open_page(320, 900, color_scheme=scheme)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(written[name].as_uri())
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert page.evaluate("getComputedStyle(document.body).marginTop") == "0px", "the page's own style was refused"
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert page.locator("blockquote").count() == (2 if name == "feedback" else 0)
    assert page.title() != "ran" and page.locator("script, img").count() == 0
    violations = axe.run(page).response["violations"]
    assert not violations, [(one["id"], one["nodes"][0]["html"][:200]) for one in violations]
    assert asked == [written[name].as_uri()]
    assert page.errors == []


def test_on_a_phone_our_own_words_stay_whole(written, open_page):
    page = open_page(320, 900)
    page.goto(written["report"].as_uri())
    lines = """(word) => [...document.querySelectorAll("main th[scope=row]")]
        .filter((one) => one.innerText.endsWith(word)).map((one) => {
            const text = [...one.childNodes].at(-1), part = document.createRange();
            part.setStart(text, text.length - word.length);
            part.setEnd(text, text.length);
            return part.getClientRects().length;
        })"""
    assert set(page.evaluate(lines, "attempted")) == {1}
    marks = page.evaluate("[...document.querySelectorAll('.mark')].map((one) => one.getClientRects().length)")
    assert len(marks) > 2 and set(marks) == {1}


def test_on_a_phone_code_wraps(written, open_page):
    page = open_page(320, 900)
    page.goto(written["feedback"].as_uri())
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    beyond = page.evaluate("[...document.querySelectorAll('pre')].map((one) => one.scrollWidth - one.clientWidth)")
    assert beyond and max(beyond) <= 0


def test_the_report_leads_to_a_students_page(written, open_page):
    page = open_page()
    page.goto(written["report"].as_uri())
    page.get_by_role("link", name="ada", exact=True).first.click()
    page.wait_for_url(written["feedback"].as_uri())
    assert page.locator("h1").inner_text() == "Exercises 6 · The reset gate"


def test_on_paper_no_answer_stays_folded(written, open_page):
    page = open_page(720, 1000, color_scheme="dark")
    page.goto(written["feedback"].as_uri())
    folded = page.locator("details:not([open]) pre")
    assert folded.count() and not folded.first.is_visible()
    page.emulate_media(media="print", color_scheme="dark")
    assert folded.first.is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
