"""What watchers of an account have reported, so that none reports it again and none misses what came meanwhile."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping

from sqlalchemy import delete, insert, select
from sqlalchemy.engine import Connection

from whautomate_core.api.call import Json
from whautomate_core.state.database import Database
from whautomate_core.state.schema import watches


class Watches:
    """The watches of all accounts in a state database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, account: str, names: Collection[str]) -> dict[str, Json]:
        """What was kept of those watches of an account that have begun: name -> JSON."""
        mine = (watches.c.account == account) & watches.c.name.in_(list(names))
        found = select(watches.c.name, watches.c.seen).where(mine)
        return self._database.run(
            lambda connection: {name: json.loads(seen) for name, seen in connection.execute(found)}
        )

    def put(self, account: str, seen: Mapping[str, Json]) -> None:
        """Keep JSON for watches of an account, by name, over what was kept of them before."""

        def work(connection: Connection) -> None:
            now = self._database.now(connection)
            for name, value in sorted(seen.items()):  # in one order, so that two never wait for each other
                connection.execute(delete(watches).where((watches.c.account == account) & (watches.c.name == name)))
                connection.execute(insert(watches).values(account=account, name=name, seen=json.dumps(value), at=now))

        self._database.run(work)
