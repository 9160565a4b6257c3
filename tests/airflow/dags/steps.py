"""A DAG of single steps that have nothing to do with each other. test_steps.py runs it and looks at each."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

try:
    from airflow.sdk import DAG, task
except ImportError:
    from airflow import DAG
    from airflow.decorators import task

from airflow_provider_whautomate.operators.broadcasts import WhautomateBroadcastOperator
from airflow_provider_whautomate.operators.contacts import (
    WhautomateAddContactTagsOperator,
    WhautomateCreateContactOperator,
    WhautomateDeleteContactOperator,
    WhautomateGetContactOperator,
    WhautomateListContactsOperator,
    WhautomateSyncContactsOperator,
    WhautomateTagContactsOperator,
    WhautomateUpdateContactOperator,
)
from airflow_provider_whautomate.operators.segments import WhautomateEnsureSegmentOperator
from airflow_provider_whautomate.sensors.broadcasts import WhautomateBroadcastSensor

FILES = Path(os.environ.get("STEPS_FILES", "."))
TAGGED, DELETED, OPEN_SEGMENT = os.environ.get("STEPS_IDS", "a b c").split()
LOCATION = {"id": "loc000000001"}
PERSON = {"name": "Grace", "phoneNumber": "+4915123456701", "location": LOCATION}
MAPPING = {"name": "name", "phoneNumber": "mobile"}
TEMPLATE = {"name": "t", "language": "en"}

with DAG(
    "steps",
    schedule=None,
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    default_args={"retries": 1, "retry_delay": timedelta(0), "whautomate_conn_id": "main"},
    params={"person": "Ada", "number": "+4915123456700"},
) as dag:
    # Endpoints
    create = WhautomateCreateContactOperator(
        task_id="create",
        contact={"name": "{{ params.person }}", "phoneNumber": "{{ params.number }}", "location": LOCATION},
    )

    @task
    def ids(created):
        return [created["id"]]

    get = WhautomateGetContactOperator.partial(task_id="get").expand(contact_id=ids(create.output))
    update = WhautomateUpdateContactOperator(
        task_id="update", contact_id="{{ ti.xcom_pull(task_ids='create')['id'] }}", contact={"notes": "called"}
    )
    add_tags = WhautomateAddContactTagsOperator(task_id="add_tags", contact_id=TAGGED, tags=["a"])
    delete = WhautomateDeleteContactOperator(task_id="delete", contact_id=DELETED)
    create >> update

    @task(show_return_value_in_logs=False)  # Airflow's own operators know nothing of people
    def people():
        return [{**PERSON, "phoneNumber": "+4915123456702"}, {"phone_number": "+4915123456703"}]

    WhautomateCreateContactOperator.partial(task_id="create_each").expand(contact=people())
    WhautomateListContactsOperator(task_id="too_large", whautomate_conn_id="many", return_records=True)
    WhautomateListContactsOperator(task_id="few", whautomate_conn_id="many", max_records=3)
    WhautomateListContactsOperator(task_id="few_whole", whautomate_conn_id="many", max_records=3, return_records=True)
    WhautomateListContactsOperator(
        task_id="to_file", whautomate_conn_id="many", output_path=str(FILES / "contacts-{{ ds_nodash }}.jsonl")
    )
    WhautomateUpdateContactOperator(
        task_id="text_is_no_flag", contact_id="c", contact={"notes": "x"}, overwrite="{{ 'no' }}"
    )
    WhautomateCreateContactOperator(task_id="unknown", whautomate_conn_id="faulty", contact=PERSON)
    WhautomateListContactsOperator(task_id="wrong_key", whautomate_conn_id="wrong_key")

    # Jobs that are to end before anything is sent
    quiet = {"mapping": MAPPING, "whautomate_conn_id": "quiet"}
    WhautomateSyncContactsOperator(task_id="no_column", source=str(FILES / "no_column.csv"), **quiet)
    WhautomateSyncContactsOperator(task_id="empty", source=str(FILES / "empty.csv"), **quiet)
    WhautomateSyncContactsOperator(task_id="no_file", source=str(FILES / "missing.csv"), **quiet)
    WhautomateSyncContactsOperator(task_id="bad_threshold", source="{{ '' }}", max_failed="{{ 'all' }}", **quiet)
    WhautomateSyncContactsOperator(
        task_id="no_key", source=str(FILES / "no_column.csv"), mapping=MAPPING, whautomate_conn_id="no_key"
    )
    WhautomateTagContactsOperator(
        task_id="members",
        tag="a",
        source=str(FILES / "empty.csv"),
        mapping={"phoneNumber": "mobile"},
        members="{{ 'all' }}",
        whautomate_conn_id="quiet",
    )

    # Broadcasts
    everybody = WhautomateEnsureSegmentOperator(
        task_id="everybody", segment_name="everybody", criteria={"tags": ["everybody"]}
    )
    far = WhautomateBroadcastOperator(
        task_id="far",
        name="Far",
        template=TEMPLATE,
        segment_name="everybody",
        schedule_at="{{ '2100-01-01T00:00:00+00:00' }}",
        look_again=False,
    )
    too_late = WhautomateBroadcastSensor(
        task_id="too_late",
        broadcast_id="{{ ti.xcom_pull(task_ids='far')['id'] }}",
        timeout=1,
        poll_interval=60,
        deferrable=True,
    )
    near = WhautomateBroadcastOperator(
        task_id="near", name="Near", template=TEMPLATE, segment_name="everybody", hold_minutes="{{ 0 }}", cooldown=None
    )
    everybody >> far >> too_late >> near
    near.trigger_rule = "all_done"
    before = near
    for name, how in {
        # The first of them finds it unfinished and defers, the others find it finished.
        "deferred_soft": {"deferrable": True, "soft_fail": True},
        "first_look_soft": {"deferrable": True, "soft_fail": True},
        "poked_soft": {"deferrable": False, "soft_fail": True},
        "poked": {"deferrable": False},
    }.items():
        sensor = WhautomateBroadcastSensor(
            task_id=name,
            broadcast_id="{{ ti.xcom_pull(task_ids='near')['id'] }}",
            max_failed=0 if name != "poked" else "70%",
            poll_interval=1,
            poke_interval=1,
            trigger_rule="all_done",
            **how,
        )
        before >> sensor
        before = sensor
    to_opted_out = WhautomateBroadcastOperator(task_id="policy", name="B", template=TEMPLATE, segment_id=OPEN_SEGMENT)

    @task(trigger_rule="all_done", retries=0)
    def results(got, ti=None):
        """What the steps returned."""
        names = [
            "create",
            "update",
            "add_tags",
            "delete",
            "few",
            "few_whole",
            "to_file",
            "everybody",
            "far",
            "near",
            "poked",
        ]
        found = {name: ti.xcom_pull(task_ids=name) for name in names} | {"get": list(got)}
        (FILES / "results.json").write_text(json.dumps(found))

    last = results(get.output)
    for one in list(dag.tasks):
        if one.task_id != "results":
            one >> last

if __name__ == "__main__":
    run = dag.test()
    states = {f"{ti.task_id}{'' if ti.map_index < 0 else ti.map_index}": ti for ti in run.get_task_instances()}
    told = {name: [str(ti.state), ti.try_number] for name, ti in states.items()}
    (FILES / "states.json").write_text(json.dumps(told))
