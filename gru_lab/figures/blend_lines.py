"""The blend of old state and candidate, drawn as one track for each unit."""

import matplotlib.pyplot as plt

from gru_lab.cell import new_state
from gru_lab.palette import LIGHT
from gru_lab.story import ASPECTS


def blend_lines(h, candidate, z, units=ASPECTS):
    """A track for each unit: circle at h, diamond at the candidate, tick at z h + (1 − z) candidate; each (H,).

    Returns a matplotlib Figure.
    """
    result = new_state(h, candidate, z)
    figure, axes = plt.subplots(figsize=(5.8, 2.9), layout="constrained")
    rows = range(len(units))
    axes.hlines(rows, h, candidate, color=LIGHT["z"], linewidth=6, alpha=0.3)
    axes.plot(h, rows, "o", markerfacecolor="white", markeredgecolor=LIGHT["h"], markeredgewidth=2, markersize=12)
    axes.plot(candidate, rows, "D", color=LIGHT["candidate"], markersize=10)
    axes.plot(result, rows, "|", color=LIGHT["z"], markersize=26, markeredgewidth=3)
    for row, share, value in zip(rows, z, result, strict=True):
        axes.text(1.02, row, f"z = {share:g}:  {value:.2f}", va="center", fontsize=11, color=LIGHT["z"])
    axes.set_yticks(rows, units, fontsize=11)
    axes.set_ylim(len(units) - 0.4, -0.6)
    axes.set_xlim(0, 1)
    axes.set_xlabel("value of the unit")
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
    return figure
