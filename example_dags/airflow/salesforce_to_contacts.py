"""Contacts of Salesforce, exported by a query, into Whautomate: tagged if they agreed to WhatsApp.

The names of the columns are those of the fields in the query. `WhatsApp_Opt_In__c` is a checkbox of your own:
Salesforce has no field that says whether somebody agreed to WhatsApp. `docs/how-to/salesforce.md` has both queries.
"""

import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from airflow.providers.common.compat.sdk import DAG, task

from airflow_provider_whautomate.hooks.whautomate import WhautomateHook
from airflow_provider_whautomate.operators.contacts import WhautomateSyncContactsOperator
from whautomate_core.account import require_loopback

DATA = Path(__file__).resolve().parent.parent / "data"
FILES = Path(os.environ.get("WHAUTOMATE_DEMO_FILES", tempfile.gettempdir()))


def full_name(row):
    return f"{row['FirstName']} {row['LastName']}".strip()


with DAG(
    "salesforce_to_contacts",
    schedule=None,
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    default_args={"retries": 2},
    doc_md=__doc__,
    tags=["whautomate", "example"],
) as dag:

    @task
    def refuse_real_hosts():
        """The people are made up, so they go to an emulator on this machine. Leave this out for your own."""
        require_loopback(WhautomateHook().get_account())

    sync = WhautomateSyncContactsOperator(
        task_id="sync",
        source=str(DATA / "salesforce_contacts.csv"),
        mapping={
            "name": full_name,
            "phoneNumber": "MobilePhone",
            "customFields.salesforce_id": "Id",
        },
        region_column="MailingCountryCode",  # for numbers without a country code
        consent_column="WhatsApp_Opt_In__c",
        suppress=str(DATA / "salesforce_opted_out.csv"),  # people who want no marketing at all
        tags=["salesforce"],
        max_rejected="20%",
        max_consent_rejected="5%",  # people who did not agree, and whose number nobody can read
        max_created=1_000,
        rejects_path=str(FILES / "salesforce_rejects.jsonl"),
    )
    refuse_real_hosts() >> sync

if __name__ == "__main__":
    raise SystemExit(dag.test().state != "success")
