"""Staff and the times they are not to be had, services, free slots and what is booked into them."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from whautomate_core.emulator import LOCATION_ID, OTHER_STAFF_ID, STAFF_ID, TIMEZONE

from .conftest import Caller, error, made, refused
from .test_emulator_contacts import fired

DAY = "2026-06-01"
BLOCKS = f"/v1/staffs/{STAFF_ID}/availabilityBlocks"
HOURS = [f"{hour:02}:00" for hour in range(9, 18)]


def hours(call: Caller, **query: str) -> list[str]:
    """When free slots of a day begin, as 09:00."""
    return [slot[11:16] for slot in call.slots(**{"date": DAY, **query})]


def block(call: Caller, start: str, end: str, staff: str = STAFF_ID) -> Any:
    body = {"startDate": start, "endDate": end, "reason": "Holiday"}
    return made(call("POST", f"/v1/staffs/{staff}/availabilityBlocks", body))


def begin(day: Any) -> datetime:
    """When a day of slots begins, in its own zone."""
    return datetime.fromisoformat(day["date"]).astimezone(ZoneInfo(day["timezone"]))


# Staff


def test_two_staff_are_there(call: Caller) -> None:
    assert {each["id"] for each in call.get("/v1/staffs")} == {STAFF_ID, OTHER_STAFF_ID}
    assert [each["id"] for each in call.get("/v1/staffs", locationId="loc000000002")] == [OTHER_STAFF_ID]
    call.emulator.advance(5)
    assert [each["id"] for each in call.get("/v1/staffs", searchText="sam")] == [STAFF_ID]
    assert call.get(f"/v1/staffs/{STAFF_ID}")["locations"] == [LOCATION_ID]
    assert call("POST", "/v1/staffs", {}).status_code == 403


@pytest.mark.parametrize(
    ("behaviour", "ends"), [("times", ("startTime", "endTime")), ("dates", ("startDate", "endDate"))]
)
def test_blocks(make: Any, behaviour: str, ends: tuple[str, str]) -> None:
    call = make(block_fields=behaviour)
    made_block = block(call, "2026-06-01", "2026-06-02T12:00:00")
    assert {name: made_block[name] for name in ends} == {ends[0]: "2026-06-01", ends[1]: "2026-06-02T12:00:00"}
    assert set(made_block) == {"id", "staffId", "reason", *ends, "createdAt", "updatedAt"}
    path = f"{BLOCKS}/{made_block['id']}"
    assert call.get(path) == made_block
    assert call.get(BLOCKS) == [made_block]
    for method in ("GET", "DELETE"):  # somebody else's
        assert call(method, path.replace(STAFF_ID, OTHER_STAFF_ID)).status_code == 404
    assert call.get(BLOCKS.replace(STAFF_ID, OTHER_STAFF_ID)) == []
    assert made(call("DELETE", path)) == {"success": True}
    assert call("GET", path).status_code == call("DELETE", path).status_code == 404


def test_blocks_by_the_days_they_touch(call: Caller) -> None:
    block(call, "2026-06-02", "2026-06-03")

    def found(**query: str) -> bool:
        return call.get(BLOCKS, **query) != []

    days = [f"2026-06-0{day}" for day in range(1, 6)]
    assert [found(startDate=day, endDate=day) for day in days] == [False, True, True, False, False]
    assert [found(startDate=day) for day in days] == [True, True, True, False, False]
    assert [found(endDate=day) for day in days] == [False, True, True, True, True]


@pytest.mark.parametrize(("behaviour", "status"), [("accept", 200), ("reject", 400)])
def test_overlapping_blocks(make: Any, behaviour: str, status: int) -> None:
    call = make(overlapping_blocks=behaviour)
    block(call, "2026-06-01", "2026-06-02")
    same = {"startDate": "2026-06-02T10:00:00", "endDate": "2026-06-03"}
    assert call("POST", BLOCKS, same).status_code == status
    block(call, "2026-06-04", "2026-06-04")
    block(call, "2026-06-01", "2026-06-02", staff=OTHER_STAFF_ID)


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ({"endDate": DAY}, "startDate"),
        ({"startDate": DAY}, "endDate"),
        ({"startDate": DAY, "endDate": "later"}, "endDate"),
        ({"startDate": "0001-01-01", "endDate": DAY}, "startDate"),
        ({"startDate": DAY, "endDate": "9999-12-31"}, "endDate"),
        ({"startDate": f"{DAY}T10:00", "endDate": f"{DAY}T10:00"}, "endDate"),
    ],
)
def test_blocks_that_are_none(call: Caller, body: Any, names: str) -> None:
    status, message = error(call("POST", BLOCKS, body))
    assert (status, message.split()[0]) == (400, names)
    assert call("POST", "/v1/staffs/x/availabilityBlocks", {"startDate": DAY, "endDate": DAY}).status_code == 404


# Services


def test_services_name_what_is_there(call: Caller) -> None:
    category = made(call("POST", "/v1/serviceCategories", {"name": "Hair Care", "location": {"id": LOCATION_ID}}))
    assert category["slug"] == "hair-care"
    service = call.service(categories=[{"id": category["id"], "name": "Hair Care"}])
    assert call.get(f"/v1/services/{service['id']}") == service
    made(call("DELETE", f"/v1/serviceCategories/{category['id']}"))
    assert call.get(f"/v1/services/{service['id']}")["categories"] == []
    body = {"name": "S", "serviceType": "APPOINTMENT"}
    for field, wrong, names in (
        ("categories", [{"id": category["id"]}], "categories.0.id"),
        ("categories", [{}], "categories.0.id"),
        ("staffs", [{"id": STAFF_ID}, {"id": "x"}], "staffs.1.id"),
        ("location", {"id": "x"}, "location.id"),
        ("durationMinutes", 0, "durationMinutes"),
        ("numberOfParticipants", 0, "numberOfParticipants"),
        ("advanceSettings", {"blockTimeAfterAppointment": -1}, "advanceSettings.blockTimeAfterAppointment"),
    ):
        status, message = error(call("POST", "/v1/services", {**body, field: wrong}))
        assert (status, message.split()[0]) == (refused(message), names)
    assert [each["id"] for each in call.get("/v1/services", serviceType="appointment")] == [service["id"]]
    assert call.get("/v1/services", serviceType="CLASS") == []


# Slots


def test_slots_follow_each_other_at_the_services_length(call: Caller) -> None:
    long = call.service(minutes=150)
    assert hours(call, serviceId=long["id"]) == ["09:00", "11:30", "14:00"]
    assert call.get("/v1/appointments/slots", date=DAY, serviceId=long["id"]) == [
        {
            "date": "2026-05-31T22:00:00.000Z",
            "timezone": TIMEZONE,
            "slots": [
                {"startTime": f"{DAY}T{start}:00.000Z", "endTime": f"{DAY}T{end}:00.000Z"}
                for start, end in (("09:00", "11:30"), ("11:30", "14:00"), ("14:00", "16:30"))
            ],
        }
    ]


@pytest.mark.parametrize(
    ("behaviour", "first"),
    [("wall", f"{DAY}T09:00:00.000Z"), ("utc", f"{DAY}T07:00:00.000Z"), ("clock", "09:00 AM")],
)
def test_slot_times(make: Any, behaviour: str, first: str) -> None:
    call = make(slot_times=behaviour)
    assert call.slots(date=DAY, serviceId=call.service()["id"])[0] == first


@pytest.mark.parametrize(("behaviour", "days"), [(3, ["01", "02", "03"]), (4, ["01", "02", "03", "04"])])
def test_next_three_days(make: Any, behaviour: int, days: list[str]) -> None:
    call = make(next_three_days=behaviour)
    block(call, "2026-06-02", "2026-06-02")
    service = call.service()["id"]
    found = call.get("/v1/appointments/slots", date=DAY, nextThreeDays="true", serviceId=service)
    assert [f"{begin(each):%d}" for each in found] == days
    assert [len(each["slots"]) for each in found][:3] == [9, 0, 9]
    assert len(call.get("/v1/appointments/slots", date=DAY, nextThreeDays="false")) == 1


def test_slots_are_those_of_who_offers_the_service_there(call: Caller) -> None:
    service = call.service(staffs=[{"id": STAFF_ID}, {"id": OTHER_STAFF_ID}])["id"]
    block(call, DAY, DAY)
    assert hours(call, serviceId=service) == HOURS  # the other has time
    assert hours(call, serviceId=service, staffId=STAFF_ID) == []
    assert hours(call, serviceId=service, staffId=OTHER_STAFF_ID, locationId="loc000000002") == HOURS
    block(call, DAY, DAY, staff=OTHER_STAFF_ID)
    assert hours(call, serviceId=service) == []
    alone = call.service()["id"]
    assert hours(call, serviceId=alone, staffId=OTHER_STAFF_ID, date="2026-06-02") == []
    assert hours(call, serviceId=alone, locationId="loc000000002", date="2026-06-02") == []
    for name in ("service", "staff", "location"):
        assert error(call("GET", "/v1/appointments/slots", params={f"{name}Id": "x"}))[1].startswith(f"{name}.id")


@pytest.mark.parametrize(("behaviour", "count"), [("nobody", 0), ("everybody", 9)])
def test_service_without_staff(make: Any, behaviour: str, count: int) -> None:
    call = make(service_without_staff=behaviour)
    service = call.service(staffs=[])
    assert len(hours(call, serviceId=service["id"])) == count
    assert call.book(service, call.client(), DAY).status_code == (200 if count else 400)


def test_only_slots_to_come_within_the_days_a_service_may_be_booked_ahead(call: Caller) -> None:
    service = call.service(advanceSettings={"advanceBookingLimitDays": 2})["id"]
    call.emulator.advance(14 * 3600)  # 2026-05-29 12:26:40 in Berlin
    assert hours(call, serviceId=service, date="2026-05-28") == []
    assert hours(call, serviceId=service, date="2026-05-29") == HOURS[4:]
    assert hours(call, serviceId=service, date="2026-05-31") == HOURS[:4]
    assert f"{begin(call.get('/v1/appointments/slots')[0]):%Y-%m-%d}" == "2026-05-29"


def test_a_service_that_blocks_time_after_an_appointment(call: Caller) -> None:
    careful, plain = call.service(advanceSettings={"blockTimeAfterAppointment": 30}), call.service()
    made(call.book(careful, call.client(), DAY, "10:00 AM"))
    assert hours(call, serviceId=plain["id"]) == ["09:00", *HOURS[3:]]
    assert hours(call, serviceId=careful["id"]) == HOURS[3:]


@pytest.mark.parametrize(
    ("behaviour", "start", "end", "free"),
    [
        ("wall", f"{DAY}T09:00:00Z", f"{DAY}T12:00:00Z", HOURS[3:]),
        ("utc", f"{DAY}T07:00:00Z", f"{DAY}T10:00:00Z", HOURS[3:]),
        ("wall", f"{DAY}T09:00:00", f"{DAY}T12:00:00", HOURS[3:]),
        ("wall", f"{DAY}T03:00:00-04:00", f"{DAY}T06:00:00-04:00", HOURS[3:]),
        ("utc", "2026-05-30", DAY, []),
        ("wall", "2026-05-30", DAY, []),
    ],
)
def test_blocks_take_slots_away(make: Any, behaviour: str, start: str, end: str, free: list[str]) -> None:
    call = make(block_clock=behaviour)
    service = call.service()["id"]
    made_block = block(call, start, end)
    assert hours(call, serviceId=service) == free
    made(call("DELETE", f"{BLOCKS}/{made_block['id']}"))
    assert hours(call, serviceId=service) == HOURS


def test_classes_take_slots_away(call: Caller) -> None:
    service = call.service()["id"]
    class_ = call.class_(time="11:30 AM")
    assert hours(call, serviceId=service) == [*HOURS[:2], *HOURS[4:]]
    made(call("DELETE", f"/v1/classes/{class_['id']}"))
    assert hours(call, serviceId=service) == HOURS


@pytest.mark.parametrize(
    ("date", "opens"),
    [
        ("2026-10-24", "07:00"),
        ("2026-10-25", "08:00"),  # Berlin's clock goes back at 01:00Z
        ("2027-03-27", "08:00"),
        ("2027-03-28", "07:00"),  # and forward
    ],
)
def test_the_clock_of_the_locations_rules_on_days_it_changes(make: Any, date: str, opens: str) -> None:
    call = make(slot_times="utc")
    service = call.service()
    found = call.slots(date=date, serviceId=service["id"])
    assert [each[11:16] for each in found] == [f"{int(opens[:2]) + n:02}:00" for n in range(9)]
    booked = made(call.book(service, call.client(), date, "09:00 AM"))
    assert (booked["startTimeUTC"], booked["startTime"]) == (f"{date}T{opens}:00.000Z", f"{date}T09:00:00.000Z")


def test_slots_of_another_zone_are_the_same_moments_by_other_days(make: Any) -> None:
    call = make(slot_times="utc", next_three_days=4)
    service = call.service()["id"]
    here = call.slots(date=DAY, nextThreeDays="true", serviceId=service)
    there = call.get(
        "/v1/appointments/slots", date=DAY, nextThreeDays="true", serviceId=service, timezone="Pacific/Auckland"
    )
    zone = ZoneInfo("Pacific/Auckland")
    for day in there:
        assert day["timezone"] == "Pacific/Auckland"
        for slot in day["slots"]:
            assert f"{datetime.fromisoformat(slot['startTime']).astimezone(zone):%Y-%m-%d}" == f"{begin(day):%Y-%m-%d}"
    moments = [slot["startTime"] for day in there for slot in day["slots"]]
    assert moments == sorted(set(moments))
    assert set(moments[9:-9]) <= set(here)
    assert len(there[1]["slots"]) == 9  # the end of one day of Berlin and the beginning of the next


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../etc/passwd", "x" * 5000, "Europe", "\x00"])
def test_zones_that_are_none(call: Caller, name: str) -> None:
    service, client = call.service(), call.client()
    assert error(call.book(service, client, timezone=name)) == (
        400, "timezone must be an IANA name such as Europe/Berlin"
    )  # fmt: skip
    if name:
        assert call("GET", "/v1/appointments/slots", params={"timezone": name}).status_code == 400


# Booking


def test_a_booking_says_when_twice_and_only_one_is_an_instant(call: Caller) -> None:
    service, client = call.service(sellingPrice=20), call.client(email="a@b.c")
    booked = made(
        call.book(service, client, DAY, "4:00 pm", timezone="America/Sao_Paulo", overrideTimeSlotValidation=True)
    )
    assert {name: booked[name] for name in ("date", "time", "timezone", "status")} == {
        "date": DAY,
        "time": "04:00 PM",
        "timezone": "America/Sao_Paulo",
        "status": "Booked",
    }
    assert (booked["startTimeUTC"], booked["endTimeUTC"]) == (f"{DAY}T19:00:00.000Z", f"{DAY}T20:00:00.000Z")
    assert (booked["startTime"], booked["endTime"]) == (f"{DAY}T16:00:00.000Z", f"{DAY}T17:00:00.000Z")
    assert booked["service"] == {"id": service["id"], "name": "Cut", "durationMinutes": 60, "sellingPrice": 20}
    assert booked["staff"] == {"id": STAFF_ID, "name": "Sam Staff"}
    assert booked["client"]["email"] == "a@b.c"
    assert booked["location"] == {"id": LOCATION_ID, "title": "Main location"}
    assert call.get(f"/v1/appointments/{booked['id']}") == booked
    assert fired(call) == [("client_created", None, False), ("appointment_booked", None, False)]
    assert call.emulator.automations()[-1]["client"] == client["id"]


def test_of_two_moments_of_one_name_the_first_and_none_that_is_skipped(call: Caller) -> None:
    service, client = call.service(), call.client()
    twice = call.book(service, client, "2026-10-25", "02:30 AM", overrideTimeSlotValidation=True)
    assert made(twice)["startTimeUTC"] == "2026-10-25T00:30:00.000Z"
    skipped = call.book(service, client, "2027-03-28", "02:30 AM", overrideTimeSlotValidation=True)
    assert error(skipped) == (400, "time is one the clock skips on that day")


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"service": None}, "service"),
        ({"service": {"id": "x"}}, "service.id"),
        ({"client": None}, "client"),
        ({"client": {"id": "x"}}, "client.id"),
        ({"staff": None}, "staff"),
        ({"staff": {"id": "x"}}, "staff.id"),
        ({"location": {"id": "x"}}, "location.id"),
        ({"addOnServices": [{"id": "x"}]}, "addOnServices.0.id"),
        ({"date": "01/06/2026"}, "date"),
        ({"date": "9999-12-31"}, "date"),
        ({"time": "16:00"}, "time"),
        ({"time": "13:00 PM"}, "time"),
        ({"timezone": "Nowhere"}, "timezone"),
    ],
)
@pytest.mark.parametrize("override", [False, True])
def test_bookings_of_what_is_not_there(call: Caller, changes: Any, names: str, override: bool) -> None:
    answer = call.book(call.service(), call.client(), **{"overrideTimeSlotValidation": override, **changes})
    status, message = error(answer)
    assert (status, message.split()[0]) == (refused(message), names)
    assert call.emulator.records("appointments") == []


def test_an_error_inside_a_200_where_the_behaviour_says_so(make: Any) -> None:
    call = make(error_in_200=("bookAppointment",))
    assert error(call.book({"id": "x"}, call.client())) == (200, "service.id names none of the services")


@pytest.mark.parametrize(
    "changes",
    [
        {},  # taken
        {"time": "09:30 AM"},  # half taken
        {"time": "10:30 AM"},  # free, but no slot
        {"time": "06:00 PM"},  # closed
        {"date": "2026-05-28", "time": "10:00 AM"},  # past
        {"staff": {"id": OTHER_STAFF_ID}},  # doesn't offer it
        {"location": {"id": "loc000000002"}, "time": "10:00 AM"},  # doesn't work there
    ],
)
def test_what_can_only_be_booked_by_overriding(call: Caller, changes: Any) -> None:
    service, client = call.service(), call.client()
    made(call.book(service, client))
    assert call.book(service, client, **changes).status_code == 400
    assert len(call.emulator.records("appointments")) == 1
    assert made(call.book(service, client, **changes, overrideTimeSlotValidation=True))["status"] == "Booked"


def test_a_class_is_no_appointment(call: Caller) -> None:
    answer = call.book(call.service("CLASS"), call.client(), overrideTimeSlotValidation=True)
    assert error(answer)[1].startswith("service.id")


@pytest.mark.parametrize("behaviour", ["reject", "any"])
def test_booking_without_staff(make: Any, behaviour: str) -> None:
    call = make(booking_without_staff=behaviour)
    service = call.service(staffs=[{"id": STAFF_ID}, {"id": OTHER_STAFF_ID}])
    answers = [call.book(service, call.client(), staff=None) for _ in range(3)]
    if behaviour == "reject":
        assert [answer.status_code for answer in answers] == [400] * 3
    else:
        assert [answer.status_code for answer in answers] == [200, 200, 400]
        assert {made(answer)["staff"]["id"] for answer in answers[:2]} == {STAFF_ID, OTHER_STAFF_ID}


@pytest.mark.parametrize(("behaviour", "end", "status"), [(True, "10:30", 400), (False, "10:00", 200)])
def test_add_ons_lengthen(make: Any, behaviour: bool, end: str, status: int) -> None:
    call = make(add_ons_lengthen=behaviour)
    service, add_on = call.service(), call.service("ADD_ON", 30)
    client, extra = call.client(), [{"id": add_on["id"]}]
    assert made(call.book(service, client, addOnServices=extra))["endTime"][11:16] == end
    assert call.book(service, client, time="10:00 AM").status_code == status
    assert call.book(service, client, time="05:00 PM", addOnServices=extra).status_code == status


@pytest.mark.parametrize("behaviour", ["Rescheduled", "Booked"])
def test_rescheduling(make: Any, behaviour: str) -> None:
    call = make(rescheduled_status=behaviour)
    service, client = call.service(), call.client()
    first, second = (made(call.book(service, client, time=time)) for time in ("09:00 AM", "10:00 AM"))

    def move(time: str, **more: str) -> Any:
        body = {"appointmentId": first["id"], "date": DAY, "time": time, **more}
        return call("POST", "/v1/appointments/reschedule", body)

    assert error(move("10:00 AM"))[0] == 400  # taken: it stays where it is
    assert call.get(f"/v1/appointments/{first['id']}") == first
    moved = made(move("09:00 AM", timezone="UTC"))
    assert (moved["id"], moved["status"], moved["startTime"]) == (first["id"], behaviour, f"{DAY}T09:00:00.000Z")
    assert moved["startTimeUTC"] == f"{DAY}T09:00:00.000Z"
    assert hours(call, serviceId=service["id"]) == ["09:00", *[hour for hour in HOURS[2:] if hour != "11:00"]]
    assert made(move("09:00 AM", timezone="UTC"))["startTimeUTC"] == moved["startTimeUTC"]  # its own slot is free to it
    assert fired(call)[-2:] == [("appointment_rescheduled", None, False)] * 2
    made(call("POST", "/v1/appointments/cancel", {"appointmentId": second["id"]}))
    assert made(move("10:00 AM", timezone=TIMEZONE))["time"] == "10:00 AM"
    made(call("POST", "/v1/appointments/cancel", {"appointmentId": first["id"]}))
    assert error(move("03:00 PM"))[0] == 400
    assert hours(call, serviceId=service["id"]) == HOURS
    gone = {"appointmentId": "x", "date": DAY, "time": "03:00 PM"}
    assert error(call("POST", "/v1/appointments/reschedule", gone))[1].startswith("appointmentId")


@pytest.mark.parametrize(("behaviour", "status"), [("reject", 400), ("accept", 200)])
def test_cancelling(make: Any, behaviour: str, status: int) -> None:
    call = make(cancel_twice=behaviour)
    booked = made(call.book(call.service(), call.client()))
    body = {"appointmentId": booked["id"], "cancellationReason": "ill"}
    assert made(call("POST", "/v1/appointments/cancel", body)) == {}
    cancelled = call.get(f"/v1/appointments/{booked['id']}")
    assert (cancelled["status"], cancelled["cancellationReason"]) == ("Cancelled", "ill")
    assert call("POST", "/v1/appointments/cancel", body).status_code == status
    assert [kind for kind, _, _ in fired(call)].count("appointment_cancelled") == 1
    assert error(call("POST", "/v1/appointments/cancel", {"appointmentId": "x"}))[0] == 400


@pytest.mark.parametrize(("behaviour", "day"), [("held", DAY), ("created", "2026-05-28")])
def test_lists_of_appointments(make: Any, behaviour: str, day: str) -> None:
    call = make(booking_dates=behaviour)
    service, client, other = call.service(), call.client(), call.client("5550000002")
    id = made(call.book(service, client))["id"]
    days = ["2026-05-27", "2026-05-28", "2026-05-31", DAY, "2026-06-02"]
    assert [each for each in days if call.get("/v1/appointments", startDate=each, endDate=each)] == [day]
    for name, right, wrong in (
        ("clientId", client["id"], other["id"]),
        ("staffId", STAFF_ID, OTHER_STAFF_ID),
        ("locationId", LOCATION_ID, "loc000000002"),
    ):
        assert [each["id"] for each in call.get("/v1/appointments", **{name: right})] == [id]
        assert call.get("/v1/appointments", **{name: wrong}) == []


SLOW = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
ACTIONS = st.lists(
    st.tuples(st.sampled_from(["book", "book", "cancel", "move", "class"]), st.integers(0, 39), st.booleans()),
    min_size=1,
    max_size=12,
)


@settings(max_examples=25, suppress_health_check=SLOW)
@given(ACTIONS)
def test_slots_and_bookings_agree_and_nobody_is_booked_twice(make: Any, actions: list[tuple[str, int, bool]]) -> None:
    call = make(slot_times="utc", class_clash="reject")
    short, long, client = call.service(minutes=30), call.service(minutes=90), call.client()
    booked: set[str] = set()
    for action, number, is_long in actions:
        service = long if is_long else short
        at = datetime(2026, 6, 1, 6, tzinfo=UTC) + timedelta(minutes=15 * number)  # from 08:00 in Berlin
        when = {"date": f"{at:%Y-%m-%d}", "time": f"{at:%I:%M %p}", "timezone": "UTC"}
        before = call.slots(date=DAY, serviceId=service["id"])
        text = at.strftime("%Y-%m-%dT%H:%M:%S.000Z")
        if action == "book":
            answer = call.book(service, client, **when)
            assert (answer.status_code == 200) == (text in before)
            if answer.status_code == 200:
                booked.add(answer.json()["id"])
                assert text not in call.slots(date=DAY, serviceId=service["id"])
        elif action == "cancel" and booked:
            id = sorted(booked)[number % len(booked)]
            held = call.get(f"/v1/appointments/{id}")
            made(call("POST", "/v1/appointments/cancel", {"appointmentId": id}))
            booked.remove(id)
            assert held["startTimeUTC"] in call.slots(date=DAY, serviceId=held["service"]["id"])
        elif action == "move" and booked:
            id = sorted(booked)[number % len(booked)]
            held = call.get(f"/v1/appointments/{id}")
            answer = call("POST", "/v1/appointments/reschedule", {"appointmentId": id, **when})
            now = call.get(f"/v1/appointments/{id}")["startTimeUTC"]
            assert now == (text if answer.status_code == 200 else held["startTimeUTC"])
        elif action == "class":
            body = {"service": {"id": call.service("CLASS", 45)["id"]}, "staff": {"id": STAFF_ID}}
            call("POST", "/v1/classes", {**body, "location": {"id": LOCATION_ID}, **when})
        held = [
            (each["startTimeUTC"], each["endTimeUTC"])
            for resource in ("appointments", "classes")
            for each in call.emulator.records(resource)
            if each["status"] != "Cancelled"
        ]
        held.sort()
        assert all(first[1] <= second[0] for first, second in itertools.pairwise(held))
