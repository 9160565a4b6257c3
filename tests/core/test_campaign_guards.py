"""What keeps a broadcast from going out, from going out wrongly, and from going on."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from test_campaign import TEMPLATE, broadcast, campaign, clock

from whautomate_core.api import broadcasts, contacts, segments
from whautomate_core.client.client import Client
from whautomate_core.client.identity import Step
from whautomate_core.client.keys_before import AirflowKeys
from whautomate_core.emulator import Emulator
from whautomate_core.errors import BudgetExceeded, ConfigurationError, InvalidRequest, NotDelivered, PolicyRefused
from whautomate_core.messaging.audience import count_audience
from whautomate_core.messaging.cancel import cancel_broadcast
from whautomate_core.messaging.keys import broadcast_name
from whautomate_core.messaging.lines import plan_in_words
from whautomate_core.messaging.messages import send_template_to_contacts
from whautomate_core.messaging.outcome import conclude, receipt_page
from whautomate_core.messaging.plan import plan_broadcast
from whautomate_core.messaging.segments import ensure_audience, ensure_segment
from whautomate_core.messaging.send import send_broadcast
from whautomate_core.messaging.timing import NotSent, start_of

BOTH = [pytest.param(how, marks=pytest.mark.whautomate(recipients_fixed=how)) for how in ("creation", "start")]
HELD: dict[str, Any] = {"hold_minutes": 5, "min_recipients": 1}


@pytest.fixture
def people(client: Client, whautomate_emulator: Emulator) -> list[str]:
    """Six people with the tag vip, and the segment of them."""
    ensure_segment(client, "vip", {"tags": ["vip"]})
    return whautomate_emulator.add_contacts(
        {"name": f"N{n}", "phoneNumber": f"491512345670{n}", "tags": ["vip"]} for n in range(6)
    )


def posts(emulator: Emulator) -> int:
    return len(emulator.requests("createBroadcast"))


def reached(emulator: Emulator) -> set[str]:
    """The people who got a message, a day later."""
    emulator.advance(86_400)
    return {message["contact"] for message in emulator.messages()}


# --- who


@pytest.mark.parametrize(
    ("bounds", "says"),
    [
        ({"min_recipients": 7}, "reaches 6 people, but min_recipients is 7"),
        ({"max_recipients": 5}, "reaches 6 people, but max_recipients is 5"),
        (
            {"unit_price": 0.5, "max_cost": 2.99},
            "broadcast 'spring' costs up to 3.00 for 6 people, but max_cost is 2.99: nothing was sent",
        ),
    ],
)
def test_bounds_on_recipients_and_cost(
    bounds: dict[str, Any], says: str, client: Client, whautomate_emulator: Emulator, people: list[str]
) -> None:
    with pytest.raises(PolicyRefused, match=says):
        broadcast(client, whautomate_emulator, **bounds)
    assert posts(whautomate_emulator) == 0
    kept = {"min_recipients": 6, "max_recipients": 6, "unit_price": 0.5, "max_cost": 3.0}
    assert broadcast(client, whautomate_emulator, **kept)["cost"] == 3.0


def test_an_empty_audience_is_refused(client: Client, whautomate_emulator: Emulator) -> None:
    ensure_segment(client, "vip", {"tags": ["vip"]})
    with pytest.raises(PolicyRefused, match="reaches nobody"):
        broadcast(client, whautomate_emulator, min_recipients=1)
    assert posts(whautomate_emulator) == 0


def test_an_audience_is_counted_by_reading_pages_and_says_what_it_cost(
    client: Client, whautomate_emulator: Emulator, people: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    more = [{"name": "N", "phoneNumber": f"49151000{n:05}", "tags": ["other"]} for n in range(120)]
    whautomate_emulator.add_contacts(more)
    whautomate_emulator.opt_out(people[0])
    before = len(whautomate_emulator.requests("listContacts"))
    segment: Any = whautomate_emulator.records("segments")[0]
    caplog.set_level("INFO")
    found = count_audience(client, [segment])
    assert (found.least, found.most, found.excluded) == (5, 5, {"Unsubscribe": 1})
    pages = len(whautomate_emulator.requests("listContacts")) - before
    assert pages == 2 * (3 + 1)
    assert "126 contacts read in 8 requests" in caplog.text


def test_criteria_that_can_be_read_two_ways_give_a_span(client: Client, people: list[str]) -> None:
    criteria: Any = {"tags": ["vip", "gold"], "exclusionTags": ["Unsubscribe"]}
    found = count_audience(client, [{"type": "contact", "criteria": criteria}])  # type: ignore[typeddict-item]
    assert (found.least, found.most) == (0, 6)


ELSEWHERE = {"countryCode": "+49", "phone": "15123456700"}


def test_nobody_who_opted_out_through_another_record_is_reached(
    client: Client, whautomate_emulator: Emulator, people: list[str]
) -> None:
    whautomate_emulator.add_clients([{"fullName": "N0", **ELSEWHERE, "tags": ["Unsubscribe"]}])
    with pytest.raises(PolicyRefused, match="reaches 1 person who opted out through another contact or"):
        broadcast(client, whautomate_emulator)
    assert posts(whautomate_emulator) == 0
    whautomate_emulator.opt_out(people[0])
    assert broadcast(client, whautomate_emulator)["recipients"] == 5


@pytest.mark.parametrize("how", BOTH)
def test_who_opts_out_through_another_record_during_the_hold_gets_nothing(
    how: str, client: Client, whautomate_emulator: Emulator, people: list[str]
) -> None:
    (theirs,) = whautomate_emulator.add_clients([{"fullName": "N0", **ELSEWHERE}])
    now = datetime.now(UTC)
    sent = broadcast(client, whautomate_emulator, **HELD, clock=lambda: now)
    whautomate_emulator.opt_out(theirs)
    again_at = datetime.fromtimestamp(sent["look_at"], UTC)
    whautomate_emulator.advance((again_at - now).total_seconds())
    with pytest.raises(PolicyRefused, match=r"was deleted before its start: .*1 (person|recipient) "):
        broadcast(client, whautomate_emulator, **HELD, clock=lambda: again_at)
    assert reached(whautomate_emulator) == set()


def test_an_audience_of_contacts_leaves_out_who_opted_out_as_a_client(
    client: Client, whautomate_emulator: Emulator, people: list[str]
) -> None:
    whautomate_emulator.add_clients([{"fullName": "N0", **ELSEWHERE, "tags": ["Unsubscribe"]}])
    made = ensure_audience(client, "spring", contacts=people[:3])
    assert (made["people"], made["tagged"], made["opted_out"]) == (2, 2, 1)
    assert people[0] not in {one["contact"] for one in whautomate_emulator.automations()}


def test_far_off_the_last_one_is_refused(client: Client, whautomate_emulator: Emulator, people: list[str]) -> None:
    broadcast(client, whautomate_emulator, key="1")
    for one in people[:4]:
        whautomate_emulator.opt_out(one)
    with pytest.raises(PolicyRefused, match="reaches 2 people, and the last one reached 6"):
        broadcast(client, whautomate_emulator, key="2", max_deviation="50%")
    assert broadcast(client, whautomate_emulator, key="2", max_deviation="70%")["recipients"] == 2


def test_a_tag_or_a_list_of_contacts_is_made_an_audience(
    client: Client, whautomate_emulator: Emulator, people: list[str]
) -> None:
    whautomate_emulator.opt_out(people[0])
    made = ensure_audience(client, "spring", contacts=people[:3])
    assert (made["people"], made["tagged"], made["opted_out"]) == (2, 2, 1)
    broadcast(client, whautomate_emulator, segment_name=None, segment_id=made["id"])
    assert reached(whautomate_emulator) == set(people[1:3])
    tags = len(whautomate_emulator.requests("addContactTags"))
    again = ensure_audience(client, "spring")
    assert (again["id"], again["people"], again["tagged"]) == (made["id"], 2, 0)
    with pytest.raises(InvalidRequest, match="1 contact not on the list has the tag 'spring'"):
        ensure_audience(client, "spring", contacts=people[2:])
    with pytest.raises(InvalidRequest, match="1 of 1 ids belong to no contact"):
        ensure_audience(client, "other", contacts=["nobody"])
    assert len(whautomate_emulator.requests("addContactTags")) == tags == 2


def test_a_retarget_reaches_nobody_who_opted_out_since(
    client: Client, whautomate_emulator: Emulator, people: list[str]
) -> None:
    first = broadcast(client, whautomate_emulator)
    whautomate_emulator.advance(60)
    again: dict[str, Any] = {"segment_name": None, "retarget": first["id"], "key": "2"}
    assert broadcast(client, whautomate_emulator, **again)["recipients_least"] == 6
    whautomate_emulator.opt_out(people[0])
    with pytest.raises(PolicyRefused, match=r"1 recipient of broadcast .* opted out or asked"):
        broadcast(client, whautomate_emulator, **{**again, "key": "3"})
    assert posts(whautomate_emulator) == 2


def test_nobody_who_asked_to_be_forgotten_is_reached(
    client: Client, whautomate_emulator: Emulator, people: list[str]
) -> None:
    first = broadcast(client, whautomate_emulator)
    whautomate_emulator.advance(60)
    client.state.forgotten(client.account.id).add("4915123456700")  # and somebody made them anew in the web page
    for audience in ({}, {"segment_name": None, "retarget": first["id"]}):
        with pytest.raises(PolicyRefused, match=r"1 (person|recipient) .* asked to be forgotten"):
            broadcast(client, whautomate_emulator, key="2", **audience)
    assert posts(whautomate_emulator) == 1
    made = ensure_audience(client, "spring", contacts=people[:3])
    assert (made["people"], made["tagged"], made["opted_out"]) == (2, 2, 1)
    client.send(contacts.add_contact_tags(people[0], ["Unsubscribe"]))
    assert broadcast(client, whautomate_emulator, key="2")["recipients"] == 5


def test_what_somebody_deleted_during_the_hold_is_not_made_anew(
    client: Client, whautomate_emulator: Emulator, people: list[str]
) -> None:
    made = broadcast(client, whautomate_emulator, **HELD)
    client.send(broadcasts.delete_broadcast(made["id"]))
    whautomate_emulator.opt_out(people[0])
    whautomate_emulator.advance(made["look_at"] - whautomate_emulator.now() + 1)
    for _ in range(2):
        with pytest.raises(PolicyRefused, match="was deleted at Whautomate"):
            broadcast(client, whautomate_emulator, **HELD)
    assert posts(whautomate_emulator) == 1


@pytest.mark.parametrize("how", BOTH)
def test_a_retarget_is_deleted_where_one_of_them_opts_out_during_the_hold(
    how: str, client: Client, whautomate_emulator: Emulator, people: list[str]
) -> None:
    first = broadcast(client, whautomate_emulator)
    whautomate_emulator.advance(60)
    again: dict[str, Any] = {**HELD, "segment_name": None, "retarget": first["id"], "key": "2"}
    made = broadcast(client, whautomate_emulator, **again)
    whautomate_emulator.opt_out(people[0])
    whautomate_emulator.advance(made["look_at"] - whautomate_emulator.now() + 1)
    with pytest.raises(PolicyRefused, match=r"was deleted before its start: .*1 (person|recipient) "):
        broadcast(client, whautomate_emulator, **again)
    assert [one["id"] for one in whautomate_emulator.records("broadcasts")] == [first["id"]]


# --- what


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ({"body_parameters": ["a", " "]}, r"body_parameters: the value of \{\{2\}\} is empty"),
        ({"body_parameters": ["None"]}, "is empty"),
        (
            {"template_text": {"body": "Hi {{1}}, {{2}}"}, "body_parameters": ["a"]},
            "has 1 value, .* body has 2 placeholders",
        ),
        ({"template_text": {"body": "Hi {{2}}"}, "body_parameters": ["a"]}, "must count from 1"),
        ({"template_text": {"header": "{{1}}"}, "body_parameters": ["a"]}, "header_parameters has 0 values"),
        (
            {"expected_parameters": {"button": 1}},
            "button_parameters has 0 values, but the template's button has 1 placeholder",
        ),
    ],
)
def test_placeholders_are_counted_by_component(
    words: dict[str, Any], says: str, client: Client, whautomate_emulator: Emulator, people: list[str]
) -> None:
    with pytest.raises(InvalidRequest, match=says):
        broadcast(client, whautomate_emulator, **words)
    assert posts(whautomate_emulator) == 0


def test_placeholders_that_fit_are_sent(client: Client, whautomate_emulator: Emulator, people: list[str]) -> None:
    texts = {"header": "{{1}}", "body": "{{1}} {{2}} {{1}}", "button": "https://x.example/{{1}}"}
    values = {"header_parameters": ["h"], "body_parameters": ["a", "b"], "button_parameters": ["c"]}
    broadcast(client, whautomate_emulator, template_text=texts, **values)
    [sent] = whautomate_emulator.requests("createBroadcast")
    assert (sent["body"]["headerTextParameters"], sent["body"]["buttonUrlParameters"]) == (["h"], ["c"])


# --- when

BERLIN = ("09:00", "20:00", "Europe/Berlin")


@pytest.mark.parametrize(
    ("now", "starts"),
    [
        ("2026-01-10T12:00+01:00", "2026-01-10T12:00+01:00"),
        ("2026-01-10T08:59+01:00", "2026-01-10T09:00+01:00"),
        ("2026-01-10T20:00+01:00", "2026-01-11T09:00+01:00"),
        ("2026-03-28T21:00+01:00", "2026-03-29T09:00+02:00"),  # clocks go forward in that night
        ("2026-10-24T21:00+02:00", "2026-10-25T09:00+01:00"),  # and back in that
        ("2026-01-10T07:30+00:00", "2026-01-10T09:00+01:00"),
    ],
)
def test_it_starts_within_its_window_by_the_wall_clock(now: str, starts: str) -> None:
    found = start_of(campaign(send_window=BERLIN), datetime.fromisoformat(now), hold=timedelta(0))
    assert found == datetime.fromisoformat(starts)


def test_a_window_that_opens_while_clocks_are_put_forward() -> None:
    window = ("02:30", "20:00", "Europe/Berlin")
    found = start_of(campaign(send_window=window), datetime.fromisoformat("2026-03-29T01:00+01:00"), hold=timedelta(0))
    assert found.astimezone(ZoneInfo("Europe/Berlin")).strftime("%H:%M") == "03:30"


def test_outside_of_its_window_it_may_be_skipped_or_fail(
    client: Client, whautomate_emulator: Emulator, people: list[str]
) -> None:
    at = lambda: datetime(2026, 1, 10, 3, 0, tzinfo=UTC)  # noqa: E731
    found = broadcast(client, whautomate_emulator, clock=at, send_window=BERLIN, outside_window="skip")
    assert "04:00 in Europe/Berlin is outside of send_window" in found["skipped"]
    with pytest.raises(PolicyRefused, match="outside of send_window"):
        broadcast(client, whautomate_emulator, clock=at, send_window=BERLIN, outside_window="fail")
    assert posts(whautomate_emulator) == 0
    with pytest.raises(NotSent):
        start_of(campaign(send_window=BERLIN, outside_window="skip"), at(), hold=timedelta(0))


def test_what_was_due_long_ago_is_skipped_with_the_reason(
    client: Client, whautomate_emulator: Emulator, people: list[str]
) -> None:
    now = clock(whautomate_emulator)()
    before = len(whautomate_emulator.requests())
    for days in range(1, 31):
        due = now - timedelta(days=days)
        found = broadcast(client, whautomate_emulator, key=f"day {days}", due=due)
        assert found["id"] is None
        assert "it was due at" in found["skipped"]
        assert found["skipped"].endswith("and max_lateness is 6 h)")
    assert len(whautomate_emulator.requests()) == before
    assert broadcast(client, whautomate_emulator, key="daily", due=now - timedelta(hours=5))["created"]
    assert broadcast(client, whautomate_emulator, key="old", due=now - timedelta(days=9), max_lateness=None)["created"]


def test_what_was_sent_in_time_is_returned_however_late_it_is_asked_for(
    client: Client, whautomate_emulator: Emulator, people: list[str]
) -> None:
    now = clock(whautomate_emulator)()
    made = broadcast(client, whautomate_emulator, due=now)
    whautomate_emulator.advance(10 * 86_400)
    again = broadcast(client, whautomate_emulator, due=now)
    assert (again["id"], again["created"], again["skipped"]) == (made["id"], False, None)


# --- once


def test_the_same_under_another_key_is_refused_for_a_while(
    client: Client, whautomate_emulator: Emulator, people: list[str]
) -> None:
    cooled: dict[str, Any] = {"cooldown": timedelta(hours=20)}
    client.run = "dag run of Monday"
    made = broadcast(client, whautomate_emulator, key="1", **cooled)
    with pytest.raises(PolicyRefused) as refused:
        broadcast(client, whautomate_emulator, key="2", **cooled)
    said = str(refused.value)
    assert said.startswith(
        f"broadcast '{made['name']}' ({made['id']}) sent the same content to the same audience at "
    ), said
    assert "UTC by dag run of Monday, less than 20 h ago, so nothing is sent now. " in said
    assert said.index(f"For its figures, wait for broadcast {made['id']}") < said.index("cooldown=None")
    broadcast(client, whautomate_emulator, key="2", body_parameters=["other words"], **cooled)
    broadcast(client, whautomate_emulator, key="3")  # meant
    assert posts(whautomate_emulator) == 3


def test_a_plan_is_made_again_and_says_what_was_sent_before(
    client: Client, whautomate_emulator: Emulator, people: list[str]
) -> None:
    cooled: dict[str, Any] = {"cooldown": timedelta(hours=20), **HELD}
    when = clock(whautomate_emulator)
    assert plan_broadcast(client, campaign(**cooled), clock=when)["sent_before"] is None
    made = broadcast(client, whautomate_emulator, **cooled)
    again = plan_broadcast(client, campaign(**cooled), clock=when)  # a run that is cleared plans again
    assert made["id"] in again["sent_before"]
    # The person who approves it sees it first, because every other run is refused.
    assert again["text"].startswith(
        f"- **Already sent:** broadcast '{made['name']}' ({made['id']}) sent the same content"
    )
    assert again["recipients"] == 6
    assert broadcast(client, whautomate_emulator, approved_plan=again, **cooled)["id"] == made["id"]
    with pytest.raises(PolicyRefused, match="sent the same content"):
        broadcast(client, whautomate_emulator, key="another key", approved_plan=again, **cooled)


def test_what_was_called_off_needs_no_cooling(client: Client, whautomate_emulator: Emulator, people: list[str]) -> None:
    cooled: dict[str, Any] = {"cooldown": timedelta(hours=20), **HELD}
    broadcast(client, whautomate_emulator, key="1", **cooled)
    assert cancel_broadcast(client, key="1", clock=clock(whautomate_emulator))["cancelled"]
    assert broadcast(client, whautomate_emulator, key="2", **cooled)["created"]


def test_several_of_one_name_are_an_error(client: Client, whautomate_emulator: Emulator, people: list[str]) -> None:
    name = broadcast_name("spring", "k")
    for _ in range(2):
        client.send(broadcasts.create_broadcast({"name": name, "type": "contact"}, allow_protected=True))
    with pytest.raises(InvalidRequest, match=f"there are 2 broadcasts named '{name}'"):
        broadcast(client, whautomate_emulator, key="k")
    assert posts(whautomate_emulator) == 2


# --- the hold


@pytest.mark.parametrize("how", BOTH)
@pytest.mark.parametrize("loses_the_tag", [False, True])
def test_who_opts_out_during_the_hold_gets_nothing(
    how: str, loses_the_tag: bool, client: Client, whautomate_emulator: Emulator, people: list[str]
) -> None:
    made = broadcast(client, whautomate_emulator, **HELD)
    if loses_the_tag:  # by an automation of the account
        from whautomate_core.api.contacts import remove_contact_tags

        client.send(remove_contact_tags(people[0], ["vip"]))
    whautomate_emulator.opt_out(people[0])
    whautomate_emulator.advance(made["look_at"] - whautomate_emulator.now() + 1)
    again = broadcast(client, whautomate_emulator, **HELD)
    assert (again["created"], again["anew"], again["looked"], again["look_at"]) == (False, True, True, None)
    assert again["start"] == made["start"]
    assert [one["id"] for one in whautomate_emulator.records("broadcasts")] == [again["id"]]
    assert broadcast(client, whautomate_emulator, **HELD)["id"] == again["id"]
    assert people[0] not in reached(whautomate_emulator)
    assert len(whautomate_emulator.messages()) == 5


@pytest.mark.parametrize("how", BOTH)
def test_where_nobody_opts_out_it_stays_as_it_is(
    how: str, client: Client, whautomate_emulator: Emulator, people: list[str]
) -> None:
    made = broadcast(client, whautomate_emulator, **HELD)
    assert broadcast(client, whautomate_emulator, **HELD)["looked"] is None
    whautomate_emulator.advance(made["look_at"] - whautomate_emulator.now() + 1)
    again = broadcast(client, whautomate_emulator, **HELD)
    assert (again["id"], again["anew"], again["looked"]) == (made["id"], False, True)
    assert posts(whautomate_emulator) == 1


def test_too_few_after_the_opt_outs_are_none(client: Client, whautomate_emulator: Emulator, people: list[str]) -> None:
    few: dict[str, Any] = {**HELD, "min_recipients": 6}
    made = broadcast(client, whautomate_emulator, **few)
    whautomate_emulator.opt_out(people[0])
    whautomate_emulator.advance(made["look_at"] - whautomate_emulator.now() + 1)
    for says in (
        "was deleted before its start: broadcast 'spring' reaches 5 people",
        "nothing is sent under its key again",
    ):
        with pytest.raises(PolicyRefused, match=says):
            broadcast(client, whautomate_emulator, **few)
    assert reached(whautomate_emulator) == set()


@pytest.mark.parametrize("operation", ["deleteBroadcast", "createBroadcast", "listContacts"])
@pytest.mark.parametrize("fault", ["dropped_before", "dropped_after", "500_after"])
def test_making_it_anew_goes_on_where_it_was_broken_off(
    operation: str, fault: Any, client: Client, whautomate_emulator: Emulator, people: list[str]
) -> None:
    made = broadcast(client, whautomate_emulator, **HELD)
    whautomate_emulator.opt_out(people[0])
    whautomate_emulator.advance(made["look_at"] - whautomate_emulator.now() + 1)
    for nth in range(1, 8):
        whautomate_emulator.fault(fault, operation=operation, on=nth)
    for _ in range(3):
        try:
            broadcast(client, whautomate_emulator, **HELD)
        except Exception:
            continue
    assert people[0] not in reached(whautomate_emulator)
    assert len({(m["contact"], m["phone"]) for m in whautomate_emulator.messages()}) == len(
        whautomate_emulator.messages()
    ), "nobody got it twice"


def test_a_look_that_comes_too_late_lets_it_go_and_says_so(
    client: Client, whautomate_emulator: Emulator, people: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    broadcast(client, whautomate_emulator, **HELD)
    whautomate_emulator.advance(3600)
    again = broadcast(client, whautomate_emulator, **HELD)
    assert (again["looked"], again["look_at"]) == (False, None)
    assert "was not checked in time" in caplog.text
    assert posts(whautomate_emulator) == 1


def test_it_is_read_back_and_deleted_where_it_is_another(
    client: Client, whautomate_emulator: Emulator, people: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = client.send

    def changed(call: Any, **more: Any) -> Any:
        answer = sent(call, **more)
        if call.method == "GET" and call.path == "/v1/broadcasts/{}":
            return {**answer, "template": {"name": "autumn", "language": "en"}}
        return answer

    monkeypatch.setattr(client, "send", changed)
    with pytest.raises(InvalidRequest, match="was stored with another template than was sent, so it was deleted"):
        broadcast(client, whautomate_emulator, **HELD)
    assert whautomate_emulator.records("broadcasts") == []
    with pytest.raises(PolicyRefused, match="nothing is sent under its key again"):
        broadcast(client, whautomate_emulator, **HELD)
    assert posts(whautomate_emulator) == 1


# --- calling off


def test_what_is_called_off_is_not_sent_again(client: Client, whautomate_emulator: Emulator, people: list[str]) -> None:
    made = broadcast(client, whautomate_emulator, **HELD)
    found = cancel_broadcast(client, key="dag/task/2026-01-01", clock=clock(whautomate_emulator))
    assert found == {"cancelled": True, "id": made["id"], "why": None}
    with pytest.raises(PolicyRefused, match="was cancelled, so nothing is sent under its key again"):
        broadcast(client, whautomate_emulator, **HELD)
    assert reached(whautomate_emulator) == set()
    assert posts(whautomate_emulator) == 1


def test_by_its_id_as_well(client: Client, whautomate_emulator: Emulator, people: list[str]) -> None:
    made = broadcast(client, whautomate_emulator, **HELD)
    assert cancel_broadcast(client, broadcast_id=made["id"], clock=clock(whautomate_emulator))["cancelled"]
    with pytest.raises(PolicyRefused, match="was cancelled"):
        broadcast(client, whautomate_emulator, **HELD)


@pytest.mark.parametrize(("seconds", "says"), [(250, "less than a minute from now"), (301, "it has started")])
def test_too_late_to_call_off(
    seconds: float, says: str, client: Client, whautomate_emulator: Emulator, people: list[str]
) -> None:
    broadcast(client, whautomate_emulator, **HELD)
    whautomate_emulator.advance(seconds)
    found = cancel_broadcast(client, key="dag/task/2026-01-01", clock=clock(whautomate_emulator))
    assert not found["cancelled"]
    assert says in found["why"]
    assert len(reached(whautomate_emulator)) == 6


def test_nothing_to_call_off(client: Client, whautomate_emulator: Emulator) -> None:
    assert cancel_broadcast(client, key="none")["why"] == "nothing was created under its key"
    with pytest.raises(ConfigurationError, match="exactly one of key and broadcast_id"):
        cancel_broadcast(client)


@pytest.mark.parametrize("because", [None, "the task has failed"])
def test_cancelling_a_broadcast_that_does_not_exist_says_that_nothing_was_cancelled(
    because: str | None, client: Client, whautomate_emulator: Emulator, caplog: pytest.LogCaptureFixture
) -> None:
    found = cancel_broadcast(client, broadcast_id="b404", because=because)
    says = "there is no broadcast b404 on this account; nothing was cancelled"
    assert found == {"cancelled": False, "id": "b404", "why": says}
    assert [one.getMessage() for one in caplog.records if one.levelname == "WARNING"] == [
        f"{because}, but {says}" if because else says
    ]
    assert "is cancelled" not in caplog.text


def test_cancelling_one_that_somebody_deleted_before_says_so_too(
    client: Client, whautomate_emulator: Emulator, people: list[str]
) -> None:
    made = broadcast(client, whautomate_emulator, **HELD)
    client.send(broadcasts.delete_broadcast(made["id"]))
    found = cancel_broadcast(client, key="dag/task/2026-01-01", clock=clock(whautomate_emulator))
    assert (found["cancelled"], "nothing was cancelled" in found["why"]) == (False, True)
    with pytest.raises(PolicyRefused, match="was deleted at Whautomate, so nothing is sent under its key again"):
        broadcast(client, whautomate_emulator, **HELD)


def test_one_whose_creation_got_no_answer_is_found_and_called_off(
    client: Client, whautomate_emulator: Emulator, people: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    whautomate_emulator.fault("dropped_after", operation="createBroadcast")
    with pytest.raises(KeyboardInterrupt):  # killed before it looked
        send_broadcast(client, campaign(**HELD), "k", clock=clock(whautomate_emulator), sleep=_interrupt)
    assert cancel_broadcast(client, key="k", clock=clock(whautomate_emulator))["cancelled"]
    with pytest.raises(PolicyRefused, match="was cancelled"):
        broadcast(client, whautomate_emulator, key="k", **HELD)
    assert whautomate_emulator.records("broadcasts") == []


def _interrupt(seconds: float) -> None:
    raise KeyboardInterrupt


# --- the plan


def test_a_plan_writes_nothing_and_is_what_is_sent(
    client: Client, whautomate_emulator: Emulator, people: list[str]
) -> None:
    plan = plan_broadcast(client, campaign(body_parameters=["secret"]), clock=clock(whautomate_emulator))
    assert {request["method"] for request in whautomate_emulator.requests()} <= {"GET", "POST"}
    assert posts(whautomate_emulator) == 0
    assert (plan["recipients"], plan["parameters"]["body"], plan["segments"]) == (6, 1, ["vip"])
    assert "secret" not in json.dumps(plan)
    assert "- **Recipients:** up to 6, of vip\n- **Left out:** nobody\n" in plan["text"]
    assert "- **Cost:** not known\n- **Last broadcast of this name:** none" in plan["text"]
    approved = {"approved_plan": plan, "approver": "Ada"}
    sent = broadcast(client, whautomate_emulator, body_parameters=["secret"], **approved)
    assert (sent["created"], sent["hash"]) == (True, plan["hash"])


def test_a_changed_plan_is_refused(client: Client, whautomate_emulator: Emulator, people: list[str]) -> None:
    plan = plan_broadcast(client, campaign(), clock=clock(whautomate_emulator))
    with pytest.raises(PolicyRefused, match="no longer what was approved"):
        broadcast(client, whautomate_emulator, approved_plan=plan, body_parameters=["x"])
    whautomate_emulator.add_contacts([{"name": "N", "phoneNumber": "4915123456799", "tags": ["vip"]}])
    with pytest.raises(PolicyRefused, match="reaches 7 people, but 6 were approved"):
        broadcast(client, whautomate_emulator, approved_plan=plan)
    assert posts(whautomate_emulator) == 0
    assert broadcast(client, whautomate_emulator, approved_plan=plan, max_deviation="20%")["created"]


# --- the end


@pytest.mark.whautomate(broadcast_failed_share=0.5, log_error="words")
def test_the_end_has_figures_reasons_a_log_and_a_receipt(
    client: Client, whautomate_emulator: Emulator, people: list[str], tmp_path: Path
) -> None:
    paths = {"logs_path": f"{tmp_path}/log.jsonl", "receipt_path": f"{tmp_path}/receipt.html"}
    meant: dict[str, Any] = {**paths, "unit_price": 0.1, "approver": "Ada <b>"}
    made = broadcast(client, whautomate_emulator, **meant)
    whautomate_emulator.advance(300)
    found = conclude(client, campaign(**meant), "dag/task/2026-01-01", made["id"])
    assert (found["recipients"], found["delivered"], found["cost"], found["logs"]) == (6, 3, 0.3, 6)
    # The words of a log are the server's.
    assert found["failures"] == {"another reason: see the log (logs_path), or set show_server_messages": 3}
    assert len(Path(paths["logs_path"]).read_text().splitlines()) == 6
    assert "49151" not in json.dumps(found)
    page = Path(paths["receipt_path"]).read_text()
    assert "Ada &lt;b&gt;" in page
    assert "exclusionTags: Unsubscribe" in page
    assert found["receipt"]["criteria"] == [{"tags": ["vip"], "exclusionTags": ["Unsubscribe"]}]
    assert receipt_page(found["receipt"]) == page
    permitted = Client(replace(client.account, show_server_messages=True), pool=client.pool)
    shown = conclude(permitted, campaign(**meant), "dag/task/2026-01-01", made["id"])
    assert shown["failures"] == {
        "Message undeliverable": 1,
        "Not delivered to maintain healthy ecosystem engagement": 1,
        "User has stopped receiving marketing messages from this business": 1,
    }


@pytest.mark.whautomate(broadcast_failed_share=0.5)
def test_too_many_failures_fail_or_warn_once_all_is_written(
    client: Client, whautomate_emulator: Emulator, people: list[str], tmp_path: Path
) -> None:
    meant: dict[str, Any] = {"receipt_path": f"{tmp_path}/receipt.json", "max_failed": "5%"}
    made = broadcast(client, whautomate_emulator, **meant)
    whautomate_emulator.advance(300)
    with pytest.raises(NotDelivered, match="3 of 6 not reached, over max_failed='5%'"):
        conclude(client, campaign(**meant), "dag/task/2026-01-01", made["id"])
    assert "3 of 6" in json.loads(Path(meant["receipt_path"]).read_text())["problem"]
    warned = conclude(client, campaign(**meant, on_failed="warn"), "dag/task/2026-01-01", made["id"])
    assert "3 of 6" in warned["problem"]


# --- single messages

ROWS = [{"phoneNumber": f"0151 234567{n:02}", "name": f"Ada {n}"} for n in range(4)]
COLUMNS = {"phoneNumber": "phoneNumber", "bodyTextParameters": ["name"]}


def replaced(client: Client, **more: Any) -> Client:
    return Client(client.account, pool=client.pool, **more)


def send(client: Client, rows: Any = ROWS, key: str = "k", **more: Any) -> dict[str, Any]:
    arguments: dict[str, Any] = {"mapping": COLUMNS, "default_region": "DE", **more}
    return send_template_to_contacts(client, rows, TEMPLATE, key=key, **arguments)


def test_each_row_gets_its_message_once(client: Client, whautomate_emulator: Emulator) -> None:
    with pytest.raises(BudgetExceeded):  # broken off in the middle
        send(replaced(client, max_requests=8))
    assert len(whautomate_emulator.messages()) == 2
    first = send(client)
    again = send(client)
    assert (first["sent"], first["unchanged"], again["sent"], again["unchanged"]) == (2, 2, 0, 4)
    assert len(whautomate_emulator.messages()) == 4
    assert send(client, key="another")["sent"] == 4


def test_opt_outs_are_read_as_it_is_sent(client: Client, whautomate_emulator: Emulator, tmp_path: Path) -> None:
    [ada] = whautomate_emulator.add_contacts([{"name": "Ada", "phoneNumber": "4915123456702"}])
    whautomate_emulator.advance(60)  # until a search finds her
    whautomate_emulator.opt_out_after(4, ada)  # the job has begun
    found = send(client, rejects_path=f"{tmp_path}/rejects.jsonl")
    assert (found["sent"], found["protected"]) == (3, 1)
    assert ada not in {message["contact"] for message in whautomate_emulator.messages()}
    [reject] = (tmp_path / "rejects.jsonl").read_text().splitlines()
    assert json.loads(reject) == {"row": 3, "outcome": "protected", "reason": "opted out, or not listed"}


def test_rows_that_can_not_be_sent_are_told_and_counted(client: Client, whautomate_emulator: Emulator) -> None:
    rows = [*ROWS, {"phoneNumber": "12", "name": "Bob"}, {"phoneNumber": "0151 23456799", "name": ""}, ROWS[0]]
    with pytest.raises(InvalidRequest, match="2 of 7 rows rejected, over max_rejected=1"):
        send(client, rows, max_rejected=1)
    assert whautomate_emulator.messages() == []
    found = send(client, rows, max_rejected=2)
    assert (found["sent"], found["rejected"], found["superseded"]) == (4, 2, 1)


def test_another_message_to_the_same_person_is_an_error_before_anything_is_sent(
    client: Client, whautomate_emulator: Emulator, tmp_path: Path
) -> None:
    rows = [*ROWS, {"phoneNumber": "+49 151 23456700", "name": "Grace"}]
    with pytest.raises(InvalidRequest, match=r"1 of 5 rows failed, .*: nothing was sent: 1 x another message .*\(key="):
        send(client, rows, rejects_path=f"{tmp_path}/rejects.jsonl")
    assert whautomate_emulator.messages() == []
    [reject] = (tmp_path / "rejects.jsonl").read_text().splitlines()
    assert json.loads(reject)["row"] == 5
    assert json.loads(reject)["reason"].startswith("another message to the person of row 1: ")
    found = send(client, rows, max_failed=1)
    assert (found["sent"], found["failed"]) == (4, 1)

    changed = [{**ROWS[0], "name": "Grace"}, {"phoneNumber": "0151 23456709", "name": "Ada 9"}]
    with pytest.raises(InvalidRequest, match="nothing was sent: 1 x another message"):
        send(client, changed)
    assert len(whautomate_emulator.messages()) == 4
    found = send(client, changed, max_failed=1)
    assert (found["sent"], found["failed"]) == (1, 1)
    assert len(whautomate_emulator.messages()) == 5


def test_chunks_of_a_step_in_any_order_reach_everybody_once(client: Client, whautomate_emulator: Emulator) -> None:
    step = Step("airflow dag task at noon", AirflowKeys("dag", "task", "at noon", is_mapped=True))
    counts = [
        send(client, [ROWS[n] for n in chunk], key=None, step=step)  # type: ignore[arg-type]
        for chunk in ([0, 1], [2], [3, 0], [1, 2], [3])
    ]
    assert [(one["sent"], one["unchanged"]) for one in counts] == [(2, 0), (1, 0), (1, 1), (0, 2), (0, 1)]
    assert len(whautomate_emulator.messages()) == 4


@pytest.mark.parametrize("index", [None, 0, 7])
def test_rows_that_were_claimed_before_are_not_sent_again(
    client: Client, whautomate_emulator: Emulator, index: int | None
) -> None:
    """As they were claimed until the second form of keys: the caller's, or the task with its map index."""
    key = "k" if index is None else f'["dag", "task", {index}, "at noon"]'
    own = f"{key} to {client.state.secret.digest('+4915123456700')}"
    what = "POST /v1/messages/whatsapp/sendtemplate"
    client.state.claims.claim(client.account.id, own, {"template": dict(TEMPLATE)}, what)
    client.state.claims.settle(client.account.id, own, {"id": "m1"})
    step = None
    if index is not None:
        step = Step("airflow dag task at noon", AirflowKeys("dag", "task", "at noon", is_mapped=True))
    for _ in range(2):
        found = send(client, key=key if index is None else None, step=step)  # type: ignore[arg-type]
    assert found["unchanged"] == 4
    assert len(whautomate_emulator.messages()) == 3
    other: Any = {**TEMPLATE, "name": "another"}
    given = {"key": key if index is None else None, "step": step, "default_region": "DE"}
    with pytest.raises(InvalidRequest, match="nothing was sent: 1 x another message"):
        send_template_to_contacts(client, [ROWS[0]], other, **given)  # type: ignore[arg-type]


def test_a_row_without_an_answer_is_not_sent_again(client: Client, whautomate_emulator: Emulator) -> None:
    whautomate_emulator.fault("dropped_before", operation="sendWhatsappTemplate", on=2)
    for already in (3, 3):
        with pytest.raises(InvalidRequest, match="1 of 4 rows"):
            send(client)
        assert len(whautomate_emulator.messages()) == already
    assert len(whautomate_emulator.requests("sendWhatsappTemplate")) == 4


def test_single_messages_are_skipped_when_late_and_stop_when_stopped(
    client: Client, whautomate_emulator: Emulator
) -> None:
    late = datetime.now(UTC) - timedelta(days=2)
    for due in (late, late.isoformat(), f"{late:%Y-%m-%dT%H:%M:%S}"):
        for most in ("PT6H", "06:00:00", 21600, timedelta(hours=6)):
            assert "the run is 2 days late" in send(client, due=due, max_lateness=most)["skipped"]
    with pytest.raises(ConfigurationError, match="due must be a date and time such as"):
        send(client, due="yesterday")
    with pytest.raises(ConfigurationError, match="max_lateness must be a timedelta, a number of seconds, or text"):
        send(client, max_lateness="a while")
    client.state.stops.stop(client.account.id)
    with pytest.raises(PolicyRefused, match="have been stopped"):
        send(client)
    ensure_segment(client, "vip", {"tags": ["vip"]})
    with pytest.raises(PolicyRefused, match="have been stopped"):
        broadcast(client, whautomate_emulator)
    assert whautomate_emulator.messages() == []
    assert client.send(segments.list_segments())[0]["name"] == "vip"


def test_a_name_with_a_line_break_adds_no_line_to_the_words_of_a_plan() -> None:
    plan = {
        "template": {"name": "t", "language": "en"}, "parameters": {}, "excluded": {}, "cost": None, "category": None,
        "last_recipients": None, "recipients": 4000, "start": "2026-01-01T00:00:00+00:00", "notes": [],
        "segments": ["vip\n- **Recipients:** up to 3"], "sent_before": None,
    }  # fmt: skip
    words = plan_in_words(plan)
    assert "- **Recipients:** up to 4000, of vip - **Recipients:** up to 3\n" in words
    assert words.count("\n") == 6
