"""How much of a gradient is left after k steps back: the experiment of chapter 2.

Send a gradient of length 1 into the last state, let it travel back through time, and measure its length at every
earlier state. For the LSTM a state is h and c together. Nothing is trained: this is where training begins.
"""

import torch

from gru_lab.measuring.kernels import one_thread
from gru_lab.measuring.networks import start, states, zero_state


def gradient_over_distance(cell, steps=100, hidden_size=64, input_size=16, seeds=5, batch=8, prepare=()):
    """|gradient at the state k steps back| ÷ |gradient at the last state|, at random weights and random inputs.

    Weights as in `networks.start`, inputs standard normal, everything in float64. prepare: functions called one after
    the other as change(networks, H), which change the networks in place before the measurement.
    -> (seeds, steps + 1), entry k for k steps back, so entry 0 is 1; the mean over the batch, one row for each seed.
    """
    networks = start(cell, input_size, hidden_size, 1, range(seeds), torch.float64)
    for change in prepare:
        change(networks, hidden_size)
    generators = [torch.Generator().manual_seed(1000 + seed) for seed in range(seeds)]

    def normal(*shape):
        return torch.stack([torch.randn(shape, generator=g, dtype=torch.float64) for g in generators])

    with one_thread():
        X = normal(batch, steps, input_size)
        first = zero_state(networks, seeds, batch)
        for part in first:
            part.requires_grad_()  # so that autograd records every step
        track = states(networks, X, first)
        direction = normal(batch, hidden_size)
        direction = direction / direction.norm(dim=-1, keepdim=True)
        signal = (track[-1][0] * direction).sum()
        parts = [part for state in track for part in state]
        reached = torch.autograd.grad(signal, parts, materialize_grads=True)
    size = len(track[0])
    lengths = [torch.cat(reached[i : i + size], dim=-1).norm(dim=-1).mean(dim=-1) for i in range(0, len(parts), size)]
    return torch.stack(lengths[::-1], dim=1).numpy()


def update_bias(value):
    """A change for `prepare`: every update gate's bias is `value`, so z is near σ(value); above 0 it remembers."""
    return _second_bias(value, "GRU")


def forget_bias(value):
    """A change for `prepare`: every forget gate's bias of an LSTM is `value`. Above 0 remembers."""
    return _second_bias(value, "LSTM")


def orthogonal_state_weights(networks, H):
    """A change for `prepare`: every H × H block of U becomes orthogonal: it turns a vector and keeps its length."""
    for block in networks.U.split(H, dim=-1):
        block.copy_(torch.linalg.qr(block)[0])


def _second_bias(value, cell):
    def change(networks, H):
        if networks.cell != cell:
            raise ValueError(f"the networks are of kind {networks.cell}, this gate is one of the {cell}")
        networks.b[..., H : 2 * H] = value  # the second block: z of a GRU, the forget gate of an LSTM

    return change
