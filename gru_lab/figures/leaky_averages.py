"""One signal and what three memories make of it: a fast leak, a slow leak, and a leak that a gate decides anew."""

import matplotlib.pyplot as plt
import numpy as np

from gru_lab.palette import LIGHT


def leaky_averages(signal, memories):
    """The signal as bars in every panel, a memory of it as a line in each.

    signal (T,). memories: {title: array (T,)}, one a panel; the last is drawn in the update gate's colour.
    Returns a matplotlib Figure.
    """
    figure, panels = plt.subplots(
        len(memories), 1, figsize=(8.4, 1.75 * len(memories)), sharex=True, sharey=True, layout="constrained"
    )
    steps = np.arange(1, len(signal) + 1)
    for axes, (title, memory) in zip(panels, memories.items(), strict=True):
        gated = title == list(memories)[-1]
        axes.bar(steps, signal, width=0.7, color="#c4c4cc", label="what the sentence says")
        axes.plot(
            steps,
            memory,
            "-" if gated else "--",
            color=LIGHT["z"] if gated else LIGHT["h"],
            linewidth=2.2,
            marker="o",
            markersize=4,
            label="what the memory holds",
        )
        axes.axhline(0, color=LIGHT["h"], linewidth=0.8)
        axes.set_title(title, fontsize=11, loc="left")
        axes.set_ylim(-1.15, 1.15)
        axes.set_yticks([-1, 0, 1])
        axes.tick_params(labelsize=10)
        axes.spines[["top", "right"]].set_visible(False)
    panels[0].legend(loc="lower left", fontsize=10, frameon=False, ncols=2)
    panels[-1].set_xlabel("sentence", fontsize=11)
    return figure
