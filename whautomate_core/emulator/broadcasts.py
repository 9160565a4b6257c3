"""Broadcasts: who gets one, and how far it is at a given time.

Nothing runs in the background. When a broadcast starts, the moment at which each recipient will be processed, reached,
read and reply is written down once; every answer compares these with the clock.
"""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from . import classes, codes, people, templates
from .people import CLIENTS, CONTACTS, Kind
from .store import number
from .world import Json, Problem, World, instant, iso

# Only these statuses are answered; the vendor's own names are unknown (no evidence).
DRAFT, SCHEDULED, PROCESSING, COMPLETED = "Draft", "Scheduled", "Processing", "Completed"

# Conditions on the recipients of a broadcast, by `retargetEngagementType` (sent is the one seen).
_ENGAGED = {
    "sent": "processed_at <= ? AND error IS NULL",
    "failed": "processed_at <= ? AND error IS NOT NULL",
    "delivered": "delivered_at <= ?",
    "read": "read_at <= ?",
    "replied": "replied_at <= ?",
}


def check(world: World, fields: Json, before: Json | None) -> Json:
    """The fields to keep. Raises Problem 400 if something they name doesn't exist, or the time isn't valid."""
    for position, segment in enumerate(fields.get("segments", [])):
        world.named("segments", segment, f"segments.{position}")
    for field, resource in (("targetClass", "classes"), ("retargetBroadcast", "broadcasts")):
        if field in fields:
            world.named(resource, fields[field], field)
    if fields.get("retargetEngagementType", "sent").lower() not in _ENGAGED:
        raise Problem(400, f"retargetEngagementType must be one of {', '.join(_ENGAGED)}")
    world.check_location(fields)
    templates.check(world, fields)
    if "scheduleDateTime" in fields:
        fields = {**fields, "scheduleDateTime": iso(instant(fields["scheduleDateTime"], "scheduleDateTime"))}
    return fields


def changed(world: World, before: Json | None, after: Json | None) -> None:
    """Plan a new or changed broadcast, or drop the plan of a deleted one. Raises Problem 400 if it has started."""
    if before is not None:
        if before["status"] == PROCESSING:
            raise Problem(400, "the broadcast has started")
        world.store.run("DELETE FROM recipients WHERE broadcast = ?", before["id"])
    if after is None:
        return
    start: float | None = None
    if "scheduleDateTime" in after:
        start = max(instant(after["scheduleDateTime"], "scheduleDateTime"), world.now())
    elif world.behaviour.no_schedule == "at_once":
        start = world.now()
    planned = {**after, "status": DRAFT if start is None else SCHEDULED, "start": start}
    world.store.put("broadcasts", planned)
    if world.behaviour.recipients_fixed == "creation":
        _choose(world, planned)
    if start is not None:
        world.next_start = start if world.next_start is None else min(start, world.next_start)
        settle(world)


def settle(world: World) -> None:
    """Start every broadcast whose time has come. Called before each request, so that recipients chosen at the start are
    chosen from the contacts of that moment."""
    now = world.now()
    if world.next_start is None or now < world.next_start or world.behaviour.broadcasts_stay_scheduled:
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
    return [_log(world, broadcast, row, now) for row in rows]


def messages(world: World, *, failed: bool = False) -> list[Json]:
    """Every message that broadcasts sent, in order: at, broadcast, contact, client, phone, operation; if it failed, its
    code as well."""
    code, which = (", error AS code", "NOT NULL") if failed else ("", "NULL")
    return world.store.rows(
        f"SELECT processed_at AS at, broadcast, contact, client, phone, 'createBroadcast' AS operation{code}"  # noqa: S608
        f" FROM recipients WHERE processed_at <= ? AND error IS {which} ORDER BY processed_at, broadcast, position",
        world.now(),
    )


def messages_to(world: World, contact: Json) -> list[Json]:
    """The messages of broadcasts to a contact's number so far, as records of messages."""
    rows = world.store.rows(
        "SELECT * FROM recipients WHERE phone = ? AND processed_at <= ? AND coalesce(contact, ?) = ?",
        number(contact),
        world.now(),
        contact["id"],
        contact["id"],
    )
    found = []
    for row in rows:
        log = _log(world, world.existing("broadcasts", row["broadcast"]), row, world.now())
        dates = {"timestamp": log["createdAt"], "createdAt": log["createdAt"], "updatedAt": log["updatedAt"]}
        head = {"id": f"{row['broadcast']}{row['position']}", "channel": "Whatsapp", "type": "template"}
        found.append({**head, "isIncoming": False, "sentBy": "Broadcast", "status": log["status"], **dates})
    return found


def audience(world: World, segment: Json) -> Iterator[tuple[Kind, Json]]:
    """The contacts or clients a segment chooses now, oldest first.

    Tags: any of `tags` (none given: everyone), none of `exclusionTags`. A stage belongs to contacts, gender and age to
    clients; where they don't belong they choose nobody out.
    """
    kind = CLIENTS if segment["type"] == "client" else CONTACTS
    criteria = segment.get("criteria", {})
    wanted, unwanted = set(criteria.get("tags", [])), set(criteria.get("exclusionTags", []))
    places = {place["id"] for place in criteria.get("primaryLocations", [])}
    if world.behaviour.segment_scope == "location" and "location" in segment:  # without one, of all locations (B)
        places.add(segment["location"]["id"])
    days = criteria.get("numberOfDaysLastActivity")
    own = _of_client if kind is CLIENTS else _of_contact
    for person in world.store.select(kind.many):
        tags = set(person.get("tags", []))
        if (wanted and not wanted & tags) or unwanted & tags:
            continue
        if places and person.get(kind.location, {}).get("id") not in places:
            continue
        if days is not None and world.now() - _last_activity(person) > days * 86_400:
            continue
        if own(world, criteria, person):
            yield kind, person


def _of_contact(world: World, criteria: Json, contact: Json) -> bool:
    return criteria.get("contactStage") in (None, contact.get("stage"))


def _of_client(world: World, criteria: Json, client: Json) -> bool:
    if criteria.get("gender", "").lower() not in ("", client.get("gender", "").lower()):
        return False
    if "ageFrom" not in criteria and "ageTo" not in criteria:
        return True
    today = datetime.fromtimestamp(world.now(), UTC)
    age = people.age(client, (today.year, today.month, today.day))
    return age is not None and criteria.get("ageFrom", 0) <= age <= criteria.get("ageTo", 999)


def _last_activity(person: Json) -> float:
    return datetime.fromisoformat(person.get("lastActivity") or person["updatedAt"]).timestamp()


def _chosen(world: World, broadcast: Json) -> Iterator[tuple[Kind, Json]]:
    for reference in broadcast.get("segments", []):
        segment = world.store.get("segments", reference["id"])
        if segment is not None:
            yield from audience(world, segment)
    if "targetClass" in broadcast:
        status = broadcast.get("targetClassStatus", "ALL")
        for client in classes.audience(world, broadcast["targetClass"]["id"], status):
            yield CLIENTS, client
    if "retargetBroadcast" in broadcast:
        engaged = _ENGAGED[broadcast.get("retargetEngagementType", "sent").lower()]
        rows = world.store.rows(
            f"SELECT contact, client FROM recipients WHERE broadcast = ? AND {engaged} ORDER BY position",  # noqa: S608
            broadcast["retargetBroadcast"]["id"],
            world.now(),
        )
        for row in rows:
            kind = CONTACTS if row["contact"] is not None else CLIENTS
            person = world.store.get(kind.many, row[kind.one])
            if person is not None:
                yield kind, person


def _choose(world: World, broadcast: Json) -> None:
    # Nobody gets one broadcast twice, however many segments, contacts and clients hold the number.
    chosen: dict[str, tuple[Kind, Json]] = {}
    for kind, person in _chosen(world, broadcast):
        if number(person):
            chosen.setdefault(number(person), (kind, person))
    now = world.now()
    world.store.run_many(
        "INSERT INTO recipients (broadcast, position, contact, client, name, phone, chosen_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            (
                broadcast["id"],
                position,
                person["id"] if kind is CONTACTS else None,
                person["id"] if kind is CLIENTS else None,
                person.get(kind.name, ""),
                phone,
                now,
            )
            for position, (phone, (kind, person)) in enumerate(chosen.items())
        ),
    )


def _start(world: World, broadcast: Json) -> None:
    behaviour = world.behaviour
    if behaviour.recipients_fixed == "start":
        _choose(world, broadcast)
    [row] = world.store.rows("SELECT count(*) AS total FROM recipients WHERE broadcast = ?", broadcast["id"])
    total: int = row["total"]
    rng = random.Random(f"{behaviour.seed}/{broadcast['id']}")  # noqa: S311 - repeatable is the point
    chosen = rng.sample(range(total), round(min(behaviour.broadcast_failed_share, 1) * total))
    causes = itertools.cycle(behaviour.failure_codes)
    failed = dict(zip(chosen, causes, strict=False))
    failed |= dict.fromkeys(_stopped_positions(world, broadcast), codes.STOPPED)
    misfit = templates.misfit(world, broadcast) if "template" in broadcast else codes.NO_TEMPLATE
    if misfit:
        failed = dict.fromkeys(range(total), misfit)
    reached = [position for position in range(total) if position not in failed]
    read = rng.sample(reached, round(min(behaviour.read_share, 1) * len(reached)))
    replied = set(read[: round(min(behaviour.replied_share, 1) * len(reached))])
    readers = set(read)

    def times(position: int) -> tuple[Any, ...]:
        sent = broadcast["start"] + behaviour.broadcast_seconds * (position + 1) / total
        if position in failed:
            return sent, failed[position], None, None, None, broadcast["id"], position
        wait = behaviour.delivery_seconds
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


def has_stopped(world: World, phone: str, at: float) -> bool:
    """Whether a person had stopped the marketing at a moment: a broadcast to their number failed for that before."""
    found = "SELECT 1 FROM recipients WHERE phone = ? AND error = ? AND processed_at <= ? LIMIT 1"
    return bool(world.store.rows(found, phone, codes.STOPPED, at))


def _stopped_positions(world: World, broadcast: Json) -> list[int]:
    """The recipients of a broadcast that starts now who had stopped the marketing before."""
    rows = world.store.rows(
        "SELECT position FROM recipients WHERE broadcast = ? AND phone IN"
        " (SELECT phone FROM recipients WHERE error = ? AND processed_at <= ?)",
        broadcast["id"],
        codes.STOPPED,
        broadcast["start"],
    )
    return [row["position"] for row in rows]


def _log(world: World, broadcast: Json, row: Json, now: float) -> Json:
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
    if row["error"] is not None and (error := codes.in_log(row["error"], world.behaviour.log_error)) is not None:
        entry["error"] = error
    if status == "replied":
        entry["reply"] = "Thank you"
    return entry


def _country_code(number: str) -> str:
    # Calling codes have one digit (1, 7), two (these) or three. Country code and rest come apart, as with clients (C).
    found = re.match(r"[17]|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|\d{1,3}", number)
    return found.group() if found else ""
