"""The program inside of the sandbox: it runs a submission's cells and calls its answers. It knows no right answer.

    python -I -S worker.py REQUESTS REPLIES [--alone] PATH …

PATH: what to put on `sys.path`. REQUESTS, REPLIES: the descriptors on which questions come in and replies go out. Each
question is answered by a fork of this process, so that nothing of one reaches the next. A fork writes its reply into
memory that it shares with this process: whatever it does to its descriptors, it cannot forge another one's reply.

--alone: this process is number 1 of a process namespace. No signal of a fork reaches it then, and everything else that
runs is a fork's and is killed after it.
"""

import contextlib
import json
import mmap
import os
import pathlib
import resource
import signal
import struct
import sys
import time

SHARED = 8 + (4 << 20)  # bytes that a reply is written into: 4 for its length, 4 for where the fork is, wire.LARGEST
FILE_BYTES = 8 << 20  # of one file
NOBODY = 65534
FILES = 256  # that one process has open
CROWD = 128  # processes and threads of one fork


def main(arguments):
    requests, replies, *paths = arguments
    alone = "--alone" in paths
    sys.path[:0] = [path for path in paths if path != "--alone"]
    pipes = Pipes(int(requests), int(replies))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _become_nobody()
    _become_opaque()
    first = pipes.receive()
    _limit(first["memory"], alone)
    import numpy  # noqa: F401  (every fork needs these, and forks share them)

    import gru_lab.grading.fork
    import gru_lab.grading.wire  # noqa: F401

    if first["torch"]:
        import torch

        torch.set_num_threads(1)
    pipes.send({"ready": True})
    while True:
        request = pipes.receive()
        if request is None:
            os._exit(0)
        header, reply = _answer_in_a_fork(request, pipes, alone)
        pipes.send(header, reply)


# ---------------------------------------------------------------------------------------------- the one that forks


def _become_nobody():
    """Where a submission runs as root for want of a sandbox, at least it must not be root's."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)


def _become_opaque():
    """Let no fork read or write this process's memory or descriptors through /proc or ptrace (Linux)."""
    with contextlib.suppress(Exception):
        import ctypes

        ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)  # PR_SET_DUMPABLE


def _limit(memory, alone):
    limits = [("RLIMIT_AS", memory), ("RLIMIT_FSIZE", FILE_BYTES), ("RLIMIT_CORE", 0), ("RLIMIT_NOFILE", FILES)]
    if alone:  # elsewhere this counts everything that the user runs
        limits.append(("RLIMIT_NPROC", 1024))
    for what, most in limits:
        with contextlib.suppress(AttributeError, ValueError, OSError):  # what a system does not know, it does not limit
            resource.setrlimit(getattr(resource, what), (most, most))


def _answer_in_a_fork(request, pipes, alone):
    """(header, bytes of the reply): how the fork ended, and what it had written by then."""
    page = mmap.mmap(-1, SHARED)
    started = time.monotonic()
    fork = os.fork()
    if fork == 0:
        try:
            from gru_lab.grading.fork import answer

            os.setsid()
            pipes.close()
            answer(request, page)
        finally:
            os._exit(0)
    how, usage = _wait(fork, started + request["seconds"], request["memory"], alone)
    _kill_the_rest(fork, alone)
    length, where = struct.unpack("II", page[:8])
    length = min(length, SHARED - 8)
    header = {
        "how": how,
        "cell": where,
        "clean": alone and _is_clean(),
        "seconds": time.monotonic() - started,
        "cpu": usage.ru_utime + usage.ru_stime if usage else 0.0,
    }
    reply = page[8 : 8 + length]
    page.close()
    return header, reply


def _wait(fork, deadline, memory, alone):
    """("returned" | "ended" | "signal N" | "stopped" | "memory" | "crowd", resource usage of the fork or None)."""
    pause = 2e-4
    while True:
        gone, status, usage = os.wait4(fork, os.WNOHANG)
        if gone:
            if os.WIFSIGNALED(status):
                return f"signal {os.WTERMSIG(status)}", usage
            return ("returned" if os.WEXITSTATUS(status) == 0 else "ended"), usage
        if time.monotonic() > deadline:
            return "stopped", None
        time.sleep(pause)
        pause = min(1.5 * pause, 0.02)
        if pause == 0.02 and alone:
            count, resident = _census()
            if count > CROWD or resident > memory:
                return ("crowd" if count > CROWD else "memory"), None


def _census():
    """(how many processes and threads there are beside this process, bytes of memory that they hold together)."""
    count, size = 0, 0
    for process in pathlib.Path("/proc").iterdir():
        if process.name.isdecimal() and process.name != "1":
            with contextlib.suppress(OSError, KeyError, ValueError):
                said = dict(line.split(b":", 1) for line in (process / "status").read_bytes().splitlines())
                count += int(said[b"Threads"])
                size += sum(int(said[kind].split()[0]) for kind in (b"RssAnon", b"RssShmem")) << 10
    return count, size + _shared_segments()


def _shared_segments():
    """Bytes of System V shared memory in use: it belongs to no process."""
    with contextlib.suppress(OSError, ValueError):
        names, *segments = pathlib.Path("/proc/sysvipc/shm").read_text().splitlines()
        at = names.split().index("rss")
        return sum(int(segment.split()[at]) for segment in segments)
    return 0


def _kill_the_rest(fork, alone):
    if alone and os.getpid() == 1:
        with contextlib.suppress(ProcessLookupError):
            os.kill(-1, signal.SIGKILL)
    else:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(fork, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(fork, 0)
    while alone:  # what a fork left behind is this process's child now
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            break


def _is_clean():
    """Is nothing left behind that a later fork could find: no file, no shared memory, queue or semaphore (System V)?"""
    left = any(pathlib.Path(os.environ["HOME"]).iterdir())
    for kind in ("shm", "msg", "sem"):
        with contextlib.suppress(FileNotFoundError):
            left = left or len(pathlib.Path("/proc/sysvipc", kind).read_text().splitlines()) > 1
    return not left


class Pipes:
    def __init__(self, requests, replies):
        self.requests, self.replies = requests, replies

    def receive(self):
        """The next request, or None when there will be none."""
        head = self._read(4)
        return json.loads(self._read(struct.unpack("I", head)[0])) if head else None

    def send(self, header, reply=b""):
        head = json.dumps(header).encode()
        data = memoryview(struct.pack("II", len(head), len(reply)) + head + reply)
        while data:
            data = data[os.write(self.replies, data) :]

    def close(self):
        os.close(self.requests)
        os.close(self.replies)

    def _read(self, size):
        parts, left = [], size
        while left:
            part = os.read(self.requests, min(left, 1 << 20))
            if not part:
                return b""
            parts.append(part)
            left -= len(part)
        return b"".join(parts)


if __name__ == "__main__":
    main(sys.argv[1:])
