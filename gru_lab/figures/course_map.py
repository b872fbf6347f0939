"""The course as a road of four parts: a sketch for each, what it is about, and its chapters."""

import textwrap
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np

from gru_lab.palette import LIGHT
from gru_lab.story import ASPECTS


def course_map(course):
    """The figure. course: `gru_lab.workshop.course.load()`, whose first part is the welcome and is left out.

    Returns a matplotlib Figure. Raises ValueError when the course has other parts than the four that have a sketch.
    """
    parts = {name: about for name, about in course.parts.items() if name != course.chapters[0].part}
    if list(parts) != list(SKETCHES):
        raise ValueError(f"the course has the parts {', '.join(parts)}; there are sketches for {', '.join(SKETCHES)}")
    figure, panels = plt.subplots(1, len(parts), figsize=(9, 3.6))
    figure.subplots_adjust(left=0.01, right=0.99, top=0.82, bottom=0.47, wspace=0.28)
    for panel, (part, about) in zip(panels, parts.items(), strict=True):
        chapters = [chapter.number for chapter in course.chapters if chapter.part == part]
        panel.set_title(part, fontsize=15, weight="bold", color=LIGHT["h"], pad=10)
        panel.text(
            0.5, -0.16, f"chapters {chapters[0]}–{chapters[-1]}",
            ha="center", va="top", fontsize=11, weight="bold", color=LIGHT["h"], transform=panel.transAxes,
        )  # fmt: skip
        panel.text(
            0.5, -0.42, textwrap.fill(about, 26),
            ha="center", va="top", fontsize=10.5, linespacing=1.4, transform=panel.transAxes,
        )  # fmt: skip
        panel.set(xlim=(0, 1), ylim=(0, 1), xticks=[], yticks=[])
        panel.spines[:].set_color("#b9b9c2")
        SKETCHES[part](panel)
    for left, right in pairwise(panels):
        right.annotate(
            "", xy=(0, 0.5), xytext=(1, 0.5), xycoords=right.transAxes, textcoords=left.transAxes,
            arrowprops={"arrowstyle": "-|>", "color": LIGHT["h"], "linewidth": 2, "mutation_scale": 16},
        )  # fmt: skip
    return figure


def _four_bars(panel):
    """A memory in which each number has a name."""
    rows = np.linspace(0.84, 0.16, len(ASPECTS))
    panel.barh(rows, [0.44, 0.3, 0.02, 0.02], left=0.46, height=0.13, color=LIGHT["h"])
    for row, name in zip(rows, ASPECTS, strict=True):
        panel.text(0.42, row, name, ha="right", va="center", fontsize=10)


def _cell(panel):
    """A belt with a valve on it, and a second belt that joins."""
    panel.plot([0.08, 0.92], [0.72, 0.72], color=LIGHT["h"], linewidth=5, solid_capstyle="butt")
    panel.plot([0.3, 0.3, 0.74, 0.74], [0.72, 0.26, 0.26, 0.72], color=LIGHT["candidate"], linewidth=3)
    for x, y, text, colour in ((0.3, 0.48, "r", "r"), (0.54, 0.72, "z", "z"), (0.54, 0.26, "h̃", "candidate")):
        panel.text(
            x, y, text, ha="center", va="center", fontsize=12, color=LIGHT[colour],
            bbox={"boxstyle": "round,pad=0.32", "facecolor": "white", "edgecolor": LIGHT[colour], "linewidth": 1.8},
        )  # fmt: skip


def _falling_loss(panel):
    """A loss that falls, noisily, over the steps of a training."""
    step = np.linspace(0, 1, 60)
    loss = 0.16 + 0.66 * np.exp(-4 * step) + 0.03 * np.sin(41 * step) * np.cos(23 * step)
    panel.plot(0.08 + 0.84 * step, loss, color=LIGHT["h"], linewidth=2)
    panel.text(0.9, 0.8, "loss", ha="right", fontsize=10)


def _question(panel):
    """The four bars again, and no names on them."""
    rows = np.linspace(0.84, 0.16, 4)
    panel.barh(rows, [0.3, -0.2, 0.1, 0.36], left=0.56, height=0.13, color=LIGHT["h"])
    for row in rows:
        panel.text(0.24, row, "?", ha="center", va="center", fontsize=11, weight="bold")


SKETCHES = {"Hypothesis": _four_bars, "Machine": _cell, "Experiment": _falling_loss, "Verdict": _question}
