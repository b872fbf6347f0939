"""Chapter 14, through time: what padding does, the mask, the last real states, and products that wait."""

import numpy as np

from gru_lab.checks.common import draw
from gru_lab.checks.question import Case, Code, Prediction, Wrong
from gru_lab.story import STORY, tell

SHORT = [sentence.x for sentence in STORY[:3]]  # the story that ends with the king's death
NOTHING = (0.0,) * 5
TRAGEDY = 2

PREDICT_PADDING = Prediction(
    id="14.1",
    name="predict_padding",
    title="Tragedy after five rows of zeros",
    objective="14c",
    points=1,
    minutes=2,
    difficulty=2,
    asks="Tragedy is 0.905 when the story ends. The cell then reads five rows of zeros. What is Tragedy now?",
    answer=float(tell([*SHORT, *[NOTHING] * 5])[-1].h[TRAGEDY]),
    within=0.012,
    between=(0, 1),
    near=0.05,
    kind="a number between 0 and 1",
    because="A row of zeros is a sentence about nothing. Each one lets a little of the candidate in.",
    wrong=(
        Wrong(
            "zeros change nothing",
            "0.905 would be true if a row of zeros were no step. The cell reads it like a sentence: z is not quite 1.",
            float(tell(SHORT)[-1].h[TRAGEDY]),
        ),
        Wrong("zeros erase", "0 would need a z of 0 and a candidate of 0. Zeros go in; the biases remain.", 0.0),
        Wrong("zeros halve", "0.45 would need z = 0.5. This cell's bias b_z = 4 holds z near 0.98.", 0.4525),
        Wrong("beyond the range", "A state is a blend of 0 and values of tanh: it never leaves the range from -1 to 1.",
              1.5, lambda guess: abs(guess) > 1),
        Wrong("below 0", "Below 0 it cannot fall: a little of the candidate comes in, and most of 0.905 stays.",
              -0.5, lambda guess: -1 <= guess < 0),
        Wrong("the candidate takes over", "1 would need a z near 0 and a candidate near 1. Here z stays near 1.", 1.0),
    ),
    hints=(
        "With x = 0 the gates still have their biases, and the old state.",
        "Each row is like the fifth sentence of the long story, the snow. Chapter 4 prints what that does to Tragedy.",
        "Tragedy loses less than one hundredth at each row, and there are five rows.",
    ),
)  # fmt: skip


# ---------------------------------------------------------------------------------------------- the mask


def mask_states(h_new, h, t, lengths):
    return np.where((t < lengths)[:, None], h_new, h)


def mask_cases(rng):
    hand = {
        "h_new": np.array([[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]]),
        "h": np.array([[-0.1, -0.2], [-0.3, -0.4], [-0.5, -0.6]]),
        "t": 2,
        "lengths": np.array([4, 2, 3]),
    }
    expected = [[0.1, 0.2], [-0.3, -0.4], [0.5, 0.6]]
    cases = [Case("hand", hand, "at t = 2, for stories of 4, 2 and 3 sentences", expected=expected)]
    for t, says in (
        (0, "at t = 0: none has ended"),
        (4, "at t = 4: all but one have ended"),
        (5, "at t = 5: all have ended"),
    ):
        inputs = draw(rng, h_new=(3, 2), h=(3, 2)) | {"t": t, "lengths": np.array([1, 4, 5])}
        cases.append(Case("property", inputs, says))
    for B, H, t, lengths in ((4, 3, 3, [5, 1, 3, 4]), (2, 5, 1, [1, 2])):
        inputs = draw(rng, h_new=(B, H), h=(B, H)) | {"t": t, "lengths": np.array(lengths)}
        cases.append(Case("random", inputs, f"at t = {t}, for lengths {lengths}"))
    return cases


def masked_row_by_row(h_new, h, t, lengths):
    return [(new if t < length else old).tolist() for new, old, length in zip(h_new, h, lengths, strict=True)]


def masked_by_index(h_new, h, t, lengths):
    kept = h_new.astype(np.float32)
    kept[lengths <= t] = h[lengths <= t]
    return kept


MASK_STATES = Code(
    id="14.2",
    name="mask_states",
    title="Stories that have ended",
    objective="14c",
    points=2,
    minutes=8,
    difficulty=2,
    arguments=("h_new", "h", "t", "lengths"),
    shapes="mask_states(h_new, h, t, lengths): h_new and h (B, H), t from 0, lengths (B,) -> (B, H)",
    reference=mask_states,
    cases=mask_cases,
    wrong=(
        Wrong(
            "no mask",
            "Every story takes the new state, ended or not. lengths is not used.",
            lambda h_new, h, t, lengths: h_new.copy(),
        ),
        Wrong(
            "zeros",
            "Stories that have ended become 0. That belongs to the output; the state must stay as it was.",
            lambda h_new, h, t, lengths: h_new * (t < lengths)[:, None],
        ),
        Wrong(
            "the other way round",
            "It is the other way round: a story that goes on takes h_new, one that has ended keeps h.",
            lambda h_new, h, t, lengths: np.where((t < lengths)[:, None], h, h_new),
        ),
        Wrong(
            "one step late",
            "One step late: t counts from 0, so a story of length 2 has its sentences at t = 0 and t = 1.",
            lambda h_new, h, t, lengths: np.where((t <= lengths)[:, None], h_new, h),
        ),
        Wrong(
            "one step early",
            "One step early: the last sentence of a story, at t = length - 1, still counts.",
            lambda h_new, h, t, lengths: np.where((t < lengths - 1)[:, None], h_new, h),
        ),
        Wrong(
            "blend added",
            "The old state is added to stories that go on. Choose one of the two, story by story.",
            lambda h_new, h, t, lengths: h + h_new * (t < lengths)[:, None],
        ),
        Wrong(
            "all or none",
            "As soon as one story has ended, all of them stand still. Each story has its own end.",
            lambda h_new, h, t, lengths: h_new.copy() if (t < lengths).all() else h.copy(),
        ),
        Wrong(
            "until the longest ends",
            "The whole batch goes on until the longest story ends. Each story has its own end.",
            lambda h_new, h, t, lengths: h_new.copy() if (t < lengths).any() else h.copy(),
        ),
    ),
    right=(
        masked_row_by_row,
        masked_by_index,
        lambda h_new, h, t, lengths: h + (h_new - h) * (t < lengths).reshape(-1, 1),
    ),
    praise="A story that has ended stands still, whatever its padding says.",
    hints=(
        "Which stories still go on at t? That is a question to each length: an array of B answers.",
        "t < lengths has shape (B,). To choose whole rows of (B, H), give it a second axis: [:, None].",
        "np.where((t < lengths)[:, None], what goes on, what stays).",
    ),
)  # fmt: skip


# ---------------------------------------------------------------------------------------------- the last real states


def last_states(output, lengths):
    return output[np.arange(len(lengths)), lengths - 1]


def output_cases(rng):
    hand = np.array([[[0.1], [0.2], [0.3]], [[0.4], [0.0], [0.0]]])
    cases = [
        Case(
            "hand",
            {"output": hand, "lengths": np.array([3, 1])},
            "for two stories of 3 and 1 sentences",
            expected=[[0.3], [0.4]],
        )
    ]
    everyone = draw(rng, output=(3, 4, 2))
    cases.append(Case("property", everyone | {"lengths": np.full(3, 4)}, "when no story is padded"))
    for B, H, lengths in ((4, 3, [5, 2, 6, 4]), (3, 2, [1, 5, 3])):
        T = max(lengths)
        output = draw(rng, output=(B, T, H))["output"] + 2.0  # above 0.5 everywhere, so that the padding's 0 stands out
        output[np.arange(T) >= np.array(lengths)[:, None]] = 0
        inputs = {"output": output, "lengths": np.array(lengths)}
        cases.append(Case("random", inputs, f"for lengths {lengths}"))
    return cases


LAST_STATES = Code(
    id="14.3",
    name="last_states",
    title="The last state of every story",
    objective="14b",
    points=2,
    minutes=8,
    difficulty=3,
    arguments=("output", "lengths"),
    shapes="last_states(output, lengths): output (B, T, H), 0 beyond a story's end, lengths (B,) -> (B, H)",
    reference=last_states,
    cases=output_cases,
    wrong=(
        Wrong(
            "last column",
            "Where a story is shorter than the box you read padding. Its end is at index n - 1, not at n, nor at -1.",
            lambda output, lengths: output[:, -1],
        ),
        Wrong(
            "one too early",
            "This is the state before a story's last sentence. A story of n sentences ends at index n - 1.",
            lambda output, lengths: output[np.arange(len(lengths)), lengths - 2],
        ),
        Wrong(
            "index error",
            "A story of n sentences ends at index n - 1, not n: the longest one has no index T.",
            lambda output, lengths: output[np.arange(len(lengths)), lengths],
        ),
        Wrong(
            "every length of every story",
            "output[:, lengths - 1] takes every length from every story, (B, B, H). Pair them: one row, one length.",
            lambda output, lengths: output[:, lengths - 1],
        ),
        Wrong(
            "time first",
            "You index time first. In this course output is (B, T, H): the story comes first, then the step.",
            lambda output, lengths: output[lengths - 1, np.arange(len(lengths))],
        ),
        Wrong(
            "sum",
            "You add up the states of all steps. The last state alone is asked for.",
            lambda output, lengths: output.sum(1),
        ),
        Wrong(
            "mean",
            "This is the mean of a story's states. The last state alone is asked for.",
            lambda output, lengths: output.sum(1) / lengths[:, None],
        ),
        Wrong("first step", "This is the state after the first sentence.", lambda output, lengths: output[:, 0]),
    ),
    right=(
        lambda output, lengths: [story[length - 1].tolist() for story, length in zip(output, lengths, strict=True)],
        lambda output, lengths: np.take_along_axis(output, (lengths - 1)[:, None, None], axis=1)[:, 0],
        lambda output, lengths: np.einsum(
            "bth,bt->bh", output.astype(np.float32), np.arange(output.shape[1]) == (lengths - 1)[:, None]
        ),
    ),
    praise="For each story its own last step. This is h_n, found again in the output.",
    hints=(
        "For one story b, the last real step is lengths[b] - 1.",
        "NumPy pairs two index arrays: a[[0, 1], [5, 2]] gives a[0, 5] and a[1, 2].",
        "output[np.arange(B), …], with the last step of each story in the second place.",
    ),
)

PREDICT_PRODUCTS = Prediction(
    id="14.4",
    name="predict_products",
    title="How many products?",
    objective="14d",
    points=1,
    minutes=3,
    difficulty=2,
    asks="100 sentences, reset before the product. How many matrix products does the fast version make?",
    answer=1 + 2 * 100,
    within=0.5,
    between=(1, np.inf),
    near=1.5,
    kind="a whole number",
    because="One for all inputs. Then two at each step: U_r and U_z side by side, and U_h, which has to wait for r.",
    wrong=(
        Wrong("the readable version", "600 is the readable version: six products at each step.", 600.0),
        Wrong("reset after", "101 would do if the reset came after the product: then U_h need not wait for r.", 101.0),
        Wrong("the inputs forgotten", "200 leaves out one product: the one for all inputs.", 200.0),
        Wrong("U one by one", "301 makes three at each step. U_r and U_z read the same h: put them together.", 301.0),
        Wrong("inputs step by step", "300 still multiplies the input at each step. No W waits for a state.", 300.0),
    ),
    hints=(
        "Which products need no state? They can be made for all steps at once.",
        "Which products need only the old state? They can be made side by side.",
        "One for all inputs, and at each step one for both gates and one for the candidate.",
    ),
)  # fmt: skip

QUESTIONS = (PREDICT_PADDING, MASK_STATES, LAST_STATES, PREDICT_PRODUCTS)
