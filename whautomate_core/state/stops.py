"""Accounts whose messages a person has stopped, for every process at once."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from whautomate_core import telemetry
from whautomate_core.account import Account
from whautomate_core.state.database import Database
from whautomate_core.state.schema import stops


@dataclass(frozen=True)
class Stop:
    """A stop as it stands."""

    account: str
    at: float
    """Seconds since the epoch (UTC)."""
    made_by: str

    def __str__(self) -> str:
        when = datetime.fromtimestamp(self.at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        return f"sends of account {self.account} have been stopped since {when} ({self.made_by})"


class Stops:
    """The stops of all accounts in a state database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def stop(self, account: str, by: str | None = None) -> bool:
        """Stop the sends of an account in every process, from the next one on. Returns whether they went until now.

        Args:
            by: Who stops them, shown in errors. Defaults to this machine and process.
        """
        by = by or f"{socket.gethostname()}:{os.getpid()}"

        def work(connection: Connection) -> bool:
            try:
                with connection.begin_nested():
                    now = self._database.now(connection)
                    connection.execute(insert(stops).values(account=account, at=now, made_by=by))
                return True
            except IntegrityError:
                return False

        return self._database.run(work)

    def resume(self, account: str) -> bool:
        """Let an account send again. Returns whether it was stopped."""
        gone = delete(stops).where(stops.c.account == account)
        return bool(self._database.run(lambda connection: connection.execute(gone).rowcount))

    def stopped(self, account: str | None = None) -> list[Stop]:
        """The stops, of all accounts or of one, oldest first."""
        found = select(stops).order_by(stops.c.at)
        if account is not None:
            found = found.where(stops.c.account == account)
        return self._database.run(
            lambda connection: [Stop(row.account, row.at, row.made_by) for row in connection.execute(found)]
        )

    def require_sends(self, account: Account, what: str) -> None:
        """Raise `PolicyRefused` if the account's sends are stopped."""
        for stop in self.stopped(account.id):
            resume = account.command("resume-sends")
            raise telemetry.refused("sends_stopped", f"{what}: {stop}; {resume} starts them again")
