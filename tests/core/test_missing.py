"""What is missing: a record, the path itself, or what a call refers to. Only the first is ever taken for absence."""

import re
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from conftest import NoLimit, account_of
from contract_examples import Operation, operations

from whautomate_core.account import account_from_settings
from whautomate_core.api import contacts, locations, segments, staffs
from whautomate_core.api.call import Call, get, post
from whautomate_core.api.registry import ENDPOINTS
from whautomate_core.api.templates import list_templates
from whautomate_core.client.client import Client
from whautomate_core.client.missing import what_is_missing
from whautomate_core.client.once import make_once
from whautomate_core.doctor import account as of_account
from whautomate_core.doctor.account import check_account
from whautomate_core.doctor.probe import Probe
from whautomate_core.emulator import Emulator, behaviour_from, create_app, running
from whautomate_core.errors import AuthenticationError, InvalidRequest, NoSuchPath, NotFound, RateLimited
from whautomate_core.messaging.cancel import withdraw
from whautomate_core.messaging.messages import send_template_to_contacts
from whautomate_core.messaging.recent_opt_outs import OptedOut
from whautomate_core.people.find import find_contact
from whautomate_core.people.forget import forget
from whautomate_core.people.kinds import CONTACTS
from whautomate_core.people.known import read_ids
from whautomate_core.sync.contacts import sync_contacts
from whautomate_core.values.progress import silent

WITH_IDS = [operation for operation in operations() if operation.ids]


def named(operation: Operation) -> str:
    """The last id of a path as the vendor would name it: contactId."""
    return re.findall(r"{(\w+)}", operation.path)[-1]


def missing(operation: Operation, status: int, answer: Any = None, **headers: str) -> str | None:
    call = ENDPOINTS[operation.id].function(**operation.arguments())
    content = {"json": answer} if answer else {}
    response = httpx.Response(status, headers=headers, **content)
    return what_is_missing(call, status, response.headers, response.content)


@pytest.mark.parametrize("operation", WITH_IDS, ids=lambda operation: operation.id)
def test_a_404_that_names_the_last_id_of_the_path_is_about_the_record(operation: Operation) -> None:
    assert missing(operation, 404, {"error": f"Invalid {named(operation)}"}) == "record"
    assert missing(operation, 404, {"message": f"invalid {named(operation)}."}) == "record"
    assert missing(operation, 404, {"error": "It was deleted"}) == "record"


@pytest.mark.parametrize("operation", operations(), ids=lambda operation: operation.id)
def test_a_404_that_names_anything_else_is_not_about_the_record(operation: Operation) -> None:
    for other in ("locationId", "staffId", "templateId"):
        if not operation.ids or named(operation) != other:
            assert missing(operation, 404, {"error": f"Invalid {other}"}) == "reference"
    if not operation.ids:
        assert missing(operation, 404, {"error": "It was deleted"}) == "reference"


NO_PATH: list[tuple[int, Any]] = [
    (403, {"message": "Missing Authentication Token"}),
    (404, {"message": "Missing Authentication Token"}),
    (405, {"error": "Invalid contactId"}),
    (405, None),
    (404, None),
    (404, ["Invalid contactId"]),
    (404, {"detail": "Not Found"}),
    (404, {"error": "Not Found"}),
    (404, {"message": "Cannot GET /v1/contacts/c1", "error": "Not Found", "statusCode": 404}),
    (404, {"message": "Cannot PUT /v1/contacts/c1"}),
]


@pytest.mark.parametrize("operation", operations(), ids=lambda operation: operation.id)
def test_an_answer_that_may_be_about_the_path_is(operation: Operation) -> None:
    assert {missing(operation, *answer) for answer in NO_PATH} == {"path"}
    kind = "MissingAuthenticationTokenException"
    assert missing(operation, 403, **{"x-amzn-errortype": kind}) == "path"
    assert missing(operation, 403, {"message": "Forbidden"}, **{"x-amzn-errortype": "ForbiddenException"}) is None
    assert missing(operation, 401, {"message": "Unauthorized"}) is None
    assert missing(operation, 400, {"error": "Invalid locationId"}) is None


def test_a_path_that_is_missing_is_no_absence_by_type() -> None:
    assert not issubclass(NoSuchPath, NotFound), "each `except NotFound` takes it for an absent record"
    assert not issubclass(NoSuchPath, InvalidRequest | AuthenticationError)


@pytest.mark.parametrize(("status", "answer"), NO_PATH)
def test_what_to_do_about_a_missing_path_is_said(status: int, answer: Any, make_send: Any, pool: Any) -> None:
    account = account_from_settings("https://api.example", "k", {})
    send = make_send(account, lambda request: httpx.Response(status, json=answer))
    with pytest.raises(NoSuchPath) as error:
        send(contacts.get_contact("c1"))
    assert str(error.value).startswith(f"GET /v1/contacts/c1: https://api.example answered {status}")
    assert "is this Whautomate's host? If so, it doesn't offer this endpoint" in str(error.value)
    assert "key" not in str(error.value)


def test_a_wrong_location_is_said_and_is_no_absence_of_the_record(make_send: Any) -> None:
    account = account_from_settings("https://api.example", "k", {})
    answer = httpx.Response(404, json={"error": "Invalid locationId"})
    send = make_send(account, lambda request: answer)
    with pytest.raises(InvalidRequest, match=r"refused \(404\): Invalid locationId \(list_locations") as error:
        send(contacts.get_contact("c1"))
    assert error.value.status == 404
    with pytest.raises(NotFound, match="Invalid locationId"):
        send(locations.get_location("l1"))


@pytest.mark.parametrize(
    "call",
    [
        segments.create_segment({"name": "s", "type": "contact", "criteria": {}, "location": {"id": "loc9"}}),
        list_templates("loc9"),
    ],
    ids=["in its body", "in its query"],
)
def test_a_wrong_location_is_named_with_its_setting(call: Any, make_send: Any) -> None:
    account = account_from_settings("https://api.example", "k", {})
    send = make_send(account, lambda request: httpx.Response(404, json={"error": "Invalid locationId"}))
    with pytest.raises(InvalidRequest, match=r"Invalid locationId .*'loc9' was sent, from .* the setting location_id"):
        send(call)


# --- jobs over a server that lacks one path


@contextmanager
def without(emulator: Emulator, lacks: str, answer: httpx.Response, **settings: Any) -> Iterator[Any]:
    """A client of an emulator that knows no such request: method and path, as a pattern."""

    def handle(request: httpx.Request) -> httpx.Response:
        if re.fullmatch(lacks, f"{request.method} {request.url.path}"):
            return httpx.Response(answer.status_code, content=answer.content)
        request.read()
        return httpx.request(request.method, request.url, headers=request.headers, content=request.content)

    account = account_of(emulator, **settings)
    transport = httpx.MockTransport(handle)
    with Client(account, pool=NoLimit(), transport=transport, sleep=lambda seconds: None) as client:
        yield client


NUMBER = "+4915123456700"
SPOKEN = [
    httpx.Response(403, json={"message": "Missing Authentication Token"}),
    httpx.Response(404, text="no such page"),
    httpx.Response(404, json={"error": "Invalid locationId"}),
]
CONTACT, BROADCAST, BLOCK = r"/v1/contacts/\w+", r"/v1/broadcasts/\w+", r"/v1/staffs/\w+/availabilityBlocks"


def _person(emulator: Emulator) -> str:
    (id,) = emulator.add_contacts([{"name": "Ada", "phoneNumber": NUMBER}])
    return id


def _forget(client: Client, emulator: Emulator) -> None:
    forget(client, NUMBER.removeprefix("+"), {"contact": [_person(emulator)], "client": []})


def _read_ids(client: Client, emulator: Emulator) -> None:
    list(read_ids(client, CONTACTS, [_person(emulator)]))


def _withdraw(client: Client, emulator: Emulator) -> None:
    withdraw(client, "b1", datetime.now(UTC))


def _find(client: Client, emulator: Emulator) -> None:
    find_contact(client, NUMBER, missing_ok=True)


def _opted_out(client: Client, emulator: Emulator) -> None:
    OptedOut._has_opted_out(types.SimpleNamespace(_client=client), contacts.get_contact(_person(emulator)))  # type: ignore[arg-type]


def _made_once(client: Client, emulator: Emulator) -> None:
    body: Any = {"name": "Ada", "phoneNumber": NUMBER, "location": {"id": emulator.location_id}}
    create = contacts.create_contact(body)
    make_once(client, create, "ada", lambda: None, contacts.get_contact)
    make_once(client, create, "ada", lambda: None, contacts.get_contact)


def _sync(client: Client, emulator: Emulator) -> None:
    rows = [{"who": "Ada", "mobile": NUMBER}]
    mapping = {"name": "who", "phoneNumber": "mobile"}
    sync_contacts(client, rows, mapping, sync_name="crm", progress=silent)
    sync_contacts(client, [{"who": "Ada L", "mobile": NUMBER}], mapping, sync_name="crm", progress=silent)


JOBS: dict[str, tuple[str, Callable[[Client, Emulator], None]]] = {
    "a person to forget, whose record can't be deleted": (f"DELETE {CONTACT}", _forget),
    "a person to forget, whose record can't be read": (f"GET {CONTACT}", _forget),
    "people read by their ids": (f"GET {CONTACT}", _read_ids),
    "a search": ("GET /v1/contacts", _find),
    "a broadcast to withdraw": (f"GET {BROADCAST}", _withdraw),
    "an opt-out": (f"GET {CONTACT}", _opted_out),
    "a record made once": (f"GET {CONTACT}", _made_once),
    "a sync": (f"(GET|PUT) {CONTACT}", _sync),
}


@pytest.mark.whautomate(search_delay=0)
@pytest.mark.parametrize("answer", SPOKEN, ids=["gateway", "page", "location"])
@pytest.mark.parametrize("what", JOBS)
def test_no_job_takes_a_missing_path_for_an_absent_record(
    what: str, answer: httpx.Response, whautomate_emulator: Emulator
) -> None:
    lacks, job = JOBS[what]
    expected: Any = InvalidRequest if b"locationId" in answer.content else NoSuchPath
    with without(whautomate_emulator, lacks, answer) as client, pytest.raises(expected):
        job(client, whautomate_emulator)
    made = [one for one in whautomate_emulator.requests("createContact") if one["status"] == 200]
    assert len(made) <= 1, "nobody is created again"


def test_a_row_that_meets_a_missing_path_ends_the_job(whautomate_emulator: Emulator) -> None:
    rows = [{"phoneNumber": f"+491512345670{n}"} for n in range(5)]
    with without(whautomate_emulator, "POST /v1/messages/.*", SPOKEN[0]) as client, pytest.raises(NoSuchPath):
        send_template_to_contacts(client, rows, {"name": "hello", "language": "en"}, key="spring")
    assert client.used.requests < 10


@pytest.mark.parametrize("settings", [{}, {"location_id": "loc000000001"}])
@pytest.mark.parametrize("path", ["/v1/account-info", "/v1/locations.*"])
def test_the_test_button_says_that_the_host_may_be_wrong(
    path: str, settings: Any, whautomate_emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    with without(whautomate_emulator, f"GET {path}", SPOKEN[0], **settings) as client:
        monkeypatch.setattr(of_account, "Client", lambda *args, **more: client)
        with pytest.raises(NoSuchPath) as error:
            check_account(client.account)
    assert "the host should be https://api.whautomate.com" in str(error.value)
    assert not re.search("key|has no location", str(error.value))


def test_doctor_ends_where_the_first_path_is_missing_and_notes_later_ones(whautomate_emulator: Emulator) -> None:
    class Asking(Probe):
        most = 4

    with without(whautomate_emulator, "GET /v1/staffs", SPOKEN[0]) as client:
        probe = Asking(client.account, sleep=lambda seconds: None, clock=lambda: 0.0)
        probe.client = client
        with pytest.raises(NoSuchPath):
            probe.ask(staffs.list_staffs())
        assert probe.ask(contacts.list_contacts()).problem == ""
        assert probe.ask(staffs.list_staffs()).problem == "no such path (403)"
        gone = probe.ask(contacts.get_contact("nobody"))
        assert (gone.problem, gone.absent) == ("no such record (404)", True)


# --- over the emulator, with the gateway and without


@pytest.mark.parametrize("gateway", ["aws", "none"])
@pytest.mark.parametrize(("call", "status"), [(get("/v1/nothing"), 404), (post("/v1/staffs", {}), 405)])
def test_a_path_or_method_that_the_server_lacks_is_none_with_or_without_a_gateway(
    call: Call[Any], status: int, gateway: str, make_send: Any
) -> None:
    app = create_app(behaviour_from({"gateway": gateway}))
    with running(app) as url:
        emulator = Emulator(app, url)
        with pytest.raises(NoSuchPath) as error:
            make_send(account_of(emulator))(call)
        assert error.value.status == (403 if gateway == "aws" else status)
        with pytest.raises(NotFound, match="Invalid contactId"):
            make_send(account_of(emulator))(contacts.get_contact("nobody"))


@pytest.mark.parametrize("gateway", ["aws", "none"])
@pytest.mark.parametrize("used_up", ["rate", "quota"])
def test_which_limit_is_used_up_is_known_only_from_a_gateway(gateway: str, used_up: str, make_send: Any) -> None:
    limits = [[1, 60], [9, 86_400]] if used_up == "rate" else [[9, 60], [1, 86_400]]
    app = create_app(behaviour_from({"gateway": gateway, "limits": limits}))
    with running(app) as url:
        send = make_send(account_of(Emulator(app, url)))
        send(contacts.list_contacts())
        with pytest.raises(RateLimited) as error:
            send(contacts.list_contacts())
    assert error.value.quota is (gateway == "aws" and used_up == "quota")
