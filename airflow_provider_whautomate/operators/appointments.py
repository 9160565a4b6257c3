"""Appointments: the endpoints, and the jobs that book the first free slot, move, cancel and export."""

from __future__ import annotations

from airflow_provider_whautomate.operators.base import WhautomateOperator
from airflow_provider_whautomate.operators.jobs import WhautomateJobOperator
from whautomate_core.api import appointments
from whautomate_core.bookings import appointments as bookings
from whautomate_core.bookings import exports, slots


class WhautomateListAppointmentSlotsOperator(WhautomateOperator, call=appointments.list_appointment_slots): ...


class WhautomateListAppointmentsOperator(WhautomateOperator, call=appointments.list_appointments): ...


class WhautomateBookAppointmentOperator(WhautomateOperator, call=appointments.book_appointment): ...


class WhautomateGetAppointmentOperator(WhautomateOperator, call=appointments.get_appointment): ...


class WhautomateRescheduleAppointmentOperator(WhautomateOperator, call=appointments.reschedule_appointment): ...


class WhautomateCancelAppointmentOperator(WhautomateOperator, call=appointments.cancel_appointment): ...


class WhautomateBookSlotOperator(WhautomateJobOperator, job=slots.book_slot): ...


class WhautomateRescheduleBookingOperator(WhautomateJobOperator, job=bookings.reschedule_booking): ...


class WhautomateCancelBookingOperator(WhautomateJobOperator, job=bookings.cancel_booking): ...


class WhautomateExportAppointmentsOperator(WhautomateJobOperator, job=exports.export_appointments): ...
