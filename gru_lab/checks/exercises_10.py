"""Exercises on resetting the memory: how much of it is hidden, and a lamp that was unscrewed."""

import numpy as np

from gru_lab.cell import sigmoid
from gru_lab.checks.common import draw
from gru_lab.checks.question import Case, Code, Written, Wrong
from gru_lab.checks.sizes import sizes

# ---------------------------------------------------------------------------------------------- how much is hidden


def hidden_share(h, r):
    return ((1 - r) * np.abs(h)).sum(axis=-1) / np.abs(h).sum(axis=-1)


def share_cases(rng):
    hand = {"h": np.array([0.8, -0.1, -0.1]), "r": np.array([0.75, 0.0, 0.5])}
    cases = [Case("hand", hand, "for three lamps, two of them faint", expected=0.35)]
    even = {"h": draw(rng, h=(2, 4))["h"] + 2, "r": np.full((2, 4), 0.3)}
    cases.append(Case("property", even, "when r is 0.3 everywhere: 70 % is hidden"))
    for B, H in sizes(rng, (3, 4), (5, 2)):
        h = rng.uniform(0.2, 1, (B, H)).round(2)
        h[:, 1] *= -1
        inputs = {"h": h, "r": rng.uniform(0, 1, (B, H)).round(2)}
        cases.append(Case("random", inputs, f"for a batch of {B} with H = {H}"))
    return cases


def share_by_loops(h, r):
    answers = []
    for memory, gate in zip(np.atleast_2d(h), np.atleast_2d(r), strict=True):
        all_of_it = sum(abs(value) for value in memory)
        seen = sum(share * abs(value) for value, share in zip(memory, gate, strict=True))
        answers.append(1 - seen / all_of_it)
    return answers if np.ndim(h) == 2 else answers[0]


HIDDEN_SHARE = Code(
    id="10.4",
    name="hidden_share",
    title="How much of the memory is hidden?",
    objective="10b",
    points=2,
    minutes=6,
    difficulty=2,
    arguments=("h", "r"),
    shapes="hidden_share(h, r): both (…, H) -> (…,)",
    reference=hidden_share,
    cases=share_cases,
    wrong=(
        Wrong(
            "mean of 1 - r",
            "This is the mean of 1 − r. A dimmer before a faint lamp hides little: weigh with the size of h.",
            lambda h, r: (1 - r).mean(axis=-1),
        ),
        Wrong(
            "what is seen",
            "This is the share that is seen. Asked for is the hidden one: 1 minus it.",
            lambda h, r: 1 - hidden_share(h, r),
        ),
        Wrong(
            "with signs",
            "Positive and negative memories cancel here. A memory of −0.5 is as much as one of 0.5: take sizes.",
            lambda h, r: ((1 - r) * h).sum(axis=-1) / h.sum(axis=-1),
        ),
        Wrong(
            "signs on top",
            "Below you take sizes, on top you do not. What is hidden of a negative memory counts too.",
            lambda h, r: ((1 - r) * h).sum(axis=-1) / np.abs(h).sum(axis=-1),
        ),
        Wrong(
            "not divided",
            "This is how much is hidden. Divide by all of it, and it is a share.",
            lambda h, r: ((1 - r) * np.abs(h)).sum(axis=-1),
        ),
        Wrong(
            "divided by H",
            "You divide by the number of units. Divide by the size of the whole memory.",
            lambda h, r: ((1 - r) * np.abs(h)).mean(axis=-1),
        ),
        Wrong(
            "squares",
            "You add up squares. Here sizes are asked for, |h|.",
            lambda h, r: ((1 - r) * h**2).sum(axis=-1) / (h**2).sum(axis=-1),
        ),
        Wrong(
            "one for the batch",
            "This is one share for the whole batch. Each state has its own: add up over the last axis only.",
            lambda h, r: np.full(h.shape[:-1], hidden_share(h.ravel(), r.ravel())),
        ),
        Wrong(
            "hidden over seen",
            "You divide by what is seen. A share is a part of the whole: hidden and seen together.",
            lambda h, r: ((1 - r) * np.abs(h)).sum(axis=-1) / (r * np.abs(h)).sum(axis=-1),
        ),
    ),
    right=(
        share_by_loops,
        lambda h, r: hidden_share(h, r).astype(np.float32),
        lambda h, r: np.linalg.norm(h - r * h, ord=1, axis=-1) / np.linalg.norm(h, ord=1, axis=-1),
        lambda h, r: np.average(1 - r, axis=-1, weights=np.abs(h)),
    ),
    praise="A mean of 1 − r in which a bright lamp counts more than a faint one.",
    hints=(
        "How much of each unit is hidden, and how much is there in all? Then one divided by the other.",
        "Hidden is (1 − r) ⊙ |h|. Sizes, so that a negative memory does not cancel a positive one.",
        "((1 - r) * np.abs(h)).sum(axis=-1) divided by np.abs(h).sum(axis=-1).",
    ),
)  # fmt: skip


# ---------------------------------------------------------------------------------------------- a bug to find


def seen_and_kept(h, r, U_z, b_z):
    return r * h, sigmoid(h @ U_z.T + b_z)


def lamp_cases(rng):
    hand = {
        "h": np.array([0.5, 1.0]), "r": np.array([0.2, 0.0]), "U_z": np.array([[0.0, 1.0], [2.0, 0.0]]),
        "b_z": np.array([-1.0, -1.0]),
    }  # fmt: skip
    cases = [Case("hand", hand, "for two lamps, one behind a shut dimmer", expected=([0.1, 0.0], [0.5, 0.5]))]
    dark = draw(rng, h=(3,)) | {"r": np.zeros(3)} | draw(rng, U_z=(3, 3), b_z=(3,))
    cases.append(Case("property", dark, "when all dimmers are shut: the candidate sees nothing, z sees all"))
    for B, H in sizes(rng, (3, 4), (5, 2)):
        inputs = draw(rng, h=(B, H)) | {"r": rng.uniform(0.1, 0.9, (B, H)).round(2)}
        cases.append(Case("random", inputs | draw(rng, U_z=(H, H), b_z=(H,)), f"for a batch of {B} with H = {H}"))
    return cases


def lamps_by_loops(h, r, U_z, b_z):
    seen, kept = [], []
    for memory, gate in zip(np.atleast_2d(h), np.atleast_2d(r), strict=True):
        seen.append([gate[i] * memory[i] for i in range(len(memory))])
        kept.append(
            [
                float(sigmoid(b_z[i] + sum(U_z[i, j] * memory[j] for j in range(len(memory)))))
                for i in range(len(memory))
            ]
        )
    return np.reshape(seen, np.shape(h)), np.reshape(kept, np.shape(h))


def product_on_a_copy(h, r, U_z, b_z):
    seen = h.copy()
    seen *= r
    return seen.astype(np.float32), 1 / (1 + np.exp(-(U_z @ h.T).T - b_z))


LAMPS = Code(
    id="10.5",
    name="seen_and_kept",
    title="Find the bug: who unscrewed the lamp?",
    objective="10d",
    points=3,
    minutes=8,
    difficulty=3,
    arguments=("h", "r", "U_z", "b_z"),
    shapes="seen_and_kept(h, r, U_z, b_z): h and r (…, H), U_z (H, H), b_z (H,) -> seen (…, H), z (…, H)",
    reference=seen_and_kept,
    returns=("seen", "z"),
    cases=lamp_cases,
    wrong=(
        Wrong(
            "as it was",
            "The bug is still there: z reads the dimmed memory. `seen = h` is a second name for h, and *= writes into "
            "both.",
            lambda h, r, U_z, b_z: (r * h, sigmoid((r * h) @ U_z.T + b_z)),
        ),
        Wrong(
            "nothing dimmed",
            "Now z is right, and the candidate sees the undimmed memory. It reads r ⊙ h.",
            lambda h, r, U_z, b_z: (h.copy(), sigmoid(h @ U_z.T + b_z)),
        ),
        Wrong(
            "the other way round",
            "The readers have changed places: the candidate reads r ⊙ h, the update gate reads h.",
            lambda h, r, U_z, b_z: (h.copy(), sigmoid((r * h) @ U_z.T + b_z)),
        ),
        Wrong(
            "dimmed twice",
            "The memory is dimmed twice: once where it is copied, once more later.",
            lambda h, r, U_z, b_z: (r * r * h, sigmoid(h @ U_z.T + b_z)),
        ),
        Wrong(
            "z dimmed",
            "r multiplies z here. It dims the memory on its way to the candidate and nothing else.",
            lambda h, r, U_z, b_z: (r * h, r * sigmoid(h @ U_z.T + b_z)),
        ),
        Wrong(
            "order of the answer",
            "The two have changed places in the answer: first what is seen, then z.",
            lambda *given: seen_and_kept(*given)[::-1],
        ),
        Wrong(
            "dimmed after the product",
            "z reads r ⊙ (U_z h). The reset gate has no place in z, before the product or after it.",
            lambda h, r, U_z, b_z: (r * h, sigmoid(r * (h @ U_z.T) + b_z)),
        ),
        Wrong(
            "U_z transposed",
            "U_z was right, h @ U_z.T: row i says whom unit i listens to. The bug is elsewhere.",
            lambda h, r, U_z, b_z: (r * h, sigmoid(h @ U_z + b_z)),
        ),
    ),
    right=(
        lamps_by_loops,
        product_on_a_copy,
        lambda *given: [array.tolist() for array in seen_and_kept(*given)],
    ),
    praise="Two readers, two memories: the dimmed one is an array of its own.",
    hints=(
        "Print h before and after the line with *=. Should it change?",
        "`seen = h` makes no copy: two names for one array. Who reads that array afterwards?",
        "seen = r * h makes a new array and leaves h alone.",
    ),
)  # fmt: skip

WHICH_PRODUCT = Written(
    id="10.6",
    name="which_product",
    title="Which product?",
    objective="10c",
    points=3,
    minutes=6,
    difficulty=2,
    guide=(
        "Element-wise: H numbers. Dot: one number. Outer: H times H numbers.",
        "The reset memory must be a state again, with H numbers, since U_h multiplies it.",
        "Each unit has its own share: number i of r meets number i of h, and no other. The dot product adds units "
        "up, the outer product mixes each with each.",
    ),
    right=(
        "The element-wise product has H numbers, the dot product one, the outer product H times H. The reset "
        "memory goes into U_h, so it needs H numbers. And each unit's share must meet its own value only, which "
        "the dot product adds up and the outer product mixes.",
        "r * h keeps the shape (H,), r @ h is one number and np.outer(r, h) a square. What is read by U_h must be "
        "a state of H numbers in which every unit was scaled by its own gate.",
    ),
    hints=(
        "Write down r * h, r @ h and np.outer(r, h) for H = 2.",
        "What does U_h need to its right?",
        "Which of them lets gate i touch unit i alone?",
    ),
)

QUESTIONS = (HIDDEN_SHARE, LAMPS, WHICH_PRODUCT)
