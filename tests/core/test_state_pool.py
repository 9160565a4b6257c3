"""The pool's rules, with a clock that only the test moves."""

import asyncio
import contextlib
import itertools
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pool_simulation import Clock
from sqlalchemy import event, select, text
from state_workers import PATIENCE

from whautomate_core.errors import ConfigurationError, QuotaExhausted
from whautomate_core.state import open_state
from whautomate_core.state.database import Database
from whautomate_core.state.pool import Grant, SharedPool, usages
from whautomate_core.state.schema import pools
from whautomate_core.values.limits import Limits, margin


@pytest.fixture
def clock(state_url: str) -> Clock:
    return Clock(state_url)


@pytest.fixture
def make(clock: Clock, account: str) -> Callable[..., SharedPool]:
    def make(*windows: tuple[int, float], **more: Any) -> SharedPool:
        return SharedPool(clock, account, Limits(windows), sleep=clock.sleep, **more)

    return make


# --- the rule


def test_the_permit_after_the_last_is_granted_when_window_and_margin_have_passed(make: Any, clock: Clock) -> None:
    pool, start, began = make((3, 60.0)), clock.time, time.time()
    for _ in range(3):
        assert pool.acquire(max_wait=0).at == start
    with pytest.raises(QuotaExhausted) as raised:
        pool.acquire(max_wait=60.9)
    assert raised.value.window == 60.0
    assert began + 61 <= (raised.value.next_permit_at or 0) <= time.time() + 61
    assert start + 61.0 <= pool.acquire(max_wait=61.1).at <= start + 61.1  # 60 and 1 of margin; up to 0.05 of jitter


def test_of_several_windows_the_last_to_be_free_counts(make: Any, clock: Clock) -> None:
    pool, start = make((2, 10.0), (3, 100.0)), clock.time
    at = [pool.acquire().at - start for _ in range(5)]
    expected = [0, 0, 10 + margin(10), 100 + margin(100), 100 + margin(100)]
    assert at == pytest.approx(expected, abs=0.3)
    assert all(a >= b for a, b in zip(at, expected, strict=True))


def test_the_margins_of_the_vendors_windows() -> None:
    assert margin(60) == 1
    assert margin(86_400) == 60


def test_a_pair_is_granted_together_or_not_at_all(make: Any, clock: Clock) -> None:
    pool = make((3, 60.0))
    pool.acquire(2, max_wait=0)
    with pytest.raises(QuotaExhausted):
        pool.acquire(2, max_wait=0)
    assert pool.acquire(max_wait=0).permits == 1
    with pytest.raises(ConfigurationError, match="have to go together here"):
        pool.acquire(4)


def test_bulk_leaves_head_room_where_there_is_plenty_and_none_on_trial(make: Any, clock: Clock) -> None:
    pool = make((200, 60.0))
    pool.acquire(190, lane="bulk", max_wait=0)
    with pytest.raises(QuotaExhausted):
        pool.acquire(lane="bulk", max_wait=0)
    pool.acquire(10, max_wait=0)
    with pytest.raises(QuotaExhausted):
        pool.acquire(max_wait=0)
    clock.time += 1000
    trial = make((60, 60.0))
    trial.acquire(60, lane="bulk", max_wait=0)


def test_the_lowest_limits_of_the_last_ten_minutes_hold(make: Any, clock: Clock) -> None:
    high, low = make((6, 60.0)), make((2, 60.0))
    low.acquire(max_wait=0)
    high.acquire(max_wait=0)
    with pytest.raises(QuotaExhausted):
        high.acquire(max_wait=0)
    clock.time += 590
    high.acquire(2, max_wait=0)
    with pytest.raises(QuotaExhausted):
        high.acquire(max_wait=0)
    clock.time += 20  # low was last heard of 610 s ago
    high.acquire(4, max_wait=0)
    clock.time += 65
    low.acquire(2, max_wait=0)  # and is heard again
    with pytest.raises(QuotaExhausted):
        high.acquire(max_wait=0)


def test_limits_are_declared_even_by_a_caller_that_gets_nothing(make: Any, clock: Clock) -> None:
    high, low = make((6, 60.0)), make((2, 60.0))
    high.acquire(2, max_wait=0)
    with pytest.raises(QuotaExhausted):
        low.acquire(max_wait=0)
    with pytest.raises(QuotaExhausted):
        high.acquire(max_wait=0)


# --- clocks


def test_a_clock_set_back_makes_callers_wait_and_grants_nothing_twice(make: Any, clock: Clock) -> None:
    pool = make((2, 10.0))
    pool.acquire(2, max_wait=0)
    real = clock.time
    clock.step = -300.0
    with pytest.raises(QuotaExhausted):  # and says at once how long it takes by the clock as it is
        pool.acquire(max_wait=300)
    grant = pool.acquire(max_wait=320)
    assert clock.time >= real + 310
    assert grant.at == pytest.approx(1_000_000 + 10 + margin(10), abs=0.2)


def test_a_clock_set_back_and_forth_grants_nothing_twice(make: Any, clock: Clock) -> None:
    pool, start = make((2, 10.0)), clock.time
    pool.acquire(max_wait=0)
    clock.time, clock.step = start + 9, -300.0
    with pytest.raises(QuotaExhausted):  # a stamp of now would be too early when the clock is right again
        pool.acquire(max_wait=0)
    clock.time, clock.step = start + 10.5, 0.0
    pool.acquire(2, max_wait=0)
    with pytest.raises(QuotaExhausted):
        pool.acquire(max_wait=0)


def test_a_step_of_the_wall_clock_means_nothing_on_sqlite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{tmp_path}/state.sqlite"
    real = time.time
    for i, step in enumerate((3600.0, -3600.0, 86_400.0 * 365)):
        before = SharedPool(Database(url), f"{i}", Limits([(1, 60.0)]))
        before.acquire(max_wait=0)
        monkeypatch.setattr(time, "time", lambda step=step: real() + step)
        for pool in (before, SharedPool(Database(url), f"{i}", Limits([(1, 60.0)]))):
            with pytest.raises(QuotaExhausted):
                pool.acquire(max_wait=59)
            assert 0 < pool.usage().next_permit_in <= 61
        monkeypatch.undo()


def test_a_boot_with_the_wall_clock_set_back_does_not_stop_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path}/state.sqlite"
    SharedPool(Database(url), "a", Limits([(1, 60.0)])).acquire(max_wait=0)
    monkeypatch.setattr("whautomate_core.state.clock._boot_id", lambda: "another boot")
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() - 86_400.0 * 365)
    pool = SharedPool(Database(url), "a", Limits([(1, 60.0)]))
    assert 0 < pool.usage().next_permit_in <= 61


def test_on_postgresql_the_stamp_is_of_after_the_wait_for_the_lock(postgres: str, account: str) -> None:
    database = Database(postgres)
    pool = SharedPool(database, account, Limits([(1, 60.0)]))
    with database._engine.begin() as holder:
        holder.execute(select(pools).where(pools.c.account == account).with_for_update())
        grants: list[Grant] = []
        thread = threading.Thread(target=lambda: grants.append(pool.acquire()))
        thread.start()
        waiting = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        while not holder.execute(text(waiting)).scalar_one():
            holder.execute(text("SELECT pg_stat_clear_snapshot()"))
        released = float(holder.execute(text("SELECT extract(epoch FROM clock_timestamp())")).scalar_one())
    thread.join()
    assert grants[0].at >= released


# --- late departures


def test_a_request_that_leaves_late_counts_from_then(make: Any, clock: Clock) -> None:
    pool, start = make((2, 60.0)), clock.time
    slow = pool.acquire()
    clock.time = start + 1
    pool.departed(pool.acquire())
    clock.time = start + 5
    pool.departed(slow)
    # The permit of the other is due first, 60 and 1 after its departure, then that of the slow one.
    assert pool.acquire().at == pytest.approx(start + 62, abs=0.06)
    assert pool.acquire().at == pytest.approx(start + 66, abs=0.06)


def test_a_request_that_leaves_twice_counts_from_the_second_time(make: Any, clock: Clock) -> None:
    pool, start = make((1, 60.0)), clock.time
    grant = pool.acquire()
    for late in (2.0, 4.5):
        clock.time = start + late
        pool.departed(grant)
    with pytest.raises(QuotaExhausted):
        pool.acquire(max_wait=60.9)
    assert pool.acquire().at >= start + 65.5


def test_the_second_of_a_pair_counts_from_when_it_leaves(make: Any, clock: Clock) -> None:
    pool, start = make((2, 60.0)), clock.time
    grant = pool.acquire(2)
    pool.departed(grant)
    clock.time = start + 20  # the answer to the first took so long
    pool.departed(grant)
    with pytest.raises(QuotaExhausted):
        pool.acquire(2, max_wait=60.9)
    assert pool.acquire(2).at >= start + 81


ACQUIRE = st.tuples(
    st.just("acquire"), st.sampled_from([1, 1, 1, 2]), st.sampled_from(["interactive", "bulk"]), st.integers(0, 1)
)
OPERATIONS = st.lists(
    st.one_of(
        ACQUIRE,
        ACQUIRE,
        st.tuples(st.just("hold"), st.sampled_from([1, 2])),
        st.tuples(st.just("depart"), st.integers(0, 5)),
        st.tuples(st.just("pass"), st.floats(0.001, 20.0)),
        st.tuples(st.just("step"), st.floats(-15.0, 0.0)),
        st.tuples(st.just("pause"), st.one_of(st.none(), st.floats(0.0, 30.0))),
        st.tuples(st.just("refused"), st.integers(0, 20), st.one_of(st.none(), st.floats(0.0, 30.0))),
        st.tuples(
            st.just("counted"),
            st.integers(0, 8),
            st.one_of(st.none(), st.floats(0.0, 30.0)),
            st.sampled_from([None, 4, 7, 1000]),
        ),
        st.tuples(st.just("limits"), st.integers(0, 2)),
    ),
    min_size=5,
    max_size=60,
)
PLANS = [((4, 10.0), (7, 25.0)), ((6, 10.0), (9, 25.0)), ((3, 10.0),)]
_accounts = itertools.count()


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('properties')}/state.sqlite"


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(OPERATIONS)
def test_no_order_of_events_exceeds_a_window(files: str, operations: list[Any]) -> None:
    clock = Clock(files)
    account = f"property-{next(_accounts)}"
    plans = [SharedPool(clock, account, Limits(plan), sleep=clock.sleep) for plan in PLANS]
    chosen = 0
    asked: dict[int, float] = {}
    """When each plan was used last. It is declared once a minute and holds for ten."""
    held: list[Grant] = []
    arrived: list[float] = []
    earlier = 0
    """How many came, or were granted, before the limits in force were declared: the server's to forgive."""
    paused_until = 0.0
    ended = 0.0
    """When the latest pause ends, by the pool's clock."""
    grants: list[Grant] = []
    most: list[tuple[int, float]] = []
    """How many may be granted in all, and until when: what the server's counters left."""

    def granted(grant: Grant) -> Grant:
        grants.append(grant)
        total = sum(grant.permits for grant in grants)
        assert all(total <= count for count, until in most if clock.time < until)
        return grant

    def arrive(grant: Grant) -> None:
        plans[chosen].departed(grant)
        arrived.append(clock.time)
        lowest: dict[float, int] = {}
        for plan in (plan for plan, at in asked.items() if clock.time - at < 500):
            for count, seconds in PLANS[plan]:
                lowest[seconds] = min(count, lowest.get(seconds, count))
        for seconds, count in lowest.items():
            within = sum(at > clock.time - seconds for at in arrived)
            assert within <= max(count, sum(at > clock.time - seconds for at in arrived[:earlier]))

    for name, *values in operations:
        pool = plans[chosen]
        if name == "acquire":
            permits, lane, may_wait = values
            if clock.time - asked.get(chosen, 0.0) >= 500:
                earlier = len(arrived) + sum(grant.permits for grant in held)
            asked[chosen] = clock.time
            try:
                grant = granted(pool.acquire(permits, lane=lane, max_wait=None if may_wait else 0))
            except QuotaExhausted:
                continue
            assert clock.time >= paused_until
            for _ in range(permits):
                arrive(grant)
        elif name == "hold":
            if chosen in asked and clock.time - asked[chosen] < 500:
                with contextlib.suppress(QuotaExhausted):
                    held.append(granted(pool.acquire(values[0], max_wait=0)))
        elif name == "depart" and held:
            grant = held.pop(values[0] % len(held))
            if clock.time - grant.since > 10:  # connects end before the shortest window does
                continue
            for _ in range(grant.permits):
                arrive(grant)
        elif name == "pass":
            clock.time += values[0]
        elif name == "step":
            clock.step += values[0]  # back only: against a step forward there is no defence
        elif name == "pause" or (name == "refused" and grants):
            grant = grants[values[0] % len(grants)] if name == "refused" else None
            seconds, before = values[-1], pool.usage()
            # Where the clock was set back, the pool's time stands still at the latest stamp.
            now = max([clock.time + clock.step, *(one.at for one in grants)])
            paused = now < ended
            pool.pause(seconds, grant)
            after = pool.usage()
            paused_until = max(paused_until, clock.time + (seconds or 0))
            if seconds is None and (paused or (grant and grant.at < ended)):
                assert after == before
            elif not paused and not (grant and grant.at < ended):
                assert after.paused_for > 0
            if after.paused_for:
                ended = now + after.paused_for
        elif name == "counted":
            remaining, reset, limit = values
            before = pool.usage()
            pool.counted(remaining, reset, limit)
            after = pool.usage()
            assert all(a <= b for (a, *_), (b, *_) in zip(after.remaining, before.remaining, strict=True))
            meant = next((window for window in before.remaining if window[1] == limit), before.remaining[0])
            if remaining < meant[0]:
                total = sum(grant.permits for grant in grants)
                most.append((total + remaining, clock.time + (meant[2] if reset is None else reset)))
            elif not ended:  # after a 429 what is left is told of the squeezed window, and counters are of the whole
                assert after == before
        elif name == "limits":
            chosen = values[0]


# --- 429


def paused(pool: SharedPool) -> float:
    return pool.usage().paused_for


def test_a_pause_stops_everybody_for_as_long_as_the_server_says(make: Any, clock: Clock) -> None:
    one, other, start = make((300, 60.0)), make((300, 60.0)), clock.time
    one.pause(17.0)
    with pytest.raises(QuotaExhausted) as raised:
        other.acquire(max_wait=16.9)
    assert raised.value.window is None
    one.pause(5.0)  # shorter: the longer holds
    assert other.acquire().at >= start + 17
    one.pause(1e9)
    assert paused(one) <= 86_401


def test_without_retry_after_pauses_grow_and_many_in_flight_are_one(make: Any, clock: Clock) -> None:
    pool, seen = make((300, 60.0)), []
    for _ in range(12):
        for _ in range(16):  # 16 were on their way
            pool.pause()
        seen.append(paused(pool))
        clock.time += seen[-1] + 0.01
    for i, seconds in enumerate(seen, 1):
        assert min(900, 2**i) <= seconds <= 1.5 * min(900, 2**i)
    clock.time += 601
    pool.pause()
    assert paused(pool) <= 3.0  # forgotten


def test_pauses_are_jittered(make: Any, clock: Clock) -> None:
    seen = set()
    for _ in range(8):
        pool = make((300, 60.0))
        pool.pause()
        seen.add(round(paused(pool), 3))
        clock.time += 1000
    assert len(seen) > 4


def take_slowly(pool: SharedPool, clock: Clock, permits: int) -> None:
    """Take permits slower than the average rate of 300 a minute, so that a refusal teaches no pace."""
    for _ in range(permits):
        clock.time += 0.21
        pool.acquire(max_wait=0)


def test_a_retry_after_of_nothing_neither_hammers_nor_squeezes_by_each_in_flight(make: Any, clock: Clock) -> None:
    pool = make((300, 60.0))
    take_slowly(pool, clock, 100)
    for _ in range(16):
        pool.pause(0.0)
    assert paused(pool) >= 1.0
    assert pool.usage().remaining[0][1] == 150  # half at most, once


def test_a_squeezed_pool_still_grants_pairs_and_recovers_after_ten_minutes(make: Any, clock: Clock) -> None:
    pool = make((300, 60.0))
    for _ in range(12):
        pool.pause()
        clock.time += paused(pool) + 100
        pool.acquire(2, max_wait=0)
    clock.time += 700
    pool.acquire(300, max_wait=0)


def test_the_squeeze_is_what_the_server_did_accept_less_a_tenth(make: Any, clock: Clock) -> None:
    pool = make((300, 60.0))
    take_slowly(pool, clock, 200)
    pool.pause(1.0)
    assert pool.usage().remaining[0][1] == 180


def test_a_429_that_comes_after_its_pause_is_no_new_strike(make: Any, clock: Clock) -> None:
    pool = make((300, 60.0))
    slow, quick = pool.acquire(), pool.acquire()
    pool.pause(None, quick)
    clock.time += paused(pool) + 5
    before = pool.usage()
    for _ in range(8):
        pool.pause(None, slow)
    assert pool.usage() == before
    pool.pause(3.0, slow)  # but what the server says of how long it is now holds
    assert paused(pool) == 3.0
    assert pool.usage().remaining == before.remaining
    clock.time += 3
    pool.pause(None, pool.acquire())  # this one went after the pause, and is the second in a row
    assert 4.0 <= paused(pool) <= 6.0


def test_a_request_that_left_late_is_of_the_time_when_it_left(make: Any, clock: Clock) -> None:
    pool = make((300, 60.0))
    slow = pool.acquire()
    pool.pause(2.0, pool.acquire())
    clock.time += 3
    pool.departed(slow)
    pool.pause(None, slow)
    assert paused(pool) >= 4.0


# --- the server's counters


def written(clock: Clock, work: Callable[[], object]) -> list[str]:
    """The statements that write or lock, of what is run."""
    seen: list[str] = []

    def note(statement: str) -> None:
        reads = statement.startswith("SELECT") and "FOR UPDATE" not in statement
        if not reads and statement not in ("BEGIN IMMEDIATE", "COMMIT"):  # as each transaction on SQLite has them
            seen.append(statement)

    def note_executed(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        note(statement)

    def trace(callback: Callable[[str], None] | None) -> None:
        if clock.is_sqlite:  # whose statements go past SQLAlchemy
            connection = clock._engine.raw_connection()
            connection.dbapi_connection.set_trace_callback(callback)  # type: ignore[union-attr]
            connection.close()

    event.listen(clock._engine, "before_cursor_execute", note_executed)
    trace(note)
    try:
        work()
    finally:
        trace(None)
        event.remove(clock._engine, "before_cursor_execute", note_executed)
    return seen


def test_where_the_server_leaves_as_many_nothing_is_written(make: Any, clock: Clock) -> None:
    pool = make((5, 60.0), (8, 86_400.0))
    for left in (4, 3, 2, 1, 0):
        grant = pool.acquire()
        assert written(clock, lambda: pool.counted(left, 60.0, 5, grant)) == []  # noqa: B023
        assert written(clock, lambda: pool.counted(left + 3, None, 8, grant)) == []  # noqa: B023
        assert written(clock, lambda: pool.counted(1000, None, None, grant)) == []  # noqa: B023
    assert written(clock, pool.pause) != []  # so it would be seen


def test_an_answer_that_took_long_is_held_against_what_was_sent_when_its_request_left(make: Any, clock: Clock) -> None:
    pool = make((5, 60.0))
    pool.acquire(4)
    clock.time += 59
    grant = pool.acquire()
    clock.time += 5  # by now four are free again, and when it was sent there was none
    pool.counted(0, None, 5, grant)
    assert pool.remaining() == [4]


def test_fewer_are_believed_until_the_server_counts_anew(make: Any, clock: Clock) -> None:
    pool, start = make((10, 60.0)), clock.time
    pool.acquire(3)
    pool.counted(2, 20.0, 10)  # others have sent five
    assert pool.remaining() == [2]
    pool.acquire(2, max_wait=0)
    with pytest.raises(QuotaExhausted, match="the server counts more") as raised:
        pool.acquire(max_wait=19.9)
    assert raised.value.window == 60.0
    assert start + 20 <= pool.acquire().at < start + 21
    assert pool.remaining() == [4]


def test_without_a_reset_fewer_are_believed_for_the_length_of_the_window(make: Any, clock: Clock) -> None:
    pool, start = make((10, 60.0)), clock.time
    pool.counted(0, None, None)
    assert start + 60 <= pool.acquire().at < start + 61


def test_a_limit_that_is_one_of_ours_names_the_window(make: Any, clock: Clock) -> None:
    pool, start = make((60, 60.0), (100, 86_400.0)), clock.time
    pool.counted(7, 3600.0, 100)
    assert pool.remaining() == [60, 7]
    pool.counted(20, None, 42)  # none of ours: the shortest
    assert pool.remaining() == [20, 7]
    pool.acquire(7)
    with pytest.raises(QuotaExhausted):
        pool.acquire(max_wait=3000)
    assert start + 3600 <= pool.acquire().at < start + 3601


def test_what_was_granted_after_the_answered_request_is_still_to_come_at_the_server(make: Any, clock: Clock) -> None:
    pool = make((10, 60.0))
    answered = pool.acquire()
    clock.time += 0.1
    pool.acquire(3)
    pool.counted(5, None, 10, answered)
    assert pool.remaining() == [2]


def test_a_reset_beyond_a_day_is_a_day(make: Any, clock: Clock) -> None:
    pool = make((10, 60.0))
    pool.counted(0, 1e7, None)
    assert pool.usage().next_permit_in == 86_400


def test_counters_of_coroutines(make: Any) -> None:
    pool = make((10, 60.0))
    asyncio.run(pool.acounted(4, 60.0, 10))
    asyncio.run(pool.apause(9.0, pool.acquire()))
    assert pool.remaining() == [3]
    assert paused(pool) == 9.0


# --- waiting, threads, tasks: real time, both stores


@pytest.fixture
def quick(state_url: str, account: str) -> SharedPool:
    """Two permits in 0.1 s, without margin."""
    return SharedPool(Database(state_url), account, Limits([(2, 0.1)]), margin=lambda seconds: 0.0)


class Sleeper:
    """A thread that has the turn and sleeps for a permit, until it is woken."""

    def __init__(self, clock: Clock, account: str) -> None:
        self.woken, asleep = threading.Event(), threading.Event()

        def sleep(seconds: float) -> None:
            asleep.set()
            assert self.woken.wait(PATIENCE), "nobody came past it"
            clock.sleep(seconds)

        self.pool = SharedPool(clock, account, Limits([(1, 60.0)]), sleep=sleep)
        self.pool.acquire()
        self._thread = threading.Thread(target=self.pool.acquire, daemon=True)
        self._thread.start()
        asleep.wait()

    def wake(self) -> None:
        assert self._thread.is_alive(), "it was to sleep all the while"
        self.woken.set()
        self._thread.join()


@pytest.fixture
def sleeper(clock: Clock, account: str) -> Sleeper:
    return Sleeper(clock, account)


def test_max_wait_is_refused_at_once_when_it_is_clear_also_for_those_in_the_queue(clock: Clock, account: str) -> None:
    began = time.time()
    sleeper = Sleeper(clock, account)
    pool, slept = sleeper.pool, time.time()
    for wait in (0, 0.5, 60.9):
        with pytest.raises(QuotaExhausted) as raised:
            pool.acquire(max_wait=wait)
        assert began + 61 <= (raised.value.next_permit_at or 0) <= slept + 61

    async def several() -> list[Any]:
        return await asyncio.gather(*(pool.aacquire(max_wait=0.5) for _ in range(20)), return_exceptions=True)

    assert {type(error) for error in asyncio.run(several())} == {QuotaExhausted}
    sleeper.wake()


def test_those_who_queued_before_the_sleep_was_known_are_told_too(make: Any) -> None:
    pool = make((1, 60.0))

    async def impatient() -> None:
        with pytest.raises(QuotaExhausted):
            await pool.aacquire(max_wait=1.0)

    async def many() -> None:
        patient = [asyncio.create_task(pool.aacquire()) for _ in range(2)]  # the second of them will sleep
        await asyncio.wait_for(asyncio.gather(*(impatient() for _ in range(20))), PATIENCE)
        assert not patient[1].done(), "they were told while it slept"
        patient[1].cancel()
        await asyncio.wait(patient)

    asyncio.run(many())


def test_max_wait_0_succeeds_while_permits_are_free(state_url: str, account: str) -> None:
    pool = SharedPool(Database(state_url), account, Limits([(40, 60.0)]))
    outcomes: list[Any] = []

    def thread() -> None:
        for _ in range(5):
            outcomes.append(pool.acquire(max_wait=0))

    async def tasks() -> None:
        outcomes.extend(await asyncio.gather(*(pool.aacquire(max_wait=0) for _ in range(20))))

    threads = [threading.Thread(target=thread) for _ in range(4)]
    for one in threads:
        one.start()
    asyncio.run(tasks())
    for one in threads:
        one.join()
    assert len(outcomes) == 40
    with pytest.raises(QuotaExhausted):
        pool.acquire(max_wait=0)


def test_waiting_callers_of_a_process_are_served_in_order(quick: SharedPool) -> None:
    order: list[int] = []

    async def one(i: int) -> None:
        await quick.aacquire()
        order.append(i)

    async def all_of_them() -> None:
        await asyncio.gather(*(one(i) for i in range(6)))

    asyncio.run(all_of_them())
    assert order == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize("after", [0.0, 0.001, 0.01, 0.05])
def test_cancelling_who_waits_leaves_the_pool_usable(quick: SharedPool, after: float) -> None:
    async def cancelled() -> None:
        tasks = [asyncio.create_task(quick.aacquire()) for _ in range(8)]
        await asyncio.sleep(after)
        for task in tasks[::2]:
            task.cancel()
        done = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), PATIENCE)
        assert all(isinstance(outcome, (Grant, asyncio.CancelledError)) for outcome in done)
        assert all(isinstance(outcome, Grant) for outcome in done[1::2])
        tasks = [asyncio.create_task(quick.aacquire()) for _ in range(3)]
        await asyncio.sleep(after)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)

    asyncio.run(cancelled())
    assert quick.acquire().permits == 1


def test_a_signal_that_ends_a_waiting_thread_leaves_the_queue_usable(sleeper: Sleeper) -> None:
    import signal

    class TimeLimit(BaseException):
        """What a task runner raises from its alarm."""

    def alarm(*_: Any) -> Iterator[None]:
        raise TimeLimit

    def acquire_until_the_alarm() -> None:
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        sleeper.pool.acquire()  # in the queue

    before = signal.signal(signal.SIGALRM, alarm)
    try:
        with pytest.raises(TimeLimit):
            acquire_until_the_alarm()
    finally:
        signal.signal(signal.SIGALRM, before)
    sleeper.wake()
    assert sleeper.pool.acquire().permits == 1


def test_a_store_call_does_not_hold_up_the_event_loop(state_url: str, account: str) -> None:
    database = Database(state_url)
    pool = SharedPool(database, account, Limits([(100, 60.0)]))
    other = Database(state_url)
    held, free, freed = threading.Event(), threading.Event(), []

    def hold() -> None:
        # Another process' transaction, as SQLite sees it: a connection that is not ours.
        with other._engine.begin() as connection:
            connection.execute(select(pools).where(pools.c.account == account).with_for_update())
            held.set()
            freed.append(free.wait(60))

    async def main() -> None:
        waiting = [asyncio.create_task(pool.aacquire()) for _ in range(5)]
        late = asyncio.create_task(pool.adeparted(Grant(1, 0.0, time.monotonic() - 99, 0.0)))
        pausing = asyncio.create_task(pool.apause(1.0))
        for _ in range(30):
            await asyncio.sleep(0.01)  # were the loop held up, the other transaction would end before this does
        assert not any(task.done() for task in (*waiting, late, pausing))
        free.set()
        await asyncio.gather(*waiting, late, pausing)

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait()
    asyncio.run(main())
    holder.join()
    assert freed == [True]


def test_what_is_left_is_what_can_be_had(make: Any, clock: Clock, account: str) -> None:
    pool, began = make((5, 60.0), (8, 600.0)), time.time()
    assert pool.remaining() == [5, 8]
    pool.acquire(4)
    assert pool.remaining() == [1, 4]
    pool.acquire()
    assert pool.usage().next_permit_in == 61
    assert began + 61 <= pool.next_permit_at() <= time.time() + 61
    (usage,) = [usage for usage in usages(clock) if usage.account == account]
    assert usage.remaining == [(0, 5, 60.0), (3, 8, 600.0)]


def test_limits_that_nobody_named_bind_no_other_caller(tmp_path: Path) -> None:
    state = open_state(f"sqlite:///{tmp_path}/state.sqlite")
    state.pool("a", Limits.trial(), assumed=True).acquire()
    named = state.pool("a", Limits.subscribed())
    assert named.remaining() == [299, 431_999]
    state.pool("a", Limits([(200, 60.0), (1000, 86_400.0)])).acquire()
    assert named.remaining() == [198, 998]
    assert state.pool("a", Limits.trial(), assumed=True).remaining() == [58, 98]
