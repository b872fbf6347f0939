"""A class: many submissions, several at once, each in its journal as soon as it is graded."""

import hashlib
import os
import sys

from tqdm import tqdm

from gru_lab.grading import engine, pool

__all__ = ["cores", "grade_all", "in_shard"]


def cores():
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_shard(student, shard):
    """Is this student graded by shard (i, n), counted from 1? The same on every machine, whoever else hands in."""
    if shard is None:
        return True
    i, n = shard
    return int.from_bytes(hashlib.sha256(student.encode("utf-8", "replace")).digest()[:8], "big") % n == i - 1


def grade_all(handles, terms, journal, jobs=1, mapper=None, bar=True):
    """Grade what `journal` does not hold yet, in any order; (graded now, there before).

    handles: of `submissions.find`. mapper: (function, iterable) -> iterable of Records, for other machines; default: a
    pool of `jobs` processes here. A submission whose bytes have changed since it was graded is graded again.
    Raises JournalError, SandboxError.
    """
    waiting, before = [], 0
    for handle in handles:
        known = journal.records.get(handle.student)
        if known is not None and _same(known, handle):
            before += 1
        else:
            waiting.append(handle)
    progress = tqdm(
        total=len(waiting) + before,
        initial=before,
        unit="student",
        disable=not bar,
        file=sys.stderr,
        dynamic_ncols=True,
    )
    tasks = ((handle.load(), terms) for handle in waiting)
    records = mapper(grade_task, tasks) if mapper else pool.mapped(grade_task, tasks, jobs)
    with progress:
        try:
            for record in records:
                journal.add(record)
                progress.update()
        finally:
            getattr(records, "close", lambda: None)()  # its processes end now, not when somebody collects it
    return len(waiting), before


def grade_task(task):
    """The Record of (submission, terms): what travels to other processes and machines."""
    return engine.grade(*task)


def _same(record, handle):
    submission = handle.load()
    return record.sha256 == submission.sha256 and bool(record.sha256 or record.problem == submission.problem)
