"""TimeLine: one unit's memory through a whole sequence, and how far a gradient reaches back."""

from dataclasses import replace

import anywidget
import numpy as np
import traitlets

from gru_lab.conventions import DEFAULT
from gru_lab.sequence import backward, forward
from gru_lab.story import ASPECTS, STORY, story_cell
from gru_lab.widgets._assets import script, style_sheet
from gru_lab.widgets._traits import as_convention, as_sentence, convention_trait, parameters_trait

LONGEST = 60  # sentences that the picture has room for, scrolling


class TimeLine(anywidget.AnyWidget):
    """A story through time: state, gates, and the gradient from one state back to all before it.

    parameters: GRUParameters, None for the story cell. story: Sentences or (text, x) pairs, 60 at most. unit: whose
    memory is drawn; target: the sentence whose state the gradient starts from, None for the last; both from 0. shift:
    added to b_z in every unit, in [-6, 6]: it opens or shuts the update gate everywhere.
    Raises ValueError or traitlets.TraitError, naming the argument, for what does not fit.
    """

    _esm = script("time_line")
    _css = style_sheet("time_line", "plot")

    parameters = parameters_trait()
    convention = convention_trait()
    units = traitlets.List(traitlets.Unicode()).tag(sync=True)
    story: traitlets.List[dict] = traitlets.List().tag(sync=True)
    unit = traitlets.Int(0).tag(sync=True)
    target = traitlets.Int(0).tag(sync=True)
    shift = traitlets.Float(0.0, min=-6, max=6).tag(sync=True)

    def __init__(self, parameters=None, story=STORY, units=None, unit=0, target=None, shift=0.0, convention=DEFAULT):
        p = story_cell() if parameters is None else parameters.astype(np.float64)
        if units is None:
            units = ASPECTS if parameters is None else [f"unit {i}" for i in range(p.hidden_size)]
        if len(units) != p.hidden_size:
            raise ValueError(f"units has {len(units)} names, needs {p.hidden_size} (one for each unit, H)")
        if not 1 <= len(story) <= LONGEST:
            raise ValueError(f"story has {len(story)} sentences, needs 1 to {LONGEST}")
        super().__init__(
            parameters=p, convention=as_convention(convention), units=list(units), shift=shift, unit=unit,
            story=[as_sentence(f"story[{i}]", sentence, p.input_size) for i, sentence in enumerate(story)],
            target=len(story) - 1 if target is None else target,
        )  # fmt: skip

    @traitlets.validate("unit", "target")
    def _check_place(self, proposal):
        name, value = proposal["trait"].name, proposal["value"]
        size = len(self.units if name == "unit" else self.story)
        if size and not 0 <= value < size:
            raise traitlets.TraitError(f"{name} is {value}, needs a number between 0 and {size - 1}")
        return value

    @property
    def X(self):
        """The inputs, (T, D)."""
        return np.array([sentence["x"] for sentence in self.story])

    @property
    def reach(self):
        """How strongly h_target[unit] depends on each state: the norms of dh_target[unit] / dh_t, t = 0 … target."""
        p = replace(self.parameters, b_z=self.parameters.b_z + self.shift)
        trace = forward(self.X, None, p, convention=self.convention)
        lengths = []
        for t in range(self.target):  # the story from t + 1 on, read from h_t: the gradient of its first state
            rest = forward(self.X[t + 1 : self.target + 1], trace.output[t], p, convention=self.convention)
            end = np.zeros(p.hidden_size)
            end[self.unit] = 1
            lengths.append(np.linalg.norm(backward(rest, None, end).h0))
        return np.array([*lengths, 1.0])

    def __repr__(self):
        return f"TimeLine({len(self.story)} sentences, {len(self.units)} units)"
