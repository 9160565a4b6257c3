"""A broadcast whose asset starts the example DAG. test_prove_assets.py runs both in a real Airflow."""

import importlib.util
from datetime import UTC, datetime, timedelta
from pathlib import Path

from airflow.providers.common.compat.sdk import DAG

from airflow_provider_whautomate.operators.broadcasts import WhautomateBroadcastOperator
from airflow_provider_whautomate.operators.segments import WhautomateEnsureAudienceOperator

EXAMPLE = Path(__file__).parents[3] / "example_dags" / "airflow" / "broadcast_delivered.py"
spec = importlib.util.spec_from_file_location("broadcast_delivered", EXAMPLE)
example = importlib.util.module_from_spec(spec)
spec.loader.exec_module(example)
delivered = example.dag

with DAG(
    "sale",
    schedule="@once",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    is_paused_upon_creation=False,
    default_args={"retries": 5, "retry_delay": timedelta(0)},  # a busy machine may lose a task
):
    audience = WhautomateEnsureAudienceOperator(task_id="audience", tag="vip")
    WhautomateBroadcastOperator(
        task_id="send",
        name="summer-sale",
        template={"name": "t", "language": "en"},
        segment_id=audience.output["id"],
        hold_minutes=0,
        max_lateness=None,
        wait=True,
        deferrable=True,
        poll_interval=1,
        outlets=[example.DELIVERED],
    )
