# Written by scripts/generate: `nox -s generate` writes it anew.
"""Staff, and the times when they are not available."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Unpack

from airflow_provider_whautomate._arguments import Templated
from airflow_provider_whautomate._task_arguments import TaskArguments
from airflow_provider_whautomate.operators.endpoint import WhautomateEndpointOperator
from airflow_provider_whautomate.operators.job import WhautomateJobOperator
from airflow_provider_whautomate.sources import RowSource, airflow_storage
from whautomate_core.api import records, staffs
from whautomate_core.api.call import Call, Json
from whautomate_core.values.thresholds import Threshold

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context

    from whautomate_core.client.client import Client

__all__ = [
    "WhautomateCreateStaffAvailabilityBlockOperator",
    "WhautomateDeleteStaffAvailabilityBlockOperator",
    "WhautomateGetStaffAvailabilityBlockOperator",
    "WhautomateGetStaffOperator",
    "WhautomateListStaffAvailabilityBlocksOperator",
    "WhautomateListStaffsOperator",
    "WhautomateSyncStaffBlocksOperator",
]


class WhautomateListStaffsOperator(WhautomateEndpointOperator):
    """List or search staff (`GET /v1/staffs`; white-label copy, evidence B).

    :param filters: Filters, see `whautomate_core.api.records.LocatedFilters` (templated).
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

    endpoint = "staffs.list_staffs"
    reads = True
    template_fields = ("filters", "max_records", "output_path", *WhautomateEndpointOperator.template_fields)
    redacted_fields = frozenset({"filters"})

    def __init__(
        self,
        *,
        filters: records.LocatedFilters | Templated | None = None,
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
        self.check_arguments(WhautomateListStaffsOperator)

    def call(self) -> Call[list[records.Staff]]:
        """Return the call of the rendered arguments."""
        return staffs.list_staffs(filters=self.given("filters"))


class WhautomateGetStaffOperator(WhautomateEndpointOperator):
    """Show one member of staff (`GET /v1/staffs/{staffId}`; white-label copy, evidence B).

    :param staff_id: Id of the staff (templated).
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

    endpoint = "staffs.get_staff"
    reads = True
    template_fields = ("staff_id", "output_path", *WhautomateEndpointOperator.template_fields)

    def __init__(
        self,
        *,
        staff_id: str | Templated,
        output_path: str | Templated | None = None,
        return_records: bool = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.staff_id = staff_id
        self.output_path = output_path
        self.return_records = return_records
        self.check_arguments(WhautomateGetStaffOperator)

    def call(self) -> Call[records.Staff]:
        """Return the call of the rendered arguments."""
        return staffs.get_staff(staff_id=self.given("staff_id"))


class WhautomateListStaffAvailabilityBlocksOperator(WhautomateEndpointOperator):
    """List blocked times of staff (`GET /v1/staffs/{staffId}/availabilityBlocks`; path C, shape D: inferred).

    The two integrators who have it name the filters and fields differently.

    :param staff_id: Id of the staff (templated).
    :param filters: Filters, see `whautomate_core.api.records.BlockFilters` (templated).
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

    endpoint = "staffs.list_staff_availability_blocks"
    reads = True
    template_fields = ("staff_id", "filters", "max_records", "output_path", *WhautomateEndpointOperator.template_fields)
    redacted_fields = frozenset({"filters"})

    def __init__(
        self,
        *,
        staff_id: str | Templated,
        filters: records.BlockFilters | Templated | None = None,
        max_records: int | Templated | None = None,
        output_path: str | Templated | None = None,
        return_records: bool = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.staff_id = staff_id
        self.filters = filters
        self.max_records = max_records
        self.output_path = output_path
        self.return_records = return_records
        self.check_arguments(WhautomateListStaffAvailabilityBlocksOperator)

    def call(self) -> Call[list[records.AvailabilityBlock]]:
        """Return the call of the rendered arguments."""
        return staffs.list_staff_availability_blocks(staff_id=self.given("staff_id"), filters=self.given("filters"))


class WhautomateCreateStaffAvailabilityBlockOperator(WhautomateEndpointOperator):
    """Block somebody's time (`POST /v1/staffs/{staffId}/availabilityBlocks`; path C, shape D: inferred).

    No reliable source shows the body; `extra={"startTime": ...}` sends the fields of the other integrator.

    :param staff_id: Id of the staff (templated).
    :param availability_block: Fields, see `whautomate_core.api.records.AvailabilityBlockInput` (templated).
    :param extra: Fields to send that the check of names does not know (templated).
    :param key: Identifies the call when the task runs again; defaults to DAG, task, logical date (run id if there is
        none), and the person or booking that it is about. Never anything that changes between two runs of the same
        task, such as the map index (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration) and starts again afterwards.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    endpoint = "staffs.create_staff_availability_block"
    template_fields = ("staff_id", "availability_block", "extra", "key", *WhautomateEndpointOperator.template_fields)
    redacted_fields = frozenset({"availability_block", "extra"})

    def __init__(
        self,
        *,
        staff_id: str | Templated,
        availability_block: records.AvailabilityBlockInput | Templated,
        extra: Json | Templated | None = None,
        key: str | Templated | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.staff_id = staff_id
        self.availability_block = availability_block
        self.extra = extra
        self.key = key
        self.check_arguments(WhautomateCreateStaffAvailabilityBlockOperator)

    def call(self) -> Call[records.AvailabilityBlock]:
        """Return the call of the rendered arguments."""
        return staffs.create_staff_availability_block(
            staff_id=self.given("staff_id"),
            availability_block=self.given("availability_block"),
            extra=self.given("extra"),
        )


class WhautomateGetStaffAvailabilityBlockOperator(WhautomateEndpointOperator):
    """Show one block (`GET /v1/staffs/{staffId}/availabilityBlocks/{availabilityBlockId}`; path C, shape D).

    :param staff_id: Id of the staff (templated).
    :param availability_block_id: Id of the availability block (templated).
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

    endpoint = "staffs.get_staff_availability_block"
    reads = True
    template_fields = ("staff_id", "availability_block_id", "output_path", *WhautomateEndpointOperator.template_fields)

    def __init__(
        self,
        *,
        staff_id: str | Templated,
        availability_block_id: str | Templated,
        output_path: str | Templated | None = None,
        return_records: bool = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.staff_id = staff_id
        self.availability_block_id = availability_block_id
        self.output_path = output_path
        self.return_records = return_records
        self.check_arguments(WhautomateGetStaffAvailabilityBlockOperator)

    def call(self) -> Call[records.AvailabilityBlock]:
        """Return the call of the rendered arguments."""
        return staffs.get_staff_availability_block(
            staff_id=self.given("staff_id"),
            availability_block_id=self.given("availability_block_id"),
        )


class WhautomateDeleteStaffAvailabilityBlockOperator(WhautomateEndpointOperator):
    """Delete a block (`DELETE /v1/staffs/{staffId}/availabilityBlocks/{availabilityBlockId}`; path C, shape D).

    :param staff_id: Id of the staff (templated).
    :param availability_block_id: Id of the availability block (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration) and starts again afterwards.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    endpoint = "staffs.delete_staff_availability_block"
    template_fields = ("staff_id", "availability_block_id", *WhautomateEndpointOperator.template_fields)

    def __init__(
        self,
        *,
        staff_id: str | Templated,
        availability_block_id: str | Templated,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.staff_id = staff_id
        self.availability_block_id = availability_block_id
        self.check_arguments(WhautomateDeleteStaffAvailabilityBlockOperator)

    def call(self) -> Call[records.DeleteResult]:
        """Return the call of the rendered arguments."""
        return staffs.delete_staff_availability_block(
            staff_id=self.given("staff_id"),
            availability_block_id=self.given("availability_block_id"),
        )


class WhautomateSyncStaffBlocksOperator(WhautomateJobOperator):
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

    In addition: `requests`, and `waited`, the seconds spent waiting for permits; both of the whole try.

    :param calendar: A name for this source, by which its blocks are recognised: it must stay the same (templated).
    :param source: Path or URL of a CSV, JSON lines, Parquet or iCalendar file (`.ics`), rows as dicts, or a query
        (`Sql`) (templated).
    :param timezone: IANA zone of the location, such as `Europe/Berlin`: of whole days, and of times without an offset
        (templated).
    :param mapping: What a value is -> its column: `staff` (an id or an e-mail address), `start` and `end`; defaults to
        columns of these names. A date alone is the whole day; as an end, it is the last one (templated).
    :param staff_id: Whose calendar it is: required for an iCalendar file, and in place of `staff` for rows (templated).
    :param reason: The reason that blocks show. Nothing is taken from the calendar's own text (templated).
    :param earliest: Times that end before it are in the past: a datetime with a time zone, or text with an offset;
        defaults to now (templated).
    :param days: How many days from `earliest` on a calendar file is looked at (templated).
    :param max_removed: How many of the blocks that this calendar added, and that are not past, may be removed before
        nothing is sent: a count, or a share like `"50%"`; defaults to unlimited, but never all of them because the
        source names no time, such as an empty calendar. `"100%"` permits that too (templated).
    :param max_rejected: Rows that may be rejected before nothing is sent: a count, or a share like `"5%"` (templated).
    :param max_failed: Rows that may fail or be unsettled before the step fails: a count, or a share like `"5%"`
        (templated).
    :param rejects_path: File or URL for rows that were not used, with row number, outcome and reason: JSON lines, or
        Parquet (templated).
    :param outcomes_path: The same for every row (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration) and starts again afterwards.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    job = "sync_staff_blocks"
    template_fields = (
        "calendar",
        "source",
        "timezone",
        "mapping",
        "staff_id",
        "reason",
        "earliest",
        "days",
        "max_removed",
        "max_rejected",
        "max_failed",
        "rejects_path",
        "outcomes_path",
        *WhautomateJobOperator.template_fields,
    )
    redacted_fields = frozenset({"mapping", "reason", "source"})

    def __init__(
        self,
        *,
        calendar: str | Templated,
        source: RowSource | Templated,
        timezone: str | Templated,
        mapping: Mapping[str, str] | Templated | None = None,
        staff_id: str | Templated | None = None,
        reason: str | Templated | None = None,
        earliest: datetime | str | Templated | None = None,
        days: int | Templated = 365,
        max_removed: Threshold | Templated | None = None,
        max_rejected: Threshold | Templated = "100%",
        max_failed: Threshold | Templated = 0,
        rejects_path: str | Templated | None = None,
        outcomes_path: str | Templated | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.calendar = calendar
        self.source = source
        self.timezone = timezone
        self.mapping = mapping
        self.staff_id = staff_id
        self.reason = reason
        self.earliest = earliest
        self.days = days
        self.max_removed = max_removed
        self.max_rejected = max_rejected
        self.max_failed = max_failed
        self.rejects_path = rejects_path
        self.outcomes_path = outcomes_path
        self.check_arguments(WhautomateSyncStaffBlocksOperator)

    def run_job(self, client: Client, context: Context) -> dict[str, Any]:
        """Run the job with the rendered arguments and return its report."""
        from whautomate_core.bookings.staff_blocks import sync_staff_blocks

        return sync_staff_blocks(
            client,
            calendar=self.given("calendar"),
            source=self.rows_of("source"),
            timezone=self.given("timezone"),
            mapping=self.given("mapping"),
            staff_id=self.given("staff_id"),
            reason=self.given("reason"),
            earliest=self.given("earliest"),
            days=self.given("days"),
            max_removed=self.given("max_removed"),
            max_rejected=self.given("max_rejected"),
            max_failed=self.given("max_failed"),
            rejects_path=self.given("rejects_path"),
            outcomes_path=self.given("outcomes_path"),
            storage=airflow_storage,
        )
