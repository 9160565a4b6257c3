"""The block `WhautomateNotification`, which sends a WhatsApp template to the people on call."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Literal
from uuid import uuid4

from prefect.blocks.abstract import NotificationBlock, NotificationError
from pydantic import BaseModel, Field

from prefect_whautomate._block import WhautomateBlock
from prefect_whautomate._flow_runs import deployed_run, flow_runs, require_one_state, run_in_words
from prefect_whautomate.credentials import WhautomateCredentials
from whautomate_core.api.records import Template
from whautomate_core.errors import ConfigurationError, WhautomateError
from whautomate_core.settings import SecretNames, names


class Sender(BaseModel):
    """Who sends what. A class of its own, so that a form shows it first."""

    credentials: WhautomateCredentials = Field(description="The account.")
    template: Template = Field(description="Name and language of an approved template.")


class WhautomateNotification(Sender, NotificationBlock, WhautomateBlock):
    """Sends a WhatsApp template to a few people when something happens.

    About the same subject nobody gets more than one message within `cooldown`. Opted-out people get none, and nothing
    is sent while `sends` is off. It waits for a permit of the account for 5 seconds and gives up after 20.

    Attributes:
        credentials: The account.
        template: Name and language of an approved template.
        parameters: What fills the placeholders in its body.
        to: Who gets it; defaults to the account's `on_call`.
        cooldown: Seconds within which nobody gets a second message about the same subject.
        location_id: Location it is sent from; defaults to the account's.

    Example:
        ```python
        from prefect_whautomate.notifications import WhautomateNotification

        notification = WhautomateNotification.load("BLOCK_NAME")
        notification.notify("3 of 400 rows rejected", subject="nightly")
        ```
    """

    _block_type_name = "Whautomate Notification"
    _block_type_slug = "whautomate-notification"

    parameters: list[Literal["subject", "body"]] = Field(
        default=["subject", "body"],
        description="What fills the placeholders in the template's body, in order. Line breaks become spaces, an empty "
        "value becomes -, and what is longer than 250 characters is cut.",
    )
    to: SecretNames = Field(
        default=None,
        description="Who gets it: phone numbers with country code, or ids of contacts, separated by commas. If "
        "empty: On call of the account.",
    )
    cooldown: float = Field(
        default=3600.0,
        ge=60.0,
        allow_inf_nan=False,
        description="Seconds within which nobody gets a second message about the same subject.",
    )
    location_id: str | None = Field(default=None, description="Location it is sent from. If empty: the account's.")

    def notify(self, body: str, subject: str | None = None) -> Awaitable[None] | None:  # type: ignore[override]
        """Send it. What can't be sent is logged, or raised within `raise_on_failure()`. In a coroutine, await it.

        Args:
            body: What happened.
            subject: What it is about, the same each time; defaults to `body`.

        Raises:
            NotificationError: Within `raise_on_failure()`: why somebody was not told.
        """
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            self._notify(body, subject, self._raise_on_failure)
            return None
        return self.anotify(body, subject)

    async def anotify(self, body: str, subject: str | None = None) -> None:
        """`notify` for coroutines."""
        await asyncio.to_thread(self._notify, body, subject, self._raise_on_failure)

    def send(self, body: str, subject: str | None = None, *, event: str | None = None) -> dict[str, str]:
        """Send it to each of the people who are to get it, once for an event.

        Args:
            body: What happened.
            subject: What it is about, the same each time; defaults to `body`.
            event: What identifies what happened; defaults to the flow run (the outermost), with subject and body.

        Returns: who, as logs may show it (`+49…12`), and what became of it: `sent`, or why not.

        Raises:
            ConfigurationError: There is nobody to tell, no location, or workers may each have a state of their own.
            InvalidRequest: `to` has something that can't be a number.
        """
        from whautomate_core.messaging.alerts import Alert, is_told, parameter, send_alert
        from whautomate_core.state import open_state

        account = self.credentials.get_account()
        require_one_state(account, self.credentials._block_document_name, deployed_run())
        if not (runs := flow_runs()) and account.state_is_sqlite and not account.state_shared:
            raise ConfigurationError(
                "outside of flow runs, as in an automation's action Send a notification, which Prefect's server runs, "
                "the state of the account must be shared with its other steps: set state=postgresql://... in the block "
                "of the account (or state_shared=True if the SQLite file is the same), or run notify_flow instead"
            )
        digest = open_state(account.state).secret.digest  # what is told may be about people
        about = f"prefect {digest(subject or body)}"
        happened = digest(event) if event else f"{runs[0].id if runs else uuid4()} {digest(body)}"
        said = {"subject": subject or "", "body": body}
        told = send_alert(
            account,
            Alert(about, f"{about} {happened}", self.template, [parameter(said[one]) for one in self.parameters]),
            names(self.to) or (),
            cooldown=self.cooldown,
            location_id=self.location_id,
            run=run_in_words(),
        )
        for who, outcome in told.items():
            self.logger.log(20 if is_told(outcome) else 30, "notification to %s: %s", who, outcome)
        return told

    def _notify(self, body: str, subject: str | None, raises: bool) -> None:
        from whautomate_core.messaging.alerts import is_told

        try:
            told = self.send(body, subject)
            missed = "; ".join(f"{who}: {outcome}" for who, outcome in told.items() if not is_told(outcome))
        except WhautomateError as error:
            missed = str(error)
            self.logger.error("no notification was sent: %s", missed)
        if missed and raises:
            raise NotificationError(missed)
