"""How many requests an account may send."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from whautomate_core.errors import ConfigurationError


@dataclass(frozen=True)
class Limits:
    """Permits per window: `Limits([(300, 60.0), (432_000, 86_400.0)])` is 300 a minute and 432,000 a day."""

    windows: tuple[tuple[int, float], ...]
    burst: int | None
    """How many requests the server takes at once, if the shortest window is the rate of a token bucket. None: not
    known."""

    def __init__(self, windows: Iterable[tuple[int, float]], burst: int | None = None) -> None:
        windows = tuple(sorted(((int(n), float(seconds)) for n, seconds in windows), key=lambda w: w[1]))
        if not windows or any(n < 1 or seconds <= 0 for n, seconds in windows):
            raise ConfigurationError("limits need at least one window of at least one permit and some seconds")
        object.__setattr__(self, "windows", windows)
        object.__setattr__(self, "burst", burst)

    @classmethod
    def trial(cls) -> Limits:
        """60 a minute and 100 a day (the vendor's overview, evidence A)."""
        return cls([(60, 60.0), (100, 86_400.0)])

    @classmethod
    def subscribed(cls) -> Limits:
        """300 a minute and 432,000 a day (the vendor's overview, evidence A)."""
        return cls([(300, 60.0), (432_000, 86_400.0)])


def margin(seconds: float) -> float:
    """Seconds to add to a window of so many, for the way from permit to arrival: 1 s for a minute, 60 s for a day."""
    return min(60.0, seconds / 60.0)


def head_room(permits: int) -> int:
    """Permits of a window that bulk callers leave for interactive ones: 5 %, or none if there are few (trial)."""
    return permits // 20 if permits >= 200 else 0


def lowest(declared: Iterable[Limits]) -> Limits:
    """For each window, the lowest limit that anybody declares."""
    windows: dict[float, int] = {}
    for limits in declared:
        for permits, seconds in limits.windows:
            windows[seconds] = min(permits, windows.get(seconds, permits))
    return Limits([(permits, seconds) for seconds, permits in windows.items()])
