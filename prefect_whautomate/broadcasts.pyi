# Written by scripts/make_task_stubs.py: `nox -s stubs` writes it anew.
"""Broadcasts: the endpoints, and the jobs that send one exactly once and wait for its figures."""

from collections.abc import Coroutine
from collections.abc import Sequence
from datetime import datetime
from prefect import Task
from prefect_whautomate.credentials import WhautomateCredentials
from typing import Any
from typing import overload
from whautomate_core.call import Json
from whautomate_core.records import Broadcast
from whautomate_core.records import BroadcastFilters
from whautomate_core.records import BroadcastInput
from whautomate_core.records import BroadcastLog
from whautomate_core.records import BroadcastUpdate
from whautomate_core.records import PageFilters
from whautomate_core.records import Template
from whautomate_core.thresholds import Threshold

class _list_broadcasts(Task[..., list[Broadcast]]):
    """List or search broadcasts (`GET /v1/broadcasts`; official page, evidence A).

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
        from prefect_whautomate.broadcasts import list_broadcasts

        @flow
        def my_flow():
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return list_broadcasts(credentials)
        ```
    """
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, *, filters: BroadcastFilters | None = ..., max_records: int | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> list[Broadcast]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, *, filters: BroadcastFilters | None = ..., max_records: int | None = ..., output_path: str, max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...

list_broadcasts: _list_broadcasts

class _alist_broadcasts(Task[..., Coroutine[Any, Any, list[Broadcast]]]):
    """`list_broadcasts` for coroutines."""
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, *, filters: BroadcastFilters | None = ..., max_records: int | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, list[Broadcast]]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, *, filters: BroadcastFilters | None = ..., max_records: int | None = ..., output_path: str, max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...

alist_broadcasts: _alist_broadcasts

class _create_broadcast(Task[..., dict[str, Any]]):
    """Create a broadcast (`POST /v1/broadcasts`; official page, evidence A).

    It can't be recalled once it started and the vendor has no idempotency key, so the call is made `ONCE`. Whether
    leaving out `scheduleDateTime` (UTC) sends at once is not documented. Its segments are read first: each must
    exclude who opted out.

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
        from prefect_whautomate.broadcasts import create_broadcast

        @flow
        def my_flow(broadcast):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return create_broadcast(credentials, broadcast)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, broadcast: BroadcastInput, *, extra: Json | None = ..., allow_protected: bool = ..., key: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

create_broadcast: _create_broadcast

class _acreate_broadcast(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`create_broadcast` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, broadcast: BroadcastInput, *, extra: Json | None = ..., allow_protected: bool = ..., key: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

acreate_broadcast: _acreate_broadcast

class _get_broadcast(Task[..., Broadcast]):
    """Show one broadcast with its figures (`GET /v1/broadcasts/{broadcastId}`; white-label copy, evidence B).

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
        from prefect_whautomate.broadcasts import get_broadcast

        @flow
        def my_flow(broadcast_id):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return get_broadcast(credentials, broadcast_id)
        ```
    """
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, broadcast_id: str, *, max_requests: int | None = ..., wait_for: Any = ...) -> Broadcast: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, broadcast_id: str, *, output_path: str, max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...

get_broadcast: _get_broadcast

class _aget_broadcast(Task[..., Coroutine[Any, Any, Broadcast]]):
    """`get_broadcast` for coroutines."""
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, broadcast_id: str, *, max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, Broadcast]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, broadcast_id: str, *, output_path: str, max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...

aget_broadcast: _aget_broadcast

class _update_broadcast(Task[..., dict[str, Any]]):
    """Write fields of a broadcast, keep the others (`PUT /v1/broadcasts/{broadcastId}`; white-label copy, B).

    The contract requires `name` and `type`, which are taken from what is there unless `overwrite=True`.

    Args:
        credentials: Where to and as whom.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.broadcasts import update_broadcast

        @flow
        def my_flow(broadcast_id, broadcast):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return update_broadcast(credentials, broadcast_id, broadcast)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, broadcast_id: str, broadcast: BroadcastUpdate, *, extra: Json | None = ..., overwrite: bool = ..., allow_protected: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

update_broadcast: _update_broadcast

class _aupdate_broadcast(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`update_broadcast` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, broadcast_id: str, broadcast: BroadcastUpdate, *, extra: Json | None = ..., overwrite: bool = ..., allow_protected: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

aupdate_broadcast: _aupdate_broadcast

class _delete_broadcast(Task[..., dict[str, Any]]):
    """Delete a broadcast (`DELETE /v1/broadcasts/{broadcastId}`; white-label copy, evidence B).

    Args:
        credentials: Where to and as whom.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.broadcasts import delete_broadcast

        @flow
        def my_flow(broadcast_id):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return delete_broadcast(credentials, broadcast_id)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, broadcast_id: str, *, max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

delete_broadcast: _delete_broadcast

class _adelete_broadcast(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`delete_broadcast` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, broadcast_id: str, *, max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

adelete_broadcast: _adelete_broadcast

class _list_broadcast_logs(Task[..., list[BroadcastLog]]):
    """One line a recipient (`GET /v1/broadcasts/{broadcastId}/logs`; integrators, evidence C).

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
        from prefect_whautomate.broadcasts import list_broadcast_logs

        @flow
        def my_flow(broadcast_id):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return list_broadcast_logs(credentials, broadcast_id)
        ```
    """
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, broadcast_id: str, *, filters: PageFilters | None = ..., max_records: int | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> list[BroadcastLog]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, broadcast_id: str, *, filters: PageFilters | None = ..., max_records: int | None = ..., output_path: str, max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...

list_broadcast_logs: _list_broadcast_logs

class _alist_broadcast_logs(Task[..., Coroutine[Any, Any, list[BroadcastLog]]]):
    """`list_broadcast_logs` for coroutines."""
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, broadcast_id: str, *, filters: PageFilters | None = ..., max_records: int | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, list[BroadcastLog]]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, broadcast_id: str, *, filters: PageFilters | None = ..., max_records: int | None = ..., output_path: str, max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...

alist_broadcast_logs: _alist_broadcast_logs

class _broadcast(Task[..., dict[str, Any]]):
    """Send a template to a segment, once: under one key a broadcast is created a single time, however often this runs.

    Without `key` that is once in a flow run (the outermost one, where flows call flows) for each `name`: retries of
    the task and of the flows find what they created before. Two broadcasts of one flow run need two names or two
    keys. A flow run started anew sends again; where it must not, give a key that says what it is about, such as the
    logical date.

    Args:
        credentials: Where to and as whom.
        name: What it is called at Whautomate, with a short form of the key after it. No times: it is part of what
            identifies the broadcast.
        template: `name` and `language` of an approved template.
        segment_name: Whom it reaches; this or `segment_id`. The segment must exclude people who opted out.
        segment_id: Whom it reaches.
        body_parameters: Values of the template's placeholders.
        schedule_at: When it starts, with a time zone; `hold_minutes` from now where None.
        hold_minutes: How long it can still be called off.
        location_id: Whose broadcast it is; that of the credentials where None.
        key: What identifies it, instead of flow run and name.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id`, `name` (in full), `created` (False where it was there already), `requests`, `waited` (seconds, for
            permits).

    Raises:
        PolicyRefused: Where the segment would reach people who opted out.
        InvalidRequest: Where the broadcast of this key has another template or segment.
        OutcomeUnknown: Where its creation got no answer and it can't be seen. No retry of the task sends it again.

    Example:
        ```python
        from datetime import date

        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.broadcasts import broadcast, wait_for_broadcast

        @flow
        def spring_sale(day: date):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            template = {"name": "spring_sale", "language": "en"}
            sent = broadcast(credentials, "spring-sale", template, segment_name="subscribers", key=f"spring {day}")
            return wait_for_broadcast(credentials, sent["id"])
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, name: str, template: Template, *, segment_name: str | None = ..., segment_id: str | None = ..., body_parameters: Sequence[str] = ..., schedule_at: datetime | None = ..., hold_minutes: float = ..., location_id: str | None = ..., key: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

broadcast: _broadcast

class _wait_for_broadcast(Task[..., dict[str, Any]]):
    """Wait until a broadcast is finished, or has reached `min_delivered`, and return its figures.

    Before its `scheduleDateTime` it is looked at once. A count decides as soon as it is passed. A share is one of the
    recipients, whose number nobody says is final before the broadcast is complete: it decides then, or once the server
    counts more recipients than it has processed.

    Args:
        credentials: Where to and as whom.
        broadcast_id: Its id, as `broadcast` returns it.
        min_delivered: Recipients that it has to be delivered to: a count, or a share of them like `"95%"`. The wait
            ends once they are; the task fails where the broadcast ends with fewer.
        max_failed: Messages that may fail before the task does, finished or not: a count, or a share like `"5%"`.
        poll_interval: Seconds between the first two looks; doubles up to a quarter of an hour. All waiting tasks of the
            account together make at most a tenth of the requests of its day, half of that in a quarter of it.
        timeout: Seconds to wait at most; they count anew where the flow run is rescheduled.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id`, `status`, `finished`, `failed`, `recipients`, `sent`, `delivered`, `undelivered`.
        Also `requests` and `waited` (seconds, for permits).

    Raises:
        TimeoutError: Where it is not so in time.
        WhautomateError: Where it will never be so.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.broadcasts import wait_for_broadcast

        @flow
        def my_flow(broadcast_id, min_delivered, max_failed):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return wait_for_broadcast(credentials, broadcast_id, min_delivered=min_delivered, max_failed=max_failed)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, broadcast_id: str, *, min_delivered: Threshold | None = ..., max_failed: Threshold | None = ..., poll_interval: float = ..., timeout: float = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

wait_for_broadcast: _wait_for_broadcast

class _await_for_broadcast(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`wait_for_broadcast` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, broadcast_id: str, *, min_delivered: Threshold | None = ..., max_failed: Threshold | None = ..., poll_interval: float = ..., timeout: float = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

await_for_broadcast: _await_for_broadcast

class _abroadcast(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`broadcast` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, name: str, template: Template, *, segment_name: str | None = ..., segment_id: str | None = ..., body_parameters: Sequence[str] = ..., schedule_at: datetime | None = ..., hold_minutes: float = ..., location_id: str | None = ..., key: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

abroadcast: _abroadcast

