"""Permits in the hands of a caller, and a pool as people see it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from whautomate_core.state.pace import Learned, Pace

_WHY = {
    "refused": "Whautomate refused requests that came close together",
    "gateway": "the doctor found AWS API Gateway",
}


@dataclass
class Grant:
    """Permits to send so many requests now, or one by one if it is paced."""

    permits: int
    at: float
    """The stamp of the request that leaves or has left last, by the pool's clock."""
    since: float
    """A moment just before that stamp, by this process' steady clock."""
    waited: float
    """Seconds."""
    pace: Pace | None = None
    """The pace that the permits keep to."""
    later: list[float] = field(default_factory=list)
    """The stamps of requests that leave after it, one by one: windows count them already, the pace does not."""
    has_left: bool = False
    """Whether one of its requests has left."""
    in_turn: bool = False
    """Whether the request has yet to get its turn at the pace."""

    def leave(self) -> bool:
        """Go on to the next request, which is about to leave. Returns whether it gets its turn only now."""
        if self.has_left and self.later:
            self.since += self.later[0] - self.at
            self.at, self.in_turn = self.later.pop(0), True
        self.has_left = True
        return self.in_turn


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
        """Like `Paced since 2026-03-01 19:20 UTC: one request every 0.20 s, because ...`, and how to undo it."""
        words = f"one request every {self.seconds:.2f} s"
        if self.together > 1:
            words += f", at most {self.together} at once"
        if self.learned is None:
            return f"Paced: {words}, because burst is set (part of it is kept for requests that arrive late)."
        since = datetime.fromtimestamp(self.learned.since, UTC).strftime("%Y-%m-%d %H:%M UTC")
        return f"Paced since {since}: {words}, because {_WHY[self.learned.why]}. Undo: `whautomate doctor --forget`."


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
