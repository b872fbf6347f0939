"""Writing a file whole or not at all: whoever reads it sees the old one or the new one, never half of one."""

import contextlib
import os
import tempfile
from pathlib import Path

__all__ = ["NotWritten", "write_new", "write_whole"]


class NotWritten(Exception):
    """A file could not be written; the message says why, and that what was there before is still there."""


def write_whole(path, text, encoding="utf-8", mode=0o644):
    """Write `text` to `path`, making its folder; lines end as they end in `text`. Raises NotWritten.

    A full disk, a folder without permission, a file that Excel holds open on Windows: the old file stays.
    """
    _write(Path(path), text, encoding, mode, os.replace)


def write_new(path, text, encoding="utf-8", mode=0o644):
    """The same for a file that is not there yet; if another process has just written it, that one stays."""
    _write(Path(path), text, encoding, mode, _move_unless_there)


def _write(path, text, encoding, mode, move):
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Not named after `path`: a name that is just short enough would then be too long.
        handle, temporary = tempfile.mkstemp(prefix=".writing-", suffix=".tmp", dir=path.parent)
        with os.fdopen(handle, "w", encoding=encoding, newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(mode)  # mkstemp's own is for one person alone; results are shared
        move(temporary, path)
    except OSError as problem:
        if temporary:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
        raise NotWritten(
            f"{path} was not written: {problem.strerror or problem}. What was there is as it was."
        ) from problem


def _move_unless_there(temporary, path):
    try:
        os.link(temporary, path)
    except FileExistsError:
        pass
    except OSError:  # a file system without links, such as a stick's
        os.replace(temporary, path)  # noqa: PTH105 as `os.link` beside it
        return
    Path(temporary).unlink()
