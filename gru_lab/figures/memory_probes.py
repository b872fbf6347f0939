"""What each way of looking at a hidden state explains of the four aspects."""

import matplotlib.pyplot as plt
import numpy as np

from gru_lab.palette import LIGHT

COLOURS, HATCHES = ("h", "z", "candidate"), ("", "//", "..")


def memory_probes(scores, aspects):
    """Grouped bars. scores: {way of looking: R² (K,)}; aspects: K names. Returns a matplotlib Figure."""
    figure, axes = plt.subplots(figsize=(8.8, 3.6), layout="constrained")
    width = 0.8 / len(scores)
    for number, (name, values) in enumerate(scores.items()):
        places = np.arange(len(aspects)) + (number - (len(scores) - 1) / 2) * width
        axes.bar(places, np.maximum(values, 0), width * 0.92, label=name, color=LIGHT[COLOURS[number % 3]],
                 hatch=HATCHES[number % 3], edgecolor="white")  # fmt: skip
        for place, value in zip(places, values, strict=True):
            axes.text(place, max(value, 0) + 0.015, f"{value:.2f}", ha="center", fontsize=9)
    axes.set_xticks(range(len(aspects)), aspects, fontsize=11)
    axes.set_ylabel("R²", fontsize=11)
    axes.set_ylim(0, 1.1)
    axes.tick_params(labelsize=10)
    axes.spines[["top", "right"]].set_visible(False)
    figure.legend(loc="outside upper center", ncols=len(scores), frameon=False, fontsize=11)
    return figure
