"""Weights to and from the layouts of PyTorch, Keras, ONNX and Flax. Plain arrays: none of the four is imported.

All four are *z keeps*. They differ in the order of the gates' blocks, in transposition, in the reset and in the biases.
`from_…` returns GRUParameters in the library's own convention, named below; `Convention.convert` goes on from there.
`to_…` takes the convention that the parameters have, converts *z takes* exactly, and raises ValueError where the
library cannot compute the same thing.

Where a library has two biases that are only ever added, they come back as one: b_r = b_ir + b_hr. On the way out the
sum goes into the first and the second is zero: the same function, not the same numbers. Everything else is copied, so
`from_…(to_…(parameters))` gives the parameters back exactly, b_Uh=None as zeros where the layout has a place for it.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from gru_lab._arrays import as_float_array, check_shape, shape_text
from gru_lab.cell import GRUParameters, check_second_bias
from gru_lab.conventions import DEFAULT, FLAX, PYTORCH, Convention

__all__ = ["from_flax", "from_keras", "from_onnx", "from_pytorch", "to_flax", "to_keras", "to_onnx", "to_pytorch"]


# ---- PyTorch


def from_pytorch(state_dict: Mapping[str, ArrayLike], layer: str | None = None) -> GRUParameters:
    """The parameters of one layer of a torch.nn.GRU, or of a torch.nn.GRUCell. Convention: PYTORCH.

    Packing: weight_ih_l0 (3H, D) = W_r, W_z, W_h one below the other; weight_hh_l0 (3H, H) = U_r, U_z, U_h;
    bias_ih_l0 (3H,) = b_r, b_z, b_h; bias_hh_l0 (3H,) = a second b_r and b_z, then b_Uh; neither for bias=False.
    layer: which one, as PyTorch ends its keys: "l0", "l1", "l0_reverse"; None where there is only one.
    Source: the documentation of torch.nn.GRU, PyTorch 2.13 (2026), "Variables".

    Raises KeyError for a missing key; ValueError for several layers and none named, a wrong shape, a number that is not
    finite; TypeError for a dtype that is neither float32 nor float64.
    """
    layers = [key.removeprefix("weight_ih").lstrip("_") for key in state_dict if key.startswith("weight_ih")]
    if layer is None and len(layers) > 1:
        raise ValueError(f'state_dict has {len(layers)} layers, name one: layer="{layers[0]}" (of {", ".join(layers)})')
    if layer is None:
        layer = layers[0] if layers else "l0"
    ending = f"_{layer}" if layer else ""  # a GRUCell's keys have no ending
    biases = [name for name in ("bias_ih", "bias_hh") if name + ending in state_dict]
    names = ["weight_ih", "weight_hh", *(("bias_ih", "bias_hh") if biases else ())]
    found = [_array(name + ending, _get(state_dict, name + ending, "state_dict")) for name in names]
    H, D = _sizes(weight_ih=found[0], weight_hh=found[1], ending=ending)
    W_r, W_z, W_h = _split(f"weight_ih{ending}", found[0], (3 * H, D))
    U_r, U_z, U_h = _split(f"weight_hh{ending}", found[1], (3 * H, H))
    if not biases:
        return _without_biases(W_r, U_r, W_z, U_z, W_h, U_h)
    b_ir, b_iz, b_in = _split(f"bias_ih{ending}", found[2], (3 * H,))
    b_hr, b_hz, b_hn = _split(f"bias_hh{ending}", found[3], (3 * H,))
    return GRUParameters(W_r, U_r, b_ir + b_hr, W_z, U_z, b_iz + b_hz, W_h, U_h, b_in, b_hn)


def to_pytorch(parameters: GRUParameters, convention: Convention = DEFAULT, layer: str = "l0") -> dict[str, np.ndarray]:
    """A state dict of arrays for torch.nn.GRU(D, H), laid out as `from_pytorch` says; layer="" suits torch.nn.GRUCell.

    Load it with `gru.load_state_dict({name: torch.from_numpy(array) for name, array in to_pytorch(…).items()})`.
    Raises ValueError for a convention with reset "before", which PyTorch does not have.
    """
    p = convention.convert(parameters, PYTORCH)
    ending = f"_{layer}" if layer else ""
    zeros = np.zeros_like(p.b_r)
    return {
        f"weight_ih{ending}": np.concatenate([p.W_r, p.W_z, p.W_h]),
        f"weight_hh{ending}": np.concatenate([p.U_r, p.U_z, p.U_h]),
        f"bias_ih{ending}": np.concatenate([p.b_r, p.b_z, p.b_h]),
        f"bias_hh{ending}": np.concatenate([zeros, zeros, _second_bias(p)]),
    }


# ---- Keras


def from_keras(
    kernel: ArrayLike, recurrent_kernel: ArrayLike, bias: ArrayLike | None = None, reset_after: bool = True
) -> GRUParameters:
    """The parameters of a keras.layers.GRU: from_keras(*layer.get_weights(), reset_after=layer.reset_after).

    Packing: kernel (D, 3H) = W_z, W_r, W_h, each transposed, side by side; recurrent_kernel (H, 3H) likewise.
    Convention KERAS for reset_after=True (Keras' default): bias (2, 3H), inputs' biases in row 0, the state's in row 1.
    Convention KERAS_RESET_BEFORE for reset_after=False: bias (3H,). None stands for use_bias=False.
    Source: keras/src/layers/rnn/gru.py, class GRUCell, Keras 3.15 (2026).

    Raises ValueError for a wrong shape or a number that is not finite, TypeError for another dtype.
    """
    kernel, recurrent_kernel = _array("kernel", kernel), _array("recurrent_kernel", recurrent_kernel)
    shape = recurrent_kernel.shape
    if len(shape) != 2 or shape[1] != 3 * shape[0]:
        raise ValueError(
            f"recurrent_kernel has shape {shape_text(shape)}, needs (H, 3 H), a square block for each gate"
        )
    H = shape[0]
    U_z, U_r, U_h = _split("recurrent_kernel", recurrent_kernel, (H, 3 * H), axis=1)
    check_shape("kernel", kernel, ("D", 3 * H), f"recurrent_kernel has H = {H} rows")
    W_z, W_r, W_h = _split("kernel", kernel, (kernel.shape[0], 3 * H), axis=1)
    weights = [array.T for array in (W_r, U_r, W_z, U_z, W_h, U_h)]
    if bias is None:
        return _without_biases(*weights)
    bias = _array("bias", bias)
    check_shape("bias", bias, (2, 3 * H) if reset_after else (3 * H,), f"reset_after is {bool(reset_after)}")
    W_r, U_r, W_z, U_z, W_h, U_h = weights
    if not reset_after:
        b_z, b_r, b_h = np.split(bias, 3)
        return GRUParameters(W_r, U_r, b_r, W_z, U_z, b_z, W_h, U_h, b_h)
    (b_z, b_r, b_h), (b_Uz, b_Ur, b_Uh) = (np.split(row, 3) for row in bias)
    return GRUParameters(W_r, U_r, b_r + b_Ur, W_z, U_z, b_z + b_Uz, W_h, U_h, b_h, b_Uh)


def to_keras(parameters: GRUParameters, convention: Convention = DEFAULT) -> list[np.ndarray]:
    """[kernel, recurrent_kernel, bias] for layer.set_weights, laid out as `from_keras` says.

    The layer is keras.layers.GRU(H, reset_after=convention.reset == "after").
    Raises ValueError for a b_Uh that the convention has no place for.
    """
    check_second_bias(parameters, convention)
    p = convention.convert(parameters, Convention("keeps", convention.reset))
    bias = np.concatenate([p.b_z, p.b_r, p.b_h])
    if convention.reset == "after":
        zeros = np.zeros_like(p.b_r)
        bias = np.stack([bias, np.concatenate([zeros, zeros, _second_bias(p)])])
    return [np.concatenate([p.W_z, p.W_r, p.W_h]).T, np.concatenate([p.U_z, p.U_r, p.U_h]).T, bias]


# ---- ONNX


def from_onnx(W: ArrayLike, R: ArrayLike, B: ArrayLike | None = None, linear_before_reset: int = 0) -> GRUParameters:
    """The parameters of one direction of ONNX's operator GRU, from its inputs of those names.

    Packing: W (1, 3H, D) = W_z, W_r, W_h one below the other; R (1, 3H, H) = U_z, U_r, U_h; B (1, 6H) = b_z, b_r, b_h,
    then a second b_z and b_r, then b_Uh. None stands for zeros.
    Convention ONNX for linear_before_reset=0 (the operator's default), where b_Uh is added to b_h;
    ONNX_LINEAR_BEFORE_RESET for 1. The operator's attributes direction, activations and clip are not weights: this
    holds for "forward", Sigmoid and Tanh, and no clip.
    Source: ONNX, Operators.md, GRU, since version 22 (2024).

    Raises ValueError for a wrong shape, several directions, another linear_before_reset or a number that is not finite;
    TypeError for another dtype.
    """
    if linear_before_reset not in (0, 1):
        raise ValueError(f"linear_before_reset is {linear_before_reset!r}, needs 0 or 1")
    W, R = _array("W", W), _array("R", R)
    for name, array in (("W", W), ("R", R)):
        if array.ndim == 3 and array.shape[0] > 1:
            raise ValueError(f"{name} has {array.shape[0]} directions, needs one: take W[d:d+1], R[d:d+1] and B[d:d+1]")
    check_shape("R", R, (1, "3 H", "H"))
    H = R.shape[2]
    U_z, U_r, U_h = _split("R", R, (1, 3 * H, H), axis=1)[:, 0]
    check_shape("W", W, (1, 3 * H, "D"), f"R has H = {H} columns")
    W_z, W_r, W_h = _split("W", W, (1, 3 * H, W.shape[2]), axis=1)[:, 0]
    if B is None:
        return _without_biases(W_r, U_r, W_z, U_z, W_h, U_h)
    B = _array("B", B)
    check_shape("B", B, (1, 6 * H), f"R has H = {H} columns")
    b_z, b_r, b_h, b_Uz, b_Ur, b_Uh = np.split(B[0], 6)
    if linear_before_reset:
        return GRUParameters(W_r, U_r, b_r + b_Ur, W_z, U_z, b_z + b_Uz, W_h, U_h, b_h, b_Uh)
    return GRUParameters(W_r, U_r, b_r + b_Ur, W_z, U_z, b_z + b_Uz, W_h, U_h, b_h + b_Uh)


def to_onnx(parameters: GRUParameters, convention: Convention = DEFAULT) -> dict[str, Any]:
    """{"W": …, "R": …, "B": …, "linear_before_reset": 0 or 1} for ONNX's operator GRU, laid out as `from_onnx` says.

    Raises ValueError for a b_Uh that the convention has no place for.
    """
    check_second_bias(parameters, convention)
    p = convention.convert(parameters, Convention("keeps", convention.reset))
    zeros = np.zeros_like(p.b_r)
    second = _second_bias(p) if convention.reset == "after" else zeros
    return {
        "W": np.concatenate([p.W_z, p.W_r, p.W_h])[None],
        "R": np.concatenate([p.U_z, p.U_r, p.U_h])[None],
        "B": np.concatenate([p.b_z, p.b_r, p.b_h, zeros, zeros, second])[None],
        "linear_before_reset": int(convention.reset == "after"),
    }


# ---- Flax


def from_flax(params: Mapping[str, Any]) -> GRUParameters:
    """The parameters of a flax.linen.GRUCell, from cell.init(…) or its entry "params". Convention: FLAX.

    Packing: one dense layer per product, kernels transposed. ir, iz, in: kernel (D, H) = W_r, W_z, W_h transposed, bias
    (H,) = b_r, b_z, b_h. hr, hz, hn: kernel (H, H) = U_r, U_z, U_h transposed; only hn has a bias (H,), which is b_Uh.
    Source: flax/linen/recurrent.py, class GRUCell, Flax 0.12 (2026). Not for flax.nnx.GRUCell, which has no b_Uh.

    Raises KeyError for a missing layer, kernel or bias; ValueError for a wrong shape or a number that is not finite;
    TypeError for another dtype.
    """
    params = params.get("params", params)
    names = {"r": ("ir", "hr"), "z": ("iz", "hz"), "h": ("in", "hn")}
    arrays = {}
    for gate, (of_x, of_h) in names.items():
        x_layer, h_layer = _get(params, of_x, "params"), _get(params, of_h, "params")
        arrays[f"W_{gate}"] = _array(f"{of_x}.kernel", _get(x_layer, "kernel", of_x))
        arrays[f"b_{gate}"] = _array(f"{of_x}.bias", _get(x_layer, "bias", of_x))
        arrays[f"U_{gate}"] = _array(f"{of_h}.kernel", _get(h_layer, "kernel", of_h))
    arrays["b_Uh"] = _array("hn.bias", _get(params["hn"], "bias", "hn"))
    check_shape("ir.kernel", arrays["W_r"], ("D", "H"))
    D, H = arrays["W_r"].shape
    needed = {"W": (D, H), "U": (H, H), "b": (H,)}
    for gate, (of_x, of_h) in names.items():
        for name, key in ((f"{of_x}.kernel", "W_"), (f"{of_h}.kernel", "U_"), (f"{of_x}.bias", "b_")):
            check_shape(name, arrays[key + gate], needed[key[0]], f"ir.kernel has D = {D} rows and H = {H} columns")
    check_shape("hn.bias", arrays["b_Uh"], (H,), f"ir.kernel has H = {H} columns")
    return GRUParameters(**{name: _transposed(array) for name, array in arrays.items()})


def to_flax(parameters: GRUParameters, convention: Convention = DEFAULT) -> dict[str, Any]:
    """{"params": {…}} for flax.linen.GRUCell(H).apply, laid out as `from_flax` says.

    Raises ValueError for a convention with reset "before", which Flax does not have.
    """
    p = convention.convert(parameters, FLAX)
    return {
        "params": {
            "ir": {"kernel": _transposed(p.W_r), "bias": p.b_r.copy()},
            "iz": {"kernel": _transposed(p.W_z), "bias": p.b_z.copy()},
            "in": {"kernel": _transposed(p.W_h), "bias": p.b_h.copy()},
            "hr": {"kernel": _transposed(p.U_r)},
            "hz": {"kernel": _transposed(p.U_z)},
            "hn": {"kernel": _transposed(p.U_h), "bias": _second_bias(p).copy()},
        }
    }


# ---- what they share


def _get(mapping: Mapping[str, Any], key: str, name: str) -> Any:
    if key not in mapping:
        raise KeyError(f"{name} has no {key!r}; it has {', '.join(map(str, mapping)) or 'nothing'}")
    return mapping[key]


def _array(name: str, value: Any) -> np.ndarray:
    """`value` as a checked array. A torch tensor, on whatever device and with its gradient, becomes one first."""
    return as_float_array(name, value.detach().cpu().numpy() if hasattr(value, "detach") else value)


def _sizes(weight_ih: np.ndarray, weight_hh: np.ndarray, ending: str) -> tuple[int, int]:
    """H and D from PyTorch's two matrices."""
    check_shape(f"weight_hh{ending}", weight_hh, ("3 H", "H"))
    H = weight_hh.shape[1]
    check_shape(f"weight_ih{ending}", weight_ih, (3 * H, "D"), f"weight_hh{ending} has H = {H} columns")
    return H, weight_ih.shape[1]


def _split(name: str, array: np.ndarray, needed: tuple[int, ...], axis: int = 0) -> np.ndarray:
    """Three equal blocks along `axis`, as one array (3, …), once the shape is what is needed."""
    check_shape(name, array, needed, "three blocks, one for each gate")
    return np.stack(np.split(array, 3, axis))


def _transposed(array: np.ndarray) -> np.ndarray:
    """A transposed copy, so that a change to the one never reaches the other."""
    return np.array(array.T, order="C")


def _second_bias(p: GRUParameters) -> np.ndarray:
    return np.zeros_like(p.b_h) if p.b_Uh is None else p.b_Uh


def _without_biases(
    W_r: np.ndarray, U_r: np.ndarray, W_z: np.ndarray, U_z: np.ndarray, W_h: np.ndarray, U_h: np.ndarray
) -> GRUParameters:
    b_r, b_z, b_h = np.zeros((3, len(W_r)), W_r.dtype)
    return GRUParameters(W_r, U_r, b_r, W_z, U_z, b_z, W_h, U_h, b_h)
