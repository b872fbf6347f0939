"""A scan and its pairs, as learners write them: each slip in its own words, and its neighbours not taken for it."""

import numpy as np
import pytest

from gru_lab import check
from gru_lab.checks import judge

# ---------------------------------------------------------------------------------------------- 20.3, one round


def earlier_keep_fades(keep, new, distance):
    longer = keep[distance:] * keep[:-distance]
    faded = keep[:-distance] * new[:-distance] + new[distance:]
    return np.concatenate([keep[:distance], longer]), np.concatenate([new[:distance], faded])


def place_by_place(keep, new, distance):
    keep, new = keep.copy(), new.copy()
    for t in range(distance, len(keep)):
        new[t] = keep[t] * new[t - distance] + new[t]
        keep[t] = keep[t] * keep[t - distance]
    return keep, new


def new_place_by_place(keep, new, distance):
    new = new.copy()
    for t in range(distance, len(keep)):
        new[t] = keep[t] * new[t - distance] + new[t]
    return np.concatenate([keep[:distance], keep[distance:] * keep[:-distance]]), new


def all_rounds_from_this_one(keep, new, distance):
    """The same arrays as place by place, so one sentence must be true of both."""
    while distance < len(keep):
        keep, new = check.find("20.3").reference(keep, new, distance)
        distance *= 2
    return keep, new


def whole_loop(keep, new, distance):
    keeps, news = [keep[0]], [new[0]]
    for t in range(1, len(keep)):
        keeps.append(keep[t] * keeps[-1])
        news.append(keep[t] * news[-1] + new[t])
    return np.array(keeps), np.array(news)


def all_rounds(keep, new, distance):
    return all_rounds_from_this_one(keep, new, 1)


# ---------------------------------------------------------------------------------------------- 20.5, states in a list


def one_array_for_all(keep, new, first):
    keep = np.where(first[:, None], 0, keep)
    h, states = np.zeros(keep.shape[1]), []
    for t in range(len(keep)):
        h *= keep[t]
        h += new[t]
        states.append(h)
    return np.array(states)


# ---------------------------------------------------------------------------------------------- 20.6, mends of a scan


def mend_by_the_earlier_keep(keep, new, h):
    keep, new, distance = keep.copy(), new.copy(), 1
    while distance < len(keep):
        new[distance:] = keep[:-distance] * new[:-distance] + new[distance:]
        keep[distance:] = keep[distance:] * keep[:-distance]
        distance = 2 * distance
    return keep * h + new


def mend_place_by_place(keep, new, h):
    keep, new, distance = keep.copy(), new.copy(), 1
    while distance < len(keep):
        for t in range(distance, len(keep)):
            new[t] = keep[t] * new[t - distance] + new[t]
            keep[t] = keep[t] * keep[t - distance]
        distance = 2 * distance
    return keep * h + new


def mend_new_place_by_place(keep, new, h):
    keep, new, distance = keep.copy(), new.copy(), 1
    while distance < len(keep):
        for t in range(distance, len(keep)):
            new[t] = keep[t] * new[t - distance] + new[t]
        keep[distance:] = keep[distance:] * keep[:-distance]
        distance = 2 * distance
    return keep * h + new


def mend_that_fades_both(keep, new, h):
    keep, new, distance = keep.copy(), new.copy(), 1
    while distance < len(keep):
        new[distance:] = keep[distance:] * (new[:-distance] + new[distance:])
        keep[distance:] = keep[distance:] * keep[:-distance]
        distance = 2 * distance
    return keep * h + new


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("number", "answer", "words"),
    [
        ("20.3", earlier_keep_fades, "its own keep, keep_2, fades new_1"),
        ("20.3", place_by_place, "Some partners had been changed"),
        ("20.3", new_place_by_place, "Some partners had been changed"),
        ("20.3", all_rounds_from_this_one, "If yours makes several rounds: make one"),
        ("20.3", whole_loop, "a whole loop gives"),
        ("20.3", all_rounds, "or all rounds"),
        ("20.5", one_array_for_all, "the same array each time"),
        ("20.6", mend_by_the_earlier_keep, "faded by the earlier keep"),
        ("20.6", mend_place_by_place, "changed in this round"),
        ("20.6", mend_new_place_by_place, "changed in this round"),
        ("20.6", mend_that_fades_both, "new_2 was faded as well"),
    ],
)
def test_a_slip_is_named(number, answer, words, seed):
    found = judge(check.find(number), answer, seed)
    assert words in found.reason, found
    assert "may not be all" not in found.reason


def test_the_case_worked_by_hand_tells_both_keeps_apart():
    assert judge(check.find("20.3"), earlier_keep_fades).stage == "hand"


def test_the_numbers_in_the_words_of_a_hand_case_are_its_numbers():
    [case] = [case for case in check.find("20.3").cases(np.random.default_rng(0)) if case.stage == "hand"]
    columns = (case.inputs[name][:, 0] for name in ("keep", "new"))
    pairs = [f"({keep:g}, {new:g})" for keep, new in zip(*columns, strict=True)]
    assert all(pair in case.says for pair in pairs), case.says
