"""The scan of chapter 20: in each round every pair takes in one that stands further left."""

import matplotlib.pyplot as plt

from gru_lab.palette import LIGHT


def scan_rounds(T):
    """A row of T dots for the start and one for each round; a number below each dot: how many steps it stands for.

    Returns a matplotlib Figure.
    """
    distances = [2**k for k in range(T.bit_length()) if 2**k < T]
    figure, axes = plt.subplots(figsize=(8.4, 1.1 + 1.05 * len(distances)), layout="constrained")
    for row, distance in enumerate([0, *distances]):
        stands_for = [min(t + 1, 2 * distance or 1) for t in range(T)]
        for t in range(T):
            if row and t >= distance:
                axes.plot([t - distance, t], [-(row - 1), -row], color=LIGHT["candidate"], linewidth=1.6)
            if row:
                axes.plot([t, t], [-(row - 1), -row], color=LIGHT["z"], linewidth=1.2, linestyle=":")
            axes.plot(t, -row, "o", color=LIGHT["h"], markersize=17, zorder=2)
            axes.text(t, -row, str(stands_for[t]), color="white", fontsize=11, ha="center", va="center", zorder=3)
        axes.text(-0.5, -row, f"round {row}: from {distance} left" if row else "the steps", ha="right", va="center",
                  fontsize=11)  # fmt: skip
    axes.set_xlim(-2.6, T - 0.5)
    axes.set_ylim(-len(distances) - 0.4, 0.4)
    axes.axis("off")
    return figure
