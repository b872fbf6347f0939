"""What a run says at its end: the same words, in the same order, however the processes were scheduled."""

import pytest

from gru_lab import cli
from gru_lab.grading import run, sandbox
from gru_lab.grading.assignments import assignment, folder
from gru_lab.grading.journal import Journal
from gru_lab.grading.record import STATUSES, Record, Result

FILE = assignment("06").file


def finished(*students):
    """Their records, unread; each has every status once, from the last to the first."""
    told = [Result(f"6.{number}", status, 3) for number, status in enumerate(reversed(STATUSES))]
    unread = {"problem": "It cannot be read.", "sha256": "1"}
    return [Record(one, "06", f"{one}.ipynb", results=tuple(told), **unread) for one in students]


@pytest.mark.parametrize("order", [("cyd", "ada", "bob"), ("bob", "cyd", "ada")])
def test_the_summary_is_in_order_whoever_was_finished_first(tmp_path, capsys, order):
    (tmp_path / "class.csv").write_text("student\neve\nfay\n")
    with Journal(tmp_path / "records" / "06.jsonl") as journal:
        for record in finished(*order):
            journal.add(record)
        journal.add(Record("fay", "06", "fay.ipynb", "1", results=(Result("6.4", "wrong", 3),)))
    command = ["grade", "tables", str(tmp_path), "--no-gradebook", "--roster", str(tmp_path / "class.csv")]
    assert cli.main(command) == 0
    said = capsys.readouterr()
    counts = "3 right, 4 wrong, 3 not attempted, 3 raised, 3 stopped, 3 ended itself, 3 out of memory, 3 not found"
    assert f"4 submissions, 31 answers: {counts}, 3 by hand, 3 not graded\n" in said.out
    unread = [line.split(":")[0].strip() for line in said.out.splitlines() if line.endswith("It cannot be read.")]
    assert unread == ["ada", "bob", "cyd"]
    assert "3 submissions of nobody on the roster: ada, bob, cyd\n" in said.err


@pytest.mark.skipif(bool(sandbox.missing()), reason=f"no sandbox: {sandbox.missing()}")
def test_a_shard_says_how_many_handed_in_and_half_a_class_raises_no_alarm(tmp_path, capsys):
    students = [f"student-{number}" for number in range(12)]
    shards = {i: [one for one in students if run.in_shard(one, (i, 2))] for i in (1, 2)}
    place, out = tmp_path / "class", tmp_path / "out"
    for student in shards[1][:2]:
        (place / student).mkdir(parents=True)
        (place / student / FILE).write_bytes((folder() / FILE).read_bytes())
    (tmp_path / "class.csv").write_text("\n".join(["student", *students]))
    command = ["grade", str(place), "--assignment", "06", "--out", str(out), "--jobs", "1"]
    command += ["--roster", str(tmp_path / "class.csv"), "--shard"]
    tables = ["grade", "tables", str(out), "--no-gradebook"]
    assert cli.main([*command, "2/2"]) == 0
    assert f"0 submissions graded.\n{len(shards[2])} students of this share" in capsys.readouterr().out
    assert cli.main(tables) == 0
    said = capsys.readouterr().err
    assert "1/2 missing" in said and "Look at this" not in said
    assert cli.main([*command, "1/2"]) == 0
    assert f"2 submissions graded.\n{len(shards[1]) - 2} students of this share" in capsys.readouterr().out
    assert cli.main(tables) == 0
    said = capsys.readouterr().err
    assert "missing" not in said and "Look at this" not in said
