"""Accounts whose messages are stopped, by a person and for every process at once."""

from __future__ import annotations

import os
import socket
from datetime import UTC, datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.engine import Connection

from whautomate_core.errors import PolicyRefused
from whautomate_core.state.database import Database
from whautomate_core.state.schema import stops


class Stops:
    """The stops of all accounts in a state database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def stop(self, account: str) -> bool:
        """Stop the sends of an account, from every process' next one on. Returns whether they went until now."""
        by = f"{socket.gethostname()}:{os.getpid()}"

        def work(connection: Connection) -> bool:
            if connection.execute(select(stops.c.at).where(stops.c.account == account)).first() is not None:
                return False
            now = self._database.now(connection)
            connection.execute(insert(stops).values(account=account, at=now, made_by=by))
            return True

        return self._database.run(work)

    def resume(self, account: str) -> bool:
        """Let an account send again. Returns whether it was stopped."""
        gone = delete(stops).where(stops.c.account == account)
        return bool(self._database.run(lambda connection: connection.execute(gone).rowcount))

    def require_sends(self, account: str, what: str) -> None:
        """Raise `PolicyRefused` where the account's sends are stopped."""
        found = select(stops).where(stops.c.account == account)
        row = self._database.run(lambda connection: connection.execute(found).first())
        if row is not None:
            when = datetime.fromtimestamp(row.at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
            raise PolicyRefused(
                f"{what}: sends of account {account} are stopped since {when} ({row.made_by}); "
                "`whautomate resume-sends` lets them go again"
            )
