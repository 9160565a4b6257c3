"""What the pool of requests leaves unused before servers of each kind, and how often they refuse, with real processes.

    python -m benchmarks.pace [--postgres postgresql://postgres@127.0.0.1/postgres] [--seconds 60]

Each server is the emulator's limits, which judge a datagram by when it arrived, by the kernel's clock. All processes
send as fast as the pool lets them. A refused process tells the pool, as a client does. The minute is shortened to 20 s
and its requests to 100, so that the rate is a subscribed account's: 5 a second, which is what a pace depends on.
PostgreSQL is left out if it is missing. The three numbers of processes run at once, each with its own account.
"""

from __future__ import annotations

import argparse
import logging
import os
import socket
import struct
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from benchmarks.harness import POSTGRES, own_database
from benchmarks.quota import processes
from whautomate_core.emulator.limits import Limits as Server
from whautomate_core.state.database import Database
from whautomate_core.state.pool import SharedPool
from whautomate_core.values.limits import Limits, margin

WINDOWS = ((100, 20.0), (432_000, 86_400.0))
SERVERS: dict[str, Any] = {
    "sliding window": ("sliding",),
    "fixed windows": ("fixed", 7.0),
    "bucket of 20": ("bucket", 0.0, True, 20),
    "bucket of 5": ("bucket", 0.0, True, 5),
    "bucket of 2": ("bucket", 0.0, True, 2),
    "bucket of 1": ("bucket", 0.0, True, 1),
}
PROCESSES = (1, 4, 16)
LEARNING = WINDOWS[0][1] + margin(WINDOWS[0][1])
"""Seconds after the first refusal in which the pool may learn: until then the window holds what was sent at once."""

_SO_TIMESTAMPNS = 35  # Linux


@dataclass
class Judge:
    """Answers each datagram with 1 if it may pass, else 0."""

    server: Server
    passed: list[float] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)

    def serve(self, port: socket.socket) -> None:
        """Answer until the socket is closed."""
        while True:
            try:
                _, extra, _, sender = port.recvmsg(8, 128)
            except TimeoutError:
                continue
            except OSError:
                return
            seconds, nanoseconds = struct.unpack("qq", extra[0][2])
            at = seconds + nanoseconds / 1e9
            refusal = self.server.ask(at)
            (self.passed if refusal is None else self.refused).append(at)
            port.sendto(b"1" if refusal is None else b"0", sender)


@contextmanager
def judging(server: Server) -> Iterator[tuple[Judge, int]]:
    judge = Judge(server)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as port:
        port.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        port.bind(("127.0.0.1", 0))
        port.settimeout(0.1)
        thread = threading.Thread(target=judge.serve, args=(port,), daemon=True)
        thread.start()
        yield judge, port.getsockname()[1]
    thread.join()


def send(url: str, account: str, port: int, ready: Any) -> None:
    """Send a datagram for each permit until killed."""
    logging.disable()
    pool = SharedPool(Database(url), account, Limits(WINDOWS))
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.connect(("127.0.0.1", port))
    ready.wait()
    while True:
        grant = pool.acquire()
        pool.departed(grant)
        server.send(b"")
        if server.recv(1) == b"0":
            pool.pause(None, grant)


def run(url: str, name: str, count: int, seconds: float) -> Judge:
    """Let so many processes send for so many seconds to a server."""
    with judging(Server(WINDOWS, *SERVERS[name])) as (judge, port):
        ready = processes.Barrier(count + 1)
        account = f"{name}, {count}, {time.time()}"
        started = [processes.Process(target=send, args=(url, account, port, ready), daemon=True) for _ in range(count)]
        for process in started:
            process.start()
        ready.wait()
        time.sleep(seconds)
        for process in started:
            process.kill()
            process.join()
    return judge


def judged(judge: Judge) -> str:
    """Refusals while the pool learned and later, and the share used after that of what limit and margin leave."""
    (count, seconds), *_ = WINDOWS
    learned = judge.refused[0] + LEARNING if judge.refused else 0.0
    late = sum(at > learned for at in judge.refused)
    passed = [at for at in judge.passed if at > learned]
    if judge.refused:
        lasted, sent = passed[-1] - passed[0], len(passed) - 1
    else:  # they come in bursts: whole windows
        sent = (len(passed) - 1) // count * count
        lasted = passed[sent] - passed[0]
    used = sent / lasted * (seconds + margin(seconds)) / count
    return f"{len(judge.refused) - late:>6} {late:>6} {used:>7.1%}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--postgres", default=POSTGRES)
    parser.add_argument("--seconds", type=float, default=65.0)
    parser.add_argument("--servers", nargs="*", default=list(SERVERS), choices=list(SERVERS))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, own_database(given.postgres) as postgres:
        stores = {"SQLite": f"sqlite:///{folder}/state.sqlite"} | ({"PostgreSQL": postgres[0]} if postgres else {})
        print("For each number of processes: refusals while it learned, refusals later, and what was used")
        print(f"{'processes':28}" + "".join(f"{count:>24}" for count in PROCESSES) + f"{'load':>8}")
        for store, url in stores.items():
            for name in given.servers:
                found: dict[int, str] = {}

                def measure(count: int, url: str = url, name: str = name, found: Any = found) -> None:
                    found[count] = judged(run(url, name, count, given.seconds))

                threads = [threading.Thread(target=measure, args=(count,)) for count in PROCESSES]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()
                cells = "".join(f"{found.get(count, 'failed'):>24}" for count in PROCESSES)
                print(f"{f'{store}, {name}':28}{cells}{os.getloadavg()[0]:>8.1f}", flush=True)


if __name__ == "__main__":
    main()
