"""GRUCellExplorer: one step of a GRU that a reader can touch, and the story that follows every touch."""

import re
from typing import Any

import anywidget
import numpy as np
import traitlets

from gru_lab.cell import GRUParameters, StepTrace, affine, candidate_state, new_state, sigmoid
from gru_lab.conventions import DEFAULT, PYTORCH, Convention
from gru_lab.story import ASPECTS, FEATURES, STORY, Sentence, story_cell
from gru_lab.widgets._assets import script, style_sheet
from gru_lab.widgets._traits import as_convention, as_sentence, as_vector, convention_trait, parameters_trait

WEIGHT = re.compile(r"(W_[rzh]|U_[rzh])\[(\d+),(\d+)\]|(b_(?:r|z|h|Uh))\[(\d+)\]")
LARGEST_SIZE = 32  # units or features that the picture has room for


def _by_sentence(pairs):
    """JSON has text keys only: {"2": [...]} -> {2: [...]}."""
    return {int(t): values for t, values in pairs.items()}


class GRUCellExplorer(anywidget.AnyWidget):
    """The GRU cell as a picture of bars, pipes and valves; the story beneath it follows every change.

    parameters: GRUParameters, a torch.nn.GRU of one layer, or None for the hand-wired story cell. D, H <= 32.
    story: Sentences or (text, x) pairs, x (D,); None for the course's story (or one zero sentence for another D).
    t: the sentence looked at, counted from 0. units, features: H and D names. stage: 1 inputs, 2 reset gate,
    3 candidate, 4 update gate, 5 new state. convention: a Convention, or a pair like ("takes", "before"); None for what
    the parameters are meant for: PYTORCH for a torch.nn.GRU or a second bias b_Uh, the course's DEFAULT for others.
    predict: whether playing the step stops before the new state and asks for a guess.

    What the reader does is in t, convention, x_edits, h_edits ({sentence: values}), weight_edits ({"U_h[0,1]": value}),
    force ({"r": per unit 0, 1 or None, "z": …}) and own_sentences; `GRUCellExplorer(**explorer.state())` restores it.
    The button Reset goes back to what these were when the explorer was made.
    Raises ValueError or traitlets.TraitError, naming the argument, for shapes that do not fit.
    """

    _esm = script("gru_cell_explorer")
    _css = style_sheet("gru_cell_explorer", "story_grid")

    parameters = parameters_trait()
    convention = convention_trait()
    unedited_convention = convention_trait()
    units = traitlets.List(traitlets.Unicode()).tag(sync=True)
    features = traitlets.List(traitlets.Unicode()).tag(sync=True)
    story: traitlets.List[dict] = traitlets.List().tag(sync=True)
    t = traitlets.Int(0).tag(sync=True)
    stage = traitlets.Int(5, min=1, max=5).tag(sync=True)
    predict = traitlets.Bool(True).tag(sync=True)
    selected = traitlets.Dict({"kind": "h_t", "unit": 0}).tag(sync=True)
    x_edits: "traitlets.Dict[Any, list]" = traitlets.Dict().tag(
        sync=True, from_json=lambda pairs, _: _by_sentence(pairs)
    )
    h_edits: "traitlets.Dict[Any, list]" = traitlets.Dict().tag(
        sync=True, from_json=lambda pairs, _: _by_sentence(pairs)
    )
    weight_edits = traitlets.Dict().tag(sync=True)
    force = traitlets.Dict().tag(sync=True)
    own_sentences: traitlets.List[dict] = traitlets.List().tag(sync=True)
    equations = traitlets.Dict().tag(sync=True)
    given = traitlets.List(traitlets.Unicode()).tag(sync=True)
    opened = traitlets.Dict().tag(sync=True)

    def __init__(
        self, parameters=None, story=None, t=0, convention=None, units=None, features=None, stage=5, *,
        unedited_convention=None, **kwargs,
    ):  # fmt: skip
        given = [name for name, value in locals().items() if name in _NAMED and value is not None]
        parameters, own_convention = _as_parameters(story_cell() if parameters is None else parameters)
        convention = own_convention if convention is None else as_convention(convention)
        D, H = parameters.input_size, parameters.hidden_size
        for name, size in (("units", H), ("features", D)):
            if size > LARGEST_SIZE:
                raise ValueError(f"parameters have {size} {name}, the picture has room for {LARGEST_SIZE}")
        if units is None:  # a name is a claim about the weights: only the hand-wired ones have a right to it
            units = ASPECTS if _are_hand_wired(parameters) else [f"unit {i}" for i in range(H)]
        if features is None:
            features = FEATURES if D == 5 else [f"x{i}" for i in range(D)]
        if story is None:
            story = STORY if D == 5 else [Sentence("One step.", (0.0,) * D)]
        super().__init__(
            parameters=parameters.astype(np.float64), units=list(units), features=list(features),
            story=[as_sentence(f"story[{i}]", sentence, D) for i, sentence in enumerate(story)],
            convention=convention,
            unedited_convention=convention if unedited_convention is None else as_convention(unedited_convention),
            t=t, stage=stage, given=given,
            equations={f"{u} {r}": Convention(u, r).equations for u in ("keeps", "takes") for r in ("before", "after")},
            **{"force": {"r": None, "z": None}, **kwargs},
        )  # fmt: skip
        self.opened = {name: getattr(self, name) for name in _RESETS} | {
            "convention": {"update": convention.update, "reset": convention.reset}
        }

    # ---- what may be set ---------------------------------------------------------------------------------------------

    @traitlets.validate("units")
    def _check_units(self, proposal):
        return self._named("units", proposal["value"], self.parameters.hidden_size, "one for each unit, H")

    @traitlets.validate("features")
    def _check_features(self, proposal):
        return self._named("features", proposal["value"], self.parameters.input_size, "one for each column of W_r, D")

    def _named(self, trait, names, size, why):
        if len(names) != size:
            raise traitlets.TraitError(f"{trait} has {len(names)} names, needs {size} ({why})")
        if len(set(names)) != size:
            raise traitlets.TraitError(f"{trait} has a name twice, needs {size} different ones")
        return names

    @traitlets.validate("story")
    def _check_story(self, proposal):
        if not proposal["value"]:
            raise traitlets.TraitError("story is empty, needs at least one sentence")
        return [as_sentence(f"story[{i}]", s, self.parameters.input_size) for i, s in enumerate(proposal["value"])]

    @traitlets.validate("own_sentences")
    def _check_own(self, proposal):
        return [
            as_sentence(f"own_sentences[{i}]", s, self.parameters.input_size) for i, s in enumerate(proposal["value"])
        ]

    @traitlets.validate("t")
    def _check_t(self, proposal):
        last = len(self.story) + len(self.own_sentences) - 1
        if not 0 <= proposal["value"] <= max(last, 0):
            raise traitlets.TraitError(f"t is {proposal['value']}, needs a sentence between 0 and {last}")
        return proposal["value"]

    @traitlets.validate("x_edits", "h_edits")
    def _check_edits(self, proposal):
        name = proposal["trait"].name
        size = self.parameters.input_size if name == "x_edits" else self.parameters.hidden_size
        return {t: as_vector(f"{name}[{t}]", values, size) for t, values in _by_sentence(proposal["value"]).items()}

    @traitlets.validate("weight_edits")
    def _check_weight_edits(self, proposal):
        for key, value in proposal["value"].items():
            _put(self.parameters.arrays(), key, value)
        return proposal["value"]

    @traitlets.validate("force")
    def _check_force(self, proposal):
        H = self.parameters.hidden_size
        wrong = set(proposal["value"]) - {"r", "z"}
        if wrong:
            raise traitlets.TraitError(f'force has {sorted(wrong)[0]!r}, needs only "r" and "z"')
        result: dict[str, list | None] = {"r": None, "z": None}
        for gate, values in proposal["value"].items():
            if values is None:
                continue
            if not isinstance(values, list | tuple):  # one number holds every unit
                values = [values] * H
            if len(values) != H or any(v is not None and not 0 <= v <= 1 for v in values):
                raise traitlets.TraitError(f'force["{gate}"] needs {H} entries, each None or between 0 and 1')
            result[gate] = list(values)
        return result

    @traitlets.validate("selected")
    def _check_selected(self, proposal):
        kinds = ("r", "z", "candidate", "h_t")
        value = proposal["value"]
        if value.get("kind") not in kinds or not 0 <= value.get("unit", -1) < self.parameters.hidden_size:
            raise traitlets.TraitError(f"selected is {value}, needs a kind of {kinds} and a unit below H")
        return value

    # ---- what Python can read ----------------------------------------------------------------------------------------

    @property
    def current_parameters(self):
        """The GRUParameters with the reader's weight edits in them."""
        arrays = {name: array.copy() for name, array in self.parameters.arrays().items()}
        for key, value in self.weight_edits.items():
            _put(arrays, key, value)
        return GRUParameters(**arrays)

    @property
    def sentences(self):
        """The story as it is read now: a list of Sentence(text, x), edits and own sentences included."""
        story = [Sentence(s["text"], tuple(self.x_edits.get(t, s["x"]))) for t, s in enumerate(self.story)]
        return story + [Sentence(s["text"], tuple(s["x"])) for s in self.own_sentences]

    @property
    def x(self):
        """The input at sentence t, (D,)."""
        return np.array(self.sentences[self.t].x)

    @property
    def h(self):
        """The state *before* sentence t, (H,): what h means in gru_step(x, h, parameters)."""
        return self._run()[self.t][0]

    def trace(self, t=None):
        """StepTrace of sentence t (of the one looked at, for None), computed by NumPy with forced gates held."""
        return self._run()[self.t if t is None else t][1]

    def traces(self):
        """StepTraces of the whole story, one a sentence."""
        return [trace for _, trace in self._run()]

    def _run(self):
        parameters, h, steps = self.current_parameters, np.zeros(self.parameters.hidden_size), []
        for t, sentence in enumerate(self.sentences):
            h = np.array(self.h_edits.get(t, h), dtype=np.float64)
            trace = forced_step(np.array(sentence.x), h, parameters, self.convention, self.force)
            steps.append((h, trace))
            h = trace.h
        return steps

    def state(self):
        """Keyword arguments that make this explorer again: `GRUCellExplorer(**explorer.state())`."""
        story = [Sentence(s["text"], tuple(s["x"])) for s in self.story]
        return {"parameters": self.parameters, "story": story} | {name: getattr(self, name) for name in _STATE}

    def __repr__(self):
        H, D, T = self.parameters.hidden_size, self.parameters.input_size, len(self.story)
        return f"GRUCellExplorer(H={H}, D={D}, {T} sentence{'s' if T != 1 else ''})"


_STATE = (
    "t", "convention", "unedited_convention", "units", "features", "stage", "predict", "selected",
    "x_edits", "h_edits", "weight_edits", "force", "own_sentences",
)  # fmt: skip
_RESETS = ("x_edits", "h_edits", "weight_edits", "force", "own_sentences")  # besides the convention
_NAMED = ("parameters", "story", "units", "features")  # what a snippet cannot write down by itself


def forced_step(x, h, parameters, convention, force):
    """`trace_step` with gate values held: force {"r": per unit a number or None, "z": …}; None for a free gate."""
    p = parameters

    def held(gate, forced):
        return (
            gate
            if forced is None
            else np.array([g if f is None else float(f) for g, f in zip(gate, forced, strict=True)])
        )

    a_r = affine(x, h, p.W_r, p.U_r, p.b_r)
    r = held(sigmoid(a_r), force.get("r"))
    a_z = affine(x, h, p.W_z, p.U_z, p.b_z)
    z = held(sigmoid(a_z), force.get("z"))
    if convention.reset == "before":
        reset_memory = r * h
        a_candidate = affine(x, reset_memory, p.W_h, p.U_h, p.b_h)
    else:
        reset_memory = r * (h @ p.U_h.T + (0 if p.b_Uh is None else p.b_Uh))
        a_candidate = x @ p.W_h.T + reset_memory + p.b_h
    candidate = candidate_state(x, h, r, p.W_h, p.U_h, p.b_h, p.b_Uh, convention)
    return StepTrace(a_r, r, a_z, z, reset_memory, a_candidate, candidate, new_state(h, candidate, z, convention))


def _as_parameters(given):
    """-> (GRUParameters, the Convention they are meant for)."""
    if isinstance(given, GRUParameters):
        return given, DEFAULT if given.b_Uh is None or not given.b_Uh.any() else PYTORCH
    if hasattr(given, "weight_ih_l0"):  # a torch.nn.GRU, known by its weights so that torch need not be imported
        from gru_lab import interop

        return interop.from_pytorch(given.state_dict()), PYTORCH
    raise TypeError(f"parameters is a {type(given).__name__}, needs GRUParameters or a torch.nn.GRU")


def _are_hand_wired(parameters):
    theirs, ours = parameters.arrays(), story_cell().arrays()
    return theirs.keys() == ours.keys() and all(np.array_equal(theirs[name], ours[name]) for name in ours)


def _put(arrays, key, value):
    """Write one weight edit into copies of the arrays; raises TraitError for a place that is not there."""
    match = WEIGHT.fullmatch(key)
    name, *numbers = [part for part in match.groups() if part is not None] if match else [key]
    place = tuple(int(i) for i in numbers)
    if name not in arrays or any(i >= size for i, size in zip(place, arrays[name].shape, strict=True)):
        raise traitlets.TraitError(
            f"weight_edits has the key {key!r}, needs a place like 'U_h[0,1]' or 'b_z[2]' that is there"
        )
    if not np.isfinite(value):
        raise traitlets.TraitError(f"weight_edits[{key!r}] is {value}, needs a finite number")
    arrays[name] = arrays[name].copy()
    arrays[name][place] = value
