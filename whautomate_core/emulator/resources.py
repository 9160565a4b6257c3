"""What each operation does to the records, and how the records hang together.

A resource that is a plain collection takes one line in `RESOURCES`; its operations, fields and filters come from the
contract. What a collection doesn't cover is a function in `OTHERS`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from . import appointments, broadcasts, classes, messages, people, services, staffs
from .contract import Operation, Request, operations
from .filters import FILTERS, Filter, dated, listed, paging
from .people import CLIENTS, CONTACTS, KINDS
from .questions.messages import SENDS
from .world import Json, Problem, World, iso

Handler = Callable[[World, Request], Any]


def _as_sent(world: World, fields: Json) -> Json:
    return fields


def _any(world: World, fields: Json, before: Json | None) -> Json:
    return fields


def _nothing(world: World, before: Json | None, after: Json | None) -> None:
    pass


def _never(world: World, fields: Json) -> Json | None:
    return None


def _as_kept(world: World, record: Json) -> Json:
    return record


@dataclass(frozen=True)
class Resource:
    """How a collection differs from a plain one."""

    fill: Callable[[World, Json], Json] = _as_sent
    """Fields of a new record in addition to those that were sent."""
    check: Callable[[World, Json, Json | None], Json] = _any
    """The fields to keep of those sent, given the record before (None: a new one); raises Problem."""
    known: Callable[[World, Json], Json | None] = _never
    """The record to answer with instead of a new one; raises Problem where there must not be another."""
    changed: Callable[[World, Json | None, Json | None], None] = _nothing
    """What follows from a change: the record before (None: new) and after (None: deleted). Raises Problem where the
    change isn't allowed, which undoes it."""
    shown: Callable[[World, Json], Json] = _as_kept
    """The record as it is answered."""
    filters: Mapping[str, Filter] = field(default_factory=dict)
    """Query parameters that mean something else than elsewhere."""


# A collection


def _list(world: World, request: Request) -> list[Json]:
    resource = request.operation.resource
    limit, offset = paging(world, request.query)
    filters = {**FILTERS, **RESOURCES[resource].filters}
    asked = [name for name in request.operation.query if name in filters and request.query.get(name)]
    where = listed(world) + [filters[name](world, request.query[name]) for name in asked]
    found = world.store.select(resource, where, world.behaviour.order, limit, offset)
    return [shown(world, request.operation, record) for record in found]


def _get(world: World, request: Request) -> Json:
    return shown(world, request.operation, world.existing(request.operation.resource, request.id))


def _create(world: World, request: Request) -> Json:
    resource = RESOURCES[request.operation.resource]
    fields = resource.check(world, request.fields, None)
    record = resource.known(world, fields)
    if record is None:
        record = world.create(request.operation.resource, resource.fill(world, fields))
        resource.changed(world, None, record)
        record = world.existing(request.operation.resource, record["id"])
    return shown(world, request.operation, record)


def _update(world: World, request: Request) -> Json:
    resource = RESOURCES[request.operation.resource]
    before = world.existing(request.operation.resource, request.id)
    kept = before
    if world.behaviour.put == "replace":
        kept = {name: value for name, value in before.items() if name not in request.operation.writable}
    fields = resource.check(world, {**kept, **request.fields}, before)
    after = {**fields, "id": before["id"], "updatedAt": iso(world.now())}
    world.store.put(request.operation.resource, after)
    resource.changed(world, before, after)
    return shown(world, request.operation, world.existing(request.operation.resource, request.id))


def _delete(world: World, request: Request) -> Json:
    record = world.existing(request.operation.resource, request.id)
    world.store.delete(request.operation.resource, record["id"])
    RESOURCES[request.operation.resource].changed(world, record, None)
    return {"success": True}


def shown(world: World, operation: Operation, record: Json) -> Json:
    """A record as the operation answers it: the contract's fields and no others."""
    full = RESOURCES[operation.resource].shown(world, record)
    return {name: value for name, value in full.items() if name in operation.readable}


# The rest


def _account_info(world: World, request: Request) -> Json:
    return {"name": "Whautomate emulator", "ownerEmail": "owner@example.com"}


def _broadcast_logs(world: World, request: Request) -> list[Json]:
    broadcast = world.existing("broadcasts", request.id)
    return broadcasts.logs(world, broadcast, *paging(world, request.query))


def _placed(world: World, fields: Json, before: Json | None) -> Json:
    return world.check_location(fields)


def _check_segment(world: World, fields: Json, before: Json | None) -> Json:
    world.check_location(fields)
    dropped = world.behaviour.segment_scope == "dropped"
    return {name: value for name, value in fields.items() if not (dropped and name == "location")}


def _check_webhook(world: World, fields: Json, before: Json | None) -> Json:
    # Nothing is ever sent there. An event by another name than the known ones is taken: they aren't all known.
    try:
        url = urlsplit(fields["serverUrl"])
        right = url.scheme in ("http", "https") and bool(url.hostname)
    except ValueError:
        right = False
    if not right or not re.fullmatch(r"[!#-;=?-\[\]_a-z~%]+", fields["serverUrl"]):
        raise Problem(400, "serverUrl must be an http or https URL")
    return fields


_BOOKING_DATES = dated("booking_dates", "held", "json_extract(json, '$.date')")
_CLIENT_DATES = dated(
    "client_dates",
    "registered",
    "coalesce(json_extract(json, '$.registrationDate'), json_extract(json, '$.createdAt'))",
)

RESOURCES: dict[str, Resource] = {
    "locations": Resource(),
    "contacts": Resource(
        partial(people.fill, CONTACTS),
        partial(people.check, CONTACTS),
        partial(people.known, CONTACTS),
        partial(people.changed, CONTACTS),
        people.show_contact,
    ),
    "clients": Resource(
        partial(people.fill, CLIENTS),
        partial(people.check, CLIENTS),
        partial(people.known, CLIENTS),
        partial(people.changed, CLIENTS),
        people.show_client,
        _CLIENT_DATES,
    ),
    **{
        kind.tags: Resource(
            fill=people.fill_tag, known=partial(people.known_tag, kind), changed=partial(people.tag_changed, kind)
        )
        for kind in KINDS
    },
    "staffs": Resource(filters={"locationId": staffs.at_location}),
    "segments": Resource(check=_check_segment),
    "broadcasts": Resource(check=broadcasts.check, changed=broadcasts.changed, shown=broadcasts.shown),
    "serviceCategories": Resource(services.fill_category, _placed, changed=services.category_changed),
    "services": Resource(services.fill, services.check),
    "appointments": Resource(
        appointments.fill, appointments.check, changed=appointments.changed, filters=_BOOKING_DATES
    ),
    "classes": Resource(
        classes.fill, classes.check, changed=classes.changed, shown=classes.shown, filters=_BOOKING_DATES
    ),
    "webhooks": Resource(check=_check_webhook),
}

OTHERS: dict[str, Handler] = {
    "getAccountInfo": _account_info,
    "addContactTags": partial(people.add_tags, CONTACTS),
    "removeContactTags": partial(people.remove_tags, CONTACTS),
    "addClientTags": partial(people.add_tags, CLIENTS),
    "removeClientTags": partial(people.remove_tags, CLIENTS),
    "listStaffAvailabilityBlocks": staffs.list_blocks,
    "createStaffAvailabilityBlock": staffs.create_block,
    "getStaffAvailabilityBlock": staffs.get_block,
    "deleteStaffAvailabilityBlock": staffs.delete_block,
    "listBroadcastLogs": _broadcast_logs,
    "listContactMessages": messages.list_messages,
    **dict.fromkeys(SENDS, messages.send),
    "listAppointmentSlots": appointments.list_slots,
    "rescheduleAppointment": appointments.reschedule,
    "cancelAppointment": appointments.cancel,
    "listClassParticipants": classes.list_participants,
    "addClassParticipant": classes.add,
    "removeClassParticipant": classes.cancel,
    "listClientClassBookings": classes.list_bookings,
}

_COLLECTION: dict[str, Handler] = {
    "list": _list,
    "get": _get,
    "create": _create,
    "update": _update,
    "delete": _delete,
}


def handlers() -> dict[str, Handler]:
    """The operations the emulator serves, by operationId: all of the contract."""
    collections = {
        operation.id: _COLLECTION[operation.kind]
        for operation in operations().values()
        if operation.resource in RESOURCES and operation.kind in _COLLECTION
    }
    return {**collections, **OTHERS}
