"""Calling an answer that may never return, may print without end and may leave warnings on: it gets time and a page.

On the main thread of Linux and macOS an alarm signal stops the answer; elsewhere another thread does. The kernel lives.
"""

import contextlib
import ctypes
import io
import random
import signal
import threading
import time
import warnings

import numpy as np

__all__ = ["LIMIT_S", "PAGE", "Page", "Stopped", "call_with_limit", "quiet"]

LIMIT_S = 5.0  # seconds that one check may take
PAGE = 2_000  # characters of printed text that are kept


class Stopped(BaseException):
    """Raised inside an answer whose time is up. Not an Exception: `except Exception` must not swallow it."""


class Page(io.TextIOBase):
    """A text file that keeps its first `PAGE` characters and counts the rest."""

    def __init__(self):
        self.kept, self.size = [], 0

    def writable(self):
        return True

    def write(self, text):
        if self.size < PAGE:
            self.kept.append(text[: PAGE - self.size])
        self.size += len(text)
        return len(text)

    @property
    def text(self):
        return "".join(self.kept)


@contextlib.contextmanager
def quiet():
    """A `Page` that receives everything printed; NumPy's settings and Python's warnings are put back afterwards."""
    page = Page()
    with (
        contextlib.redirect_stdout(page),
        contextlib.redirect_stderr(page),
        warnings.catch_warnings(),
        np.errstate(all="ignore"),
    ):
        warnings.simplefilter("ignore")
        yield page


def call_with_limit(function, seconds):
    """`function()`, or `Stopped` when it takes longer than `seconds`.

    A single call into compiled code (one huge matrix product) cannot be cut short: it is stopped when it returns.
    """
    on_main_thread = threading.current_thread() is threading.main_thread()
    if on_main_thread and hasattr(signal, "setitimer"):
        return _call_with_alarm(function, seconds)
    return _call_with_watcher(function, seconds)


def _call_with_alarm(function, seconds):
    armed = True
    started = time.monotonic()

    def ring(_signal_number, frame):
        if not armed:
            return
        # Again a moment later, at a moment nobody can foresee: a bare `except:` in a loop swallows the alarms that fall
        # between its `try` and its `except`, and not the first that falls outside.
        signal.setitimer(signal.ITIMER_REAL, random.uniform(5e-6, 1e-3))
        if frame is not None and frame.f_code is not _call_with_alarm.__code__:
            raise Stopped

    previous_handler = signal.signal(signal.SIGALRM, ring)
    previous_delay, previous_interval = signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        return function()
    finally:
        armed = False
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous_handler or signal.SIG_DFL)
        if previous_delay:  # somebody else's alarm goes on where it was
            left = max(previous_delay - (time.monotonic() - started), 1e-3)
            signal.setitimer(signal.ITIMER_REAL, left, previous_interval)


def _call_with_watcher(function, seconds):
    thread = ctypes.c_ulong(threading.get_ident())
    finished = False
    wake = threading.Event()

    def watch():
        delay = seconds
        while not wake.wait(delay) and not finished:
            ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, ctypes.py_object(Stopped))
            delay = random.uniform(1e-3, 2e-2)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        return function()
    finally:
        while True:
            try:
                finished = True
                wake.set()
                watcher.join()
                time.sleep(0)  # an alarm that came too late is raised here; taken back, it would stop a traced thread
                break
            except Stopped:
                continue
