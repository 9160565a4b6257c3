"""Callbacks of tasks and of the DAG that message the people on call. test_notifier.py runs it."""

from datetime import UTC, datetime, timedelta

try:
    from airflow.sdk import DAG, task
except ImportError:
    from airflow import DAG
    from airflow.decorators import task

from airflow_provider_whautomate.notifications.whautomate import WhautomateNotifier

tell = WhautomateNotifier(
    template={"name": "pipeline_alert", "language": "en"},
    parameters=["{{ alert.kind }}", "{{ alert.dag_id }}", "{{ alert.task_id }}"],
)
CALLBACKS = {f"on_{kind}_callback": tell for kind in ("failure", "retry", "success")}

with DAG(
    "alerts",
    schedule=None,
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    on_failure_callback=tell,
    default_args={"retry_delay": timedelta(0)},
) as dag:

    @task(retries=2, **CALLBACKS)
    def fails():
        raise ValueError("the pipeline's own")

    @task(**CALLBACKS)
    def works():
        pass

    @task(**CALLBACKS)
    def mapped(number):
        raise ValueError("the pipeline's own")

    fails(), works(), mapped.expand(number=[1, 2, 3])

with DAG("fine", schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC), on_success_callback=tell) as fine:

    @task
    def quiet():
        pass

    quiet()

if __name__ == "__main__":
    dag.test()
    fine.test()
