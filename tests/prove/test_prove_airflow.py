"""A real Airflow with one worker slot: a worker killed in the middle of a POST, and a task whose permit is far.

It takes minutes, so `make prove` runs it and `make test` does not.
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
from processes import free_port, kill_session

from whautomate_core.emulator import Emulator, create_app, running
from whautomate_core.state import open_state

KEY = "key-of-the-proof-4711"
DAGS = Path(__file__).parents[1] / "airflow" / "dags_prove"


def connection(url, account, **extra):
    settings = {"requests_per_minute": 1000, "requests_per_day": 100_000, "account": account, "list_lag": 0, **extra}
    return json.dumps({"conn_type": "whautomate", "host": url, "password": KEY, "extra": settings})


class Airflow:
    """`airflow standalone`, as a person starts it."""

    def __init__(self, home, emulators, dags=DAGS, **extra):
        self.home = home
        self.state = f"sqlite:///{home / 'whautomate' / 'state.sqlite'}"
        self._log = (home / "said.txt").open("w")
        env = os.environ | {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
            "AIRFLOW_HOME": str(home),
            "WHAUTOMATE_HOME": str(home / "whautomate"),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__DAGS_FOLDER": str(dags),
            "AIRFLOW__CORE__PARALLELISM": "1",
            "AIRFLOW__API__PORT": str(free_port()),
            "AIRFLOW__WEBSERVER__WEB_SERVER_PORT": str(free_port()),
            "AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT": str(free_port()),
            "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(free_port()),
            "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "5",
            **{
                f"AIRFLOW_CONN_{name.upper()}": connection(one.url, **({"account": name} | extra))
                for name, one in emulators.items()
            },
        }
        env["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"] = f"http://127.0.0.1:{env['AIRFLOW__API__PORT']}/execution/"
        self._env = env
        self.url = f"http://127.0.0.1:{env['AIRFLOW__API__PORT']}"
        command = [sys.executable, "-m", "airflow", "standalone"]
        self._process = subprocess.Popen(
            command, env=env, stdout=self._log, stderr=subprocess.STDOUT, start_new_session=True
        )

    def stop(self):
        # Its own session: nobody else is in it.
        os.killpg(self._process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(30)
        kill_session(self._process.pid)
        self._log.close()

    def unpause(self, dag):
        self._dags("unpause", dag)

    def trigger(self, dag):
        self._dags("trigger", dag)

    def _dags(self, verb, dag):
        command = [sys.executable, "-m", "airflow", "dags", verb, dag]
        subprocess.run(command, env=self._env, check=True, stdout=self._log, stderr=subprocess.STDOUT)

    def knows(self, dag):
        return self._row("SELECT dag_id FROM dag WHERE dag_id = ?", dag)

    def task(self, dag, name="create"):
        """State and try number."""
        asked = "SELECT state, try_number FROM task_instance WHERE dag_id = ? AND task_id = ?"
        return self._row(asked, dag, name) or (None, None)

    def _row(self, asked, *values):
        try:
            with contextlib.closing(sqlite3.connect(self.home / "airflow.db", timeout=30)) as database:
                return database.execute(asked, values).fetchone()
        except sqlite3.OperationalError:
            return None  # not made yet

    def said(self, dag="*", attempt="*"):
        """What its tasks said, all of them or those of a DAG, in all attempts or in one."""
        logs = (self.home / "logs").glob(f"dag_id={dag}/**/attempt={attempt}.log")
        return "\n".join(path.read_text(errors="replace") for path in logs)


def wait_until(true, airflow, seconds=900):
    end = time.monotonic() + seconds
    while not (found := true()):
        if time.monotonic() > end:
            tail = (airflow.home / "said.txt").read_text(errors="replace")[-5000:]
            raise AssertionError(f"not so after {seconds} s\n{airflow.said()[-5000:]}\n{tail}")
        time.sleep(0.2)
    return found


@pytest.fixture(scope="module")
def proved(tmp_path_factory):
    with contextlib.ExitStack() as stack:
        emulators = {}
        for name in ("killed", "waits", "goes_on"):
            app = create_app(key=KEY)
            emulators[name] = Emulator(app, stack.enter_context(running(app)))
        # The worker is killed before the server has done it: it has happened, and nobody there heard of it.
        emulators["killed"].fault("late_commit", operation="createContact", seconds=1e6)
        airflow = Airflow(tmp_path_factory.mktemp("airflow"), emulators)
        stack.callback(airflow.stop)
        yield airflow, emulators


def test_a_worker_killed_in_the_middle_of_a_post_sends_nothing_twice(proved):
    airflow, emulators = proved
    claims = open_state(airflow.state).claims
    wait_until(lambda: emulators["killed"].held() and claims.open("killed"), airflow)
    [claim] = claims.open("killed")
    os.kill(int(claim.made_by.split(":")[1]), signal.SIGKILL)
    assert emulators["killed"].contacts() == []
    emulators["killed"].release()
    wait_until(lambda: airflow.task("killed")[0] == "failed", airflow)
    # Airflow tried again, and did not use up its 20 retries. (On a busy machine it may lose a task more often itself.)
    assert 2 <= airflow.task("killed")[1] <= 20
    wait_until(lambda: emulators["killed"].contacts(), airflow)
    assert len(emulators["killed"].requests("createContact")) == len(emulators["killed"].contacts()) == 1
    assert "was begun at" in airflow.said()
    assert "whautomate claims release" in airflow.said()


def test_a_task_whose_permit_is_far_holds_no_slot(proved):
    airflow, emulators = proved
    wait_until(lambda: airflow.knows("waits"), airflow)
    airflow.unpause("waits")  # now, so that what it does is seen
    wait_until(lambda: airflow.task("waits")[0] == "deferred", airflow)
    assert emulators["waits"].requests() == []
    # There is one slot, and another task runs in it meanwhile.
    wait_until(lambda: airflow.task("waits", "another")[0] == "success", airflow)
    assert airflow.task("waits")[0] == "deferred"
    assert emulators["waits"].requests() == []


def test_a_task_that_was_deferred_for_its_permit_goes_on_in_the_same_try(proved):
    airflow, emulators = proved
    airflow.unpause("goes_on")
    wait_until(lambda: airflow.task("goes_on")[0] == "success", airflow)
    assert "waiting in the triggerer until" in airflow.said("goes_on", airflow.task("goes_on")[1])
    assert len(emulators["goes_on"].requests("createContact")) == 1
