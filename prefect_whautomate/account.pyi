# Written by scripts/make_task_stubs.py: `nox -s stubs` writes it anew.
"""The account itself, and its requests."""

from collections.abc import Coroutine
from prefect import Task
from prefect_whautomate.credentials import WhautomateCredentials
from typing import Any
from typing import overload
from whautomate_core.api.records import AccountInfo

class _get_account_info(Task[..., AccountInfo]):
    """Name and owner of the account (`GET /v1/account-info`; path and shape from integrators, evidence C).

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
        from prefect_whautomate.account import get_account_info

        @flow
        def my_flow():
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return get_account_info(credentials)
        ```
    """
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, *, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> AccountInfo: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, *, output_path: str, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...

get_account_info: _get_account_info

class _aget_account_info(Task[..., Coroutine[Any, Any, AccountInfo]]):
    """`get_account_info` for coroutines."""
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, *, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, AccountInfo]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, *, output_path: str, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...

aget_account_info: _aget_account_info

class _wait_for_quota(Task[..., dict[str, Any]]):
    """Wait until the account may make so many requests now.

    The state database is asked, at most 60 s apart; nothing is sent. Nothing is reserved: others may use them first.

    Args:
        credentials: Where to and as whom.
        requests: How many, within a minute as within a day.
        poll_interval: Seconds between the first two looks; doubles up to a quarter of an hour. All waiting tasks of the
            account together make at most a tenth of the requests of its day, half of that in a quarter of it.
        timeout: Seconds to wait at most; they count anew where the flow run is rescheduled.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `left`, the number of requests that are.
        Also `requests` and `waited` (seconds, for permits).

    Raises:
        TimeoutError: Where it is not so in time.
        WhautomateError: Where it will never be so.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.account import wait_for_quota

        @flow
        def my_flow(requests):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return wait_for_quota(credentials, requests)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, requests: int, *, poll_interval: float = ..., timeout: float = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

wait_for_quota: _wait_for_quota

class _await_for_quota(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`wait_for_quota` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, requests: int, *, poll_interval: float = ..., timeout: float = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

await_for_quota: _await_for_quota

