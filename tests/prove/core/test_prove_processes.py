"""The pool among processes, over real SQLite and real PostgreSQL, judged by when requests arrive at a server."""

import time
from dataclasses import replace
from pathlib import Path

import pytest
from state_workers import (
    Job,
    best,
    per_worker,
    pool_of,
    processes,
    recording,
    run,
    run_and_kill,
    take,
    too_many,
)

from whautomate_core.errors import QuotaExhausted

WINDOWS = ((20, 1.0), (40, 2.5))
"""So low that the machine, however busy, is not what limits."""


def test_16_greedy_processes_exceed_no_window_and_all_progress(state_url: str, account: str) -> None:
    with recording() as recorder:
        run(
            [Job(state_url, WINDOWS, recorder.port, account)] * 16,
            lambda: len(recorder.arrivals) >= 160 and len(per_worker(recorder)) == 16,
        )
    assert too_many(recorder.arrivals, WINDOWS) == {}
    # Beside being safe it is quick: much of what one perfect caller with these margins would have sent meanwhile.
    took = recorder.arrivals[-1].at - recorder.arrivals[0].at
    assert len(recorder.arrivals) >= 0.6 * best(took, WINDOWS, Job.margin)


def test_threads_and_tasks_of_several_processes_with_slow_connects_beside_fast_ones(
    state_url: str, account: str
) -> None:
    with recording() as recorder:
        job = Job(state_url, WINDOWS, recorder.port, account, threads=2, tasks=2)
        run(
            [job, replace(job, slow=0.4)] * 4,
            lambda: len(recorder.arrivals) >= 120 and len(per_worker(recorder)) == 8,
        )
    assert too_many(recorder.arrivals, WINDOWS) == {}


def test_a_person_gets_through_behind_15_bulk_callers(state_url: str, account: str) -> None:
    windows = ((200, 600.0),)  # from 200 on there is head-room: 10 of 200
    pool = pool_of(Job(state_url, windows, 0, account))
    pool.acquire(190, lane="bulk")
    with recording() as recorder:
        person = Job(state_url, windows, recorder.port, account, pause=0.3)
        bulk = replace(person, lane="bulk")
        run([person, *[bulk] * 15], lambda: len(recorder.arrivals) >= 8)
    # All of it is the person's, who waits for none of the ten minutes that bulk callers wait.
    assert set(per_worker(recorder)) == {0}


def test_kill_9_in_a_loop_loses_no_permit_and_leaves_no_lock(state_url: str, account: str) -> None:
    windows = ((30, 1.5),)
    with recording() as recorder:
        run_and_kill(Job(state_url, windows, recorder.port, account), recorder, count=6, every=0.06, kills=50)
    assert too_many(recorder.arrivals, windows) == {}
    pool = pool_of(Job(state_url, windows, 0, account))
    # Whatever was taken by the dead is there again when the window has passed: all of it, at once, and no more.
    pool.acquire(30)
    with pytest.raises(QuotaExhausted):
        pool.acquire(max_wait=0)


def test_the_day_survives_a_restart_of_everything(state_url: str, account: str) -> None:
    job, begun = Job(state_url, ((5, 86_400.0),), 0, account, margin=60.0), time.time()
    for permits in (3, 2):
        process = processes.Process(target=take, args=(job, permits))
        process.start()
        process.join()
        assert process.exitcode == 0
    pool = pool_of(job)
    assert pool.remaining() == [0]
    with pytest.raises(QuotaExhausted) as raised:
        pool.acquire(max_wait=3600)
    assert raised.value.window == 86_400.0
    assert begun + 86_459 <= raised.value.next_permit_at <= time.time() + 86_461


def test_different_files_are_different_pools(tmp_path: Path) -> None:
    for name in ("one", "two"):
        pool_of(Job(f"sqlite:///{tmp_path}/{name}.sqlite", ((1, 60.0),), 0)).acquire(max_wait=0)
