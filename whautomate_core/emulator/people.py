"""Contacts and clients, their tags, and the automations that follow from what happens to them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Literal

from .contract import Request, operations, problem_with
from .filters import HAS_TAG, day
from .store import digits, number
from .world import LOCATION_ID, Json, Problem, World, iso


@dataclass(frozen=True)
class Kind:
    """What tells contacts and clients apart."""

    one: Literal["contact", "client"]
    many: str
    """The resource."""
    tags: str
    """The resource of their tag records."""
    create: str
    """operationId."""
    name: str
    """Names of fields."""
    location: str
    phone: str
    known: str
    """The behaviour about a number another one has."""


CONTACTS = Kind(
    "contact", "contacts", "contactTags", "createContact", "name", "location", "phoneNumber", "known_number"
)
CLIENTS = Kind(
    "client", "clients", "clientTags", "createClient", "fullName", "primaryLocation", "phone", "known_client"
)
KINDS = (CONTACTS, CLIENTS)


def check(kind: Kind, world: World, fields: Json, before: Json | None) -> Json:
    """The fields to keep: phone numbers as digits, each tag once. Raises Problem 400."""
    fields = dict(fields)
    if kind is CLIENTS:
        _check_client(world, fields, before)
    elif "phoneNumber" in fields:
        fields["phoneNumber"] = _phone(fields, "phoneNumber")
    if "tags" in fields:
        fields["tags"] = list(dict.fromkeys(fields["tags"]))
    if before is not None and number(fields) != number(before) and getattr(world.behaviour, kind.known) == "reject":
        known(kind, world, fields)
    return world.check_location(fields, kind.location)


def _check_client(world: World, fields: Json, before: Json | None) -> None:
    if before is not None and "phone" in fields:
        read = show_client(world, before)
        if (fields.get("countryCode"), fields["phone"]) == (read.get("countryCode"), read.get("phone")):
            fields["phone"] = before["phone"]  # given back as it was read
    if "countryCode" in fields:
        if not re.fullmatch(r"\+?[0-9]{1,4}", fields["countryCode"]):
            raise Problem(400, "countryCode must be a dialling code such as +49")
        fields["countryCode"] = f"+{digits(fields['countryCode'])}"
    if "phone" in fields:
        if "countryCode" not in fields:
            raise Problem(400, "countryCode is required with a phone")
        fields["phone"] = _phone(fields, "phone")
    if fields.get("email") and not re.fullmatch(r"[^@\s]+@[^@\s]+", fields["email"]):
        raise Problem(400, "email must be an address")
    if fields.get("dob") is not None:
        _born(fields["dob"])
    if "primaryStaff" in fields:
        world.named("staffs", fields["primaryStaff"], "primaryStaff")


def _phone(fields: Json, field: str) -> str:
    if not re.fullmatch(r"\+?[0-9 ().-]*[0-9][0-9 ().-]*", fields[field]):
        raise Problem(400, f"{field} must be a number in international format")
    return digits(fields[field])


def _born(dob: str) -> tuple[int, int, int]:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", dob[:10], re.ASCII):
        raise Problem(400, "dob must be a date such as 1990-01-31")
    year, month, day_of_month = map(int, dob[:10].split("-"))
    day(f"2000-{month:02}-{day_of_month:02}", "dob")
    return year, month, day_of_month


def age(client: Json, today: tuple[int, int, int]) -> int | None:
    """A client's age on a day (year, month, day), None where the date of birth isn't known."""
    if client.get("dob") is None:
        return None
    born = _born(client["dob"])
    return today[0] - born[0] - (today[1:] < born[1:])


def fill(kind: Kind, world: World, fields: Json) -> Json:
    """The fields of a new one, with what the vendor adds."""
    added: Json = {"tags": [], "customFields": {}}
    if kind is CONTACTS:
        added["channel"] = "Whatsapp"
    else:
        last = world.store.select("clients", order="newest_first", limit=1)
        added["clientId"] = f"C{int(last[0]['clientId'][1:]) + 1 if last else 1}"
    return {**added, **fields}


def known(kind: Kind, world: World, fields: Json) -> Json | None:
    """The one that has the number already, to be answered instead of a new one. Raises Problem 400."""
    behaviour = getattr(world.behaviour, kind.known)
    if behaviour == "duplicate" or not number(fields):
        return None
    return one_known(behaviour, with_number(world, kind, number(fields)), kind.phone)


def one_known(behaviour: str, found: list[Json], field: str) -> Json | None:
    """The first found; raises Problem 400 where the behaviour is to reject."""
    if found and behaviour == "reject":
        raise Problem(400, f"{field} is already used by another record")
    return found[0] if found else None


def with_number(world: World, kind: Kind, phone: str) -> list[Json]:
    """Those who have a number, oldest first."""
    return world.store.select(kind.many, [("number = ?", (digits(phone),))]) if digits(phone) else []


def changed(kind: Kind, world: World, before: Json | None, after: Json | None) -> None:
    """Fire what follows from a change."""
    if after is None:
        return
    fire = partial(fires, world, kind=kind, id=after["id"])
    if before is None:
        fire(f"{kind.one}_created")
    held = before.get("tags", []) if before else []
    new = after.get("tags", [])
    for tag in new:
        if tag not in held:
            fire("tag_added", tag=tag)
    for tag in held:
        if tag not in new:
            fire("tag_removed", tag=tag)
    if before is not None and after.get("stage") != before.get("stage"):
        fire("stage_changed", stage=after.get("stage"))
    _make_tags(world, kind, new)


def fires(
    world: World, event: str, kind: Kind, id: str, tag: str | None = None, stage: str | None = None, again: bool = False
) -> None:
    """Note that an automation fired for a contact or client."""
    world.store.run(
        "INSERT INTO automations (at, request, kind, contact, client, tag, stage, again)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        world.now(),
        world.request,
        event,
        id if kind is CONTACTS else None,
        id if kind is CLIENTS else None,
        tag,
        stage,
        again,
    )


def create(kind: Kind, world: World, fields: Json) -> Json:
    """Create one from checked fields, even if somebody has the number."""
    record = world.create(kind.many, fill(kind, world, fields))
    changed(kind, world, None, record)
    return record


def place(kind: Kind, world: World, body: Json) -> str:
    """Put one there without automations, and give the id. Raises ValueError."""
    operation = operations()[kind.create]
    body = {kind.location: {"id": LOCATION_ID}, **body}
    wrong = problem_with(operation, body)
    if wrong is not None:
        raise ValueError(wrong)
    try:
        fields = check(kind, world, Request(operation, {}, {}, body).fields, None)
    except Problem as problem:
        raise ValueError(problem.message) from None
    _make_tags(world, kind, fields.get("tags", []))
    return str(world.create(kind.many, fill(kind, world, fields))["id"])


def show_contact(world: World, contact: Json) -> Json:
    if "phoneNumber" in contact and world.behaviour.phone_form == "plus":
        return {**contact, "phoneNumber": f"+{contact['phoneNumber']}"}
    return contact


def show_client(world: World, client: Json) -> Json:
    if client.get("phone") and world.behaviour.client_phone == "repeated":
        return {**client, "phone": number(client)}
    return client


def client_reference(world: World, client: Json) -> Json:
    """A client as appointments and participants show it."""
    names = ("id", "fullName", "countryCode", "phone", "email")
    return {name: value for name, value in show_client(world, client).items() if name in names}


# Tags


def tag(world: World, kind: Kind, person: Json, tags: Iterable[str]) -> Json:
    """Give a person tags, and give the person back. A tag already held fires its automation again."""
    held = list(person.get("tags", []))
    for name in dict.fromkeys(tags):
        fires(world, "tag_added", kind, person["id"], tag=name, again=name in held)
        if name not in held:
            held.append(name)
    _make_tags(world, kind, held)
    after = {**person, "tags": held, "updatedAt": iso(world.now())}
    world.store.put(kind.many, after)
    return after


def change(world: World, what: str, whom: str | Json) -> None:
    """What others do to a contact or client, without automations: `delete` it or let it be `active` (its id), or
    `create` one (a body). Raises ValueError."""
    if isinstance(whom, dict):
        place(CLIENTS if "fullName" in whom else CONTACTS, world, whom)
        return
    for kind in KINDS:
        record = world.store.get(kind.many, whom)
        if record is not None and what == "delete":
            world.store.delete(kind.many, whom)
        elif record is not None:
            world.store.put(kind.many, {**record, "lastActivity": iso(world.now())})


def opt_out(world: World, person: str, name: str) -> None:
    """Give a tag to the contact or client with this id, else to all with this number, as if the person had asked."""
    by_id = [(kind, record) for kind in KINDS if (record := world.store.get(kind.many, person)) is not None]
    by_number = [(kind, record) for kind in KINDS for record in with_number(world, kind, person)]
    for holder, record in by_id or by_number:
        tag(world, holder, record, [name])


def merge(world: World, gone: str, into: str) -> None:
    """Make one contact or client of two. Raises ValueError."""
    for kind in KINDS:
        one, other = world.store.get(kind.many, gone), world.store.get(kind.many, into)
        if one is not None and other is not None and gone != into:
            tags = list(dict.fromkeys([*other.get("tags", []), *one.get("tags", [])]))
            custom = {**one.get("customFields", {}), **other.get("customFields", {})}
            world.store.put(kind.many, {**one, **other, "tags": tags, "customFields": custom})
            world.store.delete(kind.many, gone)
            return
    raise ValueError("gone and into must be ids of two contacts or two clients")


def add_tags(kind: Kind, world: World, request: Request) -> Json:
    """addContactTags, addClientTags"""
    after = tag(world, kind, world.existing(kind.many, request.id), request.body["tags"])
    return {"id": after["id"], "tags": after["tags"]}


def remove_tags(kind: Kind, world: World, request: Request) -> Json:
    """removeContactTags, removeClientTags"""
    before = world.existing(kind.many, request.id)
    tags = [tag for tag in before.get("tags", []) if tag not in request.body["tags"]]
    after = {**before, "tags": tags, "updatedAt": iso(world.now())}
    world.store.put(kind.many, after)
    changed(kind, world, before, after)
    return {"id": after["id"], "tags": tags}


def fill_tag(world: World, fields: Json) -> Json:
    return {"canonical": fields["name"].strip().casefold(), **fields}


def known_tag(kind: Kind, world: World, fields: Json) -> Json | None:
    """The tag record of this name, to be answered instead of a new one. Raises Problem 400."""
    behaviour = world.behaviour.known_tag
    return None if behaviour == "duplicate" else one_known(behaviour, _tag_records(world, kind, fields["name"]), "name")


def tag_changed(kind: Kind, world: World, before: Json | None, after: Json | None) -> None:
    """Take a deleted tag off those who have it."""
    if before is None or after is not None or _tag_records(world, kind, before["name"]):
        return
    for person in world.store.select(kind.many, [(HAS_TAG, [before["name"]])]):
        person["tags"].remove(before["name"])
        world.store.put(kind.many, person)


def _tag_records(world: World, kind: Kind, name: str) -> list[Json]:
    return world.store.select(kind.tags, [("json_extract(json, '$.name') = ?", (name,))])


def _make_tags(world: World, kind: Kind, names: Iterable[str]) -> None:
    for name in names:
        if not _tag_records(world, kind, name):
            world.create(kind.tags, fill_tag(world, {"name": name}))
