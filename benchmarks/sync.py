"""What a sync costs: seconds and memory where nothing changed and in the first run, and requests where something did.

The bare loop does the least that telling changed rows from others takes: it reads the CSV file with `csv.reader`, takes
the SHA-256 of each row's cells, and looks that up under the row's number with one SELECT a row in a SQLite table.
"""

from __future__ import annotations

import csv
import hashlib
import itertools
import math
import sqlite3
import statistics
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from benchmarks.harness import Json, by_turns, in_own_process, pairs_of, spread, table
from whautomate_core.account import account_from_settings
from whautomate_core.client.client import Client
from whautomate_core.emulator import Emulator, behaviour_from, create_app, running
from whautomate_core.state.pool import Grant
from whautomate_core.state.profiles import Profile, ResourceProfile
from whautomate_core.sync.contacts import sync_contacts, tag_contacts
from whautomate_core.values.progress import silent

TITLE = "Sync"

COLUMNS = ("full_name", "mobile", "city", "plan")
MAPPING = {"name": "full_name", "phoneNumber": "mobile", "customFields.city": "city", "customFields.plan": "plan"}
LOCATION = Emulator.location_id

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
        if request.url.path == f"/v1/locations/{LOCATION}":
            return httpx.Response(200, json={"id": LOCATION, "name": "Here"})
        if (request.method, request.url.path) != ("GET", "/v1/contacts"):
            return httpx.Response(500)
        start = (int(request.url.params["page"]) - 1) * 100
        page = range(start, min(start + 100, count))
        return httpx.Response(200, json=[{"id": f"c{number}", **as_contact(person(number))} for number in page])

    return httpx.MockTransport(answer)


def synced(path: str, state: str, count: int) -> Json:
    """The report of a sync of a file with people who all are there already."""
    # No rest before the list is read again: it is a minute whatever the rows, and the clock is what is measured.
    settings = {"plan": "subscribed", "state": f"sqlite:///{state}", "location_id": LOCATION, "list_lag": 0}
    account = account_from_settings("http://127.0.0.1", "k", settings)
    pool: Any = Unlimited()
    with Client(account, pool=pool, transport=holding(count)) as client:
        report = sync_contacts(client, path, MAPPING, progress=silent)
    assert report["unchanged"] == count, report
    return {"requests": report["requests"]}


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


def prepare(folder: Path, count: int) -> tuple[str, str, str]:
    """A file of so many rows, what the bare loop knows of them, and the path of an empty state."""
    path, known, state = (str(folder / f"{count}.{kind}") for kind in ("csv", "bare", "state"))
    with open(path, "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(itertools.chain([COLUMNS], map(person, range(count))))
    with sqlite3.connect(known) as connection:
        connection.execute("CREATE TABLE row (key TEXT PRIMARY KEY, hash TEXT)")
        keys = ((cells[1], sha256(list(cells))) for cells in map(person, range(count)))
        connection.executemany("INSERT INTO row VALUES (?, ?)", keys)
    connection.close()
    return path, known, state


def unchanged(folder: Path, count: int, pairs: int) -> Json:
    path, known, state = prepare(folder, count)
    first = in_own_process(synced, path, state, count)
    both = by_turns(
        pairs, lambda: in_own_process(bare, path, known, count), lambda: in_own_process(synced, path, state, count)
    )
    assert {floor.result["unchanged"] for floor, _ in both} == {count}
    assert {own.result["requests"] for _, own in both} == {0}
    return {
        "rows": count,
        "first": {"seconds": first.seconds, "cpu": first.cpu, "peak": first.peak, **first.result},
        "pairs": [
            {
                "bare": floor.seconds, "ours": own.seconds, "bare_cpu": floor.cpu, "ours_cpu": own.cpu,
                "bare_peak": floor.peak, "peak": own.peak,
            }
            for floor, own in both
        ],
    }  # fmt: skip


def exponent(sizes: list[Json], seconds: Any) -> float:
    """How the seconds of a size grow with its rows: 1 is in proportion. By least squares over the logarithms."""
    rows = [math.log(one["rows"]) for one in sizes]
    return statistics.linear_regression(rows, [math.log(seconds(one)) for one in sizes]).slope


# --- something has changed


@contextmanager
def emulated(folder: Path, **behaviour: Any) -> Iterator[tuple[Emulator, Client]]:
    """An emulator without limits, and a client as jobs have it, whose pool grants everything."""
    app = create_app(behaviour_from({"limits": (), **behaviour}))
    emulator = Emulator(app)
    with running(app) as emulator.url:
        state = f"sqlite:///{folder}/{app.state.key}.state"
        settings = {"plan": "subscribed", "location_id": LOCATION, "state": state, "list_lag": 0}
        pool: Any = Unlimited()
        with Client(account_from_settings(emulator.url, emulator.key, settings), lane="bulk", pool=pool) as client:
            yield emulator, client
    emulator.close()


def changed(folder: Path, rows: int) -> Json:
    """Requests for each kind of change, apart from the passes over lists of people."""
    people = [person(number) for number in range(rows)]
    found: Json = {}
    with emulated(folder, put="merge", search_delay=0.0) as (emulator, client):

        def count(what: str, job: Any, of: int, **expected: int) -> None:
            before = len(emulator.requests())
            report = job()
            assert {name: report[name] for name in expected} == expected, report
            made = [one["operation"] for one in emulator.requests()[before:]]
            lists = sum(one in ("listContacts", "listClients") for one in made)
            found[what] = {"rows": of, "lists": lists, "others": len(made) - lists}

        def sync(people: Iterable[Cells]) -> Json:
            return sync_contacts(client, as_dicts(people), MAPPING, progress=silent)

        emulator.add_contacts(as_contact(person(rows + number)) for number in range(rows))
        count("created", lambda: sync(people), rows, created=rows)
        changed = [person(number, night=1) for number in range(rows)]
        count("updated", lambda: sync(changed), rows, updated=rows)
        known = ResourceProfile(True, True, page_cap=emulator.behaviour.page_cap)
        client.state.profiles.put(client.account.id, Profile({"contacts": known}))
        vars(client).pop("profile", None)
        changed = [person(number, night=2) for number in range(rows)]
        count("updated, PUT known to merge", lambda: sync(changed), rows, updated=rows)
        tag = ("vip", {"phoneNumber": "mobile"})
        count("tagged", lambda: tag_contacts(client, as_dicts(people), *tag, progress=silent), rows, tagged=rows)
    return found


def measure(folder: Path, quick: bool) -> Json:
    sizes = []
    for count in (100, 1_000) if quick else (1_000, 10_000, 100_000, 1_000_000):
        sizes.append(unchanged(folder, count, pairs_of(quick)))
        print(
            f"{count} rows: {spread([one['bare'] / one['ours'] for one in sizes[-1]['pairs']])} of the bare loop, "
            f"first run {sizes[-1]['first']['seconds']:.0f} s, {sizes[-1]['first']['peak']:.0f} MiB", flush=True,
        )  # fmt: skip
    runs = [changed(folder, 50 if quick else 500) for _ in range(pairs_of(quick))]
    return {"sizes": sizes, "changed": runs}


def text(found: Json) -> str:
    sizes, runs = found["sizes"], found["changed"]
    rows = [
        [
            f"{one['rows']:,}",
            spread([pair["bare"] / pair["ours"] for pair in one["pairs"]]),
            spread([pair["bare_cpu"] / pair["ours_cpu"] for pair in one["pairs"]]),
            f"{spread([pair['ours'] for pair in one['pairs']], '{:.1f}')} s",
            f"{max(pair['peak'] for pair in one['pairs']):.0f} MiB",
            f"{one['first']['seconds']:.0f} s",
            f"{one['first']['peak']:.0f} MiB",
            f"{one['first']['requests']:,}",
        ]
        for one in sizes
    ]
    of_run = exponent(sizes, lambda one: statistics.median(pair["ours"] for pair in one["pairs"]))
    of_first = exponent(sizes, lambda one: one["first"]["seconds"])
    largest = sizes[-2:]
    growth = exponent(largest, lambda one: statistics.median(pair["ours"] for pair in one["pairs"]))
    parts = [
        "**Nothing has changed.** A file whose rows are all as the last run left them, beside a bare loop over the "
        "same file, by turns, each in a process of its own. The bare loop reads the file with `csv.reader`, takes the "
        "SHA-256 of each row's cells, and compares it with what one SELECT a row finds in a SQLite table under the "
        "row's number. It has no other function: no checks, no report, no lock, no second look for people in several "
        "rows. The sync's time includes opening its state. No run of it makes a request. *Rows a second* is the share "
        "of the bare loop's.\n",
        table(
            ("rows", "rows a second, of the bare loop's", "by CPU time", "a run", "peak of memory", "first run",
             "its peak", "its requests"),
            rows,
        ),
        f"Time grows with the rows to the power of {of_run:.2f} over all sizes, and of {growth:.2f} between the two "
        f"largest: what a run costs whatever its rows weighs in the small ones. That of the first run grows to the "
        f"power of {of_first:.2f}. The first run finds everybody at a server that holds the same people, in pages of "
        "100, by reading the list until two readings agree. The server answers within the process, so the first run "
        "shows the work and not the wait for permits.\n",
        "{plot:sync-rows}\n",
        "**Something has changed.** Requests a row, at the emulator, beside the passes over the lists of contacts and "
        f"clients ({len(runs)} runs with new people each; {next(iter(runs[0].values()))['rows']:,} rows, and as many "
        "other people at the server):\n",
        table(
            ("", "requests a row", "requests that read lists"),
            [
                [
                    what,
                    spread([run[what]["others"] / run[what]["rows"] for run in runs]),
                    spread([run[what]["lists"] for run in runs], "{:.0f}"),
                ]
                for what in runs[0]
            ],
        ),
    ]  # fmt: skip
    return "\n".join(parts)
