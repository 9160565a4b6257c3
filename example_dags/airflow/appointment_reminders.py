"""A WhatsApp reminder for each appointment, a day before it: once for each time of an appointment.

Needs a connection `whautomate_default`: API host, API key as password, `plan` and `location_id` in its extra.
"""

import json
import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from airflow.providers.common.compat.sdk import DAG, AirflowSkipException, task

from airflow_provider_whautomate.hooks.whautomate import WhautomateHook
from airflow_provider_whautomate.operators.appointments import WhautomateExportAppointmentsOperator
from airflow_provider_whautomate.operators.messages import WhautomateSendWhatsappTemplateOperator
from whautomate_core.account import require_loopback
from whautomate_core.errors import PolicyRefused

FILES = os.environ.get("WHAUTOMATE_DEMO_FILES", tempfile.gettempdir())  # all workers must see it: s3://... serves too
DUE = "(dag_run.data_interval_end or dag_run.run_after)"
TEMPLATE = {"name": "appointment_reminder", "language": "en"}


def reminder(row, location_id):
    """Return the arguments of a send. A moved appointment has a new start, and so gets a new reminder."""
    message = {
        "client": {"id": row["client_id"]},
        "location": {"id": location_id},
        "template": TEMPLATE,
        "bodyTextParameters": [row["service_name"], row["date"], row["time"]],
    }
    return {"message": message, "key": f"appointment_reminder {row['id']} {row['start']}"}


class SendUnlessOptedOut(WhautomateSendWhatsappTemplateOperator):
    """Skips clients who opted out. Whatever else keeps a message from going out fails its task, and so the run."""

    def work(self, client, context):
        try:
            return super().work(client, context)
        except PolicyRefused as refused:
            if refused.kind not in {"opted_out", "forgotten", "stopped_marketing"}:
                raise  # such as sends that are off or stopped
            raise AirflowSkipException(str(refused)) from None


with DAG(
    "appointment_reminders",
    schedule="0 14 * * *",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    default_args={"retries": 2},
    doc_md=__doc__,
    tags=["whautomate", "example"],
) as dag:

    @task
    def refuse_real_hosts():
        """The data is made up, so it goes to an emulator on this machine. Leave this out for your own."""
        require_loopback(WhautomateHook().get_account())

    appointments = WhautomateExportAppointmentsOperator(
        task_id="appointments",
        output_path=f"{FILES}/reminders-{{{{ {DUE}.strftime('%Y-%m-%d') }}}}.jsonl",
        earliest=f"{{{{ ({DUE} + macros.timedelta(days=1)).isoformat() }}}}",
        latest=f"{{{{ ({DUE} + macros.timedelta(days=2)).isoformat() }}}}",  # so each start is in one run's period
    )

    @task(show_return_value_in_logs=False)
    def reminders(export):
        """Appointments that still stand and are still to come, however late this runs."""
        account = WhautomateHook().get_account()
        with Path(export["path"]).open(encoding="utf-8") as file:
            rows = [json.loads(line) for line in file]
        return [
            reminder(row, account.require_location(row.get("location_id")))
            for row in rows
            if row["status"].lower() in {"booked", "rescheduled"}
            and datetime.fromisoformat(row["start"]) > datetime.now(UTC)
        ]

    SendUnlessOptedOut.partial(task_id="send").expand_kwargs(reminders(appointments.output))
    refuse_real_hosts() >> appointments
