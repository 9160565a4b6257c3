# Written by scripts/generate: `nox -s generate` writes it anew.
"""Sensors of appointments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Unpack

from airflow_provider_whautomate._arguments import Templated
from airflow_provider_whautomate._task_arguments import SensorArguments
from airflow_provider_whautomate.sensors.base import WhautomateSensor
from whautomate_core.bookings.conditions import AppointmentIs, SlotFree

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context

__all__ = ["WhautomateAppointmentSensor", "WhautomateSlotSensor"]


class WhautomateAppointmentSensor(WhautomateSensor):
    """Wait until an appointment that begins in a period is booked, or one is cancelled.

    Fails when the period is over. Each check reads the appointments of the client, member of staff or location, or all
    of them.

    Returns: `id` of one, `count`, `ids` (up to 100).

    In addition: `requests`, and `waited`, the seconds spent waiting for permits.

    :param is_: `booked` or `cancelled` (templated).
    :param earliest: Start of the period: a datetime with a time zone, or text with an offset (templated).
    :param latest: End of the period, which is not part of it (templated).
    :param client_id: Whose appointment; defaults to anybody's (templated).
    :param service_id: Of which service; defaults to any (templated).
    :param staff_id: With whom; defaults to anybody (templated).
    :param location_id: Where; defaults to anywhere (templated).
    :param poll_interval: If deferrable: seconds until the second check; doubles with each check, up to 15 minutes.
        Otherwise `poke_interval` applies.
    :param deferrable: Wait in the triggerer, without a worker slot.
    :param max_wait: Seconds that a check waits for a permit of the account; defaults to 120. A check that would have to
        wait longer is left out. With `exponential_backoff`, `max_wait` means what it means in all of Airflow's sensors:
        the longest time between two checks; then a check waits 120 s for a permit.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    template_fields = (
        "is_",
        "earliest",
        "latest",
        "client_id",
        "service_id",
        "staff_id",
        "location_id",
        *WhautomateSensor.template_fields,
    )

    def __init__(
        self,
        *,
        is_: str | Templated,
        earliest: datetime | str | Templated,
        latest: datetime | str | Templated,
        client_id: str | Templated | None = None,
        service_id: str | Templated | None = None,
        staff_id: str | Templated | None = None,
        location_id: str | Templated | None = None,
        **kwargs: Unpack[SensorArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.is_ = is_
        self.earliest = earliest
        self.latest = latest
        self.client_id = client_id
        self.service_id = service_id
        self.staff_id = staff_id
        self.location_id = location_id
        self.check_arguments(WhautomateAppointmentSensor)

    def condition(self, context: Context) -> AppointmentIs:
        """Return what the rendered sensor waits for."""
        return AppointmentIs(
            is_=self.given("is_"),
            earliest=self.given("earliest"),
            latest=self.given("latest"),
            client_id=self.given("client_id"),
            service_id=self.given("service_id"),
            staff_id=self.given("staff_id"),
            location_id=self.given("location_id"),
        )


class WhautomateSlotSensor(WhautomateSensor):
    """Wait until a slot of a service is free in a period. It may be taken before it is booked.

    Fails when the period is over. Each check makes a request for each remaining day of the period, until it finds a
    free slot.

    Returns: `start` (UTC).

    In addition: `requests`, and `waited`, the seconds spent waiting for permits.

    :param service_id: Id of the service (templated).
    :param earliest: Start of the period: a datetime with a time zone, or text with an offset (templated).
    :param latest: End of the period, which is not part of it; up to 14 days later (templated).
    :param timezone: IANA zone of `hours` (templated).
    :param hours: Spans of the day in which the slot starts, such as `["09:00-12:00"]`; defaults to any time
        (templated).
    :param staff_id: With whom; defaults to anybody (templated).
    :param location_id: Where; defaults to anywhere (templated).
    :param poll_interval: If deferrable: seconds until the second check; doubles with each check, up to 15 minutes.
        Otherwise `poke_interval` applies.
    :param deferrable: Wait in the triggerer, without a worker slot.
    :param max_wait: Seconds that a check waits for a permit of the account; defaults to 120. A check that would have to
        wait longer is left out. With `exponential_backoff`, `max_wait` means what it means in all of Airflow's sensors:
        the longest time between two checks; then a check waits 120 s for a permit.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    template_fields = (
        "service_id",
        "earliest",
        "latest",
        "timezone",
        "hours",
        "staff_id",
        "location_id",
        *WhautomateSensor.template_fields,
    )

    def __init__(
        self,
        *,
        service_id: str | Templated,
        earliest: datetime | str | Templated,
        latest: datetime | str | Templated,
        timezone: str | Templated = "UTC",
        hours: Sequence[str] | Templated | None = None,
        staff_id: str | Templated | None = None,
        location_id: str | Templated | None = None,
        **kwargs: Unpack[SensorArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.service_id = service_id
        self.earliest = earliest
        self.latest = latest
        self.timezone = timezone
        self.hours = hours
        self.staff_id = staff_id
        self.location_id = location_id
        self.check_arguments(WhautomateSlotSensor)

    def condition(self, context: Context) -> SlotFree:
        """Return what the rendered sensor waits for."""
        return SlotFree(
            service_id=self.given("service_id"),
            earliest=self.given("earliest"),
            latest=self.given("latest"),
            timezone=self.given("timezone"),
            hours=self.given("hours"),
            staff_id=self.given("staff_id"),
            location_id=self.given("location_id"),
        )
