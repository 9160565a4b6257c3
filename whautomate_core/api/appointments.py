"""Appointments: free slots, and bookings of a service with a member of staff.

Only the fields named UTC are instants; `startTime` and `endTime` are wall times with a false `Z` (evidence C), and
`time` is a twelve-hour wall time such as 04:39 PM. Bookings send reminders, so the client is read first, and people
who opted out are left alone.
"""

from __future__ import annotations

from typing import Any

from whautomate_core.api.call import Act, Call, Json, acting, get, listing, post, referred
from whautomate_core.api.check import body, query
from whautomate_core.api.clients import get_client
from whautomate_core.api.endpoint import by, endpoint
from whautomate_core.api.records import (
    Appointment,
    AppointmentFilters,
    AppointmentInput,
    CancelInput,
    EmptyResult,
    RescheduleInput,
    SlotDay,
    SlotFilters,
)


@endpoint("listAppointmentSlots", "GET /v1/appointments/slots", "day of slots", paged=False)
def list_appointment_slots(*, filters: SlotFilters | None = None) -> Call[list[SlotDay]]:
    """List free slots by day (`GET /v1/appointments/slots`; official page, evidence A)."""
    return listing("/v1/appointments/slots", query(SlotFilters, filters), paged=False)


@endpoint("listAppointments", "GET /v1/appointments", "appointment")
def list_appointments(*, filters: AppointmentFilters | None = None) -> Call[list[Appointment]]:
    """List appointments (`GET /v1/appointments`; official page, evidence A)."""
    return listing("/v1/appointments", query(AppointmentFilters, filters))


@endpoint(
    "bookAppointment", "POST /v1/appointments", "appointment", "booked", act=Act.BOOK, identity=by("client service")
)
def book_appointment(
    appointment: AppointmentInput, *, extra: Json | None = None, allow_protected: bool = False
) -> Call[Appointment]:
    """Book an appointment (`POST /v1/appointments`; path A; client, service, staff and location inferred, D)."""
    sent = body(AppointmentInput, appointment, extra)
    reads = (get_client(referred(sent, "client")),) if sent.get("client") else ()
    return acting(post("/v1/appointments", sent), Act.BOOK, allow_protected, reads)


@endpoint("getAppointment", "GET /v1/appointments/{}", "appointment")
def get_appointment(appointment_id: str) -> Call[Appointment]:
    """Show one appointment (`GET /v1/appointments/{appointmentId}`; official page, evidence A)."""
    return get("/v1/appointments/{}", appointment_id=appointment_id)


@endpoint(
    "rescheduleAppointment",
    "POST /v1/appointments/reschedule",
    "appointment",
    "rescheduled",
    act=Act.BOOK,
    identity=by("appointmentId"),
)
def reschedule_appointment(
    appointment: RescheduleInput, *, extra: Json | None = None, allow_protected: bool = False
) -> Call[Appointment]:
    """Move an appointment (`POST /v1/appointments/reschedule`; official page, evidence A: the id is in the body)."""
    return _booked("/v1/appointments/reschedule", body(RescheduleInput, appointment, extra), allow_protected)


@endpoint(
    "cancelAppointment",
    "POST /v1/appointments/cancel",
    "appointment",
    "cancelled",
    act=Act.BOOK,
    identity=by("appointmentId"),
)
def cancel_appointment(
    appointment: CancelInput, *, extra: Json | None = None, allow_protected: bool = False
) -> Call[EmptyResult]:
    """Cancel an appointment (`POST /v1/appointments/cancel`; official page, evidence A: the id is in the body)."""
    return _booked("/v1/appointments/cancel", body(CancelInput, appointment, extra), allow_protected)


def _booked(path: str, sent: Json, allow_protected: bool) -> Call[Any]:
    return acting(post(path, sent), Act.BOOK, allow_protected, (get_appointment(sent["appointmentId"]),))
