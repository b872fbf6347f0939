"""Crossfader: one fader per unit between the old state and the candidate. The fader is z."""

import anywidget
import numpy as np
import traitlets

from gru_lab.cell import new_state
from gru_lab.conventions import DEFAULT
from gru_lab.story import ASPECTS
from gru_lab.widgets._assets import script, style_sheet
from gru_lab.widgets._traits import as_convention, as_vector, convention_trait

LARGEST = 8  # units that the picture has room for


class Crossfader(anywidget.AnyWidget):
    """Old value, candidate and z for each unit, all of which can be dragged; the new state between them.

    h, candidate, z: H numbers each, h and candidate in [-1, 1], z in [0, 1]; the defaults are the article's example.
    units: H names, 8 at most. convention: a Convention or a pair like ("takes", "before").
    Raises ValueError or traitlets.TraitError, naming the argument, for what does not fit.
    """

    _esm = script("crossfader")
    _css = style_sheet("crossfader", "track")

    h = traitlets.List(traitlets.Float()).tag(sync=True)
    candidate = traitlets.List(traitlets.Float()).tag(sync=True)
    z = traitlets.List(traitlets.Float()).tag(sync=True)
    units = traitlets.List(traitlets.Unicode()).tag(sync=True)
    convention = convention_trait()
    equation = traitlets.Unicode().tag(sync=True)

    def __init__(
        self, h=(0.5, 0.6, 0.7, 0.1), candidate=(0.8, 0.4, 0.5, 0.3), z=(0.5, 0.5, 0.5, 0.5), units=ASPECTS,
        convention=DEFAULT, **kwargs,
    ):  # fmt: skip
        convention = as_convention(convention)
        if not 1 <= len(units) <= LARGEST:
            raise ValueError(f"units has {len(units)} names, needs 1 to {LARGEST}")
        super().__init__(
            units=list(units), h=list(h), candidate=list(candidate), z=list(z),
            convention=convention, equation=convention.equations["h"], **kwargs,
        )  # fmt: skip

    @traitlets.validate("h", "candidate", "z")
    def _check_numbers(self, proposal):
        name, lowest = proposal["trait"].name, 0 if proposal["trait"].name == "z" else -1
        values = as_vector(name, proposal["value"], len(self.units))
        if not all(lowest <= value <= 1 for value in values):
            raise traitlets.TraitError(f"{name} is {values}, needs numbers between {lowest} and 1")
        return values

    @property
    def h_t(self):
        """The new state, (H,), as gru_lab.cell.new_state computes it."""
        return new_state(np.array(self.h), np.array(self.candidate), np.array(self.z), self.convention)

    def __repr__(self):
        return f"Crossfader({len(self.units)} units, z {self.convention.update})"
