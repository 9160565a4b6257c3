"""One real flow that touches every resource, and the jobs by what users have."""

import asyncio
import inspect

import pytest
from contract_examples import operations
from prefect import flow

from prefect_whautomate import (
    account,
    appointments,
    broadcasts,
    classes,
    client_tags,
    clients,
    contact_tags,
    contacts,
    locations,
    messages,
    segments,
    service_categories,
    services,
    staffs,
    webhooks,
)
from whautomate_core import errors
from whautomate_core.bookings import catalogue
from whautomate_core.people import find as people

LOCATION = {"id": "loc000000001"}
ADA = {"phone": "030 1234567", "default_region": "DE"}
JOBS = [
    (contacts, people.find_contact),
    (contacts, people.set_contact_stage),
    (contacts, people.set_contact_fields),
    (clients, people.find_client),
    (clients, people.set_client_fields),
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
        await client_tags.acreate_client_tag(credentials, {"name": "regular"})
        client = await clients.acreate_client(
            credentials, {"fullName": "Ada", "countryCode": "+49", "phone": "301234567", "primaryLocation": LOCATION}
        )
        assert (await clients.afind_client(credentials, **ADA))["id"] == client["id"]
        assert (await clients.aset_client_fields(credentials, {"notes": "x"}, **ADA))["changed"]
        segment = await segments.aensure_segment(credentials, "regulars", {"tags": ["regular"]}, type="client")
        category = await service_categories.acreate_service_category(credentials, {"name": "Body"})
        assert (await staffs.aget_staff(credentials, staff))["active"]
        given = {"staffs": [{"id": staff}], "categories": [category], "durationMinutes": 60}
        massage, yoga = await asyncio.gather(
            services.aupsert_service(credentials, "Massage", {"serviceType": "APPOINTMENT", **given}),
            services.aupsert_service(credentials, "Yoga", {"serviceType": "CLASS", **given}),
        )
        who = {"client": client, "service": {"id": massage["id"]}, "staff": {"id": staff}, "location": LOCATION}
        booked = await appointments.abook_appointment(
            credentials, {**who, "date": "2030-03-04", "time": "10:00 AM", "timezone": "Europe/Berlin"}
        )
        when = ("2030-03-05", "06:30 PM", "Europe/Berlin")
        class_ = await classes.aupsert_class(credentials, yoga["id"], staff, *when, {"numberOfParticipants": 5})
        again = await classes.aupsert_class(credentials, yoga["id"], staff, *when)
        assert (class_["created"], again["created"], again["id"]) == (True, False, class_["id"])
        await classes.aadd_class_participant(credentials, class_["id"], {"client": client})
        hook = {"name": "n8n", "active": True, "serverUrl": "https://example.com/hook"}
        await webhooks.acreate_webhook(credentials, hook)
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
    for name in (job.__name__, f"a{job.__name__}"):
        task = getattr(module, name)
        assert (task.name, task.isasync) == (name, name.startswith("a"))
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
@pytest.mark.parametrize("prefix", ["", "a"])
def test_whom_a_sync_made_is_found_before_searches_and_lists_show_them(whautomate_emulator, credentials, prefix):
    rows, mapping = [{"name": "Ada", "mobile": "030 1234567"}], {"name": "name", "phoneNumber": "mobile"}
    contacts.sync_contacts.fn(credentials, rows, mapping, default_region="DE")
    clients.sync_clients.fn(credentials, rows, {"fullName": "name", "phone": "mobile"}, default_region="DE")
    for module, kind in ((contacts, "contact"), (clients, "client")):
        found = getattr(module, f"{prefix}find_{kind}").fn(credentials, **ADA)
        found = asyncio.run(found) if prefix else found
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
