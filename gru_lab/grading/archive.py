"""The files of a folder or of a zip, listed without being read; `entries` reads them, without trusting them.

Nothing is unpacked to disk and no link is followed. What is wrong with one file is said when that file is read.
"""

import os
import stat
from pathlib import Path

from gru_lab.grading.entries import MOST_FILES, Archive, Entry, SubmissionsError, Unreadable, is_junk, no_file, reason
from gru_lab.grading.names import clean
from gru_lab.grading.zips import open_outer

__all__ = ["open_archive"]

DEEPEST = 20  # folders in folders


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
    return open_outer(path)


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
                raise SubmissionsError(f"The folder '{root}' cannot be read: {reason(problem)}.") from problem
            why = f"The folder '{clean(parts[-1])}' cannot be read: {reason(problem)}."
            entries.append(Entry((*parts, "?"), 0, problem=why))
    return Archive(sorted(entries, key=lambda entry: entry.parts))


def _take(found, parts, entries, waiting):
    parts = (*parts, found.name)
    if is_junk(parts):
        return
    try:
        status = found.stat(follow_symlinks=False)
    except OSError as problem:
        entries.append(Entry(parts, 0, problem=f"The file '{clean(found.name)}' cannot be read: {reason(problem)}."))
        return
    if stat.S_ISDIR(status.st_mode):
        if len(parts) <= DEEPEST:
            waiting.append((parts, found.path))
        else:
            why = f"The folder '{clean(found.name)}' lies in more than {DEEPEST} others. Hand in the notebook itself."
            entries.append(Entry((*parts, "?"), 0, problem=why))
        return
    entries.append(_of_disk(found.path, parts, status))


def _of_disk(path, parts, status):
    problem = no_file(status.st_mode, parts[-1])
    return Entry(parts, status.st_size, status.st_mtime, problem, lambda: _open_on_disk(path, parts[-1]))


def _open_on_disk(path, name):
    """Opened without following a link and without waiting for whoever would write into a pipe: since it was listed,
    the file may have become another one."""
    flags = os.O_RDONLY
    for flag in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY", "O_CLOEXEC"):
        flags |= getattr(os, flag, 0)
    stream = os.fdopen(os.open(path, flags), "rb")
    problem = no_file(os.fstat(stream.fileno()).st_mode, name)
    if problem:
        stream.close()
        raise Unreadable(problem)
    return stream
