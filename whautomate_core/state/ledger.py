"""What syncs know about people: who is who at Whautomate, and which rows the server has confirmed.

It changes only when the server has confirmed something. People and rows are two tables, so that syncs with different
mappings share the ids but not the hashes. Both are keyed by hashes and contain no names and no numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from whautomate_core.state.database import Database
from whautomate_core.state.schema import details, identities, rows, syncs

T = TypeVar("T")

ROW = ("sync", "match")
"""The key of a row among those of all syncs."""

AT_ONCE = 900
"""Values in one statement: SQLite before 3.32 takes 999."""


@dataclass(frozen=True)
class Identity:
    """A person as syncs know them."""

    id: str | None
    """The id of the contact or client, if known."""
    intent_at: float | None
    """When a create began whose outcome is unknown, in seconds since the epoch (UTC)."""
    absent: str | None
    """The last run that looked for them and found nobody."""
    opted_out: bool


NOBODY = Identity(None, None, None, False)


class Result(NamedTuple):
    """What became of a row, and what happened to the person's tags besides."""

    outcome: str
    """For rows that the server has confirmed: `created`, `updated` or `unchanged`."""
    tagged: bool = False
    untagged: bool = False
    protected: bool = False
    """Whether the person has opted out, and so did not get a tag or stage."""


class Confirmed(NamedTuple):
    """A row whose state the server has confirmed."""

    match: str
    raw: str | None
    payload: str
    run: str
    result: Result


class Seen(NamedTuple):
    """A person who was read from the server."""

    match: str
    id: str
    opted_out: bool


class Ledger:
    """The ledger of an account; safe to use from threads."""

    def __init__(self, database: Database, account: str) -> None:
        self._database = database
        self._account = account

    def now(self) -> float:
        """Seconds since the epoch, by the clock that all callers share."""
        return self._database.run(self._database.now)

    # --- people

    def people(self, matches: Sequence[str]) -> dict[str, Identity]:
        """The people who are known: match -> identity."""
        columns = (identities.c.match, identities.c.id, identities.c.intent_at, identities.c.absent)
        found = select(*columns, identities.c.opted_out).where(
            identities.c.account == self._account, identities.c.match.in_(_values())
        )
        return {row[0]: Identity(*row[1:]) for row in self._in_parts(found, matches)}

    def see(self, seen: Iterable[Seen]) -> None:
        """Note people whom the server has. That settles an intent."""
        self._put(identities, map(self._as_seen, seen), ("account", "match"))

    def see_created(self, seen: Seen, sync: int, confirmed: Confirmed) -> None:
        """Note a new person and their row, both or neither, so that a later try knows who created them."""
        tables = ((identities, self._as_seen(seen), ("account", "match")), (rows, _as_row(sync, confirmed), ROW))

        def work(connection: Connection) -> None:
            for table, value, key in tables:
                self._upsert(connection, table, [value], key, tuple(name for name in value if name not in key))

        self._database.run(work)

    def _as_seen(self, one: Seen) -> dict[str, Any]:
        settled = {"intent_at": None, "intent_by": None, "absent": None}
        return {"account": self._account, "match": one.match, "id": one.id, "opted_out": one.opted_out, **settled}

    def note(self, id: str, noted: Sequence[str]) -> None:
        """Note the numbers and addresses with which a sync wrote a person: hashes, as of a match by that alone."""
        if noted:
            at = self.now()
            values = [{"account": self._account, "detail": one, "id": id, "at": at} for one in noted]
            self._put(details, values, ("account", "detail", "id"))

    def ids(self, matches: Sequence[str]) -> dict[str, list[str]]:
        """Match or detail -> the ids of the people who are matched by it or were written with it, if any."""
        noted = select(details.c.detail, details.c.id).where(
            details.c.account == self._account, details.c.detail.in_(_values())
        )
        found = {match: [one.id] for match, one in self.people(matches).items() if one.id is not None}
        for match, id in self._in_parts(noted, matches):
            if id not in found.setdefault(match, []):
                found[match].append(id)
        return found

    def miss(self, matches: Iterable[str], run: str) -> None:
        """Note people whom a run looked for and did not find."""
        values = [{"account": self._account, "match": one, "opted_out": False, "absent": run} for one in matches]
        self._put(identities, values, ("account", "match"), change=("absent",))

    def lose(self, match: str) -> None:
        """Forget an id that no longer names anybody."""
        self._change(self._is(match), id=None, absent=None)

    def intend(self, match: str, by: str, expired: float | None = None) -> bool:
        """Note that a person is about to be created. Returns False if they exist, or another caller noted it first.

        Args:
            expired: The time of an earlier intent that created nobody and no longer counts.
        """

        def work(connection: Connection) -> bool:
            now = self._database.now(connection)
            over = identities.c.intent_at.is_(None) | (identities.c.intent_by == by)
            if expired is not None:
                over |= identities.c.intent_at == expired
            mine = {"intent_at": now, "intent_by": by}
            row = {"account": self._account, "match": match, "opted_out": False, **mine}
            self._upsert(
                connection, identities, [row], ("account", "match"), tuple(mine), identities.c.id.is_(None) & over
            )
            held = connection.execute(select(identities.c.intent_by).where(self._is(match))).scalar()
            return bool(held == by)

        return self._database.run(work)

    def withdraw(self, match: str, by: str) -> None:
        """Take back an intent whose create did nothing."""
        self._change(self._is(match) & (identities.c.intent_by == by), intent_at=None, intent_by=None)

    def respell(self, sync: int, respelt: Mapping[str, str]) -> None:
        """Know people, and their rows of a sync, by other matches than before: before -> now.

        Somebody known by both is one person: the entry under the new match stays, and so does an opt-out under either.
        """
        tables = ((identities, identities.c.account == self._account), (rows, rows.c.sync == sync))

        def work(connection: Connection) -> None:
            for table, mine in tables:
                held = self._matches(connection, table, mine, [*respelt, *respelt.values()])
                for before in sorted(held & respelt.keys()):
                    now = respelt[before]
                    old, new = mine & (table.c.match == before), mine & (table.c.match == now)
                    if now not in held:
                        connection.execute(update(table).where(old).values(match=now))
                        held.add(now)
                        continue
                    if table is identities:
                        gone = connection.execute(select(table.c.opted_out).where(old)).scalar()
                        if gone:
                            connection.execute(update(table).where(new).values(opted_out=True))
                    connection.execute(delete(table).where(old))

        if respelt:
            self._database.run(work)

    def _matches(self, connection: Connection, table: Any, mine: Any, matches: Iterable[str]) -> set[str]:
        found = select(table.c.match).where(mine, table.c.match.in_(_values()))
        parts = _parts(matches)
        return {match for part in parts for match in connection.execute(found, {"values": part}).scalars()}

    # --- rows

    def known(self, sync: int, raws: Sequence[str]) -> dict[str, tuple[str, str]]:
        """Rows by the hash of their cells: hash -> match, and the run that confirmed the row."""
        # Plain SQL: every row of every run is looked up here, and SQLAlchemy would double what that takes.
        known: dict[str, tuple[str, str]] = {}
        for part in _parts(raws):
            marks = ",".join("?" * len(part))
            found = f"SELECT raw, match, run FROM {rows.name} WHERE sync = ? AND raw IN ({marks})"  # noqa: S608
            for raw, match, run in self._database.run_sql(
                lambda transaction, found=found, part=part: transaction.execute(found, (sync, *part))  # type: ignore[misc]
            ):
                known[raw] = (match, run)
        return known

    def payloads(self, sync: int, matches: Sequence[str]) -> dict[str, tuple[str, str, Result]]:
        """Rows by match: match -> hash of what was wanted, the run that confirmed the row, and its result."""
        found = select(rows.c.match, rows.c.payload, rows.c.run, *_RESULT).where(
            rows.c.sync == sync, rows.c.match.in_(_values())
        )
        return {row[0]: (row[1], row[2], Result(*row[3:])) for row in self._in_parts(found, matches)}

    def matches(self, sync: int) -> Iterator[list[str]]:
        """The matches of everybody in a sync, in parts."""
        last = ""
        while True:
            after = select(rows.c.match).where(rows.c.sync == sync, rows.c.match > last)
            part = self._database.run(
                lambda connection, q=after: list(  # type: ignore[misc]
                    connection.execute(q.order_by(rows.c.match).limit(AT_ONCE)).scalars()
                )
            )
            if not part:
                return
            yield part
            last = part[-1]

    def confirm(self, sync: int, confirmed: Iterable[Confirmed]) -> None:
        """Note rows that the server has confirmed."""
        self._put(rows, (_as_row(sync, one) for one in confirmed), ROW)

    def doubt(self, sync: int, matches: Sequence[str]) -> None:
        """Have rows looked at again, because their people are being changed in a way that the rows don't say."""
        doubted = update(rows).where(rows.c.sync == sync, rows.c.match.in_(_values())).values(raw=None, payload="")
        for part in _parts(matches):
            self._database.run(lambda connection, part=part: connection.execute(doubted, {"values": part}))  # type: ignore[misc]

    def forget(self, sync: int, match: str) -> None:
        """Forget a row and the id of its person, who was deleted."""

        def work(connection: Connection) -> None:
            connection.execute(delete(rows).where((rows.c.sync == sync) & (rows.c.match == match)))
            connection.execute(update(identities).where(self._is(match)).values(id=None, absent=None))

        self._database.run(work)

    def pages(self, sync: int) -> int | None:
        """How many requests it took to read everybody the last time; None if unknown."""
        found = select(syncs.c.pages).where(syncs.c.id == sync)
        pages: int | None = self._database.run(lambda connection: connection.execute(found).scalar())
        return pages

    def note_pages(self, sync: int, pages: int) -> None:
        """Note how many requests it took to read everybody."""
        self._database.run(
            lambda connection: connection.execute(update(syncs).where(syncs.c.id == sync).values(pages=pages))
        )

    # --- statements

    def _change(self, whom: Any, **values: Any) -> None:
        self._database.run(lambda connection: connection.execute(update(identities).where(whom).values(**values)))

    def _is(self, match: str) -> Any:
        return (identities.c.account == self._account) & (identities.c.match == match)

    def _in_parts(self, query: Any, values: Sequence[str]) -> list[Any]:
        found: list[Any] = []
        for part in _parts(values):
            found += self._database.run(
                lambda connection, part=part: connection.execute(query, {"values": part}).all()  # type: ignore[misc]
            )
        return found

    def _put(self, table: Any, values: Iterable[dict[str, Any]], key: tuple[str, ...], change: Any = None) -> None:
        for part in _parts(values):
            changed = change or tuple(name for name in part[0] if name not in key)
            self._database.run(
                lambda connection, part=part, changed=changed: self._upsert(  # type: ignore[misc]
                    connection, table, part, key, changed
                )
            )

    def _upsert(
        self,
        connection: Connection,
        table: Any,
        values: list[dict[str, Any]],
        key: tuple[str, ...],
        change: tuple[str, ...],
        where: Any = None,
    ) -> None:
        dialect: Any = sqlite if self._database.is_sqlite else postgresql
        insert = dialect.insert(table).values({name: bindparam(name) for name in values[0]})
        # In one order, so that two callers never wait for each other's rows.
        values = sorted(values, key=lambda one: [str(one[name]) for name in key])
        connection.execute(
            insert.on_conflict_do_update(
                index_elements=list(key), set_={name: insert.excluded[name] for name in change}, where=where
            ),
            values,
        )


_RESULT = (rows.c.outcome, rows.c.tagged, rows.c.untagged, rows.c.protected)


def _as_row(sync: int, one: Confirmed) -> dict[str, Any]:
    return {
        "sync": sync,
        "match": one.match,
        "raw": one.raw,
        "payload": one.payload,
        "run": one.run,
        **one.result._asdict(),
    }


def _values() -> Any:
    return bindparam("values", expanding=True)


def _parts(values: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(values)
    while part := list(islice(rest, AT_ONCE)):
        yield part
