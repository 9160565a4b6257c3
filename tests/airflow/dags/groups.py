"""Campaigns as task groups: two of one DAG, and a mapped one. test_task_groups.py runs them, twice for one date."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

try:
    from airflow.sdk import DAG, task, task_group
except ImportError:  # Airflow 2.11
    from airflow import DAG
    from airflow.decorators import task, task_group

from airflow_provider_whautomate.task_groups import contacts_to_campaign

FILE = Path(os.environ.get("GROUPS_FILE", "told.json"))
STEPS = ("sync", "tag", "segment", "plan", "broadcast", "wait")
COLUMNS = {"mapping": {"name": "name", "phoneNumber": "mobile"}, "default_region": "DE"}
CAMPAIGN = {"template": {"name": "t", "language": "en"}, "hold_minutes": 0, "poll_interval": 1}


def people(*numbers, agreed="yes"):
    return [{"name": f"Name {n}", "mobile": f"0151 2345{n}", "agreed": agreed} for n in numbers]


with DAG(
    "groups",
    schedule=None,
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    default_args={"retries": 1, "retry_delay": timedelta(0)},
) as dag:

    @task(show_return_value_in_logs=False)
    def spring_people():
        return [*people(6001, 6002), *people(6003, agreed="no")]

    spring = contacts_to_campaign(
        source=spring_people(),
        consent_column="agreed",
        tag="spring-{{ dag.dag_id }}",
        name="{{ dag.dag_id }} of spring",
        group_id="spring",
        max_removed=1,  # the one who had the tag before
        **COLUMNS,
        **CAMPAIGN,
    )
    summer = contacts_to_campaign(
        source=people(6004),
        consent_column=None,
        tag="summer",
        name="summer",
        group_id="summer",
        max_recipients="{{ 1 }}",
        default_args={"pool": "default_pool", "doc": "of all its tasks"},
        whautomate_conn_id="other",
        **COLUMNS,
        **CAMPAIGN,
    )

    @task_group
    def each(source, tag, name):
        contacts_to_campaign(
            source=source, consent_column=None, tag=tag, name=name, members="at_least", **COLUMNS, **CAMPAIGN
        )

    each.expand_kwargs(
        [
            {"source": people(6005, 6006), "tag": "north", "name": "to the north"},
            {"source": people(6007), "tag": "south", "name": "to the south"},
        ]
    )

    @task
    def results(told):
        FILE.write_text(json.dumps(told))

    results(
        {
            f"{group.group_id}.{step}": group.get_child_by_label(step).output
            for group in (spring, summer)
            for step in STEPS
        }
    )
