"""A segment may choose each record of somebody: who refuses keeps tags on none, who has one gets none by another."""

from typing import Any

import pytest
from test_sync import ADA, BOB, counts, sync, tag
from test_sync_person import others

from whautomate_core.client.client import Client
from whautomate_core.emulator import Emulator
from whautomate_core.sync.clients import sync_clients

REFUSES = {**ADA, "ok": "no"}
SPELT = ("+4915123456789", "4915123456789", "+49 151 2345 6789")


def add_adas(emulator: Emulator, *tags: list[str]) -> None:
    """Contacts of Ada's number, the oldest first."""
    for held, number in zip(tags, SPELT, strict=False):
        emulator.add_contacts([{"name": "Ada", "phoneNumber": number, "tags": held}])
        emulator.advance(1)


def held(emulator: Emulator, name: str = "Ada") -> list[Any]:
    return [one["tags"] for one in emulator.contacts() if one["name"] == name]


def added(emulator: Emulator) -> list[Any]:
    return [one for one in emulator.requests() if one["operation"].startswith("addC")]


@pytest.mark.whautomate(search_delay=0)
@pytest.mark.parametrize("job", ["sync", "tag"])
@pytest.mark.parametrize("looked", ["pages", "searches"])
@pytest.mark.parametrize("tags", [([], ["news"]), (["news"], ["news", "vip"]), (["vip"], [], ["news"])])
def test_who_refuses_loses_the_tag_on_every_record(
    tags: Any, looked: str, job: str, client: Client, whautomate_emulator: Emulator
) -> None:
    others(whautomate_emulator, looked)
    add_adas(whautomate_emulator, *tags)
    report = sync(client, [REFUSES], tags=["news"]) if job == "sync" else tag(client, [REFUSES], "news")
    assert report["untagged"] == 1
    assert held(whautomate_emulator) == [[one for one in held if one != "news"] for held in tags]


@pytest.mark.whautomate(search_delay=0)
@pytest.mark.parametrize("drift", ["ignore", "detect"])
def test_who_refuses_later_loses_it_on_a_record_that_came_since(
    drift: Any, client: Client, whautomate_emulator: Emulator
) -> None:
    sync(client, [ADA, BOB], tags=["news"])
    whautomate_emulator.advance(1)
    add_adas(whautomate_emulator, ["news"])
    others(whautomate_emulator, "searches")
    before = len(whautomate_emulator.requests())
    assert sync(client, [REFUSES, BOB], tags=["news"], drift=drift)["untagged"] == 1
    assert held(whautomate_emulator) == [[], []]
    if drift == "ignore":
        made = [one["operation"] for one in whautomate_emulator.requests()[before:]]
        assert made == ["getContact", "listContacts", "removeContactTags", "removeContactTags"]


@pytest.mark.whautomate(search_delay=0)
@pytest.mark.parametrize("job", ["sync", "tag", "ledger"])
@pytest.mark.parametrize("looked", ["pages", "searches"])
def test_who_has_the_tag_through_a_second_record_gets_it_through_no_other(
    looked: str, job: str, client: Client, whautomate_emulator: Emulator
) -> None:
    if job == "ledger":
        sync(client, [REFUSES], tags=["news"])
        whautomate_emulator.advance(1)
        add_adas(whautomate_emulator, ["news"])
    else:
        add_adas(whautomate_emulator, [], ["news"])
    others(whautomate_emulator, looked)
    fired = len(whautomate_emulator.automations())
    if job == "tag":
        assert counts(tag(client, [ADA], "news", members="exactly"), "tagged", "unchanged") == (0, 1)
    else:
        assert sync(client, [ADA], tags=["news"], drift="ignore")["tagged"] == 0
    assert held(whautomate_emulator) == [[], ["news"]]
    assert whautomate_emulator.automations()[fired:] == []


def test_exactly_takes_it_from_every_record_of_who_is_in_no_row(client: Client, whautomate_emulator: Emulator) -> None:
    add_adas(whautomate_emulator, ["vip"], ["vip"], [])
    whautomate_emulator.add_contacts([{"name": "Bob", "phoneNumber": "+447400123456"}])
    assert counts(tag(client, [BOB], "vip", members="exactly"), "tagged", "untagged") == (1, 2)
    assert held(whautomate_emulator) == [[], [], []]


def test_who_refuses_and_opted_out_through_one_record_loses_it_on_the_other(
    client: Client, whautomate_emulator: Emulator
) -> None:
    add_adas(whautomate_emulator, ["news", "Unsubscribe"], ["news"])
    tag(client, [REFUSES], "news")
    # A segment that excludes the opt-out would have chosen the second; of who opted out nothing is changed.
    assert held(whautomate_emulator) == [["news", "Unsubscribe"], []]


def test_suppress_notes_an_opt_out_on_the_record_that_lacks_it(client: Client, whautomate_emulator: Emulator) -> None:
    add_adas(whautomate_emulator, ["Unsubscribe"], ["news"])
    assert sync(client, [ADA, BOB], suppress=[{"mobile": ADA["mobile"]}])["suppressed"] == 1
    assert held(whautomate_emulator) == [["Unsubscribe"], ["news", "Unsubscribe"]]
    assert sync(client, [ADA, BOB], suppress=[{"mobile": ADA["mobile"]}])["suppressed"] == 0
    assert len(added(whautomate_emulator)) == 1


@pytest.mark.whautomate(page_cap=100, search_delay=0)
@pytest.mark.parametrize("known", ["nobody", "by id"])
def test_suppress_notes_it_on_the_record_that_nobody_has_read(
    known: str, client: Client, whautomate_emulator: Emulator
) -> None:
    # The list begins with the newest: the page that is read shows one of the two records, and so does the ledger.
    if known == "nobody":
        add_adas(whautomate_emulator, ["news"])
    others(whautomate_emulator, "searches")
    whautomate_emulator.add_contacts([{"name": "Ada", "phoneNumber": SPELT[1], "tags": ["Unsubscribe"]}])
    if known == "by id":
        sync(client, [ADA, BOB])
        whautomate_emulator.advance(1)
        add_adas(whautomate_emulator, ["news"])
        others(whautomate_emulator, "searches")
    suppress = [{"mobile": ADA["mobile"]}]
    assert sync(client, [BOB], suppress=suppress)["suppressed"] == 1
    assert sorted(map(sorted, held(whautomate_emulator))) == [["Unsubscribe"], ["Unsubscribe", "news"]]
    assert len(added(whautomate_emulator)) == 1
    assert sync(client, [BOB], suppress=suppress)["suppressed"] == 0
    assert len(added(whautomate_emulator)) == 1


def test_a_client_who_refuses_loses_it_on_every_record_of_number_and_name(
    client: Client, whautomate_emulator: Emulator
) -> None:
    for name in ("Ada", "ADA", "Child"):  # families share phones
        one = {"fullName": name, "countryCode": "+49", "phone": "15123456789", "tags": ["news"]}
        whautomate_emulator.add_clients([one])
    fields = {"fullName": "who", "phone": "mobile"}
    report = sync_clients(client, [REFUSES], fields, tags=["news"], consent_column="ok", default_region="DE")
    assert report["untagged"] == 1
    assert {one["fullName"]: one["tags"] for one in whautomate_emulator.clients()} == {
        **{"Ada": [], "ADA": [], "Child": ["news"]}
    }
