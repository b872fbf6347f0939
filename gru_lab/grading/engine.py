"""One submission -> its record: a pure function of plain data, for this machine or any other.

The code runs in a `Sandbox`, question by question; the verdict is taken here, on inputs that no learner has seen: those
of the notebook first, then others of other sizes, drawn from the secret seed of the class.
"""

import builtins
import hashlib
import time
from dataclasses import dataclass, replace

from gru_lab.checks import judge, limits, probes, verdict, words
from gru_lab.checks.question import Code
from gru_lab.grading import notebooks, sandbox, wire
from gru_lab.grading.assignments import assignment
from gru_lab.grading.record import MEANING, Record, Result

__all__ = ["Terms", "grade", "seed_number"]

MOST_HARMFUL = 3  # cells that are left out one by one; after that, all are
READ_S = 10.0  # a notebook that takes longer to read was made for that
CELLS_S = 20.0  # all cells of a notebook together, however impolite
JUDGE_S = 60.0  # our own half, on arrays of any size
NOT_A_CELL = (1 << 32) - 1  # as in worker
SHOWN = ("it says", "your line")  # rows of a verdict on secret inputs that tell nothing of them


@dataclass(frozen=True)
class Terms:
    """How a class is graded. seed: a secret text. protected: in bubblewrap. seconds: for one question's calls."""

    seed: str
    protected: bool = True
    seconds: float = limits.LIMIT_S
    memory: int = sandbox.MEMORY


def seed_number(text):
    """The whole number that a class's seed stands for."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")


def grade(submission, terms):
    """The Record of a `submissions.Submission`. Whatever it holds, every question gets a status and a reason.

    Raises SandboxError where no sandbox can be started at all, UnknownAssignment, and nothing else.
    """
    started = time.monotonic()
    asked = assignment(submission.assignment)
    record = Record(
        student=submission.student,
        assignment=asked.number,
        file=submission.file,
        sha256=submission.sha256,
        handed_in=submission.handed_in,
        problem=submission.problem,
        notes=tuple(submission.notes),
        name=submission.name,
        email=submission.email,
    )
    if not record.problem:
        try:
            reading = limits.call_with_limit(lambda: notebooks.read(submission.data, asked), READ_S)
        except notebooks.Unreadable as problem:
            record.problem = str(problem)
        except limits.Stopped:
            record.problem = "Reading the notebook took too long; a person should look at it."
        except Exception as problem:  # ours, but the submission's row comes first
            record.problem = f"The notebook could not be read ({type(problem).__name__}); a person should look at it."
    if record.problem:
        record.results = tuple(_result(item, "not graded", says=record.problem) for item in asked.items)
    else:
        record.notes += reading.notes
        with _Runner(asked, reading, terms) as runner:
            record.results = tuple(runner.grade(item) for item in asked.items)
    record.seconds = round(time.monotonic() - started, 3)
    return record


_spare = {}  # what a sandbox was made with -> [clean ones]: to load NumPy takes longer than to grade a notebook


class _Runner:
    """The questions of one notebook, each in a fork of a sandbox that is made anew when it breaks."""

    def __init__(self, asked, reading, terms):
        self.reading, self.terms = reading, terms
        in_library = {name for item in asked.items for name in getattr(item.question, "in_library", ())}
        folder = sandbox.package(tuple(sorted(in_library)))
        self.made_with = (folder, terms.protected, reading.torch, terms.memory)
        self.sandbox = None
        self.lines = {words.printable(line, 160) for _, source in reading.cells for line in source.splitlines()}
        self.harmful = set()  # cells that ended the process or did not end
        self.only_own = False  # nobody knows which cell does harm: leave all but the question's own out

    def __enter__(self):
        return self

    def __exit__(self, *ignored):
        if self.sandbox and self.sandbox.clean:
            _spare.setdefault(self.made_with, []).append(self.sandbox)
        elif self.sandbox:
            self.sandbox.close()

    def grade(self, item):
        """The Result of one question."""
        started = time.monotonic()
        answer = self.reading.answers[item.question.id]
        result = self._early(item, answer) or self._run(item, answer)
        result.source, result.notes = answer.source, (*answer.notes, *result.notes)
        result.seconds = round(time.monotonic() - started, 3)
        return result

    def _early(self, item, answer):
        if answer.blank:
            return _result(item, "not attempted")
        if answer.cell is None:
            return _result(item, "not found")
        return None

    def _run(self, item, answer):
        visible, hidden = _cases(item.question, self.terms.seed)
        request = _request(item.question, answer, [case.inputs for case in visible + hidden])
        while True:
            notes = self._left_out(answer)
            header, reply = self._ask({**request, "cells": self._cells(answer)})
            if reply or not self._blames_another(header, answer):
                break
        try:
            result = _judge(item, answer, header, reply, visible, hidden, self.lines)
        except wire.Garbled as problem:
            result = _result(item, "wrong", says=f"What came out is no answer: {problem}.")
        except limits.Stopped:
            result = _result(item, "not graded", says="Comparing it took too long; a person should look at it.")
        except Exception as problem:
            said = f"The grader itself failed on this answer ({type(problem).__name__}); a person should look at it."
            result = _result(item, "not graded", says=said)
        return replace(result, notes=(*result.notes, *notes))

    def _blames_another(self, header, answer):
        """Was it perhaps another cell that left us without a reply? Then there is less to run the next time.

        The number of the cell is a submission's own word, so that no more than MOST_HARMFUL times is believed in it.
        """
        how, cell = header["how"], header["cell"]
        if self.only_own or (cell == NOT_A_CELL and how != "gone"):
            return False
        if how == "gone" or len(self.harmful) == MOST_HARMFUL:
            self.only_own = True
            return cell != answer.cell
        known = cell in self.harmful
        self.harmful.add(cell)  # if it is the answer's own, other questions are better off without it
        return cell != answer.cell and not known

    def _left_out(self, answer):
        """The note on cells that are not run."""
        if self.only_own:
            return ("It was run without the other cells, for one of them may have ended the program.",)
        if self.harmful - {answer.cell}:
            return ("Another cell did not end, or ended the program; it was left out.",)
        return ()

    def _cells(self, answer):
        """The cells to run for an answer: all that are not known to do harm."""

        def may_run(number):
            return number < self.reading.setup or not (self.only_own or number in self.harmful)

        return [(number, source) for number, source in self.reading.cells if may_run(number) or number == answer.cell]

    def _ask(self, request):
        """(header, reply), where header["how"] is "gone" when the sandbox itself broke."""
        if self.sandbox is None:
            spare = _spare.get(self.made_with)
            self.sandbox = spare.pop() if spare else sandbox.Sandbox(*self.made_with)
        try:
            return self.sandbox.ask(request, CELLS_S + self.terms.seconds)
        except sandbox.SandboxGone:
            self.sandbox = None
            return {"how": "gone", "cell": NOT_A_CELL, "clean": False, "seconds": 0.0, "cpu": 0.0}, b""


# ---------------------------------------------------------------------------------------------- asking


def _cases(question, seed):
    """(cases that the learner can see, others of other sizes that nobody can); none where no function is called."""
    if not isinstance(question, Code):
        return [], []
    hidden = [
        replace(case, says="for inputs of other sizes") if case.stage == "random" else case
        for case in verdict.plan(question, seed_number(seed), hidden=True)
    ]
    return verdict.plan(question), hidden


def _request(question, answer, inputs):
    request = {"names": answer.names, "kind": "value"}
    if isinstance(question, Code):
        request |= {
            "kind": "code",
            "arguments": question.arguments,
            "returns": question.returns,
            "probe": question.probe.__name__,  # one of `probes`: the others stay with their questions, outside
            "cases": [wire.encode(one) for one in inputs],
        }
    return request


# ---------------------------------------------------------------------------------------------- judging


def _judge(item, answer, header, reply, visible, hidden, lines):
    """The Result that the sandbox's reply earns. lines: of the submission. Raises Garbled where it makes no sense."""
    if not reply:
        return _without_reply(item, header)
    reply = wire.loads(reply)
    if not isinstance(reply, dict):
        raise wire.Garbled("no report of a call")
    if "too large" in reply:
        return _result(item, "wrong", says="What it returns is too large to be an answer.")
    error = _error_of(reply, answer)
    if reply.get("missing"):
        if error:
            return _raised(item, error)
        kind = "function" if item.is_code else "value"
        return _result(item, "not found", says=f"After the cell has run there is no {kind} {item.answer}.")
    notes = (f"The cell ends with {error[0]}, after {item.answer} was defined.",) if error else ()
    if item.is_code:
        result = _judge_code(item, reply, visible, hidden, lines)
    else:
        value = wire.decode(reply.get("value"))
        result = _judge_value(item, value)
    return replace(result, notes=notes)


def _without_reply(item, header):
    """Why there is none: how the fork, or the whole sandbox, ended."""
    how = header["how"]
    while_ = "when its cell ran" if header["cell"] != NOT_A_CELL else "when it was called"
    if how == "stopped":
        return _result(item, "stopped", says=f"Stopped: it did not come back within the time {while_}.")
    if how == "crowd":
        return _result(item, "stopped", says=f"Stopped: it started too many processes {while_}.")
    if how == "memory" or how == "signal 9":
        return _result(item, "out of memory", says=f"It needs more memory than there is {while_}.")
    if how == "gone":
        return _result(item, "ended itself", says="It broke the process that runs it.")
    says = f"It ended Python {while_}, instead of returning."
    return _result(item, "ended itself", says=says, reason="Take exit(), quit(), os._exit and signals out.")


def _error_of(reply, answer):
    """(kind, message, line) of the error that the answer's own cell ended with, cleaned, or None."""
    errors = reply.get("errors")
    found = errors.get(str(answer.cell)) if isinstance(errors, dict) else None
    if not (isinstance(found, list) and len(found) == 3 and all(isinstance(text, str) for text in found)):
        return None
    return tuple(words.printable(text, length) for text, length in zip(found, (60, 300, 160), strict=True))


def _raised(item, error):
    kind, message, line = error
    if kind == "Stopped":
        return _result(item, "stopped", says="Stopped: its cell did not come to an end.")
    if kind == "MemoryError":
        return _result(item, "out of memory", says="Its cell needs more memory than there is.")
    rows = (("it says", f"{kind}: {message}" if message else kind), ("your line", line))
    return _result(item, "raised", says="Its cell ends with an error.", rows=tuple(row for row in rows if row[1]))


def _judge_code(item, reply, visible, hidden, lines):
    question, look = item.question, _look(reply.get("look"))
    if look.kind != "function" or look.empty or not look.fits:
        found = verdict.judge_code(question, look, [], [])
        return _of_verdict(item, found, "not attempted" if found.status == "waiting" else "wrong")
    reports = reply.get("outcomes")
    if not isinstance(reports, list) or len(reports) != len(visible) + len(hidden):
        raise wire.Garbled("not one outcome for each call")
    cases = visible + hidden
    outcomes = [
        _known(wire.outcome(one, question.returns), case, lines) for one, case in zip(reports, cases, strict=True)
    ]
    seen, unseen = outcomes[: len(visible)], outcomes[len(visible) :]

    def judged(cases, outcomes):
        return limits.call_with_limit(lambda: verdict.judge_code(question, look, cases, outcomes), JUDGE_S)

    found = judged(visible, seen)
    if found.status == "right":
        on_others = judged(hidden, unseen)
        if on_others.status == "right":
            return _of_verdict(item, found, "right", 1.0)  # what it printed on the others is secret
        found = _without_secrets(on_others)
    result = _of_verdict(item, found, _status(found, outcomes))
    return replace(result, share=_share(question, cases, outcomes))


def _known(outcome, case, lines):
    """An outcome whose names and line of code exist: made-up ones could carry what is secret into the feedback."""
    changed = tuple(name for name in outcome.changed if name in case.inputs)
    return replace(outcome, changed=changed, line=outcome.line if outcome.line in lines else "")


def _look(data):
    try:
        parameters = data["parameters"]
        return probes.Look(
            words.printable(data["kind"], 80),
            None if parameters is None else tuple(words.printable(name, 40) for name in parameters[:40]),
            *(data[name] is True for name in ("fits", "empty", "caret")),
        )
    except (KeyError, TypeError, AttributeError) as problem:
        raise wire.Garbled("no look at the answer") from problem


def _without_secrets(found):
    """A verdict on secret inputs, less what would give them away: numbers, and whatever the answer itself may say."""
    rows = [(label, _kind_of_error(text) if label == "it says" else text) for label, text in found.rows]
    rows = tuple((label, text) for label, text in rows if label in SHOWN and text)
    says = "It is right on the inputs of the notebook, and not on others, of other sizes"
    says += {"raises": ": there it ends with an error.", "shape": ": there the shape differs."}.get(found.stage, ".")
    return replace(found, says=says, rows=rows, remarks=())


def _kind_of_error(text):
    """ "ValueError", or "" for a kind that the submission itself has made up."""
    kind = text.partition(":")[0]
    return kind if isinstance(getattr(builtins, kind, None), type) or kind == "LinAlgError" else ""


def _status(found, outcomes):
    if found.status == "waiting":
        return "not attempted"
    if found.diagnosis == "stopped":
        return "stopped"
    raised = [one for one in outcomes if one.problem == "raised"]
    if found.stage == "raises" and raised:
        return "out of memory" if raised[0].error.startswith("MemoryError") else "raised"
    return "wrong"


def _share(question, cases, outcomes):
    """The share of the calls that came out right; 0 where none on random inputs did: such an answer is a guess."""
    needed = [(case, outcome) for case, outcome in zip(cases, outcomes, strict=True) if not case.optional]
    right = [
        (case, outcome) for case, outcome in needed if not outcome.changed and verdict.is_right(question, case, outcome)
    ]
    if not any(case.stage == "random" for case, _ in right):
        return 0.0
    return round(min(len(right), len(needed) - 1) / len(needed), 3)


def _judge_value(item, value):
    question = item.question
    found = limits.call_with_limit(lambda: judge(question, value), JUDGE_S)
    if found.status == "waiting":
        return _of_verdict(item, found, "not attempted" if value is None or value is Ellipsis else "wrong")
    if item.by_hand:
        return _result(item, "by hand")
    if found.status == "right" or getattr(question, "prediction", False) or found.status in ("near", "off"):
        return _of_verdict(item, found, "right", 1.0)
    return _of_verdict(item, found, "wrong")


def _of_verdict(item, found, status, share=0.0):
    return Result(
        question=item.question.id,
        status=status,
        points=item.question.points,
        share=share,
        says=found.says,
        reason=found.reason,
        rows=found.rows,
        remarks=found.remarks,
        diagnosis=found.diagnosis,
    )


def _result(item, status, says="", reason="", rows=()):
    return Result(
        item.question.id, status, item.question.points, says=says or MEANING[status], reason=reason, rows=rows
    )
