"""Chapter 17, a language model: from text to questions, from logits to a perplexity, and what limits the speed."""

import numpy as np

from gru_lab.checks.common import draw
from gru_lab.checks.question import Case, Choice, Code, Option, Prediction, Wrong

PREDICT_PERPLEXITY = Prediction(
    id="17.1",
    name="predict_perplexity",
    title="Between how many words",
    objective="17b",
    points=1,
    minutes=2,
    difficulty=2,
    asks="484 words, and a network that has read 1.3 billion of them. Between how many does it waver, on average?",
    answer=2.2,
    within=0.17,
    between=(1, 484),
    near=0.8,
    kind="a number from 1 to 484",
    because="2.20 on stories that it has not seen. Most words of a sentence follow from its beginning.",
    wrong=(
        Wrong("nothing learned", "484 is a network that knows nothing.", 484),
        Wrong("how often words occur", "154 is what you get by knowing only how often each word occurs.", 154),
        Wrong("the last word", "8.5 is what the last word alone gives, in a table of pairs.", 8.5),
        Wrong(
            "more than there are",
            "More than 484 it cannot be: that is how many words there are.",
            485,
            lambda guess: guess > 484.5,
        ),
        Wrong("less than one", "Fewer than one word is less than no doubt at all.", 0.5, lambda guess: guess < 0.8),
        Wrong("no doubt", "1 would mean that the next word is never in doubt. Who dies next, nobody can know.", 1),
    ),
    hints=(
        "Take a sentence such as 'the bells toll for …'. How many of its words could you have guessed?",
        "In most places one or two words fit; at a name, a handful; at the start of a sentence, dozens.",
        "The world itself, which knows everything but its own dice, has 2.0.",
    ),
)


# ---------------------------------------------------------------------------------------------- perplexity


def log_softmax(logits):
    shifted = logits - logits.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def picked(logits, answers):
    """log p of each answer, (N,)."""
    return log_softmax(logits)[np.arange(len(answers)), answers]


def perplexity(logits, answers):
    return np.exp(-picked(logits, answers).mean())


def perplexity_cases(rng):
    halves = np.log(np.array([[0.5, 0.25, 0.25], [0.25, 0.25, 0.5], [0.125, 0.75, 0.125]]))
    cases = [
        Case(
            "hand", {"logits": halves, "answers": np.array([0, 1, 2])},
            "when the three words had 1/2, 1/4 and 1/8", expected=4.0,
        ),
        Case(
            "property", {"logits": np.full((4, 5), 3.0), "answers": np.array([0, 4, 2, 2])},
            "when all 5 logits are alike: it wavers between 5",
        ),
    ]  # fmt: skip
    for N, V in ((6, 4), (3, 7)):
        inputs = draw(rng, logits=(N, V)) | {"answers": rng.integers(0, V, N)}
        cases.append(Case("random", inputs, f"with N = {N}, V = {V}"))
    large = draw(rng, logits=(4, 3)) | {"answers": rng.integers(0, 3, 4)}
    large["logits"] = large["logits"] + 800
    cases.append(Case("random", large, "when every logit is about 800, where e^800 overflows", optional=True))
    return cases


def perplexity_by_loops(logits, answers):
    total = 1.0
    for row, answer in zip(logits, answers, strict=True):
        high = max(row)
        weights = [np.exp(value - high) for value in row]
        total *= weights[answer] / sum(weights)
    return total ** (-1 / len(answers))


PERPLEXITY = Code(
    id="17.2",
    name="perplexity",
    title="From logits to perplexity",
    objective="17b",
    points=3,
    minutes=8,
    difficulty=3,
    arguments=("logits", "answers"),
    shapes="perplexity(logits, answers): logits (N, V), answers (N,) whole numbers -> a number",
    reference=perplexity,
    cases=perplexity_cases,
    wrong=(
        Wrong(
            "loss for perplexity",
            "This is the loss in nats. The perplexity is e to the power of it.",
            lambda logits, answers: -picked(logits, answers).mean(),
        ),
        Wrong(
            "sum for mean",
            "You add the losses of all words up. Take their mean, or a longer text is always worse.",
            lambda logits, answers: np.exp(-picked(logits, answers).sum()),
        ),
        Wrong(
            "sign",
            "The sign is missing: this is e to the mean log p, one over the perplexity.",
            lambda logits, answers: np.exp(picked(logits, answers).mean()),
        ),
        Wrong(
            "mean of probabilities",
            "You average the probabilities and turn that over. Average their logarithms: surprises add, odds multiply.",
            lambda logits, answers: 1 / np.exp(picked(logits, answers)).mean(),
        ),
        Wrong(
            "mean of 1/p",
            "You average 1/p over the words. Average the logarithms first, and take e of that.",
            lambda logits, answers: np.exp(-picked(logits, answers)).mean(),
        ),
        Wrong(
            "no softmax",
            "The logits were taken for log-probabilities. Subtract the log of the sum of their exponentials first.",
            lambda logits, answers: np.exp(-logits[np.arange(len(answers)), answers].mean()),
        ),
        Wrong(
            "softmax down the text",
            "The softmax runs over the places of the text. It runs over the words: each row adds up to 1.",
            lambda logits, answers: np.exp(-picked_down(logits, answers).mean()),
        ),
        Wrong(
            "softmax down the text, shifted by rows",
            "The softmax adds up the places of the text, yet the largest is found in each row. Both: axis=1.",
            lambda logits, answers: perplexity_of(shifted_by_rows_summed_down(logits), answers),
        ),
        Wrong(
            "row sums not kept as a column",
            "Each row's sum divides a column here. Keep the axis: sum(axis=1, keepdims=True), or [:, None].",
            lambda logits, answers: perplexity_of(np.exp(logits) / np.exp(logits).sum(axis=1), answers),
        ),
        Wrong(
            "softmax over everything",
            "The softmax runs over the whole table. Each row is a question of its own and adds up to 1: axis=1.",
            lambda logits, answers: perplexity_of(np.exp(logits) / np.exp(logits).sum(), answers),
        ),
        Wrong(
            "every answer in every row",
            "p[:, answers] picks every answer in every row, N times N. One in each row: p[np.arange(N), answers].",
            lambda logits, answers: np.exp(-log_softmax(logits)[:, answers].mean()),
        ),
        Wrong(
            "2 for e",
            "You took 2 to the power of a loss in nats. Nats go with e; with 2 the logarithm must be base two as well.",
            lambda logits, answers: 2 ** -picked(logits, answers).mean(),
        ),
        Wrong(
            "the best word",
            "You took the probability of the most likely word. Take that of the word that really came.",
            lambda logits, answers: np.exp(-log_softmax(logits).max(axis=1).mean()),
        ),
    ),
    right=(
        perplexity_by_loops,
        lambda logits, answers: 2 ** -(picked(logits, answers) / np.log(2)).mean(),
        lambda logits, answers: float(np.exp(np.float32(-picked(logits, answers).mean()))),
    ),
    praise="The geometric mean of 1/p, the number of words it wavers between.",
    hints=(
        "First make each row of logits into probabilities: e to each, divided by the row's sum.",
        "Then pick in each row the probability of the answer: p[np.arange(N), answers].",
        "np.exp(-np.log(p[np.arange(N), answers]).mean()).",
    ),
)


def perplexity_of(p, answers):
    return np.exp(-np.log(p[np.arange(len(answers)), answers]).mean())


def shifted_by_rows_summed_down(logits):
    weights = np.exp(logits - logits.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=0, keepdims=True)


def picked_down(logits, answers):
    p = np.exp(logits) / np.exp(logits).sum(axis=0, keepdims=True)
    return np.log(p[np.arange(len(answers)), answers])


# ---------------------------------------------------------------------------------------------- inputs and answers


def inputs_and_answers(tokens, length):
    count = (len(tokens) - 1) // length
    end = count * length
    return tokens[:end].reshape(count, length), tokens[1 : end + 1].reshape(count, length)


def window_cases(rng):
    six = {"tokens": np.array([5, 3, 8, 1, 9, 2]), "length": 2}
    cases = [
        Case(
            "hand", six, "for six words in windows of two",
            expected=([[5, 3], [8, 1]], [[3, 8], [1, 9]]),
        ),
        Case("property", {"tokens": np.arange(8), "length": 4}, "for eight words in windows of four: one has answers"),
    ]  # fmt: skip
    for N, length in ((13, 4), (11, 3)):
        inputs = {"tokens": rng.integers(0, 50, N), "length": length}
        cases.append(Case("random", inputs, f"for {N} words in windows of {length}"))
    return cases


def windows_by_loops(tokens, length):
    inputs, answers, at = [], [], 0
    while at + length < len(tokens):
        inputs.append([int(word) for word in tokens[at : at + length]])
        answers.append([int(word) for word in tokens[at + 1 : at + length + 1]])
        at += length
    return inputs, answers


def windows_that_lack_an_answer(tokens, length, rows):
    end = len(tokens) // length * length
    return tokens[:end].reshape(rows, length), tokens[1 : end + 1].reshape(rows, length)


def windows_apart(tokens, length):
    count = len(tokens) // (length + 1)
    windows = tokens[: count * (length + 1)].reshape(count, length + 1)
    return windows[:, :-1], windows[:, 1:]


def windows_by_index(tokens, length):
    starts = np.arange(0, len(tokens) - length, length)[:, None] + np.arange(length)
    return {"inputs": tokens[starts].astype(np.float32), "answers": tokens[starts + 1].astype(np.float32)}


INPUTS_AND_ANSWERS = Code(
    id="17.3",
    name="inputs_and_answers",
    title="A text becomes questions",
    objective="17a",
    points=2,
    minutes=8,
    difficulty=2,
    arguments=("tokens", "length"),
    shapes="inputs_and_answers(tokens, length): tokens (N,) -> inputs (K, length), answers (K, length)",
    reference=inputs_and_answers,
    returns=("inputs", "answers"),
    cases=window_cases,
    wrong=(
        Wrong(
            "answers are inputs",
            "The answers are the inputs themselves. Ask for the next word: move them one place.",
            lambda tokens, length: (inputs_and_answers(tokens, length)[0],) * 2,
        ),
        Wrong(
            "moved the wrong way",
            "The answers are moved the wrong way: they ask for the word before.",
            lambda tokens, length: inputs_and_answers(tokens, length)[::-1],
        ),
        Wrong(
            "moved by a window",
            "The answers are a whole window further on. The next word is one place away.",
            lambda tokens, length: (
                inputs_and_answers(tokens, length)[0],
                np.resize(tokens[length:], inputs_and_answers(tokens, length)[0].shape),
            ),
        ),
        Wrong(
            "moved inside each window",
            "Each window's last answer is its own first word: you rolled inside the window. It is the next window's.",
            lambda tokens, length: (
                inputs_and_answers(tokens, length)[0],
                np.roll(inputs_and_answers(tokens, length)[0], -1, axis=1),
            ),
        ),
        Wrong(
            "a shorter window",
            "The windows have length - 1 words. Cut length + 1 words for each, and neighbours share one.",
            lambda tokens, length: tuple(part[:, : length - 1] for part in inputs_and_answers(tokens, length)),
        ),
        Wrong(
            "a window without its last answer",
            "You count N // length windows, and the last one may lack an answer. Only N - 1 words have a next one.",
            lambda tokens, length: windows_that_lack_an_answer(tokens, length, len(tokens) // length),
        ),
        Wrong(
            "a window without its last answer, -1",
            "With N // length windows the answers are a word short. Only N - 1 words have a next one.",
            lambda tokens, length: windows_that_lack_an_answer(tokens, length, -1),
        ),
        Wrong(
            "overlapping windows",
            "Your windows overlap: one begins at every word. The next begins where the last one ended, length further.",
            lambda tokens, length: tuple(
                np.stack([tokens[i + shift : i + shift + length] for i in range(len(tokens) - length)])
                for shift in (0, 1)
            ),
        ),
        Wrong(
            "windows that share no word",
            "You cut windows of length + 1 that share no word, so the word at each border is never an input. "
            "Go on by length.",
            lambda tokens, length: windows_apart(tokens, length),
        ),
        Wrong(
            "windows not split",
            "These are windows of length + 1. Split each: all but its last word are inputs, all but its first answers.",
            lambda tokens, length: (
                (np.stack([tokens[i : i + length + 1] for i in range(0, len(tokens) - length, length)]),) * 2
            ),
        ),
        Wrong(
            "read down",
            "The words run down the columns. A window is a row: reshape(K, length).",
            lambda tokens, length: tuple(
                part.reshape(-1).reshape(length, -1).T for part in inputs_and_answers(tokens, length)
            ),
        ),
        Wrong(
            "last window lost",
            "The last window is missing: it has all its answers.",
            lambda tokens, length: tuple(part[:-1] for part in inputs_and_answers(tokens, length)),
        ),
    ),
    right=(
        windows_by_loops,
        windows_by_index,
        lambda tokens, length: [
            np.stack([tokens[i + shift : i + shift + length] for i in range(0, len(tokens) - length, length)])
            for shift in (0, 1)
        ],
    ),
    praise="Every word is asked for once, and the last one of a window belongs to the next.",
    hints=(
        "Every input needs a next word, so only N - 1 words can be inputs.",
        "K = (N - 1) // length windows. The inputs are tokens[: K * length], reshaped.",
        "The answers are tokens[1 : K * length + 1].reshape(K, length).",
    ),
)


WHAT_BINDS = Choice(
    id="17.4",
    name="what_binds",
    title="A card that waits",
    objective="17d",
    points=1,
    minutes=3,
    difficulty=3,
    asks="On your GPU one story at a time trains at 3,000 words/s; 64 stories at 180,000. What bound the first?",
    options={
        "a": Option(
            "the multiplications: the card was busy",
            "Then 64 times as many words would have taken 64 times as long. They took about the same time.",
        ),
        "b": Option(
            "the chain of steps: each is a small job that waits for the one before",
            "64 stories share every step, and the time hardly changes: it was spent on starting jobs and waiting.",
        ),
        "c": Option(
            "the memory of the card",
            "One story needs next to none, and 64 need 64 times as much. They did not get slower for it.",
        ),
        "d": Option(
            "the perplexity",
            "How hard a text is has no part in how long its arithmetic takes.",
        ),
    },
    answer="b",
    hints=(
        "How much longer did a step take with 64 stories?",
        "60 times as many words a second, with 64 times as many words in a step: a step takes nearly as long.",
        "What does not grow with the number of stories? The number of steps.",
    ),
)

QUESTIONS = (PREDICT_PERPLEXITY, PERPLEXITY, INPUTS_AND_ANSWERS, WHAT_BINDS)
