"""People who stopped marketing in WhatsApp: counted, given the opt-out tag once, and never sent marketing again."""

import contextlib
import itertools
import json
import logging
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import NoLimit, account_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_campaign import broadcast, campaign, clock

from whautomate_core.api.messages import send_whatsapp_template
from whautomate_core.client.client import Client
from whautomate_core.emulator import Emulator
from whautomate_core.errors import BudgetExceeded, ConfigurationError, InvalidRequest, PolicyRefused
from whautomate_core.messaging.failures import Failures
from whautomate_core.messaging.messages import send_template_to_contacts
from whautomate_core.messaging.outcome import Ending, conclude, conclude_by_id
from whautomate_core.messaging.segments import ensure_audience, ensure_segment
from whautomate_core.messaging.unreachable import failed_recipients, suppress_unreachable

KEY = "dag/task/2026-01-01"
PEOPLE = 12
HALF_FAIL = pytest.mark.whautomate(broadcast_failed_share=0.5)
"""Of twelve people two have stopped marketing, two can't be reached, and two are at WhatsApp's limit."""
AGAIN: dict[str, Any] = {"segment_name": None, "retarget_type": "failed", "key": "2"}


@pytest.fixture
def people(client: Client, whautomate_emulator: Emulator) -> list[str]:
    return add_people(client, whautomate_emulator)


def add_people(client: Client, emulator: Emulator, count: int = PEOPLE) -> list[str]:
    """Contacts with the tag vip; each has a client too, and every third a second contact, all with other spellings."""
    ensure_segment(client, "vip", {"tags": ["vip"]})
    numbers = [f"55119876540{n:02}" for n in range(count)]  # of Brazil: with and without the 9 it is one number
    emulator.add_contacts({"name": f"N{n}", "phoneNumber": one} for n, one in enumerate(numbers) if not n % 3)
    emulator.add_clients({"fullName": f"N{n}", "countryCode": "+55", "phone": one[2:]} for n, one in enumerate(numbers))
    return emulator.add_contacts(
        {"name": f"N{n}", "phoneNumber": one, "tags": ["vip"]} for n, one in enumerate(numbers)
    )


def sent(client: Client, emulator: Emulator, **more: Any) -> str:
    """The id of a broadcast to all of them that is over."""
    made = broadcast(client, emulator, **more)
    emulator.advance(300)
    return str(made["id"])


def failed(emulator: Emulator, code: str) -> set[str]:
    """The numbers to which a message failed with a code."""
    return {one["phone"] for one in emulator.failures() if one["code"] == code}


def holders(emulator: Emulator) -> Counter[str]:
    """The numbers, from the country code on, of the records with the opt-out tag."""
    everybody = [*emulator.contacts(), *emulator.clients()]
    return Counter(number_of(one) for one in everybody if "Unsubscribe" in one.get("tags", []))


def number_of(person: dict[str, Any]) -> str:
    return str(person.get("phoneNumber") or f"55{person['phone']}")


def taggings(emulator: Emulator) -> list[tuple[str, str]]:
    """Each time somebody got the opt-out tag: the kind and the id."""
    given = [one for one in emulator.automations() if one["kind"] == "tag_added" and one["tag"] == "Unsubscribe"]
    assert not any(one["again"] for one in given)
    return [("contact", one["contact"]) if one["contact"] else ("client", one["client"]) for one in given]


# --- the outcome


@pytest.mark.parametrize(
    "form",
    [pytest.param(one, marks=pytest.mark.whautomate(broadcast_failed_share=0.5, log_error=one)) for one in
     ("text", "code", "object", "words", "none")],
)  # fmt: skip
def test_failures_are_counted_by_code_without_a_file(
    form: str, client: Client, whautomate_emulator: Emulator, people: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    id = sent(client, whautomate_emulator)
    caplog.set_level(logging.INFO)
    found = conclude(client, campaign(), KEY, id)
    assert found["logs"] is None
    if form in ("words", "none"):
        assert found["codes"] == {"unread": 6}
        assert sum(found["failures"].values()) == 6
    else:
        assert found["codes"] == {"131050": 2, "131026": 2, "131049": 2}
        assert found["failures"]["stopped your marketing messages (131050)"] == 2
        assert "2 recipients stopped your marketing messages in WhatsApp (131050)" in caplog.text
        assert "suppress_unreachable" in caplog.text
    assert found["receipt"]["codes"] == found["codes"]
    assert f"broadcast {id}: log read in 2 requests" in caplog.text
    assert "551198765" not in caplog.text + json.dumps(found)
    assert holders(whautomate_emulator) == {}  # nobody gets the tag unless somebody asks for it


def test_every_reading_of_a_number_that_stopped_is_kept_in_whatever_order_the_lines_come(client: Client) -> None:
    whole = {"phone": "+4915123456789"}
    either = {"countryCode": "+49", "phone": "4915123456789"}  # the same number, or a longer one of Germany
    for lines in itertools.permutations([whole, either, {**whole, "phone": "4915123456789"}]):
        failures = Failures(client.account)
        stopped: list[Any] = [{**one, "status": "Failed", "error": "131050"} for one in lines]
        assert len([*failures.counting(stopped)]) == 3
        assert [sorted(one) for one in failures.stopped] == [["4915123456789", "494915123456789"]]


@pytest.mark.whautomate(broadcast_failed_share=0)
def test_the_log_is_not_read_if_nobody_failed(client: Client, whautomate_emulator: Emulator, people: list[str]) -> None:
    id = sent(client, whautomate_emulator)
    found = conclude(client, campaign(), KEY, id)
    assert (found["failures"], found["codes"], found["suppressed"]) == (None, None, None)
    assert whautomate_emulator.requests("listBroadcastLogs") == []
    asked = conclude(client, campaign(suppress_failed=True), KEY, id)
    assert asked["codes"] == {}
    assert set(asked["suppressed"].values()) == {0}


@HALF_FAIL
def test_a_log_that_nobody_asked_for_fails_no_step(
    client: Client, whautomate_emulator: Emulator, people: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    id = sent(client, whautomate_emulator)
    for problem in ("max_requests is 1", "the server failed (500)"):
        few = Client(client.account, pool=client.pool, max_requests=1 if "max" in problem else 9, attempts=1)
        if "500" in problem:
            whautomate_emulator.fault("500_before", operation="listBroadcastLogs")
        found = conclude(few, campaign(), KEY, id)
        assert (found["delivered"], found["failures"], found["codes"]) == (6, None, None)
        assert "it is not known why 6 recipients failed: " in caplog.text
        assert problem in caplog.text
    with pytest.raises(BudgetExceeded):
        conclude(Client(client.account, pool=client.pool, max_requests=1), campaign(suppress_failed=True), KEY, id)


@HALF_FAIL
@pytest.mark.parametrize("by_id", [False, True])
def test_suppress_failed_tags_each_record_of_who_stopped_once(
    by_id: bool, client: Client, whautomate_emulator: Emulator, people: list[str], tmp_path: Path
) -> None:
    id = sent(client, whautomate_emulator)
    stopped, meant = (
        failed(whautomate_emulator, "131050"),
        {"suppress_failed": True, "logs_path": f"{tmp_path}/log.jsonl"},
    )

    def end() -> dict[str, Any]:
        if by_id:
            return conclude_by_id(client, Ending(**meant), id)
        return conclude(client, campaign(**meant), KEY, id)

    found = end()
    assert found["suppressed"] == {"tagged": 2, "unchanged": 0, "missing": 0, "failed": 0, "unsettled": 0}
    assert found["receipt"]["suppressed"] == found["suppressed"]
    everybody = [*whautomate_emulator.contacts(), *whautomate_emulator.clients()]
    assert holders(whautomate_emulator) == Counter(number_of(one) for one in everybody if number_of(one) in stopped)
    assert end()["suppressed"] == {"tagged": 0, "unchanged": 2, "missing": 0, "failed": 0, "unsettled": 0}
    given = taggings(whautomate_emulator)
    assert len(given) == len(set(given)) == holders(whautomate_emulator).total() >= 4
    assert broadcast(client, whautomate_emulator, key="2")["recipients"] == PEOPLE - 2


@pytest.mark.whautomate(broadcast_failed_share=0.5, broadcast_seconds=600.0)
def test_who_stops_after_the_wait_has_ended_is_said_to_be_missed(
    client: Client, whautomate_emulator: Emulator, people: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    id = broadcast(client, whautomate_emulator)["id"]
    whautomate_emulator.advance(400)
    conclude(client, campaign(suppress_failed=True, min_delivered=1), KEY, id)
    assert f"broadcast {id} is not finished" in caplog.text
    caplog.clear()
    whautomate_emulator.advance(400)
    conclude(client, campaign(suppress_failed=True, min_delivered=1), KEY, id)
    assert "is not finished" not in caplog.text
    assert set(holders(whautomate_emulator)) == failed(whautomate_emulator, "131050")


# --- the jobs


@HALF_FAIL
def test_who_cannot_be_reached_is_proposed_and_not_tagged(
    client: Client, whautomate_emulator: Emulator, people: list[str], tmp_path: Path
) -> None:
    id, path = sent(client, whautomate_emulator), tmp_path / "unreachable.jsonl"
    found = suppress_unreachable(client, id, unreachable_path=str(path))
    assert found == {
        "broadcast_id": id, "undelivered": 6, "codes": {"131050": 2, "131026": 2, "131049": 2}, "stopped": 2,
        "tagged": 2, "unchanged": 0, "missing": 0, "unreachable": 2,
    }  # fmt: skip
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    assert {row["phoneNumber"] for row in rows} == {f"+{one}" for one in failed(whautomate_emulator, "131026")}
    assert {row["code"] for row in rows} == {"131026"}
    assert path.stat().st_mode & 0o777 == 0o600
    assert set(holders(whautomate_emulator)) == failed(whautomate_emulator, "131050")
    again = suppress_unreachable(client, id)
    assert (again["tagged"], again["unchanged"]) == (0, 2)


@HALF_FAIL
def test_the_first_of_several_opt_out_tags_is_given_and_any_of_them_counts(
    whautomate_emulator: Emulator, pool: NoLimit, tmp_path: Path
) -> None:
    account = account_of(whautomate_emulator, opt_out_tags=["No marketing", "Unsubscribe"])
    with Client(account, pool=pool, sleep=lambda seconds: None) as client:
        add_people(client, whautomate_emulator)
        id = sent(client, whautomate_emulator)
        one, *_ = sorted(failed(whautomate_emulator, "131050"))
        for contact in whautomate_emulator.contacts():
            if contact["phoneNumber"] == one:
                whautomate_emulator.opt_out(contact["id"])
        found = suppress_unreachable(client, id)
        assert (found["stopped"], found["tagged"]) == (2, 2)  # one of them through the client alone
    tagged = [person for person in whautomate_emulator.contacts() if "No marketing" in person["tags"]]
    assert {number_of(person) for person in tagged} == failed(whautomate_emulator, "131050") - {one}


@HALF_FAIL
def test_who_has_no_record_any_more_is_missing(
    client: Client, whautomate_emulator: Emulator, people: list[str]
) -> None:
    id = sent(client, whautomate_emulator)
    one, *_ = sorted(failed(whautomate_emulator, "131050"))
    for kind in ("contacts", "clients"):
        for person in getattr(whautomate_emulator, kind)():
            if number_of(person) == one:
                client.send(_delete(kind, person["id"]))
    found = suppress_unreachable(client, id)
    assert (found["stopped"], found["tagged"], found["missing"]) == (2, 1, 1)


def _delete(kind: str, id: str) -> Any:
    from whautomate_core.api import clients, contacts

    return contacts.delete_contact(id) if kind == "contacts" else clients.delete_client(id)


@HALF_FAIL
def test_a_tag_that_is_refused_fails_the_step_once_all_others_have_it(
    client: Client, whautomate_emulator: Emulator, people: list[str], tmp_path: Path
) -> None:
    id, receipt = sent(client, whautomate_emulator), tmp_path / "receipt.json"
    whautomate_emulator.fault("error_in_200", operation="addContactTags")
    with pytest.raises(
        InvalidRequest, match=r"1 person who stopped your marketing messages \(131050\) could not be given"
    ):
        conclude(client, campaign(suppress_failed=True, receipt_path=str(receipt)), KEY, id)
    assert json.loads(receipt.read_text())["suppressed"]["failed"] == 1
    assert suppress_unreachable(client, id)["stopped"] == 2
    assert set(holders(whautomate_emulator)) == failed(whautomate_emulator, "131050")


# --- who may be tried again


@HALF_FAIL
def test_a_retarget_of_who_stopped_is_refused(client: Client, whautomate_emulator: Emulator, people: list[str]) -> None:
    id = sent(client, whautomate_emulator)
    for kind in ("failed", "sent"):
        with pytest.raises(PolicyRefused, match=r"2 recipients .*\(131050\).*suppress_unreachable .*failed_recipients"):
            broadcast(client, whautomate_emulator, **{**AGAIN, "retarget_type": kind}, retarget=id)
    assert len(whautomate_emulator.requests("createBroadcast")) == 1
    assert broadcast(client, whautomate_emulator, **{**AGAIN, "retarget_type": "delivered"}, retarget=id)["created"]


@pytest.mark.whautomate(broadcast_failed_share=0.5, failure_codes=["131049", "131026"])
def test_a_retarget_of_who_is_at_the_limit_starts_a_day_after_the_failure(
    client: Client, whautomate_emulator: Emulator, people: list[str]
) -> None:
    id = sent(client, whautomate_emulator)
    last = max(one["at"] for one in whautomate_emulator.failures() if one["code"] == "131049")
    made = broadcast(client, whautomate_emulator, **AGAIN, retarget=id)
    start = whautomate_emulator.records("broadcasts")[-1]["start"]
    assert last + 86_400 <= start <= last + 86_402
    assert made["look_at"] < start
    whautomate_emulator.advance(made["look_at"] - whautomate_emulator.now() + 1)
    assert broadcast(client, whautomate_emulator, **AGAIN, retarget=id)["looked"] is True
    assert len(whautomate_emulator.requests("createBroadcast")) == 2
    assert whautomate_emulator.records("broadcasts")[-1]["start"] == start


@pytest.mark.whautomate(broadcast_failed_share=0.5, failure_codes=["131049"])
def test_a_retarget_a_day_later_waits_for_nothing(
    client: Client, whautomate_emulator: Emulator, people: list[str]
) -> None:
    id = sent(client, whautomate_emulator)
    whautomate_emulator.advance(86_400)
    broadcast(client, whautomate_emulator, **AGAIN, retarget=id)
    assert whautomate_emulator.records("broadcasts")[-1]["start"] <= whautomate_emulator.now() + 60


@pytest.mark.whautomate(broadcast_failed_share=0.5, failure_codes=["131049"], broadcast_seconds=600.0)
def test_a_retarget_is_deleted_where_others_reach_the_limit_after_it_was_made(
    client: Client, whautomate_emulator: Emulator, people: list[str]
) -> None:
    id = broadcast(client, whautomate_emulator)["id"]
    whautomate_emulator.advance(400)  # it is still being sent
    made = broadcast(client, whautomate_emulator, **AGAIN, retarget=id)
    whautomate_emulator.advance(made["look_at"] - whautomate_emulator.now() + 1)
    with pytest.raises(PolicyRefused, match=r"before its start: recipients reached WhatsApp's limit .* another key"):
        broadcast(client, whautomate_emulator, **AGAIN, retarget=id)
    assert [one["id"] for one in whautomate_emulator.records("broadcasts")] == [id]


@pytest.mark.whautomate(broadcast_failed_share=0.5, log_error="words")
def test_a_retarget_says_where_it_cannot_be_read_why_somebody_failed(
    client: Client, whautomate_emulator: Emulator, people: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    made = broadcast(client, whautomate_emulator, **AGAIN, retarget=sent(client, whautomate_emulator))
    assert "it can't be read why 6 recipients failed, so they may have stopped" in caplog.text
    assert made["recipients"] == 6, "of 12, of whom 6 have the message"


@pytest.mark.whautomate(broadcast_failed_share=1, failure_codes=["131050", "131049", "131026", "132000"])
def test_who_may_be_tried_again_gets_a_broadcast_and_nobody_else(
    client: Client, whautomate_emulator: Emulator, people: list[str], tmp_path: Path
) -> None:
    id, path = sent(client, whautomate_emulator), tmp_path / "failed.jsonl"
    assert suppress_unreachable(client, id)["tagged"] == 3

    def find() -> dict[str, Any]:
        return failed_recipients(client, id, output_path=str(path), clock=clock(whautomate_emulator))

    found = find()
    assert (found["undelivered"], len(found["contacts"]), found["later"], found["never"], found["missing"]) == (
        12, 3, 3, 6, 0,
    )  # fmt: skip
    rows = {row["phoneNumber"][1:]: row for row in map(json.loads, path.read_text().splitlines())}
    assert len(rows) == 12
    assert found["later_at"] == max(rows[one]["tryAgainAt"] for one in failed(whautomate_emulator, "131049"))
    for code in ("131050", "131026"):
        assert {rows[one]["tryAgainAt"] for one in failed(whautomate_emulator, code)} == {None}
    with pytest.raises(ConfigurationError, match=r"contacts is empty: no audience was made.* see its later_at"):
        ensure_audience(client, "again", contacts=[])
    whautomate_emulator.advance(86_400)
    later = find()
    assert (len(later["contacts"]), later["later"], later["later_at"]) == (6, 0, None)
    before = len(whautomate_emulator.failures())
    segment = ensure_audience(client, "again", contacts=later["contacts"])
    sent(client, whautomate_emulator, key="2", segment_name=None, segment_id=segment["id"])
    tried = {one["phone"] for one in whautomate_emulator.failures()[before:]}
    assert tried == failed(whautomate_emulator, "131049") | failed(whautomate_emulator, "132000")


# --- single messages


@pytest.mark.whautomate(broadcast_failed_share=0.5, stopped_send="refuse")
def test_a_message_that_whatsapp_refuses_for_ever_is_not_tried_again(
    client: Client, whautomate_emulator: Emulator, people: list[str], tmp_path: Path
) -> None:
    sent(client, whautomate_emulator)
    rows = [{"phoneNumber": f"+{one['phoneNumber']}"} for one in whautomate_emulator.contacts() if one["tags"]]
    path = tmp_path / "rejects.jsonl"

    def send() -> dict[str, Any]:
        template: Any = {"name": "spring", "language": "en"}
        return send_template_to_contacts(client, rows, template, key="k", rejects_path=str(path))

    found = send()
    assert (found["sent"], found["protected"], found["failed"]) == (PEOPLE - 2, 2, 0)
    assert {json.loads(line)["reason"] for line in path.read_text().splitlines()} == {
        "stopped your marketing messages (131050)"
    }
    posted = len(whautomate_emulator.requests("sendWhatsappTemplate"))
    again = send()
    assert (again["unchanged"], again["protected"]) == (PEOPLE - 2, 2)
    assert len(whautomate_emulator.requests("sendWhatsappTemplate")) == posted == PEOPLE


# --- afterwards

WORLDS = [
    {},
    {"log_error": "code", "put": "merge", "recipients_fixed": "start", "stopped_send": "refuse"},
    {"log_error": "object", "order": "active_first", "segment_scope": "account", "client_phone": "apart"},
    {"broadcast_failed_share": 1.0, "failure_codes": ["131050", "132000"], "phone_form": "plus", "page_cap": 5},
    {"broadcast_failed_share": 0.3, "failure_codes": ["131050"], "seed": 7},
]


OVER_WORLDS = [
    pytest.param(one, marks=pytest.mark.whautomate(**{"broadcast_failed_share": 0.5, **one})) for one in WORLDS
]


@pytest.mark.parametrize("behaviour", OVER_WORLDS)
def test_no_step_messages_anybody_who_stopped_once_they_have_the_tag(
    behaviour: dict[str, Any], client: Client, whautomate_emulator: Emulator, people: list[str]
) -> None:
    id = sent(client, whautomate_emulator)
    stopped = failed(whautomate_emulator, "131050")
    found = suppress_unreachable(client, id)
    assert found["stopped"] == found["tagged"] == found["codes"]["131050"] == len(stopped) > 0
    before = len(whautomate_emulator.failures()) + len(whautomate_emulator.messages())
    others = {number_of(one) for one in whautomate_emulator.contacts()} - stopped

    sent(client, whautomate_emulator, key="2", min_recipients=0)
    for kind in ("sent", "failed", "delivered"):
        with pytest.raises(PolicyRefused):
            sent(client, whautomate_emulator, **{**AGAIN, "key": kind, "retarget_type": kind}, retarget=id)
    tried = failed_recipients(client, id, clock=lambda: clock(whautomate_emulator)() + timedelta(days=9))
    for number, contacts in enumerate((people, tried["contacts"]), 3):
        if contacts:
            made = ensure_audience(client, f"tag {number}", contacts=contacts)
            whom = {"segment_name": None, "segment_id": made["id"], "min_recipients": 0}
            sent(client, whautomate_emulator, key=str(number), **whom)
    rows = [{"phoneNumber": f"+{number_of(one)}"} for one in whautomate_emulator.clients()]
    template: Any = {"name": "spring", "language": "en"}
    refuses = behaviour.get("stopped_send") == "refuse"  # those as well who stopped since
    protected = failed(whautomate_emulator, "131050") if refuses else stopped
    assert send_template_to_contacts(client, rows, template, key="k")["protected"] == len(protected)
    for contact in whautomate_emulator.contacts():
        if number_of(contact) in stopped:
            body: Any = {"contact": {"id": contact["id"]}, "template": template, "location": {"id": "loc000000001"}}
            with pytest.raises(PolicyRefused):
                client.send(send_whatsapp_template(body))

    everything = [*whautomate_emulator.failures(), *whautomate_emulator.messages()]
    again = [one for one in everything if one["broadcast"] != id]
    assert len(again) == len(everything) - before
    assert {one["phone"] for one in again} <= others


# --- after a crash


class Killed(BaseException):
    """The process is gone."""


class Dying(NoLimit):
    """A pool that kills before or after the nth request."""

    def __init__(self, at: int, after: bool) -> None:
        super().__init__()
        self._left, self._after = at, after

    def acquire(self, *args: Any, **more: Any) -> Any:
        if not self._after:
            self._count()
        return super().acquire(*args, **more)

    def departed(self, grant: Any) -> None:
        super().departed(grant)
        if self._after:
            self._count()

    def _count(self) -> None:
        self._left -= 1
        if self._left <= 0:
            raise Killed


FRESH = itertools.count()


@pytest.mark.whautomate(broadcast_failed_share=0.5)
@settings(max_examples=15, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kills=st.lists(st.tuples(st.integers(1, 40), st.booleans()), min_size=1, max_size=4),
    fault=st.sampled_from([None, "dropped_after", "500_after", "500_before", "not_json"]),
)
def test_killed_at_any_request_everybody_who_stopped_is_tagged_once(
    kills: list[tuple[int, bool]], fault: Any, whautomate_emulator: Emulator, pool: NoLimit
) -> None:
    whautomate_emulator.reset()
    account = account_of(whautomate_emulator, account=f"account {next(FRESH)}")

    def begin(pool: NoLimit) -> Client:
        return Client(account, pool=pool, sleep=lambda seconds: None, run="one run")

    with begin(pool) as client:
        add_people(client, whautomate_emulator)
        id = sent(client, whautomate_emulator)
    if fault:
        whautomate_emulator.fault(fault, operation="addClientTags")
    for at, after in kills:
        with contextlib.suppress(Killed), begin(Dying(at, after)) as dying:
            suppress_unreachable(dying, id)
    with begin(pool) as last:
        assert suppress_unreachable(last, id)["stopped"] == 2
    given_to = taggings(whautomate_emulator)
    assert len(given_to) == len(set(given_to)) == holders(whautomate_emulator).total() >= 4
    assert set(holders(whautomate_emulator)) == failed(whautomate_emulator, "131050")


SUPPRESS = """
import sys
from whautomate_core import Client, account_from_settings, suppress_unreachable

host, key, id = sys.argv[1:]
with Client(account_from_settings(host, key, {"location_id": "loc000000001", "plan": "subscribed"})) as client:
    suppress_unreachable(client, id)
"""


@HALF_FAIL
@pytest.mark.parametrize("operation", ["addContactTags", "addClientTags"])
def test_a_process_that_is_killed_while_a_tag_is_given_tags_nobody_twice(
    operation: str,
    client: Client,
    whautomate_emulator: Emulator,
    people: list[str],
    later: Callable[[float], None],
) -> None:
    id = sent(client, whautomate_emulator)
    whautomate_emulator.fault("slow", operation=operation, seconds=600)  # done at once, and not answered
    given = [whautomate_emulator.url, whautomate_emulator.key, id]
    process = subprocess.Popen([sys.executable, "-c", SUPPRESS, *given])
    while not whautomate_emulator.requests(operation):
        assert process.poll() is None
        time.sleep(0.02)
    process.kill()
    assert process.wait() == -signal.SIGKILL
    whautomate_emulator.release()
    later(130)  # the lease of the one that died is over
    assert suppress_unreachable(client, id)["stopped"] == 2
    given_to = taggings(whautomate_emulator)
    assert len(given_to) == len(set(given_to)) == holders(whautomate_emulator).total() >= 4
    assert set(holders(whautomate_emulator)) == failed(whautomate_emulator, "131050")
