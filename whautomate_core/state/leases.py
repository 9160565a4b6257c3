"""Which run works on a sync: one at a time, in as many parts as it has, however often it is interrupted."""

from __future__ import annotations

from dataclasses import dataclass
from secrets import token_hex

from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from whautomate_core.state.database import Database
from whautomate_core.state.schema import leases, syncs

LASTS = 120.0
"""Seconds that a lease lasts without a sign of life."""


@dataclass(frozen=True)
class Lease:
    """A part of a run that may work on a sync."""

    sync: int
    part: str
    run: str
    """Names the work from its first try to its end. Work that starts over gets a new name."""
    epoch: int


@dataclass(frozen=True)
class Held:
    """Another run is working on the sync."""

    seconds: float
    """The shortest time until its lease ends."""


class Leases:
    """The leases of a state database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, account: str, sync: str, holder: str, part: str = "") -> Lease | Held:
        """Take the lease of a sync for a part of a run, or continue where an earlier try of the run left it.

        Args:
            holder: The orchestrator's name for the run, the same in each of its tries.
            part: The chunk of the run's source; chunks of one run share the lease.
        """

        def work(connection: Connection) -> Lease | Held:
            number = self._number(connection, account, sync)
            now = self._database.now(connection)
            others = (leases.c.sync == number) & (leases.c.holder != holder)
            alive = select(leases.c.until).where(others & (leases.c.until > now) & ~leases.c.ended)
            until = connection.execute(alive.order_by(leases.c.until.desc())).scalars().first()
            if until is not None:
                return Held(float(until) - now)
            connection.execute(delete(leases).where(others))
            mine = (leases.c.sync == number) & (leases.c.part == part)
            row = connection.execute(select(leases).where(mine)).one_or_none()
            run = row.run if row is not None and not row.ended else token_hex(8)
            epoch = row.epoch + 1 if row is not None else 1
            values = {"holder": holder, "run": run, "epoch": epoch, "until": now + LASTS, "ended": False}
            if row is None:
                connection.execute(insert(leases).values(sync=number, part=part, **values))
            else:
                connection.execute(update(leases).where(mine).values(**values))
            return Lease(number, part, run, epoch)

        return self._database.run(work)

    def renew(self, lease: Lease, seconds: float = LASTS) -> bool:
        """Give a sign of life, for so many seconds. Returns False if another try has taken the lease meanwhile."""
        return self._set(lease, seconds, ended=False)

    def end(self, lease: Lease) -> None:
        """Give the lease back: the work is done."""
        self._set(lease, 0.0, ended=True)

    def _set(self, lease: Lease, seconds: float, *, ended: bool) -> bool:
        mine = (leases.c.sync == lease.sync) & (leases.c.part == lease.part) & (leases.c.epoch == lease.epoch)
        same = mine & (leases.c.run == lease.run)

        def work(connection: Connection) -> bool:
            until = self._database.now(connection) + seconds
            return bool(connection.execute(update(leases).where(same).values(until=until, ended=ended)).rowcount)

        return self._database.run(work)

    @staticmethod
    def _number(connection: Connection, account: str, name: str) -> int:
        """The number of a sync. Its row is locked (on SQLite, everything is)."""
        found = select(syncs.c.id).where(syncs.c.account == account, syncs.c.name == name).with_for_update()
        number = connection.execute(found).scalar()
        while number is None:
            try:
                with connection.begin_nested():
                    connection.execute(insert(syncs).values(account=account, name=name))
            except IntegrityError:
                pass  # another run made it at the same moment
            number = connection.execute(found).scalar()
        return int(number)
