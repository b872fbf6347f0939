"""ShapesChooser: choose D and H, and see every shape in a GRU and how many numbers it has to learn."""

import anywidget
import traitlets

from gru_lab.widgets._assets import script, style_sheet

LARGEST = 24  # what the picture has room for


class ShapesChooser(anywidget.AnyWidget):
    """A dense layer drawn cell by cell, with sliders for D and H, and the count of parameters.

    D numbers in each input, H units, both 1 to 24. gate: whose layer is drawn, "r", "z" or "candidate". joined: W and U
    drawn side by side, x and h one below the other, which is the article's "concatenate, then a dense layer".
    Raises traitlets.TraitError for another value.
    """

    _esm = script("shapes_chooser")
    _css = style_sheet("shapes_chooser")

    D = traitlets.Int(5, min=1, max=LARGEST).tag(sync=True)
    H = traitlets.Int(4, min=1, max=LARGEST).tag(sync=True)
    gate = traitlets.Enum(("r", "z", "candidate"), "r").tag(sync=True)
    joined = traitlets.Bool(False).tag(sync=True)

    @property
    def shapes(self):
        """{name: shape} of everything in one step with one bias set."""
        vectors = dict.fromkeys(("h", "r", "z", "candidate", "b_r", "b_z", "b_h"), (self.H,))
        matrices = {f"W_{gate}": (self.H, self.D) for gate in "rzh"} | {f"U_{gate}": (self.H, self.H) for gate in "rzh"}
        return {"x": (self.D,)} | vectors | matrices

    @property
    def counts(self):
        """{layer: numbers to learn}, one bias set except where PyTorch's second is named."""
        block = self.H * self.D + self.H * self.H + self.H
        return {"RNN": block, "GRU": 3 * block, "GRU in PyTorch": 3 * (block + self.H), "LSTM": 4 * block}

    def __repr__(self):
        return f"ShapesChooser(D={self.D}, H={self.H})"
