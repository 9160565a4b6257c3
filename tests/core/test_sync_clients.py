"""Clients: families share phones, numbers come back in two ways, and opt-outs of contacts count."""

import importlib.util
from pathlib import Path
from typing import Any

import pytest
from test_sync import counts

from whautomate_core.client.client import Client
from whautomate_core.emulator import Emulator
from whautomate_core.errors import ConfigurationError
from whautomate_core.sync.clients import sync_clients, tag_clients
from whautomate_core.values.progress import silent

FIELDS = {"fullName": "who", "phone": "mobile", "email": "mail", "customFields.city": "city"}


def person(who: str, mobile: str = "0151 23456789", mail: str = "", city: str = "") -> dict[str, str]:
    return {"who": who, "mobile": mobile, "mail": mail, "city": city}


ADA, BOB = person("Ada Ash", mail="ada@example.com"), person("Bob Ash")
FORMS = [pytest.param(form, marks=pytest.mark.whautomate(client_phone=form)) for form in ("repeated", "apart")]
PAGES = [pytest.param(cap, marks=pytest.mark.whautomate(page_cap=cap, search_delay=0)) for cap in (1, 50)]


def sync(client: Client, rows: Any, **more: Any) -> dict[str, Any]:
    return sync_clients(client, rows, more.pop("mapping", FIELDS), default_region="DE", progress=silent, **more)


@pytest.mark.parametrize("drift", ["ignore", "detect"])
@pytest.mark.parametrize("cap", PAGES)
@pytest.mark.parametrize("form", FORMS)
def test_a_family_with_one_phone_is_several_clients(
    form: str, cap: int, drift: Any, client: Client, whautomate_emulator: Emulator
) -> None:
    assert counts(sync(client, [ADA, BOB, person(" ada  ASH ")], tags=["news"]), "created", "superseded") == (2, 1)
    for _ in range(2):
        report = sync(client, [ADA, {**BOB, "city": "Ulm"}], tags=["news"], drift=drift)
        assert counts(report, "created", "superseded", "rejected", "tagged") == (0, 0, 0, 0)
    held = {one["fullName"]: one["customFields"] for one in whautomate_emulator.clients()}
    assert held == {"Ada Ash": {}, "Bob Ash": {"city": "Ulm"}}
    assert {(one["countryCode"], one["phone"]) for one in whautomate_emulator.clients()} == {("+49", "15123456789")}


@pytest.mark.parametrize("form", FORMS)
def test_by_their_phone_alone_a_family_is_one(form: str, client: Client, whautomate_emulator: Emulator) -> None:
    report = sync(client, [ADA, BOB], match="phone")
    assert counts(report, "created", "superseded") == (1, 1)
    assert [one["fullName"] for one in whautomate_emulator.clients()] == ["Bob Ash"]
    assert sync(client, [person("Eve Ash")], match="phone")["updated"] == 1


def test_by_their_address_in_any_spelling(client: Client, whautomate_emulator: Emulator) -> None:
    by = {"fullName": "who", "email": "mail", "phone": "mobile"}
    assert sync(client, [ADA], mapping=by, match="email")["created"] == 1
    moved = person("Ada Ash", "0160 1234567", "ADA@example.com")
    assert sync(client, [moved], mapping=by, match="email")["updated"] == 1
    (ada,) = whautomate_emulator.clients()
    assert (ada["countryCode"], ada["phone"]) == ("+49", "1601234567")
    assert counts(sync(client, [moved, BOB], mapping=by, match="email"), "rejected", "created") == (1, 0)


@pytest.mark.parametrize("cap", PAGES)
def test_who_opted_out_as_a_contact_is_not_made_a_client(
    cap: int, client: Client, whautomate_emulator: Emulator
) -> None:
    whautomate_emulator.add_contacts({"name": "X", "phoneNumber": f"+49151234500{number}"} for number in range(3))
    whautomate_emulator.add_contacts([{"name": "Ada", "phoneNumber": "+4915123456789", "tags": ["unsubscribe"]}])
    assert counts(sync(client, [ADA, person("Eve", "0160 1234567")]), "withheld", "created") == (1, 1)
    assert [one["fullName"] for one in whautomate_emulator.clients()] == ["Eve"]


@pytest.mark.parametrize("form", FORMS)
def test_tags_of_clients_go_to_the_one_who_is_named(form: str, client: Client, whautomate_emulator: Emulator) -> None:
    sync(client, [ADA, BOB])
    match, rows = {"phone": "mobile", "fullName": "who"}, [ADA, person("Nobody")]
    report = tag_clients(client, rows, "vip", match, default_region="DE", progress=silent)
    assert counts(report, "rows", "tagged", "missing") == (2, 1, 1)
    exactly = tag_clients(client, [BOB], "vip", match, members="exactly", default_region="DE", progress=silent)
    assert counts(exactly, "tagged", "untagged") == (1, 1)
    assert {one["fullName"]: one["tags"] for one in whautomate_emulator.clients()} == {
        "Ada Ash": [],
        "Bob Ash": ["vip"],
    }
    assert not any(one["again"] for one in whautomate_emulator.automations())


@pytest.mark.parametrize("cap", PAGES)
@pytest.mark.parametrize("job", ["tag", "sync", "suppress"])
def test_a_client_whose_number_can_be_read_in_two_ways_gets_a_tag_once_for_both(
    job: str, cap: int, client: Client, whautomate_emulator: Emulator
) -> None:
    two = {"countryCode": "+49", "phone": "4915123456789"}  # as the server shows a mobile, or one with a longer number
    whautomate_emulator.add_clients(
        [{"fullName": "Ada", **two}, {"fullName": "Bob", "countryCode": "+49", "phone": "1601234567"}]
    )
    rows = [{"who": "Ada", "phone": number} for number in ("+4915123456789", "+494915123456789", "+491601234567")]
    if job == "tag":
        report = tag_clients(client, rows, "vip", {"phone": "phone"}, progress=silent)
        assert counts(report, "rows", "tagged", "unchanged") == (3, 2, 1)
    elif job == "sync":
        report = sync_clients(client, rows, {"phone": "phone"}, match="phone", tags=["vip"], progress=silent)
        assert counts(report, "rows", "tagged", "unchanged") == (3, 2, 3)
    else:
        new = [{"who": "Eve", "phone": "+491709876543"}]
        fields = {"fullName": "who", "phone": "phone"}
        report = sync_clients(client, new, fields, match="phone", suppress=rows, progress=silent)
        assert counts(report, "created", "suppressed") == (1, 2)
    assert sum(one["path"].endswith("/tags/add") for one in whautomate_emulator.requests()) == 2
    assert not any(one["again"] for one in whautomate_emulator.automations())


def test_a_mapping_of_clients_names_what_they_are_matched_by(client: Client, whautomate_emulator: Emulator) -> None:
    with pytest.raises(ConfigurationError, match="must name the column of phone"):
        sync(client, [ADA], mapping={"fullName": "who"})
    with pytest.raises(ConfigurationError, match="countryCode: it is taken from the number"):
        sync(client, [ADA], mapping={**FIELDS, "countryCode": "city"})
    assert whautomate_emulator.requests() == []


def test_the_help_names_what_clients_are_matched_by() -> None:
    said = " ".join((sync_clients.__doc__ or "").split())
    assert "match: Fields by which clients are told apart: one or more of `phone`, `email` and `fullName`." in said
    assert "Defaults to `phone` and `fullName`, since families share numbers." in said


def test_the_jobs_of_clients_are_written_from_those_of_contacts() -> None:
    root = Path(__file__).parents[2]
    spec = importlib.util.spec_from_file_location("make_clients", root / "scripts" / "make_clients.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    written = (root / "whautomate_core" / "sync" / "clients.py").read_text(encoding="utf-8")
    assert written == module.text(), "python scripts/make_clients.py writes it anew"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            {"mapping": {"phone": "mobile", "fullName": "who"}, "match": "phone"},
            "fullName, which is not in match: a job",
        ),
        (
            {"mapping": {"phone": "mobile", "city": "city"}},
            "match must be of phone, email, fullName for clients, not city",
        ),
        ({"mapping": {"phone": "mobile"}, "match": ["phone", "email"]}, "must name the column of email"),
    ],
)
def test_a_tag_job_maps_the_fields_by_which_people_are_told_apart(
    arguments: Any, says: str, client: Client, whautomate_emulator: Emulator
) -> None:
    with pytest.raises(ConfigurationError, match=says):
        tag_clients(client, [ADA], "vip", **arguments, progress=silent)
    assert whautomate_emulator.requests() == []


def test_a_tag_job_without_a_mapping_reads_columns_that_are_named_like_the_fields(client: Client) -> None:
    sync(client, [ADA, BOB])
    rows = [{"phone": "+49 151 23456789", "fullName": "Ada Ash", "email": "ada@example.com"}]
    assert counts(tag_clients(client, rows, "vip", progress=silent), "tagged", "missing") == (1, 0)
    assert counts(tag_clients(client, rows, "vip", match="email", progress=silent), "unchanged", "tagged") == (1, 0)
