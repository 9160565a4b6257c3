# Written by scripts/make_stubs.py: `nox -s stubs` writes it anew.
"""Staff, and the times they are not available."""

from airflow.providers.common.compat.sdk import XComArg
from airflow_provider_whautomate.operators.base import WhautomateOperator
from airflow_provider_whautomate.operators.task_arguments import TaskArguments
from typing import Unpack
from whautomate_core import records
from whautomate_core.call import Json

class WhautomateListStaffsOperator(WhautomateOperator):
    """List or search staff (`GET /v1/staffs`; white-label copy, evidence B).

    :param filters: Filters, see `whautomate_core.records.LocatedFilters` (templated).
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
        filters: records.LocatedFilters | str | XComArg | None = None,
        max_records: int | str | XComArg | None = None,
        output_path: str | XComArg | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateGetStaffOperator(WhautomateOperator):
    """Show one member of staff (`GET /v1/staffs/{staffId}`; white-label copy, evidence B).

    :param staff_id: Id of the staff (templated).
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
        staff_id: str | XComArg,
        output_path: str | XComArg | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateListStaffAvailabilityBlocksOperator(WhautomateOperator):
    """When somebody is not available (`GET /v1/staffs/{staffId}/availabilityBlocks`; path C, shape D: inferred).

    The names of the filters and of the fields differ between the two integrators who have them.

    :param staff_id: Id of the staff (templated).
    :param filters: Filters, see `whautomate_core.records.BlockFilters` (templated).
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
        staff_id: str | XComArg,
        filters: records.BlockFilters | str | XComArg | None = None,
        max_records: int | str | XComArg | None = None,
        output_path: str | XComArg | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateCreateStaffAvailabilityBlockOperator(WhautomateOperator):
    """Block somebody's time (`POST /v1/staffs/{staffId}/availabilityBlocks`; path C, shape D: inferred).

    No trustworthy source has the body: `extra={"startTime": ...}` sends the fields of the other integrator.

    :param staff_id: Id of the staff (templated).
    :param availability_block: Fields, see `whautomate_core.records.AvailabilityBlockInput` (templated).
    :param extra: Fields to send that the check of names doesn't know (templated).
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
        staff_id: str | XComArg,
        availability_block: records.AvailabilityBlockInput | str | XComArg,
        extra: Json | str | XComArg | None = None,
        key: str | XComArg | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateGetStaffAvailabilityBlockOperator(WhautomateOperator):
    """Show one block (`GET /v1/staffs/{staffId}/availabilityBlocks/{availabilityBlockId}`; path C, shape D).

    :param staff_id: Id of the staff (templated).
    :param availability_block_id: Id of the availability block (templated).
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
        staff_id: str | XComArg,
        availability_block_id: str | XComArg,
        output_path: str | XComArg | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateDeleteStaffAvailabilityBlockOperator(WhautomateOperator):
    """Delete a block (`DELETE /v1/staffs/{staffId}/availabilityBlocks/{availabilityBlockId}`; path C, shape D).

    :param staff_id: Id of the staff (templated).
    :param availability_block_id: Id of the availability block (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; any number where None.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        staff_id: str | XComArg,
        availability_block_id: str | XComArg,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...

