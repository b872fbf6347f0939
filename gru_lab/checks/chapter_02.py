"""Chapter 02, why a GRU: halving, what gates leave of a value, and the bias that keeps it long enough."""

import math

import numpy as np

from gru_lab.cell import sigmoid
from gru_lab.checks.question import Case, Code, Prediction, Wrong

PREDICT_HALVING = Prediction(
    id="2.1",
    name="predict_halving",
    title="Halved at every step",
    objective="2b",
    points=1,
    minutes=1,
    difficulty=1,
    asks="A number is halved at every step. After how many steps is less than a millionth left?",
    answer=float(math.ceil(math.log(1e-6) / math.log(0.5))),
    within=0.5,
    between=(0, np.inf),
    near=4,
    kind="a number of steps",
    because="Ten halvings leave 1/1,024, twenty leave 1/1,048,576. Factors multiply, so it goes fast.",
    wrong=(
        Wrong("half a million", "500,000 would be so if every step took the same amount away.", 500_000.0),
        Wrong("a million", "1,000,000 would be so if every step took a millionth away.", 1_000_000.0),
        Wrong("a thousand", "1,000 steps leave about 10⁻³⁰¹.", 1_000.0),
        Wrong("ten", "10 steps leave about a thousandth.", 10.0),
    ),
    hints=(
        "How much is left after ten steps?",
        "Ten halvings are a factor of 1/1,024, about a thousandth.",
        "A millionth is a thousandth of a thousandth.",
    ),
)


def share_left(z):
    return np.cumprod(z)


def share_left_by_loop(z):
    left, shares = 1.0, []
    for gate in z:
        left *= gate
        shares.append(left)
    return shares


SHARE_LEFT = Code(
    id="2.2",
    name="share_left",
    title="What the gates leave of a value",
    objective="2d",
    points=1,
    minutes=4,
    difficulty=2,
    arguments=("z",),
    shapes="share_left(z): z (T,) -> (T,)",
    reference=share_left,
    between=(0, 1),
    cases=lambda rng: [
        Case("hand", {"z": np.array([0.5, 0.5, 0.2])}, expected=[0.5, 0.25, 0.05]),
        Case("property", {"z": np.array([0.9, 0.0, 0.9])}, "when the gate is shut once: nothing comes back"),
        Case("random", {"z": rng.uniform(0.5, 1, 6).round(2)}),
        Case("random", {"z": rng.uniform(0.1, 1, 4).round(2)}),
    ],
    wrong=(
        Wrong("the gates themselves", "This is z itself: what one step leaves. Shares multiply.", lambda z: z),
        Wrong("last gate only", "This is each z raised to the number of its step, as if it had always been so.",
              lambda z: z ** np.arange(1, len(z) + 1)),
        Wrong("the first gate's power", "This takes the first z for every step. The gate changes.",
              lambda z: z[0] ** np.arange(1, len(z) + 1)),
        Wrong("one step late", "This starts with 1, before the first step. The first share is what step 1 leaves.",
              lambda z: np.concatenate([[1.0], np.cumprod(z)[:-1]])),
        Wrong("what is taken", "This is the share that is gone. What is left is 1 minus it.",
              lambda z: 1 - np.cumprod(z)),
        Wrong("from the end", "This multiplies from the last step backwards. Start with the first.",
              lambda z: np.cumprod(z[::-1])[::-1]),
        Wrong("z takes", "This multiplies 1 − z. In this course z keeps.", lambda z: np.cumprod(1 - z)),
        Wrong("mean", "This is a mean. After every step a share of what is left remains: multiply.",
              lambda z: np.cumsum(z) / np.arange(1, len(z) + 1)),
    ),
    right=(
        share_left_by_loop,
        lambda z: np.array([np.prod(z[: t + 1]) for t in range(len(z))]),
        lambda z: np.cumprod(z.astype(np.float32)),
    ),
    hints=(
        "After the first step the share z₁ is left. What does the second step do to it?",
        "z₁, then z₁·z₂, then z₁·z₂·z₃.",
        "NumPy has a function for running products: np.cumprod.",
    ),
)  # fmt: skip


def bias_for_half_life(n):
    z = 0.5 ** (1 / n)
    return np.log(z / (1 - z))


def bias_by_bisection(n):
    low, high = -50.0, 50.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if sigmoid(middle) ** n < 0.5 else (low, middle)
    return low


BIAS_FOR_HALF_LIFE = Code(
    id="2.3",
    name="bias_for_half_life",
    title="The bias that keeps half for n steps",
    objective="2d",
    points=2,
    minutes=8,
    difficulty=3,
    arguments=("n",),
    shapes="bias_for_half_life(n): a number of steps -> a number",
    reference=bias_for_half_life,
    cases=lambda rng: [
        Case("hand", {"n": 1}, "when half is to be left after one step: z is a half", expected=0.0),
        Case("property", {"n": 2}, "when half is to be left after two steps"),
        Case("random", {"n": int(rng.integers(5, 15))}),
        Case("random", {"n": int(rng.integers(20, 200))}),
    ],
    wrong=(
        Wrong("the gate", "This is z. The bias is what σ makes z from: ln(z / (1 − z)).", lambda n: 0.5 ** (1 / n)),
        Wrong("sign", "The sign is turned round: this gate would leave almost nothing. Here z keeps.",
              lambda n: -bias_for_half_life(n)),
        Wrong("no root", "This takes z = 1 − 1/(2n). Its nth power is no half: z must be the nth root of a half.",
              lambda n: np.log((1 - 0.5 / n) / (0.5 / n))),
        Wrong("time constant", "This keeps 1/e after n steps. Half is asked for.",
              lambda n: np.log(np.exp(-1 / n) / (1 - np.exp(-1 / n)))),
        Wrong("logarithm of z only", "This is ln z. The inverse of σ divides z by 1 − z first.",
              lambda n: np.log(0.5) / n),
        Wrong("brackets", "z / 1 - z is (z / 1) - z to Python, and that is 0. Brackets: z / (1 - z).",
              lambda n: np.log(0.5 ** (1 / n) / 1 - 0.5 ** (1 / n))),
        Wrong("power for root", "This takes 0.5 to the nth power. z is its nth root: 0.5 ** (1 / n).",
              lambda n: np.log(0.5**n / (1 - 0.5**n))),
        Wrong("base 2", "This is a logarithm to base 2. σ is made with e: use np.log.",
              lambda n: np.log2(0.5 ** (1 / n) / (1 - 0.5 ** (1 / n)))),
    ),
    right=(
        lambda n: -np.log(2 ** (1 / n) - 1),
        lambda n: 2 * np.arctanh(2 * 0.5 ** (1 / n) - 1),
        bias_by_bisection,
    ),
    hints=(
        "After n steps z to the power of n is left. For which z is that a half?",
        "z = 0.5 ** (1 / n).",
        "b_z = np.log(z / (1 - z)) with that z.",
    ),
)  # fmt: skip


QUESTIONS = (PREDICT_HALVING, SHARE_LEFT, BIAS_FOR_HALF_LIFE)
