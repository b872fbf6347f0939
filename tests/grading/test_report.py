"""The report of a class: nobody is lost in it, what needs a person comes first, and nothing that is written acts."""

import os
import re

import pytest
from report_pages import RIGHT, a_record, made, scored, section, text

from gru_lab.grading import report, similarity, tables
from gru_lab.grading.record import MEANING, Record, Result
from gru_lab.grading.totals import totals
from gru_lab.grading.writing import NotWritten

NASTY = "</td></style><script>alert(1)</script><img src=x onerror=alert(1)>\"'&{{ 7*7 }}\u202e\x00\ud800"


def wrong(diagnosis, reason="", share=0.0):
    return Result("6.4", "wrong", 3, share, diagnosis=diagnosis, reason=reason)


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
    pages = {"ada lovelace": "feedback/ada lovelace.html"}
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
