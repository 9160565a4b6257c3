"""What a sync costs: rows a second and memory where nothing changed, requests where something did, and beside others.

    python benchmarks/sync.py [unchanged] [changed] [beside] [--rows 100000] [--changed 1000] [--beside 300]

All three without a name. `--rows 1000000` and `--changed 10000` are the sizes of the goals. Read the ratios: rows a
second are this machine's.

- unchanged: goal 0.5 of a bare loop over the same file (csv, sha256, one SELECT a row in SQLite), by turns in one run,
  no request, and a peak of memory that is the same for a tenth of the rows. The first run, which finds everybody there
  by reading pages, is what fills the ledger: of a million rows it takes a quarter of an hour.
- changed: requests a row, with the pool of a subscribed account at its limit, its minute shortened as in quota.py
  (`--minute`); goal 95 % of the permits that margin and head-room leave.
- beside: the same two nights of a job as people write it now. Functions stand in for operators: one request a task as
  HttpOperator mapped over rows makes it, and a loop with requests and urllib3's Retry as a PythonOperator runs it. What
  Airflow would add is time: about a second for each mapped task. Everybody's minute is 5 s, so that an operator's
  retry_delay of 5 minutes is 25 s.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import itertools
import json
import logging
import multiprocessing
import os
import resource
import sqlite3
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import requests
from requests.adapters import HTTPAdapter
from urllib3 import Retry

from whautomate_core.account import account_from_settings
from whautomate_core.client.client import Client
from whautomate_core.emulator import Emulator, behaviour_from, create_app, running
from whautomate_core.errors import WhautomateError
from whautomate_core.state.pool import Grant
from whautomate_core.state.profiles import Profile, ResourceProfile
from whautomate_core.sync.contacts import sync_contacts, tag_contacts
from whautomate_core.sync.options import Run
from whautomate_core.values.limits import Limits, head_room, margin
from whautomate_core.values.progress import silent

COLUMNS = ("full_name", "mobile", "city", "plan")
MAPPING = {"name": "full_name", "phoneNumber": "mobile", "customFields.city": "city", "customFields.plan": "plan"}
LOCATION = Emulator.location_id

LIMIT = 300
"""Requests a minute."""
ROUNDS = 3

Cells = tuple[str, ...]


def person(number: int, night: int = 0) -> Cells:
    """A row. Phone numbers are in no order, as in any export that is not sorted by them."""
    mobile = f"+49151{20_000_000 + number * 7_368_787 % 10_000_000}"
    return f"Person {number}", mobile, f"City {(number + night) % 500}", ("free", "pro", "team")[number % 3]


def as_dicts(people: Iterable[Cells]) -> list[dict[str, str]]:
    return [dict(zip(COLUMNS, cells, strict=True)) for cells in people]


def as_contact(cells: Cells) -> dict[str, Any]:
    """The body of somebody's createContact."""
    name, mobile, city, plan = cells
    return {"name": name, "phoneNumber": mobile, "customFields": {"city": city, "plan": plan}}


# --- nothing has changed


class Unlimited:
    """A pool that grants everything."""

    def acquire(self, permits: int = 1, **how: Any) -> Grant:
        return Grant(permits, 0.0, time.monotonic(), 0.0)

    def departed(self, grant: Grant) -> None: ...


def holding(count: int) -> httpx.MockTransport:
    """A server that has so many people as their rows say, in pages of 100. It takes no writes."""

    def answer(request: httpx.Request) -> httpx.Response:
        if (request.method, request.url.path) != ("GET", "/v1/contacts"):
            return httpx.Response(500)
        start = (int(request.url.params["page"]) - 1) * 100
        page = range(start, min(start + 100, count))
        return httpx.Response(200, json=[{"id": f"c{number}", **as_contact(person(number))} for number in page])

    return httpx.MockTransport(answer)


def synced(path: str, state: str, count: int) -> dict[str, Any]:
    """The report of a sync of a file with people who all are there already."""
    settings = {"plan": "subscribed", "state": f"sqlite:///{state}", "location_id": LOCATION}
    account = account_from_settings("http://127.0.0.1", "k", settings)
    pool: Any = Unlimited()
    with Client(account, pool=pool, transport=holding(count)) as client:
        return sync_contacts(client, path, MAPPING, progress=silent)


def bare(path: str, known: str, count: int) -> dict[str, Any]:
    """The least that telling changed rows from others takes, as a report."""
    connection, unchanged = sqlite3.connect(known), 0
    with open(path, newline="", encoding="utf-8") as file:
        rows = csv.reader(file)
        next(rows)
        for cells in rows:
            found = connection.execute("SELECT hash FROM row WHERE key = ?", (cells[1],)).fetchone()
            unchanged += found == (sha256(cells),)
    return {"unchanged": unchanged, "requests": 0}


def sha256(cells: list[str]) -> str:
    return hashlib.sha256("\x1f".join(cells).encode()).hexdigest()


class Measured(NamedTuple):
    report: dict[str, Any]
    seconds: float
    cpu: float
    """Seconds."""
    peak: float
    """Of memory, in MiB."""


def measured(work: Callable[..., dict[str, Any]], *arguments: Any) -> Measured:
    """What work takes in a process of its own."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
        return process.submit(_measured, work, arguments).result()


def _measured(work: Callable[..., dict[str, Any]], arguments: tuple[Any, ...]) -> Measured:
    start, cpu = time.perf_counter(), time.process_time()
    report = work(*arguments)
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    return Measured(report, seconds, cpu, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def unchanged(folder: Path, rows: int) -> None:
    print("\nNothing has changed: rows a second by turns, the ratio by the clock and by CPU time, peak memory in MiB")
    heads = ("rows", "bare loop", "ours", "ratio", "by CPU", "requests", "peak", "of first run", "it took")
    print("".join(f"{head:>{len(head) + 4}}" for head in heads))
    for count in (rows // 10, rows):
        path, known, state = (str(folder / f"{count}.{kind}") for kind in ("csv", "bare", "state"))
        with open(path, "w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(itertools.chain([COLUMNS], map(person, range(count))))
        with sqlite3.connect(known) as connection:
            connection.execute("CREATE TABLE row (key TEXT PRIMARY KEY, hash TEXT)")
            keys = ((cells[1], sha256(list(cells))) for cells in map(person, range(count)))
            connection.executemany("INSERT INTO row VALUES (?, ?)", keys)
        connection.close()
        first = measured(synced, path, state, count)
        rounds = [(measured(bare, path, known, count), measured(synced, path, state, count)) for _ in range(ROUNDS)]
        assert {one.report["unchanged"] for one in (first, *itertools.chain(*rounds))} == {count}
        floor_rate, rate, ratio, cpu = (
            statistics.median(figures)
            for figures in zip(
                *((count / f.seconds, count / o.seconds, f.seconds / o.seconds, f.cpu / o.cpu) for f, o in rounds),
                strict=True,
            )
        )
        requests, peak = sum(ours.report["requests"] for _, ours in rounds), max(ours.peak for _, ours in rounds)
        print(
            f"{count:>8}{floor_rate:>13.0f}{rate:>8.0f}{ratio:>9.2f}{cpu:>10.2f}{requests:>12}{peak:>8.0f}"
            f"{first.peak:>16.0f}{first.seconds:>9.0f} s",
            flush=True,
        )


# --- something has


@contextmanager
def emulated(folder: Path, minute: float, **behaviour: Any) -> Iterator[tuple[Emulator, Client]]:
    """An emulator with the limits of a subscribed account, its minute shortened, and a client as sync jobs have it."""
    windows = ((LIMIT, minute), (432_000, 86_400.0))
    app = create_app(behaviour_from({"limits": windows, **behaviour}))
    emulator = Emulator(app)
    with running(app) as emulator.url:
        settings = {"plan": "subscribed", "location_id": LOCATION, "state": f"sqlite:///{folder}/{app.state.key}.state"}
        account = replace(account_from_settings(emulator.url, emulator.key, settings), limits=Limits(windows))
        with Client(account, lane="bulk") as client:
            yield emulator, client
    emulator.close()


def changed(folder: Path, rows: int, minute: float) -> None:
    people = [person(number) for number in range(rows)]
    print(f"\nRequests a row, and how much of {LIMIT} in {minute:g} s is used (margin and head-room left)")
    print(f"{'':44}{'rows':>8}{'requests':>10}{'a row':>8}{'of limit':>10}{'of the rest':>13}{'429':>6}")
    with emulated(folder, minute, put="merge") as (emulator, client):

        def say(what: str, job: Callable[[], dict[str, Any]], count: int, **expected: int) -> None:
            before = len(emulator.requests())
            report = job()
            assert {name: report[name] for name in expected} == expected, report
            made = emulator.requests()[before:]
            refused = sum(one["status"] == 429 for one in made)
            shares = used([one["at"] for one in made], minute)
            print(f"{what:44}{count:>8}{len(made):>10}{len(made) / count:>8.2f}{shares}{refused:>6}", flush=True)

        def sync(people: Iterable[Cells]) -> dict[str, Any]:
            return sync_contacts(client, as_dicts(people), MAPPING, progress=silent)

        emulator.add_contacts(as_contact(person(rows + number)) for number in range(rows))
        say("created, of as many others: page-wise", lambda: sync(people), rows, created=rows)
        # Fewer than the pages that reading everybody took.
        few = max(1, rows // emulator.behaviour.page_cap - 1)
        more = [person(2 * rows + number) for number in range(few)]
        say("created, few: row-wise", lambda: sync(people + more), few, created=few)
        people = [person(number, night=1) for number in range(rows)]
        say("updated", lambda: sync(people), rows, updated=rows)
        known = ResourceProfile(True, True, page_cap=emulator.behaviour.page_cap)
        client.state.profiles.put(client.account.id, Profile({"contacts": known}))
        vars(client).pop("profile", None)
        people = [person(number, night=2) for number in range(rows)]
        say("updated, PUT known to merge", lambda: sync(people), rows, updated=rows)
        tag = ("vip", {"phoneNumber": "mobile"})
        say("tagged", lambda: tag_contacts(client, as_dicts(people), *tag, progress=silent), rows, tagged=rows)


def used(stamps: list[float], minute: float) -> str:
    """Which share of the limit was sent, and of what margin and head-room leave of it."""
    permits = LIMIT - head_room(LIMIT)
    cycles = [later - earlier for earlier, later in zip(stamps, stamps[permits:], strict=False)]
    if not cycles:
        return f"{'-':>10}{'-':>13}"
    cycle = statistics.mean(cycles)
    return f"{permits / cycle / (LIMIT / minute):>10.1%}{(minute + margin(minute)) / cycle:>13.1%}"


# --- as people write it now

FAULTS = ("dropped_before", "dropped_after", "500_before", "500_after", "503", "not_json")
SHARE = 0.05
MINUTE = 5.0
"""Seconds that stand for a minute, and by which all waiting is shortened."""
RETRIES, RETRY_DELAY = 3, 300.0 * MINUTE / 60
"""Of a task: as `retries=3` and Airflow's default of 5 minutes, in shortened minutes."""
TASKS = 8
"""Mapped tasks at once. More ran into 429, and what is refused counts as well."""

Ask = Callable[..., Any]


def write(ask: Ask, cells: Cells) -> None:
    """Search for somebody, then write or create them."""
    body = {**as_contact(cells), "location": {"id": LOCATION}}
    found = ask("GET", "/v1/contacts", params={"searchText": cells[1].lstrip("+")})
    if found:
        ask("PUT", f"/v1/contacts/{found[0]['id']}", json=body)
    else:
        ask("POST", "/v1/contacts", json=body)


def retried(task: Callable[[], Any]) -> Any:
    """A task as Airflow runs it. None where its last try failed too."""
    for left in range(RETRIES, -1, -1):
        try:
            return task()
        except (requests.RequestException, WhautomateError):
            if left:
                time.sleep(RETRY_DELAY)
    return None


def asking(session: requests.Session, emulator: Emulator) -> Ask:
    def ask(method: str, path: str, **what: Any) -> Any:
        answer = session.request(method, emulator.url + path, headers={"x-api-key": emulator.key}, timeout=30, **what)
        answer.raise_for_status()
        return answer.json()

    return ask


def http_operators(emulator: Emulator, people: list[Cells]) -> None:
    """HttpOperator mapped over the rows: each request is a task, and a task is tried again by itself."""
    ask = asking(requests.Session(), emulator)
    with ThreadPoolExecutor(TASKS) as tasks:
        list(tasks.map(lambda cells: write(lambda *what, **how: retried(lambda: ask(*what, **how)), cells), people))


def python_operator(emulator: Emulator, people: list[Cells]) -> None:
    """A PythonOperator with a loop: its session repeats what fails, and where that is not enough it logs and goes on.

    Were it to fail instead, its next try would start over, and with as many faults as here hardly reach the last row.
    """
    session = requests.Session()
    again = Retry(5, backoff_factor=1, status_forcelist=[429, 500, 502, 503, 504], allowed_methods=None)
    session.mount("http://", HTTPAdapter(max_retries=again))
    ask = asking(session, emulator)
    for cells in people:
        with suppress(requests.RequestException):
            write(ask, cells)


def whautomate_operator(client: Client, people: list[Cells], night: int) -> None:
    run = Run("nightly", holder=f"night {night}")
    retried(
        lambda: sync_contacts(
            client, as_dicts(people), MAPPING, run=run, settle_after=900.0 * MINUTE / 60, progress=silent
        )
    )


def beside(folder: Path, rows: int) -> None:
    first = [person(number) for number in range(rows)]
    second = [person(number, night=number % 20 == 0) for number in range(rows)]
    print(
        f"\n{rows} people created, and the next night 5 % changed: {SHARE:.0%} of all requests fail, six ways by turns"
    )
    heads = ("requests", "seconds", "requests", "seconds", "doubles", "lost", "opt-outs lost")
    print(f"{'':26}{'first night':>20}{'second night':>20}")
    print(f"{'':26}" + "".join(f"{head:>{max(10, len(head) + 2)}}" for head in heads))
    for name in ("HttpOperator, mapped", "PythonOperator", "this sync"):
        state = folder / name
        state.mkdir()
        with emulated(state, MINUTE) as (emulator, client):
            for fault in FAULTS:
                emulator.fault(fault, probability=SHARE / len(FAULTS))
            told = []
            for night, people in enumerate((first, second)):
                before, start = len(emulator.requests()), time.monotonic()
                if name == "HttpOperator, mapped":
                    http_operators(emulator, people)
                elif name == "PythonOperator":
                    python_operator(emulator, people)
                else:
                    whautomate_operator(client, people, night)
                told += [f"{len(emulator.requests()) - before:>10}", f"{time.monotonic() - start:>10.0f}"]
                if night == 0:
                    left = [contact["phoneNumber"] for contact in emulator.contacts()[::10]]
                    for number in left:
                        emulator.opt_out(number)
            told += judged(emulator, second, left)
            print(f"{name:26}{''.join(told)}", flush=True)


def judged(emulator: Emulator, people: list[Cells], left: list[str]) -> list[str]:
    """Contacts too many, people who are not there as their row says, and opt-outs that are gone."""
    contacts = emulator.contacts()
    count = Counter(contact["phoneNumber"] for contact in contacts)
    there = {json.dumps([c["phoneNumber"], c["name"], c.get("customFields")], sort_keys=True) for c in contacts}
    wanted = [(body["phoneNumber"].lstrip("+"), body["name"], body["customFields"]) for body in map(as_contact, people)]
    lost = sum(json.dumps(one, sort_keys=True) not in there for one in wanted)
    free = {c["phoneNumber"] for c in contacts if "Unsubscribe" not in c.get("tags", [])}
    return [f"{sum(count.values()) - len(count):>10}", f"{lost:>10}", f"{len(free & set(left)):>15}"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("parts", nargs="*", choices=["unchanged", "changed", "beside", []], default=[])
    parser.add_argument("--rows", type=int, default=100_000, help="of unchanged")
    parser.add_argument("--changed", type=int, default=1_000, help="rows of changed")
    parser.add_argument("--beside", type=int, default=300, help="rows of beside")
    parser.add_argument("--minute", type=float, default=10.0, help="seconds that stand for a minute in changed")
    given = parser.parse_args()
    logging.disable(logging.WARNING)  # that requests are tried again is what is measured
    for name, part, sizes in (
        ("unchanged", unchanged, (given.rows,)),
        ("changed", changed, (given.changed, given.minute)),
        ("beside", beside, (given.beside,)),
    ):
        if name in (given.parts or [name]):
            with tempfile.TemporaryDirectory() as folder:
                os.environ["WHAUTOMATE_HOME"] = folder
                part(Path(folder), *sizes)


if __name__ == "__main__":
    main()
