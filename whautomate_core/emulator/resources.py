"""What each operation does to the records, and how the records hang together.

A resource that is a plain collection takes one line in `RESOURCES`; its operations, fields and filters come from the
contract. What a collection doesn't cover is a function in `OTHERS`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from . import broadcasts
from .contract import Operation, operations, problem_with
from .store import digits, search_condition
from .world import LOCATION_ID, Json, Problem, World, iso


@dataclass(frozen=True)
class Request:
    """A request that is routed and whose body has the contract's shape."""

    operation: Operation
    path: dict[str, str]
    query: dict[str, str]
    body: Json

    @property
    def id(self) -> str:
        """The id in the path."""
        return next(iter(self.path.values()))


Handler = Callable[[World, Request], Any]


def _as_sent(world: World, fields: Json) -> Json:
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
    """Fields a new record has beside what was sent."""
    check: Callable[[World, Json], Json] = _as_sent
    """The fields to keep of those sent; raises Problem."""
    known: Callable[[World, Json], Json | None] = _never
    """The record to answer with instead of a new one; raises Problem where there must not be another."""
    changed: Callable[[World, Json | None, Json | None], None] = _nothing
    """What follows from a change: the record before (None: new) and after (None: deleted). Raises Problem where the
    change isn't allowed, which undoes it."""
    shown: Callable[[World, Json], Json] = _as_kept
    """The record as it is answered."""


# Filters, by the name the contract gives them. Each gives a condition on records and its values.


# json_each has a column json of its own, hence the full name.
_HAS_TAG = "EXISTS (SELECT 1 FROM json_each(records.json, '$.tags') AS tag WHERE tag.value = ?)"


def _search(world: World, text: str) -> tuple[str, Sequence[Any]]:
    sql, values = search_condition(text)
    return f"created_at <= ? AND ({sql})", (world.now() - world.stances.search_delay, *values)


def _tags(world: World, names: str) -> tuple[str, Sequence[Any]]:
    wanted = [name.strip() for name in names.split(",")]
    return " OR ".join([_HAS_TAG] * len(wanted)), wanted


def _day(text: str, name: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise Problem(400, f"{name} must be a date such as 2026-01-31") from None


FILTERS: dict[str, Callable[[World, str], tuple[str, Sequence[Any]]]] = {
    "searchText": _search,
    "tags": _tags,
    "locationId": lambda world, value: ("json_extract(json, '$.location.id') = ?", (value,)),
    "channel": lambda world, value: ("lower(json_extract(json, '$.channel')) = lower(?)", (value,)),
    # Which date a range means is unknown; the day of creation, in UTC, both ends included, is a guess (D).
    "startDate": lambda world, value: ("created_at >= ?", (_day(value, "startDate").timestamp(),)),
    "endDate": lambda world, value: ("created_at < ?", ((_day(value, "endDate") + timedelta(days=1)).timestamp(),)),
}


# A collection


def _list(world: World, request: Request) -> list[Json]:
    resource = request.operation.resource
    limit, offset = paging(world, request.query)
    asked = [name for name in request.operation.query if name in FILTERS and request.query.get(name)]
    where = [FILTERS[name](world, request.query[name]) for name in asked]
    newest_first = world.stances.order == "newest_first"
    found = world.store.select(resource, where, newest_first, limit, offset)
    return [shown(world, request.operation, record) for record in found]


def _get(world: World, request: Request) -> Json:
    return shown(world, request.operation, existing(world, request.operation.resource, request.id))


def _create(world: World, request: Request) -> Json:
    resource = RESOURCES[request.operation.resource]
    fields = resource.check(world, _writable(request))
    record = resource.known(world, fields)
    if record is None:
        now = world.now()
        filled = {**resource.fill(world, fields), "createdAt": iso(now), "updatedAt": iso(now)}
        record = world.store.insert(request.operation.resource, filled, now)
        resource.changed(world, None, record)
        record = existing(world, request.operation.resource, record["id"])
    return shown(world, request.operation, record)


def _update(world: World, request: Request) -> Json:
    resource = RESOURCES[request.operation.resource]
    before = existing(world, request.operation.resource, request.id)
    kept = before
    if world.stances.put == "replace":
        kept = {name: value for name, value in before.items() if name not in request.operation.writable}
    fields = resource.check(world, {**kept, **_writable(request)})
    after = {**fields, "id": before["id"], "updatedAt": iso(world.now())}
    world.store.put(request.operation.resource, after)
    resource.changed(world, before, after)
    return shown(world, request.operation, existing(world, request.operation.resource, request.id))


def _delete(world: World, request: Request) -> Json:
    record = existing(world, request.operation.resource, request.id)
    world.store.delete(request.operation.resource, request.id)
    RESOURCES[request.operation.resource].changed(world, record, None)
    return {"success": True}


def existing(world: World, resource: str, id: str) -> Json:
    """The record with this id; raises Problem 404."""
    record = world.store.get(resource, id)
    if record is None:
        raise Problem(404, f"no such record in {resource}")
    return record


def shown(world: World, operation: Operation, record: Json) -> Json:
    """A record as the operation answers it: the contract's fields and no others."""
    full = RESOURCES[operation.resource].shown(world, record)
    return {name: value for name, value in full.items() if name in operation.readable}


def paging(world: World, query: dict[str, str]) -> tuple[int, int]:
    """Limit and offset from the query. Pages start at 1 (C); a page 0 or what isn't a number is refused."""
    page = _number(query, "page", 1)
    limit = min(_number(query, "limit", world.stances.page_default), world.stances.page_cap)
    return limit, (page - 1) * limit


def _number(query: dict[str, str], name: str, default: int) -> int:
    text = query.get(name)
    if text is None:
        return default
    if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) == 0:
        raise Problem(400, f"{name} must be a whole number from 1")
    return int(text)


def _writable(request: Request) -> Json:
    # What the contract doesn't let a body set (an id, a misspelt field) is dropped without a word.
    return {name: value for name, value in request.body.items() if name in request.operation.writable}


# Contacts and their tags


def _check_contact(world: World, fields: Json) -> Json:
    fields = dict(fields)
    if "phoneNumber" in fields:
        phone = fields["phoneNumber"]
        if not re.fullmatch(r"\+?[0-9 ().-]*[0-9][0-9 ().-]*", phone):
            raise Problem(400, "phoneNumber must be a number in international format")
        fields["phoneNumber"] = digits(phone)
    if "tags" in fields:
        fields["tags"] = list(dict.fromkeys(fields["tags"]))
    return _check_location(world, fields)


def _check_location(world: World, fields: Json) -> Json:
    if "location" in fields and world.store.get("locations", fields["location"]["id"]) is None:
        raise Problem(400, "location.id names no location")
    return fields


def _fill_contact(world: World, fields: Json) -> Json:
    return {"tags": [], "customFields": {}, "channel": "Whatsapp", **fields}


def with_number(world: World, phone: str) -> list[Json]:
    """The contacts that have a number, oldest first."""
    return world.store.select("contacts", [("json_extract(json, '$.phoneNumber') = ?", (digits(phone),))])


def _known_contact(world: World, fields: Json) -> Json | None:
    if world.stances.known_number == "duplicate":
        return None
    return _known(world.stances.known_number, with_number(world, fields["phoneNumber"]), "phoneNumber")


def _known_tag(world: World, fields: Json) -> Json | None:
    if world.stances.known_tag == "duplicate":
        return None
    return _known(world.stances.known_tag, _tag_records(world, fields["name"]), "name")


def _known(stance: str, found: list[Json], field: str) -> Json | None:
    if found and stance == "reject":
        raise Problem(400, f"{field} is already used by another record")
    return found[0] if found else None


def _contact_changed(world: World, before: Json | None, after: Json | None) -> None:
    if after is None:
        return
    if before is None:
        _fires(world, "contact_created", after)
    elif after.get("phoneNumber") not in (None, before.get("phoneNumber")):
        others = [each for each in with_number(world, after["phoneNumber"]) if each["id"] != after["id"]]
        if world.stances.known_number == "reject":
            _known("reject", others, "phoneNumber")
    held = before.get("tags", []) if before else []
    new = after.get("tags", [])
    for tag in new:
        if tag not in held:
            _fires(world, "tag_added", after, tag=tag)
    for tag in held:
        if tag not in new:
            _fires(world, "tag_removed", after, tag=tag)
    if before is not None and after.get("stage") != before.get("stage"):
        _fires(world, "stage_changed", after, stage=after.get("stage"))
    _make_tags(world, new)


def add_tags(world: World, contact: Json, tags: Iterable[str]) -> Json:
    """Give a contact tags, and give the contact back. A tag it already has fires its automation again."""
    held = list(contact.get("tags", []))
    for tag in dict.fromkeys(tags):
        _fires(world, "tag_added", contact, tag=tag, again=tag in held)
        if tag not in held:
            held.append(tag)
    _make_tags(world, held)
    after = {**contact, "tags": held, "updatedAt": iso(world.now())}
    world.store.put("contacts", after)
    return after


def opt_out(world: World, contact: str, tag: str) -> None:
    """Give a tag to the contact with this id, or to every contact with this number, as if the person had asked."""
    by_id = world.store.get("contacts", contact)
    for each in [by_id] if by_id is not None else with_number(world, contact):
        add_tags(world, each, [tag])


def place_contact(world: World, body: Json) -> str:
    """Put a contact there without its automations, and give its id. Raises ValueError."""
    create = operations()["createContact"]
    body = {"location": {"id": LOCATION_ID}, **body}
    wrong = problem_with(create, body)
    if wrong is not None:
        raise ValueError(wrong)
    try:
        fields = _check_contact(world, {name: value for name, value in body.items() if name in create.writable})
    except Problem as problem:
        raise ValueError(problem.message) from None
    now = world.now()
    _make_tags(world, fields.get("tags", []))
    dates = {"createdAt": iso(now), "updatedAt": iso(now)}
    return str(world.store.insert("contacts", {**_fill_contact(world, fields), **dates}, now)["id"])


def _add_tags(world: World, request: Request) -> Json:
    after = add_tags(world, existing(world, "contacts", request.id), request.body["tags"])
    return {"id": after["id"], "tags": after["tags"]}


def _remove_tags(world: World, request: Request) -> Json:
    before = existing(world, "contacts", request.id)
    tags = [tag for tag in before.get("tags", []) if tag not in request.body["tags"]]
    after = {**before, "tags": tags, "updatedAt": iso(world.now())}
    world.store.put("contacts", after)
    _contact_changed(world, before, after)
    return {"id": after["id"], "tags": tags}


def _show_contact(world: World, contact: Json) -> Json:
    if "phoneNumber" in contact and world.stances.phone_form == "plus":
        return {**contact, "phoneNumber": f"+{contact['phoneNumber']}"}
    return contact


def _tag_records(world: World, name: str) -> list[Json]:
    return world.store.select("contactTags", [("json_extract(json, '$.name') = ?", (name,))])


def _make_tags(world: World, names: Iterable[str]) -> None:
    now = world.now()
    for name in names:
        if not _tag_records(world, name):
            dates = {"createdAt": iso(now), "updatedAt": iso(now)}
            world.store.insert("contactTags", {**_fill_tag(world, {"name": name}), **dates}, now)


def _fill_tag(world: World, fields: Json) -> Json:
    return {"canonical": fields["name"].strip().casefold(), **fields}


def _tag_changed(world: World, before: Json | None, after: Json | None) -> None:
    if before is None or after is not None or _tag_records(world, before["name"]):
        return
    for contact in world.store.select("contacts", [(_HAS_TAG, [before["name"]])]):
        contact["tags"].remove(before["name"])
        world.store.put("contacts", contact)


def _fires(
    world: World, kind: str, contact: Json, tag: str | None = None, stage: str | None = None, again: bool = False
) -> None:
    world.store.run(
        "INSERT INTO automations (at, request, kind, contact, tag, stage, again) VALUES (?, ?, ?, ?, ?, ?, ?)",
        world.now(),
        world.request,
        kind,
        contact["id"],
        tag,
        stage,
        again,
    )


# The rest


def _account_info(world: World, request: Request) -> Json:
    return {"name": "Whautomate emulator", "ownerEmail": "owner@example.com"}


def _broadcast_logs(world: World, request: Request) -> list[Json]:
    broadcast = existing(world, "broadcasts", request.id)
    return broadcasts.logs(world, broadcast, *paging(world, request.query))


RESOURCES: dict[str, Resource] = {
    "locations": Resource(),
    "contacts": Resource(_fill_contact, _check_contact, _known_contact, _contact_changed, _show_contact),
    "contactTags": Resource(fill=_fill_tag, known=_known_tag, changed=_tag_changed),
    "segments": Resource(check=_check_location),
    "broadcasts": Resource(
        check=lambda world, fields: _check_location(world, broadcasts.check(world, fields)),
        changed=broadcasts.changed,
        shown=broadcasts.shown,
    ),
}

OTHERS: dict[str, Handler] = {
    "getAccountInfo": _account_info,
    "addContactTags": _add_tags,
    "removeContactTags": _remove_tags,
    "listBroadcastLogs": _broadcast_logs,
}

_COLLECTION: dict[str, Handler] = {
    "list": _list,
    "get": _get,
    "create": _create,
    "update": _update,
    "delete": _delete,
}


def handlers() -> dict[str, Handler]:
    """The operations the emulator serves, by operationId; the contract's other operations answer 501."""
    collections = {
        operation.id: _COLLECTION[operation.kind]
        for operation in operations().values()
        if operation.resource in RESOURCES and operation.kind in _COLLECTION
    }
    return {**collections, **OTHERS}
