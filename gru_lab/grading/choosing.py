"""Of all that a student handed in, the one notebook that counts; or a sentence that says why there is none."""

import re
from dataclasses import dataclass, replace

from gru_lab.grading.entries import Unreadable
from gru_lab.grading.exercise_names import exercise_in, folder_number, is_notebook, stem_of, titled
from gru_lab.grading.handed import Handed
from gru_lab.grading.names import clean
from gru_lab.grading.record import NOTHING
from gru_lab.grading.zips import open_inner

__all__ = ["Chosen", "belongs", "choose", "is_of_another", "zip_holds_one"]

# how much speaks for a notebook; the last is for one that is named after another exercise
NAMED_SO, NEAR, PERHAPS, OF_ANOTHER = 3, 2, 1, 0

_OTHERS = re.compile(r"(?:No|holds no) notebook of this exercise\b.*, but .*\.ipynb'")  # in what is said below
_PACKED = {".rar", ".7z", ".gz", ".tgz", ".tar", ".xz", ".bz2"}


@dataclass(frozen=True)
class Chosen:
    """path: of the file, "" without one. data: its bytes, or None; then `problem` says why. stamp: nbgrader's
    timestamp.txt that lies beside it, an Entry or None."""

    path: str = ""
    data: object = None
    problem: str = ""
    notes: tuple = ()
    stamp: object = None


def choose(group, asked, max_bytes):
    """The Chosen of a `handed.Group`. It raises nothing for what a student did."""
    try:
        files = [file for file in group.files if not file.typed and file.name.lower() != "timestamp.txt"]
        notebooks = _likeliest(filter(_is_notebook, files), asked, group.for_this)
        if notebooks:
            return _read(notebooks, files, group, asked, max_bytes)
        zips = _likeliest((file for file in files if file.entry.ending == ".zip"), asked, group.for_this)
        if zips:
            return _from_zip(zips[-1], asked, group.for_this, max_bytes)
        return _nothing(group, files)
    except Unreadable as problem:
        return Chosen(problem=str(problem))


def belongs(group, asked):
    """Whether a notebook in it may have been handed in for this assignment, as far as names tell; None without one."""
    notebooks = [file for file in group.files if _is_notebook(file)]
    return bool(_likeliest(notebooks, asked, group.for_this)) if notebooks else None


def zip_holds_one(group, asked, max_bytes):
    """Whether a notebook for this assignment lies in a zip that was handed in."""
    return any(file.entry.ending == ".zip" for file in group.files) and bool(choose(group, asked, max_bytes).data)


def is_of_another(problem):
    """Does this problem of a submission say that its notebook is another exercise's?"""
    return _OTHERS.search(problem) is not None


def _likeliest(files, asked, for_this):
    """Those for which most speaks, the latest at the end; none, if all are another exercise's."""
    ranked = [(_rank(file, asked), file) for file in files]
    best = max((rank for rank, _ in ranked), default=OF_ANOTHER)
    if best == OF_ANOTHER and not for_this:
        return []
    return sorted((file for rank, file in ranked if rank == best), key=_latest)


def _rank(file, asked):
    stem = stem_of(file.name)
    number, rest = exercise_in(stem)
    if number == asked.number:
        return NEAR if rest else NAMED_SO
    if titled(stem)[0]:  # a number alone, as in "hw3", may be somebody's own count
        return OF_ANOTHER
    folders = {folder_number(part) for part in file.path[:-1]} - {None}
    if asked.number in folders or folder_number(stem) == asked.number:
        return NEAR
    return OF_ANOTHER if folders else PERHAPS


def _is_notebook(file):
    return is_notebook(file.name)


def _latest(file):
    return file.order, file.path


def _read(notebooks, files, group, asked, max_bytes):
    file = notebooks[-1]
    notes = _which(file, files, asked)
    if _rank(file, asked) == OF_ANOTHER:
        notes += (f"The notebook is named after another exercise: '{clean(file.name)}'.",)
    beside = (other for other in group.files if other.path == (*file.path[:-1], "timestamp.txt"))
    return replace(_data(file.entry, file.entry.path, notes, max_bytes), stamp=next((f.entry for f in beside), None))


def _which(file, files, asked):
    """A note, if there was a choice: the notebooks of other exercises were none."""
    notebooks = [other for other in files if _is_notebook(other) and _rank(other, asked) > OF_ANOTHER]
    if len(notebooks) < 2:
        return ()
    return (f"{len(notebooks)} notebooks were handed in; '{clean('/'.join(file.path))}' counts.",)


def _data(entry, path, notes, max_bytes):
    try:
        data = entry.read(max_bytes)
    except Unreadable as problem:
        return Chosen(path, problem=str(problem), notes=notes)
    if not data.strip():
        return Chosen(path, problem=f"The notebook '{clean(entry.name)}' is empty.", notes=notes)
    return Chosen(path, data, notes=notes)


def _from_zip(zipped, asked, for_this, max_bytes):
    path = zipped.entry.path
    try:
        entries = open_inner(zipped.entry.read(max_bytes), zipped.name).entries
    except Unreadable as problem:
        return Chosen(path, problem=str(problem))
    inside = [Handed(entry, entry.parts, entry.modified) for entry in entries]
    notebooks = _likeliest(filter(_is_notebook, inside), asked, for_this)
    if not notebooks:
        held = _listed(inside) if inside else "nothing"
        return Chosen(path, problem=f"The zip '{clean(zipped.name)}' holds no notebook of this exercise, but {held}.")
    file = notebooks[-1]
    notes = (f"The notebook was taken from the zip '{clean(zipped.name)}'.",)
    notes += _which(file, inside, asked)
    return _data(file.entry, clean(f"{path}/{file.entry.path}", 300), notes, max_bytes)


def _nothing(group, files):
    if not files:
        typed = next((file for file in group.files if file.typed), None)
        if typed is None:
            return Chosen(problem=NOTHING)
        says = "Text or a link was typed in, and no notebook was handed in. Hand in the .ipynb file itself."
        return Chosen(typed.entry.path, problem=says)
    latest = max(files, key=_latest)
    unreadable = next((file.entry.problem for file in files if file.name == "?" and file.entry.problem), "")
    if unreadable:
        return Chosen(latest.entry.path, problem=unreadable)
    says = f"No notebook of this exercise was handed in, but {_listed(files)}."
    if latest.entry.ending in _PACKED:
        says += " Such a packed file is not opened: hand in the .ipynb file itself."
    return Chosen(latest.entry.path, problem=says)


def _listed(files):
    first = sorted(files, key=lambda file: not _is_notebook(file))[:3]  # a notebook tells most
    shown = ", ".join(f"'{clean(file.name, 60)}'" for file in first)
    return shown if len(files) <= 3 else f"{shown} and {len(files) - 3} more"
