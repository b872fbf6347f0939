"""The dense layer: every output looks at every input, through a weight of its own."""

import matplotlib.pyplot as plt
from matplotlib.patches import Circle

from gru_lab.palette import LIGHT

INK, FAINT = LIGHT["h"], "#c9c9d0"
LEFT, RIGHT = 0.0, 4.6


def dense_layer(memory_names, input_names, chosen, gate="r"):
    """Inputs on the left, one circle for each unit on the right, a line for every weight. Returns a matplotlib Figure.

    memory_names: H labels; input_names: D labels; chosen: the unit whose H + D lines are drawn in colour;
    gate: "r", "z" or "candidate", which says whose colour.
    """
    colour = LIGHT[gate]
    left = [f"{name} (memory)" for name in memory_names] + [f"{name} (input)" for name in input_names]
    left_y = [-i - 0.7 * (i >= len(memory_names)) for i in range(len(left))]  # a gap between memory and input
    middle = (left_y[0] + left_y[-1]) / 2
    right_y = [middle + 1.7 * ((len(memory_names) - 1) / 2 - i) for i in range(len(memory_names))]

    figure, axes = plt.subplots(figsize=(8, 4.2))
    for unit, y1 in enumerate(right_y):
        for y0 in left_y:
            if unit == chosen:
                axes.plot([LEFT, RIGHT], [y0, y1], color=colour, linewidth=2, zorder=2)
            else:
                axes.plot([LEFT, RIGHT], [y0, y1], color=FAINT, linewidth=0.8, zorder=1)
    for y, name in zip(left_y, left, strict=True):
        axes.add_patch(Circle((LEFT, y), 0.24, facecolor="#eeeef0", edgecolor=INK, zorder=3))
        axes.text(LEFT - 0.4, y, name, ha="right", va="center", color=INK, fontsize=10.5)
    for unit, (y, name) in enumerate(zip(right_y, memory_names, strict=True)):
        edge = colour if unit == chosen else INK
        width = 2.4 if unit == chosen else 1
        axes.add_patch(Circle((RIGHT, y), 0.34, facecolor="white", edgecolor=edge, linewidth=width, zorder=3))
        text = f"output for {name}:\n{len(left)} weights and a bias" if unit == chosen else f"output for {name}"
        axes.text(RIGHT + 0.55, y, text, ha="left", va="center", color=edge, fontsize=10.5)
    axes.set_xlim(-2.6, 7.6)
    axes.set_ylim(left_y[-1] - 0.5, 0.5)
    axes.set_aspect("equal")
    axes.axis("off")
    return figure
