"""How questions become tasks that wait: each is defined once, its sync and its async task are derived."""

from __future__ import annotations

import asyncio
import inspect
import json
import logging
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import Any

from prefect import Task

from prefect_whautomate._runs import task_client, used
from prefect_whautomate._tasks import Async, _named, whautomate_task
from prefect_whautomate.credentials import WhautomateCredentials
from whautomate_core.account import Account
from whautomate_core.client import AsyncClient, Client
from whautomate_core.errors import ConfigurationError, QuotaExhausted, WhautomateError
from whautomate_core.waiting import Question, Seen, WaitingPool, alook, check_poll_interval, look, looks, share_in_words

log = logging.getLogger(__name__)


def waiting_tasks(
    ask: Callable[..., Question],
) -> tuple[Task[..., dict[str, Any]], Task[..., Async[dict[str, Any]]]]:
    """The sync and the async task that wait for what `_wait_for_...` asks: its name, its arguments after credentials.

    Its description is that of `ask`, which has `Args:` and `Returns:`, with what all these tasks share.
    """

    def run(
        credentials: WhautomateCredentials,
        *args: Any,
        poll_interval: float = 60.0,
        timeout: float = 86_400.0,
        max_requests: int | None = None,
        **kwargs: Any,
    ) -> dict[str, Any]:
        return _result(*waited(credentials, ask(*args, **kwargs), poll_interval, timeout, max_requests))

    async def arun(
        credentials: WhautomateCredentials,
        *args: Any,
        poll_interval: float = 60.0,
        timeout: float = 86_400.0,
        max_requests: int | None = None,
        **kwargs: Any,
    ) -> dict[str, Any]:
        return _result(*await awaited(credentials, ask(*args, **kwargs), poll_interval, timeout, max_requests))

    own, signature = ask.__name__.removeprefix("_"), _signature(ask, run)
    made = _named(run, own, ask.__module__, _doc(ask, own, signature), signature)
    amade = _named(arun, f"a{own}", ask.__module__, _doc(ask, f"a{own}", signature), signature)
    return whautomate_task(made), whautomate_task(amade)


def waited(
    credentials: WhautomateCredentials,
    question: Question,
    poll_interval: float,
    timeout: float,
    max_requests: int | None = None,
) -> tuple[Seen, dict[str, Any]]:
    """Look until it is over; what was seen then, and what that took. Raises `TimeoutError`."""
    wait = _Wait(question, credentials.get_account(), poll_interval, timeout)
    with wait.in_time(), task_client(Client, credentials, max_requests=max_requests, pool=wait.pool()) as client:
        at = next(wait.moments)
        while True:
            time.sleep(max(0.0, at - time.time()))
            try:
                at = wait.moments.send(look(client, wait.question.look))
            except StopIteration as end:
                return end.value, used(client)


async def awaited(
    credentials: WhautomateCredentials,
    question: Question,
    poll_interval: float,
    timeout: float,
    max_requests: int | None = None,
) -> tuple[Seen, dict[str, Any]]:
    """`waited` for coroutines."""
    wait = _Wait(question, credentials.get_account(), poll_interval, timeout)

    def opened() -> AsyncClient:
        return task_client(AsyncClient, credentials, max_requests=max_requests, pool=wait.pool())

    with wait.in_time():
        async with await asyncio.to_thread(opened) as client:
            at = next(wait.moments)
            while True:
                await asyncio.sleep(max(0.0, at - time.time()))
                try:
                    at = wait.moments.send(await alook(client, wait.question.look))
                except StopIteration as end:
                    return end.value, used(client)


class _Wait:
    """What one wait is about, and until when."""

    def __init__(self, question: Question, account: Account, poll_interval: float, timeout: float) -> None:
        check_poll_interval(poll_interval)
        if isinstance(timeout, bool) or not isinstance(timeout, (int, float)) or timeout <= 0:
            raise ConfigurationError("timeout must be a number of seconds over 0")
        self.question = question
        self._account = account
        self._timeout = timeout
        self._deadline = time.time() + timeout
        self.moments: Generator[float, Seen, Seen] = looks(question, poll_interval, self._deadline, tell=log.info)
        log.info("%s", share_in_words(account.limits))

    def pool(self) -> WaitingPool:
        return WaitingPool(self._account, deadline=self._deadline)

    @contextmanager
    def in_time(self) -> Iterator[None]:
        """Say what did not come about in time, be it that there are no requests left to look."""
        try:
            yield
        except TimeoutError:
            raise TimeoutError(f"{self.question.unmet} after {self._timeout:g} s") from None
        except QuotaExhausted as error:
            if error.next_permit_at is not None and error.next_permit_at < self._deadline:
                raise
            raise TimeoutError(f"{self.question.unmet}, and can't be looked at in time: {error}") from error


def _result(seen: Seen, took: dict[str, Any]) -> dict[str, Any]:
    if seen.problem is not None:
        raise WhautomateError(seen.problem)
    log.info("%s", json.dumps(seen.result))
    return {**(seen.result or {}), **took}


def _signature(ask: Callable[..., Any], run: Callable[..., Any]) -> inspect.Signature:
    own = inspect.signature(run).parameters
    first = own["credentials"].replace(kind=inspect.Parameter.POSITIONAL_OR_KEYWORD)
    last = [own[name] for name in ("poll_interval", "timeout", "max_requests")]
    signature = inspect.signature(ask)
    return signature.replace(
        parameters=[first, *signature.parameters.values(), *last], return_annotation="dict[str, Any]"
    )


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
    shown = [one for one in given if one.split("=")[0] not in ("poll_interval", "timeout", "max_requests")]
    needed = [one.split("=")[0] for one in shown[1:]]
    awaited, coroutine = ("await ", "async ") if name.startswith("a") else ("", "")
    return f"""{about}Args:
    credentials: Where to and as whom.
{arguments}
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
