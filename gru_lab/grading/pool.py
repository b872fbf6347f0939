"""Several processes of this machine at work on a class, and what becomes of them when one is killed or all must end."""

import atexit
import concurrent.futures
import contextlib
import multiprocessing
import os
import signal
from concurrent.futures.process import BrokenProcessPool

from gru_lab.grading import engine
from gru_lab.grading.assignments import assignment
from gru_lab.grading.record import MEANING, Record, Result

__all__ = ["lost", "mapped"]


def mapped(function, tasks, jobs):
    """Records of `tasks`, (submission, terms) each, as they come; a few more are in the air than there are processes,
    so that memory stays flat. Close it, or let it come to its end: no process stays behind."""
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
                pool.shutdown(cancel_futures=True)
                for task in suspects:
                    yield _alone(function, task)
                pool = _new_pool(jobs)
    finally:
        _end(pool, at_once=bool(flying))


def lost(submission):
    """The record of a submission that took our own process down: no score, and a person is told."""
    asked = assignment(submission.assignment)
    says = "The grader was killed while it worked on this notebook; a person should look at it."
    results = (Result(i.question.id, "not graded", i.question.points, says=MEANING["not graded"]) for i in asked.items)
    return Record(
        submission.student, asked.number, submission.file, submission.sha256, submission.handed_in, says,
        tuple(submission.notes), tuple(results),
    )  # fmt: skip


def _alone(function, task):
    with _new_pool(1) as pool:
        try:
            return pool.submit(function, task).result()
        except BrokenProcessPool:
            return lost(task[0])


def _end(pool, at_once):
    """End a pool, and wait for it: if Python's own exit met it half closed, it could write to a pipe that is gone."""
    if at_once:  # nobody waits for an endless loop after Ctrl-C
        for process in list(pool._processes.values()):  # from Python 3.14 on: pool.terminate_workers()
            process.terminate()
    pool.shutdown(cancel_futures=True)


def _new_pool(jobs):
    context = multiprocessing.get_context("spawn")  # a fork would copy this process's threads' locks
    return concurrent.futures.ProcessPoolExecutor(
        jobs, mp_context=context, initializer=_start_of_a_process, initargs=(os.getpid(),)
    )


def _start_of_a_process(parent):
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's affair
    signal.signal(signal.SIGTERM, _end_of_a_process)
    with contextlib.suppress(Exception):  # Linux: this process, and so its sandbox, ends when the parent is killed
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)  # PR_SET_PDEATHSIG
    if os.getppid() != parent:  # it was killed while this process started
        os._exit(1)


def _end_of_a_process(*ignored):
    """In the middle of anything: an exception would be taken for the result of a task."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    engine.close()
    atexit._run_exitfuncs()  # the sandbox's copy of the package goes
    os._exit(1)
