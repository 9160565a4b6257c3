"""Messages to one person, from one person, and the window between."""

from __future__ import annotations

from typing import Any

import pytest

from whautomate_core.emulator import LOCATION_ID

from .conftest import START, Caller, error, iso, made, refused
from .test_emulator_contacts import fired

NO_WINDOW = "the person hasn't written within the last 24 hours: send a template"


def sent(call: Caller) -> list[tuple[str, str]]:
    return [(message["operation"], message["phone"]) for message in call.emulator.messages()]


def test_a_template_to_a_contact_a_client_or_a_number(call: Caller) -> None:
    contact, client = call.contact("+1"), call.client("2")
    answers = [
        call.send("template", contact={"id": contact["id"]}),
        call.send("template", client={"id": client["id"]}),
        call.send("template", recepient={"phoneNumber": "+3", "name": "Cleo"}),
        call.send("template", recepient={"phoneNumber": "1"}),
    ]
    assert {made(answer)["status"] for answer in answers} == {"sent"}
    assert len({answer.json()["id"] for answer in answers}) == 4
    by_number = {each["phoneNumber"]: each["id"] for each in call.emulator.contacts()}
    common = {"at": START, "broadcast": None, "operation": "sendWhatsappTemplate"}
    assert call.emulator.messages() == [
        {**common, "contact": contact["id"], "client": None, "phone": "1"},
        {**common, "contact": by_number["12"], "client": client["id"], "phone": "12"},
        {**common, "contact": by_number["3"], "client": None, "phone": "3"},
        {**common, "contact": contact["id"], "client": None, "phone": "1"},
    ]
    assert [each["name"] for each in call.emulator.contacts()] == ["Ada", "Ada Client", "Cleo"]
    assert [kind for kind, _, _ in fired(call)].count("contact_created") == 3


@pytest.mark.parametrize("behaviour", [True, False])
def test_client_becomes_contact(make: Any, behaviour: bool) -> None:
    call = make(client_becomes_contact=behaviour)
    client = call.client()
    made(call.send("template", client={"id": client["id"]}))
    [message] = call.emulator.messages()
    assert len(call.emulator.contacts()) == (1 if behaviour else 0)
    assert (message["client"], message["contact"] is not None) == (client["id"], behaviour)
    contact = call.contact("+1 555 000 0001")
    made(call.send("template", client={"id": client["id"]}))
    assert call.emulator.messages()[1]["contact"] == (message["contact"] if behaviour else contact["id"])


@pytest.mark.parametrize("kind", ["text", "media"])
def test_anything_but_a_template_needs_a_message_within_a_day(call: Caller, kind: str) -> None:
    contact = call.contact()
    to = {"contact": {"id": contact["id"]}}
    assert call.send(kind, **to).json() == {"error": NO_WINDOW}
    assert call.send(kind, **to).status_code == 200
    assert sent(call) == []
    call.emulator.receive(contact["id"])
    call.emulator.advance(86_399)
    made(call.send(kind, **to))
    made(call.send(kind, recepient={"phoneNumber": "15550000001"}))
    assert len(sent(call)) == 2
    call.emulator.advance(1)
    assert call.send(kind, **to).json() == {"error": NO_WINDOW}
    assert call.send("template", **to).json()["status"] == "sent"


def test_a_refused_message_leaves_no_contact_behind(call: Caller) -> None:
    assert "error" in call.send("text", recepient={"phoneNumber": "+15550000009"}).json()
    assert call.emulator.contacts() == call.emulator.automations() == []


def test_the_window_is_the_numbers_and_so_a_clients_and_a_namesakes(call: Caller) -> None:
    contact, namesake, client = call.contact(), call.contact(), call.client()
    call.emulator.receive(contact["id"])
    for to in ({"contact": {"id": namesake["id"]}}, {"client": {"id": client["id"]}}):
        assert "error" not in call.send("text", **to).json()
    assert "error" in call.send("text", contact={"id": call.contact("+49151")["id"]}).json()


@pytest.mark.parametrize("channel", ["messenger", "instagram", "telegram"])
@pytest.mark.parametrize("kind", ["text", "media", "template"])
def test_other_channels_reach_who_wrote_there(call: Caller, channel: str, kind: str) -> None:
    contact = call.contact()
    to = {"contact": {"id": contact["id"]}}
    call.emulator.receive(contact["id"])  # on WhatsApp
    assert call.send(kind, channel=channel, **to).json()["error"].startswith("contact.id names a contact without")
    call.emulator.receive(contact["id"], channel=channel)
    made(call.send(kind, channel=channel, **to))
    assert sent(call) == [(f"send{channel.capitalize()}{kind.capitalize()}", "15550000001")]
    call.emulator.advance(86_400)
    assert ("error" in call.send(kind, channel=channel, **to).json()) == (channel != "telegram")
    assert call.send(kind, channel=channel, recepient={"phoneNumber": "+1"}).status_code == 400


@pytest.mark.parametrize(("behaviour", "refused"), [(("whatsapp", "telegram"), True), ((), False)])
def test_session_channels(make: Any, behaviour: tuple[str, ...], refused: bool) -> None:
    call = make(session_channels=behaviour)
    contact = call.contact()
    assert ("error" in call.send("text", contact={"id": contact["id"]}).json()) == refused
    assert "error" not in call.send("template", contact={"id": contact["id"]}).json()


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ({}, "contact"),
        ({"contact": {"id": "CONTACT"}, "recepient": {"phoneNumber": "+1"}}, "contact"),
        ({"contact": {"id": "x"}}, "contact.id"),
        ({"client": {"id": "x"}}, "client.id"),
        ({"client": {"id": "CLIENT"}}, "client.id"),
        ({"recepient": {"phoneNumber": "x"}}, "phoneNumber"),
        ({"contact": {"id": "CONTACT"}, "location": {"id": "x"}}, "location.id"),
        ({"contact": {"id": "CONTACT"}, "scheduleDateTime": "soon"}, "scheduleDateTime"),
    ],
)
@pytest.mark.parametrize("behaviour", ["default", ()])
def test_messages_to_nobody(make: Any, body: Any, names: str, behaviour: Any) -> None:
    call = make() if behaviour == "default" else make(error_in_200=behaviour)
    [client] = call.emulator.add_clients([{"fullName": "No phone"}])
    ids = {"CONTACT": call.contact()["id"], "CLIENT": client}
    body = {
        name: {"id": ids.get(value["id"], value["id"])} if isinstance(value, dict) and "id" in value else value
        for name, value in body.items()
    }
    answer = call.send("template", **body)
    status, message = error(answer)
    assert (status, message.split()[0]) == (refused(message) if behaviour == () else 200, names)
    assert call.emulator.messages() == []
    assert len(call.emulator.contacts()) == 1


def test_what_lacks_a_field_is_400_everywhere(call: Caller) -> None:
    for kind in ("text", "media", "template"):
        assert call("POST", f"/v1/messages/whatsapp/send{kind}", {"location": {"id": LOCATION_ID}}).status_code == 400


def test_a_faults_error_in_a_200_is_text_for_sends(call: Caller) -> None:
    call.emulator.fault("error_in_200")
    assert call.send("template", recepient={"phoneNumber": "+1"}).json() == {"error": "it didn't work"}
    assert sent(call) == []


def test_a_message_waits_for_its_time(call: Caller) -> None:
    contact = call.contact()
    to = {"contact": {"id": contact["id"]}, "scheduleDateTime": iso(START + 3600)}
    assert made(call.send("template", **to))["status"] == "scheduled"
    call.emulator.advance(3599)
    assert sent(call) == []
    call.emulator.opt_out(contact["id"])  # too late to stop it
    call.emulator.advance(1)
    assert sent(call) == [("sendWhatsappTemplate", "15550000001")]
    past = {"contact": {"id": contact["id"]}, "scheduleDateTime": iso(START)}
    assert made(call.send("template", **past))["status"] == "sent"
    assert call.emulator.messages()[1]["at"] == START + 3600


@pytest.mark.parametrize("writes", [True, False])
def test_whether_the_window_is_open_shows_when_a_message_is_due(call: Caller, writes: bool) -> None:
    contact = call.contact()
    to = {"contact": {"id": contact["id"]}, "scheduleDateTime": iso(START + 2 * 86_400)}
    assert made(call.send("text", **to))["status"] == "scheduled"
    call.emulator.advance(86_400 + 3600)
    if writes:
        call.emulator.receive(contact["id"])
    call.emulator.advance(86_400)
    [message] = [each for each in call.get(f"/v1/messages/{contact['id']}") if each["isIncoming"] == "false"]
    assert len(sent(call)) == (1 if writes else 0)
    assert (message["status"], message.get("errorMessage")) == (
        ("delivered", None) if writes else ("failed", NO_WINDOW)
    )


def test_messages_of_all_sorts_are_in_the_order_of_sending(call: Caller) -> None:
    contact = call.contact()
    made(call.send("template", contact={"id": contact["id"]}, scheduleDateTime=iso(START + 100)))
    broadcast = call.broadcast(call.segment(), at=START + 50)
    call.emulator.advance(200)
    made(call.send("template", contact={"id": contact["id"]}))
    assert [each["broadcast"] for each in call.emulator.messages()] == [broadcast["id"], None, None]
    assert [each["at"] for each in call.emulator.messages()] == [START + 60, START + 100, START + 200]


# Reading and receiving


@pytest.mark.parametrize(("behaviour", "texts"), [("newest_first", "DCBA"), ("oldest_first", "ABCD")])
def test_a_conversation(make: Any, behaviour: str, texts: str) -> None:
    call = make(order=behaviour, phone_form="plus")
    contact, other = call.contact(), call.contact("+49151")
    call.emulator.receive(other["id"], "elsewhere")
    first = call.emulator.receive(contact["id"], "A")
    for text in "BCD":
        call.emulator.advance(60)
        made(call.send("text", contact={"id": contact["id"]}, textMessage=text))
    found = call.get(f"/v1/messages/{contact['id']}")
    assert "".join(each["text"] for each in found) == texts
    oldest = found[texts.index("A")]
    assert oldest["contact"] == {"id": contact["id"], "channel": "Whatsapp", "phoneNumber": "+15550000001"}
    assert (oldest["id"], oldest["isIncoming"], oldest["timestamp"]) == (first, "true", "2026-05-28T20:26:40.000Z")
    assert "status" not in oldest
    assert [each["text"] for each in call.get(f"/v1/messages/{contact['id']}", limit=3, page=2)] == [texts[3]]
    assert call("GET", "/v1/messages/x").status_code == 404


def test_a_conversation_by_days_and_with_broadcasts(make: Any) -> None:
    call = make(broadcast_failed_share=0)
    contact = call.contact()
    call.emulator.receive("+1 555 000 0001")
    call.broadcast(call.segment(), at=START + 86_400)
    call.emulator.advance(2 * 86_400)

    def found(**query: str) -> list[str]:
        return [each["type"] for each in call.get(f"/v1/messages/{contact['id']}", **query)]

    assert found() == ["template", "text"]
    assert found(startDate="2026-05-29") == ["template"]
    assert found(endDate="2026-05-28") == ["text"]
    assert found(startDate="2026-05-30") == []


@pytest.mark.parametrize(("behaviour", "values"), [("text", ["true", "false"]), ("boolean", [True, False])])
def test_incoming_form(make: Any, behaviour: str, values: list[Any]) -> None:
    call = make(incoming_form=behaviour, order="oldest_first")
    contact = call.contact()
    call.emulator.receive(contact["id"])
    made(call.send("text", contact={"id": contact["id"]}))
    assert [each["isIncoming"] for each in call.get(f"/v1/messages/{contact['id']}")] == values


def test_receiving_is_activity_and_makes_contacts(call: Caller) -> None:
    [quiet, writer] = call.people(2)
    call.emulator.advance(10 * 86_400)
    call.emulator.receive(writer, "Hi")
    call.emulator.receive("+49 151 1", "I'm new")
    assert "lastActivity" not in call.get(f"/v1/contacts/{quiet}")
    assert call.get(f"/v1/contacts/{writer}")["lastActivity"] == "2026-06-07T20:26:40.000Z"
    assert [each["name"] for each in call.emulator.contacts()][2:] == ["491511"]
    assert fired(call) == [("contact_created", None, False)]
    call.broadcast(call.segment(numberOfDaysLastActivity=1), at=call.clock.at)
    call.emulator.advance(60)
    assert sorted(call.phones()) == ["15550000001", "491511"]


def test_receiving_over_http(call: Caller) -> None:
    contact = call.contact()
    call.http.headers.pop("x-api-key")
    answer = made(call("POST", "/_emulator/receive", {"contact": contact["id"], "text": "Hi", "channel": "Telegram"}))
    [client] = made(call("POST", "/_emulator/clients", [{"fullName": "A"}]))
    assert call.get("/_emulator/clients") == call.emulator.clients()
    assert call.emulator.clients()[0]["id"] == client
    [message] = call.emulator.records("messages")
    assert (message["id"], message["text"], message["channel"]) == (answer["id"], "Hi", "Telegram")
    for wrong in ({"contact": "nobody"}, {"contact": contact["id"], "channel": "Fax"}, {"text": "Hi"}, {}):
        assert call("POST", "/_emulator/receive", wrong).status_code == 400
    assert len(call.emulator.records("messages")) == 1
