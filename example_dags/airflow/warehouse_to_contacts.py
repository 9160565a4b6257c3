"""Customers of a PostgreSQL warehouse into Whautomate, a tag for exactly the customers of a query, opt-outs back.

Needs a connection `whautomate_default`, and `warehouse` of a PostgreSQL database with the tables of data/warehouse.sql.
"""

import json
import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path

try:
    from airflow.sdk import DAG, task
except ImportError:  # Airflow 2.11
    from airflow import DAG
    from airflow.decorators import task

from airflow_provider_whautomate.hooks.whautomate import WhautomateHook
from airflow_provider_whautomate.operators.contacts import (
    WhautomateExportOptOutsOperator,
    WhautomateSyncContactsOperator,
    WhautomateTagContactsOperator,
)
from airflow_provider_whautomate.sources import Sql
from whautomate_core.account import require_loopback

FILES = Path(os.environ.get("WHAUTOMATE_DEMO_FILES", tempfile.gettempdir()))  # s3://bucket/... serves as well

with DAG(
    "warehouse_to_contacts", schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC), default_args={"retries": 2}
) as dag:

    @task
    def refuse_real_hosts():
        """The customers are made up, so they go to an emulator on this machine. Leave this out for your own."""
        require_loopback(WhautomateHook().get_account())

    sync = WhautomateSyncContactsOperator(
        task_id="sync",
        source=Sql("SELECT full_name, mobile, country, plan, newsletter FROM customers", conn_id="warehouse"),
        mapping={"name": "full_name", "phoneNumber": "mobile", "customFields.plan": "plan"},
        region_column="country",
        consent_column="newsletter",
        tags=["newsletter"],
        suppress=Sql("SELECT phone_number AS mobile FROM opt_outs WHERE phone_number <> ''", conn_id="warehouse"),
        max_rejected="15%",
        max_consent_rejected="5%",  # rows that refuse and whose number nobody can read
        # Creating people and giving tags fires automations, which message them: a query gone wrong stops here.
        max_created=1_000,
        max_added=1_000,
        rejects_path=str(FILES / "warehouse_rejects.jsonl"),
    )
    tag = WhautomateTagContactsOperator(
        task_id="tag",
        tag="pro",
        source=Sql("SELECT mobile, country FROM customers WHERE plan = 'pro' AND mobile <> ''", conn_id="warehouse"),
        mapping={"phoneNumber": "mobile"},
        region_column="country",
        members="exactly",  # who is on that plan no more loses the tag
        max_added=1_000,
        max_removed=100,
    )
    export = WhautomateExportOptOutsOperator(task_id="export", output_path=str(FILES / "opt_outs.jsonl"))

    @task
    def keep_opt_outs(exported):
        """Add to the warehouse who opted out in WhatsApp, for all that reads it, such as `suppress` above."""
        from airflow.providers.postgres.hooks.postgres import PostgresHook

        with Path(exported["path"]).open(encoding="utf-8") as file:
            numbers = {record["phoneNumber"] for record in map(json.loads, file)} - {None}
        PostgresHook("warehouse").insert_rows(
            "opt_outs",
            [(number,) for number in numbers],
            target_fields=["phone_number"],
            replace=True,
            replace_index="phone_number",
        )

    refuse_real_hosts() >> sync >> tag >> export
    keep_opt_outs(export.output)

if __name__ == "__main__":
    raise SystemExit(dag.test().state != "success")
