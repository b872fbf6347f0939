"""The hidden state after each sentence, or each word, of many stories, beside what was true there."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch

from gru_lab.models import LanguageModel
from gru_lab.story import Story, StoryWorld

WINDOW = 300  # stories whose states are held at a time

__all__ = ["Reading", "WordReading", "read_every_word", "read_stories"]


class Reading(NamedTuple):
    """N sentences. states (N, H): after each sentence's last word. aspects (N, 4). story (N,): its number.

    memory (N,) bool: the sentence says nothing of any aspect, so that what is known of them is remembered.
    kinds: N kinds of event. words: N tuples, the words of the story up to there; sentence_words: of this one.
    """

    states: np.ndarray
    aspects: np.ndarray
    story: np.ndarray
    memory: np.ndarray
    kinds: tuple[str, ...]
    words: tuple[tuple[str, ...], ...]
    sentence_words: tuple[tuple[str, ...], ...]

    def where(self, chosen: np.ndarray) -> "Reading":
        """The sentences at which `chosen` (N,) is true."""
        at = np.flatnonzero(chosen)
        pick = lambda values: tuple(values[i] for i in at)  # noqa: E731 - shorter than a function and its call
        return Reading(
            self.states[at], self.aspects[at], self.story[at], self.memory[at],
            pick(self.kinds), pick(self.words), pick(self.sentence_words),
        )  # fmt: skip


class WordReading(NamedTuple):
    """N words. states (N, H): after each. aspects (N, 4): what had been said by then. ends (N,) bool: of sentences.

    Inside a sentence its news is not out yet: what was true before it counts there. story (N,): its number.
    """

    states: np.ndarray
    aspects: np.ndarray
    ends: np.ndarray
    story: np.ndarray


def read_stories(model: LanguageModel, stories: list[Story], batch: int = 50) -> Reading:
    """Let `model` read each story on its own, from a state of zeros, and keep the state at the end of each sentence.

    Raises ValueError when the model's vocabulary is not StoryWorld's.
    """
    states, aspects, owner, memory, kinds, words, own = [], [], [], [], [], [], []
    for number, (story, h) in enumerate(_each_read(model, stories, batch)):
        at = 0
        so_far: tuple[str, ...] = ()
        for sentence in story.sentences:
            at += len(sentence.words)
            so_far += sentence.words
            states.append(h[at])
            aspects.append(sentence.aspects)
            owner.append(number)
            memory.append(not sentence.states_an_aspect)
            kinds.append(sentence.kind)
            words.append(so_far)
            own.append(sentence.words)
    return Reading(
        np.array(states), np.array(aspects), np.array(owner), np.array(memory), tuple(kinds), tuple(words), tuple(own)
    )


def read_every_word(model: LanguageModel, stories: list[Story], batch: int = 50) -> WordReading:
    """As read_stories, with the state after every word: for a probe that is to be read inside sentences, too."""
    states, aspects, ends, owner = [], [], [], []
    for number, (story, h) in enumerate(_each_read(model, stories, batch)):
        true = (0.0,) * len(story.sentences[0].aspects)
        states.append(h[1:])  # what starts a story is no word
        for sentence in story.sentences:
            inside = len(sentence.words) - 1
            aspects += [true] * inside + [sentence.aspects]
            ends += [False] * inside + [True]
            true = sentence.aspects
        owner += [number] * (len(h) - 1)
    return WordReading(np.concatenate(states), np.array(aspects), np.array(ends), np.array(owner))


@torch.no_grad()
def _each_read(model: LanguageModel, stories: list[Story], batch: int) -> Iterator[tuple[Story, np.ndarray]]:
    """Each story with its states (1 + its words, H), the first after the word that starts it."""
    vocabulary = StoryWorld().vocabulary
    if model.configuration["vocabulary_size"] != len(vocabulary):
        raise ValueError(
            f"the model knows {model.configuration['vocabulary_size']} words, StoryWorld has {len(vocabulary)}: "
            "it was trained on another text"
        )
    numbers = {word: number for number, word in enumerate(vocabulary)}
    for first in range(0, len(stories), WINDOW):
        window = stories[first : first + WINDOW]
        texts = [[0, *(numbers[w] for s in story.sentences for w in s.words)] for story in window]
        by_length = sorted(range(len(window)), key=lambda row: len(texts[row]))
        states: dict[int, np.ndarray] = {}
        for at in range(0, len(window), batch):  # stories of like length side by side: a third of the padding
            rows = by_length[at : at + batch]
            padded = torch.zeros(len(rows), len(texts[rows[-1]]), dtype=torch.long)
            for place, row in enumerate(rows):
                padded[place, : len(texts[row])] = torch.tensor(texts[row])
            h = model.states(padded).numpy()  # what comes after a story's end is not looked at
            states |= {row: h[place, : len(texts[row])] for place, row in enumerate(rows)}
        yield from ((story, states[row]) for row, story in enumerate(window))
