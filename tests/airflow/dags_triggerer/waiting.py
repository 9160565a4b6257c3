"""What tests/prove/test_prove_triggerer.py has a real triggerer wait for: broadcasts, each for a task of its own."""

import json
import os
from datetime import UTC, datetime

try:
    from airflow.sdk import DAG
except ImportError:
    from airflow import DAG

from airflow_provider_whautomate.sensors.broadcasts import WhautomateBroadcastSensor

with DAG("waiting", schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC), is_paused_upon_creation=False) as dag:
    for n, broadcast_id in enumerate(json.loads(os.environ.get("WAITED_FOR", "[]"))):
        WhautomateBroadcastSensor(
            task_id=f"wait_{n}", broadcast_id=broadcast_id, deferrable=True, poll_interval=5, timeout=3600
        )
