"""The keys of calls that must happen once: each says what a call is about, never its place in a list.

A key is made of the run, the task, the id of the endpoint, and the person or booking that the call is about. Lists
shift between two attempts of a run, so a key holds no index. It does not hold what the call says, or when, either.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from whautomate_core.api.call import Call, Json, get
from whautomate_core.api.endpoint import Identity, endpoint_of_call
from whautomate_core.errors import ConfigurationError
from whautomate_core.policy import digits, numbers
from whautomate_core.values.keys import PREFIX
from whautomate_core.values.phones import canonical, is_valid

if TYPE_CHECKING:
    from whautomate_core.client.client import Client
    from whautomate_core.state import State

_READS = {"contact": "/v1/contacts/{}", "client": "/v1/clients/{}"}
"""The kinds of record that a message may name instead of a number, and where they are read."""


About = list[Any]
"""What a call is about, as JSON: kinds and ids, and numbers by their digits. Keys hold only its keyed hash."""


def about_of(call: Call[Any]) -> About:
    """What a call is about, as the call itself names it."""
    body = call.body or {}
    return [*call.ids, *(_named(field, body) for field in identity_of(call).fields(body) if field != "countryCode")]


def resolved(call: Call[Any], seen: Sequence[Any], read: Callable[[Call[Any]], Any]) -> About:
    """What a call is about, with the person in place of a record: by number, or by id if they have none.

    Args:
        call: A call that must happen once.
        seen: The records that were read before the call.
        read: Sends the call that reads the record, if the policy did not need it and so it is not in `seen`.
    """
    identity, body = identity_of(call), call.body or {}
    kind = next(iter(identity.fields(body)), "")
    if not identity.reaches or kind not in _READS:
        return about_of(call)
    id = str(body[kind].get("id"))
    record = next((one for one in seen if isinstance(one, Mapping) and one.get("id") == id), None)
    found = sorted(numbers(read(get(_READS[kind], id=id)) if record is None else record), key=len, reverse=True)
    number = next(filter(is_valid, found), next(iter(found), None))
    return [["number", number]] if number else about_of(call)


def naming(call: Call[Any]) -> frozenset[str]:
    """The fields by which a body can name what it is about. Two calls with one key may differ in them."""
    identity = identity_of(call)
    fields = identity.way(call.body or {})
    others = [field for way in identity.about for field in way] if identity.reaches else []
    # `clientId` beside `client`
    return frozenset([*fields, *(f"{one}Id" for one in fields), *(one.removesuffix("Id") for one in fields), *others])


def identity_of(call: Call[Any]) -> Identity:
    identity = endpoint_of_call(call).identity
    if identity is None:
        raise ValueError(f"{call!r} may be repeated, so nothing identifies it")
    return identity


def _named(field: str, body: Mapping[str, Any]) -> list[Any]:
    value = body[field]
    if field == "recepient":
        return ["number", canonical(digits(str(value.get("phoneNumber"))))]
    if field in ("phoneNumber", "phone"):
        return ["number", canonical(digits(f"{body.get('countryCode') or ''}{value}"))]
    if field == "email":
        return ["email", str(value).strip().casefold()]
    if field.endswith("Id"):  # `clientId` beside `client`
        return [field.removesuffix("Id"), value]
    return [field, value.get("id", value) if isinstance(value, Mapping) else value]


@dataclass(frozen=True)
class Once:
    """A call or a job that must happen once in a step."""

    id: str
    """Id of the endpoint or the job. It stands in keys, so it is never changed."""
    what: str
    """Method and path of the call that is sent."""
    about: Call[Any] | Json | str
    """The call; for a job, the arguments that say what it is about, or a name."""
    payload: Mapping[str, Any] = field(default_factory=dict)
    """The values that claims of the first form compared."""


class KeysBefore(Protocol):
    """Finds claims under keys of an earlier form."""

    def find(self, state: State, account: str, once: Once) -> str | None:
        """The key under which the same call or job was claimed, if it was."""

    def all(self, state: State, account: str, what: str) -> list[str]:
        """The keys of all calls with a method and path."""

    def find_row(self, state: State, account: str, id: str, digest: str) -> str | None:
        """The key under which a job claimed a row, by the keyed hash of the row's number."""


@dataclass(frozen=True)
class Step:
    """A task of a run, however often it runs. In it, a call about the same thing happens once."""

    name: str
    """What its keys begin with: the orchestrator, the run and the task. Never changed, like the ids of endpoints."""
    before: KeysBefore | None = None

    def key(self, state: State, id: str, about: Any) -> str:
        """The key of an endpoint or job, given what it is about (JSON)."""
        return f"{self.prefix(id)}{state.secret.digest(about)}"

    def prefix(self, id: str) -> str:
        """What all keys of an endpoint or job in this step begin with."""
        return f"{PREFIX}{self.name} {id} "

    def find_before(self, state: State, account: str, once: Once) -> str | None:
        """The key of an earlier form under which the same call or job was claimed, if it was."""
        return self.before.find(state, account, once) if self.before else None

    def key_of(self, state: State, account: str, once: Once) -> str:
        """The key of a job: the one under which it was claimed before, or one made of what it is about."""
        return self.find_before(state, account, once) or self.key(state, once.id, once.about)


def key_of_job(client: Client, key: str | None, step: Step | None, once: Once) -> str:
    """The key of a job: the caller's key, or one made of the step and what the job is about.

    Raises: `ConfigurationError` without key and step.
    """
    if key is None and step is None:
        raise ConfigurationError(
            "key is missing: give a key that names this step, so that it happens once however often it runs"
        )
    if key is not None or step is None:
        return str(key)
    return step.key_of(client.state, client.account.id, once)
