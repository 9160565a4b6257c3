"""What is known of an account's server beyond the documents: found out by `whautomate doctor`, followed by clients."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from sqlalchemy import delete, insert, select
from sqlalchemy.engine import Connection

from whautomate_core.state.database import Database
from whautomate_core.state.schema import profiles


@dataclass(frozen=True)
class Profile:
    """What a server was seen to do. None: not known, so the inconvenient answer is taken."""

    put_merges: bool | None = None
    """PUT keeps the fields it doesn't name, and the custom fields: so one request writes, where none is read for the
    policy."""
    page_cap: int | None = None
    """The largest page the server gives, so that a shorter one is the last."""


class Profiles:
    """The profiles of all accounts in a state database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, account: str) -> Profile:
        """The profile of an account; one that knows nothing where none was written."""
        found = select(profiles.c.found).where(profiles.c.account == account)
        text = self._database.run(lambda connection: connection.execute(found).scalar())
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
