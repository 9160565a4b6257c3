"""Segments and their locations: one without a location may hold people of all locations."""

import re
from collections import defaultdict
from typing import Any

import pytest
from test_campaign import broadcast, campaign

from whautomate_core.api.lookups import location_id_of
from whautomate_core.client.client import Client
from whautomate_core.emulator import Emulator
from whautomate_core.errors import InvalidRequest
from whautomate_core.messaging.audience import _surely_holds, count_audience
from whautomate_core.messaging.lines import describe_audience, describe_segment
from whautomate_core.messaging.outcome import receipt
from whautomate_core.messaging.plan import plan_broadcast
from whautomate_core.messaging.segments import ensure_audience, ensure_segment, place_notes

HERE, THERE = "loc000000001", "loc000000002"
VIP: Any = {"tags": ["vip"], "exclusionTags": ["Unsubscribe"]}
ANYWHERE = r"segment 'vip' \(.*\) has no location, so it may hold people of all locations"


@pytest.fixture
def people(whautomate_emulator: Emulator) -> list[str]:
    """Two people here and three there, all with the tag vip."""
    return whautomate_emulator.add_contacts(
        {"name": "N", "phoneNumber": f"491512345670{n}", "tags": ["vip"], "location": {"id": HERE if n < 2 else THERE}}
        for n in range(5)
    )


def test_a_segment_without_a_location_is_not_taken_for_one_of_a_location(
    client: Client, whautomate_emulator: Emulator
) -> None:
    whautomate_emulator.add_segment("vip", **VIP)
    with pytest.raises(InvalidRequest, match=f"{ANYWHERE}, and one of location {HERE} was asked for: use another name"):
        ensure_segment(client, "vip", {"tags": ["vip"]})
    assert whautomate_emulator.requests("createSegment") == []


@pytest.mark.parametrize("others", [(None, HERE), (HERE, None), (THERE, HERE), (HERE, THERE, None)])
def test_the_segment_of_the_location_is_found_among_others_of_its_name(
    others: tuple[str | None, ...], client: Client, whautomate_emulator: Emulator
) -> None:
    made = {place: whautomate_emulator.add_segment("vip", location=place, **VIP) for place in others}
    found = ensure_segment(client, "vip", {"tags": ["vip"]})
    assert (found["id"], found["created"], found["any_location"]) == (made[HERE], False, False)


def test_a_segment_of_another_location_stays_and_one_is_made_here(
    client: Client, whautomate_emulator: Emulator
) -> None:
    whautomate_emulator.add_segment("vip", location=THERE, **VIP)
    made = ensure_segment(client, "vip", {"tags": ["vip"]})
    assert (made["created"], made["location"]) == (True, {"id": HERE})
    with pytest.raises(InvalidRequest, match="there are 2 segments named 'vip': choose one with segment_id"):
        plan_broadcast(client, campaign())


@pytest.mark.whautomate(segment_scope="dropped")
def test_where_the_server_drops_the_location_our_own_segment_is_found_again_and_it_is_said(
    client: Client, whautomate_emulator: Emulator, people: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    made = ensure_segment(client, "vip", {"tags": ["vip"]})
    again = ensure_segment(client, "vip", {"tags": ["vip"]})
    assert (made["created"], again["created"], again["id"]) == (True, False, made["id"])
    assert again["any_location"]
    assert "has no location, so it may hold people of all locations, although it was created at location" in caplog.text
    assert describe_segment(again).endswith("; it has no location, so it may hold people of all locations")
    with pytest.raises(InvalidRequest, match=ANYWHERE):
        ensure_segment(client, "vip", {"tags": ["vip"]}, location_id=THERE)
    assert len(whautomate_emulator.requests("createSegment")) == 1


@pytest.mark.whautomate(segment_scope="dropped")
def test_an_audience_says_it_too(client: Client, people: list[str]) -> None:
    ensure_audience(client, "vip")
    again = ensure_audience(client, "vip")
    assert (again["any_location"], again["people"]) == (True, 5)
    assert "may hold people of all locations" in describe_audience(again)


@pytest.mark.parametrize(
    ("segment", "of_broadcast", "least"),
    [
        (HERE, None, 2),
        (HERE, HERE, 2),
        (HERE, THERE, 0),
        (None, HERE, 2),
        (None, THERE, 3),
        (None, None, 0),
    ],
)
def test_only_people_of_every_location_that_is_named_are_counted_as_sure(
    segment: str | None, of_broadcast: str | None, least: int, client: Client, people: list[str]
) -> None:
    place: Any = {"location": {"id": segment}} if segment else {}
    found = count_audience(client, [{"type": "contact", "criteria": VIP, **place}], location=of_broadcast)
    assert (found.least, found.most) == (least, 5)


@pytest.mark.parametrize("scope", ["location", "account", "dropped"])
@pytest.mark.parametrize("made_at", [HERE, None])
def test_the_count_holds_whatever_the_location_of_a_segment_means(
    scope: str, made_at: str | None, client: Client, whautomate_emulator: Emulator, people: list[str]
) -> None:
    world = whautomate_emulator.app.state.world
    world.behaviour = type(world.behaviour)(segment_scope=scope, broadcast_failed_share=0, broadcast_seconds=0)
    whautomate_emulator.add_segment("vip", location=made_at, **VIP)
    made = broadcast(client, whautomate_emulator)
    whautomate_emulator.advance(60)
    assert made["recipients_least"] <= len(whautomate_emulator.messages()) <= made["recipients"]
    assert (made["recipients_least"], made["recipients"]) == (2, 5)


@pytest.mark.parametrize(
    ("segment", "of_broadcast", "says"),
    [
        (None, HERE, ANYWHERE),
        (HERE, THERE, f"segment 'vip' belongs to location {HERE}, and the broadcast to {THERE}: it is not documented"),
        (HERE, HERE, None),
    ],
)
def test_the_plan_the_log_and_the_receipt_say_whose_people_a_broadcast_may_reach(
    segment: str | None,
    of_broadcast: str,
    says: str | None,
    client: Client,
    whautomate_emulator: Emulator,
    people: list[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    whautomate_emulator.add_segment("vip", location=segment, **VIP)
    given = {"location_id": of_broadcast}
    planned = plan_broadcast(client, campaign(**given))
    noted = [note for note in planned["notes"] if "template" not in note]
    warned = [one.message for one in caplog.records if one.levelname == "WARNING" and "segment" in one.message]
    made = broadcast(client, whautomate_emulator, **given)
    assert made["notes"] == planned["notes"]
    claim = client.state.claims.get(client.account.id, "dag/task/2026-01-01")
    assert claim is not None
    figures: Any = defaultdict(lambda: None)  # of a broadcast that has not ended
    assert receipt(claim.result, figures, {})["notes"] == planned["notes"]
    if says is None:
        assert noted == warned == []
    else:
        assert [bool(re.match(says, note)) for note in noted] == [True]
        assert noted[0] in warned[0]


@pytest.mark.parametrize("shown", [{"id": 5}, {"id": "5"}, "5", 5])
@pytest.mark.parametrize("asked", ["5", 5])
def test_a_location_is_the_same_as_a_number_or_a_text(shown: Any, asked: Any) -> None:
    segment: Any = {"name": "vip", "id": "s1", "location": shown}
    assert location_id_of(segment) == "5"
    assert place_notes(segment, asked) == []
    assert len(place_notes(segment, "6")) == 1
    person = {"phoneNumber": "+4915123456701", "location": shown}
    assert _surely_holds(segment, person, asked, None)


@pytest.mark.parametrize("shown", [None, {}, {"id": ""}, {"id": None}, "", [{"id": "5"}]])
def test_a_location_that_names_none_is_none(shown: Any) -> None:
    segment: Any = {"name": "vip", "id": "s1", "location": shown}
    assert place_notes(segment, "5")[0].endswith("people of all locations")
