"""One HTTP request as a plain value. Nothing here does I/O; `client.py` is what sends it."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar
from urllib.parse import quote

from whautomate_core.errors import InvalidRequest

R = TypeVar("R")
Json = dict[str, Any]


class Repeat(enum.Enum):
    """What may be done when nobody knows whether a request took effect."""

    SAFE = "safe"
    """Reads: repeat."""
    IDEMPOTENT = "idempotent"
    """Repeating leaves the same state (DELETE, PUT): repeat."""
    ONCE = "once"
    """Creates, sends, bookings, tag calls: repeating may message somebody twice, so never on a guess."""


@dataclass(frozen=True)
class ReadFirst:
    """A call that is worked out from what the server holds right now."""

    read: Call[Any]
    then: Callable[[Any], Call[Any] | None]
    """The record -> what to send, or None where nothing is left to do (the record is then the answer)."""


@dataclass(frozen=True, repr=False)
class Call(Generic[R]):
    """One request whose answer is an `R`: made by the functions of `whautomate_core.api`, sent by a client.

    `path` is a template with `{}` for each of `ids`. The repr names the endpoint only, since ids, query and
    body may be about people.
    """

    method: str
    path: str
    ids: tuple[str, ...] = ()
    query: Mapping[str, str] = field(default_factory=dict)
    body: Json | None = None
    repeat: Repeat = Repeat.SAFE
    answer: type = dict
    """`list` or `dict`: lists are bare JSON arrays."""
    read_first: ReadFirst | None = None
    """PUT: the record the body is merged over, since nobody knows whether PUT merges or replaces."""
    recheck: ReadFirst | None = None
    """Tag calls: how to find out what is left to do after an unknown outcome."""

    @property
    def url(self) -> str:
        return self.path.format(*(quote(one, safe="") for one in self.ids))

    def __repr__(self) -> str:
        return f"<{self.method} {self.path}>"


def path_id(name: str, value: object) -> str:
    """Check one id of a path. It is quoted as one segment when sent; empty or dotted ones would name another path."""
    if not isinstance(value, str) or not value.strip():
        raise InvalidRequest(f"{name} must be a non-empty string: got {_kind(value)}")
    if value in (".", ".."):
        raise InvalidRequest(f"{name} must be the id of a record")
    return value


def _kind(value: object) -> str:
    return "an empty string" if isinstance(value, str) else type(value).__name__


def merged(call: Call[R], overwrite: bool, read: Call[Any]) -> Call[R]:
    """Make a PUT keep what it doesn't name: read, merge, write. `overwrite=True` sends the body alone."""
    if overwrite:
        return call
    return replace(call, read_first=ReadFirst(read, lambda record: replace(call, body=merge(record, call.body or {}))))


# What only the server writes. Everything else that was read is sent back, as the one integrator known to write
# contacts by PUT does (evidence C): where PUT replaces, a field left out is a field lost.
_SERVER_OWNED = {"id", "createdAt", "updatedAt", "lastActivity", "status", "startedAt", "completedAt"} | {
    "processedStats",
    "deliveryStats",
}


def merge(record: Mapping[str, Any], changes: Mapping[str, Any]) -> Json:
    """`record` with `changes` over it, `customFields` key by key, without what only the server writes."""
    result = {key: value for key, value in record.items() if key not in _SERVER_OWNED} | dict(changes)
    if isinstance(record.get("customFields"), dict) and isinstance(changes.get("customFields"), dict):
        result["customFields"] = record["customFields"] | changes["customFields"]
    return result
