"""The pool of requests of an account: who may send when.

In this process only, for now: every client of an account in one process draws from one pool.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from whautomate_core.errors import ConfigurationError, QuotaExhausted

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Limits:
    """Permits per window: `Limits([(300, 60.0), (432_000, 86_400.0)])` is 300 a minute and 432,000 a day."""

    windows: tuple[tuple[int, float], ...]

    def __init__(self, windows: Iterable[tuple[int, float]]) -> None:
        windows = tuple(sorted(((int(n), float(seconds)) for n, seconds in windows), key=lambda w: w[1]))
        if not windows or any(n < 1 or seconds <= 0 for n, seconds in windows):
            raise ConfigurationError("limits need at least one window of at least one permit and some seconds")
        object.__setattr__(self, "windows", windows)

    @classmethod
    def trial(cls) -> Limits:
        """60 a minute and 100 a day (the vendor's overview, evidence A)."""
        return cls([(60, 60.0), (100, 86_400.0)])

    @classmethod
    def subscribed(cls) -> Limits:
        """300 a minute and 432,000 a day (the vendor's overview, evidence A)."""
        return cls([(300, 60.0), (432_000, 86_400.0)])


class Pool(Protocol):
    """Permits to send one request each. A permit is used at once; nothing is reserved ahead."""

    def acquire(self, permits: int = 1, *, max_wait: float | None = None) -> float:
        """Wait for `permits`, granted together, and return the seconds waited.

        Waits at most `max_wait` seconds (None: as long as it takes), else raises `QuotaExhausted` at once.
        """

    async def aacquire(self, permits: int = 1, *, max_wait: float | None = None) -> float:
        """`acquire` without blocking the event loop."""

    def pause(self, seconds: float) -> None:
        """Grant nothing for so long: the server said 429."""


def margin(seconds: float) -> float:
    """What is added to a window, in seconds, for the way from grant to arrival: 1 s a minute, 60 s a day."""
    return min(60.0, seconds / 60.0)


class LocalPool:
    """A pool for one process: an exact sliding log, shared by threads and coroutines.

    Permit k may go when permit k-N is older than the window and its margin, for every window. That keeps any
    sliding window, so any fixed window of any phase, within N.
    """

    def __init__(
        self,
        limits: Limits,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._limits = limits
        self._clock = clock
        self._sleep = sleep
        # Only the latest N of the largest window can ever bind.
        self._log: deque[float] = deque(maxlen=max(n for n, _ in limits.windows))
        self._paused_until = self._said_until = float("-inf")
        self._lock = threading.Lock()

    def acquire(self, permits: int = 1, *, max_wait: float | None = None) -> float:
        start = self._clock()
        while wait := self._try(permits, start, max_wait):
            self._sleep(wait)
        return self._clock() - start

    async def aacquire(self, permits: int = 1, *, max_wait: float | None = None) -> float:
        start = self._clock()
        while wait := self._try(permits, start, max_wait):
            await asyncio.sleep(wait)
        return self._clock() - start

    def pause(self, seconds: float) -> None:
        with self._lock:
            self._paused_until = max(self._paused_until, self._clock() + seconds)

    def _try(self, permits: int, start: float, max_wait: float | None) -> float:
        """Take the permits and return 0, or return the seconds until they may be there."""
        with self._lock:
            now = self._clock()
            wait, window = self._due(permits, now)
            if wait <= 0:
                self._log.extend([now] * permits)
                return 0.0
        if max_wait is not None and now - start + wait > max_wait:
            which = "the server asked for a pause" if window is None else f"the window of {window:g} s is used up"
            raise QuotaExhausted(
                f"no permit within {max_wait:g} s: {which}, the next one is due in {wait:.0f} s",
                next_permit_at=time.time() + wait,
                window=window,
            )
        if wait >= 1 and now >= self._said_until:
            self._said_until = now + wait  # once for all who wait
            log.info("waiting %.0f s for a permit (%s)", wait, f"window of {window:g} s" if window else "paused by 429")
        return wait

    def _due(self, permits: int, now: float) -> tuple[float, float | None]:
        wait, binding = self._paused_until - now, None
        for count, seconds in self._limits.windows:
            if permits > count:
                raise ConfigurationError(f"{permits} permits at once never fit into {count} per {seconds:g} s")
            if len(self._log) + permits > count:
                due = self._log[len(self._log) + permits - 1 - count]
                if due + seconds + margin(seconds) - now > wait:
                    wait, binding = due + seconds + margin(seconds) - now, seconds
        return wait, binding


_pools: dict[str, LocalPool] = {}
_pools_lock = threading.Lock()


def local_pool(account_id: str, limits: Limits) -> LocalPool:
    """The pool of an account in this process; the limits are those of its first caller."""
    with _pools_lock:
        return _pools.setdefault(account_id, LocalPool(limits))
