"""One real flow that touches every resource, and the jobs by what users have."""

import asyncio
import importlib
import inspect

import pytest
from contract_examples import operations
from prefect import flow

from prefect_whautomate import (
    account,
    broadcasts,
    classes,
    clients,
    contact_tags,
    contacts,
    locations,
    messages,
    segments,
    services,
)
from prefect_whautomate.aio import appointments as aio_appointments
from prefect_whautomate.aio import classes as aio_classes
from prefect_whautomate.aio import client_tags as aio_client_tags
from prefect_whautomate.aio import clients as aio_clients
from prefect_whautomate.aio import contacts as aio_contacts
from prefect_whautomate.aio import segments as aio_segments
from prefect_whautomate.aio import service_categories as aio_service_categories
from prefect_whautomate.aio import services as aio_services
from prefect_whautomate.aio import staffs as aio_staffs
from prefect_whautomate.aio import webhooks as aio_webhooks
from whautomate_core import errors
from whautomate_core.bookings import catalogue
from whautomate_core.people import find, update

LOCATION = {"id": "loc000000001"}
ADA = {"phone": "030 1234567", "default_region": "DE"}
JOBS = [
    (contacts, find.find_contact),
    (contacts, update.set_contact_stage),
    (contacts, update.set_contact_fields),
    (clients, find.find_client),
    (clients, update.set_client_fields),
    (services, catalogue.upsert_service),
    (classes, catalogue.upsert_class),
]


@pytest.mark.whautomate(search_delay=0.0, broadcast_seconds=0.2, delivery_seconds=0.0)
def test_a_flow_goes_through_the_whole_account(server, whautomate_emulator, credentials):
    staff = whautomate_emulator.staff_id

    @flow
    def people_and_messages():
        assert account.get_account_info(credentials)["name"]
        assert LOCATION["id"] in [one["id"] for one in locations.list_locations(credentials)]
        contact_tags.create_contact_tag(credentials, {"name": "vip"})
        made = contacts.create_contact(
            credentials, {"name": "Ada", "phoneNumber": "+49301234567", "location": LOCATION, "tags": ["vip"]}
        )
        found = contacts.find_contact(credentials, **ADA)
        assert found == {**made, "duplicates": 0, "protected": False, "requests": 1, "waited": found["waited"]}
        assert contacts.set_contact_stage(credentials, "Won", **ADA)["changed"]
        assert contacts.set_contact_fields(credentials, {"notes": "x"}, contact_id=made["id"])["requests"] == 2
        template = {"name": "welcome", "language": "en"}
        body = {"contact": made, "location": LOCATION, "template": template}
        messages.send_whatsapp_template(credentials, body)
        vip = segments.ensure_segment(credentials, "vip", {"tags": ["vip"]})
        sent = broadcasts.broadcast(credentials, "hello", template, segment_id=vip["id"], hold_minutes=0)
        return broadcasts.wait_for_broadcast(credentials, sent["id"], poll_interval=0.2)

    @flow
    async def bookings():
        await aio_client_tags.create_client_tag(credentials, {"name": "regular"})
        client = await aio_clients.create_client(
            credentials, {"fullName": "Ada", "countryCode": "+49", "phone": "301234567", "primaryLocation": LOCATION}
        )
        assert (await aio_clients.find_client(credentials, **ADA))["id"] == client["id"]
        assert (await aio_clients.set_client_fields(credentials, {"notes": "x"}, **ADA))["changed"]
        segment = await aio_segments.ensure_segment(credentials, "regulars", {"tags": ["regular"]}, type="client")
        category = await aio_service_categories.create_service_category(credentials, {"name": "Body"})
        assert (await aio_staffs.get_staff(credentials, staff))["active"]
        given = {"staffs": [{"id": staff}], "categories": [category], "durationMinutes": 60}
        massage, yoga = await asyncio.gather(
            aio_services.upsert_service(credentials, "Massage", {"serviceType": "APPOINTMENT", **given}),
            aio_services.upsert_service(credentials, "Yoga", {"serviceType": "CLASS", **given}),
        )
        who = {"client": client, "service": {"id": massage["id"]}, "staff": {"id": staff}, "location": LOCATION}
        booked = await aio_appointments.book_appointment(
            credentials, {**who, "date": "2030-03-04", "time": "10:00 AM", "timezone": "Europe/Berlin"}
        )
        when = ("2030-03-05", "06:30 PM", "Europe/Berlin")
        class_ = await aio_classes.upsert_class(credentials, yoga["id"], staff, *when, {"numberOfParticipants": 5})
        again = await aio_classes.upsert_class(credentials, yoga["id"], staff, *when)
        assert (class_["created"], again["created"], again["id"]) == (True, False, class_["id"])
        await aio_classes.add_class_participant(credentials, class_["id"], {"client": client})
        hook = {"name": "n8n", "active": True, "serverUrl": "https://example.com/hook"}
        await aio_webhooks.create_webhook(credentials, hook)
        return booked, segment

    figures = people_and_messages()
    booked, segment = asyncio.run(bookings())
    assert figures["delivered"] == 1
    assert len(whautomate_emulator.messages()) == 2
    assert booked["id"] == whautomate_emulator.records("appointments")[0]["id"]
    assert segment["id"] in [one["id"] for one in whautomate_emulator.records("segments") if one["type"] == "client"]
    asked = {request["operation"] for request in whautomate_emulator.requests()}
    assert {one.resource for one in operations() if one.id in asked} == {one.resource for one in operations()}


@pytest.mark.parametrize(("module", "job"), JOBS, ids=[job.__name__ for _, job in JOBS])
def test_a_job_is_two_tasks_with_the_arguments_of_its_function(module, job):
    arguments = [*inspect.signature(job).parameters][1:]
    aio_module = importlib.import_module(module.__name__.replace("prefect_whautomate.", "prefect_whautomate.aio."))
    for of, is_async in ((module, False), (aio_module, True)):
        task = getattr(of, job.__name__)
        assert (task.name, task.isasync) == (job.__name__, is_async)
        assert [*inspect.signature(task.fn).parameters] == ["credentials", *arguments, "max_requests"]
    described = getattr(module, job.__name__).description
    assert all(f"\n    {name}: " in described for name in ("credentials", *arguments, "max_requests"))
    assert f"from {module.__name__} import {job.__name__}\n" in described


@pytest.mark.whautomate(search_delay=0.0)
def test_a_look_up_is_made_anew_when_the_flow_is_run_again(server, whautomate_emulator, credentials):
    tries = []

    @flow(retries=1)
    def find():
        tries.append(contacts.find_contact(credentials, **ADA, missing_ok=True)["id"])
        if len(tries) < 2:
            whautomate_emulator.add_contacts([{"name": "Ada", "phoneNumber": "+49301234567"}])
            raise RuntimeError("after all")

    find()
    assert tries == [None, whautomate_emulator.contacts()[0]["id"]]


@pytest.mark.whautomate(search_delay=3600.0, list_lag=3600.0)
@pytest.mark.parametrize("modules", [(contacts, clients), (aio_contacts, aio_clients)], ids=["sync", "aio"])
def test_whom_a_sync_made_is_found_before_searches_and_lists_show_them(whautomate_emulator, credentials, modules):
    rows, mapping = [{"name": "Ada", "mobile": "030 1234567"}], {"name": "name", "phoneNumber": "mobile"}
    contacts.sync_contacts.fn(credentials, rows, mapping, default_region="DE")
    clients.sync_clients.fn(credentials, rows, {"fullName": "name", "phone": "mobile"}, default_region="DE")
    for module, kind in zip(modules, ("contact", "client"), strict=True):
        found = getattr(module, f"find_{kind}").fn(credentials, **ADA)
        found = asyncio.run(found) if inspect.iscoroutine(found) else found
        assert [found["id"]] == [one["id"] for one in whautomate_emulator.records(f"{kind}s")]


def test_jobs_keep_to_max_requests_and_refuse_before_anything_is_sent(whautomate_emulator, credentials):
    with pytest.raises(errors.BudgetExceeded):
        contacts.find_contact.fn(credentials, **ADA, thorough=True, max_requests=1)
    before = len(whautomate_emulator.requests())
    with pytest.raises(errors.InvalidRequest, match="default_region"):
        contacts.set_contact_stage.fn(credentials, "Won", phone="030 1234567")
    with pytest.raises(errors.ConfigurationError, match="IANA"):
        classes.upsert_class.fn(credentials, "s", "t", "2030-03-05", "06:30 PM", "Berlin")
    assert len(whautomate_emulator.requests()) == before == 1
