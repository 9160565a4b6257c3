"""Waiting for a broadcast in the triggerer, which cancels it if its task ends meanwhile and nothing resumes it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

from airflow.triggers.base import BaseTrigger, TriggerEvent

from airflow_provider_whautomate._cancelling import GIVEN_UP, UNDER_WAY
from airflow_provider_whautomate._versions import HAS_ON_KILL, STATES_COME_BY_API, state_of
from airflow_provider_whautomate.hooks.whautomate import WhautomateHook
from airflow_provider_whautomate.triggers.quota import WhautomateQuotaTrigger
from airflow_provider_whautomate.triggers.waiting import WhautomateWaitTrigger

ANSWER = 15.0
"""Seconds within which Airflow must report the state of a task that a person ended. It gives `on_kill` 30 s."""


class _CancellingTrigger(BaseTrigger):
    """Base of the triggers that cancel the broadcast if a person ends their task.

    :param key: The key that the broadcast was created under. If this and `broadcast_id` are None, nothing is cancelled.
    :param broadcast_id: Its id, instead of `key`.
    :param cancel_on_kill: Also cancel it if the task is cleared or marked as done.
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
            if STATES_COME_BY_API:
                # The first question makes a triggerer load Airflow's API, and on_kill has too little time for that.
                with suppress(Exception):
                    await self._state()
            if (self.key is not None or self.broadcast_id is not None) and self._may_still_be_cancelled():
                more = ", clears it or marks it as done" if self.cancel_on_kill else ""
                self.log.info("the broadcast will be cancelled if a person marks the task as failed%s", more)
            async for event in super().run():
                yield event
        except asyncio.CancelledError:
            self._ended = True
            raise

    def _may_still_be_cancelled(self) -> bool:
        """Whether the broadcast is not known to have started, or to start within the next minute."""
        return True

    async def on_kill(self) -> None:
        """Cancel the broadcast if a person marked the task as failed, but not if it was cleared or marked as done."""
        try:
            async with asyncio.timeout(ANSWER):
                state = await self._state()
        except Exception as error:
            # A person did end the task. What is not sent yet can be sent later, but what is sent can't be recalled.
            self.log.warning(
                "Airflow did not say within %g s whether the task was marked as failed or done, or cleared (%s). It "
                "counts as failed: its broadcast is cancelled unless it has started. To send it after all, run the "
                "task with another key",
                *(ANSWER, type(error).__name__),
            )
            state = "failed"
        await self._cancel_if_given_up(state)

    async def cleanup(self) -> None:
        """Do the same before Airflow 3.3, which calls this whenever a trigger ends, also when the triggerer stops."""
        if HAS_ON_KILL or not self._ended:
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

        # In a thread, because it opens the state database, and all triggers share the event loop.
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
    """Checks until a broadcast is over, or a threshold decides."""

    def _may_still_be_cancelled(self) -> bool:
        from whautomate_core.messaging.timing import LAST_MINUTE

        return self.not_before - time.time() > LAST_MINUTE.total_seconds()  # it starts at `not_before`
