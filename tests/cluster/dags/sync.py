"""The people of the warehouse become contacts: one task for each of its files."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from airflow.sdk import DAG

from airflow_provider_whautomate.operators.contacts import WhautomateSyncContactsOperator

FILES = sorted(map(str, Path(os.environ["CLUSTER_DATA"]).glob("customers-*.csv")))

with DAG(
    "sync",
    schedule=None,
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    default_args={"retries": 8, "retry_delay": timedelta(seconds=15)},
):
    WhautomateSyncContactsOperator.partial(
        task_id="contacts",
        mapping={"name": "name", "phoneNumber": "mobile", "customFields.plan": "plan"},
        tags=["newsletter"],
        pool="syncs",
        # Creates under way when a worker is killed are looked for this soon. By default after 15 minutes, since nobody
        # knows how long the vendor may take; what the emulator has not done by then, it never does.
        settle_after=60,
    ).expand(source=FILES)
