"""Times, as systems, students and instructors write them."""

import functools
import re
import zoneinfo
from datetime import UTC, date, datetime

from gru_lab.grading.names import clean

__all__ = ["moment_of", "named_time"]


def moment_of(text):
    """(ISO 8601 with a time zone, note) of a time as nbgrader or Gradescope writes it: "2026-11-27 12:00:00.25 UTC".

    Students write nbgrader's: what is no time gives "", and a zone that is not known counts as UTC, each with a note.
    """
    day, _, rest = clean(text, 100).partition(" ")
    clock, _, zone = rest.partition(" ")
    try:
        moment = datetime.fromisoformat(f"{day}T{clock}" if clock else day)
        if moment.tzinfo is None and zone[:1] in ("+", "-"):
            moment = datetime.fromisoformat(f"{day}T{clock}{zone}")
        if moment.tzinfo is not None:
            return moment.isoformat(), ""
        if zone in ("UTC", "Z", "GMT"):
            return moment.replace(tzinfo=UTC).isoformat(), ""
        if zone in _zones():  # a name that is looked up as a path never comes from a student
            return moment.replace(tzinfo=zoneinfo.ZoneInfo(zone)).isoformat(), ""
    except (ValueError, OverflowError, zoneinfo.ZoneInfoNotFoundError):
        return "", f"The time it was handed in cannot be read: '{clean(text, 40)}'."
    zone = f"'{clean(zone, 40)}' is no time zone that is known" if zone else "There is no time zone"
    return moment.replace(tzinfo=UTC).isoformat(), f"{zone} in the time it was handed in, so UTC is assumed."


def named_time(text):
    """ISO 8601 with a time zone of a time that an instructor names, and nothing is guessed: marks hang on it.

    "2026-12-01T23:59+01:00" and "2026-12-01 23:59 Europe/Vienna" will do. Raises ValueError with what to write.
    """
    shown = clean(text, 60)
    day = _day(shown)
    if day:
        raise ValueError(f"'{shown}' is a day: write when it ends, and where, such as {_here(f'{day}T23:59')}")
    moment, note = moment_of(text)
    if not moment:
        raise ValueError(f"'{shown}' is no date such as 2026-11-27T23:59+00:00")
    if note:
        told = re.findall(r"^\S+(?: [\d:.]+)?", shown)[0].replace(" ", "T")
        raise ValueError(f"'{shown}' needs a time zone, such as {_here(told)}")
    return moment


def _day(text):
    """The day, where there is nothing else."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""


def _here(text):
    """That time in this machine's time zone, to show what is meant."""
    try:
        return datetime.fromisoformat(text).astimezone().isoformat(timespec="minutes")
    except (ValueError, OverflowError, OSError):
        return f"{text}+00:00"


@functools.cache
def _zones():
    return zoneinfo.available_timezones()
