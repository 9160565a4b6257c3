# Written by scripts/make_stubs.py: `nox -s stubs` writes it anew.
"""Staff, and the times they are not available: the endpoints, and the job that syncs those times."""

from airflow.providers.common.compat.sdk import ObjectStoragePath
from airflow.providers.common.compat.sdk import XComArg
from airflow_provider_whautomate.operators.base import WhautomateOperator
from airflow_provider_whautomate.operators.task_arguments import TaskArguments
from airflow_provider_whautomate.sources import Sql
from collections.abc import Mapping
from datetime import datetime
from datetime import timedelta
from typing import Unpack
from whautomate_core.api import records
from whautomate_core.api.call import Json
from whautomate_core.rows.sources import Source

class WhautomateListStaffsOperator(WhautomateOperator):
    """List or search staff (`GET /v1/staffs`; white-label copy, evidence B).

    :param filters: Filters, see `whautomate_core.api.records.LocatedFilters` (templated).
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
        filters: records.LocatedFilters | str | XComArg | None = None,
        max_records: int | str | XComArg | None = None,
        output_path: str | XComArg | None = None,
        return_records: bool = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateGetStaffOperator(WhautomateOperator):
    """Show one member of staff (`GET /v1/staffs/{staffId}`; white-label copy, evidence B).

    :param staff_id: Id of the staff (templated).
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
        staff_id: str | XComArg,
        output_path: str | XComArg | None = None,
        return_records: bool = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateListStaffAvailabilityBlocksOperator(WhautomateOperator):
    """When somebody is not available (`GET /v1/staffs/{staffId}/availabilityBlocks`; path C, shape D: inferred).

    The names of the filters and of the fields differ between the two integrators who have them.

    :param staff_id: Id of the staff (templated).
    :param filters: Filters, see `whautomate_core.api.records.BlockFilters` (templated).
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
        staff_id: str | XComArg,
        filters: records.BlockFilters | str | XComArg | None = None,
        max_records: int | str | XComArg | None = None,
        output_path: str | XComArg | None = None,
        return_records: bool = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateCreateStaffAvailabilityBlockOperator(WhautomateOperator):
    """Block somebody's time (`POST /v1/staffs/{staffId}/availabilityBlocks`; path C, shape D: inferred).

    No trustworthy source has the body: `extra={"startTime": ...}` sends the fields of the other integrator.

    :param staff_id: Id of the staff (templated).
    :param availability_block: Fields, see `whautomate_core.api.records.AvailabilityBlockInput` (templated).
    :param extra: Fields to send that the check of names doesn't know (templated).
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
        staff_id: str | XComArg,
        availability_block_id: str | XComArg,
        output_path: str | XComArg | None = None,
        return_records: bool = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateDeleteStaffAvailabilityBlockOperator(WhautomateOperator):
    """Delete a block (`DELETE /v1/staffs/{staffId}/availabilityBlocks/{availabilityBlockId}`; path C, shape D).

    :param staff_id: Id of the staff (templated).
    :param availability_block_id: Id of the availability block (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        staff_id: str | XComArg,
        availability_block_id: str | XComArg,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateSyncStaffBlocksOperator(WhautomateOperator):
    """Block the times at which staff are not available, by rows or an iCalendar file.

    A block that is already there, by staff, start and end, is left alone, whoever made it. Blocks that this calendar
    added and no longer names are removed. No other block is ever removed, and none at all while a row can't be read,
    because that row may name it. Times that end before `earliest` are neither added nor removed. Running it again
    continues where it stopped.

    Returns: Counts: `rows` (of a calendar, events), of which `created`, `unchanged`, `past` (or beyond `days`, or
        taking no time), `superseded` (the same as an earlier row), `rejected`, `protected` (0), `failed`, `unsettled`
        (the outcome is unknown; a later run finds out); beside them `blocks` (wanted), `removed` and `kept` (no longer
        named, but not removed).

    Raises: `ConfigurationError` and `InvalidRequest` before anything is sent; `InvalidRequest` over the thresholds.

    Beside it: `requests`, and `waited`, the seconds spent waiting for permits; both of the whole try.

    :param calendar: A name for this source, by which its blocks are recognised: it must stay the same (templated).
    :param source: Path or URL of a CSV, JSON lines, Parquet or iCalendar file (`.ics`), rows as dicts, or a query (`Sql`) (templated).
    :param timezone: IANA zone of the location, such as `Europe/Berlin`: of whole days, and of times without an offset (templated).
    :param mapping: What a value is -> its column: `staff` (an id or an e-mail address), `start` and `end`; defaults to columns of these names. A date alone is the whole day; as an end, it is the last one (templated).
    :param staff_id: Whose calendar it is: required for an iCalendar file, and in place of `staff` for rows (templated).
    :param reason: The reason that blocks show. Nothing is taken from the calendar's own text (templated).
    :param earliest: Times that end before it are in the past: a datetime with a time zone, or text with an offset; defaults to now (templated).
    :param days: How many days from `earliest` on a calendar file is looked at (templated).
    :param max_removed: How many of the blocks that this calendar added, and that are not past, may be removed before nothing is sent: a count, or a share like `"50%"`; defaults to unlimited, but never all of them because the source names no time, such as an empty calendar. `"100%"` permits that too (templated).
    :param max_rejected: Rows that may be rejected before nothing is sent: a count, or a share like `"5%"` (templated).
    :param max_failed: Rows that may fail or be unsettled before the step fails: a count, or a share like `"5%"` (templated).
    :param rejects_path: File or URL for rows that were not used, with row number, outcome and reason: JSON lines, or Parquet (templated).
    :param outcomes_path: The same for every row (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        calendar: str | XComArg,
        source: Source | Sql | ObjectStoragePath | XComArg,
        timezone: str | XComArg,
        mapping: Mapping[str, str] | str | XComArg | None = None,
        staff_id: str | XComArg | None = None,
        reason: str | XComArg | None = None,
        earliest: datetime | str | XComArg | None = None,
        days: int | str | XComArg = 365,
        max_removed: int | str | XComArg | None = None,
        max_rejected: int | str | XComArg = '100%',
        max_failed: int | str | XComArg = 0,
        rejects_path: str | XComArg | None = None,
        outcomes_path: str | XComArg | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...

