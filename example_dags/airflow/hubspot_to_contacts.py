"""A contact export of HubSpot (Contacts > Export view, as CSV) into Whautomate, without those who opted out there.

Export everybody, with a property of your own that says who agreed to WhatsApp: whoever withdraws is then a no in the
next export, and loses the tag. "Marketing contact" says what HubSpot bills, and is no consent.
"""

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


with DAG(
    "hubspot_to_contacts", schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC), default_args={"retries": 2}
) as dag:

    @task
    def refuse_real_hosts():
        """The people are made up, so they go to an emulator on this machine. Leave this out for your own."""
        require_loopback(WhautomateHook().get_account())

    sync = WhautomateSyncContactsOperator(
        task_id="sync",
        source=str(DATA / "hubspot_contacts.csv"),
        mapping={
            "name": full_name,
            "phoneNumber": "Phone Number",
            "stage": "Lifecycle Stage",
            "customFields.hubspot_id": "Record ID",
            "customFields.company": "Associated Company",
            "customFields.source": {"value": "HubSpot"},
        },
        # HubSpot writes countries as names, so no country is told: numbers must begin with their country's code.
        consent_column="WhatsApp consent",  # a property of your own; an empty cell means no
        suppress=str(DATA / "hubspot_opted_out.csv"),  # the same export, of the list of those who opted out
        tags=["hubspot"],
        max_rejected="20%",
        max_consent_rejected="5%",  # people who did not agree, and whose number nobody can read
        max_suppress_rejected=1,  # one of that list has a number that nobody can have; else the sync stops
        rejects_path=str(FILES / "hubspot_rejects.jsonl"),
    )
    refuse_real_hosts() >> sync

if __name__ == "__main__":
    raise SystemExit(dag.test().state != "success")
