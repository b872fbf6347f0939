"""How systems lay out what was handed in: files in, one `Group` for each student out.

Where the shapes were taken from; none of them was tried against a live system:

    Canvas      the names that its lib/content_zipper.rb makes: NAME[_LATE]_USER_ATTACHMENT_FILE, in a class marked
                without names [LATE_]anon_XXXXX_ATTACHMENT_FILE; what was typed in is NAME_USER_text.html
    Moodle      mod/assign/classes/downloader.php: NAME_ID_assignsubmission_file, a folder or the beginning of a name
    Gradescope  submission_metadata.yml as public programs read it, for no description is published
    nbgrader    its manual and its exchange: submitted/STUDENT/ASSIGNMENT/NOTEBOOK.ipynb, beside it timestamp.txt

A system writes the beginning of a path, a student only its end; so only the beginning decides whose a file is.
"""

import re
from collections import Counter
from dataclasses import dataclass, field

from gru_lab.grading.archive import Unreadable
from gru_lab.grading.exercise_names import exercise_in, folder_number, is_notebook, stem_of
from gru_lab.grading.names import clean, identifier

__all__ = ["Group", "Handed", "Layout", "recognise"]

METADATA = "submission_metadata.yml"
LARGEST_METADATA = 64 << 20
LONGEST_NAME = 300  # of a file whose name is searched for a student

_CANVAS = re.compile(
    r"(?:(?P<name>.+?)_(?:(?P<late>late)_)?(?P<user>\d+)|(?:(?P<anonymous_late>late)_)?(?P<anonymous>anon_[a-z0-9]{5}))"
    r"_(?:(?P<order>[1-9]\d*)_(?P<file>.+)|(?P<typed>text|link)\.html)",
    re.IGNORECASE | re.DOTALL,
)
_MOODLE = re.compile(
    r"(?P<name>.+?)(?:_(?P<id>\d+))?_assignsubmission_(?P<kind>[a-z]+?)(?:_(?P<file>.*))?", re.IGNORECASE | re.DOTALL
)
# of files that lie among notebooks, those that a student may have handed in; a roster or a README is none
_HANDED_IN = {
    ".zip",
    ".py",
    ".docx",
    ".doc",
    ".odt",
    ".pdf",
    ".html",
    ".htm",
    ".rtf",
    ".pages",
    ".rar",
    ".7z",
    ".gz",
    ".tgz",
    ".r",
    ".m",
}
_NOBODY = re.compile(r"(untitled|notebook|solutions?|answers?|exercises?|submission)\W*\d*", re.IGNORECASE)


@dataclass(frozen=True)
class Handed:
    """A file that was handed in. path: from the student's folder on, as the student called it. order: the latest has
    the largest. typed: it holds what was typed into a form of the system."""

    entry: object
    path: tuple
    order: float = 0.0
    typed: bool = False

    @property
    def name(self):
        return self.path[-1]


@dataclass
class Group:
    """What one student handed in. ids: other ids by which a roster may know the student. when: the time as the system
    wrote it. for_this: the system kept it for this assignment alone, whatever its files are called."""

    student: str
    files: list = field(default_factory=list)
    ids: tuple = ()
    name: str = ""
    email: str = ""
    when: str = ""
    notes: tuple = ()
    for_this: bool = True


@dataclass(frozen=True)
class Layout:
    """kind: what it is, in words. groups: in no order. notes: sentences about what belongs to no student."""

    kind: str
    groups: list
    notes: tuple = ()


@dataclass(frozen=True)
class _Item:
    entry: object
    parts: tuple

    @property
    def name(self):
        return self.parts[-1]


def recognise(entries, asked):
    """The Layout of an archive's entries. asked: the Assignment."""
    items = _unwrapped([_Item(entry, entry.parts) for entry in entries], asked)
    for shape in (_gradescope, _moodle, _canvas):
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


def _unwrapped(items, asked):
    """Without a folder around everything, which zips and people add."""
    while items and len({item.parts[0] for item in items}) == 1 and all(len(item.parts) > 1 for item in items):
        inside = [_Item(item.entry, item.parts[1:]) for item in items]
        if not _is_wrapper(items[0].parts[0], inside, asked):
            break
        items = inside
    return items


def _is_wrapper(name, inside, asked):
    """Not the folder of a class's only student."""
    direct = [item for item in inside if len(item.parts) == 1]
    told = [exercise_in(stem_of(item.name)) for item in direct if is_notebook(item.name)]
    if _matched(_MOODLE, name) or re.fullmatch(r"submission_\d+", name) or (asked.number, "") in told:
        return False
    if any(len(item.parts) > 1 and folder_number(item.parts[0]) is None for item in inside):
        return True
    return any(rest for _, rest in told) or any(_matched(_MOODLE, item.name) for item in direct)


def _matched(pattern, name):
    return pattern.fullmatch(name) if len(name) <= LONGEST_NAME else None


# ---- the systems: each gives (kind, groups, what it did not recognise, notes), or None if the shape is another


def _canvas(items):
    matches = [(item, _matched(_CANVAS, item.name)) for item in items if len(item.parts) == 1]
    matches = [(item, match) for item, match in matches if match]
    orders = Counter(match["order"] for _, match in matches if match["order"])
    # an attachment has a number of its own; numbers that come again are something else, such as the exercise's
    if 2 * len(matches) <= len(items) or any(count > 1 for count in orders.values()):
        return None
    groups, taken = {}, set()
    for item, match in matches:
        taken.add(item)
        user = match["user"] or match["anonymous"]
        group = groups.setdefault(user, Group(user, name=clean(match["name"] or "")))
        file = match["file"] or item.name
        group.files.append(Handed(item.entry, (file,), float(match["order"] or 0), bool(match["typed"])))
        if match["late"] or match["anonymous_late"]:
            group.notes = ("Canvas marked it as late.",)
    return "a Canvas download", list(groups.values()), [item for item in items if item not in taken], ()


def _moodle(items):
    groups, rest = {}, []
    for item in items:
        match = _matched(_MOODLE, item.parts[0])
        if not match:
            rest.append(item)
            continue
        key = f"Participant {match['id']}" if match["id"] else identifier(match["name"])  # as its worksheet has it
        named = "" if match["name"] == "Participant" else clean(match["name"])
        group = groups.setdefault(key, Group(key, ids=(match["id"],) if match["id"] else (), name=named))
        path = item.parts[1:] or (match["file"] or item.name,)
        group.files.append(Handed(item.entry, path, item.entry.modified, match["kind"].lower() != "file"))
    if len(rest) >= len(items) - len(rest):
        return None
    return "a Moodle download", list(groups.values()), rest, ()


def _gradescope(items):
    metadata = next((item for item in items if item.parts == (METADATA,)), None)
    inside = [item for item in items if re.fullmatch(r"submission_\d+", item.parts[0])]
    if not inside or (metadata is None and 2 * len(inside) <= len(items)):
        return None
    known, notes = _read_metadata(metadata)
    groups, rest = {}, []
    for item in items:
        if item.parts[0] in known or item in inside:
            path = item.parts[1:] or item.parts
            files = groups.setdefault(item.parts[0], [])
            files.append(Handed(item.entry, path, item.entry.modified))
        elif item is not metadata:
            rest.append(item)
    made = [group for folder, files in groups.items() for group in _submitters(folder, files, known.get(folder))]
    return "a Gradescope download", made, rest, notes


def _submitters(folder, files, about):
    """A Group for each of those who handed it in together."""
    about = about if isinstance(about, dict) else {}
    people = [person for person in _list(about.get(":submitters")) if isinstance(person, dict)]
    people = [{key: _text(person.get(f":{key}")) for key in ("sid", "email", "name")} for person in people]
    people = [person for person in people if any(person.values())]
    if not people:
        yield Group(identifier(folder), files, notes=(f"{METADATA} does not say who handed this in.",))
    for person in people:
        together = ", ".join(
            clean(other["name"] or other["email"] or other["sid"]) for other in people if other != person
        )
        notes = (f"Handed in together with {clean(together, 300)}.",) if together else ()
        student = identifier(person["sid"] or person["email"] or person["name"])
        name, email = clean(person["name"]), clean(person["email"])
        yield Group(student, files, (), name, email, clean(_text(about.get(":created_at")), 60), notes)


def _read_metadata(item):
    if item is None:
        return {}, (f"{METADATA} is missing, so students are known by the number of their submission.",)
    try:
        import yaml  # in the extra `instructor`
    except ModuleNotFoundError:
        return {}, (f'To read {METADATA}, install: pip install "gru_lab[instructor]".',)
    try:
        # BaseLoader makes nothing but text, lists and dicts
        known = yaml.load(item.entry.read(LARGEST_METADATA), Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))
    except (Unreadable, yaml.YAMLError, ValueError, RecursionError) as problem:
        return {}, (f"{METADATA} cannot be read, so students are known by a number: {clean(problem, 200)}",)
    return (known, ()) if isinstance(known, dict) else ({}, (f"{METADATA} is empty or of another kind.",))


def _list(value):
    return value if isinstance(value, list) else []


def _text(value):
    return value.strip() if isinstance(value, str) else ""


def _nbgrader(items):
    inside = [_Item(item.entry, item.parts[1:]) for item in items if item.parts[0] == "submitted"]
    if not any(len(item.parts) > 1 for item in inside):
        return None
    return "an nbgrader course", [], inside, ()


# ---- folders


def _by_folder(items, asked):
    """(groups, files that nobody handed in): a folder is a student's, and a file that lies alone is named after one."""
    groups, alone = {}, []
    for item in items:
        if len(item.parts) == 1:
            alone.append(item)
            continue
        student = identifier(item.parts[0])
        group = groups.setdefault(student, Group(student, for_this=False))
        group.files.append(Handed(item.entry, item.parts[1:], item.entry.modified))
    handed = [item for item in alone if is_notebook(item.name) or item.entry.ending in _HANDED_IN]
    for item, student, notes in _named(handed, asked):
        group = groups.setdefault(student, Group(student, for_this=False))
        group.files.append(Handed(item.entry, (item.name,), item.entry.modified))
        group.notes = notes
    return list(groups.values()), [item for item in alone if item not in handed]


def _named(items, asked):
    """(item, student, notes) for files that are named after their students."""
    told = [(item, *exercise_in(stem_of(item.name))) for item in items]
    trim = _trimmer([rest for _, number, rest in told if number is None], int(asked.number))
    for item, number, rest in told:
        student = rest if number is not None else trim(rest)
        if student and not _NOBODY.fullmatch(student):
            yield item, identifier(student), ()
        else:
            yield item, identifier(stem_of(item.name)), ("Its file's name does not say whose it is.",)


def _trimmer(stems, number):
    """A function that takes the exercise's number off a name, if all names have it: else it may be a student's."""
    for pattern in (rf"0*{number}[\s_.-]+", rf"[\s_.-]+0*{number}$"):
        places = [re.match(pattern, stem) if pattern[0] == "0" else re.search(pattern, stem) for stem in stems]
        if len(stems) > 1 and all(places):
            return lambda stem, pattern=pattern: re.sub(pattern, "", stem, count=1)
    return lambda stem: stem
