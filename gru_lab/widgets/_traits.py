"""Traits that several widgets have: parameters and conventions as Python objects here, as plain data in the browser."""

import numpy as np
import traitlets

from gru_lab._arrays import as_float_array, check_shape
from gru_lab.cell import GRUParameters
from gru_lab.conventions import Convention

__all__ = ["as_convention", "as_sentence", "as_vector", "convention_trait", "parameters_trait"]


def parameters_trait(allow_none=False):
    """GRUParameters here, {name: lists} in the browser."""

    def to_json(parameters, _):
        return None if parameters is None else {name: array.tolist() for name, array in parameters.arrays().items()}

    def from_json(arrays, _):
        return None if arrays is None else GRUParameters(**arrays)

    trait = traitlets.Instance(GRUParameters, allow_none=allow_none)
    return trait.tag(sync=True, to_json=to_json, from_json=from_json)


def convention_trait():
    """A Convention here, {"update", "reset"} in the browser."""
    return traitlets.Instance(Convention).tag(
        sync=True, to_json=lambda c, _: {"update": c.update, "reset": c.reset}, from_json=lambda c, _: Convention(**c)
    )


def as_convention(given):
    """A Convention, or a pair like ("takes", "before"), as a Convention."""
    return given if isinstance(given, Convention) else Convention(*given)


def as_sentence(name, given, size):
    """(text, x), Sentence or {"text", "x"} -> {"text": …, "x": [D numbers]}."""
    text, x = (given["text"], given["x"]) if isinstance(given, dict) else given
    return {"text": str(text), "x": as_vector(f"{name}'s x", x, size)}


def as_vector(name, values, size):
    """`size` finite numbers as a list; raises ValueError or TypeError that names them."""
    array = as_float_array(name, values if isinstance(values, np.ndarray) else list(values))
    check_shape(name, array, (size,))
    return array.astype(np.float64).tolist()
