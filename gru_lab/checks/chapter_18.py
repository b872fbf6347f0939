"""Chapter 18, reading the hidden state: the score, the probe, and which control answers which doubt."""

import numpy as np

from gru_lab.checks.common import draw
from gru_lab.checks.question import Case, Choice, Code, Option, Prediction, Wrong

PREDICT_UNIT = Prediction(
    id="18.1",
    name="predict_unit",
    title="One unit of 512",
    objective="18c",
    points=1,
    minutes=2,
    difficulty=3,
    asks="All 512 units together explain 0.99 of Power. How much does the one unit explain that knows most?",
    answer=0.6,
    within=0.12,
    between=(0, 1),
    near=0.2,
    kind="a number between 0 and 1",
    because="0.60: more than an axis of nobody's choice (about 0.18), and far from all there is.",
    wrong=(
        Wrong(
            "evenly spread",
            "0.002 is one share of 512. Units are better sorted than that.",
            0.002,
            lambda guess: 0 < guess < 0.02,
        ),
        Wrong(
            "an axis of nobody's choice",
            "0.18 is what the best axis of a random rotation explains.",
            0.18,
            lambda guess: abs(guess - 0.18) < 0.06,
        ),
        Wrong("nothing", "0 would mean that no unit moves with Power at all.", 0, lambda guess: guess == 0),
        Wrong("more than all", "One unit cannot know more than all 512 do: 0.99.", 2, lambda guess: guess > 1),
        Wrong("less than nothing", "The best unit's share is not below 0.", -1, lambda guess: guess < 0),
        Wrong(
            "a perfect name",
            "1 is the picture of the article: Power has a unit of its own.",
            1.0,
            lambda guess: 0.95 <= guess <= 1,
        ),
    ),
    hints=(
        "If Power had a unit of its own, one unit would do as well as all.",
        "If it were spread evenly over all units, one would know next to nothing.",
        "Partly sorted, partly spread: something like half of what all units know, or a little more.",
    ),
)


# ---------------------------------------------------------------------------------------------- R²


def r_squared(truth, said):
    return 1 - ((truth - said) ** 2).sum(0) / ((truth - truth.mean(0)) ** 2).sum(0)


def score_cases(rng):
    pencil = {"truth": np.array([[0.0], [0.0], [1.0], [1.0]]), "said": np.array([[0.0], [0.5], [1.0], [0.5]])}
    cases = [Case("hand", pencil, "in the example done with a pencil", expected=[0.5])]
    # quarters of these sums are exact: what never changes has a spread of exactly 0
    truth = {"truth": rng.permutation(np.array([[0.0, 1.0], [1.0, -1.0], [3.0, 0.5], [0.5, 2.5]]))}
    cases.append(Case("property", truth | {"said": truth["truth"].copy()}, "when everything said is true"))
    cases.append(
        Case("property", truth | {"said": np.tile(truth["truth"].mean(0), (4, 1))}, "when it always says the mean")
    )
    for N, K in ((7, 3), (4, 5)):
        cases.append(Case("random", draw(rng, truth=(N, K), said=(N, K)), f"with N = {N}, K = {K}"))
    return cases


def r_squared_by_loops(truth, said):
    scores = []
    for column in range(truth.shape[1]):
        y, guess = truth[:, column], said[:, column]
        wrong = sum((a - b) ** 2 for a, b in zip(y, guess, strict=True))
        scores.append(1 - wrong / sum((a - sum(y) / len(y)) ** 2 for a in y))
    return scores


R_SQUARED = Code(
    id="18.2",
    name="r_squared",
    title="The share that is explained",
    objective="18a",
    points=2,
    minutes=5,
    difficulty=2,
    arguments=("truth", "said"),
    shapes="r_squared(truth, said): truth, said (N, K) -> (K,)",
    reference=r_squared,
    cases=score_cases,
    wrong=(
        Wrong(
            "one number for all",
            "This is one score for all columns together. Each aspect gets its own: sum over axis 0.",
            lambda truth, said: np.full(
                truth.shape[1], 1 - ((truth - said) ** 2).sum() / ((truth - truth.mean(0)) ** 2).sum()
            ),
        ),
        Wrong(
            "quotient",
            "This is the share that is left over. R² is one minus it.",
            lambda truth, said: 1 - r_squared(truth, said),
        ),
        Wrong(
            "mean of what was said",
            "The sum below the line is about the mean of what was said. It belongs about the mean of the truth.",
            lambda truth, said: 1 - ((truth - said) ** 2).sum(0) / ((truth - said.mean(0)) ** 2).sum(0),
        ),
        Wrong(
            "no mean",
            "Below the line the mean is missing: ups and downs are measured from it, not from 0.",
            lambda truth, said: 1 - ((truth - said) ** 2).sum(0) / (truth**2).sum(0),
        ),
        Wrong(
            "one mean for all",
            "The mean is taken over all columns together. Each aspect has its own: truth.mean(0).",
            lambda truth, said: 1 - ((truth - said) ** 2).sum(0) / ((truth - truth.mean()) ** 2).sum(0),
        ),
        Wrong(
            "spread of the errors",
            "This is the spread of the errors about their mean: a shifted reading goes unpunished. Add squares.",
            lambda truth, said: 1 - np.var(truth - said, axis=0) / np.var(truth, axis=0),
        ),
        Wrong(
            "squared correlation",
            "This is the squared correlation. It forgives a reading that is too large or shifted; R² does not.",
            lambda truth, said: np.array(
                [0 if np.ptp(b) < 1e-12 else np.corrcoef(a, b)[0, 1] ** 2 for a, b in zip(truth.T, said.T, strict=True)]
            ),
        ),
        Wrong(
            "squared correlation, undefined",
            "This is the squared correlation: it is undefined where what is said never changes, and forgives what is "
            "shifted. R² is neither.",
            lambda truth, said: np.array([np.corrcoef(a, b)[0, 1] ** 2 for a, b in zip(truth.T, said.T, strict=True)]),
        ),
        Wrong(
            "absolute errors",
            "You add absolute errors. R² adds squares, above the line and below.",
            lambda truth, said: 1 - np.abs(truth - said).sum(0) / np.abs(truth - truth.mean(0)).sum(0),
        ),
    ),
    right=(
        r_squared_by_loops,
        lambda truth, said: (1 - np.mean((said - truth) ** 2, axis=0) / np.var(truth, axis=0)).tolist(),
        lambda truth, said: (
            (np.var(truth, axis=0) - np.mean((said - truth) ** 2, axis=0)) / np.var(truth, axis=0)
        ).astype(np.float32),
    ),
    praise="1 for the truth itself, 0 for the mean, and below 0 for less than that.",
    hints=(
        "Above the line: squared errors. Below: squared distances from the mean of the truth.",
        "Both sums run over the rows, axis 0, so that each column gets its own.",
        "1 - ((truth - said) ** 2).sum(0) / ((truth - truth.mean(0)) ** 2).sum(0).",
    ),
)


# ---------------------------------------------------------------------------------------------- the probe


def ridge(S, Y, strength):
    S_mean, Y_mean = S.mean(0), Y.mean(0)
    W = np.linalg.solve((S - S_mean).T @ (S - S_mean) + strength * np.eye(S.shape[1]), (S - S_mean).T @ (Y - Y_mean))
    return W, Y_mean - S_mean @ W


def ridge_cases(rng):
    line = {"S": np.array([[1.0], [3.0]]), "Y": np.array([[5.0], [9.0]]), "strength": 2.0}
    cases = [Case("hand", line, "for two points, (1, 5) and (3, 9), with strength 2", expected=([[1.0]], [5.0]))]
    flat = draw(rng, S=(6, 2)) | {"Y": np.full((6, 1), 3.0), "strength": 1.0}
    cases.append(Case("property", flat, "when the truth is 3 everywhere: no weights, and b = 3"))
    for N, H, K, strength in ((9, 3, 2, 0.5), (7, 4, 3, 4.0)):
        inputs = draw(rng, S=(N, H), Y=(N, K)) | {"strength": strength}
        cases.append(Case("random", inputs, f"with N = {N}, H = {H}, K = {K}, strength {strength}"))
    return cases


def ridge_by_more_rows(S, Y, strength):
    """Ordinary least squares on states to which rows of √λ I have been added."""
    S_c, Y_c = S - S.mean(0), Y - Y.mean(0)
    H = S.shape[1]
    W = np.linalg.lstsq(
        np.vstack([S_c, np.sqrt(strength) * np.eye(H)]), np.vstack([Y_c, np.zeros((H, Y.shape[1]))]), rcond=None
    )[0]
    return {"b": Y.mean(0) - S.mean(0) @ W, "W": W}


def ridge_by_svd(S, Y, strength):
    U, s, V = np.linalg.svd(S - S.mean(0), full_matrices=False)
    W = V.T @ ((s / (s**2 + strength))[:, None] * (U.T @ (Y - Y.mean(0))))
    return [W.tolist(), (Y.mean(0) - S.mean(0) @ W).tolist()]


def ridge_not_centred(S, Y, strength):
    return np.linalg.solve(S.T @ S + strength * np.eye(S.shape[1]), S.T @ Y)


def ridge_with_ones(S, Y, strength):
    """The intercept as one more weight, at a price like the others."""
    wide = np.hstack([S, np.ones((len(S), 1))])
    W = ridge_not_centred(wide, Y, strength)
    return W[:-1], W[-1]


RIDGE = Code(
    id="18.3",
    name="ridge",
    title="A linear probe",
    objective="18a",
    points=3,
    minutes=10,
    difficulty=4,
    arguments=("S", "Y", "strength"),
    shapes="ridge(S, Y, strength): S (N, H), Y (N, K), strength a number -> W (H, K), b (K,)",
    reference=ridge,
    returns=("W", "b"),
    cases=ridge_cases,
    wrong=(
        Wrong(
            "no price",
            "The weights cost nothing here: strength times the identity belongs to S_cᵀ S_c.",
            lambda S, Y, strength: ridge(S, Y, 1e-12),
        ),
        Wrong(
            "not centred",
            "S and Y were not centred, so the weights try to do the intercept's work as well.",
            lambda S, Y, strength: (
                ridge_not_centred(S, Y, strength),
                Y.mean(0) - S.mean(0) @ ridge_not_centred(S, Y, strength),
            ),
        ),
        Wrong(
            "not centred, no intercept",
            "Nothing is centred and b is 0, so the weights do the intercept's work. Centre S and Y, then b follows.",
            lambda S, Y, strength: (ridge_not_centred(S, Y, strength), np.zeros(Y.shape[1])),
        ),
        Wrong(
            "price on the intercept",
            "The intercept paid the price too, as one more weight. It is free: centre S and Y instead.",
            ridge_with_ones,
        ),
        Wrong(
            "intercept of the mean",
            "b is the mean of Y. It must also take back what the weights make of the mean state: minus S_mean @ W.",
            lambda S, Y, strength: (ridge(S, Y, strength)[0], Y.mean(0)),
        ),
        Wrong(
            "price times N",
            "The price was multiplied by the number of states. Here it stands beside the sum over all of them.",
            lambda S, Y, strength: ridge(S, Y, strength * len(S)),
        ),
        Wrong(
            "price divided by N",
            "The price was divided by the number of states. Here it stands beside the sum over all of them.",
            lambda S, Y, strength: ridge(S, Y, strength / len(S)),
        ),
        Wrong(
            "sign of b",
            "b has the wrong sign: S_mean @ W + b must be Y_mean.",
            lambda S, Y, strength: (ridge(S, Y, strength)[0], -ridge(S, Y, strength)[1]),
        ),
        Wrong(
            "price squared",
            "The price is squared. In the formula it is strength itself, times the identity.",
            lambda S, Y, strength: ridge(S, Y, strength**2),
        ),
        Wrong(
            "price everywhere",
            "strength was added to every entry of the matrix. It goes on the diagonal only: times np.eye(H).",
            lambda S, Y, strength: ridge_with(S, Y, strength * np.ones((S.shape[1],) * 2)),
        ),
    ),
    right=(ridge_by_more_rows, ridge_by_svd, lambda S, Y, strength: ridge(S.astype(np.float64), Y.copy(), strength)),
    praise="This is a probe. What it is worth, fresh stories and controls decide.",
    hints=(
        "Subtract the column means of S and Y first; keep them for b.",
        "W = np.linalg.solve(S_c.T @ S_c + strength * np.eye(H), S_c.T @ Y_c).",
        "b = Y_mean - S_mean @ W, so that the mean state reads the mean truth.",
    ),
)


def ridge_with(S, Y, price):
    S_c, Y_c = S - S.mean(0), Y - Y.mean(0)
    W = np.linalg.lstsq(S_c.T @ S_c + price, S_c.T @ Y_c, rcond=None)[0]
    return W, Y.mean(0) - S.mean(0) @ W


WHICH_CONTROL = Choice(
    id="18.4",
    name="which_control",
    title="Which control?",
    objective="18b",
    points=1,
    minutes=3,
    difficulty=3,
    asks="A probe reads 'war' with R² = 0.95, on all sentences. It only sees 'battle', says somebody. What answers?",
    options={
        "a": Option(
            "more units: with 1,024 the R² is 0.97",
            "That makes the reading better, and says nothing about what it is read from.",
        ),
        "b": Option(
            "more training stories for the probe",
            "A word such as 'battle' is found even better with more stories. The doubt stays.",
        ),
        "c": Option(
            "only sentences that do not speak of war, and a bag of their words beside the state",
            "If 'war' is still read there, and not from the sentence's words, it is memory.",
        ),
        "d": Option(
            "a random rotation of the state",
            "A rotation asks whether units mean something. A probe on all units does not even notice it.",
        ),
    },
    answer="c",
    hints=(
        "The doubt is about the present words. Where do they give nothing away?",
        "You need sentences without such words, and a way to show that they give nothing away.",
        "A bag of the sentence's words is what a reader without any memory has.",
    ),
)

QUESTIONS = (PREDICT_UNIT, R_SQUARED, RIDGE, WHICH_CONTROL)
