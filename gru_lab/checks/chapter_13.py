"""Chapter 13, the new state: the blend, its corners, and PyTorch's packed weights."""

import numpy as np

from gru_lab.cell import new_state
from gru_lab.checks.common import draw
from gru_lab.checks.question import Case, Code, Prediction, Value, Wrong
from gru_lab.conventions import CHUNG_2014

OLD_POWER, CANDIDATE_POWER, Z_POWER = 0.0, 0.92, 0.02

PREDICT_HER_POWER = Prediction(
    id="13.1",
    name="predict_her_power",
    title="The same weights, z turned round",
    objective="13a",
    points=1,
    minutes=2,
    difficulty=2,
    asks="z takes. The old Power is 0, the candidate 0.92, and z = 0.02. What is the new Power?",
    answer=float(new_state(OLD_POWER, CANDIDATE_POWER, Z_POWER, CHUNG_2014)),
    within=0.005,
    between=(0, 1),
    near=0.05,
    kind="a number between 0 and 1",
    because="z takes: 0.98 · 0 + 0.02 · 0.92. Two hundredths of the candidate, and the king is not written down.",
    wrong=(
        Wrong("z keeps", "0.90 is yours, where z keeps: 0.02 · 0 + 0.98 · 0.92. She has z and 1 − z change places.",
              float(new_state(OLD_POWER, CANDIDATE_POWER, Z_POWER))),
        Wrong("candidate", "0.92 is the whole candidate: that would need z = 1 in her program.", CANDIDATE_POWER),
        Wrong("old state", "0 is the old Power. Nearly: but z = 0.02 takes a little of the candidate.", OLD_POWER),
        Wrong("1 − z", "0.98 is a share. A gate's value is a share of the state, not the state.", 1 - Z_POWER),
        Wrong("equal blend", "0.46 is an equal blend: that would need z = 0.5.", (OLD_POWER + CANDIDATE_POWER) / 2),
    ),
    hints=(
        "In her program z is the candidate's share.",
        "The old value gets what is left: 1 − z = 0.98 of 0.",
        "0.98 · 0 + 0.02 · 0.92.",
    ),
)  # fmt: skip

PREDICT_HIDDEN_MEMORY = Prediction(
    id="13.5",
    name="predict_hidden_memory",
    title="r at 0, z at a half",
    objective="13c",
    points=1,
    minutes=2,
    difficulty=2,
    asks="One unit: h = 0.8, W_h x + b_h = 0, U_h = 1, r = 0, z = 0.5. What is h_t?",
    answer=float(new_state(0.8, np.tanh(0.0 * 0.8), 0.5)),
    within=0.005,
    between=(-1, 1),
    near=0.05,
    because="r = 0 hides the memory from the candidate, which is tanh(0) = 0. z still carries half of h on: 0.5 · 0.8.",
    wrong=(
        Wrong(
            "r = 0 erases",
            "0 would be true if r = 0 erased the memory. It hides it from the candidate only; z still carries it on.",
            0.0,
        ),
        Wrong("nothing changes", "0.8 would need z = 1. Half of the blend is the candidate, and that is 0.", 0.8),
        Wrong(
            "reset ignored",
            "0.73 lets the candidate see h: 0.5 · 0.8 + 0.5 · tanh(0.8). With r = 0 it sees nothing.",
            float(new_state(0.8, np.tanh(0.8), 0.5)),
            lambda value: abs(value - 0.732) < 0.006,
        ),
        Wrong("z itself", "0.5 is the gate's value. A gate is a share of the state, not the state.", 0.5),
        Wrong("halved twice", "0.2 halves the old state twice. Only z acts on it in the blend.", 0.2),
    ),
    hints=(
        "Compute the candidate first.",
        "With r = 0 the candidate sees no memory: tanh(0 + 1 · 0).",
        "Then blend: half of 0.8 and half of the candidate.",
    ),
)


def blend_cases(rng):
    article = {"h": np.array([0.5, 0.6, 0.7, 0.1]), "candidate": np.array([0.8, 0.4, 0.5, 0.3]), "z": np.full(4, 0.5)}
    each = draw(rng, h=(3,), candidate=(3,))
    cases = [
        Case(
            "hand",
            {"h": np.array([0.8]), "candidate": np.array([0.4]), "z": np.array([0.75])},
            "when z = 3/4",
            expected=[0.7],
        ),
        Case("hand", article, "for the article's numbers, an equal blend", expected=[0.65, 0.5, 0.6, 0.2]),
        Case("property", each | {"z": np.ones(3)}, "when z is 1 everywhere: the old state stays"),
        Case("property", each | {"z": np.zeros(3)}, "when z is 0 everywhere: the candidate takes over"),
    ]
    for shape in ((4, 3), (2, 5)):
        inputs = draw(rng, h=shape, candidate=shape) | {"z": rng.uniform(0, 1, shape).round(2)}
        cases.append(Case("random", inputs, f"for a batch of {shape[0]}"))
    return cases


def blend_by_loops(h, candidate, z):
    new = np.empty(h.shape, dtype=np.float32)
    for where in np.ndindex(*h.shape):
        new[where] = z[where] * h[where] + (1 - z[where]) * candidate[where]
    return new


def blend_in_place_on_a_copy(h, candidate, z):
    new = h - candidate
    new *= z
    new += candidate
    return new


NEW_STATE = Code(
    id="13.2",
    name="new_state",
    title="The new state",
    objective="13b",
    points=2,
    minutes=5,
    difficulty=2,
    arguments=("h", "candidate", "z"),
    shapes="new_state(h, candidate, z): all (…, H) -> (…, H)",
    practice=True,
    reference=lambda h, candidate, z: new_state(h, candidate, z),
    cases=blend_cases,
    between=(-1.5, 1.5),
    wrong=(
        Wrong(
            "z takes",
            "This is z takes; this course uses z keeps: z goes with the old h, 1 - z with the candidate.",
            lambda h, candidate, z: new_state(h, candidate, z, CHUNG_2014),
        ),
        Wrong(
            "weights do not add to 1",
            "Both have the weight z. The candidate gets what the old state leaves: 1 - z.",
            lambda h, candidate, z: z * h + z * candidate,
        ),
        Wrong(
            "candidate unweighted",
            "The candidate is added whole; its share is 1 - z.",
            lambda h, candidate, z: z * h + candidate,
        ),
        Wrong(
            "old state unweighted",
            "The old state is added whole; its share is z.",
            lambda h, candidate, z: h + (1 - z) * candidate,
        ),
        Wrong("equal blend", "z is not used: this is the plain average.", lambda h, candidate, z: (h + candidate) / 2),
        Wrong(
            "candidate left out", "The candidate's part is missing: (1 - z) * candidate.", lambda h, candidate, z: z * h
        ),
        Wrong(
            "tanh again",
            "There is one tanh too many: the candidate has been through it already, the blend has none.",
            lambda h, candidate, z: np.tanh(z * h + (1 - z) * candidate),
        ),
        Wrong(
            "matrix product",
            "You used a matrix product where * is needed: each unit is blended on its own.",
            lambda h, candidate, z: z @ h + (1 - z) @ candidate,
        ),
    ),
    right=(
        lambda h, candidate, z: candidate + z * (h - candidate),
        blend_by_loops,
        blend_in_place_on_a_copy,
        lambda h, candidate, z: (h * z + candidate - candidate * z).tolist(),
    ),
    hints=(
        "A blend of two things: the two shares add to 1, in each unit.",
        "z keeps: z is the share of the old h. What share is left for the candidate?",
        "z * h + (1 - z) * candidate, number by number.",
    ),
)


# ---------------------------------------------------------------------------------------------- the corner table

CORNERS = ((0, 0), (0, 1), (1, 0), (1, 1))
WORDS = ("old", "both", "input")
TABLE = {(0, 0): "input", (1, 0): "both", (0, 1): "old", (1, 1): "old"}


def tidy_corners(value):
    if not isinstance(value, dict):
        raise ValueError("This needs a dict with the four corners (r, z) as keys.")
    table = {tuple(int(number) for number in key): word for key, word in value.items()}
    missing = [corner for corner in CORNERS if corner not in table]
    if missing:
        raise ValueError(f"The corner (r, z) = {missing[0]} is missing.")
    if any(table[corner] is None for corner in CORNERS):
        raise NotImplementedError
    words = {corner: str(table[corner]).strip().lower() for corner in CORNERS}
    unknown = [word for word in words.values() if word not in WORDS]
    if unknown:
        raise ValueError(f'"{unknown[0][:20]}" is none of the three words: "old", "both", "input".')
    return words


def corners(*words):
    """A table from its words at (r, z) = (0, 0), (0, 1), (1, 0), (1, 1)."""
    return dict(zip(CORNERS, words, strict=True))


CORNER_TABLE = Value(
    id="13.3",
    name="corner_table",
    title="What is left of the memory in the four corners?",
    objective="13c",
    points=2,
    minutes=5,
    difficulty=3,
    form='a dict {(r, z): word}: "old" (h stays), "both" (candidate from x and h) or "input" (candidate from x alone)',
    tidy=tidy_corners,
    accepts=lambda table: table == TABLE,
    praise=lambda table: "At z = 1 the old state stays whatever r says; r matters only where the candidate is let in.",
    wrong=(
        Wrong(
            "z takes",
            "This is z takes: you let the candidate in at z = 1. This course uses z keeps.",
            corners("old", "input", "old", "both"),
        ),
        Wrong(
            "r the other way round",
            "r the other way round: r = 1 shows the memory to the candidate, r = 0 hides it.",
            corners("both", "old", "input", "old"),
        ),
        Wrong(
            "both the other way round",
            "Both gates the other way round: z = 1 keeps h, and r = 0 hides it from the candidate.",
            corners("old", "both", "old", "input"),
        ),
        Wrong(
            "r and z swapped",
            "r and z have changed places: the key is (r, z). z = 1 keeps, whatever r is.",
            corners("input", "both", "old", "old"),
        ),
        Wrong(
            "r = 0 erases",
            "At (0, 1) the old state stays: r = 0 hides it from the candidate, and z = 1 lets no candidate in.",
            corners("input", "input", "both", "old"),
            lambda table: table[0, 1] == "input",
        ),
        Wrong(
            "r without effect",
            "At z = 0 the candidate is all there is, and r decides whether it has seen h.",
            corners("both", "old", "both", "old"),
            lambda table: table[0, 0] == table[1, 0],
        ),
        Wrong(
            "z = 1 does not keep",
            "At z = 1 the share of the candidate is 1 - z = 0: whatever it holds, the old state stays.",
            corners("input", "old", "both", "both"),
            lambda table: table[1, 1] != "old" or table[0, 1] != "old",
        ),
    ),
    right=(
        TABLE,
        {key: word.upper() for key, word in TABLE.items()},
        {f"{r}{z}": word for (r, z), word in TABLE.items()},
    ),
    hints=(
        "Start with z: is the candidate let in at all?",
        "At z = 1 nothing of the candidate arrives. At z = 0 only the candidate does.",
        "At z = 0: with r = 1 the candidate has seen x and h, with r = 0 only x.",
    ),
)


# ---------------------------------------------------------------------------------------------- from PyTorch


def update_gate_from_torch(weight_ih, weight_hh, bias_ih, bias_hh):
    return packed(1)(weight_ih, weight_hh, bias_ih, bias_hh)


def packed(block, biases=(1, 1), turn=False):
    """Block number `block` of the three, with chosen biases, for wrong answers too."""

    def take(weight_ih, weight_hh, bias_ih, bias_hh):
        H = len(bias_ih) // 3
        rows = slice(block * H, (block + 1) * H)
        W, U = weight_ih[rows], weight_hh[rows]
        b = biases[0] * bias_ih[rows] + biases[1] * bias_hh[rows]
        return (W.T, U.T, b) if turn else (W, U, b)

    return take


def rows_to_gate(H, weight_ih, weight_hh, bias_ih, bias_hh):
    """Rows H to 2H, for an H that may be wrong."""
    return weight_ih[H : 2 * H], weight_hh[H : 2 * H], (bias_ih + bias_hh)[H : 2 * H]


def columns_to_gate(weight_ih, weight_hh, bias_ih, bias_hh):
    """Columns H to 2H, as in Keras."""
    columns = slice(len(bias_ih) // 3, 2 * (len(bias_ih) // 3))
    return weight_ih[:, columns], weight_hh[:, columns], (bias_ih + bias_hh)[columns]


def torch_cases(rng):
    H, D = 1, 2
    hand = {
        "weight_ih": np.arange(6.0).reshape(3 * H, D),
        "weight_hh": np.array([[7.0], [8.0], [9.0]]),
        "bias_ih": np.array([0.1, 0.2, 0.3]),
        "bias_hh": np.array([10.0, 20.0, 30.0]),
    }
    cases = [Case("hand", hand, "with H = 1 and D = 2", expected=([[2.0, 3.0]], [[8.0]], [20.2]))]
    for D, H in ((3, 2), (2, 4)):
        inputs = draw(rng, weight_ih=(3 * H, D), weight_hh=(3 * H, H), bias_ih=(3 * H,), bias_hh=(3 * H,))
        cases.append(Case("random", inputs, f"with H = {H} and D = {D}"))
    return cases


UPDATE_GATE_FROM_TORCH = Code(
    id="13.4",
    name="update_gate_from_torch",
    title="Unpack PyTorch's update gate",
    objective="13d",
    points=3,
    minutes=10,
    difficulty=3,
    arguments=("weight_ih", "weight_hh", "bias_ih", "bias_hh"),
    shapes="update_gate_from_torch(weight_ih, weight_hh, bias_ih, bias_hh): (3H, D), (3H, H), (3H,), (3H,) "
    "-> W_z (H, D), U_z (H, H), b_z (H,)",
    reference=update_gate_from_torch,
    returns=("W_z", "U_z", "b_z"),
    cases=torch_cases,
    wrong=(
        Wrong(
            "reset gate's block",
            "These are the first H rows, the reset gate's (Keras and ONNX put z there). PyTorch packs r, z, n.",
            packed(0),
        ),
        Wrong("candidate's block", "These are the last H rows, the candidate's. PyTorch packs r, z, n.", packed(2)),
        Wrong(
            "bias_hh left out",
            "b_z needs both of PyTorch's biases: they are added inside the same σ.",
            packed(1, (1, 0)),
        ),
        Wrong(
            "bias_ih left out",
            "b_z needs both of PyTorch's biases: they are added inside the same σ.",
            packed(1, (0, 1)),
        ),
        Wrong(
            "transposed",
            "PyTorch's blocks already have this course's shapes, (H, D) and (H, H): leave out the transposition.",
            packed(1, turn=True),
        ),
        Wrong(
            "negated",
            "You negated the weights, as from z takes. PyTorch is z keeps, like this course: copy them as they are.",
            lambda *packed_weights: tuple(-array for array in packed(1)(*packed_weights)),
        ),
        Wrong(
            "rows 4 to 8",
            "4 was the story cell's H. Take H from the arrays: a third of their rows.",
            lambda *packed_weights: rows_to_gate(4, *packed_weights),
        ),
        Wrong(
            "D for H",
            "weight_ih.shape[1] is D. H is a third of the rows: len(bias_ih) // 3.",
            lambda *packed_weights: rows_to_gate(packed_weights[0].shape[1], *packed_weights),
        ),
        Wrong(
            "all rows for H",
            "You took all the rows there are, 3H, for H. H is a third of them.",
            lambda *packed_weights: rows_to_gate(len(packed_weights[2]), *packed_weights),
        ),
        Wrong(
            "columns",
            "You cut out columns. PyTorch stacks the blocks as rows: weight_ih[H : 2 * H].",
            columns_to_gate,
        ),
        Wrong(
            "every third row",
            "The rows are not shuffled one by one: each gate has H rows in one block.",
            lambda weight_ih, weight_hh, bias_ih, bias_hh: (
                weight_ih[1::3],
                weight_hh[1::3],
                bias_ih[1::3] + bias_hh[1::3],
            ),
        ),
    ),
    right=(
        lambda weight_ih, weight_hh, bias_ih, bias_hh: tuple(
            np.split(array, 3)[1] for array in (weight_ih, weight_hh, bias_ih + bias_hh)
        ),
        lambda weight_ih, weight_hh, bias_ih, bias_hh: [
            np.asarray(array, np.float32).reshape(3, len(weight_ih) // 3, -1)[1].squeeze(axis=-1)
            if array.ndim == 1
            else np.asarray(array, np.float32).reshape(3, len(weight_ih) // 3, -1)[1]
            for array in (weight_ih, weight_hh, bias_ih + bias_hh)
        ],
        lambda weight_ih, weight_hh, bias_ih, bias_hh: {
            "W_z": weight_ih[len(weight_hh[0]) : 2 * len(weight_hh[0])].tolist(),
            "U_z": weight_hh[len(weight_hh[0]) : 2 * len(weight_hh[0])].tolist(),
            "b_z": [a + b for a, b in zip(bias_ih, bias_hh, strict=True)][len(weight_hh[0]) : 2 * len(weight_hh[0])],
        },
    ),
    praise="The middle block of H rows, and both biases.",
    hints=(
        "H is a third of the rows: H = len(bias_ih) // 3.",
        "PyTorch stacks the gates in the order r, z, n. Which rows are z's?",
        "Rows H to 2H of each weight; and b_z is the sum of the two biases' numbers H to 2H.",
    ),
)

QUESTIONS = (PREDICT_HER_POWER, NEW_STATE, CORNER_TABLE, UPDATE_GATE_FROM_TORCH, PREDICT_HIDDEN_MEMORY)
