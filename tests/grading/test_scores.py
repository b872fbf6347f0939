"""Points from records: partial credit, lateness, what a person marks, and no second run for another policy."""

import math
import os

import pytest

from gru_lab.grading.record import MEANING, NOTHING, Record, Result
from gru_lab.grading.scores import Policy, Score, moment, percent, score
from gru_lab.grading.writing import NotWritten

DUE = "2026-11-20T23:59:00+00:00"


def a_record(*results, handed_in="2026-11-20T12:00:00+00:00", **more):
    return Record("ada", "06", handed_in=handed_in, results=results, **more)


RIGHT = Result("6.4", "right", 3, 1.0)
HALF = Result("6.5", "wrong", 3, 0.5)
WRITTEN = Result("6.7", "by hand", 3)


def test_a_share_is_rounded_down_to_a_quarter_point():
    shares = (0, 0.1, 0.3333333, 0.5, 0.75, 0.99, 0.7499999999999999)
    points = [score(a_record(Result("6.5", "wrong", 3, share)), Policy()).total for share in shares]
    assert points == [0, 0.25, 0.75, 1.5, 2.25, 2.75, 2.25]


def test_all_or_nothing():
    found = score(a_record(RIGHT, HALF), Policy(partial="none"))
    assert found.points == {"6.4": 3, "6.5": 0} and found.total == 3 and found.maximum == 6


def test_another_policy_needs_no_other_run():
    record = a_record(RIGHT, HALF, handed_in="2026-11-21T00:10:00+00:00")
    lenient, strict = Policy(due=DUE), Policy(due=DUE, partial="none", percent_per_day=10)
    assert (score(record, lenient).total, score(record, strict).total) == (4.5, 2.7)
    assert score(record, lenient) == score(Record.from_json(record.as_json()), lenient)


def test_what_a_person_must_mark_has_no_points_and_is_listed():
    found = score(a_record(RIGHT, WRITTEN), Policy())
    assert found.points["6.7"] is None and found.to_mark == ("6.7",) and not found.complete
    assert (found.total, found.maximum) == (3, 6)


@pytest.mark.parametrize("status", [name for name in MEANING if name not in ("right", "by hand", "not graded")])
def test_every_other_status_earns_its_share(status):
    assert score(a_record(Result("6.4", status, 4, 0.5)), Policy()).points == {"6.4": 2}


def test_an_unreadable_notebook_waits_for_a_person_instead_of_earning_nothing():
    found = score(a_record(Result("6.4", "not graded", 3), problem="it is a picture"), Policy())
    assert found.points == {"6.4": None} and found.to_mark == ("6.4",)


def test_marks_that_a_person_gave():
    found = score(a_record(HALF, WRITTEN), Policy(), manual={"6.7": 2.5})
    assert found.total == 4 and found.complete and found.by_hand == ("6.7",)
    assert score(a_record(HALF, WRITTEN), Policy(), manual={"6.7": 4}).total == 5.5  # 3 and 1 of extra credit
    assert score(a_record(HALF, WRITTEN), Policy(), manual={"6.5": 3}).points == {"6.5": 3, "6.7": None}


@pytest.mark.parametrize("marks", [{"9.9": 1}, {"6.7": -1}, {"6.7": math.nan}, {"6.7": "3"}, {"6.7": True}])
def test_a_mark_that_makes_no_sense_is_refused(marks):
    with pytest.raises(ValueError, match=r"6\.7|9\.9"):
        score(a_record(WRITTEN), Policy(), manual=marks)


@pytest.mark.parametrize(
    ("handed_in", "days", "total"),
    [
        ("2026-11-20T23:59:00+00:00", 0, 6),
        ("2026-11-21T00:09:00+00:00", 0, 6),  # within the grace
        ("2026-11-21T00:09:01+00:00", 1, 5.4),
        ("2026-11-21T23:59:00+00:00", 1, 5.4),
        ("2026-11-21T23:59:01+00:00", 2, 4.8),
        ("2026-11-21T00:30:00+01:00", 0, 6),  # another time zone: 23:30
        ("2027-06-01T00:00:00+00:00", 193, 4.5),  # at most 25 %
    ],
)
def test_lateness(handed_in, days, total):
    policy = Policy(due=DUE, grace_minutes=10, percent_per_day=10, percent_at_most=25)
    found = score(a_record(RIGHT, Result("6.5", "right", 3, 1), handed_in=handed_in), policy)
    assert (found.days_late, found.total) == (days, total)
    assert found.earned == 6 and found.penalty == pytest.approx(6 - total)
    says = "late" if days else "within the 10 minutes" if handed_in == "2026-11-21T00:09:00+00:00" else ""
    assert says in "".join(found.notes) and len(found.notes) == bool(says)


def test_a_students_own_due_date_stands_above_the_policys():
    policy = Policy(due=DUE, percent_per_day=50)
    record = a_record(RIGHT, handed_in="2026-11-22T12:00:00Z")
    assert score(record, policy).total == 0
    assert score(record, policy, due="2026-11-23T00:00+00:00").total == 3


@pytest.mark.parametrize("handed_in", ["", "yesterday", "2026-11-22T12:00:00", "\x00", "9" * 5000])
def test_an_unknown_time_costs_nothing_and_is_said(handed_in):
    found = score(a_record(RIGHT, handed_in=handed_in), Policy(due=DUE, percent_per_day=50))
    assert found.total == 3 and len(found.notes) == 1 and "nothing is taken off" in found.notes[0]


@pytest.mark.parametrize(
    ("points", "share", "percent_per_day", "penalty", "total"),
    [
        (1, 0.25, 33, 0.08, 0.17),  # 0.0825
        (1, 0.75, 33, 0.24, 0.51),  # 0.2475
        (15, 0.25, 32.8, 1.23, 2.52),  # 1.23, which comes out as 1.2299999999999998
    ],
)
def test_a_penalty_is_rounded_in_the_students_favour(points, share, percent_per_day, penalty, total):
    record = a_record(Result("6.4", "wrong", points, share), handed_in="2026-11-21T12:00:00+00:00")
    found = score(record, Policy(due=DUE, percent_per_day=percent_per_day))
    assert (found.penalty, found.total) == (penalty, total)


def test_nothing_looked_at_is_said():
    found = score(a_record(problem="an empty file"), Policy())
    assert found.maximum == 0 and found.notes and not found.complete


def absent(**policy):
    record = a_record(Result("6.4", "not graded", 3), WRITTEN, handed_in="", problem=NOTHING)
    return score(record, Policy(due=DUE, percent_per_day=10, **policy))


def test_who_handed_in_nothing_is_absent_and_has_nothing_to_mark():
    blank, zero = absent(), absent(missing="zero")
    for found in (blank, zero):
        assert (found.state, found.to_mark, found.notes, found.maximum) == ("absent", (), (), 6)
        assert not found.complete
    assert (blank.mark, zero.mark) == (None, 0)


def test_a_mark_given_for_nothing_handed_in_counts():
    record = a_record(Result("6.4", "not graded", 3), WRITTEN, problem=NOTHING)
    found = score(record, Policy(missing="zero"), manual={"6.4": 2})
    assert (found.state, found.to_mark, found.mark) == ("to mark", ("6.7",), None)
    assert score(record, Policy(), manual={"6.4": 2, "6.7": 1}).mark == 3


def test_only_a_whole_mark_goes_out():
    unread = a_record(Result("6.4", "not graded", 3), problem="It is a picture.")
    states = [score(record, Policy()) for record in (a_record(RIGHT), a_record(RIGHT, WRITTEN), unread, a_record())]
    assert [(one.state, one.mark) for one in states] == [
        ("complete", 3), ("to mark", None), ("unread", None), ("to mark", None),
    ]  # fmt: skip
    marked = score(unread, Policy(), manual={"6.4": 1})
    assert (marked.state, marked.mark) == ("complete", 1)


def test_the_date_that_counts_is_kept():
    record = a_record(RIGHT)
    assert score(record, Policy()).due == ""
    assert score(record, Policy(due=DUE)).due == DUE
    assert score(record, Policy(due=DUE), due="2026-11-23T00:00Z").due == "2026-11-23T00:00:00+00:00"


@pytest.mark.parametrize("share", [math.nan, math.inf, -3, 7, "1", None])
def test_a_share_that_is_none_gives_no_more_than_there_is(share):
    assert 0 <= score(a_record(Result("6.4", "wrong", 3, share)), Policy()).total <= 3


@pytest.mark.parametrize(
    ("text", "value"), [("10%", 10), (" 10 % ", 10), ("2,5%", 2.5), (10, 10), ("0", 0), ("100%", 100)]
)
def test_percent(text, value):
    assert percent(text) == value


@pytest.mark.parametrize("text", ["", "%", "ten", "-1%", "101", "nan", None, "1e400"])
def test_what_is_no_percentage(text):
    with pytest.raises(ValueError, match="percentage"):
        percent(text)


@pytest.mark.parametrize(
    "wrong",
    [
        {"partial": "half"}, {"missing": "one"}, {"due": "tomorrow"}, {"due": "2026-11-20T23:59:00"},
        {"grace_minutes": -1},
        {"grace_minutes": math.inf}, {"percent_per_day": "10%"}, {"percent_per_day": 101}, {"percent_at_most": True},
    ],
)  # fmt: skip
def test_a_policy_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(ValueError, match=r".{20}"):
        Policy(**wrong)


def test_a_policy_is_saved_and_loaded(tmp_path):
    policy = Policy(partial="none", due=DUE, grace_minutes=15, percent_per_day=10, percent_at_most=50)
    policy.save(tmp_path / "results" / "policy.json")
    assert Policy.load(tmp_path / "results" / "policy.json") == policy
    assert [path.name for path in (tmp_path / "results").iterdir()] == ["policy.json"]


@pytest.mark.parametrize("text", ["", "[]", '{"percent": 3}', '{"partial": "half"}', "[" * 100_000])
def test_what_is_no_policy_is_refused(tmp_path, text):
    (tmp_path / "policy.json").write_text(text)
    with pytest.raises(ValueError, match=r"policy|partial"):
        Policy.load(tmp_path / "policy.json")


def test_a_full_disk_leaves_the_old_policy(tmp_path, monkeypatch):
    Policy().save(tmp_path / "policy.json")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(NotWritten, match="No space left"):
        Policy(partial="none").save(tmp_path / "policy.json")
    assert Policy.load(tmp_path / "policy.json") == Policy()
    assert [path.name for path in tmp_path.iterdir()] == ["policy.json"]


def test_a_moment_takes_what_json_and_people_write():
    assert moment("2026-11-20T23:59Z") == moment("2026-11-21T00:59:00+01:00") == moment(moment("2026-11-20 23:59+00"))


def test_a_score_with_no_question_is_not_complete():
    assert not Score("ada", "06").complete
