"""How a deployed flow run gives its process back when the account's requests are used up.

Measured with Prefect 3.9.1. A flow run that is set to AwaitingRetry and left by `Pause` ends its process with status 0
and stays AwaitingRetry; `serve` and workers of a process pool start another process for it at their first poll after it
is due, as the same flow run with a higher `run_count`. A worker gets it even if its flow has retried before, as long as
its `retry_type` is "reschedule".
"""

from __future__ import annotations

import logging
import random
import threading
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun, State
from prefect.client.schemas.responses import SetStateStatus
from prefect.context import TaskRunContext
from prefect.exceptions import Pause
from prefect.states import AwaitingRetry, Cancelled
from prefect.utilities.engine import emit_task_run_state_change_event

from prefect_whautomate._flow_runs import deployed_run
from whautomate_core.errors import QuotaExhausted

log = logging.getLogger(__name__)

_left: dict[tuple[Any, int], State[Any]] = {}
_leaving = threading.Lock()


def leave_with_others(run: FlowRun) -> None:
    """Leave this attempt of a flow run if another task of it already has."""
    state = _left.get((run.id, run.run_count))
    if state is not None:
        _leave(state)


def leave_until_permitted(error: QuotaExhausted) -> NoReturn:
    """End this attempt of a deployed flow run, and have it run again when a permit is due.

    The tasks of an attempt leave together; the first of them decides until when.

    Raises:
        QuotaExhausted: The given `error`, outside of deployed flow runs.
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
    # Spread out flow runs that left together, so that they don't come back at the same moment.
    due += timedelta(seconds=random.uniform(0.0, min(60.0, wait / 10)))  # noqa: S311
    state: State[Any] = AwaitingRetry(scheduled_time=due, message=f"Whautomate: {error}")
    policy = run.empirical_policy.model_copy()
    # Workers skip runs that retried inside their process, and a run that waits has not failed.
    policy.retry_type = "reschedule"
    policy.retries = policy.retries and policy.retries + 1
    with get_client(sync_client=True) as client:
        client.update_flow_run(run.id, empirical_policy=policy)
        answer = client.set_flow_run_state(run.id, state)
    if answer.status != SetStateStatus.ACCEPT:  # it is being cancelled
        log.warning("the flow run could not be rescheduled: %s", getattr(answer.details, "reason", answer.status))
        return None
    log.info("%s: the flow run gives its process back and resumes at %s", error, f"{due:%Y-%m-%d %H:%M:%S} UTC")
    return state


def _leave(state: State[Any]) -> NoReturn:
    context = TaskRunContext.get()
    if context is not None:
        # When the flow runs again, this task is a new task run; this one would look as if it ran forever.
        task_run = context.task_run
        ended: State[Any] = Cancelled(name="Rescheduled", message=state.message)
        ended.state_details.task_run_id, ended.state_details.flow_run_id = task_run.id, task_run.flow_run_id
        emit_task_run_state_change_event(task_run, task_run.state, ended)
        task_run.state = ended
    raise Pause(state.message, state=state)
