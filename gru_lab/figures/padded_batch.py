"""A padded batch of stories, one unit of it: what `output` holds, what the state does, and where h_n comes from."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Rectangle

from gru_lab.palette import LIGHT, SIGNED_COLORMAP

H_N_AT = 1.6  # columns from the last step to h_n


def padded_batch(output, states, lengths, stories):
    """Two tables of one unit: `output` above, the states that the cell carries along below, with h_n beside them.

    output, states (B, T), lengths (B,), stories: B names. Padding is hatched, each story's last real number framed.
    Returns a matplotlib Figure.
    """
    output, states = np.asarray(output), np.asarray(states)
    B, T = output.shape
    figure, both = plt.subplots(2, 1, figsize=(8.8, 4.6), sharex=True, layout="constrained")
    for axes, table, name in zip(both, (output, states), ("output", "state"), strict=True):
        for b in range(B):
            for t in range(T):
                draw_number(axes, t, b, table[b, t], padding=t >= lengths[b], framed=t == lengths[b] - 1)
        axes.set_yticks(range(B), stories, fontsize=10.5)
        axes.set_ylim(B - 0.4, -0.6)
        axes.set_title(name, loc="left", fontsize=12, color=LIGHT["h"])
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
    for b in range(B):
        draw_number(both[1], T - 1 + H_N_AT, b, states[b, -1], framed=True)
    both[0].set_xlim(-0.6, T - 1 + H_N_AT + 0.6)
    both[1].set_xticks([*range(T), T - 1 + H_N_AT], [*map(str, range(1, T + 1)), "$h_n$"], fontsize=11)
    both[1].set_xlabel("step", fontsize=11)
    return figure


def draw_number(axes, x, y, value, padding=False, framed=False):
    """One cell of a table: its value, hatched where it is padding, framed where a story ends."""
    colour = plt.get_cmap(SIGNED_COLORMAP)((value + 1) / 2)
    axes.add_patch(
        Rectangle(
            (x - 0.5, y - 0.42),
            1,
            0.84,
            facecolor="white" if padding else colour,
            edgecolor="#b9b9c2",
            hatch="////" if padding else None,
            linewidth=0.8,
        )
    )
    if framed:
        axes.add_patch(
            Rectangle((x - 0.46, y - 0.38), 0.92, 0.76, facecolor="none", edgecolor=LIGHT["h"], linewidth=2.4)
        )
    dark = abs(value) > 0.7 and not padding
    axes.text(
        x,
        y,
        f"{round(float(value), 2) + 0:.2f}",
        ha="center",
        va="center",
        fontsize=10.5,
        color="white" if dark else "black",
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5} if padding else None,
    )
