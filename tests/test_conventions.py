"""The four conventions: what their equations say, what the code does, and what converts into what."""

import numpy as np
import pytest
from latex_evaluator import evaluate_equation, evaluate_system
from references import FOUR, case, negated_update_gate

from gru_lab import CONVENTIONS, DEFAULT, Convention, conventions, gru_step, new_state, trace_step

H_BEFORE, X, CANDIDATE = "h_{t-1}", "x_t", r"\tilde{h}_t"


def values(convention, seed=0, batch=5):
    """Random arrays for every name in the equations, and the step that the code makes of them."""
    x, h, parameters, _ = case(batch, 1, 3, 4, convention, seed)
    named = {X: x[:, 0], H_BEFORE: h}
    for name, array in parameters.arrays().items():
        letter, subscript = name.split("_")
        named[f"{letter}_{subscript}" if len(subscript) == 1 else f"{letter}_{{{subscript}}}"] = array
    return named, trace_step(x[:, 0], h, parameters, convention)


def error(equations, convention, seed=0):
    """The largest difference between equations, each on the results of those before it, and the code."""
    named, trace = values(convention, seed)
    ours = {"r_t": trace.r, "z_t": trace.z, CANDIDATE: trace.candidate, "h_t": trace.h}
    for equation in equations:
        name, value = evaluate_equation(equation, named)
        named[name] = value
    return max(np.abs(named[name] - array).max() for name, array in ours.items())


@pytest.mark.parametrize("convention", FOUR, ids=str)
def test_rendered_equations_compute_what_the_code_computes(convention):
    assert list(convention.equations) == ["r", "z", "candidate", "h"]
    for seed in range(3):
        assert error(convention.equations.values(), convention, seed) < 1e-14


@pytest.mark.parametrize("convention", FOUR, ids=str)
def test_aligned_block_computes_what_the_code_computes(convention):
    named, trace = values(convention)
    found = evaluate_system(convention.latex(), named)
    assert list(found) == ["r_t", "z_t", CANDIDATE, "h_t"]
    np.testing.assert_allclose(found["h_t"], trace.h, rtol=0, atol=1e-14)
    assert convention._repr_latex_() == f"$${convention.latex()}$$"


@pytest.mark.parametrize("convention", FOUR, ids=str)
def test_no_convention_passes_for_another(convention):
    for other in FOUR:
        if other != convention:
            equations = [
                e.replace("+ b_{Uh}", "") if convention.reset == "before" else e for e in other.equations.values()
            ]
            assert error(equations, convention) > 1e-2


WRONG = {
    "r": [("W_r", "W_z"), ("U_r", "U_z"), ("b_r", "b_z"), ("+ b_r", "- b_r"), (" + U_r h_{t-1}", "")],
    "z": [("W_z", "W_r"), ("+ b_z", ""), (r"\sigma", r"\tanh")],
    "candidate": [("r_t", "z_t"), ("W_h x_t", "W_r x_t"), ("U_h", "U_r"), (r"\tanh", r"\sigma"), (" + b_h", "")],
    "h": [("1 - z_t", "1 - r_t"), ("z_t", "r_t"), (r"h_{t-1} +", r"h_{t-1} -"), (r"\tilde{h}_t", "h_{t-1}")],
}  # fmt: skip


@pytest.mark.parametrize(
    ("gate", "edit"),
    [(gate, edit) for gate, edits in WRONG.items() for edit in edits],
    ids=lambda value: "-".join(value),
)
@pytest.mark.parametrize("convention", FOUR, ids=str)
def test_a_wrong_equation_is_caught(convention, gate, edit):
    old, new = edit
    equations = convention.equations
    assert old in equations[gate]
    equations[gate] = equations[gate].replace(old, new, 1)
    assert error(equations.values(), convention) > 1e-2


@pytest.mark.parametrize(
    "latex",
    [
        r"r_t = \sigma(W_r x_t",  # a bracket is missing
        r"r_t = W_r U_r",  # two matrices
        r"r_t = x_t h_{t-1}",  # two vectors side by side: the reader cannot know which product is meant
        r"r_t = r_t \odot x_t",  # shapes differ
        r"r_t = 1 \odot h_{t-1}",  # and here, though NumPy would not mind
        r"r_t = W_r h_{t-1}",  # (H, D) times (H,)
        r"r_t = \phi(x_t)",
        r"r_t = q_t",
        r"r_t \sigma(x_t)",
        r"r_t = x_t + ",
        r"r_t = \sigma x_t",
    ],
)
def test_the_evaluator_refuses_what_is_not_an_equation(latex):
    named, trace = values(DEFAULT)
    with pytest.raises(ValueError):
        evaluate_equation(latex, named | {"r_t": trace.r})


@pytest.mark.parametrize("convention", FOUR, ids=str)
def test_meanings_are_what_the_code_does(convention):
    h, candidate = np.array([0.25]), np.array([-0.75])
    for z in (1.0, 0.0):
        kept = new_state(h, candidate, np.array([z]), convention) == h
        sentence = "keeps the old state" if kept else "takes the candidate"
        assert f"z near {z:.0f} {sentence}" in convention.meaning["z"]
    assert f", {convention.reset} its product with U_h" in convention.meaning["r"]


def test_words_other_than_ours_are_refused():
    with pytest.raises(ValueError, match='update is \'keep\', needs "keeps" or "takes"'):
        Convention("keep")
    with pytest.raises(ValueError, match='reset is \'none\', needs "before" or "after"'):
        Convention(reset="none")


def test_named_conventions():
    # who computes what: facts checked against the libraries themselves in test_interop.py
    expected = {
        "CHO_2014": ("keeps", "before"), "CHUNG_2014": ("takes", "before"),
        "ARTICLE_SECTION_12": ("keeps", "before"), "ARTICLE_SECTION_13": ("takes", "before"),
        "PYTORCH": ("keeps", "after"), "KERAS": ("keeps", "after"), "KERAS_RESET_BEFORE": ("keeps", "before"),
        "FLAX": ("keeps", "after"), "ONNX": ("keeps", "before"), "ONNX_LINEAR_BEFORE_RESET": ("keeps", "after"),
        "HAIKU": ("takes", "before"),
    }  # fmt: skip
    assert {name: (c.update, c.reset) for name, c in CONVENTIONS.items()} == expected
    assert Convention() == DEFAULT == conventions.CHO_2014
    assert set(conventions.__all__) == {"CONVENTIONS", "DEFAULT", "Convention", *expected}


@pytest.mark.parametrize("reset", ["before", "after"])
@pytest.mark.parametrize("update", ["keeps", "takes"])
def test_keeps_and_takes_convert_exactly(update, reset):
    convention = Convention(update, reset)
    other = Convention("takes" if update == "keeps" else "keeps", reset)
    x, h, parameters, _ = case(7, 1, 3, 4, convention)
    converted = convention.convert(parameters, other)
    ours, theirs = trace_step(x[:, 0], h, parameters, convention), trace_step(x[:, 0], h, converted, other)
    np.testing.assert_allclose(ours.h, theirs.h, rtol=0, atol=1e-15)
    np.testing.assert_allclose(ours.z, 1 - theirs.z, rtol=0, atol=1e-15)
    assert np.abs(gru_step(x[:, 0], h, parameters, other) - ours.h).max() > 0.1  # unconverted, they differ
    back = other.convert(converted, convention)
    for name, array in parameters.arrays().items():
        np.testing.assert_array_equal(back.arrays()[name], array)
        np.testing.assert_array_equal(negated_update_gate(parameters).arrays()[name], converted.arrays()[name])
    assert convention.convert(parameters, convention) is parameters


def test_before_and_after_do_not_convert():
    parameters = case(1, 1, 3, 4, DEFAULT)[2]
    with pytest.raises(ValueError, match='no exact conversion from reset "before" to reset "after"'):
        DEFAULT.convert(parameters, conventions.PYTORCH)
