"""Exercises on the reset gate: whom a shutter hides, a bug to find, and a gate that is set by hand."""

import numpy as np

from gru_lab.cell import sigmoid
from gru_lab.checks.common import WHOLE_STEPS, draw, numbers
from gru_lab.checks.question import Case, Code, Value, Written, Wrong
from gru_lab.checks.sizes import one_of, sizes

# ---------------------------------------------------------------------------------------------- whom it hides


def change_of_candidate(x, h, W_h, U_h, b_h, unit):
    r = np.ones_like(h)
    r[..., unit] = 0
    shut = np.tanh(x @ W_h.T + (r * h) @ U_h.T + b_h)
    return np.tanh(x @ W_h.T + h @ U_h.T + b_h) - shut


def hiding_cases(rng):
    eye = np.eye(2)
    hand = {
        "x": np.zeros(1), "h": np.array([0.5, -0.3]), "W_h": np.zeros((2, 1)), "U_h": eye[::-1].copy(),
        "b_h": np.zeros(2), "unit": 0,
    }  # fmt: skip
    cases = [Case("hand", hand, "where unit 1 alone listens to unit 0", expected=[0.0, np.tanh(0.5)])]
    deaf = draw(rng, x=(3,), h=(4,), W_h=(4, 3)) | {"U_h": np.zeros((4, 4)), "b_h": np.zeros(4), "unit": 2}
    cases.append(Case("property", deaf, "when nobody listens to the past: no change"))
    for (B, D, H), unit in zip(sizes(rng, (3, 2, 4), (2, 5, 3)), (1, 2), strict=True):
        unit = one_of(rng, unit, range(H))
        inputs = draw(rng, x=(B, D), h=(B, H), W_h=(H, D), U_h=(H, H), b_h=(H,)) | {"unit": unit}
        cases.append(Case("random", inputs, f"for a batch of {B}, unit {unit} shut"))
    return cases


def hidden(x, h, W_h, U_h, b_h, shut, others):
    """The change of the candidate where r is `shut` at the unit and `others` elsewhere."""
    return np.tanh(x @ W_h.T + (others * h) @ U_h.T + b_h) - np.tanh(x @ W_h.T + (shut * h) @ U_h.T + b_h)


def shut_at(h, unit):
    r = np.ones_like(h)
    r[..., unit] = 0
    return r


def change_by_loops(x, h, W_h, U_h, b_h, unit):
    X, S = np.atleast_2d(x), np.atleast_2d(h)
    out = np.zeros(S.shape)
    for row, (one, state) in enumerate(zip(X, S, strict=True)):
        for i in range(S.shape[1]):
            a = sum(W_h[i, j] * one[j] for j in range(len(one))) + b_h[i]
            with_it = a + sum(U_h[i, j] * state[j] for j in range(len(state)))
            without = a + sum(U_h[i, j] * state[j] for j in range(len(state)) if j != unit)
            out[row, i] = np.tanh(with_it) - np.tanh(without)
    return out.reshape(np.shape(h)).tolist()


CHANGE = Code(
    id="6.4",
    name="change_of_candidate",
    title="Whom does a shutter hide?",
    objective="6a",
    points=3,
    minutes=10,
    difficulty=3,
    arguments=("x", "h", "W_h", "U_h", "b_h", "unit"),
    shapes="change_of_candidate(x, h, W_h, U_h, b_h, unit): x (…, D), h (…, H), unit from 0 -> (…, H)",
    reference=change_of_candidate,
    cases=hiding_cases,
    wrong=(
        Wrong(
            "only that unit seen",
            "You hid all units but this one. r is 0 at this unit and 1 everywhere else.",
            lambda x, h, W_h, U_h, b_h, unit: hidden(x, h, W_h, U_h, b_h, 1 - shut_at(h, unit), np.ones_like(h)),
        ),
        Wrong(
            "only its own candidate",
            "You changed the hidden unit's own candidate alone. Every unit that listens to it changes.",
            lambda x, h, W_h, U_h, b_h, unit: (
                (1 - shut_at(h, unit)) * change_of_candidate(x, h, W_h, U_h, b_h, unit)
            ),
        ),
        Wrong(
            "everything hidden",
            "You hid the whole past. Only one unit is shut.",
            lambda x, h, W_h, U_h, b_h, unit: hidden(x, h, W_h, U_h, b_h, np.zeros_like(h), np.ones_like(h)),
        ),
        Wrong(
            "sign",
            "The sign is turned: the candidate with everything visible, minus the one with the unit hidden.",
            lambda *given: -change_of_candidate(*given),
        ),
        Wrong(
            "before the tanh",
            "This is the change of the sum inside the tanh. The candidate is its tanh.",
            lambda x, h, W_h, U_h, b_h, unit: ((1 - shut_at(h, unit)) * h) @ U_h.T,
        ),
        Wrong(
            "tanh of the difference",
            "You took tanh of the difference. Take the difference of two tanh.",
            lambda x, h, W_h, U_h, b_h, unit: np.tanh(((1 - shut_at(h, unit)) * h) @ U_h.T),
        ),
        Wrong(
            "who is heard, not who hears",
            "U_h is transposed: row i of U_h says whom unit i listens to.",
            lambda x, h, W_h, U_h, b_h, unit: change_of_candidate(x, h, W_h, U_h.T, b_h, unit),
        ),
        Wrong(
            "reset after the product",
            "r multiplies U_h h here, after the product: that shuts a listener's ear. Hide the speaker: U_h (r ⊙ h).",
            lambda x, h, W_h, U_h, b_h, unit: (
                np.tanh(x @ W_h.T + h @ U_h.T + b_h) - np.tanh(x @ W_h.T + shut_at(h, unit) * (h @ U_h.T) + b_h)
            ),
        ),
        Wrong("size of the change", "You took the size of the change. With a minus the candidate has gone up: no abs.",
              lambda *given: np.abs(change_of_candidate(*given))),
        Wrong("W_h x forgotten", "W_h x is missing inside the tanh: the sentence speaks too, shut or not.",
              lambda x, h, W_h, U_h, b_h, unit: change_of_candidate(0 * x, h, W_h, U_h, b_h, unit)),
        Wrong("b_h forgotten", "b_h is missing inside the tanh.",
              lambda x, h, W_h, U_h, b_h, unit: change_of_candidate(x, h, W_h, U_h, 0 * b_h, unit)),
    ),
    right=(
        change_by_loops,
        lambda x, h, W_h, U_h, b_h, unit: hidden(x, h, W_h, U_h, b_h, shut_at(h, unit), np.ones_like(h)).astype("f4"),
        lambda x, h, W_h, U_h, b_h, unit: (
            np.tanh(x @ W_h.T + h @ U_h.T + b_h)
            - np.tanh(x @ W_h.T + h @ U_h.T - h[..., [unit]] * U_h[:, unit] + b_h)
        ),
    ),
    praise="It changes every unit that listens to the hidden one, and no other.",
    hints=(
        "Two candidates: one with r = 1 everywhere, one with r = 0 at `unit`.",
        "r = np.ones_like(h); r[..., unit] = 0. Then tanh(x @ W_h.T + (r * h) @ U_h.T + b_h).",
        "The candidate with everything visible, minus the other one.",
    ),
)  # fmt: skip


# ---------------------------------------------------------------------------------------------- a bug to find


def repaired_step(x, h, W_r, U_r, b_r, W_z, U_z, b_z, W_h, U_h, b_h):
    r = sigmoid(x @ W_r.T + h @ U_r.T + b_r)
    z = sigmoid(x @ W_z.T + h @ U_z.T + b_z)
    candidate = np.tanh(x @ W_h.T + (r * h) @ U_h.T + b_h)
    return z * h + (1 - z) * candidate


def step_with(reset=lambda r: r, kept=lambda r, h: h, inside=None, update=lambda z: z, gate=sigmoid):
    """The step with one thing changed."""

    def step(x, h, W_r, U_r, b_r, W_z, U_z, b_z, W_h, U_h, b_h):
        r = reset(gate(x @ W_r.T + h @ U_r.T + b_r))
        z = update(sigmoid(x @ W_z.T + h @ U_z.T + b_z))
        memory = (r * h) @ U_h.T if inside is None else inside(r, h, U_h)
        return z * kept(r, h) + (1 - z) * np.tanh(x @ W_h.T + memory + b_h)

    return step


def blended_with_r(x, h, W_r, U_r, b_r, W_z, U_z, b_z, W_h, U_h, b_h):
    kept = sigmoid(x @ W_z.T + h @ U_z.T + b_z) * h
    whole = repaired_step(x, h, W_r, U_r, b_r, W_z, U_z, b_z, W_h, U_h, b_h)
    return kept + sigmoid(x @ W_r.T + h @ U_r.T + b_r) * (whole - kept)


def step_cases(rng):
    def weights(D, H):
        names = {"W_r": (H, D), "U_r": (H, H), "b_r": (H,), "W_z": (H, D), "U_z": (H, H), "b_z": (H,)}
        return draw(rng, **names, W_h=(H, D), U_h=(H, H), b_h=(H,))

    zero = {name: np.zeros_like(array) for name, array in weights(2, 2).items()}
    one = {"x": np.ones(2), "h": np.array([0.8, -0.4])} | zero
    cases = [Case("hand", one, "with all weights 0: half of the old", expected=[0.4, -0.2])]
    keeps = weights(2, 3) | {"b_z": np.full(3, 50.0)}
    cases.append(Case("property", draw(rng, x=(2,), h=(3,)) | keeps, "when z is 1: the old state comes out"))
    for B, D, H in sizes(rng, (3, 2, 4), (2, 4, 3)):
        cases.append(Case("random", draw(rng, x=(B, D), h=(B, H)) | weights(D, H), f"for a batch of {B}"))
    return cases


def step_by_loops(x, h, *weights):
    W_r, U_r, b_r, W_z, U_z, b_z, W_h, U_h, b_h = weights
    rows = []
    for one, state in zip(np.atleast_2d(x), np.atleast_2d(h), strict=True):
        r = [float(sigmoid(W_r[i] @ one + U_r[i] @ state + b_r[i])) for i in range(len(state))]
        z = [float(sigmoid(W_z[i] @ one + U_z[i] @ state + b_z[i])) for i in range(len(state))]
        seen = [r[j] * state[j] for j in range(len(state))]
        candidate = [np.tanh(W_h[i] @ one + U_h[i] @ seen + b_h[i]) for i in range(len(state))]
        rows.append([z[i] * state[i] + (1 - z[i]) * candidate[i] for i in range(len(state))])
    return np.array(rows).reshape(np.shape(h))


REPAIR = Code(
    id="6.5",
    name="repaired_step",
    title="Find the bug",
    objective="6c",
    points=3,
    minutes=12,
    difficulty=4,
    arguments=("x", "h", "W_r", "U_r", "b_r", "W_z", "U_z", "b_z", "W_h", "U_h", "b_h"),
    shapes="repaired_step(x, h, W_r, U_r, b_r, W_z, U_z, b_z, W_h, U_h, b_h): x (…, D), h (…, H) -> (…, H)",
    reference=repaired_step,
    cases=step_cases,
    in_library=WHOLE_STEPS,
    wrong=(
        Wrong(
            "as it was",
            "The bug is still there: r also multiplies the old state in the blend. With r = 0 a memory would be lost.",
            step_with(kept=lambda r, h: r * h),
        ),
        Wrong(
            "reset thrown out",
            "Now the reset gate does nothing at all. It should hide the old state from the candidate.",
            step_with(reset=lambda r: np.ones_like(r)),
        ),
        Wrong(
            "moved to the candidate",
            "r now multiplies the whole sum of the candidate's memory, after U_h. Reset comes before the product.",
            step_with(inside=lambda r, h, U_h: r * (h @ U_h.T)),
        ),
        Wrong(
            "moved to the candidate's share",
            "z * h is right now. r has moved on to the candidate's share, which is 1 - z alone: r has done its work.",
            blended_with_r,
        ),
        Wrong(
            "z turned round",
            "Your z multiplies the candidate. In the blend z should multiply the old state, and 1 - z the candidate.",
            step_with(update=lambda z: 1 - z),
        ),
        Wrong(
            "tanh for the gate",
            "r comes out of a tanh, between -1 and 1. A gate is a share: sigmoid.",
            step_with(gate=np.tanh),
        ),
        Wrong(
            "z for r",
            "The candidate looks through z. The reset gate r decides what the candidate may see.",
            lambda x, h, W_r, U_r, b_r, W_z, U_z, b_z, W_h, U_h, b_h: repaired_step(
                x, h, W_z, U_z, b_z, W_z, U_z, b_z, W_h, U_h, b_h
            ),
        ),
    ),
    right=(
        step_by_loops,
        lambda *given: repaired_step(*given).astype(np.float32),
        lambda x, h, W_r, U_r, b_r, W_z, U_z, b_z, W_h, U_h, b_h: step_with()(
            x, h, W_r, U_r, b_r, W_z, U_z, b_z, W_h, U_h, b_h
        ).tolist(),
    ),
    praise="The gate hides the past from the candidate; the road through the blend is z's alone.",
    hints=(
        "Four lines, one of them wrong. Compare each with the four equations of chapter 4.",
        "Set z = 1 in your mind: what must come out, whatever r is?",
        "h_t = z ⊙ h + (1 - z) ⊙ candidate: no r in the blend.",
    ),
)  # fmt: skip


# ---------------------------------------------------------------------------------------------- set by hand


OPEN, SHUT = 0.95, 0.05
SLACK = 1e-9  # log 19 makes exactly 0.95, or a little more or less in its last bits


def gates_at_rest(biases):
    return [float(sigmoid(bias)) for bias in biases]


def are_open(gates):
    return min(gates) > OPEN + SLACK


def are_shut(gates):
    return max(gates) < SHUT - SLACK


def hides_tragedy_and_revenge(biases):
    gates = gates_at_rest(biases)
    return are_open(gates[:2]) and are_shut(gates[2:])


def has_the_signs(biases):
    return min(biases[:2]) > 0 and max(biases[2:]) < 0


def on_the_limit(biases):
    limits = zip(gates_at_rest(biases), (OPEN, OPEN, SHUT, SHUT), strict=True)
    return has_the_signs(biases) and any(abs(gate - limit) <= SLACK for gate, limit in limits)


def in_digits(gate):
    """With so many digits that it does not look like a limit which it is not: 0.953, not 0.95."""
    if min(abs(gate - OPEN), abs(gate - SHUT)) <= SLACK:
        return f"{gate:.2f}"
    return next(text for digits in range(2, 12) if float(text := f"{gate:.{digits}f}") not in (OPEN, SHUT))


def gates_in_words(biases):
    return ", ".join(f"σ({b:.6g}) = {in_digits(g)}" for b, g in zip(biases, gates_at_rest(biases), strict=True))


BIASES = Value(
    id="6.6",
    name="reset_biases",
    title="A gate set by hand",
    objective="6a",
    points=2,
    minutes=6,
    difficulty=2,
    form="a list of four numbers",
    tidy=numbers((4,), "Four numbers are asked for, the biases b_r of Power, Conflict, Tragedy, Revenge."),
    accepts=hides_tragedy_and_revenge,
    wrong=(
        Wrong("shares, not biases", "These are the gate's values. The bias is what σ makes them from: σ(1) is 0.73.",
              [1, 1, 0, 0], lambda biases: min(biases) >= 0 and max(biases) <= 1),
        Wrong("turned round", "This hides Power and Conflict. Tragedy and Revenge should go dark.", [-5, -5, 5, 5],
              lambda biases: are_shut(gates_at_rest(biases)[:2]) and are_open(gates_at_rest(biases)[2:])),
        Wrong("on the limit", "A gate stands on its limit: 0.95 is not above 0.95, and 0.05 is not below 0.05.",
              [np.log(19), 4, -4, -4], on_the_limit),
        Wrong("not open enough", "Tragedy and Revenge are right. Power and Conflict must both be above 0.95.",
              [2, 4, -4, -4], lambda biases: has_the_signs(biases) and are_shut(gates_at_rest(biases)[2:])),
        Wrong("not shut enough", "Power and Conflict are right. Tragedy and Revenge must both be below 0.05.",
              [4, 4, -4, -2.9], lambda biases: has_the_signs(biases) and are_open(gates_at_rest(biases)[:2])),
        Wrong("too timid", "The right way, but not far enough: above 0.95 and below 0.05 are asked for.",
              [2, 2, -2, -2], has_the_signs),
        Wrong("all dark", "Everything is hidden. Power and Conflict should stay visible.", [-5, -5, -5, -5],
              lambda biases: are_shut(gates_at_rest(biases))),
        Wrong("nothing hidden", "Nothing is hidden: a large bias means a gate near 1.", [5, 5, 5, 5],
              lambda biases: are_open(gates_at_rest(biases))),
    ),
    right=([4, 4, -4, -4], np.array([3.5, 10, -3.5, -100.0]), (6, 6, -6, -6), [2.945, 3, -2.945, -3]),
    praise=lambda biases: f"{gates_in_words(biases)}.",
    leads_to=lambda biases: f"Your gates: {gates_in_words(biases)}.",
    hints=(
        "With no input and no state the gate is σ(b_r). Which sign makes it near 1, which near 0?",
        "σ(3) is 0.953 and σ(-3) is 0.047.",
        "Two numbers, 3 or more, then two that are -3 or less.",
    ),
)  # fmt: skip

WHY_A_RESET_GATE = Written(
    id="6.7",
    name="why_a_reset_gate",
    title="Why a reset gate?",
    objective="6d",
    points=3,
    minutes=7,
    difficulty=3,
    guide=(
        "A case: at a change of scene the new value must not depend on the old state; at other sentences it must.",
        "Without r the candidate sees the old state by the same U_h at every step: it cannot look away now and then.",
        "The update gate blends old value and candidate. It lies between the two, so it cannot take the old out "
        "of the candidate.",
    ),
    right=(
        "A new story begins and Power should start from what the sentence says alone. Without r the candidate is "
        "computed from the old state, so it is coloured by it. z only blends the old value with that coloured "
        "candidate, and nothing between the two is free of the past.",
        "Two houses, two stories: after the change of scene the new value must be the same whatever came before. "
        "The candidate reads U h at full strength, so it differs with h, and any share of it that z takes differs "
        "too.",
    ),
    hints=(
        "When should a new value depend on the new sentence alone?",
        "Without r, what does the candidate see then?",
        "The blend lies between old value and candidate. Is either of them free of the past?",
    ),
)

QUESTIONS = (CHANGE, REPAIR, BIASES, WHY_A_RESET_GATE)
