"""What both probes share: each question is asked once, within a fixed number of requests.

Findings hold nothing about people: counts, forms, and names that are made of known words (`words.shown`).
"""

from __future__ import annotations

import email.utils
import json
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from whautomate_core.account import Account
from whautomate_core.api.call import Call, Json, Repeat, listing, path_id
from whautomate_core.api.registry import ENDPOINTS
from whautomate_core.client.client import Client
from whautomate_core.client.missing import form_of
from whautomate_core.doctor.account import advice
from whautomate_core.doctor.questions import QUESTIONS
from whautomate_core.doctor.words import HIDDEN, shown
from whautomate_core.errors import (
    AuthenticationError,
    ConnectionFailed,
    InvalidRequest,
    NoSuchPath,
    NotFound,
    OutcomeUnknown,
    QuotaExhausted,
    RateLimited,
    StateUnavailable,
    UnexpectedResponse,
    WhautomateError,
)
from whautomate_core.state import open_state
from whautomate_core.state.profiles import Profile

LISTS = {one.resource: one.path for one in ENDPOINTS.values() if one.name == f"list_{one.resource}"}
"""Resource -> path of its list: the resources about which the doctor asks."""

_AT_A_PACE = 1.9
"""Most seconds to wait for a permit: the pool's pace takes about one on trial, and its pause after a 429 two."""

_GATEWAY_HEADERS = ("x-amzn-requestid", "x-amzn-errortype", "x-amz-apigw-id")


def a_page(path: str, *, of: object = None, **query: int | str) -> Call[Any]:
    """A page of a list, or of the list of a part of the record `of` (an id)."""
    call = listing(path, {name: str(value) for name, value in query.items()})
    return call if of is None else replace(call, ids=(path_id("id", str(of)),))


@dataclass(frozen=True)
class Finding:
    """The answer to one question."""

    name: str
    question: str
    found: str
    """A sentence without personal data."""
    evidence: str
    """What the contract or another source says, with its grade."""
    default: str
    """What clients assume until the answer is known."""
    value: Any = None
    """What was found, as plain JSON; None if it is unknown."""
    differs: bool | None = None
    """Whether it differs from the evidence; None if there is none, or nothing was found."""


@dataclass(frozen=True)
class Answer:
    """The result of one request."""

    status: int | None
    value: Any = None
    problem: str = ""
    """Why there is no value, else empty."""
    absent: bool = False
    """Whether the record that the request names doesn't exist."""
    no_path: bool = False
    """Whether the server doesn't have the path of the request."""
    unclear: bool = False
    """Whether it is unknown if the request took effect."""

    @property
    def records(self) -> list[Json]:
        return [one for one in self.value if isinstance(one, dict)] if isinstance(self.value, list) else []

    @property
    def ids(self) -> set[str]:
        return {str(one["id"]) for one in self.records if one.get("id")}


class ProbeStopped(Exception):
    """The probe can't continue. What it found before is kept."""


class Probe:
    """Base of the probes: asks questions about one resource within a number of requests.

    Args:
        resource: `contacts` and so on, as in `LISTS`.
    """

    most: int
    """The most requests that it makes."""
    how: str
    """`by reading` or `by writing`."""

    def __init__(
        self,
        account: Account,
        resource: str = "contacts",
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.account = account
        self.resource = resource
        self.findings: list[Finding] = []
        self.learned: dict[str, Any] = {}
        """Fields of the account's `Profile` and of its `ResourceProfile`."""
        self.stopped: str | None = None
        """Why not every question was asked, else None."""
        self.stopped_by: str | None = None
        """The same in words that name nobody, as a report may have them."""
        self.reached = False
        """Whether the first request got an answer of the API. If not, nothing is found."""
        self.sleep = sleep
        self.clock = clock
        self.server_date: float | None = None
        """The time of the server, in seconds since 1970."""
        self.header_names: set[str] = set()
        """Headers of answers that say something about limits or the gateway, without those that may not be shown."""
        self._headers: dict[str, str] = {}
        self._has_gateway = False
        self._shapes: dict[int, str] = {}
        self.form_of_404: str | None = None
        """How the last answer looks, if it doesn't tell whether a record or a path is missing (`form_of`)."""
        # It waits for no more than a pace: `run` checks first that there are enough permits, and a 429 ends it.
        self.client = Client(
            account,
            max_wait=_AT_A_PACE,
            max_requests=self.most,
            attempts=1,
            sleep=sleep,
            on_response=self._look_at_response,
        )

    @property
    def path(self) -> str:
        """The path of the resource's list."""
        return LISTS[self.resource]

    @property
    def requests(self) -> int:
        """Requests sent so far."""
        return self.client.requests

    @property
    def left(self) -> int:
        """Requests that the probe may still send."""
        return self.most - self.requests

    @property
    def left_behind(self) -> list[str]:
        """What could not be removed, and how to remove it by hand."""
        return []

    def run(self) -> None:
        """Ask all questions. If something prevents that, `stopped` says what, and earlier findings are kept.

        If the first request gets no answer of the API, `reached` stays false and there are no findings.
        """
        require_permits(self.account, self.most)
        try:
            self.ask_everything()
        except ProbeStopped as reason:
            self.stopped, self.stopped_by = str(reason), "an answer after which it could not go on"
        except WhautomateError as error:
            status = f" ({error.status})" if error.status else ""
            self.stopped, self.stopped_by = str(error), f"{type(error).__name__}{status}"
            if not self.reached and (what_to_do := advice(error)):
                self.stopped += ("" if self.stopped.endswith(("?", ".")) else ".") + what_to_do
        finally:
            self.client.close()

    def ask_everything(self) -> None:
        """Ask the questions. The first request is to read a list, which shows whether the server is the API."""
        raise NotImplementedError

    def note(self, name: str, found: str, value: Any = None, *, differs: bool | None = None) -> None:
        """Add the answer to the question of this name; a value of None means that it is unknown."""
        asked = QUESTIONS[name]
        differs = None if value is None else differs
        self.findings.append(Finding(name, asked.text, found, asked.evidence, asked.default, value, differs))

    def ask(self, call: Call[Any]) -> Answer:
        """Send a request once. Raises what ends the probe: no permit, a 429, no connection, and whatever keeps the
        first request from an answer of the API."""
        if not self.reached:
            return self._reach(call)
        try:
            # ONCE: after a failure, the client sends nothing again, not even a read.
            return Answer(200, self.client.send(replace(call, repeat=Repeat.ONCE)))
        except (RateLimited, QuotaExhausted, ConnectionFailed, StateUnavailable):
            raise
        except (AuthenticationError, NoSuchPath) as error:
            no_path = isinstance(error, NoSuchPath)
            return Answer(
                error.status, problem=f"{'no such path' if no_path else 'refused'} ({error.status})", no_path=no_path
            )
        except NotFound as error:
            return Answer(error.status, problem=f"no such record ({error.status})", absent=True)
        except OutcomeUnknown as error:
            return Answer(
                error.status, problem=f"no clear answer ({error.status or 'the connection was lost'})", unclear=True
            )
        except UnexpectedResponse as error:
            return Answer(error.status, problem=f"an error or no record in its answer ({error.status})")
        except WhautomateError as error:
            return Answer(error.status, problem=f"refused ({error.status})")

    def _reach(self, call: Call[Any]) -> Answer:
        """Send the first request, which reads a list. Raises `WhautomateError` unless the answer is one of the API:
        records, or a refusal in JSON."""
        try:
            answer = Answer(200, self.client.send(call))
        except InvalidRequest as error:
            if self._shapes.get(error.status or 0) in (None, "empty", "no JSON"):
                raise
            answer = Answer(error.status, problem=f"refused ({error.status})")
        if answer.value and not answer.records:
            raise UnexpectedResponse(f"{call.request}: the answer is a list of something other than records")
        self.reached = True
        return answer

    def _look_at_response(self, response: httpx.Response) -> None:
        for name, value in response.headers.items():
            gateway = name in _GATEWAY_HEADERS
            self._has_gateway |= gateway
            if gateway or re.search(r"rate|limit|quota|retry|remaining", name):
                self.header_names.add(shown(name))
            if not gateway and re.search(r"rate|limit|quota|retry|remaining", name):
                # Values are kept only if they look like counts and seconds.
                self._headers[shown(name)] = value if re.fullmatch(r"\d{1,6}(; ?w=\d{1,6})?", value) else HIDDEN
        at = email.utils.parsedate_tz(response.headers.get("date", ""))
        self.server_date = float(email.utils.mktime_tz(at)) if at else None
        self.form_of_404 = None
        if response.status_code >= 400:
            self._shapes[response.status_code] = shape_of(response.read())
            self.form_of_404 = form_of(response.status_code, response.read())

    def note_server(self) -> None:
        """What every answer shows of the server: limits, gateway, form of errors."""
        said = ", ".join(f"{name}: {value}" for name, value in sorted(self._headers.items()))
        self.note("limit_headers", said or "none, on answers other than 429", sorted(self._headers))
        if self._has_gateway:
            self.learned["gateway"] = "aws"
        found = "yes: the limits may be a token bucket, which refuses bursts" if self._has_gateway else "no"
        self.note("gateway", found, "aws" if self._has_gateway else "none", differs=not self._has_gateway)
        shapes = {str(status): shape for status, shape in sorted(self._shapes.items())}
        self.note(
            "errors",
            "; ".join(f"{status}: {shape}" for status, shape in shapes.items()) or "unknown: there was none",
            shapes or None,
            differs=not all(shape in ("no JSON", "empty") or "error" in shape or "message" in shape
                            for shape in shapes.values()),
        )  # fmt: skip


def require_permits(account: Account, requests: int) -> None:
    """Raise `QuotaExhausted` if the account's pool has fewer permits left now than `requests`."""
    pool = open_state(account.state).pool_of(account)
    usage, all_at_once = pool.usage(), pool.usage(requests)
    if usage.is_spent:
        raise QuotaExhausted(
            f"Whautomate says that the day's requests of account {account.id} are used up. Run the doctor again "
            f"{_at(usage.next_permit_in)}."
        )
    for left, count, seconds in reversed(usage.remaining):  # a day that is used up outlasts a minute
        if count < requests:
            raise QuotaExhausted(
                f"Account {account.id} may send {count} requests in {seconds:g} s, and the doctor may need {requests}."
            )
        if left < requests:
            span = {60.0: "this minute", 86_400.0: "today"}.get(seconds, f"in {seconds:g} s")
            raise QuotaExhausted(
                f"Account {account.id} has {left} of {count} requests left {span}, and the doctor may need {requests}. "
                f"Run it again {_at(all_at_once.next_permit_in)}."
            )
    if usage.next_permit_in > (2 * usage.paced.seconds if usage.paced else 0.0):
        raise QuotaExhausted(
            f"Account {account.id} may send no request now. Run the doctor again {_at(usage.next_permit_in)}."
        )


def _at(wait: float) -> str:
    """The minute in which so many seconds are over, like `at 19:21 UTC`; with the date if that isn't today."""
    now = datetime.now(UTC)
    then = now + timedelta(seconds=wait + 60)
    return f"{'at' if then.date() == now.date() else f'on {then:%Y-%m-%d} at'} {then:%H:%M} UTC"


def learn(account: Account, path: str, learned: Json) -> Profile:
    """Write what was learned of an account and the resource of a path into the account's profile, and return it."""
    return open_state(account.state).profiles.learn(account.id, path, learned)


def shape_of(content: bytes) -> str:
    """The names of the fields in the body of an error, as far as they may be shown."""
    if not content:
        return "empty"
    try:
        value = json.loads(content)
    except ValueError:
        return "no JSON"
    return ", ".join(dict.fromkeys(_names(value))) or type(value).__name__


def _names(value: Any) -> Iterable[str]:
    if isinstance(value, dict):
        for name, one in sorted(value.items()):
            inner = list(_names(one)) if isinstance(one, dict) else []
            yield from (f"{shown(name)}.{each}" for each in inner) if inner else (shown(name),)
