"""What identifies a task's run to the core: in claims, in ledgers, and when it was due."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from airflow.providers.common.compat.sdk import AirflowSkipException

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context

    from whautomate_core.client.identity import Step
    from whautomate_core.sync.options import Run


def run_of(context: Context) -> str | None:
    """Return how people know the attempt of a task. Claims keep it, and name it to later runs.

    :param context: Of the task.
    """
    ti: Any = context.get("ti")
    if getattr(ti, "task_id", None) is None:
        return None  # the operator runs outside of Airflow
    index = getattr(ti, "map_index", None)
    task = f"{ti.task_id}[{index}]" if index is not None and index >= 0 else ti.task_id
    return f"run {ti.run_id} (DAG {ti.dag_id}, task {task}, try {getattr(ti, 'try_number', 1)})"


def step_of(context: Context, task_id: str | None = None) -> Step:
    """Return what makes a task of a DAG run the same one when it runs again, mapped or not: never its map index.

    :param context: Of the task.
    :param task_id: Another task of its run, instead of its own.
    """
    from whautomate_core.client.identity import Step
    from whautomate_core.client.keys_before import AirflowKeys

    ti = context["ti"]
    logical_date = context.get("logical_date")
    when = f"at {logical_date.astimezone(UTC).isoformat()}" if logical_date else f"run {ti.run_id}"
    task = task_id or ti.task_id
    is_mapped = ti.map_index is not None and ti.map_index >= 0
    return Step(f"airflow {ti.dag_id} {task} {when}", AirflowKeys(ti.dag_id, task, when, is_mapped=is_mapped))


def sync_run(context: Context) -> Run:
    """Return what the run of a task is to a sync: the same in each of its tries.

    :param context: Of the task.
    """
    from whautomate_core.sync.options import Run

    ti = context["ti"]
    part = str(ti.map_index) if ti.map_index is not None and ti.map_index >= 0 else ""
    return Run(f"{ti.dag_id}.{ti.task_id}", True, str(ti.run_id), part)


def due_of(context: Context) -> datetime | None:
    """Return when a run was due: its `run_after` (Airflow 3), or the end of its interval.

    None for a run that somebody started by hand, for whatever date: it is wanted now.

    :param context: Of a task.
    """
    if _run_type(context) == "manual":
        return None
    due = getattr(context["dag_run"], "run_after", None) or context.get("data_interval_end")
    return due if isinstance(due, datetime) else None


def skip_backfill(context: Context, max_lateness: Any) -> None:
    """Skip a task of a backfill that would message people, unless `max_lateness` is None.

    :param context: Of the task.
    :param max_lateness: Its argument.
    """
    if _run_type(context).startswith("backfill") and max_lateness is not None:
        raise AirflowSkipException("skipped: a backfill sends nothing unless max_lateness=None; nothing sent")


def _run_type(context: Context) -> str:
    kind = context["dag_run"].run_type
    return str(getattr(kind, "value", kind))
