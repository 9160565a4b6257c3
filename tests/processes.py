"""Processes that a test starts: free ports, the wait until they are ready, and their end."""

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import psutil

T = TypeVar("T")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


def start(command: Sequence[str], env: Mapping[str, str], log: Path) -> "subprocess.Popen[bytes]":
    """Start a process in a session of its own, in which nobody else is; what it says is added to the log."""
    with log.open("ab") as said:
        return subprocess.Popen(command, env=env, stdout=said, stderr=subprocess.STDOUT, start_new_session=True)


def stop(*processes: "subprocess.Popen[bytes]", seconds: float = 30) -> None:
    """End the processes and all that they started: politely, then by force."""
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
    end = time.monotonic() + seconds
    for process in processes:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(max(0.0, end - time.monotonic()))
        kill_session(process.pid)
        process.wait(30)


def kill_session(leader: int) -> None:
    """Kill what is left of a session with SIGKILL. Some of what Airflow starts is in a process group of its own."""
    for process in psutil.process_iter():
        with contextlib.suppress(ProcessLookupError):
            if os.getsid(process.pid) == leader:
                os.kill(process.pid, signal.SIGKILL)


def wait_until(holds: Callable[[], T], what: str, seconds: float = 900, every: float = 0.5) -> T:
    """Wait for something, and return it. Raises AssertionError after so many seconds."""
    end = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < end, f"not so after {seconds:g} s: {what}"
        time.sleep(every)
    return found
