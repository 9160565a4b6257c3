"""Segments and broadcasts: to whom, once, and what became of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from whautomate_core.api import broadcasts, contacts, segments
from whautomate_core.client.client import Client
from whautomate_core.emulator import Emulator
from whautomate_core.errors import ConfigurationError, InvalidRequest, NotFound, OutcomeUnknown, PolicyRefused
from whautomate_core.messaging.campaign import Campaign, campaign_from
from whautomate_core.messaging.delivery import delivery
from whautomate_core.messaging.keys import broadcast_name
from whautomate_core.messaging.segments import ensure_segment, find_segment
from whautomate_core.messaging.send import send_broadcast

TEMPLATE: Any = {"name": "spring", "language": "en"}


def person(client: Client, number: int, *tags: str) -> dict[str, Any]:
    contact: Any = {
        "name": "n",
        "phoneNumber": f"+4915{number:09d}",
        "location": {"id": "loc000000001"},
        "tags": [*tags],
    }
    return dict(client.send(contacts.create_contact(contact)))


def campaign(**more: Any) -> Campaign:
    given = {"name": "spring", "template": TEMPLATE, "segment_name": "vip", "hold_minutes": 0, "min_recipients": 0}
    made = campaign_from({**given, "cooldown": None, **more})
    assert made is not None
    return made


def clock(emulator: Emulator) -> Any:
    return lambda: datetime.fromtimestamp(emulator.now(), UTC)


def broadcast(client: Client, emulator: Emulator, key: str = "dag/task/2026-01-01", **more: Any) -> dict[str, Any]:
    """A broadcast to vip, at once; arguments of `Campaign`, `due` and `clock` as given."""
    steps = {"clock": clock(emulator), **{name: more.pop(name) for name in ("due", "clock") if name in more}}
    return send_broadcast(client, campaign(**more), key, sleep=emulator.advance, **steps)


@pytest.fixture
def vip(client: Client) -> Any:
    return ensure_segment(client, "vip", {"tags": ["vip"]})


def test_a_segment_is_made_once_and_leaves_out_who_opted_out(client: Client, whautomate_emulator: Emulator) -> None:
    made = ensure_segment(client, "vip", {"tags": ["vip"]})
    assert made["criteria"] == {"tags": ["vip"], "exclusionTags": ["Unsubscribe"]}
    same = ensure_segment(client, "vip", {"tags": ["vip"], "exclusionTags": ["Unsubscribe"]})
    assert same["id"] == made["id"]
    assert len(whautomate_emulator.records("segments")) == 1


def test_a_segment_with_other_criteria_is_an_error_that_shows_both(client: Client, vip: Any) -> None:
    with pytest.raises(InvalidRequest, match=r"tags=\['vip'\]\) than wanted .*tags=\['gold'\]"):
        ensure_segment(client, "vip", {"tags": ["gold"]})


@pytest.mark.parametrize("fault", ["dropped_before", "dropped_after", "500_before", "500_after"])
def test_a_segment_whose_creation_got_no_answer_is_looked_for(
    fault: Any, client: Client, whautomate_emulator: Emulator
) -> None:
    whautomate_emulator.fault(fault, operation="createSegment")
    if fault.endswith("after"):
        assert ensure_segment(client, "vip", {"tags": ["vip"]})["name"] == "vip"
    else:
        with pytest.raises(OutcomeUnknown):
            ensure_segment(client, "vip", {"tags": ["vip"]})
    assert len(whautomate_emulator.requests("createSegment")) == 1


def test_a_segment_is_found_by_its_whole_name(client: Client, vip: Any) -> None:
    assert find_segment(client, "vip")["id"] == vip["id"]
    with pytest.raises(NotFound, match="'vi'"):
        find_segment(client, "vi")


def test_opt_outs_in_every_spelling_of_the_tag_are_left_out(client: Client, whautomate_emulator: Emulator) -> None:
    old = ensure_segment(client, "old", {"tags": ["vip"]})
    person(client, 1, "vip", "unsubscribe")
    with pytest.raises(PolicyRefused, match="add unsubscribe to its exclusionTags"):
        broadcast(client, whautomate_emulator, segment_name="old")
    new = ensure_segment(client, "vip", {"tags": ["vip"]})
    assert new["criteria"]["exclusionTags"] == ["Unsubscribe", "unsubscribe"] != old["criteria"]["exclusionTags"]
    broadcast(client, whautomate_emulator)
    whautomate_emulator.advance(60)
    assert whautomate_emulator.messages() == []


@pytest.mark.parametrize("criteria", [{}, {"tags": []}, {"exclusionTags": ["VIP"]}])
def test_criteria_that_choose_everybody_are_refused(criteria: Any, client: Client) -> None:
    with pytest.raises(ConfigurationError, match="everybody"):
        ensure_segment(client, "all", criteria)


def test_a_tag_that_is_text_is_not_taken_for_its_letters(client: Client, whautomate_emulator: Emulator) -> None:
    with pytest.raises(InvalidRequest, match="exclusionTags: input should be a valid list"):
        ensure_segment(client, "vip", {"tags": ["vip"], "exclusionTags": "VIP"})  # type: ignore[typeddict-item]
    assert whautomate_emulator.requests() == []


def test_a_broadcast_reaches_the_segment_and_nobody_who_opted_out(
    client: Client, whautomate_emulator: Emulator, vip: Any
) -> None:
    wanted = person(client, 1, "vip")
    for tags in (["vip", "Unsubscribe"], ["other"]):
        person(client, 2 + len(tags), *tags)
    made = broadcast(client, whautomate_emulator)
    assert made["created"]
    whautomate_emulator.advance(60)
    assert [m["contact"] for m in whautomate_emulator.messages()] == [wanted["id"]]
    figures = delivery(client.send(broadcasts.get_broadcast(made["id"])))
    assert (figures.finished, figures.failed, figures.recipients, figures.delivered) == (True, False, 1, 1)


def test_one_key_is_one_broadcast_and_another_key_another(
    client: Client, whautomate_emulator: Emulator, vip: Any
) -> None:
    first = broadcast(client, whautomate_emulator)
    again = broadcast(client, whautomate_emulator, hold_minutes=30)
    assert (first["created"], again["created"], again["id"]) == (True, False, first["id"])
    assert broadcast(client, whautomate_emulator, key="dag/task/2026-01-02")["created"]
    assert len(whautomate_emulator.requests("createBroadcast")) == 2


def test_one_key_with_another_payload_is_an_error(client: Client, whautomate_emulator: Emulator, vip: Any) -> None:
    broadcast(client, whautomate_emulator, body_parameters=["x"])
    whautomate_emulator.advance(60)
    with pytest.raises(
        InvalidRequest,
        match=r"already sent a broadcast named 'spring' that differs in bodyTextParameters, template.*another name",
    ):
        broadcast(client, whautomate_emulator, template={"name": "autumn", "language": "en"}, body_parameters=["y"])
    with pytest.raises(InvalidRequest, match="differs in bodyTextParameters"):
        broadcast(client, whautomate_emulator)
    assert len(whautomate_emulator.requests("createBroadcast")) == 1


@pytest.mark.parametrize("delay", [pytest.param(d, marks=pytest.mark.whautomate(search_delay=d)) for d in (0.0, 5.0)])
@pytest.mark.parametrize("fault", ["dropped_after", "500_after", "not_json"])
def test_a_lost_answer_is_settled_by_looking_patiently(
    fault: Any, delay: float, client: Client, whautomate_emulator: Emulator, vip: Any
) -> None:
    whautomate_emulator.fault(fault, operation="createBroadcast")
    made = broadcast(client, whautomate_emulator)
    assert made["id"] == whautomate_emulator.records("broadcasts")[0]["id"]
    assert len(whautomate_emulator.requests("createBroadcast")) == 1


@pytest.mark.parametrize("fault", ["dropped_before", "500_before", "503"])
def test_a_broadcast_that_can_not_be_seen_is_never_sent_again_on_a_guess(
    fault: Any, client: Client, whautomate_emulator: Emulator, vip: Any
) -> None:
    whautomate_emulator.fault(fault, operation="createBroadcast")
    name = broadcast_name("spring", "dag/task/2026-01-01")
    with pytest.raises(OutcomeUnknown, match=f"No broadcast named '{name}' .* Look for it"):
        broadcast(client, whautomate_emulator)
    assert len(whautomate_emulator.requests("createBroadcast")) == 1


def test_a_segment_that_does_not_exclude_opt_outs_is_refused(client: Client, whautomate_emulator: Emulator) -> None:
    for name, criteria in (("all", {"tags": ["vip"]}), ("open", {}), ("partly", {"exclusionTags": ["spam"]})):
        made = client.send(
            segments.create_segment(
                {"name": name, "type": "contact", "criteria": criteria, "location": {"id": "loc000000001"}}  # type: ignore
            )
        )
        for audience in ({"segment_name": name}, {"segment_name": None, "segment_id": made["id"]}):
            with pytest.raises(PolicyRefused, match=f"{name!r} would message people who opted out"):
                broadcast(client, whautomate_emulator, **audience)
    assert whautomate_emulator.requests("createBroadcast") == []


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"segment_name": None}, "exactly one of segment_name, segment_id"),
        ({"segment_id": "s"}, "exactly one of segment_name, segment_id"),
        ({"schedule_at": datetime(2026, 1, 1)}, "schedule_at: .*timezone"),
        ({"key": " "}, "needs a name and a key"),
        ({"name": " "}, "name: it must not be empty"),
        ({"hold_minutes": -5}, "hold_minutes: "),
        ({"body_parameters": "Ann"}, "body_parameters: .* list"),
        ({"min_recipients": "many"}, "min_recipients: "),
        ({"max_failed": "5 of 9"}, "max_failed: "),
        ({"max_cost": 5}, "max_cost needs unit_price"),
        ({"send_window": ("20:00", "09:00", "UTC")}, "send_window must begin and end within one day"),
        ({"send_window": ("09:00", "20:00", "Berlin")}, "send_window: its zone"),
        ({"nmae": "x"}, "nmae: "),
        ({"template": {"name": "", "language": "en"}}, "template needs a name"),
    ],
)
def test_a_broadcast_that_can_not_be_is_refused_before_anything_is_sent(
    more: dict[str, Any], says: str, client: Client, whautomate_emulator: Emulator
) -> None:
    with pytest.raises(ConfigurationError, match=says):
        broadcast(client, whautomate_emulator, **more)
    assert whautomate_emulator.requests() == []


def test_the_time_is_sent_in_utc(client: Client, whautomate_emulator: Emulator, vip: Any) -> None:
    now = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    broadcast(client, whautomate_emulator, key="a", hold_minutes=5, clock=lambda: now)
    zone = "2027-01-01T10:00:00+02:00"
    broadcast(client, whautomate_emulator, key="b", schedule_at=zone)
    sent = [r["body"]["scheduleDateTime"] for r in whautomate_emulator.requests("createBroadcast")]
    assert sent == ["2026-03-01T12:05:00.000Z", "2027-01-01T08:00:00.000Z"]


def test_names_of_broadcasts_are_stable_and_differ_by_key() -> None:
    assert broadcast_name("spring", "k1") == broadcast_name(" spring ", "k1") != broadcast_name("spring", "k2")
    assert broadcast_name("spring", "k1").startswith("spring ")


@pytest.mark.parametrize(
    ("record", "finished", "failed"),
    [
        ({"id": "b", "status": "Scheduled"}, False, False),
        ({"id": "b", "status": "Processing", "processedStats": {"totalCount": 5}}, False, False),
        ({"id": "b", "status": "some new word"}, False, False),
        ({"id": "b"}, False, False),
        ({"id": "b", "status": "whatever", "completedAt": "2026-01-01T00:00:00Z"}, True, False),
        ({"id": "b", "status": "FAILED"}, True, True),
        ({"id": "b", "status": "Cancelled"}, True, True),
    ],
)
def test_when_a_broadcast_is_finished(record: Any, finished: bool, failed: bool) -> None:
    assert (delivery(record).finished, delivery(record).failed) == (finished, failed)


def test_figures_are_given_time_to_settle() -> None:
    at = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
    record: Any = {"id": "b", "completedAt": "2026-01-01T12:00:00.000Z", "processedStats": {"totalCount": 10}}

    def finished(delivered: int, failed: int, after: int) -> bool:
        figures: Any = {**record, "deliveryStats": {"deliveredCount": delivered, "failedCount": failed}}
        return delivery(figures, at + timedelta(seconds=after)).finished

    assert not finished(5, 1, after=10)
    assert finished(9, 1, after=10)  # everybody is accounted for
    assert finished(5, 1, after=120)  # somebody's phone is off


def test_a_broadcast_takes_its_time(client: Client, whautomate_emulator: Emulator, vip: Any) -> None:
    person(client, 1, "vip")
    made = broadcast(client, whautomate_emulator, schedule_at=datetime.now(UTC) + timedelta(minutes=5))
    assert not delivery(client.send(broadcasts.get_broadcast(made["id"]))).finished
    whautomate_emulator.advance(400)
    assert delivery(client.send(broadcasts.get_broadcast(made["id"]))).finished
