"""Hints at answers that were written together: a reason to look at two answers, and never more than that.

Winnowing (Schleimer, Wilkerson and Aiken 2003, "Winnowing: local algorithms for document fingerprinting"): an answer's
tokens, with all names alike, are read in overlapping runs; of each window of runs one is kept as a fingerprint. What
was handed out and what many have written does not count.
"""

import io
import keyword
import tokenize
import zlib
from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import combinations

__all__ = ["CAUTION", "Hint", "hints"]

CAUTION = (
    "Hints only. Two right answers to a small question are often alike, and a shared teacher, book or study group "
    "shows here too. Read both answers before you think anything of it."
)
RUN = 12  # tokens that are compared together
WINDOW = 4  # runs of which one is kept: 15 equal tokens in a row are always seen
LEAST = 8  # fingerprints of an answer; shorter ones are alike by nature
COMMON = 0.05  # of the class: what more students than this have in common is common
LONGEST = 50_000  # characters of an answer that are read
_NOTHING = {tokenize.COMMENT, tokenize.NL, tokenize.ENCODING, tokenize.ENDMARKER}


@dataclass(frozen=True)
class Hint:
    """Two students, a question, and which share of what is uncommon in one of the answers stands in the other too."""

    question: str
    students: tuple
    share: float


def hints(records, stubs=None, least_share=0.5, most=200):
    """The Hints of a class, the strongest first. stubs: {question: the code as it was handed out}."""
    answers = defaultdict(dict)
    for record in records:
        for result in record.results:
            if result.status != "by hand" and result.source:
                answers[result.question][record.student] = result.source
    found = [
        hint
        for question, sources in answers.items()
        for hint in _of_question(question, sources, (stubs or {}).get(question, ""), least_share)
    ]
    return sorted(found, key=lambda hint: (-hint.share, hint.question, hint.students))[:most]


def _of_question(question, sources, stub, least_share):
    handed_out = set(_runs(stub))
    prints = {student: _winnow(_runs(source)) - handed_out for student, source in sources.items()}
    prints = {student: own for student, own in prints.items() if len(own) >= LEAST}
    holders = defaultdict(list)
    for student, own in prints.items():
        for one in own:
            holders[one].append(student)
    common = max(3, COMMON * len(sources))
    rare = [students for students in holders.values() if len(students) <= common]
    own = Counter(student for students in rare for student in students)
    shared = Counter(pair for students in rare for pair in combinations(students, 2))
    for (one, other), count in shared.items():
        share = count / min(own[one], own[other])
        if count >= LEAST and share >= least_share:
            yield Hint(question, tuple(sorted((one, other))), share)


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


def _runs(source):
    tokens = _tokens(source)
    return [
        zlib.crc32("\0".join(tokens[at : at + RUN]).encode("utf-8", "replace")) for at in range(len(tokens) - RUN + 1)
    ]


def _winnow(runs):
    return {min(runs[at : at + WINDOW]) for at in range(max(len(runs) - WINDOW + 1, 0))}
