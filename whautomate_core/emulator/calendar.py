"""When things take place, and when staff are free.

Both locations open from 09:00 to 18:00 every day, in `TIMEZONE`. Slots follow each other from opening at the length of
the service; a staff member is busy during blocks, appointments (and the time a service blocks after them) and classes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from .filters import day
from .world import TIMEZONE, Json, Problem, World, iso

OPENS, CLOSES = time(9), time(18)

Span = tuple[float, float]
"""Start and end in seconds since 1970."""


def zone(name: str) -> ZoneInfo:
    """The zone of an IANA name. Raises Problem 400."""
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        raise Problem(400, "timezone must be an IANA name such as Europe/Berlin") from None


def wall(at: datetime) -> str:
    """A wall time as the vendor writes it: with a Z although it isn't UTC (C)."""
    return f"{at.replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"


def clock(at: datetime) -> str:
    """A wall time as a booking takes it: 04:39 PM."""
    return at.strftime("%I:%M ") + ("AM" if at.hour < 12 else "PM")


def start_of(fields: Json) -> datetime:
    """The moment of a booking's `date`, `time` and `timezone` (default: the location's). The first if it comes twice.
    Raises Problem 400."""
    tz = zone(fields.get("timezone", TIMEZONE))
    for name in ("date", "time"):
        if name not in fields:
            raise Problem(400, f"{name} is required")
    found = re.fullmatch(r"(0?[1-9]|1[0-2]):([0-5][0-9]) ?([AaPp])[Mm]", fields["time"])
    if found is None:
        raise Problem(400, "time must be a time such as 04:39 PM")
    hour = int(found[1]) % 12 + (12 if found[3] in "Pp" else 0)
    local = day(fields["date"], "date").replace(hour=hour, minute=int(found[2]), tzinfo=tz)
    if local.astimezone(UTC).astimezone(tz).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise Problem(400, "time is one the clock skips on that day")
    return local


def times(start: datetime, minutes: float) -> Json:
    """The fields that say when an appointment or class takes place."""
    end = (start.astimezone(UTC) + timedelta(minutes=minutes)).astimezone(start.tzinfo)
    return {
        "timezone": str(start.tzinfo),
        "date": f"{start:%Y-%m-%d}",
        "time": clock(start),
        "startTimeUTC": iso(start.timestamp()),
        "startTime": wall(start),
        "endTimeUTC": iso(end.timestamp()),
        "endTime": wall(end),
    }


def busy(world: World, staff_id: str, span: Span, without: str = "") -> list[Span]:
    """What a staff member has to do within a span; `without` the appointment or class of this id."""

    def at(name: str) -> str:
        return f"json_extract(json, '$.{name}')"

    since, until = map(iso, span)
    found = []
    for resource, staff, start, end in (
        ("availabilityBlocks", "staffId", "startTimeUTC", "endTimeUTC"),
        ("appointments", "staff.id", "startTimeUTC", "busyUntilUTC"),
        ("classes", "staff.id", "startTimeUTC", "endTimeUTC"),
    ):
        mine = (f"{at(staff)} = ? AND {at('id')} != ? AND {at('status')} IS NOT 'Cancelled'", (staff_id, without))
        # Instants are text of one form, so that they compare as such.
        overlapping = (f"{at(start)} < ? AND {at(end)} > ?", (until, since))
        found += [(_at(each[start]), _at(each[end])) for each in world.store.select(resource, [mine, overlapping])]
    return found


def overlap(span: Span, others: list[Span]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in others)


def slots(
    world: World, staff_id: str, span: Span, service: Json, minutes: float | None = None, without: str = ""
) -> Iterator[Span]:
    """The slots of a service that begin within a span (not in the past, nor beyond the service's limit of days) and
    for which a staff member is free. `minutes`: how long they take, where add-ons make that longer."""
    length = 60 * float(service["durationMinutes"])
    settings = service.get("advanceSettings", {})
    needed = 60 * (length / 60 if minutes is None else minutes)
    after = 60 * settings.get("blockTimeAfterAppointment", 0)
    latest = world.now() + 86_400 * settings.get("advanceBookingLimitDays", 36_500)
    tz = ZoneInfo(TIMEZONE)
    taken = busy(world, staff_id, (span[0], span[1] + needed + after), without)
    today = datetime.fromtimestamp(span[0], tz).date()
    while (opens := datetime.combine(today, OPENS, tz).timestamp()) < span[1]:
        closes = datetime.combine(today, CLOSES, tz).timestamp()
        count = 0
        while (start := opens + count * length) + needed <= closes:
            fits = span[0] <= start < span[1] and world.now() < start <= latest
            if fits and not overlap((start, start + needed + after), taken):
                yield start, start + needed
            count += 1
        today += timedelta(days=1)


def _at(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
