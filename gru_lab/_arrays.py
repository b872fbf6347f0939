"""Turning what a caller passes into an array of a known shape and dtype, or into an error that says what to change."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

FLOATS = (np.dtype(np.float32), np.dtype(np.float64))


def shape_text(shape: Sequence[int | str]) -> str:
    """(2, 3) as text; names stand for sizes that may be anything: ("B", 3) -> "(B, 3)"."""
    inner = ", ".join(str(size) for size in shape)
    return f"({inner},)" if len(shape) == 1 else f"({inner})"


def as_float_array(name: str, value: ArrayLike, dtype: DTypeLike | None = None) -> np.ndarray:
    """`value` as a float32 or float64 array of finite numbers, any shape.

    Lists, Python numbers and integer arrays become `dtype` (float64 when it is None): no digit is lost. A float array
    must already have that dtype, since a silent cast between float32 and float64 hides bugs.

    Raises TypeError for what is not an array of real numbers, ValueError for NaN or infinity.
    """
    given_array = isinstance(value, np.ndarray | np.generic)
    try:
        array = np.asarray(value)
    except ValueError as error:  # rows of different lengths
        raise TypeError(f"{name} is not an array: {error}") from None
    if array.dtype.kind in "iub" or (array.dtype.kind == "f" and not given_array):
        array = array.astype(dtype or np.float64)
    if array.dtype not in FLOATS:
        raise TypeError(f"{name} has dtype {array.dtype}, needs float32 or float64 numbers")
    if dtype is not None and array.dtype != dtype:
        needed = np.dtype(dtype)
        raise TypeError(
            f"{name} has dtype {array.dtype}, needs {needed} like the parameters: use {name}.astype('{needed}')"
        )
    if not np.isfinite(array).all():
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise ValueError(f"{name} has {array[where]} at index {where}, needs finite numbers only")
    return array


def check_shape(name: str, array: np.ndarray, needed: Sequence[int | str], why: str = "") -> None:
    """Raise ValueError unless `array.shape` matches `needed`; a text in `needed` stands for any size of at least 1."""
    fits = array.ndim == len(needed) and all(
        size >= 1 if isinstance(want, str) else size == want for size, want in zip(array.shape, needed, strict=True)
    )
    if not fits:
        reason = f" ({why})" if why else ""
        raise ValueError(f"{name} has shape {shape_text(array.shape)}, needs {shape_text(needed)}{reason}")
