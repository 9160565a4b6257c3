"""Whoever is on no page of a list that shifts, shows records late or is cut is not taken for absent."""

import re
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from conftest import NoLimit, account_of
from test_sync import FIELDS, MATCH, READ, counts

from whautomate_core.account import account_from_settings
from whautomate_core.api.call import get
from whautomate_core.api.contacts import list_contacts
from whautomate_core.client import whole
from whautomate_core.client.client import Client
from whautomate_core.emulator import Emulator
from whautomate_core.errors import (
    AuthenticationError,
    ConfigurationError,
    ConnectionFailed,
    ListUnstable,
    PolicyRefused,
    Stopped,
)
from whautomate_core.messaging.audience import count_audience
from whautomate_core.messaging.segments import ensure_audience
from whautomate_core.people import location as people_location
from whautomate_core.people.find import find_contact
from whautomate_core.people.opt_outs import export_opt_outs
from whautomate_core.sync.clients import sync_clients
from whautomate_core.sync.contacts import sync_contacts, tag_contacts
from whautomate_core.sync.workers import WORKERS
from whautomate_core.values.progress import silent

PEOPLE = 220
GONE, FIRST = 69, 19
"""Newest first, the one stands on page 2 and the other begins page 3 of 100."""
SHIFTS = pytest.mark.whautomate(page_cap=100)


def number(n: int) -> str:
    return f"49151234{n:05d}"


def row(n: int) -> dict[str, str]:
    return {"who": f"N{n}", "mobile": f"+{number(n)}", "city": "", "stage": "", "ok": "yes"}


def contacts(emulator: Emulator, *, tags: Any = lambda n: [], count: int = PEOPLE) -> list[str]:
    people = ({"name": f"N{n}", "phoneNumber": number(n), "tags": tags(n)} for n in range(count))
    return emulator.add_contacts(people)


def clients(emulator: Emulator, *, tags: Any = lambda n: [], count: int = PEOPLE) -> list[str]:
    people = (
        {"fullName": f"N{n}", "countryCode": "+49", "phone": number(n)[2:], "tags": tags(n)} for n in range(count)
    )
    return emulator.add_clients(people)


def opted_out(n: int) -> list[str]:
    return ["Unsubscribe"] if n == FIRST else []


def unrest(emulator: Emulator, ids: list[str], operation: str = "listContacts", requests: int = 40) -> None:
    """Somebody is deleted before each request, so that no two passes agree."""
    for number, id in enumerate(ids[:requests], start=2):
        emulator.change_before(operation, "delete", id, on=number)


# --- somebody is deleted between two pages


@pytest.mark.parametrize("kind", ["contact", "client"])
@SHIFTS
def test_the_next_of_the_page_is_not_made_anew(kind: str, client: Client, whautomate_emulator: Emulator) -> None:
    make, sync = (contacts, sync_contacts) if kind == "contact" else (clients, sync_clients)
    people = make(whautomate_emulator, tags=opted_out)
    operation = f"list{kind.title()}s"
    whautomate_emulator.change_before(operation, "delete", people[GONE], page=3)
    rows = [row(n) for n in range(PEOPLE) if n != GONE]
    mapping = FIELDS if kind == "contact" else {"fullName": "who", "phone": "mobile"}
    report = sync(client, rows, mapping, tags=["news"], progress=silent)  # type: ignore[operator]
    assert counts(report, "created", "tagged", "protected") == (0, PEOPLE - 2, 1)
    there = whautomate_emulator.records(f"{kind}s")
    assert len(there) == PEOPLE - 1
    assert [one["tags"] for one in there if one["id"] == people[FIRST]] == [["Unsubscribe"]]
    # The floor: two passes, the top of each, and as many again for the other kind of people where some are created.
    assert len(whautomate_emulator.requests(operation)) <= 4 * 4


@SHIFTS
def test_who_opted_out_as_a_client_is_not_made_a_contact(client: Client, whautomate_emulator: Emulator) -> None:
    people = clients(whautomate_emulator, tags=opted_out)
    whautomate_emulator.change_before("listClients", "delete", people[GONE], page=3)
    rows = [row(n) for n in range(20)]
    report = sync_contacts(client, rows, FIELDS, tags=["news"], progress=silent)
    assert counts(report, "created", "withheld") == (19, 1)
    assert number(FIRST) not in {one["phoneNumber"] for one in whautomate_emulator.contacts()}


@SHIFTS
def test_everybody_who_opted_out_is_exported(client: Client, whautomate_emulator: Emulator, tmp_path: Path) -> None:
    people = contacts(whautomate_emulator, tags=lambda n: ["Unsubscribe"])
    others = clients(whautomate_emulator, tags=lambda n: ["Unsubscribe"])
    whautomate_emulator.change_before("listContacts", "delete", people[GONE], page=3)
    whautomate_emulator.change_before("listClients", "delete", others[GONE], page=3)
    told = export_opt_outs(client, str(tmp_path / "out.jsonl"), progress=silent)
    text = (tmp_path / "out.jsonl").read_text()
    assert {id for id in [*people, *others] if f'"{id}"' not in text} <= {people[GONE], others[GONE]}
    assert told["contacts"] >= PEOPLE - 1 <= told["clients"]


@SHIFTS
def test_a_stranger_loses_the_tag(client: Client, whautomate_emulator: Emulator) -> None:
    people = contacts(whautomate_emulator, tags=lambda n: ["vip"])
    whautomate_emulator.change_before("listContacts", "delete", people[GONE], page=3)
    rows = [row(n) for n in range(PEOPLE) if n not in (GONE, FIRST)]
    report = tag_contacts(client, rows, "vip", MATCH, members="exactly", progress=silent, **READ)
    assert report["unchanged"] == PEOPLE - 2
    assert report["untagged"] in (1, 2)  # whoever was deleted has no tag any more either
    assert [one["tags"] for one in whautomate_emulator.contacts() if one["id"] == people[FIRST]] == [[]]


@SHIFTS
def test_an_audience_and_a_search_of_all_miss_nobody(client: Client, whautomate_emulator: Emulator) -> None:
    people = contacts(whautomate_emulator)
    whautomate_emulator.change_before("listContacts", "delete", people[GONE], page=3)
    segment: Any = {"type": "contact", "criteria": {"tags": [], "exclusionTags": ["Unsubscribe"]}}
    assert count_audience(client, [segment]).most >= PEOPLE - 1
    whautomate_emulator.change_before("listContacts", "delete", people[GONE + 1], page=3)
    assert find_contact(client, f"+{number(FIRST)}", thorough=True)["id"] == people[FIRST]


# --- a list that never holds still


@SHIFTS
def test_who_can_be_named_is_looked_up_singly(client: Client, whautomate_emulator: Emulator) -> None:
    people = contacts(whautomate_emulator)
    whautomate_emulator.advance(60.0)
    unrest(whautomate_emulator, people[:40])
    report = sync_contacts(client, [row(n) for n in range(40, PEOPLE + 5)], FIELDS, progress=silent)
    assert report["created"] == 5
    numbers = [one["phoneNumber"] for one in whautomate_emulator.contacts()]
    assert len(numbers) == len(set(numbers))


@SHIFTS
def test_who_can_not_be_named_ends_the_job(client: Client, whautomate_emulator: Emulator, tmp_path: Path) -> None:
    people = contacts(whautomate_emulator, tags=lambda n: ["vip"])
    unstable = r"GET /v1/contacts of 127.0.0.1 \(account \w+\) changed while it was read 3 times.* by \d+ records"

    def again() -> None:
        unrest(whautomate_emulator, [people.pop() for _ in range(15)])

    again()
    with pytest.raises(ListUnstable, match=unstable):
        export_opt_outs(client, str(tmp_path / "out.jsonl"), progress=silent)
    assert list(tmp_path.glob("*.jsonl")) == []
    again()
    with pytest.raises(ListUnstable, match=unstable):
        tag_contacts(client, [row(1)], "vip", MATCH, members="exactly", progress=silent, **READ)
    again()
    segment: Any = {"type": "contact", "criteria": {"tags": ["vip"], "exclusionTags": ["Unsubscribe"]}}
    with pytest.raises(ListUnstable, match=unstable):
        count_audience(client, [segment])
    again()
    with pytest.raises(ListUnstable, match=unstable):
        ensure_audience(client, "vip")
    assert {tuple(one["tags"]) for one in whautomate_emulator.contacts()} == {("vip",)}
    assert whautomate_emulator.records("segments") == []


# --- lists that show less than they hold


@pytest.mark.parametrize("order", ["newest_first", "oldest_first", "active_first"])
@pytest.mark.parametrize("page_start", ["given", "asked"])
def test_nobody_is_missed_in_any_order_nor_where_pages_are_cut(
    order: str, page_start: str, request: pytest.FixtureRequest, pool: NoLimit
) -> None:
    request.node.add_marker(pytest.mark.whautomate(order=order, page_start=page_start, page_cap=50))
    emulator: Emulator = request.getfixturevalue("whautomate_emulator")
    people = contacts(emulator)
    for page, at in ((3, 5), (4, 200)):
        emulator.change_before("listContacts", "active", people[at], page=page)
    with Client(account_of(emulator), pool=pool, sleep=lambda seconds: None) as client:
        report = sync_contacts(client, [row(n) for n in range(PEOPLE)], FIELDS, progress=silent)
        assert counts(report, "created", "unchanged") == (0, PEOPLE)
        assert sum(map(len, client.pages(sync_list()))) == PEOPLE


def sync_list() -> Any:
    from whautomate_core.api.contacts import list_contacts

    return list_contacts()


@pytest.mark.whautomate(page_cap=100, list_depth=100)
def test_a_server_that_shows_no_more_than_some_depth_is_noticed(
    client: Client, whautomate_emulator: Emulator, tmp_path: Path
) -> None:
    contacts(whautomate_emulator, tags=lambda n: ["Unsubscribe"])
    with pytest.raises(ListUnstable):
        export_opt_outs(client, str(tmp_path / "out.jsonl"), progress=silent)


@pytest.mark.whautomate(list_lag=590)
def test_who_shows_late_is_waited_for(
    whautomate_emulator: Emulator, pool: NoLimit, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    contacts(whautomate_emulator, count=3)
    caplog.set_level("INFO")
    slept, real = 0.0, time.monotonic

    def sleep(seconds: float) -> None:
        nonlocal slept
        slept += seconds
        whautomate_emulator.advance(seconds)

    monkeypatch.setattr(time, "monotonic", lambda: real() + slept)
    monkeypatch.setitem(whole.read_whole.__kwdefaults__, "monotonic", lambda: real() + slept)
    with Client(account_of(whautomate_emulator, list_lag=600), pool=pool, sleep=sleep) as client:
        report = sync_contacts(client, [row(n) for n in range(3)], FIELDS, progress=silent)
        assert counts(report, "created", "unchanged", "requests") == (0, 3, 4)  # one before the wait
    said = [line for line in caplog.messages if "because new records may take 600 s to show in it (list_lag)" in line]
    assert len(said) == 1
    assert re.search(r"waiting [1-9]\d* s to read a list", said[0])


@pytest.mark.whautomate(list_lag=1.5)
def test_waiting_for_a_list_ends_when_the_step_is_told_to_stop(whautomate_emulator: Emulator, pool: NoLimit) -> None:
    with Client(account_of(whautomate_emulator, list_lag=300), pool=pool) as client:
        began = time.monotonic()
        threading.Timer(0.2, client.stop).start()
        with pytest.raises(Stopped):
            sync_contacts(client, [row(1)], FIELDS, progress=silent)
        assert time.monotonic() - began < 300
    # What is asked before the wait may have been, and nothing else.
    assert [one["operation"] for one in whautomate_emulator.requests()] in ([], ["getLocation"])


def sleepless(url: str, key: str, location: str, pool: NoLimit) -> tuple[Client, list[float]]:
    slept: list[float] = []
    account = account_from_settings(url, key, {"location_id": location, "list_lag": 600})
    return Client(account, pool=pool, sleep=slept.append), slept


def test_a_wrong_host_key_or_location_is_found_out_before_any_wait(
    whautomate_emulator: Emulator, pool: NoLimit
) -> None:
    url, key, location = whautomate_emulator.url, whautomate_emulator.key, whautomate_emulator.location_id
    for given, kind, says in (
        (("http://127.0.0.1:9", key, location), ConnectionFailed, "the host is right"),
        ((url, "wrong", location), AuthenticationError, "key was refused"),
        ((url, key, "nowhere"), ConfigurationError, "the account has no location 'nowhere'"),
    ):
        client, slept = sleepless(*given, pool)
        with client, pytest.raises(kind, match=says):
            sync_contacts(client, [row(1)], FIELDS, progress=silent)
        assert sum(slept) < 60, "no more than the pauses between tries"
    assert {one["operation"] for one in whautomate_emulator.requests()} <= {
        "getLocation",
        "listLocations",
        "listContacts",
    }


@pytest.mark.parametrize("sync", [sync_contacts, sync_clients])
def test_a_wrong_location_costs_no_refused_create_for_each_row(
    whautomate_emulator: Emulator, pool: NoLimit, sync: Any
) -> None:
    given = {"location_id": "nowhere", "list_lag": 0}
    account = account_from_settings(whautomate_emulator.url, whautomate_emulator.key, given)
    name, number = ("name", "phoneNumber") if sync is sync_contacts else ("fullName", "phone")
    with (
        Client(account, pool=pool) as client,
        pytest.raises(ConfigurationError, match="no location 'nowhere' ") as error,
    ):
        sync(client, [row(n) for n in range(200)], {name: "who", number: "mobile"}, progress=silent)
    assert error.value.report is not None
    assert (error.value.report["rows"], error.value.report["created"]) == (200, 0)
    asked = [one["operation"] for one in whautomate_emulator.requests()]
    assert (asked.count("getLocation"), asked.count("listLocations")) == (1, 1)
    assert 1 <= len([one for one in asked if one.startswith("create")]) <= WORKERS


@pytest.mark.parametrize("answer", ["no such path", "error in 200"])
def test_a_server_that_shows_no_locations_is_no_obstacle(
    whautomate_emulator: Emulator, pool: NoLimit, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    if answer == "no such path":
        monkeypatch.setattr(people_location, "get_location", lambda id: get("/v1/places/{}", location_id=id))
    else:
        whautomate_emulator.fault("error_in_200", operation="getLocation")
    client, _ = sleepless(whautomate_emulator.url, whautomate_emulator.key, whautomate_emulator.location_id, pool)
    with client:
        assert sync_contacts(client, [row(1)], FIELDS, progress=silent)["created"] == 1


# --- what it costs


@pytest.mark.whautomate(limits=((1_000_000, 60.0),))
def test_500_new_people_with_a_tag_take_less_than_1_2_requests_each(
    client: Client, whautomate_emulator: Emulator
) -> None:
    whautomate_emulator.add_contacts({"name": "X", "phoneNumber": f"4917{n:08d}"} for n in range(500))
    whautomate_emulator.add_clients({"fullName": "X", "countryCode": "+49", "phone": f"16{n:08d}"} for n in range(500))
    report = sync_contacts(client, [row(n) for n in range(500)], FIELDS, tags=["news"], progress=silent)
    assert (report["created"], report["tagged"]) == (500, 500)
    assert report["requests"] <= 1.2 * 500, report["requests"]


@SHIFTS
def test_the_most_recipients_are_counted_of_the_whole_list(whautomate_emulator: Emulator, pool: NoLimit) -> None:
    from whautomate_core.api.broadcasts import create_broadcast
    from whautomate_core.api.segments import create_segment

    people = contacts(whautomate_emulator)
    settings = account_of(whautomate_emulator, max_recipients=PEOPLE - 2)
    with Client(settings, pool=pool, sleep=lambda seconds: None) as client:
        criteria: Any = {"exclusionTags": ["Unsubscribe"]}
        location: Any = {"id": whautomate_emulator.location_id}
        segment = client.send(
            create_segment({"name": "all", "type": "contact", "criteria": criteria, "location": location})
        )
        whautomate_emulator.change_before("listContacts", "delete", people[GONE], page=3)
        body: Any = {
            "name": "b",
            "type": "contact",
            "segments": [{"id": segment["id"]}],
            "template": {"name": "t", "language": "en"},
            "location": location,
        }
        with pytest.raises(PolicyRefused, match=f"up to {PEOPLE}|up to {PEOPLE - 1}"):
            client.send(create_broadcast(body))


def test_a_page_that_can_not_be_read_is_asked_for_again(client: Client, whautomate_emulator: Emulator) -> None:
    whautomate_emulator.add_contacts({"name": "A", "phoneNumber": f"4915120{n:06d}"} for n in range(120))
    assert len(client.everything(list_contacts())) == 120
    undisturbed = len(whautomate_emulator.requests("listContacts"))
    for on in (2, 5):
        whautomate_emulator.fault("not_json", operation="listContacts", on=on)
    assert len(client.everything(list_contacts())) == 120
    assert len(whautomate_emulator.requests("listContacts")) == 2 * undisturbed + 2, "only those pages come again"
