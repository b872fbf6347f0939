"""Exercises on what a number signifies: a readout for a network in disguise, and units that may be turned round."""

import numpy as np

from gru_lab.checks.common import draw
from gru_lab.checks.question import Case, Code, Prediction, Written, Wrong
from gru_lab.checks.sizes import HiddenSizes, sizes

# ---------------------------------------------------------------------------------------------- a readout in disguise


def readout_of_double(readout, order, sign):
    return (sign * readout)[..., order]


def double_cases(rng):
    hand = {
        "readout": np.array([1.0, 2.0, 3.0]), "order": np.array([2, 0, 1]), "sign": np.array([-1, 1, 1]),
    }  # fmt: skip
    cases = [Case("hand", hand, "for three units, the first of them turned round", expected=[3.0, -1.0, 2.0])]
    plain = draw(rng, readout=(4,)) | {"order": np.arange(4), "sign": np.ones(4, int)}
    cases.append(Case("property", plain, "when nothing is disguised: the same readout"))
    disguises: tuple = (([1, 3, 0, 2], [-1, 1, 1, -1]), ([3, 0, 4, 1, 2], [1, -1, 1, 1, -1]))
    for (K, H), (order, sign) in zip(sizes(rng, (3, 4), (2, 5)), disguises, strict=True):
        if isinstance(rng, HiddenSizes):
            order, sign = rng.permutation(H), rng.permutation([-1, 1, *rng.choice([-1, 1], H - 2)])
        inputs = draw(rng, readout=(K, H)) | {"order": np.array(order), "sign": np.array(sign)}
        cases.append(Case("random", inputs, f"for {K} questions and {H} units"))
    return cases


def double_by_loops(readout, order, sign):
    rows = [[float(sign[old] * row[old]) for old in order] for row in np.atleast_2d(readout)]
    return rows if np.ndim(readout) == 2 else rows[0]


def double_by_matrix(readout, order, sign):
    """The disguise as a matrix: state of the double = disguise @ state."""
    disguise = (np.diag(sign).astype(float))[order]
    return (disguise @ np.asarray(readout).T).T


DOUBLE = Code(
    id="7.4",
    name="readout_of_double",
    title="A readout for the double",
    objective="7d",
    points=2,
    minutes=8,
    difficulty=3,
    arguments=("readout", "order", "sign"),
    shapes="readout_of_double(readout, order, sign): readout (…, H), order (H,), sign (H,) of ±1 -> (…, H)",
    reference=readout_of_double,
    cases=double_cases,
    wrong=(
        Wrong(
            "sign at the new place",
            "You turn signs after reordering, so they meet other units. sign belongs to the old places: turn first.",
            lambda readout, order, sign: sign * readout[..., order],
        ),
        Wrong(
            "inverse order",
            "This is the inverse order. order[0] names the old unit that stands first in the double.",
            lambda readout, order, sign: (sign * readout)[..., np.argsort(order)],
        ),
        Wrong(
            "inverse order, sign after",
            "The order is the inverse one, and signs belong to the old places: turn them first, then reorder.",
            lambda readout, order, sign: sign * readout[..., np.argsort(order)],
        ),
        Wrong(
            "sign forgotten",
            "The signs are missing. The double's unit is turned round, so its weight must be too.",
            lambda readout, order, sign: readout[..., order],
        ),
        Wrong(
            "order forgotten",
            "The weights still stand in the old order. The double's units do not.",
            lambda readout, order, sign: sign * readout,
        ),
        Wrong(
            "left alone",
            "This is the old readout. On the double's state it asks about other units.",
            lambda readout, order, sign: readout.copy(),
        ),
        Wrong(
            "all turned",
            "Every sign is the wrong way round: −1 turns a unit, 1 leaves it.",
            lambda readout, order, sign: -readout_of_double(readout, order, sign),
        ),
        Wrong(
            "questions reordered",
            "You reorder along the first axis, which counts questions. The units stand in the last one.",
            lambda readout, order, sign: (
                readout_of_double(readout, order, sign) if readout.ndim == 1 else (sign * readout)[order]
            ),
        ),
    ),
    right=(
        double_by_loops,
        double_by_matrix,
        lambda readout, order, sign: readout[..., order].astype(np.float32) * sign[order],
    ),
    praise="Every question that the one network can answer, the other can, with a readout of its own.",
    hints=(
        "The double's state is (sign * state)[order]. Which of your weights has to meet its first number?",
        "Its first number is sign[k] * state[k] with k = order[0]. You want readout[k] * state[k].",
        "sign * sign = 1, so the readout wears the same disguise: (sign * readout)[..., order].",
    ),
)  # fmt: skip


# ---------------------------------------------------------------------------------------------- right either way round


def right_either_way(states, truth):
    share = ((states > 0) == truth[:, None]).mean(axis=0)
    return np.maximum(share, 1 - share)


def either_cases(rng):
    hand = {
        "states": np.array([[0.9, -0.2], [0.3, -0.6], [-0.4, 0.1], [-0.8, 0.7], [0.2, 0.6]]),
        "truth": np.array([True, True, False, False, False]),
    }  # fmt: skip
    cases = [Case("hand", hand, "for five sentences and two units", expected=[0.8, 1.0])]
    truth = np.array([True, False, False, True, False, False])
    size = rng.uniform(0.1, 0.9, (6, 1)).round(1)
    turned = {"states": np.where(truth[:, None], -size, size) * [1, -1, 1], "truth": truth}
    cases.append(Case("property", turned, "when every unit follows the truth, two of them turned round: all are 1"))
    for N, H in sizes(rng, (9, 4), (7, 3), between=((6, 12), (2, 5))):
        strengths, signs = rng.uniform(0.1, 0.95, (N, H)).round(2), rng.choice([-1, 1], (N, H))
        inputs = {"states": strengths * signs, "truth": rng.permutation(np.arange(N) < N // 3)}
        cases.append(Case("random", inputs, f"for {N} sentences and {H} units"))
    return cases


def either_by_loops(states, truth):
    answers = []
    for unit in range(states.shape[1]):
        hits = sum(bool(states[n, unit] > 0) == bool(truth[n]) for n in range(len(truth)))
        answers.append(max(hits, len(truth) - hits) / len(truth))
    return answers


def plain_share(states, truth):
    return ((states > 0) == truth[:, None]).mean(axis=0)


EITHER = Code(
    id="7.5",
    name="right_either_way",
    title="How well does one unit know the truth?",
    objective="7b",
    points=2,
    minutes=8,
    difficulty=3,
    arguments=("states", "truth"),
    shapes="right_either_way(states, truth): states (N, H), truth (N,) of True and False -> (H,)",
    reference=right_either_way,
    cases=either_cases,
    between=(0, 1),
    wrong=(
        Wrong(
            "one way only",
            "You read every unit one way round. A unit that is always wrong knows everything: turn its sign.",
            plain_share,
        ),
        Wrong(
            "turned always",
            "You turn every unit round. Take the better of the two ways, unit by unit.",
            lambda states, truth: 1 - plain_share(states, truth),
        ),
        Wrong(
            "the worse way",
            "This is the worse of the two ways. The better one is the larger share.",
            lambda states, truth: np.minimum(plain_share(states, truth), 1 - plain_share(states, truth)),
        ),
        Wrong(
            "above a half",
            "You count a state as yes above 0.5. A state lives between −1 and 1: its middle is 0.",
            lambda states, truth: (lambda share: np.maximum(share, 1 - share))(
                ((states > 0.5) == truth[:, None]).mean(axis=0)
            ),
        ),
        Wrong(
            "better than chance",
            "This counts from one half on. Asked for is the share of right answers itself.",
            lambda states, truth: np.abs(2 * plain_share(states, truth) - 1),
        ),
        Wrong(
            "a count",
            "This is how many are right. Divide by the number of sentences.",
            lambda states, truth: len(truth) * right_either_way(states, truth),
        ),
        Wrong(
            "sign left out",
            "You ask whether a unit is active, whatever its sign, so every sentence counts as yes.",
            lambda states, truth: (lambda share: np.maximum(share, 1 - share))(
                ((np.abs(states) > 0) == truth[:, None]).mean(axis=0)
            ),
        ),
        Wrong(
            "each answer either way",
            "You turn the unit anew at each sentence, and so everything is right. One way for the whole story.",
            lambda states, truth: np.ones(states.shape[1]),
        ),
        Wrong(
            "axis missing",
            "truth has a number for each sentence, a row of states one for each unit. Make it a column: [:, None].",
            lambda states, truth: ((states > 0) == truth).mean(axis=0),
        ),
        Wrong(
            "best unit only",
            "This is the best unit's share. Asked for is one share for each unit.",
            lambda states, truth: right_either_way(states, truth).max(),
        ),
    ),
    right=(
        either_by_loops,
        lambda states, truth: 0.5 + np.abs(plain_share(states, truth) - 0.5),
        lambda states, truth: (
            (1 + np.abs((np.sign(states) * np.where(truth, 1, -1)[:, None]).mean(axis=0))) / 2
        ).astype(np.float32),
    ),
    praise="So no unit can do worse than one half: who looks for the best of many needs a control.",
    hints=(
        "First one way round: a positive state says yes. In which share of the sentences is that the truth?",
        "Turned round, the unit says no where it said yes. What becomes of the share?",
        "share = ((states > 0) == truth[:, None]).mean(axis=0); then the larger of share and 1 - share.",
    ),
)  # fmt: skip

READ_THE_STATE = Written(
    id="7.6",
    name="read_the_state",
    title="Read a state",
    objective="7a",
    points=3,
    minutes=7,
    difficulty=2,
    guide=(
        "Both units took something new: z was near 0 there, so hardly anything of the old value was kept.",
        "Power's candidate was low, so the new value is low.",
        "Tragedy's candidate was near 1, so the new value is near 1.",
    ),
    right=(
        "Where z is near 0 the candidate is taken and the old value is gone. So z was near 0 in both units. In "
        "Power the candidate was low, in Tragedy it was near 1.",
        "The new state is z times the old plus 1 - z times the candidate. A value that jumps needs a small z; "
        "where it lands is the candidate: low for Power, almost 1 for Tragedy.",
    ),
    hints=(
        "h_t = z h + (1 - z) candidate. When does a value change at all?",
        "A jump means that the old value was hardly kept. So what was z?",
        "Where z is near 0, the new value is the candidate's.",
    ),
)

SAME_NETWORKS = Prediction(
    id="7.7",
    name="predict_same_networks",
    title="How many are the same?",
    objective="7b",
    points=1,
    minutes=4,
    difficulty=3,
    asks="Four hidden units, in any order, each with or without its sign turned. How many networks that do the same?",
    answer=384,
    within=0.4,
    between=(0, np.inf),
    near=0.4,  # a count is right or it is not
    kind="a whole number",
    because="There are 24 orders of four units, and for each of them 2 · 2 · 2 · 2 = 16 choices of signs.",
    wrong=(
        Wrong(
            "itself left out", "383 leaves out the network that you began with. It is one of them: count it in.", 383
        ),
        Wrong("orders alone", "24 counts the orders. Each unit's sign may be turned as well.", 24),
        Wrong("signs alone", "16 counts the signs. The units may stand in any order as well.", 16),
        Wrong("added", "40 adds the two. Each order goes with each choice of signs: multiply.", 40),
        Wrong("one place for each", "64 is 4 · 16. Four units have 4 · 3 · 2 · 1 orders, not 4.", 64),
        Wrong("only itself", "1 would mean that order and sign carry a meaning of their own.", 1),
    ),
    hints=(
        "In how many orders can four units stand?",
        "For each order: each of the four signs may be turned or not.",
        "24 orders times 16 choices of signs.",
    ),
)

QUESTIONS = (DOUBLE, EITHER, READ_THE_STATE, SAME_NETWORKS)
