"""An even pace: what a token bucket of the limit's rate never refuses, however little it holds. Values in, values out.

A gateway may take a limit of 300 a minute as 5 a second and a bucket of so many tokens (inferred, D). Then 300 requests
at once are refused, although the minute allows them. A paced pool sends by the generic cell rate algorithm (GCRA): each
permit is due one interval after the one before, and may go somewhat earlier. How much earlier is what the bucket holds,
less some slack for the way from permit to arrival.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from whautomate_core.values.limits import head_room

LEARNED_FOR = 30 * 86_400.0
"""Seconds for which a pool keeps to a pace that it has learned, as long as a profile holds."""

LOWERED_FOR = 86_400.0
"""Seconds until a burst is tried again that was refused."""

LONGEST_GAP = 5.0
"""Most seconds for which a request of a grant waits for its turn: a connection is open meanwhile."""


@dataclass(frozen=True)
class Pace:
    """How fast permits may follow each other."""

    burst: int
    """What the server's bucket is taken to hold."""
    interval: float
    """Seconds from one request to the next on average."""
    slack: float
    """Seconds that a request may take from its permit to the server without counting as late."""
    lanes: bool
    """Whether bulk callers leave the next permit to an interactive one that waits."""

    @property
    def early(self) -> float:
        """Seconds by which a permit may go before it is due; below 0, how long after that it has to wait."""
        return (self.burst - 1) * self.interval - self.slack

    @property
    def together(self) -> int:
        """How many permits may go at once."""
        return 1 + max(0, int(self.early / self.interval + 1e-9))

    def free_at(self, due: float, permits: int, *, bulk: bool) -> float:
        """When permits may be granted together; if they are more than may go at once, they leave one by one."""
        early = self.early / 2 if bulk and self.lanes and self.early > 0 else self.early
        return due + (min(permits, self.together) - 1) * self.interval - early

    def spaced(self, permits: int) -> float:
        """Seconds between the requests of permits that are granted together; 0 if they may go at once."""
        return min(self.interval - min(0.0, self.early), LONGEST_GAP) if permits > self.together else 0.0

    def next_due(self, due: float, at: float, permits: int = 1) -> float:
        """When the next permit is due after so many that leave at that time."""
        return max(due, at) + permits * self.interval

    def due_if_empty(self, at: float) -> float:
        """When the next permit is due if the bucket was empty at a moment."""
        return at + self.interval + self.early


def pace_of(window: tuple[int, float], burst: int | None, margin: Callable[[float], float]) -> Pace:
    """The pace of a window: its requests evenly over its seconds and margin.

    Args:
        burst: What the server's bucket holds; None if nobody knows.
        margin: Window in seconds -> seconds to add to it.
    """
    count, seconds = window
    interval = (seconds + margin(seconds)) / count
    burst = min(cautious(window) if burst is None else burst, count)
    # Half of what the bucket holds beyond one request, or a quarter of an interval if it holds one.
    slack = min(max((burst - 1) / 2, 0.25) * interval, margin(seconds) / 2)
    return Pace(burst, interval, slack, lanes=head_room(count) > 0)


def cautious(window: tuple[int, float]) -> int:
    """The burst that is assumed if nobody knows it: two, because processes wake some milliseconds late, or what the
    limit allows in a quarter of a second."""
    count, seconds = window
    return max(2, int(count / seconds / 4))


def is_fast(window: tuple[int, float], stamps: Sequence[float]) -> bool:
    """Whether the latest of these permits followed the others faster than the limit's average rate. Latest first."""
    count, seconds = window
    return any(stamps[0] - at < i * seconds / count for i, at in enumerate(stamps) if i)


# --- what a pool knows of it: the JSON in `pacing`


class Learned(NamedTuple):
    """What a pool has learned of its server's bucket."""

    why: Literal["refused", "gateway"]
    """The server refused what the limits allow; or the doctor saw a gateway that has a bucket."""
    burst: int | None
    """What the bucket is taken to hold, for a day; None for `cautious`."""
    since: float
    until: float
    settled: bool = False
    """Whether a lower burst was tried and refused too, so that it was not the bucket. This, too, holds for a day."""


class Pacing(NamedTuple):
    """What is known of an account's bucket."""

    learned: Learned | None = None
    declared: tuple[tuple[int, float], ...] = ()
    """Bursts that callers have set, and when they said so."""

    def text(self) -> str:
        """As the column `pacing` holds it."""
        said: dict[str, Any] = {"learned": self.learned} if self.learned else {}
        return json.dumps({**said, "declared": self.declared} if self.declared else said)

    def current(self, now: float, declared_for: float) -> Pacing:
        """Without what no longer holds."""
        learned = self.learned if self.learned and self.learned.until > now else None
        if learned and now > learned.until - LEARNED_FOR + LOWERED_FOR:
            learned = learned._replace(burst=None, settled=False)
        return Pacing(learned, tuple((burst, at) for burst, at in self.declared if at > now - declared_for))

    def declare(self, burst: int, now: float) -> Pacing:
        """With a burst that a caller has set."""
        return self._replace(declared=(*((one, at) for one, at in self.declared if one != burst), (burst, now)))

    def learn(
        self, why: Literal["refused", "gateway"], burst: int | None, now: float, *, settled: bool = False
    ) -> Pacing:
        """With a burst that was learned now. `since` stays that of the first time."""
        since = self.learned.since if self.learned else now
        return self._replace(learned=Learned(why, burst, since, now + LEARNED_FOR, settled))

    def guess(self, seen_at: float) -> Pacing:
        """With what a gateway that has buckets suggests. What refusals have taught holds as it is."""
        if self.learned is not None and self.learned.why == "refused" and self.learned.until > seen_at:
            return self
        return self.learn("gateway", None, seen_at)

    def pace(self, own: int | None, window: tuple[int, float], margin: Callable[[float], float]) -> Pace | None:
        """The pace in force; None if nothing says that there is a bucket.

        Args:
            own: The burst that the caller has set.
        """
        said = [burst for burst, _ in self.declared] + ([] if own is None else [own])
        if self.learned is None or (self.learned.why == "gateway" and said):  # a setting knows better than a guess
            return pace_of(window, min(said), margin) if said else None
        learned = cautious(window) if self.learned.burst is None else self.learned.burst
        return pace_of(window, min([learned, *said]), margin)


@functools.lru_cache(maxsize=100)
def pacing_of(text: str) -> Pacing:
    """What the column `pacing` holds."""
    if text == "{}":
        return Pacing()
    said = json.loads(text)
    learned = Learned(*said["learned"]) if "learned" in said else None
    return Pacing(learned, tuple((burst, at) for burst, at in said.get("declared", ())))
