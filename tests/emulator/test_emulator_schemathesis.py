"""Whatever schemathesis makes of the contract: never a 5xx, and every answer is one the contract allows.

What it makes up names nothing that is there, so by turns what a request names becomes what is.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from whautomate_core.emulator import LOCATION_ID, OTHER_STAFF_ID, STAFF_ID
from whautomate_core.emulator.contract import operations

from .conftest import Caller, contract, made

CHECKS = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance")


@pytest.fixture(scope="module")
def checks() -> list[Any]:
    return schemathesis.checks.CHECKS.get_by_names(CHECKS)


@pytest.fixture(scope="module")
def schema() -> Any:
    return schemathesis.openapi.from_dict(contract())


def populated(call: Caller) -> dict[str, str]:
    """Fills an emulator, and gives an id for each name that a path, a query or a body has for one."""
    ids = {"locationId": LOCATION_ID, "primaryLocationId": LOCATION_ID, "staffId": STAFF_ID}
    ids["contactId"] = call.contact(tags=["a"])["id"]
    ids["clientId"] = call.client(tags=["a"])["id"]
    for kind in ("contact", "client"):
        ids[f"{kind}TagId"] = call.get(f"/v1/{kind}Tags")[0]["id"]
    category = made(call("POST", "/v1/serviceCategories", {"name": "Hair"}))
    ids["serviceCategoryId"] = ids["categoryId"] = category["id"]
    service, client = call.service(categories=[{"id": category["id"]}]), {"id": ids["clientId"]}
    ids["serviceId"] = service["id"]
    ids["appointmentId"] = made(call.book(service, client))["id"]
    class_ = call.class_(time="02:00 PM")
    ids["classId"] = ids["targetClassId"] = class_["id"]
    ids["classServiceId"] = class_["service"]["id"]
    ids["participantId"] = made(call.join(class_, client))["id"]
    block = {"startDate": "2026-06-02", "endDate": "2026-06-03"}
    ids["availabilityBlockId"] = made(call("POST", f"/v1/staffs/{STAFF_ID}/availabilityBlocks", block))["id"]
    segment = call.segment()
    ids["segmentId"] = segment["id"]
    sent = call.broadcast(segment, targetClass={"id": class_["id"]}, at=call.clock.at)
    ids["retargetBroadcastId"] = sent["id"]
    ids["broadcastId"] = call.broadcast(segment, retargetBroadcast={"id": sent["id"]})["id"]
    webhook = {"name": "W", "active": True, "serverUrl": "https://example.com/hook"}
    ids["webhookId"] = made(call("POST", "/v1/webhooks", webhook))["id"]
    call.emulator.receive(ids["contactId"])
    call.emulator.advance(60)
    return {**ids, "primaryStaffId": OTHER_STAFF_ID}


PLAIN = {
    "date": "2026-06-01", "time": "10:00 AM", "timezone": "UTC", "startDate": "2026-06-01", "endDate": "2026-06-30",
    "phoneNumber": "+1 555 000 0002", "phone": "5550000003", "countryCode": "+1", "dob": "1990-02-28",
    "email": "a@example.com", "scheduleDateTime": "2026-06-01T09:00:00Z", "serverUrl": "http://localhost/x",
    "durationMinutes": 30, "numberOfParticipants": 3, "serviceType": "APPOINTMENT", "status": "BOOKED",
    "page": 1, "limit": 5, "retargetEngagementType": "sent",
}  # fmt: skip


NEEDED = {"bookAppointment": ("service", "client", "staff", "location")}
"""What a body needs though the contract leaves it open."""


def mended(value: Any, ids: dict[str, str], name: str = "") -> Any:
    """A made-up value with what it names replaced by what is there, as far as names tell."""
    if isinstance(value, list):
        return [mended(each, ids, {"categories": "category"}.get(name, name.removesuffix("s"))) for each in value]
    if isinstance(value, dict):
        known = {"id": ids[f"{name}Id"]} if f"{name}Id" in ids else {}
        return {**{key: mended(each, ids, key) for key, each in value.items()}, **known}
    if name in ids or name in PLAIN:
        return ids.get(name, PLAIN.get(name))
    return value


@pytest.mark.parametrize("operation", list(operations().values()), ids=lambda operation: operation.id)
def test_every_answer_is_one_of_the_contract(make: Any, schema: Any, checks: list[Any], operation: Any) -> None:
    call = make(put="merge")  # the other way, most of what is sent by PUT lacks something
    ids = populated(call)
    if operation.resource == "classes":
        ids["serviceId"] = ids["classServiceId"]
    answered = []

    @settings(max_examples=15, database=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(schema[operation.path][operation.method].as_strategy(), st.sampled_from([False, True, True]))
    def answers(case: Any, mend: bool) -> None:
        path, query, body = case.path_parameters, case.query, case.body
        if mend:
            path, query, body = (mended(each, ids) for each in (path, query, body))
            if needed := NEEDED.get(operation.id):
                body = {**{name: {"id": ids[f"{name}Id"]} for name in needed}, **(body or {})}
        url = operation.path
        for name, value in (path or {}).items():
            url = url.replace(f"{{{name}}}", quote(str(value), safe=""))
        content = None if operation.body is None else json.dumps(body)
        params = {name: str(value) for name, value in (query or {}).items()}
        response = call(operation.method, url, check=False, content=content, params=params)
        case.validate_response(response, checks=checks)
        answered.append(response.status_code)

    answers()
    assert 200 in answered
