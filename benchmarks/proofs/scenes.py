"""The scenes of the proofs: a server, the people on it, the rows, and what goes wrong.

Each is made from a seed, so round 7 is the same for every contestant.
"""

from __future__ import annotations

import csv
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from judge import digits, judge_create, judge_export, judge_requests, judge_send

from whautomate_core.emulator import Behaviour, Emulator, create_app, running

UNLIMITED = ((1_000_000, 60.0),)
DAY = 86_400.0


@dataclass
class Scene:
    """One round, before it begins."""

    emulator: Emulator
    job: str
    rows: list[dict[str, str]]
    limit: int = 0
    """Requests a minute that contestants are told of, where the round is about limits."""
    processes: int = 1
    kill_after: int | None = None
    """Kill the contestant once so many messages have arrived."""
    kill_delay: float = 0.0
    refusing: list[str] = field(default_factory=list)
    """Numbers of people who have opted out, or will have when it is their turn."""
    there: list[str] = field(default_factory=list)
    """Numbers that an export must hold."""
    meanwhile: Callable[[threading.Event], None] | None = None
    """What others do to the server, until the event."""

    def judged(self, home: Path, left: set[int]) -> dict[str, Any]:
        """The figures of the round."""
        wanted = [digits(row["phoneNumber"]) for row in self.rows]
        named = {wanted[place] for place in left}
        refusing = set(self.refusing)
        found = judge_requests(self.emulator, self.limit, 60.0)
        if self.job == "send":
            found |= judge_send(self.emulator, [one for one in wanted if one not in refusing], refusing, named)
        elif self.job == "create":
            found |= judge_create(self.emulator, wanted, named)
        elif self.job == "export":
            path = home / "export.txt"
            found |= judge_export(self.there, path.read_text(encoding="utf-8").split() if path.exists() else [])
        else:
            answered = sum(
                one["status"] == 200 and one["operation"] == "getAccountInfo" for one in self.emulator.requests()
            )
            found |= {"people": len(wanted) * self.processes, "answered": answered}
        return found

    def write_rows(self, path: Path) -> None:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, ["name", "phoneNumber"])
            writer.writeheader()
            writer.writerows(self.rows)


def people(count: int, start: int = 0) -> list[dict[str, str]]:
    return [{"name": f"Person {n}", "phoneNumber": f"+4915123{n:06d}"} for n in range(start, start + count)]


def a_day_passes(emulator: Emulator) -> None:
    """Until now the emulator's clock was a day behind: whoever was added has been there for a day."""
    emulator.advance(DAY)


def add_known(emulator: Emulator, contacts: list[dict[str, Any]]) -> list[str]:
    """Add contacts who have been there for a day, and give their ids."""
    ids = emulator.add_contacts(contacts)
    a_day_passes(emulator)
    return ids


@contextmanager
def served(**behaviour: Any) -> Iterator[Emulator]:
    app = create_app(Behaviour(**{"limits": UNLIMITED, **behaviour}), clock=lambda: time.time() - DAY)
    with running(app) as url:
        emulator = Emulator(app, url)
        try:
            yield emulator
        finally:
            emulator.release()  # what a fault still holds would keep the server from ending


@contextmanager
def kills(seed: int, size: int) -> Iterator[Scene]:
    """A campaign to `size` people is killed with kill -9 while its messages go out: each takes 0.3 s to be answered."""
    rng = random.Random(f"kills {seed}")
    with served() as emulator:
        rows = people(size)
        add_known(emulator, rows)
        emulator.fault("slow", probability=1.0, operation="sendWhatsappTemplate", seconds=0.3)
        yield Scene(emulator, "send", rows, kill_after=rng.randint(1, size), kill_delay=rng.uniform(0, 0.35))


@contextmanager
def lost(seed: int, size: int) -> Iterator[Scene]:
    """Of the messages, 5 % are sent but the connection is cut before the answer, 5 % are sent and answered with a 500.
    Of 5 % the connection is cut before the server did anything, which looks the same to who sent them."""
    with served(seed=seed) as emulator:
        rows = people(size)
        add_known(emulator, rows)
        for kind in ("dropped_after", "500_after", "dropped_before"):
            emulator.fault(kind, probability=0.05, operation="sendWhatsappTemplate")
        yield Scene(emulator, "send", rows)


@contextmanager
def lost_creates(seed: int, size: int) -> Iterator[Scene]:
    """The same for new contacts. A search finds a contact 5 s after it was created."""
    with served(seed=seed) as emulator:
        for kind in ("dropped_after", "500_after", "dropped_before"):
            emulator.fault(kind, probability=0.05, operation="createContact")
        a_day_passes(emulator)
        yield Scene(emulator, "create", people(size))


@contextmanager
def shifting(seed: int, size: int) -> Iterator[Scene]:
    """While the pages of a list are read, other people are deleted and created, so records move between the pages."""
    rng = random.Random(f"shifting {seed}")
    with served() as emulator:
        leads, opted_out = people(size), people(size, start=500_000)
        mixed = [*leads, *({**one, "tags": ["Unsubscribe"]} for one in opted_out)]
        rng.shuffle(mixed)
        ids = add_known(emulator, mixed)
        # Newest first: the record of page k is the kth from the end. Who is deleted on a page that was read already
        # moves everybody behind them forward, and the first of the next page is never shown.
        newest_first = [(id, one) for id, one in zip(reversed(ids), reversed(mixed), strict=True)]
        pages = len(mixed) // 50
        for page in range(2, pages + 1):
            for reading in (1, 2):
                before = [id for id, one in newest_first[: (page - 1) * 50] if "tags" not in one]
                gone = rng.choice(before)
                newest_first = [(id, one) for id, one in newest_first if id != gone]
                if rng.random() < 0.5:
                    emulator.change_before("listContacts", "delete", gone, on=reading, page=page)
        emulator.change_before("listContacts", "create", people(1, start=900_000 + seed)[0], page=2)
        yield Scene(emulator, "export", [], there=[digits(one["phoneNumber"]) for one in opted_out])


@contextmanager
def opt_outs(seed: int, size: int) -> Iterator[Scene]:
    """Of the people, some opted out in a second record (a client, or the number in its other spelling), some opt out
    after the campaign has looked and before it is their turn, and some opted out long ago."""
    rng = random.Random(f"opt-outs {seed}")
    with served() as emulator:
        rows = people(size)
        third = rng.sample(range(size // 2, size), 9)
        clients, late, known = third[:3], third[3:6], third[6:]
        mexican = [{"name": f"Mexican {n}", "phoneNumber": f"+5255123456{n:02d}"} for n in range(3)]
        ids = emulator.add_contacts(
            [{**row, "tags": ["Unsubscribe"]} if place in known else row for place, row in enumerate(rows)]
        )
        emulator.add_contacts(mexican)
        emulator.add_contacts(
            {**one, "phoneNumber": "+521" + one["phoneNumber"][3:], "tags": ["Unsubscribe"]} for one in mexican
        )
        emulator.add_clients(
            {
                "fullName": rows[place]["name"],
                "countryCode": "+49",
                "phone": rows[place]["phoneNumber"][3:],
                "tags": ["Unsubscribe"],
            }
            for place in clients
        )
        a_day_passes(emulator)
        for place in late:
            emulator.opt_out_before("sendWhatsappTemplate", ids[place])
        rows += mexican
        refusing = [digits(rows[place]["phoneNumber"]) for place in third] + [
            digits(one["phoneNumber"]) for one in mexican
        ]
        yield Scene(emulator, "send", rows, refusing=refusing)


@contextmanager
def quota(seed: int, size: int) -> Iterator[Scene]:
    """Sixteen processes make `size` requests each, as fast as they may. The server takes 60 in any 60 s."""
    with served(limits=((60, 60.0),)) as emulator:
        a_day_passes(emulator)
        yield Scene(emulator, "hammer", people(size), limit=60, processes=16)


@contextmanager
def storm(seed: int, size: int) -> Iterator[Scene]:
    """Somebody else has just used up the account's limit, and goes on for 25 s: everything is refused with 429 until
    their requests have left the minute. Refused requests count, and no answer says how long to wait."""
    with served(limits=((120, 60.0),)) as emulator:
        rows = people(size)
        add_known(emulator, rows)

        def meanwhile(ended: threading.Event) -> None:
            end = time.monotonic() + 25
            while time.monotonic() < end and not ended.wait(0.5):
                http.get("/v1/segments")

        with httpx.Client(base_url=emulator.url, headers={"x-api-key": emulator.key}) as http:
            for _ in range(120):
                http.get("/v1/segments").raise_for_status()
            yield Scene(emulator, "send", rows, limit=120, meanwhile=meanwhile)


@contextmanager
def cost(seed: int, size: int) -> Iterator[Scene]:
    """A campaign in which nothing goes wrong."""
    with served() as emulator:
        rows = people(size)
        add_known(emulator, rows)
        yield Scene(emulator, "send", rows)
