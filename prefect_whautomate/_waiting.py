"""How conditions become tasks that wait: each is defined once, its sync and its async task are derived."""

from __future__ import annotations

import asyncio
import inspect
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar, get_type_hints

from prefect import Task

from prefect_whautomate._cancelling import CancelledWithRun
from prefect_whautomate._runs import task_client, used
from prefect_whautomate._tasks import CANCEL_ON_KILL, Async, _named, whautomate_task
from prefect_whautomate.credentials import WhautomateCredentials
from whautomate_core.account import Account
from whautomate_core.client.client import AsyncClient, Client
from whautomate_core.errors import ConfigurationError, QuotaExhausted, WhautomateError
from whautomate_core.messaging.conditions import BroadcastReached
from whautomate_core.values.arguments import require_kinds
from whautomate_core.waiting.condition import Condition, Seen
from whautomate_core.waiting.poll import (
    CHECK_ATTEMPTS,
    Moment,
    acheck,
    asleep_until,
    await_over,
    check,
    moments,
    require_poll_interval,
    sleep_until,
    timed_out,
    wait,
)
from whautomate_core.waiting.share import WaitingPool, share_in_words

log = logging.getLogger(__name__)


Q = TypeVar("Q", bound=Condition)


def seen_result(seen: Seen, took: dict[str, Any]) -> dict[str, Any]:
    """What a waiting task returns. Raises `WhautomateError` where what it waits for will not come."""
    if seen.problem is not None:
        raise WhautomateError(seen.problem)
    log.info("%s", seen.words)
    return {**(seen.result or {}), **took}


def _no_more(
    credentials: WhautomateCredentials, condition: Any, seen: Seen, took: dict[str, Any], max_requests: int | None
) -> dict[str, Any]:
    return seen_result(seen, took)


def waiting_tasks(
    ask: Callable[..., Q],
    *,
    cancels: bool = False,
    conclude: Callable[[WhautomateCredentials, Q, Seen, dict[str, Any], int | None], dict[str, Any]] = _no_more,
) -> tuple[Task[..., dict[str, Any]], Task[..., Async[dict[str, Any]]]]:
    """The sync and the async task that wait for what `_wait_for_...` asks: its name, its arguments after credentials.

    Its description is that of `ask`, which has `Args:` and `Returns:`, with what all these tasks share.

    Args:
        cancels: Whether it waits for a broadcast, which is cancelled where its run ends for good.
        conclude: What makes the result of what was seen at its end and what that took, within `max_requests`.
    """

    hints = get_type_hints(ask)

    def asked(*args: Any, **kwargs: Any) -> Q:
        require_kinds(hints, inspect.signature(ask).bind(*args, **kwargs).arguments)
        return ask(*args, **kwargs)

    def of_run(
        credentials: WhautomateCredentials, condition: Condition, cancel_on_kill: bool | None
    ) -> CancelledWithRun:
        broadcast_id = condition.broadcast_id if isinstance(condition, BroadcastReached) else None
        return CancelledWithRun(credentials, cancel_on_kill if cancels else False, broadcast_id=broadcast_id)

    def run(
        credentials: WhautomateCredentials,
        *args: Any,
        cancel_on_kill: bool | None = None,
        poll_interval: float = 60.0,
        timeout: float = 86_400.0,
        max_requests: int | None = None,
        **kwargs: Any,
    ) -> dict[str, Any]:
        condition = asked(*args, **kwargs)
        with of_run(credentials, condition, cancel_on_kill) as run:
            found = waited(credentials, condition, poll_interval, timeout, max_requests, meanwhile=run.look)
        return conclude(credentials, condition, *found, max_requests)

    async def arun(
        credentials: WhautomateCredentials,
        *args: Any,
        cancel_on_kill: bool | None = None,
        poll_interval: float = 60.0,
        timeout: float = 86_400.0,
        max_requests: int | None = None,
        **kwargs: Any,
    ) -> dict[str, Any]:
        condition = asked(*args, **kwargs)
        async with of_run(credentials, condition, cancel_on_kill) as run:
            found = await awaited(credentials, condition, poll_interval, timeout, max_requests, meanwhile=run.look)
        return await asyncio.to_thread(conclude, credentials, condition, *found, max_requests)

    own, signature = ask.__name__.removeprefix("_"), _signature(ask, run, cancels)
    made = _named(run, own, ask.__module__, _doc(ask, own, signature), signature)
    amade = _named(arun, f"a{own}", ask.__module__, _doc(ask, f"a{own}", signature), signature)
    return whautomate_task(made), whautomate_task(amade)


def waited(
    credentials: WhautomateCredentials,
    condition: Condition,
    poll_interval: float,
    timeout: float,
    max_requests: int | None = None,
    *,
    meanwhile: Callable[[], None],
) -> tuple[Seen, dict[str, Any]]:
    """Look until it is over; what was seen then, and what that took. Raises `TimeoutError`.

    Args:
        meanwhile: Called every few seconds until the condition can change, such as until a broadcast starts.
    """
    this = _Wait(condition, credentials.get_account(), poll_interval, timeout)
    with (
        this.in_time(),
        task_client(
            Client, credentials, max_requests=max_requests, pool=this.pool(), attempts=CHECK_ATTEMPTS
        ) as client,
    ):

        def check_at(moment: Moment) -> Seen:
            sleep_until(moment, meanwhile)
            return check(client, condition)

        return wait(this.moments, check_at), used(client)


async def awaited(
    credentials: WhautomateCredentials,
    condition: Condition,
    poll_interval: float,
    timeout: float,
    max_requests: int | None = None,
    *,
    meanwhile: Callable[[], None],
) -> tuple[Seen, dict[str, Any]]:
    """`waited` for coroutines."""
    this = _Wait(condition, credentials.get_account(), poll_interval, timeout)

    def opened() -> AsyncClient:
        return task_client(
            AsyncClient, credentials, max_requests=max_requests, pool=this.pool(), attempts=CHECK_ATTEMPTS
        )

    with this.in_time():
        async with await asyncio.to_thread(opened) as client:

            async def check_at(moment: Moment) -> Seen:
                await asleep_until(moment, meanwhile)
                return await acheck(client, condition)

            return await await_over(this.moments, check_at), used(client)


class _Wait:
    """What one wait is about, and until when."""

    def __init__(self, condition: Condition, account: Account, poll_interval: float, timeout: float) -> None:
        require_poll_interval(poll_interval)
        if isinstance(timeout, bool) or not isinstance(timeout, (int, float)) or timeout <= 0:
            raise ConfigurationError("timeout must be a number of seconds over 0")
        self.condition = condition
        self._account = account
        self._timeout = timeout
        self._deadline = time.time() + timeout
        self.moments = moments(poll_interval, self._deadline, longest=condition.longest, tell=log.log)
        log.info("%s", share_in_words(account.limits))

    def pool(self) -> WaitingPool:
        return WaitingPool(self._account, deadline=self._deadline)

    @contextmanager
    def in_time(self) -> Iterator[None]:
        """Say what did not come about in time, be it that there are no requests left to look."""
        try:
            yield
        except TimeoutError as error:
            raise TimeoutError(timed_out(self.condition, f"after {self._timeout:g} s", error)) from None
        except QuotaExhausted as error:
            if error.next_permit_at is not None and error.next_permit_at < self._deadline:
                raise
            raise TimeoutError(f"{self.condition.unmet}, and can't be looked at in time: {error}") from error


def _signature(ask: Callable[..., Any], run: Callable[..., Any], cancels: bool) -> inspect.Signature:
    own = inspect.signature(run).parameters
    first = own["credentials"].replace(kind=inspect.Parameter.POSITIONAL_OR_KEYWORD)
    last = [own[name] for name in _OPTIONS if name != "cancel_on_kill" or cancels]
    signature = inspect.signature(ask)
    return signature.replace(
        parameters=[first, *signature.parameters.values(), *last], return_annotation="dict[str, Any]"
    )


_OPTIONS = ("cancel_on_kill", "poll_interval", "timeout", "max_requests")

_SHARED = """\
    poll_interval: Seconds between the first two looks; doubles up to a quarter of an hour. All waiting tasks of the
        account together make at most a tenth of the requests of its day, half of that in a quarter of it.
    timeout: Seconds to wait at most; they count anew where the flow run is rescheduled.
    max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more."""

_ENDS = """\
Raises:
    TimeoutError: Where it is not so in time.
    WhautomateError: Where it will never be so."""


def _doc(ask: Callable[..., Any], name: str, signature: inspect.Signature) -> str:
    about, _, rest = (inspect.getdoc(ask) or "").partition("Args:\n")
    arguments, _, returns = rest.partition("\n\nReturns:\n")
    given = [f"{one}" if p.default is p.empty else f"{one}={one}" for one, p in signature.parameters.items()]
    shown = [one for one in given if one.split("=")[0] not in _OPTIONS]
    cancels = f"\n    cancel_on_kill: {CANCEL_ON_KILL}" if "cancel_on_kill" in signature.parameters else ""
    needed = [one.split("=")[0] for one in shown[1:]]
    awaited, coroutine = ("await ", "async ") if name.startswith("a") else ("", "")
    return f"""{about}Args:
    credentials: Where to and as whom.
{arguments}{cancels}
{_SHARED}

Returns:
{returns}
    Also `requests` and `waited` (seconds, for permits).

{_ENDS}

Example:
    ```python
    from prefect import flow
    from prefect_whautomate import WhautomateCredentials
    from {ask.__module__} import {name}

    @flow
    {coroutine}def my_flow({", ".join(needed)}):
        credentials = {awaited}WhautomateCredentials.{"aload" if awaited else "load"}("BLOCK_NAME")
        return {awaited}{name}({", ".join(shown)})
    ```
"""
