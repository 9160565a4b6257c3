"""The pool of requests of an account: who may send when, in whatever task, process or machine.

An exact sliding log. Permit k may go when permit k-N is older than the window and its margin, for every window: that
keeps any sliding window, so any fixed window of any phase, within N. All windows and the pause are looked at in one
transaction, nothing is reserved ahead, and the stamps come from one clock.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import math
import os
import random
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeVar

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.engine import Connection, Row
from sqlalchemy.exc import IntegrityError

from whautomate_core.errors import ConfigurationError, QuotaExhausted
from whautomate_core.state.counters import Counters
from whautomate_core.state.database import Database
from whautomate_core.state.forks import belongs_to_process
from whautomate_core.state.queue import Turns
from whautomate_core.state.schema import permits as log_entries
from whautomate_core.state.schema import pools
from whautomate_core.values.limits import Limits, head_room, lowest, margin
from whautomate_core.values.progress import waits

log = logging.getLogger(__name__)

T = TypeVar("T")
Lane = Literal["interactive", "bulk"]

DECLARED_FOR = 600.0
"""Seconds for which a declared limit holds, and for which a 429 squeezes the pool."""
LONGEST_PAUSE = 900.0
SHORTEST_PAUSE = 1.0
LONGEST_SLEEP = 60.0
"""Seconds after which a waiting caller asks again, though no permit is due: clocks, limits and pauses change."""


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


@dataclass(frozen=True)
class Denial:
    """Why there is no permit yet."""

    wait: float
    """Seconds until there may be one."""
    window: float | None
    """Seconds of the window that is used up; None where the pool is paused, or its clock was set back."""
    reason: str


@dataclass(frozen=True)
class Usage:
    """A pool as it stands, for people."""

    account: str
    remaining: list[tuple[int, int, float]]
    """For each window: permits left, of how many, in how many seconds."""
    paused_for: float
    next_permit_in: float
    asked_by: str


class Pool(Protocol):
    """Where a client gets its permits."""

    def acquire(self, permits: int = 1, *, lane: Lane = "interactive", max_wait: float | None = None) -> Grant: ...

    async def aacquire(
        self, permits: int = 1, *, lane: Lane = "interactive", max_wait: float | None = None
    ) -> Grant: ...

    def departed(self, grant: Grant) -> None: ...

    async def adeparted(self, grant: Grant) -> None: ...

    def pause(self, seconds: float | None = None, grant: Grant | None = None) -> None: ...

    async def apause(self, seconds: float | None = None, grant: Grant | None = None) -> None: ...

    def counted(
        self, remaining: int, reset_after: float | None, limit: int | None, grant: Grant | None = None
    ) -> None: ...

    async def acounted(
        self, remaining: int, reset_after: float | None, limit: int | None, grant: Grant | None = None
    ) -> None: ...


class SharedPool:
    """The pool of an account in a state database; safe to use from threads and coroutines alike.

    Args:
        account: Whose pool.
        limits: What this caller believes the account may send. Where callers differ, the lowest that was declared
            in the last ten minutes holds.
        declares: Whether the limits hold for others too; not where they are only assumed.
        margin: Window in seconds -> seconds to add to it.
        sleep: What waits, for tests.
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
        self._limits = limits
        self._margin = margin
        self._sleep = sleep
        self._declares = declares
        self._declared = float("-inf")
        self.begin_anew()
        belongs_to_process(self)
        self._database.run(self._ensure_row)

    def begin_anew(self) -> None:
        """Start with nobody in line, and threads and chance of one's own: so does each child that is forked."""
        self._turns: dict[str, Turns] = {"interactive": Turns(), "bulk": Turns()}
        self._executor: ThreadPoolExecutor | None = None
        self._lock = threading.Lock()
        self._jitter = random.Random()  # noqa: S311
        self._me = f"{socket.gethostname()}:{os.getpid()}"

    # --- what callers use

    def acquire(self, permits: int = 1, *, lane: Lane = "interactive", max_wait: float | None = None) -> Grant:
        """Wait for `permits`, granted together. A permit is used at once.

        Sleeps at most `max_wait` seconds (None: as long as it takes), else raises `QuotaExhausted` with the time of
        the next permit as soon as that is clear. `bulk` leaves some of each window to `interactive`.
        """
        started, turns = self._database.steady(), self._turns[lane]
        deadline = None if max_wait is None else started + max_wait
        ticket = turns.enter(deadline)
        try:
            ticket.result()
        except BaseException:
            turns.give_up(ticket)  # a signal's exception, such as a task's time limit
            raise
        try:
            while isinstance(outcome := self._attempt(permits, lane, started), Denial):
                self._sleep(self._until_next(outcome, deadline, turns, started))
                turns.awake()
            return outcome
        finally:
            turns.leave()

    async def aacquire(self, permits: int = 1, *, lane: Lane = "interactive", max_wait: float | None = None) -> Grant:
        """`acquire` without blocking the event loop: the store is asked in a thread."""
        started, turns = self._database.steady(), self._turns[lane]
        deadline = None if max_wait is None else started + max_wait
        ticket = turns.enter(deadline)
        try:
            await asyncio.wrap_future(ticket)
        except BaseException:
            turns.give_up(ticket)
            raise
        try:
            while isinstance(outcome := await self._in_thread(lambda: self._attempt(permits, lane, started)), Denial):
                await asyncio.sleep(self._until_next(outcome, deadline, turns, started))
                turns.awake()
            return outcome
        finally:
            turns.leave()

    def departed(self, grant: Grant) -> None:
        """Say that a request of a grant leaves now.

        Where that is later than its stamp by more than a part of the margin (a slow connect), its stamp is moved
        forward: the server counts from its arrival. It may be said again: of a tunnel, and then of what goes through.
        """
        if self._is_late(grant):
            grant.at, grant.since = self._database.run(lambda connection: self._move(connection, grant))

    async def adeparted(self, grant: Grant) -> None:
        """`departed` without blocking the event loop."""
        if self._is_late(grant):
            await self._in_thread(lambda: self.departed(grant))

    def _is_late(self, grant: Grant) -> bool:
        return self._database.steady() - grant.since > self._margin(self._limits.windows[0][1]) / 2

    def pause(self, seconds: float | None = None, grant: Grant | None = None) -> None:
        """Grant nothing for so long, to anybody: the server said 429 to a request of `grant`.

        Without `seconds` each pause in a row is longer, with jitter. A server that refuses what we may send is
        stricter than we were told: for ten minutes the shortest window is taken as what it did accept, less a tenth.
        A request of before the latest pause says nothing new, however late its answer comes: only a longer wait of
        the server's counts.
        """
        self._database.run(lambda connection: self._pause(connection, seconds, grant))

    async def apause(self, seconds: float | None = None, grant: Grant | None = None) -> None:
        """`pause` without blocking the event loop."""
        await self._in_thread(lambda: self.pause(seconds, grant))

    def counted(self, remaining: int, reset_after: float | None, limit: int | None, grant: Grant | None = None) -> None:
        """Say what the server counts. Believed where it leaves fewer than we do: others may use the account.

        Where it leaves as many or more, nothing is written, and what is believed is never raised.

        Args:
            remaining: Requests left, by the answer to a request of `grant`.
            reset_after: Seconds until there are more; the length of the window where it doesn't say.
            limit: Of how many. Where that is one of our windows, it is meant, else the shortest.
        """
        said = Counters(remaining, reset_after, limit)
        self._database.run(lambda connection: self._count(connection, said, grant))

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

    def usage(self) -> Usage:
        """The pool as it stands."""
        return self._database.run(self._usage)

    # --- waiting

    def _until_next(self, denial: Denial, deadline: float | None, turns: Turns, started: float) -> float:
        """Seconds to sleep. Raises where that would be beyond the deadline."""
        until = self._database.steady() + denial.wait
        due = time.time() + denial.wait

        def exhausted() -> QuotaExhausted:
            return QuotaExhausted(
                f"{denial.reason}; the next permit is due in {max(0, due - time.time()):.0f} s",
                next_permit_at=due,
                window=denial.window,
            )

        if deadline is not None and until > deadline:
            raise exhausted()
        turns.asleep(until, exhausted)
        if denial.wait >= 1:
            waits.info("account %s: waiting %.0f s for a permit, since %s", self._account, denial.wait, denial.reason)
        # Callers of all processes wake for the same permit; a little apart they don't all meet at the store.
        return min(denial.wait + self._jitter.uniform(0.0, min(0.05, denial.wait / 10)), LONGEST_SLEEP)

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

        def work(connection: Connection) -> Grant | Denial:
            pool = self._locked(connection)
            since = self._database.steady()
            now = self._database.now(connection)
            windows = self._windows(pool, now)
            if permits > min(_count(window, lane) for window in windows):
                most, seconds = min(windows)
                raise ConfigurationError(
                    f"{permits} requests have to go together here, and the account may send {most} in {seconds:g} s: "
                    "its limits must permit as many (plan, or requests_per_minute and requests_per_day)"
                )
            changes: dict[str, object] = {"declared": self._declare(pool, now)} if declares else {}
            denial = self._denial(connection, pool, permits, self._squeezed(pool, windows, now), lane, now)
            if denial is None:
                entries = [{"account": self._account, "seq": pool.seq + i, "at": now} for i in range(1, permits + 1)]
                connection.execute(insert(log_entries), entries)
                changes |= {"seq": pool.seq + permits, "last_at": now, "asked_by": self._me}
                if pool.seq % 1000 < permits:
                    self._prune(connection, windows, now)
            if changes:
                self._update(connection, **changes)
            return denial or Grant(permits, now, since, since - started)

        outcome = self._database.run(work)
        if declares:
            self._declared = self._database.steady()
        return outcome

    def _denial(
        self,
        connection: Connection,
        pool: Row[Any],
        permits: int,
        windows: list[tuple[int, float]],
        lane: Lane,
        now: float,
    ) -> Denial | None:
        # A clock that was set back is waited for: what was stamped meanwhile would seem old once it is right again.
        due, window = max(pool.paused_until, pool.last_at), None
        reason = "the server said 429 (or the database's clock was set back)"
        # For each window the permit that has to be older than it.
        before = [pool.seq + permits - _count(window, lane) for window in windows]
        stamps = self._stamps(connection, before)
        for (count, seconds), seq in zip(windows, before, strict=True):
            free = stamps[seq] + seconds + self._margin(seconds) if seq in stamps else 0.0
            if free > max(due, now):
                due, window, reason = free, seconds, f"{count} per {seconds:g} s are used up"
        for seconds, (last, until) in self._counted(pool, now).items():
            if pool.seq + permits > last and until > max(due, now):
                due, window, reason = until, seconds, f"the server counts more in {seconds:g} s than was sent from here"
        return Denial(due - now, window, reason) if due > now else None

    def _windows(self, pool: Row[Any], now: float) -> list[tuple[int, float]]:
        """The limits that hold now, shortest window first."""
        said = [Limits(json.loads(one)) for one, at in json.loads(pool.declared).items() if at > now - DECLARED_FOR]
        return list(lowest([self._limits, *said]).windows)

    def _squeezed(self, pool: Row[Any], windows: list[tuple[int, float]], now: float) -> list[tuple[int, float]]:
        """The same, the shortest window as the server's 429 left it."""
        if pool.squeezed_to is None or pool.squeezed_until <= now:
            return windows
        (count, seconds), *others = windows
        return [(min(count, pool.squeezed_to), seconds), *others]

    def _declare(self, pool: Row[Any], now: float) -> str:
        """What is declared, with what this caller declares, without what is outdated."""
        said = {one: at for one, at in json.loads(pool.declared).items() if at > now - DECLARED_FOR}
        return json.dumps({**said, json.dumps(self._limits.windows): now})

    def _move(self, connection: Connection, grant: Grant) -> tuple[float, float]:
        """Stamp the permits of a grant now. The stamps between move down, so none is lost. Gives stamp and moment."""
        pool = self._locked(connection)
        since = self._database.steady()
        now = max(self._database.now(connection), pool.last_at)
        rows = connection.execute(
            select(log_entries.c.seq, log_entries.c.at)
            .where(log_entries.c.account == self._account, log_entries.c.at >= grant.at)
            .order_by(log_entries.c.seq)
        ).all()
        mine = sum(row.at == grant.at for row in rows[: grant.permits])
        stamps = [*(row.at for row in rows[mine:]), *[now] * mine]
        entry = (log_entries.c.account == self._account) & (log_entries.c.seq == bindparam("number"))
        changes = [
            {"number": row.seq, "stamp": stamp} for row, stamp in zip(rows, stamps, strict=True) if row.at != stamp
        ]
        if changes:
            connection.execute(update(log_entries).where(entry).values(at=bindparam("stamp")), changes)
            self._update(connection, last_at=now)
        return now, since

    def _pause(self, connection: Connection, seconds: float | None, grant: Grant | None) -> None:
        pool = self._locked(connection)
        now = max(self._database.now(connection), pool.last_at)
        if seconds is not None:
            # At least a moment: others are on their way, and theirs is the same refusal. At most a day, whatever
            # nonsense the server says.
            seconds = min(max(seconds, SHORTEST_PAUSE), 86_400.0)
        # Nothing is granted while there is a pause, so what is older than its end left before it, and was refused for
        # what caused it.
        if pool.paused_until > now or (grant is not None and grant.at < pool.paused_until):
            if seconds is not None and now + seconds > pool.paused_until:
                self._update(connection, paused_until=now + seconds)
            return
        strikes = pool.strikes + 1 if now - pool.paused_until < DECLARED_FOR else 1
        pause = min(LONGEST_PAUSE, 2.0 ** min(strikes, 30)) * self._jitter.uniform(1.0, 1.5)
        if seconds is not None:
            pause = seconds
        count, window = self._squeezed(pool, self._windows(pool, now), now)[0]
        sent = self._sent_since(connection, pool, now - window)
        self._update(
            connection,
            paused_until=now + pause,
            strikes=strikes,
            # At most halved at a time: others may have used what is missing. Two, for calls that need a pair.
            squeezed_to=max(2, count // 2, min(count, sent) * 9 // 10),
            squeezed_until=now + pause + DECLARED_FOR,
        )
        log.warning("account %s: the server asks for a pause, nothing is sent for %.0f s", self._account, pause)

    def _count(self, connection: Connection, said: Counters, grant: Grant | None) -> None:
        for row in (self._row, self._locked):  # nobody waits for the lock to learn that there is nothing to do
            pool = row(connection)
            now = max(self._database.now(connection), pool.last_at)
            at, more = (now, 0) if grant is None else (grant.at, grant.permits - 1)
            windows = self._windows(pool, now)
            count, seconds = next((window for window in windows if window[0] == said.limit), windows[0])
            # Of ours the server may have counted all from a window before the request until now. What was granted
            # after it may be still to come.
            left = max(0, count - self._sent_since(connection, pool, at - seconds - self._margin(seconds)))
            last = pool.seq - self._sent_since(connection, pool, at) - more + said.remaining
            known = self._counted(pool, now)
            lowest_known, until = known.get(seconds, (math.inf, now))
            if said.remaining >= left or last >= lowest_known:
                return
        until = max(until, now + (seconds if said.reset_after is None else min(said.reset_after, 86_400.0)))
        self._update(connection, counted=json.dumps({**known, seconds: (last, until)}))
        if seconds not in known:
            log.warning(
                "account %s: the server leaves %d requests in %g s, where %d would be left by what was sent from here: "
                "others use this account, or its limits are lower than those that are set",
                *(self._account, said.remaining, seconds, left),
            )

    def _counted(self, pool: Row[Any], now: float) -> dict[float, tuple[int, float]]:
        """Window in seconds -> number of the last permit that the server's counters leave, and until when."""
        said = json.loads(pool.counted).items()
        return {float(seconds): (last, until) for seconds, (last, until) in said if until > now}

    def _usage(self, connection: Connection) -> Usage:
        pool = self._locked(connection)
        now = max(self._database.now(connection), pool.last_at)  # as for permits, where the clock was set back
        windows = self._squeezed(pool, self._windows(pool, now), now)
        denial = self._denial(connection, pool, 1, windows, "interactive", now)
        counted = self._counted(pool, now)

        def left(count: int, seconds: float) -> int:
            mine = count - self._sent_since(connection, pool, now - seconds - self._margin(seconds))
            return min(mine, counted[seconds][0] - pool.seq) if seconds in counted else mine

        return Usage(
            account=self._account,
            remaining=[(max(0, left(count, seconds)), count, seconds) for count, seconds in windows],
            paused_for=max(0.0, pool.paused_until - now),
            next_permit_in=denial.wait if denial else 0.0,
            asked_by=pool.asked_by,
        )

    def _prune(self, connection: Connection, windows: list[tuple[int, float]], now: float) -> None:
        seconds = windows[-1][1]
        old = now - max(seconds, 86_400.0) - self._margin(seconds)
        connection.execute(delete(log_entries).where(log_entries.c.account == self._account, log_entries.c.at < old))

    # --- rows

    def _ensure_row(self, connection: Connection) -> None:
        if connection.execute(select(pools.c.seq).where(pools.c.account == self._account)).first() is not None:
            return
        row = {"account": self._account, "seq": 0, "last_at": 0.0, "paused_until": 0.0, "strikes": 0}
        # Another process may be first.
        with contextlib.suppress(IntegrityError), connection.begin_nested():
            connection.execute(
                insert(pools).values(**row, squeezed_until=0.0, counted="{}", declared="{}", asked_by=self._me)
            )

    def _row(self, connection: Connection) -> Row[Any]:
        return connection.execute(select(pools).where(pools.c.account == self._account)).one()

    def _locked(self, connection: Connection) -> Row[Any]:
        # SQLite has no FOR UPDATE; there BEGIN IMMEDIATE has locked everything.
        return connection.execute(select(pools).where(pools.c.account == self._account).with_for_update()).one()

    def _update(self, connection: Connection, **values: object) -> None:
        connection.execute(update(pools).where(pools.c.account == self._account).values(**values))

    def _stamps(self, connection: Connection, numbers: list[int]) -> dict[int, float]:
        numbers = [number for number in numbers if number > 0]
        if not numbers:
            return {}
        entries = select(log_entries.c.seq, log_entries.c.at).where(
            log_entries.c.account == self._account, log_entries.c.seq.in_(numbers)
        )
        return {row.seq: row.at for row in connection.execute(entries)}

    def _sent_since(self, connection: Connection, pool: Row[Any], since: float) -> int:
        """Permits stamped after a moment: `seq` has no holes, so the first of them tells how many there are."""
        first = select(func.min(log_entries.c.seq)).where(
            log_entries.c.account == self._account, log_entries.c.at > since
        )
        seq = connection.execute(first).scalar()
        return 0 if seq is None else pool.seq - seq + 1


def usages(database: Database) -> list[Usage]:
    """Every account's pool as it stands, by the limits that were declared last."""
    accounts = database.run(lambda connection: list(connection.execute(select(pools.c.account)).scalars()))
    return [SharedPool(database, account, _declared_limits(database, account)).usage() for account in sorted(accounts)]


def _declared_limits(database: Database, account: str) -> Limits:
    declared = select(pools.c.declared).where(pools.c.account == account)
    said = json.loads(database.run(lambda connection: connection.execute(declared).scalar_one()))
    return Limits(json.loads(max(said, key=said.__getitem__))) if said else Limits.trial()


def _count(window: tuple[int, float], lane: Lane) -> int:
    """Permits of a window that a lane may take."""
    return window[0] - (head_room(window[0]) if lane == "bulk" else 0)
