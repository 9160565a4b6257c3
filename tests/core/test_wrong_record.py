"""Who was read is who is meant: an answer about another record is none, and nothing is sent on the strength of it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest
from conftest import account_of

from whautomate_core.api import appointments, broadcasts, classes, clients, contacts, messages, services, webhooks
from whautomate_core.api.call import Call
from whautomate_core.bookings.participants import enrol_participants
from whautomate_core.client.client import Client
from whautomate_core.emulator import Emulator
from whautomate_core.errors import InvalidRequest, NoSuchPath, NotFound, RateLimited, UnexpectedResponse, WrongRecord
from whautomate_core.people.update import set_client_fields, set_contact_fields, set_contact_stage

LOCATION = {"location": {"id": "l"}}
BOOKING: Any = {"client": {"id": "asked"}, "date": "2027-01-05", "time": "09:00 AM", **LOCATION}
TEXT: Any = {**LOCATION, "textMessage": "hi"}
BROADCAST: Any = {"name": "b", "type": "Whatsapp", "segments": [{"id": "asked"}], **LOCATION}
ADA: Any = {"name": "Ada", "phoneNumber": "+4915123456789", **LOCATION}
CALLS: dict[str, Call[Any]] = {
    "read": contacts.get_contact("asked"),
    "delete": contacts.delete_contact("asked"),
    "tag": contacts.add_contact_tags("asked", ["news"]),
    "untag": clients.remove_client_tags("asked", ["news"]),
    "write": contacts.update_contact("asked", {"stage": "Lead"}),
    "message a contact": messages.send_whatsapp_text({"contact": {"id": "asked"}, **TEXT}),
    "message a client": messages.send_whatsapp_text({"client": {"id": "asked"}, **TEXT}),
    "book": appointments.book_appointment(BOOKING, extra={"service": {"id": "s"}}),
    "cancel": appointments.cancel_appointment({"appointmentId": "asked"}),
    "join a class": classes.add_class_participant("class", {"client": {"id": "asked"}}),
    "broadcast": broadcasts.create_broadcast(BROADCAST),
    "write a webhook": webhooks.update_webhook("asked", {"name": "s"}),
}


@pytest.mark.parametrize("answer", [{"id": "another"}, {}, {"data": {"id": "asked"}}])
@pytest.mark.parametrize("what", CALLS)
def test_nothing_is_sent_about_a_record_that_was_not_asked_for(
    what: str, answer: dict[str, Any], whautomate_emulator: Emulator, make_send: Callable[..., Any]
) -> None:
    sent: list[str] = []

    def server(request: httpx.Request) -> httpx.Response:
        sent.append(request.method)
        return httpx.Response(200, json={"tags": [], **answer})

    send = make_send(account_of(whautomate_emulator), server)
    if what == "read" and not answer.get("id"):
        assert send(CALLS[what]) is not None  # whoever only looks may see what there is
    else:
        with pytest.raises(WrongRecord, match="'asked'") as raised:
            send(CALLS[what])
        assert isinstance(raised.value, UnexpectedResponse)
    assert sent == ["GET"]


def test_an_id_is_compared_as_text(whautomate_emulator: Emulator, make_send: Callable[..., Any]) -> None:
    def server(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"id": 7, "tags": []} if request.method == "GET" else {"success": True})

    send = make_send(account_of(whautomate_emulator), server)
    assert send(contacts.get_contact("7"))["id"] == 7
    assert send(contacts.delete_contact("7")) == {"success": True}


@pytest.mark.parametrize("what", ["tag", "write", "delete"])
def test_an_answer_to_a_write_that_names_another_record_is_no_success(
    what: str, whautomate_emulator: Emulator, make_send: Callable[..., Any]
) -> None:
    sent: list[str] = []

    def server(request: httpx.Request) -> httpx.Response:
        sent.append(request.method)
        return httpx.Response(200, json={"id": "asked" if request.method == "GET" else "another", "tags": []})

    with pytest.raises(WrongRecord, match="'another'"):
        make_send(account_of(whautomate_emulator), server)(CALLS[what])
    assert len([method for method in sent if method != "GET"]) == 1, "it is not repeated"


@pytest.mark.parametrize("what", ["delete", "tag", "write", "message a contact", "book"])
def test_a_record_that_is_somebody_else_s_by_now_is_left_alone(
    what: str, whautomate_emulator: Emulator, make_send: Callable[..., Any]
) -> None:
    sent: list[str] = []

    def server(request: httpx.Request) -> httpx.Response:
        sent.append(request.method)
        return httpx.Response(200, json={"id": "asked", "tags": [], "phoneNumber": "491512345"})

    call = replace(CALLS[what], fits=lambda record: record.get("phoneNumber") == "491519999")
    with pytest.raises(WrongRecord, match="somebody else") as raised:
        make_send(account_of(whautomate_emulator), server)(call)
    assert "4915" not in str(raised.value)
    assert sent == ["GET"]


NO_PATH = [
    httpx.Response(403, json={"message": "Missing Authentication Token"}),
    httpx.Response(403, headers={"x-amzn-errortype": "MissingAuthenticationTokenException"}),
    httpx.Response(404),
    httpx.Response(404, text="<html>Not Found</html>"),
    httpx.Response(404, json={"message": "Not Found"}),
    httpx.Response(404, json={"detail": "Not Found"}),
    httpx.Response(404, json={"message": "Cannot DELETE /v1/contacts/c1", "error": "Not Found", "statusCode": 404}),
    httpx.Response(405, json={"error": "Invalid contactId"}),
]
# What the server answers to each request in turn, GET and DELETE by turns -> what the call comes to.
GONE: list[tuple[list[Any], Any]] = [
    ([200, 404], NotFound),
    ([404], NotFound),
    ([200, 429, 200, 404], NotFound),  # it did nothing: somebody else deleted it, or it never was there
    ([200, 429, 404], NotFound),
    ([500, 404], NotFound),  # only the reading failed
    (["lost", 200, 404], NotFound),
    ([200, "refused", 404], NotFound),
    ([200, 500, 404], {"success": True}),
    ([200, "lost", 200, 404], {"success": True}),
    ([200, "lost", 429, 404], {"success": True}),
    # What is no word about the record never counts as its absence.
    *(([200, "lost", 200, answer], NoSuchPath) for answer in NO_PATH),
    *(([200, "lost", answer], NoSuchPath) for answer in NO_PATH),
    ([200, "lost", 200, httpx.Response(404, json={"error": "Invalid locationId"})], InvalidRequest),
    ([200, 429, 200, 429, 200, 429, 200, 429, 200, 429, 200, 429], RateLimited),
]


@pytest.mark.parametrize(("answers", "comes_to"), GONE)
def test_a_delete_that_finds_nothing_has_succeeded_only_where_one_before_it_may_have(
    answers: list[Any], comes_to: Any, whautomate_emulator: Emulator, make_send: Callable[..., Any]
) -> None:
    left = iter(answers)

    def server(request: httpx.Request) -> httpx.Response:
        answer = next(left)
        if answer == "lost":
            raise httpx.ReadError("lost")
        if answer == "refused":
            raise httpx.ConnectError("refused")
        if isinstance(answer, httpx.Response):
            return answer
        return httpx.Response(
            answer, json={"error": "Invalid contactId"} if answer == 404 else {"id": "asked", "tags": []}
        )

    send = make_send(account_of(whautomate_emulator), server)
    if isinstance(comes_to, dict):
        assert send(CALLS["delete"]) == comes_to
    else:
        with pytest.raises(comes_to):
            send(CALLS["delete"])
    assert next(left, None) is None


def test_a_create_names_no_record_so_any_id_is_its_own(
    whautomate_emulator: Emulator, make_send: Callable[..., Any]
) -> None:
    def server(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=[] if request.method == "GET" else {"id": "new"})

    assert make_send(account_of(whautomate_emulator), server)(contacts.create_contact(ADA))["id"] == "new"


# --- where more is known of somebody than an id


@pytest.fixture
def ada_and_bob(whautomate_emulator: Emulator) -> Callable[[bool], list[str]]:
    """Contacts and clients, with the second's id leading to the first's record: under that id, or under its own."""

    def make(keeps_id: bool) -> list[str]:
        people = [("Ada", "15123456781", "ada@example.com"), ("Bob", "15123456782", "bob@example.com")]
        made = whautomate_emulator.add_contacts([{"name": n, "phoneNumber": f"+49{phone}"} for n, phone, _ in people])
        made += whautomate_emulator.add_clients(
            [{"fullName": n, "countryCode": "+49", "phone": phone, "email": email} for n, phone, email in people]
        )
        whautomate_emulator.advance(60.0)
        for first, second in (made[:2], made[2:]):
            whautomate_emulator.confuse(second, first, keeps_id=keeps_id)
        return made

    return make


CHANGES: dict[str, Callable[[Client], Any]] = {
    "stage": lambda client: set_contact_stage(client, "Lead", phone="+49 1512 3456782"),
    "fields": lambda client: set_contact_fields(client, {"notes": "n"}, phone="+49 1512 3456782"),
    "of a client": lambda client: set_client_fields(client, {"notes": "n"}, phone="+49 1512 3456782"),
    "by address": lambda client: set_client_fields(client, {"notes": "n"}, email_address="Bob@example.com"),
}


@pytest.mark.parametrize("keeps_id", [False, True])
@pytest.mark.parametrize("what", CHANGES)
def test_who_was_found_by_number_or_address_is_who_is_changed(
    what: str, keeps_id: bool, ada_and_bob: Any, client: Client, whautomate_emulator: Emulator
) -> None:
    ada_and_bob(keeps_id)
    before = whautomate_emulator.contacts(), whautomate_emulator.clients()
    with pytest.raises(WrongRecord):
        CHANGES[what](client)
    assert (whautomate_emulator.contacts(), whautomate_emulator.clients()) == before
    assert {request["method"] for request in whautomate_emulator.requests()} == {"GET"}


def test_a_number_written_by_an_attempt_whose_answer_was_lost_is_no_other_person_s(
    client: Client, whautomate_emulator: Emulator
) -> None:
    whautomate_emulator.add_contacts([{"name": "Ada", "phoneNumber": "+4915123456781"}])
    whautomate_emulator.advance(60.0)
    whautomate_emulator.fault("dropped_after", operation="updateContact")
    moved: Any = {"phoneNumber": "+4915123456789"}
    assert set_contact_fields(client, moved, phone="+4915123456781")["changed"]
    assert [one["phoneNumber"] for one in whautomate_emulator.contacts()] == ["4915123456789"]


@pytest.mark.parametrize("keeps_id", [False, True])
@pytest.mark.parametrize(("column", "who"), [("phone", "+49 1512 3456782"), ("email", "bob@example.com")])
def test_who_was_found_for_a_row_is_who_takes_part(
    column: str, who: str, keeps_id: bool, ada_and_bob: Any, client: Client, whautomate_emulator: Emulator
) -> None:
    ada_and_bob(keeps_id)
    staff = {"id": whautomate_emulator.staff_id}
    yoga: Any = {"name": "Yoga", "serviceType": "CLASS", "staffs": [staff]}
    about = {"service": {"id": client.send(services.create_service(yoga))["id"]}, "staff": staff}
    class_: Any = {**about, "location": {"id": whautomate_emulator.location_id}, "timezone": "UTC"}
    class_ |= {"date": "2099-01-05", "time": "09:00 AM", "numberOfParticipants": 3}
    made = client.send(classes.create_class(class_))["id"]
    report = enrol_participants(client, made, [{column: who}], mapping={column: column}, max_failed=1)
    assert (report["failed"], report["booked"]) == (1, 0)
    assert whautomate_emulator.records("participants") == []
