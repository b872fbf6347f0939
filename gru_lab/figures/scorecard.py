"""The seven claims against the LSTM: every comparison with the GRU as a mark, and the verdict that follows."""

import math

import matplotlib.pyplot as plt
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from gru_lab.measuring.counts import EQUAL_PARAMETERS
from gru_lab.measuring.evidence import (
    ARITHMETIC,
    CLAIMS,
    DEPENDS,
    EXPERIMENT,
    FAILS,
    HOLDS,
    HOLDS_TOO,
    IMPLEMENTATION,
    MARGIN,
    by_claim,
    verdict,
)
from gru_lab.palette import LIGHT

MARKS = {ARITHMETIC: "s", IMPLEMENTATION: "^", EXPERIMENT: "o"}
VERDICT_MARKS = {HOLDS: "●", HOLDS_TOO: "◐", DEPENDS: "○", FAILS: "✕"}
INK = LIGHT["h"]


def scorecard(evidence):
    """One row a claim: LSTM cost ÷ GRU cost of every piece of evidence, lowest to highest, and the verdict.

    evidence: pieces of `gru_lab.measuring.Evidence`, on any number of claims. Ratios that are undefined have no mark.
    Returns a matplotlib Figure.
    """
    claims = by_claim(evidence)
    figure, axes = plt.subplots(figsize=(8.8, 1.6 + 0.62 * len(claims)), layout="constrained")
    for row, (claim, pieces) in enumerate(claims.items()):
        if row % 2 == 0:
            axes.axhspan(row - 0.5, row + 0.5, color="#f3f3f5", zorder=0)
        for place, piece in enumerate(pieces):
            _mark(axes, row - 0.36 + 0.72 * (place + 0.5) / len(pieces), piece)
        found = verdict(pieces)
        axes.text(1.02, row, f"{VERDICT_MARKS[found]} {found}", transform=axes.get_yaxis_transform(), va="center",
                  fontsize=10.5, color=INK, fontweight="bold")  # fmt: skip
        axes.text(-0.02, row, f"{claim}. {CLAIMS[claim]}", transform=axes.get_yaxis_transform(), va="center",
                  ha="right", fontsize=10.5, color=INK)  # fmt: skip
    axes.axvspan(1 / (1 + MARGIN), 1 + MARGIN, color="#c9c9d1", zorder=0.5)
    axes.set_xscale("log", base=2)
    axes.xaxis.set_major_locator(LogLocator(base=2))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda ratio, _: f"{ratio:g}" if ratio >= 1 else f"1/{1 / ratio:g}"))
    axes.set_xlabel("LSTM costs less   ←   cost of the LSTM ÷ cost of the GRU   →   LSTM costs more", fontsize=10.5)
    axes.set_ylim(len(claims) - 0.5, -0.5)
    axes.set_yticks([])
    axes.tick_params(labelsize=10)
    axes.spines[["top", "right", "left"]].set_visible(False)
    handles = [
        *(Line2D([], [], marker=mark, color=INK, linestyle="", label=kind) for kind, mark in MARKS.items()),
        Line2D(
            [], [], marker="o", color=INK, markerfacecolor="white", linestyle="", label=f"hollow: {EQUAL_PARAMETERS}"
        ),
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=4, frameon=False, fontsize=10)
    return figure


def scorecard_text(evidence):
    """The picture in words, for its alternative text: the verdict on each claim, and where the marks lie."""
    words = [
        f"{CLAIMS[claim]}: {verdict(pieces)}, {sum(piece.against_gru == 'more' for piece in pieces)} of {len(pieces)} "
        "marks to the right"
        for claim, pieces in by_claim(evidence).items()
    ]
    return (
        "A row of marks for each claim, one for each comparison of the LSTM's cost with the GRU's; to the right the "
        f"LSTM costs more. {'; '.join(words)}."
    )


def _mark(axes, height, piece):
    low, middle, high = piece.ratio
    if math.isnan(middle) or min(low, middle) <= 0:
        return
    axes.plot([low, high], [height, height], color=INK, linewidth=1)
    fill = "white" if piece.sizes == EQUAL_PARAMETERS else INK
    axes.plot(middle, height, MARKS[piece.kind], color=INK, markerfacecolor=fill, markersize=6)
