"""Tasks of services.

Written by `scripts/generate/tasks.py`: `nox -s generate` writes it anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from prefect_whautomate._clients import open_client
from prefect_whautomate._endpoints import read, read_all, send, send_once
from prefect_whautomate._jobs import run_job
from prefect_whautomate._task import whautomate_task
from prefect_whautomate.credentials import WhautomateCredentials
from whautomate_core.api import services as api
from whautomate_core.api.call import Json
from whautomate_core.api.records import Service, ServiceFilters, ServiceInput, ServiceUpdate
from whautomate_core.bookings.catalogue import upsert_service as upsert_service_job
from whautomate_core.bookings.services import sync_services as sync_services_job
from whautomate_core.rows.sources import Source
from whautomate_core.values.thresholds import Threshold

__all__ = [
    "create_service",
    "delete_service",
    "get_service",
    "list_services",
    "sync_services",
    "update_service",
    "upsert_service",
]


@whautomate_task(finished_in_run=False)
def list_services(
    credentials: WhautomateCredentials,
    *,
    filters: ServiceFilters | None = None,
    max_records: int | None = None,
    output_path: str | None = None,
    return_records: bool = False,
    max_requests: int | None = None,
) -> list[Service] | Any:
    """List or search services (`GET /v1/services`; official page, evidence A).

    Args:
        credentials: The block of the account.
        filters: Filters, see `whautomate_core.api.records.ServiceFilters`.
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
        from prefect_whautomate.services import list_services

        @flow
        def my_flow():
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return list_services(credentials)
        ```
    """
    call = api.list_services(filters=filters)
    return read_all(
        credentials,
        call,
        max_records=max_records,
        output_path=output_path,
        return_records=return_records,
        max_requests=max_requests,
    )


@whautomate_task(finished_in_run=False)
def create_service(
    credentials: WhautomateCredentials,
    service: ServiceInput,
    *,
    extra: Json | None = None,
    key: str | None = None,
    max_requests: int | None = None,
) -> Json:
    """Create a service (`POST /v1/services`; path C, body inferred from the documented list, D).

    Args:
        credentials: The block of the account.
        service: Fields, see `whautomate_core.api.records.ServiceInput`.
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
        from prefect_whautomate.services import create_service

        @flow
        def my_flow(service):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return create_service(credentials, service)
        ```
    """
    call = api.create_service(service, extra=extra)
    return send_once(credentials, call, key=key, max_requests=max_requests)


@whautomate_task(finished_in_run=False)
def get_service(
    credentials: WhautomateCredentials,
    service_id: str,
    *,
    output_path: str | None = None,
    return_records: bool = False,
    max_requests: int | None = None,
) -> Service | Any:
    """Show one service (`GET /v1/services/{serviceId}`; path C, shape D).

    Args:
        credentials: The block of the account.
        service_id: Id of the service.
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
        from prefect_whautomate.services import get_service

        @flow
        def my_flow(service_id):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return get_service(credentials, service_id)
        ```
    """
    call = api.get_service(service_id)
    return read(credentials, call, output_path=output_path, return_records=return_records, max_requests=max_requests)


@whautomate_task(finished_in_run=True)
def update_service(
    credentials: WhautomateCredentials,
    service_id: str,
    service: ServiceUpdate,
    *,
    extra: Json | None = None,
    overwrite: bool = False,
    max_requests: int | None = None,
) -> Json:
    """Write fields of a service and keep the others (`PUT /v1/services/{serviceId}`; path C, shape D).

    The service is read, merged and written, since nobody knows whether PUT merges; `overwrite=True` sends `service`
    alone.

    Args:
        credentials: The block of the account.
        service_id: Id of the service.
        service: Fields, see `whautomate_core.api.records.ServiceUpdate`.
        extra: Fields to send that the check of names does not know.
        overwrite: Send the body alone, instead of merging it into what is there.
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
        from prefect_whautomate.services import update_service

        @flow
        def my_flow(service_id, service):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return update_service(credentials, service_id, service)
        ```
    """
    call = api.update_service(service_id, service, extra=extra, overwrite=overwrite)
    return send(credentials, call, max_requests=max_requests)


@whautomate_task(finished_in_run=True)
def delete_service(credentials: WhautomateCredentials, service_id: str, *, max_requests: int | None = None) -> Json:
    """Delete a service (`DELETE /v1/services/{serviceId}`; no source shows it, evidence D).

    Args:
        credentials: The block of the account.
        service_id: Id of the service.
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
        from prefect_whautomate.services import delete_service

        @flow
        def my_flow(service_id):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return delete_service(credentials, service_id)
        ```
    """
    call = api.delete_service(service_id)
    return send(credentials, call, max_requests=max_requests)


@whautomate_task(finished_in_run=True)
def upsert_service(
    credentials: WhautomateCredentials,
    name: str,
    service: ServiceUpdate,
    *,
    location_id: str | None = None,
    max_requests: int | None = None,
) -> Json:
    """Create the service with a name at a location if it is missing; otherwise write the fields that differ.

    All services are read; an unchanged one costs no more requests. It is created once, even if several runs try at the
    same time.

    Args:
        credentials: The block of the account.
        name: Exact name of the service.
        service: Its other fields; `serviceType` is required (APPOINTMENT, CLASS or ADD_ON).
        location_id: Its location; defaults to the account's.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id`, `created`, `changed` (whether fields were written over what was there). Also `requests`, and `waited`, the
        seconds spent waiting for permits.

    Raises:
        `ConfigurationError` and `InvalidRequest` before anything is sent; `InvalidRequest` where several services have
        the name; `OutcomeUnknown` where the answer to its creation was lost and no list shows it.

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
    with open_client(credentials, max_requests=max_requests) as client:
        return run_job(client, upsert_service_job, name, service, location_id=location_id)


@whautomate_task(finished_in_run=True)
def sync_services(
    credentials: WhautomateCredentials,
    source: Source,
    mapping: Mapping[str, str],
    *,
    service: ServiceUpdate | None = None,
    location_id: str | None = None,
    make_categories: bool = False,
    max_rejected: Threshold = "100%",
    max_failed: Threshold = 0,
    rejects_path: str | None = None,
    outcomes_path: str | None = None,
    max_requests: int | None = None,
) -> Json:
    """Create the services of a price list that are missing, and write the fields that differ.

    Services are identified by name and location. Empty cells leave the field alone, services that the list does not
    name stay, and of several rows about one service the last counts. All services are read once; unchanged ones cost
    no more requests. Running it again continues where it stopped.

    Args:
        credentials: The block of the account.
        source: Path or URL of a CSV, JSON lines or Parquet file, rows as dicts, or a query (`Sql`).
        mapping: What the API calls a value -> its column, such as `{"name": "treatment", "sellingPrice": "price"}`:
            `name`, `location` (an id), `category` (a name), and the fields of a service that are one value. Numbers
            have a point, such as 12.5; yes and no may also be true and false.
        service: Fields of every service, such as `{"serviceType": "APPOINTMENT"}`, which new ones need. A cell takes
            precedence over them.
        location_id: Location of rows that name none; defaults to the account's.
        make_categories: Create categories that are missing; otherwise their rows are rejected.
        max_rejected: Rows that may be rejected before nothing is sent: a count, or a share like `"5%"`.
        max_failed: Rows that may fail or be unsettled before the step fails: a count, or a share like `"5%"`.
        rejects_path: File or URL for rows that were not used, with row number, outcome and reason: JSON lines, or
            Parquet.
        outcomes_path: The same for every row.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        Counts: `rows`, of which `created`, `updated`, `unchanged`, `superseded` (a later row is about the same
        service), `rejected`, `protected` (0), `failed`, `unsettled` (the outcome is unknown); beside them `categories`
        (created). Also `requests`, and `waited`, the seconds spent waiting for permits.

    Raises:
        `ConfigurationError` and `InvalidRequest` before anything is sent; `InvalidRequest` over the thresholds.

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
    with open_client(credentials, max_requests=max_requests) as client:
        return run_job(
            client,
            sync_services_job,
            source,
            mapping,
            service=service,
            location_id=location_id,
            make_categories=make_categories,
            max_rejected=max_rejected,
            max_failed=max_failed,
            rejects_path=rejects_path,
            outcomes_path=outcomes_path,
        )
