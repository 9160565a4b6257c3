"""What records of bookings say, and how slots and appointments are read: shared by jobs and by conditions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from datetime import date as Day
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from whautomate_core.api import appointments
from whautomate_core.api.call import Call, path_id
from whautomate_core.api.records import Appointment, Class, Service, SlotDay, Staff
from whautomate_core.errors import ConfigurationError, InvalidRequest, UnreadableRecord
from whautomate_core.values.times import instant, starts

if TYPE_CHECKING:  # DAG files read the signatures, and must not load HTTP and SQLAlchemy for that
    from whautomate_core.client.client import Client


def slots_call(day: Day, service_id: str, staff_id: str | None, location_id: str | None) -> Call[list[SlotDay]]:
    """Reads the free slots of a day of UTC.

    It is not documented whether a slot's times are wall times with a false Z, or UTC, or read 04:39 PM. In UTC all of
    these mean the same, and there are no days on which clocks change.
    """
    filters: Any = {"date": f"{day:%Y-%m-%d}", "timezone": "UTC"}
    ids = {"serviceId": service_id, "staffId": staff_id, "locationId": location_id}
    filters |= {name: id for name, id in ids.items() if id}
    return appointments.list_appointment_slots(filters=filters)


def slot_starts(days: list[SlotDay]) -> list[datetime]:
    """When the slots of an answer start, in order.

    Raises: `UnreadableRecord` where the answer is not in UTC, although that was requested, or a time can't be read.
    """
    found = set()
    for day in days:
        texts = [str(slot.get("startTime")) for slot in day.get("slots") or ()]
        if texts and not _is_utc(day):
            raise UnreadableRecord(
                "GET /v1/appointments/slots: the slots are not in the requested zone (UTC), so it is not certain which "
                "instants they are"
            )
        for text in texts:
            try:
                at = instant(text) or min(starts(str(day.get("date"))[:10], text, "UTC"))
            except ConfigurationError:
                raise UnreadableRecord("GET /v1/appointments/slots: the time of a slot can't be read") from None
            found.add(at)
    return sorted(found)


def _is_utc(day: SlotDay) -> bool:
    try:
        noon = datetime.fromisoformat(str(day.get("date"))[:10]).replace(hour=12, tzinfo=ZoneInfo(day["timezone"]))
        return not noon.utcoffset()
    except (LookupError, ValueError, OSError, TypeError):
        return False


def offers(service: Service, staff_id: str) -> bool:
    """Whether a member of staff may give a service. If it names no staff, anybody may."""
    named = [staff.get("id") for staff in service.get("staffs") or ()]
    return not named or staff_id in named


def require_type(service: Service, kind: str) -> None:
    """Raise `InvalidRequest` where a service is of another type than `kind` (APPOINTMENT or CLASS)."""
    given = str(service.get("serviceType") or kind).upper()
    if given != kind:
        raise InvalidRequest(f"service {service['id']} is of type {given}, but must be of type {kind}")


def reference_id(record: Mapping[str, Any], name: str) -> str | None:
    """The id that a record refers to under `name`; None where it doesn't say."""
    reference = record.get(name)
    return reference.get("id") if isinstance(reference, Mapping) else None


def is_cancelled(record: Mapping[str, Any]) -> bool:
    """Whether an appointment, a class or a place in one was cancelled, in either spelling of the word."""
    return str(record.get("status") or "").strip().casefold() in ("cancelled", "canceled")


def free_places(record: Class) -> int | None:
    """How many places of a class are free; None where it doesn't say."""
    try:
        return int(record["numberOfParticipants"]) - int(record["bookedParticipants"])
    except (KeyError, TypeError, ValueError):
        return None


def staff_named(staff: Iterable[Staff], name: str) -> str:
    """The id of the member of staff with an id or e-mail address, in upper or lower case.

    Raises `InvalidRequest` where nobody has it, or several people.
    """
    found = {one["id"] for one in staff if name and name.casefold() in names_of(one, "email")}
    if len(found) != 1:
        raise InvalidRequest(f"staff: {len(found) or 'nobody'} of that id or e-mail address")
    return found.pop()


def names_of(record: Any, other: str) -> set[str]:
    """What a row may call a record: its id or another field, in lower case."""
    return {str(record.get(name) or "").strip().casefold() for name in ("id", other)}


def starts_on(client: Client, at: datetime, service_id: str, staff_id: str, location_id: str) -> list[datetime]:
    """When the free slots of the day of an instant begin."""
    return slot_starts(client.send(slots_call(at.astimezone(UTC).date(), service_id, staff_id, location_id)))


def appointments_of(client: Client, client_id: str) -> Iterator[Appointment]:
    """The appointments of a client, with those that our own claims know and the list doesn't show yet."""
    from whautomate_core.client.once import with_made

    # No filter by date: it is not documented whether it means the day of booking or the day of the appointment.
    listed = client.everything(appointments.list_appointments(filters={"clientId": client_id}))
    hashed = set(map(client.state.secret.digest, (client_id, {"id": client_id})))
    about = lambda claim: claim.payload.get("client") in hashed  # noqa: E731
    found = with_made(client, listed, "POST /v1/appointments", appointments.get_appointment, about)
    yield from (one for one in found if reference_id(one, "client") == client_id)


def require_ids(**ids: str | None) -> None:
    """Raise `ConfigurationError` for what can't be the id of its name."""
    for name, value in ids.items():
        path_id(name, value)
