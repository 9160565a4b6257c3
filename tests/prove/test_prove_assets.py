"""A real Airflow in which a delivered broadcast starts the DAG that loads its log.

It takes minutes, so `make prove` runs it and `make test` does not.
"""

import json
from pathlib import Path

from test_prove_airflow import KEY, Airflow, wait_until

from whautomate_core.emulator import Behaviour, Emulator, create_app, running

DAGS = Path(__file__).parents[1] / "airflow" / "dags_prove_assets"
PEOPLE = [{"name": f"N{n}", "phoneNumber": f"491512345670{n}", "tags": ["vip"]} for n in range(6)]


def test_a_delivered_broadcast_starts_the_example(tmp_path, monkeypatch):
    monkeypatch.setenv("BROADCAST_LOGS", str(tmp_path / "loaded"))
    (tmp_path / "loaded").mkdir()
    app = create_app(Behaviour(broadcast_seconds=1.0, delivery_seconds=0.0, broadcast_failed_share=0.0), key=KEY)
    with running(app) as url:
        emulator = Emulator(app, url)
        emulator.add_contacts(PEOPLE)
        emulator.advance(600)  # searches and lists show new people late
        extra = {"location_id": emulator.location_id, "account": "acme"}
        airflow = Airflow(tmp_path, {"whautomate_default": emulator}, DAGS, **extra)
        try:
            wait_until(lambda: airflow.knows("broadcast_delivered"), airflow)
            airflow.unpause("broadcast_delivered")
            for task in ("figures", "logs"):
                wait_until(lambda task=task: airflow.task("broadcast_delivered", task)[0] == "success", airflow)
            assert "delivered to 6 of 6 recipients" in airflow.said("broadcast_delivered")
        finally:
            airflow.stop()
        [file] = (tmp_path / "loaded").iterdir()
        lines = [json.loads(line) for line in file.read_text().splitlines()]
        numbers = {f"{one['countryCode']}{one['phone']}".removeprefix("+") for one in lines}
        assert numbers == {one["phoneNumber"] for one in PEOPLE}
