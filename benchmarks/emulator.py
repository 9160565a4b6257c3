"""How quick the emulator is: searches among many contacts beside reads that look nothing up, by turns.

It is called within the process, without a socket: tests are to be held up by the limits and not by the emulator.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import httpx

from benchmarks.harness import Json, by_turns, pairs_of, spread, table
from whautomate_core.emulator import Emulator, behaviour_from, create_app

TITLE = "Emulator"


def measure(folder: Path, quick: bool) -> Json:
    contacts, requests = (100, 20) if quick else (2_000, 200)
    app = create_app(behaviour_from({"limits": ()}))
    emulator = Emulator(app)
    emulator.add_contacts({"name": f"P{n}", "phoneNumber": f"+1555{n:07}"} for n in range(contacts))

    async def asked(paths: list[str]) -> float:
        headers = {"x-api-key": emulator.key}
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://emulator", headers=headers) as http:
            began = time.perf_counter()
            for path in paths:
                (await http.get(path)).raise_for_status()
            return time.perf_counter() - began

    reads = ["/v1/account-info"] * requests
    searches = [f"/v1/contacts?searchText=1555{n % contacts:07}" for n in range(requests)]
    pairs = by_turns(pairs_of(quick), lambda: asyncio.run(asked(reads)), lambda: asyncio.run(asked(searches)))
    emulator.close()
    return {"contacts": contacts, "pairs": pairs}


def text(found: Json) -> str:
    ratios = [search / read for read, search in found["pairs"]]
    row = [f"a search among {found['contacts']:,} contacts", spread(ratios, "{:.1f}"), len(ratios)]
    return "Without a socket, by turns.\n\n" + table(("", "time, of a read of the account", "pairs"), [row])
