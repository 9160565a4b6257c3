"""Broadcasts: the endpoints, and the jobs that send one exactly once and wait for its figures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from prefect.runtime import task_run

from prefect_whautomate._runs import flow_runs, task_client, used
from prefect_whautomate._tasks import async_twin, endpoint_tasks, whautomate_task
from prefect_whautomate._waiting import waiting_tasks
from prefect_whautomate.credentials import WhautomateCredentials
from whautomate_core.api import broadcasts
from whautomate_core.campaign.broadcasts import broadcast_name, create_broadcast_once
from whautomate_core.client import Client
from whautomate_core.errors import ConfigurationError
from whautomate_core.records import Template
from whautomate_core.thresholds import Threshold
from whautomate_core.waiting import BroadcastReached

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


def _wait_for_broadcast(
    broadcast_id: str, *, min_delivered: Threshold | None = None, max_failed: Threshold | None = None
) -> BroadcastReached:
    """Wait until a broadcast is finished, or has reached `min_delivered`, and return its figures.

    Before its `scheduleDateTime` it is looked at once. A count decides as soon as it is passed. A share is one of the
    recipients, whose number nobody says is final before the broadcast is complete: it decides then, or once the server
    counts more recipients than it has processed.

    Args:
        broadcast_id: Its id, as `broadcast` returns it.
        min_delivered: Recipients that it has to be delivered to: a count, or a share of them like `"95%"`. The wait
            ends once they are; the task fails where the broadcast ends with fewer.
        max_failed: Messages that may fail before the task does, finished or not: a count, or a share like `"5%"`.

    Returns:
        `id`, `status`, `finished`, `failed`, `recipients`, `sent`, `delivered`, `undelivered`.
    """
    return BroadcastReached(broadcast_id, min_delivered, max_failed)


wait_for_broadcast, await_for_broadcast = waiting_tasks(_wait_for_broadcast)
abroadcast = async_twin(broadcast)


def _key_of_run(name: str) -> str:
    # Not the task run's id or dynamic key: both are new when a flow is run again, as is a subflow's run id when its
    # parent is. The place among the calls isn't known where tasks run side by side. So the name tells calls apart.
    run = next((run.id for run in flow_runs()), None) or task_run.id
    if run is None:
        raise ConfigurationError("outside of flow runs a broadcast needs key=, or every call would send it again")
    return f"prefect {run} broadcast {name}"
