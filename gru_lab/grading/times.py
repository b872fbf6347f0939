"""Times, as systems, students and instructors write them."""

import functools
import re
import zoneinfo
from datetime import UTC, date, datetime

from gru_lab.grading.audience import ForGrader
from gru_lab.grading.names import clean

__all__ = ["how_long", "moment_of", "named_time"]

_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_MONTH = f"(?P<month>{'|'.join(_MONTHS)})"
# "Friday, 20 November 2026, 8:10 PM" of Moodle in English, "Friday, November 20, 2026, 8:10 PM" in that of the USA
_SPELT_OUT = re.compile(
    rf"(?:[a-z]+, )?(?:(?P<day>\d{{1,2}}) {_MONTH}|{_MONTH.replace('month', 'us_month')} (?P<us_day>\d{{1,2}}),)"
    r" (?P<year>\d{4}), (?P<hour>\d{1,2}):(?P<minute>\d\d)(?: (?P<half>[ap])m)?(?: (?P<zone>\S+))?",
    re.IGNORECASE | re.ASCII,
)


def how_long(time):
    """A `timedelta` of nothing or more in words: "2 days 3 h 1 min", "5 min 30 s"; seconds only below an hour."""
    minutes, seconds = divmod(int(time.total_seconds()), 60)
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    counts = {"day" if days == 1 else "days": days, "h": hours, "min": minutes}
    if not (days or hours):
        counts["s"] = seconds
    return " ".join(f"{count:,} {unit}" for unit, count in counts.items() if count) or "less than a second"


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
        return "", ForGrader(f"The time it was handed in cannot be read: '{clean(text, 40)}'.")
    zone = f"'{clean(zone, 40)}' is no time zone that is known" if zone else "There is no time zone"
    return moment.replace(tzinfo=UTC).isoformat(), f"{zone} in the time it was handed in, so UTC is assumed."


def named_time(text, zone=None):
    """ISO 8601 with a time zone of a time that an instructor names, and nothing is guessed: marks hang on it.

    "2026-12-01T23:59+01:00" and "2026-12-01 23:59 Europe/Vienna" will do, and a time as Moodle spells it out. Moodle
    names no time zone: `zone` is the one that then holds. Raises ValueError with what to write.
    """
    shown = clean(text, 60)
    spelt_out = _SPELT_OUT.fullmatch(shown)
    if spelt_out:
        return _moodles(spelt_out, zone)
    day = _day(shown)
    if day:
        raise ValueError(f"'{shown}' is a day: write when it ends, and where, such as {_here(f'{day}T23:59')}")
    moment, note = moment_of(text)
    if not moment:
        raise ValueError(f"'{shown}' is no date such as 2026-11-27T23:59+00:00")
    if note:
        told = re.findall(r"^\S+(?: [\d:.]+)?", shown)[0].replace(" ", "T")
        named = f"{told.replace('T', ' ')} Europe/Vienna"
        raise ValueError(f"'{shown}' needs a time zone that is known, such as {_here(told)} or {named}")
    return moment


def _moodles(found, zone):
    day, month = found["day"] or found["us_day"], found["month"] or found["us_month"]
    hour, half = int(found["hour"]), (found["half"] or "").lower()
    if half:  # 12 AM is midnight
        hour = hour % 12 + 12 * (half == "p") if 1 <= hour <= 12 else 99
    told = f"{found['year']}-{_MONTHS.index(month.lower()) + 1:02}-{int(day):02} {hour:02}:{found['minute']}"
    if found["zone"]:
        return named_time(f"{told} {found['zone']}")
    try:
        moment = datetime.fromisoformat(told)
    except ValueError:
        raise ValueError(f"'{found[0]}' is no time that there is") from None
    if zone is None:
        raise ValueError(f"'{found[0]}' has no time zone: name one with --due, as in --due {_here('2026-12-01T23:59')}")
    return moment.replace(tzinfo=zone).isoformat()


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
