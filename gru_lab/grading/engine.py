"""One submission -> its record: a pure function of plain data, for this machine or any other.

The code runs in a `Sandbox`, question by question; the verdict is taken here. First come the inputs of the notebook,
and all that a student reads is about these. Then, when nothing more will be shown, come others of other sizes, from the
secret seed of the class; they decide, and whatever the code says about them is thrown away.
"""

import hashlib
import time
from dataclasses import dataclass, replace

from gru_lab.checks import judge, limits, probes, verdict, words
from gru_lab.checks.question import Code
from gru_lab.grading import notebooks, sandbox, wire
from gru_lab.grading.assignments import assignment
from gru_lab.grading.record import MEANING, Record, Result

__all__ = ["Terms", "grade", "seed_number"]

READ_S = 20.0  # a file, which may be made to be slow to take apart
CELLS_S = 20.0  # all cells of a notebook together, however impolite
JUDGE_S = 60.0  # our own half, on arrays of any size
NOT_A_CELL = (1 << 32) - 1  # as in worker


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
            record.results = runner.results(asked.items)
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
        self.secret = False  # has the sandbox seen secret inputs? Its memory may keep them for whoever comes later
        self.harmful = set()  # cells that ended the process or did not end
        self.only_own = False  # nobody knows which cell does harm: leave all but the question's own out

    def __enter__(self):
        return self

    def __exit__(self, *ignored):
        self._put_back()

    def _put_back(self):
        if self.sandbox and self.sandbox.clean:
            _spare.setdefault((self.secret, *self.made_with), []).append(self.sandbox)
        elif self.sandbox:
            self.sandbox.close()
        self.sandbox = None

    def results(self, items):
        """A Result for each question."""
        drafts = [self._timed(self._shown, item) for item in items]
        self._put_back()
        self.secret = True
        # The secret inputs come last: what ran before them cannot know them, what runs after them is not heard.
        return tuple(self._timed(self._confirmed, item, draft) for item, draft in zip(items, drafts, strict=True))

    def _timed(self, step, item, *draft):
        started = time.monotonic()
        result = step(item, *draft)
        return replace(result, seconds=round(result.seconds + time.monotonic() - started, 3))

    def _shown(self, item):
        """The Result on the inputs of the notebook, with all that a student reads."""
        answer = self.reading.answers[item.question.id]
        if answer.blank:
            result = _result(item, "not attempted")
        elif answer.cell is None:
            result = _result(item, "not found", says=" ".join(answer.notes))
        else:
            cases = verdict.plan(item.question) if item.is_code else []
            header, reply, notes = self._reply(item, answer, cases)
            result = _judged(item, lambda: _judge(item, answer, header, reply, cases))
            result = replace(result, notes=(*result.notes, *notes))
        return replace(result, source=answer.source, notes=(*answer.notes, *result.notes))

    def _confirmed(self, item, draft):
        """The Result on secret inputs too, where those of the notebook left anything to win."""
        if not item.is_code or not draft.share:
            return draft
        answer = self.reading.answers[item.question.id]
        cases = verdict.plan(item.question, seed_number(self.terms.seed), hidden=True)
        header, reply, _ = self._reply(item, answer, cases)
        return _judged(item, lambda: _confirm(item, draft, header, reply, cases))

    def _reply(self, item, answer, cases):
        """(header, reply, notes) of a run with all cells, without the one that did harm, or with the answer's alone."""
        header, reply = self._ask(item, answer, cases)
        culprit = header["cell"]
        if not reply and culprit not in (NOT_A_CELL, answer.cell) and not self.only_own:
            self.harmful.add(culprit)
            header, reply = self._ask(item, answer, cases)
        own_hangs = header["how"] == "stopped" and header["cell"] == answer.cell
        if not (_makes_sense(item, reply, cases) or own_hangs or self.only_own):
            self.only_own = True  # for a thread of some other cell, perhaps, or what it did to Python
            alone = self._ask(item, answer, cases)
            self.only_own = _makes_sense(item, alone[1], cases)
            header, reply = alone if self.only_own else (header, reply)
        if self.only_own:
            return header, reply, ("Another cell broke the program; this one was run without the others.",)
        if self.harmful - {answer.cell}:
            return header, reply, ("Another cell did not end, or ended the program; it was left out.",)
        return header, reply, ()

    def _cells(self, answer):
        """The cells to run for an answer: all that are not known to do harm."""

        def may_run(number):
            return number < self.reading.setup or not (self.only_own or number in self.harmful)

        return [(number, source) for number, source in self.reading.cells if may_run(number) or number == answer.cell]

    def _ask(self, item, answer, cases):
        """(header, reply), where header["how"] is "gone" when the sandbox itself broke."""
        if self.sandbox is None:
            spare = _spare.get((self.secret, *self.made_with))
            self.sandbox = spare.pop() if spare else sandbox.Sandbox(*self.made_with)
        try:
            request = _request(item.question, answer, cases)
            request |= {"cells": self._cells(answer), "limit": self.terms.seconds}
            return self.sandbox.ask(request, CELLS_S + self.terms.seconds)
        except sandbox.SandboxGone:
            self.sandbox = None
            return {"how": "gone", "cell": NOT_A_CELL, "clean": False, "seconds": 0.0, "cpu": 0.0}, b""


# ---------------------------------------------------------------------------------------------- asking


def _request(question, answer, cases):
    request = {"names": answer.names, "kind": "value"}
    if isinstance(question, Code):
        request |= {
            "kind": "code",
            "arguments": question.arguments,
            "returns": question.returns,
            "probe": question.probe.__name__,  # one of `probes`: the others stay with their questions, outside
            "cases": [wire.encode(case.inputs) for case in cases],
        }
    return request


# ---------------------------------------------------------------------------------------------- judging


def _judged(item, judge):
    """The Result of `judge()`, whatever happens in it."""
    try:
        return judge()
    except wire.Garbled as problem:
        return _result(item, "wrong", says=f"What came out is no answer: {problem}.")
    except limits.Stopped:
        return _result(item, "not graded", says="Comparing it took too long; a person should look at it.")
    except Exception as problem:
        said = f"The grader itself failed on this answer ({type(problem).__name__}); a person should look at it."
        return _result(item, "not graded", says=said)


def _read(reply):
    reply = wire.loads(reply)
    if not isinstance(reply, dict):
        raise wire.Garbled("no report of a call")
    if "unreadable" in reply:
        raise wire.Garbled("an object that raises an error when it is read")
    return reply


def _makes_sense(item, reply, cases):
    """Is there a reply, and is it one that `worker` writes?"""
    try:
        said = _read(reply)
        if not {"too large", "missing"} & set(said):
            if not item.is_code:
                wire.decode(said["value"])
            elif _look(said["look"]) and "outcomes" in said:
                _outcomes(said, item.question, cases)
    except (wire.Garbled, KeyError):
        return False
    return True


def _judge(item, answer, header, reply, cases):
    """The Result that the sandbox's reply on the notebook's inputs earns. Raises Garbled where it makes no sense."""
    if not reply:
        return _without_reply(item, header)
    reply = _read(reply)
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
        result = _judge_code(item, reply, cases)
    else:
        if "value" not in reply:
            raise wire.Garbled("a report without it")
        value = wire.decode(reply["value"])
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


def _judge_code(item, reply, cases):
    question, look = item.question, _look(reply.get("look"))
    if look.kind != "function" or look.empty or not look.fits:
        found = verdict.judge_code(question, look, [], [])
        return _of_verdict(item, found, "not attempted" if found.status == "waiting" else "wrong")
    outcomes = _outcomes(reply, question, cases)
    found = limits.call_with_limit(lambda: verdict.judge_code(question, look, cases, outcomes), JUDGE_S)
    if found.status == "right":
        return _of_verdict(item, found, "right", 1.0)
    if found.diagnosis == "stopped":
        found = replace(found, says="Stopped: your function did not come back within the time.")
    return _of_verdict(item, found, _status(found, outcomes), _share(question, cases, outcomes))


def _confirm(item, draft, header, reply, cases):
    """The Result `draft` after the reply on secret inputs. Of that, a status and fixed sentences are all that shows."""
    question, right_there = item.question, draft.status == "right"
    reply = _read(reply) if reply else {}
    try:
        look, outcomes = _look(reply.get("look")), _outcomes(reply, question, cases)
    except wire.Garbled:
        without = _without_reply(item, header).status if not reply else "wrong"
        return _failed_there(draft, without, "there no answer came out.") if right_there else draft
    found = limits.call_with_limit(lambda: verdict.judge_code(question, look, cases, outcomes), JUDGE_S)
    if right_there and found.status == "right":
        return draft
    share = min(draft.share, _share(question, cases, outcomes))
    if not right_there:
        return replace(draft, share=share)
    what = {
        "raises": "there it raises an error, or does not return.",
        "shape": "of other sizes: the shape differs.",
    }.get(found.stage, "of other sizes.")
    failed = _failed_there(draft, _status(found, outcomes), what, share)
    return replace(failed, reason=found.reason, diagnosis=found.diagnosis)


def _failed_there(draft, status, what, share=0.0):
    join = ":" if what.startswith("there") else ","
    says = f"It is right on the inputs of the notebook, and not on others{join} {what}"
    return replace(draft, status="wrong" if status == "not attempted" else status, share=share, says=says, reason="")


def _outcomes(reply, question, cases):
    reports = reply.get("outcomes")
    if not isinstance(reports, list) or len(reports) != len(cases):
        raise wire.Garbled("not one outcome for each call")
    return [wire.outcome(one, question.returns) for one in reports]


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
