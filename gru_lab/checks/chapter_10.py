"""Chapter 10, resetting the memory: r ⊙ h."""

import numpy as np

from gru_lab.checks.common import draw
from gru_lab.checks.question import Case, Code, Wrong


def reset_memory(h, r):
    return r * h


def cases(rng):
    article = {"h": np.array([0.6, 0.6, 0.7, 0.1]), "r": np.array([0.8, 0.2, 0.1, 0.9])}
    memory = draw(rng, h=(3,))
    random = [
        Case("random", draw(rng, h=shape) | {"r": rng.uniform(0, 1, shape).round(2)}, f"for a batch of {shape[0]}")
        for shape in ((4, 3), (2, 5))
    ]
    return [
        Case("hand", article, "of the article", expected=[0.48, 0.12, 0.07, 0.09]),
        Case("property", memory | {"r": np.ones(3)}, "when r is 1 everywhere: all of the memory is seen"),
        Case("property", memory | {"r": np.zeros(3)}, "when r is 0 everywhere: none of it is"),
        *random,
    ]


def in_place_on_a_copy(h, r):
    seen = np.array(h, dtype=np.float32)
    seen *= r
    return seen


RESET_MEMORY = Code(
    id="10.2",
    name="reset_memory",
    title="The memory that the candidate sees",
    objective="10a",
    points=1,
    minutes=3,
    difficulty=1,
    arguments=("h", "r"),
    shapes="reset_memory(h, r): both (…, H) -> (…, H)",
    reference=reset_memory,
    cases=cases,
    wrong=(
        Wrong("1 - r", "r = 1 shows the memory; here r = 1 hides it. Leave out the 1 -.", lambda h, r: (1 - r) * h),
        Wrong(
            "matrix product",
            "You used a matrix product where * is needed: each unit has its own share.",
            lambda h, r: h @ r,
        ),
        Wrong("added", "r is a share: multiply by it, do not add it.", lambda h, r: h + r),
        Wrong("r times r", "This is r * r. The memory h is missing.", lambda h, r: r * r),
        Wrong("h times h", "This is h * h, the article's misprint. It means r * h.", lambda h, r: h * h),
        Wrong(
            "summed",
            "The products are right; do not add them up. One number for each unit.",
            lambda h, r: (r * h).sum(axis=-1),
        ),
        Wrong("divided", "r is a share: multiply by it, do not divide.", lambda h, r: h / r),
    ),
    right=(
        lambda h, r: np.einsum("...i,...i->...i", h, r),
        lambda h, r: np.vectorize(lambda one, share: one * share)(h, r),
        lambda h, r: [share * one for one, share in zip(h, r, strict=True)],
        in_place_on_a_copy,
    ),
    hints=(
        "Each unit's memory has its own share that gets through.",
        "It is a pointwise product: number by number, no matrix.",
        "r * h",
    ),
)

QUESTIONS = (RESET_MEMORY,)
