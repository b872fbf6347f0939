"""Chapter 05, the flow diagram: what a forced gate does, which arrows carry the input, one unit by hand."""

import numpy as np

from gru_lab.cell import new_state, sigmoid, trace_step
from gru_lab.checks.common import draw, weights
from gru_lab.checks.probes import call_with_parameters
from gru_lab.checks.question import Case, Choice, Code, Option, Prediction, Wrong
from gru_lab.conventions import CHUNG_2014

PREDICT_FORCED_GATE = Prediction(
    id="5.1",
    name="predict_forced_gate",
    title="z of Power forced to 1",
    objective="5b",
    points=1,
    minutes=1,
    difficulty=1,
    asks="Power is 0.9, its candidate is -0.3, and you force z of Power to 1. What is the new Power?",
    answer=float(new_state(0.9, -0.3, 1.0)),
    within=0.005,
    near=0.05,
    kind="a number between -1 and 1",
    because="z = 1 keeps all of the old state and leaves 1 - z = 0 for the candidate, whatever x says.",
    wrong=(
        Wrong(
            "z takes",
            "-0.3 is the candidate: that is z takes. Here z = 1 keeps.",
            float(new_state(0.9, -0.3, 1.0, CHUNG_2014)),
        ),
        Wrong("z itself", "1 is the gate's value. A gate is a share of the state, not the state.", 1.0),
        Wrong("equal blend", "0.3 is an equal blend: that would be z = 0.5.", float(new_state(0.9, -0.3, 0.5))),
        Wrong("sum", "0.6 is the sum of the two. The shares z and 1 - z add to 1: here 1 and 0.", 0.9 - 0.3),
        Wrong("emptied", "0 would be a gate that blocks. z = 1 keeps the old state.", 0.0),
    ),
    hints=(
        "Follow the two arrows that meet in the last sum.",
        "One arrow carries z times the old state, the other 1 - z times the candidate.",
        "With z = 1 the second arrow carries 0.",
    ),
)

CUT_THE_INPUT = Choice(
    id="5.2",
    name="cut_the_input",
    title="Cutting the input off",
    objective="5c",
    points=1,
    minutes=2,
    difficulty=3,
    asks="Which arrows would you have to cut so that x_t can no longer change h_t at all?",
    options={
        "a": Option("x → candidate", "x still reaches h through the gates: z decides how much of the old state stays."),
        "b": Option(
            "x → candidate and x → z",
            "x still reaches h through r: r shapes the candidate, and the candidate is blended in.",
        ),
        "c": Option(
            "x → r, x → z and x → candidate",
            "All three. x enters the cell three times, and each way alone can change h.",
        ),
        "d": Option(
            "candidate → blend",
            "Nothing new is written then, but x still works through z: it can make the old state fade.",
        ),
    },
    answer="c",
    hints=(
        "Put your finger on x and follow every arrow that leaves it.",
        "Three arrows leave x. For each: is there a way from its end to h?",
        "r changes the candidate, the candidate changes h, and z changes h: no way may stay open.",
    ),
)


# ---------------------------------------------------------------------------------------------- one unit by hand


def trace_one_unit(x, h, p, i):
    trace = trace_step(x, h, p)
    return trace.r[i], trace.z[i], trace.candidate[i], trace.h[i]


def unit_with(memory=None, last=None, gates=("r", "z"), bias=True):
    """One unit computed from rows, with some parts replaced. memory(h, r of all units, p, i) is what U_h's row adds."""

    def trace(x, h, p, i):
        every_r = sigmoid(p.W_r @ x + p.U_r @ h + p.b_r)
        values = {}
        for name in "rz":
            W, U, b = (getattr(p, f"{kind}_{name}") for kind in "WUb")
            values[name] = sigmoid(W[i] @ x + U[i] @ h + (b[i] if bias else 0))
        r, z = (values[name] for name in gates)
        seen = memory(h, every_r, p, i) if memory else p.U_h[i] @ (every_r * h)
        candidate = np.tanh(p.W_h[i] @ x + seen + (p.b_h[i] if bias else 0))
        return r, z, candidate, last(h, z, candidate, i) if last else z * h[i] + (1 - z) * candidate

    return trace


def unit_cases(rng):
    cases = []
    for (D, H, i), says in (
        ((3, 2, 0), "for unit 0"),
        ((2, 4, 3), "for the last of 4 units"),
        ((4, 3, 1), "for unit 1 of 3"),
    ):
        cases.append(Case("random", draw(rng, x=(D,), h=(H,), **weights(D, H)) | {"i": i}, says))
    zero = {name: np.zeros(shape) for name, shape in weights(3, 2).items()}
    hand = {"x": np.ones(3), "h": np.array([0.8, -0.4])} | zero | {"i": 1}
    keep = draw(rng, x=(3,), h=(2,), **weights(3, 2)) | {"b_z": np.full(2, 40.0), "i": 1}
    return [
        Case("hand", hand, "for unit 1 when every weight and bias is 0", expected=[0.5, 0.5, 0.0, -0.2]),
        Case("property", keep, "when b_z = 40 holds z at 1: the unit keeps its state"),
        *cases,
    ]


TRACE_ONE_UNIT = Code(
    id="5.3",
    name="trace_one_unit",
    title="Follow one unit",
    objective="5d",
    points=3,
    minutes=12,
    difficulty=3,
    arguments=("x", "h", "p", "i"),
    shapes="trace_one_unit(x, h, p, i): x (D,), h (H,), p.W_* (H, D), p.U_* (H, H), p.b_* (H,), i the number of a unit "
    "-> r, z, candidate, h: four numbers",
    reference=trace_one_unit,
    probe=call_with_parameters,
    returns=("r", "z", "candidate", "h"),
    cases=unit_cases,
    wrong=(
        Wrong(
            "own memory only",
            "Your candidate reads its own unit's memory only. Row i of U_h mixes the reset memory of every unit.",
            unit_with(memory=lambda h, r, p, i: p.U_h[i, i] * r[i] * h[i]),
        ),
        Wrong(
            "one reset gate for all",
            "Each unit's memory passes its own reset gate: r * h with all of r, not r[i] * h.",
            unit_with(memory=lambda h, r, p, i: p.U_h[i] @ (r[i] * h)),
        ),
        Wrong(
            "column for row",
            "This is column i of U_h. The weights into unit i stand in its row: U_h[i].",
            unit_with(memory=lambda h, r, p, i: p.U_h[:, i] @ (r * h)),
        ),
        Wrong("no reset", "The candidate sees r * h, not h.", unit_with(memory=lambda h, r, p, i: p.U_h[i] @ h)),
        Wrong(
            "z takes",
            "This is z takes. This course uses z keeps: z * h[i] + (1 - z) * candidate.",
            unit_with(last=lambda h, z, candidate, i: (1 - z) * h[i] + z * candidate),
        ),
        Wrong(
            "biases missing",
            "The biases are missing: b_r[i], b_z[i], b_h[i].",
            unit_with(bias=False, memory=lambda h, r, p, i: p.U_h[i] @ (r * h)),
        ),
        Wrong("r and z swapped", "r and z have changed places.", unit_with(gates=("z", "r"))),
        Wrong(
            "every unit",
            "You return every unit's numbers; take number i of each.",
            lambda x, h, p, i: (lambda t: (t.r, t.z, t.candidate, t.h))(trace_step(x, h, p)),
        ),
    ),
    right=(
        unit_with(),
        lambda x, h, p, i: [float(v) for v in trace_one_unit(x, h, p, i)],
        lambda x, h, p, i: np.array(trace_one_unit(x, h, p, i), dtype=np.float32),
        lambda x, h, p, i: dict(zip(("r", "z", "candidate", "h"), unit_with()(x, h, p, i), strict=True)),
    ),
    hints=(
        "Row i of each matrix holds the weights of the arrows that end in unit i: W_r[i] @ x is one number.",
        "r and z of unit i need row i only. The candidate needs the reset memory r * h of every unit, so all of r.",
        "With all_r = sigmoid(p.W_r @ x + p.U_r @ h + p.b_r): tanh(p.W_h[i] @ x + p.U_h[i] @ (all_r * h) + p.b_h[i]).",
    ),
)

QUESTIONS = (PREDICT_FORCED_GATE, CUT_THE_INPUT, TRACE_ONE_UNIT)
