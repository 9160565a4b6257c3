"""The block `Broadcast`, which holds the content, audience and bounds of a broadcast."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prefect.blocks.abstract import JobBlock
from pydantic import BaseModel, Field

from prefect_whautomate._block import WhautomateBlock
from prefect_whautomate._help import CANCEL_ON_KILL
from prefect_whautomate.credentials import WhautomateCredentials
from whautomate_core.messaging.campaign import Campaign, campaign_from

if TYPE_CHECKING:  # Prefect imports every block when it starts, and must not load the client for that
    from prefect_whautomate._broadcast_run import BroadcastRun
    from whautomate_core.api.call import Json

    _Job = JobBlock[Json]
else:
    _Job = JobBlock  # with a parameter it would be a class, which Prefect registers as one more block


class Sender(BaseModel):
    """Whose broadcast it is. A class of its own, so that a form shows it first."""

    credentials: WhautomateCredentials = Field(description="The account.")


class Broadcast(_Job, Campaign, Sender, WhautomateBlock):
    """A broadcast: its content, its audience, and its bounds.

    Attributes:
        credentials: The account.
        key: What makes it the same broadcast; defaults to flow run and name.
        cancel_on_kill: Whether the end of its run cancels it.

    The others are those of `whautomate_core.messaging.campaign.Campaign`.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate.broadcasts import Broadcast

        @flow
        def spring_sale():
            block = Broadcast.load("BLOCK_NAME")
            run = block.trigger()
            run.wait_for_completion()
            return run.fetch_result()
        ```
    """

    _block_type_name = "Whautomate Broadcast"
    _block_type_slug = "whautomate-broadcast"

    key: str | None = Field(
        default=None, description="What makes it the same broadcast; defaults to the flow run and the name."
    )
    cancel_on_kill: bool | None = Field(default=None, description=CANCEL_ON_KILL)

    def campaign(self) -> Campaign:
        """What is sent, as the core takes it.

        Raises:
            ConfigurationError: A field can't be right.
        """
        campaign = campaign_from({name: getattr(self, name) for name in Campaign.model_fields})
        assert campaign is not None
        return campaign

    def trigger(self) -> BroadcastRun:  # type: ignore[override]
        """Create the broadcast, or find it if it was created before under its key.

        In a deployed flow run it is created when its hold is nearly over, and the run leaves its process until then.

        Returns:
            Its run. Waiting for it also looks for people who opted out during the hold.

        Raises:
            PolicyRefused: A guard forbids it, or it was cancelled.
            OutcomeUnknown: Its creation got no answer, and it can't be seen.
        """
        from prefect_whautomate._broadcast_run import triggered

        return triggered(self.credentials, self.campaign(), self.key, self.cancel_on_kill)

    async def atrigger(self) -> BroadcastRun:
        """`trigger` for coroutines."""
        from prefect_whautomate._broadcast_run import triggered_async

        return await triggered_async(self.credentials, self.campaign(), self.key, self.cancel_on_kill)
