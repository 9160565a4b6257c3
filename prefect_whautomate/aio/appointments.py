"""Tasks of appointments, as coroutines.

Written by `scripts/generate/tasks.py`: `nox -s generate` writes it anew.
"""

from __future__ import annotations

from asyncio import to_thread
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from prefect_whautomate import appointments as blocking
from prefect_whautomate._jobs import checked
from prefect_whautomate._task import whautomate_task
from prefect_whautomate._waiting import wait_for_async
from prefect_whautomate.aio._endpoints import read, read_all, send_once
from prefect_whautomate.credentials import WhautomateCredentials
from whautomate_core.api import appointments as api
from whautomate_core.api.call import Json
from whautomate_core.api.records import (
    Appointment,
    AppointmentFilters,
    AppointmentInput,
    CancelInput,
    RescheduleInput,
    SlotDay,
    SlotFilters,
)
from whautomate_core.bookings.conditions import AppointmentIs, SlotFree

__all__ = [
    "book_appointment",
    "book_slot",
    "cancel_appointment",
    "cancel_booking",
    "export_appointments",
    "get_appointment",
    "list_appointment_slots",
    "list_appointments",
    "reschedule_appointment",
    "reschedule_booking",
    "wait_for_appointment",
    "wait_for_slot",
]


@whautomate_task(finished_in_run=False)
async def list_appointment_slots(
    credentials: WhautomateCredentials,
    *,
    filters: SlotFilters | None = None,
    max_records: int | None = None,
    output_path: str | None = None,
    return_records: bool = False,
    max_requests: int | None = None,
) -> list[SlotDay] | Any:
    """List free slots by day (`GET /v1/appointments/slots`; official page, evidence A).

    Args:
        credentials: The block of the account.
        filters: Filters, see `whautomate_core.api.records.SlotFilters`.
        max_records: The most records to return; defaults to all.
        output_path: File to write the records to instead of returning them: JSON lines, or Parquet if it ends in
            `.parquet`; local, or the URL of an object such as `s3://bucket/key`. It appears once it is complete. Only
            its owner can read a local one.
        return_records: Return whole records, with names, numbers and texts. Prefect stores results that are persisted,
            and everybody who may read these sees them.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        The records without personal data; with `output_path`, `path` and the number of `records`.

    Raises:
        InvalidRequest: An argument can't be right. Nothing was sent.
        WhautomateError: The base of all other errors; see `whautomate_core.errors`.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.aio.appointments import list_appointment_slots

        @flow
        async def my_flow():
            credentials = await WhautomateCredentials.aload("BLOCK_NAME")
            return await list_appointment_slots(credentials)
        ```
    """
    call = api.list_appointment_slots(filters=filters)
    return await read_all(
        credentials,
        call,
        max_records=max_records,
        output_path=output_path,
        return_records=return_records,
        max_requests=max_requests,
    )


@whautomate_task(finished_in_run=False)
async def list_appointments(
    credentials: WhautomateCredentials,
    *,
    filters: AppointmentFilters | None = None,
    max_records: int | None = None,
    output_path: str | None = None,
    return_records: bool = False,
    max_requests: int | None = None,
) -> list[Appointment] | Any:
    """List appointments (`GET /v1/appointments`; official page, evidence A).

    Args:
        credentials: The block of the account.
        filters: Filters, see `whautomate_core.api.records.AppointmentFilters`.
        max_records: The most records to return; defaults to all.
        output_path: File to write the records to instead of returning them: JSON lines, or Parquet if it ends in
            `.parquet`; local, or the URL of an object such as `s3://bucket/key`. It appears once it is complete. Only
            its owner can read a local one.
        return_records: Return whole records, with names, numbers and texts. Prefect stores results that are persisted,
            and everybody who may read these sees them.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        The records without personal data; with `output_path`, `path` and the number of `records`.

    Raises:
        InvalidRequest: An argument can't be right. Nothing was sent.
        WhautomateError: The base of all other errors; see `whautomate_core.errors`.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.aio.appointments import list_appointments

        @flow
        async def my_flow():
            credentials = await WhautomateCredentials.aload("BLOCK_NAME")
            return await list_appointments(credentials)
        ```
    """
    call = api.list_appointments(filters=filters)
    return await read_all(
        credentials,
        call,
        max_records=max_records,
        output_path=output_path,
        return_records=return_records,
        max_requests=max_requests,
    )


@whautomate_task(finished_in_run=False)
async def book_appointment(
    credentials: WhautomateCredentials,
    appointment: AppointmentInput,
    *,
    extra: Json | None = None,
    allow_protected: bool = False,
    key: str | None = None,
    max_requests: int | None = None,
) -> Json:
    """Book an appointment (`POST /v1/appointments`; path A; client, service, staff and location inferred, D).

    Args:
        credentials: The block of the account.
        appointment: Fields, see `whautomate_core.api.records.AppointmentInput`.
        extra: Fields to send that the check of names does not know.
        allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision.
        key: What identifies this call: under one key it happens once. None means once in a flow run (the outermost) for
            the person or booking it is about, however often it is called, mapped or retried. The same call again
            returns the result of the first. A different call about the same, such as another text to the same person,
            sends nothing and is an error that asks for a key. Outside of runs each call without a key is sent.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id` of the record, and its `status` if it has one.

    Raises:
        InvalidRequest: An argument can't be right. Nothing was sent.
        PolicyRefused: The account's policy forbids it, for example because the person has opted out.
        OutcomeUnknown: The server gave no answer, so it may have happened. It is not sent again.
        WhautomateError: The base of all other errors; see `whautomate_core.errors`.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.aio.appointments import book_appointment

        @flow
        async def my_flow(appointment):
            credentials = await WhautomateCredentials.aload("BLOCK_NAME")
            return await book_appointment(credentials, appointment)
        ```
    """
    call = api.book_appointment(appointment, extra=extra, allow_protected=allow_protected)
    return await send_once(credentials, call, key=key, max_requests=max_requests)


@whautomate_task(finished_in_run=False)
async def get_appointment(
    credentials: WhautomateCredentials,
    appointment_id: str,
    *,
    output_path: str | None = None,
    return_records: bool = False,
    max_requests: int | None = None,
) -> Appointment | Any:
    """Show one appointment (`GET /v1/appointments/{appointmentId}`; official page, evidence A).

    Args:
        credentials: The block of the account.
        appointment_id: Id of the appointment.
        output_path: File to write the records to instead of returning them: JSON lines, or Parquet if it ends in
            `.parquet`; local, or the URL of an object such as `s3://bucket/key`. It appears once it is complete. Only
            its owner can read a local one.
        return_records: Return whole records, with names, numbers and texts. Prefect stores results that are persisted,
            and everybody who may read these sees them.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        The record without personal data; with `output_path`, `path` and the number of `records`.

    Raises:
        InvalidRequest: An argument can't be right. Nothing was sent.
        NotFound: There is no such record.
        WhautomateError: The base of all other errors; see `whautomate_core.errors`.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.aio.appointments import get_appointment

        @flow
        async def my_flow(appointment_id):
            credentials = await WhautomateCredentials.aload("BLOCK_NAME")
            return await get_appointment(credentials, appointment_id)
        ```
    """
    call = api.get_appointment(appointment_id)
    return await read(
        credentials,
        call,
        output_path=output_path,
        return_records=return_records,
        max_requests=max_requests,
    )


@whautomate_task(finished_in_run=False)
async def reschedule_appointment(
    credentials: WhautomateCredentials,
    appointment: RescheduleInput,
    *,
    extra: Json | None = None,
    allow_protected: bool = False,
    key: str | None = None,
    max_requests: int | None = None,
) -> Json:
    """Move an appointment (`POST /v1/appointments/reschedule`; official page, evidence A: the id is in the body).

    Args:
        credentials: The block of the account.
        appointment: Fields, see `whautomate_core.api.records.RescheduleInput`.
        extra: Fields to send that the check of names does not know.
        allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision.
        key: What identifies this call: under one key it happens once. None means once in a flow run (the outermost) for
            the person or booking it is about, however often it is called, mapped or retried. The same call again
            returns the result of the first. A different call about the same, such as another text to the same person,
            sends nothing and is an error that asks for a key. Outside of runs each call without a key is sent.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id` of the record, and its `status` if it has one.

    Raises:
        InvalidRequest: An argument can't be right. Nothing was sent.
        PolicyRefused: The account's policy forbids it, for example because the person has opted out.
        OutcomeUnknown: The server gave no answer, so it may have happened. It is not sent again.
        WhautomateError: The base of all other errors; see `whautomate_core.errors`.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.aio.appointments import reschedule_appointment

        @flow
        async def my_flow(appointment):
            credentials = await WhautomateCredentials.aload("BLOCK_NAME")
            return await reschedule_appointment(credentials, appointment)
        ```
    """
    call = api.reschedule_appointment(appointment, extra=extra, allow_protected=allow_protected)
    return await send_once(credentials, call, key=key, max_requests=max_requests)


@whautomate_task(finished_in_run=False)
async def cancel_appointment(
    credentials: WhautomateCredentials,
    appointment: CancelInput,
    *,
    extra: Json | None = None,
    allow_protected: bool = False,
    key: str | None = None,
    max_requests: int | None = None,
) -> Json:
    """Cancel an appointment (`POST /v1/appointments/cancel`; official page, evidence A: the id is in the body).

    Args:
        credentials: The block of the account.
        appointment: Fields, see `whautomate_core.api.records.CancelInput`.
        extra: Fields to send that the check of names does not know.
        allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision.
        key: What identifies this call: under one key it happens once. None means once in a flow run (the outermost) for
            the person or booking it is about, however often it is called, mapped or retried. The same call again
            returns the result of the first. A different call about the same, such as another text to the same person,
            sends nothing and is an error that asks for a key. Outside of runs each call without a key is sent.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id` of the record, and its `status` if it has one.

    Raises:
        InvalidRequest: An argument can't be right. Nothing was sent.
        PolicyRefused: The account's policy forbids it, for example because the person has opted out.
        OutcomeUnknown: The server gave no answer, so it may have happened. It is not sent again.
        WhautomateError: The base of all other errors; see `whautomate_core.errors`.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.aio.appointments import cancel_appointment

        @flow
        async def my_flow(appointment):
            credentials = await WhautomateCredentials.aload("BLOCK_NAME")
            return await cancel_appointment(credentials, appointment)
        ```
    """
    call = api.cancel_appointment(appointment, extra=extra, allow_protected=allow_protected)
    return await send_once(credentials, call, key=key, max_requests=max_requests)


@whautomate_task(finished_in_run=False)
async def book_slot(
    credentials: WhautomateCredentials,
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
    allow_protected: bool = False,
    max_requests: int | None = None,
) -> Json:
    """Book the first free slot that fits, once: running the step again returns the booking that it made.

    Slots are read one day per request, from `earliest` until there is one; if no member of staff is named, those of
    everybody who offers the service. If somebody else takes a slot first, the next one is tried. If the answer is lost,
    the booking is looked for among the client's, by service, staff and start. A slot in the hour that comes twice when
    clocks are put back is left out, because a booking can't say which of the two it means.

    Args:
        credentials: The block of the account.
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
        key: What identifies it: under one key it happens once. None means once in a flow run (the outermost) for the
            person or thing it is about; outside of runs a key is needed.
        allow_protected: Also apply to opted-out people, whom a reminder may reach. Set it only after a deliberate human
            decision.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id`, `status`, `start` (UTC), `date`, `time`, `timezone` and `staff_id` of the booking; `booked`, False if it
        was made before. Also `requests`, and `waited`, the seconds spent waiting for permits.

    Raises:
        `ConfigurationError` and `InvalidRequest` before anything is sent; `NotFound` where no slot is free;
        `InvalidRequest` where the member of staff doesn't offer the service; `PolicyRefused`; `OutcomeUnknown` where
        the answer was lost and no list shows the booking: it is not made again on a guess.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.aio.appointments import book_slot

        @flow
        async def my_flow(client_id, service_id, earliest, latest, timezone):
            credentials = await WhautomateCredentials.aload("BLOCK_NAME")
            return await book_slot(credentials, client_id, service_id, earliest, latest, timezone)
        ```
    """
    return await to_thread(
        blocking.book_slot.fn,
        credentials,
        client_id,
        service_id,
        earliest,
        latest,
        timezone,
        staff_id=staff_id,
        location_id=location_id,
        hours=hours,
        add_on_service_ids=add_on_service_ids,
        notes=notes,
        missing_ok=missing_ok,
        key=key,
        allow_protected=allow_protected,
        max_requests=max_requests,
    )


@whautomate_task(finished_in_run=False)
async def reschedule_booking(
    credentials: WhautomateCredentials,
    start: datetime | str,
    *,
    appointment_id: str | None = None,
    client_id: str | None = None,
    date: str | None = None,
    service_id: str | None = None,
    timezone: str | None = None,
    key: str | None = None,
    allow_protected: bool = False,
    max_requests: int | None = None,
) -> Json:
    """Move an appointment to another time, once, if that slot is free.

    The slot is looked up first. If it is not free, nothing is sent and the booking stays as it was. A slot that
    overlaps the booking itself counts as taken, because the list of free slots doesn't tell who takes them. An
    appointment that is at that time already is left alone. If the answer is lost, the appointment is read.

    Args:
        credentials: The block of the account.
        start: The new start: a datetime with a time zone, or text with an offset.
        appointment_id: Id of the appointment; either this, or `client_id` and `date`.
        client_id: Id of the client who has the appointment.
        date: The day of the appointment, `2026-03-01`, in `timezone`.
        service_id: Its service, where the client has several appointments on that day.
        timezone: IANA zone of `date`, and of the new time; defaults to the appointment's own.
        key: What identifies it: under one key it happens once. None means once in a flow run (the outermost) for the
            person or thing it is about; outside of runs a key is needed.
        allow_protected: Also apply to opted-out people, whom a message may reach. Set it only after a deliberate human
            decision.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id`, `start` (UTC); `changed`, False if it was at that time already. Also `requests`, and `waited`, the seconds
        spent waiting for permits.

    Raises:
        `ConfigurationError` and `InvalidRequest` before anything is sent; `NotFound` where there is no such appointment
        or the slot isn't free; `InvalidRequest` where there are several or it is cancelled; `PolicyRefused`;
        `OutcomeUnknown` where the answer was lost and the appointment is not there.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.aio.appointments import reschedule_booking

        @flow
        async def my_flow(start):
            credentials = await WhautomateCredentials.aload("BLOCK_NAME")
            return await reschedule_booking(credentials, start)
        ```
    """
    return await to_thread(
        blocking.reschedule_booking.fn,
        credentials,
        start,
        appointment_id=appointment_id,
        client_id=client_id,
        date=date,
        service_id=service_id,
        timezone=timezone,
        key=key,
        allow_protected=allow_protected,
        max_requests=max_requests,
    )


@whautomate_task(finished_in_run=False)
async def cancel_booking(
    credentials: WhautomateCredentials,
    *,
    appointment_id: str | None = None,
    client_id: str | None = None,
    date: str | None = None,
    service_id: str | None = None,
    timezone: str | None = None,
    reason: str | None = None,
    key: str | None = None,
    allow_protected: bool = False,
    max_requests: int | None = None,
) -> Json:
    """Cancel an appointment, once. An appointment that is cancelled already is left alone.

    Args:
        credentials: The block of the account.
        appointment_id: Id of the appointment; either this, or `client_id` and `date`.
        client_id: Id of the client who has the appointment.
        date: The day of the appointment, `2026-03-01`, in `timezone`.
        service_id: Its service, where the client has several appointments on that day.
        timezone: IANA zone of `date`; defaults to that of each appointment.
        reason: The reason, which the client may see.
        key: What identifies it: under one key it happens once. None means once in a flow run (the outermost) for the
            person or thing it is about; outside of runs a key is needed.
        allow_protected: Also apply to opted-out people, whom a message may reach. Set it only after a deliberate human
            decision.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id`; `changed`, False if it was cancelled already. Also `requests`, and `waited`, the seconds spent waiting for
        permits.

    Raises:
        `ConfigurationError` and `InvalidRequest` before anything is sent; `NotFound` where there is no such
        appointment; `InvalidRequest` where there are several; `PolicyRefused`; `OutcomeUnknown` where the answer was
        lost and the appointment is not cancelled.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.aio.appointments import cancel_booking

        @flow
        async def my_flow():
            credentials = await WhautomateCredentials.aload("BLOCK_NAME")
            return await cancel_booking(credentials)
        ```
    """
    return await to_thread(
        blocking.cancel_booking.fn,
        credentials,
        appointment_id=appointment_id,
        client_id=client_id,
        date=date,
        service_id=service_id,
        timezone=timezone,
        reason=reason,
        key=key,
        allow_protected=allow_protected,
        max_requests=max_requests,
    )


@whautomate_task(finished_in_run=False)
async def export_appointments(
    credentials: WhautomateCredentials,
    output_path: str,
    earliest: datetime | str,
    latest: datetime | str,
    *,
    by: Literal["start", "changed"] = "start",
    location_id: str | None = None,
    max_requests: int | None = None,
) -> Json:
    """Write the appointments of a period to a file, one row each, without names and numbers of people.

    All appointments are read, because it is not documented which date the server's filters mean. The same period gives
    the same rows, so a run may be repeated; `by="changed"` with the period since the run before gives what is new.

    Args:
        credentials: The block of the account.
        output_path: File to write to: JSON lines, or Parquet where it ends in `.parquet`; local, or the URL of an
            object such as `s3://bucket/key`. It appears once it is complete; only its owner can read a local one.
        earliest: Start of the period: a datetime with a time zone, or text with an offset.
        latest: Its end, which is not part of it.
        by: What must be in the period: the start, or the last change (`changed`). A record without a time of change
            always counts as changed.
        location_id: Only those of this location; defaults to all.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `path`; `records`, the number of rows; `earliest` and `latest` (UTC). Also `requests`, and `waited`, the seconds
        spent waiting for permits.

    Raises:
        `ConfigurationError` before anything is sent; `ListUnstable` where the list changes every time it is read; no
        file is written then.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.aio.appointments import export_appointments

        @flow
        async def my_flow(output_path, earliest, latest):
            credentials = await WhautomateCredentials.aload("BLOCK_NAME")
            return await export_appointments(credentials, output_path, earliest, latest)
        ```
    """
    return await to_thread(
        blocking.export_appointments.fn,
        credentials,
        output_path,
        earliest,
        latest,
        by=by,
        location_id=location_id,
        max_requests=max_requests,
    )


@whautomate_task(finished_in_run=True)
async def wait_for_appointment(
    credentials: WhautomateCredentials,
    is_: str,
    earliest: datetime | str,
    latest: datetime | str,
    *,
    client_id: str | None = None,
    service_id: str | None = None,
    staff_id: str | None = None,
    location_id: str | None = None,
    poll_interval: float = 60.0,
    timeout: float = 86_400.0,
    max_requests: int | None = None,
) -> Json:
    """Wait until an appointment that begins in a period is booked, or one is cancelled.

    Fails when the period is over. Each check reads the appointments of the client, member of staff or location, or all
    of them.

    Args:
        credentials: The block of the account.
        is_: `booked` or `cancelled`.
        earliest: Start of the period: a datetime with a time zone, or text with an offset.
        latest: End of the period, which is not part of it.
        client_id: Whose appointment; defaults to anybody's.
        service_id: Of which service; defaults to any.
        staff_id: With whom; defaults to anybody.
        location_id: Where; defaults to anywhere.
        poll_interval: Seconds between the first two checks; doubles up to a quarter of an hour. All waiting tasks of
            the account together make at most a tenth of the requests of its day, and half of that in a quarter of it.
        timeout: The longest time to wait, in seconds, from its first start, however often the flow run is rescheduled.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id` of one, `count`, `ids` (up to 100). Also `requests`, and `waited`, the seconds spent waiting for permits.

    Raises:
        TimeoutError: It did not happen within `timeout` seconds.
        WhautomateError: It can no longer happen, or a check failed for good.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.aio.appointments import wait_for_appointment

        @flow
        async def my_flow(is_, earliest, latest):
            credentials = await WhautomateCredentials.aload("BLOCK_NAME")
            return await wait_for_appointment(credentials, is_, earliest, latest)
        ```
    """
    condition = checked(
        AppointmentIs,
        is_,
        earliest,
        latest,
        client_id=client_id,
        service_id=service_id,
        staff_id=staff_id,
        location_id=location_id,
    )
    return await wait_for_async(
        credentials,
        condition,
        poll_interval=poll_interval,
        timeout=timeout,
        max_requests=max_requests,
    )


@whautomate_task(finished_in_run=True)
async def wait_for_slot(
    credentials: WhautomateCredentials,
    service_id: str,
    earliest: datetime | str,
    latest: datetime | str,
    *,
    timezone: str = "UTC",
    hours: Sequence[str] | None = None,
    staff_id: str | None = None,
    location_id: str | None = None,
    poll_interval: float = 60.0,
    timeout: float = 86_400.0,
    max_requests: int | None = None,
) -> Json:
    """Wait until a slot of a service is free in a period. It may be taken before it is booked.

    Fails when the period is over. Each check makes a request for each remaining day of the period, until it finds a
    free slot.

    Args:
        credentials: The block of the account.
        service_id: Id of the service.
        earliest: Start of the period: a datetime with a time zone, or text with an offset.
        latest: End of the period, which is not part of it; up to 14 days later.
        timezone: IANA zone of `hours`.
        hours: Spans of the day in which the slot starts, such as `["09:00-12:00"]`; defaults to any time.
        staff_id: With whom; defaults to anybody.
        location_id: Where; defaults to anywhere.
        poll_interval: Seconds between the first two checks; doubles up to a quarter of an hour. All waiting tasks of
            the account together make at most a tenth of the requests of its day, and half of that in a quarter of it.
        timeout: The longest time to wait, in seconds, from its first start, however often the flow run is rescheduled.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `start` (UTC). Also `requests`, and `waited`, the seconds spent waiting for permits.

    Raises:
        TimeoutError: It did not happen within `timeout` seconds.
        WhautomateError: It can no longer happen, or a check failed for good.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.aio.appointments import wait_for_slot

        @flow
        async def my_flow(service_id, earliest, latest):
            credentials = await WhautomateCredentials.aload("BLOCK_NAME")
            return await wait_for_slot(credentials, service_id, earliest, latest)
        ```
    """
    condition = checked(
        SlotFree,
        service_id,
        earliest,
        latest,
        timezone=timezone,
        hours=hours,
        staff_id=staff_id,
        location_id=location_id,
    )
    return await wait_for_async(
        credentials,
        condition,
        poll_interval=poll_interval,
        timeout=timeout,
        max_requests=max_requests,
    )
