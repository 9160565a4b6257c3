"""The vendor's limits of requests, in sliding or fixed windows. Pure: the time comes in with each call."""

from __future__ import annotations

from collections import deque
from typing import Literal


class Limits:
    """Counts requests against several limits at once.

    limits: pairs of requests and seconds. window: see `Behaviour`. phase: seconds. refused_count: whether a refused
    request counts.
    """

    def __init__(
        self,
        limits: tuple[tuple[int, float], ...],
        window: Literal["sliding", "fixed"] = "sliding",
        phase: float = 0.0,
        refused_count: bool = True,
    ) -> None:
        self._windows = [(count, seconds, deque[float]()) for count, seconds in limits]
        self._sliding = window == "sliding"
        self._phase = phase
        self._refused_count = refused_count

    def ask(self, now: float) -> float | None:
        """Count a request at `now`: None if it may pass, else the seconds until one may."""
        waits = [self._wait(now, *window) for window in self._windows]
        wait = max(waits, default=0.0)
        if wait == 0 or self._refused_count:
            for _, _, stamps in self._windows:
                stamps.append(now)
        return wait or None

    def _wait(self, now: float, count: int, seconds: float, stamps: deque[float]) -> float:
        # A sliding window reaches back its whole length; a fixed one to its last beginning.
        start = now - seconds if self._sliding else now - (now - self._phase) % seconds
        while stamps and (stamps[0] <= start if self._sliding else stamps[0] < start):
            stamps.popleft()
        if len(stamps) < count:
            return 0.0
        if count == 0:
            return seconds
        return (stamps[len(stamps) - count] if self._sliding else start) + seconds - now
