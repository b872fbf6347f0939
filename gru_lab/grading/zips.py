"""Zips: the one that an instructor gives, and those that students hand in."""

import io
import re
import stat
import zipfile

from gru_lab.grading.entries import (
    MOST_FILES,
    Archive,
    Entry,
    SubmissionsError,
    Unreadable,
    in_words,
    is_junk,
    no_file,
    reason,
)
from gru_lab.grading.names import clean

__all__ = ["open_inner", "open_outer"]

MOST_INNER = 2_000  # in a zip that a student handed in
MOST_TIMES = 250  # deflate shrinks a notebook some ten times, with nothing but repeated lines some hundred times
SMALL = 1 << 20  # a file below this may have shrunk by any factor

_CENTRAL = b"PK\x01\x02"  # what an entry of a zip's table of contents begins with


def open_outer(path):
    """The Archive of the zip that an instructor gives. Raises SubmissionsError."""
    again = "Download it again, or unpack it and give the folder."
    try:
        packed = zipfile.ZipFile(path)
    except UnicodeDecodeError as problem:
        raise SubmissionsError(
            f"'{path}' has names of files that are no text. Unpack it and give the folder."
        ) from problem
    except PermissionError as problem:
        raise SubmissionsError(f"'{path}' may not be read: {reason(problem)}.") from problem
    except Exception as problem:
        raise SubmissionsError(f"'{path}' is no zip that can be read: {reason(problem)}. {again}") from problem
    if len(packed.filelist) > MOST_FILES:
        raise SubmissionsError(f"'{path}' holds more than {MOST_FILES:,} files. Give the submissions alone.")
    return _listed(packed, keep_unsafe=False)


def open_inner(data, name):
    """The Archive of a zip that a student handed in, given as bytes. Raises Unreadable."""
    if data.count(_CENTRAL) > MOST_INNER:  # before zipfile makes an object of each
        raise Unreadable(
            f"The zip '{clean(name)}' has more than {MOST_INNER:,} files; a notebook is all that is needed."
        )
    try:
        archive = _listed(zipfile.ZipFile(io.BytesIO(data)), keep_unsafe=True)
    except Exception as problem:
        raise Unreadable(f"The zip '{clean(name)}' is damaged: {clean(reason(problem))}.") from problem
    return archive


def _listed(packed, keep_unsafe):
    entries, unsafe = [], []
    for info in packed.infolist():
        name = _name_of(info)
        parts = tuple(part for part in name.replace("\\", "/").split("/") if part not in ("", "."))
        if not parts or name.endswith(("/", "\\")) or is_junk(parts):
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
        problem = no_file(mode, parts[-1])
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
