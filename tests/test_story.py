"""The hand-wired cell tells the story that the chapters say it tells."""

import numpy as np
import pytest

from gru_lab import CONVENTIONS, DEFAULT, GRUParameters, gru_step
from gru_lab.sequence import forward
from gru_lab.story import ASPECTS, FEATURES, STORY, Sentence, features, story_cell, tell

POWER, CONFLICT, TRAGEDY, REVENGE = range(4)


def states():
    return np.array([trace.h for trace in tell()])


def sentence(part):
    """The number of the one sentence with this text in it."""
    (found,) = [number for number, s in enumerate(STORY) if part in s.text]
    return found


def test_names_and_shapes():
    assert ASPECTS == ("Power", "Conflict", "Tragedy", "Revenge")
    assert len(STORY) == 8 and len(FEATURES) == 5
    cell = story_cell()
    assert (cell.input_size, cell.hidden_size, cell.dtype, cell.b_Uh) == (5, 4, np.float64, None)
    assert all(len(s.x) == 5 for s in STORY)


def test_the_states_that_the_article_prints():
    assert states()[0].round(1).tolist() == [0.9, 0, 0, 0]
    assert states()[1].round(1).tolist() == [0.9, 0.6, 0, 0]


def test_the_king_dies_and_power_falls():
    h, dead = states(), sentence("found dead")
    assert h[dead - 1, POWER] > 0.85 and h[dead, POWER] < 0.3
    assert h[dead - 1, TRAGEDY] < 0.05 and h[dead, TRAGEDY] > 0.85
    assert abs(h[dead, CONFLICT] - h[dead - 1, CONFLICT]) < 0.05  # what the sentence does not speak of is kept


def test_filler_changes_next_to_nothing():
    h, snow = states(), sentence("Snow")
    assert STORY[snow].x == (0, 0, 0, 0, 0)
    assert np.abs(h[snow] - h[snow - 1]).max() < 0.02


def test_a_vow_is_kept_and_revenge_falls():
    h, sworn, kept = states(), sentence("swears revenge"), sentence("the vow is kept")
    assert h[sworn - 1, REVENGE] < 0.05 and h[sworn, REVENGE] > 0.85
    assert h[kept, REVENGE] < 0.1
    assert h[kept, CONFLICT] > 0.9 and h[kept, POWER] < 0.3


def test_a_new_chapter_forgets_all_but_its_own():
    h, queen = states(), sentence("new queen")
    assert h[queen, POWER] > 0.85
    assert np.abs(h[queen, 1:]).max() < 0.1
    assert np.abs(tell()[queen].r).max() < 0.05  # the reset gate is shut there, and nowhere else
    assert min(trace.r.min() for trace in tell()[:queen]) > 0.85


def test_a_unit_listens_to_its_own_feature_alone():
    gates = np.array([trace.z for trace in tell()])
    for number, s in enumerate(STORY[:-1]):
        for unit in range(4):
            spoken_of = s.x[unit] > 0.5
            assert (gates[number, unit] < 0.3) == spoken_of, (s.text, ASPECTS[unit])


def test_the_last_sentence_reads_the_same_from_anywhere():
    """The update gate is shut and the reset gate too: what was before has next to no say."""
    ends = [tell(STORY[-1:], h)[0].h for h in ((0, 0, 0, 0), (1, 1, 1, 1), (-1, 1, -1, 1))]
    assert np.ptp(ends, axis=0).max() < 0.2


def test_telling_is_stepping_and_reading_the_sequence():
    X = np.array([s.x for s in STORY])
    np.testing.assert_allclose(forward(X, None, story_cell()).output, states(), rtol=0, atol=1e-15)
    h = np.zeros(4)
    for s, trace in zip(STORY, tell(), strict=True):
        h = gru_step(list(s.x), h, story_cell())
        np.testing.assert_array_equal(trace.h, h)
    np.testing.assert_array_equal(tell([s.x for s in STORY])[-1].h, h)
    np.testing.assert_array_equal(tell(STORY[4:], tell(STORY[:4])[-1].h)[-1].h, h)


def test_the_story_needs_its_convention():
    takes = CONVENTIONS["ARTICLE_SECTION_13"]
    X = np.array([s.x for s in STORY])
    assert np.abs(forward(X, None, story_cell(), None, takes).output - states()).max() > 0.5
    converted = DEFAULT.convert(story_cell(), takes)
    np.testing.assert_allclose(forward(X, None, converted, None, takes).output, states(), rtol=0, atol=1e-14)


def test_other_parameters_can_read_the_story():
    traces = tell(parameters=GRUParameters.random(5, 4, seed=3))
    assert len(traces) == 8 and np.abs(traces[-1].h - states()[-1]).max() > 0.1


def test_features_by_name():
    assert features(quarrel=0.65) == (0, 0.65, 0, 0, 0)
    assert features(crown=1, new_chapter=1) == (1, 0, 0, 0, 1)
    with pytest.raises(
        ValueError, match="unknown feature 'war', needs one of crown, quarrel, death, oath, new chapter"
    ):
        features(war=1)


def test_what_tell_refuses():
    with pytest.raises(ValueError, match="the story is empty, needs at least one sentence"):
        tell([])
    with pytest.raises(ValueError, match=r"x has shape \(2,\), needs \(5,\)"):
        tell([Sentence("Too short.", (1, 2))])
    with pytest.raises(ValueError, match=r"h has shape \(3,\), needs \(4,\)"):
        tell(h=(0, 0, 0))
