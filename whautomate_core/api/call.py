"""One HTTP request as a plain value. Nothing here does I/O; `client/client.py` sends it."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar
from urllib.parse import quote

from whautomate_core.errors import InvalidRequest, OutcomeUnknown, WrongRecord
from whautomate_core.values.words import is_rendered_none, rendered_none

R = TypeVar("R")
Json = dict[str, Any]


class Repeat(enum.Enum):
    """What may be done when nobody knows whether a request took effect."""

    SAFE = "safe"
    """Reads: repeat."""
    IDEMPOTENT = "idempotent"
    """Repeating leaves the same state (DELETE, PUT, and tag calls, which first look at what is left to do): repeat."""
    ONCE = "once"
    """Creates, sends, bookings: repeating may message somebody twice, so never repeat on a guess."""


class Act(enum.Enum):
    """What a call does to people; `policy.py` says what the account permits of it."""

    MESSAGE = "messages somebody"
    FREE_MESSAGE = "messages somebody freely"
    """Without a template. WhatsApp, Messenger and Instagram permit it for 24 hours after the person wrote."""
    BROADCAST = "messages an audience"
    BOOK = "changes somebody's booking"
    CREATE = "creates somebody"
    CHANGE = "changes somebody"
    TAG = "gives somebody tags"
    UNTAG = "takes tags from somebody"
    DELETE = "deletes somebody"
    DROP_TAG = "deletes a tag, and so takes it from everybody"


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
    paged: bool = True
    """Whether paging of the list is documented."""
    act: Act | None = None
    allow_protected: bool = False
    """Whether opted-out people may be concerned, by a deliberate human decision."""
    reads: tuple[Call[Any], ...] = ()
    """The calls that show whom or what it concerns: the record that it names, or a list to look in. They are sent
    directly before it if the policy asks for them, or if its body is worked out from the record."""
    merge: bool = False
    """PUT: the body is merged into the record that was read, since nobody knows whether PUT merges or replaces."""
    remaining_body: Callable[[Any], Json | None] | None = None
    """For calls that read before they write: takes the record that was read and returns the body that still has to be
    sent, or None if nothing is left to do."""
    names: str | None = None
    """Id of the one record that it reads, changes or deletes. An answer with another id is about another record."""
    fits: Callable[[Mapping[str, Any]], bool] | None = None
    """Whether a record is that of the person the call is about, if more is known of them than the id. The record read
    directly before the call must fit."""
    person: Mapping[str, Any] | None = None
    """The person it is about, if they were read a moment ago: they are not read again, only searched for by number."""
    cleared: bool = False
    """Whether it is known already that nobody it reaches has opted out, in any of their records."""
    retry_as: Call[R] | None = None
    """The call to send after an unknown outcome instead of this one, which was made without reading the record."""

    @property
    def request(self) -> str:
        """Method and path template, as errors and claims name the call: `POST /v1/contacts`."""
        return f"{self.method} {self.path}"

    @property
    def url(self) -> str:
        """The path with the ids in it."""
        return self.path.format(*(quote(one, safe="") for one in self.ids))

    def __repr__(self) -> str:
        return f"<{self.request}>"


def get(path: str, **ids: object) -> Call[Any]:
    """Read one record."""
    named = _path_ids(ids)
    return Call("GET", path, named, names=named[-1] if named else None)


def listing(path: str, query: Mapping[str, str] | None = None, *, paged: bool = True, **ids: object) -> Call[Any]:
    """Read a list, whose pages are bare arrays."""
    return Call("GET", path, _path_ids(ids), query=query or {}, answer=list, paged=paged)


def post(path: str, body: Json, **ids: object) -> Call[Any]:
    """Create, send or book: a call that must happen once."""
    return Call("POST", path, _path_ids(ids), body=body, repeat=Repeat.ONCE)


def put(read: Call[Any], body: Json, overwrite: bool) -> Call[Any]:
    """Write fields of the record that `read` reads: merged into it, or with `overwrite` the body alone."""
    call = Call[Any]("PUT", read.path, read.ids, body=body, repeat=Repeat.IDEMPOTENT, names=read.names)
    return replace(call, reads=(read,), merge=not overwrite)


def delete(read: Call[Any]) -> Call[Any]:
    """Delete the record that `read` reads."""
    return Call("DELETE", read.path, read.ids, repeat=Repeat.IDEMPOTENT, names=read.names)


def require_named(call: Call[Any], record: Mapping[str, Any], status: int | None = None) -> None:
    """Raise `WrongRecord` unless a record is the one that the call names."""
    given = record.get("id")
    if call.names is None or str(given) == call.names:
        return
    if given is None:
        raise WrongRecord(
            f"{call.request}: the answer for the id {call.names!r} has no id: it is unknown whether it is that record",
            status=status,
        )
    raise WrongRecord(
        f"{call.request}: the answer for the id {call.names!r} has the id {str(given)[:50]!r}: the two records may "
        "have been merged at Whautomate, so check there which person is meant",
        status=status,
        record=record,
    )


def require_fitting(call: Call[Any], record: Mapping[str, Any]) -> None:
    """Raise `WrongRecord` if a record that was read before a call is not about the person of the call."""
    if call.fits is not None and not call.fits(record):
        raise WrongRecord(
            f"{call.request}: the record {str(record.get('id'))[:50]!r} is about somebody else by now (another number, "
            "address or name), so nothing was sent: check at Whautomate which person is meant",
            record=record,
        )


def watched(call: Call[R]) -> tuple[Call[R], Callable[[], bool]]:
    """The same call, and a function that says afterwards whether there was anything to send."""
    if call.remaining_body is None:
        return call, lambda: True
    look, sent = call.remaining_body, False

    def remaining_body(record: Any) -> Json | None:
        nonlocal sent
        body = look(record)
        sent |= body is not None  # it stays so where a repetition finds that it has happened
        return body

    return replace(call, remaining_body=remaining_body), lambda: sent


def acting(call: Call[R], act: Act, allow_protected: bool, reads: tuple[Call[Any], ...] | None = None) -> Call[R]:
    """The call as one that does `act` to the people whom `reads` shows; they default to the call's own reads."""
    return replace(call, act=act, allow_protected=allow_protected, reads=call.reads if reads is None else reads)


def _path_ids(ids: Mapping[str, object]) -> tuple[str, ...]:
    return tuple(path_id(name, value) for name, value in ids.items())


def path_id(name: str, value: object) -> str:
    """Check one id of a path. It is quoted as one segment when sent; an empty or dotted id would name another path."""
    if not isinstance(value, str) or not value.strip():
        kind = "an empty string" if isinstance(value, str) else type(value).__name__
        raise InvalidRequest(f"{name} must be a non-empty string: got {kind}")
    if is_rendered_none(value):
        raise InvalidRequest(rendered_none(name, value))
    if value in (".", "..") or not value.isprintable():
        raise InvalidRequest(f"{name} must be the id of a record")
    return value


def referred(body: Mapping[str, Any], name: str) -> str:
    """The id in a reference of a body, `{"id": ...}`, which may have come unchecked through `extra`."""
    reference = body[name]
    if not isinstance(reference, Mapping):
        raise InvalidRequest(f"{name} must be a dict with an id, got {type(reference).__name__}")
    return path_id(f"{name}.id", reference.get("id"))


# Fields that only the server writes. Everything else that was read is sent back, as the one integrator known to write
# contacts by PUT does (evidence C): if PUT replaces, a field that is left out is lost.
_SERVER_OWNED = {
    "id", "createdAt", "updatedAt", "lastActivity", "status", "startedAt", "completedAt", "processedStats",
    "deliveryStats", "startTimeUTC", "startTime", "endTimeUTC", "endTime", "bookedParticipants",
}  # fmt: skip


def merge(record: Mapping[str, Any], changes: Mapping[str, Any]) -> Json:
    """`record` with `changes` merged into it, `customFields` key by key, without fields that only the server writes."""
    result = {key: value for key, value in record.items() if key not in _SERVER_OWNED} | dict(changes)
    if isinstance(record.get("customFields"), dict) and isinstance(changes.get("customFields"), dict):
        result["customFields"] = record["customFields"] | changes["customFields"]
    return result


def summary(call: Call[Any], answer: Mapping[str, Any]) -> Json:
    """What a step returns of a write: `id`, and `status` if there is one. The rest may be about people.

    Cancellations and deletes answer without an id. Then it is the id of the record that they named.

    Raises: `OutcomeUnknown` if there is neither, which is no answer of this API.
    """
    named = (call.body or {}).get("appointmentId") or next(reversed(call.ids), None)
    given = answer.get("id")
    found = {"id": given if given and isinstance(given, (str, int)) else named}
    if isinstance(answer.get("status"), str):
        found["status"] = answer["status"]
    if not any(found.values()):
        raise OutcomeUnknown(f"{call!r}: the answer has no id: look in Whautomate whether it happened")
    return found
