"""The jobs derived from functions of the core: their arguments, what they return, what Airflow shows of them."""

import inspect
import json
from types import SimpleNamespace
from uuid import uuid4

import pytest
from airflow.providers.common.compat.sdk import BaseOperator

from airflow_provider_whautomate.operators.appointments import (
    WhautomateBookSlotOperator,
    WhautomateCancelBookingOperator,
    WhautomateExportAppointmentsOperator,
    WhautomateRescheduleBookingOperator,
)
from airflow_provider_whautomate.operators.base import WhautomateBaseOperator
from airflow_provider_whautomate.operators.classes import (
    WhautomateEnrolParticipantsOperator,
    WhautomateExportBookingsOperator,
    WhautomateExportClassesOperator,
    WhautomateSyncClassesOperator,
    WhautomateUpsertClassOperator,
)
from airflow_provider_whautomate.operators.clients import (
    WhautomateFindClientOperator,
    WhautomateSetClientFieldsOperator,
    WhautomateSyncClientsOperator,
)
from airflow_provider_whautomate.operators.contacts import (
    WhautomateFindContactOperator,
    WhautomateSetContactFieldsOperator,
    WhautomateSetContactStageOperator,
    WhautomateSyncContactsOperator,
)
from airflow_provider_whautomate.operators.messages import WhautomateSendTemplateToContactsOperator
from airflow_provider_whautomate.operators.segments import WhautomateEnsureSegmentOperator
from airflow_provider_whautomate.operators.services import (
    WhautomateSyncServicesOperator,
    WhautomateUpsertServiceOperator,
)
from airflow_provider_whautomate.operators.staffs import WhautomateSyncStaffBlocksOperator
from airflow_provider_whautomate.sensors.contacts import WhautomateContactSensor
from whautomate_core import errors
from whautomate_core.account import account_from_settings, asset_uri
from whautomate_core.bookings import appointments as bookings
from whautomate_core.bookings import catalogue, exports, participants, services, slots, staff_blocks, timetable
from whautomate_core.people import find, update

JOBS = {
    WhautomateFindContactOperator: find.find_contact,
    WhautomateSetContactStageOperator: update.set_contact_stage,
    WhautomateSetContactFieldsOperator: update.set_contact_fields,
    WhautomateFindClientOperator: find.find_client,
    WhautomateSetClientFieldsOperator: update.set_client_fields,
    WhautomateUpsertServiceOperator: catalogue.upsert_service,
    WhautomateUpsertClassOperator: catalogue.upsert_class,
    WhautomateBookSlotOperator: slots.book_slot,
    WhautomateRescheduleBookingOperator: bookings.reschedule_booking,
    WhautomateCancelBookingOperator: bookings.cancel_booking,
    WhautomateSyncStaffBlocksOperator: staff_blocks.sync_staff_blocks,
    WhautomateSyncServicesOperator: services.sync_services,
    WhautomateSyncClassesOperator: timetable.sync_classes,
    WhautomateEnrolParticipantsOperator: participants.enrol_participants,
    WhautomateExportAppointmentsOperator: exports.export_appointments,
    WhautomateExportClassesOperator: exports.export_classes,
    WhautomateExportBookingsOperator: exports.export_bookings,
}
pytestmark = pytest.mark.whautomate(search_delay=0.0)


@pytest.fixture
def emulator(whautomate_emulator, connections):
    """An emulator, and an account of its own at it."""
    connections("whautomate_default", whautomate_emulator.url, whautomate_emulator.key, account=uuid4().hex)
    return whautomate_emulator


def run(operator, **arguments):
    """What a job returns; its arguments are set once more, as rendering does."""
    task = operator(task_id="task", **arguments)
    for name in task.template_fields:
        setattr(task, name, getattr(task, name))
    ti = SimpleNamespace(dag_id="d", task_id="task", map_index=-1, run_id="r")
    return task._attempt({"ti": ti})  # Airflow guards `execute` against being called by others


@pytest.mark.parametrize("operator", JOBS, ids=lambda one: one.__name__)
def test_a_job_takes_the_arguments_of_its_function_all_templated_and_described(operator):
    # Where files go is Airflow's own to find, by the connection in the path; so is what makes it the same task again.
    arguments = [
        one for one in inspect.signature(JOBS[operator]).parameters if one not in {"client", "storage", "step"}
    ]
    shared = inspect.signature(WhautomateBaseOperator.__init__).parameters
    parameters = {**inspect.signature(operator.__init__).parameters, **shared}
    assert [*parameters][1 : len(arguments) + 1] == arguments
    assert {"max_wait", "max_requests", "whautomate_conn_id"} <= set(parameters)
    assert set(operator.template_fields) == {*arguments, "whautomate_conn_id"}
    assert not set(arguments) & set(inspect.signature(BaseOperator.__init__).parameters)
    assert all(f":param {name}: " in operator.__doc__ for name in parameters if name not in ("self", "kwargs"))
    assert "`requests`" in operator.__doc__
    expected = "".join(part.title() for part in JOBS[operator].__name__.split("_"))
    assert operator.__name__ == f"Whautomate{expected}Operator"


def test_people_are_found_and_written_to_by_number(emulator):
    (contact,) = emulator.add_contacts([{"name": "Ada", "phoneNumber": "+4930123456", "stage": "New"}])
    (client,) = emulator.add_clients([{"fullName": "Ada", "countryCode": "+49", "phone": "30123456"}])
    number = {"phone": "030 123456", "default_region": "DE"}
    found = run(WhautomateFindContactOperator, **number)
    assert found == {"id": contact, "duplicates": 0, "protected": False, "requests": 1, "waited": 0.0}
    assert run(WhautomateFindClientOperator, **number)["id"] == client
    assert run(WhautomateSetContactStageOperator, stage="Won", **number)["changed"]
    # As templates make it: text.
    fields = json.dumps({"customFields": {"plan": "pro"}})
    assert run(WhautomateSetContactFieldsOperator, fields=fields, contact_id=contact)["changed"]
    written = run(WhautomateSetClientFieldsOperator, fields={"notes": "x"}, **number)
    assert (written["id"], written["changed"], written["requests"]) == (client, True, 3)
    (record,) = emulator.contacts()
    assert (record["stage"], record["customFields"]) == ("Won", {"plan": "pro"})


@pytest.mark.whautomate(search_delay=3600.0, list_lag=3600.0)
def test_whom_a_sync_made_is_found_before_searches_and_lists_show_them(emulator):
    rows, more = [{"name": "Ada", "mobile": "030 123456", "mail": "ada@example.com"}], {"default_region": "DE"}
    mapping = {"fullName": "name", "phone": "mobile", "email": "mail"}
    run(WhautomateSyncContactsOperator, source=rows, mapping={"name": "name", "phoneNumber": "mobile"}, **more)
    run(WhautomateSyncClientsOperator, source=rows, mapping=mapping, **more)
    number = {"phone": "030 123456", **more}
    (contact,), (client,) = emulator.contacts(), emulator.clients()
    assert run(WhautomateFindContactOperator, **number)["id"] == contact["id"]
    assert run(WhautomateFindClientOperator, **number)["id"] == client["id"]
    assert run(WhautomateFindClientOperator, email_address="Ada@example.com")["id"] == client["id"]
    assert run(WhautomateSetContactStageOperator, stage="Won", **number)["changed"]
    sensor = WhautomateContactSensor(task_id="wait", phone="+4930123456", stage="Won")
    assert sensor.poke({}).xcom_value["id"] == contact["id"]


def test_who_is_missing_fails_the_task_or_is_no_id(emulator):
    with pytest.raises(Exception, match="no contact with that phone number"):
        run(WhautomateFindContactOperator, phone="+4930123456")
    assert run(WhautomateFindContactOperator, phone="+4930123456", missing_ok=True)["id"] is None


def test_services_classes_and_segments_of_clients_are_made_once(emulator):
    service = {"serviceType": "CLASS", "durationMinutes": 45, "staffs": [{"id": emulator.staff_id}]}
    made = [run(WhautomateUpsertServiceOperator, name="Yoga", service=service) for _ in range(2)]
    assert [one["created"] for one in made] == [True, False]
    when = {"date": "2026-03-02", "time": "06:30 PM", "timezone": "Europe/Berlin"}
    classes = [
        run(WhautomateUpsertClassOperator, service_id=made[0]["id"], staff_id=emulator.staff_id, **when)
        for _ in range(2)
    ]
    assert [one["created"] for one in classes] == [True, False]
    assert classes[0]["id"] == classes[1]["id"]
    regulars = {"segment_name": "regulars", "criteria": {"tags": ["regular"]}, "type": "client"}
    assert run(WhautomateEnsureSegmentOperator, **regulars)["id"] == emulator.records("segments")[0]["id"]
    assert emulator.records("segments")[0]["type"] == "client"


def test_wrong_names_of_fields_are_errors_at_parse():
    for operator, arguments in [
        (WhautomateSetContactFieldsOperator, {"fields": {"phone_number": "+49301"}}),
        (WhautomateUpsertServiceOperator, {"name": "Yoga", "service": {"servicetype": "CLASS"}}),
    ]:
        with pytest.raises(errors.InvalidRequest, match="did you mean"):
            operator(task_id="task", **arguments)
    WhautomateSetContactFieldsOperator(task_id="task", fields="{{ params.fields }}", phone="{{ params.phone }}")


@pytest.mark.parametrize(
    ("operator", "arguments"),
    [
        (WhautomateFindContactOperator, {"phone": "+4930123456"}),
        (WhautomateFindClientOperator, {"email_address": "ada@example.com"}),
        (WhautomateSetContactFieldsOperator, {"phone": "+4930123456", "fields": {"name": "Ada"}}),
        (WhautomateEnrolParticipantsOperator, {"class_id": "c", "source": [{"phone": "+4930123456", "name": "Ada"}]}),
        (WhautomateCancelBookingOperator, {"appointment_id": "a", "reason": "Ada is ill"}),
    ],
)
def test_what_was_rendered_shows_nothing_of_a_person(operator, arguments):
    task = operator(task_id="task", **arguments)
    for name in task.template_fields:
        setattr(task, name, getattr(task, name))
    shown = " ".join(str(getattr(task, name)) for name in task.template_fields)
    assert not [said for said in ("123456", "ada@", "Ada") if said in shown]
    assert {name: task.given(name) for name in arguments} == arguments


def test_the_stage_of_who_opted_out_is_left_alone_without_a_retry(emulator):
    emulator.add_contacts([{"name": "Ada", "phoneNumber": "+4930123456", "tags": ["Unsubscribe"]}])
    arguments = {"stage": "Won", "phone": "+4930123456"}
    with pytest.raises(Exception, match="opted out") as raised:
        run(WhautomateSetContactStageOperator, **arguments)
    assert type(raised.value).__name__ == "AirflowFailException"
    assert run(WhautomateSetContactStageOperator, allow_protected=True, **arguments)["changed"]


@pytest.mark.parametrize(("name", "value"), [("max_lateness", "a while"), ("due", "yesterday")])
def test_times_of_single_messages_that_can_not_be_read_are_said_at_parse(name, value):
    given = {"task_id": "task", "source": "people.csv", "template": {"name": "a", "language": "en"}}
    WhautomateSendTemplateToContactsOperator(**given, max_lateness="PT6H", due="2026-01-31T12:00:00+01:00")
    with pytest.raises(errors.ConfigurationError, match=f"{name} must be"):
        WhautomateSendTemplateToContactsOperator(**given, **{name: value})


@pytest.mark.parametrize(
    ("settings", "uri"),
    [
        ({"account": "acme"}, "whautomate://acme/contacts"),
        ({"account": "Müller & Co/EU"}, "whautomate://M%C3%BCller%20%26%20Co%2FEU/contacts"),
        ({}, "whautomate://api.whautomate.com/crm/contacts"),
    ],
)
def test_an_asset_names_the_account_as_people_know_it(settings, uri):
    from airflow.providers.common.compat.assets import Asset

    account = account_from_settings("https://api.whautomate.com", "a-key", settings)
    assert asset_uri(account, "crm", "contacts") == uri
    assert Asset(uri).uri == uri, "Airflow takes it as it is"
