"""The arithmetic of the pool: which permits may go, and when. Values in, values out.

An exact sliding log. Permit k may go when permit k-N is older than the window and its margin, for every window: that
keeps any sliding window, so any fixed window of any phase, within N. If the server may have a token bucket, permits
also keep to a pace (`pace`).
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from whautomate_core.state.pace import Pace, Pacing, pacing_of
from whautomate_core.values.limits import Limits, head_room, lowest

Lane = Literal["interactive", "bulk"]
Refusal = Literal["rate", "quota", "busy"]
"""Why a server asks for a pause: 429, 429 because the day's requests are used up, or something other than limits."""
Window = tuple[int, float]
"""Permits, and the seconds they are for."""

DECLARED_FOR = 600.0
"""Seconds for which a declared limit holds, and for which a 429 squeezes the pool."""


class PoolRow(NamedTuple):
    """The row of an account, as `schema.pools` explains it."""

    seq: int
    last_at: float
    paused_until: float
    strikes: int
    squeezed_to: int | None
    squeezed_until: float
    counted: str
    declared: str
    asked_by: str
    due: float
    pacing: str
    spent_until: float


@dataclass(frozen=True)
class Denial:
    """Why there is no permit yet."""

    wait: float
    """Seconds until there may be one."""
    window: float | None
    """Seconds of the window that is used up; None if the pool is paused, or its clock was set back."""
    reason: str


def windows_in_force(own: Limits, pool: PoolRow, now: float) -> list[Window]:
    """The limits that hold now: the lowest of a caller's own and all that were declared lately. Shortest first."""
    said = [limits for limits, at in _declared(pool.declared) if at > now - DECLARED_FOR]
    return list(_lowest(own, *said).windows)


@functools.lru_cache(maxsize=100)
def _declared(text: str) -> tuple[tuple[Limits, float], ...]:
    # It changes about once a minute and is read for each permit.
    return tuple((Limits(json.loads(one)), at) for one, at in json.loads(text).items())


@functools.lru_cache(maxsize=100)
def _lowest(*declared: Limits) -> Limits:
    return lowest(declared)


def declaration(limits: Limits) -> str:
    """The limits as `declared` has them."""
    return json.dumps(limits.windows)


def declare(own: Limits, pool: PoolRow, now: float) -> str:
    """What is declared, with a caller's own limits and without what is outdated."""
    said = {one: at for one, at in json.loads(pool.declared).items() if at > now - DECLARED_FOR}
    return json.dumps({**said, declaration(own): now})


def squeeze(pool: PoolRow, windows: list[Window], now: float) -> list[Window]:
    """The windows, the shortest of them as the server's 429 left it."""
    if pool.squeezed_to is None or pool.squeezed_until <= now:
        return windows
    (count, seconds), *others = windows
    return [(min(count, pool.squeezed_to), seconds), *others]


def pacing_in_force(pool: PoolRow, now: float) -> Pacing:
    """What is known now of the server's bucket."""
    return pacing_of(pool.pacing).current(now, DECLARED_FOR)


def server_counts(pool: PoolRow, now: float) -> dict[float, tuple[int, float]]:
    """Window in seconds -> number of the last permit that the server's counters leave, and until when."""
    said = json.loads(pool.counted).items()
    return {float(seconds): (last, until) for seconds, (last, until) in said if until > now}


def permits_of(window: Window, lane: Lane) -> int:
    """Permits of a window that a lane may take."""
    return window[0] - (head_room(window[0]) if lane == "bulk" else 0)


def used_up(count: int, seconds: float) -> str:
    """Why there is no permit, if a window is the reason: "all 100 requests a day are used up"."""
    a = {60.0: "a minute", 3_600.0: "an hour", 86_400.0: "a day"}.get(seconds)
    return f"all {count} requests {a} are used up" if a else f"{count} per {seconds:g} s are used up"


def denial(
    pool: PoolRow,
    windows: list[Window],
    permits: int,
    lane: Lane,
    now: float,
    margin: Callable[[float], float],
    stamps: Callable[[list[int]], Mapping[int, float]],
    pace: Pace | None = None,
) -> Denial | None:
    """Why so many permits can't be granted together now; None if they can.

    Args:
        margin: Window in seconds -> seconds to add to it.
        stamps: Numbers of permits -> the stamps of those that are in the log.
    """
    # If the clock was set back, wait: once it is right again, a stamp made now would seem older than it is.
    due, window = max(pool.paused_until, pool.last_at), None
    reason = "the server said 429 (or the database's clock was set back)"
    if pool.spent_until >= due:
        reason = "Whautomate says the day's requests are used up"
    # Which of the permits leave when: together, or one by one.
    gap = pace.spaced(permits) if pace is not None else 0.0
    leaving = [(i, i * gap) for i in range(permits)] if gap else [(permits - 1, 0.0)]
    # For each window and permit the earlier permit that has to be older than the window.
    before = {
        (window, later): pool.seq + 1 + i - permits_of(window, lane) for window in windows for i, later in leaving
    }
    known = stamps(list(before.values()))
    for ((count, seconds), later), number in before.items():
        free = known[number] + seconds + margin(seconds) - later if number in known else 0.0
        if free > max(due, now):
            due, window, reason = free, seconds, used_up(count, seconds)
    if pace is not None and (free := pace.free_at(pool.due, permits, bulk=lane == "bulk")) > max(due, now):
        reason = f"the server said 429; then one request every {pace.interval:.2g} s"
        if pool.paused_until <= now:
            reason = f"requests are spaced {pace.interval:.2g} s apart"
        due, window = free, windows[0][1]
    for seconds, (last, until) in server_counts(pool, now).items():
        if pool.seq + permits > last and until > max(due, now):
            due, window, reason = until, seconds, f"the server counts more in {seconds:g} s than was sent from here"
    return Denial(due - now, window, reason) if due > now else None
