"""Chapter 19, the evidence: an interval over seeds, what a GRU's unit can count, and what makes a comparison fair."""

import numpy as np

from gru_lab.checks.common import draw
from gru_lab.checks.question import Case, Choice, Code, Option, Prediction, Wrong

PREDICT_COUNT = Prediction(
    id="19.1",
    name="predict_end_of_counting",
    title="Where counting ends",
    objective="19c",
    points=1,
    minutes=2,
    difficulty=4,
    asks="h = 1 - 0.5 to the power of n, in 32 bits. After how many steps does h stop changing?",
    answer=25,
    within=1,
    between=(0, np.inf),
    near=7,
    kind="a number of steps (for never, 1e9)",
    because="After 25 steps h is exactly 1: a float32 has 24 binary digits, and each step needs one more.",
    wrong=(
        Wrong("never", "1 - 0.5 to the power of n never reaches 1 on paper. 32 bits are not paper.", 1e9),
        Wrong("all the bits", "32 bits hold the sign and the exponent as well: 24 are left for digits.", 32),
        Wrong("decimal digits", "7 is how many decimal digits a float32 has. Each step needs one binary digit.", 7),
        Wrong("double precision", "53 steps belong to 64 bits, with 53 binary digits.", 53),
        Wrong("the largest whole number", "16,777,216 = 2^24 is where counting by ones ends in float32.", 2**24),
    ),
    hints=(
        "Write the states in binary: 0.1, 0.11, 0.111, … One more digit at each step.",
        "How many binary digits does a 32-bit float keep?",
        "24 of them. One step more, and it is rounded up to 1.",
    ),
)


# ---------------------------------------------------------------------------------------------- an interval over seeds


def seed_interval(scores, t):
    half = t * np.std(scores, ddof=1) / np.sqrt(len(scores))
    return np.mean(scores), np.mean(scores) - half, np.mean(scores) + half


def interval_cases(rng):
    half = 4.303 * 2 / np.sqrt(3)
    pencil = {"scores": np.array([2.0, 4.0, 6.0]), "t": 4.303}
    cases = [Case("hand", pencil, "for 2, 4, 6, done with a pencil", expected=(4.0, 4 - half, 4 + half))]
    cases.append(Case("property", {"scores": np.full(4, 0.7), "t": 3.182}, "when all seeds agree: no width"))
    for n, t in ((5, 2.776), (8, 2.365)):
        cases.append(Case("random", draw(rng, scores=(n,)) | {"t": t}, f"for {n} seeds"))
    return cases


def interval_by_loops(scores, t):
    n, mean = len(scores), sum(scores) / len(scores)
    spread = (sum((s - mean) ** 2 for s in scores) / (n - 1)) ** 0.5
    return [mean, mean - t * spread / n**0.5, mean + t * spread / n**0.5]


def around(scores, half):
    return np.mean(scores), np.mean(scores) - half, np.mean(scores) + half


SEED_INTERVAL = Code(
    id="19.2",
    name="seed_interval",
    title="An interval over seeds",
    objective="19b",
    points=2,
    minutes=6,
    difficulty=2,
    arguments=("scores", "t"),
    shapes="seed_interval(scores, t): scores (n,), t a number -> mean, low, high",
    reference=seed_interval,
    returns=("mean", "low", "high"),
    cases=interval_cases,
    wrong=(
        Wrong(
            "divided by n",
            "The variance is divided by n. The mean was made of the same scores, so divide by n - 1: ddof=1.",
            lambda scores, t: around(scores, t * np.std(scores) / np.sqrt(len(scores))),
        ),
        Wrong(
            "spread of the seeds",
            "This is about where one seed falls. The mean of n is surer: divide by the root of n.",
            lambda scores, t: around(scores, t * np.std(scores, ddof=1)),
        ),
        Wrong(
            "variance",
            "You used the variance. Its root, the spread, has the unit of the scores.",
            lambda scores, t: around(scores, t * np.var(scores, ddof=1) / np.sqrt(len(scores))),
        ),
        Wrong(
            "1.96",
            "1.96 is for many seeds. With few the spread is itself uncertain: use the t that you are given.",
            lambda scores, t: around(scores, 1.96 * np.std(scores, ddof=1) / np.sqrt(len(scores))),
        ),
        Wrong(
            "no root of n",
            "The spread is divided by n. It is the root of n that counts.",
            lambda scores, t: around(scores, t * np.std(scores, ddof=1) / len(scores)),
        ),
        Wrong(
            "half an interval",
            "The interval is half as wide as it should be: t times the spread goes to each side.",
            lambda scores, t: around(scores, t * np.std(scores, ddof=1) / np.sqrt(len(scores)) / 2),
        ),
        Wrong(
            "smallest and largest",
            "These are the smallest and the largest score. They say where seeds fell, not how sure the mean is.",
            lambda scores, t: (np.mean(scores), np.min(scores), np.max(scores)),
        ),
    ),
    right=(
        interval_by_loops,
        lambda scores, t: dict(zip(("high", "mean", "low"), (seed_interval(scores, t)[i] for i in (2, 0, 1)),
                                   strict=True)),
        lambda scores, t: np.array(seed_interval(scores, t)),
    ),
    praise="With three seeds it is wide, and it should be.",
    hints=(
        "np.mean(scores) is the middle.",
        "The spread is np.std(scores, ddof=1).",
        "half = t * spread / np.sqrt(len(scores)); then mean - half and mean + half.",
    ),
)  # fmt: skip


# ---------------------------------------------------------------------------------------------- a counter


def counter(n, z, h0):
    return 1 - z ** np.arange(1, n + 1) * (1 - h0)


def counter_cases(rng):
    halves = {"n": 3, "z": 0.5, "h0": 0.0}
    cases = [Case("hand", halves, "for z = 0.5 from 0: 1/2, 3/4, 7/8", expected=[0.5, 0.75, 0.875])]
    cases.append(Case("property", {"n": 4, "z": 0.3, "h0": 1.0}, "when it is full from the start"))
    cases.append(Case("property", {"n": 3, "z": 1.0, "h0": -0.4}, "when z keeps everything: nothing changes"))
    for n, z in ((5, 0.8), (3, 0.25)):
        cases.append(Case("random", {"n": n, "z": z, "h0": round(float(rng.uniform(-1, 1)), 2)}, f"for z = {z}"))
    return cases


def counter_by_steps(n, z, h0):
    states, h = [], h0
    for _ in range(n):
        h = z * h + (1 - z)
        states.append(h)
    return states


COUNTER = Code(
    id="19.3",
    name="counter",
    title="A unit that counts",
    objective="19c",
    points=2,
    minutes=6,
    difficulty=2,
    arguments=("n", "z", "h0"),
    shapes="counter(n, z, h0): n a whole number, z and h0 numbers -> (n,)",
    reference=counter,
    cases=counter_cases,
    wrong=(
        Wrong(
            "z takes",
            "Here z is the share that is taken. It is the share of the old state that is kept.",
            lambda n, z, h0: counter(n, 1 - z, h0),
        ),
        Wrong(
            "starts at 0",
            "You begin at 0 whatever h0 is.",
            lambda n, z, h0: counter(n, z, 0.0),
        ),
        Wrong(
            "start included",
            "The first number is h0 itself. The states after steps 1 to n are asked for.",
            lambda n, z, h0: 1 - z ** np.arange(n) * (1 - h0),
        ),
        Wrong(
            "adds one",
            "This adds 1 at each step, as an LSTM's cell state can. A GRU blends: the two shares add up to one.",
            lambda n, z, h0: h0 + np.arange(1.0, n + 1),
        ),
        Wrong(
            "adds its share",
            "The old state is kept whole and the candidate's share added. It must make room: z h + (1 - z).",
            lambda n, z, h0: h0 + (1 - z) * np.arange(1, n + 1),
        ),
        Wrong(
            "only decay",
            "This is what is left of h0. The candidate of 1 is blended in as well.",
            lambda n, z, h0: h0 * z ** np.arange(1, n + 1),
        ),
        Wrong(
            "what is missing",
            "This is how far the state is from 1. The state itself is 1 minus it.",
            lambda n, z, h0: z ** np.arange(1, n + 1) * (1 - h0),
        ),
    ),
    right=(
        counter_by_steps,
        lambda n, z, h0: np.array(counter_by_steps(n, z, h0), dtype=np.float32),
        lambda n, z, h0: h0 * z ** np.arange(1, n + 1) + (1 - z ** np.arange(1, n + 1)),
    ),
    praise="The gaps between two counts shrink by z at each step, and so counting has an end.",
    hints=(
        "One step: h = z * h + (1 - z) * 1.",
        "Begin with h0, take n steps, keep each state in a list.",
        "Or at once: what is missing to 1 shrinks by z at each step, so 1 - z**k * (1 - h0) for k = 1 to n.",
    ),
)

IS_IT_FAIR = Choice(
    id="19.4",
    name="is_it_fair",
    title="A fair duel?",
    objective="19a",
    points=1,
    minutes=3,
    difficulty=3,
    asks="GRU and LSTM with 128 units, rate 0.001, five seeds, the same data. The LSTM is better. What is open?",
    options={
        "a": Option(
            "nothing: five seeds are enough",
            "Five seeds say how sure the difference is. They do not say where it comes from.",
        ),
        "b": Option(
            "the data: each should have had its own",
            "The same data for both is what makes them comparable.",
        ),
        "c": Option(
            "size and rate: the LSTM has a third more parameters, and one rate may suit it better",
            "Both could make the difference, without any merit of the LSTM.",
        ),
        "d": Option(
            "the number of units: it should be larger",
            "A larger one would be another comparison, with the same two holes.",
        ),
    },
    answer="c",
    hints=(
        "Go through the list: size, rate, seeds, examples. Which are equal?",
        "128 units each: how many blocks of weights has an LSTM, how many a GRU?",
        "Four against three. And who chose the rate?",
    ),
)

WHAT_IT_SAYS = Choice(
    id="19.5",
    name="what_it_says",
    title="What does the table say?",
    objective="19d",
    points=1,
    minutes=3,
    difficulty=3,
    asks="Bai and others, 2018, Penn Treebank: LSTM 78.9, GRU 92.5 (perplexity). What may you conclude?",
    options={
        "a": Option(
            "LSTMs are better language models than GRUs",
            "It is one text, one size and one recipe. On StoryWorld, with equal parameters, the GRU was ahead.",
        ),
        "b": Option(
            "with that recipe, on that text, the LSTM was clearly better; why, the number does not say",
            "A large difference, worth knowing, and tied to what was run.",
        ),
        "c": Option(
            "nothing, since there is no interval",
            "An interval would be better. But a gap of 14 is large beside what seeds usually do on this text.",
        ),
        "d": Option(
            "the GRU was better: its number is larger",
            "Less perplexity is better: fewer words between which it wavers.",
        ),
    },
    answer="b",
    hints=(
        "Is more or less perplexity better?",
        "Does one text stand for all?",
        "Say what was measured, and no more.",
    ),
)

QUESTIONS = (PREDICT_COUNT, SEED_INTERVAL, COUNTER, IS_IT_FAIR, WHAT_IT_SAYS)
