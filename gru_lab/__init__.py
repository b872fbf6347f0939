"""gru_lab: the maths, pictures, widgets and checks of the course "Gated Recurrent Units".

Importing it costs what importing NumPy costs. Rooms that need torch, Jupyter or matplotlib are entered on first use.
"""

import importlib

from gru_lab.cell import (
    GRUParameters,
    StepTrace,
    candidate_state,
    gru_step,
    new_state,
    reset_gate,
    sigmoid,
    trace_step,
    update_gate,
)
from gru_lab.conventions import CONVENTIONS, DEFAULT, Convention

__all__ = [
    "CONVENTIONS",
    "DEFAULT",
    "Convention",
    "GRUParameters",
    "StepTrace",
    "candidate_state",
    "gru_step",
    "new_state",
    "reset_gate",
    "sigmoid",
    "trace_step",
    "update_gate",
]

# name -> (module, attribute, or None for the module itself); imported when it is first asked for
_LAZY = {
    "check": ("gru_lab.checks", None),
    "doctor": ("gru_lab.doctor", "doctor"),
}


def __getattr__(name):
    if name not in _LAZY:
        raise AttributeError(f"module 'gru_lab' has no attribute {name!r}")
    module, attribute = _LAZY[name]
    found = importlib.import_module(module)
    globals()[name] = value = getattr(found, attribute) if attribute else found
    return value


def __dir__():
    return sorted({*globals(), *_LAZY})
