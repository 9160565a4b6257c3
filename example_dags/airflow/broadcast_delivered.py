"""What happens after a broadcast was delivered: its figures are kept and its log is loaded, whichever DAG has sent it.

The sending task names the asset among its outlets and waits: `WhautomateBroadcastOperator(name="summer-sale",
wait=True, outlets=[DELIVERED], ...)`. The asset is called after the account, the field Account of the connection. Its
event holds the id and the figures of the broadcast.

Needs a connection `whautomate_default` and a folder for the logs, in BROADCAST_LOGS.
"""

import logging
import os
from datetime import UTC, datetime

from airflow.providers.common.compat.sdk import DAG, task

from airflow_provider_whautomate.assets import create_asset
from airflow_provider_whautomate.operators.broadcasts import WhautomateListBroadcastLogsOperator

log = logging.getLogger(__name__)

DELIVERED = create_asset(account="acme", what="broadcasts", name="summer-sale")
# Airflow 2 calls them datasets.
EVENTS = "(triggering_asset_events if triggering_asset_events is defined else triggering_dataset_events)"
ID = f"{{{{ ({EVENTS}.values() | first | last).extra['id'] }}}}"

with DAG(
    "broadcast_delivered",
    schedule=[DELIVERED],
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    default_args={"retries": 2},
) as dag:

    @task
    def figures(**context):
        """Log and return the figures of the broadcast: its `id`, and how many it was sent and delivered to."""
        events = context.get("triggering_asset_events") or context["triggering_dataset_events"]
        found = next(iter(events.values()))[-1].extra
        log.info("delivered to %s of %s recipients", found["delivered"], found["recipients"])
        return found

    figures()
    WhautomateListBroadcastLogsOperator(
        task_id="logs", broadcast_id=ID, output_path=f"{os.environ.get('BROADCAST_LOGS', '.')}/{ID}.jsonl"
    )
