"""The two clients: the only place that does HTTP. They are the lines that wait.

The order of things is written once, as generators (`base.py`, `guard.py`, `whole.py`) that both clients drive. What an
answer means is in `answers.py`, how requests reach the server in `transport.py`. Nothing here knows an endpoint.
"""

from __future__ import annotations

import asyncio
import functools
import math
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from contextlib import aclosing, closing, suppress
from typing import Any, TypeVar, cast

import httpx
from tenacity import AsyncRetrying, Retrying

from whautomate_core.account import Account
from whautomate_core.api.call import Call
from whautomate_core.client import transport as http_transport
from whautomate_core.client.answers import Content, lost, read_answer
from whautomate_core.client.base import BaseClient
from whautomate_core.client.connections import leaves
from whautomate_core.client.rate_headers import asks_for_pause, counters, retry_after
from whautomate_core.client.retries import ATTEMPTS, REPEATED, gone, retrying
from whautomate_core.client.steps import Ask, Permits, Rest, Send
from whautomate_core.client.templates import Looked
from whautomate_core.client.transport import AT_ONCE, TimeLeft, TooSlow, http_settings, request_of, transport_for
from whautomate_core.client.whole import Take, Whole
from whautomate_core.errors import NotFound, OutcomeUnknown, QuotaExhausted, StateUnavailable, UnexpectedResponse
from whautomate_core.state.pool import LONGEST_SLEEP, Grant, Lane, Pool, SharedPool
from whautomate_core.values.confidential import confidential, raise_alone

R = TypeVar("R")
T = TypeVar("T")

Step = Permits | Send | Ask | Rest | Call[Any]


class Client(BaseClient):
    """Sends calls, one at a time or from several threads. Use it as a context manager, or `close()` it.

    Args:
        account: Where to and as whom.
        pool: Where permits come from; the account's pool in its state database by default.
        lane: `bulk` leaves some permits of each window to `interactive` callers.
        max_wait: The longest wait for a permit, in seconds; None waits as long as it takes.
        max_requests: How many requests this client may make; `BudgetExceeded` is raised before one more.
        attempts: How often a request that may be repeated is made before its error is raised.
        run: The name of the run that it works for. Claims carry it, so that later runs can say who sent something.
        transport: Another way to the server, for tests.
        sleep: Waits between two attempts, and between two readings of a list; for tests.
        on_response: Called with each answer before its content is read.
    """

    def __init__(
        self,
        account: Account,
        *,
        pool: Pool | None = None,
        lane: Lane = "interactive",
        max_wait: float | None = None,
        max_requests: int | None = None,
        attempts: int = ATTEMPTS,
        run: str | None = None,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
        on_response: Callable[[httpx.Response], None] | None = None,
    ) -> None:
        super().__init__(account, pool, lane, max_wait, max_requests, attempts, run)
        settings = {**http_settings(account), "transport": transport}
        self._make_http, self._has_transport = functools.partial(httpx.Client, **settings), transport is not None
        self._make_line = functools.partial(threading.Semaphore, AT_ONCE)
        self._on_response, self._sleep = on_response, sleep
        self._rest: Callable[[float], object] = self.used.sleep if sleep is time.sleep else sleep  # ends at a stop
        self._begin()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        if self._http is not None:
            self._http.close()
        self._gauges.close()

    def send(
        self,
        call: Call[R],
        *,
        before: Callable[[], None] | None = None,
        read: Callable[[Any], None] = lambda answer: None,
    ) -> R:
        """Send a call and return its record.

        The account's policy is asked first, and may read the people that the call is about (`guard.py`). Some calls are
        repeated: reads, DELETE, PUT and tag calls after a lost connection, 5xx or 429; creates, sends and bookings
        only if the server certainly did nothing. Each attempt takes a permit for each of its requests.

        Args:
            before: Called directly before a call that must happen once leaves, its permit in hand; on each attempt.
                An error that it raises keeps the call from being sent.
            read: Called with the answer to each read that precedes the call.

        Raises: `PolicyRefused`, `AuthenticationError`, `NotFound`, `InvalidRequest`, `RateLimited`, `ServerError`,
            `ConnectionFailed`, `OutcomeUnknown`, `UnexpectedResponse`, `QuotaExhausted`, `BudgetExceeded`, `Stopped`.
        """
        with confidential():
            self._drive(self._look_up(call))
            try:
                return self._repeating(call, before, read)
            except OutcomeUnknown:
                if call.retry_as is None:
                    raise
            return self._repeating(call.retry_as, before, read)

    def pages(self, call: Call[list[R]]) -> Iterator[list[R]]:
        """Read a list page by page, each record once. A record that is not on it may exist all the same."""
        pages = self.pages_of(call)
        while not pages.done:
            yield pages.take(self.send(pages.next_call()))

    def everything(self, call: Call[list[R]]) -> list[R]:
        """Everything that a whole list holds, so that what is not on it is known not to exist: see `whole.py`.

        Raises: `ListUnstable` if it changes each time it is read.
        """
        return self._drive(self._everything(call))

    def read_whole(self, call: Call[list[R]], take: Take, **more: Any) -> Whole:
        """Read a whole list without keeping it: see `whole.read_whole`, whose `since` and `most` it takes."""
        return self._drive(self._reading(call, take, **more))

    def look_up_template(self, call: Call[Any]) -> Looked:
        """Look up the template that a call sends, as `send` does: see `templates.look_up`."""
        return self._drive(self._look_up(call))

    def rest(self, seconds: float) -> None:
        """Wait. Raises `Stopped` as soon as the client is told to stop."""
        self._say_rest(seconds)
        self._rest(seconds)

    def rest_until(self, moment: float) -> None:
        """`rest` until a moment of `time.monotonic`."""
        if (seconds := moment - time.monotonic()) > 0:
            self.rest(seconds)

    # --- the lines that wait

    def _repeating(self, call: Call[R], before: Callable[[], None] | None, read: Callable[[Any], None]) -> R:
        try:
            return self._drive(self._attempt(call, before, read))
        except REPEATED as error:
            failed, may_have_happened = [error], error.may_have_happened
        # tenacity sees the first failure again. Entering it costs time, and most first attempts succeed.
        for attempt in Retrying(sleep=self._sleep, **self._retrying):
            with attempt:
                if failed:
                    raise failed.pop()
                try:
                    return self._drive(self._attempt(call, before, read))
                except NotFound as error:
                    return cast(R, gone(call, error, may_have_happened))
                except REPEATED as error:
                    may_have_happened |= error.may_have_happened
                    raise
        raise AssertionError("unreachable")  # Retrying returns or raises

    def _drive(self, steps: Generator[Step, Any, T]) -> T:
        """Carry out the steps of a generator, which learns what came of each, and return what it returns."""
        try:
            step = next(steps)
            while True:
                try:
                    answer = self._do(step)
                except Exception as error:
                    step = steps.throw(error)
                else:
                    step = steps.send(answer)
        except StopIteration as end:
            return cast(T, end.value)

    def _do(self, step: Step) -> Any:
        if isinstance(step, Send):
            return self._exchange(step.call, step.grant)
        if isinstance(step, Permits):
            return self._permits(step.count)
        if isinstance(step, Ask):
            return step.question()
        if isinstance(step, Rest):
            return self.rest(step.seconds)
        return self._page(step)

    def _page(self, call: Call[list[R]]) -> list[R]:
        """A page of a whole list. An answer that can't be read is asked for again, or all passes would start again."""
        for attempt in Retrying(sleep=self._sleep, **retrying(ATTEMPTS, UnexpectedResponse)):
            with attempt:
                return self.send(call)
        raise AssertionError("unreachable")

    def _permits(self, permits: int) -> Grant:
        self.used.take(permits)
        grant = self._in_parts(permits) if isinstance(self.pool, SharedPool) else self._granted(permits, self.max_wait)
        self.used.wait(grant.waited)
        self.used.require_running()
        return grant

    def _granted(self, permits: int, max_wait: float | None) -> Grant:
        return self.pool.acquire(permits, lane=self._lane, max_wait=max_wait)

    def _in_parts(self, permits: int) -> Grant:
        """Wait for permits in parts, so that a client that is told to stop does not wait for a day to notice it."""
        until = math.inf if self.max_wait is None else time.monotonic() + self.max_wait
        while True:
            left = until - time.monotonic()
            try:
                return self._granted(permits, min(max(left, 0.0), LONGEST_SLEEP))
            except QuotaExhausted as error:
                wait = (error.next_permit_at or time.time() + 1.0) - time.time()
                if wait > left:
                    raise
                self._say_wait(time.time() + wait, self.account.shown, error.why)
                self.used.wait(self.used.sleep(min(wait, LONGEST_SLEEP)))

    def _exchange(self, call: Call[R], grant: Grant) -> R:
        """Send one request and read its answer."""
        self.used.send()

        def departs(event: str, info: Any) -> None:
            if leaves(event, info):
                self.pool.departed(grant)

        with self._line:
            left = TimeLeft(self.used)
            request = request_of(call, self.account, {"trace": departs, "timeout": left.timeouts})
            try:
                with closing(transport_for(self._opened(), request).handle_request(request)) as response:
                    if self._on_response is not None:
                        self._on_response(response)
                    content = Content(call, response)
                    for chunk in response.iter_bytes():
                        content.add(chunk)
            except (httpx.TransportError, httpx.DecodingError) as error:
                raise_alone(lost(call, TooSlow("") if left.over else error, self.account))
        if why := asks_for_pause(response, content.bytes()):
            with suppress(StateUnavailable):  # what the answer means must not be lost
                self.pool.pause(retry_after(response.headers), grant, why)
        answer = read_answer(call, response, content.bytes(), self.account)
        if told := counters(response.headers, time.time()):
            with suppress(StateUnavailable):  # the call has happened, and must not look as if it had not
                self.pool.counted(*told, grant)
        return answer


class AsyncClient(BaseClient):
    """`Client` for coroutines: the same arguments except `on_response`, the same methods awaited."""

    def __init__(
        self,
        account: Account,
        *,
        pool: Pool | None = None,
        lane: Lane = "interactive",
        max_wait: float | None = None,
        max_requests: int | None = None,
        attempts: int = ATTEMPTS,
        run: str | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        super().__init__(account, pool, lane, max_wait, max_requests, attempts, run)
        settings = {**http_settings(account), "transport": transport}
        self._make_http, self._has_transport = functools.partial(httpx.AsyncClient, **settings), transport is not None
        self._make_line = functools.partial(asyncio.Semaphore, AT_ONCE)
        self._sleep = sleep
        self._begin()

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        if self._http is not None:
            await self._http.aclose()
        await self._gauges.aclose()

    async def send(self, call: Call[R]) -> R:
        """`Client.send`."""
        with confidential():
            await self._drive(self._look_up(call))
            try:
                return await self._repeating(call)
            except OutcomeUnknown:
                if call.retry_as is None:
                    raise
            return await self._repeating(call.retry_as)

    async def pages(self, call: Call[list[R]]) -> AsyncIterator[list[R]]:
        """`Client.pages`."""
        pages = await asyncio.to_thread(self.pages_of, call)
        while not pages.done:
            yield pages.take(await self.send(pages.next_call()))

    # --- the lines that wait

    async def _repeating(self, call: Call[R]) -> R:
        try:
            return await self._drive(self._attempt(call))
        except REPEATED as error:
            failed, may_have_happened = [error], error.may_have_happened
        async for attempt in AsyncRetrying(sleep=self._sleep, **self._retrying):
            with attempt:
                if failed:
                    raise failed.pop()
                try:
                    return await self._drive(self._attempt(call))
                except NotFound as error:
                    return cast(R, gone(call, error, may_have_happened))
                except REPEATED as error:
                    may_have_happened |= error.may_have_happened
                    raise
        raise AssertionError("unreachable")

    async def _drive(self, steps: Generator[Step, Any, T]) -> T:
        try:
            step = next(steps)
            while True:
                try:
                    answer = await self._do(step)
                except Exception as error:
                    step = steps.throw(error)
                else:
                    step = steps.send(answer)
        except StopIteration as end:
            return cast(T, end.value)

    async def _do(self, step: Step) -> Any:
        if isinstance(step, Send):
            return await self._exchange(step.call, step.grant)
        if isinstance(step, Permits):
            return await self._permits(step.count)
        if isinstance(step, Ask):
            return await asyncio.to_thread(step.question)
        if isinstance(step, Rest):
            return await self._rest(step.seconds)
        return await self.send(step)

    async def _rest(self, seconds: float) -> None:
        self._say_rest(seconds)
        await self._sleep(seconds)
        self.used.require_running()

    async def _permits(self, permits: int) -> Grant:
        self.used.take(permits)
        grant = await self.pool.aacquire(permits, lane=self._lane, max_wait=self.max_wait)
        self.used.wait(grant.waited)
        self.used.require_running()
        return grant

    async def _exchange(self, call: Call[R], grant: Grant) -> R:
        self.used.send()

        async def departs(event: str, info: Any) -> None:
            if leaves(event, info):
                await self.pool.adeparted(grant)

        async with self._line:
            request = request_of(call, self.account, {"trace": departs})
            try:
                async with (
                    asyncio.timeout(http_transport.LONGEST_REQUEST),
                    aclosing(await transport_for(self._opened(), request).handle_async_request(request)) as response,
                ):
                    content = Content(call, response)
                    async for chunk in response.aiter_bytes():
                        content.add(chunk)
            except (httpx.TransportError, httpx.DecodingError) as error:
                raise_alone(lost(call, error, self.account))
            except TimeoutError:
                raise_alone(lost(call, TooSlow(""), self.account))
        if why := asks_for_pause(response, content.bytes()):
            with suppress(StateUnavailable):
                await self.pool.apause(retry_after(response.headers), grant, why)
        answer = read_answer(call, response, content.bytes(), self.account)
        if told := counters(response.headers, time.time()):
            with suppress(StateUnavailable):
                await self.pool.acounted(*told, grant)
        return answer
