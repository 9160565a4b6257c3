"""Contacts and clients: what a sync of either reads and writes, and how it tells people apart."""

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
"""Between the parts of a key, and between the cells of a row: no cell that is taken holds it."""


@dataclass(frozen=True)
class Kind:
    """One of the two kinds of people."""

    name: str
    fields: type
    """TypedDict of what can be written."""
    called: str
    """The field of the name, which a new one needs."""
    phone: str
    location: str
    match: tuple[str, ...]
    """What tells people apart where nothing else is named. Families share phones, so clients need their name too."""
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
        """The fields of the number, which is not written to whom it was matched by."""
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
    """What tells somebody apart, of the fields that a row gives. Raises `ValueError` where a part is empty."""
    parts = []
    for field in match:
        part = _part(field, fields)
        if not part:
            raise ValueError(f"{field} is empty, and people are matched by it")
        parts.append(part)
    return SEPARATOR.join(parts)


def keys_of(match: Sequence[str], record: Mapping[str, Any]) -> set[str]:
    """What may tell somebody apart whom the server has: a client's number can be read in two ways (see `numbers`)."""
    keys = {""}
    for field in match:
        parts = numbers(record) if field in ("phoneNumber", "phone") else {_part(field, record)} - {""}
        keys = {f"{key}{SEPARATOR if key else ''}{part}" for key in keys for part in parts}
    return keys - {""}


def other_keys(match: Sequence[str], key: str) -> list[str]:
    """What the key would be in the number's other spellings: ledgers of before know people by the one of their row."""
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


def match_hash(state: State, kind: Kind, match: Sequence[str]) -> Hash:
    """What turns a key (`key_of`) into the name of a person in ledgers, for syncs that match by these fields."""
    return hasher(state, f"match {kind.name} {' '.join(match)}")


def hasher(state: State, purpose: str) -> Hash:
    """Keyed hashes of texts for a purpose, by the state database's secret."""
    empty = state.secret.hasher(purpose)

    def hash(text: str) -> str:
        one = empty.copy()
        one.update(text.encode())
        return str(one.hexdigest())

    return hash
