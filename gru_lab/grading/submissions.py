"""What a class handed in, as a folder or as the download of a system: one `Submission` for each student.

Nothing is unpacked, and one notebook at a time is in memory: `find` lists, and `Handle.load` reads. `shapes` says how
systems lay files out, `choosing` which file of a student counts, `roster` who the students are.
"""

import hashlib
from dataclasses import dataclass, field, replace
from typing import Any

from gru_lab.grading.archive import open_archive
from gru_lab.grading.assignments import assignment as the_assignment
from gru_lab.grading.audience import ForGrader
from gru_lab.grading.choosing import belongs, choose, zip_holds_one
from gru_lab.grading.entries import SubmissionsError, Unreadable
from gru_lab.grading.handed import Group
from gru_lab.grading.shapes import recognise
from gru_lab.grading.times import moment_of

__all__ = ["Found", "Handle", "Submission", "SubmissionsError", "find"]

MAX_BYTES = 50 << 20
STAMP = "timestamp.txt"  # nbgrader's, which is not handed in
LARGEST_STAMP = 1_000  # bytes of it


@dataclass(frozen=True)
class Submission:
    """What one student handed in; plain data, so that it may travel to another process.

    student: the id by which gradebook and LMS know whose it is. assignment: "06". file: its path below what the
    instructor gave, "" without one. data: the notebook's bytes, or None; then `problem` says why, in a sentence a
    student can read. sha256: of the data, "" without. handed_in: ISO 8601 with a time zone, or "". notes: sentences.
    """

    student: str
    assignment: str
    file: str = ""
    data: object = field(default=None, repr=False)
    sha256: str = ""
    handed_in: str = ""
    problem: str = ""
    notes: tuple = ()
    name: str = ""
    email: str = ""


class Found(list):
    """Handles, by student. says: what was found, in a sentence or more for the instructor. close: of the archive."""

    says = ""
    close = staticmethod(lambda: None)


@dataclass(frozen=True)
class Handle:
    """A student whose submission is still to be read."""

    student: str
    _group: Any = field(repr=False)
    _asked: Any = field(repr=False)
    _max_bytes: int = field(repr=False)

    @property
    def key(self):
        return self.student

    @property
    def is_empty(self):
        """Is there nothing of this student for this assignment, as far as names tell?"""
        files = [file for file in self._group.files if file.name.lower() != STAMP]
        return not files or belongs(self._group, self._asked) is False

    def load(self):
        """The Submission. Nothing that a student did raises: it becomes `problem`."""
        group = self._group
        chosen = choose(group, self._asked, self._max_bytes)
        handed_in, about_time = _when(group, chosen)
        return Submission(
            self.student,
            self._asked.number,
            chosen.path,
            chosen.data,
            hashlib.sha256(chosen.data).hexdigest() if chosen.data is not None else "",
            handed_in,
            chosen.problem,
            (*group.notes, *chosen.notes, *about_time),
            group.name,
            group.email,
        )


def find(path, assignment, roster=None, max_bytes=MAX_BYTES):
    """The Found of a folder, a zip or one notebook: a handle for each student, also for those who are on the roster
    alone. assignment: "06". roster: a `roster.Roster`, which turns a system's ids into the class's.

    Raises SubmissionsError with a sentence that says what to do, UnknownAssignment.
    """
    asked = the_assignment(assignment)
    archive = open_archive(path)
    layout = recognise(archive.entries, asked, lambda name: bool(roster) and bool(_whose(name, roster)))
    _refuse_nothing(path, asked, layout.groups, archive, max_bytes)
    own, copies = _with_copies(layout.groups, roster)
    groups = _known(own, roster)
    there = {group.student for group in groups}
    groups += [Group(student) for student in roster or () if student not in there]
    if roster:
        groups = [_introduced(group, roster) for group in groups]
    found = Found(Handle(group.student, group, asked, max_bytes) for group in sorted(groups, key=lambda g: g.student))
    files = {file.entry.parts for group in groups for file in group.files if file.name.lower() != STAMP}
    notes = (*archive.notes, *layout.notes, *copies)
    found.says = " ".join((_sentence(layout.kind, len(files), len(there), len(groups) - len(there)), *notes))
    found.close = archive.close
    return found


def _when(group, chosen):
    """(ISO 8601 or "", notes)"""
    text = group.when
    if chosen.stamp is not None:
        try:
            text = chosen.stamp.read(LARGEST_STAMP).decode("utf-8", "replace").strip()
        except Unreadable:
            return "", (
                ForGrader("The file timestamp.txt cannot be read, so it is not known when this was handed in."),
            )
    if not text:
        return "", ()
    moment, note = moment_of(text)
    return moment, (note,) if note else ()


def _refuse_nothing(path, asked, groups, archive, max_bytes):
    others = _of_others(groups, asked, max_bytes)
    if groups and not others:
        return
    archive.close()
    if groups:
        raise SubmissionsError(
            f"'{path}' holds no submission for assignment {asked.number}: the notebooks of all {others} students "
            f"are named after other exercises. Name their assignment, or a folder with notebooks such as {asked.file}."
        )
    zips = [entry.path for entry in archive.entries if entry.ending == ".zip"]
    instead = f" There is a zip in it: give '{zips[0]}' itself, if it is the download." if zips else ""
    raise SubmissionsError(
        f"'{path}' holds nothing that looks like a submission. Give a folder with a notebook or a folder for each "
        f'student, nbgrader\'s folder "submitted", or a download from Canvas, Moodle or Gradescope.{instead}'
    )


def _of_others(groups, asked, max_bytes):
    """How many students have notebooks of other exercises alone; 0 as soon as one has what may be of this one. Who
    handed in no notebook says nothing of the assignment."""
    told = [(group, belongs(group, asked)) for group in groups]
    others = sum(theirs is False for _, theirs in told)
    if others and not any(theirs for _, theirs in told):
        unsaid = (group for group, theirs in told if theirs is None)
        return 0 if any(zip_holds_one(group, asked, max_bytes) for group in unsaid) else others
    return 0


def _with_copies(groups, roster):
    """(groups, notes): "anna (2)" is anna's, if there is an anna, unless the roster has both."""
    students, told, found = {group.student for group in groups}, [], []
    for group in groups:
        whose = group.copy_of
        on_roster = bool(roster) and bool(roster.match(ids=group.ids)[0])
        if whose and not on_roster and (whose in students or (roster and _whose(whose, roster))):
            told.append(f"'{group.student}' as {whose}'s")
            group = replace(group, student=whose, ids=(whose,))
        found.append(group)
    shown = ", ".join(told[:5]) + (" and so on" if told[5:] else "")
    return found, (f"Copies were taken for versions of one student's: {len(told)}, {shown}.",) if told else ()


def _whose(name, roster):
    """The roster's id for who has this id or name, or ""."""
    return roster.match(ids=(name,), name=name)[0]


def _known(groups, roster):
    """One group for each student: two that the roster takes for the same one are put together."""
    together = {}
    for given in groups:
        group = _matched(given, roster) if roster else given
        same = together.get(group.student)
        together[group.student] = group if same is None else _joined(same, group)
    return list(together.values())


def _matched(group, roster):
    name = group.name or group.student
    student, note = roster.match(ids=group.ids, canvas_id=group.canvas_id, email=group.email, name=name)
    return replace(group, student=student or group.student, notes=(*group.notes, note) if note else group.notes)


def _joined(one, other):
    first, last = sorted((one, other), key=lambda group: max((file.order for file in group.files), default=0))
    note = "What was handed in under two names or twice was taken for this one student's; the latest counts."
    notes = tuple(dict.fromkeys((*one.notes, *other.notes, note)))
    return replace(last, files=[*first.files, *last.files], notes=notes, for_this=one.for_this and other.for_this)


def _introduced(group, roster):
    person = roster.get(group.student)
    if person is None:
        return group
    return replace(group, name=person.name or group.name, email=person.email or group.email)


def _sentence(kind, files, students, absent):
    says = f"{kind}: {_count(files, 'file')} of {_count(students, 'student')}"
    return f"{says}, and nothing of {_count(absent, 'more student')} on the roster." if absent else f"{says}."


def _count(number, noun):
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
