"""What jobs tell OpenLineage: one run of dags/lineage.py with the listener of Airflow's provider, and its events."""

import contextlib
import importlib.util
import json
import os
import re
from importlib import import_module
from urllib.parse import urlsplit

import pytest
from airflow.providers.common.compat.assets import Asset
from airflow.providers.postgres.hooks.postgres import PostgresHook
from conftest import DAGS, KEY, connection

from airflow_provider_whautomate._arguments import arguments_of
from airflow_provider_whautomate._lineage import file, read_from, tables
from airflow_provider_whautomate.assets import convert_asset_to_openlineage, dataset
from airflow_provider_whautomate.get_provider_info import get_provider_info
from airflow_provider_whautomate.operators.contacts import WhautomateSyncContactsOperator
from airflow_provider_whautomate.operators.segments import WhautomateEnsureSegmentOperator
from airflow_provider_whautomate.sources import Sql
from whautomate_core.account import account_from_settings, asset_uri
from whautomate_core.emulator import Behaviour, Emulator, create_app, running
from whautomate_core.jobs import JOBS
from whautomate_core.rows.outcomes import counts_of

HOW = "OpenLineage is not installed: pip install apache-airflow-providers-openlineage (the group `lineage`)"
if not importlib.util.find_spec("openlineage"):
    if os.environ.get("REQUIRE_SERVICES") == "1":
        pytest.fail(HOW, pytrace=False)
    pytest.skip(HOW, allow_module_level=True)

PASSWORD = "s3cret/of@the:warehouse?"
ACCOUNT = "whautomate://acme%20gmbh"
PRIVATE = (
    PASSWORD,
    "s3cret",
    "Ludmila",
    "Ottilie",
    "Grace",
    "Alan",
    "Opted",
    "nonsense",
    "3456701",
    "3456002",
    "345610",
    "SELECT p",
    KEY,
)


class Run:
    def __init__(self, files, at, said, people):
        self.files, self.at, self.people = files, at, people
        self.text = (files / "events.jsonl").read_text()
        self.states = dict(line.split()[1:] for line in said.splitlines() if line.startswith("state "))
        self._events = [json.loads(line) for line in self.text.splitlines()]

    def event(self, task, kind):
        [found] = [one for one in self._events if one["job"]["name"] == f"lineage.{task}" and one["eventType"] == kind]
        return found

    def names(self, task, which):
        """The datasets of a task, the same in its first event and its last."""
        first, last = (
            [(one["namespace"], one["name"]) for one in self.event(task, kind)[which]]
            for kind in ("START", "FAIL" if self.states[task] == "failed" else "COMPLETE")
        )
        assert first == last
        return last

    def counts(self, task):
        facet = self.event(task, "COMPLETE")["run"]["facets"]["whautomate_counts"]
        return {name: value for name, value in facet.items() if not name.startswith("_")}


@pytest.fixture(scope="module")
def run(airflow, tmp_path_factory, postgres):
    import psycopg2

    with contextlib.closing(psycopg2.connect(postgres)) as database, database, database.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE persons AS SELECT n, 'P' || n AS name, '+4915123456' || (100 + n) AS mobile "
            "FROM generate_series(0, 4) n"
        )
        cursor.execute("CREATE SCHEMA crm CREATE TABLE consents (n int, kind text)")
        cursor.execute("INSERT INTO crm.consents SELECT n, 'b' FROM persons")
    files = tmp_path_factory.mktemp("lineage")
    (files / "people.csv").write_text("name,mobile\nGrace,+4915123456701\nAlan,nonsense\n")
    at = urlsplit(postgres)
    warehouse = {
        "conn_type": "postgres",
        "host": at.hostname,
        "port": at.port,
        "login": at.username,
        "password": PASSWORD,
        "schema": at.path[1:],
    }
    app = create_app(Behaviour(), key=KEY)
    with running(app) as url:
        emulator = Emulator(app, url)
        emulator.add_contacts([{"name": "Opted", "phoneNumber": "4915123456002", "tags": ["Unsubscribe"]}])
        code, said = airflow(
            DAGS / "lineage.py",
            LINEAGE_FILES=files,
            AIRFLOW_CONN_WAREHOUSE=json.dumps(warehouse),
            AIRFLOW_CONN_WHAUTOMATE_DEFAULT=connection(url, account="acme gmbh"),
            AIRFLOW__OPENLINEAGE__TRANSPORT=json.dumps(
                {"type": "file", "log_file_path": str(files / "events.jsonl"), "append": True}
            ),
            AIRFLOW__OPENLINEAGE__INCLUDE_FULL_TASK_INFO="True",
        )
        assert code == 0, said
        yield Run(files, at, said, [*emulator.contacts(), *emulator.clients()])


def test_the_tables_of_a_query_are_read(run):
    warehouse = f"postgres://{run.at.hostname}:{run.at.port}"
    database = run.at.path[1:]
    assert set(run.names("contacts", "inputs")) == {
        (warehouse, f"{database}.crm.consents"),
        (warehouse, f"{database}.public.persons"),
    }


def test_files_are_read_and_written(run):
    assert run.names("clients", "inputs") == run.names("planned", "inputs") == [("file", f"{run.files}/people.csv")]
    assert run.names("clients", "outputs") == [(ACCOUNT, "clients"), ("file", f"{run.files}/rejects-a.jsonl")]
    assert run.names("opt_outs", "inputs") == [(ACCOUNT, "contacts"), (ACCOUNT, "clients")]
    assert run.names("opt_outs", "outputs") == [("file", f"{run.files}/opt_outs.jsonl")]


def test_what_the_account_has_is_one_chain_from_contacts_to_a_broadcast(run):
    assert run.names("contacts", "outputs")[0] == (ACCOUNT, "contacts")
    assert run.names("segment", "inputs") == [(ACCOUNT, "contacts")]
    assert run.names("segment", "outputs") == run.names("broadcast", "inputs") == [(ACCOUNT, "segments/Regular guests")]
    assert run.names("broadcast", "outputs") == [(ACCOUNT, "broadcasts/News A")]


def test_a_plan_writes_nothing_of_the_account(run):
    assert run.names("planned", "outputs") == []


def test_outlets_of_the_dag_file_are_told_too_each_once(run):
    assert run.names("contacts", "outputs") == [(ACCOUNT, "contacts"), (ACCOUNT, "messages")]


def test_a_failed_task_tells_what_it_was_to_do_without_counts(run):
    assert run.names("missing", "outputs") == [(ACCOUNT, "contacts")]
    assert "whautomate_counts" not in run.event("missing", "FAIL")["run"]["facets"]


def test_counts_are_told(run):
    assert {name: count for name, count in run.counts("contacts").items() if count and name != "requests"} == {
        "rows": 5,
        "created": 5,
        "tagged": 5,
    }
    clients = run.counts("clients")
    assert (clients["rows"], clients["created"], clients["rejected"]) == (2, 1, 1)
    assert run.counts("broadcast")["recipients"] == 5
    [read] = run.event("clients", "COMPLETE")["inputs"]
    assert read["inputFacets"]["inputStatistics"]["rowCount"] == 2
    [written] = run.event("opt_outs", "COMPLETE")["outputs"]
    assert written["outputFacets"]["outputStatistics"]["rowCount"] == 1
    assert not any("inputFacets" in one for one in run.event("contacts", "COMPLETE")["inputs"]), "of two tables"


def test_of_a_result_only_counts_are_kept():
    result = {"id": 4711, "contacts": ["id1"], "created": True, "undelivered": 3, "codes": {"131050": 3}, "cost": 1.5}
    assert counts_of(result) == {"undelivered": 3}


def test_nothing_of_a_person_and_no_secret_is_told(run):
    ids = [one["id"] for one in run.people]
    assert len(ids) == 7
    assert [one for one in (*PRIVATE, *ids) if one in run.text] == []


def test_each_task_tells_its_start_and_its_end_with_all_its_attributes(run):
    for task, state in run.states.items():
        ended = run.event(task, "FAIL" if state == "failed" else "COMPLETE")
        for one in (run.event(task, "START"), ended):
            assert one["run"]["facets"]["airflow"]["task"]["whautomate_conn_id"] == "whautomate_default"


def test_the_run_needs_nothing_more_than_before(run):
    assert [task for task, state in run.states.items() if state != "success"] == ["missing"]


@pytest.mark.parametrize(
    ("path", "namespace", "name"),
    [
        ("/data/people.csv", "file", "/data/people.csv"),
        ("file:///data/a b.csv", "file", "/data/a b.csv"),
        ("/data/report#1.csv", "file", "/data/report#1.csv"),
        ("s3://bucket/a/b.csv", "s3://bucket", "a/b.csv"),
        ("s3://aws_conn@bucket/a/b.csv", "s3://bucket", "a/b.csv"),
        ("gcs://bucket/a.csv", "gs://bucket", "a.csv"),
        ("ftp://u:hush@files.example:21/a.csv", "ftp://files.example:21", "a.csv"),
        ("ftp://u:hu/sh@files.example/a.csv", "ftp://files.example", "a.csv"),
        ("https://u:hush@files.example/a.csv?sig=hush", "https://files.example", "a.csv"),
    ],
)
def test_files_and_objects_are_named_as_openlineage_does(path, namespace, name):
    [found] = file(path)
    assert (found.namespace, found.name) == (namespace, name)


@pytest.mark.parametrize(
    "path",
    [
        "https://u:hu#sh@files.example/a.csv",
        "ftp://u:hu#sh@files.example/a.csv",
        "s3://bucket/a.csv?hush",
        "zip://a.csv::s3://u:hush@bucket/a.zip",
    ],
)
def test_an_address_that_may_hold_a_secret_is_not_told(path, caplog):
    caplog.set_level("INFO")
    assert file(path) == []
    assert "may hold a secret" in caplog.text
    assert "hu" not in caplog.text


@pytest.mark.parametrize("source", [[{"name": "Ada"}], '[{"name": "Ada"}]', None])
def test_rows_that_are_no_file_are_no_dataset(source):
    assert read_from(source) == []


def test_an_object_by_its_path_is_the_one_by_its_url():
    from airflow.providers.common.compat.sdk import ObjectStoragePath

    assert read_from(ObjectStoragePath("file:///data/people.csv")) == read_from("/data/people.csv")


@pytest.mark.parametrize(
    ("sql", "names"),
    [
        ("select * from a.t where x in %s and y like '%%z'", ["db.a.t"]),
        ("with w as (select * from a.t limit %(n)s) select * from w join t2 on true", ["db.a.t", "db.public.t2"]),
        ("select 1", []),
        ("no query", []),
    ],
)
def test_placeholders_of_a_query_hide_no_table(sql, names, monkeypatch):
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", "postgres://u:hush@Warehouse.example/db")
    monkeypatch.setattr(PostgresHook, "get_openlineage_default_schema", lambda self: "public")
    found = tables(Sql(sql, "warehouse"))
    assert sorted(one.name for one in found) == names
    assert {one.namespace for one in found} <= {"postgres://warehouse.example:5432"}


def test_a_warehouse_that_does_not_answer_costs_its_tables_only(connections, monkeypatch, caplog):
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", "postgres://u:hush@127.0.0.1:1/db")
    connections("whautomate_default", "http://127.0.0.1:1", account="acme gmbh")
    task = WhautomateSyncContactsOperator(
        task_id="t", source=Sql("select * from t", "warehouse"), mapping={"name": "a", "phoneNumber": "b"}
    )
    found = task.get_openlineage_facets_on_start()
    assert (found.inputs, [one.name for one in found.outputs]) == ([], ["contacts"])
    assert "hush" not in caplog.text


def test_an_account_without_a_name_is_told_by_host_and_connection():
    account = account_from_settings("https://api.whautomate.com", KEY, {})
    found = dataset(asset_uri(account, "crm 1", "segments/A%2FB"))
    assert (found.namespace, found.name) == ("whautomate://api.whautomate.com", "crm 1/segments/A/B")


@pytest.mark.parametrize("name", ["Spring sale", "a/b", "Grüße, 50% off"])
def test_what_a_job_writes_has_one_name_in_airflow_and_openlineage(name):
    account = account_from_settings("https://api.whautomate.com", KEY, {"account": name})
    values = {"name": name, "tag": name, "type": "contact"}
    for part in {part for job in JOBS.values() for part in job.written(values)}:
        uri = asset_uri(account, "crm", part)
        assert convert_asset_to_openlineage(Asset(uri)) == dataset(uri)


def test_operators_have_the_arguments_that_name_inputs_and_outputs():
    listed = [import_module(name) for [one] in [get_provider_info()["operators"]] for name in one["python-modules"]]
    operators = {
        one for module in listed for one in vars(module).values() if isinstance(one, type) and hasattr(one, "job")
    }
    named = {
        one: set(re.findall(r"{(.*?)}", " ".join((*JOBS[one.job].reads, *JOBS[one.job].writes)))) for one in operators
    }
    assert len(named) == len(JOBS)
    lacking = {
        one: names - arguments_of(one).keys() for one, names in named.items() if names - arguments_of(one).keys()
    }
    assert lacking == {WhautomateEnsureSegmentOperator: {"name"}}, "its job_arguments adds it, as the run shows"
