"""Bookings that are moved or cancelled, once each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from whautomate_core.api import appointments
from whautomate_core.api.call import Call, Json, path_id
from whautomate_core.api.records import Appointment
from whautomate_core.bookings.seen import appointments_of, is_cancelled, reference_id, require_ids, starts_on
from whautomate_core.client.identity import Once, Step, key_of_job
from whautomate_core.errors import ConfigurationError, InvalidRequest, NotFound
from whautomate_core.job import job
from whautomate_core.values.lines import describe_changed
from whautomate_core.values.times import aware, starts, starts_of, utc, wall, zone

if TYPE_CHECKING:  # DAG files read the signatures, and must not load HTTP and SQLAlchemy for that
    from whautomate_core.client.client import Client


@job(
    "appointments",
    describe_changed("appointment", "moved", "already at that time"),
    finished=False,
    writes=("appointments",),
)
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
    """Move an appointment to another time, once, if that slot is free.

    The slot is looked up first. If it is not free, nothing is sent and the booking stays as it was. A slot that
    overlaps the booking itself counts as taken, because the list of free slots doesn't tell who takes them. An
    appointment that is at that time already is left alone. If the answer is lost, the appointment is read.

    Args:
        start: The new start: a datetime with a time zone, or text with an offset.
        appointment_id: Id of the appointment; either this, or `client_id` and `date`.
        client_id: Id of the client who has the appointment.
        date: The day of the appointment, `2026-03-01`, in `timezone`.
        service_id: Its service, where the client has several appointments on that day.
        timezone: IANA zone of `date`, and of the new time; defaults to the appointment's own.
        key: What identifies the change when the step runs again; defaults to the step and the appointment.
        step: The task of a run, where an orchestrator knows it.
        allow_protected: Also apply to opted-out people, whom a message may reach. Set it only after a deliberate human
            decision.

    Returns: `id`, `start` (UTC); `changed`, False if it was at that time already.

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
            raise InvalidRequest(f"appointment {record['id']} is cancelled: it can't be moved; book another one")
        names = wall(to, tz)
        if names is None:
            raise InvalidRequest(
                f"start is a time that comes twice in {tz}: a booking can't say which of the two it is"
            )
        day, time = names
        ids = {name: reference_id(record, name) or "" for name in ("service", "staff", "location")}
        if to not in starts_on(client, to, ids["service"], ids["staff"], ids["location"]):
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
    writes=("appointments",),
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
    """Cancel an appointment, once. An appointment that is cancelled already is left alone.

    Args:
        appointment_id: Id of the appointment; either this, or `client_id` and `date`.
        client_id: Id of the client who has the appointment.
        date: The day of the appointment, `2026-03-01`, in `timezone`.
        service_id: Its service, where the client has several appointments on that day.
        timezone: IANA zone of `date`; defaults to that of each appointment.
        reason: The reason, which the client may see.
        key: What identifies the change when the step runs again; defaults to the step and the appointment.
        step: The task of a run, where an orchestrator knows it.
        allow_protected: Also apply to opted-out people, whom a message may reach. Set it only after a deliberate human
            decision.

    Returns: `id`; `changed`, False if it was cancelled already.

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


class _Chosen:
    """Which appointment is meant: by its id, or by client and day."""

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
            raise ConfigurationError("give either appointment_id, or client_id and date")
        if timezone is not None:
            zone(timezone)
        if appointment_id is not None:
            path_id("appointment_id", appointment_id)
        else:
            require_ids(client_id=client_id)
            starts(date, "12:00 PM", "UTC")
        self.identity = {"appointment": appointment_id, "client": client_id, "date": date, "service": service_id}
        self.about: Json = {f"{name}_id": id for name, id in self.identity.items() if id is not None and name != "date"}
        self.about |= {"date": date} if date is not None else {}
        self._timezone = timezone

    def read(self, client: Client) -> Appointment:
        """The appointment. Raises `NotFound`, and `InvalidRequest` where several are meant."""
        id, client_id, date, service_id = self.identity.values()
        if id is not None:
            return client.send(appointments.get_appointment(id))
        found = [
            one
            for one in appointments_of(client, str(client_id))
            if not is_cancelled(one)
            and (service_id is None or reference_id(one, "service") == service_id)
            and self._is_on(one)
        ]
        if not found:
            raise NotFound(f"the client has no appointment on {date} that isn't cancelled")
        if len(found) > 1:
            raise InvalidRequest(f"the client has {len(found)} appointments on {date}: choose one by appointment_id")
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
    """Change an appointment once, and return its id and whether this run changed it.

    Args:
        wanted: What else the step is about; it can't change under one key.
        kind: A call of the endpoint about no appointment, which is never sent.
        call: The appointment as it is -> the call that changes it, or None if it is so already.
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
    # A claim has the id: by its old day the appointment may not be found any more.
    record = chosen.read(client) if begun is None else client.send(appointments.get_appointment(begun.result["id"]))
    id = str(record["id"])
    if begun is None:
        change = call(record)
        if change is None:
            return id, False
        if step is not None and payload is wanted:
            own = step.key(client.state, job, {"appointment_id": id})
    else:
        change = kind  # there is a claim, so nothing is sent

    def find(patiently: bool) -> Appointment | None:
        if not patiently:
            return None  # it was read a moment ago
        now = client.send(appointments.get_appointment(id))
        return now if is_so(now) else None

    made, sent = send_once(
        client, own, change, lambda answer: {"id": id}, named=named, find=find, payload=payload, note={"id": id}
    )
    return str(made["id"]), sent
