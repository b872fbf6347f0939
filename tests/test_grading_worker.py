"""The program inside of grading's sandbox, spoken to without one.

What runs in a sandbox cannot be measured from outside. Here it is an ordinary process of this repository, so that
coverage sees which of its lines are reached. All cells are ours and do no harm.
"""

import json
import os
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from gru_lab.grading import wire, worker

ROOT = Path(worker.__file__).parents[2]
# Whoever runs the tests stays who he is: nobody, who root would become, may be unable to read this Python.
START = (
    "import os, runpy, sys; os.geteuid = lambda: 1; del sys.argv[0]; runpy.run_path(sys.argv[0], run_name='__main__')"
)
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="grading needs Linux or macOS")


@pytest.fixture(scope="module")
def ask(tmp_path_factory):
    """`ask(source, …)`: the worker's (header, reply as an object) to a notebook of these cells."""
    request_out, requests = os.pipe()
    replies, reply_in = os.pipe()
    home = tmp_path_factory.mktemp("home")
    command = [sys.executable, "-c", START, worker.__file__, str(request_out), str(reply_in), str(ROOT)]
    process = subprocess.Popen(
        command, pass_fds=(request_out, reply_in), cwd=ROOT, env={**os.environ, "HOME": str(home)}
    )
    os.close(request_out)
    os.close(reply_in)

    def read(size):
        parts = b""
        while len(parts) < size:
            parts += os.read(replies, size - len(parts)) or pytest.fail("the worker has ended")
        return parts

    def send(message):
        data = json.dumps(message).encode()
        os.write(requests, struct.pack("I", len(data)) + data)
        head, body = struct.unpack("II", read(8))
        return json.loads(read(head)), read(body)

    def asked(*cells, seconds=20, limit=5, kind="value", **more):
        request = {"cells": list(enumerate(cells)), "seconds": seconds, "limit": limit, "memory": 4 << 30}
        header, reply = send({**request, "questions": [{"names": ["answer"], "kind": kind, **more}]})
        return header, json.loads(reply) if reply else None

    assert send({"memory": 64 << 30, "torch": False})[0] == {"ready": True}
    yield asked
    os.close(requests)  # no more requests to come: it ends
    assert process.wait(30) == 0
    os.close(replies)


def test_a_value_comes_back_and_nothing_of_one_question_reaches_the_next(ask):
    header, reply = ask("answer = [1.5, 2]", "x = 1")
    assert header["how"] == "returned" and header["cell"] == wire.NOT_A_CELL and header["seconds"] > 0
    assert wire.decode(reply["value"]) == [1.5, 2] and reply["errors"] == {}
    _, reply = ask("1 + 1")
    assert reply == {"errors": {}, "missing": True}


def test_a_cell_that_fails_is_named_with_its_line_and_the_next_one_runs(ask):
    _, reply = ask("1 / 0", "a = (\n  1 +", "answer = 3", "raise KeyError", "import sys; sys.exit(4)")
    assert reply["errors"]["0"] == ["ZeroDivisionError", "division by zero", "1 / 0"]
    assert reply["errors"]["1"][0] == "SyntaxError" and reply["errors"]["1"][2].startswith("a = (")
    assert reply["errors"]["3"][0] == "KeyError" and reply["errors"]["4"][0] == "SystemExit"
    assert wire.decode(reply["value"]) == 3


def test_errors_without_words_and_objects_that_cannot_be_looked_at(ask):
    _, reply = ask("class E(Exception):\n    def __str__(self): return 1\nraise E", "class A: pass\nanswer = A()")
    assert reply["errors"]["0"][:2] == ["E", ""]
    assert "unreadable" not in reply and "value" in reply
    source = "class A(list):\n    def __iter__(self): raise OSError\n    __len__ = None\nanswer = A([1])"
    assert ask(source)[1] == {"unreadable": True}


def test_what_is_too_large_says_so(ask):
    header, reply = ask("import numpy; answer = numpy.zeros(10**7)")
    assert header["how"] == "returned" and reply == {"too large": True}
    code = {"kind": "code", "arguments": ["a"], "probe": "call", "returns": ["sum"]}
    several = ask(
        "import numpy\ndef answer(a): return numpy.arange(1e5) / 7", **code, cases=9 * [wire.encode({"a": 1.0})]
    )
    assert several[1] == {"too large": True}  # each of them alone would not be
    one = ask("import numpy\ndef answer(a): return numpy.arange(1e5) / 7", **code, cases=[wire.encode({"a": 1.0})])
    assert one[1]["outcomes"][0]["values"]


@pytest.mark.parametrize(
    ("cell", "how"),
    [
        ("while True: pass", "returned"),
        ("import os; os._exit(3)", "ended"),
        ("import os; os.kill(os.getpid(), 9)", "signal 9"),
    ],
)
def test_how_a_fork_ended_is_told(ask, cell, how):
    header, reply = ask(cell, "answer = 1", limit=0.3)
    assert header["how"] == how
    if how == "returned":
        assert reply["errors"]["0"] == ["Stopped", "stopped after 0.3 s", ""] and wire.decode(reply["value"]) == 1
    else:
        assert reply is None and header["cell"] == 0


def test_a_fork_that_stays_is_killed(ask):
    header, _ = ask("import signal; signal.pthread_sigmask(signal.SIG_BLOCK, [14])\nwhile True: pass", seconds=1)
    assert header["how"] == "stopped"


def test_magics_run_their_bodies_and_the_shell_runs_nothing(ask):
    _, reply = ask(
        "get_ipython().run_cell_magic('time', '', 'answer = 7')\nget_ipython().run_line_magic('time', 'b = 1')\n"
        "get_ipython().run_cell_magic('html', '', 'answer = 8')\nget_ipython().system('touch made')\n"
        "files = get_ipython().getoutput('ls')\nget_ipython().anything(1)\ndisplay(1)\nassert files == [] and b == 1"
    )
    assert reply["errors"] == {} and wire.decode(reply["value"]) == 7


def test_a_function_is_looked_at_and_called_on_the_cases(ask):
    code = {"kind": "code", "arguments": ["a", "b"], "probe": "call", "returns": ["sum"]}
    cases = [wire.encode({"a": 1.0, "b": 2.0}), wire.encode({"a": 0.5, "b": 0.25})]
    _, reply = ask("def answer(a, b):\n    return a + b", **code, cases=cases)
    assert reply["look"]["kind"] == "function" and reply["look"]["fits"]
    assert [wire.decode(one["values"]["sum"]) for one in reply["outcomes"]] == [3.0, 0.75]
    _, reply = ask("answer = 3", **code, cases=cases)
    assert reply["look"]["kind"] != "function" and "outcomes" not in reply
