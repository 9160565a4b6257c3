"""What a whole campaign asks for: people from rows to a broadcast, then the same run again, then the next night."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from typing import Any

import httpx

from benchmarks.harness import PAIRS, Json, by_turns, spread, table
from benchmarks.sync import LOCATION, MAPPING, as_contact, as_dicts, emulated, person
from whautomate_core.messaging.campaign import campaign_from
from whautomate_core.messaging.segments import ensure_segment
from whautomate_core.messaging.send import send_broadcast
from whautomate_core.sync.contacts import sync_contacts, tag_contacts
from whautomate_core.values.progress import silent

TITLE = "Campaign"
TEMPLATE: Any = {"name": "spring", "language": "en"}


def run(client: Any, people: list[Any], key: str) -> None:
    """The steps of `contacts_to_campaign`, without the wait for delivery."""
    rows = as_dicts(people)
    sync_contacts(client, rows, MAPPING, tags=["spring"], progress=silent)
    tag_contacts(client, rows, "spring", {"phoneNumber": "mobile"}, progress=silent)
    ensure_segment(client, "spring", {"tags": ["spring"]})
    given = {"name": "spring", "template": TEMPLATE, "segment_name": "spring", "hold_minutes": 0, "cooldown": None}
    campaign = campaign_from(given)
    assert campaign is not None
    send_broadcast(client, campaign, key)


def script(url: str, key: str, people: list[Any]) -> None:
    """The same as people write it: search, write or create each row, then a segment and a broadcast."""
    with httpx.Client(base_url=url, headers={"x-api-key": key}) as http:
        for cells in people:
            body = {**as_contact(cells), "location": {"id": LOCATION}, "tags": ["spring"]}
            found = http.get("/v1/contacts", params={"searchText": cells[1].lstrip("+")}).raise_for_status().json()
            if found:
                http.put(f"/v1/contacts/{found[0]['id']}", json=body).raise_for_status()
            else:
                http.post("/v1/contacts", json=body).raise_for_status()
        segment = {"name": "spring", "type": "contact", "location": {"id": LOCATION}, "criteria": {"tags": ["spring"]}}
        made = http.post("/v1/segments", json=segment).raise_for_status().json()
        broadcast = {
            "name": "spring", "type": "contact", "segments": [{"id": made["id"]}], "template": TEMPLATE,
            "scheduleDateTime": "2020-01-01T00:00:00Z",
        }  # fmt: skip
        http.post("/v1/broadcasts", json=broadcast).raise_for_status()


NIGHTS = ("first night", "the same run again", "next night, 5 % changed")


def nights(folder: Path, count: int, ours: bool) -> Json:
    """Requests and seconds of each night, and what is at the server at the end."""
    first = [person(number) for number in range(count)]
    second = [person(number, night=number % 20 == 0) for number in range(count)]
    found: Json = {"nights": []}
    with emulated(folder, search_delay=0.0) as (emulator, client):
        for name, people in zip(NIGHTS, (first, first, second), strict=True):
            before, start = len(emulator.requests()), time.perf_counter()
            if ours:
                run(client, people, "second" if people is second else "first")
            else:
                script(emulator.url, emulator.key, people)
            seconds = time.perf_counter() - start
            found["nights"].append({"name": name, "requests": len(emulator.requests()) - before, "seconds": seconds})
        found["broadcasts"] = len(emulator.records("broadcasts"))
        numbers = Counter(one["phoneNumber"] for one in emulator.contacts())
        found["contacts"] = len(numbers)
        found["duplicates"] = sum(numbers.values()) - len(numbers)
    return found


def measure(folder: Path, quick: bool) -> Json:
    count = 20 if quick else 200
    pairs = by_turns(1 if quick else PAIRS, lambda: nights(folder, count, False), lambda: nights(folder, count, True))
    return {"people": count, "pairs": [{"script": script, "ours": ours} for script, ours in pairs]}


def text(found: Json) -> str:
    pairs, people = found["pairs"], found["people"]
    rows = [
        [
            name,
            *(
                spread([pair[who]["nights"][at]["requests"] / people for pair in pairs])
                for who in ("script", "ours")
            ),
            spread([pair["ours"]["nights"][at]["seconds"] / pair["script"]["nights"][at]["seconds"] for pair in pairs]),
        ]
        for at, name in enumerate(NIGHTS)
    ]  # fmt: skip
    ends = pairs[0]
    return (
        f"{people} people from rows to a broadcast, at the emulator without limits and without faults: sync, tag, "
        "segment, broadcast. Beside it a script without our machinery that searches for each person, writes or creates "
        "them, and makes a segment and a broadcast. Then the same run once more, as a retry does it, and a second "
        "night.\n\n"
        + table(("", "requests a person, script", "requests a person, these steps", "time, of the script's"), rows)
        + f"\nAt the end there were {ends['ours']['broadcasts']} broadcasts by these steps (one a night) and "
        f"{ends['script']['broadcasts']} by the script, which sends again when it runs again. {len(pairs)} pairs.\n"
    )
