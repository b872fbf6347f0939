"""Chapter 07, what a hidden-state number signifies: names of units are ours, their order and sign are free."""

from dataclasses import fields, replace

import numpy as np

from gru_lab.cell import GRUParameters
from gru_lab.checks.common import draw, weights
from gru_lab.checks.probes import Misfit
from gru_lab.checks.question import Case, Choice, Code, Option, Wrong

TWO_DIARIES = Choice(
    id="7.1",
    name="two_diaries",
    title="Two networks, one behaviour",
    objective="7b",
    points=1,
    minutes=1,
    difficulty=2,
    asks="Two networks answer every question alike. Can the first numbers of their states differ in meaning?",
    options={
        "a": Option(
            "Yes, they can",
            "Yes. The order and the sign of hidden units are free: what reads the state makes up for them.",
        ),
        "b": Option(
            "No, they cannot",
            "It can be built: reorder the units of a network, and everything that reads them, and nothing "
            "changes outside. What a number means is settled by its reader.",
        ),
    },
    answer="a",
    prediction=True,
    hints=(
        "What would happen if two units changed places, with all their weights?",
        "Every sum over the units gives the same result in any order.",
        "Reorder the rows of W, U and b and the columns of U: the new network has the old states in the new order.",
    ),
)

NAMES = tuple(field.name for field in fields(GRUParameters) if field.name != "b_Uh")
ORDERS = ((1, 2, 0), (2, 0, 3, 1))  # no order is its own inverse, so that taking it for its inverse shows


def call_with_order(answer, inputs):
    """answer(p, order), both GRUParameters; its arrays come back by name."""
    arrays = {name: value for name, value in inputs.items() if name != "order"}
    result = answer(GRUParameters(**arrays), inputs["order"])
    if isinstance(result, GRUParameters):
        return result.arrays()
    return result if result is None or result is Ellipsis else Misfit(result)


def reorder_cases(rng):
    cases = []
    for order in ORDERS:
        D, H = len(order) + 1, len(order)
        inputs = draw(rng, **weights(D, H)) | {"order": np.array(order)}
        cases.append(Case("random", inputs, f"for order = {list(order)}"))
    return cases


def reordered(p, order, vector=lambda b, o: b[o], inputs=lambda W, o: W[o], state=lambda U, o: U[np.ix_(o, o)]):
    """GRUParameters with each kind of array treated by the function given for it."""
    treat = {"W": inputs, "U": state, "b": vector}
    return GRUParameters(**{name: treat[name[0]](array, order) for name, array in p.arrays().items()})


def reordered_by_permutation_matrix(p, order):
    P = np.eye(p.hidden_size)[order]
    return reordered(p, order, lambda b, o: P @ b, lambda W, o: P @ W, lambda U, o: P @ U @ P.T)


def reordered_by_loops(p, order):
    new = {}
    for name, array in p.arrays().items():
        rows = [array[i] for i in order]
        new[name] = [[row[j] for j in order] for row in rows] if name[0] == "U" else rows
    return GRUParameters(**{name: np.array(array) for name, array in new.items()})


REORDER_UNITS = Code(
    id="7.2",
    name="reorder_units",
    title="The same GRU in another order",
    objective="7b",
    points=3,
    minutes=10,
    difficulty=3,
    arguments=("p", "order"),
    shapes="reorder_units(p, order): p GRUParameters, order (H,) -> GRUParameters",
    reference=reordered,
    probe=call_with_order,
    returns=NAMES,
    ends="return GRUParameters(W_r=…, U_r=…, b_r=…, …)",
    cases=reorder_cases,
    wrong=(
        Wrong(
            "columns forgotten",
            "The columns of the U's are still in the old order: each U also *reads* the state.",
            lambda p, order: reordered(p, order, state=lambda U, o: U[o]),
        ),
        Wrong(
            "rows forgotten",
            "The rows of the U's are still in the old order: row i of U belongs to unit i.",
            lambda p, order: reordered(p, order, state=lambda U, o: U[:, o]),
        ),
        Wrong(
            "U left alone",
            "The U's are unchanged: they carry units in their rows and in their columns.",
            lambda p, order: reordered(p, order, state=lambda U, o: U),
        ),
        Wrong(
            "biases forgotten",
            "The biases are still in the old order.",
            lambda p, order: reordered(p, order, vector=lambda b, o: b),
        ),
        Wrong(
            "inverse order",
            "This is the inverse order: order[0] names the old unit that comes first.",
            lambda p, order: reordered(p, np.argsort(order)),
        ),
        Wrong(
            "W left alone",
            "The rows of the W's are still in the old order.",
            lambda p, order: reordered(p, order, inputs=lambda W, o: W),
        ),
        Wrong(
            "columns of W too",
            "The columns of W belong to the inputs, and these stay where they are: W[order] and no more.",
            lambda p, order: reordered(p, order, inputs=lambda W, o: W[np.ix_(o, o)]),
        ),
        Wrong(
            "columns of W permuted",
            "The columns of W belong to the inputs, and these stay where they are: W[order] and no more.",
            lambda p, order: reordered(p, order, inputs=lambda W, o: np.hstack([W[np.ix_(o, o)], W[o, len(o) :]])),
        ),
        Wrong(
            "columns only",
            "Only columns of the U's have moved. The rows of W, U and the biases belong to units too.",
            lambda p, order: reordered(
                p, order, vector=lambda b, o: b, inputs=lambda W, o: W, state=lambda U, o: U[:, o]
            ),
        ),
        Wrong(
            "columns of U_h forgotten",
            "The columns of U_h are still in the old order: it reads r * h, which is in the new one.",
            lambda p, order: replace(reordered(p, order), U_h=p.U_h[order]),
        ),
        Wrong(
            "candidate only",
            "Only the candidate's arrays have moved. The gates belong to units too: r and z as well.",
            lambda p, order: replace(p, **{name: getattr(reordered(p, order), name) for name in ("W_h", "U_h", "b_h")}),
        ),
        Wrong(
            "candidate forgotten",
            "The gates have moved, the candidate's arrays have not: W_h, U_h and b_h belong to the units too.",
            lambda p, order: replace(reordered(p, order), W_h=p.W_h, U_h=p.U_h, b_h=p.b_h),
        ),
        Wrong(
            "not GRUParameters",
            "Put your nine arrays together: GRUParameters(W_r=…, U_r=…, b_r=…, and so on for z and h).",
            lambda p, order: reordered(p, order).arrays(),
        ),
        Wrong("unchanged", "Nothing has moved: this is the old p.", lambda p, order: p),
        Wrong(
            "fancy pairs",
            "U[order, order] picks one number for each pair; for whole rows and columns use U[order][:, order].",
            lambda p, order: reordered(p, order, state=lambda U, o: U[o, o]),
        ),
    ),
    right=(
        reordered_by_permutation_matrix,
        reordered_by_loops,
        lambda p, order: reordered(p, list(order), state=lambda U, o: U[o][:, o]),
    ),
    praise="The same network, with its units in another order.",
    hints=(
        "Three kinds of arrays: b (H,), W (H, D), U (H, H). In which of their axes do units stand?",
        "Rows of everything, and the columns of U: a column of U belongs to the unit that is read.",
        "b[order], W[order] and U[order][:, order], for each of r, z and h.",
    ),
)

RANGE = Choice(
    id="7.3",
    name="state_range",
    title="A state of 1.2",
    objective="7c",
    points=1,
    minutes=2,
    difficulty=1,
    asks="A unit that starts at 0 stands at 1.2 after some steps. Possible, or a mistake in the plot or the code?",
    options={
        "a": Option(
            "Possible",
            "The candidate comes out of a tanh, so it is below 1, and a blend of two numbers below 1 is "
            "below 1: no step can lead to 1.2.",
        ),
        "b": Option(
            "A mistake in the plot or the code",
            "A mistake: tanh keeps the candidate within [-1, 1], and the blend lies between its two ends.",
        ),
    },
    answer="b",
    hints=(
        "Which numbers can come out of tanh?",
        "The new state lies between the old state and the candidate.",
        "Start within [-1, 1] and add only numbers from [-1, 1] to the blend: where can you get?",
    ),
)

QUESTIONS = (TWO_DIARIES, REORDER_UNITS, RANGE)
