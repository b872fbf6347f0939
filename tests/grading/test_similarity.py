"""Hints: a copied answer is seen, also with other names; what was handed out, is common or short is not."""

import random
import time

import pytest

from gru_lab.grading.record import Record, Result
from gru_lab.grading.similarity import hints

STUB = "def f(x, h):\n    raise NotImplementedError\n"


def an_answer(seed, lines=12):
    """Code that nobody else writes."""
    draw = random.Random(seed)
    parts = ["a + b", "a * (b - c)", "f(a)", "a[b]", "a @ b.T", "[a, b]", "a if b else c", "-a", "a ** 2", "{a: b}"]
    body = "\n".join(f"    v{n} = {' + '.join(draw.choices(parts, k=draw.randint(2, 4)))}" for n in range(lines))
    return f"def f(x, h):\n{body}\n    return v0\n"


def a_class(sources):
    return [Record(f"s{n:04}", "06", results=(Result("6.4", "right", 3, 1, source=text),)) for n, text in
            enumerate(sources)]  # fmt: skip


def test_a_copy_with_other_names_and_comments_is_seen():
    copied = an_answer(3).replace("v", "other").replace("\n", "  # mine\n")
    found = hints(a_class([*map(an_answer, range(40)), copied]), {"6.4": STUB})
    assert [(hint.students, hint.question) for hint in found] == [(("s0003", "s0040"), "6.4")]
    assert found[0].share == 1


def test_what_many_have_written_does_not_count():
    assert hints(a_class([an_answer(1)] * 20 + [an_answer(n) for n in range(20, 40)])) == []


def test_what_was_handed_out_does_not_count():
    handed_out = an_answer(5, 30)
    sources = [*map(an_answer, range(10, 30)), handed_out + "\ny = 1\n", handed_out + "\nz = [2]\n"]
    assert hints(a_class(sources), {"6.4": handed_out}) == []
    assert len(hints(a_class(sources))) == 1


def test_short_answers_do_not_count():
    assert hints(a_class(["def f(x, h):\n    return x + h\n"] * 2)) == []


def test_written_answers_are_not_compared():
    assert (
        hints([Record(name, "06", results=(Result("6.7", "by hand", 3, source=an_answer(1)),)) for name in "ab"]) == []
    )


@pytest.mark.parametrize("source", ["(" * 10**5, "'''", "\x00" * 100, "\ud800 = 1", "  x\n y\n", "x" * 10**6, "§ ¿"])
def test_what_is_no_python_breaks_nothing(source):
    assert hints(a_class([source, source, an_answer(1), an_answer(1)]))[0].students == ("s0002", "s0003")


def test_a_thousand_answers_take_seconds():
    started = time.perf_counter()
    found = hints(a_class([*map(an_answer, range(999)), an_answer(7)]))
    assert found[0].students == ("s0007", "s0999") and time.perf_counter() - started < 20
