"""Classes and their participants."""

from __future__ import annotations

from datetime import datetime

from . import calendar, services
from .contract import Request
from .filters import Condition, listed, paging
from .people import CLIENTS, client_reference, fires, one_known
from .world import Json, Problem, World, iso

PARTICIPANTS = "participants"
BOOKED, WAITLISTED, CANCELLED = "BOOKED", "WAITLISTED", "CANCELLED"


def check(world: World, fields: Json, before: Json | None) -> Json:
    """A class's fields, references and times filled in. Raises Problem 400. It may be in the past."""
    location = world.named("locations", fields.get("location"), "location")
    staff = world.named("staffs", fields.get("staff"), "staff")
    service = services.named(world, fields, "CLASS")
    if not services.offers(world, service, staff, location["id"]):
        raise Problem(400, "staff.id names somebody who doesn't offer the service there")
    checked = {
        **fields,
        "location": services.location_reference(location),
        "staff": services.staff_reference(staff),
        "service": services.reference(service),
        "numberOfParticipants": fields.get("numberOfParticipants", service.get("numberOfParticipants", 10)),
        **calendar.times(calendar.start_of(fields), service["durationMinutes"]),
    }
    id = before["id"] if before is not None else ""
    if checked["numberOfParticipants"] < max(1, len(_participants(world, id, BOOKED))):
        raise Problem(400, "numberOfParticipants must be 1 or more, and not less than are booked")
    if world.behaviour.class_clash == "reject":
        start, end = (datetime.fromisoformat(checked[name]).timestamp() for name in ("startTimeUTC", "endTimeUTC"))
        if calendar.overlap((start, end), calendar.busy(world, staff["id"], (start, end), without=id)):
            raise Problem(400, "time is one at which the staff member is busy")
    return checked


def fill(world: World, fields: Json) -> Json:
    return {"status": "Scheduled", "isOnlineClass": False, **fields}


def changed(world: World, before: Json | None, after: Json | None) -> None:
    """Trigger the automations for participants of a class that moved or was deleted, and move them along. If there are
    more places now, people on the waitlist get them."""
    if before is None:
        return
    if after is None or after["startTimeUTC"] != before["startTimeUTC"]:
        for participant in _participants(world, before["id"]):
            if participant["status"] != CANCELLED:
                fires(world, "class_rescheduled" if after else "class_cancelled", CLIENTS, participant["client"]["id"])
            if after is None:
                world.store.delete(PARTICIPANTS, participant["id"])
    if after is not None:
        _move_up(world, after)


def shown(world: World, class_: Json) -> Json:
    return {**class_, "bookedParticipants": len(_participants(world, class_["id"], BOOKED))}


def list_participants(world: World, request: Request) -> list[Json]:
    """listClassParticipants: everyone who was ever added, in the order of adding, whatever the behaviour."""
    class_ = world.existing("classes", request.id)
    mine = ("json_extract(json, '$.class.id') = ?", (class_["id"],))
    return [_shown(world, participant) for participant in world.store.select(PARTICIPANTS, [mine, *listed(world)])]


def list_bookings(world: World, request: Request) -> list[Json]:
    """listClientClassBookings"""
    client = world.existing("clients", request.id)
    limit, offset = paging(world, request.query)
    mine: list[Condition] = [("json_extract(json, '$.client.id') = ?", (client["id"],))]
    found = world.store.select(PARTICIPANTS, mine + listed(world), world.behaviour.order, limit, offset)
    return [_shown(world, participant) for participant in found]


def add(world: World, request: Request) -> Json:
    """addClassParticipant"""
    class_ = world.existing("classes", request.id)
    client = world.named("clients", {"id": _client_id(request.body)}, "client")
    status = request.body.get("status", BOOKED)
    if status not in (BOOKED, WAITLISTED):
        raise Problem(400, f"status must be one of {BOOKED}, {WAITLISTED}")
    if world.behaviour.known_participant != "duplicate":
        there = [each for each in _of(world, class_["id"], client["id"]) if each["status"] != CANCELLED]
        found = one_known(world.behaviour.known_participant, there, "client")
        if found is not None:
            return _shown(world, found)
    if status == BOOKED and _full(world, class_):
        if world.behaviour.class_full == "reject":
            raise Problem(400, "the class is full")
        status = WAITLISTED
    fields = {
        "class": {"id": class_["id"]},
        "client": client_reference(world, client),
        "status": status,
        "paymentStatus": "Unpaid",
    }
    participant = world.create(PARTICIPANTS, fields)
    fires(world, f"class_{status.lower()}", CLIENTS, client["id"])
    return _shown(world, participant)


def cancel(world: World, request: Request) -> Json:
    """removeClassParticipant: the participant named by its own id or its client's, of several places the first."""
    class_ = world.existing("classes", request.id)
    body = request.body
    if "participantId" in body:
        found = [each for each in _participants(world, class_["id"]) if each["id"] == body["participantId"]]
    else:
        found = _of(world, class_["id"], _client_id(body))
    if not found:
        raise Problem(400, f"{'participantId' if 'participantId' in body else 'client'} names no participant")
    held = [each for each in found if each["status"] != CANCELLED]
    if not held:
        if world.behaviour.cancel_twice == "reject":
            raise Problem(400, "the place is cancelled already")
        return {}
    reason = {name: body[name] for name in ("cancellationReason",) if name in body}
    world.store.put(PARTICIPANTS, {**held[0], **reason, "status": CANCELLED, "updatedAt": iso(world.now())})
    fires(world, "class_cancelled", CLIENTS, held[0]["client"]["id"])
    _move_up(world, class_)
    return {}


def audience(world: World, class_id: str, status: str) -> list[Json]:
    """The clients who take part with a status (ALL: see the behaviour), in the order of adding."""
    wanted = status.upper()
    found = _participants(world, class_id, None if wanted == "ALL" else wanted)
    if wanted == "ALL" and world.behaviour.target_class_all == "not_cancelled":
        found = [each for each in found if each["status"] != CANCELLED]
    clients = [world.store.get("clients", each["client"]["id"]) for each in found]
    return [client for client in clients if client is not None]


def _participants(world: World, class_id: str, status: str | None = None) -> list[Json]:
    where = [("json_extract(json, '$.class.id') = ?", (class_id,))]
    if status is not None:
        where.append(("json_extract(json, '$.status') = ?", (status,)))
    return world.store.select(PARTICIPANTS, where)


def _of(world: World, class_id: str, client_id: str) -> list[Json]:
    return [each for each in _participants(world, class_id) if each["client"]["id"] == client_id]


def _full(world: World, class_: Json) -> bool:
    places: int = class_["numberOfParticipants"]
    return len(_participants(world, class_["id"], BOOKED)) >= places


def _move_up(world: World, class_: Json) -> None:
    for participant in _participants(world, class_["id"], WAITLISTED) if world.behaviour.waitlist_moves_up else ():
        if _full(world, class_):
            return
        world.store.put(PARTICIPANTS, {**participant, "status": BOOKED, "updatedAt": iso(world.now())})
        fires(world, "class_booked", CLIENTS, participant["client"]["id"])


def _client_id(body: Json) -> str:
    named = {body["clientId"]} if "clientId" in body else set()
    named |= {body["client"]["id"]} if "client" in body else set()
    if len(named) != 1:
        raise Problem(400, "client is required, once: client.id or clientId")
    id: str = named.pop()
    return id


def _shown(world: World, participant: Json) -> Json:
    return {**participant, "class": shown(world, world.existing("classes", participant["class"]["id"]))}
