"""How an account's server behaves beyond what is documented. `whautomate doctor` finds it out; clients rely on it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from sqlalchemy import delete, insert, select
from sqlalchemy.engine import Connection

from whautomate_core.state.database import Database
from whautomate_core.state.schema import profiles

BELIEVED_FOR = 30 * 86_400.0
"""Seconds after which a profile is no longer trusted: a page that became smaller than known would cut a list."""


TemplateList = Literal["answers", "refuses", "absent"]
"""What comes of asking for the list of WhatsApp templates with a `locationId`: the list, an error that shows that there
is one but that it has to be asked in another way, or an error that shows that there is none."""


@dataclass(frozen=True)
class Profile:
    """What a server was seen to do with contacts. None: not known, so clients assume the inconvenient answer.

    Other resources are probably served alike, but nobody has checked, so a profile says nothing about them.
    """

    put_merges: bool | None = None
    """PUT keeps the fields it doesn't name, including tags and custom fields. Then one request writes, unless the
    policy needs the record read."""
    put_merges_custom_fields: bool | None = None
    """PUT also keeps the custom fields it doesn't name."""
    page_cap: int | None = None
    """The largest page the server returns, up to what clients ask for. A shorter page is the last one."""
    search_delay: float | None = None
    """Seconds after which a search was seen to find a new contact. Searches tell whether somebody has opted out before
    a single send. It was seen once and is no promise."""
    template_list: TemplateList | None = None
    """Whether `GET /v1/whatsapp-templates` lists the WhatsApp templates of a location. Where it answers, a template is
    looked up before messages with it are sent."""

    def spares_reading(self, path: str, body: Mapping[str, Any]) -> bool:
        """Whether the body of a PUT may be sent as it is, without merging the existing record into it."""
        merges = self.put_merges and ("customFields" not in body or self.put_merges_custom_fields)
        return path == "/v1/contacts/{}" and bool(merges)

    def full_page(self, path: str) -> int:
        """How many records every page of a list but the last has; 0 if that isn't known."""
        return (self.page_cap or 0) if path == "/v1/contacts" else 0


class Profiles:
    """The profiles of all accounts in a state database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, account: str) -> Profile:
        """The profile of an account; an empty one if none was written in the last 30 days."""

        def work(connection: Connection) -> str | None:
            late = self._database.now(connection) - BELIEVED_FOR
            found = select(profiles.c.found).where(profiles.c.account == account, profiles.c.at > late)
            text: str | None = connection.execute(found).scalar()
            return text

        text = self._database.run(work)
        known = json.loads(text) if text else {}
        # Written by another version, it may have other fields.
        return Profile(**{name: known.get(name) for name in Profile.__dataclass_fields__})

    def put(self, account: str, profile: Profile) -> None:
        """Write the profile of an account over an earlier one."""

        def work(connection: Connection) -> None:
            connection.execute(delete(profiles).where(profiles.c.account == account))
            values = {"account": account, "found": json.dumps(asdict(profile)), "at": self._database.now(connection)}
            connection.execute(insert(profiles).values(**values))

        self._database.run(work)

    def forget(self, account: str) -> bool:
        """Delete the profile of an account. Returns whether there was one."""
        gone = delete(profiles).where(profiles.c.account == account)
        return bool(self._database.run(lambda connection: connection.execute(gone).rowcount))
