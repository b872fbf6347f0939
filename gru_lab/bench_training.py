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
    """what: "loop", "bare step" or, on an NVIDIA card, "recorded step", a bare one replayed as a CUDA graph.

    share: of the bare step at this precision. of_limit: of the speed of the products alone, at this precision.
    """

    what: str
    precision: str
    compiled: bool
    words_per_second: float
    share: float
    of_limit: float


class Limits(NamedTuple):
    """flops: precision -> FLOP/s of one large matrix product. chain: the share of a loop's step that is left with a
    sixteenth of its streams: what waits for the step before, and does not get shorter with less to compute."""

    flops: dict[str, float]
    chain: float


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
    rows, limits = measure(PRESETS[options.preset], device, options.rounds, options.steps, options.compile)
    print(table(rows, limits))
    options.out.parent.mkdir(parents=True, exist_ok=True)
    found = {"device": device.name, "cpu": cpu_name(), "preset": options.preset, **limits._asdict()}
    found["rows"] = [row._asdict() for row in rows]
    options.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(f"\nwritten to {options.out}")
    return 0


def measure(configuration, device, rounds=7, steps=5, compiled=False):
    """(rows, limits). bf16 and recorded steps are measured on an NVIDIA card only."""
    import torch

    from gru_lab.story import StoryWorld

    place, c = device.kind, configuration
    precisions = ("float32", "bf16") if place == "cuda" else ("float32",)
    tokens = torch.from_numpy(StoryWorld(0).tokens(c.batch_size * (c.length * 8 + 1)))
    streams = tokens.view(c.batch_size, -1).to(place)
    jobs = {}
    for precision in precisions:
        at = c.with_changes(precision=precision)
        for with_compile in (False, True) if compiled else (False,):
            jobs["bare step", precision, with_compile] = _bare(at, streams, with_compile)
        jobs["loop", precision, False] = _loop(at, streams)
        if place == "cuda":  # pragma: no cover - needs an NVIDIA card
            jobs["recorded step", precision, False] = _recorded(_bare(at, streams))
    few_streams = ("few streams", precisions[-1], False)
    few = at.with_changes(batch_size=max(1, c.batch_size // 16))
    jobs[few_streams] = _loop(few, streams[: few.batch_size])

    def seconds(job):
        _wait(place)
        start = time.perf_counter()
        for _ in range(steps):
            job()
        _wait(place)
        return (time.perf_counter() - start) / steps

    for job in jobs.values():
        seconds(job)  # what is made on first use is not timed
    times: dict[tuple[str, str, bool], list[float]] = {key: [] for key in jobs}
    for _ in range(rounds):
        for key, job in jobs.items():
            times[key].append(seconds(job))

    def ratio(one, other):
        return statistics.median(a / b for a, b in zip(times[one], times[other], strict=True))

    chain = ratio(few_streams, ("loop", precisions[-1], False))
    del times[few_streams]
    limits = Limits({precision: product_speed(place, precision) for precision in precisions}, chain)
    words = c.batch_size * c.length
    flops = 6 * products_per_word(c, len(StoryWorld().vocabulary)) * words
    rows = [
        Row(*key, words / statistics.median(found), ratio(("bare step", key[1], False), key),
            flops / statistics.median(found) / limits.flops[key[1]])
        for key, found in times.items()
    ]  # fmt: skip
    return rows, limits


def _model(c, streams):
    import torch

    from gru_lab.models import LanguageModel
    from gru_lab.story import StoryWorld
    from gru_lab.training.loop import optimiser_of

    torch.manual_seed(0)
    model = LanguageModel(c.cell, len(StoryWorld().vocabulary), c.embedding_size, c.hidden_size).to(streams.device)
    return model, optimiser_of(model, c)


def _loop(c, streams):
    """What `gru-lab train` does for each step: its own words, the state carried on, the gradient clipped."""
    from gru_lab.training.loop import batch_of, step_of

    model, optimiser = _model(c, streams)
    take_step = step_of(model, optimiser, c)
    number, state = 0, None

    def step():
        nonlocal number, state
        x, y = batch_of(streams, number, c.length)
        _, state, _ = take_step(x, y, state)
        number += 1

    return step


def _bare(c, streams, compiled=False):
    """The same words each time, lying on the device; forward, loss, backward, Adam, and nothing else."""
    import torch

    from gru_lab.training.loop import Step, batch_of

    model, optimiser = _model(c, streams)
    x, y = (part.contiguous() for part in batch_of(streams, 0, c.length))
    step = Step(model, optimiser, c)
    loss_of = torch.compile(step.loss) if compiled else step.loss

    def bare():
        step.backward(loss_of(x, y, None)[0])
        optimiser.step()

    return bare


def _recorded(step):  # pragma: no cover - needs an NVIDIA card
    import torch

    stream, graph = torch.cuda.Stream(), torch.cuda.CUDAGraph()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(3):
            step()
    torch.cuda.current_stream().wait_stream(stream)
    with torch.cuda.graph(graph, stream=stream):
        step()

    def replay(step=step):  # the recording knows where the step's tensors lie, but does not keep them
        graph.replay()

    return replay


def products_per_word(configuration, vocabulary_size):
    """Multiplications of one word going forward: the GRU's two products of three blocks, and the decoder's."""
    D, H = configuration.embedding_size, configuration.hidden_size
    return 3 * (D * H + H * H) + H * vocabulary_size


def product_speed(place, precision="float32"):
    """FLOP/s of one large product on the device. On an NVIDIA card "float32" is TF32, which cuDNN's layers take too."""
    import torch

    side = 1024 if place == "cpu" else 8192
    a = torch.randn(side, side, device=place, dtype=torch.bfloat16 if precision == "bf16" else torch.float32)
    before = torch.backends.cuda.matmul.allow_tf32
    torch.backends.cuda.matmul.allow_tf32 = True
    best = float("inf")
    try:
        for _ in range(6):
            _wait(place)
            start = time.perf_counter()
            a @ a
            _wait(place)
            best = min(best, time.perf_counter() - start)
    finally:
        torch.backends.cuda.matmul.allow_tf32 = before
    return 2 * side**3 / best


def _wait(place):
    import torch

    if place != "cpu":  # a GPU works on after the call has returned  # pragma: no cover - needs a GPU
        getattr(torch, place).synchronize()


def table(rows, limits):
    """The rows as text, and what binds."""
    lines = [f"{'':28}{'words/s':>10}  {'of the bare step':>17}  {'of the products':>16}"]
    for row in rows:
        name = f"{row.what}, {row.precision}" + (", compiled" if row.compiled else "")
        lines.append(f"{name:28}{row.words_per_second:>10,.0f}  {row.share:>16.0%}  {row.of_limit:>15.1%}")
    lines += [f"One large {name} product: {flops / 1e9:,.0f} GFLOP/s here." for name, flops in limits.flops.items()]
    lines.append(
        f"With a sixteenth of the streams the loop's step takes {limits.chain:.0%} of its time: {binds(limits)}"
    )
    return "\n".join(lines)


def binds(limits):
    """Which of the two limits is the nearer one, in words."""
    if limits.chain > 0.5:
        return "the chain of steps binds, each waiting for the one before, and more streams cost less than their share."
    return "the amount of arithmetic weighs more than the chain of steps."
