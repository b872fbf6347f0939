"""What was handed in to Canvas, Moodle and Gradescope, as they let an instructor download it.

Where the shapes were taken from; none of them was tried against a live system:

    Canvas      the names that its lib/content_zipper.rb makes: NAME[_LATE]_USER_ATTACHMENT_FILE, in a class marked
                without names [LATE_]anon_XXXXX_ATTACHMENT_FILE; what was typed in is NAME_USER_text.html
    Moodle      mod/assign/classes/downloader.php: NAME_ID_assignsubmission_file, a folder or the beginning of a name
    Gradescope  submission_metadata.yml as public programs read it, for no description is published

A system writes the beginning of a path, a student only its end; so only the beginning decides whose a file is. Each
function takes Items and gives (kind, Groups, what it did not recognise, notes), or None if the shape is another.
"""

import re
from collections import Counter

from gru_lab.grading.audience import ForGrader
from gru_lab.grading.entries import Unreadable
from gru_lab.grading.handed import MARKED_LATE, Group, Handed
from gru_lab.grading.names import clean, identifier

__all__ = ["canvas", "gradescope", "is_of_a_system", "moodle"]

METADATA = "submission_metadata.yml"
LARGEST_METADATA = 64 << 20
LONGEST_NAME = 300  # of a file whose name is searched for a student

_CANVAS = re.compile(
    r"(?:(?P<name>.+?)_(?:(?P<late>late)_)?(?P<user>\d+)|(?:(?P<anonymous_late>late)_)?(?P<anonymous>anon_[a-z0-9]{5}))"
    r"_(?:(?P<order>[1-9]\d*)_(?P<file>.+)|(?P<typed>text|link)\.html)",
    re.IGNORECASE | re.DOTALL,
)
_MOODLE = re.compile(
    r"(?P<name>.+?)(?:_(?P<id>\d+))?_assignsubmission_(?P<kind>[a-z]+)(?:_(?P<file>.*))?", re.IGNORECASE | re.DOTALL
)
_GRADESCOPE = re.compile(r"submission_\d+")


def is_of_a_system(name):
    """Whether a folder is one student's at a system that makes folders."""
    return bool(matched(_MOODLE, name) or _GRADESCOPE.fullmatch(name))


def matched(pattern, name):
    return pattern.fullmatch(name) if len(name) <= LONGEST_NAME else None


def are_most(found, items):
    """Whether most of what lies at the top is of this shape."""
    return 2 * len({item.parts[0] for item in found}) > len({item.parts[0] for item in items})


def canvas(items):
    matches = [(item, matched(_CANVAS, item.name)) for item in items if len(item.parts) == 1]
    matches = [(item, match) for item, match in matches if match]
    orders = Counter(match["order"] for _, match in matches if match["order"])
    # an attachment has a number of its own; numbers that come again are something else, such as the exercise's
    taken = {item for item, _ in matches}
    if not are_most(taken, items) or any(count > 1 for count in orders.values()):
        return None
    groups = {}
    for item, match in matches:
        user = match["user"] or match["anonymous"]
        group = groups.setdefault(user, Group(user, canvas_id=user, name=clean(match["name"] or "")))
        file = match["file"] or item.name
        group.files.append(Handed(item.entry, (file,), float(match["order"] or 0), bool(match["typed"])))
        if match["late"] or match["anonymous_late"]:
            group.notes = (MARKED_LATE,)
    return "a Canvas download", list(groups.values()), [item for item in items if item not in taken], ()


def moodle(items):
    matches = [(item, matched(_MOODLE, item.parts[0])) for item in items]
    if not are_most([item for item, match in matches if match], items):
        return None
    groups, rest = {}, []
    for item, match in matches:
        if not match:
            rest.append(item)
            continue
        key = f"Participant {match['id']}" if match["id"] else identifier(match["name"])  # as its worksheet has it
        named = "" if match["name"] == "Participant" else clean(match["name"])
        group = groups.setdefault(key, Group(key, ids=(key,), name=named))
        path = item.parts[1:] or (match["file"] or item.name,)
        group.files.append(Handed(item.entry, path, item.entry.modified, match["kind"].lower() != "file"))
    return "a Moodle download", list(groups.values()), rest, ()


def gradescope(items):
    metadata = next((item for item in items if item.parts == (METADATA,)), None)
    inside = {item for item in items if _GRADESCOPE.fullmatch(item.parts[0])}
    if not inside or (metadata is None and not are_most(inside, items)):
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
    people = [person for person in about.get(":submitters") or () if isinstance(person, dict)]
    people = [{key: _text(person.get(f":{key}")) for key in ("sid", "email", "name")} for person in people]
    people = [person for person in people if any(person.values())]
    if not people:
        yield Group(identifier(folder), files, notes=(ForGrader(f"{METADATA} does not say who handed this in."),))
    for person in people:
        others = [other["name"] or other["email"] or other["sid"] for other in people if other is not person]
        notes = (f"Handed in together with {clean(', '.join(others), 300)}.",) if others else ()
        student = identifier(person["sid"] or person["email"] or person["name"])
        yield Group(
            student,
            files,
            ids=(person["sid"],) if person["sid"] else (),
            name=clean(person["name"]),
            email=clean(person["email"]),
            when=clean(_text(about.get(":created_at")), 60),
            notes=notes,
        )


def _read_metadata(item):
    if item is None:
        return {}, (f"{METADATA} is missing, so students are known by the number of their submission.",)
    try:
        import yaml  # in the extra `instructor`
    except ModuleNotFoundError:
        return {}, (f'To read {METADATA}, install: pip install "gru_lab[instructor]".',)
    try:
        # BaseLoader makes nothing but text, lists and dicts, all of which can be gone through
        known = yaml.load(item.entry.read(LARGEST_METADATA), Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))
    except (Unreadable, yaml.YAMLError, ValueError, RecursionError) as problem:
        return {}, (f"{METADATA} cannot be read, so students are known by a number: {clean(problem, 200)}",)
    return (known, ()) if isinstance(known, dict) else ({}, (f"{METADATA} is empty or of another kind.",))


def _text(value):
    return value.strip() if isinstance(value, str) else ""
