"""Bookings as flows: the example flows, run twice, and a flow of the other tasks that is retried."""

import importlib.util
import uuid
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet
import pytest
from booking_examples import NOW, WHEN, furnish
from example_cases import quoted
from prefect import flow

from prefect_whautomate import WhautomateCredentials, appointments, classes
from whautomate_core import errors
from whautomate_core.emulator import Behaviour, Emulator, create_app, running

EXAMPLE = Path(__file__).parents[2] / "example_dags" / "prefect" / "bookings.py"


@pytest.fixture
def emulator():
    app = create_app(Behaviour(search_delay=0.0, limits=((1_000_000, 60.0),)), clock=NOW.timestamp)
    with running(app) as url:
        emulator = Emulator(app, url)
        emulator.people = furnish(emulator)
        yield emulator


@pytest.fixture
def account(emulator):
    limits = {"requests_per_minute": 1_000_000, "requests_per_day": 1_000_000}
    return WhautomateCredentials(
        host=emulator.url, key=emulator.key, account=uuid.uuid4().hex, location_id=emulator.location_id, **limits
    )


@pytest.fixture
def flows():
    spec = importlib.util.spec_from_file_location("bookings", EXAMPLE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def service(emulator, name):
    return next(one["id"] for one in emulator.records("services") if one["name"] == name)


def test_the_examples_do_what_they_say_and_nothing_twice(server, emulator, account, flows, tmp_path, caplog):
    folder = str(tmp_path)
    for _ in range(2):
        assert flows.class_reminders(account, WHEN, folder) == 1, "another has opted out"
        assert flows.no_show_follow_up(account, WHEN, folder) == 1
    assert [one["client"] for one in emulator.messages()] == [emulator.people[0], emulator.people[3]]
    first, second = flows.staff_time_off(account, WHEN), flows.staff_time_off(account, WHEN)
    assert (first["rows"], first["created"], first["past"], first["blocks"]) == (3, 2, 1, 4)
    assert (second["unchanged"], second["created"], second["removed"]) == (2, 0, 0)
    assert flows.weekly_prices(account)["created"] == 3
    assert flows.weekly_prices(account)["unchanged"] == 3
    counts = [pyarrow.parquet.read_table(path).num_rows for path in flows.nightly_export(account, WHEN, folder)]
    assert counts == [1, 1, 0]
    assert quoted("staff-time-off.md", caplog.text) + quoted("price-list.md", caplog.text) == []


def test_a_flow_that_is_retried_books_moves_and_cancels_once(server, emulator, account):
    tries = []
    period = {"earliest": "2026-06-03T00:00:00+02:00", "latest": datetime(2026, 6, 5, tzinfo=UTC)}
    cut = service(emulator, "Cut")

    @flow(retries=1)
    def visit():
        made = appointments.book_slot(account, emulator.people[0], cut, timezone="Europe/Berlin", **period)
        moved = appointments.reschedule_booking(account, "2026-06-04T09:00:00+02:00", appointment_id=made["id"])
        other = appointments.book_slot(account, emulator.people[3], cut, timezone="Europe/Berlin", **period)
        off = appointments.cancel_booking(account, appointment_id=other["id"])
        tries.append((made, moved, other, off))
        if len(tries) == 1:
            raise RuntimeError("after all of it")
        return made["id"]

    visit()
    first, second = tries
    assert [one["id"] for one in first] == [one["id"] for one in second]
    assert first[0]["start"] == "2026-06-03T07:00:00Z"
    for operation, count in (("bookAppointment", 3), ("rescheduleAppointment", 1), ("cancelAppointment", 1)):
        assert len(emulator.requests(operation)) == count
    period["earliest"] = "2026-06-04T09:30:00+02:00"
    with pytest.raises(errors.NotFound, match="is not free"):
        visit()  # a flow run of its own books anew
    assert len(emulator.requests("bookAppointment")) == 4


def test_outside_of_runs_a_booking_needs_a_key(emulator, account):
    with pytest.raises(errors.ConfigurationError, match="key is missing"):
        appointments.book_slot.fn(
            account, emulator.people[0], service(emulator, "Cut"), NOW, WHEN, timezone="Europe/Berlin"
        )
    assert not emulator.requests("listAppointmentSlots")


def test_waiting_for_slots_places_and_appointments(server, emulator, account):
    far = {"earliest": "2099-06-03T00:00:00+02:00", "latest": "2099-06-05T00:00:00+02:00"}
    cut, yoga = service(emulator, "Cut"), service(emulator, "Yoga")

    @flow
    def waits():
        slot = appointments.wait_for_slot(account, cut, poll_interval=0.2, **far)
        made = appointments.book_slot(account, emulator.people[0], cut, timezone="Europe/Berlin", **far)
        found = appointments.wait_for_appointment(account, "booked", poll_interval=0.2, **far)
        when = ("2099-06-05", "09:00 AM", "Europe/Berlin")
        lesson = classes.upsert_class(account, yoga, emulator.staff_id, *when)
        rows = [{"client_id": emulator.people[0]}]
        enrolled = classes.enrol_participants(account, lesson["id"], rows, members="exactly")
        places = classes.wait_for_class(account, lesson["id"], free=9, poll_interval=0.2)
        return slot, made, found, enrolled, places

    slot, made, found, enrolled, places = waits()
    assert slot["start"] == made["start"] == "2099-06-03T07:00:00Z"
    assert found["ids"] == [made["id"]]
    assert (enrolled["booked"], places["free"]) == (1, 9)
