"""What the chapters' questions share: random inputs, sizes, and the mistakes that any gate invites."""

import numpy as np

from gru_lab.cell import sigmoid
from gru_lab.checks.question import Case, Wrong

__all__ = [
    "SINGLE", "SIZES", "WHOLE_STEPS", "draw", "gate_cases", "gate_mistakes", "gate_variants", "loop_layer", "numbers",
    "sizes_text", "weights",
]  # fmt: skip

SIZES = ((4, 3, 2), (3, 2, 5))  # (B, D, H), all different, so that no wrong axis can hide
SINGLE = (3, 2)  # (D, H) of one example
# what grading withholds where a step of the cell is asked for
WHOLE_STEPS = (
    "gru_lab.cell.gru_step",
    "gru_lab.cell.trace_step",
    "gru_lab.sequence.forward",
    "gru_lab.sequence_fast.forward_fast",
)


def draw(rng, **shapes):
    """{name: array}, numbers between −1.5 and 1.5 with one decimal, so that a message can show them."""
    return {name: rng.uniform(-1.5, 1.5, shape).round(1) for name, shape in shapes.items()}


def numbers(shape, says, gates=False):
    """A `tidy` for a Value that is made of numbers: they become floats in tuples.

    says: what is asked for, the sentence for whatever has another shape. gates: each lies between 0 and 1.
    """

    def tidy(value):
        try:
            array = np.asarray(value, dtype=float)
        except (TypeError, ValueError, OverflowError):
            raise ValueError(says) from None
        if array.shape != shape or not np.isfinite(array).all():
            raise ValueError(says)
        if gates and (array.min() < 0 or array.max() > 1):
            raise ValueError("A gate is a share: no number below 0, and none above 1.")
        return tuple(map(tuple, array.tolist())) if array.ndim == 2 else tuple(array.tolist())

    return tidy


def one_number(value):
    """A `tidy` for a Value that is one number, in whatever it is wrapped: "0,5", [0.5], an array."""
    if isinstance(value, str):
        value = value.strip().replace(",", ".").replace("−", "-")
    array = np.asarray(value, float)
    if array.size != 1 or not np.isfinite(array).all():
        raise ValueError("This needs one number.")
    return float(array.reshape(()))


def near_number(number):
    """Is a value this number, to two digits?"""
    return lambda value: abs(value - number) < 0.005


def weights(D, H, letters="rzh"):
    """{"W_r": (H, D), "U_r": (H, H), "b_r": (H,), …}: shapes for `draw`."""
    shapes = {"W": (H, D), "U": (H, H), "b": (H,)}
    return {f"{kind}_{letter}": shape for letter in letters for kind, shape in shapes.items()}


def sizes_text(B, D, H):
    return f"for a batch with B = {B}, D = {D}, H = {H}"


def gate_cases(rng, letter, extra=()):
    """Random cases for a function of (x, h, …extra…, W, U, b): two batches, and one example, which is optional.

    extra: names of more arrays (…, H), drawn between 0 and 1 like a gate.
    """
    cases = []
    for B, D, H in SIZES:
        inputs = draw(rng, x=(B, D), h=(B, H))
        inputs |= {name: rng.uniform(0, 1, (B, H)).round(1) for name in extra}
        cases.append(Case("random", inputs | draw(rng, **weights(D, H, letter)), sizes_text(B, D, H)))
    D, H = SINGLE
    inputs = draw(rng, x=(D,), h=(H,)) | {name: rng.uniform(0, 1, H).round(1) for name in extra}
    cases.append(
        Case("random", inputs | draw(rng, **weights(D, H, letter)), f"for one example, x ({D},)", optional=True)
    )
    return cases


def gate_mistakes(letter):
    """What goes wrong in σ(W x + U h + b), as Wrongs for a function of (x, h, W, U, b)."""
    W, U, b = f"W_{letter}", f"U_{letter}", f"b_{letter}"
    return (
        Wrong(
            "bias missing",
            f"The bias {b} is missing: it is added inside σ.",
            lambda x, h, W, U, b: sigmoid(x @ W.T + h @ U.T),
        ),
        Wrong(
            "bias outside",
            f"The bias {b} is added after σ; it belongs inside.",
            lambda x, h, W, U, b: sigmoid(x @ W.T + h @ U.T) + b,
        ),
        Wrong(
            "U transposed",
            f"{U} is transposed: write h @ {U}.T, as with {W}. A square {U} hides this mistake.",
            lambda x, h, W, U, b: sigmoid(x @ W.T + h @ U + b),
        ),
        Wrong(
            "W not transposed",
            f"x is (…, D) and {W} is (H, D): the product that fits is x @ {W}.T.",
            lambda x, h, W, U, b: sigmoid(x @ W + h @ U + b),
        ),
        Wrong(
            "* for @",
            f"You multiplied with * where a matrix product is needed: x @ {W}.T and h @ {U}.T.",
            lambda x, h, W, U, b: sigmoid(W * x + U * h + b),
        ),
        Wrong(
            "one example only",
            f"It is right for one example. In a batch every row is one: write x @ {W}.T, not {W} @ x.",
            lambda x, h, W, U, b: sigmoid(W @ x + U @ h + b),
        ),
        Wrong("σ missing", "σ is missing: this is W x + U h + b itself.", lambda x, h, W, U, b: x @ W.T + h @ U.T + b),
        Wrong(
            "tanh for σ",
            "This is tanh; a gate needs σ, between 0 and 1.",
            lambda x, h, W, U, b: np.tanh(x @ W.T + h @ U.T + b),
        ),
        Wrong(
            "e^a for e^-a",
            "Your σ falls where it should rise: it is 1 / (1 + e^-a), with a minus in the exponent.",
            lambda x, h, W, U, b: 1 / (1 + np.exp(x @ W.T + h @ U.T + b)),
        ),
        Wrong(
            "minus on the bias",
            f"The bias {b} is subtracted; it is added. In e^-a the minus belongs to the whole sum.",
            lambda x, h, W, U, b: sigmoid(x @ W.T + h @ U.T - b),
        ),
        Wrong(
            "minus on the input",
            "The minus in e^-a belongs to the whole sum, not to its first part: put brackets around a.",
            lambda x, h, W, U, b: 1 / (1 + np.exp(-x @ W.T + h @ U.T + b)),
        ),
        Wrong(
            "σ of the input only",
            "σ closes too early, after the input's part: first add all three, then one σ.",
            lambda x, h, W, U, b: sigmoid(x @ W.T) + h @ U.T + b,
        ),
        Wrong("state missing", f"The state is missing: add h @ {U}.T.", lambda x, h, W, U, b: sigmoid(x @ W.T + b)),
        Wrong("input missing", f"The input is missing: add x @ {W}.T.", lambda x, h, W, U, b: sigmoid(h @ U.T + b)),
        Wrong(
            "two σ",
            "σ is applied to each part; add the parts first, then one σ.",
            lambda x, h, W, U, b: sigmoid(x @ W.T) + sigmoid(h @ U.T) + b,
        ),
    )


def loop_layer(x, h, W, U, b):
    """W x + U h + b number by number, for a batch (B, D), (B, H): a right answer written differently."""
    rows = []
    for one_x, one_h in zip(x, h, strict=True):
        row = []
        for i in range(len(b)):
            total = float(b[i])
            for j in range(len(one_x)):
                total += W[i][j] * one_x[j]
            for j in range(len(one_h)):
                total += U[i][j] * one_h[j]
            row.append(total)
        rows.append(row)
    return rows


def clipped_sigmoid_in_float32(x, h, W, U, b):
    x, h, W, U, b = (np.asarray(array, np.float32) for array in (x, h, W, U, b))
    a = x @ W.T
    a += h @ U.T
    a += b
    return 1 / (1 + np.exp(-np.clip(a, -30, 30)))


# right answers written differently, for a function of (x, h, W, U, b)
gate_variants = (
    lambda x, h, W, U, b: (1 / (1 + np.exp(-np.array(loop_layer(x, h, W, U, b))))).tolist(),
    lambda x, h, W, U, b: 1 / (1 + np.exp(-(np.concatenate([x, h], axis=-1) @ np.hstack([W, U]).T + b))),
    lambda x, h, W, U, b: sigmoid(np.einsum("...d,hd->...h", x, W) + np.einsum("...j,ij->...i", h, U) + b),
    clipped_sigmoid_in_float32,
)
