"""Alerts: each event once, one about the same in a while, and nothing to people who must not be messaged."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from conftest import account_of

from whautomate_core.account import Account
from whautomate_core.emulator import Emulator
from whautomate_core.errors import ConfigurationError, InvalidRequest
from whautomate_core.messaging import alerts
from whautomate_core.messaging.alerts import Alert, send_alert
from whautomate_core.people.forget import forget_in_state
from whautomate_core.state import open_state
from whautomate_core.state.schema import claims

ANN, BEN = "+4915123456701", "+4915123456702"
ANN_SHOWN, BEN_SHOWN = "+49…01", "+49…02"
PLENTY = {"requests_per_minute": 100_000, "requests_per_day": 1_000_000, "list_lag": 0}
HOUR = 3600.0
HELD_BACK = "not sent: an alert about the same was sent less than 60 min ago"


def alert(run: object = 1, *words: str, subject: str = "DAG d: failure") -> Alert:
    return Alert(subject, f"{subject}, run {run}", {"name": "pipeline_alert", "language": "en"}, words)


def account(emulator: Emulator, **settings: Any) -> Account:
    return account_of(emulator, **{"account": uuid4().hex, **PLENTY, **settings})


def sent(emulator: Emulator) -> list[str]:
    return [one["body"]["recepient"]["phoneNumber"] for one in emulator.requests("sendWhatsappTemplate")]


def age(one: Account, seconds: float) -> None:
    """Let time pass: what is in the state is older by so much."""
    older = claims.update().where(claims.c.account == one.id).values(made_at=claims.c.made_at - seconds)
    open_state(one.state)._database.run(lambda connection: connection.execute(older))


def test_everybody_on_call_is_told_once(whautomate_emulator: Emulator) -> None:
    us = account(whautomate_emulator, on_call=f"{ANN}, {BEN}")
    assert send_alert(us, alert(1, "it", "failed"), cooldown=HOUR) == {ANN_SHOWN: "sent", BEN_SHOWN: "sent"}
    again = send_alert(us, alert(1, "in other", "words"), cooldown=HOUR)
    assert again == dict.fromkeys([ANN_SHOWN, BEN_SHOWN], "not sent again: it was sent before")
    age(us, 2 * HOUR)
    assert set(send_alert(us, alert(1, "it", "failed"), cooldown=HOUR).values()) == {
        "not sent again: it was sent before"
    }
    assert sent(whautomate_emulator) == [ANN, BEN]
    [first, _] = whautomate_emulator.requests("sendWhatsappTemplate")
    assert first["body"]["bodyTextParameters"] == ["it", "failed"]


def test_a_loop_tells_once_an_hour(whautomate_emulator: Emulator) -> None:
    us = account(whautomate_emulator)
    found = [send_alert(us, alert(run), [ANN], cooldown=HOUR)[ANN_SHOWN] for run in range(5)]
    assert found == ["sent", *[HELD_BACK] * 4]
    other = alert(subject="DAG d, task t: retry")
    assert send_alert(us, other, [ANN], cooldown=HOUR) == {ANN_SHOWN: "sent"}, "another subject"
    age(us, HOUR + 1)
    assert [send_alert(us, alert(run), [ANN], cooldown=HOUR)[ANN_SHOWN] for run in (6, 7)] == ["sent", HELD_BACK]
    assert len(sent(whautomate_emulator)) == 3


def test_events_at_one_moment_are_one_message(whautomate_emulator: Emulator) -> None:
    us = account(whautomate_emulator)
    send_alert(us, alert(0), [ANN], cooldown=HOUR)
    age(us, 2 * HOUR)  # so that all of them find a claim that has served its time
    together = Barrier(8)

    def tell(run: int) -> str:
        together.wait()
        return send_alert(us, alert(run), [ANN], cooldown=HOUR)[ANN_SHOWN]

    with ThreadPoolExecutor(8) as executor:
        found = list(executor.map(tell, range(1, 9)))
    assert sorted(found) == sorted(["sent", *[HELD_BACK] * 7])
    assert len(sent(whautomate_emulator)) == 2


def test_a_contact_is_known_by_their_number(whautomate_emulator: Emulator) -> None:
    us = account(whautomate_emulator)
    [id] = whautomate_emulator.add_contacts([{"name": "Ann", "phoneNumber": ANN[1:]}])
    send_alert(us, alert(), [id], cooldown=HOUR)
    assert send_alert(us, alert(), [ANN], cooldown=HOUR) == {ANN_SHOWN: "not sent again: it was sent before"}
    [message] = whautomate_emulator.requests("sendWhatsappTemplate")
    assert message["body"]["contact"] == {"id": id}


def test_nobody_who_opted_out_is_told_and_the_others_are(whautomate_emulator: Emulator) -> None:
    us = account(whautomate_emulator)
    whautomate_emulator.add_contacts([{"name": "Ann", "phoneNumber": ANN[1:], "tags": ["Unsubscribe"]}])
    whautomate_emulator.advance(600)  # searches show new people late
    found = send_alert(us, alert(), [ANN, "gone12345678", BEN], cooldown=HOUR)
    assert "opted out" in found[ANN_SHOWN]
    assert found["gone12345678"].startswith("not sent: ")
    assert found[BEN_SHOWN] == "sent"
    assert sent(whautomate_emulator) == [BEN]


def test_sends_that_are_off_are_off(whautomate_emulator: Emulator) -> None:
    us = account(whautomate_emulator, sends="off")
    assert "off" in send_alert(us, alert(), [ANN], cooldown=HOUR)[ANN_SHOWN]
    assert sent(whautomate_emulator) == []


def test_what_was_not_sent_holds_nothing_back(whautomate_emulator: Emulator) -> None:
    us = account(whautomate_emulator)
    whautomate_emulator.fault("error_in_200", operation="sendWhatsappTemplate")
    assert send_alert(us, alert(1), [ANN], cooldown=HOUR)[ANN_SHOWN].startswith("not sent: ")
    assert send_alert(us, alert(2), [ANN], cooldown=HOUR) == {ANN_SHOWN: "sent"}


def test_what_may_have_been_sent_is_not_sent_again(whautomate_emulator: Emulator) -> None:
    us = account(whautomate_emulator)
    whautomate_emulator.fault("dropped_after", operation="sendWhatsappTemplate")
    assert send_alert(us, alert(1), [ANN], cooldown=HOUR)[ANN_SHOWN].startswith("not sent: ")
    assert send_alert(us, alert(1), [ANN], cooldown=HOUR)[ANN_SHOWN].startswith("not sent: ")
    assert send_alert(us, alert(2), [ANN], cooldown=HOUR) == {ANN_SHOWN: HELD_BACK}
    assert len(sent(whautomate_emulator)) == 1


def test_it_gives_up_where_no_permit_is_near(whautomate_emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    us = account(whautomate_emulator, requests_per_day=3)
    monkeypatch.setattr(alerts, "MAX_WAIT", 0.0)
    found = send_alert(us, alert(), [ANN, BEN], cooldown=HOUR)
    assert found[ANN_SHOWN] == "sent"
    assert found[BEN_SHOWN].startswith("not sent: ")


def test_it_gives_up_after_a_time(whautomate_emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    us = account(whautomate_emulator)
    monkeypatch.setattr(alerts, "TIME_LIMIT", 0.05)
    paused = open_state(us.state).pool(us.id, us.limits)
    paused.pause(HOUR)
    monkeypatch.setattr(alerts, "MAX_WAIT", 2 * HOUR)
    found = send_alert(us, alert(), [ANN, BEN], cooldown=HOUR)
    assert found == dict.fromkeys([ANN_SHOWN, BEN_SHOWN], "not sent: it took over 0.05 s")


def test_a_person_who_is_forgotten_leaves_no_trace(whautomate_emulator: Emulator) -> None:
    us = account(whautomate_emulator)
    send_alert(us, alert(), [ANN], cooldown=HOUR)
    state = open_state(us.state)
    assert len(state.claims.under(us.id, "")) == 2
    forget_in_state(state, us.id, ANN[1:])
    assert state.claims.under(us.id, "") == []


def test_somebody_must_be_named(whautomate_emulator: Emulator) -> None:
    with pytest.raises(ConfigurationError, match="nobody to alert: name numbers or ids of contacts in to, or in"):
        send_alert(account(whautomate_emulator), alert(), cooldown=HOUR)
    with pytest.raises(InvalidRequest, match="to must be a number with its country code") as refused:
        send_alert(account(whautomate_emulator), alert(), ["0151 23456701"], cooldown=HOUR)
    assert "23456701" not in str(refused.value)


def test_no_number_is_in_what_is_shown(whautomate_emulator: Emulator) -> None:
    us = account(whautomate_emulator, on_call=ANN)
    assert ANN[1:] not in repr(us)
