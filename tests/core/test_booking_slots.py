"""Slots are booked, moved and called off once each, whatever dies and whichever way the vendor's open questions go."""

import contextlib
import itertools
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import killing
import pytest
from conftest import NoLimit, account_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from whautomate_core import errors
from whautomate_core.api import appointments, services
from whautomate_core.bookings.appointments import cancel_booking, reschedule_booking
from whautomate_core.bookings.seen import slot_starts
from whautomate_core.bookings.slots import book_slot
from whautomate_core.client.cleared import Cleared
from whautomate_core.client.client import Client
from whautomate_core.client.identity import Step
from whautomate_core.emulator import Behaviour, Emulator, create_app, running

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 2, 7, 30, tzinfo=BERLIN)  # a Monday; open from 9 to 18
DAY = timedelta(days=1)
OTHER_STAFF = "stf000000002"
FOREVER = settings(derandomize=True, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])


class Salon:
    """An emulator with a service, a client of it, and a step to be run."""

    def __init__(self, emulator: Emulator, pool: NoLimit) -> None:
        self.emulator, self.pool = emulator, pool
        self.keys = itertools.count()
        self.open()

    def open(self, staff: tuple[str, ...] = (Emulator.staff_id,), **more: Any) -> None:
        self.emulator.reset()
        self.emulator.clear_faults()
        self.begin()
        made: Any = {"name": "Cut", "serviceType": "APPOINTMENT", "durationMinutes": 60, **more}
        made["staffs"] = [{"id": one} for one in staff]
        self.service = self.client.send(services.create_service(made))["id"]
        [self.person, self.other] = self.emulator.add_clients([{"fullName": "Ada"}, {"fullName": "Bob"}])
        self.key = f"step {next(self.keys)}"

    def begin(self) -> None:
        """A new process: nothing is left of the client of the one before."""
        self.client = Client(account_of(self.emulator), pool=self.pool, sleep=lambda seconds: None)

    def book(self, earliest: datetime = NOW, latest: datetime = NOW + DAY, **more: Any) -> Any:
        own = {"client_id": self.person, "service_id": self.service, "timezone": "Europe/Berlin", "key": self.key}
        return book_slot(self.client, earliest=earliest, latest=latest, **(own | more))

    def taken(self, hour: int, day: int = 2, staff: str = Emulator.staff_id) -> str:
        """Somebody else books an hour."""
        body: Any = {"client": {"id": self.other}, "service": {"id": self.service}, "staff": {"id": staff}}
        body |= {"date": f"2026-03-{day:02}", "time": f"{(hour - 1) % 12 + 1:02}:00 {'AM' if hour < 12 else 'PM'}"}
        return str(self.client.send(appointments.book_appointment(body))["id"])

    def appointments(self, of: str | None = None) -> list[dict[str, Any]]:
        found = self.emulator.records("appointments")
        return [one for one in found if one["client"]["id"] == (of or self.person)]

    def posts(self, operation: str) -> int:
        return len(self.emulator.requests(operation))


@contextlib.contextmanager
def salon_of(pool: NoLimit, **behaviour: Any) -> Iterator[Salon]:
    app = create_app(Behaviour(**behaviour), clock=NOW.timestamp)
    emulator = Emulator(app)
    with running(app) as emulator.url:
        yield Salon(emulator, pool)
    emulator.close()


@pytest.fixture
def salon(pool: NoLimit, request: pytest.FixtureRequest) -> Iterator[Salon]:
    with salon_of(pool, **getattr(request, "param", {})) as salon:
        yield salon


BEHAVIOURS: list[dict[str, Any]] = [
    {},
    {"slot_times": "utc", "order": "oldest_first", "booking_dates": "held"},
    {"slot_times": "clock", "rescheduled_status": "Booked", "page_cap": 3, "cancel_twice": "accept"},
]
EACH_BEHAVIOUR = pytest.mark.parametrize("salon", BEHAVIOURS, indirect=True, ids=["wall", "utc", "clock"])


# --- in a step of a run


def test_in_a_step_a_booking_is_its_client_and_service_and_a_change_its_appointment(salon: Salon) -> None:
    step, to = Step("airflow dag task at noon"), "2026-03-03T15:00:00+01:00"
    made = salon.book(key=None, step=step)
    assert salon.book(key=None, step=step, earliest=NOW + DAY, latest=NOW + 2 * DAY) == {**made, "booked": False}
    assert salon.book(key=None, step=step, client_id=salon.other)["booked"]
    assert salon.book(key=None, step=Step("airflow dag task at midnight"))["booked"]
    salon.client.send(appointments.cancel_appointment({"appointmentId": salon.appointments()[1]["id"]}))

    by_id = {"appointment_id": made["id"]}
    by_day = {"client_id": salon.person, "date": "2026-03-02", "timezone": "Europe/Berlin"}
    assert reschedule_booking(salon.client, to, **by_day, step=step)["changed"]
    before = salon.emulator.requests()
    for named in (by_day, by_id, by_day):
        assert reschedule_booking(salon.client, to, **named, step=step) == {**_moved(made, to), "changed": False}
    assert len(salon.emulator.requests()) == len(before), "the claim is found by either"
    with pytest.raises(errors.InvalidRequest, match=r"differs in start.*another key"):
        reschedule_booking(salon.client, "2026-03-03T16:00:00+01:00", **by_day, step=step)
    with pytest.raises(errors.InvalidRequest, match=r"differs in start.*another key"):
        reschedule_booking(salon.client, "2026-03-03T16:00:00+01:00", **by_id, step=step)
    assert cancel_booking(salon.client, **by_id, step=step)["changed"]
    assert not cancel_booking(salon.client, **by_id, step=step)["changed"]
    sent = ("rescheduleAppointment", "cancelAppointment")
    assert [salon.posts(one) for one in sent] == [1, 2]


def _moved(made: Any, to: str) -> dict[str, Any]:
    start = datetime.fromisoformat(to).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"id": made["id"], "start": start}


# --- the first free slot


@EACH_BEHAVIOUR
def test_the_first_free_slot_is_booked(salon: Salon) -> None:
    salon.taken(9)
    made = salon.book()
    assert (made["start"], made["date"], made["time"]) == ("2026-03-02T09:00:00Z", "2026-03-02", "10:00 AM")
    assert (made["booked"], made["status"], made["staff_id"]) == (True, "Booked", Emulator.staff_id)
    [record] = salon.appointments()
    assert (record["id"], record["startTimeUTC"]) == (made["id"], "2026-03-02T09:00:00.000Z")
    again = salon.book()
    assert again == {**made, "booked": False}
    assert salon.book(key="another")["time"] == "11:00 AM"
    assert len(salon.appointments()) == 2


@pytest.mark.parametrize(
    ("hours", "timezone", "start"),
    [
        (["13:00-15:00"], "Europe/Berlin", "2026-03-02T12:00:00Z"),
        (["07:00-08:00", "14:00-14:01"], "Europe/Berlin", "2026-03-02T13:00:00Z"),
        (["13:00-15:00"], "Europe/London", "2026-03-02T13:00:00Z"),
        (["22:00-24:00"], "Asia/Tokyo", "2026-03-02T13:00:00Z"),
        (["03:00-04:00"], "America/New_York", "2026-03-02T08:00:00Z"),
    ],
)
def test_hours_are_those_of_the_zone(salon: Salon, hours: list[str], timezone: str, start: str) -> None:
    made = salon.book(hours=hours, timezone=timezone)
    assert made["start"] == start
    [record] = salon.appointments()
    assert record["startTimeUTC"] == start.replace("Z", ".000Z")


def test_of_several_staff_whoever_is_free_first(salon: Salon) -> None:
    salon.open(staff=(Emulator.staff_id, OTHER_STAFF))
    assert salon.book()["staff_id"] == Emulator.staff_id
    second = salon.book(key="second")
    assert (second["time"], second["staff_id"]) == ("09:00 AM", OTHER_STAFF)
    assert salon.book(key="third")["time"] == "10:00 AM"


@pytest.mark.parametrize("who", ["nobody", "everybody"])
def test_a_service_that_names_nobody(pool: NoLimit, who: Any) -> None:
    with salon_of(pool, service_without_staff=who) as salon:
        salon.open(staff=())
        if who == "everybody":
            assert salon.book()["booked"]
        else:
            assert salon.book(missing_ok=True)["id"] is None


def test_a_slot_that_is_taken_meanwhile_is_passed_over(salon: Salon) -> None:
    """Between the reading of the slots and the booking of one somebody else books it, twice."""
    send, left = salon.client.send, [9, 10]

    def quicker(call: Any, **more: Any) -> Any:
        if left and call.path == "/v1/appointments" and call.method == "POST" and more.get("before"):
            salon.taken(left.pop(0))
        return send(call, **more)

    salon.client.send = quicker  # type: ignore[method-assign]
    made = salon.book()
    assert made["time"] == "11:00 AM"
    assert [one["time"] for one in salon.appointments()] == ["11:00 AM"]


def test_add_ons_that_make_it_too_long_for_a_slot(salon: Salon) -> None:
    wash: Any = {"name": "Wash", "serviceType": "ADD_ON", "durationMinutes": 30}
    add_on = salon.client.send(services.create_service(wash))["id"]
    salon.taken(10)
    made = salon.book(add_on_service_ids=[add_on])
    assert made["time"] == "11:00 AM", "the hour at nine is free, and too short"
    assert [one["name"] for one in salon.appointments()[0]["addOnServices"]] == ["Wash"]


def test_what_is_wrong_with_every_slot_is_an_error_and_no_lack_of_slots(salon: Salon) -> None:
    for wrong in ({"add_on_service_ids": ["nothing"]}, {"client_id": "nobody"}, {"service_id": "nothing"}):
        with pytest.raises(errors.NotFound, match="404"):
            salon.book(**wrong)
    assert salon.posts("bookAppointment") == 0
    salon.emulator.fault("error_in_200", operation="bookAppointment")
    with pytest.raises(errors.UnexpectedResponse):
        salon.book()
    assert salon.book()["booked"], "nothing happened, so the step may run again"


# --- clear messages, before anything is sent where that can be


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"earliest": datetime(2026, 3, 2, 9)}, "earliest has no time zone"),
        ({"latest": "2026-03-03T09:00:00"}, "latest has no time zone"),
        ({"latest": NOW}, "earliest must be before latest"),
        ({"latest": NOW + 93 * DAY}, "up to 92 days"),
        ({"latest": "soon"}, "latest must be a date and time such as"),
        ({"timezone": "Berlin"}, "timezone must be an IANA name such as Europe/Berlin"),
        ({"timezone": None}, "timezone must be an IANA name"),
        ({"hours": ["9-12"]}, "hours must be a list of spans of a day such as 09:00-12:30"),
        ({"hours": ["12:00-09:00"]}, "hours must be"),
        ({"key": None}, "key is missing"),
        ({"client_id": ""}, "client_id must be"),
    ],
)
def test_what_can_not_be_is_refused_before_anything_is_sent(salon: Salon, more: Any, says: str) -> None:
    before = len(salon.emulator.requests())
    with pytest.raises((errors.ConfigurationError, errors.InvalidRequest), match=says):
        salon.book(**more)
    assert len(salon.emulator.requests()) == before


def test_no_slot_is_said_with_the_period(salon: Salon) -> None:
    for hour in range(9, 18):
        salon.taken(hour)
    with pytest.raises(errors.NotFound, match="no slot is free from 2026-03-02T06:30:00Z to 2026-03-03T06:30:00Z"):
        salon.book()
    nothing = salon.book(missing_ok=True)
    assert (nothing["id"], nothing["booked"]) == (None, False)
    salon.client.send(appointments.cancel_appointment({"appointmentId": salon.appointments(salon.other)[4]["id"]}))
    assert salon.book(missing_ok=True)["time"] == "01:00 PM", "a step that booked nothing may book later"


def test_a_service_that_the_staff_does_not_offer(salon: Salon) -> None:
    with pytest.raises(errors.InvalidRequest, match=f"staff_id: {OTHER_STAFF} doesn't offer service"):
        salon.book(staff_id=OTHER_STAFF)
    lesson: Any = {"name": "Yoga", "serviceType": "CLASS"}
    with pytest.raises(errors.InvalidRequest, match="is of type CLASS, but must be of type APPOINTMENT"):
        salon.book(service_id=salon.client.send(services.create_service(lesson))["id"])
    assert salon.posts("bookAppointment") == 0


def test_slots_of_another_zone_than_asked_for_are_not_guessed_at() -> None:
    day = {"date": "2026-03-02", "timezone": "Europe/Berlin", "slots": [{"startTime": "2026-03-02T09:00:00.000Z"}]}
    with pytest.raises(errors.UnexpectedResponse, match="it is not certain which instants they are"):
        slot_starts([day])
    assert slot_starts([{**day, "timezone": "Etc/UTC"}]) == [datetime(2026, 3, 2, 9, tzinfo=UTC)]
    assert slot_starts([{**day, "slots": []}]) == []
    with pytest.raises(errors.UnexpectedResponse, match="the time of a slot can't be read"):
        slot_starts([{**day, "timezone": "UTC", "slots": [{"startTime": "soon"}]}])


def test_who_opted_out_is_not_booked_for_and_gets_no_reminder(salon: Salon) -> None:
    salon.emulator.opt_out(salon.person)
    with pytest.raises(errors.PolicyRefused):
        salon.book()
    assert salon.emulator.automations()[-1]["kind"] == "tag_added"
    assert salon.book(allow_protected=True)["booked"]


def test_whose_contact_opted_out_is_not_booked_for(salon: Salon) -> None:
    number = {"countryCode": "+49", "phone": "15123456700"}
    (person,) = salon.emulator.add_clients([{"fullName": "Luz", **number}])
    (contact,) = salon.emulator.add_contacts([{"name": "Luz", "phoneNumber": "4915123456700"}])
    booked, later = salon.book(client_id=person), NOW.replace(hour=15, minute=0)
    salon.emulator.opt_out(contact)
    salon.emulator.advance(61)
    salon.client.cleared = Cleared()
    for step in (
        lambda: salon.book(client_id=person, key="other"),
        lambda: reschedule_booking(salon.client, later, appointment_id=booked["id"], key="m"),
        lambda: cancel_booking(salon.client, appointment_id=booked["id"], key="c"),
    ):
        with pytest.raises(errors.PolicyRefused):
            step()
    assert salon.book(client_id=person, key="meant", allow_protected=True)["booked"]


# --- days on which clocks change


@pytest.mark.parametrize(
    ("day", "starts"),
    [
        ("2026-03-28", "2026-03-28T08:00:00Z"),
        ("2026-03-29", "2026-03-29T07:00:00Z"),  # the clocks were put forward in the night
        ("2026-10-24", "2026-10-24T07:00:00Z"),
        ("2026-10-25", "2026-10-25T08:00:00Z"),
    ],
)
@EACH_BEHAVIOUR
def test_nine_o_clock_is_nine_o_clock_on_days_when_clocks_change(salon: Salon, day: str, starts: str) -> None:
    midnight = datetime.fromisoformat(day).replace(tzinfo=BERLIN)
    made = salon.book(midnight, midnight + DAY)
    assert (made["start"], made["time"], made["date"]) == (starts, "09:00 AM", day)
    assert salon.appointments()[0]["startTimeUTC"] == starts.replace("Z", ".000Z")


def test_a_slot_whose_wall_time_comes_twice_is_left_out(pool: NoLimit) -> None:
    """In Sao Paulo's former summer time, Lord Howe, ... a booking has no offset that would tell the two apart."""
    with salon_of(pool) as salon:
        midnight = datetime(2026, 10, 25, tzinfo=BERLIN)
        # New York's clocks are put back on November 1st at 2: what is 9:00 in Berlin is no such time there, but in
        # the Azores (UTC-1, in summer 0) 24:00 UTC comes twice. Slots are from 8 UTC on, so a zone where that is it:
        made = salon.book(midnight, midnight + DAY, timezone="America/Anchorage")
        assert made["start"] == "2026-10-25T08:00:00Z"
        sunday = datetime(2026, 11, 1, tzinfo=BERLIN)
        made = salon.book(sunday, sunday + DAY, timezone="America/Anchorage", key="twice")
        # 1:00 to 2:00 comes twice in Anchorage: from 9:00 to 11:00 UTC.
        assert made["start"] == "2026-11-01T08:00:00Z"
        made = salon.book(sunday, sunday + DAY, timezone="America/Anchorage", key="twice again")
        assert made["start"] == "2026-11-01T11:00:00Z"


@FOREVER
@given(
    day=st.dates(datetime(2026, 3, 3).date(), datetime(2027, 4, 1).date()),
    timezone=st.sampled_from(["Europe/Berlin", "UTC", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]),
    taken=st.sets(st.integers(9, 17), max_size=9),
    span=st.tuples(st.integers(0, 47), st.integers(1, 48)).filter(lambda span: span[0] < span[1]),
    offset=st.integers(0, 23),
)
def test_what_is_booked_is_the_first_slot_that_fits_and_at_the_instant_that_is_said(
    shared: dict[str, Salon], day: Any, timezone: str, taken: set[int], span: tuple[int, int], offset: int
) -> None:
    salon = shared["salon"]
    salon.open()
    tz = ZoneInfo(timezone)
    for hour in taken:
        body: Any = {"client": {"id": salon.other}, "service": {"id": salon.service}}
        body |= {"staff": {"id": Emulator.staff_id}, "date": f"{day}", "timezone": "Europe/Berlin"}
        at = f"{(hour - 1) % 12 + 1:02}:00 {'AM' if hour < 12 else 'PM'}"
        salon.client.send(appointments.book_appointment({**body, "time": at}))
    begins = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(hours=offset)
    hours = "-".join(f"{half // 2:02}:{half % 2 * 30:02}" for half in span)
    made = salon.book(begins, begins + DAY, timezone=timezone, hours=[hours], missing_ok=True)

    fits = []
    for at in (begins + timedelta(hours=n) for n in range(24)):
        home, there = at.astimezone(BERLIN), at.astimezone(tz)
        free = 9 <= home.hour <= 17 and not (home.date() == day and home.hour in taken)
        minute = there.hour * 60 + there.minute
        unique = there.replace(fold=0).utcoffset() == there.replace(fold=1).utcoffset()
        if free and span[0] * 30 <= minute < span[1] * 30 and unique:
            fits.append(at)
    if not fits:
        assert made["id"] is None
        assert salon.appointments() == []
        return
    assert made["start"] == f"{fits[0]:%Y-%m-%dT%H:%M:%SZ}"
    [record] = salon.appointments()
    assert record["startTimeUTC"] == f"{fits[0]:%Y-%m-%dT%H:%M:%S}.000Z"
    assert record["time"] == made["time"]


@pytest.fixture(scope="module")
def shared() -> Iterator[dict[str, Salon]]:
    """One for many examples, each of which begins by `open`."""
    with salon_of(NoLimit()) as salon:
        yield {"salon": salon}


# --- faults and kills


LOST = ["dropped_after", "500_after", "not_json"]


@EACH_BEHAVIOUR
@pytest.mark.parametrize("fault", LOST)
def test_a_booking_whose_answer_was_lost_is_found(salon: Salon, fault: Any) -> None:
    salon.emulator.fault(fault, operation="bookAppointment")
    made = salon.book()
    assert made["id"] == salon.appointments()[0]["id"]
    assert salon.posts("bookAppointment") == 1
    assert salon.book() == {**made, "booked": False}


def test_a_booking_that_may_be_there_is_not_made_again_and_is_found_once_it_is(salon: Salon) -> None:
    salon.emulator.fault("dropped_before", operation="bookAppointment")
    for _ in range(2):
        with pytest.raises(errors.OutcomeUnknown):
            salon.book()
    assert salon.posts("bookAppointment") == 1
    # It was only late: the slot that had been chosen, although earlier ones have become free or taken meanwhile.
    body: Any = {"client": {"id": salon.person}, "service": {"id": salon.service}, "staff": {"id": Emulator.staff_id}}
    made = salon.client.send(appointments.book_appointment({**body, "date": "2026-03-02", "time": "09:00 AM"}))
    assert salon.book()["id"] == made["id"]
    assert salon.posts("bookAppointment") == 2


def test_an_older_booking_of_the_slot_that_was_cancelled_is_not_taken_for_it(salon: Salon) -> None:
    first = salon.book(key="first")
    cancel_booking(salon.client, appointment_id=first["id"], key="cancel")
    salon.emulator.fault("dropped_before", operation="bookAppointment")
    with pytest.raises(errors.OutcomeUnknown):
        salon.book()


@pytest.mark.parametrize("same", [True, False], ids=["one step", "several steps"])
def test_of_many_at_once_one_step_books_once_and_no_slot_is_booked_twice(salon: Salon, same: bool) -> None:
    results: list[Any] = []

    def book(number: int) -> None:
        try:
            with Client(account_of(salon.emulator), pool=salon.pool, sleep=lambda seconds: None) as client:
                own: Any = {"timezone": "Europe/Berlin", "key": "one" if same else f"step {number}"}
                made = book_slot(client, salon.person, salon.service, NOW, NOW + DAY, **own)
            results.append(made["start"])
        except errors.OutcomeUnknown as error:  # another has begun and it isn't there yet
            results.append(error)

    threads = [threading.Thread(target=book, args=(number,)) for number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    starts = [one["startTimeUTC"] for one in salon.appointments()]
    assert len(results) == 5
    assert len(starts) == len(set(starts)) == (1 if same else 5)


@FOREVER
@given(
    kills=st.lists(st.integers(1, 420), max_size=4),
    fault=st.sampled_from([None, *LOST, "dropped_before", "500_before"]),
    taken=st.integers(0, 3),
)
def test_killed_anywhere_it_is_booked_once_or_said_to_be_unknown(
    shared: dict[str, Salon], kills: list[int], fault: Any, taken: int
) -> None:
    salon = shared["salon"]
    salon.open()
    if fault:
        salon.emulator.fault(fault, operation="bookAppointment")
    for number, kill in enumerate(kills):
        with contextlib.suppress(errors.OutcomeUnknown):
            killing.run(salon.book, kill)
        salon.begin()
        if number < taken:
            with contextlib.suppress(errors.OutcomeUnknown):
                salon.taken(12 + number)  # others book meanwhile, and may be met by the fault instead
    booked = len(salon.appointments())
    assert booked <= 1
    try:
        made = salon.book()
    except errors.OutcomeUnknown:
        assert salon.appointments() == []
        assert salon.client.state.claims.open(salon.client.account.id), "a person is told what to look for"
    else:
        assert [one["id"] for one in salon.appointments()] == [made["id"]]
    sent = [one["body"]["client"]["id"] for one in salon.emulator.requests("bookAppointment")]
    assert sent.count(salon.person) <= 1


# --- moving and calling off


@EACH_BEHAVIOUR
def test_a_booking_is_moved_to_a_free_slot_by_id_or_by_client_and_date(salon: Salon) -> None:
    made = salon.book()
    moved = reschedule_booking(salon.client, "2026-03-02T15:00:00+01:00", appointment_id=made["id"], key="m1")
    assert moved == {"id": made["id"], "start": "2026-03-02T14:00:00Z", "changed": True}
    by_day = {"client_id": salon.person, "date": "2026-03-02", "timezone": "Europe/Berlin"}
    to = datetime(2026, 3, 4, 11, tzinfo=BERLIN)
    for changed in (True, False):  # the second time it isn't on that day any more
        assert reschedule_booking(salon.client, to, **by_day, key="m2")["changed"] is changed
    [record] = salon.appointments()
    assert (record["startTimeUTC"], record["time"]) == ("2026-03-04T10:00:00.000Z", "11:00 AM")
    assert salon.posts("rescheduleAppointment") == 2
    assert not reschedule_booking(salon.client, to, appointment_id=made["id"], key="m3")["changed"]
    assert salon.posts("rescheduleAppointment") == 2


def test_where_the_new_slot_is_taken_nothing_is_sent_and_the_booking_stays(salon: Salon) -> None:
    made = salon.book()
    salon.taken(15)
    before = salon.appointments()
    for hour, minute in ((15, 0), (15, 30), (8, 0), (20, 0)):
        to = datetime(2026, 3, 2, hour, minute, tzinfo=BERLIN)
        with pytest.raises(errors.NotFound, match=r"is not free: appointment \w+ stays as it was"):
            reschedule_booking(salon.client, to, appointment_id=made["id"], key=f"to {hour}:{minute}")
    assert salon.appointments() == before
    assert salon.posts("rescheduleAppointment") == 0


def test_where_the_server_refuses_the_booking_stays_and_another_try_may_follow(salon: Salon) -> None:
    made = salon.book()
    salon.emulator.fault("error_in_200", operation="rescheduleAppointment")
    to = datetime(2026, 3, 2, 15, tzinfo=BERLIN)
    with pytest.raises(errors.UnexpectedResponse):
        reschedule_booking(salon.client, to, appointment_id=made["id"], key="m")
    assert salon.appointments()[0]["time"] == "09:00 AM"
    assert reschedule_booking(salon.client, to, appointment_id=made["id"], key="m")["changed"]


@EACH_BEHAVIOUR
def test_a_booking_is_called_off_by_id_or_by_client_and_date(salon: Salon) -> None:
    made = salon.book()
    by_day = {"client_id": salon.person, "date": "2026-03-02", "timezone": "Europe/Berlin"}
    for changed in (True, False):
        assert cancel_booking(salon.client, **by_day, reason="ill", key="c") == {"id": made["id"], "changed": changed}
    assert not cancel_booking(salon.client, appointment_id=made["id"], key="c2")["changed"]
    [record] = salon.appointments()
    assert (record["status"], record["cancellationReason"]) == ("Cancelled", "ill")
    assert salon.posts("cancelAppointment") == 1
    with pytest.raises(errors.NotFound, match="no appointment on 2026-03-02"):
        cancel_booking(salon.client, **by_day, key="c3")
    with pytest.raises(errors.InvalidRequest, match="is cancelled: it can't be moved"):
        reschedule_booking(salon.client, NOW + DAY, appointment_id=made["id"], key="c4")


def test_of_several_on_a_day_one_has_to_be_named(salon: Salon) -> None:
    salon.book()
    salon.book(key="second")
    with pytest.raises(errors.InvalidRequest, match="2 appointments on 2026-03-02: choose one by appointment_id"):
        cancel_booking(salon.client, client_id=salon.person, date="2026-03-02", key="c")


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({}, "either appointment_id, or client_id and date"),
        ({"appointment_id": "a", "client_id": "c", "date": "2026-03-02"}, "either"),
        ({"client_id": "c"}, "either"),
        ({"client_id": "c", "date": "2. 3."}, "date must be a day"),
        ({"appointment_id": "a", "timezone": "Berlin"}, "IANA"),
        ({"appointment_id": "a", "key": None}, "key is missing"),
    ],
)
def test_a_booking_has_to_be_named(salon: Salon, more: Any, says: str) -> None:
    before = len(salon.emulator.requests())
    with pytest.raises(errors.ConfigurationError, match=says):
        cancel_booking(salon.client, **({"key": "k"} | more))
    with pytest.raises(errors.ConfigurationError, match=says):
        reschedule_booking(salon.client, NOW, **({"key": "k"} | more))
    assert len(salon.emulator.requests()) == before


def _change(salon: Salon, what: str, made: Any) -> Callable[[], Any]:
    named: Any = {"client_id": salon.person, "date": "2026-03-02", "timezone": "Europe/Berlin", "key": salon.key + what}
    if what == "move":
        return lambda: reschedule_booking(salon.client, "2026-03-03T15:00:00+01:00", **named)
    return lambda: cancel_booking(salon.client, **named)


@FOREVER
@given(
    what=st.sampled_from(["move", "cancel"]),
    kills=st.lists(st.integers(1, 300), max_size=4),
    fault=st.sampled_from([None, *LOST, "dropped_before", "500_before"]),
)
def test_killed_anywhere_it_is_changed_once_or_said_to_be_unknown(
    shared: dict[str, Salon], what: str, kills: list[int], fault: Any
) -> None:
    salon = shared["salon"]
    salon.open()
    made = salon.book()
    step = _change(salon, what, made)
    operation = {"move": "rescheduleAppointment", "cancel": "cancelAppointment"}[what]
    if fault:
        salon.emulator.fault(fault, operation=operation)
    for kill in kills:
        with contextlib.suppress(errors.OutcomeUnknown):
            killing.run(step, kill)
        salon.begin()
    try:
        assert step()["id"] == made["id"]
    except errors.OutcomeUnknown:
        assert salon.client.state.claims.open(salon.client.account.id)
    else:
        [record] = salon.appointments()
        assert record["status"] == {"move": "Rescheduled", "cancel": "Cancelled"}[what]
    assert salon.posts(operation) <= 1
    kinds = [one["kind"] for one in salon.emulator.automations()]
    assert kinds.count("appointment_rescheduled") + kinds.count("appointment_cancelled") <= 1
