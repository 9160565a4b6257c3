"""A broadcast that is created only when its hold is nearly over."""

from datetime import timedelta
from typing import Any

import pytest
from test_campaign import campaign, clock

from whautomate_core.client.client import Client
from whautomate_core.emulator import Emulator
from whautomate_core.errors import KeyTaken, PolicyRefused, Stopped
from whautomate_core.messaging import create
from whautomate_core.messaging.cancel import cancel_broadcast
from whautomate_core.messaging.segments import ensure_segment
from whautomate_core.messaging.send import send_broadcast

KEY = "run/spring"


@pytest.fixture
def people(client: Client, whautomate_emulator: Emulator) -> list[str]:
    """Six people with the tag vip, and the segment of them."""
    ensure_segment(client, "vip", {"tags": ["vip"]})
    return whautomate_emulator.add_contacts(
        {"name": f"N{n}", "phoneNumber": f"491512345670{n}", "tags": ["vip"]} for n in range(6)
    )


@pytest.fixture
def send(client: Client, whautomate_emulator: Emulator, people: list[str]) -> Any:
    """Sends the broadcast of the key, or goes on with it, as the emulator's clock says."""

    def send(key: str = KEY, due: Any = None, **more: Any) -> Any:
        steps = {"clock": clock(whautomate_emulator), "sleep": whautomate_emulator.advance, "hold_first": True}
        steps |= {name: more.pop(name) for name in ("hold_first", "check") if name in more}
        given = campaign(**{"hold_minutes": 60, "min_recipients": 1, **more})
        return send_broadcast(client, given, key, due=due, **steps)

    return send


def made(emulator: Emulator) -> list[dict[str, Any]]:
    return emulator.records("broadcasts")


def advance_to(emulator: Emulator, at: float) -> None:
    emulator.advance(max(0.0, at - emulator.now()) + 1)


def test_it_is_created_once_its_hold_is_nearly_over_and_starts_when_that_said(
    send: Any, people: list[str], whautomate_emulator: Emulator
) -> None:
    first = send()
    assert (first["id"], first["created"], first["skipped"], first["looked"]) == (None, False, None, None)
    assert first["recipients"] == 6
    whautomate_emulator.advance(600)
    assert (send()["look_at"], send()["start"]) == (first["look_at"], first["start"]), "a later look moves nothing"
    assert made(whautomate_emulator) == []
    whautomate_emulator.opt_out(people[0])
    advance_to(whautomate_emulator, first["look_at"])
    sent = send()
    assert (sent["created"], sent["looked"], sent["look_at"], sent["start"]) == (True, True, None, first["start"])
    assert sent["recipients"] == 5
    assert send()["id"] == sent["id"] == made(whautomate_emulator)[0]["id"]
    whautomate_emulator.advance(3600)
    assert people[0] not in {message["contact"] for message in whautomate_emulator.messages()}
    assert len(whautomate_emulator.messages()) == 5


def test_without_a_hold_it_is_created_at_once(send: Any, whautomate_emulator: Emulator) -> None:
    assert send(hold_minutes=0)["created"]
    assert send("2", look_again=False)["created"], "nobody waits for a look, so nobody would create it"
    assert len(made(whautomate_emulator)) == 2


def test_who_comes_late_sends_it_at_once_or_in_the_next_window_or_not_at_all(
    send: Any, whautomate_emulator: Emulator
) -> None:
    first = send()
    due = clock(whautomate_emulator)()
    advance_to(whautomate_emulator, first["look_at"] + 3600)
    assert send(due=due, max_lateness=timedelta(minutes=10))["skipped"].startswith("the run is ")
    closed = clock(whautomate_emulator)() + timedelta(hours=2)
    window = (f"{closed:%H:%M}", f"{closed + timedelta(hours=1):%H:%M}", "UTC")
    again = send(send_window=window)
    assert (again["id"], again["start"][:16]) == (None, f"{closed:%Y-%m-%dT%H:%M}"), "the hold lasts until it opens"
    advance_to(whautomate_emulator, again["look_at"])
    sent = send(send_window=window)
    assert (sent["created"], sent["start"]) == (True, again["start"])


def test_late_without_a_window_it_starts_a_minute_from_then(send: Any, whautomate_emulator: Emulator) -> None:
    first = send()
    advance_to(whautomate_emulator, first["look_at"] + 3600)
    sent = send()
    assert (sent["created"], sent["look_at"], sent["looked"]) == (True, None, True)
    assert sent["start"] > first["start"]


def test_the_hold_itself_makes_nobody_late(send: Any, whautomate_emulator: Emulator) -> None:
    """A run of 20:05 whose window opens at 9 has been due for half a day when it sends, and was never late."""
    due = clock(whautomate_emulator)()
    opens = due + timedelta(hours=13)
    given = {"send_window": (f"{opens:%H:%M}", f"{opens + timedelta(hours=1):%H:%M}", "UTC")}
    first = send(due=due, max_lateness=timedelta(hours=6), **given)
    advance_to(whautomate_emulator, first["look_at"])
    sent = send(due=due, max_lateness=timedelta(hours=6), **given)
    assert (sent["created"], sent["skipped"], sent["start"]) == (True, None, first["start"])


def test_one_that_a_person_started_is_late_too_when_its_hold_is_long_over(
    send: Any, whautomate_emulator: Emulator
) -> None:
    first = send(max_lateness=timedelta(hours=6))
    advance_to(whautomate_emulator, first["look_at"] + 7 * 3600)
    assert send(max_lateness=timedelta(hours=6))["skipped"].startswith("the run is ")
    assert made(whautomate_emulator) == []


def test_a_held_broadcast_that_is_cancelled_is_never_created(
    send: Any, client: Client, whautomate_emulator: Emulator
) -> None:
    first = send()
    assert cancel_broadcast(client, key=KEY) == {"cancelled": True, "id": None, "why": None}
    assert cancel_broadcast(client, key=KEY)["cancelled"] is False
    advance_to(whautomate_emulator, first["look_at"])
    for _ in range(2):
        with pytest.raises(PolicyRefused, match="was cancelled, so nothing is sent under its key again"):
            send()
    assert made(whautomate_emulator) == []


def test_nor_is_it_created_by_a_step_that_would_create_it_at_once(
    send: Any, client: Client, whautomate_emulator: Emulator
) -> None:
    """Such as one of Airflow with the same key, or the same flow run on a laptop."""
    send()
    cancel_broadcast(client, key=KEY)
    with pytest.raises(PolicyRefused, match="was cancelled, so nothing is sent under its key again"):
        send(hold_first=False)
    assert made(whautomate_emulator) == []


@pytest.mark.parametrize("hold_first", [True, False])
def test_what_the_caller_looks_at_just_before_the_creation_may_keep_it_from_being_created(
    send: Any, whautomate_emulator: Emulator, hold_first: bool
) -> None:
    first = send()
    advance_to(whautomate_emulator, first["look_at"])

    def check() -> None:
        assert whautomate_emulator.requests("createBroadcast") == []
        raise Stopped("the run was cancelled")

    with pytest.raises(Stopped, match="the run was cancelled"):
        send(hold_first=hold_first, check=check)
    assert whautomate_emulator.requests("createBroadcast") == []
    assert send()["created"], "it left no claim behind"


def test_one_that_is_cancelled_while_it_is_about_to_be_created_is_not(
    send: Any, client: Client, whautomate_emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the last look at its hold and the POST, while it waits for a permit."""
    first = send()
    advance_to(whautomate_emulator, first["look_at"])
    named = create.named

    def meanwhile(*args: Any) -> Any:
        cancel_broadcast(client, key=KEY)
        return named(*args)

    monkeypatch.setattr(create, "named", meanwhile)
    with pytest.raises(PolicyRefused, match="was cancelled"):
        send()
    assert made(whautomate_emulator) == []
    assert whautomate_emulator.requests("createBroadcast") == []


def test_one_key_holds_one_broadcast(send: Any, whautomate_emulator: Emulator) -> None:
    first = send()
    with pytest.raises(KeyTaken, match="has already held a broadcast named 'spring' that differs in template"):
        send(template={"name": "autumn", "language": "en"})
    advance_to(whautomate_emulator, first["look_at"])
    send()
    with pytest.raises(KeyTaken, match="differs in template"):
        send(template={"name": "autumn", "language": "en"})
    assert len(made(whautomate_emulator)) == 1


def test_what_keeps_it_from_going_out_is_asked_again_at_the_end_of_the_hold(
    send: Any, people: list[str], whautomate_emulator: Emulator
) -> None:
    first = send(min_recipients=6)
    whautomate_emulator.opt_out(people[0])
    advance_to(whautomate_emulator, first["look_at"])
    with pytest.raises(PolicyRefused, match="reaches 5 people, but min_recipients is 6"):
        send(min_recipients=6)
    assert made(whautomate_emulator) == []
