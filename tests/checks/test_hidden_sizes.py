"""Grading asks the exercises' questions with sizes that nobody has seen, and withholds the library's own answers."""

import ast
import hashlib
import importlib

import numpy as np
import pytest

from gru_lab import check
from gru_lab.checks import probes, verdict
from gru_lab.checks.question import Code
from gru_lab.checks.sizes import HiddenSizes, one_of, sizes
from gru_lab.grading import assignments

ASSIGNMENTS = [assignments.assignment(number) for number in assignments.numbers()]
CODE = [item.question for one in ASSIGNMENTS for item in one.items if item.is_code]
SECRETS = [int(hashlib.sha256(f"class {number}".encode()).hexdigest(), 16) for number in range(4)]
NO_SIZES = {  # question -> why its inputs have no shape that could differ
    "1.4": "four whole numbers come in",
    "3.7": "four whole numbers come in",
    "16.6": "two whole numbers and a rate come in",
    "17.5": "three sizes and two speeds come in, as numbers",
    "19.7": "two whole numbers come in",
}
ALSO_FIXED = {"16.7": 2}  # random cases at the end whose losses were chosen, not drawn

every_question = pytest.mark.parametrize("question", CODE, ids=lambda question: f"{question.id}-{question.name}")


def judged(question, answer, cases):
    outcomes = probes.run(answer, [case.inputs for case in cases], question.probe, question.returns)
    return verdict.judge_code(question, probes.look(answer, question.arguments), cases, outcomes)


def random_cases(cases):
    return [case for case in cases if case.stage == "random"]


def shapes(case):
    return tuple(np.shape(value) for value in case.inputs.values())


def as_key(inputs):
    return tuple((np.shape(value), np.asarray(value, float).tobytes()) for value in inputs)


def memorised(question):
    """What a learner can write who has seen the notebook's inputs, and has the right results for them alone."""
    known = {}
    for case in verdict.plan(question):
        result = verdict.try_known(question, question.reference, case).values
        known[as_key(_as_called(question, case.inputs))] = tuple(result[name] for name in question.returns)

    def answer(*inputs):
        flat = [part for value in inputs for part in (value.arrays().values() if hasattr(value, "arrays") else [value])]
        found = known.get(as_key(flat))
        if found is None:
            return np.zeros(()) if len(question.returns) == 1 else tuple(0.0 for _ in question.returns)
        return found[0] if len(question.returns) == 1 else found

    return answer


def _as_called(question, inputs):
    seen = []
    question.probe(lambda *given: seen.extend(given), inputs)
    return [part for value in seen for part in (value.arrays().values() if hasattr(value, "arrays") else [value])]


@every_question
@pytest.mark.parametrize("seed", SECRETS, ids=range(len(SECRETS)))
def test_random_cases_have_shapes_that_nobody_has_seen(question, seed):
    visible = random_cases(verdict.plan(question))
    hidden = random_cases(verdict.plan(question, seed, hidden=True))
    assert len(hidden) == len(visible)
    seen = {shapes(case) for case in visible}
    new = [case for case in hidden if shapes(case) not in seen]
    if question.id in NO_SIZES:
        assert all(shape == () for case in hidden for shape in shapes(case)), "it has a shape: why not another one?"
        new_numbers, numbers = ({as_key(case.inputs.values()) for case in cases} for cases in (hidden, visible))
        assert new_numbers.isdisjoint(numbers)
    else:
        assert len(new) == len(hidden) - ALSO_FIXED.get(question.id, 0)


@every_question
def test_right_answers_pass_and_wrong_ones_are_named(question):
    for seed in SECRETS:
        cases = verdict.plan(question, seed, hidden=True)
        for number, answer in enumerate((*question.right, question.reference)):
            found = judged(question, answer, cases)
            assert found.status == "right", f"right answer {number}, seed {seed}: {found}"
        for wrong in question.wrong:
            found = judged(question, wrong.answer, cases)
            assert (found.status, found.diagnosis) == ("wrong", wrong.name), f"seed {seed}: {found}"


@every_question
def test_an_answer_that_knows_the_notebook_by_heart_is_refused(question):
    answer = memorised(question)
    assert judged(question, answer, verdict.plan(question)).status == "right"
    for seed in SECRETS:
        assert judged(question, answer, verdict.plan(question, seed, hidden=True)).status == "wrong"


@every_question
def test_a_plan_is_the_same_for_the_same_seed(question):
    for hidden in (False, True):
        one, other = (verdict.plan(question, SECRETS[0], hidden) for _ in range(2))
        assert [as_key(case.inputs.values()) for case in one] == [as_key(case.inputs.values()) for case in other]
        assert [case.says for case in one] == [case.says for case in other]


# ---------------------------------------------------------------------------------------------- the mechanism


def test_sizes_are_the_visible_ones_unless_they_are_hidden():
    visible = ((3, 2, 4), (2, 4, 3))
    rng = np.random.default_rng(0)
    before = rng.bit_generator.state
    assert sizes(rng, *visible) == list(visible)
    assert one_of(rng, 1, range(4)) == 1
    assert rng.bit_generator.state == before  # so that the numbers after them stay as they are
    rng, met = HiddenSizes(np.random.PCG64(1)), set()
    for _ in range(200):
        for drawn in sizes(rng, *visible):
            assert len(set(drawn)) == 3
            assert all(2 <= size <= 7 for size in drawn)
            assert not any(size in (one[place] for one in visible) for place, size in enumerate(drawn))
            met.add(drawn)
        assert one_of(rng, 1, range(4)) in (0, 2, 3)
    assert len(met) > 20


def test_sizes_that_cannot_be_are_no_endless_search():
    with pytest.raises(ValueError, match="empty"):
        sizes(HiddenSizes(np.random.PCG64(1)), (2, 3), between=((2, 2), (3, 3)))


def test_every_bit_of_a_long_seed_counts():
    question = check.find("repaired_step")
    plans = [verdict.plan(question, seed, hidden=True) for seed in (1, 1 + 2**64, 1 + 2**128, 1 + 2**255)]
    assert len({as_key(plan[-1].inputs.values()) for plan in plans}) == 4


# ---------------------------------------------------------------------------------------------- the library's answers


@every_question
def test_what_is_withheld_exists_where_it_is_defined(question):
    for name in question.in_library:
        module, _, function = name.rpartition(".")
        found = getattr(importlib.import_module(module), function)
        assert callable(found)
        assert (found.__module__, found.__name__) == (module, function)
        assert module.split(".")[1] not in ("checks", "grading")


@pytest.mark.parametrize("one", ASSIGNMENTS, ids=lambda one: one.number)
def test_no_exercise_uses_what_is_withheld_from_it(one):
    withheld = {name.rpartition(".")[2] for item in one.items if item.is_code for name in item.question.in_library}
    imported = set()
    for cell in one.cells:
        for node in ast.walk(ast.parse(cell["source"])) if cell["cell_type"] == "code" else ():
            if isinstance(node, ast.ImportFrom) and node.module.startswith("gru_lab"):
                imported |= {alias.name for alias in node.names}
    assert "check" in imported
    assert not imported & withheld


def test_the_answers_that_the_library_has_are_withheld():
    by_name = {question.name: question.in_library for question in CODE if isinstance(question, Code)}
    assert "gru_lab.cell.gru_step" in by_name["mended_step"]
    assert "gru_lab.cell.gru_step" in by_name["repaired_step"]
    assert "gru_lab.interop.from_keras" in by_name["weights_from_keras"]
    assert "gru_lab.cell.sigmoid" not in {name for names in by_name.values() for name in names}
