"""ConventionFlip: one z read in two ways, and the exact way from one convention to the other."""

import anywidget
import numpy as np
import traitlets

from gru_lab.cell import new_state, sigmoid
from gru_lab.conventions import CHO_2014, CHUNG_2014
from gru_lab.widgets._assets import script, style_sheet


class ConventionFlip(anywidget.AnyWidget):
    """*z keeps* and *z takes* side by side for one unit.

    a: the update gate's pre-activation, in [-6, 6]. h, candidate: in [-1, 1]. negated: whether *z takes* is given -a,
    which makes the two compute the same. Raises traitlets.TraitError for a number out of range.
    """

    _esm = script("convention_flip")
    _css = style_sheet("convention_flip", "track")

    a = traitlets.Float(2.2, min=-6, max=6).tag(sync=True)
    h = traitlets.Float(0.9, min=-1, max=1).tag(sync=True)
    candidate = traitlets.Float(-0.4, min=-1, max=1).tag(sync=True)
    negated = traitlets.Bool(False).tag(sync=True)
    equations = traitlets.Dict({c.update: c.equations["h"] for c in (CHO_2014, CHUNG_2014)}).tag(sync=True)

    @property
    def h_t(self):
        """{"keeps": new state, "takes": new state}, as gru_lab.cell.new_state computes them."""
        given = {"keeps": self.a, "takes": -self.a if self.negated else self.a}
        return {
            c.update: float(new_state(np.float64(self.h), self.candidate, sigmoid(given[c.update]), c))
            for c in (CHO_2014, CHUNG_2014)
        }

    def __repr__(self):
        return "ConventionFlip(z keeps, z takes)"
