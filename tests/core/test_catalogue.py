"""Services by name and classes by start: made once, written where they differ."""

import threading
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from conftest import account_of

from whautomate_core import errors
from whautomate_core.api import services
from whautomate_core.bookings import catalogue
from whautomate_core.client.client import Client
from whautomate_core.emulator import Emulator
from whautomate_core.messaging.segments import ensure_segment

LESSON: Any = {"serviceType": "CLASS", "durationMinutes": 45, "staffs": [{"id": Emulator.staff_id}]}
WHEN = ("2026-03-02", "06:30 PM", "Europe/Berlin")
PUTS = pytest.mark.parametrize(
    "put", [pytest.param(p, marks=pytest.mark.whautomate(put=p)) for p in ("replace", "merge")]
)


@pytest.fixture
def service(client: Client) -> str:
    return str(catalogue.upsert_service(client, "Yoga", LESSON)["id"])


@pytest.fixture
def upsert(client: Client, service: str) -> Callable[..., Any]:
    """Upserts a class, with other arguments where they are given."""

    def upsert(date: str = WHEN[0], time: str = WHEN[1], timezone: str = WHEN[2], **more: Any) -> Any:
        own = {"service_id": service, "staff_id": Emulator.staff_id, "class_": {"numberOfParticipants": 8}}
        return catalogue.upsert_class(client, date=date, time=time, timezone=timezone, **(own | more))

    return upsert


# --- services


@PUTS
def test_a_service_is_made_once_then_changed_where_it_differs(
    client: Client, whautomate_emulator: Emulator, put: str
) -> None:
    made = catalogue.upsert_service(client, "Yoga", LESSON)
    assert (made["created"], made["changed"]) == (True, False)
    before = len(whautomate_emulator.requests())
    assert catalogue.upsert_service(client, "Yoga", LESSON) == {**made, "created": False}
    assert len(whautomate_emulator.requests()) - before == 2  # the list, page by page
    changed = catalogue.upsert_service(client, "Yoga", {"serviceType": "CLASS", "sellingPrice": 12.5})
    assert changed == {"id": made["id"], "created": False, "changed": True}
    (record,) = whautomate_emulator.records("services")
    assert (record["durationMinutes"], record["sellingPrice"]) == (45, 12.5)
    counts = [len(whautomate_emulator.requests(name)) for name in ("createService", "updateService")]
    assert counts == [1, 1]


def test_a_service_of_the_name_at_another_location_is_another(client: Client, whautomate_emulator: Emulator) -> None:
    lesson = {**LESSON, "staffs": []}
    ids = {catalogue.upsert_service(client, "Yoga", lesson, location_id=f"loc00000000{n}")["id"] for n in (1, 2)}
    ids.add(catalogue.upsert_service(client, "Yoga 2", lesson)["id"])
    assert len(ids) == 3


def test_several_services_of_the_name_are_an_error(client: Client, whautomate_emulator: Emulator) -> None:
    both = {**LESSON, "name": "Yoga", "location": {"id": whautomate_emulator.location_id}}
    for _ in range(2):
        client.send(services.create_service(both))
    with pytest.raises(errors.InvalidRequest, match="2 services named 'Yoga'"):
        catalogue.upsert_service(client, "Yoga", LESSON)


@pytest.mark.parametrize("fault", ["dropped_after", "500_after", "not_json"])
def test_a_service_whose_creation_got_no_answer_is_found(
    client: Client, whautomate_emulator: Emulator, fault: Any
) -> None:
    whautomate_emulator.fault(fault, operation="createService")
    made = catalogue.upsert_service(client, "Yoga", LESSON)
    assert made["id"] == whautomate_emulator.records("services")[0]["id"]
    assert len(whautomate_emulator.requests("createService")) == 1


def test_a_service_that_may_be_there_is_not_made_again_on_a_guess(
    client: Client, whautomate_emulator: Emulator
) -> None:
    whautomate_emulator.fault("dropped_before", operation="createService")
    for _ in range(2):
        with pytest.raises(errors.OutcomeUnknown):
            catalogue.upsert_service(client, "Yoga", LESSON)
    assert len(whautomate_emulator.requests("createService")) == 1


def test_a_service_that_was_deleted_is_made_again_with_what_is_wanted_now(
    client: Client, whautomate_emulator: Emulator, service: str, later: Any
) -> None:
    client.send(services.delete_service(service))
    with pytest.raises(errors.OutcomeUnknown, match=r"it may have been deleted. If it is still missing at .* UTC"):
        catalogue.upsert_service(client, "Yoga", LESSON)
    later(901.0)
    again = catalogue.upsert_service(client, "Yoga", {**LESSON, "durationMinutes": 60})
    assert again["created"]
    assert [one["durationMinutes"] for one in whautomate_emulator.records("services")] == [60]


def test_of_many_at_once_one_makes_it(whautomate_emulator: Emulator, pool: Any) -> None:
    results: list[Any] = []

    def upsert() -> None:
        with Client(account_of(whautomate_emulator), pool=pool) as client:
            try:
                results.append(catalogue.upsert_service(client, "Yoga", LESSON))
            except errors.OutcomeUnknown as error:  # another has begun and it isn't there yet
                results.append(error)

    threads = [threading.Thread(target=upsert) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 6
    assert len(whautomate_emulator.requests("createService")) == 1


# --- classes


@PUTS
def test_a_class_is_made_once_then_changed_where_it_differs(
    upsert: Any, whautomate_emulator: Emulator, put: str
) -> None:
    made = upsert()
    assert made["created"]
    # The same moment in another zone is the same class.
    assert upsert(time="05:30 PM", timezone="Europe/London") == {**made, "created": False}
    assert upsert(class_={"notes": "mats are there"}) == {**made, "created": False, "changed": True}
    (record,) = whautomate_emulator.records("classes")
    assert (record["numberOfParticipants"], record["notes"]) == (8, "mats are there")
    assert (record["startTimeUTC"], record["timezone"]) == ("2026-03-02T17:30:00.000Z", "Europe/Berlin")
    counts = [len(whautomate_emulator.requests(name)) for name in ("createClass", "updateClass")]
    assert counts == [1, 1]


def test_another_start_is_another_class(upsert: Any) -> None:
    classes = [{}, {"time": "06:30 AM"}, {"date": "2026-03-09"}, {"timezone": "UTC"}, {"class_": None}]
    ids = [upsert(**one)["id"] for one in classes]
    assert len(set(ids)) == 4
    assert ids[0] == ids[-1]


def test_a_wall_time_that_comes_twice_is_one_class(upsert: Any) -> None:
    twice = ("2026-10-25", "02:30 AM")
    assert [upsert(*twice)["created"] for _ in range(2)] == [True, False]


def test_a_class_that_does_not_say_its_instant_is_told_by_its_wall_time(
    whautomate_emulator: Emulator, pool: Any
) -> None:
    held = {"id": "c1", "date": WHEN[0], "time": WHEN[1], "startTime": "2026-03-02T18:30:00.000Z"}

    def answer(request: httpx.Request) -> httpx.Response:
        assert request.method == "GET"
        # Neither has the one with another zone this start, nor the one whose times can't be read.
        others = [{**held, "id": "c2", "timezone": "Asia/Tokyo"}, {"id": "c3", "time": "18:30"}]
        return httpx.Response(200, json=[held, *others] if request.url.params["page"] == "1" else [])

    with Client(account_of(whautomate_emulator), pool=pool, transport=httpx.MockTransport(answer)) as client:
        found = catalogue.upsert_class(client, "s", "t", *WHEN)
    assert found == {"id": "c1", "created": False, "changed": False}


def test_several_classes_at_the_time_are_an_error(client: Client, upsert: Any, service: str) -> None:
    from whautomate_core.api import classes

    upsert()
    references = {"location": "loc000000001", "staff": Emulator.staff_id, "service": service}
    body: Any = {**{name: {"id": id} for name, id in references.items()}, "timezone": WHEN[2]}
    client.send(classes.create_class({**body, "date": WHEN[0], "time": WHEN[1]}))
    with pytest.raises(errors.InvalidRequest, match="2 classes of this service and staff"):
        upsert()


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"date": "02.03.2026"}, "date must be"),
        ({"date": "2026-02-30"}, "date must be"),
        ({"time": "18:30"}, "twelve-hour"),
        ({"time": "06:30 PM+01:00"}, "twelve-hour"),
        ({"timezone": "Berlin"}, "IANA"),
        ({"timezone": ""}, "IANA"),
        ({"timezone": None}, "IANA"),
        ({"date": "2026-03-29", "time": "02:30 AM"}, "skip"),
        ({"staff_id": ""}, "staff_id"),
        ({"class_": {"date": "2026-03-02"}}, "other arguments give them"),
        ({"class_": "x"}, "dict"),
        ({"class_": {"nots": "x"}}, "did you mean notes"),
    ],
)
def test_a_class_that_can_not_be_is_refused_before_anything_is_sent(
    upsert: Any, whautomate_emulator: Emulator, more: Any, says: str
) -> None:
    before = len(whautomate_emulator.requests())
    with pytest.raises((errors.ConfigurationError, errors.InvalidRequest), match=says):
        upsert(**more)
    assert len(whautomate_emulator.requests()) == before


@pytest.mark.parametrize(
    ("name", "service", "says"),
    [
        (" ", LESSON, "name must be"),
        ("Yoga", {"durationMinutes": 45}, "serviceType is required"),
        ("Yoga", {**LESSON, "name": "Yoga"}, "other arguments give them"),
        ("Yoga", {**LESSON, "durationMinutes": "45"}, "durationMinutes"),
    ],
)
def test_a_service_that_can_not_be_is_refused_before_anything_is_sent(
    client: Client, whautomate_emulator: Emulator, name: str, service: Any, says: str
) -> None:
    with pytest.raises((errors.ConfigurationError, errors.InvalidRequest), match=says):
        catalogue.upsert_service(client, name, service)
    assert whautomate_emulator.requests() == []


# --- segments


def test_a_segment_of_clients_excludes_clients_who_opted_out(client: Client, whautomate_emulator: Emulator) -> None:
    whautomate_emulator.add_clients([{"fullName": "Ada", "tags": ["UNSUBSCRIBE"]}])
    whautomate_emulator.add_contacts([{"name": "Eve", "phoneNumber": "+4930123456", "tags": ["unsubscribe"]}])
    first = ensure_segment(client, "regulars", {"tags": ["regular"]}, type="client")
    assert first["criteria"] == {"tags": ["regular"], "exclusionTags": ["Unsubscribe", "UNSUBSCRIBE"]}
    assert ensure_segment(client, "regulars", {"tags": ["regular"]}, type="client")["id"] == first["id"]
    with pytest.raises(errors.InvalidRequest, match="other criteria"):
        ensure_segment(client, "regulars", {"tags": ["regular"]})
    with pytest.raises(errors.ConfigurationError, match="contact or client"):
        ensure_segment(client, "others", {"tags": ["regular"]}, type="clients")


def test_a_segment_that_was_deleted_is_made_again_with_other_criteria(
    client: Client, whautomate_emulator: Emulator, later: Any
) -> None:
    from whautomate_core.api.segments import delete_segment

    client.send(delete_segment(ensure_segment(client, "vip", {"tags": ["vip"]})["id"]))
    later(901.0)
    assert ensure_segment(client, "vip", {"tags": ["gold"]})["criteria"]["tags"] == ["gold"]
