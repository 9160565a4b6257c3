"""The options that all tasks of this package share."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, ParamSpec, TypeVar, cast

from prefect import Task
from prefect.cache_policies import NO_CACHE, CachePolicy
from prefect.client.schemas.objects import State, TaskRun

from prefect_whautomate._events import telling_errors
from prefect_whautomate._finished import FinishedInRun
from prefect_whautomate._logs import send_to_runs
from prefect_whautomate._names import RunName, subjects
from prefect_whautomate._working import Working
from prefect_whautomate.credentials import WhautomateCredentials
from whautomate_core.errors import (
    BudgetExceeded,
    ConfigurationError,
    NotDelivered,
    OutcomeUnknown,
    PolicyRefused,
    StateLost,
    Stopped,
)
from whautomate_core.values.arguments import require_known

P = ParamSpec("P")
R = TypeVar("R")

send_to_runs("whautomate_core")
send_to_runs("prefect_whautomate")


def may_retry(task: Task[..., Any], task_run: TaskRun, state: State[Any]) -> bool:
    """Whether a failed task may run again when a flow asks for retries.

    It may not if that could message somebody twice, would fail the same way, or would spend a budget again.
    """
    final = (OutcomeUnknown, PolicyRefused, BudgetExceeded, NotDelivered, StateLost, Stopped)
    return not isinstance(state.data, final)


def whautomate_task(*, finished_in_run: bool) -> Callable[[Callable[P, R]], Task[P, R]]:
    """Make a function a task of this package. Its first argument is the block `WhautomateCredentials`.

    If the account's requests are used up, the task ends the attempt of a deployed flow run until they are due.

    Args:
        finished_in_run: Whether a finished task is not repeated when its flow run runs again, because its stored result
            serves. False for reads, whose answer is of now, and for calls under a claim, which says what happened.
    """

    def as_task(function: Callable[P, R]) -> Task[P, R]:
        told: Callable[P, R] = telling_errors(function)
        resource = function.__module__.rpartition(".")[2].replace("_", "-")
        return WhautomateTask(
            _leaving_async(told) if inspect.iscoroutinefunction(told) else _leaving(told),
            retries=0,  # the client repeats what may be repeated, and knows what may not
            retry_condition_fn=may_retry,
            cache_policy=_FINISHED if finished_in_run else NO_CACHE,
            task_run_name=cast(Any, RunName(function.__name__, subjects(function))),
            tags=["whautomate", f"whautomate-{resource}"],
        )

    return as_task


class WhautomateTask(Task[P, R]):
    """A task whose errors about the names of arguments show none of their values, as Prefect's do: rows are people."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the task."""
        require_bound(self.fn, args, kwargs)
        return super().__call__(*args, **kwargs)

    def submit(self, *args: Any, **kwargs: Any) -> Any:
        """Submit the task to the flow's task runner."""
        require_bound(self.fn, args, kwargs)
        return super().submit(*args, **kwargs)

    def map(self, *args: Any, **kwargs: Any) -> Any:
        """Submit the task for each item of its arguments."""
        require_bound(self.fn, args, kwargs)
        mapped = self
        if isinstance(self.task_run_name, RunName):
            own = {name: value for name, value in kwargs.items() if name not in _PREFECTS}
            given = inspect.signature(self.fn).bind(*args, **own).arguments
            # By type: `unmapped` is a tuple too.
            items = {name: one for name, one in given.items() if type(one) in (list, tuple)}
            mapped = self.with_options(task_run_name=replace(self.task_run_name, mapped=items))
        return super(WhautomateTask, mapped).map(*args, **kwargs)

    def delay(self, *args: Any, **kwargs: Any) -> Any:
        """Hand the task to a task worker."""
        require_bound(self.fn, args, kwargs)
        return super().delay(*args, **kwargs)

    def with_options(self, *args: Any, **kwargs: Any) -> Any:
        """Return the task with other options."""
        made = super().with_options(*args, **kwargs)
        made.__class__ = WhautomateTask  # Prefect makes a plain one
        if isinstance(made.task_run_name, RunName):
            made.task_run_name = replace(made.task_run_name, task=made.name)
        return made


def require_bound(function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
    """Raise `ConfigurationError` unless a function takes these arguments. It shows none of their values.

    Args:
        function: The function of a task.
        args: Its arguments by position.
        kwargs: Its arguments by name.
    """
    takes = inspect.signature(function)
    given = {name: value for name, value in kwargs.items() if name not in _PREFECTS}
    require_known(function.__name__, takes.parameters, given)
    try:
        takes.bind(*args, **given)
    except TypeError as error:
        raise ConfigurationError(f"{function.__name__}: {error}") from None


_PREFECTS = ("return_state", "wait_for", "deferred")
"""What Prefect itself takes in the calls of a task."""

_FINISHED: CachePolicy = FinishedInRun()


def _leaving(function: Callable[P, R]) -> Callable[P, R]:
    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        _require_block(args, kwargs)
        with Working():
            return function(*args, **kwargs)

    return run


def _leaving_async(function: Callable[P, Any]) -> Callable[P, Any]:
    @functools.wraps(function)
    async def run(*args: P.args, **kwargs: P.kwargs) -> Any:
        _require_block(args, kwargs)
        async with Working():
            return await function(*args, **kwargs)

    return run


def _require_block(args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
    given = args[0] if args else kwargs.get("credentials")
    if not isinstance(given, WhautomateCredentials):
        # The value stays out of the message: it may be the key.
        raise ConfigurationError(
            f"credentials must be a block Whautomate Credentials, not {type(given).__name__}: pass the block, such as "
            "WhautomateCredentials.load('whautomate') (in a coroutine: await WhautomateCredentials.aload('whautomate'))"
        )
