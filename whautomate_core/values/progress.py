"""What long work tells while it runs."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

waits = logging.getLogger("whautomate_core.waits")
"""Says what a step waits for, and how long. `whautomate sync` shows it on the terminal."""

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is (0 where nobody knows)."""


class LogProgress:
    """Progress as log lines: counts, rate and remaining minutes, at most one line every `every` seconds.

    Args:
        logger: Where the lines go.
        every: Seconds between two lines; the first and the last count are always told.
    """

    def __init__(
        self, logger: logging.Logger, *, every: float = 10.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._logger = logger
        self._every = every
        self._clock = clock
        self._what = ""
        self._start = self._last = 0.0

    def __call__(self, what: str, done: int, total: int) -> None:
        now = self._clock()
        if what != self._what:
            self._what, self._start, self._last = what, now, float("-inf")
        if now - self._last < self._every and (done < total or not total):
            return
        self._last = now
        passed = now - self._start
        left = ""
        if 0 < done < total and passed > 0:
            left = f", {done / passed * 60:.0f} a minute, {(total - done) * passed / done / 60:.1f} min left"
        self._logger.info("%s: %d%s%s", what, done, f" of {total}" if total else "", left)


def silent(what: str, done: int, total: int) -> None:
    """No progress."""
