"""Exercises on the new state: weights from Keras, a bias on the wrong side of r, and a state outside the bound."""

import math

import numpy as np

from gru_lab.checks.common import draw
from gru_lab.checks.question import Case, Code, Wrong
from gru_lab.checks.sizes import sizes

# ---------------------------------------------------------------------------------------------- weights from Keras

NAMES = ("W_r", "U_r", "b_r", "W_z", "U_z", "b_z", "W_h", "U_h", "b_h", "b_Uh")


def weights_from_keras(kernel, recurrent_kernel, bias):
    W_z, W_r, W_h = np.split(kernel.T, 3)
    U_z, U_r, U_h = np.split(recurrent_kernel.T, 3)
    b_z, b_r, b_h = np.split(bias[0], 3)
    b_Uz, b_Ur, b_Uh = np.split(bias[1], 3)
    return W_r, U_r, b_r + b_Ur, W_z, U_z, b_z + b_Uz, W_h, U_h, b_h, b_Uh


def keras_with(**changes):
    """The right arrays with some changed: name=function of all the right ones."""

    def convert(kernel, recurrent_kernel, bias):
        right = dict(zip(NAMES, weights_from_keras(kernel, recurrent_kernel, bias), strict=True))
        return tuple((right | {name: change(right) for name, change in changes.items()}).values())

    return convert


def own_biases(kernel, recurrent_kernel, bias):
    """Row 0 alone: the second biases of the gates forgotten."""
    right = dict(zip(NAMES, weights_from_keras(kernel, recurrent_kernel, bias), strict=True))
    right["b_z"], right["b_r"], _ = np.split(bias[0], 3)
    return tuple(right.values())


def gates_swapped(kernel, recurrent_kernel, bias):
    W_r, U_r, b_r, W_z, U_z, b_z, *rest = weights_from_keras(kernel, recurrent_kernel, bias)
    return W_z, U_z, b_z, W_r, U_r, b_r, *rest


def reshaped(kernel, recurrent_kernel, bias):
    D, H = len(kernel), len(recurrent_kernel)
    W_z, W_r, W_h = kernel.reshape(3, H, D)
    U_z, U_r, U_h = recurrent_kernel.reshape(3, H, H)
    right = weights_from_keras(kernel, recurrent_kernel, bias)
    return W_r, U_r, right[2], W_z, U_z, right[5], W_h, U_h, right[8], right[9]


def every_third(kernel, recurrent_kernel, bias):
    z, r, h = ((kernel[:, i::3].T, recurrent_kernel[:, i::3].T, bias[:, i::3]) for i in range(3))
    return r[0], r[1], r[2].sum(0), z[0], z[1], z[2].sum(0), h[0], h[1], h[2][0], h[2][1]


def one_number_at_a_time(kernel, recurrent_kernel, bias):
    D, H = kernel.shape[0], recurrent_kernel.shape[0]
    out = {}
    for k, letter in enumerate("zrh"):
        columns = range(k * H, (k + 1) * H)
        out[f"W_{letter}"] = [[kernel[d, c] for d in range(D)] for c in columns]
        out[f"U_{letter}"] = [[recurrent_kernel[j, c] for j in range(H)] for c in columns]
        out[f"b_{letter}"] = [bias[0, c] + (bias[1, c] if letter != "h" else 0) for c in columns]
    return out | {"b_Uh": bias[1, 2 * H :].tolist()}


def by_slices(kernel, recurrent_kernel, bias):
    H = recurrent_kernel.shape[0]
    z, r, h = slice(0, H), slice(H, 2 * H), slice(2 * H, None)
    W, U = kernel.astype(np.float32), recurrent_kernel.astype(np.float32)
    gates = [(W[:, s].T, U[:, s].T, bias[:, s].sum(axis=0)) for s in (r, z)]
    return [*gates[0], *gates[1], W[:, h].T, U[:, h].T, bias[0][h], bias[1][h]]


def keras_cases(rng):
    hand = {
        "kernel": np.array([[1.0, 2.0, 3.0]]), "recurrent_kernel": np.array([[4.0, 5.0, 6.0]]),
        "bias": np.array([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]),
    }  # fmt: skip
    expected = ([[2.0]], [[5.0]], [0.7], [[1.0]], [[4.0]], [0.5], [[3.0]], [[6.0]], [0.3], [0.6])
    cases = [Case("hand", hand, "for one input and one unit", expected=expected)]
    fresh = draw(rng, kernel=(3, 6), recurrent_kernel=(2, 6)) | {"bias": np.zeros((2, 6))}
    cases.append(Case("property", fresh, "for a new layer, whose biases are 0"))
    for D, H in sizes(rng, (2, 3), (5, 2)):
        inputs = draw(rng, kernel=(D, 3 * H), recurrent_kernel=(H, 3 * H), bias=(2, 3 * H))
        cases.append(Case("random", inputs, f"with D = {D} and H = {H}"))
    return cases


KERAS = Code(
    id="13.6",
    name="weights_from_keras",
    title="Weights from Keras",
    objective="13d",
    points=3,
    minutes=12,
    difficulty=3,
    arguments=("kernel", "recurrent_kernel", "bias"),
    shapes="weights_from_keras(kernel, recurrent_kernel, bias): (D, 3H), (H, 3H), (2, 3H) -> ten arrays, W_r to b_Uh",
    reference=weights_from_keras,
    returns=NAMES,
    cases=keras_cases,
    in_library=("gru_lab.interop.from_keras",),
    wrong=(
        Wrong(
            "PyTorch's order",
            "r and z have changed places. PyTorch packs r, z, h; Keras packs z, r, h.",
            gates_swapped,
        ),
        Wrong(
            "not transposed",
            "The blocks are cut rightly and still lie on their side: Keras writes x @ kernel, we write x @ W.T.",
            keras_with(**{name: (lambda right, name=name: right[name].T) for name in NAMES if name[0] in "WU"}),
        ),
        Wrong(
            "U not transposed",
            "The W are right, the U are not turned. A square block hides that: Keras writes h @ recurrent_kernel.",
            keras_with(**{name: (lambda right, name=name: right[name].T) for name in NAMES if name[0] == "U"}),
        ),
        Wrong(
            "reshaped",
            "reshape reads the numbers in another order, it does not cut out columns. Split along the second axis, then"
            " turn with .T.",
            reshaped,
        ),
        Wrong(
            "every third column",
            "You took every third column. The blocks lie side by side: H columns for z, then H for r, then H for h.",
            every_third,
        ),
        Wrong(
            "second biases forgotten",
            "The gates have two biases each, one in either row of `bias`. Our b_r and b_z are their sums.",
            own_biases,
        ),
        Wrong(
            "candidate's biases added",
            "b_h has b_Uh in it already. In the candidate the two stay apart: the reset gate multiplies b_Uh only.",
            keras_with(b_h=lambda right: right["b_h"] + right["b_Uh"]),
        ),
        Wrong(
            "candidate's biases in one",
            "b_h holds the sum of both rows and b_Uh is empty. The reset gate multiplies b_Uh only: keep them apart.",
            keras_with(b_h=lambda right: right["b_h"] + right["b_Uh"], b_Uh=lambda right: 0 * right["b_Uh"]),
        ),
        Wrong(
            "candidate's biases swapped",
            "b_h and b_Uh have changed places: row 0 stands beside the input, row 1 beside the state.",
            keras_with(b_h=lambda right: right["b_Uh"], b_Uh=lambda right: right["b_h"]),
        ),
        Wrong(
            "z turned round",
            "The update gate's signs are turned. Keras's z keeps, as ours does: nothing to negate.",
            keras_with(
                W_z=lambda right: -right["W_z"], U_z=lambda right: -right["U_z"], b_z=lambda right: -right["b_z"]
            ),
        ),
    ),
    right=(one_number_at_a_time, by_slices, lambda *given: dict(zip(NAMES, weights_from_keras(*given), strict=True))),
    praise="Another order, another orientation, two biases that add up and two that must not.",
    hints=(
        "Three questions: in which order are the blocks, which way do they lie, and which biases may be added?",
        "np.split(kernel.T, 3) gives W_z, W_r, W_h, each (H, D). The same for the U.",
        "b_r and b_z are sums of the two rows. b_h is from row 0, b_Uh from row 1.",
    ),
)  # fmt: skip


# ---------------------------------------------------------------------------------------------- a bug to find


def mended_candidate(x, h, r, W_h, U_h, b_h, b_Uh):
    return np.tanh(x @ W_h.T + r * (h @ U_h.T + b_Uh) + b_h)


def candidate_by_loops(x, h, r, W_h, U_h, b_h, b_Uh):
    rows = []
    for one, state, gate in zip(np.atleast_2d(x), np.atleast_2d(h), np.atleast_2d(r), strict=True):
        row = []
        for i in range(len(state)):
            memory = b_Uh[i] + sum(U_h[i, j] * state[j] for j in range(len(state)))
            row.append(math.tanh(b_h[i] + sum(W_h[i, j] * one[j] for j in range(len(one))) + gate[i] * memory))
        rows.append(row)
    return np.array(rows).reshape(np.shape(h))


def candidate_cases(rng):
    def given(B, D, H):
        shapes = {"W_h": (H, D), "U_h": (H, H), "b_h": (H,), "b_Uh": (H,)}
        inputs = draw(rng, x=(B, D), h=(B, H)) | {"r": rng.uniform(0.1, 0.9, (B, H)).round(2)}
        return inputs | {name: array * 0.5 for name, array in draw(rng, **shapes).items()}

    hand = {
        "x": np.array([0.0]), "h": np.array([1.0]), "r": np.array([0.5]), "W_h": np.array([[0.0]]),
        "U_h": np.array([[0.6]]), "b_h": np.array([0.1]), "b_Uh": np.array([0.2]),
    }  # fmt: skip
    cases = [Case("hand", hand, "where the sum is 0.5 · (0.6 + 0.2) + 0.1", expected=[math.tanh(0.5)])]
    cases.append(Case("property", given(3, 4, 2) | {"r": np.zeros((3, 2))}, "when r is 0: input and b_h alone"))
    for B, D, H in sizes(rng, (3, 2, 4), (2, 4, 3)):
        cases.append(Case("random", given(B, D, H), f"for a batch of {B}"))
    return cases


CANDIDATE = Code(
    id="13.7",
    name="mended_candidate",
    title="Find the bug: almost PyTorch",
    objective="13b",
    points=2,
    minutes=8,
    difficulty=3,
    arguments=("x", "h", "r", "W_h", "U_h", "b_h", "b_Uh"),
    shapes="mended_candidate(x, h, r, W_h, U_h, b_h, b_Uh): x (…, D), h and r (…, H) -> (…, H), reset after",
    reference=mended_candidate,
    cases=candidate_cases,
    in_library=("gru_lab.cell.candidate_state",),
    wrong=(
        Wrong(
            "as it was",
            "b_Uh still stands outside the reset. It belongs to the product: r ⊙ (U_h h + b_Uh).",
            lambda x, h, r, W, U, b, b_U: np.tanh(x @ W.T + r * (h @ U.T) + b + b_U),
        ),
        Wrong(
            "reset before",
            "This resets before the product. PyTorch multiplies by r after it.",
            lambda x, h, r, W, U, b, b_U: np.tanh(x @ W.T + (r * h) @ U.T + b + b_U),
        ),
        Wrong(
            "reset before, b_Uh inside",
            "h is multiplied by r before the product, and b_Uh once more on its own. r multiplies the finished sum.",
            lambda x, h, r, W, U, b, b_U: np.tanh(x @ W.T + (r * h) @ U.T + r * b_U + b),
        ),
        Wrong(
            "both biases inside",
            "Now both biases are under the reset. b_h stands beside the input, which r never hides.",
            lambda x, h, r, W, U, b, b_U: np.tanh(x @ W.T + r * (h @ U.T + b + b_U)),
        ),
        Wrong(
            "the wrong bias inside",
            "The biases have changed places: b_Uh is the one that goes with U_h, under the reset.",
            lambda x, h, r, W, U, b, b_U: np.tanh(x @ W.T + r * (h @ U.T + b) + b_U),
        ),
        Wrong(
            "b_Uh dropped",
            "b_Uh has gone. It is added to U_h h, and then r multiplies both.",
            lambda x, h, r, W, U, b, b_U: np.tanh(x @ W.T + r * (h @ U.T) + b),
        ),
        Wrong(
            "everything under the reset",
            "r now hides the input as well. It hides the memory only: the product with U_h, and b_Uh.",
            lambda x, h, r, W, U, b, b_U: np.tanh(r * (x @ W.T + h @ U.T + b + b_U)),
        ),
        Wrong(
            "input under the reset",
            "r also multiplies the input now. It hides the memory only: the product with U_h, and b_Uh.",
            lambda x, h, r, W, U, b, b_U: np.tanh(r * (x @ W.T + h @ U.T + b_U) + b),
        ),
        Wrong(
            "products under the reset",
            "r multiplies W_h x, and b_Uh stands outside. It should be the other way round: r ⊙ (U_h h + b_Uh).",
            lambda x, h, r, W, U, b, b_U: np.tanh(r * (x @ W.T + h @ U.T) + b + b_U),
        ),
        Wrong("tanh missing", "The sum is right; the tanh around it is missing.",
              lambda x, h, r, W, U, b, b_U: x @ W.T + r * (h @ U.T + b_U) + b),
    ),
    right=(
        candidate_by_loops,
        lambda x, h, r, W, U, b, b_U: np.tanh(x @ W.T + b + r * (h @ U.T) + r * b_U).astype(np.float32),
        lambda x, h, r, W, U, b, b_U: np.tanh(
            np.einsum("...d,hd->...h", x, W) + r * (np.einsum("...j,ij->...i", h, U) + b_U) + b
        ).tolist(),
    ),
    praise="In a gate two biases may be added; behind a reset they may not.",
    hints=(
        "With r = 1 the two programs agree. What is different when r is 0?",
        "With r = 0 PyTorch's candidate is tanh(W_h x + b_h). Which term is left over in the program?",
        "np.tanh(x @ W_h.T + r * (h @ U_h.T + b_Uh) + b_h)",
    ),
)  # fmt: skip


# ---------------------------------------------------------------------------------------------- outside the bound


def largest_state(h, z, n):
    return 1 + (h - 1) * z**n


def bound_cases(rng):
    cases = [
        Case("hand", {"h": np.array([3.0]), "z": np.array([0.5]), "n": 2}, "from 3, with z = 1/2", expected=[1.5]),
        Case("property", {"h": np.array([1.0, 1.0, 1.0]), "z": np.array([0.1, 0.5, 0.9]), "n": 4},
             "when the start is 1: it stays 1"),
    ]  # fmt: skip
    for *shape, n in sizes(rng, (3, 4, 3), (2, 5, 5)):
        inputs = {"h": rng.uniform(1.5, 5, shape).round(1), "z": rng.uniform(0.5, 0.9, shape).round(2), "n": n}
        cases.append(Case("random", inputs, f"after {n} steps"))
    return cases


def by_blending(h, z, n):
    state = h.astype(np.float32)
    for _ in range(n):
        state = z * state + (1 - z) * 1
    return state


BOUND = Code(
    id="13.8",
    name="largest_state",
    title="A start outside the bound",
    objective="13e",
    points=2,
    minutes=8,
    difficulty=4,
    arguments=("h", "z", "n"),
    shapes="largest_state(h, z, n): start h ≥ 1 and gates z, both (…, H), n steps -> (…, H), the limit for the state",
    reference=largest_state,
    cases=bound_cases,
    wrong=(
        Wrong(
            "old state alone",
            "This is what is left of the start. A candidate near 1 may enter at every step: (1 - z) · 1.",
            lambda h, z, n: h * z**n,
        ),
        Wrong(
            "one step only",
            "This is the limit after one step. Use it n times, or solve it.",
            lambda h, z, n: largest_state(h, z, 1),
        ),
        Wrong(
            "z takes",
            "This is the limit for z takes. Here z keeps: the distance to 1 is multiplied by z.",
            lambda h, z, n: largest_state(h, 1 - z, n),
        ),
        Wrong(
            "never forgotten",
            "This limit holds and is too wide: at each step a part 1 - z of the start is replaced by at most 1.",
            lambda h, z, n: np.maximum(h, 1.0),
        ),
        Wrong(
            "n + 1 steps",
            "One step too many: count what z multiplies after the first step.",
            lambda h, z, n: largest_state(h, z, n + 1),
        ),
        Wrong(
            "added up n times",
            "You multiplied z by n. A share is taken of what is left: z ** n.",
            lambda h, z, n: 1 + (h - 1) * z * n,
        ),
        Wrong(
            "candidates undiminished",
            "The candidates are added with weight (1 - z) each and never shrink. Later steps multiply them by z too.",
            lambda h, z, n: h * z**n + n * (1 - z),
        ),
        Wrong(
            "n - 1 steps",
            "One step too few: the first step multiplies the distance to 1 by z as well.",
            lambda h, z, n: largest_state(h, z, n - 1),
        ),
        Wrong(
            "candidates whole",
            "The candidates enter whole. Together they have the share that the start has lost, 1 - z ** n.",
            lambda h, z, n: h * z**n + 1,
        ),
        Wrong(
            "last candidate alone",
            "Only the last candidate is in it. The earlier ones are there too, each multiplied by z since.",
            lambda h, z, n: h * z**n + (1 - z),
        ),
        Wrong(
            "candidates at -1",
            "This is how small the state can be: candidates near -1. Asked for is how large.",
            lambda h, z, n: h * z**n - (1 - z**n),
        ),
        Wrong(
            "fading down to 1",
            "The start fades as if towards 0, and is cut at 1. Candidates enter meanwhile: the distance to 1 fades.",
            lambda h, z, n: np.maximum(1.0, h * z**n),
        ),
    ),
    right=(
        by_blending,
        lambda h, z, n: (z**n * h + (1 - z**n)).tolist(),
        lambda h, z, n: h * z**n + (1 - z) * sum(z**k for k in range(n)),
        lambda h, z, n: np.maximum(1.0, largest_state(h, z, n)),  # every start here is 1 or more
    ),
    praise="A start inside the bound stays inside, and one outside comes closer to it with every step.",
    hints=(
        "The candidate is a tanh: at most 1. What is the largest new state after one step?",
        "After one step the distance to 1 is z (h - 1).",
        "After n steps: 1 + (h - 1) · z ** n.",
    ),
)  # fmt: skip

QUESTIONS = (KERAS, CANDIDATE, BOUND)
