"""A day at the shop: its services, appointments for some clients, a class with all of them, and time off."""

import csv
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from airflow.sdk import DAG

from airflow_provider_whautomate.operators.appointments import WhautomateBookSlotOperator
from airflow_provider_whautomate.operators.classes import (
    WhautomateEnrolParticipantsOperator,
    WhautomateUpsertClassOperator,
)
from airflow_provider_whautomate.operators.services import WhautomateUpsertServiceOperator
from airflow_provider_whautomate.operators.staffs import WhautomateSyncStaffBlocksOperator

DATA = Path(os.environ["CLUSTER_DATA"])
STAFF = "stf000000001"
BERLIN = "Europe/Berlin"

with (DATA / "clients.csv").open() as file:
    CLIENTS = [row["client_id"] for row in csv.DictReader(file)]

with DAG(
    "bookings",
    schedule=None,
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    default_args={"retries": 5, "retry_delay": timedelta(seconds=15)},
):
    haircut = WhautomateUpsertServiceOperator(
        task_id="haircut",
        name="Haircut",
        service={"serviceType": "APPOINTMENT", "durationMinutes": 30, "staffs": [{"id": STAFF}]},
    )
    WhautomateBookSlotOperator.partial(
        task_id="book",
        service_id=haircut.output["id"],
        earliest="2099-06-03T00:00:00+02:00",
        latest="2099-06-05T00:00:00+02:00",
        timezone=BERLIN,
    ).expand(client_id=CLIENTS)

    yoga = WhautomateUpsertServiceOperator(
        task_id="yoga",
        name="Yoga",
        service={"serviceType": "CLASS", "durationMinutes": 60, "staffs": [{"id": STAFF}]},
    )
    lesson = WhautomateUpsertClassOperator(
        task_id="lesson",
        service_id=yoga.output["id"],
        staff_id=STAFF,
        date="2099-06-09",
        time="09:00 AM",
        timezone=BERLIN,
    )
    WhautomateEnrolParticipantsOperator(
        task_id="enrol", class_id=lesson.output["id"], source=str(DATA / "clients.csv"), members="exactly"
    )
    WhautomateSyncStaffBlocksOperator(
        task_id="time_off",
        calendar="time off",
        source=str(DATA / "time_off.csv"),
        staff_id=STAFF,
        timezone=BERLIN,
    )
