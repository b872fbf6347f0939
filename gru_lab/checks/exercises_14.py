"""Exercises on many stories at once: shapes, a story told backwards, and the inside of a packed sequence."""

import numpy as np

from gru_lab.checks.common import draw
from gru_lab.checks.question import Case, Code, Value, Wrong
from gru_lab.checks.sizes import HiddenSizes, sizes

# ---------------------------------------------------------------------------------------------- shapes by hand

SHAPES = {
    "W": (192, 16), "from_input": (32, 50, 192), "U_gates": (128, 64), "gates": (32, 128), "output": (32, 50, 64),
    "h_n": (32, 64),
}  # fmt: skip
ASKED = "A dict with six keys is asked for, " + ", ".join(SHAPES) + ", each with a tuple of whole numbers."


def tidy_shapes(value):
    try:
        if any(shape is None for shape in value.values()):
            raise NotImplementedError
        shapes = {name: tuple(int(size) for size in shape) for name, shape in value.items()}
    except (AttributeError, TypeError, ValueError):
        raise ValueError(ASKED) from None
    if set(shapes) != set(SHAPES):
        raise ValueError(ASKED)
    return shapes


def wrong_shape(name):
    return Wrong(name, f"Look at {name} again: its shape is not right yet.", SHAPES | {name: (1,)},
                 lambda shapes: shapes[name] != SHAPES[name])  # fmt: skip


SIZES_OF_ALL = Value(
    id="14.5",
    name="shapes_on_the_way",
    title="Every shape on the way",
    objective="14a",
    points=2,
    minutes=6,
    difficulty=2,
    form="a dict of six shapes",
    tidy=tidy_shapes,
    accepts=lambda shapes: shapes == SHAPES,
    wrong=(
        Wrong("time first", "You put time first, (T, B, …). In this course the stories come first: (B, T, …).",
              SHAPES | {"from_input": (50, 32, 192), "output": (50, 32, 64)},
              lambda shapes: shapes["output"] == (50, 32, 64) or shapes["from_input"] == (50, 32, 192)),
        Wrong("h_n with all steps", "h_n is one state for each story, the last. In this course it has two axes.",
              SHAPES | {"h_n": (32, 50, 64)}, lambda shapes: len(shapes["h_n"]) == 3),
        Wrong("output without steps", "output is the diary: one state for each story and each step.",
              SHAPES | {"output": (32, 64)}, lambda shapes: len(shapes["output"]) == 2),
        Wrong("two blocks for three", "W has three blocks, r, z and h: 3H rows. Only U_gates has two.",
              SHAPES | {"W": (128, 16), "from_input": (32, 50, 128)},
              lambda shapes: 128 in (shapes["W"][0], shapes["from_input"][-1])),
        Wrong("three blocks for two", "U_gates holds r and z only, 2H rows. U_h has to wait until r is known.",
              SHAPES | {"U_gates": (192, 64), "gates": (32, 192)},
              lambda shapes: 192 in (shapes["U_gates"][0], shapes["gates"][-1])),
        Wrong("W turned", "W has as many rows as numbers come out of the product, 3H, and D columns.",
              SHAPES | {"W": (16, 192)}, lambda shapes: shapes["W"] == (16, 192)),
        Wrong("U_gates turned", "U_gates has as many rows as numbers come out of the product, 2H, and H columns.",
              SHAPES | {"U_gates": (64, 128)}, lambda shapes: shapes["U_gates"] == (64, 128)),
        Wrong("one block for three", "Your W is one gate's. The chapter's W has r, z and h, one below the other.",
              SHAPES | {"W": (64, 16)}, lambda shapes: shapes["W"] == (64, 16)),
        Wrong("from_input as one long list", "So it leaves the product. Then it is reshaped: the stories and the steps"
              " get an axis each again.",
              SHAPES | {"from_input": (1600, 192)}, lambda shapes: shapes["from_input"] == (1600, 192)),
        Wrong("gates of all steps", "gates is made inside the loop, for one step: it has no axis for the steps.",
              SHAPES | {"gates": (32, 50, 128)}, lambda shapes: len(shapes["gates"]) == 3),
        *(wrong_shape(name) for name in SHAPES),  # whatever no other has named
    ),
    right=(
        SHAPES,
        {name: list(shape) for name, shape in reversed(SHAPES.items())},
        {name: np.array(shape) for name, shape in SHAPES.items()},
    ),
    praise=lambda shapes: "Only from_input and output know of all 50 steps: one is made before the loop, one is"
                          " filled by it.",
    hints=(
        "Which of the six are made before the loop, which inside it, which are left at its end?",
        "W has rows for r, z and h; U_gates for r and z. A product has as many columns as the matrix has rows.",
        "W is (3 · 64, 16), from_input (32, 50, 3 · 64), gates (32, 2 · 64).",
    ),
)  # fmt: skip


# ---------------------------------------------------------------------------------------------- told backwards


def story_lengths(rng, visible, B, T):
    """The visible lengths or, where sizes are hidden, others for B stories in T ≥ 3 steps: a shortest, a longer one."""
    if not isinstance(rng, HiddenSizes):
        return visible
    return rng.permutation([1, T - 1, *rng.integers(1, T + 1, B - 2)]).tolist()


def told_backwards(X, lengths):
    out = np.zeros_like(X)
    for story, row, n in zip(X, out, lengths, strict=True):
        row[:n] = story[:n][::-1]
    return out


def each_story(change):
    """Every story through change(story (T, D), n), then together again."""
    return lambda X, lengths: np.array([change(story, n) for story, n in zip(X, lengths, strict=True)])


def ended(story, n):
    return story * (np.arange(len(story)) < n)[:, None]


def by_take_along_axis(X, lengths):
    steps = np.arange(X.shape[1])[None]
    at = np.maximum(lengths[:, None] - 1 - steps, 0)
    return np.where((steps < lengths[:, None])[:, :, None], np.take_along_axis(X, at[:, :, None], axis=1), 0)


def backwards_cases(rng):
    hand = {"X": np.array([[[1.0], [2.0], [9.0]], [[3.0], [4.0], [5.0]]]), "lengths": np.array([2, 3])}
    expected = [[[2.0], [1.0], [0.0]], [[5.0], [4.0], [3.0]]]
    cases = [Case("hand", hand, "for stories of 2 and 3 sentences, with a 9 as padding", expected=expected)]
    single = draw(rng, X=(3, 4, 2)) | {"lengths": np.array([1, 1, 1])}
    cases.append(Case("property", single, "for stories of one sentence: they stay as they are"))
    free = sizes(rng, (3, 5, 2), (2, 6, 3), between=((2, 7), (3, 9), (2, 7)))
    for (B, T, D), lengths in zip(free, ([5, 2, 4], [3, 5]), strict=True):
        lengths = story_lengths(rng, lengths, B, T)
        inputs = draw(rng, X=(B, T, D)) | {"lengths": np.array(lengths)}
        cases.append(Case("random", inputs, f"for lengths {lengths}, T = {T}"))
    return cases


BACKWARDS = Code(
    id="14.6",
    name="told_backwards",
    title="Find the bug: a story told backwards",
    objective="14c",
    points=2,
    minutes=8,
    difficulty=3,
    arguments=("X", "lengths"),
    shapes="told_backwards(X, lengths): X (B, T, D), lengths (B,) -> (B, T, D), 0 beyond a story's end",
    reference=told_backwards,
    cases=backwards_cases,
    wrong=(
        Wrong(
            "as it was",
            "The whole row is still turned, so a short story begins with its padding. Turn the real sentences only.",
            lambda X, lengths: X[:, ::-1].copy(),
        ),
        Wrong(
            "zeros first",
            "The padding is 0 now, but it still stands in front. The last sentence of a story belongs to step 0.",
            each_story(lambda story, n: ended(story, n)[::-1]),
        ),
        Wrong(
            "box turned, then cut",
            "You turned the whole box and then wiped its end, so the padding came to the front. Turn n rows only.",
            each_story(lambda story, n: ended(story[::-1], n)),
        ),
        Wrong(
            "padding kept",
            "The stories are turned, and the old padding still stands behind them. Write 0 there.",
            each_story(lambda story, n: np.concatenate([story[:n][::-1], story[n:]])),
        ),
        Wrong(
            "not turned",
            "The padding is 0, and every story still runs forwards.",
            each_story(ended),
        ),
        Wrong(
            "one step off",
            "One step off: a story of n sentences has its last one at index n - 1, and step t takes index n - 1 - t.",
            each_story(lambda story, n: ended(story[np.maximum(min(n, len(story) - 1) - np.arange(len(story)), 0)], n)),
        ),
        Wrong(
            "stories turned",
            "You turned the order of the stories in the batch. Each story stays in its row; its sentences turn.",
            lambda X, lengths: each_story(ended)(X, lengths)[::-1].copy(),
        ),
        Wrong(
            "numbers turned",
            "You turned the D numbers inside each sentence. The sentences themselves should change places.",
            lambda X, lengths: each_story(ended)(X, lengths)[:, :, ::-1].copy(),
        ),
        Wrong(
            "until the longest ends",
            "Every story is turned at the end of the longest one. Each has its own end.",
            lambda X, lengths: told_backwards(X, np.full(len(X), max(lengths))),
        ),
    ),
    right=(
        by_take_along_axis,
        lambda X, lengths: told_backwards(X.astype(np.float32), lengths).tolist(),
        each_story(lambda story, n: np.concatenate([np.flipud(story[:n]), np.zeros_like(story[n:])])),
    ),
    praise="A reader who starts at the end starts at the end of the story, not of the box.",
    hints=(
        "Take one story of 2 sentences in a box of 3. What should stand at step 0, 1 and 2?",
        "For one story with n sentences: X[b, :n][::-1], and zeros behind it.",
        "out = np.zeros_like(X), then for each b: out[b, :n] = X[b, :n][::-1].",
    ),
)  # fmt: skip


# ---------------------------------------------------------------------------------------------- packed by hand


def pack_by_hand(X, lengths):
    rows, sizes = [], []
    for t in range(max(lengths)):
        goes_on = t < lengths
        rows.append(X[goes_on, t])
        sizes.append(goes_on.sum())
    return np.concatenate(rows), np.array(sizes)


def pack_one_by_one(X, lengths):
    data, sizes = [], [0] * int(max(lengths))
    for t in range(len(sizes)):
        for b, n in enumerate(lengths):
            if t < n:
                data.append(X[b][t].tolist())
                sizes[t] += 1
    return data, sizes


def pack_by_mask(X, lengths):
    real = np.arange(X.shape[1])[:, None] < lengths  # (T, B)
    sizes = real.sum(1)
    return {"data": X.transpose(1, 0, 2)[real].astype(np.float32), "batch_sizes": sizes[sizes > 0]}


def sizes_of(X, lengths):
    return pack_by_hand(X, lengths)[1]


def pack_cases(rng):
    hand = {"X": np.array([[[1.0], [2.0], [3.0]], [[4.0], [5.0], [0.0]]]), "lengths": np.array([3, 2])}
    expected = ([[1.0], [4.0], [2.0], [5.0], [3.0]], [2, 2, 1])
    cases = [Case("hand", hand, "for stories of 3 and 2 sentences", expected=expected)]
    roomy = draw(rng, X=(3, 6, 2)) | {"lengths": np.array([4, 2, 1])}
    cases.append(Case("property", roomy, "when the box has room for more than the longest story"))
    free = sizes(rng, (4, 5, 3), (3, 7, 2), between=((2, 7), (3, 9), (2, 7)))
    for (B, T, D), lengths in zip(free, ([5, 5, 3, 1], [7, 4, 2]), strict=True):
        lengths = sorted(story_lengths(rng, lengths, B, T), reverse=True)
        inputs = draw(rng, X=(B, T, D)) | {"lengths": np.array(lengths)}
        cases.append(Case("random", inputs, f"for lengths {lengths}"))
    return cases


PACK = Code(
    id="14.7",
    name="pack_by_hand",
    title="Inside a packed sequence",
    objective="14e",
    points=3,
    minutes=12,
    difficulty=4,
    arguments=("X", "lengths"),
    shapes="pack_by_hand(X, lengths): X (B, T, D), lengths (B,), longest first -> data (…, D), batch_sizes",
    reference=pack_by_hand,
    returns=("data", "batch_sizes"),
    cases=pack_cases,
    wrong=(
        Wrong(
            "story by story",
            "The rows run story by story. A step reads all stories at once, so pack step by step.",
            lambda X, lengths: (
                np.concatenate([story[:n] for story, n in zip(X, lengths, strict=True)]),
                sizes_of(X, lengths),
            ),
        ),
        Wrong(
            "padding packed",
            "The padding is in it. A packed sequence has the real sentences only.",
            lambda X, lengths: (
                X.transpose(1, 0, 2).reshape(-1, X.shape[2]),
                np.full(X.shape[1], len(X)),
            ),
        ),
        Wrong(
            "lengths for batch sizes",
            "batch_sizes are not the lengths. They say for each step how many stories still go on.",
            lambda X, lengths: (pack_by_hand(X, lengths)[0], np.array(lengths)),
        ),
        Wrong(
            "steps that nobody reads",
            "The batch sizes end with zeros. They stop at the end of the longest story, even where the box is longer.",
            lambda X, lengths: (
                pack_by_hand(X, lengths)[0],
                (np.arange(X.shape[1] + 1)[:, None] < lengths).sum(1),
            ),
        ),
        Wrong(
            "last sentence lost",
            "Every story has lost its last sentence: a story of n sentences still goes on at t = n - 1.",
            lambda X, lengths: pack_by_hand(X, lengths - 1),
        ),
        Wrong(
            "shortest first",
            "Inside each step the stories stand in the wrong order: the longest comes first, as in X.",
            lambda X, lengths: (pack_by_hand(X[::-1], lengths[::-1])[0], sizes_of(X, lengths)),
        ),
        Wrong(
            "where steps begin",
            "These numbers add up from step to step. batch_sizes has the size of each step alone.",
            lambda X, lengths: (pack_by_hand(X, lengths)[0], np.cumsum(sizes_of(X, lengths))),
        ),
        Wrong(
            "order of the two",
            "The two have changed places: data first, then batch_sizes.",
            lambda X, lengths: pack_by_hand(X, lengths)[::-1],
        ),
    ),
    right=(
        pack_one_by_one,
        pack_by_mask,
        lambda X, lengths: [array.astype(float).tolist() for array in pack_by_hand(X, lengths)],
    ),
    praise="The longest comes first for a reason: at each step the stories that go on are the first rows.",
    hints=(
        "Take three stories and write down what a reader of all of them needs at step 0, at step 1, at step 2.",
        "At step t the stories with t < lengths go on. Collect X[t < lengths, t], and count them.",
        "Loop t over range(max(lengths)); at the end np.concatenate the rows.",
    ),
)  # fmt: skip

QUESTIONS = (SIZES_OF_ALL, BACKWARDS, PACK)
