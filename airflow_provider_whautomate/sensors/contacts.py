# Written by scripts/generate: `nox -s generate` writes it anew.
"""Sensors of contacts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from airflow_provider_whautomate._arguments import Templated
from airflow_provider_whautomate._task_arguments import SensorArguments
from airflow_provider_whautomate.sensors.base import WhautomateSensor
from whautomate_core.people.conditions import ContactHas

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context

__all__ = ["WhautomateContactSensor"]


class WhautomateContactSensor(WhautomateSensor):
    """Wait until a contact has a tag, a stage, or both. Upper and lower case are the same.

    Returns: `id`.

    In addition: `requests`, and `waited`, the seconds spent waiting for permits.

    :param contact_id: Id of the contact; this or `phone` (templated).
    :param phone: A number. Any contact with that number will do, and there may be none yet (templated).
    :param tag: Name of a tag (templated).
    :param stage: Name of a stage (templated).
    :param poll_interval: If deferrable: seconds until the second check; doubles with each check, up to 15 minutes.
        Otherwise `poke_interval` applies.
    :param deferrable: Wait in the triggerer, without a worker slot.
    :param max_wait: Seconds that a check waits for a permit of the account; defaults to 120. A check that would have to
        wait longer is left out. With `exponential_backoff`, `max_wait` means what it means in all of Airflow's sensors:
        the longest time between two checks; then a check waits 120 s for a permit.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    template_fields = ("contact_id", "phone", "tag", "stage", *WhautomateSensor.template_fields)
    redacted_fields = frozenset({"phone"})

    def __init__(
        self,
        *,
        contact_id: str | Templated | None = None,
        phone: str | Templated | None = None,
        tag: str | Templated | None = None,
        stage: str | Templated | None = None,
        **kwargs: Unpack[SensorArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.contact_id = contact_id
        self.phone = phone
        self.tag = tag
        self.stage = stage
        self.check_arguments(WhautomateContactSensor)

    def condition(self, context: Context) -> ContactHas:
        """Return what the rendered sensor waits for."""
        return ContactHas(
            contact_id=self.given("contact_id"),
            phone=self.given("phone"),
            tag=self.given("tag"),
            stage=self.given("stage"),
        )
