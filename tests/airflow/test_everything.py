"""A real run that touches every resource: dags/everything.py, and a look at what it left."""

import contextlib
import json
import sqlite3

import pytest
from conftest import DAGS, HOME, KEY, connection, kept_by_airflow
from contract_examples import operations
from pyarrow import parquet

from whautomate_core.emulator import Emulator, create_app, running


@pytest.fixture(scope="module")
def run(airflow, tmp_path_factory):
    files = tmp_path_factory.mktemp("everything")
    app = create_app(key=KEY)
    with running(app) as url:
        host = {"AIRFLOW_CONN_WHAUTOMATE_DEFAULT": connection(url)}
        code, said = airflow(DAGS / "everything.py", **host, EVERYTHING_FILES=files)
        assert code == 0, said
        yield Emulator(app, url), files, said


def results(run):
    return json.loads((run[1] / "results.json").read_text())


def test_every_step_succeeds(run):
    states = json.loads((run[1] / "states.json").read_text())
    failed = [name for name, state in states.items() if state != "success"]
    assert failed == [], run[2]


def test_every_resource_is_touched(run):
    resource = {operation.id: operation.resource for operation in operations()}
    assert {resource[request["operation"]] for request in run[0].requests()} == set(resource.values())


def test_bodies_in_every_form_arrive(run):
    contacts = {contact["phoneNumber"]: contact for contact in run[0].contacts()}
    assert set(contacts) == {f"49151234567{n}" for n in ("01", "10", "11", "19")}
    assert {contacts[f"491512345671{n}"]["notes"] for n in range(2)} == {"note 0", "note 1"}
    assert contacts["4915123456701"]["tags"] == ["c"]
    [update] = [request["body"] for request in run[0].requests("updateClient")]
    assert update["notes"] == "Alan"
    assert [message["operation"] for message in run[0].messages()] == ["sendWhatsappTemplate"]


def test_what_is_returned(run):
    found = results(run)
    for name in ("grace", "client", "segment", "broadcast", "class", "move", "cancel", "leaves", "unblock", "drop_tag"):
        assert found[name].keys() <= {"id", "status"}, name
        assert found[name]["id"]
    assert len(found["staffs"]) == 1
    assert [message["contact"]["id"] for message in found["messages"]] == [found["grace"]["id"]]
    assert len(found["there"]) == len(found["booked"]) == 1


def test_lists_are_written_to_files(run):
    path = run[1] / "everything.jsonl"
    assert results(run)["in_lines"] == {"path": str(path), "records": 4}
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert results(run)["in_columns"] == {"path": f"file://{run[1]}/contacts.parquet", "records": 4}
    rows = parquet.read_table(run[1] / "contacts.parquet").to_pylist()
    assert [row["phoneNumber"] for row in rows] == [line["phoneNumber"] for line in lines]
    assert [json.loads(row["tags"]) for row in rows] == [line["tags"] for line in lines]


def test_no_person_is_in_what_airflow_keeps_of_rendered_arguments(run):
    with contextlib.closing(sqlite3.connect(HOME / "airflow.db")) as database:
        rows = database.execute("SELECT * FROM rendered_task_instance_fields WHERE dag_id = 'everything'").fetchall()
    rendered = "".join(map(str, rows))
    assert len(rows) >= 45
    assert rendered.count("3 fields: name, phoneNumber, location") == 3
    assert rendered.count("3 fields: location, name, phoneNumber") == 1  # tojson sorts
    assert "1 field: notes" in rendered  # what JSON text of a template holds
    for private in (KEY, "34567", "Ada", "Grace", "Alan", "note 0"):
        assert private not in rendered, private


def test_no_person_is_in_what_airflow_keeps_of_the_steps(run):
    kept = kept_by_airflow("everything")
    own = ("people", "as_text", "message", "changes")  # tasks of the DAG's own, which return what they are to send
    kept["xcom"] = [row for row in kept["xcom"] if not set(own) & set(row)]
    assert len(kept["xcom"]) >= 45
    for private in (KEY, "5123456", "Ada", "Grace", "Alan", "example.com", "note 0"):
        assert [table for table, rows in kept.items() if private in str(rows)] == [], private
    assert "firstName" not in str(kept["xcom"])


def test_no_person_is_in_the_log(run):
    for private in (KEY, "34567"):
        assert private not in run[2]
