"""Rosters as people and systems write them: who is in a class, by which id, until when."""

from datetime import timedelta, timezone

import pytest

from gru_lab.grading import tables
from gru_lab.grading.record import Record
from gru_lab.grading.roster import Person, Roster, RosterError, read
from gru_lab.grading.scores import Policy, score

CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,Exercises 6 (77)
,,,,,Manual Posting
    Points Possible,,,,,12
"Müller, Anna",55,4711,anna,A,10
"Ng, Bob",56,4712,bob,B,
"""


@pytest.fixture
def roster(tmp_path):
    """A function: the Roster of a file with this text or these bytes."""

    def made(text):
        path = tmp_path / "class.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read(path)

    return made


@pytest.mark.parametrize(
    "text",
    [
        "student,name,email\nanna,Anna Müller,a@uni.example\n",
        '\ufeff"Student ID";Full Name;E-Mail\r\nanna;Anna Müller;a@uni.example\r\n',
        "Username\tFirst name\tSurname\tEmail address\nanna\tAnna\tMüller\ta@uni.example\n",
        "id,first_name,last_name,email,lms_user_id\nanna,Anna,Müller,a@uni.example,\n",
        "Student,ID,Email\nAnna Müller,anna,a@uni.example\n",
        "student,student id,email\nAnna Müller,anna,a@uni.example\n",
        '"student","name","email"\n"anna","Anna\nMüller","a@uni.example"\n\n',
    ],
)
def test_columns_are_found_by_usual_names(roster, text):
    made = roster(text)
    (student,) = made
    assert student == "anna" and (made["anna"].name, made["anna"].email) == ("Anna Müller", "a@uni.example")


def test_canvas_export(roster):
    assert roster(CANVAS).people == {
        "anna": Person("Müller, Anna", "", "4711", "anna", "55", "A"),
        "bob": Person("Ng, Bob", "", "4712", "bob", "56", "B"),
    }


def test_gradescope_and_moodle_exports(roster):
    assert roster("First Name,Last Name,SID,Email,Role\nAnna,Müller,4711,a@b.example,Student\n").people == {
        "4711": Person("Anna Müller", "a@b.example", "4711")
    }
    assert list(roster("First name,Last name,ID number,Email address\nAnna,Müller,,a@b.example\n")) == ["a@b.example"]


WORKSHEET = """Identifier,Full name,ID number,Email address,Status,Grade,Last modified (submission),Feedback comments
Participant 7009,Anna Müller,4711,a@b.example,Submitted,,"Friday, 20 November 2026, 8:10 PM",
Participant 7010,Bob Ng,,b@b.example,No submission,,-,
"""


def test_moodles_worksheet(roster, tmp_path):
    with pytest.raises(RosterError, match=r"line 2: .* has no time zone: name one with --due"):
        roster(WORKSHEET)
    made = read(tmp_path / "class.csv", timezone(timedelta(hours=1)))
    assert made.handed_in == {"a@b.example": "2026-11-20T20:10:00+01:00"}
    # somebody has no ID number: nobody is known by it
    assert list(made) == ["a@b.example", "b@b.example"]
    assert made.match(ids=("Participant 7010",))[0] == "b@b.example"
    assert list(roster(WORKSHEET.replace("Ng,,", "Ng,4712,").replace(", 8:10 PM", ", 8:10 PM UTC"))) == ["4711", "4712"]
    assert list(roster("Identifier,Full name\nParticipant 7009,Anna\n")) == ["Participant 7009"]


def test_tables_take_it_as_it_is(roster, tmp_path):
    marks = [score(Record("anna", "06"), Policy())]
    tables.canvas(tmp_path / "c.csv", "Exercises 6 (77)", marks, roster(CANVAS))
    assert '"Müller, Anna","55","4711","anna","A"' in (tmp_path / "c.csv").read_text("utf-8")


def test_canvass_own_test_student_gets_no_login(roster, tmp_path):
    class_ = roster(CANVAS + '"Student, Test",99,,,A,\n')
    tables.canvas(tmp_path / "c.csv", "Exercises 6 (77)", [score(Record("99", "06"), Policy())], class_)
    assert '"Student, Test","99","","","A"' in (tmp_path / "c.csv").read_text("utf-8")


def test_own_deadlines(roster):
    made = roster("student,due\nanna,2026-12-01T23:59+01:00\nbob,\n")
    assert made.due == {"anna": "2026-12-01T23:59:00+01:00"} and len(made) == 2


def test_times_of_handing_in_stand_above_those_of_a_download(roster):
    made = roster("student,handed_in\nanna,2026-12-01 10:00 Europe/Vienna\nbob,2026-12-02T10:00Z\ncat,\n")
    records = {
        "anna": Record("anna", "06", file="a.ipynb", handed_in="2026-11-01T10:00:00+00:00"),
        "bob": Record("bob", "06", problem="Nothing was handed in."),
        "cat": Record("cat", "06", file="c.ipynb", handed_in="2026-11-03T10:00:00+00:00"),
        "dan": Record("dan", "06", file="d.ipynb"),
    }
    timed = made.timed(records)
    assert {student: record.handed_in for student, record in timed.items()} == {
        "anna": "2026-12-01T10:00:00+01:00", "bob": "", "cat": "2026-11-03T10:00:00+00:00", "dan": "",
    }  # fmt: skip
    assert score(timed["anna"], Policy(due="2026-12-01T08:00+00:00", percent_per_day=10)).days_late == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty"),
        ("name,mark\nAnna,1\n", "line 1: no column is an id.*there are 'name', 'mark'"),
        ("student,name\n", "no student below"),
        ("student,name\nanna,A\nbob,B\nanna,C\n", "line 4: 'anna' was already on line 2"),
        ("student,name\nanna,A\n,Bob\n", "line 3: there is no id for 'Bob'"),
        ("student,due\nanna,tomorrow\n", "line 2: 'tomorrow' is no date"),
        ("student,due\nanna,2026-12-01T23:59\n", "line 2: .* needs a time zone"),
        ("student,due\nanna,2026-12-01\n", "line 2: .* is a day: write when it ends"),
        ("student,handed in\nanna,\nbob,soon\n", "line 3: 'soon' is no date"),
        ('student,name\nanna,"A" x\n', "line 2: "),
        ("student\n" + "x" * 200_000, "line 2: .*limit"),
        ("student\nMüller\n".encode("latin-1"), "is not UTF-8"),
        ("student\nanna\n".encode("utf-16"), "is not UTF-8"),
    ],
)
def test_what_is_wrong_names_the_line(roster, text, says):
    with pytest.raises(RosterError, match=says):
        roster(text)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(RosterError, match="cannot be read"):
        read(tmp_path / "away.csv")
    with pytest.raises(RosterError, match="cannot be read"):
        read(tmp_path)


PEOPLE = {
    "s1": Person("Anna Lena Müller", "al@uni.example", "4711", "al", "55"),
    "s2": Person("Ng, Bob", "bob@uni.example", "s3"),
    "s3": Person("Cat Lee"),
    "s4": Person("Cat Lee"),
}


@pytest.mark.parametrize(
    ("known", "student"),
    [
        ({"ids": ("s1",)}, "s1"),
        ({"ids": ("S1",)}, "s1"),
        ({"ids": ("s3",)}, "s3"),  # an id goes before another's number
        ({"ids": ("4711",)}, "s1"),
        ({"canvas_id": "55"}, "s1"),
        ({"ids": ("55",)}, ""),  # Canvas's number counts for Canvas alone
        ({"canvas_id": "4711"}, ""),
        ({"email": "AL@uni.example"}, "s1"),
        ({"name": "müllerannalena"}, "s1"),
        ({"name": "Bob Ng"}, "s2"),
        ({"name": "ngbob"}, "s2"),
        ({"name": "Cat Lee"}, ""),  # there are two
        ({"name": ""}, ""),
        ({"ids": ("",)}, ""),
    ],
)
def test_students_are_known_by_what_systems_call_them(known, student):
    found, note = Roster(PEOPLE).match(**known)
    assert found == student and bool(note) != bool(found)


def test_one_of_two_of_a_name_is_nobody_and_both_are_named():
    assert Roster(PEOPLE).match(name="Cat Lee")[1] == "'Cat Lee' may be several students of the roster: s3, s4."


def test_a_canvas_number_may_be_the_classs_own_id_where_no_name_speaks_against_it():
    assert Roster({"55": Person()}).match(canvas_id="55", name="x")[0] == "55"
    assert Roster({"55": Person("Eve")}).match(canvas_id="55", name="x")[0] == ""
