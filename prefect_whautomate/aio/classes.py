"""Tasks of classes, as coroutines.

Written by `scripts/generate/tasks.py`: `nox -s generate` writes it anew.
"""

from __future__ import annotations

from asyncio import to_thread
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from prefect_whautomate import classes as blocking
from prefect_whautomate._jobs import checked
from prefect_whautomate._task import whautomate_task
from prefect_whautomate._waiting import wait_for_async
from prefect_whautomate.aio._endpoints import read, read_all, send, send_once
from prefect_whautomate.credentials import WhautomateCredentials
from whautomate_core.api import classes as api
from whautomate_core.api.call import Json
from whautomate_core.api.records import (
    Class,
    ClassFilters,
    ClassInput,
    ClassParticipant,
    ClassParticipantCancelInput,
    ClassParticipantInput,
    ClassUpdate,
    PageFilters,
)
from whautomate_core.bookings.conditions import ClassPlaces
from whautomate_core.rows.sources import Source
from whautomate_core.values.members import Members
from whautomate_core.values.thresholds import Threshold

__all__ = [
    "add_class_participant",
    "create_class",
    "delete_class",
    "enrol_participants",
    "export_bookings",
    "export_classes",
    "get_class",
    "list_class_participants",
    "list_classes",
    "list_client_class_bookings",
    "remove_class_participant",
    "sync_classes",
    "update_class",
    "upsert_class",
    "wait_for_class",
]


@whautomate_task(finished_in_run=False)
async def list_classes(
    credentials: WhautomateCredentials,
    *,
    filters: ClassFilters | None = None,
    max_records: int | None = None,
    output_path: str | None = None,
    return_records: bool = False,
    max_requests: int | None = None,
) -> list[Class] | Any:
    """List classes (`GET /v1/classes`; path A, names of the filters and shape D).

    Args:
        credentials: The block of the account.
        filters: Filters, see `whautomate_core.api.records.ClassFilters`.
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
        from prefect_whautomate.aio.classes import list_classes

        @flow
        async def my_flow():
            credentials = await WhautomateCredentials.aload("BLOCK_NAME")
            return await list_classes(credentials)
        ```
    """
    call = api.list_classes(filters=filters)
    return await read_all(
        credentials,
        call,
        max_records=max_records,
        output_path=output_path,
        return_records=return_records,
        max_requests=max_requests,
    )


@whautomate_task(finished_in_run=False)
async def create_class(
    credentials: WhautomateCredentials,
    class_: ClassInput,
    *,
    extra: Json | None = None,
    key: str | None = None,
    max_requests: int | None = None,
) -> Json:
    """Create a class (`POST /v1/classes`; path A, shape D).

    Args:
        credentials: The block of the account.
        class_: Fields, see `whautomate_core.api.records.ClassInput`.
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
        from prefect_whautomate.aio.classes import create_class

        @flow
        async def my_flow(class_):
            credentials = await WhautomateCredentials.aload("BLOCK_NAME")
            return await create_class(credentials, class_)
        ```
    """
    call = api.create_class(class_, extra=extra)
    return await send_once(credentials, call, key=key, max_requests=max_requests)


@whautomate_task(finished_in_run=False)
async def get_class(
    credentials: WhautomateCredentials,
    class_id: str,
    *,
    output_path: str | None = None,
    return_records: bool = False,
    max_requests: int | None = None,
) -> Class | Any:
    """Show one class (`GET /v1/classes/{classId}`; path A, shape D).

    Args:
        credentials: The block of the account.
        class_id: Id of the class.
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
        from prefect_whautomate.aio.classes import get_class

        @flow
        async def my_flow(class_id):
            credentials = await WhautomateCredentials.aload("BLOCK_NAME")
            return await get_class(credentials, class_id)
        ```
    """
    call = api.get_class(class_id)
    return await read(
        credentials,
        call,
        output_path=output_path,
        return_records=return_records,
        max_requests=max_requests,
    )


@whautomate_task(finished_in_run=True)
async def update_class(
    credentials: WhautomateCredentials,
    class_id: str,
    class_: ClassUpdate,
    *,
    extra: Json | None = None,
    overwrite: bool = False,
    max_requests: int | None = None,
) -> Json:
    """Write fields of a class and keep the others (`PUT /v1/classes/{classId}`; path A, shape D).

    The class is read, merged and written, since nobody knows whether PUT merges; `overwrite=True` sends `class_` alone.

    Args:
        credentials: The block of the account.
        class_id: Id of the class.
        class_: Fields, see `whautomate_core.api.records.ClassUpdate`.
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
        from prefect_whautomate.aio.classes import update_class

        @flow
        async def my_flow(class_id, class_):
            credentials = await WhautomateCredentials.aload("BLOCK_NAME")
            return await update_class(credentials, class_id, class_)
        ```
    """
    call = api.update_class(class_id, class_, extra=extra, overwrite=overwrite)
    return await send(credentials, call, max_requests=max_requests)


@whautomate_task(finished_in_run=True)
async def delete_class(credentials: WhautomateCredentials, class_id: str, *, max_requests: int | None = None) -> Json:
    """Delete a class (`DELETE /v1/classes/{classId}`; path A, result D). Nobody knows what its participants hear.

    Args:
        credentials: The block of the account.
        class_id: Id of the class.
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
        from prefect_whautomate.aio.classes import delete_class

        @flow
        async def my_flow(class_id):
            credentials = await WhautomateCredentials.aload("BLOCK_NAME")
            return await delete_class(credentials, class_id)
        ```
    """
    call = api.delete_class(class_id)
    return await send(credentials, call, max_requests=max_requests)


@whautomate_task(finished_in_run=False)
async def list_class_participants(
    credentials: WhautomateCredentials,
    class_id: str,
    *,
    max_records: int | None = None,
    output_path: str | None = None,
    return_records: bool = False,
    max_requests: int | None = None,
) -> list[ClassParticipant] | Any:
    """List the participants of a class (`GET /v1/classes/{classId}/participants`; path A, shape D).

    Args:
        credentials: The block of the account.
        class_id: Id of the class.
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
        NotFound: There is no such record.
        WhautomateError: The base of all other errors; see `whautomate_core.errors`.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.aio.classes import list_class_participants

        @flow
        async def my_flow(class_id):
            credentials = await WhautomateCredentials.aload("BLOCK_NAME")
            return await list_class_participants(credentials, class_id)
        ```
    """
    call = api.list_class_participants(class_id)
    return await read_all(
        credentials,
        call,
        max_records=max_records,
        output_path=output_path,
        return_records=return_records,
        max_requests=max_requests,
    )


@whautomate_task(finished_in_run=False)
async def add_class_participant(
    credentials: WhautomateCredentials,
    class_id: str,
    class_participant: ClassParticipantInput,
    *,
    extra: Json | None = None,
    allow_protected: bool = False,
    key: str | None = None,
    max_requests: int | None = None,
) -> Json:
    """Add a client to a class (`POST /v1/classes/{classId}/participants/add`; path A, body D).

    Args:
        credentials: The block of the account.
        class_id: Id of the class.
        class_participant: Fields, see `whautomate_core.api.records.ClassParticipantInput`.
        extra: Fields to send that the check of names does not know.
        allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision.
        key: What identifies this call: under one key it happens once. None means once in a flow run (the outermost) for
            the person or booking it is about, however often it is called, mapped or retried. The same call again
            returns the result of the first. A different call about the same, such as another text to the same person,
            sends nothing and is an error that asks for a key. Outside of runs each call without a key is sent.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id` of the record, and its `status` if it has one.

    Raises:
        InvalidRequest: An argument can't be right. Nothing was sent.
        NotFound: There is no such record.
        PolicyRefused: The account's policy forbids it, for example because the person has opted out.
        OutcomeUnknown: The server gave no answer, so it may have happened. It is not sent again.
        WhautomateError: The base of all other errors; see `whautomate_core.errors`.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.aio.classes import add_class_participant

        @flow
        async def my_flow(class_id, class_participant):
            credentials = await WhautomateCredentials.aload("BLOCK_NAME")
            return await add_class_participant(credentials, class_id, class_participant)
        ```
    """
    call = api.add_class_participant(class_id, class_participant, extra=extra, allow_protected=allow_protected)
    return await send_once(credentials, call, key=key, max_requests=max_requests)


@whautomate_task(finished_in_run=False)
async def remove_class_participant(
    credentials: WhautomateCredentials,
    class_id: str,
    class_participant: ClassParticipantCancelInput,
    *,
    extra: Json | None = None,
    allow_protected: bool = False,
    key: str | None = None,
    max_requests: int | None = None,
) -> Json:
    """Remove a client from a class (`POST /v1/classes/{classId}/participants/cancel`; path A, body D).

    Args:
        credentials: The block of the account.
        class_id: Id of the class.
        class_participant: Fields, see `whautomate_core.api.records.ClassParticipantCancelInput`.
        extra: Fields to send that the check of names does not know.
        allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision.
        key: What identifies this call: under one key it happens once. None means once in a flow run (the outermost) for
            the person or booking it is about, however often it is called, mapped or retried. The same call again
            returns the result of the first. A different call about the same, such as another text to the same person,
            sends nothing and is an error that asks for a key. Outside of runs each call without a key is sent.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id` of the record, and its `status` if it has one.

    Raises:
        InvalidRequest: An argument can't be right. Nothing was sent.
        NotFound: There is no such record.
        PolicyRefused: The account's policy forbids it, for example because the person has opted out.
        OutcomeUnknown: The server gave no answer, so it may have happened. It is not sent again.
        WhautomateError: The base of all other errors; see `whautomate_core.errors`.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.aio.classes import remove_class_participant

        @flow
        async def my_flow(class_id, class_participant):
            credentials = await WhautomateCredentials.aload("BLOCK_NAME")
            return await remove_class_participant(credentials, class_id, class_participant)
        ```
    """
    call = api.remove_class_participant(class_id, class_participant, extra=extra, allow_protected=allow_protected)
    return await send_once(credentials, call, key=key, max_requests=max_requests)


@whautomate_task(finished_in_run=False)
async def list_client_class_bookings(
    credentials: WhautomateCredentials,
    client_id: str,
    *,
    filters: PageFilters | None = None,
    max_records: int | None = None,
    output_path: str | None = None,
    return_records: bool = False,
    max_requests: int | None = None,
) -> list[ClassParticipant] | Any:
    """List the classes of a client (`GET /v1/classes/clients/{clientId}/bookings`; path A, shape and paging D).

    Args:
        credentials: The block of the account.
        client_id: Id of the client.
        filters: Filters, see `whautomate_core.api.records.PageFilters`.
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
        NotFound: There is no such record.
        WhautomateError: The base of all other errors; see `whautomate_core.errors`.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.aio.classes import list_client_class_bookings

        @flow
        async def my_flow(client_id):
            credentials = await WhautomateCredentials.aload("BLOCK_NAME")
            return await list_client_class_bookings(credentials, client_id)
        ```
    """
    call = api.list_client_class_bookings(client_id, filters=filters)
    return await read_all(
        credentials,
        call,
        max_records=max_records,
        output_path=output_path,
        return_records=return_records,
        max_requests=max_requests,
    )


@whautomate_task(finished_in_run=True)
async def upsert_class(
    credentials: WhautomateCredentials,
    service_id: str,
    staff_id: str,
    date: str,
    time: str,
    timezone: str,
    class_: ClassUpdate | None = None,
    *,
    location_id: str | None = None,
    max_requests: int | None = None,
) -> Json:
    """Create the class of a service by a member of staff at a time if it is missing; otherwise write what differs.

    The classes of this member of staff at this location are read. A cancelled class counts as there: it is not created
    again. The class is created once, even if several runs try at the same time.

    Args:
        credentials: The block of the account.
        service_id: Id of the service.
        staff_id: Id of the member of staff.
        date: Day it begins, `2026-03-01`.
        time: Wall time it begins, `04:39 PM`.
        timezone: Their IANA zone, such as `Europe/Berlin`. If a time comes twice because clocks are put back, either is
            the class; the server chooses one of the two.
        class_: Its other fields, such as `numberOfParticipants`.
        location_id: Its location; defaults to the account's.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id`, `created`, `changed` (whether fields were written over what was there). Also `requests`, and `waited`, the
        seconds spent waiting for permits.

    Raises:
        `ConfigurationError` and `InvalidRequest` before anything is sent; `InvalidRequest` where there are several such
        classes; `OutcomeUnknown` where the answer to its creation was lost and no list shows it.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.aio.classes import upsert_class

        @flow
        async def my_flow(service_id, staff_id, date, time, timezone):
            credentials = await WhautomateCredentials.aload("BLOCK_NAME")
            return await upsert_class(credentials, service_id, staff_id, date, time, timezone)
        ```
    """
    return await to_thread(
        blocking.upsert_class.fn,
        credentials,
        service_id,
        staff_id,
        date,
        time,
        timezone,
        class_,
        location_id=location_id,
        max_requests=max_requests,
    )


@whautomate_task(finished_in_run=True)
async def sync_classes(
    credentials: WhautomateCredentials,
    source: Source,
    timezone: str,
    *,
    mapping: Mapping[str, str] | None = None,
    class_: ClassUpdate | None = None,
    location_id: str | None = None,
    now: datetime | str | None = None,
    earliest: datetime | str | None = None,
    latest: datetime | str | None = None,
    max_deleted: Threshold = 0,
    delete_booked: bool = False,
    allow_protected: bool = False,
    max_rejected: Threshold = "100%",
    max_failed: Threshold = 0,
    rejects_path: str | None = None,
    outcomes_path: str | None = None,
    max_requests: int | None = None,
) -> Json:
    """Create the classes of a timetable that are missing, and write the fields that differ.

    Classes are identified by location, member of staff, service and start; a cancelled class counts as there. A class
    that starts at another time is another class. Classes that the timetable does not name are deleted only if
    `earliest` and `latest` say which period it covers, only in that period, and only up to `max_deleted`. None is
    deleted while a row can't be read, because that row may name it, and a class with participants is deleted only with
    `delete_booked`. The classes of a location are read once. Running it again continues where it stopped.

    Args:
        credentials: The block of the account.
        source: Path or URL of a CSV, JSON lines or Parquet file, rows as dicts, or a query (`Sql`).
        timezone: IANA zone of the location, such as `Europe/Berlin`: of times without an offset, and of new classes.
        mapping: What a value is -> its column: `service` (an id or a name), `staff` (an id or an e-mail address),
            `start`, and optionally `location` (an id), `numberOfParticipants` and `notes`. Defaults to columns named
            `service`, `staff` and `start`.
        class_: Other fields of every class, such as `{"numberOfParticipants": 12}`. A cell takes precedence over them.
        location_id: Location of rows that name none; defaults to the account's.
        now: Rows that start before it are in the past, and rejected: a datetime with a time zone, or text with an
            offset; defaults to the time of the run.
        earliest: Start of the period that the timetable covers; without it nothing is deleted.
        latest: Its end, which is not part of it.
        max_deleted: How many classes may be deleted before nothing is sent: a count, or a share of the classes in the
            period like `"10%"`.
        delete_booked: Also delete classes with participants, who may be notified.
        allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision.
        max_rejected: Rows that may be rejected before nothing is sent: a count, or a share like `"5%"`.
        max_failed: Rows that may fail or be unsettled before the step fails: a count, or a share like `"5%"`.
        rejects_path: File or URL for rows that were not used, with row number, outcome and reason: JSON lines, or
            Parquet.
        outcomes_path: The same for every row.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        Counts: `rows`, of which `created`, `updated`, `unchanged`, `superseded` (a later row is about the same class),
        `rejected`, `protected` (0), `failed`, `unsettled` (the outcome is unknown); beside them `deleted`, and `kept`
        (no longer in the timetable, but it has participants, or a row can't be read). Also `requests`, and `waited`,
        the seconds spent waiting for permits.

    Raises:
        `ConfigurationError` and `InvalidRequest` before anything is sent; `InvalidRequest` over the thresholds.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.aio.classes import sync_classes

        @flow
        async def my_flow(source, timezone):
            credentials = await WhautomateCredentials.aload("BLOCK_NAME")
            return await sync_classes(credentials, source, timezone)
        ```
    """
    return await to_thread(
        blocking.sync_classes.fn,
        credentials,
        source,
        timezone,
        mapping=mapping,
        class_=class_,
        location_id=location_id,
        now=now,
        earliest=earliest,
        latest=latest,
        max_deleted=max_deleted,
        delete_booked=delete_booked,
        allow_protected=allow_protected,
        max_rejected=max_rejected,
        max_failed=max_failed,
        rejects_path=rejects_path,
        outcomes_path=outcomes_path,
        max_requests=max_requests,
    )


@whautomate_task(finished_in_run=True)
async def enrol_participants(
    credentials: WhautomateCredentials,
    class_id: str,
    source: Source,
    *,
    mapping: Mapping[str, str] | None = None,
    members: Members = "at_least",
    waitlist: bool = True,
    default_region: str | None = None,
    region_column: str | None = None,
    thorough: bool = False,
    max_removed: Threshold | None = None,
    allow_protected: bool = False,
    max_rejected: Threshold = "100%",
    max_failed: Threshold = 0,
    rejects_path: str | None = None,
    outcomes_path: str | None = None,
    max_requests: int | None = None,
) -> Json:
    """Enrol the clients of rows in a class; with `members="exactly"`, also remove everybody else.

    Clients who already take part or wait are left alone, also if they do so through another client record with the
    number or address of the row (otherwise the oldest of these is enrolled), or if a run enrolled them within the last
    15 minutes and the list does not show them yet. A client whom somebody removed by hand in that time is enrolled
    again by a later run, if the rows still name them. Opted-out people are neither enrolled nor removed, because
    either sends a message. Nobody is removed while a row can't be matched, because it may name one of them. Running it
    again continues where it stopped.

    Args:
        credentials: The block of the account.
        class_id: Id of the class.
        source: Path or URL of a CSV, JSON lines or Parquet file, rows as dicts, or a query (`Sql`).
        mapping: What identifies the client -> its column: one of `client_id`, `phone` and `email`; defaults to the
            column `client_id`. Each row that has no id costs a search.
        members: `at_least`: the others stay. `exactly`: they are removed.
        waitlist: If the class is full, put clients on the waitlist; otherwise leave them out.
        default_region: Country of numbers without a country code, such as `DE`.
        region_column: Column with the country of the row's number; where it is empty, `default_region` applies.
        thorough: Where a search finds no client, read all clients page by page.
        max_removed: How many may be removed before nothing is sent: a count, or a share of the participants like
            `"50%"`; defaults to unlimited, but never all of them because the source names nobody.
        allow_protected: Also apply to opted-out people, whom a reminder may reach. Set it only after a deliberate human
            decision.
        max_rejected: Rows that may be rejected before nothing is sent: a count, or a share like `"5%"`.
        max_failed: Rows that may fail or be unsettled before the step fails: a count, or a share like `"5%"`.
        rejects_path: File or URL for rows that were not used, with row number, outcome and reason: JSON lines, or
            Parquet.
        outcomes_path: The same for every row.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        Counts: `rows`, of which `booked`, `waitlisted` (the class was full), `unchanged` (took part or waited before),
        `full` (left out, without the waitlist), `missing` (no such client), `superseded` (the same client as an earlier
        row), `rejected`, `protected` (opted out), `failed`, `unsettled` (the outcome is unknown; a later run looks);
        beside them `removed` and `kept` (not in the rows and not removed: opted out, or a row can't be matched). Also
        `requests`, and `waited`, the seconds spent waiting for permits.

    Raises:
        `ConfigurationError` and `InvalidRequest` before anything is sent; `InvalidRequest` for a class that has begun
        or was cancelled, and over the thresholds; `NotFound` where there is no such class.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.aio.classes import enrol_participants

        @flow
        async def my_flow(class_id, source):
            credentials = await WhautomateCredentials.aload("BLOCK_NAME")
            return await enrol_participants(credentials, class_id, source)
        ```
    """
    return await to_thread(
        blocking.enrol_participants.fn,
        credentials,
        class_id,
        source,
        mapping=mapping,
        members=members,
        waitlist=waitlist,
        default_region=default_region,
        region_column=region_column,
        thorough=thorough,
        max_removed=max_removed,
        allow_protected=allow_protected,
        max_rejected=max_rejected,
        max_failed=max_failed,
        rejects_path=rejects_path,
        outcomes_path=outcomes_path,
        max_requests=max_requests,
    )


@whautomate_task(finished_in_run=False)
async def export_classes(
    credentials: WhautomateCredentials,
    output_path: str,
    earliest: datetime | str,
    latest: datetime | str,
    *,
    by: Literal["start", "changed"] = "start",
    location_id: str | None = None,
    max_requests: int | None = None,
) -> Json:
    """Write the classes of a period to a file, one row each.

    All classes are read, because it is not documented which date the server's filters mean. The same period gives the
    same rows. It is not known whether a booking counts as a change of its class.

    Args:
        credentials: The block of the account.
        output_path: File to write to: JSON lines, or Parquet where it ends in `.parquet`; local, or the URL of an
            object such as `s3://bucket/key`. It appears once it is complete; only its owner can read a local one.
        earliest: Start of the period: a datetime with a time zone, or text with an offset.
        latest: Its end, which is not part of it.
        by: What must be in the period: the start, or the last change (`changed`). A record without a time of change
            always counts as changed.
        location_id: Only those of this location; defaults to all.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `path`; `records`, the number of rows; `earliest` and `latest` (UTC). Also `requests`, and `waited`, the seconds
        spent waiting for permits.

    Raises:
        `ConfigurationError` before anything is sent; `ListUnstable` where the list changes every time it is read; no
        file is written then.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.aio.classes import export_classes

        @flow
        async def my_flow(output_path, earliest, latest):
            credentials = await WhautomateCredentials.aload("BLOCK_NAME")
            return await export_classes(credentials, output_path, earliest, latest)
        ```
    """
    return await to_thread(
        blocking.export_classes.fn,
        credentials,
        output_path,
        earliest,
        latest,
        by=by,
        location_id=location_id,
        max_requests=max_requests,
    )


@whautomate_task(finished_in_run=False)
async def export_bookings(
    credentials: WhautomateCredentials,
    output_path: str,
    earliest: datetime | str,
    latest: datetime | str,
    *,
    location_id: str | None = None,
    max_requests: int | None = None,
) -> Json:
    """Write the places in classes that start in a period to a file, one row for each place ever taken.

    All classes are read, then the participants of each class in the period, one request per class. The file holds ids
    of people, and nothing else about them.

    Args:
        credentials: The block of the account.
        output_path: File to write to: JSON lines, or Parquet where it ends in `.parquet`; local, or the URL of an
            object such as `s3://bucket/key`. It appears once it is complete; only its owner can read a local one.
        earliest: Start of the period: a datetime with a time zone, or text with an offset.
        latest: Its end, which is not part of it.
        location_id: Only those of this location; defaults to all.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `path`; `records`, the number of rows; `earliest` and `latest` (UTC). Also `requests`, and `waited`, the seconds
        spent waiting for permits.

    Raises:
        `ConfigurationError` before anything is sent; `ListUnstable` where the list changes every time it is read; no
        file is written then.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.aio.classes import export_bookings

        @flow
        async def my_flow(output_path, earliest, latest):
            credentials = await WhautomateCredentials.aload("BLOCK_NAME")
            return await export_bookings(credentials, output_path, earliest, latest)
        ```
    """
    return await to_thread(
        blocking.export_bookings.fn,
        credentials,
        output_path,
        earliest,
        latest,
        location_id=location_id,
        max_requests=max_requests,
    )


@whautomate_task(finished_in_run=True)
async def wait_for_class(
    credentials: WhautomateCredentials,
    class_id: str,
    *,
    free: int = 1,
    poll_interval: float = 60.0,
    timeout: float = 86_400.0,
    max_requests: int | None = None,
) -> Json:
    """Wait until a class has free places, or is full. Fails if it is cancelled, or begins first.

    Args:
        credentials: The block of the account.
        class_id: Id of the class.
        free: How many places must be free; 0 waits until the class is full.
        poll_interval: Seconds between the first two checks; doubles up to a quarter of an hour. All waiting tasks of
            the account together make at most a tenth of the requests of its day, and half of that in a quarter of it.
        timeout: The longest time to wait, in seconds, from its first start, however often the flow run is rescheduled.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id`, `free` (places). Also `requests`, and `waited`, the seconds spent waiting for permits.

    Raises:
        TimeoutError: It did not happen within `timeout` seconds.
        WhautomateError: It can no longer happen, or a check failed for good.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.aio.classes import wait_for_class

        @flow
        async def my_flow(class_id):
            credentials = await WhautomateCredentials.aload("BLOCK_NAME")
            return await wait_for_class(credentials, class_id)
        ```
    """
    condition = checked(ClassPlaces, class_id, free=free)
    return await wait_for_async(
        credentials,
        condition,
        poll_interval=poll_interval,
        timeout=timeout,
        max_requests=max_requests,
    )
