"""Copying, adding and counting: the examples are right, runs repeat, and the stored runs are of equal size."""

import json

import numpy as np
import pytest
import torch

from gru_lab.measuring import memory_tasks
from gru_lab.measuring.problems import COPIED, DELAY, PROBLEMS, adding, copying, counting, words_to_count
from gru_lab.trained import storyworld_seeds


def test_examples_are_what_they_say():
    rng = np.random.default_rng(0)
    x, y, weight = copying(rng, 3)
    assert (x[:, :COPIED].argmax(-1) == y[:, -COPIED:]).all() and weight.sum() == 3 * COPIED
    assert x.shape[1] == 2 * COPIED + DELAY
    x, y, weight = adding(rng, 5, length=12)
    np.testing.assert_allclose((x[..., 0] * x[..., 1]).sum(1), y[:, -1], rtol=1e-6)
    assert (x[..., 1].sum(1) == 2).all() and weight.sum() == 5
    x, y, weight = words_to_count([3], 8)
    assert x[0, :, 0].tolist() == [1, 1, 1, 0, 0, 0, 0, 0] and x[0, :, 1].tolist() == [0, 0, 0, 1, 1, 1, 0, 0]
    assert y[0].tolist() == [0, 0, 0, 0, 0, 1, 0, 0] and weight[0].sum() == 3
    assert counting(rng, 2)[0].shape == (2, 40, 2)


def test_a_run_learns_and_repeats():
    torch.set_num_threads(1)
    first, networks = memory_tasks.run("adding", "GRU", rates=(0.01,), seeds=2, steps=60)
    again, _ = memory_tasks.run("adding", "GRU", rates=(0.01,), seeds=2, steps=60)
    assert first | {"seconds": 0} == again | {"seconds": 0} and len(networks.U) == 2
    assert np.mean(first["loss"][0], axis=0)[-1] < 0.3 * np.mean(first["loss"][0], axis=0)[0]


def test_a_stopped_run_goes_on(tmp_path, monkeypatch):
    monkeypatch.setattr(memory_tasks, "KINDS", {"RNN": ("RNN", 0.0), "GRU": ("GRU", 0.0)})
    out = tmp_path / "runs.json"
    memory_tasks.main(["--out", str(out), "--steps", "2"])
    whole = json.loads(out.read_text(encoding="utf-8"))
    assert [(run["problem"], run["kind"]) for run in whole["runs"]] == [
        (problem, kind) for problem in PROBLEMS for kind in ("RNN", "GRU")
    ]
    kept = whole | {"runs": whole["runs"][:-1]}
    out.write_text(json.dumps(kept), encoding="utf-8")
    memory_tasks.main(["--out", str(out), "--steps", "2"])
    again = json.loads(out.read_text(encoding="utf-8"))
    assert again["runs"][-1]["score"] == whole["runs"][-1]["score"]
    with pytest.raises(SystemExit):
        memory_tasks.main(["--out", str(out), "--steps", "3"])


def test_the_stored_runs_are_whole_and_of_equal_size():
    runs = memory_tasks.stored()["runs"]
    assert len(runs) == len(PROBLEMS) * len(memory_tasks.KINDS)
    for run in runs:
        assert abs(run["parameters"] / PROBLEMS[run["problem"]].parameters - 1) < 0.25
        sizes = [other["parameters"] for other in runs if other["problem"] == run["problem"]]
        assert max(sizes) / min(sizes) < 1.08
        assert np.shape(run["score"]) == (len(memory_tasks.RATES), memory_tasks.SEEDS)
        assert 0 <= memory_tasks.best_rate(run) < 3


def test_the_stored_seeds_of_storyworld_are_of_equal_size():
    rows = storyworld_seeds()["rows"]
    assert {(row["cell"], row["seed"]) for row in rows} == {(c, s) for c in ("gru", "lstm", "rnn") for s in range(1, 6)}
    sizes = [row["parameters"] for row in rows]
    assert max(sizes) / min(sizes) < 1.01
