"""Who is in a class: a CSV file, as a person writes one or as Canvas, Moodle, Gradescope and nbgrader export it."""

import csv
import io
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from gru_lab.grading.audience import ForGrader
from gru_lab.grading.names import clean, identifier
from gru_lab.grading.times import named_time

__all__ = ["Person", "Roster", "RosterError", "read"]

LARGEST = 20 << 20  # bytes

# what a column is, and the headers it goes by, the first that is there before the others
_HEADERS = {
    "student": ("student", "student id", "studentid", "student_id"),
    "login": ("sis login id", "username", "user name", "user", "login", "login id"),
    "id_number": ("sis user id", "id number", "sid", "matriculation number"),
    "canvas_id": ("canvas id", "canvas user id", "lms_user_id"),
    "id": ("id",),
    "name": ("name", "full name", "student name"),
    "first": ("first name", "first_name", "firstname", "given name"),
    "last": ("last name", "last_name", "lastname", "surname", "family name"),
    "email": ("email", "email address", "e-mail", "e-mail address", "mail"),
    "section": ("section", "sections", "group", "groups"),
    "due": ("due", "extension", "deadline", "due date", "extended due"),
    "handed_in": (
        "handed_in", "handed in", "submitted", "submitted at", "submitted_at", "submission time",
        "last modified (submission)",
    ),
    "participant": ("identifier",),
}  # fmt: skip
# of those, what may be the id by which the class knows a student; the first that a row has
_IDS = ("student", "id", "login", "id_number", "canvas_id", "email", "participant")


class RosterError(Exception):
    """The roster cannot be used; the message names the line."""


@dataclass(frozen=True)
class Person:
    """A student as the other systems know them; what is not known stays empty."""

    name: str = ""
    email: str = ""
    id_number: str = ""  # Moodle's "ID number", Canvas's "SIS User ID", Gradescope's "SID"
    login: str = ""  # Canvas's "SIS Login ID"
    canvas_id: str = ""
    section: str = ""
    participant: str = ""  # "Participant 7009": the "Identifier" of Moodle's grading worksheet


class Roster(Mapping):
    """{student: Person}. people: the same as a dict. due: {student: ISO 8601}, where someone has their own deadline.
    handed_in: {student: ISO 8601}, where the instructor knows when."""

    def __init__(self, people, due=None, handed_in=None):
        self.people, self.due, self.handed_in = dict(people), dict(due or {}), dict(handed_in or {})
        self._by_id, self._by_canvas_id, self._by_name = {}, {}, {}
        for student, person in self.people.items():
            _note(self._by_id, student, (student, person.id_number, person.login, person.email, person.participant))
            _note(self._by_canvas_id, student, (person.canvas_id,))
            _note(self._by_name, student, _spellings(person.name))

    def __getitem__(self, student):
        return self.people[student]

    def __iter__(self):
        return iter(self.people)

    def __len__(self):
        return len(self.people)

    def timed(self, records):
        """Records {student: Record} with the times that the roster has: they stand above those of a download, which
        may have none, and of nbgrader's timestamp.txt, which a student can write. Who handed in nothing has no time."""
        return {
            student: replace(record, handed_in=self.handed_in[student])
            if record.file and student in self.handed_in
            else record
            for student, record in records.items()
        }

    def match(self, ids=(), canvas_id="", email="", name=""):
        """(the roster's id for who is known by these, note): "" and a sentence if there is no one, or more than one."""
        named = self._by_name.get(_squeezed(name), ())
        found = [self._by_canvas_id.get(canvas_id, ())]
        for key in (*ids, email):
            found += [{key} if key in self.people else (), self._by_id.get(key.casefold(), ())]
        found.append(named)
        # a number of Canvas may be anyone's in a roster that does not call it so, unless no name speaks against it
        found.append({canvas_id} if canvas_id in self.people and not self.people[canvas_id].name else ())
        for one in found:
            if len(one) == 1:
                return next(iter(one)), ""
        shown = clean(name or canvas_id or email or "".join(ids))
        if named:
            several = clean(", ".join(sorted(named)), 300)
            return "", ForGrader(f"'{shown}' may be several students of the roster: {several}.")
        return "", ForGrader(f"'{shown}' is not on the roster.")


def read(path, zone=None):
    """The Roster of a CSV file: UTF-8, commas, semicolons or tabs. zone: the time zone of Moodle's times.
    Raises RosterError."""
    path = Path(path)
    text = _text(path)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        rows = [(lines.line_num, [clean(value, 200) for value in row]) for row in lines]
    except csv.Error as problem:
        raise RosterError(f"'{path}', line {lines.line_num}: {problem}.") from problem
    rows = [(line, row) for line, row in rows if any(row)]
    if not rows:
        raise RosterError(f"'{path}' is empty. It needs a line of headers, such as student,name,email.")
    columns = _columns(path, rows[0][1])
    people, times, lines_of = {}, {"due": {}, "handed_in": {}}, {}
    found = [(line, row, _values(row, columns)) for line, row in rows[1:]]
    found = [(line, row, values) for line, row, values in found if not _is_of_canvas(row, values)]
    ids = _ids(columns, [values for _, _, values in found])
    for line, row, values in found:
        where = f"'{path}', line {line}"
        student = next((values[what] for what in ids if values.get(what)), "")
        if not student:
            raise RosterError(f"{where}: there is no id for '{_name(values) or row[0]}'.")
        student = identifier(student)
        if student in people:
            raise RosterError(f"{where}: '{student}' was already on line {lines_of[student]}.")
        people[student], lines_of[student] = _person(values), line
        for what in times:
            if values.get(what) not in (None, "", "-"):  # "-" is Moodle's, for nothing handed in
                times[what][student] = _time(where, values[what], zone)
    if not people:
        raise RosterError(f"'{path}' holds no student below its headers.")
    return Roster(people, **times)


def _values(row, columns):
    return {what: row[column] if column < len(row) else "" for what, column in columns.items()}


def _is_of_canvas(row, values):
    """Its second and third line, which hold no student."""
    return row[0].casefold() == "points possible" or not any(values.values())


def _ids(columns, rows):
    """What may be a row's id. Moodle's worksheet has ID numbers for some: then it is what all of them have."""
    if "participant" not in columns:
        return _IDS
    return [what for what in _IDS if what in columns and all(values[what] for values in rows)][:1] or _IDS


def _note(index, student, keys):
    for key in keys:
        if key:
            index.setdefault(key.casefold(), set()).add(student)


def _text(path):
    try:
        if path.stat().st_size > LARGEST:
            raise RosterError(f"'{path}' is too large for a roster.")
        return path.read_bytes().decode("utf-8-sig")
    except (OSError, ValueError) as problem:
        if isinstance(problem, UnicodeDecodeError):
            raise RosterError(f"'{path}' is not UTF-8. Save it as CSV UTF-8.") from problem
        raise RosterError(f"'{path}' cannot be read: {getattr(problem, 'strerror', None) or problem}.") from problem


def _delimiter(text):
    """The one that the first line has most of."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(",;\t", key=first.count)


def _columns(path, headers):
    """{what: number of the column}"""
    found = {}
    names = [" ".join(header.casefold().split()) for header in headers]
    for what, known in _HEADERS.items():
        column = next((names.index(name) for name in known if name in names), None)
        if column is not None:
            found[what] = column
    of_canvas = bool({"sis user id", "sis login id"} & set(names))
    if "student" in names and (of_canvas or {"id", "student id", "sid"} & set(names)):
        found.setdefault("name", names.index("student"))  # beside an id of another name, "student" is a name
        del found["student"]
        found |= {"student": names.index("student id")} if "student id" in names else {}
    if of_canvas and "id" in found:  # Canvas's own number
        found.setdefault("canvas_id", found.pop("id"))
    if not any(what in found for what in _IDS):
        shown = ", ".join(f"'{header}'" for header in headers[:12])
        raise RosterError(
            f"'{path}', line 1: no column is an id. One must be called student, id, username, SIS Login ID, SIS User "
            f"ID, SID or email; there are {shown}."
        )
    return found


def _person(values):
    names = ("email", "id_number", "login", "canvas_id", "section", "participant")
    return Person(_name(values), *(values.get(name, "") for name in names))


def _name(values):
    whole = f"{values.get('first', '')} {values.get('last', '')}".strip()
    return values.get("name") or whole


def _time(where, text, zone):
    try:
        return named_time(text, zone)
    except ValueError as problem:
        raise RosterError(f"{where}: {problem}.") from problem


def _spellings(name):
    """A name as systems may write it, squeezed: as given, and with the last name first or last."""
    last, comma, first = name.partition(",")
    words = name.split()
    turned = f"{first} {last}" if comma else " ".join([*words[-1:], *words[:-1]])
    return {squeezed for squeezed in (_squeezed(name), _squeezed(turned)) if squeezed}


def _squeezed(name):
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFC", name).casefold())
