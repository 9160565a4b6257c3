"""Waiting for what becomes of a contact."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from airflow_provider_whautomate._redacted import Redacted, unredacted
from airflow_provider_whautomate.sensors.base import WhautomateSensor
from whautomate_core.people.conditions import ContactHas

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context


class WhautomateContactSensor(WhautomateSensor):
    """Wait until a contact has a tag, a stage, or both; return its `id`, `requests` and `waited`.

    Tags and stages are compared without regard to upper and lower case. See `WhautomateSensor` for the rest.

    :param contact_id: Id of the contact (templated).
    :param phone: In place of the id: a number, as which of the contacts that have it does not matter. There may be none
        yet (templated).
    :param tag: Name of a tag (templated).
    :param stage: Name of a stage (templated).
    """

    template_fields: Sequence[str] = ("contact_id", "phone", "tag", "stage", *WhautomateSensor.template_fields)
    _ready = False

    def __init__(
        self,
        *,
        contact_id: str | None = None,
        phone: str | None = None,
        tag: str | None = None,
        stage: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.contact_id = contact_id
        self.phone = phone
        self.tag = tag
        self.stage = stage
        self.check_literals(WhautomateContactSensor)
        self._ready = True

    def __setattr__(self, name: str, value: Any) -> None:
        # What sets it once the sensor is ready is the rendering, and Airflow keeps and shows what it was rendered to.
        if name == "phone" and self._ready and value is not None:
            value = _Number(value)
        super().__setattr__(name, value)

    def condition(self, context: Context) -> ContactHas:
        """Return what the rendered sensor waits for."""
        return ContactHas(self.contact_id, phone=unredacted(self.phone), tag=self.tag, stage=self.stage)


class _Number(Redacted):
    """A phone number that Airflow shows as its first and last digits."""

    def __str__(self) -> str:
        text = str(self.value)
        return f"{text[:3]}…{text[-2:]}"

    __repr__ = __str__
