"""When a broadcast starts, and when it is too late to send it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError

from whautomate_core import telemetry
from whautomate_core.errors import ConfigurationError
from whautomate_core.messaging.campaign import Campaign

LAST_MINUTE = timedelta(minutes=1)
"""A broadcast that starts sooner than this is left alone: what the server does with such a late DELETE is unknown."""

LAST_LOOK = timedelta(seconds=90)
"""How long before the start the check for people who opted out has ended. A broadcast that starts sooner gets none."""


class NotSent(Exception):
    """The broadcast is not sent, and nothing is wrong. The message says why."""


def due_at(value: Any) -> datetime | None:
    """When a step was due: a datetime, or its ISO 8601 text; UTC where it has no offset.

    Raises: `ConfigurationError` for anything else.
    """
    if value is None:
        return None
    try:
        at = value if isinstance(value, datetime) else datetime.fromisoformat(str(value).strip())
    except ValueError:
        raise ConfigurationError(
            f"due must be a date and time such as 2026-01-31T12:00:00+00:00, or None, not {value!r}"
        ) from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def lateness(value: Any) -> timedelta | None:
    """`max_lateness` as broadcasts take it: a timedelta, seconds, ISO 8601 text such as `PT6H`, or None.

    Raises: `ConfigurationError` for anything else.
    """
    try:
        return _SPAN.validate_python(value)
    except ValidationError:
        raise ConfigurationError(
            f'max_lateness must be a timedelta, a number of seconds, or text such as "PT6H", not {value!r}'
        ) from None


_SPAN: TypeAdapter[timedelta | None] = TypeAdapter(timedelta | None)


def require_in_time(due: datetime | None, now: datetime, max_lateness: timedelta | None) -> None:
    """Raise `NotSent` if the step was due longer ago than `max_lateness`.

    Args:
        due: When the step was to run (the end of its interval, or the planned start of its run); None if somebody
            started it by hand.
    """
    if max_lateness is None or due is None:
        return
    late = now - due
    if late > max_lateness:
        raise NotSent(
            f"the run is {_words(late)} late (it was due at {due.astimezone(UTC):%Y-%m-%d %H:%M} UTC, and max_lateness "
            f"is {_words(max_lateness)})"
        )


def start_of(campaign: Campaign, now: datetime, *, hold: timedelta) -> datetime:
    """When the broadcast starts: at `schedule_at`, but no sooner than `hold` from now, and within the send window.

    Raises: `NotSent`, and `PolicyRefused` where `outside_window` is "fail".
    """
    start = max(campaign.schedule_at or now, now + hold)
    if campaign.send_window is None:
        return start
    begin, end, zone = campaign.window()
    local = start.astimezone(zone)
    if begin <= local.time() < end:
        return start
    words = (
        f"{local:%H:%M} in {zone.key} is outside of send_window ({campaign.send_window[0]}-{campaign.send_window[1]})"
    )
    if campaign.outside_window == "fail":
        raise telemetry.refused("sending_hours", f"{words}; nothing sent (outside_window='fail')")
    if campaign.outside_window == "skip":
        raise NotSent(f"{words} (outside_window='skip')")
    day = local.date() if local.time() < begin else local.date() + timedelta(days=1)
    return _opening(day, begin, zone)


def _opening(day: date, begin: time, zone: ZoneInfo) -> datetime:
    """The instant a window opens on a day. If clocks skip that wall time, it is the time they skip to; if the time
    comes twice, it is the first."""
    return datetime.combine(day, begin, zone).astimezone(UTC)


def _words(span: timedelta) -> str:
    hours = span.total_seconds() / 3600
    return f"{round(hours / 24, 1):g} days" if hours >= 48 else f"{round(hours, 1):g} h"


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def utc(at: datetime) -> str:
    """An instant as the API takes it: `2026-03-01T09:00:00.000Z`."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
