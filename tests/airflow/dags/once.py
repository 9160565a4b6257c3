"""Mapped steps of what must happen once, over the lists that the environment names. test_once.py runs it."""

import json
import os
from datetime import UTC, datetime

try:
    from airflow.sdk import DAG, task
except ImportError:
    from airflow import DAG
    from airflow.decorators import task

from airflow_provider_whautomate.operators.appointments import WhautomateBookSlotOperator
from airflow_provider_whautomate.operators.contacts import WhautomateCreateContactOperator
from airflow_provider_whautomate.operators.messages import (
    WhautomateSendTemplateToContactsOperator,
    WhautomateSendWhatsappTemplateOperator,
)

HELLO = {"name": "hello", "language": "en"}
LOCATION = {"id": "loc000000001"}
LISTS = json.loads(os.environ.get("ONCE_LISTS", "{}"))

with DAG("once", schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC)) as dag:

    @task(show_return_value_in_logs=False)
    def read(name):
        return LISTS[name]

    template = {"template": HELLO, "max_lateness": None}
    WhautomateSendTemplateToContactsOperator.partial(task_id="chunks", **template).expand(
        source=read.override(task_id="read_chunks")("chunks")
    )
    WhautomateSendWhatsappTemplateOperator.partial(task_id="sends").expand(
        message=read.override(task_id="read_sends")("sends")
    )
    WhautomateCreateContactOperator.partial(task_id="creates").expand(
        contact=read.override(task_id="read_creates")("creates")
    )
    WhautomateBookSlotOperator.partial(
        task_id="books", earliest="2026-06-03T06:00:00Z", latest="2026-06-05T00:00:00Z", timezone="UTC"
    ).expand_kwargs(read.override(task_id="read_books")("books"))
