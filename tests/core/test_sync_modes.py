"""What each mode, cap and list of a sync does to whom, and what a plan leaves undone."""

from typing import Any

import pytest
from test_sync import ADA, BOB, EVE, counts, row, sync, tag, writes

from whautomate_core.api import contacts
from whautomate_core.client.client import Client
from whautomate_core.emulator import Emulator
from whautomate_core.errors import BudgetExceeded, ConfigurationError, InvalidRequest
from whautomate_core.sync.options import Run

OUTCOMES = ("created", "updated", "unchanged", "missing", "existing", "withheld", "rejected", "superseded", "failed")
FOURTH = row("Zoe", "0151 23450000")


def names(emulator: Emulator) -> set[str]:
    return {contact["name"] for contact in emulator.contacts()}


def mirror(client: Client, rows: Any, **more: Any) -> dict[str, Any]:
    return sync(client, rows, mode="mirror", sync_name="all", **{"max_deleted": "100%", **more})


@pytest.mark.whautomate(page_cap=1)  # so that people are looked up by searches
@pytest.mark.parametrize("drift", ["ignore", "detect"])
def test_insert_creates_who_is_missing_and_leaves_the_others_alone(
    drift: Any, client: Client, whautomate_emulator: Emulator
) -> None:
    sync(client, [ADA, BOB, FOURTH])
    (zoe,) = [one for one in whautomate_emulator.contacts() if one["name"] == "Zoe"]
    moved = [{**ADA, "city": "Ulm"}, EVE]
    assert counts(sync(client, moved, mode="insert", drift=drift, tags=["news"]), "existing", "created") == (1, 1)
    assert {c["name"]: c["customFields"].get("city") for c in whautomate_emulator.contacts()}["Ada"] == "Köln"
    (eve,) = [one for one in whautomate_emulator.contacts() if one["name"] == "Eve"]
    for one in (zoe, eve):
        client.send(contacts.delete_contact(one["id"]))
    again = sync(client, [*moved, FOURTH], mode="insert", drift=drift, tags=["news"])
    # Eve was confirmed: only a run that looks again sees that she has vanished.
    created = 2 if drift == "detect" else 0
    assert again["created"] == created
    assert {"Ada", "Bob"} <= names(whautomate_emulator)
    assert writes(whautomate_emulator).count("updateContact") == 0


def test_what_insert_left_alone_is_written_by_a_later_upsert(client: Client, whautomate_emulator: Emulator) -> None:
    whautomate_emulator.add_contacts([{"name": "By hand", "phoneNumber": "+4915123456789"}])
    whautomate_emulator.advance(60.0)
    assert sync(client, [ADA], mode="insert", sync_name="one", drift="detect")["existing"] == 1
    assert sync(client, [ADA], sync_name="one")["updated"] == 1
    assert names(whautomate_emulator) == {"Ada"}


def test_update_creates_nobody(client: Client, whautomate_emulator: Emulator) -> None:
    sync(client, [ADA])
    assert counts(sync(client, [{**ADA, "city": "Ulm"}, BOB], mode="update"), "updated", "missing") == (1, 1)
    assert names(whautomate_emulator) == {"Ada"}


def test_mirror_deletes_whom_it_had_and_nobody_else(client: Client, whautomate_emulator: Emulator) -> None:
    whautomate_emulator.add_contacts([{"name": "By hand", "phoneNumber": "+4915199999999"}])
    mirror(client, [ADA, BOB, EVE])
    (bob,) = [one for one in whautomate_emulator.contacts() if one["name"] == "Bob"]
    whautomate_emulator.opt_out(bob["id"])
    assert mirror(client, [ADA])["deleted"] == 1
    assert names(whautomate_emulator) == {"Ada", "Bob", "By hand"}  # who opted out stays, and so does the opt-out
    assert counts(mirror(client, [ADA]), "unchanged", "deleted") == (1, 0)


def test_mirror_deletes_nobody_where_it_can_not_tell_who_is_gone(client: Client, whautomate_emulator: Emulator) -> None:
    mirror(client, [ADA, BOB])
    assert counts(mirror(client, [ADA, row("Bob", "+44 nonsense")]), "rejected", "deleted") == (1, 0)
    with pytest.raises(ConfigurationError, match="no rows"):
        mirror(client, [])
    with pytest.raises(
        InvalidRequest, match="1 of 2 contacts would be deleted, over max_deleted='10%': nothing was sent"
    ):
        mirror(client, [ADA], max_deleted="10%")
    with pytest.raises(ConfigurationError, match="whole source in one task"):
        mirror(client, [ADA], run=Run(part="1"))
    assert names(whautomate_emulator) == {"Ada", "Bob"}
    assert "deleteContact" not in writes(whautomate_emulator)


def test_a_deletion_the_server_refuses_is_a_failure_and_tried_again(
    client: Client, whautomate_emulator: Emulator
) -> None:
    mirror(client, [ADA, BOB])
    whautomate_emulator.fault("error_in_200", operation="deleteContact")
    with pytest.raises(InvalidRequest, match=r"1 x DELETE /v1/contacts/\{\}"):
        mirror(client, [ADA])
    assert mirror(client, [ADA])["deleted"] == 1
    assert names(whautomate_emulator) == {"Ada"}


def test_a_plan_writes_nothing_and_says_what_would_be_done(client: Client, whautomate_emulator: Emulator) -> None:
    mirror(client, [ADA, BOB])
    before, fired = len(writes(whautomate_emulator)), len(whautomate_emulator.automations())
    report = mirror(
        client,
        [{**ADA, "city": "Ulm"}, EVE, row("X", "12")],
        tags=["news"],
        drift="detect",
        suppress=[{"mobile": ADA["mobile"]}],
        plan_only=True,
    )
    plan = report["plan"]
    assert (plan["to_create"], plan["to_update"], plan["rejected"], plan["tags_to_add"]) == (1, 1, 1, 1)
    assert report["suppressed"] == 1
    assert (len(writes(whautomate_emulator)), len(whautomate_emulator.automations())) == (before, fired)
    assert mirror(client, [ADA], plan_only=True)["plan"]["to_delete"] == 1
    assert tag(client, [ADA], "vip", plan_only=True)["plan"]["tags_to_add"] == 1
    assert len(writes(whautomate_emulator)) == before


@pytest.mark.parametrize(
    ("cap", "says"),
    [
        ({"max_created": 1}, "2 of 2 rows would create a contact, over max_created=1: nothing was sent"),
        ({"max_added": 1}, "2 of 2 rows would give a contact tags, over max_added=1: nothing was sent"),
        ({"max_created": 0}, "over max_created=0"),
        ({"max_created": "50%"}, "2 of 2 rows would create a contact, over max_created='50%': nothing was sent"),
        ({"max_added": "99%"}, "over max_added='99%': nothing was sent"),
    ],
)
def test_caps_stop_it_before_anything_is_sent(
    cap: dict[str, Any], says: str, client: Client, whautomate_emulator: Emulator
) -> None:
    with pytest.raises(InvalidRequest, match=says):
        sync(client, [ADA, BOB], tags=["news"], **cap)
    assert writes(whautomate_emulator) == []
    assert sync(client, [ADA, BOB], tags=["news"], max_created=2, max_added="100%")["created"] == 2


@pytest.mark.whautomate(page_cap=1)
def test_max_created_counts_those_who_vanished_as_well(client: Client, whautomate_emulator: Emulator) -> None:
    # Too many to read them all, so that only the writing shows who is gone.
    whautomate_emulator.add_contacts({"name": "X", "phoneNumber": f"+49151234500{number}"} for number in range(3))
    sync(client, [ADA, BOB])
    for one in whautomate_emulator.contacts()[3:]:
        client.send(contacts.delete_contact(one["id"]))
    moved = [{**ADA, "city": "Ulm"}, {**BOB, "city": "Ulm"}, EVE]
    report = sync(client, moved, max_created=2, max_failed=1)
    assert counts(report, "created", "failed") == (2, 1)
    assert len(whautomate_emulator.contacts()) == 3 + 2


def test_what_does_not_fit_into_the_day_is_refused_where_that_is_asked(
    client: Client, whautomate_emulator: Emulator
) -> None:
    people = [row(f"P{number}", f"0151 2345{number:04d}") for number in range(120)]
    with pytest.raises(BudgetExceeded, match=r"the plan takes .* requests, and 100 are left today"):
        sync(client, people, over_quota="refuse")
    assert writes(whautomate_emulator) == []


def test_who_opted_out_elsewhere_is_noted_first_and_never_created(
    client: Client, whautomate_emulator: Emulator
) -> None:
    sync(client, [ADA])
    fired = len(whautomate_emulator.automations())
    lists = [{"mobile": "+49 151 23456789"}, {"mobile": BOB["mobile"]}, {"mobile": "nonsense"}]
    some: dict[str, Any] = {"tags": ["news"], "suppress": lists, "max_suppress_rejected": 1}
    report = sync(client, [{**ADA, "stage": "Lead"}, BOB, EVE], **some)
    assert counts(report, "suppressed", "withheld", "created", "protected") == (1, 1, 1, 1)
    assert report["suppress"] == {"rows": 3, "rejected": 1, "suppressed": 1}
    held = {one["name"]: one["tags"] for one in whautomate_emulator.contacts()}
    assert held == {"Ada": ["Unsubscribe"], "Eve": ["news"]}
    assert {one["tag"] for one in whautomate_emulator.automations()[fired:]} == {"Unsubscribe", "news", None}
    again = sync(client, [{**ADA, "stage": "Lead"}, BOB, EVE], **some)
    assert counts(again, "suppressed", "withheld", "created") == (0, 1, 0)


@pytest.mark.parametrize("plan_only", [True, False])
def test_one_line_tells_the_plan_of_a_sync_and_of_its_opt_outs(
    client: Client, whautomate_emulator: Emulator, caplog: pytest.LogCaptureFixture, plan_only: bool
) -> None:
    sync(client, [ADA, BOB])
    caplog.clear()
    with caplog.at_level("INFO", "whautomate_core"):
        report = sync(client, [EVE], suppress=[ADA, BOB], plan_only=plan_only)
    (said,) = [one.getMessage() for one in caplog.records if one.getMessage().startswith("plan: ")]
    if plan_only:
        assert said.startswith("plan: 1 to create, 2 to be given the opt-out tag; ")
        plan = report["plan"]
        assert plan["to_suppress"] == report["suppressed"] == 2
        alone = sync(client, [EVE], plan_only=True)["plan"]
        tagging = tag(client, [ADA, BOB], "vip", plan_only=True)["plan"]
        assert plan["requests_to_come"] == alone["requests_to_come"] + tagging["requests_to_come"]
        assert f"; at least {plan['requests_to_come']} more requests, done by about 20" in said
        assert "look" not in said
    else:
        assert said.startswith("plan: 1 to create, 2 given the opt-out tag; ")


def test_a_list_of_opt_outs_may_be_empty_and_its_numbers_computed(
    client: Client, whautomate_emulator: Emulator
) -> None:
    assert sync(client, [ADA], suppress=[])["created"] == 1
    fields = {"name": "who", "phoneNumber": lambda cells: f"+49{cells['area']}{cells['rest']}"}
    people = [{"who": "Eve", "area": "160", "rest": "1234567", "ok": "yes"}]
    refused = [{"area": "160", "rest": "1234567"}]
    assert sync(client, people, mapping=fields, suppress=refused)["withheld"] == 1
    assert names(whautomate_emulator) == {"Ada"}


@pytest.mark.parametrize("tags", [[], ["news"]])
@pytest.mark.parametrize("mode", ["upsert", "insert", "update", "mirror"])
def test_every_row_is_accounted_for_once(
    mode: Any, tags: list[str], client: Client, whautomate_emulator: Emulator
) -> None:
    whautomate_emulator.add_contacts(
        [
            {"name": "By hand", "phoneNumber": "+4915123456789"},
            {"name": "Out", "phoneNumber": "+491601234567", "tags": ["Unsubscribe"]},
        ]
    )
    whautomate_emulator.add_clients(
        [{"fullName": "Out", "countryCode": "+49", "phone": "15123450000", "tags": ["Unsubscribe"]}]
    )
    whautomate_emulator.advance(60.0)
    rows = [ADA, {**ADA, "who": "Ada L."}, BOB, {**EVE, "stage": "Lead"}, FOURTH, row("X", "12"), {**BOB, "ok": "no"}]
    for drift in ("ignore", "detect"):
        report = sync(client, rows, mode=mode, tags=tags, drift=drift, sync_name="one", max_failed="100%")
        assert report["rows"] == sum(report[name] for name in (*OUTCOMES, "unsettled")) == 7
    tagged = tag(client, rows, "vip", members="exactly")
    named = (
        "tagged",
        "unchanged",
        "protected",
        "no_consent",
        "missing",
        "rejected",
        "superseded",
        "failed",
        "unsettled",
    )
    assert tagged["rows"] == sum(tagged[name] for name in named) == 7


def test_exactly_takes_the_tag_from_who_is_in_no_row(client: Client, whautomate_emulator: Emulator) -> None:
    sync(client, [ADA, BOB, EVE])
    tag(client, [ADA, BOB], "vip")
    whautomate_emulator.opt_out("447400123456")
    report = tag(client, [ADA, EVE], "vip", members="exactly")
    assert counts(report, "tagged", "unchanged", "untagged") == (1, 1, 0)
    assert {one["name"]: one["tags"] for one in whautomate_emulator.contacts()} == {
        "Ada": ["vip"],
        "Bob": ["vip", "Unsubscribe"],  # automations of a lost tag may message as well
        "Eve": ["vip"],
    }
    assert counts(tag(client, [EVE], "vip", members="exactly"), "unchanged", "untagged") == (1, 1)
    plan = tag(client, [ADA], "vip", members="exactly", plan_only=True)["plan"]
    assert (plan["tags_to_add"], plan["tags_to_remove"]) == (1, 1)
    # Who stands in a row and doesn't consent is one of them.
    assert tag(client, [{**EVE, "ok": "no"}], "vip", members="exactly", plan_only=True)["plan"]["tags_to_remove"] == 1
    with pytest.raises(InvalidRequest, match="1 of 1 contact would lose the tag, over max_removed=0: nothing was sent"):
        tag(client, [ADA], "vip", members="exactly", max_removed=0)


def test_a_share_that_may_lose_the_tag_is_one_of_those_who_have_it(client: Client) -> None:
    sync(client, [ADA, BOB, EVE])
    tag(client, [ADA, BOB], "vip")
    # A row that refuses says of nobody that they have the tag.
    rows = [ADA, {**BOB, "ok": "no"}, {**EVE, "ok": "no"}]
    with pytest.raises(InvalidRequest, match="1 of 2 contacts would lose the tag, over max_removed='40%'"):
        tag(client, rows, "vip", members="exactly", max_removed="40%")
    assert counts(tag(client, rows, "vip", members="exactly", max_removed="50%"), "unchanged", "untagged") == (1, 1)
