"""Four customers, one broadcast: the DAG of the quick start."""

from datetime import datetime
from pathlib import Path

from airflow import DAG

from airflow_provider_whautomate.task_groups import contacts_to_campaign

CUSTOMERS = Path(__file__).resolve().parents[1] / "data" / "quick_start.csv"

with DAG("quick_start", schedule=None, start_date=datetime(2026, 1, 1), default_args={"retries": 2}) as dag:
    contacts_to_campaign(
        source=str(CUSTOMERS),
        mapping={"name": "full_name", "phoneNumber": "mobile", "customFields.plan": "plan"},
        default_region="DE",
        consent_column="newsletter",
        tag="spring",  # exactly the people of the source who agreed get it, and the broadcast
        name="spring-sale",
        template={"name": "spring_sale", "language": "en"},
        hold_minutes=0,  # the default of 5 leaves time to stop a real broadcast
        poll_interval=5,
    )
