"""A process in which a submission may do its worst: bubblewrap's namespaces and the kernel's limits around `worker`.

In the sandbox there is no network, no file but Python, its packages and a copy of gru_lab without questions and
answers, an empty folder in memory, and no process but its own. Where bubblewrap is missing (macOS, some containers) the
limits are all that is left: `missing()` says so, and whoever grades decides.
"""

import contextlib
import functools
import json
import os
import select
import shutil
import signal
import struct
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

from gru_lab.grading import wire

__all__ = ["MEMORY", "Sandbox", "SandboxError", "SandboxGone", "is_root", "missing"]

MEMORY = 4 << 30  # bytes of address space: torch reserves more than it uses
START_S = 60.0  # torch, read from a slow disk
SLACK_S = 10.0  # beyond the time of a request, before the whole sandbox is given up
TMP_BYTES = 32 << 20


class SandboxError(Exception):
    """No sandbox can be started here; the message says why."""


class SandboxGone(Exception):
    """The sandbox ended, hangs or talks nonsense; the next question needs a new one."""


@functools.cache
def missing():
    """ "" where bubblewrap makes a sandbox here, else a sentence that says what is missing."""
    if not sys.platform.startswith("linux"):
        return "there is no bubblewrap on this system: use a Linux machine, WSL or a container to be safe"
    if not shutil.which("bwrap"):
        return "bubblewrap is not installed (Debian and Ubuntu: apt install bubblewrap; Fedora: dnf install bubblewrap)"
    try:
        ended = subprocess.run(
            [*_bubblewrap(Path(__file__).resolve().parents[2]), _python(), "-I", "-c", ""],
            capture_output=True,
            text=True,
            timeout=START_S,
        )
    except (OSError, subprocess.TimeoutExpired) as problem:
        return f"bubblewrap does not work here: {problem}"
    said = " ".join(ended.stderr.split())[:200]
    return "" if ended.returncode == 0 else f"bubblewrap does not work here ({said}); a container may forbid namespaces"


def open_to_all(path):
    """May a user who is nobody in particular read what lies in this folder?"""
    path = Path(path).resolve()
    return bool(path.stat().st_mode & 0o004) and all(parent.stat().st_mode & 0o001 for parent in (path, *path.parents))


def is_root():
    """Would a submission that breaks out be root?"""
    return hasattr(os, "geteuid") and os.geteuid() == 0


@functools.cache
def _python():
    """The interpreter itself, not a link in a virtual environment."""
    return str(Path(sys.executable).resolve())


@functools.cache
def _paths():
    """Where packages lie: the environment's own, and the base's where the environment sees them."""
    places = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    return tuple(sorted(path for path in places if Path(path).is_dir()))


@functools.cache
def _options_of_bubblewrap():
    said = subprocess.run(["bwrap", "--help"], capture_output=True, text=True, timeout=START_S)
    return said.stdout + said.stderr


def _bubblewrap(folder):
    command = ["bwrap", "--unshare-all", "--unshare-user", "--uid", "65534", "--gid", "65534", "--cap-drop", "ALL"]
    command += ["--disable-userns"] if "--disable-userns" in _options_of_bubblewrap() else []
    command += ["--die-with-parent", "--new-session", "--as-pid-1", "--clearenv", "--hostname", "sandbox"]
    command += ["--ro-bind", "/usr", "/usr"]
    for name in ("bin", "lib", "lib64", "lib32"):
        if Path("/", name).is_symlink():
            command += ["--symlink", str(Path("/", name).readlink()), f"/{name}"]
        else:
            command += ["--ro-bind-try", f"/{name}", f"/{name}"]
    for path in ("/etc/ld.so.cache", "/etc/alternatives", "/etc/fonts"):
        command += ["--ro-bind-try", path, path]
    places = [path for path in dict.fromkeys([sys.base_prefix, *_paths()]) if not Path(path).is_relative_to("/usr")]
    for path in places:
        command += ["--ro-bind", path, path]
    if not any(Path(path).is_relative_to("/tmp") for path in places):  # an environment may well lie there
        command += ["--symlink", "scratch", "/tmp"]
    for path in _paths():
        if (Path(path) / "gru_lab").is_dir():  # the installed package holds the answers: the copy hides it
            command += ["--ro-bind", str(folder / "gru_lab"), str(Path(path) / "gru_lab")]
    # Read-only: where a grader is root, the sandbox's user owns /proc/sys, whatever it is called inside.
    command += ["--proc", "/proc", "--remount-ro", "/proc", "--dev", "/dev", "--remount-ro", "/dev"]
    command += ["--size", str(TMP_BYTES)] if "--size" in _options_of_bubblewrap() else []
    command += ["--tmpfs", "/scratch", "--ro-bind", str(folder), "/course", "--chdir", "/scratch"]
    command += ["--remount-ro", "/"]  # bubblewrap's own root lies in memory, with room for half of it
    for name, value in _environment("/scratch").items():
        command += ["--setenv", name, value]
    return command


def _environment(home):
    threads = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "SYSTEMROOT"):  # without which some machines compute wrongly
        if name in os.environ:
            threads[name] = os.environ[name]
    return {"PATH": "/usr/bin:/bin", "HOME": home, "TMPDIR": home, "MPLBACKEND": "agg", "LC_ALL": "C.UTF-8", **threads}


class Sandbox:
    """One `worker`, alive until it is closed, a reply does not come, or it ends.

    protected: with bubblewrap, else with limits alone. folder: of `stripped.package`. torch: import it
    before any request. clean: nothing that ran in it can have left anything behind: another submission may use it.
    Raises SandboxError where it does not start.
    """

    def __init__(self, folder, protected=True, torch=False, memory=MEMORY):
        self.protected, self.memory, self.home, self.clean = protected, memory, None, protected
        if not hasattr(os, "fork"):
            raise SandboxError("grading needs Linux (WSL will do) or macOS")
        if protected:
            at, env, command = "/course", None, _bubblewrap(folder)
        else:
            closed = [path for path in (Path(_python()).parent, *_paths()) if is_root() and not open_to_all(path)]
            if closed:
                raise SandboxError(
                    f"started by root, submissions run as nobody, who cannot read {closed[0]}: grade as an ordinary "
                    "user, or with a Python that everyone can read"
                )
            self.home = tempfile.TemporaryDirectory(prefix="gru_lab-home-", ignore_cleanup_errors=True)
            Path(self.home.name).chmod(0o777)  # started by root, the worker is somebody else
            at, env, command = str(folder), _environment(self.home.name), []
        request_out, self.requests = os.pipe()
        self.replies, reply_in = os.pipe()
        command += [_python(), "-I", "-S", f"{at}/gru_lab/grading/worker.py", str(request_out), str(reply_in)]
        command += [*(["--alone"] if protected else []), at, *_paths()]
        try:
            self.process: subprocess.Popen | None = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                pass_fds=(request_out, reply_in), start_new_session=True, env=env,
                cwd=self.home.name if self.home else "/",
            )  # fmt: skip
        except OSError as problem:
            raise SandboxError(f"the sandbox cannot be started: {problem}") from problem
        finally:
            os.close(request_out)
            os.close(reply_in)
        try:
            self._send({"memory": memory, "torch": torch})
            if self._receive(START_S)[0] != {"ready": True}:
                raise SandboxGone
        except SandboxGone as problem:
            self.close()
            raise SandboxError("the sandbox does not answer after it was started") from problem

    def ask(self, request, seconds):
        """(header, reply) of one question, in at most `seconds` and some slack; see `worker`.

        header: {"how", "cell", "clean", "seconds", "cpu"}. reply: bytes, maybe none. Raises SandboxGone.
        """
        try:
            self._send({**request, "seconds": seconds, "memory": self.memory})
            header, reply = self._receive(seconds + SLACK_S)
            number = int | float
            kinds: dict = {"how": str, "cell": int, "clean": bool, "seconds": number, "cpu": number}
            if set(header) != set(kinds) or not all(isinstance(header[name], kind) for name, kind in kinds.items()):
                raise SandboxGone("it talks nonsense")
        except SandboxGone:
            self.close()
            raise
        self.clean &= header["clean"] and header["how"] == "returned"
        return header, reply

    def close(self):
        if self.process is None:
            return
        process, self.process = self.process, None
        for end in (self.requests, self.replies):
            os.close(end)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.2)  # with no more requests to come, it ends
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            process.kill()
        process.wait()
        if self.home:
            self.home.cleanup()

    def _send(self, message):
        data = memoryview(json.dumps(message).encode())
        data = memoryview(struct.pack("I", len(data)) + data)
        try:
            while data:
                if not select.select([], [self.requests], [], SLACK_S)[1]:
                    raise SandboxGone("it does not listen")
                data = data[os.write(self.requests, data[:4096]) :]  # a pipe that is ready takes this much at once
        except OSError as problem:
            raise SandboxGone("it has ended") from problem

    def _receive(self, seconds):
        deadline = time.monotonic() + seconds
        head, body = struct.unpack("II", self._read(8, deadline))
        if head > 1 << 16 or body > wire.LARGEST:
            raise SandboxGone("it talks nonsense")
        try:
            header = wire.loads(self._read(head, deadline))
        except wire.Garbled as problem:
            raise SandboxGone("it talks nonsense") from problem
        return (header if isinstance(header, dict) else {}), self._read(body, deadline)

    def _read(self, size, deadline):
        parts, left = [], size
        while left:
            wait = max(deadline - time.monotonic(), 0)
            if not select.select([self.replies], [], [], wait)[0]:
                raise SandboxGone("it does not answer")
            part = os.read(self.replies, min(left, 1 << 20))
            if not part:
                raise SandboxGone("it has ended")
            parts.append(part)
            left -= len(part)
        return b"".join(parts)
