"""Waiting in the triggerer, for all sensors."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from airflow.triggers.base import BaseTrigger, TriggerEvent

from airflow_provider_whautomate._encrypted import decrypted
from airflow_provider_whautomate.hooks.whautomate import WhautomateHook, require_one_state
from airflow_provider_whautomate.triggers.polls import joined
from whautomate_core.errors import StateUnavailable
from whautomate_core.waiting.condition import Question, failed_check, looks, may_pass, poll_delays, question_from

if TYPE_CHECKING:
    from whautomate_core.account import Account

LAST_LOOK = 30.0
"""Seconds that the look at the deadline may take, with the wait for its permit."""


class WhautomateWaitTrigger(BaseTrigger):
    """Looks until there is what a sensor waits for. It only reads, so it may start anew at any time.

    It looks together with the others of its kind and account in this triggerer, and waits for permits itself, since
    that holds no worker slot.

    Yields one event, JSON with a `status`: `over`, with `result` or `problem`, `words` for the log, the number of
    `requests` and seconds `waited` for permits; `timeout`, once `deadline` has passed, with the `message` of a last
    check that failed;
    `error`, with `type` and `message`.

    A check that fails, since the server or the state database is away, is logged and made again after the next pause.

    :param question: What it waits for, as `encrypted` returns it.
    :param whautomate_conn_id: The connection.
    :param poll_interval: Seconds until the first look; doubles with each, up to 15 minutes.
    :param deadline: When to give up, in seconds since the epoch.
    :param not_before: When something can change at the earliest, likewise.
    :param requests: How many requests were made before; the event's number includes them.
    :param waited: How many seconds were waited for permits before, likewise.
    :param max_requests: How many requests may be made, those before included.
    """

    def __init__(
        self,
        question: dict[str, Any],
        whautomate_conn_id: str,
        poll_interval: float,
        deadline: float,
        not_before: float = 0.0,
        requests: int = 0,
        waited: float = 0.0,
        max_requests: int | None = None,
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.question = question
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
            "question": self.question,
            "whautomate_conn_id": self.whautomate_conn_id,
            "poll_interval": self.poll_interval,
            "deadline": self.deadline,
            "not_before": self.not_before,
            "requests": self.requests,
            "waited": self.waited,
            "max_requests": self.max_requests,
        }

    def __repr__(self) -> str:
        # Airflow's has all arguments, and logs may hold it.
        return f"<{type(self).__name__} {self.question.get('kind')}>"

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Look, wait, look again."""
        try:
            async with asyncio.timeout(max(0.0, self.deadline - time.time()) + LAST_LOOK):
                event = await self._wait()
        except TimeoutError as error:
            event = {"status": "timeout"} | ({"message": str(error)} if str(error) else {})
        except Exception as error:
            self.log.exception("waiting failed")
            event = {"status": "error", "type": type(error).__name__, "message": str(error)}
        yield TriggerEvent(event)  # type: ignore[no-untyped-call]

    async def _wait(self) -> dict[str, Any]:
        account = await WhautomateHook(self.whautomate_conn_id).aget_account()
        require_one_state(account)
        question = await self._decrypted(account)
        moments = looks(
            question,
            self.poll_interval,
            self.deadline,
            not_before=self.not_before,
            tell=self.log.log,
        )
        async with joined(
            account,
            question,
            self.poll_interval,
            requests=self.requests,
            waited=self.waited,
            max_requests=self.max_requests,
        ) as place:
            at = next(moments)
            while True:
                seen = await place.look(at)
                try:
                    at = moments.send(seen)
                except StopIteration:
                    break
        return {
            "status": "over",
            "result": seen.result,
            "problem": seen.problem,
            "words": seen.words,
            "requests": place.requests,
            "waited": round(place.waited, 1),
        }

    async def _decrypted(self, account: Account) -> Question:
        """What it waits for. A number's key is in the state database: while that is away, the wait goes on."""
        delays = poll_delays(self.poll_interval)
        while True:
            try:
                # In a thread: it may open the state database, and the loop is that of all triggers.
                return question_from(await asyncio.to_thread(decrypted, self.question, account))
            except StateUnavailable as error:
                if not may_pass(error):
                    raise
                seen = failed_check(error)
            rest = self.deadline - time.time()
            if rest <= 0:
                raise TimeoutError(f"the last check failed: {seen.failed}")
            pause = min(next(delays), rest)
            self.log.warning("%s; checking again in %.0f s", seen.words, pause)
            await asyncio.sleep(pause)
