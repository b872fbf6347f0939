"""The half of a check that meets the learner's code: arrays in, arrays out, and no right answer in sight.

A *probe* calls an answer on one set of inputs. `run` does so for every case and writes down what happened as plain data
(`Outcome`), whatever happened. Judging the outcomes is the work of `verdict`, which never calls the answer, so that the
two halves can run in different processes.
"""

import dis
import inspect
import linecache
import re
import time
import traceback
from dataclasses import dataclass, field

import numpy as np

from gru_lab.checks import limits, words

__all__ = ["Look", "Misfit", "Outcome", "call", "call_with_parameters", "look", "run", "run_one"]

FLOOD = 100_000  # printed characters after which no further case is tried


def call(answer, inputs):
    """answer(first input, second input, …)"""
    return answer(*inputs.values())


def call_with_parameters(answer, inputs):
    """answer(x, h, p, …): the inputs named W_*, U_* and b_* are handed over together, as one `GRUParameters` p."""
    from gru_lab.cell import GRUParameters

    weights = {name: value for name, value in inputs.items() if name[:2] in ("W_", "U_", "b_")}
    x, h, *others = (value for name, value in inputs.items() if name not in weights)
    return answer(x, h, GRUParameters(**weights), *others)


@dataclass
class Look:
    """What can be said of an answer before it is called."""

    kind: str  # "function", or in words what was passed instead
    parameters: tuple | None = None  # names of its positional arguments; None where Python cannot tell
    fits: bool = True  # can it be called with as many arguments as it will be given?
    empty: bool = False  # its body is `pass` or `...`
    caret: bool = False  # it computes with ^, which is no power in Python


def look(answer, arguments):
    """A Look at `answer`, which will be called with `arguments` (names)."""
    if not callable(answer):
        return Look("nothing" if answer is None else _in_words(answer))
    try:
        signature = inspect.signature(answer)
    except Exception:
        return Look("function")
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    names = tuple(name for name, parameter in signature.parameters.items() if parameter.kind in positional)
    try:
        signature.bind(*arguments)
        fits = True
    except TypeError:
        fits = False
    return Look("function", names, fits, _is_empty(answer), _uses_caret(answer))


def _uses_caret(answer):
    code = getattr(answer, "__code__", None)
    return code is not None and any(
        step.opname == "BINARY_OP" and step.argrepr in ("^", "^=") for step in dis.get_instructions(code)
    )


def _is_empty(answer):
    code = getattr(answer, "__code__", None)
    return code is not None and all(
        step.opname in ("RESUME", "NOP", "LOAD_CONST", "RETURN_VALUE", "RETURN_CONST")
        and (step.opname not in ("LOAD_CONST", "RETURN_CONST") or step.argval is None)
        for step in dis.get_instructions(code)
    )


def _is_stub(answer):
    """Is a raise all that its body has? A line that comes after one is not in the code."""
    code = getattr(answer, "__code__", None)
    steps = list(dis.get_instructions(code)) if code else []
    lines = {line for _, _, line in code.co_lines() if line} - {code.co_firstlineno} if code else set()
    return len(lines) <= 1 and any(step.opname == "RAISE_VARARGS" for step in steps)


@dataclass
class Misfit:
    """What a probe hands back for a result of a kind that the question cannot use."""

    value: object


@dataclass
class Outcome:
    """What one call did. problem: "" (arrays came out), "raised", "not written", "nothing", "not numbers", "stopped",
    "interrupted" or "not tried"."""

    problem: str = ""
    values: dict = field(default_factory=dict)  # {name: array}
    returned: str = ""  # what came out, in words, where that was no array
    error: str = ""  # "ValueError: …", the last line of a traceback
    line: str = ""  # the learner's line that raised it; "" where it is all that a function not written has
    printed: str = ""
    printed_size: int = 0
    changed: tuple = ()  # names of inputs that were written into


def run(answer, cases, probe=call, returns=("",)):
    """`[Outcome]`, one for each dict of inputs in `cases`, in at most `limits.LIMIT_S` seconds together."""
    deadline = time.monotonic() + limits.LIMIT_S
    outcomes = []
    for inputs in cases:
        outcomes.append(run_one(answer, inputs, probe, returns, deadline - time.monotonic()))
        if outcomes[-1].problem in ("stopped", "interrupted") or outcomes[-1].printed_size > FLOOD:
            break
    return outcomes + [Outcome("not tried") for _ in cases[len(outcomes) :]]


def run_one(answer, inputs, probe, returns, seconds):
    """The Outcome of one call on copies of `inputs`."""
    given = {name: np.copy(value) if isinstance(value, np.ndarray) else value for name, value in inputs.items()}
    outcome = Outcome()
    with limits.quiet() as page:
        try:
            outcome = limits.call_with_limit(lambda: as_outcome(probe(answer, given), returns), max(seconds, 0.05))
        except NotImplementedError as error:
            outcome.problem, outcome.error = "not written", _last_line(error)
            outcome.line = "" if _is_stub(answer) else _own_line(error, answer)
        except limits.Stopped:
            outcome.problem = "stopped"
        except KeyboardInterrupt:
            outcome.problem = "interrupted"
        except BaseException as error:  # whatever it is, SystemExit too, it is the learner's and gets an answer
            outcome.problem = "raised"
            outcome.error, outcome.line = _last_line(error), _own_line(error, answer)
    outcome.printed, outcome.printed_size = page.text, page.size
    outcome.changed = tuple(
        name
        for name, value in inputs.items()
        if isinstance(value, np.ndarray) and not np.array_equal(value, given[name], equal_nan=True)
    )
    return outcome


def as_outcome(result, returns):
    if result is None:
        return Outcome("nothing")
    if result is Ellipsis:  # return ..., as a template has it
        return Outcome("not written")
    if isinstance(result, Misfit):
        return Outcome("not numbers", returned=_in_words(result.value))
    if len(returns) == 1:
        parts = [result]
    elif isinstance(result, dict) and set(result) == set(returns):
        parts = [result[name] for name in returns]
    elif _length(result) == len(returns):
        parts = result
    else:
        return Outcome("not numbers", returned=_in_words(result))
    values = {}
    for name, part in zip(returns, parts, strict=True):
        try:
            values[name] = _as_array(part)
        except Exception:
            return Outcome("not numbers", returned=_in_words(part))
    return Outcome(values=values)


def _length(result):
    if isinstance(result, np.ndarray):
        return len(result) if result.ndim else None
    return len(result) if isinstance(result, tuple | list) else None


def _as_array(value):
    """An array of the learner's own, copied: what they do with theirs afterwards changes nothing here."""
    if hasattr(value, "detach"):  # a torch tensor
        value = value.detach().cpu()
    array = np.array(value)
    if array.dtype.kind == "O" and array.size and all(type(one) is int for one in array.flat):
        array = np.array([_as_float(one) for one in array.flat]).reshape(array.shape)  # too large for 64 bits
    if array.dtype.kind not in "fiub":
        raise TypeError(array.dtype)
    return array


def _as_float(number):
    try:
        return float(number)
    except OverflowError:
        return np.inf if number > 0 else -np.inf


def _in_words(value):
    """ "a text", "a tuple of 2", "an array of objects": what a returned value is, for the message."""
    kind = type(value).__name__
    if isinstance(value, np.ndarray):
        names = {"O": "objects", "c": "complex numbers", "U": "texts", "S": "texts"}
        return f"an array of {names.get(value.dtype.kind, str(value.dtype))}"
    if isinstance(value, tuple | list):
        rows = {len(row) for row in value if isinstance(row, tuple | list)}
        return f"a {kind} whose rows differ in length" if len(rows) > 1 else f"a {kind} of {len(value)}"
    words = {"str": "a text", "dict": "a dict", "function": "a function", "complex": "a complex number"}
    return words.get(kind, f"{'an' if kind[:1].lower() in 'aeiou' else 'a'} {kind}")


def _last_line(error):
    """The last line of the error's traceback: "ValueError: …"."""
    try:
        text = words.printable(re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", str(error)), 300)
    except Exception:
        text = ""
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _own_line(error, answer):
    """The last line of the learner's own code on the way to the error, or "" when there is none to show."""
    try:
        own_file = inspect.unwrap(answer).__code__.co_filename
    except Exception:
        return ""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if frame.filename == own_file:
            return words.printable(frame.line or linecache.getline(own_file, frame.lineno or 0), 160)
    return ""
