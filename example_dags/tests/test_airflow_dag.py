"""A DAG tested against the emulator: who gets the message, and that a lost answer sends nobody another one.

Run it with `pytest` in an environment of Airflow with a migrated database and `whautomate-pipelines[airflow,emulator]`.
"""

import json
import runpy
from pathlib import Path

import pytest

DAG_FILE = Path(__file__).parents[1] / "airflow" / "quick_start.py"


@pytest.fixture
def dag(whautomate_emulator, monkeypatch, tmp_path):
    """The DAG, with a connection to an emulator of its own."""
    extra = {"plan": "subscribed", "location_id": whautomate_emulator.location_id, "list_lag": 0}
    connection = {"conn_type": "whautomate", "host": whautomate_emulator.url, "password": whautomate_emulator.key}
    monkeypatch.setenv("AIRFLOW_CONN_WHAUTOMATE_DEFAULT", json.dumps({**connection, "extra": extra}))
    monkeypatch.setenv("WHAUTOMATE_HOME", str(tmp_path))  # claims and requests of this test alone
    return runpy.run_path(str(DAG_FILE))["dag"]


@pytest.mark.whautomate(broadcast_seconds=0, delivery_seconds=0)
def test_two_of_four_customers_get_the_message(dag, whautomate_emulator):
    assert dag.test().state == "success"
    assert len(whautomate_emulator.messages()) == 2


@pytest.mark.whautomate(broadcast_seconds=0, delivery_seconds=0)
def test_an_answer_that_is_lost_sends_nothing_twice(dag, whautomate_emulator):
    whautomate_emulator.fault("dropped_after", operation="createBroadcast")
    assert dag.test().state == "success"
    assert len(whautomate_emulator.messages()) == 2
    assert len(whautomate_emulator.requests("createBroadcast")) == 1
