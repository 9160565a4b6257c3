# Written by scripts/generate: `nox -s generate` writes it anew.
"""Sensors of messages."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Unpack

from airflow_provider_whautomate._arguments import Templated
from airflow_provider_whautomate._task_arguments import SensorArguments
from airflow_provider_whautomate.sensors.base import WhautomateSensor, first_start
from whautomate_core.messaging.conditions import MessageReceived

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context

__all__ = ["WhautomateMessageSensor"]


class WhautomateMessageSensor(WhautomateSensor):
    """Wait until a contact has written since a moment, by any channel.

    Returns: `contact_id`, `count` (of messages since), `newest_id`, `newest_at` (UTC); nothing of what was written.

    In addition: `requests`, and `waited`, the seconds spent waiting for permits.

    :param contact_id: Id of the contact (templated).
    :param since: The moment: a datetime with a time zone, or its text. Defaults to the start of the step, which starts
        again with each retry. With retries, give a moment such as the start of the run (templated).
    :param poll_interval: If deferrable: seconds until the second check; doubles with each check, up to 15 minutes.
        Otherwise `poke_interval` applies.
    :param deferrable: Wait in the triggerer, without a worker slot.
    :param max_wait: Seconds that a check waits for a permit of the account; defaults to 120. A check that would have to
        wait longer is left out. With `exponential_backoff`, `max_wait` means what it means in all of Airflow's sensors:
        the longest time between two checks; then a check waits 120 s for a permit.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    template_fields = ("contact_id", "since", *WhautomateSensor.template_fields)

    def __init__(
        self,
        *,
        contact_id: str | Templated,
        since: datetime | str | Templated | None = None,
        **kwargs: Unpack[SensorArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.contact_id = contact_id
        self.since = since
        self.check_arguments(WhautomateMessageSensor)

    def condition(self, context: Context) -> MessageReceived:
        """Return what the rendered sensor waits for."""
        return MessageReceived(contact_id=self.given("contact_id"), since=self.given("since") or first_start(context))
