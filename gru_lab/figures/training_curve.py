"""The losses of one training run over the words it has read."""

import matplotlib.pyplot as plt

from gru_lab.palette import LIGHT


def training_curve(rows, floor):
    """Training and validation loss of `rows` (of metrics.csv), and the loss that nobody can beat as a dotted line.

    floor: in nats per word. Returns a matplotlib Figure.
    """
    words = [row["words"] / 1e6 for row in rows]
    figure, axes = plt.subplots(figsize=(8.6, 3.6), layout="constrained")
    axes.plot(words, [row["train_loss"] for row in rows], "--", color=LIGHT["r"], linewidth=1.6, label="training text")
    axes.plot(words, [row["validation_loss"] for row in rows], "-o", color=LIGHT["z"], linewidth=2.2, markersize=4,
              label="stories it has not seen")  # fmt: skip
    axes.axhline(floor, color=LIGHT["h"], linewidth=1.4, linestyle=":", label="the world's own surprise")
    axes.set_xlabel("millions of words read", fontsize=11)
    axes.set_ylabel("loss, nats per word", fontsize=11)
    axes.set_ylim(floor - 0.05, None)
    axes.set_xlim(0, None)
    axes.tick_params(labelsize=10)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, fontsize=11)
    return figure
