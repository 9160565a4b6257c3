# Written by scripts/make_stubs.py: `nox -s stubs` writes it anew.
"""Appointments: the endpoints, and the jobs that book the first free slot, move, cancel and export."""

from airflow.providers.common.compat.sdk import XComArg
from airflow_provider_whautomate.operators.base import WhautomateOperator
from airflow_provider_whautomate.operators.task_arguments import TaskArguments
from datetime import datetime
from datetime import timedelta
from typing import Literal
from typing import Unpack
from whautomate_core.api import records
from whautomate_core.api.call import Json

class WhautomateListAppointmentSlotsOperator(WhautomateOperator):
    """Free slots by day (`GET /v1/appointments/slots`; official page, evidence A).

    :param filters: Filters, see `whautomate_core.api.records.SlotFilters` (templated).
    :param max_records: The most records to read; defaults to all (templated).
    :param output_path: File to write the records to in place of returning them: JSON lines, or Parquet where it
        ends in .parquet; local, or an object as `s3://conn_id@bucket/key`. It is there once it is whole; a local
        one can be read by its owner only. Returns `path` and `records`, their number (templated).
    :param return_records: Return whole records, names, numbers and texts included: Airflow keeps them in its
        database as XCom and shows them to everybody who may read the DAG. By default personal data is left out.
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        filters: records.SlotFilters | str | XComArg | None = None,
        max_records: int | str | XComArg | None = None,
        output_path: str | XComArg | None = None,
        return_records: bool = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateListAppointmentsOperator(WhautomateOperator):
    """List appointments (`GET /v1/appointments`; official page, evidence A).

    :param filters: Filters, see `whautomate_core.api.records.AppointmentFilters` (templated).
    :param max_records: The most records to read; defaults to all (templated).
    :param output_path: File to write the records to in place of returning them: JSON lines, or Parquet where it
        ends in .parquet; local, or an object as `s3://conn_id@bucket/key`. It is there once it is whole; a local
        one can be read by its owner only. Returns `path` and `records`, their number (templated).
    :param return_records: Return whole records, names, numbers and texts included: Airflow keeps them in its
        database as XCom and shows them to everybody who may read the DAG. By default personal data is left out.
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        filters: records.AppointmentFilters | str | XComArg | None = None,
        max_records: int | str | XComArg | None = None,
        output_path: str | XComArg | None = None,
        return_records: bool = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateBookAppointmentOperator(WhautomateOperator):
    """Book an appointment (`POST /v1/appointments`; path A; client, service, staff and location inferred, D).

    :param appointment: Fields, see `whautomate_core.api.records.AppointmentInput` (templated).
    :param extra: Fields to send that the check of names doesn't know (templated).
    :param allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision
        (templated).
    :param key: What makes it the same call when the task runs again; defaults to DAG, task, logical date (run id if
        there is none), and the person or booking that it is about. Never anything that changes between two runs of
        the same task, such as the map index (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        appointment: records.AppointmentInput | str | XComArg,
        extra: Json | str | XComArg | None = None,
        allow_protected: bool | str | XComArg = False,
        key: str | XComArg | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateGetAppointmentOperator(WhautomateOperator):
    """Show one appointment (`GET /v1/appointments/{appointmentId}`; official page, evidence A).

    :param appointment_id: Id of the appointment (templated).
    :param output_path: File to write the records to in place of returning them: JSON lines, or Parquet where it
        ends in .parquet; local, or an object as `s3://conn_id@bucket/key`. It is there once it is whole; a local
        one can be read by its owner only. Returns `path` and `records`, their number (templated).
    :param return_records: Return whole records, names, numbers and texts included: Airflow keeps them in its
        database as XCom and shows them to everybody who may read the DAG. By default personal data is left out.
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        appointment_id: str | XComArg,
        output_path: str | XComArg | None = None,
        return_records: bool = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateRescheduleAppointmentOperator(WhautomateOperator):
    """Move an appointment (`POST /v1/appointments/reschedule`; official page, evidence A: the id is in the body).

    :param appointment: Fields, see `whautomate_core.api.records.RescheduleInput` (templated).
    :param extra: Fields to send that the check of names doesn't know (templated).
    :param allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision
        (templated).
    :param key: What makes it the same call when the task runs again; defaults to DAG, task, logical date (run id if
        there is none), and the person or booking that it is about. Never anything that changes between two runs of
        the same task, such as the map index (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        appointment: records.RescheduleInput | str | XComArg,
        extra: Json | str | XComArg | None = None,
        allow_protected: bool | str | XComArg = False,
        key: str | XComArg | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateCancelAppointmentOperator(WhautomateOperator):
    """Cancel an appointment (`POST /v1/appointments/cancel`; official page, evidence A: the id is in the body).

    :param appointment: Fields, see `whautomate_core.api.records.CancelInput` (templated).
    :param extra: Fields to send that the check of names doesn't know (templated).
    :param allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision
        (templated).
    :param key: What makes it the same call when the task runs again; defaults to DAG, task, logical date (run id if
        there is none), and the person or booking that it is about. Never anything that changes between two runs of
        the same task, such as the map index (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        appointment: records.CancelInput | str | XComArg,
        extra: Json | str | XComArg | None = None,
        allow_protected: bool | str | XComArg = False,
        key: str | XComArg | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateBookSlotOperator(WhautomateOperator):
    """Book the first free slot that fits, once: who runs the step again gets the booking that it made.

    Slots are read a day a request, from `earliest` on until there is one; where no member of staff is named, those of
    each who offers the service. A slot that somebody else takes first is passed over for the next. Where the answer is
    lost the booking is looked for among the client's, by service, staff and start. A slot in the hour that comes twice
    when clocks are put back is left out: a booking can't say which of the two it means.

    Returns: `id`, `status`, `start` (UTC), `date`, `time`, `timezone` and `staff_id` of the booking; `booked`, False
        where it was made before.

    Raises: `ConfigurationError` and `InvalidRequest` before anything is sent; `NotFound` where no slot is free;
        `InvalidRequest` where the member of staff doesn't offer the service; `PolicyRefused`; `OutcomeUnknown` where
        the answer was lost and the booking is not there to be seen: it is not made again on a guess.

    Beside it: `requests`, and `waited`, the seconds spent waiting for permits; both of the whole try.

    :param client_id: Who comes (templated).
    :param service_id: What is booked, a service of type APPOINTMENT (templated).
    :param earliest: Begin of the period in which it starts: a datetime with a time zone, or text with an offset (templated).
    :param latest: End of the period, which is not in it any more; up to 92 days later (templated).
    :param timezone: IANA zone that the booking is made in and `hours` are of, such as `Europe/Berlin` (templated).
    :param staff_id: With whom; defaults to whoever is free first (templated).
    :param location_id: Where; defaults to the account's (templated).
    :param hours: Spans of the day in which it starts, such as `["09:00-12:00", "15:00-17:30"]`; defaults to any time (templated).
    :param add_on_service_ids: Services that are booked along with it (templated).
    :param notes: Notes to the booking (templated).
    :param missing_ok: Return the id None where no slot is free (templated).
    :param key: What makes it the same call when the task runs again; defaults to DAG, task, logical date (run id if there is none), and the person or booking that it is about. Never anything that changes between two runs of the same task, such as the map index (templated).
    :param allow_protected: Also apply to opted-out people, whom a reminder may reach. Set it only after a deliberate human decision (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        client_id: str | XComArg,
        service_id: str | XComArg,
        earliest: datetime | str | XComArg,
        latest: datetime | str | XComArg,
        timezone: str | XComArg,
        staff_id: str | XComArg | None = None,
        location_id: str | XComArg | None = None,
        hours: list[str] | str | XComArg | None = None,
        add_on_service_ids: list[str] | str | XComArg | None = None,
        notes: str | XComArg | None = None,
        missing_ok: bool | str | XComArg = False,
        key: str | XComArg | None = None,
        allow_protected: bool | str | XComArg = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateRescheduleBookingOperator(WhautomateOperator):
    """Move an appointment to another time, once, where the slot then is free.

    That is looked at first, and where it isn't nothing is sent: the booking stays as it was. A slot that overlaps the
    booking itself counts as taken, since the list of free ones doesn't tell by whom. One that is there already is left
    alone. Where the answer is lost, the appointment is read.

    Returns: `id`, `start` (UTC); `changed`, False where it was there already.

    Raises: `ConfigurationError` and `InvalidRequest` before anything is sent; `NotFound` where there is no such
        appointment or the slot isn't free; `InvalidRequest` where there are several or it is cancelled;
        `PolicyRefused`; `OutcomeUnknown` where the answer was lost and the appointment is not there.

    Beside it: `requests`, and `waited`, the seconds spent waiting for permits; both of the whole try.

    :param start: When it is to begin: a datetime with a time zone, or text with an offset (templated).
    :param appointment_id: Id of the appointment; this, or `client_id` and `date` (templated).
    :param client_id: Whose appointment it is (templated).
    :param date: The day it is on, `2026-03-01`, in `timezone` (templated).
    :param service_id: Of what, where the client has several appointments on that day (templated).
    :param timezone: IANA zone of `date`, and the one the booking is made in; defaults to the appointment's own (templated).
    :param key: What makes it the same call when the task runs again; defaults to DAG, task, logical date (run id if there is none), and the person or booking that it is about. Never anything that changes between two runs of the same task, such as the map index (templated).
    :param allow_protected: Also apply to opted-out people, whom a message may reach. Set it only after a deliberate human decision (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        start: datetime | str | XComArg,
        appointment_id: str | XComArg | None = None,
        client_id: str | XComArg | None = None,
        date: str | XComArg | None = None,
        service_id: str | XComArg | None = None,
        timezone: str | XComArg | None = None,
        key: str | XComArg | None = None,
        allow_protected: bool | str | XComArg = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateCancelBookingOperator(WhautomateOperator):
    """Cancel an appointment, once. One that is cancelled already is left alone.

    Returns: `id`; `changed`, False where it was cancelled already.

    Raises: `ConfigurationError` and `InvalidRequest` before anything is sent; `NotFound` where there is no such
        appointment; `InvalidRequest` where there are several; `PolicyRefused`; `OutcomeUnknown` where the answer was
        lost and the appointment is not cancelled.

    Beside it: `requests`, and `waited`, the seconds spent waiting for permits; both of the whole try.

    :param appointment_id: Id of the appointment; this, or `client_id` and `date` (templated).
    :param client_id: Whose appointment it is (templated).
    :param date: The day it is on, `2026-03-01`, in `timezone` (templated).
    :param service_id: Of what, where the client has several appointments on that day (templated).
    :param timezone: IANA zone of `date`; defaults to that of each appointment (templated).
    :param reason: Why, which the client may be told (templated).
    :param key: What makes it the same call when the task runs again; defaults to DAG, task, logical date (run id if there is none), and the person or booking that it is about. Never anything that changes between two runs of the same task, such as the map index (templated).
    :param allow_protected: Also apply to opted-out people, whom a message may reach. Set it only after a deliberate human decision (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        appointment_id: str | XComArg | None = None,
        client_id: str | XComArg | None = None,
        date: str | XComArg | None = None,
        service_id: str | XComArg | None = None,
        timezone: str | XComArg | None = None,
        reason: str | XComArg | None = None,
        key: str | XComArg | None = None,
        allow_protected: bool | str | XComArg = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateExportAppointmentsOperator(WhautomateOperator):
    """Write the appointments of a period to a file, one row each, without names and numbers of people.

    All appointments are read, since nobody knows which date the server's filters mean. The same period gives the same
    rows, so that a run may be repeated; with `by="changed"` and the period since the run before it is what is new.

    Returns: `path`; `records`, how many rows it has; `earliest` and `latest` (UTC).

    Raises: `ConfigurationError` before anything is sent; `ListUnstable` where the list changes whenever it is read: no
        file is written.

    Beside it: `requests`, and `waited`, the seconds spent waiting for permits; both of the whole try.

    :param output_path: File to write to: JSON lines, or Parquet where it ends in `.parquet`; local, or the URL of an object such as `s3://bucket/key`. It is there once it is whole; a local one can be read by its owner only (templated).
    :param earliest: Begin of the period: a datetime with a time zone, or text with an offset (templated).
    :param latest: Its end, which is not in it any more (templated).
    :param by: What is in the period: `start`, or the last change (`changed`); one without a time of change always is (templated).
    :param location_id: Of one location; defaults to all (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        output_path: str | XComArg,
        earliest: datetime | str | XComArg,
        latest: datetime | str | XComArg,
        by: Literal['start', 'changed'] | str | XComArg = 'start',
        location_id: str | XComArg | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...

