"""How quick the emulator is: searches among many contacts beside reads that look nothing up, by turns in one run.

    python benchmarks/emulator.py [--contacts 2000] [--rounds 5] [--requests 200]

Calls it in this process, without a socket. Prints requests a second (median of the rounds) and the ratio. Goal: a
search among 2,000 costs at most 3 times a read of the account, so that tests are held up by the limits and not by the
emulator.
"""

import argparse
import asyncio
import statistics
import time

import httpx

from whautomate_core.emulator import Emulator, behaviour_from, create_app


async def rate(http: httpx.AsyncClient, paths: list[str]) -> float:
    began = time.perf_counter()
    for path in paths:
        (await http.get(path)).raise_for_status()
    return len(paths) / (time.perf_counter() - began)


async def measure(contacts: int, rounds: int, requests: int) -> None:
    app = create_app(behaviour_from({"limits": ()}))
    emulator = Emulator(app)
    emulator.add_contacts({"name": f"P{n}", "phoneNumber": f"+1555{n:07}"} for n in range(contacts))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://emulator", headers={"x-api-key": emulator.key}
    ) as http:
        reads = ["/v1/account-info"] * requests
        searches = [f"/v1/contacts?searchText=1555{n % contacts:07}" for n in range(requests)]
        both = [(await rate(http, reads), await rate(http, searches)) for _ in range(rounds)]
    emulator.close()
    read, search = (statistics.median(each) for each in zip(*both, strict=True))
    print(f"account       {read:8.0f} requests a second")
    print(f"one of {contacts:6} {search:8.0f} requests a second")
    print(f"a search costs {read / search:.1f} times a read")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--contacts", type=int, default=2000)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--requests", type=int, default=200)
    given = arguments.parse_args()
    asyncio.run(measure(given.contacts, given.rounds, given.requests))


if __name__ == "__main__":
    main()
