"""Sizes of random inputs: in a notebook those that stand in the question's file, in grading others that nobody knows.

A function that was written for the sizes that a learner can see is no answer; neither is one that knows their numbers.
"""

import numpy as np

__all__ = ["HiddenSizes", "one_of", "sizes"]

LEAST, MOST = 2, 7  # 1 would let a wrong axis broadcast


class HiddenSizes(np.random.Generator):
    """A source of random numbers that also draws the sizes; any other Generator leaves the visible ones."""


def sizes(rng, *visible, between=None):
    """The visible tuples of sizes or, where `rng` hides them, as many others: [(size, …), …].

    between: (least, most) for each place, else LEAST and MOST for all. In a hidden tuple all sizes differ, and none is
    a visible one of the same place. Raises ValueError where `between` leaves no such size.
    """
    if not isinstance(rng, HiddenSizes):
        return list(visible)
    return [_others(rng, visible, between or ((LEAST, MOST),) * len(visible[0])) for _ in visible]


def _others(rng, visible, between):
    chosen = []
    for place, (least, most) in enumerate(between):
        taken = {one[place] for one in visible} | set(chosen)
        free = [size for size in range(least, most + 1) if size not in taken]
        chosen.append(int(rng.choice(free)))
    return tuple(chosen)


def one_of(rng, visible, options):
    """The visible whole number or, where `rng` hides sizes, another one of `options`."""
    if not isinstance(rng, HiddenSizes):
        return visible
    return int(rng.choice([option for option in options if option != visible]))
