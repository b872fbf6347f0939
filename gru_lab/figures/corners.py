"""What one unit becomes for every setting of its two gates; the four corners have names."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patheffects import withStroke

from gru_lab.palette import LIGHT, SIGNED_COLORMAP

NAMES = {(0, 0): "a fresh start", (1, 0): "a plain RNN", (0, 1): "a copy", (1, 1): "a copy"}


def corners(h, from_input, from_memory):
    """A map of the new value over z (across) and r (up), for one unit under *z keeps*. Returns a matplotlib Figure.

    h: the old value. from_input: W x + b of this unit. from_memory: its U h when r is 1, so the candidate is
    tanh(from_input + r · from_memory).
    """

    def new_value(r, z):
        return z * h + (1 - z) * np.tanh(from_input + r * from_memory)

    across = np.linspace(0, 1, 101)
    r, z = np.meshgrid(across, across, indexing="ij")
    figure, axes = plt.subplots(figsize=(7.4, 4.6))
    image = axes.imshow(
        new_value(r, z), origin="lower", extent=(0, 1, 0, 1), cmap=SIGNED_COLORMAP, vmin=-1, vmax=1, aspect="auto"
    )
    # Only the lines that cross the diagonal well inside the square: there a label is far from the corners' text.
    diagonal = new_value(across[10:-10], across[10:-10])
    levels = [level for level in np.arange(-8, 10, 2) / 10 if diagonal.min() < level < diagonal.max()]
    places = [2 * (across[10 + np.abs(diagonal - level).argmin()],) for level in levels]
    lines = axes.contour(z, r, new_value(r, z), levels=levels, colors=LIGHT["h"], linewidths=0.7)
    axes.clabel(lines, fmt="%.1f", fontsize=10, manual=places)
    halo = [withStroke(linewidth=4, foreground="white")]
    for (r_corner, z_corner), name in NAMES.items():
        axes.annotate(
            f"{name}\n{new_value(r_corner, z_corner):.2f}".replace("-", "−"),
            (z_corner, r_corner),
            xytext=(8 if z_corner == 0 else -8, 8 if r_corner == 0 else -8),
            textcoords="offset points",
            ha="left" if z_corner == 0 else "right",
            va="bottom" if r_corner == 0 else "top",
            fontsize=11,
            color=LIGHT["h"],
            path_effects=halo,
        )
    axes.set_xticks([0, 0.5, 1], ["0\ntakes the candidate", "0.5", "1\nkeeps the old value"])
    axes.set_yticks([0, 0.5, 1], ["0 hides", "0.5", "1 shows"])
    axes.set_xlabel("update gate z", color=LIGHT["z"], fontsize=11)
    axes.set_ylabel("reset gate r", color=LIGHT["r"], fontsize=11)
    axes.tick_params(labelsize=10)
    bar = figure.colorbar(image, ax=axes, pad=0.03, ticks=[-1, 0, 1])
    bar.set_label("new value of the unit", fontsize=10.5, color=LIGHT["h"])
    return figure
