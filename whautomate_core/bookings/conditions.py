"""Waiting for appointments, free slots and places in classes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from whautomate_core.api.appointments import list_appointments
from whautomate_core.api.classes import get_class
from whautomate_core.bookings.seen import free_places, is_cancelled, reference_id, slot_starts, slots_call
from whautomate_core.errors import ConfigurationError, UnreadableRecord
from whautomate_core.values.numbers import require_whole
from whautomate_core.values.times import aware, hours_of, period, starts_of, utc, utc_days, within, zone
from whautomate_core.values.words import counted, time_of
from whautomate_core.waiting.condition import Check, Condition, PagesOf, Seen, read_record, require_text


@dataclass(frozen=True)
class AppointmentIs(Condition):
    """Wait until an appointment that begins in a period is booked, or one is cancelled.

    Fails when the period is over. Each check reads the appointments of the client, member of staff or location, or all
    of them.

    Args:
        is_: `booked` or `cancelled`.
        earliest: Start of the period: a datetime with a time zone, or text with an offset.
        latest: End of the period, which is not part of it.
        client_id: Whose appointment; defaults to anybody's.
        service_id: Of which service; defaults to any.
        staff_id: With whom; defaults to anybody.
        location_id: Where; defaults to anywhere.

    Returns: `id` of one, `count`, `ids` (up to 100).
    """

    kind: ClassVar[str] = "appointment"

    is_: str
    earliest: datetime | str
    """UTC text, once it is made."""
    latest: datetime | str
    """Likewise."""
    _: KW_ONLY
    client_id: str | None = None
    service_id: str | None = None
    staff_id: str | None = None
    location_id: str | None = None

    def __post_init__(self) -> None:
        if self.is_ not in ("booked", "cancelled"):
            raise ConfigurationError("is_ must be booked or cancelled")
        _in_utc(self)

    @property
    def unmet(self) -> str:
        return f"no appointment from {self.earliest} to {self.latest} is {self.is_}"

    def check(self, pages_of: PagesOf) -> Check[Seen]:
        # No filter of dates: whether they mean the day of booking or the day it takes place is not documented.
        given = {"clientId": self.client_id, "staffId": self.staff_id, "locationId": self.location_id}
        filters: Any = {name: value for name, value in given.items() if value is not None}
        pages, found = pages_of(list_appointments(filters=filters)), list[Any]()
        while not pages.done:
            found += pages.take((yield pages.next_call()))
        return self.decide(found)

    def decide(self, appointments: Collection[Any], now: datetime | None = None) -> Seen:
        """What the state of the appointments means."""
        first, last = period(self.earliest, self.latest)
        wanted = {"client": self.client_id, "service": self.service_id, "staff": self.staff_id}
        wanted["location"] = self.location_id
        found = [
            str(one.get("id"))
            for one in appointments
            if is_cancelled(one) == (self.is_ == "cancelled")
            and any(first <= at < last for at in starts_of(one, "UTC"))
            and all(id is None or reference_id(one, name) in (id, None) for name, id in wanted.items())
        ]
        if found:
            result = {"id": found[0], "count": len(found), "ids": found[:100]}
            return Seen(f"{counted(len(found), 'appointment')} {self.is_}: {', '.join(found[:3])}", result=result)
        if (now or datetime.now(UTC)) >= last:
            return Seen(f"{self.unmet}", problem=f"{self.unmet}, and the period is over")
        return Seen(f"{self.unmet} yet")


@dataclass(frozen=True)
class ClassPlaces(Condition):
    """Wait until a class has free places, or is full. Fails if it is cancelled, or begins first.

    Args:
        class_id: Id of the class.
        free: How many places must be free; 0 waits until the class is full.

    Returns: `id`, `free` (places).
    """

    kind: ClassVar[str] = "class"

    class_id: str
    _: KW_ONLY
    free: int = 1

    def __post_init__(self) -> None:
        get_class(self.class_id)  # checks the id
        require_whole("free", self.free)

    @property
    def unmet(self) -> str:
        return f"class {self.class_id} " + (
            f"has fewer than {counted(self.free, 'free place')}" if self.free else "is not full"
        )

    def check(self, pages_of: PagesOf) -> Check[Seen]:
        return self.decide((yield from read_record(get_class(self.class_id), "status")))

    def decide(self, class_: Any, now: datetime | None = None) -> Seen:
        """What the state of a class means."""
        if is_cancelled(class_):
            return Seen("", problem=f"class {self.class_id} was cancelled")
        left = free_places(class_)
        if left is None:
            raise UnreadableRecord(
                "GET /v1/classes/{}: the class doesn't say how many places it has and how many are taken"
            )
        if left >= self.free if self.free else left <= 0:
            return Seen(
                f"class {self.class_id} has {counted(left, 'free place')}", result={"id": self.class_id, "free": left}
            )
        begins = starts_of(class_, "UTC")
        if begins and max(begins) <= (now or datetime.now(UTC)):
            return Seen("", problem=f"{self.unmet}, and has begun")
        return Seen(f"{self.unmet}: {left} free")


@dataclass(frozen=True)
class SlotFree(Condition):
    """Wait until a slot of a service is free in a period. It may be taken before it is booked.

    Fails when the period is over. Each check makes a request for each remaining day of the period, until it finds a
    free slot.

    Args:
        service_id: Id of the service.
        earliest: Start of the period: a datetime with a time zone, or text with an offset.
        latest: End of the period, which is not part of it; up to 14 days later.
        timezone: IANA zone of `hours`.
        hours: Spans of the day in which the slot starts, such as `["09:00-12:00"]`; defaults to any time.
        staff_id: With whom; defaults to anybody.
        location_id: Where; defaults to anywhere.

    Returns: `start` (UTC).
    """

    kind: ClassVar[str] = "slot"

    service_id: str
    earliest: datetime | str
    """UTC text, once it is made."""
    latest: datetime | str
    """Likewise."""
    _: KW_ONLY
    timezone: str = "UTC"
    hours: Sequence[str] | None = None
    """A tuple, once it is made."""
    staff_id: str | None = None
    location_id: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "hours", tuple(self.hours or ()))
        _in_utc(self)
        first, last = period(self.earliest, self.latest)
        if last - first > timedelta(days=14):
            raise ConfigurationError("latest must be up to 14 days after earliest")
        zone(self.timezone)
        hours_of([*(self.hours or ())])
        require_text(service_id=self.service_id)

    @property
    def unmet(self) -> str:
        return f"no slot of service {self.service_id} is free from {self.earliest} to {self.latest}"

    def check(self, pages_of: PagesOf, now: datetime | None = None) -> Check[Seen]:
        first, last = period(self.earliest, self.latest)
        first = max(first, now or datetime.now(UTC))
        if first >= last:
            return Seen(self.unmet, problem=f"{self.unmet}, and the period is over")
        spans = hours_of([*(self.hours or ())])
        for day in utc_days(first, last):
            starts = slot_starts((yield slots_call(day, self.service_id, self.staff_id, self.location_id)))
            for at in starts:
                if first <= at < last and within(at, spans, self.timezone):
                    return Seen(f"a slot is free at {time_of(utc(at))}", result={"start": utc(at)})
        return Seen(f"{self.unmet} yet")


def _in_utc(condition: AppointmentIs | SlotFree) -> None:
    """Bring the ends of its period into one form. Raises `ConfigurationError` unless the one is before the other."""
    for name in ("earliest", "latest"):
        object.__setattr__(condition, name, utc(aware(name, getattr(condition, name))))
    period(condition.earliest, condition.latest)
