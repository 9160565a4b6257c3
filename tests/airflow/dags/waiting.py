"""A DAG of all sensors, deferred and rescheduled. test_sensors.py runs it and makes happen what they wait for."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

try:
    from airflow.sdk import DAG, task
except ImportError:
    from airflow import DAG
    from airflow.decorators import task

from airflow_provider_whautomate.sensors.account import WhautomateQuotaSensor
from airflow_provider_whautomate.sensors.broadcasts import WhautomateBroadcastSensor
from airflow_provider_whautomate.sensors.clients import WhautomateClientSensor
from airflow_provider_whautomate.sensors.contacts import WhautomateContactSensor
from airflow_provider_whautomate.sensors.messages import WhautomateMessageSensor

FILES = Path(os.environ.get("WAITING_FILES", "."))
IDS = json.loads(os.environ.get("WAITING_IDS", "{}"))


@task
def pauses():
    """As a 429 of the server does."""
    from airflow_provider_whautomate.hooks.whautomate import WhautomateHook
    from whautomate_core.state import open_state

    account = WhautomateHook().get_account()
    open_state(account.state).pool(account.id, account.limits).pause(3)


@task(trigger_rule="all_done", retries=0)
def results(ti=None):
    """What the sensors returned."""
    found = {name: ti.xcom_pull(task_ids=name) for name in (one.task_id for one in sensors)}
    (FILES / "results.json").write_text(json.dumps(found))


with DAG(
    "waiting",
    schedule=None,
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    default_args={"retries": 1, "retry_delay": timedelta(0), "poll_interval": 0.3, "poke_interval": 1, "timeout": 500},
    params={"numbers": {way: ids["number"] for way, ids in IDS.items()}},
) as dag:
    sensors = []
    for way, how in {"deferred": {"deferrable": True}, "rescheduled": {"mode": "reschedule"}}.items():
        ids = IDS.get(way, dict.fromkeys(("contact", "client", "broadcast"), "c") | {"since": "2026-01-01T00:00:00Z"})
        missing = {"contact_id": ids["contact"], "stage": "never", "timeout": 1, "poll_interval": 60, **how}
        sensors += [
            WhautomateQuotaSensor(task_id=f"{way}_quota", requests="{{ 50 }}", **how),
            WhautomateContactSensor(
                task_id=f"{way}_contact", phone=f"{{{{ params.numbers.{way} }}}}", tag="{{ 'vip' }}", **how
            ),
            WhautomateClientSensor(task_id=f"{way}_client", client_id=ids["client"], tag="vip", **how),
            WhautomateMessageSensor(task_id=f"{way}_message", contact_id=ids["contact"], since=ids["since"], **how),
            WhautomateMessageSensor(task_id=f"{way}_later", contact_id=ids["contact"], **how),
            WhautomateBroadcastSensor(
                task_id=f"{way}_broadcast", broadcast_id=ids["broadcast"], min_delivered="{{ '100%' }}", **how
            ),
            WhautomateContactSensor(task_id=f"{way}_late", **missing),
            WhautomateContactSensor(task_id=f"{way}_late_soft", soft_fail=True, **missing),
        ]
        before = pauses.override(task_id=f"{way}_pauses", trigger_rule="all_done")()
        if way == "rescheduled":
            sensors[7] >> before
        for sensor in sensors[-8:]:
            sensor.trigger_rule = "all_done"
            before >> sensor
            before = sensor
    sensors[-1] >> results()

if __name__ == "__main__":
    run = dag.test()
    told = {ti.task_id: [str(ti.state), ti.try_number] for ti in run.get_task_instances()}
    (FILES / "states.json").write_text(json.dumps(told))
