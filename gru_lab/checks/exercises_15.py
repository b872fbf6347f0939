"""Exercises on learning: a step back for z takes, a finite difference, and a walk with its lines in the wrong order."""

import itertools
import math

import numpy as np

from gru_lab.cell import sigmoid
from gru_lab.checks.common import draw
from gru_lab.checks.question import Case, Code, Wrong
from gru_lab.checks.sizes import sizes

# ---------------------------------------------------------------------------------------------- one step back, z takes


def step_back_takes(d_h, h, r, z, candidate, U_r, U_z, U_h):
    return back_with()(d_h, h, r, z, candidate, U_r, U_z, U_h)


def back_with(
    kept=lambda z: 1 - z,
    from_z=lambda h, c: c - h,
    tanh=lambda c: 1 - c**2,
    gate=lambda g: g * (1 - g),
    seen=lambda r: r,
    turned=(),
    roads=(1, 1, 1, 1),
    learn=lambda h, r: h,
    road_1=None,
    gate_r=None,
):
    """One step back for z takes, with one thing changed. road_1, gate_r: where they differ from `kept` and `gate`;
    turned: the names of the U that are transposed."""
    road_1, gate_r = road_1 or kept, gate_r or gate

    def step(d_h, h, r, z, candidate, U_r, U_z, U_h):
        given = {"U_r": U_r, "U_z": U_z, "U_h": U_h}
        U_r, U_z, U_h = (U.T if name in turned else U for name, U in given.items())
        d_a_h = d_h * (1 - kept(z)) * tanh(candidate)
        d_a_z = d_h * from_z(h, candidate) * gate(z)
        d_m = d_a_h @ U_h
        d_a_r = d_m * learn(h, r) * gate_r(r)
        ways = (d_h * road_1(z), d_m * seen(r), d_a_z @ U_z, d_a_r @ U_r)
        return sum(share * way for share, way in zip(roads, ways, strict=True)), d_a_r, d_a_z, d_a_h

    return step


def through_z_keeps(d_h, h, r, z, candidate, U_r, U_z, U_h):
    """The chapter's step for the gate 1 - z, whose weights are the negated ones; then one minus sign on its slope."""
    keep = 1 - z
    d_a_h = d_h * (1 - keep) * (1 - candidate * candidate)
    d_a_keep = d_h * (h - candidate) * keep * (1 - keep)
    d_m = d_a_h @ U_h
    d_a_r = d_m * h * r * (1 - r)
    d_h_before = d_h * keep + d_m * r + d_a_keep @ (-U_z) + d_a_r @ U_r
    return {"d_h_before": d_h_before, "d_a_r": d_a_r, "d_a_z": -d_a_keep, "d_a_h": d_a_h.tolist()}


def back_by_loops(d_h, h, r, z, candidate, U_r, U_z, U_h):
    out = np.zeros((4, *h.shape), dtype=np.float32)
    B, H = h.shape
    for b in range(B):
        a_h = [d_h[b, i] * z[b, i] * (1 - candidate[b, i] ** 2) for i in range(H)]
        a_z = [d_h[b, i] * (candidate[b, i] - h[b, i]) * z[b, i] * (1 - z[b, i]) for i in range(H)]
        m = [sum(U_h[i, j] * a_h[i] for i in range(H)) for j in range(H)]
        a_r = [m[j] * h[b, j] * r[b, j] * (1 - r[b, j]) for j in range(H)]
        for j in range(H):
            through_gates = sum(U_z[i, j] * a_z[i] + U_r[i, j] * a_r[i] for i in range(H))
            out[0, b, j] = d_h[b, j] * (1 - z[b, j]) + m[j] * r[b, j] + through_gates
        out[1:, b] = a_r, a_z, a_h
    return out


def in_another_order(pairs):
    """[(expected, came out)], four for each case: are they the right ones, in one other order everywhere?"""
    steps = [pairs[at : at + 4] for at in range(0, len(pairs), 4)]
    return any(
        all(np.allclose(step[i][1], step[j][0], atol=1e-4) for step in steps for i, j in enumerate(order))
        for order in itertools.permutations(range(4))
    )


def back_cases(rng):
    def given(B, H):
        inputs = draw(rng, d_h=(B, H), h=(B, H))
        inputs |= {name: rng.uniform(0.1, 0.9, (B, H)).round(2) for name in ("r", "z")}
        inputs["candidate"] = rng.uniform(-0.9, 0.9, (B, H)).round(2)
        return inputs | draw(rng, U_r=(H, H), U_z=(H, H), U_h=(H, H))

    pencil = {"d_h": 1.0, "h": 0.8, "r": 0.5, "z": 0.25, "candidate": 0.4, "U_r": 2.0, "U_z": 1.0, "U_h": 0.5}
    hand = {name: np.array([[number]]) for name, number in pencil.items()}
    expected = ([[0.7695]], [[0.021]], [[-0.075]], [[0.21]])
    cases = [Case("hand", hand, "for the chapter's pencil, with z = 1/4", expected=expected)]
    cases.append(Case("property", given(2, 3) | {"z": np.zeros((2, 3))}, "when z is 0: d_h passes untouched"))
    for B, H in sizes(rng, (3, 2), (2, 4)):
        cases.append(Case("random", given(B, H), f"with B = {B} and H = {H}"))
    return cases


STEP_BACK = Code(
    id="15.6",
    name="step_back_takes",
    title="One step back, where z takes",
    objective="15a",
    points=3,
    minutes=20,
    difficulty=5,
    arguments=("d_h", "h", "r", "z", "candidate", "U_r", "U_z", "U_h"),
    shapes="step_back_takes(d_h, h, r, z, candidate, U_r, U_z, U_h): (B, H), U (H, H) -> d_h_before, d_a_r, …",
    reference=step_back_takes,
    returns=("d_h_before", "d_a_r", "d_a_z", "d_a_h"),
    cases=back_cases,
    wrong=(
        Wrong(
            "z keeps",
            "This is the chapter's step, for z keeps. Start again from h_t = (1 - z) ⊙ h + z ⊙ candidate.",
            back_with(kept=lambda z: z, from_z=lambda h, c: h - c),
        ),
        Wrong(
            "sign of d_z",
            "The shares are right, the slope of z is not: a larger z takes more of the candidate. So candidate - h.",
            back_with(from_z=lambda h, c: h - c),
        ),
        Wrong(
            "shares of z keeps",
            "d_z is right for z takes, the shares are not: the old state gets 1 - z of d_h, the candidate gets z.",
            back_with(kept=lambda z: z),
        ),
        Wrong(
            "road 1 forgotten",
            "Road 1 is missing: along the blend the old state gets d_h ⊙ (1 - z).",
            back_with(roads=(0, 1, 1, 1)),
        ),
        Wrong(
            "road 1 alone",
            "Only road 1 is there. The candidate's memory and both gates have read the old state too.",
            back_with(roads=(1, 0, 0, 0)),
        ),
        Wrong(
            "gates forgotten",
            "Roads 3 and 4 are missing: both gates have read the old state, through U_z and U_r.",
            back_with(roads=(1, 1, 0, 0)),
        ),
        Wrong(
            "reset forgotten on road 2",
            "Road 2 passes the reset gate: d_m ⊙ r.",
            back_with(seen=lambda r: np.ones_like(r)),
        ),
        Wrong(
            "U turned",
            "The U are turned. Forwards it was h @ U.T, so backwards it is d_a @ U.",
            back_with(turned=("U_r", "U_z", "U_h")),
        ),
        *(
            Wrong(f"{name} turned", f"{name} is turned. Forwards it was {name}.T, so backwards it is {name}.",
                  back_with(turned=(name,)))
            for name in ("U_r", "U_z", "U_h")
        ),
        Wrong(
            "tanh' forgotten",
            "The slope of the tanh is missing: d_a_h has a factor 1 - candidate ** 2.",
            back_with(tanh=lambda c: np.ones_like(c)),
        ),
        Wrong(
            "σ' forgotten",
            "The slope of σ is missing: d_a_z has a factor z (1 - z), and d_a_r a factor r (1 - r).",
            back_with(gate=lambda g: np.ones_like(g)),
        ),
        Wrong(
            "r learns from r",
            "d_r is d_m ⊙ h, for m = r ⊙ h: the slope with respect to one factor is the other.",
            back_with(learn=lambda h, r: r),
        ),
        Wrong(
            "m for h",
            "d_r is d_m ⊙ h, with h as it was before the reset.",
            back_with(learn=lambda h, r: r * h),
        ),
        Wrong(
            "old state's share of z keeps",
            "Road 1 is still that of z keeps. Here the old state has the share 1 - z of d_h.",
            back_with(road_1=lambda z: z),
        ),
        Wrong(
            "candidate's share of z keeps",
            "d_candidate is still that of z keeps. Here the candidate has the share z of d_h.",
            back_with(road_1=lambda z: 1 - z, kept=lambda z: z),
        ),
        Wrong(
            "candidate's share alone changed",
            "Only d_candidate has been changed. d_z turns its sign too, and road 1 gets 1 - z.",
            back_with(road_1=lambda z: z, from_z=lambda h, c: h - c),
        ),
        Wrong(
            "road 1 alone changed",
            "Only road 1 has been changed. d_candidate gets z, and d_z turns its sign.",
            back_with(road_1=lambda z: 1 - z, kept=lambda z: z, from_z=lambda h, c: h - c),
        ),
        Wrong("road 2 forgotten", "Road 2 is missing: d_m ⊙ r, through what the candidate read.",
              back_with(roads=(1, 0, 1, 1))),
        Wrong("road 3 forgotten", "Road 3 is missing: d_a_z @ U_z, for z has read the old state.",
              back_with(roads=(1, 1, 0, 1))),
        Wrong("road 4 forgotten", "Road 4 is missing: d_a_r @ U_r, for r has read the old state.",
              back_with(roads=(1, 1, 1, 0))),
        Wrong("U_r and U_z exchanged", "U_r and U_z have changed places: each gate's slope goes through its own U.",
              lambda d_h, h, r, z, c, U_r, U_z, U_h: step_back_takes(d_h, h, r, z, c, U_z, U_r, U_h)),
        Wrong("slopes of the gates exchanged", "The two gates come out in each other's place: d_a_r first, then d_a_z.",
              lambda *given: tuple(step_back_takes(*given)[i] for i in (0, 2, 1, 3))),
        Wrong("σ' of r forgotten", "d_a_r has a factor r (1 - r), the slope of its σ.",
              back_with(gate_r=lambda r: np.ones_like(r))),
        Wrong("σ' of z forgotten", "d_a_z has a factor z (1 - z), the slope of its σ.",
              back_with(gate=lambda z: np.ones_like(z), gate_r=lambda r: r * (1 - r))),
        Wrong("half of σ'", "Half of the slope of σ is missing: it is g (1 - g), for z and for r.",
              back_with(gate=lambda g: g)),
        Wrong("half of σ' of z", "Half of a slope is missing in d_a_z: the slope of σ is z (1 - z).",
              back_with(gate=lambda z: z, gate_r=lambda r: r * (1 - r))),
        Wrong("half of σ' of r", "Half of a slope is missing in d_a_r: the slope of σ is r (1 - r).",
              back_with(gate_r=lambda r: r)),
        Wrong("order", "The four are right, in another order. It is d_h_before, d_a_r, d_a_z, d_a_h.",
              lambda *given: step_back_takes(*given)[::-1], in_another_order),
        Wrong("tanh' for σ'", "1 - g² is the slope of tanh. A gate comes out of σ: z (1 - z) and r (1 - r).",
              back_with(gate=lambda g: 1 - g**2)),
        Wrong("σ' for tanh'", "c (1 - c) is the slope of σ. The candidate comes out of tanh: 1 - candidate ** 2.",
              back_with(tanh=lambda c: c * (1 - c))),
    ),
    right=(through_z_keeps, back_by_loops, lambda *given: [part.tolist() for part in step_back_takes(*given)]),
    praise="Two shares and one sign have changed; roads 2, 3 and 4 run as they did.",
    hints=(
        "Which of the chapter's lines come from the blend? Only those change.",
        "d_candidate = d_h * z, d_z = d_h * (candidate - h), and road 1 is d_h * (1 - z).",
        "The rest: d_a_h = d_candidate * (1 - candidate**2), d_m = d_a_h @ U_h, d_a_r = d_m * h * r * (1 - r), …",
    ),
)  # fmt: skip


# ---------------------------------------------------------------------------------------------- a finite difference


def loss(w, X, y):
    return 0.5 * ((sigmoid(X @ w) - y) ** 2).sum()


def slopes_by_difference(w, X, y, epsilon):
    return differences_with()(w, X, y, epsilon)


def differences_with(up=1, down=1, over=2, stays=False):
    def slopes(w, X, y, epsilon):
        out, moved = np.zeros(len(w)), np.array(w, dtype=float)
        for i in range(len(w)):
            push = np.zeros(len(w))
            push[i] = epsilon
            out[i] = (loss(moved + up * push, X, y) - loss(moved - down * push, X, y)) / (over * epsilon)
            if stays:
                moved = moved + push
        return out

    return slopes


def all_at_once(w, X, y, epsilon):
    return np.full(len(w), (loss(w + epsilon, X, y) - loss(w - epsilon, X, y)) / (2 * epsilon))


def exact_slopes(w, X, y, epsilon):
    s = sigmoid(X @ w)
    return ((s - y) * s * (1 - s)) @ X


def differences_by_lists(w, X, y, epsilon):
    def of(weights):
        total = 0.0
        for row, target in zip(X, y, strict=True):
            a = sum(weight * number for weight, number in zip(weights, row, strict=True))
            total += (1 / (1 + math.exp(-a)) - target) ** 2 / 2
        return total

    slopes = []
    for i in range(len(w)):
        higher, lower = list(w), list(w)
        higher[i] += epsilon
        lower[i] -= epsilon
        slopes.append((of(higher) - of(lower)) / epsilon / 2)
    return slopes


def differences_taken_back(w, X, y, epsilon):
    slopes = []
    for i in range(len(w)):
        w[i] += epsilon
        up = loss(w, X, y)
        w[i] -= 2 * epsilon
        slopes.append((up - loss(w, X, y)) / (2 * epsilon))
        w[i] += epsilon
    return slopes


def eighths(rng, D):
    """Weights that w[i] += ε and w[i] -= ε bring back to the last bit, where ε is an eighth or a multiple of one."""
    return rng.integers(-12, 13, D) / 8


def difference_cases(rng):
    hand = {"w": np.array([0.0]), "X": np.array([[1.0]]), "y": np.array([0.0]), "epsilon": math.log(3)}
    cases = [Case("hand", hand, "where σ is 3/4 above and 1/4 below", expected=[0.25 / (2 * math.log(3))])]
    unused = {"w": eighths(rng, 3)} | draw(rng, X=(2, 3), y=(2,)) | {"epsilon": 0.5}
    unused["X"][:, 1] = 0
    cases.append(Case("property", unused, "when weight 1 meets zeros only: no slope"))
    for (B, D), epsilon in zip(sizes(rng, (4, 2), (3, 5)), (0.5, 0.75), strict=True):
        inputs = {"w": eighths(rng, D)} | draw(rng, X=(B, D)) | {"y": rng.uniform(0, 1, B).round(2), "epsilon": epsilon}
        cases.append(Case("random", inputs, f"with B = {B}, D = {D}, ε = {epsilon}"))
    return cases


DIFFERENCES = Code(
    id="15.7",
    name="slopes_by_difference",
    title="If you had been a little larger",
    objective="15c",
    points=2,
    minutes=10,
    difficulty=3,
    arguments=("w", "X", "y", "epsilon"),
    shapes="slopes_by_difference(w, X, y, epsilon): w (D,), X (B, D), y (B,) -> (D,), one finite difference a weight",
    reference=slopes_by_difference,
    cases=difference_cases,
    wrong=(
        Wrong(
            "one side only",
            "You push upwards only. Push both ways, +ε and -ε: then the error shrinks with ε², not with ε.",
            differences_with(down=0, over=1),
        ),
        Wrong(
            "downwards only",
            "You push downwards only. Push both ways, +ε and -ε.",
            differences_with(up=0, over=1),
        ),
        Wrong(
            "ε for 2ε",
            "The two readings lie 2ε apart. You divided by ε.",
            differences_with(over=1),
        ),
        Wrong(
            "not divided",
            "This is how much the loss changes. A slope is the change divided by 2ε.",
            lambda w, X, y, epsilon: slopes_by_difference(w, X, y, epsilon) * 2 * epsilon,
        ),
        Wrong(
            "sign",
            "The sign is turned: the loss after the push upwards, minus the one after the push downwards.",
            lambda *given: -slopes_by_difference(*given),
        ),
        Wrong(
            "all at once",
            "You pushed all weights at once. Each has a slope of its own: push one, hold the others.",
            all_at_once,
        ),
        Wrong(
            "push not taken back",
            "The pushes stay: from the second weight on you measure at another place. Start each time from w.",
            differences_with(stays=True),
        ),
        Wrong(
            "derived, not measured",
            "This is the slope itself: derived, or with a tiny ε of your own. Read the loss twice, with the given ε.",
            exact_slopes,
        ),
    ),
    right=(
        differences_by_lists,
        lambda w, X, y, epsilon: np.array(
            [loss(w + e, X, y) - loss(w - e, X, y) for e in epsilon * np.eye(len(w))]
        ) / (2 * epsilon),
        lambda *given: slopes_by_difference(*given).astype(np.float32),
        differences_taken_back,
    ),
    praise="It knows nothing of any derivation, and that is what makes it a check.",
    hints=(
        "For one weight: read the loss with it a little larger, and with it a little smaller.",
        "push = np.zeros(len(w)); push[i] = epsilon. Then loss(w + push, X, y) - loss(w - push, X, y).",
        "Divide by 2 * epsilon, and do it for every i, each time from the same w.",
    ),
)  # fmt: skip


# ---------------------------------------------------------------------------------------------- a walk to mend


def mended_walk(z, d_output, d_h_n):
    d_h, slopes = d_h_n, np.zeros(z.shape)
    for t in reversed(range(len(z))):
        d_h = d_h + d_output[t]
        slopes[t] = d_h
        d_h = d_h * z[t]
    return slopes


def as_it_was(z, d_output, d_h_n):
    d_h, slopes = d_h_n, np.zeros(z.shape)
    for t in reversed(range(len(z))):
        d_h = d_h * z[t]
        d_h = d_h + d_output[t]
        slopes[t] = d_h
    return slopes


def written_over(z, d_output, d_h_n):
    return np.array([*(d_output[:-1]), d_output[-1] + d_h_n])


def each_with_its_own_z(z, d_output, d_h_n):
    return mended_walk(z, d_output, d_h_n) * z


def forwards(z, d_output, d_h_n):
    return mended_walk(z[::-1], d_output[::-1], d_h_n)[::-1].copy()


def walk_by_products(z, d_output, d_h_n):
    """Each slope as a sum: what is said at every later step s, times the gates of the steps between."""
    T, rows = len(z), []
    for t in range(T):
        row = d_h_n * np.prod(z[t + 1 :], axis=0)
        for s in range(t, T):
            row = row + d_output[s] * np.prod(z[t + 1 : s + 1], axis=0)
        rows.append(row.tolist())
    return rows


def walk_cases(rng):
    hand = {"z": np.array([[0.5], [0.25]]), "d_output": np.array([[1.0], [2.0]]), "d_h_n": np.array([6.0])}
    cases = [Case("hand", hand, "for one unit and two steps", expected=[[3.0], [8.0]])]
    whole = {"z": np.ones((4, 2))} | draw(rng, d_output=(4, 2), d_h_n=(2,))
    cases.append(Case("property", whole, "when z is 1: slopes add up, and none gets lost"))
    for T, H in sizes(rng, (4, 3), (5, 2)):
        inputs = {"z": rng.uniform(0.2, 0.9, (T, H)).round(2)} | draw(rng, d_output=(T, H), d_h_n=(H,))
        cases.append(Case("random", inputs, f"for {T} steps and {H} units"))
    return cases


WALK = Code(
    id="15.8",
    name="mended_walk",
    title="Find the bug: a walk back along road 1",
    objective="15b",
    points=2,
    minutes=10,
    difficulty=4,
    arguments=("z", "d_output", "d_h_n"),
    shapes="mended_walk(z, d_output, d_h_n): z and d_output (T, H), d_h_n (H,) -> d_h after each step (T, H)",
    reference=mended_walk,
    cases=walk_cases,
    wrong=(
        Wrong(
            "as it was",
            "The slope still passes a gate before it is written down: d_h after step t must not carry the z of step t.",
            as_it_was,
        ),
        Wrong(
            "written down too late",
            "These are the slopes before each step. Write d_h down first, then send it through z[t].",
            each_with_its_own_z,
        ),
        Wrong(
            "written over",
            "What later steps say is lost. Where roads meet, slopes add: d_h + d_output[t].",
            written_over,
        ),
        Wrong(
            "output ignored",
            "Only the slope from the end travels. The loss looks at every step: add d_output[t].",
            lambda z, d_output, d_h_n: mended_walk(z, 0 * d_output, d_h_n),
        ),
        Wrong(
            "end ignored",
            "d_h_n is missing: it is what the walk starts with.",
            lambda z, d_output, d_h_n: mended_walk(z, d_output, 0 * d_h_n),
        ),
        Wrong(
            "z takes",
            "Road 1 passes 1 - z here. Under z keeps the old state gets the share z.",
            lambda z, d_output, d_h_n: mended_walk(1 - z, d_output, d_h_n),
        ),
        Wrong(
            "forwards",
            "This walk goes forwards. Blame travels from the last step to the first.",
            forwards,
        ),
        Wrong(
            "rows turned",
            "The rows run from the last step to the first. Row t belongs to step t.",
            lambda *given: mended_walk(*given)[::-1].copy(),
        ),
        Wrong(
            "no gate",
            "No gate is passed: every slope arrives whole. On the way past step t it is multiplied by z[t].",
            lambda z, d_output, d_h_n: mended_walk(np.ones_like(z), d_output, d_h_n),
        ),
    ),
    right=(walk_by_products, lambda *given: mended_walk(*given).astype(np.float32), lambda z, d_output, d_h_n: [
        row.tolist() for row in mended_walk(z, d_output, d_h_n)
    ]),
    praise="First what is said here, then write it down, then on through the gate to the step before.",
    hints=(
        "Take the last step. What is the slope of the loss with respect to the state after it? No gate comes later.",
        "Three lines in the loop, and their order is wrong. Which gate lies between h_t and h_(t-1)?",
        "d_h = d_h + d_output[t]; slopes[t] = d_h; d_h = d_h * z[t].",
    ),
)  # fmt: skip

QUESTIONS = (STEP_BACK, DIFFERENCES, WALK)
