"""A DAG of steps that read sources, each as a task of its own. test_sources.py runs it and looks at what they read."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

try:
    from airflow.sdk import DAG, ObjectStoragePath, task
except ImportError:
    from airflow import DAG
    from airflow.decorators import task
    from airflow.io.path import ObjectStoragePath

from airflow_provider_whautomate.operators.base import WhautomateBaseOperator
from airflow_provider_whautomate.sources import Sql, open_source

FILES = Path(os.environ.get("SOURCES_FILES", "."))


class Read(WhautomateBaseOperator):
    """Write down what a source holds."""

    template_fields = ("source", "note")
    redacted_fields = frozenset({"source"})

    def __init__(self, *, source, note=None, **kwargs):
        super().__init__(**kwargs)
        self.source = source
        self.note = note
        self.check_arguments(Read)

    def execute(self, context):
        from whautomate_core.rows.sources import rows

        source, open_file = open_source(self.given("source"))
        found = [row.cells for row in rows(source, ["name", "mobile"], open_file=open_file)]
        index = context["ti"].map_index
        (FILES / f"{self.task_id}{'' if index < 0 else index}.json").write_text(json.dumps(found))


with DAG(
    "sources",
    schedule=None,
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    params={"conn": "warehouse", "table": "people", "who": "Ada"},
) as dag:

    @task(show_return_value_in_logs=False)
    def least():
        return 4000

    @task(show_return_value_in_logs=False)
    def people():
        return [{"name": "Grace", "mobile": 4915123456701}, {"name": "Alan", "mobile": None}]

    one = "select name, mobile from {{ params.table }} where name = %(who)s"
    who = {"who": "{{ params.who }}"}
    Read(task_id="query", source=Sql(one, "{{ params.conn }}", who))
    Read(
        task_id="query_by_result",
        source=Sql("select name, mobile from people where n >= %(least)s", "warehouse", {"least": least()}),
    )
    Read(task_id="cursor", source=Sql("select name, 4915123456789::real as mobile from pg_cursors", "warehouse"))
    Read.partial(
        task_id="mapped", source=Sql("select name, mobile from people where n = {{ ti.map_index }}", "warehouse")
    ).expand(note=["a", "b", "c"])
    Read.partial(task_id="expanded").expand(
        source=[Sql(f"select name, mobile from people where n = {n}", "warehouse") for n in (5, 6)]
    )
    Read(task_id="rows", source=people())
    Read(task_id="json", source="{{ ti.xcom_pull(task_ids='people') | tojson }}").set_upstream(dag.get_task("people"))
    Read(task_id="no_json", source="{{ ti.xcom_pull(task_ids='people') }}").set_upstream(dag.get_task("people"))
    Read(task_id="path", source=str(FILES / "{{ params.table }}.csv"))
    Read(task_id="url", source=f"file://{FILES}/people.csv")
    Read(task_id="object", source=ObjectStoragePath(f"file://{FILES}/people.csv"))
    Read(task_id="no_table", source=Sql("select * from nosuch", "warehouse"))
    Read(task_id="no_cast", source=Sql("select cast(%(who)s as integer)", "warehouse", who))
    Read(task_id="no_database", source=Sql("select 1", "http"))
    Read(task_id="no_server", source=Sql("select 1", "away"))

if __name__ == "__main__":
    run = dag.test()
    (FILES / "states.json").write_text(
        json.dumps({f"{ti.task_id}{max(ti.map_index, 0) or ''}": str(ti.state) for ti in run.get_task_instances()})
    )
