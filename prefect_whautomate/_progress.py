"""How far a job is, as lines and as a progress artifact of the run."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from uuid import UUID

from prefect.artifacts import create_progress_artifact, update_progress_artifact
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId, ArtifactFilterType
from prefect.context import FlowRunContext
from prefect.runtime import task_run

from whautomate_core.values.progress import LogProgress

log = logging.getLogger(__name__)


class RunProgress:
    """Progress as log lines and, inside a run, as one artifact that is updated at most once in `every` seconds.

    The artifact is there from then on and only while the job runs: afterwards the job's report says more.
    """

    def __init__(self, *, every: float = 5.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._lines = LogProgress(log, at_once=False)
        self._every = every
        self._clock = clock
        self._next = clock() + every if task_run.id else float("inf")
        self._artifact: UUID | None = None

    def __call__(self, what: str, done: int, total: int) -> None:
        self._lines(what, done, total)
        finished = 0 < total <= done and self._artifact is not None
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

    def end(self) -> None:
        """Remove the artifact: the job has ended."""
        artifact, self._artifact, self._next = self._artifact, None, float("inf")
        if artifact is not None:
            try:
                _remove([artifact])
            except Exception as error:
                log.warning("the progress artifact could not be removed: %s", type(error).__name__)

    def _show(self, share: float, text: str) -> None:
        # The jobs of coroutines run in threads, where Prefect would return a coroutine to be awaited.
        if self._artifact is None:
            _remove(_left_by_killed_attempts())
            self._artifact = create_progress_artifact(share, description=text, _sync=True)  # type: ignore[call-arg,assignment]
        else:
            update_progress_artifact(self._artifact, share, description=text, _sync=True)  # type: ignore[call-arg]


def _left_by_killed_attempts() -> list[UUID]:
    """The progress artifacts of earlier attempts of the flow run, whose processes were killed."""
    flow = FlowRunContext.get()
    if flow is None or flow.flow_run is None or flow.flow_run.run_count < 2:
        return []
    shown = ArtifactFilter(
        type=ArtifactFilterType(any_=["progress"]), flow_run_id=ArtifactFilterFlowRunId(any_=[flow.flow_run.id])
    )
    with get_client(sync_client=True) as client:
        found = client.read_artifacts(artifact_filter=shown)
    return [one.id for one in found if one.created is not None and one.created < flow.start_time]


def _remove(artifacts: list[UUID]) -> None:
    with get_client(sync_client=True) as client:
        for artifact in artifacts:
            client.delete_artifact(artifact)
