"""What long work tells while it runs."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from whautomate_core.values.words import soon

waits = logging.getLogger("whautomate_core.waits")
"""Says what a step waits for, and how long. `whautomate sync` shows it on the terminal."""


class WaitLines:
    """Says until when something waits: once, although its threads look again and again. Safe to use from threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._until = float("-inf")

    def __call__(self, until: float, whom: str, why: str) -> None:
        """Say it, unless it is a wait below a second, or one up to half a minute shorter was told before.

        Args:
            until: When the wait ends, in seconds since the epoch.
            whom: Whose permits it waits for, such as "account spring".
            why: Why there are none.
        """
        with self._lock:
            if until < max(self._until + 30.0, time.time() + 1.0):
                return
            self._until = until
        waits.info("waiting until %s for permits of %s: %s", soon(until), whom, why)


Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is (0 where nobody knows)."""


class LogProgress:
    """Progress as log lines: counts, rate and remaining minutes, at most one line every `every` seconds.

    Args:
        logger: Where the lines go.
        every: Seconds between two lines.
        at_once: Whether the first and the last count are always told. If not, nothing is told of what is done before
            `every` seconds have passed.
    """

    def __init__(
        self,
        logger: logging.Logger,
        *,
        every: float = 10.0,
        at_once: bool = True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._logger = logger
        self._every = every
        self._at_once = at_once
        self._clock = clock
        self._what = ""
        self._start = self._last = 0.0

    def __call__(self, what: str, done: int, total: int) -> None:
        now = self._clock()
        if what != self._what:
            self._what, self._start, self._last = what, now, float("-inf") if self._at_once else now
        ends = 0 < total <= done and (self._at_once or self._last > self._start)
        if now - self._last < self._every and not ends:
            return
        self._last = now
        passed = now - self._start
        left = ""
        if 0 < done < total and passed > 0:
            left = f", {done / passed * 60:.0f} a minute, {(total - done) * passed / done / 60:.1f} min left"
        self._logger.info("%s: %d%s%s", what, done, f" of {total}" if total else "", left)


def silent(what: str, done: int, total: int) -> None:
    """No progress."""
