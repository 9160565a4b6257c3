"""How a deployed flow run gives its process back while it has nothing to do but wait.

Measured with Prefect 3.9.1. A flow run that is set to AwaitingRetry and left by `Pause` ends its process with status 0
and stays AwaitingRetry; `serve` and workers of a process pool start another process for it at their first poll after it
is due, as the same flow run with a higher `run_count`. A worker gets it even if its flow has retried before, as long as
its `retry_type` is "reschedule".
"""

from __future__ import annotations

import logging
import random
import threading
import time
from datetime import UTC, datetime
from typing import Any, NoReturn, cast

from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun, State
from prefect.client.schemas.responses import SetStateStatus
from prefect.context import TaskRunContext
from prefect.exceptions import Pause
from prefect.settings import get_current_settings
from prefect.states import AwaitingRetry, Cancelled
from prefect.utilities.engine import emit_task_run_state_change_event

from prefect_whautomate._flow_runs import deployed_run, is_suspended
from prefect_whautomate._logs import RESCHEDULED
from whautomate_core.errors import QuotaExhausted

log = logging.getLogger(__name__)

TIME_TO_EXIT = 30.0
"""Seconds in which a process that was left has ended. So long does Prefect itself wait for one before it kills it."""

UNKNOWN = 900.0
"""Seconds until a permit is looked for again if nobody knows when the next is due."""

_left: dict[tuple[Any, int], State[Any]] = {}
_leaving = threading.Lock()


def shortest_absence() -> float:
    """Seconds for which a flow run leaves its process at least. Shorter waits are spent in place.

    A worker takes a flow run up to `prefetch_seconds` before it is due. If the process that the run has left is still
    ending then, a worker with `--limit` that started it can't take the run, because the run still holds its slot, and
    another worker starts a second process beside the first. Workers hand `PREFECT_WORKER_PREFETCH_SECONDS` to the
    processes that they start, but not their option `--prefetch-seconds`.
    """
    return get_current_settings().worker.prefetch_seconds + TIME_TO_EXIT


def leave_with_others(run: FlowRun) -> None:
    """Leave this attempt of a flow run if another task of it already has."""
    state = _left.get((run.id, run.run_count))
    if state is not None:
        leave(state)


def leave_until_permitted(error: QuotaExhausted) -> NoReturn:
    """End this attempt of a deployed flow run, and have it run again when a permit is due.

    Raises:
        QuotaExhausted: The given `error`, outside of deployed flow runs.
    """
    now = time.time()
    # A second more than the shortest absence, which may count from a moment later.
    due = max(error.next_permit_at or now + UNKNOWN, now + shortest_absence() + 1.0)
    # Spread out flow runs that left together, so that they don't come back at the same moment.
    due += random.uniform(0.0, min(60.0, (due - now) / 10))  # noqa: S311
    leave_until(due, str(error))
    raise error


def leave_until(due: float, why: str, *, answered: float = 0.0) -> None:
    """End this attempt of a deployed flow run, and have it run again at a moment.

    Returns instead, so that the caller waits in place, outside of deployed flow runs, if the moment is nearer than
    `shortest_absence`, if the run is being cancelled or is paused, and if Prefect can't be asked. The tasks of an
    attempt leave together; the first of them decides until when.

    Args:
        due: Seconds since the epoch.
        why: What the run waits for: the start of a line in its log, and the message of its state.
        answered: If the run was paused in this attempt, seconds that it stays once it was resumed.
    """
    run = deployed_run()
    if run is None:
        return
    with _leaving:
        if (run.id, run.run_count) not in _left:
            if due < time.time() + shortest_absence():
                return
            state = _reschedule(run, datetime.fromtimestamp(due, UTC), why, answered)
            if state is None:
                return
            _left[run.id, run.run_count] = state
    leave(_left[run.id, run.run_count])


def _reschedule(run: FlowRun, due: datetime, why: str, answered: float) -> State[Any] | None:
    """The state in which the run leaves; None if it stays."""
    try:
        return _rescheduled(run, due, why, answered)
    except Exception as error:  # its server may be unavailable for a while: this attempt goes on meanwhile
        log.warning("the flow run could not be rescheduled, because Prefect can't be asked: %s", type(error).__name__)
        return None


def _rescheduled(run: FlowRun, due: datetime, why: str, answered: float) -> State[Any] | None:
    state: State[Any] = AwaitingRetry(scheduled_time=due, message=f"Whautomate: {why}")
    with get_client(sync_client=True) as client:
        found = client.read_flow_run(run.id)
        now = found.state
        if now is not None and (now.is_scheduled() or is_suspended(now)):
            return now  # it goes on in another process anyway
        policy = found.empirical_policy  # with the pauses since this attempt began
        asked = now is not None and policy.pause_keys != run.empirical_policy.pause_keys
        if now is not None and asked and (now.is_paused() or time.time() < now.timestamp.timestamp() + answered):
            # A person is asked for something, which Prefect would take for answered when the run goes on; or has just
            # answered, which the code that asked may not have seen yet.
            return None
        # Workers skip runs that retried inside their process, and a run that waits has not failed.
        policy.retry_type = "reschedule"
        policy.retries = run.empirical_policy.retries and run.empirical_policy.retries + 1
        client.update_flow_run(run.id, empirical_policy=policy)
        answer = client.set_flow_run_state(run.id, state)
    if answer.status != SetStateStatus.ACCEPT:  # it is being cancelled
        log.warning("the flow run could not be rescheduled: %s", getattr(answer.details, "reason", answer.status))
        return None
    _forget_process(run)
    log.info("%s: the flow run gives its process back and resumes at %s", why, f"{due:%Y-%m-%d %H:%M:%S} UTC")
    return state


def _forget_process(run: FlowRun) -> None:
    """Say that a flow run is in no process any more.

    If somebody cancels the run, a worker would else be asked to kill the process that the run has left, whoever has its
    pid by then, and the run would stay Cancelling until that was done.
    """
    try:
        with get_client(sync_client=True) as client:
            # `update_flow_run` can't say None.
            path, nothing = {"id": run.id}, {"infrastructure_pid": None}
            client.request("PATCH", "/flow_runs/{id}", path_params=path, json=nothing).raise_for_status()
    except Exception as error:  # the run has left already, and must not work on in this process
        log.debug("Prefect can't be told that the flow run is in no process: %s", error)


def leave(state: State[Any]) -> NoReturn:
    """End this attempt of a flow run that is in a state already in which it runs again, or is resumed."""
    context = TaskRunContext.get()
    if context is not None:
        # When the flow runs again, this task is a new task run; this one would look as if it ran forever.
        task_run = context.task_run
        ended: State[Any] = Cancelled(name=RESCHEDULED, message=state.message)
        ended.state_details.task_run_id, ended.state_details.flow_run_id = task_run.id, task_run.flow_run_id
        before, task_run.state = task_run.state, ended
        task_run.end_time = cast(Any, ended.timestamp)
        task_run.state_id, task_run.state_type, task_run.state_name = ended.id, ended.type, ended.name
        if before is not None and before.is_running():
            task_run.total_run_time += ended.timestamp - before.timestamp
        emit_task_run_state_change_event(task_run, before, ended)
    raise Pause(state.message, state=state)
