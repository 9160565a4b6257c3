"""PostgreSQL grants permits by a function of its own: as the rule in Python does, in one round trip."""

import contextlib
import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pool_simulation import Clock
from sqlalchemy import text

from whautomate_core.errors import QuotaExhausted
from whautomate_core.state.database import Database
from whautomate_core.state.pool import Grant, SharedPool
from whautomate_core.values.limits import Limits

LIMITS = Limits([(100, 60.0)])


class Counting(Clock):
    """Counts what the function grants and declines."""

    granted = declined = 0

    def run_alone(self, statement: str, values: Any) -> Any:
        row = super().run_alone(statement, values)
        if row[0] is None:
            self.declined += 1
        else:
            self.granted += 1
        return row


class WithoutFunction(Clock):
    """A database whose function never grants."""

    def run_alone(self, statement: str, values: Any) -> Any:
        return None, None, None


ACQUIRE = st.tuples(
    st.just("acquire"), st.sampled_from([1, 1, 1, 2, 3]), st.sampled_from(["interactive", "interactive", "bulk"])
)
PASS = st.tuples(st.just("pass"), st.floats(0.1, 6.0))
OPERATIONS = st.lists(
    # Mostly plain cases: of the others the function has nothing to say.
    st.one_of(
        *(ACQUIRE, ACQUIRE, ACQUIRE, ACQUIRE, PASS, PASS),
        st.tuples(st.just("depart"), st.integers(0, 5)),
        st.sampled_from([("pass", 700.0), ("step", -3.0), ("pause", None), ("pause", 7.0), ("counted", 0, 5.0)]),
        st.tuples(st.just("limits"), st.integers(0, 4)),
    ),
    min_size=20,
    max_size=60,
)
PLANS = [
    Limits([(4, 10.0), (7, 25.0)]),
    Limits([(6, 10.0), (9, 25.0)]),
    Limits([(3, 10.0)]),
    Limits([(210, 10.0), (220, 25.0)]),
    Limits([(6, 10.0), (9, 25.0)], burst=2),
]


@settings(
    # Not made smaller where it fails: that takes minutes.
    phases=[Phase.generate],
    max_examples=30,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(OPERATIONS, st.randoms(use_true_random=True))
def test_it_decides_as_the_rule_does(postgres: str, operations: list[Any], chance: random.Random) -> None:
    name = f"grant-{chance.getrandbits(64)}"
    clocks = [Counting(postgres), WithoutFunction(postgres)]
    pools = [
        [SharedPool(clock, f"{name} {i}", plan, declares=plan != PLANS[2]) for plan in PLANS]
        for i, clock in enumerate(clocks)
    ]
    for both in pools:
        for pool in both:
            pool._jitter = random.Random(1)  # else their pauses differ
    chosen, grants = 0, [[], []]  # type: ignore[var-annotated]
    for operation, *values in operations:
        outcomes = []
        for clock, both, mine in zip(clocks, pools, grants, strict=True):
            pool, outcome = both[chosen], None
            if operation == "acquire":
                try:
                    grant = pool.acquire(values[0], lane=values[1], max_wait=0)
                    mine.append(grant)
                    outcome = (grant.at, grant.permits)
                except QuotaExhausted as error:
                    outcome = (error.window, str(error))
            elif operation == "depart" and mine:
                pool.departed(mine[values[0] % len(mine)])
            elif operation == "pass":
                clock.time += values[0]
            elif operation == "step":
                clock.step += values[0]
            elif operation == "pause":
                pool.pause(values[0])
            elif operation == "counted":
                pool.counted(*values, None)
            outcomes.append(outcome)
        assert outcomes[0] == outcomes[1]
        if operation == "limits":
            chosen = values[0]
    one, other = (replace(both[chosen].usage(), account="") for both in pools)
    assert one == other


@pytest.fixture
def counting(postgres: str) -> Counting:
    return Counting(postgres)


def test_the_plain_case_is_one_statement(counting: Counting, account: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pool, other = (SharedPool(counting, account, LIMITS) for _ in range(2))
    monkeypatch.setattr(counting, "run", lambda work: pytest.fail("a transaction of several statements"))
    taken = [pool.acquire(), other.acquire(2), pool.acquire(lane="bulk")]  # the first ones declare their limits
    assert [grant.permits for grant in taken] == [1, 2, 1]
    assert (counting.granted, counting.declined) == (3, 0)


def test_what_was_over_long_ago_is_plain_again(counting: Counting, account: str) -> None:
    pool, lower = SharedPool(counting, account, LIMITS), SharedPool(counting, account, Limits([(50, 60.0)]))
    troubles = {
        "other limits": lower.acquire,
        "a pause": lambda: pool.pause(50.0),
        "its squeeze": lambda: pool.pause(5.0),
        "counters": lambda: pool.counted(0, 30.0, 100),
    }
    for trouble in troubles.values():
        trouble()
        counting.time += 10
        declined = counting.declined
        with contextlib.suppress(QuotaExhausted):
            pool.acquire(max_wait=0)
        assert counting.declined == declined + 1
        counting.time += 700
        pool.acquire(max_wait=0)
        assert counting.declined == declined + 1


def test_a_pace_is_for_the_full_rule_until_it_is_over(counting: Counting, account: str) -> None:
    pool, paced = SharedPool(counting, account, LIMITS), SharedPool(counting, account, Limits([(100, 60.0)], burst=9))
    paced.acquire()
    assert (counting.granted, counting.declined) == (0, 0)  # whoever sets a burst doesn't ask the function
    pool.acquire()
    assert (counting.granted, counting.declined) == (0, 1)
    counting.time += 700
    pool.acquire()  # finds that it is over, and says so in the row
    pool.acquire()
    assert (counting.granted, counting.declined) == (1, 2)


def test_permits_that_nothing_needs_are_removed(counting: Counting, account: str) -> None:
    pool = SharedPool(counting, account, Limits([(5000, 60.0)]))
    entries = text("SELECT count(*) FROM whautomate_permit WHERE account = :account")
    kept = []
    for permits in (990, 9, 1, 1):
        pool.acquire(permits)
        kept.append(counting.run(lambda connection: connection.execute(entries, {"account": account}).scalar()))
        counting.time += 50_000
    assert kept == [990, 999, 10, 11]  # the thousandth removes what is older than a day
    assert counting.declined == 0


def test_ordinary_transactions_stay_transactions(postgres: str, account: str) -> None:
    database = Database(postgres)
    pool = SharedPool(database, account, LIMITS)
    for _ in range(2):
        pool.acquire()

        def fails(connection: Any) -> None:
            connection.execute(text("DELETE FROM whautomate_permit WHERE account = :account"), {"account": account})
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            database.run(fails)
    assert pool.remaining() == [98]


@pytest.mark.parametrize("level", ["repeatable read", "serializable"])
def test_a_server_that_isolates_more_strictly_is_asked_in_the_long_way(postgres: str, account: str, level: str) -> None:
    strict = Counting(f"{postgres}?options=-c%20default_transaction_isolation%3D{level.replace(' ', '%5C%20')}")
    pool = SharedPool(strict, account, LIMITS)
    assert isinstance(pool.acquire(), Grant)
    assert (strict.granted, strict.declined) == (0, 1)
    assert pool.remaining() == [99]


def test_without_the_function_the_full_rule_grants(postgres: str, account: str) -> None:
    """As after a restore of the tables alone."""
    database = Database(postgres)
    pool = SharedPool(database, account, LIMITS)
    pool.acquire()
    database.run(lambda connection: connection.execute(text("ALTER FUNCTION whautomate_grant RENAME TO elsewhere")))
    try:
        assert isinstance(pool.acquire(), Grant)
        assert pool.remaining() == [98]
    finally:
        database.run(lambda connection: connection.execute(text("ALTER FUNCTION elsewhere RENAME TO whautomate_grant")))
