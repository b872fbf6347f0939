"""Three cells, many networks at once: the weights of N networks (one for each seed, say) lie in one array.

On a CPU a small network spends its time on calling operations, not on arithmetic. N networks in one batch of matrix
products need as many calls as one. Written with plain operations, so that the cells differ in their equations alone.
"""

import math
from typing import NamedTuple

import torch

from gru_lab.measuring.counts import BLOCKS, CARRIED_VECTORS


class Networks(NamedTuple):
    """N networks of one kind, each a recurrent layer and a linear readout of K numbers. k is counts.BLOCKS[cell].

    W (N, D, k·H), U (N, H, k·H), b (N, 1, k·H): the blocks side by side. RNN: one. GRU: r, z, candidate. LSTM: input,
    forget and output gate, candidate. V (N, H, K), c (N, 1, K): the readout.
    """

    cell: str
    W: torch.Tensor
    U: torch.Tensor
    b: torch.Tensor
    V: torch.Tensor
    c: torch.Tensor

    @property
    def hidden_size(self):
        return self.U.shape[1]

    @property
    def weights(self):
        return self[1:]


def start(cell, input_size, hidden_size, output_size, seeds, dtype=torch.float32):
    """Networks with weights as PyTorch starts its own: uniform between −1/√H and 1/√H, one network for each seed."""
    width = BLOCKS[cell] * hidden_size
    shapes = [(input_size, width), (hidden_size, width), (1, width), (hidden_size, output_size), (1, output_size)]
    bound = 1 / math.sqrt(hidden_size)
    generators = [torch.Generator().manual_seed(seed) for seed in seeds]
    draw = [torch.stack([torch.rand(shape, generator=g, dtype=torch.float64) for g in generators]) for shape in shapes]
    return Networks(cell, *((2 * bound * part - bound).to(dtype) for part in draw))


def states(networks, X, first=None):
    """Every state on the way. X (N, B, T, D) -> a list of T + 1 tuples: (h,) for RNN and GRU, (h, c) for the LSTM.

    Each h and c is (N, B, H). first: such a tuple to start from, zeros when it is None; it heads the list. The GRU is
    the course's: z keeps, reset before.
    """
    N, B, T, _ = X.shape
    H = networks.hidden_size
    inputs = torch.baddbmm(networks.b, X.reshape(N, B * T, -1), networks.W).reshape(N, B, T, -1)
    step = {"RNN": _rnn_step, "GRU": _gru_step, "LSTM": _lstm_step}[networks.cell]
    track = [first or zero_state(networks, N, B)]
    for a in inputs.unbind(2):
        track.append(step(a, track[-1], networks.U, H))
    return track


def zero_state(networks, N, B):
    """A tuple of zeros, as many parts (N, B, H) as the state of this kind of network has."""
    parts = CARRIED_VECTORS[networks.cell]
    return tuple(networks.U.new_zeros(N, B, networks.hidden_size) for _ in range(parts))


def outputs(networks, track):
    """The readout of every step. track: what `states` gave -> (N, B, T, K)."""
    h = torch.stack([state[0] for state in track[1:]], dim=2)
    N, B, T, H = h.shape
    return torch.baddbmm(networks.c, h.reshape(N, B * T, H), networks.V).reshape(N, B, T, -1)


def _rnn_step(a, state, U, H):
    """h = tanh(W x + U h + b). a (N, B, H) holds W x + b."""
    (h,) = state
    return (torch.tanh(torch.baddbmm(a, h, U)),)


def _gru_step(a, state, U, H):
    """The four lines of chapter 4. a (N, B, 3H) holds W x + b of r, z and the candidate."""
    (h,) = state
    r, z = torch.sigmoid(torch.baddbmm(a[..., : 2 * H], h, U[..., : 2 * H])).chunk(2, -1)
    candidate = torch.tanh(torch.baddbmm(a[..., 2 * H :], r * h, U[..., 2 * H :]))
    return (z * h + (1 - z) * candidate,)


def _lstm_step(a, state, U, H):
    """c = f ⊙ c + i ⊙ candidate, h = o ⊙ tanh(c). a (N, B, 4H) holds W x + b of i, f, o and the candidate."""
    h, c = state
    blocks = torch.baddbmm(a, h, U)
    i, f, o = torch.sigmoid(blocks[..., : 3 * H]).chunk(3, -1)
    c = f * c + i * torch.tanh(blocks[..., 3 * H :])
    # A view of c is handed on: to autograd it is c as the next step sees it, without the way through this step's h.
    return (o * torch.tanh(c), c.view_as(c))
