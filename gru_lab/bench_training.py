"""`gru-lab bench train`: words per second of the training loop, beside the bare step and the machine's limit."""

import argparse
import json
import statistics
import time
from pathlib import Path
from typing import NamedTuple

from gru_lab._machine import cpu_name

__all__ = ["Row", "add_parser", "measure", "table"]


class Row(NamedTuple):
    """what: "loop" or "bare step". share: of the bare step at this precision. of_limit: of the products' own speed."""

    what: str
    precision: str
    compiled: bool
    words_per_second: float
    share: float
    of_limit: float


def add_parser(commands):
    parser = commands.add_parser(
        "train",
        help="the training loop beside the bare step, on the CPU or a GPU",
        description="Words per second of `gru-lab train` beside a bare step (the same model, loss and optimiser on "
        "words that lie on the device already), in rounds, and as a share of what matrix products alone would allow.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--preset", choices=["ci", "laptop", "gpu"], default="laptop", help="sizes of the model")
    parser.add_argument("--device", default="auto", choices=["auto", "cpu", "cuda", "mps"], help="where to compute")
    parser.add_argument("--rounds", type=int, default=7, help="how often each is timed")
    parser.add_argument("--steps", type=int, default=5, help="in each round")
    parser.add_argument("--compile", action="store_true", help="also with torch.compile (needs a compiler; minutes)")
    parser.add_argument("--out", type=Path, default=Path("work/bench_train.json"), help="where the results go")
    parser.set_defaults(call=_call)


def _call(options):
    from gru_lab.training import PRESETS, DeviceError, choose_device

    try:
        device = choose_device(options.device)
    except DeviceError as problem:
        print(f"gru-lab bench train: {problem}")
        return 1
    print(device.why)
    rows, limit = measure(PRESETS[options.preset], device, options.rounds, options.steps, options.compile)
    print(table(rows, limit))
    options.out.parent.mkdir(parents=True, exist_ok=True)
    found = {"device": device.name, "cpu": cpu_name(), "preset": options.preset, "limit_flops": limit}
    found["rows"] = [row._asdict() for row in rows]
    options.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(f"\nwritten to {options.out}")
    return 0


def measure(configuration, device, rounds=7, steps=5, compiled=False):
    """(rows, the device's matrix products in FLOP/s). bf16 is measured on a GPU only."""
    import torch
    from torch.nn import functional as F

    from gru_lab.models import LanguageModel
    from gru_lab.story import StoryWorld
    from gru_lab.training.loop import batch_of, optimiser_of, training_step

    place = device.kind
    words_of_a_step = configuration.batch_size * configuration.length
    world = StoryWorld(0)
    tokens = world.tokens(configuration.batch_size * (configuration.length * 8 + 1))
    streams = torch.from_numpy(tokens).view(configuration.batch_size, -1).to(place)
    jobs = {}
    for precision in ("float32", "bf16") if device.kind == "cuda" else ("float32",):
        for with_compile in (False, True) if compiled else (False,):
            c = configuration.with_changes(precision=precision)

            def fresh(c=c, with_compile=with_compile):
                torch.manual_seed(0)
                model = LanguageModel(c.cell, len(world.vocabulary), c.embedding_size, c.hidden_size).to(place)
                return (torch.compile(model) if with_compile else model), optimiser_of(model, c)

            def loop(c=c, fresh=fresh):
                model, optimiser = fresh()
                at = {"state": None, "step": 0}

                def step():
                    x, y = batch_of(streams, at["step"], c.length)
                    _, at["state"], _ = training_step(model, optimiser, x, y, at["state"], c)
                    at["step"] += 1

                return step

            def bare(c=c, fresh=fresh):
                model, optimiser = fresh()
                x, y = batch_of(streams, 0, c.length)
                x, y = x.contiguous(), y.flatten()

                def step():
                    with torch.autocast(place, torch.bfloat16, enabled=c.precision == "bf16"):
                        loss = F.cross_entropy(model(x)[0].flatten(0, 1).float(), y)
                    optimiser.zero_grad(set_to_none=True)
                    loss.backward()
                    optimiser.step()

                return step

            jobs["loop", precision, with_compile] = loop()
            jobs["bare step", precision, with_compile] = bare()

    def seconds(job):
        _wait(place)
        start = time.perf_counter()
        for _ in range(steps):
            job()
        _wait(place)
        return (time.perf_counter() - start) / steps

    for job in jobs.values():
        seconds(job)  # what is made on first use is not timed
    times = {key: [] for key in jobs}
    for _ in range(rounds):
        for key, job in jobs.items():
            times[key].append(seconds(job))
    limit = product_speed(place)
    flops = 6 * products_per_word(configuration, len(world.vocabulary)) * words_of_a_step
    rows = []
    for (what, precision, with_compile), found in times.items():
        bare_times = times["bare step", precision, with_compile]
        share = statistics.median(theirs / ours for ours, theirs in zip(found, bare_times, strict=True))
        middle = statistics.median(found)
        rows.append(Row(what, precision, with_compile, words_of_a_step / middle, share, flops / middle / limit))
    return rows, limit


def products_per_word(configuration, vocabulary_size):
    """Multiplications of one word going forward: the GRU's two products of three blocks, and the decoder's."""
    D, H = configuration.embedding_size, configuration.hidden_size
    return 3 * (D * H + H * H) + H * vocabulary_size


def product_speed(place):
    """FLOP/s of one large float32 product on the device: the ceiling of everything above."""
    import torch

    side = 1024 if place == "cpu" else 8192
    a = torch.randn(side, side, device=place)
    best = float("inf")
    for _ in range(6):
        _wait(place)
        start = time.perf_counter()
        a @ a
        _wait(place)
        best = min(best, time.perf_counter() - start)
    return 2 * side**3 / best


def _wait(place):
    import torch

    if place != "cpu":  # a GPU works on after the call has returned
        getattr(torch, place).synchronize()


def table(rows, limit):
    """The rows as text."""
    lines = [f"{'':28}{'words/s':>10}  {'of the bare step':>17}  {'of the products':>16}"]
    for row in rows:
        name = f"{row.what}, {row.precision}" + (", compiled" if row.compiled else "")
        lines.append(f"{name:28}{row.words_per_second:>10,.0f}  {row.share:>16.0%}  {row.of_limit:>15.0%}")
    return "\n".join([*lines, f"One large float32 product reaches {limit / 1e9:,.0f} GFLOP/s here."])
