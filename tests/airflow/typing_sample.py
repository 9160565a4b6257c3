"""Operators used rightly and wrongly. Lint reads it: each `type: ignore` is an error that type checkers must find."""

from airflow.providers.common.compat.sdk import XComArg

from airflow_provider_whautomate.operators.contacts import (
    WhautomateAddContactTagsOperator,
    WhautomateCreateContactOperator,
    WhautomateGetContactOperator,
    WhautomateListContactsOperator,
    WhautomateSyncContactsOperator,
    WhautomateUpdateContactOperator,
)
from airflow_provider_whautomate.operators.messages import WhautomateSendWhatsappTextOperator
from airflow_provider_whautomate.retry_policy import whautomate_retry_policy
from airflow_provider_whautomate.sensors.contacts import WhautomateContactSensor
from airflow_provider_whautomate.task_groups import contacts_to_campaign


def rightly(other: XComArg) -> None:
    created = WhautomateCreateContactOperator(
        task_id="create",
        contact={"name": "{{ params.name }}", "phoneNumber": "{{ params.number }}", "location": {"id": "l"}},
        extra={"newField": 1},
        whautomate_conn_id="other",
        retries=2,
    )
    WhautomateGetContactOperator(task_id="get", contact_id=created.output, output_path="{{ ds }}.parquet")
    WhautomateUpdateContactOperator(task_id="update", contact_id="c", contact=other, overwrite="{{ params.all }}")
    WhautomateAddContactTagsOperator(task_id="add", contact_id="c", tags=["a"])
    WhautomateAddContactTagsOperator(task_id="add_text", contact_id="c", tags="{{ params.tags | tojson }}")
    WhautomateListContactsOperator(task_id="list", filters={"searchText": "Ada"}, max_records=10)
    WhautomateGetContactOperator.partial(task_id="get_each").expand(contact_id=other)
    WhautomateSyncContactsOperator(task_id="sync", source="customers.csv", mapping={"phoneNumber": "mobile"})

    WhautomateContactSensor(task_id="wait", contact_id=other, tag="vip", deferrable=True, timeout=60)
    contacts_to_campaign(
        source="customers.csv",
        mapping={"phoneNumber": "mobile"},
        consent_column=None,
        tag="{{ params.tag }}",
        name="spring-sale",
        template={"name": "t", "language": "en"},
        max_recipients=5,
        default_args={"retries": 3, "retry_policy": whautomate_retry_policy()},
    ).get_child_by_label("wait")


def wrongly() -> None:
    WhautomateContactSensor(task_id="wait", contact_id=7, tag="vip")  # type: ignore[arg-type]
    WhautomateContactSensor(task_id="wait", contact_id="c", tg="vip")  # type: ignore[call-arg]
    WhautomateGetContactOperator(contact_id="c")  # type: ignore[call-arg]
    WhautomateGetContactOperator(task_id="get")  # type: ignore[call-arg]
    WhautomateGetContactOperator(task_id="get", contact_id=7)  # type: ignore[arg-type]
    WhautomateGetContactOperator(task_id="get", contact_id="c", contct_id="c")  # type: ignore[call-arg]
    WhautomateListContactsOperator(task_id="list", filters={"serchText": "Ada"})  # type: ignore[arg-type]
    WhautomateAddContactTagsOperator(task_id="add", contact_id="c", tags=[1])  # type: ignore[list-item]
    WhautomateUpdateContactOperator("update", contact_id="c", contact={})  # type: ignore[call-arg, misc]
    WhautomateSendWhatsappTextOperator(task_id="send", message={"textMessage": "Hi"})  # type: ignore[arg-type]
    WhautomateSyncContactsOperator(task_id="sync", source="c.csv", maping={})  # type: ignore[call-arg]
    contacts_to_campaign(source="c.csv", mapping={}, tag="t", name="n", template={})  # type: ignore[arg-type, call-arg]
