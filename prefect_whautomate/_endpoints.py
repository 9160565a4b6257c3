"""What the tasks of endpoints do. `aio/_endpoints.py` has the same for coroutines."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from itertools import chain, islice
from typing import Any, TypeVar

from prefect_whautomate._clients import open_client
from prefect_whautomate._once import send_task_call
from prefect_whautomate._reported import said, said_read
from prefect_whautomate.credentials import WhautomateCredentials
from whautomate_core.api.call import Call, Json, summary, watched
from whautomate_core.api.endpoint import endpoint_of_call
from whautomate_core.errors import InvalidRequest
from whautomate_core.rows.files import write_records
from whautomate_core.state.claims import Claim

R = TypeVar("R")


def send(credentials: WhautomateCredentials, call: Call[Any], *, max_requests: int | None) -> Json:
    """Send a write that may be repeated, and return its `id` (and `status`, if it has one)."""
    call, did = watched(call)
    with open_client(credentials, max_requests=max_requests) as client:
        return said(client, call, summary(call, client.send(call)), did=did())


def send_once(
    credentials: WhautomateCredentials, call: Call[Any], *, key: str | None, max_requests: int | None
) -> Json:
    """Send a write that must happen once, under a claim, and return its `id` (and `status`, if it has one)."""
    earlier: list[Claim] = []
    with open_client(credentials, max_requests=max_requests) as client:
        made: Json = send_task_call(client, call, key, functools.partial(summary, call), earlier.append)
        return said(client, call, made, earlier=earlier[0].origin if earlier else None)


def read(
    credentials: WhautomateCredentials,
    call: Call[R],
    *,
    output_path: str | None,
    return_records: bool,
    max_requests: int | None,
) -> R | Any:
    """Read one record: return it, or write it to `output_path` and return `path` and `records`."""
    with open_client(credentials, max_requests=max_requests) as client:
        # Sent while it is written: an unwritable file is found out before.
        records = (client.send(call) for _ in range(1))
        if output_path is not None:
            return said(client, call, written(call, output_path, records))
        return said_read(client, call, records, return_records=return_records)


def read_all(
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
    with open_client(credentials, max_requests=max_requests) as client:
        records = islice(chain.from_iterable(client.pages(call)), max_records)
        if output_path is not None:
            return said(client, call, written(call, output_path, records))
        return said_read(client, call, records, return_records=return_records)


def written(call: Call[Any], path: str, records: Iterable[Any]) -> Json:
    """Write whole records to a file; what the task returns then."""
    record = endpoint_of_call(call).record
    return {"path": str(path), "records": write_records(str(path), records, record=record)}


def check_max_records(max_records: int | None) -> None:
    """Raise `InvalidRequest` unless it is a number of records, or None for all."""
    if max_records is not None and (not isinstance(max_records, int) or max_records < 1):
        raise InvalidRequest("max_records must be a whole number of at least 1, or None for all")
