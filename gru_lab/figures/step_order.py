"""Which step of a GRU waits for which: the partial order of r, z, candidate and h."""

import matplotlib.pyplot as plt
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from gru_lab.palette import LIGHT

BOX_WIDTH, BOX_HEIGHT = 1.9, 0.8

#        name          (x, y)      colour       label
BOXES = {
    "x": ((0.0, 1.0), "h", "$x_t$\ninput"),
    "h_old": ((0.0, 3.0), "h", "$h_{t-1}$\nold state"),
    "r": ((3.2, -0.6), "r", "$r_t$\nreset gate"),
    "candidate": ((6.4, 1.0), "candidate", "$\\tilde{h}_t$\ncandidate"),
    "z": ((6.4, 4.6), "z", "$z_t$\nupdate gate"),
    "h": ((9.6, 3.0), "h", "$h_t$\nnew state"),
}

#  reader: what it reads, as in Convention.equations. An arrow has the colour of its reader.
READS = {
    "r": ("x", "h_old"),
    "candidate": ("x", "h_old", "r"),
    "z": ("x", "h_old"),
    "h": ("h_old", "candidate", "z"),
}


def step_order():
    """The figure: an arrow from every quantity to each one computed from it. Returns a matplotlib Figure."""
    figure, axes = plt.subplots(figsize=(8.4, 4.4))
    for reader, read in READS.items():
        (x1, y1), colour, _ = BOXES[reader]
        for name in read:
            (x0, y0), _, _ = BOXES[name]
            axes.add_patch(
                FancyArrowPatch(
                    (x0 + BOX_WIDTH / 2, y0),
                    (x1 - BOX_WIDTH / 2, y1),
                    arrowstyle="-|>",
                    mutation_scale=14,
                    shrinkA=1,
                    shrinkB=2,
                    linewidth=1.8,
                    color=LIGHT[colour],
                )
            )
    for (x, y), colour, label in BOXES.values():
        axes.add_patch(
            FancyBboxPatch(
                (x - BOX_WIDTH / 2, y - BOX_HEIGHT / 2),
                BOX_WIDTH,
                BOX_HEIGHT,
                boxstyle="round,pad=0.04,rounding_size=0.15",
                facecolor="white",
                edgecolor=LIGHT[colour],
                linewidth=2,
            )
        )
        axes.text(x, y, label, ha="center", va="center", color=LIGHT[colour], fontsize=11, linespacing=1.3)
    axes.set_xlim(-1.1, 10.7)
    axes.set_ylim(-1.1, 5.2)
    axes.set_aspect("equal")
    axes.axis("off")
    return figure
