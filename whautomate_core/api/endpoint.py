"""What is known of each endpoint, written beside its function: everything else reads it from here.

    @endpoint("createContact", "POST /v1/contacts", "contact", "created", act=Act.CREATE, identity=by("phoneNumber"))
    def create_contact(contact: ContactInput, ...) -> Call[Contact]: ...

The function stays a plain function. `endpoint_of` finds the value by the function, `endpoint_of_call` by a call that it
made, and `whautomate_core.api.registry.ENDPOINTS` holds all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from typing_extensions import is_typeddict

from whautomate_core.api.call import Act, Call, Repeat

F = TypeVar("F", bound=Callable[..., Call[Any]])


@dataclass(frozen=True)
class Identity:
    """What identifies a call that must happen once. It decides the keys of claims, so it is never changed."""

    about: tuple[tuple[str, ...], ...]
    """Groups of fields. The first group that a body has says what a call is about, together with the ids in its
    path."""
    reaches: bool = False
    """Whether the call messages a person: contact, client and number of one person then mean the same."""

    def way(self, body: Mapping[str, Any]) -> tuple[str, ...]:
        """The group of fields by which a body says what it is about. A body need not have all of them."""
        return next((fields for fields in self.about if body.get(fields[0])), ())

    def fields(self, body: Mapping[str, Any]) -> tuple[str, ...]:
        """The fields of that group that the body has."""
        return tuple(field for field in self.way(body) if body.get(field))


def by(*groups: str, reaches: bool = False) -> Identity:
    """An `Identity`; each group is the names of its fields, separated by spaces."""
    return Identity(tuple(tuple(group.split()) for group in groups), reaches)


@dataclass(frozen=True)
class Endpoint:
    """One endpoint of the API."""

    id: str
    """The contract's operationId: `createContact`. It stands in the keys of claims, so it is never changed: under
    another id everything would be sent again."""
    function: Callable[..., Call[Any]]
    """The plain function that makes its calls: `contacts.create_contact`."""
    method: str
    path: str
    """With `{}` for each id, as in `Call.path`."""
    noun: str
    """What it is about, singular, as its outcome line names it: `contact`."""
    done: str
    """What it did, likewise: `created`."""
    within: str
    """The noun of the record that it is about a part of: `broadcast` for the list of a broadcast's log."""
    act: Act | None
    """What it does to people; `policy.py` says what the account permits of it."""
    identity: Identity | None
    """What identifies its calls, if they must happen once."""
    paged: bool
    """Whether paging of its list is documented."""

    @property
    def name(self) -> str:
        """The function's name, which is that of the tasks too: `create_contact`."""
        return self.function.__name__

    @property
    def resource(self) -> str:
        """The module of the function, the operators and the tasks: `contacts`."""
        return self.function.__module__.rpartition(".")[2]

    @property
    def request(self) -> str:
        """Method and path, as claims name what they are for: `POST /v1/contacts`."""
        return f"{self.method} {self.path}"

    @property
    def reads(self) -> bool:
        """Whether it only reads."""
        return self.method == "GET"

    @property
    def once(self) -> bool:
        """Whether it must happen once: it is sent under a claim, and never repeated on a guess."""
        return self.identity is not None

    @property
    def tags(self) -> bool:
        """Whether it adds or removes tags of a person. Such a call first looks at what is left to do."""
        return self.act in (Act.TAG, Act.UNTAG)

    @property
    def repeat(self) -> Repeat:
        """What may be done when nobody knows whether a request took effect."""
        return Repeat.SAFE if self.reads else Repeat.ONCE if self.once else Repeat.IDEMPOTENT

    @cached_property
    def arguments(self) -> Mapping[str, Any]:
        """The function's arguments: name -> type."""
        return {name: hint for name, hint in get_type_hints(self.function).items() if name != "return"}

    @cached_property
    def answer(self) -> Any:
        """What its calls answer, as the function declares it: `Contact` or `list[Contact]`."""
        (answer,) = get_args(get_type_hints(self.function)["return"])
        return answer

    @cached_property
    def lists(self) -> bool:
        """Whether its answer is a list of records."""
        return get_origin(self.answer) is list

    @property
    def record(self) -> type:
        """The type of the record that it answers, alone or in a list: `Contact`."""
        record: type = get_args(self.answer)[0] if self.lists else self.answer
        return record

    @cached_property
    def redacted(self) -> frozenset[str]:
        """Arguments that may be about people: bodies, filters, `extra`. Orchestrators show only their fields' names."""
        return frozenset(name for name, hint in self.arguments.items() if any(map(_is_dict, (hint, *get_args(hint)))))


def _is_dict(hint: Any) -> bool:
    return is_typeddict(hint) or get_origin(hint) is dict


_by_function: dict[Callable[..., Any], Endpoint] = {}
_by_request: dict[str, Endpoint] = {}


def endpoint(
    id: str,
    request: str,
    noun: str,
    done: str = "read",
    *,
    within: str = "",
    act: Act | None = None,
    identity: Identity | None = None,
    paged: bool = True,
) -> Callable[[F], F]:
    """Register a function as that of an endpoint, and return it as it is.

    Args:
        id: The contract's operationId.
        request: Method and path: `GET /v1/contacts/{}`.

    The others are the fields of `Endpoint`.
    """
    method, _, path = request.partition(" ")

    def register(function: F) -> F:
        found = Endpoint(id, function, method, path, noun, done, within, act, identity, paged)
        _by_function[function] = _by_request[request] = found
        return function

    return register


def endpoint_of(function: Callable[..., Call[Any]]) -> Endpoint:
    """The endpoint of a function of `whautomate_core.api`."""
    return _by_function[function]


def endpoint_of_call(call: Call[Any]) -> Endpoint:
    """The endpoint of a call that a function of `whautomate_core.api` made."""
    return _by_request[call.request]


def endpoint_id(call: Call[Any]) -> str:
    """The id of a call's endpoint; `other` for a call that no function of `whautomate_core.api` made."""
    found = _by_request.get(call.request)
    return "other" if found is None else found.id


def registered() -> tuple[Endpoint, ...]:
    """The endpoints of all modules that have been imported; `registry.ENDPOINTS` has those of all."""
    return tuple(_by_function.values())
