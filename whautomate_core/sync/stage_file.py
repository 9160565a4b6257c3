"""The temporary database that holds the rows of a run, and its tables.

It is a file without a name: no other process can open it, and it disappears when this process ends. So memory use stays
flat, sources that can be read only once are enough, and all rows about one person are known before anything is sent.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from whautomate_core.rows.store import UnnamedDatabase

T = TypeVar("T")

BATCH = 900
"""Rows that are worked on together."""

_TABLES = """
-- Rows that can be sent, or that were sent by an earlier run and have not changed since.
CREATE TABLE line (
    row INTEGER PRIMARY KEY,
    match TEXT NOT NULL,
    raw TEXT,
    cells TEXT NOT NULL,
    person TEXT,      -- what the row says, if it was parsed
    unfit TEXT,       -- why the row can't be sent, if it says at the same time that the person does not consent
    outcome TEXT,     -- if the ledger has the row as it is: what became of it
    tagged INTEGER NOT NULL,
    untagged INTEGER NOT NULL,
    protected INTEGER NOT NULL
);
CREATE TABLE repeated (match TEXT PRIMARY KEY) WITHOUT ROWID;
-- refuses: the row does not say yes to consent, and the person can't be identified.
CREATE TABLE reject (row INTEGER NOT NULL, reason TEXT NOT NULL, refuses INTEGER NOT NULL);
CREATE TABLE superseded (row INTEGER PRIMARY KEY, later INTEGER NOT NULL);
CREATE TABLE person (
    match TEXT PRIMARY KEY,
    row INTEGER NOT NULL,
    key TEXT NOT NULL,
    fields TEXT NOT NULL,
    consent INTEGER NOT NULL,
    raw TEXT,
    payload TEXT NOT NULL,
    unfit TEXT,       -- why only their tags are written
    id TEXT,
    records TEXT,     -- what the server has, as read in this run: the oldest first
    searched INTEGER NOT NULL DEFAULT 0,  -- whether they were read by a search for them
    page INTEGER NOT NULL DEFAULT 0,      -- the page of the whole list that showed them, 0 if none did
    absent INTEGER NOT NULL DEFAULT 0,
    opted_out INTEGER NOT NULL DEFAULT 0,
    intent_at REAL,
    done TEXT,        -- what became of the row earlier in this run
    done_tagged INTEGER NOT NULL DEFAULT 0,
    done_untagged INTEGER NOT NULL DEFAULT 0,
    done_protected INTEGER NOT NULL DEFAULT 0,
    action TEXT,      -- what is to be done: create, write or retry
    change TEXT,      -- what is to be written, if it is known
    outcome TEXT,     -- what became of the row
    tagged INTEGER NOT NULL DEFAULT 0,
    untagged INTEGER NOT NULL DEFAULT 0,
    protected INTEGER NOT NULL DEFAULT 0,
    reason TEXT
);
CREATE INDEX person_page ON person (page, row);
-- Rows that can't be sent. Some of them are about a person who loses tags all the same.
CREATE VIEW rejected AS
    SELECT row, reason FROM reject UNION ALL
    SELECT row, unfit FROM person WHERE unfit IS NOT NULL AND (outcome IS NULL OR outcome = 'rejected');
-- People who are in no row: those who lose a tag (`held` has their tags), and those who are deleted.
CREATE TABLE other (match TEXT, id TEXT, held TEXT, outcome TEXT, reason TEXT);
-- Numbers of people who opted out elsewhere.
CREATE TABLE refused (number TEXT PRIMARY KEY) WITHOUT ROWID;
-- Numbers that `suppress` names, and its rows that identify nobody.
CREATE TABLE suppressed (number TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE suppress_reject (row INTEGER NOT NULL, reason TEXT NOT NULL);
"""


class StageFile(UnnamedDatabase):
    """The temporary database. Used by one thread, as a context manager."""

    def __init__(self) -> None:
        super().__init__(_TABLES)

    def run(self, statement: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        """Execute one statement."""
        return self._db.execute(statement, values)

    def all(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        """All rows of a query with a short result."""
        return self._db.execute(statement, values).fetchall()

    def count(self, statement: str, values: Sequence[Any] = ()) -> int:
        """The number that a query returns."""
        return int(self._db.execute(statement, values).fetchone()[0] or 0)

    def many(self, statement: str, values: Iterable[Sequence[Any]]) -> None:
        """Execute one statement for each of many values, in one transaction."""
        self._db.execute("BEGIN")
        self._db.executemany(statement, values)
        self._db.execute("COMMIT")


def batches(items: Iterable[T], size: int = BATCH) -> Iterator[list[T]]:
    """Items in lists of `size`."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch
