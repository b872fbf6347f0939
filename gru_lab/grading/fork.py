"""What a fork of the sandbox's `worker` does: run a submission's cells, call its answer, write the reply.

Everything here may be changed by what it runs; nothing here knows a right answer.
"""

import builtins
import json
import linecache
import struct
import sys
import types

__all__ = ["answer"]

TOO_LARGE = b'{"too large": true}\n'
_kept = []  # the worker's own module: its names go when nobody holds it any more


def answer(request, page):
    """Write what a `request` of `engine` brings into `page`, the memory shared with the worker: a line of JSON for each
    of its questions. Where more than one is asked and one takes too long, it and those after it get none."""
    from gru_lab.checks import limits
    from gru_lab.grading import wire

    limits.LIMIT_S = request["limit"]
    dumps, copy = json.dumps, page.__setitem__  # as they are before a submission may replace them

    end = 8

    def write(line):
        nonlocal end
        line = line if end + len(line) <= len(page) else TOO_LARGE
        if end + len(line) <= len(page):
            copy(slice(end, end + len(line)), line)
            end += len(line)
            copy(slice(0, 4), struct.pack("I", end - 8))

    several = len(request["questions"]) > 1
    space = _main_module()
    errors = {}
    for number, source in request["cells"]:
        copy(slice(4, 8), struct.pack("I", number))
        found = _run_cell(number, source, space, limits, request["limit"])
        if found:
            errors[number] = found
            if several and found[0] == "Stopped":
                return
    copy(slice(4, 8), struct.pack("I", wire.NOT_A_CELL))
    for question in request["questions"]:
        try:
            reply = _reply(question, space)
            if several and any(one["problem"] == "stopped" for one in reply.get("outcomes", ())):
                return
            write(dumps({"errors": errors, **reply}).encode() + b"\n")
        except (wire.TooLarge, MemoryError):
            write(TOO_LARGE)
        except Exception:  # an object that does not want to be looked at
            write(b'{"unreadable": true}\n')


def _reply(question, space):
    """What the answer in `space` is or does, as JSON."""
    from gru_lab.checks import probes
    from gru_lab.grading import wire

    reply: dict = {}
    name = next((name for name in question["names"] if name in space), None)
    if name is None:
        reply["missing"] = True
    elif question["kind"] == "value":
        reply["value"] = wire.encode(space[name])
    else:
        answer = space[name]
        seen = probes.look(answer, question["arguments"])
        reply["look"] = vars(seen)
        if seen.kind == "function" and seen.fits and not seen.empty:
            cases = [wire.decode(case) for case in question["cases"]]
            outcomes = probes.run(answer, cases, getattr(probes, question["probe"]), tuple(question["returns"]))
            reply["outcomes"] = [
                vars(one) | {"values": {key: wire.encode(value) for key, value in one.values.items()}}
                for one in outcomes
            ]
    return reply


def _main_module():
    module = types.ModuleType("__main__")
    _kept.append(sys.modules["__main__"])
    sys.modules["__main__"] = module
    shell = _Shell(module.__dict__)
    module.__dict__.update(get_ipython=lambda: shell, display=lambda *objects, **options: None)
    for name in ("exit", "quit"):
        setattr(builtins, name, sys.exit)
    return module.__dict__


class _Shell:
    """What a cell's magics call. A magic that times or captures runs its body; the others do nothing."""

    RUN = ("time", "timeit", "capture", "prun")

    def __init__(self, space):
        self.user_ns = space

    def run_line_magic(self, name, line, **options):
        return self.run_cell_magic(name, "", line)

    def run_cell_magic(self, name, line, body):
        if name in self.RUN:
            exec(compile(body, f"<%{name}>", "exec"), self.user_ns)

    def system(self, command):
        print("commands of the shell are not run here")

    def getoutput(self, command, **options):
        return []

    def __getattr__(self, name):
        return lambda *arguments, **options: None


def _run_cell(number, source, space, limits, seconds):
    """None, or what the cell ended with: [kind of error, message, line]. Whatever it is, the next cell runs."""
    file = f"<cell {number}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    try:
        with limits.quiet():
            limits.call_with_limit(lambda: exec(compile(source, file, "exec"), space), seconds)
    except limits.Stopped:
        return ["Stopped", f"stopped after {seconds:g} s", ""]
    except BaseException as error:
        return [type(error).__name__, _message(error)[:300], _line(error, file)]
    return None


def _message(error):
    try:
        return str(error)
    except Exception:
        return ""


def _line(error, file):
    if isinstance(error, SyntaxError):
        return (error.text or "").strip()[:160]
    trace, found = error.__traceback__, ""
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == file:
            found = linecache.getline(file, trace.tb_lineno).strip()
        trace = trace.tb_next
    return found[:160]
