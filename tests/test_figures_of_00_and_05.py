"""The map and the cell diagram: what they draw is what the data says."""

from dataclasses import replace

import matplotlib
import numpy as np
import pytest

matplotlib.use("Agg")

import matplotlib.pyplot as plt

from gru_lab import DEFAULT, trace_step
from gru_lab.figures import cell_diagram, course_map
from gru_lab.figures.cell_diagram import load_layout, quantities
from gru_lab.story import ASPECTS, FEATURES, STORY, story_cell
from gru_lab.workshop import course

X, H = np.array(STORY[2].x), np.array([0.9, 0.6, 0.1, -0.5])
LAYOUT = load_layout()


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def texts(figure):
    return [text.get_text() for axes in figure.axes for text in axes.texts]


def test_the_diagram_names_units_features_and_the_four_equations():
    shown = texts(cell_diagram())
    assert {f"${equation}$" for equation in DEFAULT.equations.values()} <= set(shown)
    for name in (*ASPECTS, *FEATURES):
        assert name in shown


def test_the_diagram_in_numbers_shows_the_step_that_the_cell_computes():
    step = trace_step(X, H, story_cell())
    shown = texts(cell_diagram(X, H, story_cell()))
    for value in np.concatenate([H, X, step.r, step.z, step.candidate, step.h]):
        assert f"{value:.2f}".replace("-0.00", "0.00").replace("-", "−") in shown, value


def test_every_pipe_has_its_numbers_and_they_add_up():
    numbers = quantities(X, H, story_cell())
    for pipe in LAYOUT["pipes"]:
        assert np.isfinite(numbers[pipe["quantity"]][pipe["unit"]])
    np.testing.assert_allclose(numbers["kept"] + numbers["taken"], numbers["h_t"])
    p = story_cell()
    np.testing.assert_allclose(np.tanh(p.W_h @ X + numbers["mixed"] + p.b_h), numbers["candidate"])


def widths(x, h, parameters):
    """{quantity: line width of its first unit}: the pipes are the figure's first lines, in the layout's order."""
    lines = [line for line in cell_diagram(x, h, parameters).axes[0].lines if line.get_color() != "white"]
    return {
        pipe["quantity"]: line.get_linewidth()
        for pipe, line in reversed(list(zip(LAYOUT["pipes"], lines, strict=False)))
        if pipe["unit"] == 0
    }


def test_a_valve_narrows_a_pipe():
    shut = replace(story_cell(), b_z=np.full(4, -1000.0), W_z=np.zeros((4, 5)))
    kept = replace(story_cell(), b_z=np.full(4, 1000.0), W_z=np.zeros((4, 5)))
    assert widths(X, H, kept)["kept"] == pytest.approx(widths(X, H, kept)["h"])
    assert widths(X, H, shut)["kept"] < widths(X, H, shut)["h"] / 4


def test_the_map_says_what_the_table_of_contents_says():
    table = course.load()
    figure = course_map(table)
    titles = [axes.get_title() for axes in figure.axes]
    assert titles == list(table.parts)[1:]
    for part, axes in zip(titles, figure.axes, strict=True):
        numbers = [chapter.number for chapter in table.chapters if chapter.part == part]
        shown = [text.get_text().replace("\n", " ") for text in axes.texts]
        assert f"chapters {numbers[0]}–{numbers[-1]}" in shown
        assert table.parts[part] in shown


def test_the_map_refuses_parts_that_it_has_no_sketch_for():
    table = course.load()
    other = replace(table, parts={**table.parts, "Epilogue": "What came after."})
    with pytest.raises(ValueError, match="Epilogue"):
        course_map(other)
