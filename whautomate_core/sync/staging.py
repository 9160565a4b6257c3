"""The rows of a run on disk, in a file without a name: nobody else can open it, and it goes with the process.

So memory stays flat, sources that can be read once are enough, and of several rows about one person all are known
before anything is sent.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from types import TracebackType
from typing import Any, NamedTuple, TypeVar

from whautomate_core.api.call import Json
from whautomate_core.client.pages import PAGE_SIZE
from whautomate_core.errors import DiskFull
from whautomate_core.rows.files import remove_leftovers
from whautomate_core.rows.row import LONGEST_LINE, Row
from whautomate_core.values.confidential import raise_alone

T = TypeVar("T")

BATCH = 900
"""Rows that are worked on together."""

_TABLES = """
CREATE TABLE line (
    row INTEGER PRIMARY KEY,
    match TEXT NOT NULL,
    raw TEXT,
    cells TEXT NOT NULL,
    person TEXT,  -- what the row says, where it was taken apart
    known TEXT,   -- what became of it, where the ledger has it as it is
    unfit TEXT    -- why it can't be sent, where it says all the same that somebody doesn't consent
);
CREATE TABLE twice (match TEXT PRIMARY KEY) WITHOUT ROWID;
-- unheard: it doesn't say yes to consent, and nobody can tell who that is.
CREATE TABLE reject (row INTEGER NOT NULL, reason TEXT NOT NULL, unheard INTEGER NOT NULL);
CREATE TABLE folded (row INTEGER PRIMARY KEY, later INTEGER NOT NULL);
CREATE TABLE person (
    match TEXT PRIMARY KEY,
    row INTEGER NOT NULL,
    key TEXT NOT NULL,
    fields TEXT NOT NULL,
    consent INTEGER NOT NULL,
    raw TEXT,
    payload TEXT NOT NULL,
    unfit TEXT,         -- why nothing but their tags is written
    id TEXT,
    records TEXT,       -- what the server has, as read in this run: the oldest first
    searched INTEGER NOT NULL DEFAULT 0,  -- whether that was by a search for them
    page INTEGER NOT NULL DEFAULT 0,  -- of the list of everybody, where they stood on one
    absent INTEGER NOT NULL DEFAULT 0,
    opted_out INTEGER NOT NULL DEFAULT 0,
    intent_at REAL,
    done TEXT,          -- what became of it earlier in this run
    action TEXT,        -- what is to be done
    change TEXT,        -- the fields to write, where they are known
    outcome TEXT,       -- what became of it
    reason TEXT
);
-- Rows that can't be sent, those among them whose person loses tags all the same.
CREATE VIEW rejected AS
    SELECT row, reason FROM reject UNION ALL
    SELECT row, unfit FROM person WHERE unfit IS NOT NULL AND (outcome IS NULL OR outcome LIKE 'rejected%');
CREATE INDEX person_page ON person (page, row);
-- Whom no row is about: who loses a tag, and who is deleted.
CREATE TABLE extra (match TEXT, id TEXT, held TEXT, outcome TEXT, reason TEXT);
-- Numbers of people who opted out elsewhere.
CREATE TABLE refused (number TEXT PRIMARY KEY) WITHOUT ROWID;
-- Those that `suppress` names, and its rows that name nobody.
CREATE TABLE suppressed (number TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE suppress_reject (row INTEGER NOT NULL, reason TEXT NOT NULL);
"""


_COLUMNS = (
    "match, row, key, fields, consent, raw, payload, id, records, absent, opted_out, intent_at, done, action, change,"
    " outcome, reason, unfit, searched, page"
)


class Line(NamedTuple):
    """A row that can be sent, or was. Its repr holds no cell."""

    row: int
    match: str
    raw: str | None
    cells: str
    person: str | None
    known: str | None
    unfit: str | None = None

    def __repr__(self) -> str:
        return f"Line(row={self.row})"


@dataclass(frozen=True, repr=False)
class Staged:
    """Somebody whom rows are about. It has no repr, since it is about people."""

    match: str
    row: int
    key: str
    fields: Json
    consent: bool
    raw: str | None
    payload: str
    id: str | None
    records: list[Json] | None
    absent: bool
    opted_out: bool
    intent_at: float | None
    done: str | None
    action: str | None
    change: Json | None
    outcome: str | None
    reason: str | None
    unfit: str | None
    """Why nothing but their tags is written: their row can't be sent, and says that they don't consent."""
    searched: bool
    """Whether `records` are those that a search for them shows: all of theirs."""
    page: int
    """Of the list of everybody, where they stood on one; else 0."""
    read_at: float | None = None
    """When they were read again, by the clock that runs on while the machine sleeps."""


class Staging:
    """A run's rows. Used by one thread."""

    def __init__(self) -> None:
        self.page_size = PAGE_SIZE
        """Of the list of everybody, by which `Staged.page` counts."""
        remove_leftovers()
        self._db = sqlite3.connect("", isolation_level=None)  # SQLite removes the file's name as it makes it
        # Nothing of it is wanted after a crash.
        self._db.executescript(f"PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA temp_store=FILE; {_TABLES}")

    def __enter__(self) -> Staging:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._db.close()
        if isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_FULL:
            # Where SQLite puts what has no name. Elsewhere (a folder that can't be written to) it looks further.
            folder = os.environ.get("SQLITE_TMPDIR") or os.environ.get("TMPDIR") or "/var/tmp"  # noqa: S108
            raise_alone(
                DiskFull(
                    f"temporary files in {folder}, which hold the rows of this run, can't be written: no space left on"
                    " device. Free space there, or set TMPDIR to a folder with more."
                )
            )

    def run(self, statement: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        """One statement."""
        return self._db.execute(statement, values)

    def all(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        """The rows of a query that gives few."""
        return self._db.execute(statement, values).fetchall()

    def count(self, statement: str, values: Sequence[Any] = ()) -> int:
        """The number that a query gives."""
        return int(self._db.execute(statement, values).fetchone()[0] or 0)

    def many(self, statement: str, values: Iterable[Sequence[Any]]) -> None:
        """One statement for many, in one transaction."""
        self._db.execute("BEGIN")
        self._db.executemany(statement, values)
        self._db.execute("COMMIT")

    def add(self, lines: Iterable[Line]) -> None:
        """Put rows there."""
        self.many("INSERT INTO line VALUES (?, ?, ?, ?, ?, ?, ?)", lines)

    def reject(self, rejects: Iterable[tuple[int, str, bool]]) -> None:
        """Note rows that can't be sent, with the reason, and whether a refusal of consent may be lost with them."""
        self.many("INSERT INTO reject VALUES (?, ?, ?)", rejects)

    @property
    def rejected(self) -> int:
        """How many rows can't be sent as they are. Whom they are about may not be known."""
        return self.count("SELECT count(*) FROM rejected")

    def people(self, condition: str = "1", values: Sequence[Any] = ()) -> Iterator[Staged]:
        """Those on whom a condition holds, in the order of pages, then rows. They may be changed meanwhile."""
        last = (-1, -1)
        while True:
            found = self.all(
                f"SELECT {_COLUMNS} FROM person WHERE (page, row) > (?, ?) AND ({condition})"  # noqa: S608
                f" ORDER BY page, row LIMIT {BATCH}",
                (*last, *values),
            )
            for row in found:
                yield _staged(row)
            if len(found) < BATCH:
                return
            last = (found[-1][-1], found[-1][1])

    def matching(self, matches: Sequence[str], table: str = "person") -> set[str]:
        """Those of `matches` that are there."""
        marks = ",".join("?" * len(matches))
        return {row[0] for row in self._db.execute(f"SELECT match FROM {table} WHERE match IN ({marks})", matches)}  # noqa: S608


def _staged(row: Sequence[Any]) -> Staged:
    match, number, key, fields, consent, raw, payload, id, records, absent, opted_out, intent_at, *rest = row
    done, action, change, outcome, reason, unfit, searched, page = rest
    return Staged(
        *(match, number, key, json.loads(fields), bool(consent), raw, payload, id, records and json.loads(records)),
        *(bool(absent), bool(opted_out), intent_at, done, action, change and json.loads(change)),
        *(outcome, reason, unfit, bool(searched), page),
    )


def batches(items: Iterable[T], size: int = BATCH) -> Iterator[list[T]]:
    """Items in lists of so many."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def batches_of_rows(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Rows in lists of so many, or fewer where they are large."""
    batch: list[Row] = []
    characters = 0
    for row in rows:
        batch.append(row)
        characters += sum(map(len, row.cells))
        if len(batch) == BATCH or characters > LONGEST_LINE:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch
