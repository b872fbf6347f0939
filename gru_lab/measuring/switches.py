"""A small world with known truth: four aspects that now and then are switched on or off, and stay so.

At each sentence an aspect is raised (+1), lowered (−1) or, mostly, not mentioned (0). The question at each sentence is
how all four stand, so whatever was said last must be remembered for as long as nobody speaks of it. It is the flip-flop
task that Sussillo and Barak (2013, Neural Computation 25) used to look inside trained recurrent networks.
"""

import numpy as np

ASPECT_COUNT = 4


def stories(count, length, seed, mention=0.1):
    """`count` stories of `length` sentences. Each aspect is mentioned in a sentence with probability `mention`.

    -> x (count, length, 4), numbers −1, 0 or 1: what is said. y (count, length, 4): how the aspects stand after it,
    0 before the first mention. Both float32. seed: an int, or a list of ints.
    """
    rng = np.random.default_rng(seed)
    shape = (count, length, ASPECT_COUNT)
    x = np.where(rng.random(shape) < mention, rng.choice([-1.0, 1.0], shape), 0.0).astype(np.float32)
    y = np.zeros_like(x)
    standing = np.zeros_like(x[:, 0])
    for t in range(length):
        standing = np.where(x[:, t] != 0, x[:, t], standing)
        y[:, t] = standing
    return x, y
