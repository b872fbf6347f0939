"""Chapter 09, computing r: the reset gate."""

import numpy as np

from gru_lab.cell import reset_gate, sigmoid
from gru_lab.checks.common import draw, gate_cases, gate_mistakes, gate_variants
from gru_lab.checks.question import Case, Code, Wrong

HAND = {
    "x": np.array([[1.0, 0.0, 2.0]]),
    "h": np.array([[0.5, -0.5]]),
    "W_r": np.array([[1.0, 7.0, 0.0], [0.0, 7.0, -0.5]]),
    "U_r": np.array([[0.0, 2.0], [2.0, 0.0]]),
    "b_r": np.array([np.log(3), -np.log(3)]),
}


def cases(rng):
    even = draw(rng, x=(4, 3), h=(4, 2)) | {"W_r": np.zeros((2, 3)), "U_r": np.zeros((2, 2)), "b_r": np.zeros(2)}
    return [
        Case("hand", HAND, "where W x + U h is 0 and σ(ln 3) = 3/4", expected=[[0.75, 0.25]]),
        Case("property", even, "when all weights and biases are 0: every gate is half open"),
        *gate_cases(rng, "r"),
    ]


RESET_GATE = Code(
    id="9.2",
    name="reset_gate",
    title="The reset gate",
    objective="9b",
    points=3,
    minutes=10,
    difficulty=2,
    arguments=("x", "h", "W_r", "U_r", "b_r"),
    shapes="reset_gate(x, h, W_r, U_r, b_r): x (…, D), h (…, H), W_r (H, D), U_r (H, H), b_r (H,) -> (…, H)",
    reference=reset_gate,
    between=(0, 1),
    cases=cases,
    wrong=(
        *gate_mistakes("r"),
        Wrong(
            "memory already reset",
            "This is r * h, the reset memory. The gate itself comes first: stop before the product with h.",
            lambda x, h, W, U, b: sigmoid(x @ W.T + h @ U.T + b) * h,
        ),
    ),
    right=gate_variants,
    hints=(
        "A dense layer that reads x and h, then σ. What shape must come out?",
        "x @ W_r.T has shape (B, H), and so has h @ U_r.T. Add them, add the bias.",
        "σ(a) = 1 / (1 + np.exp(-a)), with a = x @ W_r.T + h @ U_r.T + b_r.",
    ),
)

QUESTIONS = (RESET_GATE,)
