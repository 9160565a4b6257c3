"""The rows of a run on disk, in a file without a name: nobody else can open it, and it goes when the process ends.

So memory stays flat however large a source is, and a source that can be read only once is enough.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from types import TracebackType
from typing import Any, NamedTuple, Self

from whautomate_core.errors import DiskFull
from whautomate_core.rows.files import remove_leftovers
from whautomate_core.rows.outcomes import Outcome
from whautomate_core.values.confidential import raise_alone
from whautomate_core.values.words import reason_line


class UnnamedDatabase:
    """An SQLite database that is kept in a file without a name. Used by one thread, as a context manager.

    Its context ends with `DiskFull` where the file could not be written.
    """

    def __init__(self, tables: str) -> None:
        remove_leftovers()
        self._db = sqlite3.connect("", isolation_level=None)  # SQLite removes the file's name as it makes it
        # None of it is needed after a crash.
        self._db.executescript(f"PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA temp_store=FILE; {tables}")

    def __enter__(self) -> Self:
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


class Line(NamedTuple):
    """A row as it was read. The repr holds no cell."""

    row: int
    """Its number in the source."""
    cells: Mapping[str, Any]
    """What a cell is -> its stripped text."""
    problem: str | None = None
    """Why the row can't be read."""

    def __repr__(self) -> str:
        return f"Line(row={self.row}, problem={self.problem!r})"


class Item(NamedTuple):
    """What one row asks for. The repr holds nothing of it."""

    row: int
    key: tuple[str, ...]
    """What identifies it among the rows: two rows with one key are about the same thing."""
    wanted: Any
    """What it should be: JSON."""

    def __repr__(self) -> str:
        return f"Item(row={self.row})"


_TABLES = """
CREATE TABLE line (row INTEGER NOT NULL, cells TEXT NOT NULL, problem TEXT);
CREATE TABLE item (id INTEGER PRIMARY KEY, row INTEGER NOT NULL, key TEXT NOT NULL UNIQUE, wanted TEXT NOT NULL);
CREATE TABLE outcome (row INTEGER NOT NULL, outcome TEXT NOT NULL, reason TEXT);
"""

_PAGE = 500
"""Rows that are in memory at a time."""


class Store(UnnamedDatabase):
    """The rows of a run: as they were read, what they ask for, and what became of each."""

    def __init__(self) -> None:
        super().__init__(_TABLES)

    # --- rows as they were read

    def add_lines(self, lines: Iterable[Line]) -> int:
        """Store lines and return how many there were."""
        found = ((row, json.dumps(dict(cells)), problem) for row, cells, problem in lines)
        self._db.execute("BEGIN")
        count = self._db.executemany("INSERT INTO line VALUES (?, ?, ?)", found).rowcount
        self._db.execute("COMMIT")
        return max(count, 0)

    def lines(self) -> Iterator[Line]:
        """All lines, in the order in which they were read."""
        last = 0
        while found := self._db.execute(
            "SELECT rowid, row, cells, problem FROM line WHERE rowid > ? ORDER BY rowid LIMIT ?", (last, _PAGE)
        ).fetchall():
            for _, row, cells, problem in found:
                yield Line(row, json.loads(cells), problem)
            last = found[-1][0]

    # --- what they ask for

    def put(self, item: Item) -> None:
        """Store an item, in place of the one with its key."""
        self._db.execute(
            "INSERT INTO item (row, key, wanted) VALUES (?, ?, ?)"
            " ON CONFLICT (key) DO UPDATE SET row = excluded.row, wanted = excluded.wanted",
            (item.row, json.dumps(item.key), json.dumps(item.wanted)),
        )

    def get(self, key: tuple[str, ...]) -> Item | None:
        """The item with a key, if there is one."""
        found = self._db.execute("SELECT row, wanted FROM item WHERE key = ?", (json.dumps(key),)).fetchone()
        return Item(found[0], key, json.loads(found[1])) if found else None

    def drop(self, item: Item) -> None:
        """Forget an item."""
        self._db.execute("DELETE FROM item WHERE key = ?", (json.dumps(item.key),))

    def items(self) -> Iterator[Item]:
        """All items, in the order in which their keys came first. They may be dropped meanwhile."""
        last = 0
        while found := self._db.execute(
            "SELECT id, row, key, wanted FROM item WHERE id > ? ORDER BY id LIMIT ?", (last, _PAGE)
        ).fetchall():
            for _, row, key, wanted in found:
                yield Item(row, tuple(json.loads(key)), json.loads(wanted))
            last = found[-1][0]

    def __len__(self) -> int:
        """How many items there are."""
        return int(self._db.execute("SELECT count(*) FROM item").fetchone()[0])

    # --- what became of them

    def note(self, row: int, outcome: Outcome, reason: str | None = None) -> None:
        """Note what became of a row, and why. The reason holds no personal data."""
        self._db.execute("INSERT INTO outcome VALUES (?, ?, ?)", (row, outcome, reason))

    def outcomes(self, *, only_reasons: bool = False) -> Iterator[dict[str, Any]]:
        """`row`, `outcome` and `reason` of each row, in their order; with `only_reasons` of those that have one."""
        wanted = "WHERE reason IS NOT NULL" if only_reasons else ""
        found = self._db.execute(f"SELECT row, outcome, reason FROM outcome {wanted} ORDER BY row")  # noqa: S608
        for row, outcome, reason in found:
            yield {"row": row, "outcome": outcome, "reason": reason}

    def reasons(self, outcomes: Iterable[Outcome]) -> str:
        """Why rows came to some outcomes: the five commonest reasons, each with its count and first rows."""
        marks = ",".join(f"'{outcome}'" for outcome in outcomes)
        chosen = f"FROM outcome WHERE outcome IN ({marks}) AND reason"
        commonest = self._db.execute(
            f"SELECT reason, count(*) {chosen} IS NOT NULL GROUP BY reason ORDER BY 2 DESC, min(row) LIMIT 5"
        ).fetchall()
        first = f"SELECT row {chosen} = ? ORDER BY row LIMIT 3"
        return "; ".join(
            reason_line(reason, count, [row for (row,) in self._db.execute(first, (reason,))])
            for reason, count in commonest
        )
