"""The pool's pace, for a server whose rate is a token bucket."""

from __future__ import annotations

import itertools
import logging
import statistics
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pool_simulation import Clock, Crowd, Seen, simulate, utilisation
from sqlalchemy import text

from whautomate_core.emulator.limits import Limits as Server
from whautomate_core.errors import QuotaExhausted
from whautomate_core.state.database import Database
from whautomate_core.state.pace import LEARNED_FOR, LONGEST_GAP, LOWERED_FOR
from whautomate_core.state.pool import Grant, SharedPool
from whautomate_core.state.profiles import Profile, Profiles
from whautomate_core.values.limits import Limits, margin

SUBSCRIBED = Limits.subscribed()
INTERVAL = 61 / 300


@pytest.fixture
def clock(state_url: str) -> Clock:
    return Clock(state_url)


@pytest.fixture
def make(clock: Clock, account: str) -> Callable[..., SharedPool]:
    def make(burst: int | None = None, limits: Limits = SUBSCRIBED) -> SharedPool:
        return SharedPool(clock, account, Limits(limits.windows, burst), sleep=clock.sleep)

    return make


# --- the promise

_accounts = itertools.count()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('pace')}/state.sqlite"


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    limit=st.sampled_from([(60, 60.0), (300, 60.0), (6, 10.0), (210, 10.0)]),
    burst=st.integers(1, 12),
    asks=st.lists(
        st.tuples(
            st.one_of(st.just(0.0), st.floats(0, 1), st.floats(0, 20)),  # intervals since the last
            st.sampled_from([1, 1, 1, 2, 3]),
            st.sampled_from(["interactive", "bulk"]),
            st.floats(0, 0.999),  # of the slack that it takes to the server
        ),
        min_size=1,
        max_size=60,
    ),
)
def test_no_bucket_of_the_rate_and_burst_refuses_what_keeps_to_the_pace(
    files: str, limit: tuple[int, float], burst: int, asks: list[Any]
) -> None:
    clock, name = Clock(files), f"pace-{next(_accounts)}"
    pool = SharedPool(clock, name, Limits([limit], burst), sleep=clock.sleep)
    arrivals: list[float] = []
    for gap, permits, lane, slack in asks:
        clock.time += gap * limit[1] / limit[0]
        before = clock.time
        grant = pool.acquire(permits, lane=lane)
        assert clock.time - before <= 2 * limit[1] + 5  # nobody waits for ever, however many are asked for together
        assert grant.pace is not None
        for _ in range(permits):
            pool.departed(grant)
            arrivals.append(clock.time + slack * grant.pace.slack)
    server, window = Server((limit,), "bucket", burst=burst), Server((limit,), "sliding")
    for at in sorted(arrivals):
        assert server.ask(at) is None
        assert window.ask(at) is None


# --- what servers see of it


def crowd_before(
    tmp_path: Any, server: Server, *crowds: Crowd, seconds: float = 150.0, others: float | None = None
) -> tuple[Seen, float]:
    """Also returns when it began."""
    clock = Clock(f"sqlite:///{tmp_path}/state.sqlite")
    began = clock.time
    return simulate(clock, "a", SUBSCRIBED, server, seconds, *crowds, others=others), began


def server(window: Any, limit: int = 300, *, burst: int = 1, refused_count: bool = True) -> Server:
    return Server(((limit, 60.0), (432_000, 86_400.0)), window, 17.0, refused_count, burst)


@pytest.mark.parametrize("refused_count", [True, False])
@pytest.mark.parametrize("burst", [2, 5, 40])
@pytest.mark.parametrize("callers", [1, 6])
def test_a_bucket_refuses_once_and_never_again(tmp_path: Any, burst: int, callers: int, refused_count: bool) -> None:
    one = server("bucket", burst=burst, refused_count=refused_count)
    seen, began = crowd_before(tmp_path, one, Crowd(callers), seconds=130.0)
    assert 1 <= len(seen.refused) <= callers  # those in flight at the first refusal
    assert seen.refused[-1] - seen.refused[0] < 0.2
    assert utilisation(seen, SUBSCRIBED, began + 65, margin) >= 0.98  # after the first minute


@pytest.mark.parametrize("refused_count", [True, False])
def test_a_bucket_of_one_refuses_twice(tmp_path: Any, refused_count: bool) -> None:
    seen, began = crowd_before(tmp_path, server("bucket", refused_count=refused_count), Crowd(4), Crowd(2, permits=2))
    assert 2 <= len(seen.refused) <= 2 * 6
    assert seen.refused[-1] - began < 10
    assert utilisation(seen, SUBSCRIBED, began + 30, margin) >= 0.7  # it leaves a quarter of each interval


@pytest.mark.parametrize("window", ["sliding", "fixed"])
def test_windows_as_declared_refuse_nothing_and_teach_no_pace(tmp_path: Any, window: str) -> None:
    seen, _ = crowd_before(tmp_path, server(window), Crowd(6), seconds=130.0)
    assert seen.refused == []
    assert len(seen.passed) >= 900


@pytest.mark.parametrize("refused_count", [True, False])
@pytest.mark.parametrize(("window", "burst"), [("sliding", 1), ("fixed", 1), ("bucket", 1), ("bucket", 10)])
@pytest.mark.parametrize("limit", [150, 30])
def test_a_lower_limit_than_was_set_refuses_a_few(
    tmp_path: Any, window: str, burst: int, limit: int, refused_count: bool
) -> None:
    one = server(window, limit, burst=burst, refused_count=refused_count)
    seen, _ = crowd_before(tmp_path, one, Crowd(6), seconds=300.0)
    assert 1 <= len(seen.refused) <= 6 + 9
    assert seen.passed


@pytest.mark.parametrize(("window", "burst"), [("sliding", 1), ("bucket", 2), ("bucket", 20)])
def test_somebody_else_on_the_account_makes_few_refusals(tmp_path: Any, window: str, burst: int) -> None:
    seen, _ = crowd_before(tmp_path, server(window, burst=burst), Crowd(4), seconds=300.0, others=1.0)
    assert len(seen.refused) <= 4 + 9
    assert len(seen.passed) > 300


def test_pairs_and_single_requests_share_a_pace(tmp_path: Any) -> None:
    seen, began = crowd_before(tmp_path, server("bucket", burst=2), Crowd(4, permits=2, burst=2), Crowd(4, burst=2))
    assert seen.refused == []
    assert utilisation(seen, SUBSCRIBED, began + 30, margin) >= 0.98
    taken = [len(waits) for waits in seen.waits.values()]
    assert min(taken) > sum(taken) / len(taken) / 3


FAR = {"way": (0.15, 0.25), "back": (0.15, 0.25)}
"""A server whose answers take 0.3 to 0.5 s."""


@pytest.mark.parametrize("burst", [2, 5])
@pytest.mark.parametrize("beside", [(), (Crowd(4, **FAR),)], ids=["pairs", "pairs and singles"])
def test_pairs_with_a_far_server_are_refused_once_and_use_what_there_is(
    tmp_path: Any, burst: int, beside: tuple[Crowd, ...]
) -> None:
    seen, began = crowd_before(tmp_path, server("bucket", burst=burst), Crowd(4, permits=2, **FAR), *beside)
    assert seen.refused[-1] - began < 2
    assert utilisation(seen, SUBSCRIBED, began + 30, margin) >= 0.98


def test_of_many_processes_that_wait_none_waits_long(tmp_path: Any) -> None:
    seen, _ = crowd_before(tmp_path, server("bucket", burst=5), Crowd(16, burst=5), seconds=100.0)
    waits = [wait for each in seen.waits.values() for wait in each]
    assert max(waits) < 4 * statistics.mean(waits)  # in turn, each waits as long as the mean
    taken = [len(each) for each in seen.waits.values()]
    assert min(taken) > statistics.mean(taken) * 0.7


def test_an_interactive_caller_comes_before_bulk_callers(tmp_path: Any) -> None:
    bulk, person = Crowd(8, lane="bulk", burst=3), Crowd(1, rest=1.0, burst=3)
    seen, _ = crowd_before(tmp_path, server("bucket", burst=3), bulk, person, seconds=60.0)
    assert seen.refused == []
    assert max(seen.waits[8]) < 2 * INTERVAL


# --- when it paces, and how


def at_once(pool: SharedPool) -> int:
    """How many permits it gives now."""
    for count in itertools.count():
        try:
            pool.acquire(max_wait=0)
        except QuotaExhausted:
            return count
        if count == 250:
            return count
    raise AssertionError("unreachable")


def refuse(pool: SharedPool, clock: Clock) -> None:
    """Let the server refuse a request, and wait until its pause is over and everything is due again."""
    pool.pause(None, pool.acquire())
    clock.time += pool.usage().paused_for + 60


def test_without_a_word_of_a_bucket_permits_come_at_once(make: Any) -> None:
    assert at_once(make()) == 250
    assert make().usage().paced is None


def test_a_burst_that_is_set_paces_and_the_lowest_of_ten_minutes_holds(make: Any, clock: Clock) -> None:
    twenty, five, none = make(20), make(5), make()
    twenty.acquire()
    clock.time += 70
    assert 10 <= at_once(none) <= 20
    five.acquire()
    clock.time += 70
    for pool in (none, twenty, five):
        assert 2 <= at_once(pool) <= 5
        clock.time += 70
    clock.time += 601
    assert at_once(none) == 250  # nobody has said it lately


def test_a_denial_says_when_the_next_permit_is_due(make: Any, clock: Clock) -> None:
    pool = make(2)
    pool.acquire()
    with pytest.raises(QuotaExhausted, match=r"spaced|one request every") as raised:
        pool.acquire(max_wait=0)
    assert raised.value.window == 60.0
    wait = pool.usage().next_permit_in
    assert 0 < wait <= INTERVAL
    clock.time += wait
    assert pool.usage().next_permit_in == 0
    pool.acquire(max_wait=0)


def test_the_requests_of_a_pair_leave_one_interval_apart(make: Any, clock: Clock) -> None:
    pool = make(2)
    grant = pool.acquire(2, max_wait=0)
    left = []
    for _ in range(2):
        pool.departed(grant)
        left.append(clock.time)
    assert left[1] - left[0] == pytest.approx(INTERVAL)
    assert pool.usage().next_permit_in == pytest.approx(INTERVAL / 2)  # the second has taken its turn
    clock.time += 700
    together = make(30, Limits([(300, 60.0)])).acquire(2)
    for _ in range(2):
        before = clock.time
        pool.departed(together)
        assert clock.time == before


def test_a_refusal_of_what_came_close_together_teaches_a_pace_once_and_squeezes_nothing(
    make: Any, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    pool = make()
    grants = [pool.acquire() for _ in range(20)]
    with caplog.at_level(logging.WARNING):
        for grant in grants[5:]:
            pool.pause(None, grant)
    assert (
        len(
            [
                record
                for record in caplog.records
                if "the server refused a burst (429). From now on requests are spaced about 0.2 s" in record.message
            ]
        )
        == 1
    )
    usage = pool.usage()
    assert usage.remaining[0][1] == 300
    assert usage.paced is not None
    assert usage.paced.together == 1
    assert "since 1970-01-12" in usage.paced.in_words()
    assert "doctor --forget" in usage.paced.in_words()
    clock.time += LEARNED_FOR - 60
    assert at_once(make()) == 1
    clock.time += 120
    assert at_once(make()) == 250


def test_a_refusal_at_a_pace_first_lowers_the_burst_and_then_squeezes(make: Any, clock: Clock) -> None:
    pool = make(40)
    for _ in range(3):
        pool.acquire()
    bursts = []
    for _ in range(2):
        refuse(pool, clock)
        bursts.append(at_once(pool))
        clock.time += 70
    assert pool.usage().remaining[0][1] == 300
    assert bursts == [1, 1]
    assert pool.usage().paced.seconds == pytest.approx(INTERVAL)
    refuse(pool, clock)
    assert pool.usage().remaining[0][1] == 150
    refuse(pool, clock)
    assert pool.usage().remaining[0][1] == 75


def test_the_second_of_a_pair_takes_its_turn_when_it_is_ready_to_leave(make: Any, clock: Clock) -> None:
    pool, left = make(2), []

    def leave(grant: Grant) -> None:
        pool.departed(grant)
        left.append(clock.time)

    slow = pool.acquire(2)
    leave(slow)
    for _ in range(4):  # nobody waits for the answer to the first
        leave(pool.acquire())
    leave(slow)
    leave(pool.acquire())
    server = Server(SUBSCRIBED.windows, "bucket", burst=2)
    assert [server.ask(at) for at in left] == [None] * 7
    assert left[-1] - left[0] < 6 * INTERVAL + 0.01  # no turn was lost while it waited


def test_a_pair_whose_second_never_leaves_costs_one_turn(make: Any, clock: Clock) -> None:
    pool = make(2)
    pool.departed(pool.acquire(2))
    clock.time += INTERVAL
    pool.acquire(max_wait=0)


def test_the_second_of_a_pair_waits_seconds_at_most_if_the_clock_is_set_back(make: Any, clock: Clock) -> None:
    pool = make(2)
    grant = pool.acquire(2)
    pool.departed(grant)
    clock.step, before = -3600.0, clock.time
    pool.departed(grant)
    assert clock.time - before <= LONGEST_GAP


def test_a_lone_refusal_at_a_pace_is_a_pause_and_no_lesson(make: Any, clock: Clock) -> None:
    pool = make()
    for _ in range(3):
        pool.acquire()
    refuse(pool, clock)
    for _ in range(3):
        clock.time += 700
        before = pool.usage().paced
        refuse(pool, clock)
        assert pool.usage().paced == before
        assert pool.usage().remaining[0][1] == 300


def test_a_burst_that_was_refused_is_tried_again_after_a_day(make: Any, clock: Clock) -> None:
    pool = make()
    for _ in range(3):
        pool.acquire()
    refuse(pool, clock)
    refuse(pool, clock)
    assert pool.usage().paced.learned.burst == 1
    clock.time += LOWERED_FOR - 120
    assert pool.usage().paced.learned.burst == 1
    clock.time += 120
    assert pool.usage().paced.learned.burst is None
    refuse(pool, clock)
    refuse(pool, clock)
    assert pool.usage().paced.learned.burst == 1


def test_a_refusal_of_a_slow_request_squeezes(make: Any, clock: Clock) -> None:
    pool = make()
    for _ in range(5):
        clock.time += 1
        pool.acquire()
    clock.time += 1
    refuse(pool, clock)
    assert pool.usage().remaining[0][1] == 150
    assert pool.usage().paced is None


def test_a_server_that_is_busy_teaches_no_pace(make: Any, clock: Clock) -> None:
    pool = make()
    for _ in range(5):
        grant = pool.acquire()
    pool.pause(3.0, grant, "busy")
    assert pool.usage().paced is None


def test_a_gateway_in_the_profile_paces_from_the_start_until_it_is_forgotten(
    make: Any, clock: Clock, account: str
) -> None:
    pool, profiles = make(), Profiles(clock)
    profiles.put(account, Profile(gateway="aws"))
    assert at_once(pool) == 1
    assert "AWS API Gateway" in pool.usage().paced.in_words()
    clock.time += 70
    assert 15 <= at_once(make(30)) <= 30  # who sets a burst knows better
    clock.time += 700
    assert at_once(pool) == 1
    assert profiles.forget(account)
    assert not profiles.forget(account)
    clock.time += 70
    assert at_once(pool) == 250
    profiles.put(account, Profile())
    clock.time += 70
    assert at_once(pool) == 250


def test_what_refusals_taught_is_forgotten_with_the_profile(make: Any, clock: Clock, account: str) -> None:
    pool = make()
    for _ in range(3):
        pool.acquire()
    refuse(pool, clock)
    profiles = Profiles(clock)
    profiles.put(account, Profile(gateway="aws"))  # a guess changes nothing of what is known
    assert "refused" in pool.usage().paced.in_words()
    assert profiles.forget(account)
    assert pool.usage().paced is None


def test_a_request_that_leaves_late_is_due_from_then(make: Any, clock: Clock) -> None:
    pool = make(2)
    grant = pool.acquire()
    clock.time += 10
    pool.departed(grant)
    assert pool.usage().next_permit_in == pytest.approx(INTERVAL / 2)


def test_a_clock_set_back_waits_and_breaks_no_pace(make: Any, clock: Clock) -> None:
    pool = make(2)
    first = pool.acquire()
    clock.step = -30.0
    grant = pool.acquire()
    assert grant.at >= first.at + INTERVAL / 2


# --- whatever happens

EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("acquire"), st.sampled_from([1, 1, 2]), st.sampled_from(["interactive", "bulk"])),
        st.tuples(st.just("hold"), st.sampled_from([1, 2])),
        st.tuples(st.just("depart"), st.integers(0, 5)),
        st.tuples(st.just("late"), st.floats(1.0, 9.0)),
        st.tuples(st.just("pass"), st.one_of(st.floats(0.001, 3.0), st.sampled_from([700.0, 90_000.0]))),
        st.tuples(st.just("step"), st.floats(-15.0, 0.0)),
        st.tuples(st.just("refused"), st.sampled_from(["rate", "quota", "busy"])),
        st.tuples(st.just("choose"), st.integers(0, 4)),
        st.tuples(st.just("gateway")),
        st.tuples(st.just("forget")),
    ),
    min_size=5,
    max_size=50,
)
PLANS = [
    Limits([(4, 10.0)]),
    Limits([(4, 10.0)], 1),
    Limits([(4, 10.0)], 3),
    Limits([(4, 10.0), (9, 100.0)], 50),
    Limits([(40, 10.0)], 3),
]


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(EVENTS)
def test_whatever_happens_no_window_is_exceeded_and_the_pool_goes_on(files: str, events: list[Any]) -> None:
    clock, name = Clock(files), f"pace-{next(_accounts)}"
    pools, profiles = [SharedPool(clock, name, plan, sleep=clock.sleep) for plan in PLANS], Profiles(clock)
    chosen, held, left, last = 0, [], [], None
    stepped = 0.0

    def depart(grant: Grant) -> None:
        for _ in range(grant.permits):
            pools[chosen].departed(grant)
            left.append(clock.time)

    def acquire(permits: int, lane: Any) -> Grant:
        before = clock.time
        longest = pools[chosen].usage().paused_for + stepped + 2 * 101.7 + 20  # the longest window, twice
        grant = pools[chosen].acquire(permits, lane=lane)
        assert clock.time - before <= longest
        return grant

    for event, *values in events:
        if event == "acquire":
            last = acquire(*values)
            depart(last)
        elif event == "hold":
            held.append(acquire(values[0], "interactive"))
        elif event == "depart" and held:
            grant = held.pop(values[0] % len(held))
            if clock.time - grant.since < 10:  # connects end before the shortest window does
                depart(grant)
        elif event == "late":
            slow = acquire(1, "interactive")
            clock.time += values[0]
            depart(slow)
        elif event == "pass":
            clock.time += values[0]
        elif event == "step":
            clock.step, stepped = clock.step + values[0], stepped - values[0]
        elif event == "refused" and last is not None:
            pools[chosen].pause(None, last, values[0])
        elif event == "choose":
            chosen = values[0]
        elif event == "gateway":
            profiles.put(name, Profile(gateway="aws"))
        elif event == "forget":
            profiles.forget(name)
        usage = pools[chosen].usage()
        assert usage.next_permit_in >= 0
        if usage.paced is not None:
            assert usage.paced.together >= 1
            assert usage.paced.seconds > 0
    most = 40 if any(event == "choose" and values[0] == 4 for event, *values in events) else 4
    for earlier, later in zip(sorted(left), sorted(left)[most:], strict=False):
        assert later - earlier >= 10.0


# --- the day's requests


def test_a_used_up_day_is_tried_again_ever_more_rarely_and_changes_no_limit(make: Any, clock: Clock) -> None:
    pool, pauses = make(), []
    for _ in range(8):
        pool.pause(None, pool.acquire(), "quota")
        usage = pool.usage()
        assert usage.is_spent
        with pytest.raises(QuotaExhausted, match="the day's requests are used up"):
            pool.acquire(max_wait=0)
        pauses.append(usage.paused_for)
        clock.time += usage.paused_for + 0.01
    assert 60 <= pauses[0] <= 90
    assert all(900 <= pause <= 1350 for pause in pauses[4:])
    assert pauses[1] > pauses[0]
    usage = pool.usage()
    assert (usage.paced, usage.is_spent, usage.remaining[0][1]) == (None, False, 300)


# --- databases of the version before


@pytest.fixture
def old(state_url: str) -> Database:
    """A database whose pools know no pace, with an account."""
    from whautomate_core.state import schema

    database = Database(state_url)

    def back(connection: Any) -> None:
        for column in ("due", "pacing", "spent_until"):
            connection.execute(text(f"ALTER TABLE whautomate_pool DROP COLUMN {column}"))
        version = schema.UPGRADES.index(schema.pace)
        connection.execute(text(f"UPDATE whautomate_schema SET version = {version}"))

    database.run(back)
    return database


OLD_ROW = (
    "INSERT INTO whautomate_pool (account, seq, last_at, paused_until, strikes, squeezed_to, squeezed_until, counted, "
    "declared, asked_by) VALUES (:account, 0, 0, 0, 0, NULL, 0, '{}', '{}', 'old')"
)


def test_a_database_of_the_version_before_is_upgraded_beside_a_process_that_uses_it(
    old: Database, state_url: str, account: str
) -> None:
    def insert(name: str) -> None:
        old.run(lambda connection: connection.execute(text(OLD_ROW), {"account": name}))

    insert(account)
    pool = SharedPool(Database(state_url), account, SUBSCRIBED)
    assert isinstance(pool.acquire(), Grant)
    assert pool.usage().paced is None
    insert(f"{account} later")  # as the old process does, which goes on
    later = SharedPool(Database(state_url), f"{account} later", Limits(SUBSCRIBED.windows, 2))
    assert at_once(later) == 1
    if not old.is_sqlite:
        call = (
            "SELECT number FROM whautomate_grant(:account, 1, '{300}'::bigint[], '{61}'::float8[], :limits, false, "
            "'old', NULL)"
        )

        def granted(name: str) -> Any:
            values = {"account": name, "limits": "[[300, 60.0], [432000, 86400.0]]"}
            return old.run(lambda connection: connection.execute(text(call), values).scalar())

        assert granted(account) == 1
        assert granted(f"{account} later") is None


def test_a_wait_says_whether_it_is_for_a_429_or_for_the_pace(
    make: Any, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    pool = make()
    grants = [pool.acquire() for _ in range(20)]
    pool.pause(None, grants[-1])
    assert "the server refused a request (429), so nothing is sent for" in caplog.text
    with pytest.raises(QuotaExhausted, match=r"^the server said 429; then one request every 0\.2\d? s; the next"):
        pool.acquire(max_wait=0)
    clock.time += pool.usage().paused_for + 0.01
    pool.acquire()
    with pytest.raises(QuotaExhausted, match=r"^requests are spaced 0\.2\d? s apart; the next permit"):
        pool.acquire(max_wait=0)


def test_a_busy_server_is_said_to_be_busy(make: Any, caplog: pytest.LogCaptureFixture) -> None:
    pool = make()
    pool.pause(3.0, pool.acquire(), why="busy")
    assert "the server is busy (503, Retry-After), so nothing is sent for 3 s" in caplog.text
