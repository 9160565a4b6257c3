"""Permits in the hands of a caller, and a pool as people see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from whautomate_core.state.pace import Learned, Pace

_WHY = {
    "refused": "Whautomate refused requests that came close together",
    "gateway": "the doctor saw a gateway that may refuse requests that come close together",
}


@dataclass
class Grant:
    """Permits to send so many requests now. `departed` moves its stamp."""

    permits: int
    at: float
    """The stamp, by the pool's clock."""
    since: float
    """A moment just before the stamp, by this process' steady clock."""
    waited: float
    """Seconds."""
    pace: Pace | None = None
    """The pace that the permits keep to."""
    departed: int = 0
    """How many of its requests have left."""
    latest: float = 0.0
    """When the latest of them left, by this process' steady clock."""

    @property
    def spaced(self) -> float:
        """Seconds between its requests; 0 if they may leave together."""
        return self.pace.spaced(self.permits) if self.pace is not None else 0.0

    def gap(self, steady: float) -> float:
        """Seconds to wait before its next request leaves."""
        return max(0.0, self.latest + self.spaced - steady) if self.departed and self.spaced else 0.0

    def leave(self, steady: float) -> None:
        """Note that a request leaves. The stamp is then that of the next one."""
        self.departed, self.latest = self.departed + 1, steady
        if self.spaced and self.departed < self.permits:
            self.at, self.since = self.at + self.spaced, self.since + self.spaced


@dataclass(frozen=True)
class Paced:
    """A pool that keeps to a pace, for people."""

    seconds: float
    """From one request to the next on average."""
    together: int
    """Requests that may go at once."""
    learned: Learned | None
    """None if callers have set it."""

    def in_words(self) -> str:
        """Like `one request every 0.20 s on average, since 2026-03-01 19:20 UTC, because ...`."""
        words = f"one request every {self.seconds:.2f} s on average"
        if self.together > 1:
            words += f" and at most {self.together} at once"
        if self.learned is None:
            return f"{words}, because burst is set"
        since = datetime.fromtimestamp(self.learned.since, UTC).strftime("%Y-%m-%d %H:%M UTC")
        return f"{words}, since {since}, because {_WHY[self.learned.why]} (`whautomate doctor --forget` forgets that)"


@dataclass(frozen=True)
class Usage:
    """A pool as it stands, for people."""

    account: str
    remaining: list[tuple[int, int, float]]
    """For each window: permits left, of how many, in how many seconds."""
    paused_for: float
    next_permit_in: float
    asked_by: str
    paced: Paced | None = None
    is_spent: bool = False
    """Whether the pause is because the server says that the day's requests are used up."""
