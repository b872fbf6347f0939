"""`sequence` again: the same results, made for speed. Read `sequence` first; this one says only what it changes.

- One call for the input projections W x + b of all steps, since they wait for no state.
- One call for the products of r, z and the candidate in each step (two for reset "before": its r must be known first).
- Arrays are time-major, so that a step's (B, H) block is contiguous, and allocated once. Every operation writes into
  one of them: no step allocates memory.
- σ(a) = (1 + tanh(a / 2)) / 2: the first halving is done once, in the weights.
- Backwards, factors that do not wait for later steps (σ', tanh' and their like) are computed for many steps at once.
"""

import numpy as np
from numpy.typing import ArrayLike

from gru_lab.cell import GRUParameters, memory_after
from gru_lab.conventions import DEFAULT, Convention
from gru_lab.sequence import Gradients, SequenceTrace, check_gradients, check_sequences, without_batch

__all__ = ["backward_fast", "forward_fast"]

# How many numbers an array of factors holds: enough steps to be worth a call, few enough for the processor's cache.
CHUNK = 1 << 15


def forward_fast(
    X: ArrayLike,
    h0: ArrayLike | None,
    parameters: GRUParameters,
    lengths: ArrayLike | None = None,
    convention: Convention = DEFAULT,
) -> SequenceTrace:
    """`sequence.forward`, faster: same arguments, results and errors. The trace's arrays view time-major ones."""
    p, dtype = parameters, parameters.dtype
    X, h0, lengths, single = check_sequences(X, h0, p, lengths, convention)
    B, T, D = X.shape
    H = p.hidden_size
    after = convention.reset == "after"

    # (3, …, H): gates first, so that each gate's block of a step is contiguous. Rows meet matrices: x @ W.T.
    half = np.array(0.5, dtype)  # as an array: NumPy converts a Python number anew at every use
    W = np.stack([half * p.W_r.T, half * p.W_z.T, p.W_h.T])
    U = np.stack([half * p.U_r.T, half * p.U_z.T, p.U_h.T])
    b = np.stack([half * p.b_r, half * p.b_z, p.b_h])
    b_Uh = None if p.b_Uh is None else np.tile(p.b_Uh, (B, 1))  # equal shapes add faster than a row to rows

    x = time_major(X)
    gates = np.matmul(x.reshape(T * B, D), W)
    gates += b[:, None]
    gates = gates.reshape(3, T, B, H)  # W x + b here; overwritten by r, z and the candidate, step by step
    states = np.empty((T + 1, B, H), dtype)
    states[0] = h0
    memory = np.empty((T, B, H), dtype) if after else states[:-1]
    products = np.empty((3, B, H), dtype)
    product_r, product_z, product_h = products
    reset_memory = np.empty((B, H), dtype)
    ended = None if lengths is None else np.arange(T)[:, None, None] >= lengths[:, None]  # (T, B, 1)

    for t, (r, z, candidate, m, h, h_next) in enumerate(zip(*gates, memory, states[:-1], states[1:], strict=True)):
        np.matmul(h, U if after else U[:2], out=products if after else products[:2])
        for gate, product in ((r, product_r), (z, product_z)):
            gate += product
            np.tanh(gate, out=gate)
            gate *= half
            gate += half
        if after:
            if b_Uh is None:
                m[...] = product_h
            else:
                np.add(product_h, b_Uh, out=m)
            np.multiply(r, m, out=reset_memory)
            candidate += reset_memory
        else:
            np.multiply(r, h, out=reset_memory)
            np.dot(reset_memory, U[2], out=product_h)
            candidate += product_h
        np.tanh(candidate, out=candidate)
        # a blend of two needs one product: z a + (1 − z) b = z (a − b) + b
        kept, taken = (h, candidate) if convention.update == "keeps" else (candidate, h)
        np.subtract(kept, taken, out=h_next)
        h_next *= z
        h_next += taken
        if ended is not None:
            np.copyto(h_next, h, where=ended[t])

    r, z, candidate = gates
    output = states[1:]
    if ended is not None:
        np.copyto(z, 1 if convention.update == "keeps" else 0, where=ended)
        output = np.where(ended, 0, output)
    names = ("output", "r", "z", "candidate", "h_before", "X", "memory")
    arrays = (output, r, z, candidate, states[:-1], x, memory)
    views = {name: array.swapaxes(0, 1) for name, array in zip(names, arrays, strict=True)}
    trace = SequenceTrace(h_n=states[-1], lengths=lengths, parameters=p, convention=convention, **views)
    return without_batch(trace) if single else trace


def time_major(array: np.ndarray) -> np.ndarray:
    """(B, T, …) -> (T, B, …), contiguous."""
    return np.ascontiguousarray(array.swapaxes(0, 1))


def backward_fast(trace: SequenceTrace, d_output: ArrayLike | None, d_h_n: ArrayLike | None = None) -> Gradients:
    """`sequence.backward`, faster: same arguments, results and errors. Takes the trace of either `forward`."""
    trace, d_output, d_h_n, single = check_gradients(trace, d_output, d_h_n)
    p, dtype, convention = trace.parameters, trace.parameters.dtype, trace.convention
    after, keeps = convention.reset == "after", convention.update == "keeps"
    X, r, z, candidate, h_before = map(time_major, (trace.X, trace.r, trace.z, trace.candidate, trace.h_before))
    d_output = d_output.swapaxes(0, 1)  # read once, so that a copy would cost more than it saves
    T, B, H = r.shape
    if trace.memory is not None:
        memory = time_major(trace.memory)
    else:
        memory = memory_after(h_before, p.U_h, p.b_Uh) if after else h_before

    W = np.stack([p.W_h, p.W_r, p.W_z])
    U = np.stack([p.U_r, p.U_z, p.U_h])
    d_gates = np.empty((4 if after else 3, T, B, H), dtype)  # dL/d of a_candidate, a_r, a_z and, for "after", memory
    d_h = d_h_n.copy()
    products = np.empty((3 if after else 2, B, H), dtype)
    d_reset_memory = np.empty((B, H), dtype)

    steps = max(1, CHUNK // (B * H))
    for start in reversed(range(0, T, steps)):
        chunk = slice(start, start + steps)
        one_minus_z = 1 - z[chunk]
        keep, take = (z[chunk], one_minus_z) if keeps else (one_minus_z, z[chunk])
        by_candidate = take * (1 - candidate[chunk] * candidate[chunk])  # d_a_candidate = d_h · this, and so on
        by_z = keep * take * (h_before[chunk] - candidate[chunk] if keeps else candidate[chunk] - h_before[chunk])
        by_r = r[chunk] * (1 - r[chunk]) * memory[chunk]

        rows = (d_output[chunk], keep, r[chunk], by_candidate, by_z, by_r, *d_gates[:, chunk])
        paths = d_gates[1:, chunk].swapaxes(0, 1)
        for d_out, keep_t, r_t, by_c, by_z_t, by_r_t, d_c, d_r, d_z, *d_m, path in zip(
            *(array[::-1] for array in (*rows, paths)), strict=True
        ):
            d_h += d_out
            np.multiply(d_h, by_c, out=d_c)
            np.multiply(d_h, by_z_t, out=d_z)
            d_h *= keep_t
            if after:
                np.multiply(d_c, by_r_t, out=d_r)
                np.multiply(d_c, r_t, out=d_m[0])
                np.matmul(path, U, out=products)
            else:
                np.dot(d_c, p.U_h, out=d_reset_memory)
                np.multiply(d_reset_memory, by_r_t, out=d_r)
                d_reset_memory *= r_t
                d_h += d_reset_memory
                np.matmul(path, U[:2], out=products)
            for product in products:
                d_h += product

    d_gates = d_gates.reshape(-1, T * B, H)
    d_W_h, d_W_r, d_W_z = sums_of_outer_products(d_gates[:3], X)
    if after:
        d_U_r, d_U_z, d_U_h = sums_of_outer_products(d_gates[1:], h_before)
    else:
        d_U_r, d_U_z = sums_of_outer_products(d_gates[1:], h_before)
        (d_U_h,) = sums_of_outer_products(d_gates[:1], r * memory)
    d_b_h, d_b_r, d_b_z, *d_b_memory = d_gates.sum(1)
    d_b_Uh = None if p.b_Uh is None else d_b_memory[0] if after else np.zeros_like(d_b_h)
    d_X = np.matmul(d_gates[:3], W).sum(0).reshape(X.shape).swapaxes(0, 1)
    if single:
        d_X, d_h = d_X[0], d_h[0]
    return Gradients(d_W_r, d_U_r, d_b_r, d_W_z, d_U_z, d_b_z, d_W_h, d_U_h, d_b_h, d_b_Uh, d_X, d_h)


def sums_of_outer_products(d_gates: np.ndarray, v: np.ndarray) -> np.ndarray:
    """For each gate the sum over steps and sequences of d_a vᵀ. d_gates (G, T · B, H), v (T, B, N) -> (G, H, N)."""
    return np.matmul(d_gates.swapaxes(1, 2), v.reshape(-1, v.shape[-1]))
