"""Exercises on the blend: the best single share, the ground that a blend never leaves, and four faders set by hand."""

import numpy as np

from gru_lab.checks import words
from gru_lab.checks.common import draw, numbers
from gru_lab.checks.question import Case, Code, Value, Wrong
from gru_lab.checks.sizes import sizes


def two_versions(rng, shape):
    """Old values and candidates that differ everywhere."""
    return {"h": rng.uniform(0.2, 1, shape).round(2), "candidate": rng.uniform(-1, -0.2, shape).round(2)}


# ---------------------------------------------------------------------------------------------- one share for all


def best_single_share(h, candidate, wanted):
    way = h - candidate
    return ((wanted - candidate) * way).sum(axis=-1) / (way * way).sum(axis=-1)


def single_cases(rng):
    hand = {"h": np.array([1.0, 0.0]), "candidate": np.array([0.0, 2.0]), "wanted": np.array([0.5, 1.8])}
    cases = [Case("hand", hand, "where the units ask for 0.5 and 0.1", expected=0.18)]
    same = two_versions(rng, (2, 3))
    same["wanted"] = 0.7 * same["h"] + 0.3 * same["candidate"]
    cases.append(Case("property", same, "when every unit asks for 0.7: so be it"))
    for B, H in sizes(rng, (3, 4), (5, 2)):
        inputs, z = two_versions(rng, (B, H)), rng.uniform(0.05, 0.95, (B, H)).round(2)
        inputs["wanted"] = z * inputs["h"] + (1 - z) * inputs["candidate"]
        cases.append(Case("random", inputs, f"for a batch of {B} with H = {H}"))
    return cases


def single_by_loops(h, candidate, wanted):
    answers = []
    for old, new, goal in zip(*(np.atleast_2d(array) for array in (h, candidate, wanted)), strict=True):
        top = bottom = 0.0
        for one_old, one_new, one_goal in zip(old, new, goal, strict=True):
            top += (one_goal - one_new) * (one_old - one_new)
            bottom += (one_old - one_new) ** 2
        answers.append(top / bottom)
    return answers if np.ndim(h) == 2 else answers[0]


def single_by_weights(h, candidate, wanted):
    needed, weight = (wanted - candidate) / (h - candidate), (h - candidate) ** 2
    return np.average(needed, axis=-1, weights=weight)


SINGLE = Code(
    id="8.4",
    name="best_single_share",
    title="If there were only one share",
    objective="8d",
    points=3,
    minutes=12,
    difficulty=4,
    arguments=("h", "candidate", "wanted"),
    shapes="best_single_share(h, candidate, wanted): all (…, H) -> (…,)",
    reference=best_single_share,
    cases=single_cases,
    wrong=(
        Wrong(
            "mean of the shares",
            "This is the mean of the shares that the units ask for. A unit with a longer way has more to lose and "
            "counts more.",
            lambda h, candidate, wanted: ((wanted - candidate) / (h - candidate)).mean(axis=-1),
        ),
        Wrong(
            "z takes",
            "This is the candidate's share, 1 − z. Asked for is the share of the old value.",
            lambda *given: 1 - best_single_share(*given),
        ),
        Wrong(
            "one for the batch",
            "This is one share for the whole batch. Each example has its own: add up over the last axis only.",
            lambda h, candidate, wanted: np.full(
                np.shape(h)[:-1], best_single_share(h.ravel(), candidate.ravel(), wanted.ravel())
            ),
        ),
        Wrong(
            "candidate's part lost",
            "You solved wanted = candidate + z h. The candidate loses its share too: candidate + z (h − candidate).",
            lambda h, candidate, wanted: ((wanted - candidate) * h).sum(axis=-1) / (h * h).sum(axis=-1),
        ),
        Wrong(
            "quotient of sums",
            "You added up first and divided then, so errors of different signs cancel. Square them, and set the slope "
            "to 0.",
            lambda h, candidate, wanted: (wanted - candidate).sum(axis=-1) / (h - candidate).sum(axis=-1) + 0.0,
        ),
        Wrong(
            "quotient of lengths",
            "You divide two lengths, as if both went one way. Multiply by h − candidate, unit by unit, and add up.",
            lambda h, candidate, wanted: np.sqrt(
                ((wanted - candidate) ** 2).sum(axis=-1) / ((h - candidate) ** 2).sum(axis=-1)
            ),
        ),
        Wrong(
            "not divided",
            "The top is right. Divide it by the sum of the squares of h − candidate.",
            lambda h, candidate, wanted: ((wanted - candidate) * (h - candidate)).sum(axis=-1),
        ),
        Wrong(
            "one for each unit",
            "This is a share for each unit. Here the editor has a single share for all of them.",
            lambda h, candidate, wanted: (wanted - candidate) / (h - candidate),
        ),
    ),
    right=(
        single_by_loops,
        single_by_weights,
        lambda *given: best_single_share(*given).astype(np.float32),
        lambda h, candidate, wanted: (
            np.einsum("...i,...i->...", wanted - candidate, h - candidate)
            / np.linalg.norm(h - candidate, axis=-1) ** 2
        ),
    ),
    praise="A mean of the shares that the units ask for, in which a long way counts more.",
    hints=(
        "Write the error of one unit as a − z b, with a and b made of h, candidate and wanted.",
        "a = wanted − candidate, b = h − candidate. The slope of the sum of (a − z b)² is −2 Σ b (a − z b).",
        "z = Σ a b / Σ b b, both sums over the last axis.",
    ),
)  # fmt: skip


# ---------------------------------------------------------------------------------------------- off the ground


def off_the_ground(h, candidate, reported):
    low, high = np.minimum(h, candidate), np.maximum(h, candidate)
    return np.maximum(0, np.maximum(reported - high, low - reported))


def ground_cases(rng):
    hand = {
        "h": np.array([0.5, 0.6, 0.7]), "candidate": np.array([0.8, 0.4, 0.5]), "reported": np.array([0.9, 0.5, 0.4]),
    }  # fmt: skip
    cases = [Case("hand", hand, "for three aspects of this chapter", expected=[0.1, 0.0, 0.1])]
    blends, z = draw(rng, h=(5,), candidate=(5,)), rng.uniform(0, 1, 5)
    blends["reported"] = z * blends["h"] + (1 - z) * blends["candidate"]
    cases.append(Case("property", blends, "when all are true blends: nothing is off the ground"))
    for B, H in sizes(rng, (4, 5), (6, 3)):
        inputs = draw(rng, h=(B, H), candidate=(B, H), reported=(B, H))
        inputs["h"][0, :2], inputs["candidate"][0, :2] = (0.5, -0.5), (-0.5, 0.5)
        inputs["reported"][0] = np.maximum(inputs["h"], inputs["candidate"])[0] + 0.3
        inputs["reported"][1] = np.minimum(inputs["h"], inputs["candidate"])[1] - 0.4
        cases.append(Case("random", inputs, f"for a batch of {B} with H = {H}"))
    return cases


def ground_by_loops(h, candidate, reported):
    def one(old, new, said):
        if said > max(old, new):
            return said - max(old, new)
        return min(old, new) - said if said < min(old, new) else 0.0

    return np.vectorize(one, otypes=[float])(h, candidate, reported).tolist()


GROUND = Code(
    id="8.5",
    name="off_the_ground",
    title="Which of these can be no blend?",
    objective="8c",
    points=2,
    minutes=7,
    difficulty=2,
    arguments=("h", "candidate", "reported"),
    shapes="off_the_ground(h, candidate, reported): all (…, H) -> (…, H)",
    reference=off_the_ground,
    cases=ground_cases,
    wrong=(
        Wrong(
            "only above",
            "You look above the ground only. A value can also lie below both ends.",
            lambda h, candidate, reported: np.maximum(0, reported - np.maximum(h, candidate)),
        ),
        Wrong(
            "only below",
            "You look below the ground only. A value can also lie above both ends.",
            lambda h, candidate, reported: np.maximum(0, np.minimum(h, candidate) - reported),
        ),
        Wrong(
            "old value below",
            "You take the old value for the lower end. It may be the upper one: take the smaller and the larger.",
            lambda h, candidate, reported: np.maximum(0, np.maximum(reported - candidate, h - reported)),
        ),
        Wrong(
            "with a sign",
            "Below the ground yours is negative. A distance has no sign.",
            lambda h, candidate, reported: reported - np.clip(
                reported, np.minimum(h, candidate), np.maximum(h, candidate)
            ),
        ),
        Wrong(
            "nearest end",
            "This is the distance to the nearer end, also for values between the ends. Between them it is 0.",
            lambda h, candidate, reported: np.minimum(abs(reported - h), abs(reported - candidate)),
        ),
        Wrong(
            "negative inside",
            "Between the ends yours is negative. There the answer is 0: np.maximum(0, …).",
            lambda h, candidate, reported: np.maximum(
                reported - np.maximum(h, candidate), np.minimum(h, candidate) - reported
            ),
        ),
        Wrong(
            "yes or no",
            "This says whether it is off the ground. Asked for is how far.",
            lambda h, candidate, reported: (off_the_ground(h, candidate, reported) > 1e-9).astype(float),
        ),
        Wrong(
            "-1 and 1",
            "You measure from −1 and 1. That is the ground of a whole life; of one step it is old value to candidate.",
            lambda h, candidate, reported: np.maximum(0, abs(reported) - 1),
        ),
        Wrong(
            "old value above",
            "You take the old value for the upper end. It may be the lower one: take the smaller and the larger.",
            lambda h, candidate, reported: np.maximum(0, np.maximum(reported - h, candidate - reported)),
        ),
        Wrong(
            "ends exchanged",
            "np.minimum and np.maximum have changed places: the lower end is the smaller of the two.",
            lambda h, candidate, reported: np.maximum(
                0, np.maximum(reported - np.minimum(h, candidate), np.maximum(h, candidate) - reported)
            ),
        ),
        Wrong(
            "farther end",
            "You measure from the end on the other side. It is the end that was passed that counts, the nearer one.",
            lambda h, candidate, reported: (off_the_ground(h, candidate, reported) > 1e-9) * np.maximum(
                abs(reported - h), abs(reported - candidate)
            ),
        ),
        Wrong(
            "from the old value",
            "This is the distance from the old value alone. The other end of the ground is the candidate.",
            lambda h, candidate, reported: abs(reported - h),
        ),
        Wrong(
            "from the candidate",
            "This is the distance from the candidate alone. The other end of the ground is the old value.",
            lambda h, candidate, reported: abs(reported - candidate),
        ),
        Wrong(
            "nearest blend",
            "This is the blend that comes nearest. Asked for is how far the reported value lies from it.",
            lambda h, candidate, reported: np.clip(reported, np.minimum(h, candidate), np.maximum(h, candidate)),
        ),
        Wrong(
            "share for value",
            "This says how far the share z lies outside 0 to 1. Asked for is the value: times |h − candidate|.",
            lambda h, candidate, reported: off_the_ground(
                np.ones_like(h), 0 * h, (reported - candidate) / (h - candidate)
            ),
        ),
        Wrong(
            "squared",
            "This is the distance squared. Leave the square out.",
            lambda *given: off_the_ground(*given) ** 2,
        ),
        Wrong(
            "from the middle",
            "You measure from the middle of the two ends. Measure from the end that was passed.",
            lambda h, candidate, reported: abs(reported - (h + candidate) / 2),
        ),
    ),
    right=(
        ground_by_loops,
        lambda *given: off_the_ground(*given).astype(np.float32),
        lambda h, candidate, reported: np.abs(
            reported - np.clip(reported, np.minimum(h, candidate), np.maximum(h, candidate))
        ),
        lambda h, candidate, reported: (
            abs(reported - h) + abs(reported - candidate) - abs(h - candidate)
        ) / 2,
    ),
    praise="0 for every true blend, and a distance for what no z between 0 and 1 can reach.",
    hints=(
        "Which is the lower end, which the upper? Not always the same of the two.",
        "low = np.minimum(h, candidate), high = np.maximum(h, candidate). Above high, below low, or neither?",
        "The largest of reported − high, low − reported and 0, with np.maximum twice.",
    ),
)  # fmt: skip


# ---------------------------------------------------------------------------------------------- set by hand

OLD, NEW, LEVEL = np.array([0.6, 0.2, 0.4, -0.4]), np.array([0.1, 0.7, 0.4, 0.6]), 0.4
APART = [0, 1, 3]  # the units whose two versions differ


def blended(z):
    return np.array(z) * OLD + (1 - np.array(z)) * NEW


def is_level(z):
    return bool(np.allclose(blended(z), LEVEL, atol=0.005) and min(z) >= 0 and max(z) <= 1)


def apart_are(*wanted):
    return lambda z: np.allclose(np.array(z)[APART], wanted, atol=0.01)


FADERS = Value(
    id="8.6",
    name="level_shares",
    title="Four faders set by hand",
    objective="8a",
    points=2,
    minutes=6,
    difficulty=2,
    form="a list of four numbers",
    tidy=numbers((4,), "Four numbers are asked for, one share z for each unit."),
    accepts=is_level,
    wrong=(
        Wrong("z takes", "These are the candidate's shares. z keeps: it is the share of the old value.",
              [0.4, 0.4, 0.5, 0.8], apart_are(0.4, 0.4, 0.8)),
        Wrong("distances", "These are distances from the candidate. Divide each by the whole way, old minus candidate.",
              [0.3, -0.3, 0, -0.2], apart_are(0.3, -0.3, -0.2)),
        Wrong("no share", "The third unit's z is no share. Any number from 0 to 1 would do there, and no other.",
              [0.6, 0.6, 4, 0.2], lambda z: np.allclose(blended(z), LEVEL, atol=0.005)),
        Wrong("one for all", "One share for all four: the last unit ends at 0 with it. Each unit has its own.",
              [0.6, 0.6, 0.6, 0.6], apart_are(0.6, 0.6, 0.6)),
        Wrong("percent", "A share is a part of 1: 0.6, not 60.", [60, 60, 100, 20],
              lambda z: apart_are(0.6, 0.6, 0.2)(np.array(z) / 100)),
        Wrong("outside", "A share lies between 0 and 1. Beyond, a unit leaves the ground between its two versions.",
              [0.6, 0.6, 0.5, -0.2], lambda z: min(z) < 0 or max(z) > 1),
        Wrong("wanted value", "0.4 is where every unit should end. Asked for are the shares that lead there.",
              [0.4, 0.4, 0.4, 0.4], apart_are(0.4, 0.4, 0.4)),
    ),
    right=([0.6, 0.6, 1, 0.2], np.array([0.6, 0.6, 0.0, 0.2]), (0.6, 0.6, 0.35, 0.2)),
    praise=lambda z: f"All four end at 0.4. The third would do so with any share, not only {z[2]:g}.",
    leads_to=lambda z: f"With these shares the four units end at {words.listed([*map(words.number, blended(z))])}.",
    hints=(
        "One unit at a time: how far is 0.4 from the candidate, as a part of the way from it to the old value?",
        "The first: (0.4 − 0.1) / (0.6 − 0.1). What happens in the third unit, and what does it mean?",
        "0.6, 0.6, anything from 0 to 1, and (0.4 − 0.6) / (−0.4 − 0.6).",
    ),
)  # fmt: skip

QUESTIONS = (SINGLE, GROUND, FADERS)
