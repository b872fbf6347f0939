"""Which exercise a file or a folder is named after: "06", "ex06", "assignment-6", "anna_06_reset_gate (1).ipynb"."""

import functools
import re

from gru_lab.grading import assignments

__all__ = ["copied", "exercise_in", "folder_number", "is_notebook", "stem_of", "titled"]

LONGEST = 200  # a longer name is nobody's idea of an exercise

_GAP = r"[\s_.-]*"
_WORD = (
    r"(?:ex(?:ercises?)?|(?:assignment|assign)|hw|homework|ps|problem[\s_-]?set|ch(?:apter)?|week|sheet|lab|task|unit)"
)
_FOLDER = re.compile(rf"(?:{_WORD}{_GAP})?0*(?P<number>\d{{1,2}})(?:[\s_.-].*)?", re.IGNORECASE | re.DOTALL)
_PREFIXED = re.compile(rf"(?<![^\W_]){_WORD}{_GAP}0*(?P<number>\d{{1,2}})(?![^\W_])", re.IGNORECASE)
# what a browser or Jupyter adds to the name of a second copy; "++", for a student may write "copy copy copy copy …"
_COPY = re.compile(r"(?>[\s_-]*copy(?:[\s_-]*\d{1,3})?|[\s_]*\(\d{1,3}\)|-\d{1,2})++[\s_-]*", re.IGNORECASE)
# the same after a student's name, of which "-2" may be a part; and what Google puts before it
_COPY_OF = re.compile(
    r"(?>copy[\s_-]+of[\s_-]+)*+(?P<name>.+?)(?>[\s_-]+copy(?:[\s_-]*\d{1,3})?|[\s_]*\(\d{1,3}\))*+",
    re.IGNORECASE | re.DOTALL,
)
_NOTEBOOK = re.compile(r"\.ipynb(?:\.txt|\.json)?\s*$", re.IGNORECASE)  # some browsers save it with an ending more


def is_notebook(name):
    """By its name."""
    return bool(_NOTEBOOK.search(name))


def stem_of(name):
    """The name of a file without its ending."""
    return (_NOTEBOOK.sub("", name) if is_notebook(name) else name.rpartition(".")[0] or name).strip()


def folder_number(name):
    """The number of the exercise that a folder is named after, "06", or None."""
    number, rest = exercise_in(name)
    if number is not None and not rest:
        return number
    match = _FOLDER.fullmatch(name) if len(name) <= LONGEST else None
    return match["number"].zfill(2) if match else None


def exercise_in(stem):
    """(number of the exercise, what else the name says): ("06", "anna") for "anna_06_reset_gate-1". No exercise: None
    and the whole name."""
    if len(stem) > LONGEST:
        return None, stem
    number, match = titled(stem)
    if match is None:
        match = _PREFIXED.search(stem)
        if match is None:
            return None, stem
        number = match["number"].zfill(2)
    before, after = stem[: match.start()], stem[match.end() :]
    if _COPY.fullmatch(after):
        after = ""
    if before.strip(" _.-").casefold() in ("copy of", "copy_of", "copy-of"):
        before = ""
    return number, "_".join(part for part in (before.strip(" _.-"), after.strip(" _.-")) if part)


def copied(name):
    """Of which name this may be a second copy: "anna" of "anna (2)", "anna-Copy1" and "Copy of anna"; else ""."""
    match = _COPY_OF.fullmatch(name) if len(name) <= LONGEST else None
    return match["name"] if match and match["name"] != name else ""


def titled(stem):
    """(number of the exercise whose title is in it, match), or (None, None)."""
    found = [(number, match) for number, pattern in _titles() if (match := pattern.search(stem[:LONGEST]))]
    return max(found, key=lambda one: len(one[1][0]), default=(None, None))


@functools.cache
def _titles():
    """((number, pattern of its file's name), …). The title is enough, for it is the exercise's alone."""
    patterns = []
    for path in sorted(assignments.folder().glob("[0-9][0-9]_*.ipynb")):
        number, *words = path.stem.split("_")
        title = _GAP.join(map(re.escape, words))
        numbered = rf"(?:(?<![^\W_]){_WORD}{_GAP})?(?<!\d)0*{int(number)}{_GAP}"
        pattern = rf"(?:{numbered}|(?<![^\W_])){title}(?![^\W_])"
        patterns.append((number, re.compile(pattern, re.IGNORECASE)))
    return tuple(patterns)
