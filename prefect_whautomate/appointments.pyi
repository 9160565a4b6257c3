# Written by scripts/make_task_stubs.py: `nox -s stubs` writes it anew.
"""Appointments: the endpoints, and the jobs that book the first free slot, move, cancel and export."""

from collections.abc import Coroutine
from datetime import datetime
from prefect import Task
from prefect_whautomate.credentials import WhautomateCredentials
from typing import Any
from typing import Literal
from typing import overload
from whautomate_core.api.call import Json
from whautomate_core.api.records import Appointment
from whautomate_core.api.records import AppointmentFilters
from whautomate_core.api.records import AppointmentInput
from whautomate_core.api.records import CancelInput
from whautomate_core.api.records import RescheduleInput
from whautomate_core.api.records import SlotDay
from whautomate_core.api.records import SlotFilters

class _list_appointment_slots(Task[..., list[SlotDay]]):
    """Free slots by day (`GET /v1/appointments/slots`; official page, evidence A).

    Args:
        credentials: Where to and as whom.
        max_records: The most records to return; defaults to all.
        output_path: File to write the records to in place of returning them: JSON lines, or Parquet where it ends in
            `.parquet`; local, or the URL of an object such as `s3://bucket/key`. It is there once it is whole; a
            local one can be read by its owner only. Returns `path` and `records`, their number.
        return_records: Return whole records, names, numbers and texts included: Prefect keeps results where they
            are persisted, and whoever may read these sees them. By default personal data is left out.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.appointments import list_appointment_slots

        @flow
        def my_flow():
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return list_appointment_slots(credentials)
        ```
    """
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, *, filters: SlotFilters | None = ..., max_records: int | None = ..., return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> list[SlotDay]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, *, filters: SlotFilters | None = ..., max_records: int | None = ..., output_path: str, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...

list_appointment_slots: _list_appointment_slots

class _alist_appointment_slots(Task[..., Coroutine[Any, Any, list[SlotDay]]]):
    """`list_appointment_slots` for coroutines."""
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, *, filters: SlotFilters | None = ..., max_records: int | None = ..., return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, list[SlotDay]]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, *, filters: SlotFilters | None = ..., max_records: int | None = ..., output_path: str, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...

alist_appointment_slots: _alist_appointment_slots

class _list_appointments(Task[..., list[Appointment]]):
    """List appointments (`GET /v1/appointments`; official page, evidence A).

    Args:
        credentials: Where to and as whom.
        max_records: The most records to return; defaults to all.
        output_path: File to write the records to in place of returning them: JSON lines, or Parquet where it ends in
            `.parquet`; local, or the URL of an object such as `s3://bucket/key`. It is there once it is whole; a
            local one can be read by its owner only. Returns `path` and `records`, their number.
        return_records: Return whole records, names, numbers and texts included: Prefect keeps results where they
            are persisted, and whoever may read these sees them. By default personal data is left out.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.appointments import list_appointments

        @flow
        def my_flow():
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return list_appointments(credentials)
        ```
    """
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, *, filters: AppointmentFilters | None = ..., max_records: int | None = ..., return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> list[Appointment]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, *, filters: AppointmentFilters | None = ..., max_records: int | None = ..., output_path: str, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...

list_appointments: _list_appointments

class _alist_appointments(Task[..., Coroutine[Any, Any, list[Appointment]]]):
    """`list_appointments` for coroutines."""
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, *, filters: AppointmentFilters | None = ..., max_records: int | None = ..., return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, list[Appointment]]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, *, filters: AppointmentFilters | None = ..., max_records: int | None = ..., output_path: str, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...

alist_appointments: _alist_appointments

class _book_appointment(Task[..., dict[str, Any]]):
    """Book an appointment (`POST /v1/appointments`; path A; client, service, staff and location inferred, D).

    Args:
        credentials: Where to and as whom.
        key: What identifies this call: under one key it happens once. Where None it happens once in a flow run (the
            outermost) for the person or booking that it is about, however often it is called, mapped or retried.
            The same call again returns the result of the first. Another one about the same, such as another text
            to the same person, sends nothing and is an error that asks for a key. Outside of runs each call without
            a key is sent.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.appointments import book_appointment

        @flow
        def my_flow(appointment):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return book_appointment(credentials, appointment)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, appointment: AppointmentInput, *, extra: Json | None = ..., allow_protected: bool = ..., key: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

book_appointment: _book_appointment

class _abook_appointment(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`book_appointment` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, appointment: AppointmentInput, *, extra: Json | None = ..., allow_protected: bool = ..., key: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

abook_appointment: _abook_appointment

class _get_appointment(Task[..., Appointment]):
    """Show one appointment (`GET /v1/appointments/{appointmentId}`; official page, evidence A).

    Args:
        credentials: Where to and as whom.
        output_path: File to write the records to in place of returning them: JSON lines, or Parquet where it ends in
            `.parquet`; local, or the URL of an object such as `s3://bucket/key`. It is there once it is whole; a
            local one can be read by its owner only. Returns `path` and `records`, their number.
        return_records: Return whole records, names, numbers and texts included: Prefect keeps results where they
            are persisted, and whoever may read these sees them. By default personal data is left out.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.appointments import get_appointment

        @flow
        def my_flow(appointment_id):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return get_appointment(credentials, appointment_id)
        ```
    """
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, appointment_id: str, *, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Appointment: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, appointment_id: str, *, output_path: str, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...

get_appointment: _get_appointment

class _aget_appointment(Task[..., Coroutine[Any, Any, Appointment]]):
    """`get_appointment` for coroutines."""
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, appointment_id: str, *, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, Appointment]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, appointment_id: str, *, output_path: str, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...

aget_appointment: _aget_appointment

class _reschedule_appointment(Task[..., dict[str, Any]]):
    """Move an appointment (`POST /v1/appointments/reschedule`; official page, evidence A: the id is in the body).

    Args:
        credentials: Where to and as whom.
        key: What identifies this call: under one key it happens once. Where None it happens once in a flow run (the
            outermost) for the person or booking that it is about, however often it is called, mapped or retried.
            The same call again returns the result of the first. Another one about the same, such as another text
            to the same person, sends nothing and is an error that asks for a key. Outside of runs each call without
            a key is sent.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.appointments import reschedule_appointment

        @flow
        def my_flow(appointment):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return reschedule_appointment(credentials, appointment)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, appointment: RescheduleInput, *, extra: Json | None = ..., allow_protected: bool = ..., key: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

reschedule_appointment: _reschedule_appointment

class _areschedule_appointment(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`reschedule_appointment` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, appointment: RescheduleInput, *, extra: Json | None = ..., allow_protected: bool = ..., key: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

areschedule_appointment: _areschedule_appointment

class _cancel_appointment(Task[..., dict[str, Any]]):
    """Cancel an appointment (`POST /v1/appointments/cancel`; official page, evidence A: the id is in the body).

    Args:
        credentials: Where to and as whom.
        key: What identifies this call: under one key it happens once. Where None it happens once in a flow run (the
            outermost) for the person or booking that it is about, however often it is called, mapped or retried.
            The same call again returns the result of the first. Another one about the same, such as another text
            to the same person, sends nothing and is an error that asks for a key. Outside of runs each call without
            a key is sent.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.appointments import cancel_appointment

        @flow
        def my_flow(appointment):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return cancel_appointment(credentials, appointment)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, appointment: CancelInput, *, extra: Json | None = ..., allow_protected: bool = ..., key: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

cancel_appointment: _cancel_appointment

class _acancel_appointment(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`cancel_appointment` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, appointment: CancelInput, *, extra: Json | None = ..., allow_protected: bool = ..., key: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

acancel_appointment: _acancel_appointment

class _book_slot(Task[..., dict[str, Any]]):
    """Book the first free slot that fits, once: who runs the step again gets the booking that it made.

    Slots are read a day a request, from `earliest` on until there is one; where no member of staff is named, those of
    each who offers the service. A slot that somebody else takes first is passed over for the next. Where the answer is
    lost the booking is looked for among the client's, by service, staff and start. A slot in the hour that comes twice
    when clocks are put back is left out: a booking can't say which of the two it means.

    Args:
        credentials: Where to and as whom.
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
        key: What identifies it: under one key it happens once. Where None it happens once in a flow run (the outermost) for whom or what it is about, and outside of runs it is needed.
        allow_protected: Also apply to opted-out people, whom a reminder may reach. Set it only after a deliberate human decision.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id`, `status`, `start` (UTC), `date`, `time`, `timezone` and `staff_id` of the booking; `booked`, False
        where it was made before.

    Raises:
        `ConfigurationError` and `InvalidRequest` before anything is sent; `NotFound` where no slot is free;
        `InvalidRequest` where the member of staff doesn't offer the service; `PolicyRefused`; `OutcomeUnknown` where
        the answer was lost and the booking is not there to be seen: it is not made again on a guess.

    Beside what it returns: `requests`, and `waited`, the seconds spent waiting for permits.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.appointments import book_slot

        @flow
        def my_flow(client_id, service_id, earliest, latest, timezone):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return book_slot(credentials, client_id, service_id, earliest, latest, timezone)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, client_id: str, service_id: str, earliest: datetime | str, latest: datetime | str, timezone: str, *, staff_id: str | None = ..., location_id: str | None = ..., hours: list[str] | None = ..., add_on_service_ids: list[str] | None = ..., notes: str | None = ..., missing_ok: bool = ..., key: str | None = ..., allow_protected: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

book_slot: _book_slot

class _abook_slot(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`book_slot` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, client_id: str, service_id: str, earliest: datetime | str, latest: datetime | str, timezone: str, *, staff_id: str | None = ..., location_id: str | None = ..., hours: list[str] | None = ..., add_on_service_ids: list[str] | None = ..., notes: str | None = ..., missing_ok: bool = ..., key: str | None = ..., allow_protected: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

abook_slot: _abook_slot

class _reschedule_booking(Task[..., dict[str, Any]]):
    """Move an appointment to another time, once, where the slot then is free.

    That is looked at first, and where it isn't nothing is sent: the booking stays as it was. A slot that overlaps the
    booking itself counts as taken, since the list of free ones doesn't tell by whom. One that is there already is left
    alone. Where the answer is lost, the appointment is read.

    Args:
        credentials: Where to and as whom.
        start: When it is to begin: a datetime with a time zone, or text with an offset.
        appointment_id: Id of the appointment; this, or `client_id` and `date`.
        client_id: Whose appointment it is.
        date: The day it is on, `2026-03-01`, in `timezone`.
        service_id: Of what, where the client has several appointments on that day.
        timezone: IANA zone of `date`, and the one the booking is made in; defaults to the appointment's own.
        key: What identifies it: under one key it happens once. Where None it happens once in a flow run (the outermost) for whom or what it is about, and outside of runs it is needed.
        allow_protected: Also apply to opted-out people, whom a message may reach. Set it only after a deliberate human decision.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id`, `start` (UTC); `changed`, False where it was there already.

    Raises:
        `ConfigurationError` and `InvalidRequest` before anything is sent; `NotFound` where there is no such
        appointment or the slot isn't free; `InvalidRequest` where there are several or it is cancelled;
        `PolicyRefused`; `OutcomeUnknown` where the answer was lost and the appointment is not there.

    Beside what it returns: `requests`, and `waited`, the seconds spent waiting for permits.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.appointments import reschedule_booking

        @flow
        def my_flow(start):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return reschedule_booking(credentials, start)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, start: datetime | str, *, appointment_id: str | None = ..., client_id: str | None = ..., date: str | None = ..., service_id: str | None = ..., timezone: str | None = ..., key: str | None = ..., allow_protected: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

reschedule_booking: _reschedule_booking

class _areschedule_booking(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`reschedule_booking` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, start: datetime | str, *, appointment_id: str | None = ..., client_id: str | None = ..., date: str | None = ..., service_id: str | None = ..., timezone: str | None = ..., key: str | None = ..., allow_protected: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

areschedule_booking: _areschedule_booking

class _cancel_booking(Task[..., dict[str, Any]]):
    """Cancel an appointment, once. One that is cancelled already is left alone.

    Args:
        credentials: Where to and as whom.
        appointment_id: Id of the appointment; this, or `client_id` and `date`.
        client_id: Whose appointment it is.
        date: The day it is on, `2026-03-01`, in `timezone`.
        service_id: Of what, where the client has several appointments on that day.
        timezone: IANA zone of `date`; defaults to that of each appointment.
        reason: Why, which the client may be told.
        key: What identifies it: under one key it happens once. Where None it happens once in a flow run (the outermost) for whom or what it is about, and outside of runs it is needed.
        allow_protected: Also apply to opted-out people, whom a message may reach. Set it only after a deliberate human decision.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id`; `changed`, False where it was cancelled already.

    Raises:
        `ConfigurationError` and `InvalidRequest` before anything is sent; `NotFound` where there is no such
        appointment; `InvalidRequest` where there are several; `PolicyRefused`; `OutcomeUnknown` where the answer was
        lost and the appointment is not cancelled.

    Beside what it returns: `requests`, and `waited`, the seconds spent waiting for permits.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.appointments import cancel_booking

        @flow
        def my_flow():
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return cancel_booking(credentials)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, *, appointment_id: str | None = ..., client_id: str | None = ..., date: str | None = ..., service_id: str | None = ..., timezone: str | None = ..., reason: str | None = ..., key: str | None = ..., allow_protected: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

cancel_booking: _cancel_booking

class _acancel_booking(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`cancel_booking` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, *, appointment_id: str | None = ..., client_id: str | None = ..., date: str | None = ..., service_id: str | None = ..., timezone: str | None = ..., reason: str | None = ..., key: str | None = ..., allow_protected: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

acancel_booking: _acancel_booking

class _export_appointments(Task[..., dict[str, Any]]):
    """Write the appointments of a period to a file, one row each, without names and numbers of people.

    All appointments are read, since nobody knows which date the server's filters mean. The same period gives the same
    rows, so that a run may be repeated; with `by="changed"` and the period since the run before it is what is new.

    Args:
        credentials: Where to and as whom.
        output_path: File to write to: JSON lines, or Parquet where it ends in `.parquet`; local, or the URL of an object such as `s3://bucket/key`. It is there once it is whole; a local one can be read by its owner only.
        earliest: Begin of the period: a datetime with a time zone, or text with an offset.
        latest: Its end, which is not in it any more.
        by: What is in the period: `start`, or the last change (`changed`); one without a time of change always is.
        location_id: Of one location; defaults to all.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `path`; `records`, how many rows it has; `earliest` and `latest` (UTC).

    Raises:
        `ConfigurationError` before anything is sent; `ListUnstable` where the list changes whenever it is read: no
        file is written.

    Beside what it returns: `requests`, and `waited`, the seconds spent waiting for permits.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.appointments import export_appointments

        @flow
        def my_flow(output_path, earliest, latest):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return export_appointments(credentials, output_path, earliest, latest)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, output_path: str, earliest: datetime | str, latest: datetime | str, *, by: Literal['start', 'changed'] = ..., location_id: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

export_appointments: _export_appointments

class _aexport_appointments(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`export_appointments` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, output_path: str, earliest: datetime | str, latest: datetime | str, *, by: Literal['start', 'changed'] = ..., location_id: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

aexport_appointments: _aexport_appointments

class _wait_for_appointment(Task[..., dict[str, Any]]):
    """Wait until an appointment that begins in a period is booked, or one was cancelled.

    Args:
        credentials: Where to and as whom.
        is_: `booked` or `cancelled`.
        earliest: Begin of the period: a datetime with a time zone, or text with an offset.
        latest: Its end, which is not in it any more; the task fails once it is over.
        client_id: Whose appointment; defaults to anybody's.
        service_id: Of what; defaults to any service.
        staff_id: With whom; defaults to anybody.
        location_id: Where; defaults to anywhere.
        poll_interval: Seconds between the first two looks; doubles up to a quarter of an hour. All waiting tasks of the
            account together make at most a tenth of the requests of its day, half of that in a quarter of it.
        timeout: Seconds to wait at most; they count anew where the flow run is rescheduled.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id` of one, `count`, `ids` (up to 100).
        Also `requests` and `waited` (seconds, for permits).

    Raises:
        TimeoutError: Where it is not so in time.
        WhautomateError: Where it will never be so.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.appointments import wait_for_appointment

        @flow
        def my_flow(is_, earliest, latest, client_id, service_id, staff_id, location_id):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return wait_for_appointment(credentials, is_, earliest, latest, client_id=client_id, service_id=service_id, staff_id=staff_id, location_id=location_id)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, is_: str, earliest: datetime | str, latest: datetime | str, *, client_id: str | None = ..., service_id: str | None = ..., staff_id: str | None = ..., location_id: str | None = ..., poll_interval: float = ..., timeout: float = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

wait_for_appointment: _wait_for_appointment

class _await_for_appointment(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`wait_for_appointment` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, is_: str, earliest: datetime | str, latest: datetime | str, *, client_id: str | None = ..., service_id: str | None = ..., staff_id: str | None = ..., location_id: str | None = ..., poll_interval: float = ..., timeout: float = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

await_for_appointment: _await_for_appointment

class _wait_for_slot(Task[..., dict[str, Any]]):
    """Wait until a slot of a service is free in a period. That it is says not that it stays so.

    Each look makes a request for each day of the period that is left, until one is found.

    Args:
        credentials: Where to and as whom.
        service_id: The service.
        earliest: Begin of the period: a datetime with a time zone, or text with an offset.
        latest: Its end, up to 14 days later; the task fails once it is over.
        timezone: IANA zone of `hours`.
        hours: Spans of the day in which it starts, such as `["09:00-12:00"]`; defaults to any time.
        staff_id: With whom; defaults to anybody.
        location_id: Where; defaults to anywhere.
        poll_interval: Seconds between the first two looks; doubles up to a quarter of an hour. All waiting tasks of the
            account together make at most a tenth of the requests of its day, half of that in a quarter of it.
        timeout: Seconds to wait at most; they count anew where the flow run is rescheduled.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `start` (UTC).
        Also `requests` and `waited` (seconds, for permits).

    Raises:
        TimeoutError: Where it is not so in time.
        WhautomateError: Where it will never be so.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.appointments import wait_for_slot

        @flow
        def my_flow(service_id, earliest, latest, timezone, hours, staff_id, location_id):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return wait_for_slot(credentials, service_id, earliest, latest, timezone=timezone, hours=hours, staff_id=staff_id, location_id=location_id)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, service_id: str, earliest: datetime | str, latest: datetime | str, *, timezone: str = ..., hours: list[str] | None = ..., staff_id: str | None = ..., location_id: str | None = ..., poll_interval: float = ..., timeout: float = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

wait_for_slot: _wait_for_slot

class _await_for_slot(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`wait_for_slot` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, service_id: str, earliest: datetime | str, latest: datetime | str, *, timezone: str = ..., hours: list[str] | None = ..., staff_id: str | None = ..., location_id: str | None = ..., poll_interval: float = ..., timeout: float = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

await_for_slot: _await_for_slot

