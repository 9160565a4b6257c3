"""When the end of a run cancels the broadcast it was waiting for.

If a person cancels the run, or its last attempt fails, nothing resumes the broadcast, so it is cancelled while it is
still scheduled. If a process ends with attempts left, the next attempt resumes it. The signal is the same for both, so
Prefect is asked for the states of the flow runs first.

Measured with Prefect 3.9.1: a process that a worker or `serve` cancels gets SIGTERM, which raises `TerminationSignal`
in its main thread only, and is killed after 30 s. Tasks in threads are not told, and no task is told if the run is on
no worker. So tasks that wait also ask Prefect every few seconds, far more often than that.
"""

from __future__ import annotations

import asyncio
import contextvars
import logging
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from types import TracebackType
from typing import Any, TypeVar

from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.context import TaskRunContext
from prefect.exceptions import ObjectNotFound, Pause
from prefect.states import Cancelled, Failed

from prefect_whautomate._flow_runs import deployed_run, flow_runs, is_suspended
from prefect_whautomate.credentials import WhautomateCredentials
from whautomate_core.client.client import Client
from whautomate_core.errors import KeyTaken, QuotaExhausted, Stopped
from whautomate_core.messaging.cancel import cancel_after

log = logging.getLogger(__name__)

R = TypeVar("R")


class CancelledWithRun:
    """A context in which a task waits for a broadcast, which is cancelled if the run ends there for good.

    Args:
        credentials: The account.
        cancel_on_kill: True: also if a process ends with attempts left. False: never.
        key: The key that the broadcast was created under; this or `broadcast_id`.
        broadcast_id: Its id.
    """

    def __init__(
        self,
        credentials: WhautomateCredentials,
        cancel_on_kill: bool | None,
        *,
        key: str | None = None,
        broadcast_id: str | None = None,
    ) -> None:
        self._account = credentials.get_account()
        self._cancel_on_kill = cancel_on_kill
        self._named: dict[str, Any] = {"key": key, "broadcast_id": broadcast_id}

    def __enter__(self) -> CancelledWithRun:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if error is not None:
            self._end(error)

    async def __aenter__(self) -> CancelledWithRun:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        if isinstance(error, asyncio.CancelledError):
            error = await _what_ends_the_loop() or error
        if error is not None:
            await _thread(self._end, error)

    def _end(self, error: BaseException) -> None:
        try:
            because = self._because(error)
        except Exception as other:  # the run ends for another reason, which is the one to report
            log.error("can't find out whether the broadcast has to be cancelled (%s)", type(other).__name__)
            return
        if because is not None:
            cancel_after(self._account, because, **self._named, max_wait=10.0)

    def _because(self, error: BaseException) -> str | None:
        """Why nothing will resume the broadcast; None if something may."""
        if self._cancel_on_kill is False or isinstance(error, (Pause, Suspended, KeyTaken, GeneratorExit)):
            return None
        if isinstance(error, QuotaExhausted) and deployed_run() is not None:
            return None  # the flow run is rescheduled
        failed = isinstance(error, Exception)
        if failed and not flow_runs() and TaskRunContext.get() is None:
            return None  # no run has failed: the caller may call again
        if not failed and self._cancel_on_kill:
            return "the run was ended"
        runs = list(flow_runs())
        try:
            runs = _runs_now()
        except Exception as away:
            log.warning("Prefect can't be asked for the state of the flow run (%s)", type(away).__name__)
        if (ended := _ended(runs)) is not None:
            return ended
        if isinstance(error, asyncio.CancelledError):
            return "its coroutine was cancelled"
        if isinstance(error, KeyboardInterrupt) and deployed_run() is None:
            return "it was interrupted"
        if failed and _is_tried_again(error):
            return None
        if any(map(_has_attempts_left, runs)) or (not failed and _is_resumed_by_infrastructure()):
            log.info("the run ends, and its broadcast stays scheduled for the next attempt")
            return None
        return "its task has failed" if failed else "the process of its last attempt was ended"


def stop_with_run(*, suspended: bool = False) -> None:
    """Raise `Stopped` if a flow run that this is part of was cancelled or deleted, or has failed meanwhile.

    Args:
        suspended: Raise `Suspended` if it was suspended. Not once a broadcast was created that this may have to cancel.
    """
    if not flow_runs():
        return
    try:
        runs = _runs_now()
    except Exception as error:  # Prefect may be unavailable for a while; the next call will tell
        log.debug("Prefect can't be asked for the state of the flow run: %s", error)
        return
    if (ended := _ended(runs)) is not None:
        raise Stopped(f"{ended}, so this task no longer waits for the broadcast")
    for run in runs:
        if suspended and run.state is not None and is_suspended(run.state):
            raise Suspended(f"flow run {run.name!r} was suspended", run.state)


class Suspended(Stopped):
    """A flow run was suspended while a task waited. It leaves its process, and goes on once it is resumed."""

    def __init__(self, message: str, state: State[Any]) -> None:
        super().__init__(message)
        self.state = state


async def in_thread(client: Client, function: Callable[..., R], *args: Any) -> R:
    """Run a function in a thread. If the coroutine is cancelled, the client sends nothing more."""
    working = _thread(function, *args)
    try:
        return await asyncio.shield(working)
    except asyncio.CancelledError:
        client.stop()
        while not working.done():
            with suppress(asyncio.CancelledError):  # a second cancel
                await asyncio.wait([working])
        working.exception()  # nobody needs to hear that it was stopped
        raise


def _thread(function: Callable[..., R], *args: Any) -> asyncio.Future[R]:
    # Not asyncio.to_thread, which makes a task: closing a loop cancels all tasks, and this has to finish.
    run = partial(contextvars.copy_context().run, function, *args)
    return asyncio.get_running_loop().run_in_executor(None, run)


async def _what_ends_the_loop() -> BaseException | None:
    """The exception that ends the event loop, if that is why a coroutine is cancelled.

    A signal raises it in the loop's thread. While it is handled there, asyncio runs the loop until everything it has
    cancelled is done, so a callback sees it as the exception that is being handled.
    """
    loop = asyncio.get_running_loop()
    handled = loop.create_future()
    loop.call_soon(lambda: handled.set_result(sys.exc_info()[1]))
    found: BaseException | None = await handled
    return found


def _runs_now() -> list[FlowRun]:
    def now(run: FlowRun) -> FlowRun:
        try:
            return client.read_flow_run(run.id)
        except ObjectNotFound:
            return run.model_copy(update={"state": Cancelled(name=_DELETED)})

    with get_client(sync_client=True) as client:
        return [now(run) for run in flow_runs()]


_DELETED = "Deleted"
"""Name of the state of a flow run that Prefect no longer knows."""


def _ended(runs: list[FlowRun]) -> str | None:
    """Why nothing resumes a flow run, in words; None if something may."""
    for run in runs:
        state = run.state.type if run.state else None
        if state in (StateType.CANCELLING, StateType.CANCELLED):
            deleted = run.state is not None and run.state.name == _DELETED
            return f"flow run {run.name!r} was {'deleted' if deleted else 'cancelled'}"
        if state == StateType.FAILED:
            return f"flow run {run.name!r} has failed"
        if state == StateType.CRASHED and not _has_attempts_left(run):
            return f"flow run {run.name!r} has crashed"
    return None


def _has_attempts_left(run: FlowRun) -> bool:
    return run.run_count <= (run.empirical_policy.retries or 0)


def _is_resumed_by_infrastructure() -> bool:
    """Whether `prefect flow-run execute`, which containers run, has a flow run that gets SIGTERM run again."""
    return os.environ.get("PREFECT_FLOW_RUN_EXECUTE_SIGTERM_BEHAVIOR", "").lower() in ("reschedule", "relinquish")


def _is_tried_again(error: BaseException) -> bool:
    """Whether Prefect retries the task itself after an error."""
    context = TaskRunContext.get()
    if context is None or context.task_run.run_count > context.task.retries:
        return False
    may = context.task.retry_condition_fn
    return may is None or bool(may(context.task, context.task_run, Failed(data=error, message="")))
