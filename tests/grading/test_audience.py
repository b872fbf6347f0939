"""Notes for whoever grades stay off the pages of students; those that help a student are there."""

import json

import pytest
from report_pages import RIGHT, a_record

from gru_lab.grading import feedback, gradescope, tables
from gru_lab.grading.audience import ForGrader, for_student
from gru_lab.grading.handed import MARKED_LATE
from gru_lab.grading.record import Record, Result
from gru_lab.grading.roster import Person, Roster
from gru_lab.grading.scores import Policy, score
from gru_lab.grading.times import moment_of

DUE = Policy(due="2026-11-20T12:00:00+00:00", percent_per_day=10)
FOUND = ForGrader("The cell was found by the name that it defines.")
CLASS = Roster({"a": Person("Ada"), "b": Person("Ada")})


@pytest.mark.parametrize(
    "note",
    [MARKED_LATE, FOUND, moment_of("soon")[1], *score(a_record("ada", RIGHT), DUE).notes]
    + [CLASS.match(name=name)[1] for name in ("Zoe", "Ada")],
)
def test_notes_for_instructors_are_not_for_students(note):
    assert note and for_student((note, "2 notebooks were handed in; 'b.ipynb' counts.")) == (
        "2 notebooks were handed in; 'b.ipynb' counts.",
    )


def test_whom_a_note_is_for_is_kept_with_the_record():
    others = "2 notebooks were handed in; 'b.ipynb' counts."
    record = a_record("ada", Result("6.4", "right", 3, 1.0, notes=(FOUND, others)), notes=(MARKED_LATE, others))
    again = Record.from_json(json.loads(json.dumps(record.as_json())))
    assert again == record
    assert for_student(again.notes) == for_student(again.results[0].notes) == (others,)


def test_grace_is_said():
    record = a_record("ada", RIGHT, handed_in="2026-11-20T12:10:00+00:00")
    policy = Policy(due=DUE.due, percent_per_day=10, grace_minutes=15)
    (note,) = for_student(score(record, policy).notes)
    assert note == "Handed in after the due date, within the 15 minutes that still count as in time."
    assert score(record, policy).penalty == 0 < score(record, DUE).penalty


def test_what_a_student_reads(tmp_path):
    broke = "Another cell broke the program; this one was run without the others."
    result = Result("6.4", "right", 3, 1.0, notes=(FOUND, broke))
    path = "zoe_7009_1234_06.ipynb"
    record = a_record("zoe", result, notes=(MARKED_LATE, "The zip counts."), file=path)
    given = score(record, DUE)
    page = feedback.page(record, given)
    assert broke in page and "The zip counts." in page
    for note in (FOUND, MARKED_LATE, "not known when", path):
        assert note not in page
    assert FOUND not in str(gradescope.results(record)) and broke in str(gradescope.results(record))
    tables.moodle(tmp_path / "moodle.csv", "title", [given])
    assert "not known" not in (tmp_path / "moodle.csv").read_text("utf-8")
    tables.grades(tmp_path / "grades.csv", [record], [given])
    assert all(note in (tmp_path / "grades.csv").read_text("utf-8") for note in (MARKED_LATE, "not known", path))
