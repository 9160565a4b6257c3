"""Lists show new records 20 seconds late and a step runs again: what our own state knows is read by its id first."""

import re
import shlex
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from conftest import NoLimit, account_of
from test_sync import ADA, BOB, EVE, counts, sync, tag
from typer.testing import CliRunner

from whautomate_core import errors
from whautomate_core.api import classes, clients, contacts, segments, services, staffs
from whautomate_core.bookings import catalogue
from whautomate_core.bookings.appointments import cancel_booking
from whautomate_core.bookings.participants import enrol_participants
from whautomate_core.bookings.services import sync_services
from whautomate_core.bookings.slots import book_slot
from whautomate_core.bookings.staff_blocks import sync_staff_blocks
from whautomate_core.bookings.timetable import sync_classes
from whautomate_core.cli.main import app
from whautomate_core.client.client import Client
from whautomate_core.client.identity import Step
from whautomate_core.client.once import send_once
from whautomate_core.emulator import Emulator
from whautomate_core.messaging.messages import send_template_to_contacts
from whautomate_core.messaging.segments import ensure_audience, ensure_segment, find_segment
from whautomate_core.people.find import find_client, find_contact
from whautomate_core.people.update import set_client_fields, set_contact_stage
from whautomate_core.sync.clients import sync_clients
from whautomate_core.values.progress import silent
from whautomate_core.values.times import wall

STAFF = Emulator.staff_id
LAG = pytest.mark.whautomate(list_lag=20.0, search_delay=5.0)
pytestmark = LAG


@pytest.fixture
def client(state_url: str, account: str, whautomate_emulator: Emulator) -> Any:
    settings = account_of(whautomate_emulator, state=state_url, account=account)
    with Client(settings, pool=NoLimit(), sleep=lambda seconds: None) as client:
        yield client


@pytest.fixture
def skip(later: Callable[[float], None], whautomate_emulator: Emulator) -> Callable[[float], None]:
    """Moves both clocks forward: of the state and of the server."""

    def skip(seconds: float) -> None:
        later(seconds)
        whautomate_emulator.advance(seconds)

    return skip


def sent(emulator: Emulator, operation: str) -> int:
    return len(emulator.requests(operation))


# --- sync


def test_detecting_drift_doubles_nobody_whose_id_the_ledger_has(client: Client, whautomate_emulator: Emulator) -> None:
    people = [ADA, BOB, EVE]
    sync(client, people)
    for changed in ({}, {"city": "Ulm"}):
        report = sync(client, [{**one, **changed} for one in people], drift="detect")
        assert counts(report, "created", "failed", "unsettled") == (0, 0, 0)
        assert len(whautomate_emulator.contacts()) == 3
    assert [one["customFields"]["city"] for one in whautomate_emulator.contacts()] == ["Ulm"] * 3


def test_who_is_not_listed_costs_one_request_each_and_the_rest_none(
    client: Client, whautomate_emulator: Emulator, skip: Any
) -> None:
    sync(client, [ADA, BOB])
    skip(30)
    sync(client, [ADA, BOB, EVE])
    sync(client, [ADA, BOB, EVE], drift="detect")
    assert sent(whautomate_emulator, "getContact") == 1
    skip(30)
    sync(client, [ADA, BOB, EVE], drift="detect")
    assert sent(whautomate_emulator, "getContact") == 1


def test_a_tag_reaches_those_whom_no_list_shows(client: Client, whautomate_emulator: Emulator) -> None:
    sync(client, [ADA, BOB])
    report = tag(client, [ADA, BOB], "news", members="exactly")
    assert counts(report, "tagged", "missing", "untagged") == (2, 0, 0)


def test_who_was_deleted_is_made_anew(client: Client, whautomate_emulator: Emulator, skip: Any) -> None:
    sync(client, [ADA, BOB])
    skip(30)
    client.send(contacts.delete_contact(whautomate_emulator.contacts()[0]["id"]))
    assert counts(sync(client, [ADA, BOB], drift="detect"), "created") == (1,)
    assert len(whautomate_emulator.contacts()) == 2


def test_who_opted_out_and_is_not_listed_is_known_to_have(client: Client, whautomate_emulator: Emulator) -> None:
    sync(client, [ADA])
    whautomate_emulator.opt_out(whautomate_emulator.contacts()[0]["id"])
    report = sync(client, [{**ADA, "stage": "Lead"}], drift="detect", tags=["news"])
    assert counts(report, "created", "tagged", "protected") == (0, 0, 1)


@pytest.mark.parametrize("number", ["+4915123456789", "4915123456789"])
def test_who_was_just_made_by_a_step_of_its_own_is_known_to_a_sync(
    number: str, client: Client, whautomate_emulator: Emulator
) -> None:
    body: Any = {"name": "Ada", "phoneNumber": number, "location": {"id": Emulator.location_id}}
    send_once(client, "step", contacts.create_contact(body), lambda record: {"id": record["id"]})
    report = sync(client, [ADA, BOB])
    assert counts(report, "created", "updated") == (1, 1)
    assert len(whautomate_emulator.contacts()) == 2


# --- bookings

HOLIDAYS = [{"staff": STAFF, "start": f"2026-03-{day:02}", "end": f"2026-03-{day:02}"} for day in range(2, 7)]
YOGA: Any = {"name": "Yoga", "serviceType": "CLASS", "staffs": [{"id": STAFF}]}


def blocks(client: Client, rows: Any, **more: Any) -> Any:
    first = datetime(2026, 3, 1, tzinfo=UTC)
    return sync_staff_blocks(client, "holidays", rows, "Europe/Berlin", **{"earliest": first, **more})


def test_staff_blocks_are_added_once(client: Client, whautomate_emulator: Emulator) -> None:
    assert counts(blocks(client, HOLIDAYS), "created", "unchanged") == (5, 0)
    assert counts(blocks(client, HOLIDAYS), "created", "unchanged", "unsettled") == (0, 5, 0)
    assert sent(whautomate_emulator, "getStaffAvailabilityBlock") == 5  # each by its id, and nothing else more
    assert len(whautomate_emulator.records("availabilityBlocks")) == 5


def test_staff_blocks_that_are_not_listed_are_removed_as_the_source_says(
    client: Client, whautomate_emulator: Emulator
) -> None:
    blocks(client, HOLIDAYS)
    assert counts(blocks(client, HOLIDAYS[:2]), "unchanged", "removed", "kept") == (2, 3, 0)
    assert len(whautomate_emulator.records("availabilityBlocks")) == 2


def test_a_block_removed_by_hand_is_added_again_and_not_before_it_is_sure(
    client: Client, whautomate_emulator: Emulator, skip: Any
) -> None:
    blocks(client, HOLIDAYS)
    gone = whautomate_emulator.records("availabilityBlocks")[0]["id"]
    client.send(staffs.delete_staff_availability_block(STAFF, gone))
    assert counts(blocks(client, HOLIDAYS, max_failed=1), "created", "unchanged", "unsettled") == (0, 4, 1)
    # Nor is one that can't be found forgotten before, where the source doesn't name it any more.
    assert counts(blocks(client, HOLIDAYS[1:]), "removed", "kept") == (0, 1)
    skip(901)
    assert counts(blocks(client, HOLIDAYS), "created", "unchanged", "unsettled") == (1, 4, 0)


class Course:
    """A class of ten places tomorrow, and five clients."""

    def __init__(self, client: Client, emulator: Emulator) -> None:
        self.client, self.emulator = client, emulator
        people = [{"fullName": f"N{n}", "countryCode": "+49", "phone": f"3012345{n}"} for n in range(5)]
        self.people = emulator.add_clients(people)
        self.service = client.send(services.create_service(YOGA))["id"]
        self.day = datetime.now(UTC) + timedelta(days=1)
        date, time = wall(self.day, "UTC") or ("", "")
        own = {"location": Emulator.location_id, "staff": STAFF, "service": self.service}
        body: Any = {name: {"id": id} for name, id in own.items()}
        body |= {"date": date, "time": time, "timezone": "UTC", "numberOfParticipants": 10}
        self.id = client.send(classes.create_class(body))["id"]

    def enrol(self, numbers: Any, **more: Any) -> Any:
        rows = [{"client_id": self.people[number]} for number in numbers]
        return enrol_participants(self.client, self.id, rows, **more)

    def places(self) -> list[int]:
        there = (one for one in self.emulator.records("participants") if one["status"] != "CANCELLED")
        return sorted(self.people.index(one["client"]["id"]) for one in there)

    def take_out(self, number: int) -> None:
        """Remove somebody as a person does by hand."""
        body: Any = {"client": {"id": self.people[number]}}
        self.client.send(classes.remove_class_participant(self.id, body))


@pytest.fixture
def course(client: Client, whautomate_emulator: Emulator) -> Course:
    return Course(client, whautomate_emulator)


def test_clients_are_enrolled_once(course: Course, skip: Any) -> None:
    assert course.enrol(range(5))["booked"] == 5
    assert counts(course.enrol(range(5)), "unchanged", "booked") == (5, 0)
    skip(30)
    assert counts(course.enrol(range(5)), "unchanged", "booked") == (5, 0)
    assert course.places() == [0, 1, 2, 3, 4]
    assert sent(course.emulator, "addClassParticipant") == 5


def test_who_was_taken_out_from_here_is_enrolled_again_at_once(course: Course, skip: Any) -> None:
    course.enrol([0, 1])
    skip(30)
    assert counts(course.enrol([1], members="exactly"), "unchanged", "removed") == (1, 1)
    assert counts(course.enrol([0, 1]), "unchanged", "booked") == (1, 1)
    assert course.places() == [0, 1]


def test_who_was_taken_out_from_here_comes_again_where_lists_show_no_places_that_were_called_off(
    course: Course, skip: Any
) -> None:
    course.enrol([0, 1])
    skip(30)
    course.enrol([1], members="exactly")
    store = course.emulator._world.store
    (gone,) = [one for one in course.emulator.records("participants") if one["status"] == "CANCELLED"]
    store.delete("participants", gone["id"])
    assert counts(course.enrol([0, 1]), "unchanged", "booked") == (1, 1)
    assert course.places() == [0, 1]


def test_who_is_not_listed_yet_is_taken_out_by_a_later_run(course: Course, skip: Any) -> None:
    course.enrol([0, 1])
    assert counts(course.enrol([1], members="exactly"), "unchanged", "removed", "kept") == (1, 0, 1)
    skip(30)
    assert counts(course.enrol([1], members="exactly"), "unchanged", "removed", "kept") == (1, 1, 0)
    assert course.places() == [1]


def test_who_was_taken_out_by_hand_is_enrolled_again_where_the_rows_still_name_them(course: Course, skip: Any) -> None:
    course.enrol([0, 1])
    skip(30)
    course.take_out(0)
    # The list shows that the place was called off: that is no silence.
    assert counts(course.enrol([0, 1]), "unchanged", "booked") == (1, 1)
    assert course.places() == [0, 1]


def test_a_place_that_is_gone_without_a_trace_is_given_again_and_not_before_it_is_sure(
    course: Course, skip: Any
) -> None:
    course.enrol([0, 1])
    skip(30)
    world = course.emulator._world
    place = next(one for one in course.emulator.records("participants") if one["client"]["id"] == course.people[0])
    world.store.delete("participants", place["id"])
    assert counts(course.enrol([0, 1]), "unchanged", "booked") == (2, 0)
    assert course.places() == [1]
    skip(900)
    assert counts(course.enrol([0, 1]), "unchanged", "booked") == (1, 1)
    assert course.places() == [0, 1]


def test_a_class_whose_participants_are_not_listed_yet_is_not_deleted(course: Course, skip: Any) -> None:
    skip(30)
    course.enrol([0])
    body: Any = {"client": {"id": course.people[1]}}
    period: Any = {"earliest": course.day - timedelta(hours=2), "latest": course.day + timedelta(hours=2)}

    def sync() -> Any:
        rows = [{"service": course.service, "staff": STAFF, "start": "2027-03-01T16:00"}]
        return sync_classes(course.client, rows, "UTC", max_deleted=1, **period)

    assert counts(sync(), "deleted", "kept") == (0, 1)
    course.take_out(0)
    skip(901)
    course.client.send(classes.add_class_participant(course.id, body))  # by no step of ours
    assert counts(sync(), "deleted", "kept") == (0, 1)
    course.take_out(1)
    assert counts(sync(), "deleted", "kept") == (1, 0)


def test_services_classes_and_segments_are_made_once(course: Course) -> None:
    own = (course.service, STAFF, "2027-03-01", "04:00 PM", "UTC")
    for created in (True, False):
        assert catalogue.upsert_service(course.client, "Cut", {"serviceType": "APPOINTMENT"})["created"] is created
        assert catalogue.upsert_class(course.client, *own, {"numberOfParticipants": 3})["created"] is created
        assert ensure_segment(course.client, "vip", {"tags": ["vip"]})["name"] == "vip"
        rows = [{"name": "Wash", "price": "20", "group": "Hair"}]
        mapping = {"name": "name", "sellingPrice": "price", "category": "group"}
        report = sync_services(
            course.client, rows, mapping, service={"serviceType": "APPOINTMENT"}, make_categories=True
        )
        assert report["created"] == created
    of = course.emulator.records
    assert sorted(one["name"] for one in of("services")) == ["Cut", "Wash", "Yoga"]
    assert (len(of("classes")), len(of("segments")), len(of("serviceCategories"))) == (2, 1, 1)
    assert find_segment(course.client, "vip")["name"] == "vip"


def test_what_a_step_of_its_own_just_made_is_known_to_jobs(client: Client, whautomate_emulator: Emulator) -> None:
    at = {"location": {"id": Emulator.location_id}}
    body: Any = {**YOGA, **at}
    service = send_once(client, "one", services.create_service(body), lambda record: {"id": record["id"]})[0]["id"]
    assert catalogue.upsert_service(client, "Yoga", {"serviceType": "CLASS"})["id"] == service
    lesson: Any = {**at, "staff": {"id": STAFF}, "service": {"id": service}}
    lesson |= {"date": "2027-03-01", "time": "04:00 PM", "timezone": "UTC"}
    call = classes.create_class(lesson)
    made = send_once(client, "two", call, lambda record: {"result": {"id": record["id"]}, "place": None})[0]["result"]
    found = catalogue.upsert_class(client, service, STAFF, "2027-03-01", "04:00 PM", "UTC")
    assert found == {"id": made["id"], "created": False, "changed": False}
    rows = [{"service": "Yoga", "staff": STAFF, "start": "2027-03-01T16:00"}]
    assert counts(sync_classes(client, rows, "UTC"), "unchanged", "rejected") == (1, 0)


def test_a_segment_of_before_is_read_once_however_many_are_made(client: Client, whautomate_emulator: Emulator) -> None:
    for number in range(4):
        ensure_segment(client, f"vip {number}", {"tags": ["vip"]})
    assert sent(whautomate_emulator, "getSegment") == 0


# --- people


def test_whom_a_sync_made_a_moment_ago_is_found(client: Client, whautomate_emulator: Emulator) -> None:
    sync(client, [ADA])
    with pytest.raises(errors.NotFound):
        find_contact(client, "0160 1234567", default_region="DE")
    (ada,) = whautomate_emulator.contacts()
    assert find_contact(client, "0151 23456789", default_region="DE") == {
        "id": ada["id"], "duplicates": 0, "protected": False,
    }  # fmt: skip
    whautomate_emulator.opt_out(ada["id"])
    with pytest.raises(errors.PolicyRefused):
        set_contact_stage(client, "Lead", phone="0151 23456789", default_region="DE")


def test_a_client_is_found_by_what_a_sync_matched_it_by(client: Client, whautomate_emulator: Emulator) -> None:
    rows = [{"who": "Ada", "mobile": "0151 23456789", "mail": "Ada@example.com"}]
    fields = {"fullName": "who", "phone": "mobile", "email": "mail"}
    for match in ("phone", "email"):
        sync_clients(client, rows, fields, match=match, default_region="DE", progress=silent)
        whautomate_emulator.advance(30)
    (ada,) = whautomate_emulator.clients()
    whautomate_emulator._world.store.run("UPDATE records SET created_at = ?", whautomate_emulator.now())
    assert find_client(client, phone="0151 23456789", default_region="DE")["id"] == ada["id"]
    assert find_client(client, email_address="ada@example.com")["id"] == ada["id"]


FAMILY = [
    {"who": "Ada", "mobile": "0151 23456789", "mail": "Ada@example.com"},
    {"who": "Eve", "mobile": "0151 23456789", "mail": "eve@example.com"},
]
CLIENT = {"fullName": "who", "phone": "mobile", "email": "mail"}


def sync_family(client: Client, rows: Any = FAMILY, mapping: Any = CLIENT, **more: Any) -> Any:
    return sync_clients(client, rows, mapping, **{"default_region": "DE", "progress": silent, **more})


@pytest.mark.parametrize("match", ["phone", "email", "fullName", None])
def test_a_client_is_found_by_number_and_address_whatever_the_sync_that_made_it_matches_by(
    match: str | None, client: Client, whautomate_emulator: Emulator
) -> None:
    sync_family(client, FAMILY[:1], match=match)
    (ada,) = whautomate_emulator.clients()
    found = {"id": ada["id"], "duplicates": 0, "protected": False}
    assert find_client(client, phone="0151 23456789", default_region="DE") == found
    assert find_client(client, email_address="ada@EXAMPLE.com") == found
    assert sent(whautomate_emulator, "getClient") == 2
    for missing in ({"phone": "+4915123456788"}, {"email_address": "eve@example.com"}):
        assert find_client(client, missing_ok=True, **missing)["id"] is None  # type: ignore[arg-type]
    set_client_fields(client, {"customFields": {"city": "Ulm"}}, phone="+4915123456789")
    assert whautomate_emulator.clients()[0]["customFields"] == {"city": "Ulm"}


def test_all_of_a_family_are_found_by_its_number(client: Client, whautomate_emulator: Emulator) -> None:
    sync_family(client, FAMILY[:1])
    whautomate_emulator.advance(30)
    sync_family(client)
    ada, eve = sorted(whautomate_emulator.clients(), key=lambda one: str(one["fullName"]))
    # The one that the search shows is not taken for all.
    whautomate_emulator.opt_out(eve["id"])
    found = {"id": ada["id"], "duplicates": 1, "protected": True}
    assert find_client(client, phone="+4915123456789") == found
    assert find_client(client, email_address="eve@example.com")["id"] == eve["id"]
    whautomate_emulator.advance(30)
    before = len(whautomate_emulator.requests())
    assert find_client(client, phone="+4915123456789") == found
    assert len(whautomate_emulator.requests()) == before + 1  # whom the search shows isn't read again


def test_a_client_is_found_by_what_a_sync_wrote_last(client: Client, whautomate_emulator: Emulator) -> None:
    sync_family(client, FAMILY[:1], match="email")
    sync_family(client, [{**FAMILY[0], "mobile": "0160 1234567"}], match="email")
    (ada,) = whautomate_emulator.clients()
    assert find_client(client, phone="+491601234567")["id"] == ada["id"]
    with pytest.raises(errors.NotFound):
        find_client(client, phone="+4915123456789")


def test_a_client_that_a_step_made_is_found_by_its_address(client: Client, whautomate_emulator: Emulator) -> None:
    body: Any = {"fullName": "Ada", "email": "Ada@example.com", "countryCode": "+49", "phone": "15123456789"}
    body |= {"primaryLocation": {"id": Emulator.location_id}}
    made = send_once(client, "key", clients.create_client(body), lambda record: {"id": record["id"]})[0]["id"]
    assert find_client(client, email_address="Ada@example.com")["id"] == made


@pytest.mark.parametrize("drift", ["ignore", "detect"])
@pytest.mark.parametrize("match", ["phone", "email"])
def test_a_sync_that_matches_otherwise_makes_nobody_again(
    drift: str, match: str, client: Client, whautomate_emulator: Emulator
) -> None:
    sync_family(client, FAMILY[:1])
    report = sync_family(client, [{**FAMILY[0], "who": "Ada L."}], match=match, drift=drift)
    assert counts(report, "created", "updated") == (0, 1)
    assert [one["fullName"] for one in whautomate_emulator.clients()] == ["Ada L."]


def test_who_opted_out_among_the_other_kind_gets_no_stage_by_number(
    client: Client, whautomate_emulator: Emulator
) -> None:
    whautomate_emulator.add_contacts([{"name": "Ada", "phoneNumber": "4915123456789"}])
    whautomate_emulator.advance(30)
    sync_family(client, FAMILY[:1])
    whautomate_emulator.opt_out(whautomate_emulator.clients()[0]["id"])
    with pytest.raises(errors.PolicyRefused):
        set_contact_stage(client, "Lead", phone="+4915123456789")


def test_clients_whom_a_sync_made_are_enrolled_by_number_and_by_address(client: Client, course: Course) -> None:
    sync_family(client, FAMILY[:1])
    for by, column in (("phone", "mobile"), ("email", "mail")):
        report = enrol_participants(client, course.id, FAMILY[:1], mapping={by: column}, default_region="DE")
        assert counts(report, "booked", "unchanged", "rejected") == ((1, 0, 0) if by == "phone" else (0, 1, 0))


def test_nobody_who_opted_out_right_after_a_sync_made_them_a_client_gets_a_message(
    client: Client, whautomate_emulator: Emulator
) -> None:
    sync_family(client, FAMILY[:1])
    whautomate_emulator.opt_out(whautomate_emulator.clients()[0]["id"])
    assert counts(send_to(client, ["+4915123456789"]), "protected", "sent") == (1, 0)


# --- appointments


@pytest.fixture
def booked(client: Client, whautomate_emulator: Emulator) -> dict[str, Any]:
    """An appointment that `book_slot` made a moment ago."""
    body: Any = {"name": "Cut", "serviceType": "APPOINTMENT", "durationMinutes": 60, "staffs": [{"id": STAFF}]}
    service = client.send(services.create_service(body))["id"]
    (person,) = whautomate_emulator.add_clients([{"fullName": "Ada", "countryCode": "+49", "phone": "30123451"}])
    begins = datetime.now(UTC) + timedelta(days=1)
    made = book_slot(client, person, service, begins, begins + timedelta(days=3), "UTC", key="first")
    return {"client_id": person, "service_id": service, **made}


def test_a_booking_of_a_moment_ago_is_found_by_its_day(client: Client, booked: dict[str, Any]) -> None:
    whose: Any = {"client_id": booked["client_id"], "date": booked["date"], "timezone": "UTC"}
    assert cancel_booking(client, **whose, key="cancel") == {"id": booked["id"], "changed": True}


def test_of_two_bookings_none_is_chosen_because_only_one_is_listed(
    client: Client, booked: dict[str, Any], skip: Any
) -> None:
    skip(30)
    begins = datetime.fromisoformat(booked["start"])
    more: Any = {"staff_id": STAFF, "key": "second"}
    book_slot(client, booked["client_id"], booked["service_id"], begins, begins + timedelta(hours=4), "UTC", **more)
    whose: Any = {"client_id": booked["client_id"], "date": booked["date"], "timezone": "UTC"}
    with pytest.raises(errors.InvalidRequest, match="the client has 2 appointments"):
        cancel_booking(client, **whose, key="cancel")


# --- single messages


def send_to(client: Client, numbers: list[str], key: str = "spring") -> Any:
    rows = [{"phoneNumber": number} for number in numbers]
    return send_template_to_contacts(client, rows, {"name": "hello", "language": "en"}, key=key)


@pytest.mark.whautomate(search_delay=3600.0, list_lag=0.0)
@pytest.mark.parametrize("kind", ["contact", "client"])
def test_who_opted_out_and_is_younger_than_any_search_gets_no_message(
    kind: str, client: Client, whautomate_emulator: Emulator
) -> None:
    if kind == "contact":
        person: Any = {"name": "Ada", "phoneNumber": "+4915123456789"}
        whautomate_emulator.add_contacts([{**person, "tags": ["Unsubscribe"]}])
    else:
        person = {"fullName": "Ada", "countryCode": "+49", "phone": "15123456789"}
        whautomate_emulator.add_clients([{**person, "tags": ["Unsubscribe"]}])
    report = send_to(client, ["+4915123456789", "+4915123456780"])
    assert counts(report, "protected", "sent") == (1, 1)
    assert [one["phone"] for one in whautomate_emulator.messages()] == ["4915123456780"]


@pytest.mark.whautomate(search_delay=3600.0, list_lag=0.0)
def test_who_is_new_and_opts_out_before_their_message_gets_none(client: Client, whautomate_emulator: Emulator) -> None:
    numbers = [f"+491512345678{digit}" for digit in range(3)]
    people = [{"name": f"N{at}", "phoneNumber": number} for at, number in enumerate(numbers)]
    last = whautomate_emulator.add_contacts(people)[-1]
    whautomate_emulator.opt_out_before("sendWhatsappTemplate", last)
    assert counts(send_to(client, numbers), "protected", "sent") == (1, 2)


def test_who_is_in_no_list_and_whose_id_a_sync_knows_is_read_by_it(
    client: Client, whautomate_emulator: Emulator
) -> None:
    sync(client, [ADA, EVE])
    whautomate_emulator.opt_out(whautomate_emulator.contacts()[0]["id"])
    report = send_to(client, [f"+{one['phoneNumber']}" for one in whautomate_emulator.contacts()])
    assert counts(report, "protected", "sent") == (1, 1)


def test_what_it_costs_to_ask_lists_and_ids(client: Client, whautomate_emulator: Emulator, skip: Any) -> None:
    numbers = [f"+49151234567{digit:02}" for digit in range(20)]
    whautomate_emulator.add_contacts([{"name": "N", "phoneNumber": number} for number in numbers])
    skip(100)
    whautomate_emulator._world.store.run(
        "UPDATE records SET json = json_set(json, '$.createdAt', '2026-01-01T00:00:00.000Z')"
    )
    send_to(client, numbers)
    assert len(whautomate_emulator.requests()) <= 3 * 20 + 4  # both lists, each with the page after its last
    assert sent(whautomate_emulator, "getContact") == 0
    before = len(whautomate_emulator.requests())
    assert send_to(client, numbers)["unchanged"] == 20
    assert len(whautomate_emulator.requests()) == before


@pytest.mark.whautomate(page_cap=2, search_delay=0.0, list_lag=0.0)
def test_no_more_pages_are_read_than_there_are_messages(client: Client, whautomate_emulator: Emulator) -> None:
    whautomate_emulator.add_contacts([{"name": "N", "phoneNumber": f"+4915123457{n:03}"} for n in range(40)])
    send_to(client, ["+4915123456780", "+4915123456781"])
    pages = [one for one in whautomate_emulator.requests("listContacts") if "searchText" not in one["query"]]
    assert len(pages) == 2


def test_an_audience_holds_contacts_that_are_not_listed_yet(client: Client, whautomate_emulator: Emulator) -> None:
    people = [{"name": f"N{n}", "phoneNumber": f"+491512345678{n}"} for n in range(3)]
    ids = whautomate_emulator.add_contacts(people)
    whautomate_emulator.opt_out(ids[0])
    made = ensure_audience(client, "spring", contacts=ids)
    assert (made["people"], made["tagged"], made["opted_out"]) == (2, 2, 1)
    with pytest.raises(errors.InvalidRequest, match="1 of 1 ids belong to no contact"):
        ensure_audience(client, "other", contacts=["nobody"])


def test_a_segment_that_was_deleted_is_made_again_once_that_is_sure(client: Client, skip: Any) -> None:
    made = ensure_segment(client, "vip", {"tags": ["vip"]})
    client.send(segments.delete_segment(made["id"]))
    with pytest.raises(errors.OutcomeUnknown, match="can't be read: it may have been deleted") as unknown:
        ensure_segment(client, "vip", {"tags": ["gold"]})
    (command,) = re.findall(r"`whautomate (claims release .* --state) …` lets it do so at once", str(unknown.value))
    given = [*shlex.split(command), client.account.state.get_secret_value()]
    asked = CliRunner().invoke(app, given)
    assert (asked.exit_code, "Did you see in Whautomate that it is gone?" in asked.output) == (1, True)
    assert client.state.claims.get(client.account.id, f"segment/{Emulator.location_id}/vip")
    released = CliRunner().invoke(app, [*given, "--yes"])
    assert released.output.endswith("makes it again if it is missing\n")
    assert ensure_segment(client, "vip", {"tags": ["gold"]})["id"] != made["id"]


@pytest.mark.parametrize("number", ["+4915123456789", "+49 151 23456789"])
@pytest.mark.parametrize("by", ["key", Step("airflow run task")])
def test_whom_a_step_of_its_own_made_is_found_by_number_and_not_messaged_after_an_opt_out(
    by: Any, number: str, client: Client, whautomate_emulator: Emulator
) -> None:
    if by == "key":
        number = number.replace(" ", "")  # under a caller's own key what was sent is compared as it was written
    body: Any = {"name": "Ada", "phoneNumber": number, "location": {"id": Emulator.location_id}}
    made = send_once(client, by, contacts.create_contact(body), lambda record: {"id": record["id"]})[0]["id"]
    client_body: Any = {"fullName": "Ada", "countryCode": "+49", "phone": "15123456789"}
    client_body |= {"primaryLocation": {"id": Emulator.location_id}}
    other = Step("airflow run other") if by != "key" else "other key"
    call = clients.create_client(client_body)
    same = send_once(client, other, call, lambda record: {"id": record["id"]})[0]["id"]
    assert find_contact(client, "+4915123456789")["id"] == made
    assert find_client(client, phone="+4915123456789")["id"] == same
    whautomate_emulator.opt_out(same)
    assert counts(send_to(client, ["+4915123456789"]), "protected", "sent") == (1, 0)
    report = sync(client, [{**ADA, "stage": "Lead"}], mapping={"name": "who", "phoneNumber": "mobile"})
    assert counts(report, "created") == (0,)


def test_who_was_merged_into_somebody_who_opted_out_gets_no_message(
    client: Client, whautomate_emulator: Emulator
) -> None:
    sync(client, [ADA, EVE])
    ada, eve = sorted(whautomate_emulator.contacts(), key=lambda one: str(one["name"]))
    whautomate_emulator.opt_out(eve["id"])
    whautomate_emulator.merge(ada["id"], eve["id"])
    assert counts(send_to(client, ["+4915123456789"]), "protected", "sent") == (1, 0)
    with pytest.raises(errors.NotFound):
        find_contact(client, "+4915123456789")
