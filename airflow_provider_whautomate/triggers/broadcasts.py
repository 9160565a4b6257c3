"""Waiting for a broadcast in the triggerer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

from airflow.triggers.base import BaseTrigger, TriggerEvent

from airflow_provider_whautomate.hooks.whautomate import WhautomateHook
from whautomate_core.api.broadcasts import get_broadcast
from whautomate_core.campaign.delivery import delivery, poll_delays

LAST_LOOK = 30.0
"""Seconds that the look at the deadline may take, with the wait for its permit."""


class WhautomateBroadcastTrigger(BaseTrigger):
    """Looks at a broadcast until it is finished. It only reads, so it may start anew at any time.

    It waits for the account's permits itself, since that holds no worker slot.

    Yields one event, JSON with a `status`: `finished`, with the figures as `delivery` and the number of `requests`;
    `timeout`, once `deadline` has passed; `error`, with `type` and `message`.

    :param broadcast_id: Id of the broadcast.
    :param whautomate_conn_id: The connection.
    :param poll_interval: Seconds until the first look; doubles with each, up to 15 minutes.
    :param deadline: When to give up, in seconds since the epoch.
    :param requests: How many requests were made before; the event's number includes them.
    :param waited: How many seconds were waited for permits before, likewise.
    :param max_requests: How many requests may be made, those before included.
    """

    def __init__(
        self,
        broadcast_id: str,
        whautomate_conn_id: str,
        poll_interval: float,
        deadline: float,
        requests: int = 0,
        waited: float = 0.0,
        max_requests: int | None = None,
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.broadcast_id = broadcast_id
        self.whautomate_conn_id = whautomate_conn_id
        self.poll_interval = poll_interval
        self.deadline = deadline
        self.requests = requests
        self.waited = waited
        self.max_requests = max_requests

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return the class and its arguments, all of them plain JSON."""
        return f"{type(self).__module__}.{type(self).__qualname__}", {
            "broadcast_id": self.broadcast_id,
            "whautomate_conn_id": self.whautomate_conn_id,
            "poll_interval": self.poll_interval,
            "deadline": self.deadline,
            "requests": self.requests,
            "waited": self.waited,
            "max_requests": self.max_requests,
        }

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Look, wait, look again."""
        try:
            async with asyncio.timeout(max(0.0, self.deadline - time.time()) + LAST_LOOK):
                event = await self._finished()
        except TimeoutError:
            event = {"status": "timeout"}
        except Exception as error:
            self.log.exception("looking at broadcast %s failed", self.broadcast_id)
            event = {"status": "error", "type": type(error).__name__, "message": str(error)}
        yield TriggerEvent(event)  # type: ignore[no-untyped-call]

    async def _finished(self) -> dict[str, Any]:
        delays = poll_delays(self.poll_interval)
        async with await WhautomateHook(self.whautomate_conn_id).aget_conn(max_requests=self.max_requests) as client:
            client.used.go_on(self.requests, self.waited)
            while True:
                await asyncio.sleep(max(0.0, min(next(delays), self.deadline - time.time())))
                found = delivery(await client.send(get_broadcast(self.broadcast_id)))
                if found.finished:
                    used = {"requests": client.requests, "waited": round(client.used.waited, 1)}
                    return {"status": "finished", "delivery": found.as_dict(), **used}
                if time.time() >= self.deadline:
                    return {"status": "timeout"}
                self.log.info("broadcast %s is %s", found.id, found.status)
