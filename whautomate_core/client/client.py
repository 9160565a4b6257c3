"""Sending calls: the only place that does HTTP. Nothing here knows an endpoint.

What a request is, when it may be repeated and what an answer means is worked out by plain functions that both
clients share; `Client` and `AsyncClient` are the lines that wait.
"""

from __future__ import annotations

import asyncio
import email.utils
import functools
import json
import logging
import math
import os
import platform
import ssl
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, TypeVar, cast

import httpx
from pydantic import SecretStr
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
from whautomate_core.api.call import Act, Call, Repeat, require_named
from whautomate_core.client.cleared import Cleared
from whautomate_core.client.connections import watched
from whautomate_core.client.guard import CONCERNS, SENDS, Read, Steps, concerns, may_skip_reading, prepare
from whautomate_core.client.pages import PAGE_SIZE, Pages
from whautomate_core.client.server_words import server_words
from whautomate_core.client.whole import Reading, Rest, Take, Whole, read_whole, require_agreed
from whautomate_core.errors import (
    AuthenticationError,
    BudgetExceeded,
    ConfigurationError,
    ConnectionFailed,
    InvalidRequest,
    NotFound,
    OutcomeUnknown,
    PolicyRefused,
    QuotaExhausted,
    RateLimited,
    ServerError,
    StateUnavailable,
    Stopped,
    UnexpectedResponse,
    WhautomateError,
)
from whautomate_core.policy import numbers
from whautomate_core.state import State, open_state
from whautomate_core.state.counters import counters
from whautomate_core.state.forgotten import OPTED_OUT, REASON
from whautomate_core.state.forks import belongs_to_process
from whautomate_core.state.pool import LONGEST_SLEEP, Grant, Lane, Pool, SharedPool
from whautomate_core.state.profiles import Profile
from whautomate_core.values.confidential import confidential, raise_alone
from whautomate_core.values.progress import waits
from whautomate_core.values.redaction import shown_id
from whautomate_core.values.words import counted, requests_line

log = logging.getLogger(__name__)

R = TypeVar("R")
T = TypeVar("T")

ATTEMPTS = 6
"""Of a request that may be repeated, before its error is raised."""
AT_ONCE = 16
"""Requests of one client under way at once; others wait in line. That is plenty for five a second, and httpx slows down
the more requests wait for its connections."""
LARGEST_ANSWER = 32 * 2**20
"""Bytes; a larger answer is refused while it arrives."""
LONGEST_REQUEST = 60.0
"""Seconds from sending a request to the last byte of its answer, however slowly that trickles in."""
LONGEST_SILENCE = 30.0
"""Seconds between two bytes."""
AFTER_STOP = 10.0
"""Seconds that requests under way still get once the client was told to stop."""
LONGEST_RETRY_AFTER = 86_400.0
USER_AGENT = f"whautomate-pipelines/{__version__} python/{platform.python_version()} httpx/{httpx.__version__}"


# --- what both clients share ------------------------------------------------------------------------------------


@functools.lru_cache(maxsize=8)
def _read_certificates(ca_bundle: str | None, trust_env: bool, *read_anew_when: object) -> ssl.SSLContext:
    if ca_bundle:
        return ssl.create_default_context(cafile=ca_bundle)
    return httpx.create_ssl_context(trust_env=trust_env)


def _ssl_context(account: Account) -> ssl.SSLContext:
    """TLS settings, which all clients of a process share: reading the certificates takes longer than a request."""
    changed = os.stat(account.ca_bundle).st_mtime_ns if account.ca_bundle else None
    named = (os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))
    return _read_certificates(account.ca_bundle, account.proxy is None, changed, *named)


class _Key(httpx.Auth):
    """Puts the key into a request as it leaves, so that neither the settings nor the client hold it as text."""

    def __init__(self, key: SecretStr) -> None:
        self._key = key

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["x-api-key"] = self._key.get_secret_value()
        yield request


def _http_settings(account: Account) -> dict[str, Any]:
    try:
        verify = _ssl_context(account)
    except (OSError, ssl.SSLError):
        raise ConfigurationError("ca_bundle is no file of certificates that can be read") from None
    return {
        "base_url": account.host,
        "auth": _Key(account.key),
        "headers": {
            "accept": "application/json",
            # The one that grows a thousandfold at most while it is unpacked.
            "accept-encoding": "gzip",
            "user-agent": USER_AGENT,
        },
        "timeout": httpx.Timeout(LONGEST_SILENCE, connect=5.0),
        # A redirect would carry the key to whoever is named in it.
        "follow_redirects": False,
        "proxy": account.proxy and httpx.Proxy(account.proxy.get_secret_value()),
        "verify": verify,
        # Servers close idle connections after some seconds. A create that meets such a closing has an unknown
        # outcome, so a connection that was idle for longer than it takes to be sure is not used again.
        "limits": httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE, keepalive_expiry=2.0),
        "trust_env": account.proxy is None,
    }


def _say_if_assumed(account: Account) -> None:
    if account.limits_assumed:
        log.warning(
            "account %s: plan is not set, so trial limits apply (60 requests a minute, 100 a day); "
            "set plan to trial or subscribed in the connection or block",
            account.id,
        )


def _request(call: Call[Any]) -> dict[str, Any]:
    sent = {} if call.body is None else {"json": call.body}
    return {"method": call.method, "url": call.url, "params": dict(call.query), **sent}


def _to(error: httpx.RequestError) -> str:
    """Where a request was going, without path and query."""
    try:
        url = error.request.url
    except RuntimeError:  # raised outside a request
        return "the host"
    return f"{url.scheme}://{url.netloc.decode()}"


def _failure(call: Call[Any], error: httpx.RequestError) -> WhautomateError:
    """A connection that failed, or an answer that can't be decoded -> what it means for this call."""
    kind = type(error).__name__
    if isinstance(error, _TooSlow):
        kind = f"no whole answer within {LONGEST_REQUEST:g} s"
    if isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)):
        return ConnectionFailed(
            f"{_name(call)}: no connection to {_to(error)} ({kind}): is the host right and reachable?"
        )
    if call.repeat is Repeat.ONCE:
        return _unknown(call, f"the connection was lost ({kind})")
    return _repeatable(call, ConnectionFailed(f"{_name(call)}: the connection was lost ({kind})"))


def _repeatable(call: Call[Any], error: WhautomateError) -> WhautomateError:
    """The error of a call that may be repeated though it may have happened."""
    error.may_have_happened = call.repeat is not Repeat.SAFE
    return error


def _unknown(call: Call[Any], why: str, status: int | None = None) -> OutcomeUnknown:
    return OutcomeUnknown(
        f"{_name(call)}: {why}, so it may or may not have happened; it is not sent again", status=status
    )


def _name(call: Call[Any]) -> str:
    return f"{call.method} {call.path}"


def _name_with_ids(call: Call[Any]) -> str:
    return f"{call.method} {call.path.format(*map(shown_id, call.ids))}"


_NOT_TAKEN = {301, 307, 308}
"""Redirects that ask for the same request elsewhere; after the others (303 says so) it may have been done."""
_GIVEN_UP = {408, 499}
"""Of 4xx those of a proxy that stopped waiting, for us or for the server behind it."""


def _answer(call: Call[R], response: httpx.Response, content: bytes, account: Account) -> R:
    """The record that an answer holds. Raises what the answer means otherwise."""
    status = response.status_code
    if 200 <= status < 300:
        try:
            value = json.loads(content, parse_constant=_number, parse_float=_number)
            problem = _problem(call, value, account)
        except (ValueError, RecursionError):
            value, problem = None, "is not JSON"
        if problem is None:
            if isinstance(value, dict) and "id" in value:
                require_named(call, value, status)
            return cast(R, value)
        # An error alone says that nothing happened; one beside an id, or `success: false`, leaves it open.
        failed = isinstance(value, dict) and value.get("error") and not value.get("id")
        if call.repeat is Repeat.ONCE and not failed:
            raise _unknown(call, f"the answer {problem}", status)
        raise UnexpectedResponse(f"{_name(call)}: the answer {problem}", status=status)
    said = server_words(call, content, account)
    if 300 <= status < 400:
        if call.repeat is Repeat.ONCE and status not in _NOT_TAKEN:
            raise _unknown(call, f"the answer leads elsewhere ({status})", status)
        raise UnexpectedResponse(
            f"{_name(call)}: redirected ({status}), which is not followed: check the host", status=status
        )
    if status in (401, 403):
        raise AuthenticationError(
            f"{_name(call)}: the key was refused ({status}){said}; check {account.key_field}, and that "
            "the key has access to this",
            status=status,
        )
    if status == 404:
        raise NotFound(f"{_name_with_ids(call)}: not found (404){said}", status=status)
    if status == 429:
        raise RateLimited(f"{_name(call)}: too many requests (429){said}", retry_after=_retry_after(response))
    if 400 <= status < 500 and status not in _GIVEN_UP:
        raise InvalidRequest(f"{_name(call)}: refused ({status}){said}", status=status)
    if call.repeat is Repeat.ONCE:
        raise _unknown(call, f"the server failed ({status})", status)
    raise _repeatable(call, ServerError(f"{_name(call)}: the server failed ({status})", status=status))


def _number(text: str) -> float:
    """A number of an answer. Raises `ValueError` for those that JSON can't say: NaN, and what is too large."""
    if not math.isfinite(number := float(text)):
        raise ValueError("no number of JSON")
    return number


def _problem(call: Call[Any], value: Any, account: Account) -> str | None:
    if not isinstance(value, call.answer):
        return f"is a {type(value).__name__} and not a {call.answer.__name__}"
    if isinstance(value, dict) and value.get("error"):
        return f"holds an error{server_words(call, json.dumps(value).encode(), account)}"
    if isinstance(value, dict) and value.get("success") is False:
        return "says that it did not succeed"
    return None


def _retry_after(response: httpx.Response) -> float | None:
    value = response.headers.get("retry-after", "")
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = email.utils.parsedate_to_datetime(value).timestamp() - time.time()
        except (ValueError, OverflowError):  # no time, or one that can't be calculated with
            return None
    return min(max(0.0, seconds), LONGEST_RETRY_AFTER)


def _asks_for_pause(response: httpx.Response) -> bool:
    """Whether the server wants no requests for some time: 429, or 503 that says for how long."""
    return response.status_code == 429 or (response.status_code == 503 and _retry_after(response) is not None)


class _Content:
    """The bytes of an answer, refused when they grow too large, or are packed several times over."""

    def __init__(self, call: Call[Any], response: httpx.Response) -> None:
        self._call = call
        self._chunks = bytearray()
        encoding = response.headers.get("content-encoding", "").strip().lower()
        if encoding not in ("", "identity", "gzip", "deflate"):
            self._refuse("is compressed by other than gzip alone")

    def add(self, chunk: bytes) -> None:
        self._chunks += chunk
        if len(self._chunks) > LARGEST_ANSWER:
            self._refuse("is over 32 MiB")

    def bytes(self) -> bytes:
        return bytes(self._chunks)

    def _refuse(self, why: str) -> None:
        if self._call.repeat is Repeat.ONCE:
            raise _unknown(self._call, f"the answer {why}")
        raise UnexpectedResponse(f"{_name(self._call)}: the answer {why}")


class _TooSlow(httpx.ReadTimeout):
    """The whole of a request took too long."""


class _TimeLeft:
    """Seconds that a request may still take, to the sockets, which ask before each read and write."""

    def __init__(self, used: Used) -> None:
        self._used = used
        self._until = time.monotonic() + LONGEST_REQUEST

    def __index__(self) -> int:
        stopped = self._used.stopped_at
        until = self._until if stopped is None else min(self._until, stopped + AFTER_STOP)
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return math.ceil(min(left, LONGEST_SILENCE))

    @property
    def timeouts(self) -> dict[str, Any]:
        """As httpx takes them."""
        return {"connect": 5.0, "read": self, "write": self, "pool": LONGEST_SILENCE}

    @property
    def over(self) -> bool:
        return time.monotonic() > self._until


_backoff = wait_random_exponential(multiplier=0.5, max=30.0)


def _wait(state: RetryCallState) -> float:
    # After a 429 the pool is paused, so the next permit is the wait.
    error = state.outcome.exception() if state.outcome else None
    return 0.0 if isinstance(error, RateLimited) else _backoff(state)


def _retrying(attempts: int, *errors: type[WhautomateError]) -> dict[str, Any]:
    """What tenacity has to know to repeat a request after these errors."""

    def log_retry(state: RetryCallState) -> None:
        error = state.outcome and state.outcome.exception()
        log.info("%s; trying again (%d of %d)", error, state.attempt_number, attempts)

    return {
        "retry": retry_if_exception_type(errors),
        "stop": stop_after_attempt(attempts),
        "wait": _wait,
        "before_sleep": log_retry,
        "reraise": True,
    }


def _gone(call: Call[Any], error: NotFound, may_have_happened: bool) -> Any:
    """A DELETE that finds nothing has succeeded where an earlier attempt may have reached the server."""
    if call.method == "DELETE" and may_have_happened:
        return {"success": True}
    raise error


def _next(steps: Steps[R], answer: Any) -> Read | Rest | Call[R] | None:
    """What to read next (or how long to rest before), or what to send then; None where nothing is left to do."""
    try:
        return steps.send(answer)
    except StopIteration as end:
        return cast("Call[R] | None", end.value)


class Used:
    """What a client has used so far; safe to share between threads."""

    def __init__(self, max_requests: int | None) -> None:
        self.requests = 0
        """Requests sent, repeats included."""
        self.waited = 0.0
        """Seconds waited for permits, added up over all threads and tasks."""
        self.earlier: Mapping[str, int] = {}
        """What the step had changed before it waited for a permit and began anew: number by outcome."""
        self.changed: Callable[[], Mapping[str, int]] = lambda: self.earlier
        """What the step has changed so far, that included. Jobs whose report has such numbers set it."""
        self._taken = 0
        self._most = max_requests
        self._stopped = threading.Event()
        self.stopped_at: float | None = None
        """By the monotonic clock."""
        self.begin_anew()

    def begin_anew(self) -> None:
        """Count on in a child that was forked: its locks may be held by threads that it does not have."""
        self._lock = threading.Lock()
        was_stopped, self._stopped = self._stopped.is_set(), threading.Event()
        if was_stopped:
            self._stopped.set()

    def take(self, permits: int) -> None:
        """Raise `BudgetExceeded` where so many more requests are over `max_requests`."""
        self.require_running()
        with self._lock:
            if self._most is not None and self._taken + permits > self._most:
                raise BudgetExceeded(
                    f"the step has made {counted(self.requests, 'request')}, the next call takes {permits}, and "
                    f"max_requests is {self._most}"
                )
            self._taken += permits

    def stop(self) -> None:
        """Let no more requests leave."""
        self.stopped_at = self.stopped_at or time.monotonic()
        self._stopped.set()

    def sleep(self, seconds: float) -> float:
        """Wait, unless it is told to stop meanwhile. Gives how long."""
        started = time.monotonic()
        self._stopped.wait(seconds)
        self.require_running()
        return time.monotonic() - started

    def require_running(self) -> None:
        """Raise `Stopped` where no more requests may leave."""
        if self._stopped.is_set():
            raise Stopped("the step was told to stop")

    def give_back(self, grant: Grant | None) -> None:
        """Say that there was nothing left to send after a read whose grant was for both."""
        with self._lock:
            self._taken -= grant.permits - 1 if grant else 0

    def wait(self, seconds: float) -> None:
        with self._lock:
            self.waited += seconds

    def send(self) -> None:
        with self._lock:
            self.requests += 1

    def go_on(self, requests: int, waited: float, changed: Mapping[str, int] | None = None) -> None:
        """Count on from what an earlier part of the step used, and changed."""
        with self._lock:
            self.requests += requests
            self._taken += requests
            self.waited += waited
            self.earlier = changed or {}

    def __str__(self) -> str:
        return requests_line(self.requests, self.waited)


# --- the two clients --------------------------------------------------------------------------------------------


class _Sender:
    """What the two clients share. Connections belong to a process: a child that is forked opens its own."""

    _make_http: Callable[[], Any]
    _make_line: Callable[[], Any]
    _has_transport: bool

    def __init__(
        self,
        account: Account,
        pool: Pool | None,
        lane: Lane,
        max_wait: float | None,
        budget: int | None,
        attempts: int,
        run: str | None,
    ) -> None:
        self.account = account
        self.run = run
        self._retrying = _retrying(attempts, RateLimited, ConnectionFailed, ServerError)
        self.used = Used(budget)
        self.cleared = Cleared()
        """Who was found not to have opted out a moment ago."""
        self.pool = pool or open_state(account.state).pool_of(account)
        """Where permits come from."""
        self._lane = lane
        self.max_wait = max_wait
        """The longest wait for a permit, in seconds; None where it takes as long as it takes."""
        _say_if_assumed(account)

    def _begin(self) -> None:
        self._http = self._open()
        self._line = self._make_line()
        self._opening = threading.Lock()
        self._of_parent: Any = None
        belongs_to_process(self)

    def begin_anew(self) -> None:
        """Let go of what belongs to the parent, in a child that was forked."""
        # Kept, and never touched again: closing what an event loop holds would take it from the parent's loop too.
        self._of_parent, self._http = self._http or self._of_parent, None
        self._line = self._make_line()
        self._opening = threading.Lock()
        self.used.begin_anew()
        self.cleared = Cleared()

    def _opened(self) -> Any:
        """The connections of this process."""
        if self._http is None:
            if self._has_transport:
                raise ConfigurationError(
                    f"this {type(self).__name__} was made in another process, with a transport of its own, which two "
                    "processes can't share: make one in each"
                )
            with self._opening:
                self._http = self._http or self._open()
        return self._http

    def _open(self) -> Any:
        try:
            return watched(self._make_http())
        except (httpx.InvalidURL, ImportError, ValueError) as error:
            raise_alone(
                ConfigurationError(
                    f"no connection can be made ({type(error).__name__}): check proxy, and HTTP_PROXY, HTTPS_PROXY and "
                    "ALL_PROXY of the environment; a proxy of SOCKS needs the package socksio"
                )
            )

    @property
    def requests(self) -> int:
        """Requests sent so far, repeats included."""
        return self.used.requests

    def stop(self) -> None:
        """Let no more requests leave: who would send one gets `Stopped`. What is under way gets ten more seconds."""
        self.used.stop()

    @property
    def state(self) -> State:
        """The state database of the account."""
        return open_state(self.account.state)

    def pages_of(self, call: Call[list[R]]) -> Pages:
        """The pages of a list, none of them read yet."""
        # A limit of the caller's own may be smaller than a full page.
        return Pages(call, size=0 if "limit" in call.query else min(self.profile.full_page(call.path), PAGE_SIZE))

    @functools.cached_property
    def profile(self) -> Profile:
        """What is known of the account's server."""
        return self.state.profiles.get(self.account.id)

    def _steps(self, call: Call[R]) -> Steps[R]:
        spared = call.merge and self.profile.spares_reading(call.path, call.body or {})
        forgets = may_skip_reading(call) and not self.state.forgotten(self.account.id).is_empty()
        policy, everything, cleared = self.account.policy, self._everything, self.cleared
        return prepare(call, policy, puts_merge=spared, everything=everything, cleared=cleared, forgets=forgets)

    def _reading(self, call: Call[list[R]], take: Take, **more: Any) -> Reading:
        return read_whole(call, take, cap=self.profile.full_page(call.path), lag=self.account.list_lag, **more)

    def _everything(self, call: Call[list[R]]) -> Generator[Call[Any] | Rest, Any, list[R]]:
        """What a whole list holds, each record as it was shown last."""
        found: dict[str, Any] = {}
        without: list[Any] = []

        def take(records: Sequence[Any], page: int) -> None:
            found.update((str(record["id"]), record) for record in records if record.get("id") is not None)
            without.extend(record for record in records if record.get("id") is None and page)

        whole = yield from self._reading(call, take)
        require_agreed(call, whole, self.where)
        return [*found.values(), *without]

    @property
    def where(self) -> str:
        """Host and account, as errors name them."""
        return f"{httpx.URL(self.account.host).host} (account {self.account.id})"

    def _say_rest(self, seconds: float) -> None:
        waits.info(
            "account %s: waiting %.0f s to read a list, because new records may take %g s to show in it (list_lag)",
            *(self.account.id, seconds, self.account.list_lag),
        )

    def _require_permitted(self, call: Call[Any], people: Iterable[Mapping[str, Any]]) -> None:
        """Raise `PolicyRefused` where sends are stopped, or the person asked to be forgotten.

        Args:
            people: The records that were read before the call.
        """
        if call.act in SENDS:
            self.state.stops.require_sends(self.account.id, _name(call))
        body = call.body or {}
        reached = set[str]().union(*map(numbers, (body.get("recepient") or body, call.person or {}, *people)))
        if call.act is Act.CREATE and not reached and isinstance(body.get("email"), str):
            reached = {body["email"]}
        if reached and concerns(call, self.account.policy):
            forgotten = self.state.forgotten(self.account.id)
            if forgotten.among(reached):
                raise PolicyRefused(f"{_name(call)}: {REASON}")
            if not call.allow_protected and forgotten.among(reached, opted_out=True):
                raise PolicyRefused(f"{_name(call)}: {OPTED_OUT}")


class Client(_Sender):
    """Sends calls, one at a time or from several threads. Use it as a context manager, or `close()` it.

    Args:
        account: Where to and as whom.
        pool: Where permits come from; the account's pool in its state database by default.
        lane: `bulk` leaves some permits of each window to `interactive` callers.
        max_wait: The longest wait for a permit in seconds; None waits as long as it takes.
        max_requests: How many requests this client may make; `BudgetExceeded` is raised before one more.
        attempts: How often a request that may be repeated is made before its error is raised.
        run: The run it works for, as people know it: claims name it, so that later runs can say who sent something.
        transport: Another way to the server, for tests.
        sleep: What waits between two attempts, and between two readings of a list, for tests.
        on_response: Is shown each answer before its content is read.
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
        hooks = {"response": [on_response]} if on_response else {}
        settings = {**_http_settings(account), "transport": transport, "event_hooks": hooks}
        self._make_http, self._has_transport = functools.partial(httpx.Client, **settings), transport is not None
        self._make_line = functools.partial(threading.Semaphore, AT_ONCE)
        self._sleep = sleep
        # One that sleeps for real ends as soon as the client is told to stop.
        self._rest: Callable[[float], object] = self.used.sleep if sleep is time.sleep else sleep
        self._begin()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        if self._http is not None:
            self._http.close()

    def send(
        self,
        call: Call[R],
        *,
        before: Callable[[], None] | None = None,
        read: Callable[[Any], None] = lambda answer: None,
    ) -> R:
        """Send a call and return its record.

        The account's policy is asked first, and may read whom the call concerns (`guard.py`). Repeats what may be
        repeated: reads, DELETE, PUT and tag calls after a lost connection, 5xx or 429; creates, sends and bookings
        only where the server certainly did nothing. Each attempt takes a permit for each of its requests.

        Args:
            before: Called directly before a call that must happen once leaves, its permit in hand; each attempt anew.
                What it raises keeps the call from being sent.
            read: Called with each answer to what is read before the call.

        Raises: `PolicyRefused`, `AuthenticationError`, `NotFound`, `InvalidRequest`, `RateLimited`, `ServerError`,
            `ConnectionFailed`, `OutcomeUnknown`, `UnexpectedResponse`, `QuotaExhausted`, `BudgetExceeded`.
        """
        with confidential():
            try:
                return self._repeating(call, before, read)
            except OutcomeUnknown:
                if call.retry_as is None:
                    raise
            return self._repeating(call.retry_as, before, read)

    def everything(self, call: Call[list[R]]) -> list[R]:
        """What a whole list holds, so that whoever is not on it may be taken for absent: see `whole.py`.

        Raises: `ListUnstable` where it changes whenever it is read.
        """
        return self._drive(self._everything(call))

    def read_whole(self, call: Call[list[R]], take: Take, **more: Any) -> Whole:
        """Read a whole list without keeping it: see `whole.read_whole`, whose `since` and `most` it takes."""
        return self._drive(self._reading(call, take, **more))

    def rest(self, seconds: float) -> None:
        """Wait, unless it is told to stop meanwhile."""
        self._say_rest(seconds)
        self._rest(seconds)

    def rest_until(self, moment: float) -> None:
        """`rest` until a moment of `time.monotonic`."""
        if (seconds := moment - time.monotonic()) > 0:
            self.rest(seconds)

    def _drive(self, steps: Generator[Call[Any] | Rest, Any, T]) -> T:
        answer: Any = None
        while True:
            try:
                step = steps.send(answer)
            except StopIteration as end:
                return cast(T, end.value)
            if isinstance(step, Rest):
                answer = None
                self.rest(step.seconds)
            else:
                answer = self._page(step)

    def _page(self, call: Call[list[R]]) -> list[R]:
        """A page of a whole list. An answer that can't be read is asked for again: else all passes begin anew."""
        for attempt in Retrying(sleep=self._sleep, **_retrying(ATTEMPTS, UnexpectedResponse)):
            with attempt:
                return self.send(call)
        raise AssertionError("unreachable")

    def pages(self, call: Call[list[R]]) -> Iterator[list[R]]:
        """Read a list page by page, each record once. Whoever is not on it may be there all the same."""
        pages = self.pages_of(call)
        while not pages.done:
            yield pages.take(self.send(pages.next_call()))

    def _repeating(self, call: Call[R], before: Callable[[], None] | None, read: Callable[[Any], None]) -> R:
        may_have_happened = False
        for attempt in Retrying(sleep=self._sleep, **self._retrying):
            with attempt:
                try:
                    return self._try(call, before, read)
                except NotFound as error:
                    return cast(R, _gone(call, error, may_have_happened))
                except WhautomateError as error:
                    may_have_happened |= error.may_have_happened
                    raise
        raise AssertionError("unreachable")  # Retrying returns or raises

    def _try(self, call: Call[R], before: Callable[[], None] | None, read: Callable[[Any], None]) -> R:
        steps, grant, answer = self._steps(call), None, None
        people: list[Mapping[str, Any]] = []
        while isinstance(step := _next(steps, answer), Read | Rest):
            if isinstance(step, Rest):
                answer = None
                self.rest(step.seconds)
                continue
            # Both permits of a pair at once: what was read must not grow old while what follows waits for a permit.
            grant = self._permits(2 if step.last else 1)
            answer = self._exchange(step.call, grant)
            read(answer)
            people += [answer] if isinstance(answer, Mapping) else []
            grant = grant if step.last else None
        if step is None:
            self.used.give_back(grant)
            return cast(R, answer)
        grant = grant or self._permits(1)
        if step.act in SENDS | CONCERNS:
            self._require_permitted(step, people)
        if before is not None and step.repeat is Repeat.ONCE:
            before()
            # Once more: whoever forgets a person waits only for calls that `before` has noted.
            if step.act in CONCERNS:
                self._require_permitted(step, people)
        return self._exchange(step, grant)

    def _permits(self, permits: int) -> Grant:
        self.used.take(permits)
        grant = self._in_parts(permits) if isinstance(self.pool, SharedPool) else self._granted(permits, self.max_wait)
        self.used.wait(grant.waited)
        self.used.require_running()
        return grant

    def _granted(self, permits: int, max_wait: float | None) -> Grant:
        return self.pool.acquire(permits, lane=self._lane, max_wait=max_wait)

    def _in_parts(self, permits: int) -> Grant:
        """Wait in parts, so that who is told to stop doesn't wait for a day to notice it."""
        until = math.inf if self.max_wait is None else time.monotonic() + self.max_wait
        while True:
            left = until - time.monotonic()
            try:
                return self._granted(permits, min(max(left, 0.0), LONGEST_SLEEP))
            except QuotaExhausted as error:
                wait = (error.next_permit_at or time.time() + 1.0) - time.time()
                if wait > left:
                    raise
                log.info("account %s: %s", self.account.id, error)
                self.used.wait(self.used.sleep(min(wait, LONGEST_SLEEP)))

    def _exchange(self, call: Call[R], grant: Grant) -> R:
        self.used.send()

        def leaves(event: str, info: Any) -> None:
            if event.endswith("send_request_headers.started"):
                self.pool.departed(grant)

        with self._line:
            left = _TimeLeft(self.used)
            extensions = {"trace": leaves, "timeout": left.timeouts}
            try:
                with self._opened().stream(**_request(call), extensions=extensions) as response:
                    content = _Content(call, response)
                    for chunk in response.iter_bytes():
                        content.add(chunk)
            except (httpx.TransportError, httpx.DecodingError) as error:
                raise_alone(_failure(call, _TooSlow("") if left.over else error))
        if _asks_for_pause(response):
            with suppress(StateUnavailable):  # what the answer means must not be lost
                self.pool.pause(_retry_after(response), grant)
        answer = _answer(call, response, content.bytes(), self.account)
        if told := counters(response.headers, time.time()):
            with suppress(StateUnavailable):  # the call has happened, and must not look as if it had not
                self.pool.counted(*told, grant)
        return answer


class AsyncClient(_Sender):
    """`Client` for coroutines: the same arguments but `on_response`, the same methods awaited."""

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
        settings = {**_http_settings(account), "transport": transport}
        self._make_http, self._has_transport = functools.partial(httpx.AsyncClient, **settings), transport is not None
        self._make_line = functools.partial(asyncio.Semaphore, AT_ONCE)
        self._sleep = sleep
        self._begin()

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        if self._http is not None:
            await self._http.aclose()

    async def send(self, call: Call[R]) -> R:
        """`Client.send`."""
        with confidential():
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

    async def _repeating(self, call: Call[R]) -> R:
        may_have_happened = False
        async for attempt in AsyncRetrying(sleep=self._sleep, **self._retrying):
            with attempt:
                try:
                    return await self._try(call)
                except NotFound as error:
                    return cast(R, _gone(call, error, may_have_happened))
                except WhautomateError as error:
                    may_have_happened |= error.may_have_happened
                    raise
        raise AssertionError("unreachable")

    async def _try(self, call: Call[R]) -> R:
        if call.merge or call.act is Act.BROADCAST:
            await asyncio.to_thread(getattr, self, "profile")
        steps = await asyncio.to_thread(self._steps, call) if may_skip_reading(call) else self._steps(call)
        grant, answer = None, None
        people: list[Mapping[str, Any]] = []
        while isinstance(step := _next(steps, answer), Read | Rest):
            if isinstance(step, Rest):
                answer = None
                self._say_rest(step.seconds)
                await self._sleep(step.seconds)
                self.used.require_running()
                continue
            grant = await self._permits(2 if step.last else 1)
            answer = await self._exchange(step.call, grant)
            people += [answer] if isinstance(answer, Mapping) else []
            grant = grant if step.last else None
        if step is None:
            self.used.give_back(grant)
            return cast(R, answer)
        grant = grant or await self._permits(1)
        if step.act in SENDS | CONCERNS:
            await asyncio.to_thread(self._require_permitted, step, people)
        return await self._exchange(step, grant)

    async def _permits(self, permits: int) -> Grant:
        self.used.take(permits)
        grant = await self.pool.aacquire(permits, lane=self._lane, max_wait=self.max_wait)
        self.used.wait(grant.waited)
        self.used.require_running()
        return grant

    async def _exchange(self, call: Call[R], grant: Grant) -> R:
        self.used.send()

        async def leaves(event: str, info: Any) -> None:
            if event.endswith("send_request_headers.started"):
                await self.pool.adeparted(grant)

        async with self._line:
            try:
                async with (
                    asyncio.timeout(LONGEST_REQUEST),
                    self._opened().stream(**_request(call), extensions={"trace": leaves}) as response,
                ):
                    content = _Content(call, response)
                    async for chunk in response.aiter_bytes():
                        content.add(chunk)
            except (httpx.TransportError, httpx.DecodingError) as error:
                raise_alone(_failure(call, error))
            except TimeoutError:
                raise_alone(_failure(call, _TooSlow("")))
        if _asks_for_pause(response):
            with suppress(StateUnavailable):
                await self.pool.apause(_retry_after(response), grant)
        answer = _answer(call, response, content.bytes(), self.account)
        if told := counters(response.headers, time.time()):
            with suppress(StateUnavailable):
                await self.pool.acounted(*told, grant)
        return answer
