"""What must not happen twice, whatever is retried; and what a step may use and did use."""

import asyncio
import time

import pytest
from prefect import flow, unmapped
from prefect.runtime import flow_run

from prefect_whautomate import (
    _clients,
    appointments,
    classes,
    client_tags,
    clients,
    contacts,
    messages,
    services,
    staffs,
)
from prefect_whautomate._clients import task_client
from prefect_whautomate._flow_runs import kept_name
from prefect_whautomate.aio import contacts as aio_contacts
from whautomate_core import errors
from whautomate_core.api.segments import get_segment
from whautomate_core.client.client import Client
from whautomate_core.state import open_state
from whautomate_core.sync.contacts import sync_contacts
from whautomate_core.sync.options import Run

LOCATION = {"id": "loc000000001"}
ROWS = [{"name": f"Ada {n}", "mobile": f"030 12345{n:02}"} for n in range(3)]
MAPPING = {"name": "name", "phoneNumber": "mobile"}


def person(number, **fields):
    return {"name": "Ada", "phoneNumber": f"+4930{number:07}", "location": LOCATION, **fields}


def numbers(emulator):
    return sorted(int(contact["phoneNumber"][5:]) for contact in emulator.contacts())


def created(emulator):
    return len(emulator.requests("createContact"))


# --- calls that are made once


def test_contacts_are_created_in_loops_and_maps_without_keys_and_once_when_the_flow_is_retried(
    server, whautomate_emulator, credentials
):
    tries = []

    @flow(retries=1)
    def many():
        ids = [contacts.create_contact(credentials, person(n))["id"] for n in range(3)]
        mapped = contacts.create_contact.map(unmapped(credentials), [person(n) for n in range(3, 8)])
        tries.append(ids + [made["id"] for made in mapped.result()])
        if len(tries) < 2:
            raise RuntimeError("after all")

    many()
    assert tries[0] == tries[1]
    assert numbers(whautomate_emulator) == list(range(8))
    assert created(whautomate_emulator) == 8


def test_a_list_that_shifts_between_attempts_sends_nothing_twice(server, whautomate_emulator, credentials):
    lists = [[1, 2], [3, 2]]  # the second attempt leaves out who is there, and has somebody new

    @flow(retries=1)
    def missing():
        for n in lists.pop(0):
            contacts.create_contact(credentials, person(n))
        if lists:
            raise RuntimeError("after all")

    missing()
    assert numbers(whautomate_emulator) == [1, 2, 3]
    assert created(whautomate_emulator) == 3


def test_coroutines_and_flows_in_flows_are_no_exception(server, whautomate_emulator, credentials):
    tries = []

    @flow
    async def inner():
        made = await asyncio.gather(*(aio_contacts.create_contact(credentials, person(n)) for n in range(3)))
        await aio_contacts.add_contact_tags(credentials, made[0]["id"], ["vip"])
        tries.append(made)

    @flow(retries=1)
    async def outer():
        await inner()
        if len(tries) < 2:
            raise RuntimeError("after all")

    asyncio.run(outer())
    assert tries[0] == tries[1]
    assert created(whautomate_emulator) == 3
    assert len(whautomate_emulator.requests("addContactTags")) == 1


def test_the_same_call_twice_is_made_once_and_another_about_the_same_asks_for_a_key(
    server, whautomate_emulator, credentials, caplog
):
    caplog.set_level("INFO")

    @flow
    def twice():
        @flow
        def one():
            return contacts.create_contact(credentials, person(1))

        first = contacts.create_contact(credentials, person(1))
        spelt = contacts.create_contact(credentials, {**person(1), "phoneNumber": "4930 000 0001"})
        assert [spelt, one(), one()] == [first] * 3
        contacts.create_contact(credentials, person(1, stage="New"))

    with pytest.raises(errors.InvalidRequest, match=r"differs in stage.*another key \(key="):
        twice()
    assert created(whautomate_emulator) == 1
    assert "already created at" in caplog.text

    @flow
    def both_are_meant():
        for key in ("first", "second"):
            contacts.create_contact(credentials, person(3), key=f"{key} of {whautomate_emulator.url}")

    both_are_meant()
    assert created(whautomate_emulator) == 3


def test_another_payload_in_a_later_attempt_is_an_error_and_not_a_second_call(server, whautomate_emulator, credentials):
    @flow(retries=1)
    def stamped():
        contacts.create_contact(credentials, person(1, customFields={"at": str(time.time_ns())}))
        raise RuntimeError("after all")

    with pytest.raises(errors.InvalidRequest, match="differs in customFields"):
        stamped()
    assert created(whautomate_emulator) == 1


def test_a_key_of_the_callers_holds_across_flow_runs(server, whautomate_emulator, credentials):
    @flow
    def daily():
        return contacts.create_contact(credentials, person(1), key="Ada, 2026-03-01")["id"]

    assert daily() == daily()
    assert created(whautomate_emulator) == 1


def test_a_new_flow_run_is_a_new_call(server, whautomate_emulator, credentials):
    @flow
    def daily():
        contacts.create_contact(credentials, person(1))

    daily()
    daily()
    assert created(whautomate_emulator) == 2


def test_a_task_outside_of_flows_is_identified_by_its_run(server, whautomate_emulator, credentials):
    whautomate_emulator.fault("500_after", operation="createContact")
    with pytest.raises(errors.OutcomeUnknown):
        contacts.create_contact.with_options(retries=2)(credentials, person(1))
    assert created(whautomate_emulator) == 1
    assert len(open_state().claims.open(credentials.account)) == 1
    assert contacts.create_contact(credentials, person(2))["id"]


@pytest.mark.parametrize("module", [contacts, aio_contacts], ids=["sync", "aio"])
def test_an_unknown_outcome_stays_unknown_when_the_flow_is_retried(server, whautomate_emulator, credentials, module):
    whautomate_emulator.fault("dropped_after", operation="createContact")

    @flow(retries=2)
    async def once():
        made = module.create_contact(credentials, person(1))
        return await made if module is aio_contacts else made

    with pytest.raises(errors.OutcomeUnknown, match=r"may have happened.*claims release"):
        asyncio.run(once())
    assert created(whautomate_emulator) == 1


def test_no_number_and_no_name_is_in_a_claim(server, whautomate_emulator, credentials):
    whautomate_emulator.fault("500_after", operation="createContact")

    @flow
    def once():
        contacts.create_contact(credentials, person(1))

    with pytest.raises(errors.OutcomeUnknown):
        once()
    (claim,) = open_state().claims.open(credentials.account)
    assert claim.key.startswith("v2 prefect ")
    assert " createContact " in claim.key
    assert not [said for said in ("4930", "Ada") if said in str(claim)]


# --- what a call is about


@pytest.fixture
def booking(whautomate_emulator, credentials):
    """Fields that name a client, a service that can be booked and who gives it."""
    (client,) = whautomate_emulator.add_clients([{"fullName": "Ada"}])
    offered = {"serviceType": "APPOINTMENT", "staffs": [{"id": whautomate_emulator.staff_id}]}
    service = services.upsert_service.fn(credentials, "Massage", offered)["id"]
    staff = whautomate_emulator.staff_id
    return {name: {"id": id} for name, id in {"client": client, "service": service, "staff": staff}.items()} | {
        "location": LOCATION,
        "date": "2030-03-04",
        "time": "10:00 AM",
    }


@pytest.mark.whautomate(search_delay=0.0)
def test_messages_to_two_people_are_two_calls_and_two_to_one_ask_for_a_key(server, whautomate_emulator, credentials):
    people = whautomate_emulator.add_contacts([person(1), person(2)])
    tries = []

    def text(who, words="Hello"):
        whom = {"contact": {"id": who}} if who in people else {"recepient": {"phoneNumber": who}}
        return {**whom, "location": LOCATION, "template": {"name": words, "language": "en"}}

    @flow(retries=1)
    def all_of_them():
        send = messages.send_whatsapp_template
        tries.append([send(credentials, text(who)) for who in (*people, "+49 30 0000003")])
        if len(tries) < 2:
            raise RuntimeError("after all")

    all_of_them()
    assert tries[0] == tries[1]
    assert len(whautomate_emulator.messages()) == 3

    def sends(*bodies, **more):
        @flow
        def both():
            for body in bodies:
                messages.send_whatsapp_template(credentials, body, **more)

        with pytest.raises(errors.InvalidRequest, match="key="):
            both()

    sends(text(people[0]), text(people[0], "Goodbye"))
    sends(text("+49 30 0000003"), text("49300000003", "Goodbye"))
    sends(text(people[0]), text(people[1]), key=f"one for two {whautomate_emulator.url}")
    assert len(whautomate_emulator.messages()) == 6

    @flow
    def both_are_meant():
        for words in ("Hello", "Goodbye"):
            messages.send_whatsapp_template(
                credentials, text(people[0], words), key=f"{words} {whautomate_emulator.url}"
            )

    both_are_meant()
    assert len(whautomate_emulator.messages()) == 8


def test_a_flow_that_takes_the_first_free_slot_books_once_however_often_it_runs(
    server, whautomate_emulator, credentials, booking
):
    @flow(retries=1)
    def first_free():
        free = {"date": booking["date"], "serviceId": booking["service"]["id"], "timezone": "UTC"}
        days = appointments.list_appointment_slots(credentials, filters=free)
        hour = int(days[0]["slots"][0]["startTime"][11:13])
        time = f"{hour:02}:{days[0]['slots'][0]['startTime'][14:16]} AM"
        appointments.book_appointment(credentials, {**booking, "time": time, "timezone": "UTC"})
        raise RuntimeError("after the booking")

    with pytest.raises(errors.InvalidRequest, match="differs in time"):
        first_free()
    assert len(whautomate_emulator.requests("bookAppointment")) == 1


def test_bookings_of_others_and_of_other_services_are_other_calls(server, whautomate_emulator, credentials, booking):
    (eve,) = whautomate_emulator.add_clients([{"fullName": "Eve"}])

    @flow
    def all_of_them():
        first = appointments.book_appointment(credentials, booking)
        second = appointments.book_appointment(credentials, {**booking, "client": {"id": eve}, "time": "11:00 AM"})
        for made in (first, second):
            moved = {"appointmentId": made["id"], "date": "2030-03-05", "time": "10:00 AM"}
            moved["time"] = "10:00 AM" if made is first else "11:00 AM"
            appointments.reschedule_appointment(credentials, moved)
            appointments.cancel_appointment(credentials, {"appointmentId": made["id"]})
        with pytest.raises(errors.InvalidRequest, match="key="):
            appointments.book_appointment(credentials, {**booking, "time": "03:00 PM"})
        return first, second

    first, second = all_of_them()
    assert first["id"] != second["id"]
    assert [len(whautomate_emulator.requests(name)) for name in ("bookAppointment", "cancelAppointment")] == [2, 2]


def test_classes_blocks_and_participants_are_told_apart_by_what_is_their_own(server, whautomate_emulator, credentials):
    ada, eve = whautomate_emulator.add_clients([{"fullName": "Ada"}, {"fullName": "Eve"}])
    staff = whautomate_emulator.staff_id
    offered = {"serviceType": "CLASS", "staffs": [{"id": staff}]}
    service = services.upsert_service.fn(credentials, "Yoga", offered)["id"]
    made = {"location": LOCATION, "staff": {"id": staff}, "service": {"id": service}, "time": "06:30 PM"}

    @flow
    def week():
        held = [classes.create_class(credentials, {**made, "date": f"2030-03-{day:02}"}) for day in (4, 5)]
        for day in (6, 7):
            times = {"startDate": f"2030-03-{day:02}", "endDate": f"2030-03-{day:02}"}
            staffs.create_staff_availability_block(credentials, staff, times)
        for class_ in held:
            for client in (ada, eve):
                classes.add_class_participant(credentials, class_["id"], {"client": {"id": client}})
        client_tags.create_client_tag(credentials, {"name": "a"})
        client_tags.create_client_tag(credentials, {"name": "b"})
        assert classes.create_class(credentials, {**made, "date": "2030-03-04"}) == held[0]
        classes.add_class_participant(credentials, held[0]["id"], {"clientId": ada})
        client_tags.create_client_tag(credentials, {"name": "a"})
        for again in (
            lambda: classes.create_class(credentials, {**made, "date": "2030-03-04", "numberOfParticipants": 3}),
            lambda: classes.add_class_participant(credentials, held[0]["id"], {"clientId": ada, "status": "BOOKED"}),
        ):
            with pytest.raises(errors.InvalidRequest, match="key="):
                again()

    week()
    sent = ("createClass", "createStaffAvailabilityBlock", "addClassParticipant", "createClientTag")
    assert [len(whautomate_emulator.requests(name)) for name in sent] == [2, 2, 4, 2]


def test_clients_are_their_number_their_address_or_their_name(server, whautomate_emulator, credentials):
    located = {"primaryLocation": LOCATION}
    people = [
        {"fullName": "Ada", "countryCode": "+49", "phone": "30 1"},
        {"fullName": "Ada", "countryCode": "+43", "phone": "30 1"},
        {"fullName": "Ada", "email": "ada@example.com"},
        {"fullName": "Ada"},
    ]

    @flow
    def all_of_them():
        for one in people:
            clients.create_client(credentials, {**one, **located})
        for one in people:
            with pytest.raises(errors.InvalidRequest, match=r"differs in gender.*key="):
                clients.create_client(credentials, {**one, **located, "gender": "female"})

    all_of_them()
    assert len(whautomate_emulator.clients()) == 4


@pytest.mark.whautomate(search_delay=0.0)
def test_a_contact_a_client_and_a_number_of_one_person_are_one(server, whautomate_emulator, credentials):
    [contact] = whautomate_emulator.add_contacts([person(1)])
    [client] = whautomate_emulator.add_clients([{"fullName": "Ada", "countryCode": "+49", "phone": "300000001"}])
    ways = [{"contact": {"id": contact}}, {"recepient": {"phoneNumber": "+49300000001"}}, {"client": {"id": client}}]
    said = {"location": LOCATION, "template": {"name": "Hello", "language": "en"}}

    @flow
    def mapped(ways, **more):
        bodies = [{**way, **said, **more} for way in ways]
        return messages.send_whatsapp_template.map(unmapped(credentials), bodies).result()

    for order in (ways, ways[::-1], [ways[1]] * 3):
        before = len(whautomate_emulator.messages())
        assert len({made["id"] for made in mapped(order)}) == 1
        assert len(whautomate_emulator.messages()) == before + 1

    @flow(retries=1)
    def shifting():
        tries.append(ways[: 2 - len(tries)][::-1])
        messages.send_whatsapp_template.map(unmapped(credentials), [{**way, **said} for way in tries[-1]]).wait()
        if len(tries) < 2:
            raise RuntimeError("after all")

    tries = []
    shifting()
    assert len(whautomate_emulator.messages()) == 4

    @flow
    def another(allow):
        send = messages.send_whatsapp_template
        send(credentials, {**ways[0], **said}, allow_protected=allow)
        send(credentials, {**ways[1], **said, "bodyTextParameters": ["order 2"]}, allow_protected=allow)

    for allow in (False, True):  # without the policy's reading as well
        with pytest.raises(errors.InvalidRequest, match=r"differs in bodyTextParameters.*key="):
            another(allow)
    assert len(whautomate_emulator.messages()) == 6


@pytest.mark.whautomate(search_delay=0.0)
def test_templates_to_chunks_of_rows_reach_everybody_once(server, whautomate_emulator, credentials):
    template = {"name": "Hello", "language": "en"}

    def send(chunks, **more):
        rows = [[{"phoneNumber": f"+49151234567{n:02}"} for n in chunk] for chunk in chunks]
        task = messages.send_template_to_contacts
        return task.map(unmapped(credentials), rows, template=unmapped(template), **more).result()

    @flow(retries=1)
    def shifting():
        send([[1, 2], [3, 4]] if not tries else [[5, 1], [2, 3], [4]])
        tries.append(0)
        if len(tries) < 2:
            raise RuntimeError("after all")

    tries = []
    shifting()
    assert numbers_of_messages(whautomate_emulator) == [1, 2, 3, 4, 5]

    @flow
    def overlapping():
        return send([[1, 2], [1, 3]])

    assert sum(report["sent"] for report in overlapping()) == 3
    assert numbers_of_messages(whautomate_emulator) == [1, 1, 2, 2, 3, 3, 4, 5]


def numbers_of_messages(emulator):
    people = {one["id"]: one["phoneNumber"] for one in emulator.contacts()}
    return sorted(int(people[one["contact"]][-2:]) for one in emulator.messages())


# --- keys of before


def digest(credentials, value):
    return open_state(credentials.get_account().state).secret.digest(value)


@pytest.mark.whautomate(search_delay=0.0)
def test_what_was_claimed_under_the_keys_of_before_is_not_sent_again(server, whautomate_emulator, credentials):
    """The keys as they were written until the second form: a flow run that is retried after the upgrade."""
    account = credentials.get_account()
    claims = open_state(account.state).claims
    [contact] = whautomate_emulator.add_contacts([person(7)])
    sends = [
        (contacts.create_contact, "create_contact", person(1), [(), "49300000001"], "POST /v1/contacts"),
        (
            messages.send_whatsapp_template,
            "send_whatsapp_template",
            {"contact": {"id": contact}, "location": LOCATION, "template": {"name": "Hello", "language": "en"}},
            [(), contact],
            "POST /v1/messages/whatsapp/sendtemplate",
        ),
    ]
    rows, template = [{"phoneNumber": f"+49151234567{n:02}"} for n in range(2)], {"name": "Hello", "language": "en"}

    def key(name):
        return f"prefect {run_id} {name}"

    @flow(retries=1)
    def upgraded():
        nonlocal run_id
        if run_id is None:
            run_id = flow_run.id
            for _, name, body, about, what in sends:
                own = key(f"{name} {digest(credentials, about)}")
                assert claims.claim(account.id, own, body, what).mine
                claims.settle(account.id, own, {"result": {"id": name}, "place": {"flow_runs": [[run_id, 1]]}})
            own = key("send_template_to_contacts {} to " + digest(credentials, rows[0]["phoneNumber"]))
            claims.claim(account.id, own, {"template": template}, "POST /v1/messages/whatsapp/sendtemplate")
            claims.settle(account.id, own, {"id": "m1"})
            own = key('book_slot {"client_id": "c1", "service_id": "s1"}')
            claims.claim(account.id, own, {"client": "c1", "service": "s1"}, "POST /v1/appointments")
            claims.settle(account.id, own, {"id": "a1", "start": "2030-03-04T09:00:00Z"})
            raise RuntimeError("the worker is upgraded")
        made = [task(credentials, body)["id"] for task, _, body, *_ in sends]
        with pytest.raises(errors.InvalidRequest, match="differs in stage"):
            contacts.create_contact(credentials, person(1, stage="New"))
        report = messages.send_template_to_contacts(credentials, rows, template)
        booked = appointments.book_slot(credentials, "c1", "s1", "2030-03-04T08:00Z", "2030-03-05T08:00Z", "UTC")
        return made, report, booked

    run_id = None
    made, report, booked = upgraded()
    assert made == ["create_contact", "send_whatsapp_template"]
    assert (report["sent"], report["unchanged"]) == (1, 1)
    assert (booked["id"], booked["booked"]) == ("a1", False)
    assert created(whautomate_emulator) == 0
    assert len(whautomate_emulator.messages()) == 1


def test_coroutines_keep_the_names_that_they_were_stored_under(server, whautomate_emulator, credentials):
    """A sync in a coroutine was the task `async_contacts`: its ledger goes on."""
    with credentials.get_client() as client:
        stored = Run("nightly.async_contacts", holder="an earlier run")
        assert sync_contacts(client, ROWS, MAPPING, default_region="DE", run=stored)["created"] == 3

    @flow
    async def nightly():
        return await aio_contacts.sync_contacts(credentials, ROWS, MAPPING, default_region="DE")

    report = asyncio.run(nightly())
    assert (report["unchanged"], report["requests"]) == (3, 0)
    named = aio_contacts.sync_contacts.with_options(name="people")
    assert [kept_name(task) for task in (contacts.sync_contacts, named)] == ["sync_contacts", "people"]


# --- tasks that are finished


def test_finished_jobs_are_not_repeated_by_a_later_attempt_but_a_second_call_is_made(
    server, whautomate_emulator, credentials, credentials_of_emulator
):
    other = credentials_of_emulator(key="not-the-key")
    reports = []

    @flow(retries=1)
    def nightly():
        first = contacts.sync_contacts(credentials, ROWS, MAPPING, default_region="DE")
        second = contacts.sync_contacts(credentials, ROWS, MAPPING, default_region="DE")
        contacts.delete_contact(credentials, contacts.list_contacts.fn(credentials)[0]["id"]) if not reports else None
        reports.append((first, second))
        if len(reports) < 2:
            raise RuntimeError("after all")
        # Another account with the same arguments is another call, though Prefect shows both keys as stars.
        contacts.sync_contacts(other, ROWS, MAPPING, default_region="DE")

    with pytest.raises(errors.AuthenticationError):
        nightly()
    (first, second), again = reports
    assert (first["created"], second["created"], second["unchanged"]) == (3, 0, 3)
    assert again == (first, second)
    assert created(whautomate_emulator) == 3


# --- what a step may use


def test_every_step_keeps_to_max_requests_and_says_what_it_took(server, whautomate_emulator, credentials, caplog):
    caplog.set_level("INFO")
    whautomate_emulator.add_contacts(person(n) for n in range(120))

    @flow
    def capped():
        return contacts.list_contacts.with_options(retries=2)(credentials, max_requests=1)

    with pytest.raises(errors.BudgetExceeded, match="max_requests is 1"):
        capped()
    assert len(whautomate_emulator.requests()) == 1
    with pytest.raises(errors.BudgetExceeded):
        contacts.sync_contacts.fn(credentials, ROWS, MAPPING, default_region="DE", max_requests=3)
    assert len(whautomate_emulator.requests()) == 4
    contacts.list_contacts.fn(credentials)
    assert caplog.messages[-1].startswith("120 contacts read (3 requests); ")


def test_bulk_jobs_leave_room_for_the_others(credentials, whautomate_emulator, monkeypatch):
    lanes = []
    monkeypatch.setattr(_clients, "task_client", lambda *a, **k: lanes.append(k.get("lane")) or task_client(*a, **k))
    contacts.sync_contacts.fn(credentials, ROWS, MAPPING, default_region="DE")
    contacts.tag_contacts.fn(credentials, ROWS, "vip", {"phoneNumber": "mobile"}, default_region="DE")
    assert lanes == ["bulk", "bulk"]
    assert task_client(Client, credentials)._lane == "interactive"


def test_a_local_run_waits_and_says_so(server, whautomate_emulator, credentials_of_emulator, monkeypatch, caplog):
    """The pool's time moves on while it waits, so that it waits for no real time."""
    from whautomate_core import account
    from whautomate_core.state import clock
    from whautomate_core.values.limits import Limits

    monkeypatch.setitem(account.PLANS, "trial", Limits([(2, 50.0)]))
    limits = {"requests_per_minute": None, "requests_per_day": None}
    credentials = credentials_of_emulator(**limits, max_wait=0)
    steady, waited = clock.steady, []
    monkeypatch.setattr(clock, "steady", lambda: steady() + sum(waited))
    monkeypatch.setattr(open_state().pool_of(credentials.get_account()), "_sleep", waited.append)

    @flow
    def local():  # each makes one request
        return [
            contacts.tag_contacts(credentials, ROWS, "vip", {"phoneNumber": "mobile"}, default_region="DE")
            for _ in range(3)
        ]

    first, second, third = local()
    assert first["requests"] == 1
    assert max(first["waited"], second["waited"]) < 40 < sum(waited) < 60
    assert third["waited"] >= round(sum(waited), 1)
    whose = f"account {credentials.account} (the credentials block)"
    assert f"for permits of {whose}: 2 per 50 s are used up" in caplog.text
    contacts.tag_contacts.fn(credentials, ROWS, "vip", {"phoneNumber": "mobile"}, default_region="DE")
    with pytest.raises(errors.QuotaExhausted), credentials.get_client(max_wait=0) as client:
        client.send(get_segment("nobody"))
