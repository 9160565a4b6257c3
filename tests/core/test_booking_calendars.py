"""What an iCalendar file says of when somebody is busy."""

import random
import re
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
TOKYO = "DTSTART;TZID=Asia/Tokyo:20260302T060000\nDTEND;TZID=Asia/Tokyo:20260302T070000"
CASES = Path(__file__).parents[1] / "cases"
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
        # Of a zone that is not the location's: what names no zone is in that of the start.
        (f"{TOKYO}\nRRULE:FREQ=DAILY;UNTIL=20260304", ["03-01T21:00/03-01T22:00", "03-02T21:00/03-02T22:00",
                                                      "03-03T21:00/03-03T22:00"]),
        (f"{TOKYO}\nRRULE:FREQ=DAILY;UNTIL=20260303T060000", ["03-01T21:00/03-01T22:00", "03-02T21:00/03-02T22:00"]),
        (f"{TOKYO}\nRRULE:FREQ=DAILY;UNTIL=20260303T055959", ["03-01T21:00/03-01T22:00"]),
        (f"{TOKYO}\nRRULE:FREQ=DAILY;UNTIL=20260302T210000Z", ["03-01T21:00/03-01T22:00", "03-02T21:00/03-02T22:00"]),
        (f"{TOKYO}\nRRULE:FREQ=DAILY;COUNT=3\nEXDATE:20260303T060000", ["03-01T21:00/03-01T22:00",
                                                                       "03-03T21:00/03-03T22:00"]),
        (f"{TOKYO}\nRRULE:FREQ=DAILY;COUNT=3\nEXDATE;VALUE=DATE:20260302,20260304", ["03-02T21:00/03-02T22:00"]),
        (f"{TOKYO}\nRRULE:FREQ=DAILY;COUNT=2\nEXDATE;TZID=Europe/Berlin:20260301T220000", ["03-02T21:00/03-02T22:00"]),
        (f"{TOKYO}\nRDATE:20260310T060000", ["03-01T21:00/03-01T22:00", "03-09T21:00/03-09T22:00"]),
        (f"{TOKYO}\nRDATE;VALUE=DATE:20260310", ["03-01T21:00/03-01T22:00", "03-09T21:00/03-09T22:00"]),
        (f"{TOKYO}\nRDATE;VALUE=PERIOD:20260310T060000/20260310T090000", ["03-01T21:00/03-01T22:00",
                                                                         "03-09T21:00/03-10T00:00"]),
        (f"{TOKYO}\nRRULE:FREQ=MONTHLY;UNTIL=99991231", ["03-01T21:00/03-01T22:00", "04-01T21:00/04-01T22:00"]),
        # Of whole days, times as some programs write them.
        ("DTSTART;VALUE=DATE:20260302\nRRULE:FREQ=DAILY;COUNT=3\nEXDATE:20260303T000000",
         ["03-01T23:00/03-02T23:00", "03-03T23:00/03-04T23:00"]),
        ("DTSTART;VALUE=DATE:20260302\nRRULE:FREQ=DAILY;COUNT=3\nEXDATE:20260302T230000Z",
         ["03-01T23:00/03-02T23:00", "03-03T23:00/03-04T23:00"]),
        ("DTSTART;VALUE=DATE:20260302\nRRULE:FREQ=DAILY;UNTIL=20260302T230000Z",
         ["03-01T23:00/03-02T23:00", "03-02T23:00/03-03T23:00"]),
        ("DTSTART;VALUE=DATE:20260302\nDTEND;VALUE=DATE:20260302", ["03-01T23:00/03-02T23:00"]),
        ("DTSTART;VALUE=DATE:20260302\nDURATION:PT0S", ["03-01T23:00/03-02T23:00"]),
        ("DTSTART;VALUE=DATE:20260302\nDTEND:20260302T110000Z", ["03-01T23:00/03-02T11:00"]),
        ("DTSTART:20260302T090000Z", []),
        ("DTSTART:20260302T090000Z\nDTEND:20260302T090000Z\nRRULE:FREQ=DAILY", []),
        ("DTSTART:20260302T090000Z\nDURATION:PT1H\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
         ["03-02T09:00/03-02T10:00"]),
        # The last Thursday of each month, from a leap day on.
        ("DTSTART:20240229T090000Z\nDURATION:PT1H\nRRULE:FREQ=MONTHLY;BYDAY=-1TH",
         ["03-26T09:00/03-26T10:00", "04-30T09:00/04-30T10:00"]),
        ("DTSTART:00010101T090000Z\nDTEND:00010101T100000Z", []),
        ("DTSTART;TZID=Asia/Tokyo:00010101T000000\nDURATION:PT1H", []),
        ("DTSTART;TZID=America/New_York:99991231T235900\nDURATION:PT1H", []),
        ("DTSTART;VALUE=DATE:20260302\nSTATUS:CANCELLED", []),
        ("DTSTART;VALUE=DATE:20260302\nTRANSP:TRANSPARENT", []),
        ("DTSTART;VALUE=DATE:20270302", []),
    ],
)  # fmt: skip
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
        ("DTSTART:20260302T090000Z\nDTEND:20260302T080000Z", "it ends before it starts"),
        ("DTSTART:20260302T090000Z\nDURATION:PT1H\nRRULE:FREQ=NEVER", "its RRULE can't be read"),
        ("DTSTART:20100302T090000Z\nDURATION:PT1S\nRRULE:FREQ=HOURLY", "repeats more than 100,000 times"),
        ("DTSTART:20260302T090000Z\nDURATION:PT1S\nRRULE:FREQ=SECONDLY", "by the second"),
        ("DTSTART:20260302T090000Z\nDURATION:PT1S\nRRULE:FREQ=MINUTELY;BYMONTHDAY=31", "by the second or minute"),
        ("DTSTART:20260302T090000Z\nDURATION:PT1S\nRRULE:FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30", "by the hour with"),
        ("DTSTART:20260302T090000Z\nDTEND:20260302T100000Z\nDTEND:20260302T110000Z", "it has DTEND twice"),
        ("DTSTART:20260302T090000Z\nDTSTART:20260302T100000Z\nDTEND:20260302T110000Z", "it has DTSTART twice"),
        ("DTSTART;VALUE=DATE:20260302\nDTEND;VALUE=DATE:20260301", "it ends before it starts"),
        ("RECURRENCE-ID:20260302T090000Z\nDTSTART:20260303T090000Z\nDTEND:20260303T110000Z", "its UID, .* is missing"),
        ("UID:1\nRECURRENCE-ID:20260302T090000Z\nRECURRENCE-ID:20260303T090000Z\nDTSTART:20260303T090000Z\nDURATION:PT1H",
         "it has RECURRENCE-ID twice"),
        ("DTSTART:20260302T090000Z\nDURATION:PT1H\nEXDATE;TZID=Nowhere/City:20260302T090000", "the zone of its EXDATE"),
        (
            "DTSTART:20260302T090000Z\nDURATION:PT1H\nRECURRENCE-ID;RANGE=THISANDFUTURE:20260302T080000Z",
            "THISANDFUTURE",
        ),
    ],
)  # fmt: skip
def test_what_can_not_be_told_is_said_without_the_words_of_the_calendar(busy, event: str, says: str) -> None:
    [one] = busy(event)
    assert re.search(re.escape(says) if "*" not in says else says, one.problem)
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


@settings(derandomize=True, max_examples=60)
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


# --- files of others


def of_case(name: str) -> list[str]:
    [event] = busy_times(
        CASES / name, "Europe/Berlin", datetime(2027, 3, 1, tzinfo=UTC), datetime(2027, 6, 1, tzinfo=UTC)
    )
    assert event.problem is None
    return spans(event)


FOUND = {
    "zone_berlin.ics": ["04-01T07:00/04-01T08:00"],
    "zone_newyork.ics": ["04-01T13:00/04-01T14:00"],
    "until_is_a_date.ics": ["03-31T21:00/03-31T22:00", "04-01T21:00/04-01T22:00", "04-02T21:00/04-02T22:00"],
    "whole_day_same_end.ics": ["03-31T22:00/04-01T22:00"],
    "rdate_period.ics": ["04-01T09:00/04-01T10:00", "04-05T12:00/04-05T16:00", "04-06T12:00/04-06T12:30"],
}


@settings(derandomize=True, max_examples=30)
@given(order=st.lists(st.sampled_from(sorted(FOUND)), min_size=1, max_size=8))
def test_files_are_read_alike_in_any_order(order: list[str]) -> None:
    assert [of_case(name) for name in order] == [FOUND[name] for name in order]


def test_a_moved_repetition_is_told_by_the_zone_of_its_series(busy) -> None:
    series = f"UID:1\n{TOKYO}\nRRULE:FREQ=DAILY;COUNT=3"
    moved = "UID:1\nRECURRENCE-ID:20260303T060000\nDTSTART:20260320T120000Z\nDURATION:PT1H"
    by_day = "UID:1\nRECURRENCE-ID;VALUE=DATE:20260304\nDTSTART:20260321T120000Z\nDURATION:PT1H"
    assert [spans(one) for one in busy(series, moved, by_day)] == [
        ["03-01T21:00/03-01T22:00"], ["03-20T12:00/03-20T13:00"], ["03-21T12:00/03-21T13:00"],
    ]  # fmt: skip


def test_without_uids_no_event_moves_another(busy) -> None:
    moved = "RECURRENCE-ID:20260302T080000Z\nDTSTART:20260310T120000Z\nDTEND:20260310T130000Z"
    first, second, third = busy(moved, f"{NINE}\nDURATION:PT1H", f"UID:None\n{NINE}\nDURATION:PT1H")
    assert "UID" in first.problem
    assert spans(second) == spans(third) == ["03-02T08:00/03-02T09:00"]


ODD = [
    "UNTIL=99991231", "UNTIL=00010101", "UNTIL=99991231T235959Z", "COUNT=0", "COUNT=-1", "INTERVAL=0", "BYMONTHDAY=99",
    "INTERVAL=999999999", "BYDAY=9MO", "UNTIL=x", "BYWEEKNO=54", "WKST=XX", "COUNT=2;COUNT=3",
]  # fmt: skip
LINES = [
    "DTSTART:00010101T000000", "DTSTART;TZID=Asia/Tokyo:99991231T235959", "DTSTART;VALUE=DATE:00010101", "DTSTART:x",
    "DTEND:00010101T000000Z", "DTEND;VALUE=DATE:99991231", "DURATION:P99999999D", "DURATION:-P1D", "DURATION:x",
    "EXDATE:x", "EXDATE:99991231T000000", "RDATE;VALUE=PERIOD:99991231T000000Z/P9999D", "RDATE;VALUE=PERIOD:x/y",
    "RECURRENCE-ID:x", "RECURRENCE-ID;TZID=No/Where:20260302T090000", "RDATE;VALUE=DATE:99991231", "UID:", "UID:1",
    "STATUS:", "TRANSP:x", "SEQUENCE:x",
]  # fmt: skip


@settings(derandomize=True, max_examples=60)
@given(data=st.data())
def test_no_odd_event_ends_the_job_or_hides_another(data: st.DataObject, tmp_path_factory) -> None:
    lines = st.lists(st.sampled_from([*LINES, NINE, TOKYO, *(f"RRULE:FREQ=DAILY;{odd}" for odd in ODD)]), max_size=5)
    odd = data.draw(st.lists(lines.map("\n".join), min_size=1, max_size=4))
    path = tmp_path_factory.getbasetemp() / "odd.ics"
    path.write_bytes(calendar(*odd, "UID:whole\nDTSTART:20260302T090000Z\nDTEND:20260302T100000Z"))
    *others, whole = busy_times(path, "Europe/Berlin", EARLIEST, LATEST)
    assert len(others) == len(odd)
    assert spans(whole) == ["03-02T09:00/03-02T10:00"]


def test_many_endless_series_take_no_time(busy) -> None:
    events = [f"DTSTART:20200101T0000{n % 60:02}Z\nDURATION:PT1S\nRRULE:FREQ=SECONDLY" for n in range(200)]
    random.Random(1).shuffle(events)
    assert all("by the second" in one.problem for one in busy(*events))


def test_a_file_that_takes_too_long_is_left(busy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("whautomate_core.bookings.calendars._LONGEST", 0.0)
    series, once = busy(f"{NINE}\nDURATION:PT1H\nRRULE:FREQ=DAILY", f"{NINE}\nDURATION:PT1H")
    assert "repetitions of the file take more than 0 s" in series.problem
    assert spans(once) == ["03-02T08:00/03-02T09:00"]


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("whautomate_core.bookings.calendars._LARGEST", 2**20)
    (tmp_path / "off.ics").write_bytes(calendar(f"{NINE}\nDESCRIPTION:{'x' * 2**20}"))
    with pytest.raises(ConfigurationError, match=r"off\.ics is larger than 1 MiB"):
        [*busy_times(tmp_path / "off.ics", "Europe/Berlin", EARLIEST, LATEST)]
