"""Five DAGs around bookings: class reminders, no-show follow-up, staff time off, weekly prices, nightly export.

They need a connection `whautomate_default`: API host, API key as password, `plan` and `location_id` in its extra. Times
are those of the DAG run: a run that is repeated sends nobody a second message and adds nothing twice.
"""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

try:
    from airflow.sdk import DAG, task

    LOGICAL_DATE = "logical_date"
except ImportError:  # Airflow 2.11
    from airflow import DAG
    from airflow.decorators import task

    LOGICAL_DATE = "execution_date"

from airflow.providers.common.compat.sdk import AirflowSkipException

from airflow_provider_whautomate.hooks.whautomate import WhautomateHook
from airflow_provider_whautomate.operators.appointments import WhautomateExportAppointmentsOperator
from airflow_provider_whautomate.operators.classes import (
    WhautomateExportBookingsOperator,
    WhautomateExportClassesOperator,
)
from airflow_provider_whautomate.operators.messages import WhautomateSendWhatsappTemplateOperator
from airflow_provider_whautomate.operators.services import WhautomateSyncServicesOperator
from airflow_provider_whautomate.operators.staffs import WhautomateSyncStaffBlocksOperator
from whautomate_core.account import require_loopback
from whautomate_core.errors import PolicyRefused

DATA = Path(__file__).resolve().parent.parent / "data"
FOLDER = os.environ.get("WHAUTOMATE_DEMO_EXPORTS", "/tmp")  # noqa: S108 - an object such as s3://conn_id@bucket/... as well
LOCATION = {"id": "loc000000001"}  # the emulator's; list_locations tells yours
STAFF_ID = "stf000000001"
TIMEZONE = "Europe/Berlin"
WHEN = "(dag_run.logical_date or dag_run.run_after)"  # a run that somebody starts may have no logical date
START = f"{{{{ {WHEN}.isoformat() }}}}"
DAY_AFTER = f"{{{{ ({WHEN} + macros.timedelta(days=1)).isoformat() }}}}"
TWO_DAYS_AFTER = f"{{{{ ({WHEN} + macros.timedelta(days=2)).isoformat() }}}}"
DAY_BEFORE = f"{{{{ ({WHEN} - macros.timedelta(days=1)).isoformat() }}}}"
DAY = f"{{{{ {WHEN}.strftime('%Y-%m-%d') }}}}"
SETTINGS = {
    "start_date": datetime(2026, 1, 1, tzinfo=UTC),
    "catchup": False,
    "default_args": {"retries": 2},
}


@task
def refuse_real_hosts():
    """The data is made up, so it goes to an emulator on this machine. Leave this out for your own."""
    require_loopback(WhautomateHook().get_account())


def rows_of(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def message(row, template):
    """Arguments of a send: its key is the booking, so that nobody is told twice, whatever changes in between."""
    body = {"client": {"id": row["client_id"]}, "location": LOCATION, "template": {"name": template, "language": "en"}}
    return {"message": body, "key": f"{template} {row['id']}"}


class SendUnlessOptedOut(WhautomateSendWhatsappTemplateOperator):
    """Skips clients who opted out. Whatever else keeps a message from going out fails its task, and so the run."""

    def work(self, client, context):
        try:
            return super().work(client, context)
        except PolicyRefused as refused:
            if refused.kind not in {"opted_out", "forgotten", "stopped_marketing"}:
                raise  # such as sends that are off or stopped
            raise AirflowSkipException(str(refused)) from None


with DAG("class_reminders", schedule="0 16 * * *", **SETTINGS) as class_reminders:
    bookings = WhautomateExportBookingsOperator(
        task_id="bookings",
        output_path=f"{FOLDER}/reminders-{DAY}.jsonl",
        earliest=DAY_AFTER,
        latest=TWO_DAYS_AFTER,
    )

    @task(show_return_value_in_logs=False)
    def reminders(export):
        """Who takes part in tomorrow's classes; who waits or cancelled is not reminded."""
        return [message(row, "class_reminder") for row in rows_of(export["path"]) if row["status"] == "BOOKED"]

    SendUnlessOptedOut.partial(task_id="send").expand_kwargs(reminders(bookings.output))
    refuse_real_hosts() >> bookings

with DAG("no_show_follow_up", schedule="0 20 * * *", **SETTINGS) as no_show_follow_up:
    held = WhautomateExportAppointmentsOperator(
        task_id="held",
        output_path=f"{FOLDER}/held-{DAY}.jsonl",
        earliest=DAY_BEFORE,
        latest=START,
    )

    @task(show_return_value_in_logs=False)
    def follow_ups(export):
        """Who didn't come. The words of that status are not documented: look at what yours are."""
        missed = {"noshow", "no-show", "no show", "no_show"}
        return [message(row, "we_missed_you") for row in rows_of(export["path"]) if row["status"].lower() in missed]

    SendUnlessOptedOut.partial(task_id="follow_up").expand_kwargs(follow_ups(held.output))
    refuse_real_hosts() >> held

with DAG("staff_time_off", schedule="@hourly", **SETTINGS) as staff_time_off:
    refuse_real_hosts() >> WhautomateSyncStaffBlocksOperator(
        task_id="sync",
        calendar="time off of Sam",
        source=str(DATA / "time_off.ics"),
        staff_id=STAFF_ID,
        timezone=TIMEZONE,
        reason="Time off",
        earliest=START,
    )

with DAG("weekly_prices", schedule="@weekly", **SETTINGS) as weekly_prices:
    refuse_real_hosts() >> WhautomateSyncServicesOperator(
        task_id="sync",
        source=str(DATA / "prices.csv"),
        mapping={
            "name": "treatment",
            "category": "group",
            "durationMinutes": "minutes",
            "sellingPrice": "price",
        },
        service={"serviceType": "APPOINTMENT", "staffs": [{"id": STAFF_ID}]},
        make_categories=True,
        max_rejected=0,
    )

with DAG("nightly_export", schedule="@daily", **SETTINGS) as nightly_export:
    night = {"earliest": DAY_BEFORE, "latest": START}
    first = refuse_real_hosts()
    for operator, name, more in (
        (WhautomateExportAppointmentsOperator, "appointments", {"by": "changed"}),  # what is new since the night before
        (WhautomateExportClassesOperator, "classes", {"by": "changed"}),
        (WhautomateExportBookingsOperator, "bookings", {}),
    ):
        path = f"{FOLDER}/{name}-{DAY}.parquet"
        first >> operator(task_id=name, output_path=path, **night, **more)

if __name__ == "__main__":
    when = datetime.fromisoformat(os.environ.get("WHAUTOMATE_DEMO_LOGICAL_DATE", "2026-06-01T00:00:00+00:00"))
    dag = globals()[os.environ.get("WHAUTOMATE_DEMO_DAG", "weekly_prices")]
    raise SystemExit(dag.test(**{LOGICAL_DATE: when}).state != "success")
