"""Endpoints by their names, with arguments in every form. test_generic.py runs it, twice for one date."""

from datetime import UTC, datetime

try:
    from airflow.sdk import DAG, task
except ImportError:
    from airflow import DAG
    from airflow.decorators import task

from airflow_provider_whautomate.operators.endpoint import WhautomateOperator

LOCATION = {"id": "loc000000001"}
HELLO = {"name": "hello", "language": "en"}

with DAG(
    "generic",
    schedule=None,
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    params={"person": {"name": "Ada", "phoneNumber": "+4915123456701", "location": LOCATION}, "tag": "vip"},
) as dag:

    @task(show_return_value_in_logs=False)
    def messages(contact_id):
        one = {"message": {"contact": {"id": contact_id}, "location": LOCATION, "template": HELLO}}
        return [one, one]

    created = WhautomateOperator(
        task_id="create",
        endpoint="contacts.create_contact",
        arguments={"contact": "{{ params.person | tojson }}"},
    )
    contact_id = created.output["id"]
    tagged = WhautomateOperator(
        task_id="tag",
        endpoint="contacts.add_contact_tags",
        arguments={"contact_id": contact_id, "tags": ["{{ params.tag }}"]},
    )
    sent = WhautomateOperator.partial(
        task_id="send", endpoint="messages.send_whatsapp_template", max_active_tis_per_dag=1
    ).expand(arguments=messages(contact_id))
    listed = WhautomateOperator(
        task_id="list",
        endpoint="contacts.list_contacts",
        arguments='{"filters": {"tags": {{ params.tag | tojson }}}}',
        max_records=5,
    )
    tagged >> sent >> listed
