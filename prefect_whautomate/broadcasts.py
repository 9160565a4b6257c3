"""Broadcasts: the endpoints, and the jobs that send one exactly once and wait for its figures."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Generator, Sequence
from datetime import datetime
from typing import Any

from prefect.runtime import task_run

from prefect_whautomate._runs import flow_runs, task_client, used
from prefect_whautomate._tasks import async_client, async_twin, endpoint_tasks, whautomate_task
from prefect_whautomate.credentials import WhautomateCredentials
from whautomate_core.api import broadcasts
from whautomate_core.campaign.broadcasts import broadcast_name, create_broadcast_once
from whautomate_core.campaign.delivery import delivery, poll_delays, problem
from whautomate_core.client import Client
from whautomate_core.errors import ConfigurationError, WhautomateError
from whautomate_core.records import Broadcast, Template
from whautomate_core.sync.report import Threshold, check_threshold

log = logging.getLogger(__name__)

list_broadcasts, alist_broadcasts = endpoint_tasks(broadcasts.list_broadcasts)
create_broadcast, acreate_broadcast = endpoint_tasks(broadcasts.create_broadcast)
get_broadcast, aget_broadcast = endpoint_tasks(broadcasts.get_broadcast)
update_broadcast, aupdate_broadcast = endpoint_tasks(broadcasts.update_broadcast)
delete_broadcast, adelete_broadcast = endpoint_tasks(broadcasts.delete_broadcast)
list_broadcast_logs, alist_broadcast_logs = endpoint_tasks(broadcasts.list_broadcast_logs)


@whautomate_task
def broadcast(
    credentials: WhautomateCredentials,
    name: str,
    template: Template,
    *,
    segment_name: str | None = None,
    segment_id: str | None = None,
    body_parameters: Sequence[str] = (),
    schedule_at: datetime | None = None,
    hold_minutes: float = 5.0,
    location_id: str | None = None,
    key: str | None = None,
    max_requests: int | None = None,
) -> dict[str, Any]:
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
    key = key if key is not None else _key_of_run(name)
    with task_client(Client, credentials, max_requests=max_requests) as client:
        found, created = create_broadcast_once(
            client,
            name,
            key,
            template,
            segment_name=segment_name,
            segment_id=segment_id,
            body_parameters=body_parameters,
            schedule_at=schedule_at,
            hold_minutes=hold_minutes,
            location_id=location_id,
        )
        full_name = broadcast_name(name, key)
        return {"id": found["id"], "name": full_name, "created": created, **used(client)}


@whautomate_task
def wait_for_broadcast(
    credentials: WhautomateCredentials,
    broadcast_id: str,
    *,
    poll_interval: float = 60.0,
    timeout: float = 86_400.0,
    max_failed: Threshold | None = None,
    max_requests: int | None = None,
) -> dict[str, Any]:
    """Wait until a broadcast is finished and return its figures.

    Args:
        credentials: Where to and as whom.
        broadcast_id: Its id, as `broadcast` returns it.
        poll_interval: Seconds between the first two looks; doubles up to a quarter of an hour.
        timeout: Seconds to wait at most; they count anew where the flow run is rescheduled.
        max_failed: Messages that may fail before the task does: a count, or a share of the recipients like `"5%"`.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id`, `status`, `finished`, `failed`, `recipients`, `sent`, `delivered`, `undelivered`, `requests`,
            `waited` (seconds, for permits).

    Raises:
        TimeoutError: Where it isn't finished in time.
        WhautomateError: Where it ended without being sent, or more than `max_failed` messages failed.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.broadcasts import wait_for_broadcast

        @flow
        def figures(broadcast_id: str):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return wait_for_broadcast(credentials, broadcast_id, max_failed="5%")
        ```
    """
    look = broadcasts.get_broadcast(broadcast_id)
    waiting = _waiting(broadcast_id, poll_interval, timeout, max_failed)
    seconds = next(waiting)
    with task_client(Client, credentials, max_requests=max_requests) as client:
        while True:
            time.sleep(seconds)
            try:
                seconds = waiting.send(client.send(look))
            except StopIteration as finished:
                return {**finished.value, **used(client)}


async def _await(
    credentials: WhautomateCredentials,
    broadcast_id: str,
    *,
    poll_interval: float = 60.0,
    timeout: float = 86_400.0,
    max_failed: Threshold | None = None,
    max_requests: int | None = None,
) -> dict[str, Any]:
    look = broadcasts.get_broadcast(broadcast_id)
    waiting = _waiting(broadcast_id, poll_interval, timeout, max_failed)
    seconds = next(waiting)
    async with await async_client(credentials, max_requests) as client:
        while True:
            await asyncio.sleep(seconds)
            try:
                seconds = waiting.send(await client.send(look))
            except StopIteration as finished:
                return {**finished.value, **used(client)}


def _waiting(
    broadcast_id: str, poll_interval: float, timeout: float, max_failed: Threshold | None
) -> Generator[float, Broadcast, dict[str, Any]]:
    """When to look, for the tasks that do the waiting: gives the seconds before a look, takes what was seen."""
    if max_failed is not None:
        check_threshold("max_failed", max_failed)
    if poll_interval <= 0 or timeout <= 0:
        raise ConfigurationError("poll_interval and timeout must be more than 0 seconds")
    deadline = time.monotonic() + timeout
    delays = poll_delays(poll_interval, largest=max(poll_interval, 900.0))
    found = delivery((yield 0.0))
    while not found.finished:
        log.info("broadcast %s: %s, %d of %d sent", found.id, found.status, found.sent, found.recipients)
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError(f"broadcast {broadcast_id} is not finished after {timeout:g} s: {found.status}")
        found = delivery((yield min(next(delays), left)))
    log.info("broadcast done: %s", json.dumps(found.as_dict()))
    wrong = problem(found, max_failed)
    if wrong:
        raise WhautomateError(wrong)
    return found.as_dict()


abroadcast = async_twin(broadcast)
await_for_broadcast = async_twin(wait_for_broadcast, _await)


def _key_of_run(name: str) -> str:
    # Not the task run's id or dynamic key: both are new when a flow is run again, as is a subflow's run id when its
    # parent is. The place among the calls isn't known where tasks run side by side. So the name tells calls apart.
    run = next((run.id for run in flow_runs()), None) or task_run.id
    if run is None:
        raise ConfigurationError("outside of flow runs a broadcast needs key=, or every call would send it again")
    return f"prefect {run} broadcast {name}"
