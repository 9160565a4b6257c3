"""Each branch sends its offer to its own people, and waits in the triggerer until it is delivered."""

import csv
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from airflow.sdk import DAG

from airflow_provider_whautomate.operators.broadcasts import WhautomateBroadcastOperator

with (Path(os.environ["CLUSTER_DATA"]) / "branches.csv").open() as file:
    OFFERS = [{"name": f"offer of {row['branch']}", "segment_name": row["branch"]} for row in csv.DictReader(file)]

with DAG(
    "broadcasts",
    schedule=None,
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    default_args={"retries": 8, "retry_delay": timedelta(seconds=15)},
):
    WhautomateBroadcastOperator.partial(
        task_id="offer",
        template={"name": "offer", "language": "en"},
        hold_minutes=0,
        wait=True,
        deferrable=True,
        poll_interval=20,
        pool="broadcasts",
    ).expand_kwargs(OFFERS)
