"""Plain DAGs of HttpOperators with retries, as the documentation of Airflow's HTTP provider writes them.

Pages by `pagination_function`, one mapped task for each person, retries with exponential backoff. The connection's
extra holds the header with the key.
"""

import csv
import json
import os
import sys
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

sys.path.insert(0, os.environ["PROOF_PEERS"])

import given
from airflow.providers.http.operators.http import HttpOperator
from airflow.sdk import DAG, get_current_context, task

CONNECTION = "{{ dag_run.conf['conn'] }}"
RETRIED = {
    "retries": 9,
    "retry_delay": timedelta(seconds=1),
    "retry_exponential_backoff": True,
    "max_retry_delay": timedelta(seconds=60),
}


def next_page(response):
    page = int(parse_qs(urlsplit(response.url).query)["page"][0])
    return {"data": {"page": page + 1, "limit": 50}} if response.json() else None


def opted_out(responses):
    return sorted(given.numbers_of_opted_out([one for response in responses for one in response.json()]))


def has_no_error(response):
    return "error" not in response.json()


def contacts():
    return HttpOperator(
        task_id="contacts",
        http_conn_id=CONNECTION,
        method="GET",
        endpoint="v1/contacts",
        data={"page": 1, "limit": 50},
        pagination_function=next_page,
        response_filter=opted_out,
    )


def post(task_id, endpoint, bodies):
    return HttpOperator.partial(
        task_id=task_id,
        http_conn_id=CONNECTION,
        method="POST",
        endpoint=endpoint,
        headers={"Content-Type": "application/json"},
        response_check=has_no_error,
        max_active_tis_per_dagrun=1,
    ).expand(data=bodies)


@task
def bodies(opted_out=(), is_message=True):
    conf = get_current_context()["dag_run"].conf
    with open(conf["rows"], encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if given.digits(row["phoneNumber"]) not in opted_out]
    body = given.message if is_message else given.contact
    return [json.dumps({**body(row), "location": {"id": conf["location"]}}) for row in rows]


with DAG("http_operator_send", schedule=None, default_args=RETRIED):
    post("send", "v1/messages/whatsapp/sendtemplate", bodies(contacts().output))

with DAG("http_operator_create", schedule=None, default_args=RETRIED):
    post("send", "v1/contacts", bodies(is_message=False))

with DAG("http_operator_export", schedule=None, default_args=RETRIED):

    @task
    def write(numbers):
        home = Path(get_current_context()["dag_run"].conf["home"])
        (home / "export.txt").write_text("\n".join(numbers), encoding="utf-8")

    write(contacts().output)
