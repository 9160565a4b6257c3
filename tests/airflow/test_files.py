"""Reads that are written to object storage, by a connection of Airflow's. Formats: tests/core/test_files.py."""

import json
from types import SimpleNamespace

import fsspec
import pytest

try:
    from airflow.sdk.io import attach
except ImportError:
    from airflow.io.store import attach

from airflow_provider_whautomate.operators.contacts import WhautomateGetContactOperator, WhautomateListContactsOperator
from airflow_provider_whautomate.operators.services import WhautomateSyncServicesOperator
from airflow_provider_whautomate.operators.staffs import WhautomateSyncStaffBlocksOperator
from whautomate_core.errors import ConfigurationError

MEMORY = fsspec.filesystem("memory")


@pytest.fixture
def emulator(whautomate_emulator, connections):
    connections("whautomate_default", whautomate_emulator.url, whautomate_emulator.key)
    attach("memory", conn_id="bucket_conn", fs=MEMORY)
    yield whautomate_emulator
    MEMORY.store.clear()


def test_a_list_goes_to_object_storage_whole(emulator):
    emulator.add_contacts([{"name": f"Name {n}", "phoneNumber": f"4915120{n:06d}"} for n in range(120)])
    url = "memory://bucket_conn@bucket/contacts.jsonl"
    task = WhautomateListContactsOperator(task_id="to_bucket", output_path=url)
    assert task.execute({"ti": None}) == {"path": url, "records": 120}
    lines = MEMORY.cat("/bucket/contacts.jsonl").decode().splitlines()
    assert len({json.loads(line)["id"] for line in lines}) == 120
    assert len(emulator.requests("listContacts")) >= 3


def test_what_breaks_off_leaves_no_object(emulator):
    emulator.add_contacts([{"name": f"Name {n}", "phoneNumber": f"4915120{n:06d}"} for n in range(120)])
    url = "memory://bucket_conn@bucket/contacts.jsonl"
    task = WhautomateListContactsOperator(task_id="to_bucket", output_path=url, max_requests=2)
    with pytest.raises(Exception, match="max_requests is 2"):
        task.execute({"ti": None})
    assert not MEMORY.store


def test_one_record_is_a_line(emulator, tmp_path):
    [contact] = emulator.add_contacts([{"name": "Ada", "phoneNumber": "4915123456789"}])
    path = tmp_path / "ada.jsonl"
    task = WhautomateGetContactOperator(task_id="to_file", contact_id=contact, output_path=str(path))
    assert task.execute({"ti": None}) == {"path": str(path), "records": 1}
    assert json.loads(path.read_text())["id"] == contact


def test_rows_of_bookings_come_from_object_storage_and_rejects_go_there(emulator):
    MEMORY.pipe_file("/bucket/prices.csv", b"treatment,price\nYoga,12.5\nPilates,twelve\n")
    calendar = (
        b"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nBEGIN:VEVENT\nUID:1\nDTSTART:20990101\nEND:VEVENT\nEND:VCALENDAR\n"
    )
    MEMORY.pipe_file("/bucket/off.ics", calendar)
    prices = WhautomateSyncServicesOperator(
        task_id="prices",
        source="memory://bucket_conn@bucket/prices.csv",
        mapping={"name": "treatment", "sellingPrice": "price"},
        service={"serviceType": "APPOINTMENT"},
        rejects_path="memory://bucket_conn@bucket/rejects.jsonl",
    )
    report = prices._attempt({"ti": SimpleNamespace()})
    assert (report["created"], report["rejected"]) == (1, 1)
    assert json.loads(MEMORY.cat("/bucket/rejects.jsonl"))["row"] == 3
    off = WhautomateSyncStaffBlocksOperator(
        task_id="off",
        calendar="off",
        source="memory://bucket_conn@bucket/off.ics",
        timezone="UTC",
        staff_id=emulator.staff_id,
        days=3660,
        earliest="2098-12-01T00:00:00Z",
    )
    assert off._attempt({"ti": SimpleNamespace()})["created"] == 1


@pytest.mark.parametrize("url", ["nosuch://bucket_conn@bucket/a.jsonl", "/no/such/folder/a.jsonl"])
def test_what_can_not_be_written_to_costs_no_request(emulator, url):
    task = WhautomateListContactsOperator(task_id="to_bucket", output_path=url)
    with pytest.raises(ConfigurationError, match=r"can't be (written|opened)"):
        task.execute({"ti": None})
    assert emulator.requests() == []
