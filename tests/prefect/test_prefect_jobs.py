"""The jobs as tasks, and the example flow."""

import asyncio
import contextlib
import csv
import sqlite3
import time
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import fsspec
import pytest
from prefect import flow
from prefect.logging.handlers import APILogHandler
from pydantic import SecretStr

from prefect_whautomate import _waiting, broadcasts, contacts, segments
from prefect_whautomate.aio import broadcasts as aio_broadcasts
from prefect_whautomate.aio import contacts as aio_contacts
from prefect_whautomate.aio import segments as aio_segments
from whautomate_core import errors
from whautomate_core.client.retries import ATTEMPTS
from whautomate_core.rows.sources import Sql, Table
from whautomate_core.waiting import poll

CSV = Path(__file__).parents[2] / "example_dags" / "data" / "customers.csv"
MAPPING = {"name": "name", "phoneNumber": "mobile"}
ROWS = [{"name": f"Ada {n}", "mobile": f"030 12345{n:02}", "ok": "yes"} for n in range(12)]
WHEN = datetime(2026, 3, 20, tzinfo=UTC)
TEMPLATE = {"name": "spring_sale", "language": "en"}
AT_ONCE = {"hold_minutes": 0, "min_recipients": 0}
QUICK = {"search_delay": 0.2, "broadcast_seconds": 0.5, "delivery_seconds": 0.0, "limits": ((1_000_000, 60.0),)}


@pytest.fixture
def segment_id(credentials):
    return segments.ensure_segment.fn(credentials, "all", {"tags": ["newsletter"]})["id"]


def logged(server):
    """Every line that the server keeps of runs, once the lines under way have arrived."""
    APILogHandler().flush()
    lines, page = [], [None]
    while page:
        page = server.request("POST", "/logs/filter", json={"limit": 200, "offset": len(lines)}).json()
        lines += [line["message"] for line in page]
    return lines


# --- the example


@pytest.mark.whautomate(**QUICK)
def test_the_example_messages_once_however_often_it_runs(server, whautomate_emulator, credentials, example, caplog):
    first = example.contacts_to_campaign(credentials, WHEN, hold_minutes=0.02, poll_interval=0.5)
    with CSV.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    people = whautomate_emulator.contacts()
    assert first["created"] == len(people) > 400
    assert (first["updated"], first["unchanged"]) == (0, 0)
    assert first["rejected"] > 0
    assert first["requests"] == len(whautomate_emulator.requests())
    subscribers = [contact for contact in people if contact.get("tags") == ["newsletter"]]
    assert 0 < len(subscribers) < len(people)
    assert first["broadcast"]["recipients"] == len(subscribers)
    assert first["broadcast"]["delivered"] == len(whautomate_emulator.messages()) > 0

    again = example.contacts_to_campaign(credentials, WHEN, hold_minutes=0.02, poll_interval=0.5)
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, len(people))
    assert again["broadcast"] == first["broadcast"]
    assert len(whautomate_emulator.requests("createBroadcast")) == 1
    assert first["requests"] + again["requests"] == len(whautomate_emulator.requests())

    lines = logged(server)
    assert any(line.startswith("plan: ") for line in lines), "the core's lines are in the run's logs"
    assert any(line.startswith(f"{len(people)} created", line.find(": ") + 2) for line in lines), "what came of it"
    everything = caplog.text + "\n".join(lines)
    everything += server.request("POST", "/flow_runs/filter", json={"limit": 200}).text  # with their parameters
    everything += server.request("POST", "/task_runs/filter", json={"limit": 200}).text
    assert "Finished in state" in caplog.text
    assert credentials.key.get_secret_value() not in everything
    numbers = {contact["phoneNumber"] for contact in people} | {row["mobile"] for row in rows if len(row["mobile"]) > 5}
    assert not [number for number in numbers if number in everything]
    assert not [row["full_name"] for row in rows if len(row["full_name"]) > 3 and row["full_name"] in everything]


def test_the_example_takes_the_name_of_a_saved_block_and_refuses_real_hosts(server, credentials_of_emulator, example):
    credentials_of_emulator(host="https://api.whautomate.com").save("real", overwrite=True)
    with pytest.raises(errors.PolicyRefused, match="not this machine"):
        example.contacts_to_campaign("real", WHEN)


# --- sync, tags, segments


@pytest.mark.whautomate(**QUICK)
def test_jobs_run_in_coroutines_too(server, whautomate_emulator, credentials):
    @flow
    async def nightly():
        synced = await aio_contacts.sync_contacts(credentials, ROWS, MAPPING, default_region="DE")
        tagged = await aio_contacts.tag_contacts(
            credentials, ROWS, "newsletter", {"phoneNumber": "mobile"}, default_region="DE", consent_column="ok"
        )
        segment = await aio_segments.ensure_segment(credentials, "all", {"tags": ["newsletter"]})
        sent = await aio_broadcasts.broadcast(credentials, "hello", TEMPLATE, segment_id=segment["id"], hold_minutes=0)
        done = await aio_broadcasts.wait_for_broadcast(credentials, sent["id"], poll_interval=0.2)
        return synced, tagged, segment, sent, done

    steps = synced, tagged, _, sent, done = asyncio.run(nightly())
    assert synced["created"] == tagged["tagged"] == done["recipients"] == len(ROWS)
    assert sent["created"]
    assert done["finished"]
    assert sum(step["requests"] for step in steps) == len(whautomate_emulator.requests())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name,phone\nAda,03012345\n", "has no column 'mobile'; there are 'name', 'phone'"),
        ("", "empty"),
        ("name,mobile\n", "has no rows"),
    ],
)
def test_a_file_that_cannot_be_right_is_refused_before_anything_is_sent(
    server, whautomate_emulator, credentials, tmp_path, text, said
):
    source = tmp_path / "people.csv"
    source.write_text(text)

    @flow
    def nightly():
        return contacts.sync_contacts(credentials, str(source), MAPPING, default_region="DE")

    with pytest.raises(errors.ConfigurationError, match=said):
        nightly()
    assert whautomate_emulator.requests() == []


def test_queries_and_objects_are_sources(server, whautomate_emulator, credentials, tmp_path):
    with contextlib.closing(sqlite3.connect(tmp_path / "crm.sqlite")) as database, database:
        database.execute("CREATE TABLE people AS SELECT 'Ada' AS name, '030 1234567' AS mobile, 'yes' AS ok")
    fsspec.filesystem("memory").pipe("/bucket/people.jsonl", b'{"name": "Bob", "mobile": "030 7654321", "ok": true}')
    query = Sql("SELECT * FROM people WHERE ok = :ok", SecretStr(f"sqlite:///{tmp_path}/crm.sqlite"), {"ok": "yes"})

    @flow
    def nightly():
        return [
            contacts.sync_contacts(credentials, source, MAPPING, default_region="DE")["created"]
            for source in (query, "memory://bucket/people.jsonl")
        ]

    assert nightly() == [1, 1]
    assert {contact["name"] for contact in whautomate_emulator.contacts()} == {"Ada", "Bob"}


ONE_PASS = {
    "generator": lambda rows: (row for row in rows),
    "csv.DictReader": lambda rows: csv.DictReader(["name,mobile,ok", *(",".join(row.values()) for row in rows)]),
    "map": lambda rows: map(dict, rows),
    "table": lambda rows: Table(list(ROWS[0]), (tuple(row.values()) for row in rows)),
}


@pytest.mark.parametrize("kind", ONE_PASS)
def test_rows_that_can_be_read_once_are_read_by_the_job_alone(server, whautomate_emulator, credentials, kind):
    once = ONE_PASS[kind]

    @flow
    def nightly():
        synced = contacts.sync_contacts(
            credentials, once(ROWS), MAPPING, default_region="DE", tags=["news"], suppress=once(ROWS[:3])
        )
        return synced, contacts.tag_contacts(
            credentials, once(ROWS[3:5]), "vip", {"phoneNumber": "mobile"}, default_region="DE", members="exactly"
        )

    synced, tagged = nightly()
    assert (synced["rows"], synced["created"], synced["withheld"]) == (12, 9, 3)
    assert tagged["tagged"] == 2
    assert {one["name"] for one in whautomate_emulator.contacts()} == {row["name"] for row in ROWS[3:]}


@pytest.mark.parametrize("argument", ["source", "suppress"])
def test_a_retry_with_an_iterator_that_is_used_up_is_an_error_and_no_empty_list(
    server, whautomate_emulator, credentials, argument
):
    once = {"source": lambda: iter(ROWS), "suppress": lambda: iter(ROWS[:3])}[argument]()
    job = contacts.sync_contacts.with_options(retries=1)

    @flow
    def nightly():
        rows = {"source": ROWS, "mapping": MAPPING, "default_region": "DE", **{argument: once}}
        return job(credentials, **rows)

    for on in range(1, ATTEMPTS + 1):  # a single one is asked for again
        whautomate_emulator.fault("not_json", operation="listContacts", on=on)
    with pytest.raises(errors.ConfigurationError, match="which can be read once, and it was read before"):
        nightly()
    assert whautomate_emulator.contacts() == []


def test_jobs_need_no_run(whautomate_emulator, credentials, caplog):
    caplog.set_level("INFO")
    assert contacts.sync_contacts.fn(credentials, ROWS, MAPPING, default_region="DE")["created"] == len(ROWS)
    assert "plan: 12 to create" in caplog.text


# --- broadcasts


@pytest.mark.whautomate(**QUICK)
def test_a_broadcast_is_created_once_in_a_flow_run_whatever_is_retried(
    server, whautomate_emulator, credentials, segment_id
):
    tries = []

    def fail_twice(sent):
        tries.append(sent)
        if len(tries) < 3:
            whautomate_emulator.advance(1.0)  # until the search finds new records
            raise RuntimeError("after the broadcast")

    @flow(retries=1)
    def campaign():
        fail_twice(broadcasts.broadcast(credentials, "spring", TEMPLATE, segment_id=segment_id, **AT_ONCE))

    @flow(retries=1)
    def outer():
        campaign()

    outer()
    # The second campaign is the first one's flow run and has its result; the third is a new flow run of the same outer.
    assert [sent["created"] for sent in tries] == [True, True, False]
    assert len({sent["id"] for sent in tries}) == 1
    assert len(whautomate_emulator.requests("createBroadcast")) == 1


@pytest.mark.whautomate(**QUICK)
def test_so_it_is_in_coroutines(server, whautomate_emulator, credentials, segment_id):
    tries = []

    @flow
    async def campaign():
        tries.append(await aio_broadcasts.broadcast(credentials, "spring", TEMPLATE, segment_id=segment_id, **AT_ONCE))
        if len(tries) < 2:
            whautomate_emulator.advance(1.0)
            raise RuntimeError("after the broadcast")

    @flow(retries=1)
    async def outer():
        await campaign()

    asyncio.run(outer())
    assert [sent["created"] for sent in tries] == [True, False]
    assert len(whautomate_emulator.requests("createBroadcast")) == 1


@pytest.mark.whautomate(**QUICK)
def test_other_names_other_keys_and_other_flow_runs_are_other_broadcasts(
    server, whautomate_emulator, credentials, segment_id
):
    @flow
    def campaign():
        for name, key in [("a", None), ("b", None), ("a", "mine")]:
            sent = broadcasts.broadcast(
                credentials, name, TEMPLATE, segment_id=segment_id, key=key, cooldown=None, **AT_ONCE
            )
            assert sent["created"]

    campaign()
    with pytest.raises(AssertionError):  # of the key "mine", alone
        campaign()
    assert len(whautomate_emulator.requests("createBroadcast")) == 5


def test_a_broadcast_outside_of_runs_needs_a_key(whautomate_emulator, credentials):
    with pytest.raises(errors.ConfigurationError, match="needs key="):
        broadcasts.broadcast.fn(credentials, "spring", TEMPLATE, segment_name="all", **AT_ONCE)
    assert whautomate_emulator.requests() == []


def test_a_segment_that_reaches_opted_out_people_is_refused_once(server, whautomate_emulator, credentials):
    body = {"name": "everyone", "type": "contact", "location": {"id": whautomate_emulator.location_id}}
    everyone = segments.create_segment.fn(credentials, body)["id"]

    @flow
    def campaign():
        task = broadcasts.broadcast.with_options(retries=2)
        return task(credentials, "spring", TEMPLATE, segment_id=everyone)

    with pytest.raises(errors.PolicyRefused, match="exclusionTags"):
        campaign()
    assert len(whautomate_emulator.requests("getSegment")) == 1  # of one try
    assert whautomate_emulator.requests("createBroadcast") == []


@pytest.mark.whautomate(broadcasts_stay_scheduled=True)
@pytest.mark.parametrize("module", [broadcasts, aio_broadcasts], ids=["sync", "aio"])
def test_waiting_ends(server, whautomate_emulator, credentials, segment_id, monkeypatch, module):
    """The waits' time moves only while they wait, so that the looks are those of a machine that is never busy."""
    sent = broadcasts.broadcast.fn(credentials, "spring", TEMPLATE, segment_id=segment_id, key="k", **AT_ONCE)
    now = [time.time()]

    def sleep(seconds):
        now[0] += seconds

    async def asleep(seconds):
        sleep(seconds)

    for timed in (_waiting, poll):
        monkeypatch.setattr(timed, "time", SimpleNamespace(time=lambda: now[0], sleep=sleep))
    monkeypatch.setattr(poll, "asyncio", SimpleNamespace(to_thread=asyncio.to_thread, sleep=asleep))

    @flow
    def figures():
        return module.wait_for_broadcast.submit(credentials, sent["id"], poll_interval=0.3, timeout=1).result()

    with pytest.raises(TimeoutError, match="not finished after 1 s"):
        figures()
    # Compared once created, looked at after 0, 0.3, 0.9 and 1 s, read once more to be cancelled, which is too late.
    assert len(whautomate_emulator.requests("getBroadcast")) == 1 + 4 + 1


@pytest.mark.whautomate(broadcast_seconds=0.0, delivery_seconds=0.0, broadcast_failed_share=0.5)
def test_too_many_undelivered_messages_are_a_failure(whautomate_emulator, credentials, segment_id):
    contacts.sync_contacts.fn(credentials, ROWS, MAPPING, default_region="DE", tags=["newsletter"])
    sent = broadcasts.broadcast.fn(credentials, "spring", TEMPLATE, segment_id=segment_id, hold_minutes=0, key="k")
    done = broadcasts.wait_for_broadcast.fn(credentials, sent["id"], poll_interval=0.1, max_failed="50%")
    # One request for the broadcast, two for the log: its page of recipients, and the empty page after it.
    assert (done["recipients"], done["undelivered"], done["requests"]) == (12, 6, 3)
    assert sum(done["codes"].values()) == 6
    with pytest.raises(errors.WhautomateError, match="6 of 12"):
        broadcasts.wait_for_broadcast.fn(credentials, sent["id"], poll_interval=0.1, max_failed=5)
    with pytest.raises(errors.ConfigurationError, match="max_failed"):
        broadcasts.wait_for_broadcast.fn(credentials, sent["id"], max_failed="many")
