"""The tutorial's campaign: from a table of the warehouse, approved by a person, to figures in another table.

Needs Airflow 3.1 or newer, a connection `whautomate_default`, and `warehouse` of a database with the tables of
data/tutorial.sql.
"""

from datetime import datetime, timedelta

from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import DAG, BaseHook, task

from airflow_provider_whautomate.operators.broadcasts import (
    WhautomateBroadcastOperator,
    WhautomatePlanBroadcastOperator,
)
from airflow_provider_whautomate.operators.contacts import WhautomateSyncContactsOperator, WhautomateTagContactsOperator
from airflow_provider_whautomate.operators.segments import WhautomateEnsureSegmentOperator
from airflow_provider_whautomate.sources import Sql

CUSTOMERS = Sql("SELECT full_name, mobile, country, newsletter FROM customers", conn_id="warehouse")
CAMPAIGN = {
    "name": "summer-sale",
    "template": {"name": "summer_sale", "language": "en"},
    "template_text": {"body": "Hello {{1}}, our sale begins."},
    "body_parameters": ["there"],
    "segment_name": "newsletter",
    "hold_minutes": 0,  # the default of 5 leaves time to stop a real broadcast
    "max_recipients": 1_000,
    "unit_price": 0.11,
    "max_cost": 100,
}

with DAG("campaign_to_warehouse", schedule=None, start_date=datetime(2026, 1, 1), default_args={"retries": 2}) as dag:
    sync = WhautomateSyncContactsOperator(
        task_id="sync",
        source=CUSTOMERS,
        mapping={"name": "full_name", "phoneNumber": "mobile"},
        region_column="country",
        max_rejected="20%",
        max_created=1_000,
    )
    tag = WhautomateTagContactsOperator(
        task_id="tag",
        tag="newsletter",
        source=CUSTOMERS,
        mapping={"phoneNumber": "mobile"},
        region_column="country",
        consent_column="newsletter",
        members="exactly",  # people who withdraw their consent in the warehouse lose the tag
        max_removed=100,
    )
    segment = WhautomateEnsureSegmentOperator(
        task_id="segment", segment_name="newsletter", criteria={"tags": ["newsletter"]}
    )

    plan = WhautomatePlanBroadcastOperator(task_id="plan", **CAMPAIGN)
    approve = ApprovalOperator(
        task_id="approve",
        subject="Send the summer sale?",
        body="{{ ti.xcom_pull(task_ids='plan')['text'] }}",
        response_timeout=timedelta(hours=4),
    )
    approver = "{{ ti.xcom_pull(task_ids='approve')['responded_by_user']['name'] }}"
    send = WhautomateBroadcastOperator(
        task_id="send",
        **CAMPAIGN,
        approved_plan=plan.output,
        approver=approver,
        wait=True,
        deferrable=True,
        max_failed="5%",
        poll_interval=5,  # 60 where the people are real
    )

    @task
    def keep_figures(figures, name, approved_by):
        """Write the figures to the warehouse: one row for each broadcast, however often this runs."""
        row = {"broadcast_id": figures["id"], "name": name, "approved_by": approved_by}
        row |= {column: figures[column] for column in ("status", "recipients", "delivered", "undelivered")}
        BaseHook.get_hook("warehouse").insert_rows(
            "campaigns", [list(row.values())], list(row), replace=True, replace_index="broadcast_id"
        )
        print(f"{row['delivered']} of {row['recipients']} delivered, kept in campaigns")

    sync >> tag >> segment >> plan >> approve >> send
    keep_figures(send.output, CAMPAIGN["name"], approver)

if __name__ == "__main__":
    raise SystemExit(dag.test().state != "success")
