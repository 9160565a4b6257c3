"""An account's row and its permits, within one transaction: the statements, and what is done with them."""

from __future__ import annotations

import json
import logging
import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from whautomate_core.errors import ConfigurationError
from whautomate_core.state.counters import Counters
from whautomate_core.state.database import Database, Transaction
from whautomate_core.state.grants import Grant, Paced, Usage
from whautomate_core.state.pace import LONGEST_GAP, cautious, is_fast
from whautomate_core.state.rule import (
    DECLARED_FOR,
    Denial,
    Lane,
    PoolRow,
    Refusal,
    declaration,
    declare,
    denial,
    pacing_in_force,
    permits_of,
    server_counts,
    squeeze,
    windows_in_force,
)
from whautomate_core.values.limits import Limits

log = logging.getLogger(__name__)

LONGEST_PAUSE = 900.0
SHORTEST_PAUSE = 1.0
SPENT_PAUSE = 60.0
"""Seconds of the first pause after a 429 that says that the day's requests are used up."""
DAY = 86_400.0


@dataclass(frozen=True)
class Caller:
    """Who asks for permits: the same in each of its transactions."""

    account: str
    limits: Limits
    margin: Callable[[float], float]
    steady: Callable[[], float]
    me: str
    """Host and process, for people."""


_COLUMNS = ", ".join(PoolRow._fields)
_ROW = f"SELECT {_COLUMNS} FROM whautomate_pool WHERE account = ?"  # noqa: S608
_PLACES = ", ".join("?" for _ in PoolRow._fields)
_NEW_ROW = f"INSERT INTO whautomate_pool (account, {_COLUMNS}) VALUES (?, {_PLACES}) ON CONFLICT DO NOTHING"  # noqa: S608
_GRANT = """
SELECT number, stamp, waited
FROM whautomate_grant(%(account)s, %(permits)s, %(counts)s::bigint[], %(spans)s::float8[], %(limits)s, %(declares)s,
                      %(me)s, %(told)s)
"""


class Permits:
    """The permits of an account in a transaction. All methods but `row` and `usage` may write."""

    def __init__(self, transaction: Transaction, caller: Caller) -> None:
        self._transaction = transaction
        self._caller = caller

    # --- what is done with them

    def take(self, permits: int, lane: Lane, started: float, *, declares: bool) -> Grant | Denial:
        """Grant permits, all together or none.

        Args:
            started: When the caller began to wait, by its steady clock.
            declares: Whether to say that the caller's limits are the account's.
        """
        caller, pool = self._caller, self._locked()
        since = caller.steady()
        now = self._transaction.now()
        windows = windows_in_force(caller.limits, pool, now)
        if permits > min(permits_of(window, lane) for window in windows):
            most, seconds = min(windows)
            raise ConfigurationError(
                f"{permits} requests have to go together here, and the account may send {most} in {seconds:g} s: "
                "its limits must permit as many (plan, or requests_per_minute and requests_per_day)"
            )
        changes: dict[str, object] = {"declared": declare(caller.limits, pool, now)} if declares else {}
        held = squeeze(pool, windows, now)
        pacing = pacing_in_force(pool, now)
        pace = pacing.pace(caller.limits.burst, held[0], caller.margin)
        if declares and caller.limits.burst is not None:
            pacing = pacing.declare(caller.limits.burst, now)
        if pool.pacing != (said := pacing.text()):
            changes["pacing"] = said
        denied = denial(pool, held, permits, lane, now, caller.margin, self._stamps, pace)
        if denied is None:
            gap = pace.spaced(permits) if pace is not None else 0.0
            stamps = [now + i * gap for i in range(permits)]
            for number, at in enumerate(stamps, pool.seq + 1):
                self._run(
                    "INSERT INTO whautomate_permit (account, seq, at) VALUES (?, ?, ?)", caller.account, number, at
                )
            changes |= {"seq": pool.seq + permits, "last_at": stamps[-1], "asked_by": caller.me}
            if pace is not None:
                # What leaves one by one gets its turn when it is ready to leave, which nobody knows yet.
                changes["due"] = pace.next_due(pool.due, now, 1 if gap else permits)
        if changes:
            self._update(**changes)
        if denied is None and _is_round(pool.seq, permits):
            self.prune()
        return denied or Grant(permits, now, since, since - started, pace, stamps[1:] if gap else [])

    def prune(self) -> None:
        """Remove permits that are older than every window, and than a day."""
        pool, now = self.row(), self._transaction.now()
        seconds = windows_in_force(self._caller.limits, pool, now)[-1][1]
        old = now - max(seconds, DAY) - self._caller.margin(seconds)
        self._run("DELETE FROM whautomate_permit WHERE account = ? AND at < ?", self._caller.account, old)

    def move(self, grant: Grant) -> tuple[float, float]:
        """Stamp the permits of a grant now, or when it is the turn of its next request, and book that.

        The stamps between move down, so none is lost.

        Returns: the stamp, and a moment just before it.
        """
        account, pool = self._caller.account, self._locked()
        since = self._caller.steady()
        began = self._transaction.now()
        now, wait, due = max(began, pool.last_at), 0.0, pool.due
        if grant.pace is not None and grant.in_turn:
            now = max(now, due - grant.pace.early)
            wait, due = min(now - began, LONGEST_GAP), grant.pace.next_due(due, now)
        elif grant.pace is not None:
            # As if it were granted now. What was granted between has its place in `due` already.
            due = max(due, now + grant.pace.interval)
        of_later = "SELECT seq, at FROM whautomate_permit WHERE account = ? AND at >= ? ORDER BY seq"
        entries = self._run(of_later, account, grant.at)
        mine = sum(at == grant.at for _, at in entries[: grant.permits])
        stamps = [*(at for _, at in entries[mine:]), *[now] * mine]
        changes = [(new, number) for (number, at), new in zip(entries, stamps, strict=True) if at != new]
        for new, number in changes:
            self._run("UPDATE whautomate_permit SET at = ? WHERE account = ? AND seq = ?", new, account, number)
        if changes or grant.in_turn:
            self._update(last_at=now, due=due)
        return now, since + wait

    def pause(self, seconds: float | None, grant: Grant | None, jitter: random.Random, why: Refusal) -> None:
        """Grant nothing for so long; see `SharedPool.pause`."""
        pool = self._locked()
        now = max(self._transaction.now(), pool.last_at)
        if seconds is not None:
            # At least a moment: others are on their way and will be refused as well. At most a day, whatever nonsense
            # the server says.
            seconds = min(max(seconds, SHORTEST_PAUSE), DAY)
        # Nothing is granted during a pause, so whatever is older than its end left before it, and was refused for the
        # same reason.
        if pool.paused_until > now or (grant is not None and grant.at < pool.paused_until):
            if seconds is not None and now + seconds > pool.paused_until:
                self._update(paused_until=now + seconds)
            return
        strikes = pool.strikes + 1 if now - pool.paused_until < DECLARED_FOR else 1
        pause = 2.0 ** min(strikes, 30) if why != "quota" else SPENT_PAUSE * 2.0 ** min(strikes - 1, 30)
        pause = min(LONGEST_PAUSE, pause) * jitter.uniform(1.0, 1.5) if seconds is None else seconds
        self._update(paused_until=now + pause, strikes=strikes)
        if why == "quota":
            self._update(spent_until=now + pause)
            said = "Whautomate says the day's requests are used up; the next is tried in %.0f s"
            log.warning(f"account %s: {said}", self._caller.account, pause)
            return
        said = "the server refused a request (429)" if why == "rate" else "the server is busy (503, Retry-After)"
        log.warning(f"account %s: {said}, so nothing is sent for %.0f s", self._caller.account, pause)
        self._slow_down(pool._replace(strikes=strikes), grant, now, now + pause, is_rate=why == "rate")

    def _slow_down(self, pool: PoolRow, grant: Grant | None, now: float, until: float, *, is_rate: bool) -> None:
        """Keep to a pace, or to fewer in the shortest window: a request that the limits allow was refused.

        A server with a token bucket refuses what comes close together. What it refuses although it came at a pace
        may have arrived late, if it is the first for long. Else it shows that the bucket is smaller, then that it
        wasn't the bucket: the limit is lower, or others use the account.
        """
        caller = self._caller
        limits, margin = caller.limits, caller.margin
        (count, seconds), *_ = windows = windows_in_force(limits, pool, now)
        held = squeeze(pool, windows, now)[0]
        fewer = cautious(held)
        pacing = pacing_in_force(pool, now)
        pace = pacing.pace(limits.burst, held, margin)
        settled = not is_rate or (pacing.learned is not None and pacing.learned.settled)
        if is_rate and pace is None and self._went_fast(held, now if grant is None else grant.at):
            pacing = pacing.learn("refused", None, now)
            log.warning(
                "account %s: the server refused a burst (429). From now on requests are spaced about %.2g s apart "
                "(%d in %g s); `whautomate doctor --forget` forgets that",
                *(caller.account, seconds / count, count, seconds),
            )
        elif pace is not None and pace.burst <= fewer and pool.strikes == 1 and not settled:
            log.info("account %s: a request was refused although it kept to the pace, which stays", caller.account)
        elif pace is not None and pace.burst > 1 and not settled:
            pacing = pacing.learn("refused", fewer if fewer < pace.burst else max(1, pace.burst // 4), now)
        else:
            if pace is not None and not settled:
                pacing = pacing.learn("refused", None, now, settled=True)
            most, sent = held[0], self._sent_since(pool, now - seconds)
            # At most halved at a time: others may have used what is missing. Two, for calls that need a pair.
            held = (max(2, most // 2, min(most, sent) * 9 // 10), seconds)
            self._update(squeezed_to=held[0], squeezed_until=until + DECLARED_FOR)
        if pace := pacing.pace(limits.burst, held, margin):
            self._update(pacing=pacing.text(), due=max(pool.due, pace.due_if_empty(until)))

    def _went_fast(self, window: tuple[int, float], at: float) -> bool:
        """Whether the permits up to a stamp followed each other faster than the average rate of the window."""
        latest = "SELECT at FROM whautomate_permit WHERE account = ? AND at <= ? ORDER BY seq DESC LIMIT ?"
        return is_fast(window, [at for (at,) in self._run(latest, self._caller.account, at, cautious(window) + 1)])

    def count(self, said: Counters, grant: Grant | None) -> None:
        """Believe the server's counters if they leave fewer; see `SharedPool.counted`."""
        for row in (self.row, self._locked):  # nobody waits for the lock to learn that there is nothing to do
            pool = row()
            now = max(self._transaction.now(), pool.last_at)
            at, more = (now, 0) if grant is None else (grant.at, grant.permits - 1)
            windows = windows_in_force(self._caller.limits, pool, now)
            count, seconds = next((window for window in windows if window[0] == said.limit), windows[0])
            # Of ours the server may have counted all from a window before the request until now. What was granted
            # after it may be still to come.
            left = max(0, count - self._sent_since(pool, at - seconds - self._caller.margin(seconds)))
            last = pool.seq - self._sent_since(pool, at) - more + said.remaining
            known = server_counts(pool, now)
            lowest_known, until = known.get(seconds, (math.inf, now))
            if said.remaining >= left or last >= lowest_known:
                return
        until = max(until, now + (seconds if said.reset_after is None else min(said.reset_after, DAY)))
        self._update(counted=json.dumps({**known, seconds: (last, until)}))
        if seconds not in known:
            log.warning(
                "account %s: the server leaves %d requests in %g s, but by what was sent from here %d would be left: "
                "others use this account, or its limits are lower than those that are set",
                *(self._caller.account, said.remaining, seconds, left),
            )

    def usage(self, permits: int = 1) -> Usage:
        """The pool as it stands; `next_permit_in` is for so many permits together."""
        caller, pool = self._caller, self._locked()
        now = max(self._transaction.now(), pool.last_at)  # as for permits, if the clock was set back
        windows = squeeze(pool, windows_in_force(caller.limits, pool, now), now)
        pacing = pacing_in_force(pool, now)
        pace = pacing.pace(caller.limits.burst, windows[0], caller.margin)
        denied = denial(pool, windows, permits, "interactive", now, caller.margin, self._stamps, pace)
        counted = server_counts(pool, now)

        def left(count: int, seconds: float) -> int:
            mine = count - self._sent_since(pool, now - seconds - caller.margin(seconds))
            return min(mine, counted[seconds][0] - pool.seq) if seconds in counted else mine

        return Usage(
            account=caller.account,
            remaining=[(max(0, left(count, seconds)), count, seconds) for count, seconds in windows],
            paused_for=max(0.0, pool.paused_until - now),
            next_permit_in=denied.wait if denied else 0.0,
            asked_by=pool.asked_by,
            paced=Paced(pace.interval, pace.together, pacing.learned) if pace else None,
            is_spent=pool.spent_until > now and pool.spent_until >= pool.paused_until,
        )

    # --- rows

    def ensure_row(self) -> None:
        """Make the account's row if there is none."""
        if not self._run(_ROW, self._caller.account):
            nothing = {"counted": "{}", "declared": "{}", "pacing": "{}"}
            new = PoolRow(0, 0.0, 0.0, 0, None, 0.0, **nothing, asked_by=self._caller.me, due=0.0, spent_until=0.0)
            self._run(_NEW_ROW, self._caller.account, *new)

    def row(self) -> PoolRow:
        """The account's row, as it is now."""
        [row] = self._run(_ROW, self._caller.account)
        return PoolRow(*row)

    def _locked(self) -> PoolRow:
        [row] = self._run(_ROW + self._transaction.for_update, self._caller.account)
        return PoolRow(*row)

    def _update(self, **values: object) -> None:
        columns = ", ".join(f"{name} = ?" for name in values)
        self._run(
            f"UPDATE whautomate_pool SET {columns} WHERE account = ?",  # noqa: S608
            *values.values(),
            self._caller.account,
        )

    def _stamps(self, numbers: list[int]) -> dict[int, float]:
        numbers = [number for number in numbers if number > 0]
        if not numbers:
            return {}
        places = ", ".join("?" for _ in numbers)
        found = f"SELECT seq, at FROM whautomate_permit WHERE account = ? AND seq IN ({places})"  # noqa: S608
        return dict(map(tuple, self._run(found, self._caller.account, *numbers)))

    def _sent_since(self, pool: PoolRow, since: float) -> int:
        """Permits stamped after a moment: `seq` has no holes, so the first of them tells how many there are."""
        first = "SELECT min(seq) FROM whautomate_permit WHERE account = ? AND at > ?"
        [(number,)] = self._run(first, self._caller.account, since)
        return 0 if number is None else pool.seq - number + 1

    def _run(self, sql: str, *values: object) -> list[Any]:
        return self._transaction.execute(sql, values)


def grant_at_once(
    database: Database, caller: Caller, permits: int, lane: Lane, started: float, *, declares: bool
) -> Grant | None:
    """Grant permits in one round trip to PostgreSQL; None if that takes a closer look (`Permits.take`).

    The server decides the plain case (`schema.GRANT`): nobody declared other limits, no pause, no counters of the
    server, and a permit is free.
    """
    windows, margin = caller.limits.windows, caller.margin
    counts = [permits_of(window, lane) for window in windows]
    if permits > min(counts):
        return None
    asked = database.steady()
    row = database.run_alone(
        _GRANT,
        {
            "account": caller.account,
            "permits": permits,
            "counts": counts,
            "spans": [seconds + margin(seconds) for _, seconds in windows],
            "limits": declaration(caller.limits),
            "declares": declares,
            "me": caller.me,
            "told": database.told(),
        },
    )
    if row is None:  # no such function, as after a restore of the tables alone: the full rule needs none
        return None
    number, at, waited = row
    if number is None:
        return None
    if _is_round(number, permits):
        database.run_sql(lambda transaction: Permits(transaction, caller).prune())
    since = asked + waited
    return Grant(permits, at, since, since - started)


def _is_round(number: int, permits: int) -> bool:
    """Whether the permits after a number complete a thousand, which is when old ones are removed."""
    return number % 1000 + permits >= 1000
