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
    work,
)

from whautomate_core.errors import QuotaExhausted

WINDOWS = ((40, 1.0), (80, 2.5))


def test_16_greedy_processes_exceed_no_window_and_all_progress(state_url: str, account: str) -> None:
    seconds = 4.5
    with recording() as recorder:
        run([Job(state_url, WINDOWS, recorder.port, seconds, account)] * 16)
    assert too_many(recorder.arrivals, WINDOWS) == {}
    assert len(per_worker(recorder)) == 16
    # Beside being safe it is quick: much of what one perfect caller with these margins would have sent.
    assert len(recorder.arrivals) >= 0.6 * best(seconds, WINDOWS, Job.margin)


def test_threads_and_tasks_of_several_processes_with_slow_connects_beside_fast_ones(
    state_url: str, account: str
) -> None:
    with recording() as recorder:
        job = Job(state_url, WINDOWS, recorder.port, 3.5, account, threads=2, tasks=2)
        run([job, replace(job, slow=0.4)] * 4)
    assert too_many(recorder.arrivals, WINDOWS) == {}
    assert len(per_worker(recorder)) == 8
    assert len(recorder.arrivals) >= 80


def test_a_person_gets_through_behind_15_bulk_callers(state_url: str, account: str) -> None:
    windows = ((200, 60.0),)  # from 200 on there is head-room: 10 of 200
    pool_of(Job(state_url, windows, 0, 0.0, account)).acquire(190, lane="bulk")
    with recording() as recorder:
        bulk = Job(state_url, windows, recorder.port, 60.0, account, lane="bulk", who=1)
        waiting = [processes.Process(target=work, args=(bulk,), daemon=True) for _ in range(15)]
        for process in waiting:
            process.start()
        try:
            run([Job(state_url, windows, recorder.port, 6.0, account, pause=0.5)])
        finally:
            for process in waiting:
                process.kill()
                process.join()
    assert len(recorder.arrivals) >= 4
    # And not the minute that bulk callers wait, of whom none got through.
    assert max(arrival.waited for arrival in recorder.arrivals) < 6.0
    assert {arrival.who for arrival in recorder.arrivals} == {0}


def test_kill_9_in_a_loop_loses_no_permit_and_leaves_no_lock(state_url: str, account: str) -> None:
    windows = ((30, 1.5),)
    job = Job(state_url, windows, 0, 0.0, account)
    with recording() as recorder:
        run_and_kill(Job(state_url, windows, recorder.port, 3600.0, account), count=6, every=0.06, kills=50)
    assert len(recorder.arrivals) >= 30  # they came to send, between the kills
    assert too_many(recorder.arrivals, windows) == {}
    pool = pool_of(job)
    # Whatever was taken by the dead is there again when the window has passed: all of it, at once, and no more.
    pool.acquire(30)
    with pytest.raises(QuotaExhausted):
        pool.acquire(max_wait=0)


def test_the_day_survives_a_restart_of_everything(state_url: str, account: str) -> None:
    job = Job(state_url, ((5, 86_400.0),), 0, 0.0, account, margin=60.0)
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
    assert raised.value.next_permit_at == pytest.approx(time.time() + 86_460, abs=10)


def test_different_files_are_different_pools(tmp_path: Path) -> None:
    for name in ("one", "two"):
        pool_of(Job(f"sqlite:///{tmp_path}/{name}.sqlite", ((1, 60.0),), 0, 0)).acquire(max_wait=0)
