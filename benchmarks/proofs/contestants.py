"""Who takes part, and how each is started: a process of its own, in the environment where it lives."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scenes import Scene

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
VENVS = Path(os.environ.get("PROOFS_VENVS", ROOT / ".venvs"))
TRIES = 4
"""How often a scheduler starts a job that fails or dies: once, and three retries."""


@dataclass(frozen=True)
class Contestant:
    """A program that does the jobs of `peers/given.py`."""

    name: str
    env: str
    """Its environment in `.venvs`."""
    command: tuple[str, ...]
    extra: tuple[tuple[str, str], ...] = ()
    """Variables of its environment."""

    def start(self, scene: Scene, home: Path) -> subprocess.Popen[bytes]:
        rows = home / "rows.csv"
        if not rows.exists():
            scene.write_rows(rows)
        given = {
            "URL": scene.emulator.url,
            "KEY": scene.emulator.key,
            "LOCATION": scene.emulator.location_id,
            "JOB": scene.job,
            "HOME": str(home),
            "ROWS": str(rows),
            "LIMIT": str(scene.limit),
        }
        own = {"PYTHONPATH": str(ROOT), "PREFECT_LOCAL_STORAGE_PATH": str(home / "results"), "HOME": str(home)}
        env = os.environ | own | dict(self.extra) | {f"PROOF_{name}": value for name, value in given.items()}
        with (home / "said.txt").open("ab") as said:
            python = VENVS / self.env / "bin" / "python"
            command = [str(python), str(HERE / "peers" / self.command[0]), *self.command[1:]]
            return subprocess.Popen(command, env=env, stdout=said, stderr=subprocess.STDOUT, start_new_session=True)

    def play(self, scene: Scene, home: Path) -> bool:
        """Do the job of a scene as a scheduler would: start it, and again where it fails or is killed. Whether it
        succeeded in the end."""
        if scene.processes > 1:
            started = [self.start(scene, home) for _ in range(scene.processes)]
            return all([process.wait() == 0 for process in started])
        for attempt in range(TRIES):
            process = self.start(scene, home)
            if attempt == 0 and scene.kill_after is not None:
                kill_at(scene, lambda process=process: process.poll() is None, lambda p=process: kill(p))
            if process.wait() == 0:
                return True
            time.sleep(1)
        return False


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and its children with SIGKILL: its session is its own."""
    os.killpg(process.pid, signal.SIGKILL)


def kill_at(scene: Scene, alive: Callable[[], bool], kill: Callable[[], None]) -> None:
    """Wait for the moment of a scene, and kill."""
    while alive() and len(scene.emulator.requests("sendWhatsappTemplate")) < (scene.kill_after or 0):
        time.sleep(0.02)
    time.sleep(scene.kill_delay)
    if alive():
        kill()


def left(home: Path) -> set[int]:
    """The rows (0 is the first) that a contestant says it left to a person, because their outcome isn't known."""
    path = home / "outcomes.jsonl"
    if not path.exists():
        return set()
    rows: list[Any] = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return {row["row"] - 2 for row in rows if row["outcome"] == "unsettled"}


OURS = Contestant("ours", "core", ("ours.py",))
SCRIPT = Contestant("script", "core", ("script.py",))
PYRATE = Contestant("pyrate", "peers", ("script.py", "pyrate"))
DLT = Contestant(
    "dlt",
    "peers",
    ("dlt_destination.py",),
    (("RUNTIME__DLTHUB_TELEMETRY", "false"), ("RUNTIME__LOG_LEVEL", "ERROR")),
)
