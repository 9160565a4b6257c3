"""Bookings as files for the warehouse: by period, in UTC, whichever date the server's filters mean."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest
from conftest import NoLimit, account_of

from whautomate_core import errors
from whautomate_core.api import appointments, classes, services
from whautomate_core.bookings.exports import export_appointments, export_bookings, export_classes
from whautomate_core.client.client import Client
from whautomate_core.emulator import Behaviour, Emulator, create_app, running

NOW = datetime(2026, 3, 2, 6, tzinfo=UTC)
WEEK = ("2026-03-02T00:00:00Z", "2026-03-09T00:00:00Z")


@pytest.fixture(params=["created", "held"])
def emulator(request: pytest.FixtureRequest) -> Iterator[Emulator]:
    """One with appointments and classes on March 3rd, 4th and 20th."""
    app = create_app(Behaviour(booking_dates=request.param, page_cap=2), clock=NOW.timestamp)
    emulator = Emulator(app)
    with running(app) as emulator.url:
        yield emulator
    emulator.close()


@pytest.fixture
def client(emulator: Emulator) -> Client:
    client = Client(account_of(emulator), pool=NoLimit(), sleep=lambda seconds: None)
    [ada] = emulator.add_clients([{"fullName": "Ada Lovelace", "countryCode": "+49", "phone": "30123456"}])
    own: Any = {"staffs": [{"id": Emulator.staff_id}], "durationMinutes": 60}
    cut = client.send(services.create_service({"name": "Cut", "serviceType": "APPOINTMENT", **own}))["id"]
    yoga = client.send(services.create_service({"name": "Yoga", "serviceType": "CLASS", **own}))["id"]
    who: Any = {"staff": {"id": Emulator.staff_id}, "location": {"id": Emulator.location_id}}
    for day in (3, 4, 20):
        when: Any = {"date": f"2026-03-{day:02}", "timezone": "Europe/Berlin", **who}
        client.send(
            appointments.book_appointment({**when, "time": "09:00 AM", "client": {"id": ada}, "service": {"id": cut}})
        )
        made = client.send(classes.create_class({**when, "time": "06:30 PM", "service": {"id": yoga}}))
        client.send(classes.add_class_participant(made["id"], {"client": {"id": ada}}))
    return client


def lines(path: Path) -> list[dict[str, Any]]:
    return sorted((json.loads(line) for line in path.read_text().splitlines()), key=lambda row: row["start"])


def test_the_appointments_of_a_period_are_written_in_utc_without_people(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "appointments.jsonl"
    found = export_appointments(client, str(path), *WEEK)
    assert found == {"path": str(path), "records": 2, "earliest": WEEK[0], "latest": WEEK[1]}
    first, second = lines(path)
    assert (first["start"], first["end"]) == ("2026-03-03T08:00:00Z", "2026-03-03T09:00:00Z")
    assert (first["date"], first["time"], first["timezone"]) == ("2026-03-03", "09:00 AM", "Europe/Berlin")
    assert (first["service_name"], first["status"], second["start"]) == ("Cut", "Booked", "2026-03-04T08:00:00Z")
    assert "Ada" not in path.read_text()
    assert "123456" not in path.read_text()
    again = path.read_text()
    export_appointments(client, str(path), *WEEK)
    assert path.read_text() == again


def test_what_changed_since_the_run_before(client: Client, emulator: Emulator, tmp_path: Path) -> None:
    emulator.advance(86_400)
    [late] = [one for one in emulator.records("appointments") if one["date"] == "2026-03-20"]
    client.send(appointments.cancel_appointment({"appointmentId": late["id"]}))
    path = tmp_path / "changed.jsonl"
    assert export_appointments(client, str(path), *WEEK, by="changed")["records"] == 3
    found = export_appointments(client, str(path), "2026-03-03T00:00:00Z", "2026-03-04T00:00:00Z", by="changed")
    assert found["records"] == 1
    assert [(row["id"], row["status"]) for row in lines(path)] == [(late["id"], "Cancelled")]


def test_classes_and_who_takes_part_as_parquet(client: Client, emulator: Emulator, tmp_path: Path) -> None:
    path = tmp_path / "classes.parquet"
    assert export_classes(client, str(path), *WEEK, location_id=Emulator.location_id)["records"] == 2
    table = pyarrow.parquet.read_table(path).to_pylist()
    assert sorted(row["start"] for row in table) == ["2026-03-03T17:30:00Z", "2026-03-04T17:30:00Z"]
    assert {(row["places"], row["booked"]) for row in table} == {(10, 1)}
    path = tmp_path / "bookings.parquet"
    assert export_bookings(client, str(path), *WEEK)["records"] == 2
    rows = pyarrow.parquet.read_table(path).to_pylist()
    [ada] = [one["id"] for one in emulator.clients()]
    assert {(row["client_id"], row["status"]) for row in rows} == {(ada, "BOOKED")}
    assert {row["class_id"] for row in rows} == {row["id"] for row in table}
    # No rows, the same columns.
    columns = pyarrow.parquet.read_schema(path).names
    assert export_bookings(client, str(path), "2026-05-01T00:00:00Z", "2026-05-02T00:00:00Z")["records"] == 0
    assert pyarrow.parquet.read_schema(path).names == columns
    assert export_classes(client, str(path), *WEEK, location_id="loc000000002")["records"] == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((datetime(2026, 3, 2), WEEK[1]), "earliest has no time zone"),
        ((WEEK[1], WEEK[0]), "earliest must be before latest"),
        ((*WEEK, "day"), "by must be start or changed"),
    ],
)
def test_what_can_not_be_is_refused_before_anything_is_sent(
    client: Client, emulator: Emulator, tmp_path: Path, arguments: Any, says: str
) -> None:
    before = len(emulator.requests())
    more = {"by": arguments[2]} if len(arguments) > 2 else {}
    for export in (export_appointments, export_classes):
        with pytest.raises(errors.ConfigurationError, match=says):
            export(client, str(tmp_path / "x.jsonl"), *arguments[:2], **more)
    with pytest.raises(errors.ConfigurationError, match="can't be written"):
        export_appointments(client, str(tmp_path / "none" / "x.jsonl"), *WEEK)
    assert len(emulator.requests()) == before
