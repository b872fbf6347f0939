"""Chapter 08, candidate, then blend: a point on the line between two values."""

import numpy as np

from gru_lab.checks.question import Case, Choice, Code, Option, Prediction, Wrong

PREDICT_SHARE = Prediction(
    id="8.1",
    name="predict_share",
    title="The share that leads from 0.5 and 0.8 to 0.74",
    objective="8b",
    points=1,
    minutes=2,
    difficulty=1,
    asks="The old value is 0.5, the candidate 0.8. Which share z of the old value gives 0.74 (z keeps)?",
    answer=0.2,
    within=0.005,
    between=(0, 1),
    near=0.05,
    kind="a number between 0 and 1",
    because="0.2 · 0.5 + 0.8 · 0.8 = 0.1 + 0.64 = 0.74.",
    wrong=(
        Wrong("z takes", "0.8 is the candidate's share. Asked for was z, the share of the old value: 1 − 0.8.", 0.8),
        Wrong(
            "distance from the old value",
            "0.24 is how far the value moves. Divide by the length of the way, 0.3, and you "
            "have the candidate's share.",
            0.24,
        ),
        Wrong(
            "distance from the candidate",
            "0.06 is how far 0.74 is from the candidate. Divide by the length of the way, 0.3.",
            0.06,
        ),
        Wrong("equal blend", "0.5 is the equal blend: it ends in the middle, at 0.65.", 0.5),
        Wrong("wanted value", "0.74 is where you want to end; asked for was the share.", 0.74),
    ),
    hints=(
        "The new value lies on the line from 0.5 to 0.8. How much of the way is left at 0.74?",
        "z = 1 is the old value, z = 0 the candidate. How far from the candidate, as a part of the whole way, is z.",
        "(0.74 − 0.8) / (0.5 − 0.8)",
    ),
)


def share(h, candidate, wanted):
    return (wanted - candidate) / (h - candidate)


def share_cases(rng):
    cases = [
        Case(
            "hand",
            {"h": np.array([[0.5, 0.0]]), "candidate": np.array([[0.8, 1.0]]), "wanted": np.array([[0.74, 0.25]])},
            "for the ruler of this chapter",
            expected=[[0.2, 0.75]],
        ),
    ]
    for shape, says, optional in (
        ((2, 3), "for a batch of 2 with H = 3", False),
        ((4,), "for one example, h (4,)", True),
    ):
        z = rng.uniform(0.1, 0.9, shape).round(2)
        h, candidate = rng.uniform(0.2, 1, shape).round(2), rng.uniform(-1, -0.2, shape).round(2)
        inputs = {"h": h, "candidate": candidate, "wanted": z * h + (1 - z) * candidate}
        cases.append(Case("random", inputs, says, optional=optional))
    return cases


def share_by_loops(h, candidate, wanted):
    return [[(w - c) / (o - c) for o, c, w in zip(*row, strict=True)] for row in zip(h, candidate, wanted, strict=True)]


SHARE_KEPT = Code(
    id="8.2",
    name="share_kept",
    title="From a wanted value back to z",
    objective="8b",
    points=2,
    minutes=5,
    difficulty=2,
    arguments=("h", "candidate", "wanted"),
    shapes="share_kept(h, candidate, wanted): all (…, H) -> (…, H)",
    reference=share,
    cases=share_cases,
    wrong=(
        Wrong(
            "z takes",
            "This is the candidate's share, 1 − z. Asked for is the share of the old value.",
            lambda h, candidate, wanted: (wanted - h) / (candidate - h),
        ),
        Wrong(
            "sign",
            "The sign is turned: top and bottom must both start at the candidate.",
            lambda h, candidate, wanted: (candidate - wanted) / (h - candidate),
        ),
        Wrong(
            "not divided",
            "This is a distance. Divide it by the whole way, h − candidate.",
            lambda h, candidate, wanted: wanted - candidate,
        ),
        Wrong(
            "wrong bottom",
            "You divide by the old value alone; divide by the way from the candidate to it.",
            lambda h, candidate, wanted: (wanted - candidate) / h,
        ),
        Wrong(
            "one share",
            "This is one share for all units; every unit has its own.",
            lambda h, candidate, wanted: np.mean(share(h, candidate, wanted), axis=-1, keepdims=True) + 0 * h,
        ),
        Wrong(
            "upside down",
            "Top and bottom have changed places.",
            lambda h, candidate, wanted: (h - candidate) / (wanted - candidate),
        ),
    ),
    right=(
        share_by_loops,
        lambda h, candidate, wanted: 1 - (wanted - h) / (candidate - h),
        lambda h, candidate, wanted: np.divide(candidate - wanted, candidate - h).astype(np.float32),
    ),
    praise="A distance, divided by the whole way.",
    hints=(
        "Write the blend, and solve it for z.",
        "wanted = candidate + z (h − candidate). What is z?",
        "(wanted − candidate) / (h − candidate)",
    ),
)

BETWEEN = Choice(
    id="8.3",
    name="between",
    title="Can a blend reach 0.3?",
    objective="8c",
    points=1,
    minutes=2,
    difficulty=1,
    asks="The old value is 0.2, the candidate −0.4. Can the new value be 0.3, with z between 0 and 1?",
    options={
        "a": Option(
            "Yes", "0.3 lies outside: a blend of 0.2 and −0.4 is at most 0.2, where z = 1 keeps the old value."
        ),
        "b": Option("No", "No: the new value lies between −0.4 and 0.2. Look for a mistake in the code."),
    },
    answer="b",
    hints=(
        "What is the largest value that the blend can have?",
        "z = 1 gives 0.2, z = 0 gives −0.4, and everything else lies between.",
        "0.3 is larger than both ends.",
    ),
)

QUESTIONS = (PREDICT_SHARE, SHARE_KEPT, BETWEEN)
