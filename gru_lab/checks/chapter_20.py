"""Chapter 20, beyond the GRU: minGRU's step, a round of the scan, and what a gate that does not look back cannot do."""

import numpy as np

from gru_lab.cell import sigmoid
from gru_lab.checks.common import SIZES, draw, sizes_text
from gru_lab.checks.question import Case, Choice, Code, Option, Prediction, Wrong

PREDICT_ROUNDS = Prediction(
    id="20.1",
    name="predict_rounds",
    title="A thousand sentences",
    objective="20c",
    points=1,
    minutes=2,
    difficulty=2,
    asks="Neighbours are combined, two into one, all at once. How many rounds until the last of 1,000 knows the first?",
    answer=10,
    within=0.5,
    between=(0, np.inf),
    near=2,
    kind="a whole number",
    because="What a place stands for doubles in each round: 1, 2, 4, … 512, 1,024. Ten rounds pass 1,000.",
    wrong=(
        Wrong("one by one", "999 is what a loop needs: each step waits for the one before.", 999),
        Wrong("as many as sentences", "1,000 is the number of sentences; even a loop needs no more rounds.", 1000),
        Wrong("half", "500 would be the pairs of the first round. They are combined at the same moment.", 500),
        Wrong("one round short", "Nine rounds reach 512 sentences. One more.", 9),
        Wrong(
            "none", "Without a round every place knows its own sentence, and no other.", 0, lambda guess: guess < 0.5
        ),
        Wrong("at once", "One round combines neighbours only: each then stands for two sentences.", 1),
        Wrong("square root", "32 is the square root. What a place stands for doubles, so it goes faster.", 32),
    ),
    hints=(
        "After the first round each place stands for 2 sentences. After the second?",
        "2, 4, 8, 16, … When is that 1,000 or more?",
        "2 to the power of 10 is 1,024.",
    ),
)


# ---------------------------------------------------------------------------------------------- minGRU's step


def min_gru_step(x, h, W_z, b_z, W_h, b_h):
    z = sigmoid(x @ W_z.T + b_z)
    return (1 - z) * h + z * (x @ W_h.T + b_h)


def step_cases(rng):
    one = {
        "x": np.array([[2.0]]), "h": np.array([[1.0]]),
        "W_z": np.array([[0.0]]), "b_z": np.array([0.0]), "W_h": np.array([[1.5]]), "b_h": np.array([1.0]),
    }  # fmt: skip
    shut = one | {"b_z": np.array([-60.0])}
    cases = [
        Case("hand", one, "when z is one half and the candidate is 4", expected=[[2.5]]),
        Case("property", shut, "when z is 0 everywhere: nothing is taken"),
    ]
    for B, D, H in SIZES:
        inputs = draw(rng, x=(B, D), h=(B, H), W_z=(H, D), b_z=(H,), W_h=(H, D), b_h=(H,))
        cases.append(Case("random", inputs, sizes_text(B, D, H)))
    return cases


def step_by_loops(x, h, W_z, b_z, W_h, b_h):
    out = np.empty(h.shape, dtype=np.float32)
    for row in range(len(x)):
        for unit in range(h.shape[1]):
            a = b_z[unit] + sum(w * number for w, number in zip(W_z[unit], x[row], strict=True))
            candidate = b_h[unit] + sum(w * number for w, number in zip(W_h[unit], x[row], strict=True))
            z = 1 / (1 + np.exp(-a))
            out[row, unit] = h[row, unit] + z * (candidate - h[row, unit])
    return out


def min_gru_with(gate=sigmoid, candidate=lambda a: a, blend=lambda z, h, new: (1 - z) * h + z * new):
    """A minGRU step with one part exchanged."""

    def step(x, h, W_z, b_z, W_h, b_h):
        return blend(gate(x @ W_z.T + b_z), h, candidate(x @ W_h.T + b_h))

    return step


MIN_GRU_STEP = Code(
    id="20.2",
    name="min_gru_step",
    title="One step of minGRU",
    objective="20a",
    points=2,
    minutes=5,
    difficulty=2,
    arguments=("x", "h", "W_z", "b_z", "W_h", "b_h"),
    shapes="min_gru_step(x, h, W_z, b_z, W_h, b_h): x (B, D), h (B, H), W_* (H, D), b_* (H,) -> (B, H)",
    reference=min_gru_step,
    cases=step_cases,
    wrong=(
        Wrong(
            "z keeps",
            "This is z keeps. minGRU is written with z takes: 1 - z for the old state, z for the candidate.",
            min_gru_with(blend=lambda z, h, new: z * h + (1 - z) * new),
        ),
        Wrong("tanh", "There is a tanh around the candidate. minGRU has none.", min_gru_with(candidate=np.tanh)),
        Wrong("no σ", "z is not squeezed: it needs σ, or it is no share.", min_gru_with(gate=lambda a: a)),
        Wrong(
            "σ on the candidate too",
            "The candidate went through σ. It is W_h x + b_h itself.",
            min_gru_with(candidate=sigmoid),
        ),
        Wrong(
            "no memory",
            "This is z times the candidate; the share of the old state, (1 - z) h, is missing.",
            min_gru_with(blend=lambda z, h, new: z * new),
        ),
        Wrong(
            "candidate only",
            "This is the candidate. Blend it with the old state: z decides how much of it is taken.",
            min_gru_with(blend=lambda z, h, new: new),
        ),
        Wrong(
            "memory not shared out",
            "The old state comes in whole. Its share is 1 - z, so that the two shares add up to 1.",
            min_gru_with(blend=lambda z, h, new: h + z * new),
        ),
        Wrong(
            "biases missing",
            "The biases are missing: b_z inside σ, b_h in the candidate.",
            lambda x, h, W_z, b_z, W_h, b_h: min_gru_step(x, h, W_z, 0 * b_z, W_h, 0 * b_h),
        ),
        Wrong(
            "weights exchanged",
            "The gate uses W_h and b_h, the candidate W_z and b_z. Exchange them.",
            lambda x, h, W_z, b_z, W_h, b_h: min_gru_step(x, h, W_h, b_h, W_z, b_z),
        ),
    ),
    right=(
        step_by_loops,
        lambda x, h, W_z, b_z, W_h, b_h: (
            h / (1 + np.exp(x @ W_z.T + b_z)) + (x @ W_h.T + b_h) / (1 + np.exp(-(x @ W_z.T + b_z)))
        ).tolist(),
        lambda x, h, W_z, b_z, W_h, b_h: h + sigmoid(np.einsum("bd,hd->bh", x, W_z) + b_z) * (x @ W_h.T + b_h - h),
    ),
    praise="h comes in only at the blend, and that is why all gates can be known beforehand.",
    hints=(
        "Two lines look at x alone; h comes in only in the last.",
        "z = σ(x W_zᵀ + b_z), and the candidate is x W_hᵀ + b_h, with nothing around it.",
        "(1 - z) * h + z * (x @ W_h.T + b_h).",
    ),
)


# ---------------------------------------------------------------------------------------------- a round of the scan


def scan_round(keep, new, distance):
    longer_keep = keep[distance:] * keep[:-distance]
    longer_new = keep[distance:] * new[:-distance] + new[distance:]
    return np.concatenate([keep[:distance], longer_keep]), np.concatenate([new[:distance], longer_new])


def round_cases(rng):
    # all keeps differ and no new is 0, so that it shows which keep fades which new
    hand = {"keep": np.array([[0.5], [0.4], [0.2]]), "new": np.array([[1.0], [3.0], [2.0]]), "distance": 1}
    cases = [
        Case(
            "hand", hand, "for the pairs (0.5, 1), (0.4, 3) and (0.2, 2)",
            expected=([[0.5], [0.2], [0.08]], [[1.0], [3.4], [2.6]]),
        ),
    ]  # fmt: skip
    nothing = draw(rng, new=(4, 2)) | {"distance": 2}
    cases.append(Case("property", {"keep": np.zeros((4, 2))} | nothing, "when every keep is 0: new must not change"))
    for T, H, distance in ((5, 2, 2), (7, 3, 4)):
        inputs = {"keep": rng.uniform(0.1, 0.9, (T, H)).round(1)} | draw(rng, new=(T, H)) | {"distance": distance}
        cases.append(Case("random", inputs, f"with T = {T}, H = {H}, distance {distance}"))
    return cases


def scan_round_by_loops(keep, new, distance):
    out_keep, out_new = keep.astype(np.float32), new.astype(np.float32)
    for t in range(distance, len(keep)):
        for unit in range(keep.shape[1]):
            out_keep[t, unit] = keep[t, unit] * keep[t - distance, unit]
            out_new[t, unit] = keep[t, unit] * new[t - distance, unit] + new[t, unit]
    return out_keep, out_new


def scan_round_padded(keep, new, distance):
    """The missing partners are steps that do nothing: keep 1, new 0."""
    ones, zeros = np.ones_like(keep[:distance]), np.zeros_like(new[:distance])
    earlier_keep = np.concatenate([ones, keep])[: len(keep)]
    earlier_new = np.concatenate([zeros, new])[: len(new)]
    return [(keep * earlier_keep).tolist(), (keep * earlier_new + new).tolist()]


def scan_round_in_place(keep, new, distance):
    keep, new = keep.copy(), new.copy()
    new[distance:] += keep[distance:] * new[:-distance].copy()
    keep[distance:] *= keep[:-distance].copy()
    return {"keep": keep, "new": new}


def scan_round_from_the_right(keep, new, distance):
    keep, new = keep.copy(), new.copy()
    for t in reversed(range(distance, len(keep))):
        new[t] += keep[t] * new[t - distance]
        keep[t] *= keep[t - distance]
    return keep, new


def from_the_left(keep, new, distance):
    """In place: each partner has changed before it is read. With distance 1, the whole loop."""
    keep, new = keep.copy(), new.copy()
    for t in range(distance, len(keep)):
        new[t] += keep[t] * new[t - distance]
        keep[t] *= keep[t - distance]
    return keep, new


def rolled(keep, new, distance):
    return keep * np.roll(keep, distance, 0), keep * np.roll(new, distance, 0) + new


# further rounds, of distances 2 d, 4 d, …, give the same arrays as one from the left, hence the last sentence
CHANGED = (
    "Some partners had been changed in this round before they were read. Go from the right, or read from copies."
    " If yours makes several rounds: make one."
)
SCAN_ROUND = Code(
    id="20.3",
    name="scan_round",
    title="One round of the scan",
    objective="20c",
    points=3,
    minutes=10,
    difficulty=4,
    arguments=("keep", "new", "distance"),
    shapes="scan_round(keep, new, distance): keep, new (T, H), distance an int below T -> keep, new (T, H)",
    reference=scan_round,
    returns=("keep", "new"),
    cases=round_cases,
    wrong=(
        Wrong(
            "wrong way round",
            "The earlier pair acted last: new is keep_2 new_1 + new_2, and the one further left is the first.",
            lambda keep, new, distance: (
                scan_round(keep, new, distance)[0],
                np.concatenate([new[:distance], keep[:-distance] * new[distance:] + new[:-distance]]),
            ),
        ),
        Wrong(
            "from the right",
            "Each place took in the one to its right. A memory comes from the left, from what was read before.",
            lambda keep, new, distance: (
                np.concatenate([keep[distance:] * keep[:-distance], keep[-distance:]]),
                np.concatenate([keep[distance:] * new[:-distance] + new[distance:], new[-distance:]]),
            ),
        ),
        Wrong(
            "neighbour always",
            "You took the neighbour at distance 1. In this round the partner is `distance` places to the left.",
            lambda keep, new, distance: scan_round(keep, new, 1),
        ),
        Wrong(
            "rolled round",
            "The first places took in the end of the story: np.roll is a ring. They have no partner, and stay.",
            rolled,
        ),
        Wrong(
            "keeps not multiplied",
            "new is right, keep is not: two steps in a row keep the product of both keeps.",
            lambda keep, new, distance: (keep, scan_round(keep, new, distance)[1]),
        ),
        Wrong(
            "keep overwritten",
            "keep is right, but new was made with it after it had changed. Make new first, or from a copy of keep.",
            lambda keep, new, distance: (
                scan_round(keep, new, distance)[0],
                scan_round(scan_round(keep, new, distance)[0], new, distance)[1],
            ),
        ),
        Wrong(
            "new not faded",
            "The earlier new was added whole. The later step keeps only its keep of it.",
            lambda keep, new, distance: (
                scan_round(keep, new, distance)[0],
                np.concatenate([new[:distance], new[:-distance] + new[distance:]]),
            ),
        ),
        Wrong(
            "the earlier keep fades",
            "new was faded by the earlier keep. The later step comes last: its own keep, keep_2, fades new_1.",
            lambda keep, new, distance: (
                scan_round(keep, new, distance)[0],
                np.concatenate([new[:distance], keep[:-distance] * new[:-distance] + new[distance:]]),
            ),
        ),
        Wrong("changed in this round", CHANGED, from_the_left),
        Wrong(
            "new changed in this round",
            CHANGED,
            lambda keep, new, distance: (scan_round(keep, new, distance)[0], from_the_left(keep, new, distance)[1]),
        ),
        Wrong(
            "as a loop",
            "This is what a whole loop gives, or all rounds. One round looks back `distance` places, and no further.",
            lambda keep, new, distance: from_the_left(keep, new, 1),
        ),
        Wrong(
            "first places lost",
            "The first `distance` places are missing: they have no partner, and stay as they are.",
            lambda keep, new, distance: tuple(part[distance:] for part in scan_round(keep, new, distance)),
        ),
    ),
    right=(scan_round_by_loops, scan_round_padded, scan_round_in_place, scan_round_from_the_right),
    praise="One round. With distances 1, 2, 4, … it is the whole scan.",
    hints=(
        "keep[:-distance] are the earlier ones, keep[distance:] the later ones, place by place.",
        "For the later places: keep_2 keep_1, and keep_2 new_1 + new_2. The first `distance` places stay.",
        "np.concatenate([new[:distance], keep[distance:] * new[:-distance] + new[distance:]]), and alike for keep.",
    ),
)


BLIND_GATES = Choice(
    id="20.4",
    name="blind_gates",
    title="What one layer of minGRU cannot do",
    objective="20d",
    points=1,
    minutes=2,
    difficulty=3,
    asks="Which of these can one GRU unit do, and no unit of a single minGRU layer?",
    options={
        "a": Option(
            "forget everything at the word 'meanwhile'",
            "That is decided by the word alone: at it, z is 1 and the candidate 0. minGRU can.",
        ),
        "b": Option(
            "turn a lamp on or off at each press of one button",
            "What the press means depends on the memory. keep is never negative, so two memories never change places.",
        ),
        "c": Option(
            "hold a number for a thousand steps",
            "z near 0 at all words but the one that brings the number does it. minGRU can, and the scan reads them in"
            " ten rounds.",
        ),
        "d": Option(
            "remember the last name that was mentioned",
            "A name opens the gate, other words leave it shut: the input alone decides. minGRU can.",
        ),
    },
    answer="b",
    hints=(
        "Ask of each: is it enough to look at the present word to know what to do?",
        "Three of them are decided by the word alone.",
        "A press of the button means 'on' or 'off', depending on what is remembered.",
    ),
)

QUESTIONS = (PREDICT_ROUNDS, MIN_GRU_STEP, SCAN_ROUND, BLIND_GATES)
