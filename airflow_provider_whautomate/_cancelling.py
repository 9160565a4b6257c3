"""When the end of a task cancels the broadcast it was waiting for.

A person who marks a task as failed, and a last attempt that fails, leave nobody who goes on with the broadcast, so it
is cancelled while it is still scheduled. A cleared task, a task marked as done, and a worker that was ended with
attempts left don't. No signal tells these apart, so Airflow is asked for the task's state first.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from airflow.providers.common.compat.sdk import (
    AirflowFailException,
    AirflowSensorTimeout,
    AirflowSkipException,
    TaskDeferred,
)
from airflow.providers.common.compat.version_compat import AIRFLOW_V_3_0_PLUS

from whautomate_core.errors import ConfigurationError, KeyTaken

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context

    from whautomate_core.account import Account

if AIRFLOW_V_3_0_PLUS:
    from airflow.sdk.exceptions import AirflowRescheduleException

    _Ended: Any = BaseException
else:
    from airflow.exceptions import AirflowRescheduleException, AirflowTaskTerminated

    _Ended = AirflowTaskTerminated  # after others Airflow 2 overwrites the state that a person gave the task

GIVEN_UP = frozenset({"failed", "skipped", "removed", "upstream_failed"})
"""States of a task that no attempt follows, and that aren't success. A run that timed out skips its tasks."""

UNDER_WAY = frozenset({"running", "deferred"})
"""States that nobody changed: it is the worker or the triggerer that ends."""


class NotReached(AirflowFailException):
    """What a step waited for will not come. There is nothing left to cancel."""


class Killed(_Ended):  # type: ignore[misc]
    """The task is being ended. Not an Exception, so that nothing but what cancels takes notice."""


def state_of(ti: Any) -> str | None:
    """Return the state of a task instance as Airflow has it now: None once it is cleared, "removed" where it is gone.

    :param ti: What names it: `dag_id`, `run_id`, `task_id`, `map_index`.
    """
    if AIRFLOW_V_3_0_PLUS:
        from airflow.sdk.execution_time.task_runner import RuntimeTaskInstance

        name = ti.task_id if ti.map_index < 0 else f"{ti.task_id}_{ti.map_index}"
        states = RuntimeTaskInstance.get_task_states(
            dag_id=ti.dag_id, task_ids=[ti.task_id], run_ids=[ti.run_id], map_index=ti.map_index
        )
        found = states.get(ti.run_id, {}).get(name, "removed")
    else:
        from airflow import settings
        from airflow.models import TaskInstance
        from sqlalchemy.orm import Session

        # A session of its own: the task's may be in the middle of something.
        with Session(settings.engine) as session:
            names = {name: getattr(ti, name) for name in ("dag_id", "run_id", "task_id", "map_index")}
            row = session.query(TaskInstance.state).filter_by(**names).one_or_none()
        found = "removed" if row is None else row[0]
    return None if found is None else str(getattr(found, "value", found))


def has_attempts_left(ti: Any) -> bool:
    """Whether Airflow will try a task again after it fails.

    :param ti: The task instance.
    """
    return bool(getattr(ti, "try_number", 1) <= getattr(ti, "max_tries", 0))


class CancelsBroadcast:
    """What the operator that sends a broadcast and the sensor that waits for one share, beside `BaseOperator`."""

    cancel_on_kill: bool | None
    log: Any
    _context: Context | None = None
    _working = False

    def broadcast_of(self, context: Context) -> dict[str, Any]:
        """Return what names the broadcast: its `key` or its `broadcast_id`; nothing where there is none yet."""
        raise NotImplementedError

    def account(self) -> Account:
        """Return the account that it is at."""
        raise NotImplementedError

    @contextmanager
    def cancelling(self, context: Context) -> Iterator[None]:
        """Cancel the broadcast where the attempt ends inside and nobody goes on with it.

        :param context: Of the task.
        """
        self._context, self._working = context, True
        try:
            yield
        except (TaskDeferred, AirflowSkipException, AirflowRescheduleException, NotReached, KeyTaken):
            raise
        except Killed:
            self._working = False
            # Another SIGTERM would end this in the middle; SIGKILL follows soon where it takes too long.
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            self.on_kill()
            raise
        except BaseException as error:
            final = isinstance(error, (AirflowFailException, AirflowSensorTimeout))
            if self.cancel_on_kill is not False and (final or not has_attempts_left(context.get("ti"))):
                self._cancel(context, "the task has failed")
            raise
        finally:
            self._working = False

    def resume_execution(self, next_method: str, next_kwargs: dict[str, Any] | None, context: Context) -> Any:
        """Go on after a deferral; where its trigger failed or took too long, Airflow fails the task here."""
        if next_method != "__fail__":
            return super().resume_execution(next_method, next_kwargs, context)  # type: ignore[misc]
        with self.cancelling(context):
            return super().resume_execution(next_method, next_kwargs, context)  # type: ignore[misc]

    def on_kill(self) -> None:
        """Cancel the broadcast where a person ended the task, or it was the last attempt."""
        if self._working:
            # Out of what is under way; the signal may have come in the middle of it.
            raise Killed("the task was ended while it ran")
        if self._context is None or self.cancel_on_kill is False:
            return
        ti = self._context["ti"]
        try:
            state = state_of(ti)
        except Exception as error:
            self.log.warning("Airflow can't be asked for the state of the task (%s)", type(error).__name__)
            state = "running"
        if state in GIVEN_UP:
            self._cancel(self._context, f"the task was marked as {state}")
        elif self.cancel_on_kill or (state in UNDER_WAY and not has_attempts_left(ti)):
            self._cancel(self._context, "the task was ended" if self.cancel_on_kill else "its last attempt was ended")
        else:
            self.log.info("the task was ended (state: %s): its broadcast stays scheduled for the next attempt", state)

    def _cancel(self, context: Context, because: str) -> None:
        from whautomate_core.messaging.cancel import cancel_after

        try:
            account = self.account()
            try:
                named = self.broadcast_of(context)
            except ConfigurationError:  # the arguments name no broadcast, so there is none
                return
        except Exception as error:  # the task ends for another reason, which is the one to be told
            self.log.error("%s, and its broadcast can't be looked for (%s: %s)", because, type(error).__name__, error)
            return
        if any(named.values()):
            cancel_after(account, because, **named)
