"""A later download may hold less than the one before: what was graded stays, and is named."""

import csv
import json
import shutil

import pytest

from gru_lab import cli
from gru_lab.grading import rounds, run, sandbox
from gru_lab.grading.assignments import assignment, folder
from gru_lab.grading.journal import Journal
from gru_lab.grading.record import NOTHING, Record
from gru_lab.grading.roster import Person, Roster

pytestmark = pytest.mark.skipif(bool(sandbox.missing()), reason=f"no sandbox: {sandbox.missing()}")
FILE = assignment("06").file
ROSTER = "student,name\nada,Ada L\nbob,Bob\ncyd,Cyd\neve,Eve\n"


def hand_in(place, *students, more=b""):
    """The exercise as it was handed out, in the folder of each."""
    for student in students:
        (place / student).mkdir(parents=True, exist_ok=True)
        (place / student / FILE).write_bytes((folder() / FILE).read_bytes() + more)
    return place


@pytest.fixture(params=["class.csv", None], ids=["roster", "no roster"])
def first(request, tmp_path):
    """(the folder of the class, what every command ends with): three were graded, and Eve is on the roster."""
    place = hand_in(tmp_path / "class", "ada", "bob", "cyd")
    end = ["--assignment", "06", "--out", str(tmp_path / "out"), "--jobs", "1", "--no-gradebook"]
    roster = []
    if request.param:
        (tmp_path / request.param).write_text(ROSTER)
        roster = ["--roster", str(tmp_path / request.param), "--missing", "zero"]
    assert cli.main(["grade", str(place), *end, *roster]) == 0
    return place, end


def states(out):
    with (out / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["student"]: row["state"] for row in csv.DictReader(file)}


def graded(out):
    """The students of the lines that were written, in their order."""
    return [json.loads(line)["student"] for path in (out / "records").iterdir() for line in path.open("rb")]


def test_who_is_not_among_the_late_ones_keeps_what_they_had(first, tmp_path, capsys):
    place, end = first
    out = tmp_path / "out"
    before, pages = states(out), {path.name: path.read_bytes() for path in (out / "feedback").iterdir()}
    late = hand_in(tmp_path / "late", "eve")
    hand_in(late, "cyd", more=b"\n")
    capsys.readouterr()
    assert cli.main(["grade", str(late), *end, "--resume"]) == 0
    says = [line for line in capsys.readouterr().err.splitlines() if line.startswith("Look at this")]
    assert says == [
        f"Look at this: 2 students graded before are not in '{late}'; what they had stays: ada, bob. "
        "To leave somebody out, grade anew into another folder."
    ]
    assert states(out) == before | {"eve": "complete"} and set(before.values()) <= {"complete", "absent"}
    for student in ("ada", "bob"):
        assert (out / "feedback" / f"{student}.html").read_bytes() == pages[f"{student}.html"]
    written = graded(out)
    assert sorted(written[-2:]) == ["cyd", "eve"] and written.count("ada") == 1

    # the tables again, and the whole class again: nobody is lost, and nobody graded twice
    assert cli.main(["grade", "tables", str(out), "--no-gradebook"]) == 0
    assert states(out) == before | {"eve": "complete"}
    shutil.copytree(late, place, dirs_exist_ok=True)
    capsys.readouterr()
    assert cli.main(["grade", str(place), *end, "--resume"]) == 0
    assert graded(out) == written and "Look at this" not in capsys.readouterr().err


@pytest.mark.parametrize("left", ["nothing", "a timestamp", "another exercise's notebook"])
def test_who_has_vanished_from_the_download_keeps_what_they_had(first, tmp_path, capsys, left):
    place, end = first
    shutil.rmtree(place / "cyd")
    if left != "nothing":
        (place / "cyd").mkdir()
        name = "timestamp.txt" if left == "a timestamp" else "05_flow_diagram.ipynb"
        (place / "cyd" / name).write_text("2026-12-01 10:00:00 UTC")
    before = states(tmp_path / "out")
    capsys.readouterr()
    assert cli.main(["grade", str(place), *end, "--resume"]) == 0
    says = capsys.readouterr().err
    assert f"1 student graded before is not in '{place}'; what they had stays: cyd. To leave" in says
    assert states(tmp_path / "out") == before and graded(tmp_path / "out").count("cyd") == 1


def test_a_run_that_was_stopped_goes_on_from_a_smaller_download(first, tmp_path, monkeypatch):
    def interrupted(handles, *ignored):
        raise KeyboardInterrupt

    _, end = first
    late = hand_in(tmp_path / "late", "eve")
    with monkeypatch.context() as patch:
        patch.setattr(run, "grade_all", interrupted)
        assert cli.main(["grade", str(late), *end, "--resume"]) == 130
    assert cli.main(["grade", str(late), *end, "--resume"]) == 0
    assert states(tmp_path / "out") == dict.fromkeys(("ada", "bob", "cyd", "eve"), "complete")


def test_shards_keep_their_own_and_what_they_graded_is_known_afterwards(tmp_path, capsys):
    place, out = hand_in(tmp_path / "class", "ada", "bob", "cyd"), tmp_path / "out"
    (tmp_path / "class.csv").write_text(ROSTER)
    end = ["--assignment", "06", "--out", str(out), "--jobs", "1", "--no-gradebook"]
    shards = [[*end, "--shard", f"{i}/2", "--roster", str(tmp_path / "class.csv")] for i in (1, 2)]
    late = hand_in(tmp_path / "late", "eve")
    for source in (place, late):
        for shard in shards:
            assert cli.main(["grade", str(source), *shard, "--resume"]) == 0
    says = capsys.readouterr().err
    named = [line.partition("stays: ")[2].partition(".")[0] for line in says.splitlines() if "graded before" in line]
    assert sorted(", ".join(named).split(", ")) == ["ada", "bob", "cyd"]
    everybody = dict.fromkeys(("ada", "bob", "cyd", "eve"), "complete")
    assert cli.main(["grade", "merge", str(out), "--out", str(out), "--no-gradebook"]) == 0
    assert states(out) == everybody

    # a round without shards: it knows theirs, and what it grades counts from now on, so that no shard may go on
    assert len([one for one in graded(out) if one != "eve"]) == 3
    hand_in(tmp_path / "later", "bob", more=b"\n")
    assert cli.main(["grade", str(tmp_path / "later"), *end, "--resume"]) == 0
    assert states(out) == everybody and [len(graded(out)), graded(out).count("bob")] == [6, 2]
    capsys.readouterr()
    assert cli.main(["grade", str(place), *shards[0], "--resume"]) == 1
    assert "was graded or joined without --shard since: go on without it" in capsys.readouterr().err


def test_who_was_graded_under_another_id_is_not_there_twice(tmp_path, capsys):
    place, out, roster = hand_in(tmp_path / "class", "11", "12"), tmp_path / "out", tmp_path / "class.csv"
    end = ["--assignment", "06", "--out", str(out), "--jobs", "1", "--no-gradebook"]
    roster.write_text("student,name\nada,Ada L\nbob,Bob\n")
    assert cli.main(["grade", str(place), *end, "--roster", str(roster)]) == 0
    assert set(states(out)) == {"11", "12", "ada", "bob"}
    roster.write_text("student,username\nada,11\nbob,12\n")
    capsys.readouterr()
    for command in (["grade", str(place), *end, "--resume", "--roster", str(roster)], ["grade", "tables", str(out)]):
        assert cli.main(command) == 0
        assert states(out) == {"ada": "complete", "bob": "complete"}
        assert "Look at this" not in capsys.readouterr().err


def test_a_stranger_of_whom_no_file_is_known_is_no_old_id():
    records = {
        "ada": Record("ada", "06", problem=NOTHING),
        "zoe": Record("zoe", "06", problem="The folder 'zoe' cannot be read."),
        "yan": Record("yan", "06", problem=NOTHING),
    }
    assert list(rounds.without_old_ids(records, Roster({"ada": Person()}))) == ["ada", "zoe"]
    assert rounds.without_old_ids(records, None) == records


def test_what_another_journal_holds_is_known(tmp_path):
    known = {"ada": Record("ada", "06", sha256="old"), "bob": Record("bob", "06")}
    with Journal(tmp_path / "06.jsonl", known) as journal:
        journal.add(Record("ada", "06", sha256="new"))
    with Journal(tmp_path / "06.jsonl", known) as journal:
        assert journal.records == known | {"ada": Record("ada", "06", sha256="new")}
