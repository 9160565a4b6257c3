"""From customers in a CSV file to a WhatsApp campaign: sync, tag, segment, plan, broadcast, wait, report.

Needs a connection `whautomate_default`: API host, API key as password, `plan` and `location_id` in its extra.
"""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

try:
    from airflow.sdk import DAG, task

    LOGICAL_DATE = "logical_date"
except ImportError:  # Airflow 2.11
    from airflow import DAG
    from airflow.decorators import task

    LOGICAL_DATE = "execution_date"

from airflow_provider_whautomate.hooks.whautomate import WhautomateHook
from airflow_provider_whautomate.task_groups import contacts_to_campaign
from whautomate_core.account import require_loopback

CUSTOMERS = str(Path(__file__).resolve().parent.parent / "data" / "customers.csv")

# Airflow pools bound how many tasks run at once, not how fast they send: the requests of an account keep within its
# plan whether or not there is a pool.
with DAG(
    "contacts_to_campaign", schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC), default_args={"retries": 2}
) as dag:

    @task
    def refuse_real_hosts():
        """The customers are made up, so they go to an emulator on this machine. Leave this out for your own."""
        require_loopback(WhautomateHook().get_account())

    campaign = contacts_to_campaign(
        source=CUSTOMERS,
        mapping={
            "name": "full_name",
            "phoneNumber": "mobile",
            "customFields.customer_id": "customer_id",
            "customFields.plan": "plan",
        },
        region_column="country",
        consent_column="newsletter",
        max_consent_rejected="5%",
        tag="newsletter",
        segment_name="newsletter-subscribers",
        name="spring-sale",
        template={"name": "spring_sale", "language": "en"},
        hold_minutes=0,  # five where the people are real: time to stop it
        poll_interval=5,  # 60 where the people are real
    )

    @task
    def report(results):
        found = {name: results["sync"][name] for name in ("created", "updated", "unchanged", "rejected")}
        found["requests"] = sum(step["requests"] for step in results.values())
        found["broadcast"] = {name: results["wait"][name] for name in ("status", "recipients", "delivered")}
        print(json.dumps(found))
        if path := os.environ.get("WHAUTOMATE_DEMO_REPORT"):
            Path(path).write_text(json.dumps(found))

    refuse_real_hosts() >> campaign
    steps = ("sync", "tag", "segment", "plan", "broadcast", "wait")
    report({name: campaign.get_child_by_label(name).output for name in steps})

if __name__ == "__main__":
    when = datetime.fromisoformat(os.environ.get("WHAUTOMATE_DEMO_LOGICAL_DATE", "2026-06-01T00:00:00+00:00"))
    raise SystemExit(dag.test(**{LOGICAL_DATE: when}).state != "success")
