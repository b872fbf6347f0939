"""One submission -> its record: a pure function of plain data, for this machine or any other.

The code runs in a `Sandbox`; the verdict is taken here. All questions are asked at once first, which is quick; those
that do not come out right are asked again, each alone, so that none spoils another. First come the inputs of the
notebook, and all that a student reads is about these. Then, when nothing more will be shown, come others of other
sizes, from the secret seed of the class; they decide, and whatever the code says about them is thrown away.
"""

import functools
import hashlib
import time
from dataclasses import dataclass, replace

from gru_lab.checks import limits, verdict
from gru_lab.checks.question import Code
from gru_lab.grading import judging, notebooks, sandbox, stripped, wire
from gru_lab.grading.assignments import assignment
from gru_lab.grading.audience import ForGrader
from gru_lab.grading.record import Record
from gru_lab.grading.wire import NOT_A_CELL

__all__ = ["Terms", "close", "grade", "seed_number"]

READ_S = 20.0  # a file, which may be made to be slow to take apart
CELLS_S = 20.0  # all cells of a notebook together, however impolite
# When all questions are asked at once: one cell or answer, and the whole. Who needs longer is asked alone.
AT_ONCE_S, ALL_AT_ONCE_S = 1.0, 5.0
ADDED = ForGrader("Cells that were not handed out stand at this question. They were not graded.")


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
        record.results = tuple(judging.plain(item, "not graded", says=record.problem) for item in asked.items)
    else:
        record.notes += reading.notes
        with _Runner(asked, reading, terms) as runner:
            record.results = runner.results(asked.items)
    record.seconds = round(time.monotonic() - started, 3)
    return record


_spare = {}  # what a sandbox was made with -> [clean ones]: to load NumPy takes longer than to grade a notebook


def close():
    """End the sandboxes that are kept for the next submission. (They end with this process, too.)"""
    while _spare:
        for one in _spare.popitem()[1]:
            one.close()


class _Runner:
    """The questions of one notebook, in forks of a sandbox that is made anew when it breaks."""

    def __init__(self, asked, reading, terms):
        self.number, self.reading, self.terms = asked.number, reading, terms
        in_library = {name for item in asked.items for name in getattr(item.question, "in_library", ())}
        folder = stripped.package(tuple(sorted(in_library)))
        self.made_with = (folder, terms.protected, reading.torch, terms.memory)
        self.sandbox = None
        self.at_once = {}  # question id -> (header, reply, its part of the time) when all were asked at once
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
        asked = [item for item in items if not (self._answer(item).blank or self._answer(item).cell is None)]
        self._ask_at_once(asked)
        drafts = [self._timed(self._shown, item) for item in items]
        self._put_back()
        self.secret = True
        # The secret inputs come last: what ran before them cannot know them, what runs after them is not heard.
        self._ask_at_once([item for item, draft in zip(items, drafts, strict=True) if item.is_code and draft.share])
        return tuple(self._timed(self._confirmed, item, draft) for item, draft in zip(items, drafts, strict=True))

    def _timed(self, step, item, *draft):
        started = time.monotonic()
        result = step(item, *draft)
        return replace(result, seconds=round(result.seconds + time.monotonic() - started, 3))

    def _answer(self, item):
        return self.reading.answers[item.question.id]

    def _cases(self, item):
        """What an item is asked now: [Case], and the same as the sandbox reads them."""
        return _cases(self.number, item.question.id, self.terms.seed if self.secret else None)

    def _shown(self, item):
        """The Result on the inputs of the notebook, with all that a student reads."""
        answer = self._answer(item)
        if answer.blank and item.by_hand and answer.notes and answer.source.strip():
            result = judging.plain(item, "by hand")  # sentences in comments are sentences
        elif answer.blank:
            result = judging.plain(item, "not attempted")
        elif answer.cell is None:
            result = judging.plain(item, "not found", says=" ".join(answer.notes))
        else:
            result = self._judged(item, lambda *replied: judging.on_shown(item, answer, *replied))
        result = replace(result, source=answer.source, notes=(*answer.notes, *result.notes))
        if result.status in ("not attempted", "not found") and answer.added:
            return replace(result, added=answer.added, notes=(*result.notes, ADDED))
        return result

    def _confirmed(self, item, draft):
        """The Result on secret inputs too, where those of the notebook left anything to win."""
        if not item.is_code or not draft.share:
            return draft
        found = self._judged(item, lambda *replied: judging.on_secret(item, draft, *replied))
        return replace(found, notes=draft.notes)

    def _judged(self, item, judge):
        """The Result `judge(header, reply, cases)`, of the reply when all were asked at once if that is right."""
        cases, _ = self._cases(item)
        if item.question.id in self.at_once:
            header, reply, seconds = self.at_once[item.question.id]
            result = judging.judged(item, lambda: judge(header, reply, cases))
            if result.status in ("right", "by hand"):
                return replace(result, seconds=result.seconds + seconds)
        header, reply, notes = self._reply(item, self._answer(item), cases)
        result = judging.judged(item, lambda: judge(header, reply, cases))
        return replace(result, notes=(*result.notes, *notes))

    def _ask_at_once(self, items):
        """Ask all of `items` in one fork. What came of it, if anything, is in `at_once`: for some, or for all."""
        self.at_once = {}
        if len(items) > 1:
            seconds = min(self.terms.seconds, AT_ONCE_S)
            header, reply = self._send(items, self.reading.cells, seconds, ALL_AT_ONCE_S)
            for item, line in zip(items, reply.splitlines(), strict=False):
                self.at_once[item.question.id] = header, line, header["seconds"] / len(items)

    def _reply(self, item, answer, cases):
        """(header, reply, notes) of a run with all cells, without the one that did harm, or with the answer's alone."""
        header, reply = self._ask(item, answer)
        culprit = header["cell"]
        if not reply and culprit not in (NOT_A_CELL, answer.cell) and not self.only_own:
            self.harmful.add(culprit)
            header, reply = self._ask(item, answer)
        own_hangs = header["how"] == "stopped" and header["cell"] == answer.cell
        if not (judging.makes_sense(item, reply, cases) or own_hangs or self.only_own):
            self.only_own = True  # for a thread of some other cell, perhaps, or what it did to Python
            alone = self._ask(item, answer)
            self.only_own = judging.makes_sense(item, alone[1], cases)
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

    def _ask(self, item, answer):
        return self._send([item], self._cells(answer), self.terms.seconds, CELLS_S + self.terms.seconds)

    def _send(self, items, cells, limit, seconds):
        """(header, reply), where header["how"] is "gone" when the sandbox itself broke."""
        if self.sandbox is None:
            spare = _spare.get((self.secret, *self.made_with))
            self.sandbox = spare.pop() if spare else sandbox.Sandbox(*self.made_with)
        questions = [_question(item.question, self._answer(item), self._cases(item)[1]) for item in items]
        try:
            return self.sandbox.ask({"questions": questions, "cells": cells, "limit": limit}, seconds)
        except sandbox.SandboxGone:
            self.sandbox = None
            return {"how": "gone", "cell": NOT_A_CELL, "clean": False, "seconds": 0.0, "cpu": 0.0}, b""


# ---------------------------------------------------------------------------------------------- asking


@functools.lru_cache(maxsize=64)  # the same for a whole class
def _cases(number, question, seed):
    """([Case], the same in JSON's terms) of a question of an assignment. seed: the class's, or None for the notebook's
    own inputs."""
    (item,) = (one for one in assignment(number).items if one.question.id == question)
    if not item.is_code:
        return [], []
    hidden = {} if seed is None else {"seed": seed_number(seed), "hidden": True}
    cases = verdict.plan(item.question, **hidden)
    return cases, [wire.encode(case.inputs) for case in cases]


def _question(question, answer, cases):
    asked = {"names": answer.names, "kind": "value"}
    if isinstance(question, Code):
        asked |= {
            "kind": "code",
            "arguments": question.arguments,
            "returns": question.returns,
            "probe": question.probe.__name__,  # one of `probes`: the others stay with their questions, outside
            "cases": cases,
        }
    return asked
