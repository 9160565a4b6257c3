"""Plays the proofs of docs/proofs.md and keeps what came of them.

    python benchmarks/proofs/run.py [--only kills lost ...] [--contestants ours script ...] [--rounds 20]

`nox -s proofs` runs it and then writes the page. Each figure is judged by the emulator (`judge.py`), in scenes made
from seeds (`scenes.py`): round 7 is the same for everybody. Contestants are in `peers/`. What is run replaces what was
kept of the same proof and contestant in `results.json`; the rest stays.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import json
import os
import platform
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

sys.path.insert(0, str(Path(__file__).parent))

import scenes
from contestants import DLT, OURS, PYRATE, SCRIPT, left
from scenes import Scene

KEPT = Path(__file__).parent / "results.json"


class Player(Protocol):
    """What takes part."""

    name: str

    def play(self, scene: Scene, home: Path) -> bool: ...


@dataclass(frozen=True)
class Proof:
    """A scene, how often it is played, and by whom."""

    name: str
    rounds: int
    size: int
    """Of the scene: people, or requests of each process."""
    contestants: tuple[str, ...]
    at_once: int = 4
    """Rounds that run side by side: they mostly wait. 1: they are timed, so contestants take turns, when all else is
    done."""
    smaller: int = 0
    """The size where each person is a task of Airflow, which takes seconds."""
    fewer: int = 0
    """The rounds there."""
    waits: bool = False
    """Whether its rounds wait for minutes: all contestants play at the same time, beside the other proofs."""

    def scene(self, seed: int, size: int) -> AbstractContextManager[Scene]:
        made: AbstractContextManager[Scene] = getattr(scenes, self.name)(seed, size)
        return made


ALL = ("ours", "ours_airflow", "http_operator", "script", "prefect", "dlt")
MOST = ("ours", "http_operator", "script", "prefect", "dlt")
PROOFS = {
    one.name: one
    for one in (
        Proof("kills", 20, 20, ALL, at_once=10, smaller=4, fewer=8),
        Proof("lost", 5, 60, MOST, at_once=5, smaller=12),
        Proof("lost_creates", 5, 40, MOST, at_once=5, smaller=12, fewer=2),
        Proof("shifting", 10, 300, MOST, fewer=4),
        Proof("opt_outs", 3, 40, ALL, smaller=20, fewer=1),
        Proof("quota", 1, 7, ("ours", "script", "pyrate", "prefect")),
        Proof("storm", 2, 20, ("ours", "script", "pyrate", "prefect", "dlt"), waits=True),
        Proof("cost", 3, 100, ("ours", "script", "prefect", "dlt"), at_once=1),
    )
}


def play(proof: Proof, player: Player, seed: int, size: int, folder: Path) -> dict[str, Any]:
    """One round: what the server saw, and how long it took."""
    home = folder / f"{proof.name}-{player.name}-{seed}"
    home.mkdir()
    with proof.scene(seed, size) as scene:
        ended = threading.Event()
        others = threading.Thread(target=scene.meanwhile or (lambda ended: None), args=(ended,))
        others.start()
        started = time.monotonic()
        succeeded = player.play(scene, home)
        seconds = time.monotonic() - started
        ended.set()
        others.join()
        return {"seed": seed, "succeeded": succeeded, "seconds": round(seconds, 1), **scene.judged(home, left(home))}


def run(proof: Proof, player: Player, folder: Path, rounds: int, size: int) -> list[dict[str, Any]]:
    """All rounds of a proof by one contestant."""
    with ThreadPoolExecutor(proof.at_once) as pool:
        return list(pool.map(lambda seed: play(proof, player, seed, size, folder), range(1, rounds + 1)))


def run_by_turns(proof: Proof, players: list[Player], folder: Path, rounds: int) -> dict[str, list[dict[str, Any]]]:
    """The rounds of all contestants, one after the other: the machine is as busy for one as for the next."""
    came: dict[str, list[dict[str, Any]]] = {one.name: [] for one in players}
    for seed in range(1, rounds + 1):
        for one in players:
            came[one.name].append(play(proof, one, seed, proof.size, folder))
    return came


@contextlib.contextmanager
def players(names: set[str], folder: Path) -> Any:
    """The contestants of these names, with the servers that they need."""
    with contextlib.ExitStack() as stack:
        found: dict[str, Player] = {one.name: one for one in (OURS, SCRIPT, PYRATE, DLT)}
        if "prefect" in names:
            from prefect_server import limit_requests, prefect

            found["prefect"] = stack.enter_context(prefect(folder))
            limit_requests(found["prefect"], 60)
        if names & {"http_operator", "ours_airflow"}:
            from airflow_server import airflow

            found |= {one.name: one for one in stack.enter_context(airflow(folder))}
        yield found


def machine() -> str:
    return f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"


def keep(proof: str, name: str, size: int, rounds: list[dict[str, Any]]) -> None:
    """Put what came of a proof and contestant into the stored results."""
    came = {
        "on": datetime.now(UTC).date().isoformat(),
        "load": round(os.getloadavg()[0], 1),
        "machine": machine(),
        "size": size,
        "rounds": rounds,
    }
    with KEPT.open("a+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # another run may keep something else
        file.seek(0)
        kept: dict[str, Any] = json.loads(file.read() or "{}")
        kept.setdefault(proof, {})[name] = came
        file.truncate(0)
        file.write(json.dumps(kept, indent=1, sort_keys=True) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", nargs="*", default=list(PROOFS), choices=list(PROOFS))
    parser.add_argument("--contestants", nargs="*", default=[])
    parser.add_argument("--rounds", type=int, help="fewer rounds, to try something; nothing is kept")
    given = parser.parse_args()
    chosen = [PROOFS[name] for name in given.only]
    takes_part = {
        name for one in chosen for name in one.contestants if not given.contestants or name in given.contestants
    }
    with tempfile.TemporaryDirectory() as folder, players(takes_part, Path(folder)) as found:

        def played(proof: Proof, name: str) -> None:
            tasks = name in ("http_operator", "ours_airflow")
            size = proof.smaller if tasks and proof.smaller else proof.size
            rounds = given.rounds or (proof.fewer if tasks and proof.fewer else proof.rounds)
            say(proof, name, size, run(proof, found[name], Path(folder), rounds, size))

        def say(proof: Proof, name: str, size: int, rounds: list[dict[str, Any]]) -> None:
            print(f"{proof.name}, {name}:", json.dumps(rounds), flush=True)
            if not given.rounds:
                keep(proof.name, name, size, rounds)

        turns = [(proof, name) for proof in chosen for name in proof.contestants if name in takes_part]
        with ThreadPoolExecutor(len(turns) or 1) as beside:
            waiting = [beside.submit(played, proof, name) for proof, name in turns if proof.waits]
            for proof, name in turns:
                if not proof.waits and proof.at_once > 1:
                    played(proof, name)
            for one in waiting:
                one.result()
        for proof in chosen:
            if not proof.waits and proof.at_once == 1:
                names = [name for name in proof.contestants if name in takes_part]
                timed = run_by_turns(proof, [found[name] for name in names], Path(folder), given.rounds or proof.rounds)
                for name, rounds in timed.items():
                    say(proof, name, proof.size, rounds)


if __name__ == "__main__":
    main()
