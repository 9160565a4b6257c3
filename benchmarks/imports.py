"""What a DAG file pays for importing every operator, on top of what it pays for Airflow itself; and what whoever
starts Prefect pays for importing our package, which Prefect does to register its blocks.

    .venvs/airflow/bin/python benchmarks/imports.py [--rounds 7]
    .venvs/prefect/bin/python benchmarks/imports.py

Each import in a fresh interpreter, by turns in one run, in CPU seconds of the process (other work on the machine
disturbs them less than wall time). Prints the medians and their ratios. Goals: under 1.05 of Airflow, 1.10 of Prefect.
"""

import argparse
import importlib.metadata
import importlib.util
import pkgutil
import resource
import statistics
import subprocess
import sys


def imports() -> dict[str, str]:
    """What is imported, the first alone and the others on top of it, and the code that does it."""
    if importlib.util.find_spec("prefect"):
        base = "from prefect import flow, task"
        ours = {"prefect_whautomate": "prefect_whautomate", "a module of its tasks": "prefect_whautomate.contacts"}
        return {"Prefect": base} | {f"with {name}": f"{base}; import {module}" for name, module in ours.items()}
    import airflow_provider_whautomate.operators as operators

    base = "from airflow.sdk import DAG, BaseOperator"
    if importlib.metadata.version("apache-airflow") < "3":
        base = "from airflow import DAG; from airflow.models import BaseOperator"
    modules = [f"import {operators.__name__}.{one.name}" for one in pkgutil.iter_modules(operators.__path__)]
    return {"Airflow": base, "with every operator": "; ".join([base, *modules])}


def cpu_seconds(code: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=7)
    rounds = arguments.parse_args().rounds
    codes = imports()
    taken: dict[str, list[float]] = {name: [] for name in codes}
    for code in codes.values():
        cpu_seconds(code)  # compiled and cached
    for _ in range(rounds):
        for name, code in codes.items():
            taken[name].append(cpu_seconds(code))
    medians = {name: statistics.median(seconds) for name, seconds in taken.items()}
    base = next(iter(medians.values()))
    print(", ".join(f"{name} {seconds:.2f} s ({seconds / base:.3f})" for name, seconds in medians.items()))


if __name__ == "__main__":
    main()
