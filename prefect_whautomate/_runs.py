"""The run a task finds itself in, and how it gives its process back when the account's requests are used up.

Measured with Prefect 3.9.1. A flow run that is set to AwaitingRetry and left by `Pause` ends its process with status 0
and stays AwaitingRetry; `serve` and workers of a process pool start another process for it at their first poll after it
is due, as the same flow run with a higher `run_count`. A worker is given it also where its flow has retried before, as
long as its `retry_type` is "reschedule".
"""

from __future__ import annotations

import functools
import logging
import random
import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, NoReturn, TypeVar

from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun, State
from prefect.client.schemas.responses import SetStateStatus
from prefect.context import FlowRunContext, TaskRunContext
from prefect.exceptions import Pause
from prefect.states import AwaitingRetry, Cancelled
from prefect.utilities.engine import emit_task_run_state_change_event
from prefect.utilities.hashing import hash_objects

from prefect_whautomate.credentials import WhautomateCredentials
from whautomate_core.client.client import AsyncClient, Client
from whautomate_core.client.retries import ATTEMPTS
from whautomate_core.errors import ConfigurationError, QuotaExhausted
from whautomate_core.rows.read_once import can_be_read_twice
from whautomate_core.state.pool import Pool
from whautomate_core.sync.options import Run

log = logging.getLogger(__name__)

AnyClient = TypeVar("AnyClient", Client, AsyncClient)


def flow_runs() -> tuple[FlowRun, ...]:
    """The flow run we are in and those that called it, outermost first; none outside of flow runs."""
    context = FlowRunContext.get()
    run = context.flow_run if context else None
    if run is None:
        return ()
    return (*_callers(run.parent_task_run_id, run.id, run.run_count), run) if run.parent_task_run_id else (run,)


@functools.lru_cache(maxsize=128)
def _callers(parent_task_run_id: Any, run_id: Any, run_count: int) -> tuple[FlowRun, ...]:
    # Run and count are in the cache's key only: when a caller runs again, its flows have new ids or higher counts, but
    # the same parent task run.
    above: list[FlowRun] = []
    with get_client(sync_client=True) as client:
        while parent_task_run_id is not None:
            caller = client.read_task_run(parent_task_run_id).flow_run_id
            if caller is None:
                break
            above.insert(0, client.read_flow_run(caller))
            parent_task_run_id = above[0].parent_task_run_id
    return tuple(above)


def deployed_run() -> FlowRun | None:
    """The flow run that has this process, where a worker or `serve` started it for a deployment."""
    # Flows that flows call run in their process and have no deployment; those of `run_deployment` have both.
    return next((run for run in reversed(flow_runs()) if run.deployment_id), None)


def task_client(
    kind: type[AnyClient],
    credentials: WhautomateCredentials,
    *,
    lane: Literal["interactive", "bulk"] = "interactive",
    max_requests: int | None = None,
    pool: Pool | None = None,
    attempts: int = ATTEMPTS,
) -> AnyClient:
    """The client of a task: in a deployed flow run it waits `max_wait` for a permit, else as long as it takes.

    `pool` is where its permits come from, in place of the account's pool; `attempts` as of the client.

    Raises: what `require_one_state` does.
    """
    account, run = credentials.get_account(), deployed_run()
    max_wait = None
    if run is not None:
        require_one_state(credentials, run)
        _leave_with_others(run)
        max_wait = credentials.max_wait
    return kind(
        account,
        pool=pool,
        lane=lane,
        max_requests=max_requests,
        max_wait=max_wait,
        attempts=attempts,
        run=run_in_words(),
    )


def run_in_words() -> str | None:
    """What people know the attempt of a task by: claims hold it, and name it to whoever comes later."""
    flow, task = FlowRunContext.get(), TaskRunContext.get()
    if flow is not None and flow.flow_run is not None:
        within = f"flow {flow.flow.name}, " if flow.flow else ""
        within += f"task {task.task_run.name}, " if task else ""
        return f"flow run {flow.flow_run.name} ({within}attempt {flow.flow_run.run_count})"
    return f"task run {task.task_run.name}" if task else None


def sync_run(arguments: Mapping[str, Any]) -> Run:
    """What the run of a sync is: the outermost flow run, so that its attempts go on where one left off.

    Tasks that are mapped over chunks of a source are told apart by their chunk. What needs a whole source has no
    chunks.
    """
    task = TaskRunContext.get()
    if task is None:
        return Run()
    runs = flow_runs()
    flow = FlowRunContext.get()
    name = f"{flow.flow.name}.{task.task.name}" if flow and flow.flow else task.task.name
    whole = arguments.get("mode") == "mirror" or arguments.get("members") == "exactly"
    source = arguments.get("source")
    # Rows that can't be compared, or would be used up by it, are a chunk of their own in each attempt.
    chunk = hash_objects(source) if not whole and can_be_read_twice(source) else None
    part = "" if whole else chunk or str(task.task_run.id)
    return Run(name, holder=str(runs[0].id if runs else task.task_run.id), part=part)


def used(client: Client | AsyncClient) -> dict[str, Any]:
    """What a step took, for its summary."""
    return {"requests": client.used.requests, "waited": round(client.used.waited, 1)}


def require_one_state(credentials: WhautomateCredentials, run: FlowRun | None) -> None:
    """Raise `ConfigurationError` where the workers of a deployed flow run's work pool may each have a state of its own.

    A work pool of any type may have workers on several machines, or as several users or containers of one. `serve` has
    no work pool: it is one process, which runs its flows on its own machine.
    """
    account = credentials.get_account()
    if run is None or run.work_pool_name is None or account.state_shared:
        return
    if account.state_is_sqlite:
        name = credentials._block_document_name
        block = f"the block {name!r} (Whautomate Credentials)" if name else "these Whautomate Credentials"
        raise ConfigurationError(
            f"workers of the work pool {run.work_pool_name!r} may be on several machines or in several homes, and the "
            f"state of {block} is a SQLite file, which each would have for itself, so that what must happen once could "
            'happen twice: set state="postgresql://user:password@host/database" in it, or state_shared=True if all '
            "workers of the pool share that file"
        )


# --- leaving

_left: dict[tuple[Any, int], State[Any]] = {}
_leaving = threading.Lock()


def _leave_with_others(run: FlowRun) -> None:
    state = _left.get((run.id, run.run_count))
    if state is not None:
        _leave(state)


def leave_until_permitted(error: QuotaExhausted) -> NoReturn:
    """End this attempt of a deployed flow run, to be run again when a permit is due. Others get `error`.

    The tasks of an attempt leave together, and the first of them says when.
    """
    run = deployed_run()
    if run is None:
        raise error
    with _leaving:
        if (run.id, run.run_count) not in _left:
            state = _reschedule(run, error)
            if state is None:
                raise error
            _left[run.id, run.run_count] = state
    _leave(_left[run.id, run.run_count])


def _reschedule(run: FlowRun, error: QuotaExhausted) -> State[Any] | None:
    now = datetime.now(UTC)
    due = datetime.fromtimestamp(error.next_permit_at, UTC) if error.next_permit_at else now + timedelta(minutes=15)
    wait = max(0.0, (due - now).total_seconds())
    # Flow runs that were turned away together don't come back at the same moment.
    due += timedelta(seconds=random.uniform(0.0, min(60.0, wait / 10)))  # noqa: S311
    state: State[Any] = AwaitingRetry(scheduled_time=due, message=f"Whautomate: {error}")
    policy = run.empirical_policy.model_copy()
    # Workers pass over runs that retried inside their process, and a run that waits has not failed.
    policy.retry_type = "reschedule"
    policy.retries = policy.retries and policy.retries + 1
    with get_client(sync_client=True) as client:
        client.update_flow_run(run.id, empirical_policy=policy)
        answer = client.set_flow_run_state(run.id, state)
    if answer.status != SetStateStatus.ACCEPT:  # it is being cancelled
        log.warning("the flow run could not be rescheduled: %s", getattr(answer.details, "reason", answer.status))
        return None
    log.info("%s: the flow run gives its process back and goes on at %s", error, f"{due:%Y-%m-%d %H:%M:%S} UTC")
    return state


def _leave(state: State[Any]) -> NoReturn:
    context = TaskRunContext.get()
    if context is not None:
        # When the flow runs again this task is a new task run; this one would look as if it ran for ever.
        task_run = context.task_run
        ended: State[Any] = Cancelled(name="Rescheduled", message=state.message)
        ended.state_details.task_run_id, ended.state_details.flow_run_id = task_run.id, task_run.flow_run_id
        emit_task_run_state_change_event(task_run, task_run.state, ended)
        task_run.state = ended
    raise Pause(state.message, state=state)
