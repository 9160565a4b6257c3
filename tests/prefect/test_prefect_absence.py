"""Deployed flow runs leave their process while they only wait, and go on where they were: here attempt by attempt."""

import logging
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from conftest import wait_for
from prefect import flow, task, unmapped
from prefect.client.orchestration import get_client
from prefect.states import Running

from prefect_whautomate import _waiting, _working, broadcasts, messages
from prefect_whautomate.aio import broadcasts as aio_broadcasts
from whautomate_core.errors import PolicyRefused, QuotaExhausted
from whautomate_core.messaging.timing import utc
from whautomate_core.state import open_state

TEMPLATE = {"name": "spring_sale", "language": "en"}
HELD = {"name": "spring", "template": TEMPLATE, "segment_name": "all", "hold_minutes": 60, "cooldown": None}
QUICK = {"broadcast_seconds": 0.0, "delivery_seconds": 0.0, "limits": ()}


def due(state):
    """Seconds from now until a run that has left goes on."""
    assert state.name == "AwaitingRetry", state
    return state.state_details.scheduled_time.timestamp() - time.time()


def end_hold(credentials):
    """As if the hold were nearly over by now."""
    claims = open_state().claims
    (held,) = [one for one in claims.under(credentials.account, "") if one.key.endswith(" held")]
    start = datetime.now(UTC) + timedelta(seconds=100)
    claims.amend(credentials.account, held.key, {"look_at": time.time() - 1, "start": utc(start)})


def of_task(credentials):
    return lambda: broadcasts.broadcast(credentials, **HELD)["id"]


def of_thread(credentials):
    return lambda: broadcasts.broadcast.submit(credentials, **HELD).result()["id"]


def of_block(credentials):
    return lambda: broadcasts.Broadcast(credentials=credentials, **HELD).trigger().made["id"]


def of_coroutine(credentials):
    async def sends():
        return (await aio_broadcasts.broadcast(credentials, **HELD))["id"]

    return sends


def of_async_block(credentials):
    async def sends():
        return (await aio_broadcasts.Broadcast(credentials=credentials, **HELD).atrigger()).made["id"]

    return sends


@pytest.mark.parametrize("way", [of_task, of_thread, of_block, of_coroutine, of_async_block])
def test_a_held_broadcast_is_created_by_the_attempt_after_the_hold(run, credentials, whautomate_emulator, people, way):
    left = run(flow(way(credentials), name="campaign"))
    assert 3300 < due(left) < 3600
    assert "broadcast spring" in left.message
    assert "created shortly before" in left.message
    first = left.state_details.scheduled_time
    assert abs((run().state_details.scheduled_time - first).total_seconds()) < 1, "an early look moves nothing"
    assert whautomate_emulator.requests("createBroadcast") == []
    whautomate_emulator.opt_out(people[0])
    end_hold(credentials)
    sent = run()
    assert [one["id"] for one in whautomate_emulator.records("broadcasts")] == [sent]
    assert run() == sent
    assert len(whautomate_emulator.requests("createBroadcast")) == 1
    whautomate_emulator.advance(3600)
    assert len(whautomate_emulator.messages()) == 5
    assert people[0] not in {one["contact"] for one in whautomate_emulator.messages()}


def test_one_that_is_cancelled_during_its_hold_by_its_key_is_not_created(run, credentials, whautomate_emulator, people):
    @flow
    def campaign():
        return broadcasts.broadcast(credentials, **HELD, key="spring")

    run(campaign)
    assert broadcasts.cancel_broadcast.fn(credentials, key="spring")["cancelled"]
    end_hold(credentials)
    with pytest.raises(PolicyRefused, match="was cancelled"):
        run()
    assert whautomate_emulator.requests("createBroadcast") == []


# --- waits


@pytest.fixture
def started(credentials, whautomate_emulator, people):
    """A broadcast that has started, and takes an hour."""
    sent = broadcasts.broadcast.fn(credentials, **HELD | {"hold_minutes": 0}, key="k")
    whautomate_emulator.advance(60)
    return sent["id"]


@pytest.mark.whautomate(broadcast_seconds=3600.0)
@pytest.mark.parametrize("is_async", [False, True])
def test_a_wait_goes_on_with_its_pauses_and_its_deadline(run, credentials, whautomate_emulator, started, is_async):
    @flow
    def waits():
        return broadcasts.wait_for_broadcast(credentials, started, poll_interval=600, timeout=2000)

    @flow
    async def awaits():
        return await aio_broadcasts.wait_for_broadcast(credentials, started, poll_interval=600, timeout=2000)

    begun = time.time()
    left = run(awaits if is_async else waits)
    assert 500 < due(left) <= 600
    assert left.message == f"Whautomate: broadcast {started} is not finished"
    assert 800 < due(run()) <= 900, "the pauses go on growing"
    ends = begun + 2000
    for _ in range(2):
        left = run()
    assert left.state_details.scheduled_time.timestamp() < ends + 60
    reads = len(whautomate_emulator.requests("getBroadcast"))
    whautomate_emulator.advance(7200)
    assert run()["finished"]
    assert run()["finished"]
    assert len(whautomate_emulator.requests("getBroadcast")) == reads + 1, "what has ended is not looked at again"


def test_what_happened_while_nothing_ran_is_found(run, credentials, whautomate_emulator, people):
    """By default, messages count from the start of the task, which is that of its first attempt."""

    @flow
    def waits():
        return messages.wait_for_message(credentials, people[0], poll_interval=600)

    assert due(run(waits)) > 500
    whautomate_emulator.receive(people[0], "hello")
    assert run()["count"] == 1


def test_a_wait_in_a_flow_that_it_calls_goes_on_too(run, credentials, whautomate_emulator, people):
    @flow
    def inner():
        return messages.wait_for_message(credentials, people[0], poll_interval=600)

    @flow
    def outer():
        return inner()

    assert due(run(outer)) > 500
    whautomate_emulator.receive(people[0], "hello")
    assert run()["count"] == 1


def test_a_wait_that_gave_up_begins_anew_in_the_next_attempt(run, credentials, people):
    @flow
    def waits():
        return messages.wait_for_message(credentials, people[0], poll_interval=1, timeout=1)

    for again in (waits, None):
        begun = time.time()
        with pytest.raises(TimeoutError):
            run(again)
        assert time.time() - begun >= 1


# --- what else is at work


@pytest.fixture
def to_come(credentials, people):
    """A broadcast that starts in an hour."""
    return broadcasts.broadcast.fn(credentials, **HELD, look_again=False, key="k")["id"]


def in_background(flow, run):
    """Runs the first attempt beside the test; gives the list that gets what it comes to."""
    came_to = []
    threading.Thread(target=lambda: came_to.append(run(flow)), daemon=True).start()
    return came_to


@pytest.mark.parametrize("cancel_on_kill", [None, True, False])
def test_a_run_stays_where_it_has_to_cancel_a_broadcast(
    run, server, credentials, whautomate_emulator, to_come, cancel_on_kill
):
    @flow
    def waits():
        return broadcasts.wait_for_broadcast(credentials, to_come, cancel_on_kill=cancel_on_kill)

    if cancel_on_kill is False:
        assert due(run(waits)) > 3000
        return
    looks = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_working, "stop_with_run", lambda **given: looks.append(1) or stop(looks))
        with pytest.raises(EnoughError):
            run(waits)
    assert server.read_flow_run(run.id).state.name != "AwaitingRetry"


class EnoughError(Exception):
    """It stayed for long enough."""


def stop(looks):
    if len(looks) == 20:
        raise EnoughError


@pytest.mark.parametrize("is_async", [False, True])
def test_it_stays_there_too_while_it_waits_for_a_permit_to_look(
    run, server, credentials, to_come, monkeypatch, is_async
):
    """Nothing is known of the broadcast yet, so it may have to be cancelled."""
    looks = []
    for name in ("check", "acheck"):
        monkeypatch.setattr(_waiting, name, no_permit)
    monkeypatch.setattr(_working, "stop_with_run", lambda **given: looks.append(1) or stop(looks))

    @flow
    def waits():
        return broadcasts.wait_for_broadcast(credentials, to_come)

    @flow
    async def awaits():
        return await aio_broadcasts.wait_for_broadcast(credentials, to_come)

    with pytest.raises(EnoughError):
        run(awaits if is_async else waits)
    assert server.read_flow_run(run.id).state.name != "AwaitingRetry"


def no_permit(client, condition):
    raise QuotaExhausted("none left", next_permit_at=time.time() + 600)


def test_waits_side_by_side_leave_together_until_the_first_is_due(run, credentials, whautomate_emulator, people):
    @flow
    def waits():
        found = messages.wait_for_message.map(unmapped(credentials), people[:3], poll_interval=[900, 600, 700])
        return [one["count"] for one in found.result()]

    left = run(waits)
    assert 500 < due(left) <= 600
    for one in people[:3]:
        whautomate_emulator.receive(one, "hello")
    assert run() == [1, 1, 1]


def test_what_a_killed_attempt_left_behind_keeps_nobody(run, server, credentials, people):
    @task
    def loads():
        pass

    @flow
    def waits():
        return messages.wait_for_message(credentials, people[0], poll_interval=600)

    run(waits)
    server.create_task_run(loads, run.id, "killed", state=Running())
    assert due(run()) > 500


def test_a_run_stays_while_a_task_of_its_own_works(run, server, credentials, whautomate_emulator, people):
    at_work, may_end = threading.Event(), threading.Event()

    @task
    def loads():
        at_work.set()
        may_end.wait(300)

    def shown():
        """Whether Prefect shows that it runs: it hears of it by an event."""
        asked = {"task_runs": {"flow_run_id": {"any_": [str(run.id)]}}}
        found = server.request("POST", "/task_runs/filter", json=asked).json()
        return [one for one in found if one["state_name"] == "Running"]

    @flow
    def waits():
        loading = loads.submit()
        at_work.wait(300)
        wait_for(shown, 120)
        waiting = messages.wait_for_message.submit(credentials, people[0], poll_interval=600)
        loading.result()
        return waiting.result()

    came_to = in_background(waits, run)
    wait_for(lambda: len(whautomate_emulator.requests("listContactMessages")) == 1, 120)
    time.sleep(5)
    with get_client(sync_client=True) as client:
        assert client.read_flow_run(run.id).state.name == "Running"
    may_end.set()
    assert due(wait_for(lambda: came_to and came_to[0], 120)) > 400


@pytest.mark.parametrize("way", [of_task, of_thread, of_coroutine])
def test_the_task_runs_that_a_run_leaves_have_ended_and_look_like_no_failure(run, server, credentials, people, way):
    run(flow(way(credentials), name="campaign"))
    of_run = {"flow_run_id": {"any_": [str(run.id)]}}

    def left():
        found = server.request("POST", "/task_runs/filter", json={"task_runs": of_run}).json()
        return [one for one in found if one["state_name"] == "Rescheduled"]

    def lines():
        return server.request("POST", "/logs/filter", json={"logs": of_run, "limit": 200}).json()

    wait_for(left, 60)  # states of task runs arrive as events, and lines in batches
    wait_for(lambda: any("Finished in state AwaitingRetry" in one["message"] for one in lines()), 60)
    (task_run,) = left()
    assert task_run["start_time"] < task_run["end_time"]
    assert task_run["total_run_time"] > 0
    assert [one["message"] for one in lines() if one["level"] >= logging.ERROR] == []
