"""A DAG that misses its SLA, for Airflow 2.11. test_notifier.py has its DAG processor look at it."""

from datetime import UTC, datetime, timedelta

from airflow.decorators import task

try:
    from airflow.sdk import DAG
except ImportError:
    from airflow import DAG
from airflow.providers.common.compat.version_compat import AIRFLOW_V_3_0_PLUS

from airflow_provider_whautomate.notifications.whautomate import WhautomateNotifier

tell = WhautomateNotifier(
    template={"name": "pipeline_alert", "language": "en"},
    parameters=["{{ alert.kind }}", "{{ alert.dag_id }}", "{{ alert.task_id }}"],
)
SLA = {} if AIRFLOW_V_3_0_PLUS else {"sla_miss_callback": tell, "default_args": {"sla": timedelta(seconds=1)}}

with DAG("late", schedule=timedelta(minutes=1), start_date=datetime(2026, 1, 1, tzinfo=UTC), catchup=False, **SLA):

    @task
    def any_task():
        pass

    any_task()
