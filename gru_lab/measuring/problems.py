"""Three problems that need a memory: copying, adding, counting. Endless examples, and a score for each.

A batch is (x, y, weight): x (B, T, D) what is read, y (B, T) what should be said, weight (B, T) 1 where it counts.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from torch.nn import functional as F

from gru_lab.measuring.networks import Networks, outputs, states

LETTERS, COPIED, DELAY = 8, 5, 10  # copying: 5 of 8 letters, asked for after 10 steps
ADDING_LENGTH = 60
COUNT_TRAINED, COUNT_ASKED = 20, 200  # counting: learned up to a²⁰b²⁰, asked up to a²⁰⁰b²⁰⁰


class Problem(NamedTuple):
    """batch: (rng, B) -> x, y, weight. score: what a run is judged by, in `unit`; `more` is True where more is better.

    chance: the score of who remembers nothing. parameters: what each recurrent layer may have, about; its
    readout comes on top, and is smaller where H is.
    """

    batch: Callable
    input_size: int
    output_size: int
    loss: Callable
    score: Callable
    unit: str
    more: bool
    chance: float
    parameters: int


def copying(rng, B):
    """Five letters, a pause, a signal: then say the five letters.

    In this form: Arjovsky, Shah and Bengio, "Unitary evolution recurrent neural networks", 2016 (arXiv:1511.06464),
    after Hochreiter and Schmidhuber 1997.
    Inputs: one of 8 letters, "nothing", "now". T = 20, D = 10; y is a letter's number.
    """
    letters = rng.integers(0, LETTERS, (B, COPIED))
    start = COPIED + DELAY  # the first step at which a letter is asked for
    symbols = np.full((B, start + COPIED), LETTERS)
    symbols[:, :COPIED] = letters
    symbols[:, start - 1] = LETTERS + 1
    y, weight = np.zeros_like(symbols), np.zeros(symbols.shape, dtype=np.float32)
    y[:, start:], weight[:, start:] = letters, 1
    return np.eye(LETTERS + 2, dtype=np.float32)[symbols], y, weight


def adding(rng, B, length=ADDING_LENGTH):
    """Numbers in [0, 1) and two marks, one in each half: say the sum of the marked two at the end.

    Hochreiter and Schmidhuber 1997, as in Le, Jaitly and Hinton 2015 (arXiv:1504.00941). D = 2: number, mark.
    """
    numbers, marks = rng.random((B, length), dtype=np.float32), np.zeros((B, length), dtype=np.float32)
    for low, high in ((0, length // 2), (length // 2, length)):
        marks[np.arange(B), rng.integers(low, high, B)] = 1
    y, weight = np.zeros_like(numbers), np.zeros_like(numbers)
    y[:, -1], weight[:, -1] = (numbers * marks).sum(1), 1
    return np.stack([numbers, marks], axis=-1), y, weight


def counting(rng, B, top=COUNT_TRAINED):
    """aⁿbⁿ with n from 1 to `top`: after each b, is the word at its end (1) or not (0)? Gers and Schmidhuber 2001.

    From the first b on there is one right answer, and it needs n. D = 2: a, b; zeros after the end.
    """
    return words_to_count(rng.integers(1, top + 1, B), 2 * top)


def words_to_count(n, length):
    """aⁿbⁿ for each n of (B,), padded to `length`: x (B, length, 2), y, weight."""
    n, t = np.asarray(n)[:, None], np.arange(length)
    a, b = t < n, (t >= n) & (t < 2 * n)
    return np.stack([a, b], axis=-1).astype(np.float32), (t == 2 * n - 1).astype(np.int64), b.astype(np.float32)


def cross_entropy(networks: Networks, x: torch.Tensor, y: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """Mean nats for each answer asked for. x (N, B, T, D), y and weight (N, B, T) -> (N,)."""
    said = outputs(networks, states(networks, x))
    nats = F.cross_entropy(said.flatten(0, 2), y.flatten(), reduction="none").view_as(weight)
    return (nats * weight).sum(dim=(1, 2)) / weight.sum(dim=(1, 2))


def squared_error(networks: Networks, x: torch.Tensor, y: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """Mean square error of the answers asked for, (N,)."""
    said = outputs(networks, states(networks, x))[..., 0]
    return ((said - y) ** 2 * weight).sum(dim=(1, 2)) / weight.sum(dim=(1, 2))


@torch.no_grad()
def share_right(networks: Networks) -> torch.Tensor:
    """Copying: the share of letters that come back right, on 400 unseen examples. (N,)"""
    x, y, weight = _for_all(networks, copying(np.random.default_rng(19), 400))
    right = outputs(networks, states(networks, x)).argmax(-1) == y
    return (right * weight).sum(dim=(1, 2)) / weight.sum(dim=(1, 2))


@torch.no_grad()
def error_of_sum(networks: Networks) -> torch.Tensor:
    """Adding: mean square error on 1,000 unseen examples. (N,)"""
    return squared_error(networks, *_for_all(networks, adding(np.random.default_rng(19), 1000)))


@torch.no_grad()
def counts_to(networks: Networks, asked: int = COUNT_ASKED) -> torch.Tensor:
    """Counting: the largest n such that aᵏbᵏ is answered without a slip for every k from 1 to n. (N,)"""
    x, y, weight = _for_all(networks, words_to_count(np.arange(1, asked + 1), 2 * asked))
    right = outputs(networks, states(networks, x)).argmax(-1) == y
    return (right | (weight == 0)).all(dim=2).int().cumprod(dim=1).sum(dim=1)


def _for_all(networks, batch):
    N = len(networks.U)
    return tuple(torch.as_tensor(part).expand(N, *part.shape) for part in batch)


PROBLEMS = {
    "copying": Problem(
        copying, LETTERS + 2, LETTERS, cross_entropy, share_right, "share of letters right", True, 1 / LETTERS, 1500
    ),
    "adding": Problem(adding, 2, 1, squared_error, error_of_sum, "mean square error", False, 1 / 6, 1500),
    "counting": Problem(counting, 2, 2, cross_entropy, counts_to, "counts to", True, 0, 600),
}
