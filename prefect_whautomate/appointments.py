"""Appointments: the endpoints, and the jobs that book the first free slot, move, cancel and export."""

from __future__ import annotations

from datetime import datetime

from prefect_whautomate._tasks import endpoint_tasks, job_tasks
from prefect_whautomate._waiting import waiting_tasks
from whautomate_core.api import appointments
from whautomate_core.bookings import appointments as bookings
from whautomate_core.bookings import exports, slots
from whautomate_core.bookings.conditions import AppointmentIs, SlotFree

list_appointment_slots, alist_appointment_slots = endpoint_tasks(appointments.list_appointment_slots)
list_appointments, alist_appointments = endpoint_tasks(appointments.list_appointments)
book_appointment, abook_appointment = endpoint_tasks(appointments.book_appointment)
get_appointment, aget_appointment = endpoint_tasks(appointments.get_appointment)
reschedule_appointment, areschedule_appointment = endpoint_tasks(appointments.reschedule_appointment)
cancel_appointment, acancel_appointment = endpoint_tasks(appointments.cancel_appointment)


book_slot, abook_slot = job_tasks(slots.book_slot, __name__)
reschedule_booking, areschedule_booking = job_tasks(bookings.reschedule_booking, __name__)
cancel_booking, acancel_booking = job_tasks(bookings.cancel_booking, __name__)
export_appointments, aexport_appointments = job_tasks(exports.export_appointments, __name__, finished=False)


def _wait_for_appointment(
    is_: str,
    earliest: datetime | str,
    latest: datetime | str,
    *,
    client_id: str | None = None,
    service_id: str | None = None,
    staff_id: str | None = None,
    location_id: str | None = None,
) -> AppointmentIs:
    """Wait until an appointment that begins in a period is booked, or one was cancelled.

    Args:
        is_: `booked` or `cancelled`.
        earliest: Begin of the period: a datetime with a time zone, or text with an offset.
        latest: Its end, which is not in it any more; the task fails once it is over.
        client_id: Whose appointment; defaults to anybody's.
        service_id: Of what; defaults to any service.
        staff_id: With whom; defaults to anybody.
        location_id: Where; defaults to anywhere.

    Returns:
        `id` of one, `count`, `ids` (up to 100).
    """
    return AppointmentIs(
        is_,
        earliest,
        latest,
        client_id=client_id,
        service_id=service_id,
        staff_id=staff_id,
        location_id=location_id,
    )


def _wait_for_slot(
    service_id: str,
    earliest: datetime | str,
    latest: datetime | str,
    *,
    timezone: str = "UTC",
    hours: list[str] | None = None,
    staff_id: str | None = None,
    location_id: str | None = None,
) -> SlotFree:
    """Wait until a slot of a service is free in a period. That it is says not that it stays so.

    Each look makes a request for each day of the period that is left, until one is found.

    Args:
        service_id: The service.
        earliest: Begin of the period: a datetime with a time zone, or text with an offset.
        latest: Its end, up to 14 days later; the task fails once it is over.
        timezone: IANA zone of `hours`.
        hours: Spans of the day in which it starts, such as `["09:00-12:00"]`; defaults to any time.
        staff_id: With whom; defaults to anybody.
        location_id: Where; defaults to anywhere.

    Returns:
        `start` (UTC).
    """
    return SlotFree(
        service_id,
        earliest,
        latest,
        timezone=timezone,
        hours=hours,
        staff_id=staff_id,
        location_id=location_id,
    )


wait_for_appointment, await_for_appointment = waiting_tasks(_wait_for_appointment)
wait_for_slot, await_for_slot = waiting_tasks(_wait_for_slot)
