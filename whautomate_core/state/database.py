"""The one database that callers of an account share: a SQLite file on one machine, PostgreSQL for several."""

from __future__ import annotations

import itertools
import logging
import os
import random
import threading
import time
import weakref
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import platformdirs
from pydantic import SecretStr
from sqlalchemy import func, select, text
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError, IntegrityError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from whautomate_core.errors import ConfigurationError, StateLost, StateUnavailable, WhautomateError
from whautomate_core.state import clock, postgresql, schema, sqlite
from whautomate_core.state.state_file import StateFile
from whautomate_core.values.confidential import clear_locals, raise_alone
from whautomate_core.values.redaction import database_url, driver_words, plain, secrets_of

log = logging.getLogger(__name__)

T = TypeVar("T")

PATIENCE = 30.0
"""Seconds for which a database that can't be reached is tried again before that is an error."""

READERS = 10.0
"""Seconds that deletion waits for readers of a SQLite file before the deleted data stays in its log."""

_chance = random.Random()  # noqa: S311
_UPGRADE_LOCK = 7_205_759_403_792_793  # any number that nobody else locks by


def default_url() -> str:
    """One SQLite file per user: under `WHAUTOMATE_HOME`, or the platform's folder for state."""
    home = os.environ.get("WHAUTOMATE_HOME")
    folder = Path(home).expanduser() if home else platformdirs.user_state_path("whautomate")
    return f"sqlite:///{folder.absolute() / 'state.sqlite'}"


def missing_file(url: str | SecretStr | None) -> Path | None:
    """The SQLite file of a state that doesn't exist, and that opening the state would make."""
    found = database_url(SecretStr(plain(url or default_url())), "state")
    if found.get_backend_name() != "sqlite" or not found.database:
        return None
    path = Path(found.database).expanduser()
    return None if path.exists() or not path.is_absolute() else path


# SQLite and fork: a child that inherits an open connection also inherits SQLite's belief that this process holds its
# locks, and opens the file again without taking them. When the parent then closes, SQLite removes the log that the
# child still writes to, and what the child wrote is lost. So before a fork all connections are closed, between two
# transactions. PostgreSQL needs only that the child leaves the parent's connections alone.
_databases: weakref.WeakSet[Database] = weakref.WeakSet()
_sqlite_turn = threading.Lock()
"""Held by the one transaction over SQLite in this process: SQLite has one writer, and waits for it by polling."""


@dataclass(frozen=True)
class Transaction:
    """A transaction for plain SQL. SQLAlchemy would be most of the cost of a permit."""

    execute: Callable[[str, Sequence[object]], list[Any]]
    """Run a statement, its values written as `?`, and return its rows."""
    now: Callable[[], float]
    """Seconds since the epoch, by the clock that all callers share."""
    for_update: str
    """What to end a SELECT with to lock its rows. Empty on SQLite, where a transaction locks everything."""


class Database:
    """Transactions over one of the two stores, and their clock.

    Raises: `ConfigurationError` for a URL that can't be one; `StateUnavailable` if the database can't be reached.
    """

    def __init__(self, url: str | SecretStr) -> None:
        url = SecretStr(plain(url))  # no local of this frame shows it
        self._url = database_url(url, "state")
        kind = self._url.get_backend_name()
        if kind not in ("sqlite", "postgresql"):
            raise ConfigurationError(f"state can be sqlite:////path or postgresql://..., not {kind}")
        self.is_sqlite = kind == "sqlite"
        self._offset: float | None = None
        self._file: StateFile | None = sqlite.state_file(self._url) if self.is_sqlite else None
        self._engine: Engine = sqlite.make_engine(self._file) if self._file else postgresql.make_engine(self._url)
        with _sqlite_turn:  # keeps a fork from reading the set meanwhile
            _databases.add(self)
        self.run(self._upgrade)

    def __repr__(self) -> str:
        url = getattr(self, "_url", None)  # missing if the address was refused: loggers may show that frame
        return f"Database({url.get_backend_name() if url else ''})"

    @property
    def path(self) -> Path | None:
        """The file of a SQLite state."""
        return self._file.path if self._file else None

    # --- transactions

    def run(self, work: Callable[[Connection], T]) -> T:
        """Do work in one transaction, entirely or not at all. Retry for `PATIENCE` seconds if the database is away."""
        return self._patiently(lambda: self._run(work))

    def run_sql(self, work: Callable[[Transaction], T]) -> T:
        """The same for work in plain SQL."""
        if not self.is_sqlite:
            return self.run(lambda connection: work(self._transaction(connection)))
        if self._offset is None:
            self.run(self.now)
        return self._patiently(lambda: self._run_sqlite(work))

    def run_alone(self, statement: str, values: Mapping[str, object]) -> Any:
        """Run one statement of PostgreSQL in a transaction of its own, in one round trip, and return its first row."""
        return self._patiently(lambda: postgresql.run_alone(self._engine, statement, values))

    def _run(self, work: Callable[[Connection], T]) -> T:
        with self._turn():
            with self._engine.begin() as connection:
                if self._file is not None:
                    self._file.require_same(connection.info)
                outcome = work(connection)
            if self._file is not None:  # what was written into a file that is gone binds nobody
                self._file.require_same()
            return outcome

    def _run_sqlite(self, work: Callable[[Transaction], T]) -> T:
        assert self._file is not None
        with self._turn():
            pooled = self._engine.raw_connection()
            raw: Any = pooled.dbapi_connection
            try:
                sqlite.begin(raw)
                try:
                    self._file.require_same(pooled.info)
                    outcome = work(
                        Transaction(lambda sql, values: raw.execute(sql, values).fetchall(), lambda: self.now(None), "")
                    )
                    raw.execute("COMMIT")
                except BaseException:
                    raw.rollback()
                    raise
            finally:
                pooled.close()
            self._file.require_same()
            return outcome

    def _transaction(self, connection: Connection) -> Transaction:
        def execute(sql: str, values: Sequence[object]) -> list[Any]:
            result = connection.exec_driver_sql(sql.replace("?", "%s"), tuple(values))
            return list(result) if result.returns_rows else []

        return Transaction(execute, lambda: self.now(connection), " FOR UPDATE")

    def _turn(self) -> AbstractContextManager[Any]:
        return _sqlite_turn if self.is_sqlite else nullcontext()

    def _patiently(self, work: Callable[[], T]) -> T:
        """Do work, and again for as long as `PATIENCE` if the database is away. Each pause is longer, with jitter."""
        since, pause = clock.steady(), 0.2
        for attempt in itertools.count():
            try:
                return self._understood(work)
            except StateLost:
                raise
            except StateUnavailable as error:
                if clock.steady() - since >= PATIENCE:
                    raise
                if attempt == 0:
                    log.warning("%s; trying for %.0f s", error, PATIENCE)
            time.sleep(_chance.uniform(0.0, pause))
            pause = min(2 * pause, 5.0)
        raise AssertionError("unreachable")

    def _understood(self, work: Callable[[], T]) -> T:
        """Do work, and raise errors of the database as what they mean to callers, without the password."""
        try:
            return work()
        except IntegrityError:
            raise
        except BaseException as error:
            clear_locals(error)  # those of SQLAlchemy and the driver hold the password
            if meaning := self._meaning(error):
                raise_alone(meaning)
            raise

    def _meaning(self, error: BaseException) -> WhautomateError | None:
        """What an error of the database means to callers; None if it concerns them as it stands."""
        driver: Any = self._engine.dialect.dbapi
        if isinstance(error, driver.Error):  # it came past SQLAlchemy
            error = DBAPIError.instance("plain SQL", None, error, driver.Error, hide_parameters=True)
        if not isinstance(error, (DBAPIError, NoConnectionFree)):
            return None
        name, said = self._url.get_backend_name(), driver_words(error, secrets_of(self._url))
        if lacking := postgresql.missing_right(getattr(error, "orig", None), self._url.username, said):
            return ConfigurationError(lacking)
        # InternalError: a server that became read-only when another took over.
        if isinstance(error, (OperationalError, InternalError, NoConnectionFree)) or (
            error.connection_invalidated or "not a database" in str(error)
        ):
            return StateUnavailable(
                f"the state database ({name}) can't be reached or is busy{said}; nothing is sent, because limits and "
                "claims can't be kept without it"
            )
        if error.statement is None:  # it failed while connecting
            return ConfigurationError(f"the state database ({name}) can't be used: {type(error.orig).__name__}{said}")
        return None

    def tidy(self) -> bool:
        """Write SQLite's log into the file itself and empty it, so that neither still holds what was deleted.

        Returns False if others read the file for all of `READERS`: then the log keeps what they may still read.
        """
        if not self.is_sqlite:
            return True
        with _sqlite_turn, self._engine.connect() as connection:  # no transaction, which could not do it
            raw: Any = connection.connection.dbapi_connection
            raw.execute(f"PRAGMA busy_timeout={READERS * 1000:.0f}")
            try:
                busy, _, _ = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            finally:
                raw.execute("PRAGMA busy_timeout=0")
            return not busy

    # --- clocks

    def now(self, connection: Connection | None) -> float:
        """Seconds since the epoch, by the clock that all callers share.

        Args:
            connection: The transaction that asks. None will do within `run_sql` on SQLite.
        """
        if not self.is_sqlite:
            assert connection is not None
            # The time of this statement, not of the transaction: it may have waited for a lock.
            return float(connection.execute(text("SELECT extract(epoch FROM clock_timestamp())")).scalar_one())
        if self._offset is None:
            assert connection is not None
            self._offset = clock.boot_offset(connection)
        return self.steady() + self._offset

    def told(self) -> float | None:
        """What tests tell the server instead of its own clock, for `run_alone`."""
        return None

    def steady(self) -> float:
        """Seconds that only ever run on, in this process: what deadlines are measured by."""
        return clock.steady()

    def _upgrade(self, connection: Connection) -> None:
        if not self.is_sqlite:
            connection.execute(select(func.pg_advisory_xact_lock(_UPGRADE_LOCK)))
        schema.upgrade(connection)
        if self._file is not None:
            self._file.require_secret(connection.connection.dbapi_connection)


def _before_fork() -> None:
    _sqlite_turn.acquire()
    for database in list(_databases):
        database._engine.dispose()


def _after_fork_in_child() -> None:
    for database in list(_databases):
        # Those that were in use belong to threads of the parent.
        database._engine.dispose(close=False)
    _sqlite_turn.release()


os.register_at_fork(
    before=_before_fork, after_in_parent=lambda: _sqlite_turn.release(), after_in_child=_after_fork_in_child
)
