"""Waiting for tags and stages of people."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import KW_ONLY, dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from whautomate_core.api.clients import get_client
from whautomate_core.api.contacts import get_contact, list_contacts
from whautomate_core.errors import ConfigurationError, NotFound, WrongRecord
from whautomate_core.policy import digits, numbers
from whautomate_core.values.phones import canonical, shared_digits
from whautomate_core.values.redaction import shown_id
from whautomate_core.waiting.condition import Check, Condition, PagesOf, Seen, read_record, require_text

if TYPE_CHECKING:
    from whautomate_core.client.client import AsyncClient, Client


@dataclass(frozen=True)
class ContactHas(Condition):
    """Wait until a contact has a tag, a stage, or both. Upper and lower case are the same.

    Args:
        contact_id: Id of the contact; this or `phone`.
        phone: A number. Any contact with that number will do, and there may be none yet.
        tag: Name of a tag.
        stage: Name of a stage.

    Returns: `id`.
    """

    kind: ClassVar[str] = "contact"
    personal: ClassVar[frozenset[str]] = frozenset({"phone"})

    contact_id: str | None = None
    _: KW_ONLY
    phone: str | None = field(default=None, repr=False)
    tag: str | None = None
    stage: str | None = None

    def __post_init__(self) -> None:
        if (self.contact_id is None) == (self.phone is None):
            raise ConfigurationError("name the contact by either contact_id or phone")
        if self.phone is not None and not digits(str(self.phone)):
            raise ConfigurationError("phone must hold a number")
        if self.contact_id is not None:
            get_contact(self.contact_id)  # checks the id
        require_text(tag=self.tag, stage=self.stage)

    @property
    def unmet(self) -> str:
        who = "no contact with that number" if self.contact_id is None else f"contact {shown_id(self.contact_id)}"
        has = "has" if self.contact_id is None else "doesn't have"
        return f"{who} {has} {self._wanted}"

    @property
    def _wanted(self) -> str:
        return " and ".join(f"{name} {value!r}" for name, value in (("tag", self.tag), ("stage", self.stage)) if value)

    def check(self, pages_of: PagesOf) -> Check[Seen]:
        if self.contact_id is not None:
            return self.decide([(yield from read_record(get_contact(self.contact_id), "tags", "stage"))])
        number, found, shown = canonical(digits(str(self.phone))), [], set[str]()
        pages = pages_of(list_contacts(filters={"searchText": shared_digits(number)}))
        while not pages.done:
            # How `searchText` matches is not documented.
            page = pages.take((yield pages.next_call()))
            found += [one for one in page if number in numbers(one)]
            shown |= {str(one.get("id")) for one in page}
        # Nor is it documented how soon a search shows new contacts.
        for id in (yield KnownContacts(number)):
            if id in shown:
                continue
            try:
                one = yield get_contact(id)
            except (NotFound, WrongRecord):
                continue
            found += [one] if number in numbers(one) else []
        return self.decide(found)

    def decide(self, contacts: Collection[Any]) -> Seen:
        """What these contacts mean: one of them must have everything that is asked for."""
        for one in contacts:
            staged = self.stage is None or _folded(one.get("stage")) == _folded(self.stage)
            if staged and (self.tag is None or _has_tag(one, self.tag)):
                return Seen(f"contact {one.get('id')} has {self._wanted}", result={"id": one.get("id")})
        return Seen(f"{self.unmet} yet" + ("" if contacts else " (there is none yet)"))


@dataclass(frozen=True)
class KnownContacts:
    """Asks our own state for the ids of contacts with a number."""

    number: str = field(repr=False)
    """In its canonical form."""

    def answer(self, client: Client | AsyncClient) -> list[str]:
        # The state database's library is loaded only by steps that use it, not by each DAG that names a condition.
        from whautomate_core.people.kinds import CONTACTS
        from whautomate_core.people.known import Known

        return Known(client, CONTACTS).ids(CONTACTS.phone, self.number)


@dataclass(frozen=True)
class ClientHas(Condition):
    """Wait until a client has a tag. Upper and lower case are the same. Clients have no stages.

    Args:
        client_id: Id of the client.
        tag: Name of a tag.

    Returns: `id`.
    """

    kind: ClassVar[str] = "client"

    client_id: str
    tag: str

    def __post_init__(self) -> None:
        get_client(self.client_id)  # checks the id
        require_text(tag=self.tag)

    @property
    def unmet(self) -> str:
        return f"client {shown_id(self.client_id)} doesn't have tag {self.tag!r}"

    def check(self, pages_of: PagesOf) -> Check[Seen]:
        return self.decide((yield from read_record(get_client(self.client_id), "tags")))

    def decide(self, client: Any) -> Seen:
        """What the state of a client means."""
        if _has_tag(client, self.tag):
            return Seen(f"client {shown_id(self.client_id)} has tag {self.tag!r}", result={"id": self.client_id})
        return Seen(f"{self.unmet} yet")


def _folded(text: object) -> str:
    return str(text or "").strip().casefold()


def _has_tag(person: Any, tag: str) -> bool:
    return _folded(tag) in {_folded(one) for one in person.get("tags") or []}
