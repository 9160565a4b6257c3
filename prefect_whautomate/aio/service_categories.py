"""Tasks of service categories, as coroutines.

Written by `scripts/generate/tasks.py`: `nox -s generate` writes it anew.
"""

from __future__ import annotations

from typing import Any

from prefect_whautomate._task import whautomate_task
from prefect_whautomate.aio._endpoints import read, read_all, send, send_once
from prefect_whautomate.credentials import WhautomateCredentials
from whautomate_core.api import service_categories as api
from whautomate_core.api.call import Json
from whautomate_core.api.records import LocatedFilters, ServiceCategory, ServiceCategoryInput

__all__ = ["create_service_category", "delete_service_category", "get_service_category", "list_service_categories"]


@whautomate_task(finished_in_run=False)
async def list_service_categories(
    credentials: WhautomateCredentials,
    *,
    filters: LocatedFilters | None = None,
    max_records: int | None = None,
    output_path: str | None = None,
    return_records: bool = False,
    max_requests: int | None = None,
) -> list[ServiceCategory] | Any:
    """List or search categories (`GET /v1/serviceCategories`; official page, evidence A).

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
        from prefect_whautomate.aio.service_categories import list_service_categories

        @flow
        async def my_flow():
            credentials = await WhautomateCredentials.aload("BLOCK_NAME")
            return await list_service_categories(credentials)
        ```
    """
    call = api.list_service_categories(filters=filters)
    return await read_all(
        credentials,
        call,
        max_records=max_records,
        output_path=output_path,
        return_records=return_records,
        max_requests=max_requests,
    )


@whautomate_task(finished_in_run=False)
async def create_service_category(
    credentials: WhautomateCredentials,
    service_category: ServiceCategoryInput,
    *,
    extra: Json | None = None,
    key: str | None = None,
    max_requests: int | None = None,
) -> Json:
    """Create a category (`POST /v1/serviceCategories`; official page, evidence A).

    Args:
        credentials: The block of the account.
        service_category: Fields, see `whautomate_core.api.records.ServiceCategoryInput`.
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
        OutcomeUnknown: The server gave no answer, so it may have happened. It is not sent again.
        WhautomateError: The base of all other errors; see `whautomate_core.errors`.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.aio.service_categories import create_service_category

        @flow
        async def my_flow(service_category):
            credentials = await WhautomateCredentials.aload("BLOCK_NAME")
            return await create_service_category(credentials, service_category)
        ```
    """
    call = api.create_service_category(service_category, extra=extra)
    return await send_once(credentials, call, key=key, max_requests=max_requests)


@whautomate_task(finished_in_run=False)
async def get_service_category(
    credentials: WhautomateCredentials,
    service_category_id: str,
    *,
    output_path: str | None = None,
    return_records: bool = False,
    max_requests: int | None = None,
) -> ServiceCategory | Any:
    """Show one category (`GET /v1/serviceCategories/{serviceCategoryId}`; official page, evidence A).

    Args:
        credentials: The block of the account.
        service_category_id: Id of the service category.
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
        from prefect_whautomate.aio.service_categories import get_service_category

        @flow
        async def my_flow(service_category_id):
            credentials = await WhautomateCredentials.aload("BLOCK_NAME")
            return await get_service_category(credentials, service_category_id)
        ```
    """
    call = api.get_service_category(service_category_id)
    return await read(
        credentials,
        call,
        output_path=output_path,
        return_records=return_records,
        max_requests=max_requests,
    )


@whautomate_task(finished_in_run=True)
async def delete_service_category(
    credentials: WhautomateCredentials,
    service_category_id: str,
    *,
    max_requests: int | None = None,
) -> Json:
    """Delete a category (`DELETE /v1/serviceCategories/{serviceCategoryId}`; path C, shape D).

    Args:
        credentials: The block of the account.
        service_category_id: Id of the service category.
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
        from prefect_whautomate.aio.service_categories import delete_service_category

        @flow
        async def my_flow(service_category_id):
            credentials = await WhautomateCredentials.aload("BLOCK_NAME")
            return await delete_service_category(credentials, service_category_id)
        ```
    """
    call = api.delete_service_category(service_category_id)
    return await send(credentials, call, max_requests=max_requests)
