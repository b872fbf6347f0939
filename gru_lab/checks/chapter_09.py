"""Chapter 09, computing r: the reset gate."""

import numpy as np

from gru_lab.cell import reset_gate, sigmoid
from gru_lab.checks.common import draw, gate_cases, gate_mistakes, gate_variants
from gru_lab.checks.question import Case, Code, Prediction, Wrong

PREDICT_BIAS = Prediction(
    id="9.1",
    name="predict_bias",
    title="The bias of a gate at 0.9",
    objective="9a",
    points=1,
    minutes=2,
    difficulty=2,
    asks="Input and memory are zero. Which bias holds the gate at 0.9: about 0.9, about 2.2 or about 9?",
    answer=float(np.log(9)),
    within=0.05,
    near=0.2,
    kind="0.9, 2.2 or 9",
    because="σ(2.2) = 1 / (1 + e^-2.2) = 0.9; turned round, the bias is ln(0.9 / 0.1) = ln 9.",
    wrong=(
        Wrong("bias is the gate", "A bias of 0.9 goes through σ first: σ(0.9) is 0.71.", 0.9),
        Wrong("odds", "9 is 0.9 / 0.1. Its logarithm is the bias: σ(9) is 0.9999.", 9.0),
        Wrong("half", "A bias of 0 is a gate of one half.", 0.0),
        Wrong("probability of a half", "A bias of 0.5 gives σ(0.5) = 0.62.", 0.5),
    ),
    hints=(
        "σ squeezes: a bias of 0 gives a half. Which way is 0.9?",
        "Solve 0.9 = 1 / (1 + e^-a) for a.",
        "a = ln(0.9 / 0.1)",
    ),
)

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
    objective="9a",
    points=3,
    minutes=5,
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


def split_dense(dense):
    H = dense.shape[0]
    return dense[:, H:], dense[:, :H]


def split_cases(rng):
    counted = np.arange(6.0).reshape(2, 3)
    cases = [Case("hand", {"dense": counted}, "with H = 2 and D = 1", expected=([[2], [5]], [[0, 1], [3, 4]]))]
    for H, D in ((3, 2), (2, 5)):
        cases.append(Case("random", draw(rng, dense=(H, H + D)), f"with H = {H} and D = {D}"))
    return cases


def split_by_loops(dense):
    H = len(dense)
    return [list(row[H:]) for row in dense], [list(row[:H]) for row in dense]


SPLIT_DENSE = Code(
    id="9.3",
    name="split_dense",
    title="One dense layer, cut in two",
    objective="9b",
    points=2,
    minutes=6,
    difficulty=2,
    arguments=("dense",),
    shapes="split_dense(dense): dense (H, H + D), columns for h first -> W_r (H, D), U_r (H, H)",
    reference=split_dense,
    returns=("W_r", "U_r"),
    cases=split_cases,
    wrong=(
        Wrong(
            "swapped",
            "The two have changed places: W_r, for the input, comes first in the answer.",
            lambda dense: split_dense(dense)[::-1],
        ),
        Wrong(
            "input first",
            "You took the input's columns from the front; here the columns for h come first.",
            lambda dense: (dense[:, : dense.shape[1] - len(dense)], dense[:, dense.shape[1] - len(dense) :]),
        ),
        Wrong(
            "rows cut",
            "You cut rows. A row belongs to one unit and stays whole; cut between columns.",
            lambda dense: (dense[len(dense) // 2 :], dense[: len(dense) // 2]),
        ),
        Wrong(
            "transposed",
            "Both are transposed: W_r is (H, D), U_r is (H, H).",
            lambda dense: (split_dense(dense)[0].T, split_dense(dense)[1].T),
        ),
        Wrong(
            "cut in the middle",
            "You cut in the middle. The first H columns are for h, whatever is left is for x.",
            lambda dense: (dense[:, dense.shape[1] // 2 :], dense[:, : dense.shape[1] // 2]),
        ),
        Wrong(
            "4 for H",
            "4 was the story's H. Take it from the matrix: dense.shape[0].",
            lambda dense: (dense[:, 4:], dense[:, :4]),
        ),
        Wrong(
            "rows sliced",
            "These are rows. Columns come after the comma: dense[:, H:] and dense[:, :H].",
            lambda dense: (dense[len(dense) :], dense[: len(dense)]),
        ),
        Wrong(
            "H + D for H",
            "dense.shape[1] is H + D. H is the number of rows, dense.shape[0].",
            lambda dense: (dense[:, dense.shape[1] :], dense[:, : dense.shape[1]]),
        ),
        Wrong("only one", "Both matrices are needed: return W_r, U_r.", lambda dense: dense[:, len(dense) :]),
    ),
    right=(
        split_by_loops,
        lambda dense: tuple(np.split(dense, [len(dense)], axis=1)[::-1]),
        lambda dense: {"W_r": dense[:, len(dense) :].astype(np.float32), "U_r": dense[:, : len(dense)]},
    ),
    praise="The first H columns are U_r, the others W_r.",
    hints=(
        "How many columns belong to h? U_r is square.",
        "dense has H rows, so H is dense.shape[0].",
        "W_r = dense[:, H:] and U_r = dense[:, :H]; return them in this order.",
    ),
)

QUESTIONS = (PREDICT_BIAS, RESET_GATE, SPLIT_DENSE)
