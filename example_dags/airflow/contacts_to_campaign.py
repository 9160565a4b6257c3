"""From customers in a CSV file to a WhatsApp campaign: sync, tag, segment, broadcast, wait, report.

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
from airflow_provider_whautomate.operators.broadcasts import WhautomateBroadcastOperator
from airflow_provider_whautomate.operators.contacts import WhautomateSyncContactsOperator, WhautomateTagContactsOperator
from airflow_provider_whautomate.operators.segments import WhautomateEnsureSegmentOperator
from airflow_provider_whautomate.sensors.broadcasts import WhautomateBroadcastSensor
from whautomate_core.account import require_loopback

CUSTOMERS = str(Path(__file__).resolve().parent.parent / "data" / "customers.csv")
COLUMNS = {"region_column": "country", "consent_column": "newsletter", "max_consent_rejected": "5%"}

# Airflow pools bound how many tasks run at once, not how fast they send: the requests of an account keep within its
# plan whether or not there is a pool.
with DAG(
    "contacts_to_campaign", schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC), default_args={"retries": 2}
) as dag:

    @task
    def refuse_real_hosts():
        """The customers are made up, so they go to an emulator on this machine. Leave this out for your own."""
        require_loopback(WhautomateHook().get_account())

    sync = WhautomateSyncContactsOperator(
        task_id="sync",
        source=CUSTOMERS,
        mapping={
            "name": "full_name",
            "phoneNumber": "mobile",
            "customFields.customer_id": "customer_id",
            "customFields.plan": "plan",
        },
        **COLUMNS,
    )
    tag = WhautomateTagContactsOperator(
        task_id="tag", tag="newsletter", source=CUSTOMERS, mapping={"phoneNumber": "mobile"}, **COLUMNS
    )
    segment = WhautomateEnsureSegmentOperator(
        task_id="segment",
        segment_name="newsletter-subscribers",
        criteria={"tags": ["newsletter"], "exclusionTags": ["Unsubscribe"]},
    )
    broadcast = WhautomateBroadcastOperator(
        task_id="broadcast",
        name="spring-sale",
        template={"name": "spring_sale", "language": "en"},
        segment_id=segment.output["id"],
        hold_minutes=0,  # five where the people are real: time to stop it
        deferrable=True,
    )
    wait = WhautomateBroadcastSensor(
        task_id="wait",
        broadcast_id=broadcast.output["id"],
        poll_interval=5,  # 60 where the people are real
        deferrable=True,
    )

    @task
    def report(synced, tagged, segment, broadcast, delivery):
        found = {name: synced[name] for name in ("created", "updated", "unchanged", "rejected")}
        found["requests"] = sum(step["requests"] for step in (synced, tagged, segment, broadcast, delivery))
        found["broadcast"] = {name: delivery[name] for name in ("status", "recipients", "delivered")}
        print(json.dumps(found))
        if path := os.environ.get("WHAUTOMATE_DEMO_REPORT"):
            Path(path).write_text(json.dumps(found))

    refuse_real_hosts() >> sync >> tag >> segment >> broadcast >> wait
    report(sync.output, tag.output, segment.output, broadcast.output, wait.output)

if __name__ == "__main__":
    when = datetime.fromisoformat(os.environ.get("WHAUTOMATE_DEMO_LOGICAL_DATE", "2026-06-01T00:00:00+00:00"))
    raise SystemExit(dag.test(**{LOGICAL_DATE: when}).state != "success")
