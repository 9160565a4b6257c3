"""A real Airflow with two schedulers on PostgreSQL: broadcasts of tasks that are cleared, killed, marked or late, or
of an asset, go out once or not at all.

It takes minutes, so `make prove` runs it and `make test` does not.
"""

import contextlib
import json
import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from processes import free_port, kill_session

from whautomate_core.account import account_from_settings
from whautomate_core.client.client import Client
from whautomate_core.emulator import Behaviour, Emulator, create_app, running
from whautomate_core.messaging.segments import ensure_segment
from whautomate_core.state import open_state

KEY = "key-of-the-proof-4711"
LISTENS = "the broadcast will be cancelled if a person marks the task as failed"
"""What a trigger says once it can be killed: it runs, and has asked for the state of its task."""
DAGS = Path(__file__).parents[1] / "airflow" / "dags_prove_broadcasts"


class Airflow:
    """`airflow standalone` with a second scheduler, its database and the state of tasks in PostgreSQL."""

    def __init__(self, home, postgres, emulators):
        self.home = home
        self.state = postgres
        self._postgres = postgres
        extra = {
            "requests_per_minute": 10_000,
            "requests_per_day": 1_000_000,
            "state": postgres,
            "location_id": "loc000000001",
            "list_lag": 0,
        }
        connections = {
            f"AIRFLOW_CONN_{name.upper()}": json.dumps(
                {"conn_type": "whautomate", "host": one.url, "password": KEY, "extra": {**extra, "account": name}}
            )
            for name, one in emulators.items()
        }
        cron = datetime.now(UTC) - timedelta(minutes=2)
        self.port = free_port()
        self.env = os.environ | {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
            "AIRFLOW_HOME": str(home),
            "WHAUTOMATE_HOME": str(home / "whautomate"),
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": postgres.replace("postgresql://", "postgresql+psycopg2://"),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__DAGS_FOLDER": str(DAGS),
            "AIRFLOW__CORE__PARALLELISM": "3",
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
            "AIRFLOW__API__PORT": str(self.port),
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{self.port}/execution/",
            "AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT": str(free_port()),
            "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(free_port()),
            "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "5",
            "PROVE_START": datetime.now(UTC).isoformat(),
            "PROVE_CRON": f"{cron.minute} {cron.hour} * * *",
            **connections,
        }
        self._log = (home / "said.txt").open("w")
        self._processes = []
        self.start("standalone")

    def start(self, *command):
        process = subprocess.Popen(
            [sys.executable, "-m", "airflow", *command],
            env=self.env,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._processes.append(process)
        return process

    def stop(self):
        # Sessions of their own: nobody else is in them.
        for process in self._processes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
        for process in self._processes:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(30)
            kill_session(process.pid)
            process.wait(30)
        self._log.close()

    def cli(self, *command):
        done = subprocess.run([sys.executable, "-m", "airflow", *command], env=self.env, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr

    def api(self, method, path, body=None):
        def asked(url, headers=None, data=None, how="GET"):
            request = urllib.request.Request(url, headers=headers or {}, data=data, method=how)
            return json.load(urllib.request.urlopen(request, timeout=600))

        token = asked(f"http://127.0.0.1:{self.port}/auth/token")["access_token"]
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        return asked(f"http://127.0.0.1:{self.port}/api/v2/{path}", headers, json.dumps(body).encode(), method)

    def rows(self, asked, *values):
        import psycopg2

        with contextlib.closing(psycopg2.connect(self._postgres)) as connection, connection.cursor() as cursor:
            try:
                cursor.execute(asked, values)
                return cursor.fetchall()
            except psycopg2.errors.UndefinedTable:
                return []

    def states(self, dag):
        return [state for (state,) in self.rows("SELECT state FROM task_instance WHERE dag_id = %s", dag)]

    def said(self, dag):
        return "\n".join(
            path.read_text(errors="replace") for path in (self.home / "logs" / f"dag_id={dag}").rglob("*.log")
        )

    def until(self, true, seconds=900):
        end = time.monotonic() + seconds
        while not (found := true()):
            if time.monotonic() > end:
                raise AssertionError(f"not so after {seconds} s\n{(self.home / 'said.txt').read_text()[-8000:]}")
            time.sleep(0.5)
        return found


@pytest.fixture(scope="module")
def proved(tmp_path_factory, postgres):
    home = tmp_path_factory.mktemp("airflow")
    with contextlib.ExitStack() as stack:
        emulators = {}
        for name, seconds in (("whautomate_default", 1.0), ("killed", 1.0), ("slow", 1e6)):
            behaviour = Behaviour(broadcast_seconds=seconds, delivery_seconds=0.0, limits=((10**6, 60.0),))
            app = create_app(behaviour, key=KEY)
            one = emulators[name] = Emulator(app, stack.enter_context(running(app)))
            one.add_contacts({"name": "N", "phoneNumber": f"491512345670{n}", "tags": ["vip"]} for n in range(3))
            settings = {"location_id": "loc000000001", "plan": "subscribed", "account": secrets.token_hex(4)}
            settings["state"] = f"sqlite:///{home}/segments.sqlite"
            with Client(account_from_settings(one.url, KEY, settings)) as client:
                ensure_segment(client, "vip", {"tags": ["vip"]})
        # The worker is killed before the server has done it: it has happened, and nobody there heard of it.
        emulators["killed"].fault("late_commit", operation="createBroadcast", seconds=1e6)
        airflow = Airflow(home, postgres, emulators)
        stack.callback(airflow.stop)
        airflow.until(lambda: airflow.rows("SELECT 1 FROM job WHERE job_type = 'SchedulerJob' AND state = 'running'"))
        airflow.start("scheduler")
        yield airflow, emulators


def posts(emulator, name):
    return [one for one in emulator.requests("createBroadcast") if one["body"]["name"].startswith(f"{name} ")]


def test_a_worker_killed_in_the_middle_of_its_post_leaves_one_broadcast(proved):
    airflow, emulators = proved
    claims = open_state(airflow.state).claims
    airflow.until(lambda: emulators["killed"].held() and claims.open("killed"))
    [claim] = claims.open("killed")
    os.kill(int(claim.made_by.split(":")[1]), signal.SIGKILL)
    emulators["killed"].release()
    airflow.until(lambda: airflow.states("killed") in (["success"], ["failed"]))
    assert len(posts(emulators["killed"], "killed")) == 1
    assert len(emulators["killed"].records("broadcasts")) == 1
    assert airflow.states("killed") == ["success"], airflow.said("killed")


def test_a_task_that_is_cleared_finds_what_it_sent(proved):
    airflow, emulators = proved
    airflow.until(lambda: airflow.states("cleared") == ["success"])
    tries = "SELECT try_number FROM task_instance WHERE dag_id = 'cleared' AND state = 'success'"
    [(before,)] = airflow.rows(tries)
    airflow.cli("tasks", "clear", "--yes", "cleared")
    airflow.until(lambda: [one for (one,) in airflow.rows(tries) if one > before])
    assert len(posts(emulators["whautomate_default"], "cleared")) == 1


def test_a_held_task_that_is_marked_as_failed_calls_its_broadcast_off(proved):
    airflow, emulators = proved
    emulator = emulators["whautomate_default"]
    airflow.until(lambda: airflow.states("held") == ["deferred"])
    airflow.until(lambda: "checking for new opt-outs" in airflow.said("held"))
    assert [one for one in emulator.records("broadcasts") if one["name"].startswith("held ")]
    [(run,)] = airflow.rows("SELECT run_id FROM task_instance WHERE dag_id = 'held'")
    airflow.until(lambda: LISTENS in airflow.said("held"))
    airflow.api("PATCH", f"dags/held/dagRuns/{urllib.parse.quote(run)}/taskInstances/send", {"new_state": "failed"})
    airflow.until(lambda: not [one for one in emulator.records("broadcasts") if one["name"].startswith("held ")])
    airflow.cli("tasks", "clear", "--yes", "held")
    airflow.until(lambda: airflow.states("held") == ["failed"])
    airflow.until(lambda: "nothing is sent under its key again" in airflow.said("held"))
    assert len(posts(emulator, "held")) == 1


def there(emulator, name):
    return [one for one in emulator.records("broadcasts") if one["name"].startswith(f"{name} ")]


def held(airflow, emulator, dag):
    """Starts the run of a DAG and waits until its broadcast is held: in the triggerer, or by a worker."""
    airflow.cli("dags", "unpause", dag)
    airflow.until(lambda: there(emulator, dag) and "checking for new opt-outs" in airflow.said(dag))
    if dag.startswith("held"):
        airflow.until(lambda: airflow.states(dag) == ["deferred"])
        airflow.until(lambda: LISTENS in airflow.said(dag))


def mark(airflow, dag, state):
    [(run,)] = airflow.rows("SELECT run_id FROM task_instance WHERE dag_id = %s", dag)
    path = f"dags/{dag}/dagRuns/{urllib.parse.quote(run)}/taskInstances/send"
    airflow.api("PATCH", path, {"new_state": state})


@pytest.mark.parametrize("dag", ["held_cleared", "on_slot_cleared"])
def test_a_held_task_that_is_cleared_goes_on_with_its_broadcast(proved, dag):
    airflow, emulators = proved
    emulator = emulators["whautomate_default"]
    held(airflow, emulator, dag)
    [made] = there(emulator, dag)
    airflow.cli("tasks", "clear", "--yes", dag)
    airflow.until(lambda: "its broadcast stays scheduled" in airflow.said(dag))
    airflow.until(lambda: airflow.said(dag).count("checking for new opt-outs") >= 2)
    assert there(emulator, dag) == [made]
    assert len(posts(emulator, dag)) == 1
    mark(airflow, dag, "failed")  # and so it ends
    airflow.until(
        lambda: "is cancelled because the task was marked as failed while it was deferred" in airflow.said(dag)
    )
    assert there(emulator, dag) == []


def test_a_held_task_that_is_marked_as_done_leaves_its_broadcast(proved):
    airflow, emulators = proved
    emulator = emulators["whautomate_default"]
    held(airflow, emulator, "held_done")
    mark(airflow, "held_done", "success")
    airflow.until(lambda: "the task is success: its broadcast stays scheduled" in airflow.said("held_done"))
    assert len(there(emulator, "held_done")) == 1


def test_a_task_on_its_slot_that_is_marked_as_failed_cancels_its_broadcast(proved):
    airflow, emulators = proved
    emulator = emulators["whautomate_default"]
    held(airflow, emulator, "on_slot")
    mark(airflow, "on_slot", "failed")
    airflow.until(lambda: not there(emulator, "on_slot"))
    assert airflow.states("on_slot") == ["failed"]
    airflow.until(lambda: "is cancelled because the task was marked as failed" in airflow.said("on_slot"))


@pytest.mark.parametrize(("dag", "stays"), [("evicted", 1), ("evicted_last", 0)])
def test_a_worker_that_is_evicted_leaves_its_broadcast_to_the_next_attempt(proved, dag, stays):
    airflow, emulators = proved
    emulator = emulators["whautomate_default"]
    held(airflow, emulator, dag)
    claims = open_state(airflow.state).claims.latest("whautomate_default", "POST /v1/broadcasts", seconds=3600)
    [claim] = [one for one in claims if one.result["of"] == dag]
    os.kill(int(claim.made_by.split(":")[1]), signal.SIGTERM)
    if stays:
        airflow.until(lambda: airflow.said(dag).count("checking for new opt-outs") >= 2)
    else:
        airflow.until(lambda: airflow.states(dag) == ["failed"])
    assert len(there(emulator, dag)) == stays
    assert len(posts(emulator, dag)) == 1
    if stays:
        mark(airflow, dag, "failed")


def test_a_run_of_an_asset_sends_once(proved):
    airflow, emulators = proved
    airflow.until(lambda: airflow.states("on_asset") == ["success"])
    assert len(posts(emulators["whautomate_default"], "on_asset")) == 1


def test_a_daily_dag_is_not_late(proved):
    airflow, emulators = proved
    airflow.until(lambda: airflow.states("daily") == ["success"])
    assert len(posts(emulators["whautomate_default"], "daily")) == 1


def test_a_triggerer_killed_during_the_wait_changes_nothing(proved):
    airflow, emulators = proved
    airflow.until(lambda: airflow.states("awaited") == ["deferred"])
    looked = len(emulators["slow"].requests("getBroadcast"))
    airflow.until(lambda: len(emulators["slow"].requests("getBroadcast")) > looked)
    for pid in triggerers(airflow):
        os.kill(pid, signal.SIGKILL)
    airflow.start("triggerer")
    emulators["slow"].advance(2e6)
    airflow.until(lambda: airflow.states("awaited") == ["success"])
    assert len(posts(emulators["slow"], "awaited")) == 1


def triggerers(airflow):
    """Triggerers of this Airflow: processes of the session of its `standalone`."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (path / "cmdline").read_bytes().decode().replace("\0", " ")
            ours = os.getsid(int(path.name)) == airflow._processes[0].pid
            if ours and "triggerer" in words:
                found.append(int(path.name))
    return found


def test_a_back_fill_of_thirty_days_sends_nothing_and_says_why(proved):
    airflow, emulators = proved
    to = datetime.now(UTC) - timedelta(days=1)
    since = to - timedelta(days=30)
    days = ("--from-date", f"{since:%Y-%m-%d}", "--to-date", f"{to:%Y-%m-%d}", "--max-active-runs", "5")
    airflow.cli("backfill", "create", "--dag-id", "past", *days)
    airflow.cli("dags", "unpause", "past")
    airflow.until(lambda: airflow.states("past").count("skipped") >= 30, seconds=1200)
    assert posts(emulators["whautomate_default"], "past") == []
    assert airflow.said("past").count("a back-fill messages nobody") >= 30
