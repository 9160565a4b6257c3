"""What all sections share: turns, spread, processes of their own, and what is said of the machine."""

from __future__ import annotations

import importlib.metadata
import multiprocessing
import os
import platform
import resource
import secrets
import sqlite3
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

Json = dict[str, Any]
T = TypeVar("T")

ROOT = Path(__file__).parents[1]
PAIRS = 5
"""How often each thing is measured at the least, by turns with what it is compared with."""
POSTGRES = os.environ.get("WHAUTOMATE_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")
PACKAGES = ("httpx", "SQLAlchemy", "psycopg2-binary", "pydantic", "pyrate-limiter", "limits", "redis")


# --- by turns


def pairs_of(quick: bool) -> int:
    """How often things are measured by turns."""
    return 2 if quick else PAIRS


def by_turns(pairs: int, *works: Callable[[], T]) -> list[tuple[T, ...]]:
    """Do all works so often, by turns, each time in the other order, so that what else the machine does hits all."""
    found = []
    for number in range(pairs):
        order = range(len(works)) if number % 2 else reversed(range(len(works)))
        made = {place: works[place]() for place in order}
        found.append(tuple(made[place] for place in range(len(works))))
    return found


class Cost(NamedTuple):
    """What work took in a process of its own."""

    result: Any
    seconds: float
    cpu: float
    """Seconds."""
    peak: float
    """Of memory, in MiB."""


def in_own_process(work: Callable[..., Any], *arguments: Any) -> Cost:
    """Do work in a new process."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
        return process.submit(_measured, work, arguments).result()


def _measured(work: Callable[..., Any], arguments: Sequence[Any]) -> Cost:
    start, cpu = time.perf_counter(), time.process_time()
    result = work(*arguments)
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    return Cost(result, seconds, cpu, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


# --- in words


def spread(values: Sequence[float], form: str = "{:.2f}") -> str:
    """The median of values, with the lowest and the highest."""
    middle, low, high = (form.format(one) for one in (statistics.median(values), min(values), max(values)))
    return f"{middle} ({low} to {high})" if len(values) > 1 else middle


def table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A table of Markdown."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines) + "\n"


def machine() -> Json:
    """The machine in words that name neither it nor its folders."""
    packages = {}
    for name in PACKAGES:
        try:
            packages[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return {
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "processor": _processor(),
        "system": f"{platform.system()} {'.'.join(platform.release().split('.')[:2])}",
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "packages": packages,
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


# --- stores


@contextmanager
def own_database(server: str = POSTGRES) -> Iterator[tuple[str, str] | None]:
    """The URL of a new database, dropped at the end, and the server's version; None if there is no server."""
    try:
        import psycopg2

        connection = psycopg2.connect(server, connect_timeout=3)
    except Exception as error:
        print(f"without PostgreSQL: {type(error).__name__}")
        yield None
        return
    connection.autocommit = True
    name = f"whautomate_benchmark_{secrets.token_hex(4)}"
    version = connection.server_version
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
        try:
            yield f"{server.rsplit('/', 1)[0]}/{name}", f"{version // 10_000}.{version % 10_000}"
        finally:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
