"""An Airflow of many processes on one machine, each in a home of its own, as `configuration` says."""

import base64
import contextlib
import json
import os
import re
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import psycopg2
from configuration import CONNECTIONS, POOLS, SHARED, WORKERS, filled
from expected import Share
from processes import free_port, kill_session, start, stop, wait_until

from whautomate_core.values.words import requests_line

DAGS = Path(__file__).with_name("dags")
PROCESSES = {
    "api-server": ["api-server"],
    "scheduler": ["scheduler"],
    "dag-processor": ["dag-processor"],
    "triggerer": ["triggerer"],
    **{f"worker-{n}": ["celery", "worker", "--without-mingle", "--without-gossip"] for n in range(1, WORKERS + 1)},
}
ENDED = {"success", "failed", "skipped", "upstream_failed", "removed"}


class AirflowCluster:
    """The processes, by name, and what a person may ask of them."""

    def __init__(self, folder: Path, values: Mapping[str, str], local: Mapping[str, str]) -> None:
        """
        Args:
            folder: Of its own.
            values: What `configuration` leaves open, apart from what is drawn here.
            local: What is of this run alone: names and paths.
        """
        self.folder = folder
        self._database = f"postgresql://{values['METADATA_DATABASE']}"
        port = free_port()
        self._url = f"http://127.0.0.1:{port}"
        own = {
            **values,
            "API_URL": self._url,
            "FERNET_KEY": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            "JWT_SECRET": secrets.token_hex(32),
            "CONNECTIONS_FILE": str(folder / "connections.json"),
        }
        connections = Path(own["CONNECTIONS_FILE"])
        connections.touch(0o600)
        connections.write_text(filled(CONNECTIONS, **own))
        self._env = {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
            **{name: filled(value, **own) for name, value in SHARED.items()},
            "AIRFLOW__CORE__DAGS_FOLDER": str(DAGS),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
            "AIRFLOW__API__HOST": "127.0.0.1",
            "AIRFLOW__API__PORT": str(port),
            "AIRFLOW__API__WORKERS": "1",
            **local,
        }
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> "AirflowCluster":
        try:
            self.command("db", "migrate")
            (self.folder / "pools.json").write_text(POOLS)
            self.command("pools", "import", str(self.folder / "pools.json"))
            for name in PROCESSES:
                self.start(name)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        stop(*self._running.values())

    def env(self, name: str) -> dict[str, str]:
        """The environment of a process: its home is its own, and so are its ports, since all are on one machine."""
        home = self.folder / name
        return {
            **self._env,
            "AIRFLOW_HOME": str(home / "airflow"),
            "WHAUTOMATE_HOME": str(home / "whautomate"),
            "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(free_port()),
            "AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT": str(free_port()),
            "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_SERVER_PORT": str(free_port()),
        }

    def start(self, name: str) -> None:
        (self.folder / name).mkdir(exist_ok=True)
        command = [sys.executable, "-m", "airflow", *PROCESSES[name]]
        if name.startswith("worker"):
            command += ["--celery-hostname", name]
        self._running[name] = start(command, self.env(name), self.folder / f"{name}.log")

    def kill(self, name: str) -> None:
        """Kill a process and all that it started with SIGKILL, as if its machine had lost its power."""
        process = self._running[name]
        kill_session(process.pid)
        process.wait(30)

    def command(self, *arguments: str) -> None:
        """`airflow ...`, as a person types it."""
        (self.folder / "terminal").mkdir(exist_ok=True)
        command = [sys.executable, "-m", "airflow", *arguments]
        with (self.folder / "commands.log").open("ab") as log:
            done = subprocess.run(command, env=self.env("terminal"), stdout=log, stderr=subprocess.STDOUT, timeout=300)
        assert done.returncode == 0, f"{' '.join(command)} failed: {self.folder / 'commands.log'}"

    def require_running(self) -> None:
        """Raise AssertionError, with the end of its log, if a process has ended."""
        for name, process in self._running.items():
            assert process.poll() is None, f"{name} has ended\n{(self.folder / f'{name}.log').read_text()[-4000:]}"

    # What a person asks

    def trigger(self, *dags: str) -> None:
        """Start a run of each DAG, as soon as all of them are known."""

        def known() -> bool:
            self.require_running()
            return {dag for (dag,) in self.rows("SELECT dag_id FROM serialized_dag")} >= set(dags) and self._answers()

        wait_until(known, f"{', '.join(dags)} are known, and the API server answers")
        for dag in dags:
            self._api("POST", f"dags/{dag}/dagRuns", {"logical_date": None}).raise_for_status()

    def _answers(self) -> bool:
        with contextlib.suppress(httpx.TransportError):
            return self._api("GET", "version").is_success
        return False

    def _api(self, method: str, path: str, body: Any = None) -> httpx.Response:
        with httpx.Client(base_url=self._url, trust_env=False, timeout=120) as http:
            token = http.get("/auth/token").json()["access_token"]
            return http.request(method, f"/api/v2/{path}", json=body, headers={"Authorization": f"Bearer {token}"})

    def states(self) -> dict[tuple[str, str, int], str | None]:
        """DAG, task, map index -> state of the task."""
        asked = "SELECT dag_id, task_id, map_index, state FROM task_instance"
        return {(dag, task, index): state for dag, task, index, state in self.rows(asked)}

    def runs(self) -> dict[str, str]:
        """DAG -> state of its run."""
        return dict(self.rows("SELECT dag_id, state FROM dag_run"))

    def rows(self, asked: str) -> list[tuple[Any, ...]]:
        with contextlib.closing(psycopg2.connect(self._database)) as connection, connection.cursor() as cursor:
            cursor.execute(asked)
            found: list[tuple[Any, ...]] = cursor.fetchall()
            return found

    def process_of(self, pid: int) -> str | None:
        """The name of the process that started the one of this id, such as a task's; None for a stranger's."""
        with contextlib.suppress(ProcessLookupError):
            leader = os.getsid(pid)
            return next((name for name, process in self._running.items() if process.pid == leader), None)
        return None

    # What the tasks said

    def attempts(self) -> Iterator[tuple[str, Path]]:
        """Each attempt of a task on a worker: `DAG.task`, and its log."""
        for path in self.folder.glob("worker-*/airflow/logs/dag_id=*/run_id=*/task_id=*/**/attempt=*.log"):
            parts = dict(part.split("=", 1) for part in path.parts if "=" in part)
            yield f"{parts['dag_id']}.{parts['task_id']}", path

    def shares(self) -> dict[str, Share]:
        """Step -> what its attempts said at their ends of the requests that they made."""
        said: dict[tuple[str, str], tuple[int, float]] = {}
        for step, path in self.attempts():
            uses = [used for line in path.read_text(errors="replace").splitlines() if (used := _used(line))]
            # An attempt that was deferred goes on with another log, on whichever worker, and says the sum at its end.
            attempt = (step, str(path).partition("/logs/")[2])
            said[attempt] = max([said.get(attempt, (0, 0.0)), *uses])
        found: dict[str, Share] = {}
        for (step, _), (requests, waited) in said.items():
            before = found.get(step, Share(0, 0, 0.0))
            found[step] = Share(before.runs + 1, before.requests + requests, before.waited + waited)
        return found


_USED = re.compile(r"^(\d+) requests?(?:; waited ([\d.]+) s for permits.*)?$")
assert _USED.match(requests_line(2, 1.0)), "what a step says of its requests is read here"


def _used(line: str) -> tuple[int, float] | None:
    with contextlib.suppress(ValueError, AttributeError):
        if found := _USED.match(str(json.loads(line).get("event", ""))):
            return int(found[1]), float(found[2] or 0)
    return None
