"""The emulator as a process of its own, with its inconvenient answers, controlled over HTTP."""

import os
import re
import sys
from pathlib import Path
from typing import Any

import httpx
from processes import start, stop, wait_until

KEY = "key-of-the-cluster-4711"
# Broadcasts take long enough for the triggerer to be killed while tasks wait for them. That is no answer to anything.
COMMAND = ["emulator", "--port", "0", "--key", KEY, "--behaviour", "broadcast_seconds=90"]


class EmulatorProcess:
    """A server on loopback, at `url`."""

    def __init__(self, folder: Path) -> None:
        self._log = folder / "emulator.log"
        self._process = start(
            [str(Path(sys.executable).with_name("whautomate")), *COMMAND],
            {**os.environ, "PYTHONUNBUFFERED": "1"},
            self._log,
        )
        self.url = ""

    def __enter__(self) -> "EmulatorProcess":
        try:
            self.url = wait_until(self._address, "the emulator serves", 120, every=0.1)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        stop(self._process)

    def _address(self) -> str:
        said = self._log.read_text()
        assert self._process.poll() is None, said
        found = re.search(r"serving at (\S+)", said)
        return found[1] if found else ""

    def get(self, what: str) -> Any:
        return httpx.get(f"{self.url}/_emulator/{what}", trust_env=False, timeout=60).raise_for_status().json()

    def post(self, what: str, body: Any) -> Any:
        answer = httpx.post(f"{self.url}/_emulator/{what}", json=body, trust_env=False, timeout=60)
        return answer.raise_for_status().json()
