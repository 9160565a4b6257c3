"""The DAG runs on an emulator, which the fixture `whautomate_emulator` of the package starts."""

import json
import runpy
from pathlib import Path

import pytest

DAG_FILE = Path(__file__).parents[1] / "dags" / "first_campaign.py"


@pytest.mark.whautomate(broadcast_seconds=0, delivery_seconds=0)
def test_exactly_the_two_who_agreed_get_the_message(whautomate_emulator, monkeypatch):
    extra = {"plan": "subscribed", "location_id": whautomate_emulator.location_id, "list_lag": 0}
    connection = {"conn_type": "whautomate", "host": whautomate_emulator.url, "password": whautomate_emulator.key}
    monkeypatch.setenv("AIRFLOW_CONN_WHAUTOMATE_DEFAULT", json.dumps(connection | {"extra": extra}))

    run = runpy.run_path(str(DAG_FILE))["dag"].test()

    assert run.state == "success"
    names = {one["id"]: one["name"] for one in whautomate_emulator.contacts()}
    assert sorted(names.values()) == ["Ada Beispiel", "Ben Muster", "Cem Ohnepost"]
    reached = [names[one["contact"]] for one in whautomate_emulator.messages()]
    assert sorted(reached) == ["Ada Beispiel", "Ben Muster"]
