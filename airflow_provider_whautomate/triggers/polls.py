"""Shared polls: triggers of one triggerer that wait for the same kind of condition at one account check together.

Airflow 3.3 has `shared_stream` for the triggers of asset watchers, which `looks` uses. Its stream is opened with the
arguments of whichever trigger came first, and does not know which others wait. So it could neither read those alone
that a list leaves out, nor stop once all are found. Airflow 2.11 has nothing of the kind. This module serves both.
"""

from __future__ import annotations

import asyncio
import contextvars
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING

from whautomate_core.errors import (
    BudgetExceeded,
    ConfigurationError,
    InvalidRequest,
    NoSuchPath,
    NotFound,
    UnexpectedResponse,
)
from whautomate_core.values.words import counted
from whautomate_core.waiting.condition import Condition, Seen
from whautomate_core.waiting.poll import CHECK_ATTEMPTS, Moment, arun_check, failed_check, may_pass

if TYPE_CHECKING:
    from whautomate_core.account import Account
    from whautomate_core.client.client import AsyncClient

_polls: dict[tuple[asyncio.AbstractEventLoop, Account, type[Condition]], _Poll] = {}


@asynccontextmanager
async def joined(
    account: Account,
    condition: Condition,
    poll_interval: float,
    *,
    requests: int = 0,
    waited: float = 0.0,
    max_requests: int | None = None,
) -> AsyncIterator[Place]:
    """Give a place among those that wait for this kind of condition. Their poll ends when the last one leaves.

    :param poll_interval: The shortest time between two polls, in seconds; the shortest of all places applies.
    :param requests: Requests made before. `Place.requests` continues from there, and `Place.waited` likewise.
    :param max_requests: How many requests may be made. A shared poll counts in full for each place.
    """
    key = (asyncio.get_running_loop(), account, type(condition))
    poll = _polls.get(key)
    if poll is None:
        poll = _polls[key] = _Poll(account)
    place = Place(poll, condition, poll_interval, requests, waited, max_requests)
    poll.places.append(place)
    try:
        yield place
    finally:
        poll.places.remove(place)
        if not poll.places:
            del _polls[key]
            await poll.end()


class Place:
    """The place of one trigger in a poll."""

    def __init__(
        self,
        poll: _Poll,
        condition: Condition,
        poll_interval: float,
        requests: int,
        waited: float,
        max_requests: int | None,
    ) -> None:
        self.condition = condition
        self.poll_interval = poll_interval
        self.requests = requests
        self.waited = waited
        self.at = 0.0
        self._poll = poll
        self._most = max_requests
        self._answer: asyncio.Future[Seen | Exception] | None = None

    async def check_at(self, moment: Moment) -> Seen:
        """Return what a check at a moment sees, or an earlier check that others made.

        A check that failed, and may succeed later, saw nothing (`Seen.failed`).

        :raises BudgetExceeded: if the check would exceed `max_requests`.
        :raises WhautomateError: as the client does.
        """
        if self._most is not None and self.requests >= self._most:
            raise BudgetExceeded(
                f"the step has made {counted(self.requests, 'request')} and max_requests is {self._most}"
            )
        self.at = moment.at
        self._answer = asyncio.get_running_loop().create_future()
        self._poll.asked.set()
        answer = await self._answer
        if isinstance(answer, Exception):
            # It is raised in every trigger that waited. Without this, each would add its own lines to one traceback.
            raise answer.with_traceback(None)
        return answer

    @property
    def asks(self) -> bool:
        """Whether it waits for an answer."""
        return self._answer is not None and not self._answer.done()

    def tell(self, answer: Seen | Exception, requests: int = 0, waited: float = 0.0) -> None:
        """Answer it, with what the check took."""
        if self._answer is not None and not self._answer.done():
            self.requests += requests
            self.waited += waited
            if isinstance(answer, Exception) and may_pass(answer):
                answer = failed_check(answer)
            self._answer.set_result(answer)


class _Poll:
    """Checks for all that have a place, until it is ended."""

    def __init__(self, account: Account) -> None:
        self.places: list[Place] = []
        self.asked = asyncio.Event()
        self._account = account
        # In a context of its own: its log concerns all that wait, but Airflow's context is that of the first task.
        self._task = asyncio.create_task(self._run(), context=contextvars.Context())

    async def end(self) -> None:
        self._task.cancel()
        await asyncio.wait({self._task})

    async def _run(self) -> None:
        client: AsyncClient | None = None
        last = float("-inf")
        try:
            while True:
                self.asked.clear()
                asking = [place for place in self.places if place.asks]
                if (seconds := _until(asking, last)) > 0:
                    with suppress(TimeoutError):
                        # Not longer at a time, because the clock may be set meanwhile.
                        async with asyncio.timeout(min(seconds, 60.0)):
                            await self.asked.wait()
                    continue
                now, before = time.time(), _used(client)
                due = [place for place in asking if place.at <= now]
                try:
                    if client is None:
                        client = await asyncio.to_thread(self._open)
                    await _check(client, asking, due)
                except Exception as error:
                    # An error that may pass by the time of their own check does not concern those that are not due.
                    for place in due if may_pass(error) else asking:
                        place.tell(error, *_used(client, before))
                last = time.monotonic()
        finally:
            if client is not None:
                await client.aclose()

    def _open(self) -> AsyncClient:
        # In a thread, because it loads the client and opens the state database, and all triggers share the event loop.
        from whautomate_core.client.client import AsyncClient
        from whautomate_core.waiting.share import WaitingPool

        return AsyncClient(self._account, pool=WaitingPool(self._account), attempts=CHECK_ATTEMPTS)


async def _check(client: AsyncClient, asking: list[Place], due: list[Place]) -> None:
    """Check what is due, and answer the places. Raises errors that concern all of them."""
    if due and due[0].condition.checked_together:
        await _check_together(client, type(due[0].condition), asking, due)
        return
    groups: dict[Condition, list[Place]] = {}
    for place in due:
        groups.setdefault(place.condition, []).append(place)
    for condition, places in groups.items():
        before = _used(client)
        try:
            answer: Seen | Exception = await arun_check(client, condition.check)
        except OF_ONE as error:
            answer = error
        for place in places:
            place.tell(answer, *_used(client, before))


async def _check_together(client: AsyncClient, kind: type[Condition], asking: list[Place], due: list[Place]) -> None:
    before = _used(client)
    wanted, now = ({place.condition for place in places} for places in (asking, due))
    found = await arun_check(client, partial(kind.check_together, wanted, now))
    for place in asking:
        if (answer := found.get(place.condition)) is not None:
            place.tell(answer, *_used(client, before))


OF_ONE = (ConfigurationError, InvalidRequest, NoSuchPath, NotFound, UnexpectedResponse)
"""Errors that concern one condition and not the others."""


def _used(client: AsyncClient | None, before: tuple[int, float] = (0, 0.0)) -> tuple[int, float]:
    """Requests made and seconds waited for permits since."""
    return (client.used.requests - before[0], client.used.waited - before[1]) if client else (0, 0.0)


def _until(asking: list[Place], last: float) -> float:
    """Seconds until the next poll."""
    if not asking:
        return float("inf")
    since = time.monotonic() - last
    return max(min(place.at for place in asking) - time.time(), min(place.poll_interval for place in asking) - since)
