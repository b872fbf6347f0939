"""Chapter 10, resetting the memory: r ⊙ h."""

import numpy as np

from gru_lab.checks.common import draw
from gru_lab.checks.question import Case, Choice, Code, Option, Prediction, Wrong

PREDICT_LAMP = Choice(
    id="10.1",
    name="predict_lamp",
    title="Of which aspect does the candidate see more?",
    objective="10b",
    points=1,
    minutes=2,
    difficulty=1,
    asks="Tragedy is 0.7 and its gate 0.1; Revenge is 0.1 and its gate 0.9. Of which does the candidate see more?",
    options={
        "a": Option("Tragedy", "Tragedy is remembered more strongly, but only a tenth of 0.7 gets through: 0.07."),
        "b": Option("Revenge", "Revenge: nine tenths of 0.1 are 0.09, and a tenth of 0.7 is 0.07."),
        "c": Option("the same of both", "Close: 0.1 · 0.7 = 0.07 and 0.9 · 0.1 = 0.09."),
    },
    answer="b",
    prediction=True,
    hints=(
        "What gets through is the gate times the value.",
        "Compare 0.1 · 0.7 with 0.9 · 0.1.",
        "0.07 and 0.09.",
    ),
)


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
        Case("hand", article, "for the article's numbers", expected=[0.48, 0.12, 0.07, 0.09]),
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
        Wrong(
            "h @ r.T",
            "You used a matrix product, every state with every gate. Here number meets number: *.",
            lambda h, r: h @ r.T,
        ),
        Wrong(
            "r @ h.T",
            "You used a matrix product, every gate with every state. Here number meets number: *.",
            lambda h, r: r @ h.T,
        ),
        Wrong(
            "outer product",
            "This is the outer product, every number of h with every number of r. Unit by unit is *.",
            lambda h, r: np.outer(h, r),
        ),
        Wrong(
            "outer product, r first",
            "This is the outer product, every number of r with every number of h. Unit by unit is *.",
            lambda h, r: np.outer(r, h),
        ),
        Wrong(
            "diagonal matrix",
            "It is right for one state. Of a batch np.diag takes a diagonal out; r * h works for both.",
            lambda h, r: np.diag(r) @ h,
        ),
        Wrong(
            "diagonal matrix on the right",
            "It is right for one state. Of a batch np.diag takes a diagonal out; r * h works for both.",
            lambda h, r: h @ np.diag(r),
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

PREDICT_GATE = Prediction(
    id="10.3",
    name="predict_gate",
    title="A gate for a wanted reset memory",
    objective="10b",
    points=1,
    minutes=3,
    difficulty=1,
    asks="Conflict stands at 0.6. The candidate should see 0.15 of it. Which value must its reset gate have?",
    answer=0.15 / 0.6,
    within=0.005,
    between=(0, 1),
    near=0.05,
    kind="a number between 0 and 1",
    because="0.25 · 0.6 = 0.15: a quarter gets through.",
    wrong=(
        Wrong("difference", "0.45 is how much is hidden. The gate is the share that gets through.", 0.45),
        Wrong("upside down", "4 is 0.6 / 0.15, and no gate is above 1. Turn the fraction round.", 4.0),
        Wrong("wanted value", "0.15 is what should be seen; the gate multiplies 0.6 to get there.", 0.15),
        Wrong("product", "0.09 is 0.15 · 0.6. Divide.", 0.09),
        Wrong("share hidden", "0.75 is the share that is hidden. The gate is the share that gets through.", 0.75),
    ),
    hints=(
        "r times 0.6 should be 0.15.",
        "Solve r · 0.6 = 0.15 for r.",
        "0.15 / 0.6",
    ),
)

QUESTIONS = (PREDICT_LAMP, RESET_MEMORY, PREDICT_GATE)
