"""The totals of a class: mean, median and a histogram."""

import math
import statistics
from collections import Counter
from dataclasses import dataclass

__all__ = ["Bar", "Totals", "totals"]

MOST_BARS = 12
STEPS = (0.25, 0.5, 1, 2, 5, 10, 20, 50, 100)  # points from one bar to the next


@dataclass(frozen=True)
class Bar:
    """One bar of a chart. width: from 0 to 100. mark: a sign before the label. tone: "good", "bad", "wait" or ""."""

    label: str
    count: int
    width: float
    mark: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Totals:
    """bars: the histogram. counted, left_out: submissions with any points, and without. unfinished: how many of those
    counted a person must still add marks to."""

    bars: tuple
    counted: int
    left_out: int
    unfinished: int
    mean: float
    median: float
    maximum: float


def totals(scores):
    """The Totals of the scores in which anything has points; None if there is none."""
    counted = [score for score in scores if any(value is not None for value in score.points.values())]
    if not counted:
        return None
    points = [score.total for score in counted]
    maximum = max(score.maximum for score in counted)
    step = next((step for step in STEPS if maximum / step <= MOST_BARS), max(maximum / MOST_BARS, 1))
    number = max(math.ceil(maximum / step), 1)
    counts = Counter(min(int(total / step), number - 1) for total in points)
    most = max(counts.values())
    bars = tuple(
        Bar(_range(step * at, min(step * (at + 1), maximum), at == number - 1), counts[at], 100 * counts[at] / most)
        for at in range(number)
    )
    return Totals(
        bars=bars,
        counted=len(counted),
        left_out=len(scores) - len(counted),
        unfinished=sum(not score.complete for score in counted),
        mean=statistics.fmean(points),
        median=statistics.median(points),
        maximum=maximum,
    )


def _range(low, high, last):
    return f"{low:g} to {high:g}" if last else f"{low:g} to under {high:g}"
