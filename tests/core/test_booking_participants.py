"""Who takes part in a class: made equal to rows or to include them, each once, full or not."""

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import killing
import pytest
from conftest import NoLimit, account_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from whautomate_core import errors
from whautomate_core.api import classes, services
from whautomate_core.bookings.participants import enrol_participants
from whautomate_core.client.cleared import Cleared
from whautomate_core.client.client import Client
from whautomate_core.emulator import Behaviour, Emulator, create_app, running
from whautomate_core.values.times import wall

BEHAVIOURS: list[dict[str, Any]] = [
    {"search_delay": 0.0},
    {"search_delay": 0.0, "class_full": "reject", "known_participant": "reject", "waitlist_moves_up": False},
    {"search_delay": 0.0, "list_lag": 20.0},
]
OUTCOMES = (
    "booked", "waitlisted", "unchanged", "full", "superseded", "missing", "rejected", "protected", "failed",
    "unsettled",
)  # fmt: skip


SHARED = {"countryCode": "+49", "phone": "30555555"}


class Class:
    """An emulator with a class of three places tomorrow, and five clients: the last has opted out."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator

    def begin(self) -> None:
        self.client = Client(account_of(self.emulator), pool=NoLimit(), sleep=lambda seconds: None)

    def open(self) -> None:
        self.emulator.reset()
        self.begin()
        for claim in self.client.state.claims.under(self.client.account.id, ""):
            self.client.state.claims.release(self.client.account.id, claim.key)
        people = [{"fullName": f"N{n}", "countryCode": "+49", "phone": f"3012345{n}"} for n in range(5)]
        people[-1]["tags"] = ["Unsubscribe"]  # type: ignore[assignment]
        self.people = self.emulator.add_clients(people)
        yoga: Any = {"name": "Yoga", "serviceType": "CLASS", "staffs": [{"id": Emulator.staff_id}]}
        self.service = self.client.send(services.create_service(yoga))["id"]
        self.id = self.at(datetime.now(UTC) + timedelta(days=1))

    def at(self, start: datetime) -> str:
        own = {"location": Emulator.location_id, "staff": Emulator.staff_id, "service": self.service}
        date, time = wall(start, "UTC") or ("", "")
        body: Any = {name: {"id": id} for name, id in own.items()}
        body |= {"date": date, "time": time, "timezone": "UTC", "numberOfParticipants": 3}
        return str(self.client.send(classes.create_class(body))["id"])

    def enrol(self, numbers: list[int], **more: Any) -> Any:
        rows = [{"client_id": self.people[number]} for number in numbers]
        return enrol_participants(self.client, **({"class_id": self.id, "source": rows} | more))

    def places(self) -> dict[int, list[str]]:
        """Number of a client -> the status of each place."""
        found: dict[int, list[str]] = {}
        for one in self.emulator.records("participants"):
            if one["status"] != "CANCELLED":
                found.setdefault(self.people.index(one["client"]["id"]), []).append(one["status"])
        return found


@pytest.fixture(scope="module")
def lessons() -> Iterator[list[Class]]:
    with contextlib.ExitStack() as stack:
        found = []
        for behaviour in BEHAVIOURS:
            app = create_app(Behaviour(**behaviour))
            found.append(Class(Emulator(app, stack.enter_context(running(app)))))
        yield found


@pytest.fixture(params=[0, 1], ids=["waitlist", "reject"])
def lesson(lessons: list[Class], request: pytest.FixtureRequest) -> Class:
    lessons[request.param].open()
    return lessons[request.param]


def test_rows_take_part_once(lesson: Class) -> None:
    report = lesson.enrol([0, 1, 0])
    assert (report["rows"], report["booked"], report["superseded"]) == (3, 2, 1)
    again = lesson.enrol([0, 1, 2])
    assert (again["unchanged"], again["booked"], again["removed"]) == (2, 1, 0)
    assert lesson.places() == {0: ["BOOKED"], 1: ["BOOKED"], 2: ["BOOKED"]}
    assert len(lesson.emulator.requests("addClassParticipant")) == 3


def test_made_equal_others_are_taken_out_and_may_come_again(lesson: Class) -> None:
    lesson.enrol([0, 1])
    report = lesson.enrol([1, 2], members="exactly")
    assert (report["unchanged"], report["booked"], report["removed"]) == (1, 1, 1)
    assert lesson.places().keys() == {1, 2}
    assert lesson.enrol([0])["booked"] == 1
    assert lesson.places().keys() == {0, 1, 2}
    with pytest.raises(
        errors.InvalidRequest, match="2 of 3 participants would be removed, over max_removed=1: nothing was sent"
    ):
        lesson.enrol([0], members="exactly", max_removed=1)
    assert lesson.places().keys() == {0, 1, 2}


def test_a_full_class_has_a_waitlist_which_is_reported(lesson: Class) -> None:
    report = lesson.enrol([0, 1, 2, 3])
    assert (report["booked"], report["waitlisted"], report["failed"]) == (3, 1, 0)
    assert lesson.places()[3] == ["WAITLISTED"]
    assert lesson.enrol([3])["unchanged"] == 1
    lesson.open()
    report = lesson.enrol([0, 1, 2, 3], waitlist=False)
    assert (report["booked"], report["full"]) == (3, 1)
    assert 3 not in lesson.places()


def test_people_are_found_by_number_and_nobody_is_taken_out_while_one_is_missing(lesson: Class, tmp_path: Path) -> None:
    lesson.enrol([2])
    rows = [{"mobile": "030 123450"}, {"mobile": "030 999999"}, {"mobile": "none"}]
    by_phone: Any = {"source": rows, "mapping": {"phone": "mobile"}, "default_region": "DE", "members": "exactly"}
    report = lesson.enrol([], **by_phone, rejects_path=str(tmp_path / "rejects.jsonl"))
    assert (report["booked"], report["missing"], report["rejected"], report["kept"]) == (1, 1, 1, 1)
    assert "999999" not in (tmp_path / "rejects.jsonl").read_text()
    assert lesson.places().keys() == {0, 2}
    report = lesson.enrol([], **(by_phone | {"source": rows[:1]}))
    assert (report["unchanged"], report["removed"]) == (1, 1)


@pytest.mark.parametrize("members", ["at_least", "exactly"])
@pytest.mark.parametrize("by", ["phone", "email"])
def test_who_takes_part_through_a_second_client_stays_and_gets_no_second_place(
    by: str, members: Any, lesson: Class
) -> None:
    of_both: Any = SHARED if by == "phone" else {"email": "ada@example.com"}
    older = lesson.emulator.add_clients([{"fullName": "Ada", **of_both}])
    lesson.emulator.advance(1)
    newer = lesson.emulator.add_clients([{"fullName": "Ada L.", **of_both}])
    lesson.people = [*lesson.people, *older, *newer]
    lesson.enrol([6])
    spelt = ["030 555555", "+49 30 555555"] if by == "phone" else ["ada@example.com", "Ada@Example.com"]
    rows = [{"who": one} for one in spelt]
    more: Any = {"source": rows, "mapping": {by: "who"}, "default_region": "DE", "members": members}
    report = lesson.enrol([], **more)
    assert (report["unchanged"], report["superseded"], report["booked"], report["removed"]) == (1, 1, 0, 0)
    assert lesson.places() == {6: ["BOOKED"]}
    assert len(lesson.emulator.requests("addClassParticipant")) == 1


def test_a_participant_whom_no_search_shows_yet_is_known_by_the_number_in_the_list(
    whautomate_emulator: Emulator,
) -> None:
    lesson = Class(whautomate_emulator)
    lesson.open()
    older = whautomate_emulator.add_clients([{"fullName": "Ada", **SHARED}])
    whautomate_emulator.advance(3600)
    newer = whautomate_emulator.add_clients([{"fullName": "Ada L.", **SHARED}])
    lesson.people = [*older, *newer]
    lesson.enrol([1])
    by_phone: Any = {"source": [{"who": "030 555555"}], "mapping": {"phone": "who"}, "default_region": "DE"}
    report = lesson.enrol([], **by_phone, members="exactly")
    assert (report["unchanged"], report["booked"], report["removed"]) == (1, 0, 0)
    assert lesson.places() == {1: ["BOOKED"]}


def test_a_participant_whom_the_list_shows_late_is_known_through_a_second_client(lessons: list[Class]) -> None:
    lesson = lessons[2]
    lesson.open()
    lesson.people = lesson.emulator.add_clients({"fullName": name, **SHARED} for name in ("Ada", "Ada L."))
    lesson.emulator.advance(60)
    lesson.enrol([1])
    by_phone: Any = {"source": [{"who": "030 555555"}], "mapping": {"phone": "who"}, "default_region": "DE"}
    report = lesson.enrol([], **by_phone, members="exactly")
    assert (report["unchanged"], report["booked"], report["kept"]) == (1, 0, 0)
    assert lesson.places() == {1: ["BOOKED"]}


def test_of_two_clients_with_a_number_the_oldest_is_enrolled(lesson: Class) -> None:
    for n in (5, 6):
        lesson.people = [*lesson.people, *lesson.emulator.add_clients([{"fullName": f"N{n}", **SHARED}])]
        lesson.emulator.advance(1)
    report = lesson.enrol([], source=[{"who": "030 555555"}], mapping={"phone": "who"}, default_region="DE")
    assert report["booked"] == 1
    assert lesson.places() == {5: ["BOOKED"]}


def test_who_opted_out_is_neither_added_nor_taken_out(lesson: Class) -> None:
    report = lesson.enrol([0, 4])
    assert (report["booked"], report["protected"]) == (1, 1)
    assert lesson.enrol([4], allow_protected=True)["booked"] == 1
    report = lesson.enrol([0], members="exactly")
    assert (report["unchanged"], report["removed"], report["kept"]) == (1, 0, 1)
    assert lesson.places().keys() == {0, 4}


def test_whose_contact_opted_out_is_neither_added_nor_taken_out(lesson: Class) -> None:
    assert lesson.enrol([0])["booked"] == 1
    numbers = [f"493012345{n}" for n in (0, 1)]
    lesson.emulator.add_contacts([{"name": "N", "phoneNumber": one, "tags": ["Unsubscribe"]} for one in numbers])
    lesson.emulator.advance(61)
    lesson.client.cleared = Cleared()
    report = lesson.enrol([1, 2], members="exactly")
    assert (report["booked"], report["protected"], report["kept"]) == (1, 1, 1)
    assert lesson.places().keys() == {0, 2}


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"members": "all"}, "members must be at_least or exactly"),
        ({"mapping": {"phone": "a", "email": "b"}}, "by one of client_id, phone, email"),
        ({"mapping": {"name": "a"}}, "not name"),
        ({"max_removed": -1}, "max_removed must be"),
        ({"class_id": ""}, "class_id must be"),
    ],
)
def test_what_can_not_be_is_refused_before_anything_is_sent(lesson: Class, more: Any, says: str) -> None:
    before = len(lesson.emulator.requests())
    with pytest.raises((errors.ConfigurationError, errors.InvalidRequest), match=says):
        lesson.enrol([0], **more)
    assert len(lesson.emulator.requests()) == before


def test_a_class_in_the_past_takes_nobody(lesson: Class) -> None:
    past = lesson.at(datetime.now(UTC) - timedelta(days=1))
    with pytest.raises(errors.InvalidRequest, match="is in the past: it began at"):
        lesson.enrol([0], class_id=past)
    assert lesson.emulator.requests("addClassParticipant") == []


@settings(derandomize=True, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    before=st.sets(st.integers(0, 3), max_size=2),
    rows=st.lists(st.integers(0, 4), min_size=1, max_size=4),
    members=st.sampled_from(["at_least", "exactly"]),
    kills=st.lists(st.integers(1, 700), max_size=3),
    fault=st.sampled_from([None, "dropped_after", "500_after", "not_json", "500_before"]),
    number=st.integers(0, 2),
)
def test_killed_anywhere_everybody_has_one_place_at_most_and_every_row_is_accounted_for(
    lessons: list[Class], before: Any, rows: Any, members: Any, kills: Any, fault: Any, number: int
) -> None:
    lesson = lessons[number]
    lesson.open()
    if before:
        lesson.enrol(sorted(before))
    if fault:
        lesson.emulator.fault(fault, operation="addClassParticipant")
    step: Any = lambda: lesson.enrol(rows, members=members, max_failed="100%")  # noqa: E731
    for kill in kills:
        killing.run(step, kill)
        lesson.begin()
    report = step()
    assert sum(report[one] for one in OUTCOMES) == report["rows"] == len(rows)
    places = lesson.places()
    assert all(len(one) == 1 for one in places.values()), "nobody has two places"
    if "list_lag" in BEHAVIOURS[number]:  # what nobody knew is known once the list shows it
        lesson.emulator.advance(30)
        report, places = step(), lesson.places()
        assert all(len(one) == 1 for one in places.values()), "nobody has two places"
    wanted = set(rows) - {4}
    stays = set() if members == "exactly" else before
    assert wanted - places.keys() == set() or report["unsettled"] == len(wanted - places.keys())
    assert places.keys() <= wanted | before
    if not report["unsettled"] and not report["kept"]:
        assert places.keys() == wanted | stays
