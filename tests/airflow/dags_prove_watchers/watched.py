"""The example DAG with a shorter interval, and a second watcher of its contacts. test_prove_watchers.py runs both."""

import importlib.util
from datetime import UTC, datetime
from pathlib import Path

from airflow.sdk import DAG, Asset, AssetWatcher, task

from airflow_provider_whautomate.triggers.watchers import IncomingMessagesTrigger

INTERVAL = 2
EXAMPLE = Path(__file__).parents[3] / "example_dags" / "airflow" / "message_received.py"
spec = importlib.util.spec_from_file_location("message_received", EXAMPLE)
example = importlib.util.module_from_spec(spec)
spec.loader.exec_module(example)
example.RECEIVED.watchers[0].trigger.poll_interval = float(INTERVAL)
received = example.dag

# Other arguments, so that it is a trigger of its own.
trigger = IncomingMessagesTrigger(contact_ids=example.CONTACTS, poll_interval=INTERVAL + 0.5)
OTHER = Asset("whautomate://acme/appointments", watchers=[AssetWatcher(name="other", trigger=trigger)])

with DAG("other", schedule=[OTHER], start_date=datetime(2026, 1, 1, tzinfo=UTC), is_paused_upon_creation=False):

    @task
    def nothing():
        """Only its events are looked at."""

    nothing()
