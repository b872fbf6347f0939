"""How much of a gradient is left k steps back, on a logarithmic scale, for several networks."""

import matplotlib.pyplot as plt
import numpy as np

from gru_lab.palette import LIGHT

# Colour, style and marker of a line. The update gate has a colour of its own; the other two are black and grey.
LOOKS = {
    "RNN": ("black", ":", "x"),
    "LSTM": ("#6d6d78", "-.", "s"),
    "GRU": (LIGHT["z"], "-", "o"),
}
LINE_OF_TEXT = 1.05  # decades


def gradient_distance(curves, steps=50):
    """One line for each network, the median of its seeds, with a band from the lowest seed to the highest.

    curves: {(cell, label): array (seeds, at least steps + 1)}; cell is "RNN", "GRU" or "LSTM", label stands at the end
    of the line. Returns a matplotlib Figure.
    """
    figure, axes = plt.subplots(figsize=(8.6, 4.8), layout="constrained")
    k = np.arange(steps + 1)
    ends = []
    for (cell, label), reach in curves.items():
        colour, style, marker = LOOKS[cell]
        reach = reach[:, : steps + 1]
        middle = np.median(reach, axis=0)
        axes.fill_between(k, reach.min(axis=0), reach.max(axis=0), color=colour, alpha=0.18, linewidth=0)
        axes.plot(k, middle, style, color=colour, linewidth=1.8, marker=marker, markevery=10, markersize=5)
        ends.append((np.log10(middle[-1]), label, colour))
    height = -np.inf
    for end, label, colour in sorted(ends):
        height = max(end, height + LINE_OF_TEXT)
        axes.annotate(
            label,
            (steps, 10**end),
            xytext=(1.04 * steps, 10**height),
            color=colour,
            fontsize=10.5,
            va="center",
            annotation_clip=False,
        )
    lowest = 2 * np.floor(min(ends)[0] / 2)
    axes.set_yscale("log")
    axes.set_yticks(10.0 ** np.arange(0, lowest - 1, -2))
    axes.set_ylim(10**lowest, 3)
    axes.set_xlim(0, steps)
    axes.set_xlabel("steps back, k", fontsize=11)
    axes.set_ylabel("share of the gradient that arrives", fontsize=11)
    axes.tick_params(labelsize=10)
    axes.spines[["top", "right"]].set_visible(False)
    return figure
