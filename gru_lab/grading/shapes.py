"""A folder or a download, of whatever shape: files in, one `Group` for each student out.

`systems` knows the downloads of systems. Everything else is a folder: with notebooks that are named after students, or
with a folder for each student, in which there may be one for each assignment. So nbgrader keeps it, by its manual:
submitted/STUDENT/ASSIGNMENT/NOTEBOOK.ipynb, and beside it timestamp.txt, which the student's own nbgrader wrote.
"""

import re
from dataclasses import dataclass

from gru_lab.grading import systems
from gru_lab.grading.exercise_names import copied, exercise_in, folder_number, is_notebook, stem_of, titled
from gru_lab.grading.handed import Group, Handed, Item
from gru_lab.grading.names import clean, identifier

__all__ = ["Layout", "recognise"]

MOST_WRAPPERS = 5  # a folder in a folder in a folder
# of files that lie among notebooks, those that a student may have handed in; a roster or a README is none
_PAPERS = {".zip", ".rar", ".7z", ".gz", ".tgz", ".py", ".doc", ".docx", ".odt", ".rtf", ".pdf", ".pages", ".html"}
_NOBODY = re.compile(r"(untitled|notebook|solutions?|answers?|exercises?|submission)\W*\d*", re.IGNORECASE)
_BY_NUMBER = "Its file's name differs from another's in a number alone, so it was taken for another student's."


@dataclass(frozen=True)
class Layout:
    """kind: what it is, in words. groups: in no order. notes: sentences about what belongs to no student."""

    kind: str
    groups: list
    notes: tuple = ()


def recognise(entries, asked, is_known=lambda name: False):
    """The Layout of an archive's entries. asked: the Assignment. is_known: whether a student of the class is called so,
    by id or by name."""
    items = _unwrapped([Item(entry, entry.parts) for entry in entries], asked, is_known)
    for shape in (systems.gradescope, systems.moodle, systems.canvas):
        found = shape(items)
        if found:
            kind, groups, rest, notes = found
            break
    else:
        kind, groups, rest, notes = _nbgrader(items) or ("a folder of submissions", [], items, ())
    others, aside = _by_folder(rest, asked)
    if aside:
        shown = ", ".join(f"'{clean(item.name, 60)}'" for item in aside[:5])
        notes = (*notes, f"Left aside, as files that nobody handed in: {len(aside)}, such as {shown}.")
    return Layout(kind, [*groups, *others], notes)


def _unwrapped(items, asked, is_known):
    """Without a folder around everything, which zips and people add."""
    for _ in range(MOST_WRAPPERS):
        if len({item.parts[0] for item in items}) != 1 or any(len(item.parts) == 1 for item in items):
            break
        inside = [Item(item.entry, item.parts[1:]) for item in items]
        name, only_one = items[0].parts[0], sum(is_notebook(item.name) for item in items) == 1
        if (only_one and is_known(name)) or not _is_wrapper(name, inside, asked):
            break
        items = inside
    return items


def _is_wrapper(name, inside, asked):
    """Not the folder of a class's only student. In doubt it is one, for then no file stands in for another."""
    if systems.is_of_a_system(name):
        return False
    folders = {item.parts[0] for item in inside if len(item.parts) > 1}
    told = [exercise_in(stem_of(item.name)) for item in inside if len(item.parts) == 1 and _may_be_handed_in(item)]
    named_after_students = any(rest for _, rest in told)
    if told.count((asked.number, "")) == 1 and not named_after_students:
        return False
    if any(folder_number(folder) is None for folder in folders):
        return True
    return named_after_students or len(told) > 1 or not (told or folders)


def _nbgrader(items):
    inside = [Item(item.entry, item.parts[1:]) for item in items if item.parts[0] == "submitted"]
    if not any(len(item.parts) > 1 for item in inside):
        return None
    return "an nbgrader course", [], inside, ()


# ---- folders


def _by_folder(items, asked):
    """(groups, files that nobody handed in): a folder is a student's, and a file that lies alone is named after one."""
    groups, handed, aside = {}, [], []
    for item in items:
        if len(item.parts) > 1:
            _add(groups, identifier(item.parts[0]), item.entry, item.parts[1:])
        else:
            (handed if _may_be_handed_in(item) else aside).append(item)
    for item, student, ids, notes in _named(handed, asked):
        group = _add(groups, student, item.entry, item.parts)
        group.ids, group.notes = ids, notes
        group.copy_of = "" if notes else group.copy_of  # two that nobody knows stay two
    return list(groups.values()), aside


def _may_be_handed_in(item):
    return is_notebook(item.name) or item.entry.ending in _PAPERS


def _add(groups, student, entry, path):
    new = Group(student, ids=(student,), for_this=False, copy_of=copied(student))
    group = groups.setdefault(student, new)
    group.files.append(Handed(entry, path, entry.modified))
    return group


def _named(items, asked):
    """(item, student, ids, notes) for files that are named after their students."""
    told = [(item, *exercise_in(stem_of(item.name))) for item in items]
    numbered = _told_apart_by_number(told, asked)
    trim = _trimmer([copied(rest) or rest for _, number, rest in told if number is None], int(asked.number))
    for item, number, rest in told:
        whose = copied(rest) or rest
        if number is not None and rest in numbered:
            whole = identifier(copied(stem_of(item.name)) or stem_of(item.name))
            yield item, whole, (whole, identifier(rest)), (_BY_NUMBER,)
            continue
        student = rest if number is not None else rest.replace(whose, trim(whose), 1)
        if student and not _NOBODY.fullmatch(student):
            yield item, identifier(student), (identifier(student),), ()
        else:
            whole = identifier(stem_of(item.name))
            yield item, whole, (whole,), ("Its file's name does not say whose it is.",)


def _told_apart_by_number(told, asked):
    """Names whose files differ in a number alone that is not this exercise's: "p" of p_unit0 and p_unit1. They may be
    two students; whose file is named after an exercise, this one or another, is one."""
    numbers, known = {}, set()
    for item, number, rest in told:
        if number is not None and rest:
            numbers.setdefault(rest, set()).add(number)
            if number == asked.number or titled(stem_of(item.name))[0]:
                known.add(rest)
    return {rest for rest, found in numbers.items() if len(found) > 1 and rest not in known}


def _trimmer(stems, number):
    """A function that takes the exercise's number off a name, if all names have it: else it may be a student's."""
    for pattern in (rf"0*{number}[\s_.-]+", rf"(?<![\s_.-])[\s_.-]+0*{number}$"):
        places = [re.match(pattern, stem) if pattern[0] == "0" else re.search(pattern, stem) for stem in stems]
        if len(stems) > 1 and all(places):
            return lambda stem, pattern=pattern: re.sub(pattern, "", stem, count=1)
    return lambda stem: stem
