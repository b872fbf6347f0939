"""Exercises beyond the GRU: many stories in one row, and a scan with two lines in the wrong order."""

import numpy as np

from gru_lab.checks.common import draw
from gru_lab.checks.question import Case, Code, Wrong
from gru_lab.checks.sizes import HiddenSizes, sizes


def one_after_another(keep, new, h):
    states = []
    for keeps, writes in zip(keep, new, strict=True):
        h = keeps * h + writes
        states.append(h)
    return np.array(states)


# ---------------------------------------------------------------------------------------------- many stories in a row


def states_of_joined(keep, new, first):
    return one_after_another(np.where(first[:, None], 0, keep), new, np.zeros(keep.shape[1]))


def joined_by_scan(keep, new, first):
    keep, distance = keep * ~first[:, None], 1
    while distance < len(keep):
        new = np.concatenate([new[:distance], keep[distance:] * new[:-distance] + new[distance:]])
        keep = np.concatenate([keep[:distance], keep[distance:] * keep[:-distance]])
        distance *= 2
    return new.astype(np.float32)


def joined_cut_up(keep, new, first):
    """Cut at the beginnings, read each story alone, and join what comes out."""
    at = np.flatnonzero(first)[1:]
    parts = zip(np.split(keep, at), np.split(new, at), strict=True)
    return np.concatenate([one_after_another(k, n, np.zeros(keep.shape[1])) for k, n in parts]).tolist()


def joined_cases(rng):
    hand = {
        "keep": np.array([[0.5], [0.5], [0.5], [0.5]]), "new": np.array([[4.0], [0.0], [1.0], [1.0]]),
        "first": np.array([True, False, True, False]),
    }  # fmt: skip
    cases = [Case("hand", hand, "for two stories of two steps", expected=[[4.0], [2.0], [1.0], [1.5]])]
    short = {"keep": rng.uniform(0.2, 0.9, (4, 2)).round(2)} | draw(rng, new=(4, 2)) | {"first": np.ones(4, bool)}
    cases.append(Case("property", short, "when every story has one step: nothing is carried"))
    free = sizes(rng, (6, 2), (8, 3), between=((5, 10), (2, 7)))
    for (T, H), begins in zip(free, ((0, 3), (0, 2, 5)), strict=True):
        if isinstance(rng, HiddenSizes):
            begins = (0, *rng.choice(np.arange(1, T), len(begins) - 1, replace=False))
        inputs = {"keep": rng.uniform(0.2, 0.9, (T, H)).round(2)} | draw(rng, new=(T, H))
        inputs["first"] = np.isin(np.arange(T), begins)
        cases.append(Case("random", inputs, f"for {len(begins)} stories in {T} steps"))
    return cases


def joined_in_one_array(keep, new, first):
    """h changes in place; right only because the list gets copies."""
    h, states = np.zeros(keep.shape[1]), []
    for t in range(len(keep)):
        h *= 0 if first[t] else keep[t]
        h += new[t]
        states.append(h.copy())
    return states


def nothing(keep):
    return np.zeros(keep.shape[1])


JOINED = Code(
    id="20.5",
    name="states_of_joined",
    title="Many stories in one row",
    objective="20b",
    points=2,
    minutes=10,
    difficulty=3,
    arguments=("keep", "new", "first"),
    shapes="states_of_joined(keep, new, first): keep, new (T, H), first (T,) True at a beginning -> states (T, H)",
    reference=states_of_joined,
    cases=joined_cases,
    in_library=("gru_lab.models.min_gru.min_gru_by_loop", "gru_lab.models.min_gru.min_gru_by_scan"),
    wrong=(
        Wrong(
            "memory carried over",
            "A new story starts with the memory of the one before. Where first is True nothing may be kept.",
            lambda keep, new, first: one_after_another(keep, new, nothing(keep)),
        ),
        Wrong(
            "first sentence lost",
            "The first sentence of each story has lost its new as well. Only what was before must go: keep is 0 there.",
            lambda keep, new, first: states_of_joined(keep, np.where(first[:, None], 0, new), first),
        ),
        Wrong(
            "one step late",
            "The cut comes one step late: the pair of the first sentence itself must keep nothing.",
            lambda keep, new, first: states_of_joined(keep, new, np.roll(first, 1)),
        ),
        Wrong(
            "one step early",
            "The cut comes one step early: the last sentence of a story still keeps what was before.",
            lambda keep, new, first: states_of_joined(keep, new, np.roll(first, -1)),
        ),
        Wrong(
            "everything kept",
            "keep is 1 where a story begins, so it carries all of the old memory over. To keep nothing it is 0.",
            lambda keep, new, first: one_after_another(np.where(first[:, None], 1, keep), new, nothing(keep)),
        ),
        Wrong(
            "turned round",
            "It is turned round: you cut inside the stories and carry on between them.",
            lambda keep, new, first: states_of_joined(keep, new, ~first),
        ),
        Wrong(
            "new alone",
            "These are the new of each step, nothing is kept at all. Inside a story: keep ⊙ h + new.",
            lambda keep, new, first: new.copy(),
        ),
        Wrong(
            "new added up",
            "The new are added up whole. At each step the memory is multiplied by keep before new is added.",
            lambda keep, new, first: states_of_joined(np.ones_like(keep), new, first),
        ),
        Wrong(
            "one array for all",
            "All rows are the last state: the list holds the same array each time. h = keep[t] * h + new[t] makes a new"
            " one.",
            lambda keep, new, first: np.array([states_of_joined(keep, new, first)[-1]] * len(keep)),
        ),
    ),
    right=(
        joined_by_scan,
        joined_cut_up,
        joined_in_one_array,
        lambda keep, new, first: states_of_joined(keep, new, first).astype("f4"),
    ),
    praise="A beginning is a pair with keep 0, so one scan reads many stories and nothing leaks.",
    hints=(
        "What does the pair (0, new) do to any memory?",
        "Set keep to 0 where first is True: np.where(first[:, None], 0, keep). Nothing else changes.",
        "Then, step by step or by a scan: h = keep[t] * h + new[t], from h = 0.",
    ),
)  # fmt: skip


# ---------------------------------------------------------------------------------------------- a scan to mend


def scan_with(
    grow=lambda d: 2 * d,
    goes_on=lambda d, T: d < T,
    fades=lambda keep, longer, first: keep,
    keeps=True,
    joins=lambda keep_1, new_1, keep_2, new_2: keep_2 * new_1 + new_2,
    ends=None,
):
    """The scan with one thing changed. fades: of the three keeps, the one that is taken for the later step's own."""

    def scan(keep, new, h):
        first, distance = keep, 1
        while goes_on(distance, len(keep)):
            longer = np.concatenate([keep[:distance], keep[distance:] * keep[:-distance]])
            share = fades(keep, longer, first)
            joined = joins(share[:-distance], new[:-distance], share[distance:], new[distance:])
            new = np.concatenate([new[:distance], joined])
            keep, distance = longer if keeps else keep, grow(distance)
        return (keep * h + new) if ends is None else ends(keep, new, h)

    return scan


def mended_scan(keep, new, h):
    return scan_with()(keep, new, h)


def by_places(order, order_of_keep=None):
    """The scan in place, place by place: from the left, partners change before they are read; reversed, it is right."""

    def scan(keep, new, h):
        keep, new, distance = keep.copy(), new.copy(), 1
        while distance < len(keep):
            places = range(distance, len(keep))
            for t in order(places):
                new[t] += keep[t] * new[t - distance]
            for t in (order_of_keep or order)(places):
                keep[t] *= keep[t - distance]
            distance *= 2
        return keep * h + new

    return scan


def scan_cases(rng):
    hand = {"keep": np.array([[0.5], [0.5], [0.2]]), "new": np.array([[1.0], [0.0], [2.0]]), "h": np.array([1.0])}
    cases = [Case("hand", hand, "for the three pairs of the chapter", expected=[[1.5], [0.75], [2.15]])]
    silent = {"keep": np.full((5, 2), 0.5), "new": np.zeros((5, 2))} | draw(rng, h=(2,))
    cases.append(Case("property", silent, "when nothing new is written: halved at each step"))
    wiped = {"keep": np.array([[0.5], [0.0], [0.5]]), "new": np.array([[1.0], [2.0], [1.0]]), "h": np.array([4.0])}
    cases.append(Case("property", wiped, "when one step keeps nothing at all"))
    for T, H in sizes(rng, (6, 2), (9, 3), between=((5, 11), (2, 7))):
        inputs = {"keep": rng.uniform(0.4, 0.9, (T, H)).round(2)} | draw(rng, new=(T, H), h=(H,))
        cases.append(Case("random", inputs, f"for {T} steps and {H} units"))
    return cases


CHANGED = (
    "Some partners had been changed in this round before they were read. Take all places at once, or go from the right."
)
MENDED_SCAN = Code(
    id="20.6",
    name="mended_scan",
    title="Find the bug: a scan that spoils its own keep",
    objective="20c",
    points=3,
    minutes=12,
    difficulty=4,
    arguments=("keep", "new", "h"),
    shapes="mended_scan(keep, new, h): keep, new (T, H), first state h (H,) -> all states (T, H)",
    reference=mended_scan,
    cases=scan_cases,
    in_library=("gru_lab.models.min_gru.min_gru_by_loop", "gru_lab.models.min_gru.min_gru_by_scan"),
    wrong=(
        Wrong(
            "as it was",
            "new still uses a keep that this round has changed. Both must be made from the pairs of the round before.",
            scan_with(fades=lambda keep, longer, first: longer),
        ),
        Wrong(
            "the first keep in every round",
            "new is faded by the keep that came in, in every round. From the second round on it is that of the round"
            " before.",
            scan_with(fades=lambda keep, longer, first: first),
        ),
        Wrong(
            "first state forgotten",
            "The rounds are right, and h is not in it: at the end every state is keep * h + new.",
            scan_with(ends=lambda keep, new, h: new),
        ),
        Wrong(
            "first state added whole",
            "h is added whole. What is left of it is keep * h, with the keep of all steps so far.",
            scan_with(ends=lambda keep, new, h: h + new),
        ),
        Wrong(
            "one round",
            "This is one round. Go on with distances 2, 4, … for as long as the distance is below T.",
            scan_with(goes_on=lambda d, T: d < 2),
        ),
        Wrong(
            "a round too few",
            "The last round is missing: the rounds go on for as long as the distance is below T.",
            scan_with(goes_on=lambda d, T: 2 * d < T),
        ),
        Wrong(
            "distance by one",
            "The distance must double. If it grows by 1, sentences are counted more than once.",
            scan_with(grow=lambda d: d + 1),
        ),
        Wrong(
            "keeps not multiplied",
            "keep never changes. Two steps in a row keep the product of both keeps.",
            scan_with(keeps=False),
        ),
        Wrong(
            "wrong way round",
            "The later keep must fade the earlier new: keep_2 new_1 + new_2.",
            scan_with(joins=lambda keep_1, new_1, keep_2, new_2: keep_2 * new_2 + new_1),
        ),
        Wrong(
            "the earlier keep fades",
            "new was faded by the earlier keep. The later step comes last: its own keep, keep_2, fades new_1.",
            scan_with(joins=lambda keep_1, new_1, keep_2, new_2: keep_1 * new_1 + new_2),
        ),
        Wrong(
            "both faded",
            "new_2 was faded as well. keep_2 acts on what was there before it, so only new_1 fades: keep_2 new_1"
            " + new_2.",
            scan_with(joins=lambda keep_1, new_1, keep_2, new_2: keep_2 * (new_1 + new_2)),
        ),
        Wrong("changed in this round", CHANGED, by_places(iter)),
        Wrong("new changed in this round", CHANGED, by_places(iter, order_of_keep=reversed)),
        Wrong(
            "last state only",
            "Only the last state comes out. The scan gives all T of them.",
            lambda *given: mended_scan(*given)[-1],
        ),
    ),
    right=(
        one_after_another,  # the text says that only the states are looked at: arrays do not tell how they were made
        by_places(reversed),
        lambda keep, new, h: mended_scan(keep, new, h).astype(np.float32),
        lambda keep, new, h: [
            (keep[: t + 1].prod(0) * h + sum(keep[s + 1 : t + 1].prod(0) * new[s] for s in range(t + 1))).tolist()
            for t in range(len(keep))
        ],
    ),
    praise="The states are right. In a round of a scan each place reads what the round before has left, nothing newer.",
    hints=(
        "Follow the second place in the first round. Which keep should fade new_1, and which does?",
        "new needs keep_2 itself, not the product keep_2 keep_1. Exchange two lines.",
        "First new[distance:] = keep[distance:] * new[:-distance] + new[distance:], then keep[distance:] = …",
    ),
)  # fmt: skip

QUESTIONS = (JOINED, MENDED_SCAN)
