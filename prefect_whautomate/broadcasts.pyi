# Written by scripts/make_task_stubs.py: `nox -s stubs` writes it anew.
"""Broadcasts: the endpoints, and the jobs that plan one, send it exactly once, wait for its figures, cancel it."""

from collections.abc import Coroutine
from datetime import datetime
from datetime import timedelta
from prefect import Task
from prefect_whautomate.credentials import WhautomateCredentials
from typing import Any
from typing import overload
from whautomate_core.api.call import Json
from whautomate_core.api.records import Broadcast
from whautomate_core.api.records import BroadcastFilters
from whautomate_core.api.records import BroadcastInput
from whautomate_core.api.records import BroadcastLog
from whautomate_core.api.records import BroadcastUpdate
from whautomate_core.api.records import PageFilters
from whautomate_core.api.records import Template
from whautomate_core.values.thresholds import Threshold

class _list_broadcasts(Task[..., list[Broadcast]]):
    """List or search broadcasts (`GET /v1/broadcasts`; official page, evidence A).

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
        from prefect_whautomate.broadcasts import list_broadcasts

        @flow
        def my_flow():
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return list_broadcasts(credentials)
        ```
    """
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, *, filters: BroadcastFilters | None = ..., max_records: int | None = ..., return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> list[Broadcast]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, *, filters: BroadcastFilters | None = ..., max_records: int | None = ..., output_path: str, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...

list_broadcasts: _list_broadcasts

class _alist_broadcasts(Task[..., Coroutine[Any, Any, list[Broadcast]]]):
    """`list_broadcasts` for coroutines."""
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, *, filters: BroadcastFilters | None = ..., max_records: int | None = ..., return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, list[Broadcast]]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, *, filters: BroadcastFilters | None = ..., max_records: int | None = ..., output_path: str, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...

alist_broadcasts: _alist_broadcasts

class _create_broadcast(Task[..., dict[str, Any]]):
    """Create a broadcast (`POST /v1/broadcasts`; official page, evidence A).

    It can't be recalled once it started and the vendor has no idempotency key, so the call is made `ONCE`. Whether
    leaving out `scheduleDateTime` (UTC) sends at once is not documented. Its segments are read first: each must
    exclude who opted out.

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
        return_records: Return whole records, names, numbers and texts included: Prefect keeps results where they
            are persisted, and whoever may read these sees them. By default personal data is left out.
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
    def __call__(self, credentials: WhautomateCredentials, broadcast_id: str, *, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Broadcast: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, broadcast_id: str, *, output_path: str, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...

get_broadcast: _get_broadcast

class _aget_broadcast(Task[..., Coroutine[Any, Any, Broadcast]]):
    """`get_broadcast` for coroutines."""
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, broadcast_id: str, *, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, Broadcast]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, broadcast_id: str, *, output_path: str, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...

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
        from prefect_whautomate.broadcasts import list_broadcast_logs

        @flow
        def my_flow(broadcast_id):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return list_broadcast_logs(credentials, broadcast_id)
        ```
    """
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, broadcast_id: str, *, filters: PageFilters | None = ..., max_records: int | None = ..., return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> list[BroadcastLog]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, broadcast_id: str, *, filters: PageFilters | None = ..., max_records: int | None = ..., output_path: str, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...

list_broadcast_logs: _list_broadcast_logs

class _alist_broadcast_logs(Task[..., Coroutine[Any, Any, list[BroadcastLog]]]):
    """`list_broadcast_logs` for coroutines."""
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, broadcast_id: str, *, filters: PageFilters | None = ..., max_records: int | None = ..., return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, list[BroadcastLog]]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, broadcast_id: str, *, filters: PageFilters | None = ..., max_records: int | None = ..., output_path: str, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...

alist_broadcast_logs: _alist_broadcast_logs

class _plan_broadcast(Task[..., dict[str, Any]]):
    """Work out what a broadcast would send now, and to how many, through the code that sends it. Nothing is written.

    Whoever approves it sees what it returns; given to the broadcast as `approved_plan`, it is sent as approved or
    not at all. Counting the audience reads all contacts, or clients: a request for each page.

    Args:
        credentials: Where to and as whom.
        name: Name of the broadcast, for people. At Whautomate a short form of the key follows it.
        template: Name and language of an approved template.
        segment_name: Whom it reaches, by the name of a segment; it must exclude everybody who opted out.
        segment_id: Whom it reaches, by the id of a segment.
        retarget: Whom it reaches: recipients of the broadcast with this id. Their log is read first.
        retarget_type: Which of them.
        body_parameters: Values of the placeholders in the template's body.
        header_parameters: Values of the placeholders in its header.
        button_parameters: Values of the placeholders in its buttons' addresses.
        header_media_url: Address of the picture, video or file in its header.
        template_text: Texts of the template, by header, body and button: their placeholders are counted. Not templated.
        expected_parameters: How many placeholders header, body and button have, in place of `template_text`.
        location_id: Location it belongs to; defaults to the account's.
        schedule_at: When it starts, with a time zone; defaults to `hold_minutes` from now.
        hold_minutes: Minutes at least between its creation and its start, in which it can be cancelled.
        look_again: Look before its start for people who opted out since its creation, and make it anew without them. The step waits until then, where the start is over 90 seconds ahead.
        send_window: Hours in which it may start: from, until and their zone, as ("09:00", "20:00", "Europe/Berlin").
        outside_window: What happens outside of them: it starts when they begin, or it isn't sent.
        max_lateness: How long after it was due it may still be sent; None means no limit. Later it is skipped, and so is every run of a back-fill.
        min_recipients: The fewest people it may reach.
        max_recipients: The most people it may reach.
        max_deviation: How far its recipients may be off those of the last broadcast of this name, such as "50%"; and by how much they may exceed an approved plan.
        unit_price: Price of one message.
        max_cost: The most it may cost.
        cooldown: For how long the same to the same segment is refused under another key; None: it is meant.
        approved_plan: The plan that somebody approved; what isn't as planned is refused.
        approver: Who approved it, for the receipt.
        min_delivered: Recipients it has to be delivered to: a count, or a share like "95%".
        max_failed: Recipients that may not be reached: a count, or a share like "5%"; defaults to unlimited.
        on_failed: What happens where min_delivered or max_failed isn't kept.
        logs_path: File for the log, a line a recipient: JSON lines, or Parquet where it ends in .parquet. It has names and numbers. Failures are counted by reason from it.
        receipt_path: File for the receipt: a page where it ends in .html, else JSON.
        due: When the step was to run, a datetime or its ISO 8601 text (UTC where it has no offset); see `max_lateness`.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `name`, `template`, `parameters` (how many, by component), `segments` (names), `criteria`, `recipients`
        (the most it may reach), `recipients_least`, `excluded` (how many, by tag), `start` (ISO 8601, UTC), `cost`,
        `last_recipients` (of the last one of this name), `hash` (what tells another plan from this one), `skipped` (why
        nothing would be sent, else None).

    Raises:
        `PolicyRefused` where a guard forbids it; `ConfigurationError` and `InvalidRequest`.

    Beside what it returns: `requests`, and `waited`, the seconds spent waiting for permits.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.broadcasts import plan_broadcast

        @flow
        def my_flow(name, template):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return plan_broadcast(credentials, name, template)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, name: str, template: Template, *, segment_name: str | None = ..., segment_id: str | None = ..., retarget: str | None = ..., retarget_type: str = ..., body_parameters: list[str] = ..., header_parameters: list[str] = ..., button_parameters: list[str] = ..., header_media_url: str | None = ..., template_text: Json | None = ..., expected_parameters: Json | None = ..., location_id: str | None = ..., schedule_at: datetime | None = ..., hold_minutes: float = ..., look_again: bool = ..., send_window: tuple[str, str, str] | None = ..., outside_window: str = ..., max_lateness: timedelta | None = ..., min_recipients: int = ..., max_recipients: int | None = ..., max_deviation: str | None = ..., unit_price: float | None = ..., max_cost: float | None = ..., cooldown: timedelta | None = ..., approved_plan: Json | None = ..., approver: str | None = ..., min_delivered: int | str | None = ..., max_failed: int | str | None = ..., on_failed: str = ..., logs_path: str | None = ..., receipt_path: str | None = ..., due: datetime | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

plan_broadcast: _plan_broadcast

class _aplan_broadcast(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`plan_broadcast` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, name: str, template: Template, *, segment_name: str | None = ..., segment_id: str | None = ..., retarget: str | None = ..., retarget_type: str = ..., body_parameters: list[str] = ..., header_parameters: list[str] = ..., button_parameters: list[str] = ..., header_media_url: str | None = ..., template_text: Json | None = ..., expected_parameters: Json | None = ..., location_id: str | None = ..., schedule_at: datetime | None = ..., hold_minutes: float = ..., look_again: bool = ..., send_window: tuple[str, str, str] | None = ..., outside_window: str = ..., max_lateness: timedelta | None = ..., min_recipients: int = ..., max_recipients: int | None = ..., max_deviation: str | None = ..., unit_price: float | None = ..., max_cost: float | None = ..., cooldown: timedelta | None = ..., approved_plan: Json | None = ..., approver: str | None = ..., min_delivered: int | str | None = ..., max_failed: int | str | None = ..., on_failed: str = ..., logs_path: str | None = ..., receipt_path: str | None = ..., due: datetime | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

aplan_broadcast: _aplan_broadcast

class _cancel_broadcast(Task[..., dict[str, Any]]):
    """Cancel a broadcast: delete it if it is still scheduled, and its start over a minute ahead.

    Its claim becomes final, so that a step of the same key doesn't send it again.

    Args:
        credentials: Where to and as whom.
        key: What identifies it: under one key it happens once. Where None it happens once in a flow run (the outermost) for whom or what it is about, and outside of runs it is needed.
        broadcast_id: Its id.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `cancelled`, whether it was; `id`; `why` it wasn't, else None.

    Raises:
        `ConfigurationError`; `UnexpectedResponse` where it is still there after it was deleted.

    Beside what it returns: `requests`, and `waited`, the seconds spent waiting for permits.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.broadcasts import cancel_broadcast

        @flow
        def my_flow():
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return cancel_broadcast(credentials)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, *, key: str | None = ..., broadcast_id: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

cancel_broadcast: _cancel_broadcast

class _acancel_broadcast(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`cancel_broadcast` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, *, key: str | None = ..., broadcast_id: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

acancel_broadcast: _acancel_broadcast

class _broadcast(Task[..., dict[str, Any]]):
    """Message everybody in a segment with a WhatsApp template: created once under its key, however often this runs.

    Before it is created its recipients are counted, by reading all contacts or clients, and its guards are asked. Then
    it is read back, and deleted where it is not as it was sent. Where it starts over 90 seconds later, people who opt
    out until then are looked for before, and it is made anew without them (`look_again`); who opts out within the last
    90 seconds may still get it. What was cancelled or deleted is not sent again under its key.

    Without `key` it is created once in a flow run (the outermost one, where flows call flows) for each `name`: retries of
    the task and of the flows find what they created before. Two broadcasts of one flow run need two names or two keys. A
    flow run started anew sends again; where it must not, give a key that says what it is about, such as the logical date.

    Where a person cancels the run while it waits, or its last attempt fails, the broadcast is cancelled too, if it is still
    scheduled; see `cancel_on_kill`.

    Args:
        credentials: Where to and as whom.
        name: Name of the broadcast, for people. At Whautomate a short form of the key follows it.
        template: Name and language of an approved template.
        segment_name: Whom it reaches, by the name of a segment; it must exclude everybody who opted out.
        segment_id: Whom it reaches, by the id of a segment.
        retarget: Whom it reaches: recipients of the broadcast with this id. Their log is read first.
        retarget_type: Which of them.
        body_parameters: Values of the placeholders in the template's body.
        header_parameters: Values of the placeholders in its header.
        button_parameters: Values of the placeholders in its buttons' addresses.
        header_media_url: Address of the picture, video or file in its header.
        template_text: Texts of the template, by header, body and button: their placeholders are counted. Not templated.
        expected_parameters: How many placeholders header, body and button have, in place of `template_text`.
        location_id: Location it belongs to; defaults to the account's.
        schedule_at: When it starts, with a time zone; defaults to `hold_minutes` from now.
        hold_minutes: Minutes at least between its creation and its start, in which it can be cancelled.
        look_again: Look before its start for people who opted out since its creation, and make it anew without them. The step waits until then, where the start is over 90 seconds ahead.
        send_window: Hours in which it may start: from, until and their zone, as ("09:00", "20:00", "Europe/Berlin").
        outside_window: What happens outside of them: it starts when they begin, or it isn't sent.
        max_lateness: How long after it was due it may still be sent; None means no limit. Later it is skipped, and so is every run of a back-fill.
        min_recipients: The fewest people it may reach.
        max_recipients: The most people it may reach.
        max_deviation: How far its recipients may be off those of the last broadcast of this name, such as "50%"; and by how much they may exceed an approved plan.
        unit_price: Price of one message.
        max_cost: The most it may cost.
        cooldown: For how long the same to the same segment is refused under another key; None: it is meant.
        approved_plan: The plan that somebody approved; what isn't as planned is refused.
        approver: Who approved it, for the receipt.
        min_delivered: Not here: `wait_for_broadcast` takes it.
        max_failed: Not here: `wait_for_broadcast` takes it.
        on_failed: Not here: `wait_for_broadcast` takes it.
        logs_path: Not here: `wait_for_broadcast` takes it.
        receipt_path: Not here: `wait_for_broadcast` takes it.
        key: What identifies it: under one key it happens once. Where None it happens once in a flow run (the outermost) for whom or what it is about, and outside of runs it is needed.
        due: When the step was to run, a datetime or its ISO 8601 text (UTC where it has no offset); see `max_lateness`.
        cancel_on_kill: Whether the end of the run cancels the broadcast while it is still scheduled. None: where a person cancels the flow run or its last attempt fails, not where its process is ended with attempts left, since the next attempt resumes it. True: there as well. False: never.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id` and `name` at Whautomate; `created`, whether this attempt made it; `created_at` (ISO 8601, UTC) and
        `created_by`, the run that made it; `start`; `recipients`,
        the most it may reach, and `recipients_least`; `excluded`, how many were left out by tag; `cost`; `hash` of its
        plan; `looked`, whether people who opted out during the hold were looked for; `anew`, whether it was made anew
        for them; `look_at`, when to call again for that, in seconds since the epoch, else None; `skipped`, why nothing
        was sent, else None.

    Raises:
        `PolicyRefused` where a guard forbids it, or it was cancelled; `InvalidRequest` where the broadcast of this
        key has another content; `OutcomeUnknown` where nobody knows whether it was created: it is not sent again then.

    Beside what it returns: `requests`, and `waited`, the seconds spent waiting for permits.

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
    def __call__(self, credentials: WhautomateCredentials, name: str, template: Template, *, segment_name: str | None = ..., segment_id: str | None = ..., retarget: str | None = ..., retarget_type: str = ..., body_parameters: list[str] = ..., header_parameters: list[str] = ..., button_parameters: list[str] = ..., header_media_url: str | None = ..., template_text: Json | None = ..., expected_parameters: Json | None = ..., location_id: str | None = ..., schedule_at: datetime | None = ..., hold_minutes: float = ..., look_again: bool = ..., send_window: tuple[str, str, str] | None = ..., outside_window: str = ..., max_lateness: timedelta | None = ..., min_recipients: int = ..., max_recipients: int | None = ..., max_deviation: str | None = ..., unit_price: float | None = ..., max_cost: float | None = ..., cooldown: timedelta | None = ..., approved_plan: Json | None = ..., approver: str | None = ..., min_delivered: int | str | None = ..., max_failed: int | str | None = ..., on_failed: str = ..., logs_path: str | None = ..., receipt_path: str | None = ..., key: str | None = ..., due: datetime | None = ..., cancel_on_kill: bool | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

broadcast: _broadcast

class _abroadcast(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`broadcast` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, name: str, template: Template, *, segment_name: str | None = ..., segment_id: str | None = ..., retarget: str | None = ..., retarget_type: str = ..., body_parameters: list[str] = ..., header_parameters: list[str] = ..., button_parameters: list[str] = ..., header_media_url: str | None = ..., template_text: Json | None = ..., expected_parameters: Json | None = ..., location_id: str | None = ..., schedule_at: datetime | None = ..., hold_minutes: float = ..., look_again: bool = ..., send_window: tuple[str, str, str] | None = ..., outside_window: str = ..., max_lateness: timedelta | None = ..., min_recipients: int = ..., max_recipients: int | None = ..., max_deviation: str | None = ..., unit_price: float | None = ..., max_cost: float | None = ..., cooldown: timedelta | None = ..., approved_plan: Json | None = ..., approver: str | None = ..., min_delivered: int | str | None = ..., max_failed: int | str | None = ..., on_failed: str = ..., logs_path: str | None = ..., receipt_path: str | None = ..., key: str | None = ..., due: datetime | None = ..., cancel_on_kill: bool | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

abroadcast: _abroadcast

class _wait_for_broadcast(Task[..., dict[str, Any]]):
    """Wait until a broadcast is finished, or has reached `min_delivered`, and return its figures.

    Before its `scheduleDateTime` it is looked at once. A count decides as soon as it is passed. A share is one of the
    recipients, whose number nobody says is final before the broadcast is complete: it decides then, or once the server
    counts more recipients than it has processed.

    Where a person cancels the run meanwhile, or its last attempt fails, the broadcast is cancelled if it is still
    scheduled; see `cancel_on_kill`.

    Args:
        credentials: Where to and as whom.
        broadcast_id: Its id, as `broadcast` returns it.
        min_delivered: Recipients that it has to be delivered to: a count, or a share of them like `"95%"`. The wait
            ends once they are; the task fails where the broadcast ends with fewer.
        max_failed: Messages that may fail before the task does, finished or not: a count, or a share like `"5%"`.
        on_failed: What happens where min_delivered or max_failed isn't kept: `fail`, or `warn` for a warning in the
            log and in `problem`.
        logs_path: File for the log, written when the wait ends: a line for each recipient, with names and numbers; JSON
            lines, or Parquet where it ends in `.parquet`. Takes a request for each page of recipients.
        receipt_path: File for the receipt, written when the wait ends: a page where it ends in `.html`, else JSON.
        cancel_on_kill: Whether the end of the run cancels the broadcast while it is still scheduled. None: where a person cancels the flow run or its last attempt fails, not where its process is ended with attempts left, since the next attempt resumes it. True: there as well. False: never.
        poll_interval: Seconds between the first two looks; doubles up to a quarter of an hour. All waiting tasks of the
            account together make at most a tenth of the requests of its day, half of that in a quarter of it.
        timeout: Seconds to wait at most; they count anew where the flow run is rescheduled.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id`, `status`, `finished`, `failed`, `recipients`, `sent`, `delivered`, `undelivered`. With `logs_path`,
        `receipt_path` or `on_failed="warn"` also `problem`, `failures` (by reason), `logs` (lines written), `cost` and
        `receipt`.
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
        def my_flow(broadcast_id, min_delivered, max_failed, on_failed, logs_path, receipt_path):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return wait_for_broadcast(credentials, broadcast_id, min_delivered=min_delivered, max_failed=max_failed, on_failed=on_failed, logs_path=logs_path, receipt_path=receipt_path)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, broadcast_id: str, *, min_delivered: Threshold | None = ..., max_failed: Threshold | None = ..., on_failed: str = ..., logs_path: str | None = ..., receipt_path: str | None = ..., cancel_on_kill: bool | None = ..., poll_interval: float = ..., timeout: float = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

wait_for_broadcast: _wait_for_broadcast

class _await_for_broadcast(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`wait_for_broadcast` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, broadcast_id: str, *, min_delivered: Threshold | None = ..., max_failed: Threshold | None = ..., on_failed: str = ..., logs_path: str | None = ..., receipt_path: str | None = ..., cancel_on_kill: bool | None = ..., poll_interval: float = ..., timeout: float = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

await_for_broadcast: _await_for_broadcast

