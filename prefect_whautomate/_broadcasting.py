"""How a broadcast is sent once, held, and waited for: what the tasks of broadcasts and the block `Broadcast` share."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from prefect_whautomate._artifacts import leave_receipt
from prefect_whautomate._assets import materialized
from prefect_whautomate._broadcast_end import BroadcastEnd
from prefect_whautomate._cancelling import CancelledWithRun, in_thread, stop_with_run
from prefect_whautomate._clients import open_client, used
from prefect_whautomate._events import tell_ended, tell_sent
from prefect_whautomate._flow_runs import deployed_run, flow_runs
from prefect_whautomate._once import step_of_run
from prefect_whautomate._reported import say
from prefect_whautomate._rollback import MESSAGES, stays
from prefect_whautomate._waiting import seen_result, waited, waited_async
from prefect_whautomate._working import Rest
from prefect_whautomate.credentials import WhautomateCredentials
from whautomate_core.api.call import Json
from whautomate_core.client.client import Client
from whautomate_core.errors import ConfigurationError
from whautomate_core.job import job_of
from whautomate_core.messaging import jobs
from whautomate_core.messaging.campaign import Campaign, acting_at_the_end, campaign_from
from whautomate_core.messaging.keys import once_of
from whautomate_core.messaging.lines import describe_end
from whautomate_core.messaging.outcome import conclude_by_id, explained, receipt_of_wait, require_files
from whautomate_core.messaging.send import send_broadcast
from whautomate_core.state import open_state
from whautomate_core.values.words import time_of
from whautomate_core.waiting.condition import Seen
from whautomate_core.waiting.poll import Moment, asleep_until, sleep_until

log = logging.getLogger(__name__)


# --- the task `broadcast`


def broadcast_once(
    credentials: WhautomateCredentials,
    fields: Mapping[str, Any],
    *,
    key: str | None,
    due: datetime | None,
    cancel_on_kill: bool | None,
    max_requests: int | None,
) -> Json:
    """Create a broadcast once under its key, and wait until nobody can opt out of it any more.

    Args:
        credentials: The account.
        fields: The fields of `Campaign`.
        key: What makes it the same broadcast; defaults to the flow run and the name.
        due: When the step was to run; see `max_lateness`.
        cancel_on_kill: As for `CancelledWithRun`.
        max_requests: The most requests it may make, repeats included.
    """
    campaign, key = campaign_of(fields), key_of(credentials, fields["name"], key)
    with (
        open_client(credentials, max_requests=max_requests) as client,
        CancelledWithRun(credentials, cancel_on_kill, key=key),
    ):
        made = held(credentials, client, campaign, key, due, sent(client, campaign, key, due))
        say_sent(client, made)
        _tell(client, fields, made)
        return {**made, **used(client)}


async def broadcast_once_async(
    credentials: WhautomateCredentials,
    fields: Mapping[str, Any],
    *,
    key: str | None,
    due: datetime | None,
    cancel_on_kill: bool | None,
    max_requests: int | None,
) -> Json:
    """`broadcast_once` for coroutines."""
    campaign = campaign_of(fields)
    key = await asyncio.to_thread(key_of, credentials, fields["name"], key)
    client = await asyncio.to_thread(open_client, credentials, max_requests=max_requests)
    with client:
        async with CancelledWithRun(credentials, cancel_on_kill, key=key):
            made = await in_thread(client, sent, client, campaign, key, due)
            made = await held_async(credentials, client, campaign, key, due, made)
            say_sent(client, made)
            _tell(client, fields, made)
            return {**made, **used(client)}


def campaign_of(fields: Mapping[str, Any]) -> Campaign:
    """The campaign of the arguments of the task `broadcast`. Raises `ConfigurationError`."""
    if late := acting_at_the_end(fields):
        raise ConfigurationError(
            f"{', '.join(late)}: the task broadcast does not wait for the end of the broadcast. Give "
            f"{'it' if len(late) == 1 else 'them'} to wait_for_broadcast, or use the block Broadcast, which does both"
        )
    campaign = campaign_from(fields)
    assert campaign is not None
    return campaign


def key_of(credentials: WhautomateCredentials, name: str, key: str | None) -> str:
    """The key of a broadcast: `key`, else the flow run and the broadcast's name. Raises `ConfigurationError`."""
    if key is not None:
        return key
    # Neither the task run's id nor its dynamic key: both are new when a flow runs again, as is a subflow's run id when
    # its parent runs again. The place among the calls isn't known when tasks run side by side.
    step, account = step_of_run(), credentials.get_account()
    if step is None:
        raise ConfigurationError("outside of flow runs a broadcast needs key=, or every call would send it again")
    return step.key_of(open_state(account.state), account.id, once_of(name))


# --- sending and holding


def _tell(client: Client, fields: Mapping[str, Any], made: Json) -> None:
    """Tell catalogues, and the transaction of the task, of the broadcast that it made."""
    job = job_of(jobs.broadcast)
    materialized(client.account, job, fields, made)
    if not made["skipped"]:
        stays(job.line(made), MESSAGES)


def say_sent(client: Client, made: Json) -> None:
    """Log what became of the broadcast, and what that took."""
    say(job_of(jobs.broadcast).line(made), client.used.requests, client.used.waited)
    tell_sent(client.account, made)


def leave_end(client: Client) -> Callable[[Json], None]:
    """What is done with the receipt of a broadcast at its end: the run shows it, and Prefect is told."""

    def leave(receipt: Json) -> None:
        leave_receipt(receipt)
        tell_ended(client.account, receipt)

    return leave


def sent(client: Client, campaign: Campaign, key: str, due: datetime | None) -> Json:
    """Create the broadcast, or find it if it was created before under its key.

    A deployed flow run, which leaves its process during the hold, creates it only afterwards: nothing is told if it is
    cancelled meanwhile, and then nothing may be sent.

    Counting its people and waiting for permits may take minutes, and threads are not told of a cancelled run. So
    Prefect is asked directly before the creation, and after it: what was created is then cancelled before it starts.
    """
    made = send_broadcast(
        client,
        campaign,
        key,
        due=due or _due_of_run(),
        hold_first=deployed_run() is not None,
        check=partial(stop_with_run, suspended=True),
        sleep=client.used.sleep,
    )
    if made["created"]:
        stop_with_run()
    return made


def _due_of_run() -> datetime | None:
    """When a scheduled run was to start; None if a person started it."""
    run = next(iter(flow_runs()), None)
    return run.expected_start_time if run is not None and run.auto_scheduled else None


def held(
    credentials: WhautomateCredentials,
    client: Client,
    campaign: Campaign,
    key: str,
    due: datetime | None,
    made: Json,
) -> Json:
    """Wait until the hold is nearly over, then look for people who opted out meanwhile, or create it without them."""
    while made["look_at"] is not None:
        with _rest(credentials, made) as rest:
            sleep_until(rest.moment, rest.meanwhile)
        made = _looked_again(client, campaign, key, due, made)
    return made


async def held_async(
    credentials: WhautomateCredentials,
    client: Client,
    campaign: Campaign,
    key: str,
    due: datetime | None,
    made: Json,
) -> Json:
    """`held` for coroutines."""
    while made["look_at"] is not None:
        with await asyncio.to_thread(_rest, credentials, made) as rest:
            await asleep_until(rest.moment, rest.meanwhile)
        made = await in_thread(client, _looked_again, client, campaign, key, due, made)
    return made


def _rest(credentials: WhautomateCredentials, made: Json) -> Rest:
    starts = f"starts at {time_of(made['start'])}"
    if made["id"] is None:
        why = f"broadcast {made['name']} {starts}; created shortly before, without people who opt out until then"
    else:
        why = f"broadcast {made['name']} ({made['id']}) {starts}; checking for new opt-outs shortly before"
    log.info("%s", why)
    moment = Moment(made["look_at"], idle_until=made["look_at"])
    # Once it is at the vendor, it has to be noticed if the run is cancelled.
    return Rest(moment, why, longest=credentials.max_wait, stays=made["id"] is not None)


def _looked_again(client: Client, campaign: Campaign, key: str, due: datetime | None, made: Json) -> Json:
    again = sent(client, campaign, key, due)
    return made | again | {"created": made["created"] or again["created"]}


# --- the task `wait_for_broadcast`


def wait_for_broadcast_end(
    credentials: WhautomateCredentials,
    condition: BroadcastEnd,
    *,
    cancel_on_kill: bool | None,
    poll_interval: float,
    timeout: float,
    max_requests: int | None,
) -> Json:
    """Wait until a broadcast is over, and write its files. Raises `TimeoutError` and `WhautomateError`."""
    require_files(condition.ending)
    with CancelledWithRun(credentials, cancel_on_kill, broadcast_id=condition.broadcast_id):
        # Until it starts, it is cancelled with the run.
        cancelled = cancel_on_kill is not False
        seen, took = waited(credentials, condition, poll_interval, timeout, max_requests, stays=cancelled)
    return _ended(credentials, condition, seen, took, max_requests)


async def wait_for_broadcast_end_async(
    credentials: WhautomateCredentials,
    condition: BroadcastEnd,
    *,
    cancel_on_kill: bool | None,
    poll_interval: float,
    timeout: float,
    max_requests: int | None,
) -> Json:
    """`wait_for_broadcast_end` for coroutines."""
    await asyncio.to_thread(require_files, condition.ending)
    async with CancelledWithRun(credentials, cancel_on_kill, broadcast_id=condition.broadcast_id):
        cancelled = cancel_on_kill is not False
        seen, took = await waited_async(credentials, condition, poll_interval, timeout, max_requests, stays=cancelled)
    return await asyncio.to_thread(_ended, credentials, condition, seen, took, max_requests)


def _ended(
    credentials: WhautomateCredentials, condition: BroadcastEnd, seen: Seen, took: Json, max_requests: int | None
) -> Json:
    """The result of `wait_for_broadcast`, once its files are written and its receipt is left in the run."""
    with open_client(credentials, max_requests=max_requests) as client:
        client.used.go_on(**took)
        if not condition.ending.concludes:
            seen = explained(client, seen, condition.broadcast_id)
            leave_end(client)(receipt_of_wait(client, condition.broadcast_id, seen))
            return seen_result(seen, used(client))
        found = conclude_by_id(client, condition.ending, condition.broadcast_id, keep=leave_end(client))
        say(describe_end(found), client.used.requests, client.used.waited)
        return {**found, **used(client)}
