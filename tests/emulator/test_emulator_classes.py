"""Classes: when they take place, and who has a place."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from whautomate_core.emulator import LOCATION_ID, OTHER_STAFF_ID, STAFF_ID

from .conftest import Caller, error, made, refused


def statuses(call: Caller, class_: Any) -> list[str]:
    return [each["status"] for each in call.get(f"/v1/classes/{class_['id']}/participants")]


def told(call: Caller) -> list[tuple[str, str]]:
    """What bookings said to whom, by the clients' names."""
    names = {each["id"]: each["fullName"] for each in call.emulator.clients()}
    return [
        (each["kind"], names[each["client"]])
        for each in call.emulator.automations()
        if each["kind"] not in ("client_created", "contact_created")
    ]


def test_a_class_says_when_and_how_many(make: Any) -> None:
    call = make(booking_dates="held")
    class_ = call.class_(places=3, timezone="UTC")
    assert (class_["startTimeUTC"], class_["endTimeUTC"]) == ("2026-06-01T09:00:00.000Z", "2026-06-01T10:00:00.000Z")
    assert (class_["numberOfParticipants"], class_["bookedParticipants"]) == (3, 0)
    assert class_["staff"] == {"id": STAFF_ID, "name": "Sam Staff"}
    made(call.join(class_, call.client()))
    assert call.get(f"/v1/classes/{class_['id']}") == {**class_, "bookedParticipants": 1}
    days = ["2026-05-28", "2026-06-01"]
    assert [day for day in days if call.get("/v1/classes", startDate=day, endDate=day)] == ["2026-06-01"]
    assert call.get("/v1/classes", serviceId=class_["service"]["id"], staffId=STAFF_ID, locationId=LOCATION_ID) != []
    assert call.get("/v1/classes", staffId=OTHER_STAFF_ID) == []


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"location": {"id": "x"}}, "location.id"),
        ({"staff": {"id": "x"}}, "staff.id"),
        ({"staff": {"id": OTHER_STAFF_ID}}, "staff.id"),
        ({"service": {"id": "x"}}, "service.id"),
        ({"date": "soon"}, "date"),
        ({"time": "25:00"}, "time"),
        ({"timezone": "x"}, "timezone"),
        ({"numberOfParticipants": 0}, "numberOfParticipants"),
    ],
)
def test_classes_that_cannot_be(call: Caller, changes: Any, names: str) -> None:
    class_ = call.class_()
    body = {name: class_[name] for name in ("location", "staff", "service", "date", "time")}
    for method, path in (("POST", "/v1/classes"), ("PUT", f"/v1/classes/{class_['id']}")):
        status, message = error(call(method, path, {**body, **changes}))
        assert (status, message.split()[0]) == (refused(message), names)
    appointment = {"service": {"id": call.service()["id"]}}
    assert error(call("POST", "/v1/classes", {**body, **appointment}))[1].startswith("service.id")
    assert call.get("/v1/classes") == [class_]


@pytest.mark.parametrize("behaviour", ["replace", "merge"])
def test_changing_a_class(make: Any, behaviour: str) -> None:
    call = make(put=behaviour)
    class_ = call.class_(places=3, notes="n")
    path = f"/v1/classes/{class_['id']}"
    made(call.join(class_, call.client("1", "A")))
    made(call.leave(class_, clientId=made(call.join(class_, call.client("2", "B")))["client"]["id"]))
    before = len(told(call))
    if behaviour == "replace":  # what isn't sent is gone, and a class can't be without it
        assert error(call("PUT", path, {"time": "10:00 AM"}))[1].endswith("is required")
        moved = made(call("PUT", path, {**class_, "time": "10:00 AM", "notes": "m"}))
    else:
        moved = made(call("PUT", path, {"time": "10:00 AM", "notes": "m"}))
    assert (moved["startTime"], moved["notes"], moved["bookedParticipants"]) == ("2026-06-01T10:00:00.000Z", "m", 1)
    made(call("PUT", path, {**moved, "notes": "o"}))
    assert told(call)[before:] == [("class_rescheduled", "A")]
    made(call("DELETE", path))
    assert told(call)[before + 1 :] == [("class_cancelled", "A")]
    assert call.emulator.records("participants") == []
    assert call("GET", f"{path}/participants").status_code == 404


@pytest.mark.parametrize(("behaviour", "status"), [("accept", 200), ("reject", 400)])
def test_class_clash(make: Any, behaviour: str, status: int) -> None:
    call = make(class_clash=behaviour)
    class_ = call.class_()
    body = {name: class_[name] for name in ("location", "staff", "service", "date", "time")}
    assert call("POST", "/v1/classes", body).status_code == status
    assert call("POST", "/v1/classes", {**body, "time": "10:00 AM"}).status_code == 200
    made(call("PUT", f"/v1/classes/{class_['id']}", body))  # it doesn't clash with itself
    assert call.book(call.service(), call.client()).status_code == 400


@pytest.mark.parametrize("named", ["clientId", "client", "participantId"])
def test_a_place_is_taken_and_given_back(call: Caller, named: str) -> None:
    class_, client = call.class_(), call.client()
    references = {"clientId": client["id"], "client": {"id": client["id"]}}
    how = {named: references[named]} if named in references else {"clientId": client["id"]}
    participant = made(call("POST", f"/v1/classes/{class_['id']}/participants/add", how))
    assert (participant["status"], participant["client"]["id"]) == ("BOOKED", client["id"])
    assert participant["class"] == {**class_, "bookedParticipants": 1}
    assert call.get(f"/v1/classes/clients/{client['id']}/bookings") == [participant]
    how = how if named in references else {"participantId": participant["id"]}
    assert made(call.leave(class_, **how, cancellationReason="ill")) == {}
    [cancelled] = call.get(f"/v1/classes/{class_['id']}/participants")
    assert (cancelled["id"], cancelled["status"]) == (participant["id"], "CANCELLED")
    assert (cancelled["cancellationReason"], cancelled["class"]["bookedParticipants"]) == ("ill", 0)
    assert told(call) == [("class_booked", "Ada Client"), ("class_cancelled", "Ada Client")]


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ({}, "client"),
        ({"clientId": "x"}, "client.id"),
        ({"client": {"id": "x"}}, "client.id"),
        ({"clientId": "x", "client": {"id": "y"}}, "client"),
        ({"clientId": "CLIENT", "status": "MAYBE"}, "status"),
    ],
)
def test_participants_that_are_none(call: Caller, body: Any, names: str) -> None:
    class_, client = call.class_(), call.client()
    body = {name: client["id"] if value == "CLIENT" else value for name, value in body.items()}
    status, message = error(call("POST", f"/v1/classes/{class_['id']}/participants/add", body))
    assert (status, message.split()[0]) == (refused(message), names)
    for named in ({"clientId": client["id"]}, {"participantId": "x"}, {}):
        assert call.leave(class_, **named).status_code == 400
    assert call.join({"id": "x"}, client).status_code == 404
    assert call("GET", "/v1/classes/clients/x/bookings").status_code == 404
    assert statuses(call, class_) == []


@pytest.mark.parametrize("behaviour", ["waitlist", "reject"])
def test_class_full(make: Any, behaviour: str) -> None:
    call = make(class_full=behaviour)
    class_ = call.class_(places=1)
    made(call.join(class_, call.client("1", "A")))
    made(call.join(class_, call.client("2", "B"), status="WAITLISTED"))
    answer = call.join(class_, call.client("3", "C"))
    if behaviour == "reject":
        assert error(answer) == (400, "the class is full")
    else:
        assert made(answer)["status"] == "WAITLISTED"
        assert told(call)[-1] == ("class_waitlisted", "C")
    assert call.get(f"/v1/classes/{class_['id']}")["bookedParticipants"] == 1


@pytest.mark.parametrize(
    ("behaviour", "after"),
    [(True, ["CANCELLED", "BOOKED", "WAITLISTED"]), (False, ["CANCELLED", "WAITLISTED", "WAITLISTED"])],
)
def test_waitlist_moves_up(make: Any, behaviour: bool, after: list[str]) -> None:
    call = make(waitlist_moves_up=behaviour, put="merge")
    class_ = call.class_(places=1)
    clients = [call.client(name, name) for name in "123"]
    for client in clients:
        made(call.join(class_, client))
    made(call.leave(class_, clientId=clients[0]["id"]))
    assert statuses(call, class_) == after
    assert (("class_booked", "2") in told(call)) == behaviour
    made(call("PUT", f"/v1/classes/{class_['id']}", {"numberOfParticipants": 2}))
    assert (statuses(call, class_)[2] == "BOOKED") == behaviour
    if behaviour:
        assert call("PUT", f"/v1/classes/{class_['id']}", {"numberOfParticipants": 1}).status_code == 400


@pytest.mark.parametrize("behaviour", ["duplicate", "reject", "reuse"])
def test_known_participant(make: Any, behaviour: str) -> None:
    call = make(known_participant=behaviour)
    class_, client = call.class_(), call.client()
    first, second = made(call.join(class_, client)), call.join(class_, client)
    assert second.status_code == (400 if behaviour == "reject" else 200)
    assert statuses(call, class_) == ["BOOKED"] * (2 if behaviour == "duplicate" else 1)
    if behaviour == "reuse":
        assert second.json() == first
    for _ in statuses(call, class_):
        made(call.leave(class_, clientId=client["id"]))
    assert made(call.join(class_, client))["id"] != first["id"]  # who left may come again


@pytest.mark.parametrize(("behaviour", "status"), [("reject", 400), ("accept", 200)])
def test_leaving_twice(make: Any, behaviour: str, status: int) -> None:
    call = make(cancel_twice=behaviour)
    class_, client = call.class_(), call.client()
    made(call.join(class_, client))
    made(call.leave(class_, clientId=client["id"]))
    assert call.leave(class_, clientId=client["id"]).status_code == status
    assert told(call) == [("class_booked", "Ada Client"), ("class_cancelled", "Ada Client")]


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    places=st.integers(1, 3),
    behaviour=st.fixed_dictionaries(
        {
            "class_full": st.sampled_from(["waitlist", "reject"]),
            "waitlist_moves_up": st.booleans(),
            "known_participant": st.sampled_from(["duplicate", "reject", "reuse"]),
            "cancel_twice": st.sampled_from(["reject", "accept"]),
        }
    ),
    actions=st.lists(st.tuples(st.sampled_from(["join", "join", "leave", "grow"]), st.integers(0, 4)), max_size=15),
)
def test_never_more_booked_than_places(
    make: Any, places: int, behaviour: dict[str, Any], actions: list[tuple[str, int]]
) -> None:
    call = make(put="merge", **behaviour)
    class_ = call.class_(places)
    ids = call.emulator.add_clients({"fullName": f"{number}"} for number in range(5))
    for action, number in actions:
        if action == "join":
            call.join(class_, {"id": ids[number]})
        elif action == "leave":
            call.leave(class_, clientId=ids[number])
        else:
            call("PUT", f"/v1/classes/{class_['id']}", {"numberOfParticipants": 1 + number})
        now = call.get(f"/v1/classes/{class_['id']}")
        held = statuses(call, class_)
        assert held.count("BOOKED") == now["bookedParticipants"] <= now["numberOfParticipants"]
        if behaviour["waitlist_moves_up"] and now["bookedParticipants"] < now["numberOfParticipants"]:
            assert action == "join" or "WAITLISTED" not in held  # asked to wait, or moved up
