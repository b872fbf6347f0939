"""Hints at answers that were written together: a reason to look at two answers, and never more than that.

Winnowing (Schleimer, Wilkerson and Aiken 2003, "Winnowing: local algorithms for document fingerprinting"): an answer's
tokens, with all names alike, are read in overlapping runs; of each window of runs one is kept as a fingerprint. What
was handed out and what many have written does not count.

Written answers are read as words, whatever their case and punctuation, and every run is kept: only long stretches that
are the same word for word are seen, and they are seen however much stands around them.
"""

import ast
import io
import keyword
import re
import tokenize
import unicodedata
import warnings
import zlib
from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import combinations

__all__ = ["CAUTION", "Hint", "hints", "quoting"]

CAUTION = (
    "Hints only. Two right answers to a small question are often alike, and a shared teacher, book or study group "
    "shows here too. Read both answers before you think anything of it."
)
LEAST_QUOTED = 3  # runs: ten words of the guide in a row
LONGEST = 50_000  # characters of an answer that are read
_NOTHING = {tokenize.COMMENT, tokenize.NL, tokenize.ENCODING, tokenize.ENDMARKER}


@dataclass(frozen=True)
class _Reading:
    """How answers of a kind are compared. tokens: source -> list of texts. run: tokens that are compared together.
    window: runs of which one is kept. least: fingerprints of an answer, and in common; shorter answers are alike by
    nature. share: of the fingerprints in common, at least. common: size of the class -> how many students may have a
    fingerprint before it is taken for everybody's."""

    tokens: object
    run: int
    window: int
    least: int
    share: float
    common: object


@dataclass(frozen=True)
class Hint:
    """Two students, a question, and which share of what is uncommon in one of the answers stands in the other too; or
    one student, and which share of their answer is the guide's."""

    question: str
    students: tuple
    share: float


def hints(records, handed_out=None, most=200):
    """The Hints of a class, the strongest first. handed_out: {question: the code or text that everybody was given}."""
    answers = defaultdict(dict)
    for record in records:
        for result in record.results:
            if result.source:
                answers[result.question, result.status == "by hand"][record.student] = result.source
    found = [
        hint
        for (question, is_prose), sources in answers.items()
        for hint in _of_question(question, sources, (handed_out or {}).get(question, ""), PROSE if is_prose else CODE)
    ]
    return sorted(found, key=lambda hint: (-hint.share, hint.question, hint.students))[:most]


def quoting(records, guides):
    """A Hint for each written answer that has long stretches of the guide, the strongest first: the notebook shows it
    to whoever has written a dozen words. guides: {question: texts}."""
    runs = {question: {run for text in texts for run in _runs(text, PROSE)} for question, texts in guides.items()}
    found = []
    for record in records:
        for result in record.results:
            own = set(_runs(result.source, PROSE)) if result.status == "by hand" else set()
            quoted = own & runs.get(result.question, set())
            if len(quoted) >= LEAST_QUOTED:
                found.append(Hint(result.question, (record.student,), len(quoted) / len(own)))
    return sorted(found, key=lambda hint: (-hint.share, hint.question, hint.students))


def _of_question(question, sources, handed_out, reading):
    given = set(_runs(handed_out, reading))
    prints = {student: _winnow(_runs(source, reading), reading) - given for student, source in sources.items()}
    prints = {student: own for student, own in prints.items() if len(own) >= reading.least}
    holders = defaultdict(list)
    for student, own in prints.items():
        for one in own:
            holders[one].append(student)
    common = reading.common(len(sources))
    own, shared = Counter(), Counter()
    for students, count in Counter(map(tuple, holders.values())).items():  # copies of a long answer are one group
        if len(students) <= common:
            own.update(dict.fromkeys(students, count))
            shared.update(dict.fromkeys(combinations(students, 2), count))
    for (one, other), count in shared.items():
        share = count / min(own[one], own[other])
        if count >= reading.least and share >= reading.share:
            yield Hint(question, tuple(sorted((one, other))), share)


def _words(source):
    """The words of a written answer: of the texts in its cell, or of all of it where that is no Python."""
    source = source[:LONGEST]
    try:
        with warnings.catch_warnings(action="ignore"):  # of what a student wrote, in an instructor's terminal
            nodes = ast.walk(ast.parse(source))
        texts = [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        texts = []
    return re.findall(r"\w+", unicodedata.normalize("NFKC", "\n".join(texts) or source).casefold())


def _tokens(source):
    """Its tokens with all names alike, up to where it is no Python any more."""
    found = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(source[:LONGEST]).readline):
            if token.type == tokenize.NAME and not keyword.iskeyword(token.string):
                found.append("name")
            elif token.type not in _NOTHING:
                found.append("text" if token.type == tokenize.STRING else token.string.strip() or str(token.type))
    except (tokenize.TokenError, SyntaxError, ValueError, RecursionError):
        pass  # what was read so far is compared
    return found


# 15 equal tokens in a row are always seen, as are 15 equal words. Many find the same code; few the same sentence.
CODE = _Reading(_tokens, 12, 4, least=8, share=0.5, common=lambda size: max(3, size / 20))
PROSE = _Reading(_words, 8, 1, least=8, share=0.0, common=lambda size: max(3, min(size / 2, 20)))


def _runs(source, reading):
    tokens = reading.tokens(source)
    return [
        zlib.crc32("\0".join(tokens[at : at + reading.run]).encode("utf-8", "replace"))
        for at in range(len(tokens) - reading.run + 1)
    ]


def _winnow(runs, reading):
    return {min(runs[at : at + reading.window]) for at in range(max(len(runs) - reading.window + 1, 0))}
