"""Chapter 03, components: the pointwise operations, the dense layer, and how many numbers there are to learn."""

import numpy as np

from gru_lab.cell import GRUParameters, sigmoid
from gru_lab.checks.common import draw
from gru_lab.checks.diagnosis import CARET
from gru_lab.checks.question import Case, Choice, Code, Option, Prediction, Wrong


def one_block(D, H):
    return H * D + H * H + H


PREDICT_COUNT = Prediction(
    id="3.1",
    name="predict_count",
    title="How many numbers are there to learn?",
    objective="3c",
    points=1,
    minutes=1,
    difficulty=2,
    asks="How many parameters has a GRU with D = 4 inputs and H = 4 units, with one bias vector in each block?",
    answer=GRUParameters.random(4, 4).count,
    within=0.5,
    between=(1, np.inf),
    near=6,
    kind="a whole number",
    because="Three blocks (r, z, candidate), each with H·D + H·H + H = 16 + 16 + 4 = 36 numbers: 3 · 36 = 108.",
    wrong=(
        Wrong(
            "one block",
            "36 is one block. A GRU has three: r, z and the candidate each have their own.",
            one_block(4, 4),
        ),
        Wrong("gates only", "72 is the two gates. The candidate has weights of its own too.", 2 * one_block(4, 4)),
        Wrong("no biases", "96 is without the biases: each block adds H of them.", 3 * (4 * 4 + 4 * 4)),
        Wrong(
            "one matrix each",
            "48 is one matrix a block. Each block has two: W for the input, U for the state.",
            3 * 4 * 4,
        ),
        Wrong(
            "PyTorch",
            "120 is what torch.nn.GRU reports: it keeps a second bias vector in each block.",
            3 * (one_block(4, 4) + 4),
        ),
        Wrong("LSTM", "144 is an LSTM: four blocks where a GRU has three.", 4 * one_block(4, 4)),
        Wrong(
            "PyTorch's LSTM", "160 is torch.nn.LSTM: four blocks, two bias vectors in each.", 4 * (one_block(4, 4) + 4)
        ),
    ),
    hints=(
        "Count one block first, then multiply.",
        "One block has W (H, D), U (H, H) and b (H,).",
        "There are three blocks, for r, z and the candidate: 3 · (H·D + H·H + H).",
    ),
)


def one_minus(z):
    return 1 - np.asarray(z)


def one_minus_in_place(z):
    z = np.array(z, dtype=np.float32)
    z *= -1
    z += 1
    return z


ONE_MINUS = Code(
    id="3.2",
    name="one_minus",
    title="The pointwise operation 1 −",
    practice=True,
    objective="3a",
    points=1,
    minutes=3,
    difficulty=1,
    arguments=("z",),
    shapes="one_minus(z): z (…, H) -> (…, H)",
    reference=one_minus,
    between=(0, 1),
    cases=lambda rng: [
        Case("hand", {"z": np.array([0.0, 0.25, 1.0])}, expected=[1.0, 0.75, 0.0]),
        Case("property", {"z": np.full((2, 3), 0.5)}, "when every number is a half"),
        Case("random", {"z": rng.uniform(0, 1, 5).round(2)}),
        Case("random", {"z": rng.uniform(0, 1, (4, 2)).round(2)}, "for a batch of 4"),
    ],
    wrong=(
        Wrong("the other way round", "This is z − 1. The 1 comes first.", lambda z: z - 1),
        Wrong("negative", "This is −z: the 1 is missing.", lambda z: -z),
        Wrong("unchanged", "This is z itself.", lambda z: z),
        Wrong("divided", "This is 1 / z. Take z away from 1.", lambda z: 1 / z),
        Wrong(
            "shared out", "1 − is pointwise: number by number. Nothing is summed or shared out.", lambda z: 1 - z.sum()
        ),
    ),
    right=(
        lambda z: np.ones_like(z) - z,
        lambda z: [1 - row for row in z],
        lambda z: np.vectorize(lambda number: 1 - number)(z),
        one_minus_in_place,
    ),
    hints=(
        "NumPy does arithmetic on whole arrays, number by number.",
        "A number and an array may stand on the two sides of a minus sign.",
        "One line: the number 1, a minus sign, the array.",
    ),
)


def dense(v, W, b):
    return v @ W.T + b


def dense_cases(rng):
    hand = {
        "v": np.array([[1.0, 2.0, 0.0]]),
        "W": np.array([[1.0, 0.5, 9.0], [0.0, -1.0, 9.0]]),
        "b": np.array([0.5, 1.0]),
    }
    zero = {"v": np.zeros((4, 2)), "W": np.ones((3, 2)), "b": np.array([0.1, 0.2, 0.3])}
    return [
        Case("hand", hand, expected=[[2.5, -1.0]]),
        Case("property", zero, "when v is all zeros, so that only the bias is left"),
        Case("random", draw(rng, v=(4, 3), W=(2, 3), b=(2,)), "for a batch of 4"),
        Case("random", draw(rng, v=(3, 2), W=(5, 2), b=(5,)), "for a batch of 3"),
        Case("random", draw(rng, v=(3,), W=(2, 3), b=(2,)), "for one example, v (3,)", optional=True),
    ]


def dense_by_loops(v, W, b):
    return [[sum(W[i, j] * row[j] for j in range(len(row))) + b[i] for i in range(len(b))] for row in v]


DENSE = Code(
    id="3.3",
    name="dense",
    title="A dense layer before its squeeze",
    objective="3b",
    points=2,
    minutes=5,
    difficulty=2,
    arguments=("v", "W", "b"),
    shapes="dense(v, W, b): v (…, N), W (H, N), b (H,) -> (…, H)",
    reference=dense,
    cases=dense_cases,
    wrong=(
        Wrong("bias missing", "The bias b is missing.", lambda v, W, b: v @ W.T),
        Wrong(
            "W not transposed",
            "v is (…, N) and W is (H, N): the product that fits is v @ W.T.",
            lambda v, W, b: v @ W + b,
        ),
        Wrong(
            "* for @",
            "You multiplied with * where a matrix product is needed: v @ W.T adds up each row's products.",
            lambda v, W, b: v * W + b,
        ),
        Wrong(
            "one example only",
            "It is right for one v. In a batch every row is an example: write v @ W.T, not W @ v.",
            lambda v, W, b: W @ v + b,
        ),
        Wrong(
            "σ too early",
            "This has a σ in it. Here the layer stops before the squeeze.",
            lambda v, W, b: sigmoid(v @ W.T + b),
        ),
        Wrong(
            "tanh too early",
            "This has a tanh in it. Here the layer stops before the squeeze.",
            lambda v, W, b: np.tanh(v @ W.T + b),
        ),
        Wrong("bias subtracted", "The bias is subtracted; it is added.", lambda v, W, b: v @ W.T - b),
    ),
    right=(
        lambda v, W, b: np.einsum("...n,hn->...h", v, W) + b,
        dense_by_loops,
        lambda v, W, b: (W @ v.T).T + b,
        lambda v, W, b: np.dot(v.astype(np.float32), W.T.astype(np.float32)) + b.astype(np.float32),
    ),
    hints=(
        "Each of the H numbers that come out is a weighted sum of all N numbers of v, plus its bias.",
        "@ is NumPy's matrix product. The two sizes that meet must be equal: (B, N) @ (N, H).",
        "W is (H, N), so turn it: v @ W.T has shape (B, H). Then add b.",
    ),
)


def parameter_count(D, H):
    return 3 * (H * D + H * H + H)


PARAMETER_COUNT = Code(
    id="3.4",
    name="parameter_count",
    title="How many numbers a GRU has to learn",
    objective="3c",
    points=2,
    minutes=5,
    difficulty=2,
    arguments=("D", "H"),
    shapes="parameter_count(D, H): two whole numbers -> a whole number (one bias vector in each block)",
    reference=parameter_count,
    cases=lambda rng: [
        Case("hand", {"D": 1, "H": 1}, "when D = 1 and H = 1", expected=9),
        Case("hand", {"D": 4, "H": 4}, "when D = 4 and H = 4", expected=108),
        Case("property", {"D": 5, "H": 2}, "when D is larger than H"),
        Case("random", {"D": int(rng.integers(6, 20)), "H": int(rng.integers(21, 40))}),
    ],
    wrong=(
        Wrong(
            "one block", "This is one block. A GRU has three: r, z and the candidate.", lambda D, H: H * D + H * H + H
        ),
        Wrong(
            "gates only", "This counts two blocks. The candidate is the third.", lambda D, H: 2 * (H * D + H * H + H)
        ),
        Wrong("no biases", "The biases are missing: H in each block.", lambda D, H: 3 * (H * D + H * H)),
        Wrong(
            "PyTorch",
            "This is torch.nn.GRU's count, with a second bias vector in each block. Here there is one.",
            lambda D, H: 3 * (H * D + H * H + 2 * H),
        ),
        Wrong("LSTM", "This is an LSTM's count: four blocks. A GRU has three.", lambda D, H: 4 * (H * D + H * H + H)),
        Wrong(
            "D and H swapped",
            "D and H have changed places: U is (H, H), W is (H, D), b is (H,).",
            lambda D, H: 3 * (H * D + D * D + D),
        ),
        Wrong(
            "U forgotten",
            "U (H, H) is missing: each block has two matrices, W for the input and U for the state.",
            lambda D, H: 3 * (H * D + H),
        ),
        Wrong(
            "W forgotten",
            "W (H, D) is missing: each block has two matrices, W for the input and U for the state.",
            lambda D, H: 3 * (H * H + H),
        ),
        Wrong(
            "D * D for U",
            "D * D is no part of it. U reads the H numbers of the state and makes H: it is (H, H).",
            lambda D, H: 3 * (H * D + D * D + H),
        ),
        Wrong(
            "bias of size D",
            "A bias belongs to a unit, not to an input: b is (H,).",
            lambda D, H: 3 * (H * D + H * H + D),
        ),
        Wrong(*CARET, lambda D, H: 3 * (H * D + H ^ 2 + H)),
        Wrong(
            "H to the power of H",
            "H ** H is H to the power of H. U has H · H numbers: H ** 2.",
            lambda D, H: 3 * (H * D + H**H + H),
        ),
        Wrong(
            "x as large as h",
            "This takes x to be as long as h. x has its own size D.",
            lambda D, H: 3 * (2 * H * H + H),
        ),
        Wrong(
            "brackets missing",
            "The 3 multiplies the first product only: put brackets around the whole block.",
            lambda D, H: 3 * H * D + H * H + H,
        ),
        Wrong(
            "biases once",
            "The factor 3 holds for the biases too: each block has its own.",
            lambda D, H: 3 * (H * D + H * H) + H,
        ),
    ),
    right=(
        lambda D, H: 3 * H * (D + H + 1),
        lambda D, H: sum(np.zeros(shape).size for shape in [(H, D), (H, H), (H,)] * 3),
        lambda D, H: GRUParameters.random(D, H).count,
        lambda D, H: float(3 * (H * D + H**2 + H)),
    ),
    hints=(
        "Count one block first.",
        "One block has W (H, D), U (H, H) and b (H,): how many numbers is that?",
        "H·D + H·H + H for one block, and three blocks: r, z, candidate.",
    ),
)


# The numbers of a question asked on Stack Overflow (57318930, 2019), which Keras 3.15 and torch 2.13 still give.
BIDIRECTIONAL_COUNTS = Choice(
    id="3.5",
    name="bidirectional_counts",
    title="9,408 or 9,600?",
    objective="3e",
    points=1,
    minutes=4,
    difficulty=2,
    asks=f"Two GRUs with D = 16 and H = 32: the formula gives {2 * parameter_count(16, 32):,}, Keras says 9,600. "
    "Where do the other 192 come from?",
    options={
        "a": Option(
            "a layer that joins the two directions",
            "The two states are laid end to end: that has nothing to learn.",
        ),
        "b": Option(
            "a second bias vector in each block",
            "Two GRUs, three blocks each, 32 more biases in each block: 2 · 3 · 32 = 192.",
        ),
        "c": Option(
            "a first state that is learned",
            "That would be 2 · 32 = 64 numbers; and the first state is zeros, not learned.",
        ),
        "d": Option(
            "a fourth block, as in an LSTM",
            "One block has 16 · 32 + 32 · 32 + 32 = 1,568 numbers, far more than 192.",
        ),
    },
    answer="b",
    hints=(
        "192 is small. Which of the three kinds of arrays is small?",
        "Divide 192 by the two GRUs, and by the three blocks of each.",
        "32 numbers in each block is one more vector of shape (H,). PyTorch keeps two as well.",
    ),
)

QUESTIONS = (PREDICT_COUNT, ONE_MINUS, DENSE, PARAMETER_COUNT, BIDIRECTIONAL_COUNTS)
