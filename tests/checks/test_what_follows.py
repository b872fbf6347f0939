"""Of a value set by hand the check says where it leads; of sentences it never says that they are right."""

import math

import numpy as np
import pytest

from gru_lab import check
from gru_lab.checks import judge
from gru_lab.checks.question import Value, Written

SET_BY_HAND = [question for question in check.questions() if isinstance(question, Value) and question.leads_to(
    question.tidy(question.right[0]))]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value", "follows"),
    [
        ("level_shares", [0.6, 0.4, 0.3, 0.2], "end at 0.4, 0.5, 0.4 and 0.4"),
        ("judge_by_hand", [1, 1], "0.731 by habit, and at 0.881 with the feature"),
        ("matrix_for_both", [[-1, -2], [0, -1]], "[0, 0.5] arrives with reset before, [1, 0.5] with reset after"),
        ("reset_biases", [4, 4, -4, -2.9], "Tragedy and Revenge must both be below 0.05"),
        ("reset_biases", [4, 4, -4, -2.9], "σ(-4) = 0.02, σ(-2.9) = 0.052"),
        ("reset_biases", [2.9, 4, -4, -4], "Power and Conflict must both be above 0.95"),
        ("reset_biases", [math.log(19), 4, -4, -4], "0.95 is not above 0.95"),
        ("reset_biases", [2.9444, 4, -4, -4], "σ(2.9444) = 0.949998"),
        ("fifty_steps", [-3, 3], "After 50 quiet steps 0.09 is left, after 60 0.05; at the event z is 0.500"),
    ],
)
def test_a_wrong_value_is_told_where_it_leads(name, value, follows, capsys):
    assert judge(check.find(name), value).status == "wrong"
    getattr(check, name)(value)
    assert follows in capsys.readouterr().out


@pytest.mark.parametrize("question", SET_BY_HAND, ids=lambda question: question.id)
@pytest.mark.parametrize("size", [0.0, 1e-320, 1e17, 1e308])
@pytest.mark.filterwarnings("error")
def test_numbers_of_any_size_are_judged(question, size):
    def sized(value):
        return [sized(one) for one in value] if isinstance(value, list | tuple) else size

    assert len(SET_BY_HAND) >= 4
    for sign in (1, -1):
        size *= sign
        found = judge(question, sized(question.tidy(question.right[0])))
        assert found.status == "wrong" and not any("nan" in remark for remark in found.remarks), found


@pytest.mark.parametrize("question", [q for q in check.questions() if isinstance(q, Written)], ids=lambda q: q.id)
def test_sentences_are_kept_and_not_called_right(question, capsys):
    check.written(question.id, "The opposite of the truth in twelve words or more, whatever the question may be.")
    shown = capsys.readouterr().out
    assert f"✎ {question.id} {question.title} · kept, not marked" in shown
    assert "✓" not in shown and "· right" not in shown
    assert all(point in shown for point in question.guide)
    check.require(question.id, question.right[0])


def test_a_count_is_right_or_it_is_not():
    count = check.find("7.7")
    assert [judge(count, guess).status for guess in (382, 383, 384, 385, 400)] == ["off", "off", "right", "off", "off"]
    assert judge(count, 383).diagnosis == "itself left out"


def test_a_right_gate_does_not_look_as_if_it_stood_on_the_limit(capsys):
    check.reset_biases([3, 3, -3, -3])
    shown = capsys.readouterr().out
    assert "right" in shown and "σ(3) = 0.953" in shown and "σ(-3) = 0.047" in shown


def test_of_starts_that_are_all_outside_a_limit_cut_at_1_is_right():
    bound = check.find("13.8")
    assert judge(bound, lambda h, z, n: np.maximum(1 + z**n * (h - 1), 1)).status == "right"


def test_an_input_under_the_reset_is_named_so():
    says = judge(check.find("13.7"), lambda x, h, r, W, U, b, b_U: np.tanh(r * (x @ W.T + h @ U.T + b_U) + b)).reason
    assert says.startswith("r also multiplies the input")
