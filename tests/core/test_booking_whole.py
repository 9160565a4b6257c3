"""Classes, services and exports where others delete something between two pages: nobody's is missed or made anew."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from whautomate_core.api import classes, services
from whautomate_core.bookings import catalogue
from whautomate_core.bookings.exports import export_classes
from whautomate_core.bookings.services import sync_services
from whautomate_core.bookings.timetable import sync_classes
from whautomate_core.client.client import Client
from whautomate_core.emulator import Emulator
from whautomate_core.emulator.world import Planned
from whautomate_core.errors import ListUnstable

pytestmark = pytest.mark.whautomate(page_cap=4)

STAFF = Emulator.staff_id
COUNT = 11
GONE, MISSED = 9, 6
"""Newest first, the one stands on the first page of 4 and the other begins the second."""
TOMORROW = datetime.now(UTC).replace(hour=6, minute=0, second=0, microsecond=0) + timedelta(days=2)


def delete_before(emulator: Emulator, resource: str, id: str, operation: str, **when: int) -> None:
    delete = lambda world: world.store.delete(resource, id)  # noqa: E731
    emulator._world.planned.append(Planned(delete, operation=operation, **when))


def made_services(client: Client) -> list[str]:
    body: Any = {"serviceType": "APPOINTMENT", "location": {"id": Emulator.location_id}}
    return [client.send(services.create_service({**body, "name": f"Cut {n}"}))["id"] for n in range(COUNT)]


def made_classes(client: Client) -> tuple[str, list[str]]:
    yoga: Any = {"name": "Yoga", "serviceType": "CLASS", "staffs": [{"id": STAFF}]}
    service = client.send(services.create_service(yoga))["id"]
    own: Any = {"service": {"id": service}, "staff": {"id": STAFF}, "location": {"id": Emulator.location_id}}
    made = []
    for n in range(COUNT):
        date = f"{TOMORROW + timedelta(days=n):%Y-%m-%d}"
        made.append(client.send(classes.create_class({**own, "date": date, "time": "06:00 AM", "timezone": "UTC"})))
    return service, [one["id"] for one in made]


def lessons(service: str) -> list[dict[str, str]]:
    starts = [TOMORROW + timedelta(days=n) for n in range(COUNT) if n != GONE]
    return [{"service": service, "staff": STAFF, "start": start.isoformat()} for start in starts]


def test_a_price_list_makes_no_service_anew(client: Client, whautomate_emulator: Emulator) -> None:
    ids = made_services(client)
    delete_before(whautomate_emulator, "services", ids[GONE], "listServices", page=2)
    rows = [{"name": f"Cut {n}"} for n in range(COUNT) if n != GONE]
    report = sync_services(client, rows, {"name": "name"}, service={"serviceType": "APPOINTMENT"})
    assert (report["unchanged"], report["created"]) == (COUNT - 1, 0)


def test_a_single_service_is_not_made_anew(client: Client, whautomate_emulator: Emulator) -> None:
    ids = made_services(client)
    delete_before(whautomate_emulator, "services", ids[GONE], "listServices", page=2)
    found = catalogue.upsert_service(client, f"Cut {MISSED}", {"serviceType": "APPOINTMENT"})
    assert found == {"id": ids[MISSED], "created": False, "changed": False}


def test_a_timetable_makes_no_class_anew(client: Client, whautomate_emulator: Emulator) -> None:
    service, ids = made_classes(client)
    delete_before(whautomate_emulator, "classes", ids[GONE], "listClasses", page=2)
    report = sync_classes(client, lessons(service), "UTC")
    assert (report["unchanged"], report["created"]) == (COUNT - 1, 0)
    start = TOMORROW + timedelta(days=MISSED)
    delete_before(whautomate_emulator, "classes", ids[GONE - 1], "listClasses", page=2)
    found = catalogue.upsert_class(client, service, STAFF, f"{start:%Y-%m-%d}", "06:00 AM", "UTC")
    assert found["id"] == ids[MISSED]


def test_an_export_lacks_nothing(client: Client, whautomate_emulator: Emulator, tmp_path: Path) -> None:
    _, ids = made_classes(client)
    delete_before(whautomate_emulator, "classes", ids[GONE], "listClasses", page=2)
    path = tmp_path / "classes.jsonl"
    export_classes(client, str(path), TOMORROW, TOMORROW + timedelta(days=30))
    assert all(f'"{id}"' in path.read_text() for number, id in enumerate(ids) if number != GONE)


def test_where_a_list_never_holds_still_no_file_is_written(
    client: Client, whautomate_emulator: Emulator, tmp_path: Path
) -> None:
    _, ids = made_classes(client)
    for number, id in enumerate(reversed(ids), start=2):
        delete_before(whautomate_emulator, "classes", id, "listClasses", on=number)
    with pytest.raises(ListUnstable):
        export_classes(client, str(tmp_path / "classes.jsonl"), TOMORROW, TOMORROW + timedelta(days=30))
    assert not (tmp_path / "classes.jsonl").exists()
