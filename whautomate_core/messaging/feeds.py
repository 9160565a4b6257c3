"""Messages as they come in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from whautomate_core.api.contacts import get_contact
from whautomate_core.messaging.conditions import is_incoming, message_at, messages_since
from whautomate_core.waiting.condition import Check, PagesOf
from whautomate_core.waiting.feed import Entry, Feed, identified


@dataclass(frozen=True)
class MessagesOf(Feed):
    """What a contact writes, by any channel. A look reads those of about two days.

    The API has no list of the messages of all contacts, nor of conversations.
    """

    kind: ClassVar[str] = "messages"

    contact_id: str

    def __post_init__(self) -> None:
        get_contact(self.contact_id)  # checks the id

    def read(self, since: float, pages_of: PagesOf) -> Check[list[Entry]]:
        messages = yield from messages_since(self.contact_id, since, pages_of)
        about = {"contact_id": self.contact_id}
        written = identified(self, [one for one in messages if is_incoming(one)])
        return [Entry(str(one["id"]), message_at(one), about) for one in written]
