"""The name of the bug: which known wrong answer gives the same arrays, or else what any wrong answer may show."""

import re

import numpy as np

from gru_lab.checks import limits, probes, words

__all__ = ["CARET", "close", "diagnose", "same", "try_known"]

# Wide enough for float32 and for a σ that clips its argument at ±15; every known wrong answer is off by far more.
RTOL, ATOL = 1e-4, 2e-5
CARET = "caret", "In Python ^ is no power, it works on bits: write a ** 2 or a * a."
# r @ h, h @ r, (1 - z) @ candidate, np.dot(r, h): a gate in a matrix product with what it gates
_GATE, _STATE = r"(?![UWb]_)(?:\w*_)?[rz](?:_?t)?", r"(?:h\w*|c|cand\w*)"
GATE_PRODUCT = re.compile(
    rf"\b(?P<product>{_GATE}\)?\s*@\s*\(?{_STATE}\b|{_STATE}\s*@\s*{_GATE}\b|(?:dot|matmul)\({_GATE},\s*{_STATE}\b)"
)


def try_known(question, answer, case):
    """The Outcome of one of our own answers, right or wrong: no time limit, for we know that it comes back."""
    inputs = {name: np.copy(value) if isinstance(value, np.ndarray) else value for name, value in case.inputs.items()}
    with limits.quiet():
        try:
            return probes.as_outcome(question.probe(answer, inputs), question.returns)
        except Exception as error:
            return probes.Outcome("raised", error=f"{type(error).__name__}: {error}")


def diagnose(question, cases, outcomes, expected, shown):
    """(name, sentence) of the mistake, or ("", ""). shown: the number of the case that the learner will see.

    First the known wrong answer with the same outcome on every case; then what can be said of any function; then the
    only known wrong answer that gives the same on the case shown: one mistake of two. An optional case that fails in
    its own way (a loop over a batch, given one example) does not hide what the others say.
    """
    tried = [i for i, outcome in enumerate(outcomes) if outcome.problem != "not tried"]
    needed = [i for i in tried if not cases[i].optional]
    needed_outcomes = [outcomes[i] for i in needed]
    raised = any(outcome.problem == "raised" for outcome in needed_outcomes)
    for among in (tried,) if raised else (tried, needed):
        for wrong in question.wrong:
            if all(same(outcomes[i], try_known(question, wrong.answer, cases[i])) for i in among):
                return wrong.name, wrong.says
    if not any(outcome.problem for outcome in needed_outcomes):
        pairs = [(expected[i][name], outcomes[i].values[name]) for i in needed for name in expected[i]]
        for wrong in question.wrong:
            if wrong.matches and _same_shapes(pairs) and wrong.matches(pairs):
                return wrong.name, wrong.says
    return (
        _by_arrays(question, cases, outcomes, expected)
        or _by_error(cases, needed_outcomes)
        or _by_changed_inputs(outcomes)
        or _by_the_case_shown(question, cases[shown], outcomes[shown])
        or ("", "")
    )


def same(one, other):
    """Do two Outcomes mean the same?"""
    if one.problem != other.problem:
        return False
    if one.problem == "raised":
        return error_class(one.error) == error_class(other.error)
    return all(
        name in other.values and other.values[name].shape == value.shape and close(other.values[name], value)
        for name, value in one.values.items()
    )


def _equal(one, want):
    return one.shape == want.shape and close(want, one)


def close(want, got):
    return bool(np.allclose(got, want, rtol=RTOL, atol=ATOL, equal_nan=True))


def error_class(error):
    """Errors that mean the same are one: NumPy says it differently for @, dot and einsum."""
    if re.search(r"matmul|not aligned|core dimension|einsum|einstein", error):
        return "product"
    if "broadcast" in error:
        return "broadcast"
    return error


def _same_shapes(pairs):
    return all(got.shape == want.shape for want, got in pairs)


def _by_arrays(question, cases, outcomes, expected):
    if not any(outcome.problem for outcome, case in zip(outcomes, cases, strict=True) if not case.optional):
        came = [i for i, outcome in enumerate(outcomes) if not outcome.problem]
        found = _by_relation(question, *([of[i] for i in came] for of in (cases, outcomes, expected)))
        if found:
            return found
    return _by_the_row_alone(cases, outcomes, expected)


def _by_the_row_alone(cases, outcomes, expected):
    """Right for a row of a batch alone, and wrong in every batch: then it is the batch that is not thought of."""
    right = [same(outcome, probes.Outcome(values=want)) for outcome, want in zip(outcomes, expected, strict=True)]
    single = [i for i, case in enumerate(cases) if np.ndim(next(iter(case.inputs.values()))) == 1]
    batch = [i for i in range(len(cases)) if i not in single]
    alone = [i for i in single if cases[i].alone]
    if not alone or not all(right[i] for i in single) or any(right[i] for i in batch):
        return None
    mend = _mend_for_batches(*([of[i] for i in batch] for of in (cases, outcomes, expected)))
    return "one example only", f"It is right for one example, and in no batch. There each row is an example: {mend}."


def _mend_for_batches(cases, outcomes, expected):
    if _has_weights(cases) and any(error_class(outcome.error) == "product" for outcome in outcomes):
        return "x @ W.T does both"
    axes_in, axes_out = (np.ndim(next(iter(of.values()))) for of in (cases[0].inputs, expected[0]))
    if axes_out < axes_in:
        return "add up over the last axis alone, axis=-1"
    if axes_out > axes_in:
        return "count new axes from the end, a[..., :, None] and b[..., None, :]"
    return "count axes from the end, as in axis=-1 or a[..., None]"


def _has_weights(cases):
    """Is there a matrix among the inputs that is multiplied with @?"""
    return any(name.startswith(("W", "U", "weight", "kernel", "dense", "recurrent")) for name in cases[0].inputs)


def _by_relation(question, cases, outcomes, expected):
    """What relates the learner's arrays to the expected ones, if it is the same on every case."""
    pairs = [
        (want[name], outcome.values[name]) for outcome, want in zip(outcomes, expected, strict=True) for name in want
    ]

    def everywhere(relation):
        with np.errstate(all="ignore"):
            return all(relation(want, got) for want, got in pairs)

    if everywhere(lambda want, got: got.size == want.size and close(want, got.reshape(want.shape))):
        return "shape only", "The numbers are right and the shape is not: look for an axis too many or too few."
    if everywhere(lambda want, got: got.shape == want.T.shape and close(want.T, got)):
        return "transposed", "It is right after a transposition: one row should be one example."
    if len(question.returns) == 1 and everywhere(lambda want, got: got.ndim == want.ndim + 1 and len(got) <= 9):
        right_ones = set.intersection(*({i for i, one in enumerate(got) if _equal(one, want)} for want, got in pairs))
        if right_ones:
            return "several returned", f"You return several arrays; return number {min(right_ones) + 1} of them alone."
    same_shape = _same_shapes(pairs)
    if same_shape and everywhere(lambda want, got: close(-want, got)):
        return "sign", "Every sign is turned."
    if same_shape and everywhere(
        lambda want, got: got.dtype.kind in "iub" and (np.abs(want - got) <= 1).all() and (want % 1).any()
    ):
        return "whole numbers", "Your numbers are whole. An array made for integers cuts fractions off."
    if same_shape and everywhere(lambda want, got: np.allclose(want, got, rtol=6e-3, atol=6e-3)):
        return "rounded", "It is right to two digits: is something rounded, or float16?"
    for name in cases[0].inputs if len(question.returns) == 1 else ():
        given = [np.asarray(case.inputs[name]) for case in cases]
        came = [got for _, got in pairs]
        if all(a.dtype.kind in "fiub" and a.shape == b.shape and close(a, b) for a, b in zip(given, came, strict=True)):
            return "an input", f"This is {name} itself, as it came in."
    if len(pairs) > 1 and len({number for _, got in pairs for number in got.ravel().tolist()}) == 1:
        return "constant", "It is the same number whatever comes in: does your function use its arguments?"
    return None


def _by_error(cases, outcomes):
    error, line = next(((outcome.error, outcome.line) for outcome in outcomes if outcome.problem == "raised"), ("", ""))
    if error_class(error) == "product":
        gate = GATE_PRODUCT.search(line)
        if gate:
            return "gate product", f"A gate acts unit by unit, with * and no matrix product: look at {gate['product']}."
        mend = "Where rows are examples, x @ W.T gives (…, H)." if _has_weights(cases) else "Or is it * that you need?"
        return "product", f"Sizes do not fit in a matrix product: print both shapes. {mend}"
    if error_class(error) == "broadcast":
        lacking = "a product that needs @ or .T" if _has_weights(cases) else "an axis that is missing, as in a[:, None]"
        return "broadcast", f"Two shapes do not fit number by number. Print both, and look for {lacking}."
    if error.startswith("AxisError"):
        return "axis", "An array has fewer axes than you count. axis=-1 is the last one, in one example and in a batch."
    if "'GRUParameters' object" in error:
        return "parameters", "The weights are attributes of p: p.W_r, p.U_r, p.b_r, and so on for z and h."
    if "truth value of an array" in error:
        return "truth of an array", "An if looks at one number. Do arithmetic on the whole array, or use np.where."
    if "can be converted to Python scalars" in error:
        return (
            "one number",
            "A whole array stands where one number should. math takes one: np.log and its like take all.",
        )
    if error.startswith("NameError"):
        return "name", "Your function does not know that name: a typing slip, or a cell above that has not been run?"
    if error.startswith("RecursionError"):
        return "recursion", "Your function calls itself without end."
    return None


def _by_changed_inputs(outcomes):
    changed = next((outcome.changed for outcome in outcomes if outcome.changed), ())
    return (
        ("input changed", f"Your function writes into {words.listed(changed)}, its input: work on a copy.")
        if changed
        else None
    )


def _by_the_case_shown(question, case, outcome):
    numbers = {number for got in outcome.values.values() for number in got.ravel().tolist()}
    if outcome.problem or len(numbers) < 2:
        return None  # a single number may be anything
    alike = [wrong for wrong in question.wrong if same(outcome, try_known(question, wrong.answer, case))]
    return (alike[0].name, f"{alike[0].says} That may not be all.") if len(alike) == 1 else None
