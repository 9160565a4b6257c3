"""The pool in one process, under an injected clock."""

import asyncio
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whautomate_core.errors import ConfigurationError, QuotaExhausted
from whautomate_core.state.pool import Limits, LocalPool, local_pool


class Clock:
    """Time that passes only where somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.now += seconds


def pool_of(*windows: tuple[int, float]) -> tuple[LocalPool, Clock]:
    clock = Clock()
    return LocalPool(Limits(windows), clock=clock, sleep=clock.sleep), clock


actions = st.lists(
    st.one_of(
        st.tuples(st.just("acquire"), st.integers(1, 3)),
        st.tuples(st.just("pass"), st.floats(0, 40)),
        st.tuples(st.just("pause"), st.floats(0, 30)),
    ),
    max_size=60,
)


@given(windows=st.lists(st.tuples(st.integers(3, 8), st.floats(1, 60)), min_size=1, max_size=3), actions=actions)
def test_no_window_ever_holds_more_than_its_limit(
    windows: list[tuple[int, float]], actions: list[tuple[str, float]]
) -> None:
    pool, clock = pool_of(*windows)
    granted: list[float] = []
    paused_until = 0.0
    for action, value in actions:
        if action == "acquire":
            pool.acquire(int(value))
            assert clock.now >= paused_until
            granted += [clock.now] * int(value)
        elif action == "pause":
            pool.pause(value)
            paused_until = max(paused_until, clock.now + value)
        else:
            clock.now += value
    for count, seconds in windows:
        for first, over in zip(granted, granted[count:], strict=False):
            assert over - first > seconds  # so not even the server's closed window holds both


@given(st.integers(1, 50), st.floats(1, 100))
def test_it_waits_no_longer_than_window_and_margin(count: int, seconds: float) -> None:
    pool, _ = pool_of((count, seconds))
    assert [pool.acquire() for _ in range(count)] == [0.0] * count
    assert pool.acquire() == pytest.approx(seconds + min(60, seconds / 60))


def test_max_wait_tells_at_once_when_the_next_permit_is_due() -> None:
    pool, clock = pool_of((2, 60.0), (100, 86_400.0))
    pool.acquire(2)
    started = clock.now
    with pytest.raises(QuotaExhausted, match="window of 60 s") as error:
        pool.acquire(max_wait=30)
    assert clock.now == started
    assert error.value.window == 60.0
    assert error.value.next_permit_at == pytest.approx(time.time() + 61, abs=1)
    assert pool.acquire(max_wait=61) == pytest.approx(61)


def test_a_pause_holds_everybody_and_only_grows() -> None:
    pool, _ = pool_of((10, 1.0))
    pool.pause(30)
    pool.pause(5)
    with pytest.raises(QuotaExhausted, match="asked for a pause"):
        pool.acquire(max_wait=1)
    assert pool.acquire() == pytest.approx(30)


def test_more_than_a_window_ever_holds_is_an_error() -> None:
    with pytest.raises(ConfigurationError, match="never fit"):
        pool_of((1, 60.0))[0].acquire(2)


def test_threads_and_coroutines_share_it_and_the_loop_is_not_held_up() -> None:
    pool = LocalPool(Limits([(20, 0.2)]))
    granted: list[float] = []

    def thread() -> None:
        for _ in range(10):
            pool.acquire()
            granted.append(time.monotonic())

    async def coroutines() -> int:
        beats = 0
        done = asyncio.Event()

        async def beat() -> None:
            nonlocal beats
            while not done.is_set():
                beats += 1
                await asyncio.sleep(0.005)

        async def take() -> None:
            for _ in range(10):
                await pool.aacquire()
                granted.append(time.monotonic())

        beating = asyncio.create_task(beat())
        await asyncio.gather(take(), take())
        done.set()
        await beating
        return beats

    threads = [threading.Thread(target=thread) for _ in range(3)]
    for one in threads:
        one.start()
    beats = asyncio.run(coroutines())
    for one in threads:
        one.join()
    granted.sort()
    assert len(granted) == 50
    assert beats > 20  # 50 permits of 20 in 0.2 s take 0.4 s
    assert all(b - a > 0.2 for a, b in zip(granted, granted[20:], strict=False))


def test_an_account_has_one_pool_in_a_process() -> None:
    assert local_pool("pool-a", Limits.trial()) is local_pool("pool-a", Limits.trial())
    assert local_pool("pool-a", Limits.trial()) is not local_pool("pool-b", Limits.trial())


@pytest.mark.parametrize("windows", [[], [(0, 60)], [(5, 0)]])
def test_limits_that_grant_nothing_are_refused(windows: list[tuple[int, float]]) -> None:
    with pytest.raises(ConfigurationError, match="limits"):
        Limits(windows)
