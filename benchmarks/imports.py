"""What a DAG file pays for importing every operator, on top of what it pays for Airflow itself.

    .venvs/airflow/bin/python benchmarks/imports.py [--rounds 7]

Each import in a fresh interpreter, by turns in one run, in CPU seconds of the process (other work on the machine
disturbs them less than wall time). Prints the medians and their ratio. Goal: under 1.05.
"""

import argparse
import importlib.metadata
import pkgutil
import resource
import statistics
import subprocess
import sys

import airflow_provider_whautomate.operators as operators

BASE = "from airflow.sdk import DAG, BaseOperator"
if importlib.metadata.version("apache-airflow") < "3":
    BASE = "from airflow import DAG; from airflow.models import BaseOperator"
ALL = "; ".join(
    [
        BASE,
        *(
            f"import airflow_provider_whautomate.operators.{one.name}"
            for one in pkgutil.iter_modules(operators.__path__)
        ),
    ]
)


def cpu_seconds(code: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=7)
    rounds = arguments.parse_args().rounds
    taken: dict[str, list[float]] = {BASE: [], ALL: []}
    for code in taken:
        cpu_seconds(code)  # compiled and cached
    for _ in range(rounds):
        for code, seconds in taken.items():
            seconds.append(cpu_seconds(code))
    base, everything = (statistics.median(seconds) for seconds in taken.values())
    print(f"Airflow {base:.2f} s, with every operator {everything:.2f} s: ratio {everything / base:.3f}")


if __name__ == "__main__":
    main()
