"""Waiting for appointments, and for slots that are free."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from airflow_provider_whautomate._arguments import from_text
from airflow_provider_whautomate.sensors.base import WhautomateSensor
from whautomate_core.bookings.conditions import AppointmentIs, SlotFree
from whautomate_core.values.arguments import plain

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context


class WhautomateAppointmentSensor(WhautomateSensor):
    """Wait until an appointment that begins in a period is booked, or one was cancelled.

    Returns `id` of one, `count`, `ids` (up to 100), `requests` and `waited`. Fails once the period is over. Each look
    reads the appointments of the client, member of staff or location, or all. See `WhautomateSensor` for the rest.

    :param is_: `booked` or `cancelled` (templated).
    :param earliest: Begin of the period: a datetime with a time zone, or text with an offset (templated).
    :param latest: Its end, which is not in it any more (templated).
    :param client_id: Whose appointment; defaults to anybody's (templated).
    :param service_id: Of what; defaults to any service (templated).
    :param staff_id: With whom; defaults to anybody (templated).
    :param location_id: Where; defaults to anywhere (templated).
    """

    template_fields: Sequence[str] = (
        "is_", "earliest", "latest", "client_id", "service_id", "staff_id", "location_id",
        *WhautomateSensor.template_fields,
    )  # fmt: skip

    def __init__(
        self,
        *,
        is_: str,
        earliest: datetime | str,
        latest: datetime | str,
        client_id: str | None = None,
        service_id: str | None = None,
        staff_id: str | None = None,
        location_id: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.is_ = is_
        self.earliest = earliest
        self.latest = latest
        self.client_id = client_id
        self.service_id = service_id
        self.staff_id = staff_id
        self.location_id = location_id
        self.check_literals(WhautomateAppointmentSensor)

    def condition(self, context: Context) -> AppointmentIs:
        """Return what the rendered sensor waits for."""
        return AppointmentIs(
            self.is_,
            self.earliest,
            self.latest,
            client_id=self.client_id,
            service_id=self.service_id,
            staff_id=self.staff_id,
            location_id=self.location_id,
        )


class WhautomateSlotSensor(WhautomateSensor):
    """Wait until a slot of a service is free in a period; return its `start` (UTC), `requests` and `waited`.

    Each look makes a request for each day of the period that is left, until one is found. Fails once the period is
    over. That it is free says not that it stays so: `WhautomateBookSlotOperator` looks again. See `WhautomateSensor`
    for the rest.

    :param service_id: The service (templated).
    :param earliest: Begin of the period: a datetime with a time zone, or text with an offset (templated).
    :param latest: Its end, which is not in it any more; up to 14 days later (templated).
    :param timezone: IANA zone of `hours` (templated).
    :param hours: Spans of the day in which it starts, such as `["09:00-12:00"]`; defaults to any time (templated).
    :param staff_id: With whom; defaults to anybody (templated).
    :param location_id: Where; defaults to anywhere (templated).
    """

    template_fields: Sequence[str] = (
        "service_id", "earliest", "latest", "timezone", "hours", "staff_id", "location_id",
        *WhautomateSensor.template_fields,
    )  # fmt: skip

    def __init__(
        self,
        *,
        service_id: str,
        earliest: datetime | str,
        latest: datetime | str,
        timezone: str = "UTC",
        hours: Sequence[str] | None = None,
        staff_id: str | None = None,
        location_id: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.service_id = service_id
        self.earliest = earliest
        self.latest = latest
        self.timezone = plain("timezone", timezone)
        self.hours = plain("hours", hours)
        self.staff_id = staff_id
        self.location_id = location_id
        self.check_literals(WhautomateSlotSensor)

    def condition(self, context: Context) -> SlotFree:
        """Return what the rendered sensor waits for."""
        hours = from_text("hours", Sequence[str] | None, self.hours)
        timezone = plain("timezone", self.timezone)
        return SlotFree(
            self.service_id,
            self.earliest,
            self.latest,
            timezone=timezone,
            hours=hours,
            staff_id=self.staff_id,
            location_id=self.location_id,
        )
