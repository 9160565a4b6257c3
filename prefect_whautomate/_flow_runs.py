"""The flow run that a task is part of: what identifies it, and what runs of a work pool must share."""

from __future__ import annotations

import functools
from typing import Any

from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun, State
from prefect.context import FlowRunContext, TaskRunContext
from prefect.tasks import Task
from prefect.utilities.hashing import hash_objects

from whautomate_core.account import Account
from whautomate_core.errors import ConfigurationError
from whautomate_core.rows.read_once import can_be_read_twice
from whautomate_core.sync.options import Run


def flow_runs() -> tuple[FlowRun, ...]:
    """The current flow run and those that called it, outermost first; empty outside of flow runs."""
    context = FlowRunContext.get()
    run = context.flow_run if context else None
    if run is None:
        return ()
    return (*_callers(run.parent_task_run_id, run.id, run.run_count), run) if run.parent_task_run_id else (run,)


@functools.lru_cache(maxsize=128)
def _callers(parent_task_run_id: Any, run_id: Any, run_count: int) -> tuple[FlowRun, ...]:
    # Run and count only serve as parts of the cache's key: when a caller runs again, its flows have new ids or higher
    # counts, but the same parent task run.
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
    """The flow run that owns this process, if a worker or `serve` started the process for a deployment."""
    # Subflows run in their caller's process and have no deployment; flows of `run_deployment` have both.
    return next((run for run in reversed(flow_runs()) if run.deployment_id), None)


def is_suspended(state: State[Any]) -> bool:
    """Whether a flow run in this state is in no process until a person resumes it."""
    return state.is_paused() and bool(state.state_details.pause_reschedule)


def run_in_words() -> str | None:
    """The name people know this attempt of a task by. Claims hold it, to tell a later attempt who sent the call."""
    flow, task = FlowRunContext.get(), TaskRunContext.get()
    if flow is not None and flow.flow_run is not None:
        within = f"flow {flow.flow.name}, " if flow.flow else ""
        within += f"task {task.task_run.name}, " if task else ""
        return f"flow run {flow.flow_run.name} ({within}attempt {flow.flow_run.run_count})"
    return f"task run {task.task_run.name}" if task else None


def kept_name(task: Task[..., Any]) -> str:
    """The name of a task in what is stored: names of syncs and keys of results. It never changes.

    Tasks of `prefect_whautomate.aio` once had names of their own, such as `aupdate_contact`, and are stored under them.
    """
    renamed = task.name != getattr(task.fn, "__name__", None)  # by a user, with_options(name=...)
    return f"a{task.name}" if task.isasync and not renamed else task.name


def sync_run(source: Any, *, whole: bool) -> Run:
    """The run of a sync: the outermost flow run, so that a later attempt resumes where an earlier one stopped.

    Args:
        source: The rows. Tasks that are mapped over chunks of a source are told apart by their chunk.
        whole: Whether the job needs the whole source in one task, so that there are no chunks.
    """
    task = TaskRunContext.get()
    if task is None:
        return Run()
    runs = flow_runs()
    flow = FlowRunContext.get()
    name = kept_name(task.task)
    name = f"{flow.flow.name}.{name}" if flow and flow.flow else name
    # Rows that can't be compared, or that comparing would use up, count as a new chunk in each attempt.
    chunk = hash_objects(source) if not whole and can_be_read_twice(source) else None
    part = "" if whole else chunk or str(task.task_run.id)
    return Run(name, holder=str(runs[0].id if runs else task.task_run.id), part=part)


def require_one_state(account: Account, block_name: str | None, run: FlowRun | None) -> None:
    """Refuse a work pool whose workers may each have a state database of their own.

    A work pool of any type may have workers on several machines, or as several users or containers of one. `serve` has
    no work pool: it is one process, which runs its flows on its own machine.

    Args:
        account: The account whose state it is.
        block_name: Name of the saved block that describes the account, if it was saved.
        run: The deployed flow run, if there is one.

    Raises:
        ConfigurationError: The state is a SQLite file, and nothing says that all workers share it.
    """
    if run is None or run.work_pool_name is None or account.state_shared or not account.state_is_sqlite:
        return
    block = f"the block {block_name!r} (Whautomate Credentials)" if block_name else "these Whautomate Credentials"
    raise ConfigurationError(
        f"workers of the work pool {run.work_pool_name!r} may be on several machines or in several homes, and the "
        f"state of {block} is a SQLite file. If each worker has its own, calls that must happen once could happen "
        'twice: set state="postgresql://user:password@host/database" in it, or state_shared=True if all workers of '
        "the pool share that file"
    )
