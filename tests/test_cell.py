"""One step: the article's numbers, the gates one by one, and what is refused."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from references import FOUR, case, reference_forward

from gru_lab import (
    DEFAULT,
    Convention,
    GRUParameters,
    StepTrace,
    candidate_state,
    gru_step,
    new_state,
    reset_gate,
    sigmoid,
    trace_step,
    update_gate,
)
from gru_lab.cell import affine, half_life
from gru_lab.conventions import PYTORCH

conventions = pytest.mark.parametrize("convention", FOUR, ids=str)
reproducibly = settings(derandomize=True, deadline=None, max_examples=60)


def logit(probability):
    return np.log(probability) - np.log1p(-probability)


def parameters_with_gates(r, z, H=4, D=3):
    """Parameters whose gates have these values for every input and state; the candidate's weights are random."""
    arrays = GRUParameters.random(D, H).arrays()
    constant = {"W_r": np.zeros((H, D)), "U_r": np.zeros((H, H)), "W_z": np.zeros((H, D)), "U_z": np.zeros((H, H))}
    return GRUParameters(**(arrays | constant | {"b_r": logit(np.array(r)), "b_z": logit(np.array(z))}))


# ---- the article's numbers


@pytest.mark.parametrize("update", ["keeps", "takes"])
def test_section_8_an_equal_blend(update):
    h, candidate = np.array([0.5, 0.6, 0.7, 0.1]), np.array([0.8, 0.4, 0.5, 0.3])
    blend = new_state(h, candidate, np.full(4, 0.5), Convention(update))
    assert blend.round(12).tolist() == [0.65, 0.5, 0.6, 0.2]


def test_section_10_the_reset_memory():
    h, r = np.array([0.6, 0.6, 0.7, 0.1]), np.array([0.8, 0.2, 0.1, 0.9])
    trace = trace_step(np.ones(3), h, parameters_with_gates(r, np.full(4, 0.5)))
    assert trace.r.round(12).tolist() == [0.8, 0.2, 0.1, 0.9]
    assert trace.reset_memory.round(12).tolist() == [0.48, 0.12, 0.07, 0.09]


# ---- the gates


@conventions
def test_the_gates_one_by_one_make_the_step(convention):
    x, h, p, _ = case(5, 1, 3, 4, convention)
    x = x[:, 0]
    trace = trace_step(x, h, p, convention)
    r = reset_gate(x, h, p.W_r, p.U_r, p.b_r)
    z = update_gate(x, h, p.W_z, p.U_z, p.b_z)
    candidate = candidate_state(x, h, r, p.W_h, p.U_h, p.b_h, p.b_Uh, convention)
    np.testing.assert_array_equal(trace.r, r)
    np.testing.assert_array_equal(trace.z, z)
    np.testing.assert_allclose(trace.candidate, candidate, rtol=0, atol=1e-15)
    np.testing.assert_allclose(trace.h, new_state(h, candidate, z, convention), rtol=0, atol=1e-15)
    np.testing.assert_array_equal(gru_step(x, h, p, convention), trace.h)
    np.testing.assert_allclose(trace.r, 1 / (1 + np.exp(-trace.a_r)), rtol=0, atol=1e-15)
    np.testing.assert_allclose(trace.z, 1 / (1 + np.exp(-trace.a_z)), rtol=0, atol=1e-15)
    np.testing.assert_allclose(trace.candidate, np.tanh(trace.a_candidate), rtol=0, atol=1e-15)


@conventions
def test_the_step_equals_the_references(convention):
    for seed in range(5):
        X, h, p, _ = case(4, 1, 3, 5, convention, seed)
        output, _ = reference_forward(X, h, p, None, convention)
        np.testing.assert_allclose(gru_step(X[:, 0], h, p, convention), output[:, 0], rtol=0, atol=1e-14)


@conventions
def test_a_batch_is_its_examples(convention):
    X, h, p, _ = case(6, 1, 3, 5, convention)
    x = X[:, 0]
    together = trace_step(x, h, p, convention)
    for i in range(6):
        for name, array in trace_step(x[i], h[i], p, convention)._asdict().items():
            np.testing.assert_allclose(array, getattr(together, name)[i], rtol=0, atol=1e-14, err_msg=name)
    blocks = trace_step(x.reshape(2, 3, 3), h.reshape(2, 3, 5), p, convention)
    np.testing.assert_allclose(blocks.h, together.h.reshape(2, 3, 5), rtol=0, atol=1e-14)


def test_two_products_are_one_product_of_the_concatenation():
    X, h, p, _ = case(5, 1, 3, 4, DEFAULT)
    x = X[:, 0]
    one = np.hstack([x, h]) @ np.hstack([p.W_r, p.U_r]).T + p.b_r
    np.testing.assert_allclose(affine(x, h, p.W_r, p.U_r, p.b_r), one, rtol=0, atol=1e-14)


def test_corners():
    h, x = np.array([0.9, -0.4, 0.2, 0.6]), np.array([0.3, -1.0, 0.5])
    shut, open_ = np.full(4, 1e-17), np.full(4, 1 - 1e-16)
    for r in (shut, open_):
        kept = trace_step(x, h, parameters_with_gates(r, open_))
        np.testing.assert_allclose(kept.h, h, rtol=0, atol=1e-14)  # z = 1 keeps, whatever r does
        taken = trace_step(x, h, parameters_with_gates(r, shut))
        np.testing.assert_allclose(taken.h, taken.candidate, rtol=0, atol=1e-14)
    p = parameters_with_gates(shut, open_)
    np.testing.assert_allclose(trace_step(x, h, p).candidate, np.tanh(p.W_h @ x + p.b_h), rtol=0, atol=1e-14)


@reproducibly
@given(a=arrays(np.float64, 5, elements=st.floats(-700, 700)))
def test_sigmoid(a):
    np.testing.assert_allclose(sigmoid(a), 1 / (1 + np.exp(-a)), rtol=0, atol=4e-16)
    np.testing.assert_allclose(sigmoid(-a), 1 - sigmoid(a), rtol=0, atol=2e-16)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sigmoid_never_overflows(dtype):
    largest = np.finfo(dtype).max
    with warnings.catch_warnings(), np.errstate(all="raise"):
        warnings.simplefilter("error")
        a = np.array([-np.inf, -largest, -1e4, 0, 1e4, largest, np.inf], dtype)
        assert sigmoid(a).tolist() == [0, 0, 0, 0.5, 1, 1, 1]
    assert sigmoid(a).dtype == dtype


@conventions
@reproducibly
@given(h=arrays(np.float64, 4, elements=st.floats(-1, 1)), scale=st.floats(0, 1e3), seed=st.integers(0, 2**32 - 1))
def test_the_state_stays_in_minus_1_to_1(convention, h, scale, seed):
    X, _, p, _ = case(1, 1, 3, 4, convention, seed)
    p = GRUParameters(**{name: scale * array for name, array in p.arrays().items()})
    assert np.abs(gru_step(X[0, 0], h, p, convention)).max() <= 1


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@conventions
def test_a_step_keeps_the_dtype(convention, dtype):
    X, h, p, _ = case(2, 1, 3, 4, convention, dtype=dtype)
    assert {array.dtype for array in trace_step(X[:, 0], h, p, convention)} == {np.dtype(dtype)}
    assert {array.dtype for array in trace_step([1, 0, 2], [0, 0, 0, 1], p, convention)} == {np.dtype(dtype)}


def test_the_trace_is_in_an_order_in_which_it_can_be_computed():
    fields = StepTrace._fields
    for first, then in [("a_r", "r"), ("a_z", "z"), ("r", "reset_memory"), ("reset_memory", "a_candidate"),
                        ("a_candidate", "candidate"), ("candidate", "h"), ("z", "h")]:  # fmt: skip
        assert fields.index(first) < fields.index(then)


# ---- the parameters


def test_half_life():
    z = np.array([[0.5, 0.25], [0.9, 0.999]])
    np.testing.assert_allclose(z ** half_life(z), 0.5, rtol=1e-12)
    assert half_life(z).tolist()[0] == [1.0, 0.5]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert half_life(np.float64(0)) == 0 and half_life(np.float64(1)) == np.inf


def test_counts():
    for D, H in ((4, 4), (3, 5), (1, 1), (64, 128)):
        assert GRUParameters.random(D, H).count == 3 * (H * D + H * H + H)
        assert GRUParameters.random(D, H, convention=PYTORCH).count == 3 * (H * D + H * H + H) + H
    assert GRUParameters.random(4, 4).count == 108


def test_random_parameters():
    p, same, other = (GRUParameters.random(3, 16, seed) for seed in (5, 5, 6))
    for name, array in p.arrays().items():
        np.testing.assert_array_equal(array, same.arrays()[name])
        assert (array != other.arrays()[name]).all()
        assert np.abs(array).max() <= 1 / 4  # 1/√16
    assert np.abs(p.U_r).max() > 0.2
    assert p.b_Uh is None and GRUParameters.random(3, 16, convention=PYTORCH).b_Uh.shape == (16,)
    assert (p.input_size, p.hidden_size, p.dtype) == (3, 16, np.float64)
    half = p.astype(np.float32)
    assert half.dtype == np.float32 and {array.dtype for array in half.arrays().values()} == {np.dtype(np.float32)}
    np.testing.assert_array_equal(GRUParameters.random(3, 16, np.random.default_rng(5)).W_r, p.W_r)


def test_lists_and_whole_numbers_become_float64():
    one = [[1]]
    p = GRUParameters(one, one, [0], one, one, [0], one, one, [0])
    assert {array.dtype for array in p.arrays().values()} == {np.dtype(np.float64)}
    assert gru_step([0], [1], p).shape == (1,)


def changed(**changes):
    return GRUParameters.random(3, 4).arrays() | changes


REFUSED_WEIGHTS = {
    "W transposed": (
        changed(W_z=np.zeros((3, 4))),
        ValueError,
        r"W_z has shape \(3, 4\), needs \(4, 3\) \(W_r has H = 4",
    ),
    "U not square": (changed(U_h=np.zeros((4, 3))), ValueError, r"U_h has shape \(4, 3\), needs \(4, 4\)"),
    "bias of a column": (changed(b_r=np.zeros((4, 1))), ValueError, r"b_r has shape \(4, 1\), needs \(4,\)"),
    "second bias": (changed(b_Uh=np.zeros(3)), ValueError, r"b_Uh has shape \(3,\), needs \(4,\)"),
    "W_r of one axis": (changed(W_r=np.zeros(4)), ValueError, r"W_r has shape \(4,\), needs \(H, D\)"),
    "no units": (changed(W_r=np.zeros((0, 3))), ValueError, r"W_r has shape \(0, 3\), needs \(H, D\)"),
    "no inputs": (changed(W_r=np.zeros((4, 0))), ValueError, r"W_r has shape \(4, 0\), needs \(H, D\)"),
    "nan": (changed(b_z=[0, np.nan, 0, 0]), ValueError, r"b_z has nan at index \(1,\), needs finite numbers"),
    "infinity": (changed(U_z=np.full((4, 4), np.inf)), ValueError, r"U_z has inf at index \(0, 0\)"),
    "two dtypes": (
        changed(W_h=np.zeros((4, 3), "f4")),
        TypeError,
        r"W_h has dtype float32, needs float64 .*W_h\.astype",
    ),
    "float16": (changed(W_h=np.zeros((4, 3), "f2")), TypeError, "W_h has dtype float16, needs float32 or float64"),
    "words": (changed(b_h=["a", "b", "c", "d"]), TypeError, "b_h has dtype <U1, needs float32 or float64"),
    "objects": (changed(b_h=[None] * 4), TypeError, "b_h has dtype object, needs float32 or float64"),
}


@pytest.mark.parametrize("name", REFUSED_WEIGHTS)
def test_what_the_parameters_refuse(name):
    weights, error, message = REFUSED_WEIGHTS[name]
    with pytest.raises(error, match=message):
        GRUParameters(**weights)


REFUSED_STEPS = {
    "x of the wrong size": (
        (np.zeros(4), np.zeros(4)),
        ValueError,
        r"x has shape \(4,\), needs \(3,\) \(the parameters have D = 3",
    ),
    "h of the wrong size": ((np.zeros(3), np.zeros(3)), ValueError, r"h has shape \(3,\), needs \(4,\)"),
    "h of another batch": (
        (np.zeros((2, 3)), np.zeros((3, 4))),
        ValueError,
        r"h has shape \(3, 4\), needs \(2, 4\) \(x has shape \(2, 3\)",
    ),
    "h and x swapped": ((np.zeros(4), np.zeros(3)), ValueError, r"x has shape \(4,\), needs \(3,\)"),
    "a number": ((1.0, np.zeros(4)), ValueError, r"x has shape \(\), needs \(3,\)"),
    "nan": ((np.array([0, np.nan, 0]), np.zeros(4)), ValueError, r"x has nan at index \(1,\)"),
    "float32": ((np.zeros(3, "f4"), np.zeros(4)), TypeError, "x has dtype float32, needs float64"),
}


@pytest.mark.parametrize("name", REFUSED_STEPS)
def test_what_a_step_refuses(name):
    (x, h), error, message = REFUSED_STEPS[name]
    for step in (gru_step, trace_step):
        with pytest.raises(error, match=message):
            step(x, h, GRUParameters.random(3, 4))


def test_a_second_bias_without_a_place_is_refused():
    p = GRUParameters.random(3, 4, convention=PYTORCH)
    with pytest.raises(ValueError, match='b_Uh belongs to reset "after" only: add it to b_h'):
        gru_step(np.zeros(3), np.zeros(4), p, DEFAULT)
    gru_step(np.zeros(3), np.zeros(4), p, PYTORCH)
