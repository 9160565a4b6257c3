"""Somebody who opted out, and every call that would do something to them: what the tests of every layer try."""

from dataclasses import dataclass, field
from typing import Any

import httpx

NUMBER = "+4915123456700"
LOCATION = {"id": "loc000000001"}
STAFF = "stf000000001"
FAR = "2099-06-01"


@dataclass
class World:
    """What an emulator holds for the cases: people who opted out, and what belongs to them."""

    emulator: Any
    contact: str = ""
    client: str = ""
    contact_tag: str = ""
    client_tag: str = ""
    appointment: str = ""
    class_: str = ""
    free_class: str = ""
    open_segment: str = ""
    segment: str = ""
    broadcast: str = ""
    service: str = ""
    _before: int = field(default=0)

    def written(self) -> list[str]:
        """Operations that wrote something since the world was made."""
        return [r["operation"] for r in self.emulator.requests()[self._before :] if r["method"] != "GET"]

    def happened(self) -> tuple[Any, ...]:
        """What was done to people: records, automations, messages."""
        return (
            self.emulator.contacts(),
            self.emulator.records("clients"),
            self.emulator.automations(),
            self.emulator.messages(),
        )


def make_world(emulator: Any, *, opted_out: bool = True, spelling: str = "Unsubscribe") -> World:
    world = World(emulator)
    with httpx.Client(base_url=emulator.url, headers={"x-api-key": emulator.key}, verify=False) as http:

        def post(path: str, **body: Any) -> Any:
            answer = http.post(path, json=body)
            assert answer.is_success, answer.text
            return answer.json().get("id")

        clients_number = {"countryCode": "+49", "phone": NUMBER.removeprefix("+49")}
        world.contact = post("/v1/contacts", name="Ada", phoneNumber=NUMBER, location=LOCATION, tags=["vip"])
        world.client = post("/v1/clients", fullName="Ada", primaryLocation=LOCATION, tags=["vip"], **clients_number)
        world.contact_tag = post("/v1/contactTags", name=spelling)
        world.client_tag = post("/v1/clientTags", name=spelling)
        world.service = post(
            "/v1/services",
            serviceType="APPOINTMENT", name="Cut", location=LOCATION, durationMinutes=30, staffs=[{"id": STAFF}],
        )  # fmt: skip
        who = {"client": {"id": world.client}, "service": {"id": world.service}, "staff": {"id": STAFF}}
        world.appointment = post("/v1/appointments", **who, location=LOCATION, date=FAR, time="10:00 AM")
        yoga = post(
            "/v1/services",
            serviceType="CLASS", name="Yoga", location=LOCATION, durationMinutes=30, staffs=[{"id": STAFF}],
        )  # fmt: skip
        held = {"location": LOCATION, "staff": {"id": STAFF}, "service": {"id": yoga}, "date": FAR}
        world.class_ = post("/v1/classes", **held, time="02:00 PM", numberOfParticipants=5)
        world.free_class = post("/v1/classes", **held, time="03:00 PM", numberOfParticipants=5)
        post(f"/v1/classes/{world.class_}/participants/add", client={"id": world.client})
        open_to_all = {"type": "contact", "location": LOCATION}
        world.open_segment = post("/v1/segments", name="open", criteria={"tags": ["vip"]}, **open_to_all)
        safe = {"tags": ["vip"], "exclusionTags": list(dict.fromkeys([spelling, "Unsubscribe"]))}
        world.segment = post("/v1/segments", name="safe", criteria=safe, **open_to_all)
        template = {"name": "t", "language": "en"}
        waiting = {"name": "B", "type": "contact", "scheduleDateTime": f"{FAR}T10:00:00Z", "template": template}
        world.broadcast = post("/v1/broadcasts", segments=[{"id": world.segment}], **waiting)
    if opted_out:
        emulator.opt_out(world.contact, spelling)
        emulator.opt_out(world.client, spelling)
    emulator.advance(60)  # searches see new records late
    world._before = len(emulator.requests())
    return world


@dataclass(frozen=True)
class Case:
    """A call that does something to somebody: resource, function, and its arguments in a world."""

    name: str
    resource: str
    function: str
    arguments: Any
    protective: bool = False
    """Refused even where nobody has opted out, since it would take an opt-out away or can't be checked."""

    def __str__(self) -> str:
        return self.name


def _case(name: str, resource: str, function: str, arguments: Any, *, protective: bool = False) -> Case:
    return Case(name, resource, function, arguments, protective)


_TEMPLATE = {"name": "t", "language": "en"}
_SENDS = {
    "text": {"textMessage": "hi"},
    "media": {"mediaUrl": "https://example.com/a.png", "mimeType": "image/png"},
    "template": {"template": _TEMPLATE},
}


def _sends() -> list[Case]:
    cases = []
    for channel in ("whatsapp", "messenger", "instagram", "telegram"):
        for kind, body in _SENDS.items():
            if kind == "template" and channel != "whatsapp":
                body = {"textMessage": "hi"} if channel == "telegram" else {"elements": [{"title": "hi"}]}
            function = f"send_{channel}_{kind}"
            to_contact = lambda w, body=body: {"message": {"contact": {"id": w.contact}, "location": LOCATION, **body}}  # noqa: E731
            cases.append(_case(function, "messages", function, to_contact))
            if channel == "whatsapp":
                to_client = lambda w, body=body: {  # noqa: E731
                    "message": {"client": {"id": w.client}, "location": LOCATION, **body}
                }
                to_number = lambda w, body=body: {  # noqa: E731
                    "message": {"recepient": {"phoneNumber": NUMBER}, "location": LOCATION, **body}
                }
                cases.append(_case(f"{function}-client", "messages", function, to_client))
                cases.append(_case(f"{function}-number", "messages", function, to_number))
    return cases


def _broadcast(**fields: Any) -> dict[str, Any]:
    at = {"name": "C", "type": "contact", "scheduleDateTime": f"{FAR}T10:00:00Z", "template": _TEMPLATE}
    return {"broadcast": {**at, **fields}}


SENDS = _sends()

CASES = [
    *SENDS,
    _case(
        "create_contact", "contacts", "create_contact",
        lambda w: {"contact": {"name": "Ada", "phoneNumber": "0049 1512 3456700"[2:], "location": LOCATION}},
    ),
    _case("update_contact-stage", "contacts", "update_contact",
          lambda w: {"contact_id": w.contact, "contact": {"stage": "Lead"}}),
    _case("update_contact-tags", "contacts", "update_contact",
          lambda w: {"contact_id": w.contact, "contact": {"tags": ["vip"]}}),
    _case("update_contact-more-tags", "contacts", "update_contact",
          lambda w: {"contact_id": w.contact, "contact": {"tags": ["vip", "Unsubscribe", "unsubscribe", "new"]}}),
    _case("update_contact-overwrite", "contacts", "update_contact",
          lambda w: {"contact_id": w.contact, "contact": {"name": "A"}, "overwrite": True}),
    _case("update_contact-number", "contacts", "update_contact",
          lambda w: {"contact_id": w.contact, "contact": {"phoneNumber": "+4915123456799"}}),
    _case("delete_contact", "contacts", "delete_contact", lambda w: {"contact_id": w.contact}),
    _case("add_contact_tags", "contacts", "add_contact_tags", lambda w: {"contact_id": w.contact, "tags": ["new"]}),
    _case("remove_contact_tags", "contacts", "remove_contact_tags",
          lambda w: {"contact_id": w.contact, "tags": ["vip"]}),
    _case("remove_contact_tags-opt-out", "contacts", "remove_contact_tags",
          lambda w: {"contact_id": w.contact, "tags": ["unsubscribe", "Unsubscribe"]}, protective=True),
    _case("create_client", "clients", "create_client",
          lambda w: {"client": {"fullName": "Ada", "countryCode": "+49", "phone": NUMBER[3:],
                                "primaryLocation": LOCATION}}),
    _case("update_client-tags", "clients", "update_client",
          lambda w: {"client_id": w.client, "client": {"tags": ["vip"]}}),
    _case("update_client-overwrite", "clients", "update_client",
          lambda w: {"client_id": w.client, "client": {"fullName": "A"}, "overwrite": True}),
    _case("delete_client", "clients", "delete_client", lambda w: {"client_id": w.client}),
    _case("add_client_tags", "clients", "add_client_tags", lambda w: {"client_id": w.client, "tags": ["new"]}),
    _case("remove_client_tags", "clients", "remove_client_tags", lambda w: {"client_id": w.client, "tags": ["vip"]}),
    _case("remove_client_tags-opt-out", "clients", "remove_client_tags",
          lambda w: {"client_id": w.client, "tags": ["unsubscribe", "Unsubscribe"]}, protective=True),
    _case("delete_contact_tag", "contact_tags", "delete_contact_tag",
          lambda w: {"contact_tag_id": w.contact_tag}, protective=True),
    _case("delete_client_tag", "client_tags", "delete_client_tag",
          lambda w: {"client_tag_id": w.client_tag}, protective=True),
    _case("create_broadcast-open", "broadcasts", "create_broadcast",
          lambda w: _broadcast(segments=[{"id": w.segment}, {"id": w.open_segment}]), protective=True),
    _case("create_broadcast-class", "broadcasts", "create_broadcast",
          lambda w: _broadcast(targetClass={"id": w.class_}), protective=True),
    _case("create_broadcast-retarget", "broadcasts", "create_broadcast",
          lambda w: _broadcast(retargetBroadcast={"id": w.broadcast}, segments=[{"id": w.segment}]), protective=True),
    _case("create_broadcast-nobody", "broadcasts", "create_broadcast", lambda w: _broadcast(), protective=True),
    _case("update_broadcast-open", "broadcasts", "update_broadcast",
          lambda w: {"broadcast_id": w.broadcast, "broadcast": {"segments": [{"id": w.open_segment}]}},
          protective=True),
    _case("book_appointment", "appointments", "book_appointment",
          lambda w: {"appointment": {"client": {"id": w.client}, "service": {"id": w.service}, "date": FAR,
                                     "staff": {"id": STAFF}, "location": LOCATION, "time": "11:00 AM"}}),
    _case("reschedule_appointment", "appointments", "reschedule_appointment",
          lambda w: {"appointment": {"appointmentId": w.appointment, "date": FAR, "time": "11:00 AM"}}),
    _case("cancel_appointment", "appointments", "cancel_appointment",
          lambda w: {"appointment": {"appointmentId": w.appointment}}),
    _case("add_class_participant", "classes", "add_class_participant",
          lambda w: {"class_id": w.free_class, "class_participant": {"client": {"id": w.client}}}),
    _case("remove_class_participant", "classes", "remove_class_participant",
          lambda w: {"class_id": w.class_, "class_participant": {"clientId": w.client}}),
]  # fmt: skip
