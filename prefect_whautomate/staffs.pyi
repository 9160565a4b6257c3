# Written by scripts/make_task_stubs.py: `nox -s stubs` writes it anew.
"""Staff, and the times they are not available: the endpoints, and the job that syncs those times."""

from collections.abc import Coroutine
from collections.abc import Mapping
from datetime import datetime
from prefect import Task
from prefect_whautomate.credentials import WhautomateCredentials
from typing import Any
from typing import overload
from whautomate_core.api.call import Json
from whautomate_core.api.records import AvailabilityBlock
from whautomate_core.api.records import AvailabilityBlockInput
from whautomate_core.api.records import BlockFilters
from whautomate_core.api.records import LocatedFilters
from whautomate_core.api.records import Staff
from whautomate_core.rows.sources import Source
from whautomate_core.values.thresholds import Threshold

class _list_staffs(Task[..., list[Staff]]):
    """List or search staff (`GET /v1/staffs`; white-label copy, evidence B).

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
        from prefect_whautomate.staffs import list_staffs

        @flow
        def my_flow():
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return list_staffs(credentials)
        ```
    """
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, *, filters: LocatedFilters | None = ..., max_records: int | None = ..., return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> list[Staff]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, *, filters: LocatedFilters | None = ..., max_records: int | None = ..., output_path: str, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...

list_staffs: _list_staffs

class _alist_staffs(Task[..., Coroutine[Any, Any, list[Staff]]]):
    """`list_staffs` for coroutines."""
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, *, filters: LocatedFilters | None = ..., max_records: int | None = ..., return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, list[Staff]]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, *, filters: LocatedFilters | None = ..., max_records: int | None = ..., output_path: str, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...

alist_staffs: _alist_staffs

class _get_staff(Task[..., Staff]):
    """Show one member of staff (`GET /v1/staffs/{staffId}`; white-label copy, evidence B).

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
        from prefect_whautomate.staffs import get_staff

        @flow
        def my_flow(staff_id):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return get_staff(credentials, staff_id)
        ```
    """
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, staff_id: str, *, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Staff: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, staff_id: str, *, output_path: str, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...

get_staff: _get_staff

class _aget_staff(Task[..., Coroutine[Any, Any, Staff]]):
    """`get_staff` for coroutines."""
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, staff_id: str, *, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, Staff]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, staff_id: str, *, output_path: str, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...

aget_staff: _aget_staff

class _list_staff_availability_blocks(Task[..., list[AvailabilityBlock]]):
    """When somebody is not available (`GET /v1/staffs/{staffId}/availabilityBlocks`; path C, shape D: inferred).

    The names of the filters and of the fields differ between the two integrators who have them.

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
        from prefect_whautomate.staffs import list_staff_availability_blocks

        @flow
        def my_flow(staff_id):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return list_staff_availability_blocks(credentials, staff_id)
        ```
    """
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, staff_id: str, *, filters: BlockFilters | None = ..., max_records: int | None = ..., return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> list[AvailabilityBlock]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, staff_id: str, *, filters: BlockFilters | None = ..., max_records: int | None = ..., output_path: str, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...

list_staff_availability_blocks: _list_staff_availability_blocks

class _alist_staff_availability_blocks(Task[..., Coroutine[Any, Any, list[AvailabilityBlock]]]):
    """`list_staff_availability_blocks` for coroutines."""
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, staff_id: str, *, filters: BlockFilters | None = ..., max_records: int | None = ..., return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, list[AvailabilityBlock]]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, staff_id: str, *, filters: BlockFilters | None = ..., max_records: int | None = ..., output_path: str, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...

alist_staff_availability_blocks: _alist_staff_availability_blocks

class _create_staff_availability_block(Task[..., dict[str, Any]]):
    """Block somebody's time (`POST /v1/staffs/{staffId}/availabilityBlocks`; path C, shape D: inferred).

    No trustworthy source has the body: `extra={"startTime": ...}` sends the fields of the other integrator.

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
        from prefect_whautomate.staffs import create_staff_availability_block

        @flow
        def my_flow(staff_id, availability_block):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return create_staff_availability_block(credentials, staff_id, availability_block)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, staff_id: str, availability_block: AvailabilityBlockInput, *, extra: Json | None = ..., key: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

create_staff_availability_block: _create_staff_availability_block

class _acreate_staff_availability_block(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`create_staff_availability_block` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, staff_id: str, availability_block: AvailabilityBlockInput, *, extra: Json | None = ..., key: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

acreate_staff_availability_block: _acreate_staff_availability_block

class _get_staff_availability_block(Task[..., AvailabilityBlock]):
    """Show one block (`GET /v1/staffs/{staffId}/availabilityBlocks/{availabilityBlockId}`; path C, shape D).

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
        from prefect_whautomate.staffs import get_staff_availability_block

        @flow
        def my_flow(staff_id, availability_block_id):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return get_staff_availability_block(credentials, staff_id, availability_block_id)
        ```
    """
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, staff_id: str, availability_block_id: str, *, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> AvailabilityBlock: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, staff_id: str, availability_block_id: str, *, output_path: str, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...

get_staff_availability_block: _get_staff_availability_block

class _aget_staff_availability_block(Task[..., Coroutine[Any, Any, AvailabilityBlock]]):
    """`get_staff_availability_block` for coroutines."""
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, staff_id: str, availability_block_id: str, *, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, AvailabilityBlock]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, staff_id: str, availability_block_id: str, *, output_path: str, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...

aget_staff_availability_block: _aget_staff_availability_block

class _delete_staff_availability_block(Task[..., dict[str, Any]]):
    """Delete a block (`DELETE /v1/staffs/{staffId}/availabilityBlocks/{availabilityBlockId}`; path C, shape D).

    Args:
        credentials: Where to and as whom.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.staffs import delete_staff_availability_block

        @flow
        def my_flow(staff_id, availability_block_id):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return delete_staff_availability_block(credentials, staff_id, availability_block_id)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, staff_id: str, availability_block_id: str, *, max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

delete_staff_availability_block: _delete_staff_availability_block

class _adelete_staff_availability_block(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`delete_staff_availability_block` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, staff_id: str, availability_block_id: str, *, max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

adelete_staff_availability_block: _adelete_staff_availability_block

class _sync_staff_blocks(Task[..., dict[str, Any]]):
    """Block the times at which staff are not available, by rows or an iCalendar file.

    A block that is already there, by staff, start and end, is left alone, whoever made it. Blocks that this calendar
    added and no longer names are removed. No other block is ever removed, and none at all while a row can't be read,
    because that row may name it. Times that end before `earliest` are neither added nor removed. Running it again
    continues where it stopped.

    Args:
        credentials: Where to and as whom.
        calendar: A name for this source, by which its blocks are recognised: it must stay the same.
        source: Path or URL of a CSV, JSON lines, Parquet or iCalendar file (`.ics`), rows as dicts, or a query (`Sql`).
        timezone: IANA zone of the location, such as `Europe/Berlin`: of whole days, and of times without an offset.
        mapping: What a value is -> its column: `staff` (an id or an e-mail address), `start` and `end`; defaults to columns of these names. A date alone is the whole day; as an end, it is the last one.
        staff_id: Whose calendar it is: required for an iCalendar file, and in place of `staff` for rows.
        reason: The reason that blocks show. Nothing is taken from the calendar's own text.
        earliest: Times that end before it are in the past: a datetime with a time zone, or text with an offset; defaults to now.
        days: How many days from `earliest` on a calendar file is looked at.
        max_removed: How many of the blocks that this calendar added, and that are not past, may be removed before nothing is sent: a count, or a share like `"50%"`; defaults to unlimited, but never all of them because the source names no time, such as an empty calendar. `"100%"` permits that too.
        max_rejected: Rows that may be rejected before nothing is sent: a count, or a share like `"5%"`.
        max_failed: Rows that may fail or be unsettled before the step fails: a count, or a share like `"5%"`.
        rejects_path: File or URL for rows that were not used, with row number, outcome and reason: JSON lines, or Parquet.
        outcomes_path: The same for every row.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        Counts: `rows` (of a calendar, events), of which `created`, `unchanged`, `past` (or beyond `days`, or
        taking no time), `superseded` (the same as an earlier row), `rejected`, `protected` (0), `failed`, `unsettled`
        (the outcome is unknown; a later run finds out); beside them `blocks` (wanted), `removed` and `kept` (no longer
        named, but not removed).

    Raises:
        `ConfigurationError` and `InvalidRequest` before anything is sent; `InvalidRequest` over the thresholds.

    Beside what it returns: `requests`, and `waited`, the seconds spent waiting for permits.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.staffs import sync_staff_blocks

        @flow
        def my_flow(calendar, source, timezone):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return sync_staff_blocks(credentials, calendar, source, timezone)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, calendar: str, source: Source, timezone: str, *, mapping: Mapping[str, str] | None = ..., staff_id: str | None = ..., reason: str | None = ..., earliest: datetime | str | None = ..., days: int = ..., max_removed: Threshold | None = ..., max_rejected: Threshold = ..., max_failed: Threshold = ..., rejects_path: str | None = ..., outcomes_path: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

sync_staff_blocks: _sync_staff_blocks

class _async_staff_blocks(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`sync_staff_blocks` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, calendar: str, source: Source, timezone: str, *, mapping: Mapping[str, str] | None = ..., staff_id: str | None = ..., reason: str | None = ..., earliest: datetime | str | None = ..., days: int = ..., max_removed: Threshold | None = ..., max_rejected: Threshold = ..., max_failed: Threshold = ..., rejects_path: str | None = ..., outcomes_path: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

async_staff_blocks: _async_staff_blocks

