"""A GRU layer written out in torch: the four equations of the course, step by step, with everything on the way kept.

It has the parameters of torch.nn.GRU under the same names, so weights go from one to the other as they are. Convention:
PYTORCH (*z keeps*, reset *after* the product); gru_lab.interop and gru_lab.cell do the same in NumPy.
"""

from typing import NamedTuple

import torch
from torch import nn

__all__ = ["GRUTrace", "OwnGRU", "trace_gru"]


class GRUTrace(NamedTuple):
    """What one layer did at every step, each (B, T, H): the gates r and z, the candidate, the new state h."""

    r: torch.Tensor
    z: torch.Tensor
    candidate: torch.Tensor
    h: torch.Tensor


class OwnGRU(nn.Module):
    """One layer of a GRU. Input (B, T, D), state (1, B, H) or None for zeros -> output (B, T, H), state (1, B, H).

    A drop-in for torch.nn.GRU(D, H, batch_first=True): same parameter names, same start, same numbers. Slower: one
    Python step for each step in time.
    """

    def __init__(self, input_size: int, hidden_size: int):
        super().__init__()
        H, D = hidden_size, input_size
        self.input_size, self.hidden_size = D, H
        bound = H**-0.5
        shapes = {
            "weight_ih_l0": (3 * H, D),
            "weight_hh_l0": (3 * H, H),
            "bias_ih_l0": (3 * H,),
            "bias_hh_l0": (3 * H,),
        }
        for name, shape in shapes.items():
            self.register_parameter(name, nn.Parameter(torch.empty(shape).uniform_(-bound, bound)))

    def forward(self, x: torch.Tensor, state: torch.Tensor | None = None) -> tuple[torch.Tensor, torch.Tensor]:
        h = trace_gru(self, x, state).h
        return h, h[:, -1].unsqueeze(0)


def trace_gru(layer: nn.Module, x: torch.Tensor, state: torch.Tensor | None = None) -> GRUTrace:
    """Everything that one layer of a GRU (an OwnGRU or a torch.nn.GRU) does with x (B, T, D), from state (1, B, H)."""
    W, U, b, b_U = map(layer.get_parameter, ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"))
    from_x = (x @ W.T + b).chunk(3, dim=-1)  # of all steps at once: the inputs are known
    h = x.new_zeros(x.shape[0], U.shape[1]) if state is None else state[0]
    steps = []
    for x_r, x_z, x_h in zip(*(part.unbind(1) for part in from_x), strict=True):
        h_r, h_z, h_h = (h @ U.T + b_U).chunk(3, dim=-1)
        r = torch.sigmoid(x_r + h_r)
        z = torch.sigmoid(x_z + h_z)
        candidate = torch.tanh(x_h + r * h_h)
        h = z * h + (1 - z) * candidate
        steps.append((r, z, candidate, h))
    return GRUTrace(*(torch.stack(values, dim=1) for values in zip(*steps, strict=True)))
