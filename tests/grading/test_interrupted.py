"""Ctrl-C in the middle of a class: one sentence, no process and no folder left behind, and it goes on afterwards."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest

from gru_lab.grading import pool, sandbox

ROOT = Path(__file__).resolve().parents[2]
EXERCISE = next((ROOT / "exercises").glob("06_*.ipynb"))
NUMBER = 12


def endless():
    notebook = nbformat.read(EXERCISE, as_version=4)
    next(
        cell for cell in notebook.cells if cell.id == "exercise-6-5"
    ).source = "def change_of_candidate(*any):\n    while True:\n        pass\n"
    return nbformat.writes(notebook)


@pytest.fixture
def interrupted(tmp_path):
    """A function: start `gru-lab grade` with these options, press Ctrl-C when `when(records)` is true, see it end."""
    for number in range(NUMBER):
        data = EXERCISE.read_text("utf-8") if number < 2 else endless()
        path = tmp_path / "class" / f"{number:02}_{EXERCISE.name}"
        path.parent.mkdir(exist_ok=True)
        path.write_text(data, encoding="utf-8")
    (tmp_path / "tmp").mkdir()
    command = [sys.executable, "-m", "gru_lab.cli", "grade", tmp_path / "class", "--assignment=06", "--seconds=30"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path / "tmp")}

    def start(*options):
        with subprocess.Popen(
            [*command, "--out", tmp_path / "out", *options],
            env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        ) as process:  # fmt: skip
            journal, deadline = tmp_path / "out" / "records" / "06.jsonl", time.monotonic() + 60
            while not (journal.exists() and journal.read_bytes().count(b"\n") == 2) and time.monotonic() < deadline:
                time.sleep(0.05)
            time.sleep(0.5)  # into an endless loop
            process.send_signal(signal.SIGINT)
            pressed = time.monotonic()
            _, said = process.communicate(timeout=100)
        return process.returncode, said, time.monotonic() - pressed

    return start


@pytest.mark.skipif(bool(sandbox.missing()), reason=f"no sandbox: {sandbox.missing()}")
@pytest.mark.parametrize("jobs", [1, 2])
def test_ctrl_c_ends_with_a_sentence_at_once_and_leaves_nothing_behind(interrupted, tmp_path, jobs):
    status, said, seconds = interrupted("--jobs", str(jobs))
    assert status == 130 and "Traceback" not in said and "Error" not in said
    assert said.splitlines()[-1].startswith("stopped: ") and "--resume" in said.splitlines()[-1]
    assert seconds < 15  # an endless loop has 30
    assert list((tmp_path / "tmp").iterdir()) == []


def slowly(task):
    time.sleep(0.05)
    return task


def test_a_pool_is_gone_when_its_tasks_are_done_or_it_is_closed():
    assert sorted(pool.mapped(slowly, range(5), 2)) == list(range(5))
    assert not pool.multiprocessing.active_children()
    records = pool.mapped(slowly, range(500), 2)
    next(records)
    records.close()
    assert not pool.multiprocessing.active_children()
