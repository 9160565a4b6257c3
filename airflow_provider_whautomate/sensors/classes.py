# Written by scripts/generate: `nox -s generate` writes it anew.
"""Sensors of classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from airflow_provider_whautomate._arguments import Templated
from airflow_provider_whautomate._task_arguments import SensorArguments
from airflow_provider_whautomate.sensors.base import WhautomateSensor
from whautomate_core.bookings.conditions import ClassPlaces

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context

__all__ = ["WhautomateClassSensor"]


class WhautomateClassSensor(WhautomateSensor):
    """Wait until a class has free places, or is full. Fails if it is cancelled, or begins first.

    Returns: `id`, `free` (places).

    In addition: `requests`, and `waited`, the seconds spent waiting for permits.

    :param class_id: Id of the class (templated).
    :param free: How many places must be free; 0 waits until the class is full (templated).
    :param poll_interval: If deferrable: seconds until the second check; doubles with each check, up to 15 minutes.
        Otherwise `poke_interval` applies.
    :param deferrable: Wait in the triggerer, without a worker slot.
    :param max_wait: Seconds that a check waits for a permit of the account; defaults to 120. A check that would have to
        wait longer is left out. With `exponential_backoff`, `max_wait` means what it means in all of Airflow's sensors:
        the longest time between two checks; then a check waits 120 s for a permit.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    template_fields = ("class_id", "free", *WhautomateSensor.template_fields)

    def __init__(
        self,
        *,
        class_id: str | Templated,
        free: int | Templated = 1,
        **kwargs: Unpack[SensorArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.class_id = class_id
        self.free = free
        self.check_arguments(WhautomateClassSensor)

    def condition(self, context: Context) -> ClassPlaces:
        """Return what the rendered sensor waits for."""
        return ClassPlaces(class_id=self.given("class_id"), free=self.given("free"))
