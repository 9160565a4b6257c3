"""The first free slot that fits is booked, once."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from whautomate_core.api import appointments, services, staffs
from whautomate_core.api.call import Call, Json, summary
from whautomate_core.api.records import Appointment
from whautomate_core.bookings.lines import describe_slot
from whautomate_core.bookings.seen import (
    appointments_of,
    is_cancelled,
    offers,
    reference_id,
    require_ids,
    require_type,
    slot_starts,
    slots_call,
    starts_on,
)
from whautomate_core.client.identity import Once, Step, key_of_job
from whautomate_core.errors import ConfigurationError, InvalidRequest, NotFound
from whautomate_core.job import job
from whautomate_core.values.times import aware, hours_of, period, starts_of, utc, utc_days, wall, within, zone

if TYPE_CHECKING:  # DAG files read the signatures, and must not load HTTP and SQLAlchemy for that
    from whautomate_core.client.client import Client

log = logging.getLogger(__name__)

LONGEST_PERIOD = timedelta(days=92)
"""Each day of a period takes a request, or one per member of staff if none is named."""

_BOOK = "POST /v1/appointments"

_REFUSALS = 10
"""A step gives up after others have taken so many slots before it."""


@job("appointments", describe_slot, redacted=("notes",), finished=False, writes=("appointments",))
def book_slot(
    client: Client,
    client_id: str,
    service_id: str,
    earliest: datetime | str,
    latest: datetime | str,
    timezone: str,
    *,
    staff_id: str | None = None,
    location_id: str | None = None,
    hours: list[str] | None = None,
    add_on_service_ids: list[str] | None = None,
    notes: str | None = None,
    missing_ok: bool = False,
    key: str | None = None,
    step: Step | None = None,
    allow_protected: bool = False,
) -> Json:
    """Book the first free slot that fits, once: running the step again returns the booking that it made.

    Slots are read one day per request, from `earliest` until there is one; if no member of staff is named, those of
    everybody who offers the service. If somebody else takes a slot first, the next one is tried. If the answer is lost,
    the booking is looked for among the client's, by service, staff and start. A slot in the hour that comes twice when
    clocks are put back is left out, because a booking can't say which of the two it means.

    Args:
        client_id: Id of the client who comes.
        service_id: Id of the service, of type APPOINTMENT.
        earliest: Start of the period in which the appointment starts: a datetime with a time zone, or text with an
            offset.
        latest: End of the period, which is not part of it; up to 92 days later.
        timezone: IANA zone of the booking and of `hours`, such as `Europe/Berlin`.
        staff_id: Id of the member of staff; defaults to whoever is free first.
        location_id: Id of the location; defaults to the account's.
        hours: Times of day within which it starts, such as `["09:00-12:00", "15:00-17:30"]`; defaults to any time.
        add_on_service_ids: Ids of services that are booked along with it.
        notes: Notes on the booking.
        missing_ok: If no slot is free, return the id None instead of failing.
        key: What identifies the booking when the step runs again; defaults to the step, client and service.
        step: The task of a run, where an orchestrator knows it.
        allow_protected: Also apply to opted-out people, whom a reminder may reach. Set it only after a deliberate human
            decision.

    Returns: `id`, `status`, `start` (UTC), `date`, `time`, `timezone` and `staff_id` of the booking; `booked`, False
        if it was made before.

    Raises: `ConfigurationError` and `InvalidRequest` before anything is sent; `NotFound` where no slot is free;
        `InvalidRequest` where the member of staff doesn't offer the service; `PolicyRefused`; `OutcomeUnknown` where
        the answer was lost and no list shows the booking: it is not made again on a guess.
    """
    from whautomate_core.client.once import send_once

    first, last = period(earliest, latest)
    if last - first > LONGEST_PERIOD:
        raise ConfigurationError(f"latest must be up to {LONGEST_PERIOD.days} days after earliest")
    spans, _ = hours_of(hours), zone(timezone)
    location = client.account.require_location(location_id)
    require_ids(client_id=client_id, service_id=service_id)
    identity = {"client": client_id, "service": service_id}
    about: Json = {"client_id": client_id, "service_id": service_id}
    own, claims = key_of_job(client, key, step, Once("bookSlot", _BOOK, about, identity)), client.state.claims

    def call(start: datetime, staff: str) -> Call[Appointment]:
        date, time = wall(start, timezone) or ("", "")
        references = {"service": service_id, "client": client_id, "staff": staff, "location": location}
        more: Json = {"notes": notes} if notes else {}
        if add_on_service_ids:
            more["addOnServices"] = [{"id": one} for one in add_on_service_ids]
        body: Any = {name: {"id": value} for name, value in references.items()}
        body |= {"date": date, "time": time, "timezone": timezone, **more}
        return appointments.book_appointment(body, allow_protected=allow_protected)

    begun = claims.look(client.account.id, own, identity, _BOOK)
    if begun is not None and begun.settled:
        return {**begun.result, "booked": False}

    def find(patiently: bool) -> Appointment | None:
        # The claim says what to look for. Another attempt may have written it meanwhile.
        claim = claims.look(client.account.id, own, identity, _BOOK)
        if claim is None or claim.settled:
            return None
        return _booked(client, client_id, service_id, claim.result, timezone)

    if begun is not None:
        slots: Iterable[tuple[datetime, str]] = [(aware("start", begun.result["start"]), begun.result["staff_id"])]
    else:
        who = _who(client, service_id, staff_id, location)
        for add_on in add_on_service_ids or ():
            client.send(services.get_service(add_on))  # a missing one would look like slots that are too short
        slots = _free(client, service_id, who, location, first, last)
    refusals = 0
    for start, staff in slots:
        if begun is None and not (within(start, spans, timezone) and wall(start, timezone)):
            continue
        booking = call(start, staff)
        try:
            made, sent = send_once(
                client,
                own,
                booking,
                lambda record: _told(booking, record, start, staff, timezone),  # noqa: B023 - called before the next
                find=find,
                payload=identity,
                note={"start": utc(start), "staff_id": staff},
            )
        except InvalidRequest as error:
            # The server refused it: somebody was quicker, or with add-ons it takes longer than the slot. Any other
            # reason, such as a location that does not exist (404), would be the same for every slot.
            refusals += 1
            taken = error.status not in (None, 404) and (
                add_on_service_ids or start not in starts_on(client, start, service_id, staff, location)
            )
            if not taken or refusals >= _REFUSALS:
                raise
            log.info("somebody else took the slot at %s: trying the next one", utc(start))
            continue
        log.info("appointment %s at %s %s", made["id"], made["start"], "booked" if sent else "was booked before")
        return {**made, "booked": sent}
    if missing_ok:
        empty = dict.fromkeys(("id", "status", "start", "date", "time", "staff_id"))
        return {**empty, "timezone": timezone, "booked": False}
    raise NotFound(
        f"no slot is free from {utc(first)} to {utc(last)}"
        + (f" within {', '.join(hours)} in {timezone}" if hours else "")
        + ": nothing is booked. Try a longer period, other hours or other staff"
    )


def _free(
    client: Client, service_id: str, who: list[str], location: str, earliest: datetime, latest: datetime
) -> Iterator[tuple[datetime, str]]:
    """Free slots in the order of their start, each with who is free; of several people, the first of `who`."""
    for day in utc_days(earliest, latest):
        found: dict[datetime, str] = {}
        for staff in who:
            for start in slot_starts(client.send(slots_call(day, service_id, staff, location))):
                found.setdefault(start, staff)
        yield from sorted((start, staff) for start, staff in found.items() if earliest <= start < latest)


def _who(client: Client, service_id: str, staff_id: str | None, location: str) -> list[str]:
    """Ids of the staff who may give a service, in the order that it names them.

    Raises: `InvalidRequest` where the service can't be booked, or not with `staff_id`.
    """
    service = client.send(services.get_service(service_id))
    require_type(service, "APPOINTMENT")
    if staff_id is not None:
        if not offers(service, staff_id):
            raise InvalidRequest(f"staff_id: {staff_id} doesn't offer service {service_id}, which names other staff")
        return [staff_id]
    here = [
        staff["id"]
        for page in client.pages(staffs.list_staffs())
        for staff in page
        if offers(service, staff["id"])
        and location in (staff.get("locations") or [location])
        and staff.get("active") is not False
    ]
    named = [staff.get("id") for staff in service.get("staffs") or ()]
    return sorted(here, key=lambda staff: named.index(staff) if staff in named else len(named))


def _booked(
    client: Client, client_id: str, service_id: str, slot: Mapping[str, Any], timezone: str
) -> Appointment | None:
    """The booking of a slot, if a list shows it. A cancelled one may be an older booking of that slot."""
    start = aware("start", slot["start"])
    for one in appointments_of(client, client_id):
        same = reference_id(one, "service") == service_id and reference_id(one, "staff") == slot["staff_id"]
        if same and start in starts_of(one, timezone) and not is_cancelled(one):
            return one
    return None


def _told(call: Call[Any], record: Any, start: datetime, staff: str, timezone: str) -> Json:
    """What the step returns about a booking: nothing about the client."""
    begins = starts_of(record, timezone) or {start}
    at = start if start in begins else min(begins)
    tz = str(record.get("timezone") or timezone)
    date, time = wall(at, tz) or (record.get("date"), record.get("time"))
    told = {
        "start": utc(at),
        "date": date,
        "time": time,
        "timezone": tz,
        "staff_id": reference_id(record, "staff") or staff,
    }
    return {"status": None, **summary(call, record), **told}
