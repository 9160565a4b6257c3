"""Appointments: the first free slot that fits is booked, and bookings are moved and cancelled, once each."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from whautomate_core.api import appointments, services, staffs
from whautomate_core.api.call import Call, Json, path_id, summary
from whautomate_core.api.records import Appointment
from whautomate_core.bookings.lines import describe_slot
from whautomate_core.bookings.seen import is_cancelled, offers, reference_id, require_type, slot_starts, slots_call
from whautomate_core.client.identity import Once, Step, key_of_job
from whautomate_core.errors import ConfigurationError, InvalidRequest, NotFound
from whautomate_core.job import job
from whautomate_core.values.lines import describe_changed
from whautomate_core.values.times import (
    aware,
    hours_of,
    period,
    starts,
    starts_of,
    utc,
    utc_days,
    wall,
    within,
    zone,
)

if TYPE_CHECKING:  # DAG files read the signatures, and must not load HTTP and SQLAlchemy for that
    from whautomate_core.client.client import Client

log = logging.getLogger(__name__)

LONGEST_PERIOD = timedelta(days=92)
"""Each day of a period is a request, or one a member of staff where nobody is named."""

_BOOK = "POST /v1/appointments"

_REFUSALS = 10
"""Slots that others may take before us until a step gives up."""


@job("appointments", describe_slot, redacted=("notes",), finished=False)
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
    """Book the first free slot that fits, once: who runs the step again gets the booking that it made.

    Slots are read a day a request, from `earliest` on until there is one; where no member of staff is named, those of
    each who offers the service. A slot that somebody else takes first is passed over for the next. Where the answer is
    lost the booking is looked for among the client's, by service, staff and start. A slot in the hour that comes twice
    when clocks are put back is left out: a booking can't say which of the two it means.

    Args:
        client_id: Who comes.
        service_id: What is booked, a service of type APPOINTMENT.
        earliest: Begin of the period in which it starts: a datetime with a time zone, or text with an offset.
        latest: End of the period, which is not in it any more; up to 92 days later.
        timezone: IANA zone that the booking is made in and `hours` are of, such as `Europe/Berlin`.
        staff_id: With whom; defaults to whoever is free first.
        location_id: Where; defaults to the account's.
        hours: Spans of the day in which it starts, such as `["09:00-12:00", "15:00-17:30"]`; defaults to any time.
        add_on_service_ids: Services that are booked along with it.
        notes: Notes to the booking.
        missing_ok: Return the id None where no slot is free.
        key: What makes it the same booking when the step runs again; defaults to the step, client and service.
        step: The task of a run that books, where an orchestrator knows it.
        allow_protected: Also apply to opted-out people, whom a reminder may reach. Set it only after a deliberate human
            decision.

    Returns: `id`, `status`, `start` (UTC), `date`, `time`, `timezone` and `staff_id` of the booking; `booked`, False
        where it was made before.

    Raises: `ConfigurationError` and `InvalidRequest` before anything is sent; `NotFound` where no slot is free;
        `InvalidRequest` where the member of staff doesn't offer the service; `PolicyRefused`; `OutcomeUnknown` where
        the answer was lost and the booking is not there to be seen: it is not made again on a guess.
    """
    from whautomate_core.client.once import send_once

    first, last = period(earliest, latest)
    if last - first > LONGEST_PERIOD:
        raise ConfigurationError(f"latest must be up to {LONGEST_PERIOD.days} days after earliest")
    spans, _ = hours_of(hours), zone(timezone)
    location = client.account.require_location(location_id)
    _require_ids(client_id=client_id, service_id=service_id)
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
        # What is looked for is what the claim says, which another attempt may have written meanwhile.
        claim = claims.look(client.account.id, own, identity, _BOOK)
        if claim is None or claim.settled:
            return None
        return _booked(client, client_id, service_id, claim.result, timezone)

    if begun is not None:
        slots: Iterable[tuple[datetime, str]] = [(aware("start", begun.result["start"]), begun.result["staff_id"])]
    else:
        who = _who(client, service_id, staff_id, location)
        for add_on in add_on_service_ids or ():
            client.send(services.get_service(add_on))  # one that is not there would look like slots that are too short
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
            # Refused by the server. Somebody was quicker, or with add-ons it takes longer than the slot; or it is about
            # something else, which would be the same for every slot.
            refusals += 1
            taken = error.status is not None and (
                add_on_service_ids or start not in _starts_on(client, start, service_id, staff, location)
            )
            if not taken or refusals >= _REFUSALS:
                raise
            log.info("the slot at %s was taken by somebody else: looking for the next", utc(start))
            continue
        log.info("appointment %s at %s %s", made["id"], made["start"], "booked" if sent else "was booked before")
        return {**made, "booked": sent}
    if missing_ok:
        empty = dict.fromkeys(("id", "status", "start", "date", "time", "staff_id"))
        return {**empty, "timezone": timezone, "booked": False}
    raise NotFound(
        f"no slot is free from {utc(first)} to {utc(last)}"
        + (f" within {', '.join(hours)} in {timezone}" if hours else "")
        + ": nothing is booked (a longer period, other hours or other staff may have one)"
    )


@job("appointments", describe_changed("appointment", "moved", "already at that time"), finished=False)
def reschedule_booking(
    client: Client,
    start: datetime | str,
    *,
    appointment_id: str | None = None,
    client_id: str | None = None,
    date: str | None = None,
    service_id: str | None = None,
    timezone: str | None = None,
    key: str | None = None,
    step: Step | None = None,
    allow_protected: bool = False,
) -> Json:
    """Move an appointment to another time, once, where the slot then is free.

    That is looked at first, and where it isn't nothing is sent: the booking stays as it was. A slot that overlaps the
    booking itself counts as taken, since the list of free ones doesn't tell by whom. One that is there already is left
    alone. Where the answer is lost, the appointment is read.

    Args:
        start: When it is to begin: a datetime with a time zone, or text with an offset.
        appointment_id: Id of the appointment; this, or `client_id` and `date`.
        client_id: Whose appointment it is.
        date: The day it is on, `2026-03-01`, in `timezone`.
        service_id: Of what, where the client has several appointments on that day.
        timezone: IANA zone of `date`, and the one the booking is made in; defaults to the appointment's own.
        key: What makes it the same when the step runs again; defaults to the step and the appointment.
        step: The task of a run, where an orchestrator knows it.
        allow_protected: Also apply to opted-out people, whom a message may reach. Set it only after a deliberate human
            decision.

    Returns: `id`, `start` (UTC); `changed`, False where it was there already.

    Raises: `ConfigurationError` and `InvalidRequest` before anything is sent; `NotFound` where there is no such
        appointment or the slot isn't free; `InvalidRequest` where there are several or it is cancelled;
        `PolicyRefused`; `OutcomeUnknown` where the answer was lost and the appointment is not there.
    """
    to = aware("start", start)
    chosen = _Chosen(appointment_id, client_id, date, service_id, timezone)

    def call(record: Appointment) -> Call[Appointment] | None:
        tz = timezone or str(record.get("timezone") or "")
        if to in starts_of(record, tz):
            return None
        if is_cancelled(record):
            raise InvalidRequest(f"appointment {record['id']} is cancelled: it can't be moved, only booked anew")
        names = wall(to, tz)
        if names is None:
            raise InvalidRequest(
                f"start is a time that comes twice in {tz}: a booking can't say which of the two it is"
            )
        day, time = names
        ids = {name: reference_id(record, name) or "" for name in ("service", "staff", "location")}
        if to not in _starts_on(client, to, ids["service"], ids["staff"], ids["location"]):
            raise NotFound(f"the slot at {utc(to)} is not free: appointment {record['id']} stays as it was")
        sent: Any = {"appointmentId": record["id"], "date": day, "time": time, "timezone": tz}
        return appointments.reschedule_appointment(sent, allow_protected=allow_protected)

    def is_there(record: Appointment) -> bool:
        return to in starts_of(record, timezone or "")

    kind = appointments.reschedule_appointment({"appointmentId": "-", "date": "-", "time": "-"})
    id, changed = _change(client, key, step, "rescheduleBooking", chosen, {"start": utc(to)}, kind, call, is_there)
    return {"id": id, "start": utc(to), "changed": changed}


@job(
    "appointments",
    describe_changed("appointment", "cancelled", "already cancelled"),
    redacted=("reason",),
    finished=False,
)
def cancel_booking(
    client: Client,
    *,
    appointment_id: str | None = None,
    client_id: str | None = None,
    date: str | None = None,
    service_id: str | None = None,
    timezone: str | None = None,
    reason: str | None = None,
    key: str | None = None,
    step: Step | None = None,
    allow_protected: bool = False,
) -> Json:
    """Cancel an appointment, once. One that is cancelled already is left alone.

    Args:
        appointment_id: Id of the appointment; this, or `client_id` and `date`.
        client_id: Whose appointment it is.
        date: The day it is on, `2026-03-01`, in `timezone`.
        service_id: Of what, where the client has several appointments on that day.
        timezone: IANA zone of `date`; defaults to that of each appointment.
        reason: Why, which the client may be told.
        key: What makes it the same when the step runs again; defaults to the step and the appointment.
        step: The task of a run, where an orchestrator knows it.
        allow_protected: Also apply to opted-out people, whom a message may reach. Set it only after a deliberate human
            decision.

    Returns: `id`; `changed`, False where it was cancelled already.

    Raises: `ConfigurationError` and `InvalidRequest` before anything is sent; `NotFound` where there is no such
        appointment; `InvalidRequest` where there are several; `PolicyRefused`; `OutcomeUnknown` where the answer was
        lost and the appointment is not cancelled.
    """
    chosen = _Chosen(appointment_id, client_id, date, service_id, timezone)

    def call(record: Appointment) -> Call[Any] | None:
        if is_cancelled(record):
            return None
        sent: Any = {"appointmentId": record["id"], **({"cancellationReason": reason} if reason else {})}
        return appointments.cancel_appointment(sent, allow_protected=allow_protected)

    kind = appointments.cancel_appointment({"appointmentId": "-"})
    id, changed = _change(client, key, step, "cancelBooking", chosen, {}, kind, call, is_cancelled)
    return {"id": id, "changed": changed}


# --- slots


def _starts_on(client: Client, at: datetime, service_id: str, staff_id: str, location_id: str) -> list[datetime]:
    return slot_starts(client.send(slots_call(at.astimezone(UTC).date(), service_id, staff_id, location_id)))


def _free(
    client: Client, service_id: str, who: list[str], location: str, earliest: datetime, latest: datetime
) -> Iterator[tuple[datetime, str]]:
    """Free slots in the order of their start, and for each who is free: of several the first of `who`."""
    for day in utc_days(earliest, latest):
        found: dict[datetime, str] = {}
        for staff in who:
            for start in slot_starts(client.send(slots_call(day, service_id, staff, location))):
                found.setdefault(start, staff)
        yield from sorted((start, staff) for start, staff in found.items() if earliest <= start < latest)


def _who(client: Client, service_id: str, staff_id: str | None, location: str) -> list[str]:
    """Who may give a service, in the order that it names them.

    Raises: `InvalidRequest` where it can't be booked, or not with who is named.
    """
    service = client.send(services.get_service(service_id))
    require_type(service, "APPOINTMENT")
    if staff_id is not None:
        if not offers(service, staff_id):
            raise InvalidRequest(f"staff_id: {staff_id} doesn't offer service {service_id}, which names others")
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


# --- bookings


class _Chosen:
    """Which appointment is meant: by its id, or by whose it is and when."""

    def __init__(
        self,
        appointment_id: str | None,
        client_id: str | None,
        date: str | None,
        service_id: str | None,
        timezone: str | None,
    ) -> None:
        by_day = client_id is not None and date is not None
        if (appointment_id is not None) == by_day or (appointment_id is not None and (client_id or date)):
            raise ConfigurationError("name the appointment by either appointment_id, or client_id and date")
        if timezone is not None:
            zone(timezone)
        if appointment_id is not None:
            path_id("appointment_id", appointment_id)
        else:
            _require_ids(client_id=client_id)
            starts(date, "12:00 PM", "UTC")
        self.identity = {"appointment": appointment_id, "client": client_id, "date": date, "service": service_id}
        self.about: Json = {f"{name}_id": id for name, id in self.identity.items() if id is not None and name != "date"}
        self.about |= {"date": date} if date is not None else {}
        self._timezone = timezone

    def read(self, client: Client) -> Appointment:
        """Raises `NotFound`, and `InvalidRequest` where several are meant."""
        id, client_id, date, service_id = self.identity.values()
        if id is not None:
            return client.send(appointments.get_appointment(id))
        found = [
            one
            for one in _of_client(client, str(client_id))
            if not is_cancelled(one)
            and (service_id is None or reference_id(one, "service") == service_id)
            and self._is_on(one)
        ]
        if not found:
            raise NotFound(f"the client has no appointment on {date} that isn't cancelled")
        if len(found) > 1:
            raise InvalidRequest(f"the client has {len(found)} appointments on {date}: name one by appointment_id")
        return found[0]

    def _is_on(self, record: Appointment) -> bool:
        tz = self._timezone or str(record.get("timezone") or "")
        begins = starts_of(record, tz)
        return bool(begins) and f"{min(begins).astimezone(zone(tz)):%Y-%m-%d}" == self.identity["date"]


def _change(
    client: Client,
    key: str | None,
    step: Step | None,
    job: str,
    chosen: _Chosen,
    wanted: Json,
    kind: Call[Any],
    call: Callable[[Appointment], Call[Any] | None],
    is_so: Callable[[Appointment], bool],
) -> tuple[str, bool]:
    """Change an appointment once: its id, and whether this run did.

    Args:
        wanted: What the step is about beside the appointment; it can't change under one key.
        kind: A call of the endpoint, about no appointment.
        call: The appointment as it is -> what changes it, None where it is so already.
        is_so: Whether it has been changed.
    """
    from whautomate_core.client.once import send_once

    claims, payload = client.state.claims, {**chosen.identity, **wanted}
    once = Once(job, f"{kind.method} {kind.path}", chosen.about, payload)
    named = own = key_of_job(client, key, step, once)
    if step is not None and own == step.key(client.state, job, chosen.about):
        payload = wanted  # the rest stands in the key
    begun = claims.look(client.account.id, named, payload, once.what)
    if begun is not None and begun.settled:
        return str(begun.result["id"]), False
    # Of a claim that is there the id is known; by its day the appointment may not be found any more.
    record = chosen.read(client) if begun is None else client.send(appointments.get_appointment(begun.result["id"]))
    id = str(record["id"])
    if begun is None:
        change = call(record)
        if change is None:
            return id, False
        if step is not None and payload is wanted:
            own = step.key(client.state, job, {"appointment_id": id})
    else:
        change = kind  # of a claim that is there nothing is sent

    def find(patiently: bool) -> Appointment | None:
        if not patiently:
            return None  # it was read a moment ago
        now = client.send(appointments.get_appointment(id))
        return now if is_so(now) else None

    made, sent = send_once(
        client, own, change, lambda answer: {"id": id}, named=named, find=find, payload=payload, note={"id": id}
    )
    return str(made["id"]), sent


def _booked(
    client: Client, client_id: str, service_id: str, slot: Mapping[str, Any], timezone: str
) -> Appointment | None:
    """The booking of a slot, where it is there to be seen. One that was cancelled may be an older one of that slot."""
    start = aware("start", slot["start"])
    for one in _of_client(client, client_id):
        same = reference_id(one, "service") == service_id and reference_id(one, "staff") == slot["staff_id"]
        if same and start in starts_of(one, timezone) and not is_cancelled(one):
            return one
    return None


def _of_client(client: Client, client_id: str) -> Iterator[Appointment]:
    from whautomate_core.client.once import with_made

    # No filter of dates: whether they mean the day of booking or the day it takes place is not documented.
    listed = client.everything(appointments.list_appointments(filters={"clientId": client_id}))
    hashed = set(map(client.state.secret.digest, (client_id, {"id": client_id})))
    about = lambda claim: claim.payload.get("client") in hashed  # noqa: E731
    found = with_made(client, listed, "POST /v1/appointments", appointments.get_appointment, about)
    yield from (one for one in found if reference_id(one, "client") == client_id)


def _told(call: Call[Any], record: Any, start: datetime, staff: str, timezone: str) -> Json:
    """What the step returns of a booking: nothing about the client."""
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


def _require_ids(**ids: str | None) -> None:
    for name, value in ids.items():
        path_id(name, value)
