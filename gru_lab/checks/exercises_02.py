"""Exercises on why a GRU: a gradient with a bug in it, a valve that is set by hand, and the two roads of a gradient."""

import numpy as np

from gru_lab.checks.common import draw, numbers
from gru_lab.checks.question import Case, Code, Value, Wrong
from gru_lab.checks.sizes import sizes

# ---------------------------------------------------------------------------------------------- a bug to find


def repaired_gradient(g, states, U):
    for h in reversed(states[1:]):
        g = ((1 - h * h) * g) @ U
    return g


def sent_back(slope=lambda h: 1 - h * h, order=lambda states: states[1:][::-1], back=None):
    """The gradient on its way back with one thing changed. back(slope, g, U): one step."""

    def gradient(g, states, U):
        for h in order(states):
            g = back(slope(h), g, U) if back else (slope(h) * g) @ U
        return g

    return gradient


def gradient_cases(rng):
    hand = {"g": np.ones(2), "states": np.array([[0.0, 0.5], [0.6, -0.8]]), "U": np.array([[0.5, 1.0], [0.0, 2.0]])}
    cases = [Case("hand", hand, "for one step", expected=[0.32, 1.36])]
    flat = draw(rng, g=(2,)) | {"states": np.zeros((4, 2))} | draw(rng, U=(2, 2))
    cases.append(Case("property", flat, "when all states are 0, so that only the matrix acts"))
    for T, H in sizes(rng, (4, 3), (2, 5)):
        states = {"states": rng.uniform(-0.9, 0.9, (T + 1, H)).round(1)}
        cases.append(Case("random", draw(rng, g=(H,)) | states | draw(rng, U=(H, H)), f"for {T} steps, H = {H}"))
    return cases


def gradient_by_loops(g, states, U):
    H = len(g)
    for t in range(len(states) - 1, 0, -1):
        squeezed = [(1 - states[t][i] ** 2) * g[i] for i in range(H)]
        g = [sum(U[i][j] * squeezed[i] for i in range(H)) for j in range(H)]
    return g


def gradient_by_jacobians(g, states, U):
    whole = np.eye(len(g))
    for h in states[1:]:
        whole = np.diag(1 - h**2) @ U @ whole
    return whole.T @ g


REPAIR = Code(
    id="2.4",
    name="repaired_gradient",
    title="Find the bug",
    objective="2b",
    points=2,
    minutes=10,
    difficulty=3,
    arguments=("g", "states", "U"),
    shapes="repaired_gradient(g, states, U): g (H,) at the last state, states (T + 1, H), U (H, H) -> (H,)",
    reference=repaired_gradient,
    cases=gradient_cases,
    wrong=(
        Wrong(
            "as it was",
            "The bug is still there: the slope is that of the state before the step. The tanh made the one after.",
            sent_back(order=lambda states: states[:-1][::-1]),
        ),
        Wrong(
            "U as on the way there",
            "On the way back the matrix is turned over: U.T @ …, or for a row of numbers … @ U.",
            sent_back(back=lambda slope, g, U: (slope * g) @ U.T),
        ),
        Wrong(
            "as it was, and U turned",
            "You turned U, which was right. The bug is still there: at which of its two states has the tanh its slope?",
            sent_back(order=lambda states: states[:-1][::-1], back=lambda slope, g, U: (slope * g) @ U.T),
        ),
        Wrong(
            "from the first step",
            "The steps come in their old order. A gradient meets the last step first.",
            sent_back(order=lambda states: states[1:]),
        ),
        Wrong("slope missing", "The slope of tanh is missing: 1 - h * h at each step.", sent_back(lambda h: 1 + 0 * h)),
        Wrong("slope of σ", "h (1 - h) is the slope of σ. The state came out of a tanh: 1 - h * h.",
              sent_back(lambda h: h * (1 - h))),
        Wrong("h not squared", "The slope of tanh is 1 - h², and h² is h * h.", sent_back(lambda h: 1 - h)),
        Wrong(
            "tanh once more",
            "h has been through tanh already. Its slope is 1 - h * h, with no second tanh.",
            sent_back(lambda h: 1 - np.tanh(h) ** 2),
        ),
        Wrong(
            "matrix first",
            "The matrix comes too early. Forwards the squeeze is last, so backwards it is first.",
            sent_back(back=lambda slope, g, U: slope * (g @ U)),
        ),
        Wrong(
            "one step too many",
            "You go through every state, the first one too. It was given, not made by a step: stop before it.",
            sent_back(order=lambda states: states[::-1]),
        ),
    ),
    right=(
        gradient_by_loops,
        gradient_by_jacobians,
        lambda g, states, U: repaired_gradient(*(np.asarray(array, np.float32) for array in (g, states, U))),
    ),
    praise="The slope belongs to the state that the tanh has made.",
    hints=(
        "The line that computes g is right. Which states does the loop go through?",
        "A step leads from states[t - 1] to states[t]. At which of the two is the slope of its tanh 1 - h * h?",
        "for h in reversed(states[1:]): the first state was made by no step.",
    ),
)  # fmt: skip


# ---------------------------------------------------------------------------------------------- set by hand

SIGNAL = (0.3, 1.0, -0.3, 0.2, -1.0, 0.3)  # sentence 2: the oath; sentence 5: the peace


def remembered(z):
    m, memory = 0.0, []
    for new, keep in zip(SIGNAL, z, strict=True):
        m = keep * m + (1 - keep) * new
        memory.append(m)
    return memory


def knows_the_oath(z):
    return remembered(z)[1] > 0.8


def keeps_the_oath(z):
    return min(remembered(z)[1:4]) > 0.8


def knows_the_peace(z):
    return remembered(z)[4] < -0.8


def remembers(z):
    return keeps_the_oath(z) and max(remembered(z)[4:]) < -0.8


VALVE = Value(
    id="2.5",
    name="valve_gates",
    title="A valve set by hand",
    objective="2c",
    points=2,
    minutes=6,
    difficulty=2,
    form="a list of six numbers",
    tidy=numbers((6,), "Six numbers are asked for, one gate for each sentence.", gates=True),
    accepts=remembers,
    wrong=(
        Wrong("turned round", "Keep and take have changed places. In this course z near 1 keeps.", [0, 1, 0, 0, 1, 0],
              lambda z: remembers([1 - keep for keep in z])),
        Wrong("one fixed leak", "All six gates are alike. No fixed leak can both listen and remember.", [0.5] * 6,
              lambda z: max(z) - min(z) < 1e-9),
        Wrong("nothing heard", "The valve keeps all the time, so neither the oath nor the peace is heard.",
              [1, 0.95, 1, 1, 0.95, 1], lambda z: not knows_the_oath(z) and not knows_the_peace(z)),
        Wrong("oath missed", "The oath is not heard. At sentence 2 the memory has to take what comes: z near 0.",
              [1, 1, 1, 1, 0, 1], lambda z: not knows_the_oath(z)),
        Wrong("oath lost", "The oath is heard, and lost before sentence 5. The small talk must not get in: z near 1.",
              [1, 0, 0, 1, 0, 1], lambda z: knows_the_oath(z) and not keeps_the_oath(z)),
        Wrong("peace missed", "The peace is not heard. At sentence 5 the old has to go: z near 0 again.",
              [1, 0, 1, 1, 1, 1], lambda z: keeps_the_oath(z) and not knows_the_peace(z)),
        Wrong("peace lost", "The last sentence washes the peace out. Keep it: z near 1 at sentence 6.",
              [1, 0, 1, 1, 0, 0.5], lambda z: keeps_the_oath(z) and knows_the_peace(z)),
    ),
    right=([1, 0, 1, 1, 0, 1], np.array([0.2, 0.05, 0.97, 0.99, 0.03, 0.95]), (0, 0.1, 1, 1, 0, 0.98)),
    praise=lambda z: "The memory: " + ", ".join(f"{m:.2f}" for m in remembered(z)) + ".",
    hints=(
        "z near 1 keeps the memory as it is, z near 0 puts the sentence in its place.",
        "Two sentences matter. At the others the memory should stay as it is.",
        "z near 0 at sentences 2 and 5, near 1 at sentences 3, 4 and 6. Sentence 1 is free.",
    ),
)  # fmt: skip


# ---------------------------------------------------------------------------------------------- two roads back


def both_roads(g, candidate, r, z, U):
    return z * g + r * (((1 - z) * (1 - candidate**2) * g) @ U)


def road_cases(rng):
    def inputs(*shape):
        H = shape[-1]
        gates = {name: rng.uniform(0.1, 0.9, shape).round(1) for name in ("candidate", "r", "z")}
        return draw(rng, g=shape) | gates | draw(rng, U=(H, H))

    hand = {
        "g": np.ones(2), "candidate": np.array([0.0, 0.6]), "r": np.array([1.0, 0.5]), "z": np.array([0.9, 0.5]),
        "U": np.array([[0.0, 1.0], [1.0, 0.0]]),
    }  # fmt: skip
    keeps = inputs(3) | {"z": np.ones(3)}
    return [
        Case("hand", hand, "where each unit hears the other one", expected=[1.22, 0.55]),
        Case("property", keeps, "when z is 1 everywhere: the gradient comes through whole"),
        *(Case("random", inputs(B, H), f"for a batch of {B}, H = {H}") for B, H in sizes(rng, (2, 4), (4, 3))),
    ]


def roads_by_loops(g, candidate, r, z, U):
    rows = []
    for one, c, reset, keep in zip(*(np.atleast_2d(array) for array in (g, candidate, r, z)), strict=True):
        units = range(len(one))
        into = [(1 - keep[i]) * (1 - c[i] * c[i]) * one[i] for i in units]
        rows.append([keep[j] * one[j] + reset[j] * sum(into[i] * U[i, j] for i in units) for j in units])
    return np.reshape(rows, np.shape(g)).tolist()


BOTH_ROADS = Code(
    id="2.6",
    name="both_roads",
    title="Both roads of a gradient",
    objective="2e",
    points=3,
    minutes=15,
    difficulty=4,
    arguments=("g", "candidate", "r", "z", "U"),
    shapes="both_roads(g, candidate, r, z, U): g, candidate, r, z (…, H), U (H, H) -> (…, H)",
    reference=both_roads,
    cases=road_cases,
    wrong=(
        Wrong("direct road only", "This is the direct road, z ⊙ g. The road through the candidate is missing.",
              lambda g, candidate, r, z, U: z * g),
        Wrong("candidate's road only", "This is the road through the candidate. The direct one, z ⊙ g, is missing.",
              lambda g, candidate, r, z, U: both_roads(g, candidate, r, z, U) - z * g),
        Wrong("U not turned over", "On the way back the matrix is turned over: for rows of numbers, … @ U.",
              lambda g, candidate, r, z, U: both_roads(g, candidate, r, z, U.T)),
        Wrong("reset missing", "r is missing. The candidate saw r ⊙ h, so its road back passes r as well.",
              lambda g, candidate, r, z, U: both_roads(g, candidate, np.ones_like(r), z, U)),
        Wrong(
            "reset before the matrix",
            "r comes too early. Forwards it is the first thing that h meets, so backwards it is the last.",
            lambda g, candidate, r, z, U: z * g + (r * (1 - z) * (1 - candidate**2) * g) @ U,
        ),
        Wrong("slope missing", "The slope of tanh is missing: 1 - candidate².",
              lambda g, candidate, r, z, U: both_roads(g, np.zeros_like(candidate), r, z, U)),
        Wrong("share missing", "The candidate has the share 1 - z of the new state, and so of the gradient.",
              lambda g, candidate, r, z, U: z * g + r * (((1 - candidate**2) * g) @ U)),
        Wrong(
            "share after the matrix",
            "1 - z belongs to the units that the gradient comes from: multiply before the matrix.",
            lambda g, candidate, r, z, U: z * g + r * (1 - z) * (((1 - candidate**2) * g) @ U),
        ),
        Wrong("z takes", "z and 1 - z have changed places. In this course z keeps.",
              lambda g, candidate, r, z, U: both_roads(g, candidate, r, 1 - z, U)),
        Wrong("z on both roads", "z stands on both roads. The one through the candidate has the other share, 1 - z.",
              lambda g, candidate, r, z, U: z * g + r * ((z * (1 - candidate**2) * g) @ U)),
        Wrong("direct road without z", "The direct road meets z: the old state has that share of the new one.",
              lambda g, candidate, r, z, U: g + r * (((1 - z) * (1 - candidate**2) * g) @ U)),
        Wrong("matrix missing", "The candidate heard h through U, unit from unit. Its road back leads through … @ U.",
              lambda g, candidate, r, z, U: z * g + r * (1 - z) * (1 - candidate**2) * g),
        Wrong("slope after the matrix", "The slope of tanh belongs to the units that g comes from: before the matrix.",
              lambda g, candidate, r, z, U: z * g + r * (1 - candidate**2) * (((1 - z) * g) @ U)),
        Wrong("second road without g", "g is missing on the road through the candidate. Both roads carry it.",
              lambda g, candidate, r, z, U: z * g + r * (((1 - z) * (1 - candidate**2) * np.ones_like(g)) @ U)),
        Wrong("tanh once more", "The candidate has been through tanh already: its slope is 1 - candidate².",
              lambda g, candidate, r, z, U: both_roads(g, np.tanh(candidate), r, z, U)),
        Wrong("slope of σ", "candidate (1 - candidate) is the slope of σ. Here a tanh was passed: 1 - candidate².",
              lambda g, candidate, r, z, U: z * g + r * (((1 - z) * candidate * (1 - candidate) * g) @ U)),
        Wrong("candidate not squared", "The slope of tanh is 1 - candidate²: the square is missing.",
              lambda g, candidate, r, z, U: z * g + r * (((1 - z) * (1 - candidate) * g) @ U)),
    ),
    right=(
        roads_by_loops,
        lambda g, candidate, r, z, U: both_roads(g, candidate, r, z, U).astype(np.float32),
        lambda g, candidate, r, z, U: (
            z * g + np.einsum("ij,...j,...i->...j", U, r, (1 - z) * (1 - candidate) * (1 + candidate) * g)
        ),
    ),
    praise="z opens the first road, r and 1 - z the second. With z near 0 and r near 0 both are shut.",
    hints=(
        "The old state h stands in two places of the formula. Each is a road, and the two gradients add up.",
        "Walk the second road backwards: the share 1 - z, the slope of tanh, the matrix, the reset.",
        "z * g, plus r * (((1 - z) * (1 - candidate**2) * g) @ U).",
    ),
)  # fmt: skip

QUESTIONS = (REPAIR, VALVE, BOTH_ROADS)
