"""Three tasks, of which the first finds the pool of the account just paused. test_quota.py runs them."""

import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path

try:
    from airflow.sdk import DAG, task
except ImportError:
    from airflow import DAG
    from airflow.decorators import task

from airflow_provider_whautomate.hooks.whautomate import WhautomateHook
from airflow_provider_whautomate.operators.contacts import (
    WhautomateCreateContactOperator,
    WhautomateSyncContactsOperator,
)
from airflow_provider_whautomate.triggers import quota as triggers
from whautomate_core.state import open_state
from whautomate_core.state.schema import pools

FILE = Path(os.environ.get("QUOTA_FILE", "told.json"))
PEOPLE = [
    {"name": "Ada", "phoneNumber": f"+491512345670{n}", "location": {"id": "loc000000001"}, "notes": "{{ ds }}"}
    for n in range(2)
]


PAUSE = 1e6
"""Seconds; longer than any run takes."""


def pause_at_first(context):
    """The first of the tasks finds the pool of the account just paused, as after a 429 of the server."""
    began = FILE.with_suffix(".began")
    if not began.exists():
        began.touch()
        account = WhautomateHook().get_account()
        open_state(account.state).pool(account.id, account.limits).pause(PAUSE)


class After:
    """A clock for the trigger, by which the pause is over. It is over for the pool as well then."""

    @staticmethod
    def time():
        account = WhautomateHook().get_account()
        ended = pools.update().where(pools.c.account == account.id).values(paused_until=0.0)
        open_state(account.state)._database.run(lambda database: database.execute(ended))
        return time.time() + 2 * PAUSE


triggers.time = After

with DAG(
    "quota",
    schedule=None,
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    default_args={"on_execute_callback": pause_at_first},
) as dag:
    create = WhautomateCreateContactOperator.partial(
        task_id="create", max_wait=0, key="{{ ds }} {{ ti.map_index }}"
    ).expand(contact=PEOPLE)
    sync = WhautomateSyncContactsOperator(
        task_id="sync",
        source=[{"name": "Grace", "mobile": "+4915123456709"}],
        mapping={"name": "name", "phoneNumber": "mobile"},
        max_wait=0,
        max_requests=20,
    )

    @task
    def results(ti=None):
        FILE.with_suffix(".results").write_text(json.dumps({"sync": ti.xcom_pull(task_ids="sync")}))

    [create, sync] >> results()

if __name__ == "__main__":
    run = dag.test()
    states = {f"{ti.task_id}{'' if ti.map_index < 0 else ti.map_index}": ti for ti in run.get_task_instances()}
    told = {name: [str(ti.state), ti.try_number] for name, ti in states.items()}
    results = json.loads(FILE.with_suffix(".results").read_text())
    FILE.write_text(json.dumps({"states": told, "results": results}))
