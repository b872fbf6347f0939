"""The half of a check that judges what code did: against the reference, in a fixed order, then the name of the bug.

Nothing here calls the learner's code. The order is: callable, written, arguments, raises, shape, range, the case worked
by hand, properties, random inputs. The smallest case that fails is the one that is shown.
"""

from dataclasses import dataclass

import numpy as np

from gru_lab.checks import limits, probes, words
from gru_lab.checks.alone import row_alone
from gru_lab.checks.diagnosis import CARET, close, diagnose, same, try_known
from gru_lab.checks.sizes import HiddenSizes

__all__ = ["Verdict", "is_right", "judge_code", "plan"]

STAGES = ("hand", "property", "random")  # of cases


@dataclass(frozen=True)
class Verdict:
    """status: "right", "near" or "off" (predictions), "kept" (sentences, which no program marks), "wrong", or "waiting"
    (nothing to judge yet).

    stage: where it failed. says: what is the matter. rows: ((label, text), …), what came in, was expected, came out.
    diagnosis: the name of the mistake, reason: its sentence; both "" when nobody knows. remarks: further sentences.
    """

    status: str
    stage: str = ""
    says: str = ""
    rows: tuple = ()
    diagnosis: str = ""
    reason: str = ""
    remarks: tuple = ()


NOT_WRITTEN = Verdict(
    "waiting", says="Not written yet. Replace the raise line with your code, then run this cell again."
)

ONLY_NONE, ONLY_DOTS, NO_FUNCTION = (
    Verdict("waiting", says=f"Not written yet: {what} Write your code, then run this cell again.")
    for what in (
        "your function only returns None.",
        "your function returns the three dots (...) alone.",
        "None stands where your function should be.",
    )
)

UNWRITTEN = (NOT_WRITTEN, ONLY_NONE, ONLY_DOTS, NO_FUNCTION)

NOT_FINISHED = Verdict(
    "waiting", says="Not finished yet: the raise line is still there. Take it out when your code is in place."
)


def plan(question, seed=0, hidden=False):
    """The cases of a Code question: worked by hand, then properties, then random ones, each the smallest first.

    seed: a whole number from 0 on, however large. hidden: as in grading, where an exercise's sizes are drawn too.
    """
    chapter, number = (int(part) for part in question.id.split("."))
    rng = np.random.default_rng([seed, chapter, number])
    cases = question.cases(HiddenSizes(rng.bit_generator) if hidden else rng)
    cases += row_alone(question, cases)
    return sorted(cases, key=lambda case: (case.optional, STAGES.index(case.stage), _size(case.inputs)))


def _size(inputs):
    return sum(np.size(value) for value in inputs.values())


def judge_code(question, look, cases, outcomes):
    """The Verdict on a function. look and outcomes: what `probes.look` and `probes.run` found out about it."""
    early = _before_the_call(question, look)
    if early:
        return early
    expected = [_expected(question, case) for case in cases]
    needed = [case for case in cases if not case.optional]  # these come first
    for judge in (_judge_call, _judge_shape, _judge_range, _judge_numbers, _judge_inputs):
        index, found = judge(question, needed, outcomes, expected) or (None, None)
        if found:
            break
    else:
        return _passed(question, cases, outcomes, expected)
    if found.status == "waiting" or found.diagnosis:
        return found
    name, reason = CARET if look.caret else diagnose(question, cases, outcomes, expected, index)
    changed = outcomes[index].changed
    remarks: tuple[str, ...] = (words.printed(outcomes[index]),)
    if changed and name != "input changed":
        remarks += (f"It also writes into {words.listed(changed)}, its input: work on a copy.",)
    return Verdict("wrong", found.stage, found.says, found.rows, name, reason, tuple(filter(None, remarks)))


def _before_the_call(question, look):
    if look.kind == "nothing" or look.empty:
        return NO_FUNCTION if look.kind == "nothing" else ONLY_NONE
    if look.kind != "function":
        mend = "Take the quotes away" if look.kind == "a text" else "Leave out the brackets after its name"
        says = f"You passed {look.kind}; the check needs the function itself."
        return Verdict("wrong", "callable", says, reason=f"{mend}: check.{question.name}(your_function)")
    if look.parameters is None:
        return None
    yours, wanted = (f"({', '.join(names)})" for names in (look.parameters, question.arguments))
    if not look.fits:
        return Verdict("wrong", "signature", f"Your function takes {yours}; it will be called with {wanted}.")
    known = [name for name in look.parameters if name in question.arguments]
    if known != sorted(known, key=question.arguments.index):
        reason = "The input always comes before the state in this course." if {"x", "h"} <= set(known) else ""
        says = f"Your arguments are {yours}; the order here is {wanted}."
        return Verdict("wrong", "signature", says, (), "order of arguments", reason)
    return None


def _expected(question, case):
    """{name: array}: worked by hand where the case says so, else from the reference through the same probe."""
    if case.expected is not None:
        return probes.as_outcome(case.expected, question.returns).values
    outcome = try_known(question, question.reference, case)
    if outcome.problem:
        raise RuntimeError(f"the reference of {question.name} fails: {outcome}")
    return outcome.values


def is_right(question, case, outcome):
    """Did one call come out right? For whoever counts how much of an answer is."""
    return not outcome.problem and same(outcome, probes.Outcome(values=_expected(question, case)))


def _judge_call(question, cases, outcomes, expected):
    for index, case in enumerate(cases):
        outcome = outcomes[index]
        told = (words.printed(outcome),) if outcome.printed else ()
        if outcome.problem == "stopped":
            says = f"Stopped after {limits.LIMIT_S:g} s: your function did not come back."
            reason = "Look for a loop whose end is never reached."
            return index, Verdict("wrong", "raises", says, (), "stopped", reason, told)
        if outcome.printed_size > probes.FLOOD:
            says = f"It prints {outcome.printed_size:,} characters in one call. Take the print out and run again."
            return index, Verdict("wrong", "raises", says, (), "flood", remarks=told)
        if outcome.problem == "not written":
            return index, _unfinished(outcome)
        if outcome.problem == "interrupted":
            return index, Verdict("waiting", says="You interrupted the check. Run the cell again when you are ready.")
        if outcome.problem == "nothing":
            says = "Your function returns None. Is the return line missing?"
            if any(other.problem != "nothing" for other in outcomes):
                says = f"Your function returns None{_when(case)}. Is there a way through it without a return?"
            return index, Verdict("wrong", "raises", says, (), "returns None", remarks=told)
        if outcome.problem == "not numbers":
            several = len(question.returns) > 1
            ends = question.ends or (f"return {', '.join(question.returns)}" if several else "")
            wanted = f"it should end with {ends}" if ends else "numbers are needed"
            return index, Verdict("wrong", "shape", f"Your function returns {outcome.returned}; {wanted}.")
        if outcome.problem == "raised":
            rows = (("it says", outcome.error), ("your line", outcome.line), *words.inputs(case, shapes_only=True))
            rows = tuple((label, text) for label, text in rows if text)
            return index, Verdict("wrong", "raises", "Your function raises an error.", rows)
    return None


def _unfinished(outcome):
    if not outcome.line:
        return NOT_WRITTEN if outcome.error else ONLY_DOTS
    if outcome.line.startswith("raise"):
        return NOT_FINISHED
    rows = (("it says", outcome.error), ("your line", outcome.line))
    return Verdict("waiting", says="Not finished yet: a function that yours calls is not written.", rows=rows)


def _arrays(cases, outcomes, expected):
    """(index, case, name, what was expected, what came out), case by case."""
    for index, case in enumerate(cases):
        for name, want in expected[index].items():
            yield index, case, name, want, outcomes[index].values[name]


def _judge_shape(question, cases, outcomes, expected):
    for index, case, name, want, got in _arrays(cases, outcomes, expected):
        if got.shape != want.shape:
            says = f"{name or 'Your result'} has shape {words.shape(got)}; it needs {words.shape(want)}{_when(case)}."
            return index, Verdict("wrong", "shape", says, words.inputs(case, shapes_only=True))
    return None


def _judge_range(question, cases, outcomes, expected):
    low, high = question.between or (-np.inf, np.inf)
    for index, case, name, want, got in _arrays(cases, outcomes, expected):
        if not np.isfinite(got).all() and np.isfinite(want).all():
            what = "NaN, which is not a number" if np.isnan(got).any() else "infinity"
            says = f"{name or 'Your result'} holds {what}{_when(case)}."
            return index, Verdict("wrong", "range", says, words.rows(case, name, want, got))
        beyond = np.maximum(low - got, got - high)
        if beyond.size and beyond.max() > 1e-3:
            worst = words.number(got.flat[beyond.argmax()])
            says = f"Every number should lie between {low:g} and {high:g}; yours reaches {worst}{_when(case)}."
            return index, Verdict("wrong", "range", says, words.rows(case, name, want, got))
    return None


def _judge_numbers(question, cases, outcomes, expected):
    for index, case, name, want, got in _arrays(cases, outcomes, expected):
        if not close(want, got):
            what = "It differs from the case worked by hand" if case.stage == "hand" else "The numbers differ"
            return index, Verdict("wrong", case.stage, f"{what}{_when(case)}.", words.rows(case, name, want, got))
    return None


def _judge_inputs(question, cases, outcomes, expected):
    for index in range(len(cases)):
        if outcomes[index].changed:
            changed = words.listed(outcomes[index].changed)
            says = f"The numbers are right, but your function writes into {changed}, its input."
            reason = "Whoever called it still needs the old values. Make a new array: a = a * b, not a *= b."
            return index, Verdict("wrong", "property", says, (), "input changed", reason)
    return None


def _passed(question, cases, outcomes, expected):
    remarks: tuple[str, ...] = ()
    for case, outcome, want in zip(cases, outcomes, expected, strict=True):
        if not remarks and case.optional and not same(outcome, probes.Outcome(values=want)):
            remarks = (f"One more thing to try: it does not work yet{_when(case)}.",)
    told = next((words.printed(outcome) for outcome in outcomes if outcome.printed), "")
    return Verdict(
        "right",
        says=question.praise or "Every case that was tried came out as it should.",
        remarks=remarks + ((told,) if told else ()),
    )


def _when(case):
    return f" {case.says}" if case.says else ""
