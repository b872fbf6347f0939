"""Chapter 11, the candidate state: reset before the product with U_h, and reset after it."""

import numpy as np

from gru_lab.cell import candidate_state, sigmoid
from gru_lab.checks.common import SIZES, draw, loop_layer, sizes_text, weights
from gru_lab.checks.question import Case, Choice, Code, Option, Prediction, Wrong
from gru_lab.conventions import CHO_2014, PYTORCH

PREDICT_ARRIVAL = Prediction(
    id="11.1",
    name="predict_arrival",
    title="What arrives at the first unit?",
    objective="11c",
    points=1,
    minutes=3,
    difficulty=2,
    asks="h = [1, 1], U_h = [[0, 2], [0, 0]], r = [1, 0]. What reaches the candidate's first unit: 2 or 0?",
    answer=0.0,
    within=0.005,
    near=0.05,
    kind="2 or 0",
    because="r comes before the product: r * h is [1, 0], and the second unit, hidden, sends nothing.",
    wrong=(
        Wrong(
            "reset after",
            "2 arrives when r acts after the product, as in PyTorch. Here r hides what the second unit sends.",
            2.0,
        ),
        Wrong("r itself", "1 is r of the first unit. What it receives comes from the second unit, through U_h.", 1.0),
        Wrong("added gate", "3 adds the gate; a gate multiplies.", 3.0),
        Wrong("negative", "-2 has its sign turned; no number here is negative.", -2.0),
    ),
    hints=(
        "Compute r * h first. What is left of the second unit?",
        "The first row of U_h listens to the second unit only.",
        "0 times the first unit, plus 2 times what is left of the second.",
    ),
)


def two_candidates(x, h, r, W_h, U_h, b_h, reset):
    convention = {"before": CHO_2014, "after": PYTORCH}[reset]
    return candidate_state(x, h, r, W_h, U_h, b_h, convention=convention)


def cases(rng):
    two_units = {
        "x": np.zeros((1, 3)),
        "h": np.ones((1, 2)),
        "r": np.array([[1.0, 0.0]]),
        "W_h": np.zeros((2, 3)),
        "U_h": np.array([[0.0, 2.0], [0.0, 0.0]]),
        "b_h": np.zeros(2),
    }
    listed = [
        Case(
            "hand",
            two_units | {"reset": "before"},
            "for reset before, with the two units of the prediction",
            expected=[[0, 0]],
        ),
        Case(
            "hand",
            two_units | {"reset": "after"},
            "for reset after, with the two units of the prediction",
            expected=[[np.tanh(2), 0]],
        ),
    ]
    for (B, D, H), reset in zip((*SIZES, *SIZES), ("before", "after", "after", "before"), strict=True):
        inputs = draw(rng, x=(B, D), h=(B, H)) | {"r": rng.uniform(0, 1, (B, H)).round(1)}
        inputs |= draw(rng, **weights(D, H, "h")) | {"reset": reset}
        listed.append(Case("random", inputs, f"for reset {reset}, {sizes_text(B, D, H)}"))
    return listed


def by_loops(x, h, r, W_h, U_h, b_h, reset):
    if reset == "before":
        return np.tanh(loop_layer(x, r * h, W_h, U_h, b_h)).tolist()
    received = np.array(loop_layer(x, h, 0 * W_h, U_h, 0 * b_h))
    return np.tanh(np.array(loop_layer(x, h, W_h, 0 * U_h, b_h)) + r * received).tolist()


def by_matrices(x, h, r, W_h, U_h, b_h, reset):
    """Reset before scales the columns of U_h, reset after its rows: one example at a time."""
    rows = []
    for one_x, one_h, one_r in zip(x, h, r, strict=True):
        U = U_h * one_r if reset == "before" else one_r[:, None] * U_h
        rows.append(np.tanh(W_h @ one_x + U @ one_h + b_h))
    return np.stack(rows)


def always(reset):
    return lambda x, h, r, W, U, b, _: two_candidates(x, h, r, W, U, b, reset)


TWO_CANDIDATES = Code(
    id="11.2",
    name="two_candidates",
    title="Reset before, and reset after",
    objective="11c",
    points=3,
    minutes=8,
    difficulty=3,
    arguments=("x", "h", "r", "W_h", "U_h", "b_h", "reset"),
    shapes="two_candidates(x, h, r, W_h, U_h, b_h, reset): x (…, D), h, r (…, H), W_h (H, D), U_h (H, H) -> (…, H)",
    reference=two_candidates,
    between=(-1, 1),
    cases=cases,
    wrong=(
        Wrong(
            "always before",
            "Both words give reset before. Python reads r * h @ U_h.T as (r * h) @ U_h.T: after needs brackets, "
            "r * (h @ U_h.T). And use reset to choose.",
            always("before"),
        ),
        Wrong("always after", "It gives reset after for both words: use reset to choose.", always("after")),
        Wrong(
            "swapped",
            "The two have changed places: before is (r * h) @ U_h.T, after is r * (h @ U_h.T).",
            lambda x, h, r, W, U, b, reset: two_candidates(
                x, h, r, W, U, b, "after" if reset == "before" else "before"
            ),
        ),
        Wrong(
            "everything reset",
            "After, r multiplies the memory's part only, not W_h x and the bias.",
            lambda x, h, r, W, U, b, reset: (
                two_candidates(x, h, r, W, U, b, reset) if reset == "before" else np.tanh(r * (x @ W.T + h @ U.T + b))
            ),
        ),
        Wrong(
            "bias in the bracket",
            "After, r multiplies the memory's part only. Your bracket closes too late: b_h is in it.",
            lambda x, h, r, W, U, b, reset: (
                two_candidates(x, h, r, W, U, b, reset) if reset == "before" else np.tanh(x @ W.T + r * (h @ U.T + b))
            ),
        ),
        Wrong(
            "r outside tanh",
            "After means after the product with U_h, still inside tanh: r * (h @ U_h.T).",
            lambda x, h, r, W, U, b, reset: (
                two_candidates(x, h, r, W, U, b, reset) if reset == "before" else r * np.tanh(x @ W.T + h @ U.T + b)
            ),
        ),
        Wrong("no reset", "r is not used.", lambda x, h, r, W, U, b, reset: np.tanh(x @ W.T + h @ U.T + b)),
        Wrong(
            "bias missing",
            "The bias b_h is missing in both.",
            lambda x, h, r, W, U, b, reset: two_candidates(x, h, r, W, U, 0 * b, reset),
        ),
        Wrong(
            "U transposed",
            "U_h is transposed: h @ U_h.T, as with W_h. A square U_h hides this mistake.",
            lambda x, h, r, W, U, b, reset: two_candidates(x, h, r, W, U.T, b, reset),
        ),
        Wrong(
            "σ for tanh",
            "This is σ; the candidate needs tanh, which can be negative.",
            lambda x, h, r, W, U, b, reset: sigmoid(np.arctanh(two_candidates(x, h, r, W, U, b, reset))),
        ),
    ),
    right=(
        by_loops,
        by_matrices,
        lambda x, h, r, W, U, b, reset: two_candidates(x, h, r, W, U, b, reset).astype(np.float32),
    ),
    praise="Both of them: senders hidden before, receivers hidden after.",
    hints=(
        "One line for each word; they differ in the memory's part only.",
        "Before: gate the memory, then multiply. After: multiply, then gate the result.",
        "(r * h) @ U_h.T against r * (h @ U_h.T), each plus x @ W_h.T + b_h, inside np.tanh.",
    ),
)

CONTESTED_CROWN = Choice(
    id="11.3",
    name="contested_crown",
    title="What a remembered conflict does to Power",
    objective="11b",
    points=1,
    minutes=2,
    difficulty=1,
    asks="Row Power of U_h has -0.3 under Conflict. What does a remembered conflict do to the proposed Power?",
    options={
        "a": Option(
            "It raises it", "The weight is negative: the more conflict is remembered, the less power is proposed."
        ),
        "b": Option(
            "It lowers it", "It lowers it: -0.3 times a positive memory is negative, and tanh keeps the order."
        ),
        "c": Option("Nothing", "Row Power lists who feeds Power, and under Conflict stands -0.3, not 0."),
    },
    answer="b",
    hints=(
        "A row of U_h belongs to one aspect of the candidate, a column to one aspect of the memory.",
        "The product adds -0.3 times the remembered conflict.",
        "Something negative is added, and tanh grows with its argument.",
    ),
)

QUESTIONS = (PREDICT_ARRIVAL, TWO_CANDIDATES, CONTESTED_CROWN)
