"""The logistic sigmoid and its slope: where a gate can still learn."""

import matplotlib.pyplot as plt
import numpy as np

from gru_lab.cell import sigmoid
from gru_lab.palette import LIGHT


def gate_curves():
    """Left: σ(a). Right: its slope σ(a)(1 − σ(a)). The flat ends are shaded. Returns a matplotlib Figure."""
    a = np.linspace(-8, 8, 401)
    gate = sigmoid(a)
    figure, (left, right) = plt.subplots(1, 2, figsize=(8.6, 3.0), layout="constrained")
    left.plot(a, gate, color=LIGHT["r"], linewidth=2.5)
    left.set_title("the gate, σ(a)", fontsize=11)
    right.plot(a, gate * (1 - gate), color=LIGHT["r"], linewidth=2.5)
    right.set_title("its slope", fontsize=11)
    right.set_ylim(0, 0.3)
    for axes in (left, right):
        axes.axvspan(-8, -4, color=LIGHT["h"], alpha=0.12)
        axes.axvspan(4, 8, color=LIGHT["h"], alpha=0.12)
        axes.set_xlabel("pre-activation a")
        axes.set_xlim(-8, 8)
        axes.spines[["top", "right"]].set_visible(False)
    for centre in (-6, 6):
        right.text(centre, 0.2, "saturated", ha="center", fontsize=11)
    return figure
