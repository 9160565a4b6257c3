"""What both probes share: each question is asked once, within a fixed number of requests.

Findings hold nothing about people: names of fields, counts and forms only.
"""

from __future__ import annotations

import email.utils
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import httpx

from whautomate_core.account import Account
from whautomate_core.api.call import Call, Json, Repeat
from whautomate_core.client.client import Client
from whautomate_core.errors import (
    AuthenticationError,
    ConnectionFailed,
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


@dataclass(frozen=True)
class Finding:
    """The answer to one question."""

    name: str
    question: str
    found: str
    """A sentence without personal data."""
    expected: str
    """What the contract or the evidence says, with its grade."""
    value: Any = None
    """The same as plain JSON; None if it is unknown."""
    differs: bool | None = None
    """Whether it differs from what was expected; None if nothing was expected or found."""


@dataclass(frozen=True)
class Answer:
    """The result of one request."""

    status: int | None
    value: Any = None
    problem: str = ""
    """Why there is no value, else empty."""
    absent: bool = False
    """Whether the record that the request names doesn't exist."""
    unclear: bool = False
    """Whether it is unknown if the request took effect."""

    @property
    def records(self) -> list[Json]:
        return [one for one in self.value if isinstance(one, dict)] if isinstance(self.value, list) else []

    @property
    def ids(self) -> set[str]:
        return {str(one.get("id")) for one in self.records}


class ProbeStopped(Exception):
    """The probe can't continue. What it found before is kept."""


class Probe:
    """Base of the two probes: asks questions within a number of requests."""

    most: int
    path = "/v1/contacts"
    """Path of the list of the resource that is asked about."""

    def __init__(self, account: Account, *, sleep: Callable[[float], None], clock: Callable[[], float]) -> None:
        self.account = account
        self.findings: list[Finding] = []
        self.learned: dict[str, Any] = {}
        """Fields of the account's `Profile`."""
        self.stopped: str | None = None
        """Why not every question was asked, else None."""
        self.sleep = sleep
        self.clock = clock
        self.server_date: float | None = None
        self._headers: dict[str, str] = {}
        self._shapes: dict[int, str] = {}
        # It never waits for permits: `run` checks first that there are enough, and a 429 ends it.
        self.client = Client(
            account, max_wait=0.0, max_requests=self.most, sleep=sleep, on_response=self._look_at_response
        )

    @property
    def requests(self) -> int:
        """Requests sent so far."""
        return self.client.requests

    @property
    def left_behind(self) -> list[str]:
        """What could not be removed, and how to remove it by hand."""
        return []

    def run(self) -> None:
        """Ask all questions. If something prevents that, `stopped` says what, and earlier findings are kept."""
        require_permits(self.account, self.most)
        try:
            self.ask_everything()
        except ProbeStopped as reason:
            self.stopped = str(reason)
        except WhautomateError as error:
            self.stopped = str(error)
        finally:
            self.client.close()

    def ask_everything(self) -> None:
        raise NotImplementedError

    def note(
        self, name: str, question: str, found: str, expected: str, value: Any = None, *, differs: bool | None = None
    ) -> None:
        self.findings.append(Finding(name, question, found, expected, value, None if value is None else differs))

    def ask(self, call: Call[Any]) -> Answer:
        """Send a request once. Raises what ends the probe: no permit, a 429, no connection; on
        the first request also a refused key, and a path that the server doesn't have."""
        try:
            # ONCE: after a failure, the client sends nothing again, not even a read.
            return Answer(200, self.client.send(replace(call, repeat=Repeat.ONCE)))
        except (RateLimited, QuotaExhausted, ConnectionFailed, StateUnavailable):
            raise
        except (AuthenticationError, NoSuchPath) as error:
            if self.requests == 1:
                raise
            what = "refused" if isinstance(error, AuthenticationError) else "no such path"
            return Answer(error.status, problem=f"{what} ({error.status})")
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

    def _look_at_response(self, response: httpx.Response) -> None:
        for name, value in response.headers.items():
            if re.search(r"rate|limit|quota|retry|remaining", name):
                # Values are kept only if they look like a number, a time or a limit.
                self._headers[name] = value if re.fullmatch(r"[0-9;=,. wq]{1,30}", value) else "…"
        at = email.utils.parsedate_tz(response.headers.get("date", ""))
        self.server_date = float(email.utils.mktime_tz(at)) if at else None
        if response.status_code >= 400:
            self._shapes[response.status_code] = shape_of(response.read())

    def note_headers(self) -> None:
        said = ", ".join(f"{name}: {value}" for name, value in sorted(self._headers.items()))
        self.note(
            "limit_headers",
            "Which headers describe the limits?",
            said or "none, on answers other than 429",
            "no evidence; Retry-After comes with a 429 only, and the doctor provokes none",
            sorted(self._headers),
        )

    def note_errors(self) -> None:
        shapes = {str(status): shape for status, shape in sorted(self._shapes.items())}
        self.note(
            "errors",
            "What does an error look like?",
            "; ".join(f"{status}: {shape}" for status, shape in shapes.items()) or "unknown: there was none",
            "no evidence; the client reads error, error.message and message",
            shapes or None,
            differs=not all(shape in ("no JSON", "empty") or "error" in shape or "message" in shape
                            for shape in shapes.values()),
        )  # fmt: skip


def require_permits(account: Account, requests: int) -> None:
    """Raise `QuotaExhausted` if the account's pool has fewer permits left now than `requests`."""
    usage = open_state(account.state).pool_of(account).usage()
    if usage.next_permit_in:
        raise QuotaExhausted(
            f"account {account.id} may send its next request in {usage.next_permit_in:.0f} s: run the doctor again then"
        )
    for left, count, seconds in usage.remaining:
        if left < requests:
            raise QuotaExhausted(
                f"the doctor takes up to {requests} requests, and account {account.id} has {left} of its {count} in "
                f"{seconds:g} s left: run it again later"
            )


def learn(account: Account, path: str, learned: Json) -> Profile:
    """Write what was learned of an account and the resource of a path over the account's profile, and return it."""
    state = open_state(account.state).profiles
    profile = state.get(account.id).with_found(path, learned)
    if learned:
        state.put(account.id, profile)
    return profile


def shape_of(content: bytes) -> str:
    """The names of the fields in the body of an error."""
    if not content:
        return "empty"
    try:
        value = json.loads(content)
    except ValueError:
        return "no JSON"
    return ", ".join(_names(value)) or type(value).__name__


def _names(value: Any) -> Iterable[str]:
    if isinstance(value, dict):
        for name, one in sorted(value.items()):
            inner = list(_names(one)) if isinstance(one, dict) else []
            yield from (f"{name}.{each}" for each in inner) if inner else (name,)


def phone_form(number: str) -> str:
    return "plus" if number.strip().startswith("+") else "digits"
