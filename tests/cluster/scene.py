"""The account before the run and the files that its DAGs read; and so what has to be there at the end."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emulator_process import EmulatorProcess
from expected import Expected

from whautomate_core.account import account_from_settings
from whautomate_core.api import segments
from whautomate_core.client.client import Client

CHUNKS, MESSAGES, BROADCASTS = 16, 200, 20
KNOWN, NEW = 5, 10
"""Rows of each chunk about people who are contacts already, and about new ones."""
CLIENTS = 8
TIME_OFF = [("2099-07-01T10:00", "2099-07-01T12:00"), ("2099-07-02T10:00", "2099-07-02T12:00")]


@dataclass(frozen=True)
class Scene:
    """What was set up."""

    expected: Expected
    chunks: dict[str, int]
    """Number -> the chunk of the sync that writes it."""
    clients: list[str]
    """Ids of the clients who book and take part."""


def number(n: int) -> str:
    return f"49151{n:08}"


def branch(n: int) -> str:
    return f"branch-{n % BROADCASTS:02}"


def set_up(emulator: EmulatorProcess, settings: Mapping[str, Any], folder: Path) -> Scene:
    """People, clients and segments at the server, which is asked under the account's pool; and the files."""
    data = folder / "data"
    data.mkdir()
    known = [
        {
            "name": f"Customer {n}",
            "phoneNumber": number(n),
            "tags": [branch(n)],
            "customFields": {"plan": "basic", "since": "2024"},
        }
        for n in range(MESSAGES)
    ]
    ids = emulator.post("contacts", known)
    clients = emulator.post(
        "clients",
        [{"fullName": f"Client {n}", "countryCode": "+49", "phone": f"3012345{n:02}"} for n in range(CLIENTS)],
    )
    where = {"location": {"id": settings["location_id"]}}
    account = account_from_settings(
        settings["host"], settings["key"], {k: v for k, v in settings.items() if k not in ("host", "key")}
    )
    with Client(account) as client:
        for n in range(BROADCASTS):
            criteria: Any = {"tags": [branch(n)], "exclusionTags": ["Unsubscribe"]}
            client.send(segments.create_segment({"name": branch(n), "type": "contact", "criteria": criteria, **where}))

    contacts: dict[str, dict[str, Any]] = {
        one["phoneNumber"]: {key: one[key] for key in ("name", "customFields", "tags")} for one in known
    }
    chunks: dict[str, int] = {}
    for chunk in range(CHUNKS):
        wanted = {number(n): f"Customer {n}" for n in range(chunk * KNOWN, (chunk + 1) * KNOWN)}
        wanted |= {number(n): f"New {n}" for n in range(1000 + chunk * NEW, 1000 + (chunk + 1) * NEW)}
        rows = [{"name": name, "mobile": f"+{digits}", "plan": "gold"} for digits, name in wanted.items()]
        _write(data / f"customers-{chunk:02}.csv", rows)
        for digits, name in wanted.items():
            chunks[digits] = chunk
            before = contacts.get(digits, {"customFields": {}, "tags": []})
            fields = {**before["customFields"], "plan": "gold"}
            contacts[digits] = {"name": name, "customFields": fields, "tags": sorted([*before["tags"], "newsletter"])}
    _write(data / "orders.csv", [{"contact_id": id} for id in ids])
    _write(data / "branches.csv", [{"branch": branch(n)} for n in range(BROADCASTS)])
    _write(data / "clients.csv", [{"client_id": id} for id in clients])
    _write(data / "time_off.csv", [{"start": start, "end": end} for start, end in TIME_OFF])
    people = {f"offer of {branch(n)}": [] for n in range(BROADCASTS)}  # type: dict[str, list[str]]
    for n in range(MESSAGES):
        people[f"offer of {branch(n)}"].append(number(n))
    return Scene(Expected(contacts, [number(n) for n in range(MESSAGES)], people), chunks, clients)


def _write(path: Path, rows: Iterable[Mapping[str, str]]) -> None:
    rows = list(rows)
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
