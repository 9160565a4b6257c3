"""The one database that callers of an account share: a SQLite file on one machine, PostgreSQL for several."""

from __future__ import annotations

import functools
import logging
import os
import random
import re
import sqlite3
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, TypeVar

import platformdirs
from pydantic import SecretStr
from sqlalchemy import create_engine, event, func, select, text
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import (
    DBAPIError,
    IntegrityError,
    InternalError,
    NoSuchModuleError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.pool import QueuePool
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_delay, wait_random_exponential

from whautomate_core.errors import ConfigurationError, StateLost, StateUnavailable, WhautomateError
from whautomate_core.state import schema
from whautomate_core.state.state_file import StateFile
from whautomate_core.values.confidential import clear_locals, raise_alone
from whautomate_core.values.redaction import database_url, driver_words, plain, secrets_of

log = logging.getLogger(__name__)

T = TypeVar("T")

PATIENCE = 30.0
"""Seconds for which a database that can't be reached is tried again before that is an error."""

BUSY = 30.0
"""Seconds for which a transaction over SQLite waits for those of other processes."""

READERS = 10.0
"""Seconds for which what was deleted waits for those who read a SQLite file, before it stays in its log."""

_NETWORK_FILE_SYSTEMS = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "ceph", "glusterfs", "lustre", "afs", "fuse.sshfs"}
_NETWORK_FILE_SYSTEMS |= {"fuse.glusterfs", "fuse.s3fs", "fuse.gcsfuse", "fuse.rclone", "beegfs", "gpfs"}
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_chance = random.Random()  # noqa: S311
_UPGRADE_LOCK = 7_205_759_403_792_793  # any number that nobody else locks by


def default_url() -> str:
    """One SQLite file a user: under `WHAUTOMATE_HOME`, or the platform's folder for state."""
    home = os.environ.get("WHAUTOMATE_HOME")
    folder = Path(home).expanduser() if home else platformdirs.user_state_path("whautomate")
    return f"sqlite:///{folder.absolute() / 'state.sqlite'}"


# SQLite and fork: a child that inherits an open connection also inherits SQLite's belief that this process holds its
# locks, and opens the file again without taking them. When the parent then closes, SQLite removes the log that the
# child still writes to, and what the child wrote is lost. So before a fork all connections are closed, between two
# transactions. PostgreSQL needs only that the child leaves the parent's connections alone.
_databases: weakref.WeakSet[Database] = weakref.WeakSet()
_sqlite_turn = threading.Lock()
"""Held by the one transaction over SQLite in this process: SQLite has one writer, and waits for it by polling."""


class Database:
    """Transactions over one of the two stores, and their clock.

    Raises: `ConfigurationError` for a URL that can't be one; `StateUnavailable` where the database can't be reached.
    """

    def __init__(self, url: str | SecretStr) -> None:
        url = SecretStr(plain(url))  # no local of this frame shows it
        self._url = database_url(url, "state")
        kind = self._url.get_backend_name()
        if kind not in ("sqlite", "postgresql"):
            raise ConfigurationError(f"state can be sqlite:///path or postgresql://..., not {kind}")
        self.is_sqlite = kind == "sqlite"
        self._offset: float | None = None
        self._file: StateFile | None = None
        self._engine = self._sqlite() if self.is_sqlite else self._postgresql()
        with _sqlite_turn:  # keeps a fork from reading the set meanwhile
            _databases.add(self)
        self.run(self._upgrade)

    def __repr__(self) -> str:
        url = getattr(self, "_url", None)  # there is none where the address is refused, and a log shows that frame
        return f"Database({url.get_backend_name() if url else ''})"

    def run(self, work: Callable[[Connection], T]) -> T:
        """Do work in one transaction, wholly or not at all, once more where the database was away for a moment."""
        for attempt in Retrying(
            retry=retry_if_exception(_is_away),
            stop=stop_after_delay(PATIENCE),
            wait=wait_random_exponential(multiplier=0.2, max=5.0),
            before_sleep=_say_once,
            reraise=True,
        ):
            with attempt, self._transaction() as connection:
                return work(connection)
        raise AssertionError("unreachable")

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with _sqlite_turn if self.is_sqlite else nullcontext():
            try:
                with self._engine.begin() as connection:
                    if self._file is not None:
                        self._file.require_same(connection.info)
                    yield connection
                if self._file is not None:  # what was written into a file that is gone binds nobody
                    self._file.require_same()
            except IntegrityError:
                raise
            except BaseException as error:
                clear_locals(error)  # those of SQLAlchemy and the driver hold the password
                if meaning := self._meaning(error):
                    raise_alone(meaning)
                raise

    def tidy(self) -> bool:
        """Bring what was written into the file itself, and empty its log: what was deleted is in neither then.

        Returns False where others read the file for all of `READERS`: then the log keeps what they may still read.
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

    def _meaning(self, error: BaseException) -> WhautomateError | None:
        """What an error of the database means to callers; None where it is for them as it stands."""
        if not isinstance(error, (DBAPIError, NoConnectionFree)):
            return None
        name, said = self._url.get_backend_name(), driver_words(error, secrets_of(self._url))
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

    def now(self, connection: Connection) -> float:
        """Seconds since the epoch, by the clock that all callers share."""
        if not self.is_sqlite:
            # The time of this statement, not of the transaction: it may have waited for a lock.
            return float(connection.execute(text("SELECT extract(epoch FROM clock_timestamp())")).scalar_one())
        if self._offset is None:
            self._offset = _boot_offset(connection)
        return steady() + self._offset

    def steady(self) -> float:
        """Seconds that only ever run on, in this process: what deadlines are measured by."""
        return steady()

    def _upgrade(self, connection: Connection) -> None:
        if not self.is_sqlite:
            connection.execute(select(func.pg_advisory_xact_lock(_UPGRADE_LOCK)))
        schema.upgrade(connection)
        if self._file is not None:
            self._file.require_secret(connection.connection.dbapi_connection)

    def _postgresql(self) -> Engine:
        try:
            engine = create_engine(
                self._url,
                isolation_level="READ COMMITTED",  # else what is read under the lock may be from before the lock
                pool_size=3,
                hide_parameters=True,
                connect_args={
                    "connect_timeout": 5,
                    "keepalives_idle": 10,
                    "keepalives_interval": 5,
                    "keepalives_count": 3,
                    "tcp_user_timeout": 15_000,
                },
            )
        except (ImportError, NoSuchModuleError):
            raise_alone(
                ConfigurationError('state in PostgreSQL needs its driver: pip install "whautomate-pipelines[postgres]"')
            )

        @event.listens_for(engine, "connect")
        def _configure(connection: Any, record: Any) -> None:
            # A machine that vanishes within a transaction would hold everybody's lock until TCP gives up, in hours.
            with connection.cursor() as cursor:
                cursor.execute("SET idle_in_transaction_session_timeout = '30s'")
            connection.commit()

        return engine

    def _sqlite(self) -> Engine:
        if not self._url.database or self._url.database == ":memory:":
            raise ConfigurationError("state must be a file that processes can share: sqlite:///path")
        path = Path(self._url.database).expanduser()
        if not path.is_absolute():
            raise ConfigurationError(
                "the path of the state file must be absolute (sqlite:////with/four/slashes): "
                "else each process finds another file, by where it runs"
            )
        kind = file_system(path)
        if kind in _NETWORK_FILE_SYSTEMS:
            raise ConfigurationError(
                f"{path.name} would lie on a network file system ({kind}), where SQLite can't keep processes apart: "
                "set state to a local path, or to postgresql://... where several machines share it"
            )
        self._file = file = StateFile(path)
        file.make()
        engine = create_engine(
            f"sqlite:///{path}",
            poolclass=QueuePool,
            pool_size=1,
            hide_parameters=True,
            connect_args={"check_same_thread": False, "timeout": BUSY},
        )

        @event.listens_for(engine, "connect")
        def _configure(connection: sqlite3.Connection, record: Any) -> None:
            connection.isolation_level = None  # BEGIN is ours
            connection.execute("PRAGMA journal_mode=WAL")
            # FULL: a claim or a permit that was given survives the loss of power.
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("PRAGMA busy_timeout=0")  # from here on the waiting is ours
            file.connected(connection)

        @event.listens_for(engine, "begin")
        def _begin(connection: Connection) -> None:
            # IMMEDIATE: a transaction that reads first and writes then may fail in between otherwise.
            raw, since = connection.connection.dbapi_connection, steady()
            while steady() - since < BUSY:
                try:
                    raw.execute("BEGIN IMMEDIATE")  # type: ignore[union-attr]
                    return
                except sqlite3.OperationalError:
                    # SQLite's own waiting looks ever more rarely, and starves whoever waited long.
                    time.sleep(_chance.uniform(0.0005, 0.004 if steady() - since < 1 else 0.05))
            connection.exec_driver_sql("BEGIN IMMEDIATE")

        return engine


def _is_away(error: BaseException) -> bool:
    """Whether the database may be back in a moment."""
    return isinstance(error, StateUnavailable) and not isinstance(error, StateLost)


def _say_once(state: RetryCallState) -> None:
    if state.attempt_number == 1 and state.outcome:
        log.warning("%s; trying for %.0f s", state.outcome.exception(), PATIENCE)


def file_system(path: Path) -> str:
    """The kind of file system that a path lies on, or "" where that can't be told."""
    try:
        mounts = os.fsdecode(Path("/proc/self/mountinfo").read_bytes()).splitlines()
    except OSError:
        return ""
    best, kind = -1, ""
    real = os.path.realpath(path)
    for line in mounts:
        left, _, right = line.partition(" - ")
        # A space is written \040; all else, umlauts as well, as it is.
        mount = re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), left.split()[4])
        if (real == mount or real.startswith(mount.rstrip("/") + "/")) and len(mount) >= best:
            best, kind = len(mount), right.split()[0]
    return kind


def steady() -> float:
    """The boot clock: it runs on while the machine sleeps, and nobody can step it."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if _boot_id() else time.time()


@functools.cache
def _boot_id() -> str | None:
    """Names this boot of the machine; None where there is no boot clock (not Linux), which leaves the wall clock."""
    try:
        return _BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        return None


def _boot_offset(connection: Connection) -> float:
    """What turns the boot clock into a time: fixed at the first look in each boot."""
    boot = _boot_id()
    if boot is None:
        return 0.0
    known = select(schema.clocks.c.offset).where(schema.clocks.c.boot == boot)
    offset = connection.execute(known).scalar()
    if offset is None:
        # A wall clock that was set back since the latest permit would hold time still for as long.
        latest = connection.execute(select(func.max(schema.pools.c.last_at))).scalar() or 0.0
        offset = max(time.time(), latest) - steady()
        connection.execute(schema.clocks.insert().values(boot=boot, offset=offset))
    return float(offset)


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
