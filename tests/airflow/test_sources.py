"""What operators read of queries at connections, of templates, and of results, run by Airflow: dags/sources.py."""

import contextlib
import csv
import json
import sqlite3
from urllib.parse import urlsplit

import fsspec
import pytest
from conftest import DAGS, HOME

try:
    from airflow.sdk import ObjectStoragePath
    from airflow.sdk.io import attach
except ImportError:
    from airflow.io.path import ObjectStoragePath
    from airflow.io.store import attach

from airflow_provider_whautomate._redacted import Redacted
from airflow_provider_whautomate.operators.contacts import WhautomateSyncContactsOperator
from airflow_provider_whautomate.sources import Sql, open_source
from whautomate_core.errors import ConfigurationError
from whautomate_core.rows.sources import rows

PASSWORD = "s3cret-of-the-warehouse"


class Run:
    """What a run left behind."""

    def __init__(self, files, said):
        self.said = said
        self.states = json.loads((files / "states.json").read_text())
        self.read = {
            path.stem: [tuple(cells) for cells in json.loads(path.read_text())]
            for path in files.glob("*.json")
            if path.stem != "states"
        }


@pytest.fixture(scope="module")
def run(airflow, tmp_path_factory, postgres):
    import psycopg2

    with contextlib.closing(psycopg2.connect(postgres)) as database, database, database.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE people AS SELECT n, 'P' || n AS name, 491511000000 + n AS mobile "
            "FROM generate_series(0, 4999) n"
        )
        cursor.execute("INSERT INTO people VALUES (-1, 'Ada', 4915123456700)")
    files = tmp_path_factory.mktemp("sources")
    (files / "people.csv").write_text("mobile,name\n0301,Eve\n")
    at = urlsplit(postgres)
    warehouse = {
        "conn_type": "postgres",
        "host": at.hostname,
        "port": at.port,
        "login": at.username,
        "password": PASSWORD,
        "schema": at.path[1:],
    }
    code, said = airflow(
        DAGS / "sources.py",
        SOURCES_FILES=files,
        AIRFLOW_CONN_WAREHOUSE=json.dumps(warehouse),
        AIRFLOW_CONN_AWAY=json.dumps({**warehouse, "port": 1}),
        AIRFLOW_CONN_HTTP=json.dumps({"conn_type": "whautomate", "host": "https://example.com"}),
    )
    assert code == 0, said
    return Run(files, said)


def test_queries_are_read_over_a_connection(run):
    assert run.read["query"] == [("Ada", "4915123456700")]
    assert run.read["query_by_result"][0] == ("P4000", "491511004000")
    assert len(run.read["query_by_result"]) == 1000
    [(_, mobile)] = run.read["cursor"]  # that of the query itself, at the server
    assert mobile == "4.915124E+12"  # a 32-bit float holds no number


def test_each_mapped_task_has_its_own_query(run):
    assert [run.read[f"mapped{n}"] for n in range(3)] == [[(f"P{n}", f"49151100000{n}")] for n in range(3)]
    assert [run.read[f"expanded{n}"] for n in range(2)] == [[(f"P{n}", f"49151100000{n}")] for n in (5, 6)]


def test_rows_of_other_tasks_and_files_are_read(run):
    assert run.read["rows"] == run.read["json"] == [("Grace", "4915123456701"), ("Alan", "")]
    assert run.read["path"] == run.read["url"] == run.read["object"] == [("Eve", "0301")]


def test_what_can_not_be_read_is_said(run):
    failed = {name for name, state in run.states.items() if state == "failed"}
    assert failed == {"no_json", "no_table", "no_cast", "no_database", "no_server"}
    for said in (
        "source must be a list, or text that is a JSON array. Its text is not JSON",
        'the query failed: UndefinedTable (relation "nosuch" does not exist',
        "the query failed: InvalidTextRepresentation",
        "connection 'http' (whautomate) is not a database connection",
        "the query failed: OperationalError",
    ):
        assert said in run.said


def test_queries_are_shown_without_their_values_and_nothing_else_of_people(run):
    with contextlib.closing(sqlite3.connect(HOME / "airflow.db")) as database:
        found = database.execute("SELECT * FROM rendered_task_instance_fields WHERE dag_id = 'sources'").fetchall()
    rendered = "".join(map(str, found))
    assert "select name, mobile from people where name = %(who)s" in rendered
    assert "parameters: who" in rendered
    assert "2 items" in rendered
    for private in (PASSWORD, "Ada", "Grace", "4915123456701"):
        assert private not in rendered
        assert private not in run.said


def test_objects_are_read_by_their_connection():
    memory = fsspec.filesystem("memory")
    attach("memory", conn_id="bucket_conn", fs=memory)
    memory.pipe("/bucket/people.csv", b"name\nAda\n")
    url = "memory://bucket_conn@bucket/people.csv"
    for given in (url, ObjectStoragePath(url)):
        source, open_file = open_source(given)
        assert [row.cells for row in rows(source, ["name"], open_file=open_file)] == [("Ada",)]
    memory.rm("/bucket", recursive=True)


@pytest.mark.parametrize("argument", ["source", "suppress"])
@pytest.mark.parametrize(
    "once", [lambda: (row for row in [{"a": "1"}]), lambda: map(dict, []), lambda: csv.DictReader(["a", "1"])]
)
def test_rows_that_can_be_read_once_stand_in_no_dag_file(argument, once):
    given = {"source": "people.csv", argument: once()}
    with pytest.raises(ConfigurationError, match=rf"{argument} is a \w+, which can be read once: give a list, a path"):
        WhautomateSyncContactsOperator(task_id="a", mapping={"name": "a", "phoneNumber": "a"}, **given)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Sql("select 1", "w"), "Sql('select 1', conn_id='w')"),
        (Sql("select %s", "w", ["Ada"]), "Sql('select %s', conn_id='w', parameters: 1 values)"),
        (Sql("select %(a)s", "w", {"a": "Ada"}), "Sql('select %(a)s', conn_id='w', parameters: a)"),
        ("s3://b/people.csv", "s3://b/people.csv"),
        ("[{'name': 'Ada'}]", "text"),
        ("name,mobile\nAda,1", "text"),
        ('[{"name": "Ada"}]', "1 item"),
    ],
)
def test_a_source_is_shown_without_its_people(value, shown):
    assert str(Redacted(value, is_path=isinstance(value, str))) == shown
    assert "Ada" not in repr(value) or isinstance(value, str)
