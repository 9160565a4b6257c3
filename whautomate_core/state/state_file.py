"""The file of a SQLite state: whether it is still the one that this process began with, and who may read it."""

from __future__ import annotations

import logging
import os
import sqlite3
import stat
from collections.abc import MutableMapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from whautomate_core.errors import ConfigurationError, StateLost

log = logging.getLogger(__name__)


class _Identity(NamedTuple):
    device: int
    inode: int


_known: dict[Path, _Identity] = {}
"""Of each state file that this process, or one it was forked from, has opened."""
_secrets: dict[Path, str] = {}
"""What is written into each: a file made anew may get the inode of one that was deleted."""


class StateFile:
    """The file at a path. Never opened here: closing it again would drop the locks that SQLite has on it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def make(self) -> None:
        """Make the file where it was never there, for its owner alone.

        Raises: `StateLost` where it was there before; `ConfigurationError` where it can't be written.
        """
        if self.path in _known:
            self.require_same()
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            # Before SQLite makes it, so that it is never readable by others; -wal and -shm take the same mode.
            with suppress(FileExistsError):
                os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
            _known.setdefault(self.path, _identity(self.path))
            if not os.access(self.path, os.R_OK | os.W_OK):
                raise PermissionError(0, "no permission")
        except OSError as error:
            raise ConfigurationError(f"the state file {self.path} can't be written: {error.strerror}") from None

    def connected(self, connection: sqlite3.Connection) -> None:
        """Look at the file once a connection is open. Raises `StateLost`, `ConfigurationError`."""
        self.require_same()
        self.require_secret(connection)
        self._tighten()

    def require_secret(self, connection: Any) -> None:
        """Raise `StateLost` unless the secret in the file is that of before."""
        try:
            found = connection.execute("SELECT value FROM whautomate_secret").fetchone()
        except sqlite3.Error:
            return  # it is new or damaged, which the first transaction tells
        if found is not None and _secrets.setdefault(self.path, found[0]) != found[0]:
            raise self._lost()

    def require_same(self, connection: MutableMapping[Any, Any] | None = None) -> None:
        """Raise `StateLost` unless the file is that of before.

        Args:
            connection: What is noted of an open connection, whose log must be that of before too.
        """
        if _identity_or_none(self.path) != _known[self.path]:
            raise self._lost()
        if connection is not None:
            journal = _identity_or_none(self._beside("-wal"))
            if connection.get("wal") not in (None, journal):
                raise self._lost()
            connection["wal"] = journal

    def _lost(self) -> StateLost:
        return StateLost(
            f"the state file {self.path} was deleted or replaced while this process ran: nothing more is sent, since "
            "claims and limits can't be kept. Put the file back as it was, or look at Whautomate what was sent; then "
            "start the process anew"
        )

    def _tighten(self) -> None:
        """Let nobody but the owner read the files, and enter the folder where nothing else is in it."""
        files = [self.path, self._beside("-wal"), self._beside("-shm")]
        for file in files:
            with suppress(FileNotFoundError):
                _tighten(file, 0o600)
        folder = self.path.parent
        if all(name.startswith(self.path.name) for name in os.listdir(folder)):
            _tighten(folder, 0o700)

    def _beside(self, suffix: str) -> Path:
        return self.path.with_name(self.path.name + suffix)


def _tighten(path: Path, mode: int) -> None:
    found = os.stat(path)
    held = stat.S_IMODE(found.st_mode)
    # A folder like /tmp, or one that others own, is not ours.
    if not held & 0o077 or (stat.S_ISDIR(found.st_mode) and (held & stat.S_ISVTX or found.st_uid != os.geteuid())):
        return
    try:
        os.chmod(path, held & mode)
    except OSError:
        raise ConfigurationError(
            f"{path} can be read by others (mode {held:o}) and belongs to another user: the state is for its owner "
            f"alone, so set its mode to {mode:o}, or set state to another file"
        ) from None
    log.warning("%s could be read by others (mode %o): now by its owner alone", path, held)


def _identity(path: Path) -> _Identity:
    found = os.stat(path)
    return _Identity(found.st_dev, found.st_ino)


def _identity_or_none(path: Path) -> _Identity | None:
    try:
        return _identity(path)
    except FileNotFoundError:
        return None
