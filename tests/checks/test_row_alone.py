"""Right for one example and wrong in a batch: said only where a row of the batch alone comes out right, with advice
that fits the question."""

import numpy as np
import pytest

from gru_lab import check
from gru_lab.checks import judge, verdict
from gru_lab.checks.question import Code

ALONE = {question: verdict.plan(question)[-1] for question in check.questions() if isinstance(question, Code)}
ALONE = {question: case for question, case in ALONE.items() if case.alone}


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def slopes_by_outer(x, h, W_r, U_r, b_r):
    r = sigmoid(x @ W_r.T + h @ U_r.T + b_r)
    return np.outer(r * (1 - r), x)


def softened(h, candidate, reported):
    """A mistake of batches in which nothing raises and no shape is wrong."""
    far = check.find("off_the_ground").reference(h, candidate, reported)
    return far if h.ndim == 1 else far - far.mean(axis=0)


@pytest.mark.parametrize(
    ("name", "answer", "advice"),
    [
        ("candidate_state", lambda x, h, r, W, U, b: np.tanh(W @ x + U @ (r * h) + b), "x @ W.T does both"),
        ("best_single_share", lambda h, c, w: ((w - c) * (h - c)).sum() / ((h - c) ** 2).sum(), "axis=-1"),
        ("best_single_share", lambda h, c, w: ((w - c) @ (h - c)) / ((h - c) @ (h - c)), "axis=-1"),
        ("hidden_share", lambda h, r: ((1 - r) * np.abs(h)).sum() / np.abs(h).sum(), "axis=-1"),
        ("weight_slopes", slopes_by_outer, "[..., None, :]"),
        ("gap_by_sender", lambda h, r, U_h: U_h * (r[None, :] - r[:, None]) * h[None, :], "[..., None, :]"),
        ("off_the_ground", softened, "count axes from the end"),
    ],
)
def test_the_advice_fits_the_question(name, answer, advice):
    found = judge(check.find(name), answer)
    assert found.diagnosis == "one example only", found
    assert advice in found.reason
    assert ("W" in found.reason) == ("W" in advice)


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        # right for the case worked by hand, since x is 0 there, and for nothing else
        ("mended_candidate", lambda x, h, r, W, U, b, c: np.tanh(r * (x @ W.T * 2 + h @ U.T + c) + b)),
        # the batches are the first cases with more steps than two
        ("largest_state", lambda h, z, n: 1 + (h - 1) * z**2),
    ],
)
def test_a_lucky_case_by_hand_is_no_single_example(name, answer):
    found = judge(check.find(name), answer)
    assert found.status == "wrong" and found.diagnosis != "one example only", found


def test_the_row_is_the_first_of_a_batch():
    assert len(ALONE) > 15
    for question, row in ALONE.items():
        batches = [case for case in verdict.plan(question) if case.stage == "random" and not case.alone]
        together = next(case for case in batches if np.ndim(next(iter(case.inputs.values()))) == 2)
        want = verdict.try_known(question, question.reference, together).values
        for name, value in verdict.try_known(question, question.reference, row).values.items():
            np.testing.assert_allclose(value, want[name][0])


def test_questions_about_one_kind_of_input_have_no_such_row():
    for name in ("right_either_way", "shares_in_memory", "parameter_count", "gate_of_columns"):
        assert check.find(name) not in ALONE
