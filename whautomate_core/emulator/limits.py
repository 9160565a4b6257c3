"""The vendor's limits of requests: windows, or a token bucket. Pure: the time comes in with each call."""

from __future__ import annotations

from collections import deque
from typing import Literal, NamedTuple, Protocol

_ROUNDING = 1e-6
"""Seconds that are no wait, but what a float of today's date leaves."""


class Refusal(NamedTuple):
    """Why a request may not pass."""

    wait: float
    """Seconds until one may."""
    is_quota: bool
    """Whether a longer limit than the shortest is used up: the day's, not the minute's."""


class _Limit(Protocol):
    def wait(self, now: float) -> float:
        """Seconds until a request may pass; 0 if one may now."""

    def count(self, now: float) -> None:
        """Count a request, passed or refused."""


class Limits:
    """Counts requests against several limits at once.

    limits: pairs of requests and seconds. window, burst: see `Behaviour`. phase: seconds. refused_count: whether a
    refused request counts.
    """

    def __init__(
        self,
        limits: tuple[tuple[int, float], ...],
        window: Literal["sliding", "fixed", "bucket"] = "sliding",
        phase: float = 0.0,
        refused_count: bool = True,
        burst: int = 1,
    ) -> None:
        shortest = min((seconds for _, seconds in limits), default=0.0)
        self._limits: list[tuple[_Limit, bool]] = [
            (
                _Bucket(count / seconds, burst if count else 0, seconds)
                if window == "bucket" and seconds == shortest
                else _Window(count, seconds, phase if window == "fixed" else None),
                seconds > shortest,
            )
            for count, seconds in limits
        ]
        self._refused_count = refused_count

    def ask(self, now: float) -> Refusal | None:
        """Count a request at `now`. Returns None if it may pass."""
        refusal = max(
            (Refusal(limit.wait(now), is_quota) for limit, is_quota in self._limits), default=Refusal(0, False)
        )
        if refusal.wait == 0 or self._refused_count:
            for limit, _ in self._limits:
                limit.count(now)
        return refusal if refusal.wait else None


class _Window:
    """So many requests in each span, or (with a phase) in each span that begins at a multiple of its length."""

    def __init__(self, count: int, seconds: float, phase: float | None) -> None:
        self._most = count
        self._seconds = seconds
        self._phase = phase
        self._stamps: deque[float] = deque()

    def wait(self, now: float) -> float:
        # A sliding window reaches back its whole length; a fixed one to its last beginning.
        stamps, seconds, phase = self._stamps, self._seconds, self._phase
        start = now - seconds if phase is None else now - (now - phase) % seconds
        while stamps and (stamps[0] <= start if phase is None else stamps[0] < start):
            stamps.popleft()
        if len(stamps) < self._most:
            return 0.0
        if self._most == 0:
            return seconds
        return (stamps[len(stamps) - self._most] if phase is None else start) + seconds - now

    def count(self, now: float) -> None:
        self._stamps.append(now)


class _Bucket:
    """Tokens that come at a rate per second, up to so many. A request takes one."""

    def __init__(self, rate: float, most: int, never: float) -> None:
        self._rate = rate
        self._most = most
        self._tokens = float(most)
        self._at = 0.0
        self._never = never
        """Seconds to wait if no token ever comes."""

    def wait(self, now: float) -> float:
        self._refill(now)
        if self._most == 0:
            return self._never
        wait = (1 - self._tokens) / self._rate
        return wait if wait > _ROUNDING else 0.0

    def count(self, now: float) -> None:
        # A request that is refused and counts takes what is left of a token, so that hammering never gets through.
        self._refill(now)
        self._tokens = max(0.0, self._tokens - 1)

    def _refill(self, now: float) -> None:
        self._tokens = min(self._most, self._tokens + max(0.0, now - self._at) * self._rate)
        self._at = max(now, self._at)
