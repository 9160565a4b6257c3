"""Events of runs reach a real server once each, and an automation reacts to them."""

import json
import re

import pytest
from conftest import wait_for
from prefect import flow, unmapped
from prefect.events.worker import EventsWorker

from prefect_whautomate import _events, broadcasts, contacts, messages, segments
from whautomate_core import errors

ROWS = [{"name": f"Ada {n}", "mobile": f"+4915123456{n:03}"} for n in range(3)]
MAPPING = {"name": "name", "phoneNumber": "mobile"}
TEMPLATE = {"name": "spring_sale", "language": "en"}
QUICK = pytest.mark.whautomate(broadcast_seconds=0, delivery_seconds=0)


@pytest.fixture
def told(server):
    """The events of an account at the server, oldest first, once the last of those wanted is there."""

    def read(credentials, *wanted):
        EventsWorker.instance().wait_until_empty()
        account = f"whautomate.account.{credentials.get_account().id}"
        asked = {"event": {"prefix": ["whautomate."]}, "any_resource": {"id": [account]}, "order": "ASC"}

        def events():
            found = server.request("POST", "/events/filter", json={"filter": asked, "limit": 50}).json()["events"]
            return found if set(kinds(found)) >= set(wanted) else None

        return wait_for(events, 60)

    return read


def _id(resource):
    return resource["prefect.resource.id"]


def kinds(events):
    return [one["event"].removeprefix("whautomate.") for one in events]


def test_numbers_that_count_nothing_are_not_told(credentials, told):
    @flow
    def nightly():
        _events.tell_job(credentials.get_account(), "sync_contacts", {"rows": 3, "created": True, "newest": 4711})

    nightly()
    (event,) = told(credentials, "sync.completed")
    assert event["payload"] == {"job": "sync_contacts", "rows": 3}


def test_a_sync_tells_its_counts_and_its_flow_run_once(credentials, told):
    @flow
    def nightly():
        return contacts.sync_contacts(credentials, ROWS, MAPPING, tags=["spring"])

    state = nightly(return_state=True)
    (event,) = told(credentials, "sync.completed")
    assert event["event"] == "whautomate.sync.completed"
    assert {"job": "sync_contacts", "rows": 3, "created": 3, "rejected": 0}.items() <= event["payload"].items()
    related = {one["prefect.resource.role"]: _id(one) for one in event["related"]}
    assert related["flow-run"] == f"prefect.flow-run.{state.state_details.flow_run_id}"
    assert not re.search(r"Ada|\+?49151", json.dumps(event))


def test_a_plan_is_no_sync(credentials, told):
    @flow
    def twice():
        contacts.sync_contacts(credentials, ROWS, MAPPING, plan_only=True)
        contacts.sync_contacts(credentials, ROWS, MAPPING)

    twice()
    assert [one["payload"]["created"] for one in told(credentials, "sync.completed")] == [3]


@QUICK
@pytest.mark.parametrize("way", ["tasks", "block"])
def test_a_broadcast_is_told_as_sent_and_as_delivered_however_often_it_is_looked_at(credentials, told, way):
    @flow
    def campaign():
        contacts.sync_contacts(credentials, ROWS, MAPPING, tags=["spring"])
        segment = segments.ensure_segment(credentials, "spring", {"tags": ["spring"]})
        given = {"segment_id": segment["id"], "hold_minutes": 0, "key": "spring"}
        for _ in range(2):
            if way == "tasks":
                sent = broadcasts.broadcast(credentials, "spring", TEMPLATE, **given)
                broadcasts.wait_for_broadcast(credentials, sent["id"], poll_interval=1)
            else:
                run = broadcasts.Broadcast(credentials=credentials, name="spring", template=TEMPLATE, **given).trigger()
                run.wait_for_completion(poll_interval=1)
                sent = run.made
        return sent["id"]

    ids = {campaign(), campaign()}
    events = told(credentials, "broadcast.delivered")
    assert kinds(events).count("broadcast.sent") == kinds(events).count("broadcast.delivered") == len(ids) == 1
    sent, ended = (next(one for one in events if one["event"].endswith(name)) for name in ("sent", "delivered"))
    (broadcast_id,) = ids
    assert _id(sent["resource"]) == _id(ended["resource"]) == f"whautomate.broadcast.{broadcast_id}"
    assert {"broadcast_id": broadcast_id, "recipients": 3}.items() <= sent["payload"].items()
    assert {"delivered": 3, "undelivered": 0}.items() <= ended["payload"].items()


@pytest.mark.whautomate(broadcast_seconds=0, delivery_seconds=0, broadcast_failed_share=0.5)
def test_a_broadcast_over_its_threshold_is_told_as_failed(credentials, told):
    @flow
    def campaign():
        contacts.sync_contacts(credentials, ROWS, MAPPING, tags=["spring"])
        segment = segments.ensure_segment(credentials, "spring", {"tags": ["spring"]})
        sent = broadcasts.broadcast(credentials, "spring", TEMPLATE, segment_id=segment["id"], hold_minutes=0)
        broadcasts.wait_for_broadcast(credentials, sent["id"], min_delivered=4, poll_interval=1)

    with pytest.raises(errors.WhautomateError):
        campaign()
    events = told(credentials, "broadcast.failed")
    assert kinds(events)[-1] == "broadcast.failed"
    assert "broadcast.delivered" not in kinds(events)
    assert events[-1]["payload"]["recipients"] == 3


def test_too_many_rejects_are_told(credentials, told):
    @flow
    def nightly():
        contacts.sync_contacts(credentials, [*ROWS, {"name": "x", "mobile": "12"}], MAPPING, max_rejected=0)

    with pytest.raises(errors.InvalidRequest):
        nightly()
    (event,) = told(credentials, "rejects.exceeded")
    assert event["payload"] == {"job": "sync_contacts", "threshold": "max_rejected"}


def test_a_refusal_because_of_an_opt_out_is_told_once_for_a_step(credentials, told, whautomate_emulator):
    @flow
    def remind():
        person = {"name": "Ada", "phoneNumber": "+4915123456001", "location": {"id": whautomate_emulator.location_id}}
        made = contacts.create_contact(credentials, {**person, "tags": ["Unsubscribe"]}, allow_protected=True)
        message = {"contact": {"id": made["id"]}, "template": TEMPLATE, "location": person["location"]}
        found = messages.send_whatsapp_template.map(
            unmapped(credentials), [message, {**message, "bodyTextParameters": ["x"]}]
        )
        return [one.wait() or one.state.is_failed() for one in found]

    remind(return_state=True)
    (event,) = told(credentials, "opt_out.refused")
    assert event["payload"] == {"task": "send_whatsapp_template", "kind": "opted_out"}


@pytest.mark.parametrize("wait", ["sync", "async"])
def test_used_up_requests_are_told_once_for_all_who_wait(credentials_of_emulator, told, wait):
    from prefect_whautomate._events import tell_error, telling_errors

    credentials = credentials_of_emulator()
    error = errors.QuotaExhausted("used up", next_permit_at=1_900_000_000.0, window=86_400.0)

    def refuse(block):
        raise error

    async def refuse_async(block):
        raise error

    @flow
    def starved():
        tell_error(credentials.get_account(), "list_contacts", errors.Busy("another run", next_permit_at=1.0))
        telling_errors(refuse)(credentials)

    @flow
    async def starved_async():
        await telling_errors(refuse_async)(credentials)

    run = starved if wait == "sync" else starved_async
    for _ in range(2):
        if wait == "sync":
            with pytest.raises(errors.QuotaExhausted):
                run()
        else:
            import asyncio

            with pytest.raises(errors.QuotaExhausted):
                asyncio.run(run())
    (event,) = told(credentials, "quota.exhausted")
    assert event["payload"] == {"window_seconds": 86_400.0, "next_permit_at": 1_900_000_000.0}


def test_outside_of_runs_nothing_is_told(credentials, told):
    contacts.sync_contacts.fn(credentials, ROWS, MAPPING)

    @flow
    def later():
        contacts.sync_contacts(credentials, ROWS, MAPPING)

    later()
    assert [one["payload"]["unchanged"] for one in told(credentials, "sync.completed")] == [3]
