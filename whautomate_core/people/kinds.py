"""Contacts and clients: the calls and fields of each kind, and how people are told apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from whautomate_core.api import clients, contacts
from whautomate_core.api.call import Call
from whautomate_core.api.records import ClientUpdate, ContactUpdate
from whautomate_core.policy import digits, numbers
from whautomate_core.values.phones import canonical, spellings

if TYPE_CHECKING:
    from whautomate_core.state import State

Hash: TypeAlias = Callable[[str], str]

SEPARATOR = "\x1f"
"""Stands between the parts of a key, and between the cells of a row. No cell that is used contains it."""


@dataclass(frozen=True)
class Kind:
    """One of the two kinds of people."""

    name: str
    fields: type
    """TypedDict of the fields that can be written."""
    called: str
    """The field of the name, which a new record needs."""
    phone: str
    location: str
    match: tuple[str, ...]
    """The fields by which people are told apart by default. Families share phones, so clients need their name too."""
    list: Callable[..., Call[Any]]
    get: Callable[[str], Call[Any]]
    create: Callable[..., Call[Any]]
    update: Callable[..., Call[Any]]
    delete: Callable[..., Call[Any]]
    add_tags: Callable[..., Call[Any]]
    remove_tags: Callable[..., Call[Any]]

    @property
    def matches(self) -> tuple[str, ...]:
        """The fields by which people can be told apart."""
        return ("phoneNumber",) if self is CONTACTS else ("phone", "email", "fullName")

    @property
    def number(self) -> tuple[str, ...]:
        """The fields of the number. They are not written to a person who was matched by them."""
        return ("phoneNumber",) if self is CONTACTS else ("countryCode", "phone")


CONTACTS = Kind(
    *("contact", ContactUpdate, "name", "phoneNumber", "location", ("phoneNumber",)),
    *(contacts.list_contacts, contacts.get_contact, contacts.create_contact, contacts.update_contact),
    *(contacts.delete_contact, contacts.add_contact_tags, contacts.remove_contact_tags),
)
CLIENTS = Kind(
    *("client", ClientUpdate, "fullName", "phone", "primaryLocation", ("phone", "fullName")),
    *(clients.list_clients, clients.get_client, clients.create_client, clients.update_client),
    *(clients.delete_client, clients.add_client_tags, clients.remove_client_tags),
)
KINDS = {one.name: one for one in (CONTACTS, CLIENTS)}
"""`contact` or `client` -> kind."""


def key_of(match: Sequence[str], fields: Mapping[str, Any]) -> str:
    """The key that identifies a person, from the fields of a row. Raises `ValueError` if a part of it is empty."""
    parts = []
    for field in match:
        part = _part(field, fields)
        if not part:
            raise ValueError(f"{field} is empty, and people are matched by it")
        parts.append(part)
    return SEPARATOR.join(parts)


def keys_of(match: Sequence[str], record: Mapping[str, Any]) -> set[str]:
    """The keys that may identify a record: a client's number can be read in two ways (see `numbers`)."""
    keys = {""}
    for field in match:
        parts = numbers(record) if field in ("phoneNumber", "phone") else {_part(field, record)} - {""}
        keys = {f"{key}{SEPARATOR if key else ''}{part}" for key in keys for part in parts}
    return keys - {""}


def other_keys(match: Sequence[str], key: str) -> list[str]:
    """The key with the number in its other spellings. Older ledgers know people by the spelling of their row."""
    keys = [""]
    for field, part in zip(match, key.split(SEPARATOR), strict=True):
        parts = spellings(part) if field in ("phoneNumber", "phone") else (part,)
        keys = [f"{one}{SEPARATOR if one else ''}{part}" for one in keys for part in parts]
    return keys[1:]


def _part(field: str, fields: Mapping[str, Any]) -> str:
    value = str(fields.get(field) or "")
    if field in ("phoneNumber", "phone"):
        return canonical(digits(f"{fields.get('countryCode') or ''}{value}"))
    return " ".join(value.split()).casefold()


NUMBER = ("phoneNumber", "phone", "countryCode")
"""The fields of the number of either kind of people."""


def same_number(fields: Mapping[str, Any], record: Mapping[str, Any]) -> bool:
    """Whether fields name the number that a record has: the server returns it in its own spelling (see `numbers`)."""
    code = digits(str(fields.get("countryCode") or record.get("countryCode") or ""))
    phone = digits(str(fields.get("phoneNumber") or fields.get("phone") or ""))
    named = numbers({"countryCode": code, "phone": phone})
    return bool(named & numbers(record))


def match_hash(state: State, kind: Kind, match: Sequence[str]) -> Hash:
    """Turns a key (`key_of`) into the hash that ledgers have of a person, for syncs that match by these fields."""
    return hasher(state, f"match {kind.name} {' '.join(match)}")


def hasher(state: State, purpose: str) -> Hash:
    """Turns texts into hashes for one purpose, keyed with the secret of the state database."""
    empty = state.secret.hasher(purpose)

    def hash(text: str) -> str:
        one = empty.copy()
        one.update(text.encode())
        return str(one.hexdigest())

    return hash
