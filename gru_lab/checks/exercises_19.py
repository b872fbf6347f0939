"""Exercises on evidence: seeds in pairs, and sizes that make a comparison fair."""

import numpy as np

from gru_lab.checks.common import draw
from gru_lab.checks.question import Case, Code, Written, Wrong
from gru_lab.checks.sizes import HiddenSizes, sizes

# ---------------------------------------------------------------------------------------------- seeds in pairs


def paired_interval(one, other, t):
    gaps = np.asarray(one) - np.asarray(other)
    half = t * gaps.std(ddof=1) / np.sqrt(len(gaps))
    return gaps.mean(), gaps.mean() - half, gaps.mean() + half


def paired_cases(rng):
    hand = {"one": np.array([6.0, 9.0, 8.0]), "other": np.array([4.0, 5.0, 2.0]), "t": 4.303}
    half = 4.303 * 2 / np.sqrt(3)
    cases = [Case("hand", hand, "for gaps of 2, 4 and 6", expected=(4.0, 4 - half, 4 + half))]
    same = draw(rng, one=(4,))
    cases.append(
        Case("property", same | {"other": same["one"] - 0.5, "t": 3.182}, "when every gap is 0.5: no width at all")
    )
    students_t = {4: 3.182, 5: 2.776, 6: 2.571, 7: 2.447, 8: 2.365, 9: 2.306, 10: 2.262}  # by n, for 95 %
    for (n,) in sizes(rng, (5,), (7,), between=((4, 10),)):
        one = rng.uniform(0, 3, n).round(2)
        inputs = {"one": one, "other": (one + rng.uniform(-0.5, 0.2, n)).round(2), "t": students_t[n]}
        if isinstance(rng, HiddenSizes):  # by chance all gaps may have one sign
            inputs["other"][:2] = np.round([one[0] + 0.15, one[1] - 0.4], 2)
        cases.append(Case("random", inputs, f"for {n} pairs"))
    return cases


def paired_by_loops(one, other, t):
    gaps = [a - b for a, b in zip(one, other, strict=True)]
    mean = sum(gaps) / len(gaps)
    half = t * (sum((gap - mean) ** 2 for gap in gaps) / (len(gaps) - 1) / len(gaps)) ** 0.5
    return [mean, mean - half, mean + half]


def about(middle, half):
    return middle, middle - half, middle + half


def spread(values):
    return np.std(values, ddof=1)


PAIRED = Code(
    id="19.6",
    name="paired_interval",
    title="Seeds in pairs",
    objective="19b",
    points=3,
    minutes=10,
    difficulty=3,
    arguments=("one", "other", "t"),
    shapes="paired_interval(one, other, t): one, other (n,), the same seeds in the same order -> mean, low, high",
    reference=paired_interval,
    returns=("mean", "low", "high"),
    cases=paired_cases,
    in_library=("gru_lab.probing.probes.interval",),
    wrong=(
        Wrong("not in pairs", "You added the spreads of the two groups. In pairs only the spread of the gaps counts.",
              lambda one, other, t: about(np.mean(one) - np.mean(other),
                                          t * np.sqrt((spread(one) ** 2 + spread(other) ** 2) / len(one)))),
        Wrong("the other way round", "The sign is turned: one minus other.",
              lambda one, other, t: paired_interval(other, one, t)),
        Wrong("gaps without a sign", "You took the gaps without signs. Where the other one wins, the gap is negative.",
              lambda one, other, t: paired_interval(np.abs(one - other), 0 * other, t)),
        Wrong("divided by n", "The variance of the gaps is divided by n; it is n - 1, as their mean came from them.",
              lambda one, other, t: about(np.mean(one - other), t * np.std(one - other) / np.sqrt(len(one)))),
        Wrong("spread of the gaps", "This is how far gaps lie apart. Their mean is surer: divide by the root of n.",
              lambda one, other, t: about(np.mean(one - other), t * spread(one - other))),
        Wrong(
            "variance",
            "This is the variance of the gaps. Take its root.",
            lambda one, other, t: about(np.mean(one - other), t * spread(one - other) ** 2 / np.sqrt(len(one))),
        ),
        Wrong("spread of one", "The spread is that of `one`. Take that of the gaps.",
              lambda one, other, t: about(np.mean(one - other), t * spread(one) / np.sqrt(len(one)))),
        Wrong("sorted first", "You sorted the scores first, which tears the pairs apart: one - other as they come.",
              lambda one, other, t: paired_interval(np.sort(one), np.sort(other), t)),
        Wrong("1.96", "1.96 is for many pairs. Use the t that you are given.",
              lambda one, other, t: paired_interval(one, other, 1.96)),
    ),
    right=(
        paired_by_loops,
        lambda one, other, t: np.array(paired_interval(one, other, t)),
        lambda one, other, t: dict(zip(("low", "high", "mean"), np.roll(paired_interval(one, other, t), -1),
                                       strict=True)),
    ),
    praise="What both networks owe to their seed falls out of the difference.",
    hints=(
        "First the gaps, one for each seed: one - other.",
        "From here on it is the interval of the chapter, for the gaps.",
        "half = t * gaps.std(ddof=1) / np.sqrt(len(gaps)).",
    ),
)  # fmt: skip


# ---------------------------------------------------------------------------------------------- fair sizes


def fair_size(lstm_units, input_size):
    """The largest GRU with no more parameters than that LSTM, one bias for each block."""
    budget = 4 * (lstm_units * input_size + lstm_units**2 + lstm_units)
    units = 1
    while 3 * ((units + 1) * input_size + (units + 1) ** 2 + units + 1) <= budget:
        units += 1
    return float(units)


def size_cases(rng):
    cases = [Case("hand", {"lstm_units": 3, "input_size": 2}, "for 3 units and 2 inputs: 72 parameters", expected=3.0)]
    even = {"lstm_units": 5, "input_size": 3}
    cases.append(Case("property", even, "for 5 units and 3 inputs, where both may have just 180", expected=6.0))
    odd = {"lstm_units": 11, "input_size": 4}
    cases.append(Case("property", odd, "for 11 units and 4 inputs, where the biases matter"))
    cases.append(Case("property", {"lstm_units": 30, "input_size": 1}, "for one input: nearly all is U"))
    for units, inputs in sizes(rng, (9, 12), (4, 10), (16, 10), (25, 300), between=((4, 30), (8, 40))):
        cases.append(Case("random", {"lstm_units": units, "input_size": inputs}, f"for {units} units, {inputs} inputs"))
    number = int(rng.integers(40, 60))
    cases.append(Case("random", {"lstm_units": number, "input_size": 7}, f"for {number} units, 7 inputs"))
    return cases


def root_of(budget, blocks, linear):
    """The largest whole H with blocks · (H² + linear · H) ≤ budget."""
    return float(np.floor(exact_root(budget, blocks, linear) + 1e-9))


def exact_root(budget, blocks, linear):
    """H with blocks · (H² + linear · H) = budget."""
    return float((-linear + np.sqrt(linear**2 + 4 * budget / blocks)) / 2)


def lstm_budget(lstm_units, input_size, blocks=4, bias=1):
    return blocks * (lstm_units * input_size + lstm_units**2 + bias * lstm_units)


FAIR_SIZE = Code(
    id="19.7",
    name="fair_size",
    title="A fair size",
    objective="19a",
    points=2,
    minutes=10,
    difficulty=3,
    arguments=("lstm_units", "input_size"),
    shapes="fair_size(lstm_units, input_size): two whole numbers -> the GRU's hidden size, one number",
    reference=fair_size,
    cases=size_cases,
    in_library=("gru_lab.measuring.counts.hidden_size_for", "gru_lab.measuring.counts.hidden_sizes"),
    wrong=(
        Wrong("four thirds", "This is 4/3 of the units. Parameters grow with the square of H, so it is fewer.",
              lambda lstm_units, input_size: float(4 * lstm_units // 3)),
        Wrong("the same units", "Equal units: the LSTM has a third more parameters.",
              lambda lstm_units, input_size: float(lstm_units)),
        Wrong("inputs forgotten", "W is missing from the count: H · D numbers for each block.",
              lambda lstm_units, input_size: root_of(4 * (lstm_units**2 + lstm_units), 3, 1)),
        Wrong("one too many", "This GRU has more parameters than the LSTM, by one unit.",
              lambda lstm_units, input_size: fair_size(lstm_units, input_size) + 1),
        Wrong("rounded", "You rounded to the nearest whole number, and above a half that is too many. Round down.",
              lambda lstm_units, input_size: float(round(exact_root(lstm_budget(lstm_units, input_size), 3,
                                                                    input_size + 1)))),
        Wrong("a fraction", "This H has a fraction. A GRU has a whole number of units: round down.",
              lambda lstm_units, input_size: exact_root(lstm_budget(lstm_units, input_size), 3, input_size + 1)),
        Wrong("fewer, not as many", "You stop where the parameters are as many. As many is allowed: <= and not <.",
              lambda lstm_units, input_size: root_of(lstm_budget(lstm_units, input_size) - 1, 3, input_size + 1)),
        Wrong("no biases", "The biases are missing: H numbers in each block.",
              lambda lstm_units, input_size: root_of(lstm_budget(lstm_units, input_size, bias=0), 3, input_size)),
        Wrong("three quarters", "This is 3/4 of the units. The GRU has fewer blocks, so it gets more units, not fewer.",
              lambda lstm_units, input_size: float(3 * lstm_units // 4)),
        Wrong("blocks exchanged", "The blocks are exchanged: the LSTM has four, the GRU three.",
              lambda lstm_units, input_size: root_of(lstm_budget(lstm_units, input_size, 3), 4, input_size + 1)),
    ),
    right=(
        lambda lstm_units, input_size: root_of(lstm_budget(lstm_units, input_size), 3, input_size + 1),
        lambda lstm_units, input_size: max(
            H for H in range(1, 3 * lstm_units) if 3 * H * (input_size + H + 1) <= 4 * lstm_units * (
                input_size + lstm_units + 1)),
        lambda lstm_units, input_size: np.float32(fair_size(lstm_units, input_size)),
    ),
    praise="No more parameters, in at least as many units.",
    hints=(
        "Count one block: W has H · D numbers, U has H · H, b has H.",
        "The LSTM has 4 of them, the GRU 3. Try H = 1, 2, 3, … until the next one is too many.",
        "The last H with 3 * (H * D + H * H + H) <= 4 * (L * D + L * L + L).",
    ),
)  # fmt: skip

YOUR_OWN_CHOICE = Written(
    id="19.8",
    name="your_own_choice",
    title="Your own choice",
    objective="19e",
    points=3,
    minutes=7,
    difficulty=2,
    guide=(
        "A start with a reason: for little memory a GRU, which carries one vector and has three blocks in place "
        "of four. (An LSTM if something must be counted.)",
        "How to settle it: both with equally many parameters, each at its own best rate, three to five seeds, "
        "scored on data that had no part in training.",
        "How to read it: an interval. If the two overlap, take the cheaper one; a forget bias of 1 for the LSTM.",
    ),
    right=(
        "Begin with a GRU, since it carries one vector and has fewer weights for the same units. Then train an "
        "LSTM with equally many parameters and a forget bias of 1, each at its best rate and with five seeds, on "
        "held-out days. If the intervals overlap, keep the smaller one.",
        "With so little memory I would take the GRU first. I would compare at equal size with several seeds and "
        "an interval, and only change if the LSTM is better by more than that. If the machine stops after a "
        "number of events, counting speaks for the LSTM.",
    ),
    hints=(
        "Which of the two carries less from step to step?",
        "What does a comparison need to be fair?",
        "What do you do when the intervals overlap?",
    ),
)

QUESTIONS = (PAIRED, FAIR_SIZE, YOUR_OWN_CHOICE)
