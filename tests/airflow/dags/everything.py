"""Endpoints of every resource in one DAG, with bodies in every form. test_everything.py runs it."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

try:
    from airflow.sdk import DAG, task
except ImportError:
    from airflow import DAG
    from airflow.decorators import task

from airflow_provider_whautomate.operators.account import WhautomateGetAccountInfoOperator
from airflow_provider_whautomate.operators.appointments import (
    WhautomateBookAppointmentOperator,
    WhautomateCancelAppointmentOperator,
    WhautomateListAppointmentSlotsOperator,
    WhautomateRescheduleAppointmentOperator,
)
from airflow_provider_whautomate.operators.broadcasts import (
    WhautomateCreateBroadcastOperator,
    WhautomateDeleteBroadcastOperator,
    WhautomateListBroadcastLogsOperator,
    WhautomateUpdateBroadcastOperator,
)
from airflow_provider_whautomate.operators.classes import (
    WhautomateAddClassParticipantOperator,
    WhautomateCreateClassOperator,
    WhautomateListClassParticipantsOperator,
    WhautomateListClientClassBookingsOperator,
    WhautomateRemoveClassParticipantOperator,
)
from airflow_provider_whautomate.operators.client_tags import WhautomateCreateClientTagOperator
from airflow_provider_whautomate.operators.clients import (
    WhautomateAddClientTagsOperator,
    WhautomateCreateClientOperator,
    WhautomateUpdateClientOperator,
)
from airflow_provider_whautomate.operators.contact_tags import (
    WhautomateCreateContactTagOperator,
    WhautomateDeleteContactTagOperator,
)
from airflow_provider_whautomate.operators.contacts import (
    WhautomateAddContactTagsOperator,
    WhautomateCreateContactOperator,
    WhautomateListContactsOperator,
    WhautomateRemoveContactTagsOperator,
    WhautomateUpdateContactOperator,
)
from airflow_provider_whautomate.operators.locations import WhautomateGetLocationOperator
from airflow_provider_whautomate.operators.messages import (
    WhautomateListContactMessagesOperator,
    WhautomateSendWhatsappTemplateOperator,
)
from airflow_provider_whautomate.operators.segments import WhautomateCreateSegmentOperator
from airflow_provider_whautomate.operators.service_categories import WhautomateCreateServiceCategoryOperator
from airflow_provider_whautomate.operators.services import (
    WhautomateCreateServiceOperator,
    WhautomateUpdateServiceOperator,
)
from airflow_provider_whautomate.operators.staffs import (
    WhautomateCreateStaffAvailabilityBlockOperator,
    WhautomateDeleteStaffAvailabilityBlockOperator,
    WhautomateListStaffsOperator,
)
from airflow_provider_whautomate.operators.webhooks import WhautomateCreateWebhookOperator, WhautomateGetWebhookOperator

FILES = Path(os.environ.get("EVERYTHING_FILES", "."))
LOCATION = {"id": "loc000000001"}
DAY = "2030-01-07"
TEMPLATE = {"name": "t", "language": "en"}

with DAG(
    "everything",
    schedule=None,
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    params={
        "grace": {"name": "Grace", "phoneNumber": "+4915123456701", "location": LOCATION},
        "client": {"fullName": "Alan", "phone": "15123456702", "countryCode": "+49", "primaryLocation": LOCATION},
    },
) as dag:
    account = WhautomateGetAccountInfoOperator(task_id="account")
    location = WhautomateGetLocationOperator(task_id="location", location_id=LOCATION["id"])
    staffs = WhautomateListStaffsOperator(
        task_id="staffs", filters='{{ {"limit": 1} | tojson }}', max_records="{{ 1 }}"
    )
    staff_id = "{{ ti.xcom_pull(task_ids='staffs')[0]['id'] }}"

    # People: from a template's JSON, from another task, mapped, by keyword arguments
    grace = WhautomateCreateContactOperator(task_id="grace", contact="{{ params.grace | tojson }}")
    of_grace = grace.output["id"]

    @task(show_return_value_in_logs=False)
    def people():
        return [{"name": "Ada", "phoneNumber": f"+491512345671{n}", "location": LOCATION} for n in range(2)]

    @task(show_return_value_in_logs=False)
    def as_text():
        return [json.dumps({"name": "Ada", "phoneNumber": "+4915123456719", "location": LOCATION})]

    @task
    def changes(created):
        return [{"contact_id": one["id"], "contact": {"notes": f"note {n}"}} for n, one in enumerate(created)]

    each = WhautomateCreateContactOperator.partial(task_id="each").expand(contact=people())
    each_text = WhautomateCreateContactOperator.partial(task_id="each_text").expand(contact=as_text())
    change = WhautomateUpdateContactOperator.partial(task_id="change").expand_kwargs(changes(each.output))

    @task
    def names():
        return ["a", "b"]

    some = names()
    give = WhautomateAddContactTagsOperator(task_id="give", contact_id=of_grace, tags="{{ ['a', 'b', 'c'] | tojson }}")
    take = WhautomateRemoveContactTagsOperator(task_id="take", contact_id=of_grace, tags=some)
    give >> take
    in_lines = WhautomateListContactsOperator(task_id="in_lines", output_path=str(FILES / "{{ dag.dag_id }}.jsonl"))
    in_columns = WhautomateListContactsOperator(task_id="in_columns", output_path=f"file://{FILES}/contacts.parquet")
    [grace, each, each_text, change, take] >> in_lines >> in_columns

    contact_tag = WhautomateCreateContactTagOperator(task_id="contact_tag", contact_tag={"name": "seldom"})
    WhautomateDeleteContactTagOperator(task_id="drop_tag", contact_tag_id=contact_tag.output["id"])
    WhautomateCreateClientTagOperator(task_id="client_tag", client_tag={"name": "regular"})

    client = WhautomateCreateClientOperator(task_id="client", client="{{ params.client | tojson }}")
    of_client = client.output["id"]
    update_client = WhautomateUpdateClientOperator(
        task_id="update_client", client_id=of_client, client={}, extra='{"notes": "{{ params.client.fullName }}"}'
    )
    WhautomateAddClientTagsOperator(task_id="client_tags", client_id=of_client, tags=some) << update_client

    # Messages
    @task(show_return_value_in_logs=False)
    def message(created):
        return {"contact": {"id": created["id"]}, "location": LOCATION, "template": TEMPLATE}

    send = WhautomateSendWhatsappTemplateOperator(task_id="send", message=message(grace.output))
    send >> WhautomateListContactMessagesOperator(task_id="messages", contact_id=of_grace)
    segment = WhautomateCreateSegmentOperator(
        task_id="segment",
        segment={
            "name": "with c",
            "type": "contact",
            "location": LOCATION,
            "criteria": {"tags": ["c"], "exclusionTags": ["Unsubscribe"]},
        },
    )
    broadcast = WhautomateCreateBroadcastOperator(
        task_id="broadcast",
        broadcast={
            "name": "{{ ds }}",
            "type": "contact",
            "location": LOCATION,
            "segments": [{"id": segment.output["id"]}],
            "template": TEMPLATE,
            "scheduleDateTime": f"{DAY}T09:00:00Z",
        },
    )
    of_broadcast = broadcast.output["id"]
    later = WhautomateUpdateBroadcastOperator(
        task_id="later", broadcast_id=of_broadcast, broadcast={"scheduleDateTime": f"{DAY}T10:00:00Z"}
    )
    logs = WhautomateListBroadcastLogsOperator(task_id="logs", broadcast_id=of_broadcast)
    later >> logs >> WhautomateDeleteBroadcastOperator(task_id="call_off", broadcast_id=of_broadcast)

    # Bookings
    category = WhautomateCreateServiceCategoryOperator(
        task_id="category", service_category={"name": "Hair", "location": LOCATION}
    )

    @task
    def catalogue(staff, made):
        same = {"location": LOCATION, "durationMinutes": 60, "categories": [{"id": made["id"]}], "staffs": staff}
        return [{"name": kind, "serviceType": kind, **same} for kind in ("APPOINTMENT", "CLASS")]

    @task
    def references(found):
        return [{"id": one["id"]} for one in found]

    services = WhautomateCreateServiceOperator.partial(task_id="services").expand(
        service=catalogue(references(staffs.output), category.output)
    )
    cut = {"id": "{{ ti.xcom_pull(task_ids='services')[0]['id'] }}"}
    yoga = {"id": "{{ ti.xcom_pull(task_ids='services')[1]['id'] }}"}
    (
        staffs
        >> services
        >> WhautomateUpdateServiceOperator(task_id="dearer", service_id=cut["id"], service={"type": "FREE"})
    )
    slots = WhautomateListAppointmentSlotsOperator(
        task_id="slots", filters={"date": DAY, "serviceId": cut["id"], "staffId": staff_id}
    )
    book = WhautomateBookAppointmentOperator(
        task_id="book",
        appointment={
            "client": {"id": of_client},
            "service": cut,
            "staff": {"id": staff_id},
            "location": LOCATION,
            "date": DAY,
            "time": "09:00 AM",
        },
    )
    of_booking = {"appointmentId": book.output["id"]}
    move = WhautomateRescheduleAppointmentOperator(
        task_id="move", appointment={**of_booking, "date": DAY, "time": "11:00 AM"}
    )
    services >> slots >> book >> move >> WhautomateCancelAppointmentOperator(task_id="cancel", appointment=of_booking)
    class_ = WhautomateCreateClassOperator(
        task_id="class",
        class_={"location": LOCATION, "staff": {"id": staff_id}, "service": yoga, "date": DAY, "time": "03:00 PM"},
    )
    of_class, whom = class_.output["id"], {"client": {"id": of_client}}
    joins = WhautomateAddClassParticipantOperator(task_id="joins", class_id=of_class, class_participant=whom)
    there = WhautomateListClassParticipantsOperator(task_id="there", class_id=of_class)
    booked = WhautomateListClientClassBookingsOperator(task_id="booked", client_id=of_client)
    leaves = WhautomateRemoveClassParticipantOperator(task_id="leaves", class_id=of_class, class_participant=whom)
    services >> class_ >> joins >> [there, booked] >> leaves
    block = WhautomateCreateStaffAvailabilityBlockOperator(
        task_id="block", staff_id=staff_id, availability_block={"startDate": DAY, "endDate": DAY}
    )
    (
        staffs
        >> block
        >> WhautomateDeleteStaffAvailabilityBlockOperator(
            task_id="unblock", staff_id=staff_id, availability_block_id=block.output["id"]
        )
    )

    webhook = WhautomateCreateWebhookOperator(
        task_id="webhook", webhook={"name": "w", "active": False, "serverUrl": "https://example.com/{{ ds }}"}
    )
    WhautomateGetWebhookOperator(task_id="reported", webhook_id=webhook.output["id"])

    @task(trigger_rule="all_done")
    def results(ti=None):
        """What the steps returned."""
        found = {name: ti.xcom_pull(task_ids=name) for name in dag.task_ids if name not in ("people", "as_text")}
        (FILES / "results.json").write_text(json.dumps({name: value for name, value in found.items()}, default=list))

    last = results()
    for one in list(dag.tasks):
        if one.task_id != "results":
            one >> last

if __name__ == "__main__":
    run = dag.test()
    states = {
        f"{ti.task_id}{'' if ti.map_index < 0 else ti.map_index}": str(ti.state) for ti in run.get_task_instances()
    }
    (FILES / "states.json").write_text(json.dumps(states))
