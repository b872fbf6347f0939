"""The three pointwise operations of a GRU: each row of numbers is worked on alone."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Circle, FancyBboxPatch

from gru_lab.palette import LIGHT

INK = LIGHT["h"]
CELL_WIDTH, CELL_HEIGHT = 1.15, 0.62


def pointwise(shares, memory, kept, taken, names):
    """Three panels, times, plus and one minus, worked out row by row. Returns a matplotlib Figure.

    shares, memory, kept, taken (H,): drawn are shares ⊙ memory, kept + taken and 1 − shares; names: H row labels.
    """
    shares, memory, kept, taken = (np.asarray(values, float) for values in (shares, memory, kept, taken))
    one = np.ones_like(shares)
    panels = [
        ("multiply: fade each number by its own share", shares, "×", memory, shares * memory),
        ("add: put two parts together", kept, "+", taken, kept + taken),
        ("one minus: the rest of each share", one, "−", shares, 1 - shares),
    ]
    figure, axes = plt.subplots(1, 3, figsize=(9, 2.7))
    for axis, (title, left, sign, right, result) in zip(axes, panels, strict=True):
        for row, numbers in enumerate(zip(left, right, result, strict=True)):
            y = -row
            for column, (x, number) in enumerate(zip((0, 2.1, 4.1), numbers, strict=True)):
                _cell(axis, x, y, number, result=column == 2)
            axis.add_patch(Circle((1.05, y), 0.29, facecolor="white", edgecolor=INK, linewidth=1.2))
            axis.text(1.05, y, sign, ha="center", va="center", color=INK, fontsize=13)
            axis.text(3.1, y, "=", ha="center", va="center", color=INK, fontsize=13)
            if axis is axes[0]:
                axis.text(-0.8, y, names[row], ha="right", va="center", color=INK, fontsize=11.5)
        axis.set_title(title.replace(": ", "\n"), fontsize=11.5, color=INK, pad=4)
        axis.set_xlim(-0.7, 4.8)
        axis.set_ylim(-len(shares) + 0.5, 0.5)
        axis.set_aspect("equal")
        axis.axis("off")
    figure.subplots_adjust(left=0.09, right=0.995, wspace=0.08)
    return figure


def _cell(axis, x, y, number, result):
    """One number in its box, centred at (x, y); a result has a heavier frame."""
    axis.add_patch(
        FancyBboxPatch(
            (x - CELL_WIDTH / 2, y - CELL_HEIGHT / 2),
            CELL_WIDTH,
            CELL_HEIGHT,
            boxstyle="round,pad=0,rounding_size=0.12",
            facecolor="white" if result else "#eeeef0",
            edgecolor=INK,
            linewidth=2.2 if result else 0.8,
        )
    )
    axis.text(x, y, f"{number:.2f}".removesuffix("0") if number != 1 else "1", ha="center", va="center", fontsize=12)
