"""A broadcast that is planned, sent and waited for. test_broadcasts.py runs it."""

import os
from datetime import UTC, datetime, timedelta

try:
    from airflow.sdk import DAG
except ImportError:
    from airflow import DAG

from airflow.providers.common.compat.assets import Asset

from airflow_provider_whautomate.operators.broadcasts import (
    WhautomateBroadcastOperator,
    WhautomateCancelBroadcastOperator,
    WhautomatePlanBroadcastOperator,
)
from airflow_provider_whautomate.operators.messages import WhautomateSendTemplateToContactsOperator
from airflow_provider_whautomate.operators.segments import WhautomateEnsureAudienceOperator

FILES = os.environ.get("BROADCASTING_FILES", ".")
TEMPLATE = {"name": "t", "language": "en"}

with DAG(
    "broadcasting",
    schedule=None,
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    default_args={"retries": 2, "retry_delay": timedelta(0)},
) as dag:
    audience = WhautomateEnsureAudienceOperator(task_id="audience", tag="vip")
    campaign = {"name": "spring", "template": TEMPLATE, "segment_id": audience.output["id"]}
    campaign |= {"body_parameters": ["{{ 'secret of ' ~ ds_nodash }}"], "hold_minutes": 0, "min_recipients": "{{ 5 }}"}
    plan = WhautomatePlanBroadcastOperator(task_id="plan", **campaign)
    send = WhautomateBroadcastOperator(
        task_id="send",
        **campaign,
        approved_plan=plan.output,
        wait=True,
        deferrable=True,
        poll_interval=1,
        outlets=[Asset("whautomate://broadcasting/broadcasts/spring")],
        logs_path=f"{FILES}/{{{{ run_id | length }}}}.jsonl",
        receipt_path=f"{FILES}/receipt.html",
    )
    cancel = WhautomateCancelBroadcastOperator(task_id="cancel", of_task="send")
    refused = WhautomateBroadcastOperator(task_id="refused", **{**campaign, "min_recipients": 100})
    single = WhautomateSendTemplateToContactsOperator(
        task_id="single",
        source=f"{FILES}/rows.csv",
        template=TEMPLATE,
        mapping={"phoneNumber": "phone", "bodyTextParameters": ["name"]},
        default_region="DE",
    )
    audience >> plan >> send >> cancel >> single

if __name__ == "__main__":
    dag.test()
