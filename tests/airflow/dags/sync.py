"""Syncs of contacts and clients as steps of a DAG. test_sync.py runs it."""

import os
from datetime import UTC, datetime
from pathlib import Path

try:
    from airflow.sdk import DAG, AssetAlias, task
except ImportError:
    from airflow import DAG
    from airflow.datasets import DatasetAlias as AssetAlias
    from airflow.decorators import task

from airflow_provider_whautomate.operators.clients import WhautomateSyncClientsOperator, WhautomateTagClientsOperator
from airflow_provider_whautomate.operators.contacts import (
    WhautomateExportOptOutsOperator,
    WhautomateSyncContactsOperator,
    WhautomateTagContactsOperator,
)

FILES = Path(os.environ.get("SYNC_FILES", "."))
MAPPING = {"name": "name", "phoneNumber": "mobile", "customFields.source": {"value": "crm"}}

with DAG("sync", schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC)) as dag:

    @task(show_return_value_in_logs=False)
    def chunks():
        people = [{"name": f"N{n}", "mobile": f"+4915123456{n:03d}"} for n in range(30)]
        return [people[:10], people[10:20], people[20:]]

    mapped = WhautomateSyncContactsOperator.partial(
        task_id="mapped", mapping=MAPPING, tags="{{ ['a', 'b'] | tojson }}", outlets=[AssetAlias("people")]
    ).expand(source=chunks())
    mirror = WhautomateSyncContactsOperator.partial(task_id="mirror", mapping=MAPPING, mode="mirror").expand(
        source=chunks()
    )
    exactly = WhautomateTagContactsOperator(
        task_id="exactly",
        tag="a",
        source=str(FILES / "members.jsonl"),
        mapping={"phoneNumber": "mobile"},
        members="{{ 'exactly' }}",
        max_added="{{ 5 }}",
    )
    export = WhautomateExportOptOutsOperator(task_id="export", output_path=str(FILES / "opt_outs.jsonl"))
    families = WhautomateSyncClientsOperator(
        task_id="families",
        source=str(FILES / "families.csv"),
        mapping={"fullName": "name", "phone": "mobile"},
        default_region="{{ 'DE' }}",
        plan_only="{{ False }}",
        rejects_path=str(FILES / "rejects-{{ ds_nodash }}.jsonl"),
        max_rejected="{{ 1 }}",
    )
    tagged = WhautomateTagClientsOperator(
        task_id="tagged",
        source=str(FILES / "families.csv"),
        tag="family",
        mapping={"fullName": "name", "phone": "mobile"},
        default_region="DE",
    )

    @task(trigger_rule="all_done")
    def results(ti=None):
        import json

        found = {one: ti.xcom_pull(task_ids=one) for one in ("mapped", "exactly", "export", "families", "tagged")}
        found["mapped"] = list(found["mapped"])
        (FILES / "results.json").write_text(json.dumps(found))

    mapped >> exactly >> export
    families >> tagged
    [export, tagged, mirror] >> results()

if __name__ == "__main__":
    run = dag.test()
    for ti in run.get_task_instances():
        print("state", ti.task_id, ti.map_index, ti.state)  # noqa: T201
