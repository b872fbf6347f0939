"""Exercises on the trial: a count that is right by luck, a rule that is kept, and what a file of weights says."""

import numpy as np

from gru_lab.checks.question import Case, Code, Wrong
from gru_lab.checks.sizes import sizes

# ---------------------------------------------------------------------------------------------- a bug to find


def story_multiplications(blocks, D, H, T):
    return T * (blocks * (H * D + H * H) + 3 * H)


def work_cases(rng):
    def inputs(blocks):
        sizes = {"D": int(rng.integers(21, 40)), "H": int(rng.integers(6, 20)), "T": int(rng.integers(41, 60))}
        return {"blocks": blocks} | sizes

    return [
        Case("hand", {"blocks": 3, "D": 5, "H": 4, "T": 1}, "for one step of a GRU: 108 and 12", expected=120),
        Case("hand", {"blocks": 4, "D": 5, "H": 4, "T": 8}, "for 8 steps of an LSTM: 144 and 12", expected=1248),
        Case("property", {"blocks": 4, "D": 1, "H": 1, "T": 100}, "for 100 steps of the smallest LSTM"),
        Case("random", inputs(4), "for an LSTM"),
        Case("random", inputs(3), "for a GRU"),
    ]


def work_by_loops(blocks, D, H, T):
    total = 0
    for _ in range(T):
        for _ in range(H):
            total += blocks * (D + H) + 3
    return total


WORK = Code(
    id="1.4",
    name="story_multiplications",
    title="Right by luck",
    objective="1a",
    points=2,
    minutes=8,
    difficulty=3,
    arguments=("blocks", "D", "H", "T"),
    shapes="story_multiplications(blocks, D, H, T): four whole numbers, blocks 3 or 4 -> a whole number",
    reference=story_multiplications,
    cases=work_cases,
    in_library=("gru_lab.measuring.counts.multiplications",),
    wrong=(
        Wrong(
            "as it was",
            "The bug is still there: one H for each block is counted for its bias. A bias is added, not multiplied.",
            lambda blocks, D, H, T: T * blocks * (H * D + H * H + H),
        ),
        Wrong("pointwise left out", "The biases are gone. The gates multiply too: 3 H at each step.",
              lambda blocks, D, H, T: T * blocks * (H * D + H * H)),
        Wrong(
            "biases and gates",
            "The gates are counted now, and the biases still are. A bias is added, not multiplied.",
            lambda blocks, D, H, T: T * (blocks * (H * D + H * H + H) + 3 * H),
        ),
        Wrong(
            "three for each block",
            "3 H for each block is too much: the pointwise products are 3 H for the whole step.",
            lambda blocks, D, H, T: T * blocks * (H * D + H * H + 3 * H),
        ),
        Wrong("three in all", "The pointwise products are 3 for each unit: 3 H.",
              lambda blocks, D, H, T: T * (blocks * (H * D + H * H) + 3)),
        Wrong("gates once", "The gates multiply at every step: put brackets around one step, then times T.",
              lambda blocks, D, H, T: T * blocks * (H * D + H * H) + 3 * H),
        Wrong("one step", "This is the work of one step. The weights are used again at each of T steps.",
              lambda blocks, D, H, T: blocks * (H * D + H * H) + 3 * H),
        Wrong("x read once", "W meets a new x at every step: its products count T times, as those of U do.",
              lambda blocks, D, H, T: blocks * H * D + T * (blocks * H * H + 3 * H)),
    ),
    right=(
        work_by_loops,
        lambda blocks, D, H, T: T * H * (blocks * (D + H) + 3),
        lambda blocks, D, H, T: float(sum(blocks * H * (D + H) + 3 * H for _ in range(T))),
    ),
    praise="Parameters and multiplications are two counts; a GRU of this course has as many of each in a step.",
    hints=(
        "Go through the parameters, and ask of each whether something is multiplied by it.",
        "A bias is added. What multiplies without being a parameter?",
        "T · (blocks · (H·D + H·H) + 3·H).",
    ),
)  # fmt: skip


# ---------------------------------------------------------------------------------------------- a rule, kept


def by_the_rule(gru, lstm):
    if min(lstm) > 1.05 * max(gru):
        return 1
    return -1 if min(gru) > 1.05 * max(lstm) else 0


def means_apart(gru, lstm):
    return int(np.sign(np.mean(lstm) - np.mean(gru)))


def judged(low=min, high=max, margin=1.05):
    """The rule with one thing changed: what stands for the low end of a range, and for the high end."""

    def rule(gru, lstm):
        if low(lstm) > margin * high(gru):
            return 1
        return -1 if low(gru) > margin * high(lstm) else 0

    return rule


def less_by_095(gru, lstm):
    return -1 if max(lstm) < 0.95 * min(gru) else max(by_the_rule(gru, lstm), 0)


def rule_cases(rng):
    [(few, many)] = sizes(rng, (3, 4))
    low, high = np.sort(rng.integers(50, 90, few)), np.sort(rng.integers(130, 190, many))
    low, high = low.astype(float), high.astype(float)
    touching = {"gru": np.array([62.0, 81.0, 64.0]), "lstm": np.array([77.0, 88.0, 79.0])}
    one_fast = {"gru": np.array([80.0, 82.0, 81.0]), "lstm": np.array([95.0, 20.0, 96.0, 97.0])}
    one_slow = {"gru": np.array([50.0, 52.0, 51.0, 220.0]), "lstm": np.array([90.0, 91.0, 95.0, 96.0])}
    return [
        Case("hand", touching, "for the runs of question 1.3", expected=0),
        Case("hand", {"gru": np.array([100.0, 90.0]), "lstm": np.array([104.0, 120.0])},
             "where 104 lies 4 % above 100", expected=0),
        Case("hand", {"gru": np.array([100.0, 90.0]), "lstm": np.array([106.0, 120.0])},
             "where 106 lies 6 % above 100", expected=1),
        Case("property", {"gru": np.array([99.0, 103.0]), "lstm": np.array([100.0, 104.0])}, "when the means are near"),
        Case("property", {"gru": np.array([100.0, 110.0]), "lstm": np.array([90.0, 95.1])},
             "where 100 lies 5.2 % above 95.1"),
        Case("property", one_fast, "when a single LSTM run was fast, and all the others slow"),
        Case("property", one_slow, "when a single GRU run was slow, and all the others fast"),
        Case("property", {"gru": np.array([70.0, 90.0]), "lstm": np.array([40.0, 60.0])}, "when the LSTM was faster"),
        Case("random", {"gru": rng.permutation(low), "lstm": rng.permutation(high)}, "when the LSTM is far above"),
        Case("random", {"gru": rng.permutation(high), "lstm": rng.permutation(low)}, "when the GRU is far above"),
    ]  # fmt: skip


def rule_by_pairs(gru, lstm):
    more = all(b > 1.05 * a for a in gru for b in lstm)
    less = all(a > 1.05 * b for a in gru for b in lstm)
    return more - less


def rule_by_sorting(gru, lstm):
    gru, lstm = sorted(gru), sorted(lstm)
    answer = 0.0
    if lstm[0] / gru[-1] > 1.05:
        answer = 1.0
    elif gru[0] / lstm[-1] > 1.05:
        answer = -1.0
    return answer


RULE = Code(
    id="1.5",
    name="by_the_rule",
    title="A rule written before",
    objective="1e",
    points=2,
    minutes=8,
    difficulty=2,
    arguments=("gru", "lstm"),
    shapes="by_the_rule(gru, lstm): costs of the runs (N,), (M,) -> 1 (the LSTM costs more), -1 (less) or 0 (alike)",
    reference=by_the_rule,
    between=(-1, 1),
    cases=rule_cases,
    in_library=("gru_lab.measuring.evidence.compare",),
    wrong=(
        Wrong("means", "You compare means. The rule compares ranges: every run of one against every run of the other.",
              means_apart),
        Wrong(
            "means with a margin",
            "You compare means, with the 5 % on top. The rule asks whether the two ranges touch.",
            judged(low=np.mean, high=np.mean),
        ),
        Wrong("medians", "You compare medians. One slow run is enough for two ranges to touch.",
              judged(low=np.median, high=np.median)),
        Wrong("no margin", "The ranges do not touch, but they are less than 5 % apart: the rule says alike.",
              judged(margin=1.0)),
        Wrong("best runs", "You compare the best run of each. The rule counts them all.", judged(low=min, high=min)),
        Wrong("worst runs", "You compare the worst run of each. The rule counts them all.", judged(low=max, high=max)),
        Wrong("sign", "More and less have changed places: 1 says that the LSTM costs more.",
              lambda gru, lstm: -by_the_rule(gru, lstm)),
        Wrong("never less", "The rule looks both ways: the LSTM can also cost less.",
              lambda gru, lstm: max(by_the_rule(gru, lstm), 0)),
        Wrong(
            "less by 0.95",
            "0.95 is not 1 / 1.05. More than 5 % above the LSTM means 1.05 times the LSTM, and so for both directions.",
            less_by_095,
        ),
        Wrong("margin of a half", "Your margin is too wide. 106 lies 6 % above 100, and the rule asks for 5 %.",
              judged(margin=1.5)),
    ),
    right=(rule_by_pairs, rule_by_sorting, lambda gru, lstm: np.float32(by_the_rule(gru, lstm))),
    praise="Of the runs of question 1.3 it says: alike.",
    hints=(
        "A range goes from the lowest run to the highest. Which ends meet first if the LSTM costs more?",
        "The LSTM costs more if its lowest run is more than 5 % above the highest run of the GRU.",
        "min(lstm) > 1.05 * max(gru) gives 1, min(gru) > 1.05 * max(lstm) gives -1, anything else 0.",
    ),
)  # fmt: skip


# ---------------------------------------------------------------------------------------------- what a file says


def sizes_from_weights(W, U):
    H = U.shape[1]
    return len(U) // H, W.shape[1], H


def file_cases(rng):
    def file(blocks, D, H):
        return {"W": rng.uniform(-1, 1, (blocks * H, D)).round(1), "U": rng.uniform(-1, 1, (blocks * H, H)).round(1)}

    cases = [
        Case("hand", file(4, 3, 2), "for a W of (8, 3) and a U of (8, 2)", expected=[4, 3, 2]),
        Case("property", file(1, 2, 5), "for an RNN, which has one block"),
    ]
    for blocks, (D, H) in zip((3, 4), sizes(rng, (4, 5), (7, 3)), strict=True):
        cases.append(Case("random", file(blocks, D, H), f"for a W of {(blocks * H, D)}"))
    return cases


SIZES = Code(
    id="1.6",
    name="sizes_from_weights",
    title="Which cell is in the file?",
    objective="1a",
    points=1,
    minutes=5,
    difficulty=2,
    arguments=("W", "U"),
    shapes="sizes_from_weights(W, U): W (blocks · H, D), U (blocks · H, H) -> blocks, D, H: three whole numbers",
    reference=sizes_from_weights,
    returns=("blocks", "D", "H"),
    ends="return blocks, D, H",
    cases=file_cases,
    wrong=(
        Wrong("D and H swapped",
              "D and H have changed places. W reads x, so its columns are D; the columns of U are H.",
              lambda W, U: (len(U) // U.shape[1], U.shape[1], W.shape[1])),
        Wrong("rows for H", "This H is the number of rows, and those are all the blocks together.",
              lambda W, U: (1, W.shape[1], len(U))),
        Wrong("rows for blocks", "These are the rows. Each block has H of them: divide.",
              lambda W, U: (len(U), W.shape[1], U.shape[1])),
        Wrong("divided by D", "The rows are divided by D. Each block has H rows.",
              lambda W, U: (len(W) // W.shape[1], W.shape[1], U.shape[1])),
        Wrong("always a GRU", "You take the file for a GRU: three blocks. Rows divided by columns of U say how many.",
              lambda W, U: (3, W.shape[1], len(U) // 3)),
        Wrong("always an LSTM",
              "You take the file for an LSTM: four blocks. Rows divided by columns of U say how many.",
              lambda W, U: (4, W.shape[1], U.shape[1])),
        Wrong("order", "The numbers are right and their order is not: return blocks, D, H.",
              lambda W, U: (W.shape[1], U.shape[1], len(U) // U.shape[1])),
    ),
    right=(
        lambda W, U: [len(W) / len(U[0]), len(W[0]), len(U[0])],
        lambda W, U: np.array([U.size // U.shape[1] ** 2, W.size // len(W), U.shape[1]], dtype=np.float32),
        lambda W, U: {"blocks": len(U) // len(U.T), "D": len(W.T), "H": len(U.T)},
    ),
    praise="One block is an RNN, three are a GRU, four an LSTM.",
    hints=(
        "U reads the state. How many numbers has the state?",
        "The columns of U are H, the columns of W are D.",
        "Each block has H rows, so there are len(U) // H blocks.",
    ),
)  # fmt: skip

QUESTIONS = (WORK, RULE, SIZES)
