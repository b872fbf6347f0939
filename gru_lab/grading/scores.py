"""From a record to points, by a policy that may change afterwards: the same records, no second run.

A score never hides anything: what a person must mark has no points yet, and what is not counted is said in a note.
Only a mark that is whole goes out, into every table alike: `Score.mark`.
"""

import json
import math
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime, timedelta
from pathlib import Path

from gru_lab.grading.audience import ForGrader
from gru_lab.grading.times import how_long
from gru_lab.grading.writing import write_whole

__all__ = ["BY_A_PERSON", "MISSING", "PARTIAL", "STATES", "ByHand", "Policy", "Score", "moment", "percent", "score"]

PARTIAL = ("share", "none")  # points for what came out right, or all or nothing
MISSING = ("blank", "zero")  # the mark of a student who handed in nothing
BY_A_PERSON = ("by hand", "not graded")  # statuses that a program gives no points to, not even none
STATES = ("complete", "to mark", "unread", "absent")
DAY = timedelta(days=1)
SLACK = 1e-9  # 3 × 0.75 is 2.25, whatever the last bits say


@dataclass(frozen=True)
class Policy:
    """How points come from what happened.

    partial: "share" gives a question's points times the share that came out right, rounded down to a quarter point;
    "none" gives all of them or none. due: ISO 8601 with a time zone, or "" for no date. grace_minutes: handed in within
    them is in time; after them, lateness counts from the due date. percent_per_day: taken off the points that were
    earned, for every day begun; percent_at_most: never more than this. missing: who handed in nothing has no mark
    ("blank") or nought ("zero").
    canvas_column: the assignment's name in canvas.csv, "" for its title. Raises ValueError for what makes no sense.
    """

    partial: str = "share"
    due: str = ""
    grace_minutes: float = 0.0
    percent_per_day: float = 0.0
    percent_at_most: float = 100.0
    missing: str = "blank"
    canvas_column: str = ""

    def __post_init__(self):
        if self.partial not in PARTIAL:
            raise ValueError(f"partial credit is one of {', '.join(PARTIAL)}; {self.partial!r} is none of them")
        if self.missing not in MISSING:
            raise ValueError(f"a missing submission is one of {', '.join(MISSING)}; {self.missing!r} is none of them")
        if self.due:
            moment(self.due)
        if not _is_number(self.grace_minutes) or self.grace_minutes < 0:
            raise ValueError(f"grace_minutes is a number from 0 on, not {self.grace_minutes!r}")
        for name in ("percent_per_day", "percent_at_most"):
            if not _is_number(getattr(self, name)) or not 0 <= getattr(self, name) <= 100:
                raise ValueError(f"{name} is a number from 0 to 100, not {getattr(self, name)!r}")

    def save(self, path):
        """Write it beside the results, as JSON. Raises `writing.NotWritten`."""
        write_whole(path, json.dumps(asdict(self), indent=2) + "\n")

    @classmethod
    def load(cls, path):
        """The Policy that `save` wrote. Raises ValueError for anything else, OSError if there is no such file."""
        try:
            data = json.loads(Path(path).read_text(encoding="utf-8"))
        except (ValueError, RecursionError) as problem:
            raise ValueError(f"{path} holds no policy: {problem}") from problem
        known = {one.name for one in fields(cls)}
        if not isinstance(data, dict) or not set(data) <= known:
            raise ValueError(f"{path} holds no policy: its names are {', '.join(sorted(known))}")
        return cls(**data)


@dataclass(frozen=True)
class ByHand:
    """What a person said of a class. marks: {student: {question: points}}, extra credit included. comments: {student:
    {question: text}}, of any characters. outdated: {student: (question, ...)}, where either was about an answer that
    has changed since; it counts no more, and is not among them."""

    marks: dict = field(default_factory=dict)
    comments: dict = field(default_factory=dict)
    outdated: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Score:
    """One submission's points.

    points: {question: points, or None where a person must mark it}. at_most: {question: its points}. by_hand: questions
    that a person has marked; outdated: those that a person marked, or spoke of, before the answer changed. earned: the
    sum before, total: after the penalty. maximum: the sum of at_most. due: the date that lateness counts from, as ISO
    8601, or "". days_late: days begun. to_mark: questions that a person must still mark; earned and total count them as
    nothing so far. problem: the record's.
    absent: nothing was handed in, and nobody gave a mark for it; then there is nothing to mark.
    """

    student: str
    assignment: str
    points: dict = field(default_factory=dict)
    at_most: dict = field(default_factory=dict)
    by_hand: tuple = ()
    outdated: tuple = ()
    earned: float = 0.0
    days_late: int = 0
    penalty: float = 0.0
    total: float = 0.0
    maximum: float = 0.0
    due: str = ""
    to_mark: tuple = ()
    problem: str = ""
    absent: bool = False
    notes: tuple = ()

    @property
    def complete(self):
        """Has something been handed in, and is nothing left for a person to mark?"""
        return self.state == "complete"

    @property
    def state(self):
        """One of STATES. A submission that could not be read is "unread" until a person has given it a mark."""
        if self.absent:
            return "absent"
        if self.problem and self.to_mark and not self.by_hand:
            return "unread"
        return "to mark" if self.to_mark or not self.at_most else "complete"

    @property
    def mark(self):
        """The total, if it is whole; None while a person must still mark, and where there is nothing to mark."""
        return self.total if self.points and None not in self.points.values() else None


def score(record, policy, due=None, manual=None, unsure=()):
    """The Score of a Record.

    due: this student's own due date, instead of the policy's. manual: {question: points} that a person has given; they
    stand above the program's. unsure: further statuses that a program gives no points to in this
    class. Raises ValueError for a due date or a mark that makes no sense.
    """
    manual, due = dict(manual or {}), due or policy.due
    absent = record.absent and not manual
    at_most = {result.question: result.points for result in record.results}
    _check_marks(manual, at_most)
    points = {result.question: _points(result, policy, unsure) for result in record.results} | manual
    if absent:
        points = dict.fromkeys(at_most, 0.0 if policy.missing == "zero" else None)
    earned = sum(value for value in points.values() if value is not None)
    late, notes = (timedelta(0), ()) if absent else _lateness(record.handed_in, due, policy.grace_minutes)
    days_late = math.ceil(late / DAY)
    taken_off = min(days_late * policy.percent_per_day, policy.percent_at_most)
    penalty = math.floor(earned * taken_off + SLACK) / 100  # to a hundredth, in the student's favour
    if not record.results:
        notes += ("No question of this submission was looked at.",)
    if days_late:
        notes += (_late_words(late, days_late, taken_off, earned, penalty, None in points.values()),)
    return Score(
        student=record.student,
        assignment=record.assignment,
        points=points,
        at_most=at_most,
        by_hand=tuple(manual),
        earned=earned,
        days_late=days_late,
        penalty=penalty,
        total=round(earned - penalty, 2),
        maximum=sum(at_most.values()),
        due=moment(due).isoformat() if due else "",
        to_mark=() if absent else tuple(question for question, value in points.items() if value is None),
        problem=record.problem,
        absent=absent,
        notes=notes,
    )


def percent(text):
    """A number from what people type: 10, "10", "10 %", "2,5%". Raises ValueError outside of 0 to 100."""
    try:
        value = float(str(text).strip().removesuffix("%").strip().replace(",", "."))
    except ValueError:
        value = math.nan
    if not 0 <= value <= 100:
        raise ValueError(f"a percentage from 0 to 100 is needed, such as 10%, not {text!r}")
    return value


def moment(text):
    """A datetime with a time zone, from ISO 8601 or a datetime. Raises ValueError without one."""
    try:
        found = text if isinstance(text, datetime) else datetime.fromisoformat(str(text).strip())
    except ValueError:
        raise ValueError(f"{str(text)[:80]!r} is no date such as 2026-11-27T23:59+00:00") from None
    if found.tzinfo is None or found.utcoffset() is None:
        raise ValueError(f"{found.isoformat()} needs a time zone, such as {found.isoformat()}+00:00")
    return found


def _points(result, policy, unsure):
    if result.status in (*BY_A_PERSON, *unsure):
        return None
    if result.status == "right":
        return float(result.points)
    if policy.partial == "none" or not _is_number(result.share):
        return 0.0
    share = min(max(result.share, 0.0), 1.0)
    return math.floor(4 * result.points * share + SLACK) / 4


def _check_marks(manual, at_most):
    for question, points in manual.items():
        if question not in at_most:
            raise ValueError(f"a mark was given for question {question}; there are {', '.join(at_most) or 'none'}")
        if not _is_number(points) or points < 0:  # more than there are is extra credit
            raise ValueError(f"a mark is a number from 0 on; question {question} was given {points!r}")


def _lateness(handed_in, due, grace_minutes):
    """(how late: a `timedelta`, nothing if in time; notes)"""
    in_time = timedelta(0)
    if not due:
        return in_time, ()
    due = moment(due)
    if not handed_in:
        return in_time, (ForGrader("It is not known when this was handed in, so nothing is taken off for lateness."),)
    try:
        late = moment(handed_in) - due
    except (ValueError, OverflowError):
        return in_time, (ForGrader("The time it was handed in cannot be read, so nothing is taken off for lateness."),)
    if late > timedelta(minutes=grace_minutes):
        return late, ()
    if late > in_time:
        said = f"Handed in after the due date, within the {grace_minutes:g} minutes that still count as in time."
        return in_time, (said,)
    return in_time, ()


def _late_words(late, days, taken_off, earned, penalty, is_open):
    """is_open: a person must still mark some of it."""
    if not taken_off:
        return f"Handed in {how_long(late)} late; nothing is taken off for that."
    begun = f"Handed in {how_long(late)} late ({days} day{'' if days == 1 else 's'} begun): {taken_off:g}% of the"
    if is_open:
        return f"{begun} points will be taken off{f', {penalty:g} so far' if penalty else ''}."
    if not earned:
        return f"Handed in {how_long(late)} late; there are no points to take anything off."
    return f"{begun} {earned:g} points earned are taken off, {penalty:g}."


def _is_number(value):
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
