"""A class: many submissions, several at once, each in its journal as soon as it is graded."""

import concurrent.futures
import contextlib
import hashlib
import multiprocessing
import os
import signal
import sys
from concurrent.futures.process import BrokenProcessPool

from tqdm import tqdm

from gru_lab.grading import engine
from gru_lab.grading.assignments import assignment
from gru_lab.grading.record import MEANING, Record, Result

__all__ = ["cores", "grade_all", "in_shard", "lost"]


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
        unit="submission",
        disable=not bar,
        file=sys.stderr,
        dynamic_ncols=True,
    )
    with progress:
        tasks = ((handle.load(), terms) for handle in waiting)
        for record in (mapper or (lambda one, many: _pool(one, many, jobs)))(grade_task, tasks):
            journal.add(record)
            progress.update()
    return len(waiting), before


def grade_task(task):
    """The Record of (submission, terms): what travels to other processes and machines."""
    return engine.grade(*task)


def _same(record, handle):
    submission = handle.load()
    return record.sha256 == submission.sha256 and bool(record.sha256 or record.problem == submission.problem)


def _pool(function, tasks, jobs):
    """Records of `tasks`, a few more in the air than there are processes, so that memory stays flat."""
    tasks = iter(tasks)
    if jobs == 1:
        try:
            yield from map(function, tasks)
        finally:
            engine.close()
        return
    pool, flying = _new_pool(jobs), {}
    try:
        while True:
            while len(flying) < 2 * jobs and (task := next(tasks, None)) is not None:
                flying[pool.submit(function, task)] = task
            if not flying:
                return
            done, _ = concurrent.futures.wait(flying, return_when=concurrent.futures.FIRST_COMPLETED)
            try:
                for future in done:
                    record = future.result()
                    del flying[future]
                    yield record
            except BrokenProcessPool:  # one of ours was killed, perhaps for its memory: find out which one, alone
                suspects, flying = list(flying.values()), {}
                pool.shutdown(wait=False, cancel_futures=True)
                for task in suspects:
                    yield _alone(function, task)
                pool = _new_pool(jobs)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _alone(function, task):
    with _new_pool(1) as pool:
        try:
            return pool.submit(function, task).result()
        except BrokenProcessPool:
            return lost(task[0])


def lost(submission):
    """The record of a submission that took our own process down: no score, and a person is told."""
    asked = assignment(submission.assignment)
    says = "The grader was killed while it worked on this notebook; a person should look at it."
    results = (Result(i.question.id, "not graded", i.question.points, says=MEANING["not graded"]) for i in asked.items)
    return Record(
        submission.student, asked.number, submission.file, submission.sha256, submission.handed_in, says,
        tuple(submission.notes), tuple(results),
    )  # fmt: skip


def _new_pool(jobs):
    context = multiprocessing.get_context("spawn")  # a fork would copy this process's threads' locks
    return concurrent.futures.ProcessPoolExecutor(
        jobs, mp_context=context, initializer=_start_of_a_process, initargs=(os.getpid(),)
    )


def _start_of_a_process(parent):
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's affair
    with contextlib.suppress(Exception):  # Linux: this process, and so its sandbox, ends when the parent is killed
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)  # PR_SET_PDEATHSIG
    if os.getppid() != parent:  # it was killed while this process started
        os._exit(1)
