"""Chapter 16, training: what a memory is worth, a step of Adam, where the walk back begins, what a run's state is."""

import numpy as np

from gru_lab.checks.common import draw
from gru_lab.checks.question import Case, Choice, Code, Option, Prediction, Wrong

PREDICT_FLOOR = Prediction(
    id="16.1",
    name="predict_floor",
    title="Who remembers nothing",
    objective="16c",
    points=1,
    minutes=2,
    difficulty=2,
    asks="Numbers from -1 to 1, all alike. You always give the same best answer. What is the mean squared error?",
    answer=1 / 3,
    within=0.02,
    between=(0, np.inf),
    near=0.12,
    kind="a number, 0 or more",
    because="The best answer is the mean, 0. The mean of x² from -1 to 1 is 1/3: the variance of what is asked.",
    wrong=(
        Wrong("the mean distance", "0.5 is the mean of |x|. The error is squared first.", 0.5),
        Wrong("the largest", "1 is the error of the worst case, a number at the end of the range.", 1.0),
        Wrong("below 0", "A square is never below 0, and so no mean of squares is.", -1.0, lambda guess: guess < 0),
        Wrong(
            "more than the worst",
            "1 is the largest square there is, so the mean is less.",
            2.0,
            lambda guess: guess > 1.05,
        ),
        Wrong("no error", "0 would need to know the number.", 0.0),
        Wrong(
            "two random numbers", "0.67 is the error of a random answer, 1/3 + 1/3. A constant one does better.", 2 / 3
        ),
        Wrong("zero to one", "0.083 = 1/12 belongs to numbers from 0 to 1, half as wide.", 1 / 12),
    ),
    hints=(
        "Which constant answer is best? The numbers lie alike on both sides of it.",
        "The answer is 0, so the error is the mean of x² from -1 to 1.",
        "The integral of x² from -1 to 1 is 2/3, and the range is 2 wide.",
    ),
)


# ---------------------------------------------------------------------------------------------- Adam


def adam(theta, g, m, v, t, rate):
    m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
    return theta - rate * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8), m, v


def adam_cases(rng):
    zero = np.zeros(2)
    first = {"theta": np.ones(2), "g": np.array([0.5, -0.0005]), "m": zero, "v": zero.copy(), "t": 1, "rate": 0.1}
    moved = ([0.900000002, 1.09999800004], [0.05, -0.00005], [0.00025, 2.5e-10])
    cases = [Case("hand", first, "at the first step, with g = 0.5 and -0.0005: both move by the rate", expected=moved)]
    still = draw(rng, theta=(3,)) | {"g": np.zeros(3), "m": np.zeros(3), "v": np.ones(3), "t": 5, "rate": 0.1}
    cases.append(Case("property", still, "when there is no slope and none is remembered: nothing moves"))
    never = draw(rng, theta=(2,)) | {name: np.zeros(2) for name in ("g", "m", "v")} | {"t": 7, "rate": 0.1}
    cases.append(Case("property", never, "where a weight has never had a slope, so that v is 0"))
    for shape, t in (((4,), 3), ((2, 3), 40)):
        inputs = draw(rng, theta=shape, g=shape, m=shape) | {"v": rng.uniform(0.1, 1, shape), "t": t, "rate": 0.02}
        cases.append(Case("random", inputs, f"at step {t}"))
    return cases


def adam_by_loops(theta, g, m, v, t, rate):
    out = np.zeros((3, *theta.shape))
    for at in np.ndindex(*theta.shape):
        mean = m[at] + 0.1 * (g[at] - m[at])
        square = v[at] + 0.001 * (g[at] * g[at] - v[at])
        step = rate * mean / (1 - 0.9**t) / ((square / (1 - 0.999**t)) ** 0.5 + 1e-8)
        out[:, *at] = theta[at] - step, mean, square
    return [part.tolist() for part in out]


def adam_variant(theta, g, m, v, t, rate, *, means=(0.9, 0.999), corrections=None, correct=True, sign=-1, root=True):
    """Adam with one thing changed. corrections: the two of `means`, where they are not others."""
    a, b = means
    m, v = a * m + (1 - a) * g, b * v + (1 - b) * g**2
    a, b = corrections or means
    m_hat, v_hat = (m / (1 - a**t), v / (1 - b**t)) if correct else (m, v)
    return theta + sign * rate * m_hat / ((np.sqrt(v_hat) if root else v_hat) + 1e-8), m, v


ADAM = Code(
    id="16.2",
    name="adam",
    title="A step of Adam",
    objective="16b",
    points=3,
    minutes=8,
    difficulty=3,
    arguments=("theta", "g", "m", "v", "t", "rate"),
    shapes="adam(theta, g, m, v, t, rate): four arrays of one shape, t from 1, rate a number -> theta, m, v",
    reference=adam,
    returns=("theta", "m", "v"),
    cases=adam_cases,
    wrong=(
        Wrong(
            "no correction",
            "m and v are used as they are. They began at 0: divide them by 1 - 0.9**t and 1 - 0.999**t first.",
            lambda *given: adam_variant(*given, correct=False),
        ),
        Wrong(
            "uphill",
            "The weight moves along its slope, uphill. The loss should fall: minus.",
            lambda *given: adam_variant(*given, sign=1),
        ),
        Wrong(
            "no root",
            "You divide by v itself. Under the bar stands its square root, which has the size of a slope.",
            lambda *given: adam_variant(*given, root=False),
        ),
        Wrong(
            "ε inside the root",
            "ε stands inside your root. It is added after the root: np.sqrt(v_hat) + 1e-8.",
            lambda theta, g, m, v, t, rate: adam_with(theta, g, m, v, t, rate, lambda v_hat: np.sqrt(v_hat + 1e-8)),
        ),
        Wrong(
            "no ε",
            "ε is missing. A weight that has never had a slope has v = 0, and 0 / 0 is NaN: add 1e-8 to the root.",
            lambda theta, g, m, v, t, rate: adam_with(theta, g, m, v, t, rate, np.sqrt),
        ),
        Wrong(
            "rate forgotten",
            "The step is not multiplied by the rate.",
            lambda theta, g, m, v, t, rate: adam(theta, g, m, v, t, 1.0),
        ),
        Wrong(
            "g in place of m",
            "The step goes along g, the newest slope. It goes along m, the mean of the slopes of late.",
            lambda theta, g, m, v, t, rate: (
                theta - rate * g / (np.sqrt(adam(theta, g, m, v, t, rate)[2] / (1 - 0.999**t)) + 1e-8),
                *adam(theta, g, m, v, t, rate)[1:],
            ),
        ),
        Wrong(
            "not squared",
            "v is fed with g. It is the mean of the squares: g**2.",
            lambda theta, g, m, v, t, rate: adam_fed(theta, g, m, v, t, rate),
        ),
        Wrong(
            "only m corrected",
            "m is corrected and v is not. v began at 0 as well: divide it by 1 - 0.999**t.",
            lambda theta, g, m, v, t, rate: adam_with(
                theta, g, m, v, t, rate, lambda v_hat: np.sqrt(v_hat * (1 - 0.999**t)) + 1e-8
            ),
        ),
        Wrong(
            "means exchanged",
            "The two leaks are exchanged: 0.9 belongs to the slopes m, 0.999 to their squares v.",
            lambda *given: adam_variant(*given, means=(0.999, 0.9)),
        ),
        Wrong(
            "corrections exchanged",
            "The two corrections are exchanged: 1 - 0.9**t belongs to m, 1 - 0.999**t to v.",
            lambda *given: adam_variant(*given, corrections=(0.999, 0.9)),
        ),
        Wrong(
            "leaks exchanged in the means alone",
            "The corrections are right, the leaks of the means are exchanged: 0.9 for m, 0.999 for v.",
            lambda *given: adam_variant(*given, means=(0.999, 0.9), corrections=(0.9, 0.999)),
        ),
        Wrong(
            "weights exchanged",
            "The shares are exchanged: 0.9 of the old m and 0.1 of the new slope.",
            lambda *given: adam_variant(*given, means=(0.1, 0.001)),
        ),
        Wrong(
            "corrected means are kept",
            "You return the corrected means. The next step needs m and v as they were before the correction.",
            lambda theta, g, m, v, t, rate: (
                adam(theta, g, m, v, t, rate)[0],
                adam(theta, g, m, v, t, rate)[1] / (1 - 0.9**t),
                adam(theta, g, m, v, t, rate)[2] / (1 - 0.999**t),
            ),
        ),
        Wrong(
            "t from 0",
            "The correction uses t - 1 in place of t, as if steps were counted from 0. This one is number t.",
            lambda theta, g, m, v, t, rate: adam_late(theta, g, m, v, t, rate),
        ),
        Wrong(
            "plain step",
            "This is the plain step, rate times slope. Adam divides by the size of the slopes of late.",
            lambda theta, g, m, v, t, rate: (theta - rate * g, *adam(theta, g, m, v, t, rate)[1:]),
        ),
    ),
    right=(
        adam_by_loops,
        lambda theta, g, m, v, t, rate: dict(zip(("v", "theta", "m"), np.roll(adam(theta, g, m, v, t, rate), 1, 0),
                                                 strict=True)),
        lambda *given: adam_variant(*given),
    ),
    praise="The first step of every weight is as long as the rate, and what is noisy moves less.",
    hints=(
        "m and v are leaky averages: 0.9 of the old m and 0.1 of g; 0.999 of the old v and 0.001 of g squared.",
        "Divide by what they lack at step t: m / (1 - 0.9**t) and v / (1 - 0.999**t). Return m and v undivided.",
        "theta - rate * m_hat / (np.sqrt(v_hat) + 1e-8).",
    ),
)  # fmt: skip


def adam_with(theta, g, m, v, t, rate, below):
    """Adam with another divisor: below, a function of v_hat."""
    m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
    return theta - rate * (m / (1 - 0.9**t)) / below(v / (1 - 0.999**t)), m, v


def adam_fed(theta, g, m, v, t, rate):
    m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g
    return theta - rate * (m / (1 - 0.9**t)) / (np.sqrt(np.abs(v) / (1 - 0.999**t)) + 1e-8), m, v


def adam_late(theta, g, m, v, t, rate):
    m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
    late = max(t - 1, 1e-9)
    return theta - rate * (m / (1 - 0.9**late)) / (np.sqrt(v / (1 - 0.999**late)) + 1e-8), m, v


# ---------------------------------------------------------------------------------------------- where it begins


def readout_slopes(h, w, b, y):
    d_answer = 2 * (h @ w + b - y) / len(y)
    return d_answer[:, None] * w, d_answer @ h, d_answer.sum()


def slopes_cases(rng):
    pencil = {"h": np.array([[1.0, 0.5], [0.0, -1.0]]), "w": np.array([2.0, 4.0]), "b": 0.5, "y": np.array([3.5, -0.5])}
    worked = ([[2.0, 4.0], [-6.0, -12.0]], [1.0, 3.5], -2.0)
    cases = [Case("hand", pencil, "for two examples that are off by 1 and by -3", expected=worked)]
    right = draw(rng, h=(3, 2), w=(2,)) | {"b": 0.25}
    cases.append(Case("property", right | {"y": right["h"] @ right["w"] + 0.25}, "when every answer is right"))
    for B, H in ((5, 3), (2, 4)):
        inputs = draw(rng, h=(B, H), w=(H,)) | {"b": -0.3} | draw(rng, y=(B,))
        cases.append(Case("random", inputs, f"with B = {B}, H = {H}"))
    return cases


def readout_slopes_by_loops(h, w, b, y):
    d_h, d_w, d_b = np.zeros(h.shape), np.zeros(w.shape), 0.0
    for i in range(len(y)):
        off = sum(h[i, k] * w[k] for k in range(len(w))) + b - y[i]
        d_b += 2 * off / len(y)
        for k in range(len(w)):
            d_h[i, k] = 2 * off / len(y) * w[k]
            d_w[k] += 2 * off / len(y) * h[i, k]
    return d_h.tolist(), d_w.tolist(), d_b


def without_w(h, w, b, y):
    _, d_w, d_b = readout_slopes(h, w, b, y)
    return np.tile(2 * (h @ w + b - y)[:, None] / len(y), len(w)), d_w, d_b


def scaled(factor):
    return lambda h, w, b, y: tuple(factor(h, y) * part for part in readout_slopes(h, w, b, y))


READOUT_SLOPES = Code(
    id="16.3",
    name="readout_slopes",
    title="Where the walk back begins",
    objective="16a",
    points=3,
    minutes=8,
    difficulty=3,
    arguments=("h", "w", "b", "y"),
    shapes="readout_slopes(h, w, b, y): h (B, H), w (H,), b a number, y (B,) -> d_h (B, H), d_w (H,), d_b",
    reference=readout_slopes,
    returns=("d_h", "d_w", "d_b"),
    cases=slopes_cases,
    wrong=(
        Wrong("not the mean", "The loss is a mean over the batch: divide by B.", scaled(lambda h, y: len(y))),
        Wrong("2 forgotten", "The slope of a square has a factor 2: 2 (ŷ - y).", scaled(lambda h, y: 0.5)),
        Wrong("sign", "The sign is turned: the slope is answer minus truth, ŷ - y.", scaled(lambda h, y: -1)),
        Wrong("neither 2 nor mean", "Two factors are missing, 2 from the square and 1 / B from the mean.",
              scaled(lambda h, y: len(y) / 2)),
        Wrong("d_b is a mean", "d_b is divided by B twice. d_answer has its 1 / B already: add, do not average.",
              lambda h, w, b, y: (*readout_slopes(h, w, b, y)[:2], readout_slopes(h, w, b, y)[2] / len(y))),
        Wrong("also divided by H", "You divide by B times H. There is one answer for each example: B only.",
              scaled(lambda h, y: 1 / h.shape[1])),
        Wrong(
            "b forgotten",
            "The answer lacks b: ŷ = h @ w + b.",
            lambda h, w, b, y: readout_slopes(h, w, 0.0, y),
        ),
        Wrong(
            "only the direction",
            "This is the sign of the error, as for absolute errors. A square's slope grows with the error.",
            lambda h, w, b, y: (
                np.sign(h @ w + b - y)[:, None] * w / len(y),
                np.sign(h @ w + b - y) @ h / len(y),
                np.sign(h @ w + b - y).mean(),
            ),
        ),
        Wrong(
            "d_h without w",
            "d_h lacks the readout's weights: a unit with a large weight had more to do with the answer.",
            without_w,
        ),
    ),
    right=(
        readout_slopes_by_loops,
        lambda h, w, b, y: (
            np.outer(2 / len(y) * (h @ w + b - y), w),
            2 / len(y) * h.T @ (h @ w + b - y),
            2 * np.mean(h @ w + b - y),
        ),
        lambda *given: dict(zip(("d_b", "d_w", "d_h"), reversed(readout_slopes(*given)), strict=True)),
    ),
    praise="d_h is what backpropagation through time is handed at the last step.",
    hints=(
        "First d_answer = 2 (ŷ - y) / B, one number for each example, (B,).",
        "ŷ = h·w + b. Its slope for h is w, for w it is h, for b it is 1.",
        "d_answer[:, None] * w, d_answer @ h, d_answer.sum().",
    ),
)  # fmt: skip

WHAT_IS_MISSING = Choice(
    id="16.4",
    name="what_is_missing",
    title="The morning after",
    objective="16e",
    points=1,
    minutes=3,
    difficulty=2,
    asks="Saved: weights, Adam's m and v, the step number. Yet, resumed, the run becomes another one. Why?",
    options={
        "a": Option(
            "the loss was not saved",
            "The loss is computed from the weights and the examples. Nothing reads the old one.",
        ),
        "b": Option(
            "the examples come in another order",
            "The order is drawn at random, so the state of what draws it belongs to the run.",
        ),
        "c": Option(
            "the gradient was not saved",
            "A new one is computed at each step, from the weights and the examples.",
        ),
        "d": Option(
            "the learning rate was too large",
            "It was as large before. It decides how a run goes, not whether it can go on.",
        ),
    },
    answer="b",
    hints=(
        "Everything that the next step depends on: weights, the optimiser's memory, and what else goes in?",
        "The next step reads a batch. Which one?",
        "In the chapter, `generator` was the third thing in the checkpoint.",
    ),
)

WHEN_TO_STOP = Choice(
    id="16.5",
    name="when_to_stop",
    title="Which weights?",
    objective="16d",
    points=1,
    minutes=3,
    difficulty=2,
    asks="Training loss 0.9, 0.4, 0.2, 0.1, 0.05; validation 1.0, 0.6, 0.5, 0.6, 0.8. Which epoch's weights?",
    options={
        "a": Option(
            "the fifth: the training loss is lowest",
            "It knows its own examples best. On others it has become worse since the third epoch.",
        ),
        "b": Option(
            "the third: the validation loss is lowest",
            "From there on it learns its own examples by heart, and others suffer.",
        ),
        "c": Option(
            "the first: the two losses are closest",
            "Close and both high: it has not learned yet.",
        ),
        "d": Option(
            "whichever does best on the test part",
            "Then the test part has been used to choose, and can no longer say how good the choice is.",
        ),
    },
    answer="b",
    hints=(
        "What do you want the network for: for the examples that it has, or for others?",
        "Which part stands for others, and may be asked as often as you like?",
        "Find the smallest number in the second row.",
    ),
)

QUESTIONS = (PREDICT_FLOOR, ADAM, READOUT_SLOPES, WHAT_IS_MISSING, WHEN_TO_STOP)
