"""Chapter 11, the candidate state."""

import numpy as np

from gru_lab.cell import candidate_state, sigmoid
from gru_lab.checks.common import draw, gate_cases, loop_layer
from gru_lab.checks.question import Case, Code, Wrong
from gru_lab.conventions import PYTORCH

HAND = {
    "x": np.array([[1.0, 0.0, 2.0]]),
    "h": np.array([[0.8, -0.4]]),
    "r": np.array([[0.5, 1.0]]),
    "W_h": np.array([[1.0, 7.0, -0.5], [0.0, 7.0, 0.2]]),
    "U_h": np.array([[1.0, 1.0], [0.0, 1.0]]),
    "b_h": np.array([np.arctanh(0.5), 0.0]),
}


def cases(rng):
    hidden = draw(rng, x=(4, 3), h=(4, 2)) | {"r": np.zeros((4, 2))}
    hidden |= draw(rng, W_h=(2, 3), U_h=(2, 2), b_h=(2,))
    return [
        Case("hand", HAND, "where the sums are (artanh ½, 0)", expected=[[0.5, 0.0]]),
        Case("property", hidden, "when r is 0 everywhere: the memory does not count"),
        *gate_cases(rng, "h", extra=("r",)),
    ]


def with_memory(memory, bias=1, activation=np.tanh):
    """A candidate whose memory part is memory(h, r, U)."""
    return lambda x, h, r, W, U, b: activation(x @ W.T + memory(h, r, U) + bias * b)


CANDIDATE_STATE = Code(
    id="11.2",
    name="candidate_state",
    title="The candidate state",
    objective="11b",
    points=3,
    minutes=10,
    difficulty=3,
    arguments=("x", "h", "r", "W_h", "U_h", "b_h"),
    shapes="candidate_state(x, h, r, W_h, U_h, b_h): x (…, D), h and r (…, H), W_h (H, D), U_h (H, H), b_h (H,) -> (…, H)",
    reference=lambda x, h, r, W_h, U_h, b_h: candidate_state(x, h, r, W_h, U_h, b_h),
    between=(-1, 1),
    cases=cases,
    wrong=(
        Wrong(
            "reset after the product",
            "You reset after the product, r * (U_h h), as PyTorch does. Here r comes first: (r * h) @ U_h.T.",
            lambda x, h, r, W, U, b: candidate_state(x, h, r, W, U, b, convention=PYTORCH),
        ),
        Wrong("no reset", "r is not used: the candidate sees r * h, not h.", with_memory(lambda h, r, U: h @ U.T)),
        Wrong(
            "1 - r",
            "r = 1 shows the memory; here r = 1 hides it. Leave out the 1 -.",
            with_memory(lambda h, r, U: ((1 - r) * h) @ U.T),
        ),
        Wrong(
            "U transposed",
            "U_h is transposed: (r * h) @ U_h.T, as with W_h. A square U hides this mistake.",
            with_memory(lambda h, r, U: (r * h) @ U),
        ),
        Wrong(
            "U_h missing",
            "The reset memory r * h is added without its weights: (r * h) @ U_h.T.",
            with_memory(lambda h, r, U: r * h),
        ),
        Wrong(
            "bias missing",
            "The bias b_h is missing: it is added inside tanh.",
            with_memory(lambda h, r, U: (r * h) @ U.T, bias=0),
        ),
        Wrong(
            "σ for tanh",
            "This is σ; the candidate needs tanh, which can be negative.",
            with_memory(lambda h, r, U: (r * h) @ U.T, activation=sigmoid),
        ),
        Wrong(
            "tanh missing",
            "tanh is missing: this is the sum inside it.",
            with_memory(lambda h, r, U: (r * h) @ U.T, activation=lambda a: a),
        ),
        Wrong(
            "all of it reset",
            "r multiplies everything here. It belongs to the memory only, not to W_h x or the bias.",
            lambda x, h, r, W, U, b: np.tanh(r * (x @ W.T + h @ U.T + b)),
        ),
        Wrong(
            "reset after tanh",
            "r is applied after tanh; it belongs to the memory, inside.",
            lambda x, h, r, W, U, b: r * np.tanh(x @ W.T + h @ U.T + b),
        ),
        Wrong(
            "* for @",
            "You multiplied with * where a matrix product is needed: x @ W_h.T and (r * h) @ U_h.T.",
            lambda x, h, r, W, U, b: np.tanh(W * x + U * (r * h) + b),
        ),
    ),
    right=(
        lambda x, h, r, W, U, b: np.tanh(np.concatenate([x, r * h], axis=-1) @ np.hstack([W, U]).T + b),
        lambda x, h, r, W, U, b: np.tanh(loop_layer(x, r * h, W, U, b)).tolist(),
        lambda x, h, r, W, U, b: np.tanh(
            np.einsum("...d,hd->...h", x, W) + np.einsum("...j,...j,ij->...i", r, h, U) + b
        ).astype(np.float32),
        lambda x, h, r, W, U, b: 2 * sigmoid(2 * (x @ W.T + (U @ (r * h).T).T + b)) - 1,
    ),
    hints=(
        "It is a dense layer again, with tanh. What does it read instead of h?",
        "It reads x and the reset memory r * h, each with its own matrix.",
        "np.tanh(x @ W_h.T + (r * h) @ U_h.T + b_h): first r * h, then the product.",
    ),
)

QUESTIONS = (CANDIDATE_STATE,)
