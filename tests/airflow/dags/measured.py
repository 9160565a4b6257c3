"""Steps that work, fail and are refused, with metrics and traces on. test_telemetry.py runs them."""

import os
from datetime import UTC, datetime

from opentelemetry import metrics

try:
    from airflow.sdk import DAG
except ImportError:
    from airflow import DAG

from airflow_provider_whautomate.operators.broadcasts import WhautomateBroadcastOperator
from airflow_provider_whautomate.operators.contacts import (
    WhautomateAddContactTagsOperator,
    WhautomateGetContactOperator,
    WhautomateSyncContactsOperator,
)
from airflow_provider_whautomate.operators.segments import WhautomateEnsureAudienceOperator

PEOPLE = [{"name": f"Zaphod Q{number}", "mobile": f"+4915123456{number:03d}"} for number in range(6)]
PEOPLE += [{"name": "Zaphod Wrong", "mobile": "nonsense"}]

with DAG("measured", schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC)) as dag:
    sync = WhautomateSyncContactsOperator(
        task_id="sync",
        source=PEOPLE,
        mapping={"name": "name", "phoneNumber": "mobile"},
        tags=["vip"],
    )
    audience = WhautomateEnsureAudienceOperator(task_id="audience", tag="vip")
    send = WhautomateBroadcastOperator(
        task_id="send",
        name="Zaphod spring",
        template={"name": "t", "language": "en"},
        segment_id=audience.output["id"],
        hold_minutes=0,
        wait=False,
    )
    missing = WhautomateGetContactOperator(task_id="missing", contact_id="ZaphodMissing", trigger_rule="all_done")
    refused = WhautomateAddContactTagsOperator(
        task_id="refused",
        contact_id=os.environ.get("OPTED_OUT", "nobody"),
        tags=["Zaphod tag"],
        trigger_rule="all_done",
    )
    sync >> audience >> send >> missing >> refused

if __name__ == "__main__":
    run = dag.test()
    for ti in run.get_task_instances():
        print("state", ti.task_id, ti.state)  # noqa: T201
    # Airflow 2 exports its metrics to OpenTelemetry at intervals, and not when a process ends before.
    getattr(metrics.get_meter_provider(), "force_flush", lambda: None)()
