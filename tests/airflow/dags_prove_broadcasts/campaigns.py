"""What tests/prove/test_prove_broadcasts.py has a real Airflow run. Each broadcast is named after its DAG."""

import os
from datetime import datetime, timedelta

from airflow.sdk import DAG, Asset, task

from airflow_provider_whautomate.operators.broadcasts import WhautomateBroadcastOperator

READY = Asset("contacts-are-ready")
NOW = datetime.fromisoformat(os.environ["PROVE_START"])
"""What runs once is due at its start date."""

# Airflow starts tasks before its API server answers, and each costs a try.
TRIES = {"retries": 20, "retry_delay": timedelta(seconds=5)}


def campaign(dag_id, *, schedule="@once", start_date=NOW, paused=False, **arguments):
    given = {"hold_minutes": 0, "cooldown": None, "whautomate_conn_id": "whautomate_default", **arguments}
    with DAG(
        dag_id,
        schedule=schedule,
        start_date=start_date,
        catchup=False,
        is_paused_upon_creation=paused,
        default_args=TRIES,
    ):
        WhautomateBroadcastOperator(
            task_id="send", name=dag_id, template={"name": "t", "language": "en"}, segment_name="vip", **given
        )


campaign("killed", whautomate_conn_id="killed")
campaign("cleared")
campaign("held", hold_minutes=30, deferrable=True)
for one in ("held_cleared", "held_done"):
    campaign(one, hold_minutes=30, deferrable=True, paused=True)
for one in ("on_slot", "on_slot_cleared", "evicted"):
    campaign(one, hold_minutes=30, paused=True)
campaign("evicted_last", hold_minutes=30, paused=True, retries=0)
campaign("awaited", whautomate_conn_id="slow", wait=True, deferrable=True, poll_interval=5)
campaign("on_asset", schedule=[READY])
campaign("daily", schedule=os.environ["PROVE_CRON"], start_date=NOW - timedelta(days=3))
# Its regular run of today was due twelve hours ago, so that too is late whenever this is proved.
HALF_A_DAY_AGO = NOW - timedelta(hours=12)
PAST = f"{HALF_A_DAY_AGO.minute} {HALF_A_DAY_AGO.hour} * * *"
campaign("past", schedule=PAST, start_date=NOW - timedelta(days=40), paused=True)

with DAG("source", schedule="@once", start_date=NOW, is_paused_upon_creation=False, default_args=TRIES):

    @task(outlets=[READY])
    def makes_ready():
        """Says that the contacts are ready."""

    makes_ready()
