"""GRUCellExplorer without a browser: what Python is told, what it refuses, what it gives back."""

import json
import subprocess
import sys

import numpy as np
import pytest
import traitlets

from gru_lab import CONVENTIONS, Convention, GRUParameters, gru_step, trace_step
from gru_lab.story import ASPECTS, STORY, Sentence, story_cell, tell
from gru_lab.widgets import GRUCellExplorer

SOME = GRUParameters.random(3, 2, seed=5)
OWN = {"story": [("one", (1, 0, -0.5)), ("two", (0, 0.5, 0))], "units": ["a", "b"], "features": ["p", "q", "r"]}


def same(found, wanted):
    return all(np.allclose(a, b, rtol=0, atol=1e-15) for a, b in zip(found, wanted, strict=True))


def test_it_opens_on_the_story():
    explorer = GRUCellExplorer()
    assert repr(explorer) == "GRUCellExplorer(H=4, D=5, 8 sentences)"
    assert explorer.units == list(ASPECTS)
    assert all(same(a, b) for a, b in zip(explorer.traces(), tell(), strict=True))
    bundle = explorer._repr_mimebundle_()
    assert (bundle[0] if isinstance(bundle, tuple) else bundle)["text/plain"] == repr(explorer)


@pytest.mark.parametrize("convention", sorted({(c.update, c.reset) for c in CONVENTIONS.values()}))
def test_trace_is_the_cell(convention):
    parameters = GRUParameters.random(3, 2, seed=1, convention=Convention(*convention))
    explorer = GRUCellExplorer(parameters, t=1, convention=convention, **OWN)
    wanted = trace_step(explorer.x, explorer.h, parameters, Convention(*convention))
    assert same(explorer.trace(), wanted)
    assert np.array_equal(
        explorer.h, gru_step(np.array(OWN["story"][0][1]), np.zeros(2), parameters, explorer.convention)
    )


def test_edits_reach_the_numbers():
    explorer = GRUCellExplorer(
        SOME, t=1, **OWN, x_edits={0: [0, 0, 0]}, h_edits={"1": [0.5, -1]}, weight_edits={"U_h[1,0]": 2, "b_z[0]": -3}
    )
    p = explorer.current_parameters
    assert p.U_h[1, 0] == 2 and p.b_z[0] == -3 and SOME.U_h[1, 0] != 2
    assert same(explorer.trace(), trace_step(np.array([0, 0.5, 0]), np.array([0.5, -1.0]), p))
    assert same(explorer.trace(0), trace_step(np.zeros(3), np.zeros(2), p))


def test_held_gates():
    explorer = GRUCellExplorer(t=2, force={"r": 0, "z": [None, 1, None, 0]})
    trace = explorer.trace()
    free = GRUCellExplorer(t=2).trace()
    assert explorer.force == {"r": [0, 0, 0, 0], "z": [None, 1, None, 0]}
    assert trace.h[1] == explorer.h[1] and trace.h[3] == trace.candidate[3]
    assert np.array_equal(trace.reset_memory, np.zeros(4)) and trace.a_z == pytest.approx(free.a_z, abs=1)


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"t": 8, "own_sentences": [("mine", (0, 0, 0, 1, 0))], "stage": 2, "predict": False},
        {"convention": ("takes", "after"), "unedited_convention": ("keeps", "before"), "weight_edits": {"W_z[0,4]": 8}},
        {"parameters": SOME, **OWN, "x_edits": {1: [1, 1, 1]}, "force": {"z": 0.5}},
    ],
)
def test_state_restores_it(arguments):
    explorer = GRUCellExplorer(**arguments)
    again = GRUCellExplorer(**explorer.state())
    assert all(same(a, b) for a, b in zip(again.traces(), explorer.traces(), strict=True))
    synced = [name for name in explorer.keys if name not in ("_esm", "_css", "layout", "given", "tabbable", "tooltip")]
    for name in synced:
        assert json.dumps(again.get_state(name), default=str) == json.dumps(explorer.get_state(name), default=str)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"units": ["a"]}, "units has 1 names, needs 4"),
        ({"features": list("aabcd")}, "features has a name twice"),
        ({"t": 8}, "t is 8, needs a sentence between 0 and 7"),
        ({"t": -1}, "t is -1"),
        ({"stage": 6}, "stage"),
        ({"story": []}, "story is empty"),
        ({"story": [("short", (1, 0))]}, r"story\[0\]'s x has shape \(2,\), needs \(5,\)"),
        ({"own_sentences": [("nan", (float("nan"),) * 5)]}, r"own_sentences\[0\]'s x has nan"),
        ({"x_edits": {0: [1]}}, r"x_edits\[0\] has shape \(1,\), needs \(5,\)"),
        ({"h_edits": {0: [1, 2, 3]}}, r"h_edits\[0\] has shape \(3,\), needs \(4,\)"),
        ({"weight_edits": {"U_h[4,0]": 1}}, "weight_edits has the key 'U_h\\[4,0\\]'"),
        ({"weight_edits": {"W_q[0,0]": 1}}, "weight_edits has the key"),
        ({"weight_edits": {"b_z[0]": float("inf")}}, "needs a finite number"),
        ({"force": {"h": 1}}, 'force has \'h\', needs only "r" and "z"'),
        ({"force": {"r": [0, 1]}}, "needs 4 entries"),
        ({"force": {"z": 2}}, "between 0 and 1"),
        ({"selected": {"kind": "q", "unit": 0}}, "selected"),
        ({"convention": ("maybe", "before")}, "update is 'maybe'"),
        ({"parameters": GRUParameters.random(2, 33)}, "33 units, the picture has room for 32"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(arguments, message):
    with pytest.raises((traitlets.TraitError, ValueError), match=message):
        GRUCellExplorer(**arguments)


def test_a_wrong_value_set_later_is_refused_and_the_old_stays():
    explorer = GRUCellExplorer()
    with pytest.raises(traitlets.TraitError, match="t is 99"):
        explorer.t = 99
    assert explorer.t == 0
    with pytest.raises(TypeError, match="needs GRUParameters or a torch"):
        GRUCellExplorer(parameters="weights")


def test_what_the_browser_sends_is_understood():
    explorer = GRUCellExplorer()
    explorer.set_state({
        "t": 3, "x_edits": {"3": [0, 1, 0, 0, 0]}, "h_edits": {"2": [0, 0, 0, 1]}, "weight_edits": {"W_r[0,1]": -0.5},
        "convention": {"update": "takes", "reset": "after"}, "force": {"r": [None, 0, None, None], "z": None},
        "own_sentences": [{"text": "Mine.", "x": [0, 0, 0, 0, 1]}], "selected": {"kind": "z", "unit": 3},
    })  # fmt: skip
    assert explorer.convention == Convention("takes", "after")
    assert explorer.x.tolist() == [0, 1, 0, 0, 0]
    assert explorer.sentences[-1] == Sentence("Mine.", (0, 0, 0, 0, 1))
    assert explorer.current_parameters.W_r[0, 1] == -0.5
    assert explorer.trace(3).r[1] == 0


def test_units_are_named_after_aspects_only_where_they_are():
    assert GRUCellExplorer(story_cell()).units == list(ASPECTS)
    assert GRUCellExplorer(GRUParameters.random(5, 4)).units == ["unit 0", "unit 1", "unit 2", "unit 3"]
    assert len(GRUCellExplorer(GRUParameters.random(5, 4)).story) == len(STORY)


def test_a_torch_gru_is_taken_as_it_is():
    torch = pytest.importorskip("torch")
    pytest.importorskip("gru_lab.interop", reason="weights from torch go through gru_lab.interop")
    torch.manual_seed(0)
    gru = torch.nn.GRU(3, 2).double()
    explorer = GRUCellExplorer(gru, story=OWN["story"])
    x = torch.tensor([list(s[1]) for s in OWN["story"]], dtype=torch.float64)
    assert explorer.convention == Convention("keeps", "after")
    assert np.allclose([trace.h for trace in explorer.traces()], gru(x)[0].detach().numpy(), rtol=0, atol=1e-12)


def test_gru_lab_itself_stays_light():
    code = "import gru_lab, sys; assert not {'anywidget', 'torch', 'matplotlib', 'ipywidgets'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_it_remembers_what_it_was_made_with():
    made = GRUCellExplorer(t=4, h_edits={4: [0.9, 0.6, 0.9, 0.0]}, convention=("takes", "before"), force={"r": 0})
    made.h_edits, made.force = {}, {"r": None, "z": None}
    assert made.opened == {
        "convention": {"update": "takes", "reset": "before"},
        "x_edits": {},
        "h_edits": {4: [0.9, 0.6, 0.9, 0.0]},
        "weight_edits": {},
        "force": {"r": [0, 0, 0, 0], "z": None},
        "own_sentences": [],
    }
