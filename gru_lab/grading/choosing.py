"""Of all that a student handed in, the one notebook that counts; or a sentence that says why there is none."""

import re
from dataclasses import dataclass, replace

from gru_lab.grading.assignments import assignment
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
    timestamp.txt that lies beside the file, whatever that is, an Entry or None."""

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
            return _stamped(_read(notebooks, files, asked, max_bytes), notebooks[-1], group, asked)
        zips = _likeliest((file for file in files if file.entry.ending == ".zip"), asked, group.for_this)
        if zips:
            return _stamped(_from_zip(zips[-1], asked, group.for_this, max_bytes), zips[-1], group, asked)
        if files:
            latest = max(files, key=lambda file: (not _is_elsewhere(file, asked), *_latest(file)))
            return _stamped(_no_notebook(files, latest, asked), latest, group, asked)
        return _nothing(group)
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
    folders = _folders(file)
    if asked.number in folders or folder_number(stem) == asked.number:
        return NEAR
    return OF_ANOTHER if folders else PERHAPS


def _folders(file):
    """The exercises that the folders around it are named after."""
    return {folder_number(part) for part in file.path[:-1]} - {None}


def _is_elsewhere(file, asked):
    """Does it lie in the folder of another exercise?"""
    folders = _folders(file)
    return bool(folders) and asked.number not in folders


def _is_notebook(file):
    return is_notebook(file.name)


def _latest(file):
    return file.order, file.path


def _stamped(chosen, file, group, asked):
    """With the time that lies beside `file`: a person may give marks for what no program reads, and they may be late.
    In the folder of another exercise it is that one's."""
    if _is_elsewhere(file, asked):
        return chosen
    beside = (*file.path[:-1], "timestamp.txt")
    return replace(chosen, stamp=next((other.entry for other in group.files if other.path == beside), None))


def _read(notebooks, files, asked, max_bytes):
    file = notebooks[-1]
    notes = _which(file, files, asked)
    if _rank(file, asked) == OF_ANOTHER:
        notes += (f"The notebook is named after another exercise: '{clean(file.name)}'.",)
    return _data(file.entry, file.entry.path, notes, max_bytes)


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
        says = f"The zip '{clean(zipped.name)}' holds no notebook of this exercise, but {held}."
        return Chosen(path, problem=says + _whose_exercise(inside, asked))
    file = notebooks[-1]
    notes = (f"The notebook was taken from the zip '{clean(zipped.name)}'.",)
    notes += _which(file, inside, asked)
    return _data(file.entry, clean(f"{path}/{file.entry.path}", 300), notes, max_bytes)


def _nothing(group):
    typed = next((file for file in group.files if file.typed), None)
    if typed is None:
        return Chosen(problem=NOTHING)
    says = "Text or a link was typed in, and no notebook was handed in. Hand in the .ipynb file itself."
    return Chosen(typed.entry.path, problem=says)


def _no_notebook(files, latest, asked):
    unreadable = next((file.entry.problem for file in files if file.name == "?" and file.entry.problem), "")
    if unreadable:
        return Chosen(latest.entry.path, problem=unreadable)
    says = f"No notebook of this exercise was handed in, but {_listed(files)}."
    says += _whose_exercise(files, asked)
    if latest.entry.ending in _PACKED:
        says += " Such a packed file is not opened: hand in the .ipynb file itself."
    return Chosen(latest.entry.path, problem=says)


def _whose_exercise(files, asked):
    """A sentence where one is the notebook of another exercise, by its name; else ""."""
    for file in filter(_is_notebook, files):
        number = titled(stem_of(file.name))[0]
        if number:
            which = "It" if len(files) == 1 else f"'{clean(file.name, 60)}'"
            is_of = f"{which} is the notebook of '{assignment(number).title}'"
            return f" {is_of}: ask whether you may still hand in that of '{asked.title}'."
    return ""


def _listed(files):
    first = sorted(files, key=lambda file: not _is_notebook(file))[:3]  # a notebook tells most
    shown = ", ".join(f"'{clean(file.name, 60)}'" for file in first)
    return shown if len(files) <= 3 else f"{shown} and {len(files) - 3} more"
