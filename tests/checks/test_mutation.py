"""Every question, as it is registered: wrong answers are named, right ones pass, stubs meet calm, words are kind."""

import ast
import inspect
import re
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from gru_lab import check
from gru_lab.checks import __main__ as diagnoses
from gru_lab.checks import given, judge, verdict, words
from gru_lab.checks.question import Choice, Code, Prediction, Value, Written

QUESTIONS = check.questions()
CODE = [question for question in QUESTIONS if isinstance(question, Code)]
SEEDS = range(3)  # 0 is what a notebook uses; a class is graded on others


def by_name(question):
    return f"{question.id}-{question.name}"


def stub(*_inputs):
    raise NotImplementedError("here is your code")


def empty(*_inputs):
    """Only a docstring."""


every_question = pytest.mark.parametrize("question", QUESTIONS, ids=by_name)
every_code_question = pytest.mark.parametrize("question", CODE, ids=by_name)


# ---------------------------------------------------------------------------------------------- wrong answers


@every_question
def test_every_known_wrong_answer_is_named(question):
    for seed in SEEDS if isinstance(question, Code) else [0]:
        for wrong in question.wrong:
            found = judge(question, wrong.answer, seed)
            assert found.status in ("wrong", "off"), f"{wrong.name}: accepted"
            assert found.diagnosis == wrong.name, f"{wrong.name}, seed {seed}: taken for {found}"
            assert wrong.says in (found.reason, found.says)


@every_question
def test_there_are_at_least_four_wrong_answers(question):
    assert len(question.wrong) >= (0 if isinstance(question, Written) else 1 if isinstance(question, Choice) else 4)
    assert len({wrong.name for wrong in question.wrong}) == len(question.wrong)
    if isinstance(question, Code | Value):  # predictions and choices may give one reason twice
        assert len({wrong.answer if isinstance(question, Code) else str(wrong.answer) for wrong in question.wrong}) >= 4


@every_code_question
def test_a_wrong_answer_is_wrong_for_its_own_reason(question):
    """No two known wrong answers compute the same thing: one of them would never be named."""
    cases = verdict.plan(question)
    outcomes = [[verdict.try_known(question, wrong.answer, case) for case in cases] for wrong in question.wrong]
    for i, one in enumerate(outcomes):
        for j, other in enumerate(outcomes[:i]):
            alike = all(verdict.same(a, b) for a, b in zip(one, other, strict=True))
            assert not alike, f"{question.wrong[i].name} and {question.wrong[j].name} cannot be told apart"


@every_question
def test_an_answer_not_begun_gets_one_calm_line(question):
    begun = [None, stub, empty, lambda *inputs: ...] if isinstance(question, Code) else [None, ...]
    for answer in begun:
        found = judge(question, answer)
        assert found.status == "waiting", answer
        assert found.says
        assert not found.rows
        assert not found.reason


# ---------------------------------------------------------------------------------------------- right answers


@every_question
def test_right_answers_pass_however_they_are_written(question):
    assert len(question.right) >= 2
    answers = (*question.right, question.reference) if isinstance(question, Code) else question.right
    wanted = "kept" if isinstance(question, Written) else "right"
    for seed in SEEDS if isinstance(question, Code) else [0]:
        for number, answer in enumerate(answers):
            found = judge(question, answer, seed)
            assert found.status == wanted, f"right answer {number}, seed {seed}: {found}"
            assert not found.says.startswith("Right")  # the word before it says so


@every_code_question
def test_the_reference_gives_what_was_worked_by_hand(question):
    by_hand = [case for case in verdict.plan(question) if case.expected is not None]
    for case in by_hand:
        found = verdict.try_known(question, question.reference, case)
        for name, want in verdict._expected(question, case).items():
            np.testing.assert_allclose(found.values[name], want, rtol=1e-12, atol=1e-12)


@every_code_question
def test_no_two_axes_have_the_same_size_in_some_random_case(question):
    """Where inputs have two axes or more, a transposed or broadcast array has nowhere to hide."""
    random = [case for case in verdict.plan(question) if case.stage == "random" and not case.optional]
    assert random
    sizes = [Counter(np.shape(value) for value in case.inputs.values()) for case in random]
    wide = [shapes for shapes in sizes if any(len(shape) == 2 for shape in shapes)]
    for shapes in wide:
        axes = {size for shape in shapes for size in shape if len(shape) == 2}
        assert len(axes) >= 2, f"only sizes {axes}"


@every_code_question
def test_a_check_is_quick(question):
    judge(question, question.reference)
    for answer in (question.reference, question.wrong[0].answer):
        best = min(_seconds(lambda answer=answer: judge(question, answer)) for _ in range(3))
        assert best < 0.1


def _seconds(call):
    started = time.process_time()  # of this process alone: other work on the machine does not count
    call()
    return time.process_time() - started


# ---------------------------------------------------------------------------------------------- predictions and choices


@pytest.mark.parametrize("question", [q for q in QUESTIONS if isinstance(q, Prediction)], ids=by_name)
def test_a_prediction_is_met_with_a_reason_whatever_it_is(question):
    assert question.near >= question.within > 0
    for wrong in question.wrong:
        assert abs(wrong.answer - question.answer) > question.within, f"{wrong.name} counts as right"
    for guess in (
        question.answer,
        question.answer + 0.99 * question.near,
        1e9,
        -1e9,
        *(w.answer for w in question.wrong),
    ):
        found = judge(question, guess)
        shown = " ".join((found.says, found.reason, *found.remarks))
        low, high = question.between
        if not low <= guess <= high and given._known_guess(question, guess) is None:
            assert found.status == "waiting" and f"It cannot be {words.number(guess)}" in shown
            assert question.because not in shown
            continue
        assert found.status in ("right", "near", "off")
        assert question.because in shown
        assert words.number(question.answer) in shown


@pytest.mark.parametrize("question", [q for q in QUESTIONS if isinstance(q, Prediction)], ids=by_name)
def test_where_a_prediction_can_lie_is_where_its_kind_says(question):
    low, high = question.between
    named = re.search(r"(?:between|from) (-?\d+) (?:and|to) (\d+)$", question.kind)
    if named:
        assert question.between == (float(named[1]), float(named[2]))
    if re.search("whole|number of steps|0 or (?:larger|more)", question.kind):
        assert low in (0, 1) and high == np.inf
    assert low <= question.answer - question.within or low == question.answer
    assert question.answer + question.within <= high


@pytest.mark.parametrize("question", [q for q in QUESTIONS if isinstance(q, Choice)], ids=by_name)
def test_a_choice_has_one_right_option_and_a_reason_for_each(question):
    assert question.answer in question.options
    assert len(question.options) >= 2
    assert len({option.says for option in question.options.values()}) == len(question.options)
    for key, option in question.options.items():
        found = judge(question, key)
        assert (found.status == "right") == (key == question.answer)
        assert option.says in (found.says, found.reason)


# ---------------------------------------------------------------------------------------------- the data


def test_ids_and_names_are_unique_and_in_order():
    for attribute in ("id", "name"):
        counted = Counter(getattr(question, attribute) for question in QUESTIONS)
        assert not [value for value, number in counted.items() if number > 1]
    for chapter in check.chapters():
        numbers = [int(question.id.split(".")[1]) for question in check.questions(chapter)]
        assert all(question.chapter == chapter for question in check.questions(chapter))
        assert numbers == sorted(numbers)


@every_question
def test_a_question_is_found_by_its_number_and_its_name(question):
    assert check.find(question.id) is question
    assert check.find(question.name) is question
    if isinstance(question, Code | Value):
        assert getattr(check, question.name).question is question


def test_no_name_hides_a_part_of_the_room():
    room = {path.stem for path in Path(check.__file__).parent.glob("*.py")}
    taken = room | set(check.__all__) | {"questions", "chapters", "find", "judge", "Check", "probes", "show"}
    assert not taken & {question.name for question in QUESTIONS}


@every_question
def test_a_question_is_complete(question):
    assert re.fullmatch(r"\d{1,2}\.\d{1,2}", question.id)
    assert question.name.isidentifier()
    assert re.fullmatch(rf"{question.chapter}[a-z]", question.objective)
    assert 1 <= question.difficulty <= 5
    assert question.points >= 1
    assert question.minutes >= 1
    assert len(question.hints) == 3
    assert len(set(question.hints)) == 3
    if isinstance(question, Code):
        assert question.shapes.startswith(f"{question.name}({', '.join(question.arguments)})")


JARGON = re.compile(r"\b(simply|just|obviously|easy|easily|stupid|fail(?:ed|ure)?|incorrect|illegal|invalid)\b", re.I)


@every_question
def test_the_words_are_short_and_kind(question):
    texts = [*question.hints, *(wrong.says for wrong in question.wrong), question.title]
    texts += [
        getattr(question, name)
        for name in ("because", "asks", "praise")
        if isinstance(getattr(question, name, None), str)
    ]
    for text in texts:
        assert len(text) <= 200, f"{len(text)} characters: {text}"
        assert not JARGON.search(text), text
        assert text == text.strip()
        assert "  " not in text
    for wrong in question.wrong:
        assert wrong.says[-1] in ".?!", wrong.says


@pytest.mark.parametrize("ask", ["check.hint('4.1')", "check.gru_step(None)"])
def test_chapter_files_are_loaded_when_asked_for(ask):
    """Asking for a question by its number or its name imports that chapter's file and no other."""
    import subprocess
    import sys

    code = (
        f"import sys; from gru_lab import check; {ask};"
        "print(sorted(name[-2:] for name in sys.modules if name.startswith('gru_lab.checks.chapter_')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", check=True)
    assert done.stdout.splitlines()[-1] == "['04']"


def test_the_room_needs_no_torch_and_no_jupyter():
    for path in Path(check.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) else []
            assert not [name for name in names if name.split(".")[0] in ("torch", "matplotlib", "ipywidgets")], (
                path.name
            )


def test_the_table_of_diagnoses_is_up_to_date():
    on_disk = diagnoses.PATH.read_text(encoding="utf-8")
    assert on_disk == diagnoses.table(), "run  python -m gru_lab.checks"


def test_the_mutation_test_itself_can_fail(monkeypatch):
    """A check that accepts everything, or names nothing, does not get through."""
    question = check.find("reset_gate")
    monkeypatch.setattr(verdict, "close", lambda want, got: True)
    assert judge(question, question.wrong[0].answer).status == "right"
    with pytest.raises(AssertionError, match="accepted"):
        test_every_known_wrong_answer_is_named(question)
    monkeypatch.undo()
    monkeypatch.setattr(verdict, "diagnose", lambda *anything: ("", ""))
    with pytest.raises(AssertionError, match="taken for"):
        test_every_known_wrong_answer_is_named(question)


def test_every_public_function_says_what_it_does():
    for module in (check, verdict):
        for name, thing in vars(module).items():
            if inspect.isfunction(thing) and thing.__module__ == module.__name__ and not name.startswith("_"):
                assert thing.__doc__ or name in ("chapters", "heading", "bar", "unknown"), name
