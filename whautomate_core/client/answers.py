"""What an answer means for its call: the record that it holds, or the error to raise."""

from __future__ import annotations

import itertools
import json
import math
from typing import Any, NoReturn, TypeVar, cast

import httpx

from whautomate_core import telemetry
from whautomate_core.account import Account
from whautomate_core.api.call import Call, Repeat, require_named
from whautomate_core.client import transport
from whautomate_core.client.missing import form_of, what_is_missing
from whautomate_core.client.rate_headers import retry_after
from whautomate_core.client.server_words import is_quota, server_words, stopped_marketing
from whautomate_core.client.transport import TooSlow
from whautomate_core.errors import (
    AuthenticationError,
    ConnectionFailed,
    InvalidRequest,
    NoSuchPath,
    NotFound,
    OutcomeUnknown,
    PolicyRefused,
    RateLimited,
    ServerError,
    UnexpectedResponse,
    WhautomateError,
)
from whautomate_core.values.codes import CODES, STOPPED, words_of
from whautomate_core.values.redaction import shown_id

R = TypeVar("R")

LARGEST_ANSWER = 32 * 2**20
"""Bytes; a larger answer is refused while it arrives."""
_NOT_DONE = {301, 307, 308}
"""Redirects that ask for the same request elsewhere. After any other (303 says so) the request may have been done."""
_GAVE_UP = {408, 499}
"""The 4xx that a proxy sends when it stopped waiting for us, or for the server behind it."""


_OF_PEOPLE = {"appointments", "clients", "contacts", "messages"}
"""The parts of paths after which comes the id of a person or of their booking."""

_TO_TELL = (
    ", or the record was deleted: run whautomate doctor for its resource (--resource), which finds out how the server "
    "answers for records that don't exist"
)


class Content:
    """Collects the bytes of an answer. Refuses too many of them, and encodings other than gzip alone."""

    def __init__(self, call: Call[Any], response: httpx.Response) -> None:
        self._call = call
        self._chunks = bytearray()
        encoding = response.headers.get("content-encoding", "").strip().lower()
        if encoding not in ("", "identity", "gzip", "deflate"):
            self._refuse("is compressed by something other than gzip alone")

    def add(self, chunk: bytes) -> None:
        self._chunks += chunk
        if len(self._chunks) > LARGEST_ANSWER:
            self._refuse("is over 32 MiB")

    def bytes(self) -> bytes:
        return bytes(self._chunks)

    def _refuse(self, why: str) -> NoReturn:
        if self._call.repeat is Repeat.ONCE:
            raise _unknown(self._call, f"the answer {why}")
        raise UnexpectedResponse(f"{self._call.request}: the answer {why}")


def read_answer(call: Call[R], response: httpx.Response, content: bytes, account: Account) -> R:
    """The record of an answer. Raises what the answer means if it holds none.

    Args:
        content: The bytes of the answer, unpacked.

    Raises: `AuthenticationError`, `NoSuchPath`, `NotFound`, `InvalidRequest`, `RateLimited`, `ServerError`,
        `OutcomeUnknown`, `UnexpectedResponse`.
    """
    status = response.status_code
    if 200 <= status < 300:
        return _record(call, status, content, account)
    if 400 <= status < 500 and stopped_marketing(content):
        raise _refused(call, status)
    once, said = call.repeat is Repeat.ONCE, server_words(call, content, account)
    if 300 <= status < 400:
        if once and status not in _NOT_DONE:
            raise _unknown(call, f"the answer is a redirect ({status})", status)
        raise UnexpectedResponse(
            f"{call.request}: redirected ({status}), which is not followed: check the host", status=status
        )
    missing = what_is_missing(call, status, response.headers, content)
    if missing == "path":
        form = form_of(status, content) if call.ids else None
        raise NoSuchPath(_no_path(call, status, account, said, form), status=status, form=form)
    if status in (401, 403):
        raise AuthenticationError(
            f"{call.request}: the key was refused ({status}){said}; check {account.key_field}, and that "
            "the key has access to this",
            status=status,
        )
    if missing == "record":
        raise not_found(call, said)
    if status == 429:
        quota = is_quota(response.headers, content)
        which = "the day's requests are used up" if quota else "too many requests"
        raise RateLimited(
            f"{call.request}: {which} (429){said}", retry_after=retry_after(response.headers), quota=quota
        )
    if 400 <= status < 500 and status not in _GAVE_UP:
        raise InvalidRequest(f"{call.request}: refused ({status}){said}", status=status)
    if once:
        raise _unknown(call, f"the server failed ({status})", status)
    raise _repeatable(call, ServerError(f"{call.request}: the server failed ({status})", status=status))


def lost(call: Call[Any], error: httpx.RequestError, account: Account) -> WhautomateError:
    """What a failed connection, or an answer that can't be decoded, means for a call: the error to raise."""
    kind = type(error).__name__
    if isinstance(error, TooSlow):
        kind = f"no whole answer within {transport.LONGEST_REQUEST:g} s"
    if isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)):
        return ConnectionFailed(
            f"{call.request}: could not connect to {account.host} ({kind}); check that the host is right and reachable"
        )
    if call.repeat is Repeat.ONCE:
        return _unknown(call, f"the connection was lost ({kind})")
    return _repeatable(call, ConnectionFailed(f"{call.request}: the connection was lost ({kind})"))


def _record(call: Call[R], status: int, content: bytes, account: Account) -> R:
    try:
        value = _JSON.decode(content.decode(json.detect_encoding(content), "surrogatepass"))
        problem = _problem(call, value, account)
    except (ValueError, RecursionError):
        value, problem = None, "is not JSON"
    if problem is None:
        if isinstance(value, dict) and "id" in value:
            require_named(call, value, status)
        return cast(R, value)
    # An error alone says that nothing happened. With an id beside it, or `success: false`, that is unclear.
    failed = isinstance(value, dict) and value.get("error") and not value.get("id")
    if call.repeat is Repeat.ONCE and not failed:
        raise _unknown(call, f"the answer {problem}", status)
    if failed and stopped_marketing(content):
        raise _refused(call, status)
    elsewhere = f"; check that {account.host} is the host of the API" if value is None else ""
    raise UnexpectedResponse(f"{call.request}: the answer {problem}{elsewhere}", status=status)


def _problem(call: Call[Any], value: Any, account: Account) -> str | None:
    """Why a value is not what the call asked for, as the rest of a sentence; None if it is."""
    if not isinstance(value, call.answer):
        return f"is a {type(value).__name__} and not a {call.answer.__name__}"
    if isinstance(value, dict) and value.get("error"):
        return f"holds an error{server_words(call, json.dumps(value).encode(), account)}"
    if isinstance(value, dict) and value.get("success") is False:
        return "says that it did not succeed"
    return None


def _number(text: str) -> float:
    """A number in an answer. Raises `ValueError` for those that JSON does not have: NaN, and what is too large."""
    if not math.isfinite(number := float(text)):
        raise ValueError("not a number of JSON")
    return number


_JSON = json.JSONDecoder(parse_constant=_number, parse_float=_number)


def not_found(call: Call[Any], said: str = "") -> NotFound:
    """The error for a call whose record doesn't exist."""
    request = _request_with_ids(call)
    hidden = "; the id is not shown, since it may be a name or a number: check which one the step was given"
    return NotFound(f"{request}: not found (404){said}{hidden if '…' in request else ''}", status=404)


def _no_path(call: Call[Any], status: int, account: Account, said: str, form: str | None) -> str:
    return (
        f"{_request_with_ids(call)}: {account.host} answered {status}{said}: is this Whautomate's host? If so, it "
        f"doesn't offer this endpoint{_TO_TELL if form else ''}"
    )


def _request_with_ids(call: Call[Any]) -> str:
    parts = call.path.split("/")
    owners = [before for before, part in itertools.pairwise(parts) if part == "{}"]
    shown = (shown_id(id, of_person=owner in _OF_PEOPLE) for owner, id in zip(owners, call.ids, strict=True))
    return f"{call.method} {call.path.format(*shown)}"


def _repeatable(call: Call[Any], error: WhautomateError) -> WhautomateError:
    """The error of a call that may be repeated, although it may have happened."""
    error.may_have_happened = call.repeat is not Repeat.SAFE
    return error


def _refused(call: Call[Any], status: int) -> PolicyRefused:
    return telemetry.refused(
        "stopped_marketing", f"{call.request}: the person {words_of(STOPPED)}; {CODES[STOPPED].advice}", status=status
    )


def _unknown(call: Call[Any], why: str, status: int | None = None) -> OutcomeUnknown:
    return OutcomeUnknown(
        f"{call.request}: {why}, so it may or may not have happened; it is not sent again", status=status
    )
