"""Availability blocks: the times at which a staff member is not to be had. Staff themselves are a plain collection."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from .contract import Request
from .filters import Condition, day, days_of, listed
from .world import TIMEZONE, Json, Problem, World, iso, unknown_id

BLOCKS = "availabilityBlocks"


def at_location(world: World, location_id: str) -> Condition:
    """The condition of working at a location."""
    return "EXISTS (SELECT 1 FROM json_each(records.json, '$.locations') AS place WHERE place.value = ?)", (
        location_id,
    )


def list_blocks(world: World, request: Request) -> list[Json]:
    """listStaffAvailabilityBlocks: those that touch the days from startDate to endDate, by the locations' clock."""
    staff = world.existing("staffs", request.id)
    where = [*listed(world), ("json_extract(json, '$.staffId') = ?", (staff["id"],))]
    since, until = (at and at.replace(tzinfo=ZoneInfo(TIMEZONE)) for at in days_of(request.query))
    if since is not None:
        where.append(("json_extract(json, '$.endTimeUTC') > ?", (iso(since.timestamp()),)))
    if until is not None:
        where.append(("json_extract(json, '$.startTimeUTC') < ?", (iso(until.timestamp()),)))
    found = world.store.select(BLOCKS, where, world.behaviour.order)
    return [_shown(world, block) for block in found]


def create_block(world: World, request: Request) -> Json:
    """createStaffAvailabilityBlock. Appointments within it stay where they are."""
    staff = world.existing("staffs", request.id)
    fields = request.fields
    start, end = (_instant(world, fields, name) for name in ("startDate", "endDate"))
    if not start < end:
        raise Problem(400, "endDate must be later than startDate")
    instants = {"startTimeUTC": iso(start), "endTimeUTC": iso(end)}
    if world.behaviour.overlapping_blocks == "reject":
        mine = ("json_extract(json, '$.staffId') = ?", (staff["id"],))
        begins = ("json_extract(json, '$.startTimeUTC') < ?", (iso(end),))
        if world.store.select(BLOCKS, [mine, begins, ("json_extract(json, '$.endTimeUTC') > ?", (iso(start),))]):
            raise Problem(400, "startDate to endDate overlaps another block")
    return _shown(world, world.create(BLOCKS, {"staffId": staff["id"], **fields, **instants}))


def get_block(world: World, request: Request) -> Json:
    """getStaffAvailabilityBlock"""
    return _shown(world, _existing(world, request))


def delete_block(world: World, request: Request) -> Json:
    """deleteStaffAvailabilityBlock"""
    world.store.delete(BLOCKS, _existing(world, request)["id"])
    return {"success": True}


def _existing(world: World, request: Request) -> Json:
    block = world.existing(BLOCKS, request.path["availabilityBlockId"])
    if block["staffId"] != request.id:
        raise unknown_id("availabilityBlocks", "no such block of this staff member")
    return block


def _shown(world: World, block: Json) -> Json:
    shown: Json = {name: block[name] for name in ("id", "staffId", "reason", "createdAt", "updatedAt") if name in block}
    names = ("startTime", "endTime") if world.behaviour.block_fields == "times" else ("startDate", "endDate")
    return {**shown, names[0]: block["startDate"], names[1]: block["endDate"]}


def _instant(world: World, fields: Json, name: str) -> float:
    if name not in fields:
        raise Problem(400, f"{name} is required")
    try:
        at = datetime.fromisoformat(fields[name])
    except ValueError:
        raise Problem(400, f"{name} must be a date or a time such as 2026-01-31T09:00:00") from None
    day(f"{at:%Y-%m-%d}", name)  # keeps to years around which one can calculate
    if len(fields[name]) <= 10:
        at = at.replace(tzinfo=ZoneInfo(TIMEZONE)) + timedelta(days=name == "endDate")
    elif not at.utcoffset():
        wall = world.behaviour.block_clock == "wall"
        at = at.replace(tzinfo=ZoneInfo(TIMEZONE if wall else "UTC"))
    return at.timestamp()
