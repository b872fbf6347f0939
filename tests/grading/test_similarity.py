"""Hints: a copied answer is seen, also with other names; what was handed out, is common or short is not."""

import random
import time
import warnings

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


COPIED = (
    "A new story begins, and Power should start from what the sentence says alone. Without the gate the candidate is "
    "coloured by all that was before it."
)


def words_of(seed, count=60):
    draw = random.Random(seed)
    return " ".join("".join(draw.choices("abcdefghij", k=4)) for _ in range(count))


def written(*texts):
    cells = [f'# a few sentences\nmy_why = """\n{text}\n"""' for text in texts]
    return [Record(f"s{n:04}", "06", results=(Result("6.7", "by hand", 3, source=cell),)) for n, cell in
            enumerate(cells)]  # fmt: skip


def pairs(found):
    return [hint.students for hint in found]


def test_a_written_answer_that_was_copied_is_seen_in_another_case_and_punctuation():
    changed = COPIED.upper().replace(",", " –").replace(". ", ";\n\n")
    found = hints(written(*map(words_of, range(10)), COPIED, changed))
    assert [(hint.students, hint.question, hint.share) for hint in found] == [(("s0010", "s0011"), "6.7", 1)]


def test_a_long_stretch_is_seen_however_much_stands_around_it():
    found = hints(written(f"{words_of(1, 300)} {COPIED} {words_of(2)}", f"{words_of(3)} {COPIED} {words_of(4)}"))
    assert pairs(found) == [("s0000", "s0001")] and found[0].share < 0.5


@pytest.mark.parametrize("count", [3, 9, 14])
def test_a_few_equal_words_are_none(count):
    few = " ".join(COPIED.split()[:count])
    assert hints(written(few, few)) == []
    assert hints(written(f"{words_of(1)} {few} {words_of(2)}", f"{words_of(3)} {few} {words_of(4)}")) == []


def test_fifteen_words_are_enough():
    assert len(hints(written(*[" ".join(COPIED.split()[:15])] * 2))) == 1


def test_words_of_the_question_and_of_many_do_not_count():
    quoting = [f"{COPIED} {words_of(n)}" for n in (1, 2)]
    assert hints(written(*quoting), {"6.7": f"It is asked: {COPIED}"}) == [] and len(hints(written(*quoting))) == 1
    assert hints(written(*(f"{COPIED} {words_of(n)}" for n in range(9)))) == []


def test_a_text_that_went_from_hand_to_hand_is_seen():
    found = hints(written(*map(words_of, range(6)), *[COPIED] * 4))
    assert len(found) == 6 and {one for pair in pairs(found) for one in pair} == {"s0006", "s0007", "s0008", "s0009"}


def test_a_doubtful_escape_says_nothing_in_the_terminal():
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        assert len(hints(written(*[f"{COPIED} \\sigma"] * 2))) == 1
    assert said == []


def test_the_cells_own_words_are_not_the_answers():
    comment = "# " + words_of(1)
    assert hints([Record(name, "06", results=(Result("6.7", "by hand", 3, source=f"{comment}\nx = '{name}'"),))
                  for name in "ab"]) == []  # fmt: skip


@pytest.mark.parametrize("before", ["", "(" * 10**4, "\x00", "\ud800 ", '"""', "x" * 10**6])
def test_a_written_answer_that_is_no_python_breaks_nothing(before):
    records = [Record(name, "06", results=(Result("6.7", "by hand", 3, source=f"{COPIED} {before}"),)) for name in "ab"]
    assert pairs(hints(records)) == [("a", "b")]


@pytest.mark.parametrize("source", ["(" * 10**5, "'''", "\x00" * 100, "\ud800 = 1", "  x\n y\n", "x" * 10**6, "§ ¿"])
def test_what_is_no_python_breaks_nothing(source):
    assert hints(a_class([source, source, an_answer(1), an_answer(1)]))[0].students == ("s0002", "s0003")


def seconds_for(answers):
    """Of this process alone, however busy the machine is."""
    started = time.process_time()
    assert hints(a_class([*answers, answers[7]]))[0].students == ("s0007", f"s{len(answers):04}")
    return time.process_time() - started


def test_four_times_the_answers_take_some_four_times_as_long():
    answers = [an_answer(n) for n in range(1000)]
    seconds_for(answers[:20])  # imports, and tables that are made once
    assert seconds_for(answers) < 9 * seconds_for(answers[:250])  # each with each: sixteen times
