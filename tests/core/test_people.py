"""Finding people by number or address, and writing what differs."""

import logging
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from conftest import account_of

from whautomate_core import errors
from whautomate_core.api import contacts
from whautomate_core.client.client import Client
from whautomate_core.emulator import Emulator
from whautomate_core.people import find, update

AT_ONCE = pytest.mark.whautomate(search_delay=0.0)
NUMBER = "+4930123456"


def add(emulator: Emulator, *people: Any) -> list[str]:
    return emulator.add_contacts({"name": "Ada", "phoneNumber": NUMBER, **one} for one in people)


# --- finding


@AT_ONCE
@pytest.mark.parametrize("written", ["+49 30 123456", "030/123456", "0049 (30) 12 34 56"])
@pytest.mark.parametrize(
    "form", [pytest.param(form, marks=pytest.mark.whautomate(phone_form=form)) for form in ("digits", "plus")]
)
def test_a_contact_is_found_by_a_number_as_people_write_it_in_one_request(
    client: Client, whautomate_emulator: Emulator, written: str, form: str
) -> None:
    (there,) = add(whautomate_emulator, {})
    add(whautomate_emulator, {"name": "49 30 123456", "phoneNumber": "+493012345678"})  # holds it, and is not it
    found = find.find_contact(client, written, default_region="de")
    assert found == {"id": there, "duplicates": 0, "protected": False}
    assert len(whautomate_emulator.requests()) == 1


@AT_ONCE
def test_of_several_the_oldest_is_taken_and_the_opt_out_of_any_counts(
    client: Client, whautomate_emulator: Emulator, caplog: Any
) -> None:
    oldest, *_ = add(whautomate_emulator, {}, {"tags": ["UNSUBSCRIBE"]}, {})
    assert find.find_contact(client, NUMBER) == {"id": oldest, "duplicates": 2, "protected": True}
    assert f"{oldest}: 2 others" in caplog.text
    assert "123456" not in caplog.text.replace(whautomate_emulator.url, "")


def test_who_is_not_there_is_an_error_or_no_id(client: Client, whautomate_emulator: Emulator) -> None:
    with pytest.raises(errors.NotFound, match=r"no contact with that phone number.*thorough=True") as raised:
        find.find_contact(client, NUMBER)
    assert "123456" not in str(raised.value)
    assert find.find_contact(client, NUMBER, missing_ok=True)["id"] is None
    assert len(whautomate_emulator.requests()) == 2


@pytest.mark.whautomate(search_delay=60.0)
def test_who_the_search_does_not_show_yet_is_found_by_reading_all(
    client: Client, whautomate_emulator: Emulator
) -> None:
    add(whautomate_emulator, *({"phoneNumber": f"+49308{n:05}"} for n in range(60)))
    (there,) = add(whautomate_emulator, {})
    assert find.find_contact(client, NUMBER, missing_ok=True)["id"] is None
    before = len(whautomate_emulator.requests())
    assert find.find_contact(client, NUMBER, thorough=True)["id"] == there
    assert len(whautomate_emulator.requests()) - before == 1 + 2 * 3  # the search, and two pages and the top, twice


@AT_ONCE
@pytest.mark.parametrize(
    "form", [pytest.param(form, marks=pytest.mark.whautomate(client_phone=form)) for form in ("repeated", "apart")]
)
def test_a_client_is_found_by_number_or_by_address(client: Client, whautomate_emulator: Emulator, form: str) -> None:
    (there, _) = whautomate_emulator.add_clients(
        [
            {"fullName": "Ada", "countryCode": "+49", "phone": "30123456", "email": "Ada@Example.com"},
            {"fullName": "Eve", "email": "ada@example.com.evil.example"},
        ]
    )
    assert find.find_client(client, phone="030 123456", default_region="DE")["id"] == there
    assert find.find_client(client, email_address=" ada@example.com ")["id"] == there
    assert len(whautomate_emulator.requests()) == 2


def test_a_client_whose_country_code_the_search_does_not_know_is_found_without_it(
    whautomate_emulator: Emulator, pool: Any
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        text = request.url.params["searchText"]
        ada = {"id": "c1", "countryCode": "49", "phone": "30123456"}
        return httpx.Response(200, json=[ada] if text in ada["phone"] else [])

    with Client(account_of(whautomate_emulator), pool=pool, transport=httpx.MockTransport(answer)) as client:
        assert find.find_client(client, phone=NUMBER) == {"id": "c1", "duplicates": 0, "protected": False}
        assert client.requests == 1


@pytest.mark.parametrize(
    ("call", "kind", "says"),
    [
        (lambda c: find.find_contact(c, "030 123456"), errors.InvalidRequest, "default_region"),
        (lambda c: find.find_contact(c, "12", default_region="DE"), errors.InvalidRequest, "phone: "),
        (lambda c: find.find_contact(c, 4930123456), errors.InvalidRequest, "must be text"),
        (lambda c: find.find_client(c), errors.ConfigurationError, "either phone or email_address"),
        (lambda c: find.find_client(c, phone=NUMBER, email_address="a@b.example"), errors.ConfigurationError, "one"),
        (lambda c: find.find_client(c, email_address="ada"), errors.InvalidRequest, "email_address"),
        (lambda c: update.set_contact_stage(c, " ", phone=NUMBER), errors.ConfigurationError, "stage"),
        (lambda c: update.set_contact_stage(c, "Won"), errors.ConfigurationError, "either phone or contact_id"),
        (lambda c: update.set_contact_stage(c, "Won", contact_id=" "), errors.InvalidRequest, "contact_id"),
        (
            lambda c: update.set_contact_fields(c, {}, contact_id="c"),
            errors.ConfigurationError,
            "fields is empty: name at least one field",
        ),
        (
            lambda c: update.set_contact_fields(c, {"tags": []}, contact_id="c"),
            errors.ConfigurationError,
            "add_contact",
        ),
        (lambda c: update.set_contact_fields(c, {"nmae": "A"}, phone=NUMBER), errors.InvalidRequest, "mean name"),
        (
            lambda c: update.set_client_fields(c, {"name": "A"}, client_id="c"),
            errors.InvalidRequest,
            "not a known field",
        ),
    ],
)
def test_what_can_not_be_is_refused_before_anything_is_sent(
    client: Client, whautomate_emulator: Emulator, call: Callable[[Client], Any], kind: type[Exception], says: str
) -> None:
    with pytest.raises(kind, match=says) as raised:
        call(client)
    assert "123456" not in str(raised.value)
    assert whautomate_emulator.requests() == []


# --- setting


PUTS = pytest.mark.parametrize(
    "put", [pytest.param(p, marks=pytest.mark.whautomate(put=p, search_delay=0.0)) for p in ("replace", "merge")]
)


@PUTS
def test_fields_are_written_where_they_differ_and_keep_the_others(
    client: Client, whautomate_emulator: Emulator, put: str
) -> None:
    (there,) = add(whautomate_emulator, {"tags": ["vip"], "stage": "New", "customFields": {"city": "Ulm", "n": 1}})
    wanted: Any = {"name": "Grace", "customFields": {"plan": "pro", "n": "1"}, "phoneNumber": "+49 30 123456"}
    assert update.set_contact_fields(client, wanted, phone=NUMBER) == {"id": there, "changed": True, "duplicates": 0}
    (record,) = whautomate_emulator.contacts()
    assert (record["name"], record["tags"], record["stage"]) == ("Grace", ["vip"], "New")
    assert record["customFields"] == {"city": "Ulm", "n": 1, "plan": "pro"}
    again = update.set_contact_fields(client, wanted, contact_id=there)
    assert again == {"id": there, "changed": False, "duplicates": 0}
    assert len(whautomate_emulator.requests("updateContact")) == 1


@PUTS
def test_client_fields_likewise_and_a_number_in_another_spelling_is_the_same(
    client: Client, whautomate_emulator: Emulator, put: str
) -> None:
    ada: Any = {"fullName": "Ada", "countryCode": "+49", "phone": "30123456", "tags": ["vip"]}
    (there,) = whautomate_emulator.add_clients([ada])
    for phone in ("30123456", "4930123456"):
        same: Any = {"countryCode": "49", "phone": phone, "fullName": "Ada"}
        assert not update.set_client_fields(client, same, client_id=there)["changed"]
    assert whautomate_emulator.requests("updateClient") == []
    assert update.set_client_fields(client, {"notes": "x"}, phone=NUMBER)["changed"]
    abroad: Any = {"countryCode": "+43", "phone": "30123456"}
    assert update.set_client_fields(client, abroad, client_id=there)["changed"]
    (record,) = whautomate_emulator.clients()
    assert (record["countryCode"], record["notes"], record["tags"]) == ("+43", "x", ["vip"])


@AT_ONCE
def test_a_stage_fires_its_automation_once(client: Client, whautomate_emulator: Emulator) -> None:
    (there,) = add(whautomate_emulator, {"stage": "New"})
    results = [update.set_contact_stage(client, "Won", phone=NUMBER)["changed"] for _ in range(3)]
    assert results == [True, False, False]
    assert [one["stage"] for one in whautomate_emulator.automations()] == ["Won"]
    assert whautomate_emulator.contacts()[0]["id"] == there


@AT_ONCE
def test_a_repetition_that_finds_it_done_says_that_it_was_changed(
    client: Client, whautomate_emulator: Emulator
) -> None:
    (there,) = add(whautomate_emulator, {"stage": "New"})
    whautomate_emulator.fault("500_after", operation="updateContact")
    assert update.set_contact_stage(client, "Won", contact_id=there)["changed"]
    assert len(whautomate_emulator.requests("updateContact")) == 1


@AT_ONCE
@pytest.mark.parametrize("holder", ["the contact itself", "another with its number", "a client"])
def test_who_opted_out_keeps_the_stage_unless_a_person_means_it(
    client: Client, whautomate_emulator: Emulator, holder: str
) -> None:
    tags = {"the contact itself": [["Unsubscribe"], []], "another with its number": [[], ["Unsubscribe"]]}
    first = add(whautomate_emulator, *({"stage": "New", "tags": held} for held in tags.get(holder, [[]])))[0]
    if holder == "a client":
        whautomate_emulator.add_clients(
            [{"fullName": "A.", "countryCode": "+49", "phone": "30123456", "tags": ["Unsubscribe"]}]
        )
    with pytest.raises(errors.PolicyRefused, match="opted out"):
        update.set_contact_stage(client, "Won", phone=NUMBER)
    with pytest.raises(errors.PolicyRefused, match="opted out"):
        update.set_contact_stage(client, "Won", contact_id=first)
    assert whautomate_emulator.requests("updateContact") == []
    assert not update.set_contact_stage(client, "New", phone=NUMBER)["changed"]
    assert update.set_contact_fields(client, {"notes": "left"}, phone=NUMBER)["changed"]
    assert update.set_contact_stage(client, "Won", phone=NUMBER, allow_protected=True)["changed"]
    assert client.send(contacts.get_contact(first))["stage"] == "Won"


def test_nothing_of_a_person_is_in_the_logs(
    client: Client, whautomate_emulator: Emulator, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="whautomate_core")
    add(whautomate_emulator, {}, {})
    update.set_contact_fields(client, {"name": "Grace"}, phone=NUMBER, thorough=True)
    assert not [said for said in ("123456", "Ada", "Grace") if said in caplog.text]
