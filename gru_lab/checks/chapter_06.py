"""Chapter 06, the reset gate: what stays when r is held, and the candidate under a given r."""

import numpy as np

from gru_lab.cell import candidate_state, new_state, sigmoid
from gru_lab.checks.common import draw, gate_cases, loop_layer
from gru_lab.checks.question import Case, Code, Prediction, Wrong
from gru_lab.conventions import PYTORCH

PREDICT_TRAGEDY = Prediction(
    id="6.1",
    name="predict_tragedy",
    title="Tragedy under a shut reset gate",
    objective="6c",
    points=1,
    minutes=2,
    difficulty=2,
    asks="r is held at 0, z is 0.98 everywhere, Tragedy stands at 0.9. What is it after the step: 0, 0.45 or 0.9?",
    answer=0.9,
    within=0.02,
    near=0.05,
    kind="0, 0.45 or 0.9",
    because="r hides the memory from the candidate only. The blend still keeps 98 % of the old 0.9.",
    wrong=(
        Wrong(
            "reset erases",
            "0 would mean that r erases the state. It hides the state from the candidate; z carries it on.",
            0.0,
        ),
        Wrong("half", "0.45 would be an equal blend with 0. Here z = 0.98 keeps almost all.", 0.45),
        Wrong("one minus z", "0.02 is the candidate's share. The old value keeps the other 98 %.", 0.02),
        Wrong("everything shown", "1 is more than the old value; a blend cannot pass it.", 1.0),
    ),
    hints=(
        "Which of the four equations reads r?",
        "Only the candidate reads r. What does the last equation keep?",
        "0.98 times 0.9, plus 0.02 times the candidate.",
    ),
)

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
    id="6.2",
    name="candidate_state",
    title="The candidate under a given reset gate",
    objective="6b",
    points=3,
    minutes=10,
    difficulty=3,
    arguments=("x", "h", "r", "W_h", "U_h", "b_h"),
    shapes="candidate_state(x, h, r, W_h, U_h, b_h): x (…, D), h and r (…, H), W_h (H, D), U_h (H, H), b_h (H,) "
    "-> (…, H)",
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

ROAD = Prediction(
    id="6.3",
    name="predict_road",
    title="A shut r and a z that keeps",
    objective="6c",
    points=1,
    minutes=2,
    difficulty=1,
    asks="A unit has r = 0 and z = 1 (z keeps). Its old value is 0.7, its candidate -0.3. What is its new value?",
    answer=float(new_state(0.7, -0.3, 1.0)),
    within=0.005,
    near=0.05,
    because="z = 1 keeps the old value whole. r has no part in the blend.",
    wrong=(
        Wrong("candidate", "-0.3 is the candidate: that would need z = 0.", -0.3),
        Wrong("reset erases", "0 would mean that r = 0 erases the state. It hides it from the candidate only.", 0.0),
        Wrong("equal blend", "0.2 is the equal blend, z = 0.5.", 0.2),
        Wrong("sum", "0.4 is the sum. A blend keeps the share z and takes the share 1 - z.", 0.4),
    ),
    hints=(
        "Write the last of the four equations. Is r in it?",
        "z = 1: the whole old value, and nothing of the candidate.",
        "1 times 0.7, plus 0 times -0.3.",
    ),
)

QUESTIONS = (PREDICT_TRAGEDY, CANDIDATE_STATE, ROAD)
