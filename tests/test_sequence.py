"""Whole sequences and backpropagation through time, readable and fast, against torch, ONNX, autograd and themselves."""

import warnings

import mutants
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from references import (
    FOUR,
    autograd_gru,
    backward_error,
    case,
    forward_error,
    negated_update_gate,
    onnx_gru,
    reference_forward,
    torch_gru,
)

from gru_lab import DEFAULT, Convention, GRUParameters, gru_step
from gru_lab.conventions import ONNX, ONNX_LINEAR_BEFORE_RESET, PYTORCH
from gru_lab.sequence import Gradients, SequenceTrace, backward, forward
from gru_lab.sequence_fast import backward_fast, forward_fast

VERSIONS = [pytest.param(forward, backward, id="readable"), pytest.param(forward_fast, backward_fast, id="fast")]
versions = pytest.mark.parametrize(("forward", "backward"), VERSIONS)
forwards = pytest.mark.parametrize("forward", [pytest.param(version.values[0], id=version.id) for version in VERSIONS])
conventions = pytest.mark.parametrize("convention", FOUR, ids=str)

# The same examples on every run, and no time limit for one: a busy machine must not fail a right answer.
reproducibly = settings(derandomize=True, deadline=None, max_examples=40)
sizes = st.tuples(st.integers(1, 5), st.integers(1, 9), st.integers(1, 7), st.integers(1, 8))  # B, T, D, H
seeds = st.integers(0, 2**32 - 1)


def gradients_for(trace, seed=1):
    rng = np.random.default_rng(seed)
    dtype = trace.parameters.dtype
    return rng.standard_normal(trace.output.shape).astype(dtype), rng.standard_normal(trace.h_n.shape).astype(dtype)


def assert_close(ours, theirs, tolerance):
    assert ours.shape == theirs.shape
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=tolerance)


# ---- forward


@forwards
@reproducibly
@given(sizes=sizes.filter(lambda s: s[2] != s[3]), lengths=st.booleans(), seed=seeds)
def test_forward_equals_torch(forward, sizes, lengths, seed):
    X, h0, parameters, lengths = case(*sizes, PYTORCH, seed, lengths)
    trace = forward(X, h0, parameters, lengths, PYTORCH)
    output, h_n = torch_gru(X, h0, parameters, lengths)
    assert_close(trace.output, output, 1e-12)
    assert_close(trace.h_n, h_n, 1e-12)


@forwards
@pytest.mark.parametrize("linear_before_reset", [0, 1])
@reproducibly
@given(sizes=sizes, seed=seeds)
def test_forward_equals_the_onnx_reference(forward, linear_before_reset, sizes, seed):
    convention = ONNX_LINEAR_BEFORE_RESET if linear_before_reset else ONNX
    X, h0, parameters, _ = case(*sizes, convention, seed)
    trace = forward(X, h0, parameters, None, convention)
    output, h_n = onnx_gru(X, h0, parameters, linear_before_reset)
    assert_close(trace.output, output, 1e-12)
    assert_close(trace.h_n, h_n, 1e-12)


@versions
def test_every_convention_size_and_length_equals_the_references(forward, backward):
    assert forward_error(forward) < 1e-12
    assert backward_error(forward, backward) < 1e-10


@forwards
@conventions
def test_a_sequence_is_its_steps(forward, convention):
    X, h0, parameters, _ = case(3, 5, 4, 6, convention)
    trace = forward(X, h0, parameters, convention=convention)
    h = h0
    for t in range(5):
        assert_close(trace.h_before[:, t], h, 1e-14)
        h = gru_step(X[:, t], h, parameters, convention)
        assert_close(trace.output[:, t], h, 1e-14)
    assert_close(trace.h_n, h, 1e-14)


@forwards
@conventions
def test_lengths(forward, convention):
    X, h0, parameters, _ = case(4, 6, 3, 5, convention)
    lengths = [6, 1, 3, 5]
    trace = forward(X, h0, parameters, lengths, convention)
    for i, steps in enumerate(lengths):
        alone = forward(X[i, :steps], h0[i], parameters, None, convention)
        assert_close(trace.output[i, :steps], alone.output, 1e-14)
        assert not trace.output[i, steps:].any()
        assert_close(trace.h_n[i], alone.h_n, 1e-14)
        assert (trace.z[i, steps:] == (convention.update == "keeps")).all()
        np.testing.assert_array_equal(trace.h_before[i, steps:], np.broadcast_to(trace.h_n[i], (6 - steps, 5)))
    # the padding's content has no effect
    other = X.copy()
    other[1, 1:] = 9
    assert_close(forward(other, h0, parameters, lengths, convention).output, trace.output, 0)


@forwards
def test_no_first_state_means_zeros(forward):
    X, h0, parameters, _ = case(3, 5, 4, 6, DEFAULT)
    with_zeros = forward(X, 0 * h0, parameters)
    without = forward(X, None, parameters)
    np.testing.assert_array_equal(without.output, with_zeros.output)
    np.testing.assert_array_equal(forward(X[0], None, parameters).h_before[0], np.zeros(6))


@versions
@conventions
def test_one_sequence_is_a_batch_of_one(forward, backward, convention):
    X, h0, parameters, _ = case(1, 5, 4, 6, convention)
    for one, batch in ((None, None), (3, [3])):
        alone = forward(X[0], h0[0], parameters, one, convention)
        together = forward(X, h0, parameters, batch, convention)
        for name in ("output", "h_n", "r", "z", "candidate", "h_before", "X"):
            np.testing.assert_array_equal(getattr(alone, name), getattr(together, name)[0], err_msg=name)
        d_output, d_h_n = gradients_for(together)
        ours, theirs = backward(alone, d_output[0], d_h_n[0]), backward(together, d_output, d_h_n)
        for name, array in ours.arrays().items():
            np.testing.assert_array_equal(array, theirs.arrays()[name], err_msg=name)
        np.testing.assert_array_equal(ours.X, theirs.X[0])
        np.testing.assert_array_equal(ours.h0, theirs.h0[0])


@forwards
@reproducibly
@given(
    sizes=sizes,
    convention=st.sampled_from(FOUR),
    scale=st.sampled_from([0.1, 1, 10, 1000]),
    at_the_edge=st.booleans(),
    dtype=st.sampled_from([np.float32, np.float64]),
    seed=seeds,
)
def test_from_a_state_in_minus_1_to_1_it_stays_there(forward, sizes, convention, scale, at_the_edge, dtype, seed):
    X, h0, parameters, _ = case(*sizes, convention, seed, dtype=dtype)
    parameters = GRUParameters(**{name: (scale * a).astype(dtype) for name, a in parameters.arrays().items()})
    if at_the_edge:
        h0 = np.sign(h0)
    trace = forward(X, h0, parameters, None, convention)
    assert np.abs(trace.output).max() <= 1
    for gate in (trace.r, trace.z):
        assert gate.min() >= 0 and gate.max() <= 1


@forwards
@pytest.mark.parametrize("reset", ["before", "after"])
@reproducibly
@given(sizes=sizes, seed=seeds)
def test_keeps_and_takes_give_the_same_states(forward, reset, sizes, seed):
    keeps, takes = Convention("keeps", reset), Convention("takes", reset)
    X, h0, parameters, lengths = case(*sizes, keeps, seed, lengths=True)
    ours = forward(X, h0, parameters, lengths, keeps)
    theirs = forward(X, h0, keeps.convert(parameters, takes), lengths, takes)
    assert_close(ours.output, theirs.output, 1e-13)
    assert_close(ours.z, 1 - theirs.z, 1e-13)
    assert_close(ours.output, reference_forward(X, h0, negated_update_gate(parameters), lengths, takes)[0], 1e-12)


# ---- backward


@versions
@settings(reproducibly, max_examples=15)
@given(sizes=sizes, convention=st.sampled_from(FOUR), lengths=st.booleans(), seed=seeds)
def test_backward_equals_autograd(forward, backward, sizes, convention, lengths, seed):
    X, h0, parameters, lengths = case(*sizes, convention, seed, lengths)
    trace = forward(X, h0, parameters, lengths, convention)
    gradients = gradients_for(trace)
    ours = backward(trace, *gradients)
    for name, theirs in autograd_gru(X, h0, parameters, lengths, convention, *gradients).items():
        assert_close(getattr(ours, name), theirs, 1e-10)


@versions
@conventions
def test_backward_equals_finite_differences(forward, backward, convention):
    X, h0, parameters, lengths = case(2, 4, 3, 4, convention, lengths=True)
    arrays = parameters.arrays() | {"X": X, "h0": h0}
    trace = forward(X, h0, parameters, lengths, convention)
    d_output, d_h_n = gradients_for(trace)

    def loss():  # of the arrays as they are now: the parameters hold these very arrays
        now = forward(X, h0, parameters, lengths, convention)
        return (now.output * d_output).sum() + (now.h_n * d_h_n).sum()

    ours = backward(trace, d_output, d_h_n)._asdict()
    step = 1e-6
    for name, array in arrays.items():
        for index in np.ndindex(array.shape):
            value = array[index]
            array[index] = value + step
            above = loss()
            array[index] = value - step
            below = loss()
            array[index] = value
            assert abs((above - below) / (2 * step) - ours[name][index]) < 1e-8, (name, index)


@versions
def test_gradients_carry_the_names_and_shapes_of_what_they_are_of(forward, backward):
    for convention in FOUR:
        X, h0, parameters, _ = case(3, 5, 4, 6, convention)
        gradients = backward(forward(X, h0, parameters, None, convention), np.ones((3, 5, 6)))
        assert isinstance(gradients, Gradients)
        assert list(gradients.arrays()) == list(parameters.arrays())
        for name, array in parameters.arrays().items():
            assert gradients.arrays()[name].shape == array.shape
        assert gradients.X.shape == X.shape and gradients.h0.shape == h0.shape
        assert (gradients.b_Uh is None) == (parameters.b_Uh is None)


@versions
@pytest.mark.parametrize(("reset", "used"), [("before", False), ("after", True)])
def test_a_second_bias_of_zeros(forward, backward, reset, used):
    X, h0, parameters, _ = case(3, 5, 4, 6, DEFAULT)
    both = GRUParameters(**parameters.arrays(), b_Uh=np.zeros(6))
    convention = Convention("keeps", reset)
    trace = forward(X, h0, both, None, convention)
    np.testing.assert_array_equal(trace.output, forward(X, h0, parameters, None, convention).output)
    gradients = backward(trace, np.ones((3, 5, 6)))
    assert gradients.b_Uh.any() == used
    without = backward(forward(X, h0, parameters, None, convention), np.ones((3, 5, 6)))
    assert without.b_Uh is None
    np.testing.assert_array_equal(without.U_h, gradients.U_h)


@versions
def test_a_loss_of_the_last_state_alone(forward, backward):
    X, h0, parameters, lengths = case(3, 5, 4, 6, DEFAULT, lengths=True)
    trace = forward(X, h0, parameters, lengths)
    ours = backward(trace, None, trace.h_n)
    theirs = backward(trace, np.zeros_like(trace.output), trace.h_n)
    for name, array in ours._asdict().items():
        if array is not None:
            np.testing.assert_array_equal(array, theirs._asdict()[name])
    for i, steps in enumerate(lengths):
        assert not ours.X[i, steps:].any() and ours.X[i, :steps].all()


@versions
def test_nothing_that_came_in_is_changed(forward, backward):
    X, h0, parameters, lengths = case(3, 5, 4, 6, PYTORCH, lengths=True)
    before = [array.copy() for array in (X, h0, lengths, *parameters.arrays().values())]
    trace = forward(X, h0, parameters, lengths, PYTORCH)
    kept = {name: array.copy() for name, array in trace._asdict().items() if isinstance(array, np.ndarray)}
    gradients = gradients_for(trace)
    given = [array.copy() for array in gradients]
    first = backward(trace, *gradients)
    second = backward(trace, *gradients)
    for ours, theirs in zip(before, (X, h0, lengths, *parameters.arrays().values()), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    for name, array in kept.items():
        np.testing.assert_array_equal(array, getattr(trace, name), err_msg=name)
    for ours, theirs in zip(given, gradients, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    for name, array in first.arrays().items():
        np.testing.assert_array_equal(array, second.arrays()[name])


# ---- the fast version is the readable one


@reproducibly
@given(
    sizes=sizes,
    convention=st.sampled_from(FOUR),
    lengths=st.booleans(),
    dtype=st.sampled_from([np.float32, np.float64]),
    seed=seeds,
)
def test_fast_equals_readable(sizes, convention, lengths, dtype, seed):
    X, h0, parameters, lengths = case(*sizes, convention, seed, lengths, dtype)
    slow, quick = (f(X, h0, parameters, lengths, convention) for f in (forward, forward_fast))
    gradients = gradients_for(slow)
    pairs = [
        (slow, quick),
        *((backward(slow, *gradients), backward_fast(trace, *gradients)) for trace in (slow, quick)),
    ]
    pairs.append((backward(slow, *gradients), backward(quick, *gradients)))
    tolerance = 1e-12 if dtype == np.float64 else 1e-4
    for ours, theirs in pairs:
        assert type(ours) is type(theirs)
        for name, mine, other in zip(ours._fields, ours, theirs, strict=True):
            if name == "memory":  # kept by the fast version alone
                continue
            assert isinstance(mine, np.ndarray) == isinstance(other, np.ndarray), name
            if isinstance(mine, np.ndarray):
                assert mine.dtype == other.dtype == (np.int64 if name == "lengths" else dtype), name
                scale = max(1, np.abs(mine).max())
                np.testing.assert_allclose(mine, other, rtol=0, atol=tolerance * scale, err_msg=name)


def test_fast_equals_readable_over_several_chunks():
    # 40 · 30 numbers a step: the factors of the way back are computed for 27 steps at once, then 27, then 16
    X, h0, _, lengths = case(40, 70, 3, 30, DEFAULT, lengths=True)
    parameters = GRUParameters.random(3, 30)
    slow, quick = forward(X, h0, parameters, lengths), forward_fast(X, h0, parameters, lengths)
    gradients = gradients_for(slow)
    ours, theirs = backward(slow, *gradients), backward_fast(quick, *gradients)
    for name, array in ours.arrays().items():
        np.testing.assert_allclose(theirs.arrays()[name], array, rtol=0, atol=1e-10, err_msg=name)
    assert_close(ours.X, theirs.X, 1e-12)


# ---- numbers at the edge


@versions
@conventions
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("scale", [1e2, 1e6, 1e15])
def test_saturated_gates_give_no_warning(forward, backward, convention, dtype, scale):
    X, h0, parameters, lengths = case(3, 20, 4, 6, convention, lengths=True)
    large = GRUParameters(**{name: scale * array for name, array in parameters.arrays().items()}).astype(dtype)
    X, h0 = X.astype(dtype), h0.astype(dtype)
    with warnings.catch_warnings(), np.errstate(over="raise", invalid="raise", divide="raise", under="raise"):
        warnings.simplefilter("error")
        trace = forward(X, h0, large, lengths, convention)
        gradients = backward(trace, *gradients_for(trace))
    assert set(np.unique(trace.r)) <= {0.0, 1.0} or scale < 1e15
    for array in (trace.output, trace.h_n, gradients.X, gradients.h0, *gradients.arrays().values()):
        assert array.dtype == dtype
        assert np.isfinite(array).all()


# ---- what is refused

GOOD = {"X": np.zeros((2, 5, 3)), "h0": np.zeros((2, 4)), "parameters": GRUParameters.random(3, 4), "lengths": None}


def with_nan(shape, dtype=float, value=np.nan):
    array = np.zeros(shape, dtype)
    array[(-1,) * len(shape)] = value
    return array


REFUSED = {
    "X of the wrong size": ({"X": np.zeros((2, 5, 4))}, ValueError, r"X has shape \(2, 5, 4\), needs \(B, T, 3\)"),
    "X of one step": ({"X": np.zeros(3)}, ValueError, r"X has shape \(3,\), needs \(B, T, 3\), or \(T, 3\)"),
    "X of four axes": ({"X": np.zeros((1, 2, 5, 3))}, ValueError, r"X has shape \(1, 2, 5, 3\), needs \(B, T, 3\)"),
    "X of no steps": ({"X": np.zeros((2, 0, 3))}, ValueError, r"X has shape \(2, 0, 3\), sequences of no steps; needs"),
    "one sequence of no steps": ({"X": np.zeros((0, 3)), "h0": None}, ValueError, r"\(0, 3\), sequences of no steps"),
    "an empty batch": ({"X": np.zeros((0, 5, 3))}, ValueError, r"X has shape \(0, 5, 3\), an empty batch; needs"),
    "X with nan": ({"X": with_nan((2, 5, 3))}, ValueError, r"X has nan at index \(1, 4, 2\), needs finite"),
    "X with inf": ({"X": with_nan((2, 5, 3), value=-np.inf)}, ValueError, r"X has -inf at index \(1, 4, 2\)"),
    "X of float32": (
        {"X": np.zeros((2, 5, 3), "f4")},
        TypeError,
        r"X has dtype float32, needs float64 .*X\.astype\('float64'\)",
    ),
    "X of complex numbers": (
        {"X": np.zeros((2, 5, 3), complex)},
        TypeError,
        "X has dtype complex128, needs float32 or",
    ),
    "X of words": ({"X": [["a", "b", "c"]]}, TypeError, "X has dtype <U1, needs float32 or float64"),
    "X of ragged rows": ({"X": [[1, 2, 3], [1, 2]]}, TypeError, "X is not an array"),
    "h0 of another batch": (
        {"h0": np.zeros((3, 4))},
        ValueError,
        r"h0 has shape \(3, 4\), needs \(2, 4\) \(X has shape \(2, 5, 3\)",
    ),
    "h0 for one sequence": ({"h0": np.zeros(4)}, ValueError, r"h0 has shape \(4,\), needs \(2, 4\)"),
    "h0 for a batch": ({"X": np.zeros((5, 3))}, ValueError, r"h0 has shape \(2, 4\), needs \(4,\)"),
    "h0 with nan": ({"h0": with_nan((2, 4))}, ValueError, r"h0 has nan at index \(1, 3\)"),
    "h0 of float32": ({"h0": np.zeros((2, 4), "f4")}, TypeError, "h0 has dtype float32, needs float64"),
    "lengths beyond T": ({"lengths": [5, 6]}, ValueError, "lengths has 6 at index 1, needs numbers from 1 to T = 5"),
    "lengths of 0": ({"lengths": [0, 5]}, ValueError, "lengths has 0 at index 0, needs numbers from 1 to T = 5"),
    "lengths below 0": ({"lengths": [5, -1]}, ValueError, "lengths has -1 at index 1"),
    "lengths of another batch": ({"lengths": [5, 5, 5]}, ValueError, r"lengths has shape \(3,\), needs \(2,\)"),
    "lengths of halves": ({"lengths": [1.0, 2.0]}, TypeError, "lengths has dtype float64, needs whole numbers"),
    "lengths of booleans": ({"lengths": [True, True]}, TypeError, "lengths has dtype bool, needs whole numbers"),
    "one length too long": (
        {"X": np.zeros((5, 3)), "h0": np.zeros(4), "lengths": 6},
        ValueError,
        "lengths has 6, needs numbers from 1 to T = 5",
    ),
    "h0 and parameters swapped": (
        {"h0": GOOD["parameters"], "parameters": GOOD["h0"]},
        TypeError,
        r"parameters is a ndarray, needs GRUParameters: forward\(X,",
    ),
}


@forwards
@pytest.mark.parametrize("name", REFUSED)
def test_what_forward_refuses(forward, name):
    changed, error, message = REFUSED[name]
    forward(**GOOD)
    with pytest.raises(error, match=message):
        forward(**(GOOD | changed))


@forwards
def test_weights_that_became_nan_are_refused(forward):
    parameters = GRUParameters.random(3, 4)
    parameters.U_z[1, 2] = np.nan
    with pytest.raises(ValueError, match=r"U_z has nan at index \(1, 2\), needs finite numbers"):
        forward(GOOD["X"], None, parameters)


@forwards
def test_a_second_bias_without_a_place_is_refused(forward):
    parameters = GRUParameters.random(3, 4, convention=PYTORCH)
    with pytest.raises(ValueError, match='b_Uh belongs to reset "after" only'):
        forward(GOOD["X"], None, parameters, convention=DEFAULT)


@versions
def test_what_backward_refuses(forward, backward):
    trace = forward(**GOOD)
    good = np.zeros((2, 5, 4))
    refused = [
        ((trace, good[:, :4]), ValueError, r"d_output has shape \(2, 4, 4\), needs \(2, 5, 4\) \(like output\)"),
        ((trace, good, good[0]), ValueError, r"d_h_n has shape \(5, 4\), needs \(2, 4\) \(like h_n\)"),
        ((trace, with_nan((2, 5, 4))), ValueError, r"d_output has nan at index \(1, 4, 3\)"),
        ((trace, good.astype("f4")), TypeError, "d_output has dtype float32, needs float64"),
        ((trace.output, good), TypeError, "trace is a ndarray, needs the SequenceTrace that forward returned"),
    ]
    for arguments, error, message in refused:
        with pytest.raises(error, match=message):
            backward(*arguments)


@forwards
def test_lists_and_whole_numbers_are_welcome(forward):
    parameters = GRUParameters.random(2, 3, dtype=np.float32)
    trace = forward([[1, 0], [0, 1]], [0, 0, 0], parameters)
    assert isinstance(trace, SequenceTrace) and trace.output.dtype == np.float32
    assert_close(trace.output, forward(np.eye(2, dtype=np.float32), None, parameters).output, 0)


# ---- the comparisons above can fail


@pytest.mark.parametrize("mutant", mutants.FORWARD, ids=str)
def test_wrong_forward_is_caught(mutant):
    assert forward_error(mutants.readable(mutant.edits)[0]) > 1e-3


@pytest.mark.parametrize("mutant", mutants.FORWARD_FAST, ids=str)
def test_wrong_fast_forward_is_caught(mutant):
    assert forward_error(mutants.fast(mutant.edits)[0]) > 1e-3


@pytest.mark.parametrize("mutant", mutants.BACKWARD, ids=str)
def test_wrong_backward_is_caught(mutant):
    assert backward_error(*mutants.readable(mutant.edits)) > 1e-3


@pytest.mark.parametrize("mutant", mutants.BACKWARD_FAST, ids=str)
def test_wrong_fast_backward_is_caught(mutant):
    assert backward_error(*mutants.fast(mutant.edits)) > 1e-3


@pytest.mark.parametrize("build", [mutants.readable, mutants.fast], ids=["readable", "fast"])
def test_an_unedited_copy_is_right(build):
    forward, backward = build({})
    assert forward_error(forward) < 1e-12
    assert backward_error(forward, backward) < 1e-10


def test_a_mutant_that_no_longer_mutates_is_noticed():
    with pytest.raises(AssertionError, match="a mutant needs 1"):
        mutants.load({"cell": [("no such line", "")]})
