# Written by scripts/make_task_stubs.py: `nox -s stubs` writes it anew.
"""The account itself."""

from collections.abc import Coroutine
from prefect import Task
from prefect_whautomate.credentials import WhautomateCredentials
from typing import Any
from typing import overload
from whautomate_core.records import AccountInfo

class _get_account_info(Task[..., AccountInfo]):
    """Name and owner of the account (`GET /v1/account-info`; path and shape from integrators, evidence C).

    Args:
        credentials: Where to and as whom.
        output_path: File to write the records to in place of returning them: JSON lines, or Parquet where it ends in
            `.parquet`; local, or the URL of an object such as `s3://bucket/key`. It is there once it is whole; a
            local one can be read by its owner only. Returns `path` and `records`, their number.
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
    def __call__(self, credentials: WhautomateCredentials, *, max_requests: int | None = ..., wait_for: Any = ...) -> AccountInfo: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, *, output_path: str, max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...

get_account_info: _get_account_info

class _aget_account_info(Task[..., Coroutine[Any, Any, AccountInfo]]):
    """`get_account_info` for coroutines."""
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, *, max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, AccountInfo]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, *, output_path: str, max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...

aget_account_info: _aget_account_info

