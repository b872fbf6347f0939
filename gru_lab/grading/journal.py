"""Records on disk: one JSON object to a line, written to the end of a file and never changed.

A run that is killed at any moment loses what it was grading and nothing else: the next run cuts off a line that is not
whole. A student's last line counts.
"""

import contextlib
import json
import os
from pathlib import Path

from gru_lab.grading.record import Record

__all__ = ["Journal", "JournalError", "read_all"]


class JournalError(Exception):
    """Records cannot be read or written; the message says what to do."""


class Journal:
    """The file of one run, or of one shard of it, open for writing. Use it in a `with` statement.

    records: {student: Record}, what stands in it, and of `known`, which stands elsewhere, what does not. Raises
    JournalError where another run has it open, or where a line in the middle is no record.
    """

    def __init__(self, path, known=None):
        self.path = Path(path)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.file = self.path.open("a+b", buffering=0)
            self._lock()
            own, whole = _read(self.path)
            self.records = {**(known or {}), **own}
            self.file.truncate(whole)
            self.size = whole
        except OSError as problem:
            raise JournalError(f"{self.path} cannot be opened: {problem.strerror or problem}") from problem

    def __enter__(self):
        return self

    def __exit__(self, *ignored):
        self.file.close()

    def add(self, record):
        """Write a Record, so that it is on the disk when this returns. Raises JournalError."""
        line = (json.dumps(record.as_json(), ensure_ascii=True, separators=(",", ":")) + "\n").encode("ascii")
        try:
            left = memoryview(line)
            while left:
                left = left[self.file.write(left) :]
            os.fsync(self.file.fileno())
            self.size += len(line)
        except OSError as problem:
            with contextlib.suppress(OSError):
                self.file.truncate(self.size)  # no half of a line before the next one
            said = (
                f"{self.path} cannot be written ({problem.strerror or problem}). What it holds is safe: make room, and"
            )
            raise JournalError(f"{said} go on with --resume.") from problem
        self.records[record.student] = record

    def _lock(self):
        with contextlib.suppress(ImportError):  # Windows
            import fcntl

            try:
                fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                self.file.close()
                raise JournalError(f"another run is writing {self.path}; wait for it, or end it") from None


def _read(path):
    """({student: Record}, bytes of the lines that are whole)."""
    records, whole, lines = {}, 0, path.read_bytes().splitlines(keepends=True)
    for number, line in enumerate(lines, start=1):
        try:
            record = Record.from_json(json.loads(line))
        except ValueError as problem:
            if not line.endswith(b"\n"):
                break  # the run was killed while it wrote: this is the last one
            raise JournalError(f"line {number} of {path} is damaged: {problem}") from problem
        if not line.endswith(b"\n"):
            break
        records[record.student] = record
        whole += len(line)
    return records, whole


def read_all(paths):
    """{student: Record} of several journals; of two records of a student the one in the later file counts."""
    found = {}
    for path in paths:
        try:
            found |= _read(Path(path))[0]
        except OSError as problem:
            raise JournalError(f"{path} cannot be read: {problem.strerror or problem}") from problem
    return found
