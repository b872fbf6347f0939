"""Exercises on reading a state: the unit that knows most, and the direction in which the state itself moves."""

import numpy as np

from gru_lab.checks.common import draw
from gru_lab.checks.question import Case, Code, Written, Wrong
from gru_lab.checks.sizes import one_of, sizes

# ---------------------------------------------------------------------------------------------- the best unit


def fits(S, y):
    """Slope, intercept and R² of a straight line for each unit."""
    S_c, y_c = S - S.mean(0), y - y.mean()
    slope = (S_c * y_c[:, None]).sum(0) / (S_c**2).sum(0)
    left_over = ((y_c[:, None] - S_c * slope) ** 2).sum(0)
    return slope, y.mean() - S.mean(0) * slope, 1 - left_over / (y_c**2).sum()


def best_unit(S, y, S_test, y_test):
    slope, intercept, score = fits(S, y)
    k = score.argmax()
    said = slope[k] * S_test[:, k] + intercept[k]
    return k, 1 - ((y_test - said) ** 2).sum() / ((y_test - y_test.mean()) ** 2).sum()


def unit_cases(rng):
    S = np.array([[0.0, 1.0], [1.0, -1.0], [2.0, 1.0], [3.0, -1.0]])
    hand = {"S": S, "y": np.array([1.0, 3.0, 5.0, 7.0]), "S_test": np.array([[0.0, 5.0], [1.0, 5.0]]),
            "y_test": np.array([1.0, 4.0])}  # fmt: skip
    cases = [Case("hand", hand, "where unit 0 is the truth, and one test value is off", expected=(0, 1 - 1 / 4.5))]
    free = sizes(rng, (12, 4, 8), (15, 3, 8), between=((11, 18), (3, 7), (7, 10)))
    for (N, H, M), place in zip(free, (2, 1), strict=True):
        place = one_of(rng, place, range(1, H))
        inputs = draw(rng, S=(N, H), y=(N,), S_test=(M, H), y_test=(M,))
        inputs["y"] = inputs["y"] * 0.4 - inputs["S"][:, place] * 1.5 + 0.7
        inputs["y_test"] = inputs["y_test"] * 0.4 - inputs["S_test"][:, place] * 1.5 + 0.7
        cases.append(Case("random", inputs, f"for {N} states of {H} units, one of which falls as the truth rises"))
    loud = draw(rng, S=(9, 2), y=(9,), S_test=(6, 2), y_test=(6,))  # slopes of 0.1 and of about 2
    loud["S"][:, 0], loud["S_test"][:, 0] = 10 * loud["y"], 10 * loud["y_test"]
    loud["S"][:, 1] = 0.3 * loud["y"] + 0.05 * loud["S"][:, 1]
    cases.append(Case("property", loud, "where the best unit has large values, and so a small slope"))
    # a unit that is best on the test states only: it must not be chosen
    lure = draw(rng, S=(10, 3), y=(10,), S_test=(6, 3))
    lure["y"] = 0.3 * lure["y"] + lure["S"][:, 0]
    lure |= {"y_test": lure["S_test"][:, 2] * 2.0}
    cases.append(Case("property", lure, "where another unit does best on the test states, which nobody knows yet"))
    return cases


def best_unit_by_loops(S, y, S_test, y_test):
    best, where, line = -np.inf, 0, np.zeros(2)
    for k in range(S.shape[1]):
        fitted = np.polyfit(S[:, k], y, 1)
        score = 1 - ((y - np.polyval(fitted, S[:, k])) ** 2).sum() / ((y - y.mean()) ** 2).sum()
        if score > best:
            best, where, line = score, k, fitted
    gaps = y_test - np.polyval(line, S_test[:, where])
    return [where, float(1 - (gaps @ gaps) / (len(y_test) * np.var(y_test)))]


def with_unit(choose, slope_of=None, score=None):
    def answer(S, y, S_test, y_test):
        slope, intercept, _ = fits(S, y)
        k = choose(S, y, S_test, y_test)
        if slope_of:
            slope, intercept = slope_of(S, y, S_test, y_test)
        said = slope[k] * S_test[:, k] + intercept[k]
        if score:
            return k, score(S, y, S_test, y_test, k, said)
        return k, 1 - ((y_test - said) ** 2).sum() / ((y_test - y_test.mean()) ** 2).sum()

    return answer


def chosen(S, y, S_test, y_test):
    return fits(S, y)[2].argmax()


BEST_UNIT = Code(
    id="18.5",
    name="best_unit",
    title="The unit that knows most",
    objective="18c",
    points=3,
    minutes=12,
    difficulty=4,
    arguments=("S", "y", "S_test", "y_test"),
    shapes="best_unit(S, y, S_test, y_test): S (N, H), y (N,), S_test (M, H), y_test (M,) -> unit, R²",
    reference=best_unit,
    returns=("unit", "score"),
    cases=unit_cases,
    in_library=("gru_lab.probing.probes.best_axes",),
    wrong=(
        Wrong(
            "chosen on the test states",
            "You chose on the test states. Choose on the others, judge on these.",
            with_unit(lambda S, y, S_test, y_test: fits(S_test, y_test)[2].argmax()),
        ),
        Wrong(
            "fitted on the test states",
            "This is R² of a line fitted on the test states; a squared correlation there is the same number. "
            "Fit on S and y, and judge that very line.",
            with_unit(chosen, slope_of=lambda S, y, S_test, y_test: fits(S_test, y_test)[:2]),
        ),
        Wrong(
            "score of the training states",
            "This is R² on the states that the line was fitted to.",
            with_unit(chosen, score=lambda S, y, S_test, y_test, k, said: fits(S, y)[2][k]),
        ),
        Wrong(
            "only rising units",
            "A unit that falls as the truth rises knows as much. Compare R², not slopes.",
            with_unit(lambda S, y, S_test, y_test: (fits(S, y)[2] * (fits(S, y)[0] > 0)).argmax()),
        ),
        Wrong(
            "unit from 1", "Units are counted from 0.", lambda *given: (best_unit(*given)[0] + 1, best_unit(*given)[1])
        ),
        Wrong(
            "no line",
            "The unit's values were taken as they are. Fit a line first: slope and intercept.",
            with_unit(chosen, slope_of=lambda S, y, S_test, y_test: (np.ones(S.shape[1]), np.zeros(S.shape[1]))),
        ),
    ),
    right=(
        best_unit_by_loops,
        lambda *given: tuple(np.float32(part) for part in best_unit(*given)),
        lambda *given: dict(zip(("score", "unit"), best_unit_by_loops(*given)[::-1], strict=True)),
    ),
    praise="Chosen on one set, judged on another. That is what makes it a finding.",
    hints=(
        "For each unit: a straight line from its value to y. np.polyfit(S[:, k], y, 1) gives slope and intercept.",
        "Take the unit whose line has the best R² on S and y.",
        "Then R² of that same line on S_test and y_test: 1 - sum of squared gaps / sum of squares about the mean.",
    ),
)


# ---------------------------------------------------------------------------------------------- the pattern


def data_pattern(S, W):
    S_c = S - S.mean(0)
    return along(S_c.T @ S_c / (len(S) - 1), W)


def along(matrix, W):
    """The pattern with this matrix in the place of the covariance."""
    return matrix @ W @ np.linalg.inv(W.T @ matrix @ W)


def pattern_cases(rng):
    hand = {"S": np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 2.0], [0.0, -2.0]]), "W": np.array([[1.0], [1.0]])}
    cases = [Case("hand", hand, "for two units, one four times as variable", expected=[[0.2], [0.8]])]
    square = draw(rng, S=(8, 2)) | {"W": np.array([[2.0, 0.0], [0.0, 0.5]])}
    cases.append(Case("property", square, "when W is square: its inverse, turned, whatever the states"))
    for N, H, K in sizes(rng, (14, 4, 2), (11, 5, 3), between=((15, 20), (6, 8), (2, 5))):
        cases.append(Case("random", draw(rng, S=(N, H), W=(H, K)), f"with N = {N}, H = {H}, K = {K}"))
    return cases


def pattern_by_solve(S, W):
    covariance = np.cov(S.T)
    return np.linalg.solve((W.T @ covariance @ W).T, (covariance @ W).T).T


def pattern_by_readings(S, W):
    """How the states go with the readings: a regression of S on S W."""
    read = (S - S.mean(0)) @ W
    return np.linalg.lstsq(read, S - S.mean(0), rcond=None)[0].T.tolist()


PATTERN = Code(
    id="18.6",
    name="data_pattern",
    title="The direction of the data",
    objective="18d",
    points=3,
    minutes=12,
    difficulty=4,
    arguments=("S", "W"),
    shapes="data_pattern(S, W): states S (N, H), a probe's weights W (H, K) -> (H, K)",
    reference=data_pattern,
    cases=pattern_cases,
    in_library=("gru_lab.probing.steering.pattern_directions",),
    wrong=(
        Wrong(
            "the weights", "These are the weights themselves: how to read, not what is there.", lambda S, W: W.copy()
        ),
        Wrong(
            "weights, scaled",
            "This goes along the weights. The data's own direction needs the states' covariance.",
            lambda S, W: W @ np.linalg.inv(W.T @ W),
        ),
        Wrong(
            "not scaled",
            "The direction is right, its length is not: times the inverse of Wᵀ Σ W.",
            lambda S, W: np.cov(S.T) @ W,
        ),
        Wrong(
            "not centred",
            "The states were not centred before the covariance.",
            lambda S, W: along(S.T @ S, W),
        ),
        Wrong(
            "each reading alone",
            "Each column was scaled alone. Then raising one reading raises others as well.",
            lambda S, W: np.cov(S.T) @ W / np.diag(W.T @ np.cov(S.T) @ W),
        ),
        Wrong(
            "only the variances",
            "Only the units' own variances are used. Units move together: the whole covariance.",
            lambda S, W: along(np.diag(np.cov(S.T).diagonal()), W),
        ),
        Wrong(
            "reciprocal for inverse",
            "1 / M and M ** -1 take each number alone. The inverse of a matrix is np.linalg.inv(M).",
            lambda S, W: np.cov(S.T) @ W @ (1 / (W.T @ np.cov(S.T) @ W)),
        ),
        Wrong(
            "Σ missing in the inverse",
            "Inside the inverse Σ is missing: Wᵀ Σ W is how much the readings vary, Wᵀ W is not.",
            lambda S, W: np.cov(S.T) @ W @ np.linalg.inv(W.T @ W),
        ),
        Wrong(
            "not inverted",
            "You multiply by Wᵀ Σ W. A direction that raises its reading by 1 needs the inverse.",
            lambda S, W: np.cov(S.T) @ W @ (W.T @ np.cov(S.T) @ W),
        ),
        Wrong(
            "correlations",
            "These are correlations: each unit was divided by its spread. Σ is the covariance, np.cov(S.T).",
            lambda S, W: along(np.corrcoef(S.T), W),
        ),
        Wrong(
            "length 1",
            "Each direction has length 1. It should be so long that its own reading rises by 1.",
            lambda S, W: np.cov(S.T) @ W / np.linalg.norm(np.cov(S.T) @ W, axis=0),
        ),
        Wrong(
            "inverse covariance",
            "The covariance is inverted. It is Σ W, not Σ⁻¹ W.",
            lambda S, W: along(np.linalg.inv(np.cov(S.T)), W),
        ),
    ),
    right=(pattern_by_solve, pattern_by_readings, lambda S, W: data_pattern(3.0 * S + 1.0, W).astype(np.float32)),
    praise="Along it the state moves as states do, and each reading rises by 1 without the others.",
    hints=(
        "Σ is the covariance of the states: np.cov(S.T), (H, H).",
        "Σ W is how the units go with the readings. It still needs the right length.",
        "np.cov(S.T) @ W @ np.linalg.inv(W.T @ np.cov(S.T) @ W).",
    ),
)


IS_IT_AN_ASPECT = Written(
    id="18.7",
    name="is_it_an_aspect",
    title="Is it an aspect?",
    objective="18e",
    points=3,
    minutes=7,
    difficulty=3,
    guide=(
        "For the state as a whole yes: both aspects can be read from it almost without an error, as memory.",
        "For single numbers no: Power is spread over many units, so no number is Power. Tragedy's unit is the "
        "exception here.",
        "Before naming: a score on stories that had no part in the choice, and controls, such as a random "
        "rotation or other seeds.",
    ),
    right=(
        "The state as a whole holds the aspects, since a probe reads both at 0.99. But numbers are another "
        "matter: one unit is nearly Tragedy, while Power lies in many units and none is it. Before I name a unit "
        "I want its score on fresh stories, an axis of a random rotation beside it, and other seeds.",
        "Half. What the picture says of the state is true, what it says of each number is true of Tragedy at "
        "best. A name needs fresh test stories, chance axes for comparison and more than one trained network.",
    ),
    hints=(
        "There are two claims: about the state, and about each number in it.",
        "What do 0.99, 0.97 and 0.60 say for each of the two?",
        "What could make a unit look good by accident, and how would you find out?",
    ),
)

QUESTIONS = (BEST_UNIT, PATTERN, IS_IT_AN_ASPECT)
