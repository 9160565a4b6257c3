"""An audience of Mailchimp, exported, into Whautomate: subscribed people, tagged if they agreed to WhatsApp.

The export holds a file for each status. Subscribed people are synced, unsubscribed people get the opt-out tag, and
cleaned ones (whose address bounced) are left alone. `WhatsApp` is a field of the audience of your own: to be subscribed
to e-mail is no consent to WhatsApp.
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
    return f"{row['First Name']} {row['Last Name']}".strip() or row["Email Address"]


with DAG(
    "mailchimp_to_contacts",
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
        source=str(DATA / "mailchimp_subscribed.csv"),
        mapping={
            "name": full_name,
            "phoneNumber": "Phone Number",  # with country code: CC is a guess by IP address, so it says no region
            "customFields.email": "Email Address",
        },
        consent_column="WhatsApp",  # an empty cell means no
        suppress=str(DATA / "mailchimp_unsubscribed.csv"),
        tags=["newsletter"],
        max_rejected="20%",
        max_consent_rejected="5%",  # people who did not agree, and whose number nobody can read
        max_suppress_rejected="25%",  # unsubscribed people without a number
        max_created=1_000,
        rejects_path=str(FILES / "mailchimp_rejects.jsonl"),
    )
    refuse_real_hosts() >> sync

if __name__ == "__main__":
    raise SystemExit(dag.test().state != "success")
