"""Deliberately wrong GRUs: edits of our own code, each of which the comparisons in references.py must catch.

A mutant is a name and edits {module: [(text, replacement), …]}. Each text must stand in the module exactly once, so
that a mutant which no longer mutates anything is noticed when the code moves on.
"""

import sys
import types
from pathlib import Path
from typing import NamedTuple

import gru_lab

PACKAGE = Path(gru_lab.__file__).parent
MODULES = ("cell", "sequence", "sequence_fast", "interop")  # in the order of their imports


class Mutant(NamedTuple):
    name: str
    edits: dict

    def __str__(self):
        return self.name


def load(edits):
    """Copies of gru_lab's MODULES, edited, that import one another, not the originals. -> namespace of modules."""
    loaded = types.SimpleNamespace()
    names = {f"gru_lab.{name}": f"mutated_{name}" for name in MODULES}
    try:
        for name in MODULES:
            source = (PACKAGE / f"{name}.py").read_text(encoding="utf-8")
            for text, replacement in edits.get(name, ()):
                assert source.count(text) == 1, f"{name}.py has {source.count(text)} of {text!r}, a mutant needs 1"
                source = source.replace(text, replacement)
            for original, copy in names.items():
                source = source.replace(f"from {original} import", f"from {copy} import")
            module = sys.modules[f"mutated_{name}"] = types.ModuleType(f"mutated_{name}")
            exec(compile(source, f"mutated {name}.py", "exec"), module.__dict__)
            setattr(loaded, name, module)
    finally:
        for copy in names.values():
            sys.modules.pop(copy, None)
    return loaded


def readable(edits):
    """forward and backward of `sequence`, with the edits."""
    modules = load(edits)
    return _with_own_parameters(modules, modules.sequence.forward), modules.sequence.backward


def fast(edits):
    """forward_fast and backward_fast of `sequence_fast`, with the edits."""
    modules = load(edits)
    return _with_own_parameters(modules, modules.sequence_fast.forward_fast), modules.sequence_fast.backward_fast


def _with_own_parameters(modules, forward):
    def call(X, h0, parameters, lengths, convention):
        return forward(X, h0, modules.cell.GRUParameters(**parameters.arrays()), lengths, convention)

    return call


def _cell(name, *edits):
    return Mutant(name, {"cell": list(edits)})


def _sequence(name, *edits):
    return Mutant(name, {"sequence": list(edits)})


def _fast(name, *edits):
    return Mutant(name, {"sequence_fast": list(edits)})


_AFFINE = "return x @ W.T + h @ U.T + b"
_BEFORE = "return np.tanh(affine(x, r * h, W_h, U_h, b_h))"
_AFTER = "return np.tanh(x @ W_h.T + r * memory_after(h, U_h, b_Uh) + b_h)"
_R = "r = reset_gate(x, h, p.W_r, p.U_r, p.b_r)"
_Z = "z = update_gate(x, h, p.W_z, p.U_z, p.b_z)"
_CANDIDATE = "candidate_state(x, h, r, p.W_h, p.U_h, p.b_h, p.b_Uh, convention)"

FORWARD = (
    _cell("U transposed", (_AFFINE, "return x @ W.T + h @ U + b")),
    _cell("U_h transposed, reset after", ("else h @ U_h.T + b_Uh", "else h @ U_h + b_Uh")),
    _cell("W transposed where D = H", (_AFFINE, "return x @ (W if len(W) == W.shape[1] else W.T) + h @ U.T + b")),
    _cell(
        "W_h transposed where D = H, reset after",
        (_AFTER, _AFTER.replace("W_h.T", "(W_h if len(W_h) == W_h.shape[1] else W_h.T)")),
    ),
    _cell("biases missing", (_AFFINE, "return x @ W.T + h @ U.T")),
    _cell("biases doubled", (_AFFINE, "return x @ W.T + h @ U.T + 2 * b")),
    _cell("the candidate's bias missing, reset after", (_AFTER, _AFTER.replace(" + b_h)", ")"))),
    _cell("b_Uh missing", ("else h @ U_h.T + b_Uh", "else h @ U_h.T")),
    _cell(
        "b_Uh outside the reset",
        (_AFTER, "return np.tanh(x @ W_h.T + r * (h @ U_h.T) + (0 if b_Uh is None else b_Uh) + b_h)"),
    ),
    _cell("b_h inside the reset", (_AFTER, "return np.tanh(x @ W_h.T + r * (memory_after(h, U_h, b_Uh) + b_h))")),
    _cell("reset after for before", (_BEFORE, "return np.tanh(x @ W_h.T + r * (h @ U_h.T) + b_h)")),
    _cell(
        "reset before for after",
        (_AFTER, "return np.tanh(affine(x, r * h, W_h, U_h, b_h) + (0 if b_Uh is None else b_Uh))"),
    ),
    _cell("no reset", (_BEFORE, "return np.tanh(affine(x, h, W_h, U_h, b_h))")),
    _cell("1 - r for r", (_BEFORE, "return np.tanh(affine(x, (1 - r) * h, W_h, U_h, b_h))")),
    _cell("r multiplies the input too", (_BEFORE, "return np.tanh(r * affine(x, h, W_h, U_h, 0) + b_h)")),
    _cell("z flipped", ('keep = z if convention.update == "keeps"', 'keep = z if convention.update == "takes"')),
    _cell(
        "a blend that does not add up to 1", ("return keep * h + (1 - keep) * candidate", "return keep * h + candidate")
    ),
    _cell("sigmoid twice as steep", ("np.tanh(0.5 * a)", "np.tanh(a)")),
    _cell("tanh for sigmoid", ("return 0.5 * (1 + np.tanh(0.5 * a))", "return np.tanh(a)")),
    _cell("sigmoid for tanh", (_BEFORE, "return sigmoid(affine(x, r * h, W_h, U_h, b_h))")),
    _sequence(
        "r and z swapped",
        (_R, _R.replace("reset", "update").replace("_r", "_z")),
        (_Z, _Z.replace("update", "reset").replace("_z", "_r")),
    ),
    _sequence("z for r in the candidate", (_CANDIDATE, _CANDIDATE.replace("h, r,", "h, z,"))),
    _sequence("W_r in the candidate", (_CANDIDATE, _CANDIDATE.replace("W_h", "W_r"))),
    _sequence("U_z in the reset gate", (_R, _R.replace("U_r", "U_z"))),
    _sequence("z reads the reset memory", (_Z, _Z.replace("x, h,", "x, r * h,"))),
    _sequence("the first state forgotten", ("real = np.ones", "h = 0 * h; real = np.ones")),
    _sequence("read from the end", ("x = X[:, t]", "x = X[:, T - 1 - t]")),
    _sequence("one step too many", ("np.arange(T) < lengths[:, None])[:", "np.arange(T) <= lengths[:, None])[:")),
    _sequence("padding changes the state", ("z = np.where(real[:, t], z, shut)", "z = z * 1")),
    _sequence("padding takes", ("shut = 1 if", "shut = 0 if")),
    _sequence("output goes on beyond the length", ("= h * real[:, t]", "= h")),
)

FORWARD_FAST = (
    _fast(
        "gates packed z, r",
        ("U = np.stack([half * p.U_r.T, half * p.U_z.T,", "U = np.stack([half * p.U_z.T, half * p.U_r.T,"),
    ),
    _fast("a half missing", ("half * p.W_z.T", "p.W_z.T")),
    _fast("the bias not halved", ("b = np.stack([half * p.b_r", "b = np.stack([p.b_r")),
    _fast("U_h not transposed", ("half * p.U_z.T, p.U_h.T", "half * p.U_z.T, p.U_h")),
    _fast("b_Uh missing", ("np.add(product_h, b_Uh, out=m)", "m[...] = product_h")),
    _fast("no reset, after", ("np.multiply(r, m, out=reset_memory)", "reset_memory[...] = m")),
    _fast("no reset, before", ("np.multiply(r, h, out=reset_memory)", "reset_memory[...] = h")),
    _fast("z flipped", ("kept, taken = (h, candidate) if", "kept, taken = (candidate, h) if")),
    _fast("padding changes the state", ("np.copyto(h_next, h, where=ended[t])", "pass")),
    _fast("one step too many", (">= lengths[:, None]", "> lengths[:, None]")),
    _fast("output goes on beyond the length", ("output = np.where(ended, 0, output)", "pass")),
    _fast(
        "batch and time mixed up",
        ("array.swapaxes(0, 1) for name", "array.reshape(array.shape[1], array.shape[0], -1) for name"),
    ),
)

BACKWARD = (
    _sequence("no path along the memory", ("d_h_before = d_h * keep[:, t]", "d_h_before = 0 * d_h")),
    _sequence("no path through the reset gate", (" + d_a_r[:, t] @ p.U_r", "")),
    _sequence(
        "only the last step's loss",
        ("d_h = d_h + d_output[:, t]", "d_h = d_h + d_output[:, t] * (t == r.shape[1] - 1)"),
    ),
    _sequence(
        "d_h_n forgotten",
        ("check_gradients(trace, d_output, d_h_n)\n    p,", "check_gradients(trace, d_output, None)\n    p,"),
    ),
    _sequence(
        "U_h not transposed, reset before", ("d_a_candidate[:, t] @ p.U_h if", "d_a_candidate[:, t] @ p.U_h.T if")
    ),
    _sequence("U_h not transposed, reset after", ("else d_memory[:, t] @ p.U_h", "else d_memory[:, t] @ p.U_h.T")),
    _sequence("tanh' with one factor", ("(1 - candidate[:, t] ** 2)", "(1 - candidate[:, t])")),
    _sequence("σ' missing", ("d_r * r[:, t] * (1 - r[:, t])", "d_r * r[:, t]")),
    _sequence("z's sign for takes", ('d_z = d_keep if convention.update == "keeps" else -d_keep', "d_z = d_keep")),
    _sequence("gradients of r and z swapped", ("W_r=sum_of_outer_products(d_a_r,", "W_r=sum_of_outer_products(d_a_z,")),
    _sequence(
        "U_h without the reset",
        ("sum_of_outer_products(d_a_candidate, r * memory)", "sum_of_outer_products(d_a_candidate, memory)"),
    ),
    _sequence("b_Uh like b_h", ("d_memory.sum((0, 1))", "d_a_candidate.sum((0, 1))")),
    _sequence("d_X without the candidate", (" + d_a_candidate @ p.W_h\n", "\n")),
    _sequence("the loss beyond the length counts", ("d_output = d_output * real[:, :, None]", "pass")),
    _sequence(
        "the state after instead of before",
        ("U_r=sum_of_outer_products(d_a_r, h_before)", "U_r=sum_of_outer_products(d_a_r, trace.output)"),
    ),
)

BACKWARD_FAST = (
    _fast("no path along the memory", ("d_h *= keep_t", "d_h *= 0")),
    _fast("tanh' with one factor", ("(1 - candidate[chunk] * candidate[chunk])", "(1 - candidate[chunk])")),
    _fast("σ' missing", ("r[chunk] * (1 - r[chunk]) * memory", "r[chunk] * memory")),
    _fast(
        "z's sign for takes",
        ("if keeps else candidate[chunk] - h_before[chunk]", "if keeps else h_before[chunk] - candidate[chunk]"),
    ),
    _fast("no path through the reset memory", ("d_h += d_reset_memory", "pass")),
    _fast("U_h not transposed", ("np.dot(d_c, p.U_h, out=", "np.dot(d_c, p.U_h.T, out=")),
    _fast(
        "U_h without the reset",
        ("sums_of_outer_products(d_gates[:1], r * memory)", "sums_of_outer_products(d_gates[:1], memory)"),
    ),
    _fast("gradients of the gates mixed up", ("d_W_h, d_W_r, d_W_z = ", "d_W_h, d_W_z, d_W_r = ")),
    _fast("d_X with mixed weights", ("W = np.stack([p.W_h, p.W_r, p.W_z])", "W = np.stack([p.W_r, p.W_z, p.W_h])")),
)


def _interop(name, *edits):
    return Mutant(name, {"interop": list(edits)})


INTEROP = (
    _interop("PyTorch packed z, r", ('W_r, W_z, W_h = _split(f"weight_ih', 'W_z, W_r, W_h = _split(f"weight_ih')),
    _interop("PyTorch's second bias forgotten", ("U_r, b_ir + b_hr, W_z", "U_r, b_ir, W_z")),
    _interop("PyTorch's b_hn added to b_in", ("W_h, U_h, b_in, b_hn)", "W_h, U_h, b_in + b_hn)")),
    _interop(
        "to PyTorch packed z, r",
        ('f"weight_hh{ending}": np.concatenate([p.U_r, p.U_z', 'f"weight_hh{ending}": np.concatenate([p.U_z, p.U_r'),
    ),
    _interop(
        "to PyTorch without b_Uh",
        ("np.concatenate([zeros, zeros, _second_bias(p)]),", "np.concatenate([zeros, zeros, zeros]),"),
    ),
    _interop("Keras packed r, z", ('W_z, W_r, W_h = _split("kernel"', 'W_r, W_z, W_h = _split("kernel"')),
    _interop(
        "Keras not transposed", ("weights = [array.T for array in", "weights = [array.reshape(H, -1) for array in")
    ),
    _interop(
        "Keras' second row forgotten",
        (
            "b_r + b_Ur, W_z, U_z, b_z + b_Uz, W_h, U_h, b_h, b_Uh)\n\n\ndef to_keras",
            "b_r, W_z, U_z, b_z, W_h, U_h, b_h, b_Uh)\n\n\ndef to_keras",
        ),
    ),
    _interop("Keras without b_Uh", ("W_h, U_h, b_h, b_Uh)\n\n\ndef to_keras", "W_h, U_h, b_h)\n\n\ndef to_keras")),
    _interop(
        "to Keras packed r, z",
        ("np.concatenate([p.U_z, p.U_r, p.U_h]).T, bias]", "np.concatenate([p.U_r, p.U_z, p.U_h]).T, bias]"),
    ),
    _interop("ONNX packed r, z", ('U_z, U_r, U_h = _split("R"', 'U_r, U_z, U_h = _split("R"')),
    _interop(
        "ONNX biases interleaved",
        ("b_z, b_r, b_h, b_Uz, b_Ur, b_Uh = np.split(B[0], 6)", "b_z, b_Uz, b_r, b_Ur, b_h, b_Uh = np.split(B[0], 6)"),
    ),
    _interop("ONNX b_Uh forgotten, reset before", ("W_h, U_h, b_h + b_Uh)", "W_h, U_h, b_h)")),
    _interop("to ONNX with the flag wrong", ('int(convention.reset == "after")', 'int(convention.reset == "before")')),
    _interop("to ONNX packed r, z", ('"W": np.concatenate([p.W_z, p.W_r', '"W": np.concatenate([p.W_r, p.W_z')),
    _interop("Flax not transposed", ("_transposed(array) for name", "array.reshape(array.shape[::-1]) for name")),
    _interop(
        "Flax r and z swapped",
        ('names = {"r": ("ir", "hr"), "z": ("iz", "hz")', 'names = {"z": ("ir", "hr"), "r": ("iz", "hz")'),
    ),
    _interop(
        "Flax b_Uh forgotten",
        ('arrays["b_Uh"] = _array("hn.bias", _get(params["hn"], "bias", "hn"))', 'arrays["b_Uh"] = 0 * arrays["b_h"]'),
    ),
    _interop(
        "to Flax with r and z swapped", ('"hr": {"kernel": _transposed(p.U_r)}', '"hr": {"kernel": _transposed(p.U_z)}')
    ),
)
