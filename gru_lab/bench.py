"""`gru-lab bench cell`: the readable GRU, the fast one and torch.nn.GRU side by side on the CPU, in one process.

Measured in rounds: each round times every version once, in a new order, and a version's ratio to torch.nn.GRU is the
median of its ratios within a round. What else the machine is doing then weighs on all alike.
"""

import argparse
import csv
import functools
import gc
import json
import os
import platform
import random
import statistics
import sys
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np

from gru_lab import bench_training, bench_widgets
from gru_lab._machine import cpu_name
from gru_lab.cell import GRUParameters
from gru_lab.conventions import DEFAULT, PYTORCH
from gru_lab.interop import to_pytorch
from gru_lab.sequence import backward, forward
from gru_lab.sequence_fast import backward_fast, forward_fast

__all__ = ["Row", "Size", "add_parser", "measure", "table"]

TORCH = "torch.nn.GRU"
SHORTEST = 0.02  # seconds: a shorter pass is repeated within one measurement, so that the clock's grain does not show


class Size(NamedTuple):
    """B sequences of T steps, D numbers in, H units."""

    B: int
    T: int
    D: int
    H: int

    def __str__(self):
        return f"({self.B}, {self.T}, {self.D}, {self.H})"


SIZES = (Size(32, 64, 64, 128), Size(64, 128, 128, 256), Size(1, 200, 16, 32))


class Row(NamedTuple):
    """One version at one size. milliseconds: the median pass; times_torch: how many times as fast as torch.nn.GRU."""

    B: int
    T: int
    D: int
    H: int
    threads: int
    work: str  # "forward", or "training": forward and backward
    version: str
    convention: str
    milliseconds: float
    times_torch: float


def add_parser(subparsers):
    parser = subparsers.add_parser(
        "bench",
        help="time the readable and the fast GRU beside torch.nn.GRU",
        description="Benchmarks that run on your own machine.",
    )
    commands = parser.add_subparsers(title="benchmarks", metavar="BENCHMARK", required=True)
    cell = commands.add_parser(
        "cell",
        help="whole sequences, forward and backward, on the CPU",
        description="Time gru_lab.sequence (readable), gru_lab.sequence_fast (fast) and torch.nn.GRU side by side on "
        "the CPU in float32: forward (torch without gradients), and training (forward, then the gradients of all "
        "weights, of the inputs and of the first state). Results are checked to agree before they are timed. Takes "
        "about a minute on a quiet machine.",
    )
    cell.add_argument(
        "--size",
        metavar="B,T,D,H",
        type=_size,
        action="append",
        help="sequences, steps, inputs, units; may be given again "
        f"(default: {' and '.join(','.join(map(str, size)) for size in SIZES)})",
    )
    cell.add_argument(
        "--threads", choices=("one", "all", "both"), default="both", help="default: both, one after the other"
    )
    cell.add_argument(
        "--rounds", type=_positive, default=9, help="how often each version is timed (default: %(default)s)"
    )
    cell.add_argument(
        "--out",
        type=_table_file,
        default=Path("work", "bench_cell.json"),
        help="where the results go, .json or .csv (default: %(default)s)",
    )
    cell.set_defaults(call=_cell)
    bench_training.add_parser(commands)
    bench_widgets.add_parser(commands)


def _size(text):
    try:
        size = Size(*(int(part) for part in text.split(",")))
    except (TypeError, ValueError):
        raise argparse.ArgumentTypeError(f"{text!r} is not four whole numbers B,T,D,H, as in 32,64,64,128") from None
    if min(size) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} has a size below 1")
    return size


def _positive(text):
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least 1")
    return int(text)


def _table_file(text):
    path = Path(text)
    if path.suffix not in (".json", ".csv"):
        raise argparse.ArgumentTypeError(f"{text!r} ends in neither .json nor .csv")
    return path


def _cell(options):
    all_threads = available_cores()
    threads = {"one": [1], "all": [all_threads], "both": [1, all_threads]}[options.threads]
    threads = sorted(set(threads))  # one core: once is enough
    options.out.parent.mkdir(parents=True, exist_ok=True)  # before a minute of measuring, not after
    on = machine()
    print("\n".join(f"{name:8} {value}" for name, value in on.items()), flush=True)
    rows = measure(options.size or SIZES, threads, options.rounds, _show_progress)
    _show_progress()
    print(table(rows))
    write(options.out, rows, on)
    print(f"\nwritten to {options.out}")


def _show_progress(place="", done=0, of=0):
    """On a terminal one line that says which round runs, written over by the next; in a log one line for each place."""
    if sys.stderr.isatty():
        print("\r\033[K" + (f"{place}: round {done + 1} of {of}" if place else ""), end="", file=sys.stderr, flush=True)
    elif place and done == 0:
        print(f"timing {place}", file=sys.stderr, flush=True)


# ---- what runs


def measure(sizes=SIZES, threads=(1,), rounds=9, progress=lambda place, done, of: None):
    """Rows for every size, number of threads, kind of work and version; progress is called before each round.

    Raises AssertionError where a version's result differs from torch.nn.GRU's: such a time would mean nothing.
    """
    import torch
    from threadpoolctl import threadpool_limits

    rows, before = [], torch.get_num_threads()
    try:
        for number in threads:
            with threadpool_limits(limits=number):
                torch.set_num_threads(number)
                for size in sizes:
                    works: dict[str, dict] = {"forward": {}, "training": {}}
                    for (version, convention), (one, other) in versions(size).items():
                        works["forward"][version, convention] = one
                        works["training"][version, convention] = other
                    for work, passes in works.items():
                        place = f"{size}, {number} thread{'s' * (number > 1)}, {work}"
                        seconds = _time_in_rounds(passes, rounds, functools.partial(progress, place))
                        rows += _rows(size, number, work, seconds)
    finally:
        torch.set_num_threads(before)
    return rows


def versions(size, seed=0):
    """{(version, convention): (forward, training)}: functions of nothing, on the same numbers, checked to agree."""
    import torch

    B, T, D, H = size
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((B, T, D), np.float32)
    h0 = rng.uniform(-1, 1, (B, H)).astype(np.float32)
    d_output = rng.standard_normal((B, T, H), np.float32)
    of_pytorch, of_default = (GRUParameters.random(D, H, seed, np.float32, c) for c in (PYTORCH, DEFAULT))

    gru = torch.nn.GRU(D, H, batch_first=True)
    gru.load_state_dict({name: torch.from_numpy(array) for name, array in to_pytorch(of_pytorch, PYTORCH).items()})
    x, h, d = (
        torch.from_numpy(X).requires_grad_(),
        torch.from_numpy(h0[None]).requires_grad_(),
        torch.from_numpy(d_output),
    )
    leaves = [x, h, *gru.parameters()]

    def torch_forward():
        with torch.no_grad():
            return gru(x, h)[0].numpy()

    def torch_training():
        for leaf in leaves:
            leaf.grad = None
        gru(x, h)[0].backward(d)
        assert x.grad is not None
        return x.grad.numpy()

    def ours(forward, backward, parameters, convention):
        def run_forward():
            return forward(X, h0, parameters, None, convention).output

        def run_training():
            return backward(forward(X, h0, parameters, None, convention), d_output).X

        return run_forward, run_training

    passes = {
        (TORCH, "PYTORCH"): (torch_forward, torch_training),
        ("readable", "PYTORCH"): ours(forward, backward, of_pytorch, PYTORCH),
        ("fast", "PYTORCH"): ours(forward_fast, backward_fast, of_pytorch, PYTORCH),
        ("readable", "DEFAULT"): ours(forward, backward, of_default, DEFAULT),
        ("fast", "DEFAULT"): ours(forward_fast, backward_fast, of_default, DEFAULT),
    }
    for kind in (0, 1):
        for reference, names in (((TORCH, "PYTORCH"), ("PYTORCH",)), (("readable", "DEFAULT"), ("DEFAULT",))):
            right = passes[reference][kind]()
            for (version, convention), functions in passes.items():
                if convention in names:
                    error = np.abs(functions[kind]() - right).max() / np.abs(right).max()
                    assert error < 1e-3, f"{version} differs from {reference[0]} by {error:.1e} of the largest number"
    return passes


def _time_in_rounds(passes, rounds, progress):
    """{name: [seconds of one pass, in each round]}; the order changes from round to round."""
    order, shuffle = list(passes), random.Random(0).shuffle
    repeats = {}
    for name, run in passes.items():
        run()
        start = time.perf_counter()
        run()
        repeats[name] = max(1, round(SHORTEST / (time.perf_counter() - start)))
    seconds: dict[tuple[str, str], list[float]] = {name: [] for name in passes}
    collecting = gc.isenabled()
    gc.disable()  # as timeit does: one version must not pay for another's rubbish
    try:
        for number in range(rounds):
            progress(number, rounds)
            shuffle(order)
            for name in order:
                run = passes[name]
                start = time.perf_counter()
                for _ in range(repeats[name]):
                    run()
                seconds[name].append((time.perf_counter() - start) / repeats[name])
            gc.collect()
    finally:
        if collecting:
            gc.enable()
    return seconds


def _rows(size, threads, work, seconds):
    by_torch = seconds[TORCH, "PYTORCH"]
    for (version, convention), ours in seconds.items():
        ratio = statistics.median(theirs / mine for theirs, mine in zip(by_torch, ours, strict=True))
        milliseconds = 1000 * statistics.median(ours)
        B, T, D, H = size
        yield Row(B, T, D, H, threads, work, version, convention, round(milliseconds, 4), round(ratio, 3))


# ---- where it runs, and what is shown


def available_cores():
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):  # Linux
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def machine():
    """{what: name} of what the numbers depend on."""
    import torch
    from threadpoolctl import threadpool_info

    (blas, *_) = [
        f"{info['internal_api']} {info['version']} ({info.get('architecture', 'unknown kernels')})"
        for info in threadpool_info()
        if info["user_api"] == "blas"
    ] or ["unknown to threadpoolctl"]
    return {
        "cpu": f"{cpu_name()}, {available_cores()} cores for this process",
        "system": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "numpy": f"{np.__version__}, BLAS {blas}",
        "torch": f"{torch.__version__}, {torch.backends.cpu.get_cpu_capability()}",
    }


def table(rows):
    """The rows as text: a block for each size and number of threads, forward and training side by side."""
    lines = []
    for place in dict.fromkeys(row[:5] for row in rows):
        size, threads = Size(*place[:4]), place[4]
        lines += ["", f"(B, T, D, H) = {size}, {threads} thread{'s' * (threads > 1)}"]
        lines.append(f"{'':36}{'forward':>22}{'training':>22}")
        here = [row for row in rows if row[:5] == place]
        for version, convention in dict.fromkeys((row.version, row.convention) for row in here):
            reset = {"PYTORCH": PYTORCH, "DEFAULT": DEFAULT}[convention].reset
            cells = [
                f"{row.milliseconds:9.2f} ms {row.times_torch:7.2f} ×"
                for work in ("forward", "training")
                for row in here
                if (row.version, row.convention, row.work) == (version, convention, work)
            ]
            lines.append(f"  {version:14}reset {reset:14}" + "".join(f"{cell:>22}" for cell in cells))
    lines += ["", "×: how many times as fast as torch.nn.GRU, whose reset is after; medians."]
    return "\n".join(lines)


def write(path, rows, on):
    """The rows as CSV, with the machine's names as columns, or as JSON."""
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([*Row._fields, *on])
            writer.writerows([*row, *on.values()] for row in rows)
    else:
        record = {"machine": on, "rows": [row._asdict() for row in rows]}
        path.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
