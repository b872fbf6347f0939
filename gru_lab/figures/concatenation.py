"""One matrix on a long vector, or two matrices on two short ones: the same numbers."""

from typing import Any

import matplotlib.pyplot as plt
from matplotlib.patches import Rectangle

from gru_lab.palette import LIGHT

INK = LIGHT["h"]
STYLE: dict[str, dict[str, Any]] = {
    "memory": {"facecolor": "#d9d9e0"},
    "input": {"facecolor": "white", "hatch": "////"},
}


def concatenation(input_size, hidden_size):
    """[U W] times h over x, and U h + W x, as blocks drawn to scale. Returns a matplotlib Figure."""
    H, D = hidden_size, input_size
    figure, axes = plt.subplots(figsize=(8.6, 3.6))
    top = 0.0

    def block(x, y, columns, rows, kind, label, shape):
        """A rows x columns block with its top left corner at (x, y), its name in it and its shape above."""
        axes.add_patch(Rectangle((x, y - rows), columns, rows, edgecolor=INK, linewidth=1.4, **STYLE[kind]))
        box = {"facecolor": "white", "edgecolor": "none", "pad": 1.5} if kind == "input" else None
        axes.text(x + columns / 2, y - rows / 2, label, ha="center", va="center", fontsize=13, color=INK, bbox=box)
        if shape:
            axes.text(x + columns / 2, y + 0.25, shape, ha="center", va="bottom", fontsize=10, color=INK)

    def sign(x, y, text):
        axes.text(x, y, text, ha="center", va="center", fontsize=15, color=INK)

    # Concatenate, then one product.
    block(0, top, H, H, "memory", "$U$", f"({H}, {H})")
    block(H, top, D, H, "input", "$W$", f"({H}, {D})")
    x = H + D + 1.1
    block(x, top + D / 2, 1, H, "memory", "$h$", "")
    block(x, top + D / 2 - H, 1, D, "input", "$x$", "")
    axes.text(x + 1.2, top + D / 2 - 0.4, f"({H + D},)", ha="left", va="top", fontsize=10, color=INK)
    middle = top - H / 2
    sign(x - 0.55, middle, "·")

    # Two products, then add.
    x += 3.2
    sign(x - 0.6, middle, "=")
    block(x + 0.2, top, H, H, "memory", "$U$", f"({H}, {H})")
    sign(x + H + 0.65, middle, "·")
    block(x + H + 1.1, top, 1, H, "memory", "$h$", f"({H},)")
    x += H + 3.2
    sign(x - 0.4, middle, "+")
    block(x + 0.3, top, D, H, "input", "$W$", f"({H}, {D})")
    sign(x + D + 0.75, middle, "·")
    block(x + D + 1.2, top + (D - H) / 2, 1, D, "input", "$x$", f"({D},)")
    axes.set_xlim(-0.3, x + D + 2.6)
    axes.set_ylim(middle - (H + D) / 2 - 0.3, max(top + D / 2 + 0.4, top + 1.4))
    axes.set_aspect("equal")
    axes.axis("off")
    return figure
