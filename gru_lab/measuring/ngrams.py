"""What can be said of the next word from the last few: the yardstick that a memory has to beat.

Smoothing: Witten and Bell (1991), interpolated: the more different words have followed a context, the more of the guess
is left to the shorter context.
"""

import numpy as np

__all__ = ["ngram_loss"]


def ngram_loss(train: np.ndarray, test: np.ndarray, order: int, vocabulary_size: int) -> float:
    """Nats per word of `test` under a model that sees the last order − 1 words of it, counted in `train`.

    train, test: (N,) word numbers. Raises ValueError for an order below 1 or too long for 63 bits.
    """
    if order < 1 or order * np.log2(vocabulary_size) > 63:
        raise ValueError(f"order is {order}, needs 1 or more, and few enough for {vocabulary_size} words")
    train, test = np.asarray(train, dtype=np.int64), np.asarray(test, dtype=np.int64)
    at = np.arange(order - 1, len(test))  # words that have a whole context
    p = np.full(len(at), 1 / vocabulary_size)
    for n in range(1, order + 1):
        grams, gram_counts = np.unique(_windows(train, n, vocabulary_size), return_counts=True)
        contexts, first = np.unique(grams // vocabulary_size, return_index=True)
        context_counts = np.add.reduceat(gram_counts, first)
        followers = np.diff(np.append(first, len(grams)))
        asked = _windows(test, n, vocabulary_size)[at - n + 1]
        c = _look_up(grams, gram_counts, asked)
        total = _look_up(contexts, context_counts, asked // vocabulary_size)
        kinds = _look_up(contexts, followers, asked // vocabulary_size)
        p = np.where(total > 0, (c + kinds * p) / np.maximum(total + kinds, 1), p)
    return float(-np.log(p).mean())


def _windows(tokens, n, base):
    """One number for each run of n words: (N − n + 1,)."""
    numbers = np.zeros(len(tokens) - n + 1, dtype=np.int64)
    for offset in range(n):
        numbers = numbers * base + tokens[offset : len(tokens) - n + 1 + offset]
    return numbers


def _look_up(keys, values, asked):
    place = np.minimum(np.searchsorted(keys, asked), len(keys) - 1)
    return np.where(keys[place] == asked, values[place], 0)
