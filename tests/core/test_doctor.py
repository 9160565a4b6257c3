"""`whautomate doctor` finds what each behaviour is, within its requests, and leaves the account as it was."""

import contextlib
import itertools
import json
import math
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from doctor_worlds import FIELDS, NUMBER, asked, found, people, reading, served, stands, subscribed, writing
from pydantic import SecretStr
from starlette.responses import JSONResponse, Response
from state_workers import PATIENCE
from typer.testing import CliRunner

from whautomate_core.account import Account
from whautomate_core.api import clients, contact_tags, contacts, services
from whautomate_core.cli.main import app
from whautomate_core.client.client import Client
from whautomate_core.doctor.coverage import NOT_PROBED, PROBED
from whautomate_core.doctor.probe import learn
from whautomate_core.doctor.read import READS, ReadProbe
from whautomate_core.doctor.write import WRITES
from whautomate_core.emulator import Emulator, resources
from whautomate_core.emulator import app as emulator_app
from whautomate_core.emulator.behaviour import all_questions
from whautomate_core.errors import PolicyRefused, QuotaExhausted
from whautomate_core.state import open_state
from whautomate_core.state.database import Database
from whautomate_core.state.profiles import Profile, ResourceProfile


@pytest.fixture
def emulators():
    """behaviour -> a served emulator."""
    with contextlib.ExitStack() as stack:
        yield lambda **behaviour: stack.enter_context(served(**behaviour))


# --- what is asked


def test_each_open_behaviour_has_a_probe_or_says_why_not() -> None:
    assert sorted([*PROBED, *NOT_PROBED]) == sorted(one.name for one in all_questions() if one.is_open)
    assert all(why.endswith(".") for why in NOT_PROBED.values())


# --- reading


@pytest.mark.parametrize(
    ("behaviour", "count", "default", "cap", "learned"),
    [
        ({}, 100, 10, 50, 50),
        ({}, 70, 10, 50, None),  # one full page alone may be a page with gaps
        ({}, 50, 10, None, None),
        ({}, 10, None, None, None),
        ({}, 3, None, None, None),
        ({}, 0, None, None, None),
        ({"page_default": 50}, 60, 50, 50, None),
        ({"page_default": 7, "page_cap": 30, "order": "oldest_first"}, 65, 7, 30, 30),
        ({"page_cap": 200}, 130, 10, 100, 100),
        ({"page_default": 100, "page_cap": 100}, 100, None, 100, 100),
    ],
)
def test_pages(emulators: Any, behaviour: Any, count: int, default: Any, cap: Any, learned: Any) -> None:
    emulator = emulators(**behaviour)
    emulator.add_contacts(people(count))
    exam = reading(emulator)
    exam.run()
    found = asked(exam)
    assert (found["page_default"], found["page_cap"], exam.learned.get("page_cap")) == (default, cap, learned)
    assert found["page_base"] == (1 if count else None)
    assert exam.requests == len(emulator.requests()) <= READS


def test_a_server_that_counts_pages_from_0(emulators: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def from_zero(world: Any, query: Any) -> tuple[int, int]:
        limit = min(int(query.get("limit", 10)), 50)
        return limit, int(query.get("page", 0)) * limit

    monkeypatch.setattr(resources, "paging", from_zero)
    emulator = emulators()
    emulator.add_contacts(people(120))
    exam = reading(emulator)
    exam.run()
    base = next(finding for finding in exam.findings if finding.name == "page_base")
    assert (base.value, base.differs) == (0, True)
    assert asked(exam)["page_cap"] is None
    assert exam.learned == {"template_list": "absent", "gateway": "aws"}  # nothing of contacts


def test_a_server_that_ignores_paging(emulators: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "paging", lambda world, query: (1000, 0))
    emulator = emulators()
    emulator.add_contacts(people(20))
    exam = reading(emulator)
    exam.run()
    assert asked(exam)["paging"] is False
    assert exam.learned == {"template_list": "absent", "gateway": "aws"}  # nothing of contacts


@pytest.mark.parametrize("form", ["plus", "digits"])
def test_phone_form_by_reading(emulators: Any, form: str) -> None:
    emulator = emulators(phone_form=form)
    emulator.add_contacts(people(2))
    exam = reading(emulator)
    exam.run()
    assert asked(exam)["phone_form"] == form


@pytest.mark.parametrize(
    ("behaviour", "names"), [("times", {"startTime", "endTime"}), ("dates", {"startDate", "endDate"})]
)
def test_block_fields(emulators: Any, behaviour: str, names: set[str]) -> None:
    emulator = emulators(block_fields=behaviour)
    with Client(subscribed(emulator)) as client:
        from whautomate_core.api import staffs

        block = {"startDate": "2030-01-07", "endDate": "2030-01-08", "reason": "secret"}
        client.send(staffs.create_staff_availability_block(emulator.staff_id, block))
    exam = reading(emulator, "staffs")
    exam.run()
    fields = set(asked(exam)["block_fields"])
    assert names <= fields
    assert not fields & ({"startDate", "endDate", "startTime", "endTime"} - names)
    assert "secret" not in str(exam.findings)


def test_what_else_reading_finds(emulators: Any) -> None:
    emulator = emulators()
    before = stands(emulator)
    exam = reading(emulator)
    exam.run()
    found = asked(exam)
    assert found["wrong_id"] == 404
    assert found["errors"] == {"403": "message", "404": "error"}
    assert found["template_list"] == "absent"
    assert found["incoming_form"] is None
    assert (found["opt_out_contact_tag"], found["opt_out_client_tag"]) == (False, False)
    assert found["gateway"] == "aws"
    assert found["limit_headers"] == []
    assert stands(emulator) == before
    assert {request["method"] for request in emulator.requests()} == {"GET"}


@pytest.mark.parametrize(
    ("tags", "settings", "others", "seen"),
    [
        ([], {}, 0, False),
        (["vip"], {}, 0, False),
        (["Unsubscribe"], {}, 0, True),
        (["UNSUBSCRIBE"], {}, 0, True),
        (["Unsubscribe"], {}, 40, True),
        ([], {}, 40, False),  # the search finds other tags only
        (["No ads"], {"opt_out_tags": "Unsubscribe,No ads"}, 5, True),
        ([], {"opt_out_tags": "Unsubscribe,No ads"}, 5, False),
        ([], {"opt_out_tags": "Unsubscribe,No ads"}, 40, None),  # it may be on another page
    ],
)
def test_whether_the_opt_out_tag_is_there(
    emulators: Any, tags: list[str], settings: dict[str, str], others: int, seen: Any
) -> None:
    emulator = emulators(order="oldest_first", page_cap=20, search_delay=0.0)
    emulator.add_contacts(people(1, tags=[*(f"cancer {i}" for i in range(others)), *tags]))
    exam = reading(emulator, **settings)
    exam.run()
    assert asked(exam)["opt_out_contact_tag"] is seen
    assert asked(exam)["opt_out_client_tag"] is False  # clients have no such tag
    assert "Install the rule" in found(exam, "opt_out_client_tag").found
    assert "cancer" not in str(exam.findings)


@pytest.mark.parametrize(
    ("status", "body", "value"),
    [
        (200, [], "answers"),
        (400, {"message": "Invalid request body"}, "refuses"),
        (404, {"error": "Invalid workspaceId"}, "refuses"),
        (404, {"message": "no such path"}, "absent"),
        (405, {"message": "no such method"}, "absent"),
        (403, {"message": "Missing Authentication Token"}, "absent"),
        (403, {"message": "Forbidden"}, None),  # the key may lack the permission
        (500, {"message": "Internal server error"}, None),
    ],
)
def test_what_the_answer_to_a_request_for_templates_means(
    emulators: Any, monkeypatch: Any, status: int, body: Any, value: str | None
) -> None:
    answers(monkeypatch, "/v1/whatsapp-templates", JSONResponse(body, status))
    emulator = emulators()
    emulator.add_contacts(people(1))
    exam = reading(emulator)
    exam.run()
    assert asked(exam)["template_list"] == value
    assert exam.learned.get("template_list") == value
    (request,) = [one for one in emulator.requests() if one["path"] == "/v1/whatsapp-templates"]
    assert request["query"] == {"locationId": emulator.contacts()[0]["location"]["id"]}


def answers(monkeypatch: Any, path: str, response: Response) -> None:
    """Let the server answer so to requests of a path."""
    ordinary = emulator_app._Vendor._arrive

    def arrive(self: Any, http: Any, raw_body: bytes) -> Any:
        arrival, step = ordinary(self, http, raw_body)
        return arrival, response if http.url.path == path else step

    monkeypatch.setattr(emulator_app._Vendor, "_arrive", arrive)


@pytest.mark.parametrize("name", ["x-amzn-RequestId", "X-Amzn-ErrorType", "x-amz-apigw-id", None])
def test_headers_of_a_gateway(emulators: Any, monkeypatch: Any, name: str | None) -> None:
    headers = {"x-amzn-trace-id": "Root=1", **({name: "Ada"} if name else {})}  # a load balancer alone sets the first
    monkeypatch.setattr(emulator_app, "_json", lambda value: JSONResponse(value, headers=headers))
    exam = reading(emulators(gateway="none"))
    exam.run()
    assert asked(exam)["gateway"] == ("aws" if name else "none")
    assert exam.learned.get("gateway") == ("aws" if name else None)
    assert "Ada" not in str(exam.findings)


def test_segments_without_a_location(emulators: Any) -> None:
    emulator = emulators()
    with emulator._world.lock:
        for place in ({}, {"location": {"id": emulator.location_id}}):
            emulator._world.create("segments", {"name": "Ada's", "type": "client", "criteria": {}, **place})
    for resource in ("contacts", "segments"):
        exam = reading(emulator, resource)
        exam.run()
        assert found(exam, "segment_locations").found.startswith("1 of 2: ")
        assert asked(exam)["segment_locations"] == 1
        assert "Ada" not in str(exam.findings)


@pytest.mark.parametrize("kind", ["500_before", "dropped_after"])
def test_each_question_is_asked_once_whatever_comes_of_it(emulators: Any, kind: Any) -> None:
    emulator = emulators()
    emulator.fault(kind, probability=1.0, operation="getContact")
    exam = reading(emulator)
    exam.run()
    assert len(emulator.requests("getContact")) == 1
    assert asked(exam)["wrong_id"] == (500 if kind == "500_before" else None)
    assert asked(exam)["template_list"] == "absent"


def test_limit_headers_are_told_and_their_values_where_they_are_numbers(emulators: Any, monkeypatch: Any) -> None:
    headers = {"x-ratelimit-remaining": "299", "ratelimit-policy": "Ada", "x-other": "1"}
    monkeypatch.setattr(emulator_app, "_json", lambda value: JSONResponse(value, headers=headers))
    exam = reading(emulators())
    exam.run()
    assert asked(exam)["limit_headers"] == ["ratelimit-policy", "x-ratelimit-remaining"]
    said = next(finding.found for finding in exam.findings if finding.name == "limit_headers")
    assert said == "ratelimit-policy: …, x-ratelimit-remaining: 299"


# --- writing


MORE: list[dict[str, Any]] = [
    {"phone_form": "digits", "search_delay": 0.0},
    {"phone_form": "plus", "search_delay": 5.0, "order": "oldest_first"},
    {"page_default": 1, "page_cap": 1, "search_delay": 3600.0, "known_tag": "duplicate"},
    {"error_in_200": ["createContact", "updateContact"], "search_delay": 4.0, "known_tag": "reuse"},
    {"client_phone": "apart", "search_delay": 12.0},
]
COMBINATIONS = itertools.product(("replace", "merge"), ("duplicate", "reject", "reuse"), (True, False))


@pytest.mark.parametrize(
    ("put", "known", "custom", "more"), [(*one, more) for one, more in zip(COMBINATIONS, itertools.cycle(MORE))]
)
def test_writing_finds_the_behaviour(emulators: Any, put: str, known: str, custom: bool, more: Any) -> None:
    emulator = emulators(put=put, known_number=known, **more)
    emulator.add_contacts(people(3, tags=["vip"], customFields=FIELDS if custom else {}))
    before = stands(emulator)
    exam = writing(emulator)
    exam.run()
    found = asked(exam)
    assert stands(emulator) == before
    assert exam.left_behind == []
    assert exam.requests == len(emulator.requests()) <= WRITES
    assert (found["put"], found["known_number"]) == (put, known)
    assert found["phone_form"] == emulator.behaviour.phone_form
    assert found["create_answer"] is True
    if found["search_delay"] is None:  # what is left of the requests permits one look after 5 s, else two
        assert emulator.behaviour.search_delay > 5
    else:
        assert emulator.behaviour.search_delay <= found["search_delay"] <= emulator.behaviour.search_delay + 60
    learned: dict[str, Any] = {"put_merges": False} if put == "replace" else {}
    if put == "merge" and custom:  # the emulator's PUT replaces what is inside customFields under either behaviour
        learned = {"put_merges": True, "put_merges_custom_fields": False}
    if found["search_delay"] is not None:
        learned["search_delay"] = found["search_delay"]
    assert exam.learned == {**learned, "gateway": "aws"}
    fired = [one for one in emulator.automations() if one["kind"] in ("tag_added", "tag_removed")]
    assert all(one["tag"].startswith("whautomate doctor ") for one in fired)


def of_puts(exam: Any) -> dict[str, Any]:
    return {name: value for name, value in exam.learned.items() if name.startswith("put")}


def test_put_that_merges_custom_fields_key_by_key(emulators: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    ordinary = resources.RESOURCES["contacts"]

    def check(world: Any, fields: Any, before: Any) -> Any:
        kept = (before or {}).get("customFields", {})
        return ordinary.check(world, {**fields, "customFields": {**kept, **fields.get("customFields", {})}}, before)

    monkeypatch.setitem(resources.RESOURCES, "contacts", replace(ordinary, check=check))
    emulator = emulators(put="merge")
    emulator.add_contacts(people(1, customFields=FIELDS))
    exam = writing(emulator)
    exam.run()
    assert of_puts(exam) == {"put_merges": True, "put_merges_custom_fields": True}


@pytest.mark.parametrize("lost", ["tags", "customFields", "phoneNumber"])
def test_put_that_loses_one_field_does_not_merge(emulators: Any, monkeypatch: pytest.MonkeyPatch, lost: str) -> None:
    ordinary = resources.RESOURCES["contacts"]

    def check(world: Any, fields: Any, before: Any) -> Any:
        return ordinary.check(world, {k: v for k, v in fields.items() if before is None or k != lost}, before)

    monkeypatch.setitem(resources.RESOURCES, "contacts", replace(ordinary, check=check))
    emulator = emulators(put="merge")
    emulator.add_contacts(people(1, customFields=FIELDS))
    exam = writing(emulator)
    exam.run()
    assert asked(exam)["put"] == "partly"
    assert of_puts(exam) == {"put_merges": False}


@pytest.mark.parametrize(("put", "known"), [("merge", "duplicate"), ("replace", "reuse"), ("merge", "reject")])
@pytest.mark.parametrize("form", ["repeated", "apart"])
def test_writing_finds_how_clients_are_served(emulators: Any, put: str, known: str, form: str) -> None:
    emulator = emulators(put=put, known_client=known, client_phone=form, search_delay=3.0)
    emulator.add_clients([{"fullName": "Ada", "customFields": FIELDS}])
    before = stands(emulator)
    exam = writing(emulator, "clients")
    exam.run()
    seen = asked(exam)
    assert (seen["put"], seen["known_client"], seen["client_phone"]) == (put, known, form)
    assert seen["search_delay"] >= 3.0
    assert stands(emulator) == before
    assert exam.requests == len(emulator.requests()) <= WRITES
    learn(exam.account, exam.path, exam.learned)
    profile = open_state().profiles.get(exam.account.id)
    assert profile.of("/v1/clients/{}").put_merges is (put == "merge")
    assert profile.of("/v1/contacts/{}").put_merges is None


@pytest.mark.parametrize("resource", ["contact_tags", "client_tags"])
@pytest.mark.parametrize("known", ["duplicate", "reject", "reuse"])
def test_writing_finds_how_tags_are_served(emulators: Any, resource: str, known: str) -> None:
    begun = time.time()  # time passes by the probe's waits alone
    emulator = emulators(clock=lambda: begun, known_tag=known, search_delay=4.0, list_lag=2.0)
    before = stands(emulator)
    exam = writing(emulator, resource)
    exam.run()
    seen = asked(exam)
    assert seen["known_tag"] == known
    assert seen["list_lag"] >= 2.0
    assert seen["search_delay"] >= 4.0
    assert stands(emulator) == before
    assert exam.requests == len(emulator.requests()) <= WRITES
    assert emulator.automations() == []


@pytest.mark.parametrize("kind", ["500_before", "500_after", "dropped_after", "not_json", "error_in_200"])
@pytest.mark.parametrize(
    ("resource", "operation", "on"),
    [
        ("clients", "createClient", 1),
        ("clients", "createClient", 2),
        ("clients", "updateClient", 1),
        ("clients", "deleteClient", 1),
        ("clients", "createClientTag", 1),
        ("client_tags", "createClientTag", 1),
        ("client_tags", "createClientTag", 2),
        ("contact_tags", "deleteContactTag", 1),
    ],
)
def test_a_failure_leaves_no_client_and_no_tag(
    emulators: Any, kind: Any, resource: str, operation: str, on: int
) -> None:
    emulator = emulators(known_tag="duplicate")
    before = stands(emulator)
    emulator.fault(kind, on=on, operation=operation)
    exam = writing(emulator, resource)
    exam.run()
    assert len(emulator.requests()) <= WRITES
    if exam.left_behind:
        assert kind in ("500_before", "error_in_200")
        assert all(one.startswith("maybe a ") for one in exam.left_behind)
    assert stands(emulator) == before


@pytest.mark.parametrize("resource", ["contacts", "clients", "contact_tags", "client_tags"])
def test_the_printed_commands_remove_what_is_left_behind(emulators: Any, monkeypatch: Any, resource: str) -> None:
    emulator = emulators(known_tag="duplicate", search_delay=0.0)
    for operation in ("deleteContact", "deleteClient", "deleteContactTag", "deleteClientTag"):
        for _ in range(20):
            emulator.fault("503", probability=1.0, operation=operation)
    exam = writing(emulator, resource)
    exam.run()
    assert len(exam.left_behind) == (2 if resource.endswith("_tags") else 3)
    emulator.clear_faults()
    monkeypatch.setenv("WHAUTOMATE_KEY", emulator.key)
    monkeypatch.setenv("WHAUTOMATE_HOST", emulator.url)
    monkeypatch.setenv("WHAUTOMATE_PLAN", "subscribed")
    for line in exam.left_behind:
        _, _, command = line.partition("whautomate ")
        result = CliRunner().invoke(app, [*command.split(), "--yes"])
        assert result.exit_code == 0, result.output
    assert [emulator.records(one) for one in ("contacts", "clients", "contactTags", "clientTags")] == [[]] * 4


@pytest.mark.parametrize("written", ["+4915199999999", "49 151 9999 9999"])
@pytest.mark.parametrize("who", ["contact", "client"])
def test_a_number_somebody_has_is_refused(emulators: Any, written: str, who: str) -> None:
    emulator = emulators(search_delay=0)
    if who == "contact":
        emulator.add_contacts([{"name": "Ada", "phoneNumber": written}])
    else:
        emulator.add_clients([{"fullName": "Ada", "countryCode": "+49", "phone": "15199999999"}])
    before = stands(emulator)
    exam = writing(emulator)
    exam.run()
    assert "somebody in the account has the number" in str(exam.stopped)
    assert {request["method"] for request in emulator.requests()} == {"GET"}
    assert stands(emulator) == before


@pytest.mark.parametrize("known", ["reuse", "reject", "duplicate"])
def test_who_the_search_does_not_show_is_left_alone(emulators: Any, known: str) -> None:
    emulator = emulators(known_number=known, search_delay=3600.0)
    emulator.add_contacts([{"name": "Ada", "phoneNumber": NUMBER}])
    before = stands(emulator)
    exam = writing(emulator)
    exam.run()
    assert stands(emulator) == before
    assert (exam.stopped is None) is (known == "duplicate")


def test_a_contact_that_a_create_wrote_over_is_not_taken_for_ours(emulators: Any, monkeypatch: Any) -> None:
    """An upsert, on somebody whom the search didn't show."""
    emulator = emulators(search_delay=1e9)
    (ada,) = emulator.add_contacts([{"name": "Ada", "phoneNumber": NUMBER}])
    emulator.advance(86_400)
    monkeypatch.setattr(
        "email.utils.mktime_tz", lambda parsed: emulator.now()
    )  # the server's Date header, by the emulator's clock

    def upsert(world: Any, request: Any) -> Any:
        record = {**world.existing("contacts", ada), **request.fields}
        world.store.put("contacts", record)
        return record

    emulator.app.routes[-1].app._serves["createContact"] = upsert
    emulator.app.routes[-1].app._serves["createContactTag"] = lambda world, request: {"id": "t", "name": "x"}
    exam = writing(emulator)
    exam.run()
    assert "existed before" in str(exam.stopped)
    assert [one["id"] for one in emulator.contacts()] == [ada]


WRITING = [
    *[(operation, 1) for operation in ("createContactTag", "createContact", "deleteContact", "deleteContactTag")],
    *[(operation, 2) for operation in ("createContact", "updateContact")],
]
"""Operations, and which of its calls."""
READING = [("listContacts", 1), ("listContacts", 2), ("listContacts", 3), ("listClients", 1), ("getContact", 1)]


@pytest.mark.parametrize(
    ("kind", "operation", "on"),
    [
        (kind, *one)
        for one in WRITING
        for kind in ("500_before", "500_after", "dropped_after", "not_json", "error_in_200")
    ]
    + [(kind, *one) for one in READING for kind in ("503", "not_json")],
)
def test_a_failure_leaves_nothing(emulators: Any, kind: Any, operation: str, on: int) -> None:
    emulator = emulators(put="merge")
    emulator.add_contacts(people(2, customFields=FIELDS, tags=["vip"]))
    before = stands(emulator)
    emulator.fault(kind, on=on, operation=operation)
    exam = writing(emulator)
    exam.run()
    assert len(emulator.requests()) <= WRITES
    # What may be there is said. It is not there where the server did nothing, which nobody can see from outside.
    if exam.left_behind:
        assert operation in ("createContact", "createContactTag")
        assert kind in ("500_before", "503", "error_in_200")
        assert all(one.startswith("maybe a ") for one in exam.left_behind)
    assert stands(emulator) == before
    if (operation, on) in [("listContacts", 2), ("listClients", 1)]:  # whether somebody has the number isn't known
        assert {request["method"] for request in emulator.requests()} == {"GET"}


@pytest.mark.parametrize("at", range(1, WRITES))
def test_ctrl_c_leaves_nothing(emulators: Any, monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    emulator = emulators(put="merge")
    emulator.add_contacts(people(2, customFields=FIELDS, tags=["vip"]))
    before = stands(emulator)
    sends, count = Client._exchange, 0

    def exchange(self: Any, call: Any, grant: Any) -> Any:
        nonlocal count
        answer = sends(self, call, grant)
        count += 1
        if count == at:
            raise KeyboardInterrupt
        return answer

    monkeypatch.setattr(Client, "_exchange", exchange)
    exam = writing(emulator)
    removing = False
    try:
        exam.run()
    except KeyboardInterrupt:
        removing = "deleteContact" in [request["operation"] for request in emulator.requests()][:at]
    else:
        assert count < at
    if removing:  # a second thought while it removes: what is left is said
        left = {one["id"] for one in emulator.contacts()} - {one["id"] for one in before[0]}
        assert all(any(one in line for line in exam.left_behind) for one in left)
    else:
        assert stands(emulator) == before
        assert exam.left_behind == []
    assert len(emulator.requests()) <= WRITES


def test_what_cannot_be_removed_is_said(emulators: Any) -> None:
    emulator = emulators()
    for _ in range(20):
        emulator.fault("503", probability=1.0, operation="deleteContact")
    exam = writing(emulator)
    exam.run()
    left = [one["id"] for one in emulator.contacts()]
    assert len(left) == 2
    for one in left:
        assert any(f"contacts.delete_contact --contact-id {one}" in line for line in exam.left_behind)
    assert len(emulator.requests()) <= WRITES


def test_what_an_earlier_doctor_left_is_told_apart(emulators: Any) -> None:
    emulator = emulators(search_delay=0)
    (left,) = emulator.add_contacts([{"name": "whautomate doctor 12345678", "phoneNumber": NUMBER}])
    exam = writing(emulator)
    exam.run()
    assert f"--contact-id {left}" in str(exam.stopped)


# --- limits


@pytest.mark.parametrize(("exam", "most"), [(reading, READS), (writing, WRITES)])
def test_it_refuses_where_too_few_requests_are_left(emulators: Any, exam: Any, most: int) -> None:
    emulator = emulators()
    account = subscribed(emulator)
    open_state().pool(account.id, account.limits).acquire(300 - most + 1)
    with pytest.raises(
        QuotaExhausted, match=f"has {most - 1} of 300 requests left this minute, and .* need {most}. Run it"
    ):
        exam(emulator).run()
    assert emulator.requests() == []


def test_its_requests_are_the_pools(emulators: Any) -> None:
    emulator = emulators()
    account = subscribed(emulator)
    exam = reading(emulator)
    exam.run()
    assert open_state().pool(account.id, account.limits).remaining()[0] == 300 - exam.requests


def test_it_stops_at_a_429_which_others_caused(emulators: Any) -> None:
    emulator = emulators(limits=[[3, 60.0]])
    exam = reading(emulator)
    exam.run()
    assert exam.stopped is not None
    assert [request["status"] for request in emulator.requests()].count(429) == 1
    assert len([request for request in emulator.requests() if request["counted"]]) == 4


def test_a_wrong_key_is_an_error_after_one_request(emulators: Any) -> None:
    emulator = emulators()
    exam = ReadProbe(replace(subscribed(emulator), key=SecretStr("wrong")))
    exam.run()
    assert "the key was refused" in str(exam.stopped)
    assert len(emulator.requests()) == 1


# --- the profile, and clients that follow it


def requests_of(emulator: Emulator, account: Account, call: Any) -> list[tuple[str, Any]]:
    before = len(emulator.requests())
    with Client(account) as client:
        list(client.pages(call)) if call.answer is list else client.send(call)
    return [(one["method"], one["body"]) for one in emulator.requests()[before:]]


def learn_all(emulator: Emulator) -> Account:
    account = subscribed(emulator)
    for exam in (reading(emulator), writing(emulator)):
        exam.run()
        assert exam.stopped is None
        learn(account, exam.path, exam.learned)
    return account


@pytest.mark.parametrize("put", ["merge", "replace"])
def test_clients_follow_what_put_does(emulators: Any, put: str) -> None:
    emulator = emulators(put=put)
    ada, *_ = emulator.add_contacts(people(3, customFields=FIELDS, tags=["vip"]))
    account = learn_all(emulator)
    sent = requests_of(emulator, account, contacts.update_contact(ada, {"notes": "hello"}))
    assert [method for method, _ in sent] == (["PUT"] if put == "merge" else ["GET", "PUT"])
    # Inside customFields the emulator replaces, which was seen, so they are read and merged.
    sent = requests_of(emulator, account, contacts.update_contact(ada, {"customFields": {"plan": "silver"}}))
    assert [method for method, _ in sent] == ["GET", "PUT"]
    after = next(one for one in emulator.contacts() if one["id"] == ada)
    assert after["customFields"] == {**FIELDS, "plan": "silver"}
    assert (after["notes"], after["tags"], after["name"]) == ("hello", ["vip"], "Person 0")
    # A protected person is still looked for: who it is, among both kinds by number, and read once more.
    sent = requests_of(emulator, account, contacts.update_contact(ada, {"stage": "Lead"}))
    assert [method for method, _ in sent] == ["GET", "GET", "GET", "GET", "PUT"]


@pytest.mark.parametrize("known", ["clients", "contacts"])
def test_a_put_that_merges_spares_the_read_of_its_own_resource(emulators: Any, known: str) -> None:
    emulator = emulators(put="merge", search_delay=0.0)
    (contact,) = emulator.add_contacts(people(1, tags=["vip"]))
    (client,) = emulator.add_clients([{"fullName": "Ada", "countryCode": "+49", "phone": "1516000", "tags": ["vip"]}])
    account = subscribed(emulator)
    learn(account, f"/v1/{known}", {"put_merges": True})
    for resource, call in (
        ("clients", clients.update_client(client, {"notes": "hello"})),
        ("contacts", contacts.update_contact(contact, {"notes": "hello"})),
    ):
        sent = [method for method, _ in requests_of(emulator, account, call)]
        assert sent == (["PUT"] if resource == known else ["GET", "PUT"])
    assert [one["tags"] for one in (*emulator.contacts(), *emulator.clients())] == [["vip"], ["vip"]]


@pytest.mark.parametrize("known", ["clients", "contacts"])
@pytest.mark.parametrize("lost", [{"tags": []}, {"tags": ["Unsubscribe", "vip"]}])
def test_a_put_that_merges_is_still_refused_for_who_opted_out(emulators: Any, known: str, lost: Any) -> None:
    emulator = emulators(put="merge", search_delay=0.0)
    (contact,) = emulator.add_contacts(people(1, tags=["Unsubscribe"]))
    (client,) = emulator.add_clients([{"fullName": "Ada", "email": "a@example.com", "tags": ["Unsubscribe"]}])
    account = subscribed(emulator)
    learn(account, f"/v1/{known}", {"put_merges": True, "put_merges_custom_fields": True})
    before = stands(emulator)
    call = clients.update_client(client, lost) if known == "clients" else contacts.update_contact(contact, lost)
    with Client(account) as whautomate, pytest.raises(PolicyRefused, match="opted out"):
        whautomate.send(call)
    assert stands(emulator) == before
    assert {one["method"] for one in emulator.requests()} == {"GET"}


def test_what_was_seen_of_contacts_is_not_taken_to_hold_for_others(emulators: Any) -> None:
    emulator = emulators(put="merge", page_default=50, page_cap=50)
    emulator.add_contacts(people(100, customFields=FIELDS))
    account = learn_all(emulator)
    with Client(account) as client:
        service = client.send(
            services.create_service(
                {"serviceType": "APPOINTMENT", "name": "Cut", "location": {"id": emulator.location_id}}  # type: ignore[typeddict-item]
            )
        )
    sent = requests_of(emulator, account, services.update_service(service["id"], {"name": "Wash"}))
    assert [method for method, _ in sent] == ["GET", "PUT"]
    for number in range(3):
        with Client(account) as client:
            client.send(contact_tags.create_contact_tag({"name": f"t{number}"}))
    assert len(requests_of(emulator, account, contact_tags.list_contact_tags())) == 2


@pytest.mark.parametrize(("count", "unknown", "known"), [(120, 3, 3), (100, 3, 3), (60, 2, 2), (40, 2, 1)])
def test_clients_follow_the_largest_page(emulators: Any, count: int, unknown: int, known: int) -> None:
    emulator = emulators()
    ids = emulator.add_contacts(people(count))
    account = subscribed(emulator)
    for expected in (unknown, known):
        with Client(account) as client:
            assert sorted(one["id"] for page in client.pages(contacts.list_contacts()) for one in page) == sorted(ids)
        assert len(requests_of(emulator, account, contacts.list_contacts())) == expected
        learn(account, "/v1/contacts", {"page_cap": 50})


def test_what_a_run_does_not_find_out_is_kept(emulators: Any) -> None:
    account = subscribed(emulators())
    learn(account, "/v1/contacts", {"page_cap": 50})
    known = Profile({"contacts": ResourceProfile(put_merges=False, page_cap=50)})
    assert learn(account, "/v1/contacts", {"put_merges": False}) == known
    assert learn(account, "/v1/contacts", {}) == known


def test_what_is_found_of_one_resource_is_kept_apart_from_others(emulators: Any) -> None:
    account = subscribed(emulators())
    learn(account, "/v1/contacts", {"page_cap": 50, "gateway": "aws"})
    profile = learn(account, "/v1/clients", {"page_cap": 20})
    assert (profile.full_page("/v1/contacts"), profile.full_page("/v1/clients")) == (50, 20)
    assert profile.full_page("/v1/contacts/{}/tags/add") == profile.full_page("/v1/services") == 0
    assert open_state().profiles.get(account.id) == profile
    assert profile.gateway == "aws"


def test_what_was_not_seen_for_30_days_is_not_used_whatever_was_seen_since(emulators: Any, monkeypatch: Any) -> None:
    account, day = subscribed(emulators()), 0.0
    monkeypatch.setattr(Database, "now", lambda self, connection: 86_400.0 * day)
    learn(account, "/v1/contacts", {"page_cap": 50, "template_list": "answers"})
    day = 20.0
    learn(account, "/v1/clients", {"page_cap": 20})
    learn(account, "/v1/contacts", {"put_merges": True, "gateway": "aws"})
    day = 29.0
    known = Profile({"contacts": ResourceProfile(True, page_cap=50), "clients": ResourceProfile(page_cap=20)},
                    "aws", "answers")  # fmt: skip
    assert open_state().profiles.get(account.id) == known
    day = 31.0
    contacts_later = ResourceProfile(put_merges=True)
    known = Profile({"contacts": contacts_later, "clients": ResourceProfile(page_cap=20)}, "aws")
    assert open_state().profiles.get(account.id) == known
    assert learn(account, "/v1/contacts", {}) == known
    day = 49.0
    learn(account, "/v1/clients", {"search_delay": 1.0})
    day = 51.0
    assert open_state().profiles.get(account.id) == Profile({"clients": ResourceProfile(search_delay=1.0)})


def test_what_is_learned_is_read_back_from_any_state_database(state_url: str) -> None:
    profiles = open_state(state_url).profiles
    profiles.learn("learned", "/v1/contacts", {"page_cap": 50, "gateway": "aws"})
    profiles.learn("learned", "/v1/clients/{}", {"put_merges": False})
    resources = {"contacts": ResourceProfile(page_cap=50), "clients": ResourceProfile(put_merges=False)}
    assert profiles.get("learned") == profiles.learn("learned", "/v1/contacts", {}) == Profile(resources, "aws")
    assert profiles.get("other") == Profile()
    assert profiles.forget("learned")
    assert profiles.get("learned") == Profile()


def test_a_profile_of_an_older_version_is_one_of_contacts(tmp_path: Path) -> None:
    state = open_state(f"sqlite:///{tmp_path}/state.db").profiles
    state.put("acme", Profile())
    older = {"put_merges": True, "put_merges_custom_fields": None, "page_cap": 50, "search_delay": 1.5, "gone": 1}
    with sqlite3.connect(tmp_path / "state.db") as database:
        database.execute("UPDATE whautomate_profile SET found = ?", (json.dumps(older),))
    database.close()
    contacts_only = ResourceProfile(put_merges=True, page_cap=50, search_delay=1.5)
    assert state.get("acme") == Profile({"contacts": contacts_only})


# --- the command


@pytest.fixture
def run(whautomate_emulator: Emulator, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("WHAUTOMATE_KEY", whautomate_emulator.key)
    monkeypatch.setenv("WHAUTOMATE_HOST", whautomate_emulator.url)
    monkeypatch.setenv("WHAUTOMATE_PLAN", "subscribed")
    return lambda *arguments: CliRunner().invoke(app, ["doctor", *arguments])


@pytest.mark.whautomate(search_delay=0)
def test_the_command_tells_no_person(run: Any, whautomate_emulator: Emulator) -> None:
    named = {"name": "Ada Lovelace", "phoneNumber": "+4915112345678", "notes": "likes tea", "tags": ["cancer"]}
    ids = whautomate_emulator.add_contacts([{**named, "customFields": {"illness": "flu", "city": "Bonn"}}])
    for arguments in (["--yes"], ["--yes", "--write", "--scratch-number", NUMBER]):
        for json_too in ([], ["--json"]):
            result = run(*arguments, *json_too)
            assert result.exit_code == 0
            for secret in ("Ada", "4915112345678", "tea", "cancer", "illness", "flu", "Bonn", NUMBER[1:], *ids):
                assert secret not in result.output
            assert whautomate_emulator.key not in result.output


def test_the_command_prints_json_and_writes_the_profile_and_forgets_it(run: Any, whautomate_emulator: Emulator) -> None:
    whautomate_emulator.add_contacts(people(100))
    result = run("--yes", "--json")
    report = json.loads(result.stdout)
    assert report["requests"] == len(whautomate_emulator.requests())
    assert report["profile"]["resources"] == {
        "contacts": {
            "put_merges": None,
            "put_merges_custom_fields": None,
            "page_cap": 50,
            "search_delay": None,
            "absent": None,
        }
    }
    assert {one["name"]: one["value"] for one in report["findings"]}["page_default"] == 10
    profiles = open_state().profiles
    assert profiles.get(report["account"]).full_page("/v1/contacts") == 50
    before = len(whautomate_emulator.requests())
    assert "forgotten" in run("--forget").output
    assert profiles.get(report["account"]) == Profile()
    assert "there were no findings" in run("--forget").output
    assert len(whautomate_emulator.requests()) == before


def test_it_asks_before_it_sends_anything(run: Any, whautomate_emulator: Emulator) -> None:
    result = run()
    assert result.exit_code == 1
    assert "at most 10 requests" in result.output
    assert "add --yes to continue" in result.output
    result = run("--write", "--scratch-number", NUMBER)
    assert "at most 15 requests" in result.output
    assert "may message" in result.output
    assert whautomate_emulator.requests() == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--write"], "go together"),
        (["--scratch-number", NUMBER], "go together"),
        (
            ["--write", "--scratch-number", "0151 23456789"],
            "--scratch-number: The number needs + and a country code, such as +4915123456789.",
        ),
        (["--host", "ftp://x"], "https://"),
        (["--set", "plan"], "NAME=VALUE"),
        (["--set", "paln=trial"], "did you mean plan?"),
        (["--set", "key=secret"], "WHAUTOMATE_KEY"),
    ],
)
def test_what_is_wrong_is_a_sentence(run: Any, whautomate_emulator: Emulator, arguments: Any, says: str) -> None:
    result = run("--yes", *arguments)
    assert result.exit_code == 1
    assert result.output.startswith("error: ")
    assert says in result.output
    assert "secret" not in result.output
    assert whautomate_emulator.requests() == []


def test_without_key_or_host_it_says_where_to_put_them(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WHAUTOMATE_KEY")
    assert "put it into WHAUTOMATE_KEY" in run("--yes").output
    monkeypatch.delenv("WHAUTOMATE_HOST")
    assert "--host or WHAUTOMATE_HOST" in run("--yes").output


@pytest.mark.parametrize("one", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.whautomate(search_delay=0)
def test_a_signal_in_between_leaves_nothing(whautomate_emulator: Emulator, one: signal.Signals) -> None:
    whautomate_emulator.fault("slow", on=1, operation="createContact", seconds=math.inf)
    environment = {
        **os.environ,
        "WHAUTOMATE_KEY": whautomate_emulator.key,
        "WHAUTOMATE_HOST": whautomate_emulator.url,
        "WHAUTOMATE_PLAN": "subscribed",
    }
    code = "from whautomate_core.cli.main import app; app()"
    command = [sys.executable, "-c", code, "doctor", "--yes", "--write", "--scratch-number", NUMBER]
    # What a shell runs in the background ignores Ctrl-C, and so does what that starts.
    as_usual = partial(signal.signal, one, signal.SIG_DFL)
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True, preexec_fn=as_usual)
    try:
        while not whautomate_emulator.held():
            assert process.poll() is None, process.communicate()
            time.sleep(0.01)
        process.send_signal(one)
        whautomate_emulator.release()
        _, said = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
        process.wait()
    assert process.returncode != 0
    assert not re.search("left behind", said)
    assert whautomate_emulator.contacts() == []
    assert whautomate_emulator.records("contactTags") == []
