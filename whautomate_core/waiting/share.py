"""The share of the account's requests that waiting steps may use: a tenth."""

from __future__ import annotations

import asyncio
import time
from functools import cached_property
from typing import TYPE_CHECKING

from whautomate_core.errors import QuotaExhausted
from whautomate_core.state import open_state
from whautomate_core.state.pool import Grant, Lane, Pool, Refusal
from whautomate_core.values.limits import Limits

if TYPE_CHECKING:
    from whautomate_core.account import Account


def share(limits: Limits) -> Limits:
    """What all waiting steps of an account may use together: a tenth of its longest window (the day), and half of that
    in a quarter of the window, so that some is left for later."""
    most, seconds = limits.windows[-1]
    return Limits([(max(1, -(-most // 20)), seconds / 4), (max(1, most // 10), seconds)])


def share_in_words(limits: Limits) -> str:
    """The share of waiting steps, for the log."""
    most, seconds = share(limits).windows[-1]
    return f"waiting steps may use a tenth of the account's requests: {most:,} in {seconds / 3600:g} h"


class WaitingPool:
    """The account's pool for waiting steps: each request first takes a permit from their share.

    The share is a pool of its own in the account's state database, so it holds across processes and machines.

    Args:
        deadline: In seconds since the epoch. If a permit is due later, `QuotaExhausted` is raised.
    """

    def __init__(self, account: Account, *, deadline: float | None = None) -> None:
        self._account = account
        self._deadline = deadline

    @cached_property
    def _pools(self) -> tuple[Pool, Pool]:
        """The share, and the account's pool.

        They are opened with the first request, so that an unreachable state database fails that check and does not
        end the wait.
        """
        account, state = self._account, open_state(self._account.state)
        waiting = state.pool(f"{account.id} (waiting)", share(account.limits), assumed=account.limits_assumed)
        return waiting, state.pool_of(account)

    def acquire(self, permits: int = 1, *, lane: Lane = "interactive", max_wait: float | None = None) -> Grant:
        waiting, pool = self._pools
        longest = self._longest(max_wait)
        try:
            shared = waiting.acquire(permits, max_wait=longest)
        except QuotaExhausted as error:
            raise _share_exhausted(error) from None
        return _together(shared, pool.acquire(permits, lane=lane, max_wait=_less(longest, shared.waited)))

    async def aacquire(self, permits: int = 1, *, lane: Lane = "interactive", max_wait: float | None = None) -> Grant:
        waiting, pool = await asyncio.to_thread(getattr, self, "_pools")
        longest = self._longest(max_wait)
        try:
            shared = await waiting.aacquire(permits, max_wait=longest)
        except QuotaExhausted as error:
            raise _share_exhausted(error) from None
        left = _less(longest, shared.waited)
        return _together(shared, await pool.aacquire(permits, lane=lane, max_wait=left))

    # The following concern a request that has left, so the pools are open.

    def departed(self, grant: Grant) -> None:
        self._pools[1].departed(grant)

    async def adeparted(self, grant: Grant) -> None:
        await self._pools[1].adeparted(grant)

    def pause(self, seconds: float | None = None, grant: Grant | None = None, why: Refusal = "rate") -> None:
        self._pools[1].pause(seconds, grant, why)

    async def apause(self, seconds: float | None = None, grant: Grant | None = None, why: Refusal = "rate") -> None:
        await self._pools[1].apause(seconds, grant, why)

    def counted(self, remaining: int, reset_after: float | None, limit: int | None, grant: Grant | None = None) -> None:
        self._pools[1].counted(remaining, reset_after, limit, grant)

    async def acounted(
        self, remaining: int, reset_after: float | None, limit: int | None, grant: Grant | None = None
    ) -> None:
        await self._pools[1].acounted(remaining, reset_after, limit, grant)

    def _longest(self, max_wait: float | None) -> float | None:
        if self._deadline is None:
            return max_wait
        left = max(0.0, self._deadline - time.time())
        return left if max_wait is None else min(left, max_wait)


def _less(longest: float | None, waited: float) -> float | None:
    return None if longest is None else max(0.0, longest - waited)


def _together(shared: Grant, grant: Grant) -> Grant:
    grant.waited += shared.waited
    return grant


def _share_exhausted(error: QuotaExhausted) -> QuotaExhausted:
    words = f"the tenth of the account's requests that is for waiting steps: {error}"
    return QuotaExhausted(words, next_permit_at=error.next_permit_at, window=error.window)
