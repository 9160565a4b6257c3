"""When somebody is busy, from an iCalendar file (RFC 5545). `icalendar` (extra: `calendar`) loads when a file is read.

`icalendar` only parses. Zones are worked out here for each file, because it keeps those that it has seen for the whole
process. Repetitions are worked out here too, with dateutil's rules, because the package for that
(recurring-ical-events) has no limit on what a file may ask of it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path, PurePath
from typing import Any

from whautomate_core.errors import ConfigurationError
from whautomate_core.rows.files import Storage, fsspec_storage, open_file
from whautomate_core.values.redaction import shown_path
from whautomate_core.values.times import zone

_MOST = 100_000
"""Limit on the repetitions of one event."""

_LONGEST = 30.0
"""Limit on the seconds that the repetitions of a file take; later ones are unclear."""

_LARGEST = 32 * 2**20
"""Limit on the bytes of a file."""

Span = tuple[datetime, datetime]
"""Start and end, both UTC."""


@dataclass(frozen=True)
class Event:
    """One event of a file: when it takes somebody's time, or why that is unclear. Its number counts from 1."""

    number: int
    times: tuple[Span, ...] = ()
    """In the order of their start. Empty if it was cancelled, takes no time, or is outside the period."""
    problem: str | None = None


def busy_times(
    path: str | Path, timezone: str, earliest: datetime, latest: datetime, storage: Storage = fsspec_storage
) -> Iterator[Event]:
    """The events of a file, with the times of each that overlap a period. Titles and texts are never read.

    Repetitions (RRULE, RDATE) are included, except those that were taken out (EXDATE) or moved (RECURRENCE-ID). They
    keep their wall time when clocks change, and times of a series without a zone are in the zone of its start. Events
    that were cancelled, are marked as free (TRANSP), or have no length take no time.

    Args:
        timezone: Zone of whole days, and of starts without a zone.

    Raises: `ConfigurationError` if the file can't be read as iCalendar.
    """
    tz, until = zone(timezone), time.monotonic() + _LONGEST
    events = [(event, zones) for calendar, zones in _calendars(str(path), storage) for event in calendar.walk("VEVENT")]
    moved: dict[str, list[Any]] = {}
    for event, _ in events:
        if "UID" in event and "RECURRENCE-ID" in event and not isinstance(event["RECURRENCE-ID"], list):
            moved.setdefault(str(event["UID"]), []).append(event["RECURRENCE-ID"])
    for number, (event, zones) in enumerate(events, start=1):
        if _takes_no_time(event):
            yield Event(number)
            continue
        try:
            if time.monotonic() > until and "RRULE" in event:
                raise _Unclear(f"the repetitions of the file take more than {_LONGEST:g} s to work out")
            series = "UID" in event and "RECURRENCE-ID" not in event
            without = moved.get(str(event["UID"]), []) if series else []
            times = _Series(event, zones, tz).times(without, latest)
        except _Unclear as unclear:
            yield Event(number, problem=str(unclear))
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            # Whatever else is wrong with it. The text of the error is not shown, because it may be about a person.
            yield Event(number, problem=f"it can't be read ({type(error).__name__})")
        else:
            yield Event(number, tuple(sorted({one for one in times if one[0] < latest and earliest < one[1]})))


class _Unclear(Exception):
    """Why the times of an event are unclear, in words that show nothing of it."""


def _calendars(path: str, storage: Storage) -> list[tuple[Any, Callable[[str], tzinfo | None]]]:
    """The calendars of a file, each with what finds the zones that it names."""
    try:
        from icalendar import Calendar
    except ModuleNotFoundError:
        raise ConfigurationError(
            'a calendar file needs icalendar: pip install "whautomate-pipelines[calendar]"'
        ) from None
    name = PurePath(path).name
    try:
        with open_file(path, storage=storage) as file:
            content = file.read(_LARGEST + 1)
    except OSError as error:
        raise ConfigurationError(
            f"{shown_path(path)} can't be read: {error.strerror or type(error).__name__}"
        ) from None
    if len(content) > _LARGEST:
        raise ConfigurationError(f"{name} is larger than {_LARGEST // 2**20} MiB: export less of the calendar")
    try:
        calendars = Calendar.from_ical(content, multiple=True)
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError):
        calendars = []  # the library's error shows the line, which may be about a person
    # In a file that was cut off, the missing events would look deleted.
    whole = content.rstrip().upper().endswith(b"END:VCALENDAR")
    if not calendars or not whole or any(one.name != "VCALENDAR" for one in calendars):
        raise ConfigurationError(
            f"{name} can't be read as an iCalendar file: it must begin with BEGIN:VCALENDAR and end with "
            "END:VCALENDAR, one property a line (is it a web page, or cut off?)"
        )
    return [(one, _zones(one)) for one in calendars]


def _zones(calendar: Any) -> Callable[[str], tzinfo | None]:
    from icalendar.timezone import TZP

    known = TZP()
    for defined in calendar.walk("VTIMEZONE"):
        try:
            known.cache_timezone_component(defined)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            continue  # the events that name it say so
    return known.timezone


def _takes_no_time(event: Any) -> bool:
    return str(event.get("STATUS", "")).upper() == "CANCELLED" or str(event.get("TRANSP", "")).upper() == "TRANSPARENT"


class _Series:
    """An event with its repetitions. A start is a day, or the wall time in its zone."""

    def __init__(self, event: Any, zones: Callable[[str], tzinfo | None], tz: tzinfo) -> None:
        self._event = event
        self._zones = zones
        self._tz = tz
        _require_clear(event)
        begins, ends = self._at("DTSTART", event["DTSTART"], tz), None
        if "DTEND" in event:
            ends = self._at("DTEND", event["DTEND"], getattr(begins, "tzinfo", None) or tz)
        if isinstance(ends, datetime) and not isinstance(begins, datetime):
            begins = datetime(begins.year, begins.month, begins.day, tzinfo=tz)
        self._days = not isinstance(begins, datetime)
        self._zone: tzinfo = tz if not isinstance(begins, datetime) else begins.tzinfo or tz
        self._first = begins.replace(tzinfo=None) if isinstance(begins, datetime) else begins
        self._length = self._length_of(begins, ends)

    def times(self, moved: list[Any], latest: datetime) -> set[Span]:
        """All times that start before `latest`, except those that were taken out, or `moved` elsewhere."""
        found: dict[date, timedelta] = dict.fromkeys(self._repetitions(latest), self._length)
        spans = set()
        for given in self._listed("RDATE"):
            start, length = given if isinstance(given, tuple) else (given, self._length)
            if self._days and isinstance(given, tuple):
                spans.add((_instant(start, self._zone), _instant(start, self._zone) + length))
            else:
                found[self._start_of(start)] = length
        taken = [*self._listed("EXDATE"), *(self._at("RECURRENCE-ID", one, self._zone) for one in moved)]
        # A day takes out everything on it, also of a series with hours.
        days = {one for one in taken if not isinstance(one, datetime)}
        moments = {_instant(one, self._zone) for one in taken if isinstance(one, datetime)}
        days |= {moment.astimezone(self._zone).date() for moment in moments} if self._days else set()
        for start, length in found.items():
            begins = _instant(start, self._zone)
            day = start.date() if isinstance(start, datetime) else start
            if length > timedelta(0) and begins not in moments and day not in days and begins < latest:
                # Whole days, whatever the clocks do.
                spans.add((begins, _instant(start + length, self._zone) if self._days else begins + length))
        return spans

    def _length_of(self, begins: date, ends: date | None) -> timedelta:
        if "DURATION" in self._event:
            length: timedelta = self._event["DURATION"].dt
        elif ends is None:
            length = timedelta(0)
        elif self._days:
            length = ends - begins
        else:
            length = _instant(ends, self._zone) - _instant(begins, self._zone)
        if length < timedelta(0):
            raise _Unclear("it ends before it starts")
        # A whole day that ends on itself is that day; a time without a length is a reminder.
        return max(length, timedelta(days=1)) if self._days else length

    def _repetitions(self, latest: datetime) -> Iterator[date]:
        from dateutil.rrule import rrulestr

        yield self._first
        rules = self._event.get("RRULE") or []
        for rule in rules if isinstance(rules, list) else [rules]:
            parts = dict(rule)
            # Compared here, because files give a day where the rule wants an instant, and the other way round.
            last = self._last(parts.pop("UNTIL", [None])[0])
            _require_seldom(parts)
            start = self._first
            start = start if isinstance(start, datetime) else datetime(start.year, start.month, start.day)
            if start.year > latest.year:
                continue
            # dateutil follows a rule that no day fulfils to the year 9999. Days and weekdays are the same every 400
            # years, so the rule is worked out in the last such period, if that is not far.
            later = (9999 - latest.year) // 400 * 400
            try:
                text = type(rule)(parts).to_ical().decode()
                for number, shifted in enumerate(rrulestr(text, dtstart=start.replace(year=start.year + later))):
                    at = shifted.replace(year=shifted.year - later)
                    moment = _instant(at, self._zone)
                    if moment >= latest or moment > last:
                        break
                    if number >= _MOST:
                        raise _Unclear(f"it repeats more than {_MOST:,} times")
                    yield at.date() if self._days else at
            except (ValueError, TypeError, KeyError):
                raise _Unclear("its RRULE can't be read") from None

    def _last(self, until: date | None) -> datetime:
        """The last moment at which a repetition may start."""
        if until is None:
            return datetime.max.replace(tzinfo=UTC)
        if isinstance(until, datetime):
            return _instant(until, self._zone)
        return _instant(datetime(until.year, until.month, until.day, 23, 59, 59), self._zone)

    def _start_of(self, given: date) -> date:
        """A time that the event lists, in the form of its starts."""
        if isinstance(given, datetime):
            local = given.astimezone(self._zone)
            return local.date() if self._days else local.replace(tzinfo=None)
        if isinstance(self._first, datetime):
            return datetime.combine(given, self._first.time())
        return given

    def _listed(self, name: str) -> Iterator[Any]:
        """The days and times of all properties with a name; periods as start and length."""
        given = self._event.get(name) or []
        for several in given if isinstance(given, list) else [given]:
            for one in several.dts:
                if not isinstance(one.dt, tuple):
                    yield self._zoned(name, one.dt, several.params, self._zone)
                    continue
                start, end = (
                    at if isinstance(at, timedelta) else self._zoned(name, at, several.params, self._zone)
                    for at in one.dt
                )
                yield start, end if isinstance(end, timedelta) else end - start

    def _at(self, name: str, given: Any, default: tzinfo) -> date:
        return self._zoned(name, given.dt, given.params, default)

    def _zoned(self, name: str, at: date, params: Any, default: tzinfo) -> date:
        """A day, or a time in its zone: the one it names, otherwise the default."""
        if not isinstance(at, datetime):
            return at
        named = params.get("TZID")
        if named is None:
            return at if at.tzinfo else at.replace(tzinfo=default)
        its = self._zones(str(named))
        if its is None:
            raise _Unclear(f"the zone of its {name} is unknown: TZID must be an IANA name, or defined in the file")
        return at.replace(tzinfo=its)


def _require_clear(event: Any) -> None:
    broken = [name for name, _ in event.errors if name in ("DTSTART", "DTEND", "DURATION", "RRULE", "EXDATE", "RDATE")]
    if broken or "DTSTART" not in event:
        raise _Unclear(f"its {', '.join(broken) or 'DTSTART'} can't be read")
    twice = [name for name in ("DTSTART", "DTEND", "DURATION", "RECURRENCE-ID") if isinstance(event.get(name), list)]
    if twice:
        raise _Unclear(f"it has {twice[0]} twice")
    if "RECURRENCE-ID" not in event:
        return
    if "THISANDFUTURE" in str(event["RECURRENCE-ID"].params.get("RANGE", "")):
        raise _Unclear("it moves all later repetitions (RANGE=THISANDFUTURE), which is not supported")
    if "UID" not in event:
        raise _Unclear("it moves a repetition (RECURRENCE-ID), and its UID, which tells the series, is missing")


def _require_seldom(rule: dict[str, Any]) -> None:
    """Refuse rules that take very long to work out: by the second, or with hours that may never come."""
    often = str((rule.get("FREQ") or [""])[0]).upper()
    if often in ("SECONDLY", "MINUTELY") or (often == "HOURLY" and any(name.startswith("BY") for name in rule)):
        raise _Unclear("it repeats by the second or minute, or by the hour with conditions: that is no time off")


def _instant(at: date, tz: tzinfo) -> datetime:
    """The instant of a time, or of the start of a day; a wall time without a zone is in `tz`."""
    if not isinstance(at, datetime):
        at = datetime(at.year, at.month, at.day)
    try:
        return (at if at.tzinfo else at.replace(tzinfo=tz)).astimezone(UTC)
    except OverflowError:  # within a day of the first or the last instant there is
        return (datetime.min if at.year < 5000 else datetime.max).replace(tzinfo=UTC)
