"""A real `airflow triggerer` with 200 deferred sensors of one account: how many requests their polls take.

It takes minutes, so `make prove` runs it and `make test` does not. What workers do before (each sensor's first look,
and its deferral) is done here in one process, since 200 of them would take half an hour.
"""

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from processes import free_port
from waiting_cases import send

from whautomate_core.emulator import Behaviour, Emulator, create_app, running

DAGS = Path(__file__).parents[1] / "airflow" / "dags_triggerer"
NUMBER = 200
INTERVAL = 5
"""The poll_interval of the sensors there."""

DEFERS = """
import importlib.util, inspect, sys
from airflow.models.taskinstance import TaskInstance
from airflow.models.trigger import Trigger
from airflow.providers.common.compat.sdk import TaskDeferred
from airflow.utils.session import create_session

spec = importlib.util.spec_from_file_location("waiting", sys.argv[1])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
with create_session() as session:
    for ti in session.query(TaskInstance).filter(TaskInstance.dag_id == "waiting"):
        sensor = module.dag.get_task(ti.task_id)
        try:
            inspect.unwrap(type(sensor).execute)(sensor, {"ti": None})
        except TaskDeferred as deferred:
            trigger = Trigger.from_object(deferred.trigger)
            session.add(trigger)
            session.flush()
            ti.trigger_id, ti.state, ti.next_method = trigger.id, "deferred", deferred.method_name
"""


class Home:
    """An Airflow home of its own."""

    def __init__(self, path, emulator, waited_for):
        self.path = path
        extra = {"requests_per_minute": 100_000, "requests_per_day": 1_000_000, "account": "waiting", "list_lag": 0}
        connection = {"conn_type": "whautomate", "host": emulator.url, "password": emulator.key, "extra": extra}
        self._env = os.environ | {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
            "AIRFLOW_HOME": str(path),
            "WHAUTOMATE_HOME": str(path / "whautomate"),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__DAGS_FOLDER": str(DAGS),
            "AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT": str(free_port()),
            "AIRFLOW_CONN_WHAUTOMATE_DEFAULT": json.dumps(connection),
            "WAITED_FOR": json.dumps(waited_for),
        }

    def python(self, *arguments):
        done = subprocess.run(
            [sys.executable, *arguments], env=self._env, capture_output=True, text=True, timeout=1800, check=False
        )
        assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-5000:]

    @contextlib.contextmanager
    def triggerer(self):
        with (self.path / "said.txt").open("w") as log:
            command = [sys.executable, "-m", "airflow", "triggerer"]
            process = subprocess.Popen(command, env=self._env, stdout=log, stderr=log, start_new_session=True)
            try:
                yield
            finally:
                # Its own session: nobody else is in the group.
                os.killpg(process.pid, signal.SIGTERM)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(30)
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait(30)

    def deferred(self):
        asked = "SELECT count(*) FROM task_instance WHERE dag_id = 'waiting' AND state = 'deferred'"
        with contextlib.closing(sqlite3.connect(self.path / "airflow.db", timeout=30)) as database:
            return database.execute(asked).fetchone()[0]

    def until(self, true, seconds=900):
        end = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < end, (self.path / "said.txt").read_text(errors="replace")[-5000:]
            time.sleep(0.2)


@pytest.mark.parametrize(("page_cap", "lists"), [(100, 2)])
def test_two_hundred_waiting_broadcasts_take_two_list_calls_a_poll(tmp_path, page_cap, lists):
    # They have begun, and go on until the emulator's clock is moved.
    app = create_app(
        Behaviour(page_cap=page_cap, broadcast_seconds=1e6, delivery_seconds=0.0, broadcast_failed_share=0.0)
    )
    with running(app) as url:
        emulator = Emulator(app, url)
        emulator.add_contacts([{"name": f"N{n}", "phoneNumber": f"491512345678{n}"} for n in range(2)])
        home = Home(tmp_path, emulator, send(emulator, number=NUMBER))
        home.python("-m", "airflow", "db", "migrate")
        home.python("-m", "airflow", "dags", "reserialize")
        home.python("-m", "airflow", "dags", "trigger", "waiting")
        home.python("-c", DEFERS, str(DAGS / "waiting.py"))
        assert home.deferred() == NUMBER
        assert len(emulator.requests("getBroadcast")) == NUMBER, "a first look of each"
        with home.triggerer():
            home.until(lambda: len(emulator.requests("listBroadcasts")) >= 3 * lists)
            assert home.deferred() == NUMBER
            emulator.advance(2e6)
            home.until(lambda: home.deferred() == 0)
        made = [one for one in emulator.requests() if one["operation"] in ("listBroadcasts", "getBroadcast")][NUMBER:]
        # A poll is pages from the first on, or, where one alone has been loaded or is left, a single read.
        polls: list[int] = []
        for one in made:
            polls = [*polls[:-1], polls[-1] + 1] if one["query"].get("page", "1") != "1" else [*polls, 1]
        print(f"{NUMBER} broadcasts: requests of each poll {polls}")  # noqa: T201 - the figure is what it is about
        assert polls.count(lists) >= 3
        assert max(polls) == lists
        seconds = made[-1]["monotonic"] - made[0]["monotonic"]
        assert len(polls) <= seconds / INTERVAL + 2, "one poll for all who wait, and not sooner than they ask"
