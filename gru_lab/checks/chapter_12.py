"""Chapter 12, the update gate, and how long it remembers."""

import math

import numpy as np

from gru_lab.cell import sigmoid, update_gate
from gru_lab.checks.common import draw, gate_cases, gate_mistakes, gate_variants
from gru_lab.checks.question import Case, Code, Wrong

HAND = {
    "x": np.array([[2.0, 0.0, 1.0]]),
    "h": np.array([[1.0, -0.5]]),
    "W_z": np.array([[0.5, 9.0, 0.0], [0.0, 9.0, 1.0]]),
    "U_z": np.array([[0.0, 2.0], [-1.0, 0.0]]),
    "b_z": np.array([-np.log(4), np.log(4)]),
}


def gate_cases_of_z(rng):
    shut = draw(rng, x=(4, 3), h=(4, 2), W_z=(2, 3), U_z=(2, 2)) | {"b_z": np.full(2, 40.0)}
    return [
        Case("hand", HAND, "where W x + U h is 0 and σ(ln 4) = 4/5", expected=[[0.2, 0.8]]),
        Case("property", shut, "when b_z = 40: every gate keeps"),
        *gate_cases(rng, "z"),
    ]


UPDATE_GATE = Code(
    id="12.2",
    name="update_gate",
    title="The update gate",
    objective="12b",
    points=2,
    minutes=5,
    difficulty=2,
    arguments=("x", "h", "W_z", "U_z", "b_z"),
    shapes="update_gate(x, h, W_z, U_z, b_z): x (…, D), h (…, H), W_z (H, D), U_z (H, H), b_z (H,) -> (…, H)",
    reference=update_gate,
    between=(0, 1),
    cases=gate_cases_of_z,
    wrong=(
        Wrong(
            "z takes",
            "This is 1 - z, the gate of z takes (or an e^a where e^-a belongs). Here z near 1 keeps.",
            lambda x, h, W, U, b: 1 - sigmoid(x @ W.T + h @ U.T + b),
        ),
        *(mistake for mistake in gate_mistakes("z") if mistake.name != "e^a for e^-a"),
        Wrong(
            "blend already",
            "This is z * h: the gate times the old state. Return the gate itself.",
            lambda x, h, W, U, b: sigmoid(x @ W.T + h @ U.T + b) * h,
        ),
    ),
    right=gate_variants,
    hints=(
        "It is the reset gate's formula with other weights.",
        "x @ W_z.T + h @ U_z.T + b_z, then σ.",
        "σ(a) = 1 / (1 + np.exp(-a)), with a from the hint before.",
    ),
)


def half_life(z):
    return -1 / np.log2(z)


HALF_LIFE = Code(
    id="12.3",
    name="half_life",
    title="How many steps until half is forgotten?",
    objective="12d",
    points=2,
    minutes=8,
    difficulty=3,
    arguments=("z",),
    shapes="half_life(z): z between 0 and 1, a number (or an array) -> steps until z · z · … is one half",
    reference=half_life,
    cases=lambda rng: [
        Case("hand", {"z": 0.5}, "at z = 0.5: one step halves it", expected=1.0),
        Case("hand", {"z": 0.25}, "at z = 0.25: half a step", expected=0.5),
        Case("property", {"z": 2 ** (-1 / 10)}, "at the z that halves in 10 steps"),
        Case("random", {"z": round(float(rng.uniform(0.6, 0.99)), 2)}, "at one more z"),
        Case("random", {"z": np.array([0.3, 0.9, 0.99])}, "for an array of z", optional=True),
    ],
    wrong=(
        Wrong("sign missing", "The sign is missing: log2(z) is negative for z below 1.", lambda z: 1 / np.log2(z)),
        Wrong(
            "natural logarithm",
            "You used ln, which gives the steps until 1/e is left. For one half it is log2.",
            lambda z: -1 / np.log(z),
        ),
        Wrong(
            "base 10",
            "You used log10, which gives the steps until a tenth is left. For one half it is log2.",
            lambda z: -1 / np.log10(z),
        ),
        Wrong(
            "upside down",
            "This is upside down: -log2(z) is how often one step halves. Take 1 over it.",
            lambda z: -np.log2(z),
        ),
        Wrong(
            "straight line",
            "0.5 / (1 - z) would be right if a step took the same amount each time. It takes the same share.",
            lambda z: 0.5 / (1 - z),
        ),
        Wrong("mean life", "1 / (1 - z) is the mean age of the memory, not its half-life.", lambda z: 1 / (1 - z)),
        Wrong(
            "of 1 - z",
            "You used 1 - z. Under z keeps the old state is multiplied by z at each step.",
            lambda z: -1 / np.log2(1 - z),
        ),
    ),
    right=(
        lambda z: np.log(0.5) / np.log(z),
        lambda z: -math.log(2) / math.log(z) if np.ndim(z) == 0 else [-math.log(2) / math.log(one) for one in z],
        lambda z: np.float32(1) / np.log2(1 / np.float32(z)),
        np.vectorize(lambda one: math.log(0.5, one)),
    ),
    hints=(
        "After n steps z multiplied by itself n times is left of the old state. When is that one half?",
        "Solve z ** n = 1/2 for n, with a logarithm on both sides.",
        "n · log2(z) = -1, so n = -1 / log2(z).",
    ),
)

QUESTIONS = (UPDATE_GATE, HALF_LIFE)
