"""A campaign every Monday at nine: sync, segment, and one broadcast a week, however often it runs in that week.

Needs a connection `whautomate_default`: API host, API key as password, `plan` and `location_id` in its extra.
"""

from pathlib import Path

import pendulum
from airflow.providers.common.compat.sdk import DAG, task

from airflow_provider_whautomate.hooks.whautomate import WhautomateHook
from airflow_provider_whautomate.operators.broadcasts import WhautomateBroadcastOperator
from airflow_provider_whautomate.operators.contacts import WhautomateSyncContactsOperator
from airflow_provider_whautomate.operators.segments import WhautomateEnsureSegmentOperator
from whautomate_core.account import require_loopback

CUSTOMERS = Path(__file__).resolve().parent.parent / "data" / "quick_start.csv"
DUE = "(dag_run.data_interval_end or dag_run.run_after)"
WEEK = f"{{{{ {DUE}.strftime('%G-W%V') }}}}"  # the ISO week, such as 2026-W23

with DAG(
    "weekly_campaign",
    schedule="0 9 * * 1",
    start_date=pendulum.datetime(2026, 1, 5, tz="Europe/Berlin"),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 2},
    doc_md=__doc__,
    tags=["whautomate", "example"],
) as dag:

    @task
    def refuse_real_hosts():
        """The customers are made up, so they go to an emulator on this machine. Leave this out for your own."""
        require_loopback(WhautomateHook().get_account())

    sync = WhautomateSyncContactsOperator(
        task_id="sync",
        source=str(CUSTOMERS),
        mapping={"name": "full_name", "phoneNumber": "mobile", "customFields.plan": "plan"},
        default_region="DE",
        consent_column="newsletter",
        tags=["weekly-offer"],
    )
    segment = WhautomateEnsureSegmentOperator(
        task_id="segment", segment_name="weekly-offer", criteria={"tags": ["weekly-offer"]}
    )
    send = WhautomateBroadcastOperator(
        task_id="send",
        name="weekly-offer",
        key=f"weekly-offer {WEEK}",  # one broadcast a week: a run of the same week finds it, and sends nothing
        template={"name": "weekly_offer", "language": "en"},
        body_parameters=[WEEK],
        segment_id=segment.output["id"],
        max_recipients=50_000,
        hold_minutes=0,  # the default of 5 leaves time to stop a real broadcast
        wait=True,
        deferrable=True,
        poll_interval=5,  # the default is 60
        max_failed="5%",
    )
    refuse_real_hosts() >> sync >> segment >> send
