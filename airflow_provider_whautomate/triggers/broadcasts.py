"""Waiting for a broadcast in the triggerer, which calls it off where its task is killed meanwhile (Airflow 3.3)."""

from __future__ import annotations

import asyncio
from typing import Any

from airflow_provider_whautomate.hooks.whautomate import WhautomateHook
from airflow_provider_whautomate.triggers.quota import WhautomateQuotaTrigger
from airflow_provider_whautomate.triggers.waiting import WhautomateWaitTrigger


class WhautomateHoldTrigger(WhautomateQuotaTrigger):
    """Waits until the hold of a broadcast is nearly over.

    :param until: The moment, in seconds since the epoch.
    :param whautomate_conn_id: The connection.
    :param key: What the broadcast was created under; None: it is not called off where the task is killed.
    """

    def __init__(self, until: float, whautomate_conn_id: str, key: str | None = None) -> None:
        super().__init__(until)
        self.whautomate_conn_id = whautomate_conn_id
        self.key = key

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return the class and its arguments."""
        path, arguments = super().serialize()
        return path, {**arguments, "whautomate_conn_id": self.whautomate_conn_id, "key": self.key}

    async def on_kill(self) -> None:
        """Call the broadcast off: a person marked the task as failed, as done, or cleared it."""
        await _cancel(self)


class WhautomateBroadcastTrigger(WhautomateWaitTrigger):
    """Looks until a broadcast is over, or a threshold decides.

    :param key: What the broadcast was created under; None: it is not called off where the task is killed.
    """

    def __init__(self, *args: Any, key: str | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.key = key

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return the class and its arguments, all of them plain JSON."""
        path, arguments = super().serialize()
        return path, {**arguments, "key": self.key}

    async def on_kill(self) -> None:
        """Call the broadcast off where it is still scheduled."""
        await _cancel(self)


async def _cancel(trigger: WhautomateHoldTrigger | WhautomateBroadcastTrigger) -> None:
    if trigger.key is None:
        return
    account = await WhautomateHook(trigger.whautomate_conn_id).aget_account()

    def cancel() -> dict[str, Any]:
        from whautomate_core.campaign.broadcasts import cancel_broadcast
        from whautomate_core.client import Client

        with Client(account, max_wait=15.0) as client:  # Airflow gives it 30 s
            return cancel_broadcast(client, key=trigger.key, patience=(0.0,))

    # In a thread: it opens the state database, and the loop is that of all triggers.
    found = await asyncio.to_thread(cancel)
    trigger.log.info("cancelled: %s", found["id"] if found["cancelled"] else f"no, {found['why']}")
