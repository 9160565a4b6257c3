"""Assets: their names; and one run of dags/assets.py, with the events that Airflow's database holds afterwards."""

import contextlib
import json
import sqlite3
from importlib import import_module
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from airflow.providers.common.compat.assets import Asset, AssetAlias
from airflow.providers.common.compat.sdk import BaseOperator
from airflow.providers.common.compat.version_compat import AIRFLOW_V_3_0_PLUS
from conftest import DAGS, HOME, KEY, ROOT, connection

from airflow_provider_whautomate._outlets import tell_outlets
from airflow_provider_whautomate.assets import COLLECTIONS, NAMED, create_asset, sanitize_uri
from airflow_provider_whautomate.get_provider_info import get_provider_info
from airflow_provider_whautomate.operators.broadcasts import WhautomateBroadcastOperator
from whautomate_core.account import account_from_settings, asset_uri
from whautomate_core.emulator import Behaviour, Emulator, create_app, running
from whautomate_core.errors import ConfigurationError
from whautomate_core.jobs import JOBS

if AIRFLOW_V_3_0_PLUS:
    from airflow.sdk.execution_time.context import OutletEventAccessors
else:
    from airflow.utils.context import OutletEventAccessors

ASSET = "asset" if AIRFLOW_V_3_0_PLUS else "dataset"
NUMBER = "3456001"


# --- a run of Airflow's


class Run:
    def __init__(self, emulator, said, edges):
        self.emulator, self.said, self.edges = emulator, said, edges
        self.states = dict(line.split()[1:] for line in said.splitlines() if line.startswith("state "))
        asked = (
            f"SELECT source_task_id, uri, {ASSET}_event.extra FROM {ASSET}_event JOIN {ASSET} "
            f"ON {ASSET}.id = {ASSET}_event.{ASSET}_id WHERE source_dag_id = 'assets'"
        )
        queued = f"SELECT target_dag_id FROM {ASSET}_dag_run_queue WHERE target_dag_id LIKE 'assets%'"
        with contextlib.closing(sqlite3.connect(HOME / "airflow.db")) as database:
            self.events = [(task, uri, json.loads(extra)) for task, uri, extra in database.execute(asked)]
            self.queued = [name for (name,) in database.execute(queued)]

    def extra(self, task, uri):
        """The extra of the one event of a task about an asset."""
        [found] = [extra for of_task, about, extra in self.events if (of_task, about) == (task, uri)]
        return found

    def told(self, task):
        return sorted(uri for of_task, uri, _ in self.events if of_task == task)


def edges(airflow):
    """What points to what in the graph of DAGs and assets that Airflow's UI shows, by their labels."""
    code, said = airflow(
        "-c",
        "import json; from airflow.api_fastapi.core_api.services.ui.dependencies import get_scheduling_dependencies as "
        "graph; print('graph', json.dumps(graph()))",
    )
    assert code == 0, said
    [found] = [json.loads(line[6:]) for line in said.splitlines() if line.startswith("graph ")]
    labels = {one["id"]: one["label"] for one in found["nodes"]}
    return {(labels[one["source_id"]], labels[one["target_id"]]) for one in found["edges"]}


@pytest.fixture(scope="module")
def run(airflow):
    app = create_app(Behaviour(search_delay=0.0), key=KEY)
    with running(app) as url:
        airflow.read(DAGS / "assets.py")
        code, said = airflow(
            DAGS / "assets.py",
            AIRFLOW_CONN_WHAUTOMATE_DEFAULT=connection(url, account="assets"),
            AIRFLOW_CONN_UNNAMED=connection(url),
        )
        assert code == 0, said
        yield Run(Emulator(app, url), said, edges(airflow) if AIRFLOW_V_3_0_PLUS else None)


def test_each_job_tells_the_counts_of_the_asset_that_it_wrote(run):
    contacts = run.extra("contacts", "whautomate://assets/contacts")
    assert (contacts["rows"], contacts["created"], contacts["tagged"]) == (3, 3, 3)
    assert all(type(value) is int for value in contacts.values())


def test_a_segment_is_an_asset_by_its_name_with_its_id(run):
    ids = {one["name"]: one["id"] for one in run.emulator.records("segments")}
    extra = run.extra("segment", "whautomate://assets/segments/Regular%20guests")
    assert extra["id"] == ids["Regular guests"]


def test_an_alias_becomes_all_that_the_job_wrote(run):
    [segment] = [one["id"] for one in run.emulator.records("segments") if one["name"] == "tag vip"]
    assert run.told("audience") == ["whautomate://assets/contacts", "whautomate://assets/segments/tag%20vip"]
    assert "id" not in run.extra("audience", "whautomate://assets/contacts"), "it may be that of a person"
    assert run.extra("audience", "whautomate://assets/segments/tag%20vip")["id"] == segment


def test_an_account_without_a_name_is_named_by_host_and_connection(run):
    uri = f"whautomate://{urlsplit(run.emulator.url).netloc}/unnamed/contacts"
    assert run.told("unnamed") == [uri]
    assert "id" not in run.extra("unnamed", uri), "the id of the person who was moved"


def test_an_outlet_that_is_not_what_the_job_writes_gets_no_counts_and_a_warning(run):
    assert run.extra("services", "whautomate://assets/services")["created"] == 1
    assert run.extra("services", "whautomate://other/services") == {}
    assert "outlet whautomate://other/services is not what this task writes (whautomate://assets/services)" in run.said


def test_a_plan_a_skipped_task_and_a_failed_one_make_no_event(run):
    assert [run.states[one] for one in ("planned", "late", "failed")] == ["success", "skipped", "failed"], run.said
    assert run.told("planned") == run.told("late") == run.told("failed") == []


def test_the_sensor_tells_the_figures_of_its_broadcast(run):
    [broadcast] = run.emulator.records("broadcasts")
    assert run.told("broadcast") == []
    extra = run.extra("wait", "whautomate://assets/broadcasts/News")
    assert extra.keys() == {"id", "recipients", "sent", "delivered", "undelivered", "requests"}
    assert extra["id"] == broadcast["id"]


def test_a_dag_that_is_scheduled_on_the_contacts_is_started(run):
    assert run.queued == ["assets_changed"]


@pytest.mark.skipif(not AIRFLOW_V_3_0_PLUS, reason="Airflow 2 keeps the graph elsewhere")
def test_the_graph_shows_the_assets_from_dag_to_dag_and_those_of_an_alias_after_its_run(run):
    assert {
        ("assets", "whautomate://assets/contacts"),
        ("whautomate://assets/contacts", "assets_changed"),
        ("assets", "audience"),
        ("audience", "whautomate://assets/contacts"),
        ("audience", "whautomate://assets/segments/tag%20vip"),
    } <= run.edges


def test_nothing_of_a_person_is_in_an_event(run):
    told = str(run.events)
    private = [NUMBER, KEY, *(one["id"] for one in run.emulator.contacts())]
    assert [one for one in private if one in told] == []


# --- single tasks


@pytest.mark.parametrize("outlet", [Asset("whautomate://acme/broadcasts/Spring%20sale"), AssetAlias("delivered")])
def test_a_broadcast_that_is_not_waited_for_cannot_tell_that_it_was_delivered(outlet):
    sale = {"name": "Spring sale", "template": {"name": "t", "language": "en"}, "segment_id": "s1"}
    with pytest.raises(ConfigurationError, match="outlets tell that the broadcast was delivered, so they need wait"):
        WhautomateBroadcastOperator(task_id="send", outlets=[outlet], **sale)
    WhautomateBroadcastOperator(task_id="send", outlets=[outlet], wait=True, **sale)
    WhautomateBroadcastOperator(task_id="send", outlets=[Asset("s3://bucket/key")], **sale)


def operators():
    listed = [import_module(name) for [one] in [get_provider_info()["operators"]] for name in one["python-modules"]]
    return {one.job: one for module in listed for one in vars(module).values() if hasattr(one, "job")}


VALUES = {"name": "A/B", "tag": "vip", "type": "client"}
"""What the arguments are that names of assets hold."""


def told_to(alias, events):
    if AIRFLOW_V_3_0_PLUS:
        return {one.dest_asset_key.uri: one.extra for one in events[alias].asset_alias_events}
    return {one["dest_dataset_uri"]: one["extra"] for one in events[alias].dataset_alias_events}


@pytest.mark.parametrize("name", ["segments", "broadcasts"])
def test_an_account_that_is_called_like_what_accounts_have_tells_no_ids_of_people(name):
    task, events = BaseOperator(task_id="t", outlets=[AssetAlias("told")]), OutletEventAccessors()
    uris = [f"whautomate://{name}/contacts", f"whautomate://{name}/segments/VIP"]
    tell_outlets(task, {"outlet_events": events}, uris, {"id": "x1", "rows": 2})
    assert told_to(task.outlets[0], events) == {uris[0]: {"rows": 2}, uris[1]: {"rows": 2, "id": "x1"}}


@pytest.mark.skipif(not AIRFLOW_V_3_0_PLUS, reason="Airflow 2 takes longer names")
def test_a_task_that_has_sent_does_not_fail_because_airflow_refuses_a_name():
    task, events = BaseOperator(task_id="t", outlets=[AssetAlias("told")]), OutletEventAccessors()
    uris = [f"whautomate://acme/broadcasts/{'%F0%9F%8E%89' * 200}", "whautomate://acme/contacts"]
    tell_outlets(task, {"outlet_events": events}, uris, {"rows": 2})
    assert told_to(task.outlets[0], events) == {uris[1]: {"rows": 2}}


@pytest.mark.parametrize("name", [name for name, job in JOBS.items() if job.writes])
def test_every_job_that_writes_tells_an_alias_what(name, monkeypatch, connections):
    connections("whautomate_default", "http://127.0.0.1:1", account="acme")
    task = object.__new__(operators()[name])
    BaseOperator.__init__(task, task_id="t", outlets=[AssetAlias("told")])
    report = {"id": "x1", "rows": 2, "skipped": None, "created": True, "price": 3}
    monkeypatch.setattr(type(task), "run_job", lambda self, client, context: report)
    monkeypatch.setattr(type(task), "line_of", lambda self, report: "")
    monkeypatch.setattr(type(task), "job_arguments", lambda self: VALUES)
    monkeypatch.setattr(type(task), "whautomate_conn_id", "whautomate_default", raising=False)
    monkeypatch.setattr("airflow_provider_whautomate.operators._messages.skip_backfill", lambda *given: None)
    monkeypatch.setattr(type(task), "given", lambda self, name: VALUES.get(name))
    events = OutletEventAccessors()
    account = account_from_settings("https://api.whautomate.com", KEY, {"account": "acme"})
    client = SimpleNamespace(account=account, requests=4, used=SimpleNamespace(waited=0.0))
    task.work(client, {"outlet_events": events})
    told = told_to(task.outlets[0], events)
    assert told
    for uri, extra in told.items():
        kind, _, named = uri.removeprefix("whautomate://acme/").partition("/")
        assert extra == {"rows": 2, "requests": 4} | ({"id": "x1"} if named else {})
        assert f"| `{name}` |" in PAGE
        assert f"`{kind}{'/NAME' if named else ''}`" in line_of(name)


PAGE = (ROOT / "docs" / "guides" / "assets.md").read_text(encoding="utf-8")


def line_of(job):
    [line] = [one for one in PAGE.splitlines() if f"| `{job}` |" in one]
    return line


def test_the_names_that_are_accepted_are_those_that_jobs_read_and_write():
    parts = {part.partition("/") for job in JOBS.values() for part in (*job.reads, *job.writes)}
    kinds = {kind.replace("{type}", "contact") for kind, slash, _ in parts if not slash}
    assert kinds | {"clients"} == set(COLLECTIONS)
    assert {kind for kind, slash, _ in parts if slash} == set(NAMED)


# --- names


@pytest.mark.parametrize(
    ("written", "uri"),
    [
        ("whautomate://acme/contacts", "whautomate://acme/contacts"),
        ("whautomate://acme/contacts/", "whautomate://acme/contacts"),
        ("whautomate://acme gmbh/broadcasts/Spring sale", "whautomate://acme%20gmbh/broadcasts/Spring%20sale"),
        ("whautomate://acme/broadcasts/a%2Fb", "whautomate://acme/broadcasts/a%2Fb"),
        ("whautomate://127.0.0.1:8787/crm/contacts", "whautomate://127.0.0.1:8787/crm/contacts"),
        ("whautomate://api.example.com/crm/segments/VIP", "whautomate://api.example.com/crm/segments/VIP"),
    ],
)
def test_an_asset_has_one_name_however_it_is_written(written, uri):
    assert Asset(written).uri == uri


@pytest.mark.parametrize("name", ["Summer sale", "a/b", "50% off", "Why? #1", "Grüße", "me@home"])
def test_the_names_of_assets_are_those_that_jobs_tell(name):
    account = account_from_settings("https://api.whautomate.com", KEY, {"account": name})
    job = JOBS["broadcast"]
    [part] = job.written({"name": name})
    assert create_asset(account=name, what="broadcasts", name=name).uri == asset_uri(account, "crm", part)
    unnamed = asset_uri(account_from_settings("http://127.0.0.1:8787", KEY, {}), "my crm", part)
    assert Asset(unnamed).uri == unnamed


@pytest.mark.parametrize(
    "uri",
    [
        "whautomate:///contacts",
        "whautomate://acme",
        "whautomate://acme/contact",
        "whautomate://acme/contacts/4915123456001",
        "whautomate://acme/segments",
        "whautomate://acme/broadcasts/a/b",
        "whautomate://acme/broadcasts/what?x",
        "whautomate://a/b/c/contacts",
    ],
)
def test_what_no_account_has_is_no_asset(uri):
    with pytest.raises(ValueError, match="is not the asset of anything at Whautomate"):
        sanitize_uri(urlsplit(uri))


@pytest.mark.skipif(not AIRFLOW_V_3_0_PLUS, reason="Airflow 2 warns")
def test_a_dag_file_with_such_an_asset_is_refused():
    with pytest.raises(ValueError, match="is not the asset"):
        create_asset(account="acme", what="contact")
