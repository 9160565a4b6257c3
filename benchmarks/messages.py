"""What single messages cost beside a loop that posts them unchecked, and what steps that wait for broadcasts ask for.

Waiting runs in the environment of Airflow, whose triggers share their checks.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path
from typing import Any

import httpx

from benchmarks.harness import ROOT, Json, by_turns, pairs_of, spread, table
from benchmarks.parse import python_of
from benchmarks.sync import LOCATION, emulated, person
from whautomate_core.api import broadcasts, segments
from whautomate_core.client.client import Client
from whautomate_core.emulator import Emulator
from whautomate_core.messaging.messages import send_template_to_contacts

TITLE = "Messages and waiting"

TEMPLATE: Any = {"name": "spring", "language": "en"}
LISTS = ("listContacts", "listClients")


# --- single messages


def sent_by_ours(client: Client, emulator: Emulator, numbers: list[str]) -> float:
    start = time.perf_counter()
    rows = [{"phoneNumber": number} for number in numbers]
    report = send_template_to_contacts(client, rows, TEMPLATE, key=f"run {time.time_ns()}")
    assert report["sent"] == len(numbers), report
    return time.perf_counter() - start


def sent_by_loop(client: Client, emulator: Emulator, numbers: list[str]) -> float:
    """A request a message: whether the person has opted out is not asked, and a run that starts again sends again."""
    start = time.perf_counter()
    with httpx.Client(base_url=emulator.url, headers={"x-api-key": emulator.key}) as http:
        for number in numbers:
            body = {"recepient": {"phoneNumber": number}, "location": {"id": LOCATION}, "template": TEMPLATE}
            http.post("/v1/messages/whatsapp/sendtemplate", json=body).raise_for_status()
    return time.perf_counter() - start


def messages(folder: Path, count: int, pairs: int) -> Json:
    numbers = [person(number)[1] for number in range(count)]
    with emulated(folder, search_delay=0.0) as (emulator, client):
        emulator.add_contacts({"name": f"P{n}", "phoneNumber": number} for n, number in enumerate(numbers))
        requests: list[Json] = []

        def counted(work: Any) -> float:
            before = len(emulator.requests())
            seconds: float = work(client, emulator, numbers)
            made = [one["operation"] for one in emulator.requests()[before:]]
            searched = sum("searchText" in (one.get("query") or "") for one in emulator.requests()[before:])
            requests.append({"by": work.__name__, "made": len(made), "searched": searched})
            return seconds

        both = by_turns(pairs, lambda: counted(sent_by_loop), lambda: counted(sent_by_ours))
    return {"count": count, "pairs": both, "requests": requests}


# --- steps that wait

WAITING = """
import asyncio, json, sys, time
from airflow_provider_whautomate.triggers.waiting import WhautomateWaitTrigger

async def main():
    ids, interval, seconds = json.loads(sys.argv[1])
    end = time.time() + seconds
    asked = [WhautomateWaitTrigger({"kind": "broadcast", "broadcast_id": one}, "bench", interval, end) for one in ids]
    async def wait(one):
        return (await anext(one.run())).payload["status"]
    print(*set(await asyncio.gather(*map(wait, asked))))

asyncio.run(main())
"""
ALONE = """
import asyncio, httpx, json, sys, time

async def main():
    ids, interval, seconds, url, key = json.loads(sys.argv[1])
    async with httpx.AsyncClient(base_url=url, headers={"x-api-key": key}) as http:
        async def wait(one):
            end, pause = time.time() + seconds, interval
            while True:
                (await http.get(f"/v1/broadcasts/{one}")).raise_for_status()
                if time.time() >= end:
                    return
                await asyncio.sleep(min(pause, max(0.0, end - time.time())))
                pause *= 2
        await asyncio.gather(*map(wait, ids))

asyncio.run(main())
"""


def waiting(folder: Path, counts: tuple[int, ...], interval: float, seconds: float) -> list[Json]:
    """Requests of so many waits that all last so many seconds, together and each by itself."""
    found = []
    slow = {"broadcast_seconds": 100_000.0, "search_delay": 0.0}
    for count in counts:
        with emulated(folder, **slow) as (emulator, client):
            emulator.add_contacts([{"name": "N", "phoneNumber": "4915123456780"}])
            ids = under_way(client, count)
            settings = {
                "plan": "subscribed", "account": f"waiting {count}", "location_id": LOCATION,
                "state": f"sqlite:///{folder}/waiting.state",
            }  # fmt: skip
            connection = {"conn_type": "whautomate", "host": emulator.url, "password": emulator.key, "extra": settings}
            environment = {
                **os.environ, "PYTHONPATH": str(ROOT), "AIRFLOW_HOME": str(folder / "airflow"),
                "AIRFLOW_CONN_BENCH": json.dumps(connection),
            }  # fmt: skip
            made = []
            for code, given in (
                (ALONE, [ids, interval, seconds, emulator.url, emulator.key]),
                (WAITING, [ids, interval, seconds]),
            ):
                before = len(emulator.requests())
                run = [python_of("airflow"), "-W", "ignore", "-c", code, json.dumps(given)]
                done = subprocess.run(
                    run, check=True, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
                )
                assert code is ALONE or done.stdout.split()[-1:] == [b"timeout"], done.stdout
                made.append(len(emulator.requests()) - before)
            found.append({"waiting": count, "alone": made[0], "together": made[1]})
    return found


def under_way(client: Client, count: int) -> list[str]:
    """Broadcasts that have begun and take long."""
    everybody = client.send(segments.create_segment({"name": "s", "type": "contact", "location": {"id": LOCATION}}))
    body: Any = {
        "type": "contact", "segments": [{"id": everybody["id"]}], "template": TEMPLATE,
        "scheduleDateTime": "2020-01-01T00:00:00Z",
    }  # fmt: skip
    made = (broadcasts.create_broadcast({**body, "name": f"b{n}"}, allow_protected=True) for n in range(count))
    return [client.send(call)["id"] for call in made]


def measure(folder: Path, quick: bool) -> Json:
    return {
        "messages": messages(folder, 20 if quick else 300, pairs_of(quick)),
        "waiting": waiting(folder, (1, 5), 0.5, 1.0) if quick else waiting(folder, (1, 20, 100, 200), 1.0, 10.0),
        "interval": 0.5 if quick else 1.0,
        "seconds": 1.0 if quick else 10.0,
    }


def text(found: Json) -> str:
    single, waits = found["messages"], found["waiting"]

    def a_message(name: str) -> str:
        return spread([one["made"] / single["count"] for one in single["requests"] if one["by"] == name])

    parts = [
        f"**Single messages.** {single['count']} templates to {single['count']} people at the emulator without limits, "
        "beside a loop that posts them with httpx, by turns. The loop sends one request a message. It does not ask "
        "whether the person has opted out, and a loop that starts again sends again. The job asks contacts and clients "
        "directly before each message, and claims each person first. That is why it is slower and takes more "
        "requests.\n",
        table(
            ("", "requests a message", "time, of the loop's"),
            [
                ["the loop", a_message("sent_by_loop"), "1"],
                [
                    "`send_template_to_contacts`",
                    a_message("sent_by_ours"),
                    spread([ours / loop for loop, ours in single["pairs"]], "{:.1f}"),
                ],
            ],
        ),
        f"**Waiting.** So many Airflow triggers of one process each wait {found['seconds']:g} s for a broadcast of "
        f"their own, which goes on for longer. The first pause is {found['interval']:g} s and each one is twice as "
        "long. Requests at the emulator; beside it as many coroutines with the same pauses that each read their "
        "broadcast by id.\n",
        table(
            ("waiting tasks", "requests, each by itself", "requests, these triggers"),
            [[one["waiting"], one["alone"], one["together"]] for one in waits],
        ),
        "{plot:messages-waiting}\n",
    ]
    return "\n".join(parts)
