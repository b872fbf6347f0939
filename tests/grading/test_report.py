"""The report of a class: nobody is lost in it, what needs a person comes first, and nothing that is written acts."""

import os
import re
from html import unescape

import pytest

from gru_lab.checks import verdict
from gru_lab.grading import feedback, report, similarity, tables
from gru_lab.grading.record import MEANING, NOTHING, Record, Result
from gru_lab.grading.scores import Policy, score
from gru_lab.grading.totals import totals
from gru_lab.grading.writing import NotWritten

NASTY = "</td></style><script>alert(1)</script><img src=x onerror=alert(1)>\"'&{{ 7*7 }}\u202e\x00\ud800"


def a_record(student, *results, **more):
    return Record(student, "06", results=results, **more)


def scored(records, marks=None, **policy):
    return [score(record, Policy(**policy), manual=(marks or {}).get(record.student)) for record in records]


def made(*records, marks=None, **more):
    return report.page("06", records, scored(records, marks), **more)


def text(html):
    """What a reader sees, in one line."""
    return " ".join(re.sub(r"<[^>]*>", " ", html.partition("<body>")[2]).split())


def section(html, heading):
    """The text from a heading to the end of its section."""
    return text("<body>" + section_html(html, heading))


def section_html(html, heading):
    return re.search(rf"<h2[^>]*>(?:(?!</h2>).)*{heading}.*?</section>", html, re.DOTALL)[0]


def wrong(diagnosis, reason="", share=0.0):
    return Result("6.4", "wrong", 3, share, diagnosis=diagnosis, reason=reason)


RIGHT = Result("6.4", "right", 3, 1.0)


# ---------------------------------------------------------------------------------------------- problems


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


# ---------------------------------------------------------------------------------------------- questions


def test_how_a_question_went():
    records = [a_record("a", RIGHT), a_record("b", wrong("sign", share=0.5)), a_record("c", wrong("sign")),
               a_record("d", Result("6.4", "not graded", 3))]  # fmt: skip
    shown = section(made(*records), "6.4 · Whom does a shutter hide")
    assert "Mean: 50% of the points, over 3 answers that have points." in shown
    for row in ("✓ right 1 25%", "◐ partly right 1 25%", "✗ not right yet 1 25%", "? not graded 1 25%"):
        assert row in shown


def test_bars_are_as_long_as_their_share():
    html = made(*(a_record(f"s{n}", RIGHT if n < 3 else wrong("")) for n in range(4)))
    assert re.findall(r'<rect width="([\d.]+)" height="10" class="(\w+)"', html) == [("75.0", "good"), ("25.0", "bad")]


def test_questions_stand_in_the_assignments_order_and_unknown_ones_last():
    records = [a_record("ada", *(Result(name, "right", 2, 1.0) for name in ("9.9", "6.6", "6.4")))]
    assert re.findall(r'id="q\d">([\d.]+)', made(*records)) == ["6.4", "6.6", "9.9"]


def test_the_most_common_mistakes_with_their_sentence():
    made_by = [("sign", "Every sign is turned.")] * 3 + [("rounded", "To two digits.")] * 4 + [("sign", "Else.")]
    made_by += [(f"rare{n}", "") for n in range(5)] + [("", "")] * 2
    records = [a_record(f"s{n}", wrong(*one)) for n, one in enumerate(made_by)]
    shown = section(made(*records), "6.4")
    assert "4 × rounded : To two digits. 4 × sign : Every sign is turned. 1 × rare0 1 × rare1" in shown
    assert "2 answers with another, rarer diagnosis." in shown and "2 wrong answers without a diagnosis." in shown


def test_what_a_person_marks():
    records = [a_record(name, Result("6.7", "by hand", 3)) for name in "ab"]
    html = text(made(*records, marks={"a": {"6.7": 1.5}}))
    assert "A person must still mark 6.7 (1 answer)." in html and "1 marked completely" in html
    assert "… a person marks this 1 50%" in html and "✎ marked by a person 1 50%" in html
    assert "Mean: 50% of the points, over 1 answer that has points." in html
    assert "No answer has points yet." in made(*records)


# ---------------------------------------------------------------------------------------------- totals and time


def with_totals(*points, most=10):
    return scored([a_record(f"s{n}", Result("6.4", "wrong", most, one / most)) for n, one in enumerate(points)])


def test_the_histogram_counts_everyone_once():
    found = totals(with_totals(0, 0.75, 1, 9, 9.75, 10))
    assert [bar.count for bar in found.bars] == [2, 1, 0, 0, 0, 0, 0, 0, 0, 3]
    assert (found.bars[1].label, found.bars[-1].label) == ("1 to under 2", "9 to 10")
    assert found.bars[0].width == pytest.approx(200 / 3) and found.bars[-1].width == 100
    assert (found.mean, found.median) == (pytest.approx(30.5 / 6), 5)


@pytest.mark.parametrize("most", [1, 2, 3, 7, 11, 12, 13, 60, 100, 2400])
def test_a_histogram_has_few_bars_up_to_the_maximum(most):
    found = totals(with_totals(*(most * n / 40 for n in range(41)), most=most))
    assert 2 <= len(found.bars) <= 13 and sum(bar.count for bar in found.bars) == 41
    assert found.bars[-1].label.endswith(f"to {most}")


def test_who_has_no_points_yet_is_left_out_of_the_totals_and_that_is_said():
    half_marked = a_record("c", RIGHT, Result("6.7", "by hand", 3))
    html = text(made(a_record("a", RIGHT), a_record("b", Result("6.4", "not graded", 3)), half_marked))
    assert "Mean 3.00, median 3, over 2 submissions." in html
    assert "A person must still add marks to 1 of them" in html and "1 submission without any points yet is" in html
    assert totals(scored([a_record("b", Result("6.4", "not graded", 3))])) is None


def test_the_time_it_took():
    html = made(*(a_record(f"s{n}", RIGHT, seconds=seconds) for n, seconds in enumerate((1.5, 2.5, 65, 9000))))
    assert "2 h 31 min for all submissions together; 34 s for a typical one, 2 h 30 min for the slowest." in html
    assert "Time spent" not in made(a_record("ada", RIGHT))


def test_late_ones_are_counted():
    records = [a_record("a", RIGHT, handed_in="2026-11-21T00:00:00Z"), a_record("b", RIGHT, handed_in="2026-11-19T00Z")]
    html = report.page("06", records, scored(records, due="2026-11-20T00:00:00Z"))
    assert "1 handed in late" in html


# ---------------------------------------------------------------------------------------------- hints, safety, files


def test_hints_come_last_with_the_caution():
    hint = similarity.Hint("6.4", ("ada", "bob"), 0.875)
    html = made(a_record("ada", RIGHT), a_record("bob", RIGHT), hints=[hint])
    shown = section(html, "hints, not findings")
    assert similarity.CAUTION in shown and "6.4 ada and bob 88%" in shown
    assert html.rindex("<section") == html.rindex("<section", 0, html.index("hints, not findings"))
    assert "No two answers stand out." in made(a_record("ada", RIGHT), hints=[])
    assert "hints, not findings" not in made(a_record("ada", RIGHT))  # nobody looked


def test_nothing_a_student_writes_acts_or_hides():
    results = [Result(NASTY, status, 3, 0.5, NASTY, NASTY, diagnosis=NASTY, source=NASTY) for status in MEANING]
    records = [Record(NASTY, NASTY, NASTY, problem=problem, results=(one,), notes=(NASTY,)) for one in results
               for problem in ("", NASTY)]  # fmt: skip
    people = {NASTY: tables.Person(NASTY), f"2{NASTY}": tables.Person(NASTY)}
    hint = similarity.Hint(NASTY, (NASTY, NASTY), 1.0)
    html = report.page(NASTY, records, scored(records), [hint], people, {NASTY: NASTY})
    assert not re.search(r"<(script|img|iframe|form|link|object)", html)
    assert html.count("</style>") == 1 and "49" not in re.findall(r"\{\{.*?\}\}|49", html)
    assert "\u202e" not in html and "\x00" not in html and "⟨U+202E⟩" in html
    html.encode("utf-8")


def test_no_script_and_nothing_from_elsewhere():
    html = made(a_record("ada", RIGHT))
    assert re.search(r"Content-Security-Policy\" content=\"default-src &#39;none&#39;; style-src &#39;sha256-", html)
    assert "http://" not in html and "https://" not in html and "script" not in html and "style=" not in html


def test_a_class_of_thousands_is_a_page_of_bounded_size():
    records = [a_record("x" * 500 + str(n), problem="y" * 10**5) for n in range(2000)]
    assert len(made(*records)) < 1_000_000


def test_no_submission_at_all():
    html = report.page("06", [], [], hints=[], people={"ada": tables.Person()})
    assert "0 submissions · 1 absent · 1 on the roster" in html and "1 student handed in nothing" in html


def test_every_record_needs_its_score():
    with pytest.raises(ValueError, match="zip"):
        report.page("06", [a_record("ada", RIGHT)], [])


def test_the_report_links_to_the_pages_of_students(tmp_path):
    records = [a_record("ada lovelace", problem="An empty file.")]
    written = feedback.write_feedback(tmp_path, records, scored(records), lambda name: name)
    pages = {student: path.relative_to(tmp_path).as_posix() for student, path in written.items()}
    path = report.write_report(tmp_path, "06", records, scored(records), pages=pages)
    assert path == tmp_path / "report.html"
    assert '<a href="feedback/ada%20lovelace.html"><bdi>ada lovelace</bdi></a>' in path.read_text("utf-8")


def test_a_full_disk_leaves_the_old_report(tmp_path, monkeypatch):
    records = [a_record("ada", RIGHT)]
    report.write_report(tmp_path, "06", records, scored(records))
    before = (tmp_path / "report.html").read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(NotWritten, match=r"report\.html was not written: No space left"):
        report.write_report(tmp_path, "06", [], [])
    assert (tmp_path / "report.html").read_bytes() == before and len(list(tmp_path.iterdir())) == 1
