"""Broadcasts: the endpoints, and the job that creates one exactly once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from airflow_provider_whautomate.operators.base import WhautomateOperator, is_literal, run_key
from whautomate_core import records
from whautomate_core.api import broadcasts
from whautomate_core.errors import ConfigurationError

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context

    from whautomate_core.client import Client


class WhautomateListBroadcastsOperator(WhautomateOperator, call=broadcasts.list_broadcasts): ...


class WhautomateCreateBroadcastOperator(WhautomateOperator, call=broadcasts.create_broadcast): ...


class WhautomateGetBroadcastOperator(WhautomateOperator, call=broadcasts.get_broadcast): ...


class WhautomateUpdateBroadcastOperator(WhautomateOperator, call=broadcasts.update_broadcast): ...


class WhautomateDeleteBroadcastOperator(WhautomateOperator, call=broadcasts.delete_broadcast): ...


class WhautomateListBroadcastLogsOperator(WhautomateOperator, call=broadcasts.list_broadcast_logs): ...


class WhautomateBroadcastOperator(WhautomateOperator):
    """Message everybody in a segment with a WhatsApp template: created once, however often the task runs.

    A run of the same logical date is the same broadcast: retries, clears and back-fills find it by its name, which
    ends in a short form of `key`. All arguments are templated.

    Returns `id`, `name`, `created` (whether this run made it), `requests`, and `waited`, the seconds spent waiting for
    permits.

    :param name: Name of the broadcast, for people.
    :param template: The template, as `{"name": "spring_sale", "language": "en"}`.
    :param segment_name: The audience, by the name of a segment; it must exclude everybody who opted out.
    :param segment_id: The audience, by id, in place of `segment_name`.
    :param body_parameters: Values of the template's placeholders, in order.
    :param schedule_at: When to send: a datetime with a zone, or ISO 8601 text with an offset.
    :param hold_minutes: How long after its creation it is sent where `schedule_at` is None, so that it can be stopped.
    :param key: What makes it the same broadcast; DAG, task, map index and logical date (run id where there is none)
        where None. Never anything that changes between two runs of the same task.
    :param location_id: Location it belongs to; the connection's where None.
    :raises ConfigurationError: for arguments that can't work, when the DAG is parsed where they stand in it.
    :raises AirflowFailException: without retry, where a segment would reach people who opted out, or where nobody
        knows whether the broadcast was created.
    """

    template_fields: Sequence[str] = (
        "name", "template", "segment_name", "segment_id", "body_parameters", "schedule_at", "hold_minutes", "key",
        "location_id", *WhautomateOperator.template_fields,
    )  # fmt: skip
    veiled_fields = frozenset({"body_parameters"})

    def __init__(
        self,
        *,
        name: str,
        template: records.Template,
        segment_name: str | None = None,
        segment_id: str | None = None,
        body_parameters: Sequence[str] = (),
        schedule_at: datetime | str | None = None,
        hold_minutes: float | str = 5,
        key: str | None = None,
        location_id: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.name = name
        self.template = template
        self.segment_name = segment_name
        self.segment_id = segment_id
        self.body_parameters = body_parameters
        self.schedule_at = schedule_at
        self.hold_minutes = hold_minutes
        self.key = key
        self.location_id = location_id
        if isinstance(template, dict):
            records.body(records.Template, template, names_only=True)
        if (segment_name is None) == (segment_id is None):
            raise ConfigurationError("name the audience by either segment_name or segment_id")
        if is_literal(schedule_at):
            _moment(schedule_at)
        if is_literal(hold_minutes):
            _minutes(hold_minutes)
        self._ready = True

    def work(self, client: Client, context: Context) -> Any:
        """Create the broadcast, or find it."""
        from whautomate_core.campaign.broadcasts import create_broadcast_once

        broadcast, created = create_broadcast_once(
            client,
            self.name,
            run_key(context) if self.key is None else self.key,
            self.template,
            segment_name=self.segment_name,
            segment_id=self.segment_id,
            body_parameters=self.given("body_parameters"),
            schedule_at=_moment(self.schedule_at),
            hold_minutes=_minutes(self.hold_minutes),
            location_id=self.location_id,
        )
        return {"id": broadcast["id"], "name": broadcast["name"], "created": created, "requests": client.requests}


def _moment(value: Any) -> datetime | None:
    if value is None:
        return None
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    except (TypeError, ValueError):
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ConfigurationError("schedule_at must be a datetime with a zone, or text like 2026-01-31T09:00:00+01:00")
    return moment


def _minutes(value: Any) -> float:
    try:
        minutes = float(value)
    except (TypeError, ValueError):
        minutes = -1.0
    if not 0 <= minutes < float("inf"):
        raise ConfigurationError("hold_minutes must be a number of minutes, 0 or more")
    return minutes
