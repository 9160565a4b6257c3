"""Broadcasts: the endpoints, and the jobs that plan one, send it exactly once, wait for its figures, cancel it."""

from __future__ import annotations

import asyncio
import inspect
import logging
import re
import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from prefect.artifacts import create_table_artifact
from prefect.blocks.abstract import JobBlock, JobRun
from prefect.runtime import task_run
from pydantic import ConfigDict, Field

from prefect_whautomate._cancelling import LOOK, CancelledWithRun, in_thread
from prefect_whautomate._known_fields import KnownFields
from prefect_whautomate._once import step_of_run
from prefect_whautomate._runs import flow_runs, task_client, used
from prefect_whautomate._tasks import (
    CANCEL_ON_KILL,
    _job_doc,
    _named,
    _signature,
    async_twin,
    endpoint_tasks,
    job_tasks,
    say,
    whautomate_task,
)
from prefect_whautomate._waiting import awaited, seen_result, waited, waiting_tasks
from prefect_whautomate.credentials import WhautomateCredentials
from whautomate_core.api import broadcasts
from whautomate_core.api.call import Json
from whautomate_core.api.records import Template  # noqa: F401 - the stub names it
from whautomate_core.client.client import Client
from whautomate_core.errors import ConfigurationError, WhautomateError
from whautomate_core.job import job_of
from whautomate_core.messaging import jobs
from whautomate_core.messaging.campaign import AT_THE_END, Campaign, acting_at_the_end, campaign_from
from whautomate_core.messaging.conditions import BroadcastReached
from whautomate_core.messaging.keys import once_of
from whautomate_core.messaging.outcome import Ending, conclude, conclude_by_id, condition_of, shown
from whautomate_core.messaging.send import send_broadcast
from whautomate_core.state import open_state
from whautomate_core.values.thresholds import Threshold
from whautomate_core.values.words import time_of
from whautomate_core.waiting.condition import Seen

log = logging.getLogger(__name__)

list_broadcasts, alist_broadcasts = endpoint_tasks(broadcasts.list_broadcasts)
create_broadcast, acreate_broadcast = endpoint_tasks(broadcasts.create_broadcast)
get_broadcast, aget_broadcast = endpoint_tasks(broadcasts.get_broadcast)
update_broadcast, aupdate_broadcast = endpoint_tasks(broadcasts.update_broadcast)
delete_broadcast, adelete_broadcast = endpoint_tasks(broadcasts.delete_broadcast)
list_broadcast_logs, alist_broadcast_logs = endpoint_tasks(broadcasts.list_broadcast_logs)


plan_broadcast, aplan_broadcast = job_tasks(jobs.plan_broadcast, __name__, finished=False)
cancel_broadcast, acancel_broadcast = job_tasks(jobs.cancel_broadcast, __name__, finished=False)


def _broadcast(
    credentials: WhautomateCredentials,
    *args: Any,
    cancel_on_kill: bool | None = None,
    max_requests: int | None = None,
    **given: Any,
) -> Json:
    campaign, key, due = _meant(credentials, args, given)
    with (
        task_client(Client, credentials, max_requests=max_requests) as client,
        CancelledWithRun(credentials, cancel_on_kill, key=key) as run,
    ):
        made = _held(client, campaign, key, due, _sent(client, campaign, key, due), run)
        say(client, job_of(jobs.broadcast).line(made))
        return {**made, **used(client)}


async def _abroadcast(
    credentials: WhautomateCredentials,
    *args: Any,
    cancel_on_kill: bool | None = None,
    max_requests: int | None = None,
    **given: Any,
) -> Json:
    campaign, key, due = await asyncio.to_thread(_meant, credentials, args, given)
    client = await asyncio.to_thread(task_client, Client, credentials, max_requests=max_requests)
    with client:
        async with CancelledWithRun(credentials, cancel_on_kill, key=key) as run:
            made = await in_thread(client, _sent, client, campaign, key, due)
            made = await _aheld(client, campaign, key, due, made, run)
            say(client, job_of(jobs.broadcast).line(made))
            return {**made, **used(client)}


def _meant(
    credentials: WhautomateCredentials, args: tuple[Any, ...], given: dict[str, Any]
) -> tuple[Campaign, str, datetime | None]:
    """What is to be sent, its key, and when it was due."""
    given |= dict(zip(Campaign.model_fields, args, strict=False))
    if late := acting_at_the_end(given):
        raise ConfigurationError(
            f"{', '.join(late)}: the task broadcast does not wait for the end of the broadcast. Give "
            f"{'it' if len(late) == 1 else 'them'} to wait_for_broadcast, or use the block Broadcast, which does both"
        )
    key, due = given.pop("key", None), given.pop("due", None)
    campaign = campaign_from(given)
    assert campaign is not None
    return campaign, key if key is not None else _key_of_run(credentials, campaign.name), due


_KEY_OF_RUN = """

Without `key` it is created once in a flow run (the outermost one, where flows call flows) for each `name`: retries of
the task and of the flows find what they created before. Two broadcasts of one flow run need two names or two keys. A
flow run started anew sends again; where it must not, give a key that says what it is about, such as the logical date.

Where a person cancels the run while it waits, or its last attempt fails, the broadcast is cancelled too, if it is still
scheduled; see `cancel_on_kill`."""

_EXAMPLE = """Example:
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


def _broadcast_task() -> Any:
    signature = _signature(list(inspect.signature(jobs.broadcast).parameters.values())[1:], _broadcast)
    doc = _job_doc(jobs.broadcast, signature).replace("\n\nArgs:", f"{_KEY_OF_RUN}\n\nArgs:", 1) + _EXAMPLE
    for name in AT_THE_END:
        doc = re.sub(rf"(?m)^    {name}: .*$", f"    {name}: Not here: `wait_for_broadcast` takes it.", doc)
    return whautomate_task(_named(_broadcast, "broadcast", __name__, doc, signature))


broadcast = _broadcast_task()
abroadcast = async_twin(broadcast, _abroadcast)


# --- the block


class Broadcast(KnownFields, JobBlock[Json], Campaign):
    """A broadcast to be sent: what it says, to whom, within which bounds.

    Attributes:
        credentials: Where to and as whom.
        key: What makes it the same broadcast; defaults to flow run and name.
        cancel_on_kill: Whether the end of its run cancels it.

    The others are those of `whautomate_core.messaging.campaign.Campaign`.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate.broadcasts import Broadcast

        @flow
        def spring_sale():
            block = Broadcast.load("BLOCK_NAME")
            run = block.trigger()
            run.wait_for_completion()
            return run.fetch_result()
        ```
    """

    # Loaded blocks are told where they were saved.
    model_config = ConfigDict(frozen=False, extra="ignore", hide_input_in_errors=True)

    _block_type_name = "Whautomate Broadcast"
    _block_type_slug = "whautomate-broadcast"
    _logo_url: ClassVar[Any] = WhautomateCredentials._logo_url
    _documentation_url: ClassVar[Any] = WhautomateCredentials._documentation_url

    credentials: WhautomateCredentials = Field(description="Where to and as whom.")
    key: str | None = Field(
        default=None, description="What makes it the same broadcast; flow run and name where it is not set."
    )
    cancel_on_kill: bool | None = Field(default=None, description=CANCEL_ON_KILL)

    def campaign(self) -> Campaign:
        """What is sent.

        Raises:
            ConfigurationError: Where the fields can't be.
        """
        campaign = campaign_from({name: getattr(self, name) for name in Campaign.model_fields})
        assert campaign is not None
        return campaign

    def trigger(self) -> BroadcastRun:  # type: ignore[override]
        """Create the broadcast, or find it where it was created before under its key.

        Returns:
            Its run. Waiting for it looks for people who opted out during the hold as well.

        Raises:
            PolicyRefused: Where a guard forbids it, or it was cancelled.
            OutcomeUnknown: Where its creation got no answer and it can't be seen.
        """
        campaign, key = self.campaign(), self._key()
        with (
            task_client(Client, self.credentials) as client,
            CancelledWithRun(self.credentials, self.cancel_on_kill, key=key),
        ):
            made = _sent(client, campaign, key, None)
            say(client, job_of(jobs.broadcast).line(made))
            return BroadcastRun(self, campaign, key, made)

    async def atrigger(self) -> BroadcastRun:
        """`trigger` for coroutines."""
        campaign, key = self.campaign(), await asyncio.to_thread(self._key)
        client = await asyncio.to_thread(task_client, Client, self.credentials)
        with client:
            async with CancelledWithRun(self.credentials, self.cancel_on_kill, key=key):
                made = await in_thread(client, _sent, client, campaign, key, None)
                say(client, job_of(jobs.broadcast).line(made))
                return BroadcastRun(self, campaign, key, made)

    def _key(self) -> str:
        return self.key if self.key is not None else _key_of_run(self.credentials, self.name)


class BroadcastRun(JobRun[Json]):
    """A broadcast that was created.

    Attributes:
        key: What it was created under.
        made: What is known of it, as the task `broadcast` returns it.
    """

    def __init__(self, block: Broadcast, campaign: Campaign, key: str, made: Json) -> None:
        self.key = key
        self.made = made
        self._credentials = block.credentials
        self._cancel_on_kill = block.cancel_on_kill
        self._campaign = campaign
        self._result: Json | None = None

    def wait_for_completion(self, poll_interval: float = 60.0, timeout: float = 86_400.0) -> None:  # type: ignore[override]
        """Wait for the end of its hold, look who opted out meanwhile, then wait until it is over.

        Where a person cancels its run meanwhile, or its last attempt fails, it is cancelled if it is still scheduled.

        Args:
            poll_interval: Seconds between the first two looks; doubles up to a quarter of an hour.
            timeout: Seconds to wait for its end at most.

        Raises:
            TimeoutError: Where it isn't over in time.
            NotDelivered: Where it wasn't sent, or a threshold wasn't kept and `on_failed` is "fail".
        """
        if self.made["skipped"]:
            return
        self._hold()
        with self._cancelled_with_run() as run:
            condition = condition_of(self._campaign, self.made["id"])
            waited(self._credentials, condition, poll_interval, timeout, meanwhile=run.look)
        self._conclude()

    async def await_for_completion(self, poll_interval: float = 60.0, timeout: float = 86_400.0) -> None:
        """`wait_for_completion` for coroutines."""
        if self.made["skipped"]:
            return
        async with self._cancelled_with_run() as run:
            if self.made["look_at"] is not None:
                client = await asyncio.to_thread(task_client, Client, self._credentials)
                with client:
                    self.made = await _aheld(client, self._campaign, self.key, None, self.made, run)
            condition = condition_of(self._campaign, self.made["id"])
            await awaited(self._credentials, condition, poll_interval, timeout, meanwhile=run.look)
        await asyncio.to_thread(self._conclude)

    def fetch_result(self) -> Json:  # type: ignore[override]
        """What became of it: figures, failures by reason, the receipt; or `skipped`, why it wasn't sent.

        Raises:
            WhautomateError: Where nobody has waited for its end.
        """
        if self.made["skipped"]:
            return self.made
        if self._result is None:
            raise WhautomateError("the broadcast is not over: wait_for_completion first")
        return self._result

    async def afetch_result(self) -> Json:
        """`fetch_result` for coroutines."""
        return self.fetch_result()

    def _cancelled_with_run(self) -> CancelledWithRun:
        return CancelledWithRun(self._credentials, self._cancel_on_kill, key=self.key)

    def _hold(self) -> None:
        with task_client(Client, self._credentials) as client, self._cancelled_with_run() as run:
            self.made = _held(client, self._campaign, self.key, None, self.made, run)

    def _conclude(self) -> None:
        with task_client(Client, self._credentials) as client:
            self._result = self.made | conclude(client, self._campaign, self.key, self.made["id"])
            say(client, job_of(jobs.broadcast).line(self._result))
        _show(self._result["receipt"])


# --- what task and block share


def _sent(client: Client, campaign: Campaign, key: str, due: datetime | None) -> Json:
    return send_broadcast(client, campaign, key, due=due or _due_of_run(), sleep=client.used.sleep)


def _held(
    client: Client, campaign: Campaign, key: str, due: datetime | None, made: Json, run: CancelledWithRun
) -> Json:
    """Wait until the hold is nearly over, and look who opted out meanwhile."""
    while made["look_at"] is not None:
        _say_held(made)
        while (rest := made["look_at"] - time.time()) > 0:
            time.sleep(min(rest, LOOK))
            run.look()
        made = _again(client, campaign, key, due, made)
    return made


async def _aheld(
    client: Client, campaign: Campaign, key: str, due: datetime | None, made: Json, run: CancelledWithRun
) -> Json:
    """`_held` for coroutines."""
    while made["look_at"] is not None:
        _say_held(made)
        while (rest := made["look_at"] - time.time()) > 0:
            await asyncio.sleep(min(rest, LOOK))
            await asyncio.to_thread(run.look)
        made = await in_thread(client, _again, client, campaign, key, due, made)
    return made


def _say_held(made: Json) -> None:
    log.info(
        "broadcast %s (%s) starts at %s; checking for new opt-outs shortly before",
        *(made["name"], made["id"], time_of(made["start"])),
    )


def _again(client: Client, campaign: Campaign, key: str, due: datetime | None, made: Json) -> Json:
    again = send_broadcast(client, campaign, key, due=due, sleep=client.used.sleep)
    return made | again | {"created": made["created"]}


def _due_of_run() -> datetime | None:
    """When a scheduled run was to start; None where somebody started it."""
    run = next(iter(flow_runs()), None)
    return run.expected_start_time if run is not None and run.auto_scheduled else None


@dataclass(frozen=True)
class _Ends(BroadcastReached):
    """What `wait_for_broadcast` waits for, and what it does then."""

    ending: Ending = field(default_factory=Ending)


def _wait_for_broadcast(
    broadcast_id: str,
    *,
    min_delivered: Threshold | None = None,
    max_failed: Threshold | None = None,
    on_failed: str = "fail",
    logs_path: str | None = None,
    receipt_path: str | None = None,
) -> _Ends:
    """Wait until a broadcast is finished, or has reached `min_delivered`, and return its figures.

    Before its `scheduleDateTime` it is looked at once. A count decides as soon as it is passed. A share is one of the
    recipients, whose number nobody says is final before the broadcast is complete: it decides then, or once the server
    counts more recipients than it has processed.

    Where a person cancels the run meanwhile, or its last attempt fails, the broadcast is cancelled if it is still
    scheduled; see `cancel_on_kill`.

    Args:
        broadcast_id: Its id, as `broadcast` returns it.
        min_delivered: Recipients that it has to be delivered to: a count, or a share of them like `"95%"`. The wait
            ends once they are; the task fails where the broadcast ends with fewer.
        max_failed: Messages that may fail before the task does, finished or not: a count, or a share like `"5%"`.
        on_failed: What happens where min_delivered or max_failed isn't kept: `fail`, or `warn` for a warning in the
            log and in `problem`.
        logs_path: File for the log, written when the wait ends: a line for each recipient, with names and numbers; JSON
            lines, or Parquet where it ends in `.parquet`. Takes a request for each page of recipients.
        receipt_path: File for the receipt, written when the wait ends: a page where it ends in `.html`, else JSON.

    Returns:
        `id`, `status`, `finished`, `failed`, `recipients`, `sent`, `delivered`, `undelivered`. With `logs_path`,
        `receipt_path` or `on_failed="warn"` also `problem`, `failures` (by reason), `logs` (lines written), `cost` and
        `receipt`.
    """
    ending = Ending(min_delivered, max_failed, on_failed, logs_path, receipt_path)
    asked = condition_of(ending, broadcast_id)
    return _Ends(broadcast_id, min_delivered=asked.min_delivered, max_failed=asked.max_failed, ending=ending)


def _end(
    credentials: WhautomateCredentials, asked: _Ends, seen: Seen, took: dict[str, Any], max_requests: int | None
) -> Json:
    """What `wait_for_broadcast` returns, once its files are written."""
    if not asked.ending.concludes:
        return seen_result(seen, took)
    with task_client(Client, credentials, max_requests=max_requests) as client:
        client.used.go_on(**took)
        found = conclude_by_id(client, asked.ending, asked.broadcast_id)
        log.info("%s", seen.words)
        _show(found["receipt"])
        return {**found, **used(client)}


wait_for_broadcast, await_for_broadcast = waiting_tasks(_wait_for_broadcast, cancels=True, conclude=_end)


def _show(receipt: Json) -> None:
    """Keep a receipt as an artifact of the run."""
    if task_run.id or flow_runs():
        table = [{"": name.replace("_", " "), " ": shown(one)} for name, one in receipt.items()]
        create_table_artifact(table, description="Receipt of a broadcast", _sync=True)  # type: ignore[call-arg]


def _key_of_run(credentials: WhautomateCredentials, name: str) -> str:
    # Not the task run's id or dynamic key: both are new when a flow is run again, as is a subflow's run id when its
    # parent is. The place among the calls isn't known where tasks run side by side. So the name tells calls apart.
    step, account = step_of_run(), credentials.get_account()
    if step is None:
        raise ConfigurationError("outside of flow runs a broadcast needs key=, or every call would send it again")
    return step.key_of(open_state(account.state), account.id, once_of(name))
