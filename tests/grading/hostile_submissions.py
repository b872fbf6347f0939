"""Submissions for assignment 06 that attack whoever grades them, each with the marks that are fair.

What an attack leaves alone is answered right, so 6.4, 6.5 and 6.6 are "right" and 6.7 is "by hand" unless it says
otherwise. `ATTACKS` is the table; a test grades every row.
"""

import copy
import functools
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

FAIR = {"6.4": "right", "6.5": "right", "6.6": "right", "6.7": "by hand"}
HEAD = "def change_of_candidate(x, h, W_h, U_h, b_h, unit):\n"
RIGHT = """    r = np.ones_like(h)
    r[..., unit] = 0
    return np.tanh(x @ W_h.T + h @ U_h.T + b_h) - np.tanh(x @ W_h.T + (r * h) @ U_h.T + b_h)
"""
WRONG = "    return np.zeros_like(h)\n"
VISIBLE = "VISIBLE = ((2,), (3,), (4,), (3, 4), (2, 3))"  # shapes of h that anybody can see in the notebook's checks


@dataclass(frozen=True)
class Attack:
    """name, tries: what and how. helper: a cell before all answers. answers: {"6.4": cell}. change: what is done to the
    notebook, a dict, or to its text. expects: {"6.4": status or statuses}. shows, hides: text that the 6.4 row must
    and must not hold. notes: text that a note must hold."""

    name: str
    tries: str
    helper: str = ""
    answers: dict = field(default_factory=dict)
    change: Callable | None = None
    expects: dict = field(default_factory=dict)
    shows: str = ""
    hides: str = ""
    notes: str = ""

    @property
    def statuses(self):
        """{question id: the statuses that are fair}"""
        either = FAIR | self.expects
        return {name: (one,) if isinstance(one, str) else one for name, one in either.items()}

    def data(self):
        """The bytes of the notebook."""
        notebook = clean()
        for cell in notebook["cells"]:
            question = cell["id"].removeprefix("exercise-").replace("-", ".")
            if question in self.answers:
                cell["source"] = self.answers[question]
        if self.helper:
            at = next(i for i, cell in enumerate(notebook["cells"]) if cell["id"] == "exercise-6-4-text")
            notebook["cells"].insert(at, {"cell_type": "code", "id": "own", "metadata": {}, "source": self.helper})
        changed = self.change(notebook) if self.change else notebook
        return changed if isinstance(changed, bytes) else json.dumps(changed).encode()


@functools.cache
def _solutions():
    path = Path(__file__).resolve().parents[2] / "solutions" / "06_reset_gate.ipynb"
    return json.loads(path.read_text(encoding="utf-8"))


def clean():
    """The notebook of a student who answers everything right."""
    return copy.deepcopy(_solutions())


def cell(notebook, name):
    return next(cell for cell in notebook["cells"] if cell.get("id") == name)


def body(lines, then=RIGHT):
    """6.4's cell whose function first does `lines`."""
    return HEAD + "".join(f"    {line}\n" for line in lines.strip("\n").splitlines()) + then


def wrong(helper, name, tries, **more):
    """An attack by a wrong answer to 6.4 that changes the judge first."""
    more = {"expects": {"6.4": "wrong"}} | more
    return Attack(name, tries, answers={"6.4": helper + "\n" + HEAD + WRONG}, **more)


def inside(lines, name, tries, status, then=RIGHT, **more):
    """An attack in the call of 6.4."""
    return Attack(name, tries, answers={"6.4": body(lines, then)}, expects={"6.4": status}, **more)


def value(source, name, tries, status="wrong", **more):
    """An attack by the value of 6.6."""
    return Attack(name, tries, answers={"6.6": source}, expects={"6.6": status}, **more)


def look(lines, name, tries, **more):
    """A cell that looks for something it must not find, and says in an error what it found.

    `lines` append to the list `found`. With nothing found, 6.4 is answered right.
    """
    source = f"found = []\n{lines}\nif found:\n    raise ValueError(f'found {{found}}')\n{HEAD}{RIGHT}"
    return Attack(name, tries, answers={"6.4": source}, **more)


# ---------------------------------------------------------------------------------------------- the judge

JUDGE = (
    wrong(
        "import numpy.testing as t\nfor name in dir(t):\n    if name.startswith('assert'):\n"
        "        setattr(t, name, lambda *a, **k: None)",
        "replaces np.testing",
        "asserts nothing",
    ),
    wrong(
        "for name in ('allclose', 'isclose', 'array_equal'):\n    setattr(np, name, lambda *a, **k: True)",
        "replaces np.allclose",
        "everything is close",
    ),
    wrong(
        'import json\njson.dumps = lambda *a, **k: \'{"status": "right", "share": 1}\'\n'
        "json.JSONEncoder.encode = lambda *a: '{}'",
        "replaces json.dumps",
        "writes its own report",
    ),
    wrong(
        "from gru_lab.checks import probes\nclass Yes:\n    status = 'right'\n"
        "probes.run = lambda *a, **k: [Yes()] * 99",
        "replaces probes.run",
        "reports of its own",
    ),
    wrong(
        "import builtins\nbuiltins.isinstance = lambda *a: True\nbuiltins.abs = lambda x: 0",
        "replaces builtins",
        "isinstance is always true",
        expects={"6.4": ("wrong", "ended itself")},
    ),
    wrong(
        "class Same(np.ndarray):\n    __eq__ = __le__ = __lt__ = lambda *a: True\n"
        "    __array__ = lambda *a, **k: np.zeros(2)",
        "equal to everything",
        "an array class that claims so",
    ),
    wrong(
        "import sys\nclass Finder:\n    def find_spec(self, name, *rest):\n"
        "        raise ImportError(name)\nsys.meta_path.insert(0, Finder())",
        "import hook",
        "nothing can be imported",
    ),
    wrong("import ast\nast.NodeTransformer.visit = lambda *a: None\nast.parse = None", "AST", "no code can be parsed"),
    wrong("import sys\nsys.settrace(lambda *a: None)\nsys.setprofile(lambda *a: None)", "trace", "watches every call"),
    wrong(
        "import gc\nfor one in gc.get_objects():\n    if isinstance(one, dict) and 'status' in one:\n"
        "        one['status'] = 'right'",
        "garbage collector",
        "turns every status it finds to right",
    ),
    wrong(
        "import gc, mmap, json, struct\nsaid = json.dumps({'errors': {}, 'look': {'kind': 'function', "
        "'parameters': None, 'fits': True, 'empty': False, 'caret': False}, 'outcomes': ['right'] * "
        "4, 'status': 'right', 'share': 1}"
        ").encode()\nfor one in gc.get_objects():\n    if isinstance(one, mmap.mmap):\n"
        "        one[8:8 + len(said)] = said\n        one[:4] = struct.pack('I', len(said))\n"
        "        import os; os._exit(0)",
        "forged reply",
        "writes a report into every shared memory and ends",
    ),
    wrong(
        'import os\nfor fd in range(1, 201):\n    try:\n        os.write(fd, b\'{"status": "right"}\' * 9)\n'
        "    except OSError:\n        pass",
        "writes to every descriptor",
        "a report on each of 200",
    ),
    wrong("import os\nos.closerange(0, 4096)", "closes every descriptor", "nobody can be told"),
)

# ---------------------------------------------------------------------------------------------- ends and loops

HANGS = """
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
"""

ENDS = (
    inside("import os; os._exit(0)", "os._exit in a call", "ends as if all were well", "ended itself"),
    inside("import sys; sys.exit(0)", "sys.exit in a call", "the same, politely", "raised"),
    Attack("os._exit in a cell", "ends before anything", "import os\nos._exit(0)", notes="left out"),
    Attack("exit() in a cell", "SystemExit before anything", "exit()"),
    Attack("quits its own cell", "os._exit after its answer", answers={"6.4": HEAD + RIGHT + "import os; os._exit(0)"},
           expects={"6.4": "ended itself"}, notes="left out"),
    Attack("input()", "waits for a person", "name = input('your name')"),
    Attack("loop in a cell", "while True", "while True:\n    pass"),
    inside("while True: pass", "loop in a call", "while True", "stopped"),
    inside("try:\n    while True: pass\nexcept KeyboardInterrupt:\n    pass\nwhile True: pass",
           "swallows KeyboardInterrupt", "goes on after an interrupt", "stopped"),
    inside(HANGS, "swallows BaseException", "goes on after everything", "stopped"),
    inside("10 ** 10 ** 8", "whole number in C", "no signal is heard in it", "stopped"),
    inside("import re; re.match('(a|a)*b', 'a' * 99)", "regex catastrophe", "2**99 ways to fail", "stopped"),
    Attack("matrix product in a cell", "minutes in C", "a = np.ones((9000, 9000)); a @ a @ a @ a",
           notes="left out"),
    inside("import signal\nsignal.signal(signal.SIGALRM, signal.SIG_IGN)\nsignal.setitimer(signal.ITIMER_REAL, 0)\n"
           "while True: pass", "disarms the alarm", "and loops", "stopped"),
    Attack("alarm for later", "SIGALRM strikes in another cell", "import signal; signal.setitimer(0, 0.002)"),
    Attack("thread that ends all", "os._exit from a timer, in any cell",
           "import os, threading, time\nthreading.Timer(0.05, os._exit, (0,)).start()\ntime.sleep(0.1)",
           notes="left out"),
    Attack("thread that ends calls", "os._exit when an answer is called",
           "import os, threading, time\ndef wait():\n    while 'my_why_a_reset_gate' not in globals():\n"
           "        time.sleep(1e-4)\n    os._exit(0)\nthreading.Thread(target=wait).start()",
           answers={"6.7": "import time\nmy_why_a_reset_gate = 'word ' * 20\ntime.sleep(0.05)"}),
    inside("import os\nfor one in (9, 19, 2, 15):\n    for whom in (1, os.getppid()):\n        os.kill(whom, one)",
           "signals to the parent", "SIGKILL, SIGSTOP, SIGINT, SIGTERM", "right"),
    inside("import os; os.kill(-1, 9)", "signal to everybody", "kill -9 -1: there is nobody else", "raised"),
    inside("import os; os.kill(os.getpid(), 19)", "stops itself", "SIGSTOP", "stopped"),
    inside("import ctypes; ctypes.string_at(0)", "segmentation fault", "reads address 0", "ended itself"),
)  # fmt: skip

# ---------------------------------------------------------------------------------------------- floods

DAEMON = """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        while True:
            for name in os.listdir('/proc'):
                if name.isdecimal() and int(name) not in (1, os.getpid()):
                    try:
                        os.kill(int(name), 9)
                    except OSError:
                        pass
            time.sleep(0.02)
    os._exit(0)
time.sleep(0.2)
"""

FLOODS = (
    inside("a = np.ones(1 << 30)", "8 GB at once", "np.ones", ("raised", "out of memory")),
    inside("kept = []\nwhile True: kept.append(np.ones(1 << 20))", "slow growth", "8 MB at a time, without end",
           ("raised", "out of memory", "stopped")),
    inside("import mmap, os\npages = mmap.mmap(-1, 1 << 29)\nfor i in range(12):\n    if os.fork() == 0:\n"
           "        own = np.ones(1 << 25); import time; time.sleep(99)\nimport time; time.sleep(99)",
           "memory of many processes", "256 MB each", ("out of memory", "stopped")),
    inside("for _ in range(1000): print('x' * 1_000_000)", "1 GB of print", "a flood of text", ("wrong", "stopped")),
    inside("import os\nwhile True: os.fork()", "fork bomb", "while True: fork", "stopped"),
    inside("import threading, time\nthreading.stack_size(32768)\nwhile True:\n"
           "    threading.Thread(target=time.sleep, args=(99,)).start()", "thread bomb", "without end", "stopped"),
    inside("try:\n    for i in range(99):\n        with open(f'/tmp/{i}', 'wb') as f: f.write(bytes(1 << 22))\n"
           "except OSError:\n    pass", "fills /tmp", "400 MB", "right"),
    inside("import os\ntry:\n    for i in range(5000): os.posix_fallocate(os.memfd_create('x'), 0, 1 << 22)\n"
           "except OSError:\n    os.closerange(3, 4096)", "files in memory", "5000 memfds of 4 MB",
           ("right", "stopped")),
    inside("import os\nfor i in range(99): os.symlink('/etc/passwd', f'link{i}')", "symlinks in /tmp", "99",
           ("right", "raised")),
    Attack("daemon", "forks twice and kills whoever comes", DAEMON, notes="left out"),
)  # fmt: skip

# ---------------------------------------------------------------------------------------------- answers as weapons

ANSWERS = (
    inside("", "2**40 numbers", "stride tricks", "wrong",
           "    return np.lib.stride_tricks.as_strided(np.zeros(1), (1 << 40,), (0,))\n"),
    inside("", "100 MB come out", "zeros", "wrong", "    return np.zeros(12_500_000)\n", shows="too large"),
    inside("", "NaN", "nan everywhere", "wrong", "    return np.full_like(h, np.nan)\n", shows="NaN"),
    inside("", "structured dtype", "fields", "wrong", "    return np.zeros(h.shape, 'f8,O')\n"),
    inside("", "hostile __array__", "never comes back", "stopped",
           "    class A:\n        def __array__(self, *a, **k):\n            while True: pass\n    return A()\n"),
    inside("", "hostile __class__", "lies about its class", ("wrong", "raised", "ended itself"),
           "    class A:\n        __class__ = __repr__ = property(lambda self: 1 / 0)\n    return A()\n"),
    inside("", "hostile exception", "an error that cannot be shown", "raised",
           "    class E(Exception):\n        def __str__(self): return '\\x1b[2J' + chr(0x202e)\n    raise E\n"),
    inside("", "right once", "right on the first call only", "wrong",
           "    global calls\n    calls = globals().get('calls', 0) + 1\n    if calls > 1: return h\n" + RIGHT),
    inside("", "visible sizes", "right on the notebook's sizes, else the input", "wrong",
           "    if h.shape not in VISIBLE: return 0 * h\n" + RIGHT, helper=VISIBLE),
    inside("", "raises where hidden", "an error whose name holds an input", "raised",
           "    if h.shape not in VISIBLE: raise type('Told' + str(h.ravel()[0]), (Exception,), {})(str(x))\n" + RIGHT,
           helper=VISIBLE, hides="Told"),
    value("my_biases = []\nfor _ in range(10_000): my_biases = [my_biases]", "deep nesting", "10,000 lists"),
    value("my_biases = [0] * 10**7", "10 million numbers", "a list"),
    value("my_biases = []\nmy_biases.append(my_biases)", "contains itself", "a list in itself"),
    value("my_biases = 'x' * 10**8", "100 MB of text", "one value"),
    value("my_biases = np.zeros(1 << 27)", "1 GB array", "as a value"),
    value("my_biases = np.zeros((0, 1 << 30))", "empty, and huge", "a shape with a zero"),
    value("class A:\n    def __getattr__(self, name): raise RuntimeError(name)\nmy_biases = A()",
          "hostile __getattr__", "raises when it is looked at"),
    value("class A(list):\n    def __iter__(self): import os; os._exit(0)\nmy_biases = A()",
          "exit in __iter__", "ends whoever reads it", "ended itself"),
    value("class A(float):\n    def __reduce__(self): return (exec, ('1/0',))\nmy_biases = [A(4), A(4), A(-4), A(-4)]",
          "__reduce__", "code for whoever unpickles it", "right"),
    value("my_biases = [float('inf'), 4, -4, float('nan')]", "infinite biases", "inf and nan"),
    Attack("escapes in an error", "colours, HTML, bidi",
           answers={"6.4": "raise ValueError('\\x1b[31m<script>alert(1)</script>\\u202e\\x00end')\n"},
           expects={"6.4": "raised"}, shows="<script>", hides="\x1b"),
    Attack("escapes in print", "colours and bidi", answers={"6.4": body("print('\\x1b[2J', chr(0x202e), '<b>')")},
           hides="\u202e"),
)  # fmt: skip

# ---------------------------------------------------------------------------------------------- secrets

PATHS = ("/etc/passwd", "/etc/shadow", "/home", "/proc/1/environ", "/proc/1/mem", "/proc/1/maps", "/proc/1/fd/3",
         "/proc/1/root", "/proc/1/cwd", "/var/lib", "/mnt", "/sys")  # fmt: skip
OPENS = f"""
import os
for path in {PATHS}:
    try:
        found.append((path, os.listdir(path) if os.path.isdir(path) else open(path, 'rb').read(9)))
    except OSError:
        pass
"""
WRITES = """
import os
for path in ('/proc/sys/kernel/core_pattern', '/proc/sys/vm/drop_caches', '/proc/sysrq-trigger', '/dev/shm/x',
             '/course/x', '/usr/x', '/x', np.__file__, '/course/gru_lab/cell.py'):
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT))
        found.append(path)
    except OSError:
        pass
"""
ANSWERS_HERE = """
import importlib, pathlib, sys
for name in ('exercises_06', 'verdict', 'diagnosis', 'question'):
    try:
        found.append(importlib.import_module(f'gru_lab.checks.{name}'))
    except ImportError:
        pass
for folder in {pathlib.Path(one) for one in sys.path} | {pathlib.Path('/course'), pathlib.Path('/tmp')}:
    found += [str(path) for path in folder.glob('*06*')]
    found += [str(path) for name in ('exercises*', '*06*') for path in folder.glob('gru_lab/**/' + name)]
"""
NETWORK = """
import socket
for where in (('127.0.0.1', 22), ('127.0.0.1', 80), ('1.1.1.1', 53)):
    try:
        socket.create_connection(where, 0.2)
        found.append(where)
    except OSError:
        pass
found += [name for _, name in socket.if_nameindex() if name != 'lo']
"""
FRAMES = """
import sys, gc
frame = sys._getframe()
while frame:
    for one in list(frame.f_locals.values()):
        if isinstance(one, dict) and {'seed', 'expected', 'terms'} & set(map(str, one)):
            found.append(repr(one)[:80])
    frame = frame.f_back
found += [repr(one)[:80] for one in gc.get_objects() if type(one).__name__ in ('Case', 'Code', 'Verdict', 'Terms')]
"""
PTRACE = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
for request in (16, 0x4206):
    if libc.ptrace(request, 1, None, None) == 0:
        found.append(request)
"""
ENVIRON = """
import os
found += [name for name in os.environ if 'SEED' in name or 'SECRET' in name or 'HOSTILE' in name]
found += [name for name in os.listdir('/proc') if name.isdecimal() and int(name) not in (1, os.getpid())]
"""
LIBRARY = "import gru_lab.cell, importlib\ngru_lab.cell = importlib.reload(gru_lab.cell)\n"
STEP = """def repaired_step(x, h, W_r, U_r, b_r, W_z, U_z, b_z, W_h, U_h, b_h):
    p = gru_lab.cell.GRUParameters(
        W_r=W_r, U_r=U_r, b_r=b_r, W_z=W_z, U_z=U_z, b_z=b_z, W_h=W_h, U_h=U_h, b_h=b_h)
    return gru_lab.cell.gru_step(x, h, p)
"""
# Only the case worked by hand and the notebook's inputs may be there when something is shown: count what is seen.
SHOUTS = """
import sys
frame = sys._getframe()
while 'request' not in frame.f_locals:
    frame = frame.f_back
raise ValueError(f"{len(frame.f_locals['request']['questions'][0]['cases'])} cases")
"""

SECRETS = (
    look(OPENS, "reads files", "passwd, home, the memory and descriptors of process 1"),
    look(WRITES, "writes files", "kernel settings, the course, the interpreter's packages"),
    look(ANSWERS_HERE, "looks for answers", "checks, exercises and solutions on sys.path"),
    look(NETWORK, "network", "127.0.0.1 and outside"),
    look(FRAMES, "frames and objects", "seed, cases, verdicts"),
    look(PTRACE, "ptrace", "attaches to process 1"),
    look(ENVIRON, "environment", "secrets and other processes"),
    Attack("the library's answer", "gru_lab.cell.gru_step, reloaded", answers={"6.5": LIBRARY + STEP},
           expects={"6.5": "raised"}),
    Attack("shows its inputs", "an error that tells what it was given", answers={"6.4": SHOUTS},
           expects={"6.4": "raised"}, shows="5 cases"),
    inside("print('in', h.shape, h.ravel()[:3])", "prints its inputs", "hidden ones too", "right", hides="(7"),
)  # fmt: skip

# ---------------------------------------------------------------------------------------------- battered notebooks


def without_metadata(notebook):
    for one in notebook["cells"]:
        one["metadata"] = {}
    return notebook


def without_ids(notebook):
    for one in without_metadata(notebook)["cells"]:
        one.pop("id")
    return notebook


def without(*names):
    return lambda notebook: notebook | {"cells": [one for one in notebook["cells"] if one["id"] not in names]}


def duplicated(notebook):
    return notebook | {"cells": notebook["cells"] + notebook["cells"]}


def edited_tests(notebook):
    cell(notebook, "exercise-6-4-test")["source"] = "check.change_of_candidate = lambda f: print('Right.')\n1 / 0"
    cell(notebook, "exercise-6-4")["source"] = HEAD + WRONG
    return notebook


def renamed(notebook):
    cell(notebook, "exercise-6-4")["source"] = (HEAD + RIGHT).replace("change_of_candidate", "my_change")
    return notebook


def version_3(notebook):
    cells = [{**one, "input": one.pop("source")} if one["cell_type"] == "code" else one for one in notebook["cells"]]
    return {"nbformat": 3, "metadata": {}, "worksheets": [{"cells": cells}]}


def windows_lines(notebook):
    for one in notebook["cells"]:
        one["source"] = "".join(one["source"]).replace("\n", "\r\n")
    return b"\xef\xbb\xbf" + json.dumps(notebook).encode()


def stub_below(notebook):
    stub = HEAD + '    """x (…, D), h (…, H), W_h (H, D), U_h (H, H), b_h (H,), unit from 0 -> (…, H)."""\n'
    stub += '    raise NotImplementedError("Exercise 6.4: your code")'
    at = next(i for i, one in enumerate(notebook["cells"]) if one["id"] == "exercise-6-4")
    notebook["cells"].insert(at + 1, {**notebook["cells"][at], "id": "again", "source": stub})
    return notebook


def other_kernel(notebook):
    return notebook | {"metadata": {"kernelspec": {"language": "\x1b[31mR\u202e"}}}


NOTHING = dict.fromkeys(FAIR, "not graded")

NOTEBOOKS = (
    Attack("metadata stripped", "nbgrader finds nothing", change=without_metadata),
    Attack("ids gone too", "found by name", change=without_ids),
    Attack("cell deleted", "no answer to 6.4", change=without("exercise-6-4"), expects={"6.4": "not found"}),
    Attack("all cells deleted", "an empty notebook", change=lambda notebook: notebook | {"cells": []},
           expects=dict.fromkeys(FAIR, "not found")),
    Attack("cells duplicated", "everything twice", change=duplicated, notes="the last one"),
    Attack("test cells edited", "a check that always says right", change=edited_tests, expects={"6.4": "wrong"}),
    Attack("function renamed", "my_change", change=renamed, notes="my_change"),
    Attack("nbformat 3", "worksheets", change=version_3),
    Attack("Windows", "line ends and a byte order mark", change=windows_lines),
    Attack("stub left below", "the answer above it counts", change=stub_below),
    Attack("wrong kernel", "with a name that colours a terminal", change=other_kernel, hides="\x1b"),
    Attack("merge conflict", "<<<<<<<",
           change=lambda notebook: json.dumps(notebook, indent=1).replace(' "nbformat"', '<<<<<<< HEAD\n "nbformat"')
           .encode(), expects=NOTHING),
    Attack("deep JSON", "100,000 brackets", change=lambda notebook: b"[" * 100_000, expects=NOTHING),
    Attack("empty file", "no byte", change=lambda notebook: b"", expects=NOTHING),
    Attack("cut short", "half of an upload", change=lambda notebook: json.dumps(notebook).encode()[:3000],
           expects=NOTHING),
    Attack("no notebook", "JSON of another kind", change=lambda notebook: b'{"a": 1}', expects=NOTHING),
    Attack("slow to read", "3,000 magics", helper="%time x\n" * 3000),
    Attack("newlines", "100,000 of them", helper="\n" * 100_000),
    Attack("half a character", "a lone surrogate", helper="'\ud800'"),
    Attack("magics", "%matplotlib, !ls, x = !ls", "%matplotlib inline\n!ls /\nx = !ls\n%load_ext a\nx?"),
    Attack("cell magics", "%%time on an answer", answers={"6.4": "%%time\n" + HEAD + RIGHT}),
    Attack("bash cell", "%%bash", "%%bash\nkill -9 1"),
)  # fmt: skip

ATTACKS = JUDGE + ENDS + FLOODS + ANSWERS + SECRETS + NOTEBOOKS
