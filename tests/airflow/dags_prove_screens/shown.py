"""The examples that the pictures in docs/images show; test_prove_screens.py runs them in a real Airflow."""

import importlib.util
from datetime import UTC, datetime, timedelta
from pathlib import Path

from airflow.sdk import DAG

from airflow_provider_whautomate.operators.broadcasts import WhautomateBroadcastOperator
from airflow_provider_whautomate.task_groups import contacts_to_campaign

EXAMPLES = Path(__file__).parents[3] / "example_dags"


def example(name):
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / "airflow" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


approved = example("approved_campaign").dag
quick_start = example("quick_start").dag
to_warehouse = example("campaign_to_warehouse").dag
delivered = example("broadcast_delivered")
after_delivery = delivered.dag

retries = {"retries": 5, "retry_delay": timedelta(0)}  # a busy machine may lose a task
begin = datetime(2026, 1, 1, tzinfo=UTC)

with DAG("weekly_campaign", schedule=None, start_date=begin, default_args=retries):
    contacts_to_campaign(
        source=str(EXAMPLES / "data" / "quick_start.csv"),
        mapping={"name": "full_name", "phoneNumber": "mobile", "customFields.plan": "plan"},
        default_region="DE",
        consent_column="newsletter",
        tag="newsletter",
        segment_name="newsletter-subscribers",
        name="weekly-news",
        template={"name": "weekly_news", "language": "en"},
        hold_minutes=0,
        poll_interval=1,
    )

with DAG("summer_sale", schedule=None, start_date=begin, default_args=retries):
    WhautomateBroadcastOperator(
        task_id="send",
        name="summer-sale",
        template={"name": "summer_sale", "language": "en"},
        segment_name="newsletter-subscribers",
        hold_minutes=0,
        wait=True,
        deferrable=True,
        poll_interval=1,
        outlets=[delivered.DELIVERED],
    )
