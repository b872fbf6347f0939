"""Time of a training step as sequences grow, with the number of inputs held fixed."""

import matplotlib.pyplot as plt
import numpy as np

from gru_lab.palette import LIGHT

STYLES = (("-", "o"), ("--", "s"), ("-.", "^"), (":", "D"))
COLOURS = ("h", "z", "candidate", "r")


def scan_times(lengths, times):
    """One line for each entry of `times`, both axes logarithmic, with its name at the end.

    lengths: of the sequences. times: {name: seconds at each length}; shown as multiples of the smallest of all.
    Returns a matplotlib Figure.
    """
    figure, axes = plt.subplots(figsize=(8.6, 3.9), layout="constrained")
    least = min(min(seconds) for seconds in times.values())
    for (name, seconds), (line, marker), colour in zip(times.items(), STYLES, COLOURS, strict=False):
        multiples = np.array(seconds) / least
        axes.plot(lengths, multiples, line, marker=marker, color=LIGHT[colour], linewidth=2)
        axes.annotate(name, (lengths[-1], multiples[-1]), xytext=(8, 0), textcoords="offset points", va="center",
                      fontsize=11, color=LIGHT[colour], annotation_clip=False)  # fmt: skip
    axes.set_xscale("log", base=2)
    axes.set_yscale("log")
    axes.set_xticks(lengths, [f"{T:,}" for T in lengths])
    axes.set_xlabel("steps in a sequence, T", fontsize=11)
    axes.set_ylabel("time, as a multiple\nof the shortest", fontsize=11)
    axes.tick_params(labelsize=10)
    axes.spines[["top", "right"]].set_visible(False)
    return figure
