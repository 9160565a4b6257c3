"""What the sync's ledger, leases and intents are for: runs that die, that meet, that are told too late."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import NoLimit, account_of
from sqlalchemy import inspect, text
from test_sync import ADA, BOB, EVE, FIELDS, READ, counts, row, sync, tag, writes

from whautomate_core.api import contacts
from whautomate_core.client.client import Client
from whautomate_core.emulator import Emulator
from whautomate_core.errors import Busy, InvalidRequest, QuotaExhausted, Stopped
from whautomate_core.people import kinds
from whautomate_core.policy import digits
from whautomate_core.state import open_state, schema
from whautomate_core.state.database import Database
from whautomate_core.sync import read, workers
from whautomate_core.sync.contacts import sync_contacts
from whautomate_core.sync.options import Run
from whautomate_core.values.limits import Limits

PEOPLE = [row(f"P{number}", f"0151 2345{number:04d}") for number in range(12)]


class Dead(BaseException):
    """The process is gone."""


class Way(httpx.HTTPTransport):
    """A way to the server on which something happens once the first request of a method has been answered."""

    def __init__(self, method: str, then: Callable[[], None]) -> None:
        super().__init__()
        self._method, self._then = method, then

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = super().handle_request(request)
        if request.method == self._method:
            self._method = ""
            self._then()
        return response


def client_of(emulator: Emulator, state: str, **more: Any) -> Client:
    return Client(account_of(emulator, state=state, account=f"at {emulator.url}"), sleep=lambda seconds: None, **more)


def die() -> None:
    raise Dead


def test_who_died_after_a_create_left_finds_it_again_however_late_it_goes_on(
    state_url: str, whautomate_emulator: Emulator, later: Any
) -> None:
    run = Run(holder="try")
    dying = client_of(whautomate_emulator, state_url, pool=NoLimit(), transport=Way("POST", die))
    with dying, pytest.raises(Dead):
        sync(dying, [ADA], run=run, tags=["news"])
    later(1000.0)
    whautomate_emulator.advance(1000.0)
    with client_of(whautomate_emulator, state_url, pool=NoLimit()) as client:
        sync(client, [ADA], run=run, tags=["news"])
    assert [contact["name"] for contact in whautomate_emulator.contacts()] == ["Ada"]
    assert len(whautomate_emulator.automations()) == 2  # created, tagged


def test_a_resumed_run_tells_what_all_its_tries_did(state_url: str, whautomate_emulator: Emulator, later: Any) -> None:
    run = Run(holder="try")

    def interrupt(what: str, done: int, total: int) -> None:
        if what == "writing contacts" and done == 5:
            raise KeyboardInterrupt

    with client_of(whautomate_emulator, state_url, pool=NoLimit()) as client, pytest.raises(KeyboardInterrupt):
        sync_contacts(client, PEOPLE, FIELDS, **READ, tags=["news"], run=run, progress=interrupt)
    sent = len(whautomate_emulator.requests())
    assert 5 <= len(whautomate_emulator.contacts()) < 12 + workers.WORKERS
    with client_of(whautomate_emulator, state_url, pool=NoLimit()) as client:
        assert len(whautomate_emulator.requests()) == sent  # nothing left after the interrupt
        report = sync(client, PEOPLE, run=run, tags=["news"])
    assert counts(report, "rows", "created", "tagged", "unchanged", "unsettled") == (12, 12, 12, 0, 0)
    assert len(whautomate_emulator.contacts()) == 12


def test_an_interrupt_waits_for_what_is_under_way_and_lets_nothing_else_leave(
    client: Client, whautomate_emulator: Emulator
) -> None:
    sync(client, PEOPLE)
    whautomate_emulator.fault("slow", operation="updateContact", on=3, seconds=0.3)
    moved = [{**one, "city": "Ulm", "stage": "Lead"} for one in PEOPLE]

    def interrupt(what: str, done: int, total: int) -> None:
        if what == "writing contacts":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sync_contacts(client, moved, FIELDS, **READ, progress=interrupt)
    assert not any(request["status"] is None for request in whautomate_emulator.requests())
    sent = len(whautomate_emulator.requests())
    for thread in [one for one in threading.enumerate() if one.name.startswith("whautomate_")]:
        thread.join()
    assert len(whautomate_emulator.requests()) == sent


def test_of_two_runs_the_second_stops_or_says_when_to_ask_again(whautomate_emulator: Emulator, state_url: str) -> None:
    asked: list[Exception] = []
    begun = time.time()

    def second(what: str, done: int, total: int) -> None:
        for when_running in ("stop", "wait") if what == "writing contacts" else ():
            with client_of(whautomate_emulator, state_url, pool=NoLimit(), max_wait=0.0) as other:
                with pytest.raises((InvalidRequest, Busy)) as raised:
                    sync(other, [BOB], when_running=when_running, sync_name="one")
                asked.append(raised.value)

    with client_of(whautomate_emulator, state_url, pool=NoLimit()) as client:
        sync_contacts(client, [ADA], FIELDS, **READ, sync_name="one", progress=second)
        stopped, busy = asked
        assert "another run of the sync 'contacts one' is under way: nothing was sent" in str(stopped)
        assert isinstance(busy, Busy)
        assert begun < (busy.next_permit_at or 0) < time.time() + 40
        assert [contact["name"] for contact in whautomate_emulator.contacts()] == ["Ada"]
        assert sync(client, [BOB], sync_name="one")["created"] == 1


def test_a_process_that_was_asleep_while_another_took_over_writes_no_more(
    whautomate_emulator: Emulator, state_url: str, later: Any
) -> None:
    run = Run(holder="try")
    asleep = False

    def sleeps(what: str, done: int, total: int) -> None:
        nonlocal asleep
        if what != "writing contacts" or asleep:
            return
        asleep = True
        with client_of(whautomate_emulator, state_url, pool=NoLimit()) as other:
            sync(other, PEOPLE, run=run, tags=["news"], max_failed="100%")

    with (
        client_of(whautomate_emulator, state_url, pool=NoLimit()) as client,
        pytest.raises(Stopped, match="taken over"),
    ):
        sync_contacts(client, PEOPLE, FIELDS, **READ, tags=["news"], run=run, progress=sleeps)
    assert len(whautomate_emulator.contacts()) == 12
    fired = [one["contact"] for one in whautomate_emulator.automations() if one["kind"] == "tag_added"]
    assert len(fired) == len(set(fired)) == 12


def test_two_syncs_that_create_the_same_people_at_once_make_no_double(
    whautomate_emulator: Emulator, state_url: str
) -> None:
    reports: list[dict[str, Any]] = []

    def one(name: str) -> None:
        with client_of(whautomate_emulator, state_url, pool=NoLimit()) as client:
            reports.append(sync(client, PEOPLE, sync_name=name, max_failed="100%"))

    threads = [threading.Thread(target=one, args=(name,)) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({contact["phoneNumber"] for contact in whautomate_emulator.contacts()}) == 12
    assert len(whautomate_emulator.contacts()) == 12
    assert sum(report["created"] for report in reports) == 12


def test_chunks_of_one_run_share_its_lease_and_what_they_know(client: Client, whautomate_emulator: Emulator) -> None:
    for part, rows in {"0": PEOPLE[:6], "1": PEOPLE[6:]}.items():
        assert sync(client, rows, sync_name="chunks", run=Run(holder="run", part=part))["created"] == 6
    for part, rows in {"0": PEOPLE[:6], "1": PEOPLE[6:]}.items():
        again = sync(client, rows, sync_name="chunks", run=Run(holder="next", part=part))
        assert counts(again, "unchanged", "requests") == (6, 0)


@pytest.mark.parametrize("drift", ["detect", "ignore"])
def test_who_was_seen_to_have_opted_out_is_not_made_anew_once_they_vanish(
    drift: Any, client: Client, whautomate_emulator: Emulator
) -> None:
    sync(client, [ADA, BOB])
    (ada,) = [one for one in whautomate_emulator.contacts() if one["name"] == "Ada"]
    whautomate_emulator.opt_out(ada["id"])
    sync(client, [{**ADA, "city": "Ulm"}, BOB], drift=drift)  # reads her
    client.send(contacts.delete_contact(ada["id"], allow_protected=True))
    report = sync(client, [{**ADA, "city": "Bonn"}, BOB], drift=drift)
    assert counts(report, "withheld", "created") == (1, 0)
    assert [one["name"] for one in whautomate_emulator.contacts()] == ["Bob"]


@pytest.mark.whautomate(search_delay=0)
def test_who_opted_out_while_their_creation_was_unsettled_is_known_to_have(
    whautomate_emulator: Emulator, state_url: str
) -> None:
    whautomate_emulator.fault("500_after", operation="createContact")
    opts_out = Way("POST", lambda: whautomate_emulator.opt_out("4915123456789"))
    with client_of(whautomate_emulator, state_url, pool=NoLimit(), transport=opts_out) as client:
        assert sync(client, [ADA])["created"] == 1
        (ada,) = whautomate_emulator.contacts()
        client.send(contacts.delete_contact(ada["id"], allow_protected=True))
        assert sync(client, [{**ADA, "city": "Ulm"}])["withheld"] == 1
    assert whautomate_emulator.contacts() == []


@pytest.mark.whautomate(known_number="reuse", page_cap=1)
def test_a_create_that_is_answered_with_somebody_who_was_there_is_compared(
    client: Client, whautomate_emulator: Emulator
) -> None:
    # A moment ago: no search shows them yet, and there are too many to read them all.
    whautomate_emulator.add_contacts(
        [
            {"name": "By hand", "phoneNumber": "+4915123456789", "notes": "kept"},
            *({"name": "X", "phoneNumber": f"+49151234500{n}"} for n in range(3)),
        ]
    )
    assert sync(client, [ADA], tags=["news"])["rows"] == 1
    (ada,) = [one for one in whautomate_emulator.contacts() if one["phoneNumber"] == "4915123456789"]
    assert (ada["name"], ada["customFields"], ada["tags"], ada["notes"]) == ("Ada", {"city": "Köln"}, ["news"], "kept")


def test_the_day_ends_in_the_middle_and_the_next_one_goes_on(
    state_url: str, whautomate_emulator: Emulator, later: Any
) -> None:
    """Ten requests a day, twelve people: what is known is not asked again, and the report is of all days."""
    run, days, report = Run(holder="run"), 0, None
    while report is None:
        days += 1
        state = open_state(state_url)
        pool = state.pool(f"at {whautomate_emulator.url}", Limits(((10, 86_400.0),)))
        with client_of(whautomate_emulator, state_url, pool=pool, max_wait=1.0) as client:
            try:
                report = sync(client, PEOPLE, run=run, tags=["news"])
            except QuotaExhausted:
                other = client_of(whautomate_emulator, state_url, pool=NoLimit(), max_wait=0.0)
                with other, pytest.raises(Busy):
                    sync(other, PEOPLE, tags=["news"])
                later(86_600.0)
        assert days < 6
    assert counts(report, "rows", "created", "tagged", "unsettled") == (12, 12, 12, 0)
    assert len(whautomate_emulator.contacts()) == 12
    assert len(whautomate_emulator.requests()) <= 12 + 12 + days * 4


def test_most_of_a_batch_that_fails_stops_the_rest(client: Client, whautomate_emulator: Emulator) -> None:
    people = [row(f"P{number}", f"0151 2345{number:04d}") for number in range(200)]
    whautomate_emulator.fault("error_in_200", operation="createContact", probability=1.0)
    with pytest.raises(InvalidRequest, match=r"stopped, since .* of the last 40 failed; .* x POST /v1/contacts: "):
        sync(client, people, max_failed="100%")
    assert len(whautomate_emulator.requests("createContact")) < 60


def test_personal_data_is_in_no_log_and_no_error(
    client: Client, whautomate_emulator: Emulator, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    whautomate_emulator.fault("error_in_200", operation="createContact", on=1)
    whautomate_emulator.fault("dropped_after", operation="createContact", on=2)
    with caplog.at_level(logging.DEBUG), pytest.raises(InvalidRequest) as failed:
        sync(client, [ADA, BOB, EVE, row("Zoe", "12")], rejects_path=str(tmp_path / "r.jsonl"), tags=["news"])
    told = caplog.text + repr(failed.value) + str(failed.value) + (tmp_path / "r.jsonl").read_text()
    assert not [one for one in ("Ada", "Bob", "Eve", "Zoe", "Köln", "23456789", "123456", "1234567") if one in told]


def test_tagging_again_after_an_unknown_outcome_fires_once(client: Client, whautomate_emulator: Emulator) -> None:
    sync(client, [ADA, BOB])
    whautomate_emulator.fault("dropped_after", operation="addContactTags", on=1)
    assert tag(client, [ADA, BOB], "vip")["tagged"] == 2
    assert not any(one["again"] for one in whautomate_emulator.automations())
    assert writes(whautomate_emulator).count("addContactTags") == 2


# --- a state database of before


OLD_ROWS = """
CREATE TABLE whautomate_row (
    sync INTEGER NOT NULL, match VARCHAR NOT NULL, raw VARCHAR, payload VARCHAR NOT NULL, run VARCHAR NOT NULL,
    outcome VARCHAR NOT NULL, PRIMARY KEY (sync, match)
)
"""


def make_old(url: str) -> None:
    """Make the rows of a ledger as they were before outcomes were columns: `created+tagged` in one."""
    flags = "".join(f" || CASE WHEN {one} THEN '+{one}' ELSE '' END" for one in ("protected", "tagged", "untagged"))
    later = [] if url.startswith("sqlite") else ["DROP FUNCTION whautomate_grant"]  # of versions after it
    with Database(url)._engine.begin() as connection:
        for statement in (
            *later,
            "DROP INDEX whautomate_row_raw",
            "ALTER TABLE whautomate_row RENAME TO new_row",
            OLD_ROWS,
            f"INSERT INTO whautomate_row SELECT sync, match, raw, payload, run, outcome{flags} FROM new_row",
            "DROP TABLE new_row",
            "CREATE INDEX whautomate_row_raw ON whautomate_row (sync, raw, run, outcome)",
            f"UPDATE whautomate_schema SET version = {schema.UPGRADES.index(schema.split_outcomes)}",
        ):
            connection.execute(text(statement))


def test_a_run_that_died_before_outcomes_were_columns_tells_what_all_its_tries_did(
    empty_url: str, whautomate_emulator: Emulator
) -> None:
    run = Run(holder="try")
    whautomate_emulator.add_contacts([{"name": "P0", "phoneNumber": "4915123450000", "tags": ["Unsubscribe"]}])

    def interrupt(what: str, done: int, total: int) -> None:
        if what == "writing contacts" and done == 5:
            raise KeyboardInterrupt

    with client_of(whautomate_emulator, empty_url, pool=NoLimit()) as client, pytest.raises(KeyboardInterrupt):
        sync_contacts(client, PEOPLE, FIELDS, **READ, tags=["news"], run=run, progress=interrupt)
    make_old(empty_url)
    with Database(empty_url)._engine.begin() as connection:
        found = connection.execute(text("SELECT outcome, tagged, untagged, protected FROM whautomate_row")).all()
        indexes = {index["name"]: index["column_names"] for index in inspect(connection).get_indexes("whautomate_row")}
    assert {(name, *map(bool, flags)) for name, *flags in found} >= {("created", True, False, False)}
    assert indexes["whautomate_row_raw"] == next(iter(schema.rows.indexes)).columns.keys()
    with client_of(whautomate_emulator, empty_url, pool=NoLimit()) as client:
        report = sync(client, PEOPLE, run=run, tags=["news"])
        assert counts(report, "rows", "created", "tagged", "unsettled") == (12, 11, 11, 0)
        assert (report["updated"] + report["unchanged"], report["protected"]) == (1, 1)
        assert counts(sync(client, PEOPLE, tags=["news"]), "unchanged", "tagged", "requests") == (12, 0, 0)


# --- one number, several spellings


ARGENTINE, KEPT = row("Luz", "+54 11 2345-6789"), row("Luz", "+54 9 11 2345-6789")
"""One number, as people write it and as WhatsApp keeps it."""


@contextmanager
def _as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """People known by the spelling of their row, as in ledgers of releases that knew no others."""
    with monkeypatch.context() as patch:
        patch.setattr(kinds, "canonical", lambda number: number)
        patch.setattr(kinds, "numbers", lambda record: {digits(record["phoneNumber"])})
        patch.setattr(read, "other_keys", lambda match, key: [])
        yield


@pytest.mark.parametrize("later_row", [ARGENTINE, KEPT], ids=["as before", "other spelling"])
def test_a_ledger_of_before_knows_people_by_every_spelling(
    later_row: Any, state_url: str, whautomate_emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    with client_of(whautomate_emulator, state_url, pool=NoLimit()) as client:
        with _as_before(monkeypatch):
            sync(client, [ARGENTINE, ADA], sync_name="all")
        before = client.requests
        report = sync(client, [later_row, ADA], sync_name="all")
        assert counts(report, "created", "unchanged") == (0, 2)
        assert client.requests - before == (later_row is KEPT)  # known; another spelling is compared
        moved = sync(client, [{**later_row, "city": "Ulm"}, ADA], sync_name="all", mode="mirror")
        assert counts(moved, "created", "updated", "deleted") == (0, 1, 0)
    assert sorted(one["name"] for one in whautomate_emulator.contacts()) == ["Ada", "Luz"]


@pytest.mark.whautomate(known_number="duplicate")
def test_who_was_two_people_in_a_ledger_of_before_is_one_and_is_not_deleted(
    state_url: str, whautomate_emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    with client_of(whautomate_emulator, state_url, pool=NoLimit()) as client:
        with _as_before(monkeypatch):
            sync(client, [ARGENTINE], sync_name="all")
            assert sync(client, [ARGENTINE, KEPT], sync_name="all")["created"] == 1
        report = sync(client, [{**ARGENTINE, "city": "Ulm"}, KEPT], sync_name="all", mode="mirror", max_deleted="100%")
        assert counts(report, "created", "deleted", "superseded") == (0, 0, 1)


@pytest.mark.whautomate(search_delay=0)
@pytest.mark.parametrize(
    ("held", "written"),
    [
        ("5491123456789", "+54 11 2345-6789"),
        ("551161234567", "+55 11 96123-4567"),
        ("5212221234567", "+52 222 123 4567"),
        ("22507123456", "+225 07 07 12 34 56"),
        ("22997123456", "+229 01 97 12 34 56"),
    ],
)
@pytest.mark.parametrize("looked", ["pages", "searches"])
def test_whom_the_server_has_in_another_spelling_is_found_and_keeps_it(
    looked: str, held: str, written: str, client: Client, whautomate_emulator: Emulator
) -> None:
    others = [{"name": f"N{n}", "phoneNumber": f"+49301{n:05}"} for n in range(0 if looked == "pages" else 150)]
    whautomate_emulator.add_contacts([*others, {"name": "Luz", "phoneNumber": held}])
    report = sync(client, [row("Luz", written, "Ulm")], tags=["news"])
    assert counts(report, "created", "updated", "tagged") == (0, 1, 1)
    luz = next(one for one in whautomate_emulator.contacts() if one["name"] == "Luz")
    assert (luz["phoneNumber"], luz["tags"]) == (held, ["news"])
