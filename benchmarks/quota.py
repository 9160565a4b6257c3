"""What the pool of requests costs and how much of a limit it leaves unused, compared with two libraries.

    python benchmarks/quota.py [--postgres postgresql://postgres@127.0.0.1/postgres]

Needs the dependency group `benchmarks`. PostgreSQL and `redis-server` (for the library `limits`, which has no store in
a file) are left out if they are missing. Compare the ratios: the milliseconds depend on the machine.

A subscribed account has 300 requests in 60 s; here the minute is shortened. A pool loses the time that the store takes
for 300 permits of 16 processes at once. That time is the same for any window, so it is a larger part of a shorter one.
The longer window comes closer to the figure for the real minute, but stays below it.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import secrets
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "core"))

from state_workers import Recorder, recording

from whautomate_core.state.database import Database
from whautomate_core.state.pool import SharedPool
from whautomate_core.values.limits import Limits, margin

Windows = tuple[tuple[int, float], ...]
Acquire = Callable[[], Any]

MINUTES = (5.0, 20.0)
"""Seconds that take the place of a subscribed account's minute."""
CYCLES = 2.2
"""How many of them each run lasts."""
PROCESSES = 16
WAITING = 4.0

processes = multiprocessing.get_context("forkserver")


def ours(url: str, lane: Any, windows: Windows, name: str) -> Acquire:
    pool = SharedPool(Database(url), name, Limits(windows))
    return lambda: pool.acquire(lane=lane)


def pyrate(folder: str, windows: Windows, name: str) -> Acquire:
    from pyrate_limiter import Limiter, Rate, SQLiteBucket

    rates = [Rate(count, int(seconds * 1000)) for count, seconds in windows]
    bucket = SQLiteBucket.init_from_file(rates, db_path=f"{folder}/{name}.sqlite", use_file_lock=True)
    limiter = Limiter(bucket)
    return lambda: limiter.try_acquire("a")


def limits(port: int, windows: Windows, name: str) -> Acquire:
    """It can't wait: a loop tests all windows, then takes from all, then sleeps until the first is reset."""
    from limits import RateLimitItemPerSecond
    from limits.storage import RedisStorage
    from limits.strategies import MovingWindowRateLimiter

    limiter = MovingWindowRateLimiter(RedisStorage(f"redis://127.0.0.1:{port}"))
    items = [RateLimitItemPerSecond(count, int(seconds)) for count, seconds in windows]

    def acquire() -> None:
        while True:
            full = [item for item in items if not limiter.test(item, name)]
            if not full and all([limiter.hit(item, name) for item in items]):
                return
            resets = [limiter.get_window_stats(item, name).reset_time for item in full]
            time.sleep(max(0.001, max(resets, default=0.0) - time.time()))

    return acquire


CONTENDERS: dict[str, Callable[..., Acquire]] = {"ours": ours, "pyrate": pyrate, "limits": limits}


def hammer(kind: str, arguments: tuple[Any, ...], port: int, who: int, ready: Any) -> None:
    """Send a datagram for each permit until killed."""
    import struct

    acquire = CONTENDERS[kind](*arguments)
    out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    out.connect(("127.0.0.1", port))
    ready.wait()
    while True:
        acquire()
        out.send(struct.pack("!Idd", who, 0.0, 0.0))


def wait(kind: str, arguments: tuple[Any, ...], ready: Any, used: Any) -> None:
    """Wait for a permit that doesn't come, and report how much CPU that took."""
    import threading

    acquire = CONTENDERS[kind](*arguments)
    ready.wait()
    threading.Thread(target=acquire, daemon=True).start()
    time.sleep(1.0)  # the first look
    before = time.process_time()
    time.sleep(WAITING)
    used.put(time.process_time() - before)
    used.close()
    used.join_thread()
    os._exit(0)


def subscribed(minute: float) -> Windows:
    """The limits of a subscribed account, with a minute of so many seconds."""
    return ((300, minute), (432_000, 86_400.0))


def run(kind: str, arguments: tuple[Any, ...], seconds: float) -> Recorder:
    with recording() as recorder:
        ready = processes.Barrier(PROCESSES + 1)
        started = [
            processes.Process(target=hammer, args=(kind, arguments, recorder.port, who, ready), daemon=True)
            for who in range(PROCESSES)
        ]
        for process in started:
            process.start()
        ready.wait()
        time.sleep(seconds)
        for process in started:
            process.kill()
            process.join()
    return recorder


def waiting_cpu(kind: str, arguments: tuple[Any, ...]) -> float:
    """Milliseconds of CPU a second that all waiting processes take together."""
    CONTENDERS[kind](*arguments)()  # the one permit there is
    ready, used = processes.Barrier(PROCESSES), processes.Queue()
    started = [
        processes.Process(target=wait, args=(kind, arguments, ready, used), daemon=True) for _ in range(PROCESSES)
    ]
    for process in started:
        process.start()
    total = sum(used.get(timeout=60) for _ in started)
    for process in started:
        process.kill()
        process.join()
    return total / WAITING * 1000


def cost(acquire: Acquire) -> float:
    """Median seconds of an uncontended permit."""
    return _median(acquire, 400)


def _median(action: Acquire, count: int) -> float:
    for _ in range(20):
        action()
    took = []
    for _ in range(count):
        before = time.perf_counter()
        action()
        took.append(time.perf_counter() - before)
    return statistics.median(took)


def durable_write_sqlite(folder: str) -> float:
    """The lowest cost of a permit that survives a power failure: one row, one commit."""
    connection = sqlite3.connect(f"{folder}/floor.sqlite", isolation_level=None)
    connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t (i INTEGER)")

    def write() -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO t VALUES (1)")
        connection.execute("COMMIT")

    return _median(write, 400)


def durable_write_postgres(url: str) -> float:
    import psycopg2

    connection = psycopg2.connect(url)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE floor (i INTEGER)")
        connection.commit()

        def write() -> None:
            cursor.execute("INSERT INTO floor VALUES (1)")
            connection.commit()

        took = _median(write, 400)
    connection.close()
    return took


@contextmanager
def own_database(server: str) -> Iterator[str | None]:
    """A new database, dropped at the end; None if there is no server."""
    try:
        import psycopg2

        connection = psycopg2.connect(server, connect_timeout=3)
    except Exception as error:
        print(f"without PostgreSQL: {type(error).__name__}")
        yield None
        return
    connection.autocommit = True
    name = f"whautomate_benchmark_{secrets.token_hex(4)}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
        try:
            yield f"{server.rsplit('/', 1)[0]}/{name}"
        finally:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def own_redis() -> Iterator[int | None]:
    program = shutil.which("redis-server")
    if program is None:
        print("without limits: redis-server is missing")
        yield None
        return
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [program, "--port", str(port), "--bind", "127.0.0.1", "--save", ""], stdout=subprocess.DEVNULL
    )
    try:
        for _ in range(100):
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.05)
        yield port
    finally:
        server.terminate()
        server.wait()


def judged(recorder: Recorder, window: tuple[int, float], allowance: float) -> str:
    """One run: utilisation of the limit and of what the margin leaves, how much came too early, fairness."""
    count, seconds = window
    stamps = [arrival.at for arrival in recorder.arrivals]
    cycles = [later - earlier for earlier, later in zip(stamps, stamps[count:], strict=False)]
    if not cycles:
        return "no full window"
    used = seconds / statistics.mean(cycles)
    of_rest = (seconds + allowance) / statistics.mean(cycles)
    early = [seconds - cycle for cycle in cycles if cycle < seconds]
    each = [sum(arrival.who == who for arrival in recorder.arrivals) for who in range(PROCESSES)]
    return (
        f"{used:>9.1%} {of_rest:>11.1%} {len(early):>11} {max(early, default=0) * 1000:>11.0f} "
        f"{f'{min(each)}-{max(each)}':>12}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--postgres", default="postgresql://postgres@127.0.0.1/postgres")
    server = parser.parse_args().postgres
    with tempfile.TemporaryDirectory() as folder, own_database(server) as postgres, own_redis() as redis:
        sqlite = f"sqlite:///{folder}/state.sqlite"
        contenders: dict[str, tuple[str, tuple[Any, ...]]] = {"ours, SQLite": ("ours", (sqlite, "interactive"))}
        if postgres:
            contenders["ours, PostgreSQL"] = ("ours", (postgres, "interactive"))
        contenders["ours, SQLite, bulk"] = ("ours", (sqlite, "bulk"))
        with suppress(ImportError):
            import pyrate_limiter  # noqa: F401

            contenders["pyrate-limiter, SQLite"] = ("pyrate", (folder,))
        with suppress(ImportError):
            import limits  # noqa: F401

            if redis:
                contenders["limits, Redis"] = ("limits", (redis,))

        for minute in MINUTES:
            windows, seconds = subscribed(minute), CYCLES * minute
            count, _ = windows[0]
            print(f"\n{PROCESSES} processes, as fast as they may, {count} in {minute:g} s, for {seconds:g} s")
            print("(bulk leaves 5 % of the limit to interactive callers: it can reach 95 % of the figures above)")
            heads = ("of limit", "of the rest", "violations", "early by ms", "each process")
            print(f"{'':24}{heads[0]:>9} {heads[1]:>11} {heads[2]:>11} {heads[3]:>11} {heads[4]:>12}")
            for name, (kind, arguments) in contenders.items():
                recorder = run(kind, (*arguments, windows, f"{minute:g} s, {name}"), seconds)
                allowance = margin(minute) if kind == "ours" else 0.0
                print(f"{name:24}{judged(recorder, windows[0], allowance)}", flush=True)

        print("\nAn uncontended permit, and the lowest cost of a durable write in the same store")
        floors = {"SQLite": durable_write_sqlite(folder), "PostgreSQL": 0.0}
        if postgres:
            floors["PostgreSQL"] = durable_write_postgres(postgres)
        plenty: Windows = ((100_000, 60.0), (432_000, 86_400.0))
        for name, (kind, arguments) in contenders.items():
            if "bulk" in name:
                continue
            took, floor = cost(CONTENDERS[kind](*arguments, plenty, "cost")), floors.get(name.split(", ")[1])
            ratio = f"{took / floor:5.1f} x {floor * 1000:.2f} ms" if floor else "(not durable)"
            print(f"{name:24}{took * 1000:6.2f} ms  {ratio}", flush=True)

        print(f"\nCPU of {PROCESSES} processes that wait, in ms a second, all together")
        for name, (kind, arguments) in contenders.items():
            if "bulk" not in name:
                print(f"{name:24}{waiting_cpu(kind, (*arguments, ((1, 60.0),), 'waiting')):6.1f}", flush=True)


if __name__ == "__main__":
    main()
