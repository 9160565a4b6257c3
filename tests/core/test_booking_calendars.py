"""What an iCalendar file says of when somebody is busy."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whautomate_core.bookings.calendars import busy_times
from whautomate_core.errors import ConfigurationError

BERLIN = ZoneInfo("Europe/Berlin")
NINE = "DTSTART;TZID=Europe/Berlin:20260302T090000"
EARLIEST, LATEST = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC)


def calendar(*events: str) -> bytes:
    inside = "".join(f"BEGIN:VEVENT\n{event.strip()}\nEND:VEVENT\n" for event in events)
    return f"BEGIN:VCALENDAR\nVERSION:2.0\n{inside}END:VCALENDAR\n".replace("\n", "\r\n").encode()


@pytest.fixture
def busy(tmp_path: Path):
    def busy(*events: str, timezone: str = "Europe/Berlin"):
        (tmp_path / "off.ics").write_bytes(calendar(*events))
        return [*busy_times(tmp_path / "off.ics", timezone, EARLIEST, LATEST)]

    return busy


def spans(event) -> list[str]:
    return [f"{start:%m-%dT%H:%M}/{end:%m-%dT%H:%M}" for start, end in event.times]


@pytest.mark.parametrize(
    ("event", "found"),
    [
        (f"{NINE}\nDTEND;TZID=Europe/Berlin:20260302T100000", ["03-02T08:00/03-02T09:00"]),
        ("DTSTART:20260302T090000Z\nDURATION:PT90M", ["03-02T09:00/03-02T10:30"]),
        # Without a zone: that of the location.
        ("DTSTART:20260302T090000\nDTEND:20260302T100000", ["03-02T08:00/03-02T09:00"]),
        ("DTSTART;VALUE=DATE:20260302", ["03-01T23:00/03-02T23:00"]),
        # The day on which clocks are put forward has 23 hours.
        ("DTSTART;VALUE=DATE:20260328\nDTEND;VALUE=DATE:20260330", ["03-27T23:00/03-29T22:00"]),
        # Nine o'clock stays nine o'clock, a week later as well.
        (
            "DTSTART;TZID=Europe/Berlin:20260323T090000\nDTEND;TZID=Europe/Berlin:20260323T100000\n"
            "RRULE:FREQ=WEEKLY;COUNT=2",
            ["03-23T08:00/03-23T09:00", "03-30T07:00/03-30T08:00"],
        ),
        (
            "DTSTART;VALUE=DATE:20260302\nRRULE:FREQ=DAILY;UNTIL=20260304\nEXDATE;VALUE=DATE:20260303",
            ["03-01T23:00/03-02T23:00", "03-03T23:00/03-04T23:00"],
        ),
        (
            "DTSTART:20260302T090000Z\nDTEND:20260302T100000Z\nRRULE:FREQ=DAILY;UNTIL=20260303T090000Z\n"
            "RDATE:20260310T120000Z",
            ["03-02T09:00/03-02T10:00", "03-03T09:00/03-03T10:00", "03-10T12:00/03-10T13:00"],
        ),
        # Begun years ago, without an end.
        (
            "DTSTART:20200101T220000Z\nDTEND:20200102T060000Z\nRRULE:FREQ=MONTHLY",
            ["03-01T22:00/03-02T06:00", "04-01T22:00/04-02T06:00"],
        ),
        ("DTSTART;VALUE=DATE:20260302\nSTATUS:CANCELLED", []),
        ("DTSTART;VALUE=DATE:20260302\nTRANSP:TRANSPARENT", []),
        ("DTSTART;VALUE=DATE:20270302", []),
    ],
)
def test_when_somebody_is_busy(busy, event: str, found: list[str]) -> None:
    [one] = busy(event)
    assert (spans(one), one.problem) == (found, None)


def test_a_repetition_that_was_moved_is_not_where_it_was(busy) -> None:
    weekly = "UID:1\nDTSTART:20260302T090000Z\nDTEND:20260302T100000Z\nRRULE:FREQ=WEEKLY;COUNT=3"
    moved = "UID:1\nRECURRENCE-ID:20260309T090000Z\nDTSTART:20260310T120000Z\nDTEND:20260310T130000Z"
    other = "UID:2\nDTSTART:20260309T090000Z\nDTEND:20260309T100000Z"
    found = [spans(one) for one in busy(weekly, moved, other)]
    assert found == [
        ["03-02T09:00/03-02T10:00", "03-16T09:00/03-16T10:00"],
        ["03-10T12:00/03-10T13:00"],
        ["03-09T09:00/03-09T10:00"],
    ]


@pytest.mark.parametrize(
    ("event", "says"),
    [
        (
            "DTSTART;TZID=Nowhere/City:20260302T090000\nDURATION:PT1H\nSUMMARY:Ada is ill",
            "the zone of its DTSTART is unknown",
        ),
        ("DTSTART:soon\nSUMMARY:Ada is ill", "its DTSTART can't be read"),
        ("SUMMARY:Ada is ill", "its DTSTART can't be read"),
        ("DTSTART:20260302T090000Z\nDTEND:20260302T080000Z", "it ends before it begins"),
        ("DTSTART:20260302T090000Z", "takes no time"),
        ("DTSTART:20260302T090000Z\nDURATION:PT1H\nRRULE:FREQ=NEVER", "its RRULE can't be read"),
        ("DTSTART:20200302T090000Z\nDURATION:PT1S\nRRULE:FREQ=SECONDLY", "repeats more than 100,000 times"),
        (
            "DTSTART:20260302T090000Z\nDURATION:PT1H\nRECURRENCE-ID;RANGE=THISANDFUTURE:20260302T080000Z",
            "THISANDFUTURE",
        ),
    ],
)
def test_what_can_not_be_told_is_said_without_the_words_of_the_calendar(busy, event: str, says: str) -> None:
    [one] = busy(event)
    assert says in one.problem
    assert one.times == ()
    assert "Ada" not in one.problem


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>Please log in, Ada</html>",
        calendar("DTSTART;VALUE=DATE:20260302")[:-20],
        b"BEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20260302\r\nEND:VEVENT\r\n",
        b"\xff\xfe\x00",
    ],
)
def test_a_file_that_is_no_calendar_is_an_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "off.ics").write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"off\.ics can't be read as an iCalendar file") as raised:
        [*busy_times(tmp_path / "off.ics", "Europe/Berlin", EARLIEST, LATEST)]
    assert "Ada" not in str(raised.value)
    with pytest.raises(ConfigurationError, match=r"missing\.ics can't be read: No such file"):
        [*busy_times(tmp_path / "missing.ics", "Europe/Berlin", EARLIEST, LATEST)]


@settings(deadline=None, derandomize=True, max_examples=60)
@given(
    first=st.dates(date(2026, 1, 1), date(2026, 4, 20)),
    hour=st.integers(0, 23),
    every=st.integers(1, 9),
    timezone=st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC", "Asia/Kolkata"]),
)
def test_repetitions_keep_their_wall_time(tmp_path_factory, first: date, hour: int, every: int, timezone: str) -> None:
    path = tmp_path_factory.getbasetemp() / "daily.ics"
    begins = f"DTSTART;TZID={timezone}:{first:%Y%m%d}T{hour:02}3000\nDURATION:PT1H\nRRULE:FREQ=DAILY;INTERVAL={every}"
    path.write_bytes(calendar(begins))
    [event] = busy_times(path, "UTC", EARLIEST, LATEST)
    tz, expected, day = ZoneInfo(timezone), [], first
    while day < date(2026, 5, 2):
        start = datetime(day.year, day.month, day.day, hour, 30, tzinfo=tz).astimezone(UTC)
        if start < LATEST and start + timedelta(hours=1) > EARLIEST:
            expected.append((start, start + timedelta(hours=1)))
        day += timedelta(days=every)
    assert [*event.times] == expected
