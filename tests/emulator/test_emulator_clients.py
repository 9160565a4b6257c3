"""Clients and their tags, where they differ from contacts, and what both share."""

from __future__ import annotations

from typing import Any

import pytest

from whautomate_core.emulator import LOCATION_ID, STAFF_ID

from .conftest import START, Caller, error, made, refused
from .test_emulator_contacts import fired

BODY = {"fullName": "B", "primaryLocation": {"id": LOCATION_ID}, "countryCode": "+1", "phone": "5550000001"}


def test_a_create_gives_ids_and_dates(call: Caller) -> None:
    client = call.client(id="mine", clientId="C99", tags=["a", "a"], dob=None, primaryStaff={"id": STAFF_ID})
    assert client["id"].isalnum()
    assert client["clientId"] == "C1"
    assert client["createdAt"] == client["updatedAt"] == "2026-05-28T20:26:40.000Z"
    assert (client["tags"], client["customFields"], client["dob"]) == (["a"], {}, None)
    assert call.get(f"/v1/clients/{client['id']}") == client
    assert call.client("5550000002")["clientId"] == "C2"


@pytest.mark.parametrize(("behaviour", "shown"), [("repeated", "495550000001"), ("apart", "5550000001")])
def test_client_phone(make: Any, behaviour: str, shown: str) -> None:
    call = make(client_phone=behaviour, put="merge", search_delay=0)
    client = call.client("(555) 000-0001", countryCode="49")
    assert (client["countryCode"], client["phone"]) == ("+49", shown)
    back = made(call("PUT", f"/v1/clients/{client['id']}", client))  # read, merged and written back: nothing moved
    assert (back["countryCode"], back["phone"]) == ("+49", shown)
    assert made(call("PUT", f"/v1/clients/{client['id']}", {"notes": "n"}))["phone"] == shown
    assert call.emulator.clients()[0]["phone"] == "5550000001"
    assert [each["id"] for each in call.get("/v1/clients", searchText="555 0000001")] == [client["id"]]
    assert call.get("/v1/clients", searchText="+49 555 0000001") == []  # whether code and rest are joined nobody knows
    moved = made(call("PUT", f"/v1/clients/{client['id']}", {"countryCode": "+49", "phone": "49"}))
    assert moved["phone"] == ("4949" if behaviour == "repeated" else "49")


@pytest.mark.parametrize(("behaviour", "count"), [("duplicate", 2), ("reject", 1), ("reuse", 1)])
def test_known_client(make: Any, behaviour: str, count: int) -> None:
    call = make(known_client=behaviour, put="merge")
    first, other = call.client("5550000001"), call.client("5550000002")
    again = call("POST", "/v1/clients", BODY)
    assert len(call.emulator.clients()) == 1 + count
    if behaviour == "reject":
        assert error(again) == (400, "phone is already used by another record")
        taken = {"countryCode": "+1", "phone": "5550000001"}
        assert error(call("PUT", f"/v1/clients/{other['id']}", taken))[0] == 400
        made(call("PUT", f"/v1/clients/{first['id']}", taken))
    else:
        assert (made(again)["id"] == first["id"]) == (behaviour == "reuse")


def test_a_contact_and_a_client_may_have_one_number(make: Any) -> None:
    call = make(known_client="reject", known_number="reject")
    call.contact("+15550000001")
    call.client("5550000001")
    made(call("POST", "/v1/clients", {"fullName": "No phone", "primaryLocation": {"id": LOCATION_ID}}))
    made(call("POST", "/v1/clients", {"fullName": "None either", "primaryLocation": {"id": LOCATION_ID}}))


def test_put_replaces_or_merges(make: Any) -> None:
    call = make(put="replace")
    client = call.client(tags=["a"], notes="n", customFields={"x": 1})
    after = made(call("PUT", f"/v1/clients/{client['id']}", {"customFields": {"y": 2}}))
    assert {"tags", "notes", "fullName", "phone"}.isdisjoint(after)
    assert (after["customFields"], after["clientId"]) == ({"y": 2}, "C1")
    assert fired(call)[2:] == [("tag_removed", "a", False)]
    call = make(put="merge")
    client = call.client(tags=["a"], notes="n", customFields={"x": 1})
    after = made(call("PUT", f"/v1/clients/{client['id']}", {"customFields": {"y": 2}}))
    assert after == {**client, "customFields": {"y": 2}}


@pytest.mark.parametrize("kind", ["contact", "client"])
def test_tags_fire_automations_that_say_of_whom(call: Caller, kind: str) -> None:
    person = getattr(call, kind)(tags=["a"])
    path = f"/v1/{kind}s/{person['id']}/tags"
    assert made(call("POST", f"{path}/add", {"tags": ["a", "b"]}))["tags"] == ["a", "b"]
    assert made(call("POST", f"{path}/remove", {"tags": ["a", "c"]})) == {"id": person["id"], "tags": ["b"]}
    assert fired(call) == [
        (f"{kind}_created", None, False),
        ("tag_added", "a", False),
        ("tag_added", "a", True),
        ("tag_added", "b", False),
        ("tag_removed", "a", False),
    ]
    other = {"contact": "client", "client": "contact"}[kind]
    assert {(each[kind], each[other]) for each in call.emulator.automations()} == {(person["id"], None)}


@pytest.mark.parametrize(("kind", "other"), [("contact", "client"), ("client", "contact")])
def test_a_deleted_tag_leaves_its_holders_and_no_others(call: Caller, kind: str, other: str) -> None:
    holder, namesake = getattr(call, kind)(tags=["a", "b"]), getattr(call, other)(tags=["a"])
    tags = {tag["name"]: tag["id"] for tag in call.get(f"/v1/{kind}Tags")}
    assert sorted(tags) == ["a", "b"]
    made(call("DELETE", f"/v1/{kind}Tags/{tags['a']}"))
    assert call.get(f"/v1/{kind}s/{holder['id']}")["tags"] == ["b"]
    assert call.get(f"/v1/{other}s/{namesake['id']}")["tags"] == ["a"]
    assert error(call("POST", f"/v1/{kind}Tags", {"name": "b"}))[0] == 400


def test_filters(make: Any) -> None:
    call = make(search_delay=0)
    second = {"id": "loc000000002"}
    call.emulator.add_clients([{"fullName": "Ada", "countryCode": "+49", "phone": "151", "email": "l@x.org"}])
    call.emulator.add_clients([{"fullName": "Bob", "tags": ["vip"], "primaryLocation": second}])

    def found(**query: str) -> list[str]:
        return [each["fullName"] for each in call.get("/v1/clients", **query)]

    assert found() == ["Bob", "Ada"]
    assert found(searchText="aDa") == found(searchText="151") == found(searchText="l@X") == ["Ada"]
    assert found(tags="vip") == found(primaryLocationId="loc000000002") == ["Bob"]
    assert call.emulator.automations() == call.emulator.requests("createClient") == []


@pytest.mark.parametrize(("behaviour", "days"), [("created", ["2026-05-28"]), ("registered", ["2025-01-31"])])
def test_client_dates(make: Any, behaviour: str, days: list[str]) -> None:
    call = make(client_dates=behaviour)
    call.client(registrationDate="2025-01-31")
    asked = ["2025-01-30", "2025-01-31", "2025-02-01", "2026-05-28"]
    assert [day for day in asked if call.get("/v1/clients", startDate=day, endDate=day)] == days


@pytest.mark.parametrize("named", ["id", "number"])
def test_a_client_opts_out(call: Caller, named: str) -> None:
    client, contact = call.client("5550000001"), call.contact("+15550000001")
    call.emulator.opt_out_before("getClient", client["id"] if named == "id" else "+1 555 000 0001")
    assert call.get(f"/v1/clients/{client['id']}")["tags"] == ["Unsubscribe"]
    # A number is everybody's who has it, an id is one record's.
    assert call.get(f"/v1/contacts/{contact['id']}")["tags"] == ([] if named == "id" else ["Unsubscribe"])
    assert call.emulator.automations()[2]["client" if named == "id" else "contact"] is not None


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ({"fullName": None}, "fullName"),
        ({"primaryLocation": {"id": "x"}}, "primaryLocation.id"),
        ({"primaryStaff": {"id": "x"}}, "primaryStaff.id"),
        ({"phone": "call me"}, "phone"),
        ({"countryCode": "US"}, "countryCode"),
        ({"email": "nobody"}, "email"),
        ({"dob": "31.01.1990"}, "dob"),
        ({"dob": "1990-02-30"}, "dob"),
    ],
)
def test_invalid_clients_name_the_field(call: Caller, body: Any, names: str) -> None:
    status, message = error(call("POST", "/v1/clients", {**BODY, **body}))
    assert (status, message.split()[0]) == (refused(message), names)
    with pytest.raises(ValueError, match=names):
        call.emulator.add_clients([{**BODY, **body}])
    assert call.emulator.clients() == []


# Segments of clients, classes and earlier broadcasts as audiences


def names(call: Caller, **audience: Any) -> list[str]:
    """Who a broadcast to an audience reaches."""
    before = len(call.emulator.messages())
    call.broadcast(type="client", at=call.clock.at, **audience)
    call.emulator.advance(60)
    known = {each["id"]: each["fullName"] for each in call.emulator.clients()}
    known |= {each["id"]: each["name"] for each in call.emulator.contacts()}
    return [known[message["contact"] or message["client"]] for message in call.emulator.messages()[before:]]


@pytest.mark.parametrize(
    ("criteria", "reached"),
    [
        ({}, "ABC"),
        ({"tags": ["x"]}, "AB"),
        ({"tags": ["x"], "exclusionTags": ["out"]}, "A"),
        ({"gender": "female"}, "A"),
        ({"ageFrom": 36}, "AB"),
        ({"ageFrom": 36, "ageTo": 36}, "A"),
        ({"ageTo": 36}, "A"),
        ({"contactStage": "Lead"}, "ABC"),
    ],
)
def test_a_segment_of_clients_chooses_by_its_criteria(make: Any, criteria: dict[str, Any], reached: str) -> None:
    call = make(broadcast_failed_share=0)
    call.contact("+4915", "contact", tags=["x"])
    call.client("1", "A", tags=["x"], gender="Female", dob="1990-05-28")  # 36 today
    call.client("2", "B", tags=["x", "out"], gender="Male", dob="1989-05-28")
    call.client("3", "C")
    call.client("4", "elsewhere", primaryLocation={"id": "loc000000002"})
    segment = call.segment(type="client", **criteria)
    assert "".join(names(call, segments=[{"id": segment["id"]}])) == reached


def test_a_number_gets_one_broadcast_once_be_it_a_contacts_or_a_clients(call: Caller) -> None:
    call.client("5550000001")
    call.contact("+15550000001")
    segments = [{"id": call.segment(type=kind)["id"]} for kind in ("client", "contact")]
    assert names(call, segments=segments) == ["Ada Client"]
    [message] = call.emulator.messages()
    assert (message["contact"], message["client"]) == (None, call.emulator.clients()[0]["id"])
    assert (message["operation"], message["phone"]) == ("createBroadcast", "15550000001")


@pytest.mark.parametrize(
    ("status", "behaviour", "reached"),
    [
        ("ALL", "everyone", "ABC"),
        (None, "everyone", "ABC"),
        ("ALL", "not_cancelled", "AB"),
        ("BOOKED", "everyone", "A"),
        ("waitlisted", "everyone", "B"),
        ("CANCELLED", "not_cancelled", "C"),
    ],
)
def test_a_class_as_audience(make: Any, status: str | None, behaviour: str, reached: str) -> None:
    call = make(target_class_all=behaviour, broadcast_failed_share=0, waitlist_moves_up=False)
    class_ = call.class_()
    clients = [call.client(phone, name) for phone, name in (("1", "A"), ("2", "B"), ("3", "C"), ("4", "D"))]
    made(call.join(class_, clients[0]))
    made(call.join(class_, clients[1], status="WAITLISTED"))
    made(call.join(class_, clients[2]))
    made(call.leave(class_, clientId=clients[2]["id"]))
    audience = {"targetClass": {"id": class_["id"]}, **({"targetClassStatus": status} if status else {})}
    assert "".join(names(call, **audience)) == reached


@pytest.mark.parametrize(
    ("engaged", "count"), [(None, 9), ("sent", 9), ("delivered", 9), ("read", 4), ("replied", 2), ("failed", 1)]
)
def test_an_earlier_broadcast_as_audience(make: Any, engaged: str | None, count: int) -> None:
    call = make(broadcast_failed_share=0.1, read_share=0.5, replied_share=0.25)
    call.people(10)
    first = call.broadcast(call.segment(), at=START)
    call.emulator.advance(60)
    assert len(call.emulator.messages()) == 9
    engagement = {"retargetEngagementType": engaged} if engaged else {}
    second = call.broadcast(retargetBroadcast={"id": first["id"]}, at=call.emulator.now(), **engagement)
    call.emulator.advance(60)
    assert call.get(f"/v1/broadcasts/{second['id']}")["processedStats"]["totalCount"] == count


@pytest.mark.parametrize(
    ("field", "value"),
    [("targetClass", {"id": "x"}), ("retargetBroadcast", {"id": "x"}), ("retargetEngagementType", "liked")],
)
def test_audiences_that_are_none(make: Any, field: str, value: Any) -> None:
    call = make(error_in_200=())
    status, message = error(call("POST", "/v1/broadcasts", {"name": "N", "type": "client", field: value}))
    assert status == 400
    assert message.startswith(field)
