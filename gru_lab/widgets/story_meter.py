"""StoryMeter: a story read sentence by sentence, and what each number of the hidden state does."""

import anywidget
import numpy as np
import traitlets

from gru_lab.cell import GRUParameters
from gru_lab.conventions import Convention
from gru_lab.story import ASPECTS, STORY, Sentence, story_cell, tell
from gru_lab.widgets._assets import script, style_sheet
from gru_lab.widgets._traits import as_sentence, convention_trait, parameters_trait


class StoryMeter(anywidget.AnyWidget):
    """Four meters that follow the story; hollow circles mark where they stood before the sentence.

    story: Sentences or (text, x) pairs, x (5,). t: the sentence looked at, from 0. seed: of the random weights that the
    reader can switch to, to see numbers that have no names; None for no switch. source: "hand" or "random".
    Raises ValueError or traitlets.TraitError, naming the argument, for what does not fit.
    """

    _esm = script("story_meter")
    _css = style_sheet("story_meter", "story_grid")

    parameters = parameters_trait()
    random_parameters = parameters_trait(allow_none=True)
    convention = convention_trait()
    units = traitlets.List(traitlets.Unicode(), list(ASPECTS)).tag(sync=True)
    story: traitlets.List[dict] = traitlets.List().tag(sync=True)
    t = traitlets.Int(0).tag(sync=True)
    source = traitlets.Enum(("hand", "random"), "hand").tag(sync=True)

    def __init__(self, story=STORY, t=0, seed=0, source="hand", **kwargs):
        cell = story_cell()
        sentences = [as_sentence(f"story[{i}]", sentence, cell.input_size) for i, sentence in enumerate(story)]
        if not sentences:
            raise ValueError("story is empty, needs at least one sentence")
        if seed is None and source == "random":
            raise ValueError('source is "random", needs a seed')
        random = None
        if seed is not None:  # strong weights, for small ones would leave every meter near the middle
            drawn = GRUParameters.random(cell.input_size, cell.hidden_size, seed)
            random = GRUParameters(**{name: 4 * array for name, array in drawn.arrays().items()})
        super().__init__(
            parameters=cell,
            random_parameters=random,
            convention=Convention(),
            story=sentences,
            t=t,
            source=source,
            **kwargs,
        )

    @traitlets.validate("t")
    def _check_t(self, proposal):
        if not 0 <= proposal["value"] < max(len(self.story), 1):
            raise traitlets.TraitError(
                f"t is {proposal['value']}, needs a sentence between 0 and {len(self.story) - 1}"
            )
        return proposal["value"]

    def traces(self):
        """StepTraces of the story with the weights that are on the screen, one a sentence."""
        parameters = self.parameters if self.source == "hand" else self.random_parameters
        return tell([Sentence(s["text"], tuple(s["x"])) for s in self.story], parameters=parameters)

    @property
    def h(self):
        """The state after sentence t, (4,): what the meters show."""
        return np.array(self.traces()[self.t].h)

    def __repr__(self):
        return f"StoryMeter({len(self.story)} sentences)"
