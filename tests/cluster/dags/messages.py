"""Everybody who ordered gets one message: a task for each order, so that each can be retried by itself."""

import csv
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from airflow.sdk import DAG

from airflow_provider_whautomate.operators.messages import WhautomateSendWhatsappTemplateOperator

with (Path(os.environ["CLUSTER_DATA"]) / "orders.csv").open() as file:
    MESSAGES = [
        {
            "contact": {"id": row["contact_id"]},
            "location": {"id": "loc000000001"},
            "template": {"name": "order_shipped", "language": "en"},
        }
        for row in csv.DictReader(file)
    ]

with DAG(
    "messages",
    schedule=None,
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    default_args={"retries": 5, "retry_delay": timedelta(seconds=15)},
):
    WhautomateSendWhatsappTemplateOperator.partial(task_id="send").expand(message=MESSAGES)
