"""What a DAG file with 50 tasks of ours costs to parse, side by side with one of 50 HttpOperators.

    uv pip install --target /tmp/http --python .venvs/airflow/bin/python apache-airflow-providers-http
    PYTHONPATH=/tmp/http .venvs/airflow/bin/python benchmarks/parse.py [--rounds 7]

Each file in a fresh interpreter that has imported Airflow before, by turns in one run, in CPU seconds of the process:
the import of the operators, and 50 tasks with their checks. Prints the medians and their ratio. Goal: at most 1.
"""

import argparse
import statistics
import subprocess
import sys

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


def cpu_seconds(code: str) -> float:
    run = [sys.executable, "-c", f"{HEAD}{code}{TAIL}"]
    done = subprocess.run(run, check=True, capture_output=True, text=True)
    return float(done.stdout.splitlines()[-1])


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=7)
    rounds = arguments.parse_args().rounds
    taken: dict[str, list[float]] = {OURS: [], HTTP: []}
    for code in taken:
        cpu_seconds(code)  # compiled and cached
    for _ in range(rounds):
        for code, seconds in taken.items():
            seconds.append(cpu_seconds(code))
    ours, http = (statistics.median(seconds) for seconds in taken.values())
    print(f"50 tasks of ours {ours:.2f} s, 50 HttpOperators {http:.2f} s: ratio {ours / http:.2f}")


if __name__ == "__main__":
    main()
