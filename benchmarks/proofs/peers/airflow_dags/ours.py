"""The same campaign with this package's operator, in the same Airflow, with the retries of any task."""

import os
import sys
from datetime import timedelta

sys.path.insert(0, os.environ["PROOF_PEERS"])

import given
from airflow.sdk import DAG

from airflow_provider_whautomate.operators.messages import WhautomateSendTemplateToContactsOperator

with DAG(
    "ours_airflow_send",
    schedule=None,
    default_args={"retries": 3, "retry_delay": timedelta(seconds=1)},
):
    WhautomateSendTemplateToContactsOperator(
        task_id="send",
        whautomate_conn_id="{{ dag_run.conf['conn'] }}",
        source="{{ dag_run.conf['rows'] }}",
        template=given.TEMPLATE,
        outcomes_path="{{ dag_run.conf['home'] }}/outcomes.jsonl",
    )
