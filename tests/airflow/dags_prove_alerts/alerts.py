"""DAGs that fail, are late, or whose worker is killed. test_prove_alerts.py runs them in a real Airflow."""

import os
import signal
import time
from datetime import UTC, datetime, timedelta

from airflow.providers.common.compat.version_compat import AIRFLOW_V_3_3_PLUS

from airflow_provider_whautomate.notifications.whautomate import WhautomateNotifier

if AIRFLOW_V_3_3_PLUS:
    from airflow.sdk import DAG, AsyncCallback, DeadlineAlert, DeadlineReference, SyncCallback, task
else:
    from airflow import DAG
    from airflow.decorators import task

SAYS = {
    "template": {"name": "pipeline_alert", "language": "en"},
    "parameters": ["{{ alert.kind }}", "{{ alert.dag_id }}", "{{ alert.task_id }}"],
}
tell = WhautomateNotifier(**SAYS)
ONCE = {"schedule": "@once", "start_date": datetime(2026, 1, 1, tzinfo=UTC), "is_paused_upon_creation": False}

with DAG("broken", on_failure_callback=tell, **ONCE):

    @task(on_failure_callback=tell)
    def fails():
        raise ValueError("the pipeline's own")

    fails()

with DAG("fine", on_success_callback=tell, **ONCE):

    @task(retries=5, retry_delay=timedelta(0))  # a busy machine may lose a task
    def works():
        pass

    works()

with DAG("killed", on_failure_callback=tell, **ONCE):

    @task
    def dies():
        """As of a lack of memory. Airflow 3.3.2 then calls the callback of the DAG, and not that of the task."""
        os.kill(os.getpid(), signal.SIGKILL)

    dies()


def late(dag_id, seconds=0, **arguments):
    with DAG(dag_id, **(ONCE | arguments)):

        @task
        def any_task():
            time.sleep(seconds)

        any_task()


if AIRFLOW_V_3_3_PLUS:
    for dag_id, callback in (
        ("late_async", AsyncCallback(WhautomateNotifier, SAYS)),
        ("late_sync", SyncCallback(WhautomateNotifier, SAYS)),
    ):
        passed = DeadlineReference.FIXED_DATETIME(datetime(2026, 1, 1, tzinfo=UTC))
        late(dag_id, deadline=DeadlineAlert(passed, timedelta(seconds=1), callback))
else:
    late(
        "late_sla",
        seconds=70,  # longer than an interval, so that the next run is late
        max_active_runs=1,
        schedule=timedelta(minutes=1),
        catchup=False,
        default_args={"sla": timedelta(seconds=1)},
        sla_miss_callback=tell,
    )
