"""One Airflow home for the session, and an Airflow that has started, which runs DAGs in processes of their own."""

import atexit
import contextlib
import importlib.metadata
import importlib.util
import json
import os
import select
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest

HOME = Path(tempfile.mkdtemp(prefix="airflow-home-"))
atexit.register(shutil.rmtree, HOME, ignore_errors=True)
DAGS = Path(__file__).parent / "dags"
DAGS_FOLDER = HOME / "dags"
"""Airflow's: it holds the one DAG file that is run, since `dag.test()` reads all there are."""
ROOT = Path(__file__).parents[2]
# Before Airflow is imported, which reads its settings at import.
os.environ["AIRFLOW_HOME"] = str(HOME)
os.environ["WHAUTOMATE_HOME"] = str(HOME / "whautomate")
os.environ["AIRFLOW__CORE__LOAD_EXAMPLES"] = "False"
os.environ["AIRFLOW__CORE__DAGS_FOLDER"] = str(DAGS_FOLDER)
os.environ["AIRFLOW__CORE__TEST_CONNECTION"] = "Enabled"

AIRFLOW = importlib.util.find_spec("airflow")
if AIRFLOW:
    try:
        from airflow.sdk import DAG as DAG
    except ImportError:
        from airflow import DAG as DAG

collect_ignore_glob = ["dags/*.py"] if AIRFLOW else ["*.py", "dags/*.py"]

KEY = "key-of-the-tests-4711"
PLENTY = {"requests_per_minute": 100_000, "requests_per_day": 1_000_000, "list_lag": 0}
"""Limits that no test reaches."""


def connection(host, key=KEY, **extra):
    """A connection as the environment holds it."""
    settings = {**PLENTY, "location_id": "loc000000001", **extra}
    return json.dumps({"conn_type": "whautomate", "host": host, "password": key, "extra": settings})


def python(*arguments, timeout=1800, **env):
    """Run a fresh Python; returns its code and all it said."""
    done = subprocess.run(
        [sys.executable, *map(str, arguments)],
        env=os.environ | {name: str(value) for name, value in env.items()},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=timeout,
    )
    return done.returncode, done.stdout


@contextlib.contextmanager
def meanwhile(happens):
    """Do something beside this block, and no longer: `happens` is given `until(holds)`, which waits for a condition."""
    over = threading.Event()

    def until(holds, every=0.05):
        while not holds():
            if over.wait(every):
                raise SystemExit  # of this thread

    beside = threading.Thread(target=happens, args=(until,), daemon=True)
    beside.start()
    try:
        yield
    finally:
        over.set()
        beside.join(10)


def answered(emulator, operation, about=""):
    """The requests that the emulator has answered by now, of an operation and with this in the path."""
    return [one for one in emulator.requests(operation) if one["status"] and about in one["path"]]


class Airflow:
    """An Airflow that has started, with a database: each call is a fork of it."""

    def __init__(self):
        self._said = HOME / "said.txt"
        command = [sys.executable, str(Path(__file__).with_name("started.py"))]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        code, said = self("-m", "airflow", "db", "migrate")
        assert code == 0, said

    def __call__(self, *arguments, dag_file=None, timeout=1800, **env):
        """As `python` does, with one DAG file in Airflow's folder: `dag_file`, or the one that is to be run."""
        first, *rest = map(str, arguments)
        if not first.startswith("-"):
            dag_file, first = Path(first), str(DAGS_FOLDER / Path(first).name)
        for one in DAGS_FOLDER.iterdir():
            one.unlink()
        if dag_file:
            (DAGS_FOLDER / dag_file.name).symlink_to(dag_file)
        environment = os.environ | {name: str(value) for name, value in env.items()}
        request = {"arguments": [first, *rest], "environment": environment, "said": str(self._said)}
        self._process.stdin.write(json.dumps(request) + "\n")
        pid = int(self._process.stdout.readline())
        ended, _, _ = select.select([self._process.stdout], [], [], timeout)
        if not ended:
            os.kill(pid, signal.SIGKILL)
        code = int(self._process.stdout.readline())
        assert ended, f"not done after {timeout} s\n{self.said()}"
        return code, self.said()

    def read(self, dag_file):
        """Read a DAG file, as the DAG processor does before a run: Airflow 2 tells of no asset that it hasn't seen."""
        code, said = self("-m", "airflow", "dags", "reserialize", dag_file=dag_file)
        assert code == 0, said

    def said(self):
        """What the run has said by now."""
        return self._said.read_text(errors="replace")

    def stop(self):
        self._process.stdin.close()
        self._process.wait()


@pytest.fixture(scope="session")
def airflow():
    """Runs a DAG file, or `-m airflow ...`, in the session's Airflow; gives the exit code and all that was said."""
    DAGS_FOLDER.mkdir()
    started = Airflow()
    yield started
    started.stop()


def kept_by_airflow(dag_id):
    """All that Airflow's database keeps of the runs of a DAG, by table: not the DAG itself, whose text it keeps too."""
    of_the_dag_itself = {"dag", "dag_code", "dag_version", "serialized_dag"}
    kept = {}
    with contextlib.closing(sqlite3.connect(HOME / "airflow.db")) as database:
        for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            columns = [column[1] for column in database.execute(f'PRAGMA table_info("{table}")')]
            if table == "trigger":  # of whichever DAG
                kept[table] = database.execute('SELECT * FROM "trigger"').fetchall()
            elif "dag_id" in columns and table not in of_the_dag_itself:
                kept[table] = database.execute(f'SELECT * FROM "{table}" WHERE dag_id = ?', [dag_id]).fetchall()
    assert kept.keys() >= {"task_instance", "rendered_task_instance_fields", "xcom", "trigger"}
    return kept


@pytest.fixture(scope="session", autouse=True)
def told_to_the_compatibility_table(record_testsuite_property):
    """What scripts/make_compatibility.py reads of a run from its JUnit file."""
    record_testsuite_property("airflow", importlib.metadata.version("apache-airflow"))
    record_testsuite_property("python", f"{sys.version_info.major}.{sys.version_info.minor}")


@pytest.fixture
def connections(monkeypatch):
    """Sets a connection for this process: `connections("whautomate_default", host, key, **settings)`."""
    return lambda name, *args, **extra: monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", connection(*args, **extra))


@pytest.fixture
def no_backoff(monkeypatch):
    """Failed requests are repeated at once."""
    monkeypatch.setattr("whautomate_core.client.retries.backoff", lambda state: 0.0)


def serialized(dag):
    """The tasks of a DAG as Airflow's scheduler has them: what serialising and reading back leaves, as JSON."""
    try:
        from airflow.serialization.serialized_objects import DagSerialization as Serialization
    except ImportError:
        from airflow.serialization.serialized_objects import SerializedDAG as Serialization

    stored = json.loads(json.dumps(Serialization.to_dict(dag)))
    again = Serialization.from_dict(stored)
    tasks = {one["__var"]["task_id"]: one["__var"] for one in stored["dag"]["tasks"]}
    assert set(again.task_dict) == set(tasks)
    return tasks
