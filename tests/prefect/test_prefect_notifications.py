"""The block WhautomateNotification, in code and in an automation that the server itself carries out."""

import asyncio
import uuid
from datetime import timedelta

import pytest
from conftest import wait_for
from prefect import flow
from prefect.automations import Automation
from prefect.blocks.abstract import NotificationError
from prefect.events import emit_event
from prefect.events.actions import SendNotification
from prefect.events.schemas.automations import EventTrigger, Posture

from prefect_whautomate import WhautomateNotification
from prefect_whautomate.flows import notify_flow
from whautomate_core import errors

ANN = "+4915123456001"
TEMPLATE = {"name": "pipeline_alert", "language": "en"}


@pytest.fixture
def on_call(server, credentials_of_emulator):
    def make(**fields):
        credentials = credentials_of_emulator(on_call=ANN, state_shared=fields.pop("state_shared", False))
        return WhautomateNotification(**{"credentials": credentials, "template": TEMPLATE} | fields)

    return make


def said(emulator):
    """What the placeholders of the messages were filled with."""
    return [one["body"]["bodyTextParameters"] for one in emulator.requests("sendWhatsappTemplate")]


@pytest.mark.parametrize("way", ["sync", "async"])
def test_a_flow_notifies_the_people_on_call(on_call, whautomate_emulator, way):
    block = on_call()

    @flow
    def nightly():
        block.notify("3 of 400\n rows rejected", subject="nightly")

    @flow
    async def nightly_async():
        await block.notify("3 of 400\n rows rejected", subject="nightly")

    nightly() if way == "sync" else asyncio.run(nightly_async())
    assert said(whautomate_emulator) == [["nightly", "3 of 400 rows rejected"]]


def test_about_the_same_people_hear_once_within_the_cooldown(on_call, whautomate_emulator):
    block = on_call(parameters=["body"])

    @flow
    def nightly(body):
        return block.send(body, "nightly")

    assert nightly("it failed") == {"+49…01": "sent"}
    assert nightly("it failed again") == {"+49…01": "not sent: an alert about the same was sent less than 60 min ago"}
    assert said(whautomate_emulator) == [["it failed"]]


def test_each_event_is_told_once_and_different_ones_are_told(on_call, whautomate_emulator, server):
    block = on_call()
    for event in ("one", "one", "two"):
        notify_flow(block, f"about {event}", "it failed", event)
    assert len(whautomate_emulator.messages()) == 2


def test_other_people_may_be_named_and_none_is_shown(on_call, whautomate_emulator):
    block = on_call(to="+4915123456002, +4915123456003")

    @flow
    def nightly():
        return block.send("it failed")

    assert set(nightly()) == {"+49…02", "+49…03"}
    assert "4915123456002" not in repr(block) + str(block.model_dump())


def test_what_can_not_be_sent_is_logged_or_raised(on_call, credentials_of_emulator, whautomate_emulator, caplog):
    block = on_call(credentials=credentials_of_emulator(on_call=ANN, sends="off"))

    @flow
    def nightly():
        block.notify("it failed")
        with block.raise_on_failure(), pytest.raises(NotificationError) as raised:
            block.notify("it failed")
        return raised.value.log

    assert "sends are off" in nightly()
    assert whautomate_emulator.messages() == []
    assert ANN[1:] not in caplog.text


def test_outside_of_flow_runs_the_state_must_be_shared(on_call, whautomate_emulator):
    with pytest.raises(errors.ConfigurationError, match="notify_flow"):
        on_call().send("it failed")
    assert on_call(state_shared=True).send("it failed") == {"+49…01": "sent"}


def test_the_server_sends_a_notification_of_an_automation(on_call, whautomate_emulator, server):
    block = on_call(state_shared=True)
    block.credentials.save(f"of-server-{uuid.uuid4().hex[:8]}")
    block.save(f"of-server-{uuid.uuid4().hex[:8]}")
    happened = f"test.{uuid.uuid4().hex}"
    automation = Automation(
        name=happened,
        trigger=EventTrigger(expect={happened}, posture=Posture.Reactive, threshold=1, within=timedelta(0)),
        actions=[
            SendNotification(
                block_document_id=block._block_document_id, subject="{{ event.event }}", body="{{ event.payload.rows }}"
            )
        ],
    ).create()
    try:
        asked = {"filter": {"event": {"prefix": ["prefect.automation"]}, "order": "DESC"}, "limit": 50}

        def sent_or_not():
            # Again and again, since the server may not know the automation yet; about one subject one message is sent.
            emit_event(happened, resource={"prefect.resource.id": "test"}, payload={"rows": 3})
            events = server.request("POST", "/events/filter", json=asked).json()["events"]
            failed = [one["payload"] for one in events if one["event"].endswith("action.failed")]
            assert failed == []
            return whautomate_emulator.messages()

        wait_for(sent_or_not, 120)
        assert said(whautomate_emulator) == [[happened, "3"]]
    finally:
        automation.delete()
