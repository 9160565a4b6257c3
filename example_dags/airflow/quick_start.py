"""Four customers, one broadcast: the DAG of the README's quick start."""

from datetime import datetime
from pathlib import Path

from airflow import DAG

from airflow_provider_whautomate.operators.broadcasts import WhautomateBroadcastOperator
from airflow_provider_whautomate.operators.contacts import WhautomateSyncContactsOperator
from airflow_provider_whautomate.operators.segments import WhautomateEnsureSegmentOperator
from airflow_provider_whautomate.sensors.broadcasts import WhautomateBroadcastSensor

CUSTOMERS = Path(__file__).parents[1] / "data" / "quick_start.csv"

with DAG("quick_start", schedule=None, start_date=datetime(2026, 1, 1), default_args={"retries": 2}):
    sync = WhautomateSyncContactsOperator(
        task_id="sync",
        source=str(CUSTOMERS),
        mapping={"name": "full_name", "phoneNumber": "mobile", "customFields.plan": "plan"},
        default_region="DE",
        consent_column="newsletter",
        tags=["spring"],
    )
    segment = WhautomateEnsureSegmentOperator(  # always leaves out people who opted out
        task_id="segment", segment_name="spring", criteria={"tags": ["spring"]}
    )
    send = WhautomateBroadcastOperator(
        task_id="send",
        name="spring-sale",
        template={"name": "spring_sale", "language": "en"},
        segment_id=segment.output["id"],
        hold_minutes=0,  # the default of 5 leaves time to stop a real broadcast
    )
    wait = WhautomateBroadcastSensor(
        task_id="wait", broadcast_id=send.output["id"], max_failed="5%", poll_interval=5, deferrable=True
    )
    sync >> segment >> send >> wait
