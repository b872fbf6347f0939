"""What is learned from: words as numbers, in three parts that do not overlap."""

import itertools
import multiprocessing
import os
import re
import sys
import threading
from collections import Counter, deque
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from gru_lab.story import StoryWorld

__all__ = ["Corpus", "CorpusError", "storyworld_corpus", "tell", "text_corpus"]

HELD_OUT = 50_000  # words of StoryWorld for validation, and for test
UNKNOWN, NEW_PARAGRAPH = "<unknown>", "<story>"
SMALLEST = 2_000  # words of a text: fewer cannot be learned from
MANY = 2_000_000  # words of StoryWorld from which on several processes tell faster than one, their start counted in
STORIES_AT_ONCE = 500  # that one process tells before it hands them over: about a tenth of a second
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


def storyworld_corpus(words: int, seed: int = 0, progress: bool = False) -> Corpus:
    """So many words of StoryWorld to train on, and 50,000 of each of its other splits.

    progress: a bar where there are many words to tell.
    """
    train, validation, test = (StoryWorld(seed, split) for split in ("train", "validation", "test"))
    arrays = tell(train, words, progress=progress), validation.tokens(HELD_OUT), test.tokens(HELD_OUT)
    return Corpus(*arrays, train.vocabulary, f"StoryWorld, seed {seed}, {words:,} words")


def tell(world: StoryWorld, words: int, processes: int | None = None, progress: bool = False) -> np.ndarray:
    """world.tokens(words), (words,) int32, told by several processes where there are many words.

    processes: as many as this machine's cores allow unless given; 1 tells in this one.
    """
    if processes is None:
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        processes = 1 if words < MANY else max(1, cores // int(os.environ.get("LOCAL_WORLD_SIZE", 1)))
    if processes == 1:
        return world.tokens(words)
    found, at = np.empty(words, dtype=np.int32), 0
    parts = (range(first, first + STORIES_AT_ONCE) for first in itertools.count(0, STORIES_AT_ONCE))
    pool = ProcessPoolExecutor(processes, multiprocessing.get_context("spawn"), _end_with_parent)
    bar = tqdm(total=words, unit="word", unit_scale=True, disable=not progress, file=sys.stderr, desc="telling")
    try:
        waiting = deque(pool.submit(world.tokens_of, part) for part in itertools.islice(parts, 2 * processes))
        while at < words:
            tokens = waiting.popleft().result()[: words - at]
            waiting.append(pool.submit(world.tokens_of, next(parts)))
            found[at : at + len(tokens)] = tokens
            at += len(tokens)
            bar.update(len(tokens))
    finally:
        bar.close()
        pool.shutdown(cancel_futures=True)
    return found


def _end_with_parent() -> None:
    """A process that was killed cannot end those that it started: each of them waits for that itself."""

    def wait():
        parent = multiprocessing.parent_process()
        assert parent, "this is for processes that another one started"
        parent.join()
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


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
