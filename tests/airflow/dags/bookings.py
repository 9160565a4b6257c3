"""The jobs and sensors of bookings in one DAG. test_bookings.py runs it twice for one date."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

try:
    from airflow.sdk import DAG, task

    LOGICAL_DATE = "logical_date"
except ImportError:
    from airflow import DAG
    from airflow.decorators import task

    LOGICAL_DATE = "execution_date"

from airflow_provider_whautomate.operators.appointments import (
    WhautomateBookSlotOperator,
    WhautomateCancelBookingOperator,
    WhautomateRescheduleBookingOperator,
)
from airflow_provider_whautomate.operators.classes import (
    WhautomateEnrolParticipantsOperator,
    WhautomateSyncClassesOperator,
    WhautomateUpsertClassOperator,
)
from airflow_provider_whautomate.sensors.appointments import WhautomateAppointmentSensor, WhautomateSlotSensor
from airflow_provider_whautomate.sensors.classes import WhautomateClassSensor

FILES = Path(os.environ.get("BOOKINGS_FILES", "."))
PERSON, OTHER, SERVICE, LESSON = os.environ.get("BOOKINGS_IDS", "a b c d").split()
STAFF = "stf000000001"
PERIOD = {"earliest": "{{ '2026-06-03T00:00:00+02:00' }}", "latest": datetime(2099, 6, 5, tzinfo=UTC)}
DAYS = {**PERIOD, "latest": "2026-06-05T00:00:00+02:00"}

with DAG("bookings", schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC)) as dag:
    slot = WhautomateBookSlotOperator(
        task_id="book",
        client_id="{{ params.person }}",
        service_id=SERVICE,
        timezone="Europe/Berlin",
        hours='["14:00-16:00"]',
        notes="a private note",
        params={"person": PERSON},
        **DAYS,
    )
    appointment = WhautomateAppointmentSensor(
        task_id="appointment",
        is_="booked",
        client_id=OTHER,
        **{**PERIOD, "earliest": "2026-05-31T00:00:00Z"},
        deferrable=True,
        timeout=60,
    )
    move = WhautomateRescheduleBookingOperator(
        task_id="move", start="2026-06-04T09:00:00+02:00", appointment_id=slot.output["id"]
    )
    cancel = WhautomateCancelBookingOperator(
        task_id="cancel", client_id=PERSON, date="2026-06-04", timezone="Europe/Berlin", reason="a private reason"
    )
    is_cancelled = WhautomateAppointmentSensor(task_id="is_cancelled", is_="cancelled", **PERIOD, poke_interval=1)
    # Sensors go by the time of this machine, so what they wait for is far ahead.
    free = WhautomateSlotSensor(
        task_id="slot",
        service_id=SERVICE,
        staff_id=STAFF,
        earliest="2099-06-03T00:00:00+02:00",
        latest="2099-06-05T00:00:00+02:00",
        hours=["10:30-18:00"],
        timezone="Europe/Berlin",
        poke_interval=1,
        timeout=60,
    )
    timetable = WhautomateSyncClassesOperator(
        task_id="timetable",
        source=[
            {"service": "Yoga", "staff": STAFF, "start": "2026-06-05T09:00"},
            {"service": LESSON, "staff": STAFF, "start": "2026-06-05T11:00"},
        ],
        timezone="Europe/Berlin",
        now="2026-06-01T00:00:00Z",
    )
    lesson = WhautomateUpsertClassOperator(
        task_id="lesson",
        service_id=LESSON,
        staff_id=STAFF,
        date="2099-06-05",
        time="09:00 AM",
        timezone="Europe/Berlin",
    )
    enrol = WhautomateEnrolParticipantsOperator(
        task_id="enrol", class_id=lesson.output["id"], source=[{"client_id": PERSON}], members="exactly"
    )
    places = WhautomateClassSensor(
        task_id="places", class_id="{{ ti.xcom_pull(task_ids='lesson')['id'] }}", free="9", deferrable=True, timeout=60
    )

    @task(trigger_rule="all_done")
    def results(ti=None):
        """What the steps returned."""
        names = [one for one in ti.task.dag.task_ids if one != "results"]
        found = {name: ti.xcom_pull(task_ids=name) for name in names}
        (FILES / "results.json").write_text(json.dumps(found))

    free >> slot >> appointment >> move >> cancel >> is_cancelled >> timetable >> lesson >> enrol >> places >> results()

if __name__ == "__main__":
    run = dag.test(**{LOGICAL_DATE: datetime(2026, 6, 1, tzinfo=UTC)})
    raise SystemExit(run.state != "success")
