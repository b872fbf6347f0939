"""Weights to and from PyTorch, Keras, ONNX and Flax, held against what these compute.

PyTorch and the ONNX reference evaluator run here; what Keras and Flax compute was recorded by the scripts in vectors/.
`to_…` of the recorded two needs no vectors of its own: `from_…` is held against the library, and gives back exactly
what `to_…` was given.
"""

import json
from pathlib import Path

import mutants
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from references import FOUR, case, onnx_evaluate

from gru_lab import DEFAULT, Convention, GRUParameters, interop
from gru_lab.conventions import FLAX, KERAS, KERAS_RESET_BEFORE, ONNX, ONNX_LINEAR_BEFORE_RESET, PYTORCH
from gru_lab.interop import from_flax, from_keras, from_onnx, from_pytorch, to_flax, to_keras, to_onnx, to_pytorch
from gru_lab.sequence import forward

VECTORS = Path(__file__).with_name("vectors")
KERAS_VECTORS = json.loads((VECTORS / "keras.json").read_text(encoding="utf-8"))
FLAX_VECTORS = json.loads((VECTORS / "flax.json").read_text(encoding="utf-8"))

conventions = pytest.mark.parametrize("convention", FOUR, ids=str)
reproducibly = settings(derandomize=True, deadline=None, max_examples=30)
sizes = st.tuples(st.integers(1, 4), st.integers(1, 6), st.integers(1, 6), st.integers(1, 7))  # B, T, D, H
seeds = st.integers(0, 2**32 - 1)


def torch_module(seed, make, *sizes, **options):
    """A torch module in float64 whose every number is drawn, the second biases too."""
    torch.manual_seed(seed)
    module = make(*sizes, dtype=torch.float64, **options)
    for parameter in module.parameters():
        torch.nn.init.uniform_(parameter, -1, 1)
    return module.requires_grad_(False)


def loaded(module, arrays):
    module.load_state_dict({name: torch.from_numpy(array) for name, array in arrays.items()})
    return module


def numpy_arrays(state_dict):
    return {name: tensor.numpy() for name, tensor in state_dict.items()}


def assert_same_parameters(ours, theirs):
    """The same arrays; a b_Uh of zeros is no b_Uh."""
    ours, theirs = ours.arrays(), theirs.arrays()
    for name in ours | theirs:
        zeros = np.zeros_like(theirs["b_h"])
        np.testing.assert_array_equal(ours.get(name, zeros), theirs.get(name, zeros), err_msg=name)
        assert ours["W_r"].dtype == theirs["W_r"].dtype


# ---- the comparison that every layout passes, and every mutant of interop.py fails


def pytorch_error(module, sizes=(3, 5, 4, 6), seed=0):
    B, T, D, H = sizes
    X, h0, parameters, _ = case(B, T, D, H, PYTORCH, seed)
    gru = torch_module(seed, torch.nn.GRU, D, H, batch_first=True)
    x, h = torch.from_numpy(X), torch.from_numpy(h0)[None]
    ours = forward(X, h0, module.from_pytorch(gru.state_dict()), None, PYTORCH).output
    there = np.abs(ours - gru(x, h)[0].numpy()).max()
    loaded(gru, module.to_pytorch(parameters, PYTORCH))
    return max(there, np.abs(forward(X, h0, parameters, None, PYTORCH).output - gru(x, h)[0].numpy()).max())


def onnx_error(module, linear_before_reset, sizes=(3, 5, 4, 6), seed=0):
    B, T, D, H = sizes
    rng = np.random.default_rng(seed)
    convention = ONNX_LINEAR_BEFORE_RESET if linear_before_reset else ONNX
    X, h0, parameters, _ = case(B, T, D, H, convention, seed)
    W, R, bias = (rng.uniform(-1, 1, shape) for shape in ((1, 3 * H, D), (1, 3 * H, H), (1, 6 * H)))
    ours = forward(X, h0, module.from_onnx(W, R, bias, linear_before_reset), None, convention).output
    there = np.abs(ours - onnx_evaluate(X, h0, W, R, bias, linear_before_reset)[0]).max()
    given = module.to_onnx(parameters, convention)
    back = np.abs(forward(X, h0, parameters, None, convention).output - onnx_evaluate(X, h0, **given)[0]).max()
    return max(there, back)


def keras_error(module):
    errors = []
    for recorded in KERAS_VECTORS["cases"]:
        reset_after, weights = recorded["reset_after"], recorded["weights"]
        convention = KERAS if reset_after else KERAS_RESET_BEFORE
        parameters = module.from_keras(**weights, reset_after=reset_after)
        trace = forward(recorded["X"], recorded["h0"], parameters, None, convention)
        errors += [np.abs(trace.output - recorded["output"]).max(), np.abs(trace.h_n - recorded["h_n"]).max()]
        again = module.from_keras(*module.to_keras(parameters, convention), reset_after=reset_after)
        errors.append(
            np.abs(forward(recorded["X"], recorded["h0"], again, None, convention).output - trace.output).max()
        )
    return max(errors)


def flax_error(module):
    parameters = module.from_flax(FLAX_VECTORS["variables"])
    X, h0 = FLAX_VECTORS["X"], FLAX_VECTORS["h0"]
    output = forward(X, h0, parameters, None, FLAX).output
    again = module.from_flax(module.to_flax(parameters, FLAX))
    return max(
        np.abs(output - FLAX_VECTORS["output"]).max(),
        np.abs(forward(X, h0, again, None, FLAX).output - output).max(),
    )


# ---- PyTorch


@reproducibly
@given(sizes=sizes, seed=seeds)
def test_pytorch(sizes, seed):
    assert pytorch_error(interop, sizes, seed) < 1e-12


@conventions
def test_to_pytorch_and_back(convention):
    parameters = case(1, 1, 3, 5, convention)[2]
    if convention.reset == "before":
        with pytest.raises(ValueError, match='no exact conversion from reset "before" to reset "after"'):
            to_pytorch(parameters, convention)
        return
    back = from_pytorch(to_pytorch(parameters, convention))
    assert_same_parameters(PYTORCH.convert(back, convention), parameters)


def test_a_state_dict_and_back_is_the_same_function_with_biases_added_up():
    state = numpy_arrays(torch_module(1, torch.nn.GRU, 3, 4).state_dict())
    again = to_pytorch(from_pytorch(state), PYTORCH)
    assert list(again) == list(state)
    np.testing.assert_array_equal(again["weight_ih_l0"], state["weight_ih_l0"])
    np.testing.assert_array_equal(again["weight_hh_l0"], state["weight_hh_l0"])
    added = state["bias_ih_l0"][:8] + state["bias_hh_l0"][:8]
    np.testing.assert_array_equal(again["bias_ih_l0"], np.concatenate([added, state["bias_ih_l0"][8:]]))
    np.testing.assert_array_equal(again["bias_hh_l0"], np.concatenate([np.zeros(8), state["bias_hh_l0"][8:]]))


def test_pytorch_layers_and_directions():
    X, h0, *_ = case(2, 5, 3, 4, PYTORCH)
    gru = torch_module(2, torch.nn.GRU, 3, 4, num_layers=2, bidirectional=True, batch_first=True)
    state = gru.state_dict()
    with pytest.raises(ValueError, match=r'state_dict has 4 layers, name one: layer="l0" \(of l0, l0_reverse, l1, l1_'):
        from_pytorch(state)
    with pytest.raises(KeyError, match="state_dict has no 'weight_ih_l2'; it has weight_ih_l0, "):
        from_pytorch(state, "l2")
    below = X
    for layer in ("l0", "l1"):
        ahead = forward(below, h0, from_pytorch(state, layer), None, PYTORCH).output
        back = forward(below[:, ::-1], h0, from_pytorch(state, f"{layer}_reverse"), None, PYTORCH).output[:, ::-1]
        below = np.concatenate([ahead, back], 2)
    output, _ = gru(torch.from_numpy(X), torch.from_numpy(h0).expand(4, -1, -1))
    np.testing.assert_allclose(below, output.numpy(), rtol=0, atol=1e-12)
    parameters = from_pytorch(state, "l1_reverse")
    assert set(to_pytorch(parameters, PYTORCH, "l1_reverse")) == {key for key in state if key.endswith("_l1_reverse")}


def test_pytorch_cell():
    X, h0, parameters, _ = case(3, 2, 4, 6, PYTORCH)
    cell = torch_module(3, torch.nn.GRUCell, 4, 6)
    x, h = torch.from_numpy(X[:, 0]), torch.from_numpy(h0)
    ours = forward(X[:, :1], h0, from_pytorch(cell.state_dict()), None, PYTORCH).h_n
    np.testing.assert_allclose(ours, cell(x, h).numpy(), rtol=0, atol=1e-12)
    loaded(cell, to_pytorch(parameters, PYTORCH, layer=""))
    ours = forward(X[:, :1], h0, parameters, None, PYTORCH).h_n
    np.testing.assert_allclose(ours, cell(x, h).numpy(), rtol=0, atol=1e-12)


def test_pytorch_without_biases():
    X, h0, *_ = case(3, 5, 4, 6, PYTORCH)
    gru = torch_module(4, torch.nn.GRU, 4, 6, bias=False, batch_first=True)
    parameters = from_pytorch(gru.state_dict())
    output, _ = gru(torch.from_numpy(X), torch.from_numpy(h0)[None])
    np.testing.assert_allclose(forward(X, h0, parameters, None, PYTORCH).output, output.numpy(), rtol=0, atol=1e-12)


def test_pytorch_dtypes_and_copies():
    gru = torch.nn.GRU(3, 4)  # float32, with gradients
    parameters = from_pytorch(gru.state_dict(keep_vars=True))
    assert parameters.dtype == np.float32
    assert_same_parameters(from_pytorch(numpy_arrays(gru.state_dict())), parameters)
    before = gru.weight_ih_l0.detach().clone()
    for array in parameters.arrays().values():
        array += 1
    assert torch.equal(gru.weight_ih_l0.detach(), before)


# ---- Keras


def test_keras():
    # 1e-6: the recorded numbers are float32, as the script says
    made_with = KERAS_VECTORS["made_with"]
    assert made_with["keras"].startswith("3."), f"recorded with {made_with}: look whether the layout is still the same"
    assert [recorded["reset_after"] for recorded in KERAS_VECTORS["cases"]] == [True, False]
    assert keras_error(interop) < 1e-6


@conventions
def test_to_keras_and_back(convention):
    parameters = case(1, 1, 3, 5, convention)[2]
    kernel, recurrent_kernel, bias = to_keras(parameters, convention)
    after = convention.reset == "after"
    assert (kernel.shape, recurrent_kernel.shape, bias.shape) == ((3, 15), (5, 15), (2, 15) if after else (15,))
    back = from_keras(kernel, recurrent_kernel, bias, reset_after=after)
    assert_same_parameters(Convention("keeps", convention.reset).convert(back, convention), parameters)


@pytest.mark.parametrize("reset_after", [True, False])
def test_keras_without_biases(reset_after):
    weights = KERAS_VECTORS["cases"][0]["weights"]
    without = from_keras(weights["kernel"], weights["recurrent_kernel"], reset_after=reset_after)
    zeros = np.zeros((2, 12) if reset_after else 12)
    assert_same_parameters(without, from_keras(weights["kernel"], weights["recurrent_kernel"], zeros, reset_after))


# ---- ONNX


@pytest.mark.parametrize("linear_before_reset", [0, 1])
@reproducibly
@given(sizes=sizes, seed=seeds)
def test_onnx(linear_before_reset, sizes, seed):
    assert onnx_error(interop, linear_before_reset, sizes, seed) < 1e-12


@conventions
def test_to_onnx_and_back(convention):
    parameters = case(1, 1, 3, 5, convention)[2]
    given = to_onnx(parameters, convention)
    assert given["linear_before_reset"] == (convention.reset == "after")
    assert_same_parameters(Convention("keeps", convention.reset).convert(from_onnx(**given), convention), parameters)
    without = from_onnx(given["W"], given["R"], None, given["linear_before_reset"])
    assert_same_parameters(without, from_onnx(**(given | {"B": 0 * given["B"]})))


# ---- Flax


def test_flax():
    made_with = FLAX_VECTORS["made_with"]
    assert made_with["flax"].startswith("0."), f"recorded with {made_with}: look whether the layout is still the same"
    assert flax_error(interop) < 1e-12


@conventions
def test_to_flax_and_back(convention):
    parameters = case(1, 1, 3, 5, convention)[2]
    if convention.reset == "before":
        with pytest.raises(ValueError, match='no exact conversion from reset "before" to reset "after"'):
            to_flax(parameters, convention)
        return
    variables = to_flax(parameters, convention)
    shapes = {
        layer: {name: array.shape for name, array in arrays.items()} for layer, arrays in variables["params"].items()
    }
    assert shapes == {
        layer: {name: np.shape(array) for name, array in arrays.items()}
        for layer, arrays in to_flax(GRUParameters.random(3, 5), FLAX)["params"].items()
    }
    assert_same_parameters(FLAX.convert(from_flax(variables), convention), parameters)
    assert_same_parameters(from_flax(variables["params"]), from_flax(variables))


# ---- what all share


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtypes_stay(dtype):
    parameters = GRUParameters.random(3, 5, dtype=dtype, convention=PYTORCH)
    given = [
        *to_pytorch(parameters, PYTORCH).values(),
        *to_keras(parameters, KERAS),
        *list(to_onnx(parameters, PYTORCH).values())[:3],
    ]
    assert {array.dtype for array in given} == {np.dtype(dtype)}
    assert from_keras(*to_keras(parameters, KERAS)).dtype == dtype
    assert from_flax(to_flax(parameters, FLAX)).dtype == dtype


def test_a_change_here_changes_nothing_there():
    parameters = GRUParameters.random(3, 5, convention=PYTORCH)
    before = {name: array.copy() for name, array in parameters.arrays().items()}
    leaves = [array for layer in to_flax(parameters, FLAX)["params"].values() for array in layer.values()]
    leaves += [*to_pytorch(parameters, PYTORCH).values(), *to_keras(parameters, KERAS)]
    leaves += [array for array in to_onnx(parameters, PYTORCH).values() if isinstance(array, np.ndarray)]
    for array in leaves:
        array += 1
    for name, array in parameters.arrays().items():
        np.testing.assert_array_equal(array, before[name])
    without_biases = from_keras(*to_keras(parameters, KERAS)[:2])
    without_biases.b_r[...] = 1
    assert not without_biases.b_z.any()


def test_the_default_convention_is_refused_where_it_has_no_place():
    """A set of parameters does not know its convention: to_pytorch must not guess one."""
    parameters = GRUParameters.random(3, 5)
    for to in (to_pytorch, to_flax):
        with pytest.raises(ValueError, match="no exact conversion"):
            to(parameters)
    for to in (to_keras, to_onnx):
        with pytest.raises(ValueError, match='b_Uh belongs to reset "after" only'):
            to(GRUParameters.random(3, 5, convention=PYTORCH), DEFAULT)


# ---- what is refused

STATE = to_pytorch(GRUParameters.random(3, 4, convention=PYTORCH), PYTORCH)
KERNELS = dict(zip(("kernel", "recurrent_kernel", "bias"), to_keras(GRUParameters.random(3, 4), KERAS), strict=True))
OPERATOR = to_onnx(GRUParameters.random(3, 4))
PARAMS = to_flax(GRUParameters.random(3, 4), FLAX)["params"]


def without(mapping, key):
    return {name: value for name, value in mapping.items() if name != key}


REFUSED = {
    "no weight_hh": (
        lambda: from_pytorch(without(STATE, "weight_hh_l0")),
        KeyError,
        "state_dict has no 'weight_hh_l0'; it has weight_ih_l0, bias",
    ),
    "one bias": (lambda: from_pytorch(without(STATE, "bias_hh_l0")), KeyError, "state_dict has no 'bias_hh_l0'"),
    "nothing": (lambda: from_pytorch({}), KeyError, "state_dict has no 'weight_ih_l0'; it has nothing"),
    "of an LSTM": (
        lambda: from_pytorch(torch.nn.LSTM(3, 4).state_dict()),
        ValueError,
        r"weight_ih_l0 has shape \(16, 3\), needs \(12, D\)",
    ),
    "weight_hh transposed": (
        lambda: from_pytorch(STATE | {"weight_hh_l0": STATE["weight_hh_l0"].T}),
        ValueError,
        "weight_ih_l0 has shape",
    ),
    "weight_hh of four blocks": (
        lambda: from_pytorch(STATE | {"weight_hh_l0": np.zeros((16, 4))}),
        ValueError,
        r"weight_hh_l0 has shape \(16, 4\), needs \(12, 4\) \(three blocks",
    ),
    "bias too short": (
        lambda: from_pytorch(STATE | {"bias_ih_l0": np.zeros(4)}),
        ValueError,
        r"bias_ih_l0 has shape \(4,\), needs \(12,\)",
    ),
    "nan": (
        lambda: from_pytorch(STATE | {"bias_ih_l0": np.full(12, np.nan)}),
        ValueError,
        r"bias_ih_l0 has nan at index \(0,\)",
    ),
    "half": (
        lambda: from_pytorch(torch.nn.GRU(3, 4).half().state_dict()),
        TypeError,
        "weight_ih_l0 has dtype float16, needs float32 or",
    ),
    "kernel transposed": (
        lambda: from_keras(**(KERNELS | {"kernel": KERNELS["kernel"].T})),
        ValueError,
        r"kernel has shape \(12, 3\), needs \(D, 12\)",
    ),
    "recurrent_kernel transposed": (
        lambda: from_keras(**(KERNELS | {"recurrent_kernel": np.zeros((12, 4))})),
        ValueError,
        r"recurrent_kernel has shape \(12, 4\), needs \(H, 3 H\)",
    ),
    "bias of reset_after=False": (
        lambda: from_keras(**(KERNELS | {"bias": np.zeros(12)})),
        ValueError,
        r"bias has shape \(12,\), needs \(2, 12\) \(reset_after is True\)",
    ),
    "bias of reset_after=True": (
        lambda: from_keras(**KERNELS, reset_after=False),
        ValueError,
        r"bias has shape \(2, 12\), needs \(12,\) \(reset_after is False\)",
    ),
    "two directions": (
        lambda: from_onnx(**(OPERATOR | {"W": np.zeros((2, 12, 3))})),
        ValueError,
        r"W has 2 directions, needs one: take W\[d:d\+1\]",
    ),
    "no direction axis": (
        lambda: from_onnx(**(OPERATOR | {"R": OPERATOR["R"][0]})),
        ValueError,
        r"R has shape \(12, 4\), needs \(1, 3 H, H\)",
    ),
    "W of another H": (
        lambda: from_onnx(**(OPERATOR | {"W": np.zeros((1, 9, 3))})),
        ValueError,
        r"W has shape \(1, 9, 3\), needs \(1, 12, D\)",
    ),
    "B of one set": (
        lambda: from_onnx(**(OPERATOR | {"B": np.zeros((1, 12))})),
        ValueError,
        r"B has shape \(1, 12\), needs \(1, 24\)",
    ),
    "linear_before_reset of 2": (
        lambda: from_onnx(**(OPERATOR | {"linear_before_reset": 2})),
        ValueError,
        "linear_before_reset is 2, needs 0 or 1",
    ),
    "no hn": (lambda: from_flax(without(PARAMS, "hn")), KeyError, "params has no 'hn'; it has ir, iz, in, hr, hz"),
    "no bias in hn": (
        lambda: from_flax(PARAMS | {"hn": without(PARAMS["hn"], "bias")}),
        KeyError,
        "hn has no 'bias'; it has kernel",
    ),
    "hz of another H": (
        lambda: from_flax(PARAMS | {"hz": {"kernel": np.zeros((4, 5))}}),
        ValueError,
        r"hz.kernel has shape \(4, 5\), needs \(4, 4\)",
    ),
    "in transposed": (
        lambda: from_flax(PARAMS | {"in": {"kernel": np.zeros((4, 3)), "bias": np.zeros(4)}}),
        ValueError,
        r"in.kernel has shape \(4, 3\), needs \(3, 4\)",
    ),
    "bias of in": (
        lambda: from_flax(PARAMS | {"in": PARAMS["in"] | {"bias": np.zeros(3)}}),
        ValueError,
        r"in.bias has shape \(3,\), needs \(4,\)",
    ),
    "bias of hn": (
        lambda: from_flax(PARAMS | {"hn": PARAMS["hn"] | {"bias": np.zeros(3)}}),
        ValueError,
        r"hn.bias has shape \(3,\), needs \(4,\)",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_interop_refuses(name):
    call, error, message = REFUSED[name]
    with pytest.raises(error, match=message):
        call()


# ---- the comparisons above can fail


def interop_error(module):
    return max(
        pytorch_error(module), onnx_error(module, 0), onnx_error(module, 1), keras_error(module), flax_error(module)
    )


@pytest.mark.parametrize("mutant", mutants.INTEROP, ids=str)
def test_wrong_interop_is_caught(mutant):
    assert interop_error(with_own_parameters(mutants.load(mutant.edits))) > 1e-3


def test_an_unedited_copy_is_right():
    assert interop_error(with_own_parameters(mutants.load({}))) < 1e-6


def with_own_parameters(modules):
    """The mutated module, its functions taking and returning our GRUParameters."""
    module = modules.interop
    module.GRUParameters = GRUParameters
    return module
