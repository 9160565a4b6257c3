"""A tag for exactly the customers of a query who agreed, in Whautomate: people who left the query lose it.

Needs a connection `whautomate_default`, and `warehouse` of a PostgreSQL database with the tables of data/warehouse.sql.
Nobody is created: people who are not contacts yet count as `missing`.
"""

import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from airflow.providers.common.compat.sdk import DAG, task

from airflow_provider_whautomate.hooks.whautomate import WhautomateHook
from airflow_provider_whautomate.operators.contacts import WhautomateTagContactsOperator
from airflow_provider_whautomate.sources import Sql
from whautomate_core.account import require_loopback

FILES = Path(os.environ.get("WHAUTOMATE_DEMO_FILES", tempfile.gettempdir()))
PRO = "SELECT mobile, country, newsletter FROM customers WHERE plan = %(plan)s AND mobile <> ''"

with DAG(
    "tag_by_query",
    schedule="@daily",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    default_args={"retries": 2},
    doc_md=__doc__,
    tags=["whautomate", "example"],
) as dag:

    @task
    def refuse_real_hosts():
        """The customers are made up, so they go to an emulator on this machine. Leave this out for your own."""
        require_loopback(WhautomateHook().get_account())

    tag = WhautomateTagContactsOperator(
        task_id="tag",
        tag="pro",
        source=Sql(PRO, conn_id="warehouse", parameters={"plan": "pro"}),
        mapping={"phoneNumber": "mobile"},
        region_column="country",
        consent_column="newsletter",
        members="exactly",  # people who left the query lose the tag
        max_added=1_000,
        max_removed="30%",
        max_consent_rejected=2,  # people who did not agree, and whose number nobody can read
        rejects_path=str(FILES / "tag_rejects.jsonl"),
    )
    refuse_real_hosts() >> tag

if __name__ == "__main__":
    raise SystemExit(dag.test().state != "success")
