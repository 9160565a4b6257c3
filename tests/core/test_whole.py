"""Whoever stayed on a list is in what was read of it, or the readings disagree, whatever others do meanwhile."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from whautomate_core.api.call import Call
from whautomate_core.client.seen import Seen
from whautomate_core.client.steps import Rest
from whautomate_core.client.whole import Whole, read_whole, require_agreed
from whautomate_core.errors import ListUnstable, UnexpectedResponse

LIST: Call[Any] = Call("GET", "/v1/contacts", answer=list)
UNPAGED: Call[Any] = Call("GET", "/v1/classes/{}/participants", ("c",), answer=list, paged=False)
ORDERS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "newest first": lambda record: -record["number"],
    "oldest first": lambda record: record["number"],
    "active first": lambda record: (-record["active"], -record["number"]),
    "active last": lambda record: (record["active"], record["number"]),
}


class Server:
    """A list in one of the orders that lists have, which others change between two requests."""

    def __init__(self, count: int, cap: int = 100, order: str = "newest first", *, offset_by_asked: bool = False):
        self.at, self.made = 1_000.0, 0
        self.cap, self.order, self.offset_by_asked = cap, order, offset_by_asked
        self.records: list[dict[str, Any]] = []
        self.requests: list[Call[Any]] = []
        self.rested = 0.0
        self.depth: int | None = None
        """Records after which no page gives any."""
        self.hidden: dict[str, float] = {}
        """id -> when it begins to be listed."""
        self.before: dict[int, Callable[[], object]] = {}
        """What happens before the nth request is answered."""
        for _ in range(count):
            self.create()
        self.stayed = {record["id"] for record in self.records}

    def create(self, lag: float = 0.0) -> None:
        self.made, self.at = self.made + 1, self.at + 0.01
        created = datetime.fromtimestamp(self.at, UTC).isoformat()
        record = {"id": f"r{self.made}", "createdAt": created, "number": self.made, "active": self.at}
        self.records.append(record)
        self.hidden[record["id"]] = self.at + lag

    def delete(self, place: int) -> None:
        if self.records:
            self.stayed.discard(self.records.pop(place % len(self.records))["id"])

    def act(self, place: int) -> None:
        if self.records:
            self.records[place % len(self.records)]["active"] = self.at

    @property
    def listed(self) -> list[dict[str, Any]]:
        shown = [record for record in self.records if self.hidden[record["id"]] <= self.at]
        return sorted(shown, key=ORDERS[self.order])

    def answer(self, call: Call[Any]) -> list[dict[str, Any]]:
        self.requests.append(call)
        self.at += 0.2
        self.before.pop(len(self.requests), lambda: None)()
        if "limit" not in call.query:
            return self.listed
        asked, page = int(call.query["limit"]), int(call.query["page"])
        size = min(asked, self.cap)
        offset = (page - 1) * (asked if self.offset_by_asked else size)
        if self.depth is not None and offset >= self.depth:
            return []
        return [dict(record) for record in self.listed[offset : offset + size]]

    def read(self, call: Call[Any] = LIST, between: Callable[[], object] = lambda: None, **more: Any) -> set[str]:
        """The ids that were read; what came of it is `whole`."""
        found: set[str] = set()
        steps = read_whole(
            *(call, lambda records, page: found.update(record["id"] for record in records)),
            **{"lag": 20.0, "monotonic": lambda: self.at, "wall": lambda: self.at, **more},
        )
        answer = None
        while True:
            try:
                step = steps.send(answer)
            except StopIteration as end:
                self.whole: Whole = end.value
                return found
            between()
            if isinstance(step, Rest):
                self.at, self.rested, answer = self.at + step.seconds, self.rested + step.seconds, None
            else:
                answer = self.answer(step)


EVENTS = st.lists(
    st.one_of(
        st.none(),
        st.tuples(st.just("create")),
        st.tuples(st.just("delete"), st.integers(0, 40)),
        st.tuples(st.just("delete"), st.just(-1)),
        st.tuples(st.just("act"), st.integers(0, 40)),
    ),
    max_size=40,
)


@settings(max_examples=600, suppress_health_check=list(HealthCheck))
@given(
    count=st.integers(0, 40),
    cap=st.sampled_from((1, 2, 3, 7, 10, 20, 100)),
    order=st.sampled_from(tuple(ORDERS)),
    offset_by_asked=st.booleans(),
    events=EVENTS,
)
def test_whoever_stayed_is_read_or_the_readings_disagree(
    count: int, cap: int, order: str, offset_by_asked: bool, events: list[Any]
) -> None:
    server = Server(count, cap, order, offset_by_asked=offset_by_asked)
    rest = iter(events)

    def between() -> None:
        for _ in range(2):
            if event := next(rest, None):
                getattr(server, event[0])(*event[1:])

    try:
        found = server.read(between=between)
    except UnexpectedResponse:  # so much came that it looks as if paging were ignored
        return
    assert not server.whole.agreed or server.stayed <= found


@pytest.mark.parametrize("offset_by_asked", [False, True])
@pytest.mark.parametrize("cap", [1, 2, 3, 9, 10, 50, 100])
@pytest.mark.parametrize("count", [0, 1, 2, 3, 9, 10, 11, 25, 50, 99, 100, 101, 200, 220])
def test_a_list_that_holds_still_is_read_whole(count: int, cap: int, offset_by_asked: bool) -> None:
    server = Server(count, cap, offset_by_asked=offset_by_asked)
    assert server.read() == server.stayed
    assert server.whole.agreed
    # Two passes, the top of each, and what shows the end of each.
    pages = -(-count // cap)
    assert cap < 9 or len(server.requests) <= (4 if pages <= 1 else 2 * (pages * 1.15 + 4))


@pytest.mark.parametrize(("cap", "known", "count", "requests"), [(100, 0, 0, 1), (50, 0, 25, 2), (50, 50, 25, 1)])
def test_a_list_that_fits_one_page_takes_few_requests(cap: int, known: int, count: int, requests: int) -> None:
    server = Server(count, cap)
    server.read(cap=known)
    assert (len(server.requests), server.rested) == (requests, 0.0)


def test_the_next_of_a_page_is_not_lost_when_somebody_is_deleted_before_it() -> None:
    server = Server(220)
    server.before[3] = lambda: server.delete(100)  # the first of page 3 moves to page 2, which was read
    assert server.read() >= server.stayed
    assert server.whole.agreed


@pytest.mark.parametrize("cap", [2, 4, 100])
def test_somebody_made_and_deleted_between_any_two_pages_of_each_pass_hides_nobody(cap: int) -> None:
    """The person who began the next page is on no page of either pass; all others are on both."""
    for first in range(2, 14):
        for second in range(first + 2, 32):
            server = Server(8, cap)
            for at in (first, second):
                server.before[at] = server.create
                server.before[at + 1] = partial(server.delete, -1)
            try:
                found = server.read()
            except UnexpectedResponse:
                continue
            assert not server.whole.agreed or found >= server.stayed, (first, second)


def test_what_shows_late_is_waited_for_once() -> None:
    server = Server(150)
    server.create(lag=19.0)
    assert "r151" in server.read()
    assert 15.0 < server.rested <= 20.0
    one_page = Server(20)
    one_page.create(lag=19.0)
    assert "r21" not in one_page.read()
    assert "r21" in one_page.read(since=one_page.at)
    assert one_page.whole.agreed


def test_what_shows_later_than_is_known_costs_one_more_pass() -> None:
    server = Server(150)
    server.read()
    quiet = len(server.requests)
    server = Server(150)
    server.create(lag=21.0)
    server.at += 1.0
    assert "r151" in server.read(lag=22.0)
    assert len(server.requests) > quiet


@pytest.mark.parametrize("depth", [100, 150, 300])
def test_a_server_that_gives_no_page_below_some_depth_is_noticed(depth: int) -> None:
    server = Server(500)
    server.depth = depth
    found = server.read()
    assert not server.whole.agreed or found == server.stayed


def test_a_list_that_never_holds_still_is_told_by_name() -> None:
    server = Server(300)
    server.read(between=lambda: server.delete(150))
    assert not server.whole.agreed
    with pytest.raises(ListUnstable, match=r"GET /v1/contacts of h \(account a\) changed .* by \d+ records"):
        require_agreed(LIST, server.whole, "h (account a)")


def test_a_list_without_paging_comes_at_once() -> None:
    server = Server(25)
    assert server.read(UNPAGED) == server.stayed
    assert len(server.requests) == 2


def test_no_more_requests_are_made_than_may_be() -> None:
    server = Server(500)
    server.read(most=3)
    assert (len(server.requests), server.whole.ended, server.whole.agreed) == (3, False, False)


def test_a_long_list_is_read_alike_from_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its ids would fill the memory. Each list is long here."""
    server, other = Server(450), Server(450)
    seen = server.read()
    monkeypatch.setattr("whautomate_core.client.seen.FEW", 10)
    assert other.read() == seen == other.stayed
    assert other.whole == server.whole
    assert other.whole.agreed


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.text(max_size=3), st.integers(0, 2**50), max_size=30), st.integers(0, 30))
def test_ids_have_the_same_numbers_in_memory_and_on_disk(
    monkeypatch: pytest.MonkeyPatch, numbers: dict[str, int], few: int
) -> None:
    monkeypatch.setattr("whautomate_core.client.seen.FEW", few)
    numbers |= {"half \ud800": 7, "\0": 8, "é": 9}  # JSON may hold half an emoji
    with Seen() as seen:
        for id, number in numbers.items():
            seen[id] = 1
            seen[id] = number
        assert dict(seen.items()) == numbers
        assert len(seen) == len(numbers)
        assert all(seen[id] == number for id, number in numbers.items())
        assert seen["none of these"] == 0
