"""What the clients cost compared with bare httpx: the same reads of one server, by turns.

The pool grants everything, so what remains is the client's own work: the call, the policy, repeating, reading the
answer. Both may be over 1: the client sends to one host and needs neither redirects nor cookies, so it uses httpx's
transport without the rest of httpx's client.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from benchmarks.harness import Json, by_turns, pairs_of, spread, table
from whautomate_core.account import account_from_settings
from whautomate_core.api.account import get_account_info
from whautomate_core.client.client import AsyncClient, Client
from whautomate_core.state.pool import Grant

TITLE = "Client"

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


KINDS: dict[str, tuple[int, Any, Any]] = {
    "`Client`": (1, bare_sync, ours_sync),
    "`Client`, 8 threads": (8, bare_sync, ours_sync),
    "`AsyncClient`, 8 at once": (8, bare_async, ours_async),
    "`AsyncClient`, 64 at once": (64, bare_async, ours_async),
}


def measure(folder: Path, quick: bool) -> Json:
    seconds = 0.1 if quick else 2.0
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(port,), daemon=True)
    server.start()
    url = f"http://127.0.0.1:{port}"

    def rate(run: Callable[..., Any], at_once: int) -> Result:
        result = run(url, at_once, seconds)
        return asyncio.run(result) if asyncio.iscoroutine(result) else result

    try:
        for _ in range(200):
            with contextlib.suppress(httpx.TransportError):
                httpx.get(url + PATH)
                break
            time.sleep(0.1)
        found: Json = {}
        for name, (at_once, bare, ours) in KINDS.items():
            pairs = by_turns(pairs_of(quick), lambda: rate(bare, at_once), lambda: rate(ours, at_once))  # noqa: B023
            found[name] = [
                {"bare": floor[0], "ours": own[0], "bare_cpu": floor[1], "ours_cpu": own[1]} for floor, own in pairs
            ]
        return {"kinds": found}
    finally:
        server.terminate()
        server.join()


def text(found: Json) -> str:
    rows = [
        [
            name,
            spread([one["ours"] / one["bare"] for one in pairs]),
            spread([one["bare_cpu"] / one["ours_cpu"] for one in pairs]),
            len(pairs),
        ]
        for name, pairs in found["kinds"].items()
    ]
    return (
        "Reads of one local server, through this client and through bare httpx, by turns. The pool grants everything, "
        "so what differs is the client's own work. Over 1 means that this client is quicker: it needs neither "
        "redirects nor cookies and uses httpx's transport alone.\n\n"
        + table(("", "requests a second, of bare httpx's", "by CPU time", "pairs"), rows)
    )
