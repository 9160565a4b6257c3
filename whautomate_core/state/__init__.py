"""What all callers of an account share, in one database: pool of requests, claims, ledger, stops and profile."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

from pydantic import SecretStr

from whautomate_core.errors import ConfigurationError
from whautomate_core.state.claims import Claims
from whautomate_core.state.database import Database, default_url, missing_file
from whautomate_core.state.forgotten import Forgotten
from whautomate_core.state.forks import belongs_to_process
from whautomate_core.state.leases import Leases
from whautomate_core.state.ledger import Ledger
from whautomate_core.state.moving import copy_to_postgresql
from whautomate_core.state.pool import SharedPool, Usage, usages
from whautomate_core.state.profiles import Profiles
from whautomate_core.state.pruned import Removed, prune
from whautomate_core.state.secret import Secret
from whautomate_core.state.stops import Stops
from whautomate_core.state.watches import Watches
from whautomate_core.values.limits import Limits
from whautomate_core.values.redaction import plain

if TYPE_CHECKING:
    from whautomate_core.account import Account

__all__ = ["State", "missing_file", "open_existing", "open_state"]


class State:
    """A state database, opened once per process."""

    def __init__(self, url: str | SecretStr) -> None:
        url = SecretStr(plain(url))
        self._database = Database(url)
        self.secret = Secret(self._database)
        self.claims = Claims(self._database, self.secret)
        self.leases = Leases(self._database)
        self.stops = Stops(self._database)
        self.profiles = Profiles(self._database)
        self.watches = Watches(self._database)
        self._pools: dict[tuple[str, Limits, bool], SharedPool] = {}
        self.begin_anew()
        belongs_to_process(self)

    def begin_anew(self) -> None:
        """In a forked child, drop a lock that a thread of the parent may hold."""
        self._lock = threading.Lock()

    @property
    def is_shared(self) -> bool:
        """Whether several machines can use it: PostgreSQL, not a SQLite file."""
        return not self._database.is_sqlite

    def pool(self, account: str, limits: Limits, *, assumed: bool = False) -> SharedPool:
        """The pool of an account: one object per process, so that its callers wait in one queue.

        Args:
            assumed: Whether the limits are only assumed: then they apply to this caller and no other.
        """
        with self._lock:
            key = (account, limits, assumed)
            if key not in self._pools:
                self._pools[key] = SharedPool(self._database, account, limits, declares=not assumed)
            return self._pools[key]

    def pool_of(self, account: Account) -> SharedPool:
        """The pool of an account by its own limits."""
        pool = self.pool(account.id, account.limits, assumed=account.limits_assumed)
        pool.shown = account.shown
        return pool

    def ledger(self, account: str) -> Ledger:
        """What syncs know of an account's people."""
        return Ledger(self._database, account)

    def forgotten(self, account: str) -> Forgotten:
        """The people of an account who asked to be forgotten."""
        return Forgotten(self._database, self.secret, account)

    def prune(self, seconds: float, *, dry_run: bool = False) -> Removed:
        """Remove what is older than so many seconds and no longer needed; see `pruned.prune`."""
        return prune(self._database, self.secret, seconds, dry_run=dry_run)

    def copy_to(self, target: State) -> dict[str, int]:
        """Copy this SQLite state to a PostgreSQL state that nothing has used; see `moving.copy_to_postgresql`."""
        return copy_to_postgresql(self._database, target._database)

    def usages(self) -> list[Usage]:
        """Every account's pool as it stands."""
        return usages(self._database)


def open_existing(url: str | SecretStr | None = None) -> State:
    """The same for what makes sense only where something was stored. Raises `ConfigurationError` if the file of a
    SQLite state doesn't exist."""
    if path := missing_file(url):
        raise ConfigurationError(
            f"there is no state file at {path}: give the one that your steps use, as --state or WHAUTOMATE_STATE, or "
            "its folder as WHAUTOMATE_HOME"
        )
    return open_state(url)


_states: dict[tuple[int, SecretStr], State] = {}
_opening = threading.Lock()


def open_state(url: str | SecretStr | None = None) -> State:
    """The state database at `sqlite:////path` or `postgresql://...`; by default one SQLite file per user.

    Raises: `ConfigurationError` for a URL that can't be one, a network file system or a missing driver;
        `StateUnavailable` if the database can't be reached.
    """
    # No local of this frame shows the password that it may hold.
    url = SecretStr(plain(url or default_url()))
    with _opening:
        # By process: connections don't survive a fork, and workers fork.
        key = (os.getpid(), url)
        if key not in _states:
            _states[key] = State(url)
        return _states[key]


def _after_fork() -> None:
    global _opening
    _opening = threading.Lock()  # it may have been held by a thread that is not here


os.register_at_fork(after_in_child=_after_fork)
