"""Moving the state of one machine, a SQLite file, to PostgreSQL, which several machines can share."""

from __future__ import annotations

from sqlalchemy import Table, delete, func, insert, select, text
from sqlalchemy.engine import Connection

from whautomate_core.errors import ConfigurationError
from whautomate_core.state.database import Database
from whautomate_core.state.schema import claims, clocks, leases, metadata, permits, schema_version, secrets, syncs

_AT_ONCE = 5000

QUIET = 120.0
"""Seconds without a request or a new claim, after which nothing is believed to use a file."""

_OWN = (schema_version, clocks)
"""What each database has for itself: both are of this version by now, and a boot clock means nothing elsewhere."""


def copy_to_postgresql(source: Database, target: Database) -> dict[str, int]:
    """Copy a SQLite state, the secret of its hashes included, into a PostgreSQL database that nothing has used.

    The file is locked meanwhile, and stays as it is.

    Returns: table -> how many rows it had.

    Raises: `ConfigurationError` if the databases are not of these kinds, the target has been used, the source has not,
        or something works with the source or did so in the last two minutes.
    """
    if not source.is_sqlite or target.is_sqlite:
        raise ConfigurationError(
            "this copies a SQLite file to PostgreSQL. For a copy of a file use `sqlite3 FILE \".backup 'COPY'\"`, for "
            "one of PostgreSQL pg_dump"
        )

    def read(connection: Connection) -> dict[str, int]:
        alive = (leases.c.until > source.now(connection)) & ~leases.c.ended
        if connection.execute(select(func.count()).select_from(leases).where(alive)).scalar_one():
            raise ConfigurationError(
                "a run is working on a sync of this state: stop everything that uses it, and copy two minutes later"
            )

        def write(other: Connection) -> dict[str, int]:
            _require_unused(other)
            other.execute(delete(secrets))
            return {one.name: _copy(connection, other, one) for one in metadata.sorted_tables if one not in _OWN}

        _require_rest(connection, source.now(connection))
        if _used(connection) is None:
            raise ConfigurationError(
                f"the state file {source.path} has been used by nothing: there is nothing to copy. Is it the right one?"
            )
        return target.run(write)

    return source.run(read)


def _require_rest(connection: Connection, now: float) -> None:
    """Raise `ConfigurationError` if something may be sending: what it does next would be in the file alone."""
    since = now - QUIET
    sending = select(claims.c.account).where(claims.c.status == "open", claims.c.made_at > since)
    asking = select(permits.c.account).where(permits.c.at > since)
    for found, what in (
        (sending, "a send of account {} began less than two minutes ago and has no outcome yet"),
        (asking, "account {} made a request less than two minutes ago"),
    ):
        if (account := connection.execute(found.limit(1)).scalar()) is not None:
            raise ConfigurationError(
                f"{what.format(account)}: stop everything that uses this state, and copy two minutes later"
            )


def _require_unused(connection: Connection) -> None:
    if (name := _used(connection)) is not None:
        raise ConfigurationError(
            f"the target has been used, for its table {name} is not empty: copy into a new database"
        )


def _used(connection: Connection) -> str | None:
    """A table with something in it, beside what a new database has."""
    for table in metadata.sorted_tables:
        if table not in (*_OWN, secrets) and connection.execute(select(table).limit(1)).first() is not None:
            return table.name
    return None


def _copy(source: Connection, target: Connection, table: Table) -> int:
    count = 0
    for part in source.execute(select(table)).mappings().partitions(_AT_ONCE):
        target.execute(insert(table), [dict(row) for row in part])
        count += len(part)
    if table is syncs and count:  # new syncs get the numbers after those that were copied
        numbers = "SELECT setval(pg_get_serial_sequence('whautomate_sync', 'id'), max(id)) FROM whautomate_sync"
        target.execute(text(numbers))
    return count
