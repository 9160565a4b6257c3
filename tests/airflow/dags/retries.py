"""Tasks of a user's own code that fail under the retry policy. test_retry_policy.py runs them."""

import json
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from airflow.sdk import DAG, task

from airflow_provider_whautomate.hooks.whautomate import WhautomateHook
from airflow_provider_whautomate.operators.contacts import (
    WhautomateCreateContactOperator,
    WhautomateListContactsOperator,
)
from airflow_provider_whautomate.retry_policy import whautomate_retry_policy
from whautomate_core.api.contacts import create_contact, list_contacts
from whautomate_core.errors import PolicyRefused, RateLimited
from whautomate_core.state import open_state

FILES = Path(os.environ.get("RETRIES_FILES", "."))
PERSON = {"name": "Ada", "phoneNumber": "+4915123456700", "location": {"id": "loc000000001"}}
NEVER = timedelta(days=365)
"""The delay of the tasks: a retry that this run sees was made at the policy's time."""


def note(name, **found):
    """Keep the time of an attempt; return how many there were."""
    path = FILES / f"{name}.jsonl"
    with path.open("a") as file:
        file.write(json.dumps({"at": time.time(), **found}) + "\n")
    return len(path.read_text().splitlines())


with DAG(
    "retries",
    schedule=None,
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    default_args={"retries": 1, "retry_delay": NEVER, "retry_policy": whautomate_retry_policy()},
) as dag:

    @task
    def exhausted():
        """Finds the pool of the account paused, as after a 429, and doesn't wait."""
        hook = WhautomateHook("paused")
        account = hook.get_account()
        if note("exhausted") == 1:
            open_state(account.state).pool(account.id, account.limits).pause(2.0)
        with hook.get_conn(max_wait=0) as client:
            client.send(list_contacts())

    @task
    def limited():
        if note("limited") == 1:
            raise ValueError("the pipeline's own") from RateLimited("GET /v1/contacts: 429", retry_after=2.0)

    @task(retry_delay=timedelta(0))
    def unknown():
        """Creates somebody, and the answer is lost."""
        note("unknown")
        WhautomateHook("faulty").send(create_contact(PERSON))

    @task(retry_delay=timedelta(0))
    def wrapped():
        note("wrapped")
        try:
            raise PolicyRefused("somebody opted out")
        except PolicyRefused:
            raise RateLimited("GET /v1/contacts: 429", retry_after=0.0)  # noqa: B904 - as in a handler that fails

    @task(retry_delay=timedelta(0))
    def other():
        note("other")
        raise ValueError("no error of Whautomate")

    exhausted(), limited(), unknown(), wrapped(), other()
    WhautomateCreateContactOperator(task_id="operator", whautomate_conn_id="faulty_too", contact=PERSON)
    WhautomateListContactsOperator(task_id="misconfigured", whautomate_conn_id="misconfigured")

if __name__ == "__main__":
    run = dag.test()
    told = {ti.task_id: [str(ti.state), ti.try_number] for ti in run.get_task_instances()}
    (FILES / "states.json").write_text(json.dumps(told))
