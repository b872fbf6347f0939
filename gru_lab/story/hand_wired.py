"""A GRU of four units whose weights are set by hand, so that each unit *is* an aspect of the story.

Nothing here is learned: the labels are ours, and so are the weights. It shows what gates can do, not what training
finds; chapter 18 asks a trained network. Convention: *z keeps*, reset *before* (the course's default).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from gru_lab.cell import GRUParameters, StepTrace, trace_step

ASPECTS = ("Power", "Conflict", "Tragedy", "Revenge")
FEATURES = ("crown", "quarrel", "death", "oath", "new chapter")


class Sentence(NamedTuple):
    """A sentence and what it is about: x (5,), one number for each of FEATURES."""

    text: str
    x: tuple[float, ...]


def features(**strengths: float) -> tuple[float, ...]:
    """x (5,) from names: features(quarrel=0.65) -> (0, 0.65, 0, 0, 0). An underscore stands for the space."""
    strengths = {name.replace("_", " "): value for name, value in strengths.items()}
    unknown = set(strengths) - set(FEATURES)
    if unknown:
        raise ValueError(f"unknown feature {sorted(unknown)[0]!r}, needs one of {', '.join(FEATURES)}")
    return tuple(float(strengths.get(name, 0)) for name in FEATURES)


STORY = (
    Sentence("King Aldric rules the valley in peace.", features(crown=1)),
    Sentence("His brother Brand wants the crown.", features(quarrel=0.65)),
    Sentence("One morning the king is found dead.", features(crown=1, death=1)),
    Sentence("Brand takes the empty throne.", features(crown=1)),
    Sentence("Snow closes the mountain passes.", features()),
    Sentence("Edda, the king's daughter, swears revenge.", features(oath=1)),
    Sentence("In the duel Brand falls, and the vow is kept.", features(crown=1, quarrel=1, death=1, oath=1)),
    Sentence("Years pass; a new queen is crowned.", features(crown=1, new_chapter=1)),
)


def story_cell() -> GRUParameters:
    """The hand-wired GRUParameters, D = 5 features in, H = 4 aspects, float64.

    Update gate: shut (z near 1, keep) until a sentence speaks of the unit's own feature, or opens a new chapter.
    Reset gate: open (r near 1) until a new chapter shuts it.
    Candidate: each feature pushes its own aspect up. A death takes power from a crown and ends an oath. The memory
    leans on itself, grief feeds revenge, revenge feeds conflict, and conflict weakens power.
    """
    own = np.eye(4)
    every_unit = np.ones((4, 1))
    #                   Power Conflict Tragedy Revenge
    U_h = np.array([[    0.5,   -0.3,    0.0,    0.0],
                    [    0.0,    0.5,    0.0,    0.3],
                    [    0.0,    0.0,    0.5,    0.0],
                    [    0.0,    0.0,    0.6,    0.5]])  # fmt: skip
    #                   crown quarrel death  oath  new chapter
    W_h = np.array([[    1.6,   0.0,  -1.6,   0.0,   0.0],
                    [    0.0,   1.6,   0.0,   0.0,   0.0],
                    [    0.0,   0.0,   1.6,   0.0,   0.0],
                    [    0.0,   0.0,  -2.6,   1.6,   0.0]])  # fmt: skip
    return GRUParameters(
        W_r=np.hstack([0 * own, -6 * every_unit]), U_r=0.5 * own, b_r=np.full(4, 2.0),
        W_z=np.hstack([-8 * own, -8 * every_unit]), U_z=0.3 * own, b_z=np.full(4, 4.0),
        W_h=W_h, U_h=U_h, b_h=np.zeros(4),
    )  # fmt: skip


def tell(
    story: Sequence[Sentence | Sequence[float]] = STORY,
    h: ArrayLike = (0, 0, 0, 0),
    parameters: GRUParameters | None = None,
) -> list[StepTrace]:
    """Read a story to the hand-wired cell (or to other parameters with D = 5, H = 4), sentence by sentence.

    story: Sentences, or x vectors (5,). h (4,): the state before the first. -> a list of StepTrace, one a sentence.
    Raises ValueError for an empty story.
    """
    if not len(story):
        raise ValueError("the story is empty, needs at least one sentence")
    parameters = parameters or story_cell()
    traces = []
    for sentence in story:
        x = sentence.x if isinstance(sentence, Sentence) else sentence
        trace = trace_step(list(x), h, parameters)
        traces.append(trace)
        h = trace.h
    return traces
