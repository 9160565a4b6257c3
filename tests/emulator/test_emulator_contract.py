"""Every operation of the contract, valid and invalid; `Caller` validates each answer against the contract."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from whautomate_core.emulator import LOCATION_ID, STAFF_ID
from whautomate_core.emulator.contract import Operation, operations
from whautomate_core.emulator.resources import handlers

from .conftest import Caller, contract, error, made, refused


def test_it_serves_all_of_the_contract() -> None:
    assert set(handlers()) == set(operations())


def test_it_knows_every_operation_of_the_contract() -> None:
    ids = {operation["operationId"] for item in contract()["paths"].values() for operation in item.values()}
    assert set(operations()) == ids
    assert len(ids) == sum(map(len, contract()["paths"].values()))


# What each query parameter is set to, so that the answer must differ from that without it.
CHANGES = {
    "page": "99", "limit": "1", "searchText": "nobody", "startDate": "2999-01-01", "endDate": "1999-01-01",
    "primaryLocationId": "x", "locationId": "loc000000002", "tags": "nobody's", "channel": "Telegram", "staffId": "x",
    "serviceId": "x", "clientId": "x", "serviceType": "ADD_ON", "date": "2026-06-03", "nextThreeDays": "true",
    "timezone": "UTC",
}  # fmt: skip


@pytest.mark.parametrize(
    ("operation", "name"), [(operation, name) for operation in operations().values() for name in operation.query]
)
def test_every_query_parameter_means_something(make: Any, operation: Operation, name: str) -> None:
    call = make(booking_dates="held", page_default=50)
    ids = {"staffId": STAFF_ID, "contactId": call.contact(tags=["a"])["id"], "clientId": call.client(tags=["a"])["id"]}
    call.contact(phone="+49151", tags=["b"])
    call.client(phone="2", tags=["b"])
    service, client = call.service(), {"id": ids["clientId"]}
    call.service(name="Shave")
    for at in ("10:00 AM", "11:00 AM"):
        made(call.book(service, client, time=at))
        made(call.join(call.class_(), client))
        call.emulator.receive(ids["contactId"])
        made(call("POST", "/v1/serviceCategories", {"name": at, "location": {"id": LOCATION_ID}}))
        made(call("POST", "/v1/webhooks", {"name": at, "active": True, "serverUrl": "https://example.com"}))
        block = {"startDate": "2026-06-05", "endDate": "2026-06-05"}
        made(call("POST", f"/v1/staffs/{STAFF_ID}/availabilityBlocks", block))
        ids["broadcastId"] = call.broadcast(call.segment(), location={"id": LOCATION_ID}, at=call.clock.at)["id"]
    call.emulator.advance(60)
    path = operation.path.format(**ids)
    value = "x" if path.endswith("/slots") and name == "locationId" else CHANGES[name]
    without, changed = call("GET", path), call("GET", path, params={name: value})
    assert without.status_code == 200
    assert without.json() != changed.json()


def test_valid_requests(call: Caller) -> None:
    location = {"id": LOCATION_ID}
    call.get("/v1/account-info")
    assert call.get("/v1/locations") != []
    assert call.get(f"/v1/locations/{LOCATION_ID}")["id"] == LOCATION_ID
    contact = call.contact(tags=["a"], stage="Lead", notes="n", customFields={"k": 1})
    assert call.get("/v1/contacts") == [contact]
    assert call.get(f"/v1/contacts/{contact['id']}") == contact
    assert call("PUT", f"/v1/contacts/{contact['id']}", {"name": "B", "location": location}).json()["name"] == "B"
    for path in ("add", "remove"):
        assert call("POST", f"/v1/contacts/{contact['id']}/tags/{path}", {"tags": ["t"]}).status_code == 200
    tag = call("POST", "/v1/contactTags", {"name": "New tag"}).json()
    assert call.get(f"/v1/contactTags/{tag['id']}") == tag
    assert {each["name"] for each in call.get("/v1/contactTags")} == {"a", "t", "New tag"}
    segment = call.segment(tags=["t"])
    assert call.get(f"/v1/segments/{segment['id']}") == segment
    assert call.get("/v1/segments") == [segment]
    broadcast = call.broadcast(segment)
    assert call.get("/v1/broadcasts") == [broadcast]
    assert call.get(f"/v1/broadcasts/{broadcast['id']}") == broadcast
    assert call.get(f"/v1/broadcasts/{broadcast['id']}/logs") == []
    renamed = call("PUT", f"/v1/broadcasts/{broadcast['id']}", {"name": "Bye", "type": "contact"}).json()
    assert renamed["name"] == "Bye"
    for path, record in (("broadcasts", broadcast), ("segments", segment), ("contactTags", tag), ("contacts", contact)):
        assert call("DELETE", f"/v1/{path}/{record['id']}").json() == {"success": True}
        assert call("GET", f"/v1/{path}/{record['id']}").status_code == 404
        assert call("DELETE", f"/v1/{path}/{record['id']}").status_code == 404
    assert len({operation for operation, status in call.answered if status == 200}) == 24


CONTACT = {"name": "A", "phoneNumber": "+15550000001", "location": {"id": LOCATION_ID}}
SEGMENT = {"name": "A", "type": "contact", "location": {"id": LOCATION_ID}}


@pytest.mark.parametrize(
    ("method", "path", "body", "names"),
    [
        *[("POST", "/v1/contacts", {k: v for k, v in CONTACT.items() if k != missing}, missing) for missing in CONTACT],
        *[("POST", "/v1/segments", {k: v for k, v in SEGMENT.items() if k != missing}, missing) for missing in SEGMENT],
        ("POST", "/v1/contacts", {**CONTACT, "name": 1}, "name"),
        ("POST", "/v1/contacts", {**CONTACT, "phoneNumber": 15550000001}, "phoneNumber"),
        ("POST", "/v1/contacts", {**CONTACT, "phoneNumber": ""}, "phoneNumber"),
        ("POST", "/v1/contacts", {**CONTACT, "phoneNumber": "+"}, "phoneNumber"),
        ("POST", "/v1/contacts", {**CONTACT, "phoneNumber": "call 1555"}, "phoneNumber"),
        ("POST", "/v1/contacts", {**CONTACT, "location": {}}, "location.id"),
        ("POST", "/v1/contacts", {**CONTACT, "location": LOCATION_ID}, "location"),
        ("POST", "/v1/contacts", {**CONTACT, "location": {"id": "elsewhere"}}, "location.id"),
        ("POST", "/v1/contacts", {**CONTACT, "tags": "a"}, "tags"),
        ("POST", "/v1/contacts", {**CONTACT, "tags": ["a", 1]}, "tags.1"),
        ("POST", "/v1/contacts", [CONTACT], "body"),
        ("PUT", "/v1/contacts/{contact}", {"stage": None}, "stage"),
        ("PUT", "/v1/contacts/{contact}", {"phoneNumber": "x"}, "phoneNumber"),
        ("POST", "/v1/contacts/{contact}/tags/add", {}, "tags"),
        ("POST", "/v1/contacts/{contact}/tags/remove", {"tags": "a"}, "tags"),
        ("POST", "/v1/contactTags", {}, "name"),
        ("POST", "/v1/segments", {**SEGMENT, "type": "people"}, "type"),
        ("POST", "/v1/segments", {**SEGMENT, "criteria": {"tags": "a"}}, "criteria.tags"),
        ("POST", "/v1/broadcasts", {"type": "contact"}, "name"),
        ("POST", "/v1/broadcasts", {"name": "A"}, "type"),
        ("POST", "/v1/broadcasts", {"name": "A", "type": "c", "template": {"name": "t"}}, "template.language"),
        ("POST", "/v1/broadcasts", {"name": "A", "type": "c", "segments": [{"id": "gone"}]}, "segments.0.id"),
        ("POST", "/v1/broadcasts", {"name": "A", "type": "c", "scheduleDateTime": "soon"}, "scheduleDateTime"),
        ("PUT", "/v1/broadcasts/{broadcast}", {"name": "A"}, "type"),
        ("GET", "/v1/contacts?page=0", None, "page"),
        ("GET", "/v1/contacts?page=-1", None, "page"),
        ("GET", "/v1/segments?page=x", None, "page"),
        ("GET", "/v1/locations?limit=0", None, "limit"),
        ("GET", "/v1/contactTags?limit=1.5", None, "limit"),
        ("GET", "/v1/broadcasts/{broadcast}/logs?page=0", None, "page"),
        ("GET", "/v1/broadcasts?startDate=yesterday", None, "startDate"),
        ("GET", "/v1/broadcasts?endDate=2026-13-01", None, "endDate"),
    ],
)
def test_invalid_requests_name_the_field(make: Any, method: str, path: str, body: object, names: str) -> None:
    call = make(error_in_200=())
    ids = {"contact": call.contact("+15550000002")["id"], "broadcast": call.broadcast(call.segment())["id"]}
    before = [call.emulator.records(resource) for resource in ("contacts", "contactTags", "segments", "broadcasts")]
    status, message = error(call(method, path.format(**ids), body))
    assert (status, message.startswith((f"{names} ", f"the {names} "))) == (refused(message), True), message
    after = [call.emulator.records(resource) for resource in ("contacts", "contactTags", "segments", "broadcasts")]
    assert after == before


@pytest.mark.parametrize(
    "body", [b"", b"{", b'{"name": NaN}', b'{"customFields": 1e999}', b'{"name": "\\ud800"}', b"\xff"]
)
def test_what_is_not_json_is_refused(call: Caller, body: bytes) -> None:
    assert error(call("POST", "/v1/contacts", content=body)) == (400, "the body is not JSON")


UNKNOWN = [("GET", "/v1/nothing"), ("GET", "/v1/contacts/"), ("GET", "/"), ("PATCH", "/v1/contacts")]


@pytest.mark.parametrize(("method", "path"), UNKNOWN)
@pytest.mark.parametrize("key", ["emulator-key", "wrong"])
def test_the_gateway_answers_unknown_paths_and_methods_whatever_the_key(
    call: Caller, key: str, method: str, path: str
) -> None:
    answer = call(method, path, headers={"x-api-key": key})
    assert (answer.status_code, answer.json()) == (403, {"message": "Missing Authentication Token"})
    assert answer.headers["x-amzn-errortype"] == "MissingAuthenticationTokenException"
    assert call.emulator.requests()[-1]["operation"] is None


@pytest.mark.parametrize(("method", "path"), UNKNOWN)
def test_without_a_gateway_unknown_paths_and_methods_are_plain_text(make: Any, method: str, path: str) -> None:
    call = make(gateway="none")
    answer = call(method, path)
    status, text = (405, "Method Not Allowed") if method == "PATCH" else (404, "Not Found")
    assert (answer.status_code, answer.text) == (status, text)
    assert answer.headers["content-type"].startswith("text/plain")
    assert call(method, path, headers={"x-api-key": "wrong"}).status_code == 403


def test_errors_are_those_that_are_documented(call: Caller) -> None:
    client = call.client()["id"]
    assert call("POST", "/v1/contacts", content=b"{").json() == {"message": "Invalid request body"}
    assert call("POST", "/v1/contacts", {"name": 1}).json() == {"message": "Invalid request body"}
    assert call("GET", "/v1/contacts?page=x").json() == {"error": "Invalid parameters"}
    elsewhere = call("PUT", f"/v1/clients/{client}", {"primaryLocation": {"id": "x"}})
    assert (elsewhere.status_code, elsewhere.json()) == (404, {"error": "Invalid locationId"})
    slots = call("GET", "/v1/appointments/slots", params={"locationId": "x"})
    assert (slots.status_code, slots.json()) == (404, {"error": "Invalid locationId"})
    for path, named in (
        ("contacts/x", "contact"),
        ("clients/x", "client"),
        ("locations/x", "location"),
        ("classes/x", "class"),
        ("serviceCategories/x", "serviceCategory"),
        ("contactTags/x", "contactTag"),
        ("staffs/x", "staff"),
    ):
        answer = call("GET", f"/v1/{path}")
        assert (answer.status_code, answer.json()) == (404, {"error": f"Invalid {named}Id"})
    block = call("DELETE", f"/v1/staffs/{STAFF_ID}/availabilityBlocks/x")
    assert (block.status_code, block.json()) == (404, {"error": "Invalid availabilityBlockId"})
    refused = call("GET", "/v1/contacts", headers={"x-api-key": "wrong"})
    assert (refused.status_code, refused.json()) == (403, {"message": "Forbidden"})


@pytest.mark.parametrize("gateway", ["aws", "none"])
def test_which_answers_carry_the_headers_of_the_gateway(make: Any, gateway: str) -> None:
    call = make(gateway=gateway)
    call.emulator.fault("500_before", operation="listClients")
    answers = {
        None: [call("GET", "/v1/contacts"), call("GET", "/v1/contacts/x"), call("POST", "/v1/contacts", {})],
        "ForbiddenException": [call("GET", "/v1/contacts", headers={"x-api-key": "wrong"})],
        "InternalServerErrorException": [call("GET", "/v1/clients")],
    }
    ids = [answer.headers.get("x-amzn-requestid") for each in answers.values() for answer in each]
    assert len(set(ids)) == (len(ids) if gateway == "aws" else 1)
    assert (None in ids) == (gateway == "none")
    for kind, each in answers.items():
        assert {answer.headers.get("x-amzn-errortype") for answer in each} == {kind if gateway == "aws" else None}


@pytest.mark.parametrize("url", ["", "ftp://example.com/", "example.com", "http://", "http://[", "https://e x.com"])
def test_webhooks_are_kept_and_checked(make: Any, url: str) -> None:
    call = make(put="merge")
    body = {"name": "W", "serverUrl": "http://localhost/", "events": ["contact_created", "unheard_of"], "active": True}
    headers = [{"key": "X-Secret", "value": "s"}]
    webhook = made(call("POST", "/v1/webhooks", {**body, "webhookHeaders": headers}))
    assert {name: webhook[name] for name in body} == body
    assert made(call("PUT", f"/v1/webhooks/{webhook['id']}", {**body, "active": False}))["active"] is False
    assert [(each["id"], each["webhookHeaders"]) for each in call.get("/v1/webhooks")] == [(webhook["id"], headers)]
    assert error(call("POST", "/v1/webhooks", {**body, "serverUrl": url}))[0] == 400
    assert made(call("DELETE", f"/v1/webhooks/{webhook['id']}")) == {"success": True}
    assert call("GET", f"/v1/webhooks/{webhook['id']}").status_code == 404


def test_an_id_is_one_segment_of_the_path(call: Caller) -> None:
    assert call("GET", "/v1/contacts/a%2Ftags%2Fadd").status_code == 404
    assert call.emulator.requests()[-1]["operation"] == "getContact"


@pytest.mark.parametrize("key", [None, "", "wrong", "emulator-ke"])
@pytest.mark.parametrize("status", [403, 401])
def test_a_wrong_key_is_refused_before_anything_else(make: Any, key: str | None, status: int) -> None:
    call = make(bad_key=status, gateway="none")  # a gateway looks for the path first
    call.http.headers.pop("x-api-key")
    headers = {} if key is None else {"x-api-key": key}
    assert call("POST", "/v1/contacts", {}, headers=headers).status_code == status
    assert call("GET", "/v1/nothing", headers=headers).status_code == status
    assert call("POST", "/v1/contacts", {}, headers={"x-api-key": call.emulator.key}).status_code == 400


def bodies(name: str) -> st.SearchStrategy[dict[str, object]]:
    """Bodies of roughly the right shape, wrong in places."""
    text = st.one_of(st.text(max_size=8), st.sampled_from(["+1555 1", LOCATION_ID, "contact", "2026-01-31T09:00:00Z"]))
    value = st.one_of(
        text,
        st.none(),
        st.integers(),
        st.lists(text, max_size=3),
        st.fixed_dictionaries({"id": text}),
        st.fixed_dictionaries({"name": text, "language": text}),
    )
    names = list(contract()["components"]["schemas"][name]["properties"])
    right = {"location": st.just({"id": LOCATION_ID}), "type": st.just("contact"), "name": text, "phoneNumber": text}
    fixed = {name: strategy for name, strategy in right.items() if name in names}
    return st.fixed_dictionaries(fixed, optional={name: value for name in names if name not in fixed})


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_sent_the_answer_keeps_the_contract(call: Caller, data: st.DataObject) -> None:
    path, schema = data.draw(
        st.sampled_from(
            [
                ("/v1/contacts", "ContactInput"),
                ("/v1/contactTags", "TagInput"),
                ("/v1/segments", "SegmentInput"),
                ("/v1/broadcasts", "BroadcastInput"),
            ]
        )
    )
    response = call("POST", path, data.draw(bodies(schema)))
    assert response.status_code in (200, 400, 404)
    if response.status_code == 200 and "error" not in response.json():
        assert call.get(f"{path}/{response.json()['id']}") == response.json()
