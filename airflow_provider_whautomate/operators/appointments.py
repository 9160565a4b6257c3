"""Appointments: free slots and bookings."""

from __future__ import annotations

from airflow_provider_whautomate.operators.base import WhautomateOperator
from whautomate_core.api import appointments


class WhautomateListAppointmentSlotsOperator(WhautomateOperator, call=appointments.list_appointment_slots): ...


class WhautomateListAppointmentsOperator(WhautomateOperator, call=appointments.list_appointments): ...


class WhautomateBookAppointmentOperator(WhautomateOperator, call=appointments.book_appointment): ...


class WhautomateGetAppointmentOperator(WhautomateOperator, call=appointments.get_appointment): ...


class WhautomateRescheduleAppointmentOperator(WhautomateOperator, call=appointments.reschedule_appointment): ...


class WhautomateCancelAppointmentOperator(WhautomateOperator, call=appointments.cancel_appointment): ...
