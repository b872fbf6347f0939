"""`gru-lab grade` as an instructor calls it: from a folder of submissions to marks, and from mistakes to sentences."""

import csv
import json
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from gru_lab import cli
from gru_lab.checks import verdict
from gru_lab.grading import commands, results, sandbox
from gru_lab.grading.assignments import assignment
from gru_lab.grading.journal import Journal
from gru_lab.grading.names import safe_name
from gru_lab.grading.option_types import percent
from gru_lab.grading.places import class_seed
from gru_lab.grading.record import MEANING, Record, Result
from gru_lab.grading.results import ResultsError
from gru_lab.grading.scores import ByHand

ROOT = Path(__file__).resolve().parents[2]
MASTER = next((ROOT / "solutions").glob("06_*.ipynb"))
TITLE = assignment("06").title
EXERCISE = ROOT / "exercises" / MASTER.name
needs_a_sandbox = pytest.mark.skipif(bool(sandbox.missing()), reason=f"no sandbox: {sandbox.missing()}")


def with_a_mistake():
    notebook = nbformat.read(MASTER, as_version=4)
    for cell in notebook.cells:
        cell.source = cell.source.replace("h_new = z * h +", "h_new = z * (r * h) +")
    return nbformat.writes(notebook).encode()


@pytest.fixture
def submissions(tmp_path):
    folder = tmp_path / "submissions"
    folder.mkdir()
    for student, data in {
        "ada": MASTER.read_bytes(),
        "bob": EXERCISE.read_bytes(),
        "cyd": with_a_mistake(),
        "=dan": b'{"cells": [',
    }.items():
        (folder / f"{student}_{MASTER.name}").write_bytes(data)
    return folder


def grade(*arguments):
    return cli.main(["grade", *map(str, arguments)])


def table(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@needs_a_sandbox
def test_from_submissions_to_marks(submissions, tmp_path, capsys):
    out = tmp_path / "results"
    roster = tmp_path / "class.csv"
    roster.write_text("id,name,email\nada,Ada L,ada@x.org\nbob,Bob,b@x.org\ncyd,Cyd,c@x.org\neve,Eve,e@x.org\n")
    assert grade(submissions, "--assignment", 6, "--out", out, "--roster", roster, "--jobs", 2) == 0
    said = capsys.readouterr()
    assert "3 submissions wait for a person" in said.out and "1 student handed in nothing." in said.out
    rows = {row["student"].lstrip("'"): row for row in table(out / "grades.csv")}
    assert {student: (row["earned so far"], row["total"], row["state"]) for student, row in rows.items()} == {
        "=dan": ("", "", "unread"), "ada": ("8.0", "", "to mark"), "bob": ("0.0", "0.0", "complete"),
        "cyd": ("5.0", "", "to mark"), "eve": ("", "", "absent"),
    }  # fmt: skip
    assert rows["ada"]["to mark by hand"] == "6.7" and rows["ada"]["name"] == "Ada L"
    assert "damaged" in rows["=dan"]["problem"]
    assert not any(row["student"].startswith("=") for row in table(out / "grades.csv"))
    by_question = {(row["student"], row["question"]): row for row in table(out / "questions.csv")}
    assert by_question["cyd", "6.5"]["diagnosis"] == "as it was"
    for name in ("canvas.csv", "moodle.csv", "gradescope.csv", "report.html", "policy.json", "nbgrader/gradebook.db"):
        assert (out / name).stat().st_size > 0
    assert len(list((out / "feedback").glob("*.html"))) == 5
    seed = (out / "seed.txt").read_text().strip()
    assert len(seed) == 64 and (out / "seed.txt").stat().st_mode & 0o077 == 0
    public = [path for path in out.rglob("*") if path.is_file() and path.name != "seed.txt"]
    assert not any(seed.encode() in path.read_bytes() for path in public)

    # again: not by accident, and with nothing graded twice
    assert grade(submissions, "--assignment", 6, "--out", out) == 1
    assert "--resume goes on" in capsys.readouterr().err
    records = (out / "records" / "06.jsonl").read_bytes()
    assert grade(submissions, "--assignment", 6, "--out", out, "--roster", roster, "--resume", "--no-gradebook") == 0
    assert (out / "records" / "06.jsonl").read_bytes() == records

    # what was asked for the first time is kept for the next ones
    shutil.copy(submissions / f"ada_{MASTER.name}", submissions / f"fay_{MASTER.name}")
    assert grade(submissions, "--assignment", 6, "--out", out, "--resume", "--no-gradebook") == 0
    rows = {row["student"].lstrip("'"): row for row in table(out / "grades.csv")}
    assert rows["ada"]["name"] == "Ada L" and "eve" in rows and float(rows["fay"]["earned so far"]) == 8
    records = (out / "records" / "06.jsonl").read_bytes()

    # another policy needs no second run
    shutil.rmtree(submissions)
    capsys.readouterr()
    assert grade("tables", out, "--partial", "none", "--due", "2020-01-01T00:00+00:00", "--late", "10%") == 0
    assert TITLE in table(out / "canvas.csv")[0]
    assert grade("tables", out, "--canvas-column", "Exercises 6 (1234)") == 0 == grade("tables", out)
    assert list(table(out / "canvas.csv")[0])[-1] == "Exercises 6 (1234)"
    assert json.loads((out / "policy.json").read_text())["percent_per_day"] == 10
    assert "counted as in time: 4 submissions" in capsys.readouterr().err
    assert (out / "records" / "06.jsonl").read_bytes() == records


@needs_a_sandbox
def test_a_mark_given_by_hand_comes_into_the_tables(submissions, tmp_path, capsys, monkeypatch):
    from nbgrader.api import Gradebook

    out = tmp_path / "results"
    assert grade(submissions, "--assignment", 6, "--out", out, "--jobs", 1) == 0
    with Gradebook(f"sqlite:///{out}/nbgrader/gradebook.db") as gradebook:
        asked = "exercise-6-7", MASTER.stem, "06", safe_name("ada")
        grade_of_ada = gradebook.find_grade(*asked)
        assert grade_of_ada.needs_manual_grade
        grade_of_ada.manual_score, grade_of_ada.needs_manual_grade = 2.5, False  # as Formgrader does
        gradebook.find_comment(*asked).manual_comment = "Say <which> candidate."
        gradebook.db.commit()
    book = (out / "nbgrader" / "gradebook.db").read_bytes()
    for options in ((), ("--no-gradebook",)):
        for made in ("grades.csv", "feedback/ada.html"):
            (out / made).unlink()
        assert grade("tables", out, *options) == 0
        rows = {row["student"].lstrip("'"): row for row in table(out / "grades.csv")}
        assert float(rows["ada"]["total"]) == 10.5 and rows["ada"]["to mark by hand"] == ""
        assert "Say &lt;which&gt; candidate." in (out / "feedback" / "ada.html").read_text("utf-8")
        assert any(row["Feedback"].endswith("On 6.7: Say <which> candidate.") for row in table(out / "moodle.csv"))

    # what cannot be read is not left out in silence
    before = (out / "grades.csv").read_bytes()
    (out / "nbgrader" / "gradebook.db").write_text("no database " * 1000)
    for options in ((), ("--no-gradebook",)):
        assert grade("tables", out, "--partial", "none", *options) == 1
        assert "Marks given by hand may lie there, so nothing was written" in capsys.readouterr().err
    (out / "nbgrader" / "gradebook.db").write_bytes(book)
    with Gradebook(f"sqlite:///{out}/nbgrader/gradebook.db") as gradebook:
        gradebook.find_grade(*asked).extra_credit = -5.0
        gradebook.db.commit()
    assert grade("tables", out, "--partial", "none") == 1
    assert "of ada: a mark is a number from 0 on" in capsys.readouterr().err
    assert (out / "grades.csv").read_bytes() == before


def test_the_terminal_says_what_the_report_says(tmp_path, capsys, monkeypatch):
    """Who may need a person's look is counted as there, and a person's marks are taken in as there."""
    left = Result("6.4", "raised", 3, says=verdict.NOT_FINISHED.says)
    unread = [Result(question, "not graded", 3, says="No notebook.") for question in ("6.4", "6.5")]
    records = [
        Record("ada", "06", results=(left, Result("6.5", "right", 3, 1.0))),
        Record("jon", "06", problem="No notebook.", results=tuple(unread)),
    ]
    with Journal(results.Paths(tmp_path).journal("06")) as journal:
        for record in records:
            journal.add(record)
    for given, counted, looks, named in (
        ({}, "1 right, 1 raised, 2 not graded", 2, True),
        ({"jon": {"6.4": 1}}, "1 right, 1 raised, 1 not graded, 1 marked by a person", 2, True),
        ({"jon": {"6.4": 1, "6.5": 2}}, "1 right, 1 raised, 2 marked by a person", 1, False),
        ({"ada": {"6.4": 1}}, "1 right, 2 not graded, 1 marked by a person", 0, True),
    ):
        monkeypatch.setattr(results, "_by_hand", lambda *ignored, given=given: ByHand(marks=given))
        assert grade("tables", tmp_path, "--no-gradebook") == 0
        said = capsys.readouterr().out
        assert f"2 submissions, 4 answers: {counted}\n" in said
        assert ("jon: No notebook." in said) == named
        assert ("may deserve a look: report.html says why." in said) == bool(looks)
        report = (tmp_path / "report.html").read_text("utf-8")
        if looks:
            people = f"{looks} submission{'s' if looks > 1 else ''}"
            assert f"{people} may deserve" in said and f"A person should look at {people}<" in report


@needs_a_sandbox
def test_grading_imports_nothing_slow(submissions, tmp_path):
    """nbgrader, SQLAlchemy, torch and matplotlib take longer to import than a notebook takes to grade."""
    code = """
import sys
from gru_lab import cli
assert cli.main(sys.argv[1:]) == 0
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""
    arguments = ["grade", submissions, "--assignment", 6, "--out", tmp_path / "results", "--jobs", 1]
    for command in (arguments, ["grade", "tables", tmp_path / "results"]):
        ended = subprocess.run([sys.executable, "-c", code, *map(str, command)], capture_output=True, text=True)
        assert ended.returncode == 0, ended.stderr
        loaded = set(ended.stdout.splitlines()[-1].split())
        assert "gru_lab" in loaded and not loaded & {
            "nbgrader",
            "sqlalchemy",
            "torch",
            "matplotlib",
            "IPython",
            "jsonschema",
        }
    assert (tmp_path / "results" / "nbgrader" / "gradebook.db").is_file()


@needs_a_sandbox
def test_the_mark_of_who_handed_in_nothing(submissions, tmp_path):
    out, roster = tmp_path / "results", tmp_path / "class.csv"
    roster.write_text("id\nada\neve\n")
    common = ("--assignment", 6, "--out", out, "--jobs", 1, "--no-gradebook")
    assert grade(submissions, *common, "--roster", roster, "--missing", "zero") == 0
    marks = {row["Full name"]: row[TITLE] for row in table(out / "moodle.csv")}
    assert marks["eve"] == "0.0" and marks["ada"] == ""
    assert grade("tables", out, "--missing", "blank", "--no-gradebook") == 0
    assert {row["Full name"]: row[TITLE] for row in table(out / "moodle.csv")}["eve"] == ""


@needs_a_sandbox
def test_shards_are_merged_and_a_missing_one_is_named(submissions, tmp_path, capsys):
    out, seed, joined = tmp_path / "results", tmp_path / "seed.txt", tmp_path / "joined"
    common = ("--assignment", "06", "--out", out, "--seed-file", seed, "--jobs", 1)
    assert grade(submissions, *common, "--shard", "1/2") == 0
    assert "gru-lab grade merge" in capsys.readouterr().out
    assert grade("merge", out, "--out", joined, "--no-gradebook") == 0
    assert "2/2 missing" in capsys.readouterr().err
    one, two = shutil.copytree(out, tmp_path / "one"), tmp_path / "two"
    assert grade(submissions, *common, "--shard", "2/2") == 0
    assert grade("merge", out, "--out", out, "--no-gradebook") == 0
    assert "missing" not in capsys.readouterr().err
    assert {row["student"].lstrip("'") for row in table(out / "grades.csv")} == {"ada", "bob", "cyd", "=dan"}
    assert grade(submissions, *common, "--out", two, "--shard", "2/2") == 0
    assert grade("merge", one, two, "--out", one, "--no-gradebook") == 0
    capsys.readouterr()
    assert grade("tables", one, "--no-gradebook") == 0  # joined into the folder of the first
    assert "missing" not in capsys.readouterr().err
    assert (one / "canvas.csv").read_bytes() == (out / "canvas.csv").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("no/such/folder", "--assignment", "06"), "no/such/folder"),
        (("HERE", "--assignment", "77"), "there is no assignment '77'"),
        (("HERE",), "--assignment is missing"),
        (("HERE", "HERE", "--assignment", "06"), "one folder or zip"),
        (("HERE", "--assignment", "06", "--due", "tomorrow"), "tomorrow"),
        (("HERE", "--assignment", "06", "--due", "2026-12-01"), "is a day: write when it ends, and where"),
        (("HERE", "--assignment", "06", "--roster", "none.csv"), "none.csv"),
        (("tables", "HERE"), "there are no records"),
        (("HERE", "--assignment", "06", "--seed-file", "a/slip/seed.txt"), "no folder a"),
    ],
)
def test_a_slip_of_the_instructor_gets_a_sentence(submissions, tmp_path, capsys, arguments, says):
    arguments = [submissions if one == "HERE" else one for one in arguments]
    assert grade(*arguments, "--out", tmp_path / "results") == 1
    said = capsys.readouterr().err
    assert says in said and "Traceback" not in said
    assert not (tmp_path / "results" / "records").exists()


@pytest.mark.parametrize("inside", ["", "deeper/still"])
def test_a_file_where_the_results_should_go_is_said_and_left_alone(submissions, tmp_path, capsys, inside):
    out = tmp_path / "class.csv"
    out.write_text("student\nada\n")
    for arguments in ((submissions, "--assignment", "06"), ("merge", submissions)):
        assert grade(*arguments, "--out", out / inside) == 1
        assert f"{out} is a file: --out names the folder to write to" in capsys.readouterr().err
    assert out.read_text() == "student\nada\n"


def test_a_new_seed_that_was_named_is_told(tmp_path, capsys):
    path = tmp_path / "seed.txt"
    seed = class_seed(path, None)
    assert capsys.readouterr().err == f"a new seed was made: {path}\n"
    assert class_seed(path, None) == class_seed(None, path) == seed and len(seed) == 64
    assert capsys.readouterr().err == ""
    with pytest.raises(ResultsError, match="no folder"):
        class_seed(tmp_path / "slip" / "seed.txt", None)
    assert not (tmp_path / "slip").exists()


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("--late", "200", "a percentage from 0 to 100 is needed, such as 10%, not '200'"),
        ("--late", "-5", "not '-5'"),
        ("--late", "0.1", "0.1 is less than one percent: write 10 for 10%, or 0.1%"),
        ("--late-at-most", "half", "not 'half'"),
        ("--grace-minutes", "-1", "a number of minutes from 0 on is needed, such as 15, not '-1'"),
        ("--grace-minutes", "inf", "not 'inf'"),
        ("--seconds", "0", "a number of seconds above 0 is needed, such as 5, not '0'"),
        ("--seconds", "nan", "not 'nan'"),
        ("--jobs", "0", "'0' is no whole number from 1 on"),
        ("--shard", "3/2", "'3/2' is no shard"),
    ],
)
def test_an_option_that_makes_no_sense_is_said_in_one_line(tmp_path, capsys, option, value, says):
    with pytest.raises(SystemExit) as ended:
        grade("class", "--assignment", "06", "--out", tmp_path, option, value)
    assert ended.value.code == 2
    last = capsys.readouterr().err.splitlines()[-1]
    assert f"argument {option}: " in last and says in last


def test_as_root_nothing_runs_without_a_sandbox_unless_told(submissions, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(commands.sandbox, "missing", lambda: "bubblewrap is not installed")
    monkeypatch.setattr(commands.sandbox, "is_root", lambda: True)
    assert grade(submissions, "--assignment", "06", "--out", tmp_path / "results") == 1
    assert "As root nothing runs without a sandbox" in capsys.readouterr().err
    options = commands.argparse.Namespace(without_sandbox=True, dask=None)
    assert commands._protected(options) is False
    assert "No sandbox (as you wished)" in capsys.readouterr().err
    monkeypatch.setattr(commands.sandbox, "is_root", lambda: False)
    options.without_sandbox = False
    assert commands._protected(options) is False
    assert "could read" in capsys.readouterr().err


@pytest.mark.parametrize(("root", "said"), [(True, "You are root: "), (False, "")])
def test_root_is_told_in_one_line_that_another_user_is_safer(capsys, monkeypatch, root, said):
    monkeypatch.setattr(commands.sandbox, "missing", lambda: "")
    monkeypatch.setattr(commands.sandbox, "is_root", lambda: root)
    assert commands._protected(commands.argparse.Namespace(without_sandbox=False, dask=None)) is True
    heard = capsys.readouterr().err
    assert heard.startswith(said) and len(heard.splitlines()) == bool(said)


@needs_a_sandbox
def test_another_seed_or_assignment_does_not_go_into_the_same_results(submissions, tmp_path, capsys):
    out = tmp_path / "results"
    assert grade(submissions, "--assignment", "06", "--out", out, "--jobs", 1, "--no-gradebook") == 0
    assert "3 submissions wait for a person: without --no-gradebook this makes" in capsys.readouterr().out
    other = tmp_path / "other.txt"
    other.write_text("another secret\n")
    assert grade(submissions, "--assignment", "06", "--out", out, "--resume", "--seed-file", other) == 1
    assert "results of another seed" in capsys.readouterr().err


def test_the_instructors_page_names_every_status_as_the_feedback_does():
    page = (ROOT / "INSTRUCTORS.md").read_text(encoding="utf-8")
    for status, means in MEANING.items():
        assert f"| {status} | {means} |" in page


@needs_a_sandbox
def test_what_is_perhaps_not_meant_is_said(submissions, tmp_path, capsys):
    roster = tmp_path / "class.csv"
    roster.write_text("name;email\nZoe;z@x.org\nYan;y@x.org\n")
    common = ("--no-gradebook", "--jobs", 1)
    assert grade(submissions, "--assignment", 6, "--out", tmp_path / "a", "--roster", roster, *common) == 0
    assert "is its column of ids the right one?" in capsys.readouterr().err
    other = tmp_path / "others"
    other.mkdir()
    (other / "ada.ipynb").write_bytes(MASTER.read_bytes())
    assert grade(other, "--assignment", 7, "--out", tmp_path / "b", *common) == 0
    assert "another assignment?" in capsys.readouterr().err
    assert grade("merge", tmp_path / "a", tmp_path / "b", "--out", tmp_path / "c") == 1
    assert "cannot be joined" in capsys.readouterr().err


@needs_a_sandbox
def test_the_policy_is_kept_before_the_long_work(submissions, tmp_path, monkeypatch):
    def interrupted(*ignored):
        raise KeyboardInterrupt

    out = tmp_path / "results"
    due = ("--due", "2020-01-01T00:00+00:00", "--late", "10")
    with monkeypatch.context() as patch:
        patch.setattr(commands.run, "grade_all", interrupted)
        assert grade(submissions, "--assignment", 6, "--out", out, *due) == 130
    assert grade(submissions, "--assignment", 6, "--out", out, "--resume", "--jobs", 1, "--no-gradebook") == 0
    assert json.loads((out / "policy.json").read_text())["due"].startswith("2020")


@needs_a_sandbox
def test_times_that_canvas_does_not_tell_come_from_the_roster_and_stay(tmp_path, capsys):
    given, out, roster = tmp_path / "canvas", tmp_path / "results", tmp_path / "class.csv"
    given.mkdir()
    for start in ("leeada_LATE_11_501", "ngbob_12_502"):
        (given / f"{start}_{MASTER.name}").write_bytes(MASTER.read_bytes())
    roster.write_text("student,canvas id\nada,11\nbob,12\n")
    due = ("--due", "2026-12-01T12:00Z", "--late", "10")
    assert grade(given, "--assignment", 6, "--out", out, "--roster", roster, "--jobs", 1, "--no-gradebook", *due) == 0
    said = capsys.readouterr().err
    assert "Canvas marked 1 as late and tells no time, so nothing is taken off: ada\n" in said
    assert f"gru-lab grade tables {out} --roster {roster}" in said
    rows = {row["student"]: row for row in table(out / "grades.csv")}
    assert (rows["ada"]["penalty"], rows["bob"]["penalty"]) == ("0.0", "0.0")
    assert "Canvas marked it as late. It is not known when" in rows["ada"]["notes"]
    roster.write_text("student,canvas id,handed_in\nada,11,2026-12-02T13:00Z\nbob,12,2026-12-01T11:00Z\n")
    assert grade("tables", out, "--roster", roster, "--no-gradebook") == 0
    assert "Canvas marked" not in capsys.readouterr().err
    roster.unlink()
    assert grade("tables", out, "--no-gradebook") == 0  # the times were kept
    rows = {row["student"]: row for row in table(out / "grades.csv")}
    assert (rows["ada"]["days late"], rows["ada"]["penalty"], rows["bob"]["penalty"]) == ("2", "1.6", "0.0")
    assert grade("merge", out, "--out", tmp_path / "joined", "--no-gradebook") == 0
    assert (tmp_path / "joined" / "roster.csv").read_text() == (out / "roster.csv").read_text()


@needs_a_sandbox
def test_who_goes_on_without_the_seed_that_was_named_is_asked_for_it(submissions, tmp_path, capsys):
    out, seed = tmp_path / "results", tmp_path / "seed.txt"
    again = (submissions, "--assignment", 6, "--out", out, "--jobs", 1, "--no-gradebook")
    assert grade(*again, "--seed-file", seed) == 0
    records = (out / "records" / "06.jsonl").read_bytes()
    assert grade(*again, "--resume") == 1
    assert "give its file with --seed-file" in capsys.readouterr().err
    assert not (out / "seed.txt").exists()
    assert grade(*again, "--resume", "--seed-file", seed) == 0
    assert (out / "records" / "06.jsonl").read_bytes() == records


def test_a_slip_in_an_option_or_a_verb_is_told_with_what_was_meant(tmp_path, capsys):
    with pytest.raises(SystemExit) as ended:
        grade("class", "--asignment", "06", "--out", tmp_path)
    said = capsys.readouterr().err
    assert ended.value.code == 2 and said.startswith("usage: gru-lab grade ")
    assert "unrecognized arguments: --asignment (was --assignment meant?)" in said
    assert grade("table", tmp_path) == 1
    assert "was 'gru-lab grade tables' meant?" in capsys.readouterr().err


def test_a_tenth_of_a_percent_can_be_had():
    assert percent("0.1%") == 0.1 and percent("1") == 1 and percent("0") == 0
