"""What the emulator keeps: records, and what happened to them. SQLite, in memory or in a file."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import sqlite3
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

Json = dict[str, Any]
Row = dict[str, Any]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS records (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, resource TEXT NOT NULL, id TEXT NOT NULL, created_at REAL NOT NULL,
    search TEXT NOT NULL, number TEXT NOT NULL, json TEXT NOT NULL, UNIQUE (resource, id));
CREATE INDEX IF NOT EXISTS records_search ON records (resource, seq, created_at, search);
CREATE INDEX IF NOT EXISTS records_number ON records (resource, number);
CREATE INDEX IF NOT EXISTS records_contact ON records (resource, json_extract(json, '$.contact.id'));
CREATE TABLE IF NOT EXISTS recipients (
    broadcast TEXT NOT NULL, position INTEGER NOT NULL, contact TEXT, client TEXT, name TEXT NOT NULL,
    phone TEXT NOT NULL, chosen_at REAL NOT NULL, processed_at REAL, error TEXT, delivered_at REAL, read_at REAL,
    replied_at REAL, PRIMARY KEY (broadcast, position));
CREATE INDEX IF NOT EXISTS recipients_phone ON recipients (phone);
CREATE TABLE IF NOT EXISTS requests (
    number INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, monotonic REAL NOT NULL, method TEXT NOT NULL,
    path TEXT NOT NULL, operation TEXT, query TEXT NOT NULL, body TEXT, counted INTEGER NOT NULL DEFAULT 0,
    status INTEGER, fault TEXT);
CREATE TABLE IF NOT EXISTS automations (
    number INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, request INTEGER, kind TEXT NOT NULL,
    contact TEXT, client TEXT, tag TEXT, stage TEXT, again INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
_VERSION = 2
"""Of the tables; a file of another version can't be used."""
_TABLES = ("records", "recipients", "requests", "automations")
_ORDERS = {
    "oldest_first": "seq",
    "newest_first": "seq DESC",
    "active_first": "max(coalesce(json_extract(json, '$.updatedAt'), ''), "
    "coalesce(json_extract(json, '$.lastActivity'), '')) DESC, seq DESC",
}
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


class Store:
    """One database. Calls are not guarded against each other: `World.lock` does that.

    path: a file, made if it isn't there, for its owner alone; or ":memory:". seed: ids follow from it. Raises OSError
    for a file that can't be written, ValueError for one that isn't the emulator's, which is left as it is, or is of
    another version of it.
    """

    def __init__(self, path: str, seed: int) -> None:
        self._seed = seed
        if path != ":memory:":
            _own(path)
        # Autocommit, transactions by hand: the module's own opening of transactions hides where they begin.
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        # A killed emulator loses nothing; a machine without power may, and is welcome to.
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.executescript(_SCHEMA)
        self._db.execute(f"PRAGMA user_version = {_VERSION}")

    def close(self) -> None:
        self._db.close()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing of what is written inside."""
        self._db.execute("BEGIN")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def clear(self) -> None:
        """Forget everything but the meta values."""
        for table in _TABLES:
            self._db.execute(f"DELETE FROM {table}")  # noqa: S608 - names from this module
        self._db.execute("DELETE FROM sqlite_sequence")

    def rows(self, sql: str, *values: Any) -> list[Row]:
        return [dict(row) for row in self._db.execute(sql, values)]

    def run(self, sql: str, *values: Any) -> int:
        """Run a statement, giving the number of the row it inserted."""
        return self._db.execute(sql, values).lastrowid or 0

    def run_many(self, sql: str, values: Iterator[Sequence[Any]]) -> None:
        self._db.executemany(sql, values)

    # Small lasting values

    def meta(self, name: str) -> str | None:
        found = self._db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return None if found is None else str(found["value"])

    def set_meta(self, name: str, value: str) -> None:
        self.run("INSERT INTO meta VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", name, value)

    # Records: documents by resource and id

    def insert(self, resource: str, record: Json, at: float, id: str | None = None) -> Json:
        """Keep a new record under a new id (or a given one), and give it back with its id."""
        record = {"id": id or self._new_id(), **record}
        self.run(
            "INSERT INTO records (resource, id, created_at, search, number, json) VALUES (?, ?, ?, ?, ?, ?)",
            resource,
            record["id"],
            at,
            _searchable(record),
            number(record),
            _dumps(record),
        )
        return record

    def get(self, resource: str, id: str) -> Json | None:
        found = self._db.execute("SELECT json FROM records WHERE resource = ? AND id = ?", (resource, id))
        row = found.fetchone()
        return None if row is None else json.loads(row["json"])

    def put(self, resource: str, record: Json) -> None:
        """Overwrite an existing record."""
        self.run(
            "UPDATE records SET search = ?, number = ?, json = ? WHERE resource = ? AND id = ?",
            _searchable(record),
            number(record),
            _dumps(record),
            resource,
            record["id"],
        )

    def delete(self, resource: str, id: str) -> None:
        self.run("DELETE FROM records WHERE resource = ? AND id = ?", resource, id)

    def select(
        self,
        resource: str,
        where: Sequence[tuple[str, Sequence[Any]]] = (),
        order: str = "oldest_first",
        limit: int = -1,
        offset: int = 0,
    ) -> list[Json]:
        """Records for which every condition (SQL and its values) holds, in the order of their creation or another."""
        conditions = "".join(f" AND ({sql})" for sql, _ in where)
        values = [value for _, given in where for value in given]
        found = self._db.execute(
            f"SELECT json FROM records WHERE resource = ?{conditions} "  # noqa: S608 - conditions from this package
            f"ORDER BY {_ORDERS[order]} LIMIT ? OFFSET ?",
            (resource, *values, limit, offset),
        )
        return [json.loads(row["json"]) for row in found]

    def _new_id(self) -> str:
        # From the seed and the number of the row to come, so that the same calls give the same ids.
        last = self._db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'records'").fetchone()
        number = 1 if last is None else last["seq"] + 1
        value = int.from_bytes(hashlib.blake2b(f"{self._seed}/{number}".encode(), digest_size=16).digest())
        letters = []
        for _ in range(11):
            value, digit = divmod(value, len(_ALPHABET))
            letters.append(_ALPHABET[digit])
        return "".join(letters)


def _own(path: str) -> None:
    """Create the file, or open one of the emulator, readable by its owner only. SQLite's own files next to it are
    too."""
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        return
    held = os.stat(path)
    if not stat.S_ISREG(held.st_mode):  # a device or a pipe, whose mode is everybody's matter
        raise ValueError(f"{path} is not a file; name another")
    if held.st_size:
        _require_ours(path)
    if held.st_mode & 0o077:
        os.chmod(path, 0o600)


def _require_ours(path: str) -> None:
    """Raise ValueError unless a file is of this version of the emulator. Nothing is written to it."""
    # If there is no log next to it, everything is in the file itself, and SQLite need not create a log to read it.
    is_whole = not os.path.exists(f"{os.path.realpath(path)}-wal")
    address = f"{Path(path).absolute().as_uri()}?mode=ro&immutable={is_whole:d}"
    try:
        with contextlib.closing(sqlite3.connect(address, uri=True)) as found:
            tables = {name for (name,) in found.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            (version,) = found.execute("PRAGMA user_version").fetchone()
    except sqlite3.DatabaseError as error:
        raise ValueError(f"{path} can't be read as a file of the emulator ({error}); name another") from None
    if tables and not tables >= {"meta", *_TABLES[:3]}:
        raise ValueError(f"{path} is a database of another program; name another file")
    if tables and version != _VERSION:
        raise ValueError(f"{path} was written by another version of the emulator; delete it or name another file")


def digits(phone: str) -> str:
    """The digits of a phone number, as it is kept."""
    return re.sub(r"[^0-9]", "", phone)


def number(record: Json) -> str:
    """The digits of a record's phone number, those of the country included; "" where it has none."""
    if "phoneNumber" in record:
        return digits(record["phoneNumber"])
    return digits(record.get("countryCode", "")) + record["phone"] if record.get("phone") else ""


def search_condition(text: str) -> tuple[str, Sequence[Any]]:
    """The condition that finds a text in a record's name, title or email, or a number in its phone number."""
    needle = text.casefold()
    wanted = digits(text) if re.fullmatch(r"[0-9+() .-]+", text) else ""
    if wanted:
        return "instr(search, ?) OR instr(search, ?)", (needle, wanted)
    return "instr(search, ?)", (needle,)


def _searchable(record: Json) -> str:
    names = ("name", "title", "fullName", "preferredName", "firstName", "lastName", "email")
    # A client's number is found only by its digits without the country code: it is not known whether both are joined.
    parts = (*(record.get(name) for name in names), digits(str(record.get("phoneNumber") or record.get("phone") or "")))
    return "\n".join(part for part in parts if isinstance(part, str)).casefold()


def _dumps(record: Json) -> str:
    return json.dumps(record, separators=(",", ":"))
