"""What is known of an account's server beyond the documents: found out by `whautomate doctor`, followed by clients."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.engine import Connection

from whautomate_core.state.database import Database
from whautomate_core.state.schema import profiles

BELIEVED_FOR = 30 * 86_400.0
"""Seconds for which a server is believed to be as it was seen: a smaller page than known would cut a list."""


@dataclass(frozen=True)
class Profile:
    """What a server was seen to do with contacts. None: not known, so the inconvenient answer is taken.

    That other resources are served alike is likely and not known, so nothing is taken to hold for them.
    """

    put_merges: bool | None = None
    """PUT keeps the fields it doesn't name, tags and custom fields among them: so one request writes, where none is
    read for the policy."""
    put_merges_custom_fields: bool | None = None
    """Of the custom fields too, PUT keeps those it doesn't name."""
    page_cap: int | None = None
    """The largest page the server gives of those that clients ask for, so that a shorter one is the last."""
    search_delay: float | None = None
    """Seconds after which a search was seen to find a new contact: whether somebody has opted out is asked by searches
    before a single send. It was seen once, and binds nobody."""

    def spares_reading(self, path: str, body: Mapping[str, Any]) -> bool:
        """Whether the body of a PUT may go as it is, without what is there merged into it."""
        merges = self.put_merges and ("customFields" not in body or self.put_merges_custom_fields)
        return path == "/v1/contacts/{}" and bool(merges)

    def full_page(self, path: str) -> int:
        """How many records a page of a list has that isn't the last; 0 where that isn't known."""
        return (self.page_cap or 0) if path == "/v1/contacts" else 0


class Profiles:
    """The profiles of all accounts in a state database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, account: str) -> Profile:
        """The profile of an account; one that knows nothing where none was written, or a month ago."""

        def work(connection: Connection) -> str | None:
            late = self._database.now(connection) - BELIEVED_FOR
            found = select(profiles.c.found).where(profiles.c.account == account, profiles.c.at > late)
            text: str | None = connection.execute(found).scalar()
            return text

        text = self._database.run(work)
        known = json.loads(text) if text else {}
        # Of another version some fields may be new or gone.
        return Profile(**{name: known.get(name) for name in Profile.__dataclass_fields__})

    def put(self, account: str, profile: Profile) -> None:
        """Write the profile of an account in place of what was known."""

        def work(connection: Connection) -> None:
            connection.execute(delete(profiles).where(profiles.c.account == account))
            values = {"account": account, "found": json.dumps(asdict(profile)), "at": self._database.now(connection)}
            connection.execute(insert(profiles).values(**values))

        self._database.run(work)

    def forget(self, account: str) -> bool:
        """Forget what is known of an account's server. Returns whether anything was."""
        gone = delete(profiles).where(profiles.c.account == account)
        return bool(self._database.run(lambda connection: connection.execute(gone).rowcount))
