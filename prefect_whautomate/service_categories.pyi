# Written by scripts/make_task_stubs.py: `nox -s stubs` writes it anew.
"""Categories of services."""

from collections.abc import Coroutine
from prefect import Task
from prefect_whautomate.credentials import WhautomateCredentials
from typing import Any
from typing import overload
from whautomate_core.api.call import Json
from whautomate_core.api.records import LocatedFilters
from whautomate_core.api.records import ServiceCategory
from whautomate_core.api.records import ServiceCategoryInput

class _list_service_categories(Task[..., list[ServiceCategory]]):
    """List or search categories (`GET /v1/serviceCategories`; official page, evidence A).

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
        from prefect_whautomate.service_categories import list_service_categories

        @flow
        def my_flow():
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return list_service_categories(credentials)
        ```
    """
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, *, filters: LocatedFilters | None = ..., max_records: int | None = ..., return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> list[ServiceCategory]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, *, filters: LocatedFilters | None = ..., max_records: int | None = ..., output_path: str, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...

list_service_categories: _list_service_categories

class _alist_service_categories(Task[..., Coroutine[Any, Any, list[ServiceCategory]]]):
    """`list_service_categories` for coroutines."""
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, *, filters: LocatedFilters | None = ..., max_records: int | None = ..., return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, list[ServiceCategory]]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, *, filters: LocatedFilters | None = ..., max_records: int | None = ..., output_path: str, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...

alist_service_categories: _alist_service_categories

class _create_service_category(Task[..., dict[str, Any]]):
    """Create a category (`POST /v1/serviceCategories`; official page, evidence A).

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
        from prefect_whautomate.service_categories import create_service_category

        @flow
        def my_flow(service_category):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return create_service_category(credentials, service_category)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, service_category: ServiceCategoryInput, *, extra: Json | None = ..., key: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

create_service_category: _create_service_category

class _acreate_service_category(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`create_service_category` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, service_category: ServiceCategoryInput, *, extra: Json | None = ..., key: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

acreate_service_category: _acreate_service_category

class _get_service_category(Task[..., ServiceCategory]):
    """Show one category (`GET /v1/serviceCategories/{serviceCategoryId}`; official page, evidence A).

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
        from prefect_whautomate.service_categories import get_service_category

        @flow
        def my_flow(service_category_id):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return get_service_category(credentials, service_category_id)
        ```
    """
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, service_category_id: str, *, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> ServiceCategory: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, service_category_id: str, *, output_path: str, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...

get_service_category: _get_service_category

class _aget_service_category(Task[..., Coroutine[Any, Any, ServiceCategory]]):
    """`get_service_category` for coroutines."""
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, service_category_id: str, *, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, ServiceCategory]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, service_category_id: str, *, output_path: str, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...

aget_service_category: _aget_service_category

class _delete_service_category(Task[..., dict[str, Any]]):
    """Delete a category (`DELETE /v1/serviceCategories/{serviceCategoryId}`; path C, shape D).

    Args:
        credentials: Where to and as whom.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.service_categories import delete_service_category

        @flow
        def my_flow(service_category_id):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return delete_service_category(credentials, service_category_id)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, service_category_id: str, *, max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

delete_service_category: _delete_service_category

class _adelete_service_category(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`delete_service_category` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, service_category_id: str, *, max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

adelete_service_category: _adelete_service_category

