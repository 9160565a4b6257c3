"""Shared polls: what waits in one triggerer for the same kind of thing at one account looks together.

Airflow 3.3 has `shared_stream` for the triggers of asset watchers. Its stream is opened from the arguments of whichever
trigger came first, and is not told who else is waiting: it could neither read those alone that a list doesn't hold, nor
stop when all are found. Airflow 2.11 has nothing. So this serves both.
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
    NotFound,
    UnexpectedResponse,
)
from whautomate_core.values.words import counted
from whautomate_core.waiting.condition import (
    CHECK_ATTEMPTS,
    BroadcastReached,
    Question,
    Seen,
    WaitingPool,
    alook,
    broadcasts_now,
    failed_check,
    may_pass,
)

if TYPE_CHECKING:
    from whautomate_core.account import Account
    from whautomate_core.client.client import AsyncClient

_polls: dict[tuple[asyncio.AbstractEventLoop, Account, type[Question]], _Poll] = {}


@asynccontextmanager
async def joined(
    account: Account,
    question: Question,
    poll_interval: float,
    *,
    requests: int = 0,
    waited: float = 0.0,
    max_requests: int | None = None,
) -> AsyncIterator[Place]:
    """Give a place among those who wait for such a thing; with the last of them their poll ends.

    :param poll_interval: There are at least so many seconds between two polls; the shortest of all places holds.
    :param requests: Requests made before; `Place.requests` goes on from there, as `waited` does with seconds.
    :param max_requests: How many requests may be made. A poll that others share counts in full for each.
    """
    key = (asyncio.get_running_loop(), account, type(question))
    poll = _polls.get(key)
    if poll is None:
        poll = _polls[key] = _Poll(account)
    place = Place(poll, question, poll_interval, requests, waited, max_requests)
    poll.places.append(place)
    try:
        yield place
    finally:
        poll.places.remove(place)
        if not poll.places:
            del _polls[key]
            await poll.end()


class Place:
    """The place of one who waits."""

    def __init__(
        self,
        poll: _Poll,
        question: Question,
        poll_interval: float,
        requests: int,
        waited: float,
        max_requests: int | None,
    ) -> None:
        self.question = question
        self.poll_interval = poll_interval
        self.requests = requests
        self.waited = waited
        self.at = 0.0
        self._poll = poll
        self._most = max_requests
        self._answer: asyncio.Future[Seen | Exception] | None = None

    async def look(self, at: float) -> Seen:
        """What there is to be seen at a moment (seconds since the epoch), or before where others look before.

        A check that failed and may succeed later is one that saw nothing (`Seen.failed`).

        :raises BudgetExceeded: where that would be over `max_requests`.
        :raises WhautomateError: as the client does.
        """
        if self._most is not None and self.requests >= self._most:
            raise BudgetExceeded(
                f"the step has made {counted(self.requests, 'request')} and max_requests is {self._most}"
            )
        self.at = at
        self._answer = asyncio.get_running_loop().create_future()
        self._poll.asked.set()
        answer = await self._answer
        if isinstance(answer, Exception):
            # It is raised in each who waited: without that, each would add its own lines to one traceback.
            raise answer.with_traceback(None)
        return answer

    @property
    def asks(self) -> bool:
        return self._answer is not None and not self._answer.done()

    def tell(self, answer: Seen | Exception, requests: int = 0, waited: float = 0.0) -> None:
        if self._answer is not None and not self._answer.done():
            self.requests += requests
            self.waited += waited
            if isinstance(answer, Exception) and may_pass(answer):
                answer = failed_check(answer)
            self._answer.set_result(answer)


class _Poll:
    """Looks for all who have a place, until it is ended."""

    def __init__(self, account: Account) -> None:
        self.places: list[Place] = []
        self.asked = asyncio.Event()
        self._account = account
        # In a context of its own: what it logs is of all who wait, and Airflow's is that of the task that came first.
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
                        # Not for longer at a time: the clock may be set meanwhile.
                        async with asyncio.timeout(min(seconds, 60.0)):
                            await self.asked.wait()
                    continue
                now, before = time.time(), _used(client)
                due = [place for place in asking if place.at <= now]
                try:
                    if client is None:
                        client = await asyncio.to_thread(self._open)
                    await self._look(client, asking, due)
                except Exception as error:
                    # What may pass by the time of their own next look is no news for those who only came along.
                    for place in due if may_pass(error) else asking:
                        place.tell(error, *_used(client, before))
                last = time.monotonic()
        finally:
            if client is not None:
                await client.aclose()

    def _open(self) -> AsyncClient:
        # In a thread: it loads the client and opens the state database, and the loop is that of all triggers.
        from whautomate_core.client.client import AsyncClient

        return AsyncClient(self._account, pool=WaitingPool(self._account), attempts=CHECK_ATTEMPTS)

    async def _look(self, client: AsyncClient, asking: list[Place], due: list[Place]) -> None:
        if due and isinstance(due[0].question, BroadcastReached):
            await _look_at_broadcasts(client, asking, due)
            return
        groups: dict[Question, list[Place]] = {}
        for place in due:
            groups.setdefault(place.question, []).append(place)
        for question, places in groups.items():
            before = _used(client)
            try:
                answer: Seen | Exception = await alook(client, question.look)
            except _OF_ONE as error:
                answer = error
            for place in places:
                place.tell(answer, *_used(client, before))


async def _look_at_broadcasts(client: AsyncClient, asking: list[Place], due: list[Place]) -> None:
    def ids(places: list[Place]) -> set[str]:
        return {place.question.broadcast_id for place in places if isinstance(place.question, BroadcastReached)}

    before = _used(client)
    found = await alook(client, partial(broadcasts_now, ids(asking), ids(due)))
    for place in asking:
        assert isinstance(place.question, BroadcastReached)
        broadcast = found.get(place.question.broadcast_id)
        if broadcast is not None:
            answer = broadcast if isinstance(broadcast, Exception) else place.question.decide(broadcast)
            place.tell(answer, *_used(client, before))


_OF_ONE = (ConfigurationError, InvalidRequest, NotFound, UnexpectedResponse)
"""Errors that concern what one waits for, and nobody else."""


def _used(client: AsyncClient | None, before: tuple[int, float] = (0, 0.0)) -> tuple[int, float]:
    """Requests made and seconds waited for permits since."""
    return (client.used.requests - before[0], client.used.waited - before[1]) if client else (0, 0.0)


def _until(asking: list[Place], last: float) -> float:
    """Seconds until the next poll."""
    if not asking:
        return float("inf")
    since = time.monotonic() - last
    return max(min(place.at for place in asking) - time.time(), min(place.poll_interval for place in asking) - since)
