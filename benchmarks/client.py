"""What the clients cost compared with bare httpx: the same reads of one server, by turns in one run.

    python benchmarks/client.py [--rounds 5] [--seconds 2]

The pool grants everything, so what remains is the client's own work: the call, the policy, repeating, reading the
answer. Prints requests a second (median of the rounds), the ratio of the two rates, and that of the CPU time of a
request, which says more on a machine with other work. Goal: at least 0.95. Both may be over 1: the client sends to one
host and needs neither redirects nor cookies, so it uses httpx's transport without the rest of httpx's client.
"""

import argparse
import asyncio
import contextlib
import multiprocessing
import socket
import statistics
import threading
import time
from collections.abc import Callable
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from whautomate_core.account import account_from_settings
from whautomate_core.api.account import get_account_info
from whautomate_core.client.client import AsyncClient, Client
from whautomate_core.state.pool import Grant

PATH = "/v1/account-info"

Result = tuple[float, float]
"""Requests a second, and seconds of CPU time a request."""


class Unlimited:
    """A pool that grants everything."""

    def acquire(self, permits: int = 1, **how: Any) -> Grant:
        return Grant(permits, 0.0, time.monotonic(), 0.0)

    async def aacquire(self, permits: int = 1, **how: Any) -> Grant:
        return self.acquire(permits)

    def departed(self, grant: Grant) -> None: ...

    async def adeparted(self, grant: Grant) -> None: ...


def serve(port: int) -> None:
    async def answer(request: Any) -> JSONResponse:
        return JSONResponse({"name": "n", "ownerEmail": "o@example.com"})

    uvicorn.run(Starlette(routes=[Route(PATH, answer)]), port=port, log_level="critical", access_log=False)


async def bare_async(url: str, at_once: int, seconds: float) -> Result:
    async with httpx.AsyncClient(base_url=url, headers={"x-api-key": "k"}) as http:

        async def one() -> None:
            (await http.get(PATH)).raise_for_status().json()

        return await _hammer(one, at_once, seconds)


async def ours_async(url: str, at_once: int, seconds: float) -> Result:
    account: Any = account_from_settings(url, "k", {"plan": "subscribed"})
    pool: Any = Unlimited()
    async with AsyncClient(account, pool=pool) as client:

        async def one() -> None:
            await client.send(get_account_info())

        return await _hammer(one, at_once, seconds)


async def _hammer(one: Callable[[], Any], at_once: int, seconds: float) -> Result:
    await one()
    done, start, cpu = 0, time.perf_counter(), time.process_time()

    async def caller() -> None:
        nonlocal done
        while time.perf_counter() - start < seconds:
            await one()
            done += 1

    await asyncio.gather(*(caller() for _ in range(at_once)))
    return done / (time.perf_counter() - start), (time.process_time() - cpu) / done


def bare_sync(url: str, at_once: int, seconds: float) -> Result:
    with httpx.Client(base_url=url, headers={"x-api-key": "k"}) as http:
        return _hammer_threads(lambda: http.get(PATH).raise_for_status().json(), at_once, seconds)


def ours_sync(url: str, at_once: int, seconds: float) -> Result:
    account: Any = account_from_settings(url, "k", {"plan": "subscribed"})
    pool: Any = Unlimited()
    with Client(account, pool=pool) as client:
        return _hammer_threads(lambda: client.send(get_account_info()), at_once, seconds)


def _hammer_threads(one: Callable[[], Any], at_once: int, seconds: float) -> Result:
    one()
    done, start, cpu = [0] * at_once, time.perf_counter(), time.process_time()

    def caller(number: int) -> None:
        while time.perf_counter() - start < seconds:
            one()
            done[number] += 1

    threads = [threading.Thread(target=caller, args=(number,)) for number in range(at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / (time.perf_counter() - start), (time.process_time() - cpu) / sum(done)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--seconds", type=float, default=2.0)
    given = arguments.parse_args()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(port,), daemon=True)
    server.start()
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            with contextlib.suppress(httpx.TransportError):
                httpx.get(url + PATH)
                break
            time.sleep(0.1)
        for name, at_once, bare, ours in (
            ("Client, 1", 1, bare_sync, ours_sync),
            ("Client, 8 threads", 8, bare_sync, ours_sync),
            ("AsyncClient, 8", 8, bare_async, ours_async),
            ("AsyncClient, 64", 64, bare_async, ours_async),
        ):
            rates: dict[str, list[float]] = {"bare": [], "ours": []}
            costs: dict[str, list[float]] = {"bare": [], "ours": []}
            for number in range(given.rounds):
                turns = (("bare", bare), ("ours", ours))
                for kind, run in turns if number % 2 else reversed(turns):
                    result: Any = run(url, at_once, given.seconds)
                    rate, cost = asyncio.run(result) if asyncio.iscoroutine(result) else result
                    rates[kind].append(rate)
                    costs[kind].append(cost)
            middle = {kind: statistics.median(values) for kind, values in rates.items()}
            ratios = [of_ours / of_bare for of_ours, of_bare in zip(rates["ours"], rates["bare"], strict=True)]
            cpu = [of_bare / of_ours for of_ours, of_bare in zip(costs["ours"], costs["bare"], strict=True)]
            print(
                f"{name:20} bare {middle['bare']:6.0f}/s  ours {middle['ours']:6.0f}/s  "
                f"ratio {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f}), "
                f"of CPU {statistics.median(cpu):.2f} ({min(cpu):.2f} to {max(cpu):.2f})",
                flush=True,
            )
    finally:
        server.terminate()
        server.join()


if __name__ == "__main__":
    main()
