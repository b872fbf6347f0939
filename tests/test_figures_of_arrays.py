"""Figures of arrays and of what waits for what: blocks are to scale, numbers are those that the cell computes."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from drawings import colour_of, edge_of, lines_of, points, texts, ticks
from matplotlib.patches import FancyArrowPatch

from gru_lab import DEFAULT, GRUParameters, figures
from gru_lab.conventions import PYTORCH
from gru_lab.figures.step_order import BOX_WIDTH, BOXES
from gru_lab.interop import to_keras, to_onnx, to_pytorch
from gru_lab.palette import LIGHT
from gru_lab.story import ASPECTS

BLOCK_COLOUR = {"r": LIGHT["r"], "z": LIGHT["z"], "h": LIGHT["candidate"]}


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def size(block):
    return block.get_width(), block.get_height()


def name_in(axes, block):
    """The text in the middle of a block."""
    middle = (block.get_x() + block.get_width() / 2, block.get_y() + block.get_height() / 2)
    (found,) = (t.get_text() for t in axes.texts if t.get_position() == pytest.approx(middle))
    return found


def test_a_concatenated_product_has_the_sizes_of_its_parts():
    D, H = 5, 3
    (axes,) = figures.concatenation(D, H).axes
    found = [(name_in(axes, block), *size(block)) for block in axes.patches]
    matrices, vectors = {("$U$", H, H), ("$W$", D, H)}, {("$h$", 1, H), ("$x$", 1, D)}
    assert set(found[:4]) == set(found[4:]) == matrices | vectors  # one product, and the same as two
    U, W, h, x = axes.patches[:4]
    assert U.get_x() + H == W.get_x() and U.get_y() == W.get_y()  # [U W] is one matrix
    assert h.get_x() == x.get_x() and h.get_y() == x.get_y() + D  # h stands on x
    assert f"({H}, {H})" in texts(axes) and f"({H}, {D})" in texts(axes) and f"({H + D},)" in texts(axes)


@pytest.mark.parametrize(("D", "H"), [(5, 4), (1, 6), (300, 100)])
def test_the_parameters_are_to_scale_and_counted(D, H):
    (axes,) = figures.parameter_shapes(D, H).axes
    outlines = [block for block in axes.patches if not block.get_fill()]
    named = {name_in(axes, block): block for block in outlines}
    for letter, colour in BLOCK_COLOUR.items():
        for array, width in (("W", D), ("U", H), ("b", 1)):
            block = named.pop(f"${array}_{letter}$\n{H * width:,}")
            assert size(block) == (width, H) and edge_of(block) == colour
    assert not named
    each = H * D + H * H + H
    assert texts(axes).count(f"= {each:,}") == 3 and f"3 × {each:,} = {3 * each:,}" in texts(axes)
    assert {f"({H}, {D})", f"({H}, {H})", f"({H},)"} <= set(texts(axes))


def packed(library):
    """The gates in the order in which `interop` packs them."""
    rows = {"r": 1.0, "z": 2.0, "h": 3.0}
    U = {f"U_{gate}": np.full((4, 4), row) for gate, row in rows.items()}
    p = GRUParameters(**U, **{f"W_{gate}": np.zeros((4, 5)) for gate in rows}, **{f"b_{g}": np.zeros(4) for g in rows})
    array = {
        "PyTorch": lambda: to_pytorch(p, PYTORCH)["weight_hh_l0"].T,
        "ONNX": lambda: to_onnx(p)["R"][0].T,
        "Keras": lambda: to_keras(p)[1],
    }[library]()
    return "".join(sorted(rows, key=lambda gate: list(array[0]).index(rows[gate])))


@pytest.mark.parametrize(
    ("library", "panel", "left", "right"), [("PyTorch", 0, -1, 22), ("ONNX", 0, 22, 40), ("Keras", 1, -1, 22)]
)
def test_each_library_packs_in_its_order(library, panel, left, right):
    order = packed(library)
    axes = figures.packing().axes[panel]
    blocks = [block for block in axes.patches if not block.get_fill() and left < block.get_x() < right]
    beside = library == "Keras"  # transposed, so one block beside the other
    for letter, shape in (("W", (5, 4)), ("U", (4, 4))):
        own = [block for block in blocks if name_in(axes, block).startswith(f"${letter}_")]
        assert len(own) == 3 and {size(block) for block in own} == {shape[::-1] if beside else shape}
        own.sort(key=lambda block: block.get_x() if beside else -block.get_y())
        assert "".join(name_in(axes, block)[3] for block in own) == order
    assert all(edge_of(block) == BLOCK_COLOUR[name_in(axes, block)[-2]] for block in blocks)
    (said,) = (t.get_text() for t in axes.texts if t.get_position()[1] == 2.8 and left < t.get_position()[0] < right)
    assert said == f"{'columns' if beside else 'rows'} {', '.join(order)}"


def test_flax_has_six_layers_and_four_biases():
    axes = figures.packing().axes[1]
    blocks = [name_in(axes, block) for block in axes.patches if not block.get_fill() and block.get_x() > 22]
    assert blocks == [f"${letter}_{gate}$" for letter in "WU" for gate in "rzh"] + ["$r$", "$z$", "$h$", "$h$"]
    layers = [t.get_text() for t in axes.texts if t.get_position()[0] > 22 and len(t.get_text()) == 2]
    assert layers == ["ir", "iz", "in", "hr", "hz", "hn", "ir", "iz", "in", "hn"]  # kernels, then biases


def test_padding_is_hatched_and_the_last_real_number_framed():
    states = np.array([[0.1, 0.95, 0.95], [-0.2, 0.3, -0.8]])
    output, lengths = np.array([[0.1, 0.95, 0.0], [-0.2, 0.3, -0.8]]), [2, 3]
    figure = figures.padded_batch(output, states, lengths, ("short", "long"))
    for axes, table, h_n in zip(figure.axes, (output, states), ([], [0.95, -0.8]), strict=True):
        assert [float(text) for text in texts(axes)] == [*table.ravel(), *h_n]
        hatched = [(p.get_x() + 0.5, round(p.get_y() + 0.42)) for p in axes.patches if p.get_hatch()]
        assert hatched == [(2, 0)]  # (step, story)
        framed = [
            (round(p.get_x() + 0.46, 6), round(p.get_y() + 0.38)) for p in axes.patches if p.get_linewidth() == 2.4
        ]
        assert [place for place in framed if place[0] <= 2] == [(1, 0), (2, 1)]
        assert len([place for place in framed if place[0] > 2]) == len(h_n)
        assert ticks(axes.yaxis) == ["short", "long"]
    colours = {t.get_text(): t.get_color() for t in figure.axes[0].texts}
    assert colours["0.95"] == colours["-0.80"] == "white" and colours["0.00"] == colours["0.30"] == "black"


def test_an_arrow_leads_from_each_quantity_to_those_computed_from_it():
    symbols = {"x": "x_t", "h_old": "h_{t-1}", "r": "r_t", "z": "z_t", "candidate": r"\tilde{h}_t", "h": "h_t"}
    sides = {name: equation.split(" = ", 1)[1] for name, equation in DEFAULT.equations.items()}
    reads = {
        reader: {name for name, symbol in symbols.items() if name != "h" and symbol in side}
        for reader, side in sides.items()
    }
    (axes,) = figures.step_order().axes
    names = {position: name for name, (position, _, _) in BOXES.items()}
    found = {name: set() for name in reads}
    for arrow in (patch for patch in axes.patches if isinstance(patch, FancyArrowPatch)):
        (x0, y0), (x1, y1) = arrow._posA_posB
        reader = names[round(x1 + BOX_WIDTH / 2, 6), y1]
        found[reader].add(names[round(x0 - BOX_WIDTH / 2, 6), y0])
        assert colour_of(arrow) == LIGHT[reader]
    assert found == reads
    assert [text.split("\n")[0] for text in texts(axes)] == [f"${symbols[name]}$" for name in BOXES]


def test_the_two_roads_differ_in_the_gates_place():
    before, after = figures.reset_roads().axes
    stops = [[t.get_text() for t in sorted(a.texts, key=lambda t: t.get_position()[0]) if t.get_text()]
             for a in (before, after)]  # fmt: skip
    state, gate, matrix, squeeze, candidate = stops[0]
    assert "odot" in gate and matrix == "$U_h$" and squeeze == "tanh" and "tilde{h}" in candidate
    assert stops[1] == [state, matrix, gate, squeeze, candidate]
    for axes, place in ((before, "before"), (after, "after")):
        assert place in axes.get_title(loc="left")
        assert texts(axes, LIGHT["r"]) == [gate] and set(texts(axes, LIGHT["candidate"])) == {squeeze, candidate}
        assert sum(t.arrow_patch is not None for t in axes.texts if hasattr(t, "arrow_patch")) == 4


@pytest.mark.parametrize("T", [1, 2, 5, 8])
def test_after_the_rounds_each_dot_stands_for_all_steps_before_it(T):
    (axes,) = figures.scan_rounds(T).axes
    rounds = int(np.ceil(np.log2(T)))
    dots = {t.get_position(): int(t.get_text()) for t in axes.texts if t.get_color() == "white"}
    stands = np.array([[dots[t, -row] for t in range(T)] for row in range(rounds + 1)])
    assert (stands[0] == 1).all() and (stands[-1] == np.arange(1, T + 1)).all()
    reach = stands[0].copy()
    for row in range(1, rounds + 1):  # a line from the left adds what stood there, and only the lines do
        taken = [points(line) for line in lines_of(axes, LIGHT["candidate"]) if line.get_ydata()[1] == -row]
        added = np.zeros(T, int)
        for (x0, y0), (x1, _) in taken:
            assert y0 == -(row - 1)
            added[int(x1)] += reach[int(x0)]
        reach = reach + added
        np.testing.assert_array_equal(stands[row], reach)


def test_the_states_of_a_story_stand_unit_by_unit():
    states = np.array([[0.1, -0.0, 0.5, 0.2], [-0.95, 0.3, 0.71, -0.2]])
    (axes,) = figures.story_states(states).axes
    np.testing.assert_array_equal(axes.images[0].get_array(), states.T)
    assert axes.images[0].get_clim() == (-1, 1)
    said = {t.get_position(): (t.get_text(), t.get_color()) for t in axes.texts}
    assert said[0, 1] == ("0.00", "black")  # no −0
    assert said[1, 0] == ("-0.95", "white") and said[1, 2] == ("0.71", "white") and said[0, 2] == ("0.50", "black")
    assert ticks(axes.yaxis) == list(ASPECTS) and ticks(axes.xaxis) == ["1", "2"]
