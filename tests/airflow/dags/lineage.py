"""Jobs that say what they read and write. test_lineage.py runs it with Airflow's OpenLineage listener."""

import os
from datetime import UTC, datetime
from pathlib import Path

try:
    from airflow.sdk import DAG, Asset
except ImportError:
    from airflow import DAG
    from airflow.datasets import Dataset as Asset

from airflow_provider_whautomate.operators.broadcasts import WhautomateBroadcastOperator
from airflow_provider_whautomate.operators.clients import WhautomateSyncClientsOperator
from airflow_provider_whautomate.operators.contacts import (
    WhautomateExportOptOutsOperator,
    WhautomateListContactsOperator,
    WhautomateSyncContactsOperator,
)
from airflow_provider_whautomate.operators.segments import WhautomateEnsureSegmentOperator
from airflow_provider_whautomate.sensors.broadcasts import WhautomateBroadcastSensor
from airflow_provider_whautomate.sources import Sql

FILES = Path(os.environ.get("LINEAGE_FILES", "."))
PEOPLE = (
    "SELECT p.name, p.mobile FROM persons p JOIN crm.consents c ON c.n = p.n "
    "WHERE p.name <> %(name)s AND c.kind IN ('a', %(kind)s) -- not Ottilie"
)
CONTACTS = {"name": "name", "phoneNumber": "mobile"}

with DAG("lineage", schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC)) as dag:
    contacts = WhautomateSyncContactsOperator(
        task_id="contacts",
        source=Sql(PEOPLE, "warehouse", {"name": "Ludmila", "kind": "b"}),
        mapping=CONTACTS,
        tags=["vip"],
        outlets=[Asset("whautomate://acme%20gmbh/contacts"), Asset("whautomate://acme%20gmbh/messages")],
    )
    clients = WhautomateSyncClientsOperator(
        task_id="clients",
        source=str(FILES / "people.csv"),
        mapping={"fullName": "name", "phone": "mobile"},
        rejects_path=str(FILES / "rejects-{{ 'a' }}.jsonl"),
    )
    planned = WhautomateSyncContactsOperator(
        task_id="planned", source=f"file://{FILES}/people.csv", mapping=CONTACTS, plan_only="{{ True }}"
    )
    missing = WhautomateSyncContactsOperator(task_id="missing", source="nosuch.csv", mapping=CONTACTS)
    opt_outs = WhautomateExportOptOutsOperator(task_id="opt_outs", output_path=str(FILES / "opt_outs.jsonl"))
    segment = WhautomateEnsureSegmentOperator(
        task_id="segment", segment_name="Regular guests", criteria={"tags": ["vip"]}
    )
    broadcast = WhautomateBroadcastOperator(
        task_id="broadcast",
        name="News {{ 'A' }}",
        template={"name": "t", "language": "en"},
        segment_name="{{ task_instance.xcom_pull('segment')['name'] }}",
        template_text={"body": "Hello"},
        look_again=False,
    )
    wait = WhautomateBroadcastSensor(task_id="wait", broadcast_id=broadcast.output["id"], min_delivered=0)
    listed = WhautomateListContactsOperator(task_id="listed", filters="{{ {'searchText': '+4915123456101'} | tojson }}")
    contacts >> clients >> planned >> opt_outs >> segment >> broadcast >> wait >> listed >> missing

if __name__ == "__main__":
    run = dag.test()
    for ti in run.get_task_instances():
        print("state", ti.task_id, ti.state)  # noqa: T201
