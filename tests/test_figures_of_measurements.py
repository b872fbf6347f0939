"""Figures of what was measured: every number that is given is drawn, where it belongs and as what it is."""

import base64
import importlib
import itertools
import math
import re

import matplotlib.pyplot as plt
import numpy as np
import pytest
from drawings import colour_of, lines_of, points, texts, ticks

from gru_lab import figures
from gru_lab.measuring.lessons import Memorised, Remembered
from gru_lab.palette import LIGHT, PALE

K = np.arange(61)


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_a_gradients_line_is_the_median_of_the_seeds_within_their_band():
    reach = np.array([0.5**K, 0.6**K, 0.9**K])
    (axes,) = figures.gradient_distance({("GRU", "a gate"): reach, ("RNN", "none"): 0.5 * reach}, steps=40).axes
    gated, plain = axes.lines
    np.testing.assert_allclose(points(gated), np.column_stack([K[:41], 0.6 ** K[:41]]))
    np.testing.assert_allclose(plain.get_ydata(), 0.5 * 0.6 ** K[:41])
    band = axes.collections[0].get_paths()[0].vertices
    for k in (0, 40):
        heights = band[band[:, 0] == k, 1]
        assert heights.min() == pytest.approx(0.5**k) and heights.max() == pytest.approx(0.9**k)
    assert colour_of(gated) == LIGHT["z"] and gated.get_linestyle() != plain.get_linestyle()
    assert texts(axes) == ["none", "a gate"] and axes.get_yscale() == "log"
    low, high = (text.xyann[1] for text in axes.texts)  # the two lines end close together, their names do not
    assert math.log10(high / low) > 1


def test_a_gradient_that_leaves_the_picture_is_named_where_it_leaves():
    reach = {"kept": [1.0] * 41, "lost": 0.1 ** np.arange(41.0), "grown": 1.5 ** np.arange(41.0)}
    (axes,) = figures.gradient_reach(reach, through_candidate=("grown",)).axes
    for line, lengths in zip(axes.lines, reach.values(), strict=False):
        np.testing.assert_allclose(line.get_ydata(), lengths)
    assert {t.get_text(): (t.xy[0], pytest.approx(t.xy[1])) for t in axes.texts} == {
        "kept": (40, 1), "lost": (17, 1e-16), "grown": (40, 1.5**40),
    }  # fmt: skip
    assert texts(axes, LIGHT["candidate"]) == ["grown"] and texts(axes, LIGHT["z"]) == ["kept", "lost"]
    assert len({line.get_linestyle() for line in axes.lines[:3]}) == 3


def test_a_bar_is_the_mean_of_the_vows_of_its_age():
    vows = np.array([[1, 0.9], [2, 0.7], [3, 0.6], [11, 0.5], [20, 0.3], [500, 0.2]])
    (axes,) = figures.kept_vows(vows, chance=0.125).axes
    bars = {round(bar.get_x() + bar.get_width() / 2): bar.get_height() for bar in axes.patches}
    assert bars == pytest.approx({0: 0.8, 1: 0.6, 3: 0.4, 4: 0.2})  # nobody is of age 6 to 10
    assert texts(axes)[:4] == ["2 vows", "1 vows", "2 vows", "1 vows"]
    assert ticks(axes.xaxis) == ["1 to 2", "3 to 5", "6 to 10", "11 to 20", "21 or more"]
    (guess,) = lines_of(axes, LIGHT["r"])
    assert set(guess.get_ydata()) == {0.125} and texts(axes, LIGHT["r"]) == ["a guess"]
    error = axes.collections[0].get_segments()[0]
    assert error[1, 1] - error[0, 1] == pytest.approx(2 * 0.1 / np.sqrt(2))


def test_learning_by_heart_shows_both_losses_of_each_seed():
    train, test = np.array([[0.6, 0.5], [0.1, 0.05]]), np.array([[0.7, 0.6], [0.9, 0.8]])
    lessons = [Memorised(cell, np.array([1, 50]), train, test + i) for i, cell in enumerate(("RNN", "GRU"))]
    figure = figures.overfitting_curves(lessons, floor=0.2)
    assert [axes.get_title() for axes in figure.axes] == ["RNN", "GRU"]
    for i, axes in enumerate(figure.axes):
        unseen = [line for line in lines_of(axes, LIGHT["h"]) if line.get_linestyle() == "-"]
        np.testing.assert_allclose([line.get_ydata() for line in unseen], (test + i).T)
        np.testing.assert_allclose([line.get_ydata() for line in lines_of(axes, PALE)], train.T)
        assert [set(line.get_ydata()) for line in axes.lines if line.get_linestyle() == ":"] == [{0.2}]
        assert list(axes.lines[0].get_xdata()) == [1, 50]
    names = [text.get_text() for text in figure.legends[0].get_texts()]
    assert names == ["unseen stories", "the small training set", "the noise alone"]  # once each, not once a seed


def test_the_norms_of_one_rate_stand_above_each_other_unclipped_and_clipped():
    norm = np.random.default_rng(0).lognormal(size=(7, 2, 3, 2))  # steps, clipping, rates, seeds
    lesson = Remembered("LSTM", (0.1, 0.2, 0.3), norm, norm, norm[0], None)
    upper, lower = figures.gradient_curves([lesson], rate=2).axes
    for clipped, axes in enumerate((upper, lower)):
        lines = [line for line in axes.lines if len(line.get_xdata()) == 7]
        np.testing.assert_allclose([line.get_ydata() for line in lines], norm[:, clipped, 2].T)
        assert list(lines[0].get_xdata()) == list(range(1, 8)) and axes.get_yscale() == "log"
    assert upper.get_title() == "LSTM" and "no clipping" in upper.get_ylabel() and "clipped at 1" in lower.get_ylabel()


def test_no_probe_is_drawn_below_nothing_but_its_number_is_said():
    scores = {"all units": [0.9, 0.8], "one unit": [0.5, -0.3], "words": [0.1, 0.0]}
    figure = figures.memory_probes(scores, ("love", "power"))
    (axes,) = figure.axes
    assert [bar.get_height() for bar in axes.patches] == [0.9, 0.8, 0.5, 0, 0.1, 0]
    assert texts(axes) == ["0.90", "0.80", "0.50", "-0.30", "0.10", "0.00"]
    love = sorted(axes.patches[::2], key=lambda bar: bar.get_x())
    assert [bar.get_height() for bar in love] == [0.9, 0.5, 0.1]
    ends = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in love]
    assert all(left[1] <= right[0] for left, right in itertools.pairwise(ends))  # side by side
    assert len({(colour_of(bar), bar.get_hatch()) for bar in love}) == 3
    assert [text.get_text() for text in figure.legends[0].get_texts()] == list(scores)
    assert ticks(axes.xaxis) == ["love", "power"]


def test_times_are_multiples_of_the_shortest():
    lengths, times = (16, 256, 4096), {"loop": (0.5, 4.0, 32.0), "scan": (1.0, 0.25, 0.75)}
    (axes,) = figures.scan_times(lengths, times).axes
    for line, name, (seconds, quantity) in zip(
        axes.lines, texts(axes), zip(times.values(), "hz", strict=True), strict=True
    ):
        np.testing.assert_allclose(points(line), np.column_stack([lengths, np.array(seconds) / 0.25]))
        assert colour_of(line) == LIGHT[quantity] and texts(axes, LIGHT[quantity]) == [name]
    assert texts(axes) == list(times) and ticks(axes.xaxis) == ["16", "256", "4,096"]
    assert axes.get_xscale() == axes.get_yscale() == "log"


def test_scores_lie_in_the_interval_of_their_mean_also_on_a_logarithmic_axis():
    panels = [
        ("accuracy", {"GRU": [0.7, 0.8, 0.9], "LSTM": [0.5, 0.5, 0.8]}, (0.1, "chance"), False),
        ("loss", {"GRU": [0.001, 0.1], "LSTM": [0.01, 1.0]}, (0.3, "guess"), True),
    ]
    figure = figures.task_scores(panels, lambda values: (np.mean(values), np.min(values), np.max(values)))
    for axes, (title, scores, (line, name), logarithmic) in zip(figure.axes, panels, strict=True):
        drawn = zip(axes.lines[0:6:3], axes.lines[1:6:3], axes.lines[2:6:3], strict=True)
        for (bar, seeds, mean), values in zip(drawn, scores.values(), strict=True):
            assert sorted(seeds.get_xdata()) == sorted(values) and colour_of(seeds) == PALE
            assert bar.get_xdata() == pytest.approx([min(values), max(values)])
            middle = np.exp(np.mean(np.log(values))) if logarithmic else np.mean(values)
            assert mean.get_xdata() == pytest.approx([middle])
        (dotted,) = lines_of(axes, LIGHT["r"])
        assert set(dotted.get_xdata()) == {line}
        assert axes.get_xlabel() == f"{title}\n(dotted: {name})"
        assert axes.get_xscale() == ("log" if logarithmic else "linear")
    assert ticks(figure.axes[0].yaxis) == ["GRU", "LSTM"] and figure.axes[0].yaxis_inverted()


def test_a_training_curve_counts_millions_of_words_and_leaves_room_above_the_floor():
    rows = [{"words": n * 5e5, "train_loss": 4 / n, "validation_loss": 4.5 / n} for n in (1, 2, 3)]
    (axes,) = figures.training_curve(rows, floor=1.2).axes
    train, validation, floor = axes.lines
    np.testing.assert_allclose(points(train), [[0.5, 4], [1, 2], [1.5, 4 / 3]])
    np.testing.assert_allclose(validation.get_ydata(), [4.5, 2.25, 1.5])
    assert set(floor.get_ydata()) == {1.2} and axes.get_ylim()[0] < 1.2 and axes.get_xlim()[0] == 0
    assert [text.get_text() for text in axes.get_legend().get_texts()] == [
        "training text", "stories it has not seen", "the world's own surprise",
    ]  # fmt: skip
    assert train.get_linestyle() == "--" and validation.get_linestyle() == "-"


def test_a_shown_figure_is_escaped_closed_and_never_without_words(monkeypatch):
    shown = []
    monkeypatch.setattr(importlib.import_module("gru_lab.figures.show"), "display", shown.append)
    figure = plt.figure(figsize=(1, 1))
    for caption, below in (("", ""), ("a < b", "<figcaption>a &lt; b</figcaption>")):
        figures.show(figure, 'says "<x>" & more', caption)
        page = shown.pop().data
        assert page.startswith('<figure><img alt="says &quot;&lt;x&gt;&quot; &amp; more" src="data:image/png;base64,')
        assert page.endswith(f'">{below}</figure>')
        picture = base64.b64decode(re.search('base64,([^"]+)', page)[1])
        assert picture.startswith(b"\x89PNG") and b"Software" not in picture
    assert not plt.fignum_exists(figure.number)
    with pytest.raises(ValueError, match="alt is empty"):
        figures.show(figure, " \n")
    assert not shown
