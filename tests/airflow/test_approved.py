"""The examples of approved campaigns, run by Airflow: somebody approves, rejects, or approves what changes then."""

import contextlib
import json
import os
import runpy
import sqlite3
import subprocess
import sys
import time
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from conftest import HOME, KEY, ROOT, connection, python
from quoted import blocks, first_not_said

try:
    import airflow.providers.standard.operators.hitl  # noqa: F401
except Exception:  # Airflow 2 has no such thing
    pytest.skip("needs Airflow 3.1", allow_module_level=True)

from whautomate_core.account import account_from_settings
from whautomate_core.client.client import Client
from whautomate_core.emulator import Behaviour, Emulator, create_app, running
from whautomate_core.messaging.segments import ensure_segment

# Where it is noon now, so that its send window is open (`Etc/GMT-9` is nine hours ahead of UTC).
NOON = f"Etc/GMT{datetime.now(UTC).hour - 12:+d}"
EXAMPLES = ROOT / "example_dags" / "airflow"
TUTORIAL = "docs/tutorial/airflow.md"
PATIENCE = 900
"""Seconds; what is waited for comes far sooner on a machine that is not busy."""
ANSWER = """
import sys
from types import SimpleNamespace
from airflow.api_fastapi.core_api.datamodels.hitl import UpdateHITLDetailPayload
from airflow.api_fastapi.core_api.routes.public.hitl import update_hitl_detail
from airflow.utils.session import create_session
user = SimpleNamespace(get_id=lambda: "1", get_name=lambda: "Grace")
with create_session() as session:
    payload = UpdateHITLDetailPayload(chosen_options=[sys.argv[2]], params_input={})
    update_hitl_detail(sys.argv[3], sys.argv[1], "approve", payload, user, session)
"""


def rows(asked, *values):
    with contextlib.closing(sqlite3.connect(HOME / "airflow.db", timeout=30)) as database:
        return database.execute(asked, values).fetchall()


def ran(emulator, answer, before_answer=lambda: None, dag="approved_campaign", **more):
    """A run that is answered as Airflow's UI would; states of its tasks, what was asked, and what was said."""
    example = EXAMPLES / f"{dag}.py"
    env = os.environ | {
        "AIRFLOW_CONN_WHAUTOMATE_DEFAULT": connection(emulator.url, account=emulator.account),
        "AIRFLOW__CORE__DAGS_FOLDER": str(EXAMPLES),
        "WHAUTOMATE_DEMO_HOLD": "0",
        "WHAUTOMATE_DEMO_POLL": "1",
        "WHAUTOMATE_DEMO_ZONE": NOON,
        **more,
    }
    known = {run for (run,) in rows("SELECT run_id FROM task_instance WHERE dag_id = ?", dag)}
    said = HOME / "approved.txt"
    with said.open("w") as log, subprocess.Popen([sys.executable, example], env=env, stdout=log, stderr=log) as process:
        asked = "SELECT run_id FROM task_instance WHERE task_id = 'approve' AND state = 'awaiting_input'"
        end = time.monotonic() + PATIENCE
        while not (waiting := {run for (run,) in rows(asked)} - known):
            assert process.poll() is None, said.read_text()
            assert time.monotonic() < end, said.read_text()
            time.sleep(0.2)
        [run_id] = waiting
        before_answer()
        code, words = python("-c", ANSWER, run_id, answer, dag)
        assert code == 0, words
        process.wait(PATIENCE)
    states = dict(rows("SELECT task_id, state FROM task_instance WHERE run_id = ? AND dag_id = ?", run_id, dag))
    shown = rows("SELECT body FROM hitl_detail h JOIN task_instance t ON t.id = h.ti_id WHERE t.run_id = ?", run_id)
    return states, shown[0][0], said.read_text()


@pytest.fixture
def empty(airflow):
    """An account that holds nobody."""
    app = create_app(Behaviour(broadcast_seconds=0.5, delivery_seconds=0.0, broadcast_failed_share=0.0), key=KEY)
    with running(app) as url:
        found = Emulator(app, url)
        found.account = uuid4().hex
        yield found


@pytest.fixture
def emulator(empty):
    """An account with a segment of four people."""
    settings = {"location_id": "loc000000001", "plan": "subscribed", "account": f"segments of {empty.account}"}
    with Client(account_from_settings(empty.url, KEY, settings)) as client:
        ensure_segment(client, "newsletter-subscribers", {"tags": ["newsletter"]})
    empty.add_contacts([{"name": "N", "phoneNumber": f"491512345670{n}", "tags": ["newsletter"]} for n in range(4)])
    return empty


def test_approved_it_is_sent_as_it_was_shown(emulator):
    states, shown, said = ran(emulator, "Approve")
    assert states == {"plan": "success", "approve": "success", "send": "success", "call_off": "skipped"}, said
    assert "**Recipients:** up to 4" in shown
    assert "**Cost:** at most 0.44" in shown
    assert len(emulator.messages()) == 4


def test_rejected_nothing_is_sent(emulator):
    states, _, said = ran(emulator, "Reject")
    assert states["send"] == "skipped", said
    assert emulator.requests("createBroadcast") == []


def test_a_plan_that_changed_after_it_was_approved_is_refused(emulator):
    more = [{"name": "N", "phoneNumber": "4915123456799", "tags": ["newsletter"]}]
    states, _, said = ran(emulator, "Approve", before_answer=lambda: emulator.add_contacts(more))
    assert states["send"] == "failed", said
    assert "reaches 5 people, but 4 were approved" in said
    assert emulator.requests("createBroadcast") == []


# --- the tutorial


def warehouse(path):
    """A connection to the warehouse of the tutorial, made as the page says."""
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.executescript((ROOT / "example_dags" / "data" / "tutorial.sql").read_text(encoding="utf-8"))
    return json.dumps({"conn_type": "sqlite", "host": str(path)})


def figures(path):
    with contextlib.closing(sqlite3.connect(path)) as database:
        return database.execute("SELECT * FROM campaigns").fetchall()


def test_the_tutorial_ends_with_the_figures_in_the_warehouse(empty, tmp_path):
    path = tmp_path / "shop.db"
    states, shown, said = ran(empty, "Approve", dag="campaign_to_warehouse", AIRFLOW_CONN_WAREHOUSE=warehouse(path))
    assert set(states.values()) == {"success"}, said
    assert len(empty.messages()) == 4
    [(_, *kept)] = figures(path)
    assert kept == ["summer-sale", "Grace", "Completed", 4, 4, 0]
    plan, logged = blocks(TUTORIAL, "text")
    assert first_not_said(logged, said) is None, said
    assert first_not_said(plan, shown) is None, shown


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_figures_that_are_written_twice_are_one_row(kind, monkeypatch, tmp_path, request):
    path = tmp_path / "shop.db"
    if kind == "sqlite":
        monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", warehouse(path))
    else:
        monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", request.getfixturevalue("postgres"))
    keep = runpy.run_path(str(EXAMPLES / "campaign_to_warehouse.py"))["dag"].get_task("keep_figures").python_callable
    from airflow.sdk import BaseHook

    database = BaseHook.get_hook("warehouse")
    if kind == "postgres":
        tables = (ROOT / "example_dags" / "data" / "tutorial.sql").read_text(encoding="utf-8")
        database.run(["DROP TABLE IF EXISTS customers", "DROP TABLE IF EXISTS campaigns", tables])
    counted = {"id": "b1", "status": "Processing", "recipients": 4, "delivered": 1, "undelivered": 0}
    keep(counted, "summer-sale", "Grace")
    keep({**counted, "status": "Completed", "delivered": 4}, "summer-sale", "Grace")
    assert [tuple(row) for row in database.get_records("SELECT * FROM campaigns")] == [
        ("b1", "summer-sale", "Grace", "Completed", 4, 4, 0)
    ]
