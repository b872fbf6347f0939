"""The same weights in four libraries: which block lies where."""

import matplotlib.pyplot as plt
from matplotlib.patches import Rectangle

from gru_lab.palette import LIGHT

COLOUR = {"r": LIGHT["r"], "z": LIGHT["z"], "h": LIGHT["candidate"]}
D, H = 5, 4
BIAS = 1.7  # a bias is a line of numbers: drawn a little thick, so that its label fits
BIASES = -3 * H - 2.4  # where they begin, below the weights
GAP = 1.0
RIGHT = 22.5  # where the second library of a row begins


def packing():
    """Four panels, PyTorch and ONNX above Keras and Flax, weights to scale for D = 5 and H = 4. Returns a Figure."""
    figure, (rows, columns) = plt.subplots(2, 1, figsize=(5.2, 7.2), layout="constrained")
    for x, library, order, names in (
        (0, "PyTorch", "rzh", ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")),
        (RIGHT, "ONNX", "zrh", ("W", "R", "B, first half", "B, second half")),
    ):
        _as_rows(rows, x, library, order, names)
    _keras(columns, 0)
    _flax(columns, RIGHT)
    for axes in (rows, columns):
        axes.set_xlim(-0.5, 38)
        axes.set_ylim(-3 * H - 2 * BIAS - 5.6, 6.2)
        axes.set_aspect("equal")
        axes.axis("off")
    return figure


def _as_rows(axes, x, library, order, names):
    """PyTorch and ONNX: one block below the other. They differ in the order alone."""
    _title(axes, x, library, f"rows {', '.join(order)}")
    for left, width, letter, text in ((x, D, "W", names[0]), (x + D + 5.6, H, "U", names[1])):
        _stack(axes, left, 0, width, H, order, letter, down=True)
        _name(axes, left, 0, text)
    for y, text in ((BIASES, names[2]), (BIASES - BIAS - 2.4, names[3])):
        _stack(axes, x, y, H, BIAS, order)
        _name(axes, x, y, text)


def _keras(axes, x):
    """Transposed, so one block beside the other."""
    _title(axes, x, "Keras", "columns z, r, h")
    _stack(axes, x, 0, H, D, "zrh", "W")
    _name(axes, x, 0, "kernel")
    _stack(axes, x, -D - 2.4, H, H, "zrh", "U")
    _name(axes, x, -D - 2.4, "recurrent_kernel")
    _name(axes, x, BIASES, "bias")
    for y in (BIASES, BIASES - BIAS):
        _stack(axes, x, y, H, BIAS, "zrh")


def _flax(axes, x):
    """Transposed, and nothing packed; only one bias on the state's side."""
    _title(axes, x, "Flax", "six layers")
    _stack(axes, x, 0, H, D, "rzh", "W", gap=GAP, names=("ir", "iz", "in"))
    _stack(axes, x, -D - 2.4, H, H, "rzh", "U", gap=GAP, names=("hr", "hz", "hn"))
    _stack(axes, x, BIASES, H, BIAS, "rzh", gap=GAP, names=("ir", "iz", "in"))
    _stack(axes, x + 2 * (H + GAP), BIASES - BIAS - 2.4, H, BIAS, "h", names=("hn",))


def _stack(axes, x, y, width, height, order, letter="", down=False, gap=0.0, names=()):
    """Blocks for the gates in `order`, each width x height, rightwards or downwards from the corner (x, y)."""
    for i, gate in enumerate(order):
        left, top = (x, y - i * (height + gap)) if down else (x + i * (width + gap), y)
        colour = COLOUR[gate]
        axes.add_patch(Rectangle((left, top - height), width, height, facecolor=colour, alpha=0.1))
        axes.add_patch(Rectangle((left, top - height), width, height, fill=False, edgecolor=colour, linewidth=1.3))
        label = f"${letter}_{gate}$" if letter else f"${gate}$"
        axes.text(left + width / 2, top - height / 2, label, ha="center", va="center", fontsize=12, color=colour)
        if names:
            _name(axes, left + width / 2, top, names[i], ha="center")


def _name(axes, x, y, text, ha="left"):
    axes.text(x, y + 0.25, text, ha=ha, va="bottom", fontsize=10, color=LIGHT["h"])


def _title(axes, x, library, order):
    axes.text(x, 4.6, library, fontsize=14, fontweight="bold", color=LIGHT["h"])
    axes.text(x, 2.8, order, fontsize=11.5, color=LIGHT["h"])
