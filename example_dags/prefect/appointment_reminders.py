"""Send a WhatsApp reminder for each appointment, a day before it: once for each time of an appointment."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from prefect import flow
from prefect.runtime import flow_run

from prefect_whautomate import WhautomateCredentials
from prefect_whautomate.appointments import export_appointments
from prefect_whautomate.messages import send_whatsapp_template
from whautomate_core.account import require_loopback
from whautomate_core.errors import PolicyRefused, WhautomateError

DAY = timedelta(days=1)
TEMPLATE = {"name": "appointment_reminder", "language": "en"}
OPTED_OUT = {"opted_out", "forgotten", "stopped_marketing"}


def is_due(row: dict[str, Any]) -> bool:
    """Whether an appointment still stands and is still to come, however late this runs."""
    stands = row["status"].lower() in {"booked", "rescheduled"}
    return stands and datetime.fromisoformat(row["start"]) > datetime.now(UTC)


@flow
def appointment_reminders(block: str, folder: Path, when: datetime | None = None) -> int:
    account = WhautomateCredentials.load(block)
    require_loopback(account.get_account())  # the data is made up; drop this line for your own
    when = when or flow_run.scheduled_start_time or datetime.now(UTC)
    # A run a day, so each start is in one run's period.
    found = export_appointments(account, str(folder / f"reminders-{when:%Y-%m-%d}.jsonl"), when + DAY, when + 2 * DAY)
    with Path(found["path"]).open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    sent, failed = 0, list[WhautomateError]()
    for row in filter(is_due, rows):
        message: Any = {
            "client": {"id": row["client_id"]},
            "location": {"id": row.get("location_id") or account.location_id},
            "template": TEMPLATE,
            "bodyTextParameters": [row["service_name"], row["date"], row["time"]],
        }
        try:
            # A moved appointment has a new start, and so gets a new reminder.
            send_whatsapp_template(account, message, key=f"appointment_reminder {row['id']} {row['start']}")
            sent += 1
        except WhautomateError as error:
            if not isinstance(error, PolicyRefused) or error.kind not in OPTED_OUT:
                failed.append(error)  # the others are still reminded
    if failed:
        raise RuntimeError(f"{sent} reminders were sent, {len(failed)} failed, the first by: {failed[0]}")
    return sent


if __name__ == "__main__":
    appointment_reminders.serve(
        name="daily", cron="0 14 * * *", parameters={"block": "whautomate", "folder": "/data"}, limit=1
    )
