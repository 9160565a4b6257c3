"""Waiting for a message."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from airflow_provider_whautomate.sensors.base import WhautomateSensor
from whautomate_core.messaging.conditions import MessageReceived

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context


class WhautomateMessageSensor(WhautomateSensor):
    """Wait until a contact has written since a moment, by whatever channel.

    Returns `contact_id`, `count` (of messages since), `newest_id`, `newest_at` (UTC), `requests`, `waited`; nothing of
    what was written. See `WhautomateSensor` for the rest.

    :param contact_id: Id of the contact (templated).
    :param since: The moment: a datetime with a time zone, or its text (templated). Where None, when the task started
        first; a retry starts anew, so where there are any, name a moment such as `"{{ dag_run.start_date }}"`.
    """

    template_fields: Sequence[str] = ("contact_id", "since", *WhautomateSensor.template_fields)

    def __init__(self, *, contact_id: str, since: datetime | str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.contact_id = contact_id
        self.since = since
        self.check_literals(WhautomateMessageSensor)

    def condition(self, context: Context) -> MessageReceived:
        """Return what the rendered sensor waits for."""
        since = _first_start(context) if self.since is None else self.since
        return MessageReceived(self.contact_id, since=since)


def _first_start(context: Context) -> datetime:
    """When this try started, however often it was rescheduled since."""
    ti: Any = context.get("ti")
    # Airflow 2 keeps it in `start_date`, Airflow 3 has to be asked.
    asked = getattr(ti, "get_first_reschedule_date", lambda context: None)(context)
    first: datetime | None = asked or getattr(ti, "start_date", None)
    return first or datetime.now(UTC)
