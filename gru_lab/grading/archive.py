"""The files of a folder or of a zip, listed without being read, and read without trusting them.

Nothing is unpacked to disk and no link is followed. What is wrong with one file is said when that file is read.
"""

import io
import os
import re
import stat
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gru_lab.grading.names import clean

__all__ = ["Archive", "Entry", "SubmissionsError", "Unreadable", "in_words", "open_archive", "open_inner"]

MOST_FILES = 200_000  # in what an instructor gives
MOST_INNER = 2_000  # in a zip that a student handed in
DEEPEST = 20  # folders in folders
MOST_TIMES = 250  # deflate shrinks a notebook some ten times, with nothing but repeated lines some hundred times
SMALL = 1 << 20  # a file below this may have shrunk by any factor

_JUNK_FOLDERS = {".ipynb_checkpoints", "__macosx", "__pycache__", "$recycle.bin"}
_JUNK_FILES = {"thumbs.db", "desktop.ini", "ehthumbs.db", "icon\r"}
_CENTRAL = b"PK\x01\x02"  # what an entry of a zip's table of contents begins with


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
            raise Unreadable(f"The file '{clean(self.name)}' cannot be read: {clean(_reason(problem))}.") from problem
        if len(data) > max_bytes:
            raise Unreadable(_too_large(self.name, None, max_bytes))
        return data


@dataclass
class Archive:
    """entries: its files, in the order of their paths. notes: sentences about what was left out."""

    entries: list
    notes: tuple = ()
    close: object = lambda: None


def open_archive(path):
    """The Archive of a folder, a zip or one notebook. Raises SubmissionsError."""
    path = Path(path)
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as problem:
        raise SubmissionsError(f"'{path}' cannot be found. Give a folder or a zip of submissions.") from problem
    if stat.S_ISDIR(mode):
        return _folder(path)
    if not stat.S_ISREG(mode):
        raise SubmissionsError(f"'{path}' is neither a folder nor a file. Give a folder or a zip of submissions.")
    if path.suffix.lower() == ".ipynb":
        return Archive([_of_disk(path, (path.name,), path.stat())])
    return _outer(path)


def open_inner(data, name):
    """The Archive of a zip that a student handed in, given as bytes. Raises Unreadable."""
    if data.count(_CENTRAL) > MOST_INNER:  # before zipfile makes an object of each
        raise Unreadable(
            f"The zip '{clean(name)}' has more than {MOST_INNER:,} files; a notebook is all that is needed."
        )
    try:
        archive = _listed(zipfile.ZipFile(io.BytesIO(data)), keep_unsafe=True)
    except Exception as problem:
        raise Unreadable(f"The zip '{clean(name)}' is damaged: {clean(_reason(problem))}.") from problem
    return archive


def in_words(size):
    """A size for people: "200 MB"."""
    for unit, name in ((1 << 30, "GB"), (1 << 20, "MB"), (1 << 10, "KB")):
        if size >= unit:
            return f"{size / unit:.3g} {name}" if size < 100 * unit else f"{size / unit:,.0f} {name}"
    return f"{size} bytes"


# ---- folders


def _folder(root):
    entries: list[Entry] = []
    waiting: list[tuple] = [((), root)]
    while waiting:
        parts, folder = waiting.pop()
        try:
            with os.scandir(folder) as listed:
                for found in listed:
                    _take(found, parts, entries, waiting)
                    if len(entries) > MOST_FILES:
                        raise SubmissionsError(
                            f"'{root}' holds more than {MOST_FILES:,} files. Give the folder of the submissions alone."
                        )
        except OSError as problem:
            if not parts:
                raise SubmissionsError(f"The folder '{root}' cannot be read: {_reason(problem)}.") from problem
            why = f"The folder '{clean(parts[-1])}' cannot be read: {_reason(problem)}."
            entries.append(Entry((*parts, "?"), 0, problem=why))
    return Archive(sorted(entries, key=lambda entry: entry.parts))


def _take(found, parts, entries, waiting):
    parts = (*parts, found.name)
    if _is_junk(parts):
        return
    try:
        status = found.stat(follow_symlinks=False)
    except OSError as problem:
        entries.append(Entry(parts, 0, problem=f"The file '{clean(found.name)}' cannot be read: {_reason(problem)}."))
        return
    if stat.S_ISDIR(status.st_mode):
        if len(parts) <= DEEPEST:
            waiting.append((parts, found.path))
        return
    entries.append(_of_disk(found.path, parts, status))


def _of_disk(path, parts, status):
    problem = _no_file(status.st_mode, parts[-1])
    return Entry(parts, status.st_size, status.st_mtime, problem, lambda: _open_on_disk(path, parts[-1]))


def _open_on_disk(path, name):
    """Opened without following a link and without waiting for whoever would write into a pipe: since it was listed,
    the file may have become another one."""
    flags = os.O_RDONLY
    for flag in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY", "O_CLOEXEC"):
        flags |= getattr(os, flag, 0)
    stream = os.fdopen(os.open(path, flags), "rb")
    problem = _no_file(os.fstat(stream.fileno()).st_mode, name)
    if problem:
        stream.close()
        raise Unreadable(problem)
    return stream


# ---- zips


def _outer(path):
    again = "Download it again, or unpack it and give the folder."
    try:
        packed = zipfile.ZipFile(path)
    except UnicodeDecodeError as problem:
        raise SubmissionsError(
            f"'{path}' has names of files that are no text. Unpack it and give the folder."
        ) from problem
    except PermissionError as problem:
        raise SubmissionsError(f"'{path}' may not be read: {_reason(problem)}.") from problem
    except Exception as problem:
        raise SubmissionsError(f"'{path}' is no zip that can be read: {_reason(problem)}. {again}") from problem
    if len(packed.filelist) > MOST_FILES:
        raise SubmissionsError(f"'{path}' holds more than {MOST_FILES:,} files. Give the submissions alone.")
    return _listed(packed, keep_unsafe=False)


def _listed(packed, keep_unsafe):
    entries, unsafe = [], []
    for info in packed.infolist():
        name = _name_of(info)
        parts = tuple(part for part in name.replace("\\", "/").split("/") if part not in ("", "."))
        if not parts or name.endswith(("/", "\\")) or _is_junk(parts):
            continue
        if _leads_out(name, parts):
            unsafe.append(name)
            if not keep_unsafe:
                continue
            parts = parts[-1:]  # who handed it in is known: the path is nothing but decoration
        entries.append(_of_zip(packed, info, parts))
    notes: tuple[str, ...] = ()
    if unsafe and not keep_unsafe:
        shown = ", ".join(f"'{clean(name, 60)}'" for name in unsafe[:5])
        notes = (f"Left out, for their paths lead out of the archive: {len(unsafe)}, such as {shown}.",)
    return Archive(sorted(entries, key=lambda entry: entry.parts), notes, packed.close)


def _name_of(info):
    """The name as whoever wrote it meant it: many write UTF-8 and do not say so."""
    name = info.orig_filename
    if info.flag_bits & 0x800:
        return name
    try:
        return name.encode("cp437").decode("utf-8")
    except UnicodeError:
        return name


def _leads_out(name, parts):
    return name.startswith(("/", "\\")) or ".." in parts or bool(re.match(r"[A-Za-z]:", name))


def _of_zip(packed, info, parts):
    shown, mode, problem = clean(parts[-1]), info.external_attr >> 16, ""
    if info.flag_bits & 0x1:
        problem = f"The file '{shown}' is locked with a password. Hand it in without one."
    elif stat.S_IFMT(mode):
        problem = _no_file(mode, parts[-1])
    if not problem and info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        # the others cannot be unpacked a little at a time, so their true size is known too late
        problem = f"The file '{shown}' is packed in an unusual way. Hand in the notebook itself."
    if not problem and info.file_size > max(SMALL, MOST_TIMES * max(info.compress_size, 1)):
        problem = (
            f"The file '{shown}' unpacks to {in_words(info.file_size)}, far more than a notebook does. "
            "Clear its outputs and hand it in again."
        )
    modified = _as_number(info.date_time)
    return Entry(parts, info.file_size, modified, problem, lambda: packed.open(info))


def _as_number(date_time):
    number = 0
    for part, base in zip(date_time, (1, 13, 32, 24, 60, 60), strict=True):
        number = number * base + part
    return float(number)


# ---- both


def _is_junk(parts):
    folders, name = [part.lower() for part in parts[:-1]], parts[-1].lower()
    return (
        any(folder in _JUNK_FOLDERS or (folder.startswith(".") and folder != "..") for folder in folders)
        or name in _JUNK_FOLDERS | _JUNK_FILES
        or name.startswith((".", "~$"))
    ) and name != ".."


def _no_file(mode, name):
    if stat.S_ISREG(mode):
        return ""
    if stat.S_ISLNK(mode):
        return f"'{clean(name)}' is a link to a file, not the file. Hand in the notebook itself."
    return f"'{clean(name)}' is no ordinary file."


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


def _reason(problem):
    return (getattr(problem, "strerror", None) or str(problem) or type(problem).__name__).rstrip(".").lower()
