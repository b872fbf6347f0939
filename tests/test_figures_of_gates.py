"""Figures of what gates do: the numbers drawn are those of the equations, in the colours of their quantities."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from drawings import colour_of, edge_of, lines_of, points, texts, ticks

from gru_lab import figures, gru_step, sigmoid
from gru_lab.cell import half_life, new_state
from gru_lab.palette import LIGHT
from gru_lab.story import ASPECTS, FEATURES, STORY, story_cell

H, R, Z = np.array([0.9, 0.6, 0.2, 0.5]), np.array([0.1, 1.0, 0.5, 0.7]), np.array([0.25, 0.9, 0.5, 1.0])
CANDIDATE = np.array([0.1, 0.8, 0.7, 0.3])


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_a_blend_lies_between_the_old_state_and_the_candidate():
    (axes,) = figures.blend_lines(H, CANDIDATE, Z).axes
    old, candidate, new = axes.lines
    rows = range(4)
    np.testing.assert_allclose(points(old), np.column_stack([H, rows]))
    np.testing.assert_allclose(points(candidate), np.column_stack([CANDIDATE, rows]))
    np.testing.assert_allclose(points(new), np.column_stack([new_state(H, CANDIDATE, Z), rows]))
    assert [old.get_markeredgecolor(), colour_of(candidate), colour_of(new)] == [
        LIGHT["h"], LIGHT["candidate"], LIGHT["z"],
    ]  # fmt: skip
    (tracks,) = axes.collections
    ends = [np.sort(track.vertices[:, 0]) for track in tracks.get_paths()]
    np.testing.assert_allclose(ends, np.sort(np.column_stack([H, CANDIDATE]), axis=1))
    assert texts(axes)[0] == "z = 0.25:  0.30" and ticks(axes.yaxis) == list(ASPECTS)
    axes.figure.canvas.draw()
    beside = np.asarray(axes.figure.canvas.buffer_rgba())[:, int(axes.bbox.x1) + 4 :, :3]
    assert (beside.min(axis=(1, 2)) < 128).sum() > 4 * 5  # rows of pixels: the four texts are not clipped away


def test_the_map_of_the_corners_is_what_a_cell_of_one_unit_does():
    h, from_input, from_memory = 0.8, -0.3, -1.4
    axes = figures.corners(h, from_input, from_memory).axes[0]
    picture = axes.images[0].get_array()  # rows are r, columns z
    fresh = np.tanh(from_input)
    assert picture[0, 0] == pytest.approx(fresh)
    assert picture[-1, 0] == pytest.approx(np.tanh(from_input + from_memory))
    np.testing.assert_allclose(picture[:, -1], h)
    middle = 0.5 * h + 0.5 * np.tanh(from_input + 0.25 * from_memory)
    assert picture[25, 50] == pytest.approx(middle)
    said = {text.split("\n")[0] + f" {tuple(t.xy)}": text for t in axes.texts if "\n" in (text := t.get_text())}
    assert said == {
        "a fresh start (0, 0)": f"a fresh start\n−{-fresh:.2f}",
        "a plain RNN (0, 1)": f"a plain RNN\n−{-np.tanh(from_input + from_memory):.2f}",
        "a copy (1, 0)": "a copy\n0.80",
        "a copy (1, 1)": "a copy\n0.80",
    }
    assert axes.xaxis.label.get_color() == LIGHT["z"] and axes.yaxis.label.get_color() == LIGHT["r"]


@pytest.mark.parametrize(("gate", "chosen"), [("r", 0), ("z", 2), ("candidate", 3)])
def test_a_dense_layer_has_a_line_for_each_weight(gate, chosen):
    (axes,) = figures.dense_layer(ASPECTS, FEATURES, chosen, gate).axes
    inputs = len(ASPECTS) + len(FEATURES)
    assert len(axes.lines) == len(ASPECTS) * inputs
    own = lines_of(axes, LIGHT[gate])
    assert len(own) == inputs and len({line.get_ydata()[1] for line in own}) == 1
    assert len({line.get_ydata()[0] for line in own}) == inputs
    assert own[0].get_ydata()[1] == axes.patches[inputs + chosen].center[1]
    assert texts(axes, LIGHT[gate]) == [f"output for {ASPECTS[chosen]}:\n{inputs} weights and a bias"]
    circles = [edge_of(circle) for circle in axes.patches]
    assert circles.count(LIGHT[gate]) == 1 and len(circles) == inputs + len(ASPECTS)
    assert circles.index(LIGHT[gate]) == inputs + chosen


def test_the_gates_curve_and_its_slope():
    left, right = figures.gate_curves().axes
    a, gate = left.lines[0].get_data()
    np.testing.assert_allclose(gate, sigmoid(a))
    np.testing.assert_allclose(right.lines[0].get_ydata(), np.gradient(gate, a), atol=2e-3)
    assert [colour_of(left.lines[0]), colour_of(right.lines[0])] == [LIGHT["r"]] * 2
    for axes in (left, right):
        assert [(patch.get_x(), patch.get_x() + patch.get_width()) for patch in axes.patches] == [(-8, -4), (4, 8)]
    assert texts(right) == ["saturated"] * 2 and right.get_ylim()[1] > 0.25


def test_the_weights_are_written_where_they_stand():
    p = story_cell()
    panels = figures.gate_weights(p.U_r, p.W_r, p.b_r).axes
    blocks = (p.U_r, p.W_r, p.b_r[:, None])
    largest = max(np.abs(block).max() for block in blocks)
    for panel, block, columns in zip(panels, blocks, (ASPECTS, FEATURES, ("bias",)), strict=True):
        np.testing.assert_array_equal(panel.images[0].get_array(), block)
        assert panel.images[0].get_clim() == (-largest, largest)  # one scale for the three, white is zero
        assert {t.get_position(): t.get_text() for t in panel.texts} == {
            (column, row): f"{value:g}" for (row, column), value in np.ndenumerate(block)
        }
        assert ticks(panel.xaxis) == list(columns)
    shades = {(t.get_text(), t.get_color()) for panel in panels for t in panel.texts}
    assert all((abs(float(text)) > 0.7 * largest) == (colour == "white") for text, colour in shades)
    assert {colour for _, colour in shades} == {"white", "black"}


def test_a_memory_falls_to_a_half_at_its_half_life():
    gates = (0.5, 0.9, 0.98)
    (axes,) = figures.memory_length(gates, steps=40).axes
    curves = [line for line in axes.lines if len(line.get_xdata()) == 41]
    marks = [line for line in axes.lines if line.get_marker() == "o"]
    for z, curve, mark in zip(gates, curves, marks, strict=True):
        np.testing.assert_allclose(curve.get_ydata(), z ** np.arange(41.0))
        np.testing.assert_allclose(points(mark), [[half_life(z), 0.5]])
    assert texts(axes) == [f"z = {z:g}\nhalf-life {half_life(z):.3g}" for z in gates]
    for z, text in zip(gates, axes.texts, strict=True):  # each label is on its curve
        assert z ** text.xy[0] == pytest.approx(text.xy[1])
    assert {colour_of(line) for line in curves} == {LIGHT["z"]}
    assert len({line.get_linestyle() for line in curves}) == 3


def test_the_reset_memory_fills_its_share_of_a_bar():
    (axes,) = figures.reset_memory_bars(H, R).axes
    outlines, filled = axes.patches[:4], axes.patches[4:]
    np.testing.assert_allclose([bar.get_width() for bar in outlines], H)
    np.testing.assert_allclose([bar.get_width() for bar in filled], R * H)
    assert {edge_of(bar) for bar in outlines} == {LIGHT["h"]} and {colour_of(bar) for bar in filled} == {LIGHT["r"]}
    assert texts(axes) == ["0.9 × 0.1 = 0.09", "0.6 × 1 = 0.60", "0.2 × 0.5 = 0.10", "0.5 × 0.7 = 0.35"]
    assert axes.yaxis_inverted() and ticks(axes.yaxis) == list(ASPECTS)


def test_each_setting_has_a_panel_with_the_state_before_and_after():
    p, x = story_cell(), np.array(STORY[2].x)
    results = {"the gate": gru_step(x, H, p), "nothing": H, "all": -0.1 * H}
    figure = figures.reset_settings(H, results)
    assert [axes.get_title() for axes in figure.axes] == list(results)
    for axes, state in zip(figure.axes, results.values(), strict=True):
        np.testing.assert_allclose([bar.get_width() for bar in axes.patches], state)
        before = axes.lines[0]
        np.testing.assert_allclose(before.get_xdata(), H)
        assert list(before.get_ydata()) == list(ASPECTS) and before.get_markeredgecolor() == LIGHT["r"]
        assert {colour_of(bar) for bar in axes.patches} == {LIGHT["h"]}
        low, high = axes.get_xlim()
        assert low < state.min() and state.max() < high


def test_the_last_of_the_leaky_averages_is_the_gates():
    signal = np.array([1.0, 0, 0, -1.0, 0])
    memories = {"fast": 0.5 * signal, "slow": 0.1 * signal, "decided": 0.9 * signal}
    figure = figures.leaky_averages(signal, memories)
    for axes, (title, memory) in zip(figure.axes, memories.items(), strict=True):
        assert axes.get_title(loc="left") == title
        np.testing.assert_allclose([bar.get_height() for bar in axes.patches], signal)
        np.testing.assert_allclose(points(axes.lines[0]), np.column_stack([range(1, 6), memory]))
        gated = title == "decided"
        assert colour_of(axes.lines[0]) == LIGHT["z" if gated else "h"]
        assert axes.lines[0].get_linestyle() == ("-" if gated else "--")
    legend = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert sorted(legend) == ["what the memory holds", "what the sentence says"]


def test_the_pointwise_operations_work_row_by_row():
    kept, taken = Z * H, (1 - Z) * CANDIDATE
    panels = figures.pointwise(Z, H, kept, taken, ASPECTS).axes
    assert texts(panels[0])[-1] == ASPECTS[3] and [text for text in texts(panels[0]) if text in ASPECTS] == [*ASPECTS]
    found = []
    for axes in panels:
        columns = [[t for t in axes.texts if t.get_position()[0] == x] for x in (0, 2.1, 4.1)]
        found.append([[float(t.get_text()) for t in column] for column in columns])
    expected = [(Z, H, Z * H), (kept, taken, kept + taken), (np.ones(4), Z, 1 - Z)]
    np.testing.assert_allclose(found, expected, atol=0.0051)
    signs = [{t.get_text() for t in axes.texts if t.get_position()[0] == 1.05} for axes in panels]
    assert signs == [{"×"}, {"+"}, {"−"}]
