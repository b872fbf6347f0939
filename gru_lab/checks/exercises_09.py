"""Exercises on computing r: a batch in columns with a bug, how loudly a weight is heard, and a judge set by hand."""

import numpy as np

from gru_lab.cell import sigmoid
from gru_lab.checks.common import draw, numbers
from gru_lab.checks.question import Case, Code, Value, Wrong
from gru_lab.checks.sizes import sizes

# ---------------------------------------------------------------------------------------------- a bug to find


def gate_of_columns(x, h, W_r, U_r, b_r):
    return sigmoid(W_r @ x + U_r @ h + b_r[:, None])


def column_cases(rng):
    hand = {
        "x": np.zeros((1, 2)), "h": np.zeros((2, 2)), "W_r": np.ones((2, 1)), "U_r": np.eye(2),
        "b_r": np.log([9.0, 3.0]),
    }  # fmt: skip
    cases = [Case("hand", hand, "where two examples say nothing: biases only", expected=[[0.9, 0.9], [0.75, 0.75]])]
    same = draw(rng, x=(2, 1), h=(3, 1), W_r=(3, 2), U_r=(3, 3), b_r=(3,))
    same["x"], same["h"] = same["x"].repeat(3, axis=1), same["h"].repeat(3, axis=1)
    cases.append(Case("property", same, "when all three examples are the same: three equal columns"))
    for B, D, H in sizes(rng, (3, 2, 4), (2, 5, 3)):
        inputs = draw(rng, x=(D, B), h=(H, B), W_r=(H, D), U_r=(H, H), b_r=(H,))
        cases.append(Case("random", inputs, f"with B = {B}, D = {D}, H = {H}"))
    return cases


def columns_by_loops(x, h, W_r, U_r, b_r):
    gates = [[0.0] * x.shape[1] for _ in b_r]
    for i in range(len(b_r)):
        for example in range(x.shape[1]):
            a = b_r[i] + sum(W_r[i, j] * x[j, example] for j in range(len(x)))
            a += sum(U_r[i, j] * h[j, example] for j in range(len(h)))
            gates[i][example] = float(sigmoid(a))
    return gates


COLUMNS = Code(
    id="9.4",
    name="gate_of_columns",
    title="Find the bug: examples in columns",
    objective="9c",
    points=2,
    minutes=8,
    difficulty=3,
    arguments=("x", "h", "W_r", "U_r", "b_r"),
    shapes="gate_of_columns(x, h, W_r, U_r, b_r): x (D, B), h (H, B), W_r (H, D), U_r (H, H), b_r (H,) -> (H, B)",
    reference=gate_of_columns,
    cases=column_cases,
    in_library=("gru_lab.cell.reset_gate", "gru_lab.cell.update_gate"),
    between=(0, 1),
    wrong=(
        Wrong(
            "as it was",
            "The bug is still there: NumPy lays (H,) along the last axis, and here that axis counts examples. "
            "The bias belongs to the rows.",
            lambda x, h, W_r, U_r, b_r: sigmoid(W_r @ x + U_r @ h + b_r),
        ),
        Wrong(
            "rows again",
            "These are the gates with an example in each row, (B, H). Asked for are columns: (H, B).",
            lambda *given: gate_of_columns(*given).T,
        ),
        Wrong(
            "bias thrown out",
            "Without the bias there is no error message, and no bias. Each judge has a habit: keep it.",
            lambda x, h, W_r, U_r, b_r: sigmoid(W_r @ x + U_r @ h),
        ),
        Wrong(
            "one bias for all",
            "All judges have the same bias now. Each has its own: make b_r a column.",
            lambda x, h, W_r, U_r, b_r: sigmoid(W_r @ x + U_r @ h + b_r.mean()),
        ),
        Wrong(
            "bias outside",
            "The bias is added after σ; it belongs inside.",
            lambda x, h, W_r, U_r, b_r: sigmoid(W_r @ x + U_r @ h) + b_r[:, None],
        ),
        Wrong(
            "U transposed",
            "U_r is transposed. With examples in columns it stands on the left as it is: U_r @ h.",
            lambda x, h, W_r, U_r, b_r: sigmoid(W_r @ x + U_r.T @ h + b_r[:, None]),
        ),
        Wrong(
            "σ thrown out",
            "This is the pre-activation. σ makes the gate of it.",
            lambda x, h, W_r, U_r, b_r: W_r @ x + U_r @ h + b_r[:, None],
        ),
        Wrong(
            "first example only",
            "Every column is the first example's. Each example has a gate of its own.",
            lambda *given: gate_of_columns(*given)[:, :1] + np.zeros_like(given[1]),
        ),
    ),
    right=(
        columns_by_loops,
        lambda x, h, W_r, U_r, b_r: sigmoid(x.T @ W_r.T + h.T @ U_r.T + b_r).T,
        lambda *given: gate_of_columns(*given).astype(np.float32),
    ),
    praise="A bias belongs to units, so it must lie along the axis that counts units.",
    hints=(
        "Write the shape of each of the three terms beside it: W_r @ x, U_r @ h, b_r.",
        "(H, B) + (H, B) + (H,): which axis does NumPy give the last one, and what if H and B are equal?",
        "b_r[:, None] has shape (H, 1): one bias in each row, the same for all columns.",
    ),
)  # fmt: skip


# ---------------------------------------------------------------------------------------------- how a weight is heard


def weight_slopes(x, h, W_r, U_r, b_r):
    r = sigmoid(x @ W_r.T + h @ U_r.T + b_r)
    return (r * (1 - r))[..., :, None] * x[..., None, :]


def slopes_with(slope):
    """The answer with another factor than r (1 - r): slope of (r, a)."""

    def answer(x, h, W_r, U_r, b_r):
        a = x @ W_r.T + h @ U_r.T + b_r
        return slope(sigmoid(a), a)[..., :, None] * x[..., None, :]

    return answer


def slopes_in_the_input(x, h, W_r, U_r, b_r):
    r = sigmoid(x @ W_r.T + h @ U_r.T + b_r)
    return (r * (1 - r))[..., None] * W_r


def heard(x, h, W_r, U_r, b_r):
    r = sigmoid(x @ W_r.T + h @ U_r.T + b_r)
    return r * (1 - r)


def slope_cases(rng):
    hand = {
        "x": np.array([2.0, -4.0, 0.0]), "h": np.zeros(2), "W_r": np.zeros((2, 3)), "U_r": np.eye(2),
        "b_r": np.log([1.0, 3.0]),
    }  # fmt: skip
    by_hand = [[0.5, -1.0, 0.0], [0.375, -0.75, 0.0]]
    cases = [Case("hand", hand, "for gates of 0.5 and 0.75", expected=by_hand)]
    sure = draw(rng, x=(2,), h=(3,), W_r=(3, 2), U_r=(3, 3)) | {"b_r": np.array([60.0, -60.0, 60.0])}
    cases.append(Case("property", sure, "when the gate is sure of itself: no weight is heard"))
    for B, D, H in sizes(rng, (3, 2, 4), (2, 4, 3)):
        inputs = draw(rng, x=(B, D), h=(B, H), W_r=(H, D), U_r=(H, H), b_r=(H,))
        cases.append(Case("random", inputs, f"with B = {B}, D = {D}, H = {H}"))
    return cases


def slopes_by_nudging(x, h, W_r, U_r, b_r, nudge=1e-5):
    """Each weight a little up, then a little down."""
    out = np.zeros((*np.shape(x)[:-1], *W_r.shape))
    for i, j in np.ndindex(W_r.shape):
        step = np.zeros_like(W_r)
        step[i, j] = nudge
        up = sigmoid(x @ (W_r + step).T + h @ U_r.T + b_r)
        down = sigmoid(x @ (W_r - step).T + h @ U_r.T + b_r)
        out[..., i, j] = (up - down)[..., i] / (2 * nudge)
    return out


SLOPES = Code(
    id="9.5",
    name="weight_slopes",
    title="How loudly is a weight heard?",
    objective="9d",
    points=3,
    minutes=12,
    difficulty=4,
    arguments=("x", "h", "W_r", "U_r", "b_r"),
    shapes="weight_slopes(x, h, W_r, U_r, b_r): x (…, D), h (…, H), W_r (H, D), U_r (H, H), b_r (H,) -> (…, H, D)",
    reference=weight_slopes,
    cases=slope_cases,
    wrong=(
        Wrong(
            "slope of σ missing",
            "This is the slope of the pre-activation. It still passes σ: multiply by r (1 − r).",
            slopes_with(lambda r, a: np.ones_like(r)),
        ),
        Wrong("r for the slope", "You multiply by r itself. The slope of σ is r (1 − r).", slopes_with(lambda r, a: r)),
        Wrong("1 - r²", "1 − r² belongs to tanh. The slope of σ is r (1 − r).", slopes_with(lambda r, a: 1 - r**2)),
        Wrong(
            "a for r",
            "This is a (1 − a), with the pre-activation. The slope takes the gate's value: r (1 − r).",
            slopes_with(lambda r, a: a * (1 - a)),
        ),
        Wrong(
            "σ twice",
            "σ is applied twice. r is a gate already: r (1 − r).",
            slopes_with(lambda r, a: sigmoid(r) * (1 - sigmoid(r))),
        ),
        Wrong(
            "always a quarter",
            "A quarter is the slope of an undecided gate. A gate that is surer hears less: r (1 − r).",
            slopes_with(lambda r, a: np.full_like(r, 0.25)),
        ),
        Wrong(
            "slope in the input",
            "This says how r moves when x moves: there W_r stands. Here the weight moves, and x is what it multiplies.",
            slopes_in_the_input,
        ),
        Wrong(
            "x forgotten",
            "This is how well each gate hears. How loudly weight j speaks is x_j: every unit with every feature.",
            heard,
        ),
        Wrong(
            "x forgotten, in the right shape",
            "The features are missing: all weights of a unit have one slope here. Multiply weight j's by x_j.",
            lambda x, h, W_r, U_r, b_r: heard(x, h, W_r, U_r, b_r)[..., None] * np.ones_like(W_r),
        ),
        Wrong(
            "transposed",
            "Transposed: W_r is (H, D), and its slopes are too. Units come before features.",
            lambda *given: weight_slopes(*given).swapaxes(-1, -2),
        ),
        Wrong(
            "state forgotten",
            "The state is missing in the gate: h @ U_r.T decides with the rest where on σ you are.",
            lambda x, h, W_r, U_r, b_r: weight_slopes(x, 0 * h, W_r, U_r, b_r),
        ),
        Wrong(
            "bias forgotten",
            "The bias is missing in the gate: it decides with the rest where on σ you are.",
            lambda x, h, W_r, U_r, b_r: weight_slopes(x, h, W_r, U_r, 0 * b_r),
        ),
    ),
    right=(
        slopes_by_nudging,
        lambda x, h, W_r, U_r, b_r: np.einsum(
            "...i,...j->...ij",
            1 / (2 + 2 * np.cosh(np.clip(x @ W_r.T + h @ U_r.T + b_r, -80, 80))),
            x,
        ),
        lambda *given: weight_slopes(*given).astype(np.float32).tolist(),
    ),
    praise="A weight is heard as loudly as its feature speaks, times what σ lets through.",
    hints=(
        "Two factors, one after the other: how the pre-activation of unit i answers to W_r[i, j], and how σ answers.",
        "The first is x_j, the second r_i (1 − r_i). Every unit with every feature.",
        "(r * (1 - r))[..., :, None] * x[..., None, :], with r from the reset gate.",
    ),
)  # fmt: skip


# ---------------------------------------------------------------------------------------------- set by hand


def says(judge):
    """The gate without the feature, and with it."""
    bias, weight = (float(number) for number in np.clip(judge, -300, 300))
    return [float(sigmoid(bias)), float(sigmoid(bias + weight))]


def near(*wanted):
    return lambda judge: np.allclose(judge, wanted, atol=0.06)


JUDGE = Value(
    id="9.6",
    name="judge_by_hand",
    title="A judge set by hand",
    objective="9a",
    points=2,
    minutes=6,
    difficulty=3,
    form="a list of two numbers: the bias, then the weight",
    tidy=numbers((2,), "Two numbers are asked for: the bias, then the weight on the feature."),
    accepts=lambda judge: np.allclose(says(judge), [0.95, 0.1], atol=0.005),
    wrong=(
        Wrong("bias counted out", "−2.2 is the whole sum for 0.1. The bias is part of it, so the weight must undo the "
              "bias first.", [2.944, -2.197], near(2.944, -2.197)),
        Wrong("gates, not sums", "These are the gate's two values. Turn σ round to see which sums they come from.",
              [0.95, 0.1], near(0.95, 0.1)),
        Wrong("gates subtracted", "You took the difference of the two gates. Sums add up inside σ; gates do not.",
              [2.944, -0.85], near(2.944, -0.85)),
        Wrong("base 10", "You took the logarithm to base 10. σ is made of e: np.log.", [1.279, -2.233],
              near(1.279, -2.233)),
        Wrong("order", "The two have changed places: first the bias, then the weight.", [-5.142, 2.944],
              near(-5.142, 2.944)),
        Wrong("turned round", "The signs are turned: this judge hides by habit, and shows when the feature is there.",
              [-2.944, 5.142], near(-2.944, 5.142)),
        Wrong("the other way", "The two values have changed places: 0.95 is by habit, 0.10 with the feature.",
              [-2.197, 5.142], near(-2.197, 5.142)),
        Wrong("weight upwards", "The weight's sign is turned. It has to pull the sum down, from 2.9 to −2.2.",
              [2.944, 5.142], near(2.944, 5.142)),
        Wrong("sums added", "You added the two sums. The weight is what leads from the bias to −2.2: their difference.",
              [2.944, 0.747], near(2.944, 0.747)),
        Wrong("0.9 for 0.1", "With the feature this gate stands at 0.9. For 0.1 the whole sum is negative, −ln 9.",
              [2.944, -0.747], near(2.944, -0.747)),
        Wrong("0.05 for 0.95", "By habit this gate stands at 0.05. For 0.95 the sum is positive, ln 19.",
              [-2.944, 0.747], near(-2.944, 0.747)),
        Wrong("logarithm of the gate", "This is the logarithm of the gate itself. Divide r by 1 − r first.",
              [-0.051, -2.251], lambda judge: near(-0.051, -2.251)(judge) or near(-0.051, -2.303)(judge)),
        Wrong("tanh turned round", "You turned tanh round. A gate is σ: ln(r / (1 − r)), without the one half.",
              [1.832, -1.731], lambda judge: near(1.832, -1.731)(judge) or near(1.832, 0.1)(judge)),
        Wrong("rounded too far", "The right way, and rounded too far: within half a hundredth is asked for.", [3, -5],
              lambda judge: np.allclose(says(judge), [0.95, 0.1], atol=0.03)),
        Wrong("right way, wrong size", "By habit it shows, and with the feature it hides, but the sizes are not those "
              "asked for.", [2, -6], lambda judge: says(judge)[0] > 0.5 > says(judge)[1]),
    ),
    right=([2.944, -5.142], np.array([np.log(19), -np.log(9) - np.log(19)]), (2.95, -5.15)),
    praise=lambda judge: "{:.2f} by habit, {:.2f} when a new chapter begins.".format(*says(judge)),
    leads_to=lambda judge: "Your judge stands at {:.3f} by habit, and at {:.3f} with the feature.".format(*says(judge)),
    hints=(
        "With no feature the sum is the bias alone. With the feature it is the bias plus the weight.",
        "To stand at r the sum must be ln(r / (1 − r)). That gives the bias for 0.95, and the whole sum for 0.1.",
        "The bias is ln 19, the whole sum −ln 9. The weight is what leads from the one to the other.",
    ),
)  # fmt: skip

QUESTIONS = (COLUMNS, SLOPES, JUDGE)
