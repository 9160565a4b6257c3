"""Tasks of account, as coroutines.

Written by `scripts/generate/tasks.py`: `nox -s generate` writes it anew.
"""

from __future__ import annotations

from typing import Any

from prefect_whautomate._jobs import checked
from prefect_whautomate._task import whautomate_task
from prefect_whautomate._waiting import wait_for_async
from prefect_whautomate.aio._endpoints import read
from prefect_whautomate.credentials import WhautomateCredentials
from whautomate_core.api import account as api
from whautomate_core.api.call import Json
from whautomate_core.api.records import AccountInfo
from whautomate_core.waiting.quota import QuotaFree

__all__ = ["get_account_info", "wait_for_quota"]


@whautomate_task(finished_in_run=False)
async def get_account_info(
    credentials: WhautomateCredentials,
    *,
    output_path: str | None = None,
    return_records: bool = False,
    max_requests: int | None = None,
) -> AccountInfo | Any:
    """Name and owner of the account (`GET /v1/account-info`; integrators, evidence C).

    Args:
        credentials: The block of the account.
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
        WhautomateError: The base of all other errors; see `whautomate_core.errors`.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.aio.account import get_account_info

        @flow
        async def my_flow():
            credentials = await WhautomateCredentials.aload("BLOCK_NAME")
            return await get_account_info(credentials)
        ```
    """
    call = api.get_account_info()
    return await read(
        credentials,
        call,
        output_path=output_path,
        return_records=return_records,
        max_requests=max_requests,
    )


@whautomate_task(finished_in_run=True)
async def wait_for_quota(
    credentials: WhautomateCredentials,
    requests: int,
    *,
    poll_interval: float = 60.0,
    timeout: float = 86_400.0,
    max_requests: int | None = None,
) -> Json:
    """Wait until the account may make this many requests now.

    A check reads the state database and sends nothing. Nothing is reserved, so other steps may use the requests first.
    Because checks cost nothing, they are at most 60 s apart.

    Args:
        credentials: The block of the account.
        requests: The number of requests, within a minute as well as within a day.
        poll_interval: Seconds between the first two checks; doubles up to a quarter of an hour. All waiting tasks of
            the account together make at most a tenth of the requests of its day, and half of that in a quarter of it.
        timeout: The longest time to wait, in seconds, from its first start, however often the flow run is rescheduled.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `left`, the number of requests that the account may make now. Also `requests`, and `waited`, the seconds spent
        waiting for permits.

    Raises:
        TimeoutError: It did not happen within `timeout` seconds.
        WhautomateError: It can no longer happen, or a check failed for good.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.aio.account import wait_for_quota

        @flow
        async def my_flow(requests):
            credentials = await WhautomateCredentials.aload("BLOCK_NAME")
            return await wait_for_quota(credentials, requests)
        ```
    """
    condition = checked(QuotaFree, requests)
    return await wait_for_async(
        credentials,
        condition,
        poll_interval=poll_interval,
        timeout=timeout,
        max_requests=max_requests,
    )
