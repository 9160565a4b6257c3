"""Price lists and timetables: every row is accounted for, made once, and nothing is deleted without consent."""

import contextlib
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
from whautomate_core.api import classes, services
from whautomate_core.bookings.services import sync_services
from whautomate_core.bookings.timetable import sync_classes
from whautomate_core.client.client import Client
from whautomate_core.emulator import Behaviour, Emulator, create_app, running

STAFF, OTHER = Emulator.staff_id, "stf000000002"
NOW = datetime(2026, 3, 2, 6, tzinfo=UTC)
PRICES = {"name": "treatment", "sellingPrice": "price", "durationMinutes": "minutes"}
QUICK = settings(derandomize=True, max_examples=14, suppress_health_check=[HealthCheck.function_scoped_fixture])
LOST = ["dropped_after", "500_after", "not_json", "500_before"]


class Shop:
    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.begin()

    def begin(self) -> None:
        self.client = Client(account_of(self.emulator), pool=NoLimit(), sleep=lambda seconds: None)

    def open(self) -> None:
        """Start anew, with a service that one member of staff offers."""
        self.emulator.reset()
        self.begin()
        for claim in self.client.state.claims.under(self.client.account.id, ""):
            self.client.state.claims.release(self.client.account.id, claim.key)
        yoga: Any = {"name": "Yoga", "serviceType": "CLASS", "staffs": [{"id": STAFF}], "durationMinutes": 60}
        self.yoga = self.client.send(services.create_service(yoga))["id"]

    def prices(self, rows: Any, mapping: Any = PRICES, **more: Any) -> Any:
        return sync_services(self.client, rows, mapping, **({"service": {"serviceType": "APPOINTMENT"}} | more))

    def timetable(self, rows: Any, **more: Any) -> Any:
        return sync_classes(self.client, rows, **({"timezone": "Europe/Berlin", "now": NOW} | more))

    def starts(self) -> list[str]:
        return sorted(one["startTimeUTC"][5:16] for one in self.emulator.records("classes"))


@contextlib.contextmanager
def shop_of(**behaviour: Any) -> Iterator[Shop]:
    app = create_app(Behaviour(**behaviour), clock=NOW.timestamp)
    emulator = Emulator(app)
    with running(app) as emulator.url:
        yield Shop(emulator)
    emulator.close()


@pytest.fixture(scope="module")
def shops() -> Iterator[list[Shop]]:
    behaviour: list[dict[str, Any]] = [{}, {"put": "merge", "class_clash": "reject", "order": "oldest_first"}]
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(shop_of(**one)) for one in behaviour]


@pytest.fixture(params=[0, 1], ids=["clumsy", "kind"])
def shop(shops: list[Shop], request: pytest.FixtureRequest) -> Shop:
    shops[request.param].open()
    return shops[request.param]


def priced(name: str, price: str = "30", minutes: str = "30") -> dict[str, str]:
    return {"treatment": name, "price": price, "minutes": minutes}


def lesson(start: str, staff: str = STAFF, service: str = "yoga", **more: str) -> dict[str, str]:
    return {"service": service, "staff": staff, "start": start, **more}


# --- services


def test_a_price_list_is_made_then_changed_where_it_differs(shop: Shop, tmp_path: Path) -> None:
    first = shop.prices([priced("Cut"), priced("Wash", "12.50", ""), priced("Cut", "35"), priced("", "1")])
    assert (first["rows"], first["created"], first["superseded"], first["rejected"]) == (4, 2, 1, 1)
    cut, wash = [one for one in shop.emulator.records("services") if one["name"] != "Yoga"]
    assert (cut["sellingPrice"], cut["durationMinutes"], wash["sellingPrice"]) == (35, 30, 12.5)
    (tmp_path / "prices.csv").write_text("treatment,price,minutes\nCut,35,\nWash,13,\n")
    again = shop.prices(str(tmp_path / "prices.csv"))
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 1, 1)
    by_name = {one["name"]: one for one in shop.emulator.records("services")}
    assert (by_name["Wash"]["sellingPrice"], by_name["Cut"]["durationMinutes"]) == (13, 30)
    assert by_name["Yoga"]["staffs"] == [{"id": STAFF}]
    # The type of one that is there is its own, whatever new ones get.
    assert shop.prices([priced("Cut", "40")], service=None)["updated"] == 1


def test_categories_are_made_where_that_is_asked_for(shop: Shop) -> None:
    mapping = {**PRICES, "category": "group"}
    rows = [{**priced("Cut"), "group": "Hair"}, {**priced("Wash"), "group": "Hair"}]
    with pytest.raises(
        errors.InvalidRequest, match="2 x there is no category of that name; make_categories=True creates"
    ):
        shop.prices(rows, mapping, max_rejected=0)
    assert shop.emulator.records("serviceCategories") == []
    report = shop.prices(rows, mapping, make_categories=True)
    assert (report["categories"], report["created"]) == (1, 2)
    [category] = shop.emulator.records("serviceCategories")
    assert [one["categories"] for one in shop.emulator.records("services")[1:]] == [[{"id": category["id"]}]] * 2
    assert shop.prices(rows, mapping)["unchanged"] == 2


def test_a_wrong_location_costs_no_refused_create_for_each_row(shop: Shop) -> None:
    names = [{"name": f"Service {n}"} for n in range(30)]
    before = len(shop.emulator.requests("createService"))
    with pytest.raises(errors.ConfigurationError, match="the account has no location 'nowhere'"):
        shop.prices(names, {"name": "name"}, location_id="nowhere")
    assert len(shop.emulator.requests("createService")) - before == 1
    classes = [{"service": shop.yoga, "staff": STAFF, "start": f"2030-06-{day:02}T09:00:00"} for day in range(1, 29)]
    with pytest.raises(errors.ConfigurationError, match="the account has no location 'nowhere'"):
        shop.timetable(classes, location_id="nowhere")
    assert len(shop.emulator.requests("createClass")) == 1


def test_a_name_at_another_location_is_another_service(shop: Shop) -> None:
    mapping = {**PRICES, "location": "shop"}
    rows = [{**priced("Cut"), "shop": ""}, {**priced("Cut", "40"), "shop": "loc000000002"}]
    assert shop.prices(rows, mapping)["created"] == 2
    assert shop.prices(rows, mapping)["unchanged"] == 2


@pytest.mark.parametrize(
    ("row", "more", "says"),
    [
        (priced("Cut", "12,50"), {}, "sellingPrice must be a number such as 12.5"),
        (priced("Cut", "-1"), {}, "must not be negative"),
        (priced("Cut", "inf"), {}, "must not be negative, nor infinite"),
        (priced("Cut"), {"service": {}}, "has no serviceType"),
    ],
)
def test_a_row_of_a_price_list_that_can_not_be_says_why(shop: Shop, row: Any, more: Any, says: str) -> None:
    with pytest.raises(errors.InvalidRequest, match=f"1 of 2 rows rejected, over max_rejected='0%': 1 x .*{says}"):
        shop.prices([row, priced("Yoga")], max_rejected="0%", **more)
    assert len(shop.emulator.records("services")) == 1


@pytest.mark.parametrize(
    ("mapping", "more", "says"),
    [
        ({"sellingPrice": "price"}, {}, "mapping lacks name"),
        ({"name": "treatment", "price": "price"}, {}, "not price"),
        (PRICES, {"service": {"name": "x"}}, "must not name"),
        (PRICES, {"service": {"servicetype": "x"}}, "did you mean serviceType"),
    ],
)
def test_a_price_list_that_can_not_be_is_refused_before_anything_is_sent(
    shop: Shop, mapping: Any, more: Any, says: str
) -> None:
    before = len(shop.emulator.requests())
    with pytest.raises((errors.ConfigurationError, errors.InvalidRequest), match=says):
        shop.prices([priced("Cut")], mapping, **more)
    assert len(shop.emulator.requests()) == before


# --- classes


def test_a_timetable_is_made_then_changed_where_it_differs(shop: Shop) -> None:
    rows = [lesson("2026-03-03T09:00"), lesson("2026-03-03T10:00Z", service=shop.yoga), lesson("2026-03-03T09:00")]
    first = shop.timetable(rows, class_={"numberOfParticipants": 8})
    assert (first["rows"], first["created"], first["superseded"]) == (3, 2, 1)
    assert shop.starts() == ["03-03T08:00", "03-03T10:00"]
    assert shop.timetable(rows, class_={"numberOfParticipants": 8})["unchanged"] == 2
    mapping = {**{name: name for name in ("service", "staff", "start")}, "numberOfParticipants": "places"}
    more = [{**rows[0], "places": "9"}, {**rows[1], "places": ""}]
    again = shop.timetable(more, mapping=mapping)
    assert (again["updated"], again["unchanged"]) == (1, 1)
    assert sorted(one["numberOfParticipants"] for one in shop.emulator.records("classes")) == [8, 9]


@pytest.mark.parametrize(
    ("day", "found"), [("2026-03-28", "03-28T08:00"), ("2026-03-29", "03-29T07:00"), ("2026-10-25", "10-25T08:00")]
)
def test_nine_o_clock_is_nine_o_clock_when_clocks_change(shop: Shop, day: str, found: str) -> None:
    for _ in range(2):
        report = shop.timetable([lesson(f"{day}T09:00")])
    assert shop.starts() == [found]
    assert report["unchanged"] == 1


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lesson("2026-03-01T09:00"), "it is a class in the past"),
        (lesson("2026-03-03T09:00", OTHER), "doesn't offer the service"),
        (lesson("2026-03-03T09:00", "ada@example.com"), "staff: nobody"),
        (lesson("2026-03-03T09:00", service="Judo"), "service: none of that id or name"),
        (lesson("2026-03-29T02:30"), "skip on that day"),
        (lesson("2026-10-25T02:30"), "comes twice"),
        (lesson("2026-10-25T02:30+02:00"), "comes twice"),
        (lesson("tomorrow"), "start must be a date and time"),
    ],
)
def test_a_row_of_a_timetable_that_can_not_be_says_why(shop: Shop, wrong: Any, says: str) -> None:
    with pytest.raises(errors.InvalidRequest, match=f"1 of 2 rows rejected, over max_rejected=0: 1 x .*{says}"):
        shop.timetable([lesson("2026-03-03T09:00"), wrong], max_rejected=0)
    assert shop.starts() == []
    report = shop.timetable([lesson("2026-03-03T09:00"), wrong])
    assert (report["created"], report["rejected"]) == (1, 1)


COVERED = {"earliest": "2026-03-02T00:00:00Z", "latest": "2026-03-09T00:00:00Z"}


def test_classes_are_deleted_in_the_period_with_consent_only(shop: Shop) -> None:
    days = [3, 4, 5, 20]
    shop.timetable([lesson(f"2026-03-{day:02}T09:00") for day in days])
    rows = [lesson("2026-03-03T09:00")]
    assert "deleted" in shop.timetable(rows)
    assert len(shop.starts()) == 4
    requests = len(shop.emulator.requests("deleteClass"))
    with pytest.raises(
        errors.InvalidRequest, match=r"2 of 3 classes .* are not in the timetable, over max_deleted=1: nothing was sent"
    ):
        shop.timetable([*rows, lesson("2026-03-06T09:00")], **COVERED, max_deleted=1)
    assert len(shop.emulator.requests("deleteClass")) == requests
    assert len(shop.starts()) == 4
    # A row that can't be read may name one of them.
    report = shop.timetable([*rows, lesson("?")], **COVERED, max_deleted=2)
    assert (report["kept"], report["deleted"]) == (2, 0)
    report = shop.timetable(rows, **COVERED, max_deleted=2)
    assert (report["kept"], report["deleted"]) == (0, 2)
    assert shop.starts() == ["03-03T08:00", "03-20T08:00"]
    assert shop.timetable([*rows, lesson("2026-03-04T09:00")])["created"] == 1, "one that comes back is made again"


def test_a_class_with_participants_stays_unless_told(shop: Shop) -> None:
    [ada, bob] = shop.emulator.add_clients([{"fullName": "Ada"}, {"fullName": "Bob", "tags": ["Unsubscribe"]}])
    shop.timetable([lesson("2026-03-03T09:00"), lesson("2026-03-04T09:00"), lesson("2026-03-05T09:00")])
    ids = {one["startTimeUTC"][8:10]: one["id"] for one in shop.emulator.records("classes")}
    shop.client.send(classes.add_class_participant(ids["04"], {"client": {"id": ada}}))
    shop.client.send(classes.add_class_participant(ids["05"], {"client": {"id": bob}}, allow_protected=True))
    rows = [lesson("2026-03-03T09:00")]
    assert shop.timetable(rows, **COVERED, max_deleted=2)["kept"] == 2
    told = shop.timetable(rows, **COVERED, max_deleted=2, delete_booked=True)
    assert (told["deleted"], told["kept"]) == (1, 1), "who opted out would be told"
    assert shop.timetable(rows, **COVERED, max_deleted=2, delete_booked=True, allow_protected=True)["deleted"] == 1


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"timezone": "Berlin"}, "IANA"),
        ({"now": datetime(2026, 3, 2)}, "now has no time zone"),
        ({"earliest": "2026-03-02T00:00:00Z"}, "belong together"),
        ({**COVERED, "max_deleted": -1}, "max_deleted must be"),
        ({"class_": {"date": "2026-03-02"}}, "must not name what the rows do"),
        ({"mapping": {"service": "a", "staff": "b"}}, "mapping lacks start"),
    ],
)
def test_a_timetable_that_can_not_be_is_refused_before_anything_is_sent(shop: Shop, more: Any, says: str) -> None:
    before = len(shop.emulator.requests())
    with pytest.raises(errors.ConfigurationError, match=says):
        shop.timetable([lesson("2026-03-03T09:00")], **more)
    assert len(shop.emulator.requests()) == before


# --- faults and kills


@QUICK
@given(
    kind=st.sampled_from(["prices", "timetable"]),
    rows=st.lists(st.integers(0, 6), min_size=1, max_size=5),
    kills=st.lists(st.integers(1, 500), max_size=3),
    fault=st.sampled_from([None, *LOST]),
    number=st.integers(0, 1),
)
def test_killed_anywhere_every_row_is_accounted_for_and_made_once(
    shops: list[Shop], kind: str, rows: list[int], kills: list[int], fault: Any, number: int
) -> None:
    shop = shops[number]
    shop.open()
    given = {
        "prices": [priced(f"Cut {one}") for one in rows],
        "timetable": [lesson(f"2026-03-{3 + one:02}T09:00") for one in rows],
    }[kind]
    operation = {"prices": "createService", "timetable": "createClass"}[kind]
    if fault:
        shop.emulator.fault(fault, operation=operation)

    def step() -> Any:
        return getattr(shop, kind)(given, max_failed="100%")

    for kill in kills:
        killing.run(step, kill)
        shop.begin()
    report = step()
    outcomes = ("created", "updated", "unchanged", "superseded", "rejected", "protected", "failed", "unsettled")
    assert sum(report[one] for one in outcomes) == report["rows"] == len(rows)
    made = {"prices": [one["name"] for one in shop.emulator.records("services")][1:], "timetable": shop.starts()}[kind]
    assert len(made) == len(set(made)), "none is there twice"
    assert len(made) == len(set(rows)) - report["unsettled"], "none is lost without being said"
    if not kills:
        assert report["unsettled"] == (fault == "500_before")
