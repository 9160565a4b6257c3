"""Sending calls: the only place that does HTTP. Nothing here knows an endpoint.

What a request is, when it may be repeated and what an answer means is worked out by plain functions that both
clients share; `Client` and `AsyncClient` are the lines that wait.
"""

from __future__ import annotations

import asyncio
import email.utils
import json
import logging
import platform
import re
import ssl
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar, cast

import httpx
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    wait_random_exponential,
)

from whautomate_core import __version__
from whautomate_core.account import Account
from whautomate_core.call import Call, Repeat
from whautomate_core.errors import (
    AuthenticationError,
    BudgetExceeded,
    ConfigurationError,
    ConnectionFailed,
    InvalidRequest,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    ServerError,
    UnexpectedResponse,
    WhautomateError,
)
from whautomate_core.state import open_state
from whautomate_core.state.pool import Grant, Lane, Pool

log = logging.getLogger(__name__)

R = TypeVar("R")

ATTEMPTS = 6
LARGEST_ANSWER = 32 * 2**20
"""Bytes; a larger answer is refused while it arrives."""
PAGE_SIZE = 100
"""Asked of every list: the largest size that any source names (evidence C)."""
USER_AGENT = f"whautomate-pipelines/{__version__} python/{platform.python_version()} httpx/{httpx.__version__}"


# --- what both clients share ------------------------------------------------------------------------------------


class _NoQueries(logging.Filter):
    """Keeps httpx from logging our requests: their URLs hold what is searched for, and that may be a person."""

    def __init__(self) -> None:
        super().__init__()
        self.hosts: set[str] = set()

    def filter(self, record: logging.LogRecord) -> bool:
        arguments = record.args if isinstance(record.args, tuple) else ()
        return not any(isinstance(one, httpx.URL) and one.host in self.hosts for one in arguments)


_no_queries = _NoQueries()
logging.getLogger("httpx").addFilter(_no_queries)


def _http_settings(account: Account) -> dict[str, Any]:
    _no_queries.hosts.add(httpx.URL(account.host).host)
    try:
        verify: Any = ssl.create_default_context(cafile=account.ca_bundle) if account.ca_bundle else True
    except (OSError, ssl.SSLError):
        raise ConfigurationError("ca_bundle is no file of certificates that can be read") from None
    try:
        proxy = httpx.Proxy(account.proxy) if account.proxy else None
    except (httpx.InvalidURL, ValueError):
        raise ConfigurationError("proxy must be an address such as http://proxy.example:3128") from None
    return {
        "base_url": account.host,
        "headers": {"x-api-key": account.key, "accept": "application/json", "user-agent": USER_AGENT},
        "timeout": httpx.Timeout(30.0, connect=5.0),
        # A redirect would carry the key to whoever is named in it.
        "follow_redirects": False,
        "proxy": proxy,
        "verify": verify,
        # Servers close idle connections after some seconds. A create that meets such a closing has an unknown
        # outcome, so a connection that was idle for longer than it takes to be sure is not used again.
        "limits": httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=2.0),
        "trust_env": account.proxy is None,
    }


def _say_if_assumed(account: Account) -> None:
    if account.limits_assumed:
        log.warning(
            "account %s: plan is not set, so the limits of a trial are kept (60 requests a minute, 100 a day); "
            "set plan to trial or subscribed in the connection or block",
            account.id,
        )


def _request(call: Call[Any]) -> dict[str, Any]:
    sent = {} if call.body is None else {"json": call.body}
    return {"method": call.method, "url": call.url, "params": dict(call.query), **sent}


def _failure(call: Call[Any], error: httpx.TransportError) -> WhautomateError:
    """A connection that failed -> what it means for this call."""
    kind = type(error).__name__
    if isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)):
        return ConnectionFailed(f"{_name(call)}: no connection to the host ({kind}): is the host right and reachable?")
    if call.repeat is Repeat.ONCE:
        return _unknown(call, f"the connection was lost ({kind})")
    return ConnectionFailed(f"{_name(call)}: the connection was lost ({kind})")


def _unknown(call: Call[Any], why: str, status: int | None = None) -> OutcomeUnknown:
    return OutcomeUnknown(
        f"{_name(call)}: {why}, so it may or may not have happened; it is not sent again", status=status
    )


def _name(call: Call[Any]) -> str:
    return f"{call.method} {call.path}"


def _answer(call: Call[R], response: httpx.Response, content: bytes) -> R:
    """The record that an answer holds. Raises what the answer means otherwise."""
    status, key = response.status_code, response.request.headers.get("x-api-key", "")
    if 200 <= status < 300:
        try:
            value = json.loads(content)
            problem = _problem(call, value, key)
        except ValueError:
            value, problem = None, "is not JSON"
        if problem is None:
            return cast(R, value)
        if call.repeat is Repeat.ONCE and not (isinstance(value, dict) and value.get("error")):
            raise _unknown(call, f"the answer {problem}", status)
        raise UnexpectedResponse(f"{_name(call)}: the answer {problem}", status=status)
    said = _server_words(call, content, key)
    if 300 <= status < 400:
        raise UnexpectedResponse(
            f"{_name(call)}: redirected ({status}), which is not followed: check the host", status=status
        )
    if status in (401, 403):
        raise AuthenticationError(f"{_name(call)}: the key was refused ({status}){said}", status=status)
    if status == 404:
        raise NotFound(f"{_name(call)}: not found (404){said}", status=status)
    if status == 429:
        raise RateLimited(f"{_name(call)}: too many requests (429)", retry_after=_retry_after(response))
    if status < 500 and status != 408:
        raise InvalidRequest(f"{_name(call)}: refused ({status}){said}", status=status)
    if call.repeat is Repeat.ONCE:
        raise _unknown(call, f"the server failed ({status})", status)
    raise ServerError(f"{_name(call)}: the server failed ({status})", status=status)


def _problem(call: Call[Any], value: Any, key: str) -> str | None:
    if not isinstance(value, call.answer):
        return f"is a {type(value).__name__} and not a {call.answer.__name__}"
    if isinstance(value, dict) and value.get("error"):
        return f"holds an error{_server_words(call, json.dumps(value).encode(), key)}"
    if isinstance(value, dict) and value.get("success") is False:
        return "says that it did not succeed"
    return None


def _server_words(call: Call[Any], content: bytes, key: str) -> str:
    """What the server said of an error, without the key, what was sent and numbers of people."""
    try:
        value = json.loads(content)
    except ValueError:
        return ""
    error = value.get("error") if isinstance(value, dict) else None
    words = (
        error.get("message") if isinstance(error, dict) else error or (isinstance(value, dict) and value.get("message"))
    )
    if not isinstance(words, str) or not words:
        return ""
    for sent in sorted(_leaves([call.body, dict(call.query), call.ids, key]), key=len, reverse=True):
        if len(sent.strip()) > 2:
            spelled = r"\s+".join(map(re.escape, sent.split()))
            words = re.sub(spelled, "…", words, flags=re.IGNORECASE)
    words = re.sub(r"\S+@\S+", "…", re.sub(r"\+?\d[\d\s().-]{5,}\d", "…", words))
    return f": {' '.join(words.split())[:300]}"


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for one in value.values():
            yield from _leaves(one)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from _leaves(one)
    elif isinstance(value, str):
        yield value


def _retry_after(response: httpx.Response) -> float | None:
    value = response.headers.get("retry-after", "")
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - time.time())
    except ValueError:
        return None


class _Content:
    """The bytes of an answer, refused when they grow too large."""

    def __init__(self, call: Call[Any]) -> None:
        self._call = call
        self._chunks = bytearray()

    def add(self, chunk: bytes) -> None:
        self._chunks += chunk
        if len(self._chunks) > LARGEST_ANSWER:
            if self._call.repeat is Repeat.ONCE:
                raise _unknown(self._call, "the answer is over 32 MiB")
            raise UnexpectedResponse(f"{_name(self._call)}: the answer is over 32 MiB")

    def bytes(self) -> bytes:
        return bytes(self._chunks)


_backoff = wait_random_exponential(multiplier=0.5, max=30.0)


def _wait(state: RetryCallState) -> float:
    # After a 429 the pool is paused, so the next permit is the wait.
    error = state.outcome.exception() if state.outcome else None
    return 0.0 if isinstance(error, RateLimited) else _backoff(state)


def _log_retry(state: RetryCallState) -> None:
    log.info("%s; trying again (%d of %d)", state.outcome and state.outcome.exception(), state.attempt_number, ATTEMPTS)


_RETRYING: dict[str, Any] = {
    "retry": retry_if_exception_type((RateLimited, ConnectionFailed, ServerError)),
    "stop": stop_after_attempt(ATTEMPTS),
    "wait": _wait,
    "before_sleep": _log_retry,
    "reraise": True,
}


def rechecked(call: Call[R]) -> Call[R] | None:
    """How a call with an unknown outcome goes on: read, and send what is left. That may be repeated as a whole."""
    if call.recheck is None:
        return None
    return replace(call, repeat=Repeat.IDEMPOTENT, read_first=call.recheck)


def _gone(call: Call[Any], error: NotFound, attempt: int) -> Any:
    """A DELETE that finds nothing on a later try has succeeded."""
    if call.method == "DELETE" and attempt > 1:
        return {"success": True}
    raise error


def _rest(call: Call[R], record: Any) -> Call[R] | None:
    """What to send after the read of a pair; it may be repeated as the pair may."""
    assert call.read_first is not None
    rest = call.read_first.then(record)
    return None if rest is None else cast(Call[R], replace(rest, repeat=call.repeat))


class Used:
    """What a client has used so far; safe to share between threads."""

    def __init__(self, max_requests: int | None) -> None:
        self.requests = 0
        """Requests sent, repeats included."""
        self.waited = 0.0
        """Seconds waited for permits, added up over all threads and tasks."""
        self._taken = 0
        self._most = max_requests
        self._lock = threading.Lock()

    def take(self, permits: int) -> None:
        """Raise `BudgetExceeded` where so many more requests are over `max_requests`."""
        with self._lock:
            if self._most is not None and self._taken + permits > self._most:
                raise BudgetExceeded(f"the step has made {self.requests} requests and max_requests is {self._most}")
            self._taken += permits

    def wait(self, seconds: float) -> None:
        with self._lock:
            self.waited += seconds

    def send(self) -> None:
        with self._lock:
            self.requests += 1

    def go_on(self, requests: int, waited: float) -> None:
        """Count on from what an earlier part of the step used."""
        with self._lock:
            self.requests += requests
            self._taken += requests
            self.waited += waited


@dataclass
class Pages:
    """Walks a list page by page: pages count from 1 (two integrators, evidence C), answers are bare arrays.

    The server may give fewer than asked for, so only an empty page, or one shorter than those before, is the last.
    """

    call: Call[Any]
    page: int = 0
    size: int = 0
    seen: set[str] = field(default_factory=set)
    repeated: int = 0
    """Records that came twice: the list moved under the reading. They are returned once."""
    done: bool = False

    def next_call(self) -> Call[Any]:
        self.page += 1
        query = {"limit": str(PAGE_SIZE), **self.call.query, "page": str(self.page)}
        return replace(self.call, query=query)

    def take(self, records: list[Any]) -> list[Any]:
        """The records of a page that were not seen before; sets `done` at the last page."""
        ids = [r.get("id") if isinstance(r, dict) else None for r in records]
        new = [r for r, i in zip(records, ids, strict=True) if i is None or i not in self.seen]
        if records and not new and len(records) >= self.size:
            raise UnexpectedResponse(
                f"{_name(self.call)}: page {self.page} repeats what came before: is paging ignored?"
            )
        self.repeated += len(records) - len(new)
        self.seen.update(i for i in ids if i is not None)
        self.done = not records or len(records) < self.size
        self.size = max(self.size, len(records))
        return new


# --- the two clients --------------------------------------------------------------------------------------------


class Client:
    """Sends calls, one at a time or from several threads. Use it as a context manager, or `close()` it.

    Args:
        account: Where to and as whom.
        pool: Where permits come from; the account's pool in its state database by default.
        lane: `bulk` leaves some permits of each window to `interactive` callers.
        max_wait: The longest wait for a permit in seconds; None waits as long as it takes.
        max_requests: How many requests this client may make; `BudgetExceeded` is raised before one more.
        transport: Another way to the server, for tests.
        sleep: What waits between two attempts, for tests.
    """

    def __init__(
        self,
        account: Account,
        *,
        pool: Pool | None = None,
        lane: Lane = "interactive",
        max_wait: float | None = None,
        max_requests: int | None = None,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.account = account
        self.used = Used(max_requests)
        self._pool = pool or open_state(account.state).pool(account.id, account.limits)
        self._lane = lane
        self._max_wait = max_wait
        _say_if_assumed(account)
        self._http = httpx.Client(**_http_settings(account), transport=transport)
        self._sleep = sleep

    @property
    def requests(self) -> int:
        """Requests sent so far, repeats included."""
        return self.used.requests

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def send(self, call: Call[R]) -> R:
        """Send a call and return its record.

        Repeats what may be repeated: reads, DELETE and PUT after a lost connection, 5xx or 429; creates, sends and
        tag calls only where the server certainly did nothing. Each attempt takes a permit.

        Raises: `AuthenticationError`, `NotFound`, `InvalidRequest`, `RateLimited`, `ServerError`,
            `ConnectionFailed`, `OutcomeUnknown`, `UnexpectedResponse`, `QuotaExhausted`.
        """
        try:
            return self._repeating(call)
        except OutcomeUnknown:
            safe = rechecked(call)
            if safe is None:
                raise
            return self._repeating(safe)

    def pages(self, call: Call[list[R]]) -> Iterator[list[R]]:
        """Read a list page by page, each record once."""
        pages = Pages(call)
        while not pages.done:
            yield pages.take(self.send(pages.next_call()))

    def _repeating(self, call: Call[R]) -> R:
        for attempt in Retrying(sleep=self._sleep, **_RETRYING):
            with attempt:
                number = attempt.retry_state.attempt_number
                try:
                    return self._try(call)
                except NotFound as error:
                    return cast(R, _gone(call, error, number))
                except RateLimited as error:
                    self._pool.pause(error.retry_after)
                    raise
        raise AssertionError("unreachable")  # Retrying returns or raises

    def _try(self, call: Call[R]) -> R:
        # Both permits of a pair at once: what was read must not grow old while its write waits for a permit.
        permits = 1 if call.read_first is None else 2
        self.used.take(permits)
        grant = self._pool.acquire(permits, lane=self._lane, max_wait=self._max_wait)
        self.used.wait(grant.waited)
        if call.read_first is None:
            return self._exchange(call, grant)
        record = self._exchange(call.read_first.read, grant)
        rest = _rest(call, record)
        return cast(R, record) if rest is None else self._exchange(rest, grant)

    def _exchange(self, call: Call[R], grant: Grant) -> R:
        self.used.send()
        content = _Content(call)

        def leaves(event: str, info: Any) -> None:
            if event.endswith("send_request_headers.started"):
                self._pool.departed(grant)

        try:
            with self._http.stream(**_request(call), extensions={"trace": leaves}) as response:
                for chunk in response.iter_bytes():
                    content.add(chunk)
        except httpx.TransportError as error:
            raise _failure(call, error) from None
        return _answer(call, response, content.bytes())


class AsyncClient:
    """`Client` for coroutines: the same arguments, the same methods awaited."""

    def __init__(
        self,
        account: Account,
        *,
        pool: Pool | None = None,
        lane: Lane = "interactive",
        max_wait: float | None = None,
        max_requests: int | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.account = account
        self.used = Used(max_requests)
        self._pool = pool or open_state(account.state).pool(account.id, account.limits)
        self._lane = lane
        self._max_wait = max_wait
        _say_if_assumed(account)
        self._http = httpx.AsyncClient(**_http_settings(account), transport=transport)
        self._sleep = sleep

    @property
    def requests(self) -> int:
        """`Client.requests`."""
        return self.used.requests

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        await self._http.aclose()

    async def send(self, call: Call[R]) -> R:
        """`Client.send`."""
        try:
            return await self._repeating(call)
        except OutcomeUnknown:
            safe = rechecked(call)
            if safe is None:
                raise
            return await self._repeating(safe)

    async def pages(self, call: Call[list[R]]) -> AsyncIterator[list[R]]:
        """`Client.pages`."""
        pages = Pages(call)
        while not pages.done:
            yield pages.take(await self.send(pages.next_call()))

    async def _repeating(self, call: Call[R]) -> R:
        async for attempt in AsyncRetrying(sleep=self._sleep, **_RETRYING):
            with attempt:
                number = attempt.retry_state.attempt_number
                try:
                    return await self._try(call)
                except NotFound as error:
                    return cast(R, _gone(call, error, number))
                except RateLimited as error:
                    await self._pool.apause(error.retry_after)
                    raise
        raise AssertionError("unreachable")

    async def _try(self, call: Call[R]) -> R:
        permits = 1 if call.read_first is None else 2
        self.used.take(permits)
        grant = await self._pool.aacquire(permits, lane=self._lane, max_wait=self._max_wait)
        self.used.wait(grant.waited)
        if call.read_first is None:
            return await self._exchange(call, grant)
        record = await self._exchange(call.read_first.read, grant)
        rest = _rest(call, record)
        return cast(R, record) if rest is None else await self._exchange(rest, grant)

    async def _exchange(self, call: Call[R], grant: Grant) -> R:
        self.used.send()
        content = _Content(call)

        async def leaves(event: str, info: Any) -> None:
            if event.endswith("send_request_headers.started"):
                await self._pool.adeparted(grant)

        try:
            async with self._http.stream(**_request(call), extensions={"trace": leaves}) as response:
                async for chunk in response.aiter_bytes():
                    content.add(chunk)
        except httpx.TransportError as error:
            raise _failure(call, error) from None
        return _answer(call, response, content.bytes())
