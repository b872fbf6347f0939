"""What training looks like for an RNN, a GRU and an LSTM side by side: learning by heart, and large gradients."""

import matplotlib.pyplot as plt
import numpy as np

from gru_lab.palette import LIGHT, PALE

INK = LIGHT["h"]


def overfitting_curves(lessons, floor):
    """Training and test loss over the training steps, a panel for each network, one line for each seed.

    lessons: `gru_lab.measuring.lessons.Memorised`, one a panel. floor: the loss of the noise alone.
    Returns a matplotlib Figure.
    """
    figure, panels = _panels([lesson.cell for lesson in lessons], rows=1, height=3.1)
    for axes, lesson in zip(panels[0], lessons, strict=True):
        _lines(axes, lesson.steps, lesson.test, "-", INK, "unseen stories")
        _lines(axes, lesson.steps, lesson.train, "--", PALE, "the small training set")
        axes.axhline(floor, color=INK, linewidth=1, linestyle=":", label="the noise alone")
        axes.set_ylim(0, None)
    panels[0, 0].set_ylabel("loss", fontsize=11)
    figure.legend(*panels[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=3, frameon=False)
    return figure


def gradient_curves(lessons, rate):
    """The gradient's norm over the training steps, before clipping: a column for each network, one line for each seed.

    lessons: `gru_lab.measuring.lessons.Remembered`, one a column. rate: the index of the learning rate to show. Upper
    row: nothing is clipped. Lower row: what is above the dotted line is. Returns a matplotlib Figure.
    """
    figure, panels = _panels([lesson.cell for lesson in lessons], rows=2, height=4.4)
    for column, lesson in zip(panels.T, lessons, strict=True):
        norm = lesson.gradient_norm[:, :, rate]  # (steps, clipping, seeds)
        for clipped, axes in enumerate(column):
            _lines(axes, np.arange(1, len(norm) + 1), norm[:, clipped], "-", INK)
            axes.axhline(1, color=INK, linewidth=1, linestyle=":")
            axes.set_yscale("log")
    panels[0, 0].set_ylabel("gradient norm,\nno clipping", fontsize=11)
    panels[1, 0].set_ylabel("gradient norm,\nclipped at 1", fontsize=11)
    return figure


def _panels(titles, rows, height):
    figure, panels = plt.subplots(
        rows, len(titles), figsize=(8.8, height), sharex=True, sharey=True, squeeze=False, layout="constrained"
    )
    for axes, title in zip(panels[0], titles, strict=True):
        axes.set_title(title, fontsize=12)
    for axes in panels[-1]:
        axes.set_xlabel("training step", fontsize=11)
    for axes in panels.flat:
        axes.tick_params(labelsize=10)
        axes.spines[["top", "right"]].set_visible(False)
    return figure, panels


def _lines(axes, steps, numbers, style, colour, label=None):
    for seed, line in enumerate(np.asarray(numbers).T):
        axes.plot(steps, line, style, color=colour, linewidth=1.1, label=label if seed == 0 else None)
