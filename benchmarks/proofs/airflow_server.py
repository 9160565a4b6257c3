"""A real Airflow with its scheduler, and the two contestants that run in it.

A kill is `kill -9` of the process of the task; the retry is the scheduler's.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from contestants import HERE, ROOT, VENVS, kill_at
from prefect_server import end, free_port
from scenes import Scene

sys.path.insert(0, str(ROOT / "tests"))

from databases import own_database


@dataclass
class Airflow:
    """`airflow standalone`, over its REST API and its database."""

    url: str
    database: str

    def api(self, method: str, path: str, body: Any = None) -> Any:
        with httpx.Client(base_url=self.url, trust_env=False, timeout=300) as http:
            token = http.get("/auth/token").json()["access_token"]
            answer = http.request(method, f"/api/v2/{path}", json=body, headers={"Authorization": f"Bearer {token}"})
            answer.raise_for_status()
            return answer.json()

    def pids(self, run: str) -> list[int]:
        """The processes of the tasks of a run that send, and run now."""
        import psycopg2

        asked = "SELECT pid FROM task_instance WHERE run_id = %s AND task_id = 'send' AND state = 'running'"
        with contextlib.closing(psycopg2.connect(self.database)) as connection, connection.cursor() as cursor:
            cursor.execute(asked, (run,))
            return [pid for (pid,) in cursor.fetchall() if pid]


@dataclass
class Dag:
    """A contestant: a DAG for each job, started once for each round."""

    name: str
    airflow: Airflow

    def connection(self, scene: Scene) -> dict[str, Any]:
        host, _, port = scene.emulator.url.removeprefix("http://").partition(":")
        if self.name == "http_operator":
            extra: dict[str, Any] = {"x-api-key": scene.emulator.key}
            return {"conn_type": "http", "host": host, "port": int(port), "extra": extra}
        extra = {
            "location_id": scene.emulator.location_id,
            "requests_per_minute": 1_000_000,
            "requests_per_day": 1_000_000,
            "list_lag": 0,
        }
        return {"conn_type": "whautomate", "host": scene.emulator.url, "password": scene.emulator.key, "extra": extra}

    def play(self, scene: Scene, home: Path) -> bool:
        import json

        scene.write_rows(home / "rows.csv")
        run, dag = home.name, f"{self.name}_{scene.job}"
        made = self.connection(scene)
        self.airflow.api("POST", "connections", {"connection_id": run, **made, "extra": json.dumps(made["extra"])})
        conf = {"conn": run, "rows": str(home / "rows.csv"), "home": str(home), "location": scene.emulator.location_id}
        body = {"dag_run_id": run, "logical_date": None, "conf": conf}
        self.airflow.api("POST", f"dags/{dag}/dagRuns", body)

        def kill() -> None:
            for pid in self.airflow.pids(run):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)

        if scene.kill_after is not None:
            # Its API is not asked whether the run goes on: the moment would have passed before it answers.
            end = time.monotonic() + 600
            kill_at(scene, lambda: time.monotonic() < end, kill)
        until = time.monotonic() + 1200
        while (state := self.state(dag, run)) is None:
            if time.monotonic() > until:
                raise TimeoutError(f"{run} has not ended")
            time.sleep(1)
        return state

    def state(self, dag: str, run: str) -> bool | None:
        state = self.airflow.api("GET", f"dags/{dag}/dagRuns/{run}")["state"]
        return {"success": True, "failed": False}.get(state)


@contextlib.contextmanager
def airflow(folder: Path) -> Iterator[list[Dag]]:
    """Serve until the proofs have ended, with its metadata in a PostgreSQL database of its own."""
    home = folder / "airflow"
    home.mkdir()
    port = free_port()
    bin = VENVS / "airflow" / "bin"
    with own_database("proofs") as database:
        env = os.environ | {
            "PATH": f"{bin}{os.pathsep}{os.environ.get('PATH', '')}",
            "PYTHONPATH": str(ROOT),
            "PROOF_PEERS": str(HERE / "peers"),
            "HOME": str(home),
            "AIRFLOW_HOME": str(home),
            "WHAUTOMATE_HOME": str(home / "whautomate"),
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": database.replace("postgresql://", "postgresql+psycopg2://"),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__DAGS_FOLDER": str(HERE / "peers" / "airflow_dags"),
            "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
            "AIRFLOW__CORE__PARALLELISM": "4",
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
            "AIRFLOW__API__HOST": "127.0.0.1",
            "AIRFLOW__API__PORT": str(port),
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/",
            "AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT": str(free_port()),
            "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(free_port()),
        }
        with (home / "said.txt").open("wb") as said:
            command = [str(bin / "python"), "-m", "airflow", "standalone"]
            process = subprocess.Popen(command, env=env, stdout=said, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            server = Airflow(f"http://127.0.0.1:{port}", database)
            dags = {f"http_operator_{job}" for job in ("send", "create", "export")} | {"ours_airflow_send"}
            until = time.monotonic() + 600
            while True:
                with contextlib.suppress(httpx.HTTPError):
                    if dags <= {one["dag_id"] for one in server.api("GET", "dags")["dags"]}:
                        break
                if process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError((home / "said.txt").read_text(encoding="utf-8", errors="replace")[-5000:])
                time.sleep(2)
            yield [Dag(name, server) for name in ("http_operator", "ours_airflow")]
        finally:
            end(process)
