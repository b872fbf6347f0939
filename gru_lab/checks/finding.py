"""Finding questions: which files hold them, and the one with a given id or name. A file is imported when asked for."""

import functools
import importlib
import pkgutil
import re
from pathlib import Path

__all__ = ["chapter_in", "chapters", "files", "find", "questions", "two_ids"]

FOLDER = Path(__file__).parent
ID = re.compile(r"(\d{1,3})\.(\d{1,3})")
_loaded = {}  # chapter -> its QUESTIONS


@functools.cache
def files():
    """{chapter: names of the files with its questions}: chapter_NN, then exercises_NN where it is there. In order.

    Reads file names only.
    """
    names = sorted(m.name for m in pkgutil.iter_modules([FOLDER]) if m.name.startswith(("chapter_", "exercises_")))
    return {
        number: tuple(name for name in names if name.endswith(f"_{number:02d}"))
        for number in sorted({int(name[-2:]) for name in names})
    }


def chapters():
    """Numbers of the chapters that have questions, in order."""
    return list(files())


def questions(chapter=None):
    """The questions of one chapter and its exercises, or of all, in order. Files are imported when first asked for."""
    if chapter is None:
        return tuple(question for number in chapters() for question in questions(number))
    if chapter not in _loaded:
        parts = [importlib.import_module(f"gru_lab.checks.{name}").QUESTIONS for name in files()[chapter]]
        _loaded[chapter] = tuple(question for part in parts for question in part)
    return _loaded[chapter]


def find(wanted, kinds=None):
    """The question with this id or name, or None. kinds: only these classes.

    "06.4" and 6.4 mean "6.4". A float that could be two ids (6.1, when there is a 6.10) means neither.
    """
    if two_ids(wanted):
        return None
    wanted = str(wanted).strip()
    padded = ID.fullmatch(wanted)
    wanted = f"{int(padded[1])}.{int(padded[2])}" if padded else wanted
    number = chapter_in(wanted)
    for chapter in chapters_that_name(wanted) if number is None else [number]:
        for question in questions(chapter) if chapter in chapters() else ():
            if wanted in (question.id, question.name) and (kinds is None or isinstance(question, kinds)):
                return question
    return None


def chapter_in(id):
    """6 for "6.4", "06.44" and "6", None for what does not begin with a chapter's number."""
    number = id.strip().split(".")[0]
    return int(number) if number.isdecimal() and len(number) <= 3 else None


def two_ids(wanted):
    """Is it a float that could be either of two ids?"""
    return isinstance(wanted, float) and find(f"{wanted}0") is not None


def chapters_that_name(name):
    """Chapters with a question of this name: reading all the files is quicker than importing them all."""
    return [
        chapter
        for chapter, names in files().items()
        if any(f'name="{name}"' in (FOLDER / f"{file}.py").read_text("utf-8") for file in names)
    ]
