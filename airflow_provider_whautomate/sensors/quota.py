"""Waiting for requests that the account may make."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from airflow_provider_whautomate._arguments import threshold
from airflow_provider_whautomate.sensors.base import WhautomateSensor
from whautomate_core.waiting.quota import QuotaFree

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context


class WhautomateQuotaSensor(WhautomateSensor):
    """Wait until the account may make so many requests now; return how many are `left`, and `requests`, `waited`.

    The state database is asked and nothing is sent. Nothing is reserved: others may use them first. The looks are at
    most 60 s apart, since they cost nothing. See `WhautomateSensor` for the rest.

    :param requests: The number of requests, within a minute as within a day (templated).
    """

    template_fields: Sequence[str] = ("requests", *WhautomateSensor.template_fields)

    def __init__(self, *, requests: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.requests = requests
        self.check_literals(WhautomateQuotaSensor)

    def condition(self, context: Context) -> QuotaFree:
        """Return what the rendered sensor waits for."""
        return QuotaFree(threshold(self.requests))
