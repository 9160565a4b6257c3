"""The run that the block `Broadcast` triggers."""

from __future__ import annotations

import asyncio

from prefect.blocks.abstract import JobRun

from prefect_whautomate._broadcasting import held, held_async, key_of, leave_end, say_sent, sent
from prefect_whautomate._cancelling import CancelledWithRun, in_thread
from prefect_whautomate._clients import open_client
from prefect_whautomate._waiting import waited, waited_async
from prefect_whautomate._working import Working
from prefect_whautomate.credentials import WhautomateCredentials
from whautomate_core.api.call import Json
from whautomate_core.errors import WhautomateError
from whautomate_core.messaging.campaign import Campaign
from whautomate_core.messaging.outcome import conclude, condition_of


def triggered(
    credentials: WhautomateCredentials, campaign: Campaign, key: str | None, cancel_on_kill: bool | None
) -> BroadcastRun:
    """What `Broadcast.trigger` does, with the fields of the block."""
    key = key_of(credentials, campaign.name, key)
    with Working(), open_client(credentials) as client, CancelledWithRun(credentials, cancel_on_kill, key=key):
        made = sent(client, campaign, key, None)
        if made["id"] is None:
            made = held(credentials, client, campaign, key, None, made)
        say_sent(client, made)
        return BroadcastRun(credentials, campaign, key, cancel_on_kill, made)


async def triggered_async(
    credentials: WhautomateCredentials, campaign: Campaign, key: str | None, cancel_on_kill: bool | None
) -> BroadcastRun:
    """`triggered` for coroutines."""
    key = await asyncio.to_thread(key_of, credentials, campaign.name, key)
    async with Working():
        client = await asyncio.to_thread(open_client, credentials)
        with client:
            async with CancelledWithRun(credentials, cancel_on_kill, key=key):
                made = await in_thread(client, sent, client, campaign, key, None)
                if made["id"] is None:
                    made = await held_async(credentials, client, campaign, key, None, made)
                say_sent(client, made)
                return BroadcastRun(credentials, campaign, key, cancel_on_kill, made)


class BroadcastRun(JobRun[Json]):
    """A broadcast that was created.

    Attributes:
        key: The key it was created under.
        made: What is known of it, as the task `broadcast` returns it.
    """

    def __init__(
        self,
        credentials: WhautomateCredentials,
        campaign: Campaign,
        key: str,
        cancel_on_kill: bool | None,
        made: Json,
    ) -> None:
        self.key = key
        self.made = made
        self._credentials = credentials
        self._cancel_on_kill = cancel_on_kill
        self._stays = cancel_on_kill is not False
        self._campaign = campaign
        self._result: Json | None = None

    def wait_for_completion(self, poll_interval: float = 60.0, timeout: float = 86_400.0) -> None:  # type: ignore[override]
        """Wait until its hold ends, look for people who opted out meanwhile, then wait until it is over.

        If a person cancels the run meanwhile, or its last attempt fails, the broadcast is cancelled if it is still
        scheduled.

        Args:
            poll_interval: Seconds between the first two checks; doubles up to a quarter of an hour.
            timeout: The longest time to wait for its end, in seconds.

        Raises:
            TimeoutError: It isn't over in time.
            NotDelivered: It wasn't sent, or a threshold wasn't kept and `on_failed` is "fail".
        """
        if self.made["skipped"]:
            return
        with self._cancelled_with_run(), Working():
            self._hold()
            condition = condition_of(self._campaign, self.made["id"])
            waited(self._credentials, condition, poll_interval, timeout, key=self.key, stays=self._stays)
        with Working():
            self._conclude()

    async def await_for_completion(self, poll_interval: float = 60.0, timeout: float = 86_400.0) -> None:
        """`wait_for_completion` for coroutines."""
        if self.made["skipped"]:
            return
        given, key = self._credentials, self.key
        async with self._cancelled_with_run(), Working():
            if self.made["look_at"] is not None:
                client = await asyncio.to_thread(open_client, given)
                with client:
                    self.made = await held_async(given, client, self._campaign, key, None, self.made)
            condition = condition_of(self._campaign, self.made["id"])
            await waited_async(given, condition, poll_interval, timeout, key=key, stays=self._stays)
        async with Working():
            await asyncio.to_thread(self._conclude)

    def fetch_result(self) -> Json:  # type: ignore[override]
        """What became of it: figures, failures by reason, the receipt; or `skipped`, why it wasn't sent.

        Raises:
            WhautomateError: Its end has not been waited for.
        """
        if self.made["skipped"]:
            return self.made
        if self._result is None:
            raise WhautomateError("the broadcast is not over: wait_for_completion first")
        return self._result

    async def afetch_result(self) -> Json:
        """`fetch_result` for coroutines."""
        return self.fetch_result()

    def _cancelled_with_run(self) -> CancelledWithRun:
        return CancelledWithRun(self._credentials, self._cancel_on_kill, key=self.key)

    def _hold(self) -> None:
        with open_client(self._credentials) as client:
            self.made = held(self._credentials, client, self._campaign, self.key, None, self.made)

    def _conclude(self) -> None:
        with open_client(self._credentials) as client:
            found = conclude(client, self._campaign, self.key, self.made["id"], keep=leave_end(client))
            self._result = self.made | found
            say_sent(client, self._result)
