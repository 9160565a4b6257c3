"""Waiting for what becomes of a client."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from airflow_provider_whautomate.sensors.base import WhautomateSensor
from whautomate_core.people.conditions import ClientHas

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context


class WhautomateClientSensor(WhautomateSensor):
    """Wait until a client has a tag; return its `id`, `requests` and `waited`. Clients have no stages.

    Tags are compared without regard to upper and lower case. See `WhautomateSensor` for the rest.

    :param client_id: Id of the client (templated).
    :param tag: Name of a tag (templated).
    """

    template_fields: Sequence[str] = ("client_id", "tag", *WhautomateSensor.template_fields)

    def __init__(self, *, client_id: str, tag: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.client_id = client_id
        self.tag = tag
        self.check_literals(WhautomateClientSensor)

    def condition(self, context: Context) -> ClientHas:
        """Return what the rendered sensor waits for."""
        return ClientHas(self.client_id, self.tag)
