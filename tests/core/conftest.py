"""Both clients against the emulator over TCP, with as many permits as they like and no waiting between attempts."""

import asyncio
import functools
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer.testing

from whautomate_core.account import Account, account_from_settings
from whautomate_core.client.client import AsyncClient, Client
from whautomate_core.emulator import Emulator
from whautomate_core.state.database import Database
from whautomate_core.state.pool import Grant, Lane

# Else each run of a command in this process reads the signatures of them all.
typer.testing._get_command = functools.cache(typer.testing._get_command)  # type: ignore[attr-defined]


class NoLimit:
    """A pool that grants everything and notes its pauses."""

    def __init__(self) -> None:
        self.pauses: list[float | None] = []
        self.refusals: list[str] = []
        self.granted: list[int] = []
        self.counts: list[tuple[int, float | None, int | None]] = []

    def acquire(self, permits: int = 1, *, lane: Lane = "interactive", max_wait: float | None = None) -> Grant:
        self.granted.append(permits)
        return Grant(permits, 0.0, time.monotonic(), 0.0)

    async def aacquire(self, permits: int = 1, *, lane: Lane = "interactive", max_wait: float | None = None) -> Grant:
        return self.acquire(permits)

    def departed(self, grant: Grant) -> None: ...

    async def adeparted(self, grant: Grant) -> None: ...

    def pause(self, seconds: float | None = None, grant: Grant | None = None, why: str = "rate") -> None:
        self.pauses.append(seconds)
        self.refusals.append(why)

    async def apause(self, seconds: float | None = None, grant: Grant | None = None, why: str = "rate") -> None:
        self.pause(seconds, grant, why)

    def counted(self, remaining: int, reset_after: float | None, limit: int | None, grant: Grant | None = None) -> None:
        self.counts.append((remaining, reset_after, limit))

    async def acounted(
        self, remaining: int, reset_after: float | None, limit: int | None, grant: Grant | None = None
    ) -> None:
        self.counted(remaining, reset_after, limit)


@pytest.fixture(autouse=True)
def whautomate_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """State of its own for each test, never the user's."""
    monkeypatch.setenv("WHAUTOMATE_HOME", str(tmp_path / "whautomate"))
    return tmp_path / "whautomate"


def account_of(emulator: Emulator, **settings: Any) -> Account:
    return account_from_settings(emulator.url, emulator.key, {"location_id": emulator.location_id, **settings})


@pytest.fixture
def pool() -> NoLimit:
    return NoLimit()


@pytest.fixture
def client(whautomate_emulator: Emulator, pool: NoLimit):
    with Client(account_of(whautomate_emulator), pool=pool, sleep=lambda seconds: None) as client:
        yield client


async def _no_sleep(seconds: float) -> None:
    return None


@pytest.fixture(params=["Client", "AsyncClient"])
def make_send(request: pytest.FixtureRequest, pool: NoLimit) -> Callable[..., Callable[..., Any]]:
    """account (and a transport's handler) -> a function that sends a call with one or the other client."""
    import httpx

    def make(account: Account, handler: Any = None) -> Callable[..., Any]:
        transport = {"transport": httpx.MockTransport(handler)} if handler else {}

        def send(call: Any) -> Any:
            if request.param == "Client":
                with Client(account, pool=pool, sleep=lambda seconds: None, **transport) as client:
                    return client.send(call)

            async def asend() -> Any:
                async with AsyncClient(account, pool=pool, sleep=_no_sleep, **transport) as client:
                    return await client.send(call)

            return asyncio.run(asend())

        return send

    return make


@pytest.fixture
def send(make_send: Any, whautomate_emulator: Emulator) -> Callable[..., Any]:
    return make_send(account_of(whautomate_emulator))


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Moves the clock of the state (claims, leases, intents) forward."""
    ahead, now = [0.0], Database.now
    monkeypatch.setattr(Database, "now", lambda self, connection: now(self, connection) + ahead[0])

    def skip(seconds: float) -> None:
        ahead[0] += seconds

    return skip
