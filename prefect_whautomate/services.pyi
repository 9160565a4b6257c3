# Written by scripts/make_task_stubs.py: `nox -s stubs` writes it anew.
"""Services, what can be booked: the endpoints, and the jobs that make or change one, or those of a price list."""

from collections.abc import Coroutine
from collections.abc import Mapping
from prefect import Task
from prefect_whautomate.credentials import WhautomateCredentials
from typing import Any
from typing import overload
from whautomate_core.api.call import Json
from whautomate_core.api.records import Service
from whautomate_core.api.records import ServiceFilters
from whautomate_core.api.records import ServiceInput
from whautomate_core.api.records import ServiceUpdate
from whautomate_core.rows.sources import Source
from whautomate_core.values.thresholds import Threshold

class _list_services(Task[..., list[Service]]):
    """List or search services (`GET /v1/services`; official page, evidence A).

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
        from prefect_whautomate.services import list_services

        @flow
        def my_flow():
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return list_services(credentials)
        ```
    """
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, *, filters: ServiceFilters | None = ..., max_records: int | None = ..., return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> list[Service]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, *, filters: ServiceFilters | None = ..., max_records: int | None = ..., output_path: str, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...

list_services: _list_services

class _alist_services(Task[..., Coroutine[Any, Any, list[Service]]]):
    """`list_services` for coroutines."""
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, *, filters: ServiceFilters | None = ..., max_records: int | None = ..., return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, list[Service]]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, *, filters: ServiceFilters | None = ..., max_records: int | None = ..., output_path: str, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...

alist_services: _alist_services

class _create_service(Task[..., dict[str, Any]]):
    """Create a service (`POST /v1/services`; path C, body inferred from the documented list, D).

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
        from prefect_whautomate.services import create_service

        @flow
        def my_flow(service):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return create_service(credentials, service)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, service: ServiceInput, *, extra: Json | None = ..., key: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

create_service: _create_service

class _acreate_service(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`create_service` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, service: ServiceInput, *, extra: Json | None = ..., key: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

acreate_service: _acreate_service

class _get_service(Task[..., Service]):
    """Show one service (`GET /v1/services/{serviceId}`; path C, shape D).

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
        from prefect_whautomate.services import get_service

        @flow
        def my_flow(service_id):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return get_service(credentials, service_id)
        ```
    """
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, service_id: str, *, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Service: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, service_id: str, *, output_path: str, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...

get_service: _get_service

class _aget_service(Task[..., Coroutine[Any, Any, Service]]):
    """`get_service` for coroutines."""
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, service_id: str, *, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, Service]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, service_id: str, *, output_path: str, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...

aget_service: _aget_service

class _update_service(Task[..., dict[str, Any]]):
    """Write fields of a service and keep the others (`PUT /v1/services/{serviceId}`; path C, shape D).

    Read, merged, written, since nobody knows whether PUT merges; `overwrite=True` sends `service` alone.

    Args:
        credentials: Where to and as whom.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.services import update_service

        @flow
        def my_flow(service_id, service):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return update_service(credentials, service_id, service)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, service_id: str, service: ServiceUpdate, *, extra: Json | None = ..., overwrite: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

update_service: _update_service

class _aupdate_service(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`update_service` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, service_id: str, service: ServiceUpdate, *, extra: Json | None = ..., overwrite: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

aupdate_service: _aupdate_service

class _delete_service(Task[..., dict[str, Any]]):
    """Delete a service (`DELETE /v1/services/{serviceId}`; no source shows it, evidence D).

    Args:
        credentials: Where to and as whom.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.services import delete_service

        @flow
        def my_flow(service_id):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return delete_service(credentials, service_id)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, service_id: str, *, max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

delete_service: _delete_service

class _adelete_service(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`delete_service` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, service_id: str, *, max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

adelete_service: _adelete_service

class _upsert_service(Task[..., dict[str, Any]]):
    """Make the service of a name at a location where there is none, else write the fields that differ.

    All services are read; unchanged ones cost no more. It is created once, whoever else tries.

    Args:
        credentials: Where to and as whom.
        name: Exact name of the service.
        service: Its other fields; `serviceType` is required (APPOINTMENT, CLASS or ADD_ON).
        location_id: Its location; defaults to the account's.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id`, `created`, `changed` (whether fields were written over what was there).

    Raises:
        `ConfigurationError` and `InvalidRequest` before anything is sent; `InvalidRequest` where several services
        have the name; `OutcomeUnknown` where the answer to its creation was lost and it is not there to be seen.

    Beside what it returns: `requests`, and `waited`, the seconds spent waiting for permits.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.services import upsert_service

        @flow
        def my_flow(name, service):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return upsert_service(credentials, name, service)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, name: str, service: ServiceUpdate, *, location_id: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

upsert_service: _upsert_service

class _aupsert_service(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`upsert_service` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, name: str, service: ServiceUpdate, *, location_id: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

aupsert_service: _aupsert_service

class _sync_services(Task[..., dict[str, Any]]):
    """Create the services of a price list that are missing, and write the fields that differ.

    Services are identified by name and location. Empty cells leave the field alone, services that the list does not
    name stay, and of several rows about one service the last counts. All services are read once; unchanged ones cost
    no more requests. Running it again continues where it stopped.

    Args:
        credentials: Where to and as whom.
        source: Path or URL of a CSV, JSON lines or Parquet file, rows as dicts, or a query (`Sql`).
        mapping: What the API calls a value -> its column, such as `{"name": "treatment", "sellingPrice": "price"}`: `name`, `location` (an id), `category` (a name), and the fields of a service that are one value. Numbers have a point, such as 12.5; yes and no may also be true and false.
        service: Fields of every service, such as `{"serviceType": "APPOINTMENT"}`, which new ones need. A cell takes precedence over them.
        location_id: Location of rows that name none; defaults to the account's.
        make_categories: Create categories that are missing; otherwise their rows are rejected.
        max_rejected: Rows that may be rejected before nothing is sent: a count, or a share like `"5%"`.
        max_failed: Rows that may fail or be unsettled before the step fails: a count, or a share like `"5%"`.
        rejects_path: File or URL for rows that were not used, with row number, outcome and reason: JSON lines, or Parquet.
        outcomes_path: The same for every row.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        Counts: `rows`, of which `created`, `updated`, `unchanged`, `superseded` (a later row is about the same
        service), `rejected`, `protected` (0), `failed`, `unsettled` (the outcome is unknown); beside them `categories`
        (created).

    Raises:
        `ConfigurationError` and `InvalidRequest` before anything is sent; `InvalidRequest` over the thresholds.

    Beside what it returns: `requests`, and `waited`, the seconds spent waiting for permits.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.services import sync_services

        @flow
        def my_flow(source, mapping):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return sync_services(credentials, source, mapping)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, source: Source, mapping: Mapping[str, str], *, service: ServiceUpdate | None = ..., location_id: str | None = ..., make_categories: bool = ..., max_rejected: Threshold = ..., max_failed: Threshold = ..., rejects_path: str | None = ..., outcomes_path: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

sync_services: _sync_services

class _async_services(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`sync_services` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, source: Source, mapping: Mapping[str, str], *, service: ServiceUpdate | None = ..., location_id: str | None = ..., make_categories: bool = ..., max_rejected: Threshold = ..., max_failed: Threshold = ..., rejects_path: str | None = ..., outcomes_path: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

async_services: _async_services

