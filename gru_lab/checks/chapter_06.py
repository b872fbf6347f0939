"""Chapter 06, the reset gate: what goes dark when it hides one unit, the candidate under a given r, the other road."""

import numpy as np

from gru_lab.cell import candidate_state, new_state, sigmoid
from gru_lab.checks.common import draw, gate_cases, loop_layer, near_number, one_number
from gru_lab.checks.question import Case, Choice, Code, Option, Value, Wrong
from gru_lab.conventions import CHUNG_2014, PYTORCH

PREDICT_ROWS = Choice(
    id="6.1",
    name="predict_rows",
    title="One shutter closed",
    objective="6b",
    points=1,
    minutes=2,
    difficulty=2,
    asks="Conflict and Tragedy stand at 0.96, Revenge near 0; r = [1, 1, 0, 1] hides Tragedy, z takes the candidate "
    "almost whole, grief feeds revenge. Which of Conflict, Tragedy, Revenge are near 0 afterwards?",
    options={
        "a": Option("Tragedy alone", "A closed shutter darkens whoever listened to that unit: Revenge too."),
        "b": Option(
            "Tragedy and Revenge",
            "Tragedy loses its own echo. Revenge has next to none, as it stood near 0, and now loses the grief too.",
        ),
        "c": Option("all three", "Conflict listens to itself, and its own shutter is open: it stays near a half."),
        "d": Option(
            "none of them", "z takes the candidate almost whole, and what fed on Tragedy is missing from the candidate."
        ),
    },
    answer="b",
    prediction=True,
    hints=(
        "A shutter hides one unit of the memory. Whose part of the candidate was made from that unit?",
        "Each of the three leans on itself, and grief feeds revenge.",
        "Tragedy is hidden: its own row has nothing to echo, and who else was fed by it?",
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
    minutes=5,
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

OLD, CANDIDATE, UPDATE = 0.7, -0.3, 0.25
ROAD_VALUE = float(new_state(OLD, CANDIDATE, UPDATE))


def instead(name, says, number):
    return Wrong(name, says, float(number), near_number(number))


ROAD = Value(
    id="6.3",
    name="other_road",
    title="A shut r and a z of a quarter",
    objective="6c",
    points=1,
    minutes=2,
    difficulty=2,
    form="a number between -1 and 1",
    tidy=one_number,
    accepts=near_number(ROAD_VALUE),
    praise=lambda value: (
        "A quarter of the old value, three quarters of the candidate: 0.175 - 0.225. r has no part in the blend."
    ),
    wrong=(
        instead(
            "reset erases",
            "-0.225 would mean that r = 0 erases the old value. It hides it from the candidate; z still carries it on.",
            (1 - UPDATE) * CANDIDATE,
        ),
        instead("all erased", "0 would be a gate that empties the unit. r hides from the candidate only.", 0),
        instead(
            "z takes",
            "0.45 is what you get when z takes: 0.75 · 0.7 - 0.25 · 0.3. This course uses z keeps.",
            new_state(OLD, CANDIDATE, UPDATE, CHUNG_2014),
        ),
        instead("equal blend", "0.2 is the equal blend: that would need z = 0.5.", new_state(OLD, CANDIDATE, 0.5)),
        instead("candidate", "-0.3 is the candidate: that would need z = 0.", CANDIDATE),
        instead(
            "kept part only", "0.175 is the kept part, 0.25 · 0.7. The candidate adds its three quarters.", UPDATE * OLD
        ),
        instead("old state", "0.7 is the old value: that would need z = 1.", OLD),
        instead("z itself", "0.25 is z itself: a share of the old value, not the new value.", UPDATE),
        instead(
            "minus lost",
            "0.4 is the plain sum, or the blend with a candidate of +0.3. It is -0.3 here.",
            new_state(OLD, -CANDIDATE, UPDATE),
        ),
        instead(
            "weights do not add to 1",
            "0.1 gives z to both: 0.175 - 0.075. The candidate has 1 - z.",
            UPDATE * (OLD + CANDIDATE),
        ),
    ),
    right=(ROAD_VALUE, str(ROAD_VALUE), [-0.05], np.float32(-0.05)),
    hints=(
        "Write the last of the four equations. Is r in it?",
        "z = 0.25: a quarter of the old value, and the rest of the room for the candidate.",
        "0.25 times 0.7, plus 0.75 times -0.3.",
    ),
)

QUESTIONS = (PREDICT_ROWS, CANDIDATE_STATE, ROAD)
