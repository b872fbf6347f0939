"""A text read word by word: what a probe finds in each state, how far the gates stood open, what comes next."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch

from gru_lab.models import LanguageModel
from gru_lab.probing.probes import Probe
from gru_lab.training.corpus import WORD

__all__ = ["TextReading", "read_words", "words_of"]


class TextReading(NamedTuple):
    """T words. words: the first starts a story, the others are the text's. unknown: what was left out, in its order.

    r, z, h (T, H): both gates at each word, the state after it. aspects (T, K): what the probe reads in h.
    probabilities (T, V): of each word of the vocabulary to be the next.
    """

    words: tuple[str, ...]
    unknown: tuple[str, ...]
    r: np.ndarray
    z: np.ndarray
    h: np.ndarray
    aspects: np.ndarray
    probabilities: np.ndarray


def words_of(text: str, vocabulary: Sequence[str]) -> tuple[list[int], list[str]]:
    """(numbers of the words that the vocabulary has, words that it has not), each in the text's order.

    "The" is looked up as it is, then as "the"; "leif" as it is, then as "Leif". Word 0, the start of a story, is for
    nobody to write.
    """
    numbers = {word: number for number, word in enumerate(vocabulary) if number}
    known, unknown = [], []
    for word in WORD.findall(text):
        number = next((numbers[way] for way in (word, word.lower(), word.capitalize()) if way in numbers), None)
        if number is None:
            unknown.append(word)
        else:
            known.append(number)
    return known, unknown


@torch.no_grad()
def read_words(model: LanguageModel, vocabulary: Sequence[str], probe: Probe, text: str) -> TextReading:
    """Let `model` read `text` as a story of its own, from a state of zeros. Unknown words are left out.

    Raises ValueError for a model without gates.
    """
    known, unknown = words_of(text, vocabulary)
    tokens = torch.tensor([[0, *known]])
    trace = model.trace(tokens)
    r, z, h = (values[0].numpy() for values in (trace.r, trace.z, trace.h))
    likely = torch.softmax(model.decoder(trace.h[0]), dim=-1).numpy()
    words = tuple(vocabulary[number] for number in (0, *known))
    return TextReading(words, tuple(unknown), r, z, h, probe(h), likely)
