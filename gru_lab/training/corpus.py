"""What is learned from: words as numbers, in three parts that do not overlap."""

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

__all__ = ["Corpus", "CorpusError", "storyworld_corpus", "text_corpus"]

HELD_OUT = 50_000  # words of StoryWorld for validation, and for test
UNKNOWN, NEW_PARAGRAPH = "<unknown>", "<story>"
SMALLEST = 2_000  # words of a text: fewer cannot be learned from
WORD = re.compile(r"\w+(?:['’]\w+)*|[^\w\s]", re.UNICODE)


class CorpusError(ValueError):
    """A text that cannot be learned from; the message says why, and what would do."""


@dataclass(frozen=True)
class Corpus:
    """train, validation, test: (N,) arrays of word numbers; vocabulary: the words; name: what the record calls it."""

    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray
    vocabulary: tuple[str, ...]
    name: str


def storyworld_corpus(words: int, seed: int = 0) -> Corpus:
    """So many words of StoryWorld to train on, and 50,000 of each of its other splits."""
    from gru_lab.story import StoryWorld

    parts = {split: StoryWorld(seed, split) for split in ("train", "validation", "test")}
    arrays = [world.tokens(words if split == "train" else HELD_OUT) for split, world in parts.items()]
    return Corpus(*arrays, parts["train"].vocabulary, f"StoryWorld, seed {seed}, {words:,} words")


def text_corpus(path: str | Path, largest_vocabulary: int = 8000) -> Corpus:
    """Your own text: a UTF-8 file. The first 90 % train, the next 5 % validate, the last 5 % test.

    A word is a run of letters and digits, in small letters; each other sign stands alone; an empty line becomes
    "<story>". Words beyond the most frequent `largest_vocabulary` become "<unknown>".
    Raises CorpusError for a file that is missing, empty, binary, not UTF-8, or shorter than 2,000 words.
    """
    path = Path(path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise CorpusError(f"{path.name} cannot be read: {error.strerror}. Give the path of a text file.") from error
    if not raw.strip():
        raise CorpusError(f"{path.name} is empty. A text of {SMALLEST:,} words is the least that can be learned from.")
    if b"\0" in raw[:100_000]:
        raise CorpusError(f"{path.name} is no text (it has zero bytes). Save it as plain text in UTF-8.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise CorpusError(f"{path.name} is not UTF-8 (line {line}). Save it as plain text in UTF-8.") from error
    paragraphs = re.split(r"\n\s*\n", text.replace("\r\n", "\n"))
    words = [word for paragraph in paragraphs for word in (NEW_PARAGRAPH, *WORD.findall(paragraph.lower()))]
    if len(words) < SMALLEST:
        raise CorpusError(f"{path.name} has {len(words):,} words; {SMALLEST:,} are the least that can be learned from.")
    first = words[: int(0.9 * len(words))]  # what is rare in the rest must not decide which words there are
    known = [word for word, _ in Counter(first).most_common(largest_vocabulary)]
    vocabulary = (NEW_PARAGRAPH, UNKNOWN, *sorted(set(known) - {NEW_PARAGRAPH, UNKNOWN}))
    numbers = {word: number for number, word in enumerate(vocabulary)}
    tokens = np.array([numbers.get(word, 1) for word in words], dtype=np.int32)
    train, validation, test = np.split(tokens, [len(first), len(first) + (len(tokens) - len(first)) // 2])
    return Corpus(train, validation, test, vocabulary, f"{path.name}, {len(words):,} words")
