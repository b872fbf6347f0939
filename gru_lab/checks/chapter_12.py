"""Chapter 12, the update gate, and how long it remembers."""

import math

import numpy as np

from gru_lab.cell import half_life
from gru_lab.checks.common import draw
from gru_lab.checks.question import Case, Code, Prediction, Wrong

PREDICT_STEPS = Prediction(
    id="12.1",
    name="predict_steps",
    title="The half-life of z = 0.9",
    objective="12c",
    points=1,
    minutes=2,
    difficulty=2,
    asks="z = 0.9 at every step (z keeps), nothing is written. After how many steps is half left: about 2, 7 or 50?",
    answer=round(float(half_life(0.9)), 1),
    within=0.5,
    between=(0, np.inf),
    near=1.5,
    kind="2, 7 or 50",
    because="7 is the nearest of the three: 0.9 to the power of 6.6 is 0.5.",
    wrong=(
        Wrong("too short", "After 2 steps 0.81 is left.", 2.0),
        Wrong("too long", "After 50 steps 0.005 is left.", 50.0),
        Wrong(
            "straight line",
            "5 would be right if each step took a tenth of the first value. It takes a tenth of what is left.",
            5.0,
        ),
        Wrong("mean age", "10 is 1 / (1 - z), the mean age of the memory. Half is gone sooner.", 10.0),
    ),
    hints=(
        "After two steps 0.9 · 0.9 = 0.81 is left.",
        "Go on multiplying by 0.9 until you pass one half.",
        "0.9 to the power of 6 is 0.53, to the power of 7 it is 0.48.",
    ),
)


def whole_steps(pairs):
    """Counted in a loop or rounded, up or down: whole numbers, at most one step away."""
    return all((got == np.round(got)).all() and (np.abs(want - got) <= 1 + 1e-6).all() for want, got in pairs)


HALF_LIFE = Code(
    id="12.2",
    name="half_life",
    title="How many steps until half is forgotten?",
    objective="12c",
    points=2,
    minutes=4,
    difficulty=3,
    arguments=("z",),
    shapes="half_life(z): z (…), between 0 and 1, a number or an array -> steps (…) until z · z · … is one half",
    reference=half_life,
    cases=lambda rng: [
        Case("hand", {"z": 0.5}, "at z = 0.5: one step halves it", expected=1.0),
        Case("hand", {"z": 0.25}, "at z = 0.25: half a step", expected=0.5),
        Case("property", {"z": 2 ** (-1 / 10)}, "at the z that halves in 10 steps"),
        Case("random", {"z": round(float(rng.uniform(0.6, 0.99)), 2)}, "at one more z"),
        Case("random", {"z": np.array([0.3, 0.9, 0.99])}, "for an array of z"),
    ],
    wrong=(
        Wrong("sign missing", "The sign is missing: log2(z) is negative for z below 1.", lambda z: 1 / np.log2(z)),
        Wrong(
            "natural logarithm",
            "You used ln, which gives the steps until 1/e is left. For one half it is log2.",
            lambda z: -1 / np.log(z),
        ),
        Wrong(
            "base 10",
            "You used log10, which gives the steps until a tenth is left. For one half it is log2.",
            lambda z: -1 / np.log10(z),
        ),
        Wrong(
            "upside down",
            "This is upside down: -log2(z) is how often one step halves. Take 1 over it.",
            lambda z: -np.log2(z),
        ),
        Wrong(
            "straight line",
            "0.5 / (1 - z) would be right if a step took the same amount each time. It takes the same share.",
            lambda z: 0.5 / (1 - z),
        ),
        Wrong(
            "whole steps",
            "A half-life may be a fraction of a step: do not count steps and do not round. Solve z ** n = 1/2 for n.",
            lambda z: np.ceil(half_life(z)),
            whole_steps,
        ),
        Wrong("mean life", "1 / (1 - z) is the mean age of the memory, not its half-life.", lambda z: 1 / (1 - z)),
        Wrong(
            "of 1 - z",
            "You used 1 - z. Under z keeps the old state is multiplied by z at each step.",
            lambda z: -1 / np.log2(1 - z),
        ),
    ),
    right=(
        lambda z: np.log(0.5) / np.log(z),
        lambda z: -math.log(2) / math.log(z) if np.ndim(z) == 0 else [-math.log(2) / math.log(one) for one in z],
        lambda z: np.float32(1) / np.log2(1 / np.float32(z)),
        np.vectorize(lambda one: math.log(0.5, one)),
    ),
    hints=(
        "After n steps z multiplied by itself n times is left of the old state. When is that one half?",
        "Solve z ** n = 1/2 for n, with a logarithm on both sides.",
        "n · log2(z) = -1, so n = -1 / log2(z).",
    ),
)


def flip_update_gate(W_z, U_z, b_z):
    return -W_z, -U_z, -b_z


def flip_cases(rng):
    one_unit = {"W_z": np.array([[2.0, -1.0]]), "U_z": np.array([[0.5]]), "b_z": np.array([4.0])}
    cases = [Case("hand", one_unit, "for a gate of one unit", expected=([[-2.0, 1.0]], [[-0.5]], [-4.0]))]
    for H, D in ((3, 2), (2, 5)):
        inputs = draw(rng, W_z=(H, D), U_z=(H, H), b_z=(H,))
        cases.append(Case("random", inputs, f"with H = {H} and D = {D}"))
    return cases


FLIP_UPDATE_GATE = Code(
    id="12.3",
    name="flip_update_gate",
    title="From z takes to z keeps",
    objective="12b",
    points=2,
    minutes=4,
    difficulty=2,
    arguments=("W_z", "U_z", "b_z"),
    shapes="flip_update_gate(W_z, U_z, b_z): W_z (H, D), U_z (H, H), b_z (H,) for z takes -> the same for z keeps",
    reference=flip_update_gate,
    returns=("W_z", "U_z", "b_z"),
    cases=flip_cases,
    wrong=(
        Wrong(
            "bias only",
            "Only the bias is negated. σ(-a) needs the whole sum negated: W_z and U_z too.",
            lambda W, U, b: (W, U, -b),
        ),
        Wrong(
            "bias forgotten",
            "The bias keeps its old sign. σ(-a) needs the whole sum negated.",
            lambda W, U, b: (-W, -U, b),
        ),
        Wrong(
            "state forgotten", "U_z keeps its old sign. σ(-a) needs the whole sum negated.", lambda W, U, b: (-W, U, -b)
        ),
        Wrong(
            "transposed",
            "The signs are right, and the matrices are turned: W_z stays (H, D) and U_z (H, H), as they came.",
            lambda W, U, b: (-W.T, -U.T, -b),
        ),
        Wrong(
            "1 - weights",
            "1 - z is wanted of the gate, not of its weights: 1 - σ(a) = σ(-a).",
            lambda W, U, b: (1 - W, 1 - U, 1 - b),
        ),
        Wrong(
            "unchanged",
            "Nothing has changed: the friend's gate would keep where it should take.",
            lambda W, U, b: (W, U, b),
        ),
        Wrong(
            "inverse",
            "1 over the weights does not turn a gate round; a minus does.",
            lambda W, U, b: (1 / W, 1 / U, 1 / b),
        ),
    ),
    right=(
        lambda W, U, b: [0 - W, U * -1, np.negative(b)],
        lambda W, U, b: {"W_z": (-W).astype(np.float32), "U_z": -U, "b_z": [-one for one in b]},
    ),
    praise="Three minus signs, and z becomes 1 - z.",
    hints=(
        "You want a gate that says 1 - z where the old one says z.",
        "1 - σ(a) = σ(-a). What is a made of?",
        "Negate W_z, U_z and b_z.",
    ),
)

QUESTIONS = (PREDICT_STEPS, HALF_LIFE, FLIP_UPDATE_GATE)
