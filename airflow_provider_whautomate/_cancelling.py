"""When the end of a task cancels the broadcast it was waiting for.

If a person marks the task as failed, or its last attempt fails, nothing resumes the broadcast, so it is cancelled while
it is still scheduled. It is not cancelled if the task is cleared or marked as done, or if its worker ends with attempts
left. No signal tells these cases apart, so Airflow is asked for the task's state first.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from airflow.providers.common.compat.sdk import (
    AirflowFailException,
    AirflowSensorTimeout,
    AirflowSkipException,
    TaskDeferred,
)

from airflow_provider_whautomate._versions import AirflowRescheduleException, Ended, state_of
from whautomate_core.errors import ConfigurationError, KeyTaken

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context

    from whautomate_core.account import Account

GIVEN_UP = frozenset({"failed", "skipped", "removed", "upstream_failed"})
"""States other than success that no attempt follows. A run that times out skips its tasks."""

UNDER_WAY = frozenset({"running", "deferred"})
"""States that no person set: the worker or the triggerer is ending."""


class NotReached(AirflowFailException):
    """The condition will never be met. There is nothing left to cancel."""


class Killed(Ended):  # type: ignore[misc]
    """The task is being ended. It is no Exception, so that only what cancels the broadcast catches it."""


def has_attempts_left(ti: Any) -> bool:
    """Whether Airflow will try a task again after it fails.

    :param ti: The task instance.
    """
    return bool(getattr(ti, "try_number", 1) <= getattr(ti, "max_tries", 0))


def kept_of(context: Context) -> Context:
    """Return what cancelling needs of a context: plain values, and nothing that leads back to the task.

    OpenLineage can be told to send all attributes of a task.

    :param context: Of the task.
    """
    ti = context.get("ti")
    names = ("dag_id", "run_id", "task_id", "map_index", "try_number", "max_tries")
    kept = SimpleNamespace(**{name: getattr(ti, name) for name in names if hasattr(ti, name)})
    return cast("Context", {"ti": kept, "logical_date": context.get("logical_date")})


class CancelsBroadcast:
    """Mixin of the operator that sends a broadcast and the sensor that waits for one, beside `BaseOperator`."""

    cancel_on_kill: bool | None
    log: Any
    _context: Context | None = None
    """What is kept of the context of the last attempt."""
    _working = False

    def broadcast_of(self, context: Context) -> dict[str, Any]:
        """Return what identifies the broadcast: its `key` or its `broadcast_id`; an empty dict if there is none yet.

        :param context: Of the task.
        """
        raise NotImplementedError

    def account(self) -> Account:
        """Return the account of the broadcast."""
        raise NotImplementedError

    @contextmanager
    def cancelling(self, context: Context) -> Iterator[None]:
        """Give a context that cancels the broadcast if the attempt ends inside it and nothing resumes the broadcast.

        :param context: Of the task.
        """
        self._context, self._working = kept_of(context), True
        try:
            yield
        except (TaskDeferred, AirflowSkipException, AirflowRescheduleException, NotReached, KeyTaken):
            raise
        except Killed:
            self._working = False
            # Another SIGTERM would interrupt this. SIGKILL follows soon if it takes too long.
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
        """Go on after a deferral. If the trigger failed or took too long, Airflow fails the task here."""
        if next_method != "__fail__":
            return super().resume_execution(next_method, next_kwargs, context)  # type: ignore[misc]
        with self.cancelling(context):
            return super().resume_execution(next_method, next_kwargs, context)  # type: ignore[misc]

    def on_kill(self) -> None:
        """Cancel the broadcast if a person ended the task, or this was its last attempt."""
        if self._working:
            # Leaves what is under way: the signal may have come in the middle of it.
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
        except Exception as error:  # the task ends for another reason, which is the one to report
            self.log.error("%s, and its broadcast can't be looked up (%s: %s)", because, type(error).__name__, error)
            return
        if any(named.values()):
            cancel_after(account, because, **named)
