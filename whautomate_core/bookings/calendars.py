"""When somebody is busy, by an iCalendar file (RFC 5545). `icalendar` (extra: `calendar`) loads when a file is read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from whautomate_core.bookings.times import zone
from whautomate_core.errors import ConfigurationError

_MOST = 100_000
"""Repetitions of one event that are gone through: a rule of seconds would have no end."""

Span = tuple[datetime, datetime]
"""Start and end, both UTC."""


@dataclass(frozen=True)
class Event:
    """One event of a file, by its place from 1: when it takes somebody's time, or why that can't be told."""

    number: int
    times: tuple[Span, ...] = ()
    """In the order of their start. None where it was called off, takes no time, or is not in the period."""
    problem: str | None = None


def busy_times(path: str | Path, timezone: str, earliest: datetime, latest: datetime) -> Iterator[Event]:
    """The events of a file with the times of each that touch a period; what it is about is never looked at.

    Repetitions (RRULE, RDATE) are gone through, with what was taken out (EXDATE) or moved (RECURRENCE-ID). They keep
    their wall time when clocks change. Events that were cancelled, or leave one free (TRANSP), take no time.

    Args:
        timezone: Zone of whole days, and of times that name none.

    Raises: `ConfigurationError` where the file can't be read as iCalendar.
    """
    tz, events = zone(timezone), _events(Path(path))
    moved: dict[str, set[Any]] = {}
    for event in events:
        if "RECURRENCE-ID" in event:
            moved.setdefault(str(event.get("UID")), set()).add(_moment(event["RECURRENCE-ID"].dt, tz))
    for number, event in enumerate(events, start=1):
        if _takes_no_time(event):
            yield Event(number)
            continue
        try:
            without = set() if "RECURRENCE-ID" in event else moved.get(str(event.get("UID")), set())
            times = _times(event, tz, without, latest)
        except _Unclear as unclear:
            yield Event(number, problem=str(unclear))
        else:
            yield Event(number, tuple(sorted({one for one in times if one[0] < latest and earliest < one[1]})))


class _Unclear(Exception):
    """Why nobody can tell when an event is, in words that show nothing of it."""


def _events(path: Path) -> list[Any]:
    try:
        from icalendar import Calendar
    except ModuleNotFoundError:
        raise ConfigurationError(
            'a calendar file needs icalendar: pip install "whautomate-pipelines[calendar]"'
        ) from None
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{path.name} can't be read: {error.strerror}") from None
    try:
        calendars = Calendar.from_ical(content, multiple=True)
    except (ValueError, LookupError, TypeError):
        calendars = []  # the library's words show the line, which may be about a person
    # A file that was cut off would look as if what is missing had been deleted.
    whole = content.rstrip().upper().endswith(b"END:VCALENDAR")
    if not calendars or not whole or any(one.name != "VCALENDAR" for one in calendars):
        raise ConfigurationError(
            f"{path.name} can't be read as an iCalendar file: it must begin with BEGIN:VCALENDAR and end with "
            "END:VCALENDAR, one property a line (is it a web page, or cut off?)"
        )
    return [event for one in calendars for event in one.walk("VEVENT")]


def _takes_no_time(event: Any) -> bool:
    return str(event.get("STATUS", "")).upper() == "CANCELLED" or str(event.get("TRANSP", "")).upper() == "TRANSPARENT"


def _times(event: Any, tz: ZoneInfo, without: set[Any], latest: datetime) -> set[Span]:
    """All times of an event that begin before `latest`."""
    broken = [name for name, _ in event.errors if name in ("DTSTART", "DTEND", "DURATION", "RRULE", "EXDATE", "RDATE")]
    if broken or "DTSTART" not in event:
        raise _Unclear(f"its {', '.join(broken) or 'DTSTART'} can't be read")
    if "THISANDFUTURE" in str(event.get("RECURRENCE-ID", {}) and event["RECURRENCE-ID"].params.get("RANGE", "")):
        raise _Unclear("it moves all later repetitions (RANGE=THISANDFUTURE), which is not supported")
    for name in ("DTSTART", "DTEND"):
        if name in event:
            _require_zone(name, event[name])
    begins = event["DTSTART"].dt
    whole_days = not isinstance(begins, datetime)
    length = _length(event, tz)
    if not length > timedelta(0):
        raise _Unclear("it ends before it begins, or takes no time")
    first = begins if whole_days or begins.tzinfo else begins.replace(tzinfo=tz)
    found = {*_repetitions(event, first, tz, latest), *_listed(event, "RDATE")} - {*_listed(event, "EXDATE")}
    gone = without | {_moment(one, tz) for one in _listed(event, "EXDATE")}
    return {
        (start, _end(one, length, tz)) for one in found if (start := _moment(one, tz)) not in gone and start < latest
    }


def _length(event: Any, tz: ZoneInfo) -> timedelta:
    begins, whole_days = event["DTSTART"].dt, not isinstance(event["DTSTART"].dt, datetime)
    if "DURATION" in event:
        return event["DURATION"].dt  # type: ignore[no-any-return]
    if "DTEND" not in event:
        return timedelta(days=1) if whole_days else timedelta(0)
    ends = event["DTEND"].dt
    if whole_days:
        return ends - begins if not isinstance(ends, datetime) else _moment(ends, tz) - _moment(begins, tz)
    return _moment(ends, tz) - _moment(begins, tz)


def _end(begins: date | datetime, length: timedelta, tz: ZoneInfo) -> datetime:
    if not isinstance(begins, datetime):
        return _moment(begins + length, tz)  # days of a wall calendar, whatever the clocks do
    return _moment(begins, tz) + length


def _repetitions(event: Any, first: date | datetime, tz: ZoneInfo, latest: datetime) -> Iterator[date | datetime]:
    yield first
    rules = event.get("RRULE") or []
    for rule in rules if isinstance(rules, list) else [rules]:
        from dateutil.rrule import rrulestr

        parts = dict(rule)
        # Compared here, since files give it as a day where the rule wants an instant, and the other way round.
        until = parts.pop("UNTIL", [None])[0]
        last = None if until is None else _moment(until, tz)
        if until is not None and not isinstance(until, datetime):
            last = _moment(until + timedelta(days=1), tz) - timedelta(microseconds=1)
        start = first if isinstance(first, datetime) else datetime(first.year, first.month, first.day)
        try:
            text = type(rule)(parts).to_ical().decode()
            for number, at in enumerate(rrulestr(text, dtstart=start)):
                one = at if isinstance(first, datetime) else at.date()
                moment = _moment(one, tz)
                if moment >= latest or (last is not None and moment > last):
                    break
                if number >= _MOST:
                    raise _Unclear(f"it repeats more than {_MOST:,} times")
                yield one
        except (ValueError, TypeError, KeyError):
            raise _Unclear("its RRULE can't be read") from None


def _listed(event: Any, name: str) -> Iterator[date | datetime]:
    given = event.get(name) or []
    for times in given if isinstance(given, list) else [given]:
        for one in times.dts:
            _require_zone(name, one)
            yield one.dt[0] if isinstance(one.dt, tuple) else one.dt


def _require_zone(name: str, given: Any) -> None:
    at = given.dt
    if isinstance(at, datetime) and at.tzinfo is None and given.params.get("TZID"):
        raise _Unclear(f"the zone of its {name} is unknown: TZID must be an IANA name, or defined in the file")


def _moment(at: date | datetime, tz: ZoneInfo) -> datetime:
    """The instant of a time, or of the beginning of a day; of a wall time without a zone by `tz`."""
    if not isinstance(at, datetime):
        at = datetime(at.year, at.month, at.day)
    return (at if at.tzinfo else at.replace(tzinfo=tz)).astimezone(UTC)
