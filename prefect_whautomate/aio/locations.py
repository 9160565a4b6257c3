"""Tasks of locations, as coroutines.

Written by `scripts/generate/tasks.py`: `nox -s generate` writes it anew.
"""

from __future__ import annotations

from typing import Any

from prefect_whautomate._task import whautomate_task
from prefect_whautomate.aio._endpoints import read, read_all
from prefect_whautomate.credentials import WhautomateCredentials
from whautomate_core.api import locations as api
from whautomate_core.api.records import Location, SearchFilters

__all__ = ["get_location", "list_locations"]


@whautomate_task(finished_in_run=False)
async def list_locations(
    credentials: WhautomateCredentials,
    *,
    filters: SearchFilters | None = None,
    max_records: int | None = None,
    output_path: str | None = None,
    return_records: bool = False,
    max_requests: int | None = None,
) -> list[Location] | Any:
    """List or search locations (`GET /v1/locations`; evidence C).

    Args:
        credentials: The block of the account.
        filters: Filters, see `whautomate_core.api.records.SearchFilters`.
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
        from prefect_whautomate.aio.locations import list_locations

        @flow
        async def my_flow():
            credentials = await WhautomateCredentials.aload("BLOCK_NAME")
            return await list_locations(credentials)
        ```
    """
    call = api.list_locations(filters=filters)
    return await read_all(
        credentials,
        call,
        max_records=max_records,
        output_path=output_path,
        return_records=return_records,
        max_requests=max_requests,
    )


@whautomate_task(finished_in_run=False)
async def get_location(
    credentials: WhautomateCredentials,
    location_id: str,
    *,
    output_path: str | None = None,
    return_records: bool = False,
    max_requests: int | None = None,
) -> Location | Any:
    """Show one location (`GET /v1/locations/{locationId}`; evidence C).

    Args:
        credentials: The block of the account.
        location_id: Id of the location.
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
        from prefect_whautomate.aio.locations import get_location

        @flow
        async def my_flow(location_id):
            credentials = await WhautomateCredentials.aload("BLOCK_NAME")
            return await get_location(credentials, location_id)
        ```
    """
    call = api.get_location(location_id)
    return await read(
        credentials,
        call,
        output_path=output_path,
        return_records=return_records,
        max_requests=max_requests,
    )
