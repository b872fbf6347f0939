"""Two lessons for networks of every kind: learn to remember, and learn too much from too few examples.

`remember`: every batch is new, so a low loss can only come from remembering. Several learning rates and seeds, with and
without clipping, all at once. `memorise`: a small fixed set whose targets carry noise; a training loss below the noise
can only come from learning the noise by heart.
"""

from typing import NamedTuple

import numpy as np
import torch

from gru_lab.measuring.networks import Networks, outputs, start, states
from gru_lab.measuring.switches import ASPECT_COUNT, stories


class Remembered(NamedTuple):
    """What `remember` saw. Axes: clipping (off, on), learning rate, seed.

    loss and gradient_norm (steps, 2, rates, seeds); the norm is the one before clipping. learned (2, rates, seeds): the
    first step at which the mean loss of the last `window` steps is below `target`, infinity for never.
    networks: all of them as trained, in the order of the axes.
    """

    cell: str
    rates: tuple
    loss: np.ndarray
    gradient_norm: np.ndarray
    learned: np.ndarray
    networks: Networks

    def best_rate(self, clipped):
        """The index of the rate that learns soonest, mean of the seeds; "never" counts as twice the lesson."""
        steps = np.minimum(self.learned[int(clipped)], 2 * len(self.loss))
        return int(steps.mean(axis=1).argmin())


class Memorised(NamedTuple):
    """What `memorise` saw. train, test (looks, seeds): the loss on the small set and on unseen stories at `steps`."""

    cell: str
    steps: np.ndarray
    train: np.ndarray
    test: np.ndarray


def remember(
    cell, hidden_size, seeds, rates, steps=200, length=20, batch=16, target=0.1, window=10, clip_at=1.0, tick=None
):
    """Train 2 · len(rates) · seeds networks on fresh stories, with and without clipping -> Remembered.

    Loss: mean square error; about 0.6 for a network that says 0 to everything, 0 for a perfect one. Optimiser: Adam
    (Kingma and Ba 2015). clip_at: the largest gradient norm that clipping lets through (Pascanu et al. 2013).
    tick: called after every step, for a progress bar.
    """
    grid = [(clip, rate, seed) for clip in (False, True) for rate in rates for seed in range(seeds)]
    networks = start(cell, ASPECT_COUNT, hidden_size, ASPECT_COUNT, [seed for *_, seed in grid])
    rate = torch.tensor([rate for _, rate, _ in grid])
    limit = torch.tensor([clip_at if clip else float("inf") for clip, *_ in grid])
    optimiser = Adam(networks, rate, limit)
    all_losses, all_norms = [], []
    for step in range(steps):
        # The same stories for every learning rate, with and without clipping; others for another seed.
        told = [stories(batch, length, [seed, step]) for seed in range(seeds)]
        x, y = (torch.tensor(np.stack(part)).repeat(2 * len(rates), 1, 1, 1) for part in zip(*told, strict=True))
        losses, norms = optimiser.step(x, y)
        all_losses.append(losses)
        all_norms.append(norms)
        if tick:
            tick()
    shape = (steps, 2, len(rates), seeds)
    loss, norm = (torch.stack(rows).reshape(shape).numpy() for rows in (all_losses, all_norms))
    learned = first_below(loss, target, window)
    return Remembered(cell, tuple(rates), loss, norm, learned, networks)


def memorise(
    cell, hidden_size, seeds, rate=0.01, steps=240, length=20, count=12, noise=0.5, test_count=64, look=20, tick=None
):
    """Train `seeds` networks on `count` stories whose targets carry noise of this standard deviation -> Memorised.

    The test stories carry noise of the same size, so the lowest loss that can be hoped for on them is noise².
    """
    networks = start(cell, ASPECT_COUNT, hidden_size, ASPECT_COUNT, range(seeds))
    optimiser = Adam(networks, torch.full((seeds,), rate), torch.ones(seeds))
    (x, y), (test_x, test_y) = (
        _noisy_stories(number, length, seeds, noise, which) for which, number in enumerate((count, test_count))
    )
    looks, train, test = [], [], []
    for step in range(steps + 1):
        if step % look == 0:
            with torch.no_grad():
                train.append(_losses(networks, x, y))
                test.append(_losses(networks, test_x, test_y))
            looks.append(step)
        if step < steps:
            optimiser.step(x, y)
            if tick:
                tick()
    return Memorised(cell, np.array(looks), torch.stack(train).numpy(), torch.stack(test).numpy())


class Adam:
    """Adam for N networks at once, each with its own learning rate (N,) and its own gradient-norm limit (N,).

    loss: (networks, *batch) -> (N,); the mean square error of all outputs by default. A step may change `rate`.
    One step: gradients, their norm over each network's weights, clipping to the limit, then the update of Kingma and Ba
    (2015, arXiv:1412.6980) with their default constants.
    """

    def __init__(self, networks, rate, limit, loss=None, betas=(0.9, 0.999), epsilon=1e-8):
        self.networks, self.rate, self.limit, self.betas, self.epsilon = networks, rate, limit, betas, epsilon
        self.loss = loss or _losses
        for weight in networks.weights:
            weight.requires_grad_()
        self.mean = [torch.zeros_like(weight) for weight in networks.weights]
        self.square = [torch.zeros_like(weight) for weight in networks.weights]
        self.count = 0

    def step(self, *batch):
        """One update on what `loss` takes, by default x and y (N, B, T, ·).

        -> the losses (N,) before it and the gradient norms (N,) before clipping.
        """
        losses = self.loss(self.networks, *batch)
        gradients = torch.autograd.grad(losses.sum(), self.networks.weights)
        norms = torch.sqrt(sum((gradient**2).sum(dim=(1, 2)) for gradient in gradients))
        shrink = (self.limit / norms).clamp(max=1)
        self.count += 1
        beta_1, beta_2 = self.betas
        with torch.no_grad():
            for weight, gradient, mean, square in zip(
                self.networks.weights, gradients, self.mean, self.square, strict=True
            ):
                gradient = gradient * shrink[:, None, None]
                mean.lerp_(gradient, 1 - beta_1)
                square.lerp_(gradient**2, 1 - beta_2)
                step = (mean / (1 - beta_1**self.count)) / ((square / (1 - beta_2**self.count)).sqrt() + self.epsilon)
                weight -= self.rate[:, None, None] * step
        return losses.detach(), norms


def first_below(loss, target, window):
    """The first step, counted from 1, at which the mean of the last `window` losses is below target.

    loss (steps, …) -> (…), infinity for never. A mean over fewer than `window` steps does not count.
    """
    sums = np.cumsum(np.concatenate([np.zeros_like(loss[:1]), loss]), axis=0, dtype=np.float64)
    low = (sums[window:] - sums[:-window]) / window < target
    return np.where(low.any(axis=0), low.argmax(axis=0) + window, np.inf)


def _losses(networks, x, y):
    return ((outputs(networks, states(networks, x)) - y) ** 2).mean(dim=(1, 2, 3))


def _noisy_stories(count, length, seeds, noise, which):
    x, y = (
        np.stack(part) for part in zip(*(stories(count, length, [seed, which]) for seed in range(seeds)), strict=True)
    )
    rng = np.random.default_rng([2024, which])
    return torch.tensor(x), torch.tensor(y + noise * rng.standard_normal(y.shape).astype(np.float32))
