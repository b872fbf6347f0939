"""What is perhaps not as an instructor meant it is said, and nothing else is."""

import pytest

from gru_lab.grading.doubts import doubts
from gru_lab.grading.handed import MARKED_LATE
from gru_lab.grading.record import Record, Result
from gru_lab.grading.roster import Person, Roster
from gru_lab.grading.scores import Policy

TIME = "2026-12-01T10:00:00+00:00"
RIGHT, GONE = (Result("6.5", status, 3) for status in ("right", "not found"))
DUE, NO_DUE = Policy(due=TIME, percent_per_day=10), Policy()


def said(records, policy=NO_DUE, roster=None, marked=()):
    records = {record.student: record for record in records}
    return doubts(records, policy, roster, "AGAIN", marked)


def record(student, **about):
    return Record(student, "06", **{"file": "a.ipynb", "results": (RIGHT,), "handed_in": TIME} | about)


def test_nothing_is_said_of_what_is_as_it_should_be():
    nothing = Record("eve", "06", problem="Nothing was handed in.")
    class_ = Roster({"ada": Person(), "bob": Person(), "eve": Person()})
    assert said([record("ada"), record("bob", notes=(MARKED_LATE,)), nothing], DUE, class_) == []
    assert said([record("ada", handed_in="")]) == []


def test_who_is_late_at_canvas_and_has_no_time_is_named_whatever_the_policy():
    late = [record("ada", handed_in="", notes=("x", MARKED_LATE)), record("b\nb", handed_in="", notes=(MARKED_LATE,))]
    told = said([*late, record("cyd", handed_in="")])
    assert told[0].startswith("Canvas marked 2 as late and tells no time, so nothing is taken off: ada, b")
    assert "\n" not in told[0] and told[1].endswith("in a column handed_in; then: AGAIN") and len(told) == 2


@pytest.mark.parametrize("roster", [None, Roster({"ada": Person(), "bob": Person()}, {"ada": TIME})])
def test_no_time_matters_where_there_is_a_deadline(roster):
    told = said([record("ada", handed_in=""), record("bob")], NO_DUE if roster else DUE, roster)
    assert (
        told[0] == "without a time, and so counted as in time: 1 submission" and "AGAIN" in told[1] and len(told) == 2
    )


def test_the_time_of_what_no_program_reads_matters_once_a_person_has_marked_it():
    unread = [record("ada"), record("bob", handed_in="", problem="No notebook.")]
    assert said(unread, DUE) == []
    assert "counted as in time: 1 submission" in said(unread, DUE, marked={"bob"})[0]


def test_a_penalty_without_a_deadline_is_none():
    assert said([record("ada")], Policy(percent_per_day=10)) == [
        "there is no due date, so nobody is late: --due gives one"
    ]


def test_another_class_or_another_assignment():
    (told,) = said([record("ada", results=(GONE, GONE, RIGHT))], roster=Roster({"ada": Person()}))
    assert "another assignment?" in told
    nothing = Record("s1", "06", problem="Nothing was handed in.")
    (told,) = said([record("ada"), nothing], roster=Roster({"s1": Person()}))
    assert "column of ids" in told


def test_where_a_shard_is_missing_its_students_say_nothing_of_the_ids():
    class_ = Roster({"ada": Person(), "bob": Person()})
    nothing = {"ada": Record("ada", "06", problem="Nothing was handed in.")}
    assert "column of ids" in doubts(nothing, NO_DUE, class_, "AGAIN")[0]
    assert doubts(nothing, NO_DUE, class_, "AGAIN", is_whole=False) == []
    stranger = nothing | {"zoe": record("zoe")}
    assert doubts(stranger, NO_DUE, class_, "AGAIN", is_whole=False) == ["1 submission of nobody on the roster: zoe"]


def test_notebooks_of_another_exercise_are_answers_that_were_not_found():
    unread = (Result("6.5", "not graded", 3),)
    other = "No notebook of this exercise was handed in, but '13_the_new_state.ipynb'."
    paper = "No notebook of this exercise was handed in, but 'a.docx'."
    known, others, papers = (
        record("ada"),
        *([record(f"{text}-{n}", results=unread, problem=text) for n in range(2)] for text in (other, paper)),
    )
    (told,) = said([known, *others, *papers])
    assert "another assignment?" in told
    assert said([known, others[0], *papers]) == said(papers) == []


def test_who_is_not_on_the_roster_is_named():
    known = [record("ada"), record("7009", name="Zoe\nStranger"), record("bob")]
    (told,) = said(known, roster=Roster({"ada": Person()}))
    assert told == "2 submissions of nobody on the roster: 7009 (Zoe Stranger), bob"
    assert said(known) == []
