"""The half of grading that judges what a sandbox has replied. It runs nothing that a student wrote.

A reply may be anything: `wire` reads it, and what makes no sense is a wrong answer. Of the replies on secret inputs a
status, a share and fixed sentences are all that is passed on.
"""

from dataclasses import replace

from gru_lab.checks import judge, limits, probes, verdict, words
from gru_lab.grading import stripped, wire
from gru_lab.grading.cells import tidy
from gru_lab.grading.record import MEANING, Result
from gru_lab.grading.wire import NOT_A_CELL

__all__ = ["judged", "makes_sense", "on_secret", "on_shown", "plain"]

WRITTEN_OTHERWISE = "It is no text in quotes with the name asked for; a person reads the cell as it stands."
# how an answer may end on secret inputs: {status or diagnosis: the end of the sentence}
THERE = {
    "stopped": "there it does not come back within the time.",
    "out of memory": "there it needs more memory than there is.",
    "ended itself": "there it ends Python instead of returning.",
    "raised": "there it ends with an error.",
    "not attempted": "there it is not written.",
    "returns None": "there it returns None.",
    "flood": "there it prints too much.",
}
JUDGE_S = 60.0  # our own half, on arrays of any size


def judged(item, judge):
    """The Result of `judge()`, whatever happens in it."""
    try:
        return judge()
    except wire.Garbled as problem:
        return plain(item, "wrong", says=f"What came out is no answer: {problem}.")
    except limits.Stopped:
        return plain(item, "not graded", says="Comparing it took too long; a person should look at it.")
    except Exception as problem:
        said = f"The grader itself failed on this answer ({type(problem).__name__}); a person should look at it."
        return plain(item, "not graded", says=said)


def _read(reply):
    reply = wire.loads(reply)
    if not isinstance(reply, dict):
        raise wire.Garbled("no report of a call")
    if "unreadable" in reply:
        raise wire.Garbled("an object that raises an error when it is read")
    return reply


def makes_sense(item, reply, cases):
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


def on_shown(item, answer, header, reply, cases):
    """The Result that the sandbox's reply on the notebook's inputs earns. Raises Garbled where it makes no sense."""
    if not reply:
        return _without_reply(item, header)
    reply = _read(reply)
    if "too large" in reply:
        return plain(item, "wrong", says="What it returns is too large to be an answer.")
    error = _error_of(reply, answer)
    if reply.get("missing"):
        if item.by_hand:  # sentences without quotes, or without a name: that is no matter for whoever reads them
            return replace(plain(item, "by hand"), notes=(WRITTEN_OTHERWISE,))
        if error:
            return _raised(item, error)
        kind = "function" if item.is_code else "value"
        return plain(item, "not found", says=f"After the cell has run there is no {kind} {item.answer}.")
    notes = (f"The cell ends with {error[0]}, after {item.answer} was defined.",) if error else ()
    if item.is_code:
        result = _judge_code(item, reply, cases)
        if result.status == "not attempted" and _has_more(item, answer.source):
            result = replace(result, status="raised", says=verdict.NOT_FINISHED.says)
    else:
        if "value" not in reply:
            raise wire.Garbled("a report without it")
        value = wire.decode(reply["value"])
        result = _judge_value(item, value)
    return replace(result, notes=(*notes, *result.notes))


def _has_more(item, source):
    """Has something been written beside the raise line of the stub?"""
    lines = [line.strip() for line in tidy(source).splitlines()]
    handed_out = {line.strip() for line in item.stub.splitlines()}
    return any(line.startswith("raise") for line in lines) and not set(lines) <= handed_out


def _without_reply(item, header):
    """Why there is none: how the fork, or the whole sandbox, ended."""
    how = header["how"]
    while_ = "when its cell ran" if header["cell"] != NOT_A_CELL else "when it was called"
    if how == "stopped":
        return plain(item, "stopped", says=f"Stopped: it did not come back within the time {while_}.")
    if how == "crowd":
        return plain(item, "stopped", says=f"Stopped: it started too many processes {while_}.")
    if how == "memory" or how == "signal 9":
        return plain(item, "out of memory", says=f"It needs more memory than there is {while_}.")
    if how == "gone":
        return plain(item, "ended itself", says="It broke the process that runs it.")
    says = f"It ended Python {while_}, instead of returning."
    return plain(item, "ended itself", says=says, reason="Take exit(), quit(), os._exit and signals out.")


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
        return plain(item, "stopped", says="Stopped: its cell did not come to an end.")
    if kind == "MemoryError":
        return plain(item, "out of memory", says="Its cell needs more memory than there is.")
    rows = (("it says", f"{kind}: {message}" if message else kind), ("your line", line))
    return plain(item, "raised", says="Its cell ends with an error.", rows=tuple(row for row in rows if row[1]))


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
    if found.status == "waiting" and _calls_withheld(outcomes):
        found = replace(found, says="It calls a function of gru_lab that does what is asked for: write it yourself.")
    share = _share(question, cases, outcomes)
    return _of_verdict(item, found, _status(found, outcomes), share)


def on_secret(item, draft, header, reply, cases):
    """The Result `draft` after the reply on secret inputs. Of that, a status and fixed sentences are all that shows."""
    question, right_there = item.question, draft.status == "right"
    reply = _read(reply) if reply else {}
    try:
        look, outcomes = _look(reply.get("look")), _outcomes(reply, question, cases)
    except wire.Garbled:
        without = _without_reply(item, header).status if not reply else "wrong"
        return _failed_there(draft, without, THERE.get(without, "there no answer came out.")) if right_there else draft
    found = limits.call_with_limit(lambda: verdict.judge_code(question, look, cases, outcomes), JUDGE_S)
    if right_there and found.status == "right":
        return draft
    share = min(draft.share, _share(question, cases, outcomes))
    if not right_there:
        return replace(draft, share=share)
    status = _status(found, outcomes)
    failed = _failed_there(draft, status, _how(found, status), share)
    return replace(failed, reason=found.reason, diagnosis=found.diagnosis)


def _how(found, status):
    """How it went wrong on secret inputs, in a fixed sentence."""
    known = THERE.get(status) or THERE.get(found.diagnosis)
    if known:
        return known
    return "of other sizes: the shape differs." if found.stage == "shape" else "of other sizes."


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


def _calls_withheld(outcomes):
    return any(one.problem == "not written" and one.error.endswith(stripped.WITHHELD) for one in outcomes)


def _status(found, outcomes):
    if found.status == "waiting":  # the cell has been changed: else it would not have been run
        return "not attempted" if found in verdict.UNWRITTEN and not _calls_withheld(outcomes) else "raised"
    if found.diagnosis == "stopped":
        return "stopped"
    raised = [one for one in outcomes if one.problem == "raised"]
    if found.stage == "raises" and raised:
        return "out of memory" if raised[0].error.startswith("MemoryError") else "raised"
    return "wrong"


def _share(question, cases, outcomes):
    """The share of the calls that came out right; one that writes into its input counts half. 0 where none on random
    inputs came out right: such an answer is a guess."""
    needed = [(case, outcome) for case, outcome in zip(cases, outcomes, strict=True) if not case.optional]
    right = [(case, outcome) for case, outcome in needed if verdict.is_right(question, case, outcome)]
    count = sum(0.5 if outcome.changed else 1 for _, outcome in right)
    is_guess = not any(case.stage == "random" for case, _ in right)
    return 0.0 if is_guess else round(min(count, len(needed) - 1) / len(needed), 3)


def _judge_value(item, value):
    question = item.question
    nothing = value is None or value is Ellipsis
    is_text = isinstance(value, str)
    if item.by_hand and not nothing and not (is_text and not value.strip()):  # a person says what it is worth
        return replace(plain(item, "by hand"), notes=() if is_text else (WRITTEN_OTHERWISE,))
    found = limits.call_with_limit(lambda: judge(question, value), JUDGE_S)
    if found.status == "waiting":
        return _of_verdict(item, found, "not attempted" if nothing else "wrong")
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


def plain(item, status, says="", reason="", rows=()):
    return Result(
        item.question.id, status, item.question.points, says=says or MEANING[status], reason=reason, rows=rows
    )
