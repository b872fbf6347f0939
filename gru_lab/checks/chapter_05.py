"""Chapter 05, the flow diagram: what a forced gate does, which arrows carry the input, one unit by hand."""

import numpy as np

from gru_lab.cell import new_state, sigmoid, trace_step
from gru_lab.checks.common import draw, near_number, one_number, weights
from gru_lab.checks.probes import call_with_parameters
from gru_lab.checks.question import Case, Choice, Code, Option, Prediction, Value, Wrong
from gru_lab.conventions import CHUNG_2014
from gru_lab.story import ASPECTS

PREDICT_FORCED_GATES = Prediction(
    id="5.1",
    name="predict_forced_gates",
    title="r shut, z at 1",
    objective="5d",
    points=1,
    minutes=1,
    difficulty=1,
    asks="Power is 0.9 and its candidate is -0.3. You force r to 0 and z to 1 in every unit. What is the new Power?",
    answer=float(new_state(0.9, -0.3, 1.0)),
    within=0.005,
    between=(-1, 1),
    near=0.05,
    kind="a number between -1 and 1",
    because="z = 1 keeps all of the old value. r works on the way to the candidate, and of that z leaves 1 - z = 0.",
    wrong=(
        Wrong(
            "r erases",
            "0 would be a gate that empties the memory. r hides the memory from the candidate, no more.",
            0.0,
        ),
        Wrong(
            "z takes",
            "-0.3 is the candidate: that is z takes. Here z = 1 keeps.",
            float(new_state(0.9, -0.3, 1.0, CHUNG_2014)),
        ),
        Wrong("z itself", "1 is the gate's value. A gate is a share of the state, not the state.", 1.0),
        Wrong("equal blend", "0.3 is an equal blend: that would be z = 0.5.", float(new_state(0.9, -0.3, 0.5))),
        Wrong("sum", "0.6 is the sum of the two. The shares z and 1 - z add to 1: here 1 and 0.", 0.9 - 0.3),
    ),
    hints=(
        "Two things meet in the new state. Which gate stands on the way of each?",
        "z times the old value, plus 1 - z times the candidate. r is not in that line.",
        "With z = 1 the candidate's share is 0.",
    ),
)


# ---------------------------------------------------------------------------------------------- who reaches whom


def tidy_rows(value):
    """A list of aspects, in their order, whatever the capitals."""
    value = [value] if isinstance(value, str) else list(value)
    rows = []
    for name in value:
        row = next((aspect for aspect in ASPECTS if aspect.lower() == str(name).strip().lower()), None)
        if row is None:
            raise ValueError(f'"{name}" is none of the four aspects: {", ".join(ASPECTS)}.')
        rows.append(row)
    return tuple(aspect for aspect in ASPECTS if aspect in rows)


REACHED = Value(
    id="5.2",
    name="reached",
    title="The rows that Tragedy reaches",
    objective="5c",
    points=1,
    minutes=3,
    difficulty=2,
    form='a list of aspects, such as ["Power", "Conflict"]',
    tidy=tidy_rows,
    accepts=lambda rows: rows == ("Tragedy", "Revenge"),
    praise=lambda rows: "Its column in U_h holds two weights that are not 0, one in each of these rows.",
    wrong=(
        Wrong(
            "its own pipe",
            "Pipes stay apart on the belt. On the way to the candidate U_h mixes them: look down Tragedy's column.",
            ["Tragedy"],
            lambda rows: rows == ("Tragedy",),
        ),
        Wrong(
            "every row",
            "A matrix can reach every row. Here two weights of Tragedy's column are 0, and a 0 carries nothing.",
            list(ASPECTS),
            lambda rows: rows == ASPECTS,
        ),
        Wrong(
            "others only",
            "Tragedy reaches its own row too: the weight 0.5 on the diagonal of U_h.",
            ["Revenge"],
            lambda rows: rows == ("Revenge",),
        ),
        Wrong("none", "Something moves: follow Tragedy's pipe down into U_h.", [], lambda rows: not rows),
        Wrong(
            "a weight of 0",
            "Power and Conflict have a 0 in Tragedy's column of U_h, and a weight of 0 carries nothing.",
            ["Power", "Tragedy"],
            lambda rows: bool({"Power", "Conflict"} & set(rows)),
        ),
    ),
    right=(["Tragedy", "Revenge"], ("revenge", "tragedy"), {"Tragedy", "Revenge"}),
    hints=(
        "Tragedy's pipe comes down into one column of U_h.",
        "A weight in that column carries Tragedy into the weight's row; a 0 carries nothing.",
        "The column is [0, 0, 0.5, 0.6], in the order Power, Conflict, Tragedy, Revenge.",
    ),
)

CANDIDATE_OF_TRAGEDY, Z_OF_TRAGEDY = 0.391, 0.986  # at the fifth sentence, rounded as the chapter shows them

PREDICT_FALL = Prediction(
    id="5.3",
    name="predict_fall",
    title="How far the new Tragedy falls",
    objective="5d",
    points=1,
    minutes=2,
    difficulty=2,
    asks="r is forced to 0, so the candidate of Tragedy falls from 0.39 to 0. How far does the new Tragedy fall?",
    answer=round((1 - Z_OF_TRAGEDY) * CANDIDATE_OF_TRAGEDY, 3),
    within=0.0025,
    between=(0, np.inf),
    near=0.02,
    kind="a number, 0 or larger",
    because="What the candidate loses passes the valve × (1 - z), and z of Tragedy is 0.986: 0.014 · 0.39 = 0.005.",
    wrong=(
        Wrong(
            "the candidate's fall",
            "0.39 is how far the candidate falls. Only the share 1 - z of that reaches the belt.",
            CANDIDATE_OF_TRAGEDY,
        ),
        Wrong(
            "z times the fall",
            "You let the share z through. z stands on the belt; the candidate passes 1 - z.",
            Z_OF_TRAGEDY * CANDIDATE_OF_TRAGEDY,
        ),
        Wrong("the whole memory", "0.89 would be the whole of Tragedy. r does not touch the belt.", 0.89),
        Wrong("half of it", "0.2 would need a z of one half; z of Tragedy is 0.986.", 0.195),
    ),
    hints=(
        "The candidate reaches the new memory through one valve only. Which one?",
        "The valve lets the share 1 - z pass, and z of Tragedy is 0.986.",
        "0.014 times 0.39.",
    ),
)

CUT_THE_INPUT = Choice(
    id="5.4",
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


OLD, RESET, CANDIDATE, UPDATE = 0.6, 0.2, -0.4, 0.9
BY_HAND = float(new_state(OLD, CANDIDATE, UPDATE))

NEW_VALUE = Value(
    id="5.5",
    name="new_value",
    title="One unit by hand",
    objective="5b",
    points=1,
    minutes=3,
    difficulty=1,
    form="a number",
    tidy=one_number,
    accepts=near_number(BY_HAND),
    praise=lambda value: "0.9 · 0.6 + 0.1 · (-0.4) = 0.54 - 0.04. r was used up when the candidate was made.",
    wrong=(
        Wrong(
            "z takes",
            "z and 1 - z have changed places: z stands on the belt and keeps the old value.",
            float(new_state(OLD, CANDIDATE, UPDATE, CHUNG_2014)),
            near_number(float(new_state(OLD, CANDIDATE, UPDATE, CHUNG_2014))),
        ),
        Wrong(
            "r on the belt",
            "You reset the old value on the belt. The valve × r stands on the way to the candidate, and that is given.",
            UPDATE * RESET * OLD + (1 - UPDATE) * CANDIDATE,
            near_number(UPDATE * RESET * OLD + (1 - UPDATE) * CANDIDATE),
        ),
        Wrong("kept part only", "0.54 is what the belt keeps. The candidate adds its tenth.", 0.54, near_number(0.54)),
        Wrong(
            "sign",
            "The candidate is negative: its tenth is -0.04.",
            UPDATE * OLD - (1 - UPDATE) * CANDIDATE,
            near_number(UPDATE * OLD - (1 - UPDATE) * CANDIDATE),
        ),
        Wrong("equal blend", "0.1 is an equal blend: that would be z = 0.5.", 0.1, near_number(0.1)),
        Wrong(
            "r for z",
            "You blended with r. The blend is the work of z.",
            float(new_state(OLD, CANDIDATE, RESET)),
            near_number(float(new_state(OLD, CANDIDATE, RESET))),
        ),
        Wrong("old value", "0.6 is the old value: that would need z = 1.", OLD, near_number(OLD)),
        Wrong("candidate", "-0.4 is the candidate: that would need z = 0.", CANDIDATE, near_number(CANDIDATE)),
        Wrong("z itself", "0.9 is z itself: a share of the old value, not the new value.", UPDATE, near_number(UPDATE)),
        Wrong(
            "reset memory",
            "0.12 is r times the old value: what the candidate saw. The blend takes the old value itself, and z.",
            RESET * OLD,
            near_number(RESET * OLD),
        ),
        Wrong(
            "sum",
            "0.2 is r, or the plain sum. The new value is a blend: the share z of the old, 1 - z of the candidate.",
            OLD + CANDIDATE,
            near_number(OLD + CANDIDATE),
        ),
        Wrong(
            "candidate whole",
            "0.14 adds the whole candidate. Its share is 1 - z, a tenth.",
            UPDATE * OLD + CANDIDATE,
            near_number(UPDATE * OLD + CANDIDATE),
        ),
        Wrong(
            "weights do not add to 1",
            "0.18 gives z to both. What the old value leaves, 1 - z, is the candidate's.",
            UPDATE * OLD + UPDATE * CANDIDATE,
            near_number(UPDATE * OLD + UPDATE * CANDIDATE),
        ),
        Wrong(
            "candidate's part only",
            "-0.04 is the candidate's tenth, and nothing of the old value.",
            (1 - UPDATE) * CANDIDATE,
            near_number((1 - UPDATE) * CANDIDATE),
        ),
    ),
    right=(BY_HAND, "0.5", "0,5", [0.5], np.array(0.5)),
    hints=(
        "Two things meet at the plus sign: what z keeps of the old value, and 1 - z of the candidate.",
        "0.9 of 0.6, and 0.1 of -0.4.",
        "0.54 and -0.04.",
    ),
)


# ---------------------------------------------------------------------------------------------- one unit in code


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


def unit_from(weights_of):
    """One unit computed from weights_of(U, i), a row (H,), in place of row i of each U."""

    def trace(x, h, p, i):
        every_r = sigmoid(p.W_r @ x + p.U_r @ h + p.b_r)
        r, z = (
            sigmoid(W[i] @ x + weights_of(U, i) @ h + b[i])
            for W, U, b in ((p.W_r, p.U_r, p.b_r), (p.W_z, p.U_z, p.b_z))
        )
        candidate = np.tanh(p.W_h[i] @ x + weights_of(p.U_h, i) @ (every_r * h) + p.b_h[i])
        return r, z, candidate, z * h[i] + (1 - z) * candidate

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
    id="5.6",
    name="trace_one_unit",
    title="Follow one unit",
    objective="5a",
    points=3,
    minutes=12,
    difficulty=3,
    arguments=("x", "h", "p", "i"),
    shapes="trace_one_unit(x, h, p, i): x (D,), h (H,), p.W_* (H, D), p.U_* (H, H), p.b_* (H,), i the number of a unit "
    "-> r, z, candidate, h_new: four numbers",
    reference=trace_one_unit,
    probe=call_with_parameters,
    returns=("r", "z", "candidate", "h_new"),
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
        Wrong(
            "own state only",
            "U[i, i] * h[i] lets the unit hear itself alone. Row i hears every unit, in all three lines: U[i] @ h.",
            unit_from(lambda U, i: U[i, i] * np.eye(len(U))[i]),
        ),
        Wrong(
            "columns for rows",
            "U[:, i] is column i: what unit i sends. What it receives stands in its row, U[i], in all three lines.",
            unit_from(lambda U, i: U[:, i]),
        ),
        Wrong(
            "candidate second",
            "The numbers are right and their order is not: return r, z, candidate, h_new.",
            lambda x, h, p, i: tuple(np.array(trace_one_unit(x, h, p, i))[[0, 2, 1, 3]]),
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
        lambda x, h, p, i: dict(zip(("r", "z", "candidate", "h_new"), unit_with()(x, h, p, i), strict=True)),
    ),
    hints=(
        "Row i of each matrix holds the weights of the arrows that end in unit i: W_r[i] @ x is one number.",
        "r and z of unit i need row i only. The candidate needs the reset memory r * h of every unit, so all of r.",
        "With all_r = sigmoid(p.W_r @ x + p.U_r @ h + p.b_r): tanh(p.W_h[i] @ x + p.U_h[i] @ (all_r * h) + p.b_h[i]).",
    ),
)

QUESTIONS = (PREDICT_FORCED_GATES, REACHED, PREDICT_FALL, CUT_THE_INPUT, NEW_VALUE, TRACE_ONE_UNIT)
