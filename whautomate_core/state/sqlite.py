"""State in a SQLite file: where the file may lie, how it is opened, and how its transactions begin."""

from __future__ import annotations

import os
import random
import re
import sqlite3
import time
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, event
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.pool import QueuePool

from whautomate_core.errors import ConfigurationError
from whautomate_core.state.clock import steady
from whautomate_core.state.state_file import StateFile

BUSY = 30.0
"""Seconds that a transaction waits for those of other processes."""

_NETWORK_FILE_SYSTEMS = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "ceph", "glusterfs", "lustre", "afs", "fuse.sshfs"}
_NETWORK_FILE_SYSTEMS |= {"fuse.glusterfs", "fuse.s3fs", "fuse.gcsfuse", "fuse.rclone", "beegfs", "gpfs"}
_chance = random.Random()  # noqa: S311


def state_file(url: URL) -> StateFile:
    """The file that a URL names, made if it was never there.

    Raises: `ConfigurationError` if processes could not share it (in memory, relative, on a network file system) or it
        can't be written; `StateLost` if this process has used it before and it is gone.
    """
    if not url.database or url.database == ":memory:":
        raise ConfigurationError("state must be a file that processes can share: sqlite:////path")
    path = Path(url.database).expanduser()
    if not path.is_absolute():
        raise ConfigurationError(
            "the path of the state file must be absolute (sqlite:////with/four/slashes): "
            "otherwise each process would use a different file, depending on where it runs"
        )
    kind = file_system(path)
    if kind in _NETWORK_FILE_SYSTEMS:
        raise ConfigurationError(
            f"{path.name} would lie on a network file system ({kind}), where SQLite can't keep processes apart: "
            "set state to a local path, or to postgresql://... if several machines share it"
        )
    file = StateFile(path)
    file.make()
    return file


def make_engine(file: StateFile) -> Engine:
    """Connections to the file, one at a time, each of whose transactions locks out all others from its start."""
    engine = create_engine(
        f"sqlite:///{file.path}",
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
        begin(connection.connection.dbapi_connection)

    return engine


def begin(connection: Any) -> None:
    """Begin a transaction of a `sqlite3.Connection`. Raises `sqlite3.OperationalError` after `BUSY` seconds."""
    since = steady()
    while True:
        try:
            # IMMEDIATE: otherwise a transaction that reads first and writes later may fail in between.
            connection.execute("BEGIN IMMEDIATE")
            return
        except sqlite3.OperationalError:
            waited = steady() - since
            if waited >= BUSY:
                raise
            # SQLite's own waiting looks ever more rarely, and starves whoever has waited long.
            time.sleep(_chance.uniform(0.0005, 0.004 if waited < 1 else 0.05))


def file_system(path: Path) -> str:
    """The kind of file system that a path lies on, or "" if that can't be told."""
    try:
        mounts = os.fsdecode(Path("/proc/self/mountinfo").read_bytes()).splitlines()
    except OSError:
        return ""
    best, kind = -1, ""
    real = os.path.realpath(path)
    for line in mounts:
        left, _, right = line.partition(" - ")
        # A space is written \040; everything else, umlauts included, stands as it is.
        mount = re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), left.split()[4])
        if (real == mount or real.startswith(mount.rstrip("/") + "/")) and len(mount) >= best:
            best, kind = len(mount), right.split()[0]
    return kind
