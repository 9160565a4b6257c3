"""What of this package is at work in a process, and how a flow run leaves it while all of that only waits.

A flow run that left is started again in another process when it is due. So it leaves only if nothing of it would work
on in this one: neither a task of this package, nor one of its own in another thread.
"""

from __future__ import annotations

import asyncio
import contextvars
import logging
import threading
import time
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterId,
    TaskRunFilter,
    TaskRunFilterState,
    TaskRunFilterStateName,
)
from prefect.client.schemas.objects import FlowRun
from prefect.context import TaskRunContext

from prefect_whautomate._cancelling import Suspended, stop_with_run
from prefect_whautomate._flow_runs import deployed_run, flow_runs
from prefect_whautomate._leaving import leave, leave_until, leave_until_permitted, leave_with_others
from whautomate_core.errors import QuotaExhausted
from whautomate_core.values.words import time_of
from whautomate_core.waiting.poll import Moment

log = logging.getLogger(__name__)

WORTH_SAYING = 60.0
"""Seconds: a wait that is no shorter says until when it lasts."""

ANSWERED = 60.0
"""Seconds in which code that has paused a flow run sees that it was resumed. It looks every 10 s by default."""

_at_work: set[Working] = set()
_counting = threading.Lock()


class Working:
    """A context in which a task, or a method of a block, works.

    If the account's requests are used up, or another task of the flow run has left, it ends the attempt of a deployed
    flow run until they are due; if the flow run was suspended, until it is resumed.
    """

    def __init__(self) -> None:
        self.run: FlowRun | None = None
        self.task_run: Any = None
        self.waits_until: float | None = None
        """Until when it does nothing but wait, in seconds since the epoch; None while it works."""

    def __enter__(self) -> Working:
        self._begin()
        self._token = _current.set(self)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        _current.reset(self._token)
        self._end(error)

    async def __aenter__(self) -> Working:
        await asyncio.to_thread(self._begin)
        self._token = _current.set(self)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        _current.reset(self._token)
        if isinstance(error, QuotaExhausted):
            await asyncio.to_thread(self._end, error)
        else:
            self._end(error)

    def _begin(self) -> None:
        self.run = deployed_run()
        if self.run is None:
            return
        task = TaskRunContext.get()
        self.task_run = task and task.task_run.id
        with _counting:  # nobody leaves meanwhile
            leave_with_others(self.run)
            _at_work.add(self)

    def _end(self, error: BaseException | None) -> None:
        _at_work.discard(self)
        if isinstance(error, QuotaExhausted):
            leave_until_permitted(error)
        if isinstance(error, Suspended):
            leave(error.state)


_current: contextvars.ContextVar[Working | None] = contextvars.ContextVar("whautomate_working", default=None)


class Rest:
    """A context in which a task waits for a moment, and a deployed flow run may leave its process.

    Sleep until its `moment`, and call `meanwhile` now and then.

    Args:
        moment: The moment.
        why: What the run waits for, for its log and the message of its state.
        longest: The longest pause that is spent in place, in seconds.
        stays: Whether it stays while nothing can change, because it has to be noticed if the run is cancelled then.
    """

    def __init__(self, moment: Moment, why: str, *, longest: float, stays: bool = False) -> None:
        self._why = why
        self._stays = stays
        self._leaves_from = moment.idle_until if stays else 0.0
        self._idle_until = moment.idle_until
        pause = moment.at - max(time.time(), self._leaves_from)
        self._leaves = pause > longest and deployed_run() is not None
        self.moment = moment._replace(idle_until=moment.at) if self._leaves else moment

    def __enter__(self) -> Rest:
        if self.moment.at - time.time() >= WORTH_SAYING:
            log.info("waiting until %s", time_of(self.moment.at))
        return self

    def __exit__(self, *error: object) -> None:
        if (this := _current.get()) is not None:
            this.waits_until = None

    def meanwhile(self) -> None:
        """Leave if the flow run only waits. Raises `Stopped` as `stop_with_run` does."""
        now = time.time()
        if now < self._idle_until:
            stop_with_run(suspended=not self._stays)
        run, this = deployed_run(), _current.get()
        if run is None:
            return
        leave_with_others(run)
        if this is None or not self._leaves or now < self._leaves_from:
            return
        with _counting:
            this.waits_until = self.moment.at
            ours = [one for one in _at_work if one.run is not None and one.run.id == run.id]
            moments = [one.waits_until for one in ours if one.waits_until is not None]
            if len(moments) == len(ours) and not _others_run(run, ours):
                leave_until(min(moments), self._why, answered=ANSWERED)


def _others_run(run: FlowRun, ours: list[Working]) -> bool:
    """Whether tasks of the flow run are at work that are none of this package's.

    What an attempt that was killed left behind runs for ever, as Prefect sees it, so only this attempt's count.
    """
    here = [one for one in flow_runs() if one.id == run.id or one.deployment_id is None]
    known = {one.task_run for one in ours} | {one.parent_task_run_id for one in here}
    try:
        with get_client(sync_client=True) as client:
            runs = client.read_task_runs(
                flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=[one.id for one in here])),
                task_run_filter=TaskRunFilter(state=TaskRunFilterState(name=TaskRunFilterStateName(any_=["Running"]))),
            )
    except Exception as error:  # Prefect may be unavailable for a while; who waits asks again soon
        log.debug("Prefect can't be asked for the task runs: %s", error)
        return True
    begun = run.state.timestamp if run.state else datetime.min.replace(tzinfo=UTC)
    return any(one.id not in known and one.start_time is not None and one.start_time >= begun for one in runs)
