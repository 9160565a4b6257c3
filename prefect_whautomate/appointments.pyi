# Written by scripts/make_task_stubs.py: `nox -s stubs` writes it anew.
"""Appointments: free slots and bookings."""

from collections.abc import Coroutine
from prefect import Task
from prefect_whautomate.credentials import WhautomateCredentials
from typing import Any
from typing import overload
from whautomate_core.call import Json
from whautomate_core.records import Appointment
from whautomate_core.records import AppointmentFilters
from whautomate_core.records import AppointmentInput
from whautomate_core.records import CancelInput
from whautomate_core.records import RescheduleInput
from whautomate_core.records import SlotDay
from whautomate_core.records import SlotFilters

class _list_appointment_slots(Task[..., list[SlotDay]]):
    """Free slots by day (`GET /v1/appointments/slots`; official page, evidence A).

    Args:
        credentials: Where to and as whom.
        max_records: The most records to return; all where None.
        output_path: File to write the records to in place of returning them: JSON lines, or Parquet where it ends in
            `.parquet`; local, or the URL of an object such as `s3://bucket/key`. It is there once it is whole; a
            local one can be read by its owner only. Returns `path` and `records`, their number.
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
    def __call__(self, credentials: WhautomateCredentials, *, filters: SlotFilters | None = ..., max_records: int | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> list[SlotDay]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, *, filters: SlotFilters | None = ..., max_records: int | None = ..., output_path: str, max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...

list_appointment_slots: _list_appointment_slots

class _alist_appointment_slots(Task[..., Coroutine[Any, Any, list[SlotDay]]]):
    """`list_appointment_slots` for coroutines."""
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, *, filters: SlotFilters | None = ..., max_records: int | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, list[SlotDay]]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, *, filters: SlotFilters | None = ..., max_records: int | None = ..., output_path: str, max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...

alist_appointment_slots: _alist_appointment_slots

class _list_appointments(Task[..., list[Appointment]]):
    """List appointments (`GET /v1/appointments`; official page, evidence A).

    Args:
        credentials: Where to and as whom.
        max_records: The most records to return; all where None.
        output_path: File to write the records to in place of returning them: JSON lines, or Parquet where it ends in
            `.parquet`; local, or the URL of an object such as `s3://bucket/key`. It is there once it is whole; a
            local one can be read by its owner only. Returns `path` and `records`, their number.
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
    def __call__(self, credentials: WhautomateCredentials, *, filters: AppointmentFilters | None = ..., max_records: int | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> list[Appointment]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, *, filters: AppointmentFilters | None = ..., max_records: int | None = ..., output_path: str, max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...

list_appointments: _list_appointments

class _alist_appointments(Task[..., Coroutine[Any, Any, list[Appointment]]]):
    """`list_appointments` for coroutines."""
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, *, filters: AppointmentFilters | None = ..., max_records: int | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, list[Appointment]]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, *, filters: AppointmentFilters | None = ..., max_records: int | None = ..., output_path: str, max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...

alist_appointments: _alist_appointments

class _book_appointment(Task[..., dict[str, Any]]):
    """Book an appointment (`POST /v1/appointments`; path A; client, service, staff and location inferred, D).

    Args:
        credentials: Where to and as whom.
        key: What identifies this call: under one key it happens once. Where None it happens once in a flow run (the
            outermost) for what it is about: the ids, and whom or what the body names. A second call about the same,
            such as another text to the same person, is an error that asks for a key. Outside of runs each call
            without a key is sent.
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
    def __call__(self, credentials: WhautomateCredentials, appointment_id: str, *, max_requests: int | None = ..., wait_for: Any = ...) -> Appointment: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, appointment_id: str, *, output_path: str, max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...

get_appointment: _get_appointment

class _aget_appointment(Task[..., Coroutine[Any, Any, Appointment]]):
    """`get_appointment` for coroutines."""
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, appointment_id: str, *, max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, Appointment]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, appointment_id: str, *, output_path: str, max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...

aget_appointment: _aget_appointment

class _reschedule_appointment(Task[..., dict[str, Any]]):
    """Move an appointment (`POST /v1/appointments/reschedule`; official page, evidence A: the id is in the body).

    Args:
        credentials: Where to and as whom.
        key: What identifies this call: under one key it happens once. Where None it happens once in a flow run (the
            outermost) for what it is about: the ids, and whom or what the body names. A second call about the same,
            such as another text to the same person, is an error that asks for a key. Outside of runs each call
            without a key is sent.
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
            outermost) for what it is about: the ids, and whom or what the body names. A second call about the same,
            such as another text to the same person, is an error that asks for a key. Outside of runs each call
            without a key is sent.
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

