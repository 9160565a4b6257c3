"""How much of a limit the pool uses, and what a permit costs: 1 to 64 processes, both stores, beside two libraries.

A process sends a datagram for each permit it gets. They are judged by when they arrive, by the kernel's clock.
`redis-server` (for the library `limits`, which has no store in a file) and PostgreSQL are left out if missing.
"""

from __future__ import annotations

import importlib.util
import os
import queue
import shutil
import socket
import sqlite3
import statistics
import struct
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from benchmarks.harness import PAIRS, ROOT, Json, by_turns, own_database, spread, table

sys.path.insert(0, str(ROOT / "tests" / "core"))

from state_workers import Recorder, processes, recording

from whautomate_core.state.database import Database
from whautomate_core.state.pool import SharedPool
from whautomate_core.values.limits import Limits, margin

TITLE = "Quota"

Windows = tuple[tuple[int, float], ...]
Acquire = Callable[[], Any]

DAY = (432_000, 86_400.0)
PLENTY: Windows = ((10_000_000, 60.0), (100_000_000, 86_400.0))
READY = 120.0
"""Seconds after which processes that have not begun are given up."""
WINDOWS = 5
"""Windows of each run that are judged, after the first."""


# --- who gives permits


def ours(url: str, windows: Windows, name: str) -> Acquire:
    pool = SharedPool(Database(url), name, Limits(windows))

    def acquire() -> None:
        pool.departed(pool.acquire())  # as a client does directly before it sends

    return acquire


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


GIVERS: dict[str, Callable[..., Acquire]] = {"ours": ours, "pyrate": pyrate, "limits": limits}


# --- processes


def hammer(kind: str, arguments: tuple[Any, ...], port: int, who: int, ready: Any) -> None:
    """Send a datagram for each permit until killed."""
    acquire = GIVERS[kind](*arguments)
    out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    out.connect(("127.0.0.1", port))
    ready.wait()
    while True:
        acquire()
        out.send(struct.pack("!Idd", who, 0.0, 0.0))


def take(kind: str, arguments: tuple[Any, ...], seconds: float, ready: Any, told: Any) -> None:
    """Take permits, of which there are plenty, for so many seconds: tells how long each took, and the CPU time."""
    acquire = GIVERS[kind](*arguments)
    took = []
    ready.wait()
    end, cpu = time.perf_counter() + seconds, time.process_time()
    while (before := time.perf_counter()) < end:
        acquire()
        took.append(time.perf_counter() - before)
    told.put((took, time.process_time() - cpu))
    told.close()
    told.join_thread()
    os._exit(0)


def wait(kind: str, arguments: tuple[Any, ...], seconds: float, ready: Any, told: Any) -> None:
    """Wait for a permit that doesn't come: tells how much CPU time that took."""
    acquire = GIVERS[kind](*arguments)
    ready.wait()
    threading.Thread(target=acquire, daemon=True).start()
    time.sleep(1.0)  # the first look
    before = time.process_time()
    time.sleep(seconds)
    told.put(time.process_time() - before)
    told.close()
    told.join_thread()
    os._exit(0)


def send(kind: str, arguments: tuple[Any, ...], count: int, window: tuple[int, float], windows: int) -> Recorder:
    """Let so many processes send until so many windows are full, or should long have been."""
    permits, seconds = window
    with recording() as recorder:
        ready = processes.Barrier(count + 1)
        started = [
            processes.Process(target=hammer, args=(kind, arguments, recorder.port, who, ready), daemon=True)
            for who in range(count)
        ]
        for process in started:
            process.start()
        try:
            ready.wait(READY)
        except BaseException:
            _end(started)
            raise
        end = time.monotonic() + (windows + 1) * (seconds + margin(seconds)) * 1.2 + 1.0
        while len(recorder.arrivals) <= permits * windows and time.monotonic() < end:
            time.sleep(0.05)
        _end(started)
    return recorder


def asked(body: Callable[..., None], count: int, *arguments: Any) -> list[Any]:
    """What so many processes tell that run at once."""
    ready, told = processes.Barrier(count), processes.Queue()
    started = [processes.Process(target=body, args=(*arguments, ready, told), daemon=True) for _ in range(count)]
    for process in started:
        process.start()
    try:
        return [told.get(timeout=READY) for _ in started]
    finally:
        _end(started)


def _end(started: list[Any]) -> None:
    for process in started:
        process.kill()
    for process in started:
        process.join()


# --- judging


def judged(recorder: Recorder, window: tuple[int, float], allowance: float, first: int = 1) -> Json:
    """What share of limit and margin each window used, and how many requests came before they might.

    Each request is compared with the one that is a whole limit before it: no span of the window's length holds more
    than the limit exactly when none of these is closer than that length.
    """
    permits, seconds = window
    stamps = [arrival.at for arrival in recorder.arrivals]
    spans = [later - earlier for earlier, later in zip(stamps, stamps[permits:], strict=False)]
    whole = [spans[at : at + permits] for at in range(first * permits, len(spans) - permits + 2, permits)]
    whole = [part for part in whole if len(part) >= permits - 1]
    each = Counter(arrival.who for arrival in recorder.arrivals)
    return {
        "used": [(seconds + allowance) / statistics.mean(part) for part in whole],
        "of_limit": [seconds / statistics.mean(part) for part in whole],
        "over": sum(span < seconds for span in spans),
        "early_ms": max([0.0, *(1000 * (seconds - span) for span in spans)]),
        "requests": len(stamps),
        "each": [min(each.values()), max(each.values())],
    }


def in_last_window(recorder: Recorder, seconds: float, step: float) -> list[int]:
    """How many requests arrived within a window, at every step from the first request on."""
    stamps = [arrival.at for arrival in recorder.arrivals]
    moments = [stamps[0] + step * number for number in range(int((stamps[-1] - stamps[0]) / step) + 1)]
    return [sum(at - seconds < stamp <= at for stamp in stamps) for at in moments]


# --- the lowest cost of a permit that survives the loss of power: one row, one commit


def _median(action: Acquire, count: int) -> float:
    took = []
    for _ in range(count):
        before = time.perf_counter()
        action()
        took.append(time.perf_counter() - before)
    return statistics.median(took)


def sqlite_writer(path: str) -> Acquire:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t (i INTEGER)")

    def write() -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO t VALUES (1)")
        connection.execute("COMMIT")

    return write


def postgres_writer(url: str) -> Acquire:
    import psycopg2

    connection = psycopg2.connect(url)
    cursor = connection.cursor()
    cursor.execute("CREATE TABLE floor (i INTEGER)")
    connection.commit()

    def write() -> None:
        cursor.execute("INSERT INTO floor VALUES (1)")
        connection.commit()

    return write


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


# --- the section


def measure(folder: Path, quick: bool) -> Json:
    window = (5, 1.0) if quick else (25, 5.0)
    counts = (1, 4) if quick else (1, 4, 16, 64)
    many = 4 if quick else 16
    windows = 2 if quick else WINDOWS
    with own_database() as postgres, own_redis() as redis:
        stores = {"SQLite": f"sqlite:///{folder}/state.sqlite"}
        if postgres:
            stores["PostgreSQL"] = postgres[0]
        found: Json = {
            "window": window, "postgres": postgres and postgres[1], "processes": counts, "many": many,
            "stores": {}, "peers": {}, "floors": {}, "waiting": {},
        }  # fmt: skip
        for store, url in stores.items():
            found["stores"][store] = []
            for count in counts:
                try:
                    one = _of_store(url, count, window, windows, quick)
                    print(f"{store}, {count}: {spread(one['used'], '{:.3f}')}, {one['over']} over", flush=True)
                except (OSError, queue.Empty, threading.BrokenBarrierError, statistics.StatisticsError) as error:
                    one = {"processes": count, "failed": type(error).__name__}
                    print(f"{store}, {count}: failed, {type(error).__name__}", flush=True)
                found["stores"][store].append(one)
        peers: dict[str, tuple[str, tuple[Any, ...]]] = {
            f"this pool, {store}": ("ours", (url,)) for store, url in stores.items()
        }
        if importlib.util.find_spec("pyrate_limiter"):
            peers["pyrate-limiter, SQLite"] = ("pyrate", (str(folder),))
        if importlib.util.find_spec("limits") and redis:
            peers["limits, Redis"] = ("limits", (redis,))
        burst = (20, 1.0) if quick else (300, 10.0)
        found["burst"] = burst
        for name, (kind, arguments) in peers.items():
            recorder = send(kind, (*arguments, (burst, DAY), f"burst {name}"), many, burst, 3)
            allowance = margin(burst[1]) if kind == "ours" else 0.0
            found["peers"][name] = {
                **judged(recorder, burst, allowance, first=0),
                "step": burst[1] / 50,
                "in_window": in_last_window(recorder, burst[1], burst[1] / 50),
            }
            taken = GIVERS[kind](*arguments, ((1, 60.0),), f"waiting {name}")
            taken()  # the one permit there is
            used = asked(wait, many, kind, (*arguments, ((1, 60.0),), f"waiting {name}"), 1.0 if quick else 4.0)
            found["waiting"][name] = 1000 * sum(used) / (1.0 if quick else 4.0)
        writers = {"SQLite": sqlite_writer(f"{folder}/floor.sqlite")}
        if postgres:
            writers["PostgreSQL"] = postgres_writer(postgres[0])
        for store, write in writers.items():
            pairs = _floor_and_permit(write, ours(stores[store], PLENTY, "floor"), 10 if quick else 200)
            found["floors"][store] = [{"write": floor, "permit": permit} for floor, permit in pairs]
    return found


def _floor_and_permit(write: Acquire, acquire: Acquire, repeat: int) -> list[tuple[float, ...]]:
    return by_turns(PAIRS, lambda: _median(write, repeat), lambda: _median(acquire, repeat))


def _of_store(url: str, count: int, window: tuple[int, float], windows: int, quick: bool) -> Json:
    recorder = send("ours", (url, (window, DAY), f"used {count}"), count, window, windows + 2)
    took, cpu = zip(*asked(take, count, "ours", (url, PLENTY, f"cost {count}"), 0.3 if quick else 2.0), strict=True)
    flat = sorted(one for part in took for one in part)
    return {
        "processes": count,
        **judged(recorder, window, margin(window[1])),
        "load": round(os.getloadavg()[0], 1),
        "permit_ms": 1000 * statistics.median(flat),
        "permit_ms_p95": 1000 * flat[int(0.95 * (len(flat) - 1))],
        "permit_cpu_ms": 1000 * sum(cpu) / len(flat),
        "permits_per_second": len(flat) / (0.3 if quick else 2.0),
    }


def text(found: Json) -> str:
    (count, seconds), many = found["window"], found["many"]
    parts = [
        f"A pool of {count} requests in {seconds:g} s, which is the rate of a subscribed account (300 a minute), and a "
        "margin of the same share. All processes send as fast as they get permits. Judged by when requests arrive. "
        "*Used* is the share of what limit and margin leave, over whole windows: the median (the lowest to the "
        "highest). *Over* counts requests that arrived before the limit allowed them. The time of a permit is "
        "measured with a limit that holds nobody back, so with many processes it is mostly the wait for the store.\n"
    ]
    rows = [
        [
            store, one["processes"], spread(one["used"], "{:.1%}"), one["over"],
            f"{one['permit_ms']:.1f} ms", f"{one['permit_ms_p95']:.1f} ms", f"{one['permit_cpu_ms']:.2f} ms",
            f"{one['permits_per_second']:.0f}", one["load"],
        ]
        for store, some in found["stores"].items()
        for one in some
        if "used" in one
    ]  # fmt: skip
    rows += [
        [store, one["processes"], f"failed: {one['failed']}", *[""] * 6]
        for store, some in found["stores"].items()
        for one in some
        if "failed" in one
    ]
    heads = ("store", "processes", "used", "over", "permit", "95 % within", "CPU a permit", "permits a second", "load")
    parts += [table(heads, rows), "{plot:quota-processes}\n"]
    permits, length = found["burst"]
    parts.append(
        f"Beside other libraries: {many} processes, {permits} in {length:g} s, which is "
        f"{permits / length / 5:.0f} times the rate of a subscribed account. *Early* is by how much the worst of those "
        "*over* came too soon. The last column is the CPU time of all processes together while they wait for a permit "
        "that does not come.\n"
    )
    rows = [
        [
            name, spread(one["of_limit"], "{:.1%}"), one["over"], f"{one['early_ms']:.0f} ms",
            "{} to {}".format(*one["each"]), f"{found['waiting'][name]:.0f} ms a second",
        ]
        for name, one in found["peers"].items()
    ]  # fmt: skip
    heads = ("", "used of the limit", "over", "early", "requests of each process", "CPU while waiting")
    parts += [table(heads, rows), "{plot:quota-time}\n"]
    parts.append(
        "One process alone, beside one row that is written durably to the same store, by turns "
        f"({PAIRS} pairs of medians):\n"
    )
    rows = [
        [store, spread([one["permit"] / one["write"] for one in pairs], "{:.1f}")]
        for store, pairs in found["floors"].items()
    ]
    parts.append(table(("store", "a permit takes so many times a durable write"), rows))
    return "\n".join(parts)
