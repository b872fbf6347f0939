"""The half of a check that judges: outcomes against the reference, and the name of the bug.

Nothing here calls the learner's code. For a `Code` question the order is: callable, written, signature, raises, shape,
range, hand case, property, random inputs; then the diagnosis compares with the known wrong answers.
"""

import re
from dataclasses import dataclass, field

import numpy as np

from gru_lab.checks import limits, probes
from gru_lab.checks.question import same_value

__all__ = ["Verdict", "judge_choice", "judge_code", "judge_prediction", "judge_value", "plan"]

# Wide enough for float32 and for a σ that clips its argument at ±15; every known wrong answer is off by far more.
RTOL, ATOL = 1e-4, 2e-5
STAGES = ("hand", "property", "random")


@dataclass(frozen=True)
class Verdict:
    """status: "right", "near", "off" (a prediction that was not right), "wrong" or "waiting".

    stage: where it failed. says: what is the matter. rows: ((label, text), …): came in, expected, came out.
    diagnosis: the name of the `Wrong` that matches, or of a general one; reason: its sentence. remarks: more lines.
    """

    status: str
    stage: str = ""
    says: str = ""
    rows: tuple = ()
    diagnosis: str = ""
    reason: str = ""
    remarks: tuple = field(default=())


def plan(question, seed=0):
    """The cases of a Code question: those worked by hand, those that show a property, and fresh random ones."""
    chapter, number = (int(part) for part in question.id.split("."))
    cases = question.cases(np.random.default_rng([seed, chapter, number]))
    return sorted(cases, key=lambda case: (case.optional, STAGES.index(case.stage), _size(case.inputs)))


def _size(inputs):
    return sum(np.size(value) for value in inputs.values())


# -------------------------------------------------------------------------------------------------- code


def judge_code(question, look, cases, outcomes):
    """The Verdict on a function: `look` and `outcomes` are what `probes.look` and `probes.run` found out about it."""
    early = _before_the_call(question, look)
    if early:
        return early
    needed = [case for case in cases if not case.optional]
    expected = [_expected(question, case) for case in cases]
    failure = None
    for judge in (_judge_problem, _judge_shape, _judge_range, _judge_values):
        failure = judge(question, cases[: len(needed)], outcomes, expected)
        if failure:
            break
    if failure is None:
        return _judge_pass(question, cases, outcomes, expected)
    index, verdict = failure
    if outcomes[index].problem in ("not written", "stopped", "interrupted") or verdict.diagnosis:
        return verdict
    name, reason = _diagnose(question, cases, outcomes, expected)
    remarks = verdict.remarks
    if outcomes[index].changed and name != "input changed":
        remarks += (f"It also writes into {_names(outcomes[index].changed)}, its input: work on a copy.",)
    if outcomes[index].printed:
        remarks += (_printed(outcomes[index]),)
    return Verdict("wrong", verdict.stage, verdict.says, verdict.rows, name, reason, remarks)


def _before_the_call(question, look):
    call = f"check.{question.name}({question.name})"
    if look.kind == "nothing" or look.empty:
        return _not_written(question)
    if look.kind != "function":
        quoted = "Take the quotes away" if look.kind == "a text" else "Leave out the brackets after its name"
        return Verdict(
            "wrong", "callable", f"You passed {look.kind}; the check needs the function itself. {quoted}: {call}"
        )
    yours = look.parameters or ()
    known = [name for name in yours if name in question.arguments]
    wanted = f"({', '.join(question.arguments)})"
    if not look.fits:
        return Verdict(
            "wrong", "signature", f"Your function takes ({', '.join(yours)}); it will be called with {wanted}."
        )
    if known != sorted(known, key=question.arguments.index):
        return Verdict(
            "wrong", "signature", f"Your arguments are ({', '.join(yours)}); the order here is {wanted}.",
            diagnosis="order of arguments", reason="In this course the input always comes before the state: (x, h, …)."
            if "x" in known and "h" in known else "",
        )  # fmt: skip
    return None


def _not_written(question):
    return Verdict("waiting", says="Not written yet. Replace the raise line with your code, then run this cell again.")


def _expected(question, case):
    """{name: array}: worked by hand where the case says so, else from the reference through the same probe."""
    if case.expected is not None:
        return probes.as_outcome(case.expected, question.returns).values
    outcome = _run_alone(question, question.reference, case)
    if outcome.problem:
        raise RuntimeError(f"the reference of {question.name} fails: {outcome}")
    return outcome.values


def _run_alone(question, answer, case):
    """The Outcome of one of our own answers: no time limit needed, so no thread or signal."""
    inputs = {k: np.copy(v) if isinstance(v, np.ndarray) else v for k, v in case.inputs.items()}
    with limits.quiet():
        try:
            return probes.as_outcome(question.probe(answer, inputs), question.returns)
        except Exception as error:
            return probes.Outcome("raised", error=f"{type(error).__name__}: {error}")


def _judge_problem(question, cases, outcomes, expected):
    for index, (case, outcome) in enumerate(zip(cases, outcomes, strict=False)):
        if outcome.printed_size > probes.FLOOD and outcome.problem != "stopped":
            says = f"It prints {outcome.printed_size:,} characters in one call. Take the print out and run again."
            return index, Verdict("wrong", "raises", says, diagnosis="flood", remarks=(_printed(outcome),))
        if outcome.problem in ("", "not tried"):
            continue
        if outcome.problem == "not written":
            return index, _not_written(question)
        if outcome.problem == "stopped":
            says = f"Stopped after {limits.LIMIT_S:g} s: it did not come back. Look for a loop that never ends."
            remarks = (_printed(outcome),) if outcome.printed else ()
            return index, Verdict("wrong", "raises", says, diagnosis="stopped", remarks=remarks)
        if outcome.problem == "interrupted":
            return index, Verdict("waiting", says="You interrupted the check. Run the cell again when you are ready.")
        if outcome.problem == "nothing":
            says = "Your function returns None. Is the return line missing?"
            return index, Verdict("wrong", "raises", says, diagnosis="returns None")
        if outcome.problem == "not numbers":
            many = len(question.returns)
            wanted = "an array of numbers" if many == 1 else f"{many} arrays: {', '.join(question.returns)}"
            says = f"Your function returns {outcome.returned}; it needs {wanted}."
            return index, Verdict("wrong", "shape", says, _rows_in(case))
        rows = (("it says", outcome.error), *((("your line", outcome.line),) if outcome.line else ()))
        return index, Verdict(
            "wrong", "raises", "Your function raises an error.", (*rows, *_rows_in(case, shapes_only=True))
        )
    return None


def _judge_shape(question, cases, outcomes, expected):
    for index, case in enumerate(cases):
        for name, want in expected[index].items():
            got = outcomes[index].values[name]
            if got.shape != want.shape:
                says = f"{_subject(name)} has shape {_shape(got)}; it needs {_shape(want)}{_when(case)}."
                return index, Verdict("wrong", "shape", says, _rows(case, name, want, got, shapes_only=True))
    return None


def _judge_range(question, cases, outcomes, expected):
    for index, case in enumerate(cases):
        for name, want in expected[index].items():
            got = outcomes[index].values[name]
            if not np.isfinite(got).all() and np.isfinite(want).all():
                says = f"{_subject(name)} holds {'NaN' if np.isnan(got).any() else 'infinity'}{_when(case)}."
                return index, Verdict("wrong", "range", says, _rows(case, name, want, got))
            low, high = question.between or (-np.inf, np.inf)
            outside = (got < low - 1e-3) | (got > high + 1e-3)
            if outside.any():
                worst = _number(got[outside].flat[np.argmax(np.abs(got[outside] - (low + high) / 2))])
                says = f"Every number should lie between {low:g} and {high:g}; yours reaches {worst}{_when(case)}."
                return index, Verdict("wrong", "range", says, _rows(case, name, want, got))
    return None


def _judge_values(question, cases, outcomes, expected):
    for index, case in enumerate(cases):  # already in the order of the stages, the smallest first
        for name, want in expected[index].items():
            got = outcomes[index].values[name]
            if not _close(want, got):
                what = {"hand": "It differs from the case worked by hand"}.get(case.stage, "The numbers differ")
                says = f"{what}{_when(case)}."
                return index, Verdict("wrong", case.stage, says, _rows(case, name, want, got))
        if outcomes[index].changed:
            names = _names(outcomes[index].changed)
            says = f"The numbers are right, but your function writes into {names}, its input."
            reason = "Whoever called it still needs the old values. Make a new array: a = a * b, not a *= b."
            return index, Verdict("wrong", "property", says, (), "input changed", reason)
    return None


def _judge_pass(question, cases, outcomes, expected):
    remarks = ()
    for case, outcome, want in zip(cases, outcomes, expected, strict=True):
        if case.optional and not _same(outcome, probes.Outcome(values=want)):
            remarks += (f"One more thing to try: it does not yet work{_when(case)}.",)
            break
    printed = next((outcome for outcome in outcomes if outcome.printed), None)
    if printed:
        remarks += (_printed(printed),)
    return Verdict("right", says=question.praise or "Right on every case tried.", remarks=remarks)


# ------------------------------------------------------------------------------------------- the name of the bug


def _diagnose(question, cases, outcomes, expected):
    """(name, sentence) of the first known wrong answer that gives the learner's outcomes on every case, else ("", "")."""
    tried = [i for i, outcome in enumerate(outcomes) if outcome.problem != "not tried"]
    for wrong in question.wrong:
        if all(_same(outcomes[i], _run_alone(question, wrong.answer, cases[i])) for i in tried):
            return wrong.name, wrong.says
    return _diagnose_in_general(question, cases, outcomes, expected)


def _diagnose_in_general(question, cases, outcomes, expected):
    good = [_same(outcome, probes.Outcome(values=want)) for outcome, want in zip(outcomes, expected, strict=True)]
    pairs = [
        (want[name], outcome.values[name])
        for outcome, want in zip(outcomes, expected, strict=True)
        for name in (want if not outcome.problem else ())
    ]

    def everywhere(relation):
        with np.errstate(all="ignore"):
            return len(pairs) == len(outcomes) * len(question.returns) and all(relation(w, g) for w, g in pairs)

    single = [i for i, case in enumerate(cases) if _is_single(case)]
    batch = [i for i in range(len(cases)) if i not in single]
    if single and batch and all(good[i] for i in single) and not any(good[i] for i in batch):
        return (
            "one example only",
            "It is right for one example. In a batch every row is an example: x @ W.T works for both, W @ x does not.",
        )
    if everywhere(lambda w, g: g.size == w.size and _close(w, g.reshape(w.shape))):
        return "shape only", "The numbers are right and the shape is not: look for an axis too many or too few."
    if everywhere(lambda w, g: g.shape == w.T.shape and _close(w.T, g)):
        return "transposed", "It is right after a transposition: one row should be one example."
    if everywhere(lambda w, g: g.shape == w.shape and _close(-w, g)):
        return "sign", "Every sign is flipped."
    if everywhere(lambda w, g: g.dtype.kind in "iub" and g.shape == w.shape and (np.abs(w - g) <= 1).all()):
        return (
            "whole numbers",
            "Your numbers are whole: was the array made for integers, so that fractions are cut off?",
        )
    if everywhere(lambda w, g: g.shape == w.shape and np.allclose(w, g, rtol=6e-3, atol=6e-3)):
        return "rounded", "It is right to two digits: is something rounded, or float16?"
    for name in cases[0].inputs:
        if everywhere(lambda w, g: True) and all(
            _same(o, probes.Outcome(values={question.returns[0]: np.asarray(c.inputs[name])}))
            for o, c in zip(outcomes, cases, strict=True)
        ):
            return "an input", f"This is {name} itself, as it came in."
    if len({g.tobytes() for _, g in pairs}) == 1 and len(pairs) > 1:
        return "constant", "It gives the same answer whatever comes in: does it use its arguments?"
    error = next((outcome.error for outcome in outcomes if outcome.problem == "raised"), "")
    if _error_class(error) == "product":
        return "product", "Sizes do not fit in a matrix product. x is (…, D) and W is (H, D): x @ W.T gives (…, H)."
    if error.startswith("NameError"):
        return (
            "name",
            "That name is not known where your function looks: is the cell that defines it run, the spelling right?",
        )
    if error.startswith("RecursionError"):
        return "recursion", "Your function calls itself without end."
    changed = next((outcome.changed for outcome in outcomes if outcome.changed), ())
    if changed:
        return "input changed", f"Your function writes into {_names(changed)}, its input: work on a copy."
    return "", ""


def _is_single(case):
    x = case.inputs.get("x", next(iter(case.inputs.values())))
    return np.ndim(x) == 1


def _same(one, other):
    if one.problem != other.problem:
        return False
    if one.problem == "raised":
        return _error_class(one.error) == _error_class(other.error)
    return all(
        name in other.values and other.values[name].shape == value.shape and _close(other.values[name], value)
        for name, value in one.values.items()
    )


def _close(want, got):
    return bool(np.allclose(got, want, rtol=RTOL, atol=ATOL, equal_nan=True))


def _error_class(error):
    """Errors that mean the same are one: NumPy says it differently for @, dot and einsum."""
    if re.search(r"matmul|not aligned|core dimension|einsum|einstein", error):
        return "product"
    if "broadcast" in error:
        return "broadcast"
    return error


# -------------------------------------------------------------------------------------------------- values, predictions, choices


def judge_value(question, value):
    if value is None:
        return Verdict("waiting", says=f"No answer yet: replace None with {question.form}.")
    try:
        value = question.tidy(value)
    except NotImplementedError:
        return Verdict("waiting", says="No answer yet: there is still a None to replace.")
    except ValueError as error:
        return Verdict("wrong", "shape", f"{error}")
    except Exception:
        return Verdict("wrong", "shape", f"This needs {question.form}.")
    if question.accepts(value):
        return Verdict("right", says=question.praise(value) or "Right.")
    for wrong in question.wrong:
        if same_value(wrong, value):
            return Verdict("wrong", "random", wrong.says, (), wrong.name)
    return Verdict("wrong", "random", "That is not it.")


def judge_prediction(question, value):
    if value is None or value is Ellipsis:
        return Verdict("waiting", says=f"No prediction yet: replace None with {question.kind}.")
    number = _as_number(value)
    if number is None:
        return Verdict("waiting", "shape", f"A prediction is {question.kind}; {_short(value)} is none.")
    off = abs(number - question.answer)
    answer = _number(question.answer)
    if off <= question.within:
        return Verdict("right", says=f"{answer} it is. {question.because}")
    for wrong in question.wrong:
        if same_value(wrong, number) or (wrong.matches is None and abs(number - wrong.answer) <= question.within):
            said = f"You said {_number(number)}; it is {answer}."
            return Verdict("off", "random", said, (), wrong.name, wrong.says, (question.because,))
    if off <= question.near:
        return Verdict("near", says=f"You said {_number(number)}; it is {answer}. {question.because}")
    return Verdict("off", "random", f"You said {_number(number)}; it is {answer}. {question.because}")


def _as_number(value):
    """A finite float from a number, a text ("0.7", "0,7") or an array of one; None for anything else."""
    try:
        if isinstance(value, bool | np.bool_):
            return None
        if isinstance(value, str):
            value = value.strip().replace(",", ".")
        number = float(np.asarray(value, float).reshape(()) if np.size(value) == 1 else "")
    except Exception:
        return None
    return number if np.isfinite(number) else None


def judge_choice(question, value):
    letters = ", ".join(question.options)
    if value is None or value is Ellipsis:
        return Verdict("waiting", says=f"No answer yet: replace None with one of {letters}, in quotes.")
    said = str(value).strip().strip("().").lower()
    texts = {option.text.lower(): letter for letter, option in question.options.items()}
    letter = texts.get(str(value).strip().lower(), said)
    if letter not in question.options:
        return Verdict("waiting", "shape", f"{_short(value)} is none of the options: {letters}.")
    option = question.options[letter]
    if letter == question.answer:
        return Verdict("right", says=option.says)
    return Verdict("wrong", "random", f"Not {letter}.", (), letter, option.says)


# -------------------------------------------------------------------------------------------------- words and numbers


def _rows(case, name, want, got, shapes_only=False):
    label = f" {name}" if name else ""
    if shapes_only:
        return _rows_in(case, shapes_only=True)
    digits = 4
    while digits < 9 and _array(want, digits) == _array(got, digits):
        digits += 1  # so close that four digits hide the difference
    return (
        *_rows_in(case),
        (f"expected{label}", _array(want, digits)),
        (f"came out{label}", _array(got, digits)),
    )


def _rows_in(case, shapes_only=False):
    """What came in: small arrays in full, those that are all 0 in one line, others by shape; six lines at most."""
    inputs = {name: value for name, value in case.inputs.items() if np.ndim(value) or not shapes_only}
    if shapes_only:
        texts = [", ".join(f"{name} {_shape(value)}" for name, value in inputs.items())] if inputs else []
    else:
        zeros = [name for name, value in inputs.items() if name[1:2] == "_" and not np.any(value)]
        texts = [
            f"{name} = {_array(value)}" if np.size(value) <= 12 else f"{name} {_shape(value)}"
            for name, value in inputs.items()
            if name not in zeros
        ]
        texts += [f"{', '.join(zeros)}: all 0"] if zeros else []
        texts = texts if len(texts) <= 6 else [*texts[:5], f"and {len(texts) - 5} more"]
    return tuple(("came in" if i == 0 else "", text) for i, text in enumerate(texts))


def _array(value, digits=4):
    value = np.asarray(value)
    if value.ndim == 0:
        return _number(value[()], digits)
    if value.size > 24:
        return f"{_shape(value)}, first row {_array(value.reshape(-1, value.shape[-1])[0][:6], digits)} …"
    return "[" + ", ".join(_array(row, digits) for row in value) + "]"


def _number(value, digits=4):
    if isinstance(value, str | np.str_):
        return str(value)
    text = f"{float(value):.{digits}g}"
    return "0" if text == "-0" else text


def _shape(value):
    shape = np.shape(value)
    return f"({shape[0]},)" if len(shape) == 1 else f"({', '.join(map(str, shape))})"


def _subject(name):
    return name or "Your result"


def _when(case):
    return f" {case.says}" if case.says else ""


def _names(names):
    return " and ".join(names) if len(names) < 3 else f"{', '.join(names[:-1])} and {names[-1]}"


def _short(value):
    try:
        text = repr(value)
    except Exception:
        text = f"a {type(value).__name__}"
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return text if len(text) <= 40 else text[:37] + "…"


def _printed(outcome):
    lines = [line for line in outcome.printed.splitlines() if line.strip()][:3]
    text = " / ".join("".join(c if c.isprintable() else " " for c in line)[:80] for line in lines)
    more = " …" if outcome.printed_size > len(text) + 3 * len(lines) else ""
    return f"It printed: {text}{more}"
