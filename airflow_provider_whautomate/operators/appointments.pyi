# Written by scripts/make_stubs.py: `nox -s stubs` writes it anew.
"""Appointments: free slots and bookings."""

from airflow.providers.common.compat.sdk import XComArg
from airflow_provider_whautomate.operators.base import WhautomateOperator
from airflow_provider_whautomate.operators.task_arguments import TaskArguments
from typing import Unpack
from whautomate_core import records
from whautomate_core.call import Json

class WhautomateListAppointmentSlotsOperator(WhautomateOperator):
    """Free slots by day (`GET /v1/appointments/slots`; official page, evidence A).

    :param filters: Filters, see `whautomate_core.records.SlotFilters` (templated).
    :param max_records: The most records to read; all where None (templated).
    :param output_path: File to write the records to in place of returning them: JSON lines, or Parquet where it
        ends in .parquet; local, or an object as `s3://conn_id@bucket/key`. It is there once it is whole; a local
        one can be read by its owner only. Returns `path` and `records`, their number (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; any number where None.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        filters: records.SlotFilters | str | XComArg | None = None,
        max_records: int | str | XComArg | None = None,
        output_path: str | XComArg | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateListAppointmentsOperator(WhautomateOperator):
    """List appointments (`GET /v1/appointments`; official page, evidence A).

    :param filters: Filters, see `whautomate_core.records.AppointmentFilters` (templated).
    :param max_records: The most records to read; all where None (templated).
    :param output_path: File to write the records to in place of returning them: JSON lines, or Parquet where it
        ends in .parquet; local, or an object as `s3://conn_id@bucket/key`. It is there once it is whole; a local
        one can be read by its owner only. Returns `path` and `records`, their number (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; any number where None.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        filters: records.AppointmentFilters | str | XComArg | None = None,
        max_records: int | str | XComArg | None = None,
        output_path: str | XComArg | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateBookAppointmentOperator(WhautomateOperator):
    """Book an appointment (`POST /v1/appointments`; path A; client, service, staff and location inferred, D).

    :param appointment: Fields, see `whautomate_core.records.AppointmentInput` (templated).
    :param extra: Fields to send that the check of names doesn't know (templated).
    :param allow_protected: Do it to people who opted out as well: a person means it (templated).
    :param key: What makes it the same call when the task runs again; DAG, task, map index and logical date (run id
        where there is none) where None. Never anything that changes between two runs of the same task (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; any number where None.
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
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; any number where None.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        appointment_id: str | XComArg,
        output_path: str | XComArg | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateRescheduleAppointmentOperator(WhautomateOperator):
    """Move an appointment (`POST /v1/appointments/reschedule`; official page, evidence A: the id is in the body).

    :param appointment: Fields, see `whautomate_core.records.RescheduleInput` (templated).
    :param extra: Fields to send that the check of names doesn't know (templated).
    :param allow_protected: Do it to people who opted out as well: a person means it (templated).
    :param key: What makes it the same call when the task runs again; DAG, task, map index and logical date (run id
        where there is none) where None. Never anything that changes between two runs of the same task (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; any number where None.
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

    :param appointment: Fields, see `whautomate_core.records.CancelInput` (templated).
    :param extra: Fields to send that the check of names doesn't know (templated).
    :param allow_protected: Do it to people who opted out as well: a person means it (templated).
    :param key: What makes it the same call when the task runs again; DAG, task, map index and logical date (run id
        where there is none) where None. Never anything that changes between two runs of the same task (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; any number where None.
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

