"""Instants and wall times. Whautomate has both, and not everything that ends in Z is UTC.

Fields such as `startTimeUTC` and `createdAt` are instants, and only instants are kept and returned here. Bookings are
made by wall time: a date, a time such as `04:39 PM`, and an IANA zone. On days when clocks change, a wall time may come
twice or not at all. `startTime` and `endTime` of bookings are wall times with a false Z (evidence C), so they are never
read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from whautomate_core.errors import ConfigurationError


def zone(name: object, what: str = "timezone") -> ZoneInfo:
    """The zone of an IANA name. Raises `ConfigurationError` that names the argument."""
    try:
        return ZoneInfo(name)  # type: ignore[arg-type]
    except (LookupError, ValueError, OSError, TypeError, AttributeError):
        raise ConfigurationError(f"{what} must be an IANA name such as Europe/Berlin") from None


def aware(what: str, value: object) -> datetime:
    """The instant of a datetime with a time zone, or of its ISO 8601 text. Raises `ConfigurationError` otherwise."""
    at = _parsed(what, value)
    if at.tzinfo is None:
        raise ConfigurationError(f"{what} has no time zone: give an aware datetime, or text with an offset")
    return _instant(what, at)


def placed(what: str, value: object, timezone: str | None) -> datetime:
    """Like `aware`, but a time without an offset is a wall time of `timezone`.

    Raises: `ConfigurationError` for anything that is not a time, for a time without offset where `timezone` is None,
        and for a time that the clocks skip on that day or show twice.
    """
    at = _parsed(what, value)
    if at.tzinfo is not None or timezone is None:
        return aware(what, at)
    meant = _walls(at, zone(timezone))
    if not meant:
        raise ConfigurationError(f"{what} is a time that the clocks of {timezone} skip on that day")
    if len(meant) > 1:
        raise ConfigurationError(
            f"{what} is a time that comes twice in {timezone} on that day: give it with its offset"
        )
    return _instant(what, meant.pop())


def _parsed(what: str, value: object) -> datetime:
    try:
        return value if isinstance(value, datetime) else datetime.fromisoformat(str(value).strip())
    except ValueError:
        raise ConfigurationError(f"{what} must be a date and time such as 2026-01-31T12:00:00+00:00") from None


def _instant(what: str, at: datetime) -> datetime:
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise ConfigurationError(f"{what} is too far in the past or future") from None


def period(earliest: object, latest: object) -> tuple[datetime, datetime]:
    """The instants of `earliest` and `latest`. Raises `ConfigurationError` unless the one is before the other."""
    first, last = aware("earliest", earliest), aware("latest", latest)
    if not first < last:
        raise ConfigurationError("earliest must be before latest")
    return first, last


def utc(at: datetime) -> str:
    """An instant as it is kept and returned: `2026-03-01T09:00:00Z`."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def utc_days(earliest: datetime, latest: datetime) -> Iterator[date]:
    """The days in UTC that overlap a period; `latest` is not part of it."""
    day, last = earliest.astimezone(UTC).date(), (latest - timedelta(microseconds=1)).astimezone(UTC).date()
    while day <= last:
        yield day
        day += timedelta(days=1)


# --- wall times, as bookings are made by


def wall(at: datetime, timezone: str) -> tuple[str, str] | None:
    """The date and the twelve-hour time of an instant in a zone; None where that wall time comes twice.

    It is not documented which of the two the server takes, and bookings have no offset to tell it.
    """
    local = at.astimezone(zone(timezone))
    if len(_walls(local.replace(tzinfo=None, fold=0), zone(timezone))) != 1:
        return None
    return f"{local:%Y-%m-%d}", f"{local:%I:%M} {'AM' if local.hour < 12 else 'PM'}"


def starts(date: object, time: object, timezone: object) -> set[datetime]:
    """The instants that the date and time of a booking may mean: one, or two when clocks are put back.

    Raises: `ConfigurationError` for anything else, and for a time that the clocks skip on that day.
    """
    try:
        day = datetime.strptime(str(date), "%Y-%m-%d") if re.fullmatch(r"\d{4}-\d\d-\d\d", str(date)) else None
    except ValueError:
        day = None
    if day is None:
        raise ConfigurationError("date must be a day such as 2026-03-01")
    clock = re.fullmatch(r"(0[1-9]|1[0-2]):([0-5]\d) (AM|PM)", time) if isinstance(time, str) else None
    if clock is None:
        raise ConfigurationError("time must be a twelve-hour wall time such as 04:39 PM, without an offset")
    local = day.replace(hour=int(clock[1]) % 12 + (12 if clock[3] == "PM" else 0), minute=int(clock[2]))
    found = _walls(local, zone(timezone))
    if not found:
        raise ConfigurationError(f"time is one that the clocks of {timezone} skip on that day")
    return found


def starts_of(record: Mapping[str, Any], timezone: str) -> set[datetime]:
    """The instants at which an appointment or class may start; none where it doesn't say.

    Only `startTimeUTC` is an instant (evidence C). If it is missing, the wall time is in the record's own zone, or else
    in `timezone`.
    """
    at = instant(record.get("startTimeUTC"))
    if at is not None:
        return {at}
    try:
        day = str(record.get("date") or "")[:10]
        return starts(day, record.get("time"), record.get("timezone") or timezone)
    except ConfigurationError:
        return set()


def instant(text: object) -> datetime | None:
    """The instant of a field that is UTC, with or without an offset; None where it is not a time."""
    try:
        at = datetime.fromisoformat(str(text))
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _walls(local: datetime, tz: ZoneInfo) -> set[datetime]:
    """The instants at which clocks of a zone show a time: one, two when they are put back, none when it is skipped."""
    try:
        found = {local.replace(tzinfo=tz, fold=fold).astimezone(UTC) for fold in (0, 1)}
        return {at for at in found if at.astimezone(tz).replace(tzinfo=None, fold=0) == local.replace(fold=0)}
    except OverflowError:
        return set()


# --- hours of the day


def hours_of(texts: list[str] | None) -> list[tuple[int, int]]:
    """Spans of a day such as `09:00-12:30`, in minutes since midnight. Raises `ConfigurationError`."""
    found = []
    for text in texts or ():
        span = re.fullmatch(r"([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)", str(text).strip())
        begins, ends = (int(span[1]) * 60 + int(span[2]), int(span[3]) * 60 + int(span[4])) if span else (0, 0)
        if not begins < ends <= 24 * 60:
            raise ConfigurationError("hours must be a list of spans of a day such as 09:00-12:30")
        found.append((begins, ends))
    return found


def within(at: datetime, hours: list[tuple[int, int]], timezone: str) -> bool:
    """Whether an instant is in one of the spans of the day in a zone; with no spans, every instant is."""
    local = at.astimezone(zone(timezone))
    return not hours or any(begins <= local.hour * 60 + local.minute < ends for begins, ends in hours)
