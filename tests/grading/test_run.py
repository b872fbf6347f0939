"""A class: nothing is graded twice, nothing is lost, whatever is killed; shards and other machines give the same."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from gru_lab.grading import pool, run, sandbox
from gru_lab.grading.assignments import folder
from gru_lab.grading.engine import Terms
from gru_lab.grading.journal import Journal, JournalError, read_all
from gru_lab.grading.record import Record
from gru_lab.grading.submissions import Submission

ROOT = Path(__file__).resolve().parents[2]
TERMS = Terms("the seed of these tests")
needs_a_sandbox = pytest.mark.skipif(bool(sandbox.missing()), reason=f"no sandbox: {sandbox.missing()}")


class Handle:
    """As `submissions.find` gives them."""

    def __init__(self, student, data, problem=""):
        self.student, self.data, self.problem = student, data, problem

    def load(self):
        sha256 = hashlib.sha256(self.data).hexdigest() if self.data else ""
        return Submission(self.student, "06", "06.ipynb", self.data, sha256, problem=self.problem)


def blank():
    return next(folder().glob("06_*.ipynb")).read_bytes()


def handles(count):
    return [Handle(f"student-{number}", blank()) for number in range(count)]


def names(journal):
    return [json.loads(line)["student"] for line in journal.read_text().splitlines()]


# ---------------------------------------------------------------------------------------------- journals


def test_a_journal_gives_back_what_was_written(tmp_path):
    with Journal(tmp_path / "records" / "06.jsonl") as journal:
        journal.add(Record("ada", "06", notes=("a\nnote",)))
        journal.add(Record("ada", "06", notes=("a later one",)))
        journal.add(Record("böb\u2028", "06"))
    with Journal(journal.path) as again:
        assert again.records == {
            "ada": Record("ada", "06", notes=("a later one",)),
            "böb\u2028": Record("böb\u2028", "06"),
        }


@pytest.mark.parametrize("cut", range(1, 30, 7))
def test_a_line_that_a_kill_cut_short_is_taken_off_and_no_other(tmp_path, cut):
    with Journal(tmp_path / "06.jsonl") as journal:
        for student in ("ada", "bob"):
            journal.add(Record(student, "06"))
    data = journal.path.read_bytes()
    journal.path.write_bytes(data[:-cut])
    with Journal(journal.path) as again:
        assert list(again.records) == ["ada"]
        again.add(Record("bob", "06"))
    assert journal.path.read_bytes() == data


def test_a_damaged_line_in_the_middle_is_said_and_not_written_over(tmp_path):
    path = tmp_path / "06.jsonl"
    path.write_text('{"half\n' + json.dumps(Record("ada", "06").as_json()) + "\n")
    before = path.read_bytes()
    with pytest.raises(JournalError, match=r"line 1 of .* is damaged"):
        Journal(path)
    assert path.read_bytes() == before


@pytest.mark.skipif(os.name == "nt", reason="Windows has no flock")
def test_two_runs_do_not_write_one_journal(tmp_path):
    with Journal(tmp_path / "06.jsonl"), pytest.raises(JournalError, match="another run"):
        Journal(tmp_path / "06.jsonl")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_is_said_and_what_was_written_stays(tmp_path):
    with Journal(tmp_path / "06.jsonl") as journal:
        journal.add(Record("ada", "06"))
        with Path("/dev/full").open("ab", buffering=0) as full:
            journal.file, kept = full, journal.file
            with pytest.raises(JournalError, match="--resume"):
                journal.add(Record("bob", "06"))
            journal.file = kept
    assert list(read_all([journal.path])) == ["ada"]


# ---------------------------------------------------------------------------------------------- running


@needs_a_sandbox
def test_resuming_grades_what_is_missing_or_has_changed(tmp_path):
    class_ = handles(3)
    with Journal(tmp_path / "06.jsonl") as journal:
        assert run.grade_all(class_[:2], TERMS, journal, bar=False) == (2, 0)
        assert run.grade_all(class_, TERMS, journal, bar=False) == (1, 2)
        class_[0].data += b"\n"
        gone = Handle("nobody", b"", "Nothing was handed in.")
        assert run.grade_all([*class_, gone], TERMS, journal, bar=False) == (2, 2)
        assert run.grade_all([*class_, gone], TERMS, journal, bar=False) == (0, 4)
    assert names(journal.path) == ["student-0", "student-1", "student-2", "student-0", "nobody"]
    assert [result.status for result in journal.records["nobody"].results] == ["not graded"] * 4


def dies_for_two(task):
    """Stands for a submission that takes our own process down; of this module, so that a pool can call it."""
    if task[0].student == "student-2":
        os.kill(os.getpid(), signal.SIGKILL)
    return Record(task[0].student, "06")


def test_a_grader_that_is_killed_costs_one_submission_and_says_so(tmp_path):
    tasks = [(handle.load(), TERMS) for handle in handles(6)]
    found = {record.student: record for record in pool.mapped(dies_for_two, tasks, 2)}
    assert len(found) == 6
    assert "killed" in found.pop("student-2").problem
    assert all(record.problem == "" for record in found.values())


def test_shards_share_the_class_out_and_a_newcomer_moves_nobody():
    students = [f"student-{number}" for number in range(400)]
    shards = [{one for one in students if run.in_shard(one, (i, 4))} for i in range(1, 5)]
    assert sum(map(len, shards)) == 400 and set.union(*shards) == set(students)
    assert min(map(len, shards)) > 60
    assert all(run.in_shard(one, None) for one in students)


SCRIPT = """
import sys
sys.path.insert(0, {tests!r})
from test_run import Journal, TERMS, handles, run
if __name__ == "__main__":
    with Journal({path!r}) as journal:
        print("started", flush=True)
        run.grade_all(handles(40), TERMS, journal, jobs=2, bar=False)
"""


@needs_a_sandbox
@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
def test_killed_in_the_middle_it_goes_on_with_nothing_lost_or_done_twice(tmp_path):
    path, script = tmp_path / "06.jsonl", tmp_path / "grade_a_class.py"
    script.write_text(textwrap.dedent(SCRIPT.format(tests=str(Path(__file__).parent), path=str(path))))
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, script]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, start_new_session=True)
    assert process.stdout.readline() == b"started\n"
    deadline = time.monotonic() + 60
    while path.stat().st_size < 3_000 and time.monotonic() < deadline:
        time.sleep(0.002)
    process.kill()
    process.wait()
    process.stdout.close()
    at_the_kill = len(path.read_bytes().splitlines())
    assert 1 <= at_the_kill < 40, "the kill came too late to show anything"
    while (left := _children_of(process.pid)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert left == []
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0, ended.stderr
    assert sorted(names(path)) == sorted(handle.student for handle in handles(40))


def _children_of(session):
    """Processes of a session that is led by a process that is gone."""
    left = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            left.append(stat.parent.name)
    return left


@needs_a_sandbox
def test_two_workers_of_a_dask_cluster_give_the_same_records(tmp_path):
    distributed = pytest.importorskip("distributed")
    from gru_lab.grading import cluster

    alone, shared = tmp_path / "alone.jsonl", tmp_path / "shared.jsonl"
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
    ) as two:
        with Journal(shared) as journal:
            run.grade_all(handles(6), TERMS, journal, mapper=cluster.mapper(two.scheduler_address), bar=False)
        with Journal(alone) as other:
            run.grade_all(handles(6), TERMS, other, bar=False)
    assert journal.records.keys() == other.records.keys()
    for student, record in journal.records.items():
        assert [r.status for r in record.results] == [r.status for r in other.records[student].results]


def test_a_scheduler_that_is_not_there_is_said():
    pytest.importorskip("distributed")
    from gru_lab.grading import cluster

    with pytest.raises(cluster.ClusterError, match="no Dask scheduler answers"):
        cluster.mapper("tcp://127.0.0.1:9", timeout=0.5)


def without_a_sandbox(task):
    raise sandbox.SandboxError("bubblewrap is not installed")


def test_a_worker_without_a_sandbox_is_said_and_is_no_submissions_fault():
    distributed = pytest.importorskip("distributed")
    from gru_lab.grading import cluster

    with (
        distributed.LocalCluster(n_workers=1, processes=False, dashboard_address=None) as one,
        pytest.raises(sandbox.SandboxError, match="bubblewrap is not installed"),
    ):
        list(cluster.mapper(one.scheduler_address)(without_a_sandbox, [("a submission", "terms")]))
