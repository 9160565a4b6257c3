"""A campaign that a person approves: plan, approval with the plan as its text, and a send that refuses a changed plan.

Needs Airflow 3.1 or newer for the approval (from 3.3 on it holds no slot), a connection `whautomate_default`, and a
segment `newsletter-subscribers`, as contacts_to_campaign.py makes it.
"""

import os
from datetime import UTC, datetime, timedelta

from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import DAG

from airflow_provider_whautomate.operators.broadcasts import (
    WhautomateBroadcastOperator,
    WhautomateCancelBroadcastOperator,
    WhautomatePlanBroadcastOperator,
)

CAMPAIGN = {
    "name": "summer-sale",
    "template": {"name": "summer_sale", "language": "en"},
    "template_text": {"body": "Hello {{1}}, our sale begins."},
    "body_parameters": ["there"],
    "segment_name": "newsletter-subscribers",
    "send_window": ("09:00", "20:00", os.environ.get("WHAUTOMATE_DEMO_ZONE", "Europe/Berlin")),
    "hold_minutes": float(os.environ.get("WHAUTOMATE_DEMO_HOLD", "5")),
    "max_recipients": 50_000,
    "unit_price": 0.11,
    "max_cost": 5_000,
}
PLAN = "{{ ti.xcom_pull(task_ids='plan')['text'] }}"

with DAG(
    "approved_campaign", schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC), default_args={"retries": 2}
) as dag:
    plan = WhautomatePlanBroadcastOperator(task_id="plan", **CAMPAIGN)
    approve = ApprovalOperator(
        task_id="approve", subject="Send the summer sale?", body=PLAN, response_timeout=timedelta(hours=4)
    )
    send = WhautomateBroadcastOperator(
        task_id="send",
        **CAMPAIGN,
        approved_plan=plan.output,
        approver="{{ ti.xcom_pull(task_ids='approve')['responded_by_user']['name'] }}",
        wait=True,
        deferrable=True,
        poll_interval=float(os.environ.get("WHAUTOMATE_DEMO_POLL", "60")),
        max_failed="5%",
    )
    # If something after the send fails while the broadcast is still scheduled, it is cancelled.
    call_off = WhautomateCancelBroadcastOperator(task_id="call_off", of_task="send", trigger_rule="one_failed")
    plan >> approve >> send >> call_off

if __name__ == "__main__":
    raise SystemExit(dag.test().state != "success")
