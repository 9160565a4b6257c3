"""How far a job is, and its counts, as lines and artifacts of the run."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from prefect.artifacts import create_progress_artifact, create_table_artifact, update_progress_artifact
from prefect.runtime import task_run

from whautomate_core.values.progress import LogProgress

log = logging.getLogger(__name__)


class RunProgress:
    """Progress as log lines and, inside a run, as one artifact that is updated at most once in `every` seconds."""

    def __init__(self, *, every: float = 5.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._lines = LogProgress(log)
        self._every = every
        self._clock = clock
        self._next = float("-inf") if task_run.id else float("inf")
        self._artifact: UUID | None = None

    def __call__(self, what: str, done: int, total: int) -> None:
        self._lines(what, done, total)
        finished = 0 < total <= done
        now = self._clock()
        if self._next == float("inf") or (now < self._next and not finished):
            return
        self._next = now + self._every
        share = 100.0 * min(1.0, done / total) if total else 0.0
        try:
            self._show(share, f"{what}: {done} of {total}" if total else f"{what}: {done}")
        except Exception as error:
            # A failure to show progress must not end the work.
            self._next = float("inf")
            log.warning("progress is no longer shown: %s", type(error).__name__)

    def _show(self, share: float, text: str) -> None:
        # The jobs of coroutines run in threads, where Prefect would return a coroutine to be awaited.
        if self._artifact is None:
            self._artifact = create_progress_artifact(share, description=text, _sync=True)  # type: ignore[call-arg,assignment]
        else:
            update_progress_artifact(self._artifact, share, description=text, _sync=True)  # type: ignore[call-arg]


def tell(job: str, report: Mapping[str, Any]) -> None:
    """Show the counts of a report as a table of the run."""
    if not task_run.id:
        return
    rows = [{"what": name, "count": value} for name, value in report.items() if isinstance(value, int)]
    try:
        create_table_artifact(rows, description=job, _sync=True)  # type: ignore[call-arg]
    except Exception as error:
        log.warning("no table is shown: %s", type(error).__name__)
