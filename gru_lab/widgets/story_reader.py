"""StoryReader: type a story, and a trained GRU reads it word by word; what a probe finds there, and its gates."""

import anywidget
import numpy as np
import traitlets

from gru_lab.story import ASPECTS
from gru_lab.widgets._assets import script, style_sheet

LONGEST = 400  # words that are read

CAST = (
    "In Crowford rules Leif of house Lund, the king of the valley. Ragnar of house Rook comes to court from "
    "Stonebridge. From Dunmere comes Hilde, daughter of house Kestrel. "
)
STORIES = {
    "The king dies": CAST
    + "Hilde kneels before Leif and swears to serve. The apple trees bloom white. A fever takes Leif within a week; "
    "nobody sits on the throne. The bells toll for Leif. Ragnar spends Sunday in the library. The lords choose Hilde, "
    "and the valley has a queen again.",
    "A vow": CAST
    + "Ragnar and Hilde quarrel over the old mill. Larks rise over the fields. Ragnar kills Hilde in a duel at dawn. "
    "Candles burn for Hilde in every window. Inga, sister of Hilde, swears revenge on Ragnar. On Monday Leif goes "
    "fishing near Oxley. Inga keeps the vow: Ragnar dies for the death of Hilde.",
    "A war": CAST
    + "An army of Norwold crosses the border. Hilde holds the bridge against the soldiers of Norwold. Fog lies on the "
    "marshes. Ragnar teaches Hilde a card game. The soldiers of Norwold burn the barns near Oxley. Envoys of Norwold "
    "sign a peace in Oxley.",
}
SENTENCES = (  # about the people of those stories
    "Leif dies in his sleep, and the throne is empty.",
    "The bishop sets the crown on the head of Ragnar.",
    "Ragnar and Leif quarrel over a stolen mare.",
    "Ragnar kills Leif in a duel at dawn.",
    "Torvald, brother of Leif, swears revenge on Ragnar.",
    "Torvald and Ragnar pray together for Leif, and the vow is buried.",
    "An army of Norwold crosses the border.",
    "The sun stands high above Oxley.",
)


class StoryReader(anywidget.AnyWidget):
    """A story of the reader's own, and after each of its words what a probe reads in the trained state.

    model: a LanguageModel of cell "gru" or "own_gru", vocabulary its V words: what gru_lab.trained.load_storyworld_gru
    gives. probe: a gru_lab.probing.Probe for K aspects, fitted to this model's states; names: K, the probe's aspects.
    text: the story at first, None for a ready one. t: the word looked at, None for the last; 0 is the start, before any
    word. aspect: the one whose units are shown, from 0. Only the first 400 words are read.

    The browser gets the weights: 2 bytes for each where float16 holds all of them, as it does those that are shipped,
    else 4. (To round others would move a state by up to 0.005.)
    Raises ValueError or traitlets.TraitError, naming the argument, for what does not fit.
    """

    _esm = script("story_reader")
    _css = style_sheet("story_reader")

    weights = traitlets.Bytes().tag(sync=True)
    sizes = traitlets.Dict().tag(sync=True)
    vocabulary = traitlets.List(traitlets.Unicode()).tag(sync=True)
    names = traitlets.List(traitlets.Unicode()).tag(sync=True)
    stories: traitlets.List[dict] = traitlets.List().tag(sync=True)
    sentences = traitlets.List(traitlets.Unicode()).tag(sync=True)
    longest = traitlets.Int(LONGEST).tag(sync=True)
    text = traitlets.Unicode().tag(sync=True)
    t = traitlets.Int(0).tag(sync=True)
    aspect = traitlets.Int(0).tag(sync=True)

    def __init__(self, model, vocabulary, probe, text=None, t=None, aspect=0, names=ASPECTS):
        sizes = _sizes(model, vocabulary, probe, names)
        weights, width = _packed(model, probe)
        self._model, self._probe = model, probe
        self._words = tuple(vocabulary)
        stories = [{"name": name, "text": story} for name, story in STORIES.items() if self._knows(story)]
        if text is None:
            text = stories[0]["text"] if stories else ""
        super().__init__(
            weights=weights, sizes=sizes | {"bytes": width}, vocabulary=list(vocabulary), names=list(names),
            stories=stories, sentences=[sentence for sentence in SENTENCES if self._knows(sentence)], aspect=aspect,
            text=text, t=self._length(text) if t is None else t,
        )  # fmt: skip

    def _split(self, text):
        from gru_lab.probing import words_of

        return words_of(text, self._words)

    def _knows(self, text):
        return not self._split(text)[1]

    def _length(self, text):
        return min(len(self._split(text)[0]), LONGEST)

    @traitlets.validate("t", "aspect")
    def _check_place(self, proposal):
        name, value = proposal["trait"].name, proposal["value"]
        last = self._length(self.text) if name == "t" else len(self.names) - 1
        if not 0 <= value <= last:
            raise traitlets.TraitError(f"{name} is {value}, needs a number between 0 and {last}")
        return value

    @traitlets.observe("text")
    def _keep_t_inside(self, _):
        self.t = min(self.t, self._length(self.text))

    @property
    def readings(self):
        """gru_lab.probing.TextReading of the text, by torch: what the browser shows, computed a second time."""
        from gru_lab.probing import read_words

        every = read_words(self._model, self._words, self._probe, self.text)
        cut = slice(LONGEST + 1)
        return type(every)(every.words[cut], every.unknown, *(values[cut] for values in every[2:]))

    def __repr__(self):
        return f"StoryReader({self._length(self.text)} words)"


def _sizes(model, vocabulary, probe, names):
    """{"V", "D", "H", "K"}, after a look at whether all of it fits together."""
    c = model.configuration
    if c["cell"] not in ("gru", "own_gru"):
        raise ValueError(f"model has the cell {c['cell']!r}, needs a gru or an own_gru: others have no gates r and z")
    V, D, H, K = c["vocabulary_size"], c["embedding_size"], c["hidden_size"], len(names)
    if len(vocabulary) != V:
        raise ValueError(f"vocabulary has {len(vocabulary)} words, the model has {V}")
    if np.shape(probe.weights) != (H, K) or np.shape(probe.bias) != (K,):
        raise ValueError(
            f"probe has weights {np.shape(probe.weights)} and bias {np.shape(probe.bias)}, needs {(H, K)} and {(K,)}: "
            f"{H} units, {K} names"
        )
    return {"V": V, "D": D, "H": H, "K": K}


def _packed(model, probe):
    """(bytes, bytes of a weight). The model's weights in the order in which js/language_model.js takes them apart, then
    the probe's as float32; little end first."""
    tensors = [
        model.embedding.weight,
        model.recurrent.weight_ih_l0, model.recurrent.weight_hh_l0, model.recurrent.bias_ih_l0,
        model.recurrent.bias_hh_l0, model.decoder.weight, model.decoder.bias,
    ]  # fmt: skip
    weights = np.concatenate([tensor.detach().cpu().float().numpy().ravel() for tensor in tensors])
    with np.errstate(over="ignore"):  # what does not fit becomes infinite, and so is not the same
        halves = weights.astype("<f2")
    exact = np.array_equal(halves.astype(np.float32), weights)
    readings = np.concatenate([np.transpose(probe.weights).ravel(), np.ravel(probe.bias)]).astype("<f4")
    return (halves if exact else weights.astype("<f4")).tobytes() + readings.tobytes(), 2 if exact else 4
