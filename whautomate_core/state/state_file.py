"""The file of a SQLite state: whether it is still the one this process started with, and who may read it."""

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
"""The identity of each state file that this process, or one it was forked from, has opened."""
_secrets: dict[Path, str] = {}
"""The secret in each of them, because a new file may get the inode of a deleted one."""


class StateFile:
    """The file at a path. It is never opened here, because closing it would drop the locks that SQLite holds on it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def make(self) -> None:
        """Create the file, readable by its owner alone, if it never existed.

        Raises: `StateLost` if it existed before and is gone; `ConfigurationError` if it can't be written.
        """
        if self.path in _known:
            self.require_same()
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            # Before SQLite creates it, so that others can never read it; -wal and -shm take the same mode.
            with suppress(FileExistsError):
                os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
            _known.setdefault(self.path, _identity(self.path))
            if not os.access(self.path, os.R_OK | os.W_OK):
                raise PermissionError(0, "no permission")
        except OSError as error:
            raise ConfigurationError(f"the state file {self.path} can't be written: {error.strerror}") from None

    def connected(self, connection: sqlite3.Connection) -> None:
        """Check the file once a connection is open. Raises `StateLost` or `ConfigurationError`."""
        self.require_same()
        self.require_secret(connection)
        self._tighten()

    def require_secret(self, connection: Any) -> None:
        """Raise `StateLost` unless the secret in the file is the same as before."""
        try:
            found = connection.execute("SELECT value FROM whautomate_secret").fetchone()
        except sqlite3.Error:
            return  # it is new or damaged; the first transaction shows which
        if found is not None and _secrets.setdefault(self.path, found[0]) != found[0]:
            raise self._lost()

    def require_same(self, connection: MutableMapping[Any, Any] | None = None) -> None:
        """Raise `StateLost` unless the file is the same as before.

        Args:
            connection: Notes about an open connection, whose log must be the same as before, too.
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
            f"the state file {self.path} was deleted or replaced while this process ran: nothing more is sent, because "
            "claims and limits can't be kept. Put the file back as it was, or check at Whautomate what was sent; then "
            "restart the process"
        )

    def _tighten(self) -> None:
        """Let only the owner read the files, and enter the folder if it holds nothing else."""
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
    # A folder like /tmp, or one that others own, is not ours to change.
    if not held & 0o077 or (stat.S_ISDIR(found.st_mode) and (held & stat.S_ISVTX or found.st_uid != os.geteuid())):
        return
    try:
        os.chmod(path, held & mode)
    except OSError:
        raise ConfigurationError(
            f"{path} can be read by others (mode {held:o}) and belongs to another user: only its owner may read the "
            f"state, so set its mode to {mode:o}, or set state to another file"
        ) from None
    log.warning("%s could be read by others (mode %o); now only its owner can read it", path, held)


def _identity(path: Path) -> _Identity:
    found = os.stat(path)
    return _Identity(found.st_dev, found.st_ino)


def _identity_or_none(path: Path) -> _Identity | None:
    try:
        return _identity(path)
    except FileNotFoundError:
        return None
