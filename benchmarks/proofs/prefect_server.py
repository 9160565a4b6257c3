"""A Prefect server of its own, and the contestant that works with it."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
from contestants import VENVS, Contestant


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process and whatever it started: its session is its own."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(20)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@contextlib.contextmanager
def prefect(folder: Path) -> Iterator[Contestant]:
    """Serve until the proofs have ended. The limit is 60 requests a minute, as slots that decay one a second."""
    home = folder / "prefect"
    home.mkdir()
    port = free_port()
    address = f"http://127.0.0.1:{port}/api"
    own = {
        "PREFECT_API_URL": address,
        "PREFECT_HOME": str(home),
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{home}/prefect.db",
        "PREFECT_UI_STATIC_DIRECTORY": str(home / "ui"),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
    }
    command = [str(VENVS / "prefect" / "bin" / "python"), "-m", "prefect", "server", "start"]
    with (home / "server.txt").open("wb") as said:
        server = subprocess.Popen(
            [*command, "--host", "127.0.0.1", "--port", str(port)],
            env=os.environ | own,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        until = time.monotonic() + 300
        while True:
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(f"{address}/health", trust_env=False).is_success:
                    break
            if server.poll() is not None or time.monotonic() > until:
                raise RuntimeError((home / "server.txt").read_text(encoding="utf-8")[-3000:])
            time.sleep(0.5)
        yield Contestant("prefect", "prefect", ("prefect_tasks.py",), tuple(own.items()))
    finally:
        end(server)


def limit_requests(contestant: Contestant, a_minute: int) -> None:
    """Set the limit that `rate_limit("whautomate")` asks for: so many slots, which are given back over a minute."""
    address = dict(contestant.extra)["PREFECT_API_URL"]
    body = {"name": "whautomate", "limit": a_minute, "slot_decay_per_second": a_minute / 60, "active_slots": 0}
    httpx.post(f"{address}/v2/concurrency_limits/", json=body, trust_env=False)
    httpx.patch(f"{address}/v2/concurrency_limits/whautomate", json=body, trust_env=False).raise_for_status()
