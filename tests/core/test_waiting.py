"""Waiting steps: what they decide, when they check, and what that costs."""

import asyncio
import itertools
import json
import logging
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from conftest import account_of
from forwarder import Forwarder
from hypothesis import given
from hypothesis import strategies as st
from waiting_cases import CASES, Case

from whautomate_core.account import Account
from whautomate_core.api.call import Call
from whautomate_core.api.contacts import add_contact_tags, delete_contact
from whautomate_core.api.services import create_service, update_service
from whautomate_core.bookings.conditions import AppointmentIs, ClassPlaces, SlotFree
from whautomate_core.client.client import AsyncClient, Client
from whautomate_core.client.pages import Pages
from whautomate_core.conditions import BY_KIND, condition_from
from whautomate_core.conditions import CONDITIONS as REGISTERED
from whautomate_core.emulator import Emulator
from whautomate_core.errors import (
    AuthenticationError,
    BudgetExceeded,
    ConfigurationError,
    InvalidRequest,
    NotFound,
    QuotaExhausted,
    RateLimited,
    ServerError,
    StateLost,
    UnexpectedResponse,
    UnreadableRecord,
    WrongRecord,
)
from whautomate_core.messaging.conditions import BroadcastReached, MessageReceived, broadcasts_now
from whautomate_core.people.conditions import ClientHas, ContactHas
from whautomate_core.state import database
from whautomate_core.state.pool import Usage
from whautomate_core.sync.contacts import sync_contacts
from whautomate_core.values.limits import Limits
from whautomate_core.values.progress import silent
from whautomate_core.waiting.condition import Condition, Seen
from whautomate_core.waiting.poll import (
    CHECK_ATTEMPTS,
    Moment,
    acheck,
    arun_check,
    check,
    failed_check,
    may_pass,
    moments,
    pause_after,
    run_check,
    timed_out,
    wait,
)
from whautomate_core.waiting.quota import QuotaFree
from whautomate_core.waiting.share import WaitingPool, share, share_in_words

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


# --- what is decided


def broadcast(delivered: int = 0, failed: int = 0, recipients: int = 100, **more: Any) -> Any:
    processed = {"totalCount": recipients, "successCount": delivered, "failureCount": failed}
    figures = {"sentCount": delivered, "deliveredCount": delivered, "failedCount": failed}
    return {"id": "b", "status": "Processing", "processedStats": processed, "deliveryStats": figures, **more}


JUST = {"completedAt": (NOW - timedelta(seconds=10)).isoformat()}
LONG_AGO = {"completedAt": (NOW - timedelta(hours=1)).isoformat()}


@pytest.mark.parametrize(
    ("thresholds", "record", "decided"),
    [
        ({}, broadcast(50, 10), None),
        ({}, broadcast(50, 10, **JUST), None),
        ({}, broadcast(50, 10, **LONG_AGO), "done"),
        ({}, broadcast(90, 10, **JUST), "done"),
        ({}, broadcast(status="cancelled"), "was not sent: its status is cancelled"),
        ({"min_delivered": 1}, broadcast(90, 10, status="Failed"), "was not sent"),
        # A count decides at once.
        ({"min_delivered": 50}, broadcast(49), None),
        ({"min_delivered": 50}, broadcast(50), "done"),
        ({"max_failed": 10}, broadcast(0, 10), None),
        ({"max_failed": 10}, broadcast(0, 11), "11 of 100 not reached, over max_failed=10"),
        ({"max_failed": 10, "min_delivered": 5}, broadcast(50, 11), "not reached"),
        # A share decides where more are counted than were processed, or at the end.
        ({"min_delivered": "50%"}, broadcast(49), None),
        ({"min_delivered": "50%"}, broadcast(50), "done"),
        ({"max_failed": "10%"}, broadcast(0, 11), "over max_failed='10%'"),
        ({"min_delivered": "50%"}, broadcast(9, 1, recipients=10), None),
        ({"max_failed": "5%"}, broadcast(9, 1, recipients=10), None),
        ({"min_delivered": "50%"}, broadcast(9, 1, recipients=10, **JUST), "done"),
        ({"max_failed": "5%"}, broadcast(9, 1, recipients=10, **JUST), "1 of 10 not reached"),
        ({"min_delivered": "50%"}, {**broadcast(9), "processedStats": {"totalCount": 10}}, None),
        # What is finished decides.
        ({"min_delivered": 60}, broadcast(50, 10, **LONG_AGO), "50 of 100 delivered, under min_delivered=60"),
        ({"min_delivered": "60%"}, broadcast(50, 10, **LONG_AGO), "under min_delivered='60%'"),
        ({"min_delivered": "95%"}, broadcast(recipients=0, **LONG_AGO), "done"),
        ({"min_delivered": 1}, broadcast(recipients=0, **LONG_AGO), "0 of 0 delivered"),
    ],
)
def test_when_a_broadcast_is_over(thresholds: Any, record: Any, decided: str | None) -> None:
    seen = BroadcastReached("b", **thresholds).decide(record, NOW)
    assert seen.over == (decided is not None)
    if decided == "done":
        assert seen.problem is None
        assert seen.result is not None
        assert seen.result["delivered"] == record["deliveryStats"]["deliveredCount"]
    elif decided:
        assert seen.problem is not None
        assert decided in seen.problem


@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50), st.integers(0, 60), st.integers(0, 60))
def test_counts_decide_the_same_before_and_at_the_end(
    delivered: int, failed: int, rest: int, least: int, most: int
) -> None:
    """What ends a wait early is what its end would say, if nothing more happens."""
    condition = BroadcastReached("b", min_delivered=least, max_failed=most)
    early = condition.decide(broadcast(delivered, failed, delivered + failed + rest), NOW)
    late = condition.decide(broadcast(delivered, failed, delivered + failed + rest, **LONG_AGO), NOW)
    assert late.over
    if early.over:
        assert (early.problem, early.result is None) == (late.problem, late.result is None)


def test_a_broadcast_can_not_change_before_it_starts() -> None:
    due = {"scheduleDateTime": "2026-06-01T15:00:00.000Z"}
    decide = BroadcastReached("b").decide
    assert decide(broadcast(status="Scheduled", **due), NOW).not_before == NOW.timestamp() + 3 * 3600
    assert decide(broadcast(**due, startedAt="2026-06-01T11:00:00Z"), NOW).not_before == 0
    assert decide(broadcast(scheduleDateTime="soon"), NOW).not_before == 0


@pytest.mark.parametrize(
    ("asked", "contacts", "found"),
    [
        ({"tag": "vip"}, [{"id": "c", "tags": ["VIP "]}], "c"),
        ({"tag": "vip"}, [{"id": "c", "tags": ["vipers"]}], None),
        ({"tag": "vip"}, [{"id": "c"}], None),
        ({"stage": "won"}, [{"id": "c", "stage": "Won"}], "c"),
        ({"stage": "won", "tag": "vip"}, [{"id": "c", "stage": "Won"}, {"id": "d", "tags": ["vip"]}], None),
        ({"stage": "won", "tag": "vip"}, [{"id": "c"}, {"id": "d", "tags": ["vip"], "stage": "won"}], "d"),
        ({"tag": "vip"}, [], None),
    ],
)
def test_when_a_contact_has_what_it_should(asked: Any, contacts: Any, found: str | None) -> None:
    assert ContactHas("c", **asked).decide(contacts).result == ({"id": found} if found else None)


def usage(*remaining: tuple[int, int, float], paused: float = 0.0) -> Usage:
    return Usage("a", list(remaining), paused, 0.0, "")


def test_when_there_is_quota() -> None:
    limits = Limits([(60, 60), (100, 86_400)])
    decide = QuotaFree(50).decide
    assert decide(usage((50, 60, 60), (80, 100, 86_400)), limits).result == {"left": 50}
    assert not decide(usage((60, 60, 60), (49, 100, 86_400)), limits).over
    paused = decide(usage((60, 60, 60), (100, 100, 86_400), paused=30), limits, now=1000)
    assert (paused.over, paused.not_before) == (False, 1030)
    # What others squeezed it to passes; what the account never has is told.
    assert not decide(usage((20, 20, 60), (100, 100, 86_400)), limits).over
    with pytest.raises(ConfigurationError, match="requests=61 is more than the account ever has: 60 in 60 s"):
        QuotaFree(61).decide(usage((60, 60, 60), (100, 100, 86_400)), limits)


@pytest.mark.parametrize(
    ("fields", "counts"),
    [
        ({"isIncoming": True}, True),
        ({"isIncoming": "true"}, True),
        ({"isIncoming": "True"}, True),
        ({"isIncoming": False}, False),
        ({"isIncoming": "false"}, False),
        ({}, False),
        ({"isIncoming": True, "timestamp": "2026-06-01T11:59:59Z"}, False),
        ({"isIncoming": True, "timestamp": "2026-06-01T13:30:00+01:00"}, True),
        ({"isIncoming": True, "timestamp": None, "createdAt": "2026-06-01T12:00:00"}, True),
        ({"isIncoming": False, "timestamp": "?"}, False),
    ],
)
def test_which_messages_count(fields: Any, counts: bool) -> None:
    message = {"id": "m", "timestamp": "2026-06-01T12:00:00.000Z", "text": "secret", "from": "4915123456789", **fields}
    seen = MessageReceived("c", since=NOW).decide([message])
    assert seen.over == counts
    if seen.result:
        assert seen.result.keys() == {"contact_id", "count", "newest_id", "newest_at"}


def test_messages_whose_time_nobody_can_read_are_no_silent_no() -> None:
    with pytest.raises(UnexpectedResponse, match="no time that can be read"):
        MessageReceived("c", since="1970-01-01T00:00Z").decide([{"isIncoming": True, "timestamp": "yesterday"}])


# --- what can't be


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: BroadcastReached(""), "broadcast_id"),
        (lambda: BroadcastReached("b", min_delivered="many"), "min_delivered"),
        (lambda: BroadcastReached("b", max_failed=-1), "max_failed"),
        (lambda: ContactHas(tag="a"), "either contact_id or phone"),
        (lambda: ContactHas("c", phone="+49151", tag="a"), "either contact_id or phone"),
        (lambda: ContactHas("c"), "tag or stage"),
        (lambda: ContactHas("c", tag=" "), "tag must be"),
        (lambda: ContactHas(phone="none", tag="a"), "phone must hold a number"),
        (lambda: ClientHas("c", ""), "tag must be"),
        (lambda: ClientHas(" ", "a"), "client_id"),
        (lambda: QuotaFree(0), "requests must be"),
        (lambda: QuotaFree(True), "requests must be"),
        (lambda: MessageReceived(""), "contact_id"),
        (lambda: MessageReceived("c", since="2026-01-01T00:00:00"), "no time zone"),
        (lambda: MessageReceived("c", since=datetime(2026, 1, 1)), "no time zone"),
        (lambda: MessageReceived("c", since="tomorrow"), "since must be"),
    ],
)
def test_what_can_not_be_waited_for_names_its_field(make: Any, says: str) -> None:
    with pytest.raises((ConfigurationError, InvalidRequest), match=says):
        make()


def test_numbers_are_in_no_words() -> None:
    condition = ContactHas(phone="+4915123456789", tag="a")
    assert "3456" not in f"{condition} {condition.unmet} {condition.decide([]).words}"


@pytest.mark.parametrize("make", [MessageReceived, partial(ContactHas, tag="a"), partial(ClientHas, tag="a")])
def test_nor_is_one_that_was_given_in_place_of_an_id(make: Any) -> None:
    """Words become log lines, and the messages of states."""
    assert "3456" not in make("4915123456789").unmet
    assert "FcBox4UkwZA" in make("FcBox4UkwZA").unmet


CONDITIONS: list[Condition] = [
    BroadcastReached("b", min_delivered="95%", max_failed=3),
    ContactHas(phone="+49151", tag="a", stage="s"),
    ClientHas("c", "t"),
    QuotaFree(5),
    MessageReceived("c", since="2026-01-01T00:00:00.5+01:00"),
    AppointmentIs("booked", "2026-01-01T00:00Z", NOW, staff_id="s"),
    ClassPlaces("c", free=0),
    SlotFree("s", NOW, NOW + timedelta(days=1), hours=["09:00-12:00"]),
]


def test_there_is_an_example_of_each_condition() -> None:
    assert {type(one) for one in CONDITIONS} == {one for several in REGISTERED.values() for one in several}


@pytest.mark.parametrize("condition", CONDITIONS, ids=lambda one: one.kind)
def test_conditions_are_plain_json(condition: Condition) -> None:
    assert condition_from(json.loads(json.dumps(condition.as_json()))) == condition


def test_every_condition_has_a_case(whautomate_emulator: Emulator) -> None:
    kinds = set()
    for case in CASES:
        kinds.add(case.condition(whautomate_emulator)["kind"])
        whautomate_emulator.advance(86_400)  # the next may book the same time
    assert kinds == BY_KIND.keys()


def test_kinds_are_not_used_twice() -> None:
    assert len(BY_KIND) == sum(map(len, REGISTERED.values()))


def test_the_condition_that_contributing_shows_works(
    whautomate_emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (Path(__file__).parents[2] / "CONTRIBUTING.md").read_text()
    code = text.partition("## Adding a sensor condition")[2].partition("```python\n")[2].partition("```")[0]
    made = ModuleType("shown_condition")
    monkeypatch.setitem(sys.modules, made.__name__, made)
    exec(compile(code, "CONTRIBUTING.md", "exec"), made.__dict__)
    service: Any = {"name": "Cut", "serviceType": "APPOINTMENT", "staffs": [{"id": Emulator.staff_id}]}
    account = plenty(whautomate_emulator)
    with Client(account) as client, checking(account) as check_once:
        id = client.send(create_service(service))["id"]
        condition = made.ServiceActive(id)
        for active in (False, True):
            client.send(update_service(id, {"active": active}))
            for _ in range(2):  # by each of the two clients
                assert check_once(condition).result == ({"id": id} if active else None)
        with pytest.raises(NotFound):
            check_once(made.ServiceActive("nobody"))


# --- the table that all callers share


@contextmanager
def clients(emulator: Emulator) -> Iterator[Any]:
    account = account_of(emulator, requests_per_minute=1000, requests_per_day=10_000, account="waiting")

    async def asked(checks: Any) -> Any:
        async with AsyncClient(account, pool=WaitingPool(account)) as client:
            return await arun_check(client, checks)

    with Client(account, pool=WaitingPool(account)) as client:
        yield partial(run_check, client), lambda checks: asyncio.run(asked(checks))


@pytest.mark.whautomate(search_delay=0.0, broadcast_seconds=0.0, delivery_seconds=0.0, broadcast_failed_share=0.5)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_both_clients_see_the_same(case: Case, whautomate_emulator: Emulator) -> None:
    asked = case.condition(whautomate_emulator)
    with clients(whautomate_emulator) as ways:
        for way in ways:
            if case.error is not None:
                with pytest.raises(case.error):
                    way(condition_from(asked).check)
                continue
            seen = way(condition_from(asked).check)
            assert case.agrees(seen.result, seen.problem)


# --- reading


def answers(checks: Any, give: Any, size: int = 0) -> tuple[Any, list[Call[Any]]]:
    """Drive a check with what `give` answers to each call; gives its result and the calls."""
    steps, sent, answer = checks(lambda call: Pages(call, size=size)), [], None
    try:
        while True:
            step = steps.send(answer)
            sent.append(step)
            answer = give(step)
            while isinstance(answer, Exception):
                step = steps.throw(answer)
                sent.append(step)
                answer = give(step)
    except StopIteration as end:
        return end.value, sent


def server(everything: list[str], cap: int, figures: bool = True) -> Any:
    """A server of broadcasts, in this order."""

    def record(one: str, listed: bool) -> Any:
        return broadcast(id=one) if figures or not listed else {"id": one}

    def give(call: Call[Any]) -> Any:
        if call.ids:
            return record(call.ids[0], False) if call.ids[0] in everything else NotFound("gone")
        page = int(call.query["page"])
        return [record(one, True) for one in everything[(page - 1) * cap : page * cap]]

    return give


@pytest.mark.parametrize(
    ("waited", "others", "cap", "lists", "gets"),
    [
        (200, 0, 100, 2, 0),
        (200, 0, 50, 4, 0),
        (200, 300, 100, 2, 0),
        (1, 300, 100, 0, 1),
        (2, 0, 100, 1, 0),
    ],
)
def test_many_broadcasts_take_few_requests(waited: int, others: int, cap: int, lists: int, gets: int) -> None:
    ids = [f"b{n}" for n in range(waited)]
    everything = [*ids, *(f"o{n}" for n in range(others))]
    found, sent = answers(partial(broadcasts_now, set(ids), set(ids)), server(everything, cap))
    assert set(found) == set(ids)
    assert (len([one for one in sent if not one.ids]), len([one for one in sent if one.ids])) == (lists, gets)


@given(
    st.lists(st.sampled_from([f"b{n}" for n in range(60)]), unique=True),
    st.sets(st.sampled_from([f"b{n}" for n in range(80)]), min_size=1),
    st.data(),
    st.integers(1, 20),
    st.booleans(),
)
def test_every_broadcast_is_told_of_for_little_more_than_reading_each(
    everything: list[str], ids: set[str], data: Any, cap: int, figures: bool
) -> None:
    due = data.draw(st.sets(st.sampled_from(sorted(ids)), min_size=1))
    found, sent = answers(partial(broadcasts_now, ids, due), server(everything, cap, figures))
    assert due <= set(found) <= ids
    for one, seen in found.items():
        assert isinstance(seen, NotFound) if one not in everything else "deliveryStats" in seen
    # In vain are at most as many pages in a row as are missing; any other page has one of those waited for.
    assert len([one for one in sent if one.ids]) <= len(due)
    assert len(sent) <= len(ids) * (len(due) + 1) + len(due)


def test_old_broadcasts_far_down_the_list_are_read_one_by_one() -> None:
    everything = [*(f"o{n}" for n in range(300)), "b1", "b2"]
    found, sent = answers(partial(broadcasts_now, {"b1", "b2"}, {"b1", "b2"}), server(everything, 10))
    assert set(found) == {"b1", "b2"}
    assert [bool(one.ids) for one in sent] == [False, False, True, True]


def test_errors_that_are_not_about_one_broadcast_end_the_check() -> None:
    with pytest.raises(AuthenticationError):
        answers(partial(broadcasts_now, {"b"}, {"b"}), lambda call: AuthenticationError("no"))


def message(n: int, incoming: bool = True) -> Any:
    at = NOW + timedelta(minutes=n)
    return {"id": f"m{n}", "isIncoming": incoming, "timestamp": at.isoformat()}


@pytest.mark.parametrize(
    ("newest_first", "since", "pages"), [(True, 0, 1), (False, 0, 4), (True, -25, 3), (False, -25, 4)]
)
def test_old_messages_are_read_only_where_they_come_first(newest_first: bool, since: int, pages: int) -> None:
    everything = sorted((message(n) for n in range(-30, 10)), key=lambda one: one["timestamp"], reverse=newest_first)

    def give(call: Call[Any]) -> Any:
        page = int(call.query["page"])
        return everything[(page - 1) * 12 : page * 12]

    seen, sent = answers(MessageReceived("c", since=NOW + timedelta(minutes=since)).check, give)
    assert seen.result["count"] == 10 - since
    assert seen.result["newest_id"] == "m9"
    assert len(sent) == pages
    assert {one.query["startDate"] for one in sent} == {"2026-05-31"}


def test_a_number_is_looked_for_in_all_that_the_search_gives(
    client: Client, pool: Any, whautomate_emulator: Emulator
) -> None:
    number = {"name": "n", "phoneNumber": "4915123456789"}
    whautomate_emulator.add_contacts([{**number, "phoneNumber": f"49151234567890{n % 10}{n}"} for n in range(60)])
    whautomate_emulator.add_contacts([number, {**number, "tags": ["vip"]}])
    whautomate_emulator.advance(60)
    seen = run_check(client, ContactHas(phone="+49 151 2345-6789", tag="VIP").check)
    assert seen.result == {"id": whautomate_emulator.contacts()[-1]["id"]}
    assert not run_check(client, ContactHas(phone="+49 151 2345-678", tag="VIP").check).over


@pytest.mark.whautomate(search_delay=1e6, list_lag=1e6)
def test_a_contact_whom_a_sync_made_is_seen_by_its_number_before_a_search_shows_it(
    whautomate_emulator: Emulator,
) -> None:
    number, condition = "4915123456789", ContactHas(phone="+49 151 2345-6789", tag="vip")
    account = plenty(whautomate_emulator)  # whose waiting steps have more than a trial's five checks
    with Client(account) as client, checking(account) as check_once:
        sync_contacts(client, [{"a": "Ada", "b": f"+{number}"}], {"name": "a", "phoneNumber": "b"}, progress=silent)
        (made,) = whautomate_emulator.contacts()
        for _ in range(2):  # by each of the two clients
            assert not check_once(condition).over
        client.send(add_contact_tags(made["id"], ["vip"]))
        for _ in range(2):
            assert check_once(condition).result == {"id": made["id"]}
        client.send(delete_contact(made["id"]))
        for _ in range(2):
            assert not check_once(condition).over


def test_all_messages_since_are_counted(client: Client, whautomate_emulator: Emulator) -> None:
    [contact] = whautomate_emulator.add_contacts([{"name": "n", "phoneNumber": "4915123456789"}])
    since = whautomate_emulator.now()
    whautomate_emulator.receive(contact, "first")
    whautomate_emulator.advance(1)
    newest = whautomate_emulator.receive(contact, "second")
    found = run_check(client, MessageReceived(contact, since=datetime.fromtimestamp(since - 1, UTC)).check)
    assert found.result is not None
    assert (found.result["count"], found.result["newest_id"]) == (2, newest)


# --- when


def test_polling_slows_down() -> None:
    assert [pause_after(60.0, checks) for checks in range(6)] == [60, 120, 240, 480, 900, 900]
    assert [pause_after(2000.0, checks) for checks in range(2)] == [2000, 2000]


def times(seen: list[Seen], **how: Any) -> list[float]:
    """When the checks are that see this, on a clock that starts at 1000."""
    now = [1000.0]
    steps = moments(60.0, how.pop("deadline", 1e9), clock=lambda: now[0], **how)
    found = [next(steps).at]
    for one in seen:
        now[0] = max(now[0], found[-1])
        found.append(steps.send(one).at)
    return found


NOTHING = Seen("not yet")


def test_checks_begin_when_something_can_have_changed() -> None:
    assert times([NOTHING] * 3) == [1000, 1060, 1180, 1420]
    assert times([NOTHING], not_before=0.0) == [1060, 1180]
    assert times([NOTHING], not_before=5000.0) == [5060, 5180]
    # The delays start anew then.
    later = Seen("scheduled", not_before=9000.0)
    assert times([NOTHING, later, NOTHING]) == [1000, 1060, 9060, 9180]


def test_the_last_check_is_at_the_deadline() -> None:
    assert times([NOTHING] * 2, deadline=1100.0) == [1000, 1060, 1100]
    with pytest.raises(TimeoutError):
        times([NOTHING] * 3, deadline=1100.0)
    assert times([], deadline=1100.0, not_before=5000.0) == [1100]


def test_a_wait_says_what_it_saw_once_and_again_when_that_changed() -> None:
    told: list[tuple[int, str]] = []
    failed = failed_check(ServerError("503"))
    seen = [NOTHING, NOTHING, NOTHING, Seen("half of it"), Seen("half of it"), failed, failed, Seen("half of it")]
    times(seen, tell=lambda *one: told.append(one))
    assert [words.partition(";")[0] for level, words in told if level > logging.DEBUG] == [
        "not yet", "half of it", "the check failed: 503", "the check failed: 503", "half of it"
    ]  # fmt: skip
    assert len(told) == len(seen)
    told.clear()
    with pytest.raises(TimeoutError):
        times([NOTHING] * 3, deadline=1100.0, tell=lambda *one: told.append(one))
    assert [level for level, _ in told] == [logging.INFO, logging.DEBUG, logging.INFO], "the last is told"


@given(st.floats(0.1, 5000), st.floats(0, 1e6), st.lists(st.floats(0, 2e6), max_size=30), st.booleans())
def test_no_check_is_after_the_deadline_nor_more_often_than_asked(
    interval: float, seconds: float, befores: list[float], first: bool
) -> None:
    now = [0.0]
    steps = moments(interval, seconds, clock=lambda: now[0], not_before=None if first else 0.0)
    at = [next(steps).at]
    try:
        for not_before in befores:
            now[0] = max(now[0], at[-1])
            at.append(steps.send(Seen("", not_before=not_before)).at)
            assert at[-1] >= min(now[0] + interval, seconds)
            assert at[-1] >= min(not_before, seconds)
    except TimeoutError:
        assert now[0] >= seconds
    assert max(at) <= seconds


# --- checks that fail


@contextmanager
def checking(account: Account) -> Iterator[Callable[[Condition], Seen]]:
    """Checks as a waiting step does, with each of the two clients in turn."""
    how = {"pool": WaitingPool(account), "attempts": CHECK_ATTEMPTS}

    async def acheck_once(condition: Condition) -> Seen:
        async with AsyncClient(account, **how) as client:
            return await acheck(client, condition)

    with Client(account, **how) as client:
        ways = itertools.cycle([partial(check, client), lambda condition: asyncio.run(acheck_once(condition))])
        yield lambda condition: next(ways)(condition)


@contextmanager
def forwarder_to(url: str) -> Iterator[Forwarder]:
    host, _, port = re.sub(r"^.*(//|@)", "", url).partition("/")[0].partition(":")
    way = Forwarder((host, int(port or 5432)))
    yield way
    way.stop()


class Wait:
    """A wait on a clock that jumps from one check to the next."""

    def __init__(self, condition: Condition, account: Account, deadline: float = 1e6) -> None:
        self.now = 0.0
        self.at: list[float] = []
        self.told: list[tuple[int, str]] = []
        self._condition, self._account, self._deadline = condition, account, deadline

    def run(self, before: Callable[[float], object] = lambda at: None) -> Seen:
        """Wait to the end. `before` each check it is told the time."""
        steps = moments(
            60.0,
            self._deadline,
            clock=lambda: self.now,
            tell=lambda *told: self.told.append(told),
        )
        with checking(self._account) as check_once:

            def check_at(moment: Moment) -> Seen:
                self.now = max(self.now, moment.at)
                self.at.append(self.now)
                before(self.now)
                return check_once(self._condition)

            return wait(steps, check_at)


def plenty(emulator: Emulator, **more: Any) -> Account:
    return account_of(emulator, requests_per_minute=1000, requests_per_day=10_000, account=uuid4().hex, **more)


def vip(emulator: Emulator) -> ContactHas:
    [made] = emulator.add_contacts([{"name": "Ada", "phoneNumber": "4915123456789", "tags": ["vip"]}])
    return ContactHas(made, tag="vip")


def tells_of_three_failures(wait: Wait, why: str) -> None:
    assert wait.at == [0, 60, 180, 420], "the pause grows"
    assert [level for level, _ in wait.told] == [logging.WARNING] * 3
    for (_, words), pause in zip(wait.told, (60, 120, 240), strict=True):
        assert re.fullmatch(rf"the check failed: .*{why}.*; checking again in {pause} s", words)


@pytest.mark.parametrize("fault", ["dropped_before", "500_before", "503", "not_json", "error_in_200"])
def test_a_wait_survives_a_server_that_fails(fault: Any, whautomate_emulator: Emulator) -> None:
    condition = vip(whautomate_emulator)
    wait = Wait(condition, plenty(whautomate_emulator))
    seen = wait.run(lambda at: at < 300 and whautomate_emulator.fault(fault))
    assert seen.result == {"id": condition.contact_id}
    tells_of_three_failures(wait, "GET /v1/contacts/{}")
    assert len(whautomate_emulator.requests("getContact")) == 4, "one request a check"


def test_a_wait_survives_a_host_that_is_away(whautomate_emulator: Emulator) -> None:
    condition = vip(whautomate_emulator)
    with forwarder_to(whautomate_emulator.url) as way:
        way.stop()
        wait = Wait(condition, replace(plenty(whautomate_emulator), host=f"http://127.0.0.1:{way.port}"))
        seen = wait.run(lambda at: at > 300 and way.start())
    assert seen.result == {"id": condition.contact_id}
    tells_of_three_failures(wait, "could not connect to")


@pytest.mark.parametrize("at_its_start", [True, False])
def test_a_wait_survives_a_state_database_that_is_away(
    whautomate_emulator: Emulator, postgres: str, monkeypatch: pytest.MonkeyPatch, at_its_start: bool
) -> None:
    monkeypatch.setattr(database, "PATIENCE", 0.0)
    condition = vip(whautomate_emulator)
    with forwarder_to(postgres) as way:
        state = re.sub(r"@[^/]+", f"@127.0.0.1:{way.port}", postgres)
        wait = Wait(condition, plenty(whautomate_emulator, state=state))
        if at_its_start:
            way.stop()
        seen = wait.run(lambda at: way.stop() if at == 0 else at > 300 and way.start())
    assert seen.result == {"id": condition.contact_id}
    tells_of_three_failures(wait, "the state database")
    assert len(whautomate_emulator.requests("getContact")) == 1


@pytest.mark.parametrize("answer", [{}, {"data": {"id": "r"}}])
@pytest.mark.parametrize(
    "condition",
    [BroadcastReached("r"), ContactHas("r", tag="vip"), ClientHas("r", "vip"), ClassPlaces("r")],
    ids=lambda one: one.kind,
)
def test_an_answer_without_a_record_is_a_failed_check_and_no_not_yet(condition: Condition, answer: Any) -> None:
    steps = condition.check(lambda call: pytest.fail("no list is read"))
    next(steps)
    with pytest.raises(UnexpectedResponse, match=r"GET /v1/.*/{}: .* without an id") as raised:
        steps.send(answer)
    assert may_pass(raised.value)


def test_a_broadcast_that_is_polled_and_has_no_record_is_a_failed_check() -> None:
    steps = broadcasts_now({"r"}, {"r"}, lambda call: SimpleNamespace(done=False))  # type: ignore[arg-type,return-value]
    next(steps)
    with pytest.raises(StopIteration) as end:
        steps.send({})
    assert isinstance(end.value.value["r"], UnexpectedResponse)


def test_a_wait_that_ends_with_a_failed_check_says_so(whautomate_emulator: Emulator) -> None:
    condition = vip(whautomate_emulator)
    whautomate_emulator.fault("503", probability=1.0)
    wait = Wait(condition, plenty(whautomate_emulator), deadline=100.0)
    with pytest.raises(
        TimeoutError, match=r"the last check failed: GET /v1/contacts/\{\}: the server failed"
    ) as raised:
        wait.run()
    assert timed_out(condition, "after 100 s", raised.value).startswith(
        f"{condition.unmet} after 100 s; the last check"
    )
    assert wait.at == [0, 60, 100]
    assert wait.told[-1][1] == f"the check failed: {str(raised.value).partition(': ')[2]}"


@pytest.mark.parametrize(
    ("error", "passes"),
    [
        (RateLimited("429"), True),
        (UnexpectedResponse("redirected", status=302), True),
        (UnexpectedResponse("redirected", status=308), False),
        (AuthenticationError("the key was refused", status=403), False),
        (NotFound("not found", status=404), False),
        (InvalidRequest("refused", status=400), False),
        (UnreadableRecord("no time"), False),
        (WrongRecord("another"), False),
        (StateLost("deleted"), False),
        (BudgetExceeded("max_requests"), False),
        (ConfigurationError("host"), False),
        (KeyError("a fault of ours"), False),
    ],
    ids=str,
)
def test_which_failures_end_a_wait(error: Exception, passes: bool) -> None:
    assert may_pass(error) == passes


# --- a tenth of the day


def test_waiting_steps_have_a_tenth_of_the_day_half_of_it_in_a_quarter() -> None:
    assert share(Limits.trial()).windows == ((5, 21_600.0), (10, 86_400.0))
    assert share(Limits.subscribed()).windows == ((21_600, 21_600.0), (43_200, 86_400.0))
    assert share(Limits([(3, 60), (3, 86_400)])).windows == ((1, 21_600.0), (1, 86_400.0))
    said = "waiting steps may use a tenth of the account's requests: 43,200 in 24 h"
    assert share_in_words(Limits.subscribed()) == said


@given(st.integers(1, 10**6))
def test_the_share_is_never_more_than_a_tenth_but_for_a_first_request(most: int) -> None:
    (early, _), (day, seconds) = share(Limits([(most, 60), (most, 86_400)])).windows
    assert seconds == 86_400
    assert 1 <= early <= day == max(1, most // 10)


def test_all_who_wait_draw_from_one_share_and_from_the_pool(whautomate_emulator: Emulator) -> None:
    account = account_of(whautomate_emulator, account="trial")
    with Client(account, pool=WaitingPool(account), max_wait=0) as one:
        for _ in range(4):
            with pytest.raises(NotFound):
                run_check(one, ClientHas("nobody", "t").check)

    async def another() -> None:
        async with AsyncClient(account, pool=WaitingPool(account), max_wait=0) as client:
            with pytest.raises(NotFound):
                await arun_check(client, ClientHas("nobody", "t").check)
            with pytest.raises(QuotaExhausted, match="that is for waiting steps") as none:
                await arun_check(client, ClientHas("nobody", "t").check)
            assert 21_000 < (none.value.next_permit_at or 0) - time.time() < 22_000
            # The pool has all the others.
            seen = await arun_check(client, QuotaFree(50).check)
            assert seen.result == {"left": 55}

    asyncio.run(another())
    assert len(whautomate_emulator.requests()) == 5


def test_a_permit_that_is_due_after_the_deadline_is_not_waited_for(whautomate_emulator: Emulator) -> None:
    account = account_of(whautomate_emulator, account="deadline", requests_per_minute=10, requests_per_day=10)
    pool = WaitingPool(account, deadline=time.time() + 600)
    pool.acquire()
    with pytest.raises(QuotaExhausted):
        pool.acquire()  # it would wait for ever
