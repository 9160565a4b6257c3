"""An Airflow that has started: the runs of the tests are forks of it, so what takes seconds each time is done once.

Airflow forks as well: what its workers and its DAG processor run, their parent has loaded before. What is about a fresh
interpreter is run by `conftest.python`.

Reads requests, lines of JSON, and answers each with the process id of its fork and then with its exit code.
"""

import contextlib
import gc
import importlib
import json
import os
import pkgutil
import runpy
import sys
from pathlib import Path

AIRFLOWS = (
    "airflow.__main__",
    "airflow.cli.commands.dag_command",
    "airflow.cli.commands.db_command",
    "airflow.dag_processing.dagbag",
    "airflow.models.dag_version",
    "airflow.models.dagbag",
    "airflow.models.renderedtifields",
    "airflow.models.taskinstance",
    "airflow.models.trigger",
    "airflow.models.xcom",
    "airflow.providers.common.compat.sdk",
    "airflow.sdk.execution_time.supervisor",
    "airflow.serialization.serialized_objects",
    "airflow.triggers.base",
    "airflow.utils.db",
)
"""Some of what a run loads, where this Airflow has it; what is missing here is loaded by each run."""


def start():
    for name in AIRFLOWS:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    for package in ("airflow_provider_whautomate", "whautomate_core"):
        path = importlib.import_module(package).__path__
        for module in pkgutil.walk_packages(path, f"{package}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    with contextlib.suppress(ImportError):  # Airflow 2 has no such thing
        from airflow.sdk.execution_time.supervisor import in_process_api_server

        _ = in_process_api_server().app
    gc.freeze()


def serve(answers):
    """Fork for each request; in the fork, return what is to be run."""
    for line in sys.stdin:
        request = json.loads(line)
        pid = os.fork()
        if pid == 0:
            said = os.open(request["said"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            for stream, number in ((os.open(os.devnull, os.O_RDONLY), 0), (said, 1), (said, 2)):
                os.dup2(stream, number)
            os.environ.clear()
            os.environ.update(request["environment"])
            return request["arguments"]
        print(pid, file=answers, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), file=answers, flush=True)
    return None


def run(first, *rest):
    """What `python FIRST *REST` does."""
    if first == "-c":
        code, *arguments = rest
        sys.argv = ["-c", *arguments]
        exec(compile(code, "<string>", "exec"), {"__name__": "__main__"})
    elif first == "-m":
        sys.argv = [*rest]
        runpy.run_module(rest[0], run_name="__main__", alter_sys=True)
    else:
        sys.argv = [first, *rest]
        sys.path[0] = str(Path(first).parent)
        runpy.run_path(first, run_name="__main__")


if __name__ == "__main__":
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what Airflow says while it starts is no answer
    start()
    if asked := serve(answers):
        run(*asked)
