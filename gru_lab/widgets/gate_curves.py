"""GateCurves: σ and tanh at work, and where they saturate."""

import anywidget
import numpy as np
import traitlets

from gru_lab.cell import sigmoid
from gru_lab.widgets._assets import script, style_sheet


class GateCurves(anywidget.AnyWidget):
    """One unit with one input: a = w x + b goes into σ or tanh; slope and saturation are drawn.

    w in [-8, 8], x in [-1, 1], b in [-6, 6]. curve: "sigmoid" or "tanh". Raises traitlets.TraitError for other values.
    """

    _esm = script("gate_curves")
    _css = style_sheet("gate_curves", "plot")

    w = traitlets.Float(3.0, min=-8, max=8).tag(sync=True)
    x = traitlets.Float(0.5, min=-1, max=1).tag(sync=True)
    b = traitlets.Float(0.0, min=-6, max=6).tag(sync=True)
    curve = traitlets.Enum(("sigmoid", "tanh"), "sigmoid").tag(sync=True)

    @property
    def a(self):
        """The pre-activation."""
        return self.w * self.x + self.b

    @property
    def value(self):
        """What the curve makes of it."""
        return float(sigmoid(self.a) if self.curve == "sigmoid" else np.tanh(self.a))

    @property
    def slope(self):
        """The derivative there: σ(1 − σ), 1/4 at most, or 1 − tanh², 1 at most."""
        return self.value * (1 - self.value) if self.curve == "sigmoid" else 1 - self.value**2

    def __repr__(self):
        return f"GateCurves({self.curve})"
