"""What a reading of a list has seen: id -> number. In memory while the ids are few, otherwise on disk.

So memory stays flat however long a list is.
"""

from __future__ import annotations

from collections.abc import Iterable
from types import TracebackType
from typing import Self

from whautomate_core.rows.store import UnnamedDatabase

FEW = 20_000
"""Ids that are kept in memory, which are some megabytes."""


class Seen:
    """A number for each id, 0 for one that has none. Used by one thread, as a context manager.

    Its context ends with `DiskFull` where the file could not be written.
    """

    def __init__(self) -> None:
        self._few: dict[str, int] = {}
        self._file: _OnDisk | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.__exit__(kind, error, trace)

    def __getitem__(self, id: str) -> int:
        return self._few.get(id, 0) if self._file is None else self._file.get(id)

    def __setitem__(self, id: str, number: int) -> None:
        if self._file is not None:
            self._file.put([(id, number)])
            return
        self._few[id] = number
        if len(self._few) > FEW:
            self._file = _OnDisk()
            self._file.put(self._few.items())
            self._few = {}

    def __len__(self) -> int:
        return len(self._few) if self._file is None else self._file.count()

    def items(self) -> Iterable[tuple[str, int]]:
        """All ids with their numbers."""
        return self._few.items() if self._file is None else self._file.items()


class _OnDisk(UnnamedDatabase):
    def __init__(self) -> None:
        super().__init__("CREATE TABLE seen (id BLOB PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID")
        self._db.execute("BEGIN")  # never ended, which would cost time: nobody else reads the file

    def get(self, id: str) -> int:
        found = self._db.execute("SELECT number FROM seen WHERE id = ?", (_bytes(id),)).fetchone()
        return int(found[0]) if found else 0

    def put(self, numbers: Iterable[tuple[str, int]]) -> None:
        self._db.executemany(
            "INSERT INTO seen VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET number = excluded.number",
            ((_bytes(id), number) for id, number in numbers),
        )

    def count(self) -> int:
        return int(self._db.execute("SELECT count(*) FROM seen").fetchone()[0])

    def items(self) -> Iterable[tuple[str, int]]:
        found = self._db.execute("SELECT id, number FROM seen")
        return ((str(id, errors="surrogatepass"), number) for id, number in found)


def _bytes(id: str) -> bytes:
    """An id as the file holds it: SQLite's text can't be half an emoji, which JSON's can."""
    return id.encode(errors="surrogatepass")
