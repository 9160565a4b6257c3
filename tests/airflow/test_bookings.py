"""Bookings run by Airflow: the example DAGs, and a DAG of the other jobs and sensors; each twice for one date."""

import json

import pyarrow.parquet
import pytest
from booking_examples import NOW, WHEN, furnish
from conftest import DAGS, KEY, ROOT, connection

from whautomate_core.emulator import Behaviour, Emulator, create_app, running

EXAMPLE = ROOT / "example_dags" / "airflow" / "bookings.py"
ALL = ("class_reminders", "no_show_follow_up", "staff_time_off", "weekly_prices", "nightly_export")


@pytest.fixture(scope="module")
def emulator():
    app = create_app(Behaviour(search_delay=0.0, limits=((100_000, 60.0),)), key=KEY, clock=NOW.timestamp)
    with running(app) as url:
        emulator = Emulator(app, url)
        emulator.people = furnish(emulator)
        yield emulator


@pytest.fixture(scope="module")
def ran(airflow, emulator, tmp_path_factory):
    """What the example DAGs said, run one after the other in one process."""
    folder = tmp_path_factory.mktemp("exports")
    code = f"""
import runpy
from datetime import datetime
found = runpy.run_path({str(EXAMPLE)!r})
for name in {ALL!r}:
    run = found[name].test(**{{found["LOGICAL_DATE"]: datetime.fromisoformat({WHEN.isoformat()!r})}})
    print("STATE", name, run.state)
    for ti in run.get_task_instances():
        print("TASK", name, ti.task_id, ti.map_index, ti.state)
"""
    env = {"AIRFLOW_CONN_WHAUTOMATE_DEFAULT": connection(emulator.url), "WHAUTOMATE_DEMO_EXPORTS": folder}
    returned, said = airflow("-c", code, dag_file=EXAMPLE, **env)
    assert returned == 0, said
    return said, folder


def test_the_examples_do_what_they_say(ran, emulator):
    said, folder = ran
    states = {line.split()[1]: line.split()[2] for line in said.splitlines() if line.startswith("STATE")}
    assert states == dict.fromkeys(ALL, "success"), said[-4000:]
    # Who opted out is refused, and the others are told all the same.
    sent = [one["client"] for one in emulator.messages()]
    assert sent == [emulator.people[0], emulator.people[3]]
    assert "opted out" in said
    blocks = [one["startTimeUTC"] for one in emulator.records("availabilityBlocks")]
    assert sorted(blocks) == [
        f"2026-{day}:00.000Z" for day in ("06-02T11:00", "06-09T11:00", "06-23T11:00", "07-05T22:00")
    ]
    prices = {one["name"]: one.get("sellingPrice") for one in emulator.records("services")}
    assert {"Haircut": 39, "Colour": 85.5, "Manicure": 28}.items() <= prices.items()
    counts = {
        name: pyarrow.parquet.read_table(folder / f"{name}-2026-06-01.parquet").num_rows
        for name in ("appointments", "classes", "bookings")
    }
    assert counts == {"appointments": 1, "classes": 1, "bookings": 0}
    assert KEY not in said
    assert not [n for n in range(4) if f"3012345{n}" in said]


@pytest.fixture(scope="module")
def booked(airflow, emulator, tmp_path_factory):
    """Two runs of dags/bookings.py for one date."""
    folder = tmp_path_factory.mktemp("booked")
    cut = next(one["id"] for one in emulator.records("services") if one["name"] == "Cut")
    yoga = next(one["id"] for one in emulator.records("services") if one["name"] == "Yoga")
    env = {
        "AIRFLOW_CONN_WHAUTOMATE_DEFAULT": connection(emulator.url),
        "BOOKINGS_FILES": folder,
        "BOOKINGS_IDS": " ".join([emulator.people[0], emulator.people[3], cut, yoga]),
    }
    results = []
    # As a person does it. (A second `dag.test()` from a file trips over Airflow 2.11 itself.)
    command = ("-m", "airflow", "dags", "test", "bookings", "2026-06-01T00:00:00+00:00")
    for arguments in ((DAGS / "bookings.py",), command):
        code, said = airflow(*arguments, dag_file=DAGS / "bookings.py", **env)
        assert code == 0, said[-6000:]
        results.append(json.loads((folder / "results.json").read_text()))
    return results


def test_jobs_and_sensors_of_a_dag(booked, emulator):
    first, _ = booked
    assert (first["book"]["start"], first["book"]["booked"]) == ("2026-06-03T12:00:00Z", True)
    assert (first["move"]["start"], first["move"]["changed"]) == ("2026-06-04T07:00:00Z", True)
    assert (first["timetable"]["created"], first["timetable"]["rejected"]) == (2, 0)
    assert (first["enrol"]["booked"], first["enrol"]["waitlisted"]) == (1, 0)
    assert first["slot"]["start"] == "2099-06-03T09:00:00Z"
    assert first["appointment"]["count"] == 1
    assert first["places"]["free"] == 9
    assert first["cancel"]["changed"]
    assert first["is_cancelled"]["ids"] == [first["book"]["id"]]


def test_run_again_for_the_same_date_nothing_happens_twice(booked, emulator):
    first, second = booked
    assert None not in second.values()
    assert second["book"] == {**first["book"], "booked": False, "requests": 0, "waited": 0.0}
    assert (second["move"]["changed"], second["cancel"]["changed"]) == (False, False)
    assert (second["timetable"]["created"], second["timetable"]["unchanged"]) == (0, 2)
    assert (second["enrol"]["booked"], second["enrol"]["unchanged"]) == (0, 1)
    for operation, count in (("rescheduleAppointment", 1), ("cancelAppointment", 1), ("createClass", 4)):
        assert len(emulator.requests(operation)) == count
