"""Staff time off: what is missing is added once, what is gone is removed, and nobody else's blocks are touched."""

import contextlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import killing
import pytest
from conftest import NoLimit, account_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from whautomate_core import errors
from whautomate_core.api import staffs
from whautomate_core.bookings.staff_blocks import sync_staff_blocks
from whautomate_core.client.client import Client
from whautomate_core.emulator import Behaviour, Emulator, create_app, running

STAFF, OTHER = Emulator.staff_id, "stf000000002"
FIRST = datetime(2026, 3, 1, tzinfo=UTC)
BEHAVIOURS: list[dict[str, Any]] = [
    {},
    {"block_clock": "utc", "block_fields": "dates", "order": "oldest_first"},
    {"overlapping_blocks": "reject"},
    {"list_lag": 20.0},
]
EACH_BEHAVIOUR = pytest.mark.parametrize("office", BEHAVIOURS[:3], indirect=True, ids=["wall", "utc", "reject"])


class Office:
    """An emulator, and a step that syncs rows."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.begin()

    def begin(self) -> None:
        self.client = Client(account_of(self.emulator), pool=NoLimit(), sleep=lambda seconds: None)

    def sync(self, rows: Any, calendar: str = "holidays", **more: Any) -> Any:
        own: Any = {"timezone": "Europe/Berlin", "earliest": FIRST}
        return sync_staff_blocks(self.client, calendar, rows, **(own | more))

    def blocks(self, staff: str = STAFF) -> list[str]:
        found = [one for one in self.emulator.records("availabilityBlocks") if one["staffId"] == staff]
        return sorted(f"{one['startTimeUTC'][5:16]}/{one['endTimeUTC'][5:16]}" for one in found)

    def add(self, start: str, end: str) -> str:
        """Somebody else blocks a time."""
        body: Any = {"startDate": start, "endDate": end}
        return str(self.client.send(staffs.create_staff_availability_block(STAFF, body))["id"])


@contextlib.contextmanager
def office_of(**behaviour: Any) -> Iterator[Office]:
    app = create_app(Behaviour(**behaviour))
    emulator = Emulator(app)
    with running(app) as emulator.url:
        yield Office(emulator)
    emulator.close()


@pytest.fixture
def office(request: pytest.FixtureRequest) -> Iterator[Office]:
    with office_of(**getattr(request, "param", {})) as office:
        yield office


def row(start: str, end: str, staff: str = STAFF) -> dict[str, str]:
    return {"staff": staff, "start": start, "end": end}


MORNING = row("2026-03-02T09:00", "2026-03-02T12:00")
DAY_OFF = row("2026-03-03", "2026-03-03")
WEEKEND = row("2026-03-28", "2026-03-29", OTHER)  # 47 hours: clocks are put forward


@EACH_BEHAVIOUR
def test_what_is_missing_is_added_and_what_is_gone_is_removed(office: Office) -> None:
    first = office.sync([MORNING, DAY_OFF, WEEKEND, MORNING])
    assert (first["rows"], first["created"], first["superseded"], first["blocks"]) == (4, 3, 1, 3)
    assert office.blocks() == ["03-02T08:00/03-02T11:00", "03-02T23:00/03-03T23:00"]
    assert office.blocks(OTHER) == ["03-27T23:00/03-29T22:00"]
    again = office.sync([MORNING, DAY_OFF, WEEKEND])
    assert (again["created"], again["unchanged"], again["removed"]) == (0, 3, 0)
    assert len(office.emulator.requests("createStaffAvailabilityBlock")) == 3
    later = office.sync([MORNING, row("2026-03-05T09:00+02:00", "2026-03-05T10:00Z")])
    assert (later["created"], later["unchanged"], later["removed"], later["kept"]) == (1, 1, 2, 0)
    assert office.blocks() == ["03-02T08:00/03-02T11:00", "03-05T07:00/03-05T10:00"]
    assert office.blocks(OTHER) == []


@EACH_BEHAVIOUR
def test_only_what_it_added_itself_is_removed(office: Office) -> None:
    office.add("2026-03-02T09:00:00+01:00", "2026-03-02T12:00:00+01:00")
    office.add("2026-03-09T09:00:00", "2026-03-09T12:00:00")
    office.sync([row("2026-03-10", "2026-03-10")], calendar="another")
    before = office.blocks()
    first = office.sync([MORNING, DAY_OFF])
    assert (first["unchanged"], first["created"]) == (1, 1)
    office.sync([row("2026-03-20", "2026-03-20", OTHER)])
    assert office.blocks() == before


def test_what_somebody_removed_by_hand_is_added_again_and_what_is_past_is_left(office: Office, later: Any) -> None:
    office.sync([MORNING, DAY_OFF])
    [block] = [one for one in office.emulator.records("availabilityBlocks") if "T09:00" in one["startDate"]]
    office.client.send(staffs.delete_staff_availability_block(STAFF, block["id"]))
    assert office.sync([MORNING, DAY_OFF], max_failed=1)["unsettled"] == 1  # it may only not show yet
    later(901.0)
    assert office.sync([MORNING, DAY_OFF])["created"] == 1
    later = office.sync([DAY_OFF, row("2026-03-01", "2026-03-01")], earliest="2026-03-02T12:00:00Z")
    assert (later["past"], later["unchanged"], later["removed"]) == (1, 1, 0)
    assert len(office.blocks()) == 2


def test_while_a_row_can_not_be_read_nothing_is_taken_for_gone(office: Office, tmp_path: Path) -> None:
    office.sync([MORNING, DAY_OFF])
    report = office.sync([MORNING, row("2026-03-03", "3. March")], rejects_path=str(tmp_path / "rejects.jsonl"))
    assert (report["rejected"], report["removed"], report["kept"]) == (1, 0, 1)
    assert "end must be a date and time" in (tmp_path / "rejects.jsonl").read_text()
    assert len(office.blocks()) == 2
    with pytest.raises(errors.InvalidRequest, match="1 of 2 rows rejected, over max_rejected=0: 1 x end must be"):
        office.sync([MORNING, row("2026-03-03", "3. March")], max_rejected=0)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (row("2026-03-02T09:00", "2026-03-02T08:00"), "end must be after start"),
        (row("2026-03-29T02:30", "2026-03-29T09:00"), "start is a time that the clocks of Europe/Berlin skip"),
        (row("2026-10-25T02:30", "2026-10-25T09:00"), "start is a time that comes twice in Europe/Berlin"),
        (row("", "2026-10-25T09:00"), "start must be a date and time"),
        (row("2026-03-02", "2026-03-02", "nobody@example.com"), "nobody of that id or e-mail address"),
    ],
)
def test_a_row_that_can_not_be_says_why(office: Office, wrong: Any, says: str) -> None:
    with pytest.raises(errors.InvalidRequest, match=f"1 of 2 rows rejected, over max_rejected=0: 1 x .*{says}"):
        office.sync([MORNING, wrong], max_rejected=0)
    assert office.blocks() == []


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"timezone": "Berlin"}, "timezone must be an IANA name"),
        ({"earliest": datetime(2026, 3, 1)}, "earliest has no time zone"),
        ({"calendar": " "}, "calendar must be a name"),
        ({"days": 0}, "days must be"),
        ({"mapping": {"start": "from"}}, "mapping lacks end, staff; it takes end, staff, start"),
        ({"mapping": {"staff": "a", "start": "b", "end": "c", "colour": "d"}}, "not colour"),
        ({"rows": "off.ics"}, "set staff_id"),
    ],
)
def test_what_can_not_be_is_refused_before_anything_is_sent(office: Office, more: Any, says: str) -> None:
    with pytest.raises(errors.ConfigurationError, match=says):
        office.sync(**({"rows": [MORNING]} | more))
    assert office.emulator.requests() == []


@pytest.mark.parametrize("office", [{"overlapping_blocks": "reject"}], indirect=True)
def test_overlapping_rows_are_said_where_the_server_refuses_them(office: Office) -> None:
    rows = [MORNING, row("2026-03-02T11:00", "2026-03-02T14:00"), DAY_OFF]
    with pytest.raises(
        errors.InvalidRequest, match="1 of 3 rows failed, over max_failed=0: 1 x it overlaps another block"
    ):
        office.sync(rows)
    report = office.sync(rows, max_failed=1)
    assert (report["failed"], report["unchanged"]) == (1, 2)
    # One that grew replaces what it was before.
    report = office.sync([row("2026-03-02T08:00", "2026-03-02T14:00"), DAY_OFF])
    assert (report["created"], report["removed"]) == (1, 1)
    assert office.blocks()[0] == "03-02T07:00/03-02T13:00"


def test_a_calendar_file_of_somebody(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "ada.ics"
    lines = """BEGIN:VCALENDAR
BEGIN:VEVENT
SUMMARY:Ada is ill
DTSTART;VALUE=DATE:20260302
END:VEVENT
BEGIN:VEVENT
DTSTART;TZID=Europe/Berlin:20260327T130000
DURATION:PT1H
RRULE:FREQ=WEEKLY;COUNT=3
END:VEVENT
BEGIN:VEVENT
DTSTART;VALUE=DATE:20260105
END:VEVENT
END:VCALENDAR
"""
    path.write_text(lines)
    report = office.sync(str(path), staff_id=STAFF, reason="Time off", days=30)
    assert (report["rows"], report["created"], report["past"], report["blocks"]) == (3, 2, 1, 2)
    # The same week of summer time: an hour earlier in UTC. The third is more than 30 days away.
    assert office.blocks() == ["03-01T23:00/03-02T23:00", "03-27T12:00/03-27T13:00"]
    assert {one["reason"] for one in office.emulator.records("availabilityBlocks")} == {"Time off"}
    report = office.sync(str(path), staff_id=STAFF, days=41)
    assert (report["unchanged"], report["created"], report["blocks"]) == (1, 1, 4)
    assert office.blocks()[2:] == ["04-03T11:00/04-03T12:00", "04-10T11:00/04-10T12:00"]
    path.write_text(lines.replace("COUNT=3", "COUNT=1"))
    assert office.sync(str(path), staff_id=STAFF, days=41)["removed"] == 2
    path.write_text(lines[:-20])
    with pytest.raises(errors.ConfigurationError, match="cut off"):
        office.sync(str(path), staff_id=STAFF)


ONCE = "BEGIN:VEVENT\nUID:{0}\nDTSTART;VALUE=DATE:202603{0:02}\nEND:VEVENT\n"
WEEKLY = "BEGIN:VEVENT\nUID:w\nDTSTART:20260302T090000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=2\nEND:VEVENT\n"
MOVED = [
    f"BEGIN:VEVENT\nUID:w\nRECURRENCE-ID:202603{day:02}T090000Z\nDTSTART:202603{day + 1:02}T120000Z\nDURATION:PT1H\n"
    "END:VEVENT\n"
    for day in (2, 9)
]


def calendar_of(path: Path, *events: str) -> str:
    path.write_text(f"BEGIN:VCALENDAR\n{''.join(events)}END:VCALENDAR\n")
    return str(path)


def test_an_empty_calendar_does_not_remove_every_block(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "ada.ics"
    more: Any = {"staff_id": STAFF, "days": 60}
    office.sync(calendar_of(path, *(ONCE.format(day) for day in (3, 4, 5))), **more)
    for source in (calendar_of(path), calendar_of(path, "BEGIN:VEVENT\nDTSTART;VALUE=DATE:20200101\nEND:VEVENT\n")):
        before = len(office.emulator.requests())
        with pytest.raises(errors.InvalidRequest, match=r"all 3 blocks .* would be removed: nothing was sent"):
            office.sync(source, **more)
        assert not [one for one in office.emulator.requests()[before:] if one["method"] != "GET"]
    assert len(office.blocks()) == 3
    with pytest.raises(errors.InvalidRequest, match=r"2 of 3 blocks .* over max_removed='50%': nothing was sent"):
        office.sync(calendar_of(path, ONCE.format(3)), max_removed="50%", **more)
    assert len(office.blocks()) == 3
    assert office.sync(calendar_of(path, ONCE.format(3)), **more)["removed"] == 2
    assert office.sync(calendar_of(path), max_removed="100%", **more)["removed"] == 1
    assert office.sync(calendar_of(path), **more)["blocks"] == 0
    with pytest.raises(errors.ConfigurationError, match="max_removed must be"):
        office.sync(calendar_of(path), max_removed="many", **more)


def test_rows_that_are_all_past_do_not_remove_every_block(office: Office) -> None:
    office.sync([MORNING, DAY_OFF])
    with pytest.raises(errors.InvalidRequest, match=r"all 2 blocks .* set max_removed=\"100%\""):
        office.sync([row("2020-01-01", "2020-01-01")])
    assert len(office.blocks()) == 2


def test_a_calendar_whose_events_lost_their_uids_removes_nothing(office: Office, tmp_path: Path) -> None:
    path, more = tmp_path / "ada.ics", {"staff_id": STAFF, "days": 60}
    office.sync(calendar_of(path, ONCE.format(20), WEEKLY, *MOVED), **more)
    before = office.blocks()
    assert len(before) == 3
    lost = [re.sub(r"UID:.*\n", "", event) for event in (ONCE.format(20), WEEKLY, *MOVED)]
    report = office.sync(calendar_of(path, *lost), **more)
    assert (report["rejected"], report["removed"], report["kept"]) == (2, 0, 2)
    assert set(before) < set(office.blocks())


def test_a_reminder_or_an_odd_event_keeps_no_withdrawn_block(office: Office, tmp_path: Path) -> None:
    path, more = tmp_path / "ada.ics", {"staff_id": STAFF, "days": 60}
    office.sync(calendar_of(path, ONCE.format(3), ONCE.format(4)), **more)
    reminder = "BEGIN:VEVENT\nUID:r\nDTSTART:20260310T090000Z\nDTEND:20260310T090000Z\nEND:VEVENT\n"
    same_day = "BEGIN:VEVENT\nUID:s\nDTSTART;VALUE=DATE:20260304\nDTEND;VALUE=DATE:20260304\nEND:VEVENT\n"
    report = office.sync(calendar_of(path, reminder, same_day), **more)
    assert (report["rejected"], report["past"], report["unchanged"], report["removed"]) == (0, 1, 1, 1)


# --- faults and kills


@pytest.mark.parametrize("office", BEHAVIOURS[:2], indirect=True, ids=["wall", "utc"])
def test_a_block_whose_answer_was_lost_is_found_and_known_as_its_own(office: Office) -> None:
    others = office.add(
        "2026-03-02T09:00:00", "2026-03-02T12:00:00"
    )  # looks like it, or is two hours away, by the behaviour
    office.emulator.fault("dropped_after", operation="createStaffAvailabilityBlock")
    assert office.sync([MORNING, DAY_OFF])["created"] == 2
    assert office.sync([MORNING, DAY_OFF])["unchanged"] == 2
    assert {"03-02T08:00/03-02T11:00", "03-02T23:00/03-03T23:00"} <= set(office.blocks())
    assert len(office.emulator.requests("createStaffAvailabilityBlock")) == 3
    office.sync([row("2026-03-20", "2026-03-20", OTHER)])
    assert [one["id"] for one in office.emulator.records("availabilityBlocks") if one["staffId"] == STAFF] == [others]


@settings(
    derandomize=True,
    max_examples=30,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    first=st.lists(st.integers(0, 5), min_size=1, max_size=5),
    second=st.lists(st.integers(0, 5), min_size=1, max_size=5),
    kills=st.lists(st.integers(1, 700), max_size=3),
    fault=st.sampled_from([None, "dropped_after", "500_after", "not_json", "500_before"]),
    foreign=st.sets(st.integers(0, 5), max_size=2),
)
@pytest.mark.parametrize("behaviour", [*BEHAVIOURS[:2], BEHAVIOURS[3]], ids=["wall", "utc", "late"])
def test_killed_anywhere_the_blocks_are_as_wanted_in_the_end(
    offices: dict[str, Office], behaviour: Any, first: Any, second: Any, kills: Any, fault: Any, foreign: set[int]
) -> None:
    office = offices[str(behaviour)]
    office.emulator.reset()
    office.begin()
    calendar = f"calendar {next(_calendars)}"

    def rows(days: list[int]) -> list[Any]:
        return [row(f"2026-03-{10 + day}T09:00", f"2026-03-{10 + day}T10:00") for day in days]

    for day in foreign:
        office.add(f"2026-03-{10 + day}T09:00:00+01:00", f"2026-03-{10 + day}T10:00:00+01:00")
    office.emulator.advance(30)
    if fault:
        office.emulator.fault(fault, operation="createStaffAvailabilityBlock")
    for kill in kills:
        with contextlib.suppress(errors.WhautomateError):
            killing.run(lambda: office.sync(rows(first), calendar), kill)
        office.begin()
    office.sync(rows(first), calendar, max_failed="100%")
    office.begin()
    office.emulator.advance(30)
    report = office.sync(rows(second), calendar, max_failed="100%")
    outcomes = ("created", "unchanged", "superseded", "past", "rejected", "failed", "unsettled")
    assert sum(report[name] for name in outcomes) == report["rows"] == len(second)
    there = [int(one[3:5]) - 10 for one in office.blocks()]
    assert len(there) == len(set(there)), "nothing is blocked twice"
    assert foreign <= set(there) <= set(second) | foreign
    if report["unsettled"] == 0:
        assert set(there) == set(second) | foreign
    if not kills:
        assert report["unsettled"] == 0 or fault == "500_before"


def test_what_nobody_knew_is_added_again_after_a_while(office: Office, later: Any) -> None:
    office.emulator.fault("dropped_before", operation="createStaffAvailabilityBlock")
    with pytest.raises(errors.InvalidRequest, match="1 x its outcome is unknown"):
        office.sync([MORNING])
    assert office.sync([MORNING], max_failed=1)["unsettled"] == 1
    later(901.0)
    assert office.sync([MORNING])["created"] == 1
    assert len(office.blocks()) == 1


@pytest.fixture(scope="module")
def offices() -> Iterator[dict[str, Office]]:
    with contextlib.ExitStack() as stack:
        yield {str(behaviour): stack.enter_context(office_of(**behaviour)) for behaviour in BEHAVIOURS}


_calendars = iter(range(10**6))
