"""Waiting in the triggerer, for all sensors."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from airflow.triggers.base import BaseTrigger, TriggerEvent

from airflow_provider_whautomate._encrypted import decrypted
from airflow_provider_whautomate._failures import failed_event
from airflow_provider_whautomate.hooks.whautomate import WhautomateHook, require_one_state
from airflow_provider_whautomate.triggers.polls import joined
from whautomate_core.conditions import condition_from
from whautomate_core.errors import StateUnavailable
from whautomate_core.waiting.condition import Condition, Seen
from whautomate_core.waiting.poll import Moment, asleep_until, await_over, failed_check, may_pass, moments

if TYPE_CHECKING:
    from whautomate_core.account import Account

LAST_CHECK = 30.0
"""Seconds that the check at the deadline may take, including the wait for its permit."""


class WhautomateWaitTrigger(BaseTrigger):
    """Checks until a condition is met. It only reads, so it may start again at any time.

    It checks together with the other triggers of its kind and account in this triggerer. It waits for permits itself,
    because that holds no worker slot.

    Yields one event, which is JSON with a `status`: `over`, with `result` or `problem`, `words` for the log, the number
    of `requests` and the seconds `waited` for permits; `timeout` after `deadline`, with the `message` of a last check
    that failed; `error`, with what `failed_event` returns.

    A check that fails because the server or the state database is unavailable is logged, and made again after the next
    pause.

    :param condition: What it waits for, as `encrypted` returns it.
    :param whautomate_conn_id: The connection.
    :param poll_interval: Seconds until the first check; doubles with each check, up to 15 minutes.
    :param deadline: When to give up, in seconds since the epoch.
    :param not_before: Nothing can change before this moment, in seconds since the epoch.
    :param requests: How many requests were made before; the event's number includes them.
    :param waited: How many seconds were spent waiting for permits before; the event's number includes them.
    :param max_requests: How many requests may be made, those before included.
    """

    def __init__(
        self,
        condition: dict[str, Any],
        whautomate_conn_id: str,
        poll_interval: float,
        deadline: float,
        not_before: float = 0.0,
        requests: int = 0,
        waited: float = 0.0,
        max_requests: int | None = None,
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.condition = condition
        self.whautomate_conn_id = whautomate_conn_id
        self.poll_interval = poll_interval
        self.deadline = deadline
        self.not_before = not_before
        self.requests = requests
        self.waited = waited
        self.max_requests = max_requests

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return the class and its arguments, all of them plain JSON."""
        return f"{type(self).__module__}.{type(self).__qualname__}", {
            "condition": self.condition,
            "whautomate_conn_id": self.whautomate_conn_id,
            "poll_interval": self.poll_interval,
            "deadline": self.deadline,
            "not_before": self.not_before,
            "requests": self.requests,
            "waited": self.waited,
            "max_requests": self.max_requests,
        }

    def __repr__(self) -> str:
        # Airflow's own shows all arguments, and logs may contain it.
        return f"<{type(self).__name__} {self.condition.get('kind')}>"

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Wait until the condition is met, can't be met any more, or the deadline has passed."""
        try:
            async with asyncio.timeout(max(0.0, self.deadline - time.time()) + LAST_CHECK):
                event = await self._wait()
        except TimeoutError as error:
            event = {"status": "timeout"} | ({"message": str(error)} if str(error) else {})
        except Exception as error:
            self.log.exception("waiting failed")
            event = failed_event(error)
        yield TriggerEvent(event)  # type: ignore[no-untyped-call]

    async def _wait(self) -> dict[str, Any]:
        account = await WhautomateHook(self.whautomate_conn_id).aget_account()
        require_one_state(account)
        condition = await self._decrypted(account)
        at_moments = moments(
            self.poll_interval,
            self.deadline,
            longest=condition.longest,
            not_before=self.not_before,
            tell=self.log.log,
        )
        async with joined(
            account,
            condition,
            self.poll_interval,
            requests=self.requests,
            waited=self.waited,
            max_requests=self.max_requests,
        ) as place:
            seen = await await_over(at_moments, place.check_at)
        return {
            "status": "over",
            "result": seen.result,
            "problem": seen.problem,
            "words": seen.words,
            "requests": place.requests,
            "waited": round(place.waited, 1),
        }

    async def _decrypted(self, account: Account) -> Condition:
        """What it waits for. The key of a phone number is in the state database, which may be unavailable for a while;
        then this waits as it does for a failed check."""

        async def decrypt_at(moment: Moment) -> Seen:
            await asleep_until(moment)
            try:
                # In a thread, because it may open the state database, and all triggers share the event loop.
                return Seen("", result=await asyncio.to_thread(decrypted, self.condition, account))
            except StateUnavailable as error:
                if not may_pass(error):
                    raise
                return failed_check(error)

        seen = await await_over(moments(self.poll_interval, self.deadline, tell=self.log.log), decrypt_at)
        return condition_from(seen.result or {})
