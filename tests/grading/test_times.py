"""Times as systems and students write them are read with a note; what an instructor names is never guessed."""

import re
import time
from datetime import timedelta, timezone

import pytest

from gru_lab.grading.times import how_long, moment_of, named_time


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-27 12:00:00.25 UTC", "2026-11-27T12:00:00.250000+00:00"),
        ("2026-07-27 12:00:00.25 Europe/Vienna", "2026-07-27T12:00:00.250000+02:00"),
        ("2026-11-27 12:00:00+03:00", "2026-11-27T12:00:00+03:00"),
        ("0001-01-01 00:00:00 Asia/Tokyo", "0001-01-01T00:00:00+09:18:59"),
    ],
)
def test_times_are_read(text, moment):
    assert moment_of(text) == (moment, "")


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01 00:00:00 UTC", "\x00", "9" * 500, "2026-11-27 25:00 UTC"])
def test_what_is_no_time_is_said(text):
    moment, note = moment_of(text)
    assert moment == "" and "cannot be read" in note


@pytest.mark.parametrize("zone", ["", "PST", "../../../etc/passwd", "/etc/localtime", "Europe/\x00"])
def test_a_zone_that_is_not_known_is_utc_with_a_note(zone):
    moment, note = moment_of(f"2026-11-27 12:00:00 {zone}")
    assert moment == "2026-11-27T12:00:00+00:00" and "UTC is assumed" in note


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-12-01T23:59+01:00", "2026-12-01T23:59:00+01:00"),
        (" 2026-12-01T23:59Z ", "2026-12-01T23:59:00+00:00"),
        ("2026-07-01 23:59 Europe/Vienna", "2026-07-01T23:59:00+02:00"),
        ("2026-12-01 10:03:44 -0800", "2026-12-01T10:03:44-08:00"),
    ],
)
def test_an_instructors_time(text, time):
    assert named_time(text) == time


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("Friday, 20 November 2026, 8:10 PM", "2026-11-20T20:10:00+01:00"),
        ("Friday, November 20, 2026, 08:10 AM", "2026-11-20T08:10:00+01:00"),
        ("Friday, 20 November 2026, 12:05\u202fAM", "2026-11-20T00:05:00+01:00"),
        ("friday, 20 november 2026, 12:05 pm", "2026-11-20T12:05:00+01:00"),
        ("20 November 2026, 20:10", "2026-11-20T20:10:00+01:00"),
        ("Monday, 20 July 2026, 8:10 PM Europe/Vienna", "2026-07-20T20:10:00+02:00"),
    ],
)
def test_a_time_as_moodle_spells_it_out(text, time):
    assert named_time(text, timezone(timedelta(hours=1))) == time


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Friday, 31 November 2026, 8:10 PM", "is no time that there is"),
        ("Friday, 20 November 2026, 13:10 PM", "is no time that there is"),
        ("Friday, 20 November 2026, 0:10 AM", "is no time that there is"),
        ("Freitag, 20. November 2026, 20:10", "is no date such as"),
        ("Friday, 20 November 2026, 8:10 PM Mars", "needs a time zone"),
    ],
)
def test_a_time_spelt_out_wrongly_is_said(text, says):
    with pytest.raises(ValueError, match=says):
        named_time(text, timezone(timedelta(hours=1)))


def test_a_time_of_moodle_needs_a_zone_from_elsewhere():
    with pytest.raises(ValueError, match=r"has no time zone: name one with --due, as in --due 2026-12-01T23:59[+-]"):
        named_time("Friday, 20 November 2026, 8:10 PM")


@pytest.mark.parametrize("day", ["2026-12-01", " 20261201", "2026-W49-2"])
def test_a_day_alone_is_refused_with_what_to_write(day):
    with pytest.raises(ValueError, match=r"is a day: .* such as 2026-12-01T23:59[+-]\d\d:\d\d$") as caught:
        named_time(day)
    assert named_time(re.search(r"\S+$", str(caught.value))[0]).startswith("2026-12-01T23:59")


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="this system cannot be told another time zone")
def test_what_to_write_is_of_this_machines_time_zone(monkeypatch):
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        with pytest.raises(ValueError, match=r"such as 2026-12-01T22:00-05:00 or 2026-12-01 22:00 Europe/Vienna$"):
            named_time("2026-12-01 22:00")
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize("text", ["tomorrow", "", "\x00", "31.12.2026", "2026-13-01", "9" * 500])
def test_what_is_no_date_is_said(text):
    with pytest.raises(ValueError, match="is no date such as"):
        named_time(text)


@pytest.mark.parametrize(
    "text", ["0001-01-01T00:00", "9999-12-31T23:59", "2026-12-01 23:59 CET?", "2026-12-01 23:59 Europe/Viena"]
)
def test_a_time_zone_is_asked_for_at_any_date(text):
    with pytest.raises(
        ValueError, match=r"needs a time zone that is known, such as [\d:T+-]+ or [\d: -]+ Europe/Vienna$"
    ):
        named_time(text)


@pytest.mark.parametrize(
    ("time", "says"),
    [
        (timedelta(minutes=5, seconds=30), "5 min 30 s"),  # a grace of five minutes is over, and it shows
        (timedelta(seconds=0.5), "less than a second"),
        (timedelta(hours=1, seconds=59), "1 h"),
        (timedelta(days=1, minutes=31), "1 day 31 min"),
        (timedelta(days=1200, hours=23), "1,200 days 23 h"),
    ],
)
def test_how_long_in_words(time, says):
    assert how_long(time) == says
