"""How a task waits for a condition: it checks again and again until the condition decides or time is up."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

from prefect_whautomate._cancelling import stop_with_run
from prefect_whautomate._clients import task_client, used
from prefect_whautomate._reported import say
from prefect_whautomate.credentials import WhautomateCredentials
from whautomate_core.account import Account
from whautomate_core.api.call import Json
from whautomate_core.client.client import AsyncClient, Client
from whautomate_core.errors import QuotaExhausted, WhautomateError
from whautomate_core.values.numbers import require_seconds
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


def wait_for(
    credentials: WhautomateCredentials,
    condition: Condition,
    *,
    poll_interval: float,
    timeout: float,
    max_requests: int | None,
) -> Json:
    """Wait until a condition is met, and return what it found. Raises `TimeoutError` and `WhautomateError`."""
    return seen_result(*waited(credentials, condition, poll_interval, timeout, max_requests))


async def wait_for_async(
    credentials: WhautomateCredentials,
    condition: Condition,
    *,
    poll_interval: float,
    timeout: float,
    max_requests: int | None,
) -> Json:
    """`wait_for` for coroutines."""
    return seen_result(*await waited_async(credentials, condition, poll_interval, timeout, max_requests))


def seen_result(seen: Seen, took: Json) -> Json:
    """What a waiting task returns. Raises `WhautomateError` if the condition will never be met."""
    if seen.problem is not None:
        raise WhautomateError(seen.problem)
    say(seen.words, took["requests"], took["waited"])
    return {**(seen.result or {}), **took}


def waited(
    credentials: WhautomateCredentials,
    condition: Condition,
    poll_interval: float,
    timeout: float,
    max_requests: int | None = None,
) -> tuple[Seen, Json]:
    """Check until the condition decides. Returns what was seen then, and what that took.

    Args:
        credentials: The account.
        condition: What to wait for.
        poll_interval: Seconds between the first two checks.
        timeout: The longest time to wait, in seconds.
        max_requests: The most requests to make, repeats included.

    Raises:
        TimeoutError: The condition did not decide in time.
        Stopped: The flow run was cancelled or has failed. That is looked at until the condition can change, such as
            until a broadcast starts.
    """
    this = _Wait(condition, credentials.get_account(), poll_interval, timeout)
    with (
        this.in_time(),
        task_client(
            Client, credentials, max_requests=max_requests, pool=this.pool(), attempts=CHECK_ATTEMPTS
        ) as client,
    ):

        def check_at(moment: Moment) -> Seen:
            sleep_until(moment, stop_with_run)
            return check(client, condition)

        return wait(this.moments, check_at), used(client)


async def waited_async(
    credentials: WhautomateCredentials,
    condition: Condition,
    poll_interval: float,
    timeout: float,
    max_requests: int | None = None,
) -> tuple[Seen, Json]:
    """`waited` for coroutines."""
    this = _Wait(condition, credentials.get_account(), poll_interval, timeout)

    def opened() -> AsyncClient:
        return task_client(
            AsyncClient, credentials, max_requests=max_requests, pool=this.pool(), attempts=CHECK_ATTEMPTS
        )

    with this.in_time():
        async with await asyncio.to_thread(opened) as client:

            async def check_at(moment: Moment) -> Seen:
                await asleep_until(moment, stop_with_run)
                return await acheck(client, condition)

            return await await_over(this.moments, check_at), used(client)


class _Wait:
    """One wait: its condition, its pool of requests, and its deadline."""

    def __init__(self, condition: Condition, account: Account, poll_interval: float, timeout: float) -> None:
        require_poll_interval(poll_interval)
        require_seconds("timeout", timeout)
        self.condition = condition
        self._account = account
        self._timeout = timeout
        self._deadline = time.time() + timeout
        self.moments = moments(poll_interval, self._deadline, longest=condition.longest, tell=log.log)
        log.debug("%s", share_in_words(account.limits))

    def pool(self) -> WaitingPool:
        return WaitingPool(self._account, deadline=self._deadline)

    @contextmanager
    def in_time(self) -> Iterator[None]:
        """Say what was not met in time, also if there were no requests left to check."""
        try:
            yield
        except TimeoutError as error:
            raise TimeoutError(timed_out(self.condition, f"after {self._timeout:g} s", error)) from None
        except QuotaExhausted as error:
            if error.next_permit_at is not None and error.next_permit_at < self._deadline:
                raise
            raise TimeoutError(f"{self.condition.unmet}, and can't be looked at in time: {error}") from error
