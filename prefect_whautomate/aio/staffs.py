"""Tasks of staffs, as coroutines.

Written by `scripts/generate/tasks.py`: `nox -s generate` writes it anew.
"""

from __future__ import annotations

from asyncio import to_thread
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from prefect_whautomate import staffs as blocking
from prefect_whautomate._task import whautomate_task
from prefect_whautomate.aio._endpoints import read, read_all, send, send_once
from prefect_whautomate.credentials import WhautomateCredentials
from whautomate_core.api import staffs as api
from whautomate_core.api.call import Json
from whautomate_core.api.records import AvailabilityBlock, AvailabilityBlockInput, BlockFilters, LocatedFilters, Staff
from whautomate_core.rows.sources import Source
from whautomate_core.values.thresholds import Threshold

__all__ = [
    "create_staff_availability_block",
    "delete_staff_availability_block",
    "get_staff",
    "get_staff_availability_block",
    "list_staff_availability_blocks",
    "list_staffs",
    "sync_staff_blocks",
]


@whautomate_task(finished_in_run=False)
async def list_staffs(
    credentials: WhautomateCredentials,
    *,
    filters: LocatedFilters | None = None,
    max_records: int | None = None,
    output_path: str | None = None,
    return_records: bool = False,
    max_requests: int | None = None,
) -> list[Staff] | Any:
    """List or search staff (`GET /v1/staffs`; white-label copy, evidence B).

    Args:
        credentials: The block of the account.
        filters: Filters, see `whautomate_core.api.records.LocatedFilters`.
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
        from prefect_whautomate.aio.staffs import list_staffs

        @flow
        async def my_flow():
            credentials = await WhautomateCredentials.aload("BLOCK_NAME")
            return await list_staffs(credentials)
        ```
    """
    call = api.list_staffs(filters=filters)
    return await read_all(
        credentials,
        call,
        max_records=max_records,
        output_path=output_path,
        return_records=return_records,
        max_requests=max_requests,
    )


@whautomate_task(finished_in_run=False)
async def get_staff(
    credentials: WhautomateCredentials,
    staff_id: str,
    *,
    output_path: str | None = None,
    return_records: bool = False,
    max_requests: int | None = None,
) -> Staff | Any:
    """Show one member of staff (`GET /v1/staffs/{staffId}`; white-label copy, evidence B).

    Args:
        credentials: The block of the account.
        staff_id: Id of the staff.
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
        from prefect_whautomate.aio.staffs import get_staff

        @flow
        async def my_flow(staff_id):
            credentials = await WhautomateCredentials.aload("BLOCK_NAME")
            return await get_staff(credentials, staff_id)
        ```
    """
    call = api.get_staff(staff_id)
    return await read(
        credentials,
        call,
        output_path=output_path,
        return_records=return_records,
        max_requests=max_requests,
    )


@whautomate_task(finished_in_run=False)
async def list_staff_availability_blocks(
    credentials: WhautomateCredentials,
    staff_id: str,
    *,
    filters: BlockFilters | None = None,
    max_records: int | None = None,
    output_path: str | None = None,
    return_records: bool = False,
    max_requests: int | None = None,
) -> list[AvailabilityBlock] | Any:
    """List blocked times of staff (`GET /v1/staffs/{staffId}/availabilityBlocks`; path C, shape D: inferred).

    The two integrators who have it name the filters and fields differently.

    Args:
        credentials: The block of the account.
        staff_id: Id of the staff.
        filters: Filters, see `whautomate_core.api.records.BlockFilters`.
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
        NotFound: There is no such record.
        WhautomateError: The base of all other errors; see `whautomate_core.errors`.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.aio.staffs import list_staff_availability_blocks

        @flow
        async def my_flow(staff_id):
            credentials = await WhautomateCredentials.aload("BLOCK_NAME")
            return await list_staff_availability_blocks(credentials, staff_id)
        ```
    """
    call = api.list_staff_availability_blocks(staff_id, filters=filters)
    return await read_all(
        credentials,
        call,
        max_records=max_records,
        output_path=output_path,
        return_records=return_records,
        max_requests=max_requests,
    )


@whautomate_task(finished_in_run=False)
async def create_staff_availability_block(
    credentials: WhautomateCredentials,
    staff_id: str,
    availability_block: AvailabilityBlockInput,
    *,
    extra: Json | None = None,
    key: str | None = None,
    max_requests: int | None = None,
) -> Json:
    """Block somebody's time (`POST /v1/staffs/{staffId}/availabilityBlocks`; path C, shape D: inferred).

    No reliable source shows the body; `extra={"startTime": ...}` sends the fields of the other integrator.

    Args:
        credentials: The block of the account.
        staff_id: Id of the staff.
        availability_block: Fields, see `whautomate_core.api.records.AvailabilityBlockInput`.
        extra: Fields to send that the check of names does not know.
        key: What identifies this call: under one key it happens once. None means once in a flow run (the outermost) for
            the person or booking it is about, however often it is called, mapped or retried. The same call again
            returns the result of the first. A different call about the same, such as another text to the same person,
            sends nothing and is an error that asks for a key. Outside of runs each call without a key is sent.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id` of the record, and its `status` if it has one.

    Raises:
        InvalidRequest: An argument can't be right. Nothing was sent.
        NotFound: There is no such record.
        OutcomeUnknown: The server gave no answer, so it may have happened. It is not sent again.
        WhautomateError: The base of all other errors; see `whautomate_core.errors`.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.aio.staffs import create_staff_availability_block

        @flow
        async def my_flow(staff_id, availability_block):
            credentials = await WhautomateCredentials.aload("BLOCK_NAME")
            return await create_staff_availability_block(credentials, staff_id, availability_block)
        ```
    """
    call = api.create_staff_availability_block(staff_id, availability_block, extra=extra)
    return await send_once(credentials, call, key=key, max_requests=max_requests)


@whautomate_task(finished_in_run=False)
async def get_staff_availability_block(
    credentials: WhautomateCredentials,
    staff_id: str,
    availability_block_id: str,
    *,
    output_path: str | None = None,
    return_records: bool = False,
    max_requests: int | None = None,
) -> AvailabilityBlock | Any:
    """Show one block (`GET /v1/staffs/{staffId}/availabilityBlocks/{availabilityBlockId}`; path C, shape D).

    Args:
        credentials: The block of the account.
        staff_id: Id of the staff.
        availability_block_id: Id of the availability block.
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
        from prefect_whautomate.aio.staffs import get_staff_availability_block

        @flow
        async def my_flow(staff_id, availability_block_id):
            credentials = await WhautomateCredentials.aload("BLOCK_NAME")
            return await get_staff_availability_block(credentials, staff_id, availability_block_id)
        ```
    """
    call = api.get_staff_availability_block(staff_id, availability_block_id)
    return await read(
        credentials,
        call,
        output_path=output_path,
        return_records=return_records,
        max_requests=max_requests,
    )


@whautomate_task(finished_in_run=True)
async def delete_staff_availability_block(
    credentials: WhautomateCredentials,
    staff_id: str,
    availability_block_id: str,
    *,
    max_requests: int | None = None,
) -> Json:
    """Delete a block (`DELETE /v1/staffs/{staffId}/availabilityBlocks/{availabilityBlockId}`; path C, shape D).

    Args:
        credentials: The block of the account.
        staff_id: Id of the staff.
        availability_block_id: Id of the availability block.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id` of the record, and its `status` if it has one.

    Raises:
        InvalidRequest: An argument can't be right. Nothing was sent.
        NotFound: There is no such record.
        WhautomateError: The base of all other errors; see `whautomate_core.errors`.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.aio.staffs import delete_staff_availability_block

        @flow
        async def my_flow(staff_id, availability_block_id):
            credentials = await WhautomateCredentials.aload("BLOCK_NAME")
            return await delete_staff_availability_block(credentials, staff_id, availability_block_id)
        ```
    """
    call = api.delete_staff_availability_block(staff_id, availability_block_id)
    return await send(credentials, call, max_requests=max_requests)


@whautomate_task(finished_in_run=True)
async def sync_staff_blocks(
    credentials: WhautomateCredentials,
    calendar: str,
    source: Source,
    timezone: str,
    *,
    mapping: Mapping[str, str] | None = None,
    staff_id: str | None = None,
    reason: str | None = None,
    earliest: datetime | str | None = None,
    days: int = 365,
    max_removed: Threshold | None = None,
    max_rejected: Threshold = "100%",
    max_failed: Threshold = 0,
    rejects_path: str | None = None,
    outcomes_path: str | None = None,
    max_requests: int | None = None,
) -> Json:
    """Block the times at which staff are not available, by rows or an iCalendar file.

    A block that is already there, by staff, start and end, is left alone, whoever made it. Blocks that this calendar
    added and no longer names are removed. No other block is ever removed, and none at all while a row can't be read,
    because that row may name it. Times that end before `earliest` are neither added nor removed. Running it again
    continues where it stopped.

    Args:
        credentials: The block of the account.
        calendar: A name for this source, by which its blocks are recognised: it must stay the same.
        source: Path or URL of a CSV, JSON lines, Parquet or iCalendar file (`.ics`), rows as dicts, or a query (`Sql`).
        timezone: IANA zone of the location, such as `Europe/Berlin`: of whole days, and of times without an offset.
        mapping: What a value is -> its column: `staff` (an id or an e-mail address), `start` and `end`; defaults to
            columns of these names. A date alone is the whole day; as an end, it is the last one.
        staff_id: Whose calendar it is: required for an iCalendar file, and in place of `staff` for rows.
        reason: The reason that blocks show. Nothing is taken from the calendar's own text.
        earliest: Times that end before it are in the past: a datetime with a time zone, or text with an offset;
            defaults to now.
        days: How many days from `earliest` on a calendar file is looked at.
        max_removed: How many of the blocks that this calendar added, and that are not past, may be removed before
            nothing is sent: a count, or a share like `"50%"`; defaults to unlimited, but never all of them because the
            source names no time, such as an empty calendar. `"100%"` permits that too.
        max_rejected: Rows that may be rejected before nothing is sent: a count, or a share like `"5%"`.
        max_failed: Rows that may fail or be unsettled before the step fails: a count, or a share like `"5%"`.
        rejects_path: File or URL for rows that were not used, with row number, outcome and reason: JSON lines, or
            Parquet.
        outcomes_path: The same for every row.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        Counts: `rows` (of a calendar, events), of which `created`, `unchanged`, `past` (or beyond `days`, or taking no
        time), `superseded` (the same as an earlier row), `rejected`, `protected` (0), `failed`, `unsettled` (the
        outcome is unknown; a later run finds out); beside them `blocks` (wanted), `removed` and `kept` (no longer
        named, but not removed). Also `requests`, and `waited`, the seconds spent waiting for permits.

    Raises:
        `ConfigurationError` and `InvalidRequest` before anything is sent; `InvalidRequest` over the thresholds.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.aio.staffs import sync_staff_blocks

        @flow
        async def my_flow(calendar, source, timezone):
            credentials = await WhautomateCredentials.aload("BLOCK_NAME")
            return await sync_staff_blocks(credentials, calendar, source, timezone)
        ```
    """
    return await to_thread(
        blocking.sync_staff_blocks.fn,
        credentials,
        calendar,
        source,
        timezone,
        mapping=mapping,
        staff_id=staff_id,
        reason=reason,
        earliest=earliest,
        days=days,
        max_removed=max_removed,
        max_rejected=max_rejected,
        max_failed=max_failed,
        rejects_path=rejects_path,
        outcomes_path=outcomes_path,
        max_requests=max_requests,
    )
