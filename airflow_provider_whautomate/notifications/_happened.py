"""What a callback tells of: its kind, DAG, run and task, and what makes it the same when it is called again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_KINDS = {"failed": "failure", "up_for_retry": "retry", "success": "success", "skipped": "skipped", "running": "start"}
"""State of a task -> the kind of its callback."""


@dataclass(frozen=True)
class Happened:
    """An event that Airflow calls a callback for."""

    kind: str
    """`failure`, `retry`, `success`, `skipped`, `start`, `sla` or `deadline`."""
    dag_id: str
    run_id: str = ""
    """Empty for SLAs, which may be about several runs."""
    task_id: str = ""
    """Empty if it is about a DAG."""
    occurrence: str = ""
    """What tells it from other events of the kind in its run."""

    @property
    def subject(self) -> str:
        """What it is about, whichever run."""
        task = f", task {self.task_id}" if self.task_id else ""
        return f"DAG {self.dag_id}{task}: {self.kind}"

    @property
    def event(self) -> str:
        """What identifies it."""
        return f"{self.subject}, run {self.run_id} {self.occurrence}".rstrip()


def happened(context: Mapping[str, Any]) -> Happened:
    """Return what a callback is called for.

    :param context: What Airflow passes to a callback of a task or DAG, to `sla_miss_callback`, or to a Deadline Alert.
    """
    if "deadline" in context:
        run = context["dag_run"]
        return Happened("deadline", run["dag_id"], run["dag_run_id"], occurrence=str(context["deadline"]["id"]))
    if "slas" in context:
        missed = sorted(f"{one.task_id} {one.execution_date.isoformat()}" for one in context["slas"])
        return Happened("sla", context["dag"].dag_id, occurrence=_short(" ".join(missed)))
    if "reason" in context:
        run = context.get("dag_run")
        kind = "success" if context["reason"] == "success" else "failure"
        run_id = str(context.get("run_id") or getattr(run, "run_id", ""))
        cleared = getattr(run, "clear_number", None)  # so that a run that is cleared and fails again tells so
        return Happened(kind, context["dag"].dag_id, run_id, occurrence=f"{cleared or ''}")
    ti: Any = context["ti"]
    index = "" if ti.map_index is None or ti.map_index < 0 else f"[{ti.map_index}]"
    return Happened(_kind_of(ti), ti.dag_id, ti.run_id, ti.task_id, f"{index} try {ti.try_number}".lstrip())


def _short(text: str) -> str:
    """A hash of a text that may be longer than a key."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _kind_of(ti: Any) -> str:
    state = getattr(ti, "state", None)
    if state is not None:
        name = str(getattr(state, "value", state))
        return _KINDS.get(name, name)
    # The DAG processor calls for a task whose worker is gone, and doesn't say the state.
    return "retry" if ti.try_number <= ti.max_tries else "failure"
