# Written by scripts/make_task_stubs.py: `nox -s stubs` writes it anew.
"""Classes and who takes part: the endpoints, and the jobs on one class, a timetable, participants and exports."""

from collections.abc import Coroutine
from collections.abc import Mapping
from datetime import datetime
from prefect import Task
from prefect_whautomate.credentials import WhautomateCredentials
from typing import Any
from typing import Literal
from typing import overload
from whautomate_core.api.call import Json
from whautomate_core.api.records import Class
from whautomate_core.api.records import ClassFilters
from whautomate_core.api.records import ClassInput
from whautomate_core.api.records import ClassParticipant
from whautomate_core.api.records import ClassParticipantCancelInput
from whautomate_core.api.records import ClassParticipantInput
from whautomate_core.api.records import ClassUpdate
from whautomate_core.api.records import PageFilters
from whautomate_core.rows.sources import Source
from whautomate_core.sync.options import Members
from whautomate_core.values.thresholds import Threshold

class _list_classes(Task[..., list[Class]]):
    """List classes (`GET /v1/classes`; path A, names of the filters and shape D).

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
        from prefect_whautomate.classes import list_classes

        @flow
        def my_flow():
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return list_classes(credentials)
        ```
    """
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, *, filters: ClassFilters | None = ..., max_records: int | None = ..., return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> list[Class]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, *, filters: ClassFilters | None = ..., max_records: int | None = ..., output_path: str, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...

list_classes: _list_classes

class _alist_classes(Task[..., Coroutine[Any, Any, list[Class]]]):
    """`list_classes` for coroutines."""
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, *, filters: ClassFilters | None = ..., max_records: int | None = ..., return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, list[Class]]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, *, filters: ClassFilters | None = ..., max_records: int | None = ..., output_path: str, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...

alist_classes: _alist_classes

class _create_class(Task[..., dict[str, Any]]):
    """Create a class (`POST /v1/classes`; path A, shape D).

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
        from prefect_whautomate.classes import create_class

        @flow
        def my_flow(class_):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return create_class(credentials, class_)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, class_: ClassInput, *, extra: Json | None = ..., key: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

create_class: _create_class

class _acreate_class(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`create_class` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, class_: ClassInput, *, extra: Json | None = ..., key: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

acreate_class: _acreate_class

class _get_class(Task[..., Class]):
    """Show one class (`GET /v1/classes/{classId}`; path A, shape D).

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
        from prefect_whautomate.classes import get_class

        @flow
        def my_flow(class_id):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return get_class(credentials, class_id)
        ```
    """
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, class_id: str, *, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Class: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, class_id: str, *, output_path: str, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...

get_class: _get_class

class _aget_class(Task[..., Coroutine[Any, Any, Class]]):
    """`get_class` for coroutines."""
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, class_id: str, *, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, Class]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, class_id: str, *, output_path: str, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...

aget_class: _aget_class

class _update_class(Task[..., dict[str, Any]]):
    """Write fields of a class and keep the others (`PUT /v1/classes/{classId}`; path A, shape D).

    Read, merged, written, since nobody knows whether PUT merges; `overwrite=True` sends `class_` alone.

    Args:
        credentials: Where to and as whom.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.classes import update_class

        @flow
        def my_flow(class_id, class_):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return update_class(credentials, class_id, class_)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, class_id: str, class_: ClassUpdate, *, extra: Json | None = ..., overwrite: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

update_class: _update_class

class _aupdate_class(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`update_class` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, class_id: str, class_: ClassUpdate, *, extra: Json | None = ..., overwrite: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

aupdate_class: _aupdate_class

class _delete_class(Task[..., dict[str, Any]]):
    """Delete a class (`DELETE /v1/classes/{classId}`; path A, result D). What its participants are told is unknown.

    Args:
        credentials: Where to and as whom.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.classes import delete_class

        @flow
        def my_flow(class_id):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return delete_class(credentials, class_id)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, class_id: str, *, max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

delete_class: _delete_class

class _adelete_class(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`delete_class` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, class_id: str, *, max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

adelete_class: _adelete_class

class _list_class_participants(Task[..., list[ClassParticipant]]):
    """Who takes part (`GET /v1/classes/{classId}/participants`; path A, shape D).

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
        from prefect_whautomate.classes import list_class_participants

        @flow
        def my_flow(class_id):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return list_class_participants(credentials, class_id)
        ```
    """
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, class_id: str, *, max_records: int | None = ..., return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> list[ClassParticipant]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, class_id: str, *, max_records: int | None = ..., output_path: str, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...

list_class_participants: _list_class_participants

class _alist_class_participants(Task[..., Coroutine[Any, Any, list[ClassParticipant]]]):
    """`list_class_participants` for coroutines."""
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, class_id: str, *, max_records: int | None = ..., return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, list[ClassParticipant]]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, class_id: str, *, max_records: int | None = ..., output_path: str, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...

alist_class_participants: _alist_class_participants

class _add_class_participant(Task[..., dict[str, Any]]):
    """Let a client take part (`POST /v1/classes/{classId}/participants/add`; path A, body D).

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
        from prefect_whautomate.classes import add_class_participant

        @flow
        def my_flow(class_id, class_participant):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return add_class_participant(credentials, class_id, class_participant)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, class_id: str, class_participant: ClassParticipantInput, *, extra: Json | None = ..., allow_protected: bool = ..., key: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

add_class_participant: _add_class_participant

class _aadd_class_participant(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`add_class_participant` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, class_id: str, class_participant: ClassParticipantInput, *, extra: Json | None = ..., allow_protected: bool = ..., key: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

aadd_class_participant: _aadd_class_participant

class _remove_class_participant(Task[..., dict[str, Any]]):
    """Take a client out (`POST /v1/classes/{classId}/participants/cancel`; path A, body D).

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
        from prefect_whautomate.classes import remove_class_participant

        @flow
        def my_flow(class_id, class_participant):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return remove_class_participant(credentials, class_id, class_participant)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, class_id: str, class_participant: ClassParticipantCancelInput, *, extra: Json | None = ..., allow_protected: bool = ..., key: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

remove_class_participant: _remove_class_participant

class _aremove_class_participant(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`remove_class_participant` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, class_id: str, class_participant: ClassParticipantCancelInput, *, extra: Json | None = ..., allow_protected: bool = ..., key: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

aremove_class_participant: _aremove_class_participant

class _list_client_class_bookings(Task[..., list[ClassParticipant]]):
    """The classes of a client (`GET /v1/classes/clients/{clientId}/bookings`; path A, shape and paging D).

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
        from prefect_whautomate.classes import list_client_class_bookings

        @flow
        def my_flow(client_id):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return list_client_class_bookings(credentials, client_id)
        ```
    """
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, client_id: str, *, filters: PageFilters | None = ..., max_records: int | None = ..., return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> list[ClassParticipant]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, client_id: str, *, filters: PageFilters | None = ..., max_records: int | None = ..., output_path: str, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...

list_client_class_bookings: _list_client_class_bookings

class _alist_client_class_bookings(Task[..., Coroutine[Any, Any, list[ClassParticipant]]]):
    """`list_client_class_bookings` for coroutines."""
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, client_id: str, *, filters: PageFilters | None = ..., max_records: int | None = ..., return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, list[ClassParticipant]]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, client_id: str, *, filters: PageFilters | None = ..., max_records: int | None = ..., output_path: str, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...

alist_client_class_bookings: _alist_client_class_bookings

class _upsert_class(Task[..., dict[str, Any]]):
    """Make the class of a service by a member of staff at a time where there is none, else write what differs.

    The classes of this member of staff at this location are read. One that was cancelled is there as well: it is
    not made anew. It is created once, whoever else tries.

    Args:
        credentials: Where to and as whom.
        service_id: Id of the service.
        staff_id: Id of the member of staff.
        date: Day it begins, `2026-03-01`.
        time: Wall time it begins, `04:39 PM`.
        timezone: Their IANA zone, such as `Europe/Berlin`. Of a time that comes twice when clocks are put back, either is the class; of the two the server chooses.
        class_: Its other fields, such as `numberOfParticipants`.
        location_id: Its location; defaults to the account's.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id`, `created`, `changed` (whether fields were written over what was there).

    Raises:
        `ConfigurationError` and `InvalidRequest` before anything is sent; `InvalidRequest` where there are several
        such classes; `OutcomeUnknown` where the answer to its creation was lost and it is not there to be seen.

    Beside what it returns: `requests`, and `waited`, the seconds spent waiting for permits.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.classes import upsert_class

        @flow
        def my_flow(service_id, staff_id, date, time, timezone):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return upsert_class(credentials, service_id, staff_id, date, time, timezone)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, service_id: str, staff_id: str, date: str, time: str, timezone: str, class_: ClassUpdate | None = ..., *, location_id: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

upsert_class: _upsert_class

class _aupsert_class(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`upsert_class` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, service_id: str, staff_id: str, date: str, time: str, timezone: str, class_: ClassUpdate | None = ..., *, location_id: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

aupsert_class: _aupsert_class

class _sync_classes(Task[..., dict[str, Any]]):
    """Create the classes of a timetable that are missing, and write the fields that differ.

    Classes are identified by location, member of staff, service and start; a cancelled class counts as there. A class
    that starts at another time is another class. Classes that the timetable does not name are deleted only if
    `earliest` and `latest` say which period it covers, only in that period, and only up to `max_deleted`. None is
    deleted while a row can't be read, because that row may name it, and a class with participants is deleted only with
    `delete_booked`. The classes of a location are read once. Running it again continues where it stopped.

    Args:
        credentials: Where to and as whom.
        source: Path or URL of a CSV, JSON lines or Parquet file, rows as dicts, or a query (`Sql`).
        timezone: IANA zone of the location, such as `Europe/Berlin`: of times without an offset, and of new classes.
        mapping: What a value is -> its column: `service` (an id or a name), `staff` (an id or an e-mail address), `start`, and optionally `location` (an id), `numberOfParticipants` and `notes`. Defaults to columns named `service`, `staff` and `start`.
        class_: Other fields of every class, such as `{"numberOfParticipants": 12}`. A cell takes precedence over them.
        location_id: Location of rows that name none; defaults to the account's.
        now: Rows that start before it are in the past, and rejected: a datetime with a time zone, or text with an offset; defaults to the time of the run.
        earliest: Start of the period that the timetable covers; without it nothing is deleted.
        latest: Its end, which is not part of it.
        max_deleted: How many classes may be deleted before nothing is sent: a count, or a share of the classes in the period like `"10%"`.
        delete_booked: Also delete classes with participants, who may be notified.
        allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision.
        max_rejected: Rows that may be rejected before nothing is sent: a count, or a share like `"5%"`.
        max_failed: Rows that may fail or be unsettled before the step fails: a count, or a share like `"5%"`.
        rejects_path: File or URL for rows that were not used, with row number, outcome and reason: JSON lines, or Parquet.
        outcomes_path: The same for every row.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        Counts: `rows`, of which `created`, `updated`, `unchanged`, `superseded` (a later row is about the same
        class), `rejected`, `protected` (0), `failed`, `unsettled` (the outcome is unknown); beside them `deleted`,
        and `kept` (no longer in the timetable, but it has participants, or a row can't be read).

    Raises:
        `ConfigurationError` and `InvalidRequest` before anything is sent; `InvalidRequest` over the thresholds.

    Beside what it returns: `requests`, and `waited`, the seconds spent waiting for permits.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.classes import sync_classes

        @flow
        def my_flow(source, timezone):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return sync_classes(credentials, source, timezone)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, source: Source, timezone: str, *, mapping: Mapping[str, str] | None = ..., class_: ClassUpdate | None = ..., location_id: str | None = ..., now: datetime | str | None = ..., earliest: datetime | str | None = ..., latest: datetime | str | None = ..., max_deleted: Threshold = ..., delete_booked: bool = ..., allow_protected: bool = ..., max_rejected: Threshold = ..., max_failed: Threshold = ..., rejects_path: str | None = ..., outcomes_path: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

sync_classes: _sync_classes

class _async_classes(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`sync_classes` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, source: Source, timezone: str, *, mapping: Mapping[str, str] | None = ..., class_: ClassUpdate | None = ..., location_id: str | None = ..., now: datetime | str | None = ..., earliest: datetime | str | None = ..., latest: datetime | str | None = ..., max_deleted: Threshold = ..., delete_booked: bool = ..., allow_protected: bool = ..., max_rejected: Threshold = ..., max_failed: Threshold = ..., rejects_path: str | None = ..., outcomes_path: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

async_classes: _async_classes

class _enrol_participants(Task[..., dict[str, Any]]):
    """Enrol the clients of rows in a class; with `members="exactly"`, also remove everybody else.

    Clients who already take part or wait are left alone, also if they do so through another client record with the
    number or address of the row (otherwise the oldest of these is enrolled), or if a run enrolled them within the last
    15 minutes and the list does not show them yet. A client whom somebody removed by hand in that time is enrolled
    again by a later run, if the rows still name them. Opted-out people are neither enrolled nor removed, because
    either sends a message. Nobody is removed while a row can't be matched, because it may name one of them. Running it
    again continues where it stopped.

    Args:
        credentials: Where to and as whom.
        class_id: Id of the class.
        source: Path or URL of a CSV, JSON lines or Parquet file, rows as dicts, or a query (`Sql`).
        mapping: What identifies the client -> its column: one of `client_id`, `phone` and `email`; defaults to the column `client_id`. Each row that has no id costs a search.
        members: `at_least`: the others stay. `exactly`: they are removed.
        waitlist: If the class is full, put clients on the waitlist; otherwise leave them out.
        default_region: Country of numbers without a country code, such as `DE`.
        region_column: Column with the country of the row's number; where it is empty, `default_region` applies.
        thorough: Where a search finds no client, read all clients page by page.
        max_removed: How many may be removed before nothing is sent: a count, or a share of the participants like `"50%"`; defaults to unlimited, but never all of them because the source names nobody.
        allow_protected: Also apply to opted-out people, whom a reminder may reach. Set it only after a deliberate human decision.
        max_rejected: Rows that may be rejected before nothing is sent: a count, or a share like `"5%"`.
        max_failed: Rows that may fail or be unsettled before the step fails: a count, or a share like `"5%"`.
        rejects_path: File or URL for rows that were not used, with row number, outcome and reason: JSON lines, or Parquet.
        outcomes_path: The same for every row.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        Counts: `rows`, of which `booked`, `waitlisted` (the class was full), `unchanged` (took part or waited
        before), `full` (left out, without the waitlist), `missing` (no such client), `superseded` (the same client as
        an earlier row), `rejected`, `protected` (opted out), `failed`, `unsettled` (the outcome is unknown; a later
        run looks); beside them `removed` and `kept` (not in the rows and not removed: opted out, or a row can't be
        matched).

    Raises:
        `ConfigurationError` and `InvalidRequest` before anything is sent; `InvalidRequest` for a class that has
        begun or was cancelled, and over the thresholds; `NotFound` where there is no such class.

    Beside what it returns: `requests`, and `waited`, the seconds spent waiting for permits.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.classes import enrol_participants

        @flow
        def my_flow(class_id, source):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return enrol_participants(credentials, class_id, source)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, class_id: str, source: Source, *, mapping: Mapping[str, str] | None = ..., members: Members = ..., waitlist: bool = ..., default_region: str | None = ..., region_column: str | None = ..., thorough: bool = ..., max_removed: Threshold | None = ..., allow_protected: bool = ..., max_rejected: Threshold = ..., max_failed: Threshold = ..., rejects_path: str | None = ..., outcomes_path: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

enrol_participants: _enrol_participants

class _aenrol_participants(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`enrol_participants` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, class_id: str, source: Source, *, mapping: Mapping[str, str] | None = ..., members: Members = ..., waitlist: bool = ..., default_region: str | None = ..., region_column: str | None = ..., thorough: bool = ..., max_removed: Threshold | None = ..., allow_protected: bool = ..., max_rejected: Threshold = ..., max_failed: Threshold = ..., rejects_path: str | None = ..., outcomes_path: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

aenrol_participants: _aenrol_participants

class _export_classes(Task[..., dict[str, Any]]):
    """Write the classes of a period to a file, one row each.

    All classes are read, since nobody knows which date the server's filters mean. The same period gives the same rows;
    whether a booking counts as a change of its class is not known.

    Args:
        credentials: Where to and as whom.
        output_path: File to write to: JSON lines, or Parquet where it ends in `.parquet`; local, or the URL of an object such as `s3://bucket/key`. It is there once it is whole; a local one can be read by its owner only.
        earliest: Begin of the period: a datetime with a time zone, or text with an offset.
        latest: Its end, which is not in it any more.
        by: What is in the period: `start`, or the last change (`changed`); one without a time of change always is.
        location_id: Of one location; defaults to all.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `path`; `records`, how many rows it has; `earliest` and `latest` (UTC).

    Raises:
        `ConfigurationError` before anything is sent; `ListUnstable` where the list changes whenever it is read: no
        file is written.

    Beside what it returns: `requests`, and `waited`, the seconds spent waiting for permits.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.classes import export_classes

        @flow
        def my_flow(output_path, earliest, latest):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return export_classes(credentials, output_path, earliest, latest)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, output_path: str, earliest: datetime | str, latest: datetime | str, *, by: Literal['start', 'changed'] = ..., location_id: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

export_classes: _export_classes

class _aexport_classes(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`export_classes` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, output_path: str, earliest: datetime | str, latest: datetime | str, *, by: Literal['start', 'changed'] = ..., location_id: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

aexport_classes: _aexport_classes

class _export_bookings(Task[..., dict[str, Any]]):
    """Write who takes part in the classes that begin in a period to a file, one row for each place ever taken.

    All classes are read, then the participants of each in the period: a request a class. Of people there are ids only.

    Args:
        credentials: Where to and as whom.
        output_path: File to write to: JSON lines, or Parquet where it ends in `.parquet`; local, or the URL of an object such as `s3://bucket/key`. It is there once it is whole; a local one can be read by its owner only.
        earliest: Begin of the period: a datetime with a time zone, or text with an offset.
        latest: Its end, which is not in it any more.
        location_id: Of one location; defaults to all.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `path`; `records`, how many rows it has; `earliest` and `latest` (UTC).

    Raises:
        `ConfigurationError` before anything is sent; `ListUnstable` where the list changes whenever it is read: no
        file is written.

    Beside what it returns: `requests`, and `waited`, the seconds spent waiting for permits.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.classes import export_bookings

        @flow
        def my_flow(output_path, earliest, latest):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return export_bookings(credentials, output_path, earliest, latest)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, output_path: str, earliest: datetime | str, latest: datetime | str, *, location_id: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

export_bookings: _export_bookings

class _aexport_bookings(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`export_bookings` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, output_path: str, earliest: datetime | str, latest: datetime | str, *, location_id: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

aexport_bookings: _aexport_bookings

class _wait_for_class(Task[..., dict[str, Any]]):
    """Wait until a class has places free, or is full.

    Args:
        credentials: Where to and as whom.
        class_id: Id of the class.
        free: How many places at least; 0 for a class that is full.
        poll_interval: Seconds between the first two looks; doubles up to a quarter of an hour. All waiting tasks of the
            account together make at most a tenth of the requests of its day, half of that in a quarter of it.
        timeout: Seconds to wait at most; they count anew where the flow run is rescheduled.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id`, `free` (places).
        Also `requests` and `waited` (seconds, for permits).

    Raises:
        TimeoutError: Where it is not so in time.
        WhautomateError: Where it will never be so.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.classes import wait_for_class

        @flow
        def my_flow(class_id, free):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return wait_for_class(credentials, class_id, free=free)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, class_id: str, *, free: int = ..., poll_interval: float = ..., timeout: float = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

wait_for_class: _wait_for_class

class _await_for_class(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`wait_for_class` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, class_id: str, *, free: int = ..., poll_interval: float = ..., timeout: float = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

await_for_class: _await_for_class

