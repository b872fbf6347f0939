"""Independent GRUs to hold ours against: torch.nn.GRU, the ONNX reference evaluator, and a cell for autograd.

None of them calls gru_lab's maths or its interop: the packing is written out again here.
"""

import itertools
from functools import cache

import numpy as np
import onnx
import torch
from onnx.reference import ReferenceEvaluator

from gru_lab import Convention, GRUParameters

WEIGHTS = ("W_r", "U_r", "b_r", "W_z", "U_z", "b_z", "W_h", "U_h", "b_h", "b_Uh")


def case(B, T, D, H, convention, seed=0, lengths=False, dtype=np.float64):
    """Random X (B, T, D), h0 (B, H), parameters and lengths (B,) or None. Weights are large, so that gates differ."""
    rng = np.random.default_rng(seed)
    drawn = GRUParameters.random(D, H, rng, convention=convention)
    parameters = GRUParameters(**{name: 2 * np.sqrt(H) * array for name, array in drawn.arrays().items()}).astype(dtype)
    X, h0 = rng.standard_normal((B, T, D)).astype(dtype), rng.uniform(-1, 1, (B, H)).astype(dtype)
    return X, h0, parameters, rng.integers(1, T + 1, B) if lengths else None


def negated_update_gate(parameters):
    """The parameters of *z keeps* that compute what these compute under *z takes*, and the other way round."""
    arrays = parameters.arrays()
    return GRUParameters(**(arrays | {name: -arrays[name] for name in ("W_z", "U_z", "b_z")}))


def torch_gru(X, h0, parameters, lengths=None):
    """torch.nn.GRU with copied weights: *z keeps*, reset after. -> output (B, T, H), h_n (B, H)."""
    p = {name: torch.from_numpy(np.array(array)) for name, array in parameters.arrays().items()}
    H, D = p["W_r"].shape
    gru = torch.nn.GRU(D, H, batch_first=True, dtype=p["W_r"].dtype)
    with torch.no_grad():
        gru.weight_ih_l0.copy_(torch.cat([p["W_r"], p["W_z"], p["W_h"]]))
        gru.weight_hh_l0.copy_(torch.cat([p["U_r"], p["U_z"], p["U_h"]]))
        gru.bias_ih_l0.copy_(torch.cat([0.25 * p["b_r"], 1.5 * p["b_z"], p["b_h"]]))
        gru.bias_hh_l0.copy_(torch.cat([0.75 * p["b_r"], -0.5 * p["b_z"], p.get("b_Uh", torch.zeros_like(p["b_h"]))]))
        x, h = torch.from_numpy(X), torch.from_numpy(h0)[None]
        if lengths is not None:
            x = torch.nn.utils.rnn.pack_padded_sequence(
                x, torch.from_numpy(lengths), batch_first=True, enforce_sorted=False
            )
        output, h_n = gru(x, h)
        if lengths is not None:
            output, _ = torch.nn.utils.rnn.pad_packed_sequence(output, batch_first=True, total_length=X.shape[1])
    return output.numpy(), h_n[0].numpy()


@cache
def _onnx_evaluator(linear_before_reset):
    inputs = [
        onnx.helper.make_tensor_value_info(name, onnx.TensorProto.DOUBLE, None) for name in ("X", "W", "R", "B", "h0")
    ]
    outputs = [onnx.helper.make_tensor_value_info(name, onnx.TensorProto.DOUBLE, None) for name in ("Y", "Y_h")]
    node = onnx.helper.make_node(
        "GRU", ["X", "W", "R", "B", "", "h0"], ["Y", "Y_h"], hidden_size=1, linear_before_reset=linear_before_reset
    )
    graph = onnx.helper.make_graph([node], "gru", inputs, outputs)
    return ReferenceEvaluator(onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 14)]))


def onnx_evaluate(X, h0, W, R, B, linear_before_reset):
    """The ONNX reference evaluator on the operator's own arrays, float64. -> output (B, T, H), h_n (B, H)."""
    feeds = {"X": X.swapaxes(0, 1), "W": W, "R": R, "B": B, "h0": h0[None]}
    Y, Y_h = _onnx_evaluator(linear_before_reset).run(None, feeds)
    return Y[:, 0].swapaxes(0, 1), Y_h[0]


def onnx_gru(X, h0, parameters, linear_before_reset):
    """The ONNX reference evaluator with copied weights: *z keeps*, reset before (0) or after (1)."""
    p = parameters.arrays()
    second = p.get("b_Uh", np.zeros_like(p["b_h"]))
    W, R = (np.concatenate([p[f"{M}_z"], p[f"{M}_r"], p[f"{M}_h"]])[None] for M in "WU")
    B = np.concatenate([0.25 * p["b_z"], 1.5 * p["b_r"], p["b_h"], 0.75 * p["b_z"], -0.5 * p["b_r"], second])[None]
    return onnx_evaluate(X, h0, W, R, B, linear_before_reset)


def autograd_gru(X, h0, parameters, lengths, convention, d_output, d_h_n):
    """What autograd says of a cell of torch operations, one sequence at a time: {name: gradient}, with X and h0."""
    leaves = {name: torch.tensor(array, requires_grad=True) for name, array in parameters.arrays().items()}
    leaves |= {"X": torch.tensor(X, requires_grad=True), "h0": torch.tensor(h0, requires_grad=True)}
    W_r, U_r, b_r, W_z, U_z, b_z, W_h, U_h, b_h = (leaves[name] for name in WEIGHTS[:-1])
    b_Uh = leaves.get("b_Uh", torch.zeros_like(b_h))
    loss = 0
    for i, steps in enumerate([X.shape[1]] * len(X) if lengths is None else lengths):
        h = leaves["h0"][i]
        for t in range(steps):
            x = leaves["X"][i, t]
            r = torch.sigmoid(torch.mv(W_r, x) + torch.mv(U_r, h) + b_r)
            z = torch.sigmoid(torch.mv(W_z, x) + torch.mv(U_z, h) + b_z)
            if convention.reset == "before":
                candidate = torch.tanh(torch.mv(W_h, x) + torch.mv(U_h, r * h) + b_h)
            else:
                candidate = torch.tanh(torch.mv(W_h, x) + r * (torch.mv(U_h, h) + b_Uh) + b_h)
            h = z * h + (1 - z) * candidate if convention.update == "keeps" else (1 - z) * h + z * candidate
            loss = loss + torch.dot(h, torch.from_numpy(d_output[i, t]))
        loss = loss + torch.dot(h, torch.from_numpy(d_h_n[i]))
    loss.backward()
    return {name: np.zeros(leaf.shape) if leaf.grad is None else leaf.grad.numpy() for name, leaf in leaves.items()}


def reference_forward(X, h0, parameters, lengths, convention):
    """output (B, T, H) and h_n (B, H) from torch.nn.GRU for reset "after", from the ONNX evaluator for "before"."""
    if convention.update == "takes":
        parameters = negated_update_gate(parameters)
    if convention.reset == "after":
        return torch_gru(X, h0, parameters, lengths)
    output, h_n = np.zeros((*X.shape[:2], h0.shape[1])), np.zeros_like(h0)
    for i, steps in enumerate([X.shape[1]] * len(X) if lengths is None else lengths):
        output[i : i + 1, :steps], h_n[i : i + 1] = onnx_gru(X[i : i + 1, :steps], h0[i : i + 1], parameters, 0)
    return output, h_n


# ---- the comparisons: what a right GRU passes and every wrong one in mutants.py must fail

SIZES = ((3, 5, 4, 6), (2, 4, 3, 3), (1, 6, 5, 2))  # (B, T, D, H): all different, D equal to H, a single sequence
FOUR = tuple(Convention(update, reset) for update in ("keeps", "takes") for reset in ("before", "after"))


def cases():
    """Every convention, every size, with and without lengths."""
    for seed, (convention, sizes, lengths) in enumerate(itertools.product(FOUR, SIZES, (False, True))):
        yield *case(*sizes, convention, seed, lengths), convention


@cache
def cases_and_outputs():
    return [(given, reference_forward(*given)) for given in cases()]


@cache
def cases_and_gradients():
    found = []
    for given in cases():
        X, h0 = given[:2]
        gradients = np.random.default_rng(1).standard_normal(X.shape[:2] + h0.shape[1:]), h0 - 0.5
        found.append((given, gradients, autograd_gru(*given, *gradients)))
    return found


def forward_error(forward):
    """The largest difference between forward's output or h_n and the references', over `cases`, float64."""
    return max(
        np.abs(ours - reference).max()
        for given, references in cases_and_outputs()
        for ours, reference in zip(forward(*given)[:2], references, strict=True)
    )


def backward_error(forward, backward):
    """The largest difference between backward's gradients and autograd's, over `cases`, float64."""
    worst = 0
    for given, gradients, reference in cases_and_gradients():
        ours = backward(forward(*given), *gradients)._asdict()
        worst = max(worst, *(np.abs(ours[name] - reference[name]).max() for name in reference))
    return worst
