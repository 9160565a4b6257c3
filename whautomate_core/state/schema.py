"""The tables, and how a database of an older version is brought to this one."""

from __future__ import annotations

from collections.abc import Callable
from secrets import token_hex

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    func,
    insert,
    inspect,
    select,
    text,
)
from sqlalchemy import delete as sql_delete
from sqlalchemy.engine import Connection

from whautomate_core.errors import ConfigurationError

metadata = MetaData()

schema_version = Table("whautomate_schema", metadata, Column("version", Integer, nullable=False))

# One row per account. It is locked while a permit is worked out, which is what makes the pool one pool.
pools = Table(
    "whautomate_pool",
    metadata,
    Column("account", String, primary_key=True),
    Column("seq", BigInteger, nullable=False),  # number of the latest permit
    Column("last_at", Float(53), nullable=False),  # its stamp: the pool's time never goes back before it
    Column("paused_until", Float(53), nullable=False),
    Column("strikes", Integer, nullable=False),  # pauses in a row, each longer than the last
    Column("squeezed_to", Integer),  # permits of the shortest window that the server seems to allow
    Column("squeezed_until", Float(53), nullable=False),
    # What the server's counters left, where that was fewer than ours: JSON, window -> number of the last permit, until.
    Column("counted", Text, nullable=False),
    # What callers say the limits are, and when they said so: JSON, windows -> time. The lowest of late holds.
    # Here and not in a table of its own, so that it is read under the lock by the same statement.
    Column("declared", Text, nullable=False),
    Column("asked_by", String, nullable=False),  # host and pid of the latest caller
    # The rest has defaults, for the rows that processes of an older version make.
    Column("due", Float(53), nullable=False, server_default="0"),  # when the next permit is due at an even pace
    # What is known of a token bucket of the server: JSON, `pace.Pacing`. `{}` if nothing says that there is one.
    Column("pacing", Text, nullable=False, server_default="{}"),
    Column("spent_until", Float(53), nullable=False, server_default="0"),  # end of a pause for the day's quota
)

# The sliding log. `seq` has no gaps and `at` never falls along it. So one look-up finds the permit that has to be older
# than a window, and a subtraction counts the permits within a span.
permits = Table(
    "whautomate_permit",
    metadata,
    Column("account", String, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Float(53), nullable=False),
    Index("whautomate_permit_at", "account", "at"),
)

claims = Table(
    "whautomate_claim",
    metadata,
    Column("account", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("payload", Text, nullable=False),  # JSON: the fields of what is sent, each with a keyed hash of its value
    Column("what", String, nullable=False),  # method and path template
    Column("status", String, nullable=False),  # open, settled; confirmed: a person saw that it happened
    Column("result", Text),  # what the step returned (open: what was noted before it), without personal data
    Column("made_at", Float(53), nullable=False),
    Column("made_by", String, nullable=False),
    # The key by the name that the call used, if that was not the person's: a contact's id instead of the number.
    Column("named", String),
    Column("version", Integer, nullable=False, server_default="1"),  # the form of the key
    Index("whautomate_claim_made", "account", "what", "made_at"),
    Index("whautomate_claim_named", "account", "named"),
    Index("whautomate_claim_version", "account", "version", "key"),
)

# Accounts whose sends a person has stopped.
stops = Table(
    "whautomate_stop",
    metadata,
    Column("account", String, primary_key=True),
    Column("at", Float(53), nullable=False),
    Column("made_by", String, nullable=False),
)

# What `whautomate doctor` found out about an account's server: JSON.
profiles = Table(
    "whautomate_profile",
    metadata,
    Column("account", String, primary_key=True),
    Column("found", Text, nullable=False),
    Column("at", Float(53), nullable=False),
)

# SQLite: seconds that turn the boot clock into a time, fixed at the first look in each boot.
clocks = Table(
    "whautomate_clock",
    metadata,
    Column("boot", String, primary_key=True),
    Column("offset", Float(53), nullable=False),
)


# People as syncs know them, by a keyed hash of what they are matched by: no names, no numbers.
identities = Table(
    "whautomate_identity",
    metadata,
    Column("account", String, primary_key=True),
    Column("match", String, primary_key=True),
    Column("id", String),  # the id of the contact or client, once one was seen
    Column("intent_at", Float(53)),  # when a create began whose outcome is unknown
    Column("intent_by", String),
    Column("absent", String),  # the last run that looked for them and found nobody
    Column(
        "opted_out", Boolean, nullable=False
    ),  # when last seen; somebody who opted out and vanished is not created again
    sqlite_with_rowid=False,
)

syncs = Table(
    "whautomate_sync",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account", String, nullable=False),
    Column("name", String, nullable=False),
    Column("pages", Integer),  # requests that it took to read everybody the last time
    UniqueConstraint("account", "name"),
)

# Rows whose state the server has confirmed: a hash of what was wanted, and the run that confirmed it.
rows = Table(
    "whautomate_row",
    metadata,
    Column("sync", Integer, primary_key=True, autoincrement=False),
    Column("match", String, primary_key=True),
    Column("raw", String),  # keyed hash of the cells; None if several rows make up the person
    Column("payload", String, nullable=False),  # keyed hash of what was wanted
    Column("run", String, nullable=False),
    Column("outcome", String, nullable=False),  # created, updated, unchanged; beside it what happened to the tags
    Column("tagged", Boolean, nullable=False, server_default=false()),
    Column("untagged", Boolean, nullable=False, server_default=false()),
    Column("protected", Boolean, nullable=False, server_default=false()),
    # With all columns that a query by `raw` reads: without one of them, SQLite scans every row of the sync each time.
    Index("whautomate_row_raw", "sync", "raw", "run"),
    sqlite_with_rowid=False,
)

# Which run works on a sync. The chunks of one run share it, each as a part.
leases = Table(
    "whautomate_lease",
    metadata,
    Column("sync", Integer, primary_key=True, autoincrement=False),
    Column("part", String, primary_key=True),
    Column("holder", String, nullable=False),  # the orchestrator's name for the run, the same in each of its tries
    Column("run", String, nullable=False),  # our name for the run: it ends when its work is done
    Column("epoch", Integer, nullable=False),  # counts how often it was taken
    Column("until", Float(53), nullable=False),
    Column("ended", Boolean, nullable=False),
)


# Marks of claims that were removed because they were old: keyed hashes of the beginnings of their keys.
pruned = Table(
    "whautomate_pruned",
    metadata,
    Column("mark", String, primary_key=True),
    Column("at", Float(53), nullable=False),
    sqlite_with_rowid=False,
)

# Numbers of people who asked to be forgotten, as keyed hashes: nobody is created or messaged by them.
forgotten = Table(
    "whautomate_forgotten",
    metadata,
    Column("account", String, primary_key=True),
    Column("number", String, primary_key=True),
    Column("at", Float(53), nullable=False),
    sqlite_with_rowid=False,
)

# Numbers and addresses with which syncs wrote people whom they match by something else: keyed hashes, which the
# members of a family may share.
details = Table(
    "whautomate_detail",
    metadata,
    Column("account", String, primary_key=True),
    Column("detail", String, primary_key=True),
    Column("id", String, primary_key=True),  # of the contact or client
    Column("at", Float(53), nullable=False),
    Index("whautomate_detail_id", "account", "id"),
    sqlite_with_rowid=False,
)

# What a watcher has reported of a list that it watches: ids of records and times, as JSON.
watches = Table(
    "whautomate_watch",
    metadata,
    Column("account", String, primary_key=True),
    Column("name", String, primary_key=True),
    Column("seen", Text, nullable=False),
    Column("at", Float(53), nullable=False),
)


# The key of all hashes, so that nobody can find a phone number by hashing all of them.
secrets = Table("whautomate_secret", metadata, Column("value", String, nullable=False))


def _create(connection: Connection) -> None:
    # Only the version is there yet: looking for each of the others would take as long as making them.
    others = [table for table in metadata.sorted_tables if table is not schema_version]
    metadata.create_all(connection, others, checkfirst=False)
    connection.execute(insert(secrets).values(value=token_hex(32)))


def _identify(connection: Connection) -> None:
    """Claims get the form of their key and a second name. Existing claims are of form 1."""
    there = {column["name"] for column in inspect(connection).get_columns(claims.name)}
    if "version" not in there:  # else `_create` made it a moment ago
        connection.execute(text("ALTER TABLE whautomate_claim ADD COLUMN named VARCHAR"))
        connection.execute(text("ALTER TABLE whautomate_claim ADD COLUMN version INTEGER NOT NULL DEFAULT 1"))
        for index in claims.indexes:
            index.create(connection, checkfirst=True)


def _end(connection: Connection) -> None:
    """Tables for marks of removed claims and for people who asked to be forgotten."""
    for table in (pruned, forgotten):
        table.create(connection, checkfirst=True)


def _detail(connection: Connection) -> None:
    """A table by which people whom syncs create are known by number and address, whatever they are matched by."""
    details.create(connection, checkfirst=True)


def split_outcomes(connection: Connection) -> None:
    """What became of a row, and of the person's tags, stand in columns. Before: `created+tagged` in one."""
    there = {column["name"] for column in inspect(connection).get_columns(rows.name)}
    if "tagged" in there:  # `_create` made it a moment ago
        return
    for flag in ("tagged", "untagged", "protected"):
        connection.execute(text(f"ALTER TABLE whautomate_row ADD COLUMN {flag} BOOLEAN NOT NULL DEFAULT FALSE"))
    connection.execute(
        text(
            "UPDATE whautomate_row SET tagged = outcome LIKE '%+tagged%', untagged = outcome LIKE '%+untagged%',"
            " protected = outcome LIKE '%+protected%', outcome = CASE WHEN outcome LIKE 'created%' THEN 'created'"
            " WHEN outcome LIKE 'updated%' THEN 'updated' ELSE 'unchanged' END WHERE outcome LIKE '%+%'"
        )
    )
    connection.execute(text("DROP INDEX whautomate_row_raw"))
    for index in rows.indexes:
        index.create(connection)


GRANT = """
CREATE OR REPLACE FUNCTION whautomate_grant(
    for_account text, permits integer, counts bigint[], spans double precision[], limits text, declares boolean,
    caller text, told double precision,
    OUT number bigint, OUT stamp double precision, OUT waited double precision
) LANGUAGE plpgsql AS $$
DECLARE
    pool whautomate_pool;
    moment double precision;
BEGIN
    -- Anything stricter would show the permits as they were before the lock.
    IF current_setting('transaction_isolation') <> 'read committed' THEN RETURN; END IF;
    SELECT * INTO pool FROM whautomate_pool WHERE account = for_account FOR UPDATE;
    IF NOT FOUND THEN RETURN; END IF;
    -- The time after the wait for the lock.
    moment := coalesce(told, extract(epoch FROM clock_timestamp()));
    IF moment < pool.paused_until OR moment < pool.last_at OR moment < pool.squeezed_until OR pool.pacing <> '{}'
        OR EXISTS (SELECT FROM json_each(pool.counted::json) WHERE (value ->> 1)::double precision > moment)
        OR EXISTS (
            SELECT FROM json_each_text(pool.declared::json)
            WHERE key <> limits AND value::double precision > moment - 600
        )
        OR EXISTS (
            SELECT FROM unnest(counts, spans) AS one(count, span)
            JOIN whautomate_permit AS earlier
                ON earlier.account = for_account AND earlier.seq = pool.seq + permits - one.count
            WHERE earlier.at + one.span > moment
        )
    THEN RETURN; END IF;
    INSERT INTO whautomate_permit (account, seq, at)
        SELECT for_account, pool.seq + i, moment FROM generate_series(1, permits) AS i;
    UPDATE whautomate_pool SET
        seq = pool.seq + permits, last_at = moment, asked_by = caller,
        declared = CASE WHEN declares THEN json_build_object(limits, moment)::text ELSE pool.declared END
        WHERE account = for_account;
    number := pool.seq;
    stamp := moment;
    waited := extract(epoch FROM clock_timestamp() - statement_timestamp());
END
$$
"""
"""Grants permits on PostgreSQL in one round trip if the case is plain, and returns nothing otherwise.

It decides as `rule.denial` does, which then takes a closer look. 600 is `rule.DECLARED_FOR`."""


def _grant(connection: Connection) -> None:
    """PostgreSQL grants permits by a function of its own."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(GRANT)


def pace(connection: Connection) -> None:
    """Pools know of a token bucket of the server, and PostgreSQL's function leaves those that do to the full rule."""
    there = {column["name"] for column in inspect(connection).get_columns(pools.name)}
    if "pacing" not in there:  # else `_create` made it a moment ago
        real = "DOUBLE PRECISION" if connection.dialect.name == "postgresql" else "FLOAT"
        zero = "NOT NULL DEFAULT 0"
        for column in (f"due {real} {zero}", "pacing TEXT NOT NULL DEFAULT '{}'", f"spent_until {real} {zero}"):
            connection.execute(text(f"ALTER TABLE whautomate_pool ADD COLUMN {column}"))
    _grant(connection)


def _watch(connection: Connection) -> None:
    """A table for what watchers have reported."""
    watches.create(connection, checkfirst=True)


UPGRADES: tuple[Callable[[Connection], None], ...] = (
    _create,
    _identify,
    _end,
    _detail,
    split_outcomes,
    _grant,
    pace,
    _watch,
)
"""Steps from version n to n+1, from the first release on. A released step is never changed."""


def upgrade(connection: Connection, upgrades: tuple[Callable[[Connection], None], ...] = UPGRADES) -> None:
    """Bring a database to this version, in the caller's transaction, which must keep others out.

    Raises `ConfigurationError` if the database is of a newer version.
    """
    schema_version.create(connection, checkfirst=True)
    version = connection.execute(select(func.max(schema_version.c.version))).scalar() or 0
    if version > len(upgrades):
        raise ConfigurationError(
            f"the state database is of version {version}, this package knows {len(upgrades)}: upgrade the package"
        )
    if version == len(upgrades):
        return
    for step in upgrades[version:]:
        step(connection)
    connection.execute(sql_delete(schema_version))
    connection.execute(insert(schema_version).values(version=len(upgrades)))
