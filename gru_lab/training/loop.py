"""The training loop. One code path: a CPU, a GPU, or as many processes as torchrun starts.

Which words a step reads is a function of the step's number alone, and everything a step changes is in the checkpoint:
so a run that was stopped goes on as if it had not been, and several processes do together what one does alone.
"""

import copy
import csv
import json
import math
import os
import platform
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import distributed
from torch.nn import functional as F
from tqdm import tqdm

from gru_lab.models import LanguageModel, save
from gru_lab.models.language_model import State
from gru_lab.training.checkpoint import read_checkpoint, write_atomically, write_checkpoint
from gru_lab.training.configuration import Configuration
from gru_lab.training.corpus import Corpus
from gru_lab.training.device import Device, check_memory

__all__ = ["Interrupted", "evaluate", "learning_rate", "train"]

CHECKPOINT, METRICS, MODEL, RECORD = "checkpoint.safetensors", "metrics.csv", "model.safetensors", "record.json"
COLUMNS = ("step", "words", "train_loss", "validation_loss", "learning_rate", "gradient_norm")


class Interrupted(Exception):
    """The run was stopped and its state is saved; the same command goes on."""


def train(
    configuration: Configuration,
    corpus: Corpus,
    out: str | Path,
    device: Device,
    command: str = "",
    progress: bool = True,
    step_done: Callable[[int, float], None] = lambda step, loss: None,
) -> dict:
    """Train a language model and return the record of the run.

    Writes to the folder `out`: metrics.csv as it goes, checkpoint.safetensors every `configuration.every` steps, at the
    end model.safetensors and record.json. A checkpoint that is there is gone on from. step_done(step, loss) is called
    after each step. Raises Interrupted on Ctrl-C, OSError when a file cannot be written, ValueError for a checkpoint of
    another run, and for a loss that is no longer a number.
    """
    c, out = configuration, Path(out)
    rank, processes = _join(device)
    if c.batch_size % processes:
        raise ValueError(f"batch_size is {c.batch_size}, needs a multiple of the {processes} processes")
    out.mkdir(parents=True, exist_ok=True)
    place = torch.device(device.kind, int(os.environ.get("LOCAL_RANK", 0))) if device.kind == "cuda" else device.kind
    torch.manual_seed(c.seed)
    model = LanguageModel(c.cell, len(corpus.vocabulary), c.embedding_size, c.hidden_size).to(place)
    check_memory(_bytes_needed(model, c, processes), device)
    optimiser = optimiser_of(model, c)
    take_step = step_of(model, optimiser, c, processes)
    streams = _streams(corpus.train, c)[rank::processes].to(place)  # this process's rows
    run = c.as_dict() | {"corpus": corpus.name}
    start, state, seconds_before = 0, None, 0.0
    if (out / CHECKPOINT).exists():
        start, state, seconds_before = read_checkpoint(out / CHECKPOINT, model, optimiser, run, rank, processes)
        if rank == 0:
            _cut_metrics(out / METRICS, start)
    elif rank == 0:
        write_atomically(out / METRICS, (",".join(COLUMNS) + "\n").encode())

    began, validation_loss = time.perf_counter(), math.nan
    bar = tqdm(total=c.steps, initial=start, unit="step", disable=not progress or rank > 0, file=sys.stderr)
    try:
        for step in range(start, c.steps):
            rate = learning_rate(step, c)
            set_rate(optimiser, rate)
            x, y = batch_of(streams, step, c.length)
            if step % _steps_in_a_pass(streams, c) == 0:
                state = None  # the streams begin again
            loss, state, norm = take_step(x, y, state)
            bar.update()
            last = step + 1 == c.steps
            if (step + 1) % c.every == 0 or last:
                mean_loss = _average(loss, processes)
                if not math.isfinite(mean_loss):
                    raise ValueError(f"the loss is {mean_loss} after step {step + 1}: try a smaller --rate")
                validation_loss = evaluate(model, corpus.validation, place, c.length) if rank == 0 else math.nan
                seconds = seconds_before + time.perf_counter() - began
                done = step + 1
                if rank == 0:
                    row = (done, done * c.batch_size * c.length, mean_loss, validation_loss, rate, float(norm))
                    with (out / METRICS).open("a", encoding="utf-8", newline="") as file:
                        csv.writer(file, lineterminator="\n").writerow([_short(number) for number in row])
                write_checkpoint(out / CHECKPOINT, model, optimiser, state, done, seconds, run, rank, processes)
                speed = (done - start) * c.batch_size * c.length / (time.perf_counter() - began)
                bar.set_postfix_str(f"loss {mean_loss:.3f}, validation {validation_loss:.3f}, {speed:,.0f} words/s")
                step_done(done, mean_loss)
            else:
                step_done(step + 1, math.nan)
    except KeyboardInterrupt:
        raise Interrupted(
            f"Stopped. The run is saved up to its last checkpoint in {out}; the same command goes on from there."
        ) from None
    finally:
        bar.close()
    seconds = seconds_before + time.perf_counter() - began
    record = _record(configuration, corpus, device, processes, model, command, seconds, validation_loss)
    if rank == 0:
        test_loss = evaluate(model, corpus.test, place, c.length)
        record |= {"test_loss": round(test_loss, 4), "test_perplexity": round(math.exp(test_loss), 3)}
        save(model, out / (MODEL + ".new"), corpus.vocabulary)
        (out / (MODEL + ".new")).replace(out / MODEL)
        write_atomically(out / RECORD, (json.dumps(record, indent=1, ensure_ascii=False) + "\n").encode())
    if processes > 1:
        distributed.barrier()
    return record


def optimiser_of(model: LanguageModel, c: Configuration) -> torch.optim.AdamW:
    """On an NVIDIA card the rate is a tensor there, which a recorded step reads anew at every replay."""
    place = next(model.parameters()).device
    if place.type == "cuda":  # pragma: no cover - needs an NVIDIA card
        rate = torch.tensor(c.rate, device=place)
        return torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=c.weight_decay, fused=True, capturable=True)
    return torch.optim.AdamW(model.parameters(), lr=c.rate, weight_decay=c.weight_decay)


def set_rate(optimiser: torch.optim.Optimizer, rate: float) -> None:
    for group in optimiser.param_groups:
        if isinstance(group["lr"], torch.Tensor):
            group["lr"].fill_(rate)
        else:
            group["lr"] = rate


def step_of(model: LanguageModel, optimiser: torch.optim.Optimizer, c: Configuration, processes: int = 1) -> Callable:
    """What takes a training step here: (x, y, state) -> (loss, state to go on from, gradient norm)."""
    step = Step(model, optimiser, c, processes)
    return RecordedStep(step) if next(model.parameters()).is_cuda and processes == 1 else step


class Step:
    """One training step on words x and the words after them y, each (B, T), from a state or None.

    Called, it returns (loss, state to go on from, gradient norm). For bf16 the products are made by a rounded copy of
    the model; weights, their gradients and Adam's means stay float32. Not by torch.autocast: for cuDNN's layers it
    takes float16, whatever was asked for (torch 2.11 and before), in which the gradient of a mean over 65,536 words is
    too small to be told from 0: it came out wrong by 3 %, against 0.3 % here.
    """

    def __init__(self, model: LanguageModel, optimiser: torch.optim.Optimizer, c: Configuration, processes: int = 1):
        self.model, self.optimiser, self.c, self.processes = model, optimiser, c, processes
        self.rounded = copy.deepcopy(model).bfloat16() if c.precision == "bf16" else model

    def __call__(self, x, y, state):
        loss, state = self.loss(x, y, state)
        self.backward(loss)
        _average_gradients(self.model, self.processes)
        norm = torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.c.clip)
        self.optimiser.step()
        return loss.detach(), _detached(state), norm

    def loss(self, x, y, state):
        """(mean loss, state to go on from)."""
        if self.rounded is not self.model:
            with torch.no_grad():
                torch._foreach_copy_(list(self.rounded.parameters()), list(self.model.parameters()))
        with warnings.catch_warnings():  # torch lays weights out in one piece for cuDNN, but not those in bf16
            warnings.filterwarnings("ignore", message="RNN module weights are not part of single contiguous chunk")
            logits, state = self.rounded(x, state)
        return F.cross_entropy(logits.flatten(0, 1).float(), y.flatten()), state

    def backward(self, loss):
        """The gradients into the model's parameters, in place of those that were there."""
        self.rounded.zero_grad(set_to_none=True)
        loss.backward()
        if self.rounded is not self.model:
            for parameter, rounded in zip(self.model.parameters(), self.rounded.parameters(), strict=True):
                parameter.grad = None if rounded.grad is None else rounded.grad.float()


class RecordedStep:  # pragma: no cover - needs an NVIDIA card, as tests/test_training_gpu.py does
    """A Step for one NVIDIA card, recorded once as a CUDA graph and replayed: the card need not wait for Python.

    The steps before the recording are real ones: cuDNN and the optimiser make what they need in them. Called as (x, y,
    state); what it returns is overwritten by the next call. Source: PyTorch's notes on CUDA semantics, "CUDA Graphs".
    """

    FIRST = 3  # steps that are taken without a recording

    def __init__(self, step: Step):
        self._step, self._stream, self._taken = step, torch.cuda.Stream(), 0
        self._graph: torch.cuda.CUDAGraph | None = None

    def __call__(self, x, y, state):
        if self._taken < self.FIRST:
            self._taken += 1
            self._stream.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(self._stream):
                found = self._step(x, y, state)
            torch.cuda.current_stream().wait_stream(self._stream)
            self._state = found[1]
            return found
        if self._graph is None:
            self._x, self._y = x.clone(), y.clone()
            self._state = tuple(part.clone() for part in _parts(self._state))
        self._x.copy_(x)
        self._y.copy_(y)
        for kept, part in zip(self._state, _parts(state) if state is not None else self._state, strict=True):
            if state is None:
                kept.zero_()
            elif part is not kept:
                kept.copy_(part)
        if self._graph is None:
            self._graph = self._record()
        self._graph.replay()
        return self._loss, self._state if len(self._state) > 1 else self._state[0], self._norm

    def _record(self):
        graph = torch.cuda.CUDAGraph()
        state = self._state if len(self._state) > 1 else self._state[0]
        with torch.cuda.graph(graph, stream=self._stream):
            self._loss, after, self._norm = self._step(self._x, self._y, state)
            for kept, part in zip(self._state, _parts(after), strict=True):
                kept.copy_(part)
        return graph


@torch.no_grad()
def evaluate(
    model: LanguageModel, tokens: np.ndarray, device: torch.device | str = "cpu", length: int = 64, rows: int = 20
) -> float:
    """The mean loss in nats per word over `tokens` (N,), read as `rows` streams side by side with their states kept."""
    rows = max(1, min(rows, len(tokens) // (length + 1)))
    streams = torch.from_numpy(np.array(tokens[: len(tokens) // rows * rows], dtype=np.int64)).view(rows, -1).to(device)
    state, total, count = None, 0.0, 0
    for at in range(0, streams.shape[1] - 1, length):
        x = streams[:, at : at + length][:, : streams.shape[1] - 1 - at]
        y = streams[:, at + 1 : at + 1 + x.shape[1]]
        logits, state = model(x, state)
        total += float(F.cross_entropy(logits.flatten(0, 1).float(), y.flatten(), reduction="sum"))
        count += y.numel()
    return total / count


def learning_rate(step: int, c: Configuration) -> float:
    """Up to `rate` over `warmup` steps, then down to a tenth along a cosine. step: from 0."""
    if step < c.warmup:
        return c.rate * (step + 1) / c.warmup
    share = (step - c.warmup) / max(1, c.steps - c.warmup)
    return c.rate * (0.1 + 0.9 * 0.5 * (1 + math.cos(math.pi * share)))


def batch_of(streams: torch.Tensor, step: int, length: int) -> tuple[torch.Tensor, torch.Tensor]:
    """The words of this step and the words after them, each (B, length)."""
    at = step % ((streams.shape[1] - 1) // length) * length
    window = streams[:, at : at + length + 1].long()
    return window[:, :-1], window[:, 1:]


def _streams(tokens: np.ndarray, c: Configuration) -> torch.Tensor:
    """(batch_size, N / batch_size): the text cut into streams that are read side by side."""
    columns = len(tokens) // c.batch_size
    if columns <= c.length:
        raise ValueError(
            f"the text has {len(tokens):,} words to train on, too few for {c.batch_size} streams of {c.length} words: "
            "use a smaller batch_size or length"
        )
    return torch.from_numpy(np.array(tokens[: columns * c.batch_size])).view(c.batch_size, columns)


def _steps_in_a_pass(streams: torch.Tensor, c: Configuration) -> int:
    return (streams.shape[1] - 1) // c.length


def _parts(state: State) -> tuple[torch.Tensor, ...]:
    return state if isinstance(state, tuple) else (state,)


def _detached(state):
    return tuple(part.detach() for part in state) if isinstance(state, tuple) else state.detach()


# ---- several processes


def _join(device: Device) -> tuple[int, int]:
    """(rank, processes), from what torchrun says; (0, 1) without it."""
    processes = int(os.environ.get("WORLD_SIZE", 1))
    if processes == 1:
        return 0, 1
    if not distributed.is_initialized():
        if device.kind == "cuda":  # pragma: no cover - needs an NVIDIA card
            torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
        distributed.init_process_group("nccl" if device.kind == "cuda" else "gloo")
    return distributed.get_rank(), processes


def _average_gradients(model: LanguageModel, processes: int) -> None:
    if processes > 1:
        for gradient in [parameter.grad for parameter in model.parameters() if parameter.grad is not None]:
            distributed.all_reduce(gradient)
            gradient /= processes


def _average(loss: torch.Tensor, processes: int) -> float:
    if processes > 1:
        distributed.all_reduce(loss)
        loss = loss / processes
    return float(loss)


# ---- what is written


def _short(number: float) -> str:
    return str(number) if isinstance(number, int) else f"{number:.6g}"


def _cut_metrics(path: Path, step: int) -> None:
    """Forget the rows after the checkpoint: they will come again."""
    head, *rows = path.read_text(encoding="utf-8").splitlines()
    kept = [row for row in rows if row.count(",") == len(COLUMNS) - 1 and int(row.split(",")[0]) <= step]
    write_atomically(path, ("\n".join([head, *kept]) + "\n").encode())


def _bytes_needed(model: LanguageModel, c: Configuration, processes: int) -> int:
    """Weights, gradients and Adam's two means; logits and their gradient; about twelve numbers for a unit and step."""
    rows = c.batch_size // processes * c.length
    return 4 * (4 * model.parameter_count + rows * (3 * model.configuration["vocabulary_size"] + 12 * c.hidden_size))


def _versions(device: Device) -> dict[str, str]:
    found = {"python": platform.python_version(), "torch": torch.__version__, "numpy": np.__version__}
    if device.kind == "cuda":
        found |= {"cuda": str(torch.version.cuda), "cudnn": str(torch.backends.cudnn.version())}
    return found


def _record(c, corpus, device, processes, model, command, seconds, validation_loss):
    words = c.steps * c.batch_size * c.length
    return {
        "command": command,
        "device": device.name,
        "kind": device.kind,
        "threads": torch.get_num_threads(),
        "processes": processes,
        "versions": _versions(device),
        "corpus": corpus.name,
        "configuration": replace(c).as_dict(),
        "parameters": model.parameter_count,
        "words": words,
        "seconds": round(seconds),
        "words_per_second": round(words / max(seconds, 1e-9)),
        "validation_loss": round(validation_loss, 4),
    }
