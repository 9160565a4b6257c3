"""A customer export of Shopify (Customers > Export, as CSV) into Whautomate, tagged where they accept WhatsApp."""

import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path

try:
    from airflow.sdk import DAG, task
except ImportError:  # Airflow 2.11
    from airflow import DAG
    from airflow.decorators import task

from airflow_provider_whautomate.hooks.whautomate import WhautomateHook
from airflow_provider_whautomate.operators.contacts import WhautomateSyncContactsOperator
from whautomate_core.account import require_loopback

DATA = Path(__file__).resolve().parent.parent / "data"
FILES = Path(os.environ.get("WHAUTOMATE_DEMO_FILES", tempfile.gettempdir()))


def full_name(row):
    return f"{row['First Name']} {row['Last Name']}".strip() or row["Email"]


def phone(row):
    return row["Phone"] or row["Default Address Phone"]


def customer_id(row):
    return row["Customer ID"].lstrip("'")  # Shopify's way to keep spreadsheets from rounding it


with DAG(
    "shopify_to_contacts", schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC), default_args={"retries": 2}
) as dag:

    @task
    def refuse_real_hosts():
        """The people are made up, so they go to an emulator on this machine. Leave this out for your own."""
        require_loopback(WhautomateHook().get_account())

    sync = WhautomateSyncContactsOperator(
        task_id="sync",
        source=str(DATA / "shopify_customers.csv"),
        mapping={
            "name": full_name,
            "phoneNumber": phone,
            "customFields.shopify_id": customer_id,
            "customFields.orders": "Total Orders",
            "customFields.spent": "Total Spent",
            "customFields.city": "Default Address City",
        },
        region_column="Default Address Country Code",
        consent_column="Accepts WhatsApp Marketing",  # older exports have only the one for SMS, which is not the same
        tags=["shop"],
        max_rejected="20%",
        max_consent_rejected="20%",  # many guests leave no number, and then there is nobody who could be tagged
        rejects_path=str(FILES / "shopify_rejects.jsonl"),
    )
    refuse_real_hosts() >> sync

if __name__ == "__main__":
    raise SystemExit(dag.test().state != "success")
