"""One file of a folder or of a zip: listed without being read, and read without trusting it."""

import os
import stat
from dataclasses import dataclass, field
from typing import Any

from gru_lab.grading.names import clean

__all__ = [
    "MOST_FILES",
    "Archive",
    "Entry",
    "SubmissionsError",
    "Unreadable",
    "in_words",
    "is_junk",
    "no_file",
    "reason",
]

MOST_FILES = 200_000  # in what an instructor gives

_JUNK_FOLDERS = {".ipynb_checkpoints", "__macosx", "__pycache__", "$recycle.bin"}
_JUNK_FILES = {"thumbs.db", "desktop.ini", "ehthumbs.db", "icon\r"}


class SubmissionsError(Exception):
    """There is nothing to read where an instructor points; the message says what to do."""


class Unreadable(Exception):
    """This one file cannot be read; the message is a sentence that says why."""


@dataclass(frozen=True)
class Entry:
    """A file. parts: its path, folder by folder. modified: a number that grows with time, to compare within one archive
    only. problem: why it cannot be read, or "". opens: a function that returns a binary stream."""

    parts: tuple
    size: int
    modified: float = 0.0
    problem: str = ""
    opens: Any = field(default=None, compare=False, repr=False)

    @property
    def name(self):
        return self.parts[-1]

    @property
    def path(self):
        """The path as text that can be shown."""
        return clean("/".join(self.parts), 300)

    @property
    def ending(self):
        """ ".ipynb", in small letters."""
        return os.path.splitext(self.name.strip())[1].lower()  # noqa: PTH122 a name in a zip is no path of this system

    def read(self, max_bytes):
        """All of its bytes, `max_bytes` at most. Raises Unreadable."""
        if self.problem:
            raise Unreadable(self.problem)
        if self.size > max_bytes:
            raise Unreadable(_too_large(self.name, self.size, max_bytes))
        try:
            with self.opens() as stream:
                data = _up_to(stream, max_bytes + 1)
        except Unreadable:
            raise
        except Exception as problem:  # a damaged zip raises anything at all
            raise Unreadable(f"The file '{clean(self.name)}' cannot be read: {clean(reason(problem))}.") from problem
        if len(data) > max_bytes:
            raise Unreadable(_too_large(self.name, None, max_bytes))
        return data


@dataclass
class Archive:
    """entries: its files, in the order of their paths. notes: sentences about what was left out."""

    entries: list
    notes: tuple = ()
    close: Any = lambda: None


def in_words(size):
    """A size for people: "200 MB"."""
    for unit, name in ((1 << 30, "GB"), (1 << 20, "MB"), (1 << 10, "KB")):
        if size >= unit:
            return f"{size / unit:.3g} {name}" if size < 100 * unit else f"{size / unit:,.0f} {name}"
    return f"{size} bytes"


def is_junk(parts):
    """Whether a file with this path is what systems and programs leave lying about."""
    folders, name = [part.lower() for part in parts[:-1]], parts[-1].lower()
    return (
        any(folder in _JUNK_FOLDERS or (folder.startswith(".") and folder != "..") for folder in folders)
        or name in _JUNK_FOLDERS | _JUNK_FILES
        or name.startswith((".", "~$"))
    ) and name != ".."


def no_file(mode, name):
    """Why what has this mode is no file to read, or ""."""
    if stat.S_ISREG(mode):
        return ""
    if stat.S_ISLNK(mode):
        return f"'{clean(name)}' is a link to a file, not the file. Hand in the notebook itself."
    return f"'{clean(name)}' is no ordinary file."


def reason(problem):
    """What an exception says, to go into a sentence."""
    return (getattr(problem, "strerror", None) or str(problem) or type(problem).__name__).rstrip(".").lower()


def _too_large(name, size, max_bytes):
    held = in_words(size) if size is not None else f"more than {in_words(max_bytes)}"
    return (
        f"The file '{clean(name)}' is too large: {held}, and at most {in_words(max_bytes)} are read. "
        "Clear its outputs and hand it in again."
    )


def _up_to(stream, limit):
    pieces, left = [], limit
    while left > 0 and (piece := stream.read(min(left, 1 << 16))):
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)
