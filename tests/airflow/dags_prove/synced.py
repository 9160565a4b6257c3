"""A sync that is killed again and again: tests/prove/test_prove_sync.py runs this file.

As a program it runs the DAG in a child of its own and kills that with SIGKILL at a random moment, until it has done so
often enough; then it lets it run to its end.
"""

import json
import os
import random
import signal
import sys
import time
from datetime import UTC, datetime

try:
    from airflow.sdk import DAG
except ImportError:
    from airflow import DAG

from airflow_provider_whautomate.operators.contacts import WhautomateSyncContactsOperator

with DAG("synced", schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC)) as dag:
    WhautomateSyncContactsOperator(
        task_id="sync",
        whautomate_conn_id="synced",
        source=os.environ.get("SYNCED_SOURCE", "customers.csv"),
        mapping={"name": "name", "phoneNumber": "mobile", "customFields.plan": "plan"},
        tags=["news"],
        # Who was being created when it was killed is waited for, and told meanwhile.
        settle_after=1.0,
        max_failed="100%",
    )


def run() -> str:
    """One try of the same run of the DAG, and its state."""
    return str(dag.test(logical_date=datetime(2026, 6, 1, tzinfo=UTC)).state)


def main(kills: int, seed: int) -> None:
    chance, killed, ended = random.Random(seed), 0, 0
    while killed < kills:
        child = os.fork()
        if child == 0:
            run()
            os._exit(0)
        time.sleep(chance.uniform(0.5, 6.0))
        pid, _ = os.waitpid(child, os.WNOHANG)
        if pid == 0:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            killed += 1
        else:
            ended += 1
            if ended > kills:
                break
    time.sleep(1.5)  # what the last of them began is settled by then
    print("told", json.dumps({"killed": killed, "ended": ended, "state": run()}))  # noqa: T201


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
