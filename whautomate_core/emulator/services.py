"""Services and their categories; who may give them."""

from __future__ import annotations

from .world import Json, Problem, World


def check(world: World, fields: Json, before: Json | None) -> Json:
    """The fields unchanged. Raises Problem 400 for references that don't exist and invalid lengths."""
    world.check_location(fields)
    for field, resource in (("categories", "serviceCategories"), ("staffs", "staffs")):
        for position, reference in enumerate(fields.get(field, [])):
            world.named(resource, reference, f"{field}.{position}")
    if not 1 <= fields.get("durationMinutes", 1) <= 1440:
        raise Problem(400, "durationMinutes must be from 1 to 1440")
    if fields.get("numberOfParticipants", 1) < 1:
        raise Problem(400, "numberOfParticipants must be 1 or more")
    for name, most in (("blockTimeAfterAppointment", 1440), ("advanceBookingLimitDays", 36_500)):
        if not 0 <= fields.get("advanceSettings", {}).get(name, 0) <= most:
            raise Problem(400, f"advanceSettings.{name} must be from 0 to {most}")
    return fields


def fill(world: World, fields: Json) -> Json:
    return {"durationMinutes": 30, "categories": [], "staffs": [], "active": True, **fields}


def shown(world: World, service: Json) -> Json:
    # A PUT that replaces takes a service's length away; what takes place needs one.
    return {"durationMinutes": 30, **service}


def fill_category(world: World, fields: Json) -> Json:
    return {"slug": "-".join(fields["name"].casefold().split()), **fields}


def category_changed(world: World, before: Json | None, after: Json | None) -> None:
    """Take a deleted category off the services that have it."""
    if before is None or after is not None:
        return
    for service in world.store.select("services"):
        kept = [category for category in service.get("categories", []) if category["id"] != before["id"]]
        if len(kept) < len(service.get("categories", [])):
            world.store.put("services", {**service, "categories": kept})


def named(world: World, fields: Json, kind: str) -> Json:
    """The service a booking names, of a kind (APPOINTMENT, CLASS). Raises Problem 400."""
    service = shown(world, world.named("services", fields.get("service"), "service"))
    if str(service.get("serviceType")).upper() != kind:
        raise Problem(400, f"service.id names a service of another type than {kind}")
    return service


def offers(world: World, service: Json, staff: Json, location_id: str) -> bool:
    """Whether a staff member gives a service at a location."""
    own = [each["id"] for each in service.get("staffs", [])]
    named = staff["id"] in own if own else world.behaviour.service_without_staff == "everybody"
    return named and location_id in staff["locations"]


def reference(service: Json) -> Json:
    """A service as appointments and classes show it."""
    return {name: service[name] for name in ("id", "name", "durationMinutes", "sellingPrice") if name in service}


def staff_reference(staff: Json) -> Json:
    """A staff member as appointments and classes show it."""
    return {"id": staff["id"], "name": f"{staff['firstName']} {staff['lastName']}"}


def location_reference(location: Json) -> Json:
    """A location as appointments and classes show it."""
    return {"id": location["id"], "title": location["title"]}
