"""Tasks of broadcasts.

Written by `scripts/generate/tasks.py`: `nox -s generate` writes it anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from prefect_whautomate._broadcast_block import Broadcast
from prefect_whautomate._broadcast_end import broadcast_end
from prefect_whautomate._broadcast_run import BroadcastRun
from prefect_whautomate._broadcasting import broadcast_once, wait_for_broadcast_end
from prefect_whautomate._clients import open_client
from prefect_whautomate._endpoints import read, read_all, send, send_once
from prefect_whautomate._jobs import checked, run_job
from prefect_whautomate._task import whautomate_task
from prefect_whautomate.credentials import WhautomateCredentials
from whautomate_core.api import broadcasts as api
from whautomate_core.api.call import Json
from whautomate_core.api.records import Broadcast as BroadcastRecord
from whautomate_core.api.records import (
    BroadcastFilters,
    BroadcastInput,
    BroadcastLog,
    BroadcastUpdate,
    PageFilters,
    Template,
)
from whautomate_core.messaging.jobs import cancel_broadcast as cancel_broadcast_job
from whautomate_core.messaging.jobs import plan_broadcast as plan_broadcast_job
from whautomate_core.messaging.unreachable import failed_recipients as failed_recipients_job
from whautomate_core.messaging.unreachable import suppress_unreachable as suppress_unreachable_job
from whautomate_core.values.thresholds import Threshold

__all__ = [
    "Broadcast",
    "BroadcastRun",
    "broadcast",
    "cancel_broadcast",
    "create_broadcast",
    "delete_broadcast",
    "failed_recipients",
    "get_broadcast",
    "list_broadcast_logs",
    "list_broadcasts",
    "plan_broadcast",
    "suppress_unreachable",
    "update_broadcast",
    "wait_for_broadcast",
]


@whautomate_task(finished_in_run=False)
def list_broadcasts(
    credentials: WhautomateCredentials,
    *,
    filters: BroadcastFilters | None = None,
    max_records: int | None = None,
    output_path: str | None = None,
    return_records: bool = False,
    max_requests: int | None = None,
) -> list[BroadcastRecord] | Any:
    """List or search broadcasts (`GET /v1/broadcasts`; official page, evidence A).

    Args:
        credentials: The block of the account.
        filters: Filters, see `whautomate_core.api.records.BroadcastFilters`.
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
        from prefect_whautomate.broadcasts import list_broadcasts

        @flow
        def my_flow():
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return list_broadcasts(credentials)
        ```
    """
    call = api.list_broadcasts(filters=filters)
    return read_all(
        credentials,
        call,
        max_records=max_records,
        output_path=output_path,
        return_records=return_records,
        max_requests=max_requests,
    )


@whautomate_task(finished_in_run=False)
def create_broadcast(
    credentials: WhautomateCredentials,
    broadcast: BroadcastInput,
    *,
    extra: Json | None = None,
    allow_protected: bool = False,
    key: str | None = None,
    max_requests: int | None = None,
) -> Json:
    """Create a broadcast (`POST /v1/broadcasts`; official page, evidence A).

    A broadcast can't be recalled once it has started, and the vendor has no idempotency key, so the call must happen
    once. It is not documented whether a broadcast without `scheduleDateTime` (UTC) is sent at once. Its segments are
    read first: each must exclude people who opted out.

    Args:
        credentials: The block of the account.
        broadcast: Fields, see `whautomate_core.api.records.BroadcastInput`.
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
        PolicyRefused: The account's policy forbids it, for example because the person has opted out.
        OutcomeUnknown: The server gave no answer, so it may have happened. It is not sent again.
        WhautomateError: The base of all other errors; see `whautomate_core.errors`.

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
    call = api.create_broadcast(broadcast, extra=extra, allow_protected=allow_protected)
    return send_once(credentials, call, key=key, max_requests=max_requests)


@whautomate_task(finished_in_run=False)
def get_broadcast(
    credentials: WhautomateCredentials,
    broadcast_id: str,
    *,
    output_path: str | None = None,
    return_records: bool = False,
    max_requests: int | None = None,
) -> BroadcastRecord | Any:
    """Show one broadcast with its figures (`GET /v1/broadcasts/{broadcastId}`; white-label copy, evidence B).

    Args:
        credentials: The block of the account.
        broadcast_id: Id of the broadcast.
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
        from prefect_whautomate.broadcasts import get_broadcast

        @flow
        def my_flow(broadcast_id):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return get_broadcast(credentials, broadcast_id)
        ```
    """
    call = api.get_broadcast(broadcast_id)
    return read(credentials, call, output_path=output_path, return_records=return_records, max_requests=max_requests)


@whautomate_task(finished_in_run=True)
def update_broadcast(
    credentials: WhautomateCredentials,
    broadcast_id: str,
    broadcast: BroadcastUpdate,
    *,
    extra: Json | None = None,
    overwrite: bool = False,
    allow_protected: bool = False,
    max_requests: int | None = None,
) -> Json:
    """Write fields of a broadcast, keep the others (`PUT /v1/broadcasts/{broadcastId}`; white-label copy, B).

    The contract requires `name` and `type`, which are taken from the existing broadcast unless `overwrite=True`.

    Args:
        credentials: The block of the account.
        broadcast_id: Id of the broadcast.
        broadcast: Fields, see `whautomate_core.api.records.BroadcastUpdate`.
        extra: Fields to send that the check of names does not know.
        overwrite: Send the body alone, instead of merging it into what is there.
        allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id` of the record, and its `status` if it has one.

    Raises:
        InvalidRequest: An argument can't be right. Nothing was sent.
        NotFound: There is no such record.
        PolicyRefused: The account's policy forbids it, for example because the person has opted out.
        WhautomateError: The base of all other errors; see `whautomate_core.errors`.

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
    call = api.update_broadcast(
        broadcast_id,
        broadcast,
        extra=extra,
        overwrite=overwrite,
        allow_protected=allow_protected,
    )
    return send(credentials, call, max_requests=max_requests)


@whautomate_task(finished_in_run=True)
def delete_broadcast(credentials: WhautomateCredentials, broadcast_id: str, *, max_requests: int | None = None) -> Json:
    """Delete a broadcast (`DELETE /v1/broadcasts/{broadcastId}`; white-label copy, evidence B).

    Args:
        credentials: The block of the account.
        broadcast_id: Id of the broadcast.
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
        from prefect_whautomate.broadcasts import delete_broadcast

        @flow
        def my_flow(broadcast_id):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return delete_broadcast(credentials, broadcast_id)
        ```
    """
    call = api.delete_broadcast(broadcast_id)
    return send(credentials, call, max_requests=max_requests)


@whautomate_task(finished_in_run=False)
def list_broadcast_logs(
    credentials: WhautomateCredentials,
    broadcast_id: str,
    *,
    filters: PageFilters | None = None,
    max_records: int | None = None,
    output_path: str | None = None,
    return_records: bool = False,
    max_requests: int | None = None,
) -> list[BroadcastLog] | Any:
    """List the log of a broadcast, a line per recipient (`GET /v1/broadcasts/{broadcastId}/logs`; integrators, C).

    Args:
        credentials: The block of the account.
        broadcast_id: Id of the broadcast.
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
        from prefect_whautomate.broadcasts import list_broadcast_logs

        @flow
        def my_flow(broadcast_id):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return list_broadcast_logs(credentials, broadcast_id)
        ```
    """
    call = api.list_broadcast_logs(broadcast_id, filters=filters)
    return read_all(
        credentials,
        call,
        max_records=max_records,
        output_path=output_path,
        return_records=return_records,
        max_requests=max_requests,
    )


@whautomate_task(finished_in_run=False)
def plan_broadcast(
    credentials: WhautomateCredentials,
    name: str,
    template: Template,
    *,
    segment_name: str | None = None,
    segment_id: str | None = None,
    retarget: str | None = None,
    retarget_type: str = "sent",
    body_parameters: Sequence[str] = (),
    header_parameters: Sequence[str] = (),
    button_parameters: Sequence[str] = (),
    header_media_url: str | None = None,
    template_text: Json | None = None,
    expected_parameters: Json | None = None,
    location_id: str | None = None,
    schedule_at: datetime | None = None,
    hold_minutes: float = 5.0,
    look_again: bool = True,
    send_window: tuple[str, str, str] | None = None,
    outside_window: str = "shift",
    max_lateness: timedelta | None = timedelta(hours=6),
    min_recipients: int = 1,
    max_recipients: int | None = None,
    max_deviation: str | None = None,
    unit_price: float | None = None,
    max_cost: float | None = None,
    cooldown: timedelta | None = timedelta(hours=20),
    approved_plan: Json | None = None,
    approver: str | None = None,
    min_delivered: int | str | None = None,
    max_failed: int | str | None = None,
    on_failed: str = "fail",
    suppress_failed: bool = False,
    logs_path: str | None = None,
    receipt_path: str | None = None,
    due: datetime | None = None,
    max_requests: int | None = None,
) -> Json:
    """Work out what a broadcast would send now, and to how many people, with the code that sends it. Writes nothing.

    Show the result to the person who approves it, and pass it to the broadcast as `approved_plan`: the broadcast is
    then sent as approved, or not at all. Counting the audience reads all contacts, or clients: a request for each page.

    Args:
        credentials: The block of the account.
        name: Name of the broadcast. At Whautomate, a short hash of its key follows the name.
        template: Name and language of an approved template.
        segment_name: Name of the segment it is sent to. The segment must exclude opted-out people.
        segment_id: Id of the segment it is sent to.
        retarget: Id of an earlier broadcast whose recipients it is sent to. Their log is read first.
        retarget_type: Which recipients of the earlier broadcast it is sent to.
        body_parameters: Values of the placeholders in the template's body.
        header_parameters: Values of the placeholders in its header.
        button_parameters: Values of the placeholders in the URLs of its buttons.
        header_media_url: URL of the image, video or document in its header.
        template_text: Texts of the template by component (header, body, button), to count their placeholders. Not
            templated.
        expected_parameters: Number of placeholders by component (header, body, button), instead of `template_text`.
        location_id: Location it belongs to; defaults to the account's.
        schedule_at: When it starts, with a time zone; defaults to `hold_minutes` from now.
        hold_minutes: Minimum minutes between creation and start, in which it can be cancelled.
        look_again: Check before the start for people who opted out since the creation, and create it anew without them.
            The step waits for that if the start is more than 90 seconds away.
        send_window: Hours in which it may start: from, until and their zone, as ("09:00", "20:00", "Europe/Berlin").
        outside_window: Outside of these hours: start when they begin (shift), send nothing (skip), or fail.
        max_lateness: How late after its due time it may still be sent; None means no limit. Later runs are skipped,
            such as those of a back-fill.
        min_recipients: Minimum number of people it reaches.
        max_recipients: Maximum number of people it may reach.
        max_deviation: How far the number of recipients may differ from the last broadcast of this name, such as "50%",
            and by how much it may exceed an approved plan.
        unit_price: Price of one message.
        max_cost: Maximum cost.
        cooldown: How long the same content to the same segment is refused under another key; None permits it.
        approved_plan: The result of `plan_broadcast` that somebody approved. A broadcast that differs from it is
            refused.
        approver: Name of the person who approved it, for the receipt.
        min_delivered: Minimum recipients it must be delivered to: a count, or a share like "95%".
        max_failed: Maximum recipients that may fail: a count, or a share like "5%"; defaults to unlimited.
        on_failed: What happens if min_delivered or max_failed is not met: the step fails, or logs a warning.
        suppress_failed: Give the opt-out tag to recipients who stopped your marketing messages in WhatsApp (131050), as
            `suppress_unreachable` does. Tags trigger automations.
        logs_path: File for the log, with one line for each recipient: JSON lines, or Parquet if it ends in .parquet. It
            holds names and numbers.
        receipt_path: File for the receipt: an HTML page if it ends in .html, else JSON.
        due: When the step was due to run, a datetime or its ISO 8601 text (UTC if it has no offset); see
            `max_lateness`. Defaults to None: somebody started it by hand.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `name`, `template`, `category` (`marketing`, `utility` or `authentication`; None if it isn't known),
        `parameters` (how many, by component), `segments` (names), `criteria`, `recipients` (the most it may reach),
        `recipients_least`, `excluded` (how many, by tag), `start` (ISO 8601, UTC), `cost`, `last_recipients` (of the
        last broadcast of this name), `notes` (sentences: what could not be checked, and what may reach other people
        than meant), `hash` (differs for every other plan), `sent_before` (a broadcast with the same content and
        audience within `cooldown`: steps with another key refuse then; else None), `skipped` (why nothing would be
        sent, else None). Also `requests`, and `waited`, the seconds spent waiting for permits.

    Raises:
        `PolicyRefused` if a guard forbids it; `ConfigurationError`, also if a file that is written at its end can't be;
        `InvalidRequest`.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.broadcasts import plan_broadcast

        @flow
        def my_flow(name, template, segment_name):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return plan_broadcast(credentials, name, template, segment_name=segment_name)
        ```
    """
    with open_client(credentials, max_requests=max_requests) as client:
        return run_job(
            client,
            plan_broadcast_job,
            name,
            template,
            segment_name=segment_name,
            segment_id=segment_id,
            retarget=retarget,
            retarget_type=retarget_type,
            body_parameters=body_parameters,
            header_parameters=header_parameters,
            button_parameters=button_parameters,
            header_media_url=header_media_url,
            template_text=template_text,
            expected_parameters=expected_parameters,
            location_id=location_id,
            schedule_at=schedule_at,
            hold_minutes=hold_minutes,
            look_again=look_again,
            send_window=send_window,
            outside_window=outside_window,
            max_lateness=max_lateness,
            min_recipients=min_recipients,
            max_recipients=max_recipients,
            max_deviation=max_deviation,
            unit_price=unit_price,
            max_cost=max_cost,
            cooldown=cooldown,
            approved_plan=approved_plan,
            approver=approver,
            min_delivered=min_delivered,
            max_failed=max_failed,
            on_failed=on_failed,
            suppress_failed=suppress_failed,
            logs_path=logs_path,
            receipt_path=receipt_path,
            due=due,
        )


@whautomate_task(finished_in_run=True)
def broadcast(
    credentials: WhautomateCredentials,
    name: str,
    template: Template,
    *,
    segment_name: str | None = None,
    segment_id: str | None = None,
    retarget: str | None = None,
    retarget_type: str = "sent",
    body_parameters: Sequence[str] = (),
    header_parameters: Sequence[str] = (),
    button_parameters: Sequence[str] = (),
    header_media_url: str | None = None,
    template_text: Json | None = None,
    expected_parameters: Json | None = None,
    location_id: str | None = None,
    schedule_at: datetime | None = None,
    hold_minutes: float = 5.0,
    look_again: bool = True,
    send_window: tuple[str, str, str] | None = None,
    outside_window: str = "shift",
    max_lateness: timedelta | None = timedelta(hours=6),
    min_recipients: int = 1,
    max_recipients: int | None = None,
    max_deviation: str | None = None,
    unit_price: float | None = None,
    max_cost: float | None = None,
    cooldown: timedelta | None = timedelta(hours=20),
    approved_plan: Json | None = None,
    approver: str | None = None,
    min_delivered: int | str | None = None,
    max_failed: int | str | None = None,
    on_failed: str = "fail",
    suppress_failed: bool = False,
    logs_path: str | None = None,
    receipt_path: str | None = None,
    key: str | None = None,
    due: datetime | None = None,
    cancel_on_kill: bool | None = None,
    max_requests: int | None = None,
) -> Json:
    """Send a WhatsApp template to everybody in a segment. It is created once under its key, however often this runs.

    Before it is created, its recipients are counted by reading all contacts or clients, and its guards are checked. It
    is then read back, and deleted if it differs from what was sent. If it starts more than 90 seconds later, it is
    checked for people who opted out in the meantime, and created anew without them (`look_again`). People who opt out
    in the last 90 seconds may still get it. A broadcast that was cancelled or deleted is not sent again under its key.

    Without `key` it is created once in a flow run (the outermost one, if flows call flows) for each `name`: retries of
    the task and of the flows find what they created before. Two broadcasts of one flow run need two names or two keys.
    A new flow run sends again; if it must not, give a key that says what it is about, such as the logical date.

    If a person cancels the run while it waits, or its last attempt fails, the broadcast is cancelled too, if it is
    still scheduled; see `cancel_on_kill`.

    Args:
        credentials: The block of the account.
        name: Name of the broadcast. At Whautomate, a short hash of its key follows the name.
        template: Name and language of an approved template.
        segment_name: Name of the segment it is sent to. The segment must exclude opted-out people.
        segment_id: Id of the segment it is sent to.
        retarget: Id of an earlier broadcast whose recipients it is sent to. Their log is read first.
        retarget_type: Which recipients of the earlier broadcast it is sent to.
        body_parameters: Values of the placeholders in the template's body.
        header_parameters: Values of the placeholders in its header.
        button_parameters: Values of the placeholders in the URLs of its buttons.
        header_media_url: URL of the image, video or document in its header.
        template_text: Texts of the template by component (header, body, button), to count their placeholders. Not
            templated.
        expected_parameters: Number of placeholders by component (header, body, button), instead of `template_text`.
        location_id: Location it belongs to; defaults to the account's.
        schedule_at: When it starts, with a time zone; defaults to `hold_minutes` from now.
        hold_minutes: Minimum minutes between creation and start, in which it can be cancelled.
        look_again: Check before the start for people who opted out since the creation, and create it anew without them.
            The step waits for that if the start is more than 90 seconds away.
        send_window: Hours in which it may start: from, until and their zone, as ("09:00", "20:00", "Europe/Berlin").
        outside_window: Outside of these hours: start when they begin (shift), send nothing (skip), or fail.
        max_lateness: How late after its due time it may still be sent; None means no limit. Later runs are skipped,
            such as those of a back-fill.
        min_recipients: Minimum number of people it reaches.
        max_recipients: Maximum number of people it may reach.
        max_deviation: How far the number of recipients may differ from the last broadcast of this name, such as "50%",
            and by how much it may exceed an approved plan.
        unit_price: Price of one message.
        max_cost: Maximum cost.
        cooldown: How long the same content to the same segment is refused under another key; None permits it.
        approved_plan: The result of `plan_broadcast` that somebody approved. A broadcast that differs from it is
            refused.
        approver: Name of the person who approved it, for the receipt.
        min_delivered: Not here: `wait_for_broadcast` takes it.
        max_failed: Not here: `wait_for_broadcast` takes it.
        on_failed: Not here: `wait_for_broadcast` takes it.
        suppress_failed: Not here: `wait_for_broadcast` takes it.
        logs_path: Not here: `wait_for_broadcast` takes it.
        receipt_path: Not here: `wait_for_broadcast` takes it.
        key: What identifies it: under one key it happens once. None means once in a flow run (the outermost) for the
            person or thing it is about; outside of runs a key is needed.
        due: When the task was due to run, a datetime or its ISO 8601 text (UTC if it has no offset); see
            `max_lateness`. Defaults to the time for which the flow run was scheduled; a flow run that somebody started
            has none.
        cancel_on_kill: Whether the end of the run cancels the broadcast while it is still scheduled. None cancels it if
            a person cancels the flow run or its last attempt fails, but not if its process ends with attempts left,
            because the next attempt resumes it. True cancels it then too. False never does.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id` and `name` at Whautomate; `created`, whether this attempt created it; `created_at` (ISO 8601, UTC) and
        `created_by`, the run that created it; `start`; `recipients`, the most it may reach, and `recipients_least`;
        `excluded`, the number of people left out by tag; `cost`; `hash`, `category` and `notes` of its plan; `looked`,
        whether it was checked for opt-outs during the hold; `anew`, whether it was created anew because of them;
        `look_at`, when to call again for that check, in seconds since the epoch, else None; `skipped`, why nothing was
        sent, else None. Also `requests`, and `waited`, the seconds spent waiting for permits.

    Raises:
        `PolicyRefused` if a guard forbids it, or it was cancelled; `InvalidRequest` if the broadcast of this key has
        other content; `OutcomeUnknown` if it is unknown whether it was created: then it is not sent again;
        `ConfigurationError`, also if a file that is written at its end can't be.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.broadcasts import broadcast

        @flow
        def my_flow(name, template, segment_name):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return broadcast(credentials, name, template, segment_name=segment_name)
        ```
    """
    fields = {
        "name": name,
        "template": template,
        "segment_name": segment_name,
        "segment_id": segment_id,
        "retarget": retarget,
        "retarget_type": retarget_type,
        "body_parameters": body_parameters,
        "header_parameters": header_parameters,
        "button_parameters": button_parameters,
        "header_media_url": header_media_url,
        "template_text": template_text,
        "expected_parameters": expected_parameters,
        "location_id": location_id,
        "schedule_at": schedule_at,
        "hold_minutes": hold_minutes,
        "look_again": look_again,
        "send_window": send_window,
        "outside_window": outside_window,
        "max_lateness": max_lateness,
        "min_recipients": min_recipients,
        "max_recipients": max_recipients,
        "max_deviation": max_deviation,
        "unit_price": unit_price,
        "max_cost": max_cost,
        "cooldown": cooldown,
        "approved_plan": approved_plan,
        "approver": approver,
        "min_delivered": min_delivered,
        "max_failed": max_failed,
        "on_failed": on_failed,
        "suppress_failed": suppress_failed,
        "logs_path": logs_path,
        "receipt_path": receipt_path,
    }
    return broadcast_once(
        credentials,
        fields,
        key=key,
        due=due,
        cancel_on_kill=cancel_on_kill,
        max_requests=max_requests,
    )


@whautomate_task(finished_in_run=False)
def cancel_broadcast(
    credentials: WhautomateCredentials,
    *,
    key: str | None = None,
    broadcast_id: str | None = None,
    max_requests: int | None = None,
) -> Json:
    """Cancel a broadcast: delete it if it is scheduled to start more than a minute from now.

    Its claim becomes final, so that no step with the same key sends it again.

    Args:
        credentials: The block of the account.
        key: What identifies it: under one key it happens once. None means once in a flow run (the outermost) for the
            person or thing it is about; outside of runs a key is needed.
        broadcast_id: Its id.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `cancelled`, whether it was; `id`; `why` it wasn't, else None. Also `requests`, and `waited`, the seconds spent
        waiting for permits.

    Raises:
        `ConfigurationError`; `UnexpectedResponse` if it still exists after it was deleted.

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
    with open_client(credentials, max_requests=max_requests) as client:
        return run_job(client, cancel_broadcast_job, key=key, broadcast_id=broadcast_id)


@whautomate_task(finished_in_run=False)
def suppress_unreachable(
    credentials: WhautomateCredentials,
    broadcast_id: str,
    *,
    unreachable_path: str | None = None,
    max_requests: int | None = None,
) -> Json:
    """Give the opt-out tag to recipients of a broadcast who stopped your marketing messages in WhatsApp (131050).

    All their contacts and clients get the account's first opt-out tag, each once, however often this runs. Tags trigger
    automations. People who can't be reached at all (131026) get no tag: they are only counted, and written to a file
    for somebody to look at. The log is read, a request for each page of recipients. If somebody stopped, contacts and
    clients are looked up as a sync does it.

    Args:
        credentials: The block of the account.
        broadcast_id: Id of the broadcast. If it is not finished yet, run this again afterwards.
        unreachable_path: File for the recipients who can't be reached: `phoneNumber`, `code`, `meaning`, `failedAt`;
            JSON lines, or Parquet if it ends in `.parquet`. `suppress` of a sync takes it, and so does a job that gives
            a tag.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `broadcast_id`; `undelivered`, how many recipients failed; `codes`, how many by WhatsApp's code (`unread` where
        it can't be read); `stopped`, the people who stopped marketing, of whom `tagged`, `unchanged` (they had the tag)
        and `missing` (no contact or client has their number, or the log has none that can be read); `unreachable`, how
        many can't be reached. Also `requests`, and `waited`, the seconds spent waiting for permits.

    Raises:
        `InvalidRequest` if somebody could not be given the tag; `ConfigurationError` if the file can't be written.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.broadcasts import suppress_unreachable

        @flow
        def my_flow(broadcast_id):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return suppress_unreachable(credentials, broadcast_id)
        ```
    """
    with open_client(credentials, lane="bulk", max_requests=max_requests) as client:
        return run_job(client, suppress_unreachable_job, broadcast_id, unreachable_path=unreachable_path)


@whautomate_task(finished_in_run=False)
def failed_recipients(
    credentials: WhautomateCredentials,
    broadcast_id: str,
    *,
    output_path: str | None = None,
    max_requests: int | None = None,
) -> Json:
    """Find the recipients of a broadcast that failed, and who of them may be tried again now.

    Nobody who stopped your marketing messages (131050), can't be reached, or failed for a reason that can't be read may
    be tried again, nor whom the broadcast reached through another contact or client with their number; after WhatsApp's
    limits (131049, 131048) a day has to pass. To try the others again, give `contacts`
    to `ensure_audience`, and send a broadcast to its segment. The log is read, a request for each page of recipients,
    and then all contacts, if there is somebody to try again.

    Args:
        credentials: The block of the account.
        broadcast_id: Id of the broadcast.
        output_path: File with a line for each recipient that failed: `phoneNumber`, `code`, `meaning`, `failedAt`,
            `tryAgainAt` (UTC; none for those who are not to be tried again); JSON lines, or Parquet if it ends in
            `.parquet`.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `broadcast_id`; `undelivered`, how many recipients failed; `codes`, how many by WhatsApp's code (`unread` where
        it can't be read); `contacts`, the ids of contacts who may be tried again now; `later`, how many people may be
        later, and `later_at`, when all of them may (ISO 8601, UTC; None if there are none); `never`, how many
        recipients are not to be tried again; `missing`, how many people could be tried again now, but opted out or have
        no contact. Also `requests`, and `waited`, the seconds spent waiting for permits.

    Raises:
        `ListUnstable`; `ConfigurationError` if the file can't be written.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.broadcasts import failed_recipients

        @flow
        def my_flow(broadcast_id):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return failed_recipients(credentials, broadcast_id)
        ```
    """
    with open_client(credentials, lane="bulk", max_requests=max_requests) as client:
        return run_job(client, failed_recipients_job, broadcast_id, output_path=output_path)


@whautomate_task(finished_in_run=True)
def wait_for_broadcast(
    credentials: WhautomateCredentials,
    broadcast_id: str,
    *,
    min_delivered: Threshold | None = None,
    max_failed: Threshold | None = None,
    on_failed: str = "fail",
    suppress_failed: bool = False,
    logs_path: str | None = None,
    receipt_path: str | None = None,
    cancel_on_kill: bool | None = None,
    poll_interval: float = 60.0,
    timeout: float = 86_400.0,
    max_requests: int | None = None,
) -> Json:
    """Wait until a broadcast is finished, or has reached `min_delivered`, and return its figures.

    It is checked once before its `scheduleDateTime`. A count decides as soon as it is passed. A share is one of the
    number of recipients, which may not be final before the broadcast is complete. So a share decides then, or once the
    server counts more recipients than it has processed.

    If a person cancels the run meanwhile, or its last attempt fails, the broadcast is cancelled if it is still
    scheduled; see `cancel_on_kill`.

    Args:
        credentials: The block of the account.
        broadcast_id: Id of the broadcast, as `broadcast` returns it.
        min_delivered: Recipients that it has to be delivered to: a count, or a share of them like `"95%"`. The wait
            ends once they are reached; the task fails if the broadcast ends with fewer.
        max_failed: Messages that may fail before the task does, finished or not: a count, or a share like `"5%"`.
        on_failed: What happens if `min_delivered` or `max_failed` is not kept: `fail`, or `warn` for a warning in the
            log and in `problem`.
        suppress_failed: Give the opt-out tag to recipients who stopped your marketing messages in WhatsApp (131050), as
            `suppress_unreachable` does. Tags trigger automations.
        logs_path: File for the log, written when the wait ends: a line for each recipient, with names and numbers; JSON
            lines, or Parquet if it ends in `.parquet`. Takes a request for each page of recipients.
        receipt_path: File for the receipt, written when the wait ends: a page if it ends in `.html`, else JSON.
        cancel_on_kill: Whether the end of the run cancels the broadcast while it is still scheduled. None cancels it if
            a person cancels the flow run or its last attempt fails, but not if its process ends with attempts left,
            because the next attempt resumes it. True cancels it then too. False never does.
        poll_interval: Seconds between the first two checks; doubles up to a quarter of an hour. All waiting tasks of
            the account together make at most a tenth of the requests of its day, and half of that in a quarter of it.
        timeout: The longest time to wait, in seconds, from its first start, however often the flow run is rescheduled.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id`, `status`, `finished`, `failed` (it was never sent), `recipients`, `sent`, `delivered`, `undelivered`; if
        recipients failed also `failures` (by reason) and `codes` (by WhatsApp's code). With `logs_path`,
        `receipt_path`, `suppress_failed` or `on_failed="warn"` these two always, and `problem`, `suppressed` (people by
        outcome), `logs` (lines written), `cost` and `receipt`. If recipients failed or a threshold was not met, the log
        is read, a request for each page of recipients, and an error names the reasons. Also `requests`, and `waited`,
        the seconds spent waiting for permits.

    Raises:
        TimeoutError: It did not happen within `timeout` seconds.
        WhautomateError: It can no longer happen, or a check failed for good.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.broadcasts import wait_for_broadcast

        @flow
        def my_flow(broadcast_id):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return wait_for_broadcast(credentials, broadcast_id)
        ```
    """
    condition = checked(
        broadcast_end,
        broadcast_id,
        min_delivered=min_delivered,
        max_failed=max_failed,
        on_failed=on_failed,
        suppress_failed=suppress_failed,
        logs_path=logs_path,
        receipt_path=receipt_path,
    )
    return wait_for_broadcast_end(
        credentials,
        condition,
        cancel_on_kill=cancel_on_kill,
        poll_interval=poll_interval,
        timeout=timeout,
        max_requests=max_requests,
    )
