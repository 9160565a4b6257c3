"""The sensor and its trigger, outside of a DAG."""

import asyncio
import importlib
import json
import time

import pytest
from airflow.providers.common.compat.sdk import AirflowException, AirflowFailException, AirflowSensorTimeout

from airflow_provider_whautomate.sensors.broadcasts import WhautomateBroadcastSensor
from airflow_provider_whautomate.triggers.broadcasts import WhautomateBroadcastTrigger
from whautomate_core.account import account_from_settings
from whautomate_core.api import broadcasts, segments
from whautomate_core.client import Client

FIGURES = {"id": "b", "status": "Completed", "finished": True, "failed": False} | {
    "recipients": 100,
    "sent": 94,
    "delivered": 90,
    "undelivered": 6,
}


USED = {"requests": 4, "waited": 1.5}


def event_of(trigger):
    async def first():
        async for event in trigger.run():
            return event.payload

    return asyncio.run(first())


@pytest.fixture
def broadcast_id(whautomate_emulator, connections):
    """A broadcast, scheduled for the year 2100."""
    emulator = whautomate_emulator
    connections("whautomate_default", emulator.url, emulator.key)
    location = {"id": emulator.location_id}
    emulator.add_contacts([{"name": "Ada", "phoneNumber": "4915123456789"}])
    with Client(account_from_settings(emulator.url, emulator.key, {"plan": "subscribed"})) as client:
        everybody = client.send(segments.create_segment({"name": "s", "type": "contact", "location": location}))
        return client.send(
            broadcasts.create_broadcast(
                {
                    "name": "b",
                    "type": "contact",
                    "segments": [{"id": everybody["id"]}],
                    "template": {"name": "t", "language": "en"},
                    "scheduleDateTime": "2100-01-01T00:00:00Z",
                }
            )
        )["id"]


def test_triggers_survive_being_stored():
    trigger = WhautomateBroadcastTrigger("b", "whautomate_default", 60.0, 1.8e9, 1)
    path, arguments = trigger.serialize()
    module, _, name = path.rpartition(".")
    again = getattr(importlib.import_module(module), name)(**json.loads(json.dumps(arguments)))
    assert type(again) is WhautomateBroadcastTrigger
    assert again.serialize() == trigger.serialize()


def test_the_trigger_looks_until_it_is_finished(whautomate_emulator, broadcast_id):
    async def scenario():
        trigger = WhautomateBroadcastTrigger(broadcast_id, "whautomate_default", 0.2, time.time() + 60, 1)
        waiting = asyncio.ensure_future(anext(trigger.run()))
        await asyncio.sleep(1)
        assert not waiting.done()
        whautomate_emulator.advance(80 * 365 * 86_400)
        return (await waiting).payload

    event = asyncio.run(scenario())
    assert event["status"] == "finished"
    assert (event["delivery"]["recipients"], event["delivery"]["finished"]) == (1, True)
    looks = whautomate_emulator.requests("getBroadcast")
    assert event["requests"] - 1 == len(looks) >= 3
    assert json.loads(json.dumps(event)) == event


def test_the_trigger_gives_up_at_its_deadline_with_a_last_look(whautomate_emulator, broadcast_id):
    trigger = WhautomateBroadcastTrigger(broadcast_id, "whautomate_default", 60.0, time.time() + 0.2)
    assert event_of(trigger) == {"status": "timeout"}
    assert len(whautomate_emulator.requests("getBroadcast")) == 1


def test_what_the_trigger_can_not_do_is_an_event(whautomate_emulator, connections):
    connections("whautomate_default", whautomate_emulator.url, whautomate_emulator.key)
    event = event_of(WhautomateBroadcastTrigger("nobody", "whautomate_default", 0.01, time.time() + 60))
    assert (event["status"], event["type"]) == ("error", "NotFound")
    assert "GET /v1/broadcasts/{}" in event["message"]


def complete(event, **arguments):
    sensor = WhautomateBroadcastSensor(task_id="wait", broadcast_id="b", timeout=60, **arguments)
    return sensor.execute_complete({}, event)


def test_the_sensor_returns_the_figures_of_the_event():
    assert complete({"status": "finished", "delivery": FIGURES, **USED}) == {**FIGURES, **USED}


@pytest.mark.parametrize("max_failed", [5, "5", "5%"])
def test_too_many_not_reached_fail_without_retry(max_failed):
    with pytest.raises(AirflowFailException, match="6 of 100 not reached"):
        complete({"status": "finished", "delivery": FIGURES, **USED}, max_failed=max_failed)
    assert complete({"status": "finished", "delivery": FIGURES, **USED}, max_failed="6%")


def test_broadcasts_that_were_not_sent_fail_without_retry():
    dead = {**FIGURES, "status": "cancelled", "failed": True}
    with pytest.raises(AirflowFailException, match="was not sent: its status is cancelled"):
        complete({"status": "finished", "delivery": dead, **USED})


def test_deadlines_errors_and_missing_events_are_errors():
    with pytest.raises(AirflowSensorTimeout, match="not finished after 60 s"):
        complete({"status": "timeout"})
    with pytest.raises(AirflowException, match="NotFound: gone"):
        complete({"status": "error", "type": "NotFound", "message": "gone"})
    with pytest.raises(AirflowException, match="no event"):
        complete(None)
