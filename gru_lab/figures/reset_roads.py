"""Reset before and reset after the product with U_h, drawn as two roads from the old state to the candidate."""

import matplotlib.pyplot as plt

from gru_lab.palette import LIGHT

STATE, GATE, MATRIX, SQUEEZE = "$h_{t-1}$", "$r_t\\;\\odot$", "$U_h$", "tanh"
ROADS = {
    "reset before: the gate acts on what is sent": (STATE, GATE, MATRIX, SQUEEZE),
    "reset after: the gate acts on what is received": (STATE, MATRIX, GATE, SQUEEZE),
}
COLOURS = {STATE: LIGHT["h"], GATE: LIGHT["r"], MATRIX: LIGHT["h"], SQUEEZE: LIGHT["candidate"]}
SPACING = 2.6


def reset_roads():
    """The figure: one row of boxes for each place of the gate. Returns a matplotlib Figure."""
    figure, panels = plt.subplots(2, 1, figsize=(8.0, 3.2), layout="constrained")
    for panel, (title, stops) in zip(panels, ROADS.items(), strict=True):
        for position, stop in enumerate(stops):
            colour = COLOURS[stop]
            panel.text(
                position * SPACING, 0, stop, ha="center", va="center", fontsize=13, color=colour,
                bbox={"boxstyle": "round,pad=0.5", "facecolor": "white", "edgecolor": colour, "linewidth": 2},
            )  # fmt: skip
            arrow = {"arrowstyle": "-|>", "color": LIGHT["h"], "linewidth": 1.8}
            panel.annotate("", ((position + 1) * SPACING - 0.65, 0), (position * SPACING + 0.65, 0), arrowprops=arrow)
        panel.text(len(stops) * SPACING - 0.5, 0, "$\\tilde{h}_t$", va="center", fontsize=13, color=LIGHT["candidate"])
        panel.set_title(title, fontsize=11, loc="left")
        panel.set_xlim(-0.9, len(stops) * SPACING + 0.2)
        panel.set_ylim(-0.7, 0.7)
        panel.axis("off")
    return figure
