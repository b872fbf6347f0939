"""Exercises on components: one matrix for a whole layer, a count with a bug in it, and a dense output set by hand."""

import itertools

import numpy as np

from gru_lab.cell import sigmoid
from gru_lab.checks.common import draw, numbers
from gru_lab.checks.question import Case, Code, Value, Wrong
from gru_lab.checks.sizes import sizes

# ---------------------------------------------------------------------------------------------- one matrix


def in_one_matrix(W, U, b):
    return np.hstack([U, W, b[:, np.newaxis]])


def matrix_cases(rng):
    hand = {"W": np.array([[5.0], [6.0]]), "U": np.array([[1.0, 2.0], [3.0, 4.0]]), "b": np.array([0.7, 0.8])}
    cases = [Case("hand", hand, "when D = 1 and H = 2", expected=[[1, 2, 5, 0.7], [3, 4, 6, 0.8]])]
    no_bias = draw(rng, W=(3, 2), U=(3, 3)) | {"b": np.zeros(3)}
    cases.append(Case("property", no_bias, "when every bias is 0"))
    for D, H in sizes(rng, (3, 2), (2, 4)):
        cases.append(Case("random", draw(rng, W=(H, D), U=(H, H), b=(H,)), f"when D = {D} and H = {H}"))
    return cases


def matrix_by_loops(W, U, b):
    rows = []
    for i in range(len(b)):
        rows.append([*U[i], *W[i], b[i]])
    return rows


def matrix_by_slices(W, U, b):
    H, D = W.shape
    whole = np.empty((H, H + D + 1), dtype=np.float32)
    whole[:, :H], whole[:, H:-1], whole[:, -1] = U, W, b
    return whole


MATRIX = Code(
    id="3.6",
    name="in_one_matrix",
    title="The whole layer in one matrix",
    objective="3d",
    points=2,
    minutes=8,
    difficulty=3,
    arguments=("W", "U", "b"),
    shapes="in_one_matrix(W, U, b): W (H, D), U (H, H), b (H,) -> (H, H + D + 1)",
    reference=in_one_matrix,
    cases=matrix_cases,
    wrong=(
        Wrong(
            "W first",
            "W stands before U, but the vector is [h; x; 1]: its first H numbers are h, and they meet U.",
            lambda W, U, b: np.hstack([W, U, b[:, np.newaxis]]),
        ),
        Wrong(
            "bias first",
            "The bias stands before the others. The 1 is the last number of the vector, so b is the last column.",
            lambda W, U, b: np.hstack([b[:, np.newaxis], U, W]),
        ),
        Wrong(
            "bias left out",
            "The bias has no column. What weight must the last number, the 1, have in each row?",
            lambda W, U, b: np.hstack([U, W]),
        ),
        Wrong(
            "bias in every column",
            "b is added to the weights. Then it is multiplied by h and x; it should be multiplied by 1.",
            lambda W, U, b: np.hstack([U, W]) + b[:, np.newaxis],
        ),
        Wrong(
            "ones in the matrix",
            "The last column is all 1. The 1 stands in the vector already; its weight is b.",
            lambda W, U, b: np.hstack([U, W, np.ones((len(b), 1))]),
        ),
        Wrong(
            "turned",
            "The matrix is transposed. It has a row for each unit: (H, H + D + 1).",
            lambda W, U, b: in_one_matrix(W, U, b).T,
        ),
        Wrong("U turned", "U is transposed. Its rows stay rows.", lambda W, U, b: in_one_matrix(W, U.T, b)),
        Wrong("bias subtracted", "The bias has a minus: 1 times the last column should add b.",
              lambda W, U, b: in_one_matrix(W, U, -b)),
        Wrong("bias between", "The bias stands between the two. The 1 is the last number of the vector, so b is last.",
              lambda W, U, b: np.hstack([U, b[:, np.newaxis], W])),
        Wrong("order turned round", "The order is turned round. The vector is h, then x, then 1: so U, W, b.",
              lambda W, U, b: np.hstack([b[:, np.newaxis], W, U])),
        Wrong("bias on a diagonal", "b is spread over a diagonal, and there is one 1. Its weights are one column.",
              lambda W, U, b: np.hstack([U, W, np.diag(b)])),
        Wrong("one bias for all", "The last column holds one number. Each unit has a bias of its own.",
              lambda W, U, b: np.hstack([U, W, np.full((len(b), 1), b.mean())])),
        Wrong("b is no column", "b has the shape (H,), and np.hstack needs a column, (H, 1): b[:, np.newaxis].",
              lambda W, U, b: np.hstack([U, W, b])),
        Wrong("b as a row", "b lies in a row, (1, H). Beside the matrices it is a column, (H, 1): b[:, np.newaxis].",
              lambda W, U, b: np.hstack([U, W, b[np.newaxis]])),
        Wrong("one below the other", "The parts are put one below the other. They stand side by side: np.hstack.",
              lambda W, U, b: np.vstack([U, W, b])),
    ),
    right=(
        matrix_by_loops,
        matrix_by_slices,
        lambda W, U, b: np.column_stack([U, W, b]),
        lambda W, U, b: np.vstack([U.T, W.T, b]).T,
    ),
    praise="A bias is a weight on a number that is always 1.",
    hints=(
        "Each row makes one output: a weight for each number of [h; x; 1], in that order.",
        "The first H columns are U, the next D are W. What must the 1 be multiplied by?",
        "np.hstack([U, W, …]) with b as a column of shape (H, 1): b[:, np.newaxis].",
    ),
)  # fmt: skip


# ---------------------------------------------------------------------------------------------- a bug to find


def stacked_count(D, H, layers, biases):
    total, size = 0, D
    for _ in range(layers):
        total += 3 * (H * size + H * H + biases * H)
        size = H
    return total


def counted(reads=lambda D, H, layer: H if layer else D, blocks=3, biases=lambda given, layer: given, more=0):
    """The count with one thing changed. reads(D, H, layer): the numbers that enter a layer, the first being 0."""

    def count(D, H, layers, given):
        return sum(
            blocks * (H * reads(D, H, layer) + H * H + biases(given, layer) * H) for layer in range(layers + more)
        )

    return count


def count_cases(rng):
    first = {"D": 5, "H": 4, "layers": 1, "biases": 1}
    second = {"D": 16, "H": 32, "layers": 2, "biases": 1}
    equal = {"D": 4, "H": 4, "layers": 3, "biases": 2}

    def inputs(layers, biases):
        sizes = {"D": int(rng.integers(21, 40)), "H": int(rng.integers(6, 20))}
        return sizes | {"layers": layers, "biases": biases}

    return [
        Case("hand", first, "for one layer, the story's", expected=120),
        Case("hand", second, "for two layers: 4,704 and 6,240", expected=10_944),
        Case("property", equal, "when D = H, so that all layers are alike"),
        Case("random", inputs(2, 2)),
        Case("random", inputs(4, 1)),
    ]


COUNT = Code(
    id="3.7",
    name="stacked_count",
    title="A count that is too small",
    objective="3e",
    points=2,
    minutes=8,
    difficulty=3,
    arguments=("D", "H", "layers", "biases"),
    shapes="stacked_count(D, H, layers, biases): four whole numbers -> a whole number (biases: vectors in each block)",
    reference=stacked_count,
    cases=count_cases,
    in_library=("gru_lab.measuring.counts.parameter_count",),
    wrong=(
        Wrong(
            "as it was",
            "The bug is still there: every layer is counted as if it read x. Only the first one does.",
            counted(reads=lambda D, H, layer: D),
        ),
        Wrong(
            "the first layer too",
            "Now every layer reads H numbers. The first one reads x, and x has D.",
            counted(reads=lambda D, H, layer: H),
        ),
        Wrong(
            "x everywhere as well",
            "Here the upper layers read x and the layer below. In a plain stack they read the layer below alone.",
            counted(reads=lambda D, H, layer: D + H if layer else D),
        ),
        Wrong(
            "all the layers below",
            "Here a layer reads all the layers below it. In a plain stack it reads the one below, H numbers.",
            counted(reads=lambda D, H, layer: layer * H if layer else D),
        ),
        Wrong("one layer", "This is the first layer alone.",
              lambda D, H, layers, biases: stacked_count(D, H, 1, biases)),
        Wrong(
            "one bias vector",
            "One bias vector in each block is counted, whatever `biases` says. PyTorch keeps two.",
            counted(biases=lambda given, layer: 1),
        ),
        Wrong(
            "biases once",
            "Only the first layer has its biases. Every layer has its own.",
            counted(biases=lambda given, layer: 0 if layer else given),
        ),
        Wrong("LSTM", "This is a stack of LSTMs: four blocks. A GRU has three.", counted(blocks=4)),
        Wrong("one layer too many", "There is one layer too many. The first one counts as a layer.", counted(more=1)),
    ),
    right=(
        counted(),
        lambda D, H, layers, biases: 3 * H * (D + (2 * layers - 1) * H + layers * biases),
        lambda D, H, layers, biases: float(
            3 * (H * D + H * H + biases * H) + (layers - 1) * 3 * (2 * H * H + biases * H)
        ),
    ),
    praise="The first layer reads D numbers, each other one the H numbers of the layer below.",
    hints=(
        "For one layer the count is right. What does the second layer read?",
        "A layer hands on its state, H numbers. The layer above reads that in place of x.",
        "The first layer has 3 (H·D + H·H + biases·H), each other one 3 (H·H + H·H + biases·H).",
    ),
)  # fmt: skip


# ---------------------------------------------------------------------------------------------- set by hand

MEMORIES = tuple(itertools.product((0, 1), repeat=4))  # Power, Conflict, Tragedy, Revenge


def sums(row):
    """(the sums where Conflict and Tragedy are both 1, all other sums)."""
    both = [np.dot(row[:4], memory) + row[4] for memory in MEMORIES if memory[1] and memory[2]]
    return both, [np.dot(row[:4], memory) + row[4] for memory in MEMORIES if not (memory[1] and memory[2])]


HIGH = float(np.log(0.95 / 0.05))  # σ(HIGH) = 0.95 and σ(-HIGH) = 0.05


def tells_both(row):
    both, others = sums(row)
    return min(both) > HIGH and max(others) < -HIGH


def tells_either(row):
    return row[4] < -HIGH and min(row[1], row[2]) + row[4] > HIGH


AND = Value(
    id="3.8",
    name="row_for_both",
    title="A row of weights, set by hand",
    objective="3b",
    points=2,
    minutes=8,
    difficulty=3,
    form="a list of five numbers",
    tidy=numbers((5,), "Five numbers are asked for: four weights, then the bias."),
    accepts=tells_both,
    wrong=(
        Wrong("turned round", "This is low where it should be high: change the sign of every number.",
              [0, -8, -8, 0, 12], lambda row: tells_both([-number for number in row])),
        Wrong("others are heard", "Power and Revenge should make no difference. Which weight does that?",
              [8, 8, 8, 8, -12], lambda row: max(abs(row[0]), abs(row[3])) > 0.5),
        Wrong("no bias", "With the bias 0 an empty memory gives σ(0) = 0.5. The bias has to pull it down.",
              [0, 8, 8, 0, 0], lambda row: row[4] == 0),
        Wrong("always high", "This is high for every memory. The bias should be negative.", [0, 8, 8, 0, 12],
              lambda row: min(map(min, sums(row))) > HIGH),
        Wrong("always low", "This is low for every memory: the bias is stronger than both weights together.",
              [0, 8, 8, 0, -20], lambda row: max(map(max, sums(row))) < -HIGH),
        Wrong("one is enough", "One of the two is enough here. A more negative bias asks for both.", [0, 8, 8, 0, -4],
              tells_either),
        Wrong("too timid", "The right sides of one half, but too near to it. Multiply all five: sums beyond 3 and -3.",
              [0, 1, 1, 0, -1.5], lambda row: min(sums(row)[0]) > 0 > max(sums(row)[1])),
    ),
    right=([0, 8, 8, 0, -12], np.array([0.0, 8, 9, 0.1, -12.3]), (0, 20, 20, 0, -30)),
    praise=lambda row: f"{sigmoid(min(sums(row)[0])):.2f} or more with both, "
                       f"{sigmoid(max(sums(row)[1])):.2f} or less without.",
    hints=(
        "σ is above 0.95 where the sum is above 3, and below 0.05 where it is below -3.",
        "Power and Revenge get the weight 0. Give the other two the same weight w. Three sums count: b, w + b, 2w + b.",
        "w + b < -3 and 2w + b > 3: with w = 8 the bias lies between -13 and -11.",
    ),
)  # fmt: skip

QUESTIONS = (MATRIX, COUNT, AND)
