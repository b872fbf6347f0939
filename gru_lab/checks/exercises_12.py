"""Exercises on the update gate: whose words are left, a clock that stands still, and fifty steps by hand."""

import math

import numpy as np

from gru_lab.cell import sigmoid
from gru_lab.checks.common import draw, numbers
from gru_lab.checks.question import Case, Code, Value, Wrong
from gru_lab.checks.sizes import sizes

# ---------------------------------------------------------------------------------------------- whose words are left


def shares_in_memory(z):
    shares = np.concatenate([np.ones_like(z[:1]), 1 - z])
    for t in range(len(z)):
        shares[: t + 1] *= z[t]
    return shares


def shares_cases(rng):
    cases = [
        Case("hand", {"z": np.array([[0.5], [0.75]])}, "for one unit and two steps",
             expected=[[0.375], [0.375], [0.25]]),
        Case("property", {"z": np.array([[0.2, 0.9], [0.0, 0.0], [1.0, 1.0]])}, "when step 2 writes and step 3 keeps"),
    ]  # fmt: skip
    for T, H in sizes(rng, (4, 3), (5, 2)):
        cases.append(Case("random", {"z": rng.uniform(0.2, 0.9, (T, H)).round(2)}, f"for {T} steps and {H} units"))
    return cases


def kept_after(z, including=False):
    """For each step the product of the gates of all later steps (including its own)."""
    return np.array([z[t if including else t + 1 :].prod(0) for t in range(len(z))])


def shares_by_reading(z):
    """Read a story in which one step alone proposes 1, the others 0: what comes out is that step's share."""
    T, rows = len(z), []
    for writer in range(T + 1):
        h = np.full(z.shape[1], 1.0 if writer == 0 else 0.0)
        for t in range(T):
            h = z[t] * h + (1 - z[t]) * (1.0 if writer == t + 1 else 0.0)
        rows.append(h.tolist())
    return rows


SHARES = Code(
    id="12.4",
    name="shares_in_memory",
    title="Whose words are in the memory?",
    objective="12a",
    points=3,
    minutes=12,
    difficulty=4,
    arguments=("z",),
    shapes="shares_in_memory(z): z (T, H), the gates of T steps, z keeps -> shares (T + 1, H), the first state's first",
    reference=shares_in_memory,
    cases=shares_cases,
    wrong=(
        Wrong(
            "written, not what is left",
            "This is what each step writes. Every later step keeps a share of it only: multiply by the later z.",
            lambda z: np.concatenate([z.prod(0)[None], 1 - z]),
        ),
        Wrong(
            "own z counted as well",
            "Each step's own z is in the product too. A candidate enters with 1 - z; only later steps multiply it.",
            lambda z: np.concatenate([z.prod(0)[None], (1 - z) * kept_after(z, including=True)]),
        ),
        Wrong(
            "earlier steps, not later ones",
            "You multiplied by the gates of the steps before. What is written at t is kept or lost by the steps after.",
            lambda z: np.concatenate(
                [z.prod(0)[None], (1 - z) * np.array([z[:t].prod(0) for t in range(len(z))])]
            ),
        ),
        Wrong(
            "running product forwards",
            "Your running product goes over the gates up to a step. The later ones count: go over z[::-1], turn back.",
            lambda z: np.concatenate([z.prod(0)[None], (1 - z) * np.cumprod(z, axis=0)]),
        ),
        Wrong(
            "running product forwards, a row later",
            "Your running product goes forwards: row t has the gates up to step t + 1. All later ones count: z[::-1].",
            lambda z: (
                np.concatenate([np.ones_like(z[:1]), 1 - z])
                * np.concatenate([np.cumprod(z, axis=0), np.ones_like(z[:1])])
            ),
        ),
        Wrong(
            "z takes",
            "These are the shares of z takes. Here z keeps: a candidate enters with 1 - z.",
            lambda z: shares_in_memory(1 - z),
        ),
        Wrong(
            "1 - z forgotten",
            "How long each candidate is kept is right, but it enters the memory with the share 1 - z, not whole.",
            lambda z: np.concatenate([z.prod(0)[None], kept_after(z)]),
        ),
        Wrong(
            "first state forgotten",
            "The first state has a share too, the product of all z. T + 1 rows are asked for, its own first.",
            lambda z: shares_in_memory(z)[1:],
        ),
        Wrong(
            "first state last",
            "The first state's share stands last. Its row comes first, then steps 1 to T.",
            lambda z: np.roll(shares_in_memory(z), -1, axis=0),
        ),
        Wrong(
            "backwards",
            "The rows run from the last step to the first. Turn them round.",
            lambda z: shares_in_memory(z)[::-1].copy(),
        ),
    ),
    right=(
        shares_by_reading,
        lambda z: np.concatenate([z.prod(0)[None], (1 - z) * kept_after(z)]).astype(np.float32),
        lambda z: (
            np.concatenate([np.ones_like(z[:1]), 1 - z])
            * np.concatenate([np.cumprod(z[::-1], axis=0)[::-1], np.ones_like(z[:1])])
        ),
    ),
    praise="Each column adds up to 1: the memory is a weighted mean of everything that was proposed.",
    hints=(
        "Write h_2 with h_0 and the two candidates only: put the blend of step 1 into the blend of step 2.",
        "The candidate of step t enters with 1 - z_t. Every later step multiplies what is there by its own z.",
        "Start with shares = 1 for h_0. At each step multiply all shares so far by z[t], then append 1 - z[t].",
    ),
)  # fmt: skip


# ---------------------------------------------------------------------------------------------- a clock that stands


def mended_clock(X, h, candidates, W_z, U_z, b_z):
    states = []
    for x, candidate in zip(X, candidates, strict=True):
        z = sigmoid(x @ W_z.T + h @ U_z.T + b_z)
        h = z * h + (1 - z) * candidate
        states.append(h)
    return np.array(states)


def clock_with(x_at=lambda X, t: X[t], h_at=lambda states, t: states[t], update=lambda z: z, bias=1):
    """The reader with one thing changed. states[t] is the state before step t."""

    def read(X, h, candidates, W_z, U_z, b_z):
        states = [h]
        for t in range(len(X)):
            z = update(sigmoid(x_at(X, t) @ W_z.T + h_at(states, t) @ U_z.T + bias * b_z))
            states.append(z * states[t] + (1 - z) * candidates[t])
        return np.array(states[1:])

    return read


def mean_gate(X, h, candidates, W_z, U_z, b_z):
    z = sigmoid(X.mean(0) @ W_z.T + h @ U_z.T + b_z)
    states = []
    for candidate in candidates:
        h = z * h + (1 - z) * candidate
        states.append(h)
    return np.array(states)


def clock_by_loops(X, h, candidates, W_z, U_z, b_z):
    H, states = len(h), [list(h)]
    for x, candidate in zip(X, candidates, strict=True):
        old, new = states[-1], []
        for i in range(H):
            a = b_z[i] + sum(W_z[i][j] * x[j] for j in range(len(x))) + sum(U_z[i][j] * old[j] for j in range(H))
            z = 1 / (1 + math.exp(-a))
            new.append(candidate[i] + z * (old[i] - candidate[i]))
        states.append(new)
    return states[1:]


def clock_cases(rng):
    def story(T, D, H):
        return draw(rng, X=(T, D), h=(H,), candidates=(T, H), W_z=(H, D), U_z=(H, H), b_z=(H,))

    hand = {
        "X": np.array([[0.0], [-50.0]]), "h": np.array([0.8]), "candidates": np.array([[0.4], [-0.5]]),
        "W_z": np.ones((1, 1)), "U_z": np.zeros((1, 1)), "b_z": np.zeros(1),
    }  # fmt: skip
    cases = [Case("hand", hand, "where step 1 blends and step 2 writes", expected=[[0.6], [-0.5]])]
    quiet = story(4, 3, 2) | {"b_z": np.full(2, 50.0)}
    cases.append(Case("property", quiet, "when every z keeps everything"))
    for T, D, H in sizes(rng, (4, 2, 3), (5, 3, 2), between=((3, 8), (2, 7), (2, 7))):
        cases.append(Case("random", story(T, D, H), f"for {T} steps, D = {D}, H = {H}"))
    return cases


CLOCK = Code(
    id="12.5",
    name="mended_clock",
    title="Find the bug: a gate that never looks again",
    objective="12d",
    points=2,
    minutes=8,
    difficulty=3,
    arguments=("X", "h", "candidates", "W_z", "U_z", "b_z"),
    shapes="mended_clock(X, h, candidates, W_z, U_z, b_z): X (T, D), h (H,), candidates (T, H) -> states (T, H)",
    reference=mended_clock,
    cases=clock_cases,
    wrong=(
        Wrong(
            "as it was",
            "z is still computed once, from the first sentence. It has to be computed at every step, in the loop.",
            clock_with(x_at=lambda X, t: X[0], h_at=lambda states, t: states[0]),
        ),
        Wrong(
            "first sentence only",
            "The gate follows the state, but reads the first sentence at every step. It reads the step's own x.",
            clock_with(x_at=lambda X, t: X[0]),
        ),
        Wrong(
            "first state only",
            "The gate reads each sentence, but always the first state. It reads the state that the last step left.",
            clock_with(h_at=lambda states, t: states[0]),
        ),
        Wrong(
            "one step late",
            "Each step uses the gate of the sentence before. Compute z before the blend of the same step.",
            clock_with(x_at=lambda X, t: X[max(t - 1, 0)], h_at=lambda states, t: states[max(t - 1, 0)]),
        ),
        Wrong(
            "z takes",
            "The two terms of the blend have changed places: here z keeps, z ⊙ h + (1 - z) ⊙ candidate.",
            clock_with(update=lambda z: 1 - z),
        ),
        Wrong(
            "an average sentence",
            "This is one gate again, made from the mean of all sentences. Each step needs its own.",
            mean_gate,
        ),
        Wrong("b_z forgotten", "b_z is missing inside the σ.", clock_with(bias=0)),
        Wrong(
            "last state only",
            "Only the last state comes out. All T states are asked for, one row for each step.",
            lambda *given: mended_clock(*given)[-1],
        ),
    ),
    right=(
        clock_by_loops,
        lambda *given: mended_clock(*given).astype(np.float32),
        clock_with(),
    ),
    praise="A gate made once is a clock; a gate made at every step is a decision.",
    hints=(
        "Follow the second sentence. Which x and which h has its z seen?",
        "Move one line into the loop, and let it read this step's x and the present h.",
        "for x, candidate in zip(X, candidates): z = sigmoid(x @ W_z.T + h @ U_z.T + b_z), then the blend.",
    ),
)  # fmt: skip


# ---------------------------------------------------------------------------------------------- fifty steps by hand


def left_after(steps, b):
    return math.exp(-steps * float(np.logaddexp(0, -b)))


def lasts(b):
    return left_after(50, b) >= 0.5 and left_after(60, b) <= 0.5


def event_gate(gate):
    """z when x is 1."""
    return float(np.exp(-np.logaddexp(0, -sum(gate))))


def writes(gate):
    return sum(gate) < -math.log(9)


GATE = Value(
    id="12.6",
    name="fifty_steps",
    title="Fifty steps by hand",
    objective="12c",
    points=2,
    minutes=8,
    difficulty=3,
    form="a list of two numbers, [w, b]",
    tidy=numbers((2,), "Two numbers are asked for: the weight w and the bias b."),
    accepts=lambda gate: lasts(gate[1]) and writes(gate),
    wrong=(
        Wrong("z, not its bias", "Your b looks like z itself. σ(b) is z: for z = 0.987 the bias is above 4.",
              [-6, 0.987], lambda gate: 0.9 < gate[1] < 1),
        Wrong("steps, not a bias", "Your b looks like the number of steps. It goes through σ first, then z ** n = 1/2.",
              [-70, 55], lambda gate: 50 <= gate[1] <= 60),
        Wrong("z takes", "This is the gate of z takes. Here z keeps: a quiet step needs z near 1, so b is positive.",
              [7, -4.35], lambda gate: lasts(-gate[1])),
        Wrong("never writes", "It remembers, and it never writes: when x is 1, z must fall, so w is negative.",
              [0, 4.35], lambda gate: lasts(gate[1]) and gate[0] >= 0),
        Wrong("bias left out of the event", "The clock is right. But at the event the sum is w + b, and b pulls"
              " upwards: w has to overcome it.", [-4, 4.35], lambda gate: lasts(gate[1])),
        Wrong("order", "Right numbers, wrong order: [w, b], the input's weight first.", [4.35, -7],
              lambda gate: lasts(gate[0]) and writes(gate[::-1])),
        Wrong("too short", "It forgets too soon: less than half is left after 50 quiet steps. Raise b.", [-7, 4],
              lambda gate: left_after(50, gate[1]) < 0.5),
        Wrong("too long", "It remembers too long: more than half is left after 60 quiet steps. Lower b.", [-20, 6],
              lambda gate: left_after(60, gate[1]) > 0.5),
    ),
    right=([-7, 4.35], np.array([-100.0, 4.3]), (-6.7, 4.4)),
    praise=lambda gate: f"{left_after(50, gate[1]):.2f} is left after 50 quiet steps, and at the event z is "
                        f"{event_gate(gate):.3f}. Two numbers, and the unit does both.",
    leads_to=lambda gate: f"After 50 quiet steps {left_after(50, gate[1]):.2f} is left, after 60 "
                          f"{left_after(60, gate[1]):.2f}; at the event z is {event_gate(gate):.3f}.",
    hints=(
        "A quiet step has z = σ(b), an event has z = σ(w + b). Choose b first.",
        "For a half-life of 55 steps z is 0.5 ** (1/55) = 0.9875. And σ(-2.2) is 0.1.",
        "b = ln(0.9875 / 0.0125) is near 4.37. Then w + b must be below -2.2.",
    ),
)  # fmt: skip

QUESTIONS = (SHARES, CLOCK, GATE)
