#!/usr/bin/env python3
"""The course in one command. It needs Python 3.11 or newer and nothing else.

    python course.py lab  [...]     make the environment, install, open JupyterLab on chapter 00
    python course.py start 06       the same, and open the exercises of chapter 06 in a copy of your own
    python course.py test [...]     the same with the test tools, then run every test
    python course.py book [...]     the same with the tools for it, then build the site from the notebooks;
                                    --pdf prints the chapters too, with the Chromium or Chrome that is there
    python course.py setup          only make the environment and install
    python course.py doctor         say what this machine has and what is missing

The first start takes minutes, the next ones a moment. What follows `lab` goes on to JupyterLab, what follows
`test` to pytest:  python course.py lab --no-browser --port 8890   python course.py test -x tests/test_cell.py

    --torch-index URL    take torch from this index: a CPU build (smaller), or another CUDA build; see the README
    COURSE_VENV=FOLDER   (an environment variable) put the environment there instead of in .venv
"""

import contextlib
import hashlib
import importlib.util
import json
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

# First of all, and the file's first f-string: Python 2, which cannot read it, stops here and prints this very line.
if sys.version_info < (3, 11):
    sys.exit(f"This course needs Python 3.11 or newer; this is {platform.python_version()}.\nInstall a newer one from "
             "python.org or with your system, and run it by its number:  python3.12 course.py lab")  # fmt: skip

ROOT = Path(__file__).resolve().parent
VENV = Path(os.environ.get("COURSE_VENV") or ROOT / ".venv").absolute()
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
LOCK = VENV / "course.lock"  # made first: by it course.py knows an environment of its own
STATE = VENV / "course.json"  # written last: without it the environment is unfinished
LOG = VENV / "course.log"  # what pip said

FIRST_CHAPTER = "chapters/00_start_here.ipynb"
NEEDS_GB = 3  # everything with a CPU build of torch, and room for pip to unpack it
NEEDS_GB_CUDA = 10  # the same with the CUDA libraries: 2.7 GB to download, 4.7 GB unpacked (torch 2.13.0)
JUPYTERLAB_OVERRIDES = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}}


class Problem(Exception):
    """Something the reader can mend: what happened, and what to do."""

    def __init__(self, happened, remedy):
        super().__init__(happened, remedy)
        self.happened, self.remedy = happened, remedy


def main(arguments):
    with contextlib.suppress(AttributeError):  # a console that cannot show a letter of the folder's name shows "?"
        sys.stdout.reconfigure(errors="replace", line_buffering=True)
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(__doc__.strip())
        return 0
    commands = {"lab": lab, "start": start, "test": test, "book": book, "setup": setup, "doctor": doctor}
    if arguments[0] not in commands:
        print(f"course.py has no command {arguments[0]!r}. It has: {', '.join(commands)}; --help says more.")
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what runs below is ended too
    try:
        try:
            return commands[arguments[0]](*take_option("--torch-index", arguments[1:]))
        except OSError as error:
            raise explain(f"{type(error).__name__}: {error}") from error
    except Problem as problem:
        print(f"\nWhat happened: {problem.happened}\nWhat to do:    {problem.remedy}")
        return 1
    except KeyboardInterrupt:
        print("\nStopped. An installation cut short is made again at the next start; finished downloads are kept.")
        return 130


def take_option(name, arguments):
    """Return (the value of option `name` or None, the other arguments)."""
    value, others, remaining = None, [], iter(arguments)
    for argument in remaining:
        option, equals, after = argument.partition("=")
        if option != name:
            others.append(argument)
            continue
        value = after if equals else next(remaining, "")
        if not value:
            raise Problem(f"{name} has no address after it.", f"Write it as {name} URL; the README says which URL.")
    return value, others


# ---- the commands -------------------------------------------------------------------------------------------------


def lab(torch_index, arguments):
    set_up("lab", torch_index)
    options = [f"--ServerApp.root_dir={ROOT}", f"--LabApp.default_url=/lab/tree/{FIRST_CHAPTER}"]
    if os.name != "nt" and os.geteuid() == 0:
        options.append("--allow-root")  # a container's only user, as a rule
    print("Opening JupyterLab; stop it with Ctrl-C here.")
    return run(PYTHON, "-m", "jupyterlab", *options, *arguments)


def test(torch_index, arguments):
    set_up("test", torch_index)
    started = time.monotonic()
    code = run(PYTHON, "-m", "pytest", *arguments)
    verdict = {0: "all passed", 1: "some FAILED", 2: "stopped", 5: "none found"}.get(code, "could not run")
    print(f"Tests: {verdict} (pytest's exit code {code}, {time.monotonic() - started:.0f} s)")
    return code


def book(torch_index, arguments):
    set_up("test", torch_index)
    return run(PYTHON, "-m", "gru_lab.workshop.book", *arguments)


def setup(torch_index, arguments):
    if arguments:
        raise Problem(f"setup does not know {' '.join(arguments)}.", "python course.py --help lists what it knows.")
    set_up("lab", torch_index)
    print("Everything is installed. Go on with:  python course.py lab")
    return 0


def start(torch_index, arguments):
    set_up("lab", torch_index)
    return run(BIN / "gru-lab", "start", *arguments)


def doctor(_, arguments):
    status, _ = state_of_environment()
    if status in ("missing", "unfinished", "broken"):
        # The doctor runs without the environment too, and says what the machine has; the folder's name stays unsaid.
        subprocess.call([sys.executable, str(ROOT / "gru_lab" / "doctor.py"), *arguments])
        raise Problem(
            f"The course's environment is {status}.",
            "Make it:  python course.py setup   (or wait, if another course.py is installing)",
        )
    return run(BIN / "gru-lab", "doctor", *arguments)


def run(*command):
    """Run a command in the environment and return its exit code. Ctrl-C is the command's own business."""
    process = subprocess.Popen([str(word) for word in command], cwd=str(ROOT), env=variables())
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue
        except SystemExit:
            process.terminate()
            process.wait()
            raise


def variables():
    """The environment variables of everything that runs in the environment: its own programs first, no strays."""
    strays = ("PYTHONHOME", "PYTHONPATH", "__PYVENV_LAUNCHER__")
    kept = {name: value for name, value in os.environ.items() if name not in strays}
    path = os.pathsep.join([str(BIN), kept.get("PATH", "")])
    return {**kept, "VIRTUAL_ENV": str(VENV), "PATH": path, "JUPYTER_PREFER_ENV_PATH": "1", "PIP_USER": "0"}


# ---- the environment ----------------------------------------------------------------------------------------------


def set_up(level, torch_index=None):
    """Leave a working environment at `level` ("lab", or "test": with the test tools). Do nothing where there is one."""
    status, installed = state_of_environment()
    if status == "foreign":
        return check_foreign(level, torch_index)
    if status == "complete" and covers(installed, level) and not torch_index:
        return None
    with alone():  # from here on another course.py waits
        status, installed = state_of_environment()
        if status == "complete" and covers(installed, level) and not torch_index:
            return None
        if status in ("complete", "outdated"):
            return update(level, torch_index, installed)
        if status == "broken":
            print("The course was moved, or its Python has gone: making the environment again. (Did you use")
            print("--torch-index? Then stop with Ctrl-C and give it again.)")
        elif status == "unfinished":
            print("The last installation was not finished: making the environment again.")
        clear_environment()
        check_machine(torch_index)
        install(level, torch_index, fresh=True)


def update(level, torch_index, installed):
    """Install on top of a working environment; where pip fails before it changes anything, go on with that one."""
    try:
        install("test" if installed["level"] == "test" else level, torch_index, fresh=False)
    except Problem as problem:
        if torch_index or not covers(installed, level) or not STATE.exists():
            raise
        print(f"{problem.happened}\nGoing on with what is installed: parts of it may be older than this course needs.")


def install(level, torch_index, fresh):
    """Make the environment (if fresh), install, and write STATE last of all."""
    package = ".[test]" if level == "test" else "."
    steps = [(f"Installing what the course needs{' and its tests' if level == 'test' else ''}", "-e", package)]
    if torch_index:  # alone and first: the other packages come from the usual index, and find it there
        source = ("--no-deps", "--force-reinstall", "--index-url", torch_index)
        steps.insert(0, ("Installing torch from the index you gave", *source, "torch"))
    total = fresh + len(steps)
    if fresh:
        print(f"[1/{total}] Making the environment {VENV} (Python {platform.python_version()})")
        make_environment()
    for number, (title, *arguments) in enumerate(steps, 1 + fresh):
        print(f"[{number}/{total}] {title}")
        if arguments[0] == "-e" and fresh and sys.platform == "linux" and not torch_index:
            print("      torch for Linux brings NVIDIA's CUDA libraries as a rule: 2.7 GB to download, 4.7 GB on disk.")
            print("      No NVIDIA card? Stop with Ctrl-C, and see --torch-index in the README.")
        pip_install(*arguments)
    make_link_relative()
    settings = VENV / "share" / "jupyter" / "lab" / "settings" / "overrides.json"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text(json.dumps(JUPYTERLAB_OVERRIDES), encoding="utf-8")
    STATE.write_text(json.dumps({"level": level, **wanted(python_in_environment())}), encoding="utf-8")


def state_of_environment():
    """Return (status, what STATE says): missing, foreign, unfinished, broken, outdated or complete."""
    if not VENV.is_dir() or not set(VENV.iterdir()) - {LOCK}:
        return "missing", None
    if not LOCK.exists():
        return "foreign", None
    try:
        installed = json.loads(STATE.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return "unfinished", None
    now = wanted(python_in_environment())
    if now["python"] is None or any(installed.get(name) != now[name] for name in ("python", "root")):
        return "broken", installed
    return ("complete" if installed["packages"] == now["packages"] else "outdated"), installed


def covers(installed, level):
    """The test tools come on top of what `lab` needs."""
    return installed["level"] in (level, "test")


def wanted(python):
    """What STATE must say for the environment to be right: where it is, for which Python, for which packages."""
    import tomllib  # here, for Python 3.11 has it and the version check above must come first

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packages = json.dumps([project["build-system"], project["project"]]) + (ROOT / "constraints.txt").read_text("utf-8")
    return {"root": str(ROOT), "python": python, "packages": hashlib.sha256(packages.encode()).hexdigest()}


def python_in_environment():
    """Return "3.11" or the like; None where the environment's Python does not start."""
    command = [str(PYTHON), "-I", "-S", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None


def check_foreign(level, torch_index):
    """An environment that course.py did not make (uv's, say) is used where it has all that is needed, never changed."""
    needed = ["gru_lab", "jupyterlab"] + (["pytest", "nbval", "xdist"] if level == "test" else [])
    code = f"import importlib.util as u; print(*[n for n in {needed} if u.find_spec(n) is None])"
    try:
        answer = subprocess.run([str(PYTHON), "-c", code], capture_output=True, text=True, cwd=str(BIN), check=True)
        lacking = answer.stdout.split()
    except (OSError, subprocess.CalledProcessError):
        lacking = needed
    if lacking or torch_index:
        raise Problem(
            f"course.py did not make {VENV} and does not change it"
            + f"; it lacks {', '.join(lacking)}." * bool(lacking),
            "Rename or delete that folder and run this again, or install there yourself, as the README shows for uv.",
        )


@contextlib.contextmanager
def alone():
    """Hold LOCK, or wait for it. pip inherits it (not on Windows): a pip that outlives its course.py is waited for."""
    try:
        VENV.mkdir(parents=True, exist_ok=True)
        lock = LOCK.open("a")
    except OSError as error:
        raise Problem(
            f"This folder cannot be written to: {VENV} ({error.strerror}).",
            "Copy the course to a folder of your own, or set COURSE_VENV to a folder for the environment.",
        ) from error
    with lock:
        if not try_to_lock(lock):
            print("Another course.py, or a pip that it left, is at work here: waiting for it (stop with Ctrl-C).")
            while not try_to_lock(lock):
                time.sleep(0.2)
        os.set_inheritable(lock.fileno(), True)
        yield


def try_to_lock(file):
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:  # a file system without locks
        return True
    return True


def check_machine(torch_index):
    """Say early what would fail late."""
    if any(importlib.util.find_spec(name) is None for name in ("venv", "ensurepip")):
        version = "{}.{}".format(*sys.version_info)
        raise Problem(
            "This Python has no venv, the part that makes environments (Debian and Ubuntu ship it apart).",
            f"sudo apt install python{version}-venv   and run this again. Or use conda or uv: the README shows how.",
        )
    free = free_gb(VENV)
    if free < NEEDS_GB:
        raise disk_full()
    if free < NEEDS_GB_CUDA and sys.platform == "linux" and not torch_index:
        print(f"Only {free:.0f} GB are free here. A torch with CUDA needs {NEEDS_GB_CUDA}, a CPU build {NEEDS_GB}.")


def clear_environment():
    STATE.unlink(missing_ok=True)  # first, in case the rest is cut short
    for entry in VENV.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        elif entry != LOCK:
            entry.unlink()


def make_environment():
    # _base_executable: an activated .venv would otherwise make itself anew with a Python that was just removed
    base = getattr(sys, "_base_executable", None) or sys.executable
    run_quietly([base, "-m", "venv", str(VENV)])


def make_link_relative():
    """Let the environment find gru_lab by a path relative to itself: ASCII, whatever the folder above is called.

    Python 3.11 and 3.12 on Windows read .pth files in the system's code page, and pip writes them in UTF-8.
    """
    for link in (*VENV.glob("lib/python*/site-packages/*gru_lab*.pth"), *VENV.glob("Lib/site-packages/*gru_lab*.pth")):
        if VENV.parent == ROOT and link.read_text(encoding="utf-8").strip() == str(ROOT):
            link.write_text(os.path.relpath(ROOT, link.parent) + "\n", encoding="utf-8")


# ---- pip, its progress and its failures ---------------------------------------------------------------------------


def pip_install(*arguments):
    options = ("--disable-pip-version-check", "--no-input", "--progress-bar", "off", "--constraint", "constraints.txt")
    run_quietly([str(PYTHON), "-m", "pip", "install", *options, *arguments])


def run_quietly(command):
    """Run a command with its progress in one line and its own words in LOG. Raise a Problem where it fails."""
    process = subprocess.Popen(
        command,
        cwd=str(ROOT),
        env={**variables(), "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        close_fds=False,  # so that it holds LOCK too
    )
    said = []
    try:
        with Progress() as progress:
            for line in process.stdout:
                said.append(line)
                progress.show(line)
                if line.startswith("Installing collected packages"):  # until here pip has changed nothing
                    STATE.unlink(missing_ok=True)
        code = process.wait()
    except BaseException:
        process.terminate()
        process.wait()
        raise
    finally:
        with contextlib.suppress(OSError), LOG.open("a", encoding="utf-8") as log:
            log.writelines(said)
    if code:
        raise explain("".join(said))


class Progress:
    """What pip is doing and for how long: one line that is drawn again and again, or, into a file, a line for each."""

    def __init__(self):
        self.doing, self.started, self.over = "", time.monotonic(), threading.Event()
        self.drawer = threading.Thread(target=self.draw, daemon=True) if sys.stdout.isatty() else None

    def __enter__(self):
        if self.drawer:
            self.drawer.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        if self.drawer:
            self.drawer.join()
            print("\r" + " " * 78, end="\r")

    def show(self, line):
        doing = condense(line)
        if doing in ("", self.doing):
            return
        if not self.drawer and not re.match("looking|.*kB", doing):
            print("      " + doing)
        self.doing = doing

    def draw(self):
        while not self.over.wait(0.5):
            minutes, seconds = divmod(int(time.monotonic() - self.started), 60)
            print(f"\r      {minutes}:{seconds:02} {self.doing:<66.66}", end="", flush=True)


def condense(line):
    """A few words for a line of pip's that is worth showing, else ""."""
    line = line.strip()
    if line.startswith("Downloading ") and ".metadata" not in line:
        found = re.match(r"Downloading (?:\S*/)?([^-/\s]+)-(\d[^-\s]*)\S*( \(.*\))?", line)
        return "downloading {} {}{}".format(*(part or "" for part in found.groups())) if found else ""
    if line.startswith("Collecting "):
        return "looking for " + line.split()[1]
    if line.startswith("Installing collected packages:"):
        return f"unpacking {line.count(',') + 1} packages"
    return "no answer from the network, trying again" if "Retrying (Retry(" in line else ""


# What a failing program says, what that means, and what to do. In this order: without a network, too, pip ends with
# "no matching distribution".
FAILURES = (
    (
        "CERTIFICATE_VERIFY_FAILED",
        "The package index answered with a certificate that is not trusted here: a company's proxy, as a rule.",
        "Ask for the proxy's certificate file and set the environment variable PIP_CERT to its path.",
    ),
    (
        "Retrying.Retry|Max retries exceeded|ProxyError|name resolution|getaddrinfo|Network is unreachable|ReadTimeout"
        "|ConnectTimeout|Connection (refused|reset|aborted)|IncompleteRead",
        "The package index could not be reached: no network, or a firewall or proxy in between.",
        "Connect and run the same command again; only the first start needs the network. Behind a proxy, set the "
        "environment variable HTTPS_PROXY.",
    ),
    (
        "No matching distribution found for (?P<package>[^ \\n]+)",
        "There is no build of {package} for {system}.",
        "torch 2.13.0 has builds for 64-bit Python 3.11 to 3.14 on Linux, on Windows (x86-64) and on Macs with Apple's "
        "own chip. With --torch-index: does that index have the version that constraints.txt names?",
    ),
    (
        "ResolutionImpossible",
        "No set of versions fits pyproject.toml and constraints.txt.",
        "With --torch-index: does that index have the version of torch that constraints.txt names? Else one of the two "
        "files was changed: `git diff` shows how.",
    ),
    (
        "Permission denied|Access is denied|PermissionError|WinError (5|32)\\b|Read-only file system",
        "A file could not be written or removed in {venv}.",
        "Close every JupyterLab and terminal that uses it, see that the folder is yours, and run this again.",
    ),
    (
        "Long Path",
        "A path is too long for Windows.",
        "Move the course to a short one, like C:\\gru, and run this again.",
    ),
)


def explain(said):
    """Turn what a failing program said into a Problem."""
    full = re.search(
        "No space left|Errno (28|122)|quota exceeded|not enough space on the disk|WinError 112", said, re.I
    )
    if full or free_gb(VENV) < 0.1:  # venv, for one, does not say why it fails
        return disk_full()
    names = {
        "venv": VENV,
        "system": f"Python {platform.python_version()} on {platform.system()} {platform.machine()}",
    }
    for pattern, happened, remedy in FAILURES:
        found = re.search(pattern, said, re.I)
        if found:
            return Problem(happened.format(**names, **found.groupdict()), f"{remedy}\n(What pip said is in {LOG})")
    last = "\n    ".join(said.strip().splitlines()[-8:])
    return Problem(
        f"It failed, with these last words:\n    {last}", f"All of them are in {LOG}. Run it again to retry."
    )


def disk_full():
    places = dict.fromkeys((str(VENV), tempfile.gettempdir()))
    free = ", ".join(f"{free_gb(place):.1f} GB free for {place}" for place in places)
    return Problem(
        f"The disk is full, or will be: {free}.",
        f"Free {NEEDS_GB} GB ({NEEDS_GB_CUDA} for a torch with CUDA on Linux) in each, or set COURSE_VENV and TMPDIR "
        "(on Windows TEMP) to folders on a larger disk. Then run this again.",
    )


def free_gb(place):
    folder = Path(place)
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(str(folder)).free / 1e9


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
