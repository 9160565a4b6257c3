"""What tests/prove/test_prove_airflow.py has a real Airflow run: each DAG once, as soon as it is not paused."""

from datetime import UTC, datetime, timedelta

try:
    from airflow.sdk import DAG, task
except ImportError:
    from airflow import DAG
    from airflow.decorators import task

from airflow_provider_whautomate.hooks.whautomate import WhautomateHook
from airflow_provider_whautomate.operators.contacts import WhautomateCreateContactOperator
from whautomate_core.state import open_state

LOCATION = {"id": "loc000000001"}
ONCE = {
    "schedule": "@once",
    "start_date": datetime(2026, 1, 1, tzinfo=UTC),
    "catchup": False,
    "is_paused_upon_creation": False,
    # Airflow starts tasks before its API server answers, and each costs a try.
    "default_args": {"retries": 20, "retry_delay": timedelta(seconds=1)},
}

with DAG("killed", **ONCE):
    WhautomateCreateContactOperator(
        task_id="create",
        whautomate_conn_id="killed",
        contact={"name": "Ada", "phoneNumber": "+4915123456700", "location": LOCATION},
    )


class PausedOperator(WhautomateCreateContactOperator):
    """Its permit is so many seconds away: at its first try the server has just said 429."""

    def __init__(self, *, pause, **kwargs):
        super().__init__(**kwargs)
        self.pause = pause

    def _attempt(self, context, **used):
        if not used:
            account = WhautomateHook(self.whautomate_conn_id).get_account()
            open_state(account.state).pool(account.id, account.limits).pause(self.pause)
        return super()._attempt(context, **used)


with DAG("waits", **ONCE | {"is_paused_upon_creation": True}):
    PausedOperator(
        task_id="create",
        whautomate_conn_id="waits",
        contact={"name": "Grace", "phoneNumber": "+4915123456701", "location": LOCATION},
        max_wait=1,
        priority_weight=100,
        pause=1e6,
    )

    @task
    def another():
        """Comes to the only slot there is after `create`, and ends while that waits."""

    another()

with DAG("goes_on", **ONCE | {"is_paused_upon_creation": True}):
    PausedOperator(
        task_id="create",
        whautomate_conn_id="goes_on",
        contact={"name": "Grace", "phoneNumber": "+4915123456701", "location": LOCATION},
        max_wait=1,
        pause=120,
    )
