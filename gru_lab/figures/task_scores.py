"""Scores of several networks over seeds: every seed, the mean, and the interval of the mean."""

import matplotlib.pyplot as plt
import numpy as np

from gru_lab.palette import LIGHT, PALE

__all__ = ["task_scores"]


def task_scores(panels, interval):
    """A panel for each task, a line for each network.

    panels: [(title, {network: scores of the seeds}, (a number, its name), logarithmic)]; the number becomes a dotted
    line. interval: scores -> (mean, low, high), such as gru_lab.probing.interval; of their logarithms where the axis is
    logarithmic. Dots are seeds, the diamond is the mean. Returns a matplotlib Figure.
    """
    figure, axes_of = plt.subplots(1, len(panels), figsize=(8.8, 2.9), sharey=True, layout="constrained")
    for axes, (title, scores, (line, name), logarithmic) in zip(axes_of, panels, strict=True):
        for place, values in enumerate(scores.values()):
            values = np.asarray(values, dtype=float)
            found = np.array(interval(np.log10(values) if logarithmic else values))
            mean, low, high = 10**found if logarithmic else found
            axes.plot([low, high], [place, place], color=LIGHT["h"], linewidth=2.2)
            axes.plot(values, np.full(len(values), place + 0.22), "o", color=PALE, markersize=4)
            axes.plot(mean, place, "D", color=LIGHT["h"], markersize=6)
        if logarithmic:
            axes.set_xscale("log")
        axes.axvline(line, color=LIGHT["r"], linewidth=1.4, linestyle=":")
        axes.set_xlabel(f"{title}\n(dotted: {name})", fontsize=10)
        axes.tick_params(labelsize=10)
        axes.spines[["top", "right"]].set_visible(False)
    axes_of[0].set_yticks(range(len(scores)), scores)
    axes_of[0].set_ylim(len(scores) - 0.5, -0.5)
    return figure
