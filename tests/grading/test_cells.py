"""What is found out about a cell's code, without a word in the instructor's terminal."""

import warnings

import pytest

from gru_lab.grading.cells import defined


@pytest.mark.parametrize("source", ["a = '\\d'", "a = 1if x else 2"])
def test_doubtful_code_says_nothing_in_the_terminal(source):
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        assert defined(source) == ["a"]
    assert said == []
