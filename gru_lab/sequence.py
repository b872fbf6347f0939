"""A GRU read over whole sequences, and backpropagation through time.

Written to be read; `sequence_fast` computes the same, faster.

Shapes: B sequences of T steps, D numbers in, H units. A single sequence has no B: X (T, D), h0 (H,), output (T, H).
The maths: Cho et al. 2014 (arXiv:1406.1078v3, equations 5-8) forward; Werbos 1990 ("Backpropagation through time: what
it does and how to do it") backward.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from gru_lab._arrays import as_float_array, check_shape, shape_text
from gru_lab.cell import (
    GRUParameters,
    candidate_state,
    check_second_bias,
    memory_after,
    new_state,
    reset_gate,
    update_gate,
)
from gru_lab.conventions import DEFAULT, Convention

__all__ = ["Gradients", "SequenceTrace", "backward", "forward"]


class SequenceTrace(NamedTuple):
    """What `forward` computes, and what `backward` needs to go back. Arrays are (B, T, H) unless a shape is given.

    output: the state after each step, 0 beyond a sequence's length. h_n (B, H): the state after its last real step.
    h_before: the state that each step started from. Beyond a sequence's length z is shut, so that the state stays.
    lengths is (B,), or None where every sequence has T steps.
    memory: what r multiplies, if `forward` kept it: h_before for reset "before", U_h h_before + b_Uh for "after".
    """

    output: np.ndarray
    h_n: np.ndarray
    r: np.ndarray
    z: np.ndarray
    candidate: np.ndarray
    h_before: np.ndarray
    X: np.ndarray
    lengths: np.ndarray | None
    parameters: GRUParameters
    convention: Convention
    memory: np.ndarray | None = None


class Gradients(NamedTuple):
    """dL/d of each weight, of the inputs X and of the first state h0: each has the shape of what it is named after.

    b_Uh is None where the parameters have none.
    """

    W_r: np.ndarray
    U_r: np.ndarray
    b_r: np.ndarray
    W_z: np.ndarray
    U_z: np.ndarray
    b_z: np.ndarray
    W_h: np.ndarray
    U_h: np.ndarray
    b_h: np.ndarray
    b_Uh: np.ndarray | None
    X: np.ndarray
    h0: np.ndarray

    def arrays(self) -> dict[str, np.ndarray]:
        """{name: gradient} of the weights alone, in the order of `GRUParameters.arrays()`."""
        named = self._asdict()
        return {name: named[name] for name in named if name not in ("X", "h0") and named[name] is not None}


def forward(
    X: ArrayLike,
    h0: ArrayLike | None,
    parameters: GRUParameters,
    lengths: ArrayLike | None = None,
    convention: Convention = DEFAULT,
) -> SequenceTrace:
    """Read B sequences, step by step.

    X (B, T, D), h0 (B, H) or None for zeros, lengths (B,) whole numbers from 1 to T or None for T -> SequenceTrace.
    For one sequence X (T, D), h0 (H,), lengths one number. X and h0 have the parameters' dtype.

    Raises ValueError for a shape that does not fit, an empty batch or sequence, a length out of range, a number that is
    not finite; TypeError for another dtype.
    """
    p = parameters
    X, h, lengths, single = check_sequences(X, h0, p, lengths, convention)
    B, T, _ = X.shape
    real = np.ones((B, T, 1), bool) if lengths is None else (np.arange(T) < lengths[:, None])[:, :, None]
    shut = 1 if convention.update == "keeps" else 0

    kept = {name: np.empty((B, T, p.hidden_size), p.dtype) for name in ("output", "r", "z", "candidate", "h_before")}
    for t in range(T):
        x = X[:, t]
        r = reset_gate(x, h, p.W_r, p.U_r, p.b_r)
        z = update_gate(x, h, p.W_z, p.U_z, p.b_z)
        z = np.where(real[:, t], z, shut)  # padding changes nothing: it is a step that keeps all
        candidate = candidate_state(x, h, r, p.W_h, p.U_h, p.b_h, p.b_Uh, convention)
        kept["h_before"][:, t] = h
        h = new_state(h, candidate, z, convention)
        kept["r"][:, t], kept["z"][:, t], kept["candidate"][:, t] = r, z, candidate
        kept["output"][:, t] = h * real[:, t]

    trace = SequenceTrace(h_n=h, X=X, lengths=lengths, parameters=p, convention=convention, **kept)
    return without_batch(trace) if single else trace


def backward(trace: SequenceTrace, d_output: ArrayLike | None, d_h_n: ArrayLike | None = None) -> Gradients:
    """Backpropagation through time: from the gradient of a loss L with respect to the output to all others.

    d_output: dL/d output, (B, T, H), or None where L uses h_n alone. d_h_n: dL/d h_n, (B, H), or None for zeros.
    For one sequence (T, H) and (H,). -> Gradients. What d_output says beyond a sequence's length has no effect.

    Every line is the chain rule for one line of `forward`, last line first. `d_a_r` is dL/d a_r, and so on, where
    r = σ(a_r), z = σ(a_z), candidate = tanh(a_candidate). σ' = σ (1 − σ) and tanh' = 1 − tanh².

    Raises what `forward` raises.
    """
    trace, d_output, d_h, single = check_gradients(trace, d_output, d_h_n)
    p, convention = trace.parameters, trace.convention
    h_before, r, z, candidate = trace.h_before, trace.r, trace.z, trace.candidate

    keep = z if convention.update == "keeps" else 1 - z
    # What r multiplies: r ⊙ h_before goes through U_h afterwards, or has gone through it already.
    memory = h_before if convention.reset == "before" else memory_after(h_before, p.U_h, p.b_Uh)

    d_a_r, d_a_z, d_a_candidate, d_memory = (np.empty_like(r) for _ in range(4))
    for t in reversed(range(r.shape[1])):
        d_h = d_h + d_output[:, t]  # what later steps and this step's output say of this step's state

        # h = keep ⊙ h_before + (1 − keep) ⊙ candidate
        d_keep = d_h * (h_before[:, t] - candidate[:, t])
        d_candidate = d_h * (1 - keep[:, t])
        d_h_before = d_h * keep[:, t]  # path 1: straight along the memory, with no matrix in the way

        # candidate = tanh(W_h x + U_h (r ⊙ memory) + b_h) or tanh(W_h x + r ⊙ memory + b_h)
        d_a_candidate[:, t] = d_candidate * (1 - candidate[:, t] ** 2)
        d_reset_memory = d_a_candidate[:, t] @ p.U_h if convention.reset == "before" else d_a_candidate[:, t]
        d_r = d_reset_memory * memory[:, t]
        d_memory[:, t] = d_reset_memory * r[:, t]

        # z = σ(W_z x + U_z h_before + b_z), and keep is z or 1 − z; r = σ(W_r x + U_r h_before + b_r)
        d_z = d_keep if convention.update == "keeps" else -d_keep
        d_a_z[:, t] = d_z * z[:, t] * (1 - z[:, t])
        d_a_r[:, t] = d_r * r[:, t] * (1 - r[:, t])

        # paths 2, 3 and 4: through the candidate, the update gate and the reset gate
        d_h_before += d_memory[:, t] if convention.reset == "before" else d_memory[:, t] @ p.U_h
        d_h_before += d_a_z[:, t] @ p.U_z + d_a_r[:, t] @ p.U_r
        d_h = d_h_before

    # All steps share the weights, so a weight's gradient is a sum over sequences and steps.
    if convention.reset == "before":
        U_h, b_Uh = sum_of_outer_products(d_a_candidate, r * memory), np.zeros_like(p.b_h)  # b_Uh is not used
    else:
        U_h, b_Uh = sum_of_outer_products(d_memory, h_before), d_memory.sum((0, 1))
    d_X = d_a_r @ p.W_r + d_a_z @ p.W_z + d_a_candidate @ p.W_h
    return Gradients(
        W_r=sum_of_outer_products(d_a_r, trace.X),
        U_r=sum_of_outer_products(d_a_r, h_before),
        b_r=d_a_r.sum((0, 1)),
        W_z=sum_of_outer_products(d_a_z, trace.X),
        U_z=sum_of_outer_products(d_a_z, h_before),
        b_z=d_a_z.sum((0, 1)),
        W_h=sum_of_outer_products(d_a_candidate, trace.X),
        U_h=U_h,
        b_h=d_a_candidate.sum((0, 1)),
        b_Uh=None if p.b_Uh is None else b_Uh,
        X=d_X[0] if single else d_X,
        h0=d_h[0] if single else d_h,
    )


def sum_of_outer_products(d_a: np.ndarray, v: np.ndarray) -> np.ndarray:
    """dL/d M for a = M v at every step: the sum of d_a vᵀ. d_a (B, T, H), v (B, T, N) -> (H, N)."""
    return d_a.reshape(-1, d_a.shape[-1]).T @ v.reshape(-1, v.shape[-1])


# ---- what comes in


def check_sequences(
    X: ArrayLike,
    h0: ArrayLike | None,
    parameters: GRUParameters,
    lengths: ArrayLike | None,
    convention: Convention,
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None, bool]:
    """X (B, T, D), the first state (B, H), lengths (B,) or None, and whether one sequence came without its B; checked.

    Raises what `forward` raises.
    """
    if not isinstance(parameters, GRUParameters):
        raise TypeError(f"parameters is a {type(parameters).__name__}, needs GRUParameters: forward(X, h0, parameters)")
    D, H = parameters.input_size, parameters.hidden_size
    for name, array in parameters.arrays().items():  # once more: arrays can be changed in place after they were checked
        as_float_array(name, array, parameters.dtype)
    check_second_bias(parameters, convention)
    X = as_float_array("X", X, parameters.dtype)
    if X.ndim not in (2, 3) or X.shape[-1] != D:
        raise ValueError(f"X has shape {shape_text(X.shape)}, needs (B, T, {D}), or (T, {D}) for one sequence")
    if 0 in X.shape:
        empty = "sequences of no steps" if X.shape[-2] == 0 else "an empty batch"
        raise ValueError(f"X has shape {shape_text(X.shape)}, {empty}; needs B and T of at least 1")
    leading, T = X.shape[:-2], X.shape[-2]
    if h0 is None:
        h0 = np.zeros((*leading, H), parameters.dtype)
    h0 = as_float_array("h0", h0, parameters.dtype)
    check_shape("h0", h0, (*leading, H), f"X has shape {shape_text(X.shape)} and the parameters have H = {H}")
    if lengths is not None:
        lengths = np.asarray(lengths)
        if lengths.dtype.kind not in "iu":
            raise TypeError(f"lengths has dtype {lengths.dtype}, needs whole numbers (int)")
        check_shape("lengths", lengths, leading, f"X has shape {shape_text(X.shape)}")
        outside = np.argwhere((lengths < 1) | (lengths > T))
        if len(outside):
            where = tuple(int(i) for i in outside[0])
            at = f" at index {where[0]}" if where else ""
            raise ValueError(f"lengths has {lengths[where]}{at}, needs numbers from 1 to T = {T}")
        lengths = lengths.reshape(-1)
    return (X, h0, lengths, False) if leading else (X[None], h0[None], lengths, True)


def check_gradients(
    trace: SequenceTrace, d_output: ArrayLike | None, d_h_n: ArrayLike | None
) -> tuple[SequenceTrace, np.ndarray, np.ndarray, bool]:
    """The trace with a batch axis, d_output (B, T, H), d_h_n (B, H), and whether the axis had to be added; checked.

    d_output becomes 0 beyond the lengths.
    """
    if not isinstance(trace, SequenceTrace):
        raise TypeError(f"trace is a {type(trace).__name__}, needs the SequenceTrace that forward returned")
    single, dtype = trace.X.ndim == 2, trace.parameters.dtype
    gradients = []
    for name, given, like in (("d_output", d_output, trace.output), ("d_h_n", d_h_n, trace.h_n)):
        given = np.zeros(like.shape, dtype) if given is None else as_float_array(name, given, dtype)
        check_shape(name, given, like.shape, f"like {name[2:]}")
        gradients.append(given[None] if single else given)
    d_output, d_h_n = gradients
    trace = with_batch(trace) if single else trace
    if trace.lengths is not None:
        real = np.arange(d_output.shape[1]) < trace.lengths[:, None]
        d_output = d_output * real[:, :, None]
    return trace, d_output, d_h_n, single


def with_batch(trace: SequenceTrace) -> SequenceTrace:
    """The trace of one sequence as the trace of a batch of one."""
    arrays: dict[str, Any] = {
        name: a[None] for name, a in trace._asdict().items() if isinstance(a, np.ndarray) and name != "lengths"
    }
    return trace._replace(**arrays)


def without_batch(trace: SequenceTrace) -> SequenceTrace:
    """The trace of a batch of one as the trace of one sequence."""
    arrays = {name: a[0] for name, a in trace._asdict().items() if isinstance(a, np.ndarray) and name != "lengths"}
    return trace._replace(**arrays)
