"""The report's words on time: who was late and by how much, what is done about it, and of whom nobody knows."""

import pytest
from report_pages import RIGHT, a_record, section, text

from gru_lab.grading import report
from gru_lab.grading.handed import MARKED_LATE
from gru_lab.grading.record import Result
from gru_lab.grading.scores import Policy, score

POLICY = Policy(due="2026-11-20T12:00:00+00:00", grace_minutes=10, percent_per_day=10, percent_at_most=30)


def told(policy=POLICY, due=None, **handed_in):
    records = [a_record(student, RIGHT, handed_in=time) for student, time in handed_in.items()]
    scores = [score(one, policy, (due or {}).get(one.student)) for one in records]
    return report.page("06", records, scores, policy=policy)


def test_the_due_date_and_the_policy_are_said():
    said = section(told(ada="2026-11-20T11:00:00+00:00"), "Times and policy")
    for words in ("Due: Friday 20 November 2026, 12:00 (UTC).", "Up to 10 minutes late is in time.",
                  "10% are taken off for each day begun, 30% at most.", "has that part of its points", "has no mark.",
                  "nobody was late"):  # fmt: skip
        assert words in said
    other = section(told(Policy(partial="none", missing="zero"), ada=""), "Times and policy")
    for words in ("No due date", "Nothing is taken off", "right in part has no points", "handed in nothing has 0"):
        assert words in other


@pytest.mark.parametrize(
    ("time", "says"),
    [
        ("2026-11-20T12:00:30+00:00", "ada 30 s in time: within the grace"),
        ("2026-11-20T14:40:00+01:00", "ada 1 h 40 min 1 day begun, 0.3 taken off"),
        ("2026-11-22T13:00:00+00:00", "ada 2 days 1 h 3 days begun, 0.9 taken off"),
    ],
)
def test_who_was_late_and_by_how_much(time, says):
    assert says in section(told(ada=time), "Times and policy")


def test_the_latest_comes_first_and_an_own_due_date_is_said():
    days = {name: f"2026-11-{day}T12:00:00+00:00" for name, day in (("ada", 21), ("bob", 23), ("cyd", 25))}
    said = section(told(due={"bob": "2026-11-19T12:00:00+00:00", "cyd": days["cyd"]}, **days), "Times and policy")
    assert said.index("bob 4 days") < said.index("ada 1 day") and "cyd" not in said
    assert said.count("(due ") == 1 and "(due Thursday 19 November" in said


def test_who_has_no_known_time_is_counted():
    records = [a_record(name, RIGHT, notes=notes) for name, notes in (("ada", ()), ("bob", (MARKED_LATE,)))]
    said = text(report.page("06", records, [score(one, POLICY) for one in records], policy=POLICY))
    assert "2 submissions have no known time" in said and "Canvas marked as late, without a time: bob" in said
    assert "no known time" not in told(ada="2026-11-20T11:00:00+00:00")


def test_what_could_not_be_read_has_no_mark_that_a_time_could_change():
    records = [a_record("ada", RIGHT), a_record("bob", problem="The file is empty.")]
    said = text(report.page("06", records, [score(one, POLICY) for one in records], policy=POLICY))
    assert "1 submission has no known time" in said


def test_once_a_person_has_marked_it_its_time_matters():
    unread = Result("6.4", "not graded", 3)
    for handed_in, said in (("", "1 submission has no known time"), ("2026-11-22T13:00:00+00:00", "0.9 taken off")):
        record = a_record("bob", unread, problem="No notebook.", handed_in=handed_in)
        scores = [score(record, POLICY, manual={"6.4": 3})]
        assert said in text(report.page("06", [record], scores, policy=POLICY))
