"""The customers of include/customers.csv who agreed get a message: sync, tag, segment, plan, broadcast, wait."""

import os
from datetime import UTC, datetime
from pathlib import Path

from airflow.sdk import DAG

from airflow_provider_whautomate.retry_policy import whautomate_retry_policy
from airflow_provider_whautomate.task_groups import contacts_to_campaign

CUSTOMERS = Path(__file__).parents[1] / "include" / "customers.csv"

with DAG(
    "first_campaign",
    schedule=None,  # such as "0 9 * * 1" once it is yours
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    default_args={"retries": 3, "retry_policy": whautomate_retry_policy()},
) as dag:
    contacts_to_campaign(
        source=str(CUSTOMERS),
        mapping={"name": "full_name", "phoneNumber": "mobile", "customFields.plan": "plan"},
        default_region="DE",
        consent_column="newsletter",
        tag="spring",
        name="spring-sale",
        template={"name": "spring_sale", "language": "en"},
        max_recipients=1_000,
        hold_minutes=float(os.environ.get("HOLD_MINUTES", "5")),  # time to stop a broadcast before it is created
        poll_interval=float(os.environ.get("POLL_INTERVAL", "60")),
    )
