"""Processes that draw from one pool, and a recorder that stamps what arrives."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import math
import multiprocessing
import os
import random
import signal
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from pydantic import SecretStr

from whautomate_core.account import Account
from whautomate_core.api import contacts
from whautomate_core.client.client import Client
from whautomate_core.client.identity import Step
from whautomate_core.client.once import send_once
from whautomate_core.errors import QuotaExhausted, RateLimited
from whautomate_core.state import State
from whautomate_core.state.clock import steady
from whautomate_core.state.database import Database
from whautomate_core.state.pool import Lane, Pool, SharedPool
from whautomate_core.values.limits import Limits

Windows = tuple[tuple[int, float], ...]

PATIENCE = 900.0
"""Seconds after which what is waited for is given up: far more than it takes on a busy machine."""
LIFE = 1800
"""Seconds after which a process ends itself, should the one that started it have died."""

_SO_TIMESTAMPNS = 35  # Linux: the kernel says when each datagram was sent over loopback

processes = multiprocessing.get_context("forkserver")
# Imported once; the fork server itself opens no database.
processes.set_forkserver_preload(
    ["whautomate_core.state", "whautomate_core.client.client", "psycopg2", "pytest", "typer"]
)


@dataclass(frozen=True)
class Job:
    """What one process does: acquire as fast as it may, and send a datagram for each permit."""

    url: str
    windows: Windows
    port: int
    account: str = "a"
    margin: float = 0.12
    """Seconds added to each window: generous, because 16 processes on a small machine are tens of milliseconds late."""
    lane: Lane = "interactive"
    burst: int | None = None
    permits: int = 1
    """That a thread takes together."""
    threads: int = 1
    tasks: int = 0
    pause: float = 0.0
    """Seconds between two requests of a caller."""
    slow: float = 0.0
    """Seconds that every other connect takes."""
    departs: bool = True
    who: int = 0


def pool_of(job: Job) -> SharedPool:
    return SharedPool(Database(job.url), job.account, Limits(job.windows, job.burst), margin=lambda seconds: job.margin)


def take(job: Job, permits: int) -> None:
    """The body of a process that takes so many permits and ends."""
    pool_of(job).acquire(permits, max_wait=0)


PAYLOAD = {"name": "Spring", "phone": "+4915112345678"}


def claim(url: str, account: str, key: str, ready: Any, mine: Any) -> None:
    """The body of a process that claims at the same moment as others."""
    book = State(url).claims
    ready.wait()
    mine.put(book.claim(account, key, PAYLOAD, "POST /x").mine)


PERSON = {"name": "Ada", "phoneNumber": "+4915112345678", "location": {"id": "loc000000001"}}


def create(account: Account, pool: Pool) -> tuple[Any, bool]:
    """Create a contact under the key `k`."""
    with Client(account, pool=pool) as client:
        return send_once(client, "k", contacts.create_contact(PERSON), lambda contact: contact["id"])  # type: ignore[arg-type]


def create_and_wait(account: Account, waiting: Any) -> None:
    """The body of a process that has something to create and stays where it waits for its permit."""

    def stay(_: float) -> None:
        waiting.set()
        time.sleep(600)

    create(account, SharedPool(Database(account.state or ""), account.id, account.limits, sleep=stay))


def work(job: Job) -> None:
    """The body of a process: `threads` threads and `tasks` tasks of one event loop share its pool."""
    signal.alarm(LIFE)
    pool = pool_of(job)
    out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    out.connect(("127.0.0.1", job.port))
    slow = itertools.cycle([0.0, job.slow])

    def send(left: float, waited: float) -> None:
        out.send(struct.pack("!Idd", job.who, left, waited))

    def in_thread() -> None:
        for connect in slow:
            asked = time.monotonic()
            grant = pool.acquire(job.permits, lane=job.lane)
            waited = time.monotonic() - asked
            time.sleep(connect)
            for number in range(job.permits):
                left = steady()
                if job.departs:
                    pool.departed(grant)
                send(steady() if number else left, waited)  # those after the first wait for their turn
            time.sleep(job.pause)

    async def in_task() -> None:
        for connect in slow:
            asked = time.monotonic()
            grant = await pool.aacquire(lane=job.lane)
            waited = time.monotonic() - asked
            await asyncio.sleep(connect)
            left = steady()
            if job.departs:
                await pool.adeparted(grant)
            send(left, waited)
            await asyncio.sleep(job.pause)

    async def in_tasks() -> None:
        await asyncio.gather(*(in_task() for _ in range(job.tasks)))

    threads = [threading.Thread(target=in_thread, daemon=True) for _ in range(job.threads)]
    if job.tasks:
        threads.append(threading.Thread(target=lambda: asyncio.run(in_tasks()), daemon=True))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@dataclass(frozen=True)
class Arrival:
    at: float
    who: int
    late: float
    """Seconds from when it set out to its arrival."""
    waited: float


class Recorder:
    """Stamps the datagrams that arrive, by the kernel's clock and not by when it comes to read them."""

    def __init__(self) -> None:
        self.arrivals: list[Arrival] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2**22)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(0.1)
        self.port: int = self._socket.getsockname()[1]
        self._boot = time.time() - steady()
        self._open = True
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        while self._open:
            with contextlib.suppress(TimeoutError):
                data, extra, _, _ = self._socket.recvmsg(64, 128)
                seconds, nanoseconds = struct.unpack("qq", extra[0][2])
                who, left, waited = struct.unpack("!Idd", data)
                at = seconds + nanoseconds / 1e9
                self.arrivals.append(Arrival(at, who, at - self._boot - left, waited))

    def close(self) -> None:
        time.sleep(0.15)
        self._open = False
        self._thread.join()
        self._socket.close()
        self.arrivals.sort(key=lambda arrival: arrival.at)


@contextlib.contextmanager
def recording() -> Iterator[Recorder]:
    recorder = Recorder()
    try:
        yield recorder
    finally:
        recorder.close()


def wait_for(true: Callable[[], object], running: Iterable[Any] = ()) -> None:
    """Wait until that is true, while all these processes run."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, f"not so after {PATIENCE:g} s"
        assert not any(process.exitcode for process in running), "a worker failed"
        time.sleep(0.1)


def _run_until(enough: Callable[[], object], started: list[Any]) -> None:
    for process in started:
        process.start()
    try:
        wait_for(enough, started)
    finally:
        for process in started:
            process.kill()
            process.join()


def run(jobs: Iterable[Job], enough: Callable[[], object]) -> None:
    """Run a process for each job until that is true: so much as is looked at, however long a busy machine takes."""
    _run_until(
        enough,
        [processes.Process(target=work, args=(replace(job, who=i),), daemon=True) for i, job in enumerate(jobs)],
    )


def run_and_kill(job: Job, recorder: Recorder, count: int, every: float, kills: int) -> None:
    """Keep so many processes running and kill -9 one at random, so often and every so many seconds.

    Less often on a machine where a process would be dead before it sends.
    """

    def start(who: int) -> Any:
        process = processes.Process(target=work, args=(replace(job, who=who),), daemon=True)
        process.start()
        return process

    begun, chance = time.monotonic(), random.Random(1)
    running = [start(i) for i in range(count)]
    wait_for(lambda: len(per_worker(recorder)) == count, running)
    every = max(every, min(0.5, (time.monotonic() - begun) / 3))
    for killed in range(kills):
        time.sleep(every)
        victim = chance.randrange(count)
        os.kill(running[victim].pid, signal.SIGKILL)
        running[victim].join()
        running[victim] = start(count + killed)
    for process in running:
        process.kill()
        process.join()


def too_many(arrivals: list[Arrival], windows: Windows, margin: float = Job.margin) -> dict[float, float]:
    """For each window that was exceeded in any position: by how many seconds the worst arrival came too early.

    No span of W holds more than N exactly when every arrival is W or more after the N-th before it. Half the margin is
    for the way to the server (from the other half on, a late stamp is moved): what that way took longer, on a busy
    machine, is no fault of the pool.
    """
    stamps = sorted(arrival.at for arrival in arrivals)
    excess = max(0.0, max((arrival.late for arrival in arrivals), default=0.0) - margin / 2)
    early = {w: max((w - (b - a) for a, b in zip(stamps, stamps[n:], strict=False)), default=0.0) for n, w in windows}
    return {seconds: by for seconds, by in early.items() if by > excess}


def best(seconds: float, windows: Windows, margin: float) -> int:
    """How many requests a single perfect caller makes in so many seconds."""
    stamps: list[float] = []
    at = 0.0
    while True:
        due = [stamps[len(stamps) - n] + w + margin for n, w in windows if len(stamps) >= n]
        at = max([at, *due])
        if at >= seconds:
            return len(stamps)
        stamps.append(at)


def per_worker(recorder: Recorder) -> Counter[int]:
    return Counter(arrival.who for arrival in recorder.arrivals)


@dataclass(frozen=True)
class Calls:
    """What one process does with a real client: read as fast as it may."""

    host: str
    key: str
    state: str
    windows: Windows
    account: str
    margin: float = 1.0
    """As of a minute: on a busy machine a request of one of 16 processes is late by tenths of a second."""


def call(job: Calls) -> None:
    signal.alarm(LIFE)
    account = Account(job.host, SecretStr(job.key), job.account, Limits(job.windows), state=SecretStr(job.state))
    pool = SharedPool(Database(job.state), account.id, account.limits, margin=lambda seconds: job.margin)
    with Client(account, pool=pool) as client:
        while True:
            with contextlib.suppress(RateLimited, QuotaExhausted):
                client.send(contacts.list_contacts())


def run_calls(job: Calls, count: int, enough: Callable[[], object]) -> None:
    """Run so many processes until that is true."""
    _run_until(enough, [processes.Process(target=call, args=(job,), daemon=True) for _ in range(count)])


def statuses(emulator: Any) -> list[tuple[float, int]]:
    """When each answered request arrived, in monotonic seconds, and what it was answered."""
    requests = emulator.requests()
    return [(request["monotonic"], request["status"]) for request in requests if request["status"] is not None]


def settled(emulator: Any) -> list[float]:
    """When the requests after the last refusal arrived; none where none was refused yet."""
    answered = statuses(emulator)
    last = max((at for at, status in answered if status == 429), default=math.inf)
    return [at for at, _ in answered if at > last]


# --- steps beside each other


def create_beside(account: Account, step: Step, contact: Any, ready: Any, outcomes: Any) -> None:
    """Create a contact as a step of a run, at the same moment as others; tells its id and who made it."""
    with Client(account) as client:
        ready.wait()
        try:
            outcomes.put(send_once(client, step, contacts.create_contact(contact), lambda record: record["id"]))
        except Exception as error:
            outcomes.put((repr(error), False))
