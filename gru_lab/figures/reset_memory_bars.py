"""What the reset gate lets through, as a filled part of each unit's bar."""

import matplotlib.pyplot as plt

from gru_lab.palette import LIGHT
from gru_lab.story import ASPECTS


def reset_memory_bars(h, r, units=ASPECTS):
    """Outline: the old state h (H,). Filled: the reset memory r ⊙ h, r (H,). Returns a matplotlib Figure."""
    figure, axes = plt.subplots(figsize=(8.4, 2.8), layout="constrained")
    axes.barh(units, h, height=0.6, facecolor="white", edgecolor=LIGHT["h"], linewidth=1.8)
    axes.barh(units, r * h, height=0.6, color=LIGHT["r"])
    for row, (value, share) in enumerate(zip(h, r, strict=True)):
        axes.annotate(
            f"{value:g} × {share:g} = {value * share:.2f}", (value, row), xytext=(8, 0), textcoords="offset points",
            va="center", fontsize=11,
        )  # fmt: skip
    axes.invert_yaxis()
    axes.set_xlim(0, 1)
    axes.set_xlabel("value of the unit")
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0, labelsize=11)
    return figure
