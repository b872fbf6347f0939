"""Tables: every row is there, numbers stay numbers, no cell is a formula, and a full disk takes nothing away."""

import csv
import io
import os

import pytest

from gru_lab.grading import feedback, tables
from gru_lab.grading.audience import ForGrader
from gru_lab.grading.record import NOTHING, Record, Result
from gru_lab.grading.scores import Policy, Score, score
from gru_lab.grading.writing import NotWritten

HOSTILE = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "  =1",
    "\u200b=1",
    "＝1",
    "－1",
    "a;=1",
    "a; @x",
    "\n=1",
    '"=1',
    "＋1",
    "＠x",
    "−1",
    "﹢1",
    "﹣1",
    "﹦1",
    "﹫x",
    "\tx",
]
PEOPLE = {"ada": tables.Person("Lovelace, Ada", "ada@example.org", "S1", "ada1", "77", "A")}


@pytest.fixture
def graded():
    records = [
        Record("ada", "06", "ada.ipynb", results=(Result("6.4", "right", 3, 1.0, seconds=0.25),)),
        Record("=cmd|'/c calc'!A1", "06", problem="@not a notebook", results=(Result("6.4", "not graded", 3),)),
        Record("Ünïcode;=1", "06", results=(Result("6.4", "wrong", 3, 0.5, reason="-z\n=h", diagnosis="z turned"),)),
    ]
    return records, [score(record, Policy()) for record in records]


def read(path):
    return list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("text", HOSTILE)
def test_text_is_no_formula(text):
    assert tables.cell(text).rpartition(";")[2].startswith("'")


@pytest.mark.parametrize("text", ["Ada", "6.4", "x = 1", "3 - 2", "a@b.org", "0:1; 2", "", "’=’"])
def test_plain_text_stays(text):
    assert tables.cell(text) == text


@pytest.mark.parametrize("number", [-1.5, 0, 3, 0.25])
def test_numbers_stay_numbers(number):
    assert tables.cell(number) is number


def test_a_cell_is_bounded_and_has_no_control_characters():
    assert len(tables.cell("x" * 10**6)) == tables.LONGEST
    assert tables.cell("a\x00b\x1b[31m\ud800") == "a b [31m "


def test_every_record_has_a_row(tmp_path, graded):
    tables.grades(tmp_path / "grades.csv", *graded, PEOPLE)
    header, *rows = read(tmp_path / "grades.csv")
    rows = [dict(zip(header, row, strict=True)) for row in rows]
    assert [row["student"] for row in rows] == ["ada", "'=cmd|'/c calc'!A1", "Ünïcode;'=1"]
    assert [row["6.4"] for row in rows] == ["3.0", "", "1.5"]  # an unreadable one is empty, not 0
    assert rows[1]["problem"] == "'@not a notebook" and rows[1]["to mark by hand"] == "6.4"
    assert rows[0]["email"] == "ada@example.org"
    assert [row["state"] for row in rows] == ["complete", "unread", "complete"]


def test_a_total_is_in_every_table_or_in_none(tmp_path):
    """Of who has all marks, waits for one, handed in nothing (blank, or nought by the policy), is unreadable."""
    right, written = Result("6.4", "right", 3, 1.0), Result("6.7", "by hand", 3)
    unread = Result("6.4", "not graded", 3)
    records = [
        Record("all", "06", results=(right,)),
        Record("some", "06", results=(right, written)),
        Record("none", "06", results=(unread,), problem=NOTHING),
        Record("what", "06", results=(unread,), problem="It is a picture."),
    ]
    for policy, absent in (Policy(), ""), (Policy(missing="zero"), "0.0"):
        scores = [score(record, policy) for record in records]
        tables.grades(tmp_path / "grades.csv", records, scores)
        tables.canvas(tmp_path / "canvas.csv", "t", scores)
        tables.moodle(tmp_path / "moodle.csv", "t", scores)
        tables.gradescope(tmp_path / "gradescope.csv", scores)
        for name, column in ("grades", "total"), ("canvas", "t"), ("moodle", "t"), ("gradescope", "Total Score"):
            header, *rows = read(tmp_path / f"{name}.csv")
            totals = [row[header.index(column)] for row in rows if "Points Possible" not in row[0]]
            assert totals == ["3.0", "", absent, ""], (name, policy)
        header, *rows = read(tmp_path / "grades.csv")
        rows = [dict(zip(header, row, strict=True)) for row in rows]
        assert [row["earned so far"] for row in rows] == ["3.0", "3.0", absent, ""]
        assert [row["state"] for row in rows] == ["complete", "to mark", "absent", "unread"]
        assert [row["days late"] for row in rows] == ["0", "0", "", "0"]
        assert [row["to mark by hand"] for row in rows] == ["", "6.7", "", "6.4"]
    assert [row[-1] for row in read(tmp_path / "moodle.csv")[3:]] == [NOTHING, "It is a picture."]


def test_who_handed_in_nothing_gave_no_answer(tmp_path):
    record = Record("none", "06", results=(Result("6.4", "not graded", 3),), problem=NOTHING)
    tables.questions(tmp_path / "questions.csv", [record], [score(record, Policy())])
    assert len(read(tmp_path / "questions.csv")) == 1


def test_every_question_has_a_row(tmp_path, graded):
    tables.questions(tmp_path / "questions.csv", *graded)
    header, *rows = read(tmp_path / "questions.csv")
    rows = [dict(zip(header, row, strict=True)) for row in rows]
    assert [(row["status"], row["points"], row["diagnosis"]) for row in rows] == [
        ("right", "3.0", ""), ("not graded", "", ""), ("wrong", "1.5", "z turned"),
    ]  # fmt: skip
    assert rows[2]["reason"] == "'-z =h" and rows[0]["seconds"] == "0.25"


def test_tables_for_people_carry_excels_mark_and_others_do_not(tmp_path, graded):
    tables.grades(tmp_path / "grades.csv", *graded)
    tables.canvas(tmp_path / "canvas.csv", "Exercises 6", graded[1])
    assert (tmp_path / "grades.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert (tmp_path / "canvas.csv").read_bytes().startswith(b'"Student","ID"')


def test_canvas(tmp_path, graded):
    tables.canvas(tmp_path / "canvas.csv", "Exercises 6 (12)", graded[1], PEOPLE)
    rows = read(tmp_path / "canvas.csv")
    assert rows[0] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Exercises 6 (12)"]
    assert rows[1] == ["    Points Possible", "", "", "", "", "3"]
    assert rows[2] == ["Lovelace, Ada", "77", "S1", "ada1", "A", "3.0"]
    assert rows[3][-1] == ""


def test_moodle_and_gradescope(tmp_path, graded):
    tables.moodle(tmp_path / "moodle.csv", "Exercises 6", graded[1], PEOPLE)
    assert read(tmp_path / "moodle.csv")[:2] == [
        ["Identifier", "Full name", "ID number", "Email address", "Exercises 6", "Feedback"],
        ["", "Lovelace, Ada", "S1", "ada@example.org", "3.0", "6.4: 3 of 3"],
    ]
    tables.gradescope(tmp_path / "gradescope.csv", graded[1], PEOPLE)
    assert read(tmp_path / "gradescope.csv")[1] == ["Lovelace, Ada", "S1", "ada@example.org", "A", "3.0", "3"]


@pytest.mark.parametrize(
    ("student", "person", "number", "email"),
    [
        ("s123", tables.Person(), "s123", ""),
        ("s123", tables.Person(email="a@x.org"), "s123", "a@x.org"),
        ("s123", tables.Person(id_number="77"), "77", ""),
        ("a@x.org", tables.Person(), "", "a@x.org"),
        ("@ada", tables.Person(), "'@ada", ""),
    ],
)
def test_gradescope_is_given_an_id_as_an_id_and_an_address_as_an_address(tmp_path, student, person, number, email):
    tables.gradescope(tmp_path / "g.csv", [Score(student, "06")], {student: person})
    assert read(tmp_path / "g.csv")[1][1:3] == [number, email]


def test_moodles_number_of_a_stranger_is_no_id_number(tmp_path):
    """A download tells "Participant 7099"; what Moodle matches in a table is another number, an id."""
    strangers = "Participant 7099", "Participant"
    tables.moodle(tmp_path / "moodle.csv", "Exercises 6", [Score(student, "06") for student in strangers])
    assert [row[:3] for row in read(tmp_path / "moodle.csv")[1:]] == [
        [strangers[0], strangers[0], ""],
        ["", strangers[1], strangers[1]],
    ]


def test_an_address_is_no_id_number_of_moodles(tmp_path):
    """A worksheet without ID numbers: students are known by their addresses, and Moodle's own number is blank."""
    person = tables.Person(name="Ada", email="ada@x.org", participant="Participant 7009")
    tables.moodle(tmp_path / "moodle.csv", "t", [Score("ada@x.org", "06")], {"ada@x.org": person})
    assert read(tmp_path / "moodle.csv")[1][:4] == ["Participant 7009", "Ada", "", "ada@x.org"]


def test_moodles_sentences_end_once(tmp_path, graded):
    late = Score("ada", "06", {"6.4": 3.0}, {"6.4": 3}, notes=("Handed in 6 min late.", ForGrader("Not for Ada.")))
    tables.moodle(tmp_path / "moodle.csv", "t", [late], comments={"ada": {"6.4": "Good."}})
    assert read(tmp_path / "moodle.csv")[1][-1] == "6.4: 3 of 3. Handed in 6 min late. On 6.4: Good."


def test_a_row_names_the_students_page(tmp_path, graded):
    pages = feedback.write_feedback(tmp_path, *graded)
    tables.grades(tmp_path / "grades.csv", *graded)
    header, *rows = read(tmp_path / "grades.csv")
    named = [tmp_path / row[header.index("feedback")] for row in rows]
    assert named == list(pages.values()) and all(path.is_file() for path in named)


def test_moodles_feedback_holds_what_a_person_wrote(tmp_path, graded):
    comments = {"ada": {"6.4": "=Well\n done; =1"}, "=cmd|'/c calc'!A1": {"6.4": "Hand in the notebook."}}
    tables.moodle(tmp_path / "moodle.csv", "Exercises 6", graded[1], PEOPLE, comments)
    assert [row[-1] for row in read(tmp_path / "moodle.csv")[1:]] == [
        "6.4: 3 of 3. On 6.4: =Well done;' =1", "'@not a notebook On 6.4: Hand in the notebook.", "6.4: 1.5 of 3",
    ]  # fmt: skip


def test_a_full_disk_leaves_the_old_table(tmp_path, graded, monkeypatch):
    tables.grades(tmp_path / "grades.csv", *graded)
    before = (tmp_path / "grades.csv").read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(NotWritten, match=r"grades\.csv was not written: No space left"):
        tables.grades(tmp_path / "grades.csv", graded[0][:1], graded[1][:1])
    assert (tmp_path / "grades.csv").read_bytes() == before and len(list(tmp_path.iterdir())) == 1
