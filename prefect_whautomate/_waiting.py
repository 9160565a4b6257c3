"""How a task waits for a condition: it checks again and again until the condition decides or time is up."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Iterator
from contextlib import contextmanager

from prefect_whautomate._begun import begun
from prefect_whautomate._clients import task_client, used
from prefect_whautomate._reported import say
from prefect_whautomate._working import Rest
from prefect_whautomate.credentials import WhautomateCredentials
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
    *,
    key: str | None = None,
    stays: bool = False,
) -> tuple[Seen, Json]:
    """Check until the condition decides. Returns what was seen then, and what that took.

    Args:
        credentials: The account.
        condition: What to wait for.
        poll_interval: Seconds between the first two checks.
        timeout: The longest time to wait, in seconds, from its first start in a deployed flow run.
        max_requests: The most requests to make, repeats included.
        key: What makes it the same wait when the flow run goes on in another process; defaults to the task's call.
        stays: Whether it stays in its process until the condition can change.

    Raises:
        TimeoutError: The condition did not decide in time.
        Stopped: The flow run was cancelled or has failed. That is looked at until the condition can change, such as
            until a broadcast starts.
    """
    this = _Wait(credentials, condition, poll_interval, timeout, key, stays)
    with (
        this.in_time(),
        task_client(
            Client, credentials, max_requests=max_requests, pool=this.pool(), attempts=CHECK_ATTEMPTS
        ) as client,
    ):

        def check_at(moment: Moment) -> Seen:
            with this.rest(moment) as rest:
                sleep_until(rest.moment, rest.meanwhile)
            try:
                return this.saw(check(client, this.condition))
            except QuotaExhausted as error:
                return check_at(this.permitted(error))

        return wait(this.moments, check_at), used(client)


async def waited_async(
    credentials: WhautomateCredentials,
    condition: Condition,
    poll_interval: float,
    timeout: float,
    max_requests: int | None = None,
    *,
    key: str | None = None,
    stays: bool = False,
) -> tuple[Seen, Json]:
    """`waited` for coroutines."""
    this = await asyncio.to_thread(_Wait, credentials, condition, poll_interval, timeout, key, stays)

    def opened() -> AsyncClient:
        return task_client(
            AsyncClient, credentials, max_requests=max_requests, pool=this.pool(), attempts=CHECK_ATTEMPTS
        )

    with this.in_time():
        async with await asyncio.to_thread(opened) as client:

            async def check_at(moment: Moment) -> Seen:
                with await asyncio.to_thread(this.rest, moment) as rest:
                    await asleep_until(rest.moment, rest.meanwhile)
                try:
                    return this.saw(await acheck(client, this.condition))
                except QuotaExhausted as error:
                    return await check_at(this.permitted(error))

            return await await_over(this.moments, check_at), used(client)


class _Wait:
    """One wait: its condition, its pool of requests, and its deadline."""

    def __init__(
        self,
        credentials: WhautomateCredentials,
        condition: Condition,
        poll_interval: float,
        timeout: float,
        key: str | None,
        stays: bool,
    ) -> None:
        require_poll_interval(poll_interval)
        require_seconds("timeout", timeout)
        self._account = credentials.get_account()
        self._begun = begun(self._account, condition, key)
        self.condition = self._begun.condition
        self._timeout = timeout
        self._deadline = self._begun.at + timeout
        self._longest_in_place = credentials.max_wait if self._begun.is_kept else math.inf
        self._stays = stays
        self.moments = moments(
            poll_interval, self._deadline, longest=condition.longest, checks=self._begun.checks, tell=log.log
        )
        log.debug("%s", share_in_words(self._account.limits))

    def rest(self, moment: Moment) -> Rest:
        """The pause before a check."""
        self._begun.note(moment.checks)
        return Rest(moment, self.condition.unmet, longest=self._longest_in_place, stays=self._stays)

    def saw(self, seen: Seen) -> Seen:
        """What a check saw, from which on the run may leave its process."""
        self._stays = self._stays and (seen.failed is not None or seen.not_before > time.time())
        return seen

    def permitted(self, error: QuotaExhausted) -> Moment:
        """When there is a permit for the check, if the run stays until then. Raises the error if it may leave."""
        at = error.next_permit_at
        if not self._stays or at is None or at >= self._deadline:
            raise error
        return Moment(at, idle_until=at, checks=self._begun.checks)

    def pool(self) -> WaitingPool:
        return WaitingPool(self._account, deadline=self._deadline)

    @contextmanager
    def in_time(self) -> Iterator[None]:
        """Say what was not met in time, also if there were no requests left to check."""
        try:
            yield
        except TimeoutError as error:
            self._begun.give_up()
            raise TimeoutError(timed_out(self.condition, f"after {self._timeout:g} s", error)) from None
        except QuotaExhausted as error:
            if error.next_permit_at is not None and error.next_permit_at < self._deadline:
                raise
            self._begun.give_up()
            raise TimeoutError(f"{self.condition.unmet}, and can't be looked at in time: {error}") from error
