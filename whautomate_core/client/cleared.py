"""The people who were found a moment ago not to have opted out, so that the same step need not ask again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

FOR = 60.0
"""Seconds for which that is believed."""


class Cleared:
    """What one client has found out. Threads may share it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._at: dict[str, float] = {}

    def add(self, names: Iterable[str]) -> None:
        """Note that the people with these numbers, addresses or record URLs have not opted out."""
        now = self._clock()
        self._at |= dict.fromkeys(names, now)
        if len(self._at) > 10_000:
            self._at = {name: at for name, at in self._at.copy().items() if now - at <= FOR}

    def __contains__(self, name: str) -> bool:
        at = self._at.get(name)
        return at is not None and self._clock() - at <= FOR
