"""The benchmark measures what it says, refuses to time a wrong version, and writes what it shows."""

import csv
import gc
import json

import numpy as np
import pytest
import torch
from threadpoolctl import threadpool_info

from gru_lab import _machine, bench
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


def test_on_a_terminal_one_line_says_which_round_runs(monkeypatch, capsys):
    monkeypatch.setattr(bench.sys.stderr, "isatty", lambda: True)
    bench._show_progress("a place", 1, 3)
    bench._show_progress()
    assert capsys.readouterr().err == "\r\033[Ka place: round 2 of 3\r\033[K"


def test_the_collector_of_garbage_is_left_as_it_was():
    assert gc.isenabled()
    bench.measure([SMALL], [1], 1)
    assert gc.isenabled()
    gc.disable()
    try:
        bench.measure([SMALL], [1], 1)
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_the_machine_is_named_also_where_it_does_not_tell(monkeypatch, tmp_path):
    listed = tmp_path / "cpuinfo"
    monkeypatch.setattr(_machine, "Path", lambda _: listed)
    monkeypatch.setattr(_machine.platform, "processor", lambda: "")
    monkeypatch.setattr(_machine.platform, "machine", lambda: "riscv64")
    assert _machine.cpu_name() == "riscv64"  # macOS and Windows have no such file
    listed.write_text("processor : 0\n", encoding="utf-8")
    assert _machine.cpu_name() == "riscv64"
    listed.write_text("processor : 0\nmodel name\t: A Chip @ 3 GHz\nmodel name : B\n", encoding="utf-8")
    assert _machine.cpu_name() == "A Chip @ 3 GHz"
    monkeypatch.delattr(bench.os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(bench.os, "cpu_count", lambda: None)
    assert bench.available_cores() == 1
