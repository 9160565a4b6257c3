"""Tasks of contact tags, as coroutines.

Written by `scripts/generate/tasks.py`: `nox -s generate` writes it anew.
"""

from __future__ import annotations

from typing import Any

from prefect_whautomate._task import whautomate_task
from prefect_whautomate.aio._endpoints import read, read_all, send, send_once
from prefect_whautomate.credentials import WhautomateCredentials
from whautomate_core.api import contact_tags as api
from whautomate_core.api.call import Json
from whautomate_core.api.records import SearchFilters, Tag, TagInput

__all__ = ["create_contact_tag", "delete_contact_tag", "get_contact_tag", "list_contact_tags"]


@whautomate_task(finished_in_run=False)
async def list_contact_tags(
    credentials: WhautomateCredentials,
    *,
    filters: SearchFilters | None = None,
    max_records: int | None = None,
    output_path: str | None = None,
    return_records: bool = False,
    max_requests: int | None = None,
) -> list[Tag] | Any:
    """List or search contact tags (`GET /v1/contactTags`; official page, evidence A).

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
        from prefect_whautomate.aio.contact_tags import list_contact_tags

        @flow
        async def my_flow():
            credentials = await WhautomateCredentials.aload("BLOCK_NAME")
            return await list_contact_tags(credentials)
        ```
    """
    call = api.list_contact_tags(filters=filters)
    return await read_all(
        credentials,
        call,
        max_records=max_records,
        output_path=output_path,
        return_records=return_records,
        max_requests=max_requests,
    )


@whautomate_task(finished_in_run=False)
async def create_contact_tag(
    credentials: WhautomateCredentials,
    contact_tag: TagInput,
    *,
    extra: Json | None = None,
    key: str | None = None,
    max_requests: int | None = None,
) -> Json:
    """Create a contact tag (`POST /v1/contactTags`; official page, evidence A).

    Args:
        credentials: The block of the account.
        contact_tag: Fields, see `whautomate_core.api.records.TagInput`.
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
        from prefect_whautomate.aio.contact_tags import create_contact_tag

        @flow
        async def my_flow(contact_tag):
            credentials = await WhautomateCredentials.aload("BLOCK_NAME")
            return await create_contact_tag(credentials, contact_tag)
        ```
    """
    call = api.create_contact_tag(contact_tag, extra=extra)
    return await send_once(credentials, call, key=key, max_requests=max_requests)


@whautomate_task(finished_in_run=False)
async def get_contact_tag(
    credentials: WhautomateCredentials,
    contact_tag_id: str,
    *,
    output_path: str | None = None,
    return_records: bool = False,
    max_requests: int | None = None,
) -> Tag | Any:
    """Show one contact tag (`GET /v1/contactTags/{contactTagId}`; path A, shape B).

    Args:
        credentials: The block of the account.
        contact_tag_id: Id of the contact tag.
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
        from prefect_whautomate.aio.contact_tags import get_contact_tag

        @flow
        async def my_flow(contact_tag_id):
            credentials = await WhautomateCredentials.aload("BLOCK_NAME")
            return await get_contact_tag(credentials, contact_tag_id)
        ```
    """
    call = api.get_contact_tag(contact_tag_id)
    return await read(
        credentials,
        call,
        output_path=output_path,
        return_records=return_records,
        max_requests=max_requests,
    )


@whautomate_task(finished_in_run=True)
async def delete_contact_tag(
    credentials: WhautomateCredentials,
    contact_tag_id: str,
    *,
    allow_protected: bool = False,
    max_requests: int | None = None,
) -> Json:
    """Delete a contact tag (`DELETE /v1/contactTags/{contactTagId}`; white-label copies, evidence B).

    It is not documented whether contacts lose the tag, so deleting an opt-out tag is refused.

    Args:
        credentials: The block of the account.
        contact_tag_id: Id of the contact tag.
        allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id` of the record, and its `status` if it has one.

    Raises:
        InvalidRequest: An argument can't be right. Nothing was sent.
        NotFound: There is no such record.
        PolicyRefused: The account's policy forbids it, for example because the person has opted out.
        WhautomateError: The base of all other errors; see `whautomate_core.errors`.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.aio.contact_tags import delete_contact_tag

        @flow
        async def my_flow(contact_tag_id):
            credentials = await WhautomateCredentials.aload("BLOCK_NAME")
            return await delete_contact_tag(credentials, contact_tag_id)
        ```
    """
    call = api.delete_contact_tag(contact_tag_id, allow_protected=allow_protected)
    return await send(credentials, call, max_requests=max_requests)
