"""What the tasks of endpoints do in coroutines. Files are written and claims are kept in threads."""

from __future__ import annotations

import asyncio
from typing import Any, TypeVar

from prefect_whautomate import _endpoints as blocking
from prefect_whautomate._clients import open_async_client
from prefect_whautomate._endpoints import check_max_records
from prefect_whautomate._reported import said, said_read
from prefect_whautomate.credentials import WhautomateCredentials
from whautomate_core.api.call import Call, Json, summary, watched

R = TypeVar("R")


async def send(credentials: WhautomateCredentials, call: Call[Any], *, max_requests: int | None) -> Json:
    """Send a write that may be repeated, and return its `id` (and `status`, if it has one)."""
    call, did = watched(call)
    async with await open_async_client(credentials, max_requests=max_requests) as client:
        return said(client, call, summary(call, await client.send(call)), did=did())


async def send_once(
    credentials: WhautomateCredentials, call: Call[Any], *, key: str | None, max_requests: int | None
) -> Json:
    """Send a write that must happen once, under a claim, and return its `id` (and `status`, if it has one)."""
    # A thread finishes its work even if the coroutine is cancelled, so that no claim is left open.
    return await asyncio.to_thread(blocking.send_once, credentials, call, key=key, max_requests=max_requests)


async def read(
    credentials: WhautomateCredentials,
    call: Call[R],
    *,
    output_path: str | None,
    return_records: bool,
    max_requests: int | None,
) -> R | Any:
    """Read one record: return it, or write it to `output_path` and return `path` and `records`."""
    if output_path is not None:
        return await asyncio.to_thread(
            blocking.read, credentials, call, output_path=output_path, return_records=False, max_requests=max_requests
        )
    async with await open_async_client(credentials, max_requests=max_requests) as client:
        return said_read(client, call, [await client.send(call)], return_records=return_records)


async def read_all(
    credentials: WhautomateCredentials,
    call: Call[list[R]],
    *,
    max_records: int | None,
    output_path: str | None,
    return_records: bool,
    max_requests: int | None,
) -> list[R] | Any:
    """Read every page of a list: return its records, or write them to `output_path`."""
    check_max_records(max_records)
    if output_path is not None:
        return await asyncio.to_thread(
            blocking.read_all,
            credentials,
            call,
            max_records=max_records,
            output_path=output_path,
            return_records=False,
            max_requests=max_requests,
        )
    records: list[R] = []
    async with await open_async_client(credentials, max_requests=max_requests) as client:
        async for page in client.pages(call):
            records += page
            if max_records is not None and len(records) >= max_records:
                break
        return said_read(client, call, records[:max_records], return_records=return_records)
