"""Waiting for a broadcast in the triggerer, which cancels it where its task is ended meanwhile and nobody goes on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

from airflow.providers.common.compat.version_compat import AIRFLOW_V_3_0_PLUS
from airflow.triggers.base import BaseTrigger, TriggerEvent

from airflow_provider_whautomate._cancelling import GIVEN_UP, UNDER_WAY, state_of
from airflow_provider_whautomate.hooks.whautomate import WhautomateHook
from airflow_provider_whautomate.triggers.quota import WhautomateQuotaTrigger
from airflow_provider_whautomate.triggers.waiting import WhautomateWaitTrigger

_HAS_ON_KILL = hasattr(BaseTrigger, "on_kill")
"""Airflow 3.3 says when a person acts on a deferred task. Before, all that is seen is that the trigger ends."""


ANSWER = 15.0
"""Seconds that Airflow has to tell the state of a task that a person ended; it gives `on_kill` 30."""


class _CancellingTrigger(BaseTrigger):
    """What the triggers below share: they cancel the broadcast where a person ends their task.

    :param key: What the broadcast was created under; None, as `broadcast_id`: it is not cancelled.
    :param broadcast_id: Its id, in place of `key`.
    :param cancel_on_kill: Cancel it also where the task is cleared or marked as done.
    """

    whautomate_conn_id: str

    def __init__(
        self,
        *args: Any,
        key: str | None = None,
        broadcast_id: str | None = None,
        cancel_on_kill: bool | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[no-untyped-call]
        self.key = key
        self.broadcast_id = broadcast_id
        self.cancel_on_kill = cancel_on_kill
        self._ended = False

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return the class and its arguments, all of them plain JSON."""
        path, arguments = super().serialize()  # type: ignore[safe-super]
        own = ("key", "broadcast_id", "cancel_on_kill")
        return path, {**arguments, **{name: getattr(self, name) for name in own}}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Wait."""
        try:
            if AIRFLOW_V_3_0_PLUS:
                # The first question makes a triggerer load Airflow's API, for which on_kill leaves too little time.
                with suppress(Exception):
                    await self._state()
            if self.key is not None or self.broadcast_id is not None:
                more = ", clears it or marks it as done" if self.cancel_on_kill else ""
                self.log.info("the broadcast will be cancelled if a person marks the task as failed%s", more)
            async for event in super().run():
                yield event
        except asyncio.CancelledError:
            self._ended = True
            raise

    async def on_kill(self) -> None:
        """Cancel the broadcast where a person marked the task as failed, not where it was cleared or marked as done."""
        try:
            async with asyncio.timeout(ANSWER):
                state = await self._state()
        except Exception as error:
            # A person did end the task. What isn't sent can be sent again, what is sent can't be recalled.
            self.log.warning(
                "Airflow did not say within %g s whether the task was marked as failed or done, or cleared (%s). It "
                "counts as failed: its broadcast is cancelled unless it has started. To send it after all, run the "
                "task with another key",
                *(ANSWER, type(error).__name__),
            )
            state = "failed"
        await self._cancel_if_given_up(state)

    async def cleanup(self) -> None:
        """Before Airflow 3.3, do the same; there this is called at each end, also where the triggerer shuts down."""
        if _HAS_ON_KILL or not self._ended:
            return
        try:
            state = await self._state()
        except Exception as error:
            self.log.warning(
                "Airflow can't be asked for the state of the task (%s): its broadcast stays scheduled",
                type(error).__name__,
            )
            return
        if state not in UNDER_WAY:
            await self._cancel_if_given_up(state)

    async def _state(self) -> str | None:
        from asgiref.sync import sync_to_async

        if self.task_instance is None:
            return "removed"
        return await sync_to_async(state_of)(self.task_instance)

    async def _cancel_if_given_up(self, state: str | None) -> None:
        if self.key is None and self.broadcast_id is None:
            return
        if state not in GIVEN_UP and not self.cancel_on_kill:
            self.log.info("the task is %s: its broadcast stays scheduled", state or "cleared")
            return
        account = await WhautomateHook(self.whautomate_conn_id).aget_account()

        def cancel() -> None:
            from whautomate_core.messaging.cancel import cancel_after

            because = f"the task was {f'marked as {state}' if state else 'cleared'} while it was deferred"
            cancel_after(account, because, key=self.key, broadcast_id=self.broadcast_id, max_wait=10.0)

        # In a thread: it opens the state database, and the loop is that of all triggers.
        await asyncio.to_thread(cancel)


class WhautomateHoldTrigger(_CancellingTrigger, WhautomateQuotaTrigger):
    """Waits until a moment while a broadcast is scheduled: the end of its hold, or the next permit.

    :param until: The moment, in seconds since the epoch.
    :param whautomate_conn_id: The connection.
    """

    def __init__(self, until: float, whautomate_conn_id: str, **cancels: Any) -> None:
        super().__init__(until, **cancels)
        self.whautomate_conn_id = whautomate_conn_id

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return the class and its arguments."""
        path, arguments = super().serialize()
        return path, {**arguments, "whautomate_conn_id": self.whautomate_conn_id}


class WhautomateBroadcastTrigger(_CancellingTrigger, WhautomateWaitTrigger):
    """Looks until a broadcast is over, or a threshold decides."""
