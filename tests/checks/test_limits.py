"""An answer that never returns is stopped, whatever it does to stay, and the process goes on as before."""

import signal
import threading
import time

import pytest

from gru_lab import check, reset_gate
from gru_lab.checks import judge, limits
from gru_lab.checks.limits import Stopped, call_with_limit

SOON = 0.15
alarms = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no alarm signal")


def busy():
    while True:
        pass


def sleeping():
    while True:
        time.sleep(0.01)


def swallows_exceptions():
    while True:
        try:  # noqa: SIM105
            sum(range(100))
        except Exception:
            pass


def swallows_everything():
    while True:
        try:  # noqa: SIM105
            time.sleep(0.005)
        except:  # noqa: E722
            pass


def swallows_in_a_function():
    def work():
        try:
            sum(range(1000))
        except BaseException:
            return 0

    while True:
        work()


def returns_from_finally():
    def work():
        try:
            time.sleep(0.005)
        finally:
            return 1  # noqa: B012

    while True:
        work()


def endless_comprehension():
    return sum(1 for _ in iter(int, 1))


STAYERS = [
    busy, sleeping, swallows_exceptions, swallows_everything, swallows_in_a_function, returns_from_finally,
    endless_comprehension,
]  # fmt: skip


def stopped_after(function):
    started = time.monotonic()
    with pytest.raises(Stopped):
        call_with_limit(function, SOON)
    return time.monotonic() - started


@alarms
@pytest.mark.parametrize("function", STAYERS)
def test_it_is_stopped_on_the_main_thread(function):
    assert stopped_after(function) < SOON + 8


@pytest.mark.parametrize("function", [busy, sleeping, swallows_exceptions, endless_comprehension])
def test_it_is_stopped_where_there_is_no_alarm(function, monkeypatch):
    """As on Windows: a second thread stops the main one."""
    monkeypatch.delattr(signal, "setitimer", raising=False)
    assert stopped_after(function) < SOON + 8
    assert call_with_limit(lambda: 5, 1) == 5


@pytest.mark.parametrize("function", [busy, sleeping])
def test_it_is_stopped_in_another_thread(function):
    """As in a subshell of the kernel: signals reach the main thread only."""
    ended = []

    def try_it():
        try:
            call_with_limit(function, SOON)
        except Stopped:
            ended.append("stopped")
        ended.append(call_with_limit(lambda: 7, 1))

    thread = threading.Thread(target=try_it)
    thread.start()
    thread.join(10)
    assert ended == ["stopped", 7]


@alarms
def test_nothing_rings_afterwards():
    before = signal.getsignal(signal.SIGALRM)
    for function in (busy, swallows_everything):
        stopped_after(function)
        assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
        assert signal.getsignal(signal.SIGALRM) == before
    time.sleep(SOON)


@alarms
def test_another_alarm_goes_on():
    rung = []
    before = signal.signal(signal.SIGALRM, lambda *_: rung.append(time.monotonic()))
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        started = time.monotonic()
        assert call_with_limit(lambda: "quick", 5) == "quick"
        assert not rung
        while not rung and time.monotonic() < started + 3:
            time.sleep(0.01)
        assert 0.25 < rung[0] - started < 2
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_results_and_errors_come_through():
    assert call_with_limit(lambda: [1], 1) == [1]
    with pytest.raises(ZeroDivisionError):
        call_with_limit(lambda: 1 / 0, 1)


def test_a_limit_costs_next_to_nothing():
    started = time.process_time()
    for _ in range(200):
        call_with_limit(int, 5)
    assert (time.process_time() - started) / 200 < 1e-3


def test_the_check_says_so_and_the_next_one_works(monkeypatch, capsys):
    monkeypatch.setattr(limits, "LIMIT_S", SOON)
    check.reset_gate(lambda x, h, W_r, U_r, b_r: busy())
    shown = capsys.readouterr().out
    assert "Stopped after 0.15 s" in shown
    assert "loop whose end is never reached" in shown
    monkeypatch.undo()
    assert judge(check.find("reset_gate"), reset_gate).status == "right"


def test_all_cases_together_get_one_limit(monkeypatch):
    """Slow on every case, never stopped on one: the sum counts."""
    monkeypatch.setattr(limits, "LIMIT_S", 0.3)

    def slow(x, h, W_r, U_r, b_r):
        time.sleep(0.12)
        return reset_gate(x, h, W_r, U_r, b_r)

    started = time.monotonic()
    assert judge(check.find("reset_gate"), slow).diagnosis == "stopped"
    assert time.monotonic() - started < 2


def test_a_page_keeps_its_beginning_and_counts_the_rest():
    with limits.quiet() as page:
        for _ in range(1000):
            print("x" * 99)
    assert page.size == 100_000
    assert len(page.text) == limits.PAGE
    assert sum(map(len, page.kept)) == limits.PAGE


def test_what_it_printed_before_is_told(monkeypatch, capsys):
    monkeypatch.setattr(limits, "LIMIT_S", SOON)

    def counts(x, h, W_r, U_r, b_r):
        i = 0
        while True:
            print("round", i)
            i += 1

    check.reset_gate(counts)
    shown = capsys.readouterr().out
    assert "Stopped after" in shown
    assert "It printed: round 0 / round 1 / round 2 …" in shown
