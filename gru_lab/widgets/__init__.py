"""Interactive explanations: the maths runs in the browser, Python is told afterwards, NumPy is the reference.

A widget is imported when it is first asked for.
"""

import importlib

_WIDGETS = {
    "ConventionFlip": "convention_flip",
    "Crossfader": "crossfader",
    "GRUCellExplorer": "gru_cell_explorer",
    "GateCurves": "gate_curves",
    "MemoryLength": "memory_length",
    "ShapesChooser": "shapes_chooser",
    "StoryMeter": "story_meter",
    "StoryReader": "story_reader",
    "TimeLine": "time_line",
}
__all__ = list(_WIDGETS)


def __getattr__(name):
    if name not in _WIDGETS:
        raise AttributeError(f"module 'gru_lab.widgets' has no attribute {name!r}")
    return getattr(importlib.import_module(f"gru_lab.widgets.{_WIDGETS[name]}"), name)


def __dir__():
    return sorted({*globals(), *_WIDGETS})
