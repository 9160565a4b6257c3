"""Waiting for places of a class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from airflow_provider_whautomate._arguments import threshold
from airflow_provider_whautomate.sensors.base import WhautomateSensor
from whautomate_core.bookings.conditions import ClassPlaces

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context


class WhautomateClassSensor(WhautomateSensor):
    """Wait until a class has places free, or is full; return its `id`, `free` (places), `requests` and `waited`.

    Fails where the class was cancelled, or has begun before it is so. See `WhautomateSensor` for the rest.

    :param class_id: Id of the class (templated).
    :param free: How many places at least; 0 for a class that is full (templated).
    """

    template_fields: Sequence[str] = ("class_id", "free", *WhautomateSensor.template_fields)

    def __init__(self, *, class_id: str, free: int | str = 1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.class_id = class_id
        self.free = free
        self.check_literals(WhautomateClassSensor)

    def condition(self, context: Context) -> ClassPlaces:
        """Return what the rendered sensor waits for."""
        return ClassPlaces(self.class_id, free=threshold(self.free))
