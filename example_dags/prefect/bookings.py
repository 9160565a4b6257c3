"""Five flows around bookings: class reminders, no-show follow-up, staff time off, weekly prices, nightly export.

    whautomate emulator &
    WHAUTOMATE_HOST=http://127.0.0.1:8787 WHAUTOMATE_KEY=emulator-key WHAUTOMATE_PLAN=subscribed python bookings.py

Each takes the moment it is for, so that a repeated run messages nobody twice and adds nothing twice.
"""

import json
import os
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from prefect import flow

from prefect_whautomate import WhautomateCredentials
from prefect_whautomate.appointments import export_appointments
from prefect_whautomate.classes import export_bookings, export_classes
from prefect_whautomate.messages import send_whatsapp_template
from prefect_whautomate.services import sync_services
from prefect_whautomate.staffs import sync_staff_blocks
from whautomate_core.account import require_loopback
from whautomate_core.errors import PolicyRefused, WhautomateError

DATA = Path(__file__).resolve().parents[1] / "data"
STAFF_ID = "stf000000001"  # the emulator's; the task list_staffs shows yours
LOCATION = {"id": "loc000000001"}
OPTED_OUT = {"opted_out", "forgotten", "stopped_marketing"}
DAY = timedelta(days=1)


def account(credentials: WhautomateCredentials | str) -> Any:
    """The block, or the saved one of that name. The data is made up, so real hosts are refused; drop that for yours."""
    block: Any = WhautomateCredentials.load(credentials) if isinstance(credentials, str) else credentials
    require_loopback(block.get_account())
    return block


def send(block: Any, path: str, template: str, statuses: set[str]) -> int:
    """Message the clients in the rows of a file that have one of the statuses, and return how many.

    Opted-out people are left alone. The key is the booking, so nobody is messaged twice about it. If anything else
    keeps a message from going out, the others are still messaged, and then it fails.
    """
    with open(path, encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    sent, failed = 0, list[WhautomateError]()
    for row in rows:
        if str(row["status"]).lower() not in statuses:
            continue
        body: Any = {"client": {"id": row["client_id"]}, "location": LOCATION}
        body["template"] = {"name": template, "language": "en"}
        try:
            send_whatsapp_template(block, body, key=f"{template} {row['id']}")
            sent += 1
        except WhautomateError as error:
            if not isinstance(error, PolicyRefused) or error.kind not in OPTED_OUT:
                failed.append(error)
    if failed:
        raise RuntimeError(f"{sent} messages were sent, {len(failed)} failed, the first by: {failed[0]}")
    return sent


@flow
def class_reminders(credentials: WhautomateCredentials | str, when: datetime, folder: str = ".") -> int:
    """Remind the participants of the next day's classes, but not people who cancelled or are on a waiting list."""
    block = account(credentials)
    found = export_bookings(block, f"{folder}/reminders-{when:%Y-%m-%d}.jsonl", when + DAY, when + 2 * DAY)
    return send(block, found["path"], "class_reminder", {"booked"})


@flow
def no_show_follow_up(credentials: WhautomateCredentials | str, when: datetime, folder: str = ".") -> int:
    """Message people who did not come. The names of that status are not documented: check yours."""
    block = account(credentials)
    found = export_appointments(block, f"{folder}/held-{when:%Y-%m-%d}.jsonl", when - DAY, when)
    return send(block, found["path"], "we_missed_you", {"noshow", "no-show", "no show", "no_show"})


@flow
def staff_time_off(credentials: WhautomateCredentials | str, when: datetime) -> dict[str, Any]:
    return sync_staff_blocks(
        account(credentials),
        "time off of Sam",
        str(DATA / "time_off.ics"),
        "Europe/Berlin",
        staff_id=STAFF_ID,
        reason="Time off",
        earliest=when,
    )


@flow
def weekly_prices(credentials: WhautomateCredentials | str) -> dict[str, Any]:
    mapping = {"name": "treatment", "category": "group", "durationMinutes": "minutes", "sellingPrice": "price"}
    service: Any = {"serviceType": "APPOINTMENT", "staffs": [{"id": STAFF_ID}]}
    prices = str(DATA / "prices.csv")
    return sync_services(account(credentials), prices, mapping, service=service, make_categories=True, max_rejected=0)


@flow
def nightly_export(credentials: WhautomateCredentials | str, when: datetime, folder: str = ".") -> list[str]:
    """Export what changed since the night before, and the participants of the day's classes."""
    block, night = account(credentials), (when - DAY, when)
    files = [f"{folder}/{name}-{when:%Y-%m-%d}.parquet" for name in ("appointments", "classes", "bookings")]
    export_appointments(block, files[0], *night, by="changed")
    export_classes(block, files[1], *night, by="changed")
    export_bookings(block, files[2], *night)
    return files


if __name__ == "__main__":
    settings: dict[str, Any] = {
        "host": os.environ["WHAUTOMATE_HOST"],
        "key": os.environ["WHAUTOMATE_KEY"],
        "plan": os.environ.get("WHAUTOMATE_PLAN"),
        "list_lag": os.environ.get("WHAUTOMATE_LIST_LAG"),
        "location_id": LOCATION["id"],
    }
    sys.stdout.write(f"{weekly_prices(WhautomateCredentials(**settings))}\n")
