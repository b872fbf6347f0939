"""The same weights in four libraries: which block lies where."""

import matplotlib.pyplot as plt
from matplotlib.patches import Rectangle

from gru_lab.palette import LIGHT

COLOUR = {"r": LIGHT["r"], "z": LIGHT["z"], "h": LIGHT["candidate"]}
BIAS = 1.7  # a bias is a line of numbers: drawn a little thick, so that its label fits
GAP = 1.0


def packing():
    """Four panels, PyTorch, ONNX, Keras and Flax, weights to scale for D = 5 and H = 4. Returns a Figure."""
    D, H = 5, 4
    figure, axes = plt.subplots(figsize=(9, 4.2))

    def stack(x, y, width, height, order, letter="", down=False, gap=0.0, names=()):
        """Blocks for the gates in `order`, each width x height, rightwards or downwards from the corner (x, y)."""
        for i, gate in enumerate(order):
            left, top = (x, y - i * (height + gap)) if down else (x + i * (width + gap), y)
            colour = COLOUR[gate]
            axes.add_patch(Rectangle((left, top - height), width, height, facecolor=colour, alpha=0.1))
            axes.add_patch(Rectangle((left, top - height), width, height, fill=False, edgecolor=colour, linewidth=1.3))
            label = f"${letter}_{gate}$" if letter else f"${gate}$"
            axes.text(left + width / 2, top - height / 2, label, ha="center", va="center", fontsize=12, color=colour)
            if names:
                name(left + width / 2, top, names[i], ha="center")

    def name(x, y, text, ha="left", **style):
        axes.text(x, y + 0.25, text, ha=ha, va="bottom", fontsize=10, color=LIGHT["h"], **style)

    def title(x, text, order):
        axes.text(x, 4.6, text, fontsize=14, fontweight="bold", color=LIGHT["h"])
        axes.text(x, 2.8, order, fontsize=11.5, color=LIGHT["h"])

    # PyTorch and ONNX: one block below the other. They differ in the order alone.
    for x, library, order, names in (
        (0, "PyTorch", "rzh", ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")),
        (22.5, "ONNX", "zrh", ("W", "R", "B, first half", "B, second half")),
    ):
        title(x, library, f"rows {', '.join(order)}")
        for left, width, letter, text in ((x, D, "W", names[0]), (x + D + 5.6, H, "U", names[1])):
            stack(left, 0, width, H, order, letter, down=True)
            name(left, 0, text)
        for y, text in ((-3 * H - 2.4, names[2]), (-3 * H - 2.4 - BIAS - 2.4, names[3])):
            stack(x, y, H, BIAS, order)
            name(x, y, text)

    # Keras: transposed, so one block beside the other.
    x = 41
    title(x, "Keras", "columns z, r, h")
    stack(x, 0, H, D, "zrh", "W")
    name(x, 0, "kernel")
    stack(x, -D - 2.4, H, H, "zrh", "U")
    name(x, -D - 2.4, "recurrent_kernel")
    y = -3 * H - 2.4
    name(x, y, "bias")
    stack(x, y, H, BIAS, "zrh")
    stack(x, y - BIAS, H, BIAS, "zrh")

    # Flax: transposed, and nothing packed; only one bias on the state's side.
    x = 57
    title(x, "Flax", "six layers")
    stack(x, 0, H, D, "rzh", "W", gap=GAP, names=("ir", "iz", "in"))
    stack(x, -D - 2.4, H, H, "rzh", "U", gap=GAP, names=("hr", "hz", "hn"))
    stack(x, y, H, BIAS, "rzh", gap=GAP, names=("ir", "iz", "in"))
    stack(x + 2 * (H + GAP), y - BIAS - 2.4, H, BIAS, "h", names=("hn",))

    axes.set_xlim(-0.5, 71.5)
    axes.set_ylim(-3 * H - 2 * BIAS - 5.6, 6.2)
    axes.set_aspect("equal")
    axes.axis("off")
    return figure
