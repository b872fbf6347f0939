"""How well a name is remembered, as the vow that it belongs to grows old."""

import matplotlib.pyplot as plt
import numpy as np

from gru_lab.palette import LIGHT, PALE

AGES = ((1, 2), (3, 5), (6, 10), (11, 20), (21, 1000))  # sentences, first and last included


def kept_vows(vows, chance):
    """A bar for each range of ages: the mean probability of the right name, and how many vows it is a mean of.

    vows (N, 2): age in sentences, probability. chance: the probability of a guess. Returns a matplotlib Figure.
    """
    figure, axes = plt.subplots(figsize=(8.2, 3.4), layout="constrained")
    for place, (first, last) in enumerate(AGES):
        likely = vows[(vows[:, 0] >= first) & (vows[:, 0] <= last), 1]
        if len(likely):
            mean, error = likely.mean(), likely.std() / np.sqrt(len(likely))
            axes.bar(place, mean, 0.65, color=LIGHT["h"], yerr=error, capsize=4, ecolor=PALE)
            axes.text(place, 0.015, f"{len(likely)} vows", color="white", ha="center", fontsize=10)
    axes.axhline(chance, color=LIGHT["r"], linewidth=1.4, linestyle=":")
    axes.annotate("a guess", (len(AGES) - 0.6, chance), xytext=(0, 4), textcoords="offset points", fontsize=10,
                  color=LIGHT["r"])  # fmt: skip
    axes.set_xlim(-0.6, len(AGES) - 0.1)
    axes.set_xticks(range(len(AGES)), [f"{a} to {b}" if b < 1000 else f"{a} or more" for a, b in AGES])
    axes.set_xlabel("sentences since the vow", fontsize=11)
    axes.set_ylabel("probability of\nthe right name", fontsize=11)
    axes.set_ylim(0, 1.08)
    axes.tick_params(labelsize=10)
    axes.spines[["top", "right"]].set_visible(False)
    return figure
