"""One Airflow home for the session. DAGs are run by Airflow itself, in processes of their own."""

import contextlib
import importlib.metadata
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest

HOME = Path(tempfile.mkdtemp(prefix="airflow-home-"))
DAGS = Path(__file__).parent / "dags"
ROOT = Path(__file__).parents[2]
# Before Airflow is imported, which reads its settings at import.
os.environ["AIRFLOW_HOME"] = str(HOME)
os.environ["WHAUTOMATE_HOME"] = str(HOME / "whautomate")
os.environ["AIRFLOW__CORE__LOAD_EXAMPLES"] = "False"
os.environ["AIRFLOW__CORE__DAGS_FOLDER"] = str(DAGS)
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


def python(*arguments, timeout=600, **env):
    """Run Python as a user would; returns its code and all it said."""
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


@pytest.fixture(scope="session")
def airflow_db():
    """Airflow's database, made once."""
    code, said = python("-m", "airflow", "db", "migrate")
    assert code == 0, said
    return HOME / "airflow.db"


@pytest.fixture
def connections(monkeypatch):
    """Sets a connection for this process: `connections("whautomate_default", host, key, **settings)`."""
    return lambda name, *args, **extra: monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", connection(*args, **extra))


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
