"""Messages to and from one person, and the window in which anything may be sent.

A message that waits for its time is sent by the clock: nothing runs in the background.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from . import broadcasts, codes, people, templates
from .contract import Request
from .filters import days_of, listed, paging
from .people import CONTACTS
from .store import digits, number
from .world import LOCATION_ID, Json, Problem, World, instant, iso

MESSAGES = "messages"
WINDOW = 86_400.0
"""Seconds for which a person's message lets the account answer freely."""

# The field that holds a contact's id on a channel.
_CHANNELS = {
    "whatsapp": "phoneNumber",
    "messenger": "messengerId",
    "instagram": "instagramId",
    "telegram": "telegramChatId",
}


def send(world: World, request: Request) -> Json:
    """send{Channel}{Kind}, all twelve: to a contact, on WhatsApp also to a client or a number. Raises Problem 400."""
    body, (channel, kind) = request.fields, request.operation.path.split("/")[-2:]
    world.check_location(body)
    if channel == "whatsapp":
        templates.check(world, body)
        if (wrong := templates.misfit(world, body)) is not None:
            raise Problem(400, codes.text_of(wrong))
    contact, client, phone = _recipient(world, body)
    if contact is not None and not contact.get(_CHANNELS[channel]):
        raise Problem(400, f"contact.id names a contact without {_CHANNELS[channel]}")
    now = world.now()
    at = instant(body["scheduleDateTime"], "scheduleDateTime") if "scheduleDateTime" in body else now
    fields: Json = {
        "channel": channel.capitalize(),
        "isIncoming": False,
        "type": kind.removeprefix("send"),
        "sentBy": "API",
        "timestamp": iso(max(at, now)),
        "operation": request.operation.id,
        "phone": phone,
        "client": client["id"] if client is not None else None,
        "free": request.operation.id != "sendWhatsappTemplate" and channel in world.behaviour.session_channels,
    }
    if "textMessage" in body:
        fields["text"] = body["textMessage"]
    if "mediaUrl" in body:
        fields["mediaUrl"] = body["mediaUrl"]
    if contact is not None:
        fields["contact"] = {"id": contact["id"]}
    message = world.create(MESSAGES, fields)
    status, wrong = _state(world, message)
    if wrong is not None and (message["free"] or world.behaviour.stopped_send == "refuse"):
        raise Problem(400, wrong)
    return {"id": message["id"], "status": status if wrong is None else "sent"}


def receive(world: World, contact: str, text: str, channel: str) -> str:
    """A message from a contact, whose id is given. Raises ValueError."""
    own = _CHANNELS.get(channel.lower())
    if own is None:
        raise ValueError(f"channel is one of {', '.join(each.capitalize() for each in _CHANNELS)}")
    found = world.store.get("contacts", contact)
    if found is None:
        if not re.fullmatch(r"\+?[0-9 ().-]+", contact) or not digits(contact):
            raise ValueError("contact is the id of a contact, or a number")
        found = _with_number(world, contact, "", LOCATION_ID)
    now = world.now()
    active = {**found, own: found.get(own) or f"{channel.lower()}-{found['id']}", "lastActivity": iso(now)}
    world.store.put("contacts", active)
    fields = {"channel": channel.capitalize(), "isIncoming": True, "type": "text", "text": text, "timestamp": iso(now)}
    reference = {"id": found["id"]}
    return str(world.create(MESSAGES, {**fields, "contact": reference, "phone": number(found)})["id"])


def sent(world: World) -> list[Json]:
    """Every message that was sent, in order: at, broadcast, contact, client, phone, operation."""
    single = [_sent(one) for one in _outgoing(world) if _state(world, one)[0] not in ("scheduled", "failed")]
    return sorted([*broadcasts.messages(world), *single], key=lambda message: float(message["at"]))


def failed(world: World) -> list[Json]:
    """Every message that was sent and failed, in order: as `sent` has it, and WhatsApp's code."""
    single = [
        {**_sent(one), "code": codes.NO_SESSION if one["free"] else codes.STOPPED}
        for one in _outgoing(world)
        if _state(world, one)[0] == "failed"
    ]
    return sorted([*broadcasts.messages(world, failed=True), *single], key=lambda message: float(message["at"]))


def _outgoing(world: World) -> list[Json]:
    return world.store.select(MESSAGES, [("NOT json_extract(json, '$.isIncoming')", ())])


def _sent(message: Json) -> Json:
    return {
        "at": _at(message),
        "broadcast": None,
        "contact": message.get("contact", {}).get("id"),
        "client": message["client"],
        "phone": message["phone"],
        "operation": message["operation"],
    }


def list_messages(world: World, request: Request) -> list[Json]:
    """listContactMessages: to and from a contact, those of broadcasts included, by their time."""
    contact = world.existing("contacts", request.id)
    limit, offset = paging(world, request.query)
    since, until = days_of(request.query)
    mine = ("json_extract(json, '$.contact.id') = ?", (contact["id"],))
    found = [_shown(world, message, contact) for message in world.store.select(MESSAGES, [mine, *listed(world)])]
    found += [_shown(world, message, contact) for message in broadcasts.messages_to(world, contact)]
    found = [
        message
        for message in found
        if (since is None or _at(message) >= since.timestamp()) and (until is None or _at(message) < until.timestamp())
    ]
    found.sort(key=lambda message: str(message["timestamp"]), reverse=world.behaviour.order != "oldest_first")
    return found[offset : offset + limit]


def _recipient(world: World, body: Json) -> tuple[Json | None, Json | None, str]:
    """The contact, the client and the number that a body means."""
    named = [name for name in ("contact", "client", "recepient") if name in body]
    if len(named) != 1:
        raise Problem(400, "contact is required, or client or recepient: exactly one of them")
    place = body.get("location", {}).get("id", LOCATION_ID)
    if named == ["contact"]:
        contact = world.named("contacts", body["contact"], "contact")
        return contact, None, number(contact)
    if named == ["recepient"]:
        fields = people.check(CONTACTS, world, {"phoneNumber": body["recepient"]["phoneNumber"]}, None)
        contact = _with_number(world, fields["phoneNumber"], body["recepient"].get("name", ""), place)
        return contact, None, number(contact)
    client = world.named("clients", body["client"], "client")
    phone = number(client)
    if not phone:
        raise Problem(400, "client.id names a client without a phone")
    if not world.behaviour.client_becomes_contact:
        return next(iter(people.with_number(world, CONTACTS, phone)), None), client, phone
    return _with_number(world, phone, client.get("fullName", ""), place), client, phone


def _with_number(world: World, phone: str, name: str, place: str) -> Json:
    """The first contact with a number, created if there is none (A)."""
    found = people.with_number(world, CONTACTS, phone)
    fields = {"name": name or digits(phone), "phoneNumber": digits(phone), "location": {"id": place}}
    return found[0] if found else people.create(CONTACTS, world, fields)


def _state(world: World, message: Json) -> tuple[str, str | None]:
    """How far an outgoing message is, and why it failed."""
    at, now = _at(message), world.now()
    if at > now:
        return "scheduled", None
    if message["free"] and not _open(world, message, at):
        return "failed", "the person hasn't written within the last 24 hours: send a template"
    if message["operation"] == "sendWhatsappTemplate" and broadcasts.has_stopped(world, message["phone"], at):
        return "failed", codes.text_of(codes.STOPPED)
    return ("delivered" if at + world.behaviour.delivery_seconds <= now else "sent"), None


def _open(world: World, message: Json, at: float) -> bool:
    """Whether the person wrote on the message's channel in the time before."""

    def field(name: str) -> str:
        return f"json_extract(json, '$.{name}')"

    contact, phone = message.get("contact", {}).get("id"), message["phone"] or None
    where = [
        (f"{field('isIncoming')} AND {field('channel')} = ?", (message["channel"],)),
        (f"{field('contact.id')} = ? OR {field('phone')} = ?", (contact, phone)),
        (f"{field('timestamp')} > ? AND {field('timestamp')} <= ?", (iso(at - WINDOW), iso(at))),
    ]
    return bool(world.store.select(MESSAGES, where, limit=1))


def _at(message: Json) -> float:
    return datetime.fromisoformat(message["timestamp"]).timestamp()


def _shown(world: World, message: Json, contact: Json) -> Json:
    names = ("id", "channel", "type", "text", "mediaUrl", "sentBy", "timestamp", "status", "createdAt", "updatedAt")
    shown: Json = {name: message[name] for name in names if name in message}
    incoming: Any = message["isIncoming"]
    if not incoming and "status" not in message:
        status, wrong = _state(world, message)
        shown |= {"status": status} if wrong is None else {"status": status, "errorMessage": wrong}
    if world.behaviour.incoming_form == "text":
        incoming = str(incoming).lower()
    phone = people.show_contact(world, contact).get("phoneNumber", "")
    return {
        **shown,
        "isIncoming": incoming,
        "contact": {"id": contact["id"], "channel": message["channel"], "phoneNumber": phone},
    }
