"""Syncs as steps, run by Airflow: one run of dags/sync.py; and what deferral leaves."""

import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from uuid import uuid4

import pytest
from airflow.providers.common.compat.sdk import TaskDeferred
from conftest import DAGS, HOME, KEY, connection

from airflow_provider_whautomate.operators.contacts import WhautomateSyncContactsOperator
from whautomate_core.account import account_from_settings
from whautomate_core.emulator import Behaviour, Emulator, create_app, running
from whautomate_core.errors import Stopped
from whautomate_core.state import open_state
from whautomate_core.state.schema import permits

FAMILIES = "name,mobile\nAnn,0151 23456789\nBen,0151 23456789\nCem,nonsense\n"


class Run:
    def __init__(self, emulator, files, said):
        self.emulator, self.files, self.said = emulator, files, said
        lines = [line.split() for line in said.splitlines() if line.startswith("state ")]
        self.states = {(task, int(index)): state for _, task, index, state in lines}
        self.results = json.loads((files / "results.json").read_text())


@pytest.fixture(scope="module")
def run(airflow, tmp_path_factory):
    files = tmp_path_factory.mktemp("sync")
    (files / "families.csv").write_text(FAMILIES)
    members = [f"+4915123456{number:03d}" for number in (0, 1, 2)]
    (files / "members.jsonl").write_text("".join(json.dumps({"mobile": one}) + "\n" for one in members))
    app = create_app(Behaviour(), key=KEY)
    with running(app) as url:
        emulator = Emulator(app, url)
        emulator.add_contacts([{"name": "Out", "phoneNumber": "4915123456002", "tags": ["Unsubscribe", "a"]}])
        airflow.read(DAGS / "sync.py")
        code, said = airflow(
            DAGS / "sync.py", AIRFLOW_CONN_WHAUTOMATE_DEFAULT=connection(url, account=uuid4().hex), SYNC_FILES=files
        )
        assert code == 0, said
        yield Run(emulator, files, said)


def test_chunks_of_a_mapped_task_are_one_sync(run):
    assert {run.states["mapped", index] for index in range(3)} == {"success"}
    assert sum(report["created"] for report in run.results["mapped"]) == 29
    found = run.emulator.contacts()
    assert len(found) == len({contact["phoneNumber"] for contact in found}) == 30
    assert {contact.get("customFields", {}).get("source") for contact in found} == {"crm"}


def test_members_are_made_exactly_those_of_the_rows(run):
    report = run.results["exactly"]
    assert (report["unchanged"], report["tagged"], report["untagged"]) == (3, 0, 27)
    tagged = {one["phoneNumber"] for one in run.emulator.contacts() if "a" in one["tags"]}
    # Who opted out is left alone, and keeps what they have.
    assert tagged == {"4915123456000", "4915123456001", "4915123456002"}


def test_a_mirror_refuses_chunks(run):
    assert {run.states["mirror", index] for index in range(3)} == {"failed"}
    assert "mode='mirror' needs the whole source in one task" in run.said


def test_families_share_a_phone_and_a_template_may_name_any_argument(run):
    report = run.results["families"]
    assert (report["created"], report["rejected"], report["superseded"]) == (2, 1, 0)
    assert {one["fullName"]: one["tags"] for one in run.emulator.clients()} == {"Ann": ["family"], "Ben": ["family"]}
    (rejects,) = run.files.glob("rejects-*.jsonl")
    assert [json.loads(line)["row"] for line in rejects.read_text().splitlines()] == [4]


def test_opt_outs_come_back_as_a_file(run):
    assert run.results["export"]["records"] == 1
    (row,) = [json.loads(line) for line in (run.files / "opt_outs.jsonl").read_text().splitlines()]
    assert (row["kind"], row["phoneNumber"], row["tags"]) == ("contact", "+4915123456002", ["Unsubscribe"])


def test_an_alias_among_the_outlets_becomes_an_asset_with_the_counts(run):
    with sqlite3.connect(HOME / "airflow.db") as database:
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        events = "asset_event" if "asset_event" in tables else "dataset_event"
        found = [
            json.loads(extra)
            for (extra,) in database.execute(f"SELECT extra FROM {events} WHERE source_dag_id = 'sync'")
        ]
    assert sorted(event["created"] for event in found if "created" in event) == [9, 10, 10]


def test_nothing_personal_is_in_the_log(run):
    assert "3456000" not in run.said
    assert "23456789" not in run.said
    assert "nonsense" not in run.said


ROWS = [{"name": f"N{n}", "mobile": f"+4915123456{n:03d}"} for n in range(9)]


def test_a_run_that_was_deferred_tells_what_all_its_parts_did(whautomate_emulator, connections):
    account = uuid4().hex
    few = {"requests_per_minute": 1000, "requests_per_day": 5, "account": account}
    connections("whautomate_default", whautomate_emulator.url, whautomate_emulator.key, **few)
    arguments = {"source": ROWS, "mapping": {"name": "name", "phoneNumber": "mobile"}, "max_wait": 1}
    context = {"ti": SimpleNamespace(dag_id="d", task_id="t", map_index=-1, run_id="r", xcom_push=lambda *a: None)}
    state = open_state(account_from_settings(whautomate_emulator.url, KEY, {}).state)

    def part(used):
        task = WhautomateSyncContactsOperator(task_id="t", **arguments)
        for name in task.template_fields:
            setattr(task, name, getattr(task, name))
        return task._attempt(context, **used)

    used = {}
    for _ in range(2):
        with pytest.raises(TaskDeferred) as deferred:
            part(used)
        used = {**deferred.value.kwargs, "window": None}
        # In place of a day.
        state._database.run(lambda connection: connection.execute(permits.delete().where(permits.c.account == account)))
    report = part(used)
    assert (report["created"], report["unchanged"], report["rows"]) == (9, 0, 9)
    assert report["requests"] == len(whautomate_emulator.requests())
    assert len(whautomate_emulator.contacts()) == 9


def test_a_task_that_is_killed_lets_no_more_requests_leave(whautomate_emulator, connections):
    connections("whautomate_default", whautomate_emulator.url, whautomate_emulator.key, account=uuid4().hex)
    rows = [{"name": f"N{n}", "mobile": f"+49151234{n:05d}"} for n in range(100)]
    task = WhautomateSyncContactsOperator(
        task_id="t", source=rows, mapping={"name": "name", "phoneNumber": "mobile"}, max_failed="100%"
    )
    for name in task.template_fields:
        setattr(task, name, getattr(task, name))
    context = {"ti": SimpleNamespace(dag_id="d", task_id="t", map_index=-1, run_id="r", xcom_push=lambda *a: None)}
    # What leaves is held, so that it is killed in the middle of its requests.
    whautomate_emulator.fault("slow", operation="createContact", probability=1.0, seconds=1e6)
    with ThreadPoolExecutor(1) as executor:
        running_task = executor.submit(task._attempt, context)
        while not whautomate_emulator.held():
            assert not running_task.done()
        task.on_kill()
        whautomate_emulator.clear_faults()
        whautomate_emulator.release()
        with pytest.raises(Stopped):
            running_task.result(60)
    asked = len(whautomate_emulator.requests())
    assert asked < 100
    # What had been done is known: it goes on from there.
    report = task._attempt(context)
    assert (report["created"], report["unsettled"]) == (100, 0)
    assert len(whautomate_emulator.contacts()) == 100
