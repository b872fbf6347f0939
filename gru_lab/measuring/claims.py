"""The article's seven claims against the LSTM, each turned into numbers for an RNN, a GRU and an LSTM.

Each function measures one thing and returns pieces of `Evidence`; `evidence.verdict` weighs them. `Settings()` takes
under a minute on two cores; `Settings.large()` repeats everything with more seeds and larger networks.
"""

from dataclasses import dataclass

import numpy as np
import torch

from gru_lab.measuring import counts, kernels, lessons
from gru_lab.measuring.counts import CELLS, EQUAL_HIDDEN_SIZE, EQUAL_PARAMETERS
from gru_lab.measuring.evidence import ARITHMETIC, EXPERIMENT, IMPLEMENTATION, Evidence, best_of_three
from gru_lab.measuring.networks import Networks, states
from gru_lab.measuring.switches import ASPECT_COUNT, stories

SIZES = (EQUAL_HIDDEN_SIZE, EQUAL_PARAMETERS)
CLIPPING = ("no clipping", "clipping")


@dataclass(frozen=True)
class Settings:
    """How much to measure. layer_*: the PyTorch layers that are counted and timed. lesson_*: the networks that learn.

    seeds: starts of each network. rounds: of the clock. lengths: a short and a long way to cut `tokens` into sequences.
    rates: learning rates that `remember` tries.
    """

    seeds: int = 3
    rounds: int = 5
    layer_input_size: int = 64
    layer_hidden_size: int = 128
    layer_length: int = 64
    layer_batch: int = 32
    tokens: int = 2048
    lengths: tuple = (8, 512)
    lesson_hidden_size: int = 24
    lesson_length: int = 20
    lesson_batch: int = 16
    rates: tuple = (0.004, 0.012, 0.035, 0.1)
    remember_steps: int = 200
    memorise_steps: int = 240

    @classmethod
    def large(cls):
        """The same experiments with ten seeds and larger networks: some minutes."""
        return cls(
            seeds=10,
            rounds=15,
            lengths=(8, 2048),
            lesson_hidden_size=32,
            lesson_length=30,
            rates=(0.0015, 0.004, 0.012, 0.035, 0.1),
            remember_steps=300,
            memorise_steps=400,
        )

    def layer_sizes(self, sizes):
        """{cell: hidden size} of the PyTorch layers, which have two bias vectors for each block."""
        return counts.hidden_sizes(sizes, self.layer_input_size, self.layer_hidden_size, bias_sets=2)

    def lesson_sizes(self, sizes):
        """{cell: hidden size} of the networks that learn, one bias vector for each block."""
        return counts.hidden_sizes(sizes, ASPECT_COUNT, self.lesson_hidden_size)

    def lesson_networks(self):
        """The networks that learn, each once: [(cell, hidden size)]. The LSTM is the same at both SIZES."""
        return sorted({pair for sizes in SIZES for pair in self.lesson_sizes(sizes).items()})


# ------------------------------------------------------------------------------------------- claims 1 and 2: counting


def count_operations(settings):
    """Claim 1 on paper: multiplications of one step for one example."""
    D = settings.layer_input_size
    return [
        _exact(1, "multiplications of one step", sizes, "", {
            cell: counts.multiplications(cell, D, H) for cell, H in settings.layer_sizes(sizes).items()})
        for sizes in SIZES
    ]  # fmt: skip


def count_memory(settings):
    """Claim 2 on paper: bytes of the parameters (at equal hidden size) and of what a step hands on, in float32."""
    D, float32 = settings.layer_input_size, 4
    equal_H = settings.layer_sizes(EQUAL_HIDDEN_SIZE)
    parameters = {cell: float32 * counts.parameter_count(cell, D, H, bias_sets=2) for cell, H in equal_H.items()}
    evidence = [_exact(2, "parameters", EQUAL_HIDDEN_SIZE, "bytes", parameters)]
    for sizes in SIZES:
        carried = {cell: float32 * counts.numbers_carried(cell, H) for cell, H in settings.layer_sizes(sizes).items()}
        evidence.append(_exact(2, "state handed to the next step", sizes, "bytes", carried))
    return evidence


# ---------------------------------------------------------------------- claims 1, 2 and 7: what the machine makes of it


def clock_steps(settings, tick=None):
    """Claim 1 by the clock: a training step of PyTorch's layers, with and without the fused kernel."""
    return [
        Evidence(1, f"training step, {which}", sizes, IMPLEMENTATION, "ms", _scaled(1000, kernels.step_times(
            sizes, which, settings.layer_input_size, settings.layer_hidden_size, settings.layer_length,
            settings.layer_batch, settings.rounds, tick=tick)))
        for which in kernels.KERNELS
        for sizes in SIZES
    ]  # fmt: skip


def clock_ticks(settings):
    """How often `clock_steps` and `clock_growth` tick: the lengths of their progress bars."""
    runs = len(kernels.KERNELS) * settings.rounds
    return runs * len(SIZES) * len(CELLS), runs * len(settings.lengths) * (len(CELLS) + 1)


def weigh_saved_memory(settings):
    """Claim 2 in training: what a forward pass of PyTorch's layers keeps for the backward pass."""
    MiB = 1 / 2**20
    return [
        Evidence(2, f"kept for the backward pass, {which}", sizes, IMPLEMENTATION, "MiB", {
            cell: (MiB * size,) for cell, size in kernels.saved_sizes(
                sizes, which, settings.layer_input_size, settings.layer_hidden_size, settings.layer_length,
                settings.layer_batch).items()})
        for which in kernels.KERNELS
        for sizes in SIZES
    ]  # fmt: skip


def count_waiting(settings):
    """Claim 7 on paper: how many steps of the longest sequence must wait for one another."""
    T = settings.lengths[-1]
    costs = {cell: (counts.steps_in_a_row(cell, T),) for cell in CELLS}
    reference = ("a feedforward network", (counts.steps_in_a_row("feedforward", T),))
    return [Evidence(7, f"steps in a row, T = {T}", "any size", ARITHMETIC, "", costs, reference)]


def clock_growth(settings, tick=None):
    """Claim 7 by the clock: the same tokens as few long sequences; how many times longer does a training step take?"""
    evidence = []
    for which in kernels.KERNELS:
        times = kernels.growth(which, settings.tokens, settings.lengths, rounds=settings.rounds, tick=tick)
        reference = ("a feedforward network", times.pop("feedforward"))
        name = f"slowdown, T = {settings.lengths[0]} to {settings.lengths[-1]}, {which}"
        evidence.append(Evidence(7, name, EQUAL_HIDDEN_SIZE, IMPLEMENTATION, "times", times, reference))
    return evidence


# ----------------------------------------------------------------------------------- claims 3 to 6: what training shows


def remember_all(settings, tick=None):
    """Give every network the lesson `remember`: {(cell, hidden size): lessons.Remembered}."""
    with kernels.one_thread():
        return {
            (cell, H): lessons.remember(
                cell, H, settings.seeds, settings.rates, settings.remember_steps, settings.lesson_length,
                settings.lesson_batch, tick=tick)
            for cell, H in settings.lesson_networks()
        }  # fmt: skip


def memorise_all(settings, tick=None):
    """Give every network the lesson `memorise`: {(cell, hidden size): lessons.Memorised}."""
    with kernels.one_thread():
        return {
            (cell, H): lessons.memorise(
                cell, H, settings.seeds, steps=settings.memorise_steps, length=settings.lesson_length, tick=tick
            )
            for cell, H in settings.lesson_networks()
        }


def lesson_steps(settings):
    """How many steps `remember_all` and `memorise_all` take together: the length of a progress bar."""
    return len(settings.lesson_networks()) * (settings.remember_steps + settings.memorise_steps)


def read_units(settings, remembered):
    """Claim 3: the share of an aspect that the best single number of the state misses, 1 − r², mean of the aspects.

    Read on unseen stories from every network that learned with clipping, mean of its learning rates; a seed that
    learned with none misses all, 1. The state of an LSTM is h and c. The reference is what a linear readout of all the
    GRU's numbers together misses.
    """
    evidence = []
    for sizes in SIZES:
        read = {cell: read_state(settings, remembered[cell, H]) for cell, H in settings.lesson_sizes(sizes).items()}
        costs = {cell: tuple(best) for cell, (best, _) in read.items()}
        reference = ("a readout of all units", tuple(read["GRU"][1]))
        evidence.append(Evidence(3, "share that the best unit misses", sizes, EXPERIMENT, "", costs, reference))
    return evidence


def find_overfitting(settings, memorised):
    """Claim 4: test minus training loss, at the end and where the test loss was lowest. The reference has no gap."""
    moments = {"end of training": lambda m: (-1,), "best test loss": lambda m: m.test.argmin(axis=0)}
    evidence = []
    for name, moment in moments.items():
        for sizes in SIZES:
            costs = {}
            for cell, H in settings.lesson_sizes(sizes).items():
                lesson = memorised[cell, H]
                at = np.broadcast_to(moment(lesson), settings.seeds), np.arange(settings.seeds)
                costs[cell] = _numbers(lesson.test[at] - lesson.train[at])
            reference = ("no gap at all", (0.0,))
            evidence.append(Evidence(4, f"test minus training loss, {name}", sizes, EXPERIMENT, "", costs, reference))
    return evidence


def count_failures(settings, remembered):
    """Claim 5: the share of learning rates with which a network never learns, beside the best of the three."""
    return [
        _beside_the_best(5, f"share of learning rates that fail, {name}", sizes, "", {
            cell: _numbers(np.isinf(remembered[cell, H].learned[clipped]).mean(axis=0))
            for cell, H in settings.lesson_sizes(sizes).items()})
        for clipped, name in enumerate(CLIPPING)
        for sizes in SIZES
    ]  # fmt: skip


def find_spikes(settings, remembered):
    """Claim 5: the largest gradient norm ÷ the median one, before clipping, at the learning rate where that is worst.

    The reference is the best of the three: every gradient varies, so one that does not would convict each of them.
    """
    evidence = []
    for clipped, name in enumerate(CLIPPING):
        for sizes in SIZES:
            costs = {}
            for cell, H in settings.lesson_sizes(sizes).items():
                norm = remembered[cell, H].gradient_norm[:, clipped]  # (steps, rates, seeds)
                costs[cell] = _numbers((norm.max(axis=0) / np.median(norm, axis=0)).max(axis=0))
            evidence.append(_beside_the_best(5, f"largest ÷ median gradient, {name}", sizes, "", costs))
    return evidence


def count_steps_to_learn(settings, remembered):
    """Claim 6: training steps until the lesson is learned, with clipping, each network at its best learning rate.

    The reference is the best of the three: which of them learns soonest is what the experiment is to find out.
    """
    evidence = []
    for sizes in SIZES:
        costs = {}
        for cell, H in settings.lesson_sizes(sizes).items():
            lesson = remembered[cell, H]
            costs[cell] = _numbers(lesson.learned[1, lesson.best_rate(clipped=True)])
        evidence.append(_beside_the_best(6, "training steps to learn", sizes, "steps", costs))
    return evidence


def read_state(settings, lesson, count=60):
    """What of the aspects is missing from the best single number of the state, and from all numbers together.

    -> two arrays (seeds,): means of 1 − r² over the four aspects on `count` unseen stories, and over the learning rates
    with which the seed learned.
    """
    x, y = stories(count, settings.lesson_length, [2025])
    truth = y.reshape(-1, ASPECT_COUNT).astype(np.float64)
    truth = truth - truth.mean(axis=0)
    total = (truth**2).sum(axis=0)
    with_clipping = len(settings.rates) * settings.seeds  # the first half of the networks learned without
    best: list[list[float]] = [[] for _ in range(settings.seeds)]
    together: list[list[float]] = [[] for _ in range(settings.seeds)]
    for place, learned in enumerate(np.isfinite(lesson.learned[1]).ravel()):
        if not learned:
            continue
        one = slice(with_clipping + place, with_clipping + place + 1)
        networks = Networks(lesson.cell, *(weight.detach()[one] for weight in lesson.networks.weights))
        with torch.no_grad(), kernels.one_thread():
            track = states(networks, torch.tensor(x)[None])
            state = torch.stack([torch.cat(parts, dim=-1) for parts in track[1:]], dim=2)
            state = state.flatten(0, 2).double()  # (sentences of all stories, numbers of the state)
            state = state - state.mean(dim=0)
            # PyTorch's default driver, gelsy, gave other answers from call to call when some units were always zero.
            weights = torch.linalg.lstsq(state, torch.tensor(truth), driver="gelsd").solution.numpy()
        read = state.numpy()
        explained = (read.T @ truth) ** 2 / np.maximum((read**2).sum(axis=0), 1e-12)[:, None]  # (numbers, aspects)
        best[place % settings.seeds].append((1 - explained.max(axis=0) / total).mean())
        together[place % settings.seeds].append((((truth - read @ weights) ** 2).sum(axis=0) / total).mean())
    return tuple(np.array([np.mean(seed) if seed else 1.0 for seed in part]) for part in (best, together))


def _beside_the_best(claim, measure, sizes, unit, costs):
    return Evidence(claim, measure, sizes, EXPERIMENT, unit, costs, best_of_three(costs))


def _exact(claim, measure, sizes, unit, costs):
    return Evidence(claim, measure, sizes, ARITHMETIC, unit, {cell: (number,) for cell, number in costs.items()})


def _scaled(factor, times):
    return {cell: tuple(factor * number for number in numbers) for cell, numbers in times.items()}


def _numbers(array):
    return tuple(float(number) for number in array)
