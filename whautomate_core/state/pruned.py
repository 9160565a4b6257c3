"""Removing old entries from a state database without anybody being messaged twice afterwards.

A claim is needed for as long as its run may be cleared, and that time isn't known here. So one mark stays for all the
claims of a step of a run, or of a key: whoever claims the same again is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Table, delete, func, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from whautomate_core.api.call import Act
from whautomate_core.api.registry import ENDPOINTS
from whautomate_core.errors import ConfigurationError, OutcomeUnknown
from whautomate_core.state.database import Database
from whautomate_core.state.schema import claims, details, identities, leases, pruned, rows, syncs, watches
from whautomate_core.state.secret import Secret
from whautomate_core.values.keys import PREFIX

DAY = 86_400.0
YOUNGEST = 30 * DAY
"""Seconds for which nothing is removed."""

_BROADCAST = "POST /v1/broadcasts"
_BROADCASTS = 400 * DAY
"""Seconds for which the last broadcast with a name is looked for."""

_MESSAGES_OR_CREATES = {Act.MESSAGE, Act.FREE_MESSAGE, Act.BROADCAST, Act.CREATE}
_OF_PEOPLE = {
    one.request
    for one in ENDPOINTS.values()
    if one.once and (one.act in _MESSAGES_OR_CREATES or one.resource == "appointments")
}
"""What grows with people and time. The others tell whose a class, service or block of staff time is, and stay."""

_AT_ONCE = 400


@dataclass(frozen=True)
class Removed:
    """Counts of what was removed, or would be."""

    claims: int
    marks: int
    """Marks that stay in place of these claims."""
    syncs: int
    """Syncs that have not run for that long."""
    rows: int
    """Their rows in the ledger."""
    identities: int
    """People whom a sync looked for and no sync has found since."""
    details: int
    """Numbers and addresses of people whom syncs wrote. Searches find these people by now."""
    watches: int
    """What watchers have reported that have not looked since: if one comes back, it begins anew."""


def require_remembered(connection: Connection, secret: Secret, account: str, key: str) -> None:
    """Raise `OutcomeUnknown` if claims of a key, or of its step in its run, were removed.

    Call it after the insert of the claim, in the same transaction: removal commits the mark together with the claims.
    """
    marks = {_mark(secret, account, one, connection) for one in (key, _step_of(key))}
    at = connection.execute(select(func.max(pruned.c.at)).where(pruned.c.mark.in_(marks))).scalar()
    if at is not None:
        when = datetime.fromtimestamp(at, UTC)
        raise OutcomeUnknown(
            f"this step has run before, and the record of what it sent was removed on {when:%Y-%m-%d} by "
            "`whautomate state prune` or `whautomate people forget`: it may have been sent, so nothing is sent. To "
            "send it now, start a new run, or give it another key (key=...)"
        )


def prune(database: Database, secret: Secret, seconds: float, *, dry_run: bool = False) -> Removed:
    """Remove what is older than so many seconds and no longer needed.

    Open claims are never removed, nor are the claims of a step that has claimed something since (its run was cleared or
    continues), those of services, classes and staff time, entries of people who exist or opted out, and syncs that are
    under way. Run it at any time, and again if it was interrupted.

    Raises: `ConfigurationError` for fewer than 30 days.
    """
    if seconds < YOUNGEST:
        raise ConfigurationError(
            f"nothing younger than {YOUNGEST / DAY:.0f} days is removed: use --older-than 30d or more"
        )
    now = database.run(database.now)
    marks: set[str] = set()
    count = 0
    for account, batch in _old_claims(database, now, seconds):
        stand_for = {key: _mark(secret, account, str(_begins(key))) for key in batch}
        marks |= {*stand_for.values()}
        count += len(batch) if dry_run else _remove(database, account, stand_for, now, now - seconds)
    idle = [sync for sync, at in _idle_syncs(database) if at < now - seconds]
    lines = [_count_rows(database, one) if dry_run else _remove_sync(database, one, now - seconds) for one in idle]
    missing = _remove_missing(database, dry_run=dry_run)
    old = (_remove_old(database, table, now - seconds, dry_run) for table in (details, watches))
    return Removed(count, len(marks), len(idle), sum(lines), missing, *old)


def _mark(secret: Secret, account: str, begins: str, connection: Connection | None = None) -> str:
    return secret.digest(["pruned", account, begins], connection)


def mark_keys(database: Database, secret: Secret, connection: Connection, account: str, keys: Iterable[str]) -> None:
    """Leave marks of claims that the same transaction removes, each for its key alone and not for its step."""
    _write_marks(
        database, connection, [_mark(secret, account, key, connection) for key in keys], database.now(connection)
    )


def _write_marks(database: Database, connection: Connection, marks: Iterable[str], at: float) -> None:
    dialect: Any = sqlite if database.is_sqlite else postgresql
    written = dialect.insert(pruned).on_conflict_do_nothing()
    # In one order, so that two prunes never wait for each other.
    connection.execute(written, [{"mark": mark, "at": at} for mark in sorted({*marks})])


def _step_of(key: str) -> str:
    """The beginning that all keys of a step in its run share."""
    return key.rpartition(" ")[0] + " "


def _begins(key: str) -> str | None:
    """What a mark stands for: the step of a run, the rows of a job under a key, or a key. None: the claim stays.

    Claims under keys of the first form stay, because the step that looks for them today would claim another key.
    """
    if key.startswith(('["', "prefect ")):  # the rows of its jobs too, which end as those of today do
        return None
    return _step_of(key) if key.startswith(PREFIX) or re.search(r" to [0-9a-f]{16}$", key) else key


def _old_claims(database: Database, now: float, seconds: float) -> Iterator[tuple[str, list[str]]]:
    """The settled and confirmed claims that may be removed, in parts: account and keys."""
    alive: set[tuple[str, str]] = set()
    for one in _all_claims(database):
        begins = _begins(one.key)
        if begins is not None and (one.status == "open" or one.made_at >= now - _kept(one.what, seconds)):
            alive.add((one.account, begins))
    part: list[str] = []
    last = None
    for one in _all_claims(database, before=now - seconds):
        begins = _begins(one.key)
        if begins is None or (one.account, begins) in alive or one.made_at >= now - _kept(one.what, seconds):
            continue
        if not begins.startswith(PREFIX) and one.what not in _OF_PEOPLE:
            continue
        if part and (last != one.account or len(part) == _AT_ONCE):
            yield str(last), part
            part = []
        part.append(one.key)
        last = one.account
    if part:
        yield str(last), part


def _kept(what: str, seconds: float) -> float:
    return max(seconds, _BROADCASTS) if what == _BROADCAST else seconds


def _all_claims(database: Database, before: float | None = None) -> Iterator[Any]:
    columns = (claims.c.account, claims.c.key, claims.c.what, claims.c.status, claims.c.made_at)
    found = select(*columns).order_by(claims.c.account, claims.c.key).limit(5000)
    if before is not None:
        found = found.where(claims.c.made_at < before, claims.c.status != "open")
    last = None
    while True:
        after = found if last is None else found.where(tuple_(claims.c.account, claims.c.key) > tuple_(*last))
        part = database.run(lambda connection, after=after: connection.execute(after).all())  # type: ignore[misc]
        yield from part
        if len(part) < 5000:
            return
        last = (part[-1].account, part[-1].key)


def _remove(database: Database, account: str, marks: dict[str, str], now: float, before: float) -> int:
    """Remove claims and write their marks, both or neither."""
    mine = (claims.c.account == account) & claims.c.key.in_(list(marks))
    old = mine & (claims.c.status != "open") & (claims.c.made_at < before)

    def work(connection: Connection) -> int:
        _write_marks(database, connection, marks.values(), now)
        return int(connection.execute(delete(claims).where(old)).rowcount)

    return database.run(work)


# --- the ledger


def _idle_syncs(database: Database) -> list[Any]:
    """Syncs without a run that is under way or was left unfinished, and when they last worked."""
    last = func.max(leases.c.until)
    unfinished = select(leases.c.sync).where(~leases.c.ended)
    found = select(leases.c.sync, last).where(leases.c.sync.notin_(unfinished)).group_by(leases.c.sync)
    return database.run(lambda connection: list(connection.execute(found).all()))


def _count_rows(database: Database, sync: int) -> int:
    found = select(func.count()).where(rows.c.sync == sync)
    return int(database.run(lambda connection: connection.execute(found).scalar_one()))


def _remove_sync(database: Database, sync: int, before: float) -> int:
    def work(connection: Connection) -> int:
        # The lock that a run takes first: so a run has either begun by now, or will begin afresh.
        connection.execute(select(syncs.c.id).where(syncs.c.id == sync).with_for_update())
        alive = (leases.c.sync == sync) & (~leases.c.ended | (leases.c.until >= before))
        if connection.execute(select(func.count()).where(alive)).scalar_one():
            return 0
        for table, mine in ((leases, leases.c.sync == sync), (syncs, syncs.c.id == sync)):
            connection.execute(delete(table).where(mine))
        return int(connection.execute(delete(rows).where(rows.c.sync == sync)).rowcount)

    return database.run(work)


def _remove_missing(database: Database, *, dry_run: bool) -> int:
    """Remove people about whom the only fact is that a run, which has ended since, did not find them."""
    running = select(leases.c.run).where(~leases.c.ended)
    nobody = identities.c.id.is_(None) & identities.c.intent_at.is_(None) & ~identities.c.opted_out
    nobody &= identities.c.absent.is_(None) | identities.c.absent.notin_(running)
    count, gone = select(func.count()).select_from(identities).where(nobody), delete(identities).where(nobody)
    if dry_run:
        return int(database.run(lambda connection: connection.execute(count).scalar_one()))
    return int(database.run(lambda connection: connection.execute(gone).rowcount))


def _remove_old(database: Database, table: Table, before: float, dry_run: bool) -> int:
    """Remove rows of a table that nothing has written since."""
    old = table.c.at < before
    if dry_run:
        count = select(func.count()).select_from(table).where(old)
        return int(database.run(lambda connection: connection.execute(count).scalar_one()))
    return int(database.run(lambda connection: connection.execute(delete(table).where(old)).rowcount))
