"""minGRU: a GRU whose gate and candidate look at the input alone, so that all steps can be computed at once.

    z_t = σ(W_z x_t + b_z)        h̃_t = W_h x_t + b_h        h_t = (1 − z_t) ⊙ h_{t−1} + z_t ⊙ h̃_t        (*z takes*)

Source: Feng and others, "Were RNNs All We Needed?" (2024), arXiv:2410.01201, section 3.1. There is no reset gate and no
U: what h would have said to the gates is gone. Their appendix B scans in logarithms, for candidates kept positive; in
float32 that loses digits as T grows (|log K_T| is large), so the scan here works on the numbers themselves.
"""

import torch
from torch import nn

__all__ = ["MinGRU", "min_gru_by_loop", "min_gru_by_scan"]


def min_gru_by_loop(a_z: torch.Tensor, candidate: torch.Tensor, h: torch.Tensor) -> torch.Tensor:
    """One step after another. a_z: the gate's pre-activation; a_z and candidate (B, T, H), h (B, H) -> (B, T, H)."""
    z = torch.sigmoid(a_z)
    states = []
    # unbind, and no z[:, t]: the gradient of each such slice is as large as all of z, so T of them cost T² numbers
    for keep, new in zip((1 - z).unbind(1), (z * candidate).unbind(1), strict=True):
        h = keep * h + new
        states.append(h)
    return torch.stack(states, dim=1)


def min_gru_by_scan(a_z: torch.Tensor, candidate: torch.Tensor, h: torch.Tensor) -> torch.Tensor:
    """The same numbers in about log₂ T rounds, each of which treats all steps at once. Arguments as for the loop.

    A step is a pair (keep, new): h ↦ keep h + new. Two steps in a row are again such a pair, (keep₂ keep₁, keep₂ new₁ +
    new₂). After a round with distance d, the pair at t stands for the last 2d steps; after the last round for all of
    them. Source: Hillis and Steele, "Data parallel algorithms" (1986). Every keep is between 0 and 1: nothing grows.
    """
    keep = torch.sigmoid(-a_z)
    new = torch.sigmoid(a_z) * candidate
    distance = 1
    while distance < a_z.shape[1]:
        earlier_keep, earlier_new = keep[:, :-distance], new[:, :-distance]
        later_keep, later_new = keep[:, distance:], new[:, distance:]
        new = torch.cat([new[:, :distance], later_keep * earlier_new + later_new], dim=1)
        keep = torch.cat([keep[:, :distance], later_keep * earlier_keep], dim=1)
        distance *= 2
    return keep * h.unsqueeze(1) + new


class MinGRU(nn.Module):
    """One layer of minGRU. Input (B, T, D), state (1, B, H) or None for zeros -> output (B, T, H), state (1, B, H).

    by: "scan" or "loop"; ValueError for another.
    """

    def __init__(self, input_size: int, hidden_size: int, by: str = "scan"):
        super().__init__()
        if by not in ("scan", "loop"):
            raise ValueError(f'by is {by!r}, needs "scan" or "loop"')
        self.input_size, self.hidden_size, self.by = input_size, hidden_size, by
        self.gate = nn.Linear(input_size, hidden_size)
        self.candidate = nn.Linear(input_size, hidden_size)

    def forward(self, x: torch.Tensor, state: torch.Tensor | None = None) -> tuple[torch.Tensor, torch.Tensor]:
        h = x.new_zeros(x.shape[0], self.hidden_size) if state is None else state[0]
        run = min_gru_by_scan if self.by == "scan" else min_gru_by_loop
        output = run(self.gate(x), self.candidate(x), h)
        return output, output[:, -1].unsqueeze(0)
