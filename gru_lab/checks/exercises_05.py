"""Exercises on the flow diagram: whom a feature reaches, how far the reset gate reaches, and two gates set by hand."""

import numpy as np

from gru_lab.cell import sigmoid
from gru_lab.checks.common import numbers
from gru_lab.checks.question import Case, Code, Value, Wrong
from gru_lab.checks.sizes import HiddenSizes, one_of, sizes

# ---------------------------------------------------------------------------------------------- follow the arrows


def units_reached(W_r, W_z, W_h, U_h, feature):
    through_r = (U_h != 0) @ (W_r[:, feature] != 0)
    return (through_r | (W_z[:, feature] != 0) | (W_h[:, feature] != 0)).astype(float)


def reached_with(r=True, z=True, candidate=True, turned=False, joined=np.maximum.reduce, there=lambda W: W != 0):
    """The same with one thing changed: a road left out, U_h turned, or the three roads joined in another way."""

    def reached(W_r, W_z, W_h, U_h, feature):
        heard = there(U_h.T if turned else U_h)
        roads = [heard @ there(W_r[:, feature]) if r else None]
        roads += [there(W[:, feature]) if wanted else None for W, wanted in ((W_z, z), (W_h, candidate))]
        return joined([road for road in roads if road is not None]).astype(float)

    return reached


def weights_added(W_r, W_z, W_h, U_h, feature):
    added = np.abs(U_h @ W_r[:, feature]) > 1e-9
    return (added | (W_z[:, feature] != 0) | (W_h[:, feature] != 0)).astype(float)


def next_sentence_too(W_r, W_z, W_h, U_h, feature):
    now = units_reached(W_r, W_z, W_h, U_h, feature) > 0
    return (now | ((U_h != 0) @ now)).astype(float)


def r_without_U(W_r, W_z, W_h, U_h, feature):
    return np.maximum.reduce([W[:, feature] != 0 for W in (W_r, W_z, W_h)]).astype(float)


def arrow_cases(rng):
    def thin(*shape):
        drawn = rng.uniform(0.5, 1.5, shape).round(1) * rng.choice([-1, 1], shape)
        return drawn * (rng.random(shape) < 0.3)

    def inputs(D, H, feature):
        arrays = {name: thin(H, D) for name in ("W_r", "W_z", "W_h")}
        return arrays | {"U_h": thin(H, H), "feature": feature}

    W_r, W_z, W_h, U_h = np.zeros((4, 2)), np.zeros((4, 2)), np.zeros((4, 2)), np.zeros((4, 4))
    W_z[0, 1], W_h[1, 1], W_r[3, 1], W_h[3, 0] = 1.0, -2.0, 3.0, 1.0
    U_h[2, 3], U_h[3, 1] = 0.5, 1.0
    hand = {"W_r": W_r, "W_z": W_z, "W_h": W_h, "U_h": U_h, "feature": 1}
    two_roads: dict = {"W_r": np.array([[1.0, 0], [1.0, 0], [0, 0]]), "W_z": np.zeros((3, 2)), "W_h": np.zeros((3, 2))}
    two_roads |= {"U_h": np.array([[0, 0, 0], [0.5, 0, 0], [1.0, -1.0, 0]]), "feature": 0}
    cases = [
        Case("hand", hand, "where unit 2 listens to unit 3, and unit 3 to unit 1", expected=[1, 1, 1, 0]),
        Case("property", two_roads, "when unit 2 listens to two units with opposite weights"),
    ]
    for (D, H), feature in zip(sizes(rng, (3, 5), (6, 4)), (2, 0), strict=True):
        drawn = inputs(D, H, one_of(rng, feature, range(D)))
        if isinstance(rng, HiddenSizes):  # chance may leave a road out: one unit is reached by the candidate's alone
            drawn["U_h"][-1], drawn["W_z"][-1], drawn["W_h"][-1] = 0, 0, 1
        cases.append(Case("random", drawn, f"when D = {D} and H = {H}"))
    return cases


def reached_by_loops(W_r, W_z, W_h, U_h, feature):
    found = []
    for i in range(len(U_h)):
        ways = [W_z[i, feature], W_h[i, feature]]
        ways += [U_h[i, j] * W_r[j, feature] for j in range(len(U_h))]
        found.append(int(any(way != 0 for way in ways)))
    return found


def reached_by_nudging(W_r, W_z, W_h, U_h, feature):
    h = np.linspace(0.31, 0.77, len(U_h)) ** 1.3
    ends = []
    for value in (0.0, 0.7):
        x = np.zeros(W_r.shape[1])
        x[feature] = value
        z = sigmoid(W_z @ x)
        ends.append(z * h + (1 - z) * np.tanh(W_h @ x + U_h @ (sigmoid(W_r @ x) * h)))
    return np.abs(ends[1] - ends[0]) > 1e-9


ARROWS = Code(
    id="5.7",
    name="units_reached",
    title="Whom does a feature reach?",
    objective="5c",
    points=3,
    minutes=12,
    difficulty=4,
    arguments=("W_r", "W_z", "W_h", "U_h", "feature"),
    shapes="units_reached(W_r, W_z, W_h, U_h, feature): W_* (H, D), U_h (H, H), feature from 0 -> (H,), each 0 or 1",
    reference=units_reached,
    between=(0, 1),
    cases=arrow_cases,
    wrong=(
        Wrong("candidate's road only", "You follow the arrow into the candidate. Two more arrows leave x.",
              reached_with(r=False, z=False)),
        Wrong("r left out", "The road through r is missing: x changes r, r changes what U_h passes on.",
              reached_with(r=False)),
        Wrong("z left out", "The road through z is missing: a gate that moves changes the blend.",
              reached_with(z=False)),
        Wrong("candidate left out", "The straight road is missing, through W_h into the candidate.",
              reached_with(candidate=False)),
        Wrong(
            "r without U_h",
            "r of a unit hides it from those who listen to it, through U_h: they are reached, and nobody else.",
            r_without_U,
        ),
        Wrong("U_h turned", "U_h is transposed: row i says whom unit i listens to.", reached_with(turned=True)),
        Wrong(
            "weights added",
            "You add up weights, and two of them can cancel. Each road alone counts: ask where a weight is not 0.",
            weights_added,
        ),
        Wrong("positive weights only", "A negative weight carries something too: ask for != 0, not for > 0.",
              reached_with(there=lambda W: W > 0)),
        Wrong("every road needed", "You ask for all three roads at once. One is enough.",
              reached_with(joined=np.logical_and.reduce)),
        Wrong(
            "next sentence too",
            "You go on to those who listen to the reached units. They hear of it with the next sentence.",
            next_sentence_too,
        ),
    ),
    right=(reached_by_loops, reached_by_nudging, reached_with()),
    praise="Of the three roads, only the one through r passes from unit to unit.",
    hints=(
        "Three arrows leave x. Ask for each road which units of the new memory it can end in.",
        "Through W_z and W_h: the rows with a weight in this column. Through r: whoever listens to such a row's unit.",
        "(U_h != 0) @ (W_r[:, feature] != 0), or W_z[:, feature] != 0, or W_h[:, feature] != 0.",
    ),
)  # fmt: skip


# ---------------------------------------------------------------------------------------------- how far r reaches


def most_from_reset(z, candidate):
    return (1 - z) * (1 + np.abs(candidate))


def reach_cases(rng):
    def inputs(*shape):
        candidate = rng.choice([-1, 1], shape) * rng.uniform(0.1, 0.9, shape)
        return {"z": rng.uniform(0.1, 0.9, shape).round(1), "candidate": candidate.round(1)}

    hand = {"z": np.array([0.9, 0.5]), "candidate": np.array([0.3, -0.6])}
    return [
        Case("hand", hand, "for two units", expected=[0.13, 0.8]),
        Case("property", inputs(3) | {"z": np.ones(3)}, "when z is 1 everywhere: r can do nothing"),
        *(Case("random", inputs(B, H), f"for a batch of {B}") for B, H in sizes(rng, (3, 2), (2, 4))),
    ]


def reach_by_trying(z, candidate):
    ends = [abs((1 - z) * (end - candidate)) for end in (-1, 1)]
    return np.maximum(*ends)


def reach_by_loops(z, candidate):
    pairs = zip(np.ravel(z), np.ravel(candidate), strict=True)
    return np.reshape([(1 - keep) * (1 + idea if idea > 0 else 1 - idea) for keep, idea in pairs], np.shape(z)).tolist()


REACH = Code(
    id="5.8",
    name="most_from_reset",
    title="How far the reset gate reaches",
    objective="5d",
    points=2,
    minutes=8,
    difficulty=3,
    arguments=("z", "candidate"),
    shapes="most_from_reset(z, candidate): z, candidate (…, H) -> (…, H)",
    reference=most_from_reset,
    cases=reach_cases,
    wrong=(
        Wrong("z for 1 - z", "z stands on the belt. What r does comes up through the valve × (1 - z).",
              lambda z, candidate: z * (1 + np.abs(candidate))),
        Wrong("valve forgotten", "This is how far the candidate can move. On its way to the belt it passes a valve.",
              lambda z, candidate: 1 + np.abs(candidate)),
        Wrong("whole range", "A candidate can move by 2 only if it starts at one end. This one has a value already.",
              lambda z, candidate: 2 * (1 - z) + 0 * candidate),
        Wrong("nearer end", "This is the way to the nearer end of tanh. The farther end is on the other side of 0.",
              lambda z, candidate: (1 - z) * (1 - np.abs(candidate))),
        Wrong("down to 0", "This takes the candidate down to 0. It can go beyond, to the other side.",
              lambda z, candidate: (1 - z) * np.abs(candidate)),
        Wrong("always down to -1", "The farther end is -1 for a positive candidate only. For a negative one it is 1.",
              lambda z, candidate: (1 - z) * (1 + candidate)),
        Wrong("always up to 1", "The farther end is 1 for a negative candidate only. For a positive one it is -1.",
              lambda z, candidate: (1 - z) * (1 - candidate)),
        Wrong("candidate not counted", "This is the valve alone. How far can what comes up to it move?",
              lambda z, candidate: 1 - z + 0 * candidate),
    ),
    right=(
        reach_by_trying,
        reach_by_loops,
        lambda z, candidate: most_from_reset(np.asarray(z, np.float32), np.asarray(candidate, np.float32)),
    ),
    praise="Where z is 0.98, no reset gate moves the new memory by more than 0.04.",
    hints=(
        "r acts on the candidate and on nothing else. Between which two numbers must any candidate lie?",
        "The candidate can move to -1 or to 1 at most. Which of the two is farther away, and how far?",
        "1 + |candidate| is the way to the farther end, and the share 1 - z of it reaches the belt.",
    ),
)  # fmt: skip


# ---------------------------------------------------------------------------------------------- set by hand


ERASED = (1.0, 1.0, 0.0, 1.0)  # z where Tragedy gives way
NONE, ALL = (0.0,) * 4, (1.0,) * 4

GATES = Value(
    id="5.9",
    name="erasing_gates",
    title="Erase one line, and no other",
    objective="5d",
    points=2,
    minutes=5,
    difficulty=2,
    form="two lists of four numbers",
    tidy=numbers(
        (2, 4), "Two rows of four numbers are asked for: r, z, each for Power, Conflict, Tragedy, Revenge.", gates=True
    ),
    accepts=lambda gates: gates == (NONE, ERASED),
    wrong=(
        Wrong("gates exchanged", "r and z have changed places. z decides what the belt keeps.", [ERASED, NONE],
              lambda gates: gates == (ERASED, NONE)),
        Wrong("z turned round", "z has changed sides: here Tragedy is kept and the others go. z at 1 keeps.",
              [NONE, [0, 0, 1, 0]], lambda gates: gates[1] == (0, 0, 1, 0)),
        Wrong("reset only", "z keeps everything, so nothing is erased. r does not touch the belt.",
              [[0, 0, 0, 0], ALL], lambda gates: gates[1] == ALL),
        Wrong("all erased", "z lets all four go. Power, Conflict and Revenge should stay as they are.",
              [NONE, NONE], lambda gates: gates[1] == NONE),
        Wrong(
            "past still seen",
            "z is right. But r is 1 for every unit, so Tragedy's candidate still looks at the whole old memory.",
            [ALL, ERASED], lambda gates: gates == (ALL, ERASED),
        ),
        Wrong(
            "own pipe only",
            "z is right. But U_h mixes the pipes: the candidate of Tragedy can still see where r is not 0.",
            [[1, 1, 0, 1], ERASED], lambda gates: gates[1] == ERASED,
        ),
    ),
    right=([[0, 0, 0, 0], [1, 1, 0, 1]], np.array([NONE, ERASED]), (NONE, ERASED)),
    praise=lambda gates: "z gives Tragedy's place to the candidate, and r makes every candidate start afresh.",
    hints=(
        "Which gate decides what stays on the belt, and which one what the candidate may see?",
        "z is 0 for Tragedy and 1 for the others. What may Tragedy's candidate still see?",
        "Row Tragedy of U_h may listen to every unit, so r is 0 for all four.",
    ),
)  # fmt: skip

QUESTIONS = (ARROWS, REACH, GATES)
