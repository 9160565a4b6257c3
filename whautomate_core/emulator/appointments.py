"""Appointments: free slots, and what is booked into them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from . import calendar, services
from .calendar import Span
from .contract import Request
from .filters import day
from .people import CLIENTS, client_reference, fires
from .world import LOCATION_ID, TIMEZONE, Json, Problem, World, iso


def check(world: World, fields: Json, before: Json | None) -> Json:
    """A booking's fields, references and times filled in. Raises Problem 400 if it can't be made."""
    service = services.named(world, fields, "APPOINTMENT")
    client = world.named("clients", fields.get("client"), "client")
    location = world.named("locations", fields.get("location") or _place(service), "location")
    add_ons = [
        world.named("services", reference, f"addOnServices.{position}")
        for position, reference in enumerate(fields.get("addOnServices", []))
    ]
    start = calendar.start_of(fields)
    minutes = service["durationMinutes"]
    if world.behaviour.add_ons_lengthen:
        minutes += sum(services.shown(world, each)["durationMinutes"] for each in add_ons)
    booking = {
        **fields,
        "service": services.reference(service),
        "client": client_reference(world, client),
        "location": services.location_reference(location),
        "addOnServices": [services.reference(each) for each in add_ons],
        **calendar.times(start, minutes),
    }
    if not fields.get("staff") and world.behaviour.booking_without_staff == "any":
        able = [
            staff for staff in world.store.select("staffs") if services.offers(world, service, staff, location["id"])
        ]
        free = [staff for staff in able if _free(world, booking, service, staff)]
        if not (free or able):
            raise Problem(400, "service.id names a service that nobody offers")
        staff = (free or able)[0]
    else:
        staff = world.named("staffs", fields.get("staff"), "staff")
    if not fields.get("overrideTimeSlotValidation"):
        if not services.offers(world, service, staff, location["id"]):
            raise Problem(400, "staff.id names somebody who doesn't offer the service there")
        if not _free(world, booking, service, staff):
            raise Problem(400, "time is not that of a free slot")
    return {**booking, "staff": services.staff_reference(staff), "busyUntilUTC": _busy_until(booking, service)}


def fill(world: World, fields: Json) -> Json:
    added = {"status": "Booked", "bookedFrom": "API", "appointmentType": "Service", "paymentStatus": "Unpaid"}
    return {**added, "overrideTimeSlotValidation": False, **fields}


def changed(world: World, before: Json | None, after: Json | None) -> None:
    """Trigger the automations of a booking."""
    if after is not None:
        fires(world, "appointment_booked", CLIENTS, after["client"]["id"])


def reschedule(world: World, request: Request) -> Json:
    """rescheduleAppointment. If the new time isn't free, the old one is kept."""
    before = _named(world, request.body)
    if before["status"] == "Cancelled":
        raise Problem(400, "the appointment is cancelled")
    start = calendar.start_of({"timezone": before["timezone"], **request.fields})
    begun, ended = map(datetime.fromisoformat, (before["startTimeUTC"], before["endTimeUTC"]))
    after = {**before, **calendar.times(start, (ended - begun) / timedelta(minutes=1))}
    # A service that was deleted meanwhile is known by what the appointment holds.
    service = services.shown(world, world.store.get("services", before["service"]["id"]) or before["service"])
    if not _free(world, after, service, before["staff"]):
        raise Problem(400, "time is not that of a free slot")
    status = world.behaviour.rescheduled_status
    after |= {"status": status, "busyUntilUTC": _busy_until(after, service), "updatedAt": iso(world.now())}
    world.store.put("appointments", after)
    fires(world, "appointment_rescheduled", CLIENTS, before["client"]["id"])
    return {name: value for name, value in after.items() if name in request.operation.readable}


def cancel(world: World, request: Request) -> Json:
    """cancelAppointment"""
    before = _named(world, request.body)
    if before["status"] == "Cancelled":
        if world.behaviour.cancel_twice == "reject":
            raise Problem(400, "the appointment is cancelled already")
        return {}
    reason = {name: request.body[name] for name in ("cancellationReason",) if name in request.body}
    world.store.put("appointments", {**before, **reason, "status": "Cancelled", "updatedAt": iso(world.now())})
    fires(world, "appointment_cancelled", CLIENTS, before["client"]["id"])
    return {}


def list_slots(world: World, request: Request) -> list[Json]:
    """listAppointmentSlots: free slots of a service (without: of half an hour) with a staff member (without: anyone who
    offers it) at a location (without: the service's), by day of the asked zone, days without one included."""
    query = request.query
    tz = calendar.zone(query.get("timezone") or TIMEZONE)
    named = {
        name: world.named(f"{name}s", {"id": query[f"{name}Id"]}, name)
        for name in ("service", "staff", "location")
        if query.get(f"{name}Id")
    }
    service = services.shown(world, named.get("service", {}))
    place = named.get("location", _place(service))["id"]
    staffs = [named["staff"]] if "staff" in named else world.store.select("staffs")
    if "service" in named:
        able = [staff for staff in staffs if services.offers(world, service, staff, place)]
    else:
        able = [staff for staff in staffs if place in staff["locations"]]
    date = query.get("date")
    first = day(date or f"{datetime.fromtimestamp(world.now(), tz):%Y-%m-%d}", "date").replace(tzinfo=tz)
    count = world.behaviour.next_three_days if query.get("nextThreeDays", "").lower() == "true" else 1
    return [_slot_day(world, first + timedelta(days=number), service, able) for number in range(count)]


def _slot_day(world: World, begin: datetime, service: Json, able: list[Json]) -> Json:
    # Adding a day to a time with a zone gives the same wall time on the next, whatever the clock did between.
    span = begin.timestamp(), (begin + timedelta(days=1)).timestamp()
    found = sorted({slot for staff in able for slot in calendar.slots(world, staff["id"], span, service)})

    def text(at: float) -> str:
        form = world.behaviour.slot_times
        local = datetime.fromtimestamp(at, begin.tzinfo)
        return iso(at) if form == "utc" else calendar.wall(local) if form == "wall" else calendar.clock(local)

    slots = [{"startTime": text(start), "endTime": text(end)} for start, end in found]
    return {"date": iso(begin.timestamp()), "timezone": str(begin.tzinfo), "slots": slots}


def _place(service: Json) -> Json:
    place: Json = service.get("location", {"id": LOCATION_ID})
    return place


def _named(world: World, body: Json) -> Json:
    appointment = world.store.get("appointments", body["appointmentId"])
    if appointment is None:
        raise Problem(400, "appointmentId names none of the appointments")
    return appointment


def _span(booking: Json) -> Span:
    start, end = (datetime.fromisoformat(booking[name]).timestamp() for name in ("startTimeUTC", "endTimeUTC"))
    return start, end


def _free(world: World, booking: Json, service: Json, staff: Json) -> bool:
    start, end = _span(booking)
    minutes = (end - start) / 60
    free = calendar.slots(world, staff["id"], (start, start + 0.001), service, minutes, booking.get("id", ""))
    return any(slot[0] == start for slot in free)


def _busy_until(booking: Json, service: Json) -> str:
    after: Any = service.get("advanceSettings", {}).get("blockTimeAfterAppointment", 0)
    return iso(_span(booking)[1] + 60 * after)
