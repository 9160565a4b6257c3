"""Broadcasts: who gets one, and how far it is at a given time.

Nothing runs in the background. When a broadcast starts, the moment at which each recipient will be processed, reached,
read and reply is written down once; every answer compares these with the clock.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from .world import Json, Problem, World, instant, iso

# Only these statuses are answered; the vendor's own names are unknown (no evidence).
DRAFT, SCHEDULED, PROCESSING, COMPLETED = "Draft", "Scheduled", "Processing", "Completed"


def check(world: World, fields: Json) -> Json:
    """The fields to keep: segments must exist, the time must be one. Raises Problem 400."""
    for position, segment in enumerate(fields.get("segments", [])):
        if world.store.get("segments", segment["id"]) is None:
            raise Problem(400, f"segments.{position}.id names no segment")
    if "scheduleDateTime" in fields:
        fields = {**fields, "scheduleDateTime": iso(instant(fields["scheduleDateTime"], "scheduleDateTime"))}
    return fields


def changed(world: World, before: Json | None, after: Json | None) -> None:
    """Plan a new or rewritten broadcast; take back the plan of a deleted one. Raises Problem 400 once it started."""
    if before is not None:
        if before["status"] == PROCESSING:
            raise Problem(400, "the broadcast has started")
        world.store.run("DELETE FROM recipients WHERE broadcast = ?", before["id"])
    if after is None:
        return
    start: float | None = None
    if "scheduleDateTime" in after:
        start = max(instant(after["scheduleDateTime"], "scheduleDateTime"), world.now())
    elif world.stances.no_schedule == "at_once":
        start = world.now()
    planned = {**after, "status": DRAFT if start is None else SCHEDULED, "start": start}
    world.store.put("broadcasts", planned)
    if world.stances.recipients_fixed == "creation":
        _choose(world, planned)
    if start is not None:
        world.next_start = start if world.next_start is None else min(start, world.next_start)
        settle(world)


def settle(world: World) -> None:
    """Start every broadcast whose time has come. Called before each request, so that who is chosen at the start is
    chosen from the contacts of that moment."""
    now = world.now()
    if world.next_start is None or now < world.next_start or world.stances.broadcasts_stay_scheduled:
        return
    waiting = world.store.select("broadcasts", [("json_extract(json, '$.status') = ?", (SCHEDULED,))])
    for broadcast in waiting:
        if broadcast["start"] <= now:
            _start(world, broadcast)
    world.next_start = min((each["start"] for each in waiting if each["start"] > now), default=None)


def shown(world: World, broadcast: Json) -> Json:
    """A broadcast as of now, with its figures."""
    now = world.now()
    [counts] = world.store.rows(
        "SELECT count(*) AS total, sum(processed_at <= now AND error IS NULL) AS sent,"
        " sum(processed_at <= now AND error IS NOT NULL) AS failed, sum(delivered_at <= now) AS delivered,"
        " sum(read_at <= now) AS read, sum(replied_at <= now) AS replied, max(processed_at) AS last"
        " FROM (SELECT *, ? AS now FROM recipients WHERE broadcast = ?)",
        now,
        broadcast["id"],
    )
    figures: Json = {
        "processedStats": {
            "totalCount": counts["total"],
            "successCount": counts["sent"] or 0,
            "failureCount": counts["failed"] or 0,
        },
        "deliveryStats": {
            "sentCount": counts["sent"] or 0,
            "deliveredCount": counts["delivered"] or 0,
            "readCount": counts["read"] or 0,
            "failedCount": counts["failed"] or 0,
            "repliedCount": counts["replied"] or 0,
        },
    }
    if broadcast["status"] == PROCESSING:
        figures["startedAt"] = iso(broadcast["start"])
        end = counts["last"] if counts["total"] else broadcast["start"]
        if end <= now:
            figures.update(status=COMPLETED, completedAt=iso(end))
    return {**broadcast, **figures}


def logs(world: World, broadcast: Json, limit: int = -1, offset: int = 0) -> list[Json]:
    """One entry for each recipient processed so far."""
    now = world.now()
    rows = world.store.rows(
        "SELECT * FROM recipients WHERE broadcast = ? AND processed_at <= ? ORDER BY position LIMIT ? OFFSET ?",
        broadcast["id"],
        now,
        limit,
        offset,
    )
    return [_log(broadcast, row, now) for row in rows]


def messages(world: World) -> list[Json]:
    """Every message that went out, in the order of sending: at, broadcast, contact, phone."""
    return world.store.rows(
        "SELECT processed_at AS at, broadcast, contact, phone FROM recipients"
        " WHERE processed_at <= ? AND error IS NULL ORDER BY processed_at, broadcast, position",
        world.now(),
    )


def audience(world: World, segment: Json) -> Iterator[Json]:
    """The contacts a segment chooses now, oldest first.

    Tags: any of `tags` (none given: everyone), none of `exclusionTags`. Gender and age belong to clients; a segment of
    clients chooses nobody, since the emulator has none.
    """
    if segment["type"] != "contact":
        return
    criteria = segment.get("criteria", {})
    wanted, unwanted = set(criteria.get("tags", [])), set(criteria.get("exclusionTags", []))
    places = {place["id"] for place in criteria.get("primaryLocations", [])}
    if world.stances.segment_scope == "location":
        places.add(segment["location"]["id"])
    days = criteria.get("numberOfDaysLastActivity")
    for contact in world.store.select("contacts"):
        tags = set(contact.get("tags", []))
        if (wanted and not wanted & tags) or unwanted & tags:
            continue
        if criteria.get("contactStage") not in (None, contact.get("stage")):
            continue
        if places and contact.get("location", {}).get("id") not in places:
            continue
        if days is not None and world.now() - _last_activity(contact) > days * 86_400:
            continue
        yield contact


def _last_activity(contact: Json) -> float:
    return datetime.fromisoformat(contact.get("lastActivity") or contact["updatedAt"]).timestamp()


def _choose(world: World, broadcast: Json) -> None:
    # Nobody gets one broadcast twice, however many segments and contacts hold the number.
    people: dict[str, Json] = {}
    for reference in broadcast.get("segments", []):
        segment = world.store.get("segments", reference["id"])
        for contact in audience(world, segment) if segment is not None else ():
            if contact.get("phoneNumber"):
                people.setdefault(contact["phoneNumber"], contact)
    now = world.now()
    world.store.run_many(
        "INSERT INTO recipients (broadcast, position, contact, name, phone, chosen_at) VALUES (?, ?, ?, ?, ?, ?)",
        (
            (broadcast["id"], position, contact["id"], contact.get("name", ""), phone, now)
            for position, (phone, contact) in enumerate(people.items())
        ),
    )


def _start(world: World, broadcast: Json) -> None:
    stances = world.stances
    if stances.recipients_fixed == "start":
        _choose(world, broadcast)
    [row] = world.store.rows("SELECT count(*) AS total FROM recipients WHERE broadcast = ?", broadcast["id"])
    total: int = row["total"]
    rng = random.Random(f"{stances.seed}/{broadcast['id']}")  # noqa: S311 - repeatable is the point
    failed = set(rng.sample(range(total), round(min(stances.broadcast_failed_share, 1) * total)))
    if "template" not in broadcast:
        failed = set(range(total))
    reached = [position for position in range(total) if position not in failed]
    read = rng.sample(reached, round(min(stances.read_share, 1) * len(reached)))
    replied = set(read[: round(min(stances.replied_share, 1) * len(reached))])
    readers = set(read)

    def times(position: int) -> tuple[Any, ...]:
        sent = broadcast["start"] + stances.broadcast_seconds * (position + 1) / total
        if position in failed:
            error = "no template" if "template" not in broadcast else "the number can't be reached"
            return sent, error, None, None, None, broadcast["id"], position
        wait = stances.delivery_seconds
        return (
            sent,
            None,
            sent + wait,
            sent + 2 * wait if position in readers else None,
            sent + 3 * wait if position in replied else None,
            broadcast["id"],
            position,
        )

    world.store.run_many(
        "UPDATE recipients SET processed_at = ?, error = ?, delivered_at = ?, read_at = ?, replied_at = ?"
        " WHERE broadcast = ? AND position = ?",
        (times(position) for position in range(total)),
    )
    world.store.put("broadcasts", {**broadcast, "status": PROCESSING})


def _log(broadcast: Json, row: Json, now: float) -> Json:
    happened = [("sent", row["processed_at"])] if row["error"] is None else [("failed", row["processed_at"])]
    for status in ("delivered", "read", "replied"):
        at = row[f"{status}_at"]
        if at is not None and at <= now:
            happened.append((status, at))
    status, at = happened[-1]
    country = _country_code(row["phone"])
    entry = {
        "broadcast": {"id": broadcast["id"], "name": broadcast["name"]},
        "recepientName": row["name"],
        "countryCode": f"+{country}",
        "phone": row["phone"][len(country) :],
        "status": status,
        "createdAt": iso(row["processed_at"]),
        "updatedAt": iso(at),
    }
    if row["error"] is not None:
        entry["error"] = row["error"]
    if status == "replied":
        entry["reply"] = "Thank you"
    return entry


def _country_code(number: str) -> str:
    # Calling codes have one digit (1, 7), two (these) or three. Country code and rest come apart, as with clients (C).
    found = re.match(r"[17]|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|\d{1,3}", number)
    return found.group() if found else ""
