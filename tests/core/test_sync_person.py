"""An opt-out belongs to the person: who holds it through another record is neither made, tagged nor staged by a job."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest
from test_sync import ADA, BOB, READ, counts, row, sync, tag, writes

from whautomate_core.account import account_from_settings
from whautomate_core.api import clients, contacts
from whautomate_core.client.client import Client
from whautomate_core.emulator import Emulator
from whautomate_core.errors import PolicyRefused, UnexpectedResponse
from whautomate_core.people.opt_outs import export_opt_outs
from whautomate_core.people.update import set_contact_fields
from whautomate_core.sync.clients import sync_clients
from whautomate_core.values.progress import silent

OUT = ["Unsubscribe"]
STAGED = [{**ADA, "stage": "Lead"}, {**BOB, "stage": "Won"}]
CLIENTS = {"fullName": "who", "phone": "mobile"}


def add_ada(emulator: Emulator, where: str) -> None:
    """Ada, who has not opted out as the contact that she is, and who has through another record."""
    emulator.add_contacts([{"name": "Ada", "phoneNumber": "+4915123456789"}])
    emulator.advance(1)  # of several records the oldest is taken
    if where == "a client":
        emulator.add_clients([{"fullName": "A.", "countryCode": "+49", "phone": "15123456789", "tags": OUT}])
    else:
        emulator.add_contacts([{"name": "A.", "phoneNumber": "4915123456789", "tags": OUT}])


def others(emulator: Emulator, looked: str) -> None:
    """Enough other people that each person is looked up by a search."""
    if looked == "searches":
        emulator.add_contacts([{"name": f"N{n}", "phoneNumber": f"+49301{n:05}"} for n in range(160)])
        emulator.add_clients([{"fullName": f"N{n}", "email": f"n{n}@example.com"} for n in range(160)])


@pytest.mark.whautomate(search_delay=0)
@pytest.mark.parametrize("where", ["a client", "a second contact"])
@pytest.mark.parametrize("looked", ["pages", "searches"])
def test_a_sync_leaves_who_opted_out_through_another_record_alone(
    looked: str, where: str, client: Client, whautomate_emulator: Emulator
) -> None:
    others(whautomate_emulator, looked)
    add_ada(whautomate_emulator, where)
    report = sync(client, STAGED, tags=["news"])
    assert counts(report, "created", "tagged", "protected") == (1, 1, 1)
    held = {one["name"]: one for one in whautomate_emulator.contacts()}
    assert (held["Ada"]["tags"], held["Ada"].get("stage")) == ([], None)
    assert held["Ada"]["customFields"] == {"city": "Köln"}  # what fires nothing is written
    assert held["Bob"]["tags"] == ["news"]
    assert {one["contact"] for one in whautomate_emulator.automations()} == {held["Bob"]["id"]}


@pytest.mark.whautomate(search_delay=0)
@pytest.mark.parametrize("looked", ["pages", "searches"])
def test_a_tag_job_leaves_them_alone_and_takes_the_tag_from_who_refuses(
    looked: str, client: Client, whautomate_emulator: Emulator
) -> None:
    others(whautomate_emulator, looked)
    add_ada(whautomate_emulator, "a client")
    assert counts(tag(client, [ADA], "news"), "tagged", "protected") == (0, 1)
    whautomate_emulator.add_contacts([{"name": "Bob", "phoneNumber": "447400123456", "tags": ["news"]}])
    whautomate_emulator.add_clients([{"fullName": "B.", "countryCode": "44", "phone": "7400123456", "tags": OUT}])
    report = tag(client, [ADA, {**BOB, "ok": "no"}], "news")
    assert report["untagged"] == 1
    assert all("news" not in one["tags"] for one in whautomate_emulator.contacts())


@pytest.mark.whautomate(search_delay=0)
@pytest.mark.parametrize("looked", ["pages", "searches"])
def test_whom_the_ledger_knows_is_asked_for_before_a_tag_or_stage(
    looked: str, client: Client, whautomate_emulator: Emulator
) -> None:
    others(whautomate_emulator, looked)
    sync(client, [ADA, BOB])
    whautomate_emulator.add_clients([{"fullName": "A.", "countryCode": "+49", "phone": "15123456789", "tags": OUT}])
    fired = len(whautomate_emulator.automations())
    report = sync(client, [{**STAGED[0], "city": "Ulm"}, STAGED[1]], tags=["news"])
    assert counts(report, "updated", "tagged", "protected") == (2, 1, 1)
    held = {one["name"]: one for one in whautomate_emulator.contacts()}
    assert (held["Ada"]["customFields"]["city"], held["Ada"].get("stage"), held["Ada"]["tags"]) == ("Ulm", None, [])
    reached = {one["contact"] for one in whautomate_emulator.automations()[fired:]}
    assert reached == {held["Bob"]["id"]}


@pytest.mark.whautomate(search_delay=0)
@pytest.mark.parametrize("looked", ["pages", "searches"])
def test_who_shares_the_number_of_a_client_who_opted_out_is_not_made(
    looked: str, client: Client, whautomate_emulator: Emulator
) -> None:
    others(whautomate_emulator, looked)
    whautomate_emulator.add_clients([{"fullName": "Eve", "countryCode": "+49", "phone": "15123456789", "tags": OUT}])
    report = sync_clients(client, [ADA, BOB], CLIENTS, tags=["news"], progress=silent, **READ)
    assert counts(report, "created", "withheld") == (1, 1)
    assert "Ada" not in {one["fullName"] for one in whautomate_emulator.clients()}


def test_a_job_that_has_read_everybody_spends_no_further_request(client: Client, whautomate_emulator: Emulator) -> None:
    people: list[Any] = [row(f"P{n}", f"0151 2345{n:04d}", stage="Lead") for n in range(40)]
    whautomate_emulator.add_contacts(
        [{"name": one["who"], "phoneNumber": f"+49151{2345_0000 + n}"} for n, one in enumerate(people)]
    )
    report = sync(client, people, tags=["news"])
    assert counts(report, "updated", "tagged") == (40, 40)
    made = Counter(one["operation"] for one in whautomate_emulator.requests())
    assert made["listContacts"] + made["listClients"] <= 4
    assert made == Counter(
        listContacts=made["listContacts"], listClients=made["listClients"],
        getContact=40, updateContact=40, addContactTags=40,
    )  # fmt: skip
    assert len(writes(whautomate_emulator)) == 80


@pytest.mark.whautomate(search_delay=0)
@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("tagged", ["older", "newer", "both"])
@pytest.mark.parametrize("job", ["sync", "tag"])
def test_who_refuses_loses_the_tag_in_each_of_their_records(
    job: str, tagged: str, known: bool, client: Client, whautomate_emulator: Emulator
) -> None:
    if known:
        sync(client, [ADA])
    else:
        whautomate_emulator.add_contacts([{"name": "Ada", "phoneNumber": "4915123456789"}])
    whautomate_emulator.advance(1)
    whautomate_emulator.add_contacts([{"name": "A.", "phoneNumber": "4915123456789"}])
    for one in whautomate_emulator.contacts():
        if tagged in ("both", "older" if one["name"] == "Ada" else "newer"):
            client.send(contacts.add_contact_tags(one["id"], ["news"]))
    refusing = [{**ADA, "ok": "no"}]
    report = sync(client, refusing, tags=["news"]) if job == "sync" else tag(client, refusing, "news")
    assert [one["tags"] for one in whautomate_emulator.contacts()] == [[], []]
    assert report["untagged"] == 1


def test_who_has_the_tag_in_one_of_their_records_is_not_given_it_in_another(
    client: Client, whautomate_emulator: Emulator
) -> None:
    whautomate_emulator.add_contacts([{"name": "Ada", "phoneNumber": "4915123456789"}])
    whautomate_emulator.advance(1)
    whautomate_emulator.add_contacts([{"name": "A.", "phoneNumber": "4915123456789", "tags": ["news"]}])
    assert counts(tag(client, [ADA], "news"), "tagged", "unchanged") == (0, 1)
    assert whautomate_emulator.automations() == []


FORMS = [pytest.param(form, marks=pytest.mark.whautomate(client_phone=form)) for form in ("repeated", "apart")]
DIALLED = ["015123456789", "(0)151 23456789", "004915123456789", "4915123456789", "49015123456789"]


@pytest.mark.whautomate(search_delay=0)
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("phone", DIALLED)
def test_a_client_whose_number_stands_there_as_it_is_dialled_has_opted_out_all_the_same(
    phone: str, form: str, client: Client, whautomate_emulator: Emulator
) -> None:
    whautomate_emulator.add_clients([{"fullName": "A.", "countryCode": "+49", "phone": phone, "tags": OUT}])
    assert counts(sync(client, [ADA], tags=["news"]), "created", "withheld") == (0, 1)
    whautomate_emulator.add_contacts([{"name": "Ada", "phoneNumber": "4915123456789"}])
    whom = whautomate_emulator.contacts()[0]["id"]
    assert counts(tag(client, [ADA], "news"), "tagged", "protected") == (0, 1)
    with pytest.raises(PolicyRefused):
        client.send(contacts.add_contact_tags(whom, ["news"]))


@pytest.mark.whautomate(search_delay=0)
@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("looked", ["pages", "searches"])
def test_a_client_who_would_get_the_number_of_somebody_who_opted_out_gets_neither_that_nor_a_tag(
    looked: str, known: bool, client: Client, whautomate_emulator: Emulator
) -> None:
    others(whautomate_emulator, looked)
    whautomate_emulator.add_contacts([{"name": "A.", "phoneNumber": "+4915123456789", "tags": OUT}])
    more: Any = {"match": "email", "default_region": "DE", "progress": silent}
    mapping = {**CLIENTS, "email": "mail"}
    before = {"who": "Ada", "mail": "ada@example.com", "mobile": "0160 1234567"}
    if known:
        sync_clients(client, [before], mapping, **more)
    else:
        whautomate_emulator.add_clients(
            [{"fullName": "Ada", "email": before["mail"], "countryCode": "+49", "phone": "1601234567"}]
        )
    moved = {**before, "who": "Ada Ash", "mobile": ADA["mobile"]}
    report = sync_clients(client, [moved], mapping, tags=["news"], **more)
    assert counts(report, "updated", "tagged", "protected") == (1, 0, 1)
    (ada,) = [one for one in whautomate_emulator.clients() if one.get("email") == before["mail"]]
    assert (ada["fullName"], ada["phone"].removeprefix("49"), ada["tags"]) == ("Ada Ash", "1601234567", [])


@pytest.mark.whautomate(search_delay=0)
def test_nobody_gets_the_number_of_somebody_who_opted_out(client: Client, whautomate_emulator: Emulator) -> None:
    whautomate_emulator.add_clients([{"fullName": "A.", "countryCode": "+49", "phone": "15123456789", "tags": OUT}])
    whautomate_emulator.add_contacts([{"name": "Bob", "phoneNumber": "447400123456"}])
    bob, number = whautomate_emulator.contacts()[0]["id"], {"phoneNumber": "+4915123456789"}
    for fields in (number, {**number, "stage": "Won"}):
        with pytest.raises(PolicyRefused, match="has opted out"):
            client.send(contacts.update_contact(bob, fields))
        for named in ({"contact_id": bob}, {"phone": "+447400123456"}):
            with pytest.raises(PolicyRefused, match="has opted out"):
                set_contact_fields(client, fields, **named)
    assert writes(whautomate_emulator) == []
    set_contact_fields(client, {"phoneNumber": "+4915123456780", "stage": "Won"}, contact_id=bob)
    assert writes(whautomate_emulator) == ["updateContact"]


@pytest.mark.parametrize("tags", [[{"name": "Unsubscribe"}], "Unsubscribe", {"Unsubscribe": True}, [None]])
@pytest.mark.parametrize("many", [False, True])
def test_tags_that_can_not_be_read_end_a_job_before_it_writes(many: bool, tags: Any, pool: Any) -> None:
    written: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method != "GET":
            written.append(request.url.path)
        record = {"id": "1", "phoneNumber": "4915123456789", "name": "Ada", "tags": tags}
        return httpx.Response(200, json=[record] if request.url.params.get("page", "1") == "1" else [])

    account = account_from_settings("https://api.example", "k", {"location_id": "L", "plan": "subscribed"})
    with Client(account, pool=pool, transport=httpx.MockTransport(answer)) as client:
        rows = [ADA, BOB] if many else [ADA]
        for members in ("at_least", "exactly"):
            with pytest.raises(UnexpectedResponse, match="it is unknown whether it opted out"):
                tag(client, rows, "news", members=members)
        with pytest.raises(UnexpectedResponse, match="it is unknown whether it opted out"):
            sync(client, rows, tags=["news"], drift="detect")
    assert written == []


@pytest.mark.whautomate(search_delay=0)
@pytest.mark.parametrize("gone", ["deleted", "another number"])
@pytest.mark.parametrize("ok", ["yes", "no"])
def test_who_vanished_and_opted_out_as_the_other_kind_is_not_made_anew(
    ok: str, gone: str, client: Client, whautomate_emulator: Emulator
) -> None:
    rows = [{**ADA, "ok": ok}, BOB]
    sync(client, rows)
    (ada,) = [one["id"] for one in whautomate_emulator.contacts() if one["name"] == "Ada"]
    if gone == "deleted":
        client.send(contacts.delete_contact(ada))
    else:
        client.send(contacts.update_contact(ada, {"phoneNumber": "+4915123456780"}))
    whautomate_emulator.add_clients([{"fullName": "A.", "countryCode": "+49", "phone": "15123456789", "tags": OUT}])
    report = sync(client, [{**rows[0], "city": "Ulm"}, BOB])  # nothing of which would reach anybody who is there
    assert counts(report, "created", "withheld") == (0, 1)
    assert all(not one["phoneNumber"].endswith("15123456789") for one in whautomate_emulator.contacts())


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("phone", DIALLED)
def test_numbers_that_stand_there_as_they_are_dialled_are_exported_as_the_number_that_they_lead_to(
    phone: str, form: str, client: Client, whautomate_emulator: Emulator, tmp_path: Path
) -> None:
    whautomate_emulator.add_clients([{"fullName": "A.", "countryCode": "+49", "phone": phone, "tags": OUT}])
    export_opt_outs(client, str(tmp_path / "out.jsonl"), progress=silent)
    (ada,) = whautomate_emulator.clients()
    client.send(clients.delete_client(ada["id"], allow_protected=True))
    suppress = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    report = sync(client, [ADA], suppress=[{"mobile": one["phoneNumber"]} for one in suppress])
    assert counts(report, "created", "withheld") == (0, 1)
