"""A class's submissions in every shape: a row for each student, with a notebook or with a reason why there is none."""

import hashlib
import io
import os
import pickle
import time
import warnings
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from gru_lab.grading import roster as rosters
from gru_lab.grading.archive import open_archive
from gru_lab.grading.assignments import assignment
from gru_lab.grading.choosing import is_of_another
from gru_lab.grading.exercise_names import copied, exercise_in
from gru_lab.grading.names import clean
from gru_lab.grading.shapes import recognise
from gru_lab.grading.submissions import SubmissionsError, find

NAME = "06_reset_gate.ipynb"
PERSON = rosters.Person


def packed(**files):
    """The bytes of a zip; "__" in a name is a dot."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as out:
        for name, data in files.items():
            out.writestr(name.replace("__", "."), data)
    return buffer.getvalue()


X = packed(a__ipynb="x")
OTHERS = {"anna/05_flow_diagram.ipynb": "x", "bob/05/a.ipynb": "y"}  # both are of exercise 05


@pytest.fixture(params=["folder", "zip", "zip in a folder"])
def give(request, tmp_path):
    """A function: these files, {path: bytes or text}, as a folder or as a zip. It returns what `find` takes."""

    def give(files):
        around = "hw6 submissions/" if request.param == "zip in a folder" else ""
        if request.param == "folder":
            return write(tmp_path / "given", files)
        path = tmp_path / "given.zip"
        with zipfile.ZipFile(path, "w") as out:
            for name, data in files.items():
                out.writestr(around + name, data)
        return path

    return give


def write(folder, files):
    for number, (name, data) in enumerate(files.items()):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        os.utime(path, (1e9 + number, 1e9 + number))  # each later than the one before
    return folder


def loaded(path, roster=None, **options):
    """{student: Submission}"""
    found = find(path, "06", roster, **options)
    rows = {handle.key: handle.load() for handle in found}
    assert len(rows) == len(found) and list(rows) == sorted(rows)  # nobody is there twice
    assert all(row.student == key and bool(row.data) != bool(row.problem) for key, row in rows.items())
    found.close()
    return rows


# ---- the shapes


def test_canvas(give):
    found = find(
        give({
            "mülleranna_123_4561_06_reset_gate.ipynb": "anna 1",
            "mülleranna_123_10012_06_reset_gate-1.ipynb": "anna 2",
            "ng_LATE_77_4563_06_reset_gate.ipynb": "ng",
            "obriencat_88_text.html": "<p>here it is</p>",
            "zoe_99_4570_essay.docx": "PK",
            "anon_a1B2c_4571_Untitled.ipynb": "nobody",
            "LATE_anon_zzzzz_4572_Untitled.ipynb": "late",
        }),
        "06",
    )  # fmt: skip
    assert found.says == "a Canvas download: 7 files of 6 students."
    rows = {handle.student: handle.load() for handle in found}
    assert set(rows) == {"123", "77", "88", "99", "anon_a1B2c", "anon_zzzzz"}
    assert rows["123"].data == b"anna 2" and rows["123"].name == "mülleranna"
    assert rows["123"].file.endswith("mülleranna_123_10012_06_reset_gate-1.ipynb")
    assert rows["123"].notes == ("2 notebooks were handed in; '06_reset_gate-1.ipynb' counts.",)
    assert rows["77"].notes == rows["anon_zzzzz"].notes == ("Canvas marked it as late.",)
    assert "typed in" in rows["88"].problem and "'essay.docx'" in rows["99"].problem
    assert rows["anon_a1B2c"].data == b"nobody" and rows["123"].handed_in == ""


def test_names_that_differ_in_a_number_alone_are_several_students(give):
    files = {"p_unit0.ipynb": "zero", "p_unit1.ipynb": "one", "p_unit1 (1).ipynb": "one", "q_hw3.ipynb": "q"}
    path = give(files)
    rows = loaded(path)
    assert {key: row.data for key, row in rows.items()} == {"p_unit0": b"zero", "p_unit1": b"one", "q": b"q"}
    assert "in a number alone" in rows["p_unit0"].notes[0]
    assert set(loaded(path, rosters.Roster({"p_unit1": PERSON(), "p": PERSON()}))) == {"p", "p_unit1", "q"}


@pytest.mark.parametrize(
    "files", [("anna_ex05.ipynb", "anna_ex06.ipynb"), ("anna_04_the_four_steps.ipynb", "anna_week3.ipynb", "x.ipynb")]
)
def test_who_hands_in_several_exercises_is_one_student(give, files):
    assert {row for row in loaded(give(dict.fromkeys(files, "x"))) if row != "x"} == {"anna"}


def test_a_time_stamp_is_no_file_that_was_handed_in(give):
    path = give({f"submitted/anna/06/{name}": "x" for name in (NAME, "timestamp.txt")})
    assert find(path, "06").says.endswith(": 1 file of 1 student.")


def test_moodle_folders_old_and_new(give):
    rows = loaded(
        give({
            "Anna Müller_101_assignsubmission_file_/06_reset_gate.ipynb": "anna",
            "Bob Ng_102_assignsubmission_file/tasks/mine.ipynb": "bob",
            "Cat O'Brien_103_assignsubmission_onlinetext/onlinetext.html": "<p>",
            "Dan_104_assignsubmission_onlinetext_/onlinetext.html": "<p>",
            "Dan_104_assignsubmission_file_/06_reset_gate.ipynb": "dan",
            "Participant_105_assignsubmission_file/a.ipynb": "blind",
        })
    )  # fmt: skip
    assert {key: row.data for key, row in rows.items() if row.data} == {
        "Participant 101": b"anna", "Participant 102": b"bob", "Participant 104": b"dan", "Participant 105": b"blind",
    }  # fmt: skip
    assert rows["Participant 101"].name == "Anna Müller" and rows["Participant 105"].name == ""
    assert "typed in" in rows["Participant 103"].problem


def test_moodle_flat(give):
    path = give({
        "Anna Müller_101_assignsubmission_file_06_reset_gate.ipynb": "anna",
        "Bob Ng_102_assignsubmission_file_x_999_assignsubmission_file_y.ipynb": "bob",
    })  # fmt: skip
    assert find(path, "06").says == "a Moodle download: 2 files of 2 students."
    rows = loaded(path)
    assert [row.data for row in rows.values()] == [b"anna", b"bob"]  # what a student wrote makes nobody else


GRADESCOPE = """\
submission_1:
  :submitters:
  - :name: Anna Müller
    :sid: '007'
    :email: anna@uni.example
  :created_at: 2026-11-26 10:03:44.123456789 Z
submission_2:
  :submitters:
  - :name: Bob Ng
    :sid:
    :email: bob@uni.example
  - {":name": Cat, ":sid": "9"}
  :created_at: 2026-11-27 10:03:44 -08:00
submission_3: !!python/object/apply:os.getcwd []
"""


def test_gradescope(give):
    files = {f"submission_{number}/{NAME}": str(number) for number in range(1, 5)}
    rows = loaded(give({"submission_metadata.yml": GRADESCOPE, **files}))
    assert {key: row.data for key, row in rows.items()} == {
        "007": b"1", "bob@uni.example": b"2", "9": b"2", "submission_3": b"3", "submission_4": b"4",
    }  # fmt: skip
    assert (rows["007"].name, rows["007"].email) == ("Anna Müller", "anna@uni.example")
    assert rows["007"].handed_in == "2026-11-26T10:03:44.123456+00:00"
    assert rows["9"].handed_in == "2026-11-27T10:03:44-08:00"
    assert rows["9"].notes == ("Handed in together with Bob Ng.",)
    assert "does not say who" in rows["submission_3"].notes[0]


@pytest.mark.parametrize(
    "metadata",
    [
        None,
        "a: [",
        "- list",
        "\x00",
        "submission_1: {':submitters': {a: b}}",
        "submission_1: {':submitters': [3]}",
        "[" * 5000,
    ],
)
def test_gradescope_with_metadata_that_cannot_be_used(give, metadata):
    files = {} if metadata is None else {"submission_metadata.yml": metadata}
    path = give({**files, f"submission_1/{NAME}": "1"})
    assert loaded(path)["submission_1"].data == b"1"
    assert "a Gradescope download" in find(path, "06").says


NBGRADER = {
    f"submitted/anna/ex06/{NAME}": "anna",
    "submitted/anna/ex06/timestamp.txt": "2026-11-26 10:03:44.5 Europe/Vienna\n",
    "submitted/anna/ex05/05_flow_diagram.ipynb": "another",
    f"submitted/bob/06_reset_gate/{NAME}": "bob",
    "submitted/bob/06_reset_gate/timestamp.txt": "x" * 100_000,
    "submitted/cat/assignment-6/mine.ipynb": "cat",
    "submitted/cat/assignment-6/timestamp.txt": "2026-11-26 10:03:44.5 ../../etc/passwd",
    "submitted/dan/05/05_flow_diagram.ipynb": "another",
    "submitted/dan/05/work.zip": packed(mine__ipynb="another"),
    f"submitted/eve/ps1/{NAME}": "eve",
    f"release/06/{NAME}": "the instructor's",
    "gradebook.db": "",
}


@pytest.mark.parametrize("given", ["course", "submitted"])
def test_nbgrader(give, given):
    files = NBGRADER
    if given == "submitted":
        files = {name.removeprefix("submitted/"): data for name, data in files.items() if name.startswith("submitted/")}
    rows = loaded(give(files))
    assert {key: row.data for key, row in rows.items()} == {
        "anna": b"anna", "bob": b"bob", "cat": b"cat", "dan": None, "eve": b"eve",
    }  # fmt: skip
    assert rows["anna"].handed_in == "2026-11-26T10:03:44.500000+01:00" and rows["anna"].notes == ()
    assert rows["bob"].handed_in == "" and "timestamp.txt cannot be read" in rows["bob"].notes[0]
    assert rows["cat"].handed_in.endswith("+00:00") and "UTC is assumed" in rows["cat"].notes[0]
    assert rows["dan"].problem == (
        "No notebook of this exercise was handed in, but '05_flow_diagram.ipynb', 'work.zip'. '05_flow_diagram.ipynb' "
        "is the notebook of 'Exercises 5 · The flow diagram': ask whether you may still hand in that of "
        "'Exercises 6 · The reset gate'."
    )
    assert rows["eve"].handed_in == "" and rows["eve"].file.endswith(f"eve/ps1/{NAME}")


@pytest.mark.parametrize(
    "files",
    [
        {NAME: "x"},
        {NAME: ""},
        {"essay.docx": "x"},
        {"work.zip": packed(mine__ipynb="x")},
        {"work.zip": packed(mine__docx="x")},
        {"work.zip": b"damaged"},
        {"05_flow_diagram.ipynb": "x"},
    ],
)
def test_the_time_is_known_whatever_was_handed_in(give, files):
    there = {f"anna/06/{name}": data for name, data in files.items()}
    stamps = {f"anna/0{n}/timestamp.txt": f"2026-11-2{n} 10:03:44 UTC" for n in (5, 6)}
    rows = loaded(give({**there, **stamps, "anna/05/z.docx": "of another exercise", f"bob/{NAME}": "x"}))
    assert rows["anna"].handed_in == "2026-11-26T10:03:44+00:00"
    assert rows["anna"].file.endswith(tuple(there)) or "mine.ipynb" in rows["anna"].file


def test_a_time_in_another_exercises_folder_is_that_ones(give):
    files = {"anna/05/essay.docx": "x", "anna/05/timestamp.txt": "2026-11-25 10:03:44 UTC", f"bob/{NAME}": "x"}
    assert loaded(give(files))["anna"].handed_in == ""


@pytest.mark.parametrize(
    ("files", "student"),
    [
        ({"06_reset_gate_anna.ipynb": "x", "b.ipynb": ""}, "anna"),
        ({"anna-06_reset_gate (1).ipynb": "x", "b.ipynb": ""}, "anna"),
        ({"anna.ipynb": "x", "b.ipynb": ""}, "anna"),
        ({"ex06_anna.ipynb": "x", "b.ipynb": ""}, "anna"),
        ({"Reset-Gate Anna Lee.ipynb": "x", "b.ipynb": ""}, "Anna Lee"),
        ({"anna_06.ipynb": "x", "bob_06.ipynb": "x"}, "anna"),
        ({"06_anna.ipynb": "x", "06-bob.ipynb": "x"}, "anna"),
        ({"anna_06.ipynb": "x", "bob.ipynb": "x"}, "anna_06"),  # it may be her number
        ({f"anna/{NAME}": "x", f"bob/{NAME}": ""}, "anna"),
        ({"anna/deep/er/mine.ipynb": "x", "bob/b.txt": ""}, "anna"),
    ],
)
def test_a_folder_of_notebooks_or_of_students(give, files, student):
    rows = loaded(give(files))
    assert rows[student].data == b"x" and len(rows) == 2


def test_a_file_that_does_not_say_whose_it_is(give):
    rows = loaded(give({NAME: "1", "06_reset_gate (1).ipynb": "2", "Untitled3.ipynb": "3", "anna.ipynb": "4"}))
    assert {key: bool(row.notes) for key, row in rows.items()} == {
        "06_reset_gate": True, "06_reset_gate (1)": True, "Untitled3": True, "anna": False,
    }  # fmt: skip


def test_numbers_of_students_are_no_exercise(give):
    assert set(loaded(give({"group_6.ipynb": "1", "group_7.ipynb": "2"}))) == {"group_6", "group_7"}


@pytest.mark.parametrize(
    ("name", "of"),
    [
        *((f"s1{mark}", "s1") for mark in (" (2)", "(1)", "_(1)", "-Copy1", " copy 2", " - Copy (2)")),
        ("Copy of s1", "s1"),
        ("Copy of Copy of Anna Lee (3)", "Anna Lee"),
        *((name, "") for name in ("s1", "s12", "s1-2", "s1_2", "s1 2", "s1 (1999)")),
        *((name, "") for name in ("photocopy", "copycat", "(2)", "Copy of")),
        (" " * 190, ""),
    ],
)
def test_names_of_copies(name, of):
    assert copied(name) == of


@pytest.mark.parametrize("name", ["copy    " * 24, "copy-2" * 32, " copy" * 39, "copy of " * 24, "(1) " * 49])
def test_no_name_keeps_the_grader_busy(name):
    started = time.monotonic()
    copied(f"a{name}!"), exercise_in(f"06_reset_gate{name[:180]}!")
    assert time.monotonic() - started < 1


@pytest.mark.parametrize("copy", ["s1 (2)", "s1-Copy1", "Copy of s1", "06_reset_gate_s1 (2)"])
def test_a_second_copy_is_another_version_of_the_same_student(tmp_path, copy):
    path = write(tmp_path, {"s1.ipynb": "first", f"{copy}.ipynb": "second", "s12.ipynb": "a", "s1-2.ipynb": "b"})
    rows = loaded(path)
    assert set(rows) == {"s1", "s12", "s1-2"}
    notes = " ".join(rows["s1"].notes)
    assert "under two names or twice" in notes and f"2 notebooks were handed in; '{copy}.ipynb' counts" in notes
    assert rows["s1"].data == b"second" and rows["s12"].notes == ()
    assert "Copies were taken for versions of one student's: 1, '" in find(path, "06").says


def test_the_latest_of_the_copies_counts_be_it_the_first(tmp_path):
    rows = loaded(write(tmp_path, {"s1 (2).ipynb": "copied early", "s1.ipynb": "changed later", "b.ipynb": "x"}))
    assert rows["s1"].data == b"changed later" and len(rows) == 2


@pytest.mark.parametrize("name", ["06_reset_gate_group ({})", "group ({})/a", "group ({})"])
def test_groups_are_no_copies(give, name):
    files = {f"{name.format(number)}.ipynb": "x" for number in (1, 2)}
    assert set(loaded(give(files))) == {"group (1)", "group (2)"}


def test_a_roster_says_whether_it_is_a_copy(give):
    path = give({"anna (2).ipynb": "x", "group.ipynb": "1", "group (2).ipynb": "2", "b.ipynb": ""})
    rows = loaded(path, rosters.Roster({"anna": PERSON(), "group": PERSON(), "group (2)": PERSON(), "b": PERSON()}))
    assert set(rows) == {"anna", "group", "group (2)", "b"} and rows["anna"].data == b"x"


def test_copies_do_not_hide_the_number_in_all_names(tmp_path):
    rows = loaded(write(tmp_path, {"anna_06.ipynb": "1", "anna_06 (1).ipynb": "2", "bob_06.ipynb": "x"}))
    assert set(rows) == {"anna", "bob"} and rows["anna"].data == b"2"


def test_numbers_of_students_make_no_canvas_download(give):
    assert set(loaded(give({"anna_4711_06_reset_gate.ipynb": "1"}))) == {"anna_4711"}
    files = {"anna_4711_6_reset_gate.ipynb": "1", "bob_4712_6_reset_gate.ipynb": "2"}
    assert not {"4711", "4712"} & set(loaded(give(files)))


def test_the_folder_of_an_only_student_is_no_folder_around_a_class(tmp_path):
    given = write(tmp_path / "a", {f"anna/{NAME}": "1", "anna/05_flow_diagram.ipynb": "2", "anna/data/x.csv": ""})
    assert loaded(given)["anna"].data == b"1"
    assert set(loaded(write(tmp_path / "b", {"06_group.ipynb": "1"}))) == {"06_group"}  # one name shows no pattern


@pytest.mark.parametrize(
    ("stem", "told"),
    [
        ("anna_18_reading_the_hidden_state", ("18", "anna")),  # not "07_hidden_state", which is in it
        ("07_hidden_state-Copy1 (2)", ("07", "")),
        ("HW_7-anna", ("07", "anna")),
        ("06_reset_gate_s1-2", ("06", "s1-2")),  # "-2" may be her number
        ("06_reset_gate_group (2)", ("06", "group (2)")),
        ("Copy of 06_reset_gate_anna", ("06", "anna")),
        ("anna_06_reset_gate-2", ("06", "anna")),
        ("anna", (None, "anna")),
        ("grunge7", (None, "grunge7")),
        ("felix06_reset_gate", ("06", "felix")),
        ("reflex06_reset_gate", ("06", "reflex")),
    ],
)
def test_what_a_name_says(stem, told):
    assert exercise_in(stem) == told


def test_one_notebook_alone(tmp_path):
    write(tmp_path, {"anna_06_reset_gate.ipynb": "x"})
    assert loaded(tmp_path / "anna_06_reset_gate.ipynb")["anna"].data == b"x"


def test_what_lies_about_is_named_and_makes_no_student(give):
    found = find(give({"anna_06_reset_gate.ipynb": "x", "roster.csv": "", "README.md": "", ".DS_Store": ""}), "06")
    assert [handle.student for handle in found] == ["anna"]
    assert "Left aside" in found.says and "'roster.csv'" in found.says


# ---- which file counts


def test_of_several_notebooks_the_one_with_the_exercises_name_counts(give):
    anna = {f"anna/{NAME}": "right", "anna/scratch.ipynb": "later", "anna/05_flow_diagram.ipynb": "no"}
    rows = loaded(give({**anna, f"bob/{NAME}": "x"}))
    assert rows["anna"].data == b"right"
    assert rows["anna"].notes == (f"2 notebooks were handed in; '{NAME}' counts.",)


def test_a_draft_counts_less_and_of_two_of_one_time_the_one_without_a_mark(tmp_path):
    files = {f"anna/{NAME}": "right", "anna/06_reset_gate_draft.ipynb": "later", "b.ipynb": "x"}
    given = write(tmp_path, {**files, f"cat/{NAME}": "right", "cat/06_reset_gate-1.ipynb": "copy"})
    for file in (given / "cat").iterdir():
        os.utime(file, (1e9, 1e9))
    rows = loaded(given)
    assert rows["anna"].data == b"right" and rows["cat"].data == b"right"


def test_of_several_of_the_same_name_the_latest_counts(tmp_path):
    given = write(tmp_path, {"anna/v1/06_reset_gate-1.ipynb": "old", f"anna/v2/{NAME}": "older", "b.ipynb": "x"})
    os.utime(given / "anna/v1/06_reset_gate-1.ipynb", (2e9, 2e9))
    assert loaded(given)["anna"].data == b"old"


@pytest.mark.parametrize(
    ("files", "data", "says"),
    [
        ({"anna.zip": packed(a__ipynb="x")}, b"x", "taken from the zip 'anna.zip'"),
        ({"work.zip": packed(a__docx="x", b__txt="y")}, None, "holds no notebook of this exercise, but 'a.docx', 'b.t"),
        ({"work.zip": packed()}, None, "but nothing"),
        ({"work.zip": b"no zip"}, None, "is damaged"),
        ({"work.zip": packed(a__zip=packed(b__ipynb="x"))}, None, "but 'a.zip'"),
        ({"work.zip": packed(a__ipynb="x"), "mine.ipynb": "y"}, b"y", ""),
        ({"essay.docx": "x", "a.py": "y"}, None, "but 'a.py', 'essay.docx'."),
        ({"work.rar": "x"}, None, "packed file is not opened"),
        ({"mine.ipynb": " \n"}, None, "is empty"),
        ({"06_reset_gate.ipynb.txt": "x"}, b"x", ""),
        ({"mine.ipynb": b"x" * 3000}, None, "too large: 2.93 KB, and at most 1.95 KB are read. Clear its outputs"),
        ({"timestamp.txt": "2026-11-26 10:03:44.5 UTC"}, None, "Nothing was handed in."),
        ({"<b>\u202e.docx": "x"}, None, "but '<b>.docx'"),
    ],
)
def test_what_a_student_may_hand_in_instead(give, files, data, says):
    row = loaded(give({f"Anna_1_assignsubmission_file/{name}": what for name, what in files.items()}), max_bytes=2000)
    (row,) = row.values()
    assert row.data == data and says in " ".join((row.problem, *row.notes))


def test_a_notebook_of_another_exercise_that_was_handed_in_for_this_one_is_graded_with_a_note(give):
    (row,) = loaded(give({"Anna_1_assignsubmission_file/05_flow_diagram.ipynb": "x"})).values()
    assert row.data == b"x" and "named after another exercise" in row.notes[0]


def test_the_notebook_of_another_exercise_is_named_as_such(give):
    row = loaded(give({"anna/06/05_flow_diagram.ipynb": "x", f"bob/{NAME}": "x"}))["anna"]
    assert row.problem.endswith(
        "but '05_flow_diagram.ipynb'. It is the notebook of 'Exercises 5 · The flow diagram': "
        "ask whether you may still hand in that of 'Exercises 6 · The reset gate'."
    )


def test_in_a_zip_the_notebook_of_another_exercise_is_named_too(give):
    inside = packed(**{"05_flow_diagram.docx": "x", "05_flow_diagram.ipynb": "x"})
    files = {"anna/work.zip": inside, f"bob/{NAME}": "x"}
    assert "'05_flow_diagram.ipynb' is the notebook of 'Exercises 5 · " in loaded(give(files))["anna"].problem


def test_a_link_is_not_followed(tmp_path):
    secret = tmp_path / "secret.ipynb"
    secret.write_text("secret")
    (tmp_path / "given" / "anna").mkdir(parents=True)
    (tmp_path / "given" / "anna" / NAME).symlink_to(secret)
    assert "is a link" in loaded(tmp_path / "given")["anna"].problem


def test_a_file_that_goes_away_between_finding_and_reading_is_a_problem_of_that_row(tmp_path):
    handles = find(write(tmp_path, {"anna.ipynb": "x", "bob.ipynb": "y"}), "06")
    (tmp_path / "anna.ipynb").unlink()
    assert "cannot be read" in handles[0].load().problem and handles[1].load().data == b"y"


def test_a_submission_is_plain_data_with_its_digest(give):
    row = loaded(give({f"anna/{NAME}": "x"}))["anna"]
    assert row.sha256 == hashlib.sha256(b"x").hexdigest() and row.assignment == "06"
    assert pickle.loads(pickle.dumps(row)) == row and row.file.endswith(f"anna/{NAME}")


# ---- the roster


def test_a_roster_names_those_who_handed_in_nothing(give):
    roster = rosters.Roster({"anna": PERSON("Anna Müller", "a@uni.example"), "bob": PERSON("Bob Ng")})
    path = give({f"Anna/{NAME}": "x", f"eve/{NAME}": "y"})
    rows = loaded(path, roster)
    assert {key: row.problem for key, row in rows.items()} == {"anna": "", "bob": "Nothing was handed in.", "eve": ""}
    assert (rows["anna"].name, rows["anna"].email) == ("Anna Müller", "a@uni.example")
    assert rows["eve"].notes == ("'eve' is not on the roster.",) and rows["anna"].notes == ()
    assert "and nothing of 1 more student on the roster" in find(path, "06", roster).says


@pytest.mark.parametrize(
    "files",
    [
        {"mülleranna_123_4561_a.ipynb": "x"},
        {"someoneelse_55_4561_a.ipynb": "x"},
        {"Anna Müller_9_assignsubmission_file/a.ipynb": "x"},
        {"submission_metadata.yml": "submission_1: {':submitters': [{':sid': '4711'}]}", "submission_1/a.ipynb": "x"},
        {"submission_metadata.yml": "submission_1: {':submitters': [{':email': A@B.com}]}", "submission_1/a.zip": X},
        {"Müller, Anna.ipynb": "x", "nobody.docx": ""},
    ],
)  # fmt: skip
def test_what_a_system_calls_a_student_becomes_the_classs_id(give, files):
    person = PERSON("Anna Müller", "a@b.com", id_number="4711", canvas_id="55")
    roster = rosters.Roster({"s1": person, "s2": PERSON("Bob", canvas_id="123", id_number="9")})
    if "mülleranna_123_4561_a.ipynb" in files:
        roster = rosters.Roster({"s1": person, "123": PERSON("Bob", id_number="123")})  # another's number is no match
    assert loaded(give(files), roster)["s1"].data == b"x"


@pytest.mark.parametrize("called", ["s1", "Anna Müller", "Müller, Anna"])
def test_a_folder_around_one_notebook_is_the_students_whose_name_it_has(tmp_path, called):
    roster = rosters.Roster({"s1": PERSON("Anna Müller"), "s2": PERSON("Bob")})
    late = write(tmp_path / "late", {f"{called}/my work.ipynb": "x", f"{called}/notes.txt": "y"})
    assert list(loaded(late)) == ["my work"]
    assert loaded(late, roster)["s1"].data == b"x" and len(loaded(late, roster)) == 2
    everybody = write(tmp_path / "all", {f"{called}/s2.ipynb": "x", f"{called}/s1.ipynb": "y"})
    assert [row.data for row in loaded(everybody, roster).values()] == [b"y", b"x"]


def test_two_that_are_one_student_are_put_together_and_said(tmp_path):
    roster = rosters.Roster({"s1": PERSON("Anna Müller")})
    rows = loaded(write(tmp_path, {"Anna Müller.ipynb": "first", "s1.ipynb": "last"}), roster)
    assert rows["s1"].data == b"last" and len(rows) == 1
    assert any("under two names" in note for note in rows["s1"].notes)


# ---- what an instructor may get wrong


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"notes.txt": ""}, "nothing that looks like a submission"),
        ({"anna/05_flow_diagram.ipynb": "x", "bob/05/a.ipynb": "y"}, "all 2 students are named after other exercises"),
        (OTHERS | {"dan/essay.docx": "x", "eve/work.zip": packed(a__txt="x")}, "all 2 students are named after other"),
        (OTHERS | {"dan/work.zip": b"no zip"}, "all 2 students are named after other"),
        (OTHERS | {"dan/timestamp.txt": "x"}, "all 2 students are named after other"),
    ],
)
def test_a_folder_without_submissions_says_what_to_give(give, files, says):
    with pytest.raises(SubmissionsError, match=says):
        find(give(files), "06")


@pytest.mark.parametrize(
    "more",
    [{"dan/06/mine.ipynb": " "}, {"dan/perhaps.ipynb": "x"}, {"dan/x.docx": "x", "eve/work.zip": packed(a__ipynb="x")}],
)
def test_one_notebook_that_may_be_of_this_exercise_is_enough(give, more):
    assert len(find(give(OTHERS | more), "06")) == 2 + len(more)


def test_a_class_without_any_notebook_has_its_rows(give):
    found = loaded(give({"anna/essay.docx": "x", "bob/work.zip": packed(a__txt="x")}))
    assert all("of this exercise" in row.problem for row in found.values()) and len(found) == 2


def test_whose_notebook_is_another_exercises_is_seen_by_what_is_said(give):
    rows = loaded(
        give(
            {
                "anna/06/a.ipynb": "x",
                "bob/05/b.ipynb": "x",
                "cyd/c.docx": "x",
                "dan/work.zip": packed(a__txt="x", b__txt="x", c__txt="x", dan_05_flow_diagram__ipynb="x"),
                "eve/06/c.ipynb": "",
                "fay/a.txt": "x",
            }
        )
    )
    assert [name for name, row in rows.items() if is_of_another(row.problem)] == ["bob", "dan"]


def test_a_path_that_is_not_there_and_a_zip_that_is_none(tmp_path):
    with pytest.raises(SubmissionsError, match="cannot be found"):
        find(tmp_path / "away", "06")
    (tmp_path / "a.zip").write_text("no zip")
    with pytest.raises(SubmissionsError, match="Download it again"):
        find(tmp_path / "a.zip", "06")


# ---- whatever students call their files

LETTERS = some.characters(exclude_characters="/\\\0", exclude_categories=["Cs"])
NAMES = some.text(LETTERS, min_size=1, max_size=20).filter(lambda name: name not in (".", ".."))
PREFIXES = ["", "{}/", "{}/06/", "a_{}_{}_", "A {}_{}_assignsubmission_file_", "A_{}_assignsubmission_file/"]
PREFIXES += ["submission_{}/", "submitted/{}/06/"]
ENDINGS = ["", ".ipynb", ".zip", f"_{NAME}", "_text.html"]
FILES = some.lists(
    some.tuples(some.sampled_from(PREFIXES), NAMES, some.sampled_from(ENDINGS)), min_size=1, max_size=8, unique=True
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(FILES, some.binary(max_size=40))
def test_no_name_raises_and_each_notebook_is_someones(tmp_path, files, data):
    path = tmp_path / "given.zip"
    with zipfile.ZipFile(path, "w") as out, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of names that are there twice
        for number, (prefix, name, ending) in enumerate(files):
            out.writestr(prefix.format(number, number + 5) + name + ending, data)
    given = open_archive(path)
    layout = recognise(given.entries, assignment("06"))
    held = {file.entry.parts for group in layout.groups for file in group.files}
    assert (
        layout.kind.endswith("nbgrader course")
        or {entry.parts for entry in given.entries if entry.name.endswith(".ipynb")} <= held
    )
    given.close()
    try:
        found = find(path, "06")
    except SubmissionsError:
        return
    rows = [handle.load() for handle in found]
    assert all(clean(row.student) == row.student and row.problem == clean(row.problem, 1000) for row in rows)
    assert all(row.data is None or row.data == data for row in rows)
    found.close()


# ---- a large class


def test_a_class_of_a_thousand_is_listed_without_being_read(tmp_path, monkeypatch):
    path = tmp_path / "class.zip"
    with zipfile.ZipFile(path, "w") as out:
        for number in range(1000):
            out.writestr(f"student{number}_{number + 10}_{number + 5000}_{NAME}", b"x" * 20_000)
    opened = []
    real = zipfile.ZipFile.open
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *given, **more: opened.append(1) or real(*given, **more))
    found = find(path, "06")
    assert len(found) == 1000 and not opened
    assert found[0].load().data == b"x" * 20_000 and len(opened) == 1
