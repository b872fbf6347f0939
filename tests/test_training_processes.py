"""Several processes train together: stopped, they go on as if they had not been; nobody is left behind."""

import csv
import os
import signal
import subprocess
import sys
import time

import pytest
import torch

from gru_lab.models import load
from gru_lab.training import Configuration, Device, loop, storyworld_corpus, train

CPU = Device("cpu", "a processor", "")
SMALL = Configuration(
    embedding_size=8, hidden_size=16, words=9000, batch_size=4, length=16, steps=30, warmup=5, every=10
)
RUN = f"""
import sys
from gru_lab.training import Configuration, Device, Interrupted, storyworld_corpus, train

def stop(step, loss):
    if step == 15:
        raise KeyboardInterrupt

given = {SMALL!r}, storyworld_corpus(9000), sys.argv[1], Device("cpu", "a processor", "")
if "halves" in sys.argv[1]:
    try:
        train(*given, progress=False, step_done=stop)
    except Interrupted:
        train(*given, progress=False)
else:
    train(*given, progress=False)
"""
TELL = """
import multiprocessing, sys, threading, time
from gru_lab.story import StoryWorld
from gru_lab.training.corpus import tell

def say():
    while len(multiprocessing.active_children()) < 2:
        time.sleep(0.01)
    print(*(child.pid for child in multiprocessing.active_children()), flush=True)

if __name__ == "__main__":
    threading.Thread(target=say, daemon=True).start()
    tell(StoryWorld(0), 10**8, processes=2)
"""


def rows(folder):
    with (folder / "metrics.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_two_processes_that_were_stopped_go_on_as_if_nothing_had_happened(tmp_path):
    program = tmp_path / "run.py"
    program.write_text(RUN, encoding="utf-8")
    for name in ("whole", "halves"):
        command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2", program]
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        subprocess.run([*command, tmp_path / name], check=True, env=environment, capture_output=True, timeout=200)
    assert [row["step"] for row in rows(tmp_path / "halves")] == ["10", "20", "30"]
    assert rows(tmp_path / "halves") == rows(tmp_path / "whole")
    one, other = (load(tmp_path / name / "model.safetensors")[0].state_dict() for name in ("whole", "halves"))
    for name in one:  # a state that was on disk may lie in another order in memory, which rounds its products otherwise
        torch.testing.assert_close(one[name], other[name], rtol=0, atol=1e-6)
    parts = sorted(path.name for path in (tmp_path / "halves").glob("*.part"))
    assert parts == ["checkpoint.0-30.part", "checkpoint.1-30.part"]  # older ones are gone
    with pytest.raises(ValueError, match="was started with 2 processes, this is 1"):
        train(SMALL, storyworld_corpus(9000), tmp_path / "halves", CPU, progress=False)


def test_rows_that_cannot_be_shared_out_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(loop, "_join", lambda device: (0, 3))
    with pytest.raises(ValueError, match="batch_size is 4, needs a multiple of the 3 processes"):
        train(SMALL, storyworld_corpus(9000), tmp_path / "run", CPU, progress=False)
    assert not (tmp_path / "run").exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no kill -9")
def test_those_who_tell_stories_end_with_the_process_that_asked_them(tmp_path):
    program = tmp_path / "telling.py"
    program.write_text(TELL, encoding="utf-8")
    with subprocess.Popen([sys.executable, program], stdout=subprocess.PIPE, text=True) as process:
        children = [int(pid) for pid in process.stdout.readline().split()]
        assert len(children) == 2 and all(map(is_running, children))
        time.sleep(1)  # they have begun
        process.send_signal(signal.SIGKILL)
        process.wait()
        end = time.monotonic() + 60
        while time.monotonic() < end and any(map(is_running, children)):
            time.sleep(0.1)
        assert not any(map(is_running, children))


def is_running(pid):
    """A process that nobody waits for is no longer running, though it has a number still."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    said = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout
    return not said.startswith("Z")
