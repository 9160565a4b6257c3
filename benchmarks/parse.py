"""What a DAG file with 50 tasks of ours costs to parse, beside one of 50 HttpOperators; and what importing costs.

Each in a fresh interpreter, by turns, in CPU seconds of the process. It runs in the environments of Airflow and
Prefect, which are not that of the other sections: `make bench` builds them.
"""

from __future__ import annotations

import os
import resource
import subprocess
from functools import partial
from pathlib import Path

from benchmarks.harness import PAIRS, ROOT, Json, by_turns, spread, table

TITLE = "Parsing and importing"

HEAD = """
import time
try:
    from airflow.sdk import DAG, BaseOperator, BaseHook
except ImportError:
    from airflow import DAG
    from airflow.hooks.base import BaseHook
    from airflow.models import BaseOperator
BaseOperator(task_id="first")
begin = time.process_time()
"""
TAIL = """
print(time.process_time() - begin)
"""
OURS = """
from airflow_provider_whautomate.operators.contacts import (
    WhautomateCreateContactOperator, WhautomateGetContactOperator, WhautomateSyncContactsOperator,
    WhautomateUpdateContactOperator,
)
from airflow_provider_whautomate.operators.messages import WhautomateSendWhatsappTextOperator

PERSON = {"name": "{{ params.name }}", "phoneNumber": "{{ params.number }}", "location": {"id": "l"}}
MESSAGE = {"contact": {"id": "{{ params.id }}"}, "location": {"id": "l"}, "textMessage": "Hello"}
with DAG("ours", schedule=None):
    for n in range(10):
        WhautomateCreateContactOperator(task_id=f"create_{n}", contact=PERSON)
        WhautomateGetContactOperator(task_id=f"get_{n}", contact_id="{{ params.id }}")
        WhautomateUpdateContactOperator(task_id=f"update_{n}", contact_id="c", contact={"stage": "Won"})
        WhautomateSendWhatsappTextOperator(task_id=f"send_{n}", message=MESSAGE)
        WhautomateSyncContactsOperator(task_id=f"sync_{n}", source="people.csv", mapping={"phoneNumber": "mobile"})
"""
HTTP = """
from airflow.providers.http.operators.http import HttpOperator

with DAG("http", schedule=None):
    for n in range(50):
        HttpOperator(task_id=f"task_{n}", endpoint="v1/contacts/{{ params.id }}", method="GET", headers={"a": "b"})
"""


AIRFLOW = "from airflow.sdk import DAG, BaseOperator"
OPERATORS = """
import pkgutil, importlib
import airflow_provider_whautomate.operators as operators
for one in pkgutil.iter_modules(operators.__path__):
    importlib.import_module(f"{operators.__name__}.{one.name}")
"""
PREFECT = "from prefect import flow, task"


def python_of(environment: str) -> str:
    """The python of an environment, by the variable that says so or where `make envs` puts it."""
    named = os.environ.get(f"BENCH_{environment.upper()}")
    return named or str(ROOT / ".venvs" / environment / "bin" / "python")


def parsed(python: str, code: str) -> float:
    """CPU seconds that a DAG file takes after Airflow is imported."""
    return float(_run(python, f"{HEAD}{code}{TAIL}").splitlines()[-1])


def imported(python: str, code: str) -> float:
    """CPU seconds of a process that imports."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    _run(python, code)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _run(python: str, code: str) -> str:
    run = [python, "-W", "ignore", "-c", code]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        run, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    ).stdout


VERSIONS = """
import importlib.metadata
print(*(importlib.metadata.version(one) for one in {names!r}))
"""


def measure(folder: Path, quick: bool) -> Json:
    os.environ["AIRFLOW_HOME"] = str(folder / "airflow")
    airflow, prefect = python_of("airflow"), python_of("prefect")
    works = {
        "parse": (partial(parsed, airflow, HTTP), partial(parsed, airflow, OURS)),
        "airflow": (partial(imported, airflow, AIRFLOW), partial(imported, airflow, AIRFLOW + OPERATORS)),
        "prefect": (
            partial(imported, prefect, PREFECT),
            partial(imported, prefect, f"{PREFECT}; import prefect_whautomate"),
        ),
    }
    found: Json = {}
    for name, (base, ours) in works.items():
        base(), ours()  # compiled and cached
        found[name] = by_turns(1 if quick else PAIRS, base, ours)
    of_airflow = ("apache-airflow", "apache-airflow-providers-http")
    return {
        "pairs": found,
        "versions": dict(zip(of_airflow, _run(airflow, VERSIONS.format(names=of_airflow)).split(), strict=True))
        | {"prefect": _run(prefect, VERSIONS.format(names=("prefect",))).strip()},
    }


def text(found: Json) -> str:
    pairs, versions = found["pairs"], found["versions"]
    says = {
        "parse": (
            f"a DAG file with 50 tasks of five operators, of one with 50 `HttpOperator`s (provider "
            f"{versions['apache-airflow-providers-http']})"
        ),
        "airflow": f"Airflow {versions['apache-airflow']} and the modules of every operator, of Airflow alone",
        "prefect": f"Prefect {versions['prefect']} and this package, of Prefect alone",
    }
    rows = [
        [
            says[name],
            spread([ours / base for base, ours in some], "{:.3f}" if name != "parse" else "{:.2f}"),
            spread([ours for _, ours in some]) + " s",
            len(some),
        ]
        for name, some in pairs.items()
    ]
    return (
        "CPU time of a fresh interpreter, by turns. The DAG file is measured from when Airflow is imported: the import "
        "of the operators, and the tasks with their checks. An import is a whole process.\n\n"
        + table(("", "ratio", "CPU time", "pairs"), rows)
    )
