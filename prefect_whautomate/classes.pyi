# Written by scripts/make_task_stubs.py: `nox -s stubs` writes it anew.
"""Classes and who takes part: the endpoints, and the job that makes or changes one by its start."""

from collections.abc import Coroutine
from prefect import Task
from prefect_whautomate.credentials import WhautomateCredentials
from typing import Any
from typing import overload
from whautomate_core.call import Json
from whautomate_core.records import Class
from whautomate_core.records import ClassFilters
from whautomate_core.records import ClassInput
from whautomate_core.records import ClassParticipant
from whautomate_core.records import ClassParticipantCancelInput
from whautomate_core.records import ClassParticipantInput
from whautomate_core.records import ClassUpdate
from whautomate_core.records import PageFilters

class _list_classes(Task[..., list[Class]]):
    """List classes (`GET /v1/classes`; path A, names of the filters and shape D).

    Args:
        credentials: Where to and as whom.
        max_records: The most records to return; all where None.
        output_path: File to write the records to in place of returning them: JSON lines, or Parquet where it ends in
            `.parquet`; local, or the URL of an object such as `s3://bucket/key`. It is there once it is whole; a
            local one can be read by its owner only. Returns `path` and `records`, their number.
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
    def __call__(self, credentials: WhautomateCredentials, *, filters: ClassFilters | None = ..., max_records: int | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> list[Class]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, *, filters: ClassFilters | None = ..., max_records: int | None = ..., output_path: str, max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...

list_classes: _list_classes

class _alist_classes(Task[..., Coroutine[Any, Any, list[Class]]]):
    """`list_classes` for coroutines."""
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, *, filters: ClassFilters | None = ..., max_records: int | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, list[Class]]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, *, filters: ClassFilters | None = ..., max_records: int | None = ..., output_path: str, max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...

alist_classes: _alist_classes

class _create_class(Task[..., dict[str, Any]]):
    """Create a class (`POST /v1/classes`; path A, shape D).

    Args:
        credentials: Where to and as whom.
        key: What identifies this call: under one key it happens once. Where None it happens once in a flow run (the
            outermost) for what it is about: the ids, and whom or what the body names. A second call about the same,
            such as another text to the same person, is an error that asks for a key. Outside of runs each call
            without a key is sent.
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
    def __call__(self, credentials: WhautomateCredentials, class_id: str, *, max_requests: int | None = ..., wait_for: Any = ...) -> Class: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, class_id: str, *, output_path: str, max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...

get_class: _get_class

class _aget_class(Task[..., Coroutine[Any, Any, Class]]):
    """`get_class` for coroutines."""
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, class_id: str, *, max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, Class]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, class_id: str, *, output_path: str, max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...

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
        max_records: The most records to return; all where None.
        output_path: File to write the records to in place of returning them: JSON lines, or Parquet where it ends in
            `.parquet`; local, or the URL of an object such as `s3://bucket/key`. It is there once it is whole; a
            local one can be read by its owner only. Returns `path` and `records`, their number.
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
    def __call__(self, credentials: WhautomateCredentials, class_id: str, *, max_records: int | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> list[ClassParticipant]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, class_id: str, *, max_records: int | None = ..., output_path: str, max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...

list_class_participants: _list_class_participants

class _alist_class_participants(Task[..., Coroutine[Any, Any, list[ClassParticipant]]]):
    """`list_class_participants` for coroutines."""
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, class_id: str, *, max_records: int | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, list[ClassParticipant]]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, class_id: str, *, max_records: int | None = ..., output_path: str, max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...

alist_class_participants: _alist_class_participants

class _add_class_participant(Task[..., dict[str, Any]]):
    """Let a client take part (`POST /v1/classes/{classId}/participants/add`; path A, body D).

    Args:
        credentials: Where to and as whom.
        key: What identifies this call: under one key it happens once. Where None it happens once in a flow run (the
            outermost) for what it is about: the ids, and whom or what the body names. A second call about the same,
            such as another text to the same person, is an error that asks for a key. Outside of runs each call
            without a key is sent.
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
            outermost) for what it is about: the ids, and whom or what the body names. A second call about the same,
            such as another text to the same person, is an error that asks for a key. Outside of runs each call
            without a key is sent.
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
        max_records: The most records to return; all where None.
        output_path: File to write the records to in place of returning them: JSON lines, or Parquet where it ends in
            `.parquet`; local, or the URL of an object such as `s3://bucket/key`. It is there once it is whole; a
            local one can be read by its owner only. Returns `path` and `records`, their number.
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
    def __call__(self, credentials: WhautomateCredentials, client_id: str, *, filters: PageFilters | None = ..., max_records: int | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> list[ClassParticipant]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, client_id: str, *, filters: PageFilters | None = ..., max_records: int | None = ..., output_path: str, max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...

list_client_class_bookings: _list_client_class_bookings

class _alist_client_class_bookings(Task[..., Coroutine[Any, Any, list[ClassParticipant]]]):
    """`list_client_class_bookings` for coroutines."""
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, client_id: str, *, filters: PageFilters | None = ..., max_records: int | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, list[ClassParticipant]]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, client_id: str, *, filters: PageFilters | None = ..., max_records: int | None = ..., output_path: str, max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...

alist_client_class_bookings: _alist_client_class_bookings

class _upsert_class(Task[..., dict[str, Any]]):
    """Make the class of a service by a member of staff at a time where there is none, else write what differs.

    The classes of this member of staff at this location are read. One that was called off is there as well: it is
    not made anew. It is created once, whoever else tries.

    Args:
        credentials: Where to and as whom.
        service_id: Id of the service.
        staff_id: Id of the member of staff.
        date: Day it begins, `2026-03-01`.
        time: Wall time it begins, `04:39 PM`.
        timezone: Their IANA zone, such as `Europe/Berlin`. Of a time that comes twice when clocks are put back, either is the class; of the two the server chooses.
        class_: Its other fields, such as `numberOfParticipants`.
        location_id: Its location; the account's where None.
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

