"""What the report puts first: who and what needs a person, and everybody with total and state."""

import re
from html import unescape

import pytest
from report_pages import RIGHT, a_record, made, section, section_html, text

from gru_lab.checks import verdict
from gru_lab.grading import report, tables
from gru_lab.grading.notebooks import OF_ANOTHER
from gru_lab.grading.record import MEANING, NOTHING, Result
from gru_lab.grading.scores import Policy, score


@pytest.mark.parametrize("status", MEANING)
def test_a_person_is_asked_for_where_one_is_needed(status):
    html = made(a_record("ada", Result("6.4", status, 3, reason="A reason.")))
    named = "ada : 6.4. A reason." in section(html, "A person should look") if "should look" in html else False
    assert named == (status in ("not found", "not graded", "ended itself"))


def test_an_unreadable_submission_is_one_row_with_its_reason():
    results = [Result(name, "not graded", 3, reason="again") for name in ("6.4", "6.5")]
    record = a_record("ada", *results, problem="It is a picture.", file="ada.ipynb")
    problems = section(made(record), "should look at 1 submission")
    assert "ada : everything. It is a picture. File: ada.ipynb" in problems and "again" not in problems
    assert "not graded: 1 It has no points until a person gives them" in problems


def test_a_submission_with_nothing_in_it_is_not_passed_over():
    assert "ada : everything. No question of it was looked at." in text(made(a_record("ada")))


def test_one_row_for_one_reason_and_the_worst_first():
    lost = [Result(name, "not found", 3) for name in ("6.4", "6.5")]
    html = made(a_record("ada", *lost), a_record("bob", problem="An empty file."))
    problems = section(html, "should look at 2 submissions")
    assert "no answer found: 1 It has its points by rule" in problems
    assert "ada : 6.4, 6.5. No cell was found that answers this question." in problems
    assert problems.index("bob") < problems.index("ada")
    assert html.index("An empty file.") < html.index("What became of the answers")


def test_another_exercises_notebook_is_the_reason_why_nothing_was_found():
    lost = [Result(name, "not found", 3, says=f"No cell defines {name}.") for name in ("6.4", "6.5")]
    note = f"{OF_ANOTHER}: those in it are of 'Exercises 12 · Another'."
    html = section(made(a_record("ada", *lost, notes=("A note.", note)), a_record("bob", RIGHT)), "person should look")
    assert f"ada : 6.4, 6.5. {unescape(note)}" in unescape(html) and "No cell defines" not in html


def test_what_a_person_has_marked_is_no_problem_any_more():
    records = [a_record("ada", Result("6.4", "not found", 3))]
    assert "Nothing needs a person" in made(*records, marks={"ada": {"6.4": 1}})
    assert "Nothing needs a person" not in made(*records)


def test_who_is_on_the_roster_and_handed_nothing_in():
    people = {"ada": tables.Person("Ada Lovelace"), "bob": tables.Person("Bob")}
    html = text(made(a_record("ada", RIGHT), people=people))
    assert "1 submission · 1 absent · 2 on the roster" in html and "1 student handed in nothing bob ( Bob )" in html


def test_who_handed_in_nothing_is_counted_apart_and_not_marked():
    nothing = [Result(name, "not graded", 3, says=NOTHING) for name in ("6.4", "6.7")]
    for policy in (Policy(), Policy(missing="zero")):
        records = [a_record("ada", RIGHT), a_record("bob", *nothing, problem=NOTHING)]
        html = report.page("06", records, [score(record, policy) for record in records])
        shown = text(html)
        assert "1 submission · 1 absent 1 marked completely" in shown and "must still mark" not in shown
        assert "Nothing needs a person's look" in shown and "1 student handed in nothing bob" in shown
        assert "Mean 3.00, median 3, over 1 submission." in shown and "left out" not in shown
        assert "not graded" not in section(html, "6.4 ·")


def test_everybody_is_listed_with_total_and_state():
    records = [
        a_record("ada", RIGHT, name="Ada L"),
        a_record("bob", RIGHT, Result("6.7", "by hand", 3)),
        a_record("cyd", Result("6.4", "not graded", 3), problem="It is a picture."),
        a_record("dan", Result("6.4", "not graded", 3), problem=NOTHING),
    ]
    people, pages = {"bob": tables.Person("Bob"), "eve": tables.Person()}, {"bob": "feedback/bob.html"}
    html = made(*records, people=people, pages=pages)
    rows = re.findall(r"<tr><th scope=\"row\">(.*?)</tr>", section_html(html, "Students"), re.DOTALL)
    assert [" ".join(re.sub("<[^>]*>", " ", row).split()) for row in rows] == [
        "ada ( Ada L ) 3 of 3 complete", "bob ( Bob ) 3 of 6 so far to mark", "cyd – unread", "dan – absent",
        "eve – absent",
    ]  # fmt: skip
    assert 'href="feedback/bob.html"' in rows[1]
    assert "A person must still mark 6.7 (1 answer)." in text(html)  # what cannot be read is not counted there
    assert "1 could not be read" in text(html)


def test_a_long_list_is_folded_and_a_very_long_one_cut(monkeypatch):
    monkeypatch.setattr(report, "MOST_STUDENTS", 32)
    few, many = (made(*(a_record(f"s{n}", RIGHT) for n in range(size))) for size in (30, 33))
    assert "<details open>" in section_html(few, "Students") and "<details>" in section_html(many, "Students")
    assert "The first 32 are shown; grades.csv" in many and "The first" not in few


def test_a_raise_line_that_was_left_in_is_worth_a_look():
    left = Result("6.4", "raised", 3, says=verdict.NOT_FINISHED.says)
    assert "a raise line that was left in: 1 It keeps" in section(made(a_record("ada", left)), "person")
    assert "Nothing needs" in made(a_record("ada", left), marks={"ada": {"6.4": 1}})


@pytest.mark.parametrize(
    ("result", "listed"),
    [
        (Result("6.4", "raised", 3, rows=(("it says", "SyntaxError: '(' was never closed"),)), True),
        (Result("6.4", "raised", 3, rows=(("it says", "IndentationError: unexpected indent"),)), True),
        (Result("6.4", "raised", 3, rows=(("it says", "NameError: no SyntaxError"),)), False),
        (Result("6.4", "wrong", 3, rows=(("it says", "SyntaxError"),)), False),
    ],
)
def test_a_cell_that_is_no_python_is_worth_a_look(result, listed):
    html = made(a_record("ada", result))
    assert ("a cell that is no Python: 1" in section(html, "person")) == listed
    assert not listed or f"ada : 6.4. {result.rows[0][1]}" in unescape(section(html, "person"))
    assert "Nothing needs" in made(a_record("ada", result), marks={"ada": {"6.4": 1}})


def test_many_problems_are_cut_with_a_sentence(monkeypatch):
    monkeypatch.setattr(report, "MOST_ROWS", 3)
    html = made(*(a_record(f"s{n}", problem="An empty file.") for n in range(5)))
    assert html.count("An empty file.") == 3 and "The first 3 are shown" in html and "not graded: 5" in html


def test_a_package_that_is_not_there_is_worth_a_look():
    said = "ModuleNotFoundError: No module named 'pandas'"
    html = made(
        a_record("ada", Result("6.5", "raised", 3, says="Its cell ends with an error.", rows=(("it says", said),)))
    )
    assert "a package that is not there: 1" in text(html) and "ada : 6.5. ModuleNotFoundError" in text(html)


def test_who_is_not_on_the_roster_is_listed():
    html = made(a_record("ada", RIGHT), a_record("7009", RIGHT, name="Zoe <b>"), people={"ada": tables.Person()})
    assert "not on the roster: 1 7009 ( Zoe &lt;b&gt; )" in text(html)
    assert "not on the roster" not in made(a_record("ada", RIGHT)) + made(
        a_record("ada", RIGHT), people={"ada": tables.Person()}
    )
