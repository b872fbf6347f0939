"""What is left of a value when the update gate is held fixed: z to the power of the number of steps."""

import matplotlib.pyplot as plt
import numpy as np

from gru_lab.cell import half_life
from gru_lab.palette import LIGHT

LINE_STYLES = ("-", "--", "-.", ":")
LABEL_LEVELS = (0.02, 0.3, 0.62)  # at which share left a curve carries its label: apart from each other


def memory_length(gates, steps=80):
    """One falling curve z^n for each z of `gates` (z keeps, nothing written), with its half-life marked.

    Returns a matplotlib Figure.
    """
    n = np.arange(steps + 1)
    figure, axes = plt.subplots(figsize=(5.8, 3.4), layout="constrained")
    axes.axhline(0.5, color=LIGHT["h"], linewidth=0.8, linestyle=":")
    for z, style, level in zip(gates, LINE_STYLES, LABEL_LEVELS, strict=False):
        axes.plot(n, z**n, style, color=LIGHT["z"], linewidth=2.2)
        half = half_life(z)
        axes.plot(half, 0.5, "o", color=LIGHT["z"], markersize=8)
        axes.annotate(
            f"z = {z:g}\nhalf-life {half:.3g}",
            (np.log(level) / np.log(z), level),
            xytext=(9, 3),
            textcoords="offset points",
            va="bottom",
            fontsize=11,
        )
    axes.set_xlabel("steps")
    axes.set_ylabel("share left")
    axes.set_xlim(0, steps)
    axes.set_ylim(0, 1.02)
    axes.spines[["top", "right"]].set_visible(False)
    return figure
