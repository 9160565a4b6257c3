"""What happens after a broadcast was delivered: its log is loaded, whichever DAG has sent it.

The sending task names the asset among its outlets and waits: `WhautomateBroadcastOperator(name="summer-sale",
wait=True, outlets=[DELIVERED], ...)`. The asset is called after the account, the field Account of the connection. Its
event holds the id and the figures of the broadcast.

Needs a connection `whautomate_default` and a folder for the logs, in BROADCAST_LOGS.
"""

import os
from datetime import UTC, datetime

from airflow.providers.common.compat.assets import Asset
from airflow.providers.common.compat.sdk import DAG

from airflow_provider_whautomate.operators.broadcasts import WhautomateListBroadcastLogsOperator

DELIVERED = Asset("whautomate://acme/broadcasts/summer-sale")
# Airflow 2 calls them datasets.
EVENTS = "(triggering_asset_events if triggering_asset_events is defined else triggering_dataset_events)"
ID = f"{{{{ ({EVENTS}.values() | first | last).extra['id'] }}}}"

with DAG(
    "broadcast_delivered",
    schedule=[DELIVERED],
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    default_args={"retries": 2},
) as dag:
    WhautomateListBroadcastLogsOperator(
        task_id="logs", broadcast_id=ID, output_path=f"{os.environ.get('BROADCAST_LOGS', '.')}/{ID}.jsonl"
    )
