"""What is measured, for whoever listens: each name and tag is known beforehand, and nothing else ever gets in."""

import ast
import asyncio
import contextlib
import subprocess
import sys
import typing
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import account_of
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr
from test_campaign import campaign, clock

import whautomate_core
from whautomate_core import errors, telemetry
from whautomate_core.account import Account
from whautomate_core.api import broadcasts, contacts, segments
from whautomate_core.api.messages import send_whatsapp_text
from whautomate_core.api.registry import ENDPOINTS
from whautomate_core.client import measured
from whautomate_core.client.client import AsyncClient, Client
from whautomate_core.client.usage import Used
from whautomate_core.emulator import LOCATION_ID, Emulator
from whautomate_core.errors import InvalidRequest, OutcomeUnknown, PolicyRefused, RateLimited
from whautomate_core.jobs import JOBS
from whautomate_core.messaging.segments import ensure_segment
from whautomate_core.messaging.send import send_broadcast
from whautomate_core.rows import job as rows_job
from whautomate_core.rows.outcomes import OUTCOMES
from whautomate_core.state import open_state
from whautomate_core.sync.contacts import sync_contacts, tag_contacts
from whautomate_core.sync.report import OUTCOMES as OF_SYNC
from whautomate_core.sync.report import TAGGING
from whautomate_core.values.limits import Limits

CORE = Path(whautomate_core.__file__).parent
OUTCOME_TAGS = {"ok", "error"} | {
    telemetry.outcome_of(one(""))
    for one in vars(errors).values()
    if isinstance(one, type) and issubclass(one, Exception)
}
KNOWN: dict[str, set[str]] = {
    "endpoint": {one.id for one in ENDPOINTS.values()} | {"other"},
    "lane": {"interactive", "bulk"},
    "kind": set(typing.get_args(telemetry.Refusal)),
    "job_name": set(JOBS),
    "window": {"60", "86400"},
    "account": {"spring"},
}
"""Every value that a tag may have here; `outcome` is that of requests or of rows."""


class Listener:
    """Receives what is measured, and checks that it is known beforehand."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, ...]] = Counter()
        self.gauges: dict[tuple[str, ...], float] = {}
        self.spans: list[tuple[str, Mapping[str, Any]]] = []

    def count(self, name: str, by: float, tags: Mapping[str, str]) -> None:
        self.counts[self._known("counter", name, tags)] += by  # type: ignore[assignment]

    def gauge(self, name: str, value: float, tags: Mapping[str, str]) -> None:
        self.gauges[self._known("gauge", name, tags)] = value

    def span(self, name: str, seconds: float, attributes: Mapping[str, Any]) -> None:
        prefix, _, what = name.partition(".")
        assert prefix == "whautomate"
        assert seconds >= 0
        assert what in KNOWN["endpoint"] | {"wait_for_permits"}
        known: dict[str, Any] = {
            "http.request.method": {"GET", "POST", "PUT", "DELETE"},
            "http.response.status_code": range(100, 600),
            "error.type": OUTCOME_TAGS,
            "whautomate.lane": KNOWN["lane"],
        }
        assert all(value in known[one] for one, value in attributes.items())
        self.spans.append((what, attributes))

    @staticmethod
    def _known(kind: str, name: str, tags: Mapping[str, str]) -> tuple[str, ...]:
        metric = telemetry.METRICS[name.removeprefix("whautomate.")]
        assert metric.kind == kind
        assert set(metric.tags) - {"account"} <= set(tags) <= set(metric.tags)
        of = {**KNOWN, "outcome": OUTCOME_TAGS if "endpoint" in tags else {*OUTCOMES, *OF_SYNC, *TAGGING}}
        assert all(value in of[one] for one, value in tags.items()), tags
        return (name.removeprefix("whautomate."), *(tags[one] for one in metric.tags if one in tags))


@pytest.fixture
def listener(monkeypatch: pytest.MonkeyPatch) -> Iterator[Listener]:
    """Listens until the end of the test; what it is told must be known, so mistakes are not swallowed."""
    monkeypatch.setattr(telemetry, "_tell", lambda tell, *what: tell(*what))
    monkeypatch.setattr(measured, "_looked", {})
    listener = Listener()
    telemetry.receive(listener)
    yield listener
    telemetry.receive(None)


def hello(person: Any) -> Any:
    return {"contact": {"id": person["id"]}, "location": {"id": LOCATION_ID}, "textMessage": "hello"}


BROADCAST: Any = {
    "type": "contact",
    "scheduleDateTime": "2030-01-01T10:00:00Z",
    "template": {"name": "spring", "language": "en"},
}
ADA = {"name": "Ada", "phoneNumber": "+4915112345678"}


# --- requests


def test_requests_are_counted_by_endpoint_and_outcome(
    send: Any, whautomate_emulator: Emulator, listener: Listener
) -> None:
    made = send(contacts.create_contact({**ADA, "location": {"id": whautomate_emulator.location_id}}))
    whautomate_emulator.fault("503", on=1, operation="getContact")
    send(contacts.get_contact(made["id"]))
    with pytest.raises(errors.NotFound):
        send(contacts.get_contact("c-nobody"))
    assert listener.counts["requests", "createContact", "ok"] == 1
    assert listener.counts["requests", "getContact", "ok"] == 1
    assert listener.counts["requests", "getContact", "server_error"] == 1
    assert listener.counts["requests", "getContact", "not_found"] == 1
    sent = Counter(one["operation"] for one in whautomate_emulator.requests())
    counted = Counter[str]()
    for (name, *tags), number in listener.counts.items():
        if name == "requests":
            counted[tags[0]] += number
    assert counted == sent
    failed = [attributes for what, attributes in listener.spans if what == "getContact" and "error.type" in attributes]
    assert [(one["error.type"], one["http.response.status_code"]) for one in failed] == [
        ("server_error", 503),
        ("not_found", 404),
    ]


def test_a_429_and_a_lost_answer_are_outcomes_of_their_own(make_send: Any, listener: Listener) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return httpx.Response(429)
        raise httpx.ReadError("gone")

    account = Account("https://a.example", SecretStr("k"), "hash", Limits.subscribed())
    send = make_send(account, answer)
    with pytest.raises(RateLimited):
        send(contacts.get_contact("c1"))
    with pytest.raises(OutcomeUnknown):
        send(segments.create_segment({"name": "s", "type": "contact", "location": {"id": LOCATION_ID}, "criteria": {}}))
    assert listener.counts["requests", "getContact", "rate_limited"] >= 2  # each repetition is a request
    assert listener.counts["requests", "createSegment", "outcome_unknown"] == 1
    (lost,) = [attributes for what, attributes in listener.spans if what == "createSegment"]
    assert lost == {"http.request.method": "POST", "error.type": "outcome_unknown"}


def test_what_was_sent_and_what_was_refused_are_counted(
    client: Client, whautomate_emulator: Emulator, listener: Listener
) -> None:
    ada, bob = (
        client.send(contacts.create_contact({**ADA, "name": name, "phoneNumber": f"+49151123456{number}",
                                             "location": {"id": whautomate_emulator.location_id}}))
        for number, name in ((10, "Ada"), (11, "Bob"))
    )  # fmt: skip
    whautomate_emulator.opt_out(bob["id"])
    whautomate_emulator.receive(ada["id"])  # opens the session that a text needs
    client.send(send_whatsapp_text(hello(ada)))
    with pytest.raises(PolicyRefused):
        client.send(send_whatsapp_text(hello(bob)))
    with pytest.raises(PolicyRefused):
        client.send(broadcasts.create_broadcast({**BROADCAST, "name": "b"}))
    ensure_segment(client, "vip", {"tags": ["vip"]})
    assert ("broadcasts_sent",) not in listener.counts
    send_broadcast(client, campaign(), "key", sleep=whautomate_emulator.advance, clock=clock(whautomate_emulator))
    assert listener.counts["messages_sent",] == 1
    assert listener.counts["refusals", "opted_out"] == 1
    assert listener.counts["refusals", "unknown_audience"] == 1
    assert listener.counts["broadcasts_sent",] == 1


def test_a_receiver_that_fails_loses_nothing_but_the_measurement(send: Any, whautomate_emulator: Emulator) -> None:
    class Broken:
        def count(self, *what: Any) -> None:
            raise OSError("no route")

        gauge = span = count

    telemetry.receive(Broken())
    try:
        made = send(contacts.create_contact({**ADA, "location": {"id": whautomate_emulator.location_id}}))
    finally:
        telemetry.receive(None)
    assert [one["id"] for one in whautomate_emulator.contacts()] == [made["id"]]


def test_waits_are_counted_by_lane(listener: Listener) -> None:
    Used(None, "bulk").wait(1.5)
    Used(None, "bulk").wait(0.25)
    Used(None).wait(0.0001)
    assert listener.counts["waited_seconds", "bulk"] == 1.75
    assert ("waited_seconds", "interactive") not in listener.counts
    assert listener.spans == [("wait_for_permits", {"whautomate.lane": "bulk"})] * 2


# --- the account as it stands


def test_permits_left_and_open_claims_are_shown(
    whautomate_emulator: Emulator, listener: Listener, later: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = account_of(whautomate_emulator, account="spring", plan="trial")
    open_state(account.state).claims.claim(account.id, "k", {"name": "Ada"}, "POST /v1/broadcasts")
    later(90)
    with Client(account) as client:
        client.send(contacts.list_contacts())
        client.send(contacts.list_contacts())
        assert listener.gauges["permits_left", "60", "spring"] == 60  # before the first; the next look is due later
    assert listener.gauges["permits_left", "60", "spring"] == 58
    assert listener.gauges["permits_left", "86400", "spring"] == 98
    assert listener.gauges["open_claims", "spring"] == 1
    assert 90 <= listener.gauges["oldest_open_claim_seconds", "spring"] < 600
    open_state(account.state).claims.settle(account.id, "k", {})
    monkeypatch.setattr(measured, "EVERY", 0.0)
    with Client(account) as client:
        client.send(contacts.list_contacts())
        assert listener.gauges["open_claims", "spring"] == 0
        assert listener.gauges["oldest_open_claim_seconds", "spring"] == 0


def test_an_account_without_a_name_has_no_tag_since_its_id_is_made_of_the_key(
    whautomate_emulator: Emulator, listener: Listener
) -> None:
    with Client(account_of(whautomate_emulator)) as client:
        client.send(contacts.list_contacts())
    assert {("permits_left", "60"), ("open_claims",)} <= listener.gauges.keys()


def test_an_async_client_shows_them_too(whautomate_emulator: Emulator, listener: Listener) -> None:
    async def read() -> None:
        async with AsyncClient(account_of(whautomate_emulator, account="spring", plan="trial")) as client:
            await client.send(contacts.list_contacts())

    asyncio.run(read())
    assert listener.gauges["permits_left", "60", "spring"] == 59
    assert listener.gauges["open_claims", "spring"] == 0


def test_a_client_that_sent_nothing_shows_nothing(whautomate_emulator: Emulator, listener: Listener) -> None:
    with Client(account_of(whautomate_emulator)):
        pass
    assert listener.gauges == {}


def test_the_name_of_an_account_can_not_break_a_tag(listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KNOWN, "account", {"a_b_c_d__e"})
    telemetry.gauge("open_claims", 1, "a.b,c=d|\ne")
    assert listener.gauges == {("open_claims", "a_b_c_d__e"): 1}


# --- rows


def test_rows_are_counted_by_job_and_outcome_also_of_a_step_that_fails(client: Client, listener: Listener) -> None:
    rows = [{"who": "Ada", "mobile": "+4915112345678"}, {"who": "Bob", "mobile": "?"}]
    mapping = {"name": "who", "phoneNumber": "mobile"}
    sync_contacts(client, rows, mapping)
    assert listener.counts["rows", "sync_contacts", "created"] == 1
    assert listener.counts["rows", "sync_contacts", "rejected"] == 1
    with pytest.raises(InvalidRequest, match="max_rejected"):
        sync_contacts(client, rows, mapping, max_rejected=0)
    assert listener.counts["rows", "sync_contacts", "rejected"] == 2
    tag_contacts(client, rows[:1], "vip", {"phoneNumber": "mobile"})
    assert listener.counts["rows", "tag_contacts", "tagged"] == 1
    assert sum(number for (name, *_), number in listener.counts.items() if name == "rows") == 5


def test_a_job_that_waits_for_permits_counts_its_rows_once(listener: Listener) -> None:
    def step(waits: bool) -> None:
        try:
            if waits:
                raise errors.QuotaExhausted("later", next_permit_at=0.0)
        finally:
            telemetry.rows("sync_contacts", {"created": 2}, ["created"])

    with pytest.raises(errors.QuotaExhausted):
        step(True)
    assert listener.counts == {}
    step(False)
    assert listener.counts["rows", "sync_contacts", "created"] == 2


def test_jobs_over_rows_name_themselves_as_they_are_called() -> None:
    named = {one.job for one in rows_job.RowJob.__subclasses__() if one.__module__.startswith("whautomate_core.")}
    assert named == {
        "send_template_to_contacts", "sync_services", "sync_staff_blocks", "sync_classes", "enrol_participants"
    }  # fmt: skip
    assert named | {"sync_contacts", "sync_clients", "tag_contacts", "tag_clients"} <= JOBS.keys()


# --- nothing else


HOSTILE = st.text(st.characters(exclude_categories=["Cs"]), min_size=4, max_size=30).map(lambda text: f"§{text}§")


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(names=["§Zaphod§"], tag="§vip§", number=12_345_678)
@given(names=st.lists(HOSTILE, min_size=1, max_size=3), tag=HOSTILE, number=st.integers(10_000_000, 99_999_999))
def test_nothing_of_a_person_a_row_or_an_answer_is_ever_measured(
    names: list[str],
    tag: str,
    number: int,
    client: Client,
    listener: Listener,
    whautomate_emulator: Emulator,
) -> None:
    rows = [{"who": name, "mobile": f"+49151{number + index}"} for index, name in enumerate(names)]
    for does in (
        lambda: sync_contacts(client, rows, {"name": "who", "phoneNumber": "mobile"}, tags=[tag]),
        lambda: tag_contacts(client, rows, tag, {"phoneNumber": "mobile"}),
        lambda: client.send(contacts.get_contact(names[0])),
        lambda: ensure_segment(client, names[0], {"tags": [tag]}),
        lambda: send_broadcast(
            client, campaign(name=tag, segment_name=names[0]), tag, sleep=whautomate_emulator.advance
        ),
        lambda: client.send(broadcasts.create_broadcast({**BROADCAST, "name": names[0], "segments": [{"id": tag}]})),
    ):
        with contextlib.suppress(errors.WhautomateError):  # what a person can't be called, or nobody is
            does()
    # `Listener` has checked each tag against the list of what may be; this looks at all of it as text.
    said = repr((listener.counts, listener.gauges, listener.spans))
    assert not [one for one in (*names, tag, str(number)) if one in said]
    assert "§" not in said
    assert listener.counts["broadcasts_sent",] >= 1  # the example's
    assert listener.counts["rows", "sync_contacts", "created"] >= 1


def test_tags_and_kinds_are_written_out_in_the_code() -> None:
    """Where something is measured, its name is a literal of `METRICS`; where something is refused, its kind is one."""
    kinds, refused_elsewhere = set[str](), set[str]()
    for file in CORE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            called = ast.unparse(node.func)
            if called == "telemetry.refused":
                kind = node.args[0]
                assert isinstance(kind, ast.Constant)
                kinds.add(kind.value)
            if called == "PolicyRefused":
                refused_elsewhere.add(file.relative_to(CORE).as_posix())
    assert kinds == set(typing.get_args(telemetry.Refusal))
    assert refused_elsewhere == {
        "telemetry.py",
        "account.py",  # a terminal's check of the host
        "doctor/write_people.py",
        "messaging/hold.py",  # ends a broadcast for a refusal that is counted
        "messaging/messages.py",  # says again what WhatsApp refused before
    }


def test_nothing_is_imported_where_nobody_listens() -> None:
    code = (
        "import sys; from whautomate_core.client.client import Client; import whautomate_core.jobs; "
        "from whautomate_core import telemetry; assert telemetry.receiver is None; "
        "print([one for one in sys.modules if one.startswith(('opentelemetry', 'statsd', 'airflow', 'prefect'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
