"""How much of a gradient is left k steps back, for update gates held at one value."""

import matplotlib.pyplot as plt
import numpy as np

from gru_lab.palette import LIGHT

LINE_STYLES = ("-", "--", "-.", ":")
LOWEST, HIGHEST = 1e-16, 1e8


def gradient_reach(reach, through_candidate=()):
    """One line for each entry of `reach`, on a logarithmic scale, with its name at the end.

    reach: {name: lengths of the gradient 0, 1, 2, … steps back, the first one 1}. Names in `through_candidate` have the
    candidate's colour, the others that of z. A line that falls below the picture is named where it leaves.
    Returns a matplotlib Figure.
    """
    figure, axes = plt.subplots(figsize=(8.6, 4.4), layout="constrained")
    for number, (name, lengths) in enumerate(reach.items()):
        lengths = np.asarray(lengths)
        colour = LIGHT["candidate" if name in through_candidate else "z"]
        axes.plot(lengths, LINE_STYLES[number % 4], color=colour, linewidth=2.2)
        below = np.flatnonzero(lengths < LOWEST)
        if len(below):
            at, height, offset = below[0], LOWEST, (6, 12)
        else:
            at, height, offset = len(lengths) - 1, lengths[-1], (6, 0)
        axes.annotate(
            name,
            (at, height),
            xytext=offset,
            textcoords="offset points",
            color=colour,
            fontsize=11,
            va="center",
            annotation_clip=False,
        )
    steps = len(lengths) - 1
    axes.axhline(1, color=LIGHT["h"], linewidth=0.8, linestyle=":")
    axes.set_yscale("log")
    axes.set_ylim(LOWEST, HIGHEST)
    axes.set_yticks(10.0 ** np.arange(-16, 9, 4))
    axes.set_xlim(0, steps)
    axes.set_xlabel("steps back", fontsize=11)
    axes.set_ylabel("length of the gradient", fontsize=11)
    axes.tick_params(labelsize=10)
    axes.spines[["top", "right"]].set_visible(False)
    return figure
