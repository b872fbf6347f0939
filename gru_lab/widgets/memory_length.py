"""MemoryLength: a gate that keeps the share z of a memory at every step, and how long that memory lasts."""

import anywidget
import traitlets

from gru_lab.cell import half_life, sigmoid
from gru_lab.widgets._assets import script, style_sheet


class MemoryLength(anywidget.AnyWidget):
    """z = σ(a) under *z keeps*: what is left after k steps, and the half-life −1 / log2(z).

    a: the update gate's pre-activation, in [-4, 8]. steps: k, from 1 to 200. Raises traitlets.TraitError for others.
    """

    _esm = script("memory_length")
    _css = style_sheet("memory_length", "plot")

    a = traitlets.Float(2.0, min=-4, max=8).tag(sync=True)
    steps = traitlets.Int(20, min=1, max=200).tag(sync=True)

    @property
    def z(self):
        return float(sigmoid(self.a))

    @property
    def half_life(self):
        """Steps after which half of a memory is left."""
        return float(half_life(self.z))

    @property
    def remains(self):
        """The share of a memory that is left after `steps` steps."""
        return self.z**self.steps

    def __repr__(self):
        return "MemoryLength()"
