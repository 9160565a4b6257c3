# Written by scripts/generate: `nox -s generate` writes it anew.
"""Appointments: free slots, and bookings of a service with a member of staff."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, Unpack

from airflow_provider_whautomate._arguments import Templated
from airflow_provider_whautomate._runs import step_of
from airflow_provider_whautomate._task_arguments import TaskArguments
from airflow_provider_whautomate.operators.endpoint import WhautomateEndpointOperator
from airflow_provider_whautomate.operators.job import WhautomateJobOperator
from airflow_provider_whautomate.sources import airflow_storage
from whautomate_core.api import appointments, records
from whautomate_core.api.call import Call, Json

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context

    from whautomate_core.client.client import Client

__all__ = [
    "WhautomateBookAppointmentOperator",
    "WhautomateBookSlotOperator",
    "WhautomateCancelAppointmentOperator",
    "WhautomateCancelBookingOperator",
    "WhautomateExportAppointmentsOperator",
    "WhautomateGetAppointmentOperator",
    "WhautomateListAppointmentSlotsOperator",
    "WhautomateListAppointmentsOperator",
    "WhautomateRescheduleAppointmentOperator",
    "WhautomateRescheduleBookingOperator",
]


class WhautomateListAppointmentSlotsOperator(WhautomateEndpointOperator):
    """List free slots by day (`GET /v1/appointments/slots`; official page, evidence A).

    :param filters: Filters, see `whautomate_core.api.records.SlotFilters` (templated).
    :param max_records: The most records to read; defaults to all (templated).
    :param output_path: File to write the records to instead of returning them: JSON lines, or Parquet if it ends in
        .parquet; local, or an object as `s3://conn_id@bucket/key`. The file appears once it is complete; a local one
        can be read by its owner only. The task then returns `path` and `records`, their number (templated).
    :param return_records: Return whole records, names, numbers and texts included: Airflow keeps them in its database
        as XCom and shows them to everybody who may read the DAG. By default personal data is left out.
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration) and starts again afterwards.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    endpoint = "appointments.list_appointment_slots"
    reads = True
    template_fields = ("filters", "max_records", "output_path", *WhautomateEndpointOperator.template_fields)
    redacted_fields = frozenset({"filters"})

    def __init__(
        self,
        *,
        filters: records.SlotFilters | Templated | None = None,
        max_records: int | Templated | None = None,
        output_path: str | Templated | None = None,
        return_records: bool = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.filters = filters
        self.max_records = max_records
        self.output_path = output_path
        self.return_records = return_records
        self.check_arguments(WhautomateListAppointmentSlotsOperator)

    def call(self) -> Call[list[records.SlotDay]]:
        """Return the call of the rendered arguments."""
        return appointments.list_appointment_slots(filters=self.given("filters"))


class WhautomateListAppointmentsOperator(WhautomateEndpointOperator):
    """List appointments (`GET /v1/appointments`; official page, evidence A).

    :param filters: Filters, see `whautomate_core.api.records.AppointmentFilters` (templated).
    :param max_records: The most records to read; defaults to all (templated).
    :param output_path: File to write the records to instead of returning them: JSON lines, or Parquet if it ends in
        .parquet; local, or an object as `s3://conn_id@bucket/key`. The file appears once it is complete; a local one
        can be read by its owner only. The task then returns `path` and `records`, their number (templated).
    :param return_records: Return whole records, names, numbers and texts included: Airflow keeps them in its database
        as XCom and shows them to everybody who may read the DAG. By default personal data is left out.
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration) and starts again afterwards.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    endpoint = "appointments.list_appointments"
    reads = True
    template_fields = ("filters", "max_records", "output_path", *WhautomateEndpointOperator.template_fields)
    redacted_fields = frozenset({"filters"})

    def __init__(
        self,
        *,
        filters: records.AppointmentFilters | Templated | None = None,
        max_records: int | Templated | None = None,
        output_path: str | Templated | None = None,
        return_records: bool = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.filters = filters
        self.max_records = max_records
        self.output_path = output_path
        self.return_records = return_records
        self.check_arguments(WhautomateListAppointmentsOperator)

    def call(self) -> Call[list[records.Appointment]]:
        """Return the call of the rendered arguments."""
        return appointments.list_appointments(filters=self.given("filters"))


class WhautomateBookAppointmentOperator(WhautomateEndpointOperator):
    """Book an appointment (`POST /v1/appointments`; path A; client, service, staff and location inferred, D).

    :param appointment: Fields, see `whautomate_core.api.records.AppointmentInput` (templated).
    :param extra: Fields to send that the check of names does not know (templated).
    :param allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision (templated).
    :param key: Identifies the call when the task runs again; defaults to DAG, task, logical date (run id if there is
        none), and the person or booking that it is about. Never anything that changes between two runs of the same
        task, such as the map index (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration) and starts again afterwards.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    endpoint = "appointments.book_appointment"
    template_fields = ("appointment", "extra", "allow_protected", "key", *WhautomateEndpointOperator.template_fields)
    redacted_fields = frozenset({"appointment", "extra"})

    def __init__(
        self,
        *,
        appointment: records.AppointmentInput | Templated,
        extra: Json | Templated | None = None,
        allow_protected: bool | Templated = False,
        key: str | Templated | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.appointment = appointment
        self.extra = extra
        self.allow_protected = allow_protected
        self.key = key
        self.check_arguments(WhautomateBookAppointmentOperator)

    def call(self) -> Call[records.Appointment]:
        """Return the call of the rendered arguments."""
        return appointments.book_appointment(
            appointment=self.given("appointment"),
            extra=self.given("extra"),
            allow_protected=self.given("allow_protected"),
        )


class WhautomateGetAppointmentOperator(WhautomateEndpointOperator):
    """Show one appointment (`GET /v1/appointments/{appointmentId}`; official page, evidence A).

    :param appointment_id: Id of the appointment (templated).
    :param output_path: File to write the records to instead of returning them: JSON lines, or Parquet if it ends in
        .parquet; local, or an object as `s3://conn_id@bucket/key`. The file appears once it is complete; a local one
        can be read by its owner only. The task then returns `path` and `records`, their number (templated).
    :param return_records: Return whole records, names, numbers and texts included: Airflow keeps them in its database
        as XCom and shows them to everybody who may read the DAG. By default personal data is left out.
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration) and starts again afterwards.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    endpoint = "appointments.get_appointment"
    reads = True
    template_fields = ("appointment_id", "output_path", *WhautomateEndpointOperator.template_fields)

    def __init__(
        self,
        *,
        appointment_id: str | Templated,
        output_path: str | Templated | None = None,
        return_records: bool = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.appointment_id = appointment_id
        self.output_path = output_path
        self.return_records = return_records
        self.check_arguments(WhautomateGetAppointmentOperator)

    def call(self) -> Call[records.Appointment]:
        """Return the call of the rendered arguments."""
        return appointments.get_appointment(appointment_id=self.given("appointment_id"))


class WhautomateRescheduleAppointmentOperator(WhautomateEndpointOperator):
    """Move an appointment (`POST /v1/appointments/reschedule`; official page, evidence A: the id is in the body).

    :param appointment: Fields, see `whautomate_core.api.records.RescheduleInput` (templated).
    :param extra: Fields to send that the check of names does not know (templated).
    :param allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision (templated).
    :param key: Identifies the call when the task runs again; defaults to DAG, task, logical date (run id if there is
        none), and the person or booking that it is about. Never anything that changes between two runs of the same
        task, such as the map index (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration) and starts again afterwards.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    endpoint = "appointments.reschedule_appointment"
    template_fields = ("appointment", "extra", "allow_protected", "key", *WhautomateEndpointOperator.template_fields)
    redacted_fields = frozenset({"appointment", "extra"})

    def __init__(
        self,
        *,
        appointment: records.RescheduleInput | Templated,
        extra: Json | Templated | None = None,
        allow_protected: bool | Templated = False,
        key: str | Templated | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.appointment = appointment
        self.extra = extra
        self.allow_protected = allow_protected
        self.key = key
        self.check_arguments(WhautomateRescheduleAppointmentOperator)

    def call(self) -> Call[records.Appointment]:
        """Return the call of the rendered arguments."""
        return appointments.reschedule_appointment(
            appointment=self.given("appointment"),
            extra=self.given("extra"),
            allow_protected=self.given("allow_protected"),
        )


class WhautomateCancelAppointmentOperator(WhautomateEndpointOperator):
    """Cancel an appointment (`POST /v1/appointments/cancel`; official page, evidence A: the id is in the body).

    :param appointment: Fields, see `whautomate_core.api.records.CancelInput` (templated).
    :param extra: Fields to send that the check of names does not know (templated).
    :param allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision (templated).
    :param key: Identifies the call when the task runs again; defaults to DAG, task, logical date (run id if there is
        none), and the person or booking that it is about. Never anything that changes between two runs of the same
        task, such as the map index (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration) and starts again afterwards.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    endpoint = "appointments.cancel_appointment"
    template_fields = ("appointment", "extra", "allow_protected", "key", *WhautomateEndpointOperator.template_fields)
    redacted_fields = frozenset({"appointment", "extra"})

    def __init__(
        self,
        *,
        appointment: records.CancelInput | Templated,
        extra: Json | Templated | None = None,
        allow_protected: bool | Templated = False,
        key: str | Templated | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.appointment = appointment
        self.extra = extra
        self.allow_protected = allow_protected
        self.key = key
        self.check_arguments(WhautomateCancelAppointmentOperator)

    def call(self) -> Call[records.EmptyResult]:
        """Return the call of the rendered arguments."""
        return appointments.cancel_appointment(
            appointment=self.given("appointment"),
            extra=self.given("extra"),
            allow_protected=self.given("allow_protected"),
        )


class WhautomateBookSlotOperator(WhautomateJobOperator):
    """Book the first free slot that fits, once: running the step again returns the booking that it made.

    Slots are read one day per request, from `earliest` until there is one; if no member of staff is named, those of
    everybody who offers the service. If somebody else takes a slot first, the next one is tried. If the answer is lost,
    the booking is looked for among the client's, by service, staff and start. A slot in the hour that comes twice when
    clocks are put back is left out, because a booking can't say which of the two it means.

    Returns: `id`, `status`, `start` (UTC), `date`, `time`, `timezone` and `staff_id` of the booking; `booked`, False
        if it was made before.

    Raises: `ConfigurationError` and `InvalidRequest` before anything is sent; `NotFound` where no slot is free;
        `InvalidRequest` where the member of staff doesn't offer the service; `PolicyRefused`; `OutcomeUnknown` where
        the answer was lost and no list shows the booking: it is not made again on a guess.

    In addition: `requests`, and `waited`, the seconds spent waiting for permits; both of the whole try.

    :param client_id: Id of the client who comes (templated).
    :param service_id: Id of the service, of type APPOINTMENT (templated).
    :param earliest: Start of the period in which the appointment starts: a datetime with a time zone, or text with an
        offset (templated).
    :param latest: End of the period, which is not part of it; up to 92 days later (templated).
    :param timezone: IANA zone of the booking and of `hours`, such as `Europe/Berlin` (templated).
    :param staff_id: Id of the member of staff; defaults to whoever is free first (templated).
    :param location_id: Id of the location; defaults to the account's (templated).
    :param hours: Times of day within which it starts, such as `["09:00-12:00", "15:00-17:30"]`; defaults to any time
        (templated).
    :param add_on_service_ids: Ids of services that are booked along with it (templated).
    :param notes: Notes on the booking (templated).
    :param missing_ok: If no slot is free, return the id None instead of failing (templated).
    :param key: Identifies the call when the task runs again; defaults to DAG, task, logical date (run id if there is
        none), and the person or booking that it is about. Never anything that changes between two runs of the same
        task, such as the map index (templated).
    :param allow_protected: Also apply to opted-out people, whom a reminder may reach. Set it only after a deliberate
        human decision (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration) and starts again afterwards.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    job = "book_slot"
    template_fields = (
        "client_id",
        "service_id",
        "earliest",
        "latest",
        "timezone",
        "staff_id",
        "location_id",
        "hours",
        "add_on_service_ids",
        "notes",
        "missing_ok",
        "key",
        "allow_protected",
        *WhautomateJobOperator.template_fields,
    )
    redacted_fields = frozenset({"notes"})

    def __init__(
        self,
        *,
        client_id: str | Templated,
        service_id: str | Templated,
        earliest: datetime | str | Templated,
        latest: datetime | str | Templated,
        timezone: str | Templated,
        staff_id: str | Templated | None = None,
        location_id: str | Templated | None = None,
        hours: list[str] | Templated | None = None,
        add_on_service_ids: list[str] | Templated | None = None,
        notes: str | Templated | None = None,
        missing_ok: bool | Templated = False,
        key: str | Templated | None = None,
        allow_protected: bool | Templated = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.client_id = client_id
        self.service_id = service_id
        self.earliest = earliest
        self.latest = latest
        self.timezone = timezone
        self.staff_id = staff_id
        self.location_id = location_id
        self.hours = hours
        self.add_on_service_ids = add_on_service_ids
        self.notes = notes
        self.missing_ok = missing_ok
        self.key = key
        self.allow_protected = allow_protected
        self.check_arguments(WhautomateBookSlotOperator)

    def run_job(self, client: Client, context: Context) -> dict[str, Any]:
        """Run the job with the rendered arguments and return its report."""
        from whautomate_core.bookings.slots import book_slot

        return book_slot(
            client,
            client_id=self.given("client_id"),
            service_id=self.given("service_id"),
            earliest=self.given("earliest"),
            latest=self.given("latest"),
            timezone=self.given("timezone"),
            staff_id=self.given("staff_id"),
            location_id=self.given("location_id"),
            hours=self.given("hours"),
            add_on_service_ids=self.given("add_on_service_ids"),
            notes=self.given("notes"),
            missing_ok=self.given("missing_ok"),
            key=self.given("key"),
            allow_protected=self.given("allow_protected"),
            step=step_of(context),
        )


class WhautomateRescheduleBookingOperator(WhautomateJobOperator):
    """Move an appointment to another time, once, if that slot is free.

    The slot is looked up first. If it is not free, nothing is sent and the booking stays as it was. A slot that
    overlaps the booking itself counts as taken, because the list of free slots doesn't tell who takes them. An
    appointment that is at that time already is left alone. If the answer is lost, the appointment is read.

    Returns: `id`, `start` (UTC); `changed`, False if it was at that time already.

    Raises: `ConfigurationError` and `InvalidRequest` before anything is sent; `NotFound` where there is no such
        appointment or the slot isn't free; `InvalidRequest` where there are several or it is cancelled;
        `PolicyRefused`; `OutcomeUnknown` where the answer was lost and the appointment is not there.

    In addition: `requests`, and `waited`, the seconds spent waiting for permits; both of the whole try.

    :param start: The new start: a datetime with a time zone, or text with an offset (templated).
    :param appointment_id: Id of the appointment; either this, or `client_id` and `date` (templated).
    :param client_id: Id of the client who has the appointment (templated).
    :param date: The day of the appointment, `2026-03-01`, in `timezone` (templated).
    :param service_id: Its service, where the client has several appointments on that day (templated).
    :param timezone: IANA zone of `date`, and of the new time; defaults to the appointment's own (templated).
    :param key: Identifies the call when the task runs again; defaults to DAG, task, logical date (run id if there is
        none), and the person or booking that it is about. Never anything that changes between two runs of the same
        task, such as the map index (templated).
    :param allow_protected: Also apply to opted-out people, whom a message may reach. Set it only after a deliberate
        human decision (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration) and starts again afterwards.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    job = "reschedule_booking"
    template_fields = (
        "start",
        "appointment_id",
        "client_id",
        "date",
        "service_id",
        "timezone",
        "key",
        "allow_protected",
        *WhautomateJobOperator.template_fields,
    )

    def __init__(
        self,
        *,
        start: datetime | str | Templated,
        appointment_id: str | Templated | None = None,
        client_id: str | Templated | None = None,
        date: str | Templated | None = None,
        service_id: str | Templated | None = None,
        timezone: str | Templated | None = None,
        key: str | Templated | None = None,
        allow_protected: bool | Templated = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.start = start
        self.appointment_id = appointment_id
        self.client_id = client_id
        self.date = date
        self.service_id = service_id
        self.timezone = timezone
        self.key = key
        self.allow_protected = allow_protected
        self.check_arguments(WhautomateRescheduleBookingOperator)

    def run_job(self, client: Client, context: Context) -> dict[str, Any]:
        """Run the job with the rendered arguments and return its report."""
        from whautomate_core.bookings.appointments import reschedule_booking

        return reschedule_booking(
            client,
            start=self.given("start"),
            appointment_id=self.given("appointment_id"),
            client_id=self.given("client_id"),
            date=self.given("date"),
            service_id=self.given("service_id"),
            timezone=self.given("timezone"),
            key=self.given("key"),
            allow_protected=self.given("allow_protected"),
            step=step_of(context),
        )


class WhautomateCancelBookingOperator(WhautomateJobOperator):
    """Cancel an appointment, once. An appointment that is cancelled already is left alone.

    Returns: `id`; `changed`, False if it was cancelled already.

    Raises: `ConfigurationError` and `InvalidRequest` before anything is sent; `NotFound` where there is no such
        appointment; `InvalidRequest` where there are several; `PolicyRefused`; `OutcomeUnknown` where the answer was
        lost and the appointment is not cancelled.

    In addition: `requests`, and `waited`, the seconds spent waiting for permits; both of the whole try.

    :param appointment_id: Id of the appointment; either this, or `client_id` and `date` (templated).
    :param client_id: Id of the client who has the appointment (templated).
    :param date: The day of the appointment, `2026-03-01`, in `timezone` (templated).
    :param service_id: Its service, where the client has several appointments on that day (templated).
    :param timezone: IANA zone of `date`; defaults to that of each appointment (templated).
    :param reason: The reason, which the client may see (templated).
    :param key: Identifies the call when the task runs again; defaults to DAG, task, logical date (run id if there is
        none), and the person or booking that it is about. Never anything that changes between two runs of the same
        task, such as the map index (templated).
    :param allow_protected: Also apply to opted-out people, whom a message may reach. Set it only after a deliberate
        human decision (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration) and starts again afterwards.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    job = "cancel_booking"
    template_fields = (
        "appointment_id",
        "client_id",
        "date",
        "service_id",
        "timezone",
        "reason",
        "key",
        "allow_protected",
        *WhautomateJobOperator.template_fields,
    )
    redacted_fields = frozenset({"reason"})

    def __init__(
        self,
        *,
        appointment_id: str | Templated | None = None,
        client_id: str | Templated | None = None,
        date: str | Templated | None = None,
        service_id: str | Templated | None = None,
        timezone: str | Templated | None = None,
        reason: str | Templated | None = None,
        key: str | Templated | None = None,
        allow_protected: bool | Templated = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.appointment_id = appointment_id
        self.client_id = client_id
        self.date = date
        self.service_id = service_id
        self.timezone = timezone
        self.reason = reason
        self.key = key
        self.allow_protected = allow_protected
        self.check_arguments(WhautomateCancelBookingOperator)

    def run_job(self, client: Client, context: Context) -> dict[str, Any]:
        """Run the job with the rendered arguments and return its report."""
        from whautomate_core.bookings.appointments import cancel_booking

        return cancel_booking(
            client,
            appointment_id=self.given("appointment_id"),
            client_id=self.given("client_id"),
            date=self.given("date"),
            service_id=self.given("service_id"),
            timezone=self.given("timezone"),
            reason=self.given("reason"),
            key=self.given("key"),
            allow_protected=self.given("allow_protected"),
            step=step_of(context),
        )


class WhautomateExportAppointmentsOperator(WhautomateJobOperator):
    """Write the appointments of a period to a file, one row each, without names and numbers of people.

    All appointments are read, because it is not documented which date the server's filters mean. The same period gives
    the same rows, so a run may be repeated; `by="changed"` with the period since the run before gives what is new.

    Returns: `path`; `records`, the number of rows; `earliest` and `latest` (UTC).

    Raises: `ConfigurationError` before anything is sent; `ListUnstable` where the list changes every time it is
        read; no file is written then.

    In addition: `requests`, and `waited`, the seconds spent waiting for permits; both of the whole try.

    :param output_path: File to write to: JSON lines, or Parquet where it ends in `.parquet`; local, or the URL of an
        object such as `s3://bucket/key`. It appears once it is complete; only its owner can read a local one
        (templated).
    :param earliest: Start of the period: a datetime with a time zone, or text with an offset (templated).
    :param latest: Its end, which is not part of it (templated).
    :param by: What must be in the period: the start, or the last change (`changed`). A record without a time of change
        always counts as changed (templated).
    :param location_id: Only those of this location; defaults to all (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration) and starts again afterwards.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    job = "export_appointments"
    template_fields = ("output_path", "earliest", "latest", "by", "location_id", *WhautomateJobOperator.template_fields)

    def __init__(
        self,
        *,
        output_path: str | Templated,
        earliest: datetime | str | Templated,
        latest: datetime | str | Templated,
        by: Literal["start", "changed"] | Templated = "start",
        location_id: str | Templated | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.output_path = output_path
        self.earliest = earliest
        self.latest = latest
        self.by = by
        self.location_id = location_id
        self.check_arguments(WhautomateExportAppointmentsOperator)

    def run_job(self, client: Client, context: Context) -> dict[str, Any]:
        """Run the job with the rendered arguments and return its report."""
        from whautomate_core.bookings.exports import export_appointments

        return export_appointments(
            client,
            output_path=self.given("output_path"),
            earliest=self.given("earliest"),
            latest=self.given("latest"),
            by=self.given("by"),
            location_id=self.given("location_id"),
            storage=airflow_storage,
        )
