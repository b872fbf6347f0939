"""Chapter 04, the four steps: a prediction, the orders that are possible, and the whole step."""

import itertools

import numpy as np

from gru_lab.cell import gru_step, new_state, sigmoid, trace_step
from gru_lab.checks.common import SINGLE, SIZES, draw, loop_layer, sizes_text, weights
from gru_lab.checks.probes import call_with_parameters
from gru_lab.checks.question import Case, Code, Prediction, Value, Wrong
from gru_lab.conventions import CHUNG_2014, DEFAULT, PYTORCH

PREDICT_POWER = Prediction(
    id="4.1",
    name="predict_power",
    title="The new Power",
    objective="4a",
    points=1,
    minutes=1,
    difficulty=1,
    asks="The old Power is h = 0.8, the candidate says 0.4, and z = 0.75 (z keeps). What is the new Power?",
    answer=float(new_state(0.8, 0.4, 0.75, DEFAULT)),
    within=0.005,
    between=(0, 1),
    near=0.05,
    kind="a number between 0 and 1",
    because="z keeps: 0.75 · 0.8 + 0.25 · 0.4 = 0.6 + 0.1.",
    wrong=(
        Wrong(
            "z takes",
            "0.5 is what you get when z takes: 0.25 · 0.8 + 0.75 · 0.4. This course uses z keeps.",
            float(new_state(0.8, 0.4, 0.75, CHUNG_2014)),
        ),
        Wrong(
            "kept part only",
            "0.6 is the kept part, 0.75 · 0.8 (and an equal blend). The candidate adds its quarter.",
            0.75 * 0.8,
        ),
        Wrong(
            "weights do not add to 1",
            "0.9 gives z to both. What the old state leaves, 1 − z, is the candidate's.",
            0.75 * 0.8 + 0.75 * 0.4,
        ),
        Wrong("z itself", "0.75 is z itself: a share of the old Power, not the new Power.", 0.75),
        Wrong("sum", "1.2 is the sum. A blend lies between the two.", 0.8 + 0.4),
        Wrong("old state", "0.8 is the old Power: that would need z = 1.", 0.8),
        Wrong("candidate", "0.4 is the candidate: that would need z = 0.", 0.4),
        Wrong("candidate's part only", "0.3 is 0.75 of the candidate, and nothing of the old Power.", 0.75 * 0.4),
    ),
    hints=(
        "The new state lies between the old one and the candidate.",
        "z is the share of the old state; what is left, 1 − z, is the candidate's share.",
        "Three quarters of 0.8, plus one quarter of 0.4.",
    ),
)


# ---------------------------------------------------------------------------------------------- the partial order

NEEDS = {"r": (), "z": (), "candidate": ("r",), "h": ("z", "candidate")}  # h_t needs z and the candidate, and so on
SPELLINGS = {
    "r_t": "r",
    "z_t": "z",
    "h_t": "h",
    "h̃": "candidate",
    "h̃_t": "candidate",
    "~h": "candidate",
    "~h_t": "candidate",
}
ALL_ORDERS = tuple(
    order
    for order in itertools.permutations(NEEDS)
    if all(order.index(need) < order.index(name) for name in NEEDS for need in NEEDS[name])
)


def tidy_orders(value):
    """One order, or several, as a tuple of tuples of names."""
    if isinstance(value, str):
        value = value.replace(",", " ").split()
    value = list(value)
    if any(name is None for name in value):
        raise NotImplementedError
    orders = [[name] if isinstance(name, str) else list(name) for name in value]
    orders = [value] if all(isinstance(name, str) for name in value) else orders
    tidy = tuple(tuple(SPELLINGS.get(str(name).strip(), str(name).strip()) for name in order) for order in orders)
    for order in tidy:
        unknown = [name for name in order if name not in NEEDS]
        if unknown:
            raise ValueError(f'"{unknown[0]}" is none of the four names: r, z, candidate, h.')
        missing = [name for name in NEEDS if name not in order]
        if missing:
            raise ValueError(f'"{missing[0]}" is missing: an order names all four.')
        if len(order) > len(NEEDS):
            raise ValueError("Each name stands once in an order.")
    if not tidy:
        raise ValueError("The list is empty: an order names all four.")
    return tidy


def some_order(test):
    return lambda orders: any(test(order.index) for order in orders)


def works(orders):
    return all(order in ALL_ORDERS for order in orders)


def praise_orders(orders):
    if set(orders) == set(ALL_ORDERS):
        return "All three. Only this counts: r before the candidate, and z and the candidate before h."
    text = "; ".join(", ".join(order) for order in ALL_ORDERS)
    return f"z needs nothing but x and the old state, so it may come anywhere before h: {text}."


VALID_ORDER = Value(
    id="4.2",
    name="valid_order",
    title="In which order can the four be computed?",
    objective="4b",
    points=1,
    minutes=3,
    difficulty=2,
    form='a list of the four names "r", "z", "candidate", "h", in an order that works and starts with "z"',
    tidy=tidy_orders,
    accepts=lambda orders: works(orders) and any(order[0] == "z" for order in orders),
    praise=praise_orders,
    wrong=(
        Wrong(
            "h first",
            "h cannot come first: it is blended from z and the candidate.",
            ["h", "r", "z", "candidate"],
            some_order(lambda at: at("h") == 0),
        ),
        Wrong(
            "candidate before r",
            "The candidate looks at the memory through r: r comes before it.",
            ["z", "candidate", "r", "h"],
            some_order(lambda at: at("candidate") < at("r")),
        ),
        Wrong(
            "h before candidate",
            "h is a blend of the old state and the candidate: the candidate comes before it.",
            ["r", "z", "h", "candidate"],
            some_order(lambda at: at("h") < at("candidate")),
        ),
        Wrong(
            "h before z",
            "h is blended with z: z comes before it.",
            ["r", "candidate", "h", "z"],
            some_order(lambda at: at("h") < at("z")),
        ),
        Wrong(
            "the article's order",
            "That is the article's order, and it works. The colleague starts with z: which order is left?",
            ["r", "candidate", "z", "h"],
            lambda orders: set(orders) == {("r", "candidate", "z", "h")},
        ),
        Wrong(
            "z is not first",
            "This order works, and it does not start with z, as the colleague's does.",
            ["r", "z", "candidate", "h"],
            works,
        ),
    ),
    right=(["z", "r", "candidate", "h"], ALL_ORDERS, "z r candidate h", ["z_t", "r_t", "h̃_t", "h_t"]),
    hints=(
        "Look at the right-hand side of each equation: which of the four names stand there?",
        "r and z need only x and the old h. The candidate needs r.",
        "h comes last, and r before the candidate. With z in the first place only one order is left.",
    ),
)


# ---------------------------------------------------------------------------------------------- the whole step

HAND = {"x": np.array([[1.0, 0.0, 2.0]]), "h": np.array([[0.8, -0.4]])}
# No weights, only biases: z = 3/4 and the candidate is 1/2 in both units
HAND_WEIGHTS = {name: np.zeros(shape) for name, shape in weights(3, 2).items()}
HAND_WEIGHTS |= {"b_z": np.full(2, np.log(3)), "b_h": np.full(2, np.arctanh(0.5))}


def step_cases(rng):
    cases = [
        Case(
            "hand",
            HAND | HAND_WEIGHTS,
            "when all weights are 0 and the biases make z = 3/4 and the candidate 1/2",
            expected=[[0.725, -0.175]],
        ),
    ]
    for bias, says in (
        (40.0, "when b_z = 40 holds z at 1: nothing may change"),
        (-40.0, "when b_z = -40 holds z at 0: the candidate takes over"),
    ):
        inputs = draw(rng, x=(2, 3), h=(2, 1), **weights(3, 1))
        cases.append(Case("property", inputs | {"b_z": np.full(1, bias)}, says))
    for B, D, H in SIZES:
        cases.append(Case("random", draw(rng, x=(B, D), h=(B, H), **weights(D, H)), sizes_text(B, D, H)))
    D, H = SINGLE
    inputs = draw(rng, x=(D,), h=(H,), **weights(D, H))
    return [*cases, Case("random", inputs, f"for one example, x ({D},)", optional=True)]


def step_with(r=None, z=None, memory=None, candidate=None, blend=None):
    """A GRU step with some of its parts replaced: each part is a function of the step's values so far, in a dict."""

    def step(x, h, p):
        v = {"x": x, "h": h, "p": p}
        v["r"] = r(v) if r else sigmoid(x @ p.W_r.T + h @ p.U_r.T + p.b_r)
        v["z"] = z(v) if z else sigmoid(x @ p.W_z.T + h @ p.U_z.T + p.b_z)
        v["memory"] = memory(v) if memory else (v["r"] * h) @ p.U_h.T
        v["candidate"] = candidate(v) if candidate else np.tanh(x @ p.W_h.T + v["memory"] + p.b_h)
        return blend(v) if blend else v["z"] * h + (1 - v["z"]) * v["candidate"]

    return step


def gate(letter, U_of=lambda U: U, bias=True, activation=sigmoid, sees=lambda v: v["h"], borrowed=""):
    """A gate's line. borrowed: the kinds of weights, of "WUb", that it takes from the other gate."""
    other = {"r": "z", "z": "r"}[letter]

    def of(v):
        W, U, b = (getattr(v["p"], f"{kind}_{other if kind in borrowed else letter}") for kind in "WUb")
        return activation(v["x"] @ W.T + sees(v) @ U_of(U).T + (b if bias else 0))

    return of


def candidate_with(W="h", U="h", b="h", sees=lambda v: v["r"] * v["h"]):
    """The candidate's line with weights of another."""

    def of(v):
        p = v["p"]
        a = v["x"] @ getattr(p, f"W_{W}").T + sees(v) @ getattr(p, f"U_{U}").T + getattr(p, f"b_{b}")
        return np.tanh(a)

    return of


def borrowed_weights():
    """Lines copied from another, with some of the letters left as they were."""
    for letter, other in ("zr", "rz"):
        for kind in "WUb":
            yield Wrong(
                f"{kind}_{other} in {letter}",
                f"The line of {letter} uses {kind}_{other}; it has its own, {kind}_{letter}.",
                step_with(**{letter: gate(letter, borrowed=kind)}),
            )
        # all three of z's weights in r make the candidate see z * h, which has a sentence of its own below
        for kinds in ("WU", "WUb") if letter == "z" else ("WU",):
            listed = " and ".join(f"{kind}_{other}" for kind in kinds) if kinds == "WU" else "W, U and b"
            yield Wrong(
                f"{listed} of {other} in {letter}",
                f"{letter} is computed with {other}'s weights ({listed}); it has its own: W_{letter}, U_{letter}, "
                f"b_{letter}.",
                step_with(**{letter: gate(letter, borrowed=kinds)}),
            )
    for kind, other in ("Wz", "Uz", "br", "bz"):
        yield Wrong(
            f"{kind}_{other} in the candidate",
            f"The candidate uses {kind}_{other}; it has its own, {kind}_h.",
            step_with(candidate=candidate_with(**{kind: other})),
        )


STEP_MISTAKES = (
    Wrong(
        "z takes",
        "This is z takes: z and 1 - z have changed places. This course uses z keeps: z * h + (1 - z) * candidate.",
        lambda x, h, p: gru_step(x, h, p, CHUNG_2014),
    ),
    Wrong(
        "reset after the product",
        "You reset after the product, r * (U_h h), as PyTorch does. Here r comes first: U_h (r * h).",
        lambda x, h, p: gru_step(x, h, p, PYTORCH),
    ),
    Wrong(
        "r and z swapped",
        "r and z have changed places: look at which weights go into which gate.",
        step_with(r=gate("z"), z=gate("r")),
    ),
    *borrowed_weights(),
    Wrong(
        "z from the reset memory",
        "z reads r * h here. Reset is for the candidate only; both gates read the old h itself.",
        step_with(z=gate("z", sees=lambda v: v["r"] * v["h"])),
    ),
    Wrong(
        "candidate sees z * h",
        "The candidate sees z * h. It needs r * h: is r computed with W_r, U_r, b_r, and used there?",
        step_with(candidate=candidate_with(sees=lambda v: v["z"] * v["h"])),
    ),
    Wrong(
        "tanh in the gates",
        "The gates go through tanh; they need σ, between 0 and 1.",
        step_with(r=gate("r", activation=np.tanh), z=gate("z", activation=np.tanh)),
    ),
    Wrong(
        "tanh in r", "r goes through tanh; a gate needs σ, between 0 and 1.", step_with(r=gate("r", activation=np.tanh))
    ),
    Wrong(
        "tanh in z", "z goes through tanh; a gate needs σ, between 0 and 1.", step_with(z=gate("z", activation=np.tanh))
    ),
    Wrong(
        "gates without σ",
        "The gates are missing their σ.",
        step_with(r=gate("r", activation=lambda a: a), z=gate("z", activation=lambda a: a)),
    ),
    Wrong("bias of r missing", "The bias b_r is missing: it is added inside σ.", step_with(r=gate("r", bias=False))),
    Wrong("bias of z missing", "The bias b_z is missing: it is added inside σ.", step_with(z=gate("z", bias=False))),
    Wrong(
        "candidate added whole",
        "The candidate is added whole; its share is 1 - z: z * h + (1 - z) * candidate.",
        step_with(blend=lambda v: v["z"] * v["h"] + v["candidate"]),
    ),
    Wrong(
        "brackets missing",
        "1 - z * candidate is 1 - (z * candidate) in Python. Brackets: (1 - z) * candidate.",
        step_with(blend=lambda v: v["z"] * v["h"] + 1 - v["z"] * v["candidate"]),
    ),
    Wrong(
        "weights do not add to 1",
        "Both have the share z. The candidate gets what the old state leaves: 1 - z.",
        step_with(blend=lambda v: v["z"] * v["h"] + v["z"] * v["candidate"]),
    ),
    Wrong(
        "state and candidate returned",
        "You return two arrays; the step returns the new state only.",
        lambda x, h, p: (lambda t: (t.h, t.candidate))(trace_step(x, h, p)),
    ),
    Wrong(
        "W_r in the candidate",
        "The candidate uses W_r on the input; it has its own weights, W_h.",
        step_with(candidate=lambda v: np.tanh(v["x"] @ v["p"].W_r.T + v["memory"] + v["p"].b_h)),
    ),
    Wrong(
        "U_r in the candidate",
        "The candidate uses U_r on the memory; it has its own weights, U_h.",
        step_with(memory=lambda v: (v["r"] * v["h"]) @ v["p"].U_r.T),
    ),
    Wrong(
        "no reset",
        "r is computed and never used: the candidate sees r * h, not h.",
        step_with(memory=lambda v: v["h"] @ v["p"].U_h.T),
    ),
    Wrong(
        "U_h transposed",
        "U_h is transposed: (r * h) @ U_h.T, as with the W's. A square U hides this mistake.",
        step_with(memory=lambda v: (v["r"] * v["h"]) @ v["p"].U_h),
    ),
    Wrong(
        "U transposed",
        "Every U is transposed: h @ U.T, as with the W's. A square U hides this mistake.",
        step_with(
            r=gate("r", np.transpose), z=gate("z", np.transpose), memory=lambda v: (v["r"] * v["h"]) @ v["p"].U_h
        ),
    ),
    Wrong(
        "biases missing",
        "The biases are missing: b_r, b_z and b_h.",
        step_with(
            r=gate("r", bias=False),
            z=gate("z", bias=False),
            candidate=lambda v: np.tanh(v["x"] @ v["p"].W_h.T + v["memory"]),
        ),
    ),
    Wrong(
        "candidate's bias missing",
        "The candidate's bias b_h is missing.",
        step_with(candidate=lambda v: np.tanh(v["x"] @ v["p"].W_h.T + v["memory"])),
    ),
    Wrong(
        "σ in the candidate",
        "The candidate goes through σ; it needs tanh, which can be negative.",
        step_with(candidate=lambda v: sigmoid(v["x"] @ v["p"].W_h.T + v["memory"] + v["p"].b_h)),
    ),
    Wrong(
        "tanh missing",
        "The candidate is missing its tanh.",
        step_with(candidate=lambda v: v["x"] @ v["p"].W_h.T + v["memory"] + v["p"].b_h),
    ),
    Wrong(
        "reset in the blend",
        "The blend uses r * h. Reset is for the candidate only; the blend keeps the old h itself.",
        step_with(blend=lambda v: v["z"] * v["r"] * v["h"] + (1 - v["z"]) * v["candidate"]),
    ),
    Wrong(
        "candidate returned",
        "This is the candidate. The last step is missing: blend it with the old state.",
        step_with(blend=lambda v: v["candidate"]),
    ),
    Wrong(
        "everything returned",
        "You return several arrays; the step returns the new state only.",
        lambda x, h, p: (lambda t: (t.r, t.z, t.candidate, t.h))(trace_step(x, h, p)),
    ),
    Wrong(
        "one example only",
        "It is right for one example. In a batch every row is an example: write x @ W.T, not W @ x.",
        lambda x, h, p: new_state(
            h,
            np.tanh(p.W_h @ x + p.U_h @ (sigmoid(p.W_r @ x + p.U_r @ h + p.b_r) * h) + p.b_h),
            sigmoid(p.W_z @ x + p.U_z @ h + p.b_z),
        ),
    ),
)


def step_by_loops(x, h, p):
    """Number by number, lists out."""
    squash = np.vectorize(lambda a: 1 / (1 + np.exp(-a)))
    r = squash(loop_layer(x, h, p.W_r, p.U_r, p.b_r))
    z = squash(loop_layer(x, h, p.W_z, p.U_z, p.b_z))
    candidate = np.tanh(loop_layer(x, r * h, p.W_h, p.U_h, p.b_h))
    return [[z[b, i] * h[b, i] + (1 - z[b, i]) * candidate[b, i] for i in range(h.shape[1])] for b in range(len(h))]


def step_on_a_concatenation(x, h, p):
    """One matrix [W U] for each gate, applied to [x, h]."""
    both = np.concatenate([x, h], axis=-1)
    r, z = (
        1 / (1 + np.exp(-(both @ np.hstack([W, U]).T + b)))
        for W, U, b in ((p.W_r, p.U_r, p.b_r), (p.W_z, p.U_z, p.b_z))
    )
    candidate = np.tanh(np.concatenate([x, r * h], axis=-1) @ np.hstack([p.W_h, p.U_h]).T + p.b_h)
    return candidate + z * (h - candidate)


def step_in_float32(x, h, p):
    return gru_step(x.astype(np.float32), h.astype(np.float32), p.astype(np.float32))


GRU_STEP = Code(
    id="4.3",
    name="gru_step",
    title="The four steps in four lines",
    objective="4c",
    points=3,
    minutes=15,
    difficulty=3,
    arguments=("x", "h", "p"),
    shapes="gru_step(x, h, p): x (…, D), h (…, H), p.W_* (H, D), p.U_* (H, H), p.b_* (H,) -> (…, H)",
    reference=lambda x, h, p: gru_step(x, h, p),
    probe=call_with_parameters,
    cases=step_cases,
    wrong=STEP_MISTAKES,
    right=(step_by_loops, step_on_a_concatenation, step_in_float32, lambda x, h, p: trace_step(x, h, p).h.tolist()),
    praise="This is a whole GRU step.",
    hints=(
        "Four lines, one for each of r, z, candidate, h. Write r first and look at its shape: (B, H).",
        "r and z are sigmoid(x @ W.T + h @ U.T + b), each with its own W, U, b. The candidate: tanh, and r * h.",
        "candidate = np.tanh(x @ p.W_h.T + (r * h) @ p.U_h.T + p.b_h), and h_t = z * h + (1 - z) * candidate.",
    ),
)

QUESTIONS = (PREDICT_POWER, VALID_ORDER, GRU_STEP)
