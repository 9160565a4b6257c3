"""Appointments: free slots and bookings."""

from prefect_whautomate._tasks import endpoint_tasks
from whautomate_core.api import appointments

list_appointment_slots, alist_appointment_slots = endpoint_tasks(appointments.list_appointment_slots)
list_appointments, alist_appointments = endpoint_tasks(appointments.list_appointments)
book_appointment, abook_appointment = endpoint_tasks(appointments.book_appointment)
get_appointment, aget_appointment = endpoint_tasks(appointments.get_appointment)
reschedule_appointment, areschedule_appointment = endpoint_tasks(appointments.reschedule_appointment)
cancel_appointment, acancel_appointment = endpoint_tasks(appointments.cancel_appointment)
