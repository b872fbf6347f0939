"""Results of several machines and runs: nothing of them is lost when they are joined, and all have one secret."""

import json
import os
import shutil
import threading

import pytest

from gru_lab import cli
from gru_lab.grading import results
from gru_lab.grading.journal import Journal, JournalError, read_all
from gru_lab.grading.record import Record, Result


def results_of(folder, *students):
    """A folder of results with these students' records."""
    with Journal(folder / "records" / "06.jsonl") as journal:
        for student in students:
            journal.add(Record(student, "06", "x.ipynb", "1", results=(Result("6.4", "right", 3, 1.0),)))
    return folder


def students_in(folder):
    return list(read_all(results.Paths(folder).journals()))


def grade(*arguments):
    return cli.main(["grade", *map(str, arguments), "--no-gradebook"])


def test_what_is_joined_into_one_of_the_folders_stays_there(tmp_path):
    one, other = results_of(tmp_path / "one", "ada"), results_of(tmp_path / "other", "bob")
    assert grade("merge", one, other, "--out", one) == 0
    assert students_in(one) == ["ada", "bob"] and grade("tables", one) == 0
    assert '"bob"' in (one / "grades.csv").read_text("utf-8")
    before = (one / "records" / "06.jsonl").read_bytes()
    assert grade("merge", one, other, "--out", one) == 0  # once more adds nothing
    assert (one / "records" / "06.jsonl").read_bytes() == before


def test_a_copy_of_a_journal_is_no_shard(tmp_path, capsys):
    folder = results_of(tmp_path, "ada")
    shutil.copy(folder / "records" / "06.jsonl", folder / "records" / "06-copy-of-it (2).jsonl")
    assert grade("tables", folder) == 0 and "missing" not in capsys.readouterr().err


@pytest.mark.parametrize("run", [b"\xff", b"{", b"[]", b'"x"', b"3"])
def test_a_damaged_note_of_the_run_is_said(tmp_path, run, capsys):
    results_of(tmp_path, "ada")
    (tmp_path / "run.json").write_bytes(run)
    assert grade("tables", tmp_path) == 1 and "run.json cannot be read" in capsys.readouterr().err
    with pytest.raises(results.ResultsError, match=r"run\.json cannot be read"):
        results.agree(results.Paths(tmp_path), "06", "a secret")


def test_what_is_joined_into_a_new_folder_says_of_which_run_it_is(tmp_path, capsys):
    one, out = results_of(tmp_path / "one", "ada"), results.Paths(tmp_path / "new")
    results.agree(results.Paths(one), "06", "a secret")
    assert grade("merge", one, "--out", out.root) == 0
    assert results.told(out) == results.told(results.Paths(one)) != {}
    with pytest.raises(results.ResultsError, match="of another seed"):
        results.agree(out, "06", "another secret")


def test_results_with_another_seed_are_not_joined_nor_written_over(tmp_path, capsys):
    one, other = results_of(tmp_path / "one", "ada"), results_of(tmp_path / "other", "bob")
    for folder, seed in ((one, "1"), (other, "2")):
        (folder / "run.json").write_text(json.dumps({"assignment": "06", "seed": seed}))
    for folders, out in (((one, other), tmp_path / "new"), ((one,), other)):
        assert grade("merge", *folders, "--out", out) == 1 and "cannot be joined" in capsys.readouterr().err
    assert students_in(other) == ["bob"]


@pytest.mark.parametrize("students", [["ada"], ["ada", "bob"]])
def test_a_last_line_that_is_whole_and_no_record_is_not_passed_over(tmp_path, students):
    path = results_of(tmp_path, *students) / "records" / "06.jsonl"
    newer = path.read_text("utf-8").splitlines(keepends=True)
    newer[-1] = newer[-1].replace('"version":1', '"version":2')
    path.write_text("".join(newer), "utf-8", newline="")
    for read in (lambda: read_all([path]), lambda: Journal(path)):
        with pytest.raises(JournalError, match="another version"):
            read()
    assert path.read_text("utf-8") == "".join(newer)


def test_shards_that_start_at_once_have_one_seed(tmp_path):
    path, seeds, gate = tmp_path / "seed.txt", [], threading.Barrier(8)

    def start():
        gate.wait()
        seeds.append(results.read_seed(path))

    shards = [threading.Thread(target=start) for _ in range(8)]
    for act in (threading.Thread.start, threading.Thread.join):
        for shard in shards:
            act(shard)
    assert len(seeds) == 8 and len(set(seeds)) == 1 and len(seeds[0]) == 64
    assert list(tmp_path.iterdir()) == [path] and path.stat().st_mode & 0o077 == 0


def test_a_seed_is_made_on_a_file_system_without_links_too(tmp_path, monkeypatch):
    def none(*_):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", none)
    assert results.read_seed(tmp_path / "seed.txt") == results.read_seed(tmp_path / "seed.txt")
    assert len(list(tmp_path.iterdir())) == 1
