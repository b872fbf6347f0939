"""The smaller widgets without a browser: their numbers are the cell's, their arguments checked, their reprs stable."""

import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import traitlets

import gru_lab.widgets
from gru_lab import GRUParameters, new_state, sigmoid
from gru_lab.sequence import forward
from gru_lab.story import STORY, tell
from gru_lab.widgets import ConventionFlip, Crossfader, GateCurves, MemoryLength, ShapesChooser, StoryMeter, TimeLine

JS = Path(gru_lab.widgets.__file__).parent / "js"


def evaluate(expression):
    """A number from gru.js, computed by node."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    code = f'import * as gru from "{(JS / "gru.js").as_uri()}"; console.log(JSON.stringify({expression}))'
    done = subprocess.run([node, "--input-type=module", "-e", code], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_shapes_and_counts_are_those_of_real_parameters():
    for D, H in [(5, 4), (3, 7), (1, 1)]:
        widget = ShapesChooser(D=D, H=H)
        p = GRUParameters.random(D, H)
        assert {name: array.shape for name, array in p.arrays().items()}.items() <= widget.shapes.items()
        assert widget.counts["GRU"] == p.count
        found = evaluate(f"gru.parameterCounts({D}, {H})")
        assert list(found.values()) == list(widget.counts.values())


def test_counts_are_torchs():
    torch = pytest.importorskip("torch")

    def count(layer):
        return sum(p.numel() for p in layer.parameters())

    counts = ShapesChooser(D=5, H=4).counts
    assert counts["GRU in PyTorch"] == count(torch.nn.GRU(5, 4))
    assert counts["LSTM"] == count(torch.nn.LSTM(5, 4)) - 4 * 4  # torch's second bias set


def test_story_meter_tells_the_story():
    meter = StoryMeter(t=2)
    assert np.array_equal(meter.h, tell()[2].h)
    meter.source = "random"
    assert not np.allclose(meter.h, tell()[2].h)
    assert np.abs([trace.h for trace in meter.traces()]).max() > 0.5  # random, and still to be seen
    assert StoryMeter(STORY[:3], seed=None).random_parameters is None


def test_crossfader_blends_the_articles_numbers():
    assert np.allclose(Crossfader().h_t, [0.65, 0.5, 0.6, 0.2], rtol=0, atol=1e-15)
    assert np.allclose(Crossfader(z=(1, 1, 1, 1)).h_t, [0.5, 0.6, 0.7, 0.1])
    assert np.allclose(Crossfader(z=(1, 1, 1, 1), convention=("takes", "before")).h_t, [0.8, 0.4, 0.5, 0.3])


def test_convention_flip_is_exact_when_negated():
    for a in (-6, -0.3, 0, 2.2, 6):
        flip = ConventionFlip(a=a, negated=True)
        assert flip.h_t["keeps"] == pytest.approx(flip.h_t["takes"], abs=1e-15)
        assert flip.h_t["keeps"] == pytest.approx(float(new_state(np.float64(0.9), -0.4, sigmoid(a))), abs=1e-15)
    assert ConventionFlip(a=3).h_t["keeps"] > 0.8 > 0 > ConventionFlip(a=3).h_t["takes"]


def test_curves_and_memory_length():
    assert GateCurves(w=2, x=0.5, b=-1).value == 0.5
    for a in (-7.5, -1, 0.2, 3):
        step = 1e-6
        slope = (float(sigmoid(a + step)) - float(sigmoid(a - step))) / (2 * step)
        assert evaluate(f"gru.sigmoidSlope({a})") == pytest.approx(slope, abs=1e-8)
        slope = (np.tanh(a + step) - np.tanh(a - step)) / (2 * step)
        assert evaluate(f"gru.tanhSlope({a})") == pytest.approx(slope, abs=1e-8)
    memory = MemoryLength(a=2, steps=20)
    assert memory.z**memory.half_life == pytest.approx(0.5)
    assert memory.half_life == pytest.approx(-1 / np.log2(memory.z))
    assert evaluate(f"[gru.halfLife({memory.z}), gru.remains({memory.z}, 20), gru.halfLife(1)]")[:2] == pytest.approx(
        [memory.half_life, memory.remains], rel=1e-12
    )


def test_time_line_reaches_back_as_finite_differences_do():
    line = TimeLine(unit=3, target=5, shift=1.5)
    p = replace(line.parameters, b_z=line.parameters.b_z + 1.5)
    output = forward(line.X, None, p).output
    for t in range(5):
        step = 1e-6
        slopes = []
        for j in range(4):
            ends = []
            for sign in (1, -1):
                h = output[t].copy()
                h[j] += sign * step
                ends.append(forward(line.X[t + 1 : 6], h, p).h_n[3])
            slopes.append((ends[0] - ends[1]) / (2 * step))
        assert line.reach[t] == pytest.approx(np.linalg.norm(slopes), abs=1e-8)
    assert line.reach[5] == 1
    assert TimeLine(shift=4, unit=3).reach[0] > 50 * TimeLine(shift=-4, unit=3).reach[0]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ShapesChooser(D=0), "D"),
        (lambda: ShapesChooser(H=25), "H"),
        (lambda: ShapesChooser(gate="q"), "gate"),
        (lambda: StoryMeter([]), "story is empty"),
        (lambda: StoryMeter(t=8), "t is 8"),
        (lambda: StoryMeter(source="random", seed=None), "needs a seed"),
        (lambda: Crossfader(h=(1, 2)), r"h has shape \(2,\), needs \(4,\)"),
        (lambda: Crossfader(z=(0.5, 0.5, 0.5, 1.5)), "z is .*between 0 and 1"),
        (lambda: Crossfader(units=[]), "units has 0 names"),
        (lambda: ConventionFlip(a=7), "a"),
        (lambda: GateCurves(curve="relu"), "curve"),
        (lambda: MemoryLength(steps=0), "steps"),
        (lambda: TimeLine(target=8), "target is 8, needs a number between 0 and 7"),
        (lambda: TimeLine(unit=4), "unit is 4"),
        (lambda: TimeLine(shift=7), "shift"),
        (lambda: TimeLine(units=["a"]), "units has 1 names, needs 4"),
        (lambda: TimeLine(story=()), "story has 0 sentences"),
    ],
)
def test_what_does_not_fit_is_refused(make, message):
    with pytest.raises((traitlets.TraitError, ValueError), match=message):
        make()


def make(name):
    if name != "StoryReader":
        return getattr(gru_lab.widgets, name)()
    from gru_lab.models import LanguageModel
    from gru_lab.probing import Probe

    return gru_lab.widgets.StoryReader(LanguageModel("gru", 2, 3, 5), ("a", "b"), Probe(np.ones((5, 4)), np.ones(4), 1))


@pytest.mark.parametrize("name", gru_lab.widgets.__all__)
def test_every_widget_has_a_repr_without_an_address_and_no_maths_of_its_own(name):
    widget = make(name)
    assert re.fullmatch(rf"{name}\([^<>]*\)", repr(widget))
    assert "import {" not in widget._esm and "--candidate" in widget._css
    entry = widget._esm.split("// ---- ")[-1]
    assert "Math.tanh(" not in entry and "Math.exp" not in entry and "Math.log" not in entry


@pytest.mark.parametrize("curve", ["sigmoid", "tanh"])
def test_the_slope_is_that_of_the_curve(curve):
    step = 1e-6
    above, below = (GateCurves(curve=curve, w=1, x=1, b=0.5 + sign * step).value for sign in (1, -1))
    assert GateCurves(curve=curve, w=1, x=1, b=0.5).slope == pytest.approx((above - below) / (2 * step), abs=1e-8)


def test_what_a_browser_sends_back_becomes_parameters_again():
    meter = StoryMeter(source="random", seed=3)
    sent = meter.get_state("random_parameters")["random_parameters"]
    meter.set_state({"random_parameters": None})
    assert meter.random_parameters is None
    meter.set_state({"random_parameters": sent})
    assert isinstance(meter.random_parameters, GRUParameters)
    np.testing.assert_array_equal(meter.random_parameters.W_r, np.array(sent["W_r"]))
