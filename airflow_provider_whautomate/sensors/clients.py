# Written by scripts/generate: `nox -s generate` writes it anew.
"""Sensors of clients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from airflow_provider_whautomate._arguments import Templated
from airflow_provider_whautomate._task_arguments import SensorArguments
from airflow_provider_whautomate.sensors.base import WhautomateSensor
from whautomate_core.people.conditions import ClientHas

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context

__all__ = ["WhautomateClientSensor"]


class WhautomateClientSensor(WhautomateSensor):
    """Wait until a client has a tag. Upper and lower case are the same. Clients have no stages.

    Returns: `id`.

    In addition: `requests`, and `waited`, the seconds spent waiting for permits.

    :param client_id: Id of the client (templated).
    :param tag: Name of a tag (templated).
    :param poll_interval: If deferrable: seconds until the second check; doubles with each check, up to 15 minutes.
        Otherwise `poke_interval` applies.
    :param deferrable: Wait in the triggerer, without a worker slot.
    :param max_wait: Seconds that a check waits for a permit of the account; defaults to 120. A check that would have to
        wait longer is left out. With `exponential_backoff`, `max_wait` means what it means in all of Airflow's sensors:
        the longest time between two checks; then a check waits 120 s for a permit.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    template_fields = ("client_id", "tag", *WhautomateSensor.template_fields)

    def __init__(
        self,
        *,
        client_id: str | Templated,
        tag: str | Templated,
        **kwargs: Unpack[SensorArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.client_id = client_id
        self.tag = tag
        self.check_arguments(WhautomateClientSensor)

    def condition(self, context: Context) -> ClientHas:
        """Return what the rendered sensor waits for."""
        return ClientHas(client_id=self.given("client_id"), tag=self.given("tag"))
