"""The sync and tag jobs, judged by what the emulator holds and what it was sent."""

import json
import logging
import re
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import event

from whautomate_core.account import account_from_settings
from whautomate_core.api import contacts
from whautomate_core.client.client import Client
from whautomate_core.emulator import Emulator
from whautomate_core.errors import AuthenticationError, ConfigurationError, InvalidRequest, PolicyRefused
from whautomate_core.people.kinds import CONTACTS
from whautomate_core.state.profiles import Profile, ResourceProfile
from whautomate_core.sync import apply, write
from whautomate_core.sync.contacts import sync_contacts, tag_contacts
from whautomate_core.sync.mapping import people_mapping
from whautomate_core.sync.plan import seconds_for
from whautomate_core.values.progress import LogProgress, WaitLines, silent

FORMS = ("digits", "plus")
FIELDS = {"name": "who", "phoneNumber": "mobile", "stage": "stage", "customFields.city": "city"}
CUSTOMERS = Path(__file__).parents[2] / "example_dags" / "data" / "customers.csv"


def row(who: str, mobile: str, city: str = "", stage: str = "", ok: str = "yes") -> dict[str, str]:
    return {"who": who, "mobile": mobile, "city": city, "stage": stage, "ok": ok}


ADA, BOB, EVE = (
    row("Ada", "0151 23456789", "Köln"),
    row("Bob", "+44 7400 123456", stage="Lead"),
    row("Eve", "0160 1234567"),
)
READ: dict[str, Any] = {"default_region": "DE", "consent_column": "ok"}
MATCH = {"phoneNumber": "mobile"}


def sync(client: Client, rows: Any, **more: Any) -> dict[str, Any]:
    return sync_contacts(client, rows, more.pop("mapping", FIELDS), progress=silent, **{**READ, **more})


def tag(client: Client, rows: Any, name: str, **more: Any) -> dict[str, Any]:
    return tag_contacts(client, rows, name, MATCH, progress=silent, **{**READ, **more})


def counts(report: dict[str, Any], *names: str) -> tuple[int, ...]:
    return tuple(report[name] for name in names or ("created", "updated", "unchanged", "rejected", "tagged"))


def rejects(folder: Path) -> list[tuple[Any, ...]]:
    lines = [json.loads(line) for line in (folder / "rejects.jsonl").read_text().splitlines()]
    return [(line["row"], line["outcome"], line["reason"], line["match"]) for line in lines]


def writes(emulator: Emulator) -> list[str]:
    return [r["operation"] for r in emulator.requests() if r["method"] != "GET"]


@pytest.mark.parametrize("form", [pytest.param(f, marks=pytest.mark.whautomate(phone_form=f)) for f in FORMS])
def test_what_is_missing_is_created_and_a_second_run_sends_nothing(
    form: str, client: Client, whautomate_emulator: Emulator
) -> None:
    assert counts(sync(client, [ADA, BOB, EVE], tags=["news"])) == (3, 0, 0, 0, 3)
    held = {c["name"]: c for c in whautomate_emulator.contacts()}
    assert held["Ada"]["phoneNumber"].lstrip("+") == "4915123456789"
    assert held["Ada"]["customFields"] == {"city": "Köln"}
    assert held["Bob"]["stage"] == "Lead"
    assert "stage" not in held["Ada"]  # an empty cell writes nothing
    before = len(writes(whautomate_emulator))
    assert counts(sync(client, [ADA, BOB, EVE], tags=["news"])) == (0, 0, 3, 0, 0)
    assert len(writes(whautomate_emulator)) == before


@pytest.mark.parametrize("put", [pytest.param(p, marks=pytest.mark.whautomate(put=p)) for p in ("replace", "merge")])
@pytest.mark.parametrize(
    "form", [pytest.param(f, marks=pytest.mark.whautomate(phone_form=f)) for f in ("digits", "plus")]
)
def test_what_differs_is_updated_and_the_rest_is_kept(
    put: str, form: str, client: Client, whautomate_emulator: Emulator
) -> None:
    sync(client, [ADA, BOB], tags=["news"])
    (ada,) = [c for c in whautomate_emulator.contacts() if c["name"] == "Ada"]
    client.send(contacts.update_contact(ada["id"], {"notes": "by hand", "customFields": {"size": "L"}}))
    moved = {**ADA, "city": "Ulm", "mobile": "+49 151 23456789"}
    assert counts(sync(client, [moved, BOB], tags=["news"])) == (0, 1, 1, 0, 0)
    (ada,) = [c for c in whautomate_emulator.contacts() if c["name"] == "Ada"]
    assert ada["customFields"] == {"city": "Ulm", "size": "L"}
    assert (ada["notes"], ada["tags"]) == ("by hand", ["news"])
    assert [a["kind"] for a in whautomate_emulator.automations()].count("tag_added") == 2


def test_rows_with_one_number_are_one_person_and_the_later_row_wins(
    client: Client, whautomate_emulator: Emulator, tmp_path: Path
) -> None:
    again = {**ADA, "who": "Ada L.", "mobile": "0049-151-23456789"}
    report = sync(client, [ADA, BOB, again], rejects_path=str(tmp_path / "rejects.jsonl"))
    assert counts(report, "rows", "created", "superseded") == (3, 2, 1)
    assert {c["name"] for c in whautomate_emulator.contacts()} == {"Ada L.", "Bob"}
    assert rejects(tmp_path) == [(1, "superseded", "same person as row 3", "+49…89")]


def test_who_opted_out_gets_neither_tag_nor_stage(client: Client, whautomate_emulator: Emulator) -> None:
    sync(client, [ADA, BOB])
    (ada,) = [c for c in whautomate_emulator.contacts() if c["name"] == "Ada"]
    client.send(contacts.add_contact_tags(ada["id"], ["unsubscribe"]))
    fired = len(whautomate_emulator.automations())
    report = sync(client, [{**ADA, "stage": "Customer", "city": "Ulm"}, BOB], tags=["news"])
    assert counts(report, "updated", "tagged", "protected") == (1, 1, 1)
    assert tag(client, [ADA, BOB], "vip")["protected"] == 1
    (ada,) = [c for c in whautomate_emulator.contacts() if c["name"] == "Ada"]
    assert ada["tags"] == ["unsubscribe"]
    assert ada["customFields"] == {"city": "Ulm"}
    assert {a["contact"] for a in whautomate_emulator.automations()[fired:]}.isdisjoint({ada["id"]})


def test_an_opt_out_through_one_of_two_contacts_with_a_number_holds_for_both(
    client: Client, whautomate_emulator: Emulator
) -> None:
    for tags in ([], ["Unsubscribe"]):
        client.send(
            contacts.create_contact(
                {"name": "Ada", "phoneNumber": "+4915123456789", "location": {"id": "loc000000001"}, "tags": tags}
            )
        )
    assert counts(sync(client, [ADA], tags=["news"]), "created", "tagged", "protected") == (0, 0, 1)


def test_without_consent_a_person_is_synced_and_not_tagged(client: Client, whautomate_emulator: Emulator) -> None:
    report = sync(client, [ADA, {**BOB, "ok": "no"}, {**EVE, "ok": "maybe"}], tags=["news"])
    assert counts(report) == (2, 0, 0, 1, 1)
    assert {c["name"]: c.get("tags") or [] for c in whautomate_emulator.contacts()} == {"Ada": ["news"], "Bob": []}
    tagged = tag(client, [ADA, {**BOB, "ok": "no"}], "vip")
    assert counts(tagged, "tagged", "no_consent") == (1, 1)


def test_tagging_gives_the_tag_once_and_says_who_is_missing(client: Client, whautomate_emulator: Emulator) -> None:
    sync(client, [ADA, BOB])
    names = ("tagged", "unchanged", "missing", "failed")
    assert counts(tag(client, [ADA, EVE], "vip"), *names) == (1, 0, 1, 0)
    assert counts(tag(client, [ADA, BOB], "vip"), *names) == (1, 1, 0, 0)
    fired = [a for a in whautomate_emulator.automations() if a["kind"] == "tag_added"]
    assert len(fired) == 2
    assert not any(a["again"] for a in fired)


def test_rows_that_can_not_be_sent_are_written_down_with_their_reason(
    client: Client, tmp_path: Path, whautomate_emulator: Emulator
) -> None:
    bad = [
        row("X", ""),
        row("Y", "call me"),
        row("Z", "0151 2"),
        row("W", "+49 151 23456789 ext. 5"),
        row("", "0171 2345678"),
    ]
    assert counts(sync(client, [ADA, *bad], rejects_path=str(tmp_path / "rejects.jsonl"))) == (1, 0, 0, 5, 0)
    assert [line[:3] for line in rejects(tmp_path)] == [
        (2, "rejected", "phone number is empty"),
        (3, "rejected", "not a phone number"),
        (4, "rejected", "not a valid phone number of its country"),
        (5, "rejected", "phone number has an extension"),
        (6, "rejected", "name is empty, and a new contact needs one"),
    ]
    assert len(whautomate_emulator.contacts()) == 1


@pytest.mark.parametrize(
    ("mobile", "reason"),
    [
        ("1711234567,00", "damaged by a spreadsheet"),
        ("491711234567.00", "damaged by a spreadsheet"),
        ("tel 0800 FLOWERS", "holds letters"),
        ("+49 151 2345678O", "holds letters"),
    ],
)
def test_a_number_is_never_made_up(
    mobile: str, reason: str, client: Client, whautomate_emulator: Emulator, tmp_path: Path
) -> None:
    sync(client, [row("Ada", mobile), row("Bob", "0171 2345678")], rejects_path=str(tmp_path / "rejects.jsonl"))
    assert [one["name"] for one in whautomate_emulator.contacts()] == ["Bob"]
    assert reason in rejects(tmp_path)[0][2]


def test_cells_of_a_data_frame_are_what_they_look_like(client: Client, whautomate_emulator: Emulator) -> None:
    sync(client, [{**ADA, "mobile": 15123456789.0, "city": float("nan"), "stage": None}])
    (sent,) = [request["body"] for request in whautomate_emulator.requests("createContact")]
    assert sent == {"name": "Ada", "phoneNumber": "+4915123456789", "location": {"id": whautomate_emulator.location_id}}


def test_who_consents_no_more_loses_the_tag(client: Client, whautomate_emulator: Emulator) -> None:
    sync(client, [ADA, BOB], tags=["news"])
    report = sync(client, [{**ADA, "ok": "no"}, BOB], tags=["news"])
    assert counts(report, "untagged", "tagged") == (1, 0)
    tag(client, [ADA, BOB], "vip")
    assert tag(client, [{**ADA, "ok": "no"}], "vip")["untagged"] == 1
    assert {c["name"]: c["tags"] for c in whautomate_emulator.contacts()} == {"Ada": [], "Bob": ["news", "vip"]}


@pytest.mark.parametrize("rows", [[{**ADA, "ok": "no"}, ADA], [ADA, {**ADA, "ok": "no"}]])
def test_of_two_rows_with_one_number_the_refusal_wins(rows: Any, client: Client, whautomate_emulator: Emulator) -> None:
    sync(client, rows, tags=["news"])
    assert [contact["tags"] for contact in whautomate_emulator.contacts()] == [[]]


def test_who_opts_out_while_a_sync_runs_gets_no_stage(client: Client, whautomate_emulator: Emulator) -> None:
    sync(client, [ADA])
    (ada,) = whautomate_emulator.contacts()
    whautomate_emulator.opt_out_before("getContact", ada["id"])
    sync(client, [{**ADA, "stage": "Customer", "city": "Ulm"}])
    (ada,) = whautomate_emulator.contacts()
    assert "stage" not in ada
    assert (ada["tags"], ada["customFields"]) == (["Unsubscribe"], {"city": "Ulm"})
    assert [a["kind"] for a in whautomate_emulator.automations()].count("stage_changed") == 0


def test_who_opts_out_long_after_the_reading_gets_no_tag(
    client: Client, whautomate_emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync(client, [ADA, BOB])
    (ada,) = [c for c in whautomate_emulator.contacts() if c["name"] == "Ada"]
    whautomate_emulator.opt_out_before("getContact", ada["id"])
    monkeypatch.setattr(write, "FRESH", -1.0)  # as if the plan were hours old
    report = tag(client, [ADA, BOB], "vip")
    assert counts(report, "tagged", "protected") == (1, 1)
    assert {c["name"]: c["tags"] for c in whautomate_emulator.contacts()} == {"Ada": ["Unsubscribe"], "Bob": ["vip"]}


@pytest.fixture
def late(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Call it, and it is an hour later."""
    now, hours = write.steady, 0

    def later() -> None:
        nonlocal hours
        hours += 1

    for module in (apply, write):
        monkeypatch.setattr(module, "steady", lambda: now() + 3600 * hours)
    return later


def test_who_was_read_long_ago_is_read_again_a_page_at_a_time(
    client: Client, whautomate_emulator: Emulator, late: Any
) -> None:
    people = [row(f"P{i}", f"0151 2345{i:04d}") for i in range(60)]
    sync(client, people)
    gone, given, *_ = (contact["id"] for contact in whautomate_emulator.contacts())
    before = len(whautomate_emulator.requests())

    def progress(what: str, done: int, total: int) -> None:
        if what == "reading contacts again" and 100 < done < 120:  # the end of the second pass, 49 of the top before
            late()
            # Once the top of the list was looked at again.
            whautomate_emulator.opt_out_after(1, gone)
            whautomate_emulator.opt_out_after(1, given, tag="vip")

    report = tag_contacts(client, people, "vip", MATCH, progress=progress, **READ)
    assert counts(report, "tagged", "protected", "unchanged") == (58, 1, 1)
    made = Counter(request["operation"] for request in whautomate_emulator.requests()[before:])
    assert made == {
        "listContacts": 2 * (2 + 1) + 2,
        "addContactTags": 58,
        "getContact": 1,
        "listClients": 1,
    }  # where pages overlap
    fired = [one for one in whautomate_emulator.automations() if one["tag"] == "vip"]
    assert gone not in {one["contact"] for one in fired}
    assert not any(one["again"] for one in fired)


def test_an_opt_out_on_another_page_holds_where_one_page_is_read_again(
    client: Client, whautomate_emulator: Emulator, late: Any
) -> None:
    people = [row(f"P{i}", f"0151 2345{i:04d}") for i in range(55)]
    sync(client, people)
    first = whautomate_emulator.contacts()[0]  # on the second page, and their other record is on the first
    double = {"name": "X", "phoneNumber": first["phoneNumber"], "tags": ["Unsubscribe"]}
    whautomate_emulator.add_contacts([double])
    progress = lambda what, done, total: late() if done == 56 else None  # noqa: E731
    moved = [{**one, "city": "Ulm"} for one in people]
    report = sync_contacts(client, moved, FIELDS, tags=["news"], drift="detect", progress=progress, **READ)
    assert counts(report, "updated", "tagged", "protected") == (55, 54, 1)
    assert whautomate_emulator.contacts()[0]["tags"] == []


def test_who_is_on_another_page_by_now_is_read_singly(client: Client, whautomate_emulator: Emulator, late: Any) -> None:
    people = [row(f"P{i}", f"0151 2345{i:04d}") for i in range(55)]
    sync(client, people)
    gone = whautomate_emulator.contacts()[0]["id"]
    others = whautomate_emulator.add_contacts([{"name": "X", "phoneNumber": f"+44740012345{i}"} for i in range(5)])
    before = len(whautomate_emulator.requests())

    def progress(what: str, done: int, total: int) -> None:
        if what == "reading contacts" and done == 60:
            late()
        if what == "writing contacts" and done == 1:
            whautomate_emulator.opt_out(gone)
            for other in others:  # five of the second page move to the first
                client.send(contacts.delete_contact(other))

    report = tag_contacts(client, people, "vip", MATCH, progress=progress, **READ)
    assert counts(report, "tagged", "protected") == (54, 1)
    made = Counter(request["operation"] for request in whautomate_emulator.requests()[before:])
    assert made["getContact"] == 5 + 5  # each before its delete, and the five who moved
    assert whautomate_emulator.contacts()[0]["tags"] == ["Unsubscribe"]


@pytest.mark.whautomate(put="merge")
def test_where_put_merges_many_are_updated_by_one_request_each(client: Client, whautomate_emulator: Emulator) -> None:
    people = [row(f"P{i}", f"0151 2345{i:04d}") for i in range(20)]
    sync(client, people)
    sync(client, people, drift="detect")  # tells how many pages there are
    merges = ResourceProfile(put_merges=True, put_merges_custom_fields=True)
    client.state.profiles.put(client.account.id, Profile({"contacts": merges}))
    vars(client).pop("profile")
    before = len(whautomate_emulator.requests())
    moved = [{**one, "city": "Ulm"} for one in people]
    assert counts(sync(client, moved), "updated", "unchanged") == (20, 0)
    made = Counter(request["operation"] for request in whautomate_emulator.requests()[before:])
    assert made["updateContact"] == 20
    assert made["getContact"] == 0
    assert {contact["customFields"]["city"] for contact in whautomate_emulator.contacts()} == {"Ulm"}


def test_the_ledger_is_asked_by_its_indexes(client: Client) -> None:
    """Reading all rows of a sync for each batch of a source would make a million rows take hours."""
    asked = set[tuple[str, tuple[Any, ...]]]()
    sync(client, [ADA, BOB])
    database = client.state.ledger(client.account.id)._database
    event.listen(database._engine, "before_cursor_execute", lambda _, __, sql, values, *___: asked.add((sql, values)))
    sync(client, [ADA, {**BOB, "city": "Ulm"}])
    about = [(sql, values) for sql, values in asked if sql.startswith("SELECT") and " IN (" in sql]
    plans = [
        database.run(
            lambda connection, ask=ask: str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {ask[0]}", ask[1]).all())
        )
        for ask in about
    ]
    assert len(plans) >= 3
    assert [plan for plan in plans if not re.search(r"(raw|match|number)=\?", plan)] == []


def test_what_was_done_is_told_where_the_work_stops_midway(
    client: Client, whautomate_emulator: Emulator, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    rejects = tmp_path / "rejects.jsonl"
    whautomate_emulator.fault("dropped_after", operation="createContact", on=1)
    people = [row(f"P{i}", f"0151 2345{i:04d}") for i in range(60)]

    def revoke(what: str, done: int, total: int) -> None:
        if what == "writing contacts" and done > 20:
            client.account = replace(client.account, key=SecretStr("revoked"))

    with caplog.at_level(logging.INFO), pytest.raises(AuthenticationError):
        sync_contacts(client, people, FIELDS, **READ, rejects_path=str(rejects), progress=revoke)
    assert re.search(r"stopped before the end; so far 60 rows: \d+ created, 1 with an unknown outcome", caplog.text)
    assert "1 row failed or had no known outcome: 1 x POST /v1/contacts: the connection was lost" in caplog.text
    assert len(rejects.read_text().splitlines()) == 1


def test_contacts_that_share_a_number_are_told(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(3):
        client.send(
            contacts.create_contact({"name": "A", "phoneNumber": "+4915123456789", "location": {"id": "loc000000001"}})
        )
    assert sync(client, [ADA])["duplicates"] == 2
    assert "2 contacts have the number of another" in caplog.text


def test_too_many_rejects_stop_it_before_anything_is_sent(client: Client, whautomate_emulator: Emulator) -> None:
    with pytest.raises(InvalidRequest, match="1 of 2 rows rejected, over max_rejected='10%'"):
        sync(client, [ADA, row("X", "none")], max_rejected="10%")
    assert whautomate_emulator.requests() == []


def test_a_row_the_server_refuses_ends_nothing(client: Client, whautomate_emulator: Emulator) -> None:
    whautomate_emulator.fault("error_in_200", operation="createContact", on=2)
    report = sync(client, [ADA, BOB, EVE], max_failed=1)
    assert counts(report, "created", "failed", "unsettled") == (2, 1, 0)


@pytest.mark.parametrize("fault", ["dropped_before", "dropped_after", "500_before", "500_after", "not_json"])
def test_a_create_with_an_unknown_outcome_is_reported_and_the_next_run_settles_it(
    fault: Any, client: Client, whautomate_emulator: Emulator
) -> None:
    whautomate_emulator.fault(fault, operation="createContact", on=2)
    report = sync(client, [ADA, BOB, EVE], max_failed=1)
    assert counts(report, "created", "unsettled") == (2, 1)
    assert len(whautomate_emulator.requests("createContact")) == 3
    assert sync(client, [ADA, BOB, EVE], max_failed=1)["unsettled"] == int(fault in ("dropped_before", "500_before"))
    sync(client, [ADA, BOB, EVE], settle_after=0)
    assert sorted(c["name"] for c in whautomate_emulator.contacts()) == ["Ada", "Bob", "Eve"]


def test_a_wrong_key_stops_at_once(whautomate_emulator: Emulator, pool: Any) -> None:
    account = account_from_settings(whautomate_emulator.url, "wrong", {"location_id": "l"})
    with Client(account, pool=pool) as client, pytest.raises(AuthenticationError):
        sync(client, [ADA])
    assert len(whautomate_emulator.requests()) == 1


@pytest.mark.parametrize(
    ("given", "error", "says"),
    [
        (
            {"rows": [ADA], "rejects_path": "/nowhere/at/all.jsonl"},
            ConfigurationError,
            "rejects_path: the folder /nowhere/at does not exist",
        ),
        ({"rows": [{"who": "Ada"}]}, ConfigurationError, "no column 'mobile', 'stage', 'city', 'ok'; there are 'who'"),
        ({"rows": []}, ConfigurationError, "has no rows"),
        ({"rows": "people.xml"}, ConfigurationError, "not a CSV"),
        ({"rows": "missing.csv"}, ConfigurationError, "can't be read"),
        ({"rows": ["ada"]}, ConfigurationError, "row 1 must be a dict"),
        ({"rows": [ADA], "tags": ["Unsubscribe"]}, PolicyRefused, "opt-out tag"),
        ({"rows": [ADA], "tags": [""]}, ConfigurationError, "tags must be"),
        ({"rows": [ADA], "max_failed": "some"}, ConfigurationError, "max_failed must be"),
        ({"rows": [ADA], "max_rejected": -1}, ConfigurationError, "max_rejected must be"),
    ],
)
def test_bad_input_is_said_before_anything_is_sent(
    given: dict[str, Any], error: type[Exception], says: str, client: Client, whautomate_emulator: Emulator
) -> None:
    with pytest.raises(error, match=says):
        sync(client, given.pop("rows"), **given)
    assert whautomate_emulator.requests() == []


@pytest.mark.parametrize(("name", "says"), [("missing.csv", "can't be read"), ("people.csv", "none of the columns")])
def test_a_source_that_can_not_be_read_leaves_no_files_and_no_line(
    name: str, says: str, client: Client, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "people.csv").write_text("a,b\n1,2\n")
    paths = {"rejects_path": str(tmp_path / "rejects.jsonl"), "outcomes_path": str(tmp_path / "outcomes.parquet")}
    with caplog.at_level("INFO"), pytest.raises(ConfigurationError, match=says):
        sync(client, str(tmp_path / name), **paths)
    assert not [one for one in tmp_path.iterdir() if one.name.startswith(("rejects", "outcomes"))]
    assert "stopped before the end" not in caplog.text


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty: it has not even a header"),
        (b"who,mobile,stage,city,ok\n", "has no rows"),
        (b'who,mobile,stage,city,ok\nAda,1,,,"yes\nBob,2,,,yes\n', "not CSV from line 2 on: unexpected end of data"),
        (b"who,mobile,stage,city,ok,mobile\nAda,1,,,,\n", "the column 'mobile' twice"),
        (b"Ada Lovelace,015123456789\n", "none of the columns 'who', .*: is its first line a header"),
        (b"who|mobile|stage|city|ok\nAda|1|||\n", "are its cells separated by commas, semicolons or tabs"),
        (b"who,phone,stage,city,ok\nAda,1,,,\n", "no column 'mobile'; there are 'who', 'phone'"),
        ("who,mobile,stage,city,ok\nJürgen,0151,,,\n".encode("latin-1"), "not UTF-8"),
    ],
)
def test_a_csv_that_can_not_be_used_is_said(content: bytes, says: str, client: Client, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError, match=f"people.csv.*{says}") as error:
        sync(client, path)
    assert "Lovelace" not in str(error.value)
    assert "0151" not in str(error.value)


def test_a_csv_with_a_bom_is_read_and_ragged_rows_are_rejected_by_their_line(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    lines = ["who,mobile,stage,city,ok", '"Ada', 'L.",015123456789,,,yes', "", "Eve,01601234567,,no", "Bob,1,,,,yes"]
    path.write_bytes(("\ufeff" + "\n".join(lines)).encode())
    report = sync(client, str(path), rejects_path=str(tmp_path / "rejects.jsonl"), max_consent_rejected=1)
    assert counts(report, "created", "rejected") == (1, 2)
    assert rejects(tmp_path) == [
        (5, "rejected", "row has 4 cells and the header 5", "+49…67"),
        (6, "rejected", "row has 6 cells and the header 5", None),
    ]


@pytest.mark.parametrize(
    ("fields", "more", "says"),
    [
        ({"name": "who"}, {}, "phoneNumber"),
        ({"phoneNumber": "m", "nmae": "who"}, {}, "mapping: nmae is not a known field; did you mean name"),
        ({"phoneNumber": "m", "tags": "t"}, {}, "tags= gives tags"),
        ({"phoneNumber": ""}, {}, "must be the name of a column"),
        (["phoneNumber"], {}, "mapping must be a dict"),
        ({"phoneNumber": "m", "customFields.": "x"}, {}, "names no custom field"),
        ({"phoneNumber": "m"}, {"default_region": 49}, "two-letter country code"),
        ({"phoneNumber": "m"}, {"default_region": "Germany"}, "two-letter country code"),
    ],
)
def test_a_mapping_that_can_not_be_is_refused(fields: dict[str, str], more: dict[str, str], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        people_mapping(CONTACTS, fields, **more)


def test_a_location_is_needed_and_asked_for(whautomate_emulator: Emulator, pool: Any) -> None:
    account = account_from_settings(whautomate_emulator.url, whautomate_emulator.key)
    with Client(account, pool=pool) as client, pytest.raises(ConfigurationError, match="location_id is missing"):
        sync(client, [ADA])
    assert whautomate_emulator.requests() == []


def test_no_log_line_holds_a_name_or_number(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        sync_contacts(client, [ADA, BOB, row("X", "nonsense")], FIELDS, **READ, tags=["news"])
    assert "2 to create" in caplog.text
    assert not any(secret in caplog.text for secret in ("Ada", "Köln", "23456789", "123456", "nonsense"))


def test_the_examples_customers_are_what_they_are_said_to_be(client: Client) -> None:
    columns: Any = {"region_column": "country", "consent_column": "newsletter", "max_consent_rejected": 5}
    report = sync_contacts(client, CUSTOMERS, {"phoneNumber": "mobile", "name": "full_name"}, plan_only=True, **columns)
    assert counts(report, "rows", "rejected", "superseded") == (500, 15, 20)
    assert report["plan"]["to_create"] == 465


def test_progress_tells_counts_rate_and_what_is_left(caplog: pytest.LogCaptureFixture) -> None:
    now = 0.0
    progress = LogProgress(logging.getLogger("job"), every=10, clock=lambda: now)
    with caplog.at_level(logging.INFO, logger="job"):
        for done in range(1, 101):
            now += 1
            progress("creating", done, 100)
    lines = [record.message for record in caplog.records]
    assert lines[0] == "creating: 1 of 100"
    assert lines[1].startswith("creating: 11 of 100, 66 a minute, 1.3")
    assert lines[-1] == "creating: 100 of 100"
    assert len(lines) == 11


def test_progress_may_be_silent_about_what_is_done_soon(caplog: pytest.LogCaptureFixture) -> None:
    now = 0.0
    progress = LogProgress(logging.getLogger("job"), every=10, at_once=False, clock=lambda: now)
    with caplog.at_level(logging.INFO, logger="job"):
        for what, total in (("reading", 9), ("creating", 15)):
            for done in range(1, total + 1):
                now += 1
                progress(what, done, total)
    assert [line.partition(",")[0] for line in caplog.messages] == ["creating: 11 of 15", "creating: 15 of 15"]


def test_a_wait_is_told_once_whoever_looks(caplog: pytest.LogCaptureFixture) -> None:
    tell, now = WaitLines(), time.time()
    with caplog.at_level(logging.INFO):
        tell(now + 0.5, "account spring", "of a wait below a second nothing is said")
        for again in range(8):
            tell(now + 61 + again, "account spring (block 'crm')", "all 100 requests a day are used up")
        tell(now + 200_000, "account spring", "it takes two days")
    first, later = caplog.messages
    moment = r"(?:\d\d:\d\d:\d\d|\d{4}-\d\d-\d\d \d\d:\d\d) UTC"  # with its date if that is tomorrow
    assert re.fullmatch(
        rf"waiting until {moment} for permits of account spring \(block 'crm'\): all 100 requests a day are used up",
        first,
    )
    assert re.fullmatch(r"waiting until \d{4}-\d\d-\d\d \d\d:\d\d UTC for permits of account spring: it .*", later)


@pytest.mark.parametrize(("people", "least", "most"), [(20, 0.0, 0.0), (75, 1.0, 1.0), (150, 1440, 2882)])
def test_the_day_of_a_trial_is_waited_for_only_once_it_is_used_up(
    people: int, least: float, most: float, client: Client
) -> None:
    rows = [row(f"P{n}", f"0151 2345{n:04d}") for n in range(people)]
    plan = sync(client, rows, plan_only=True)["plan"]
    assert least <= plan["minutes"] <= most


@pytest.mark.parametrize(
    ("windows", "pace", "seconds"),
    [
        ([(100, 100, 86_400.0)], 0.0, 0.0),  # 80 of 100 a day: at once, and not one in a quarter of an hour
        ([(60, 60, 60.0), (100, 100, 86_400.0)], 0.0, 60.0),
        ([(0, 60, 60.0)], 0.0, 120.0),
        ([(10, 60, 60.0), (20, 100, 86_400.0)], 0.0, 86_400.0),
        ([(60, 60, 60.0)], 1.0, 80.0),
    ],
)
def test_the_permits_that_are_left_are_not_waited_for(
    windows: list[tuple[int, int, float]], pace: float, seconds: float
) -> None:
    assert seconds_for(80, windows, pace) == seconds
