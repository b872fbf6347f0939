"""What a probe finds where there is no memory to find it in."""

from collections.abc import Sequence

import numpy as np

__all__ = ["bag_of_words", "event_labels"]


def bag_of_words(texts: Sequence[Sequence[str]], vocabulary: Sequence[str]) -> np.ndarray:
    """(N, V): how often each word of `vocabulary` is in each of N texts, 1 + log of it where it is."""
    numbers = {word: number for number, word in enumerate(vocabulary)}
    counts = np.zeros((len(texts), len(vocabulary)), dtype=np.float32)
    for row, text in enumerate(texts):
        for word in text:
            counts[row, numbers[word]] += 1
    return np.where(counts > 0, 1 + np.log(np.maximum(counts, 1)), 0)


def event_labels(kinds: Sequence[str], seed: int = 0, count: int = 4) -> np.ndarray:
    """(N, count): a number drawn once for each kind of event. A probe that finds these well finds the event, no memory.

    Source of the idea: Hewitt and Liang, "Designing and Interpreting Probes with Control Tasks" (2019).
    """
    rng = np.random.default_rng(seed)
    drawn = {kind: rng.uniform(size=count) for kind in sorted(set(kinds))}
    return np.array([drawn[kind] for kind in kinds])
