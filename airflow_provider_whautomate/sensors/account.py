# Written by scripts/generate: `nox -s generate` writes it anew.
"""Sensors of account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from airflow_provider_whautomate._arguments import Templated
from airflow_provider_whautomate._task_arguments import SensorArguments
from airflow_provider_whautomate.sensors.base import WhautomateSensor
from whautomate_core.waiting.quota import QuotaFree

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context

__all__ = ["WhautomateQuotaSensor"]


class WhautomateQuotaSensor(WhautomateSensor):
    """Wait until the account may make this many requests now.

    A check reads the state database and sends nothing. Nothing is reserved, so other steps may use the requests first.
    Because checks cost nothing, they are at most 60 s apart.

    Returns: `left`, the number of requests that the account may make now.

    In addition: `requests`, and `waited`, the seconds spent waiting for permits.

    :param requests: The number of requests, within a minute as well as within a day (templated).
    :param poll_interval: If deferrable: seconds until the second check; doubles with each check, up to 15 minutes.
        Otherwise `poke_interval` applies.
    :param deferrable: Wait in the triggerer, without a worker slot.
    :param max_wait: Seconds that a check waits for a permit of the account; defaults to 120. A check that would have to
        wait longer is left out. With `exponential_backoff`, `max_wait` means what it means in all of Airflow's sensors:
        the longest time between two checks; then a check waits 120 s for a permit.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    template_fields = ("requests", *WhautomateSensor.template_fields)

    def __init__(
        self,
        *,
        requests: int | Templated,
        **kwargs: Unpack[SensorArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.requests = requests
        self.check_arguments(WhautomateQuotaSensor)

    def condition(self, context: Context) -> QuotaFree:
        """Return what the rendered sensor waits for."""
        return QuotaFree(requests=self.given("requests"))
