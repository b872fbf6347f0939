"""Numbers written and read, ids however they are typed, and what is said of a function that is half done."""

import dataclasses

import numpy as np
import pytest

from gru_lab import check
from gru_lab.checks import finding, judge, words
from gru_lab.checks.common import numbers

COUNT = check.find("stacked_count")


@pytest.mark.parametrize(
    ("value", "text"),
    [(10_944, "10944"), (9_999.9, "10000"), (-22_345.6, "-22346"), (1e12, "1e+12"), (0.00012, "0.00012"), (-0.0, "0"),
     (1_234.5, "1234"), (float("inf"), "inf"), (float("nan"), "nan"), (np.float32(65_504), "65504")],
)  # fmt: skip
def test_a_number_is_written_in_full_up_to_a_size(value, text):
    assert words.number(value) == text


def test_large_numbers_that_differ_are_shown_to_differ():
    found = judge(COUNT, lambda D, H, layers, biases: COUNT.reference(D, H, layers, biases) + 10 * (layers > 1))
    assert dict(found.rows)["expected"] == "10944" and dict(found.rows)["came out"] == "10954"


def test_of_many_weights_the_one_that_differs_is_shown():
    found = judge(check.find("reorder_units"), lambda p, order: dataclasses.replace(p, U_z=p.U_z[order]))
    assert [text.split(" = ")[0] for label, text in found.rows[:2]] == ["W_r", "order"]
    assert [label for label, _ in found.rows] == ["came in", "", "expected W_r", "came out W_r"]


# ---------------------------------------------------------------------------------------------- values of numbers


def test_numbers_of_a_shape_become_tuples():
    assert numbers((2,), "Two.")(np.array([1, 0.5])) == (1.0, 0.5)
    assert numbers((1, 2), "A row of two.")([[1, 2]]) == ((1.0, 2.0),)


@pytest.mark.parametrize("value", [[1], [[1, 2]], "ab", [1, "b"], [1, None], [10**400, 1], [1, float("nan")], {}, 3])
def test_whatever_else_is_told_what_is_asked_for(value):
    with pytest.raises(ValueError, match=r"^Two numbers\.$"):
        numbers((2,), "Two numbers.")(value)


def test_a_gate_is_a_share():
    assert numbers((2,), "Two gates.", gates=True)([0, 1]) == (0, 1)
    for value in ([0, 1.01], [-0.01, 1]):
        assert numbers((2,), "Two.")(value)
        with pytest.raises(ValueError, match="A gate is a share"):
            numbers((2,), "Two gates.", gates=True)(value)


# ---------------------------------------------------------------------------------------------- ids


@pytest.mark.parametrize("id", ["6.4", "06.4", " 06.4 ", "6.04", 6.4, np.float64(6.4), "change_of_candidate"])
def test_an_id_may_be_typed_in_any_way(id, capsys):
    check.hint(id)
    assert "6.4 change_of_candidate · hint 1 of 3" in capsys.readouterr().out


@pytest.mark.parametrize("id", [6, "06", 6.9, "06.44", "6." + "4" * 5_000, "0" * 5_000 + "6.4"])
def test_an_id_that_is_none_is_told_which_there_are(id, capsys):
    check.hint(id)
    assert "There is no such question here; there are" in capsys.readouterr().out


def test_a_float_that_could_be_two_ids_is_asked_for_in_quotes(monkeypatch, capsys):
    first = check.questions(6)[0]
    tenth = dataclasses.replace(first, id="6.10", title="The tenth")
    monkeypatch.setitem(finding._loaded, 6, (*check.questions(6), tenth))
    for ask in (check.hint, check.prediction):
        ask(float("6.10"))
        says = f'6.1 and 6.10 are one number to Python: write it in quotes, check.{ask.__name__}("6.10").'
        assert says in capsys.readouterr().out
    check.hint("6.10")
    assert "6.10 The tenth" in capsys.readouterr().out
    check.hint("6.1")
    assert f"6.1 {first.title}" in capsys.readouterr().out


# ---------------------------------------------------------------------------------------------- half done


def handed_out(D, H, layers, biases):
    """Four whole numbers."""
    raise NotImplementedError("Exercise 3.7: your code")


def below_the_raise(D, H, layers, biases):
    raise NotImplementedError("Exercise 3.7: your code")
    return 3 * layers * H * (D + H + biases)


def above_the_raise(D, H, layers, biases):
    total = 3 * layers * H * (D + H + biases)
    raise NotImplementedError("Exercise 3.7: your code")
    return total


@pytest.mark.parametrize("answer", [handed_out, below_the_raise])
def test_a_raise_with_nothing_before_it_is_to_be_replaced(answer):
    assert judge(COUNT, answer).says.startswith("Not written yet. Replace the raise line")


def test_a_raise_that_was_forgotten_below_the_code_is_to_be_taken_out():
    found = judge(COUNT, above_the_raise)
    assert found.status == "waiting" and "the raise line is still there. Take it out" in found.says


def test_a_call_of_what_is_not_written_is_shown():
    other_cell = {}
    exec("def one_layer(D, H):\n    raise NotImplementedError('not yet')", other_cell)
    one_layer = other_cell["one_layer"]

    def calls(D, H, layers, biases):
        return layers * one_layer(D, H)

    found = judge(COUNT, calls)
    assert "a function that yours calls is not written" in found.says
    assert dict(found.rows)["it says"] == "NotImplementedError: not yet"
    assert dict(found.rows)["your line"] == "return layers * one_layer(D, H)"


def test_sentences_are_kept_and_not_called_right(capsys):
    check.written("6.7", "word " * 30)
    said = capsys.readouterr().out
    assert said.startswith("✎ 6.7 Why a reset gate? · kept, not marked\n  No program knows whether it is right.")
    assert "right" not in said.splitlines()[0]
