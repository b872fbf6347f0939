"""One step of a Gated Recurrent Unit: its parameters, its four equations, and everything on the way.

Shapes: B examples, D numbers in, H units. `(…, D)` means one example `(D,)` or a batch `(B, D)`.
Equations: Cho et al. 2014 (arXiv:1406.1078v3, equations 5–8) with biases; other forms through `Convention`.
"""

from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from gru_lab._arrays import as_float_array, check_shape, shape_text
from gru_lab.conventions import DEFAULT, Convention

__all__ = [
    "GRUParameters", "StepTrace",
    "sigmoid", "affine", "reset_gate", "update_gate", "candidate_state", "new_state", "gru_step", "trace_step",
    "half_life",
]  # fmt: skip


def sigmoid(a):
    """σ(a) = 1 / (1 + e^−a), any shape. Written with tanh, which cannot overflow: σ(a) = (1 + tanh(a / 2)) / 2."""
    return 0.5 * (1 + np.tanh(0.5 * a))


def affine(x, h, W, U, b):
    """W x + U h + b for one example or a batch: x (…, D), h (…, H), W (H, D), U (H, H), b (H,) -> (…, H)."""
    return x @ W.T + h @ U.T + b


def reset_gate(x, h, W_r, U_r, b_r):
    """r_t: how much of each unit's memory the candidate may see.

    x (…, D), h (…, H), W_r (H, D), U_r (H, H), b_r (H,) -> (…, H), each between 0 and 1.
    """
    return sigmoid(affine(x, h, W_r, U_r, b_r))


def update_gate(x, h, W_z, U_z, b_z):
    """z_t: how old memory and candidate are blended.

    x (…, D), h (…, H), W_z (H, D), U_z (H, H), b_z (H,) -> (…, H), each between 0 and 1.
    """
    return sigmoid(affine(x, h, W_z, U_z, b_z))


def candidate_state(x, h, r, W_h, U_h, b_h, b_Uh=None, convention=DEFAULT):
    """h̃_t: the memory that this input proposes.

    x (…, D), h and r (…, H), W_h (H, D), U_h (H, H), b_h (H,) -> (…, H), each between −1 and 1.
    b_Uh (H,) is a second bias beside U_h, which only reset "after" can tell from b_h; None stands for zeros.
    """
    if convention.reset == "before":
        return np.tanh(affine(x, r * h, W_h, U_h, b_h))
    return np.tanh(x @ W_h.T + r * memory_after(h, U_h, b_Uh) + b_h)


def memory_after(h, U_h, b_Uh=None):
    """U_h h + b_Uh, the memory that r multiplies under reset "after". h (…, H) -> (…, H)."""
    return h @ U_h.T if b_Uh is None else h @ U_h.T + b_Uh


def new_state(h, candidate, z, convention=DEFAULT):
    """h_t: unit by unit a blend of the old state and the candidate. All shapes (…, H)."""
    keep = z if convention.update == "keeps" else 1 - z
    return keep * h + (1 - keep) * candidate


@dataclass(frozen=True, eq=False)  # eq: two sets of arrays have no single yes or no
class GRUParameters:
    """The weights of one GRU layer. W_* act on the input, U_* on the state, b_* are biases; r, z, h say for what.

    W_r, W_z, W_h (H, D) · U_r, U_z, U_h (H, H) · b_r, b_z, b_h (H,).
    b_Uh (H,) or None: the second bias of the candidate, for reset "after".
    All float32 or all float64; lists and integers become float64.

    Raises ValueError for a shape that does not fit the others or a number that is not finite.
    Raises TypeError for a dtype that is neither float32 nor float64.
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
    b_Uh: np.ndarray | None = None

    def __post_init__(self) -> None:
        dtype = getattr(self.W_r, "dtype", np.dtype(np.float64))
        dtype = dtype if dtype == np.float32 else np.dtype(np.float64)
        for name, value in self.arrays().items():
            object.__setattr__(self, name, as_float_array(name, value, dtype))
        check_shape("W_r", self.W_r, ("H", "D"))
        H, D = self.W_r.shape
        needed = {"W": (H, D), "U": (H, H), "b": (H,)}
        for name, array in self.arrays().items():
            check_shape(name, array, needed[name[0]], f"W_r has H = {H} rows and D = {D} columns")

    def arrays(self) -> dict[str, np.ndarray]:
        """{name: array} of the weights that are there, in the order of the equations."""
        return {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name) is not None}

    @property
    def hidden_size(self) -> int:
        return self.W_r.shape[0]

    @property
    def input_size(self) -> int:
        return self.W_r.shape[1]

    @property
    def dtype(self) -> np.dtype:
        return self.W_r.dtype

    @property
    def count(self) -> int:
        """How many numbers there are to learn: 3 (H D + H² + H), and H more with b_Uh."""
        return sum(array.size for array in self.arrays().values())

    def astype(self, dtype: DTypeLike) -> "GRUParameters":
        """The same parameters in float32 or float64."""
        return GRUParameters(**{name: array.astype(dtype) for name, array in self.arrays().items()})

    @classmethod
    def random(
        cls,
        input_size: int,
        hidden_size: int,
        seed: "int | np.random.Generator" = 0,  # quoted: numpy.random is loaded when it is first used, and not before
        dtype: DTypeLike = np.float64,
        convention: Convention = DEFAULT,
    ) -> "GRUParameters":
        """Parameters drawn like torch.nn.GRU's: uniform between −1/√H and 1/√H, from the seed or Generator given."""
        rng = np.random.default_rng(seed)
        bound = 1 / np.sqrt(hidden_size)
        shapes = {"W": (hidden_size, input_size), "U": (hidden_size, hidden_size), "b": (hidden_size,)}
        names = [f.name for f in fields(cls) if f.name != "b_Uh" or convention.reset == "after"]
        return cls(**{name: rng.uniform(-bound, bound, shapes[name[0]]).astype(dtype) for name in names})


class StepTrace(NamedTuple):
    """Everything one step computes, each (…, H), in the order in which it can be computed.

    a_r, a_z, a_candidate are the pre-activations: the numbers that σ and tanh are applied to.
    reset_memory is r ⊙ h for reset "before", r ⊙ (U_h h + b_Uh) for reset "after".
    """

    a_r: np.ndarray
    r: np.ndarray
    a_z: np.ndarray
    z: np.ndarray
    reset_memory: np.ndarray
    a_candidate: np.ndarray
    candidate: np.ndarray
    h: np.ndarray


def trace_step(x: ArrayLike, h: ArrayLike, parameters: GRUParameters, convention: Convention = DEFAULT) -> StepTrace:
    """One step with everything on the way kept.

    x (…, D), h (…, H) with the same leading sizes -> StepTrace of arrays (…, H) in the parameters' dtype.
    Raises ValueError for a shape that does not fit or a number that is not finite, TypeError for another dtype.
    """
    p = parameters
    x, h = as_float_array("x", x, p.dtype), as_float_array("h", h, p.dtype)
    leading, D, H = x.shape[:-1], p.input_size, p.hidden_size
    check_shape("x", x, (*leading, D), f"the parameters have D = {D}")
    check_shape("h", h, (*leading, H), f"x has shape {shape_text(x.shape)} and the parameters have H = {H}")
    check_second_bias(p, convention)

    a_r = affine(x, h, p.W_r, p.U_r, p.b_r)
    r = sigmoid(a_r)
    a_z = affine(x, h, p.W_z, p.U_z, p.b_z)
    z = sigmoid(a_z)
    if convention.reset == "before":
        reset_memory = r * h
        a_candidate = affine(x, reset_memory, p.W_h, p.U_h, p.b_h)
    else:
        reset_memory = r * memory_after(h, p.U_h, p.b_Uh)
        a_candidate = x @ p.W_h.T + reset_memory + p.b_h
    candidate = np.tanh(a_candidate)
    return StepTrace(a_r, r, a_z, z, reset_memory, a_candidate, candidate, new_state(h, candidate, z, convention))


def gru_step(x: ArrayLike, h: ArrayLike, parameters: GRUParameters, convention: Convention = DEFAULT) -> np.ndarray:
    """One step: the new state. x (…, D), h (…, H) -> (…, H). Raises what `trace_step` raises."""
    return trace_step(x, h, parameters, convention).h


def check_second_bias(parameters: GRUParameters, convention: Convention) -> None:
    """Raise ValueError where a second candidate bias has no place: for reset "before" it would be silently ignored."""
    if convention.reset == "before" and parameters.b_Uh is not None and parameters.b_Uh.any():
        raise ValueError('b_Uh belongs to reset "after" only: add it to b_h, or use a convention with reset "after"')


def half_life(z: ArrayLike) -> np.ndarray:
    """Steps after which half of a memory is left, when z keeps and nothing is written: zⁿ = ½, so n = −1 / log₂ z.

    z between 0 and 1, any shape -> the same shape; 0 for z = 0, inf for z = 1.
    """
    with np.errstate(divide="ignore"):
        return 1 / np.abs(np.log2(z))  # log₂ z is not positive; |…| so that z = 1 gives inf, not −inf
