"""The benchmark measures what it says, refuses to time a wrong version, and writes what it shows."""

import csv
import json

import numpy as np
import pytest
import torch
from threadpoolctl import threadpool_info

from gru_lab import bench
from gru_lab.cli import main

SMALL = bench.Size(2, 5, 3, 4)


def run(capsys, *arguments):
    status = main(["bench", "cell", "--size", "2,5,3,4", "--rounds", "2", *map(str, arguments)])
    return status, capsys.readouterr()


@pytest.mark.parametrize("suffix", ["json", "csv"])
def test_table_and_file_say_the_same(capsys, tmp_path, suffix):
    out = tmp_path / "new" / f"cell.{suffix}"
    status, shown = run(capsys, "--threads", "one", "--out", out)
    assert status == 0 and f"written to {out}" in shown.out
    assert "timing (2, 5, 3, 4), 1 thread, training" in shown.err
    if suffix == "json":
        record = json.loads(out.read_text(encoding="utf-8"))
        rows, machine = record["rows"], record["machine"]
    else:
        with out.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        machine = {name: rows[0][name] for name in ("cpu", "system", "numpy", "torch")}
    assert machine["numpy"].startswith(np.__version__) and machine["torch"].startswith(torch.__version__)
    assert len(rows) == 2 * 5  # forward and training of torch, and of two versions in two conventions
    for row in rows:
        assert f"{float(row['milliseconds']):.2f} ms {float(row['times_torch']):7.2f} ×" in shown.out
        assert float(row["times_torch"]) == 1 or row["version"] != bench.TORCH
    for name in machine:
        assert f"{name:8} {machine[name]}" in shown.out


def test_threads_are_set_and_given_back():
    def threads():
        of_blas = [info["num_threads"] for info in threadpool_info() if "numpy" in info["filepath"]]
        return torch.get_num_threads(), *of_blas

    before, seen = threads(), set()
    rows = bench.measure([SMALL], [1, 2], 1, lambda *_: seen.add(threads()))
    assert seen == {(1,) * len(before), (2,) * len(before)}
    assert {row.threads for row in rows} == {1, 2}
    assert threads() == before


@pytest.mark.parametrize("name", ["forward_fast", "backward_fast"])
def test_a_wrong_version_is_not_timed(monkeypatch, name):
    right = getattr(bench, name)

    def wrong(*arguments):
        result = right(*arguments)
        return result._replace(
            **{field: getattr(result, field) * 1.01 for field in {"output", "X"} & {*result._fields}}
        )

    monkeypatch.setattr(bench, name, wrong)
    with pytest.raises(AssertionError, match=r"fast differs from torch\.nn\.GRU by"):
        bench.versions(SMALL)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--size", "1,2,3"], "'1,2,3' is not four whole numbers"),
        (["--size", "1,2,3,x"], "'1,2,3,x' is not four whole numbers"),
        (["--size", "1,2,3,0"], "'1,2,3,0' has a size below 1"),
        (["--rounds", "0"], "'0' is not a whole number of at least 1"),
        (["--out", "cell.txt"], "'cell.txt' ends in neither .json nor .csv"),
    ],
)
def test_what_is_refused(capsys, arguments, message):
    with pytest.raises(SystemExit) as stop:
        main(["bench", "cell", *arguments])
    assert stop.value.code == 2
    assert message in capsys.readouterr().err


def test_the_fast_version_is_fast():
    """Five times torch.nn.GRU is the aim for a single small sequence; half of it passes, for a machine may be busy."""
    ratios = []
    for _ in range(3):
        rows = bench.measure([bench.Size(1, 200, 16, 32)], [1], 5)
        (row,) = [row for row in rows if (row.version, row.convention, row.work) == ("fast", "PYTORCH", "training")]
        ratios.append(row.times_torch)
        if ratios[-1] > 2.5:
            return
    raise AssertionError(f"fast trains at {max(ratios):.1f} times the speed of torch.nn.GRU, needs 2.5")
