"""Exercises on training at scale: what a word costs, and gradients from cards with unequal shares."""

import numpy as np

from gru_lab.checks.common import draw
from gru_lab.checks.question import Case, Code, Written, Wrong
from gru_lab.checks.sizes import sizes

# ---------------------------------------------------------------------------------------------- what a word costs


def share_of_peak(V, D, H, words_per_second, peak):
    products = 3 * (D * H + H * H) + H * V
    return 6 * products * words_per_second / peak


def peak_cases(rng):
    hand = {"V": 10, "D": 2, "H": 4, "words_per_second": 100.0, "peak": 168_000.0}
    cases = [Case("hand", hand, "for V = 10, D = 2, H = 4: 112 products for a word", expected=0.4)]
    still = {"V": 9, "D": 3, "H": 5, "words_per_second": 0.0, "peak": 1e6}
    cases.append(Case("property", still, "when nothing is trained"))
    for V, D, H in sizes(rng, (484, 128, 256), (50, 7, 30), between=((60, 600), (5, 150), (20, 300))):
        inputs = {"V": V, "D": D, "H": H, "words_per_second": float(rng.integers(1000, 9000)), "peak": 1e11}
        cases.append(Case("random", inputs, f"for V = {V}, D = {D}, H = {H}"))
    return cases


def per_word(factor=6, blocks=3, products=lambda V, D, H, blocks: blocks * (D * H + H * H) + H * V):
    return lambda V, D, H, words_per_second, peak: factor * products(V, D, H, blocks) * words_per_second / peak


SHARE = Code(
    id="17.5",
    name="share_of_peak",
    title="How busy is it?",
    objective="17d",
    points=2,
    minutes=8,
    difficulty=3,
    arguments=("V", "D", "H", "words_per_second", "peak"),
    shapes="share_of_peak(V, D, H, words_per_second, peak): three sizes, words/s, operations/s -> one number",
    reference=share_of_peak,
    cases=peak_cases,
    in_library=("gru_lab.bench_training.products_per_word",),
    wrong=(
        Wrong(
            "forward only",
            "2 operations for each product are the way forward alone. With the walk back: 6.",
            per_word(factor=2),
        ),
        Wrong(
            "products counted once",
            "A product is a multiplication and an addition: 6 with the walk back, not 3.",
            per_word(factor=3),
        ),
        Wrong("four blocks", "Four blocks belong to an LSTM. A GRU has three.", per_word(blocks=4)),
        Wrong(
            "embedding counted",
            "The embedding is looked up: no products. Leave V · D out.",
            per_word(products=lambda V, D, H, blocks: blocks * (D * H + H * H) + H * V + V * D),
        ),
        Wrong(
            "biases counted",
            "Biases were counted, as for parameters. They are added, not multiplied: no products.",
            per_word(products=lambda V, D, H, blocks: blocks * (D * H + H * H + 2 * H) + H * V + V),
        ),
        Wrong(
            "a bias for each block",
            "Biases were counted, one for each block and the decoder's. They are added: no products.",
            per_word(products=lambda V, D, H, blocks: blocks * (D * H + H * H + H) + H * V + V),
        ),
        Wrong(
            "decoder forgotten",
            "The decoder is missing: H · V products for the logits.",
            per_word(products=lambda V, D, H, blocks: blocks * (D * H + H * H)),
        ),
        Wrong(
            "state forgotten",
            "U is missing: each block multiplies the state as well, H · H.",
            per_word(products=lambda V, D, H, blocks: blocks * D * H + H * V),
        ),
        Wrong(
            "turned round",
            "The quotient is upside down: what is done, over what could be done.",
            lambda V, D, H, words_per_second, peak: peak / max(share_of_peak(V, D, H, words_per_second, 1.0), 1e-9),
        ),
    ),
    right=(
        lambda V, D, H, words_per_second, peak: np.float32(share_of_peak(V, D, H, words_per_second, peak)),
        lambda V, D, H, words_per_second, peak: (
            words_per_second * sum(6 * rows * columns for rows, columns in [(3 * H, D), (3 * H, H), (V, H)]) / peak
        ),
        lambda V, D, H, words_per_second, peak: (
            6 * (H * (3 * (D + H) + V)) / (peak / words_per_second) if words_per_second else 0.0
        ),
    ),
    praise="Far below 1, something else than arithmetic binds: often the chain of steps.",
    hints=(
        "Count products for one word: W and U of three blocks, and the decoder.",
        "3 * (D * H + H * H) + H * V. Each is 2 operations, and training takes three times as many: 6.",
        "6 * products * words_per_second / peak.",
    ),
)


# ---------------------------------------------------------------------------------------------- several cards


def combined_gradient(gradients, rows):
    return (rows[:, None] * gradients).sum(0) / rows.sum()


def combined_cases(rng):
    hand = {"gradients": np.array([[2.0, 0.0], [5.0, 3.0]]), "rows": np.array([2, 1])}
    cases = [Case("hand", hand, "for two cards with 2 rows and 1 row", expected=[3.0, 1.0])]
    alike = draw(rng, gradients=(1, 3)) | {"rows": np.array([1, 4, 2])}
    alike["gradients"] = np.repeat(alike["gradients"], 3, axis=0)
    cases.append(Case("property", alike, "when all cards found the same"))
    for P, N in sizes(rng, (3, 4), (4, 2)):
        inputs = draw(rng, gradients=(P, N)) | {"rows": rng.permutation(np.arange(1, P + 1) * 3)}
        cases.append(Case("random", inputs, f"for {P} cards, {N} weights"))
    return cases


def combined_by_loops(gradients, rows):
    total = [0.0] * gradients.shape[1]
    for gradient, count in zip(gradients, rows, strict=True):
        for place, slope in enumerate(gradient):
            total[place] += slope * count
    return [slope / sum(rows) for slope in total]


COMBINED = Code(
    id="17.6",
    name="combined_gradient",
    title="Cards with unequal shares",
    objective="17c",
    points=2,
    minutes=8,
    difficulty=3,
    arguments=("gradients", "rows"),
    shapes="combined_gradient(gradients, rows): (P, N) a row for each card, (P,) its rows of the batch -> (N,)",
    reference=combined_gradient,
    cases=combined_cases,
    wrong=(
        Wrong(
            "plain mean",
            "This is the plain mean of the cards. A card with twice as many rows counts twice.",
            lambda gradients, rows: gradients.mean(0),
        ),
        Wrong(
            "sum",
            "The cards' gradients are added. Each is a mean already: the whole is a mean, too.",
            lambda gradients, rows: gradients.sum(0),
        ),
        Wrong(
            "not divided", "Divide by all rows at the end.", lambda gradients, rows: (rows[:, None] * gradients).sum(0)
        ),
        Wrong(
            "divided by the cards",
            "You divide by the number of cards. The weights of the mean add up to all rows.",
            lambda gradients, rows: (rows[:, None] * gradients).sum(0) / len(rows),
        ),
        Wrong(
            "weighted the wrong way",
            "Cards with few rows count most here. It is the other way round.",
            lambda gradients, rows: (gradients / rows[:, None]).sum(0) / (1 / rows).sum(),
        ),
        Wrong(
            "the largest card",
            "Only the card with most rows is heard.",
            lambda gradients, rows: gradients[np.argmax(rows)],
        ),
    ),
    right=(
        combined_by_loops,
        lambda gradients, rows: np.average(gradients, axis=0, weights=rows),
        lambda gradients, rows: ((rows / rows.sum()) @ gradients).astype(np.float32),
    ),
    praise="The mean over all rows, as one card would have found it.",
    hints=(
        "Each card's gradient is the mean over its rows. What is the sum over its rows?",
        "rows[p] * gradients[p]. Add those, and divide by all rows.",
        "(rows[:, None] * gradients).sum(0) / rows.sum().",
    ),
)

JUDGE_A_STORY = Written(
    id="17.7",
    name="judge_a_story",
    title="Be the judge",
    objective="17e",
    points=3,
    minutes=8,
    difficulty=2,
    guide=(
        "Ylva comes out of nowhere, and so does the king. The state must know who is at court and who rules.",
        "The revenge goes to the wrong person: Ylva killed the queen, not Edda. The state must know who did it.",
        "Edda is dead when she kneels, for Gorm killed her to avenge Liv. The state must know who has died.",
    ),
    right=(
        "Nobody introduced Ylva, so the state did not hold who is at court. Ylva killed the queen but Gorm "
        "avenges her on Edda: who the killer was is lost, and the quarrel has taken its place. And Edda kneels "
        "after her death, so who is dead was not held.",
        "Three memories failed: the list of people at court (Ylva was never there), the killer (it should be "
        "Ylva, not Edda), and the dead (Edda serves the king after she was killed).",
    ),
    hints=(
        "Read it as if you knew these people. Who is alive at the end?",
        "Who killed the queen, and who pays for it?",
        "Has everybody been introduced?",
    ),
)

QUESTIONS = (SHARE, COMBINED, JUDGE_A_STORY)
