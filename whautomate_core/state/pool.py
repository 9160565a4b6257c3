"""The pool of requests of an account: who may send and when, in any task, process or machine.

`rule` has the arithmetic and `permits` the transactions. All windows and the pause are looked at in one transaction,
nothing is reserved ahead, and all stamps come from one clock. Here callers wait in line.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, TypeVar

from whautomate_core.errors import QuotaExhausted
from whautomate_core.state.counters import Counters
from whautomate_core.state.database import Database
from whautomate_core.state.forks import belongs_to_process
from whautomate_core.state.grants import Grant, Usage
from whautomate_core.state.permits import SHORTEST_PAUSE, Caller, Permits, grant_at_once
from whautomate_core.state.queue import Queue
from whautomate_core.state.rule import DECLARED_FOR, Denial, Lane, Refusal
from whautomate_core.values.limits import Limits, margin
from whautomate_core.values.progress import WaitLines

__all__ = [
    "LONGEST_SLEEP",
    "SHORTEST_PAUSE",
    "Denial",
    "Grant",
    "Lane",
    "Pool",
    "Refusal",
    "SharedPool",
    "Usage",
    "usages",
]

T = TypeVar("T")

LONGEST_SLEEP = 60.0
"""Seconds after which a waiting caller asks again even if no permit is due: clocks, limits and pauses change."""


class Pool(Protocol):
    """Where a client gets its permits."""

    def acquire(self, permits: int = 1, *, lane: Lane = "interactive", max_wait: float | None = None) -> Grant: ...

    async def aacquire(
        self, permits: int = 1, *, lane: Lane = "interactive", max_wait: float | None = None
    ) -> Grant: ...

    def departed(self, grant: Grant) -> None: ...

    async def adeparted(self, grant: Grant) -> None: ...

    def pause(self, seconds: float | None = None, grant: Grant | None = None, why: Refusal = "rate") -> None: ...

    async def apause(self, seconds: float | None = None, grant: Grant | None = None, why: Refusal = "rate") -> None: ...

    def counted(
        self, remaining: int, reset_after: float | None, limit: int | None, grant: Grant | None = None
    ) -> None: ...

    async def acounted(
        self, remaining: int, reset_after: float | None, limit: int | None, grant: Grant | None = None
    ) -> None: ...


class SharedPool:
    """The pool of an account in a state database; safe to use from threads and coroutines alike.

    Args:
        account: The account's id.
        limits: What this caller believes the account may send. If callers differ, the lowest limits declared in the
            last ten minutes apply.
        declares: Whether the limits apply to other callers too. They don't if they are only assumed.
        margin: Window in seconds -> seconds to add to it.
        sleep: Waits for so many seconds. For tests.
    """

    def __init__(
        self,
        database: Database,
        account: str,
        limits: Limits,
        *,
        declares: bool = True,
        margin: Callable[[float], float] = margin,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._database = database
        self._account = account
        self.shown = f"account {account}"
        """What lines call it."""
        self._limits = limits
        self._margin = margin
        self._sleep = sleep
        self._declares = declares
        self._declared = float("-inf")
        self.begin_anew()
        belongs_to_process(self)
        self._in_transaction(Permits.ensure_row)

    def begin_anew(self) -> None:
        """Start with empty queues, and with threads and random numbers of its own: so does each child of a fork."""
        self._queues: dict[str, Queue] = {"interactive": Queue(), "bulk": Queue()}
        self._executor: ThreadPoolExecutor | None = None
        self._lock = threading.Lock()
        self._say_wait = WaitLines()
        self._jitter = random.Random()  # noqa: S311
        me = f"{socket.gethostname()}:{os.getpid()}"
        self._caller = Caller(self._account, self._limits, self._margin, self._database.steady, me)

    # --- what callers use

    def acquire(self, permits: int = 1, *, lane: Lane = "interactive", max_wait: float | None = None) -> Grant:
        """Wait for `permits`, granted together. Use them at once.

        Sleeps at most `max_wait` seconds (None: as long as it takes), else raises `QuotaExhausted` with the time of
        the next permit as soon as that is clear. `bulk` leaves some of each window to `interactive`.
        """
        started, queue = self._database.steady(), self._queues[lane]
        deadline = None if max_wait is None else started + max_wait
        ticket = queue.enter(deadline)
        try:
            ticket.result()
        except BaseException:
            queue.give_up(ticket)  # a signal's exception, such as a task's time limit
            raise
        try:
            while isinstance(outcome := self._attempt(permits, lane, started), Denial):
                self._sleep(self._until_next(outcome, started, deadline, queue))
                queue.awake()
            return outcome
        finally:
            queue.leave()

    async def aacquire(self, permits: int = 1, *, lane: Lane = "interactive", max_wait: float | None = None) -> Grant:
        """`acquire` without blocking the event loop: a thread asks the store."""
        started, queue = self._database.steady(), self._queues[lane]
        deadline = None if max_wait is None else started + max_wait
        ticket = queue.enter(deadline)
        try:
            await asyncio.wrap_future(ticket)
        except BaseException:
            queue.give_up(ticket)
            raise
        try:
            while isinstance(outcome := await self._in_thread(lambda: self._attempt(permits, lane, started)), Denial):
                await asyncio.sleep(self._until_next(outcome, started, deadline, queue))
                queue.awake()
            return outcome
        finally:
            queue.leave()

    def departed(self, grant: Grant) -> None:
        """Say that a request of a grant leaves now.

        If that is later than its stamp by more than a part of the margin (a slow connect), the stamp is moved forward,
        because the server counts from the request's arrival. At a pace, each request after the first waits for its
        turn. Call it once for each request of the grant; for a tunnel, only for the request that goes through it.
        """
        if grant.leave():
            self._move(grant)
            if (wait := grant.since - self._database.steady()) > 0:
                self._sleep(wait)
        if self._is_late(grant):
            self._move(grant)

    async def adeparted(self, grant: Grant) -> None:
        """`departed` without blocking the event loop."""
        if grant.leave():
            await self._in_thread(lambda: self._move(grant))
            if (wait := grant.since - self._database.steady()) > 0:
                await asyncio.sleep(wait)
        if self._is_late(grant):
            await self._in_thread(lambda: self._move(grant))

    def _is_late(self, grant: Grant) -> bool:
        slack = grant.pace.slack if grant.pace else self._margin(self._limits.windows[0][1])
        return self._database.steady() - grant.since > slack / 2

    def _move(self, grant: Grant) -> None:
        grant.at, grant.since = self._in_transaction(lambda permits: permits.move(grant))
        grant.in_turn = False

    def pause(self, seconds: float | None = None, grant: Grant | None = None, why: Refusal = "rate") -> None:
        """Grant nothing to anybody for so many seconds: the server answered 429 to a request of `grant`.

        Without `seconds` each pause in a row is longer, with jitter. A server that refuses what the limits allow may
        have a token bucket: if the requests came close together, the pool keeps to a pace from then on. Otherwise the
        server is stricter than the limits: for ten minutes the shortest window is taken as what it did accept, less a
        tenth. A request from before the latest pause says nothing new, however late its answer comes; only a longer
        wait that the server asks for counts.

        Args:
            why: If the day's requests are used up, pauses grow from one minute to 15, and the limits and the pace stay
                as they are. What is not a 429 teaches no pace.
        """
        self._in_transaction(lambda permits: permits.pause(seconds, grant, self._jitter, why))

    async def apause(self, seconds: float | None = None, grant: Grant | None = None, why: Refusal = "rate") -> None:
        """`pause` without blocking the event loop."""
        await self._in_thread(lambda: self.pause(seconds, grant, why))

    def counted(self, remaining: int, reset_after: float | None, limit: int | None, grant: Grant | None = None) -> None:
        """Say what the server counts. It is believed if it leaves fewer than the pool does: others may use the account.

        If it leaves as many or more, nothing is written: what the pool believes is never raised.

        Args:
            remaining: Requests left, according to the answer to a request of `grant`.
            reset_after: Seconds until there are more; None for the length of the window.
            limit: The number of requests it counts from. It names one of the pool's windows if it equals that window's
                limit; otherwise the shortest window is meant.
        """
        said = Counters(remaining, reset_after, limit)
        self._in_transaction(lambda permits: permits.count(said, grant))

    async def acounted(
        self, remaining: int, reset_after: float | None, limit: int | None, grant: Grant | None = None
    ) -> None:
        """`counted` without blocking the event loop."""
        await self._in_thread(lambda: self.counted(remaining, reset_after, limit, grant))

    def remaining(self) -> list[int]:
        """Permits left in each window, shortest first."""
        return [left for left, _, _ in self.usage().remaining]

    def next_permit_at(self) -> float:
        """When the next permit is due, in seconds since the epoch (UTC)."""
        return time.time() + self.usage().next_permit_in

    def usage(self, permits: int = 1) -> Usage:
        """The pool as it stands; `next_permit_in` is for so many permits together."""
        return self._in_transaction(lambda held: held.usage(permits))

    # --- waiting

    def _until_next(self, denial: Denial, started: float, deadline: float | None, queue: Queue) -> float:
        """Seconds to sleep. Raises if that would be beyond the deadline."""
        until = self._database.steady() + denial.wait
        due = time.time() + denial.wait

        def exhausted() -> QuotaExhausted:
            return QuotaExhausted(
                f"{denial.reason}; the next permit is due in {max(1, due - time.time()):,.0f} s",
                next_permit_at=due,
                window=denial.window,
                why=denial.reason,
            )

        if deadline is not None and until > deadline:
            raise exhausted()
        queue.asleep(until, exhausted)
        if denial.wait >= 1:
            self._say_wait(due, self.shown, denial.reason)
        return self._nap(denial, started)

    def _nap(self, denial: Denial, started: float) -> float:
        """Seconds to sleep after a denial.

        Callers of all processes wake for the same permit; slightly apart, they don't all meet at the store. The longer
        one has waited, the sooner it wakes, so that it is first.
        """
        apart = min(0.05, denial.wait / 10) / (1.0 + self._database.steady() - started)
        return min(denial.wait + self._jitter.uniform(apart / 2, apart), LONGEST_SLEEP)

    async def _in_thread(self, work: Callable[[], T]) -> T:
        with self._lock:
            if self._executor is None:
                self._executor = ThreadPoolExecutor(2, thread_name_prefix="whautomate-pool")
        asked = self._executor.submit(work)
        try:
            return await asyncio.wrap_future(asked)
        except asyncio.CancelledError:
            asked.cancel()
            raise

    # --- transactions

    def _attempt(self, permits: int, lane: Lane, started: float) -> Grant | Denial:
        declares = self._declares and self._database.steady() - self._declared >= DECLARED_FOR / 10
        outcome: Grant | Denial | None = None
        if not self._database.is_sqlite and self._limits.burst is None:
            outcome = grant_at_once(self._database, self._caller, permits, lane, started, declares=declares)
        if outcome is None:
            outcome = self._in_transaction(lambda pool: pool.take(permits, lane, started, declares=declares))
        if declares:
            self._declared = self._database.steady()
        return outcome

    def _in_transaction(self, work: Callable[[Permits], T]) -> T:
        return self._database.run_sql(lambda transaction: work(Permits(transaction, self._caller)))


def usages(database: Database) -> list[Usage]:
    """Every account's pool as it stands, by the limits that were declared last."""
    found = database.run_sql(
        lambda transaction: transaction.execute("SELECT account, declared FROM whautomate_pool", ())
    )
    return [
        SharedPool(database, account, _declared_limits(declared)).usage()
        for account, declared in sorted(map(tuple, found))
    ]


def _declared_limits(declared: str) -> Limits:
    said = json.loads(declared)
    return Limits(json.loads(max(said, key=said.__getitem__))) if said else Limits.trial()
