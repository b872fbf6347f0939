"""Chapter 01, the LSTM on trial: how many units a budget pays for, and what ranges over a few runs can say."""

import math

import numpy as np

from gru_lab.checks.question import Case, Choice, Code, Option, Prediction, Wrong
from gru_lab.measuring.counts import hidden_size_for, parameter_count

PREDICT_UNITS = Prediction(
    id="1.1",
    name="predict_units",
    title="A GRU for the price of an LSTM",
    objective="1b",
    points=1,
    minutes=1,
    difficulty=2,
    asks="How many units has a GRU with as many parameters as an LSTM of 128 units, if both read inputs of 64 numbers?",
    answer=float(hidden_size_for("GRU", 64, parameter_count("LSTM", 64, 128))),
    within=1.5,
    between=(1, np.inf),
    near=8,
    kind="a whole number",
    because="4 · 128 · (64 + 128 + 1) = 98,816 parameters, and 3 · 152 · (64 + 152 + 1) = 98,952: 24 units more.",
    wrong=(
        Wrong(
            "four thirds",
            "About 171 is 4/3 of 128, as if parameters grew with H alone. U has H · H numbers, so they grow faster.",
            171.0,
        ),
        Wrong("as many", "As many as the LSTM, 128, would leave a quarter of the parameters unused.", 128.0),
        Wrong("fewer", "That is less than 128. A GRU has fewer blocks, so its parameters pay for more units.", 96.0),
        Wrong(
            "square root",
            "About 148 is 128 · √(4/3), as if every parameter were in U. W and b grow with H alone.",
            148.0,
        ),
    ),
    hints=(
        "Fewer blocks for the same price: will a GRU have more units than 128, or fewer?",
        "With twice as many units, U (H, H) has four times as many numbers.",
        "Between 128 · √(4/3) and 128 · 4/3.",
    ),
)


def units_for(parameters, blocks, D):
    H = 1
    while count(blocks, D, H + 1) <= parameters:
        H += 1
    return min((H, H + 1), key=lambda units: abs(count(blocks, D, units) - parameters))


def count(blocks, D, H):
    return blocks * (H * D + H * H + H)


def exact(parameters, blocks, D, biases=1):
    """The H, with a fraction, at which blocks · (H D + H² + biases · H) is `parameters`."""
    half = (D + biases) / 2
    return math.sqrt(half * half + parameters / blocks) - half


def nearest(parameters, blocks, D, counted):
    """The H from 1 to 2,000 whose counted(blocks, D, H) is nearest."""
    return min(range(1, 2_000), key=lambda H: abs(counted(blocks, D, H) - parameters))


UNITS_FOR = Code(
    id="1.2",
    name="units_for",
    title="What a budget of parameters pays for",
    objective="1b",
    points=2,
    minutes=8,
    difficulty=2,
    arguments=("parameters", "blocks", "D"),
    shapes="units_for(parameters, blocks, D): three whole numbers -> a whole number",
    reference=units_for,
    cases=lambda rng: [
        Case("hand", {"parameters": 9, "blocks": 3, "D": 1}, "when one unit costs exactly 9", expected=1),
        Case("hand", {"parameters": 98_816, "blocks": 3, "D": 64}, "for the layers of question 1.1", expected=152),
        Case("property", {"parameters": 130, "blocks": 1, "D": 1}, "when 10 units cost 120 and 11 cost 143"),
        Case("property", {"parameters": 6_125, "blocks": 4, "D": 20}, "when 30 units cost 6,120"),
        Case("property", {"parameters": 1_000_000, "blocks": 1, "D": 10}, "when 995 units cost 1,000,970"),
        Case("random", {"parameters": int(rng.integers(3_000, 9_000)), "blocks": 3, "D": int(rng.integers(5, 30))}),
        Case("random", {"parameters": int(rng.integers(500, 2_000)), "blocks": 1, "D": int(rng.integers(2, 40))}),
    ],
    wrong=(
        Wrong(
            "rounded down",
            "Either you rounded down (the nearest lies a little above), or you count two biases in each block.",
            lambda parameters, blocks, D: math.floor(exact(parameters, blocks, D) + 1e-9),
        ),
        Wrong(
            "rounded up",
            "This is the first H above the budget. The one before may be nearer.",
            lambda parameters, blocks, D: math.ceil(exact(parameters, blocks, D) - 1e-9),
        ),
        Wrong(
            "no biases",
            "The biases are missing: H numbers in each block.",
            lambda parameters, blocks, D: nearest(parameters, blocks, D, lambda g, D, H: g * (H * D + H * H)),
        ),
        Wrong(
            "one block",
            "This spends the whole budget on one block. There are `blocks` of them.",
            lambda parameters, blocks, D: units_for(parameters, 1, D),
        ),
        Wrong(
            "input forgotten",
            "W is missing: H · D numbers in each block.",
            lambda parameters, blocks, D: nearest(parameters, blocks, D, lambda g, D, H: g * (H * H + H)),
        ),
        Wrong(
            "x as large as h",
            "This takes x to be as long as h. x has its own size D.",
            lambda parameters, blocks, D: nearest(parameters, blocks, D, lambda g, D, H: g * (2 * H * H + H)),
        ),
        Wrong(
            "the search ends too early",
            "Your search ends too early: a large budget pays for more units than you try. Go on until it is spent.",
            lambda parameters, blocks, D: min(range(1, 200), key=lambda H: abs(count(blocks, D, H) - parameters)),
            lambda pairs: all(want == got or got < 995 == want for want, got in pairs),
        ),
        Wrong(
            "a fraction",
            "This H has a fraction. A layer has a whole number of units.",
            lambda parameters, blocks, D: exact(parameters, blocks, D) + 0.25,
        ),
    ),
    right=(
        lambda parameters, blocks, D: nearest(parameters, blocks, D, count),
        lambda parameters, blocks, D: min(
            (math.floor(exact(parameters, blocks, D)), math.ceil(exact(parameters, blocks, D))),
            key=lambda H: abs(count(blocks, D, H) - parameters),
        ),
        lambda parameters, blocks, D: float(units_for(parameters, blocks, D)),
    ),
    hints=(
        "Count the parameters for H = 1, 2, 3 … until there are more than the budget.",
        "Two values of H are left then: the last one below the budget and the first one above.",
        "Return whichever of the two has a count nearer to the budget.",
    ),
)


READ_RANGES = Choice(
    id="1.3",
    name="read_ranges",
    title="Three runs each",
    objective="1d",
    points=1,
    minutes=3,
    difficulty=1,
    asks="Steps to learn: GRU 62, 81, 64; LSTM 77, 88, 79. What does the chapter's rule say of the LSTM?",
    options={
        "a": Option(
            "It needs more steps: its mean is higher.",
            "The mean is higher, 81 against 69. But one GRU was slower than two of the LSTMs: the ranges touch.",
        ),
        "b": Option(
            "It needs fewer steps.",
            "None of its runs was faster than the fastest GRU, and its mean is higher. Fewer it is not.",
        ),
        "c": Option(
            "About the same: the ranges touch.",
            "62 to 81 and 77 to 88 overlap. These runs show no difference; more seeds might.",
        ),
        "d": Option(
            "Nothing can be said of three runs.",
            "Something can: had the ranges been apart by more than 5 %, the rule would say so.",
        ),
    },
    answer="c",
    hints=(
        "Write down the lowest and the highest number of each.",
        "Do the two ranges share a number?",
        "The GRU goes from 62 to 81, the LSTM from 77 to 88.",
    ),
)


QUESTIONS = (PREDICT_UNITS, UNITS_FOR, READ_RANGES)
