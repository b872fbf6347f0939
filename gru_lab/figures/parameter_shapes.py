"""Every array a GRU learns, drawn to scale: three rows of W, U and b."""

import matplotlib.pyplot as plt
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke

from gru_lab.palette import LIGHT

ROWS = (("r", "reset gate", "r"), ("z", "update gate", "z"), ("candidate", "candidate", "h"))


def parameter_shapes(input_size, hidden_size):
    """Nine blocks with their shapes and counts, and the sum of each row. Returns a matplotlib Figure."""
    D, H = input_size, hidden_size
    columns = (("W", D, (H, D)), ("U", H, (H, H)), ("b", 1, (H,)))
    gap = 0.2 * max(D, H)
    beside = max(gap, 0.35 * H)  # room for the labels when D is small
    halo = [withStroke(linewidth=3, foreground="white")]  # keeps a label readable where its block is thin
    figure, axes = plt.subplots(figsize=(8, 4.8))
    for row, (key, name, letter) in enumerate(ROWS):
        x, y = 0.0, -row * (H + 2 * gap)
        axes.text(x - beside, y - H / 2, name, ha="right", va="center", color=LIGHT[key], fontsize=11)
        for array, width, shape in columns:
            axes.add_patch(
                Rectangle((x, y - H), width, H, facecolor=LIGHT[key], alpha=0.10, edgecolor="none", zorder=1)
            )
            axes.add_patch(Rectangle((x, y - H), width, H, fill=False, edgecolor=LIGHT[key], linewidth=1.6, zorder=2))
            text = f"${array}_{letter}$\n{H * width:,}"
            middle = (x + width / 2, y - H / 2)
            axes.text(*middle, text, ha="center", va="center", fontsize=11, color=LIGHT[key], path_effects=halo)
            if row == 0:
                shape_text = f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"
                axes.text(
                    x + width / 2, y + 0.35 * gap, shape_text, ha="center", va="bottom", fontsize=10.5, color=LIGHT["h"]
                )
            x += width + beside
        each = H * D + H * H + H
        axes.text(x, y - H / 2, f"= {each:,}", ha="left", va="center", fontsize=11, color=LIGHT[key])
    bottom = -3 * (H + 2 * gap) + 2 * gap
    axes.text(x, bottom - 0.5 * gap, f"3 × {each:,} = {3 * each:,}", ha="left", va="top", fontsize=12, color=LIGHT["h"])
    axes.set_xlim(-4 * beside, x + 4 * beside)
    axes.set_ylim(bottom - 2 * gap, 1.6 * gap)
    axes.set_aspect("equal")
    axes.axis("off")
    return figure
