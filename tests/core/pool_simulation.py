"""Callers of a pool and a server that refuses, by a clock that only the simulation moves."""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from whautomate_core.state.database import Database
from whautomate_core.state.pool import Denial, Lane, SharedPool
from whautomate_core.values.limits import Limits


class Clock(Database):
    """A database whose time stands still until the test moves it."""

    time = 1_000_000.0
    step = 0.0
    """Seconds that the shared clock is off: set it to step the clock."""

    def now(self, connection: Any) -> float:
        return self.time + self.step

    def told(self) -> float:
        return self.time + self.step

    def steady(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        assert 0 < seconds <= 60.1
        self.time += seconds


class Server(Protocol):
    def ask(self, now: float) -> object:
        """Count a request. Returns None if it passes."""


@dataclass
class Seen:
    """What the server saw of the pool's requests."""

    passed: list[float] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)
    waits: dict[int, list[float]] = field(default_factory=dict)
    """Caller -> seconds that it waited for each permit."""


@dataclass(frozen=True)
class Crowd:
    """Callers that send as fast as they may."""

    callers: int = 1
    permits: int = 1
    """That each takes together."""
    lane: Lane = "interactive"
    rest: float = 0.0
    """Seconds between its requests."""
    burst: int | None = None
    late: tuple[float, float] = (0.0, 0.005)
    """Seconds that a caller wakes late, from to."""
    way: tuple[float, float] = (0.001, 0.02)
    """Seconds from permit to server, from to."""
    back: tuple[float, float] = (0.01, 0.05)


def simulate(
    clock: Clock,
    account: str,
    limits: Limits,
    server: Server,
    seconds: float,
    *crowds: Crowd,
    others: float | None = None,
    seed: int = 1,
) -> Seen:
    """Let callers, each a process of its own, send for so many seconds.

    Args:
        others: Seconds between the requests of somebody else on the account.
    """
    chance, seen, end = random.Random(seed), Seen(), clock.time + seconds
    numbers = itertools.count()
    events: list[tuple[float, int, Iterator[float]]] = []

    def caller(who: int, crowd: Crowd) -> Iterator[float]:
        # Each yields the seconds until it goes on.
        naps: list[float] = []
        pool = SharedPool(clock, account, Limits(limits.windows, crowd.burst), sleep=naps.append)
        pool._jitter = random.Random(chance.random())
        waits = seen.waits.setdefault(who, [])
        while True:
            started = clock.time
            while isinstance(outcome := pool._attempt(crowd.permits, crowd.lane, started), Denial):
                yield pool._nap(outcome, started) + uniform(crowd.late)
            waits.append(clock.time - started)
            for _ in range(crowd.permits):
                pool.departed(outcome)
                if naps:
                    yield naps.pop() + uniform(crowd.late)
                yield uniform(crowd.way)
                refused = server.ask(clock.time) is not None
                (seen.refused if refused else seen.passed).append(clock.time)
                yield uniform(crowd.back)
                if refused:
                    pool.pause(None, outcome)
                    break
            if crowd.rest:
                yield crowd.rest

    def somebody_else() -> Iterator[float]:
        while True:
            server.ask(clock.time)
            yield others or 0.0

    def uniform(span: tuple[float, float]) -> float:
        return chance.uniform(*span)

    callers: list[Iterator[float]] = []
    for crowd in crowds:
        callers += [caller(len(callers) + i, crowd) for i in range(crowd.callers)]
    for one in [*callers, *([somebody_else()] if others else [])]:
        heapq.heappush(events, (clock.time, next(numbers), one))
    while events[0][0] < end:
        at, _, one = heapq.heappop(events)
        clock.time = max(clock.time, at)
        heapq.heappush(events, (clock.time + next(one), next(numbers), one))
    return seen


def utilisation(seen: Seen, limits: Limits, since: float, margin: Callable[[float], float]) -> float:
    """The share that passed since a moment of what limit and margin leave."""
    count, seconds = limits.windows[0]
    passed = [at for at in seen.passed if at >= since]
    return (len(passed) - 1) / (passed[-1] - passed[0]) * (seconds + margin(seconds)) / count
